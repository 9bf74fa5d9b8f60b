"""Accuracies carry intervals, two models are judged by the same examples, and power is what it says."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.stats import binomtest

from embedlib.evaluation.analogy import corners, let_inputs_in
from embedlib.evaluation.classification import accuracy, chance_to_tell, learning_curve, mcnemar, needed, top_k
from embedlib.evaluation.probes import fit_tagger, remembered_names
from embedlib.evaluation.sequence_labeling import f1
from embedlib.evaluation.similarity import compare_models
from embedlib.vectors.projection import measure_map


def test_accuracy_is_scikit_learns_with_wilsons_interval() -> None:
    from sklearn.metrics import accuracy_score, top_k_accuracy_score

    rng = np.random.default_rng(0)
    truth, guessed, scores = rng.integers(0, 3, 50), rng.integers(0, 3, 50), rng.random((50, 3))
    found = accuracy(truth, guessed)
    assert found.share == accuracy_score(truth, guessed)
    assert found.low == binomtest(round(50 * found.share), 50).proportion_ci(method="wilson").low
    for k in (1, 2):
        assert top_k(truth, scores, k).share == top_k_accuracy_score(truth, scores, k=k)


def test_mcnemar_counts_only_what_one_alone_gets_right() -> None:
    truth = np.ones(100, int)
    one, other = truth.copy(), truth.copy()
    one[:4], other[4:16], one[50:60], other[50:60] = 0, 0, 0, 0
    found = mcnemar(truth, one, other)
    assert (found.only_one, found.only_other) == (12, 4)
    assert found.difference == pytest.approx(0.08) and found.low < 0.08 < found.high
    assert found.p == pytest.approx(binomtest(12, 16).pvalue)
    assert mcnemar(truth, one, one).p == 1 and mcnemar(truth, one, one).low == 0


def test_mcnemars_interval_is_that_of_the_paired_differences() -> None:
    rng = np.random.default_rng(1)
    truth = np.ones(2_000, int)
    one, other = (rng.random(2_000) < 0.8).astype(int), (rng.random(2_000) < 0.7).astype(int)
    found = mcnemar(truth, one, other)
    half = 1.96 * (one - other).std() / np.sqrt(2_000)
    assert [found.low, found.high] == pytest.approx([found.difference - half, found.difference + half], abs=1e-4)


def test_the_formula_and_the_simulation_agree_on_how_many_are_needed() -> None:
    rng = np.random.default_rng(0)
    kinds = rng.choice(3, 40_000, p=[0.12, 0.06, 0.82])
    one, other = (kinds != 1).astype(float), (kinds != 0).astype(float)
    n = needed(0.12, 0.06)
    told = chance_to_tell(one, other, [n // 4, n], n_draws=300).set_index("n")["told"]
    assert 0.72 < told[n] < 0.88 and told[n // 4] < 0.45


def test_equal_models_are_told_apart_as_often_as_chance_has_it() -> None:
    rng = np.random.default_rng(0)
    kinds = rng.choice(3, 20_000, p=[0.1, 0.1, 0.8])
    found = chance_to_tell(kinds != 1, kinds != 0, [400], n_draws=300)
    assert (found["told"] + found["wrong_way"]).iloc[0] < 0.12


def test_sentences_may_be_counted_in_place_of_examples() -> None:
    rng = np.random.default_rng(0)
    true = rng.integers(1, 4, 500)
    good, poor = rng.binomial(true, 0.8), rng.binomial(true, 0.4)
    counts = [np.column_stack([right, true, true]) for right in (good, poor)]
    found = chance_to_tell(*counts, [10, 200], f1, n_draws=100)
    assert found["told"].iloc[1] == 1 > found["told"].iloc[0]


def test_a_learning_curve_rises_and_its_draws_are_nested() -> None:
    from sklearn.linear_model import LogisticRegression

    rng = np.random.default_rng(0)
    rows = rng.normal(size=(600, 20))
    labels = (rows[:, :5].sum(axis=1) + rng.normal(size=600) > 0).astype(int)
    curve = learning_curve(LogisticRegression, rows[:400], labels[:400], rows[400:], labels[400:], [20, 400], [0, 1])
    means = curve.groupby("n")["accuracy"].mean()
    assert means[400] > means[20] + 0.05 and len(curve) == 4
    assert curve[curve["n"] == 400]["accuracy"].nunique() == 1


def test_what_cannot_be_judged_is_told_in_a_sentence() -> None:
    from sklearn.linear_model import LogisticRegression

    rows = np.zeros((4, 2))
    for call, says in (
        (lambda: accuracy([], []), "no examples"),
        (lambda: accuracy([1], [1, 2]), "equal length"),
        (lambda: mcnemar([1, 1], [1, 1], [1]), "equal length"),
        (lambda: top_k([], np.zeros((0, 3))), "no examples"),
        (lambda: top_k([1], np.zeros(3)), "their shape is"),
        (lambda: needed(0.1, 0.1), "no number of examples"),
        (lambda: needed(0.9, 0.2), "more than all"),
        (lambda: chance_to_tell([1, 0], [1], [5]), "same examples"),
        (lambda: learning_curve(LogisticRegression, rows, [1] * 4, rows, [1] * 4, [3]), "nothing to tell apart"),
        (lambda: learning_curve(LogisticRegression, rows, [1] * 3, rows, [1] * 4, [3]), "each needs its own"),
        (lambda: learning_curve(LogisticRegression, rows, [1, 0] * 2, rows, [1] * 4, [9]), "9 were asked for"),
    ):
        with pytest.raises(ValueError, match=says):
            call()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: accuracy([1, 2], ["1", "2"]), "name classes in one way"),
        (lambda: top_k(["a", "b"], [[0.1, 0.9], [0.2, 0.8]], 1), "given by number"),
        (lambda: top_k([0, 1], [["a", "b"], ["c", "d"]], 1), "finite numbers"),
        (lambda: top_k([0, 1], [[0.1, np.nan], [0.2, 0.8]], 1), "finite numbers"),
        (lambda: needed(0.3, 0.1 + 0.2), "equally many right"),
        (lambda: fit_tagger([np.ones((1, 2))], [["O"]], [], []), "dev part has 0"),
        (lambda: fit_tagger([np.array([[np.nan, 1.0]])], [["O"]], [np.ones((1, 2))], [["O"]]), "NaN or infinity"),
        (lambda: remembered_names([["Ada", "met"]], [["B-PER"]]), "needs one label"),
        (lambda: corners({"a": [1.0]}, [("a", "b", "c", "d")]), "answer_analogies returned"),
        (lambda: let_inputs_in({"a": [1.0]}, [("a", "b", "c", "d")]), "answer_analogies returned"),
        (lambda: compare_models({1: {}, "1": {}}, {"pairs": [("a", "b", 1.0)]}), "written alike"),
        (lambda: measure_map(np.ma.masked_equal(np.eye(6), 1), np.ones((6, 2)), 2), "masked"),
    ],
)
def test_odd_input_is_told_in_a_sentence(call: Callable[[], object], says: str) -> None:
    with pytest.raises((TypeError, ValueError), match=says):
        call()
