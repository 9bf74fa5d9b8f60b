"""Chapter 14's drawings: names in sentences with what a tagger makes of them, and ranks that cross."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from embedlib.evaluation.sequence_labeling import Span, spans
from embedlib.show.board import Board, width_of

__all__ = ["named", "ranks"]

KINDS = {"PER": "blue", "LOC": "green", "ORG": "vermilion", "MISC": "purple"}
_LINES = ("blue", "vermilion", "green", "purple", "sky", "orange", "grey")


def named(sentences: Sequence[tuple[Sequence[str], Sequence[str]]], guessed: Sequence[Sequence[str]] = ()) -> Board:
    """Sentences with their names in boxes, a colour a kind; beneath, what was ``guessed``: right, wrong or missed.

    Parameters
    ----------
    sentences
        For each its words and its labels in BIO.
    guessed
        The labels that a tagger gave; a line under a name that is wholly right, a broken line under what it marked in
        error.

    Examples
    --------
    >>> named([(["Ada", "smiled"], ["B-PER", "O"])])
    Board: PER · Ada · smiled
    """
    laid = []
    for place, (words, labels) in enumerate(sentences):
        rows: list[list[int]] = [[]]
        for i in range(len(words)):
            if rows[-1] and sum(width_of(words[j], 15) + 13 for j in [*rows[-1], i]) > 470:
                rows.append([])
            rows[-1].append(i)
        laid.append((words, spans(labels), spans(guessed[place]) if len(guessed) else None, rows))
    step = 68 if len(guessed) else 46
    board = Board(480, sum(step * len(rows) + 8 for *_, rows in laid))
    y = 0.0
    for words, true, marked, rows in laid:
        for row in rows:
            _row(board, y, words, row, true, marked)
            y += step
        y += 8
    return board


def _row(
    board: Board, y: float, words: Sequence[str], row: list[int], true: list[Span], marked: list[Span] | None
) -> None:
    x, at = 4.0, {}
    for i in row:
        wide = width_of(words[i], 15) + 8
        at[i] = (x, x + wide)
        x += wide + 5
    for span in true:
        if inside := [i for i in range(span.start, span.end) if i in at]:
            left, right = at[inside[0]][0], at[inside[-1]][1]
            colour = KINDS.get(span.kind, "grey")
            if inside[0] == span.start:
                board.text(left, y + 8, span.kind, size=13, colour=colour, anchor="start", bold=True)
            board.box(left, y + 16, right - left, 25, tint=colour)
    for i in row:
        board.text(sum(at[i]) / 2, y + 28, words[i])
    for span in marked or []:
        if inside := [i for i in range(span.start, span.end) if i in at]:
            left, right = at[inside[0]][0], at[inside[-1]][1]
            board.line(left, y + 45, right, y + 45, colour=KINDS.get(span.kind, "grey"), width=3, dash=span not in true)
            if span not in true and inside[0] == span.start:
                board.text(left, y + 55, span.kind, size=13, colour=KINDS.get(span.kind, "grey"), anchor="start")


def ranks(
    places: Mapping[str, Sequence[int]], tasks: Sequence[str], after: int = 0, marked: Sequence[str] = ()
) -> Board:
    """Who stands where in each task: a line a model, the first place at the top.

    Parameters
    ----------
    places
        For each model its place in each task, from 1.
    tasks
        Their names.
    after
        Behind so many tasks an upright line is drawn.
    marked
        Models whose lines are heavy.

    Examples
    --------
    >>> ranks({"a": [1, 2], "b": [2, 1]}, ["first", "second"])
    Board: first · second · a · a · b · b
    """
    names = [*places]
    room = 1.12 * max(width_of(name, 13) for name in names) + 20  # names of marked lines are bold, and wider
    left, right, top, step = room, 480 - room, 56.0, 36.0
    across = (right - left) / max(len(tasks) - 1, 1)
    board = Board(480, top + step * (len(names) - 1) + 26)
    for i, task in enumerate(tasks):
        board.text(left + i * across, 12 + 18 * (i % 2), task, size=13, colour="grey")
        board.line(left + i * across, 40, left + i * across, board.height - 8, colour="rule", width=1)
    if after:
        x = left + (after - 0.5) * across
        board.line(x, 38, x, board.height - 4, colour="grey", dash=True)
    for name in sorted(names, key=lambda each: each in marked):
        colour = _LINES[names.index(name) % len(_LINES)]
        points = [(left + i * across, top + step * (place - 1)) for i, place in enumerate(places[name])]
        board.curve(points, colour=colour, width=4 if name in marked else 2.2)
        for x, y in points:
            board.dot(x, y, 5.5 if name in marked else 4.5, colour=colour)
        bold = name in marked
        board.text(left - 12, points[0][1], name, size=13, anchor="end", bold=bold)
        board.text(right + 12, points[-1][1], name, size=13, anchor="start", bold=bold)
    return board
