"""Chapter 16's drawings: the way of a question to its answer, a marked page, and counts in bars and squares."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

import numpy as np

from embedlib.show.board import Board, width_of

__all__ = ["crossed", "errand", "marked_page", "stacked", "word_weights"]

_LINES = ("green", "blue", "vermilion", "orange", "purple", "sky", "grey")


def errand(question: str, found: Sequence[str], taken: int, reply: str) -> Board:
    """The way of a question: a search among passages, one of them laid before the model, its answer.

    Parameters
    ----------
    question, reply
        Short lines.
    found
        A few passages, as short lines.
    taken
        The place of the one that is handed on.

    Examples
    --------
    >>> errand("Who spoke?", ["1861: Lincoln"], 0, "Lincoln").width
    480
    """
    if not 0 <= taken < len(found):
        raise ValueError(f"One of {len(found)} passages is handed on, by its place from 0; {taken} is none of them.")
    step = 30.0
    high = max(step * len(found) + 10, 110)
    board = Board(480, high + 210)
    board.text(4, 14, "question", size=13, colour="grey", anchor="start")
    board.box(4, 26, 472, 32, question, tint="blue")
    top = 100.0
    board.arrow(110, 60, 110, top - 6, colour="grey").text(122, 80, "search", size=13, colour="grey", anchor="start")
    for place, line in enumerate(found):
        mine = place == taken
        board.box(4, top + step * place, 212, 26, line, tint="green" if mine else "grey", size=13)
    middle = top + step * taken + 13
    board.text(262, 88, "prompt", size=13, colour="grey", anchor="start")
    board.box(262, top, 214, 78, tint="white", colour="ink")
    board.box(270, top + 8, 198, 28, found[taken], tint="green", size=13)
    fitting = question
    while width_of(fitting, 13) > 190:
        fitting = fitting.rstrip("…").rsplit(" ", 1)[0] + "…"
    board.box(270, top + 42, 198, 28, fitting, tint="blue", size=13)
    board.arrow(218, middle, 260, top + 22, colour="green")
    board.arrow(369, top + 80, 369, top + 112, colour="grey")
    board.text(381, top + 96, "model", size=13, colour="grey", anchor="start")
    foot = top + 118
    board.text(258, foot + 16, "answer", size=13, colour="grey", anchor="end")
    board.box(262, foot, 214, 32, reply, tint="purple")
    board.height = max(top + high, foot + 40)
    return board


def marked_page(text: str, marks: Mapping[str, str] | None = None, title: str = "", size: float = 14) -> Board:
    """A text on a sheet, its lines broken, with marks behind some of its words.

    Parameters
    ----------
    text
        What stands on the sheet; its own line breaks are kept.
    marks
        Words to mark, and the colour of each.

    Examples
    --------
    >>> marked_page("Address of 1861, by Abraham Lincoln.", {"Abraham Lincoln": "green"})
    Board: Address of 1861, by · Abraham Lincoln · .
    """
    spans: list[tuple[int, int, str]] = []
    for words, colour in (marks or {}).items():
        spans += [(*match.span(), colour) for match in re.finditer(re.escape(words), text)]
    lines, room, gap = [], 440.0, 0.3 * size
    for paragraph in re.finditer(r"[^\n]*", text):
        line: list[tuple[str, str, bool]] = []  # words, colour, whether a space stands before
        x = 0.0
        for word in re.finditer(r"\S+", paragraph.group()):
            start = paragraph.start() + word.start()
            pieces = _pieces(word.group(), start, spans)
            wide = sum(width_of(piece, size) for piece, _ in pieces)
            if line and x + gap + wide > room:
                lines.append(line)
                line, x = [], 0.0
            for place, (piece, colour) in enumerate(pieces):
                line.append((piece, colour, bool(line) and place == 0))
            x += gap + wide
        if line or (not paragraph.group() and lines and lines[-1]):
            lines.append(line)
    while lines and not lines[-1]:
        lines.pop()
    step, head = 1.65 * size, 26.0 if title else 0.0
    board = Board(480, head + step * len(lines) + 24)
    if title:
        board.text(4, 12, title, size=13, colour="grey", anchor="start")
    board.box(2, head + 2, 476, step * len(lines) + 18, tint="white", colour="rule")
    for row, line in enumerate(lines):
        y, x = head + 12 + step * (row + 0.5), 18.0
        for words, colour in _runs(line):
            wide = width_of(words, size)
            if colour:
                board.box(x - 2, y - 0.7 * size, wide + 4, 1.45 * size, tint=colour)
            board.text(x, y, words, size=size, anchor="start")
            x += wide + gap
    return board


def _pieces(word: str, start: int, spans: Sequence[tuple[int, int, str]]) -> list[tuple[str, str]]:
    """A word in parts that are marked alike."""
    colours = [next((c for low, high, c in spans if low <= start + i < high), "") for i in range(len(word))]
    cuts = [0, *(i for i in range(1, len(word)) if colours[i] != colours[i - 1]), len(word)]
    return [(word[low:high], colours[low]) for low, high in pairwise(cuts)]


def _runs(line: Sequence[tuple[str, str, bool]]) -> list[tuple[str, str]]:
    """Neighbouring words of one colour as one piece of text."""
    runs: list[tuple[str, str]] = []
    for words, colour, apart in line:
        if runs and runs[-1][1] == colour:
            runs[-1] = (runs[-1][0] + " " * apart + words, colour)
        else:
            runs.append((words, colour))
    return runs


def stacked(
    counts: Mapping[str, Mapping[str, int]],
    colours: Mapping[str, str] | None = None,
    heads: Mapping[str, str] | None = None,
) -> Board:
    """Bars of equal length, each cut by how often things happened; the counts stand in the parts.

    A part that is too narrow for its count is drawn as wide as the count.

    Parameters
    ----------
    counts
        Name of the bar, to name of the part, to a count; parts of one name have one colour.
    colours
        Colours of the parts; by default the course's in turn.
    heads
        A line of text above a bar, where a group of them begins.

    Examples
    --------
    >>> stacked({"with the page": {"right": 3, "wrong": 1}, "without": {"right": 1, "wrong": 3}})
    Board: right · wrong · with the page · 3 · 1 · without · 1 · 3
    """
    parts = list(dict.fromkeys(part for row in counts.values() for part in row))
    if not parts or any(not sum(row.values()) for row in counts.values()):
        raise ValueError("Each bar needs counts, and not all of them nought.")
    chosen = {part: (colours or {}).get(part, _LINES[i % len(_LINES)]) for i, part in enumerate(parts)}
    left = max(width_of(name.split(" | ")[-1], 14) for name in counts) + 16
    long, x, y = 474 - left, 4.0, 12.0
    marks: list[tuple[float, float, str]] = []
    for part in parts:
        wide = width_of(part, 13) + 34
        if x + wide > 476:
            x, y = 4.0, y + 22
        marks.append((x, y, part))
        x += wide
    top, step = y + 20, 34.0
    board = Board(480, top + step * len(counts) + 24 * len(heads or {}) + 4)
    for x, y, part in marks:
        board.box(x, y - 7, 14, 14, tint=_solid(chosen[part]))
        board.text(x + 19, y, part, size=13, anchor="start")
    y = top
    for name, row in counts.items():
        if heads and name in heads:
            board.text(4, y + 12, heads[name], size=13, colour="grey", anchor="start", bold=True)
            y += 24
        board.text(left - 10, y + 14, name.split(" | ")[-1], size=14, anchor="end")
        x = left
        for part, wide in _widths({part: row.get(part, 0) for part in parts}, long).items():
            board.box(x, y, wide - 1.5, 28, tint=_solid(chosen[part]))
            board.text(x + wide / 2, y + 14, str(row[part]), size=13, colour="white", bold=True)
            x += wide
        y += step
    return board


def _widths(row: Mapping[str, int], long: float) -> dict[str, float]:
    """How wide each part is: at least so wide that its count fits, which the widest part pays for."""
    whole = sum(row.values())
    fair = {part: long * count / whole for part, count in row.items() if count}
    wide = {part: max(each, width_of(str(row[part]), 13) + 5) for part, each in fair.items()}
    wide[max(fair, key=lambda part: fair[part])] -= sum(wide.values()) - long
    return wide


def _solid(colour: str) -> str:
    from embedlib.show.board import COLOURS

    return COLOURS.get(colour, colour)


def crossed(
    counts: Mapping[str, Mapping[str, Mapping[str, int]]], good: Sequence[tuple[str, str]] = (), unit: float = 1.0
) -> Board:
    """Two-by-two tables side by side, each cell a square as large as its count.

    Parameters
    ----------
    counts
        Title, to row, to column, to a count. All tables have the same rows and columns.
    good
        The cells (row, column) that one would like to be large; they are green, the others vermilion.
    unit
        What a square's area is divided by; larger makes all of them smaller.

    Examples
    --------
    >>> crossed({"asked": {"there": {"answers": 8, "refuses": 0}, "not there": {"answers": 2, "refuses": 0}}})
    Board: asked · answers · refuses · there · not there · 8 · 0 · 2 · 0
    """
    first = next(iter(counts.values()))
    rows, columns = list(first), list(next(iter(first.values())))
    left = max(width_of(row, 13) for row in rows) + 12
    beside = 1 if len(counts) == 1 else 2
    across = min((476 - left) / (beside * len(columns)), 110)
    largest = max(count for table in counts.values() for row in table.values() for count in row.values())
    side = 0.86 * across / np.sqrt(max(largest, 1) * unit)
    high = 58 + across * len(rows)
    board = Board(480, high * -(-len(counts) // beside))
    for place, (title, table) in enumerate(counts.items()):
        x0 = left + (place % beside) * across * len(columns)
        y0 = high * (place // beside)
        board.text(x0 + across * len(columns) / 2, y0 + 12, title, size=14, bold=True)
        for j, column in enumerate(columns):
            board.text(x0 + across * (j + 0.5), y0 + 36, column, size=13, colour="grey")
        for i, row in enumerate(rows):
            if place % beside == 0:
                board.text(left - 8, y0 + 52 + across * (i + 0.5), row, size=13, colour="grey", anchor="end")
        for i, row in enumerate(rows):
            for j, column in enumerate(columns):
                x, y = x0 + across * j, y0 + 52 + across * i
                count = table[row][column]
                board.box(x + 1, y + 1, across - 2, across - 2, tint="grey")
                wide = side * np.sqrt(count)
                colour = "green" if (row, column) in good else "vermilion"
                if count:
                    middle = across / 2 - wide / 2
                    board.box(x + middle, y + middle, wide, wide, tint=_solid(colour))
                inside = wide > 26
                board.text(
                    x + across / 2,
                    y + across / 2 if inside or not count else y + across - 12,
                    str(count),
                    size=14,
                    bold=True,
                    colour="white" if inside else "ink",
                )
    return board


def word_weights(
    questions: Sequence[tuple[str, Mapping[str, float]]], marked: Sequence[str] = (), digits: int = 1
) -> Board:
    """The words of questions, each with a bar as high as it weighs in a search.

    Parameters
    ----------
    questions
        For each a title and its words with their weights.
    marked
        Words whose bars have another colour.

    Examples
    --------
    >>> word_weights([("asked", {"gave": 5.4, "1861": 5.4, "address": 0.1})], ["gave"])
    Board: asked · 5.4 · gave · 5.4 · 1861 · 0.1 · address
    """
    largest = max(weight for _, words in questions for weight in words.values())
    board = Board(480, 132 * len(questions))
    for row, (title, words) in enumerate(questions):
        y = 132.0 * row
        board.text(4, y + 12, title, size=13, colour="grey", anchor="start")
        across = 472 / max(len(words), 4)
        for place, (word, weight) in enumerate(words.items()):
            x, high = 4 + across * (place + 0.5), 62 * weight / largest
            colour = "vermilion" if word in marked else "blue"
            board.box(x - 17, y + 100 - high, 34, max(high, 1), tint=_solid(colour))
            board.text(x, y + 90 - high, f"{weight:.{digits}f}", size=13, colour="grey")
            board.text(x, y + 114, word, size=14, italic=True)
        board.line(4, y + 100, 476, y + 100, colour="rule")
    return board
