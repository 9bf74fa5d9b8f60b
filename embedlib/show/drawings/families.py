"""Families of language models: what each reads and guesses, and whose vectors know of what (chapter 7)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from embedlib import _check
from embedlib.show.board import Board, number_text, shade, width_of

__all__ = ["moved", "objective", "who_sees_whom"]

FAMILIES = {
    "BERT": "names hidden pieces; says whether a text follows",
    "RoBERTa": "names hidden pieces, others each time",
    "GPT": "names the next piece",
    "ELMo": "names the next piece; and, apart from it, the one before",
    "T5": "writes the stretches that are missing",
    "XLNet": "names hidden pieces one after the other, in any order",
}
_LEFT, _HIGH = 66.0, 26.0
Row = Mapping[int, tuple[str, str]]
"""Boxes of a row: column to words and colour. Grey is read, red hidden, green guessed, blue no word."""


def objective(
    family: str, pieces: Sequence[str], hidden: Sequence[int] = (), *, after: Sequence[str] = (), again: Any = ()
) -> Board:
    """What a network of a family reads of a text, and below it what it has to guess.

    Parameters
    ----------
    family
        "BERT", "RoBERTa", "GPT", "ELMo", "T5" or "XLNet".
    pieces
        n pieces of a text, at most eight, without special ones.
    hidden
        Places of the pieces that are asked for; XLNet's in the order in which it names them. Of T5, neighbours are
        one stretch. GPT and ELMo are asked for all.
    after
        BERT: pieces of the second text.
    again
        RoBERTa: the places that are hidden the next time.

    Examples
    --------
    >>> objective("RoBERTa", ["the", "dog", "barks"], [1])
    Board: RoBERTa · names hidden pieces, others each time · reads · [CLS] · the · [MASK] · barks · guesses · dog
    """
    _check.choice("family", family, tuple(FAMILIES))
    words = {0: ("[CLS]", "blue")} | {place + 1: (piece, "grey") for place, piece in enumerate(pieces)}
    rows: list[tuple[str, Row, str, str, Row]] = []  # what is read, from where to where one sees, what is guessed

    def masked(places: Sequence[int], name: str = "reads", also: Row | None = None) -> None:
        given = {place + 1: ("[MASK]", "vermilion") for place in places}
        guessed = {n: (words[n][0], "green") for n in given}
        rows.append((name, words | given, "both", "guesses", {**guessed, **(also or {})}))

    if family == "BERT":
        masked(hidden, also={0: ("follows?", "green")} if after else None)
        if after:
            second = {0: ("[SEP]", "blue")} | {place + 1: (piece, "grey") for place, piece in enumerate(after)}
            rows.append(("and", second, "", "", {}))
    elif family == "RoBERTa":
        masked(hidden)
        if again:
            masked(again, "next time")
    elif family in ("GPT", "ELMo"):
        following = {n: (words[n + 1][0], "green") for n in range(len(pieces))}
        rows.append(("reads", words, "right", "guesses", following))
        if family == "ELMo":
            before = {n + 1: (words[n][0], "green") for n in range(1, len(pieces) + 1)}
            end = {len(pieces) + 1: ("[SEP]", "blue")}
            rows.append(("reads", {n: words[n] for n in words if n} | end, "left", "guesses", before))
    elif family == "XLNet":
        gaps = {place + 1: ("", "gap") for place in hidden}
        for turn, place in enumerate(hidden):
            known = {other + 1: (words[other + 1][0], "green") for other in hidden[:turn]}
            guess = {place + 1: (words[place + 1][0], "green")}
            rows.append(("reads", words | gaps | known, "both", f"guess {turn + 1}", guess))
    else:
        read, written, mark = [words[0]], [("[PAD]", "blue")], 0
        for place, piece in enumerate(pieces):
            if place not in hidden:
                read.append((piece, "grey"))
                continue
            if place - 1 not in hidden:
                read.append((f"[SPAN{mark}]", "vermilion"))
                written.append(read[-1])
                mark += 1
            written.append((piece, "green"))
        answers = [*written[1:], ("[SEP]", "blue")]
        rows.append(("reads", dict(enumerate(read)), "both", "", {}))
        rows.append(("has written", dict(enumerate(written)), "right", "guesses", dict(enumerate(answers))))
    return _drawn(family, rows)


def _drawn(family: str, rows: Sequence[tuple[str, Row, str, str, Row]]) -> Board:
    columns = 1 + max(max([*read, *guessed]) for _, read, _, _, guessed in rows)
    wide = (476 - _LEFT) / columns
    board = Board(480, 30 + sum(84 if guessed else 44 for *_, guessed in rows) - 6)
    board.text(4, 13, family, anchor="start", bold=True)
    board.text(14 + width_of(family, 15, True), 13, FAMILIES[family], anchor="start", colour="grey", size=14)
    y = 30.0
    for name, read, sees, asks, guessed in rows:
        first, last = (_LEFT + wide * (n + 0.5) for n in (min(read), max(read)))
        for start, end, way in ((first, last, "right"), (last, first, "left")):
            if sees in (way, "both"):
                board.arrow(start, y + 3, end, y + 3, colour="grey", width=1.2, head=8)
        _boxes(board, y + 10, name, read, wide)
        y += 44
        if guessed:
            for n in guessed:
                board.arrow(_LEFT + wide * (n + 0.5), y - 7, _LEFT + wide * (n + 0.5), y + 5, colour="green", head=7)
            _boxes(board, y + 6, asks, guessed, wide)
            y += 40
    return board


def _boxes(board: Board, y: float, name: str, row: Row, wide: float) -> None:
    lines = [name] if width_of(name, 13.5) < _LEFT - 8 else name.split()
    for line, part in enumerate(lines):
        place = y + _HIGH / 2 + 15 * (line - (len(lines) - 1) / 2)
        board.text(_LEFT - 6, place, part, anchor="end", colour="grey", size=13.5)
    for n, (words, tint) in row.items():
        x = _LEFT + wide * n + 1.5
        if tint == "gap":
            board.box(x, y, wide - 3, _HIGH, tint="none", colour="vermilion", dash=True)
        else:
            size = min(14.5, 14.5 * (wide - 7) / width_of(words, 14.5))
            board.box(x, y, wide - 3, _HIGH, words, tint=tint, size=size)


def who_sees_whom(masks: Mapping[str, Any], pieces: Sequence[str] = ()) -> Board:
    """Grids of pieces by pieces, one a model: a filled cell says that the row's vector depends on the column's piece.

    Parameters
    ----------
    masks
        Shape (n, n) each, as measured: booleans, or how far the row's vector moves when the column's piece is changed.
        Of numbers, shades are shares of the grid's largest, and what is at most 1e-5 of it, as rounding, stays white.
    pieces
        n names, or none.

    Examples
    --------
    >>> who_sees_whom({"GPT": [[True, False], [True, True]]}, ["a", "b"])
    Board: a · b · GPT · a · b · a row is a vector, a column the piece that is changed
    """
    grids = {name: np.asarray(mask, dtype=float) for name, mask in masks.items()}
    n = len(next(iter(grids.values())))
    across = min(3, len(grids))
    left = 12 + max([width_of(piece, 13.5) for piece in pieces], default=0)
    top = 26 + max([width_of(piece, 13.5) for piece in pieces], default=0)
    cell = min(26.0, (476 - left - 16 * (across - 1)) / across / n)
    deep = cell * n + 28
    lines = -(-len(grids) // across)
    board = Board(480, top + deep * lines + 4)
    for line in range(lines):
        for row, piece in enumerate(pieces):
            board.text(left - 6, top + deep * line + cell * (row + 0.5), piece, anchor="end", size=13.5)
    for number, (name, grid) in enumerate(grids.items()):
        x, y = left + (cell * n + 16) * (number % across), top + deep * (number // across)
        board.text(x, 11 if number < across else y - 12, name, anchor="start", bold=True, size=14.5)
        for column, piece in enumerate(pieces if number < across else ()):
            board.text(x + cell * (column + 0.5), y - 5, piece, anchor="start", size=13.5, turn=-90)
        part = grid / (grid.max() or 1.0)
        shares = np.where(part > 1e-5, 0.3 + 0.7 * np.round(part, 1), 0)
        board.tiles(x, y, [[shade(share) for share in row] for row in shares], cell=cell)
    where = top + deep * lines - 10
    return board.text(left, where, "a row is a vector, a column the piece that is changed", anchor="start", size=13.5)


def moved(words: Sequence[str], changes: Mapping[str, Any], other: Sequence[str] = ()) -> Board:
    """How far each word's vector moves when another word of the sentence is changed: a row a model, a cell a word.

    Parameters
    ----------
    words
        n words of the sentence, at most nine.
    changes
        By model, shape (n,): how far the word's vector moves, 0 or more. All have one scale of shades.
    other
        The words of the changed sentence; where they differ, both are written.

    Examples
    --------
    >>> moved(["a", "dog"], {"GPT": [0, 0.5]}, ["a", "cat"])
    Board: a · dog · cat · GPT · 0 · 0.5
    """
    table = {name: np.asarray(row, dtype=float) for name, row in changes.items()}
    largest = max(float(row.max()) for row in table.values()) or 1.0
    left = 14 + max(width_of(name, 14) for name in table)
    wide = (476 - left) / len(words)
    two = bool(other) and list(other) != list(words)
    top = 58.0 if two else 34.0
    board = Board(480, top + 32 * len(table) + 2)
    for place, word in enumerate(words):
        both = [word, other[place]] if two and other[place] != word else [word]
        size = min(14.5, *(14.5 * (wide - 4) / width_of(one, 14.5) for one in both))
        for line, one in enumerate(both):
            colour = "vermilion" if len(both) > 1 else "ink"
            y = top - 14 - 22 * (len(both) - 1 - line)
            board.text(left + wide * (place + 0.5), y, one, size=size, colour=colour, bold=len(both) > 1)
    for line, (name, row) in enumerate(table.items()):
        y = top + 32 * line
        board.text(left - 8, y + 14, name, anchor="end", size=14)
        for place, number in enumerate(row):
            share = number / largest
            text = number_text(number) if number >= 0.005 or number <= 1e-5 else "<0.01"
            size = min(13.5, 13.5 * (wide - 4) / width_of(text, 13.5))
            tint, ink = shade(share) if number > 1e-5 else "white", "white" if share > 0.55 else "ink"
            board.box(left + wide * place, y, wide - 2, 28, text, tint=tint, colour="rule", size=size, ink=ink)
    return board
