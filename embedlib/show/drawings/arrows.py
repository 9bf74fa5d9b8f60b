"""Where the arrows of analogies land, what surrounds a word, and whose word is the answer: the drawings of chapter 13.

Every drawing shows the values that it is given.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from embedlib.show.board import Board, width_of

__all__ = ["landing", "parallelogram", "ring", "winners"]

_INKS = ("blue", "vermilion", "orange", "purple", "grey")


def parallelogram(points: Mapping[str, Sequence[float]], a: str, b: str, c: str) -> Board:
    """Draw four words in a plane, the arrow from a to b, and the same arrow begun at c.

    Parameters
    ----------
    points
        Word to two numbers: a, b, c, the word at which the arrow from c ends, and others.

    Examples
    --------
    >>> plane = {"man": [1, 1], "king": [1, 3], "woman": [3, 1], "queen": [3, 3]}
    >>> parallelogram(plane, "man", "king", "woman")
    Board: man · king · woman · queen
    """
    at = {name: np.asarray(place, dtype=float) for name, place in points.items()}
    rows = np.stack([*at.values(), at[b] - at[a] + at[c]])
    low, high = rows.min(axis=0), rows.max(axis=0)
    scale = min(300 / max((high - low)[0], 1e-9), 130 / max((high - low)[1], 1e-9))
    board = Board(480, 200)
    middle = (low + high) / 2

    def place(point: Any) -> tuple[float, float]:
        x, y = (np.asarray(point) - middle) * scale
        return 240 + float(x), 100 - float(y)

    end = at[b] - at[a] + at[c]
    board.line(*place(at[a]), *place(at[c]), colour="rule", dash=True)
    board.line(*place(at[b]), *place(end), colour="rule", dash=True)
    board.arrow(*place(at[a]), *place(at[b]), colour="blue", width=2.6)
    board.arrow(*place(at[c]), *place(end), colour="blue", width=2.6)
    for name, point in at.items():
        x, y = place(point)
        board.dot(x, y, 5, colour="ink" if name in (a, b, c) else "green")
        below = point[1] <= middle[1]
        board.text(x, y + (20 if below else -18), name, colour="ink" if name in (a, b, c) else "green")
    return board


def landing(vectors: Any, c: str, expected: str, pairs: Sequence[tuple[str, str]], named: int = 3) -> Board:
    """Draw where the arrows of several pairs (a, b) land if they begin at c, beside the line from c to the right word.

    To the right is the way from c to the expected word, its whole length 1; upwards is the distance from that line.
    Both are true. All vectors are brought to length 1 first. What lies left of the middle is nearer to c.

    Parameters
    ----------
    named
        How many arrows are called by their pair: those that go furthest.

    Examples
    --------
    >>> plane = {"bird": [1, 0], "birds": [0.6, 0.8], "dog": [0.9, 0.1], "dogs": [0.7, 0.6]}
    >>> landing(plane, "bird", "birds", [("dog", "dogs")])
    Board: nearer to bird · nearer to birds · bird · birds · dog, dogs
    """
    words = {c, expected, *(word for pair in pairs for word in pair)}
    unit = {word: np.asarray(vectors[word], dtype=float) for word in words}
    unit = {word: row / np.linalg.norm(row) for word, row in unit.items()}
    way = unit[expected] - unit[c]
    long = float(np.linalg.norm(way))
    ends = []
    for a, b in pairs:
        arrow = (unit[b] - unit[a]) / long
        along = float(arrow @ way) / long
        ends.append((along, math.sqrt(max(0.0, float(arrow @ arrow) - along**2))))
    reach = max(1.0, *(x for x, _ in ends)) - min(0.0, *(x for x, _ in ends))
    scale = min(330 / reach, 190 / max(0.2, *(y for _, y in ends)))
    left, floor = 240 - scale * (max(1.0, *(x for x, _ in ends)) + min(0.0, *(x for x, _ in ends))) / 2, 236.0

    def place(x: float, y: float) -> tuple[float, float]:
        return left + scale * x, floor - scale * y

    middle = place(0.5, 0)[0]
    board = Board(480, 272)
    board.box(4, 4, middle - 4, floor - 4, tint="vermilion").box(middle, 4, 476 - middle, floor - 4, tint="green")
    board.line(middle, 4, middle, floor, dash=True, colour="grey")
    board.text(12, 18, f"nearer to {c}", anchor="start", colour="vermilion")
    board.text(468, 18, f"nearer to {expected}", anchor="end", colour="green")
    board.line(*place(0, 0), *place(1, 0), colour="ink", width=1.4)
    for x, y in ends:
        board.arrow(*place(0, 0), *place(x, y), colour="blue", width=1.5)
    for x, word, ink in ((0.0, c, "vermilion"), (1.0, expected, "green")):
        board.dot(*place(x, 0), 5.5, colour=ink)
        board.text(place(x, 0)[0], floor + 20, word, bold=True, colour=ink)
    furthest = sorted(range(len(pairs)), key=lambda i: -ends[i][0])[:named]
    right = max(place(*ends[i])[0] for i in furthest) + 14
    beside = 20.0
    for i in sorted(furthest, key=lambda i: -ends[i][1]):
        x, y = place(*ends[i])
        beside = max(beside + 20, y)
        board.line(x + 3, y, right, beside, colour="grey", width=1)
        board.text(right + 4, beside, ", ".join(pairs[i]), size=13, anchor="start")
    return board


def ring(word: str, neighbours: Mapping[str, float], expected: str) -> Board:
    """Draw the words around a word, each as far from it as its angle is wide; the expected one is green.

    Parameters
    ----------
    neighbours
        Word to cosine, at most a dozen.

    Examples
    --------
    >>> "birds" in ring("bird", {"birds": 0.78, "animal": 0.5}, "birds").svg()
    True
    """
    board, x0, y0 = Board(480, 330), 240.0, 165.0
    angles = {name: math.degrees(math.acos(min(1.0, cosine))) for name, cosine in neighbours.items()}
    scale = 140 / max(angles.values())
    for degrees in (20, 40, 60, 80):
        if degrees * scale <= 150:
            board.arc(x0, y0, degrees * scale, 0, 360, colour="rule", width=1)
            board.text(x0, y0 + degrees * scale - 9, f"{degrees}°", size=13, colour="grey")
    for i, (name, angle) in enumerate(angles.items()):
        turn = math.radians(28 + 360 * i / len(angles))
        x, y = x0 + angle * scale * math.cos(turn), y0 - angle * scale * math.sin(turn)
        ink = "green" if name == expected else "ink"
        board.line(x0, y0, x, y, colour="green" if name == expected else "rule", width=2 if name == expected else 1)
        board.dot(x, y, 5 if name == expected else 3.5, colour=ink)
        side = "start" if math.cos(turn) >= 0 else "end"
        board.text(x + (9 if side == "start" else -9), y, name, size=14, anchor=side, colour=ink, bold=ink == "green")
    board.dot(x0, y0, 6, colour="vermilion")
    return board.text(x0, y0 - 16, word, bold=True, colour="vermilion")


def winners(rows: Mapping[str, Mapping[str, float]]) -> Board:
    """Draw shares of answers as bars, a row a model; the shares of a row add up to 1.

    Parameters
    ----------
    rows
        Model to whose word the answer is to share, at most five kinds, the same for all.

    Examples
    --------
    >>> winners({"one": {"right": 0.25, "c": 0.75}})
    Board: right · c · one · 25 % · 75 %
    """
    kinds = list(next(iter(rows.values())))
    board, left = Board(480, 44 + 34 * len(rows)), 20 + max(width_of(name) for name in rows)
    x = left
    for kind, ink in zip(kinds, _INKS, strict=False):
        board.box(x, 8, 14, 14, tint=ink, colour=ink)
        board.text(x + 20, 15, kind, size=14, anchor="start")
        x += 36 + width_of(kind, 14)
    for number, (name, shares) in enumerate(rows.items()):
        y, start = 34 + 34 * number, left
        board.text(left - 10, y + 13, name, anchor="end")
        for kind, ink in zip(kinds, _INKS, strict=False):
            wide = shares[kind] * (470 - left)
            if wide > 0.5:
                board.box(start, y, wide, 26, tint=ink, colour=ink)
            said = f"{100 * shares[kind]:.0f} %"
            if wide > width_of(said, 13) + 4:
                board.text(start + wide / 2, y + 13, said, size=13)
            start += wide
    return board
