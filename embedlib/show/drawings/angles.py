"""Vectors as one draws them on a board: people on a line and in a plane, angles and shadows, strips of numbers,
a table looked up, a list of ranks, a window over a sentence. Every drawing shows the values that it is given.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from embedlib.show.board import Board, number_text, width_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "fan",
    "lookup",
    "on_a_line",
    "on_a_plane",
    "rank_line",
    "shadows",
    "slots",
    "strips",
    "turned",
    "window_frames",
]

_Array = np.ndarray[Any, np.dtype[Any]]
_INKS = ["ink", "blue", "vermilion", "green", "purple", "orange"]


def on_a_line(vectors: Mapping[str, Any], ends: tuple[str, str]) -> Board:
    """Draw each name at the first number of its vector, on a line from −1 to 1; ``ends`` says what the ends mean.

    >>> on_a_line({"you": [0.4, 0.3], "Ben": [0.5, -0.1]}, ends=("reserved", "outgoing")).height
    128
    """
    names, rows = _rows(vectors)
    board, middle, reach, y = Board(480, 128), 240.0, 205.0, 72.0
    for end in (-reach - 18, reach + 18):
        board.arrow(middle, y, middle + end, y, colour="grey")
    for tick in (-1, 0, 1):
        x = middle + reach * tick
        board.line(x, y - 5, x, y + 5, colour="grey").text(x, y + 19, number_text(tick), size=13, colour="grey")
    board.text(10, y + 44, ends[0], size=14, anchor="start").text(470, y + 44, ends[1], size=14, anchor="end")
    lanes: list[float] = [-99.0, -99.0]
    for place in np.argsort(rows[:, 0], kind="stable"):
        name, x, ink = names[place], middle + reach * float(rows[place, 0]), _ink(place)
        wide = width_of(name, 15, bold=True)
        lane = 0 if x - wide / 2 > lanes[0] + 4 else 1
        lanes[lane] = x + wide / 2
        top = y - 22 - 20 * lane
        board.line(x, top + 9, x, y, colour=ink, width=1).dot(x, y, 5, colour=ink)
        board.text(x, top, name, colour=ink, bold=True)
    return board


def on_a_plane(vectors: Mapping[str, Any], axes: tuple[str, str]) -> Board:
    """Draw the first two numbers of vectors as arrows from one origin, with the angle from the first to each other.

    Parameters
    ----------
    vectors
        Name to vector (d,), at most six.
    axes
        What the two numbers mean.

    Examples
    --------
    >>> "45°" in on_a_plane({"you": [1, 1], "Ben": [1, 0]}, axes=("outgoing", "tidy")).svg()
    True
    """
    names, rows = _rows(vectors)
    rows = rows[:, :2]
    low, high = np.minimum(rows.min(axis=0), 0), np.maximum(rows.max(axis=0), 0)
    unit = float(min(330 / (high - low)[0], 300 / (high - low)[1]))
    origin = np.array([60 - unit * low[0], 46 + unit * high[1]])
    left, middle = map(float, origin)
    board = Board(480, middle - unit * float(low[1]) + 50)
    board.arrow(14, middle, 466, middle, colour="grey", width=1.2)
    board.arrow(left, board.height - 12, left, 22, colour="grey", width=1.2)
    board.text(466, middle + 16, axes[0], size=14, colour="grey", anchor="end")
    board.text(left + 8, 14, axes[1], size=14, colour="grey", anchor="start")
    first = _turn(rows[0])
    for place in range(1, len(rows)):
        apart = (_turn(rows[place]) - first + 180) % 360 - 180
        radius = 40 + 36 * (place - 1)
        board.arc(left, middle, radius, first, first + apart, colour=_ink(place), width=1.6)
        beside = 0.5 if abs(apart) > 25 else 1 + 11 / max(abs(apart), 1)  # a narrow angle has no room for a number
        way = np.radians(first + apart * beside)
        x, y = origin + (radius + 16) * np.array([np.cos(way), -np.sin(way)])
        board.text(float(x), float(y), f"{abs(apart):.0f}°", size=14, colour=_ink(place))
    for place, (name, row) in enumerate(zip(names, rows, strict=True)):
        tip = origin + unit * row * [1, -1]
        board.arrow(left, middle, float(tip[0]), float(tip[1]), colour=_ink(place), width=2.6, head=12)
        away = row / (np.linalg.norm(row) or 1.0) * [1, -1]
        anchor = "start" if away[0] > 0.5 else "end" if away[0] < -0.5 else "middle"
        x, y = tip + away * 11
        board.text(float(x), float(y), name, colour=_ink(place), bold=True, anchor=anchor)
    return board


def shadows(vectors: Mapping[str, Any]) -> Board:
    """Draw, for each vector after the first, the shadow that its arrow throws on the first one's line.

    All arrows are drawn one unit long, and the paper is turned until the first lies flat, so that the shadow's
    length is the cosine of the angle between the two; it is written beneath.

    Parameters
    ----------
    vectors
        Name to vector (d,), two to four; any number of dimensions, for two arrows always lie in one plane.

    Examples
    --------
    >>> "0.5" in shadows({"you": [1, 0], "Ben": [1, 3**0.5]}).svg()
    True
    """
    names, rows = _rows(vectors)
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    wide, reach, y = 480 / (len(rows) - 1), 66, 108
    board = Board(480, 168)
    for place in range(1, len(rows)):
        cosine = float(np.clip(unit[place] @ unit[0], -1, 1))
        x, ink = wide * (place - 0.5), _ink(place)
        tip = (x + reach * cosine, y - reach * float(np.sqrt(1 - cosine**2)))
        board.line(x - reach - 6, y, x + reach + 6, y, colour="rule", width=1.2)
        board.arrow(x, y, x + reach, y, width=2.2, head=10).arrow(x, y, *tip, colour=ink, width=2.2, head=10)
        board.line(*tip, tip[0], y, colour=ink, width=1.2, dash=True)
        board.line(x, y + 7, tip[0], y + 7, colour=ink, width=6)
        board.text(x, y + 28, f"shadow {number_text(cosine)}", size=15, colour=ink, bold=True)
        board.text(x, 18, names[place], colour=ink, bold=True)
        board.text(x + reach + 4, y - 12, names[0], size=13, anchor="end" if cosine < 0.8 else "start")
    return board.text(240, 158, "each arrow one unit long", size=13, colour="grey")


def turned(u: Any, v: Any) -> Board:
    """Draw two vectors of two numbers as they are, and turned so that v lies flat: u's first number is its shadow then.

    >>> "u = (4, 2)" in turned([2, 4], [4, 3]).svg()
    True
    """
    one, other = np.asarray(u, dtype=float), np.asarray(v, dtype=float)
    length = float(np.linalg.norm(other))
    along, across = other / length, np.array([-other[1], other[0]]) / length
    flat = [np.array([one @ along, one @ across]), np.array([length, 0.0])]
    unit = 150 / float(np.max(np.abs([one, other, *flat])))
    board = Board(480, 240)
    for x, pair, title in ((30.0, [one, other], "as they are"), (275.0, flat, "turned, v flat")):
        y = 206.0
        board.line(x - 12, y, x + 185, y, colour="rule").line(x, y + 12, x, y - 175, colour="rule")
        board.text(x, 14, title, size=14, colour="grey", anchor="start")
        for name, vector, ink in zip("uv", pair, ("vermilion", "ink"), strict=True):
            tip = (x + unit * float(vector[0]), y - unit * float(vector[1]))
            board.arrow(x, y, *tip, colour=ink, width=2.4, head=11)
            words = f"{name} = ({', '.join(number_text(number) for number in vector)})"
            board.text(tip[0], tip[1] - 14, words, size=14, colour=ink, bold=True)
    shadow = 275 + unit * float(flat[0][0])
    board.line(shadow, 206 - unit * float(flat[0][1]), shadow, 206, colour="vermilion", width=1.2, dash=True)
    board.line(275, 213, shadow, 213, colour="vermilion", width=6)
    return board.text((275 + shadow) / 2, 230, f"shadow {number_text(flat[0][0])}", size=14, colour="vermilion")


def strips(
    vectors: Any, words: Sequence[str] | None = None, heads: Sequence[str] = (), like: str | None = None
) -> Board:
    """Draw vectors under one another as strips of coloured cells, orange below zero and purple above.

    Parameters
    ----------
    vectors
        Name to vector (d,), all of one length; up to six numbers are printed in their cells.
    words
        Which of them to draw; needed where ``vectors`` is a whole model.
    heads
        What each number means, above its column.
    like
        One of the names: the cosine of each other with it is written at the right.

    Examples
    --------
    >>> "0.71" in strips({"cat": [1, 0], "dog": [1, 1]}, like="cat").svg()
    True
    """
    names, rows = _rows({word: vectors[word] for word in words} if words is not None else vectors)
    n = rows.shape[1]
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    left = 16 + max(width_of(name, 15, bold=True) for name in names)
    cell = min(66.0, (474 - left - 56 * (like is not None)) / n)
    top, step = (30 if heads or like else 8), 34
    board = Board(480, top + step * len(rows))
    for place, head in enumerate(heads):
        board.text(left + cell * (place + 0.5), 16, head, size=13, colour="grey")
    if like is not None:
        board.text(left + cell * n + 56, 16, "cosine", size=13, colour="grey", anchor="end")
    limit = float(np.abs(rows).max())
    for place, (name, row) in enumerate(zip(names, rows, strict=True)):
        y = top + step * place
        board.text(left - 8, y + 13, name, anchor="end", bold=True)
        board.cells(left, y, row, cell=cell, height=26, limit=limit, printed=n <= 6)
        if like is not None and name != like:
            cosine = float(unit[place] @ unit[names.index(like)])
            note = f"{cosine:.2f}".replace("-0.00", "0.00").replace("-", "\N{MINUS SIGN}")
            board.text(left + cell * n + 56, y + 13, note, anchor="end")
    return board


def lookup(words: Sequence[str], matrix: Any, word: str) -> Board:
    """Draw how a one-hot vector times a table of rows takes out the row of one word.

    Parameters
    ----------
    words
        n names, one a row.
    matrix
        Shape (n, d), d at most six.
    word
        Which of them the one-hot vector stands for.

    Examples
    --------
    >>> lookup(["cat", "dog"], [[0.2, 0.5], [0.1, 0.4]], "dog").height
    164
    """
    rows = np.asarray(matrix, dtype=float)
    one_hot = rows @ np.zeros(rows.shape[1])
    one_hot[list(words).index(word)] = 1
    x, cell, limit = 200, 56, float(np.abs(rows).max())
    board = Board(480, 30 + 34 * (len(words) + 1) + 32)
    board.text(96, 16, f"one-hot: {word}", size=13, colour="grey")
    board.text(x + cell * rows.shape[1] / 2, 16, "the table, a row a word", size=13, colour="grey")
    for place, (name, row) in enumerate(zip(words, rows, strict=True)):
        y, taken = 30 + 34 * place, bool(one_hot[place])
        board.box(
            80, y, 32, 26, number_text(one_hot[place]), tint="blue" if taken else "grey", ink="ink" if taken else "grey"
        )
        board.text(132, y + 13, "×", colour="ink" if taken else "grey")
        board.text(x - 8, y + 13, name, anchor="end", bold=taken, colour="ink" if taken else "grey")
        board.cells(x, y, row, cell=cell, height=26, limit=limit, printed=True)
        if not taken:
            board.box(x, y, cell * rows.shape[1], 26, tint="#FFFFFFB0")
    y = 30 + 34 * len(words) + 16
    board.line(80, y - 12, x + cell * rows.shape[1], y - 12, colour="grey", width=1.2)
    board.text(x - 8, y + 13, "sum", anchor="end", colour="grey")
    return board.cells(x, y, one_hot @ rows, cell=cell, height=26, limit=limit, printed=True)


def rank_line(ranks: pd.DataFrame, n: int = 400_000, bands: Sequence[int] = (10, 100, 1000)) -> Board:
    """Draw words at their ranks, the nearest at the left, on a line on which each step is ten times the last.

    Parameters
    ----------
    ranks
        With the columns word and rank, such as :func:`embedlib.words.ranks` returns.
    n
        How many words there are to be ranked.
    bands
        Ranks at which a band ends.

    Examples
    --------
    >>> import pandas as pd
    >>> rank_line(pd.DataFrame({"word": ["dog", "fish"], "rank": [1, 90]})).height
    106
    """
    left, right = 20, 464
    step = (right - left) / np.log10(n)
    edges = [1, *bands, n]
    lanes: list[float] = []  # where the names in each lane begin; from the right, so that no line crosses a name
    placed: list[tuple[float, float, int, str]] = []
    for name, rank in sorted(zip(ranks["word"], ranks["rank"], strict=True), key=lambda item: -item[1]):
        x, words = left + step * float(np.log10(rank)), f"{name} {rank:,}"
        wide = width_of(words, 15)
        start = min(x - 4, 474 - wide)
        crossed = max((other[2] for other in placed if start < other[0] < start + wide + 4), default=0)
        free = (lane for lane, begins in enumerate(lanes) if lane >= crossed and start + wide + 8 < begins)
        lane = next(free, len(lanes))
        lanes[lane:] = [start, *lanes[lane + 1 :]]
        placed.append((x, start, lane, words))
    y = 26 + 23 * len(lanes)
    board = Board(480, y + 34 + 23)
    for place, (low, high) in enumerate(itertools.pairwise(edges)):
        x1, x2 = (left + step * float(np.log10(edge)) for edge in (low, high))
        board.box(x1, 6, x2 - x1, y + 14, tint="grey" if place % 2 == 0 else "white")
        board.text((x1 + x2) / 2, y + 34, f"first {high:,}" if high < n else "further", size=13, colour="grey")
    board.arrow(left, y + 8, right + 10, y + 8, colour="grey")
    for x, start, lane, words in placed:
        height = y - 14 - 23 * lane
        board.line(x, height + 8, x, y + 8, colour="blue", width=1).dot(x, y + 8, 4, colour="blue")
        board.text(start, height, words, anchor="start")
    return board.text(474, y + 34, f"of {n:,}", size=13, colour="grey", anchor="end")


def window_frames(sentence: str, centres: Sequence[int], size: int = 2) -> Board:
    """Draw a window that slides over a sentence: a frame for each centre, and whom it met.

    Parameters
    ----------
    sentence
        Words with spaces between them, about eight.
    centres
        Which words are the centres, counted from 0.
    size
        How many words to each side the window sees.

    Examples
    --------
    >>> "black, the" in window_frames("the black cat sleeps", centres=[0], size=1).svg()
    False
    """
    words = sentence.split()
    fit = next(letters for letters in (15.0, 14.0, 13.0) if letters == 13.0 or _row_width(words, letters) <= 464)
    board = Board(480, 74 * len(centres) + 4)
    for frame, centre in enumerate(centres):
        y = 24 + 74 * frame
        near = [i for i in range(max(0, centre - size), min(len(words), centre + size + 1)) if i != centre]
        ends = board.words(8, y, words, tints={centre: "blue", **dict.fromkeys(near, "orange")}, size=fit, gap=4, pad=6)
        x1, x2 = ends[min([*near, centre])][0], ends[max([*near, centre])][1]
        board.box(x1 - 3, y - 17, x2 - x1 + 6, 34, tint="none", colour="ink")
        met = ", ".join(words[i] for i in near)
        board.text(8, y + 33, f"{words[centre]} meets {met}", size=14, anchor="start")
    return board


def slots(parts: Sequence[str | Sequence[str]]) -> Board:
    """Draw a sentence with slots: a part that is a list is a slot, filled by its first word, or by the others beneath.

    >>> slots(["match on", ["monday", "friday"]]).height
    88
    """
    deep = max(len(part) for part in parts if not isinstance(part, str))
    board, y, x = Board(480, 40 + 24 * deep), 24, 10.0
    wide = sum(max(map(width_of, [part] if isinstance(part, str) else part)) + 22 for part in parts)
    gap = max(4.0, min(24.0, (470 - wide) / max(1, len(parts) - 1)))
    for part in parts:
        if isinstance(part, str):
            across = width_of(part) + 10
            board.text(x, y, part, anchor="start")
        else:
            across = max(map(width_of, part)) + 22
            board.box(x, y - 17, across, 24 * deep + 22, tint="white", colour="rule", dash=True)
            board.box(x + 3, y - 14, across - 6, 28, part[0], tint="blue", bold=True)
            for place, word in enumerate(part[1:]):
                board.text(x + across / 2, y + 30 + 24 * place, word)
        x += across + gap
    return board


def fan(query: str, vectors: Mapping[str, Any], groups: Mapping[str, Sequence[str]]) -> Board:
    """Draw words as arrows with their true length, at their true angle to one word, which lies flat.

    How far an arrow reaches to the right is its dot product with that word, divided by that word's length; a broken
    line shows how far all of the first group reach.

    Parameters
    ----------
    query
        The word that lies flat.
    vectors
        Name to vector (d,), the query among them.
    groups
        What the others are called, and which they are: the first group rises, the second falls.
    """
    flat = np.asarray(vectors[query], dtype=float)
    length = float(np.linalg.norm(flat))
    arrows = []
    for place, (group, words) in enumerate(groups.items()):
        for word in words:
            row = np.asarray(vectors[word], dtype=float)
            right = float(row @ flat) / length
            up = float(np.sqrt(max(0.0, row @ row - right**2))) * (1 if place == 0 else -1)
            arrows.append((group, place, word, right, up))
    top, low = max(max(arrow[4] for arrow in arrows), 1), min(min(arrow[4] for arrow in arrows), -1)
    unit = min(200 / max(max(arrow[3] for arrow in arrows), length), 300 / (top - low))
    x0, y0 = 14.0, 40 + unit * top
    shortest = min(arrow[3] for arrow in arrows if arrow[1] == 0)
    board = Board(480, y0 + max(-unit * low, 24 + 22 * sum(arrow[1] == 1 for arrow in arrows)) + 24)
    board.arrow(x0, y0, x0 + unit * length, y0, width=3, head=12)
    board.text(x0 + unit * length + 30, y0, f"{query}: {length:.1f} long", anchor="start", bold=True)
    board.line(x0 + unit * shortest, 14, x0 + unit * shortest, board.height - 8, colour="grey", width=1, dash=True)
    for place, group in enumerate(groups):
        ink = ["vermilion", "blue"][place]
        mine = sorted((arrow for arrow in arrows if arrow[1] == place), key=lambda arrow: -arrow[4])
        first = 40 if place == 0 else y0 + 46
        board.text(470, first - 22, group, size=14, colour=ink, bold=True, anchor="end")
        for line, (_, _, word, right, up) in enumerate(mine):
            tip = (x0 + unit * right, y0 - unit * up)
            y = first + 22 * line
            board.arrow(x0, y0, *tip, colour=ink, width=2, head=11)
            board.line(tip[0] + 3, tip[1], 252, y, colour="rule", width=1)
            long, angle = float(np.hypot(right, up)), abs(float(np.degrees(np.arctan2(up, right))))
            board.text(256, y, f"{word}: {long:.1f} long, {angle:.0f}°", size=14, colour=ink, anchor="start")
    return board


def _ink(place: int) -> str:
    return _INKS[place % len(_INKS)]


def _turn(row: _Array) -> float:
    """The direction of an arrow in degrees, against the clock from the right."""
    return float(np.degrees(np.arctan2(row[1], row[0])))


def _row_width(words: Sequence[str], size: float) -> float:
    return sum(width_of(word, size) + 16 for word in words)


def _rows(vectors: Mapping[str, Any]) -> tuple[list[str], _Array]:
    """Names and rows (n, d) of named vectors of one length."""
    rows = [np.asarray(vector, dtype=float) for vector in vectors.values()]
    shapes = {row.shape for row in rows}
    if len(shapes) != 1 or len(rows[0].shape) != 1:
        raise ValueError(f"Vectors to be drawn together need equally many numbers; theirs have the shapes {shapes}.")
    return list(vectors), np.stack(rows)
