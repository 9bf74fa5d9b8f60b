"""What readers of chapter 3 hand in: wrong answers known by name, and right ones in odd forms."""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pandas as pd

Known = namedtuple("Known", "exercise misconception answer words")


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-x))


def _step_answers() -> dict[str, Callable[..., Any]]:
    """Steps as people write them, each with its own mistake."""

    def parts(words: Any, contexts: Any, word: int, context: int, negatives: list[int]) -> tuple[Any, ...]:
        words, contexts = words.copy(), contexts.copy()
        targets = np.array([context, *negatives])
        labels = np.zeros(len(targets))
        labels[0] = 1
        return words, contexts, targets, labels

    def step(
        error: Callable[[Any, Any], Any] = lambda score, labels: sigmoid(score) - labels,
        sign: float = -1,
        add: Callable[..., Any] = np.add.at,
        rate_of: Callable[[float, int], float] = lambda rate, n: rate,
        moves: str = "both",
        order: str = "together",
    ) -> Callable[..., Any]:
        def one_step(words: Any, contexts: Any, word: int, context: int, negatives: list[int], rate: float) -> Any:
            words, contexts, targets, labels = parts(words, contexts, word, context, negatives)
            rate = rate_of(rate, len(targets))
            wrong = error(contexts[targets] @ words[word], labels)
            u, c = words[word].copy(), contexts[targets].copy()
            if order == "contexts first":
                add(contexts, targets, sign * rate * wrong[:, None] * u)
                c = contexts[targets]
            if moves != "contexts":
                words[word] += sign * rate * (wrong @ c)
            if order == "words first":
                u = words[word]
            if moves != "words" and order != "contexts first":
                add(contexts, targets, sign * rate * wrong[:, None] * u)
            return words, contexts

        return one_step

    def lose(matrix: Any, rows: Any, values: Any) -> None:
        matrix[rows] += values

    def first_only(matrix: Any, rows: Any, values: Any) -> None:
        rows, places = np.unique(rows, return_index=True)
        matrix[rows] += values[places]

    def in_a_loop(words: Any, contexts: Any, word: int, context: int, negatives: list[int], rate: float) -> Any:
        before_words, before = words, contexts
        words, contexts = words.copy(), contexts.copy()
        for target, label in [(context, 1), *((negative, 0) for negative in negatives)]:
            error = sigmoid(before_words[word] @ before[target]) - label
            words[word] = words[word] - rate * error * before[target]
            contexts[target] = contexts[target] - rate * error * before_words[word]
        return [words, contexts]

    def in_place(words: Any, contexts: Any, word: int, context: int, negatives: list[int], rate: float) -> Any:
        words[word] -= rate * contexts[context]
        return words, contexts

    def stub(words: Any, contexts: Any, word: int, context: int, negatives: list[int], rate: float) -> Any:
        """Return both matrices after one step."""
        words, contexts = words.copy(), contexts.copy()
        ...

    right = step()
    return {
        "right": right,
        "in a loop": in_a_loop,
        "in place": in_place,
        "stub": stub,
        "uphill": step(sign=1),
        "no sigmoid": step(error=lambda score, labels: score - labels),
        "no label": step(error=lambda score, labels: sigmoid(score)),
        "labels swapped": step(error=lambda score, labels: sigmoid(score) - (1 - labels)),
        "swapped": lambda w, c, word, context, negatives, rate: right(c, w, word, context, negatives, rate)[::-1],
        "words first": step(order="words first"),
        "contexts first": step(order="contexts first"),
        "no rate": step(rate_of=lambda rate, n: 1.0),
        "mean": step(rate_of=lambda rate, n: rate / n),
        "words only": step(moves="words"),
        "contexts only": step(moves="contexts"),
        "only the true one": step(error=lambda score, labels: (sigmoid(score) - labels) * labels),
        "lost": step(add=lose),
        "first only": step(add=first_only),
        "halved": step(rate_of=lambda rate, n: rate / 2),
        "nothing moves": lambda w, c, *rest: (w.copy(), c.copy()),
        "one matrix": lambda *given: right(*given)[0],
        "rows only": lambda w, c, word, *rest: (right(w, c, word, *rest)[0][word], c),
        "text": lambda *given: ("words", "contexts"),
        "nan": lambda w, c, *rest: (w * np.nan, c),
        "raises": lambda w, c, *rest: (w[1_000], c),
        "no arguments": lambda: None,
        "nothing": lambda w, c, *rest: print(end=""),
    }


def wrong_answers(shared: dict[str, Any]) -> Iterator[Known]:
    """Yield answers with the misconception each shows and words that its sentence must have."""
    for name, answer, words in [
        ("all-three", 1.6, "what it should be"),
        ("first-one", 1.8, "the first slope"),
        ("middle-one", 1.95, "which write stays"),
        ("no-rate-last", 1.7, "How far does a step go"),
        ("no-rate-all", 1.2, "forgets the learning rate"),
        ("uphill-last", 2.15, "uphill"),
        ("uphill-all", 2.4, "all three slopes"),
        ("mean", 2 - 0.4 / 3, "mean of the slopes"),
        ("unchanged", 2, "what it was"),
        ("text", "1.85", "quotation marks"),
        ("nan", float("nan"), "no number"),
        ("infinite", -np.inf, "infinite"),
        ("wrong-shape", [1.8, 1.95, 1.85], "one number"),
        ("wrong-type", 1j, "complex"),
        ("a-function", lambda: 1.85, "a number will do"),
        (None, 1.5, "0.5 below 2"),
    ]:
        yield Known("last_one_wins", name, answer, words)

    steps = _step_answers()
    for name, answer, words in [
        ("uphill", "uphill", "makes the loss larger"),
        ("no-sigmoid", "no sigmoid", "where σ of it belongs"),
        ("no-label", "no label", "σ(u · c) − 1"),
        ("labels-swapped", "labels swapped", "should get a 1"),
        ("swapped", "swapped", "changed places"),
        ("stale", "words first", "the word vector after its own step"),
        ("contexts-first", "contexts first", "the context vectors after their own step"),
        ("no-rate", "no rate", "learning rate"),
        ("mean", "mean", "their sum"),
        ("words-only", "words only", "`contexts` has not moved"),
        ("contexts-only", "contexts only", "`words` has not moved"),
        ("only-the-true-one", "only the true one", "negatives have no effect"),
        ("lost-repeats", "lost", "it is drawn twice"),
        ("lost-repeats", "first only", "it is drawn twice"),
        (None, "halved", "should become"),
        ("nothing-moved", "nothing moves", "nothing has moved"),
        ("not-two", "one matrix", "Two matrices"),
        ("wrong-shape", "rows only", "whole matrices"),
        ("not-numbers", "text", "no matrix of numbers"),
        ("nan", "nan", "`nan`"),
        ("raises", "raises", "1000"),
        ("raises", "in place", "read-only"),
        ("wrong-arguments", "no arguments", "one_step(words, contexts, word, context, negatives, rate)"),
        ("no-return", "nothing", "`return`"),
    ]:
        yield Known("one_step", name, steps[answer], words)
    yield Known("one_step", "not-a-function", 0.5, "without brackets")

    men = _ratings(shared)
    for name, answer, words in [
        ("words-as-they-are", lambda w, c: w, "What does `contexts` know"),
        ("contexts-as-they-are", lambda w, c: c.copy(), "What does `words` know"),
        ("side-by-side", lambda w, c: np.hstack([w, c]), "the two matrices never meet"),
        ("below-floor", lambda w, c: w - c, "could stand beside"),
        ("below-floor", lambda w, c: w * c, "could stand beside"),
        ("looked-up", lambda w, c: men, "know the ratings"),
        ("negative", lambda w, c: _turned(men), "a sign gone astray"),
        ("all-alike", lambda w, c: np.ones_like(w), "point the same way"),
        ("zeros", lambda w, c: w * 0, "all zeros"),
        ("nan", lambda w, c: np.log(w), "logarithm"),
        ("wrong-shape", lambda w, c: (w + c)[:5_000], "10,000 words"),
        ("wrong-shape", lambda w, c: (w + c).mean(), "()"),
        ("wrong-width", lambda w, c: w[:, :1], "1 numbers each"),
        ("wrong-width", lambda w, c: np.ones((10_000, 2_001)), "2,001"),
        ("not-numbers", lambda w, c: "w + c", "matrix of numbers"),
        ("raises", lambda w, c: np.add(w, c, out=w), "read-only"),
        ("raises", lambda w, c: w @ c, "stops"),
        ("wrong-arguments", lambda both: both, "improve(words, contexts)"),
        ("no-return", lambda w, c: print(end=""), "`return`"),
    ]:
        yield Known("improve", name, answer, words)
    yield Known("improve", "not-a-function", 0.74, "without brackets")


def _ratings(shared: dict[str, Any]) -> Any:
    """Vectors that know the ratings of MEN: each pair of words shares a number of its own."""
    from embedlib.datasets import men

    index = shared["course_contexts"].key_to_index
    pairs = men()
    pairs = pairs[pairs["word1"].isin(index) & pairs["word2"].isin(index)]
    rows = np.full((10_000, len(pairs)), 1e-9)
    for place, pair in enumerate(pairs.itertuples()):
        rows[index[pair.word1], place] = rows[index[pair.word2], place] = np.sqrt(pair.score + 1)
    # So that all vectors are equally long but for what they share, the rest goes into a number that nobody shares.
    own = np.zeros((10_000, 300))
    own[np.arange(10_000), np.random.default_rng(0).integers(0, 300, 10_000)] = np.sqrt(
        np.maximum((rows**2).sum(axis=1).max() - (rows**2).sum(axis=1), 0)
    )
    return np.hstack([rows, own])


def _turned(rows: Any) -> Any:
    """The same with every second vector's shared numbers turned round, as far as can be."""
    turned = rows.copy()
    for place in range(rows.shape[1] - 300):
        both = np.flatnonzero(rows[:, place] > 0.1)
        if len(both) == 2:
            turned[both[1], place] *= -1
    return turned


def right_answers(shared: dict[str, Any]) -> Iterator[tuple[str, Any]]:
    """Yield right answers in forms that a checker could take for wrong."""
    for answer in (1.85, np.float32(1.85), np.array([1.85]), [1.85], (1.8501,), pd.Series([1.85])):
        yield "last_one_wins", answer
    steps = _step_answers()
    yield "one_step", steps["right"]
    yield "one_step", steps["in a loop"]
    yield "one_step", lambda *given: tuple(np.asarray(m, dtype=np.float32) for m in steps["right"](*given))
    yield "one_step", lambda *given: [m.tolist() for m in steps["right"](*given)]
    yield "improve", lambda w, c: w + c
    yield "improve", lambda w, c: pd.DataFrame(w + c)
    yield "improve", lambda w, c: (w + c).astype(np.float16)
    yield (
        "improve",
        lambda w, c: w / np.linalg.norm(w, axis=1, keepdims=True) + c / np.linalg.norm(c, axis=1, keepdims=True),
    )

    def without_the_strongest(w: Any, c: Any) -> Any:
        w = w - w.mean(axis=0)
        strongest = np.linalg.svd(w, full_matrices=False)[2][:2]
        return w - w @ strongest.T @ strongest

    yield "improve", without_the_strongest
