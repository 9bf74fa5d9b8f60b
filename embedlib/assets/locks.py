"""One process at a time: a lock on a file that the system releases when its holder ends, however it ends."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

if sys.platform == "win32":
    import msvcrt

    def _take(stream: IO[bytes]) -> None:
        msvcrt.locking(stream.fileno(), msvcrt.LK_NBLCK, 1)
else:
    import fcntl

    def _take(stream: IO[bytes]) -> None:
        fcntl.flock(stream.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


BUSY = (BlockingIOError, PermissionError)


@contextlib.contextmanager
def exclusive(
    file: Path, waiting: Callable[[], None] = lambda: None, poll: float = 0.1, wait: bool = True
) -> Iterator[bool]:
    """Hold `file`'s lock within the block; wait for whoever has it.

    Yields True when the lock is held, False where somebody else holds it and is not waited for, or where the file
    system knows no locks (some network drives): what is done inside must then be safe without it, only perhaps
    done twice.

    Parameters
    ----------
    file : the lock file; made if missing, never removed, its content means nothing.
    waiting : called once when somebody else holds the lock.
    poll : seconds between two tries.
    wait : False to go on at once when somebody else holds the lock.
    """
    with file.open("ab") as stream:
        held = False
        said = False
        while not held:
            try:
                _take(stream)
                held = True
            except BUSY:
                if not wait:
                    break
                if not said:
                    waiting()
                    said = True
                time.sleep(poll)
            except OSError:
                break
        yield held
