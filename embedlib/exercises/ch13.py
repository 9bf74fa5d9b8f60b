"""Chapter 13, Analogies: how its exercises are judged. What they say stands in ``ch13.md``."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from embedlib import datasets
from embedlib.evaluation.analogy import solve
from embedlib.exercises.answers import as_array, as_number, call
from embedlib.exercises.kinds import beats, mean_ahead, number, same
from embedlib.exercises.messages import Wrong
from embedlib.exercises.page import read
from embedlib.exercises.quiz import Quiz, nearest, only_true
from embedlib.vectors import unit_rows
from embedlib.words import load_word_vectors

__all__ = ["EXERCISES", "QUIZ", "arrows", "halfway", "multiply", "quiz", "tries"]

Floats = npt.NDArray[np.floating[Any]]
TEXTS = read("ch13")[0]

halfway = number(TEXTS["halfway"], "The share of the way", near=0.004)

# --- Exercise 2: multiply


def _cosines(seed: int, n: int, low: float) -> tuple[Floats, Floats, Floats, list[int]]:
    """Cosines of n words to a, b and c; the first three words are a, b and c themselves."""
    rng = np.random.default_rng(seed)
    near = rng.uniform(low, 0.95, (3, n))
    near[[0, 1, 2], [0, 1, 2]] = 1.0
    return near[0], near[1], near[2], [0, 1, 2]


def _place(value: Any, near_a: Floats, *rest: Any) -> int:
    place = as_number(value, "The place")
    if place != int(place) or not 0 <= place < len(near_a):
        raise Wrong(f"You return {place:g}; a place is a whole number from 0 to {len(near_a) - 1}.", "no-place")
    return int(place)


multiply = same(
    TEXTS["multiply"],
    "multiply(near_a, near_b, near_c, left_out)",
    [
        _cosines(seed, n, low)
        for seed, n, low in [(0, 40, -0.9), (1, 25, -0.5), (2, 60, -0.95), (3, 30, 0.1), (5, 9, -0.9)]
    ],
    _place,
    reads="place",
)

# --- Exercise 3: ten pairs in place of one

_WORDS, _GIVEN = 20_000, 10
_TO_TRY = "gram3-comparative"


@cache
def _relations() -> tuple[Floats, dict[str, npt.NDArray[np.int64]]]:
    """The 20,000 most frequent words of GloVe at length 1, and by section the pairs that are among them, shape (n, 2)."""
    vectors = load_word_vectors("glove-6b-50d")
    place = {word: i for i, word in enumerate(vectors.index_to_key[:_WORDS])}
    found = {}
    for section, rows in datasets.google_analogies().groupby("section", sort=False):
        pairs = dict.fromkeys((a.lower(), b.lower()) for a, b in zip(rows["a"], rows["b"], strict=True))
        known = [(place[a], place[b]) for a, b in pairs if a in place and b in place]
        if len(known) > _GIVEN + 5:
            found[str(section)] = np.array(known)
    return unit_rows(np.asarray(vectors.vectors[:_WORDS])).astype(np.float32), found


def tries() -> tuple[Floats, Floats, Floats]:
    """Ten pairs of comparatives, (10, 2, d); other words, (m, d); and their comparatives, (m, d)."""
    unit, relations = _relations()
    some = relations[_TO_TRY]
    rows = [unit[part].astype(np.float64) for part in (some[:_GIVEN], some[_GIVEN:, 0], some[_GIVEN:, 1])]
    return rows[0], rows[1], rows[2]


def first_arrow(pairs: Floats, words: Floats) -> Floats:
    """The rival: the arrow of the first pair."""
    targets: Floats = words + pairs[0, 1] - pairs[0, 0]
    return targets


def _right(function: Any) -> Floats:
    """For each held-out word whether its partner is found."""
    unit, relations = _relations()
    right = []
    for section, some in relations.items():
        if section == _TO_TRY:
            continue
        pairs, words = unit[some[:_GIVEN]].astype(np.float64), unit[some[_GIVEN:, 0]].astype(np.float64)
        needed = f"a vector for each of {len(words)} words, of {words.shape[1]} numbers"
        targets = as_array(call(function, pairs, words), needed, words.shape, directions=True)
        scores = targets.astype(np.float32) @ unit.T
        scores[np.arange(len(words)), some[_GIVEN:, 0]] = -np.inf
        right.append(scores.argmax(axis=1) == some[_GIVEN:, 1])
    return np.concatenate(right).astype(np.float64)


@cache
def _first_arrow() -> Floats:
    return _right(first_arrow)


arrows = beats(
    TEXTS["arrows"],
    "arrows(pairs, words)",
    _right,
    _first_arrow,
    mean_ahead,
    lambda: {"tries": tries()},
    reads="table",
)

EXERCISES = [halfway, multiply, arrows]

# --- Quiz

RESULTS = Path(__file__).parents[2] / "training" / "results"


@cache
def _table(name: str) -> list[dict[str, str]]:
    with (RESULTS / f"{name}.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def _stored(table: str, value: str, **row: str) -> float:
    return float(next(r[value] for r in _table(table) if all(r[name] == given for name, given in row.items())))


def _news(section: str, way: str = "3CosAdd", inputs: str = "left out", value: str = "accuracy") -> float:
    row = {"model": "Google News", "exam": "Google", "section": section, "way": way, "inputs": inputs}
    return _stored("analogies", value, **row)


def _key_halfway() -> int:
    """Among all questions, the right word is nearer than c exactly where the arrow goes more than half of the way."""
    rng = np.random.default_rng(0)
    a, b, c, d = unit_rows(rng.normal(size=(4000, 5))).reshape(4, 1000, 5)
    way = ((b - a) * (d - c)).sum(axis=1) / ((d - c) ** 2).sum(axis=1)
    first = ((b - a + c) * (d - c)).sum(axis=1) > 0
    longer = ((b - a) ** 2).sum(axis=1) >= ((d - c) ** 2).sum(axis=1)
    same_as = [bool((first == some).all()) for some in (way > 0, way > 0.5, longer, np.abs(way - 1) < 1e-9)]
    return only_true(*same_as)


def _key_winner() -> int:
    a, b, c = (_news("total", inputs="let in", value=f"answer is {word}") for word in "abc")
    right = _news("total", inputs="let in")
    return int(np.argmax([a, b, c, right]))


def _key_plurals() -> int:
    share = _news("gram8-plural", "another section's arrow") / _news("gram8-plural")
    return nearest(share, 0.0, 0.5, 0.88, 1.2)


def _key_fewer() -> int:
    few, all_numbers = (_stored("analogies_numbers", "let in", model="Google News", numbers=n) for n in ("50", "300"))
    return nearest(few / all_numbers, 0.7, 1, 3)


def _key_mistaken() -> int:
    share = _news("gram3-comparative", "another pair's b") / _news("gram3-comparative")
    return nearest(share, 0.0, 0.7, 1)


def _key_doctor() -> int:
    vectors = load_word_vectors("glove-6b-50d")
    left_out, let_in = (
        solve(vectors, "man", "doctor", "woman", 1, exclude_inputs=out)["word"][0] for out in (True, False)
    )
    return only_true(False, left_out == "nurse" and let_in == "doctor", False, left_out == let_in)


quiz = QUIZ = Quiz.of("ch13", globals())
