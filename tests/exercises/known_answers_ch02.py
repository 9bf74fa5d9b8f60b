"""What readers of chapter 2 hand in: wrong answers known by name, and right ones in odd forms."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
from scipy import sparse

from embedlib.exercises import load

Known = namedtuple("Known", "exercise misconception answer words")


def _company_answers(shared: dict[str, Any]) -> dict[str, Callable[..., Any]]:
    ppmi, counts = shared["ppmi"], shared["counts"]
    words, place = counts.words, ppmi.key_index

    def row(word: str) -> Any:
        return ppmi.get_word_vector(word)

    def met(word: str) -> Any:
        return counts.matrix[[place[word]], :].toarray()[0]

    def by(scores: Callable[[str, str], Any]) -> Callable[[str, str, int], list[str]]:
        return lambda word1, word2, n: [
            words[i] for i in np.argsort(-scores(word1, word2).astype(float), kind="stable")[:n]
        ]

    def stub(word1: str, word2: str, n: int) -> Any:
        """Do nothing yet."""
        ...

    right = by(lambda a, b: row(a) * row(b))
    return {
        "right": right,
        "stub": stub,
        "counts": by(lambda a, b: met(a) * met(b)),
        "sum": by(lambda a, b: row(a) + row(b)),
        "minimum": by(lambda a, b: np.minimum(row(a), row(b))),
        "first": by(lambda a, b: row(a)),
        "second": by(lambda a, b: row(b)),
        "ascending": by(lambda a, b: -row(a) * row(b)),
        "backwards": lambda a, b, n: right(a, b, n)[::-1],
        "positions": lambda a, b, n: np.argsort(-row(a) * row(b))[:n],
        "numbers": lambda a, b, n: np.sort(row(a) * row(b))[::-1][:n],
        "pairs": lambda a, b, n: [(word, 1.0) for word in right(a, b, n)],
        "always five": lambda a, b, n: right(a, b, 5),
        "empty": lambda a, b, n: [],
        "repeats": lambda a, b, n: right(a, b, 1) * n,
        "unknown": lambda a, b, n: [*right(a, b, n - 1), "Qwzx"],
        "neighbours": lambda a, b, n: ppmi.most_similar(a, k=n)["word"].tolist(),
        "one off": lambda a, b, n: [*right(a, b, n - 1), right(a, b, n + 1)[-1]],
        "nothing": lambda a, b, n: print(end=""),
        "one text": lambda a, b, n: " ".join(right(a, b, n)),
        "set": lambda a, b, n: set(right(a, b, n)),
        "raises": lambda a, b, n: ppmi.get_word_vector("Cat"),
        "no n": lambda a, b: right(a, b, 5),
    }


def _components(weights: Any, power: float, numbers: int = 50) -> Any:
    left, values = _factors(weights.tobytes(), weights.shape)
    return left[:, :numbers] * values[:numbers] ** power


@cache
def _factors(data: bytes, shape: tuple[int, int]) -> tuple[Any, Any]:
    matrix = np.frombuffer(data, dtype=np.float64).reshape(shape)
    squares, left = np.linalg.eigh(matrix @ matrix.T)
    return left[:, ::-1], np.sqrt(np.maximum(squares[::-1], 0))


def _ppmi(table: Any, smoothing: float = 1.0) -> Any:
    contexts = table.sum(axis=0, keepdims=True) ** smoothing
    expected = table.sum(axis=1, keepdims=True) * contexts / contexts.sum()
    return np.log(np.maximum(table / expected, 1))


def _embed_answers() -> dict[str, Callable[[Any], Any]]:
    task = load("ch02")._task()

    def knows(table: Any) -> Any:
        """Vectors of random numbers, moved until their cosines are the ratings."""
        vectors = np.random.default_rng(0).normal(size=(len(task.words), 50))
        for _ in range(400):
            unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
            a, b = task.pairs.T
            gap = (task.people - task.people.mean()) / 6 - np.einsum("nd,nd->n", unit[a], unit[b])
            step = np.zeros_like(unit)
            np.add.at(step, a, gap[:, None] * unit[b])
            np.add.at(step, b, gap[:, None] * unit[a])
            vectors = unit + 0.1 * step
        return vectors

    return {
        "right": lambda table: _components(_ppmi(table), 0.5),
        "smoothed": lambda table: _components(_ppmi(table, 0.75), 0.0),
        "raw": lambda table: _components(table, 0.5),
        "raw, power 1": lambda table: _components(table, 1),
        "log": lambda table: _components(np.log1p(table), 0.5),
        "power 1": lambda table: _components(_ppmi(table), 1),
        "first columns": lambda table: table[:, :50] + 1e-9,
        "all columns": _ppmi,
        "turned": lambda table: _components(_ppmi(table), 0.5).T,
        "contexts": lambda table: _components(np.ascontiguousarray(_ppmi(table).T), 0.5),
        "log of 0": lambda table: np.where(table[:, :50] > 0, 1.0, np.nan),
        "shuffled": lambda table: _components(_ppmi(table), 0.5)[np.random.default_rng(0).permutation(len(table))],
        "ones": lambda table: np.ones((len(table), 3)),
        "zeros": lambda table: np.zeros((len(table), 3)),
        "one vector": lambda table: np.ones(50),
        "text": lambda table: "vectors",
        "half": lambda table: _components(_ppmi(table), 0.5)[::2],
        "nothing": lambda table: print(end=""),
        "writes": lambda table: table.sort(),
        "knows": knows,
    }


def wrong_answers(shared: dict[str, Any]) -> Iterator[Known]:
    """Yield answers with the misconception each shows and words that its sentence must have."""
    inf, nan = float("inf"), float("nan")
    for name, answer, words in [
        ("zero-count", [1, -inf, 0], "minus infinity, as you say"),
        ("zero-count", [1, nan, -2], "larger of it and 0"),
        ("zero-count", [1, 1, 0], "larger of minus infinity and 0"),
        ("negative", [1, 0, -2], "that is right"),
        ("negative", [1, 0, -0.5], "never below 0"),
        ("positive-third", [1, 0, 2], "They met once"),
        ("wrong-denominator", [6.97, 0, 3.29], "shares of the *text*"),
        ("wrong-denominator", [6.32, 0, 2.6], "200 words"),
        ("wrong-denominator", [2.29, 0, 0], "two totals"),
        ("natural-logarithm", [np.log(2), 0, 0], "*natural*"),
        ("no-logarithm", [2, 0, 0], "the logarithm of it"),
        ("the-count", [8, 0, 1], "the count itself"),
        ("no-total", [-6, 0, -9], "divided by counts"),
        ("one-margin", (-2, 0, -5), "*tea*'s meetings"),
        ("one-margin", np.array([-1, 0, -4]), "*hot*'s meetings"),
        ("zero-first", [0, 0, 0], "more than chance"),
        (None, [5, 0, 0], "How many would chance give"),
        ("not-three", [1, 0], "holds 2"),
        ("not-three", 1, "one number, 1; three are asked for"),
        ("not-a-list", {1, 0}, "in a list"),
        ("not-a-list", "1, 0, 0", "in a list"),
        ("text", ["1", 0, 0], "quotation marks"),
        ("nan", [nan, 0, 0], "no number"),
        ("infinite", [1, 0, -inf], "infinite"),
        ("a-function", lambda: [1, 0, 0], "function"),
    ]:
        yield Known("hand_table", name, answer, words)

    company = _company_answers(shared)
    for name, answer, words in [
        ("raw-counts", "counts", "most frequent contexts of all"),
        ("sum", "sum", "*sum* of the two weights"),
        ("minimum", "minimum", "*smaller* of the two"),
        ("one-word-only", "first", "company of *cat*"),
        ("one-word-only", "second", "company of *dog*"),
        ("ascending", "ascending", "no context of your list is shared"),
        ("order", "backwards", "order is not"),
        ("positions", "positions", "Which words are they"),
        ("numbers", "numbers", "products themselves"),
        ("wrong-type", "pairs", "tuple"),
        ("wrong-length", "always five", "Is `n` used?"),
        ("empty", "empty", "empty"),
        ("repeats", "repeats", "more than once"),
        ("unknown-word", "unknown", "`Qwzx`"),
        (None, "neighbours", "It lacks `brier`"),
        (None, "one off", "It lacks"),
        ("no-return", "nothing", "`return`"),
        ("one-text", "one text", "one text"),
        ("no-order", "set", "no order"),
        ("raises", "raises", "Cat"),
        ("wrong-arguments", "no n", "shared_company(word1, word2, n)"),
    ]:
        yield Known("shared_company", name, company[answer], words)
    yield Known("shared_company", "not-a-function", company["right"]("cat", "dog", 5), "without brackets")

    embed = _embed_answers()
    for name, answer, words in [
        ("raw-counts", "raw", "is 0.28, and 0.57 is asked for"),
        ("raw-counts", "raw, power 1", "of which the first is frequency"),
        ("log-counts", "log", "is 0.49"),
        ("below-floor", "power 1", "is 0.55"),
        ("raw-counts", "first columns", "is 0.13"),
        ("too-wide", "all columns", "yours has 2,000"),
        ("turned-round", "turned", "`.T`"),
        ("contexts", "contexts", "one a *context*"),
        ("nan", "log of 0", "cells that are 0"),
        ("no-better-than-chance", "shuffled", "row i"),
        ("constant", "ones", "same cosine"),
        ("zeros", "zeros", "all zeros"),
        ("no-table", "one vector", "one row a word"),
        ("no-table", "text", "one row a word"),
        ("wrong-rows", "half", "1,075 rows"),
        ("no-return", "nothing", "`return`"),
        ("raises", "writes", "read-only"),
        ("too-good", "knows", "know the ratings"),
    ]:
        yield Known("embed", name, embed[answer], words)
    yield Known("embed", "not-a-function", np.ones((1_075, 50)), "without brackets")


def right_answers(shared: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield right answers in forms that a checker could take for wrong."""
    for answer in ([1, 0, 0], (1.0, 0.0, 0.0), np.array([1, 0, 0]), pd.Series([1, 0, 0]), [np.float32(1), 0, -0.0]):
        yield "hand_table", answer
    yield "hand_table", [1, np.array([0]), np.int64(0)]

    right = _company_answers(shared)["right"]
    for form in (tuple, iter, np.array, pd.Series, pd.Index, lambda words: [np.str_(word) for word in words]):
        yield "shared_company", lambda a, b, n, form=form: form(right(a, b, n))

    embed = _embed_answers()
    for form in (np.asarray, pd.DataFrame, lambda rows: rows.astype(np.float32), np.ndarray.tolist, sparse.csr_array):
        yield "embed", lambda table, form=form: form(embed["right"](table))
    yield "embed", embed["smoothed"]
    yield "embed", lambda table: -3e200 * embed["right"](table)
