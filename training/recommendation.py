"""What chapter 17 shows of recommenders: tuned alike, asked with three seeds, and under other ways to split.

Each part by itself, ``python training/recommendation.py tuning``, or all in order; about ten minutes on one core.

- ``recommendation_tuning.csv``: every setting of every method on the validation film, the last but one that each
  person liked. Twelve settings a method; methods that take any list of films are asked with the last film, the last
  five, the last ten and all. ``recommendation_chosen.csv``: the best by nDCG@10, with the whole history and with the
  best of the four. ``recommendation_edges.csv``: where the best lay at an edge of its grid, the best of what lies
  beyond, on the validation film, and how far ahead it is on the last one, paired by person;
  ``recommendation_edges_ahead.csv`` the methods against each other with these settings.
- ``recommendation.csv``: the chosen ones on the last film that each person liked: nDCG@10 and hit@10 with intervals
  over people, films reached, Gini, how many like the recommended films; means over three seeds where a method draws.
  ``recommendation_ahead.csv``: differences, paired by person.
- ``recommendation_lessons.csv``: item2vec as lessons have it, and changed a step at a time;
  ``recommendation_whole.csv``: with all that a person liked as one window.
- ``recommendation_vectors.npz``: the vectors of item2vec and ALS, seed 0, in half precision.
- ``recommendation_returns.csv``: for people who paused for more than an hour, the next film of the same visit and the
  first of the next visit; ``recommendation_change.csv`` how much of the lead over popularity goes, and how far each
  falls by itself; ``recommendation_hindsight.csv`` the best setting for the latter, chosen on the same people.
- ``recommendation_few.csv``: the last few films in place of all, paired by person.
- ``recommendation_order.csv``, ``recommendation_order_change.csv``: with every history shuffled, three times, asked as
  before and as suits the shuffled histories.
- ``recommendation_splits.csv``: one film held out at random, the last one, or by one date for all; and how much of
  the training lies in the future.
- ``recommendation_new.csv``: films that nobody has liked yet, by their text, or by the first few who liked them.
- ``recommendation_stars.csv``: predicting stars, and ranking by the predicted stars.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # implicit asks for it

import numpy as np
import numpy.typing as npt
import pandas as pd

from embedlib import datasets
from embedlib.evaluation.recommendation import compare, gini, held_out_ranks, hits, ndcg, recommended
from embedlib.recommendation import as_matrix, ease, histories, item2vec, item_knn, last_few, window_counts
from embedlib.recommendation.models import als_rows

RESULTS = Path(__file__).parent / "results"
Floats = npt.NDArray[np.float64]
Lists = list[npt.NDArray[np.int64]]
Scorer = Callable[[Lists], Floats]  # from what each person liked to a score for every film
SEEDS = (0, 1, 2)
QUERIES = {"the last film": 1, "the last five": 5, "the last ten": 10, "all": None}
DRAWN = ("item2vec", "ALS", "BPR", "random")


@cache
def liked() -> tuple[Lists, npt.NDArray[np.int64]]:
    """Each person's films of four stars and more in order of time, and the films' numbers."""
    ratings = datasets.movielens_100k()
    return histories(ratings[ratings["rating"] >= 4])


# ---- Methods ------------------------------------------------------------------------------------------------------


def neighbours(seen: Floats, lists: Lists, seed: int, *, k: int | None, shrink: float) -> Any:
    return by_table(item_knn(seen, k, shrink))


def shallow(seen: Floats, lists: Lists, seed: int, *, penalty: float) -> Any:
    return by_table(ease(seen, penalty))


def counted(seen: Floats, lists: Lists, seed: int, *, window: int, weighing: str) -> Any:
    """How often two films stand near one another; as a share of the first film's neighbours, or as a cosine."""
    counts = window_counts(lists, seen.shape[1], window)
    often = counts.sum(axis=1) + 1
    if weighing == "share":
        return by_table(counts / often[:, None])
    return by_table(counts / np.sqrt(np.outer(often, often)))


def words(seen: Floats, lists: Lists, seed: int, *, window: int, exponent: float, epochs: int, read: str) -> Any:
    vectors = trained(tuple(map(tuple, lists)), seen.shape[1], window, exponent, epochs, seed)
    if read == "inside · outside":
        return by_table(vectors.inside @ vectors.outside.T)
    lengths = np.linalg.norm(vectors.inside, axis=1, keepdims=True)
    unit = vectors.inside / np.where(lengths > 0, lengths, 1)  # a film that nobody liked yet has no vector
    return by_table(unit @ unit.T)


@cache
def trained(lists: Any, n_items: int, window: int, exponent: float, epochs: int, seed: int) -> Any:
    return item2vec(lists, n_items, window=window, exponent=exponent, epochs=epochs, seed=seed)


def factors(seen: Floats, lists: Lists, seed: int, *, width: int, alpha: float, penalty: float) -> Any:
    """Implicit ALS; a list of films becomes a person's vector by half a step."""
    items = als_items(seen, width, alpha, penalty, seed)
    return lambda asked: als_rows(as_matrix(asked, seen.shape[1]), items, alpha, penalty) @ items.T


def als_items(seen: Floats, width: int, alpha: float, penalty: float, seed: int) -> Floats:
    from implicit.als import AlternatingLeastSquares
    from scipy.sparse import csr_matrix

    model = AlternatingLeastSquares(
        factors=width, alpha=alpha, regularization=penalty, iterations=15, random_state=seed, num_threads=1
    )
    model.fit(csr_matrix(seen.astype(np.float32)), show_progress=False)
    return np.asarray(model.item_factors, dtype=np.float64)


def pairwise(seen: Floats, lists: Lists, seed: int, *, width: int, rate: float, iterations: int) -> Any:
    """BPR: each person has a vector of its own, so that it is asked with all that the person liked."""
    from implicit.bpr import BayesianPersonalizedRanking
    from scipy.sparse import csr_matrix

    model = BayesianPersonalizedRanking(
        factors=width, learning_rate=rate, regularization=0.01, iterations=iterations, random_state=seed, num_threads=1
    )
    model.fit(csr_matrix(seen.astype(np.float32)), show_progress=False)
    scores = np.asarray(model.user_factors @ model.item_factors.T, dtype=np.float64)
    return lambda asked: scores


def popular(seen: Floats, lists: Lists, seed: int) -> Any:
    return lambda asked: np.tile(seen.sum(axis=0), (len(asked), 1))


def by_lot(seen: Floats, lists: Lists, seed: int) -> Any:
    return lambda asked: np.random.default_rng(seed).random((len(asked), seen.shape[1]))


def by_table(weights: Floats) -> Scorer:
    return lambda asked: as_matrix(asked, len(weights)) @ weights


METHODS: dict[str, Callable[..., Scorer]] = {
    "random": by_lot,
    "popularity": popular,
    "item-kNN": neighbours,
    "counted windows": counted,
    "item2vec": words,
    "BPR": pairwise,
    "ALS": factors,
    "EASE": shallow,
}
GRIDS: dict[str, dict[str, list[Any]]] = {
    "random": {},
    "popularity": {},
    "item-kNN": {"k": [20, 50, 100, None], "shrink": [0.0, 10.0, 100.0]},
    "counted windows": {"window": [1, 2, 5, 10, 20, 50], "weighing": ["share", "cosine"]},
    "item2vec": {
        "window": [2, 5, 10],
        "exponent": [0.75, 0.0],
        "epochs": [5, 10],
        "read": ["cosine", "inside · outside"],
    },
    "BPR": {"width": [32, 64], "rate": [0.01, 0.05], "iterations": [30, 100, 300]},
    "ALS": {"width": [32, 64, 128], "alpha": [1.0, 5.0], "penalty": [0.1, 10.0]},
    "EASE": {"penalty": [10.0, 20.0, 30.0, 50.0, 100.0, 150.0, 200.0, 300.0, 500.0, 1000.0, 2000.0, 5000.0]},
}
BEYOND: dict[str, dict[str, list[Any]]] = {
    "item-kNN": {"k": [20, 50, 100], "shrink": [300.0, 1000.0]},
    "item2vec": {"window": [5], "exponent": [-0.25, -0.5], "epochs": [10, 20], "read": ["inside · outside"]},
    "BPR": {"width": [16, 32], "rate": [0.003, 0.01], "iterations": [100, 300, 600]},
    "ALS": {"width": [32, 128, 256], "alpha": [5.0, 10.0], "penalty": [30.0, 100.0]},
}


def settings(method: str, grids: dict[str, dict[str, list[Any]]] = GRIDS) -> Iterator[dict[str, Any]]:
    """Every setting of a method's grid."""
    grid = grids[method]
    for values in product(*grid.values()):
        yield dict(zip(grid, values, strict=True))


def queries(method: str) -> dict[str, int | None]:
    return QUERIES if method not in ("random", "popularity", "BPR") else {"all": None}


class Asked(NamedTuple):
    """A method's answer: each held-out film's place, and the ten films that each person is shown."""

    ranks: npt.NDArray[np.int64]
    shown: npt.NDArray[np.int64]


def ask(score: Scorer, lists: Lists, held_out: Any, n_items: int, last: int | None) -> Asked:
    seen = as_matrix(lists, n_items)
    scores = score(last_few(lists, last))
    return Asked(held_out_ranks(scores, seen, held_out), recommended(scores, seen))


# ---- Parts --------------------------------------------------------------------------------------------------------


def tuning() -> None:
    lists, films = liked()
    earlier, held_out = [one[:-2] for one in lists], np.array([one[-2] for one in lists])
    seen, rows = as_matrix(earlier, len(films)), []
    for method, fit in METHODS.items():
        for setting in settings(method):
            score = fit(seen, earlier, 0, **setting)
            for query, last in queries(method).items():
                ranks = ask(score, earlier, held_out, len(films), last).ranks
                found = {"ndcg": ndcg(ranks).mean(), "hit": hits(ranks).mean()}
                rows.append({"method": method, "setting": repr(setting), "asked with": query, **found})
        print(pd.DataFrame(rows[-1:]).to_string(header=False), flush=True)
    table = pd.DataFrame(rows)
    store(table, "recommendation_tuning")
    whole = table[table["asked with"] == "all"]
    best = [part.loc[part.groupby("method", sort=False)["ndcg"].idxmax()] for part in (whole, table)]
    store(pd.concat(best).drop_duplicates(), "recommendation_chosen")


def edges() -> None:
    lists, films = liked()
    before, held_out = [one[:-2] for one in lists], np.array([one[-2] for one in lists])
    seen, rows = as_matrix(before, len(films)), []
    usual = {row[0]: row for row in chosen()}  # the best with any query comes last
    tuned = pd.read_csv(RESULTS / "recommendation_chosen.csv").groupby("method")["ndcg"].max()
    further = dict(usual)
    for method in BEYOND:
        found, within = [], list(settings(method))
        for setting in (each for each in settings(method, BEYOND) if each not in within):
            score = METHODS[method](seen, before, 0, **setting)
            for query, last in queries(method).items():
                found.append((ndcg(ask(score, before, held_out, len(films), last).ranks).mean(), query, setting))
        best, query, setting = max(found, key=lambda row: row[0])
        rows.append({"method": method, "setting": repr(setting), "asked with": query, "within": tuned[method]})
        rows[-1]["beyond"] = best
        further[method] = (method, query, setting)
    earlier, last = [one[:-1] for one in lists], np.array([one[-1] for one in lists])
    picked = [*usual.values(), *(further[method] for method in BEYOND)]
    table, people = measured(picked, earlier, last, len(films))
    gains = dict(zip([*usual, *(f"{method}, further" for method in BEYOND)], people.values(), strict=True))
    own = compare({method: gains[f"{method}, further"] - gains[method] for method in BEYOND})
    found_there = pd.DataFrame({"method": [*BEYOND], "ndcg": table["ndcg"].tolist()[len(usual) :]})
    store(pd.DataFrame(rows).merge(found_there, on="method").merge(own, on="method"), "recommendation_edges")
    gain_on_dev = {row["method"] for row in rows if row["beyond"] > row["within"]}
    best = {method: gains[f"{method}, further" if method in gain_on_dev else method] for method in usual}
    parts = [compare(best, reference=other).assign(less=other) for other in best]
    store(pd.concat(parts), "recommendation_edges_ahead")


def chosen() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, query and setting: the best with the whole history, then the best with any."""
    for row in pd.read_csv(RESULTS / "recommendation_chosen.csv").to_dict("records"):
        yield row["method"], row["asked with"], eval(row["setting"], {}, {})


def lessons() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """item2vec as lessons have it: window 5, cosines of the first table, the mean of all that was liked."""
    as_taught = {"window": 5, "exponent": 0.75, "epochs": 10}
    for exponent, read, query in [
        (0.75, "cosine", "all"),
        (0.75, "cosine", "the last film"),
        (0.75, "inside · outside", "the last film"),
        (0.0, "cosine", "the last film"),
        (0.0, "inside · outside", "the last film"),
        (0.0, "inside · outside", "the last five"),
    ]:
        yield "item2vec", query, {**as_taught, "exponent": exponent, "read": read}


def measured(which: Any, lists: Lists, held_out: Any, n_items: int, seeds: Any = SEEDS) -> tuple[Any, dict[str, Any]]:
    """A row a method, means over the seeds; and each person's nDCG, means over the seeds, by method and query."""
    seen, rows, people = as_matrix(lists, n_items), [], {}
    often = seen.sum(axis=0)
    for method, query, setting in which:
        runs = []
        for seed in seeds if method in DRAWN else seeds[:1]:
            score = METHODS[method](seen, lists, seed, **setting)
            runs.append(ask(score, lists, held_out, n_items, QUERIES[query]))
        gain = np.mean([ndcg(run.ranks) for run in runs], axis=0)
        hit = np.mean([hits(run.ranks) for run in runs], axis=0)
        counts = [np.bincount(run.shown.ravel(), minlength=n_items) for run in runs]
        ends = compare({"ndcg": gain, "hit": hit}).set_index("method")
        row: dict[str, Any] = {"method": method, "asked with": query, "setting": repr(setting), "runs": len(runs)}
        for name in ("ndcg", "hit"):
            row |= {
                name: ends.loc[name, "mean"],
                f"{name}_low": ends.loc[name, "low"],
                f"{name}_high": ends.loc[name, "high"],
            }
        row["least"], row["most"] = (f([ndcg(run.ranks).mean() for run in runs]) for f in (min, max))
        row["films"] = np.mean([(count > 0).sum() for count in counts])
        row["gini"] = np.mean([gini(count) for count in counts])
        row["liked by"] = np.mean([often[run.shown].mean() for run in runs])
        rows.append(row)
        people[f"{method}, {query}, {setting}"] = gain
        print(method, query, setting, round(row["ndcg"], 4), round(row["films"]), flush=True)
    return pd.DataFrame(rows), people


def methods() -> None:
    lists, films = liked()
    earlier, held_out = [one[:-1] for one in lists], np.array([one[-1] for one in lists])
    picked = list(chosen())
    table, people = measured(picked, earlier, held_out, len(films))
    store(table, "recommendation")
    best = {}
    for (method, *_), gain in zip(picked, people.values(), strict=True):
        best[method] = gain  # the best with any query comes after the best with the whole history
    parts = [compare(best, reference=other).assign(less=other) for other in best]
    store(pd.concat(parts), "recommendation_ahead")
    store(measured(lessons(), earlier, held_out, len(films))[0], "recommendation_lessons")
    kept = {}
    for method, query, setting in picked:
        seen = as_matrix(earlier, len(films))
        if method == "item2vec" and query != "all":
            of = {name: value for name, value in setting.items() if name != "read"}
            vectors = item2vec(earlier, len(films), **of, seed=0)
            kept |= {"inside": vectors.inside, "outside": vectors.outside}
        if method == "ALS" and query != "all":
            kept["als"] = als_items(seen, setting["width"], setting["alpha"], setting["penalty"], 0)
            kept |= {"als_alpha": np.array(setting["alpha"]), "als_penalty": np.array(setting["penalty"])}
    np.savez_compressed(
        RESULTS / "recommendation_vectors.npz", **{name: value.astype(np.float16) for name, value in kept.items()}
    )


def whole() -> None:
    """item2vec as its authors have it: all that a person liked is one window. Slow, so one seed and one setting."""
    lists, films = liked()
    earlier, held_out = [one[:-1] for one in lists], np.array([one[-1] for one in lists])
    of = {"window": 1000, "exponent": 0.75, "epochs": 20}
    reads = [("cosine", query) for query in QUERIES] + [("inside · outside", "the last five")]
    which = [("item2vec", query, {**of, "read": read}) for read, query in reads]
    store(measured(which, earlier, held_out, len(films), (0,))[0], "recommendation_whole")


def order() -> None:
    """The chosen settings with every history shuffled, three times: asked as before, and as suits the shuffled best.

    What suits is chosen on the last film but one, as it was for the histories in order.
    """
    lists, films = liked()
    picked = [row for row in chosen() if row[0] not in ("random", "popularity", "BPR") and row[1] != "all"]
    whole, before = [one[:-1] for one in lists], [one[:-2] for one in lists]
    last, last_but_one = (np.array([one[-back] for one in lists]) for back in (1, 2))
    rows, changes = [], []
    for method, query, setting in picked:
        tuned, found = {}, {}
        for seed in SEEDS:
            rng = np.random.default_rng(seed)
            shuffled = [rng.permutation(one) for one in whole]
            drawn = [rng.permutation(one) for one in before]
            score = METHODS[method](as_matrix(drawn, len(films)), drawn, seed, **setting)
            for name, few in QUERIES.items():
                ranks = ask(score, drawn, last_but_one, len(films), few).ranks
                tuned[name] = tuned.get(name, 0) + ndcg(ranks).mean()
            score = METHODS[method](as_matrix(shuffled, len(films)), shuffled, seed, **setting)
            for name, few in QUERIES.items():
                found["shuffled", name, seed] = ndcg(ask(score, shuffled, last, len(films), few).ranks)
            score = METHODS[method](as_matrix(whole, len(films)), whole, seed, **setting)
            found["as it was", query, seed] = ndcg(ask(score, whole, last, len(films), QUERIES[query]).ranks)
        suits = max(tuned, key=lambda name: tuned[name])
        arms = {"as it was": ("as it was", query), "shuffled": ("shuffled", query)}
        arms["shuffled, asked as suits it"] = ("shuffled", suits)
        gains = {arm: np.mean([found[(*key, seed)] for seed in SEEDS], axis=0) for arm, key in arms.items()}
        asked = {arm: key[1] for arm, key in arms.items()}
        table = compare(gains).rename(columns={"method": "order", "mean": "ndcg"})
        rows.append(
            table.assign(method=method, setting=repr(setting)).assign(**{"asked with": table["order"].map(asked)})
        )
        less = {arm: gains["as it was"] - gain for arm, gain in gains.items() if arm != "as it was"}
        changes.append(compare(less).rename(columns={"method": "order", "mean": "difference"}).assign(method=method))
        print(table, suits, flush=True)
    store(pd.concat(rows), "recommendation_order")
    store(pd.concat(changes), "recommendation_order_change")


def few() -> None:
    """The last few films in place of all that a person liked: how much that moves each method, paired by person."""
    lists, films = liked()
    earlier, held_out = [one[:-1] for one in lists], np.array([one[-1] for one in lists])
    picked = [row for row in chosen() if row[0] not in ("random", "popularity", "BPR")]
    people = measured(picked, earlier, held_out, len(films))[1]
    moved = {}
    for method in dict.fromkeys(row[0] for row in picked):
        whole, last = (gain for name, gain in people.items() if name.startswith(f"{method}, "))
        moved[method] = last - whole
    store(compare(moved).rename(columns={"mean": "difference"}), "recommendation_few")


def visits() -> Iterator[tuple[int, int]]:
    """A person's row, and how many films were liked before the last pause of more than an hour; five or more."""
    ratings = datasets.movielens_100k()
    ratings = ratings[ratings["rating"] >= 4].sort_values(["person", "time"], kind="stable")
    for row, (_, time) in enumerate(ratings.groupby("person")["time"]):
        pauses = np.flatnonzero(np.diff(time.to_numpy()) > 3600) + 1
        if len(pauses) and pauses[-1] >= 5:
            yield row, int(pauses[-1])


def returns() -> None:
    """The last film of a visit, and the first of the next one, for the same people."""
    lists, films = liked()
    cuts = dict(visits())
    who = np.array(list(cuts))
    picked = [row for row in chosen() if row[0] not in ("random", "BPR")]
    tables, gains, values = [], [], []
    for target, back in (("next line of the same visit", 1), ("first film of the next visit", 0)):
        earlier = [one[: cuts[row] - back] if row in cuts else one for row, one in enumerate(lists)]
        held_out = np.array([lists[row][cuts[row] - back] for row in who])
        seen, people, found_by = as_matrix(earlier, len(films)), {}, {}
        for method, query, setting in picked:
            runs, hit = [], []
            for seed in SEEDS if method in DRAWN else (0,):
                score = METHODS[method](seen, earlier, seed, **setting)
                asked = last_few([earlier[row] for row in who], QUERIES[query])
                ranks = held_out_ranks(score(asked), seen[who], held_out)
                runs.append(ndcg(ranks))
                hit.append(hits(ranks).mean())
            people[f"{method}, {query}"] = np.mean(runs, axis=0)
            found_by[f"{method}, {query}"] = float(np.mean(hit))
        found = compare(people).merge(
            compare(people, reference="popularity, all"), on="method", how="left", suffixes=("", "_ahead")
        )
        tables.append(found.assign(target=target, people=len(who), hit=found["method"].map(found_by)))
        values.append(people)
        gains.append({name: gain - people["popularity, all"] for name, gain in people.items()})
    change = {name: gains[0][name] - gains[1][name] for name in gains[0] if name != "popularity, all"}
    own = {name: values[0][name] - values[1][name] for name in values[0]}  # below 0 for what rises
    kept = [compare(part).rename(columns={"mean": "difference"}) for part in (change, own)]
    store(pd.concat([kept[0].assign(of="lead"), kept[1].assign(of="own")]), "recommendation_change")
    table = pd.concat(tables).rename(columns={"mean": "ndcg"})
    table[["method", "asked with"]] = table["method"].str.split(", ", n=1, expand=True)
    store(table, "recommendation_returns")


def hindsight() -> None:
    """Of all settings the one that finds most first films of the next visit, chosen on the very same people."""
    lists, films = liked()
    cuts = dict(visits())
    who = np.array(list(cuts))
    earlier = [one[: cuts[row]] if row in cuts else one for row, one in enumerate(lists)]
    held_out = np.array([lists[row][cuts[row]] for row in who])
    seen, people = as_matrix(earlier, len(films)), {}
    for method in ("popularity", "item-kNN", "counted windows", "ALS", "EASE"):
        tried = {}
        for setting in settings(method):
            score = METHODS[method](seen, earlier, 0, **setting)
            for query, last in queries(method).items():
                asked = last_few([earlier[row] for row in who], last)
                tried[f"{setting}, {query}"] = ndcg(held_out_ranks(score(asked), seen[who], held_out))
        best = max(tried, key=lambda name: tried[name].mean())
        people[method] = tried[best]
        print(method, best, round(tried[best].mean(), 4))
    found = compare(people).merge(
        compare(people, reference="popularity"), on="method", how="left", suffixes=("", "_ahead")
    )
    store(found.rename(columns={"mean": "ndcg"}), "recommendation_hindsight")


def splits() -> None:
    """Three ways to hold a film out, and how much of what is trained on had not happened yet."""
    lists, films = liked()
    ratings = datasets.movielens_100k()
    ratings = ratings[ratings["rating"] >= 4].sort_values(["person", "time"], kind="stable")
    times = [time.to_numpy() for _, time in ratings.groupby("person")["time"]]
    cut = np.quantile(np.concatenate(times), 0.8)
    rng = np.random.default_rng(0)
    places = {
        "at random": [int(rng.integers(len(one))) for one in lists],
        "the last": [len(one) - 1 for one in lists],
        "one date for all": [int((time <= cut).sum()) for time in times],
    }
    rows = []
    for how, place in places.items():
        if how == "one date for all":
            earlier = [one[:at] for one, at in zip(lists, place, strict=True)]
            who = [row for row, at in enumerate(place) if 5 <= at < len(lists[row])]
            kept = [time[:at] for time, at in zip(times, place, strict=True)]
        else:
            earlier = [np.delete(one, at) for one, at in zip(lists, place, strict=True)]
            who = list(range(len(lists)))
            kept = [np.delete(time, at) for time, at in zip(times, place, strict=True)]
        held_out = np.array([lists[row][place[row]] for row in who])
        moments = [times[row][place[row]] for row in who]
        everything = np.sort(np.concatenate(kept))
        later = np.mean([1 - np.searchsorted(everything, moment, "right") / len(everything) for moment in moments])
        own = np.mean([(kept[row] > moment).mean() for row, moment in zip(who, moments, strict=True)])
        seen, people = as_matrix(earlier, len(films)), {}
        for method, query, setting in chosen():
            if method in ("popularity", "item-kNN", "EASE") and query == "all":
                scores = METHODS[method](seen, earlier, 0, **setting)(earlier)
                people[method] = ndcg(held_out_ranks(scores[who], seen[who], held_out))
        rows.append(compare(people).assign(split=how, people=len(who), later=later, own=own))
    store(pd.concat(rows).rename(columns={"mean": "ndcg"}), "recommendation_splits")


def new() -> None:
    """Films hidden from the training, five parts of them: who of all people will like one?"""
    from sklearn.linear_model import RidgeCV

    from embedlib.contextual import ContextualEncoder

    lists, films = liked()
    about = datasets.movielens_100k_films().set_index("film").loc[films]
    texts = [f"{row.title}, {row.year}: {', '.join(row.genres)}" for row in about.itertuples()]
    genres = [", ".join(row.genres) for row in about.itertuples()]
    encoder = ContextualEncoder()
    vectors = {"title and genres": encoder.encode(texts), "genres alone": encoder.encode(genres)}
    seen, width, alpha, penalty = as_matrix(lists, len(films)), 32, 5.0, 10.0
    often, rng = seen.sum(axis=0), np.random.default_rng(0)
    asked = rng.permutation(np.flatnonzero(often >= 40))
    rows = []
    for number, part in enumerate(np.array_split(asked, 5)):
        known = np.setdiff1d(np.arange(len(films)), part)
        items = als_items(seen[:, known], width, alpha, penalty, 0)
        people = als_rows(seen[:, known], items, alpha, penalty)
        learn = often[known] >= 5
        guessed = {}
        for name, text in vectors.items():
            line = RidgeCV(np.logspace(-2, 3, 11)).fit(text[known][learn], items[learn])
            guessed[name] = line.predict(text[part])
        guessed["another film's text"] = np.roll(guessed["title and genres"], 1, axis=0)
        mean = items[learn].mean(axis=0)
        guessed["the mean film"] = np.tile(mean, (len(part), 1))
        for i, film in enumerate(part):
            fans = rng.permutation(np.flatnonzero(seen[:, film]))
            rest = np.ones(len(people), dtype=bool)
            rest[fans[:20]] = False  # the first few who liked it are told, and nobody is asked who was told to any
            scores = {name: people @ found[i] for name, found in guessed.items()}
            scores["how much a person likes"] = seen[:, known].sum(axis=1)
            for n, pull in product((1, 5, 20), PULLS):
                scores[f"{n} who liked it", pull] = people @ told_by(people[fans[:n]], mean, pull)
            for name, score in scores.items():
                by, pull = name if isinstance(name, tuple) else (name, 0.0)
                auc = area(score[rest], seen[rest, film] > 0)
                rows.append({"by": by, "pull": pull, "part": number, "film": film, "auc": auc})
    table = by_pull(pd.DataFrame(rows)).pivot(index="film", columns="by", values="auc")
    found = compare({name: table[name] for name in dict.fromkeys(row["by"] for row in rows)})
    ahead = compare({name: table[name] for name in found["method"]}, reference="how much a person likes")
    found = found.merge(ahead, on="method", how="left", suffixes=("", "_ahead"))
    store(found.rename(columns={"mean": "auc", "method": "by"}).assign(films=len(table)), "recommendation_new")


PULLS = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)  # how strongly a film's vector is held to the mean film's


def told_by(fans: Floats, mean: Floats, pull: float) -> Floats:
    """A film's vector from a few who liked it: near 1 with each of them, and near the mean film."""
    left = fans.T @ fans + pull * np.eye(len(mean))
    found: Floats = mean + np.linalg.solve(left, fans.T @ (1 - fans @ mean))
    return found


def by_pull(rows: pd.DataFrame) -> pd.DataFrame:
    """Of the pulls, for each part of the films the one that is best on the other parts."""
    kept = []
    for (_, part), here in rows.groupby(["by", "part"], sort=False):
        others = rows[(rows["by"] == here["by"].iloc[0]) & (rows["part"] != part)]
        best = others.groupby("pull")["auc"].mean().idxmax()
        print(here["by"].iloc[0], part, "pull", best)
        kept.append(here[here["pull"] == best])
    return pd.concat(kept)


def area(scores: Any, right: Any) -> float:
    """How often one who liked it has a higher score than one who did not."""
    from scipy.stats import rankdata

    n = right.sum()
    return float((rankdata(scores)[right].sum() - n * (n + 1) / 2) / (n * (len(right) - n)))


def stars() -> None:
    """Predicted stars: how far off they are, and what ranking by them finds."""
    lists, films = liked()
    ratings = datasets.movielens_100k()
    number = {film: i for i, film in enumerate(films)}
    ratings = ratings[ratings["film"].isin(number)]
    who, what = ratings["person"].to_numpy() - 1, ratings["film"].map(number).to_numpy()
    given = ratings["rating"].to_numpy(dtype=float)
    row_of = {person: i for i, person in enumerate(np.unique(ratings.loc[ratings["rating"] >= 4, "person"]))}
    last = np.array([one[-1] for one in lists])
    people = np.array([row_of.get(person + 1, -1) for person in who])
    held = (people >= 0) & (last[people] == what)
    test = (np.random.default_rng(0).random(len(given)) < 0.1) & ~held
    learn = ~held & ~test
    shape = (who.max() + 1, len(films))
    rated, table = np.zeros(shape), np.zeros(shape)
    rated[who[learn], what[learn]] = 1
    table[who[learn], what[learn]] = given[learn]
    mean = given[learn].mean()
    often = rated.sum(axis=0)
    plain = np.where(often > 0, table.sum(axis=0) / np.maximum(often, 1), mean)
    person, film = np.zeros(shape[0]), np.zeros(shape[1])
    for _ in range(20):
        film = ((table - mean - person[:, None]) * rated).sum(axis=0) / (often + 5)
        person = ((table - mean - film) * rated).sum(axis=1) / (rated.sum(axis=1) + 5)
    both = mean + person[:, None] + film
    rest, rng = (table - both) * rated, np.random.default_rng(0)
    items = 0.1 * rng.standard_normal((shape[1], 16))
    for _ in range(15):
        users = ridge_rows(rest, rated, items, 10.0)
        items = ridge_rows(rest.T, rated.T, users, 10.0)
    guesses = {
        "everybody's mean": np.full(shape, mean),
        "the film's mean": np.tile(plain, (shape[0], 1)),
        "the film's mean, damped": np.tile((table.sum(axis=0) + 5 * mean) / (often + 5), (shape[0], 1)),
        "person and film": both,
        "person, film and 16 factors": both + users @ items.T,
    }
    earlier = [one[:-1] for one in lists]
    seen = as_matrix(earlier, len(films))
    rows_of = np.array(list(row_of)) - 1
    values, errors = {}, {}
    for name, guess in guesses.items():
        errors[name] = np.sqrt(np.mean((guess[who, what] - given)[test] ** 2))
        values[name] = ndcg(held_out_ranks(guess[rows_of], seen, last))
    values["popularity"] = ndcg(held_out_ranks(np.tile(seen.sum(axis=0), (len(lists), 1)), seen, last))
    found = compare(values).rename(columns={"mean": "ndcg", "method": "by"})
    store(found.assign(rmse=found["by"].map(errors)), "recommendation_stars")


def ridge_rows(rest: Floats, rated: Floats, items: Floats, penalty: float) -> Floats:
    """For each row the weights that give its known numbers back best."""
    found = np.zeros((len(rest), items.shape[1]))
    for row, numbers, known in zip(found, rest, rated > 0, strict=True):
        own = items[known]
        row[:] = np.linalg.solve(own.T @ own + penalty * np.eye(items.shape[1]), own.T @ numbers[known])
    return found


def store(table: pd.DataFrame, name: str) -> None:
    table.to_csv(RESULTS / f"{name}.csv", index=False, float_format="%.6g")


PARTS = {
    "tuning": tuning,
    "edges": edges,
    "methods": methods,
    "whole": whole,
    "few": few,
    "order": order,
    "returns": returns,
    "hindsight": hindsight,
    "splits": splits,
    "new": new,
    "stars": stars,
}

if __name__ == "__main__":
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
