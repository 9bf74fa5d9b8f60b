"""What readers of chapter 1 hand in: wrong answers known by name, and right ones in odd forms."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

from embedlib import datasets

Known = namedtuple("Known", "exercise misconception answer words")


def _most_alike_answers(vectors: Any) -> dict[str, Callable[..., Any]]:
    rows, keys = np.asarray(vectors.vectors), vectors.index_to_key
    lengths = np.linalg.norm(rows, axis=1)

    def by(scores: Callable[[str], Any], **options: Any) -> Callable[[str, int], list[str]]:
        def ranked(word: str, n: int) -> list[str]:
            first = [keys[place] for place in np.argsort(-scores(word))[: n + 3]]
            return [other for other in first if other != word][:n]

        return ranked

    def cosines(word: str) -> Any:
        return rows @ vectors[word] / lengths

    right = by(cosines)

    def stub(word: str, n: int) -> Any:
        """Do nothing yet."""
        ...

    return {
        "right": right,
        "stub": stub,
        "dot": by(lambda word: rows @ vectors[word]),
        "dot over its own length": by(lambda word: rows @ vectors[word] / np.linalg.norm(vectors[word])),
        "distance": by(lambda word: -np.linalg.norm(rows - vectors[word], axis=1)),
        "ascending": by(lambda word: -cosines(word)),
        "itself": lambda word, n: [word, *right(word, n - 1)],
        "itself, n others": lambda word, n: [word, *right(word, n)],
        "positions": lambda word, n: np.argsort(-cosines(word))[1 : n + 1],
        "numbers": lambda word, n: np.sort(cosines(word))[::-1][1 : n + 1],
        "pairs": lambda word, n: vectors.most_similar(word, topn=n),
        "one short": lambda word, n: right(word, n)[:-1],
        "one over": lambda word, n: right(word, n + 1),
        "always ten": lambda word, n: right(word, 3),
        "backwards": lambda word, n: right(word, n)[::-1],
        "only for dog": lambda word, n: [other for other in right("dog", n + 1) if other != word][:n],
        "table": lambda word, n: pd.DataFrame({"word": right(word, n)}),
        "set": lambda word, n: set(right(word, n)),
        "one text": lambda word, n: " ".join(right(word, n)),
        "grid": lambda word, n: np.array([right(word, n)]),
        "repeats": lambda word, n: right(word, 1) * n,
        "unknown": lambda word, n: [*right(word, n - 1), "Qwzx"],
        "nothing": lambda word, n: print(end=""),
        "empty": lambda word, n: [],
        "bytes": lambda word, n: [other.encode() for other in right(word, n)],
        "a number": lambda word, n: 7,
        "raises": lambda word, n: vectors["Cat"],
        "leaves": lambda word, n: exit(),
        "normalises in place": lambda word, n: vectors.unit_normalize_all(),
        "no arguments": lambda: right("cat", 5),
    }


def wrong_answers(shared: dict[str, Any]) -> Iterator[Known]:
    """Yield answers with the misconception each shows and words that its sentence must have."""
    lengths = [
        ("one-length-only", 30, "length, too"),
        ("no-square-root", 24 / 7.2, "square"),
        ("sum-of-numbers", 6.0, "sum of its numbers"),
        ("no-cosine", np.float32(8), "cosine of 1"),
        ("multiplied-by-cosine", 6.4, "multiply"),
        ("squared-length", 100, "root"),
        ("distance", 7.81, "distance"),
        ("other-length", 3, "*ship*"),
        ("dot-product", 24, "dot product"),
        ("cosine", 0.8, "cosine"),
        ("sign", -10, "never below 0"),
        ("text", "10", "quotation marks"),
        ("nan", float("nan"), "no number"),
        ("wrong-type", pd.NaT, "NaTType"),
        ("infinite", np.inf, "infinite"),
        ("wrong-shape", [6, 8, 0], "one number"),
        ("wrong-type", 10 + 0j, "complex"),
        ("a-function", lambda: 10, "function"),
        (None, 12.5, "0.64"),
    ]
    for name, answer, words in lengths:
        yield Known("lost_length", name, answer, words)

    alike = _most_alike_answers(shared["vectors"])
    for name, answer, words in [
        ("word-itself", "itself", "`cat` is the nearest word to `cat`, and always will be. Leave it out."),
        ("word-itself", "itself, n others", "always will be"),
        ("dot-product", "dot", "begins with `colubrid` and `tephritid`, whose vectors are among the longest"),
        ("dot-product", "dot over its own length", "both lengths"),
        ("ascending", "ascending", "Which way does `argsort` sort?"),
        ("positions", "positions", "such as 2926"),
        ("numbers", "numbers", "which words"),
        ("pairs", "pairs", "The word alone"),
        ("distance", "distance", "nearest by distance"),
        ("one-short", "one short", "one is missing"),
        ("one-over", "one over", "one too many"),
        ("wrong-length", "always ten", "Is `n` used?"),
        ("wrong-order", "backwards", "order is not"),
        (None, "only for dog", "It lacks `frog`"),
        ("table", "table", "column"),
        ("no-order", "set", "no order"),
        ("one-text", "one text", "one text"),
        ("wrong-shape", "grid", "(1, 5)"),
        ("repeats", "repeats", "more than once"),
        ("unknown-word", "unknown", "`Qwzx`"),
        ("no-return", "nothing", "`return`"),
        ("empty", "empty", "empty"),
        ("wrong-type", "bytes", "bytes"),
        ("wrong-type", "a number", "list of words"),
        ("raises", "raises", "Cat"),
        ("raises", "leaves", "SystemExit"),
        ("raises", "normalises in place", "read-only"),
        ("wrong-arguments", "no arguments", "most_alike(word, n)"),
    ]:
        yield Known("most_alike", name, alike[answer], words)
    yield Known("most_alike", "not-a-function", alike["right"]("cat", 5), "without brackets")

    vectors = shared["vectors"]
    pairs = datasets.contrast_pairs()
    held_out = {(row.word1, row.word2): row.relation for row in pairs.itertuples() if row.split == "held-out"}
    training = {(row.word1, row.word2): row.relation for row in pairs.itertuples() if row.split == "train"}
    direction = vectors["good"] - vectors["bad"]

    def height(word: str) -> Any:
        return vectors[word] @ direction / np.linalg.norm(vectors[word])

    for name, answer, words in [
        ("constant", lambda a, b: 1.0, "same score"),
        ("same-as-cosine", vectors.similarity, "order that the cosine"),
        ("same-as-cosine", vectors.distance, "order that the cosine"),
        ("reversed", lambda a, b: abs(height(a) - height(b)), "Turned round, it would be 73"),
        ("looked-up", lambda a, b: float(held_out.get((a, b)) == "synonym"), "held-out pairs themselves"),
        ("memorised", lambda a, b: float(training.get((a, b)) == "synonym"), "by heart"),
        (
            "memorised",
            lambda a, b: vectors.similarity(a, b) + (training.get((a, b)) == "synonym"),
            "by heart",
        ),
        ("below-floor", lambda a, b: -abs(vectors.get_index(a) - vectors.get_index(b)), "65 are asked for"),
        ("nan", lambda a, b: np.nan if "sad" in (a, b) else 1.0, "*happy* and *sad*"),
        ("nan", lambda a, b: float("inf"), "no number"),
        ("raises", lambda a, b: 1 / len(set(a) & set(b)), "division"),
        ("text", lambda a, b: "synonym", "text"),
        ("wrong-type", lambda a, b: a[0] == b[0], "number"),
        ("wrong-shape", lambda a, b: vectors[a] - vectors[b], "50"),
        ("wrong-arguments", lambda pair: 1.0, "score(word1, word2)"),
        ("not-a-function", 0.7, "without brackets"),
    ]:
        yield Known("opposites", name, answer, words)


def right_answers(shared: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield right answers in forms that a checker could take for wrong."""
    for answer in (10, 10.0, np.int64(10), np.float16(10), np.array(10), np.array([10.0]), [10], (10.004,)):
        yield "lost_length", answer
    yield "lost_length", pd.Series([10])

    vectors = shared["vectors"]
    right = _most_alike_answers(vectors)["right"]
    for form in (
        tuple,
        iter,
        np.array,
        pd.Series,
        pd.Index,
        dict.fromkeys,
        lambda words: [np.str_(w) for w in words],
    ):
        yield "most_alike", lambda word, n, form=form: form(right(word, n))
    yield "most_alike", lambda word, n: [word for word, _ in vectors.most_similar(word, topn=n)]

    direction = vectors["excellent"] - vectors["terrible"]
    for form in (float, np.float16, lambda score: np.array([score]), lambda score: [score]):
        yield "opposites", lambda a, b, form=form: form(-abs((vectors[a] - vectors[b]) @ direction))
    pairs = datasets.contrast_pairs().query("split == 'train' and relation == 'antonym'")
    unit = {word: vectors[word] / np.linalg.norm(vectors[word]) for word in vectors.index_to_key[:60_000]}
    learned = np.linalg.svd(np.array([unit[a] - unit[b] for a, b in zip(pairs.word1, pairs.word2, strict=True)]))[2][0]
    yield "opposites", lambda a, b: -abs((unit[a] - unit[b]) @ learned)
