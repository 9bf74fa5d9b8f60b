"""What chapter 2 draws: a window over a sentence, rows of counts, seen beside expected, fewer columns, neighbours."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from embedlib.show.board import Board, number_text, width_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "face_to_face",
    "fewer_columns",
    "neighbour_lists",
    "products",
    "seen_and_expected",
    "sliding_window",
    "times_chance",
]


def sliding_window(sentence: Sequence[str], width: int, centres: Sequence[int]) -> Board:
    """A window laid around one word after another of a sentence, and the contexts that it shows.

    Parameters
    ----------
    sentence
        n words, as many as fit side by side: some seven.
    width
        Words on each side.
    centres
        Places of the words around which the window is laid, a row of the drawing each.

    Examples
    --------
    >>> sliding_window("the cat chases a mouse".split(), width=2, centres=[1, 4]).height
    150
    """
    step = 75
    board = Board(480, step * len(centres))
    for row, centre in enumerate(centres):
        y = 24 + step * row
        inside = range(max(0, centre - width), min(len(sentence), centre + width + 1))
        tints = {place: "vermilion" if place == centre else "blue" for place in inside}
        ends = board.words(8, y, sentence, tints=tints)
        found = [sentence[place] for place in inside if place != centre]
        board.bracket(ends[inside[0]][0], ends[inside[-1]][1], y + 17, "the window")
        board.text(ends[-1][1] + 18, y - 9, f"{sentence[centre]} meets", colour="vermilion", anchor="start", bold=True)
        board.text(ends[-1][1] + 18, y + 11, ", ".join(found), colour="blue", anchor="start")
    return board


def products(rows: pd.DataFrame, pairs: Sequence[tuple[str, str]]) -> Board:
    """Two rows of counts, what their cells multiply to, and the cosine that comes of it.

    Parameters
    ----------
    rows
        A row a word, a column a context: whole numbers.
    pairs
        The words to set under one another, at most three pairs.

    Examples
    --------
    >>> import pandas as pd
    >>> rows = pd.DataFrame([[2, 1], [2, 0]], index=["cat", "dog"], columns=["the", "milk"])
    >>> products(rows, [("cat", "dog")]).height
    176
    """
    left, top, high, each = 72, 58, 27, 126
    cell = min(36.0, 310 / len(rows.columns))
    board = Board(480, top + each * len(pairs) - 8)
    _column_names(board, left, top - 6, [str(name) for name in rows.columns], cell)
    end = left + cell * len(rows.columns) + 8
    for number, (one, other) in enumerate(pairs):
        y = top + each * number
        u, v = (rows.loc[word].to_numpy(dtype=float) for word in (one, other))
        for place, (word, row) in enumerate([(one, u), (other, v)]):
            board.text(left - 8, y + high * (place + 0.5), word, anchor="end", bold=True)
            _whole_cells(board, left, y + high * place, row, cell, high, "blue")
            length = f"length √{number_text(row @ row)}"
            board.text(end, y + high * (place + 0.5), length, anchor="start", size=13.5, colour="grey")
        middle = y + high * 2.5 + 4
        board.text(left - 8, middle, "product", anchor="end", size=13.5, colour="vermilion")
        _whole_cells(board, left, y + 2 * high + 4, u * v, cell, high, "vermilion")
        board.text(end, middle, f"sum {number_text(u @ v)}", anchor="start", colour="vermilion", bold=True)
        cosine = u @ v / math.sqrt((u @ u) * (v @ v))
        work = f"{number_text(u @ v)} / (√{number_text(u @ u)} · √{number_text(v @ v)})"
        board.text(
            left, y + high * 3.5 + 4, f"cosine of {one} and {other}: {work} = {cosine:.3f}", anchor="start", bold=True
        )
    return board


def face_to_face(contexts: Sequence[str], two: Mapping[str, Any], unit: str = "") -> Board:
    """The same contexts of two words, as bars to the left and to the right of the contexts' names.

    Parameters
    ----------
    contexts
        n names, the first on top.
    two
        Two words, and for each n numbers, none of them negative; both are drawn on one scale.
    unit
        What the numbers are.

    Examples
    --------
    >>> face_to_face(["the", "of"], {"king": [10, 6], "owner": [9, 7]}, unit="per cent").height
    112
    """
    (left, ones), (right, others) = ((word, np.asarray(numbers, dtype=float)) for word, numbers in two.items())
    top, high, middle = 34, 24, 240
    aside = max(width_of(name, 15) for name in contexts) / 2 + 8
    reach = middle - aside - 50
    largest = max(float(ones.max()), float(others.max())) or 1.0
    board = Board(480, top + high * len(contexts) + (30 if unit else 6))
    board.text(middle - aside, 18, left, anchor="end", bold=True, colour="blue")
    board.text(middle + aside, 18, right, anchor="start", bold=True, colour="vermilion")
    for place, (context, one, other) in enumerate(zip(contexts, ones, others, strict=True)):
        y = top + high * place
        board.text(middle, y + high / 2, context)
        for value, side, colour in ((one, -1, "blue"), (other, 1, "vermilion")):
            long = reach * value / largest
            if value > 0:
                board.box(middle + side * aside - (long if side < 0 else 0), y + 3, long, high - 6, tint=_BARS[colour])
            end = middle + side * (aside + long + 6)
            board.text(end, y + high / 2, number_text(value, 1), size=13, colour="grey", anchor=_ANCHORS[side])
    if unit:
        board.text(middle, board.height - 14, unit, size=13.5, colour="grey")
    return board


def seen_and_expected(seen: pd.DataFrame) -> Board:
    """Each cell of a table of counts as a filled square, and what chance gives as a hollow one, in equal measure.

    Parameters
    ----------
    seen
        A row a word, a column a context; at most four of each.

    Examples
    --------
    >>> import pandas as pd
    >>> seen_and_expected(pd.DataFrame([[3, 1], [1, 3]], index=["ice", "fire"], columns=["cold", "hot"])).height
    290
    """
    table = seen.to_numpy(dtype=float)
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    left, top, high = 64, 34, 108
    wide = (480 - left) / len(seen.columns)
    scale = 72 / math.sqrt(max(table.max(), expected.max()))
    board = Board(480, top + high * len(seen) + 40)
    for j, context in enumerate(seen.columns):
        board.text(left + wide * (j + 0.5), 16, str(context), bold=True)
    for i, word in enumerate(seen.index):
        y = top + high * i
        board.text(left - 10, y + 42, str(word), anchor="end", bold=True)
        for j in range(len(seen.columns)):
            x, n, chance = left + wide * (j + 0.5), table[i, j], expected[i, j]
            colour = "blue" if n > chance else "vermilion" if n < chance else "grey"
            side, hollow = scale * math.sqrt(n), scale * math.sqrt(chance)
            if n:
                board.box(x - side / 2, y + 42 - side / 2, side, side, tint=_BARS[colour])
            board.box(x - hollow / 2, y + 42 - hollow / 2, hollow, hollow, tint="none", colour="ink", dash=True)
            board.text(x, y + 91, f"{number_text(n)} seen, chance {number_text(chance)}", size=13, colour=colour)
    low = board.height - 18
    for x, colour, words in ((14, "blue", "more than chance"), (178, "vermilion", "less"), (252, "grey", "as chance")):
        board.box(x, low - 7, 14, 14, tint=_BARS[colour])
        board.text(x + 20, low, words, anchor="start", size=13.5)
    board.box(358, low - 7, 14, 14, tint="none", colour="ink", dash=True)
    return board.text(378, low, "by chance", anchor="start", size=13.5)


def times_chance(seen: pd.DataFrame) -> Board:
    """Seen over expected, each pair at the logarithm of that ratio; what PPMI puts to 0 is shaded.

    Parameters
    ----------
    seen
        A row a word, a column a context.

    Examples
    --------
    >>> import pandas as pd
    >>> times_chance(pd.DataFrame([[3, 1], [1, 3]], index=["ice", "fire"], columns=["cold", "hot"])).height
    158.0
    """
    table = seen.to_numpy(dtype=float)
    times = table * table.sum() / np.outer(table.sum(axis=1), table.sum(axis=0))
    places: dict[float, list[str]] = {}
    for i, word in enumerate(seen.index):
        for j, context in enumerate(seen.columns):
            places.setdefault(round(float(times[i, j]), 9), []).append(f"{word}, {context}")
    never = places.pop(0.0, [])
    logs = {ratio: math.log2(ratio) for ratio in sorted(places)}
    low, high = math.floor(min(logs.values())), math.ceil(max(logs.values()))
    left, right = 95.0, 400.0
    unit = (right - left) / max(high - low, 1)

    rows = _levels([(left + unit * (logs[r] - low), max(width_of(p, 13.5) for p in places[r])) for r in logs])
    lines = [17 * len(places[ratio]) for ratio in logs]
    tops = np.cumsum(
        [0, *(max(n for n, row in zip(lines, rows, strict=True) if row == k) + 8 for k in sorted(set(rows)))]
    )
    axis = 24 + float(tops[-1])
    board = Board(480, axis + 92)
    zero = left + unit * (0 - low)
    board.box(0, axis, zero, 38, tint="grey")
    board.arrow(left - 20, axis, 12, axis, colour="grey").line(left - 20, axis, 470, axis)
    for ratio, row in zip(logs, rows, strict=True):
        x = left + unit * (logs[ratio] - low)
        colour = "blue" if ratio > 1 else "vermilion" if ratio < 1 else "grey"
        y = axis - 18 - float(tops[row])
        board.line(x, y + 4, x, axis, colour=colour, width=1).dot(x, axis, 5, colour=colour)
        for line, pair in enumerate(reversed(places[ratio])):
            board.text(x, y - 6 - 17 * line, pair, size=13.5, colour=colour)
    for exponent in range(low, high + 1):
        x = left + unit * (exponent - low)
        share = f"1/{2**-exponent}" if exponent < 0 else f"{2**exponent}"
        board.line(x, axis - 4, x, axis + 4).text(x, axis + 18, f"{share} ×", size=14)
        board.text(x, axis + 54, number_text(exponent), bold=True)
    board.text(474, axis + 18, "chance", size=13.5, anchor="end").text(474, axis + 54, "PMI", size=13.5, anchor="end")
    if never:
        board.text(8, axis - 40, never[0], size=13.5, colour="vermilion", anchor="start")
        board.text(12, axis + 18, "never", size=14, anchor="start").text(12, axis + 54, "−∞", bold=True, anchor="start")
    board.line(zero, axis + 66, zero, axis + 86, colour="grey", width=1)
    board.text(zero - 8, axis + 78, "PPMI: all of this becomes 0", size=13.5, anchor="end", colour="vermilion")
    return board.text(zero + 8, axis + 78, "PPMI: kept as it is", size=13.5, anchor="start", colour="blue")


def fewer_columns(counts: pd.DataFrame, words: Any, contexts: Any, marked: Sequence[str] = ()) -> Board:
    """A table of counts, the two narrow ones that nearly multiply to it, and the words as arrows on a plane.

    Parameters
    ----------
    counts
        n words and m contexts, some five and six.
    words
        Shape (n, 2): two numbers a word.
    contexts
        Shape (m, 2): two numbers a context.
    marked
        Words whose arrows are coloured, at most three.

    Examples
    --------
    >>> import pandas as pd
    >>> from embedlib.words.counting import decompose
    >>> counts = pd.DataFrame([[3, 1], [1, 3], [0, 1]], index=["ice", "fire", "coal"], columns=["cold", "hot"])
    >>> parts = decompose(counts, dimensions=2)
    >>> fewer_columns(counts, parts.vectors(power=1), parts.right).width
    480
    """
    points, shares = np.asarray(words, dtype=float), np.asarray(contexts, dtype=float)
    table = counts.to_numpy(dtype=float)
    names = [str(name) for name in counts.index]
    n, m = table.shape
    left, top, high, cell, two = 66.0, 66.0, 25.0, min(25.0, 150 / m), 38.0
    under = top + high * n + 14
    board = Board(480, under + 236)
    _column_names(board, left, top - 6, [str(name) for name in counts.columns], cell)
    colours = dict(zip(marked, ("vermilion", "blue", "green"), strict=False))
    for i, name in enumerate(names):
        board.text(left - 7, top + high * (i + 0.5), name, anchor="end", bold=True, colour=colours.get(name, "ink"))
        _whole_cells(board, left, top + high * i, table[i], cell, high, "blue")
    board.text(left + m * cell / 2, under, f"{m} counts a word", size=13.5, colour="grey")
    x = left + m * cell + 22
    board.text(x - 11, top + high * n / 2, "≈", size=20)
    for i in range(n):
        look: dict[str, Any] = {"cell": two, "height": high, "limit": float(np.abs(points).max()), "printed": True}
        board.cells(x, top + high * i, points[i], digits=1, **look)
    board.text(x + two, under, "2 a word", size=13.5, colour="grey")
    x += 2 * two + 22
    board.text(x - 11, top + high * n / 2, "×", size=20)
    narrow = (474 - x) / m
    middle = top + high * (n / 2 - 1)
    _column_names(board, x, middle - 6, [str(name) for name in counts.columns], narrow)
    for k in range(2):
        board.cells(x, middle + high * k, shares[:, k], cell=narrow, height=high, limit=1.0)
    board.text(x + narrow * m / 2, under, "2 a context", size=13.5, colour="grey")
    _plane(board, under + 12, names, points, colours)
    for row, (kind, rows) in enumerate([(f"{m} counts", table), ("2 numbers", points)] if len(marked) > 1 else []):
        one, other = (rows[names.index(name)] for name in marked[:2])
        cosine = float(one @ other / math.sqrt((one @ one) * (other @ other)))
        if not row:
            board.text(474, under + 52, f"cosine of {marked[0]} and {marked[1]}", anchor="end", bold=True)
        board.text(474, under + 76 + 22 * row, f"with {kind}: {cosine:.2f}", anchor="end")
    return board


def neighbour_lists(lists: Mapping[str, Sequence[str]]) -> Board:
    """The nearest words under several methods, side by side; a line joins a word to itself in the next list.

    Parameters
    ----------
    lists
        Name of the method to its nearest words, the nearest first; two to four methods.

    Examples
    --------
    >>> neighbour_lists({"raw counts": ["owner", "whole"], "PPMI": ["queen", "owner"]}).height
    106
    """
    columns = len(lists)
    wide = min(130.0, (480 - 16 - 30 * (columns - 1)) / columns)
    gap = (480 - 16 - wide * columns) / max(columns - 1, 1)
    top, step, high = 38, 34, 26
    board = Board(480, top + step * max(map(len, lists.values())))
    given = [list(words) for words in lists.values()]
    everywhere = [set(words) for words in given]
    for place, (name, words) in enumerate(zip(lists, given, strict=True)):
        x = 8 + place * (wide + gap)
        board.text(x + wide / 2, 16, name, bold=True)
        for i, word in enumerate(words):
            shared = sum(word in other for other in everywhere) > 1
            if place + 1 < columns and word in given[place + 1]:
                j = given[place + 1].index(word)
                ends = (x + wide, top + step * i + high / 2, x + wide + gap, top + step * j + high / 2)
                board.line(*ends, colour="blue", width=2)
            board.box(x, top + step * i, wide, high, word, tint="blue" if shared else "grey")
    return board


_BARS = {"blue": "#8FBEDD", "vermilion": "#F2B184", "grey": "#C9CDD3"}
_ANCHORS = {-1: "end", 1: "start"}


def _column_names(board: Board, left: float, y: float, names: Sequence[str], cell: float) -> None:
    """Names over columns, turned where one is wider than its column."""
    turned = max(width_of(name, 13.5) for name in names) > cell - 4
    for place, name in enumerate(names):
        x = left + cell * (place + 0.5)
        if turned:
            board.text(x, y - 4, name, size=13.5, anchor="start", turn=-55)
        else:
            board.text(x, y - 8, name, size=13.5)


def _whole_cells(board: Board, left: float, y: float, row: Any, cell: float, high: float, tint: str) -> None:
    """A row of whole numbers, in boxes where they are not 0."""
    for place, number in enumerate(row):
        if number:
            board.box(left + cell * place, y, cell - 2, high - 3, number_text(number), tint=tint, size=14)
        else:
            board.text(left + cell * (place + 0.5) - 1, y + high / 2 - 1.5, "0", size=14, colour="rule")


def _levels(labels: Sequence[tuple[float, float]]) -> list[int]:
    """For labels (middle, width) from left to right the lowest level on which each covers no other."""
    ends: list[float] = []
    levels = []
    for middle, wide in labels:
        level = next((k for k, end in enumerate(ends) if middle - wide / 2 > end + 6), len(ends))
        ends[level : level + 1] = [middle + wide / 2]
        levels.append(level)
    return levels


def _plane(board: Board, top: float, names: Sequence[str], points: Any, colours: Mapping[str, str]) -> None:
    """Arrows from the origin to n places, each with its name at the tip, in a band 210 units high."""
    low, high = np.minimum(points.min(axis=0), 0), np.maximum(points.max(axis=0), 0)
    scale = min(330 / (high[0] - low[0] or 1), 190 / (high[1] - low[1] or 1))
    x0, y0 = 70 - scale * low[0], top + 195 + scale * low[1]
    board.line(x0 + scale * low[0] - 10, y0, x0 + scale * high[0] + 14, y0, colour="rule")
    board.line(x0, y0 - scale * low[1] + 8, x0, y0 - scale * high[1] - 14, colour="rule")
    flat = 0
    for name, (x, y) in zip(names, points, strict=True):
        colour, steep = colours.get(name, "grey"), abs(y) > abs(x)
        tip = (x0 + scale * x, y0 - scale * y)
        board.arrow(x0, y0, *tip, colour=colour, width=2.2 if name in colours else 1.6)
        aside = (9, 0) if steep else (0, -14 if flat % 2 else 16)
        flat += not steep
        anchor = "start" if steep else "middle"
        board.text(tip[0] + aside[0], tip[1] + aside[1], name, colour=colour, bold=name in colours, anchor=anchor)
