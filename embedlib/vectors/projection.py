"""Maps of embeddings in two or three dimensions by principal component analysis; and what any map keeps.

Three measures ask about neighbours (trustworthiness, continuity, recall), one about distances. Each takes the vectors
and the points of a map, whatever method made it. Distances are Euclidean on both sides; bring the vectors to length 1
first, and their neighbours are those by cosine.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from embedlib import _check

__all__ = [
    "MapMeasures",
    "Projection",
    "continuity",
    "distance_correlation",
    "measure_map",
    "neighbour_recall",
    "noise_like",
    "pca_2d",
    "pca_3d",
    "trustworthiness",
]

_Array = np.ndarray[Any, np.dtype[Any]]
_CELLS = 4_000_000  # of the tables of distances held at a time


class Projection(NamedTuple):
    """A map: where n points fall in it, and how much of their spread it keeps.

    Attributes
    ----------
    points
        Shape (n, 2) or (n, 3).
    share
        Share of the variance that each axis keeps, largest first.
    axes
        The directions in the original space, orthogonal and of length 1, shape (2 or 3, d).
    mean
        The mean of the vectors, shape (d,); ``points = (vectors - mean) @ axes.T``.
    """

    points: _Array
    share: _Array
    axes: _Array
    mean: _Array


class MapMeasures(NamedTuple):
    """What a map keeps of n vectors: three measures of its neighbours, one of its distances."""

    trustworthiness: float
    continuity: float
    recall: float
    distances: float


def pca_2d(vectors: Any) -> Projection:
    """Project vectors onto the two directions in which they vary most.

    Parameters
    ----------
    vectors
        Shape (n, d), n at least 2, d at least 2.

    Returns
    -------
    Projection
        With the sign of each axis fixed: its largest component is positive. (A direction and its opposite
        explain equally much, and which of them a library returns differs from machine to machine.)

    Raises
    ------
    ValueError
        If the vectors are not a table of finite numbers, too few or all the same.

    Notes
    -----
    Pearson, K. (1901), "On lines and planes of closest fit to systems of points in space".

    Examples
    --------
    >>> pca_2d([[0, 0, 5], [2, 0, 5], [4, 1, 5]]).share.round(3)
    array([0.982, 0.018])
    """
    return _pca(vectors, 2)


def pca_3d(vectors: Any) -> Projection:
    """Project vectors onto the three directions in which they vary most; otherwise as :func:`pca_2d`."""
    return _pca(vectors, 3)


def trustworthiness(vectors: Any, points: Any, k: int = 10) -> float:
    """Whether those who are neighbours on the map are near in truth.

    For each point, its k neighbours on the map are looked up in the order by true distance; one at place r, beyond k,
    costs r - k. The sum is scaled so that the best map has 1 and the worst 0.

    Parameters
    ----------
    vectors
        Shape (n, d).
    points
        Their places on the map, shape (n, 2) or any other width.
    k
        Neighbours looked at, fewer than n / 2: with more, the worst map would no longer have 0.

    Returns
    -------
    float
        From 0 to 1. Points in random places have about 0.5.

    Raises
    ------
    ValueError
        If k is not below n / 2, or the tables do not fit one another.

    Notes
    -----
    Venna, J. and Kaski, S. (2001), "Neighborhood preservation in nonlinear projection methods", equation 1;
    scikit-learn's function of the same name.

    Examples
    --------
    >>> trustworthiness([[0], [1], [3], [9], [11]], [[0], [1], [3], [8], [9]], k=1)
    1.0
    """
    return _without_penalty(_places_of_neighbours(*_tables(vectors, points, k)))


def continuity(vectors: Any, points: Any, k: int = 10) -> float:
    """Whether those who are neighbours in truth are near on the map: :func:`trustworthiness` the other way round.

    Examples
    --------
    >>> round(continuity([[0], [1], [3], [9], [11]], [[0], [9], [3], [8], [1]], k=1), 3)
    0.133
    """
    truth, drawn, k = _tables(vectors, points, k)
    return _without_penalty(_places_of_neighbours(drawn, truth, k))


def neighbour_recall(vectors: Any, points: Any, k: int = 10) -> float:
    """The share of each vector's k nearest that are among its point's k nearest on the map, averaged.

    Returns
    -------
    float
        From 0 to 1. Points in random places have k / (n - 1).

    Examples
    --------
    >>> neighbour_recall([[0], [1], [3], [9], [11]], [[0], [1], [3], [8], [4]], k=1)
    0.6
    """
    truth, drawn, k = _tables(vectors, points, k)
    return float((_places_of_neighbours(truth, drawn, k) <= k).mean())


def distance_correlation(vectors: Any, points: Any) -> float:
    """Spearman's correlation of all distances between the vectors with those on the map.

    Returns
    -------
    float
        From -1 to 1. Points in random places have about 0.

    Examples
    --------
    >>> distance_correlation([[0], [1], [3]], [[0, 0], [0, 2], [0, 6]])
    1.0
    """
    truth, drawn, _ = _tables(vectors, points, 1, least=3)
    found = _order_of_distances(truth, drawn)
    if np.isnan(found):
        raise ValueError("All distances are equal on one side: there is no order to compare.")
    return found


def measure_map(vectors: Any, points: Any, k: int = 10) -> MapMeasures:
    """All four measures of a map; ``distances`` is NaN where all distances are equal on one side.

    Examples
    --------
    >>> vectors = np.random.default_rng(0).normal(size=(200, 20))
    >>> measure_map(vectors, pca_2d(vectors).points).recall < 0.2
    True
    """
    truth, drawn, k = _tables(vectors, points, k)
    found = _places_of_neighbours(truth, drawn, k)
    return MapMeasures(
        _without_penalty(found),
        _without_penalty(_places_of_neighbours(drawn, truth, k)),
        float((found <= k).mean()),
        _order_of_distances(truth, drawn),
    )


def _order_of_distances(truth: _Array, drawn: _Array) -> float:
    """Spearman's correlation of the distances; NaN where they are all equal."""
    from scipy.spatial.distance import pdist
    from scipy.stats import rankdata

    one, other = (rankdata(pdist(table)) for table in (truth, drawn))
    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return float("nan")
    return float(np.corrcoef(one, other)[0, 1].round(12))


def noise_like(vectors: Any, seed: int = 0) -> _Array:
    """Noise in the place of vectors: as many, drawn from the Gaussian of the same mean and covariance.

    Directions in which the vectors vary much remain; that some belong together is gone.

    Parameters
    ----------
    vectors
        Shape (n, d).
    seed
        Of the draw.

    Returns
    -------
    array
        Shape (n, d): each row the mean, and a random mixture of all that the vectors have beside it.

    Examples
    --------
    >>> vectors = np.random.default_rng(1).normal(size=(1000, 2)) * [3, 1]
    >>> noise_like(vectors).std(axis=0).round()
    array([3., 1.])
    """
    table = _table(vectors, "Vector")
    mean = table.mean(axis=0)
    mixing = np.random.default_rng(seed).normal(size=(len(table), len(table)))
    noise: _Array = mean + mixing @ (table - mean) / np.sqrt(len(table))
    return noise


def _without_penalty(places: _Array) -> float:
    """1 less the scaled sum of how far beyond k the k neighbours lie."""
    n, k = places.shape
    cost = float(np.maximum(places - k, 0).sum())
    return 1 - 2 * cost / float(n * k * (2 * n - 3 * k - 1))


def _places_of_neighbours(truth: _Array, drawn: _Array, k: int) -> _Array:
    """A point's k neighbours on the map: which place, from 1, has each by true distance? Shape (n, k)."""
    from scipy.spatial.distance import cdist

    n = len(truth)
    places = np.empty((n, k), dtype=np.int64)
    step = max(1, _CELLS // n)
    for start in range(0, n, step):
        rows = np.arange(start, min(start + step, n))
        own = np.arange(len(rows)), rows
        away, on_map = cdist(truth[rows], truth), cdist(drawn[rows], drawn)
        away[own] = on_map[own] = np.inf  # a point is no neighbour of its own
        near = np.argpartition(on_map, k - 1, axis=1)[:, :k]
        for column, one in enumerate(near.T):  # nobody need be sorted: count who is nearer
            places[rows, column] = 1 + np.count_nonzero(away < away[own[0], one][:, None], axis=1)
    return places


def _tables(vectors: Any, points: Any, k: int, least: int = 2) -> tuple[_Array, _Array, int]:
    """Both tables, checked, and k."""
    truth, drawn = _table(vectors, "Vector"), _table(points, "Point")
    n = len(truth)
    if len(drawn) != n:
        raise ValueError(f"There are {n} vectors and {len(drawn)} points on the map; each vector needs one.")
    if n < least:
        raise ValueError(f"Distances can be compared from {least} vectors on; there are {n}.")
    if _check.whole("k", k) >= n / 2:
        raise ValueError(f"k is {k}, and has to be below half the number of points, {n} / 2.")
    return truth, drawn, k


def _table(rows: Any, name: str) -> _Array:
    """Finite numbers of shape (n, d); ``name`` is what a row is called."""
    if np.ma.is_masked(rows):
        raise ValueError(f"Some {name.lower()}s are masked and have no place on a map; fill or drop them first.")
    try:
        table = np.asarray(rows, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError(f"{name}s are one array of shape (n, d), all equally long.") from None
    if table.ndim != 2 or 0 in table.shape:
        raise ValueError(f"{name}s are one array of shape (n, d); this one has shape {table.shape}.")
    if not np.isfinite(table).all():
        row = int(np.flatnonzero(~np.isfinite(table).all(axis=1))[0])
        raise ValueError(f"{name} {row} holds NaN or infinity and has no place on a map.")
    return table


def _pca(vectors: Any, n_axes: int) -> Projection:
    try:
        table = np.asarray(vectors, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError("Vectors to project are one array of shape (n, d), all equally long.") from None
    if table.ndim != 2 or min(table.shape) < 2 or table.shape[1] < n_axes:
        raise ValueError(
            f"A map of {n_axes} dimensions needs at least 2 vectors of at least {n_axes} numbers; "
            f"this array has shape {table.shape}."
        )
    if not np.isfinite(table).all():
        row = int(np.flatnonzero(~np.isfinite(table).all(axis=1))[0])
        raise ValueError(f"Vector {row} holds NaN or infinity and has no place on a map.")
    mean = table.mean(axis=0)
    centred = table - mean
    _, lengths, axes = np.linalg.svd(centred, full_matrices=False)
    total = float((lengths**2).sum())
    if total == 0:
        raise ValueError("All vectors are the same point: there is no direction in which they vary.")
    if len(lengths) < n_axes:  # two points span one line only; the other axes are any that stand upright on it
        axes = np.vstack([axes, np.linalg.svd(axes)[2][len(lengths) :]])
        lengths = np.append(lengths, np.zeros(n_axes - len(lengths)))
    axes = axes[:n_axes]
    axes *= np.sign(axes[np.arange(n_axes), np.abs(axes).argmax(axis=1)])[:, None]
    return Projection(centred @ axes.T, lengths[:n_axes] ** 2 / total, axes, mean)
