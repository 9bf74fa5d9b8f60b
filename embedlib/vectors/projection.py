"""Maps of embeddings in two or three dimensions by principal component analysis."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

__all__ = ["Projection", "pca_2d", "pca_3d"]

_Array = np.ndarray[Any, np.dtype[Any]]


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
