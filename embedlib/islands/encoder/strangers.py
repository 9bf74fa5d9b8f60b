"""What two strangers score, layer by layer: measured on the course corpus, kept in strangers.json.

`python -m embedlib.islands.encoder.strangers` measures it again.
"""

from __future__ import annotations

import json
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from embedlib.islands.encoder import weights
from embedlib.islands.encoder.forward import run

FILE = Path(__file__).parent / "strangers.json"
SENTENCES, PAIRS, SPACING = 400, 20_000, 500


def quantiles(vectors: Any, owner: Any, rng: np.random.Generator) -> list[float]:
    """The 5 %, 50 % and 95 % points of the cosines of random pairs, shape (n, d), of different owners."""
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    first, second = rng.integers(len(unit), size=(2, PAIRS))
    apart = owner[first] != owner[second]
    cosines = (unit[first[apart]] * unit[second[apart]]).sum(axis=1)
    return [round(float(value), 3) for value in np.quantile(cosines, (0.05, 0.5, 0.95))]


def measure(model: weights.Model, sentences: int = SENTENCES) -> dict[str, Any]:
    """For random words of different sentences, layer by layer, and for whole sentences (the mean of the last layer)."""
    from embedlib.text import course_corpus

    long_enough = (words for words in course_corpus() if 8 <= len(words) <= 25)
    runs = [run(model, " ".join(words)) for words in islice(long_enough, 0, sentences * SPACING, SPACING)]
    owner = np.concatenate([[i] * (len(one.tokens) - 2) for i, one in enumerate(runs)])
    rng = np.random.default_rng(0)
    layers = [
        quantiles(np.concatenate([one.hidden[layer][1:-1] for one in runs]), owner, rng)
        for layer in range(model.header["layers"] + 1)
    ]
    means = np.stack([one.hidden[-1].mean(axis=0) for one in runs])
    return {"words": layers, "sentences": quantiles(means, np.arange(len(runs)), rng), "of": len(runs)}


if __name__ == "__main__":
    from embedlib.islands.encoder import here, load

    FILE.write_text(json.dumps({name: measure(load(name)) for name in here()}, indent=1) + "\n")
