"""Retrieval measures agree with each other's definitions, by hand and with scikit-learn."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import average_precision_score

from embedlib.evaluation.retrieval import (
    average_precision,
    average_precision_at_r,
    hit_at,
    leave_one_out,
    ndcg_at,
    precision_at,
    recall_at,
    reciprocal_rank,
)

TOY = [[True, False, False, True, True, False, False, False]]  # right at places 1, 4 and 5, and a fourth not in the row


def test_on_one_ranking_all_five_measures_differ_as_worked_by_hand() -> None:
    found = {
        "precision": precision_at(TOY, 4, [4]),
        "recall": recall_at(TOY, 5, [4]),
        "hit": hit_at(TOY, 4, [4]),
        "average precision": average_precision(TOY, [4]),
        "at R": average_precision_at_r(TOY, [4]),
    }
    wanted = {
        "precision": 2 / 4,
        "recall": 3 / 4,
        "hit": 1,
        "average precision": (1 / 1 + 2 / 4 + 3 / 5) / 4,
        "at R": (1 / 1 + 2 / 4) / 4,  # the fifth place is beyond R = 4
    }
    assert {name: value.item() for name, value in found.items()} == pytest.approx(wanted)
    assert len({round(value, 6) for value in wanted.values()}) == 5


def test_a_query_that_nothing_answers_is_no_nought_but_nan() -> None:
    lone = [[False, False], [True, False]]
    for values in (
        precision_at(lone, 1),
        recall_at(lone, 1),
        hit_at(lone, 1),
        average_precision(lone),
        average_precision_at_r(lone),
    ):
        assert np.isnan(values[0]) and values[1] == 1
    assert average_precision([[False, False]], [1]).tolist() == [0]  # there is one, and it was not found


@given(st.lists(st.booleans(), min_size=2, max_size=30).filter(any))
def test_average_precision_is_scikit_learns(row: list[bool]) -> None:
    theirs = average_precision_score(row, -np.arange(len(row)))
    assert average_precision([row]).item() == pytest.approx(theirs)


@given(st.lists(st.booleans(), min_size=2, max_size=30).filter(any))
def test_measures_bound_one_another(row: list[bool]) -> None:
    for k in range(1, len(row) + 1):
        assert precision_at([row], k) <= hit_at([row], k)
        assert recall_at([row], k) <= hit_at([row], k)
        assert precision_at([row], k) * k == pytest.approx(recall_at([row], k) * sum(row))
    assert 0 <= average_precision_at_r([row]) <= average_precision([row]) <= 1
    best = sorted(row, reverse=True)
    assert average_precision_at_r([best]) == average_precision([best]) == 1


def test_no_vector_finds_itself_and_only_its_label_counts() -> None:
    vectors = np.array([[1, 0], [1, 0.1], [0, 1], [0.1, 1], [-1, 0]])
    found = leave_one_out(vectors, ["a", "a", "b", "a", "c"])
    assert found.shape == (5, 4)
    assert found.sum(axis=1).tolist() == [2, 2, 0, 2, 0]
    assert found[0].tolist() == [True, True, False, False]
    assert found[3].tolist() == [False, True, True, False]


def test_twins_are_found_in_the_order_of_the_collection() -> None:
    found = leave_one_out([[1, 1], [2, 2], [3, 3], [1, 0]], ["a", "b", "a", "b"])
    assert found[0].tolist() == [False, True, False]


@pytest.mark.parametrize(
    "call, says",
    [
        (lambda: precision_at([[0.5, 0.2]], 1), "Are these scores"),
        (lambda: precision_at([True], 1), "A row a query"),
        (lambda: hit_at([[True]], 2), "each query has 1 results"),
        (lambda: recall_at([[True, True]], 1, [1]), "no fewer than stand in its row"),
        (lambda: leave_one_out([[1, 0], [0, 1]], ["a"]), "Each vector has a label"),
        (lambda: leave_one_out([[1, 0]], ["a"]), "no others"),
    ],
)
def test_what_cannot_be_judged_is_told(call, says) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=says):
        call()


@given(st.integers(0, 10_000))
def test_the_library_that_trec_uses_gives_the_same_numbers_for_the_same_run(seed: int) -> None:
    """Ties, documents that no one judged, and grades from 0 to 3; trec_eval breaks ties by name, the last one first."""
    import pytrec_eval

    rng = np.random.default_rng(seed)
    n_queries, n_documents, shown = 3, 30, int(rng.integers(5, 31))
    grades = rng.choice([0, 0, 0, 1, 2, 3], size=(n_queries, n_documents))
    grades[:, 0] = np.maximum(grades[:, 0], 1)
    judged = rng.random(grades.shape) < 0.7
    judged[:, 0] = True
    grades = np.where(judged, grades, 0)
    scores = rng.integers(0, 8, size=grades.shape).astype(float)  # many ties
    order = np.argsort(-scores, axis=1, kind="stable")[:, :shown]
    name = [f"d{n_documents - i:03}" for i in range(n_documents)]  # so that the first has the last name
    qrel = {str(q): {name[d]: int(grades[q, d]) for d in np.flatnonzero(judged[q])} for q in range(n_queries)}
    run = {str(q): {name[d]: float(scores[q, d]) for d in order[q]} for q in range(n_queries)}
    found = pytrec_eval.RelevanceEvaluator(qrel, {"ndcg_cut.5", "recip_rank", "recall.5", "map"}).evaluate(run)
    gained = np.take_along_axis(grades, order, axis=1)
    right, total = gained > 0, (grades > 0).sum(axis=1)
    ours = {
        "ndcg_cut_5": ndcg_at(gained, 5, grades),
        "recip_rank": reciprocal_rank(right, total),
        "recall_5": recall_at(right, 5, total),
        "map": average_precision(right, total),
    }
    for measure, values in ours.items():
        assert values.tolist() == pytest.approx([found[str(q)][measure] for q in range(n_queries)], abs=1e-4)


def test_ndcg_by_hand_and_its_best_order_is_one() -> None:
    assert ndcg_at([[1, 0, 2]], 3, [[2, 1, 1]]).item() == pytest.approx(2 / (2 + 1 / np.log2(3) + 1 / 2))
    assert ndcg_at([[3, 2, 0]], 2, [[0, 2, 3]]).item() == pytest.approx(1)
    assert np.isnan(ndcg_at([[0, 0]], 1)).all() and np.isnan(reciprocal_rank([[False]])).all()
    assert reciprocal_rank([[False, False]], [1]).item() == 0


def test_grades_that_cannot_be_are_told() -> None:
    with pytest.raises(ValueError, match="grades from 0 on, 0 being not right"):
        ndcg_at([[1, -1]], 1)
    with pytest.raises(ValueError, match="more than the best order could"):
        ndcg_at([[3, 3]], 2, [[3, 0]])
    with pytest.raises(ValueError, match="k is 3, and each query has 2 results"):
        ndcg_at([[1, 0]], 3)
    with pytest.raises(ValueError, match="grades has 1 rows, and best 2"):
        ndcg_at([[1, 0]], 1, [[1], [2]])
