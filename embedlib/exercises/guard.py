"""Keep what later cells use as it is while a reader's code runs."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from types import FunctionType, MethodType
from typing import Any, TypeGuard, TypeVar

import numpy as np

__all__ = ["is_a", "names_in_reach", "unchanged"]

T = TypeVar("T")

# Larger arrays are made read-only but not copied: a copy would cost the reader's memory.
COPY_LIMIT = 256 * 2**20


def names_in_reach(answer: object) -> dict[str, Any]:
    """Return what a function can get at by name: its notebook's globals and what it closes over.

    Parameters
    ----------
    answer
        What a reader handed in; anything that is not a function written in Python has nothing in reach.

    Examples
    --------
    >>> vectors = np.ones(3)
    >>> "vectors" in names_in_reach(lambda: vectors)
    True
    """
    function = None
    with suppress(Exception, SystemExit):  # a callable object can raise when it is asked for its function
        function = _plain_function(answer)
    if function is None:
        return {}
    reach = dict(function.__globals__)
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=True):
        with suppress(ValueError):  # a variable that has no value yet
            reach[name] = cell.cell_contents
    return reach


@contextmanager
def unchanged(things: dict[str, Any]) -> Iterator[list[str]]:
    """Protect arrays, word vectors and frames; undo what was done to them all the same.

    Parameters
    ----------
    things
        Objects by the name a reader knows them by; those of other types are left alone.

    Yields
    ------
    list of str
        Filled when the block ends: the names of what had been changed.
    """
    changed: list[str] = []
    checks: list[tuple[str, Callable[[], bool]]] = []
    arrays: dict[int, np.ndarray[Any, Any]] = {}
    seen: set[int] = set()
    for name, thing in things.items():
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        with suppress(Exception, SystemExit):  # an array or frame of a reader's own kind can raise when copied
            checks += [(name, keep) for keep in _keepers(thing, arrays)]
    locked = [array for array in arrays.values() if array.flags.writeable]
    for array in locked:
        array.flags.writeable = False
    try:
        yield changed
    finally:
        _unlock(locked)
        changed += sorted({name for name, mended in checks if _put_back(mended)})


def _put_back(mended: Callable[[], bool]) -> bool:
    try:
        return mended()
    except (Exception, SystemExit):  # it was changed so that it cannot be compared, nor put back
        return True


def _unlock(arrays: list[np.ndarray[Any, Any]]) -> None:
    """Make arrays writeable again: owners first, since a view cannot be before its owner is."""
    for array in sorted(arrays, key=lambda array: array.base is not None):
        with suppress(ValueError):
            array.flags.writeable = True


def _keepers(thing: object, arrays: dict[int, np.ndarray[Any, Any]]) -> Iterable[Callable[[], bool]]:
    """Return functions that put a thing back as it was and say whether it had been changed."""
    if is_a(thing, np.ndarray):
        arrays[id(thing)] = thing
        return [_keep_array(thing)]
    if _is_from(thing, "gensim.models.keyedvectors", "KeyedVectors"):
        inside = [value for value in vars(thing).values() if is_a(value, np.ndarray)]
        arrays.update({id(array): array for array in inside})
        return [_keep_vectors(thing), *map(_keep_array, inside)]
    if _is_from(thing, "pandas", "DataFrame") or _is_from(thing, "pandas", "Series"):
        return [_keep_frame(thing)]
    return []


def _keep_array(array: np.ndarray[Any, Any]) -> Callable[[], bool]:
    owner = _owner(array)
    # What was opened read-only from disk cannot be written to at all.
    read_only_file = is_a(owner, np.memmap) and getattr(owner, "mode", "") == "r"
    if read_only_file or array.nbytes > COPY_LIMIT:
        return lambda: False
    saved, was_writeable = array.copy(), array.flags.writeable

    def mended() -> bool:
        if array.shape == saved.shape and array.dtype == saved.dtype and _same_bytes(array, saved):
            return False
        with suppress(ValueError):
            array.shape = saved.shape
        with suppress(ValueError):
            array.flags.writeable = True
            array[...] = saved
            array.flags.writeable = was_writeable
        return True

    return mended


def _owner(array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    while is_a(array.base, np.ndarray):
        array = array.base
    return array


def _same_bytes(array: np.ndarray[Any, Any], saved: np.ndarray[Any, Any]) -> bool:
    if array.dtype.hasobject:
        return all(one is other for one, other in zip(array.flat, saved.flat, strict=True))
    return array.tobytes() == saved.tobytes()


def _keep_vectors(vectors: Any) -> Callable[[], bool]:
    parts = {name: vars(vectors).get(name) for name in ("vectors", "index_to_key", "key_to_index")}
    words, positions = list(parts["index_to_key"] or ()), dict(parts["key_to_index"] or {})

    def mended() -> bool:
        now = vars(vectors)
        kept = all(now.get(name) is part for name, part in parts.items())
        with suppress(Exception):
            if kept and parts["index_to_key"] == words and parts["key_to_index"] == positions:
                return False
        now.update(parts)
        if parts["index_to_key"] is not None:
            parts["index_to_key"][:] = words
        if parts["key_to_index"] is not None:
            parts["key_to_index"].clear()
            parts["key_to_index"].update(positions)
        now["norms"] = None
        return True

    return mended


def _keep_frame(frame: Any) -> Callable[[], bool]:
    with suppress(Exception):
        if frame.memory_usage(deep=False).sum() > COPY_LIMIT:
            return lambda: False
    saved, attrs = frame.copy(deep=True), dict(frame.attrs)

    def mended() -> bool:
        with suppress(Exception):
            if frame.equals(saved) and list(frame.axes[-1]) == list(saved.axes[-1]):
                return False
        type(frame).__init__(frame, saved)
        frame.attrs.update(attrs)
        return True

    return mended


def _plain_function(answer: object) -> FunctionType | None:
    for _ in range(10):
        if is_a(answer, functools.partial):
            answer = answer.func
        elif is_a(answer, MethodType):
            answer = answer.__func__
        elif is_a(answer, FunctionType):
            return answer
        else:
            called = type.__getattribute__(type(answer), "__dict__").get("__call__")
            if not is_a(called, FunctionType):
                return None
            answer = called
    return None


def is_a(thing: object, kind: type[T]) -> TypeGuard[T]:
    """Like ``isinstance``, but ask the type itself: an object can lie about its class, or raise."""
    return issubclass(type(thing), kind)


def _is_from(thing: object, module: str, name: str) -> bool:
    """Whether a thing is of a type whose module may not have been imported at all."""
    kind = getattr(sys.modules.get(module), name, None)
    return kind is not None and is_a(thing, kind)
