"""Fusion: one ranking out of several."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from embedlib import _check
from embedlib.retrieval.lexical import top_k

__all__ = ["reciprocal_rank_fusion", "weighted_sum"]

Ints = npt.NDArray[np.int64]


def reciprocal_rank_fusion(rankings: Sequence[Any], k: int = 10, constant: float = 60) -> Ints:
    """Give each document the sum of 1 / (constant + its place) over the rankings that hold it.

    Only places count, so that scores on different scales need not be made alike. Cormack, Clarke and Büttcher (2009),
    "Reciprocal rank fusion outperforms Condorcet and individual rank learning methods"; the constant is theirs.

    Parameters
    ----------
    rankings
        Arrays (n queries, m) of document numbers, the best first; m may differ, and −1 stands for none.
    k
        How many of the fused ranking are wanted.
    constant
        The larger, the less the first places stand out.

    Returns
    -------
    array
        Shape (n queries, k). Of equal sums the document that the first ranking has earlier stands first, then that of
        the next. Where the rankings together hold fewer than k documents, −1 fills up.

    Raises
    ------
    ValueError
        If the rankings are not of the same queries, or one holds a document twice.

    Examples
    --------
    >>> reciprocal_rank_fusion([[[7, 5, 2]], [[5, 9, 7]]], k=3)
    array([[5, 7, 9]])
    """
    tables = [np.asarray(ranking) for ranking in rankings]
    if not tables:
        raise ValueError("There are no rankings to fuse.")
    for table in tables:
        if table.ndim != 2 or table.dtype.kind not in "iu" or len(table) != len(tables[0]):
            raise ValueError(
                "A ranking is an array of document numbers, a row a query, the best first; all have the same queries. "
                f"The shapes are {', '.join(str(each.shape) for each in tables)}."
            )
    _check.whole("k", k)
    _check.number("constant", constant, above=-1)
    fused = np.full((len(tables[0]), k), -1, np.int64)
    for query in range(len(fused)):
        sums: dict[int, float] = {}
        for table in tables:
            held = table[query][table[query] >= 0].tolist()
            if len(set(held)) < len(held):
                raise ValueError(f"Query {query}: a ranking holds a document twice.")
            for place, document in enumerate(held, 1):
                sums[document] = sums.get(document, 0.0) + 1 / (constant + place)
        best = sorted(sums, key=lambda document: -round(sums[document], 12))[:k]
        fused[query, : len(best)] = best
    return fused


def weighted_sum(one: Any, other: Any, weight: float, k: int = 10) -> Ints:
    """The first k by ``weight`` times one score plus 1 − ``weight`` times the other, each in standard units by query.

    Parameters
    ----------
    one, other
        Scores of every document: shape (n queries, n documents).
    weight
        From 0 to 1: choose it on queries that you do not report on.
    k
        How many are wanted.

    Examples
    --------
    >>> weighted_sum([[3.0, 1.0, 2.0]], [[0.1, 0.9, 0.2]], weight=1, k=2)
    array([[0, 2]])
    """
    share = _check.number("weight", weight, 0, 1)
    first, second = (_standard(scores) for scores in (one, other))
    if first.shape != second.shape:
        raise ValueError(f"Both scores are of the same queries and documents; the shapes: {first.shape, second.shape}.")
    return top_k(share * first + (1 - share) * second, k)


def _standard(scores: Any) -> npt.NDArray[np.float64]:
    table = np.asarray(scores, dtype=np.float64)
    if table.ndim != 2:
        raise ValueError(f"Scores have a row a query and a column a document; the shape of these is {table.shape}.")
    if not np.isfinite(table).all():
        raise ValueError("A score is infinite or NaN: it has no place on a common scale.")
    spread = table.std(axis=1, keepdims=True)
    standard: npt.NDArray[np.float64] = (table - table.mean(axis=1, keepdims=True)) / np.where(spread > 0, spread, 1)
    return standard
