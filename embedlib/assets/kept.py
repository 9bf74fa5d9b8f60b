"""Arrays that took long to compute, kept in the store: computed once on a machine, and from then on read."""

from __future__ import annotations

import contextlib
import hashlib
import inspect
import time
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedlib.assets.store import store_dir
from embedlib.assets.writing import replacing

Arrays = dict[str, NDArray[Any]]
_A_DAY = 86_400
_ANEW: ContextVar[bool] = ContextVar("computed anew", default=False)


@contextlib.contextmanager
def computed_anew() -> Iterator[None]:
    """Inside, everything is computed, and nothing read or kept: for who measures how long it takes."""
    before = _ANEW.set(True)
    try:
        yield
    finally:
        _ANEW.reset(before)


def kept(folder: str, given: Iterable[Any], code: Iterable[Callable[..., Any]], make: Callable[[], Arrays]) -> Arrays:
    """What `make` gives: read where it is kept, else made now and kept.

    Parameters
    ----------
    folder
        Of the store; what nobody asked for in a day makes room in it when something new is kept.
    given
        All that the arrays depend on: arrays, or values whose `repr` says what they are.
    code
        The functions that compute them: when their files change, or NumPy or SciPy, the arrays are made anew.
    make
        A function that computes them.
    """
    if _ANEW.get():
        return make()
    digest = hashlib.blake2b(f"{version('numpy')} {version('scipy')}".encode(), digest_size=8)
    for part in given:
        if isinstance(part, np.ndarray):
            digest.update(f"{part.dtype}{part.shape}".encode())
            digest.update(np.ascontiguousarray(part).ravel().data)
        else:
            digest.update(repr(part).encode())
    for source in sorted({inspect.getsourcefile(each) or "" for each in code}):
        digest.update(Path(source).read_bytes())
    file = store_dir() / folder / f"{digest.hexdigest()}.npz"
    try:
        with np.load(file) as held:  # a zip, which checks the bytes that it gives out
            found = {name: held[name] for name in held.files}
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        found = make()
        with contextlib.suppress(OSError):  # a store that is full or read-only: it is made again next time
            _write(found, file)
        return found
    with contextlib.suppress(OSError):  # a store that is read-only
        file.touch()  # asked for today: it stays when others are written
    return found


def _write(arrays: Arrays, file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    for old in file.parent.glob("*.npz*"):
        if time.time() - old.stat().st_mtime > _A_DAY:
            old.unlink()
    with replacing(file) as temporary, temporary.open("wb") as stream:
        np.savez(stream, allow_pickle=False, **arrays)
