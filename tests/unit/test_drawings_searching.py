"""The drawings of indexes: a walk that only comes nearer, cells that hold their own, codes that are the nearest."""

from __future__ import annotations

import re

import numpy as np
import pytest

from embedlib.show.board import Board
from embedlib.show.drawings import searching
from embedlib.show.drawings.searching import cells_probed, layers_walked, product_codes

RNG = np.random.default_rng(3)
POINTS = RNG.random((40, 2))
LAYERS = np.minimum(RNG.geometric(0.6, 40) - 1, 2)
CENTRES = RNG.random((6, 2))


def inside(board: Board) -> bool:
    found = re.findall(r'<circle cx="([-\d.]+)" cy="([-\d.]+)"', board.svg())
    found += re.findall(r'<text x="([-\d.]+)" y="([-\d.]+)"', board.svg())
    return bool(found) and all(0 <= float(x) <= board.width and 0 <= float(y) <= board.height for x, y in found)


def test_the_walk_comes_nearer_with_each_step_and_ends_where_no_neighbour_is_nearer() -> None:
    aim = np.array([0.9, 0.1])
    there = np.arange(40)
    pairs = searching._linked(POINTS, there, 3)
    way = searching._walk(POINTS, pairs, 0, aim)
    far = np.linalg.norm(POINTS[way] - aim, axis=1)
    assert len(way) > 1 and (np.diff(far) < 0).all()
    near = {other for pair in pairs if way[-1] in pair for other in pair}
    assert all(np.linalg.norm(POINTS[i] - aim) >= far[-1] for i in near)
    assert all(one in way or other in way or (one, other) in pairs for one, other in pairs)


def test_every_point_of_a_sheet_can_be_reached() -> None:
    pairs = searching._linked(np.array([[0, 0], [0.1, 0], [9, 9], [9.1, 9]]), np.arange(4), 1)
    assert {(0, 1), (2, 3)} <= set(pairs) and len(pairs) == 3


def test_the_sheets_say_how_many_points_they_hold_and_how_many_steps_the_walk_takes() -> None:
    board = layers_walked([[0, 0], [1, 0], [2, 0], [3, 0], [4, 0]], [1, 0, 0, 0, 1], [4, 0.2], links=1)
    assert "layer 1: 2 points, 1 step · layer 0: 5 points, 0 steps" in repr(board)
    alone = layers_walked([[0, 0], [1, 0], [2, 0], [3, 0], [4, 0]], [0, 0, 0, 0, 0], [4, 0.2], links=1)
    assert "layer 0: 5 points, 4 steps" in repr(alone)  # without the layer above the way is long
    assert inside(layers_walked(POINTS, LAYERS, [0.9, 0.1], names=["all", "some", "few"]))
    assert "few: " in repr(layers_walked(POINTS, LAYERS, [0.9, 0.1], names=["all", "some", "few"]))


def test_a_cell_holds_the_points_that_are_nearest_to_its_centre() -> None:
    sheet = (0.0, 0.0, 1.0, 1.0)
    shapes = [np.array(searching._cell(CENTRES, i, sheet)) for i in range(6)]

    def area(shape: np.ndarray) -> float:
        x, y = shape.T
        return abs(float(x @ np.roll(y, 1) - y @ np.roll(x, 1))) / 2

    assert sum(area(shape) for shape in shapes) == pytest.approx(1)
    for i, shape in enumerate(shapes):
        far = np.linalg.norm(shape[:, None] - CENTRES, axis=-1)
        assert (far[:, i] <= far.min(axis=1) + 1e-9).all()


def test_what_lies_in_a_cell_that_is_not_looked_into_is_missed_and_in_all_cells_nothing_is() -> None:
    points, centres = [[0, 0], [1, 0], [3, 0], [4, 0]], [[0.5, 0], [3.5, 0]]
    one, both = (cells_probed(points, centres, [1.9, 0], probes=n, k=2) for n in (1, 2))
    assert "found 1 of the 2 nearest · missed" in repr(one)
    assert "found 2 of the 2 nearest" in repr(both) and "missed" not in repr(both)
    assert "looked into: 2 of 2 cells, 4 of 4 points" in repr(both)
    assert inside(cells_probed(POINTS, CENTRES, [0.5, 0.5], probes=2, k=5))


def test_a_piece_is_kept_as_the_number_of_its_nearest_entry() -> None:
    books = np.array([[[1, 0], [0, 1]], [[-0.5, 0.5], [1, 1]]])
    board = product_codes([0.1, 0.9, 0.8, 1.1], books, digits=1)
    assert re.findall(r'font-weight="600"[^>]*>(\d)<', board.svg()) == ["1", "1", "1", "1"]  # in the book, and kept
    assert "kept: 2 numbers from 0 to 1" in repr(board) and "0.26 from the vector" in repr(board)
    assert repr(product_codes([0, 1, 1, 1], books)).endswith("0 from the vector")
    assert inside(board)


def test_shapes_that_do_not_fit_are_told() -> None:
    with pytest.raises(ValueError, match=r"with a layer each; these are \(40, 2\) and \(3,\)"):
        layers_walked(POINTS, LAYERS[:3], [0, 0])
    with pytest.raises(ValueError, match="probes is 7, but there are 6 cells"):
        cells_probed(POINTS, CENTRES, [0, 0], probes=7)
    with pytest.raises(ValueError, match="k is 41, but there are 40 points"):
        cells_probed(POINTS, CENTRES, [0, 0], k=41)
    with pytest.raises(ValueError, match="The pieces of the codebooks make up the vector"):
        product_codes([1, 2, 3], np.ones((2, 3, 2)))
