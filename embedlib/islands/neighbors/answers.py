"""What the neighbours island answers, in Python: the same numbers and sentences as island.js gives."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np

from embedlib.islands.neighbors.pool import NEIGHBOURS, Floats, Pool

Pieces = Sequence[str]
"""A sentence in pieces; every second piece is a word spoken about."""


def nearest(pool: Pool, word: str, k: int = NEIGHBOURS) -> list[tuple[str, float]]:
    """The k words of the pool with the largest cosine to this one, which is left out; nearest first."""
    scores, at = cosines(pool, word), pool.index[word]
    scores[at] = -np.inf
    best = np.argsort(-scores, kind="stable")[: min(k, len(pool.words) - 1)]
    return [(pool.words[i], float(scores[i])) for i in best]


def cosines(pool: Pool, word: str) -> Floats:
    """The cosine of a word with every word of the pool."""
    scores: Floats = pool.vectors @ pool.vectors[pool.index[word]]
    return scores


def rank(pool: Pool, word: str, other: str) -> int:
    """The place of `other` among the neighbours of `word`; the nearest has rank 1."""
    scores, at = cosines(pool, word), pool.index[word]
    scores[at] = -np.inf
    return int((scores > scores[pool.index[other]]).sum()) + 1


def signed(value: float, digits: int = 2) -> str:
    """A number with a real minus sign; two digits, because rounding the vectors costs the third.

    >>> signed(-0.1234)
    '−0.12'
    """
    text = f"{value:.{digits}f}"
    return text.replace("-", "−") if float(text) else text.lstrip("-")


def share_below(pool: Pool, cosine: float) -> str:
    """How a cosine compares with those of random pairs, in words."""
    strangers = pool.header["strangers"]
    counts, pairs = strangers["counts"], strangers["pairs"]
    place = (min(max(cosine, -1.0), 1.0) + 1) / 2 * len(counts)
    whole = min(int(place), len(counts) - 1)
    above = round(sum(counts[whole:]) - (place - whole) * counts[whole])
    if above == 0:
        return f"higher than each of {pairs:,} such pairs"
    if above < pairs / 1000:
        return f"higher than all but {above:,} of {pairs:,} such pairs"
    return f"higher than {(1 - above / pairs) * 100:.1f} % of such pairs"


def strangers_sentence(pool: Pool, found: Sequence[tuple[str, float]]) -> Pieces:
    """What random pairs score, and where the first and the last neighbour stand among them."""
    (first, high), (last, low) = found[0], found[-1]
    mean = signed(pool.header["strangers"]["mean"])
    return [
        f"Two words drawn at random from the {len(pool.words):,} have a cosine of {mean} on average. The nearest, ",
        first,
        f", is {share_below(pool, high)}; the last of the ten, ",
        last,
        f", is {share_below(pool, low)}.",
    ]


def pair_sentences(pool: Pool, word: str, other: str) -> tuple[Pieces, Pieces]:
    """Two words side by side: their ranks in each other's list, and what their numbers agree on."""
    products = pool.vectors[pool.index[word]] * pool.vectors[pool.index[other]]
    cosine = float(products.sum())
    if word == other:
        return ["This is ", word, " beside itself: every word has a cosine of 1 with itself."], [""]
    ranks = [
        "The cosine of ",
        word,
        " and ",
        other,
        f" is {signed(cosine)}, {share_below(pool, cosine)}. Among the neighbours of ",
        word,
        ", ",
        other,
        f" is number {rank(pool, word, other):,}; among those of ",
        other,
        ", ",
        word,
        f" is number {rank(pool, other, word):,}.",
    ]
    largest = int(np.argmax(np.abs(products)))
    agree = int((products > 0).sum())
    return ranks, [
        f"The {len(products)} products add up to the cosine. {agree} are positive: "
        "there, both words have the same sign. "
        f"The largest is that of number {largest + 1}: {signed(float(products[largest]))}."
    ]


def pool_sentence(pool: Pool) -> str:
    """What is searched, and what the rounding does."""
    header, rounding = pool.header, pool.header["rounding"]
    return (
        f"Searched: the {header['words']:,} most frequent of the {header['of']:,} words of {header['model']}"
        f", {header['dimensions']} numbers each; ranks are ranks among these. "
        f"The numbers are rounded to eight bits: of a word’s ten neighbours, {rounding['kept']:.1f} on average "
        "are those of the unrounded vectors, and their cosines are off by "
        f"at most {rounding['error']:.3f}"
        f" (measured on {rounding['queries']:,} words)."
    )


def check(pool: Pool, options: dict[str, Any]) -> dict[str, Any]:
    """The options with their words in lower case; ValueError for a word that the pool does not hold."""
    checked = dict(options)
    for key in ("word", "other"):
        word = str(options[key]).strip()
        if not word and key == "other":
            checked[key] = ""
            continue
        checked[key] = known(pool, word)
    return checked


def known(pool: Pool, word: str) -> str:
    """The word as the pool has it, in lower case if need be; ValueError for one that it does not hold."""
    found = next((form for form in (word, word.lower()) if form in pool.index), None)
    if found is None:
        close = get_close_matches(word.lower(), pool.words, n=3)
        hint = f" Did you mean {' or '.join(close)}?" if close else ""
        raise ValueError(f'"{word}" is not among the {len(pool.words):,} words of this island.{hint}')
    return found
