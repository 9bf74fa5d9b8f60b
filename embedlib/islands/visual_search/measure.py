"""The drawings small, and their neighbours by four vectors: `python -m embedlib.islands.visual_search.measure`."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from embedlib import datasets
from embedlib.images import embed, histograms, load_backbone, open_image, prepare_steps
from embedlib.islands.visual_search import DRAWINGS, SHEET, SHOWN, SIDE, WIDE
from embedlib.vectors import nearest


def vectors(files: Sequence[Path], among: Sequence[Path]) -> dict[str, NDArray[Any]]:
    """A row a drawing by each way; the random network is normalised on every 13th of the whole collection."""
    network = load_backbone()
    pictures = [open_image(file) for file in files]
    squares = [prepare_steps(picture, network.recipe)["square"] for picture in pictures]
    small = np.stack([np.asarray(square.resize((32, 32))) for square in squares])
    return {
        "network": embed(pictures, network),
        "colours": histograms(np.stack([np.asarray(square) for square in squares])),
        "pixels": 255 - small.reshape(len(files), -1).astype(np.float32),  # of white paper nothing is left
        "random": embed(pictures, network.random_twin(among[::13])),
    }


def neighbours(rows: NDArray[Any]) -> dict[str, Any]:
    """The nearest other drawings of each, by position, and their cosines in thousandths."""
    found = nearest(rows, rows, k=SHOWN, left_out=[[i] for i in range(len(rows))])
    return {"found": found.indices.tolist(), "cosines": np.rint(found.cosines * 1000).astype(int).tolist()}


def sheet(files: Sequence[Path]) -> Image.Image:
    """All drawings on one picture, row by row, each in 24 colours of its own."""
    made = Image.new("RGB", (WIDE * SIDE, -(-len(files) // WIDE) * SIDE), "white")
    for i, file in enumerate(files):
        small = open_image(file).resize((SIDE, SIDE), Image.Resampling.LANCZOS)
        few = small.quantize(24, method=Image.Quantize.MAXCOVERAGE, kmeans=1, dither=Image.Dither.NONE)
        made.paste(few.convert("RGB"), (i % WIDE * SIDE, i // WIDE * SIDE))
    return made


def measure() -> dict[str, Any]:
    """Names, subcategories and neighbours of all drawings, in the order of Unicode."""
    table = datasets.openmoji()
    kinds, files = table["subcategory"].unique().tolist(), table["file"].tolist()
    return {
        "names": table["name"].tolist(),
        "kinds": kinds,
        "kind": [kinds.index(each) for each in table["subcategory"]],
        "near": {way: neighbours(rows) for way, rows in vectors(files, files).items()},
    }


if __name__ == "__main__":
    DRAWINGS.write_text(json.dumps(measure(), separators=(",", ":")) + "\n", encoding="utf-8")
    sheet(datasets.openmoji()["file"].tolist()).save(SHEET, lossless=True, quality=100, method=6)
