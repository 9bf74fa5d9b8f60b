"""What readers of chapter 4 hand in: wrong answers known by name, and right ones in odd forms."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import numpy as np
import pandas as pd

from embedlib.exercises import load

Known = namedtuple("Known", "exercise misconception answer words")


def _cut(word: str, lengths: Any, marks: str = "<>") -> list[str]:
    marked = marks[:1] + word + marks[1:]
    return [marked[i : i + n] for n in lengths for i in range(len(marked) - n + 1)]


def _pieces(word: str, shortest: int, longest: int) -> list[str]:
    return _cut(word, range(shortest, longest + 1))


def _guesses(shared: dict[str, Any]) -> dict[str, Callable[[str], Any]]:
    known, glove = shared["known"], shared["glove"]
    mean = known.vectors.mean(axis=0)
    notebook = {"np": np, **shared}
    exec(load("ch04").unseen.solution_code, notebook)
    return {
        "right": notebook["guess"],
        "looked up": lambda word: glove[word],
        "constant": lambda word: mean,
        "noise": lambda word: np.random.default_rng(len(word)).normal(size=50) + 0.01 * ord(word[0]),
        "a word": lambda word: word,
        "words": lambda word: ["a", "b"],
        "short": lambda word: mean[:25],
        "table": lambda word: np.stack([mean, mean]),
        "nan": lambda word: mean * np.nan,
        "zero": lambda word: np.zeros(50),
        "nothing": lambda word: print(end=""),
        "raises": lambda word: known[word],
        "no argument": lambda: mean,
    }


def wrong_answers(shared: dict[str, Any]) -> Iterator[Known]:
    """Yield answers with the misconception each shows and words that its sentence must have."""
    for name, answer, words in [
        ("sign", -1600, "subtract the second from the first"),
        ("share-of-all", -5000, "60 % of all 20,000"),
        ("share-of-all", 5000, "60 % of all 20,000"),
        ("share-of-known", -2250, "35 % of 9,000"),
        ("share-of-known", 2250, "35 % of 9,000"),
        ("percentages", 25, "shares of different numbers"),
        ("percentages", -25, "shares of different numbers"),
        ("first-only", 5400, "what the first answers rightly"),
        ("second-only", 7000, "what the second answers rightly"),
        ("left-out", 11_000, "the first paper leaves out"),
        (None, 42, "How many questions does each answer rightly"),
        ("a-function", lambda: 1600, "function"),
    ]:
        yield Known("two_papers", name, answer, words)

    for name, answer, words in [
        ("no-marks", lambda w, a, b: _cut(w, range(a, b + 1), ""), "and not *<where>*"),
        ("off-by-one", lambda w, a, b: _cut(w, range(a, b)), "Does `range` include its end?"),
        ("one-length", lambda w, a, b: _cut(w, [a]), "one length only"),
        ("one-length", lambda w, a, b: _cut(w, [b]), "one length only"),
        ("no-end", lambda w, a, b: [p for p in _pieces(w, a, b) if not p.endswith(">")], "the pieces at the end"),
        ("whole", lambda w, a, b: [*_pieces(w, a, b), w], "the whole word, too"),
        ("whole", lambda w, a, b: [*_pieces(w, a, b), f"<{w}>"], "the whole word, too"),
        ("empty", lambda w, a, b: [], "is empty"),
        ("one-text", lambda w, a, b: " ".join(_pieces(w, a, b)), "one text"),
        ("wrong-type", lambda w, a, b: 3, "a list of pieces is needed"),
        ("wrong-type", lambda w, a, b: pd.DataFrame({"piece": _pieces(w, a, b)}), "DataFrame"),
        ("wrong-type", lambda w, a, b: [(p, 1) for p in _pieces(w, a, b)], "A piece is text"),
        ("too-many", lambda w, a, b: map(str, count()), "more than 10,000"),
        (None, lambda w, a, b: _pieces(w, a, b)[1:], "lacks `<wh`"),
        ("no-return", lambda w, a, b: print(end=""), "`return`"),
        ("raises", lambda w, a, b: w[1000], "index out of range"),
        ("wrong-arguments", lambda w: [w], "pieces(word, shortest, longest)"),
        ("not-a-function", _pieces("where", 3, 6), "without brackets"),
    ]:
        yield Known("pieces_of", name, answer, words)

    guesses = _guesses(shared)
    for name, answer, words in [
        ("looked-up", "looked up", "GloVe's own"),
        ("constant", "constant", "the same vector"),
        ("below-floor", "noise", "are asked for"),
        ("a-word", "a word", "you return the text"),
        ("wrong-type", "words", "a vector of 50 numbers"),
        ("wrong-shape", "short", "(25,)"),
        ("wrong-shape", "table", "(2, 50)"),
        ("nan", "nan", "mean taken of no vectors"),
        ("zero", "zero", "all zeros"),
        ("no-return", "nothing", "`return`"),
        ("raises", "raises", "not present"),
        ("wrong-arguments", "no argument", "guess(word)"),
    ]:
        yield Known("unseen", name, guesses[answer], words)
    yield Known("unseen", "not-a-function", np.ones(50), "without brackets")


def right_answers(shared: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield right answers in forms that a checker could take for wrong."""
    for answer in (1600.0, np.int64(1600), np.float32(1600), np.array(1600), np.array([1600])):
        yield "two_papers", answer

    for form in (list, tuple, set, frozenset, iter, np.array, pd.Series, lambda pieces: pieces + pieces[::-1]):
        yield "pieces_of", lambda w, a, b, form=form: form(_pieces(w, a, b))

    right = _guesses(shared)["right"]
    for form in (np.asarray, list, pd.Series, lambda row: row.astype(np.float16), lambda row: 1e3 * row):
        yield "unseen", lambda word, form=form: form(right(word))
