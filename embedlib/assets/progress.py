"""A progress bar for what takes longer than a second, on a terminal; silence everywhere else."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def bar(label: str | None, total: int, as_object: bool = False) -> Iterator[Any]:
    """Show how far a download has come.

    Parameters
    ----------
    label : what stands before the bar; None for no bar at all.
    total : bytes expected, 0 where unknown.
    as_object : yield the bar itself (pooch drives it), or False in place of a silent one; otherwise yield a
        function that takes the number of bytes moved.
    """
    if label is None or not sys.stderr.isatty():
        yield False if as_object else _ignore
        return
    from tqdm import tqdm

    with tqdm(total=total or None, desc=label, unit="B", unit_scale=True, delay=1.0, leave=False) as shown:
        yield shown if as_object else shown.update


def _ignore(count: int) -> None:
    pass
