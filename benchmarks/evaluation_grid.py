"""How long a table of six models on five word similarity benchmarks takes, with intervals: embedlib against a loop.

    python benchmarks/evaluation_grid.py [--repeat 3]

The loop is what a user would write: gensim's evaluate_word_pairs for each cell, and for its interval scipy's
spearmanr over 1,000 resamples of the pairs. Both draw the same resamples, and the figures are compared. Memory
is measured in runs of its own, since measuring takes time; the loop's with fewer resamples, of which it holds one
at a time.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from machine import describe
from scipy.stats import spearmanr

from embedlib import datasets
from embedlib.evaluation.intervals import percentile_interval
from embedlib.evaluation.similarity import compare_models
from embedlib.words.load import as_keyed_vectors, load_word_vectors

RESULTS = Path(__file__).parent / "results"
SETS = ("wordsim353", "simlex999", "men", "rw", "mturk771")
N_BOOTSTRAP = 1000


def main() -> None:
    parser = argparse.ArgumentParser(description="Time a table of six models on five benchmarks.")
    parser.add_argument("--repeat", type=int, default=3, help="rounds of embedlib, of which the best counts (3)")
    options = parser.parse_args()
    models = make_models()
    benchmarks = [getattr(datasets, name)() for name in SETS]

    seconds = []
    for _ in range(options.repeat):
        start = time.perf_counter()
        ours = compare_models(models, benchmarks, n_bootstrap=N_BOOTSTRAP)
        seconds.append(time.perf_counter() - start)
    start = time.perf_counter()
    theirs = with_a_loop(models, benchmarks, N_BOOTSTRAP)
    loop = time.perf_counter() - start
    correlations = np.abs(ours["correlation"].to_numpy() - theirs["correlation"].to_numpy()).max()
    ends = np.abs(ours[["low", "high"]].to_numpy() - theirs[["low", "high"]].to_numpy()).max()
    table = pd.DataFrame(
        [
            {
                "what": "embedlib compare_models",
                "seconds": round(min(seconds), 2),
                "times_as_fast": round(loop / min(seconds), 1),
                "peak_mib": peak(lambda: compare_models(models, benchmarks, n_bootstrap=N_BOOTSTRAP)),
            },
            {
                "what": "gensim evaluate_word_pairs, scipy loop",
                "seconds": round(loop, 2),
                "times_as_fast": 1.0,
                "peak_mib": peak(lambda: with_a_loop(models, benchmarks, 5)),
            },
        ]
    )
    RESULTS.mkdir(exist_ok=True)
    table.to_csv(RESULTS / "evaluation_grid.csv", index=False)
    note = (
        f"{describe('numpy', 'scipy', 'gensim', 'pandas')}; {len(models)} models, {len(benchmarks)} benchmarks, "
        f"{N_BOOTSTRAP:,} resamples; best of {options.repeat}, the loop once; largest difference of a correlation "
        f"{correlations:.0e}, of an end of an interval {ends:.0e}; {threads()}; "
        f"load when done {os.getloadavg()[0]:.1f}\n"
    )
    (RESULTS / "evaluation_grid.txt").write_text(note, encoding="utf-8")
    print(table.to_string(index=False))
    print(note)


def make_models() -> dict[str, Any]:
    """GloVe whole, cut to fewer words, and cut to fewer dimensions by principal components."""
    glove = load_word_vectors("glove-6b-50d")
    words, rows = glove.index_to_key, np.array(glove.vectors)
    models = {f"{n:,} words": cut(words[:n], rows[:n]) for n in (len(words), 100_000, 20_000)}
    centred = rows[:100_000] - rows[:100_000].mean(axis=0)
    _, _, axes = np.linalg.svd(centred, full_matrices=False)
    return models | {f"{d} dimensions": cut(words[:100_000], centred @ axes[:d].T) for d in (40, 20, 10)}


def cut(words: list[str], rows: np.ndarray) -> Any:
    return as_keyed_vectors(dict(zip(words, rows, strict=True)))


def with_a_loop(models: dict[str, Any], benchmarks: list[pd.DataFrame], n_bootstrap: int) -> pd.DataFrame:
    lines = []
    with tempfile.TemporaryDirectory() as folder:
        for name, vectors in models.items():
            for data in benchmarks:
                file = Path(folder) / "pairs.tsv"
                data.to_csv(file, sep="\t", header=False, index=False)
                _, found, _ = vectors.evaluate_word_pairs(str(file), restrict_vocab=len(vectors))
                used = covered(vectors, data)
                low, high = interval(*used, n_bootstrap)
                lines.append({"model": name, "correlation": found.statistic, "low": low, "high": high})
    return pd.DataFrame(lines)


def covered(vectors: Any, data: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Scores and cosines pair by pair, which evaluate_word_pairs does not hand out."""
    scores, cosines = [], []
    known = vectors.key_to_index
    for first, second, score in zip(data["word1"], data["word2"], data["score"], strict=True):
        a, b = (word if word in known else word.lower() for word in (first, second))
        if a in known and b in known:
            scores.append(score)
            cosines.append(float(vectors.similarity(a, b)))
    return np.array(scores), np.array(cosines)


def interval(human: np.ndarray, model: np.ndarray, n_bootstrap: int) -> tuple[float, float]:
    generator = np.random.default_rng(0)
    values: list[float] = []
    while len(values) < n_bootstrap:
        for draw in generator.integers(0, len(human), size=(min(250, n_bootstrap - len(values)), len(human))):
            values.append(spearmanr(human[draw], model[draw]).statistic)
    return percentile_interval(values)


def threads() -> str:
    """OMP_NUM_THREADS=1 in front of the command is fairer on a machine that has other things to do."""
    given = os.environ.get("OMP_NUM_THREADS")
    return f"matrix products with {given} thread{'s' * (given != '1')}" if given else "as many threads as cores"


def peak(work: Callable[[], Any]) -> float:
    """MiB that NumPy and Python hold beyond the models."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return round(most / 2**20, 1)


if __name__ == "__main__":
    main()
