"""The array core: rows of any origin, brought to length 1, paired and searched."""

import numpy as np
import pytest

from embedlib import vectors

RNG = np.random.default_rng(0)
ROWS = RNG.normal(size=(300, 8))


def test_unit_rows_have_length_one_and_their_direction():
    unit = vectors.unit_rows(ROWS.astype(np.float32))
    assert unit.dtype == np.float64
    assert np.allclose(np.linalg.norm(unit, axis=1), 1)
    assert np.allclose(unit * np.linalg.norm(ROWS, axis=1)[:, None], ROWS, atol=1e-6)


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([[1, 2], [0, 0]], "Row 1 is all zeros: it has no direction"),
        ([[1, 2], [np.nan, 0], [np.inf, 1]], r"Row 1 holds NaN or infinity \(and 1 more\)"),
        ([1, 2], r"shape \(n, d\); this has the shape \(2,\)"),
    ],
)
def test_a_row_without_a_direction_is_named(rows, says):
    for take in (vectors.unit_rows, lambda rows: vectors.pair_cosines(rows, rows)):
        with pytest.raises(ValueError, match=says):
            take(rows)


def test_the_nearest_rows_are_those_of_sorting_everything():
    queries = RNG.normal(size=(20, 8))
    unit = ROWS / np.linalg.norm(ROWS, axis=1)[:, None]
    scores = queries / np.linalg.norm(queries, axis=1)[:, None] @ unit.T
    found = vectors.nearest(ROWS, queries, k=7)
    assert (found.indices == np.argsort(-scores, axis=1)[:, :7]).all()
    assert np.allclose(found.cosines, np.sort(scores, axis=1)[:, :-8:-1])
    without = vectors.nearest(ROWS, queries, k=6, left_out=found.indices[:, :1].tolist())
    assert (without.indices == found.indices[:, 1:]).all()
    assert np.allclose(vectors.cosines(ROWS, queries[0]), scores[0])


def test_rows_of_whole_numbers_are_searched_too():
    rows = np.array([[2**31, 1], [1, 2**31], [0, 0]])
    found = vectors.nearest(rows, np.array([[0, 3]]), k=2)
    assert found.indices.tolist() == [[1, 0]]
    assert np.isnan(vectors.cosines(rows, [1, 0])[2])


def test_strangers_are_never_the_same_row_and_never_zero():
    rows = np.array([[1.0, 0], [0, 0], [0, 1]])
    assert vectors.stranger_cosines(rows, n_pairs=50).tolist() == [0] * 50
    with pytest.raises(ValueError, match="there are 1 here"):
        vectors.stranger_cosines(rows[:2])
