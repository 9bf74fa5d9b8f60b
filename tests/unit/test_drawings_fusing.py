"""Chapter 15's drawings: bars as long as their numbers, lines between the same names."""

from __future__ import annotations

import re

import numpy as np
import pytest

from embedlib.show.drawings.fusing import fused_rankings, saturation, word_scores


def test_a_words_bar_is_as_long_as_what_it_adds() -> None:
    svg = word_scores(["A cat and a dog.", "A dog."], {"cat": [1.5, 0], "dog": [0.5, 1.0]}).svg()
    bars = re.findall(r'<polyline points="([\d.]+),[\d.]+ ([\d.]+),[^"]*" fill="(#\w+)" stroke="none"', svg)
    lengths = [(round(float(end) - float(start), 1), colour) for start, end, colour in bars]
    assert lengths == [(285, "#0072B2"), (95, "#C44F00"), (190, "#C44F00")]


def test_sums_are_written_and_nothing_is_written_as_nought() -> None:
    written = repr(word_scores(["one", "two"], {"w": [0.125, 0]}, digits=3))
    assert written == "Board: w · one · 0.125 · two · 0"
    with pytest.raises(ValueError, match='"w" has a number for each of 2'):
        word_scores(["one", "two"], {"w": [0.1]})
    with pytest.raises(ValueError, match="from 0 on"):
        word_scores(["one"], {"w": [-0.1], "v": [1]})


def test_a_number_below_nought_is_written_and_has_no_bar() -> None:
    board = word_scores(["one", "two"], {"cosine": [0.5, -0.06]})
    assert repr(board) == "Board: cosine · one · 0.5 · two · −0.06"
    assert len(re.findall(r'stroke="none"', board.svg())) == len(
        re.findall(r'stroke="none"', word_scores(["one", "two"], {"cosine": [0.5, 0]}).svg())
    )
    assert repr(word_scores(["one"], {"cosine": [-0.06]})) == "Board: cosine · one · −0.06"


def test_a_saturating_curve_rises_as_its_numbers_do() -> None:
    svg = saturation({"short": [1, 1.5, 1.75], "long": [0.5, 1, 1.25]}, "times", "counts").svg()
    dots = [float(y) for y in re.findall(r'<circle cx="[\d.]+" cy="([\d.]+)"', svg)]
    short, long = np.array(dots[:3]), np.array(dots[3:])
    assert np.allclose(short - short[-1], 154 * (1.75 - np.array([1, 1.5, 1.75])) / 1.75, atol=0.2)
    assert (long > short).all()
    with pytest.raises(ValueError, match="equally many numbers"):
        saturation({"a": [1, 2], "b": [1]}, "x", "y")


def test_the_level_that_curves_come_near_is_drawn_above_them_and_written() -> None:
    board = saturation({"short": [0.5, 0.7, 0.8]}, "times", "counts", limit=1)
    dots = [float(y) for y in re.findall(r'<circle cx="[\d.]+" cy="([\d.]+)"', board.svg())]
    assert np.allclose(dots, 188 - 154 * np.array([0.5, 0.7, 0.8]), atol=0.2)
    assert repr(board).startswith("Board: 0 · 0.5 · 1 · counts") and "stroke-dasharray" in board.svg()


def test_only_the_same_names_are_joined_and_the_right_one_is_in_colour() -> None:
    svg = fused_rankings({"one": ["a", "b"], "fused": ["b", "a"], "two": ["b", "c"]}, right="b").svg()
    lines = re.findall(r"<polyline[^>]*stroke=\"(#\w+)\"", svg)
    assert sorted(lines) == ["#C44F00", "#C44F00", "#C9CDD3"]
    with pytest.raises(ValueError, match="holds a name twice"):
        fused_rankings({"one": ["a", "a"], "two": ["b"]})
