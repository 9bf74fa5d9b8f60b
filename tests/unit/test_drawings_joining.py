"""The drawing of two spaces: places are the vectors' own, and a rotation that fits lays the dots onto each other."""

from __future__ import annotations

import re

import numpy as np

from embedlib.show.board import Board
from embedlib.show.drawings.joining import joined
from embedlib.vectors import procrustes

WORDS = ["king", "river", "tax", "music"]
OTHERS = np.random.default_rng(1).normal(size=(4, 3))
ONES = OTHERS @ np.linalg.qr(np.random.default_rng(2).normal(size=(3, 3)))[0]


def dots(board: Board) -> list[tuple[float, float]]:
    """Of both spaces' names first, then of each panel those of the one space and those of the other."""
    return [(float(x), float(y)) for x, y in re.findall(r'<circle cx="([\d.]+)" cy="([\d.]+)"', board.svg())]


def test_turned_words_lie_where_they_are_in_the_other_space_and_unturned_ones_do_not() -> None:
    panels = {"as they are": ONES, "turned": ONES @ procrustes(ONES, OTHERS)}
    apart = np.array(dots(joined(WORDS, panels, OTHERS))[2:]).reshape(2, 2, 4, 2)
    gaps = np.linalg.norm(apart[:, 0] - apart[:, 1], axis=-1)
    assert gaps[0].min() > 5 and gaps[1].max() < 0.2


def test_each_panel_names_every_word_once_within_its_edges() -> None:
    board = joined(WORDS, {"as they are": ONES, "turned": OTHERS}, OTHERS, ("first", "second"))
    assert repr(board).count("river") == 2 and "first · second · as they are · " in repr(board)
    assert all(0 < x < 480 and 0 < y < board.height for x, y in dots(board))


def test_words_at_one_place_do_not_cover_each_other() -> None:
    same = np.array([[1, 1]] * 3 + [[-1, 0]])
    found = re.findall(
        r'<text x="([\d.]+)" y="([\d.]+)"[^>]*>(?:king|river|tax)<', joined(WORDS, {"": same}, same).svg()
    )
    places = np.array(found, dtype=float)
    apart = np.abs(places[:, None] - places)[~np.eye(3, dtype=bool)]
    assert ((apart[:, 0] > 30) | (apart[:, 1] > 13)).all()
