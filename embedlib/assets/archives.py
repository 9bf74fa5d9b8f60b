"""Read named members out of a downloaded archive, and nothing else.

Archives come from strangers: a member's name may climb out of the folder, a member may be a link, or claim
one size and unpack to another. Only the members that the catalog names are read, as plain bytes, up to their
pinned size; an archive that holds a climbing name is refused whole.
"""

from __future__ import annotations

import stat
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from embedlib.assets.entries import is_safe
from embedlib.assets.errors import SourceFailed

CHUNK = 1 << 20


def unpack(
    archive: Path,
    members: Mapping[str, str],
    sizes: Mapping[str, int],
    target: Path,
) -> None:
    """Copy members of a zip archive into a folder.

    Parameters
    ----------
    archive : the zip file (a wheel is one).
    members : file name below `target` -> member name in the archive.
    sizes : file name -> the most bytes that may come out; 0 or absent where the size is not known.
    target : an existing folder.

    Raises
    ------
    SourceFailed
        When the archive is damaged, climbs, or lacks a member, or a member is a link or too large.
    """
    try:
        with zipfile.ZipFile(archive) as opened:
            for info in opened.infolist():
                if not is_safe(info.filename):
                    raise SourceFailed(
                        f"{archive.name} is refused: its member {info.filename!r} climbs out of the folder"
                    )
            for name, member in members.items():
                _copy(opened, member, target / name, sizes.get(name, 0), archive.name)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError) as error:
        raise SourceFailed(f"{archive.name} is damaged or incomplete ({error})") from error


def _copy(opened: zipfile.ZipFile, member: str, target: Path, limit: int, archive: str) -> None:
    try:
        info = opened.getinfo(member)
    except KeyError:
        raise SourceFailed(f"{archive} has no member {member}") from None
    if stat.S_ISLNK(info.external_attr >> 16) or info.is_dir():
        raise SourceFailed(f"{archive} is refused: its member {member} is not a plain file")
    if info.flag_bits & 0x1:
        raise SourceFailed(f"{archive} is refused: its member {member} is encrypted")
    if limit and info.file_size > limit:
        raise SourceFailed(
            f"{archive} is refused: its member {member} is larger than the {limit:,} bytes it should have"
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with opened.open(info) as stream, target.open("wb") as out:
        while piece := stream.read(CHUNK):
            written += len(piece)
            if limit and written > limit:
                raise SourceFailed(f"{archive} is refused: its member {member} unpacks to more than it should")
            out.write(piece)
