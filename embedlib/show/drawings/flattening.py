"""A ring of points, and what becomes of it on a line: false neighbours and torn ones (chapter 11)."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from embedlib.show.board import Board

__all__ = ["ring_on_a_line"]


def ring_on_a_line(ring: Any, lines: Mapping[str, Any]) -> Board:
    """Points of a ring, numbered in their order, and their places on one or more lines.

    On a line, those who stand side by side and are no neighbours in the ring are joined in red; neighbours of the ring
    who have come to stand at the two ends are joined by a broken bow.

    Parameters
    ----------
    ring
        Shape (n, 2), in the order around the ring.
    lines
        What was done to the ring, and the n places that came of it.

    Examples
    --------
    >>> ring_on_a_line([[1, 0], [0, 1], [-1, 0], [0, -1]], {"cut open": [0, 1, 2, 3]})
    Board: 1 · 2 · 3 · 4 · cut open · 1 · 2 · 3 · 4
    """
    points = np.asarray(ring, dtype=float)
    n = len(points)
    middle, radius = (88.0, 92.0), 62.0
    board = Board(480, max(184, 40 + 92 * len(lines)))
    board.arc(*middle, radius, 0, 360, colour="rule")
    for place, (x, y) in enumerate(points, 1):
        board.dot(middle[0] + radius * x, middle[1] - radius * y, 5, colour="blue")
        board.text(middle[0] + 1.27 * radius * x, middle[1] - 1.27 * radius * y, str(place), size=14)
    left, right = 210.0, 456.0
    for line, (name, given) in enumerate(lines.items()):
        places = np.asarray(given, dtype=float).ravel()
        xs = left + (right - left) * (places - places.min()) / np.ptp(places)
        y = 58.0 + 92 * line
        board.text(left - 8, y - 34, name, anchor="start", bold=True)
        board.line(left - 10, y, right + 10, y, colour="rule")
        order = np.argsort(xs)
        for one, other in pairwise(order):
            if (one - other) % n not in (1, n - 1):
                board.line(xs[one], y, xs[other], y, colour="vermilion", width=4)
        if (order[0] - order[-1]) % n in (1, n - 1):
            bow = np.linspace(0, np.pi, 30)
            across, half = (xs[order[0]] + xs[order[-1]]) / 2, (xs[order[-1]] - xs[order[0]]) / 2
            board.curve(
                np.column_stack([across - half * np.cos(bow), y + 12 + 26 * np.sin(bow)]), colour="vermilion", dash=True
            )
        for place, x in enumerate(xs, 1):
            board.dot(x, y, 5, colour="blue")
            board.text(x, y - 14, str(place), size=14)
    return board
