"""Choose the best of skip-gram, of CBOW and of counting on one half of the benchmarks' pairs; judge them on the other.

Writes three tables. ``results/rates.csv``: a row a setting of word2vec and benchmark, the mean over its seeds (of all
pairs, of those to tune on and of those held out). ``counting_tuned.csv``: a row a way of counting. ``tuned.csv``: the
best of word2vec less the best of counting on the pairs held out, with paired intervals. And, cut from the first,
what chapter 3 draws of it: ``readings.csv``, ``methods.csv`` and ``windows.csv``.
"""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from measure import BENCHMARKS, RESULTS, load
from recipes import COURSE, Recipe, grid, rates

from embedlib.datasets import course_corpus
from embedlib.evaluation.similarity import differences, evaluate_similarity
from embedlib.words.counting import count_cooccurrences, decompose, pmi, to_keyed_vectors
from embedlib.words.skipgram import subsample

NAMES = {"wordsim353": "WordSim-353", "simlex999": "SimLex-999", "men": "MEN", "rw": "Rare Words"}
COMPARED = {"vector_size": 100, "negative": 5, "ns_exponent": 0.75, "sample": 1e-4, "workers": 1}
GRIDS = {"whole": ((5, 2, 10), (1, 0.75), (1, 5)), "thinned": ((5, 2, 10), (0.75,), (1,))}
WAYS = [
    {"text": text, "window": window, "smoothing": smoothing, "k": k, "power": power}
    for text, grids in GRIDS.items()
    for window, smoothing, k, power in product(*grids, (0.0, 0.5, 1.0))
]


def halves(pairs: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """A benchmark's pairs, all of them and in two halves drawn once."""
    tune = pairs.sample(frac=0.5, random_state=0)
    return {"correlation": pairs, "tune": tune, "held out": pairs.drop(tune.index)}


def scores(vectors: Any) -> pd.DataFrame:
    """A row a benchmark: the correlation over all pairs and over both halves."""
    rows = []
    for name, make in BENCHMARKS.items():
        found = {half: evaluate_similarity(vectors, part, n_bootstrap=0) for half, part in halves(make()).items()}
        rows.append({"benchmark": NAMES[name]} | {half: round(r.correlation, 4) for half, r in found.items()})
    return pd.DataFrame(rows)


def about(recipe: Recipe) -> dict[str, Any]:
    """What distinguishes a recipe among those of this comparison."""
    settings = recipe.settings
    shown = {"method": "skip-gram" if settings["sg"] else "CBOW", "setting": recipe.setting}
    return shown | {name: settings[name] for name in ("window", "epochs", "share", "alpha")}


def word2vec() -> pd.DataFrame:
    """Every training at hand that differs in rate, readings, window, share or method alone."""
    compared = [r for r in (*grid(), *rates()) if all(r.settings[name] == value for name, value in COMPARED.items())]
    trained = [(recipe, load(recipe)) for recipe in compared]
    rows = [scores(v).assign(seed=r.seed, **about(r)) for r, v in trained if v is not None]
    return pd.concat(rows, ignore_index=True)


def mean_over_seeds(runs: pd.DataFrame) -> pd.DataFrame:
    """A row a setting and benchmark."""
    keys = [*about(Recipe()), "benchmark"]
    groups = runs.groupby(keys, sort=False)
    means = groups[["correlation", "tune", "held out"]].mean().round(4)
    found = means.assign(sd=groups["correlation"].std().round(4), seeds=groups.size()).reset_index()
    return found.sort_values(["method", "alpha", "epochs"], ascending=[False, True, True], kind="stable")


def drawn(means: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """What chapter 3 draws of the table of rates, by file name; all on the whole text."""
    names = {"epochs": "readings", "alpha": "learning rate"}
    whole = means[means["share"] == 1].rename(columns=names)
    related = whole[whole["benchmark"].isin(["WordSim-353", "MEN"]) & (whole["window"] == 5)]
    readings = related[related["method"] == "skip-gram"].copy()
    readings["rate"] = "rate " + readings["learning rate"].astype(str)
    readings["readings × rate / 0.025"] = (readings["readings"] * readings["learning rate"] / 0.025).round(6)
    windows = whole[whole["benchmark"].isin(["SimLex-999", "MEN"]) & (whole["learning rate"] == 0.1)]
    windows = windows[(windows["method"] == "skip-gram") & (windows["readings"] < 10)]
    windows = windows.sort_values(["readings", "window"], kind="stable")
    windows["window"] = "window " + windows["window"].astype(str)
    windows["readings"] = windows["readings"].map({1: "one reading", 3: "three readings"})
    x = ["readings", "readings × rate / 0.025"]
    return {
        "readings": readings[["benchmark", "rate", *x, "correlation", "sd", "seeds"]],
        "methods": related.loc[related["readings"] == 3, ["benchmark", "method", "learning rate", "correlation"]],
        "windows": windows[["benchmark", "window", "readings", "correlation", "seeds"]],
    }


def counted(way: dict[str, Any]) -> Any:
    """The vectors of one way of counting."""
    sentences = list(course_corpus())
    counts = count_cooccurrences(sentences, window=way["window"], min_count=20)
    if way["text"] == "thinned":
        thinned = subsample(sentences, counts.words, counts.frequencies, 1e-4)
        counts = count_cooccurrences(thinned, way["window"], min_count=1, weighting="linear", close_gaps=True)
    table = pmi(counts, smoothing=way["smoothing"], shift=math.log(way["k"]))
    return to_keyed_vectors(counts.words, decompose(table, 100).vectors(way["power"]), leave_out_empty=True)


def best(frame: pd.DataFrame, keys: list[str]) -> Any:
    """The setting with the highest mean of the four tuning halves."""
    return frame.groupby(keys)["tune"].mean().idxmax()


def main() -> None:
    """Score, choose, judge, store."""
    runs = word2vec()
    means = mean_over_seeds(runs)
    for name, frame in ({"rates": means} | drawn(means)).items():
        frame.to_csv(RESULTS / f"{name}.csv", index=False)
    ways = pd.concat([scores(counted(way)).assign(**way) for way in WAYS], ignore_index=True)
    ways.to_csv(RESULTS / "counting_tuned.csv", index=False)
    chosen = dict(zip(WAYS[0], best(ways, list(WAYS[0])), strict=True))
    judged = [halves(make())["held out"] for make in BENCHMARKS.values()]
    recipes = {recipe.setting: recipe for recipe in (*rates(), COURSE) if recipe.seed == 1}
    models = {"counting": counted(chosen)}
    for method, group in runs.groupby("method", sort=False):
        models[method] = load(recipes[best(group, ["setting"])])
    found = differences(models, judged, reference="counting")
    found.round(4).to_csv(RESULTS / "tuned.csv", index=False)
    print(found, np.round(runs.groupby("setting")["tune"].mean(), 4), chosen)


if __name__ == "__main__":
    main()
