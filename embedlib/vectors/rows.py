"""Rows at length 1, and the cosines that are then plain products."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["pair_cosines", "row_lengths", "stranger_cosines", "unit_rows"]

_Array = np.ndarray[Any, np.dtype[Any]]
Name = Callable[[int], str]


def unit_rows(rows: Any, name: Name = "Row {}".format) -> _Array:
    """Bring each row to length 1, in double precision.

    Parameters
    ----------
    rows
        n vectors of d numbers, shape (n, d).
    name
        What error messages call row i.

    Returns
    -------
    ndarray of shape (n, d), float64

    Raises
    ------
    ValueError
        If a row is all zeros, or holds NaN or infinity.

    Examples
    --------
    >>> unit_rows([[3, 4], [0, 2]])
    array([[0.6, 0.8],
           [0. , 1. ]])
    """
    numbers = np.asarray(rows, dtype=np.float64)
    if numbers.ndim != 2:
        raise ValueError(f"Vectors are the rows of a matrix of shape (n, d); this has the shape {numbers.shape}.")
    lengths = row_lengths(numbers, name)
    if not lengths.all():
        raise ValueError(f"{name(int(lengths.argmin()))} is all zeros: it has no direction, and so no cosine.")
    unit: _Array = numbers / lengths[:, None]
    return unit


def row_lengths(rows: _Array, name: Name = "Row {}".format) -> _Array:
    """The length of each row, shape (n,); refuses NaN and infinity."""
    numbers = rows if rows.dtype.kind == "f" else rows.astype(np.float64)
    lengths: _Array = np.sqrt(np.einsum("nd,nd->n", numbers, numbers))
    refuse_nan(lengths, name)
    return lengths


def refuse_nan(lengths: _Array, name: Name) -> None:
    """Say which row is the first whose length is not a finite number."""
    bad = np.flatnonzero(~np.isfinite(lengths))
    if len(bad):
        more = f" (and {len(bad) - 1:,} more)" if len(bad) > 1 else ""
        raise ValueError(f"{name(int(bad[0]))} holds NaN or infinity{more}; no cosine can be computed with it.")


def pair_cosines(ones: Any, others: Any) -> _Array:
    """The cosine of each row with the row at the same place in the other matrix: shape (n,).

    Examples
    --------
    >>> pair_cosines([[3, 4], [1, 0]], [[4, 3], [0, 2]])
    array([0.96, 0.  ])
    """
    cosines: _Array = np.einsum("nd,nd->n", unit_rows(ones), unit_rows(others))
    return np.clip(cosines, -1, 1)


def stranger_cosines(rows: Any, n_pairs: int = 200_000, seed: int = 0, lengths: _Array | None = None) -> _Array:
    """Cosines of pairs of rows drawn at random: what a cosine has to be compared with.

    Parameters
    ----------
    rows
        n vectors, shape (n, d); those that are all zeros are not drawn.
    n_pairs
        How many pairs are drawn. A row is never paired with itself.
    seed
        Of the draw.
    lengths
        Of the rows, where they are known.

    Returns
    -------
    ndarray of shape (n_pairs,), float64

    Examples
    --------
    >>> stranger_cosines([[3, 4], [4, 3]], n_pairs=3)
    array([0.96, 0.96, 0.96])
    """
    rows = np.asarray(rows)
    lengths = row_lengths(rows) if lengths is None else lengths
    usable = np.flatnonzero(lengths)
    if len(usable) < 2:
        raise ValueError(f"Strangers are two different vectors, and there are {len(usable)} here to draw from.")
    rng = np.random.default_rng(seed)
    first = rng.integers(0, len(usable), n_pairs)
    second = (first + rng.integers(1, len(usable), n_pairs)) % len(usable)
    first, second = usable[first], usable[second]
    dots = np.einsum("nd,nd->n", rows[first].astype(np.float64), rows[second].astype(np.float64))
    cosines: _Array = np.clip(dots / (lengths[first] * lengths[second]), -1, 1)
    return cosines
