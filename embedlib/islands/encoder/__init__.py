"""A live encoder: real weights, in plain JavaScript (`reading/worker.js`), in the reader's own browser."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from typing import Any

from embedlib.islands import reading
from embedlib.islands.base import Island, plain_table
from embedlib.islands.words import signed

FOLDER = Path(__file__).parent
MEASURED = FOLDER / "measured.json"
VIEWS = ("masked", "sum", "attention", "layers", "same")
DEFAULTS = {
    "sentence": "We sat on the bank of the river and fished.",
    "other": "The bank lent him the money at four per cent.",
    "word": "bank",
    "show": list(VIEWS),
}


def check(options: dict[str, Any]) -> dict[str, Any]:
    """The options; ValueError for an empty sentence or a view that there is not."""
    for key in ("sentence", "other"):
        if not str(options[key]).strip():
            raise ValueError(f"The encoder's {key} is empty: give it a few words.")
    unknown = [view for view in options["show"] if view not in VIEWS]
    if unknown or not options["show"]:
        raise ValueError(f"The encoder shows {', '.join(VIEWS)}; {unknown or 'nothing'} was asked for.")
    return {key: value if key == "show" else str(value).strip() for key, value in options.items()}


def layers(options: dict[str, Any]) -> list[float]:
    """The cosine of the two sentences' word at each layer of MiniLM, from 0.

    Those of the default sentences are kept; others are computed where transformers and torch are installed. Empty
    where they are not, or where the word is not in both.
    """
    measured = json.loads(MEASURED.read_text())
    if all(options[key] == DEFAULTS[key] for key in ("sentence", "other", "word")):
        return list(measured["default"])
    if "minilm" not in reading.here() or not all(map(importlib.util.find_spec, ("transformers", "torch"))):
        return []
    from embedlib.islands.encoder.measure import word_cosines

    try:
        return word_cosines(options["sentence"], options["other"], options["word"])
    except KeyError:
        return []


def first(options: dict[str, Any]) -> dict[str, Any]:
    """The word's likeness layer by layer, what strangers score, and what each model costs to load."""
    return {
        "layers": layers(options),
        "strangers": json.loads(MEASURED.read_text())["strangers"],
        "models": reading.models(),
    }


def fallback_html(options: dict[str, Any], invitation: str = "") -> str:
    """The word of two sentences, layer by layer, beside strangers: a plain table."""
    said = [" of “", options["sentence"], "” and that of “", options["other"], "” are, layer by layer of MiniLM."]
    strangers = json.loads(MEASURED.read_text())["strangers"]["minilm"]["words"]
    return plain_table(
        ["How alike the ", options["word"], *said[:-1], said[-1] + invitation],
        ("layer", "cosine", "nine in ten pairs of strangers"),
        [
            (str(layer), signed(cosine), f"{signed(low)} to {signed(high)}")
            for layer, (cosine, (low, _, high)) in enumerate(zip(layers(options), strangers, strict=False))
        ],
    )


ISLAND = Island(
    folder=FOLDER,
    defaults=DEFAULTS,
    check=check,
    first=first,
    fallback_html=fallback_html,
    helpers=(reading.ASKING,),
    worker=reading.WORKER,
    parts=reading.parts_of(),
)
