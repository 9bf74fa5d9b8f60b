"""Classes guessed, one a text or a picture: accuracy, two models on the same test set, and how large it must be.

:func:`accuracy` with Wilson's interval; :func:`mcnemar`, whether two models differ by more than chance;
:func:`learning_curve`, what more labels bring; :func:`chance_to_tell` and :func:`needed`, how many test examples it
takes to tell two models apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from embedlib import _check
from embedlib.evaluation._given import several
from embedlib.evaluation.intervals import Share, percentile_interval, wilson_interval

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["McNemar", "accuracy", "chance_to_tell", "learning_curve", "mcnemar", "needed", "top_k"]

_Array = np.ndarray[Any, np.dtype[Any]]


class McNemar(NamedTuple):
    """Two models on the same examples.

    ``difference`` of their accuracies with the ends of its interval, how many examples only one of them gets right, and
    the probability of a split at least as uneven if neither were better.
    """

    difference: float
    low: float
    high: float
    only_one: int
    only_other: int
    p: float


def accuracy(truth: Any, predicted: Any, confidence: float = 0.95) -> Share:
    """The share guessed right, with Wilson's interval.

    Examples
    --------
    >>> accuracy(["cat", "dog", "dog"], ["cat", "dog", "cat"]).share
    0.6666666666666666
    """
    right = _right(truth, predicted)
    return Share(float(right.mean()), *wilson_interval(int(right.sum()), len(right), confidence))


def top_k(truth: Any, scores: Any, k: int = 5, confidence: float = 0.95) -> Share:
    """The share whose class is among the k of the highest score.

    Parameters
    ----------
    truth
        n classes by number.
    scores
        Shape (n, classes).
    """
    classes, table = np.asarray(truth), np.asarray(scores)
    if table.ndim != 2 or classes.shape != table.shape[:1]:
        raise ValueError(f"Scores need a row for each of the {classes.size:,} examples; their shape is {table.shape}.")
    if not len(classes):
        raise ValueError("There are no examples, so there is nothing to judge.")
    if classes.dtype.kind not in "iu" or table.dtype.kind not in "iuf" or not np.isfinite(table).all():
        raise ValueError("Classes are given by number, the number of their column, and scores are finite numbers.")
    _check.whole("k", k)
    best = np.argsort(-table, axis=1, kind="stable")[:, :k]
    right = (best == classes[:, None]).any(axis=1)
    return Share(float(right.mean()), *wilson_interval(int(right.sum()), len(right), confidence))


def mcnemar(truth: Any, one: Any, other: Any, confidence: float = 0.95) -> McNemar:
    """Do two models differ on the same examples? McNemar's test in its exact form.

    Only the examples that one of the two gets right and the other wrong say anything. If neither were better, each of
    them would be a coin's throw (McNemar, 1947).

    Parameters
    ----------
    truth
        n classes.
    one, other
        What each model says of them.
    confidence
        Of the difference's interval, which is Wald's for paired shares.

    Examples
    --------
    >>> found = mcnemar([1] * 10, [1] * 10, [0] * 6 + [1] * 4)
    >>> found.only_one, found.only_other, round(found.p, 3)
    (6, 0, 0.031)
    """
    import scipy.stats

    _check.confidence(confidence)
    first, second = _right(truth, one), _right(truth, other)
    only_one, only_other, n = int((first & ~second).sum()), int((second & ~first).sum()), len(first)
    stats: Any = scipy.stats
    unlike = only_one + only_other
    p = float(stats.binomtest(only_one, unlike).pvalue) if unlike else 1.0
    difference = (only_one - only_other) / n
    half = stats.norm.ppf((1 + confidence) / 2) * np.sqrt(max(unlike / n - difference**2, 0) / n)
    return McNemar(difference, float(difference - half), float(difference + half), only_one, only_other, p)


def needed(only_one: float, only_other: float, power: float = 0.8, level: float = 0.05) -> int:
    """How many test examples McNemar's test needs to tell two models apart.

    Parameters
    ----------
    only_one, only_other
        The shares of examples that one model alone, and the other alone, gets right.
    power
        How often the test should tell.
    level
        How often it may tell a difference where there is none.

    Notes
    -----
    Connor, R. J. (1987), "Sample size for testing differences in proportions for the paired-sample design", equation 3.

    Examples
    --------
    >>> needed(0.10, 0.06)
    783
    """
    import scipy.stats

    for name, share in (("only_one", only_one), ("only_other", only_other)):
        _check.number(name, share, 0, 1)
    for name, share in (("power", power), ("level", level)):
        _check.number(name, share, 0, 1, above=0)
    gap, unlike = only_one - only_other, only_one + only_other
    if unlike > 1:
        raise ValueError(f"The two shares are of the same examples; together they are {unlike:.2f}, more than all.")
    if abs(gap) < 1e-9:
        raise ValueError("The two models get equally many right: no number of examples tells them apart.")
    stats: Any = scipy.stats
    z_level, z_power = stats.norm.ppf(1 - level / 2), stats.norm.ppf(power)
    return int(np.ceil((z_level * np.sqrt(unlike) + z_power * np.sqrt(unlike - gap**2)) ** 2 / gap**2))


def chance_to_tell(
    one: Any,
    other: Any,
    sizes: Sequence[int],
    score: Callable[..., Any] | None = None,
    n_draws: int = 200,
    n_bootstrap: int = 200,
    seed: int = 0,
) -> pd.DataFrame:
    """How often a test set of n examples like these would tell two models apart.

    A set of n is drawn with replacement, and the interval of the difference computed on it, as one would; the share of
    draws whose interval leaves out 0, on the side of the better model, is the power at n.

    Parameters
    ----------
    one, other
        What is counted of each example for each model: shape (n,), such as right or wrong, or (n, c), such as right,
        marked and true names of a sentence.
    sizes
        The sizes to be tried.
    score
        From the c sums to a figure, such as ``f1``; None takes the mean.
    n_draws, n_bootstrap, seed
        Of the draws, and of the interval within each.

    Returns
    -------
    DataFrame
        Columns n, told (a share) and wrong_way (intervals on the wrong side of 0).
    """
    import pandas as pd

    _check.whole("n_draws", n_draws)
    _check.whole("n_bootstrap", n_bootstrap)
    first, second = (np.asarray(side, dtype=np.float64) for side in (one, other))
    if first.shape != second.shape or first.ndim not in (1, 2) or not len(first):
        raise ValueError(
            f"Both models are counted on the same examples: their shapes are {first.shape} and {second.shape}."
        )
    n_all = len(first)
    columns = [side.reshape(n_all, -1) for side in (first, second)]

    def scored(times: _Array, side: _Array) -> _Array:
        sums = times @ side
        found: _Array = score(*sums.T) if score else sums[:, 0] / times.sum(axis=1)
        return found

    def gap(times: _Array) -> _Array:
        return scored(times, columns[0]) - scored(times, columns[1])

    sign = np.sign(gap(np.ones((1, n_all)))[0]) or 1.0
    rng = np.random.default_rng(seed)
    rows = []
    for n in sizes:
        _check.whole("n", n)
        told = wrong = 0
        for drawn in rng.multinomial(n, np.full(n_all, 1 / n_all), size=n_draws):
            low, high = percentile_interval(sign * gap(rng.multinomial(n, drawn / n, size=n_bootstrap)))
            told += low > 0
            wrong += high < 0
        rows.append({"n": int(n), "told": told / n_draws, "wrong_way": wrong / n_draws})
    return pd.DataFrame(rows)


def learning_curve(
    make: Callable[[], Any],
    rows: Any,
    labels: Any,
    test_rows: Any,
    test_labels: Any,
    sizes: Sequence[int],
    seeds: Sequence[int] = (0, 1, 2, 3, 4),
) -> pd.DataFrame:
    """Accuracy on the test set after learning from n labelled examples, drawn several times.

    Parameters
    ----------
    make
        Returns a new classifier with scikit-learn's ``fit`` and ``predict``.
    rows, labels
        What may be learned from; a draw takes n of them, and a larger n of the same seed holds the smaller one.
    test_rows, test_labels
        What is judged, the same for all.
    sizes, seeds
        How many examples, and which draws.

    Returns
    -------
    DataFrame
        Columns n, seed and accuracy.

    Raises
    ------
    ValueError
        If a draw holds one class only, which no classifier can learn from.
    """
    import pandas as pd

    classes = np.asarray(labels)
    if rows.shape[0] != len(classes):
        raise ValueError(f"There are {rows.shape[0]:,} examples and {len(classes):,} labels; each needs its own.")
    found = []
    for seed in seeds:
        order = np.random.default_rng(seed).permutation(len(classes))
        for n in sizes:
            if _check.whole("n", n) > len(classes):
                raise ValueError(f"There are {len(classes):,} examples to learn from, and {n:,} were asked for.")
            some = order[:n]
            several(classes[some])
            guessed = make().fit(rows[some], classes[some]).predict(test_rows)
            found.append({"n": int(n), "seed": int(seed), "accuracy": accuracy(test_labels, guessed).share})
    return pd.DataFrame(found)


def _right(truth: Any, predicted: Any) -> np.ndarray[Any, np.dtype[np.bool_]]:
    true, guessed = np.asarray(truth), np.asarray(predicted)
    if true.ndim != 1 or true.shape != guessed.shape:
        raise ValueError(
            f"Truth and predictions are lists of equal length; their shapes are {true.shape} and {guessed.shape}."
        )
    if not len(true):
        raise ValueError("There are no examples, so there is nothing to judge.")
    if (true.dtype.kind in "SU") != (guessed.dtype.kind in "SU") and "O" not in (true.dtype.kind, guessed.dtype.kind):
        raise TypeError(
            f"Truth and predictions name classes in one way; here one has {true[0]!r} and the other {guessed[0]!r}."
        )
    return np.asarray(true == guessed)
