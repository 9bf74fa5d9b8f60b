"""EfficientNet-Lite0 in PyTorch: 18 parts, one after the other, from 224 × 224 pixels to 1,000 classes.

Source: Tan and Le (2019), "EfficientNet", table 1, without what the Lite version takes out (Liu, 2020): no
squeeze-and-excitation, and ReLU6 in place of swish. The weights were trained in TensorFlow: hence its padding.
"""

from __future__ import annotations

import copy
from collections import OrderedDict
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor, nn

from embedlib import assets

__all__ = ["STAGES", "SameConv", "evenly_padded", "features", "load", "network", "random_twin", "stored_weights"]

# Blocks in a row, side of the filters, stride of the first, how many times wider inside, channels that come out.
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)


class SameConv(nn.Conv2d):
    """A convolution padded as TensorFlow's SAME pads: where an odd pixel is left over, it goes right and below."""

    evenly = False  # whether it pads as PyTorch does instead, as much before as behind

    def forward(self, x: Tensor) -> Tensor:
        """(n, c, h, w) to (n, c', h / stride, w / stride), rounded up."""
        (kernel, _), (stride, _) = self.kernel_size, self.stride
        if self.evenly:
            return super().forward(nn.functional.pad(x, (kernel // 2,) * 4))
        high, wide = (max((-(-side // stride) - 1) * stride + kernel - side, 0) for side in x.shape[2:])
        return super().forward(nn.functional.pad(x, (wide // 2, wide - wide // 2, high // 2, high - high // 2)))


def convolve(n_in: int, n_out: int, kernel: int = 1, stride: int = 1, groups: int = 1) -> list[nn.Module]:
    """A convolution and its normalisation, with TensorFlow's small constant."""
    return [SameConv(n_in, n_out, kernel, stride, groups=groups, bias=False), nn.BatchNorm2d(n_out, eps=1e-3)]


class Block(nn.Module):
    """Widen, filter each channel by itself (depthwise), narrow; and add what came in, where it has the same shape."""

    def __init__(self, n_in: int, n_out: int, kernel: int, stride: int, times: int) -> None:
        super().__init__()
        inner = n_in * times
        widen = [*convolve(n_in, inner), nn.ReLU6()] if times > 1 else []
        depthwise = [*convolve(inner, inner, kernel, stride, groups=inner), nn.ReLU6()]
        self.layers = nn.Sequential(*widen, *depthwise, *convolve(inner, n_out))
        self.adds = stride == 1 and n_in == n_out

    def forward(self, x: Tensor) -> Tensor:
        """(n, n_in, h, w) to (n, n_out, h / stride, w / stride)."""
        out: Tensor = self.layers(x)
        return x + out if self.adds else out


def network(n_classes: int = 1000) -> nn.Sequential:
    """The network with weights drawn anew: parts "stem", "block1" to "block16", "head" and "classes"."""
    parts: OrderedDict[str, nn.Module] = OrderedDict(stem=nn.Sequential(*convolve(3, 32, 3, 2), nn.ReLU6()))
    n_in = 32
    for repeats, kernel, stride, times, n_out in STAGES:
        for i in range(repeats):
            parts[f"block{len(parts)}"] = Block(n_in, n_out, kernel, 1 if i else stride, times)
            n_in = n_out
    parts["head"] = nn.Sequential(*convolve(n_in, 1280), nn.ReLU6())
    parts["classes"] = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(1280, n_classes))
    return nn.Sequential(parts).eval()


def stored_weights() -> list[Tensor]:
    """The trained tables, in the network's order."""
    file = assets.path("efficientnet-lite0", "efficientnet-lite0-57934424.pth")
    return list(torch.load(file, weights_only=True).values())


def load() -> nn.Sequential:
    """The network as it was trained on ImageNet."""
    found = network()
    found.load_state_dict(dict(zip(found.state_dict(), stored_weights(), strict=True)))  # other names, same order
    return found


def features(net: nn.Sequential, batch: npt.NDArray[np.float32], layer: str) -> npt.NDArray[np.float32]:
    """What a part gives: pictures (n, h, w, 3) in, maps (n, h', w', c) out, or (n, 1000) from "classes"."""
    x = torch.from_numpy(np.ascontiguousarray(batch)).permute(0, 3, 1, 2)  # torch wants channels first
    with torch.inference_mode():
        for name, part in net.named_children():
            x = part(x)
            if name == layer:
                break
    found: Any = x.permute(0, 2, 3, 1) if x.ndim == 4 else x
    return np.ascontiguousarray(found.numpy())


def random_twin(batch: npt.NDArray[np.float32], seed: int = 0) -> nn.Sequential:
    """The same network untrained: weights drawn by PyTorch, normalised over a batch of prepared pictures.

    Without that last step its numbers would fade from layer to layer, and every picture would look alike.
    """
    with torch.random.fork_rng():
        torch.manual_seed(seed)
        twin = network()
    for part in twin.modules():
        if isinstance(part, nn.BatchNorm2d):
            part.momentum = None  # means over all that is seen
    twin.train()
    features(twin, batch, "head")
    return twin.eval()


def evenly_padded(backbone: Any) -> Any:
    """A ``Backbone`` of this network with the same filters, padded as PyTorch pads them (chapter 9)."""
    changed = copy.deepcopy(backbone.network)
    for part in changed.modules():
        if isinstance(part, SameConv):
            part.evenly = True
    return replace(backbone, name=f"{backbone.name}, evenly padded", network=changed)
