"""The encoders that islands run in the page: which there are, their weights in parts (`weights.py`), a worker in plain
JavaScript that computes (`worker.js`), and what in front of an island asks it (`asking.js`).
"""

from __future__ import annotations

from functools import cache, partial
from pathlib import Path
from typing import Any

from embedlib import assets
from embedlib.islands.base import Part, asset_key, cached, default_cache, source_key
from embedlib.islands.reading import weights

FOLDER = Path(__file__).parent
WORKER = FOLDER / "worker.js"
ASKING = "reading/asking.js"
"""The helper that an island with one of these encoders names."""
SLICES = {"miniature": 1, "minilm": 7}
"""The models, and as how many scripts each travels, so that the page can say how far it is."""
NAMES = {"miniature": "the miniature BERT", "minilm": "MiniLM"}
ASSETS = {"miniature": "miniature-bert", "minilm": "minilm-l6"}


@cache
def _packed(model: str) -> bytes:
    return weights.minilm() if model == "minilm" else weights.miniature(assets.path(ASSETS[model]))


def _slice(model: str, nth: int) -> bytes:
    length = -(-len(_packed(model)) // SLICES[model])
    return _packed(model)[nth * length : (nth + 1) * length]


def _key(model: str) -> str:
    return f"{source_key(FOLDER / 'weights.py')} {asset_key(ASSETS[model])}"


def parts_of(*models: str) -> dict[str, Part]:
    """The parts of these models; of all in the catalog where none is named."""
    return {
        f"{model}-{nth}": Part(
            partial(_slice, model, nth),
            partial(_key, model),
            budget=4_000_000,
            asset=ASSETS[model],
            file=f"encoder.{model}-{nth}",
        )
        for model in models or [model for model, asset in ASSETS.items() if asset in assets.catalog()]
        for nth in range(SLICES[model])
    }


def here() -> list[str]:
    """The models whose weights are on this machine."""
    return [model for model, asset in ASSETS.items() if asset in assets.catalog() and assets.available(asset)]


def models(*wanted: str) -> list[dict[str, Any]]:
    """What the page has to know of these models (of all, where none is named) that are here: parts, and megabytes."""
    return [
        {
            "name": model,
            "title": NAMES[model],
            "parts": SLICES[model],
            "megabytes": sum(len(_kept(part)) for part in parts_of(model).values()) / 1e6,
        }
        for model in here()
        if not wanted or model in wanted
    ]


def _kept(part: Part) -> bytes:
    return cached(default_cache(), part.file, part.key(), part.make)
