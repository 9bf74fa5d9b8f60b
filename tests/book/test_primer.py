"""The numbers that the primer works out by hand are the ones that NumPy finds."""

from __future__ import annotations

import math

import build_site
import numpy as np
import pytest

CAT, DOG = np.array([0.2, 0.5, -0.1]), np.array([0.1, 0.4, -0.2])
SIGMOID = 1 / (1 + math.exp(-0.24))
DESCENT = [3.0 * 0.8**step for step in range(4)]
CASES = [
    ("= 0.02 + 0.20 + 0.02 = 0.24$$", [CAT @ DOG], "0.24"),
    ("2 · 4 + 4 · 3 = 20. Turned, it is 4 · 5 + 2 · 0 = 20", [np.array([2, 4]) @ [4, 3]], "20"),
    ("√0.30 = 0.548, and for dog √0.21 = 0.458", [np.linalg.norm(CAT), np.linalg.norm(DOG)], "0.548 0.458"),
    (r"= \frac{0.24}{0.548 \cdot 0.458} = 0.956", [0.24 / (0.548 * 0.458)], "0.956"),
    ("log 100 = 4.605", [math.log(100)], "4.605"),
    (
        "−2.303 − 4.605 = −6.908",
        [-math.log(0.1), -math.log(0.01), -math.log(0.1) - math.log(0.01)],
        "2.303 4.605 6.908",
    ),
    ("divided by the sum, 11.107", [sum(math.exp(score) for score in (2, 1, 0))], "11.107"),
    ("| 2 | 7.389 | 0.665 |", [math.exp(2), math.exp(2) / 11.107], "7.389 0.665"),
    ("| 1 | 2.718 | 0.245 |", [math.e, math.e / 11.107], "2.718 0.245"),
    ("| 0 | 1.000 | 0.090 |", [1, 1 / 11.107], "1.000 0.090"),
    ("σ(0.24) = 0.560", [SIGMOID], "0.560"),
    ("(0.044, 0.176, −0.088)", list(np.abs((1 - SIGMOID) * DOG)), "0.044 0.176 0.088"),
    ("| 2 | 2.4 | 4.8 | 1.92 |", [DESCENT[1], 2 * DESCENT[1]], "2.4 4.8"),
    ("| 3 | 1.92 | 3.84 | 1.536 |", [2 * DESCENT[2], DESCENT[3]], "3.84 1.536"),
]


@pytest.mark.parametrize(("said", "found", "printed"), CASES)
def test_a_worked_number_of_the_primer_is_right(said: str, found: list[float], printed: str) -> None:
    text = " ".join((build_site.ROOT / "book" / "primer.md").read_text(encoding="utf-8").split())
    assert said in text
    for value, number in zip(found, printed.split(), strict=True):
        assert number in said
        assert f"{value:.{len(number.partition('.')[2])}f}" == number


def test_the_drawing_of_the_primer_is_the_one_that_the_library_makes() -> None:
    from embedlib import draw

    stored = (build_site.ROOT / "book" / "primer_shadow.svg").read_text(encoding="utf-8")
    assert stored.strip() == draw.turned([2, 4], [4, 3]).svg()
