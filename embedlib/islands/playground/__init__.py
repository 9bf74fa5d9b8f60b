"""Analogies, the odd one out, and an axis between two words, over the pool of the neighbours island."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from embedlib.islands import neighbors
from embedlib.islands.base import Island, Part
from embedlib.islands.neighbors import pool
from embedlib.islands.playground import answers, static

FOLDER = Path(__file__).parent


def _static(options: dict[str, Any]) -> str:
    return static.static_html(neighbors.load(), options)


def _fallback(options: dict[str, Any]) -> str:
    return static.fallback_html(neighbors.load(), options)


def _check(options: dict[str, Any]) -> dict[str, Any]:
    return answers.check(neighbors.load(), options)


ISLAND = Island(
    folder=FOLDER,
    defaults={
        "tab": "analogy",
        "analogy": ["man", "king", "woman"],
        "leave_out": True,
        "odd": ["breakfast", "cereal", "dinner", "lunch"],
        "axis": ["war", "peace"],
        "placed": ["gun", "soldier", "tank", "bomb", "treaty", "dove", "agreement", "negotiation"],
    },
    check=_check,
    static_html=_static,
    fallback_html=_fallback,
    parts={"data": Part(make=pool.build, key=neighbors.data_key, file="neighbors.data")},
    helpers=("pool.js",),
)
