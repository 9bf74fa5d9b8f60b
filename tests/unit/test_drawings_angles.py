"""The drawings of chapter 1 show the values that they are given."""

import re

import numpy as np
import pandas as pd
import pytest

from embedlib import draw
from embedlib.show.board import Board

PEOPLE = {"you": [0.4, 0.3, 0.6], "Ada": [0.9, 0.5, 0.8], "Ben": [0.5, -0.1, -0.4]}


def written(board: Board) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", board.svg())


def arrow_tips(board: Board) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r'<polygon points="([-\d.]+),([-\d.]+)', board.svg())]


def test_a_line_orders_people_by_their_first_number():
    board = draw.on_a_line(PEOPLE, ("reserved", "outgoing"))
    dots = {colour: float(x) for x, colour in re.findall(r'<circle cx="([\d.]+)".*?fill="(#\w+)"', board.svg())}
    assert len(dots) == 3
    assert sorted(dots.values()) == pytest.approx([240 + 205 * score for score in (0.4, 0.5, 0.9)], abs=0.1)


def test_a_plane_marks_the_angle_between_the_first_and_each_other():
    assert {"8°", "48°"} <= set(written(draw.on_a_plane(PEOPLE, ("outgoing", "tidy"))))


def test_an_arrow_of_the_plane_points_where_its_vector_does():
    _, _, you, ada, ben = arrow_tips(draw.on_a_plane(PEOPLE, ("outgoing", "tidy")))
    assert ada[0] > you[0] and ada[1] < you[1] < ben[1]  # y goes down


def test_a_shadow_is_the_cosine_whatever_the_lengths():
    board = draw.shadows(
        {"you": [0.5, 0, 0], "right": [0, 3, 0], "half": [0.1, 0, 0.1 * 3**0.5], "opposite": [-9, 0, 0]}
    )
    assert [text for text in written(board) if text.startswith("shadow")] == ["shadow 0", "shadow 0.5", "shadow −1"]


def test_strips_print_few_numbers_and_the_cosine_with_one_of_them():
    board = draw.strips({"cat": [0.2, 0.5, -0.1], "dog": [0.1, 0.4, -0.2], "fish": [-0.3, 0.1, 0.7]}, like="cat")
    assert {"−0.1", "0.96", "−0.19", "cosine"} <= set(written(board))
    assert "1.00" not in written(board)


def test_strips_of_many_numbers_are_small():
    rng = np.random.default_rng(0)
    board = draw.strips({name: rng.standard_normal(50) for name in "abcdef"}, like="a")
    assert len(board.svg()) < 16_000
    assert set(written(board)) >= set("abcdef")


def test_a_lookup_sums_to_the_row_that_is_looked_up():
    board = draw.lookup(["cat", "dog"], [[0.2, 0.5], [0.1, 0.4]], "dog")
    texts = written(board)
    assert texts[texts.index("sum") + 1 :] == ["0.1", "0.4"]
    assert "one-hot: dog" in texts


def test_a_rank_is_drawn_where_its_logarithm_lies():
    board = draw.rank_line(pd.DataFrame({"word": ["dog", "fish", "far"], "rank": [1, 100, 10_000]}), n=10_000)
    assert {"dog 1", "fish 100", "far 10,000"} <= set(written(board))
    x = sorted(float(x) for x in re.findall(r'<circle cx="([\d.]+)"', board.svg()))
    assert x[1] - x[0] == pytest.approx(x[2] - x[1], abs=0.2)


def test_no_line_to_a_rank_crosses_a_name():
    words = ["dog", "snake", "mouse", "animal", "kitten", "fish", "feline"]
    board = draw.rank_line(pd.DataFrame({"word": words, "rank": [1, 6, 9, 40, 69, 90, 262]}))
    lines = re.findall(r'<polyline points="([\d.]+),([\d.]+) \1,([\d.]+)"', board.svg())
    names = re.findall(r'<text x="([\d.]+)" y="([\d.]+)"[^>]*text-anchor="start"[^>]*>([^<]*)<', board.svg())
    for x, top, foot in lines:
        for left, y, name in names:
            across = float(left) + 1 < float(x) < float(left) + 8 * len(name)
            assert not (across and float(top) < float(y) - 5 < float(foot)), name


def test_a_window_meets_the_words_around_its_centre():
    board = draw.window_frames("the black cat sleeps on the sofa", centres=[0, 2], size=2)
    assert "the meets black, cat" in written(board)
    assert "cat meets the, black, sleeps, on" in written(board)


def test_a_slot_shows_every_word_that_could_fill_it():
    assert {"the match on", "monday", "friday"} <= set(written(draw.slots(["the match on", ["monday", "friday"]])))


def test_a_fan_reaches_as_far_as_the_dot_product():
    vectors = {"snake": [2.0, 0.0], "long": [3.0, 9.0], "near": [2.5, 0.5]}
    board = draw.fan("snake", vectors, {"by dot product": ["long"], "by cosine": ["near"]})
    snake, long, near = arrow_tips(board)
    assert (long[0] - 14) / (snake[0] - 14) == pytest.approx(6 / 4, abs=0.05)
    assert (near[0] - 14) / (snake[0] - 14) == pytest.approx(5 / 4, abs=0.05)
    assert "long: 9.5 long, 72°" in written(board)


def test_vectors_of_different_lengths_are_refused_with_a_sentence():
    with pytest.raises(ValueError, match="equally many numbers"):
        draw.strips({"a": [1, 2], "b": [1, 2, 3]})


def test_turning_keeps_the_lengths_and_shows_the_shadow():
    board = draw.turned([2, 4], [4, 3])
    assert {"u = (4, 2)", "v = (5, 0)", "shadow 4"} <= set(written(board))
