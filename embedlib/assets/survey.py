"""Try every source of every asset, as the weekly check does: does each still give the pinned bytes?"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from embedlib.assets import sources
from embedlib.assets.entries import Asset, File, Source, catalog, entry
from embedlib.assets.errors import SourceFailed, human_size

LARGE = 200_000_000


@dataclass(frozen=True)
class Report:
    """How one source did: `works`, and in a few words what was seen."""

    asset: str
    source: str
    works: bool
    seen: str


def survey(names: Iterable[str] | None = None, large: int = LARGE) -> Iterator[Report]:
    """Fetch from each source in turn into a temporary folder, check, and throw away.

    Parameters
    ----------
    names : the assets; None for all.
    large : a public address that sends more bytes than this is only asked whether it answers.

    Yields
    ------
    One report a source, as soon as it is known. The store is neither read nor written.
    """
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as shelf:
        for asset in list(catalog().values()) if names is None else [entry(name) for name in names]:
            for source in asset.sources:
                yield _report(asset, source, large, Path(shelf))


def _report(asset: Asset, source: Source, large: int, shelf: Path) -> Report:
    held = [file for file in asset.files if file.name in source.members]
    size = source.size or sum(file.size for file in held) or asset.size
    try:
        if source.kind in ("url", "hub") and size > large:
            sources.ask(source)
            return Report(asset.name, str(source), True, f"answers; {human_size(size)} not fetched")
        return Report(asset.name, str(source), True, _try(source, held, shelf))
    except SourceFailed as error:
        return Report(asset.name, str(source), False, str(error).removeprefix(str(source)).lstrip(": "))


def _try(source: Source, files: list[File], shelf: Path) -> str:
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        staging = Path(temporary)
        sources.collect(source, files, staging, None, shelf)
        for file in files:
            if file.sha256 and sources.digest(staging / file.name) != file.sha256:
                raise SourceFailed(f"gives another {file.name} than the catalog names")
        unpinned = sum(not file.sha256 for file in files)
    return "gives the pinned bytes" if not unpinned else f"gives {len(files)} files, {unpinned} of them not pinned"
