"""Put four plausible bugs into the from-scratch skip-gram, one at a time, and see which measure notices.

Writes ``training/results/bug_hunt.csv``: a row a training, a column a measure. What is trained is what chapter 3
trains, the State of the Union with its settings, so that each row can be made again there. A finished training's
measures lie in ``training/runs/bug_hunt/`` and are not made again.
"""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from embedlib import datasets
from embedlib.evaluation.similarity import evaluate_similarity
from embedlib.words.counting import count_cooccurrences
from embedlib.words.neighbors import nearest
from embedlib.words.skipgram import noise_distribution, subsample, train_skipgram

RESULTS = Path(__file__).parent / "results"
WORK = Path(__file__).parent / "runs" / "bug_hunt"
SETTINGS: dict[str, Any] = {
    "vector_size": 50,
    "window": 5,
    "min_count": 20,
    "negative": 5,
    "sample": 1e-4,
    "epochs": 3,
    "alpha": 0.05,
}
SEEDS = (1, 2, 3)


def permuted_noise(frequencies: Any, power: float) -> Any:
    """The right probabilities, each given to a wrong word."""
    return np.random.default_rng(0).permutation(noise_distribution(frequencies, power))


def lose_repeats(matrix: Any, rows: Any, values: Any) -> None:
    """Of several values for one row, keep the last."""
    matrix[rows] += values


BUGS: dict[str, dict[str, Any]] = {
    "none": {},
    "noise weights permuted": {"noise": permuted_noise},
    "no subsampling": {"sample": 0},
    "repeats lost": {"add_rows": lose_repeats},
    "one matrix": {"one_matrix": True},
}


def agreement_with_counts(vectors: Any, counts: Any, at_least: float = 5) -> float:
    """R² of the dot products with log[n(w, c) / (k n(w) P(c))], over the pairs that met often enough."""
    rows = np.array([vectors.key_to_index[word] for word in counts.words])
    noise = noise_distribution(vectors.frequencies)[rows]
    pairs = counts.matrix.tocoo()
    of_word = np.asarray(counts.matrix.sum(axis=1)).ravel()
    often = pairs.data >= at_least
    word, context = pairs.row[often], pairs.col[often]
    shifted = np.log(pairs.data[often] / (of_word[word] * SETTINGS["negative"] * noise[context]))
    dots = np.einsum("nd,nd->n", vectors.vectors[rows[word]], vectors.contexts[rows[context]])
    return float(np.corrcoef(shifted, dots)[0, 1] ** 2)


def measured(bug: str, seed: int) -> dict[str, Any]:
    """One training and what it is measured by; the neighbours' row numbers too, under "near"."""
    vectors = train_skipgram(sentences(), seed=seed, **(SETTINGS | BUGS[bug]))
    text = subsample(sentences(), vectors.index_to_key, vectors.frequencies, SETTINGS["sample"])
    counts = count_cooccurrences(text, window=5, min_count=1, weighting="linear", close_gaps=True)
    probes = vectors.index_to_key[100:3100:10]
    near = nearest(vectors, probes, k=10).indices
    log_frequency = np.log(vectors.frequencies)
    own = log_frequency[[vectors.key_to_index[word] for word in probes]]
    row: dict[str, Any] = {"bug": bug, "seed": seed, "loss": round(float(vectors.losses[-1]), 4)}
    for name, pairs in {"wordsim353": datasets.wordsim353(), "men": datasets.men()}.items():
        result = evaluate_similarity(vectors, pairs, n_bootstrap=0)
        row |= {name: round(result.correlation, 4), f"{name} pairs": result.n_covered}
    row["neighbours kept"] = None  # known when all have been trained
    row["frequency of neighbours"] = round(float(spearmanr(own, log_frequency[near].mean(axis=1))[0]), 4)
    row["R2 with counts"] = round(agreement_with_counts(vectors, counts), 4)
    return row | {"near": near.tolist()}


@cache
def sentences() -> list[list[str]]:
    """The text, read once."""
    return list(datasets.course_corpus("sotu"))


def main() -> None:
    """Train and measure what has not been, then store the table."""
    WORK.mkdir(parents=True, exist_ok=True)
    found = {}
    for bug in BUGS:
        for seed in SEEDS:
            file = WORK / f"{bug}, seed {seed}.json"
            if not file.exists():
                unfinished = file.with_suffix(".part")
                unfinished.write_text(json.dumps(measured(bug, seed)), encoding="utf-8")
                unfinished.replace(file)
            found[bug, seed] = json.loads(file.read_text(encoding="utf-8"))
            print(f"{bug}, seed {seed}: done", flush=True)
    near = {key: row.pop("near") for key, row in found.items()}
    for (bug, seed), row in found.items():
        # With another seed of the right training, so that no training is compared with itself.
        row["neighbours kept"] = shared(near[bug, seed], near["none", SEEDS[SEEDS.index(seed) - 1]])
    RESULTS.mkdir(exist_ok=True)
    pd.DataFrame(found.values()).to_csv(RESULTS / "bug_hunt.csv", index=False)


def shared(one: Any, other: Any) -> float:
    """The mean share of a word's ten nearest that two trainings have in common."""
    return round(float(np.mean([len(np.intersect1d(a, b)) / len(a) for a, b in zip(one, other, strict=True)])), 4)


if __name__ == "__main__":
    main()
