"""Chapter 12's ladders: every rung stands at the rank that scipy gives it."""

from __future__ import annotations

import re

import numpy as np
import pytest
from scipy.stats import rankdata

from embedlib.show.drawings.ranking import ladders

NAMES = ["a, b", "c, d", "e, f", "g, h", "i, j"]


def lines_of(svg: str) -> list[tuple[float, float, str]]:
    found = re.findall(r'<polyline points="[\d.]+,([\d.]+) [\d.]+,([\d.]+)"[^>]*stroke="([^"]+)"', svg)
    return [(float(one), float(other), colour) for one, other, colour in found]


def test_a_line_joins_the_ranks_of_a_pair_and_ties_meet_half_way() -> None:
    people, model = np.array([9, 7, 7, 4, 1]), np.array([0.8, 0.3, 0.6, 0.5, 0.1])
    drawn = lines_of(ladders(NAMES, people, model).svg())
    for side, numbers in enumerate((people, model)):
        heights = np.array([line[side] for line in drawn])
        assert np.allclose((heights - heights.min()) / np.ptp(heights) * 4, rankdata(-numbers) - 1, atol=0.01)
    assert drawn[1][0] == drawn[2][0]


def test_only_lines_over_three_places_or_more_are_marked() -> None:
    drawn = lines_of(ladders(NAMES, [5, 4, 3, 2, 1], [1, 5, 4, 3, 2]).svg())
    assert [colour == drawn[0][2] for *_, colour in drawn] == [True, False, False, False, False]


def test_what_is_written_stands_in_the_order_of_each_ladder() -> None:
    written = repr(ladders(NAMES, [1, 2, 3, 4, 5], [0.5, -0.4, 0.3, 0.2, 0.1], digits=1))
    assert "−0.4" in written and "5.0" in written
    with pytest.raises(ValueError, match="each with two numbers; there are 5 names"):
        ladders(NAMES, [1, 2], [1, 2, 3, 4, 5])
    with pytest.raises(ValueError, match="has no place on the ladder"):
        ladders(NAMES, [1, 2, 3, 4, np.nan], [1, 2, 3, 4, 5])
