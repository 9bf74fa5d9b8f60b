"""Chapter 2's drawings show the values that they are given."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pandas as pd
import pytest

from embedlib import draw
from embedlib.show.board import Board
from embedlib.words.counting import count_cooccurrences, decompose

SEEN = pd.DataFrame({"sea": [8, 6, 2], "court": [0, 2, 14], "old": [8, 8, 16]}, index=["ship", "sailor", "judge"])
ROADS = pd.DataFrame([[3, 2, 0, 0], [0, 0, 2, 2], [4, 5, 5, 2]], index=["lorry", "truck", "car"], columns=list("abcd"))


def words_of(board: Board) -> list[str]:
    return re.findall(r"<text[^>]*>([^<]*)</text>", board.svg())


def drawings() -> dict[str, Board]:
    parts = decompose(ROADS, dimensions=2)
    rows = ROADS.rename(index={"lorry": "cat"})
    return {
        "window": draw.sliding_window(["the", "cat", "drinks", "cold", "milk"], 2, [0, 2, 4]),
        "products": draw.products(rows, [("cat", "car")]),
        "bars": draw.face_to_face(["the", "of"], {"king": [10, 0], "owner": [9, 7]}, unit="per cent"),
        "areas": draw.seen_and_expected(SEEN),
        "ratios": draw.times_chance(SEEN),
        "columns": draw.fewer_columns(ROADS, parts.vectors(1), parts.right, marked=["lorry", "truck"]),
        "lists": draw.neighbour_lists({"raw": ["a", "b"], "PPMI": ["b", "c"]}),
    }


@pytest.mark.parametrize("name", drawings())
def test_a_drawing_is_well_formed_and_a_few_kilobytes(name: str) -> None:
    svg = drawings()[name].svg()
    ElementTree.fromstring(svg)
    assert len(svg) < 10_000
    assert svg == drawings()[name].svg()


def test_the_window_ends_where_the_sentence_does_and_agrees_with_the_counts() -> None:
    sentence = ["the", "cat", "drinks", "cold", "milk"]
    counts = count_cooccurrences([sentence], window=2, min_count=1)
    for place, word in enumerate(sentence):
        listed = words_of(draw.sliding_window(sentence, 2, [place]))[-1].split(", ")
        row = counts.matrix.toarray()[counts.words.index(word)]
        assert sorted(listed) == sorted(w for w, n in zip(counts.words, row, strict=True) if n)


def test_products_say_the_sum_and_the_cosine() -> None:
    said = words_of(drawings()["products"])
    assert "sum 22" in said
    assert any(text.endswith("22 / (√13 · √70) = 0.729") for text in said)


def test_a_bar_of_nothing_is_not_drawn_and_the_longest_is_the_largest() -> None:
    widths = [float(w) for w in re.findall(r'<rect x=[^>]* width="([\d.]+)"', drawings()["bars"].svg())]
    assert len(widths) == 3 and max(widths) == widths[0]


def test_areas_are_in_proportion_to_counts() -> None:
    svg = draw.seen_and_expected(SEEN).svg()
    sides = [float(side) for side in re.findall(r'height="([\d.]+)" rx="3" fill="none"', svg)]
    first, largest = sides[0], sides[8]  # chance gives 4 to ship and sea, 16 to judge and old
    assert largest**2 / first**2 == pytest.approx(4, rel=0.02)
    assert "2 seen, chance 8" in words_of(draw.seen_and_expected(SEEN))


def test_a_pair_stands_at_the_logarithm_of_its_ratio_and_one_never_seen_at_no_place() -> None:
    svg = draw.times_chance(SEEN).svg()
    dots = sorted({float(x) for x in re.findall(r'<circle cx="([\d.]+)"', svg)})
    quarter, half, one, *_, two = dots  # 1/4, 1/2, 1, 1.5, 1.75 and 2 times chance
    assert len(dots) == 6
    assert half - quarter == pytest.approx(one - half, abs=0.2) and two - one == pytest.approx(one - half, abs=0.2)
    assert {"ship, court", "−∞", "ship, sea"} <= set(words_of(draw.times_chance(SEEN)))


def test_fewer_columns_say_what_the_cosine_was_and_is() -> None:
    assert {"with 4 counts: 0.00", "cosine of lorry and truck"} <= set(words_of(drawings()["columns"]))


@pytest.mark.parametrize("kind", [list, pd.Series])
def test_a_line_joins_a_word_to_itself_in_the_next_list(kind: type) -> None:
    svg = draw.neighbour_lists({"raw": kind(["a", "b"]), "PPMI": kind(["b", "c"]), "SVD": kind(["d", "c"])}).svg()
    assert svg.count("<polyline") == 2
