"""Write a file whole or not at all, readable by whoever may read its folder."""

from __future__ import annotations

import contextlib
import os
import secrets
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
