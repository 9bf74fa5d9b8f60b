"""Maps by principal components and trustworthiness are scikit-learn's; what a map keeps is what one counts by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import manifold
from sklearn.decomposition import PCA

from embedlib.vectors import projection
from embedlib.vectors.projection import (
    continuity,
    distance_correlation,
    measure_map,
    neighbour_recall,
    noise_like,
    pca_2d,
    pca_3d,
    trustworthiness,
)


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


# --- What a map keeps


def circle_and_two_maps() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Eight points on a circle, pressed flat, and cut open."""
    angles = 2 * np.pi * (np.arange(8) + 0.2) / 8
    return np.column_stack([np.cos(angles), np.sin(angles)]), np.cos(angles)[:, None], angles[:, None]


def places_by_hand(rows, i):
    away = np.linalg.norm(np.asarray(rows, dtype=float) - rows[i], axis=1)
    order = [j for j in np.argsort(away, kind="stable") if j != i]
    return {j: place for place, j in enumerate(order, 1)}


def trust_by_hand(vectors, points, k):
    n, cost = len(vectors), 0
    for i in range(n):
        true, drawn = places_by_hand(vectors, i), places_by_hand(points, i)
        cost += sum(max(0, true[j] - k) for j in true if drawn[j] <= k)
    return 1 - 2 * cost / (n * k * (2 * n - 3 * k - 1))


def test_a_circle_pressed_flat_makes_false_neighbours_and_a_circle_cut_open_tears_true_ones():
    circle, pressed, cut = circle_and_two_maps()
    assert trustworthiness(circle, pressed, 2) < 0.8 < trustworthiness(circle, cut, 2)
    assert neighbour_recall(circle, cut, 2) > neighbour_recall(circle, pressed, 2)
    assert continuity(circle, cut, 2) < 1


@settings(max_examples=40, deadline=None)
@given(st.integers(5, 40), st.integers(1, 12), st.integers(0, 1000))
def test_trustworthiness_is_that_worked_by_hand_and_scikit_learns(n, k, seed):
    k = min(k, (n - 1) // 2)
    rng = np.random.default_rng(seed)
    vectors, points = rng.normal(size=(n, 6)), rng.normal(size=(n, 2))
    assert trustworthiness(vectors, points, k) == pytest.approx(trust_by_hand(vectors, points, k), abs=1e-12)
    assert trustworthiness(vectors, points, k) == pytest.approx(
        manifold.trustworthiness(vectors, points, n_neighbors=k), abs=1e-12
    )
    assert continuity(vectors, points, k) == pytest.approx(trustworthiness(points, vectors, k), abs=1e-12)


@settings(max_examples=30, deadline=None)
@given(st.integers(5, 40), st.integers(0, 1000))
def test_measures_do_not_change_when_a_map_is_turned_moved_and_stretched(n, seed):
    rng = np.random.default_rng(seed)
    vectors, points = rng.normal(size=(n, 6)), rng.normal(size=(n, 2))
    turned = 3 * points @ [[0.6, 0.8], [-0.8, 0.6]] + 7
    assert measure_map(vectors, turned, 2) == pytest.approx(measure_map(vectors, points, 2), abs=1e-9)


def test_a_map_that_is_the_truth_has_1_in_everything():
    points = np.random.default_rng(0).normal(size=(60, 2))
    assert measure_map(points, points, 10) == pytest.approx((1, 1, 1, 1))


def test_random_places_have_half_half_chance_and_nought():
    rng = np.random.default_rng(0)
    found = measure_map(rng.normal(size=(800, 20)), rng.normal(size=(800, 2)), 10)
    assert found == pytest.approx((0.5, 0.5, 10 / 799, 0), abs=0.02)


def test_the_opposite_order_of_neighbours_has_nought_at_the_largest_k():
    """The scale of the measure: the worst map of 2k + 1 points has 0."""
    n, k = 41, 20
    vectors = np.arange(n)[:, None].astype(float)
    assert 0 <= trustworthiness(vectors, np.random.default_rng(0).permutation(vectors), k) < 1


def test_the_table_of_distances_is_made_in_parts_with_the_same_result(monkeypatch):
    rng = np.random.default_rng(0)
    vectors, points = rng.normal(size=(50, 6)), rng.normal(size=(50, 2))
    whole = measure_map(vectors, points)
    monkeypatch.setattr(projection, "_CELLS", 300)
    assert measure_map(vectors, points) == whole


def test_distances_are_compared_by_spearman():
    from scipy.spatial.distance import pdist
    from scipy.stats import spearmanr

    rng = np.random.default_rng(0)
    vectors, points = rng.normal(size=(30, 6)), rng.normal(size=(30, 2))
    assert distance_correlation(vectors, points) == pytest.approx(spearmanr(pdist(vectors), pdist(points)).statistic)


def test_noise_has_the_mean_and_covariance_of_the_vectors_and_not_their_clusters():
    rng = np.random.default_rng(0)
    vectors = np.vstack([rng.normal(size=(400, 5)) * 0.1 + 1, rng.normal(size=(400, 5)) * 0.1 - 1])
    noise = noise_like(vectors, seed=3)
    assert noise.mean(axis=0) == pytest.approx(vectors.mean(axis=0), abs=0.15)
    assert np.cov(noise.T) == pytest.approx(np.cov(vectors.T), abs=0.15)
    assert not np.allclose(noise, noise_like(vectors, seed=4))
    between = lambda rows: (np.abs(rows.sum(axis=1)) < 3).mean()  # noqa: E731
    assert between(vectors) < 0.01 < 0.3 < between(noise)


@pytest.mark.parametrize(
    ("vectors", "points", "k", "says"),
    [
        (np.eye(6), np.eye(6), 3, "below half the number of points, 6 / 2"),
        (np.eye(6), np.eye(5), 2, "6 vectors and 5 points"),
        (np.eye(6), np.full((6, 2), np.nan), 2, "Point 0 holds NaN"),
        (np.where(np.eye(6) == 1, np.inf, 0), np.eye(6), 2, "Vector 0 holds NaN or infinity"),
        (np.eye(6), np.arange(6), 2, "shape \\(6,\\)"),
        (np.eye(6), np.eye(6), 0, "at least 1"),
        ("cat", np.eye(6), 2, "Vectors are one array"),
    ],
)
@pytest.mark.parametrize("measure", [trustworthiness, continuity, neighbour_recall, measure_map])
def test_measures_meet_bad_input_with_a_sentence(measure, vectors, points, k, says):
    with pytest.raises(ValueError, match=says):
        measure(vectors, points, k)


def test_distances_that_are_all_equal_have_no_order():
    with pytest.raises(ValueError, match="no order to compare"):
        distance_correlation(np.eye(4), np.random.default_rng(0).normal(size=(4, 2)))
    with pytest.raises(ValueError, match="from 3 vectors on"):
        distance_correlation([[0, 1], [2, 3]], [[0, 1], [2, 3]])
