"""The maps of the sentences, layer by layer, kept in a file: `python -m embedlib.islands.senses.measure` makes them."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedlib.contextual import get_word_embedding
from embedlib.islands.senses import LAYERS, MAPS, WORDS
from embedlib.vectors import pca_2d
from embedlib.vectors.rows import unit_rows


def count_right(vectors: NDArray[Any], senses: NDArray[Any]) -> int:
    """How many rows, shape (n, d), have of all others one of their own sense as the nearest by cosine."""
    unit = unit_rows(vectors)
    likeness = unit @ unit.T
    np.fill_diagonal(likeness, -2)
    return int((senses[likeness.argmax(axis=1)] == senses).sum())


def turned_like(points: NDArray[Any], before: NDArray[Any] | None) -> NDArray[Any]:
    """Points, shape (n, 2), turned or mirrored to lie as near as they can to those before."""
    if before is None:
        return points
    left, _, right = np.linalg.svd(points.T @ before)
    turned: NDArray[Any] = points @ left @ right
    return turned


def measure() -> dict[str, Any]:
    """For each word the points of each layer, as thousandths, and how many sentences have a right neighbour."""
    from embedlib import datasets

    table, found = datasets.senses(), {}
    for word in WORDS:
        own = table[table["word"] == word]
        maps, right, before = [], [], None
        for layer in range(LAYERS + 1):
            vectors = get_word_embedding(own["sentence"], own["form"], layer=layer)
            before = turned_like(pca_2d(vectors).points, before)
            before = before / np.abs(before).max()
            maps.append(np.rint(before * 1000).astype(int).tolist())
            right.append(count_right(vectors, own["sense"].to_numpy()))
        found[word] = {"maps": maps, "right": right}
    return found


if __name__ == "__main__":
    MAPS.write_text(json.dumps(measure(), separators=(",", ":")) + "\n", encoding="utf-8")
