"""Filters and features: a filter slides over a photograph, a network's own maps, and what moving the picture does."""

from __future__ import annotations

import gzip
import json
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from embedlib.islands.base import Island, Part, plain_table, source_key, within
from embedlib.islands.words import signed

FOLDER = Path(__file__).parent
MEASURED = FOLDER / "measured.json"
FILES = {"cat": "chelsea.png", "coffee": "coffee.png", "rocket": "rocket.jpg"}
LAYERS = ("stem", "block3", "block5", "block11", "block16", "head")  # first, the last of each size, and last
SIDE, MARGIN = 224, 32
ZOOMS = (1.25, 1.5)
MOVES = (*(f"shifted {n}" for n in range(MARGIN + 1)), "flipped", *(f"zoomed {times}" for times in ZOOMS))
VIEWS = ("filter", "maps", "moved")
MOST = 99  # the largest number that a filter may hold


@cache
def measured() -> dict[str, Any]:
    """What `measure.py` has measured."""
    found: dict[str, Any] = json.loads(MEASURED.read_text(encoding="utf-8"))
    return found


@cache
def filters() -> dict[str, str]:
    """The ready filters, each nine numbers, row by row."""
    return {
        "vertical edge": "-1 0 1 -1 0 1 -1 0 1",
        "horizontal edge": "-1 -1 -1 0 0 0 1 1 1",
        "blur": " ".join(["1/9"] * 9),
        "sharpen": "0 -1 0 -1 5 -1 0 -1 0",
        **{f"the network's own, channel {i}": text for i, text in measured()["filters"].items()},
    }


def taps(text: str) -> list[float]:
    """The nine numbers of a filter, given by its name or by themselves; ValueError where they are not nine.

    >>> taps("0 -1 0 -1 5 -1 0 -1 1/2")
    [0.0, -1.0, 0.0, -1.0, 5.0, -1.0, 0.0, -1.0, 0.5]
    """
    try:
        found = [float(Fraction(number)) for number in filters().get(text, text).split()]
    except (ValueError, ZeroDivisionError):
        found = []
    if len(found) != 9 or max(map(abs, found)) > MOST:
        raise ValueError(
            f"filter is {text!r}; it is {', '.join(filters())}, or nine numbers from -{MOST} to {MOST} in one text, "
            'for instance "0 -1 0 -1 5 -1 0 -1 0".'
        )
    return found


def check(options: dict[str, Any]) -> dict[str, Any]:
    """The options; ValueError says what an option may be."""
    if not options["show"]:
        raise ValueError(f"show is empty; it names one or more of {', '.join(VIEWS)}.")
    given = [("show", view, VIEWS) for view in options["show"]]
    for key, value, known in [*given, ("photo", options["photo"], FILES), ("move", options["move"], MOVES)]:
        if value not in known:
            raise ValueError(f"{key} has {value!r}; there are: {', '.join(known)}.")
    within("layer", options["layer"], 0, len(LAYERS) - 1)
    taps(options["filter"])
    return options


def first(options: dict[str, Any]) -> dict[str, Any]:
    """What the shown views draw before any data has come: one photograph, one layer, one network's moves."""
    photo, show = measured()["photos"][options["photo"]], options["show"]
    keys = {"filter": {"grey"}, "maps": {"jpeg", "layers"}, "moved": {"jpeg", "moved"}}
    here = {key: photo[key] for key in sorted(set().union(*(keys[view] for view in show)))}
    if "maps" in show:
        here["layers"] = {
            weights: [each if i == options["layer"] else None for i, each in enumerate(layers)]
            for weights, layers in photo["layers"].items()
        }
    if "moved" in show:
        weights = "random" if options["random"] else "trained"
        here["moved"] = {weights: photo["moved"][weights]}
    others = {"names": list(FILES), "filters": filters(), "layers": LAYERS, "moves": MOVES}
    return {"photos": {options["photo"]: here}, "strangers": measured()["strangers"], **others}


def fallback_html(options: dict[str, Any], invitation: str = "") -> str:
    """What the first of the shown views says, as a plain table."""
    name, view = options["photo"], options["show"][0]
    photo, weights = measured()["photos"][name], "random" if options["random"] else "trained"
    if view == "filter":
        numbers = [signed(value) for value in taps(options["filter"])]
        rows = [(row, *numbers[i : i + 3]) for i, row in ((0, "upper"), (3, "middle"), (6, "lower"))]
        caption = ["The nine numbers of the filter ", options["filter"], f".{invitation}"]
        return plain_table(caption, ("row", "left", "middle", "right"), rows)
    if view == "maps":
        layers = zip(LAYERS, photo["layers"]["trained"], strict=True)
        rows = [(layer, *(", ".join(map(str, each[key])) for key in ("size", "channels"))) for layer, each in layers]
        caption = ["EfficientNet-Lite0 on the photograph ", name, f", layer by layer.{invitation}"]
        return plain_table(caption, ("layer", "height, width, channels", "channels that vary most"), rows)
    moved, strangers = photo["moved"][weights], measured()["strangers"][weights]
    pairs = [(MOVES[i], moved["mean"][i], moved["flatten"][i]) for i in (*range(0, MARGIN + 1, 8), -3, -2, -1)]
    pairs.append(("two different photographs", strangers["mean"], strangers["flatten"]))
    caption = ["Cosine of the photograph ", name, f", moved, to itself as it was; {weights} weights.{invitation}"]
    return plain_table(
        caption, ("move", "means", "flattened maps"), [(row, signed(a), signed(b)) for row, a, b in pairs]
    )


ISLAND = Island(
    folder=FOLDER,
    defaults=dict(show=list(VIEWS), photo="cat", filter="vertical edge", layer=3, move=MOVES[0], random=False),
    check=check,
    first=first,
    fallback_html=fallback_html,
    parts={
        "data": Part(
            lambda: gzip.compress(json.dumps(measured()["photos"]).encode(), mtime=0), lambda: source_key(MEASURED)
        )
    },
    invitation=" Run this cell to change what is shown.",
)
