"""Chapter 14, Downstream tasks: how its exercises are judged. What they say stands in ``ch14.md``."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from embedlib import datasets
from embedlib.evaluation.classification import needed
from embedlib.evaluation.intervals import percentile_interval
from embedlib.evaluation.probes import beside, capital_signs, fit_tagger, remembered_names, tag_remembered
from embedlib.evaluation.sequence_labeling import evaluate_entities, f1, token_accuracy
from embedlib.exercises.answers import as_array, call
from embedlib.exercises.kinds import Ahead, beats, number, same
from embedlib.exercises.messages import Wrong
from embedlib.exercises.page import read
from embedlib.exercises.quiz import Quiz, nearest, only_true
from embedlib.vectors import unit_rows

__all__ = ["EXERCISES", "QUIZ", "names_found", "quiz", "side_by_side", "signs", "tries"]

Floats = npt.NDArray[np.floating[Any]]
TEXTS = read("ch14")[0]

names_found = number(TEXTS["names_found"], "F1", near=0.004)

# --- Exercise 2: a window that stays in its sentence


def _case(seed: int, lengths: tuple[int, ...], width: int) -> tuple[Floats, list[int]]:
    """The vectors of some sentences' words, one sentence behind the other, and how many words each has."""
    return np.random.default_rng(seed).normal(size=(sum(lengths), width)), list(lengths)


def _alike(one: Floats, other: Floats, *case: Any) -> bool:
    """Whether all cosines are the same: the order of the columns does not matter."""
    first, second = unit_rows(one), unit_rows(other)
    return bool(np.allclose(first @ first.T, second @ second.T, rtol=0, atol=1e-4))


def _three_wide(value: Any, rows: Floats, lengths: list[int]) -> Floats:
    wide = 3 * rows.shape[1]
    needed_rows = f"a row of {wide} numbers for each of {len(rows)} words"
    found = as_array(value, needed_rows, (len(rows), wide), directions=True)
    if np.ptp(found, axis=0).max() < 1e-9:
        raise Wrong("All your rows are the same, so that no word differs from another.", "constant")
    return found


side_by_side = same(
    TEXTS["side_by_side"],
    "side_by_side(rows, lengths)",
    [_case(0, (4, 3, 5), 6), _case(1, (7,), 3), _case(2, (1, 2, 1, 6), 4)],
    _three_wide,
    _alike,
    reads="table",
)

# --- Exercise 3: signs without vectors

WIDEST = 200


@cache
def _sentences() -> tuple[Any, Any]:
    """What is learned from, and what is held out."""
    import pandas as pd

    held = pd.concat([datasets.entities("dev"), datasets.entities("test")], ignore_index=True)
    return datasets.entities("train"), held


def tries() -> tuple[list[list[str]], list[list[str]]]:
    """Sentences to try on, each a list of words, and their labels."""
    table = _sentences()[0]
    return [list(words) for words in table["words"]], [list(labels) for labels in table["labels"]]


def rival(words: list[str]) -> Floats:
    """The five signs of capitals, of the word and of one neighbour to each side."""
    return beside(capital_signs(words), 1)


def _rows(function: Any, sentences: Any) -> list[Floats]:
    found: list[Floats] = []
    for words in sentences:
        least = found[0].shape[1] if found else 1
        most = found[0].shape[1] if found else WIDEST
        wide = f"{least}" if found else f"1 to {WIDEST}"
        needed_rows = f"a row of {wide} numbers for each of {len(words)} words"
        found.append(as_array(call(function, list(words)), needed_rows, (len(words), (least, most))))
    table = np.vstack(found)
    if not table.any():
        raise Wrong("All your numbers are zeros: they say nothing of any word.", "zeros")
    if np.ptp(table, axis=0).max() < 1e-9:
        raise Wrong("All your rows are the same, so that no word differs from another.", "constant")
    return found


def _counts(function: Any) -> Floats:
    """Right, marked and true names of each held-out sentence, in a row."""
    train, held = _sentences()
    rows = _rows(function, [*train["words"], *held["words"]])
    learned, asked = rows[: len(train)], rows[len(train) :]
    labels, truth = train["labels"].tolist(), held["labels"].tolist()
    tagger = fit_tagger(learned, labels, asked[:1], truth[:1], [0.1], max_iter=60)
    return evaluate_entities(truth, tagger.tag(asked), n_bootstrap=0).counts.ravel()


@cache
def _rivals() -> Floats:
    return _counts(rival)


def _ahead(yours: Any, others: Any) -> Ahead:
    two = [np.asarray(side, dtype=float).reshape(-1, 3) for side in (yours, others)]
    n = len(two[0])
    times = np.random.default_rng(0).multinomial(n, np.full(n, 1 / n), size=1_000)
    drawn = [f1(*(times @ side).T) for side in two]
    reached = [float(f1(*side.sum(axis=0))) for side in two]
    return Ahead(reached[0], reached[1], *percentile_interval(drawn[0] - drawn[1]))


signs = beats(
    TEXTS["signs"],
    "signs(words)",
    _counts,
    _rivals,
    _ahead,
    lambda: {"tries": tries()},
    reads="table",
)

EXERCISES = [names_found, side_by_side, signs]

# --- Quiz

RESULTS = Path(__file__).parents[2] / "training" / "results"


class _Row(NamedTuple):
    f1: float
    strict: float
    words: float


def _stored(table: str, **row: str) -> dict[str, str]:
    with (RESULTS / f"{table}.csv").open(encoding="utf-8") as stream:
        return next(r for r in csv.DictReader(stream) if all(r[name] == value for name, value in row.items()))


def _names(tagger: str, data: str = "course's own") -> _Row:
    row = _stored("downstream_names", set=data, tagger=tagger)
    return _Row(float(row["f1"]), float(row["strict"]), float(row["words right"]))


def _key_nothing() -> int:
    share = token_accuracy(*[[["O"] * 8 + ["B-PER", "I-PER"]], [["O"] * 10]])
    return only_true(_names("no name at all").words < 0.5, share == 0.8 and _names("no name at all").f1 == 0, False)


def _key_capitals() -> int:
    gain = _names("GloVe 6B and capitals").f1 - _names("GloVe 6B").f1
    read = _names("MiniLM").f1 - _names("GloVe 6B").f1
    return only_true(gain < 0.02, 0.02 <= gain < read / 4, gain > read / 4 and gain > 0.1, gain < 0)


def _key_stray() -> int:
    truth, stray = [["O", "B-LOC", "O"]], [["O", "I-LOC", "O"]]
    loose = evaluate_entities(truth, stray, n_bootstrap=0).f1
    strict = evaluate_entities(truth, stray, strict=True, n_bootstrap=0).f1
    return only_true(loose == strict == 1, loose == 1 and strict == 0, loose == strict == 0)


def _key_needed() -> int:
    return nearest(np.log(needed(0.10, 0.07)), *np.log([100, 350, 1_500, 15_000]))


def _remembered(learn: Any, asked: Any) -> float:
    known = remembered_names(learn["words"], learn["labels"])
    found = [tag_remembered(words, known) for words in asked["words"]]
    return evaluate_entities(asked["labels"].tolist(), found, n_bootstrap=0).f1


def _key_dealt() -> int:
    import pandas as pd

    train, held = _sentences()
    whole = pd.concat([train, held], ignore_index=True).sample(frac=1, random_state=0)
    rise = _remembered(whole[: len(train)], whole[len(train) :]) - _remembered(train, held)
    return only_true(rise > 0.02, rise < -0.02, abs(rise) <= 0.02)


def _key_six() -> int:
    row = _stored("book_table_agreement", one="MEN", other="opinions")
    low, high = float(row["low"]), float(row["high"])
    return only_true(low > 0.5, high < 0, high - low > 1)


quiz = QUIZ = Quiz.of("ch14", globals())
