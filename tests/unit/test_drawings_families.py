"""Chapter 7's drawings: what they show is what they are given, and no answer stands among what is read."""

from __future__ import annotations

import re

import numpy as np
import pytest

from embedlib.show.board import TINTS, Board, shade
from embedlib.show.drawings.families import FAMILIES, moved, objective, who_sees_whom

PIECES = ["the", "bank", "is", "by", "a", "river"]


def written(board: Board) -> list[str]:
    return repr(board).removeprefix("Board: ").split(" · ")


def boxes(board: Board) -> list[tuple[float, str, str]]:
    """Of every box with words in it: its left edge, its fill and the words."""
    found = re.findall(r'<rect x="([\d.]+)"[^>]* fill="(#\w+)"[^>]*/>\n<text[^>]*>([^<]+)<', board.svg())
    return [(float(x), fill, words) for x, fill, words in found]


@pytest.mark.parametrize("family", FAMILIES)
def test_every_piece_asked_for_is_guessed_once_and_is_not_read_before(family: str) -> None:
    board = objective(family, PIECES, [1, 4])
    green = [words for _, fill, words in boxes(board) if fill == TINTS["green"]]
    wanted = {"GPT": PIECES, "ELMo": [*PIECES, *PIECES], "T5": ["bank", "a"] * 2, "XLNet": ["bank", "bank", "a"]}
    assert sorted(green) == sorted(wanted.get(family, ["bank", "a"]))
    read = [words for _, fill, words in boxes(board) if fill == TINTS["grey"]]
    assert ("bank" in read) is (family in ("GPT", "ELMo"))
    assert board.svg() == objective(family, PIECES, [1, 4]).svg() and len(board.svg()) < 9_000


def test_gpt_names_the_piece_to_the_right_and_elmo_the_one_to_the_left_as_well() -> None:
    found = boxes(objective("ELMo", PIECES))
    step = found[1][0] - found[0][0]
    reads, guesses = found[8 + 5 : 8 + 5 + 7], found[-6:]
    before = {round(x / step): words for x, _, words in reads}
    assert [before[round(x / step) - 1] for x, _, _ in guesses] == [words for _, _, words in guesses]
    assert [words for _, _, words in boxes(objective("GPT", PIECES))[7:]] == PIECES


def test_a_stretch_of_t5_has_one_mark() -> None:
    found = written(objective("T5", PIECES, [1, 2, 5]))
    assert found[3:9] == ["[CLS]", "the", "[SPAN0]", "by", "a", "[SPAN1]"]
    assert found[-6:] == ["[SPAN0]", "bank", "is", "[SPAN1]", "river", "[SEP]"]


def test_xlnet_goes_in_the_order_that_it_is_given() -> None:
    found = written(objective("XLNet", PIECES, [4, 1]))
    assert found.index("a") < found.index("bank") and "guess 2" in found


def test_berts_second_text_and_robertas_second_reading() -> None:
    assert written(objective("BERT", PIECES, [1], after=["boats", "pass"]))[-4:] == ["and", "[SEP]", "boats", "pass"]
    assert written(objective("RoBERTa", PIECES, [1], again=[2])).count("[MASK]") == 2
    with pytest.raises(ValueError, match="BERTa"):
        objective("BERTa", PIECES)


def test_what_no_change_reaches_is_white() -> None:
    def tiles(grid: object) -> dict[str, int]:
        found = re.findall(r'<path fill="(#\w+)"[^>]* d="([^"]+)"', who_sees_whom({"GPT": grid}).svg())
        return {fill: way.count("M") for fill, way in found}

    triangle = np.tril(np.ones((7, 7), bool))
    assert tiles(triangle) == {shade(1): 28, shade(0): 21}
    assert tiles(np.where(triangle, 40, 2e-4)) == tiles(triangle)
    names = [f"model {n}" for n in range(6)]
    assert len(who_sees_whom(dict.fromkeys(names, np.random.default_rng(0).random((7, 7))), "abcdefg").svg()) < 20_000


def test_a_word_that_stays_says_0_and_one_that_hardly_moves_does_not() -> None:
    board = moved(["a", "dog", "ran"], {"GPT": [0, 1e-7, 0.5], "BERT": [0.002, 0.25, 1]}, ["a", "dog", "sat"])
    assert written(board) == ["a", "dog", "ran", "sat", "GPT", "0", "0", "0.5", "BERT", "<0.01", "0.25", "1"]
    shades = {words: fill for _, fill, words in boxes(board) if words[0] in "01"}
    assert (shades["0"], shades["1"]) == ("#FFFFFF", shade(1))
