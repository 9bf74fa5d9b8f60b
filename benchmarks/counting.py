"""How long counting contexts takes, and how much memory: embedlib against what a user would use instead.

    python benchmarks/counting.py [--repeat 3] [--threads 1]

Each contender runs in a process of its own, so that its largest memory can be told, in turn with the others; the
best of several rounds counts, and the time includes reading the text. The counts must be the same numbers. The two
decompositions are compared by the benchmark on which chapter 2 judges vectors, and by their singular values.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

RESULTS = Path(__file__).parent / "results"
WINDOW, MIN_COUNT, DIMENSIONS, SMALL = 5, 20, 100, 1_000_000


def corpus(limit: int | None) -> Any:
    from embedlib.text.corpus import course_corpus

    return course_corpus(limit=limit)


def count_with_embedlib(limit: int | None) -> dict[str, Any]:
    from embedlib.words.counting import count_cooccurrences

    start = time.perf_counter()
    counts = count_cooccurrences(corpus(limit), WINDOW, MIN_COUNT)
    seconds = time.perf_counter() - start
    return {
        "seconds": seconds,
        "tokens": counts.n_tokens,
        "answer": [int(counts.matrix.sum()), counts.matrix.nnz, counts.words[:100]],
    }


def count_with_a_loop(limit: int | None) -> dict[str, Any]:
    start = time.perf_counter()
    text = list(corpus(limit))
    tally = Counter(word for sentence in text for word in sentence)
    known = {word for word, times in tally.items() if times >= MIN_COUNT}
    pairs: Counter[tuple[str, str]] = Counter()
    for sentence in text:
        for i, word in enumerate(sentence):
            if word in known:
                for context in sentence[max(0, i - WINDOW) : i]:
                    if context in known:
                        pairs[word, context] += 1
                        pairs[context, word] += 1
    seconds = time.perf_counter() - start
    words = [word for word, _ in tally.most_common(100)]
    return {"seconds": seconds, "tokens": tally.total(), "answer": [pairs.total(), len(pairs), words]}


def count_with_scikit_learn(limit: int | None) -> dict[str, Any]:
    """Windows written out as documents: what scikit-learn's CountVectorizer can be made to count."""
    import numpy as np
    from sklearn.feature_extraction.text import CountVectorizer

    start = time.perf_counter()
    text = list(corpus(limit))
    tally = Counter(word for sentence in text for word in sentence)
    known = [word for word, times in tally.most_common() if times >= MIN_COUNT]
    place = {word: i for i, word in enumerate(known)}
    tokens = [(s, i) for s in text for i, word in enumerate(s) if word in place]
    vectorizer = CountVectorizer(vocabulary=place, analyzer=lambda at: at[0][max(0, at[1] - WINDOW) : at[1]])
    before = vectorizer.transform(tokens)
    rows = np.array([place[s[i]] for s, i in tokens])
    order = np.argsort(rows, kind="stable")
    from scipy import sparse

    gather = sparse.csr_array((np.ones(len(rows), dtype=np.int64), (rows[order], order)), shape=(len(known), len(rows)))
    matrix = gather @ sparse.csr_array(before)
    matrix = sparse.csr_array(matrix + matrix.T)
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "tokens": tally.total(), "answer": [int(matrix.sum()), matrix.nnz, known[:100]]}


def weights() -> tuple[list[str], Any, float]:
    from embedlib.words.counting import course_counts, pmi

    counts = course_counts()
    start = time.perf_counter()
    matrix = pmi(counts)
    return counts.words, matrix, time.perf_counter() - start


def weigh(limit: int | None) -> dict[str, Any]:
    _, matrix, seconds = weights()
    return {"seconds": seconds, "tokens": 0, "answer": [matrix.nnz]}


def _judged(words: list[str], left: Any, values: Any, seconds: float) -> dict[str, Any]:
    from embedlib.datasets import men
    from embedlib.evaluation.similarity import evaluate_similarity
    from embedlib.words.counting import to_keyed_vectors

    vectors = to_keyed_vectors(words, left * values**0.5, leave_out_empty=True)
    reached = evaluate_similarity(vectors, men(), n_bootstrap=0).correlation
    return {"seconds": seconds, "tokens": 0, "answer": [round(reached, 3), [round(float(v), 3) for v in values]]}


def reduce_with_embedlib(limit: int | None) -> dict[str, Any]:
    from embedlib.assets.kept import computed_anew
    from embedlib.words.counting import decompose

    words, matrix, _ = weights()
    start = time.perf_counter()
    with computed_anew():
        parts = decompose(matrix, DIMENSIONS)
    return _judged(words, parts.left, parts.singular_values, time.perf_counter() - start)


def reduce_with_scikit_learn(limit: int | None) -> dict[str, Any]:
    from sklearn.utils.extmath import randomized_svd

    words, matrix, _ = weights()
    start = time.perf_counter()
    left, values, _ = randomized_svd(matrix, DIMENSIONS, n_iter=5, random_state=0)
    return _judged(words, left, values, time.perf_counter() - start)


CONTENDERS: dict[str, tuple[str, Callable[[int | None], dict[str, Any]], int | None]] = {
    "embedlib, 1 million": ("count a million tokens: embedlib count_cooccurrences", count_with_embedlib, SMALL),
    "loop, 1 million": ("count a million tokens: a loop over a Counter", count_with_a_loop, SMALL),
    "sklearn, 1 million": ("count a million tokens: scikit-learn's CountVectorizer", count_with_scikit_learn, SMALL),
    "embedlib, all": ("count 9.3 million tokens: embedlib count_cooccurrences", count_with_embedlib, None),
    "pmi": ("PPMI of the counts: embedlib pmi", weigh, None),
    "svd, embedlib": ("100 dimensions of it: embedlib decompose", reduce_with_embedlib, None),
    "svd, sklearn": ("100 dimensions of it: scikit-learn randomized_svd", reduce_with_scikit_learn, None),
}
RIVALS = {
    "loop, 1 million": "embedlib, 1 million",
    "sklearn, 1 million": "embedlib, 1 million",
    "svd, sklearn": "svd, embedlib",
}


def run(name: str) -> dict[str, Any]:
    """One contender in a process of its own."""
    done = subprocess.run([sys.executable, __file__, "--one", name], capture_output=True, text=True, check=True)
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def compared(name: str, answer: list[Any], reference: list[Any]) -> str:
    if name.startswith("svd"):
        apart = max(abs(a / b - 1) for a, b in zip(answer[1], reference[1], strict=True))
        return f"MEN {answer[0]:.3f}" + (f"; singular values within {100 * apart:.1g} %" if apart else "")
    return "same" if answer == reference else "other"


def main() -> None:
    parser = argparse.ArgumentParser(description="Time counting, PPMI and SVD on the course corpus.")
    parser.add_argument("--repeat", type=int, default=3, help="rounds, of which the best counts (3)")
    parser.add_argument("--threads", type=int, help="of the matrix products (all cores)")
    parser.add_argument("--one", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.threads:
        for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
            os.environ[variable] = str(options.threads)
    if options.one:
        _, contender, limit = CONTENDERS[options.one]
        result = contender(limit)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
        print(json.dumps({**result, "peak": peak}))
        return

    import pandas as pd
    from machine import describe

    corpus(None)  # built before anything is timed
    best: dict[str, dict[str, Any]] = {}
    for _ in range(options.repeat):
        for name in CONTENDERS:
            now = run(name)
            if name not in best or now["seconds"] < best[name]["seconds"]:
                best[name] = now
    lines = []
    for name, (what, _, _) in CONTENDERS.items():
        got, reference = best[name], best[RIVALS.get(name, name)]
        rival = next((other for other, ours in RIVALS.items() if ours == name), name)
        against = best["loop, 1 million"] if name == "embedlib, 1 million" else best[rival]
        lines.append(
            {
                "what": what,
                "seconds": round(got["seconds"], 1),
                "peak_MB": round(got["peak"] / 1e6),
                "ratio": round(against["seconds"] / got["seconds"], 1) if name in RIVALS.values() else None,
                "answers": compared(name, got["answer"], reference["answer"]) if name != "pmi" else "",
            }
        )
    table = pd.DataFrame(lines)
    RESULTS.mkdir(exist_ok=True)
    table.to_csv(RESULTS / "counting.csv", index=False)
    threads = f"{options.threads} threads" if options.threads else "as many threads as cores"
    machine = describe("numpy", "scipy", "scikit-learn")
    (RESULTS / "counting.txt").write_text(f"{machine}; {threads}; best of {options.repeat}\n", encoding="utf-8")
    print(table.to_string(index=False))
    print(machine)


if __name__ == "__main__":
    main()
