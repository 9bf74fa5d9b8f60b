"""Reranking: a slower judge looks at what a faster one has found, and puts it in another order."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from embedlib import _check

__all__ = ["maxsim", "rerank"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


def maxsim(query: Any, documents: Sequence[Any]) -> Floats:
    """For each piece of the query the largest cosine to a piece of the document; the mean over the query's pieces.

    Late interaction: Khattab and Zaharia (2020), "ColBERT", equation 3, as a mean.

    Parameters
    ----------
    query
        Vectors of the query's pieces, shape (p, d), of length 1.
    documents
        For each document the vectors of its pieces, shape (its pieces, d), of length 1.

    Returns
    -------
    array
        Shape (n documents,).

    Examples
    --------
    >>> maxsim([[1, 0], [0, 1]], [[[1, 0]], [[0.6, 0.8], [1, 0]]])
    array([0.5, 0.9], dtype=float32)
    """
    asking = np.asarray(query, dtype=np.float32)
    if asking.ndim != 2 or not len(asking):
        raise ValueError(f"The query has a row for each of its pieces; its shape is {asking.shape}.")
    if not len(documents):
        return np.zeros(0, np.float32)
    tables = [np.asarray(table, dtype=np.float32) for table in documents]
    for place, table in enumerate(tables):
        if table.ndim != 2 or not len(table) or table.shape[1] != asking.shape[1]:
            raise ValueError(
                f"Document {place} has the shape {table.shape}; rows of {asking.shape[1]} numbers, as the query's, "
                "are needed, at least one."
            )
    every = np.concatenate(tables)
    if not (np.isfinite(asking).all() and np.isfinite(every).all()):
        raise ValueError("A vector of a piece holds NaN or an infinite number: no cosine can be had of it.")
    starts = np.cumsum([0, *(len(table) for table in tables[:-1])])
    best: Floats = np.maximum.reduceat(asking @ every.T, starts, axis=1).mean(axis=0)
    return best


def rerank(candidates: Any, scores: Any, depth: int) -> Ints:
    """The first ``depth`` candidates in the order of their scores, the others behind them as they were.

    Parameters
    ----------
    candidates
        Document numbers, the best first: shape (n queries, m); −1 stands for none, and stays behind the others.
    scores
        What the slower judge gives each: of the same shape, or with ``depth`` columns.
    depth
        How many it looks at.

    Examples
    --------
    >>> rerank([[4, 8, 6, 1]], [[0.1, 0.9, 0.3, 1.0]], depth=3)
    array([[8, 6, 4, 1]])
    """
    held, values = np.asarray(candidates), np.asarray(scores, dtype=np.float64)
    if held.ndim != 2 or values.ndim != 2 or len(values) != len(held):
        raise ValueError(f"A row a query in both: the shapes are {held.shape} and {values.shape}.")
    if _check.whole("depth", depth) > min(held.shape[1], values.shape[1]):
        raise ValueError(
            f"depth is {depth:,}, and there are {held.shape[1]:,} candidates and {values.shape[1]:,} scores a query."
        )
    if values.shape[1] not in (depth, held.shape[1]):
        raise ValueError(
            f"Each candidate has a score, or each of the first {depth:,}: there are {held.shape[1]:,} candidates "
            f"and {values.shape[1]:,} scores a query. Of scores of all documents take those of the candidates."
        )
    first = np.where(held[:, :depth] < 0, -np.inf, values[:, :depth])
    if np.isnan(first).any():
        raise ValueError("A score is NaN, which is neither before nor behind anything.")
    order = np.argsort(-first, axis=1, kind="stable")
    return np.concatenate([np.take_along_axis(held[:, :depth], order, axis=1), held[:, depth:]], axis=1)
