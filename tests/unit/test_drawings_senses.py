"""Chapter 6's drawings: what they show is what they are given."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np

from embedlib.show.board import Board
from embedlib.show.drawings.senses import alike, sentences, taken


def texts(board: Board) -> list[str]:
    return [
        element.text or "" for element in ElementTree.fromstring(board.svg()).iter() if element.tag.endswith("text")
    ]


def test_the_mean_is_that_of_all_numbers_of_the_first_piece() -> None:
    vectors = np.array([[0.1] * 5 + [0.7], [9.0] * 6])
    assert {"[CLS]", "hi", "0.2"} <= set(texts(taken(["[CLS]", "hi"], vectors, 1)))


def test_what_is_more_alike_stands_farther_to_the_right() -> None:
    board = alike([("a", "b", 0.7), ("a", "c", 0.9)], 0.6, 1.0)
    first, second = (float(x) for x in re.findall(r'cx="([\d.]+)"', board.svg()))
    assert abs(second - first - 70) < 0.2 and {"0.700", "0.900", "0.6", "1"} <= set(texts(board))


def test_a_word_is_coloured_whatever_its_capital_and_its_comma() -> None:
    board = sentences({"a shore": "Bank, bank and tree"}, {"bank": "vermilion"})
    assert texts(board) == ["a shore", "Bank,", "bank", "and", "tree"]
    assert board.svg().count("#FBE3D3") == 2


def test_a_long_sentence_goes_on_in_a_new_line() -> None:
    assert sentences({"": "incomprehensible " * 9}, {}).height > sentences({"": "a " * 9}, {}).height
