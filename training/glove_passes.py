"""GloVe on the course's counts, as chapter 4 fits it: how far behind its rivals is it, and are ten passes enough?

Every row of ``training/results/glove_passes.csv`` is the score of one fit on one benchmark, stopped after 5 to 50
passes; every row of ``glove_ahead.csv`` is how far a rival is ahead of the fit of ten passes.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from embedlib import datasets
from embedlib.evaluation.similarity import compare_models, differences
from embedlib.words import as_keyed_vectors, load_word_vectors
from embedlib.words.counting import Cooccurrences, course_counts, pmi, to_keyed_vectors, truncated_svd
from embedlib.words.glove import Glove, fit_glove

RESULTS = Path(__file__).parent / "results"
PASSES = (5, 10, 25, 50)
WORDS = 5_000


def frequent() -> Cooccurrences:
    """The course's counts, cut to its most frequent words."""
    counts = course_counts()
    square = counts.matrix[:WORDS, :WORDS]
    return Cooccurrences(counts.words[:WORDS], counts.frequencies[:WORDS], square, counts.n_tokens)


def fit(counts: Cooccurrences, passes: int) -> Glove:
    """The fit of chapter 4."""
    return fit_glove(counts, dimensions=50, epochs=passes, x_max=10, learning_rate=0.1, batch_cells=50_000)


def ahead(counts: Cooccurrences) -> pd.DataFrame:
    """How far counting and the course's skip-gram, on the same words, are ahead of GloVe after ten passes."""
    counted = truncated_svd(pmi(counts), 100)  # the strongest come first
    skip_gram = load_word_vectors("course-sgns-100d")
    rivals = {
        "GloVe": fit(counts, 10).to_keyed_vectors(),
        "counting, 50": to_keyed_vectors(counts.words, counted[:, :50]),
        "counting, 100": to_keyed_vectors(counts.words, counted),
        "skip-gram, 100": as_keyed_vectors({word: skip_gram[word] for word in counts.words}),
    }
    benchmarks = [datasets.wordsim353(), datasets.simlex999(), datasets.men()]
    return differences(rivals, benchmarks, reference="GloVe")


def by_passes(counts: Cooccurrences) -> pd.DataFrame:
    """The same fit, stopped earlier and later."""
    benchmarks = [datasets.wordsim353(), datasets.simlex999(), datasets.men()]
    rows = []
    for passes in PASSES:
        model = fit(counts, passes)
        scores = compare_models({"GloVe": model.to_keyed_vectors()}, benchmarks, n_bootstrap=0)
        for row in scores.itertuples():
            rows.append((passes, round(model.losses[-1], 4), row.benchmark, round(row.correlation, 4)))
    return pd.DataFrame(rows, columns=["passes", "mean loss", "benchmark", "correlation"])


def main() -> None:
    """Fit, score and write both tables."""
    counts = frequent()
    ahead(counts).round(4).to_csv(RESULTS / "glove_ahead.csv", index=False)
    by_passes(counts).to_csv(RESULTS / "glove_passes.csv", index=False)


if __name__ == "__main__":
    main()
