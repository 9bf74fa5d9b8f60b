"""Chapter 16, Retrieval-augmented generation: how its exercises are judged. What they say stands in ``ch16.md``."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from embedlib import datasets
from embedlib.exercises.answers import as_number, call
from embedlib.exercises.kinds import beats, mean_ahead, number, same
from embedlib.exercises.messages import Wrong
from embedlib.exercises.page import read
from embedlib.exercises.quiz import Quiz, nearest, only_true
from embedlib.retrieval.chunks import cut
from embedlib.retrieval.reading import says

__all__ = ["EXERCISES", "QUIZ", "bm25", "losses", "quiz", "search", "threshold", "tries"]

Floats = npt.NDArray[np.floating[Any]]
TEXTS = read("ch16")[0]

losses = number(TEXTS["losses"], "The share", near=0.003)

# --- Exercise 2: when to refuse


def _scores(seed: int, there: int, gone: int, apart: float) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """Scores of questions with an answer, and of others without; rounded, so that some are equal."""
    rng = np.random.default_rng(seed)
    scores = np.concatenate([rng.normal(5 + apart, 1, there), rng.normal(5, 1, gone)]).round(1)
    order = rng.permutation(there + gone)
    return scores[order], (np.arange(there + gone) < there)[order]


def _balanced(threshold: float, scores: Floats, answerable: npt.NDArray[np.bool_]) -> float:
    answered = scores >= threshold
    return float(answered[answerable].mean() + (~answered[~answerable]).mean()) / 2


threshold = same(
    TEXTS["threshold"],
    "threshold(scores, answerable)",
    [_scores(0, 40, 10, 1.5), _scores(1, 60, 12, 2.5), _scores(2, 30, 8, 1), _scores(3, 80, 20, 0.8)],
    lambda value, *case: as_number(value, "The threshold"),
    lambda one, other, *case: abs(_balanced(one, *case) - _balanced(other, *case)) < 1e-9,
    shared=lambda: {"balanced": _balanced},
    reads="threshold",
)

# --- Exercise 3: a better search


@cache
def _asked() -> tuple[list[tuple[str, int]], list[str], list[tuple[str, list[int]]], list[str]]:
    """Questions about presidents with the place of the passage; about figures with the places of chunks that do."""
    speeches: Any = datasets.addresses()
    wordings = "Which president gave the address of {}?", "Whose address was it that the Congress heard in {}?"
    who = [(wordings[i % 2].format(year), i) for i, year in enumerate(speeches["year"])]
    facts: Any = datasets.address_facts()
    some = facts[facts["file"].str[:4].isin(["1823", "1864", "1943", "1961", "1996"])]
    chunks = [c for file in some["file"].unique() for c in cut(datasets.address_text(file), 60, 30, source=file)]
    texts = [f"Address of {chunk.source[:4]}. {chunk.text}" for chunk in chunks]
    figures = []
    for fact in some.itertuples():
        good = [i for i, c in enumerate(chunks) if c.source == fact.file and says(c.text, fact.answer)]
        figures.append((fact.question, good))
    return who, speeches["passage"].tolist(), figures, texts


def tries() -> tuple[list[str], list[str], list[int]]:
    """Questions to try on, the passages, and for each question the place of the passage that answers it."""
    who, passages, _, _ = _asked()
    some = who[::2]
    return [question for question, _ in some], list(passages), [place for _, place in some]


@cache
def _index(passages: tuple[str, ...]) -> Any:
    bm25s: Any = import_module("bm25s")
    index = bm25s.BM25()
    index.index(bm25s.tokenize(list(passages), stopwords="en", show_progress=False), show_progress=False)
    return index


def bm25(question: str, passages: list[str]) -> int:
    """The rival: the place of BM25's first hit."""
    bm25s: Any = import_module("bm25s")
    asked = bm25s.tokenize([question], stopwords="en", show_progress=False)
    return int(_index(tuple(passages)).retrieve(asked, k=1, show_progress=False).documents[0, 0])


def _hits(function: Any) -> Floats:
    who, passages, figures, chunks = _asked()
    hits = [_place(call(function, question, list(passages)), passages) == place for question, place in who[1::2]]
    hits += [_place(call(function, question, list(chunks)), chunks) in good for question, good in figures]
    return np.array(hits, dtype=np.float64)


def _place(value: Any, passages: list[str]) -> int:
    place = as_number(value, "The place")
    if place != int(place) or not 0 <= place < len(passages):
        raise Wrong(f"You return {place:g}; a place is a whole number from 0 to {len(passages) - 1}.", "no-place")
    return int(place)


search = beats(
    TEXTS["search"],
    "search(question, passages)",
    _hits,
    cache(lambda: _hits(bm25)),
    mean_ahead,
    lambda: {"tries": tries, "bm25": bm25},
    reads="place",
    too_good=1.01,
)

EXERCISES = [losses, threshold, search]

# --- Quiz

RESULTS = Path(__file__).parents[2] / "training" / "results"


def _weight(word: str, passages: list[str]) -> float:
    """How much a word weighs in BM25 among passages."""
    n = sum(word in re.findall(r"\w+", passage.lower()) for passage in passages)
    return float(np.log(1 + (len(passages) - n + 0.5) / (n + 0.5)))


def _key_gave() -> int:
    passages = datasets.addresses()["passage"].tolist()
    stands = all("1861" in passage for passage in passages if "of 1861" in passage)
    return only_true(not stands, _weight("gave", passages) > 0.9 * _weight("1861", passages), False)


def _key_product() -> int:
    return nearest(0.9 * 0.8, 0.9, 0.72, 0.8, 0.85)


def _key_still() -> int:
    try:
        cut("one two three four", size=2, overlap=2)
    except ValueError as error:
        return only_true(False, False, "never moves on" in str(error))
    return only_true(True, False, False)


def _key_always() -> int:
    true, said = np.repeat([True, False], [80, 20]), np.ones(100, dtype=bool)
    return nearest(float((said[true].mean() + (~said[~true]).mean()) / 2), 0.5, 0.8, 1.0)


def _key_budget() -> int:
    held = {"five of 240": 5 * 240, "five of 60": 5 * 60}
    return only_true(held["five of 240"] <= held["five of 60"], False, held["five of 240"] > held["five of 60"])


def _key_string() -> int:
    reply, passage = "The tree was felled by Olga.", "The tree was planted by Olga."
    return only_true(not says(passage, "Olga"), says(passage, "Olga") and "felled" not in passage, reply == passage)


quiz = QUIZ = Quiz.of("ch16", globals())
