"""Chapter 3, Word2vec: how its exercises are judged. What they say stands in ``ch03.md``."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from functools import cache
from logging.handlers import BufferingHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from embedlib.exercises.answers import as_array, call
from embedlib.exercises.kinds import ahead_by_spearman, beats, number, same
from embedlib.exercises.messages import Wrong, code, shown, type_name
from embedlib.exercises.page import read
from embedlib.exercises.quiz import Quiz, nearest, only_true
from embedlib.words.skipgram import sgns_gradients, sigmoid, train_skipgram

if TYPE_CHECKING:
    import pandas as pd
    from gensim.models.keyedvectors import KeyedVectors

__all__ = ["EXERCISES", "QUIZ", "improve", "last_one_wins", "one_step", "quiz"]

Floats = npt.NDArray[np.floating[Any]]
Matrices = tuple[Floats, Floats]
TEXTS = read("ch03")[0]

last_one_wins = number(TEXTS["last_one_wins"], "The number", near=0.004)


# --- One step of the training


def _cases() -> list[tuple[Floats, Floats, int, int, list[int], float]]:
    """In the second case a negative stands twice, in the fourth one is the context."""
    rng = np.random.default_rng(3)

    def matrices(rows: int, d: int) -> Matrices:
        return rng.normal(size=(rows, d)).round(2), rng.normal(size=(rows, d)).round(2)

    return [
        (*matrices(5, 3), 1, 2, [0, 4], 0.5),
        (*matrices(6, 4), 0, 3, [5, 2, 5], 0.1),
        (*matrices(4, 2), 3, 1, [0], 1.0),
        (*matrices(5, 3), 4, 2, [0, 2], 0.5),
    ]


def step(
    words: Floats, contexts: Floats, word: int, context: int, negatives: list[int], rate: float, mistake: str = ""
) -> Matrices:
    """One step as the formula has it, or with one of the mistakes that people make."""
    words, contexts = words.copy(), contexts.copy()
    targets = np.array([context, *negatives])
    u, c = words[word].copy(), contexts[targets]
    error = c @ u if mistake == "no-sigmoid" else sigmoid(c @ u)
    labels = np.zeros(len(targets))
    labels[0] = mistake != "no-label"
    error = error - (1 - labels if mistake == "labels-swapped" else labels)
    if mistake == "only-the-true-one":
        error[1:] = 0
    rate = {"mean": rate / len(targets), "uphill": -rate}.get(mistake, rate)
    words[word] -= rate * (error @ c)
    slopes = error[:, None] * (words[word] if mistake == "stale" else u)
    if mistake == "lost-repeats":
        contexts[targets] -= rate * slopes
    elif mistake == "first-of-repeats":
        first = np.unique(targets, return_index=True)[1]
        contexts[targets[first]] -= rate * slopes[first]
    else:
        np.add.at(contexts, targets, -rate * slopes)
    if mistake == "contexts-first":
        words[word] = u - rate * (error @ contexts[targets])
    return words, contexts


def wrongly(mistake: str) -> Callable[..., Matrices]:
    def other(words: Floats, contexts: Floats, word: int, context: int, negatives: list[int], rate: float) -> Matrices:
        return step(words, contexts, word, context, negatives, rate, mistake=mistake)

    return other


def one_at_a_time(
    words: Floats, contexts: Floats, word: int, context: int, negatives: list[int], rate: float
) -> Matrices:
    """As word2vec's own program does it: a row drawn twice has moved by the time it comes again."""
    words, contexts = words.copy(), contexts.copy()
    u, collected = words[word].copy(), np.zeros(words.shape[1])
    for place, target in enumerate([context, *negatives]):
        error = sigmoid(contexts[target] @ u) - (place == 0)
        collected += error * contexts[target]
        contexts[target] -= rate * error * u
    words[word] -= rate * collected
    return words, contexts


def moved(matrices: Matrices, contexts: Floats, row: int) -> float:
    return float(np.abs(matrices[1][row] - contexts[row]).sum())


def written(array: Any) -> str:
    return code(np.asarray(array).round(3).tolist())


def first_difference(given: Matrices, wanted: Matrices) -> str:
    for name, got, want in zip(("words", "contexts"), given, wanted, strict=True):
        for row in np.flatnonzero(~np.isclose(got, want, rtol=0, atol=1e-6).all(axis=1)):
            return f"row {row} of `{name}` should become {written(want[row])}; yours is {written(got[row])}."
    return "something is not as it should be."


def _two_matrices(value: Any, words: Floats, contexts: Floats, *rest: object) -> Matrices:
    if type(value) not in (tuple, list) or len(value) != 2:
        raise Wrong(
            f"Two matrices should come back, `return words, contexts`; you return {shown(value)}, of type "
            f"{code(type_name(value))}.",
            "not-two",
        )
    one, other = (
        as_array(given, f"two whole matrices, and `{name}` of shape {matrix.shape}", matrix.shape)
        for name, given, matrix in zip(("words", "contexts"), value, (words, contexts), strict=True)
    )
    return one, other


def _equal(one: Matrices, other: Matrices, *case: Any) -> bool:
    return all(np.allclose(a, b, rtol=0, atol=1e-6) for a, b in zip(one, other, strict=True))


def _a_step(given: Matrices, wanted: Matrices, *case: Any) -> bool:
    return _equal(given, wanted) or (_equal(wanted, step(*case)) and _equal(given, one_at_a_time(*case)))


one_step = same(
    TEXTS["one_step"],
    "one_step(words, contexts, word, context, negatives, rate)",
    _cases(),
    _two_matrices,
    _a_step,
    lambda: {"sigmoid": sigmoid},
    reads="matrices",
)


# --- Two matrices are better than one

_N_WORDS = 10_000


@cache
def _course() -> KeyedVectors:
    from embedlib.words.load import load_word_vectors

    return load_word_vectors("course-sgns-100d")


@cache
def _course_contexts() -> KeyedVectors:
    from embedlib.words.load import load_context_vectors

    return load_context_vectors("course-sgns-100d")


@cache
def _two() -> Matrices:
    return np.array(_course().vectors[:_N_WORDS]), np.array(_course_contexts().vectors[:_N_WORDS])


@cache
def men() -> pd.DataFrame:
    from embedlib import datasets

    known, pairs = _course_contexts().key_to_index, datasets.men()
    return pairs[pairs["word1"].isin(known) & pairs["word2"].isin(known)]


def unit(rows: Floats) -> Floats:
    lengths: Floats = np.linalg.norm(rows, axis=1, keepdims=True)
    units: Floats = rows / lengths
    return units


def without_the_strongest(rows: Floats) -> Floats:
    rows = rows - rows.mean(axis=0)
    strongest = np.linalg.svd(rows, full_matrices=False)[2][:2]
    rest: Floats = rows - rows @ strongest.T @ strongest
    return rest


def _men_cosines(rows: Floats) -> Floats:
    place = _course_contexts().key_to_index
    one, other = (unit(rows[[place[word] for word in men()[column]]]) for column in ("word1", "word2"))
    cosines: Floats = np.einsum("nd,nd->n", one, other).round(9)
    return cosines


def _improved(function: Any, contexts: Floats | None = None) -> Floats:
    needed = f"a row for each of the {_N_WORDS:,} words, of 2 to 2,000 numbers"
    found = call(function, _two()[0], _two()[1] if contexts is None else contexts)
    return _men_cosines(as_array(found, needed, (_N_WORDS, (2, 2_000)), directions=True))


def needs_contexts(function: Any, given: Floats) -> bool:
    """Whether a function does worse with the rows of the contexts shuffled, by more than chance."""
    shuffled = np.random.default_rng(0).permutation(_two()[1])
    return _compare(given, _improved(function, shuffled)).low > 0


_compare = ahead_by_spearman(lambda: men()["score"].to_numpy())

improve = beats(
    TEXTS["improve"],
    "improve(words, contexts)",
    _improved,
    lambda: _men_cosines(_two()[0]),
    _compare,
    lambda: {"course": _course(), "course_contexts": _course_contexts()},
    reads="table",
    too_good=0.85,
)

EXERCISES = [last_one_wins, one_step, improve]


# --- Quiz: the keys are computed from the tables in training/results, which come with the repository


@cache
def _results(name: str) -> pd.DataFrame:
    import pandas as pd

    return pd.read_csv(Path(__file__).parents[2] / "training" / "results" / name)


def _mean(setting: str, benchmark: str = "wordsim353") -> float:
    grid = _results("word2vec_grid.csv")
    return float(grid.loc[grid["setting"] == setting, benchmark].mean())


def _at_high_rate(benchmark: str, window: int = 5) -> float:
    """What three readings at rate 0.1 give."""
    rates = _results("rates.csv").query("alpha == 0.1 and epochs == 3 and share == 1 and method == 'skip-gram'")
    names = {"wordsim353": "WordSim-353", "simlex999": "SimLex-999"}
    return float(rates.set_index(["window", "benchmark"])["correlation"].to_dict()[window, names[benchmark]])


def _counted(benchmark: str = "wordsim353", share: int = 1) -> float:
    counted = _results("counting_shares.csv").set_index("share")
    return float(counted[benchmark].to_dict()[share])


def _overlap(setting: str) -> float:
    stability = _results("stability.csv")
    return float(stability.loc[stability["setting"] == setting, "overlap"].mean())


def _toy_text() -> list[list[str]]:
    text = ["the cat drinks milk", "the dog drinks milk", "rain fell all day", "snow fell all day"]
    return [line.split() for line in text] * 25


def _key_untrained() -> int:
    words, contexts = np.random.default_rng(0).normal(size=(1, 10)), np.zeros((1, 6, 10))
    loss = sgns_gradients(words, contexts).loss
    return nearest(loss, 6 * math.log(2), 0.0, math.log(2), 100 * math.log(2))


def _key_two_matrices() -> int:
    settings: dict[str, Any] = {"vector_size": 8, "window": 2, "min_count": 1, "sample": 0, "alpha": 0.1}
    trained: list[Any] = [train_skipgram(_toy_text(), one_matrix=one, **settings) for one in (True, False)]
    one, two = trained
    cat = one["cat"] / np.linalg.norm(one["cat"])
    dog = one["dog"] / np.linalg.norm(one["dog"])
    with_itself = sigmoid(np.einsum("nd,nd->n", one.vectors, one.contexts))
    with_other = sigmoid(np.einsum("nd,nd->n", two.vectors, two.contexts))
    return only_true(
        bool(cat @ dog > 0.99999),
        bool((with_itself >= 0.5).all() and not (with_other >= 0.5).all()),
        bool(not np.isfinite(one.vectors).all()),
        bool(np.isclose(one.losses[0], one.losses[-1], rtol=1e-3)),
    )


def _key_by_chance() -> int:
    # A word and a context that meet as often as chance has it, and k = 5 times as many negatives.
    dots = np.linspace(-8, 8, 160_001)
    loss = np.logaddexp(0, -dots) + 5 * np.logaddexp(0, dots)
    best = dots[np.argmin(loss)]
    return nearest(best, 0.0, math.log(5), -math.log(5), -5.0)


def _key_drew_level() -> int:
    settings = ("vector_size=300", "negative=15", "window=2")
    return only_true(*(_mean(setting) >= _counted() for setting in settings), _at_high_rate("wordsim353") >= _counted())


def _key_small_window() -> int:
    grid = _results("word2vec_grid.csv").groupby("setting")["simlex999"]
    narrow, wide = _mean("window=2", "simlex999"), _mean("base", "simlex999")
    by_luck = wide - narrow < 2 * float(grid.std()[["window=2", "base"]].max())
    moved = _at_high_rate("simlex999", window=2), _mean("window=2,epochs=11", "simlex999")
    ahead = moved[0] > _at_high_rate("simlex999")
    return only_true(by_luck, not by_luck and not ahead, ahead and min(moved) > narrow, max(moved) < narrow)


def _key_workers() -> int:
    together, seeds = _overlap("workers=2"), _overlap("base")
    return only_true(together > 0.999, 0.9 < together <= 0.999, abs(together - seeds) < 0.05, together < 0.1)


def _key_train_again() -> int:
    from gensim.models import word2vec

    make: Any = word2vec.Word2Vec  # gensim has no type hints
    listener = BufferingHandler(capacity=100)
    logger = logging.getLogger("gensim.models.word2vec")
    level, propagates = logger.level, logger.propagate
    logger.addHandler(listener)
    logger.setLevel(logging.WARNING)
    logger.propagate = False
    try:
        model = make(_toy_text(), vector_size=8, min_count=1, workers=1)
        before, trained = model.wv.vectors.copy(), model.train_count
        model.train(_toy_text(), total_examples=100, epochs=5)
    finally:
        logger.removeHandler(listener)
        logger.setLevel(level)
        logger.propagate = propagates
    moved = not np.allclose(before, model.wv.vectors)
    warned = any("alpha" in record.getMessage() for record in listener.buffer)
    return only_true(trained == 0, trained == 1 and moved and warned, not moved, trained == 1 and not warned)


quiz = QUIZ = Quiz.of("ch03", globals())
