"""Chapter 2, Counting contexts: how its exercises are judged. What they say stands in ``ch02.md``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cache
from math import inf
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from embedlib.exercises.answers import as_array, as_known_words, call
from embedlib.exercises.kinds import ahead_by_spearman, beats, numbers, same
from embedlib.exercises.page import read
from embedlib.exercises.quiz import Quiz, nearest, only_true

if TYPE_CHECKING:
    from embedlib.words.counting import Cooccurrences, SparseVectors

__all__ = ["EXERCISES", "QUIZ", "embed", "hand_table", "inf", "quiz", "shared_company"]

Floats = npt.NDArray[np.floating[Any]]
TEXTS = read("ch02")[0]


@cache
def _ppmi() -> SparseVectors:
    """PPMI of the course's counts, as the chapter has it."""
    from embedlib.words.counting import pmi, sparse_vectors

    counts = _counts()
    return sparse_vectors(counts.words, pmi(counts), "PPMI")


def _counts() -> Cooccurrences:
    from embedlib.words.counting import course_counts

    return course_counts()


# --- Exercises

hand_table = numbers(
    TEXTS["hand_table"],
    ["The PPMI of *tea* and *hot*", "The PPMI of *tea* and *write*", "The PPMI of *letter* and *hot*"],
    near=0.01,
)


@cache
def row(word: str) -> Floats:
    return _ppmi().get_word_vector(word)


@cache
def met(word: str) -> Floats:
    return np.asarray(_counts().matrix[[_ppmi().key_index[word]], :].toarray()[0], dtype=np.float64)


def terms(word1: str, word2: str) -> Floats:
    return row(word1) * row(word2)


def product(word1: str, word2: str, context: str) -> float:
    return float(terms(word1, word2)[_ppmi().key_index[context]])


def leading(scores: Floats, n: int) -> list[str]:
    return [_ppmi().words[place] for place in np.argsort(-scores, kind="stable")[:n]]


def lacks(given: Sequence[str], wanted: Sequence[str]) -> str:
    return next(word for word in wanted if word not in given)


def in_words(words: Sequence[str]) -> str:
    quoted = [f"*{word}*" for word in words]
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _same_products(given: list[str], wanted: list[str], word1: str, word2: str, n: int) -> bool:
    got, best = ([product(word1, word2, context) for context in contexts] for contexts in (given, wanted))
    return len(given) == n and bool(np.allclose(got, best, rtol=0, atol=1e-9))


shared_company = same(
    TEXTS["shared_company"],
    "shared_company(word1, word2, n)",
    [("cat", "dog", 5), ("monday", "friday", 12), ("tea", "coffee", 4)],
    lambda value, *case: as_known_words(value, _ppmi().key_index, "`counts.words`"),
    _same_products,
    lambda: {"ppmi": _ppmi(), "counts": _counts()},
    reads="words",
)


class _Task(NamedTuple):
    """Counts of the words of a benchmark with the most frequent contexts, and its pairs as rows of that table."""

    counts: Floats
    pairs: npt.NDArray[np.intp]
    people: Floats


@cache
def task() -> _Task:
    from embedlib.datasets import mturk771

    counts, data = _counts(), mturk771()
    place = {word: row for row, word in enumerate(counts.words)}
    words = [word for word in dict.fromkeys([*data["word1"], *data["word2"]]) if word in place]
    number = {word: i for i, word in enumerate(words)}
    covered = data[data["word1"].isin(words) & data["word2"].isin(words)]
    pairs = np.array([[number[a], number[b]] for a, b in zip(covered["word1"], covered["word2"], strict=True)])
    cells = counts.matrix[[place[word] for word in words], :][:, :2_000].toarray().astype(np.float64)
    cells.flags.writeable = False
    return _Task(cells, pairs, covered["score"].to_numpy(dtype=np.float64))


def _pair_cosines(vectors: Floats) -> Floats:
    rows = vectors / np.abs(vectors).max(axis=1, keepdims=True)  # no overflow, however large the numbers
    unit = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    cosines: Floats = np.einsum("nd,nd->n", unit[task().pairs[:, 0]], unit[task().pairs[:, 1]]).round(9)
    return cosines


@cache
def _factors(weights: str) -> tuple[Floats, Floats]:
    """Components of the table's rows and singular values, for several weights of its cells."""
    table = task().counts
    expected = table.sum(axis=1, keepdims=True) * table.sum(axis=0, keepdims=True) / table.sum()
    weighted = {
        "raw": table,
        "log": np.log1p(table),
        "seen": np.minimum(table, 1),
        "ppmi": np.log(np.maximum(table / expected, 1)),
    }[weights]
    squares, left = np.linalg.eigh(weighted @ weighted.T)
    return left[:, :-51:-1], np.sqrt(np.maximum(squares[:-51:-1], 0))


def components(weights: str, power: float) -> Floats:
    left, values = _factors(weights)
    return left * values**power


def _embedded(function: Any) -> Floats:
    needed = f"{len(task().counts):,} rows, one a word, of at most 50 numbers"
    shape = (len(task().counts), (1, 50))
    return _pair_cosines(as_array(call(function, task().counts), needed, shape, directions=True))


embed = beats(
    TEXTS["embed"],
    "embed(table)",
    _embedded,
    lambda: _pair_cosines(components("log", 0.5)),
    ahead_by_spearman(lambda: task().people),
    reads="table",
    too_good=0.8,
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
    return nearest(right, 4.0, 2.0, math.log2(20 / 1000), math.log2(20 / (100 * 50)))


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
    from embedlib.datasets import men
    from embedlib.evaluation.similarity import difference
    from embedlib.words.counting import course_counts, pmi, to_keyed_vectors, truncated_svd

    whole, dictionary = (
        to_keyed_vectors(counts.words, truncated_svd(pmi(counts), 50), leave_out_empty=True)
        for counts in (_counts(), course_counts("gcide"))
    )
    gain = difference(whole, dictionary, men())
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
        bool(values.data.max() <= rare),
    )


quiz = QUIZ = Quiz.of("ch02", globals())
