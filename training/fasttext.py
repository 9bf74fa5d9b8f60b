"""Train fastText on the course corpus, and keep what is needed to give any string a vector.

What is kept in ``training/runs/fasttext/``: a vector a word and a vector a bucket of n-grams, in half precision; a
word's final vector is the mean of its own and those of its n-grams, so it need not be kept. Trained once; to
train again, take the folder away.
"""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
from recipes import MIN_COUNT

from embedlib.datasets import course_corpus

WORK = Path(__file__).parent / "runs" / "fasttext"

# gensim's own names; ``sample`` and ``epochs`` as for the word2vec models beside it.
SETTINGS: dict[str, Any] = {
    "sg": 1,
    "vector_size": 100,
    "window": 5,
    "negative": 5,
    "sample": 1e-4,
    "epochs": 3,
    "min_count": MIN_COUNT,
    "min_n": 3,
    "max_n": 6,
    "bucket": 40_000,  # gensim's default is two million, which would be 400 MB of mostly unused rows
    "workers": 1,
    "seed": 1,
}


def train() -> Any:
    """Train on the whole corpus and return gensim's model."""
    from gensim.models import FastText

    return FastText(list(course_corpus()), **SETTINGS)


def keep(model: Any, seconds: float, work: Path = WORK) -> None:
    """Write the finished training, under its name only when it is whole."""
    folder = work.with_name(f"{work.name}.tmp{os.getpid()}")
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "vectors_vocab.npy", model.wv.vectors_vocab.astype(np.float16))
    np.save(folder / "ngrams.npy", model.wv.vectors_ngrams.astype(np.float16))
    (folder / "words.txt").write_text("\n".join(model.wv.index_to_key) + "\n", encoding="utf-8")
    about = {"model": "fastText, gensim", **SETTINGS, "words": len(model.wv), "seconds": round(seconds, 1)}
    (folder / "about.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    folder.rename(work)


def main() -> None:
    """Train, unless it has been done."""
    if WORK.exists():
        print(f"{WORK.name} is trained already")
        return
    begin = time.perf_counter()
    model = train()
    keep(model, time.perf_counter() - begin)
    print(f"{len(model.wv):,} words, {time.perf_counter() - begin:.0f} s")


if __name__ == "__main__":
    main()
