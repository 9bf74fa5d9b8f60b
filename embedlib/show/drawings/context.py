"""What BERT does with a sentence: pieces, padding, the sum of three, attention: the drawings of chapter 5."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from embedlib.show.board import Board, number_text, width_of

__all__ = ["attends", "batch", "cuts", "layer_norm_sum"]

_SPECIAL = {"[CLS]": "blue", "[SEP]": "blue", "[MASK]": "vermilion", "[UNK]": "vermilion"}


def cuts(pieces: Mapping[str, Sequence[str]]) -> Board:
    """Words cut into pieces: a line a word, a box a piece; pieces that go on a word are green.

    Examples
    --------
    >>> cuts({"tokens": ["token", "##s"]})
    Board: tokens · token · ##s
    """
    board = Board(480, 8 + 40 * len(pieces))
    for line, (word, some) in enumerate(pieces.items()):
        y = 24 + 40 * line
        board.text(8, y, word, anchor="start", bold=True)
        going_on = {place: "green" for place, piece in enumerate(some) if piece.startswith("##")}
        lost = {place: "vermilion" for place, piece in enumerate(some) if piece == "[UNK]"}
        board.words(150, y, list(some), tints=going_on | lost, size=14)
    return board


def batch(rows: Sequence[Sequence[str]], mask: Any) -> Board:
    """Sentences of a batch as columns of pieces, and under each its row of the attention mask.

    Parameters
    ----------
    rows
        The pieces of two or three short sentences, padded to one length.
    mask
        Ones and zeros, an array-like of the same shape.

    Examples
    --------
    >>> batch([["[CLS]", "hi", "[SEP]", "[PAD]"]], [[1, 1, 1, 0]])
    Board: pieces · [CLS] · hi · [SEP] · [PAD] · mask · 1 · 1 · 1 · 0
    """
    longest = max(len(row) for row in rows)
    wide = 412 / longest
    size = min(14.0, 14 * (wide - 4) / max(width_of(piece, 14) for row in rows for piece in row))
    board = Board(480, 76 * len(rows) + 4)
    for line, (row, seen) in enumerate(zip(rows, np.asarray(mask), strict=True)):
        y = 8 + 76 * line
        board.text(6, y + 14, "pieces", anchor="start", colour="grey", size=13)
        for place, piece in enumerate(row):
            pad = piece == "[PAD]"
            tint = "none" if pad else _SPECIAL.get(piece, "grey")
            edge = "rule" if pad else "none"
            board.box(60 + wide * place, y, wide - 2, 28, piece, tint=tint, colour=edge, size=max(size, 11), dash=pad)
        board.text(6, y + 44, "mask", anchor="start", colour="grey", size=13)
        for place, one in enumerate(seen):
            board.text(60 + wide * (place + 0.5) - 1, y + 44, str(int(one)), bold=bool(one), size=14)
    return board


def layer_norm_sum(parts: Mapping[str, Any], total: Any, n: int = 48) -> Board:
    """Vectors that are added up, and what layer norm makes of their sum: strips of the first n numbers.

    Parameters
    ----------
    parts
        Named vectors (d,), added.
    total
        The sum after layer norm, shape (d,). It has a colour scale of its own, and so have the parts together.

    Examples
    --------
    >>> layer_norm_sum({"token": [0.1, -0.2], "place": [0.0, 0.1]}, [1.0, -1.0])
    Board: token · place · + · layer norm of the sum
    """
    vectors = {name: np.asarray(vector, dtype=float)[:n] for name, vector in parts.items()}
    limit = float(max(np.abs(vector).max() for vector in vectors.values()))
    board = Board(480, 52 * len(vectors) + 74)
    cell = 440 / max(len(vector) for vector in vectors.values())
    for line, (name, vector) in enumerate(vectors.items()):
        y = 52 * line
        board.text(30, y + 14, name, anchor="start")
        board.cells(30, y + 26, vector, cell=cell, height=20, limit=limit)
        if line:
            board.text(14, y + 36, "+", size=18, bold=True)
    y = 52 * len(vectors)
    board.line(8, y + 4, 472, y + 4, colour="grey")
    board.text(30, y + 20, "layer norm of the sum", anchor="start", bold=True)
    return board.cells(30, y + 32, np.asarray(total, dtype=float)[:n], cell=cell, height=26)


def attends(pieces: Sequence[str], weights: Any) -> Board:
    """One head's attention as a table of shades: a row a piece that looks, a column a piece that is looked at.

    Parameters
    ----------
    pieces
        n names.
    weights
        Shape (n, n); each row sums to 1. Weights of 0.2 and more are written into their cells.

    Examples
    --------
    >>> attends(["a", "b"], [[0.9, 0.1], [0.3, 0.7]])
    Board: a · a · 0.9 · b · b · 0.3 · 0.7
    """
    table = np.asarray(weights, dtype=float)
    left = 12 + max(width_of(piece, 14) for piece in pieces)
    cell = min(44.0, (470 - left) / len(pieces))
    top = 14 + max(width_of(piece, 14) for piece in pieces)
    board = Board(480, top + cell * len(pieces) + 6)
    for row, piece in enumerate(pieces):
        y = top + cell * row
        board.text(left - 6, y + cell / 2, piece, anchor="end", size=14)
        board.text(left + cell * (row + 0.5), top - 6, piece, anchor="start", size=14, turn=-90)
        for column, weight in enumerate(table[row]):
            shade = np.array([255, 255, 255]) * (1 - weight) + np.array([0, 114, 178]) * weight
            colour = "#" + "".join(f"{round(part):02X}" for part in shade)
            board.box(left + cell * column, y, cell - 1, cell - 1, tint=colour)
            if weight >= 0.195:
                ink = "white" if weight > 0.55 else "ink"
                where = (left + cell * (column + 0.5), y + cell / 2)
                board.text(*where, number_text(weight, 2), size=13, colour=ink)
    return board
