"""Maps by principal components are scikit-learn's, with signs that do not change."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.decomposition import PCA

from embedlib.vectors.projection import pca_2d, pca_3d


def test_points_on_a_slanted_line_fall_on_the_first_axis():
    projected = pca_2d([[0, 0], [3, 4], [6, 8]])
    assert projected.points == pytest.approx(np.array([[-5, 0], [0, 0], [5, 0]]), abs=1e-12)
    assert projected.share == pytest.approx([1, 0])
    assert projected.axes[0] == pytest.approx([0.6, 0.8])
    assert projected.mean.tolist() == [3, 4]


@pytest.mark.parametrize(("project", "n_axes"), [(pca_2d, 2), (pca_3d, 3)])
def test_the_map_is_scikit_learns_up_to_sign(project, n_axes):
    vectors = np.random.default_rng(0).normal(size=(40, 7)) * np.arange(1, 8)
    ours, theirs = project(vectors), PCA(n_axes).fit(vectors)
    assert np.abs(ours.points) == pytest.approx(np.abs(theirs.transform(vectors)))
    assert ours.share == pytest.approx(theirs.explained_variance_ratio_)
    assert ours.points == pytest.approx((vectors - ours.mean) @ ours.axes.T)


@settings(max_examples=30, deadline=None)
@given(st.integers(3, 20), st.integers(3, 6), st.integers(0, 1000))
def test_the_largest_component_of_every_axis_is_positive(n, d, seed):
    axes = pca_3d(np.random.default_rng(seed).normal(size=(n, d))).axes
    assert (axes[np.arange(3), np.abs(axes).argmax(axis=1)] > 0).all()
    assert axes @ axes.T == pytest.approx(np.eye(3), abs=1e-9)


def test_turning_a_map_upside_down_is_undone():
    vectors = np.random.default_rng(1).normal(size=(10, 4))
    assert pca_2d(vectors).points == pytest.approx(pca_2d(vectors[::-1]).points[::-1])


def test_two_points_can_be_mapped_to_three_dimensions():
    projected = pca_3d([[1, 2, 3, 4], [1, 2, 3, 8]])
    assert projected.points == pytest.approx(np.array([[-2, 0, 0], [2, 0, 0]]), abs=1e-12)
    assert projected.axes @ projected.axes.T == pytest.approx(np.eye(3), abs=1e-12)


@pytest.mark.parametrize(
    ("vectors", "says"),
    [
        ([[1, 2], [1, 2], [1, 2]], "the same point"),
        ([[1, 2]], "at least 2 vectors"),
        ([1, 2, 3], "shape \\(3,\\)"),
        ([[1], [2]], "at least 2 vectors of at least 2 numbers"),
        ([[1, 2], [np.nan, 2]], "Vector 1 holds NaN"),
        ([[1, 2], [1]], "all equally long"),
        ("cat", "shape"),
    ],
)
def test_bad_input_is_met_with_a_sentence(vectors, says):
    with pytest.raises(ValueError, match=says):
        pca_2d(vectors)
