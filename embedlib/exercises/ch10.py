"""Chapter 10, Visual search: how its exercises are judged. What they say stands in ``ch10.md``."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from embedlib import datasets
from embedlib.assets.kept import kept
from embedlib.evaluation.retrieval import average_precision, leave_one_out
from embedlib.exercises.answers import as_array, call
from embedlib.exercises.kinds import beats, mean_ahead, number, same
from embedlib.exercises.messages import Wrong
from embedlib.exercises.page import read
from embedlib.exercises.quiz import Quiz, nearest, only_true
from embedlib.images import open_image
from embedlib.vectors import unit_rows

__all__ = ["EXERCISES", "QUIZ", "describe", "join", "quiz", "ranking", "tries"]

Floats = npt.NDArray[np.floating[Any]]
TEXTS = read("ch10")[0]

ranking = number(TEXTS["ranking"], "The average precision", near=0.004)


def _rows(value: Any, n: int, widths: tuple[int, int]) -> Floats:
    """A table of n vectors that are not all one."""
    needed = f"a row for each of {n} pictures, of {widths[0]:,}" + (
        f" to {widths[1]:,}" if widths[0] < widths[1] else ""
    )
    rows = as_array(value, f"{needed} numbers", (n, widths), directions=True)
    if np.ptp(rows, axis=0).max() < 1e-9:
        raise Wrong("All your rows are the same, so that no picture is nearer than another.", "constant")
    return rows


# --- Exercise 2: two layers side by side


def _layers(seed: int, n: int, widths: tuple[int, int], scale: float) -> tuple[Floats, Floats]:
    """Two layers of n pictures, the second of other lengths; neither has its mean at 0."""
    rng = np.random.default_rng(seed)
    earlier, last = (rng.normal(2, 1, (n, width)) * rng.uniform(0.5, 2, (n, 1)) for width in widths)
    return earlier, scale * last


def _alike(one: Floats, other: Floats, *case: Floats) -> bool:
    """Whether all cosines are the same, as far as float16 goes: which layer stands left does not matter."""
    first, second = unit_rows(one), unit_rows(other)
    return bool(np.allclose(first @ first.T, second @ second.T, rtol=0, atol=2e-3))


join = same(
    TEXTS["join"],
    "join(earlier, last)",
    [_layers(0, 12, (6, 10), 8), _layers(1, 9, (20, 4), 0.05), _layers(2, 15, (8, 8), 1)],
    lambda value, earlier, last: _rows(value, len(last), (earlier.shape[1] + last.shape[1],) * 2),
    _alike,
    reads="table",
)

# --- Exercise 3: a vector without a network


@cache
def _thumbnails() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.str_]]:
    """All drawings, 32 × 32, and their subcategories."""
    table = datasets.openmoji().sort_values("file")

    def make() -> dict[str, Any]:
        return {"pictures": np.stack([np.asarray(open_image(file).resize((32, 32))) for file in table["file"]])}

    names = [file.name for file in table["file"]]
    return kept("thumbnails", [names], [open_image], make)["pictures"], table["subcategory"].to_numpy(dtype=str)


def tries() -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.str_]]:
    """Drawings to try on, shape (n, 32, 32, 3), and their subcategories: every second one; the others are held out."""
    pictures, kinds = _thumbnails()
    return pictures[::2].copy(), kinds[::2].copy()


def plain(pictures: npt.NDArray[np.uint8]) -> Floats:
    """The rival: the pixels, white 0."""
    return (255 - pictures.astype(np.float64)).reshape(len(pictures), -1)


def _precisions(function: Any) -> Floats:
    """The average precision of each held-out drawing that has a partner there."""
    pictures, kinds = (some[1::2] for some in _thumbnails())
    found = average_precision(leave_one_out(_rows(call(function, pictures), len(pictures), (1, 8_000)), kinds))
    return found[np.isfinite(found)]


@cache
def _plain() -> Floats:
    return _precisions(plain)


describe = beats(
    TEXTS["describe"],
    "describe(pictures)",
    _precisions,
    _plain,
    mean_ahead,
    lambda: {"tries": tries()},
    reads="table",
)

EXERCISES = [ranking, join, describe]

# --- Quiz

RESULTS = Path(__file__).parents[2] / "training" / "results"


@cache
def _stored(table: str, **row: str) -> dict[str, str]:
    with (RESULTS / f"images_{table}.csv").open(encoding="utf-8") as stream:
        return next(r for r in csv.DictReader(stream) if all(r[name] == value for name, value in row.items()))


def _nearest(vector: str) -> float:
    return float(_stored("rivals", vector=vector)["nearest"])


def _key_untrained() -> int:
    chance, untrained = _nearest("random numbers"), _nearest("network, random weights")
    pixels, trained = _nearest("pixels (32 × 32)"), _nearest("network")
    return only_true(pixels < untrained < trained, abs(untrained - chance) < 0.01, chance < untrained < pixels, False)


def _key_silhouettes() -> int:
    return nearest(_nearest("network, silhouettes") / _nearest("network"), 0.25, 0.5, 0.86)


def _key_whitening() -> int:
    one, other = (
        float(_stored("improved", change="PCA, 256 numbers, whitened", measure=measure)["difference"])
        for measure in ("nearest", "average precision")
    )
    return only_true(one > 0 > other, one > 0 < other, one < 0 > other, False)


def _key_alone() -> int:
    hits = leave_one_out([[1, 0], [1, 0.1], [0, 1]], ["mammal", "mammal", "amphibian"])
    found = average_precision(hits)
    return only_true(bool(found[2] == 0), bool(np.isnan(found[2])), bool(found[2] == 1))


def _key_votes() -> int:
    shares = [float(_stored("probes", **{"guessed by": f"{k} nearest"})["right"]) for k in (1, 5, 20)]
    return only_true(shares[0] > shares[1] > shares[2], shares[0] < shares[1] < shares[2], np.ptp(shares) < 0.02)


def _key_mirrored() -> int:
    """A copy in the other half finds its original, whatever its label."""
    rng = np.random.default_rng(0)
    originals, labels = rng.normal(size=(60, 8)), rng.integers(0, 20, 60)
    both = np.vstack([originals, originals + 0.01 * rng.normal(size=originals.shape)])
    share = leave_one_out(both, np.tile(labels, 2))[:, 0].mean()
    return only_true(False, share > 0.9, share < 0.5, False)


quiz = QUIZ = Quiz.of("ch10", globals())
