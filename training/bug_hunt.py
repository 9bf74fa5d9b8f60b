"""Put four plausible bugs into the from-scratch skip-gram, one at a time, and see which measure notices.

Writes ``training/results/bug_hunt.csv``: a row a training, a column a measure. What is trained is what chapter 3
trains, the State of the Union with its settings, so that each row can be made again there.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import spearmanr

from embedlib import datasets
from embedlib.counting import count_cooccurrences
from embedlib.evaluation.similarity import evaluate_similarity
from embedlib.neighbors import nearest
from embedlib.skipgram import noise_distribution, subsample, train_skipgram

RESULTS = Path(__file__).parent / "results"
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


def main() -> None:
    """Train, measure, store."""
    sentences = list(datasets.course_corpus("sotu"))
    benchmarks = {"wordsim353": datasets.wordsim353(), "men": datasets.men()}
    found, kept, counts = [], {}, None
    probes: list[str] = []
    for bug, change in BUGS.items():
        for seed in SEEDS:
            vectors = train_skipgram(sentences, seed=seed, **(SETTINGS | change))
            if counts is None:
                probes = vectors.index_to_key[100:3100:10]
                text = subsample(sentences, vectors.index_to_key, vectors.frequencies, SETTINGS["sample"])
                counts = count_cooccurrences(text, window=5, min_count=1, weighting="linear", close_gaps=True)
            near = nearest(vectors, probes, k=10).indices
            kept[bug, seed] = near
            # With another seed of the right training, so that a training is not compared with itself.
            other = kept["none", SEEDS[SEEDS.index(seed) - 1]] if bug != "none" else None
            log_frequency = np.log(vectors.frequencies)
            own = log_frequency[[vectors.key_to_index[word] for word in probes]]
            row = {"bug": bug, "seed": seed, "loss": round(float(vectors.losses[-1]), 4)}
            for name, pairs in benchmarks.items():
                result = evaluate_similarity(vectors, pairs, n_bootstrap=0)
                row |= {name: round(result.correlation, 4), f"{name} pairs": result.n_covered}
            row["neighbours kept"] = np.nan if other is None else shared(near, other)
            row["frequency of neighbours"] = round(float(spearmanr(own, log_frequency[near].mean(axis=1))[0]), 4)
            row["R2 with counts"] = round(agreement_with_counts(vectors, counts), 4)
            found.append(row)
            print(row, flush=True)
    for row in found[: len(SEEDS)]:
        seed = row["seed"]
        row["neighbours kept"] = shared(kept["none", seed], kept["none", SEEDS[SEEDS.index(seed) - 1]])
    RESULTS.mkdir(exist_ok=True)
    pd.DataFrame(found).to_csv(RESULTS / "bug_hunt.csv", index=False)


def shared(one: Any, other: Any) -> float:
    """The mean share of a word's ten nearest that two trainings have in common."""
    return round(float(np.mean([len(np.intersect1d(a, b)) / len(a) for a, b in zip(one, other, strict=True)])), 4)


if __name__ == "__main__":
    main()
