"""Chapter 2, Counting contexts: three exercises and a quiz."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from embedlib.exercises.answers import as_number, as_words, call, need_function
from embedlib.exercises.core import Exercise
from embedlib.exercises.guard import is_a
from embedlib.exercises.messages import Wrong, code, shown, type_name
from embedlib.exercises.quiz import Quiz, only_true, question

if TYPE_CHECKING:
    from embedlib.words.counting import Cooccurrences, SparseVectors

__all__ = ["EXERCISES", "QUIZ", "embed", "hand_table", "quiz", "shared_company"]

Floats = npt.NDArray[np.floating[Any]]


@cache
def _ppmi() -> SparseVectors:
    """PPMI of the course's counts, as the chapter has it."""
    from embedlib.words.counting import pmi, sparse_vectors

    counts = _counts()
    return sparse_vectors(counts.words, pmi(counts), "PPMI")


def _counts() -> Cooccurrences:
    from embedlib.words.counting import course_counts

    return course_counts()


# --- Exercise 1: three cells of a table, with a pencil

_ROWS, _COLUMNS = ("tea", "letter", "rain"), ("hot", "write", "the")
_TABLE = np.array([[8, 0, 24], [1, 16, 15], [7, 16, 41]])
_TEXT, _IN_TEXT = 200, {"tea": 5, "letter": 8, "hot": 4}
_ASKED = (("tea", "hot"), ("tea", "write"), ("letter", "hot"))
_RIGHT = (1.0, 0.0, 0.0)

_FIRST_MISTAKES: list[tuple[float, str, str]] = [
    (
        math.log2(8 / 128 / (5 / 200 * 4 / 200)),
        "wrong-denominator",
        "For *tea* and *hot* you put shares of the *text* below the line, 5 / 200 and 4 / 200, and a share of all "
        "*pairs* above it. Then chance looks far smaller than it is. All three probabilities are shares of one total, "
        "the 128 of the table.",
    ),
    (
        math.log2(8 / 200 / (5 / 200 * 4 / 200)),
        "wrong-denominator",
        "For *tea* and *hot* you divide by the 200 words of the text. The table counts pairs, and there are 128 of "
        "them: what share of these is in the row of *tea*, what share in the column of *hot*?",
    ),
    (
        math.log2(8 / 128 / (32 / 200 * 16 / 200)),
        "wrong-denominator",
        "For *tea* and *hot* two totals have got into one fraction: 128 above the line, 200 below it. All three "
        "probabilities are shares of the 128 pairs.",
    ),
    (
        math.log(2),
        "natural-logarithm",
        "0.693 is the *natural* logarithm of 2: *tea* and *hot* do meet twice as often as chance has it. What is asked "
        "for is the logarithm to the base 2.",
    ),
    (
        2.0,
        "no-logarithm",
        "2 is how many times as often as by chance *tea* and *hot* meet. One step is left: the logarithm of it.",
    ),
    (
        8.0,
        "the-count",
        "8 is the count itself. How many meetings of *tea* and *hot* would chance give, with 32 of the 128 meetings "
        "in the one's row and 16 in the other's column?",
    ),
    (
        math.log2(8 / (32 * 16)),
        "no-total",
        "−6 is the logarithm of 8 / (32 · 16), counts divided by counts. Make shares of them first: each divided by "
        "128. Or multiply by 128 above the line.",
    ),
    (
        math.log2(8 / 32),
        "one-margin",
        "−2 is the logarithm of 8 / 32, the share of *tea*'s meetings that are with *hot*. Compare it with the share "
        "that *hot* has of all meetings.",
    ),
    (
        math.log2(8 / 16),
        "one-margin",
        "−1 is the logarithm of 8 / 16, the share of *hot*'s meetings that are with *tea*. Compare it with the share "
        "that *tea* has of all meetings.",
    ),
    (
        0.0,
        "zero-first",
        "*Tea* and *hot* met 8 times; by chance it would be 32 · 16 / 128 times. That is more than chance, so their "
        "PPMI is above 0.",
    ),
]


def _check_hand_table(answer: object) -> str:
    if callable(answer):
        raise Wrong("You hand in a function; a list of three numbers will do.", "a-function")
    first, second, third = _three_numbers(answer)
    if second != 0:
        # Judged before the others: whoever stumbles here needs no other word.
        raise Wrong(_zero_count(second), "zero-count")
    for mistake, name, text in _FIRST_MISTAKES:
        if abs(first - mistake) < 0.02:
            raise Wrong(text, name)
    if not abs(first - _RIGHT[0]) < 0.01:
        raise Wrong(
            f"For *tea* and *hot* you have {first:.4g}. They met 8 times; of all 128 meetings 32 are in the row of "
            f"*tea* and 16 in the column of *hot*. How many would chance give?"
        )
    if abs(third + 2) < 0.01:
        raise Wrong(
            "*Letter* and *hot* have a PMI of −2, and that is right: they met once where chance gives four. But what "
            "is asked for is the *positive* PMI, which keeps only what is more than chance.",
            "negative",
        )
    if third < 0:
        raise Wrong(
            f"A PPMI is never below 0, and for *letter* and *hot* you have {third:.4g}. What does the first P stand for?",
            "negative",
        )
    if not abs(third) < 0.01:
        raise Wrong(
            f"For *letter* and *hot* you have {third:.4g}, as if they met more often than by chance. They met once, "
            f"and 32 · 16 / 128 is?",
            "positive-third",
        )
    return (
        "Right: 1, 0 and 0. The two zeros are not the same thing. *Letter* avoids *hot* (once, where chance gives "
        "four times), and of *tea* and *write* all we know is that they were not seen together. PPMI forgets the "
        "difference."
    )


def _zero_count(value: float) -> str:
    begin = "*Tea* and *write* never met. "
    if math.isinf(value) or math.isnan(value):
        return (
            begin + "The logarithm of 0 is minus infinity, as you say, and that is their PMI. The *positive* PMI "
            "takes the larger of it and 0."
        )
    return begin + f"You have {value:.4g} for them; what is the larger of minus infinity and 0?"


def _three_numbers(answer: object) -> list[float]:
    """Three numbers, of which the logarithm of 0 may be one."""
    if is_a(answer, np.ndarray) or hasattr(type(answer), "to_numpy"):
        answer = list(np.asarray(answer).reshape(-1))
    if not (is_a(answer, list) or is_a(answer, tuple)):
        if hasattr(type(answer), "__float__"):
            number = as_number(answer, "The PPMI of *tea* and *hot*")
            raise Wrong(f"You give one number, {number:.4g}; three are asked for, in a list.", "not-three")
        raise Wrong(
            f"Three numbers are asked for, in a list such as `[0.5, 0.5, 0.5]`; you give {shown(answer)}, of type "
            f"{code(type_name(answer))}.",
            "not-a-list",
        )
    items = list(answer)
    if len(items) != 3:
        raise Wrong(
            f"Three numbers are asked for, for *tea* and *hot*, *tea* and *write*, *letter* and *hot*, in this order; "
            f"your list holds {len(items)}.",
            "not-three",
        )
    numbers = []
    for item, (word, context) in zip(items, _ASKED, strict=True):
        try:
            numbers.append(as_number(item, f"The PPMI of *{word}* and *{context}*"))
        except Wrong as wrong:
            if wrong.misconception not in ("nan", "infinite") or context != "write":
                raise
            numbers.append(-math.inf)
    return numbers


hand_table = Exercise(
    id="ch02.hand_table",
    title="Three cells by hand",
    prompt=(
        "In a text of 200 words, *tea* stands 5 times, *letter* 8 times and *hot* 4 times. Counted in a wide window, "
        "*tea* met *hot* 8 times, *write* never and *the* 24 times; *letter* met them 1, 16 and 15 times, and *rain* "
        "7, 16 and 41 times. That is the whole table: 128 meetings, 32 in the row of *tea*, 32 in that of *letter*, 16 "
        "in the column of *hot*. **What is the PPMI, with logarithms to the base 2, of *tea* and *hot*, of *tea* and "
        "*write*, and of *letter* and *hot*?** Give the three in a list. A pencil is enough."
    ),
    stub="three_cells = ...",
    answer_name="three_cells",
    hints=[
        "Draw the table. For each of the three cells: how many meetings would chance give?",
        "Chance gives row · column / total. For *tea* and *hot* that is 32 · 16 / 128.",
        "Divide the count by that and take the logarithm to the base 2. Then ask of each: is it more than chance?",
    ],
    solution_code="three_cells = [np.log2(8 / (32 * 16 / 128)), 0, max(np.log2(1 / (32 * 16 / 128)), 0)]",
    solution_note=(
        "Chance gives *tea* and *hot* 32 · 16 / 128 = 4 meetings; there are 8, twice as many, so the PMI is 1. *Tea* "
        "and *write* never met: PMI minus infinity, PPMI 0. *Letter* and *hot* met once where chance gives 4: PMI −2, "
        "PPMI 0. How often the words stand in the text is not needed; it is there to be left alone."
    ),
    checker=_check_hand_table,
    page_answers=[[1, 0, 0], [1, 0, -2], [1, -math.inf, 0], [6.97, 0, 3.29], [-6, 0, 0]],
)


# --- Exercise 2: why are two words alike?

_PAIRS = (("cat", "dog", 5), ("monday", "friday", 6), ("tea", "coffee", 4))
_CLOSE = 1e-9


def _check_shared_company(answer: object) -> str:
    function = need_function(answer, "shared_company(word1, word2, n)")
    lists = [_contexts_returned(function, *pair) for pair in _PAIRS]
    for (word1, word2, _), given in zip(_PAIRS, lists, strict=True):
        _judge_company(word1, word2, given)
    return (
        f"Right. *Cat* and *dog* are alike by {_in_words(lists[0])}; *tea* and *coffee* by {_in_words(lists[2])}. "
        "Ask it about a pair whose cosine surprises you: it says which sentences to look for."
    )


def _contexts_returned(function: Callable[..., Any], word1: str, word2: str, n: int) -> list[str]:
    """Call the reader's function and return its contexts, if they are that many known words."""
    items = as_words(call(function, word1, word2, n), limit=100_000)
    pair = f"*{word1}* and *{word2}*"
    if not items:
        raise Wrong(f"For {pair} your list is empty.", "empty")
    first = items[0]
    if is_a(first, int) or issubclass(type(first), np.integer):
        raise Wrong(
            f"You return positions, such as {first!s}. Which words are they? The columns stand in the order of "
            f"`counts.words`.",
            "positions",
        )
    if is_a(first, float) or is_a(first, np.floating):
        raise Wrong(
            "You return the products themselves. `np.argsort` gives the positions of the largest, and `counts.words` "
            "the words that belong to them.",
            "numbers",
        )
    for item in items:
        if not is_a(item, str):
            raise Wrong(
                f"Your list should hold words; it holds {shown(item)}, of type {code(type_name(item))}.", "wrong-type"
            )
    found = [str(item) for item in items]
    known = _ppmi().key_index
    for text in found:
        if text not in known:
            raise Wrong(f"{code(text)} is in your list for {pair} and is not one of the contexts.", "unknown-word")
    if len(set(found)) < len(found):
        twice = next(text for text in found if found.count(text) > 1)
        raise Wrong(f"Your list for {pair} has {code(twice)} more than once.", "repeats")
    if len(found) != n:
        raise Wrong(f"{n} contexts were asked for, and you return {len(found)}. Is `n` used?", "wrong-length")
    return found


@cache
def _rankings(word1: str, word2: str) -> dict[str, Floats]:
    """What several rules make of each context for two words: higher comes first."""
    ppmi, counts = _ppmi(), _counts()
    one, other = ppmi.get_word_vector(word1), ppmi.get_word_vector(word2)
    n_one, n_other = (
        np.asarray(counts.matrix[[ppmi.key_index[word]], :].toarray()[0], dtype=np.float64) for word in (word1, word2)
    )
    return {
        "right": one * other,
        "raw-counts": n_one * n_other,
        "sum": one + other,
        "minimum": np.minimum(one, other),
        "first-only": one,
        "second-only": other,
        "ascending": -one * other,
    }


def _leading(scores: Floats, n: int) -> list[str]:
    words = _ppmi().words
    return [words[place] for place in np.argsort(-scores, kind="stable")[:n]]


def _judge_company(word1: str, word2: str, given: Sequence[str]) -> None:
    n, pair = len(given), f"*{word1}* and *{word2}*"
    rules, places = _rankings(word1, word2), _ppmi().key_index
    products = rules["right"]
    best = np.sort(products)[::-1][:n]
    got = np.array([products[places[word]] for word in given])
    if np.allclose(got, best, rtol=0, atol=_CLOSE):
        return
    begins = f"For {pair} your list begins with {code(given[0])} and {code(given[1])}"
    if list(given) == _leading(rules["raw-counts"], n):
        raise Wrong(
            f"{begins}: so it does for any two words, for these are the most frequent contexts of all. You multiply "
            f"counts; the weights are in `ppmi`.",
            "raw-counts",
        )
    if list(given) == _leading(rules["minimum"], n):
        raise Wrong(
            f"{begins}, where the *smaller* of the two weights is largest. A reasonable question, and another one: the "
            f"dot product adds up products.",
            "minimum",
        )
    if list(given) == _leading(rules["sum"], n):
        raise Wrong(
            f"{begins}, where the *sum* of the two weights is largest: a context that one of them hardly has can win by "
            f"the other alone. What does a dot product do with the two weights?",
            "sum",
        )
    for rule, own, partner in (("first-only", word1, word2), ("second-only", word2, word1)):
        if list(given) == _leading(rules[rule], n):
            raise Wrong(
                f"{begins}. That is the company of *{own}*; which of it has *{partner}*, too?",
                "one-word-only",
            )
    if np.allclose(np.sort(got)[::-1], best, rtol=0, atol=_CLOSE):
        raise Wrong(f"For {pair} the contexts are right and their order is not: the largest product first.", "order")
    if (got == 0).all():
        raise Wrong(
            f"{begins}, and no context of your list is shared at all. Which way does `np.argsort` sort?", "ascending"
        )
    missing = next(word for word in _leading(products, n) if word not in given)
    raise Wrong(
        f"{begins}, with a product of {got[0]:.3g}. It lacks {code(missing)}, where the product is "
        f"{products[places[missing]]:.3g}."
    )


def _in_words(words: Sequence[str]) -> str:
    quoted = [f"*{word}*" for word in words]
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}"


shared_company = Exercise(
    id="ch02.shared_company",
    title="Why are they alike?",
    prompt=(
        "A cosine comes from a dot product, and a dot product is a sum over contexts. Write `shared_company(word1, "
        "word2, n)`, which returns the `n` contexts that add most to the dot product of two words' PPMI rows, the "
        "largest first. You have `ppmi.get_word_vector(word)`, a row of 22,702 numbers, and `counts.words`, the "
        "context of each column."
    ),
    stub=(
        "def shared_company(word1, word2, n):\n"
        '    """Return the n contexts that make two words alike, the most important first."""\n'
        "    ..."
    ),
    answer_name="shared_company",
    hints=[
        "Write the dot product out: the first weight of the one times the first of the other, plus … Each context has "
        "one term.",
        "`ppmi.get_word_vector(word1) * ppmi.get_word_vector(word2)` holds all the terms.",
        "`np.argsort` sorts upwards, so sort the negated terms, and look the first `n` positions up in `counts.words`.",
    ],
    solution_code="""
def shared_company(word1, word2, n):
    terms = ppmi.get_word_vector(word1) * ppmi.get_word_vector(word2)
    return [counts.words[position] for position in np.argsort(-terms)[:n]]
""",
    solution_note=(
        "The lengths of the rows divide all terms alike and change no order. After SVD this question has no answer any "
        "more: the columns are mixtures, which is what made the vectors short."
    ),
    checker=_check_shared_company,
    shared=lambda: {"ppmi": _ppmi(), "counts": _counts()},
)


# --- Exercise 3: fifty numbers a word

# Judged on MTurk-771, which the chapter does not use. With 50 numbers a word and the power 0.5, raw counts reach
# 0.28 and log counts 0.49 (0.56 with the power 0); PPMI reaches 0.60, whether smoothed or not, and 0.55 with the
# power 1. All 2,000 PPMI columns, unreduced, reach 0.47.
FLOOR = 0.57
_N_CONTEXTS, _N_NUMBERS = 2_000, 50


class _Task(NamedTuple):
    """Counts of the words of a benchmark with the most frequent contexts, and its pairs as rows of that table."""

    counts: Floats
    words: list[str]
    pairs: npt.NDArray[np.intp]
    people: Floats


@cache
def _task() -> _Task:
    from embedlib.datasets import mturk771

    counts, data = _counts(), mturk771()
    place = {word: row for row, word in enumerate(counts.words)}
    words = [word for word in dict.fromkeys([*data["word1"], *data["word2"]]) if word in place]
    row = {word: i for i, word in enumerate(words)}
    covered = data[data["word1"].isin(words) & data["word2"].isin(words)]
    pairs = np.array([[row[a], row[b]] for a, b in zip(covered["word1"], covered["word2"], strict=True)])
    cells = counts.matrix[[place[word] for word in words], :][:, :_N_CONTEXTS].toarray().astype(np.float64)
    cells.flags.writeable = False
    return _Task(cells, words, pairs, covered["score"].to_numpy(dtype=np.float64))


def _check_embed(answer: object) -> str:
    function = need_function(answer, "embed(table)")
    task = _task()
    vectors = _matrix_returned(call(function, task.counts), task)
    cosines = _pair_cosines(vectors, task)
    if np.ptp(cosines) < 1e-9:
        raise Wrong("Every pair gets the same cosine, which tells nothing apart.", "constant")
    reached = _agreement(cosines, task)
    measured = f"Spearman's correlation with people on {len(task.pairs):,} pairs of MTurk-771 is {reached:.2f}"
    if reached > 0.8:
        raise Wrong(
            f"{measured}. People hardly agree so well with one another. Does your function know the ratings?",
            "too-good",
        )
    if reached >= FLOOR:
        return (
            f"Right. {measured}, with {vectors.shape[1]} numbers a word; raw counts reach {_reached_by('raw'):.2f} and "
            f"GloVe's 50 numbers, from six billion words, {_glove():.2f}. What do your vectors make of a context that "
            "everybody has?"
        )
    for name, text in (
        ("raw", "They order the pairs as the components of the *raw counts* do, of which the first is frequency."),
        (
            "log",
            "They order the pairs as *log counts* do. A logarithm makes large counts smaller, for every word alike.",
        ),
    ):
        if any(_same_order(cosines, other) for other in _reference(name)):
            raise Wrong(
                f"{measured}, and {FLOOR} is asked for. {text} What would each count be by chance?", f"{name}-counts"
            )
    if reached < 0.1:
        raise Wrong(
            f"{measured}: no better than chance. Does row i of what you return still belong to row i of the table?",
            "no-better-than-chance",
        )
    raise Wrong(
        f"{measured}, and {FLOOR} is asked for. Which weights do you give the counts, and which power the singular "
        "values?",
        "below-floor",
    )


def _matrix_returned(value: Any, task: _Task) -> Floats:
    """What a reader's function returned as an array of one vector a word, if it is that."""
    if hasattr(type(value), "toarray"):
        value = value.toarray()
    try:
        array = np.asarray(value)
        vectors = np.array(array, dtype=np.float64) if array.dtype.kind in "fiub" else None
    except (TypeError, ValueError, OverflowError):
        vectors = None
    if vectors is None or vectors.ndim != 2:
        raise Wrong(
            f"A table of numbers is asked for, one row a word; you return {shown(value)}, of type "
            f"{code(type_name(value))}.",
            "no-table",
        )
    n, width = len(task.words), vectors.shape[1]
    if vectors.shape[0] != n and width == n:
        raise Wrong(
            f"You return an array of shape {code(vectors.shape)}: the words are its columns. Turn it round, with `.T`.",
            "turned-round",
        )
    if vectors.shape[0] == _N_CONTEXTS:
        raise Wrong(
            f"You return {_N_CONTEXTS:,} rows, one a *context*. The words' vectors are in the other factor, U.",
            "contexts",
        )
    if vectors.shape[0] != n:
        raise Wrong(f"The table has {n:,} rows, one a word, and you return {vectors.shape[0]:,}.", "wrong-rows")
    if not 1 <= width <= _N_NUMBERS:
        raise Wrong(
            f"Each word may have {_N_NUMBERS} numbers, and yours has {width:,}. Which {_N_NUMBERS} say most?",
            "too-wide",
        )
    if not np.isfinite(vectors).all():
        raise Wrong(
            "Your vectors hold `nan` or infinite numbers. What becomes of the cells that are 0 when you take a "
            "logarithm?",
            "nan",
        )
    empty = np.flatnonzero(np.abs(vectors[np.unique(task.pairs)]).sum(axis=1) == 0)
    if len(empty):
        raise Wrong(
            f"The vector of *{task.words[np.unique(task.pairs)[empty[0]]]}* is all zeros: it has no direction, and no "
            f"cosine.",
            "zeros",
        )
    return vectors


def _pair_cosines(vectors: Floats, task: _Task) -> Floats:
    largest = np.abs(vectors).max(axis=1, keepdims=True)
    rows = vectors / np.where(largest > 0, largest, 1)  # no overflow, however large the numbers
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit = rows / np.where(lengths > 0, lengths, 1)
    products: Floats = np.einsum("nd,nd->n", unit[task.pairs[:, 0]], unit[task.pairs[:, 1]]).round(9)
    return products


def _agreement(cosines: Floats, task: _Task) -> float:
    from scipy.stats import spearmanr

    return float(spearmanr(task.people, cosines).statistic)


@cache
def _reference(name: str) -> list[Floats]:
    """The cosines of 50 components of raw or log counts, for three powers of the singular values."""
    task = _task()
    left, values, _ = np.linalg.svd(task.counts if name == "raw" else np.log1p(task.counts), full_matrices=False)
    return [_pair_cosines(left[:, :_N_NUMBERS] * values[:_N_NUMBERS] ** power, task) for power in (0.5, 1, 0)]


def _reached_by(name: str) -> float:
    return _agreement(_reference(name)[0], _task())


@cache
def _glove() -> float:
    from embedlib.words.load import load_word_vectors

    task, glove = _task(), load_word_vectors("glove-6b-50d")
    return _agreement(_pair_cosines(np.array([glove[word] for word in task.words], dtype=np.float64), task), task)


def _same_order(cosines: Floats, others: Floats) -> bool:
    from scipy.stats import spearmanr

    return float(spearmanr(cosines, others).statistic) > 0.98


embed = Exercise(
    id="ch02.embed",
    title="Fifty numbers a word",
    prompt=(
        "Now all of it, from counts to vectors, in NumPy. `embed(table)` is given a table of counts: a row for each of "
        "1,075 words, a column for each of the 2,000 most frequent contexts (so that rows and columns are no longer "
        "the same words). It returns one vector a word, of at most 50 numbers. The components come from `U, S, V = "
        "np.linalg.svd(weights, full_matrices=False)`. The check asks how well their cosines agree with people's "
        "ratings in MTurk-771, a test that the chapter has not used. The components of the raw "
        "counts reach 0.28, those of log counts 0.49. Reach 0.57."
    ),
    stub='def embed(table):\n    """Return one vector a word, of at most 50 numbers."""\n    ...',
    answer_name="embed",
    hints=[
        "First the weights, then the components. Which weights did best in the chapter?",
        "`pmi_table` of the chapter works on any table; mind that it leaves minus infinity where a count is 0.",
        "The words are the rows of U; take its first columns. Which power of S did the chapter stay with?",
    ],
    solution_code="""
def embed(table):
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True) / table.sum()
    weights = np.log(np.maximum(table / expected, 1))
    U, S, V = np.linalg.svd(weights, full_matrices=False)
    return U[:, :50] * S[:50] ** 0.5
""",
    solution_note=(
        "The maximum of the ratio and 1, before the logarithm, is the maximum of PMI and 0 after it, and never meets "
        "log 0. Here 50 components do better than all 2,000 columns (0.60 against 0.47): what is left out is mostly "
        "noise. With S to the power 1 it is 0.55, and not enough."
    ),
    checker=_check_embed,
)

EXERCISES = [hand_table, shared_company, embed]

# --- Quiz

_SENTENCES = ("the cat drinks milk", "the dog drinks water", "the cat chases a mouse", "the dog chases a ball")
_SHIPS = np.array([[8, 0, 8], [6, 2, 8], [2, 14, 16]])


def _key_never_met() -> int:
    from embedlib.words.counting import count_cooccurrences

    toy = count_cooccurrences([line.split() for line in _SENTENCES], window=2, min_count=1)
    rows = toy.matrix.toarray().astype(np.float64)
    cat, dog, the = (rows[toy.words.index(word)] for word in ("cat", "dog", "the"))
    alike = float(cat @ dog / np.linalg.norm(cat) / np.linalg.norm(dog))
    without = np.arange(len(rows)) != toy.words.index("the")
    rest = float(cat[without] @ dog[without] / np.linalg.norm(cat[without]) / np.linalg.norm(dog[without]))
    return only_true(
        rest < 0.1,
        cat[toy.words.index("dog")] > 0,
        alike > 0.8 and cat[toy.words.index("dog")] == 0 and rest > 0.7,
        bool(np.allclose(cat, the)),
    )


def _key_salt() -> int:
    right = math.log2(20 * 1000 / (100 * 50))
    return int(np.argmin(np.abs(np.array([4.0, 2.0, math.log2(20 / 1000), math.log2(20 / (100 * 50))]) - right)))


def _key_zero_cell() -> int:
    from embedlib.words.counting import pmi

    zero = pmi(_SHIPS).toarray() == 0
    expected = np.outer(_SHIPS.sum(axis=1), _SHIPS.sum(axis=0)) / _SHIPS.sum()
    seen, less, equal = (_SHIPS[zero] > 0), (expected > _SHIPS)[zero], (expected == _SHIPS)[zero]
    return only_true(
        not seen.any(), bool((seen & equal).all()), bool((seen & less).all()), bool((less | equal).all() and seen.any())
    )


def _key_two_totals() -> int:
    counts = _counts()
    table = counts.matrix.tocoo()
    sums, pairs, tokens = np.asarray(counts.matrix.sum(axis=1), dtype=np.float64), counts.matrix.sum(), counts.n_tokens
    shares, of_text = sums / pairs, counts.frequencies / tokens
    right = np.log(table.data / pairs / (shares[table.row] * shares[table.col]))
    # Above the line meetings for each word of text, below it shares of the text.
    trap = np.log(table.data / tokens / (of_text[table.row] * of_text[table.col]))
    order = np.arange(0, len(right), 1_000)
    return only_true(
        bool(np.allclose(right, trap)),
        bool((trap < right).mean() > 0.9),
        bool((trap > right).mean() > 0.99 and (trap < 0).mean() < (right < 0).mean() / 2),
        bool((np.argsort(right[order]) == np.argsort(trap[order])).all()),
    )


def _key_first_component() -> int:
    from scipy.stats import spearmanr

    from embedlib.words.counting import decompose

    counts = _counts()
    rho, share = [], []
    for matrix in (counts.matrix.astype(np.float64), _ppmi().matrix):
        parts = decompose(matrix, 1)
        rho.append(abs(float(spearmanr(parts.left[:, 0], counts.frequencies).statistic)))
        share.append(float(parts.singular_values[0] ** 2 / (matrix.data**2).sum()))
    return only_true(
        rho[1] > 0.9 and share[1] < share[0] / 20,
        rho[1] < 0.3,
        rho[1] > 0.9 and share[1] > share[0] / 2,
        rho[0] < 0.3,
    )


def _key_more_text() -> int:
    from embedlib.datasets import simlex999
    from embedlib.evaluation.similarity import difference
    from embedlib.text.corpus import course_corpus
    from embedlib.words.counting import count_cooccurrences, pmi, sparse_vectors

    part = count_cooccurrences(course_corpus("gcide"), window=5, min_count=20)
    dictionary = sparse_vectors(part.words, pmi(part))
    gain = difference(_ppmi(), dictionary, simlex999())
    return only_true(gain.low > 0, gain.low <= 0 <= gain.high, gain.n_common < 100, gain.high < 0)


def _key_strongest() -> int:
    from embedlib.words.counting import pmi

    counts, values = _counts(), pmi(_counts())
    places = {word: place for place, word in enumerate(counts.words)}
    (rare, rare_met), (common, common_met) = (
        (values[places[one], places[other]], counts.matrix[places[one], places[other]])
        for one, other in (("onur", "yalcin"), ("united", "states"))
    )
    return only_true(
        rare_met > common_met,
        rare > common and rare_met < common_met,
        common <= 0,
        bool(values.data.max() < rare - 1e-9) and rare < common,
    )


quiz = Quiz(
    "ch02",
    [
        question(
            "In the four sentences *cat* and *dog* never meet, and the cosine of their rows is 0.875. Why?",
            _key_never_met,
            2,
            (
                "Because both stand beside *the*, and nothing else.",
                "*The* is 4 of the 7 in the sum. Leave its column out, and the cosine is still 0.75.",
            ),
            (
                "Because they meet after all, across the end of a sentence.",
                "No pair reaches across the end of a sentence: their cell holds 0.",
            ),
            (
                "Because the same words stand beside both.",
                "*The*, *drinks*, *chases* and *a*. Whether the two ever meet is one cell of the row among many.",
            ),
            (
                "Because the rows of all words are the same in so small a text.",
                "The row of *milk* has a cosine of 0.25 with that of *cat*. Rows differ even here.",
            ),
        ),
        question(
            "In a table of 1,000 meetings, *salt* has 100 and *pepper* has 50; the two met 20 times. What is their PMI, "
            "to the base 2?",
            _key_salt,
            1,
            ("4", "Four times as often as chance, which gives 100 · 50 / 1,000 = 5 meetings. Now the logarithm."),
            ("2", "Chance gives 5 meetings, there are 20, four times as many: doubled, and doubled again."),
            ("−5.6", "That is the logarithm of 20 / 1,000, how often they meet at all. PMI compares it with chance."),
            ("−8.0", "Counts over counts: 20 / (100 · 50). Make each of the three a share of the 1,000."),
        ),
        question(
            "A cell of a PPMI table holds 0. What do you know about the two words?",
            _key_zero_cell,
            3,
            ("They never met.", "They may have. *Judge* and *sea* met twice, where chance gave 8 meetings."),
            ("They met exactly as often as by chance.", "So *judge* and *old* did. Most zeros have another reason."),
            (
                "They met, but less often than by chance.",
                "Possibly. Or never, or exactly as often: the cut at 0 makes one of three.",
            ),
            (
                "They met no more often than by chance, perhaps never.",
                "That is all. Avoided, unseen and indifferent are the same to PPMI.",
            ),
        ),
        question(
            "Somebody counts pairs in a window of 5, divides them by the number of words in the text, and divides by the "
            "words' shares of the text below the line. What becomes of the PMI?",
            _key_two_totals,
            2,
            (
                "Nothing: a total is a total, and cancels out.",
                "It would, if it were the same one. There are about eight pairs for each word of text.",
            ),
            (
                "Nearly all values fall.",
                "Eight pairs a word above the line, and one word below it: the ratio grows.",
            ),
            (
                "Nearly all values rise, and few are left below 0.",
                "Everything seems to meet more often than by chance, and the cut at 0 cuts hardly anything.",
            ),
            (
                "All rise by one and the same number, so that their order stays.",
                "Nearly. Words at the ends of sentences have fewer neighbours, each word its own share of them.",
            ),
        ),
        question(
            "What does PPMI do to the frequency in the first component?",
            _key_first_component,
            0,
            (
                "It leaves it there, and makes that component small beside the rest.",
                "The correlation is 0.934 after and 0.943 before; the share of all squares falls from 90.7 % to 3.1 %.",
            ),
            (
                "It takes it out: the first component is then about meaning.",
                "One would like to think so. Its correlation with frequency is still 0.934.",
            ),
            (
                "Nothing: the component is as large as before.",
                "The correlation stays; the component shrinks from 90.7 % of all squares to 3.1 %.",
            ),
            (
                "It puts it in: raw counts have no frequency in them.",
                "In raw counts the correlation is 0.943, and the component is nearly all there is.",
            ),
        ),
        question(
            "You have counted a dictionary. You add twice as much other text, speeches and newsgroups. What happens to "
            "the agreement with SimLex-999, on the pairs that both cover?",
            _key_more_text,
            3,
            (
                "It grows: more text is more evidence.",
                "More evidence of another kind: speeches and posts put words beside whatever was going on.",
            ),
            (
                "It stays, within its interval.",
                "Not on SimLex-999, which asks for similarity: the interval of the difference leaves 0 out.",
            ),
            (
                "It cannot be said: they have hardly a pair in common.",
                "They have more than 800. Rare Words would be a reason to hesitate.",
            ),
            (
                "It falls.",
                "Definitions put a word beside what it is. What is added dilutes that.",
            ),
        ),
        question(
            "Sorted by PMI, *onur yalcin*, met 21 times, stands far above *united states*, met 6,422 times. Why?",
            _key_strongest,
            1,
            (
                "*Onur yalcin* is the more frequent pair.",
                "Its words are among the rarest. PMI divides by what chance gives, and here that is next to nothing.",
            ),
            (
                "Two words that are rare and always together beat any frequent pair.",
                "Of two words seen 21 times each, chance expects hardly any meeting. The ratio is enormous.",
            ),
            (
                "*United* and *states* meet no more often than by chance.",
                "They do, some 90 times as often. Being frequent, they would often meet by chance as well.",
            ),
            (
                "It has the largest PMI that there can be.",
                "*Howl howl* is above it. The rarer the words, the higher the ceiling.",
            ),
        ),
    ],
)
QUIZ = quiz
