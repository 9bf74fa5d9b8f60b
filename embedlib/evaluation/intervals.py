"""Bootstrap intervals: how far a figure would move had other examples been drawn.

Percentile intervals (Efron and Tibshirani, 1993, "An introduction to the bootstrap", chapter 13): the
examples are drawn again with replacement, the figure is computed again, and the interval holds its middle 95
%.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np

__all__ = ["Share", "bootstrap_interval", "bootstrap_spearman", "percentile_interval", "share_higher"]

_Array = np.ndarray[Any, np.dtype[Any]]


def bootstrap_interval(
    statistic: Callable[..., float],
    *samples: Any,
    confidence: float = 0.95,
    n_bootstrap: int = 1000,
    seed: int = 0,
) -> tuple[float, float]:
    """Percentile bootstrap interval of any statistic; several samples are drawn together, as pairs.

    Parameters
    ----------
    statistic
        Takes one array for each sample and returns a number, for example ``np.mean`` or an F1 measure.
    samples
        Sequences of equal length n; the same examples are drawn from each of them.
    confidence
        Share of the resampled figures that the interval holds.
    n_bootstrap
        How often the examples are drawn again.
    seed
        Of the random draws.

    Returns
    -------
    (low, high)

    Raises
    ------
    ValueError
        If there are no samples, they differ in length or hold fewer than two examples.

    Examples
    --------
    >>> right = np.array([True] * 80 + [False] * 20)
    >>> low, high = bootstrap_interval(np.mean, right)
    >>> 0.70 <= low < 0.80 < high <= 0.90
    True
    """
    if not samples:
        raise ValueError("There is nothing to draw from; give at least one sample after the statistic.")
    arrays = [np.asarray(sample) for sample in samples]
    n = len(arrays[0])
    if any(len(array) != n for array in arrays):
        raise ValueError(f"The samples differ in length: {', '.join(str(len(a)) for a in arrays)}.")
    if n < 2:
        raise ValueError(f"An interval needs at least 2 examples, and there is {n}.".replace("is 0", "are none"))
    values = [statistic(*(array[draw] for array in arrays)) for draws in _draws(n, n_bootstrap, seed) for draw in draws]
    return percentile_interval(np.asarray(values, dtype=np.float64), confidence)


class Share(NamedTuple):
    """A share and the ends of its interval."""

    share: float
    low: float
    high: float


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
        As in :func:`bootstrap_interval`.

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


def percentile_interval(values: Any, confidence: float = 0.95) -> tuple[float, float]:
    """The middle share of resampled figures; those that could not be computed (NaN) are left out.

    Examples
    --------
    >>> percentile_interval(np.arange(101), confidence=0.5)
    (25.0, 75.0)
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is a share between 0 and 1, such as 0.95; it is {confidence}.")
    array = np.asarray(values, dtype=np.float64)
    array = array[~np.isnan(array)]
    if not len(array):
        return float("nan"), float("nan")
    low, high = np.quantile(array, [(1 - confidence) / 2, (1 + confidence) / 2])
    return float(low), float(high)


def bootstrap_spearman(x: Any, y: Any, n_bootstrap: int = 1000, seed: int = 0) -> _Array:
    """Spearman's correlation of x and y in each of many resamples of their pairs.

    Every resample is ranked anew, ties sharing the mean of their ranks, as ``scipy.stats.spearmanr`` would;
    but the values are sorted only once. A resample only says how often each pair was drawn, and the rank of a
    value is the number of draws below it plus half of those equal to it.

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
    values, groups = [], []
    for numbers in (x, y):
        distinct, group = np.unique(np.asarray(numbers, dtype=np.float64), return_inverse=True)
        values.append(len(distinct))
        groups.append(group)
    parts = []
    for draws in _draws(len(groups[0]), n_bootstrap, seed):
        (a, spread_a), (b, spread_b) = (_ranks(g[draws], n) for g, n in zip(groups, values, strict=True))
        with np.errstate(invalid="ignore", divide="ignore"):
            correlation = np.einsum("bn,bn->b", a, b) / np.sqrt(spread_a * spread_b)
        parts.append(np.where(spread_a * spread_b > 0, np.clip(correlation, -1, 1), np.nan))
    return np.concatenate(parts)


def _draws(n: int, n_bootstrap: int, seed: int, at_once: int = 250) -> Iterator[_Array]:
    """Indices drawn with replacement, up to ``at_once`` resamples at a time: arrays (resamples, n)."""
    if n_bootstrap < 1:
        raise ValueError(f"n_bootstrap is a number of resamples; it is {n_bootstrap} and must be at least 1.")
    generator = np.random.default_rng(seed)
    for start in range(0, n_bootstrap, at_once):
        yield generator.integers(0, n, size=(min(at_once, n_bootstrap - start), n))


def _ranks(drawn: _Array, n_values: int) -> tuple[_Array, _Array]:
    """Ranks less their mean of what was drawn, and their summed squares.

    Parameters
    ----------
    drawn
        Numbers of the values drawn, 0 for the smallest, shape (b, n).
    n_values
        How many values there are.

    Returns
    -------
    ranks of shape (b, n), summed squares of shape (b,)
    """
    cells = drawn + np.arange(len(drawn))[:, None] * n_values
    counts = np.bincount(cells.ravel(), minlength=len(drawn) * n_values).reshape(len(drawn), n_values)
    mean = (drawn.shape[1] + 1) / 2  # with ties and without
    rank_of_value = np.cumsum(counts, axis=1) - (counts - 1) / 2 - mean
    spread = np.einsum("bv,bv,bv->b", counts, rank_of_value, rank_of_value)
    return rank_of_value.ravel()[cells], spread
