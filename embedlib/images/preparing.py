"""From a picture to the numbers that a network was trained on: each network has its own recipe, bound to it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PIL import ImageOps

from embedlib.images.opening import open_image

__all__ = ["Recipe", "prepare_steps"]


@dataclass(frozen=True)
class Recipe:
    """What the makers of a network did to each picture: another recipe gives other vectors."""

    size: int  # height and width that go into the network, in pixels
    kept: float  # side of the square taken from the middle, as a share of the picture's shorter side
    channels: str  # the order of the colours, "RGB" or "BGR"
    mean: tuple[float, float, float]  # taken away from each channel
    scale: float  # and then divided by

    @property
    def limits(self) -> tuple[float, float]:
        """The smallest and the largest number that can come out."""
        return (0 - max(self.mean)) / self.scale, (255 - min(self.mean)) / self.scale


def prepare_steps(picture: Any, recipe: Recipe) -> dict[str, Any]:
    """Every step from a picture to a network's numbers, by name and in order.

    Returns
    -------
    dict
        "upright": the whole picture (Pillow); "square": its middle at the network's size (Pillow); "channels": an
        array (size, size, 3) of uint8, in the network's order of colours; "numbers": the same, mean taken away and
        divided by the scale, float32.

    Examples
    --------
    >>> grey = np.full((300, 400, 3), 127, np.uint8)
    >>> steps = prepare_steps(grey, Recipe(224, 0.875, "RGB", (127, 127, 127), 128))
    >>> steps["square"].size, steps["numbers"].shape, float(steps["numbers"].max())
    ((224, 224), (224, 224, 3), 0.0)
    """
    upright = open_image(picture)
    edge = (1 - recipe.kept) / 2
    square = ImageOps.fit(upright, (recipe.size, recipe.size), bleed=edge)  # bicubic
    pixels: npt.NDArray[np.uint8] = np.asarray(square)
    channels = pixels[:, :, ::-1] if recipe.channels == "BGR" else pixels
    numbers = (channels - np.array(recipe.mean, np.float32)) / np.float32(recipe.scale)
    return {"upright": upright, "square": square, "channels": channels, "numbers": numbers}
