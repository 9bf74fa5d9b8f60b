"""Two orders of the same things side by side, joined by lines: the drawing of chapter 12."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from embedlib.show.board import Board, width_of

__all__ = ["ladders"]

_Array = np.ndarray[Any, np.dtype[Any]]


def ladders(
    names: Sequence[str], left: Any, right: Any, titles: tuple[str, str] = ("people", "model"), digits: int = 2
) -> Board:
    """Draw two ladders of ranks, the highest at the top, and join each thing's two places.

    A line that falls or rises by three places or more is drawn in another colour. Ties share the mean of their
    places, as in Spearman's correlation: their rung is drawn half-way.

    Parameters
    ----------
    names
        n short names, at most fifteen.
    left, right
        n numbers each.
    titles
        What the two ladders are.
    digits
        Decimals of the numbers that stand beside the rungs.

    Examples
    --------
    >>> ladders(["tiger, cat", "king, cabbage"], [7.35, 0.23], [0.5, 0.1])
    Board: people · model · 7.35 · tiger, cat · 0.50 · 0.23 · king, cabbage · 0.10 · 1 · 2 · 1 · 2
    """
    from scipy.stats import rankdata

    ends = [np.asarray(numbers, dtype=float) for numbers in (left, right)]
    if not 2 <= len(names) <= 15 or any(numbers.shape != (len(names),) for numbers in ends):
        raise ValueError(f"Two to fifteen names, each with two numbers; there are {len(names)} names.")
    if not all(np.isfinite(numbers).all() for numbers in ends):
        raise ValueError("A number is NaN or infinite, and has no place on the ladder.")
    places = [rankdata(-numbers) for numbers in ends]
    step = 27.0
    board = Board(480, 48 + step * len(names))
    widest = max(width_of(name, 14) for name in names)
    start, finish = widest + 116, 380.0
    board.text(start, 14, titles[0], bold=True).text(finish, 14, titles[1], bold=True)
    lines: list[list[int]] = [_spread(numbers) for numbers in ends]
    for i, name in enumerate(names):
        heights = [34 + step * (place[i] - 0.5) for place in places]
        written = [34 + step * (line[i] + 0.5) for line in lines]
        moved = abs(places[0][i] - places[1][i])
        far = moved >= 3
        board.line(start + 9, heights[0], finish - 9, heights[1], colour="vermilion" if far else "grey", width=1.8)
        board.text(start - 34, written[0], _said(ends[0][i], digits), size=14, anchor="end")
        board.text(start - 84, written[0], name, size=14, anchor="end", italic=True)
        board.text(finish + 34, written[1], _said(ends[1][i], digits), size=14, anchor="start")
    for x, place in ((start, places[0]), (finish, places[1])):
        for rung in np.unique(place):
            y = 34 + step * (rung - 0.5)
            board.dot(x, y, 4.5, colour="ink")
            board.text(x + (-19 if x == start else 19), y, f"{rung:g}", size=13, colour="grey")
    return board


def _spread(numbers: _Array) -> list[int]:
    """A line of its own for each, in the order of the numbers, ties in the order in which they were given."""
    lines = np.empty(len(numbers), dtype=int)
    lines[np.argsort(-numbers, kind="stable")] = np.arange(len(numbers))
    return [int(line) for line in lines]


def _said(number: float, digits: int) -> str:
    return f"{number:.{digits}f}".replace("-", "−")
