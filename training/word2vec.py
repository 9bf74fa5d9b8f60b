"""Train the word2vec models of the grid: interruptible, and going on where it stopped.

Every finished training lies in ``training/runs/word2vec/`` under its recipe's name (vectors in half precision,
words, seconds). What lies there is not trained again. ``--part 1/2`` and ``--part 2/2`` may run side by side.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
from recipes import COURSE, MIN_COUNT, Recipe, grid, rates, two_workers

from embedlib.datasets import course_corpus

WORK = Path(__file__).parent / "runs" / "word2vec"


class Sentences:
    """The course corpus or an even share of its sentences, read anew each time it is gone through."""

    def __init__(self, share: int = 1) -> None:
        self.share = share

    def __iter__(self) -> Iterator[list[str]]:
        return islice(iter(course_corpus()), 0, None, self.share)


def train(recipe: Recipe) -> Any:
    """Train one recipe and return gensim's model."""
    from gensim.models import Word2Vec
    from gensim.utils import RULE_DISCARD, RULE_KEEP

    settings = {name: value for name, value in recipe.settings.items() if name != "copy"}
    share = settings.pop("share")
    if share == 1:
        settings["min_count"] = MIN_COUNT
    else:  # the vocabulary of the whole corpus, so that all shares are asked for the same words
        known = vocabulary()
        settings |= {"min_count": 1, "trim_rule": lambda word, *_: RULE_KEEP if word in known else RULE_DISCARD}
    return Word2Vec(list(Sentences(share)), seed=recipe.seed, **settings)


@cache
def vocabulary() -> frozenset[str]:
    """The words that the whole corpus holds at least ``MIN_COUNT`` times."""
    counts = Counter(word for sentence in course_corpus() for word in sentence)
    return frozenset(word for word, count in counts.items() if count >= MIN_COUNT)


def keep(recipe: Recipe, model: Any, seconds: float, work: Path = WORK) -> None:
    """Write a finished training, under its name only when it is whole."""
    folder, whole = work / f"{recipe.name}.tmp{os.getpid()}", work / recipe.name
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / "vectors.npy", model.wv.vectors.astype(np.float16))
    if recipe in (COURSE, Recipe()):
        np.save(folder / "contexts.npy", model.syn1neg.astype(np.float16))
    (folder / "words.txt").write_text("\n".join(model.wv.index_to_key) + "\n", encoding="utf-8")
    about = {"setting": recipe.setting, "seed": recipe.seed, **recipe.settings, "seconds": round(seconds, 1)}
    (folder / "about.json").write_text(json.dumps(about, indent=1) + "\n", encoding="utf-8")
    folder.rename(whole)


def main() -> None:
    """Train what is not yet there."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", default="1/1", help="for instance 1/2: every second training, from the first")
    part, parts = map(int, parser.parse_args().part.split("/"))
    for recipe in islice([*grid(), *rates(), *two_workers()], part - 1, None, parts):
        if (WORK / recipe.name).exists():
            continue
        begin = time.perf_counter()
        model = train(recipe)
        keep(recipe, model, time.perf_counter() - begin)
        print(f"{recipe.name}: {len(model.wv):,} words, {time.perf_counter() - begin:.0f} s", flush=True)


if __name__ == "__main__":
    main()
