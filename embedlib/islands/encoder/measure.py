"""What two strangers score, layer by layer, and the default sentences' word: measured by transformers, kept in a file.

`python -m embedlib.islands.encoder.measure` measures it again.
"""

from __future__ import annotations

import json
from functools import cache
from itertools import islice
from typing import Any

import numpy as np

from embedlib.contextual import ContextualEncoder
from embedlib.islands.encoder import DEFAULTS, MEASURED
from embedlib.islands.reading import ASSETS, here

SENTENCES, PAIRS, SPACING = 400, 20_000, 500

load = cache(ContextualEncoder)


def word_cosines(sentence: str, other: str, word: str) -> list[float]:
    """The cosine of a word's first occurrence in two sentences, at each layer; KeyError where it is not in both."""
    minilm, found = load(ASSETS["minilm"]), []
    for layer in range(minilm.n_layers + 1):
        read = [minilm.word_vectors(text, layer) for text in (sentence, other)]
        one, two = (words.vectors[words.places(word)[0]] for words in read)
        found.append(round(float(one @ two / np.linalg.norm(one) / np.linalg.norm(two)), 4))
    return found


def quantiles(vectors: Any, owner: Any, rng: np.random.Generator) -> list[float]:
    """The 5 %, 50 % and 95 % points of the cosines of random pairs, shape (n, d), of different owners."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    first, second = rng.integers(len(unit), size=(2, PAIRS))
    apart = owner[first] != owner[second]
    cosines = (unit[first[apart]] * unit[second[apart]]).sum(axis=1)
    return [round(float(value), 3) for value in np.quantile(cosines, (0.05, 0.5, 0.95))]


def strangers(model: ContextualEncoder, sentences: int = SENTENCES) -> dict[str, Any]:
    """For random words of different sentences, layer by layer, and for whole sentences (the mean of the last layer)."""
    from embedlib.text import course_corpus

    long_enough = (words for words in course_corpus() if 8 <= len(words) <= 25)
    runs = [model.hidden_states(" ".join(words)) for words in islice(long_enough, 0, sentences * SPACING, SPACING)]
    owner = np.repeat(np.arange(len(runs)), [one.shape[1] - 2 for one in runs])
    rng = np.random.default_rng(0)
    layers = [
        quantiles(np.concatenate([one[layer, 1:-1] for one in runs]), owner, rng) for layer in range(model.n_layers + 1)
    ]
    means = np.stack([one[-1].mean(axis=0) for one in runs])
    return {"words": layers, "sentences": quantiles(means, np.arange(len(runs)), rng), "of": len(runs)}


if __name__ == "__main__":
    default = word_cosines(*(str(DEFAULTS[key]) for key in ("sentence", "other", "word")))
    measured = {"default": default, "strangers": {name: strangers(load(ASSETS[name])) for name in here()}}
    MEASURED.write_text(json.dumps(measured) + "\n")
