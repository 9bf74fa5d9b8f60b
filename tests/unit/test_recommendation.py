"""Recommenders and their measures: worked small cases, agreement with ``implicit``, input that makes no sense."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedlib import datasets
from embedlib.evaluation.recommendation import compare, gini, held_out_ranks, hits, ndcg, recommended
from embedlib.recommendation import as_matrix, ease, histories, item2vec, item_knn, last_few, window_counts
from embedlib.recommendation.models import als_rows
from embedlib.show.drawings.histories import factors
from embedlib.show.drawings.histories import histories as drawn

RNG = np.random.default_rng(0)
SEEN = (RNG.random((40, 12)) < 0.3).astype(float)
RESULTS = Path(__file__).parents[2] / "training" / "results"


# ---- Data ---------------------------------------------------------------------------------------------------------


def test_movielens_is_whole_and_says_what_it_is() -> None:
    ratings, films = datasets.movielens_100k(), datasets.movielens_100k_films()
    assert list(ratings.columns) == ["person", "film", "rating", "time"] and len(ratings) == 100_000
    assert set(ratings["rating"]) == {1, 2, 3, 4, 5} and ratings["person"].nunique() == 943
    assert not ratings.duplicated(["person", "film"]).any() and ratings.groupby("person").size().min() == 20
    assert set(ratings["film"]) == set(films["film"]) and films["genres"].map(len).min() >= 1
    assert films.set_index("film").loc[1, "title"] == "Toy Story"
    assert ratings.attrs["asset"] == "movielens-100k" and "research" in films.attrs["licence"]


def test_a_cut_file_of_ratings_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cut = tmp_path / "ml-100k.inter"
    cut.write_text("user_id\titem_id\trating\ttimestamp\n1\t2\t3\t4\n", encoding="utf-8")
    monkeypatch.setattr("embedlib.datasets.ratings.assets.path", lambda *names: cut)
    with pytest.raises(ValueError, match=r"100,000 ratings of 4 fields, and ml-100k\.inter holds 1 of 4"):
        datasets.movielens_100k()


def test_histories_are_in_order_of_time_and_ties_in_order_of_the_table() -> None:
    table = pd.DataFrame({"person": [1, 1, 1, 0], "film": [9, 4, 7, 4], "time": [5, 3, 5, 1]})
    lists, films = histories(table)
    assert [list(films[one]) for one in lists] == [[4], [4, 9, 7]]
    assert [list(films[one]) for one in histories(table, time=None)[0]] == [[4], [9, 4, 7]]


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (pd.DataFrame({"person": [1], "film": [2]}), "lacks the column time"),
        (pd.DataFrame({"person": [], "film": [], "time": []}), "no rows"),
        (pd.DataFrame({"person": [1, 1], "film": [2, 2], "time": [1, 2]}), "stand together twice"),
    ],
)
def test_a_table_that_holds_no_histories_is_told(table: pd.DataFrame, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        histories(table)


def test_lists_become_a_table_and_keep_their_ends() -> None:
    lists = [np.array([3, 1, 2]), np.array([0])]
    assert as_matrix(lists, 4).tolist() == [[0, 1, 1, 1], [1, 0, 0, 0]]
    assert [list(one) for one in last_few(lists, 2)] == [[1, 2], [0]] and last_few(lists, None) == lists
    with pytest.raises(ValueError, match="Item 3 is not among 3 items"):
        as_matrix(lists, 3)
    with pytest.raises(ValueError, match="at least 1"):
        last_few(lists, 0)


# ---- Models -------------------------------------------------------------------------------------------------------


def test_item_knn_is_the_cosine_of_columns() -> None:
    from sklearn.metrics.pairwise import cosine_similarity

    wanted = cosine_similarity(SEEN.T)
    np.fill_diagonal(wanted, 0)
    assert np.allclose(item_knn(SEEN), wanted)
    few = item_knn(SEEN, k=3)
    assert ((few > 0).sum(axis=0) >= np.minimum(3, (wanted > 0).sum(axis=0))).all() and (few <= wanted + 1e-12).all()
    assert (item_knn(SEEN, shrink=5) <= item_knn(SEEN)).all()
    assert not item_knn(np.zeros((3, 2))).any()


def test_ease_is_the_best_table_with_an_empty_diagonal() -> None:
    """Each column is a ridge regression of an item on the others (Steck, 2019)."""
    from sklearn.linear_model import Ridge

    table = ease(SEEN, penalty=3)
    assert not np.diag(table).any()
    for item in (0, 5):
        others = np.delete(np.arange(SEEN.shape[1]), item)
        line = Ridge(3, fit_intercept=False).fit(SEEN[:, others], SEEN[:, item])
        assert np.allclose(table[others, item], line.coef_)


def test_a_person_folded_in_is_the_one_implicit_folds_in() -> None:
    from implicit.als import AlternatingLeastSquares
    from scipy.sparse import csr_matrix

    rows = csr_matrix(SEEN.astype(np.float32))
    model = AlternatingLeastSquares(factors=4, alpha=5, regularization=2, iterations=5, random_state=0, num_threads=1)
    model.fit(rows, show_progress=False)
    found = als_rows(SEEN, model.item_factors, alpha=5, penalty=2)
    assert np.allclose(found, model.recalculate_user(np.arange(len(SEEN)), rows), atol=1e-4)


def test_windows_are_counted_both_ways() -> None:
    counts = window_counts([[0, 1, 2, 3], [2], []], 4, window=2)
    assert np.array_equal(counts, counts.T) and counts[0].tolist() == [0, 1, 1, 0]
    assert window_counts([[0, 1]], 2, window=50).tolist() == [[0, 1], [1, 0]]


def test_item2vec_puts_those_together_that_stand_together() -> None:
    rng = np.random.default_rng(0)
    lists = [rng.permutation(5) + 5 * (i % 2) for i in range(200)]
    inside, outside = item2vec(lists, 11, window=3, exponent=0.0, epochs=20, width=8)
    likely = inside @ outside.T
    assert inside.shape == outside.shape == (11, 8) and not inside[10].any()
    assert likely[:5, :5].mean() > likely[:5, 5:10].mean() + 1
    with pytest.raises(ValueError, match="No list has two items"):
        item2vec([[1], []], 3)


@pytest.mark.parametrize("model", [item_knn, ease, lambda seen: als_rows(seen, np.eye(2), 1, 1)])
@pytest.mark.parametrize("seen", [[1, 0], [[np.nan, 1]], [[-1, 1]], np.zeros((0, 3))])
def test_a_table_that_makes_no_sense_is_told(model: Any, seen: Any) -> None:
    with pytest.raises(ValueError, match=r"table|shape"):
        model(seen)


@pytest.mark.parametrize("call", [lambda: ease(SEEN, 0), lambda: item_knn(SEEN, 0), lambda: item_knn(SEEN, shrink=-1)])
def test_settings_that_make_no_sense_are_told(call: Any) -> None:
    with pytest.raises(ValueError, match="has to be"):
        call()


@pytest.mark.parametrize("call", [as_matrix, lambda lists, n: window_counts(lists, n, 1), item2vec])
@pytest.mark.parametrize(
    ("lists", "error", "message"),
    [
        ([[0, -1]], ValueError, "Item -1 is not among 3 items"),
        ([[0, 3]], ValueError, "Item 3 is not among 3 items"),
        ([[0.7, 1.9]], TypeError, "whole numbers, and 0.7 is none"),
        ([["a", "b"]], TypeError, "whole numbers, and 'a' is none"),
        ([[[0, 1]]], ValueError, "flat"),
        ([0, 1], TypeError, "this is an int"),
        (["01"], TypeError, "this is a str"),
        ("01", TypeError, "a list of item numbers for each person"),
    ],
)
def test_lists_of_other_things_than_items_are_told(call: Any, lists: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        call(lists, 3)


@pytest.mark.parametrize("call", [as_matrix, lambda lists, n: window_counts(lists, n, 1), item2vec])
def test_there_are_a_whole_number_of_items(call: Any) -> None:
    with pytest.raises(TypeError, match="n_items is a whole number"):
        call([[0, 1]], 2.5)


@pytest.mark.parametrize(
    "setting", [{"window": 0}, {"width": 0}, {"epochs": 0}, {"exponent": np.nan}, {"seed": -1}, {"window": 2.0}]
)
def test_item2vec_trains_by_no_senseless_setting(setting: Any) -> None:
    with pytest.raises((TypeError, ValueError), match=next(iter(setting))):
        item2vec([[0, 1]], 2, **setting)


def test_a_weight_of_five_counts_as_five_times_the_confidence() -> None:
    items = RNG.normal(size=(12, 3))
    assert np.allclose(als_rows(5 * SEEN, items, 2, 1), als_rows(SEEN, items, 10, 1))
    assert not np.allclose(als_rows(5 * SEEN, items, 2, 1), als_rows(SEEN, items, 2, 1))
    with pytest.raises(ValueError, match="NaN or infinite"):
        als_rows([[1, 0]], [[np.nan], [1]], 1, 1)


@pytest.mark.parametrize(
    ("table", "error", "message"),
    [
        ([[1, 2]], TypeError, "this is a list"),
        (pd.DataFrame({0: [1], 1: [2]}), ValueError, "it has 0, 1"),
        (pd.DataFrame({"person": [1, np.nan], "film": [2, 3], "time": [1, 2]}), ValueError, "person is empty in 1 row"),
        (pd.DataFrame({"person": [1, 1], "film": [2, 3], "time": [1, np.nan]}), ValueError, "time is empty in 1 row"),
        (pd.DataFrame({"person": [1, "a"], "film": [2, 3], "time": [1, 2]}), TypeError, "mixes int and str"),
    ],
)
def test_a_table_with_gaps_or_other_things_is_told(table: Any, error: Any, message: str) -> None:
    with pytest.raises(error, match=message):
        histories(table)


# ---- Measures -----------------------------------------------------------------------------------------------------


def test_places_are_worked_out_by_hand() -> None:
    scores, seen = [[5, 4, 3, 2], [1, 1, 1, 0]], [[1, 0, 0, 0], [0, 0, 0, 0]]
    assert held_out_ranks(scores, seen, [2, 0]).tolist() == [2, 3]  # of equal scores it comes last
    assert held_out_ranks(scores, seen, [2, 0], among=[[3, 0], [3, 0]]).tolist() == [1, 1]  # seen, itself: no rivals
    assert recommended(scores, seen, 2).tolist() == [[1, 2], [0, 1]]
    assert hits([1, 10, 11]).tolist() == [1, 1, 0] and ndcg([1, 3, 7, 11]).tolist() == pytest.approx([1, 0.5, 1 / 3, 0])


def test_a_constant_score_finds_nothing() -> None:
    seen = np.zeros((30, 12))
    assert (held_out_ranks(np.ones_like(seen), seen, np.arange(30) % 12) == 12).all()


def test_ndcg_is_that_of_scikit_learn() -> None:
    from sklearn.metrics import ndcg_score

    scores, held_out = RNG.random((20, 30)), RNG.integers(0, 30, 20)
    found = ndcg(held_out_ranks(scores, np.zeros_like(scores), held_out)).mean()
    assert found == pytest.approx(ndcg_score(np.eye(30)[held_out], scores, k=10))


@given(st.lists(st.integers(0, 50), min_size=2, max_size=20).filter(any), st.integers(2, 5))
def test_gini_knows_no_scale_and_no_order(counts: list[int], times: int) -> None:
    one = gini(counts)
    assert 0 <= one < 1 and gini(counts[::-1]) == pytest.approx(one)
    assert gini(np.array(counts) * times) == pytest.approx(one)
    pairs = np.abs(np.subtract.outer(counts, counts)).sum() / (2 * len(counts) * sum(counts))
    assert one == pytest.approx(pairs)


def test_differences_are_paired_by_person() -> None:
    easy = RNG.random(300)
    values = {"a": easy + 0.05, "b": easy}
    alone, paired = compare(values), compare(values, reference="b")
    assert alone["low"][0] < alone["high"][1]  # the intervals overlap
    assert paired.loc[0, ["difference", "low", "high"]].tolist() == pytest.approx([0.05, 0.05, 0.05])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: held_out_ranks([[1, 2]], [[1, 0]], [0]), "already seen"),
        (lambda: held_out_ranks([[1, 2]], [[1, 0]], [5]), "outside 0 to 1"),
        (lambda: held_out_ranks([[1, np.nan]], [[1, 0]], [1]), "NaN"),
        (lambda: held_out_ranks([[1, 2]], [[1, 0, 0]], [1]), r"shapes are \(1, 2\) and \(1, 3\)"),
        (lambda: held_out_ranks([[1, 2]], [[1, 0]], [1.0]), "item number"),
        (lambda: held_out_ranks([[1, 2]], [[1, 0]], [1], among=[0]), "row of items"),
        (lambda: held_out_ranks([[1, 2]], [[0, 0]], [1], among=[[-1]]), "Item -1 is not among 2 items"),
        (lambda: held_out_ranks([[1, 2]], [[0, 0]], [1], among=[[2]]), "Item 2 is not among 2 items"),
        (lambda: held_out_ranks([[1, 2]], [[0, 0]], [1], among=[[0, 0]]), "names an item twice"),
        (lambda: held_out_ranks([[1, 2]], [[np.nan, 0]], [1]), "seen holds NaN"),
        (lambda: held_out_ranks([[1, 2]], [["a", "b"]], [1]), "seen holds numbers"),
        (lambda: recommended([[1, 2], [1]], [[1, 0]], 2), "scores holds numbers"),
        (lambda: recommended(np.zeros((0, 3)), np.zeros((0, 3)), 2), "a row a person"),
        (lambda: gini(["a"]), "counts holds numbers"),
        (lambda: compare({"a": "x"}), "'a' holds numbers"),
        (lambda: recommended([[1, 2]], [[1, 0]], 2), "only 1 items are left"),
        (lambda: ndcg([0, 1]), "1 for the first"),
        (lambda: gini([0, 0]), "above 0"),
        (lambda: compare({"a": [1, 2], "b": [1]}), "one number a person, 2; 'b'"),
        (lambda: compare({"a": [1, np.nan]}), "holds NaN"),
        (lambda: compare({}), "no method"),
        (lambda: compare({"a": [1]}, reference="b"), "it can be 'a'"),
    ],
)
def test_measures_say_what_is_wrong(call: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.parametrize(
    ("call", "message"), [(lambda: hits(["a"]), "holds places"), (lambda: compare([[1, 2]]), "this is a list")]
)
def test_measures_say_what_is_no_number(call: Any, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        call()


# ---- What is stored ------------------------------------------------------------------------------------------------


def test_stored_tables_publish_no_rating() -> None:
    with np.load(RESULTS / "recommendation_vectors.npz") as stored:
        assert {name: stored[name].shape for name in ("als", "inside", "outside")} == {
            "als": (1447, 32),
            "inside": (1447, 64),
            "outside": (1447, 64),
        }
    for file in RESULTS.glob("recommendation*.csv"):
        assert not {"person", "rating", "time"} & set(pd.read_csv(file).columns)


def test_no_method_is_ahead_of_popularity_on_the_next_visit_and_all_are_on_the_next_line() -> None:
    rows = pd.read_csv(RESULTS / "recommendation_returns.csv")
    few = rows[rows["asked with"].isin(["the last five", "the last film"])].set_index("target")
    assert (few.loc["next line of the same visit", "low_ahead"] > 0).all()
    later = rows[rows["target"] == "first film of the next visit"]["low_ahead"].dropna()
    assert len(later) == 10 and (later < 0).all()


# ---- The drawing ----------------------------------------------------------------------------------------------------


def test_the_drawing_numbers_each_like() -> None:
    board = drawn({"Ann": ["Alien", "Babe"], "Ben": ["Babe"]}, marked="Ann")
    assert repr(board) == "Board: Alien · Babe · Ann · 1 · 2 · Ben · 1" and board.svg().count("<circle") == 3


@pytest.mark.parametrize(
    ("liked", "message"),
    [
        ({}, "there are 0 and 0"),
        ({"Ann": list("abcdefghi")}, "there are 1 and 9"),
        ({"Ann": ["a", "a"]}, "Ann has a film twice"),
    ],
)
def test_a_drawing_of_no_or_too_many_films_is_refused(liked: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        drawn(liked)


def test_the_narrow_tables_stand_beside_the_likes() -> None:
    likes = pd.DataFrame([[1, 0], [1, 1], [0, 1]], index=["Ann", "Ben", "Cleo"], columns=["Alien", "Babe"])
    drawn_words = repr(factors(likes, [[0.5, 0], [1, 1], [0, 1]], [[1, 0], [0, -1]]))
    assert "Ann · 1 · 0" in drawn_words and "2 a person" in drawn_words and "−1" in drawn_words
    with pytest.raises(ValueError, match=r"wide \(2, 2\)"):
        factors(likes, np.zeros((3, 2)), np.zeros((2, 3)))
    with pytest.raises(ValueError, match="One to eight"):
        factors(pd.DataFrame(np.zeros((9, 2))), np.zeros((9, 2)), np.zeros((2, 2)))
