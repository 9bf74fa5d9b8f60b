"""How an index finds neighbours without comparing all: links in layers, cells, codes (chapter 15)."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt

from embedlib import _check
from embedlib.show.board import Board, number_text

__all__ = ["cells_probed", "layers_walked", "product_codes"]

Floats = npt.NDArray[np.float64]
_WIDE, _EDGE = 480.0, 12.0


def layers_walked(points: Any, layers: Any, query: Any, links: int = 3, names: Sequence[str] | None = None) -> Board:
    """HNSW's graph as sheets over one another, and the walk of a query from the top to its nearest.

    On each sheet every point is linked to its nearest others there. The walk begins at the first point of the top
    sheet, goes to whichever neighbour is nearer to the query until none is, and goes on from there one sheet lower.

    Parameters
    ----------
    points
        n places in the plane, shape (n, 2).
    layers
        The highest sheet of each point, 0 for most: it stands on all sheets up to there.
    query
        A place, shape (2,).
    links
        How many nearest each point is linked to, in both directions.
    names
        Of the sheets, from the lowest.

    Examples
    --------
    >>> layers_walked([[0, 0], [1, 0], [2, 0], [3, 0]], [1, 0, 1, 0], [3.1, 0], links=1)
    Board: layer 1: 2 points, 1 step · layer 0: 4 points, 1 step · query
    """
    places, heights, aim = np.asarray(points, float), np.asarray(layers), np.asarray(query, float)
    if places.ndim != 2 or places.shape[1] != 2 or heights.shape != (len(places),):
        raise ValueError(
            f"Points are of shape (n, 2), with a layer each; these are {places.shape} and {heights.shape}."
        )
    _check.whole("links", links)
    top = int(heights.max())
    high, gap = 96.0, 34.0
    board = Board(_WIDE, (top + 1) * (high + gap) + 10)
    everything = np.vstack([places, aim])
    low, reach = everything.min(axis=0), np.ptp(everything, axis=0)
    reach[reach == 0] = 1

    def on_sheet(some: Any, sheet: int) -> Floats:
        """Where places stand on a sheet that is seen from the side."""
        share = 0.06 + 0.88 * (np.atleast_2d(some) - low) / reach
        depth = 1 - share[:, 1]
        y = gap - 8 + (top - sheet) * (high + gap) + depth * high
        slant = 60 * (1 - depth)
        return np.column_stack([_EDGE + slant + share[:, 0] * (_WIDE - 2 * _EDGE - 60), y])

    at = int(np.flatnonzero(heights == top)[0])
    dropped: Any = None
    for sheet in range(top, -1, -1):
        there = np.flatnonzero(heights >= sheet)
        pairs = _linked(places, there, links)
        way = _walk(places, pairs, at, aim)
        xy = {int(i): tuple(spot) for i, spot in zip(there, on_sheet(places[there], sheet), strict=True)}
        y = gap - 8 + (top - sheet) * (high + gap)
        left, right = _EDGE, _WIDE - _EDGE
        edge = [(left + 60, y), (right, y), (right - 60, y + high), (left, y + high), (left + 60, y)]
        board.curve(edge, colour="rule", width=1.2, tint="grey")
        if dropped is not None:
            x, foot = xy[at]
            board.arrow(dropped[0], dropped[1], x, foot - 5, colour="vermilion", width=1.6, dash=True)
        for one, other in pairs:
            board.line(*xy[one], *xy[other], colour="rule", width=1)
        for one, other in pairwise(way):
            board.arrow(*xy[one], *xy[other], colour="vermilion", width=2.4)
        for i, (x, spot_y) in xy.items():
            board.dot(x, spot_y, 4.5 if i in way else 3, colour="vermilion" if i in way else "grey")
        n_steps = len(way) - 1
        name = names[sheet] if names else f"layer {sheet}"
        steps = f"{n_steps} step" + "s" * (n_steps != 1)
        board.text(left, y - 11, f"{name}: {len(there)} points, {steps}", anchor="start", size=14)
        at, dropped = way[-1], xy[way[-1]]
    x, y = on_sheet(aim, 0)[0]
    board.curve([(x - 6, y - 6), (x + 6, y + 6)], colour="blue", width=3)
    board.curve([(x - 6, y + 6), (x + 6, y - 6)], colour="blue", width=3)
    inside = x < _WIDE - 70
    return board.text(
        x + (11 if inside else -11), y, "query", anchor="start" if inside else "end", colour="blue", size=14
    )


def cells_probed(points: Any, centres: Any, query: Any, probes: int = 1, k: int = 3) -> Board:
    """An index of cells: which are looked into, and which of the k true nearest lie in a cell that is not.

    Parameters
    ----------
    points
        n places in the plane, shape (n, 2); each belongs to the cell of its nearest centre.
    centres
        Shape (c, 2).
    query
        A place, shape (2,).
    probes
        How many of the cells nearest to the query are looked into.
    k
        How many nearest are asked for; those in other cells are missed.

    Examples
    --------
    >>> cells_probed([[0, 0], [1, 0], [3, 0], [4, 0]], [[0.5, 0], [3.5, 0]], [1.9, 0], probes=1, k=2)
    Board: query · centre · looked into: 1 of 2 cells, 2 of 4 points · found 1 of the 2 nearest · missed
    """
    places, middles, aim = np.asarray(points, float), np.asarray(centres, float), np.asarray(query, float)
    if places.ndim != 2 or middles.ndim != 2 or places.shape[1:] != (2,) or middles.shape[1:] != (2,):
        raise ValueError(f"Points and centres are of shape (n, 2); these are {places.shape} and {middles.shape}.")
    if _check.whole("probes", probes) > len(middles):
        raise ValueError(f"probes is {probes}, but there are {len(middles)} cells.")
    if _check.whole("k", k) > len(places):
        raise ValueError(f"k is {k}, but there are {len(places)} points.")
    high = 300.0
    board = Board(_WIDE, high + 62)
    everything = np.vstack([places, middles, aim])
    low, reach = everything.min(axis=0), np.ptp(everything, axis=0)
    scale = min((_WIDE - 2 * _EDGE) * 0.92 / max(reach[0], 1e-9), high * 0.92 / max(reach[1], 1e-9))
    middle = np.array([_WIDE / 2, high / 2 + 4])

    def drawn(some: Any) -> Floats:
        return np.asarray(middle + (np.atleast_2d(some) - low - reach / 2) * [scale, -scale])

    spots, hearts, cross = drawn(places), drawn(middles), drawn(aim)[0]
    cell = np.argmin(((places[:, None] - middles) ** 2).sum(-1), axis=1)
    looked = np.argsort(((middles - aim) ** 2).sum(-1), kind="stable")[:probes]
    best = np.argsort(((places - aim) ** 2).sum(-1), kind="stable")[:k]
    for i in range(len(middles)):
        shape = _cell(hearts, i, (_EDGE, 4.0, _WIDE - _EDGE, high + 4))
        board.curve([*shape, shape[0]], colour="grey", width=1.2, tint="blue" if i in looked else "white")
    seen = np.isin(cell, looked)
    for i, (x, y) in enumerate(spots):
        found = i in best and seen[i]
        colour = "green" if found else "vermilion" if i in best else "blue" if seen[i] else "rule"
        board.dot(x, y, 5.5 if i in best else 3, colour=colour)
    for x, y in hearts:
        board.box(x - 3.5, y - 3.5, 7, 7, tint="white", colour="ink")
    for side in (-1, 1):
        board.curve([(cross[0] - 7, cross[1] - 7 * side), (cross[0] + 7, cross[1] + 7 * side)], colour="ink", width=3)
    for side in (-1, 1):
        board.curve([(336, high + 24 - 6 * side), (348, high + 24 + 6 * side)], colour="ink", width=3)
    board.text(355, high + 24, "query", anchor="start", size=14)
    board.box(405, high + 20.5, 7, 7, tint="white", colour="ink").text(
        418, high + 24, "centre", anchor="start", size=14
    )
    n_found = int(seen[best].sum())
    board.text(
        _EDGE,
        high + 24,
        f"looked into: {probes} of {len(middles)} cells, {int(seen.sum())} of {len(places)} points",
        anchor="start",
        colour="blue",
        size=14,
    )
    board.text(_EDGE, high + 46, f"found {n_found} of the {k} nearest", anchor="start", colour="green", size=14)
    if n_found < k:
        board.dot(_WIDE - 78, high + 46, 5.5, colour="vermilion")
        board.text(_WIDE - _EDGE, high + 46, "missed", anchor="end", colour="vermilion", size=14)
    return board


def product_codes(vector: Any, codebooks: Any, digits: int = 2) -> Board:
    """A vector cut into pieces, each replaced by the number of the entry of its codebook that is nearest.

    Parameters
    ----------
    vector
        Shape (d,).
    codebooks
        One for each piece: shape (pieces, entries, d / pieces); at most four pieces and five entries are legible.
    digits
        Behind the point.

    Examples
    --------
    >>> product_codes([0.9, 0.1, -0.4, 0.6], [[[1, 0], [0, 1]], [[-0.5, 0.5], [1, 1]]], digits=1)
    Board: the vector: 4 numbers · 0.9 · 0.1 · −0.4 · 0.6 · codebook 1 ...
    """
    numbers, books = np.asarray(vector, float), np.asarray(codebooks, float)
    if books.ndim != 3 or numbers.shape != (books.shape[0] * books.shape[2],):
        raise ValueError(
            f"The pieces of the codebooks make up the vector: shape (pieces, entries, d / pieces); this vector is of "
            f"shape {numbers.shape}, the codebooks are of shape {books.shape}."
        )
    n_pieces, n_entries, long = books.shape
    pieces = numbers.reshape(n_pieces, long)
    codes = np.argmin(((books - pieces[:, None]) ** 2).sum(-1), axis=1)
    limit = float(max(np.abs(numbers).max(), np.abs(books).max()))
    gap, row = 26.0, 30.0
    cell = (_WIDE - 2 * _EDGE - gap * n_pieces) / (n_pieces * long)
    size = float(np.clip(cell / 2.9, 9, 13))
    board = Board(_WIDE, 176 + row * n_entries + 60)
    left = [_EDGE + gap + i * (long * cell + gap) for i in range(n_pieces)]
    given: dict[str, Any] = {
        "cell": cell,
        "height": 24,
        "limit": limit,
        "printed": True,
        "digits": digits,
        "size": size,
    }
    board.text(_EDGE, 14, f"the vector: {len(numbers)} numbers", anchor="start", size=14)
    for x, piece in zip(left, pieces, strict=True):
        board.cells(x, 28, piece, **given)
    base = 104.0
    for i, (x, book, code) in enumerate(zip(left, books, codes, strict=True)):
        middle = x + long * cell / 2
        board.arrow(middle, 56, middle, base - 24, colour="grey", width=1.4)
        board.text(middle, base - 14, f"codebook {i + 1}", size=13.5, colour="grey")
        for entry, line in enumerate(book):
            y = base + row * entry
            chosen = entry == code
            board.text(x - 6, y + 12, str(entry), anchor="end", size=13.5, bold=bool(chosen))
            board.cells(x, y, line, **given)
            if chosen:
                board.box(x - 1.5, y - 1.5, long * cell + 3, 27, tint="none", colour="vermilion")
        y = base + row * n_entries
        board.arrow(middle, y + 2, middle, y + 22, colour="grey", width=1.4)
        board.box(middle - 17, y + 26, 34, 26, str(code), tint="vermilion", bold=True)
    y = base + row * n_entries + 74
    kept = books[np.arange(n_pieces), codes].ravel()
    off = number_text(float(np.linalg.norm(kept - numbers)), 2)
    board.text(
        _EDGE, y, f"kept: {n_pieces} numbers from 0 to {n_entries - 1}", anchor="start", size=14, colour="vermilion"
    )
    board.text(_EDGE, y + 22, "read back:", anchor="start", size=14)
    for x, piece in zip(left, kept.reshape(n_pieces, long), strict=True):
        board.cells(x, y + 34, piece, **given)
    board.height = y + 68
    return board.text(_WIDE - _EDGE, y + 22, f"{off} from the vector", anchor="end", size=14)


def _linked(places: Floats, there: Any, links: int) -> list[tuple[int, int]]:
    """Pairs of points of a sheet, each with its nearest there, and what joins parts that would lie apart."""
    apart = ((places[there][:, None] - places[there]) ** 2).sum(-1)
    order = np.argsort(apart, axis=1, kind="stable")
    pairs = {tuple(sorted((i, int(j)))) for i, line in enumerate(order) for j in [j for j in line if j != i][:links]}
    part = list(range(len(there)))

    def of(i: int) -> int:
        return i if part[i] == i else of(part[i])

    for one, other in sorted(pairs):
        part[of(one)] = of(other)
    for flat in np.argsort(apart, axis=None, kind="stable"):  # shortest joins first, as in a spanning tree
        one, other = divmod(int(flat), len(there))
        if of(one) != of(other):
            pairs.add((min(one, other), max(one, other)))
            part[of(one)] = of(other)
    return [(int(there[one]), int(there[other])) for one, other in sorted(pairs)]


def _walk(places: Floats, pairs: Sequence[tuple[int, int]], start: int, aim: Floats) -> list[int]:
    """From a point to whichever neighbour is nearest to the aim, until none is nearer."""
    way = [start]
    while True:
        here = way[-1]
        near = [other if one == here else one for one, other in pairs if here in (one, other)]
        far = {i: float(((places[i] - aim) ** 2).sum()) for i in [here, *near]}
        best = min(far, key=lambda i: (far[i], i))
        if far[best] >= far[here]:
            return way
        way.append(best)


def _cell(hearts: Floats, i: int, sheet: tuple[float, float, float, float]) -> list[tuple[float, float]]:
    """The corners of what lies nearer to centre i than to any other, within a sheet (left, top, right, bottom)."""
    left, top, right, bottom = sheet
    shape = [(left, top), (right, top), (right, bottom), (left, bottom)]
    for j, other in enumerate(hearts):
        if j == i:
            continue
        across, half = other - hearts[i], (other @ other - hearts[i] @ hearts[i]) / 2
        kept: list[tuple[float, float]] = []
        for one, following in zip(shape, shape[1:] + shape[:1], strict=True):
            inside, next_inside = (float(np.dot(spot, across)) - half for spot in (one, following))
            if inside <= 0:
                kept.append(one)
            if inside * next_inside < 0:
                share = inside / (inside - next_inside)
                kept.append((one[0] + share * (following[0] - one[0]), one[1] + share * (following[1] - one[1])))
        shape = kept
    return shape
