"""How long Google's 19,544 analogy questions take: embedlib against gensim's evaluate_word_analogies.

    python benchmarks/analogies.py [--sample 19544] [--repeat 3]

gensim, which takes one question at a time, needs some minutes for all of them over all 400,000 words. With a smaller
random sample its time for all is reckoned from its time a covered question. embedlib answers all questions, before
gensim, after it, and again; its best counts. Which questions of the sample are right is compared, one by one. Memory is
measured in runs of its own.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from machine import describe

from embedlib import datasets
from embedlib.assets.kept import computed_anew
from embedlib.evaluation.analogy import answer_analogies
from embedlib.words.load import load_word_vectors

RESULTS = Path(__file__).parent / "results"
WORDS = ["a", "b", "c", "expected"]
VOCABULARIES = (22_000, 400_000)


@computed_anew()
def main() -> None:
    parser = argparse.ArgumentParser(description="Time the analogy questions.")
    parser.add_argument("--sample", type=int, default=19_544, help="questions that gensim answers (all)")
    parser.add_argument("--repeat", type=int, default=3, help="rounds of embedlib, of which the best counts (3)")
    options = parser.parse_args()
    vectors = load_word_vectors("glove-6b-50d")
    vectors.vectors = vectors.vectors.copy()  # in memory for both, so that neither waits for the disk
    vectors.fill_norms(force=True)
    questions = datasets.google_analogies()
    sample = questions.sample(options.sample, random_state=0).sort_index()

    lines = []
    for n_words in VOCABULARIES:
        seconds, judged = [], 0
        right: list[tuple[str, ...]] = []
        for round_ in range(options.repeat):
            start = time.perf_counter()
            answered = answer_analogies(vectors, questions, restrict_vocab=n_words)
            seconds.append(time.perf_counter() - start)
            if not round_:
                start = time.perf_counter()
                right, judged = with_gensim(vectors, sample, n_words)
                gensim = (time.perf_counter() - start) / judged * int(answered["covered"].sum())
        some = answered.loc[sample.index]
        ours = [tuple(row) for row in some.loc[some["correct"], WORDS].to_numpy()]
        same = f"{len(ours)} and {len(right)} of {judged} right, {'the same' if ours == right else 'not the same'}"
        lines += [
            {
                "words": n_words,
                "what": "embedlib answer_analogies",
                "questions": len(questions),
                "seconds_for_all": round(min(seconds), 2),
                "times_as_fast": round(gensim / min(seconds), 1),
                "peak_mib": peak(lambda n=n_words: answer_analogies(vectors, questions, restrict_vocab=n)),
                "on_the_sample": same,
            },
            {
                "words": n_words,
                "what": "gensim evaluate_word_analogies",
                "questions": len(sample),
                "seconds_for_all": round(gensim, 1),
                "times_as_fast": 1.0,
                "peak_mib": peak(lambda n=n_words: with_gensim(vectors, sample[:1000], n)),
                "on_the_sample": same,
            },
        ]
    table = pd.DataFrame(lines)
    RESULTS.mkdir(exist_ok=True)
    table.to_csv(RESULTS / "analogies.csv", index=False)
    note = (
        f"{describe('numpy', 'gensim', 'pandas')}; best of {options.repeat}, gensim once, on {len(sample):,} of "
        f"{len(questions):,} questions; {threads()}; load when done {os.getloadavg()[0]:.1f}; "
        f"the whole run held {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20:.2f} GiB at most\n"
    )
    (RESULTS / "analogies.txt").write_text(note, encoding="utf-8")
    print(table.to_string(index=False))
    print(note)


def with_gensim(vectors: Any, questions: pd.DataFrame, n_words: int) -> tuple[list[tuple[str, ...]], int]:
    """The questions that gensim answers rightly, in their order, and how many it covers."""
    rows = [tuple(row) for row in questions[WORDS].to_numpy()]
    written = {tuple(map(str.upper, row)): row for row in rows}
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "questions.txt"
        file.write_text(": all\n" + "".join(" ".join(row) + "\n" for row in rows), encoding="utf-8")
        _, sections = vectors.evaluate_word_analogies(str(file), restrict_vocab=n_words)
    right = [written[tuple(map(str.upper, row))] for row in sections[-1]["correct"]]
    return right, len(sections[-1]["correct"]) + len(sections[-1]["incorrect"])


def threads() -> str:
    """OMP_NUM_THREADS=1 in front of the command is fairer on a machine that has other things to do."""
    given = os.environ.get("OMP_NUM_THREADS")
    return f"matrix products with {given} thread{'s' * (given != '1')}" if given else "as many threads as cores"


def peak(work: Callable[[], Any]) -> float:
    """MiB that NumPy and Python hold beyond the vectors."""
    tracemalloc.start()
    work()
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return round(most / 2**20, 1)


if __name__ == "__main__":
    main()
