"""Chapter 10's drawings: each picture in its place, framed as right or wrong, and said in words."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image

from embedlib.show.board import COLOURS, Board
from embedlib.show.drawings.pictures import found_pictures, picture_map, picture_ranking, picture_rows

GREYS = [np.full((20, 20, 3), shade, np.uint8) for shade in (0, 80, 160, 240)]


def written(board: Board) -> list[str]:
    return repr(board).removeprefix("Board: ").split(" · ")


def held(board: Board) -> list[np.ndarray]:
    """The pictures in a drawing, in its order."""
    codes = re.findall(r"data:image/webp;base64,([^\"]+)", board.svg())
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(code)))) for code in codes]


def test_a_row_holds_its_query_and_then_its_neighbours_in_their_order() -> None:
    board = found_pictures(GREYS, [1, 0], [[3, 2], [1, 3]], names=["a", "b", "c", "d"])
    shades = [int(picture[50, 50].mean().round()) for picture in held(board)]
    assert shades == pytest.approx([80, 240, 160, 0, 80, 240], abs=3)
    assert written(board) == ["b", "finds", "d", "c", "a", "finds", "b", "d"]


def test_right_ones_have_a_whole_green_frame_and_wrong_ones_a_broken_one() -> None:
    board = found_pictures(GREYS, [0], [[1, 2, 3]], [[True, False, True]], ["a", "b", "c", "d"])
    frames = re.findall(r"<polyline[^>]*/>", board.svg())[1:]  # the first is the arrow
    assert [COLOURS["green"] in frame for frame in frames] == [True, False, True]
    assert ["dasharray" in frame for frame in frames] == [False, True, False]
    assert written(board)[2:] == ["b (right)", "c (wrong)", "d (right)"]


def test_a_ranking_says_how_many_are_right_so_far_only_beneath_right_ones() -> None:
    found = written(picture_ranking(GREYS, [True, False, False, True]))
    assert [word for word in found if "/" in word] == ["1/1", "2/4"]


def test_the_marked_one_of_a_row_is_framed() -> None:
    board = picture_rows({"one": GREYS[:2], "two": GREYS[2:]}, marked={"two": 0})
    assert written(board) == ["one", "two", "(marked)"]
    assert len(held(board)) == 4


def test_a_map_puts_pictures_where_their_points_are() -> None:
    sheet = held(picture_map(GREYS, [[0, 0], [1, 0], [0, 1], [1, 1]]))[0]  # 3 × 3 places, 320 pixels each
    corners = sheet[-100, 100], sheet[-100, -100], sheet[100, 100], sheet[100, -100]
    assert [int(corner.mean()) for corner in corners] == pytest.approx([0, 80, 160, 240], abs=3)
    assert sheet[480, 480].min() > 250


def test_on_a_map_none_covers_another() -> None:
    sheet = held(picture_map(GREYS[:3], [[0, 0], [0, 0], [0, 0]]))[0]
    shades = {int(shade) for shade in np.unique(sheet[..., 0] // 16)}
    assert {0, 80 // 16, 160 // 16} <= shades


def test_a_long_picture_is_shown_whole() -> None:
    tall = np.zeros((40, 10, 3), np.uint8)
    picture = held(picture_rows({"tall": [tall]}))[0]
    assert picture[48, 48].max() < 30 and picture[48, 5].min() > 240 and picture[3, 48].max() < 40


@pytest.mark.parametrize(
    "call",
    [
        lambda: found_pictures(GREYS, [0, 1], [[1, 2]]),
        lambda: found_pictures(GREYS, [0], [[1, 2]], [[True]]),
        lambda: picture_map(GREYS, [[0, 0]]),
        lambda: picture_map(GREYS[:1], [[0, np.nan]]),
    ],
)
def test_what_does_not_fit_together_is_told(call) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=r"shape|this has"):
        call()
