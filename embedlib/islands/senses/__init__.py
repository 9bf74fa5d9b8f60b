"""A bank of senses: sentences as points by the vector of one of their words, layer by layer, and the reader's own."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from embedlib.islands import reading
from embedlib.islands.base import Island, plain_table, within

FOLDER = Path(__file__).parent
MAPS = FOLDER / "maps.json"
WORDS = ("bank", "bat", "crane", "match", "mouse", "organ", "ruler", "spring")
LAYERS = 6
DEFAULTS = {"word": "bank", "layer": 3}


@cache
def words() -> dict[str, Any]:
    """For each word its sentences, and where MiniLM has them at each layer, in thousandths of the map's half."""
    from embedlib import datasets

    table, maps = datasets.senses(), json.loads(MAPS.read_text(encoding="utf-8"))
    found = {}
    for word in WORDS:
        own = table[table["word"] == word]
        kinds = list(own["sense"].unique())
        found[word] = {
            "kinds": kinds,
            "senses": [kinds.index(sense) for sense in own["sense"]],
            "sentences": own["sentence"].tolist(),
            "forms": own["form"].str.lower().tolist(),
            **maps[word],
        }
    return found


def check(options: dict[str, Any]) -> dict[str, Any]:
    """The options; ValueError for a word or a layer that there is not."""
    if options["word"] not in WORDS:
        raise ValueError(f'"{options["word"]}" has no map here; there are: {", ".join(WORDS)}.')
    within("layer", options["layer"], 0, LAYERS)
    return options


def fallback_html(options: dict[str, Any], invitation: str = "") -> str:
    """How many sentences have one of their own sense as the nearest, layer by layer: a plain table."""
    about = words()[options["word"]]
    n = len(about["sentences"])
    said = ["Of the sentences with ", options["word"], f", so many of {n} have one of their own sense as the nearest."]
    rows = [(str(layer), str(right)) for layer, right in enumerate(about["right"])]
    return plain_table([*said[:-1], said[-1] + invitation], ("layer of MiniLM", "sentences"), rows)


ISLAND = Island(
    folder=FOLDER,
    defaults=DEFAULTS,
    check=check,
    first=lambda _: {"words": words(), "layers": LAYERS, "models": reading.models()},
    fallback_html=fallback_html,
    parts=reading.parts_of(),
    helpers=(reading.ASKING, "map.js"),
    worker=reading.WORKER,
    invitation=" Run this cell to see them as points.",
)
