"""Neighbours of a word, as you type: 40,000 words of GloVe, what strangers score, two side by side."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

from embedlib.islands.base import Island, Part, asset_key, part_bytes, source_key
from embedlib.islands.neighbors import answers, pool, static

FOLDER = Path(__file__).parent


def data_key() -> str:
    """What the pool depends on: its own code and the model's files."""
    return f"{source_key(FOLDER / 'pool.py')} {asset_key(pool.MODEL)}"


@lru_cache(maxsize=1)
def load() -> pool.Pool:
    """The pool, decoded: the numbers that the page itself works with."""
    return pool.unpack(part_bytes(ISLAND, "data"))


def _static(options: dict[str, Any]) -> str:
    return static.static_html(load(), **options)


def _fallback(options: dict[str, Any]) -> str:
    return static.fallback_html(load(), options["word"])


def _check(options: dict[str, Any]) -> dict[str, Any]:
    return answers.check(load(), options)


ISLAND = Island(
    folder=FOLDER,
    defaults={"word": "cat", "other": "dog"},
    check=_check,
    static_html=_static,
    fallback_html=_fallback,
    parts={"data": Part(make=pool.build, key=data_key)},
    helpers=("pool.js",),
)
