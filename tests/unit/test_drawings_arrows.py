"""The drawings of chapter 13 show the values they are given, and are small and well formed."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree import ElementTree

import numpy as np
import pytest

from embedlib import draw
from embedlib.show import Board

PLANE = {"man": [1, 1], "king": [1.4, 3], "woman": [3, 1.3], "queen": [3.5, 3.2]}
BIRDS = {"bird": [1, 0, 0], "birds": [0.6, 0.8, 0], "dog": [0.9, 0.1, 0.4], "dogs": [0.5, 0.7, 0.5], "far": [0, 0, 1]}
AROUND = {"birds": 0.8, "owl": 0.68, "squirrel": 0.67, "goose": 0.6}

DRAWN: dict[str, Callable[[], Board]] = {
    "parallelogram": lambda: draw.parallelogram(PLANE, "man", "king", "woman"),
    "landing": lambda: draw.landing(BIRDS, "bird", "birds", [("dog", "dogs"), ("dogs", "far")]),
    "ring": lambda: draw.ring("bird", AROUND, "birds"),
    "winners": lambda: draw.winners({"one": {"right": 0.25, "c": 0.7, "b": 0.05}, "two": {"right": 1, "c": 0, "b": 0}}),
}


@pytest.mark.parametrize("name", DRAWN)
def test_each_drawing_is_the_same_every_time_small_and_within_its_sheet(name: str) -> None:
    board = DRAWN[name]()
    assert board.svg() == DRAWN[name]().svg() and len(board.svg()) < 20_000
    root = ElementTree.fromstring(board.svg())
    for mark in root.iter():
        for key, most in (("x", board.width), ("y", board.height), ("cx", board.width), ("cy", board.height)):
            assert 0 <= float(mark.get(key, 0)) <= most
    sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)"', board.svg())]
    assert sizes and min(sizes) >= 13


def dots(board: Board) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', board.svg())]


def test_an_arrow_of_the_same_pair_lands_on_the_expected_word_and_half_of_it_on_the_line() -> None:
    board = draw.landing({"c": [1, 0], "d": [0, 1], "a": [1, 0], "b": [0, 1]}, "c", "d", [("a", "b")])
    heads = re.findall(r'<polygon points="([\d.]+),([\d.]+)', board.svg())
    assert [float(x) for x in heads[0]] == pytest.approx(dots(board)[1], abs=0.2)
    turned = {"c": [1, 0, 0], "d": [0, 1, 0], "a": [1, 0, 0], "b": [0, 0, 1]}  # (b - a) · (d - c) = 1 of 2
    board = draw.landing(turned, "c", "d", [("a", "b")])
    tip = float(re.findall(r'<polygon points="([\d.]+)', board.svg())[0])
    (c, _), (d, _) = dots(board)
    assert tip == pytest.approx((c + d) / 2, abs=0.2)


def test_words_lie_as_far_out_as_their_angle_is_wide() -> None:
    *around, centre = dots(draw.ring("bird", AROUND, "birds"))
    away = [np.hypot(x - centre[0], y - centre[1]) for x, y in around]
    angles = np.degrees(np.arccos(list(AROUND.values())))
    assert np.array(away) / away[0] == pytest.approx(angles / angles[0], rel=0.01)


def test_bars_are_as_long_as_their_shares() -> None:
    board = DRAWN["winners"]()
    wide = [float(w) for w, h in re.findall(r'<rect [^>]*width="([\d.]+)" height="([\d.]+)"', board.svg()) if h == "26"]
    assert wide[0] / wide[3] == pytest.approx(0.25, abs=0.01) and len(wide) == 4
