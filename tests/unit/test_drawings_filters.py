"""Chapter 9's drawings: what is written on them is what a convolution, its padding and pooling give."""

from __future__ import annotations

import base64
import io
import re

import numpy as np
import pytest
from PIL import Image
from scipy.signal import correlate2d

from embedlib.show.board import Board
from embedlib.show.drawings.filters import feature_maps, pooled_maps, same_padding, sees, under_a_filter

PICTURE, WEIGHTS = np.arange(16).reshape(4, 4) % 5, np.array([[1, 0, -1], [2, 0, -2], [1, 0, -1]])


def written(board: Board) -> list[str]:
    return repr(board).removeprefix("Board: ").split(" · ")


def held(board: Board) -> list[np.ndarray]:
    codes = re.findall(r"data:image/webp;base64,([^\"]+)", board.svg())
    return [np.asarray(Image.open(io.BytesIO(base64.b64decode(code)))) for code in codes]


def test_the_sum_written_is_that_of_the_nine_products_and_the_map_is_scipys() -> None:
    whole = correlate2d(PICTURE, WEIGHTS, "valid")
    board = under_a_filter(PICTURE, WEIGHTS, (1, 0), whole)
    said = written(board)[-1].replace("\N{MINUS SIGN}", "-")
    products, total = said.split(" = ")
    assert int(total) == whole[1, 0] == eval(products.replace("·", "*"))
    assert [int(n.replace("\N{MINUS SIGN}", "-")) for n in written(board)[-5:-1]] == whole.ravel().tolist()


def test_the_frame_lies_where_it_is_said_to_lie() -> None:
    frames = [
        [tuple(map(float, point.split(","))) for point in way.split()]
        for way in re.findall(r'<polyline points="([^"]+)"', under_a_filter(PICTURE, WEIGHTS, (1, 0)).svg())
    ]
    over, into = frames[0], frames[1]
    assert over[0] == (4, 26 + 30) and over[2] == (4 + 90, 26 + 120)
    assert into[2][0] - into[0][0] == 30


@pytest.mark.parametrize(
    ("side", "kernel", "stride", "zeros"), [(6, 3, 2, 1), (7, 3, 2, 2), (6, 5, 2, 3), (5, 3, 1, 2)]
)
def test_same_needs_as_many_zeros_as_tensorflow_says(side: int, kernel: int, stride: int, zeros: int) -> None:
    words = written(same_padding(side, kernel, stride))
    of_same = words[words.index("TensorFlow, SAME") + 1 :]
    assert of_same.count("0") == zeros and of_same.index("1") == zeros // 2
    assert words[: words.index("TensorFlow, SAME")].count("0") == 2 * (kernel // 2)


def test_larger_fields_are_larger_squares_around_one_middle() -> None:
    board = sees(np.zeros((8, 8, 3), np.uint8), {"far": 16, "near": 2})
    ways = re.findall(r'<polyline points="([\d., ]+)"', board.svg())
    squares = [np.array([point.split(",") for point in way.split()], float) for way in ways if len(way.split()) == 5]
    assert np.ptp(squares[1]) == pytest.approx(8 * np.ptp(squares[0]), abs=1)
    assert np.allclose(squares[0][:4].mean(axis=0), squares[1][:4].mean(axis=0), atol=0.1)


def test_a_map_goes_from_black_to_white_and_a_picture_stays_as_it_is() -> None:
    grey = np.full((96, 96), 100, np.uint8)
    drawn = held(feature_maps({"two": [np.array([[-3.0, 0.0], [0.0, 1.0]]), grey]}))
    assert drawn[0][10, 10].max() < 12 and drawn[0][-10, -10].min() > 243
    assert np.abs(drawn[1].astype(int) - 100).max() < 6


def test_mean_and_maximum_are_those_of_the_channel() -> None:
    maps = np.random.default_rng(0).uniform(0, 6, (7, 7, 5))
    words = written(pooled_maps(maps, [3, 1]))
    means, tops = maps.mean(axis=(0, 1)), maps.max(axis=(0, 1))
    place = words.index("mean")
    assert [float(n) for n in words[place + 1 : place + 3]] == pytest.approx([means[3], means[1]], abs=0.006)
    assert [float(n) for n in words[place + 4 : place + 6]] == pytest.approx([tops[3], tops[1]], abs=0.006)
    assert words[-2:] == ["49 numbers", "49 numbers"]


def test_pixels_of_eight_bits_do_not_run_over_and_what_does_not_fit_is_refused() -> None:
    board = under_a_filter(np.full((3, 3), 200, np.uint8), np.full((3, 3), 2, np.uint8), (0, 0))
    assert written(board)[-1].endswith("= 3600")
    with pytest.raises(ValueError, match="whole numbers"):
        under_a_filter(PICTURE / 2, WEIGHTS, (0, 0))
    with pytest.raises(ValueError, match="too wide"):
        same_padding(13, 3, 2)
    with pytest.raises(ValueError, match="NaN"):
        feature_maps({"nothing": np.full((1, 3, 3), np.nan)})
