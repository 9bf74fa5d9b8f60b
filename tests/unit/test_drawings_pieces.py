"""The drawings of chapter 4 show the values they are given, and are small and well formed."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from xml.etree import ElementTree

import numpy as np
import pytest

from embedlib import draw
from embedlib.show import Board

FOUR = {"man": [0, 0, 1.0], "king": [1, 0, 1.0], "woman": [0, 1, 1.0], "queen": [1, 1, 1.0], "cat": [0, 0, -1.0]}

DRAWN: dict[str, Callable[[], Board]] = {
    "ratios": lambda: draw.ratios({"paper": {"solid": 8.9, "gas": 0.085}, "here": {"gas": 0.15}}, ends=("few", "many")),
    "logs": lambda: draw.logs_of_shares("solid", {"ice": 1.9e-4, "steam": 2.2e-5}),
    "parts": lambda: draw.log_parts({"ice, the": (1.2, 3.1, 0.6, 5.8), "ice, law": (1.2, 0.7, -1.5, 0.7)}),
    "analogy": lambda: draw.analogy(FOUR, "man", "king", "woman", ["queen", "king"]),
    "exam": lambda: draw.exam([("few", 60, 30), ("all", 200, 80)], total=200),
    "pieces": lambda: draw.pieces("where", 3, 6, like="here"),
    "average": lambda: draw.average(FOUR, ["man", "king"]),
}


def words_of(board: Board) -> list[str]:
    return [text.text or "" for text in ElementTree.fromstring(board.svg()).iter("{http://www.w3.org/2000/svg}text")]


@pytest.mark.parametrize("name", DRAWN)
def test_each_drawing_is_the_same_every_time_small_and_within_its_sheet(name: str) -> None:
    board = DRAWN[name]()
    assert board.svg() == DRAWN[name]().svg() and len(board.svg()) < 12_000
    root = ElementTree.fromstring(board.svg())
    for mark in root.iter():
        for key, most in (("x", board.width), ("y", board.height), ("cx", board.width), ("cy", board.height)):
            assert 0 <= float(mark.get(key, 0)) <= most
    sizes = [float(size) for size in re.findall(r'font-size="([\d.]+)"', board.svg())]
    assert not sizes or min(sizes) >= 13


def test_ratios_above_one_lie_right_of_the_middle_and_equal_factors_equally_far() -> None:
    board = draw.ratios({"paper": {"solid": 4, "gas": 0.25, "water": 1.0}}, ends=("few", "many"))
    dots = [float(x) for x in re.findall(r'<circle cx="([\d.]+)"', board.svg())]
    assert dots[0] - dots[2] == pytest.approx(dots[2] - dots[1], abs=0.2) and dots[0] > dots[1]
    with pytest.raises(ValueError, match="above 0"):
        draw.ratios({"paper": {"solid": 0.0}}, ends=("few", "many"))


def test_the_difference_of_the_logarithms_is_the_logarithm_of_the_ratio() -> None:
    words = words_of(DRAWN["logs"]())
    assert f"− gives {math.log(1.9e-4 / 2.2e-5):.2f}" in words and "÷ gives 8.6" in words and "in 100,000" in words


def test_the_analogy_names_each_angle_to_the_sum() -> None:
    total = sum(
        sign * np.array(FOUR[w]) / np.linalg.norm(FOUR[w]) for w, sign in (("king", 1), ("man", -1), ("woman", 1))
    )
    angle = math.degrees(math.acos(total @ FOUR["king"] / np.linalg.norm(total) / np.linalg.norm(FOUR["king"])))
    assert f"king  {angle:.0f}°" in words_of(DRAWN["analogy"]())


def test_an_exam_says_the_share_of_those_asked_and_of_all() -> None:
    words = words_of(DRAWN["exam"]())
    assert {"of those asked 50.0 %", "of all 15.0 %", "of those asked 40.0 %", "of all 40.0 %"} <= set(words)


def test_pieces_are_those_of_the_marked_word_and_shared_ones_are_tinted() -> None:
    board = draw.pieces("where", 3, 3, like="here")
    assert words_of(board)[2:] == ["3", "<wh", "whe", "her", "ere", "re>"]
    assert board.svg().count("#D5F0E6") == 3  # her, ere, re>, in the green tint
    assert draw.pieces("a", 4, 6).height > 0  # no piece so long
