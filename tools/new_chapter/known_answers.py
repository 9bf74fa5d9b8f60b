"""What readers of chapter 0 hand in: wrong answers known by name, and right ones in odd forms."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

Known = namedtuple("Known", "exercise misconception answer words")


def _ordered(vectors: Any, word: str) -> list[str]:
    units = vectors.get_normed_vectors()
    return [vectors.index_to_key[place] for place in np.argsort(-(units @ units[vectors.key_to_index[word]]))]


def wrong_answers(shared: dict[str, Any]) -> Iterator[Known]:
    """Yield every mistake that a checker names, and words that its sentence holds."""
    vectors = shared["vectors"]
    yield Known("product", "sum-of-all", 10, "sum of the four numbers")
    yield Known("product", "crosswise", 14, "first with first")
    yield Known("product", "product-of-sums", 25, "Multiply before you add")
    yield Known("product", "first-only", 3, "the second ones")
    yield Known("product", "other-number", 12, "12 is not it")
    yield Known("product", "text", "11", "quotation marks")
    yield Known("nearest_word", "word-itself", lambda word: word, "Leave it out")
    yield Known("nearest_word", "ascending", lambda word: _ordered(vectors, word)[-1], "least")
    yield Known("nearest_word", "not-the-nearest", lambda word: _ordered(vectors, word)[2], "a nearer word")
    yield Known("nearest_word", "position", lambda word: 2926, "index_to_key")
    yield Known("nearest_word", "not-one-word", lambda word: ["dog"], "One word is asked for")
    yield Known("nearest_word", "unknown-word", lambda word: "Qwzx", "not among the words")
    yield Known("odd_one_out", "not-in-the-list", lambda words: "parliament", "is not one of")
    yield Known("odd_one_out", "same-place", lambda words: words[0], "the same place")
    yield Known("odd_one_out", "below-floor", vectors_of_the_crowd(vectors), "are asked for")
    yield Known("odd_one_out", "not-one-word", lambda words: words, "One word is asked for")
    yield Known("odd_one_out", "position", lambda words: 0, "index_to_key")


def vectors_of_the_crowd(vectors: Any) -> Callable[[list[str]], str]:
    """The word that belongs most, where the one that belongs least is asked for."""

    def most_typical(words: list[str]) -> str:
        return max(words, key=lambda word: sum(vectors.similarity(word, other) for other in words))

    return most_typical


def right_answers(shared: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield right answers in forms that nobody should be told off for."""
    vectors = shared["vectors"]
    yield "product", 11.0
    yield "product", np.float32(11)
    yield "product", np.array([11])
    yield "nearest_word", lambda word: vectors.most_similar(word, topn=1)[0][0]
    yield "nearest_word", lambda word: np.str_(_ordered(vectors, word)[1])
    yield "odd_one_out", lambda words: vectors.doesnt_match(words)
