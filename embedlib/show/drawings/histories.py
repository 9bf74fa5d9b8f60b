"""Who liked what, in which order: the drawing that opens chapter 17."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from embedlib.show.board import Board, width_of

__all__ = ["histories"]


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
