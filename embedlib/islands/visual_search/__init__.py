"""Visual search: 853 drawings, and what each finds by a network, by its colours, by its pixels and by chance."""

from __future__ import annotations

import base64
import gzip
import io
import json
from collections.abc import Sequence
from difflib import get_close_matches
from functools import cache
from pathlib import Path
from typing import Any

from embedlib.islands.base import Island, Part, plain_table, source_key

FOLDER = Path(__file__).parent
DRAWINGS, SHEET = FOLDER / "drawings.json", FOLDER / "drawings.webp"
SHOWN = 8  # neighbours
SIDE, WIDE = 64, 32  # of a drawing on the sheet, in pixels; and how many stand in a row there
WAYS = {
    "network": ("The network", "EfficientNet-Lite0, mean-pooled"),
    "pixels": ("Pixels", "32 × 32 of them in a row"),
    "colours": ("Colours", "512 of them counted, white too"),
    "random": ("Untrained", "the network with random weights"),
}


@cache
def collection() -> dict[str, Any]:
    """Names, subcategories and, for each way, the neighbours of each drawing by their positions."""
    found: dict[str, Any] = json.loads(DRAWINGS.read_text(encoding="utf-8"))
    return found


@cache
def shares() -> dict[str, float]:
    """For each way the share of right ones among all neighbours, and that among drawings taken by chance."""
    held = collection()
    kind, n = held["kind"], len(held["kind"])
    found = {
        way: sum(kind[j] == kind[i] for i, row in enumerate(near["found"]) for j in row) / (n * SHOWN)
        for way, near in held["near"].items()
    }
    return {**found, "chance": sum(kind.count(each) - 1 for each in kind) / (n * (n - 1))}


def check(options: dict[str, Any]) -> dict[str, Any]:
    """The options; ValueError for a drawing that there is not."""
    names, name = collection()["names"], options["drawing"].strip().lower()
    if name not in names:
        close = get_close_matches(name, names, n=3)
        hint = f" Did you mean {' or '.join(close)}?" if close else ""
        raise ValueError(f'"{name}" is none of the {len(names)} drawings.{hint}')
    return {"drawing": name}


def tiles(rows: Sequence[Sequence[int]]) -> bytes:
    """Some drawings cut out of the sheet, in rows."""
    from PIL import Image

    with Image.open(SHEET) as sheet:
        cut = Image.new("RGB", (max(map(len, rows)) * SIDE, len(rows) * SIDE), "white")
        for down, row in enumerate(rows):
            for right, i in enumerate(row):
                x, y = i % WIDE * SIDE, i // WIDE * SIDE
                cut.paste(sheet.crop((x, y, x + SIDE, y + SIDE)), (right * SIDE, down * SIDE))
    stream = io.BytesIO()
    cut.save(stream, "WEBP", lossless=True, method=6)
    return stream.getvalue()


def first(options: dict[str, Any]) -> dict[str, Any]:
    """One drawing and its neighbours as `data` has all, the pictures of these alone, and what is said of each way."""
    held = collection()
    i = held["names"].index(options["drawing"])
    near = {way: {key: {i: rows[i]} for key, rows in held["near"][way].items()} for way in WAYS}
    rows = [[i], *(near[way]["found"][i] for way in WAYS)]
    drawn = {j: SHOWN * down + right for down, row in enumerate(rows) for right, j in enumerate(row)}
    about = [{"way": way, "title": title, "about": text, "share": shares()[way]} for way, (title, text) in WAYS.items()]
    return {
        "drawing": options["drawing"],
        "at": i,
        "names": {j: held["names"][j] for j in drawn},
        "kind": {j: held["kind"][j] for j in drawn},
        "near": near,
        "places": drawn,
        "wide": SHOWN,
        "sheet": base64.b64encode(tiles(rows)).decode("ascii"),
        "kinds": [[kind, held["kind"].count(k)] for k, kind in enumerate(held["kinds"])],
        "ways": about,
        "chance": shares()["chance"],
        "side": SIDE,
    }


def data() -> bytes:
    """Everything: a line of JSON, then the sheet."""
    about = json.dumps({**collection(), "wide": WIDE}, separators=(",", ":")).encode()
    return gzip.compress(about + b"\n" + SHEET.read_bytes(), mtime=0)


def fallback_html(options: dict[str, Any], invitation: str = "") -> str:
    """The names of what each way finds, the right ones ticked; on a page of the site with their pictures."""
    given = first(options)
    names, kind, i = given["names"], given["kind"], given["at"]
    found = [near["found"][i] for near in given["near"].values()]
    cells = [[f"{names[j]}{' ✓' if kind[j] == kind[i] else ''}" for j in row] for row in found]
    said = ["Nearest to ", names[i], f" among {len(collection()['names'])} drawings of OpenMoji (CC BY-SA 4.0); "]
    said[-1] += f"✓ is of the same subcategory.{invitation}"
    table = plain_table(said, [title for title, _ in WAYS.values()], zip(*cells, strict=True))
    picture = f'<img alt="{names[i]}, and a row of drawings for each column of the table" src="data:image/webp;base64,'
    return table if invitation else f'{picture}{given["sheet"]}" width="{SHOWN * SIDE}">{table}'


ISLAND = Island(
    folder=FOLDER,
    defaults={"drawing": "banana"},
    check=check,
    first=first,
    fallback_html=fallback_html,
    parts={"data": Part(make=data, key=lambda: source_key(DRAWINGS, SHEET, Path(__file__)))},
    invitation=" Run this cell to see them, and to go on from one to the next.",
)
