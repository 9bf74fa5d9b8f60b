"""Chapter 16's drawings: what they show is what they are given."""

from __future__ import annotations

import re

import pytest

from embedlib.show.drawings.reading import crossed, errand, marked_page, stacked, word_weights


def test_the_passage_that_is_taken_stands_in_the_prompt() -> None:
    board = errand("Who spoke in 1861?", ["1860: Buchanan", "1861: Lincoln"], 1, "Lincoln")
    assert repr(board).count("1861: Lincoln") == 2 and repr(board).count("1860: Buchanan") == 1
    with pytest.raises(ValueError, match="none of them"):
        errand("Who?", ["one"], 1, "x")


def test_a_page_shows_every_word_and_marks_those_named() -> None:
    text = "Address of 1861, by Abraham Lincoln. " + "and so on " * 20 + "\n\nQuestion: who?"
    board = marked_page(text, {"Abraham Lincoln": "green"}, title="page")
    shown = re.sub(r"\s|·", "", repr(board).removeprefix("Board: page"))
    assert shown == re.sub(r"\s", "", text)
    assert board.svg().count("<rect") == 1 + 1 + 1  # the ground, the sheet and the mark
    assert marked_page(text).height > marked_page(text[:40]).height


def test_bars_are_as_long_as_their_shares() -> None:
    board = stacked({"one": {"right": 30, "wrong": 10}, "two": {"right": 20, "wrong": 20}}, heads={"one": "first"})
    widths = [float(w) for w in re.findall(r'width="([\d.]+)" height="28"', board.svg())]
    assert widths[0] + 1.5 == pytest.approx(3 * (widths[1] + 1.5), abs=0.3) and widths[2] == pytest.approx(widths[3])
    assert "first" in repr(board) and "30" in repr(board)
    with pytest.raises(ValueError, match="not all of them nought"):
        stacked({"one": {"right": 0}})


def test_the_smallest_part_of_a_bar_shows_its_count() -> None:
    board = stacked({"one": {"right": 1, "wrong": 200}, "two": {"wrong": 200, "right": 1}})
    assert repr(board) == "Board: right · wrong · one · 1 · 200 · two · 1 · 200"
    widths = [float(w) for w in re.findall(r'width="([\d.]+)" height="28"', board.svg())]
    assert widths[0] > 8 and widths[:2] == widths[2:]


def test_a_square_is_as_large_as_its_count() -> None:
    board = crossed({"asked": {"there": {"yes": 40, "no": 10}, "gone": {"yes": 0, "no": 10}}}, [("there", "yes")])
    widths = sorted(
        float(w) for w, h in re.findall(r'width="([\d.]+)" height="([\d.]+)" rx="3" fill="#[0C]', board.svg())
    )
    assert len(widths) == 3 and widths[2] == pytest.approx(2 * widths[0], abs=0.1)
    assert repr(board).endswith("40 · 10 · 0 · 10")


def test_a_word_that_weighs_twice_as_much_has_a_bar_twice_as_high() -> None:
    board = word_weights([("asked", {"gave": 2.0, "the": 1.0})], ["gave"])
    heights = [float(h) for h in re.findall(r'width="34" height="([\d.]+)"', board.svg())]
    assert heights[0] == pytest.approx(2 * heights[1])
