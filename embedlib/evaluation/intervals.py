"""Intervals: how far a figure would move had other examples been drawn.

Percentile intervals (Efron and Tibshirani, 1993, "An introduction to the bootstrap", chapter 13): the
examples are drawn again with replacement, the figure is computed again, and the interval holds its middle 95
%.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from embedlib import _check

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Share",
    "Steiger",
    "bootstrap_spearman",
    "bootstrap_spearmans",
    "paired_difference",
    "percentile_interval",
    "share_higher",
    "shares_higher",
    "shares_right",
    "steiger",
    "wilson_interval",
]

_Array = np.ndarray[Any, np.dtype[Any]]


class Share(NamedTuple):
    """A share and the ends of its interval."""

    share: float
    low: float
    high: float


class Steiger(NamedTuple):
    """How far two correlations of one sample lie apart, in standard errors, and how often chance does as much."""

    z: Any
    p: Any


def share_higher(ones: Any, others: Any, confidence: float = 0.95, n_bootstrap: int = 1000, seed: int = 0) -> Share:
    """How often a number drawn from one group is higher than one drawn from another; a tie counts one half.

    This is the area under the ROC curve (AUC) of a score that should be higher for the first group, and the
    Mann-Whitney U statistic divided by the number of comparisons (Hanley and McNeil, 1982). Both groups are
    drawn again for the interval.

    Parameters
    ----------
    ones, others
        Two groups of n and m numbers.
    confidence, n_bootstrap, seed
        Of the percentile interval; ``n_bootstrap=0`` leaves it out.

    Returns
    -------
    Share
        ``share`` between 0 and 1, ``low`` and ``high``.

    Raises
    ------
    ValueError
        If a group is empty or holds NaN.

    Examples
    --------
    >>> share_higher([0.4, 0.9], [0.1, 0.4], n_bootstrap=0).share
    0.875
    """
    first, second = np.asarray(ones, dtype=np.float64), np.asarray(others, dtype=np.float64)
    for which, group in (("first", first), ("second", second)):
        if group.ndim != 1 or not len(group):
            raise ValueError(f"The {which} group must be a list of numbers; its shape is {group.shape}.")
        if np.isnan(group).any():
            raise ValueError(f"The {which} group holds NaN, which is neither higher nor lower than anything.")
    wins = (first[:, None] > second) + 0.5 * (first[:, None] == second)
    if not n_bootstrap:
        return Share(float(wins.mean()), np.nan, np.nan)
    rng = np.random.default_rng(seed)
    n, m = wins.shape
    times_one = rng.multinomial(n, np.full(n, 1 / n), size=n_bootstrap)
    times_other = rng.multinomial(m, np.full(m, 1 / m), size=n_bootstrap)
    drawn = np.einsum("bn,bn->b", times_one, times_other @ wins.T) / (n * m)
    return Share(float(wins.mean()), *percentile_interval(drawn, confidence))


def shares_higher(groups: Mapping[str, Any], pairs: Sequence[tuple[str, str]], **options: Any) -> pd.DataFrame:
    """:func:`share_higher` for several pairs of groups.

    Parameters
    ----------
    groups
        Name to numbers.
    pairs
        Names (first, second): the share of comparisons in which the first group is higher.
    options
        As in :func:`share_higher`.

    Returns
    -------
    DataFrame
        Columns pair ("first over second"), share, low and high.

    Examples
    --------
    >>> shares_higher({"near": [0.4, 0.9], "far": [0.1, 0.4]}, [("near", "far")], n_bootstrap=0)
                  pair  share  low  high
    0  near over far  0.875  NaN   NaN
    """
    import pandas as pd

    found = [share_higher(groups[first], groups[second], **options) for first, second in pairs]
    return pd.DataFrame(found).assign(pair=[f"{first} over {second}" for first, second in pairs])[
        ["pair", "share", "low", "high"]
    ]


def percentile_interval(values: Any, confidence: float = 0.95) -> tuple[float, float]:
    """The middle share of resampled figures; those that could not be computed (NaN) are left out.

    Examples
    --------
    >>> percentile_interval(np.arange(101), confidence=0.5)
    (25.0, 75.0)
    """
    _check.confidence(confidence)
    array = np.asarray(values, dtype=np.float64)
    array = array[~np.isnan(array)]
    if not len(array):
        return float("nan"), float("nan")
    low, high = np.quantile(array, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def wilson_interval(n_right: int, n: int, confidence: float = 0.95) -> tuple[float, float]:
    """Wilson's interval of a share, such as an accuracy: n_right of n independent answers.

    It stays within 0 and 1 and has a width when all answers are right or none is, where a bootstrap has none.

    Parameters
    ----------
    n_right, n
        Right answers, and all answers.
    confidence
        How often such an interval holds the true share.

    Returns
    -------
    (low, high)
        Both NaN if n is 0: no answer says nothing.

    Raises
    ------
    ValueError
        If n is negative, n_right is not between 0 and n, or confidence not between 0 and 1.

    Notes
    -----
    Wilson, E. B. (1927), "Probable inference, the law of succession, and statistical inference".

    Examples
    --------
    >>> low, high = wilson_interval(8, 10)
    >>> round(low, 3), round(high, 3)
    (0.49, 0.943)
    """
    import scipy.stats

    _check.confidence(confidence)
    if not 0 <= n_right <= n:
        raise ValueError(f"Right answers are between none and all: {n_right} of {n} is not a share.")
    if n == 0:
        return float("nan"), float("nan")
    stats: Any = scipy.stats
    interval = stats.binomtest(n_right, n).proportion_ci(confidence, method="wilson")
    return float(interval.low), float(interval.high)


def shares_right(answers: Mapping[str, Any], confidence: float = 0.95) -> pd.DataFrame:
    """The share of right answers of each of several methods, with Wilson's interval.

    Parameters
    ----------
    answers
        Name to answers, shape (n,), n may differ: True or 1 where one is right, False or 0 where not.
    confidence
        As in :func:`wilson_interval`.

    Returns
    -------
    DataFrame
        A row a name, in their order: name, share, low, high, n. Without answers the share is NaN.

    Raises
    ------
    ValueError
        If answers are of another shape, or other than right and wrong.

    Examples
    --------
    >>> shares_right({"guessing": [True, False]}).round(2)
           name  share   low  high  n
    0  guessing    0.5  0.09  0.91  2
    """
    import pandas as pd

    rows = []
    for name, given in answers.items():
        right = _right(given, name)
        low, high = wilson_interval(int(right.sum()), len(right), confidence)
        share = float(right.mean()) if len(right) else float("nan")
        rows.append((name, share, low, high, len(right)))
    return pd.DataFrame(rows, columns=["name", "share", "low", "high", "n"])


def paired_difference(
    one: Any, other: Any, confidence: float = 0.95, n_bootstrap: int = 1000, seed: int = 0
) -> tuple[float, float, float]:
    """By how much one method's share of right answers is above another's on the same questions.

    Parameters
    ----------
    one, other
        Right or wrong, question by question, both of shape (n,).
    confidence, n_bootstrap, seed
        The percentile interval holds the middle ``confidence`` of ``n_bootstrap`` draws of n questions; a question
        keeps both its answers.

    Returns
    -------
    (difference, low, high)

    Raises
    ------
    ValueError
        If there are no answers, unequally many, or other ones than right and wrong.

    Examples
    --------
    >>> paired_difference([1, 1, 0], [1, 1, 0])
    (0.0, 0.0, 0.0)
    """
    first, second = _right(one, "one"), _right(other, "other")
    if len(first) != len(second) or not len(first):
        raise ValueError(f"Pairs of answers are needed, to the same questions: {len(first)} and {len(second)}.")
    apart = first.astype(np.float64) - second
    drawn = np.random.default_rng(seed).integers(0, len(apart), (n_bootstrap, len(apart)))
    return float(apart.mean()), *percentile_interval(apart[drawn].mean(axis=1), confidence)


def _right(answers: Any, name: str) -> _Array:
    """Answers as booleans."""
    array = np.asarray(answers)
    if array.ndim != 1 or not np.isin(array, [0, 1]).all():
        raise ValueError(f"The answers of {name!r} are a row of True and False, or of 1 and 0.")
    return array.astype(bool)


def steiger(first: Any, second: Any, between: Any, n: Any) -> Steiger:
    """Steiger's test: do two correlations differ that share one variable and were taken from the same examples?

    People's scores x, and two models' scores y and z of the same n pairs of words: does the correlation of x and y
    differ from that of x and z? The more alike y and z are, the less of the difference is chance.

    Parameters
    ----------
    first, second
        The correlations of x and y, and of x and z: numbers, or arrays for many tests at once.
    between
        The correlation of y and z.
    n
        How many examples the three correlations were taken from, at least four.

    Returns
    -------
    Steiger
        ``z``, positive if the first is larger, and ``p``, the chance of a z as far from 0 if the two are equal in
        truth. Arrays if arrays were given.

    Raises
    ------
    ValueError
        If a correlation is not between -1 and 1, n is less than four, or no three variables can have these three
        correlations.

    Notes
    -----
    Steiger, J. H. (1980), "Tests for comparing elements of a correlation matrix": Fisher's z of
    both, their covariance taken at the mean of the two correlations. It is made for Pearson's correlation of normal
    variables. For Spearman's it is an approximation: set it beside :func:`bootstrap_spearmans`.

    Examples
    --------
    >>> z, p = steiger(0.6, 0.5, 0.8, n=103)
    >>> round(z, 2), round(p, 3)
    (1.94, 0.052)
    """
    from scipy.special import ndtr

    try:
        one, other, both = np.broadcast_arrays(
            *(np.asarray(number, dtype=np.float64) for number in (first, second, between))
        )
    except (TypeError, ValueError):
        raise ValueError("The three correlations are numbers, or arrays of one shape.") from None
    count = np.asarray(n)
    if not np.issubdtype(count.dtype, np.integer):
        raise TypeError(f"n is how many examples there are, a whole number; it is {n!r}.")
    for name, given in (("first", one), ("second", other), ("between", both)):
        if not (np.abs(given) <= 1).all():
            raise ValueError(f"{name} is a correlation, between -1 and 1; it is {_first_beyond(given):g}.")
    if not (count >= 4).all():
        raise ValueError(f"Steiger's test needs at least four examples; n is {count.min()}.")
    if (1 - one**2 - other**2 - both**2 + 2 * one * other * both < -1e-9).any():
        raise ValueError(
            "No three variables can have these three correlations; were they taken from the same examples?"
        )
    mean = (one + other) / 2
    covariance = both * (1 - 2 * mean**2) - mean**2 * (1 - 2 * mean**2 - both**2) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt((2 - 2 * covariance / (1 - mean**2) ** 2) / (count - 3))
        z = np.where(one == other, 0.0, (np.arctanh(one) - np.arctanh(other)) / spread)
    p = 2 * ndtr(-np.abs(z))
    return Steiger(z, p) if z.ndim else Steiger(float(z), float(p))


def _first_beyond(numbers: _Array) -> float:
    flat = numbers.ravel()
    return float(flat[~(np.abs(flat) <= 1)][0])


def bootstrap_spearman(x: Any, y: Any, n_bootstrap: int = 1000, seed: int = 0) -> _Array:
    """Spearman's correlation of x and y in each of many resamples of their pairs.

    Parameters
    ----------
    x, y
        Numbers, shape (n,).
    n_bootstrap
        Number of resamples.
    seed
        Of the random draws.

    Returns
    -------
    ndarray of shape (n_bootstrap,)
        NaN where all of a resample's x or y are equal.
    """
    only: _Array = bootstrap_spearmans(x, [y], n_bootstrap, seed)[0]
    return only


def bootstrap_spearmans(
    x: Any, ys: Sequence[Any], n_bootstrap: int = 1000, seed: int = 0, n_drawn: int | None = None
) -> _Array:
    """Spearman's correlation of x with each of several y, in the same resamples for all of them.

    The same pairs are drawn for every y, so that the difference of two rows says how far the difference of two
    correlations would move. Every resample is ranked anew, ties sharing the mean of their ranks, as
    ``scipy.stats.spearmanr`` would; but the values are sorted only once. A resample only says how often each
    pair was drawn, and the rank of a value is the number of draws below it plus half of those equal to it.

    Parameters
    ----------
    x
        Numbers, shape (n,).
    ys
        m lists of numbers, each of shape (n,).
    n_bootstrap
        Number of resamples.
    seed
        Of the random draws.
    n_drawn
        Size of a resample; by default n, as a bootstrap's has to be. Fewer show what a smaller sample would say.

    Returns
    -------
    ndarray of shape (m, n_bootstrap)
        NaN where all of a resample's x or y are equal.

    Raises
    ------
    ValueError
        If a y is not as long as x.

    Examples
    --------
    >>> people = [1, 2, 3, 4, 5]
    >>> bootstrap_spearmans(people, [people, [5, 4, 3, 2, 1]], n_bootstrap=2).round(6)
    array([[ 1.,  1.],
           [-1., -1.]])
    """
    human, *models = (_Order.of(numbers) for numbers in (x, *ys))
    n = len(human.group)
    for model in models:
        if len(model.group) != n:
            raise ValueError(f"Numbers come in pairs: one list holds {n:,} of them and another {len(model.group):,}.")
    parts = []
    for draws in _draws(n, n_bootstrap, seed, n_drawn):
        cells = draws + np.arange(len(draws))[:, None] * n
        times = np.bincount(cells.ravel(), minlength=len(draws) * n).reshape(len(draws), n).T.astype(np.float64)
        a, spread_a = human.ranks(times)
        a *= times
        rows = []
        for model in models:
            b, spread_b = model.ranks(times)
            with np.errstate(invalid="ignore", divide="ignore"):
                correlation = np.einsum("nb,nb->b", a, b) / np.sqrt(spread_a * spread_b)
            rows.append(np.where(spread_a * spread_b > 0, np.clip(correlation, -1, 1), np.nan))
        parts.append(np.array(rows).reshape(len(models), len(draws)))
    return np.concatenate(parts, axis=1)


def _draws(n: int, n_bootstrap: int, seed: int, n_drawn: int | None = None, at_once: int = 250) -> Iterator[_Array]:
    """Indices drawn with replacement, up to ``at_once`` resamples at a time: arrays (resamples, n or n_drawn)."""
    _check.whole("n_bootstrap", n_bootstrap)
    each = n if n_drawn is None else _check.whole("n_drawn", n_drawn)
    generator = np.random.default_rng(seed)
    for start in range(0, n_bootstrap, at_once):
        yield generator.integers(0, n, size=(min(at_once, n_bootstrap - start), each))


class _Order(NamedTuple):
    """Numbers sorted once: which stand first in the order, where each distinct value begins, whose value is whose."""

    order: _Array
    starts: _Array
    group: _Array

    @classmethod
    def of(cls, numbers: Any) -> _Order:
        values = np.asarray(numbers, dtype=np.float64)
        order = np.argsort(values, kind="stable")
        new = np.ones(len(values), dtype=bool)
        new[1:] = np.diff(values[order]) != 0
        group = np.empty(len(values), dtype=np.intp)
        group[order] = np.cumsum(new) - 1
        return cls(order, np.flatnonzero(new), group)

    def ranks(self, times: _Array) -> tuple[_Array, _Array]:
        """Ranks less their mean, when each number was drawn so many times, and their summed squares.

        Parameters
        ----------
        times
            Shape (n, b), a column a resample: rows are what is moved about, and rows lie together in memory.

        Returns
        -------
        ranks of shape (n, b), summed squares of shape (b,)
        """
        of_value = times[self.order]
        if len(self.starts) < len(times):
            of_value = np.add.reduceat(of_value, self.starts, axis=0)
        rank = np.cumsum(of_value, axis=0)
        drawn = rank[-1].copy()
        rank -= (of_value - 1) / 2 + (drawn + 1) / 2  # the mean rank is (drawn + 1) / 2, with ties and without
        spread = np.einsum("vb,vb,vb->b", of_value, rank, rank)
        return rank[self.group], spread
