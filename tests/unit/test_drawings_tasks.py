"""Chapter 14's drawings: what they show is what they are given."""

from __future__ import annotations

import re

from embedlib.show.drawings.tasks import named, ranks


def test_names_stand_in_boxes_with_their_kind_and_what_was_said_beneath() -> None:
    words, truth = ["Ada", "Lovelace", "met", "London"], ["B-PER", "I-PER", "O", "B-LOC"]
    plain = named([(words, truth)])
    assert plain.svg().count("<rect") == 3 and repr(plain) == "Board: PER · LOC · Ada · Lovelace · met · London"
    judged = named([(words, truth)], [["B-PER", "I-PER", "O", "B-ORG"]])
    assert judged.svg().count("stroke-dasharray") == 1 and "ORG" in repr(judged)


def test_a_long_sentence_goes_on_in_a_new_line() -> None:
    assert named([(["incomprehensible"] * 9, ["O"] * 9)]).height > named([(["a"] * 9, ["O"] * 9)]).height


def test_the_first_place_is_at_the_top_and_lines_cross() -> None:
    board = ranks({"a": [1, 2], "b": [2, 1]}, ["one", "two"])
    heights = [float(y) for y in re.findall(r'<circle cx="[\d.]+" cy="([\d.]+)"', board.svg())]
    assert heights[0] < heights[1] and heights[2] > heights[3]
    assert heights[0] == heights[3]
