"""What a search among pictures finds: a grid of neighbours, a ranking, rows and pairs, a map of pictures (chapter 10).

Pictures are what ``embedlib.images.open_image`` opens; they are drawn small and travel within the drawing. What is
right has a whole frame, what is wrong a broken one.
"""

from __future__ import annotations

import base64
import io
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image, ImageOps

from embedlib.images.opening import open_image
from embedlib.show.board import Board

__all__ = ["found_pictures", "picture_map", "picture_ranking", "picture_rows"]

_SIDE = 96  # pixels of a small picture
_MAP = 960  # and of a map


def found_pictures(
    pictures: Sequence[Any], queries: Sequence[int], found: Any, right: Any = None, names: Sequence[str] | None = None
) -> Board:
    """A row for each query: its picture, and those that were found, the nearest first.

    Parameters
    ----------
    pictures
        n pictures.
    queries
        Places of k of them.
    found
        Their neighbours, shape (k, m): places in ``pictures``. Some six fit.
    right
        Shape (k, m): which are of the query's kind. The right ones are framed, the others have a broken frame.
    names
        Of all n pictures; the query's is written above its row.

    Examples
    --------
    >>> white, black = np.full((8, 8), 255, np.uint8), np.zeros((8, 8), np.uint8)
    >>> found_pictures([white, black], [0], [[1]], [[False]], ["snow", "coal"])
    Board: snow · finds · coal (wrong)
    """
    places = np.asarray(found)
    marks = None if right is None else np.asarray(right, dtype=bool)
    if places.ndim != 2 or len(places) != len(queries) or (marks is not None and marks.shape != places.shape):
        raise ValueError(
            f"A row of neighbours for each query: {len(queries)} queries, neighbours of shape {places.shape}"
            + ("." if marks is None else f", right or wrong of shape {marks.shape}.")
        )
    gap, aside, title = 6.0, 26.0, 20.0 if names is not None else 0.0
    side = min(80.0, (480 - 8 - aside - gap * places.shape[1]) / (places.shape[1] + 1))
    board = Board(480, len(places) * (side + title + 12) + 4)
    for line, (query, row) in enumerate(zip(queries, places, strict=True)):
        top = 6 + line * (side + title + 12)
        if names is not None:
            board.text(4, top + 8, names[query], anchor="start", size=14, bold=True)
        _put(board, 4, top + title, side, pictures[query])
        board.arrow(4 + side + 5, top + title + side / 2, 4 + side + aside - 3, top + title + side / 2, colour="grey")
        _unseen(board, "finds")
        for place, other in enumerate(row):
            mark = None if marks is None else bool(marks[line, place])
            x = 4 + side + aside + place * (side + gap)
            _put(board, x, top + title, side, pictures[other], mark, names[other] if names is not None else "")
    return board


def picture_ranking(pictures: Sequence[Any], right: Sequence[bool]) -> Board:
    """One ranking, the best first; beneath each right one, how many of all up to there are right.

    Parameters
    ----------
    pictures
        In the order of the ranking; some ten fit.
    right
        Which of them are right.

    Examples
    --------
    >>> picture_ranking([np.zeros((8, 8), np.uint8)] * 3, [True, False, True])
    Board: 1 · 1/1 · (right) · 2 · (wrong) · 3 · 2/3 · (right)
    """
    side = min(60.0, (480 - 8) / len(pictures) - 5)
    board = Board(480, side + 56)
    for place, (picture, mark) in enumerate(zip(pictures, right, strict=True)):
        x = 4 + place * (side + 5)
        board.text(x + side / 2, 10, str(place + 1), size=13, colour="grey")
        if mark:
            so_far = sum(map(bool, right[: place + 1]))
            board.text(x + side / 2, side + 40, f"{so_far}/{place + 1}", size=13, colour="green", bold=True)
        _put(board, x, 22, side, picture, bool(mark))
    return board


def picture_rows(rows: Mapping[str, Sequence[Any]], marked: Mapping[str, int] | None = None) -> Board:
    """Rows of pictures, each with its name above it; ``marked`` says which of a row is framed.

    Examples
    --------
    >>> picture_rows({"dark": [np.zeros((8, 8), np.uint8)] * 2}, marked={"dark": 1})
    Board: dark · (marked)
    """
    most = max(map(len, rows.values()))
    side = min(80.0, (480 - 8) / most - 6)
    board = Board(480, len(rows) * (side + 34) + 2)
    for line, (name, some) in enumerate(rows.items()):
        top = 6 + line * (side + 34)
        board.text(4, top + 8, name, anchor="start", size=14, bold=True)
        for place, picture in enumerate(some):
            x = 4 + place * (side + 6)
            _put(board, x, top + 20, side, picture)
            if marked is not None and marked.get(name) == place:
                _frame(board, x, top + 20, side, "blue")
                _unseen(board, "(marked)")
    return board


def picture_map(pictures: Sequence[Any], points: Any) -> Board:
    """Pictures as the points of a map, each moved to a free place near its own, so that none covers another.

    Parameters
    ----------
    pictures
        n pictures, up to a thousand or so.
    points
        Shape (n, 2).

    Notes
    -----
    The places are a grid with a quarter of it left free; of all ways to deal the pictures out, it is the one with the
    smallest sum of squared ways (``scipy.optimize.linear_sum_assignment``).

    Examples
    --------
    >>> picture_map([np.zeros((8, 8), np.uint8)] * 2, [[0, 0], [1, 1]])
    Board: 2 pictures
    """
    import scipy.optimize
    from scipy.spatial.distance import cdist

    places = np.asarray(points, dtype=float)
    if places.shape != (len(pictures), 2) or not np.isfinite(places).all():
        raise ValueError(f"A map needs two numbers for each of {len(pictures)} pictures; this has {places.shape}.")
    span = np.ptp(places, axis=0)
    shares = (places - places.min(axis=0)) / np.where(span > 0, span, 1)
    across = math.ceil(math.sqrt(4 / 3 * len(pictures)))
    cells = np.array([(column, row) for row in range(across) for column in range(across)]) / max(1, across - 1)
    optimize: Any = scipy.optimize
    _, dealt = optimize.linear_sum_assignment(cdist(shares, cells, "sqeuclidean"))
    side = _MAP // across
    sheet = Image.new("RGB", (across * side, across * side), "white")
    for picture, cell in zip(pictures, dealt, strict=True):
        up, right = divmod(int(cell), across)
        sheet.paste(_small(picture, side), (right * side, (across - 1 - up) * side))
    board = Board(480, 480)
    _image(board, 0, 0, 480, sheet)
    _unseen(board, f"{len(pictures)} pictures")
    return board


def _put(
    board: Board, x: float, y: float, side: float, picture: Any, right: bool | None = None, name: str = ""
) -> None:
    """A picture, framed as right or wrong; whoever cannot see it reads its name."""
    _image(board, x, y, side, _small(picture, _SIDE))
    if right is not None:
        _frame(board, x, y, side, "green" if right else "vermilion", broken=not right)
    told = {True: "(right)", False: "(wrong)", None: ""}[right]
    if name or told:
        _unseen(board, f"{name} {told}".strip())


def _frame(board: Board, x: float, y: float, side: float, colour: str, broken: bool = False) -> None:
    corners = [(x, y), (x + side, y), (x + side, y + side), (x, y + side), (x, y)]
    board.curve(corners, colour=colour, width=1.6 if broken else 3, dash=broken)


def _small(picture: Any, side: int) -> Image.Image:
    """The whole picture in a square, white around it."""
    image = ImageOps.contain(open_image(picture), (side, side), Image.Resampling.LANCZOS)
    sheet = Image.new("RGB", (side, side), "white")
    sheet.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return sheet


def _image(board: Board, x: float, y: float, side: float, image: Image.Image) -> None:
    stream = io.BytesIO()
    image.save(stream, "WEBP", quality=82, method=6)
    data = base64.b64encode(stream.getvalue()).decode()
    board._add(
        f'<image x="{x:.1f}" y="{y:.1f}" width="{side:.1f}" height="{side:.1f}" href="data:image/webp;base64,{data}"/>'
    )


def _unseen(board: Board, words: str) -> None:
    """What the drawing says without letters: a terminal, and a test, can read it."""
    board._words.append(words)
