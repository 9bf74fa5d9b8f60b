"""Chapter 17, Recommendation: how its exercises are judged. What they say stands in ``ch17.md``."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from embedlib import datasets
from embedlib.evaluation.recommendation import held_out_ranks, hits, ndcg
from embedlib.exercises.answers import as_array, as_number, call
from embedlib.exercises.kinds import beats, mean_ahead, number, same
from embedlib.exercises.page import read
from embedlib.exercises.quiz import Quiz, nearest, only_true
from embedlib.recommendation import as_matrix, histories, item_knn

__all__ = ["EXERCISES", "QUIZ", "first_back", "learn", "place", "quiz", "tries"]

Floats = npt.NDArray[np.floating[Any]]
TEXTS = read("ch17")[0]

place = number(TEXTS["place"], "The mean", near=0.002)

# --- Exercise 2: the first film of the last visit

HOUR = 3600
first_back = same(
    TEXTS["first_back"],
    "first_back(times, pause)",
    [
        ([0, 10, 20, 9000, 9010, 9020], HOUR),
        ([0, 5, 8000, 8001, 20_000, 20_004, 20_010], HOUR),
        ([0, 1, 2, 3], HOUR),
        ([100, 100, 100, 100 + HOUR, 100 + HOUR], HOUR),
        ([0, HOUR + 1], HOUR),
        ([5, 90, 200, 230], 100),
        ([7], HOUR),
    ],
    lambda value, *case: as_number(value, "What your function returns"),
    lambda one, other, *case: abs(one - other) < 1e-9,
    reads="score",
)

# --- Exercise 3: a better table of films by films

LEAST = 20  # people who liked a film: 600 films, so that a check takes a second


@cache
def _given() -> tuple[Floats, npt.NDArray[np.int64]]:
    """What people liked of the better known films, and the one of these that each liked last."""
    ratings = datasets.movielens_100k()
    likes = ratings[ratings["rating"] >= 4]
    likes = likes[likes.groupby("film")["person"].transform("size") >= LEAST]
    lists, films = histories(likes)
    lists = [one for one in lists if len(one) > 1]
    return as_matrix([one[:-1] for one in lists], len(films)), np.array([one[-1] for one in lists])


def tries() -> tuple[Floats, npt.NDArray[np.int64]]:
    """What every second person liked of some 600 films, (n, m), and the film that each liked last, (n,)."""
    seen, last = _given()
    return seen[::2].copy(), last[::2].copy()


def _gains(function: Any) -> Floats:
    """nDCG@10 of each person who was kept back."""
    seen, last = _given()
    n_films = seen.shape[1]
    table = as_array(
        call(function, seen.copy()), f"a table of {n_films} rows and {n_films} columns", (n_films, n_films)
    )
    return ndcg(held_out_ranks(seen[1::2] @ table, seen[1::2], last[1::2]))


learn = beats(
    TEXTS["learn"],
    "learn(seen)",
    _gains,
    cache(lambda: _gains(item_knn)),
    mean_ahead,
    lambda: {"tries": tries(), "item_knn": item_knn},
    reads="array",
    too_good=0.3,
)

EXERCISES = [place, first_back, learn]

# --- Quiz

RESULTS = Path(__file__).parents[2] / "training" / "results"


@cache
def _rows(table: str) -> list[dict[str, str]]:
    with (RESULTS / f"{table}.csv").open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def _row(table: str, **wanted: str) -> dict[str, str]:
    return next(
        row for row in _rows(table) if all(row[name.replace("_", " ")] == value for name, value in wanted.items())
    )


def _key_popular() -> int:
    return nearest(float(_row("recommendation", method="popularity")["hit"]), 1 / 13, 1 / 2, 1 / 150)


def _key_recipe() -> int:
    usual, evenly = _rows("recommendation_lessons")[0], _rows("recommendation_lessons")[4]
    popular = float(_row("recommendation", method="popularity")["ndcg"])
    return only_true(
        float(usual["ndcg"]) > popular,
        float(evenly["ndcg"]) < popular,
        float(usual["ndcg"]) < popular < float(evenly["ndcg"]),
    )


def _key_level() -> int:
    few = {row["method"]: row for row in _rows("recommendation") if row["asked with"] != "all"}
    one, other = few["counted windows"], few["item2vec"]
    ahead = {row["method"]: row for row in _rows("recommendation_ahead") if row["less"] == "EASE"}
    level = all(float(ahead[m]["low"]) < 0 < float(ahead[m]["high"]) for m in ("counted windows", "item2vec"))
    times = float(one["films"]) / float(other["films"])
    few_like = all(float(row["liked by"]) < 20 for row in (one, other))
    return only_true(level and 0.9 < times < 1.1, not level, few_like, level and times > 2)


def _key_form() -> int:
    ratings = datasets.movielens_100k()
    together = ratings.groupby(["person", "time"])["film"].transform("size") > 1
    return nearest(float(together.mean()), 0.08, 0.76, 0.3)


def _key_return() -> int:
    back = [row for row in _rows("recommendation_returns") if row["target"] == "first film of the next visit"]
    ahead = [row for row in back if row["method"] != "popularity"]
    above = any(float(row["low_ahead"]) > 0 for row in ahead)
    below = all(float(row["high_ahead"]) < 0 for row in ahead)
    return only_true(above, not above and not below, below)


def _key_sampled() -> int:
    """Ten people, a film at place 100 of 1,400: among 100 drawn ones it usually comes among the first ten."""
    rng = np.random.default_rng(0)
    better = rng.hypergeometric(99, 1300, 100, size=1000)
    return nearest(float(hits(1 + better, 10).mean()), 0.0, 0.1, 0.84)


def _key_text() -> int:
    auc = {row["by"]: float(row["auc"]) for row in _rows("recommendation_new")}
    return nearest(auc["title and genres"], auc["20 who liked it"], auc["1 who liked it"], auc["5 who liked it"])


quiz = QUIZ = Quiz.of("ch17", globals())
