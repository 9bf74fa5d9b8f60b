"""The word models that the chapters on evaluation hold against one another."""

from __future__ import annotations

from functools import cache

import numpy as np
from gensim.models.keyedvectors import KeyedVectors

from embedlib.words.counting import course_counts, pmi, to_keyed_vectors, truncated_svd
from embedlib.words.load import load_word_vectors

__all__ = ["counted_vectors", "word_models"]

_FILES = {
    "GloVe 6B": "glove-6b-50d",
    "Google News": "word2vec-googlenews-26k",
    "skip-gram": "course-sgns-100d",
}


@cache
def counted_vectors(dimensions: int = 100) -> KeyedVectors:
    """Chapter 2's vectors: positive PMI of the course corpus, reduced by SVD.

    Parameters
    ----------
    dimensions
        How many numbers each of the 22,702 words gets.

    Returns
    -------
    KeyedVectors
        The most frequent word first. Words without a single positive cell are left out.

    Notes
    -----
    Levy, O. and Goldberg, Y. (2014), "Neural word embedding as implicit matrix factorization", section 4: the rows
    of U·Σ^0.5. The decomposition is kept in the asset store: half a minute once on a machine.
    """
    counts = course_counts()
    vectors = truncated_svd(pmi(counts), dimensions)
    filled = np.flatnonzero(np.abs(vectors).sum(axis=1))
    words = [counts.words[row] for row in filled]
    return to_keyed_vectors(words, vectors[filled], "counted")


@cache
def word_models() -> dict[str, KeyedVectors]:
    """Five files of word vectors, by the names under which tables and figures show them.

    Returns
    -------
    dict
        "GloVe 6B" (400,000 words, 50 numbers), "Google News" (26,423 words, 300 numbers), and three from the course's
        own nine million words (100 numbers): "skip-gram", "fastText" (words alone; pieces are not asked) and
        "counted". The vectors are shared: copy before you write into them.

    Raises
    ------
    embedlib.assets.AssetUnavailable
        If a file is neither here nor to be had.
    """
    models = {shown: load_word_vectors(name) for shown, name in _FILES.items()}
    pieces = load_word_vectors("course-fasttext-100d")  # has a vector for every string: here only its words count
    fasttext = to_keyed_vectors(list(pieces.key_to_index), pieces.vectors, "fastText")
    return {**models, "fastText": fasttext, "counted": counted_vectors()}
