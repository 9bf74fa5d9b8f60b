"""How long a word similarity figure with its interval takes: embedlib against a plain loop over scipy.

    python benchmarks/similarity.py [--repeat 3]

Both draw the same 1,000 resamples of the pairs of every benchmark that is here; their intervals are compared.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from machine import describe
from scipy.stats import spearmanr

from embedlib import assets, datasets
from embedlib.evaluation.intervals import percentile_interval
from embedlib.evaluation.similarity import compare_models, evaluate_similarity
from embedlib.words.load import load_word_vectors

RESULTS = Path(__file__).parent / "results"
SETS = ("wordsim353", "simlex999", "men", "rw", "mturk771", "rg65")
N_BOOTSTRAP = 1000


def main() -> None:
    parser = argparse.ArgumentParser(description="Time word similarity with its bootstrap interval.")
    parser.add_argument("--repeat", type=int, default=3, help="rounds, of which the best counts (3)")
    options = parser.parse_args()
    vectors = load_word_vectors("glove-6b-50d")

    lines, ends = [], []
    for name in SETS:
        if not assets.available(name):
            print(f"{name} is not here")
            continue
        data = getattr(datasets, name)()
        ours, fast = _best(options.repeat, lambda data=data: evaluate_similarity(vectors, data))
        used = ours.pairs.dropna(subset="model")
        human, model = used["score"].to_numpy(), used["model"].to_numpy()
        ends.append((ours.low, ours.high))
        interval, slow = _best(1, lambda human=human, model=model: _with_scipy(human, model))
        lines.append(
            {
                "what": data.attrs["name"],
                "pairs": len(data),
                "ms_embedlib": round(1000 * fast, 1),
                "ms_scipy_loop": round(1000 * slow),
                "ratio": round(slow / fast, 1),
                "same_interval": bool(np.allclose(interval, (ours.low, ours.high), atol=1e-9)),
            }
        )
    tables = [getattr(datasets, name)() for name in SETS if assets.available(name)]
    together, fast = _best(options.repeat, lambda: compare_models({"GloVe": vectors}, tables))
    slow = sum(line["ms_scipy_loop"] for line in lines)
    same = bool(np.allclose(together[["low", "high"]], ends, atol=1e-9)) and all(
        line["same_interval"] for line in lines
    )
    all_of_them = {"what": "all together", "pairs": sum(map(len, tables)), "ms_embedlib": round(1000 * fast, 1)}
    lines.append({**all_of_them, "ms_scipy_loop": slow, "ratio": round(slow / 1000 / fast, 1), "same_interval": same})
    table = pd.DataFrame(lines)
    RESULTS.mkdir(exist_ok=True)
    table.to_csv(RESULTS / "similarity.csv", index=False)
    machine = describe("numpy", "scipy", "pandas")
    (RESULTS / "similarity.txt").write_text(f"{machine}; best of {options.repeat}\n", encoding="utf-8")
    print(table.to_string(index=False))
    print(machine)


def _with_scipy(human: np.ndarray, model: np.ndarray) -> tuple[float, float]:
    generator = np.random.default_rng(0)
    values = []
    for _ in range(N_BOOTSTRAP // 250):
        for draw in generator.integers(0, len(human), size=(250, len(human))):
            values.append(spearmanr(human[draw], model[draw]).statistic)
    return percentile_interval(values)


def _best(repeat: int, work: Callable[[], Any]) -> tuple[Any, float]:
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        result = work()
        seconds.append(time.perf_counter() - start)
    return result, min(seconds)


if __name__ == "__main__":
    main()
