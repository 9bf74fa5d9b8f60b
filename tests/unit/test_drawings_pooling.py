"""Chapter 8's drawings: what they show is what they are given."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import numpy as np

from embedlib.show import drawings
from embedlib.show.board import COLOURS, Board
from embedlib.show.drawings.pooling import in_batch, padding, poolings, row_loss


def written(board: Board) -> list[str]:
    return repr(board).removeprefix("Board: ").split(" · ")


def test_mean_and_maximum_are_those_of_the_columns_and_first_is_the_first_row() -> None:
    found = written(poolings(["[CLS]", "a", "b"], [[1, 5], [2, 0], [6, 1]], 2))
    assert found[-9:] == ["mean", "3", "2", "max", "6", "5", "first", "1", "5"]


def test_the_diagonal_of_a_batch_is_green_and_nothing_else() -> None:
    board = in_batch(["a", "b"], ["c", "d"], [[0.9, 0.1], [0.2, 0.8]])
    boxes = re.findall(r'fill="(#\w+)" stroke="(\w+|#\w+)"[^>]*/>\n<text[^>]*>(0\.\d)<', board.svg())
    assert {number: edge == COLOURS["green"] for _, edge, number in boxes} == {
        "0.9": True, "0.1": False, "0.2": False, "0.8": True,
    }  # fmt: skip


def test_shares_sum_to_one_and_the_loss_is_that_of_the_right_one() -> None:
    found = written(row_loss([0.5, 0.3, 0.1], 0.1, right=1))
    shares = np.array([float(text) for text in found if re.fullmatch(r"0\.\d{3}", text)])
    assert abs(shares.sum() - 1) < 2e-3
    loss = np.log(np.exp([5, 3, 1]).sum()) - 3
    assert found[-1] == f"loss: −log {np.exp(-loss):.3f} = {loss:.3f}"


def test_sorting_by_length_takes_padding_away() -> None:
    assert written(padding([2, 8, 2, 8], 2)) == ["as they come: 38 % padding", "sorted: 0 % padding"]


def test_no_module_of_drawings_hides_a_drawing_of_its_name() -> None:
    for file in Path(drawings.__file__).parent.glob("[a-z]*.py"):
        module = import_module(f"{drawings.__name__}.{file.stem}")
        for name in module.__all__:
            assert getattr(drawings, name) is getattr(module, name), name
