"""Board drawings and result figures: what is drawn is what was given."""

from __future__ import annotations

import re
from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from embedlib.show.board import Board, number_text, width_of
from embedlib.show.scores import line_of_best_fit, lines, scatter, scores, word_map

TWO = pd.DataFrame(
    {
        "model": ["counts", "PPMI", "counts", "PPMI"],
        "benchmark": ["MEN", "MEN", "SimLex", "SimLex"],
        "correlation": [0.31, 0.62, 0.15, 0.24],
        "low": [0.25, 0.60, 0.09, 0.18],
        "high": [0.36, 0.64, 0.21, 0.30],
        "n_covered": [300, 300, 99, 99],
    }
)


def test_a_drawing_is_well_formed_small_and_the_same_every_time():
    from xml.etree import ElementTree

    def drawn() -> str:
        board = Board(480, 120).box(10, 10, 90, 30, "<wh> & co", tint="blue").arrow(110, 25, 200, 25)
        board.cells(210, 10, np.linspace(-1, 1, 50), cell=5).bracket(10, 100, 50, "a word").arc(300, 80, 30, 0, 60)
        return board.svg()

    assert drawn() == drawn()
    assert len(drawn()) < 8_000
    ElementTree.fromstring(drawn())
    assert "&lt;wh&gt; &amp; co" in drawn()


def test_an_arrow_ends_where_it_points():
    tip = re.search(r'<polygon points="([\d.]+),([\d.]+)', Board().arrow(10, 10, 100, 70).svg())
    assert tip is not None and tip.groups() == ("100", "70")


def test_negative_cells_are_orange_and_positive_ones_purple():
    below, above = re.findall(r'height="22" fill="#(\w{6})"', Board().cells(0, 0, [-1.0, 1.0], printed=True).svg())
    assert int(below[:2], 16) > int(below[4:], 16)
    assert int(above[:2], 16) < int(above[4:], 16)


def test_numbers_have_a_true_minus_and_no_needless_zeros():
    assert [number_text(x) for x in (-0.5, 0.25, -0.001, 3.0)] == ["−0.5", "0.25", "0", "3"]


def test_a_row_of_words_says_where_its_boxes_are():
    ends = Board().words(20, 30, ["a", "longer", "row"], gap=5)
    assert ends[0][0] == 20
    assert [round(b[0] - a[1], 6) for a, b in pairwise(ends)] == [5, 5]
    assert ends[1][1] - ends[1][0] > width_of("longer")


def test_scores_draws_each_value_with_its_interval_and_lists_the_same_numbers():
    shown = scores(TWO, by="model", panel="benchmark", also=["n_covered"])
    first = shown.figure.axes[0]
    dots = first.collections[-1].get_offsets()
    assert np.allclose(dots, [[0.31, 0], [0.62, 1]])
    assert [line.tolist() for line in first.collections[0].get_segments()][1] == [[0.60, 1], [0.64, 1]]
    assert [label.get_text() for label in first.get_yticklabels()] == ["counts", "PPMI"]
    assert str(shown).splitlines()[2].split() == ["MEN", "PPMI", "0.620", "0.600", "0.640", "300"]


def test_scores_marks_the_reference_and_what_was_published():
    frame = TWO[:2].assign(paper=[np.nan, 0.7])
    axes = scores(frame, by="model", published="paper", reference=0.5).figure.axes[0]
    assert axes.lines[0].get_xdata()[0] == 0.5
    assert any(np.isclose(dots.get_offsets(), [0.7, 1]).all(axis=1).any() for dots in axes.collections[1:])


def test_series_lie_apart_on_one_line():
    frame = TWO.assign(model="one")[::2].assign(window=["2", "10"])
    axes = scores(frame, by="model", series="window").figure.axes[0]
    first, second = (dots.get_offsets()[0][1] for dots in axes.collections[1::2])
    assert first < 0 < second


def test_lines_go_through_their_points_in_order_and_the_band_holds_them():
    frame = pd.DataFrame({"epochs": [10, 1, 3], "score": [0.6, 0.4, 0.5], "low": 0.3, "high": 0.7})
    axes = lines(frame, "epochs", "score", low="low", high="high", log=True, reference={"counting": 0.63}).figure.axes[
        0
    ]
    drawn = next(line for line in axes.lines if len(line.get_xdata()) == 3)
    assert list(drawn.get_xdata()) == [1, 3, 10] and list(drawn.get_ydata()) == [0.4, 0.5, 0.6]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["1", "3", "10"]


def test_the_fitted_line_is_that_of_least_squares():
    x, y = np.random.default_rng(0).normal(size=(2, 50))
    slope, start, r2 = line_of_best_fit(x, y)
    assert np.allclose([slope, start], np.polyfit(x, y, 1))
    assert r2 == pytest.approx(np.corrcoef(x, y)[0, 1] ** 2)
    figure = scatter(pd.DataFrame({"x": x, "y": y}), "x", "y", fit=True)
    assert figure.axes[0].get_title(loc="left") == f"R² = {r2:.2f}"


def test_names_on_a_map_do_not_cover_one_another_where_there_is_room():
    places = np.array([[x, y] for x in range(3) for y in range(6)], dtype=float)
    figure = word_map(places, [f"word {i}" for i in range(18)], groups=["a", "b", "c"] * 6)
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    assert len(boxes) == 18
    assert not any(a.overlaps(b) for i, a in enumerate(boxes) for b in boxes[:i])


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: scores(TWO, by="modell"), "no column 'modell'"),
        (lambda: scores(TWO[:0], by="model"), "no rows"),
        (lambda: scatter(pd.DataFrame({"x": range(3001), "y": 0}), "x", "y"), "cannot be told apart"),
        (lambda: word_map(np.zeros((2, 3)), ["a", "b"]), "needs a place"),
        (lambda: word_map(np.zeros((151, 2)), ["a"] * 151), "cannot be read"),
    ],
)
def test_what_cannot_be_drawn_is_said(call, sentence):
    with pytest.raises(ValueError, match=sentence):
        call()


def test_a_strip_without_numbers_is_one_path_a_shade():
    svg = Board().cells(0, 0, [-1.0, 1.0, -1.0], cell=5).svg()
    assert svg.count("<path") == 2


def test_a_board_says_what_is_written_on_it():
    assert repr(Board().text(9, 9, "cat").cells(0, 0, [-0.5], printed=True)) == "Board: cat · −0.5"


def test_only_the_outliers_of_a_scatter_are_named():
    frame = pd.DataFrame({"x": range(9), "y": [8, *range(1, 9)], "word": list("abcdefghi")})
    figure = scatter(frame, "x", "y", names="word", outliers=1)
    assert [text.get_text() for text in figure.axes[0].texts] == ["a"]
