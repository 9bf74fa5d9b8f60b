"""Where a translator looks: a sentence, its translation, and a weight for every two of their words (chapter 18)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from embedlib.show.board import Board, shade, width_of

__all__ = ["attention_step", "looked_at", "reader_and_writer"]

_SIZE = 14.0  # of the letters


def looked_at(source: Sequence[str], target: Sequence[str], weights: Any) -> Board:
    """A table of squares: a row a word that is written, a column a word that was read, dark where the weight is large.

    Parameters
    ----------
    source
        n words that were read, at most sixteen.
    target
        m words that were written, at most twenty.
    weights
        Shape (m, n), from 0 to 1.

    Examples
    --------
    >>> looked_at(["a", "dog"], ["un", "chien"], [[0.9, 0.1], [0.2, 0.8]])
    Board: read → · written ↓ · a · dog · un · chien
    """
    shares = np.asarray(weights, dtype=float)
    if shares.shape != (len(target), len(source)):
        raise ValueError(
            f"A weight for each of {len(target)} written and {len(source)} read words is needed; "
            f"the shape is {shares.shape}."
        )
    if not (np.isfinite(shares).all() and shares.min() >= 0 and shares.max() <= 1 + 1e-6):
        raise ValueError("The weights go from 0 to 1; one of these does not.")
    if not (1 <= len(source) <= 16 and 1 <= len(target) <= 20):
        raise ValueError(f"Up to sixteen words read and twenty written; these are {len(source)} and {len(target)}.")
    left = max(width_of(word, _SIZE) for word in [*target, "written ↓"]) + 14
    top = max(width_of(word, _SIZE) for word in source) + 14
    step = min(30.0, (476 - left) / len(source))
    top += 20  # for the name of the axis
    board = Board(480, top + step * len(target) + 6)
    board.text(left, 10, "read →", size=_SIZE, anchor="start", colour="grey")
    board.text(left - 8, top - 10, "written ↓", size=_SIZE, anchor="end", colour="grey")
    for j, word in enumerate(source):
        board.text(left + step * (j + 0.5), top - 8, word, size=_SIZE, anchor="start", turn=-90)
    for i, word in enumerate(target):
        board.text(left - 8, top + step * (i + 0.5), word, size=_SIZE, anchor="end")
        for j in range(len(source)):
            tint = shade(float(np.clip(shares[i, j], 0, 1)))
            board.box(left + step * j, top + step * i, step - 2, step - 2, tint=tint, colour="rule")
    return board


def attention_step(words: Sequence[str], read: Any, question: Any, last: str, found: str) -> Board:
    """One step of a translator: a question, its dot products with what was read, weights, their mean, a word.

    Parameters
    ----------
    words
        n words that were read, two to four.
    read
        A vector for each of them, shape (n, d), d at most four.
    question
        What the writer asks by, shape (d,).
    last, found
        The word it has just written, and the one that it writes now.

    Examples
    --------
    >>> attention_step(["a", "coat"], [[1, 0], [0, 1]], [0, 2], "un", "manteau")
    Board: 1 reader · a · coat · 2 question · 3 dot product · 0.00 · 2.00 · 4 weight · 0.12 · 0.88 · 5 mean ·
    writer, after un · manteau · and the new word goes in
    """
    rows, asked = np.asarray(read, dtype=float), np.asarray(question, dtype=float)
    if rows.shape != (len(words), len(asked)) or not 2 <= len(words) <= 4 or not 1 <= len(asked) <= 4:
        raise ValueError(
            f"Two to four words with a vector each, of up to four numbers as the question has: these are "
            f"{len(words)} words, vectors of shape {rows.shape} and a question of {len(asked)}."
        )
    products = rows @ asked
    weights = np.exp(products - products.max())
    weights /= weights.sum()
    mean = weights @ rows
    limit, board, cell = float(max(np.abs(rows).max(), np.abs(asked).max())), Board(480, 356), 22.0
    wide = len(asked) * cell
    middles = [168 + (i + 0.5) * 304 / len(words) for i in range(len(words))]
    board.text(8, 18, "1 reader", anchor="start", size=_SIZE)
    for word, middle, row in zip(words, middles, rows, strict=True):
        board.box(middle - 38, 5, 76, 26, word)
        board.cells(middle - wide / 2, 38, row, cell=cell, limit=limit)
    board.text(8, 92, "2 question", anchor="start", size=_SIZE)
    board.cells(8, 104, asked, cell=cell, limit=limit)
    board.text(150, 115, "3 dot product", anchor="middle", size=_SIZE)
    if wide < 80:  # from the question to what it is multiplied by
        board.arrow(12 + wide, 115, 98, 115, colour="grey", width=1.4)
    for middle, product in zip(middles, products, strict=True):
        board.arrow(middle, 64, middle, 100, colour="grey", width=1.4)
        board.text(middle + 20, 115, f"{product:.2f}", size=_SIZE)
    board.text(150, 172, "4 weight", anchor="middle", size=_SIZE)
    for middle, weight in zip(middles, weights, strict=True):
        board.box(middle - 14, 196 - 62 * weight, 28, 62 * weight, tint="blue", colour="blue")
        board.text(middle + 20, 188, f"{weight:.2f}", size=_SIZE, anchor="start")
        board.line(middle, 200, 320, 232, colour="grey", width=0.6 + 5 * float(weight))
    board.text(270 - wide / 2, 245, "5 mean", anchor="end", size=_SIZE)
    board.cells(320 - wide / 2, 234, mean, cell=cell, limit=limit)
    board.box(8, 278, 150, 30, f"writer, after {last}", tint="none", colour="ink", size=_SIZE)
    board.arrow(30, 276, 30, 130, colour="grey", width=1.4)
    board.arrow(320, 260, 320, 276, colour="grey", width=1.4)
    board.box(265, 278, 110, 30, found, tint="green")
    board.arrow(160, 293, 262, 293, colour="grey", width=1.4)
    board.curve([(320, 310), (320, 330), (60, 330)], colour="grey", width=1.4, dash=True)
    board.arrow(60, 330, 60, 311, colour="grey", width=1.4)
    return board.text(190, 345, "and the new word goes in", size=_SIZE, colour="grey")


def reader_and_writer(read: Sequence[str], written: Sequence[str]) -> Board:
    """A translator as boxes: what goes into its reader and its writer, and what comes out.

    Parameters
    ----------
    read
        The words of the one language, two or three.
    written
        Those of the other, two or three. The writer begins with ``<start>`` and ends with ``<end>``.

    Examples
    --------
    >>> reader_and_writer(["a", "dog"], ["un", "chien"])
    Board: a · reader · dog · reader · state · a vector a word · attention · comes out → ·
    <start> · writer · un · un · writer · chien · chien · writer · <end> ·
    in use its own last word goes in, in training the right one
    """
    if not (2 <= len(read) <= 3 and 2 <= len(written) <= 3):
        raise ValueError(f"Two or three words read, and as many written; these are {len(read)} and {len(written)}.")
    board, wide, step = Board(480, 288), 55.0, 65.0
    out, looks, nets, given = 8.0, 74.0, 144.0, 214.0  # the upper edges of the rows
    rights = [480 - step * (len(written) + 1 - i) + 4 for i in range(len(written) + 1)]
    lefts = [rights[0] - 24 - step * (len(read) - i) for i in range(len(read))]
    arrow: dict[str, Any] = {"colour": "grey", "width": 1.4, "head": 7}
    for left, word in zip(lefts, read, strict=True):
        board.box(left, given, wide, 28, word, size=13)
        board.arrow(left + wide / 2, given - 2, left + wide / 2, nets + 34, **arrow)
        board.box(left, nets, wide, 32, "reader", tint="blue", size=13)
        board.arrow(left + wide / 2, nets - 2, left + wide / 2, looks + 30, **arrow)
    for left in lefts[1:]:  # the reader goes both ways
        board.arrow(left - step + wide, nets + 10, left - 1, nets + 10, **arrow)
        board.arrow(left, nets + 22, left - step + wide + 1, nets + 22, **arrow)
    board.arrow(lefts[-1] + wide, nets + 20, rights[0] - 1, nets + 20, **arrow)
    board.text((lefts[-1] + wide + rights[0]) / 2, nets + 8, "state", size=12.5, colour="grey")
    ends = {name: (row[0], row[-1] + wide - row[0]) for name, row in {"read": lefts, "written": rights}.items()}
    board.box(ends["read"][0], looks, ends["read"][1], 28, "a vector a word", tint="none", colour="blue", size=13)
    board.box(ends["written"][0], looks, ends["written"][1], 28, tint="none", colour="blue")
    board.text(rights[1] + wide / 2, looks + 14, "attention", size=13)
    board.arrow(lefts[-1] + wide, looks + 14, rights[0] - 1, looks + 14, **arrow)
    board.text(rights[0] - 8, out + 14, "comes out →", size=13, colour="grey", anchor="end")
    for left, word, following in zip(rights, ["<start>", *written], [*written, "<end>"], strict=True):
        middle = left + wide / 2
        board.box(left, given, wide, 28, word, size=13)
        board.arrow(middle, given - 2, middle, nets + 34, **arrow)
        board.box(left, nets, wide, 32, "writer", tint="orange", size=13)
        if left > rights[0]:
            board.arrow(left - step + wide, nets + 20, left - 1, nets + 20, **arrow)
        board.arrow(middle, nets - 2, middle, looks + 30, **arrow)
        board.arrow(middle, looks - 2, middle, out + 30, **arrow)
        board.box(left, out, wide, 28, following, tint="green", size=13)
    for left in rights[1:]:  # what came out goes in
        down = left - 5
        board.curve([(left - 10, out + 14), (down, out + 14), (down, given + 14)], colour="grey", width=1.2, dash=True)
        board.arrow(down, given + 14, left, given + 14, colour="grey", width=1.2, head=5)
    return board.text(240, 272, "in use its own last word goes in, in training the right one", size=13, colour="grey")
