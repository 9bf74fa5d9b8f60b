"""Word vectors: loading, neighbours, files, counting, skip-gram, GloVe. Stands on vectors, text and assets.

What every chapter uses is here; the rest is in its module: ``counting``, ``skipgram``, ``glove``, ``vocabulary``.
"""

from embedlib.words.load import (
    UnknownWordError,
    as_keyed_vectors,
    get_word_vector,
    load_context_vectors,
    load_word_vectors,
    read_vectors,
    with_unseen_words,
)
from embedlib.words.neighbors import cosines, most_similar, nearest, pair_cosines, ranks, stranger_cosines

__all__ = [
    "UnknownWordError",
    "as_keyed_vectors",
    "cosines",
    "get_word_vector",
    "load_context_vectors",
    "load_word_vectors",
    "most_similar",
    "nearest",
    "pair_cosines",
    "ranks",
    "read_vectors",
    "stranger_cosines",
    "with_unseen_words",
]
