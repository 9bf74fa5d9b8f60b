"""Skip-gram's pairs, pulls and pushes: the drawings of chapter 3."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from embedlib.show.board import Board, number_text

__all__ = ["answers", "pull_and_push", "tally", "thinning", "window"]


def window(sentence: Sequence[str], reach: int = 2, middles: Sequence[int] | None = None) -> Board:
    """A window sliding over a sentence: a line for each word in its middle, and on the right the words in it.

    Parameters
    ----------
    sentence
        A few short words.
    reach
        How many words to the left and to the right belong to the window.
    middles
        Places of the words to show in the middle; all of them if not given.

    Examples
    --------
    >>> window(["the", "cat", "drinks", "milk"], reach=1)
    Board: the text · the pairs · the · cat · drinks · milk · the, cat · ... · milk, drinks
    """
    middles = range(len(sentence)) if middles is None else middles
    board = Board(480, 34 + 42 * len(middles))
    board.text(8, 14, "the text", anchor="start", colour="grey", size=14)
    board.text(300, 14, "the pairs", anchor="start", colour="grey", size=14)
    for line, middle in enumerate(middles):
        y = 52 + 42 * line
        inside = [i for i in range(max(0, middle - reach), min(len(sentence), middle + reach + 1)) if i != middle]
        ends = board.words(8, y, sentence, tints={middle: "blue"} | dict.fromkeys(inside, "green"))
        left, right = ends[min([middle, *inside])][0], ends[max([middle, *inside])][1]
        board.box(left - 4, y - 17, right - left + 8, 34, tint="none", colour="grey", dash=True)
        for place, i in enumerate(inside):
            column, row = divmod(place, 2)
            board.text(
                300 + 92 * column, y - 9 + 18 * row, f"{sentence[middle]}, {sentence[i]}", anchor="start", size=13
            )
    return board


def answers(word: str, vector: Any, contexts: Mapping[str, Any], n_true: int = 1) -> Board:
    """What skip-gram answers: two vectors looked up, their dot product, and the sigmoid of it beside the truth.

    Parameters
    ----------
    word, vector
        The word in the middle, and its word vector: shape (d,), d at most 3.
    contexts
        Context vectors by name, the true ones first.
    n_true
        How many of them are true.

    Examples
    --------
    >>> answers("drinks", [1, 0.5], {"milk": [0.2, 0.6], "treasury": [0.4, -0.8]})
    Board: word · context · ... · milk · 0.2 · 0.6 · 0.5 · 0.622 · yes: 1 · ... · 0 · 0.500 · no: 0
    """
    u = np.asarray(vector, dtype=float)
    board = Board(480, 38 + 50 * len(contexts))
    limit = float(max(np.abs(u).max(), *(np.abs(np.asarray(c)).max() for c in contexts.values())))
    titles = [(8, "word"), (120, "context"), (248, "u · c"), (306, "its answer"), (472, "the truth")]
    for x, title in titles:
        board.text(x, 16, title, anchor="end" if x > 400 else "start", colour="grey", size=14)
    for place, (name, c) in enumerate(contexts.items()):
        y, true = 60 + 50 * place, place < n_true
        score = float(u @ np.asarray(c, dtype=float))
        answer = 1 / (1 + np.exp(-score))
        for x, label, numbers in ((8, word, u), (120, name, c)):
            board.text(x, y - 12, label, anchor="start", bold=True, colour="blue" if x == 8 else "ink")
            board.cells(x, y, numbers, cell=94 / len(u), height=20, limit=limit, printed=True)
        board.text(268, y + 10, number_text(score))
        board.box(306, y + 2, 100, 16, tint="grey")
        board.box(306, y + 2, 100 * answer, 16, tint="green" if true else "vermilion")
        board.text(356, y + 10, f"{answer:.3f}", size=13)
        board.text(472, y + 10, "yes: 1" if true else "no: 0", anchor="end", bold=True)
    return board


def pull_and_push(word: tuple[str, Any], context: tuple[str, Any], negatives: Mapping[str, Any], rate: float) -> Board:
    """One step of skip-gram in the plane: the arrows before it (solid) and where each moves (broken, to its dot).

    Parameters
    ----------
    word, context
        A name and a vector of two numbers: the word in the middle, and its true context.
    negatives
        The negatives' vectors of two numbers, by name.
    rate
        The learning rate.

    Examples
    --------
    >>> pull_and_push(("drinks", [1, 0.5]), ("milk", [0.2, 0.6]), {"treasury": [0.4, -0.8]}, rate=0.5)
    Board: drinks · milk · treasury · milk: pulled · 0.622 − 1 = −0.378 · treasury: pushed · 0.5 − 0 = 0.5
    """
    names = [word[0], context[0], *negatives]
    u, c = np.asarray(word[1], dtype=float), np.array([context[1], *negatives.values()], dtype=float)
    error = 1 / (1 + np.exp(-c @ u)) - np.eye(len(c))[0]
    before = np.vstack([u, c])
    after = np.vstack([u - rate * error @ c, c - rate * error[:, None] * u])
    every = np.vstack([before, after, np.zeros((1, 2))])
    low, high = every.min(axis=0), every.max(axis=0)
    unit = float(min(230 / (high[0] - low[0]), 270 / (high[1] - low[1])))
    board = Board(480, round(60 + unit * (high[1] - low[1])))

    def at(point: Any) -> tuple[float, float]:
        return 60 + unit * (point[0] - low[0]), 30 + unit * (high[1] - point[1])

    board.line(*at((min(low[0], 0), 0)), *at((high[0], 0)), colour="rule")
    board.line(*at((0, low[1])), *at((0, high[1])), colour="rule")
    colours = ["blue", "green", *["vermilion"] * len(negatives)]
    for name, start, end, colour in zip(names, before, after, colours, strict=True):
        board.arrow(*at((0, 0)), *at(start), colour=colour, width=2.4)
        board.line(*at((0, 0)), *at(end), colour=colour, width=1.2, dash=True)
        board.arrow(*at(start), *at(end), colour="ink", width=2, head=8)
        x, y = at(start)
        left = end[0] > start[0]
        board.text(x - 12 if left else x + 12, y, name, anchor="end" if left else "start", colour=colour, bold=True)
    for place, (name, wrong, colour) in enumerate(zip(names[1:], error, colours[1:], strict=True)):
        y = 40 + 66 * place
        board.text(320, y, f"{name}: {'pulled' if wrong < 0 else 'pushed'}", anchor="start", colour=colour, bold=True)
        said, true = number_text(wrong + (place == 0), 3), int(place == 0)
        board.text(320, y + 24, f"{said} − {true} = {number_text(wrong, 3)}", anchor="start")
    return board


def tally(yes: int, no: int, words: tuple[str, str] = ("word", "context")) -> Board:
    """How often a pair is shown as true and how often as drawn, the best answer to that, and its dot product.

    Parameters
    ----------
    yes, no
        How often the text gives the pair, and how often the draws do; at most 20 together.

    Examples
    --------
    >>> tally(3, 12)
    Board: the pair word, context in one reading: ... · so the best u · c: log (3 / 12) = −1.39
    """
    board = Board(480, 130)
    title = f"the pair {words[0]}, {words[1]} in one reading: {yes} times yes, {no} times no"
    board.text(8, 16, title, anchor="start", colour="grey", size=14)
    side = min(26, 300 / (yes + no))
    for place in range(yes + no):
        true = place < yes
        board.box(8 + (side + 4) * place, 34, side, 26, "✓" if true else "", tint="green" if true else "vermilion")
    share, odds = yes / (yes + no), np.log(yes / no)
    board.text(8, 86, f"the best answer: {yes} of {yes + no}, or {share:.2f}", anchor="start")
    board.text(8, 112, f"so the best u · c: log ({yes} / {no}) = {number_text(odds)}", anchor="start")
    return board


def thinning(before: Mapping[str, int], after: Mapping[str, int]) -> Board:
    """What subsampling leaves of some words: a bar for the share that is kept, and both counts.

    Parameters
    ----------
    before, after
        How often each word stands in the text, and how often in what was kept of it.

    Examples
    --------
    >>> thinning({"the": 1000, "milk": 20}, {"the": 90, "milk": 20})
    Board: in the text · kept · share · the · 1,000 · 90 · 9 % · milk · 20 · 20 · 100 %
    """
    board = Board(480, 32 + 34 * len(before))
    for x, title, anchor in (
        (190, "in the text", "end"),
        (270, "kept", "end"),
        (300, "share", "start"),
    ):
        board.text(x, 14, title, anchor=anchor, colour="grey", size=14)
    for place, (word, count) in enumerate(before.items()):
        y, kept = 46 + 34 * place, after[word]
        board.text(8, y, word, anchor="start", bold=True)
        board.text(190, y, f"{count:,}", anchor="end").text(270, y, f"{kept:,}", anchor="end")
        board.box(300, y - 9, 120, 18, tint="grey")
        if kept:
            board.box(300, y - 9, max(2, 120 * kept / count), 18, tint="#0072B2")
        board.text(472, y, f"{100 * kept / count:.0f} %", anchor="end")
    return board
