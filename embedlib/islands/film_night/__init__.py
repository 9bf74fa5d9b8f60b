"""Film night: choose up to three films, and see what five recommenders say next. No rating is in it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from embedlib.islands.base import Island, Part, plain_table, source_key

FOLDER = Path(__file__).parent
TABLES = FOLDER / "tables.gz"
SHOWN = 5  # films a way
MOST = 3  # films chosen
WAYS = {
    "popularity": ("Popularity", "the same for everybody"),
    "knn": ("Item-kNN", "cosines of columns"),
    "item2vec": ("item2vec", "inside · outside"),
    "als": ("ALS", "32 numbers a film"),
    "ease": ("EASE", "a learned table"),
}


@cache
def held() -> dict[str, Any]:
    """Titles and years, the most liked first, and the tables: whole numbers, each with what one is worth."""
    about, _, rest = gzip.decompress(TABLES.read_bytes()).partition(b"\n")
    found: dict[str, Any] = json.loads(about)
    numbers, start = np.frombuffer(rest, dtype="<i2").astype(np.float64), 0
    for name, (rows, columns) in found["shapes"].items():
        found[name] = numbers[start : start + rows * columns].reshape(rows, columns)
        start += rows * columns
    return found


def scores(films: Sequence[int]) -> dict[str, npt.NDArray[np.float64]]:
    """Each way's scores of all films, for some that are liked: only their order means anything."""
    tables, own = held(), list(films)
    unit = tables["units"]["als"]
    items = tables["als"] * unit
    left = tables["gram"] * tables["units"]["gram"] + (tables["weight"] - 1) * items[own].T @ items[own]
    person = np.linalg.solve(left, tables["weight"] * items[own].sum(axis=0))
    return {
        "popularity": -np.arange(len(items), dtype=float),
        "knn": tables["knn"][own].sum(axis=0),
        "item2vec": tables["inside"][own].sum(axis=0) @ tables["outside"].T,
        "als": items @ person,
        "ease": tables["ease"][own].sum(axis=0),
    }


def answers(titles: Sequence[str]) -> dict[str, list[int]]:
    """Each way's films for these, the best first, by their places in popularity, from 0."""
    own = [held()["titles"].index(title) for title in titles]
    found = {}
    for way, numbers in scores(own).items():
        numbers[own] = -np.inf
        found[way] = [int(i) for i in np.argsort(-numbers, kind="stable")[:SHOWN]]
    return found


def check(options: dict[str, Any]) -> dict[str, Any]:
    """The options; ValueError for films that there are not, or too many of them."""
    films, titles = options["films"], held()["titles"]
    if not isinstance(films, (list, tuple)) or not 1 <= len(films) <= MOST:
        raise ValueError(f"films is a list of one to {MOST} titles, not {films!r}.")
    known = {title.lower(): title for title in titles}
    found = []
    for film in films:
        if not isinstance(film, str) or film.strip().lower() not in known:
            close = [known[each] for each in get_close_matches(str(film).strip().lower(), list(known), n=3)]
            hint = f" Did you mean {' or '.join(close)}?" if close else ""
            raise ValueError(f'"{film}" is none of the {len(titles)} films.{hint}')
        found.append(known[film.strip().lower()])
    if len(set(found)) < len(found):
        raise ValueError("films names one film twice. Choose another in its place.")
    return {"films": found}


def first(options: dict[str, Any]) -> dict[str, Any]:
    """The answer for these films, with the titles that stand in it."""
    found, tables = answers(options["films"]), held()
    named = {i for row in found.values() for i in row}
    return {
        "films": options["films"],
        "answers": found,
        "titles": {i: tables["titles"][i] for i in named},
        "years": {i: tables["years"][i] for i in named},
        "ways": [{"way": way, "title": title, "about": about} for way, (title, about) in WAYS.items()],
        "total": len(tables["titles"]),
        "most": MOST,
    }


def fallback_html(options: dict[str, Any], invitation: str = "") -> str:
    """The titles that each way names, a column a way."""
    given = first(options)
    columns = [[given["titles"][i] for i in row] for row in given["answers"].values()]
    said = ["Next after ", ", ".join(given["films"]), f", among {given['total']} films of MovieLens 100k.{invitation}"]
    return plain_table(said, [title for title, _ in WAYS.values()], zip(*columns, strict=True))


ISLAND = Island(
    folder=FOLDER,
    defaults={"films": ["Casablanca", "Vertigo", "Babe"]},
    check=check,
    first=first,
    fallback_html=fallback_html,
    parts={"data": Part(make=TABLES.read_bytes, key=lambda: source_key(TABLES))},
    invitation=" Run this cell to choose your own.",
)
