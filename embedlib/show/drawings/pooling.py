"""Whole sentences: three ways to one vector, the likenesses of a batch, the loss of a row, padding (chapter 8)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from embedlib.show.board import Board, number_text, width_of

__all__ = ["in_batch", "padding", "poolings", "row_loss"]


def poolings(pieces: Sequence[str], vectors: Any, n: int = 6) -> Board:
    """Pieces by numbers as a grid, and beneath it what mean, maximum and first make of each column.

    Parameters
    ----------
    pieces
        What the encoder reads; the first is [CLS].
    vectors
        Shape (pieces, d); the first n numbers are drawn.

    Examples
    --------
    >>> poolings(["[CLS]", "hi"], [[0.25, 0.5], [0.75, -0.5]], 2)
    Board: [CLS] · 0.25 · 0.5 · hi · 0.75 · −0.5 · mean · 0.5 · 0 · max · 0.75 · 0.5 · first · 0.25 · 0.5
    """
    rows = np.asarray(vectors, dtype=float)
    made = {"mean": rows.mean(axis=0), "max": rows.max(axis=0), "first": rows[0]}
    left, cell = 96.0, min(62.0, 376 / n)
    limit = float(np.abs(rows[:, :n]).max()) or 1.0
    look: dict[str, Any] = {"cell": cell, "height": 24, "limit": limit, "printed": True}
    board = Board(480, 12 + 26 * len(rows) + 24 + 30 * len(made))
    for line, (piece, row) in enumerate(zip(pieces, rows, strict=True)):
        y = 8 + 26 * line
        board.text(left - 10, y + 12, piece, anchor="end", size=14)
        board.cells(left, y, row[:n], **look)
    top = 8 + 26 * len(rows)
    board.arrow(left + cell * n / 2, top + 1, left + cell * n / 2, top + 19, colour="grey")
    for line, (name, row) in enumerate(made.items()):
        y = top + 22 + 30 * line
        board.text(left - 10, y + 12, name, anchor="end", bold=True, colour="blue")
        board.cells(left, y, row[:n], **look)
        board.box(left - 1, y - 1, cell * n + 2, 26, tint="none", colour="blue")
    return board


def in_batch(ones: Sequence[str], others: Sequence[str], likeness: Any) -> Board:
    """The likeness of each sentence of a batch to each partner: the diagonal is pulled up, the rest pushed down.

    Parameters
    ----------
    ones, others
        n sentences, and the partner of each.
    likeness
        Shape (n, n).

    Examples
    --------
    >>> in_batch(["a cat"], ["a kitten"], [[0.75]])
    Board: A · 1 · 0.75 · pulled up · pushed down · 1 · a cat · A · a kitten
    """
    table = np.asarray(likeness, dtype=float)
    n = len(ones)
    left, cell, high = 52.0, min(100.0, 420 / n), 34.0
    board = Board(480, 28 + high * n + 36 + 50 * n)
    names = [chr(ord("A") + place) for place in range(n)]
    for place, name in enumerate(names):
        board.text(left + cell * (place + 0.5), 14, name, bold=True, colour="blue")
    for line in range(n):
        y = 28 + high * line
        board.text(left - 16, y + high / 2, str(line + 1), bold=True)
        for place in range(n):
            right = place == line
            box: dict[str, Any] = {"tint": "green" if right else "vermilion", "colour": "green" if right else "none"}
            words = number_text(table[line, place], 2)
            board.box(left + cell * place + 2, y + 2, cell - 4, high - 4, words, bold=right, **box)
    y = 28 + high * n + 16
    for x, name, tint, colour in ((left, "pulled up", "green", "green"), (220, "pushed down", "vermilion", "none")):
        board.box(x, y - 9, 26, 18, tint=tint, colour=colour).text(x + 34, y, name, anchor="start", size=14)
    for place, (name, one, other) in enumerate(zip(names, ones, others, strict=True)):
        y = 28 + high * n + 50 + 50 * place
        for text, mark, height, colour in ((one, str(place + 1), y, "ink"), (other, name, y + 19, "blue")):
            board.text(14, height, mark, bold=True, size=14, colour=colour)
            size = min(14.0, 14 * 444 / width_of(text, 14))
            board.text(30, height, text, anchor="start", size=size)
    return board


def row_loss(likeness: Any, temperature: float, right: int = 0) -> Board:
    """One row of a batch on its way to the loss: divided by the temperature, turned into shares, minus the logarithm.

    Examples
    --------
    >>> row_loss([0.5, 0.5], 0.5)
    Board: likeness · 0.5 · 0.5 · ÷ 0.5 · 1 · 1 · share · 0.500 · 0.500 · loss: −log 0.500 = 0.693
    """
    row = np.asarray(likeness, dtype=float)
    divided = row / temperature
    shares = np.exp(divided - divided.max())
    shares /= shares.sum()
    left, cell = 104.0, min(88.0, 372 / len(row))
    board = Board(480, 232)
    lines = [("likeness", row, 2), (f"÷ {number_text(temperature)}", divided, 1)]
    for line, (name, numbers, digits) in enumerate(lines):
        y = 18 + 36 * line
        board.text(left - 10, y, name, anchor="end", colour="grey")
        for place, number in enumerate(numbers):
            tint = "green" if place == right else "vermilion"
            board.box(left + cell * place + 3, y - 14, cell - 6, 28, number_text(number, digits), tint=tint)
    board.text(left - 10, 146, "share", anchor="end", colour="grey")
    board.line(left, 172, left + cell * len(row), 172, colour="rule")
    for place, share in enumerate(shares):
        x = left + cell * (place + 0.5)
        tall = 70 * share
        colour = "green" if place == right else "vermilion"
        board.box(x - 18, 172 - tall, 36, tall, tint=colour, colour=colour)
        board.text(x, 186, f"{share:.3f}", size=14)
    text = f"loss: −log {shares[right]:.3f} = {-np.log(shares[right]):.3f}"
    return board.text(left, 216, text, anchor="start", bold=True)


def padding(lengths: Any, size: int) -> Board:
    """Sentences of so many pieces in batches: as they come, and sorted by length. Red is padding.

    Parameters
    ----------
    lengths
        Pieces of n sentences.
    size
        Sentences of a batch.

    Examples
    --------
    >>> padding([1, 3, 1, 3], 2)
    Board: as they come: 33 % padding · sorted: 0 % padding
    """
    given = np.asarray(lengths, dtype=int)
    cell, high = 222 / given.max(), 9.0
    batches = -(-len(given) // size)
    board = Board(480, 38 + high * len(given) + 10 * batches)
    for x, name, some in ((6, "as they come", given), (252, "sorted", np.sort(given))):
        padded = 0
        for start in range(0, len(some), size):
            batch = some[start : start + size]
            top = 36 + high * start + 10 * (start // size)
            padded += int((batch.max() - batch).sum())
            for line, length in enumerate(batch):
                y = top + high * line
                board.box(x, y, cell * length, high - 2, tint="blue", colour="none")
                if length < batch.max():
                    board.box(x + cell * length, y, cell * (batch.max() - length), high - 2, tint="#E9A17C")
        share = padded / (padded + some.sum())
        board.text(x, 14, f"{name}: {100 * share:.0f} % padding", anchor="start", size=14.5)
    return board
