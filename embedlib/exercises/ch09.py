"""Chapter 9, Pictures as vectors: how its exercises are judged. What they say stands in ``ch09.md``."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from embedlib import assets
from embedlib.exercises.answers import as_array
from embedlib.exercises.kinds import number, same
from embedlib.exercises.page import read
from embedlib.exercises.quiz import Quiz, only_true

__all__ = ["EXERCISES", "QUIZ", "convolve", "one_number", "padded", "quiz", "repair", "wrong"]

Floats = npt.NDArray[np.floating[Any]]
TEXTS = read("ch09")[0]

one_number = number(TEXTS["one_number"], "The side", near=0.01)

# --- Exercise 2: pad as TensorFlow does


def convolve(picture: Any, weights: Any) -> Floats:
    """The chapter's own: (n, n) and (k, k) to (n − k + 1, n − k + 1)."""
    windows = np.lib.stride_tricks.sliding_window_view(np.asarray(picture, float), np.shape(weights))
    return np.asarray((windows * weights).sum(axis=(2, 3)))


def right(picture: Floats, weights: Floats, stride: int) -> Floats:
    """The solution."""
    n = -(-len(picture) // stride)
    zeros = max((n - 1) * stride + len(weights) - len(picture), 0)
    return convolve(np.pad(picture, (zeros // 2, zeros - zeros // 2)), weights)[::stride, ::stride]


def evenly(picture: Floats, weights: Floats, stride: int) -> Floats:
    """As PyTorch pads."""
    return convolve(np.pad(picture, len(weights) // 2), weights)[::stride, ::stride]


def turned(picture: Floats, weights: Floats, stride: int) -> Floats:
    """The convolution of mathematics."""
    return right(picture, weights[::-1, ::-1], stride)


def _case(side: int, kernel: int, stride: int) -> tuple[Floats, Floats, int]:
    rng = np.random.default_rng(side + kernel)
    return rng.normal(size=(side, side)), rng.normal(size=(kernel, kernel)), stride


def _a_map(value: object, picture: Floats, weights: Floats, stride: int) -> Floats:
    most = len(picture) + len(weights)
    return as_array(value, "a map, a square table of numbers", ((1, most), (1, most)))


def _alike(one: Floats, other: Floats, *_: object) -> bool:
    return one.shape == other.shape and bool(np.allclose(one, other, atol=0.02, rtol=0.01))


padded = same(
    TEXTS["padded"],
    "padded(picture, weights, stride)",
    [
        _case(6, 3, 2),
        _case(7, 3, 2),
        _case(8, 5, 2),
        _case(6, 3, 1),
        _case(4, 1, 2),
        _case(6, 3, 3),
        _case(7, 2, 1),
    ],
    _a_map,
    _alike,
    lambda: {"convolve": convolve},
    reads="array",
)

# --- Exercise 3: repair a batch


def _broken(numbers: Floats) -> Floats:
    """(n, h, w, 3) as the recipe makes them to (n, 3, h, w): blue first, upside down, 0 to 1."""
    return np.ascontiguousarray((numbers[:, ::-1, :, ::-1] * 128 + 127).transpose(0, 3, 1, 2) / 255, dtype=np.float32)


@cache
def _photographs() -> Floats:
    from embedlib.images import load_backbone

    network = load_backbone("efficientnet-lite0")
    files = [file for name in ("skimage-photos", "sklearn-photos") for file in sorted(assets.path(name).iterdir())]
    return np.stack([network.preprocess(file) for file in files])


def wrong() -> Floats:
    """Six photographs, shape (6, 3, 224, 224): an astronaut, a cat, a cup of coffee, a rocket, a palace, a flower."""
    return _broken(_photographs())


def _pictures(n: int, most: int) -> tuple[Floats]:
    numbers = np.random.default_rng(n).integers(255 - most, most + 1, (n, 224, 224, 3))
    return (_broken((numbers - 127) / 128),)


repair = same(
    TEXTS["repair"],
    "repair(batch)",
    [_pictures(2, 255), _pictures(3, 200)],
    lambda value, batch: as_array(
        value, "pictures with the channels last, (n, 224, 224, 3)", (len(batch), 224, 224, 3)
    ),
    lambda one, other, *_: bool(np.allclose(one, other, atol=0.002)),
    lambda: {"wrong": wrong()},
    reads="array",
)

EXERCISES = [one_number, padded, repair]

# --- Quiz

RESULTS = Path(__file__).parents[2] / "training" / "results"


@cache
def _row(file: str, *where: str) -> dict[str, str]:
    with (RESULTS / f"images_{file}.csv").open(encoding="utf-8") as stream:
        return next(row for row in csv.DictReader(stream) if tuple(row.values())[: len(where)] == where)


def _moved(weights: str, pooling: str, movement: str, by: str, column: str = "cosine") -> float:
    return float(_row("moved", weights, f"head, {pooling}", movement, by)[column])


def _found(mistake: str, column: str = "found", pictures: str = "427 drawings") -> float:
    return float(_row("mistakes", pictures, mistake)[column])


def _key_steady() -> int:
    random, trained = (_moved(weights, "mean", "shifted", "8.0") for weights in ("random", "trained"))
    strangers = [_moved(weights, "mean", "none", "0.0", "strangers") for weights in ("random", "trained")]
    return only_true(
        random < 0.9, strangers[0] < 0.5, abs(random - trained) < 0.05 < strangers[0] - strangers[1], trained < 0.9
    )


def _key_search() -> int:
    slips = ("none", "not scaled (0 to 255)")
    before, after = (_found(mistake) for mistake in slips)
    right_half, wrong_half = (_found(mistake, pictures="65 halves") for mistake in slips)
    kept = (after / before, wrong_half / right_half)
    return only_true(max(kept) < 0.2, min(kept) > 0.5 and max(kept) < 1, False, min(kept) > 1)


def _key_old_index() -> int:
    both, one = (_found("not scaled (0 to 255)", column) for column in ("found", "index_alone"))
    return only_true(one > both, one < both - 0.03, abs(one - both) < 0.03)


def _key_flatten() -> int:
    shift, mirror = _moved("trained", "flatten", "shifted", "8.0"), _moved("trained", "flatten", "flipped", "1.0")
    return only_true(shift < mirror, mirror < shift - 0.2, False)


def _key_convolution() -> int:
    picture, weights, _ = _case(3, 3, 1)
    as_it_is, by_mathematics = (convolve(picture, filters)[0, 0] for filters in (weights, weights[::-1, ::-1]))
    return only_true(True, np.isclose(as_it_is, by_mathematics), np.isclose(as_it_is, -by_mathematics))


def _key_padding() -> int:
    whole, moved = (float(_row("mistakes", "20 photographs", slip)["right"]) for slip in ("none", "PyTorch's padding"))
    picture, weights, _ = _case(6, 3, 2)
    shapes = {pad(picture, weights, 2).shape for pad in (right, evenly)}
    return only_true(len(shapes) > 1, whole - moved < 1, whole - moved == 4)


quiz = QUIZ = Quiz.of("ch09", globals())
