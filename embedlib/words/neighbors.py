"""Exact nearest neighbours by cosine, for one word or for thousands at once, by :mod:`embedlib.vectors.search`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from embedlib import _check
from embedlib.vectors import rows as matrix
from embedlib.vectors import search
from embedlib.words.load import as_keyed_vectors, name_of, unit_vectors, word_index

if TYPE_CHECKING:
    import pandas as pd
    from gensim.models.keyedvectors import KeyedVectors

__all__ = ["Nearest", "cosines", "most_similar", "nearest", "pair_cosines", "ranks", "stranger_cosines"]

_Array = np.ndarray[Any, np.dtype[Any]]


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
    rows, lengths = rows_and_lengths(keyed, restrict_vocab)
    unit, left_out = _queries(keyed, queries, exclude)
    indices, found = search.nearest(rows, unit, k, left_out, lengths, batch)
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
    unit_vectors(keyed, where)  # refuses a word without a direction
    rounded = scores.round(search.DECIMALS)
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
    rows, _ = rows_and_lengths(keyed)
    unit, _ = _queries(keyed, query, exclude=False)
    if len(unit) != 1:
        raise ValueError(f"One word or one vector is needed, and these are {len(unit)}; nearest takes many.")
    return search.cosines(rows, unit)


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
    ones, others = ([word_index(keyed, word) for word in words] for words in (words1, words2))
    return matrix.pair_cosines(unit_vectors(keyed, ones), unit_vectors(keyed, others))


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
    rows, lengths = rows_and_lengths(keyed, restrict_vocab)
    return matrix.stranger_cosines(rows, n_pairs, seed, lengths)


def rows_and_lengths(keyed: Any, restrict_vocab: int | None = None) -> tuple[_Array, _Array]:
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
    matrix.refuse_nan(lengths, lambda i: f'The vector of "{keyed.index_to_key[i]}"')
    first = slice(None if restrict_vocab is None else _check.whole("restrict_vocab", restrict_vocab))
    return rows[first], lengths[first]


def _queries(
    keyed: KeyedVectors, queries: str | Sequence[str] | _Array, exclude: bool | Sequence[Sequence[str]]
) -> tuple[_Array, list[list[int]]]:
    """Queries as unit vectors (n, d) in float64, and for each the rows to leave out."""
    if isinstance(queries, str):
        queries = [queries]
    where: list[int] | None = None
    if isinstance(queries, np.ndarray) and queries.dtype.kind in "fiu":
        given = np.atleast_2d(queries)
        if given.ndim != 2 or given.shape[1] != keyed.vector_size:
            raise ValueError(
                f"The queries have shape {given.shape}; vectors of {keyed.vector_size} numbers are needed, "
                f"as in {name_of(keyed)}."
            )
        unit = matrix.unit_rows(given, "Query vector {}".format)
    elif isinstance(queries, (list, tuple)) and queries and not isinstance(queries[0], str):
        raise TypeError(
            "Queries are words or one array of shape (n, d); for a list of vectors use np.stack(list) first."
        )
    else:
        where = [word_index(keyed, word) for word in queries]
        unit = unit_vectors(keyed, where)
    if len(unit) == 0:
        raise ValueError("There is no query; give at least one word or one vector.")

    if isinstance(exclude, bool):
        return unit, [[i] for i in where] if exclude and where is not None else [[] for _ in unit]
    if len(exclude) != len(unit) or any(isinstance(some, str) for some in exclude):
        raise ValueError(f"exclude needs one list of words for each of the {len(unit)} queries.")
    return unit, [sorted({word_index(keyed, word) for word in some}) for some in exclude]
