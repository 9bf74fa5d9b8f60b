"""A word in its sentences: which vector is taken of it, how alike pairs are, what is put in its place (chapter 6)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from embedlib.show.board import Board, number_text, width_of

__all__ = ["alike", "sentences", "taken"]


def taken(pieces: Sequence[str], vectors: Any, place: int, n: int = 5) -> Board:
    """One layer's vectors of a sentence: the first, whose mean is one number, and the one that was asked for.

    Parameters
    ----------
    pieces
        What the encoder reads, at most nine.
    vectors
        Shape (pieces, d); the first n numbers of each are drawn, the mean is of all d.
    place
        The piece that was asked for.

    Examples
    --------
    >>> taken(["[CLS]", "hi"], [[0.25, 0.75], [1.0, 0.0]], 1)
    Board: [CLS] · hi · mean of its numbers · 0.5 · asked for
    """
    rows = np.asarray(vectors, dtype=float)
    wide = 472 / len(pieces)
    cell = (wide - 8) / n
    limit = float(np.abs(rows[:, :n]).max()) or 1.0
    board = Board(480, 168)
    for at, piece in enumerate(pieces):
        x = 8 + wide * at
        edge = {0: "vermilion", place: "green"}.get(at)
        if edge:
            board.box(x - 4, 74, wide - 1, 60, tint="none", colour=edge)
        board.cells(x, 80, rows[at, :n], cell=cell, height=20, limit=limit)
        size = min(14.0, 14 * (wide - 8) / width_of(piece, 14))
        board.box(x - 2, 104, wide - 5, 26, piece, tint={0: "vermilion", place: "green"}.get(at, "grey"), size=size)
    board.arrow(8 + wide / 2 - 4, 70, 8 + wide / 2 - 4, 48, colour="vermilion")
    board.text(8, 12, "mean of its numbers", anchor="start", colour="vermilion", size=14)
    board.text(8, 34, number_text(rows[0].mean(), 4), anchor="start", colour="vermilion", bold=True)
    middle = 8 + wide * (place + 0.5) - 4
    return board.text(middle, 152, "asked for", colour="green", size=14, bold=True)


def alike(pairs: Sequence[tuple[str, str, float]], low: float = 0.0, high: float = 1.0) -> Board:
    """Pairs of texts one under another, and on a scale from ``low`` to ``high`` how alike each is.

    Examples
    --------
    >>> alike([("a cat", "a dog", 0.75)])
    Board: 0 · 1 · a cat · a dog · 0.750
    """
    left, right = 282.0, 422.0
    board = Board(480, 30 + 48 * len(pairs))
    for end, x in ((low, left), (high, right)):
        board.text(x, 12, number_text(end, 2), size=13, colour="grey")
        board.line(x, 24, x, 26 + 48 * len(pairs), colour="rule")
    for line, (one, other, cosine) in enumerate(pairs):
        y = 42 + 48 * line
        for text, height in ((one, y - 6), (other, y + 12)):
            size = min(13.5, 13.5 * (left - 20) / width_of(text, 13.5))
            board.text(6, height, text, anchor="start", size=size)
        x = left + (right - left) * (cosine - low) / (high - low)
        board.line(left, y + 3, right, y + 3, colour="rule")
        board.dot(x, y + 3, 6, colour="blue")
        board.text(476, y + 3, f"{cosine:.3f}", anchor="end", size=13.5, bold=True)
    return board


def sentences(rows: Mapping[str, str], tints: Mapping[str, str]) -> Board:
    """Sentences word by word, each under its name; ``tints`` names the colours of some words, in lower case.

    Examples
    --------
    >>> sentences({"a shore": "The bank!"}, {"bank": "blue"})
    Board: a shore · The · bank!
    """
    laid: list[tuple[str, list[list[str]]]] = []
    for name, sentence in rows.items():
        lines: list[list[str]] = [[]]
        for word in sentence.split():
            if lines[-1] and sum(width_of(other, 15) + 16 for other in [*lines[-1], word]) > 464:
                lines.append([])
            lines[-1].append(word)
        laid.append((name, lines))
    board = Board(480, sum(28 + 32 * len(lines) + 10 for _, lines in laid))
    y = 14.0
    for name, lines in laid:
        board.text(8, y, name, anchor="start", colour="grey", size=14)
        y += 28
        for line in lines:
            bare = [word.strip(".,;:!?\"'").lower() for word in line]
            marked = {place: tints[word] for place, word in enumerate(bare) if word in tints}
            board.words(8, y, line, tints=marked, gap=4, pad=6)
            y += 32
        y += 10 - 4
    return board
