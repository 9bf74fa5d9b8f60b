"""A map that can be caught lying: 500 words by PCA, t-SNE and UMAP, and what each map keeps of a word's neighbours."""

from __future__ import annotations

import gzip
import json
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedlib.islands.base import Island, Part, plain_table, source_key, within

FOLDER = Path(__file__).parent
MAPS = FOLDER / "maps.json"
NEIGHBOURS = 10
SIDE = 9999  # of the square that a map fills, in whole steps
DATA = ("words", "noise")
SETTINGS = {"PCA": ("", ()), "t-SNE": ("perplexity", (2, 5, 10, 30, 100)), "UMAP": ("n_neighbors", (2, 5, 15, 50, 200))}
SEEDS = 3
DEFAULTS = {"word": "chef", "data": "words", "method": "t-SNE", "perplexity": 30, "n_neighbors": 15, "seed": 0}

Places = NDArray[np.int64]


@cache
def collection() -> dict[str, Any]:
    """Words and their kinds; each one's ten true neighbours, for both data; all maps, and how far to trust each."""
    found: dict[str, Any] = json.loads(MAPS.read_text(encoding="utf-8"))
    return found


def nearest(points: ArrayLike, k: int = NEIGHBOURS) -> Places:
    """The k nearest of each point on a map, nearest first, shape (n, k); of two as near, the one that comes first."""
    x, y = np.asarray(points, dtype=np.int64).reshape(-1, 2).T
    away = (x[:, None] - x) ** 2 + (y[:, None] - y) ** 2
    np.fill_diagonal(away, np.iinfo(np.int64).max)
    return np.argsort(away, axis=1, kind="stable")[:, :k]


@cache
def shares() -> dict[str, float]:
    """The share of all true neighbours that each map keeps."""
    held = collection()
    found = {}
    for name, points in held["maps"].items():
        near = held["near"][name.split()[0]]
        kept = [len({*true} & {*drawn}) for true, drawn in zip(near, nearest(points).tolist(), strict=True)]
        found[name] = sum(kept) / (len(kept) * NEIGHBOURS)
    return found


def by_chance() -> dict[str, float]:
    """What points in random places score on average: the share that they keep, and their trustworthiness."""
    n, k = len(collection()["words"]), NEIGHBOURS
    return {"share": k / (n - 1), "trust": 1 - (n - 1 - k) * (n - k) / ((n - 1) * (2 * n - 3 * k - 1))}


def map_name(options: dict[str, Any]) -> str:
    """What the map of these options is called among all: "words t-SNE 30 0", or "noise PCA"."""
    setting, _ = SETTINGS[options["method"]]
    run = (options[setting], options["seed"]) if setting else ()
    return " ".join(map(str, (options["data"], options["method"], *run)))


def check(options: dict[str, Any]) -> dict[str, Any]:
    """The options; ValueError for a word or a map that there is not."""
    words, word = collection()["words"], options["word"].strip().lower()
    if word not in words:
        close = get_close_matches(word, words, n=3)
        hint = f" Did you mean {' or '.join(close)}?" if close else ""
        raise ValueError(f'"{word}" is not among the {len(words)} words of these maps.{hint}')
    allowed = {"data": DATA, "method": tuple(SETTINGS), **{name: stops for name, stops in SETTINGS.values() if name}}
    for name, values in allowed.items():
        if isinstance(options[name], bool) or options[name] not in values:
            raise ValueError(f"{name} is one of {', '.join(map(str, values))}, not {options[name]!r}.")
    within("seed", options["seed"], 0, SEEDS - 1)
    return {**options, "word": word}


def first(options: dict[str, Any]) -> dict[str, Any]:
    """One map, the true neighbours of one word, and what is said of all."""
    held, name = collection(), map_name(options)
    i = held["words"].index(options["word"])
    best = {data: max((n for n in shares() if n.startswith(data)), key=lambda n: shares()[n]) for data in DATA}
    return {
        **{key: held[key] for key in ("words", "kinds", "kind")},
        "near": {options["data"]: {i: held["near"][options["data"]][i]}},
        "maps": {name: held["maps"][name]},
        "trust": held["trust"],
        "shares": shares(),
        "best": best,
        "chance": by_chance(),
        "settings": [[method, *about] for method, about in SETTINGS.items()],
        "seeds": SEEDS,
        "side": SIDE,
    }


def data() -> bytes:
    """All true neighbours and all maps."""
    both = {key: collection()[key] for key in ("near", "maps")}
    return gzip.compress(json.dumps(both, separators=(",", ":")).encode(), mtime=0)


def fallback_html(options: dict[str, Any], invitation: str = "") -> str:
    """The word's neighbours in the space and on the map side by side: a plain table."""
    held, name = collection(), map_name(options)
    i = held["words"].index(options["word"])
    columns = [held["near"][options["data"]][i], nearest(held["maps"][name])[i].tolist()]
    cells = [
        [f"{held['words'][j]}{' ✓' if j in other else ''}" for j in own] for own, other in (columns, columns[::-1])
    ]
    kept, chance = (f"{100 * share:.0f} %" for share in (shares()[name], by_chance()["share"]))
    said = f", the nearest among {len(held['words'])} words ({described(name)}); ✓ stands in both columns. "
    said += f"Of the neighbours of all words this map keeps {kept}, a random layout {chance}.{invitation}"
    return plain_table(["Of ", options["word"], said], ("in the space", "on the map"), zip(*cells, strict=True))


def described(name: str) -> str:
    """A map's name in words.

    >>> described("noise t-SNE 30 0")
    'noise by t-SNE, perplexity 30, seed 0'
    """
    data, method, *run = name.split()
    return f"{data} by {method}" + (f", {SETTINGS[method][0]} {run[0]}, seed {run[1]}" if run else "")


ISLAND = Island(
    folder=FOLDER,
    defaults=DEFAULTS,
    check=check,
    first=first,
    fallback_html=fallback_html,
    parts={"data": Part(make=data, key=lambda: source_key(MAPS, Path(__file__)))},
    invitation=" Run this cell to see the map.",
)
