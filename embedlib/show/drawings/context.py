"""What BERT does with a sentence: pieces, padding, the sum of three, attention: the drawings of chapter 5."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from embedlib.show.board import Board, number_text, shade, width_of

__all__ = ["attends", "batch", "cuts", "gap", "layer_norm_sum", "looks", "tower"]

_SPECIAL = {"[CLS]": "blue", "[SEP]": "blue", "[MASK]": "vermilion", "[UNK]": "vermilion"}


def cuts(pieces: Mapping[str, Sequence[str]]) -> Board:
    """Words cut into pieces: a line a word, a box a piece; pieces that go on a word are green.

    They are those marked ``##``, or, where a piece that begins a word is marked ``▁``, those without.

    Examples
    --------
    >>> cuts({"tokens": ["token", "##s"]})
    Board: tokens · token · ##s
    """
    board = Board(480, 8 + 40 * len(pieces))
    for line, (word, some) in enumerate(pieces.items()):
        y = 24 + 40 * line
        board.text(8, y, word, anchor="start", bold=True)
        marked = any(piece.startswith("▁") for piece in some)
        going_on = [piece.startswith("##") or (marked and not piece.startswith("▁")) for piece in some]
        tints = {place: "green" for place, goes_on in enumerate(going_on) if goes_on}
        tints |= {place: "vermilion" for place, piece in enumerate(some) if piece in ("[UNK]", "<unk>")}
        part = min(1.0, 332 / sum(width_of(piece, 14) + 20 for piece in some))
        board.words(150, y, list(some), tints=tints, size=14 * part, gap=6 * part, pad=7 * part)
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
            board.box(left + cell * column, y, cell - 1, cell - 1, tint=shade(weight))
            if weight >= 0.195:
                ink = "white" if weight > 0.55 else "ink"
                where = (left + cell * (column + 0.5), y + cell / 2)
                board.text(*where, number_text(weight, 2), size=13, colour=ink)
    return board


def looks(pieces: Sequence[str], place: int, fits: Any, weights: Any) -> Board:
    """How one piece looks at the others: how well each fits what it looks for, and the weight that makes of it.

    Parameters
    ----------
    pieces
        n names.
    place
        Which of them looks.
    fits
        Shape (n,): a number for each piece, of any size.
    weights
        Shape (n,): the shares made of them, which add up to 1; drawn as columns.

    Examples
    --------
    >>> looks(["a", "b"], 1, [3.0, 1.0], [0.88, 0.12])
    Board: b looks for · a · 3 · 0.88 · b · 1 · 0.12 · fit · weight
    """
    wide = 400 / len(pieces)
    board = Board(480, 196)
    board.text(8, 14, f"{pieces[place]} looks for", anchor="start", bold=True)
    for n, (piece, fit, weight) in enumerate(zip(pieces, fits, weights, strict=True)):
        x = 72 + wide * n
        size = max(10.0, min(14.0, 14 * (wide - 6) / width_of(piece, 14)))
        tint = "vermilion" if n == place else _SPECIAL.get(piece, "grey")
        board.box(x, 34, wide - 3, 26, piece, tint=tint, size=size)
        board.text(x + wide / 2, 80, number_text(fit, 1), size=13.5)
        long = 66 * float(weight)
        board.box(x + wide / 4, 172 - long, wide / 2, max(long, 1), tint="#0072B2")
        board.text(x + wide / 2, 184, number_text(weight, 2), size=13.5)
    board.text(8, 80, "fit", anchor="start", colour="grey", size=13)
    return board.text(8, 184, "weight", anchor="start", colour="grey", size=13)


def tower(pieces: Sequence[str], states: Any, n: int = 6) -> Board:
    """An encoder from below: pieces, the vectors that go in, its layers, the vectors that come out.

    Parameters
    ----------
    pieces
        What the encoder reads, at most nine.
    states
        Its vectors, shape (layers + 1, pieces, d); of the lowest and the highest, n numbers of each piece are drawn.

    Examples
    --------
    >>> tower(["[CLS]", "hi"], np.zeros((3, 2, 6)))
    Board: layer 2 comes out · layer 2 · layer 1 · layer 0 goes in · [CLS] · hi
    """
    vectors = np.asarray(states, dtype=float)
    layers = len(vectors) - 1
    wide = 472 / len(pieces)
    cell = (wide - 8) / n
    board = Board(480, 154 + 30 * layers)
    low = 60 + 30 * layers
    for y, layer, words in ((0, layers, f"layer {layers} comes out"), (low, 0, "layer 0 goes in")):
        if layer == 0:
            for height in range(layers, 0, -1):
                top = 60 + 30 * (layers - height)
                board.box(4, top, 472, 24, f"layer {height}", tint="sky", size=14)
        limit = float(np.abs(vectors[layer, :, :n]).max()) or 1.0
        board.text(6, y + 10, words, anchor="start", colour="grey", size=13)
        for place in range(len(pieces)):
            board.cells(8 + wide * place, y + 20, vectors[layer, place, :n], cell=cell, height=20, limit=limit)
            board.arrow(4 + wide * (place + 0.5), y + (58 if layer else 62), 4 + wide * (place + 0.5), y + 43, head=6)
    for place, piece in enumerate(pieces):
        size = min(14.0, 14 * (wide - 8) / width_of(piece, 14))
        tint = _SPECIAL.get(piece, "grey")
        board.box(6 + wide * place, low + 64, wide - 4, 26, piece, tint=tint, size=max(size, 10))
    return board


def gap(pieces: Sequence[str], guesses: Mapping[str, float]) -> Board:
    """A sentence with a hidden piece, and how likely each guess is: a bar a guess.

    Parameters
    ----------
    pieces
        The sentence, ``[MASK]`` in the place of the hidden piece.
    guesses
        Each guess and its probability.

    Examples
    --------
    >>> gap(["the", "[MASK]", "barks"], {"dog": 0.5, "tree": 0.25})
    Board: the · [MASK] · barks · dog · 50 % · tree · 25 %
    """
    lines: list[list[str]] = [[]]
    for piece in pieces:
        if lines[-1] and sum(width_of(other, 15) + 20 for other in [*lines[-1], piece]) > 464:
            lines.append([])
        lines[-1].append(piece)
    board = Board(480, 34 * len(lines) + 30 * len(guesses) + 20)
    for number, line in enumerate(lines):
        marked = {place: _SPECIAL[piece] for place, piece in enumerate(line) if piece in _SPECIAL}
        board.words(8, 18 + 34 * number, line, tints=marked)
    left = 24 + max(width_of(word, 15) for word in guesses)
    for number, (word, share) in enumerate(guesses.items()):
        y = 34 * len(lines) + 24 + 30 * number
        long = (400 - left) * share
        board.text(left - 8, y, word, anchor="end")
        board.box(left, y - 9, max(long, 1), 18, tint="#0072B2")
        board.text(left + long + 8, y, f"{100 * share:.{0 if share >= 0.1 else 1}f} %", anchor="start", size=14)
    return board
