"""Chapter 3, Word2vec: three exercises and a quiz."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from functools import cache
from logging.handlers import BufferingHandler
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from embedlib.evaluation.similarity import difference, evaluate_similarity
from embedlib.exercises.answers import call, need_function, pencil_number
from embedlib.exercises.core import Exercise
from embedlib.exercises.guard import is_a
from embedlib.exercises.messages import Wrong, code, shown, type_name
from embedlib.exercises.quiz import Quiz, only_true, question
from embedlib.words.skipgram import sgns_gradients, sigmoid, train_skipgram

if TYPE_CHECKING:
    import pandas as pd
    from gensim.models.keyedvectors import KeyedVectors

__all__ = ["EXERCISES", "QUIZ", "improve", "last_one_wins", "one_step", "quiz"]

Floats = npt.NDArray[np.floating[Any]]


# --- Exercise 1: what is left of three slopes

_START, _SLOPES, _RATE = 2.0, (0.4, 0.1, 0.3), 0.5
_KEPT = _START - _RATE * _SLOPES[-1]

_UPDATE_MISTAKES: list[tuple[float, str, str]] = [
    (
        _START - _RATE * sum(_SLOPES),
        "all-three",
        "1.6 is what it should be, and what `np.add.at` makes of it: all three slopes, added up. What does NumPy do "
        "with `contexts[rows]` on the left of `-=`, when the same row stands in `rows` three times?",
    ),
    (
        _START - _RATE * _SLOPES[0],
        "first-one",
        "1.8 takes the first slope and loses the others. Two are lost, but not those: the row is written three times.",
    ),
    (
        _START - _SLOPES[-1],
        "no-rate-last",
        "1.7 takes the right slope, and takes all of it. How far does a step go?",
    ),
    (
        _START - sum(_SLOPES),
        "no-rate-all",
        "1.2 takes all three slopes and forgets the learning rate. Two things to look at: how far does a step go, and "
        "what does `contexts[rows] -=` do with a row that it names three times?",
    ),
    (
        _START + _RATE * _SLOPES[-1],
        "uphill-last",
        "2.15 goes uphill: `-=` takes away.",
    ),
    (
        _START + _RATE * sum(_SLOPES),
        "uphill-all",
        "2.4 goes uphill, with all three slopes: `-=` takes away, and not all of them.",
    ),
    (
        _START - _RATE * sum(_SLOPES) / 3,
        "mean",
        "1.87 takes the mean of the slopes. Nothing here averages: one value is written after the other.",
    ),
    (_START, "unchanged", "2.0 is what it was. Slopes are lost, but not every one."),
]


def _check_last_one_wins(answer: object) -> str:
    number = pencil_number(answer, "The number")
    if abs(number - _KEPT) < 0.004:
        return (
            "Right: 2 − 0.5 · 0.3 = 1.85. NumPy reads the row once, makes three new values from the old one, 1.8, 1.95 "
            "and 1.85, and writes them one over the other. The last stays, and two of three slopes are lost without "
            "a word. `np.add.at` gives 1.6."
        )
    if abs(number - (_START - _RATE * _SLOPES[1])) < 0.004:
        raise Wrong("1.95 takes the middle slope. The row is written three times: which write stays?", "middle-one")
    for mistake, name, text in _UPDATE_MISTAKES:
        if abs(number - mistake) < 0.006:
            raise Wrong(text, name)
    raise Wrong(
        f"{number:.4g} is not what is left: it is {_START - number:.4g} below 2, and the three slopes, times the "
        f"learning rate, are 0.2, 0.05 and 0.15. Which of them arrive?"
    )


last_one_wins = Exercise(
    id="ch03.last_one_wins",
    title="What is left of three slopes",
    prompt=(
        "In a batch the word *the* is drawn three times as a negative. Its context vector, here of one number, is "
        "2.0; the three slopes are 0.4, 0.1 and 0.3, in this order; the learning rate is 0.5. Somebody writes "
        "`contexts[rows] -= 0.5 * slopes`, where `rows` names the row of *the* three times. **What is the number "
        "afterwards?** A pencil is enough."
    ),
    stub="number_afterwards = ...",
    answer_name="number_afterwards",
    hints=[
        "All three slopes should arrive: 2 − 0.5 · (0.4 + 0.1 + 0.3) = 1.6. They do not.",
        "`a[rows] -= x` means `a[rows] = a[rows] - x`. First the right side: three copies of 2.0, less three numbers.",
        "Then three values are written into one and the same place, one after the other.",
    ],
    solution_code="number_afterwards = 2.0 - 0.5 * 0.3",
    solution_note=(
        "The right side is worked out first: 1.8, 1.95 and 1.85, each from the old 2.0. Then all three are written "
        "into the same row, and the last one stays: 1.85."
    ),
    checker=_check_last_one_wins,
    page_answers=[1.2, 1.6, 1.7, 1.8, 1.85, 2.15],
)


# --- Exercise 2: one step of the training

Matrices = tuple[Floats, Floats]


def _cases() -> list[tuple[Floats, Floats, int, int, list[int], float]]:
    """What the reader's function is tried on: in the second case a negative stands twice."""
    rng = np.random.default_rng(3)

    def matrices(rows: int, d: int) -> Matrices:
        return rng.normal(size=(rows, d)).round(2), rng.normal(size=(rows, d)).round(2)

    return [
        (*matrices(5, 3), 1, 2, [0, 4], 0.5),
        (*matrices(6, 4), 0, 3, [5, 2, 5], 0.1),
        (*matrices(4, 2), 3, 1, [0], 1.0),
    ]


def _stepped(
    words: Floats,
    contexts: Floats,
    word: int,
    context: int,
    negatives: list[int],
    rate: float,
    mistake: str = "",
) -> Matrices:
    """One step as the formula has it, or with one of the mistakes that people make."""
    first, second = (contexts, words) if mistake == "swapped" else (words, contexts)
    first, second = first.copy(), second.copy()
    targets = np.array([context, *negatives])
    u, c = first[word].copy(), second[targets]
    score = c @ u
    error = score.copy() if mistake == "no-sigmoid" else sigmoid(score)
    if mistake == "labels-swapped":
        error[1:] -= 1
    elif mistake != "no-label":
        error[0] -= 1
    if mistake == "only-the-true-one":
        error[1:] = 0
    if mistake == "mean":
        error = error / len(targets)
    rate = 1.0 if mistake == "no-rate" else rate
    sign = -1.0 if mistake == "uphill" else 1.0
    if mistake != "contexts-only":
        first[word] -= sign * rate * (error @ c)
    if mistake == "stale":
        u = first[word]
    slopes = error[:, None] * u
    if mistake == "words-only":
        pass
    elif mistake == "lost-repeats":
        second[targets] -= rate * slopes
    else:
        np.subtract.at(second, targets, sign * rate * slopes)
    if mistake == "contexts-first":
        first = words.copy()
        first[word] -= rate * (error @ second[targets])
    return (second, first) if mistake == "swapped" else (first, second)


_STEP_MISTAKES: dict[str, str] = {
    "uphill": "Your vectors move uphill: the step makes the loss larger. Slopes point up; which sign does a step down "
    "have?",
    "no-sigmoid": "Your slopes use the dot product itself where σ of it belongs. σ(u · c) is what the model believes; "
    "the dot product is only what it computes it from.",
    "no-label": "You push the true context away like the negatives: its slope has σ(u · c) where σ(u · c) − 1 belongs. "
    "The true answer for it is 1.",
    "labels-swapped": "You push the true context away and pull the negatives near. Which of them should get a 1?",
    "swapped": "Word and context have changed places: you take the word's vector from `contexts` and those of the "
    "contexts from `words`. Which matrix does which belong to?",
    "stale": "Your word vector is right. For the contexts you use the word vector after its own step; all slopes "
    "belong to the vectors as they were before.",
    "contexts-first": "Your context vectors are right. For the word you use the context vectors after their own step; "
    "all slopes belong to the vectors as they were before.",
    "no-rate": "Right direction, wrong length: the learning rate is not used.",
    "words-only": "Your word vector is right, and `contexts` has not moved. Both matrices learn.",
    "contexts-only": "Your context vectors are right, and `words` has not moved. Both matrices learn.",
    "only-the-true-one": "The negatives have no effect. Without them all vectors would grow the same way for ever.",
    "mean": "Your step is the mean over the context and its negatives; the loss is their sum.",
}


def _check_one_step(answer: object) -> str:
    function = need_function(answer, "one_step(words, contexts, word, context, negatives, rate)")
    returned = [_matrices(call(function, *case), case) for case in _cases()]
    if all(_same(got, _stepped(*case)) for got, case in zip(returned, _cases(), strict=True)):
        return (
            "Right, for three pairs, one of them with a negative that stands twice. Do this for some ten million pairs, "
            "with a learning rate that falls, and you have word2vec."
        )
    if all(_same(got, case[:2]) for got, case in zip(returned, _cases(), strict=True)):
        raise Wrong("You return both matrices as they were: nothing has moved.", "nothing-moved")
    for mistake, text in _STEP_MISTAKES.items():
        if all(_same(got, _stepped(*case, mistake)) for got, case in zip(returned, _cases(), strict=True)):
            raise Wrong(text, mistake)
    plain = all(_same(returned[place], _stepped(*_cases()[place])) for place in (0, 2))
    if plain:
        words, contexts, word, context, negatives, rate = _cases()[1]
        moved = np.abs(returned[1][1] - contexts).sum(axis=1)
        should = np.abs(_stepped(words, contexts, word, context, negatives, rate)[1] - contexts).sum(axis=1)
        raise Wrong(
            f"Right where all negatives differ. With the negatives {negatives} row 5 of `contexts` should move by "
            f"{should[5]:.3f} in all, and moves by {moved[5]:.3f}: it is drawn twice. What does NumPy do with a row that is "
            f"named twice on the left of `-=`?",
            "lost-repeats",
        )
    words, contexts, word, context, negatives, rate = _cases()[2]
    right = _stepped(words, contexts, word, context, negatives, rate)
    got_words, got_contexts = returned[2]
    where, got, want = (
        (f"row {word} of `words`", got_words[word], right[0][word])
        if not np.allclose(got_words, right[0], atol=1e-6)
        else (f"row {context} of `contexts`", got_contexts[context], right[1][context])
    )
    raise Wrong(
        f"With words = {_written(words)}, contexts = {_written(contexts)}, word {word}, context {context}, negatives "
        f"{negatives} and rate {rate:g}, {where} should become {_written(want)}; yours is {_written(got)}."
    )


def _matrices(value: Any, case: tuple[Any, ...]) -> Matrices:
    """The two matrices that a reader's function returns, if they are two of the right shapes."""
    if not (is_a(value, tuple) or is_a(value, list)) or len(value) != 2:
        raise Wrong(
            f"Two matrices should come back, `return words, contexts`; you return {shown(value)}, of type "
            f"{code(type_name(value))}.",
            "not-two",
        )
    found = []
    for name, given, matrix in zip(("words", "contexts"), value, case[:2], strict=True):
        try:
            array = np.asarray(given, dtype=np.float64)
        except (TypeError, ValueError):
            raise Wrong(
                f"What you return for `{name}`, {shown(given)}, is no matrix of numbers.", "not-numbers"
            ) from None
        if array.shape != matrix.shape:
            raise Wrong(
                f"`{name}` has the shape {code(matrix.shape)}, and what you return for it {code(array.shape)}. Return both "
                f"whole matrices, not only the rows that have moved.",
                "wrong-shape",
            )
        if not np.isfinite(array).all():
            raise Wrong(f"There is a `nan` or an infinite number in what you return for `{name}`.", "nan")
        found.append(array)
    return found[0], found[1]


def _same(one: Matrices, other: tuple[Any, ...]) -> bool:
    return all(np.allclose(a, b, rtol=0, atol=1e-6) for a, b in zip(one, other, strict=True))


def _written(array: Floats) -> str:
    return code(np.asarray(array).round(3).tolist())


one_step = Exercise(
    id="ch03.one_step",
    title="One step of the training",
    prompt=(
        "Write `one_step(words, contexts, word, context, negatives, rate)`: one step downhill for one pair. `words` and "
        "`contexts` are the two matrices, `word` and `context` are row numbers, `negatives` is a list of row numbers in "
        "which one may stand twice. Return both matrices after the step, and leave those that you are given as they "
        "are. `sigmoid` is there."
    ),
    stub=(
        "def one_step(words, contexts, word, context, negatives, rate):\n"
        '    """Return both matrices after one step."""\n'
        "    ..."
    ),
    answer_name="one_step",
    hints=[
        "Put the true context and the negatives into one array, `targets = np.array([context, *negatives])`, and what "
        "should be believed of them into another: a 1 and zeros.",
        "`error = sigmoid(contexts[targets] @ words[word]) - labels`. The slope for the word is `error @ "
        "contexts[targets]`, those for the targets are `error[:, None] * words[word]`. Take both before you move anything.",
        "`np.add.at(contexts, targets, ...)` adds to a row as often as it is named.",
    ],
    solution_code="""
def one_step(words, contexts, word, context, negatives, rate):
    words, contexts = words.copy(), contexts.copy()
    targets = np.array([context, *negatives])
    labels = np.zeros(len(targets))
    labels[0] = 1
    error = sigmoid(contexts[targets] @ words[word]) - labels
    for_word = error @ contexts[targets]
    for_targets = error[:, None] * words[word]
    words[word] -= rate * for_word
    np.add.at(contexts, targets, -rate * for_targets)
    return words, contexts
""",
    solution_note=(
        "Everything but two lines is the formula. The two lines are where trainers go wrong: both slopes are taken "
        "before anything moves, and `np.add.at` lets a negative that is drawn twice move twice."
    ),
    checker=_check_one_step,
    shared=lambda: {"sigmoid": sigmoid},
)


# --- Exercise 3: two matrices are better than one

_N_WORDS = 10_000
# As they come the word vectors reach 0.728 on the pairs of MEN that the 10,000 words cover, the context vectors
# 0.712, both side by side 0.725, the word vectors less their mean 0.733, and the sum of the two 0.741.
FLOOR = 0.738
_TOO_GOOD = 0.85
_WIDEST = 2_000


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
def _men() -> pd.DataFrame:
    from embedlib.datasets import men

    known = _course_contexts().key_to_index
    pairs = men()
    return pairs[pairs["word1"].isin(known) & pairs["word2"].isin(known)]


def _keyed(rows: Floats) -> Mapping[str, Floats]:
    asked = {word for column in ("word1", "word2") for word in _men()[column]}
    index = _course_contexts().key_to_index
    return {word: rows[index[word]] for word in sorted(asked)}


@cache
def _score_of(which: int) -> float:
    return evaluate_similarity(_keyed(_two()[which]), _men(), n_bootstrap=0).correlation


def _check_improve(answer: object) -> str:
    function = need_function(answer, "improve(words, contexts)")
    words, contexts = _two()
    rows = _rows(call(function, words, contexts))
    for which, name, other in ((0, "words", "contexts"), (1, "contexts", "words")):
        if rows.shape == words.shape and np.allclose(rows, _two()[which], atol=1e-6):
            raise Wrong(
                f"You return `{name}` as it is: {_score_of(which):.3f}, where {FLOOR} is asked for. What does `{other}` "
                f"know that this matrix does not?",
                f"{name}-as-they-are",
            )
    _check_directions(rows)
    result = evaluate_similarity(_keyed(rows), _men(), n_bootstrap=0)
    measured = f"Yours reach {result.correlation:.3f} on {result.n_covered:,} pairs of MEN"
    if result.correlation > _TOO_GOOD:
        raise Wrong(
            f"{measured}. We know of nothing in these vectors that comes near it, so your function seems to know the "
            "ratings themselves. What would it make of other pairs?",
            "looked-up",
        )
    if result.correlation >= FLOOR:
        gain = difference(_keyed(rows), _keyed(words), _men())
        return (
            f"Right. {measured}; the word vectors alone {_score_of(0):.3f}. The gain is {gain.difference:.3f} "
            f"(95 % interval {gain.low:.3f} to {gain.high:.3f}). Try it on SimLex, too: does everything that helps MEN help "
            f"there?"
        )
    if rows.shape[1] == 2 * words.shape[1]:
        raise Wrong(
            f"{measured}, where {FLOOR} is asked for. Set side by side, a word's first half is only ever compared with "
            "first halves, and its second with second ones: the two matrices never meet. How could they?",
            "side-by-side",
        )
    if result.correlation < 0:
        raise Wrong(f"{measured}: like is far from like. Has a sign gone astray?", "negative")
    raise Wrong(
        f"{measured}, where {FLOOR} is asked for and the word vectors alone have {_score_of(0):.3f}. Two words are "
        f"alike if each could stand beside the other, too: which sum has that in it?",
        "below-floor",
    )


def _rows(value: Any) -> Floats:
    try:
        rows = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise Wrong(
            f"You return {shown(value)}, of type {code(type_name(value))}; a matrix of numbers is needed.",
            "not-numbers",
        ) from None
    if rows.ndim != 2 or len(rows) != _N_WORDS:
        raise Wrong(
            f"What you return has the shape {code(rows.shape)}; needed is a row for each of the {_N_WORDS:,} words.",
            "wrong-shape",
        )
    if not 1 < rows.shape[1] <= _WIDEST:
        raise Wrong(
            f"Your vectors have {rows.shape[1]:,} numbers each; from 2 to {_WIDEST:,} can be compared here.",
            "wrong-width",
        )
    if not np.isfinite(rows).all():
        raise Wrong("There is a `nan` or an infinite number among your vectors. Is a length 0, or a logarithm?", "nan")
    return rows


def _check_directions(rows: Floats) -> None:
    if not rows.any(axis=1).all():
        raise Wrong("Some of your vectors are all zeros, and have no direction to compare.", "zeros")
    sample = rows[:: _N_WORDS // 100]
    if np.allclose(sample / np.linalg.norm(sample, axis=1, keepdims=True), sample[0] / np.linalg.norm(sample[0])):
        raise Wrong("All your vectors point the same way, so that every pair has the cosine 1.", "all-alike")


improve = Exercise(
    id="ch03.improve",
    title="The matrix that is thrown away",
    prompt=(
        "After training, the context vectors are usually thrown away. Write `improve(words, contexts)`, which takes the "
        "two matrices of the course's skip-gram, 10,000 words and 100 numbers each, and returns a matrix of better word "
        "vectors: a row for each word, in the same order. The check takes the 1,599 pairs of MEN that these words cover. "
        "The word vectors alone reach 0.728, the context vectors alone 0.712. Reach 0.738."
    ),
    stub='def improve(words, contexts):\n    """Return better vectors, one row a word."""\n    ...',
    answer_name="improve",
    hints=[
        "Nothing has to be trained, and one line is enough.",
        "A large u · u' says: these two words have similar neighbours. A large u · c' says: the one is often a "
        "neighbour of the other. A measure of relatedness could do with both.",
        "Write out (u + c) · (u' + c') and look at its four parts.",
    ],
    solution_code="""
def improve(words, contexts):
    return words + contexts
""",
    solution_note=(
        "(u + c) · (u' + c') = u · u' + c · c' + u · c' + c · u': besides who has similar neighbours it says who is a "
        "neighbour of whom. GloVe does the same; for word2vec it was tried by Levy, Goldberg and Dagan (2015). "
        "Taking the mean of all vectors and the few strongest directions out helps as well."
    ),
    checker=_check_improve,
    shared=lambda: {"course": _course(), "course_contexts": _course_contexts()},
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
    return int(np.argmin(np.abs(np.array([6 * math.log(2), 0.0, math.log(2), 100 * math.log(2)]) - loss)))


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
    return int(np.argmin(np.abs(np.array([0.0, math.log(5), -math.log(5), -5.0]) - best)))


def _key_drew_level() -> int:
    settings = ("vector_size=300", "negative=15", "window=2", "epochs=10")
    return only_true(*(_mean(setting) >= _counted() for setting in settings))


def _key_small_window() -> int:
    few, wide = _mean("window=2", "simlex999"), _mean("window=10", "simlex999")
    as_many = _mean("window=2,epochs=11", "simlex999")
    again = as_many > wide > few
    return only_true(not few < wide, few < wide and not again, few < wide and again, few < wide and as_many < few)


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


quiz = Quiz(
    "ch03",
    [
        question(
            "All context vectors are zeros before the first step. With 5 negatives, what does a pair cost?",
            _key_untrained,
            0,
            ("4.16, six times the logarithm of 2", "One true context and five negatives: six times σ(0) = ½."),
            ("0", "So little would it cost if each of the six answers were certain and right."),
            ("0.69, the logarithm of 2", "That is one answer of *don't know*. How many answers does a pair ask for?"),
            ("It depends on the number of dimensions.", "A dot product with zeros is 0 in any number of dimensions."),
        ),
        question(
            "Somebody takes one matrix for both roles. What can this model never say?",
            _key_two_matrices,
            1,
            (
                "That *cat* and *dog* differ.",
                "Their vectors start at different places and get different pairs; they do not become the same.",
            ),
            (
                "That a word is unlikely to stand beside itself.",
                "Yes: u · u is a sum of squares, never below 0, so σ of it is never below ½. Most words hardly ever stand "
                "beside themselves.",
            ),
            (
                "Anything: its numbers grow beyond all bounds.",
                "The negatives hold it back as they do two matrices; it trains, only to something else.",
            ),
            (
                "Anything: its loss does not fall.",
                "It falls. That is why one must not look at the loss alone.",
            ),
        ),
        question(
            "Two words meet exactly as often as chance would have them meet; k is 5. Which u · c fits best?",
            _key_by_chance,
            2,
            ("0", "σ(0) is ½, but of six such pairs that the training shows, five are negatives."),
            ("log 5 = 1.61", "The sign: five times as many noes as yeses pull it down, not up."),
            ("−log 5 = −1.61", "PMI is 0, and what is learned is PMI − log k: σ of it is 1/6, one yes in six."),
            ("−5", "The odds are 1 to 5, and a dot product is the logarithm of odds."),
        ),
        question(
            "Chapter 2's counts reach 0.630 on WordSim; skip-gram, with three readings at gensim's rate, "
            "0.579. Which one change brings it level?",
            _key_drew_level,
            3,
            ("300 dimensions for 100", "0.560, and three times the numbers: no better than 100 here."),
            ("15 negatives for 5", "0.592: something, for nearly three times the work."),
            ("A window of 2 for 5", "0.499: fewer pairs, and fewer steps."),
            (
                "Ten readings for three",
                "0.655. Steps as short as gensim's need to be many.",
            ),
        ),
        question(
            "“Small windows favour similarity.” Over three epochs a window of 2 is *worse* than one of 10 even on SimLex, "
            "which asks for similarity. What is going on?",
            _key_small_window,
            2,
            ("Nothing: it is better there.", "0.260 against 0.298, with standard deviations of 0.004 and less."),
            (
                "The rule is wrong for this corpus.",
                "One comparison says so. But the two trainings differ in more than the window.",
            ),
            (
                "It saw a quarter of the pairs; with as many, it is better.",
                "With 11 epochs, about as many pairs, it has 0.345. A window changes the number of steps as well as what is "
                "learned.",
            ),
            (
                "It overfits: with more epochs it is worse still.",
                "With more epochs it is better: 0.345 after eleven.",
            ),
        ),
        question(
            "You train twice with the same seed and `workers=2`. Of a word's ten nearest, how many are the same?",
            _key_workers,
            2,
            ("All ten: that is what a seed is for.", "A seed fixes what is drawn, not which thread writes first."),
            ("Nearly all: the threads differ in the last bits only.", "Small differences grow over millions of steps."),
            ("6.8, as with two different seeds.", "With two workers a seed settles nothing; for that, `workers=1`."),
            ("Hardly any.", "The threads write in another order, but all learn from the same text."),
        ),
        question(
            "`model = Word2Vec(sentences, ...)`, then `model.train(sentences, ...)`. What does the second line do?",
            _key_train_again,
            1,
            (
                "It trains the model, which was empty.",
                "Given sentences, the constructor has already trained it: `train_count` is 1.",
            ),
            (
                "It trains a second time, with the learning rate back at its start.",
                "Yes, and gensim warns of it, in a log that nobody has switched on.",
            ),
            (
                "Nothing: it has converged.",
                "The vectors move again, and a long way: the learning rate is at its highest.",
            ),
            (
                "It goes on where the first training stopped.",
                "It would have to go on with the low rate, too; it does not.",
            ),
        ),
    ],
)
QUIZ = quiz
