"""Neighbours of a word, as you type: 40,000 words of GloVe, what strangers score, two side by side."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from embedlib.islands.base import Island, plain_table
from embedlib.islands.pool import NEIGHBOURS, Pool
from embedlib.islands.words import PART, first_of, known, load, nearest, rank, signed, vector


def check(options: dict[str, Any]) -> dict[str, Any]:
    """The options with their words as the pool has them; ValueError for a word that it does not hold."""
    other = str(options["other"])
    return {"word": known(load(), str(options["word"])), "other": known(load(), other) if other.strip() else ""}


def neighbours(pool: Pool, word: str) -> list[tuple[str, float]]:
    """The ten nearest words with their cosines, nearest first."""
    return nearest(pool, vector(pool, word), NEIGHBOURS, without=[word])


def first(options: dict[str, Any]) -> dict[str, Any]:
    """The neighbours of the word, the two words' ranks in each other's list, and all vectors that are drawn."""
    pool, word, other = load(), options["word"], options["other"]
    found = neighbours(pool, word)
    ranks = [rank(pool, vector(pool, a), b, without=[a]) for a, b in ((word, other), (other, word)) if other]
    drawn = dict.fromkeys([word, *(name for name, _ in found), *filter(None, [other])])
    return {"word": word, "other": other, "found": found, "ranks": ranks, **first_of(pool, drawn)}


def fallback_html(options: dict[str, Any], invitation: str = "") -> str:
    """The ten neighbours as a plain table."""
    pool, word = load(), options["word"]
    return plain_table(
        ["The ten nearest words to ", word, f" among the {len(pool.words):,} most frequent.{invitation}"],
        ("rank", "word", "cosine"),
        [(str(i), name, signed(score)) for i, (name, score) in enumerate(neighbours(pool, word), start=1)],
    )


ISLAND = Island(
    folder=Path(__file__).parent,
    defaults={"word": "cat", "other": "dog"},
    check=check,
    first=first,
    fallback_html=fallback_html,
    parts={"data": PART},
    helpers=("pool.js",),
)
