"""The nearest row to ``b - a + c``, for many questions (a, b, c) about the rows of one matrix at once.

For one question it is :func:`~embedlib.vectors.search.nearest` of the sum; here the same answers come sooner. The
questions are many and their rows few: Google's 19,544 ask about some 900 words. So the product with the matrix is
taken once a row, in pieces that stay in the cache, and the scores of a question are the sum of three rows of that
table. Only the largest of each block is kept, and the blocks that can hold the best are looked at again in double
precision.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from embedlib.vectors.rows import unit_rows
from embedlib.vectors.search import DECIMALS

__all__ = ["NOTHING", "nearest_to_sums", "or_one_of"]

_Array = np.ndarray[Any, np.dtype[Any]]

NOTHING = 1e-6  # a sum of three vectors shorter than this is made of the rounding errors of single precision
_MOST_WORDS = 4000  # rows of the table of scores: with _CHUNK columns 64 MiB
_CHUNK = 4096  # rows of the matrix scored at a time
_BLOCK = 512  # rows of which one maximum is kept


def nearest_to_sums(
    vectors: _Array, norms: _Array, three: _Array, left_out: Sequence[Sequence[int]], names: Sequence[str]
) -> tuple[_Array, _Array]:
    """The best answer to each question: the row with the largest cosine to b - a + c, each at length 1.

    Parameters
    ----------
    vectors, norms
        N vectors and their lengths, shapes (N, d) and (N,).
    three
        The rows of a, b and c, shape (n, 3).
    left_out
        For each question the rows that are no answer.
    names
        What error messages call the rows.

    Returns
    -------
    (rows, cosines)
        Each of shape (n,); -1 and NaN where there is no answer, as where the three cancel out.
    """
    distinct, spread = np.unique(three, return_inverse=True)
    if len(distinct) > _MOST_WORDS and len(three) > 1:  # the table of so many words would be large
        half = len(three) // 2
        parts = [
            nearest_to_sums(vectors, norms, three[part], left_out[part], names)
            for part in (slice(half), slice(half, None))
        ]
        answers, cosines = (np.concatenate(both) for both in zip(*parts, strict=True))
        return answers, cosines
    unit, questions, sums, lengths = _sums(vectors, distinct, spread, names)

    order = np.lexsort((questions[:, 2], questions[:, 1], questions[:, 0]))  # questions that share a and b together
    a, b, c = questions[order].T
    starts = np.flatnonzero(np.append(True, (np.diff(a) != 0) | (np.diff(b) != 0)))
    groups = list(zip(starts, np.append(starts[1:], len(order)), strict=True))
    no_asker = np.repeat(np.arange(len(order)), [len(left_out[i]) for i in order])
    no_row = np.array([row for i in order for row in left_out[i]], dtype=np.int64)
    empty = np.flatnonzero(norms == 0)
    scale = np.divide(1, norms, out=np.zeros_like(norms), where=norms > 0)[:, None]

    n_blocks = -(-len(vectors) // _BLOCK)
    largest = np.full((len(order), n_blocks), -np.inf, dtype=np.float32)
    single = unit.astype(np.float32)
    room = np.empty(max(last - first for first, last in groups) * (_CHUNK + _BLOCK), dtype=np.float32)
    for start in range(0, len(vectors), _CHUNK):
        piece = slice(start, min(start + _CHUNK, len(vectors)))
        n = piece.stop - start
        filled = -(-n // _BLOCK) * _BLOCK
        table = np.zeros((len(distinct), filled), dtype=np.float32)
        np.matmul(single, (vectors[piece] * scale[piece]).T, out=table[:, :n])
        nothing = np.append(empty[(empty >= start) & (empty < piece.stop)] - start, np.arange(n, filled))
        here = (no_row >= start) & (no_row < piece.stop)
        askers, no = no_asker[here], no_row[here] - start
        ends = np.searchsorted(askers, np.append(starts, len(order)))
        blocks = slice(start // _BLOCK, start // _BLOCK + filled // _BLOCK)
        for i, (first, last) in enumerate(groups):
            scores = room[: (last - first) * filled].reshape(last - first, filled)
            np.take(table, c[first:last], axis=0, out=scores, mode="clip")
            scores += table[b[first]] - table[a[first]]
            scores[askers[ends[i] : ends[i + 1]] - first, no[ends[i] : ends[i + 1]]] = -np.inf
            if len(nothing):
                scores[:, nothing] = -np.inf
            scores.reshape(last - first, -1, _BLOCK).max(axis=2, out=largest[first:last, blocks])

    best, cosine = np.full(len(order), -1), np.full(len(order), np.nan)
    askers, rows, scores64 = _finalists(vectors, norms, sums[order], largest)
    if len(no_row):
        lost = np.isin(askers * len(vectors) + rows, no_asker * len(vectors) + no_row)
        askers, rows, scores64 = askers[~lost], rows[~lost], scores64[~lost]
    best[order], cosine[order] = _first(askers, rows, scores64, lengths[order])
    return best, cosine


def or_one_of(
    vectors: _Array, norms: _Array, three: _Array, best: _Array, also: Sequence[Sequence[int]], names: Sequence[str]
) -> tuple[_Array, _Array]:
    """The better of an answer (-1: there is none) and some other rows, for each question; as nearest_to_sums."""
    _, _, sums, lengths = _sums(vectors, *np.unique(three, return_inverse=True), names)
    askers = np.repeat(np.arange(len(three)), [len(rows) + 1 for rows in also])
    rows = np.array([row for first, others in zip(best, also, strict=True) for row in (first, *others)])
    there = (rows >= 0) & (norms[rows] > 0)
    askers, rows = askers[there], rows[there]
    return _first(askers, rows, _exact(vectors, sums, askers, rows), lengths)


def _sums(
    vectors: _Array, distinct: _Array, spread: _Array, names: Sequence[str]
) -> tuple[_Array, _Array, _Array, _Array]:
    """The distinct rows at length 1, the questions as numbers of these, the sums b - a + c and their lengths."""
    unit = unit_rows(vectors[distinct], lambda i: f'The vector of "{names[distinct[i]]}"')
    questions = spread.reshape(-1, 3)
    sums = unit[questions[:, 1]] - unit[questions[:, 0]] + unit[questions[:, 2]]
    lengths = np.sqrt(np.einsum("nd,nd->n", sums, sums))
    lengths[lengths < NOTHING] = 0
    return unit, questions, sums, lengths


def _first(askers: _Array, rows: _Array, scores: _Array, lengths: _Array) -> tuple[_Array, _Array]:
    """The row with the largest cosine for each question, of equal ones the first; -1 and NaN if there is none."""
    best, cosine = np.full(len(lengths), -1), np.full(len(lengths), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        scores = np.clip(scores / lengths[askers], -1, 1)
    ranked = np.lexsort((rows, -scores.round(DECIMALS), askers))
    first_of = ranked[np.flatnonzero(np.append(True, np.diff(askers[ranked]) != 0))] if len(ranked) else ranked
    first_of = first_of[lengths[askers[first_of]] > 0]
    where = askers[first_of]
    best[where], cosine[where] = rows[first_of], scores[first_of]
    return best, cosine


def _finalists(vectors: _Array, norms: _Array, sums: _Array, largest: _Array) -> tuple[_Array, _Array, _Array]:
    """The few words that can be the best answers: number of the question, row, and score in double precision."""
    # A score is wrong by at most the rounding errors of three products of unit vectors in single precision.
    slack = 4 * (vectors.shape[1] + 8) * float(np.finfo(np.float32).eps)
    enough = largest.max(axis=1).astype(np.float64) - 2 * slack
    questions, blocks = np.nonzero((largest >= enough[:, None]) & np.isfinite(enough)[:, None])
    order = np.argsort(blocks, kind="stable")
    questions, blocks = questions[order], blocks[order]
    parts: list[tuple[_Array, _Array]] = []
    for block in np.unique(blocks):
        asked = questions[np.searchsorted(blocks, block) : np.searchsorted(blocks, block, side="right")]
        start = block * _BLOCK
        piece = vectors[start : start + _BLOCK].astype(np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            scores = (sums[asked] @ piece.T) / norms[start : start + _BLOCK]
        number, row = np.nonzero(scores >= enough[asked, None])
        parts.append((asked[number], row + start))
    if not parts:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0)
    asked, rows = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    return asked, rows, _exact(vectors, sums, asked, rows)


def _exact(vectors: _Array, sums: _Array, askers: _Array, rows: _Array) -> _Array:
    """The scores in double precision."""
    # Summed one by one, so that equal vectors have equal scores: a matrix product does not promise it.
    double = vectors[rows].astype(np.float64)
    exact: _Array = (double * sums[askers]).sum(axis=1) / np.sqrt((double * double).sum(axis=1))
    return exact
