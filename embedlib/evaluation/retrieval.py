"""Retrieval: how much of what a search returns is right, and how much of what is right it returns.

All take ``relevant``, true where a result is right: a row a query, its results from the best to the worst. The query
itself is no result of its own. Each returns a number for each query; their mean (``np.nanmean``) is the measure, so
that the mean of :func:`average_precision` is MAP. A query that nothing in the collection answers, such as the only
member of its class, is NaN: it says nothing of the search. ``n_relevant`` says how many right ones there are where the
rows are cut off; without it all of them are taken to stand in the row.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from embedlib import _check
from embedlib.vectors.rows import unit_rows

__all__ = [
    "average_precision",
    "average_precision_at_r",
    "hit_at",
    "leave_one_out",
    "ndcg_at",
    "precision_at",
    "recall_at",
    "reciprocal_rank",
]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
_DECIMALS = 12  # cosines that agree this far are tied, whatever a machine makes of their last bits


def leave_one_out(vectors: Any, labels: Any) -> Bools:
    """Let each of n vectors look for those of its label among the n − 1 others, by cosine: shape (n, n − 1).

    Of equal cosines the one that comes first in the collection stands first.

    Examples
    --------
    >>> leave_one_out([[1, 0], [3, 1], [0, 1]], ["a", "a", "b"])
    array([[ True, False],
           [ True, False],
           [False, False]])
    """
    unit, names = unit_rows(vectors), np.asarray(labels)
    if names.shape != (len(unit),):
        raise ValueError(
            f"Each vector has a label: there are {len(unit):,} vectors, and labels of shape {names.shape}."
        )
    if len(unit) < 2:
        raise ValueError("One vector has no others to look among.")
    likeness = (unit @ unit.T).round(_DECIMALS)
    np.fill_diagonal(likeness, -np.inf)  # the query comes last, and is cut off
    order = np.argsort(-likeness, axis=1, kind="stable")[:, :-1]
    found: Bools = names[order] == names[:, None]
    return found


def precision_at(relevant: Any, k: int, n_relevant: Any = None) -> Floats:
    """Of the first k results, the share that is right. Shape (n,).

    Manning, Raghavan and Schütze (2008), "Introduction to information retrieval", section 8.4.

    Examples
    --------
    >>> precision_at([[True, False, True, False]], k=3).round(3)
    array([0.667])
    """
    right, total = _given(relevant, n_relevant)
    return _answered(_first(right, k).mean(axis=1), total)


def recall_at(relevant: Any, k: int, n_relevant: Any = None) -> Floats:
    """Of all that is right, the share among the first k results. Shape (n,).

    In metric learning "recall at k" often means :func:`hit_at`.

    Examples
    --------
    >>> recall_at([[True, False, True, False]], k=1)
    array([0.5])
    """
    right, total = _given(relevant, n_relevant)
    return _answered(_first(right, k).sum(axis=1) / np.maximum(total, 1), total)


def hit_at(relevant: Any, k: int, n_relevant: Any = None) -> Floats:
    """1 if one of the first k results is right, 0 if none is. Shape (n,).

    With k = 1 its mean is the accuracy of the nearest neighbour.

    Examples
    --------
    >>> hit_at([[False, True, True], [False, False, True]], k=2)
    array([1., 0.])
    """
    right, total = _given(relevant, n_relevant)
    return _answered(_first(right, k).any(axis=1), total)


def average_precision(relevant: Any, n_relevant: Any = None) -> Floats:
    """The precision at the place of each right result, averaged over all that is right. Shape (n,).

    What is not in the row counts 0. Manning, Raghavan and Schütze (2008), section 8.4; as scikit-learn's
    ``average_precision_score`` where no two results are tied.

    Examples
    --------
    >>> average_precision([[True, False, True, False]]).round(3)  # (1/1 + 2/3) / 2
    array([0.833])
    """
    right, total = _given(relevant, n_relevant)
    return _answered((_precisions(right) * right).sum(axis=1) / np.maximum(total, 1), total)


def average_precision_at_r(relevant: Any, n_relevant: Any = None) -> Floats:
    """Average precision over the first R results alone, R being how many right ones there are. Shape (n,).

    Its mean is MAP@R (Musgrave, Belongie and Lim, 2020, "A metric learning reality check"): 1 if, and only if, the
    right ones come first, and 0 if none is among the first R.

    Examples
    --------
    >>> average_precision_at_r([[True, False, True, False]])  # R = 2: (1/1 + 0) / 2
    array([0.5])
    """
    right, total = _given(relevant, n_relevant)
    first = right & (np.arange(right.shape[1]) < total[:, None])
    return _answered((_precisions(right) * first).sum(axis=1) / np.maximum(total, 1), total)


def reciprocal_rank(relevant: Any, n_relevant: Any = None) -> Floats:
    """1 divided by the place of the first right result; 0 where none is in the row. Shape (n,).

    Its mean is MRR, the mean reciprocal rank.

    Examples
    --------
    >>> reciprocal_rank([[True, False], [False, True]])
    array([1. , 0.5])
    """
    right, total = _given(relevant, n_relevant)
    return _answered(np.where(right.any(axis=1), 1 / (right.argmax(axis=1) + 1), 0.0), total)


def ndcg_at(grades: Any, k: int, best: Any = None) -> Floats:
    """The grades of the first k results, later ones counting less, as a share of the best that there could be.

    Each grade is divided by log2(1 + its place) and added up (DCG); the same of the best order possible is what it is
    divided by. Järvelin and Kekäläinen (2002), "Cumulated gain-based evaluation of IR techniques", with the discount
    and the plain grades of trec_eval: what was not judged has the grade 0.

    Parameters
    ----------
    grades
        The grade of each result, the best result first: shape (n, m); True and False are grades, too.
    k
        How many results count.
    best
        For each query the grades of everything that is right, in any order, filled up with zeros: shape (n, r).
        Without it all of that is taken to stand in the row.

    Returns
    -------
    array
        Shape (n,); NaN for a query that nothing answers.

    Examples
    --------
    >>> ndcg_at([[0, 2, 1]], k=3).round(3)  # (2 / log2(3) + 1 / log2(4)) / (2 / log2(2) + 1 / log2(3))
    array([0.67])
    """
    gained = _grades("grades", grades)
    ideal = gained if best is None else _grades("best", best)
    if len(ideal) != len(gained):
        raise ValueError(f"A row a query in both: grades has {len(gained):,} rows, and best {len(ideal):,}.")
    if _check.whole("k", k) > gained.shape[1]:
        raise ValueError(f"k is {k:,}, and each query has {gained.shape[1]:,} results.")
    most = -np.sort(-ideal, axis=1)[:, :k]
    top, reached = (_discounted(table) for table in (most, gained[:, :k]))
    if (reached > top + 1e-9).any():
        raise ValueError(
            "A row of results gains more than the best order could: does best hold all that is right, and does each "
            "result stand in its row once?"
        )
    found: Floats = np.divide(reached, top, out=np.full(len(top), np.nan), where=top > 0)
    return found


def _discounted(grades: Floats) -> Floats:
    discounted: Floats = grades @ (1 / np.log2(np.arange(2, grades.shape[1] + 2)))
    return discounted


def _grades(name: str, given: Any) -> Floats:
    table = np.asarray(given)
    if table.ndim != 2 or not table.size or table.dtype.kind not in "biuf":
        raise ValueError(f"{name} has a row a query and a number in each column; its shape is {table.shape}.")
    if not np.isfinite(table).all() or (table < 0).any():
        raise ValueError(f"{name} holds grades from 0 on, 0 being not right; some are negative or no numbers.")
    return table.astype(np.float64)


def _precisions(right: Bools) -> Floats:
    """The precision at each place: shape (n, m)."""
    found: Floats = right.cumsum(axis=1) / np.arange(1, right.shape[1] + 1)
    return found


def _first(right: Bools, k: int) -> Bools:
    if _check.whole("k", k) > right.shape[1]:
        raise ValueError(f"k is {k:,}, and each query has {right.shape[1]:,} results.")
    return right[:, :k]


def _answered(values: Any, total: npt.NDArray[np.int64]) -> Floats:
    """NaN for queries that nothing answers."""
    found: Floats = np.where(total > 0, values, np.nan)
    return found


def _given(relevant: Any, n_relevant: Any) -> tuple[Bools, npt.NDArray[np.int64]]:
    right = np.asarray(relevant)
    if right.ndim != 2 or not right.size:
        raise ValueError(f"A row a query, a column a result: (n, m). This has the shape {right.shape}.")
    if right.dtype != np.bool_:
        if not np.isin(right, (0, 1)).all():
            raise ValueError(
                "A result is right or not: True or False, 1 or 0. Are these scores, or the results' numbers?"
            )
        right = right.astype(np.bool_)
    here = right.sum(axis=1)
    if n_relevant is None:
        return right, here
    total = np.asarray(n_relevant)
    if total.shape != here.shape or total.dtype.kind not in "iu" or (total < here).any():
        raise ValueError(
            "n_relevant is a whole number for each query, how many are right: no fewer than stand in its row."
        )
    return right, total.astype(np.int64)
