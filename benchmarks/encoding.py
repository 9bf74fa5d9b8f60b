"""How many sentences a second become vectors: MiniLM as the course runs it, and as sentence-transformers does.

    python benchmarks/encoding.py [--sentences 300] [--rounds 3]

Sentences of the State of the Union, drawn evenly from all of it. One thread, and processor time in place of the
clock's, so that a busy machine disturbs little; the ways take turns, and of their rounds the median counts. All
vectors are brought to length 1 and compared with those of one sentence at a time.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import torch
from machine import describe
from sentence_transformers import SentenceTransformer

from embedlib import assets
from embedlib.contextual import ContextualEncoder
from embedlib.text import course_corpus
from embedlib.vectors import unit_rows

RESULTS = Path(__file__).parent / "results"
BATCH = 32


def main() -> None:
    parser = argparse.ArgumentParser(description="Time ways to encode sentences.")
    parser.add_argument("--sentences", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=3, help="rounds, of which the median counts (3)")
    options = parser.parse_args()
    torch.set_num_threads(1)
    corpus = [" ".join(words) for words in course_corpus("sotu")]
    texts = corpus[:: len(corpus) // options.sentences][: options.sentences]

    folder = str(assets.path("minilm-l6"))
    ours, theirs = ContextualEncoder("minilm-l6"), SentenceTransformer(folder, device="cpu")
    half = SentenceTransformer(folder, device="cpu", model_kwargs={"dtype": torch.bfloat16})
    lengths = np.array([len(ours.pieces(text)) for text in texts])
    as_they_come, by_length = lengths, np.sort(lengths)
    ways: dict[str, tuple[Callable[[], np.ndarray], np.ndarray, int]] = {
        "embedlib, one at a time": (lambda: ours.encode(texts, batch_size=1), as_they_come, 1),
        "embedlib, 32 as they come": (
            lambda: np.concatenate([ours.encode(texts[i : i + BATCH]) for i in range(0, len(texts), BATCH)]),
            as_they_come,
            BATCH,
        ),
        "embedlib, 32 of like length": (lambda: ours.encode(texts), by_length, BATCH),
        "sentence-transformers": (lambda: theirs.encode(texts), by_length, BATCH),
        "sentence-transformers, bfloat16": (lambda: half.encode(texts), by_length, BATCH),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    vectors = {}
    for _ in range(options.rounds):
        for name, (encode, _lengths, _size) in ways.items():
            if name.endswith("bfloat16") and seconds[name]:
                continue  # many times as slow as the others: once will do
            start = time.process_time()
            made = encode()
            seconds[name].append(time.process_time() - start)
            vectors[name] = unit_rows(made)
    one_by_one = vectors["embedlib, one at a time"]
    median = {name: float(np.median(some)) for name, some in seconds.items()}
    table = pd.DataFrame(
        {
            "way": name,
            "sentences_a_second": round(len(texts) / median[name], 1),
            "ratio": round(median["sentence-transformers"] / median[name], 2),
            "padding": round(padding(lengths_of, size), 3),
            "largest_difference": f"{np.abs(vectors[name] - one_by_one).max():.0e}",
            "same_vectors": bool(np.allclose(vectors[name], one_by_one, atol=1e-5)),
        }
        for name, (_encode, lengths_of, size) in ways.items()
    )
    RESULTS.mkdir(exist_ok=True)
    table.to_csv(RESULTS / "encoding.csv", index=False)
    machine = describe("torch", "transformers", "sentence-transformers")
    note = f"{machine}; {len(texts)} sentences, one thread, processor time, median of {options.rounds}"
    (RESULTS / "encoding.txt").write_text(f"{note}\n", encoding="utf-8")
    print(table.to_string(index=False))
    print(note)


def padding(lengths: np.ndarray, size: int) -> float:
    """The share of what the network reads that is padding."""
    batches = [lengths[i : i + size] for i in range(0, len(lengths), size)]
    return float(1 - lengths.sum() / sum(max(batch) * len(batch) for batch in batches))


if __name__ == "__main__":
    main()
