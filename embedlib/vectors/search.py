"""Exact nearest neighbours by cosine, among the rows of a matrix: for one query or for thousands at once.

Choosing ten winners out of 400,000 scores costs more than computing the scores. So the scores are made in
pieces that stay in the processor's cache, and of each block of 64 only the largest is kept; the winners
can only be in the blocks with the largest maxima, and only those are looked at again, in double precision.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from embedlib import _check
from embedlib.vectors.rows import row_lengths, unit_rows

__all__ = ["DECIMALS", "NearestRows", "cosines", "nearest"]

_Array = np.ndarray[Any, np.dtype[Any]]

DECIMALS = 12  # cosines that agree this far are tied: the row that comes first wins
_BLOCK = 64  # rows of which one maximum is kept
_CHUNK = 4096  # rows whose scores are in the cache at a time
_FEW = 10  # queries up to which scaling the scores is less work than scaling the vectors


class NearestRows(NamedTuple):
    """The neighbours of n queries, nearest first: two arrays of shape (n, k)."""

    indices: _Array
    cosines: _Array


def nearest(
    rows: Any,
    queries: Any,
    k: int = 10,
    left_out: Sequence[Sequence[int]] | None = None,
    lengths: _Array | None = None,
    batch: int = 512,
) -> NearestRows:
    """The k rows with the largest cosine to each query. Exact: every row is compared.

    Parameters
    ----------
    rows
        N vectors of d numbers, shape (N, d). Rows of zeros have no direction and are never found.
    queries
        n vectors, shape (n, d).
    k
        How many neighbours of each.
    left_out
        For each query the numbers of the rows that are not to be found.
    lengths
        Of the rows, where they are known.
    batch
        Queries worked on at once. Memory in use is about batch × (4,096 + N / 32) × 4 bytes.

    Returns
    -------
    NearestRows
        ``indices`` and ``cosines`` (float64), each of shape (n, k). Of equal cosines the first row wins.

    Examples
    --------
    >>> nearest([[1, 0], [0, 2], [3, 3]], [[1, 0.1]], k=2).indices
    array([[0, 2]])
    """
    rows = np.asarray(rows)
    lengths = row_lengths(rows) if lengths is None else lengths
    unit = unit_rows(queries, "Query vector {}".format)
    left_out = [()] * len(unit) if left_out is None else left_out
    most_left_out = max((len(some) for some in left_out), default=0)
    available = len(rows) - np.count_nonzero(lengths == 0) - most_left_out
    if _check.whole("k", k) > available:
        raise ValueError(f"k is {k:,}, but there are only {available:,} to choose from once the query is left out.")
    _check.whole("batch", batch)
    single, single_lengths = rows, lengths
    if rows.dtype != np.float32:
        single_lengths = (lengths > 0).astype(np.float32)
        single = (rows / np.where(lengths > 0, lengths, 1)[:, None]).astype(np.float32)

    indices = np.empty((len(unit), k), dtype=np.int64)
    found = np.empty((len(unit), k), dtype=np.float64)
    for start in range(0, len(unit), batch):
        part = unit[start : start + batch]
        for i, candidates in enumerate(_candidates(single, single_lengths, part, k + most_left_out), start):
            for row in left_out[i]:
                candidates = candidates[candidates != row]
            scores = _cosines(rows[candidates], unit[i])
            best = np.lexsort((candidates, -scores.round(DECIMALS)))[:k]
            indices[i], found[i] = candidates[best], scores[best]
    return NearestRows(indices, found)


def cosines(rows: Any, query: Any) -> _Array:
    """The cosine of each row with one vector, shape (N,), float64; NaN where a row is all zeros.

    Examples
    --------
    >>> cosines([[1, 0], [0, 2], [3, 3]], [5, 0]).round(3)
    array([1.   , 0.   , 0.707])
    """
    unit = unit_rows(np.reshape(query, (1, -1)), "Query vector {}".format)[0]
    rows = np.asarray(rows)
    return np.concatenate([_cosines(rows[i : i + _CHUNK], unit) for i in range(0, len(rows), _CHUNK)])


def _candidates(rows: _Array, lengths: _Array, queries: _Array, k: int) -> list[_Array]:
    """For each query the few rows that can be among its k best (rows of zeros never are)."""
    n_words, width = rows.shape
    single = np.ascontiguousarray(queries.T, dtype=np.float32)
    empty = np.flatnonzero(lengths == 0)
    largest = (_largest_of_one if len(queries) == 1 else _largest_of_many)(rows, lengths, single, empty)

    # Each score is wrong by at most `slack`, the rounding error of a product of unit vectors in single
    # precision, so what lies more than twice that below the k-th largest maximum cannot win.
    slack = np.float32((width + 8) * np.finfo(np.float32).eps)
    kth = min(k, largest.shape[1])
    least = np.partition(largest, -kth, axis=1)[:, -kth] - 2 * slack
    # A block is 64 rows that follow one another; for a single query 64 rows far apart, whose maxima come sooner.
    next_block, next_row = (1, largest.shape[1]) if len(queries) == 1 else (_BLOCK, 1)
    members = np.arange(_BLOCK) * next_row
    found = []
    for i, enough in enumerate(least):
        candidates = (np.flatnonzero(largest[i] >= enough)[:, None] * next_block + members).ravel()
        candidates = candidates[candidates < n_words]
        candidates = candidates[lengths[candidates] > 0]
        if np.isfinite(enough) and k <= largest.shape[1]:
            again = (rows[candidates] @ single[:, i]) / lengths[candidates]
            candidates = candidates[again >= enough]
        found.append(candidates)
    return found


def _largest_of_one(rows: _Array, lengths: _Array, single: _Array, empty: _Array) -> _Array:
    """The largest score of each block for one query, shape (1, blocks): a single product, limited by memory."""
    n_words = len(rows)
    scores = np.full(-(-n_words // _BLOCK) * _BLOCK, -np.inf, dtype=np.float32)
    np.einsum("nd,d->n", rows, single[:, 0], out=scores[:n_words])  # a long, narrow table: sooner than np.dot
    with np.errstate(invalid="ignore"):
        scores[:n_words] /= lengths
    scores[empty] = -np.inf
    largest: _Array = scores.reshape(_BLOCK, -1).max(axis=0)[None]
    return largest


def _largest_of_many(rows: _Array, lengths: _Array, single: _Array, empty: _Array) -> _Array:
    """The largest score of each block for each query, shape (queries, blocks), in pieces that stay in the cache."""
    n_words, n_queries = len(rows), single.shape[1]
    scale = np.divide(1, lengths, out=np.zeros_like(lengths), where=lengths > 0)[:, None]
    largest = np.empty((-(-n_words // _BLOCK), n_queries), dtype=np.float32)
    scores = np.empty((_CHUNK, n_queries), dtype=np.float32)
    for start in range(0, n_words, _CHUNK):
        piece = slice(start, min(start + _CHUNK, n_words))
        n = piece.stop - start
        if n_queries > _FEW:
            np.matmul(rows[piece] * scale[piece], single, out=scores[:n])
        else:
            np.matmul(rows[piece], single, out=scores[:n])
            scores[:n] *= scale[piece]
        scores[empty[(empty >= start) & (empty < piece.stop)] - start] = -np.inf
        n_blocks = -(-n // _BLOCK)
        scores[n : n_blocks * _BLOCK] = -np.inf
        block = start // _BLOCK
        blocks = scores[: n_blocks * _BLOCK].reshape(n_blocks, _BLOCK, n_queries)
        blocks.max(axis=1, out=largest[block : block + n_blocks])
    return np.ascontiguousarray(largest.T)


def _cosines(rows: _Array, unit: _Array) -> _Array:
    """Cosines in double precision of rows (m, d) with a unit vector (d,); equal rows give equal cosines."""
    double = rows.astype(np.float64)
    lengths = np.sqrt((double * double).sum(axis=1))
    with np.errstate(invalid="ignore"):
        result: _Array = np.clip((double * unit).sum(axis=1) / lengths, -1, 1)
    return result
