"""Measure what has been trained, and store what the book uses of it.

Writes ``training/results/``: ``word2vec_grid.csv`` (a row a training, a column a benchmark), ``stability.csv``
(how many of a word's ten nearest two trainings agree on), ``neighbours_in_common.csv`` (what chapter 3 draws of
it) and ``small_setting.json`` (the neighbours that the tests hold a fresh training to); and ``training/vectors/``:
vectors in half precision, their words, the recipe.
A training that is not there yet is left out and named.
"""

from __future__ import annotations

import hashlib
import json
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from recipes import BASE, COURSE, SMALL, Recipe, grid, two_workers
from word2vec import WORK

from embedlib import assets, datasets
from embedlib.evaluation.similarity import evaluate_similarity
from embedlib.words.load import as_keyed_vectors
from embedlib.words.neighbors import nearest

HERE = Path(__file__).parent
RESULTS, VECTORS = HERE / "results", HERE / "vectors"
BENCHMARKS = {
    "wordsim353": datasets.wordsim353,
    "simlex999": datasets.simlex999,
    "men": datasets.men,
    "rw": datasets.rw,
}
# The two halves of WordSim are no part of what pip brings: without them their columns stay empty.
HALVES = {
    "wordsim353-similarity": datasets.wordsim353_similarity,
    "wordsim353-relatedness": datasets.wordsim353_relatedness,
}
CONTEXTS = 10_000  # so many of the most frequent words keep their context vector, too
PROBES, POOL = 1_000, 10_000  # the words whose neighbours are compared, and the words they are found among


def load(recipe: Recipe) -> Any:
    """Return the vectors of a finished training, or None."""
    folder = WORK / recipe.name
    if not folder.exists():
        print(f"not trained yet: {recipe.name}")
        return None
    words = (folder / "words.txt").read_text(encoding="utf-8").splitlines()
    return as_keyed_vectors(dict(zip(words, np.load(folder / "vectors.npy").astype(np.float32), strict=True)))


def row(recipe: Recipe, vectors: Any) -> dict[str, Any]:
    """What one training scores: correlation and pairs covered by benchmark."""
    found: dict[str, Any] = {"setting": recipe.setting, "seed": recipe.seed}
    found |= {name: recipe.settings[name] for name in BASE} | {"words": len(vectors)}
    here = {name: make for name, make in HALVES.items() if assets.available(name)}
    for name, make in (BENCHMARKS | here).items():
        result = evaluate_similarity(vectors, make(), n_bootstrap=0)
        found |= {name: round(result.correlation, 4), f"{name} pairs": result.n_covered}
    return found


def probes() -> list[str]:
    """A thousand words, drawn evenly from the ten thousand most frequent ones of the base training."""
    words = (WORK / Recipe().name / "words.txt").read_text(encoding="utf-8").splitlines()[:POOL]
    return words[:: POOL // PROBES]


def overlap(one: Any, other: Any, words: list[str], k: int = 10) -> float:
    """The mean share of a word's k nearest that two trainings have in common, among the most frequent words."""
    pool = [word for word in one.index_to_key if word in other.key_to_index][:POOL]
    words = [word for word in words if word in set(pool)]
    tables = [as_keyed_vectors({word: vectors[word] for word in pool}) for vectors in (one, other)]
    found = [nearest(table, words, k=k).indices for table in tables]
    return float(np.mean([len(np.intersect1d(a, b)) / k for a, b in zip(*found, strict=True)]))


def neighbours(vectors: Any, words: list[str], k: int = 10) -> dict[str, list[str]]:
    """The k nearest of some words."""
    found = nearest(vectors, words, k=k).indices
    return {word: [vectors.index_to_key[i] for i in ids] for word, ids in zip(words, found, strict=True)}


def in_common(stability: pd.DataFrame) -> pd.DataFrame:
    """What chapter 3 draws of the overlaps: how many of ten neighbours two trainings have in common."""
    named = {"epochs=1": "1 reading", "base": "3 readings", "epochs=10": "10 readings"}
    named |= {"workers=2": "3 readings, one seed, two workers"}
    shown = stability[stability["setting"].isin(named)].sort_values("overlap")
    of_ten = (10 * shown["overlap"]).round(3)
    return pd.DataFrame(
        {"trainings": shown["setting"].map(named), "in common, of ten": of_ten, "seeds": shown["seeds"]}
    )


def store(name: str, source: Path, files: dict[str, int | None]) -> None:
    """Copy a training's files into ``training/vectors/name``, the arrays cut to so many rows, with their recipe."""
    if not source.exists():
        print(f"not trained yet: {name}")
        return
    folder = VECTORS / name
    folder.mkdir(parents=True, exist_ok=True)
    for file, rows in files.items():
        if file.endswith(".npy"):
            np.save(folder / file, np.load(source / file)[:rows].astype(np.float16))
        else:
            (folder / file).write_bytes((source / file).read_bytes())
    recipe = json.loads((source / "about.json").read_text(encoding="utf-8"))
    recipe.pop("seconds")
    sums = {file: hashlib.sha256((folder / file).read_bytes()).hexdigest() for file in files}
    text = json.dumps({"recipe": recipe, "sha256": sums}, indent=1)
    (folder / "recipe.json").write_text(text + "\n", encoding="utf-8")


def main() -> None:
    """Measure and store."""
    RESULTS.mkdir(exist_ok=True)
    trained = {recipe.name: (recipe, load(recipe)) for recipe in [*grid(), *two_workers()]}
    trained = {name: (recipe, vectors) for name, (recipe, vectors) in trained.items() if vectors is not None}
    rows = [row(recipe, vectors) for recipe, vectors in trained.values() if "copy" not in recipe.changed]
    table = pd.DataFrame(rows)
    table.to_csv(RESULTS / "word2vec_grid.csv", index=False)

    words, agreed = probes(), []
    for (recipe, one), (other_recipe, other) in combinations(trained.values(), 2):
        if {**recipe.changed, "copy": 0} == {**other_recipe.changed, "copy": 0}:
            pair = {"setting": recipe.setting.split(",copy")[0], "seeds": f"{recipe.seed}, {other_recipe.seed}"}
            agreed.append(pair | {"overlap": round(overlap(one, other, words), 4)})
    stability = pd.DataFrame(agreed)
    stability.to_csv(RESULTS / "stability.csv", index=False)
    in_common(stability).to_csv(RESULTS / "neighbours_in_common.csv", index=False)

    if SMALL.name in trained:
        near = neighbours(trained[SMALL.name][1], words[2:52])
        (RESULTS / "small_setting.json").write_text(json.dumps(near, indent=1) + "\n", encoding="utf-8")
    files = {"vectors.npy": None, "contexts.npy": CONTEXTS, "words.txt": None}
    store("course-sgns-100d", WORK / COURSE.name, files)
    store(
        "course-fasttext-100d",
        WORK.parent / "fasttext",
        {"vectors_vocab.npy": None, "ngrams.npy": None, "words.txt": None},
    )


if __name__ == "__main__":
    main()
