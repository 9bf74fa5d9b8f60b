"""Two spaces joined: the rotation that lays one set of vectors onto another, and a search that hubs do not win."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np

from embedlib import _check
from embedlib.vectors.rows import unit_rows
from embedlib.vectors.search import DECIMALS, NearestRows

__all__ = ["RotationNotFixed", "csls", "procrustes"]

_Array = np.ndarray[Any, np.dtype[Any]]


class RotationNotFixed(UserWarning):
    """There were too few pairs, or too much alike, to say how every direction is to be turned."""


def procrustes(source: Any, target: Any) -> _Array:
    """The rotation that brings the rows of ``source`` as near as can be to those of ``target``.

    A mirror image counts as a rotation here: what is kept are all lengths and angles. Bring the rows to length 1
    first, so that none counts for more than another; to centre them helps where all rows share a direction.

    Parameters
    ----------
    source, target
        n pairs, row by row: shapes (n, d) and (n, e).

    Returns
    -------
    ndarray of shape (d, e), float64
        ``source @ rotation`` is what lies near ``target``. If d = e it is orthogonal. If not, it is the rotation that
        is found after the narrower rows were filled up with zeros, less the part that meets only these zeros: from
        fewer numbers to more it still keeps all angles; from more to fewer it cannot.

    Raises
    ------
    ValueError
        If the rows are not as many, fewer than two, all zeros, or hold NaN or infinity.

    Warns
    -----
    RotationNotFixed
        If the pairs leave directions open, as fewer pairs than numbers always do. These are left out: what lies in
        them is mapped onto zero. (A rotation filled up at will, as scipy's is, adds noise of full length.)

    Notes
    -----
    Schönemann, P. H. (1966), "A generalized solution of the orthogonal Procrustes problem".

    Examples
    --------
    >>> procrustes([[1, 0], [0, 1]], [[0, 1], [-1, 0]])
    array([[ 0.,  1.],
           [-1.,  0.]])
    """
    ones, others = _rows(source, "source"), _rows(target, "target")
    if len(ones) != len(others):
        raise ValueError(
            f"Row i of source and row i of target are a pair, but there are {len(ones):,} and {len(others):,} rows."
        )
    if len(ones) < 2:
        raise ValueError(f"A rotation needs pairs of vectors, two at the very least; this is {len(ones)}.")
    u, sizes, vt = np.linalg.svd(ones.T @ others, full_matrices=False)
    fixed = int((sizes > sizes[0] * 1e-10).sum())
    if fixed < len(sizes):
        message = f"{len(ones):,} pairs fix {fixed} of {len(sizes)} directions; the others are left out."
        warnings.warn(message, RotationNotFixed, stacklevel=2)
    rotation: _Array = u[:, :fixed] @ vt[:fixed] + 0.0  # no −0.0
    return rotation


def csls(
    rows: Any, queries: Any, k: int = 10, among: Any = None, neighbourhood: int = 10, batch: int = 256
) -> NearestRows:
    """The nearest rows to each query, by cosine less how near the row is to everything: hubs do not win.

    Some rows, the *hubs*, are near to very many queries. So each row has to pay for the company it keeps: a row's
    score is twice its cosine to the query, less the mean cosine to its nearest queries, less that of the query to
    its nearest rows.

    Parameters
    ----------
    rows
        N vectors of d numbers, shape (N, d): those that are found.
    queries
        n vectors, shape (n, d).
    k
        How many are found of each.
    among
        Vectors (m, d) of the space that the queries are from: how near a row is to everything is the mean over its
        nearest of these. The queries, if not given; for a few queries, or one, give them and many words more.
    neighbourhood
        How many nearest a mean is taken of.
    batch
        Queries worked on at once. Memory in use is about batch × N × 24 bytes.

    Returns
    -------
    NearestRows
        ``indices`` in the order of this score, best first, and the ``cosines`` of these; each of shape (n, k).

    Raises
    ------
    ValueError
        If a vector is all zeros or holds NaN, or if there are fewer vectors than asked for.

    Notes
    -----
    Conneau, Lample, Ranzato, Denoyer and Jégou (2018), "Word translation without parallel data".

    Examples
    --------
    The first row lies between the queries, and is the nearest to both. By CSLS each finds its own.

    >>> from embedlib.vectors import nearest
    >>> rows, queries = [[1, 1], [1, -0.5], [-0.5, 1]], [[1, 0.25], [0.25, 1]]
    >>> nearest(rows, queries, 1).indices.ravel(), csls(rows, queries, 1, neighbourhood=2).indices.ravel()
    (array([0, 0]), array([1, 2]))
    """
    for name, some in {"rows": rows, "queries": queries}.items():
        if np.asarray(some).dtype.kind in "USO":
            raise ValueError(f"{name} are vectors, shape (n, d), all of one length; these are not numbers.")
        if not len(some):
            raise ValueError(f"There are no {name}.")
    unit, asked = unit_rows(rows), unit_rows(queries, "Query vector {}".format)
    every = asked if among is None else unit_rows(among, "Row {} of among".format)
    for name, some in {"queries": asked, "among": every}.items():
        if some.shape[1] != unit.shape[1]:
            raise ValueError(f"The rows have {unit.shape[1]} numbers, and {name} have {some.shape[1]}: map them first.")
    if _check.whole("k", k) > len(unit):
        raise ValueError(f"k is {k:,}, but there are only {len(unit):,} rows to choose from.")
    most = min(len(unit), len(every))
    if _check.whole("neighbourhood", neighbourhood) > most:
        raise ValueError(
            f"neighbourhood is {neighbourhood:,}, but there are only {most:,} vectors to be near to. "
            f"Give more of the queries' space by among, or a smaller neighbourhood."
        )
    # What the query itself has to pay is the same for all rows, so it changes no order.
    _check.whole("batch", batch)
    crowded = np.empty(len(unit))
    for start in range(0, len(unit), batch):
        likeness = unit[start : start + batch] @ every.T
        crowded[start : start + batch] = np.partition(likeness, -neighbourhood)[:, -neighbourhood:].mean(axis=1)
    indices = np.empty((len(asked), k), dtype=np.int64)
    cosines = np.empty((len(asked), k))
    for start in range(0, len(asked), batch):
        likeness = asked[start : start + batch] @ unit.T
        scores = (2 * likeness - crowded).round(DECIMALS)
        enough = np.partition(scores, -k, axis=1)[:, -k]
        for i, line in enumerate(scores):
            found = np.flatnonzero(line >= enough[i])
            best = found[np.argsort(-line[found], kind="stable")[:k]]
            indices[start + i], cosines[start + i] = best, likeness[i, best]
    return NearestRows(indices, np.clip(cosines, -1, 1))


def _rows(given: Any, name: str) -> _Array:
    try:
        rows = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name} is one array of shape (n, d), all rows equally long.") from None
    if rows.ndim != 2:
        raise ValueError(f"{name} is one array of shape (n, d); this one has the shape {rows.shape}.")
    bad = np.flatnonzero(~np.isfinite(rows).all(axis=1))
    if len(bad):
        raise ValueError(f"Row {bad[0]} of {name} holds NaN or infinity; no rotation can be fitted to it.")
    empty = np.flatnonzero(~rows.any(axis=1))
    if len(empty):
        raise ValueError(f"Row {empty[0]} of {name} is all zeros: it has no direction to be turned.")
    return rows
