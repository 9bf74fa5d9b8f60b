"""What the island computes with, out of MovieLens 100k: `python -m embedlib.islands.film_night.measure`.

Nothing of it is a rating or says what a person liked: likenesses of films, vectors of films, their order by
popularity, and the titles of the 300 most liked of 1,447.
"""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from embedlib import datasets
from embedlib.islands.film_night import TABLES
from embedlib.recommendation import as_matrix, ease, histories, item_knn

FILMS = 300
VECTORS = Path(__file__).parents[3] / "training" / "results" / "recommendation_vectors.npz"
ARTICLE = re.compile(r"^(.*), (The|A|An|Il|La|Le|Les|Das|Der|Die)$")


def readable(title: str) -> str:
    """A title as one says it.

    >>> readable("Godfather, The")
    'The Godfather'
    """
    return ARTICLE.sub(r"\2 \1", title)


def tables() -> tuple[dict[str, Any], dict[str, npt.NDArray[np.float64]]]:
    """Titles and years, the most liked first; and for these films the tables of chapter 17, with its settings."""
    ratings = datasets.movielens_100k()
    lists, numbers = histories(ratings[ratings["rating"] >= 4])
    about = datasets.movielens_100k_films().set_index("film").loc[numbers]
    seen = as_matrix([one[:-1] for one in lists], len(numbers))
    order = np.argsort(-seen.sum(axis=0), kind="stable")
    again = about.iloc[order].duplicated(["title", "year"]).to_numpy()  # a few films stand in it twice
    best = order[~again][:FILMS]
    titles = [readable(title) for title in about["title"].iloc[best]]
    years = [int(year) for year in about["year"].iloc[best]]
    named = [f"{t} ({y})" if titles.count(t) > 1 else t for t, y in zip(titles, years, strict=True)]
    with np.load(VECTORS) as stored:
        items, inside, outside = (stored[name].astype(np.float64) for name in ("als", "inside", "outside"))
        weight, penalty = float(stored["als_alpha"]), float(stored["als_penalty"])
    among = np.ix_(best, best)
    found = {
        "knn": item_knn(seen, 50, 100.0)[among],
        "ease": ease(seen, 150.0)[among],
        "inside": inside[best],
        "outside": outside[best],
        "als": items[best],
        "gram": items.T @ items + penalty * np.eye(items.shape[1]),
    }
    return {"titles": named, "years": years, "weight": weight}, found


def pack(about: dict[str, Any], found: dict[str, npt.NDArray[np.float64]]) -> bytes:
    """A line of JSON, then each table in whole numbers of two bytes; `units` says what one is worth."""
    units = {name: float(np.abs(table).max()) / 32_000 for name, table in found.items()}
    rest = b"".join(np.rint(table / units[name]).astype("<i2").tobytes() for name, table in found.items())
    line = {**about, "units": units, "shapes": {name: table.shape for name, table in found.items()}}
    return gzip.compress(json.dumps(line, separators=(",", ":")).encode() + b"\n" + rest, 9, mtime=0)


if __name__ == "__main__":
    TABLES.write_bytes(pack(*tables()))
