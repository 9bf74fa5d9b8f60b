"""Pictures as vectors: networks by name, each with its own preprocessing. Stands on assets.

``opening`` makes an upright RGB picture of any file, ``preparing`` the numbers that a network takes; ``backbones``
holds the networks, ``embedding`` pools what they give; ``colours`` does without any. ``lite0_torch`` and
``lite0_keras`` are one network written out twice, ``vgg16_keras`` is another. PyTorch and TensorFlow are imported when
a network of theirs is loaded.
"""

from embedlib.images.backbones import BACKBONES, Backbone, UnlikelyNumbers, class_names, load_backbone
from embedlib.images.colours import histograms
from embedlib.images.embedding import POOLINGS, Folder, classify, embed, embed_folder, pool
from embedlib.images.opening import NotAPicture, open_image
from embedlib.images.preparing import Recipe, prepare_steps

__all__ = [
    "BACKBONES",
    "POOLINGS",
    "Backbone",
    "Folder",
    "NotAPicture",
    "Recipe",
    "UnlikelyNumbers",
    "class_names",
    "classify",
    "embed",
    "embed_folder",
    "histograms",
    "load_backbone",
    "open_image",
    "pool",
    "prepare_steps",
]
