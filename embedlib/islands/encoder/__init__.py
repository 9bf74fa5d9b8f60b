"""A live encoder: real weights, in plain JavaScript (`worker.js`), in the reader's own browser."""

from __future__ import annotations

import html
import json
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np

from embedlib import assets
from embedlib.islands.base import Island, Part, asset_key, part_bytes, source_key
from embedlib.islands.encoder import forward, weights

FOLDER = Path(__file__).parent
STRANGERS = FOLDER / "strangers.json"
SLICES = {"miniature": 1, "minilm": 7}
"""The models, and as how many scripts each travels, so that the page can say how far it is."""
ASSETS = {"miniature": "miniature-bert", "minilm": "minilm-l6"}
VIEWS = ("masked", "sum", "attention", "layers", "same")
DEFAULTS = {
    "sentence": "We sat on the bank of the river and fished.",
    "other": "The bank lent him the money at four per cent.",
    "word": "bank",
    "show": list(VIEWS),
}


@cache
def _packed(model: str) -> bytes:
    return weights.minilm() if model == "minilm" else weights.miniature(assets.path(ASSETS[model]))


def _slice(model: str, nth: int) -> bytes:
    length = -(-len(_packed(model)) // SLICES[model])
    return _packed(model)[nth * length : (nth + 1) * length]


def _key(model: str) -> str:
    return f"{source_key(FOLDER / 'weights.py')} {asset_key(ASSETS[model])}"


def parts_of(model: str) -> dict[str, Part]:
    """A model's parts."""
    return {
        f"{model}-{nth}": Part(partial(_slice, model, nth), partial(_key, model), budget=4_000_000, asset=ASSETS[model])
        for nth in range(SLICES[model])
    }


def here() -> list[str]:
    """The models whose weights are on this machine."""
    return [model for model, asset in ASSETS.items() if asset in assets.catalog() and assets.available(asset)]


@cache
def load(model: str = "minilm") -> weights.Model:
    """A model as the page itself computes with it."""
    return weights.unpack(b"".join(part_bytes(ISLAND, part) for part in parts_of(model)))


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
    """The cosine of the two sentences' word at each layer, from 0; empty where the word is not in both."""
    vectors = []
    for sentence in (options["sentence"], options["other"]):
        run = forward.run(load(), sentence)
        if options["word"].lower() not in run.tokens:
            return []
        vectors.append(run.hidden[:, run.tokens.index(options["word"].lower())])
    one, other = (v / np.linalg.norm(v, axis=1, keepdims=True) for v in vectors)
    return [float(cosine) for cosine in (one * other).sum(axis=1)]


def fallback_html(options: dict[str, Any], invitation: str = " Run this cell to try your own.") -> str:
    """The word of two sentences, layer by layer, beside strangers: a plain table."""
    said = [html.escape(options[key]) for key in ("word", "sentence", "other")]
    if "minilm" not in here():
        return f"<p>MiniLM, which reads <i>{said[1]}</i> here, is not on this machine: its asset is minilm-l6.</p>"
    strangers = json.loads(STRANGERS.read_text())["minilm"]["words"]
    rows = "".join(
        f"<tr><td>{layer}</td><td>{cosine:.2f}</td><td>{low:.2f} to {high:.2f}</td></tr>".replace("-", "−")
        for layer, (cosine, (low, _, high)) in enumerate(zip(layers(options), strangers, strict=False))
    )
    if not rows:
        return f"<p>“{said[1]}” and “{said[2]}”, to be read by MiniLM.{invitation}</p>"
    return (
        f"<table><caption>How alike the <i>{said[0]}</i> of “{said[1]}” and that of “{said[2]}” are, layer by layer "
        f"of MiniLM.{invitation}</caption><thead><tr><th>layer</th><th>cosine</th><th>nine in ten pairs of strangers"
        f"</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def static_html(options: dict[str, Any]) -> str:
    """The table, and for each model a button that says what it costs; island.js puts everything else beside it."""
    table = f'<div data-role="static">{fallback_html(options, "")}</div>'
    sizes = {model: sum(len(part_bytes(ISLAND, part)) for part in parts_of(model)) / 1e6 for model in here()}
    if not sizes:
        return f'{table}<div data-role="models"></div>'
    names = {"miniature": "the miniature BERT", "minilm": "MiniLM"}
    buttons = "\n".join(
        f'<button type="button" data-model="{model}" data-parts="{SLICES[model]}">'
        f"Load {names[model]} ({size:.{0 if size > 10 else 1}f} MB)</button>"
        for model, size in sizes.items()
    )
    about = html.escape(STRANGERS.read_text(), quote=True)
    return f"""{table}
<div data-role="models" data-strangers="{about}" hidden>
{buttons}
<p class="en-status" data-role="status" role="status"></p>
</div>"""


ISLAND = Island(
    folder=FOLDER,
    defaults=DEFAULTS,
    check=check,
    static_html=static_html,
    fallback_html=fallback_html,
    parts={
        name: part
        for model, asset in ASSETS.items()
        if asset in assets.catalog()
        for name, part in parts_of(model).items()
    },
)
