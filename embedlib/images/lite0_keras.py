"""EfficientNet-Lite0 in Keras, with the weights that PyTorch's has, carried over by hand: one network, written twice.

Three things differ. Keras keeps pictures as (n, h, w, c), PyTorch as (n, c, h, w); its filters lie the other way round;
and its SAME padding, which PyTorch had to be taught, is one word.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # with the next line: TensorFlow says nothing when it is imported
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "1")

import keras
from keras import layers

from embedlib.images.lite0_torch import STAGES, stored_weights

__all__ = ["carried", "features", "load", "network"]


def convolve(x: Any, n_out: int, kernel: int = 1, stride: int = 1) -> Any:
    """A convolution and its normalisation."""
    x = layers.Conv2D(n_out, kernel, stride, padding="same", use_bias=False)(x)
    return layers.BatchNormalization(epsilon=1e-3)(x)


def block(x: Any, n_out: int, kernel: int, stride: int, times: int, name: str) -> Any:
    """Widen, filter each channel by itself (depthwise), narrow; and add what came in, where it has the same shape."""
    came_in, n_in = x, x.shape[-1]
    if times > 1:
        x = layers.ReLU(6.0)(convolve(x, n_in * times))
    x = layers.DepthwiseConv2D(kernel, stride, padding="same", use_bias=False)(x)
    x = layers.ReLU(6.0)(layers.BatchNormalization(epsilon=1e-3)(x))
    x = convolve(x, n_out)
    return layers.Identity(name=name)(x + came_in if stride == 1 and n_in == n_out else x)


def network(n_classes: int = 1000) -> Any:
    """The network with weights drawn anew; its parts are called as in PyTorch."""
    pictures = keras.Input((224, 224, 3))
    x = layers.ReLU(6.0, name="stem")(convolve(pictures, 32, 3, 2))
    numbered = iter(range(1, 17))
    for repeats, kernel, stride, times, n_out in STAGES:
        for i in range(repeats):
            x = block(x, n_out, kernel, 1 if i else stride, times, f"block{next(numbered)}")
    x = layers.ReLU(6.0, name="head")(convolve(x, 1280))
    x = layers.Dense(n_classes, name="classes")(layers.GlobalAveragePooling2D()(x))
    return keras.Model(pictures, x)


def carried(layer: Any, table: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """A table of PyTorch's as Keras wants it.

    A filter's (out, in, h, w) becomes (h, w, in, out), a depthwise one's (c, 1, h, w) becomes (h, w, c, 1).
    """
    if isinstance(layer, layers.DepthwiseConv2D):
        return table.transpose(2, 3, 0, 1)
    return table.transpose(2, 3, 1, 0) if table.ndim == 4 else table.T


def load() -> Any:
    """The network as it was trained on ImageNet."""
    model = network()
    tables = (table.numpy() for table in stored_weights() if table.ndim)  # without BatchNorm's counters
    for layer in model.layers:
        layer.set_weights([carried(layer, next(tables)) for _ in layer.weights])
    return model


@lru_cache
def _until(model: Any, layer: str) -> Any:
    return keras.Model(model.input, model.get_layer(layer).output)


def features(model: Any, batch: npt.NDArray[np.float32], layer: str) -> npt.NDArray[np.float32]:
    """What a layer gives: pictures (n, h, w, 3) in, maps (n, h', w', c) out, or (n, 1000) from "classes"."""
    return np.asarray(_until(model, layer)(batch, training=False))
