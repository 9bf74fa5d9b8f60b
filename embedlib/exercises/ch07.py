"""Chapter 7, Model families: how its exercises are judged. What they say stands in ``ch07.md``."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from embedlib.exercises.answers import as_array, call
from embedlib.exercises.kinds import beats, mean_ahead, number, same
from embedlib.exercises.messages import Wrong
from embedlib.exercises.page import read
from embedlib.exercises.quiz import Quiz, nearest, only_true
from embedlib.vectors import procrustes, unit_rows

__all__ = ["EXERCISES", "QUIZ", "cells", "into_other", "quiz", "translate", "tries"]

Floats = npt.NDArray[np.floating[Any]]
TEXTS = read("ch07")[0]
RESULTS = Path(__file__).parents[2] / "training" / "results"

cells = number(TEXTS["cells"], "The number of cells", near=0.4)

# --- Exercise 2: a vector in the other space


def _case(seed: int, n: int) -> tuple[Floats, Floats, Floats]:
    """A vector, and n pairs of rows: the second space is the first one turned, and a little blurred."""
    rng = np.random.default_rng(seed)
    ones = rng.normal(size=(n, 40))
    turn = np.linalg.qr(rng.normal(size=(40, 40)))[0]
    return rng.normal(size=40), ones, ones @ turn + 0.3 * rng.normal(size=(n, 40))


into_other = same(
    TEXTS["into_other"],
    "into_other(vector, ones, others)",
    [_case(1, 90), _case(2, 200), _case(3, 60)],
    lambda value, *case: as_array(value, "a vector of 40 numbers", (40,), directions=True),
    lambda one, other, *case: bool(one @ other / np.linalg.norm(one) / np.linalg.norm(other) > 1 - 1e-6),
    reads="vector",
)

# --- Exercise 3: a dictionary with mistakes

N_ASKED, N_PAIRS, N_WRONG = 1_000, 60, 20


class Task(NamedTuple):
    """Rows to translate (1000, 40), and a dictionary of 60 pairs (60, 40) of which some 20 are wrong."""

    asked: Floats
    ones: Floats
    others: Floats
    words: list[str]


@cache
def _spaces() -> tuple[list[str], Floats, Floats]:
    """Two trainings of skip-gram, each cut to its own first 40 principal components: words, and their unit rows."""
    two = np.load(RESULTS / "two_seeds.npz")

    def cut(rows: Floats) -> Floats:
        centred = rows.astype(np.float64) - rows.mean(axis=0, dtype=np.float64)
        return unit_rows(centred @ np.linalg.svd(centred, full_matrices=False)[2][:40].T)

    return [str(word) for word in two["words"]], cut(two["seed 1"]), cut(two["seed 2"])


@cache
def _task(seed: int) -> tuple[Task, npt.NDArray[np.int64]]:
    """A task, and the numbers of the words that are asked for."""
    words, ones, others = _spaces()
    rng = np.random.default_rng(seed)
    order = rng.permutation(len(words))
    asked, known = order[:N_ASKED], order[N_ASKED : N_ASKED + N_PAIRS]
    paired = known.copy()
    paired[:N_WRONG] = np.roll(paired[:N_WRONG], 1)
    mixed = rng.permutation(N_PAIRS)
    task = Task(ones[asked], ones[known[mixed]], others[paired[mixed]], [words[i] for i in asked])
    return task, asked


def tries() -> tuple[Task, Floats]:
    """A task to try on, and the rows (1000, 40) that its words have in the other space."""
    task, asked = _task(1)
    return task, _spaces()[2][asked]


def plain(asked: Floats, ones: Floats, others: Floats) -> Floats:
    """What everybody tries first: the rotation of all pairs."""
    return np.asarray(asked @ procrustes(ones, others))


def _right(function: Any) -> Floats:
    """For each held-out word, whether it is found among all: 1 or 0."""
    task, asked = _task(7)
    value = call(function, task.asked.copy(), task.ones.copy(), task.others.copy())
    rows = unit_rows(as_array(value, "an array of 1000 rows of 40 numbers", task.asked.shape, directions=True))
    if np.ptp(rows, axis=0).max() < 1e-9:
        raise Wrong("Every word gets the same vector. Does your result depend on what it is given?", "constant")
    return np.asarray((rows @ _spaces()[2].T).argmax(axis=1) == asked, dtype=float)


@cache
def _plain() -> Floats:
    return _right(plain)


translate = beats(
    TEXTS["translate"],
    "translate(asked, ones, others)",
    _right,
    _plain,
    mean_ahead,
    lambda: {"tries": tries(), "procrustes": procrustes},
    reads="table",
    too_good=0.98,
)

EXERCISES = [cells, into_other, translate]

# --- Quiz


def _rows(file: str, **wanted: object) -> list[dict[str, str]]:
    with (RESULTS / file).open(encoding="utf-8") as stream:
        return [r for r in csv.DictReader(stream) if all(r[name] == str(value) for name, value in wanted.items())]


@cache
def _probed(vectors: str, question: str, weights: str = "trained", layer: int = -1) -> float:
    """The mean over seeds of a layer's score; −1 is the last layer."""
    rows = _rows("probes.csv", vectors=vectors, question=question, weights=weights)
    layers = sorted({int(row["layer"]) for row in rows})
    return float(np.mean([float(row["right"]) for row in rows if int(row["layer"]) == layers[layer]]))


@cache
def _found(method: str, dictionary: int, pair: str = "skip-gram, two seeds", retrieval: str = "nearest") -> float:
    rows = _rows("alignment.csv", pair=pair, method=method, dictionary=dictionary, retrieval=retrieval)
    return float(rows[0]["P@1"])


def _key_ahead() -> int:
    bert, gpt = _probed("bert", "the word after"), _probed("gpt", "the word after")
    begun = _probed("gpt", "the word after", "begun")
    return only_true(gpt > bert, bert > gpt and gpt < 0.5, abs(gpt - begun) < 0.001, gpt > 0.9)


def _key_opinion() -> int:
    names = ("gpt", "bert", "roberta", "elmo", "t5", "xlnet")
    gains = [_probed(name, "opinion") - _probed(name, "opinion", "begun") for name in names]
    return only_true(min(gains) > 0.05, gains[0] > max(gains[1:]) + 0.05, max(gains) < 0.02)


def _key_seldom() -> int:
    gpt, bert, seldom = (_probed(name, "sense") for name in ("gpt", "bert", "gpt-seldom"))
    return only_true(seldom > bert, gpt > bert + 0.02 > seldom, False)


def _key_turned() -> int:
    rng = np.random.default_rng(0)
    rows, turn = rng.normal(size=(50, 8)), np.linalg.qr(rng.normal(size=(8, 8)))[0]

    def order(some: Floats) -> Any:
        return np.argsort(-(unit_rows(some) @ unit_rows(some).T), axis=1)[:, :10]

    same_order = np.array_equal(order(rows), order(rows @ turn))
    return only_true(same_order, not same_order, False)


def _key_mixed() -> int:
    return nearest(_found("as they are", 0), 0.5, 0.1, 0.0)


def _key_hundred() -> int:
    linear = {n: _found("any linear map", n) for n in (50, 100, 300)}
    fits_all = linear[100] < 0.1 < linear[50] < linear[300] and _found("rotation", 100) > 0.9
    return only_true(linear[100] > linear[50], fits_all, _found("rotation", 100) < 0.1)


quiz = QUIZ = Quiz.of("ch07", globals())
