"""What is trained, and with which settings: one place, so that a table's row can be made again from its name.

Every recipe reads the course corpus and keeps the words seen at least 20 times, so that all models of Part I
have one vocabulary. The grid changes one thing at a time about ``BASE``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

MIN_COUNT = 20  # as chapter 2 counts: 22,000 words or so
SEEDS = (1, 2, 3)

# gensim's own names. ``share`` is ours: 1/share of the sentences, taken evenly from the whole corpus.
BASE: dict[str, Any] = {
    "sg": 1,
    "vector_size": 100,
    "window": 5,
    "negative": 5,
    "ns_exponent": 0.75,
    "sample": 1e-4,
    "epochs": 3,
    "alpha": 0.025,
    "share": 1,
    "workers": 1,
}

# One thing changed at a time; then the pairs that tell one cause from another. The order is that of training:
# what the chapter needs first comes first.
CHANGES: tuple[dict[str, Any], ...] = (
    {"sg": 0},
    {"window": 2},
    {"window": 10},
    {"sample": 1e-3},
    {"share": 16},
    {"share": 4},
    {"share": 2},
    {"negative": 1},
    {"negative": 15},
    {"ns_exponent": 0.0},
    {"ns_exponent": 1.0},
    {"vector_size": 25},
    {"vector_size": 300},
    {"sample": 0.0},
    {"epochs": 1},
    {"epochs": 10},
    # As many words read as the base training reads, from fewer different ones.
    {"share": 4, "epochs": 12},
    {"share": 16, "epochs": 48},
    # About as many pairs read as with a window of 10 and three epochs.
    {"window": 2, "epochs": 11},
)

# The learning rate, which gensim sets at 0.025: with it, the readings, the window and the method. One seed each,
# and three of the setting beside which the others are read.
RATES: tuple[dict[str, Any], ...] = (
    {"alpha": 0.05, "epochs": 1},
    {"alpha": 0.05},
    {"alpha": 0.05, "epochs": 10},
    {"alpha": 0.1, "epochs": 1},
    {"alpha": 0.1},
    {"window": 2, "alpha": 0.1, "epochs": 1},
    {"window": 2, "alpha": 0.1},
    {"window": 10, "alpha": 0.1, "epochs": 1},
    {"share": 4, "alpha": 0.1},
    {"share": 4, "alpha": 0.1, "epochs": 12},
    {"sg": 0, "alpha": 0.05},
    {"sg": 0, "alpha": 0.1},
    {"sg": 0, "alpha": 0.2},
    {"sg": 0, "alpha": 0.1, "epochs": 10},
)


@dataclass(frozen=True)
class Recipe:
    """One training: what is changed about ``BASE``, with which seed."""

    seed: int = 1
    changed: dict[str, Any] = field(default_factory=dict)

    @property
    def settings(self) -> dict[str, Any]:
        """All settings, the unchanged ones as well."""
        return {**BASE, **self.changed}

    @property
    def setting(self) -> str:
        """What distinguishes it: ``base``, or for instance ``window=2``."""
        return ",".join(f"{name}={value:g}" for name, value in self.changed.items()) or "base"

    @property
    def name(self) -> str:
        """Its name among the results: setting and seed."""
        return f"{self.setting},seed={self.seed}"


COURSE = Recipe(1, {"epochs": 10})  # the training whose vectors the course carries
SMALL = Recipe(1, {"share": 16})  # the one that the tests train again


def grid() -> Iterator[Recipe]:
    """Every setting with every seed; first all settings once, so that an interrupted grid is still a table."""
    for seed in SEEDS:
        yield Recipe(seed)
        for changed in CHANGES:
            yield Recipe(seed, changed)


def rates() -> Iterator[Recipe]:
    """The settings that differ in the learning rate."""
    for changed in RATES:
        yield Recipe(1, changed)
    yield from (Recipe(seed, {"alpha": 0.1}) for seed in SEEDS[1:])


def two_workers() -> Iterator[Recipe]:
    """The base setting twice with two workers and one seed: what no seed can hold still."""
    for copy in (1, 2):
        yield Recipe(1, {"workers": 2, "copy": copy})
