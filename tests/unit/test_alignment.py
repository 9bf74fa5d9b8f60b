"""Two spaces joined: the rotation is scipy's, a known one is found again, and a hub wins no search by CSLS."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from scipy.linalg import orthogonal_procrustes
from scipy.stats import ortho_group

from embedlib.vectors import csls, nearest, procrustes
from embedlib.vectors.alignment import RotationNotFixed


@pytest.fixture
def rng() -> Iterator[np.random.Generator]:
    yield np.random.default_rng(7)


def test_the_rotation_is_scipys(rng: np.random.Generator) -> None:
    one, other = rng.normal(size=(2, 60, 8))
    np.testing.assert_allclose(procrustes(one, other), orthogonal_procrustes(one, other)[0], atol=1e-12)


def test_a_known_rotation_or_mirror_image_is_found_again(rng: np.random.Generator) -> None:
    rows, turned = rng.normal(size=(40, 6)), ortho_group.rvs(6, random_state=1)
    for known in (turned, turned @ np.diag([-1, 1, 1, 1, 1, 1])):
        np.testing.assert_allclose(procrustes(rows, rows @ known), known, atol=1e-10)


def test_noise_is_averaged_out_by_more_pairs(rng: np.random.Generator) -> None:
    known = ortho_group.rvs(6, random_state=1)
    rows = rng.normal(size=(4000, 6))
    noisy = rows @ known + rng.normal(size=rows.shape)
    few, many = (np.abs(procrustes(rows[:n], noisy[:n]) - known).max() for n in (10, 4000))
    assert many < 0.05 < few


@pytest.mark.parametrize(("narrow", "wide"), [("source", "target"), ("target", "source")])
def test_different_widths_are_as_if_filled_up_with_zeros(rng: np.random.Generator, narrow: str, wide: str) -> None:
    rows = {narrow: rng.normal(size=(50, 3)), wide: rng.normal(size=(50, 5))}
    found = procrustes(rows["source"], rows["target"])
    rows[narrow] = np.pad(rows[narrow], ((0, 0), (0, 2)))
    whole = orthogonal_procrustes(rows["source"], rows["target"])[0]
    np.testing.assert_allclose(found, whole[: found.shape[0], : found.shape[1]], atol=1e-10)
    if narrow == "source":  # every angle is kept
        np.testing.assert_allclose(found @ found.T, np.eye(3), atol=1e-10)


def test_too_few_pairs_are_told_and_what_they_leave_open_is_left_out(rng: np.random.Generator) -> None:
    rows, known = rng.normal(size=(5, 20)), ortho_group.rvs(20, random_state=2)
    with pytest.warns(RotationNotFixed, match="5 pairs fix 5 of 20 directions"):
        found = procrustes(rows, rows @ known)
    np.testing.assert_allclose(rows @ found, rows @ known, atol=1e-10)
    np.testing.assert_allclose(np.linalg.svd(found)[1], [1] * 5 + [0] * 15, atol=1e-10)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        procrustes(rng.normal(size=(20, 20)), rng.normal(size=(20, 20)))


@pytest.mark.parametrize(
    ("source", "target", "says"),
    [
        ([[1.0, 2], [3, np.nan]], [[1, 2], [3, 4]], "Row 1 of source holds NaN"),
        ([[1, 2], [3, 4]], [[np.inf, 2], [3, 4]], "Row 0 of target holds NaN or infinity"),
        ([[1, 2], [3, 4]], [[1, 2]], "there are 2 and 1 rows"),
        ([[1, 2]], [[2, 1]], "this is 1"),
        (np.empty((0, 2)), np.empty((0, 2)), "this is 0"),
        ([1, 2], [2, 1], "has the shape"),
        ([[1, 2], [3]], [[1, 2], [3, 4]], "equally long"),
        ([[1, 2], [0, 0]], [[1, 2], [3, 4]], "Row 1 of source is all zeros"),
    ],
)
def test_what_gives_no_rotation_is_said(source: Any, target: Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        procrustes(source, target)


def test_a_hub_wins_by_cosine_and_loses_by_csls() -> None:
    # Unit vectors at 45 (the hub), 0 and 90 degrees; queries at 30 and 60: 15 degrees from the hub, 30 from their own.
    # Mean cosine to both queries: the hub cos 15, the others (cos 30 + cos 60) / 2.
    # Scores: hub 2 cos 15 - cos 15 = 0.966; own 2 cos 30 - 0.683 = 1.049; the other 2 cos 60 - 0.683 = 0.317.
    rows, queries = (np.column_stack([np.cos(a), np.sin(a)]) for a in map(np.radians, ([45, 0, 90], [30, 60])))
    assert nearest(rows, queries, 1).indices.ravel().tolist() == [0, 0]
    found = csls(rows, queries, 3, neighbourhood=2)
    assert found.indices.tolist() == [[1, 0, 2], [2, 0, 1]]
    np.testing.assert_allclose(found.cosines[0], np.cos(np.radians([30, 15, 60])))


@pytest.mark.parametrize("batch", [1, 7, 256])
def test_csls_is_what_its_formula_says_in_blocks_of_any_size(rng: np.random.Generator, batch: int) -> None:
    rows, every = rng.normal(size=(30, 5)), rng.normal(size=(40, 5))
    found = csls(rows, every[:12], 4, among=every, neighbourhood=3, batch=batch)
    y, x = (some / np.linalg.norm(some, axis=1, keepdims=True) for some in (rows, every))
    cosines = x @ y.T
    scores = 2 * cosines - np.sort(cosines, axis=0)[-3:].mean(axis=0) - np.sort(cosines)[:, -3:].mean(axis=1)[:, None]
    assert (found.indices == np.argsort(-scores[:12])[:, :4]).all()


def test_of_equal_rows_the_first_is_found() -> None:
    assert csls([[1, 0], [0, 1], [1, 0]], [[1, 0.1]], 2, neighbourhood=1).indices.tolist() == [[0, 2]]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"k": 4}, "only 3 rows"),
        ({"neighbourhood": 3}, "only 2 vectors.*by among"),
        ({"queries": np.zeros((0, 2))}, "no queries"),
        ({"queries": ["a"]}, "queries are vectors"),
        ({"rows": [[1, 2], [0, 0], [1, 1]]}, "Row 1 is all zeros"),
        ({"queries": [[np.nan, 1]]}, "Query vector 0 holds NaN"),
        ({"queries": [[1, 2, 3]]}, "2 numbers, and queries have 3: map them first"),
        ({"among": [[1, 2, 3]]}, "2 numbers, and among have 3"),
    ],
)
def test_what_cannot_be_searched_is_said(change: dict[str, Any], says: str) -> None:
    given: dict[str, Any] = {"rows": [[1, 2], [2, 1], [1, 1]], "queries": [[1, 2], [2, 1]], "k": 1, "neighbourhood": 1}
    with pytest.raises(ValueError, match=says):
        csls(**(given | change))
