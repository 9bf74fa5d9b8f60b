"""Chapter 0, CHAPTER_TITLE: how its exercises are judged. What they say stands in ``ch00.md``."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from embedlib.exercises.answers import as_known_words, as_number, call
from embedlib.exercises.kinds import ahead_by_spearman, beats, number, same
from embedlib.exercises.page import read
from embedlib.exercises.quiz import Quiz, nearest, only_true

__all__ = ["EXERCISES", "QUIZ", "guessed", "nearest_words", "product", "quiz"]

TEXTS = read("ch00")[0]


@cache
def _vectors() -> Any:  # gensim's KeyedVectors, whose methods carry no types
    from embedlib.words import load_word_vectors

    return load_word_vectors("glove-6b-50d")


def _shared() -> dict[str, object]:
    return {"vectors": _vectors()}


# --- Exercises: a number, the same as the solution on several inputs, ahead of a rival on held-out data

product = number(TEXTS["product"], "The dot product", near=0.001)

nearest_words = same(
    TEXTS["nearest_words"],
    "nearest_words(word, n)",
    [("cat", 1), ("river", 5), ("hot", 12)],
    lambda value, *case: as_known_words(value, _vectors().key_to_index, "`vectors.index_to_key`"),
    shared=_shared,
    reads="words",
)


@cache
def _rated() -> Any:
    from embedlib.datasets import rg65

    return rg65()


def _scores(function: Any) -> Any:
    pairs = zip(_rated()["word1"], _rated()["word2"], strict=True)
    return np.array([as_number(call(function, *pair), "The likeness of {} and {}".format(*pair)) for pair in pairs])


guessed = beats(
    TEXTS["guessed"],
    "likeness(word1, word2)",
    _scores,
    lambda: _scores(lambda one, other: -abs(len(one) - len(other))),
    ahead_by_spearman(lambda: _rated()["score"].to_numpy()),
    _shared,
    reads="score",
    too_good=0.95,
)

EXERCISES = [product, nearest_words, guessed]


# --- Quiz: its keys are computed


def _factor(of_cosine: bool) -> float:
    """What doubling one vector does to the dot product, or to the cosine."""
    u, v = np.array([1.0, 4.0]), np.array([3.0, 2.0])
    dot = float(u @ (2 * v) / (u @ v))
    return dot / float(np.linalg.norm(2 * v) / np.linalg.norm(v)) if of_cosine else dot


def _key_river() -> int:
    return int(np.argmax([_vectors().similarity("river", word) for word in ("bank", "lake", "boat")]))


def _key_days() -> int:
    return ["monday", "friday", "january"].index(_vectors().doesnt_match(["monday", "tuesday", "friday", "january"]))


def _key_doubled() -> int:
    return nearest(_factor(of_cosine=False), 2, 1, 4)


def _key_cosine() -> int:
    return nearest(_factor(of_cosine=True), 2, 0.5, 1)


def _key_dimensions() -> int:
    return nearest(_vectors().vector_size, 3, 50, 400_000)


def _key_bank() -> int:
    rank = _vectors().rank("river", "bank")
    return only_true(1_000 <= rank < 10_000, rank <= 10, rank >= 200_000)


quiz = QUIZ = Quiz.of("ch00", globals())
