"""What the network makes of three photographs: `python -m embedlib.islands.features.measure` measures it, in a file."""

from __future__ import annotations

import io
import json
from base64 import b64encode
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from embedlib import assets
from embedlib.images import Backbone, load_backbone, open_image, pool, prepare_steps
from embedlib.islands.features import FILES, LAYERS, MARGIN, MEASURED, SIDE, ZOOMS
from embedlib.vectors import pair_cosines

Maps = NDArray[np.float32]
SHOWN = 8  # channels
DRAWN = 56  # wider maps are drawn at half their size
OWN_FILTERS = (21, 27)  # one that answers to horizontal edges, one to vertical ones


def moved(image: Image.Image) -> list[Image.Image]:
    """What the network sees of 288 × 288 pixels after each of MOVES, which are those of `training/images.py`."""

    def window(left: float, width: float = SIDE, top: float = MARGIN, seen: Image.Image = image) -> Image.Image:
        return seen.resize((SIDE, SIDE), Image.Resampling.BICUBIC, box=(left, top, left + width, top + width))

    shifted = [window(MARGIN + pixels) for pixels in range(MARGIN + 1)]
    edges = [(SIDE + 2 * MARGIN - SIDE / times) / 2 for times in ZOOMS]
    zoomed = [window(edge, SIDE / times, edge) for edge, times in zip(edges, ZOOMS, strict=True)]
    return [*shifted, window(MARGIN, seen=ImageOps.mirror(image)), *zoomed]


def networks() -> dict[str, Backbone]:
    """The network as it was trained, and its untrained twin, normalised on all photographs that may be shown."""
    trained = load_backbone("efficientnet-lite0")
    trained = replace(trained, recipe=replace(trained.recipe, kept=1.0))  # the middle is taken already
    shown = [file for name in ("skimage-photos", "sklearn-photos") for file in sorted(assets.path(name).iterdir())]
    return {"trained": trained, "random": trained.random_twin(shown)}


def run(network: Backbone, images: list[Image.Image], layer: str = LAYERS[-1]) -> Maps:
    """The maps of a layer, shape (n, h, w, c)."""
    numbers = [prepare_steps(image, network.recipe)["numbers"] for image in images]
    return np.concatenate([network.features(numbers[i : i + 12], layer) for i in range(0, len(numbers), 12)])


def strongest(maps: Maps) -> list[int]:
    """Of maps (h, w, c) the channels whose numbers vary most from place to place, first the one that varies most."""
    found: list[int] = np.argsort(-maps.std(axis=(0, 1)), kind="stable")[:SHOWN].tolist()
    return found


def packed(maps: Maps) -> dict[str, Any]:
    """Maps (n, h, w, c) as whole numbers from -127 to 127, map after map, and what 127 stands for."""
    limit = float(np.abs(maps).max())
    whole = np.rint(maps / limit * 127).astype(np.int8).transpose(0, 3, 1, 2)
    return {"limit": round(limit, 3), "maps": b64encode(whole.tobytes()).decode()}


def layer_maps(network: Backbone, image: Image.Image, layer: str) -> dict[str, Any]:
    """A layer's size, its strongest channels, and their maps."""
    maps = run(network, [image], layer)
    channels, (_, side, _, _) = strongest(maps[0]), maps.shape
    chosen = maps[..., channels]
    if side > DRAWN:
        side //= 2
        chosen = chosen.reshape(1, side, 2, side, 2, SHOWN).mean(axis=(2, 4))
    return {"size": list(maps.shape[1:]), "channels": channels, "side": side, **packed(chosen)}


def cosines(maps: Maps, first: Any, second: Any) -> dict[str, Any]:
    """Those of pairs of pictures, numbered by `first` and `second`: of the means, and of all numbers of the maps."""
    pooled = {pooling: pool(maps, pooling) for pooling in ("mean", "flatten")}
    return {pooling: pair_cosines(rows[first], rows[second]).round(4) for pooling, rows in pooled.items()}


def movement(network: Backbone, images: list[Image.Image]) -> dict[str, Any]:
    """Each move's cosines, and its maps and means in the channels that are the unmoved photograph's strongest."""
    maps, n = run(network, images), len(images)
    channels, found = strongest(maps[0]), cosines(maps, range(n), [0] * n)
    means = pool(maps[..., channels]).round(3).tolist()
    listed = {pooling: each.tolist() for pooling, each in found.items()}
    return {"channels": channels, "means": means, **packed(maps[..., channels]), **listed}


def strangers(network: Backbone, images: list[Image.Image]) -> dict[str, float]:
    """The cosines of two different photographs, in the mean over all pairs."""
    found = cosines(run(network, images), *np.triu_indices(len(images), 1))
    return {pooling: round(float(each.mean()), 4) for pooling, each in found.items()}


def photograph(image: Image.Image, two: dict[str, Backbone]) -> dict[str, Any]:
    """All that the page shows of a photograph."""
    images, stream = moved(image), io.BytesIO()
    image.save(stream, "JPEG", quality=80, optimize=True)
    return {
        "grey": b64encode(images[0].resize((64, 64)).convert("L").tobytes()).decode(),
        "jpeg": b64encode(stream.getvalue()).decode(),
        "layers": {weights: [layer_maps(net, images[0], layer) for layer in LAYERS] for weights, net in two.items()},
        "moved": {weights: movement(net, images) for weights, net in two.items()},
    }


def measure() -> dict[str, Any]:
    """Everything that the page shows of the network."""
    two, size = networks(), (SIDE + 2 * MARGIN,) * 2
    files = {photo: assets.path("skimage-photos", name) for photo, name in FILES.items()}
    squares = {photo: ImageOps.fit(open_image(file), size) for photo, file in files.items()}
    still = [moved(image)[0] for image in squares.values()]
    # On a grey picture a filter of three colours does what its sum over the colours does.
    filters = two["trained"].network.stem[0].weight.detach().numpy().sum(axis=1)[list(OWN_FILTERS)].round(1)
    return {
        "filters": {str(i): " ".join(map(str, each.ravel())) for i, each in zip(OWN_FILTERS, filters, strict=True)},
        "strangers": {weights: strangers(network, still) for weights, network in two.items()},
        "photos": {photo: photograph(image, two) for photo, image in squares.items()},
    }


if __name__ == "__main__":
    MEASURED.write_text(json.dumps(measure(), separators=(",", ":")) + "\n", encoding="utf-8")
