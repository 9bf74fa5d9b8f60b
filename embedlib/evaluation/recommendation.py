"""How good recommendations are: the place of what a person liked next, and what of the catalogue is ever shown.

Each person has one held-out item. All items but those the person is known to have liked are ranked, and ``ranks`` are
the held-out items' places, 1 for the first.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from embedlib import _check
from embedlib.evaluation._given import check_resampling

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["compare", "gini", "held_out_ranks", "hits", "ndcg", "recommended"]

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


def held_out_ranks(scores: Any, seen: Any, held_out: Any, among: Any = None) -> Numbers:
    """The place of each person's held-out item among all that the person has not liked before.

    Of equal scores the held-out item comes last, so that a method which cannot tell items apart gains nothing.

    Parameters
    ----------
    scores
        n people's scores of m items, (n, m).
    seen
        True, or above 0, where a person is known to like an item: left out of the ranking, (n, m).
    held_out
        n item numbers.
    among
        Items, (n, k), to rank the held-out one with, in the place of all: the sampled evaluation, which chapter 17
        warns of.

    Returns
    -------
    array (n,)

    Examples
    --------
    >>> held_out_ranks([[0.9, 0.2, 0.5], [0.1, 0.1, 0.1]], [[1, 0, 0], [0, 0, 1]], [1, 1])
    array([2, 2])
    """
    found, known, items = _scored(scores, seen, held_out)
    rows = np.arange(len(found))
    own = found[rows, items][:, None]
    if among is not None:
        rivals = np.asarray(among)
        if rivals.ndim != 2 or len(rivals) != len(found):
            raise ValueError(
                f"among has a row of items for each of {len(found):,} people; its shape is {rivals.shape}."
            )
        for row in rivals:
            if len(np.unique(_check.items(row, found.shape[1], "A row of among"))) < len(row):
                raise ValueError("A row of among names an item twice, which would count as two rivals.")
        rivals = rivals.astype(np.int64)
        better = (found[rows[:, None], rivals] >= own) & ~known[rows[:, None], rivals] & (rivals != items[:, None])
    else:
        better = (found >= own) & ~known
        better[rows, items] = False
    places: Numbers = 1 + better.sum(axis=1)
    return places


def recommended(scores: Any, seen: Any, k: int = 10) -> Numbers:
    """The k best items for each person, of those not liked before: item numbers, (n, k).

    Examples
    --------
    >>> recommended([[0.9, 0.2, 0.5]], [[1, 0, 0]], k=2)
    array([[2, 1]])
    """
    found, known, _ = _scored(scores, seen)
    if _check.whole("k", k) > (least := int((~known).sum(axis=1).min())):
        raise ValueError(f"k is {k:,}, and for one person only {least:,} items are left to recommend.")
    order: Numbers = np.argsort(np.where(known, np.inf, -found), axis=1, kind="stable")[:, :k]
    return order


def hits(ranks: Any, k: int = 10) -> Floats:
    """1 where the held-out item is among the first k, else 0.

    >>> hits([1, 10, 11])
    array([1., 1., 0.])
    """
    found: Floats = (_places(ranks) <= _check.whole("k", k)).astype(np.float64)
    return found


def ndcg(ranks: Any, k: int = 10) -> Floats:
    """Discounted gain: 1 for the first place, 1 / log2(place + 1) down to place k, then 0.

    With one right item a person the best possible sum is 1, so that this is nDCG (Järvelin and Kekäläinen, 2002).

    >>> ndcg([1, 3, 11])
    array([1. , 0.5, 0. ])
    """
    places = _places(ranks)
    found: Floats = np.where(places <= _check.whole("k", k), 1 / np.log2(places + 1), 0.0)
    return found


def gini(counts: Any) -> float:
    """How unequal n counts are: 0 if all are alike, near 1 if one has all.

    Examples
    --------
    >>> gini([5, 5, 5, 5]), gini([0, 0, 0, 20])
    (0.0, 0.75)
    """
    found = np.sort(_numbers("counts", counts))
    if found.ndim != 1 or not len(found) or not np.isfinite(found).all() or found[0] < 0 or not found.sum():
        raise ValueError("gini takes a flat list of counts, 0 or more, of which at least one is above 0.")
    n = len(found)
    return float((2 * np.arange(1, n + 1) - n - 1) @ found / (n * found.sum()))


def compare(
    values: Mapping[str, Any],
    reference: str | None = None,
    *,
    confidence: float = 0.95,
    n_bootstrap: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """The mean of each method's numbers over people, with an interval; all methods are judged on the same draws.

    Parameters
    ----------
    values
        Name to one number a person, the same people in the same order for all.
    reference
        A name: then each other method less this one, person by person.

    Returns
    -------
    DataFrame
        Columns method, mean (or difference), low and high.

    Examples
    --------
    >>> compare({"a": [1, 0, 1, 0], "b": [0, 0, 1, 0]}, reference="b", n_bootstrap=0)
      method  difference  low  high
    0      a        0.25  NaN   NaN
    """
    import pandas as pd

    check_resampling(confidence, n_bootstrap, seed)
    if not isinstance(values, Mapping):
        raise TypeError(f"values maps a method's name to one number a person; this is {_check.kind(values)}.")
    names = [*values]
    if not names:
        raise ValueError("There is no method to compare.")
    rows = [_numbers(repr(name), values[name]) for name in names]
    n = len(rows[0]) if rows[0].ndim == 1 else 0
    for name, row in zip(names, rows, strict=True):
        if row.shape != (n,) or not n:
            raise ValueError(f"Each method has one number a person, {n:,}; {name!r} has the shape {row.shape}.")
        if not np.isfinite(row).all():
            raise ValueError(f"{name!r} holds NaN or infinity. Give every person a number, 0 where nothing was found.")
    table = np.array(rows)
    if reference is not None:
        _check.choice("reference", reference, names)
        table = table - table[names.index(reference)]
    column = "mean" if reference is None else "difference"
    found = pd.DataFrame({"method": names, column: table.mean(axis=1), "low": np.nan, "high": np.nan})
    if n_bootstrap:
        times = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=n_bootstrap)
        ends = [(1 - confidence) / 2, (1 + confidence) / 2]
        found["low"], found["high"] = np.quantile(table @ times.T / n, ends, axis=1)
    return found[found["method"] != reference].reset_index(drop=True)


def _numbers(name: str, values: Any) -> Floats:
    try:
        return np.asarray(values, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name} holds numbers, in a table as many in each row; this does not.") from None


def _places(ranks: Any) -> npt.NDArray[Any]:
    places = np.asarray(ranks)
    if places.dtype.kind not in "iuf":
        raise TypeError(f"ranks holds places, 1 for the first, and not {places.dtype.name}.")
    if places.ndim != 1 or not len(places) or not (places >= 1).all():
        raise ValueError("ranks is a flat list of places, 1 for the first.")
    return places


def _scored(scores: Any, seen: Any, held_out: Any = None) -> tuple[Floats, npt.NDArray[np.bool_], Numbers]:
    found, table = _numbers("scores", scores), _numbers("seen", seen)
    known = table > 0
    if found.ndim != 2 or not found.size or found.shape != known.shape:
        raise ValueError(
            f"scores and seen have a row a person and a column an item; their shapes are {found.shape} and "
            f"{known.shape}."
        )
    if np.isnan(table).any():
        raise ValueError("seen holds NaN, which says neither that an item was liked nor that it was not.")
    if np.isnan(found).any():
        raise ValueError("A score is NaN, and has no place in a ranking. Was a person or an item divided by 0?")
    if held_out is None:
        return found, known, np.empty(0, dtype=np.int64)
    items = np.asarray(held_out)
    if items.shape != (len(found),) or items.dtype.kind not in "iu":
        raise ValueError(f"held_out is one item number for each of {len(found):,} people; its shape is {items.shape}.")
    if (items < 0).any() or (items >= found.shape[1]).any():
        raise ValueError(f"held_out names an item outside 0 to {found.shape[1] - 1:,}.")
    if (twice := known[np.arange(len(items)), items]).any():
        raise ValueError(
            f"For {int(twice.sum()):,} people the held-out item is among those already seen. Hold it out of the "
            f"training first."
        )
    return found, known, items.astype(np.int64)
