"""Chapter 5's drawings: what they show is what they are given."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np

from embedlib.show.board import Board
from embedlib.show.drawings.context import attends, batch, cuts, gap, layer_norm_sum, looks, tower


def texts(board: Board) -> list[str]:
    return [
        element.text or "" for element in ElementTree.fromstring(board.svg()).iter() if element.tag.endswith("text")
    ]


def test_each_piece_is_written_once() -> None:
    assert texts(cuts({"tokens": ["token", "##s"], "😀": ["[UNK]"]})) == ["tokens", "token", "##s", "😀", "[UNK]"]


def test_padding_is_drawn_broken_and_its_mask_is_nought() -> None:
    board = batch([["[CLS]", "hi", "[SEP]", "[PAD]"]], [[1, 1, 1, 0]])
    assert [text for text in texts(board) if text in "01"] == ["1", "1", "1", "0"]
    assert board.svg().count("stroke-dasharray") == 1


def test_a_sum_has_a_strip_for_each_part_and_for_the_whole() -> None:
    svg = layer_norm_sum({"token": np.ones(5), "place": -np.ones(5)}, np.zeros(5)).svg()
    assert len(re.findall("<path", svg)) == 3


def test_attention_is_darker_where_it_is_more_and_written_where_it_counts() -> None:
    board = attends(["a", "b"], [[0.9, 0.1], [0.3, 0.7]])
    assert {"0.9", "0.3", "0.7"} <= set(texts(board)) and "0.1" not in texts(board)
    reds = [int(red, 16) for red in re.findall(r'fill="#(..)....".*?stroke="none"', board.svg())]
    assert list(np.argsort(reds[-4:])) == [0, 3, 2, 1]


def test_a_tower_has_a_box_for_each_layer_and_strips_below_and_above() -> None:
    board = tower(["[CLS]", "hi", "[SEP]"], np.random.default_rng(0).normal(size=(5, 3, 8)))
    assert [text for text in texts(board) if text.startswith("layer ")][1:5] == [f"layer {n}" for n in (4, 3, 2, 1)]
    assert board.svg().count("<polygon") == 2 * 3


def test_a_guess_is_as_long_as_it_is_likely() -> None:
    board = gap(["the", "[MASK]", "barks"], {"dog": 0.5, "tree": 0.25, "cat": 0.001})
    widths = [float(wide) for wide in re.findall(r'width="([\d.]+)" height="18"', board.svg())]
    assert abs(widths[0] - 2 * widths[1]) < 0.2 and widths[2] == 1
    assert "0.1 %" in texts(board)


def test_a_long_sentence_goes_on_in_a_new_line() -> None:
    assert gap(["incomprehensible"] * 9, {"dog": 1.0}).height > gap(["a"] * 9, {"dog": 1.0}).height


def test_a_weight_is_as_high_as_it_is_large() -> None:
    board = looks(["[CLS]", "hi", "[SEP]"], 1, [3.0, -1.04, 0.0], [0.75, 0.25, 0.0])
    high = [float(one) for one in re.findall(r'height="([\d.]+)" rx="3" fill="#0072B2"', board.svg())]
    assert high == [49.5, 16.5, 1.0] and {"−1", "0.75"} <= set(texts(board))
