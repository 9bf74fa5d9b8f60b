"""Skip-gram with negative sampling, trained in the page: every number of a step, both matrices, loss and map."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from embedlib.islands.base import Island, plain_table
from embedlib.islands.pool import palette
from embedlib.islands.skipgram.corpora import texts
from embedlib.islands.skipgram.trainer import MOST_SEED, Settings, Trainer, least_loss, pair_counts, read
from embedlib.islands.words import signed

AHEAD = 10_000
"""Steps that the table without scripts looks ahead."""

NEIGHBOURS = 5
FAVOURITES = ("tea", "cat")
"""The words whose neighbours are shown unless the reader chooses another, where the text has them."""

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
    words = read(_text_of(checked)).words
    checked["word"] = options["word"].strip().lower()
    if checked["word"] and checked["word"] not in words:
        raise ValueError(
            f'"{options["word"]}" is not among the words of this text; with word="" the island chooses one. '
            f"They are: {', '.join(words)}."
        )
    return checked


def _text_of(options: dict[str, Any]) -> str:
    return str(options["text"] if options["corpus"] == "own" else texts()[options["corpus"]])


@lru_cache(maxsize=8)
def _trained(text: str, settings: Settings, steps: int) -> Trainer:
    trainer = Trainer(text, settings)
    trainer.train(steps)
    return trainer


def chosen_word(words: Sequence[str], word: str) -> str:
    """The word whose neighbours are shown: the reader's, else a favourite, else one of middling frequency."""
    wanted = (word, *FAVOURITES, words[len(words) // 2])
    return next(each for each in wanted if each in words)


def fallback_html(options: dict[str, Any], invitation: str = "") -> str:
    """Loss and neighbours before the first step and after 10,000, as a plain table."""
    settings = Settings(**{field.name: options[field.name] for field in fields(Settings)})
    trainers = [_trained(_text_of(options), settings, steps) for steps in (0, AHEAD)]
    words = trainers[0].corpus.words
    at = words.index(chosen_word(words, options["word"]))
    rows = []
    for trainer, steps in zip(trainers, ("0", f"{AHEAD:,}"), strict=True):
        recent = trainer.losses[-1000:] or [(settings.negatives + 1) * math.log(2)]
        found = ", ".join(f"{words[i]} {signed(cosine)}" for i, cosine in trainer.nearest(at, NEIGHBOURS))
        if trainer.broken:
            rows.append((steps, "–", "None: the numbers have run away, because the learning rate is too large."))
        else:
            rows.append((steps, f"{sum(recent) / len(recent):.2f}", found))
    table = pair_counts(trainers[0].corpus, trainers[0].pairs)
    least = least_loss(table, trainers[0].noise, settings.negatives)
    ending = (
        " by the cosine of centre vectors. The loss is the average of the last 1,000 steps; "
        f"no vectors can bring it below {least:.2f}.{invitation}"
    )
    return plain_table(["Nearest to ", words[at], ending], ("steps", "loss", "nearest words"), rows, "sg-ahead")


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
    first=lambda _: {"texts": texts(), "palette": palette()},
    fallback_html=fallback_html,
    helpers=("skipgram/method.js", "map.js"),
    invitation=" Run this cell to train it step by step.",
)
