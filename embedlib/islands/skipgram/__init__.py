"""Skip-gram with negative sampling, trained in the page: every number of a step, both matrices, loss and map."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from embedlib.islands.base import Island
from embedlib.islands.skipgram import static
from embedlib.islands.skipgram.corpora import texts
from embedlib.islands.skipgram.trainer import MOST_SEED, read

RANGES = {"window": (1, 5), "negatives": (0, 10), "dimensions": (2, 10), "seed": (0, MOST_SEED)}


def check(options: dict[str, Any]) -> dict[str, Any]:
    """The options made valid; ValueError says what an option may be."""
    checked = dict(options)
    corpora = [*texts(), "own"]
    if options["corpus"] not in corpora:
        raise ValueError(f'There is no text "{options["corpus"]}"; there are: {", ".join(corpora)}.')
    for name, (least, most) in RANGES.items():
        value = options[name]
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"{name} is a whole number from {least} to {most:,}, not {value!r}.")
    rate = options["learning_rate"]
    if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not 0 < rate <= 1:
        raise ValueError(f"learning_rate is a number above 0 and at most 1, not {rate!r}.")
    checked["learning_rate"] = float(rate)
    for name in ("one_matrix", "lose_repeats"):
        if not isinstance(options[name], bool):
            raise ValueError(f"{name} is True or False, not {options[name]!r}.")
    for name in ("text", "word"):
        if not isinstance(options[name], str):
            raise ValueError(f"{name} is text in quotes, not {options[name]!r}.")
    words = read(static.text_of(checked)).words
    checked["word"] = options["word"].strip().lower()
    if checked["word"] and checked["word"] not in words:
        raise ValueError(
            f'"{options["word"]}" is not among the words of this text; with word="" the island chooses one. '
            f"They are: {', '.join(words)}."
        )
    return checked


ISLAND = Island(
    folder=Path(__file__).parent,
    defaults={
        "corpus": "made-up",
        "text": "",
        "seed": 21,
        "window": 2,
        "negatives": 3,
        "dimensions": 8,
        "learning_rate": 0.1,
        "one_matrix": False,
        "lose_repeats": False,
        "word": "",
    },
    check=check,
    first=lambda options: {"html": static.static_html(options)},
    fallback_html=static.fallback_html,
    invitation=" Run this cell to train it step by step.",
)
