"""Write maps.json anew from the maps that `training/maps.py` made: `python -m embedlib.islands.map_liar.measure`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedlib.islands.map_liar import DATA, MAPS, NEIGHBOURS, SEEDS, SETTINGS, SIDE
from embedlib.vectors import projection, unit_rows

RESULTS = Path(__file__).parents[3] / "training" / "results"

Table = NDArray[np.float64]


def turned(points: Table, like: Table) -> Table:
    """A map turned, or mirrored and turned, as near as it can be to another: no distance changes (Procrustes)."""
    points, like = points - points.mean(axis=0), like - like.mean(axis=0)
    left, _, right = np.linalg.svd(points.T @ like)
    return np.asarray(points @ left @ right)


def in_steps(points: Table) -> list[int]:
    """A map as whole numbers from 0 to SIDE, one scale for both axes, in the middle of its square."""
    low, high = points.min(axis=0), points.max(axis=0)
    scaled = (points - (low + high) / 2) / (high - low).max() + 0.5
    return [int(step) for step in np.rint(scaled * SIDE).ravel()]


def true_neighbours(vectors: Table) -> list[list[int]]:
    """The nearest of each vector, nearest first."""
    from scipy.spatial.distance import cdist

    away = cdist(vectors, vectors)
    np.fill_diagonal(away, np.inf)
    return [list(map(int, row)) for row in np.argsort(away, axis=1, kind="stable")[:, :NEIGHBOURS]]


def pack(
    words: Sequence[str], kinds: Sequence[str], vectors: Mapping[str, Table], maps: Mapping[str, Table]
) -> dict[str, Any]:
    """What the island holds: `kinds` has one a word, `vectors` and `maps` the names that the island uses."""
    names = list(dict.fromkeys(kinds))
    return {
        "words": list(words),
        "kinds": names,
        "kind": [names.index(kind) for kind in kinds],
        "near": {data: true_neighbours(rows) for data, rows in vectors.items()},
        "maps": {name: in_steps(turned(points, maps[f"{name.split()[0]} PCA"])) for name, points in maps.items()},
        "trust": {
            name: round(projection.trustworthiness(vectors[name.split()[0]], points, NEIGHBOURS), 4)
            for name, points in maps.items()
        },
    }


def measure() -> dict[str, Any]:
    """The words, their noise, and the maps of both that t-SNE began in random places and UMAP by its own rule."""
    import pandas as pd

    from embedlib.words import load_word_vectors

    table = pd.read_csv(RESULTS / "maps_words.csv")
    table = table[table["collection"] == "words"]
    rows = unit_rows(load_word_vectors("glove-6b-50d")[table["word"].tolist()])
    stored = np.load(RESULTS / "maps.npz")
    maps = {}
    for data in DATA:
        maps[f"{data} PCA"] = stored[f"{data}/PCA/0/none/0"].astype(float)
        for method, start in (("t-SNE", "random"), ("UMAP", "spectral")):
            for setting in SETTINGS[method][1]:
                for seed in range(SEEDS):
                    place = f"{data}/{method}/{setting}/{start}/{seed}"
                    maps[f"{data} {method} {setting} {seed}"] = stored[place].astype(float)
    vectors = {"words": rows, "noise": projection.noise_like(rows)}
    return pack(table["word"].tolist(), table["kind"].tolist(), vectors, maps)


if __name__ == "__main__":
    MAPS.write_text(json.dumps(measure(), separators=(",", ":")) + "\n", encoding="utf-8")
