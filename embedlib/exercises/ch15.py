"""Chapter 15, Semantic search: how its exercises are judged. What they say stands in ``ch15.md``."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from embedlib.evaluation.retrieval import ndcg_at
from embedlib.exercises.answers import as_array, as_known_words, call
from embedlib.exercises.kinds import beats, mean_ahead, number, same
from embedlib.exercises.page import read
from embedlib.exercises.quiz import Quiz, nearest, only_true

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["EXERCISES", "QUIZ", "combine", "fuse", "ndcg", "quiz", "tries"]

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
TEXTS = read("ch15")[0]
RESULTS = Path(__file__).parents[2] / "training" / "results"

ndcg = number(TEXTS["ndcg"], "nDCG at 3", near=0.002)

# --- Exercise 2: fusion

_FILMS = ["alien", "brazil", "casablanca", "diva", "eraserhead", "fargo", "gilda", "heat"]


def _rankings(seed: int, n_rankings: int, n_held: int) -> list[list[str]]:
    rng = np.random.default_rng(seed)
    return [[_FILMS[i] for i in rng.permutation(len(_FILMS))[:n_held]] for _ in range(n_rankings)]


fuse = same(
    TEXTS["fuse"],
    "fuse(rankings, n)",
    [
        (_rankings(0, 3, 6), 5),
        ([["heat", "diva", "gilda"], ["fargo", "alien", "gilda"]], 4),  # two ties
        (_rankings(1, 3, 6), 4),
        (_rankings(2, 4, 7), 6),
        ([["alien", "brazil", "heat", "fargo"], ["gilda", "brazil", "fargo", "heat"]], 3),
        (_rankings(3, 2, 8), 8),
    ],
    lambda value, *case: as_known_words(value, set(_FILMS), "`rankings`"),
    reads="words",
)

# --- Exercise 3: better than places


@cache
def _given() -> tuple[Floats, Floats, Bools, Bools]:
    """BM25's scores and MiniLM's cosines of the plots that MiniLM has first, which is right, and whose films are dev's."""
    from embedlib import datasets

    films = datasets.film_search()
    with np.load(RESULTS / "search_runs.npz") as stored:
        words, meaning = (stored[name].astype(np.float64) for name in ("words", "meaning"))
        right = films.grades(stored["MiniLM"][:, : words.shape[1]].astype(np.int64)) > 0
    return words, meaning, right, (films.queries["split"] == "dev").to_numpy()


def tries() -> tuple[Floats, Floats, Bools]:
    """Both scores, shape (2,445, 50) each, and which plot is right, for the sentences of half of the films."""
    words, meaning, right, dev = _given()
    return words[dev].copy(), meaning[dev].copy(), right[dev].copy()


def _measured(scores: Floats) -> Floats:
    """nDCG at 10 of each held-out sentence; 0 where the right plot is not among the fifty."""
    right = _given()[2][~_given()[3]]
    order = np.argsort(-scores, axis=1, kind="stable")
    return ndcg_at(np.take_along_axis(right, order, axis=1), 10, np.ones((len(right), 1)))


def _combined(function: Any) -> Floats:
    words, meaning, _, dev = _given()
    shape = (int((~dev).sum()), words.shape[1])
    value = call(function, words[~dev].copy(), meaning[~dev].copy())
    return _measured(as_array(value, f"a score for each of {shape[0]:,} × {shape[1]} plots", shape))


@cache
def _by_places() -> Floats:
    words, meaning, _, dev = _given()
    places = [np.argsort(np.argsort(-scores[~dev], axis=1, kind="stable"), axis=1) + 1 for scores in (words, meaning)]
    return _measured(np.sum([1 / (60 + place) for place in places], axis=0))


combine = beats(
    TEXTS["combine"],
    "combine(words, meaning)",
    _combined,
    _by_places,
    mean_ahead,
    lambda: {"tries": tries()},
    reads="array",
    too_good=0.2,
)

EXERCISES = [ndcg, fuse, combine]

# --- Quiz


def _bm25(n: int, n_texts: int, times: int) -> float:
    return float(np.log(1 + (n_texts - n + 0.5) / (n + 0.5)) * times / (times + 1.5))


def _ahead() -> pd.DataFrame:
    import pandas as pd

    table = pd.read_csv(RESULTS / "search_ahead.csv")
    return table[table["collection"] == "reviews → plots"].set_index(["system", "over"])


def _key_rare() -> int:
    return nearest(_bm25(1, 1000, 1) / _bm25(100, 1000, 1), 1.0, 2.8, 100.0)


def _key_often() -> int:
    return nearest(_bm25(10, 1000, 4) / _bm25(10, 1000, 1), 4.0, 1.0, 6.0, 1.8)


def _key_same() -> int:
    from embedlib import datasets

    table, films = _ahead(), datasets.film_search()
    with np.load(RESULTS / "search_runs.npz") as stored:
        hits = [films.grades(stored[name][:, :10].astype(np.int64)).any(axis=1) for name in ("BM25", "MiniLM")]
    fused: Any = table["difference_low"]
    lows = [float(fused[("BM25 + MiniLM", other)]) for other in ("BM25", "MiniLM")]
    differ = min((hits[0] & ~hits[1]).sum(), (hits[1] & ~hits[0]).sum())
    return only_true(bool(differ == 0), bool(differ > 200 and min(lows) > 0), bool(max(lows) <= 0))


def _key_random() -> int:
    import pandas as pd

    found = pd.read_csv(RESULTS / "search.csv").query("collection == 'reviews → plots' and split == 'all'")
    ndcg = found.set_index("system")["ndcg"]
    left = float(ndcg["BM25 + random"] / ndcg["BM25"])
    return only_true(0.95 < left < 1.05, left >= 1.05, left < 0.5)


def _key_ceiling() -> int:
    from embedlib.retrieval.reranking import rerank

    right = np.zeros((100, 20), bool)
    right[:14, 9] = True  # among the ten for 14 of 100
    right[14:60, 15] = True  # further down for others
    order = rerank(np.tile(np.arange(20), (100, 1)), right.astype(float), 10)
    first = np.take_along_axis(right, order, axis=1)[:, 0].mean()
    return nearest(float(first), 0.14, 1.0, 0.6)


def _key_zero() -> int:
    import bm25s

    library: Any = bm25s
    index, texts = library.BM25(), ["a red fish", "two blue birds", "snow"]
    index.index(library.tokenize(texts, show_progress=False), show_progress=False)
    rows, scores = index.retrieve([["insomnia"]], k=2, show_progress=False)
    return only_true(rows.size == 0, False, bool(rows.size == 2 and (scores == 0).all()), False)


def _key_threshold() -> int:
    from embedlib import datasets

    queries = datasets.film_search().queries
    dev, test = (set(queries["film"][queries["split"] == split]) for split in ("dev", "test"))
    return only_true(dev == test, False, not dev & test)


quiz = QUIZ = Quiz.of("ch15", globals())
