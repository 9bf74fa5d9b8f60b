"""Chapter 3's drawings: what they show is worked out from what they are given."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np
import pytest

from embedlib.show.board import Board
from embedlib.show.drawings.guessing import answers, pull_and_push, tally, thinning, window

SENTENCE = ["the", "cat", "drinks", "cold", "milk"]
U, MILK, TREASURY = np.array([1, 0.5]), np.array([0.2, 0.6]), np.array([0.4, -0.8])


def texts(board: Board) -> list[str]:
    return [
        element.text or "" for element in ElementTree.fromstring(board.svg()).iter() if element.tag.endswith("text")
    ]


@pytest.mark.parametrize("reach", [1, 2, 3])
def test_the_window_lists_the_pairs_that_a_loop_finds(reach: int) -> None:
    pairs = {
        f"{word}, {other}"
        for i, word in enumerate(SENTENCE)
        for j, other in enumerate(SENTENCE)
        if 0 < abs(i - j) <= reach
    }
    assert {text for text in texts(window(SENTENCE, reach)) if ", " in text} == pairs


def test_answers_are_the_sigmoids_of_the_dot_products() -> None:
    shown = texts(answers("drinks", U, {"milk": MILK, "treasury": TREASURY}))
    assert {"0.622", "0.500", "yes: 1", "no: 0"} <= set(shown)


def test_a_step_moves_each_arrow_where_the_slopes_say() -> None:
    board = pull_and_push(("drinks", U), ("milk", MILK), {"treasury": TREASURY}, rate=0.5)
    broken = re.findall(r'points="([^"]+)"[^>]*stroke-dasharray', board.svg())
    ends = np.array([[float(n) for n in way.split()[1].split(",")] for way in broken])
    start = np.array([float(n) for n in broken[0].split()[0].split(",")])
    yes, no = 1 / (1 + np.exp(-U @ MILK)) - 1, 1 / (1 + np.exp(-U @ TREASURY))
    after = np.array([U - 0.5 * (yes * MILK + no * TREASURY), MILK - 0.5 * yes * U, TREASURY - 0.5 * no * U])
    ways = (ends - start) * [1, -1]
    assert np.allclose(ways / ways[0, 0], after / after[0, 0], atol=0.005)
    assert "0.622 − 1 = −0.378" in texts(board)


def test_the_tally_gives_the_share_and_its_logarithm_of_odds() -> None:
    assert "so the best u · c: log (3 / 12) = −1.39" in texts(tally(3, 12))


def test_a_bar_is_as_long_as_the_share_that_is_kept() -> None:
    svg = thinning({"the": 1000, "milk": 20}, {"the": 250, "milk": 20}).svg()
    assert re.findall(r'width="([\d.]+)" height="18" rx="3" fill="#0072B2"', svg) == ["30", "120"]
