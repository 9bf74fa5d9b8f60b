"""GloVe: the objective, its gradients, and a fit that reaches what can be reached."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from embedlib.words.counting import Cooccurrences, count_cooccurrences
from embedlib.words.glove import fit_glove, glove_gradients, glove_loss, glove_weights

TEXT = [["the", "cat", "drinks", "milk"], ["the", "dog", "drinks", "water"], ["the", "dog", "chases", "the", "cat"]] * 4


@pytest.fixture
def counts() -> Cooccurrences:
    return count_cooccurrences(TEXT, window=2, min_count=1, weighting="harmonic")


def counts_of(matrix: Any) -> Cooccurrences:
    rows = scipy.sparse.csr_array(np.asarray(matrix, dtype=float))
    return Cooccurrences([f"w{i}" for i in range(rows.shape[0])], np.ones(rows.shape[0], dtype=int), rows, 100)


def parameters(n: int, d: int, seed: int = 0) -> tuple[Any, ...]:
    rng = np.random.default_rng(seed)
    return tuple(rng.standard_normal(shape) for shape in ((n, d), (n, d), (n,), (n,)))


def test_weight_is_the_papers_at_known_points() -> None:
    # (16/256)^(3/4) = (1/16)^(3/4) = 1/8
    assert glove_weights([0, 16, 256, 300], x_max=256).tolist() == [0, 0.125, 1, 1]
    assert glove_weights(1.0, x_max=4, power=0.5) == 0.5


@settings(deadline=None)
@given(st.lists(st.floats(0, 1e6), min_size=2), st.floats(0.1, 1e4), st.floats(0, 2))
def test_weight_never_falls_and_stays_within_0_and_1(x: list[float], x_max: float, power: float) -> None:
    weights = glove_weights(np.sort(x), x_max, power)
    assert (np.diff(weights) >= 0).all()
    assert ((weights >= 0) & (weights <= 1)).all()


def test_a_pair_never_seen_weighs_nothing_even_with_power_0() -> None:
    assert glove_weights([0, 1], x_max=10, power=0).tolist() == [0, 1]


def test_loss_by_hand() -> None:
    w, c, b, a = np.array([[1.0, 2.0]]), np.array([[0.5, 1.0]]), np.array([0.25]), np.array([0.25])
    # prediction 0.5 + 2 + 0.25 + 0.25 = 3, log 1 = 0, weight (1/16)^(3/4) = 1/8: 1/2 · 1/8 · 9
    assert glove_loss([[1.0]], (w, c, b, a), x_max=16) == pytest.approx(9 / 16)


def test_loss_of_many_cells_is_that_of_the_dense_formula() -> None:
    w, c, b, a = these = parameters(100, 3)
    x = np.random.default_rng(1).integers(1, 50, (100, 100))
    misses = w @ c.T + b[:, None] + a[None, :] - np.log(x)
    assert glove_loss(x, these, x_max=20) == pytest.approx(0.5 * (glove_weights(x, x_max=20) * misses**2).sum())


def test_empty_cells_are_no_part_of_the_loss() -> None:
    these = parameters(2, 3)
    alone = tuple(part[:1] for part in these)
    assert glove_loss([[5.0, 0], [0, 0]], these) == pytest.approx(glove_loss([[5.0]], alone))
    stored_zero = scipy.sparse.csr_array(([5.0, 0.0], ([0, 1], [0, 1])), shape=(2, 2))
    assert glove_loss(stored_zero, these) == pytest.approx(glove_loss([[5.0, 0], [0, 0]], these))


def test_gradients_agree_with_finite_differences(counts: Cooccurrences) -> None:
    these = parameters(len(counts.words), 3)
    found = glove_gradients(counts, these, x_max=3)
    step = 1e-6
    for part, gradient in zip(these, found, strict=True):
        assert gradient.shape == part.shape
        for place in np.ndindex(part.shape):
            kept = part[place]
            part[place] = kept + step
            above = glove_loss(counts, these, x_max=3)
            part[place] = kept - step
            below = glove_loss(counts, these, x_max=3)
            part[place] = kept
            assert gradient[place] == pytest.approx((above - below) / (2 * step), abs=1e-4)


def test_gradients_are_weighted_with_the_power_asked_for() -> None:
    w, c, zero = np.array([[2.0]]), np.array([[3.0]]), np.zeros(1)
    found = glove_gradients([[1.0]], (w, c, zero, zero), x_max=16, power=0.5)
    assert [part.item() for part in found] == [18 / 4, 12 / 4, 6 / 4, 6 / 4]


def test_gradients_of_a_table_that_is_not_symmetric_do_not_mix_words_and_contexts() -> None:
    w, c, zero = np.array([[1.0], [1.0]]), np.array([[2.0], [3.0]]), np.zeros(2)
    found = glove_gradients([[0, 1.0], [0, 0]], (w, c, zero, zero), x_max=1)
    assert [part.ravel().tolist() for part in found] == [[9, 0], [0, 3], [3, 0], [0, 3]]


def test_fit_recovers_counts_that_two_dimensions_can_explain() -> None:
    w, c, b, a = parameters(12, 2, seed=1)
    x = np.exp(0.5 * w @ c.T + 0.3 * b[:, None] + 0.3 * a[None, :] + 2)
    model = fit_glove(counts_of(x), dimensions=2, epochs=1000, x_max=1, learning_rate=0.2, batch_cells=50)
    predicted = model.vectors @ model.contexts.T + model.biases[:, None] + model.context_biases[None, :]
    assert np.abs(predicted - np.log(x)).max() < 0.05
    assert model.losses[-1] < 1e-4


def test_the_start_is_uniform_and_biases_are_none(counts: Cooccurrences) -> None:
    start = fit_glove(counts, dimensions=3, epochs=1, learning_rate=1e-12)
    for part in (start.vectors, start.contexts):
        assert -1 / 6 <= part.min() < -0.1 < 0.1 < part.max() <= 1 / 6
    assert np.allclose([start.biases, start.context_biases], 0, atol=1e-9)


def test_one_update_is_adagrads(counts: Cooccurrences) -> None:
    # AdaGrad's first step has the size of the learning rate wherever the gradient is not 0, against its sign.
    start = fit_glove(counts, dimensions=3, epochs=1, learning_rate=1e-12, batch_cells=10_000, seed=4)
    after = fit_glove(counts, dimensions=3, epochs=1, learning_rate=0.05, batch_cells=10_000, seed=4)
    before = (start.vectors, start.contexts, start.biases, start.context_biases)
    gradients = glove_gradients(counts, before)
    for old, new, gradient in zip(
        before, (after.vectors, after.contexts, after.biases, after.context_biases), gradients, strict=True
    ):
        seen = np.abs(gradient) > 1e-3
        assert seen.any()
        assert np.allclose((new - old)[seen], -0.05 * np.sign(gradient)[seen], atol=1e-3)


def test_later_steps_are_divided_by_all_gradients_so_far() -> None:
    # One cell with a fixed miss would give steps of rate, rate/√2, rate/√3, …
    x = np.diag([np.e**40, np.e**40, np.e**40])
    moved = [
        fit_glove(counts_of(x), dimensions=1, epochs=n, x_max=1, learning_rate=0.01).biases[0] for n in (1, 2, 3, 4)
    ]
    assert np.allclose(np.diff(moved), 0.01 / np.sqrt([2, 3, 4]), rtol=0.01)


def test_loss_told_is_the_mean_over_cells(counts: Cooccurrences) -> None:
    told: list[tuple[int, float]] = []
    model = fit_glove(
        counts,
        dimensions=3,
        epochs=2,
        x_max=3,
        power=0.5,
        learning_rate=1e-12,
        batch_cells=5,
        after_epoch=lambda n, loss: told.append((n, loss)),
    )
    these = (model.vectors, model.contexts, model.biases, model.context_biases)
    assert model.losses[0] == pytest.approx(glove_loss(counts, these, x_max=3, power=0.5) / counts.matrix.nnz, rel=1e-4)
    assert told == list(enumerate(model.losses, 1))


def test_loss_is_measured_before_each_update(counts: Cooccurrences) -> None:
    still, moving = (fit_glove(counts, dimensions=3, epochs=1, learning_rate=rate) for rate in (1e-12, 0.2))
    assert moving.losses == pytest.approx(still.losses)


def test_cells_are_dealt_at_random_once_and_each_pass_takes_them_in_another_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    taken: list[list[tuple[int, int]]] = []

    def step(batch: Any, *others: Any) -> float:
        taken.append(list(zip(batch.rows.tolist(), batch.columns.tolist(), strict=True)))
        return 0.0

    monkeypatch.setattr("embedlib.words.glove._step", step)
    fit_glove(counts_of(np.ones((10, 10))), dimensions=2, epochs=2, batch_cells=15)
    first, second = taken[:7], taken[7:]
    assert sorted(cell for batch in first for cell in batch) == list(np.ndindex(10, 10))
    assert all(len({row for row, _ in batch}) > 3 for batch in first)
    assert sorted(first) == sorted(second) and first != second


@pytest.mark.parametrize("batch_cells", [1, 7, 1000])
def test_every_cell_is_used_whatever_the_batch(counts: Cooccurrences, batch_cells: int) -> None:
    model = fit_glove(counts, dimensions=3, epochs=60, x_max=1, learning_rate=0.2, batch_cells=batch_cells)
    assert model.losses[-1] < model.losses[0] / 10


def test_same_seed_same_vectors_and_another_seed_others(counts: Cooccurrences) -> None:
    one, again, other = (fit_glove(counts, dimensions=3, epochs=3, seed=seed) for seed in (1, 1, 2))
    assert np.array_equal(one.vectors, again.vectors)
    assert not np.allclose(one.vectors, other.vectors)


def test_vectors_are_the_sum_of_both_matrices(counts: Cooccurrences) -> None:
    model = fit_glove(counts, dimensions=3, epochs=3)
    keyed = model.to_keyed_vectors("ours")
    assert keyed.index_to_key == counts.words
    assert keyed.name == "ours"
    assert np.array_equal(keyed.vectors, model.vectors + model.contexts)
    assert not np.allclose(model.vectors, model.contexts)
    assert model.vectors.dtype == np.float32


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"dimensions": 0}, "at least 1"),
        ({"dimensions": 8}, "by heart"),
        ({"dimensions": 7}, "by heart"),
        ({"epochs": 0}, "at least 1"),
        ({"batch_cells": 0}, "at least 1"),
        ({"x_max": 0}, "above 0"),
        ({"x_max": float("nan")}, "above 0"),
        ({"power": -1}, "0 or more"),
        ({"learning_rate": -0.1}, "above 0"),
        ({"learning_rate": 1e30}, "learning_rate below"),
    ],
)
def test_a_number_that_does_not_fit_is_named(counts: Cooccurrences, options: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words), np.errstate(all="ignore"):
        fit_glove(counts, **({"dimensions": 2, "epochs": 4} | options))


@pytest.mark.parametrize("options", [{"dimensions": 2.0}, {"epochs": True}, {"learning_rate": "fast"}])
def test_a_wrong_type_is_named(counts: Cooccurrences, options: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match=next(iter(options))):
        fit_glove(counts, **({"dimensions": 2} | options))


def test_what_is_no_counts_is_said() -> None:
    with pytest.raises(TypeError, match="count_cooccurrences"):
        fit_glove(np.ones((3, 3)))
    with pytest.raises(ValueError, match="All counts are zero"):
        fit_glove(counts_of(np.zeros((4, 4))), dimensions=2)
    with pytest.raises(ValueError, match="negative"):
        glove_loss([[-1.0]], parameters(1, 1))
    with pytest.raises(ValueError, match="negative or NaN"):
        glove_weights([np.nan])
    with pytest.raises(TypeError, match="matrix of numbers"):
        glove_loss("counts", parameters(1, 1))


def test_stored_zeros_do_not_dilute_the_loss() -> None:
    counts = count_cooccurrences([["ice", "is", "cold"], ["snow", "is", "cold"]] * 20, window=2)
    size = len(counts.words)
    full = scipy.sparse.csr_array((np.ones(size * size), np.indices((size, size)).reshape(2, -1)), shape=(size, size))
    padded = (counts.matrix + full).tocsr()
    padded.data -= 1
    assert padded.nnz > counts.matrix.nnz
    losses = [fit_glove(c, dimensions=2, epochs=1).losses for c in (counts, counts._replace(matrix=padded))]
    assert losses[0] == pytest.approx(losses[1], rel=0.05)
