"""Who liked what, in which order: the drawing that opens chapter 17."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from embedlib.show.board import Board, width_of

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["factors", "histories"]


def histories(liked: Mapping[str, Sequence[str]], marked: str | None = None) -> Board:
    """Draw a row a person and a column a film; a dot's number says when the person liked it.

    Parameters
    ----------
    liked
        Name to films in the order in which they were liked; at most ten people and eight films.
    marked
        A person whose row stands out, such as the one to recommend to.

    Examples
    --------
    >>> histories({"Ann": ["Alien", "Babe"], "Ben": ["Babe"]})
    Board: Alien · Babe · Ann · 1 · 2 · Ben · 1
    """
    films = list(dict.fromkeys(film for one in liked.values() for film in one))
    if not 1 <= len(liked) <= 10 or not 1 <= len(films) <= 8:
        raise ValueError(f"One to ten people and one to eight films; there are {len(liked)} and {len(films)}.")
    if twice := [name for name, one in liked.items() if len(set(one)) < len(one)]:
        raise ValueError(f"{twice[0]} has a film twice. Each film stands once in a person's row.")
    if marked is not None and marked not in liked:
        raise ValueError(f"{marked!r} is none of {', '.join(liked)}.")
    left = 24 + max(width_of(name, 15) for name in liked)
    step = min(72.0, (464 - left) / len(films))
    head = 22.0 + 0.72 * max(width_of(film, 13) for film in films)
    board = Board(480, head + 32 * len(liked) + 6)
    place = {film: left + step * (i + 0.5) for i, film in enumerate(films)}
    for film, x in place.items():
        board.text(x - 4, head - 14, film, size=13, anchor="start", turn=-42)
    for row, (name, one) in enumerate(liked.items()):
        y = head + 32 * row + 12
        board.text(left - 12, y, name, anchor="end", bold=name == marked)
        board.line(left, y + 16, left + step * len(films), y + 16, colour="rule", width=1)
        for when, film in enumerate(one, 1):
            board.dot(place[film], y, 11, colour="vermilion" if name == marked else "blue")
            board.text(place[film], y, str(when), size=13, colour="white", bold=True)
    return board


def factors(likes: pd.DataFrame, tall: Any, wide: Any) -> Board:
    """Draw a table of likes, and beside it the tall and the wide table whose product comes near to it.

    Parameters
    ----------
    likes
        A row a person and a column a film, 1 or 0; at most eight of each.
    tall
        Shape (people, 2): two numbers a person.
    wide
        Shape (2, films): two numbers a film.

    Examples
    --------
    >>> import pandas as pd
    >>> likes = pd.DataFrame([[1, 0], [1, 1]], index=["Ann", "Ben"], columns=["Alien", "Babe"])
    >>> factors(likes, [[1, 0], [1, 1]], [[1, 0], [0, 1]]).width
    480
    """
    table, left, right = likes.to_numpy(dtype=float), np.asarray(tall, dtype=float), np.asarray(wide, dtype=float)
    n, m = table.shape
    if not 1 <= n <= 8 or not 1 <= m <= 8:
        raise ValueError(f"One to eight people and films; there are {n} and {m}.")
    if left.shape != (n, 2) or right.shape != (2, m):
        raise ValueError(f"tall is ({n}, 2) and wide (2, {m}); they are {left.shape} and {right.shape}.")
    films, high, cell = [str(film) for film in likes.columns], 26.0, 21.0
    x = 20 + max(width_of(str(name), 14) for name in likes.index)
    top = 26 + 0.85 * max(width_of(film, 13) for film in films)
    board = Board(480, top + high * n + 30)
    under = top + high * n + 14

    def name_columns(start: float, above: float, width: float) -> None:
        for place, film in enumerate(films):
            board.text(start + width * (place + 0.5), above - 10, film, size=13, anchor="start", turn=-55)

    name_columns(x, top, cell)
    limit = float(max(np.abs(left).max(), np.abs(right).max()))
    look: dict[str, Any] = {"limit": limit, "printed": True, "digits": 1, "size": 12}
    for row, name in enumerate(likes.index):
        y = top + high * row
        board.text(x - 8, y + high / 2, str(name), size=14, anchor="end")
        for column, number in enumerate(table[row]):
            board.text(x + cell * (column + 0.5), y + high / 2, f"{number:.0f}", size=14, bold=bool(number))
    board.text(x + m * cell / 2, under, "likes", size=13, colour="grey")
    x += m * cell + 22
    board.text(x - 11, top + high * n / 2, "≈", size=20)
    for row in range(n):
        board.cells(x, top + high * row, left[row], cell=30, height=high, **look)
    board.text(x + 30, under, "2 a person", size=13, colour="grey")
    x += 60 + 22
    board.text(x - 11, top + high * n / 2, "×", size=20)
    narrow, middle = min(34.0, (456 - x) / m), top + high * (n / 2 - 1)
    name_columns(x, middle, narrow)
    for row in range(2):
        board.cells(x, middle + high * row, right[row], cell=narrow, height=high, **look)
    board.text(x + narrow * m / 2, middle + 2 * high + 14, "2 a film", size=13, colour="grey")
    return board
