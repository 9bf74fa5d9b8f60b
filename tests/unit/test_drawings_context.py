"""Chapter 5's drawings: what they show is what they are given."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np

from embedlib.show.board import Board
from embedlib.show.drawings.context import attends, batch, cuts, layer_norm_sum


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
