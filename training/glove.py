"""Fit GloVe to the counts of the course corpus, with chapter 2's vocabulary.

What is kept in ``training/work/glove/``: the word vectors w + w̃ in half precision, words, recipe and losses.
Trained once; to train again, take the folder away.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
from recipes import MIN_COUNT

from embedlib.counting import count_cooccurrences
from embedlib.datasets import course_corpus
from embedlib.glove import Glove, fit_glove

WORK = Path(__file__).parent / "work" / "glove"

COUNTS: dict[str, Any] = {"window": 10, "min_count": MIN_COUNT, "weighting": "harmonic", "close_gaps": True}

# x_max is a tenth of the paper's: of nine million words, few pairs are seen a hundred times.
SETTINGS: dict[str, Any] = {
    "dimensions": 100,
    "epochs": 25,
    "x_max": 10.0,
    "power": 0.75,
    "learning_rate": 0.1,
    "batch_cells": 200_000,
    "seed": 1,
}


def train() -> Glove:
    """Count, fit, and say after each pass how far it is."""
    counts = count_cooccurrences(course_corpus(), **COUNTS)
    print(counts, flush=True)
    return fit_glove(counts, **SETTINGS, after_epoch=lambda n, loss: print(f"pass {n}: {loss:.5f}", flush=True))


def keep(model: Glove, seconds: float, work: Path = WORK) -> None:
    """Write the finished fit, under its name only when it is whole."""
    folder = work.with_name(f"{work.name}.tmp{os.getpid()}")
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "vectors.npy", (model.vectors + model.contexts).astype(np.float16))
    (folder / "words.txt").write_text("\n".join(model.words) + "\n", encoding="utf-8")
    about = {"model": "GloVe, embedlib", "counts": COUNTS, **SETTINGS, "words": len(model.words)}
    about |= {"losses": [round(loss, 5) for loss in model.losses], "seconds": round(seconds, 1)}
    (folder / "about.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    folder.rename(work)


def main() -> None:
    """Fit, unless it has been done."""
    if WORK.exists():
        print(f"{WORK.name} is fitted already")
        return
    begin = time.perf_counter()
    model = train()
    keep(model, time.perf_counter() - begin)
    print(f"{len(model.words):,} words, {time.perf_counter() - begin:.0f} s")


if __name__ == "__main__":
    main()
