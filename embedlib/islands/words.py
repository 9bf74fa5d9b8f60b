"""What the islands over the pool of 40,000 words share: the pool itself, and how they speak about its words."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedlib.islands import pool
from embedlib.islands.base import Part, asset_key, cached, default_cache, source_key
from embedlib.islands.pool import Pool

Doubles = NDArray[np.float64]


def data_key() -> str:
    """What the pool depends on: its own code and the model's files."""
    return f"{source_key(Path(pool.__file__))} {asset_key(pool.MODEL)}"


PART = Part(make=pool.build, key=data_key, file="neighbors.data")


@lru_cache(maxsize=1)
def load() -> Pool:
    """The pool, decoded: the numbers that the page itself works with."""
    return pool.unpack(cached(default_cache(), PART.file, PART.key(), PART.make))


def vector(pool: Pool, word: str) -> Doubles:
    """A word's unit vector, shape (d,)."""
    return np.asarray(pool.vectors[pool.index[word]], dtype=np.float64)


def nearest(pool: Pool, target: Doubles, k: int, without: Iterable[str] = ()) -> list[tuple[str, float]]:
    """The k words with the largest cosine to a unit vector, shape (d,), some left out; nearest first."""
    scores = pool.vectors.astype(np.float64) @ target
    scores[[pool.index[word] for word in without]] = -np.inf
    return [(pool.words[i], float(scores[i])) for i in np.argsort(-scores, kind="stable")[:k] if scores[i] > -np.inf]


def rank(pool: Pool, target: Doubles, word: str, without: Iterable[str] = ()) -> int:
    """The place of a word among all by their cosine to a unit vector, some left out; the nearest has rank 1."""
    scores = pool.vectors.astype(np.float64) @ target
    scores[[pool.index[other] for other in without if other != word]] = -np.inf
    return int((scores > scores[pool.index[word]]).sum()) + 1


def first_of(pool: Pool, words: Iterable[str]) -> dict[str, Any]:
    """What a module needs of the pool to draw its first answer before the pool is loaded."""
    about = {key: value for key, value in pool.header.items() if key not in ("offsets", "step", "text_bytes")}
    return {"header": about, "vectors": {word: vector(pool, word).round(5).tolist() for word in words}}


def signed(value: float, digits: int = 2) -> str:
    """A number with a real minus sign; two digits, because rounding the vectors costs the third.

    >>> signed(-0.1234), signed(-0.001)
    ('−0.12', '0.00')
    """
    text = f"{value:.{digits}f}"
    return text.replace("-", "−") if float(text) else text.lstrip("-")


def known(pool: Pool, word: str) -> str:
    """The word as the pool has it, in lower case if need be; ValueError for one that it does not hold."""
    word = word.strip()
    found = next((form for form in (word, word.lower()) if form in pool.index), None)
    if found is None:
        close = get_close_matches(word.lower(), pool.words, n=3)
        hint = f" Did you mean {' or '.join(close)}?" if close else ""
        raise ValueError(f'"{word}" is not among the {len(pool.words):,} words of this island.{hint}')
    return found
