"""Chapter 8, Whole sentences: how its exercises are judged. What they say stands in ``ch08.md``."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from embedlib import datasets
from embedlib.exercises.answers import as_array, call
from embedlib.exercises.kinds import beats, mean_ahead, number, same
from embedlib.exercises.page import read
from embedlib.exercises.quiz import Quiz, nearest, only_true
from embedlib.text import tokenize
from embedlib.vectors import unit_rows
from embedlib.words import load_word_vectors

__all__ = ["EXERCISES", "QUIZ", "pool", "quiz", "row_loss", "sentence_vector", "tries"]

Floats = npt.NDArray[np.floating[Any]]
TEXTS = read("ch08")[0]

row_loss = number(TEXTS["row_loss"], "The loss", near=0.004)

# --- Exercise 2: the mean without the padding


def _case(n: int, padding: int) -> tuple[Floats, npt.NDArray[np.int64]]:
    return np.random.default_rng(n).normal(size=(n + padding, 40)), np.repeat([1, 0], [n, padding])


pool = same(
    TEXTS["pool"],
    "pool(states, seen)",
    [_case(5, 4), _case(9, 0), _case(3, 20)],
    lambda value, states, *rest: as_array(
        value, f"a vector of {states.shape[1]} numbers", (states.shape[1],), directions=True
    ),
    lambda one, other, *case: bool(one @ other / np.linalg.norm(one) / np.linalg.norm(other) > 1 - 1e-4),
    reads="vector",
)

# --- Exercise 3: better than the mean


class Try(NamedTuple):
    """A sentence's word vectors (n, 50), the share of all text that each word makes up (n,), and the words."""

    vectors: Floats
    shares: Floats
    words: list[str]


@cache
def _read_texts(training: bool) -> list[Try]:
    """The sentences, then their paraphrases, of the training part or of the others."""
    glove, table = load_word_vectors("glove-6b-50d"), datasets.paraphrases()
    some = table[(table["split"] == "train") == training]
    total = float(np.sum(1 / np.arange(1, len(glove) + 1)))
    found = []
    for text in [*some["sentence"], *some["paraphrase"]]:
        words = [word for word in tokenize(text) if word in glove]
        ranks = np.array([glove.key_to_index[word] + 1 for word in words])
        found.append(Try(np.array([glove[word] for word in words], np.float64), 1 / ranks / total, words))
    return found


def tries() -> list[Try]:
    """Sentences to try on: 60, and then their paraphrases in the same order."""
    return _read_texts(training=True)


def plain(vectors: Floats, shares: Floats) -> Floats:
    """What everybody tries first: the mean."""
    return np.asarray(vectors.mean(axis=0))


def _right(function: Any) -> Floats:
    """For each held-out sentence, whether its own paraphrase is found: 1 or 0."""
    made = [call(function, one.vectors.copy(), one.shares.copy()) for one in _read_texts(training=False)]
    rows = [as_array(value, "a vector of 50 numbers", (50,), directions=True) for value in made]
    ones, others = np.split(unit_rows(np.array(rows)), 2)
    return np.asarray((ones @ others.T).argmax(axis=1) == np.arange(len(ones)), dtype=float)


@cache
def _plain() -> Floats:
    return _right(plain)


sentence_vector = beats(
    TEXTS["sentence_vector"],
    "sentence_vector(vectors, shares)",
    _right,
    _plain,
    mean_ahead,
    lambda: {"tries": tries()},
    reads="vector",
    too_good=0.95,
)

EXERCISES = [row_loss, pool, sentence_vector]

# --- Quiz

RESULTS = Path(__file__).parents[2] / "training" / "results"


@cache
def _found(vector: str, measure: str = "paraphrase found") -> float:
    with (RESULTS / "sentences.csv").open(encoding="utf-8") as stream:
        return next(
            float(r["found"]) for r in csv.DictReader(stream) if (r["vector"], r["measure"]) == (vector, measure)
        )


def _key_first() -> int:
    glove, bert, words = (_found(name) for name in ("GloVe, mean", "miniature BERT, mean", "words alone (TF-IDF)"))
    return only_true(bert > glove, abs(glove - words) < 0.05 < glove - bert, glove > words + 0.05, words < bert)


def _key_benchmark() -> int:
    random, glove = (_found(f"{name}, weighted", "STS-B") for name in ("random word vectors", "GloVe"))
    return only_true(random < 0.2, False, random > glove, glove > 0.8)


def _key_alone() -> int:
    whole, alone, static = (
        _found(name) for name in ("MiniLM, mean", "MiniLM, word by word, weighted", "word2vec, weighted")
    )
    ahead = alone - static
    return only_true(ahead > 0.05, abs(ahead) < 0.05, ahead < -0.05, alone > whole - 0.05)


def _key_temperature() -> int:
    def share(temperature: float) -> float:
        fits = np.exp(np.array([0.6, 0.5, 0.5]) / temperature)
        return float(fits[0] / fits.sum())

    return only_true(share(0.05) < share(1), False, share(0.05) > 0.7 and share(1) < 0.4, share(1) > 0.7)


def _key_changed() -> int:
    return nearest(_found("MiniLM, mean", "paraphrase nearer"), 0.98, 0.5, 0.07)


def _key_sorted() -> int:
    distances = np.array([0.3, 0.9, 0.1])
    return only_true(np.argsort(distances)[::-1][0] == 2, np.argsort(distances)[0] == 2, False)


quiz = QUIZ = Quiz.of("ch08", globals())
