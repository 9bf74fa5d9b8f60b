"""Exact nearest neighbours by cosine, for one word or for thousands at once.

Choosing ten winners out of 400,000 scores costs more than computing the scores. So the scores are made in
pieces that stay in the processor's cache, and of each block of 64 only the largest is kept; the winners
can only be in the blocks with the largest maxima, and only those are looked at again, in double precision.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from embedlib.words.load import as_keyed_vectors, name_of, word_index

if TYPE_CHECKING:
    import pandas as pd
    from gensim.models.keyedvectors import KeyedVectors

__all__ = ["Nearest", "cosines", "most_similar", "nearest", "pair_cosines", "ranks", "stranger_cosines"]

_Array = np.ndarray[Any, np.dtype[Any]]

_BLOCK = 64  # words of which one maximum is kept
_CHUNK = 4096  # words whose scores are in the cache at a time
_FEW = 10  # queries up to which scaling the scores is less work than scaling the vectors
_DECIMALS = 12  # cosines that agree this far are tied: the more frequent word comes first


class Nearest(NamedTuple):
    """The neighbours of n queries, nearest first: three arrays of shape (n, k)."""

    words: _Array
    cosines: _Array
    indices: _Array


def nearest(
    vectors: KeyedVectors | Mapping[str, Any],
    queries: str | Sequence[str] | _Array,
    k: int = 10,
    exclude: bool | Sequence[Sequence[str]] = True,
    restrict_vocab: int | None = None,
    batch: int = 512,
) -> Nearest:
    """Find the k words with the largest cosine to each query. Exact: every word is compared.

    Parameters
    ----------
    vectors
        ``KeyedVectors``, or a dictionary of word to vector; N words of d numbers.
    queries
        A word, a list of words, or an array of shape (d,) or (n, d).
    k
        How many neighbours of each.
    exclude
        True leaves a query word out of its own neighbours (an array holds no words to leave out). A list with
        one list of words for each query leaves out those.
    restrict_vocab
        Look only among the first so many words, which are the most frequent in most models.
    batch
        Queries worked on at once. Memory in use is about batch × (4,096 + N / 32) × 4 bytes.

    Returns
    -------
    Nearest
        ``words``, ``cosines`` (float64) and ``indices``, each of shape (n, k). Ties go to the word that
        comes first in the vocabulary. Words whose vector is all zeros have no direction and never appear.

    Raises
    ------
    UnknownWordError, TypeError, ValueError
        If a word is unknown, a vector is zero, NaN or of the wrong width, or k does not fit.

    Examples
    --------
    >>> toy = {"cat": [0.2, 0.5, -0.1], "dog": [0.1, 0.4, -0.2], "fish": [-0.3, 0.1, 0.7]}
    >>> found = nearest(toy, ["cat", "fish"], k=2)
    >>> found.words
    array([['dog', 'fish'],
           ['cat', 'dog']], dtype=object)
    >>> found.cosines.round(3)
    array([[ 0.956, -0.19 ],
           [-0.19 , -0.369]])
    """
    keyed = as_keyed_vectors(vectors)
    rows, lengths = _rows_and_lengths(keyed, restrict_vocab)
    unit, excluded = _queries(keyed, queries, exclude)
    most_excluded = max((len(some) for some in excluded), default=0)
    usable = int(np.count_nonzero(lengths))
    _check_k(k, usable - most_excluded, keyed)
    if batch < 1:
        raise ValueError(f"batch is the number of queries worked on at once; it is {batch} and must be at least 1.")

    indices = np.empty((len(unit), k), dtype=np.int64)
    found = np.empty((len(unit), k), dtype=np.float64)
    for start in range(0, len(unit), batch):
        part = unit[start : start + batch]
        for i, candidates in enumerate(_candidates(rows, lengths, part, k + most_excluded), start):
            for row in excluded[i]:
                candidates = candidates[candidates != row]
            scores = _exact_cosines(rows[candidates], unit[i])
            best = np.lexsort((candidates, -scores.round(_DECIMALS)))[:k]
            indices[i], found[i] = candidates[best], scores[best]
    words = np.array([keyed.index_to_key[j] for j in indices.ravel()], dtype=object).reshape(indices.shape)
    return Nearest(words, found, indices)


def most_similar(
    vectors: KeyedVectors | Mapping[str, Any], word: str, k: int = 10, restrict_vocab: int | None = None
) -> pd.DataFrame:
    """The k nearest words to one word, as a table with the columns rank, word and cosine.

    Parameters, ties and errors are those of :func:`nearest`.

    Examples
    --------
    >>> toy = {"cat": [0.2, 0.5, -0.1], "dog": [0.1, 0.4, -0.2], "fish": [-0.3, 0.1, 0.7]}
    >>> most_similar(toy, "cat", k=2).round(3)
       rank  word  cosine
    0     1   dog   0.956
    1     2  fish  -0.190
    """
    import pandas as pd

    keyed = as_keyed_vectors(vectors)
    word_index(keyed, word)
    found = nearest(keyed, [word], k, restrict_vocab=restrict_vocab)
    return pd.DataFrame(
        {"rank": np.arange(1, k + 1), "word": found.words[0], "cosine": found.cosines[0]},
    )


def ranks(vectors: KeyedVectors | Mapping[str, Any], word: str, others: str | Sequence[str]) -> pd.DataFrame:
    """Where other words stand among all neighbours of a word: 1 is the nearest, the word itself is left out.

    Parameters
    ----------
    vectors
        ``KeyedVectors``, or a dictionary of word to vector.
    word
        The word whose neighbours are sorted.
    others
        The words to look for.

    Returns
    -------
    DataFrame
        Columns word, cosine and rank, in the order of ``others``. The word at rank r is the r-th of
        :func:`nearest`.

    Examples
    --------
    >>> toy = {"cat": [0.2, 0.5, -0.1], "dog": [0.1, 0.4, -0.2], "fish": [-0.3, 0.1, 0.7]}
    >>> ranks(toy, "cat", ["fish", "dog"]).round(3)
       word  cosine  rank
    0  fish  -0.190     2
    1   dog   0.956     1
    """
    import pandas as pd

    keyed = as_keyed_vectors(vectors)
    query = word_index(keyed, word)
    asked = [others] if isinstance(others, str) else list(others)
    where = [word_index(keyed, other) for other in asked]
    if query in where:
        raise ValueError(f'"{word}" cannot be ranked among its own neighbours; leave it out of the list.')
    scores = cosines(keyed, word)
    for other, i in zip(asked, where, strict=True):
        if np.isnan(scores[i]):
            raise ValueError(_no_direction(other))
    rounded = scores.round(_DECIMALS)
    rounded[query] = np.nan  # compares as neither larger nor equal
    before = [np.count_nonzero(rounded > rounded[i]) + np.count_nonzero(rounded[:i] == rounded[i]) for i in where]
    return pd.DataFrame({"word": asked, "cosine": scores[where], "rank": np.array(before, dtype=np.int64) + 1})


def cosines(vectors: KeyedVectors | Mapping[str, Any], query: str | _Array) -> _Array:
    """The cosine of one word or vector with every word of the vocabulary, in its order.

    Returns
    -------
    ndarray of shape (N,), float64
        NaN where a word's vector is all zeros.

    Examples
    --------
    >>> cosines({"east": [1, 0], "north": [0, 2], "north-east": [3, 3]}, "east").round(3)
    array([1.   , 0.   , 0.707])
    """
    keyed = as_keyed_vectors(vectors)
    rows, lengths = _rows_and_lengths(keyed, None)
    unit, _ = _queries(keyed, query, exclude=False)
    if len(unit) != 1:
        raise ValueError(f"One word or one vector is needed, and these are {len(unit)}; nearest takes many.")
    scores = np.concatenate([_exact_cosines(rows[i : i + _CHUNK], unit[0]) for i in range(0, len(rows), _CHUNK)])
    scores[lengths == 0] = np.nan
    return scores


def pair_cosines(vectors: KeyedVectors | Mapping[str, Any], words1: Sequence[str], words2: Sequence[str]) -> _Array:
    """The cosine of each word with the word at the same place in the other list.

    Parameters
    ----------
    vectors
        ``KeyedVectors``, or a dictionary of word to vector.
    words1, words2
        Two lists of n words.

    Returns
    -------
    ndarray of shape (n,), float64

    Raises
    ------
    UnknownWordError, ValueError
        If a word is unknown, its vector has no direction, or the lists differ in length.

    Examples
    --------
    >>> toy = {"cat": [0.2, 0.5, -0.1], "dog": [0.1, 0.4, -0.2], "fish": [-0.3, 0.1, 0.7]}
    >>> pair_cosines(toy, ["cat", "cat"], ["dog", "fish"]).round(3)
    array([ 0.956, -0.19 ])
    """
    if len(words1) != len(words2):
        raise ValueError(f"Each word needs a partner: one list holds {len(words1):,} words, the other {len(words2):,}.")
    keyed = as_keyed_vectors(vectors)
    if not len(words1):
        return np.empty(0)
    first, _ = _queries(keyed, list(words1), exclude=False)
    second, _ = _queries(keyed, list(words2), exclude=False)
    result: _Array = np.einsum("nd,nd->n", first, second)
    return np.clip(result, -1, 1)


def stranger_cosines(
    vectors: KeyedVectors | Mapping[str, Any],
    n_pairs: int = 200_000,
    restrict_vocab: int | None = None,
    seed: int = 0,
) -> _Array:
    """Cosines of pairs of words drawn at random: what a cosine has to be compared with.

    Parameters
    ----------
    vectors
        ``KeyedVectors``, or a dictionary of word to vector, of two words or more.
    n_pairs
        How many pairs are drawn.
    restrict_vocab
        Draw from the first so many words only, which are the most frequent in most models.
    seed
        Of the draw.

    Returns
    -------
    ndarray of shape (n_pairs,), float64
        A word is never paired with itself.

    Examples
    --------
    >>> toy = {"cat": [0.2, 0.5, -0.1], "dog": [0.1, 0.4, -0.2]}
    >>> stranger_cosines(toy, n_pairs=3).round(3)
    array([0.956, 0.956, 0.956])
    """
    keyed = as_keyed_vectors(vectors)
    rows, lengths = _rows_and_lengths(keyed, restrict_vocab)
    usable = np.flatnonzero(lengths)
    if len(usable) < 2:
        raise ValueError(f"Strangers are two different words, and these vectors have {len(usable)} to draw from.")
    rng = np.random.default_rng(seed)
    first = rng.integers(0, len(usable), n_pairs)
    second = (first + rng.integers(1, len(usable), n_pairs)) % len(usable)
    first, second = usable[first], usable[second]
    dots = np.einsum("nd,nd->n", rows[first].astype(np.float64), rows[second].astype(np.float64))
    result: _Array = np.clip(dots / (lengths[first] * lengths[second]), -1, 1)
    return result


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
    members = np.arange(_BLOCK)
    found = []
    for i, enough in enumerate(least):
        candidates = (np.flatnonzero(largest[i] >= enough)[:, None] * _BLOCK + members).ravel()
        if candidates[-1] >= n_words:
            candidates = candidates[candidates < n_words]
        if len(empty):
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
    np.dot(rows, single[:, 0], out=scores[:n_words])
    with np.errstate(invalid="ignore"):
        scores[:n_words] /= lengths
    scores[empty] = -np.inf
    largest: _Array = scores.reshape(-1, _BLOCK).max(axis=1)[None]
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


def _exact_cosines(rows: _Array, unit: _Array) -> _Array:
    """Cosines in double precision of rows (m, d) with a unit vector (d,); equal rows give equal cosines."""
    double = rows.astype(np.float64)
    lengths = np.sqrt((double * double).sum(axis=1))
    with np.errstate(invalid="ignore"):
        result: _Array = np.clip((double * unit).sum(axis=1) / lengths, -1, 1)
    return result


def _rows_and_lengths(keyed: Any, restrict_vocab: int | None) -> tuple[_Array, _Array]:
    """The vectors to search and their lengths, which gensim computes once and keeps in ``.norms``.

    It keeps them, too, when other vectors are put in their place; so a sample is measured again.
    """
    rows = np.asarray(keyed.vectors)
    sample = slice(None, None, len(rows) // 256 + 1)
    if (
        keyed.norms is None
        or len(keyed.norms) != len(rows)
        or not np.allclose(np.linalg.norm(rows[sample], axis=1), keyed.norms[sample], equal_nan=True)
    ):
        keyed.fill_norms(force=True)
    lengths: _Array = keyed.norms
    bad = np.flatnonzero(~np.isfinite(lengths))
    if len(bad):
        raise ValueError(_not_finite(f'The vector of "{keyed.index_to_key[bad[0]]}"', len(bad) - 1))
    if restrict_vocab is None:
        return rows, lengths
    if restrict_vocab < 1:
        raise ValueError(f"restrict_vocab is a number of words; it is {restrict_vocab} and must be at least 1.")
    return rows[:restrict_vocab], lengths[:restrict_vocab]


def _queries(
    keyed: KeyedVectors, queries: str | Sequence[str] | _Array, exclude: bool | Sequence[Sequence[str]]
) -> tuple[_Array, list[list[int]]]:
    """Queries as unit vectors (n, d) in float64, and for each the rows to leave out."""
    if isinstance(queries, str):
        queries = [queries]
    words: list[str] | None = None
    if isinstance(queries, np.ndarray) and queries.dtype.kind in "fiu":
        given = np.atleast_2d(queries).astype(np.float64)
        names = [f"Query vector {i}" for i in range(len(given))]
    elif isinstance(queries, (list, tuple)) and queries and not isinstance(queries[0], str):
        raise TypeError(
            "Queries are words or one array of shape (n, d); for a list of vectors use np.stack(list) first."
        )
    else:
        words = list(queries)
        where = [word_index(keyed, word) for word in words]
        given = np.asarray(keyed.vectors[where], dtype=np.float64).reshape(len(words), keyed.vector_size)
        names = [f'The vector of "{word}"' for word in words]
    if len(given) == 0:
        raise ValueError("There is no query; give at least one word or one vector.")
    if given.ndim != 2 or given.shape[1] != keyed.vector_size:
        raise ValueError(
            f"The queries have shape {given.shape}; vectors of {keyed.vector_size} numbers are needed, "
            f"as in {name_of(keyed)}."
        )
    lengths = np.sqrt((given * given).sum(axis=1))
    for name, length in zip(names, lengths, strict=True):
        if not np.isfinite(length):
            raise ValueError(_not_finite(name))
        if length == 0:
            raise ValueError(f"{name} is all zeros: it has no direction, and so no nearest neighbours.")

    if exclude is True:
        left_out = [[i] for i in where] if words is not None else [[] for _ in given]
    elif exclude is False:
        left_out = [[] for _ in given]
    else:
        if len(exclude) != len(given) or any(isinstance(some, str) for some in exclude):
            raise ValueError(f"exclude needs one list of words for each of the {len(given)} queries.")
        left_out = [sorted({word_index(keyed, word) for word in some}) for some in exclude]
    return given / lengths[:, None], left_out


def _check_k(k: int, available: int, keyed: KeyedVectors) -> None:
    if isinstance(k, bool) or not isinstance(k, (int, np.integer)):
        raise TypeError(f"k is a number of neighbours, and {k!r} is not a whole number.")
    if k < 1:
        raise ValueError(f"k is a number of neighbours; it is {k} and must be at least 1.")
    if k > available:
        raise ValueError(
            f"k is {k:,}, but there are only {available:,} words to choose from in {name_of(keyed)} "
            f"once the query is left out."
        )


def _not_finite(name: str, others: int = 0) -> str:
    more = f" (and {others:,} more)" if others else ""
    return f"{name} holds NaN or infinity{more}; no cosine can be computed with it."


def _no_direction(word: str) -> str:
    return f'The vector of "{word}" is all zeros: it has no direction, and so no rank.'
