"""Searching, drawn: what each word of a query adds to a document's score, and how rankings are fused."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from embedlib.show.board import Board, number_text, width_of

__all__ = ["fused_rankings", "saturation", "word_scores"]

_COLOURS = ("blue", "vermilion", "green", "purple", "orange")


def word_scores(texts: Sequence[str], parts: Mapping[str, Any], digits: int = 2) -> Board:
    """Draw documents under one another, each with a bar of what every word of the query adds to its score.

    Parameters
    ----------
    texts
        n short documents, in the order in which they are drawn.
    parts
        Word to n numbers, none below 0; of one word alone they may be, and then have no bar.
    digits
        Decimals of the sums.

    Examples
    --------
    >>> word_scores(["A cat.", "A dog."], {"cat": [0.5, 0]})
    Board: cat · A cat. · 0.5 · A dog. · 0
    """
    numbers = {word: np.asarray(values, dtype=float) for word, values in parts.items()}
    if not 1 <= len(numbers) <= len(_COLOURS):
        raise ValueError(f"One to {len(_COLOURS)} words, each a colour; there are {len(numbers)}.")
    for word, values in numbers.items():
        if values.shape != (len(texts),) or not np.isfinite(values).all() or (len(numbers) > 1 and (values < 0).any()):
            raise ValueError(
                f'"{word}" has a number for each of {len(texts)} documents; where there are several words, from 0 on.'
            )
    lines = [_broken(text, 456) for text in texts]
    heights = [18 * len(each) + 34 for each in lines]
    board = Board(480, 34 + sum(heights))
    x = 10.0
    for word, colour in zip(numbers, _COLOURS, strict=False):
        board.dot(x + 5, 14, 5, colour=colour).text(x + 16, 14, word, size=14, colour=colour, anchor="start", bold=True)
        x += width_of(word, 14, bold=True) + 40
    total = np.sum(list(numbers.values()), axis=0)
    scale = 380 / (total.max() if total.max() > 0 else 1)
    y = 40.0
    for i, each in enumerate(lines):
        for line in each:
            board.text(10, y, line, size=14, anchor="start")
            y += 18
        x = 10.0
        for values, colour in zip(numbers.values(), _COLOURS, strict=False):
            if values[i] > 0:
                board.box(x, y - 6, scale * values[i], 13, tint="white", colour="none")
                board.curve(
                    [(x, y - 6), (x + scale * values[i], y - 6), (x + scale * values[i], y + 7), (x, y + 7)],
                    colour="none",
                    tint={"blue": "#0072B2", "vermilion": "#C44F00", "green": "#007A59", "orange": "#9A6700"}.get(
                        colour, "#A3477F"
                    ),
                )
                x += scale * values[i]
        board.text(x + 8, y, number_text(float(total[i]), digits), size=14, anchor="start", bold=bool(total[i]))
        y += 34
    return board


def saturation(curves: Mapping[str, Any], x_label: str, y_label: str, limit: float | None = None) -> Board:
    """Draw curves over 1, 2, 3, … that rise and flatten, each named at its end.

    Parameters
    ----------
    curves
        Name to n numbers, the first being that of 1; at most five.
    x_label, y_label
        What the numbers are.
    limit
        A level that they come near, drawn as a broken line; it, its half and 0 are written at the axis.

    Examples
    --------
    >>> saturation({"short": [1, 1.4, 1.6], "long": [0.6, 1, 1.2]}, "times", "counts")
    Board: counts · times · 1 · 2 · 3 · short · long
    """
    lines = {name: np.asarray(values, dtype=float) for name, values in curves.items()}
    sizes = {values.shape for values in lines.values()}
    if not 1 <= len(lines) <= len(_COLOURS) or len(sizes) != 1 or any(len(size) != 1 or size[0] < 2 for size in sizes):
        raise ValueError("One to five curves of equally many numbers, two or more.")
    n = sizes.pop()[0]
    room = max(width_of(name, 14) for name in lines) + 16
    most = max(*(float(values.max()) for values in lines.values()), limit or 0.0) or 1.0
    board = Board(480, 230)
    left, right, top, foot = 24.0 if limit is None else 40.0, 470.0 - room, 34.0, 188.0
    board.line(left, foot, right, foot, colour="rule").line(left, foot, left, top, colour="rule")
    for level in [] if limit is None else [0.0, limit / 2, limit]:
        height = foot - (foot - top) * level / most
        board.text(left - 6, height, number_text(level, 2), size=13, colour="grey", anchor="end")
        if level:
            board.line(left, height, right, height, colour="grey" if level == limit else "rule", dash=level == limit)
    board.text(10, 14, y_label, size=13.5, colour="grey", anchor="start")
    board.text((left + right) / 2, 222, x_label, size=13.5, colour="grey")
    at, ends = np.linspace(left + 14, right - 8, n), []
    for place, x in enumerate(at, 1):
        board.text(x, foot + 14, str(place), size=13, colour="grey")
    for (name, values), colour in zip(lines.items(), _COLOURS, strict=False):
        points = [(x, foot - (foot - top) * value / most) for x, value in zip(at, values, strict=True)]
        board.curve(points, colour=colour, width=2.2)
        for point in points:
            board.dot(*point, 3.2, colour=colour)
        ends.append((points[-1][1], name, colour))
    y = -np.inf
    for height, name, colour in sorted(ends):  # names that would touch are moved down
        y = max(height, y + 18)
        board.text(right + 6, y, name, size=14, colour=colour, anchor="start")
    return board


def fused_rankings(rankings: Mapping[str, Sequence[str]], right: str | None = None) -> Board:
    """Draw rankings side by side, the best at the top; the same thing is joined from column to column.

    Parameters
    ----------
    rankings
        Title to names, two or three columns of at most eight; a name that a column lacks is not joined there.
    right
        The one that is looked for: drawn in colour.

    Examples
    --------
    >>> fused_rankings({"words": ["a", "b"], "fused": ["b", "a"]}, right="b")
    Board: words · fused · 1 · a · b · 2 · b · a
    """
    columns = {title: list(names) for title, names in rankings.items()}
    longest = max((len(names) for names in columns.values()), default=0)
    if not 2 <= len(columns) <= 3 or not 1 <= longest <= 8:
        raise ValueError("Two or three rankings of one to eight names.")
    if any(len(set(names)) < len(names) for names in columns.values()):
        raise ValueError("A ranking holds a name twice.")
    step, board = 32.0, Board(480, 40 + 32.0 * longest)
    at = np.linspace(100, 412, len(columns)) if len(columns) == 3 else np.array([150.0, 350.0])
    wide = min(128.0, max(width_of(name, 14, bold=True) for names in columns.values() for name in names) + 16)
    for x, title in zip(at, columns, strict=True):
        board.text(x, 14, title, bold=True)
    pairs = list(zip(at, columns.values(), strict=True))
    for (x1, one), (x2, other) in itertools.pairwise(pairs):
        for place, name in enumerate(one):
            if name in other:
                board.line(
                    x1 + wide / 2,
                    46 + step * place,
                    x2 - wide / 2,
                    46 + step * other.index(name),
                    colour="vermilion" if name == right else "rule",
                    width=2.2 if name == right else 1.5,
                )
    for place in range(longest):
        board.text(18, 46 + step * place, str(place + 1), size=14, colour="grey")
        for x, names in pairs:
            if place < len(names):
                name, hit = names[place], names[place] == right
                board.box(
                    x - wide / 2,
                    34 + step * place,
                    wide,
                    24,
                    name,
                    size=14,
                    tint="vermilion" if hit else "grey",
                    bold=hit,
                )
    return board


def _broken(text: str, room: float, size: float = 14) -> list[str]:
    """A text on as many lines as it needs."""
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if lines[-1] and width_of(longer, size) > room:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines
