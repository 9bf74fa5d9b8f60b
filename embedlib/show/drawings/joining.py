"""The same words in two spaces, and what a rotation does to the distance between them (chapter 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from embedlib.show.board import Board, width_of
from embedlib.vectors.projection import pca_2d

__all__ = ["joined"]

_ROOM, _SIZE, _TOP = 214.0, 13.5, 46.0  # of a panel, of its letters, of its upper edge


def joined(
    words: Sequence[str], ones: Mapping[str, Any], others: Any, names: Sequence[str] = ("one", "other")
) -> Board:
    """The same n words in two spaces: a panel an entry of ``ones``, each word's two places joined by a broken line.

    All that is drawn is laid onto one plane, that in which the words of the other space lie farthest apart.

    Parameters
    ----------
    words
        n words, at most nine.
    ones
        By the panel's title, the words' vectors from the one space, shape (n, d): as they are, and once turned.
    others
        Their vectors from the other space, shape (n, d).
    names
        What the two spaces are called.

    Examples
    --------
    >>> joined(["a", "b", "c"], {"as they are": [[0, 1], [1, 0], [0, 0]]}, [[1, 0], [0, -1], [0, 0]])
    Board: one · other · as they are · a · b · c
    """
    plane = pca_2d(others)
    flat = {title: (np.asarray(rows, dtype=float) - plane.mean) @ plane.axes.T for title, rows in ones.items()}
    reach = 1.12 * max(float(np.abs(points).max()) for points in [plane.points, *flat.values()])
    board = Board(480, _TOP + _ROOM + 8)
    board.dot(12, 12, 5, colour="vermilion").text(22, 12, names[0], anchor="start", colour="vermilion", size=14)
    x = 60 + width_of(names[0], 14)
    board.dot(x, 12, 5, colour="blue").text(x + 10, 12, names[1], anchor="start", colour="blue", size=14)
    wide = 480 / len(flat)
    for place, (title, points) in enumerate(flat.items()):
        left = wide * place + 6
        scale = np.array([(wide - 12) / 2, _ROOM / 2]) / reach
        middle = np.array([left + (wide - 12) / 2, _TOP + _ROOM / 2])
        board.box(left, _TOP, wide - 12, _ROOM, tint="none", colour="rule")
        board.text(middle[0], _TOP - 13, title, size=14, bold=True)
        ends, own = (middle + some * scale * [1, -1] for some in (plane.points, points))
        for (x1, y1), (x2, y2) in zip(own, ends, strict=True):
            board.line(x1, y1, x2, y2, colour="grey", width=1.2, dash=True)
        for dots, colour in ((own, "vermilion"), (ends, "blue")):
            for x, y in dots:
                board.dot(x, y, 4.5, colour=colour)
        for word, (x, y) in zip(words, _labels(words, ends, own, left, left + wide - 12), strict=True):
            board.text(x, y, word, size=_SIZE)
    return board


def _labels(words: Sequence[str], ends: Any, own: Any, left: float, right: float) -> list[tuple[float, float]]:
    """Where the middle of each word stands: at the first place around its dot that is free, of eight."""
    full = [(x - 6, x + 6, y - 6, y + 6) for x, y in [*ends, *own]]  # left, right, top and bottom of what is there
    found = []
    for word, (x, y) in zip(words, ends, strict=True):
        half = width_of(word, _SIZE) / 2
        aside = [(half + 8, 0), (-half - 8, 0), (0, -14), (0, 14), (half, -13), (half, 13), (-half, -13), (-half, 13)]
        for dx, dy in [*aside, *[(0, 14 * further) for further in range(2, len(words) + 2)]]:
            box = (x + dx - half, x + dx + half, y + dy - 7, y + dy + 7)
            clear = all(box[1] < a or b < box[0] or box[3] < c or d < box[2] for a, b, c, d in full)
            if clear and left < box[0] and box[1] < right:
                break
        full.append(box)
        found.append((x + dx, y + dy))
    return found
