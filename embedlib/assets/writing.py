"""Write a file whole or not at all, readable by whoever may read its folder."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import sys
from collections.abc import Iterator
from pathlib import Path


@contextlib.contextmanager
def replacing(target: Path) -> Iterator[Path]:
    """Give a path beside `target` to write to; when the block ends well, that file takes the target's place.

    The file is made by whoever opens it, so that it has the permissions that the reader's umask gives;
    `tempfile` would make it for one account alone. Its name begins with a full stop and the target's name.
    """
    temporary = target.with_name(f".{target.name}-{secrets.token_hex(4)}")
    try:
        yield temporary
        with temporary.open("rb+") as stream:
            os.fsync(stream.fileno())
        temporary.replace(target)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def cannot(what: str, error: OSError) -> str:
    """Say why a folder cannot be used, and what would help.

    >>> cannot("the store", OSError(errno.ENOSPC, "No space left on device"))
    "the store's disk is full: free some"
    """
    if error.errno in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
        return f"{what}'s disk is full: free some"
    if isinstance(error, PermissionError) and sys.platform == "win32":
        return f"{what} cannot be written, or one of its files is open in another program: close it"
    if isinstance(error, PermissionError) and error.filename and Path(error.filename).is_file():
        return f"{what} holds {error.filename}, which this account may not read or write: whoever made it can permit it"
    return f"{what} cannot be written ({error.strerror or error}): make it writable"
