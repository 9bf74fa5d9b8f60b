"""Chapter 18's table of squares: the darkest square of a row stands under the word that was looked at most."""

from __future__ import annotations

import re

import numpy as np
import pytest

from embedlib.show.board import shade
from embedlib.show.drawings.translating import attention_step, looked_at, reader_and_writer


def test_each_weight_is_a_square_of_its_shade_in_the_order_of_the_words() -> None:
    weights = [[0.9, 0.1, 0.0], [0.25, 0.5, 0.25]]
    svg = looked_at(["a", "black", "dog"], ["un", "chien"], weights).svg()
    drawn = re.findall(r'<rect x="([\d.]+)" y="([\d.]+)"[^>]*fill="([^"]+)"', svg)
    assert [tint for *_, tint in drawn] == [shade(share) for row in weights for share in row]
    assert len({x for x, *_ in drawn}) == 3 and len({y for _, y, _ in drawn}) == 2


def test_the_words_stand_at_its_edges_and_it_is_as_wide_as_a_page() -> None:
    board = looked_at(["word"] * 16, ["mot"] * 20, [[1 / 16] * 16] * 20)
    assert board.width == 480 and repr(board).count("word") == 16 and repr(board).count("mot") == 20


@pytest.mark.parametrize(
    ("weights", "said"),
    [([[1.0]], r"the shape is \(1, 1\)"), ([[0.5, 2.0]], "go from 0 to 1"), ([[float("nan"), 0]], "go from 0 to 1")],
)
def test_what_is_no_weight_for_every_two_words_is_refused(weights: list[list[float]], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        looked_at(["a", "dog"], ["chien"], weights)
    with pytest.raises(ValueError, match="these are 17 and 1"):
        looked_at(["a"] * 17, ["un"], [[0.0] * 17])


def test_a_step_of_attention_shows_its_own_arithmetic() -> None:
    board = attention_step(["a", "green", "coat"], [[1, 0], [0, 2], [2, 1]], [1, 0], "un", "manteau")
    said = repr(board).split(" · ")
    assert [said[i] for i in range(len(said)) if said[i].replace(".", "").isdigit()] == [
        "1.00",
        "0.00",
        "2.00",
        "0.24",
        "0.09",
        "0.67",
    ]
    tall = [float(high) for high in re.findall(r'width="28" height="([\d.]+)"', board.svg())]
    assert np.allclose(np.array(tall) / sum(tall), [0.245, 0.090, 0.665], atol=0.01)


@pytest.mark.parametrize("read", [[[1, 0]], [[1, 0, 0], [0, 1, 0]], [1, 0]])
def test_a_step_whose_vectors_do_not_fit_its_question_is_refused(read: list[object]) -> None:
    with pytest.raises(ValueError, match="a vector each"):
        attention_step(["a", "coat"], read, [1, 0], "un", "manteau")


def test_the_writer_puts_out_each_word_before_it_takes_it_in() -> None:
    svg = reader_and_writer(["two", "children", "play"], ["deux", "enfants", "jouent"]).svg()
    placed = [
        (float(y), float(x), word)
        for x, y, word in re.findall(r'<text x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]+)</text>', svg)
    ]
    boxed = [
        word for _, _, word in sorted(placed) if word in ("deux", "enfants", "jouent", "&lt;start&gt;", "&lt;end&gt;")
    ]
    assert boxed == ["deux", "enfants", "jouent", "&lt;end&gt;", "&lt;start&gt;", "deux", "enfants", "jouent"]
    across = sorted(x for _, x, word in placed if word == "writer")
    assert [x for _, x, word in sorted(placed) if word in ("deux", "enfants", "jouent")] == across[:3] + across[1:]
    assert all(0 < x < 480 for _, x, _ in placed)


@pytest.mark.parametrize("words", [["a"], ["a"] * 4])
def test_boxes_for_two_or_three_words(words: list[str]) -> None:
    with pytest.raises(ValueError, match="Two or three words"):
        reader_and_writer(words, ["un", "chien"])
    with pytest.raises(ValueError, match="Two or three words"):
        reader_and_writer(["a", "dog"], words)
