"""Answers that hold for every exercise of a kind: right ones in odd forms, and wrong ones with what they are told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from embedlib.exercises.core import Exercise

FUNCTION = {"words", "pieces", "matrices", "table", "vector", "array", "score", "threshold", "place"}


def _then(function: Callable[..., Any], form: Callable[[Any], Any]) -> Callable[..., Any]:
    return lambda *given: form(function(*given))


def _flat(value: Any) -> Any:
    return float(np.ravel(value)[0])


# What is made of the right answer, and is still right.
ODD_FORMS: dict[str, list[Callable[[Any], Any]]] = {
    "number": [
        float,
        np.float32,
        np.array,
        lambda x: np.array([x]),
        lambda x: [x],
        lambda x: (x,),
        lambda x: pd.Series([x]),
    ],
    "numbers": [tuple, np.array, pd.Series, lambda row: [np.array([cell]) for cell in row]],
    "words": [
        tuple,
        iter,
        np.array,
        pd.Series,
        pd.Index,
        dict.fromkeys,
        lambda words: [np.str_(word) for word in words],
    ],
    "pieces": [list, tuple, set, frozenset, iter, np.array, pd.Series, lambda pieces: [*pieces, *pieces]],
    "matrices": [list, lambda two: [m.tolist() for m in two], lambda two: tuple(m.astype(np.float32) for m in two)],
    "table": [np.asarray, pd.DataFrame, np.ndarray.tolist, sparse.csr_array, lambda rows: 1e3 * rows],
    "score": [float, np.float16, lambda x: np.array([x]), lambda x: [x]],
    "place": [float, np.int64, lambda x: np.array([x]), lambda x: [x]],
    "threshold": [float, np.float64, lambda x: np.array([x]), lambda x: [x]],
    "array": [np.ndarray.tolist, lambda table: table.astype(np.float32), lambda table: list(table)],
    "vector": [np.asarray, list, pd.Series, lambda row: row.astype(np.float16), lambda row: 1e3 * row],
}

# What is made of the right answer, and is wrong in a way that has a name.
WRONG_FORMS: dict[str, list[tuple[str, Callable[[Any], Any]]]] = {
    "number": [
        ("text", str),
        ("nan", lambda x: float("nan")),
        ("infinite", lambda x: np.inf),
        ("wrong-shape", lambda x: [x, x, x]),
        ("wrong-type", lambda x: complex(x)),
        ("wrong-type", lambda x: pd.NaT),
        ("wrong-type", lambda x: True),
        ("a-function", lambda x: lambda: x),
    ],
    "numbers": [
        ("text", lambda row: [str(cell) for cell in row]),
        ("wrong-length", lambda row: row[1:]),
        ("not-a-list", lambda row: row[0]),
        ("not-a-list", set),
        ("not-a-list", str),
        ("a-function", lambda row: lambda: row),
    ],
    "words": [
        ("empty", lambda words: []),
        ("positions", lambda words: list(range(len(words)))),
        ("positions", lambda words: np.arange(len(words))),
        ("numbers", lambda words: np.linspace(1, 0, len(words))),
        ("pairs", lambda words: [(word, 1.0) for word in words]),
        ("not-words", lambda words: [word.encode() for word in words]),
        ("unknown-word", lambda words: [*words[:-1], "Qwzx"]),
        ("repeats", lambda words: words[:1] * len(words)),
        ("no-order", set),
    ],
    "pieces": [
        ("too-many", lambda pieces: map(str, count())),
        ("not-pieces", lambda pieces: [3]),
        ("pairs", lambda p: [(p, 1)]),
    ],
    "matrices": [
        ("not-two", lambda two: two[0]),
        ("wrong-shape", lambda two: (two[0][0], two[1])),
        ("not-numbers", lambda two: ("words", "contexts")),
        ("nan", lambda two: (two[0] * np.nan, two[1])),
    ],
    "table": [
        ("not-numbers", lambda rows: "rows"),
        ("not-numbers", lambda rows: [[1], [1, 2]]),
        ("wrong-shape", lambda rows: rows[::2]),
        ("wrong-shape", lambda rows: np.hstack([rows] * 21)),
        ("wrong-shape", lambda rows: rows.mean()),
        ("turned-round", lambda rows: rows.T),
        ("nan", lambda rows: np.where(rows > 0, rows, np.nan)),
        ("zeros", lambda rows: 0 * rows),
        ("constant", lambda rows: np.ones_like(rows)),
    ],
    "array": [
        ("not-numbers", lambda table: "numbers"),
        ("wrong-shape", lambda table: table[0]),
        ("wrong-shape", lambda table: np.stack([table] * 3)),
        ("nan", lambda table: table * np.nan),
    ],
    "score": [
        ("text", str),
        ("nan", lambda x: float("nan")),
        ("infinite", lambda x: np.inf),
        ("wrong-shape", lambda x: [x, x]),
        ("wrong-type", lambda x: x > 0.5),
        ("constant", lambda x: 1.0),
    ],
    "threshold": [
        ("text", str),
        ("nan", lambda x: float("nan")),
        ("infinite", lambda x: np.inf),
        ("wrong-shape", lambda x: [x, x]),
        ("wrong-type", lambda x: x > 0),
        ("constant", lambda x: 6.0),
    ],
    "place": [
        ("text", str),
        ("nan", lambda x: float("nan")),
        ("infinite", lambda x: np.inf),
        ("wrong-shape", lambda x: [x, x]),
        ("wrong-type", lambda x: x > 0),
        ("no-place", lambda x: x + 0.5),
        ("no-place", lambda x: -1),
        ("no-place", lambda x: 10_000),
    ],
    "vector": [
        ("not-numbers", lambda row: "good"),
        ("not-numbers", lambda row: ["good", "bad"]),
        ("wrong-shape", lambda row: row[:25]),
        ("wrong-shape", lambda row: np.stack([row, row])),
        ("nan", lambda row: row * np.nan),
        ("zeros", lambda row: 0 * row),
    ],
}
LISTS: list[tuple[str, Callable[[Any], Any]]] = [
    ("one-text", " ".join),
    ("table", lambda words: pd.DataFrame({"word": list(words)})),
    ("wrong-shape", lambda words: np.array([list(words)])),
    ("wrong-type", lambda words: 7),
]


def odd_forms(exercise: Exercise) -> Iterator[Any]:
    """Right answers of forms that a checker could take for wrong."""
    right = exercise.right()
    for form in ODD_FORMS[exercise.reads]:
        yield _then(right, form) if exercise.reads in FUNCTION else form(right)


def wrong_forms(exercise: Exercise) -> Iterator[tuple[str, Any]]:
    """Wrong answers with the name of what is wrong."""
    right = exercise.right()
    forms = WRONG_FORMS[exercise.reads] + (LISTS if exercise.reads in ("words", "pieces") else [])
    for name, form in forms:
        yield name, _then(right, form) if exercise.reads in FUNCTION else form(right)
    if exercise.reads in FUNCTION:
        yield "not-a-function", 0.7
        yield "not-a-function", str
        yield "wrong-arguments", eval(f"lambda {', '.join('abcdefg'[: exercise.call_as.count(',') + 2])}: 1")
        yield "no-return", lambda *given: print(end="")
        yield "raises", lambda *given: 1 / 0
        yield "raises", lambda *given: exit()
        if exercise.call_as.startswith("refine("):
            yield "no-rows", _then(right, lambda pairs: pairs + 0.5)
            yield "no-rows", _then(right, lambda pairs: -pairs - 1)
        if any(isinstance(thing, np.ndarray) for case in exercise.cases for thing in case):
            yield "raises", lambda *given: next(thing for thing in given if isinstance(thing, np.ndarray)).sort()


def right_number(exercise: Exercise) -> float | None:
    """The number that solves the exercise, if a number does: what no test may hand in as absurd."""
    return float(exercise.right()) if exercise.reads == "number" else None
