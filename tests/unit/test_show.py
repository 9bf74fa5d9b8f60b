"""Board drawings and result figures: what is drawn is what was given."""

from __future__ import annotations

import re
from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from matplotlib.text import Text

from embedlib.show.board import Board, number_text, width_of
from embedlib.show.plots import show_arrows, show_distributions, show_vector
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


FIGURES = {
    "scores": lambda: scores(TWO, by="model", panel="benchmark", series="benchmark").figure,
    "scores, long names": lambda: scores(
        TWO.assign(model=TWO.model + ", window 10, 300 numbers", series=[*"abab"]), by="model", panel="benchmark"
    ).figure,
    "scores, long titles and ticks": lambda: scores(
        TWO.replace({"MEN": "pairs that all four know", "SimLex": "all of the pairs that there are"}).assign(
            correlation=[-0.152, -0.01, -0.05, 0], low=-0.155, high=0.001, model=["the whole corpus", "a third"] * 2
        ), by="model", panel="benchmark", reference=0,
    ).figure,
    "lines": lambda: lines(TWO, "low", "high", panel="benchmark", series="model", reference={"chance": 0.3}).figure,
    "many series": lambda: lines(
        pd.DataFrame({"x": [0, 1] * 6, "y": range(12), "kind": np.repeat([f"the {i}th of six" for i in range(6)], 2)}),
        "x", "y", series="kind",
    ).figure,
    "scatter": lambda: scatter(TWO, "low", "high", names="model", panel="benchmark", fit=True),
    "word_map": lambda: word_map(np.eye(4)[:, :2], ["north", "east", "south", "west"], ["a", "b", "a", "b"]),
    "distributions": lambda: show_distributions({"strangers": [0.1, 0.2], "neighbours": [0.7, 0.8]}),
    "strips": lambda: show_vector(np.linspace(-1, 1, 50), ["cat"]),
    "arrows": lambda: show_arrows({"cat": [0.2, 0.5, -0.1], "dog": [0.1, 0.4, -0.2]}),
}  # fmt: skip


def _beside(axes):
    """Titles and the numbers of the axes that are in sight: they stand where the figure's maker has not looked."""
    found = [text for text in axes.findobj(Text) if text is axes._left_title]
    for axis, (low, high) in ((axes.xaxis, axes.get_xlim()), (axes.yaxis, sorted(axes.get_ylim()))):
        labels = axis.get_ticklabels() if axes.name != "3d" else []
        found += [text for at, text in zip(axis.get_ticklocs(), labels, strict=False) if low <= at <= high]
    return [text for text in found if text.get_text().strip() and text.get_visible()]


@pytest.mark.parametrize("kind", FIGURES)
def test_letters_are_at_least_nine_pixels_high_on_a_phone_and_none_is_cut_off(kind):
    figure = FIGURES[kind]()
    figure.draw_without_rendering()
    phone = 328 / (72 * figure.get_figwidth())  # pixels of a page 360 wide for a point of the figure
    for text in figure.findobj(Text):
        assert text.get_fontsize() * min(4 / 3, phone) >= 9, text.get_text()
    written = [text.get_window_extent() for axes in figure.axes for text in _beside(axes)]
    assert not [pair for pair in combinations(written, 2) if pair[0].overlaps(pair[1])]
    drawn = figure.get_tightbbox()
    assert drawn.x0 >= -0.02 and drawn.x1 <= figure.get_figwidth() + 0.02


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


def test_only_columns_named_low_and_high_are_called_an_interval():
    frame = pd.DataFrame({"x": [1, 2], "y": [0.5, 0.6], "low": [0.4, 0.5], "high": [0.6, 0.7]})
    assert str(lines(frame, "x", "y", low="low", high="high").numbers).split()[:5] == ["x", "y", "95", "%", "from"]
    ends = frame.rename(columns={"low": "lowest", "high": "highest"})
    assert str(lines(ends, "x", "y", low="lowest", high="highest").numbers).split()[2:4] == ["lowest", "highest"]


def test_a_seventh_line_is_told_from_the_first_whose_colour_it_has():
    frame = pd.DataFrame({"x": [0, 1] * 7, "y": range(14), "name": np.repeat([*"abcdefg"], 2)})
    first, *_, seventh = lines(frame, "x", "y", series="name").figure.axes[0].lines
    assert first.get_color() == seventh.get_color() and first.get_linestyle() != seventh.get_linestyle()


def test_millions_are_written_short():
    axes = lines(pd.DataFrame({"x": [0, 2_000_000, 4_000_000], "y": [0.1, 0.2, 0.3]}), "x", "y").figure.axes[0]
    assert [axes.xaxis.get_major_formatter()(value) for value in (0, 2_000_000)] == ["0", "2M"]


def test_of_two_numbers_too_near_for_both_the_first_is_written():
    frame = pd.DataFrame({"x": [1, 10, 12, 20], "y": 0.5, "panel": [*"aabb"]})
    axes = lines(frame, "x", "y", panel="panel", log=True).figure.axes[0]
    assert [tick.get_text() for tick in axes.get_xticklabels()] == ["1", "10", "", "20"]


def test_several_columns_are_a_panel_each():
    shown = scores(pd.DataFrame({"bug": ["none", "one"], "a": [1, 2], "b": [3, 4]}), {"a": "A", "b": "B"}, by="bug")
    assert [axes.get_title(loc="left") for axes in shown.figure.axes] == ["A", "B"]
    assert np.allclose(shown.figure.axes[1].collections[-1].get_offsets(), [[3, 0], [4, 1]])


def test_line_and_r2_are_of_all_rows_where_a_part_is_drawn():
    x, y = np.random.default_rng(0).normal(size=(2, 4000))
    panels = pd.cut(x, [-9, 0, 9], labels=["low", "high"])
    figure = scatter(pd.DataFrame({"x": x, "y": y, "p": panels}), "x", "y", panel="p", fit=True, most=100)
    r2 = line_of_best_fit(x[x <= 0], y[x <= 0])[2]
    assert [axes.get_title(loc="left").split(",")[0] for axes in figure.axes] == ["low", "high"]
    assert figure.axes[0].get_title(loc="left") == f"low, R² = {r2:.2f}"
    assert len(figure.axes[0].collections[0].get_offsets()) == 100


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


def test_no_name_lies_on_the_numbers_of_the_axis():
    frame = pd.DataFrame({"x": [0, 0, 5], "y": [0, 0.01, 5], "word": ["shrink, grow", "easy, difficult", "far"]})
    axes = scatter(frame, "x", "y", names="word").axes[0]
    axes.figure.draw_without_rendering()
    assert all(name.get_window_extent().x0 >= axes.bbox.x0 - 2 for name in axes.texts)


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
