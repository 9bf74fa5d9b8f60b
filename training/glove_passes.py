"""Are ten passes enough for the GloVe that chapter 4 fits? The same fit, stopped after 5 to 50 passes.

Every row of ``training/results/glove_passes.csv`` is the score of one fit on one benchmark.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from embedlib import datasets
from embedlib.evaluation.similarity import compare_models
from embedlib.words.counting import Cooccurrences, course_counts
from embedlib.words.glove import fit_glove

TABLE = Path(__file__).parent / "results" / "glove_passes.csv"
PASSES = (5, 10, 25, 50)
WORDS = 5_000


def main() -> None:
    """Fit, score and write the table."""
    counts = course_counts()
    square = counts.matrix[:WORDS, :WORDS]
    small = Cooccurrences(counts.words[:WORDS], counts.frequencies[:WORDS], square, counts.n_tokens)
    benchmarks = [datasets.wordsim353(), datasets.simlex999(), datasets.men()]
    rows = []
    for passes in PASSES:
        model = fit_glove(small, dimensions=50, epochs=passes, x_max=10, learning_rate=0.1, batch_cells=50_000)
        scores = compare_models({"GloVe": model.to_keyed_vectors()}, benchmarks, n_bootstrap=0)
        for row in scores.itertuples():
            rows.append((passes, round(model.losses[-1], 4), row.benchmark, round(row.correlation, 4)))
    table = pd.DataFrame(rows, columns=["passes", "mean loss", "benchmark", "correlation"])
    table.to_csv(TABLE, index=False)


if __name__ == "__main__":
    main()
