"""GloVe's ratios and logarithms, an analogy in its plane, exams with their denominators, words in pieces and texts as
means: the drawings of chapter 4. Every drawing shows the values that it is given.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from embedlib.show.board import COLOURS, Board, number_text, width_of

__all__ = ["analogy", "average", "exam", "log_parts", "logs_of_shares", "pieces", "ratios"]

_Array = np.ndarray[Any, np.dtype[Any]]
_INKS = ("blue", "vermilion")


def ratios(series: Mapping[str, Mapping[str, float]], ends: tuple[str, str]) -> Board:
    """Draw ratios on a line on which each step multiplies, 1 in the middle: a row a word, a mark a series.

    Parameters
    ----------
    series
        Name to ratios by word, one or two series; a word that one of them lacks is left out of it.
    ends
        What a small ratio says, and what a large one.

    Examples
    --------
    >>> ratios({"paper": {"solid": 8.9, "gas": 0.085}}, ends=("with steam", "with ice")).height
    160
    """
    words = list(dict.fromkeys(word for given in series.values() for word in given))
    numbers = [given[word] for given in series.values() for word in given]
    if len(series) > len(_INKS) or not numbers or min(numbers) <= 0:
        raise ValueError("Give one or two series of ratios, each above 0.")
    reach = max(abs(math.log(number)) for number in numbers) * 1.3 or 1.0
    left = 24 + max(width_of(word, 15) for word in words)
    board, row = Board(480, 70 + 34 * len(words) + 22 * len(series)), 34.0
    middle, half = (left + 468) / 2, (468 - left) / 2

    def place(ratio: float) -> float:
        return middle + half * math.log(ratio) / reach

    board.text(left, 14, f"← {ends[0]}", size=14, colour="grey", anchor="start")
    board.text(468, 14, f"{ends[1]} →", size=14, colour="grey", anchor="end")
    floor = 34 + row * len(words)
    for tick in (0.01, 0.1, 0.2, 0.5, 1, 2, 5, 10, 100):
        if abs(math.log(tick)) <= reach:
            board.line(place(tick), 30, place(tick), floor, colour="grey" if tick == 1 else "rule", width=1.2)
            board.text(place(tick), floor + 12, f"{tick:g}", size=13, colour="grey")
    for number, word in enumerate(words):
        y = 30 + row * (number + 0.5)
        board.text(left - 14, y, word, anchor="end", italic=True)
        apart = 13 if len(series) == 2 else 0
        for which, (given, ink) in enumerate(zip(series.values(), _INKS, strict=False)):
            if word in given:
                x, at = place(given[word]), y + apart * (which - 0.5)
                board.line(middle, at, x, at, colour=ink, width=2.4).dot(x, at, 5, colour=ink)
                side = 1 if x >= middle else -1
                said = number_text(given[word], 2 if given[word] >= 0.1 else 3)
                board.text(x + 10 * side, at, said, size=13, colour=ink, anchor="start" if side > 0 else "end")
    for which, (name, ink) in enumerate(zip(series, _INKS, strict=False)):
        y = floor + 36 + 22 * which
        board.dot(left + 5, y, 5, colour=ink).text(left + 15, y, name, size=14, colour=ink, anchor="start")
    return board


def logs_of_shares(word: str, shares: Mapping[str, float]) -> Board:
    """Draw how a ratio of two shares becomes a difference: as they are, and as their logarithms.

    Parameters
    ----------
    word
        The word met; ``shares`` has the share of two words' meetings that were with it.

    Examples
    --------
    >>> "÷" in logs_of_shares("solid", {"ice": 1.9e-4, "steam": 2.2e-5}).svg()
    True
    """
    (one, p), (other, q) = shares.items()
    board, floor, tall = Board(480, 250), 190, 128
    unit = 10 ** math.ceil(-math.log10(min(p, q)))
    top = max(p, q)
    for x, name, share, ink in ((40, one, p, "blue"), (110, other, q, "vermilion")):
        height = tall * share / top
        board.box(x, floor - height, 44, height, tint=ink, colour=ink)
        board.text(x + 22, floor - height - 12, number_text(share * unit, 1), size=14, colour=ink, bold=True)
        board.text(x + 22, floor + 14, name, size=14, italic=True)
    board.line(24, floor, 170, floor, colour="grey")
    board.text(97, 16, f"shares with {word}", size=14, colour="grey")
    board.text(97, floor + 34, f"in {unit:,}", size=13, colour="grey")
    board.text(97, floor + 52, f"÷ gives {number_text(p / q, 1)}", bold=True)
    board.arrow(186, 122, 238, 122, colour="grey").text(212, 106, "log", size=14, colour="grey")
    high, low = math.log(max(p, q)), math.log(min(p, q))
    margin = 0.35 * (high - low) or 1.0
    base, span = low - margin, high - low + 2 * margin

    def level(number: float) -> float:
        return floor - tall * (number - base) / span

    board.arrow(274, floor + 8, 274, 40, colour="grey", width=1.3)
    board.text(366, 16, "their logarithms", size=14, colour="grey")
    for name, share, ink in ((one, p, "blue"), (other, q, "vermilion")):
        y = level(math.log(share))
        board.line(266, y, 330, y, colour=ink, width=2.4)
        board.text(338, y, f"{number_text(math.log(share), 2)}  {name}", size=14, colour=ink, anchor="start", bold=True)
    board.line(300, level(low), 300, level(high), colour="ink", width=1.4, dash=True)
    board.text(308, level((low + high) / 2), number_text(math.log(p / q), 2), anchor="start", bold=True)
    board.text(366, floor + 52, f"− gives {number_text(math.log(p / q), 2)}", bold=True)
    return board


def log_parts(pairs: Mapping[str, tuple[float, float, float, float]]) -> Board:
    """Draw what GloVe adds up for some pairs, end to end from 0, and the logarithm that it is to reach.

    Parameters
    ----------
    pairs
        Name to (b, b̃, w · w̃, log X), at most six.

    Examples
    --------
    >>> "1.5" in log_parts({"ice, cold": (0.5, 0.25, 1.5, 2.3)}).svg()
    True
    """
    inks, names = ("grey", "sky", "purple"), ("b", "b̃", "w · w̃")
    ends = [0.0]
    for *parts, target in pairs.values():
        ends += [*np.cumsum(parts), target]
    left = 22 + max(width_of(name, 14) for name in pairs)
    low, high = min(ends), max(ends)
    scale = (462 - left) / ((high - low) or 1.0)
    row, board = 58, Board(480, 44 + 58 * len(pairs))

    def place(number: float) -> float:
        return left + scale * (number - low)

    x = left
    for ink, name in zip(inks, names, strict=True):
        board.box(x, 8, 14, 14, tint=ink, colour=ink).text(x + 20, 15, name, size=14, anchor="start", colour=ink)
        x += 44 + width_of(name, 14)
    board.line(x, 6, x, 24, colour="vermilion", width=3)
    board.text(x + 8, 15, "log X", size=14, anchor="start", colour="vermilion")
    board.line(place(0), 32, place(0), board.height - 6, colour="rule")
    for number, (name, (*parts, target)) in enumerate(pairs.items()):
        y, start = 38 + row * number, 0.0
        board.text(left - 12, y + 20, name, size=14, anchor="end", italic=True)
        for step, (part, ink) in enumerate(zip(parts, inks, strict=True)):
            x1, x2 = sorted((place(start), place(start + part)))
            board.box(x1, y + 14 * step, max(x2 - x1, 1), 12, tint=ink, colour=ink)
            said, wide = number_text(part, 2), width_of(number_text(part, 2), 13)
            beyond = place(target) if -4 < place(target) - x2 < wide + 8 else x2  # not across the mark
            at, anchor = (beyond + 5, "start") if beyond + 8 + wide < 478 else (x1 - 5, "end")
            board.text(at, y + 6 + 14 * step, said, size=13, anchor=anchor, colour=ink)
            start += part
        board.line(place(target), y - 3, place(target), y + 45, colour="vermilion", width=3)
    return board


def analogy(vectors: Any, a: str, b: str, c: str, nearest: Sequence[str]) -> Board:
    """Draw b − a + c in the plane of the three words' arrowheads, and beside it the angles of words to this sum.

    All vectors are brought to length 1 first, as the method does. The four corners lie in one plane, so their
    distances are true; other words do not, and are shown by their angle to the sum alone.

    Parameters
    ----------
    nearest
        Words whose angles are drawn, at most five.

    Examples
    --------
    >>> four = {"man": [0, 0, 1], "king": [1, 0, 1], "woman": [0, 1, 1], "queen": [1, 1, 1.0]}
    >>> "queen" in analogy(four, "man", "king", "woman", ["queen", "king"]).svg()
    True
    """
    unit = {name: np.asarray(vectors[name], dtype=float) for name in (a, b, c, *nearest)}
    unit = {name: row / np.linalg.norm(row) for name, row in unit.items()}
    total = unit[b] - unit[a] + unit[c]
    up = unit[c] - unit[a]
    up = up / np.linalg.norm(up)
    along = unit[b] - unit[a]
    along = along - (along @ up) * up
    along = along / (np.linalg.norm(along) or 1.0)
    corners = {name: np.array([(unit[name] - unit[a]) @ along, (unit[name] - unit[a]) @ up]) for name in (a, b, c)}
    corners["sum"] = corners[b] + corners[c]
    points = np.stack(list(corners.values()))
    low, high = points.min(axis=0), points.max(axis=0)
    scale = float(min(130 / max((high - low)[0], 1e-9), 130 / max((high - low)[1], 1e-9)))
    board, floor = Board(480, 206), 158.0
    at = {name: (40 + scale * (x - low[0]), floor - scale * (y - low[1])) for name, (x, y) in corners.items()}
    board.arrow(*at[a], *at[b], colour="blue", width=2.4).arrow(*at[c], *at["sum"], colour="blue", width=2.4)
    board.line(*at[a], *at[c], colour="rule").line(*at[b], *at["sum"], colour="rule")
    for name in (a, b, c, "sum"):
        ink, words = ("vermilion", "the sum") if name == "sum" else ("ink", name)
        board.dot(*at[name], 5, colour=ink)
        x, y = at[name]
        board.text(x, y + (20 if name in (a, b) else -18), words, size=15, colour=ink, bold=name == "sum")
    x, long = 244.0, 130.0
    board.arrow(x, floor, x + long + 20, floor, colour="vermilion", width=2.6)
    board.text(x + long + 26, floor, "the sum", colour="vermilion", anchor="start", bold=True)
    beside = floor - 10.0
    for name in sorted(nearest, key=lambda word: -_cosine(unit[word], total)):
        cosine = _cosine(unit[name], total)
        turn = math.acos(min(1.0, cosine))
        tip = (x + long * math.cos(turn), floor - long * math.sin(turn))
        beside = min(beside - 20, tip[1])
        ink = "ink" if name in (a, b, c) else "green"
        board.arrow(x, floor, *tip, colour=ink, width=2)
        board.line(tip[0] + 3, tip[1], x + long + 16, beside, colour="rule", width=1)
        said = f"{name}  {math.degrees(turn):.0f}°"
        board.text(x + long + 20, beside, said, size=14, colour=ink, anchor="start", bold=ink == "green")
    board.text(40, 197, f"{b} − {a} + {c}", size=14, anchor="start", colour="grey")
    return board.text(244, 197, "angles to the sum", size=14, anchor="start", colour="grey")


def exam(rows: Sequence[tuple[str, int, int]], total: int) -> Board:
    """Draw exams as bars of all their questions: how many were asked, and how many of these were answered rightly.

    Parameters
    ----------
    rows
        Who sat the exam, the questions asked (its words all known) and the right answers.
    total
        All questions.

    Examples
    --------
    >>> "50.0 %" in exam([("a small file", 6, 3)], total=10).svg()
    True
    """
    board, wide = Board(480, 40 + 74 * len(rows)), 456
    board.box(12, 8, 14, 14, tint="blue", colour="blue").box(17, 13, 9, 9, tint=COLOURS["blue"])
    board.text(34, 15, "right", size=14, anchor="start", colour="blue")
    board.box(86, 8, 14, 14, tint="blue", colour="blue").text(108, 15, "asked", size=14, anchor="start")
    board.box(170, 8, 14, 14, tint="white", colour="grey", dash=True)
    board.text(192, 15, f"all {total:,} questions", size=14, anchor="start", colour="grey")
    for number, (name, asked, right) in enumerate(rows):
        y = 40 + 74 * number
        board.box(12, y + 18, wide, 26, tint="white", colour="grey", dash=True)
        board.box(12, y + 18, wide * asked / total, 26, tint="blue", colour="blue")
        board.box(12, y + 18, wide * right / total, 26, f"{right:,}", tint=COLOURS["blue"], ink="white", bold=True)
        board.text(12, y + 7, name, anchor="start", bold=True)
        board.text(468, y + 7, f"asked {asked:,}", size=14, anchor="end", colour="grey")
        said = f"of those asked {100 * right / asked:.1f} %"
        board.text(12, y + 56, said, size=14, anchor="start", colour="vermilion", bold=True)
        board.text(468, y + 56, f"of all {100 * right / total:.1f} %", size=14, anchor="end", colour="blue", bold=True)
    return board


def pieces(word: str, shortest: int = 3, longest: int = 6, like: str | None = None) -> Board:
    """Draw the pieces that fastText cuts a word into, a row a length; those that ``like`` has, too, are tinted.

    Examples
    --------
    >>> board = pieces("where", 3, 3)
    >>> [piece in board.svg() for piece in ("&lt;wh", "her", "re&gt;")]
    [True, True, True]
    """
    marked = f"<{word}>"
    shared = f"<{like}>" if like else ""
    board = Board(480, 4000)
    board.text(12, 20, marked, size=19, anchor="start", bold=True, mono=True)
    if like:
        board.text(468, 20, f"green: also in {shared}", size=14, anchor="end", colour="green", mono=False)
    y = 42.0
    for length in range(shortest, longest + 1):
        runs = [marked[i : i + length] for i in range(len(marked) - length + 1)]
        wide, x = 9.2 * length + 12, 44.0
        if runs:
            board.text(22, y + 13, str(length), size=14, colour="grey")
        for run in runs:
            if x + wide > 474:
                x, y = 44.0, y + 31
            hit = run in shared
            board.box(x, y, wide, 26, run, tint="green" if hit else "grey", mono=True, size=14)
            x += wide + 5
        y += 34 * bool(runs)
    board.height = y + 2
    return board


def average(vectors: Any, words: Sequence[str], name: str = "the mean") -> Board:
    """Draw the vectors of a text's words as strips, and under a line their mean.

    Examples
    --------
    >>> "the mean" in average({"good": [1, 0], "film": [0, 1]}, ["good", "film"]).svg()
    True
    """
    rows: _Array = np.stack([np.asarray(vectors[word], dtype=float) for word in words])
    left = 22 + max(width_of(word, 14) for word in (*words, name))
    cell, limit = (472 - left) / rows.shape[1], float(np.quantile(np.abs(rows), 0.99))
    board = Board(480, 26 * len(words) + 54)
    for number, (word, row) in enumerate(zip(words, rows, strict=True)):
        board.text(left - 10, 17 + 26 * number, word, size=14, anchor="end", italic=True)
        board.cells(left, 8 + 26 * number, row, cell=cell, height=18, limit=limit)
    y = 8 + 26 * len(words)
    board.line(12, y + 3, 472, y + 3, colour="ink").text(left - 10, y + 23, name, size=14, anchor="end", bold=True)
    return board.cells(left, y + 14, rows.mean(axis=0), cell=cell, height=18, limit=limit)


def _cosine(u: Any, v: Any) -> float:
    return float(u @ v / (np.linalg.norm(u) * np.linalg.norm(v)))
