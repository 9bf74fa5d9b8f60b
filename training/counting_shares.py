"""Counting on the shares of the corpus that word2vec was trained on: what chapter 3 compares its curve with.

Writes ``training/results/counting_shares.csv``: PPMI + SVD (100 numbers, power ½) of every 1st, 2nd, 4th and 16th
sentence, in the vocabulary of the whole corpus, as chapter 2 counts.
"""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
import pandas as pd

from embedlib import datasets
from embedlib.evaluation.similarity import evaluate_similarity
from embedlib.words.counting import count_cooccurrences, decompose, pmi, to_keyed_vectors

RESULTS = Path(__file__).parent / "results"
SHARES = (1, 2, 4, 16)
BENCHMARKS = {
    "wordsim353": datasets.wordsim353,
    "simlex999": datasets.simlex999,
    "men": datasets.men,
    "rw": datasets.rw,
}


def main() -> None:
    """Count, reduce, measure, store."""
    known: set[str] = set()
    rows = []
    for share in SHARES:
        sentences = list(islice(iter(datasets.course_corpus()), 0, None, share))
        if share > 1:  # words of the whole corpus' vocabulary, and "" to keep the places of the others
            sentences = [[word if word in known else "" for word in sentence] for sentence in sentences]
        counts = count_cooccurrences(sentences, window=5, min_count=20 if share == 1 else 1)
        known = known or set(counts.words)
        inside = np.array([i for i, word in enumerate(counts.words) if word])
        words = [counts.words[i] for i in inside]
        parts = decompose(pmi(counts.matrix[inside][:, inside]), dimensions=100)
        vectors = to_keyed_vectors(words, parts.vectors(0.5), leave_out_empty=True)
        row = {"share": share, "tokens": counts.n_tokens, "words": len(words)}
        for name, make in BENCHMARKS.items():
            result = evaluate_similarity(vectors, make(), n_bootstrap=0)
            row |= {name: round(result.correlation, 4), f"{name} pairs": result.n_covered}
        rows.append(row)
        print(row, flush=True)
    RESULTS.mkdir(exist_ok=True)
    pd.DataFrame(rows).to_csv(RESULTS / "counting_shares.csv", index=False)


if __name__ == "__main__":
    main()
