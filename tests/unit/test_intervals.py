"""Bootstrap intervals draw examples together, rank every resample anew, and repeat with their seed."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from embedlib.evaluation.intervals import (
    bootstrap_spearman,
    bootstrap_spearmans,
    paired_difference,
    percentile_interval,
    share_higher,
    shares_higher,
    shares_right,
    steiger,
    wilson_interval,
)


def naive_spearman(x, y, n_bootstrap, seed, n_drawn=None):
    """One resample after the other with scipy, over the same draws."""
    generator = np.random.default_rng(seed)
    values = []
    while len(values) < n_bootstrap:
        for draw in generator.integers(0, len(x), size=(min(250, n_bootstrap - len(values)), n_drawn or len(x))):
            a, b = x[draw], y[draw]
            equal = (a == a[0]).all() or (b == b[0]).all()
            values.append(np.nan if equal else stats.spearmanr(a, b).statistic)
    return np.array(values)


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.floats(-3, 3, width=16)), min_size=3, max_size=30),
    st.integers(0, 100),
)
def test_every_resample_has_scipys_correlation_ties_and_all(pairs, seed):
    x, y = np.array(pairs, dtype=float).T
    ours = bootstrap_spearman(x, y, n_bootstrap=40, seed=seed)
    assert ours == pytest.approx(naive_spearman(x, y, 40, seed), abs=1e-12, nan_ok=True)


@pytest.mark.parametrize("n_drawn", [2, 7, 60])
def test_smaller_and_larger_samples_have_scipys_correlation_too(n_drawn):
    rng = np.random.default_rng(3)
    x, y = rng.integers(0, 9, 40).astype(float), rng.normal(size=40)
    (ours,) = bootstrap_spearmans(x, [y], n_bootstrap=300, seed=1, n_drawn=n_drawn)
    assert ours == pytest.approx(naive_spearman(x, y, 300, 1, n_drawn), abs=1e-12, nan_ok=True)


def test_more_resamples_than_fit_at_once_are_all_drawn():
    x = np.arange(20.0)
    y = np.random.default_rng(1).permutation(20).astype(float)
    ours = bootstrap_spearman(x, y, n_bootstrap=601, seed=3)
    assert ours.shape == (601,)
    assert ours == pytest.approx(naive_spearman(x, y, 601, 3))


def test_several_models_are_judged_on_the_same_resamples():
    rng = np.random.default_rng(0)
    x, y, z = rng.normal(size=40), rng.integers(0, 4, 40), rng.normal(size=40)
    together = bootstrap_spearmans(x, [y, z, -z], n_bootstrap=300, seed=4)
    assert together.shape == (3, 300)
    assert (together[0] == bootstrap_spearman(x, y, 300, 4)).all()
    assert together[2] == pytest.approx(-together[1], abs=1e-12)
    assert bootstrap_spearmans(x, [], n_bootstrap=7).shape == (0, 7)
    with pytest.raises(ValueError, match="one list holds 40 of them and another 39"):
        bootstrap_spearmans(x, [z[1:]])


def test_wilsons_interval_is_that_of_his_formula():
    z = stats.norm.ppf(0.975)
    middle, half = 0.8 + z * z / 20, z * np.sqrt(0.8 * 0.2 / 10 + z * z / 400)
    expected = ((middle - half) / (1 + z * z / 10), (middle + half) / (1 + z * z / 10))
    assert wilson_interval(8, 10) == pytest.approx(expected, abs=1e-12)
    assert wilson_interval(0, 7)[0] == 0 and wilson_interval(7, 7, 0.9)[1] == 1
    assert np.isnan(wilson_interval(0, 0)).all()


@pytest.mark.parametrize("arguments", [(3, 2), (-1, 2), (0, -1), (1, 2, 95)])
def test_a_share_of_nothing_sensible_is_refused(arguments):
    with pytest.raises(ValueError, match=r"is not a share|between 0 and 1"):
        wilson_interval(*arguments)


def test_pairs_stay_together_when_they_are_drawn():
    x = np.random.default_rng(0).normal(size=50)
    assert bootstrap_spearman(x, 2 * x + 1, n_bootstrap=100) == pytest.approx(np.ones(100))


def test_a_monotone_change_of_scale_changes_nothing():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=40), rng.normal(size=40)
    assert bootstrap_spearman(np.exp(x), y**3).tolist() == bootstrap_spearman(x, y).tolist()


def test_about_95_of_100_intervals_hold_the_truth():
    rng = np.random.default_rng(0)
    hits = 0
    for _ in range(200):
        found = share_higher(rng.normal(size=60), rng.normal(size=60), n_bootstrap=300)
        hits += found.low < 0.5 < found.high
    assert 0.89 <= hits / 200 <= 0.99


def test_the_middle_share_of_the_figures_is_the_interval():
    assert percentile_interval(np.arange(101), 0.5) == (25, 75)
    low, high = percentile_interval(np.arange(101), 0.9)
    assert (low, high) == (pytest.approx(5), pytest.approx(95))


def test_figures_that_could_not_be_computed_are_left_out():
    assert percentile_interval([np.nan, *range(101)], 0.5) == (25, 75)
    assert np.isnan(percentile_interval([np.nan, np.nan])).all()


def test_an_interval_needs_a_resample_and_a_share():
    with pytest.raises(ValueError, match="n_bootstrap is 0; it has to be at least 1"):
        bootstrap_spearman([1, 2, 3], [1, 2, 3], n_bootstrap=0)
    for confidence in (0, 1, 95):
        with pytest.raises(ValueError, match="between 0 and 1"):
            percentile_interval([1, 2], confidence)


def test_share_higher_is_the_area_under_the_roc_curve():
    from sklearn.metrics import roc_auc_score

    rng = np.random.default_rng(1)
    ones, others = rng.normal(0.5, 1, 60).round(1), rng.normal(0, 1, 90).round(1)  # rounded, so that there are ties
    expected = roc_auc_score([1] * 60 + [0] * 90, np.concatenate([ones, others]))
    found = share_higher(ones, others)
    assert found.share == pytest.approx(expected)
    assert found.low < expected < found.high
    assert found == share_higher(ones, others) != share_higher(ones, others, seed=1)


def test_share_higher_draws_both_groups_again():
    """With one number against many, the interval comes from the many alone; with one against one it has no width."""
    many = np.random.default_rng(0).normal(size=50)
    wide, mirrored, none = share_higher([0.0], many), share_higher(many, [0.0]), share_higher([1.0], [0.0])
    assert wide.low < wide.share < wide.high
    assert mirrored.low < mirrored.share < mirrored.high
    assert (none.share, none.low, none.high) == (1, 1, 1)


@pytest.mark.parametrize("group", [[], [np.nan, 1.0], [[1.0]]])
def test_share_higher_refuses_groups_that_cannot_be_compared(group):
    with pytest.raises(ValueError, match="first group"):
        share_higher(group, [1.0])
    with pytest.raises(ValueError, match="second group"):
        share_higher([1.0], group)


def test_shares_of_several_pairs_are_those_of_each():
    groups = {"near": [0.4, 0.9], "far": [0.1, 0.4]}
    both = shares_higher(groups, [("near", "far"), ("far", "near")])
    assert list(both["pair"]) == ["near over far", "far over near"]
    assert tuple(both.loc[0, ["share", "low", "high"]]) == share_higher(groups["near"], groups["far"])


# Steiger's test


def three(rng, n, correlation, times):
    """Samples of three normal variables of which the first correlates with both others alike."""
    truth = np.array([[1, correlation, correlation], [correlation, 1, 0.6], [correlation, 0.6, 1]])
    drawn = rng.normal(size=(times, n, 3)) @ np.linalg.cholesky(truth).T
    drawn -= drawn.mean(axis=1, keepdims=True)
    products = np.einsum("tni,tnj->tij", drawn, drawn)
    lengths = np.sqrt(np.einsum("tii->ti", products))
    return products / lengths[:, :, None] / lengths[:, None, :]


def test_steigers_z_is_that_of_his_formula_worked_by_hand():
    # m = 0.55, m² = 0.3025; ψ = 0.8 · 0.395 - 0.15125 · (0.395 - 0.64) = 0.35305625; s = ψ / 0.6975² = 0.72569
    z, p = steiger(0.6, 0.5, 0.8, 103)
    assert z == pytest.approx((np.arctanh(0.6) - np.arctanh(0.5)) * 10 / np.sqrt(2 - 2 * 0.35305625 / 0.6975**2))
    assert p == pytest.approx(2 * stats.norm.sf(z))


@pytest.mark.parametrize("n", [20, 65, 350])
@pytest.mark.parametrize("correlation", [0.0, 0.4, 0.7])
def test_steigers_test_finds_a_difference_in_five_of_a_hundred_where_there_is_none(n, correlation):
    found = three(np.random.default_rng(0), n, correlation, 4000)
    p = steiger(found[:, 0, 1], found[:, 0, 2], found[:, 1, 2], n).p
    assert (p < 0.05).mean() == pytest.approx(0.05, abs=0.013)
    assert (p < 0.5).mean() == pytest.approx(0.5, abs=0.035)


def test_steigers_z_turns_with_the_models_and_grows_with_their_likeness_and_with_n():
    assert steiger(0.6, 0.5, 0.8, 103).z == pytest.approx(-steiger(0.5, 0.6, 0.8, 103).z)
    z = steiger(0.6, 0.5, np.array([0.2, 0.5, 0.8]), 103).z
    assert (np.diff(z) > 0).all()
    assert steiger(0.6, 0.5, 0.8, 403).z == pytest.approx(2 * steiger(0.6, 0.5, 0.8, 103).z)
    assert steiger(0.5, 0.5, 1.0, 103) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((1.2, 0.5, 0.8, 100), "first is a correlation, between -1 and 1; it is 1.2"),
        ((0.2, 0.5, float("nan"), 100), "between is a correlation, between -1 and 1; it is nan"),
        ((0.6, 0.5, 0.8, 3), "at least four examples; n is 3"),
        ((0.9, -0.9, 0.9, 100), "No three variables can have these three correlations"),
        (("high", 0.5, 0.8, 100), "three correlations are numbers"),
        (([0.1, 0.2], [0.1, 0.2, 0.3], 0.8, 100), "arrays of one shape"),
        ((0.6, 0.5, 0.8, 103.7), "a whole number; it is 103.7"),
    ],
)
def test_steigers_test_refuses_what_cannot_be(arguments, says):
    with pytest.raises((ValueError, TypeError), match=says):
        steiger(*arguments)


def test_shares_of_right_answers_are_those_of_the_single_ones():
    table = shares_right({"all": [1, 1, 1, 1], "half": np.array([True, False]), "nobody asked": []})
    assert list(table["name"]) == ["all", "half", "nobody asked"] and list(table["n"]) == [4, 2, 0]
    assert table.loc[0, ["share", "low", "high"]].tolist() == [1.0, *wilson_interval(4, 4)]
    assert table.loc[1, ["share", "low", "high"]].tolist() == [0.5, *wilson_interval(1, 2)]
    assert table.loc[2, ["share", "low", "high"]].isna().all()


def test_a_paired_difference_keeps_both_answers_of_a_question_together():
    rng = np.random.default_rng(0)
    one = rng.random(400) < 0.6
    other = one & (rng.random(400) < 0.9)
    ahead, low, high = paired_difference(one, other)
    assert ahead == pytest.approx(one.mean() - other.mean())
    lost = wilson_interval(int((one & ~other).sum()), 400)  # nothing was won: the difference is a share
    assert (low, high) == pytest.approx(lost, abs=0.01) and low > 0
    paired, shuffled = paired_difference(one, other), paired_difference(one, rng.permutation(other))
    assert shuffled[2] - shuffled[1] > 2 * (paired[2] - paired[1])


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ([1, 0], [1], "same questions"),
        ([], [], "same questions"),
        ([0.5], [1], "True and False"),
        ([[1]], [1], "a row"),
    ],
)
def test_a_paired_difference_of_other_things_is_refused(one, other, said):
    with pytest.raises(ValueError, match=said):
        paired_difference(one, other)
    with pytest.raises(ValueError, match="True and False"):
        shares_right({"odd": [2, np.nan]})
