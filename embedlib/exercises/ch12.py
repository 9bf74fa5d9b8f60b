"""Chapter 12, Word similarity: how its exercises are judged. What they say stands in ``ch12.md``."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from embedlib import datasets
from embedlib.exercises.answers import as_array, as_number, call
from embedlib.exercises.kinds import ahead_by_spearman, beats, number, same
from embedlib.exercises.page import read
from embedlib.exercises.quiz import Quiz, nearest, only_true
from embedlib.vectors import unit_rows

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["EXERCISES", "QUIZ", "judge", "prepare", "quiz", "tied", "tries"]

Floats = npt.NDArray[np.floating[Any]]
TEXTS = read("ch12")[0]

tied = number(TEXTS["tied"], "The correlation", near=0.002)

# --- Exercise 2: two conventions


def _pairs(seed: int, n: int, share: float, low: float = -0.3) -> tuple[Floats, Floats]:
    """Ratings with ties, and cosines that go with them, some missing and some tied."""
    rng = np.random.default_rng(seed)
    people = rng.integers(0, 11, n).astype(float)
    cosines = np.clip(low + 0.08 * people + rng.normal(0, 0.2, n), -1, 1).round(1)
    cosines[rng.random(n) < share] = np.nan
    return people, cosines


judge = same(
    TEXTS["judge"],
    "judge(people, cosines, missing)",
    [
        (*_pairs(0, 20, 0.3), "zero"),
        (*_pairs(0, 20, 0.3), "skip"),
        (*_pairs(1, 40, 0.1), "skip"),
        (*_pairs(2, 30, 0.5, 0.3), "zero"),
        (*_pairs(3, 15, 0), "skip"),
    ],
    lambda value, *case: as_number(value, "What your function returns"),
    lambda one, other, *case: abs(one - other) < 1e-3,
    reads="score",
)

# --- Exercise 3: better without more data


@cache
def _given() -> tuple[Floats, pd.DataFrame]:
    """GloVe's vectors of MEN's words, and its pairs as rows of that table."""
    from embedlib.words.load import load_word_vectors

    glove, pairs = load_word_vectors("glove-6b-50d"), datasets.men()
    words = sorted({*pairs["word1"], *pairs["word2"]})
    row = {word: i for i, word in enumerate(words)}
    table = pairs.assign(first=pairs["word1"].map(row), second=pairs["word2"].map(row))
    return glove[words].astype(np.float64), table[["first", "second", "score"]]


def tries() -> tuple[Floats, pd.DataFrame]:
    """Vectors to try on, shape (751, 50), and every second pair: columns first, second (rows of the table), score."""
    vectors, pairs = _given()
    return vectors.copy(), pairs[::2].reset_index(drop=True)


def _cosines(function: Any) -> Floats:
    """The cosines of the held-out pairs."""
    vectors, pairs = _given()
    value = call(function, vectors.copy())
    needed = f"a row for each of {len(vectors)} words, of 1 to 100 numbers"
    unit = unit_rows(as_array(value, needed, (len(vectors), (1, 100)), directions=True))
    held = pairs[1::2]
    cosines: Floats = np.einsum("nd,nd->n", unit[held["first"]], unit[held["second"]])
    return cosines


prepare = beats(
    TEXTS["prepare"],
    "prepare(vectors)",
    _cosines,
    cache(lambda: _cosines(lambda vectors: vectors)),
    ahead_by_spearman(lambda: _given()[1][1::2]["score"].to_numpy()),
    lambda: {"tries": tries()},
    reads="table",
    too_good=0.85,
)

EXERCISES = [tied, judge, prepare]

# --- Quiz


@cache
def _models() -> Any:
    from embedlib.words.models import word_models

    return word_models()


def _spearman(model: str, pairs: Any, **options: Any) -> float:
    from embedlib.evaluation.similarity import evaluate_similarity

    return evaluate_similarity(_models()[model], pairs, n_bootstrap=0, **options).correlation


def _covered(pairs: pd.DataFrame) -> npt.NDArray[np.bool_]:
    from embedlib.evaluation.similarity import evaluate_similarity

    return evaluate_similarity(_models()["Google News"], pairs, n_bootstrap=0).pairs["covered"].to_numpy()


def _key_perfect() -> int:
    from scipy.stats import spearmanr

    pairs = datasets.rw()
    flawless = np.where(_covered(pairs), pairs["score"] + 1, 0)
    return nearest(float(spearmanr(flawless, pairs["score"]).statistic), 1.0, 0.5, 0.08)


def _key_tied() -> int:
    from scipy.stats import rankdata

    ranks = rankdata([1, 2, 3, 4, 5, 5])[-2:]
    return [(5, 6), (5, 5), (5.5, 5.5), (6, 6)].index((ranks[0], ranks[1]))


def _key_twice() -> int:
    pairs = datasets.wordsim353()
    once = pairs.drop_duplicates(["word1", "word2"])
    moved = max(abs(_spearman(name, pairs) - _spearman(name, once)) for name in _models())
    return only_true(0 < moved < 0.005, 0.02 < moved < 0.04, moved == 0)


def _key_fewer() -> int:
    pairs = datasets.rw()
    gained = _spearman("GloVe 6B", pairs[_covered(pairs)]) - _spearman("GloVe 6B", pairs)
    return only_true(gained < -0.01, abs(gained) < 0.01, gained > 0.05)


def _key_overlap() -> int:
    from embedlib.evaluation.similarity import difference

    found = difference(_models()["counted"], _models()["skip-gram"], datasets.men())
    return only_true(found.low <= 0, found.low > 0, found.difference > 0.05)


def _key_few() -> int:
    from scipy.stats import rankdata

    from embedlib.evaluation.intervals import steiger
    from embedlib.evaluation.similarity import evaluate_similarity

    pairs = datasets.men()
    both = [
        evaluate_similarity(_models()[name], pairs, n_bootstrap=0).pairs["model"] for name in ("counted", "GloVe 6B")
    ]
    values = np.array([pairs["score"], *both])
    values = values[:, ~np.isnan(values).any(axis=0)]
    drawn = values[:, np.random.default_rng(0).integers(0, values.shape[1], (1000, 65))]
    r = np.array([np.corrcoef(rows) for rows in rankdata(drawn, axis=2).swapaxes(0, 1)])
    z, p = steiger(r[:, 0, 1], r[:, 0, 2], r[:, 1, 2], 65)
    told, wrong = float(((p < 0.05) & (z > 0)).mean()), float((z < 0).mean())
    return only_true(told > 0.5, told < 0.2 and wrong > 0.15, False)


def _key_verbs() -> int:
    from embedlib.evaluation.similarity import difference

    glove, fasttext = _models()["GloVe 6B"], _models()["fastText"]
    simlex = datasets.simlex999()
    nouns, verbs = (difference(glove, fasttext, part) for part in (simlex[111:777], simlex[777:]))
    return only_true(False, bool(verbs.high < 0 < nouns.high), False)


quiz = QUIZ = Quiz.of("ch12", globals())
