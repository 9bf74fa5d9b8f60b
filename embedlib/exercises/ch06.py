"""Chapter 6, One word, many meanings: how its exercises are judged. What they say stands in ``ch06.md``."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from embedlib import datasets
from embedlib.exercises.answers import as_array, as_number, call
from embedlib.exercises.kinds import beats, mean_ahead, number, same
from embedlib.exercises.messages import Wrong
from embedlib.exercises.page import read
from embedlib.exercises.quiz import Quiz, nearest, only_true

__all__ = ["EXERCISES", "QUIZ", "by_chance", "quiz", "toward", "tries", "word_vector"]

Floats = npt.NDArray[np.floating[Any]]
TEXTS = read("ch06")[0]

by_chance = number(TEXTS["by_chance"], "The share", near=0.002)

# --- Exercise 2: the vector that was asked for


def _case(of_word: Sequence[int | None], n: int) -> tuple[Floats, list[int | None], int]:
    states = np.random.default_rng(len(of_word)).normal(size=(len(of_word), 40))
    return states, list(of_word), n


word_vector = same(
    TEXTS["word_vector"],
    "word_vector(states, of_word, n)",
    [
        _case([None, 0, 0, 1, 2, 2, 2, 3, None], 2),
        _case([None, 0, 0, 1, None], 0),
        _case([None, 0, 1, 2, 3, 4, None], 3),
    ],
    lambda value, states, *rest: as_array(
        value, f"a vector of {states.shape[1]} numbers", (states.shape[1],), directions=True
    ),
    lambda one, other, *case: bool(_cosine(one, other) > 1 - 1e-4),
    reads="vector",
)


def _cosine(u: Any, v: Any) -> float:
    return float(u @ v / (np.linalg.norm(u) * np.linalg.norm(v)))


# --- Exercise 3: more than a neighbour


class Try(NamedTuple):
    """The vector of a word in a sentence, its vectors in sentences of two senses, and whether it belongs to the first."""

    new: Floats
    ones: Floats
    others: Floats
    belongs: bool


@cache
def _asked(training: bool) -> list[Try]:
    """For each sentence of a word's first two senses a question, about words of the training part or of the others."""
    from embedlib.contextual import get_word_embedding

    found = []
    table = datasets.senses()
    for _, rows in table[(table["split"] == "train") == training].groupby("word", sort=False):
        groups = [
            get_word_embedding(some["sentence"], some["form"])
            for _, some in list(rows.groupby("sense", sort=False))[:2]
        ]
        for side, group in enumerate(groups):
            for place, new in enumerate(group):
                known = [np.delete(rows_, place, axis=0) if rows_ is group else rows_ for rows_ in groups]
                found.append(Try(new, known[0], known[1], side == 0))
    return found


def tries() -> list[Try]:
    """Questions to try on: a vector, its word's vectors in two senses, and whether it belongs to the first."""
    return _asked(training=True)


def by_neighbour(new: Floats, ones: Floats, others: Floats) -> float:
    """What the chapter does: the most alike of the one less the most alike of the other."""
    return max(_cosine(new, row) for row in ones) - max(_cosine(new, row) for row in others)


def _right(function: Any) -> Floats:
    """1 for every held-out sentence that is given to its sense, 0 for the others."""
    asked = _asked(training=False)
    given = np.array([as_number(call(function, *one[:3]), "What your function returns") for one in asked])
    if np.ptp(given) < 1e-9:
        raise Wrong(f"Every sentence gets the same number, {given[0]:.4g}, which tells no senses apart.", "constant")
    return np.asarray((given > 0) == [one.belongs for one in asked], dtype=np.float64)


toward = beats(
    TEXTS["toward"],
    "toward(new, ones, others)",
    _right,
    lambda: _right(by_neighbour),
    mean_ahead,
    lambda: {"tries": tries()},
    reads="score",
    too_good=0.95,
)

EXERCISES = [by_chance, word_vector, toward]

# --- Quiz

RESULTS = Path(__file__).parents[2] / "training" / "results"


@cache
def _found(measure: str, vector: str, layer: int = 6) -> float:
    with (RESULTS / "senses.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if (row["measure"], row["vector"], row["layer"]) == (measure, vector, str(layer)) and row[
                "encoder"
            ] != "miniature":
                return float(row["right"])
    raise KeyError((measure, vector, layer))


@cache
def _twins(vector: str, layer: int) -> float:
    with (RESULTS / "sense_twins.csv").open(encoding="utf-8") as stream:
        rows = [row for row in csv.DictReader(stream) if row["encoder"] == "MiniLM"]
    return next(float(row["share"]) for row in rows if (row["vector"], row["layer"]) == (vector, str(layer)))


def _key_printed() -> int:
    from embedlib.contextual import ContextualEncoder

    states = ContextualEncoder("minilm-l6").hidden_states("The bank is by the river.")[-1]
    taken = states[0].mean(axis=0)
    return only_true(taken.shape == states[0].shape, bool(taken > 0.5), False, taken.shape == ())


def _key_bare() -> int:
    from embedlib.contextual import get_word_embedding

    def bank(one: str, other: str) -> float:
        return _cosine(get_word_embedding(one, "bank"), get_word_embedding(other, "bank"))

    check, lent = "I need to bank my check.", "The bank lent me money for a car."
    far, near = bank("The bank is by the river.", check), bank(check, lent)
    return only_true(far >= near, far < 0.5, far > near + 0.3, near > 0.95)


def _key_layer_nought() -> int:
    return nearest(_found("nearest neighbour", "the word", 0), 1.0, 0.7, 0.45, 0.0)


def _key_thing() -> int:
    word, thing = (_found("nearest neighbour", name) for name in ("the word", "thing in its place"))
    chance = _found("nearest neighbour", "chance", 0)
    return only_true(
        thing < chance + 0.05, chance + 0.05 <= thing < word - 0.05, abs(thing - word) <= 0.05, thing > 0.95
    )


def _key_control() -> int:
    shuffled, thing = (
        _found("nearest neighbour", name) for name in ("the word, weights shuffled", "thing in its place")
    )
    return only_true(shuffled > 0.6, thing > 0.65 and shuffled < 0.5, thing < 0.5, False)


def _key_clusters() -> int:
    word, thing, others = (_found("clusters", name) for name in ("the word", "thing in its place", "all other words"))
    return only_true(
        thing > word, others < 0.1, word > thing + 0.1 and others > thing + 0.1, max(word, thing, others) < 0.05
    )


def _key_twins() -> int:
    word, thing, others = (_twins(name, 4) for name in ("the word", "thing in its place", "all other words"))
    return only_true(
        others > word > thing, others < 0.5 < word < thing, word > thing > others, max(word, thing, others) < 0.5
    )


quiz = QUIZ = Quiz.of("ch06", globals())
