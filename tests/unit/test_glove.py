"""GloVe: its weighting, its slopes against finite differences, and a fit that comes near what it aims at."""

from __future__ import annotations

import numpy as np
import pytest

from embedlib.glove import glove_gradients, glove_loss, glove_weights


def test_weights_rise_with_the_count_and_stop_at_one() -> None:
    assert glove_weights([[100.0, 1.0, 1000.0]], x_max=100, power=0.75).ravel() == pytest.approx([1, 100**-0.75, 1])


def test_slopes_are_those_of_finite_differences() -> None:
    rng = np.random.default_rng(0)
    counts = rng.poisson(2.0, size=(4, 3)).astype(float)
    parameters = (rng.normal(size=(4, 2)), rng.normal(size=(3, 2)), rng.normal(size=4), rng.normal(size=3))
    for part, slopes in zip(parameters, glove_gradients(counts, parameters, x_max=3), strict=True):
        for cell in np.ndindex(*part.shape):
            value, step = part[cell], 1e-6
            part[cell] = value + step
            above = glove_loss(counts, parameters, x_max=3)
            part[cell] = value - step
            below = glove_loss(counts, parameters, x_max=3)
            part[cell] = value
            assert slopes[cell] == pytest.approx((above - below) / (2 * step), abs=1e-5)


def test_empty_cells_cost_nothing() -> None:
    nothing = (np.zeros((2, 1)), np.zeros((2, 1)), np.zeros(2), np.zeros(2))
    assert glove_loss([[np.e, 0.0], [0.0, 0.0]], nothing, x_max=1) == pytest.approx(0.5)
