"""How long the ten nearest of 400,000 words take: embedlib against what a user would use instead.

    python benchmarks/neighbors.py [--repeat 5] [--threads 2]

All contenders answer the same questions in one run, in turn, and the best of several rounds counts; every
answer is compared with gensim's. Nothing is asserted about the times.
"""

from __future__ import annotations

import argparse
import os
import time
from collections.abc import Callable
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
K = 10


def main() -> None:
    parser = argparse.ArgumentParser(description="Time the ten nearest of 400,000 words.")
    parser.add_argument("--repeat", type=int, default=5, help="rounds, of which the best counts (5)")
    parser.add_argument("--threads", type=int, help="of the matrix products and of faiss (all cores)")
    options = parser.parse_args()
    if options.threads:  # read by the libraries when they are loaded, hence before any import of theirs
        for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ[name] = str(options.threads)

    import faiss
    import numpy as np
    import pandas as pd
    from machine import describe

    from embedlib.words.load import load_word_vectors
    from embedlib.words.neighbors import nearest

    vectors = load_word_vectors("glove-6b-50d")
    vectors.vectors = vectors.vectors.copy()  # in memory for everybody, so that nobody waits for the disk
    vectors.fill_norms(force=True)
    unit = vectors.get_normed_vectors()
    index = faiss.IndexFlatIP(unit.shape[1])
    index.add(unit)
    rows = np.random.default_rng(0).choice(100_000, 1000, replace=False)

    def without_itself(found: np.ndarray, row: int) -> list[int]:
        return [int(i) for i in found if i != row][:K]

    def with_embedlib(asked: np.ndarray) -> list[list[int]]:
        return nearest(vectors, [vectors.index_to_key[row] for row in asked], K).indices.tolist()

    def with_gensim(asked: np.ndarray) -> list[list[int]]:
        words = [vectors.index_to_key[row] for row in asked]
        return [[vectors.key_to_index[w] for w, _ in vectors.most_similar(word, topn=K)] for word in words]

    def with_faiss(asked: np.ndarray) -> list[list[int]]:
        _, found = index.search(unit[asked], K + 1)
        return [without_itself(line, row) for line, row in zip(found, asked, strict=True)]

    def with_argsort(asked: np.ndarray) -> list[list[int]]:
        return [without_itself(np.argsort(-(unit @ unit[row]))[: K + 1], row) for row in asked]

    def with_argpartition(asked: np.ndarray) -> list[list[int]]:
        answers = []
        for row in asked:
            scores = unit @ unit[row]
            best = np.argpartition(-scores, K + 1)[: K + 1]
            answers.append(without_itself(best[np.argsort(-scores[best])], row))
        return answers

    contenders: dict[str, Callable[[np.ndarray], list[list[int]]]] = {
        "embedlib.words.neighbors.nearest": with_embedlib,
        "gensim most_similar": with_gensim,
        "faiss IndexFlatIP": with_faiss,
        "NumPy, full argsort": with_argsort,
        "NumPy, argpartition": with_argpartition,
    }
    lines = []
    for n, singly in ((1, True), (1000, False)):
        best = dict.fromkeys(contenders, float("inf"))
        answers: dict[str, list[list[int]]] = {}
        for _ in range(options.repeat):
            for what, contender in contenders.items():
                # The two that sort have nothing to gain from many questions at once: a hundred tell enough.
                asked = rows[:20] if singly else rows[:100] if what.startswith("NumPy") else rows
                start = time.perf_counter()
                if singly:
                    answers[what] = [contender(asked[i : i + 1])[0] for i in range(len(asked))]
                else:
                    answers[what] = contender(asked)
                best[what] = min(best[what], (time.perf_counter() - start) / len(asked))
        for what in contenders:
            given = answers[what]
            same = sum(a == b for a, b in zip(given, answers["gensim most_similar"], strict=False))
            lines.append(
                {
                    "what": what,
                    "queries": n,
                    "ms_per_query": round(1000 * best[what], 2),
                    "ratio_to_gensim": round(best["gensim most_similar"] / best[what], 1),
                    "same_answers": f"{same} of {len(given)}",
                }
            )
    table = pd.DataFrame(lines)
    RESULTS.mkdir(exist_ok=True)
    table.to_csv(RESULTS / "neighbors.csv", index=False)
    machine = describe("numpy", "gensim", "faiss-cpu")
    threads = f"{options.threads} threads" if options.threads else "as many threads as cores"
    (RESULTS / "neighbors.txt").write_text(f"{machine}; {threads}; best of {options.repeat}\n", encoding="utf-8")
    print(table.to_string(index=False))
    print(machine)


if __name__ == "__main__":
    main()
