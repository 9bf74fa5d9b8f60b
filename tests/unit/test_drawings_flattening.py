"""Chapter 11's drawing: a ring on a line is red where strangers stand side by side."""

from __future__ import annotations

import numpy as np
import pytest

from embedlib.show.board import COLOURS
from embedlib.show.drawings.flattening import ring_on_a_line

ANGLES = 2 * np.pi * (np.arange(8) + 0.2) / 8
RING = np.column_stack([np.cos(ANGLES), np.sin(ANGLES)])


@pytest.mark.parametrize(
    ("places", "strangers", "torn"),
    [(ANGLES, 0, 1), (RING[:, 0], 5, 0), ([0, 2, 4, 6, 1, 3, 5, 7], 7, 1)],
)
def test_strangers_side_by_side_are_red_and_torn_neighbours_have_a_bow(places, strangers: int, torn: int) -> None:
    svg = ring_on_a_line(RING, {"a line": places}).svg()
    red = [mark for mark in svg.splitlines() if f'stroke="{COLOURS["vermilion"]}"' in mark]
    assert sum("dasharray" not in mark for mark in red) == strangers
    assert sum("dasharray" in mark for mark in red) == torn


def test_points_are_numbered_around_the_ring_and_on_each_line() -> None:
    found = repr(ring_on_a_line(RING, {"pressed flat": RING[:, 0], "cut open": ANGLES})).split(" · ")
    assert found.count("8") == 3
    assert {"pressed flat", "cut open"} <= set(found)
