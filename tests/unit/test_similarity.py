"""The correlation with human scores is scipy's; it says what it covers and what became of missing words."""

from __future__ import annotations

from dataclasses import FrozenInstanceError
from pathlib import Path

import gensim
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import spearmanr

from embedlib import assets, datasets
from embedlib.evaluation.similarity import compare_models, difference, differences, evaluate_similarity
from embedlib.words.counting import sparse_vectors
from embedlib.words.load import as_keyed_vectors, load_word_vectors

# On a quarter circle: the cosine with "a" falls from b to e.
ANGLES = {"a": 0, "b": 10, "c": 30, "d": 60, "e": 90}
CIRCLE = {word: [np.cos(np.radians(x)), np.sin(np.radians(x))] for word, x in ANGLES.items()}
PEOPLE = [("a", "b", 9.0), ("a", "c", 6.0), ("a", "d", 7.0), ("a", "e", 1.0)]

needs_glove = pytest.mark.skipif(not assets.available("glove-6b-50d"), reason="glove-6b-50d is not here")


@pytest.fixture(scope="module")
def glove():
    return load_word_vectors("glove-6b-50d")


class Encoder:
    """What the article's function takes: an object with get_word_vector."""

    def __init__(self, vectors, unknown="raise"):
        self.vectors, self.unknown = vectors, unknown

    def get_word_vector(self, word):
        return self.vectors[word] if self.unknown == "raise" else self.vectors.get(word)


# by hand


def test_the_correlation_is_that_worked_by_hand():
    # ranks of the people 4 2 3 1 and of the cosines 4 3 2 1: rho = 1 - 6 (0 + 1 + 1 + 0) / (4 (16 - 1)) = 0.8
    result = evaluate_similarity(CIRCLE, PEOPLE)
    assert result.correlation == pytest.approx(0.8)
    assert (result.n_pairs, result.n_covered, result.coverage) == (4, 4, 1.0)


def test_the_model_score_is_the_cosine():
    result = evaluate_similarity(CIRCLE, PEOPLE)
    assert result.pairs["model"].tolist() == pytest.approx([np.cos(np.radians(x)) for x in (10, 30, 60, 90)])
    assert result.pairs["covered"].all()


def test_a_model_that_agrees_in_all_but_direction_has_minus_one():
    reversed_people = [("a", word, float(i)) for i, word in enumerate("bcde")]
    assert evaluate_similarity(CIRCLE, reversed_people).correlation == pytest.approx(-1)


def test_ties_among_people_and_in_the_model_share_their_ranks():
    people = [("a", "b", 5.0), ("a", "c", 5.0), ("a", "d", 2.0), ("a", "e", 1.0), ("b", "a", 1.0)]
    result = evaluate_similarity(CIRCLE, people)
    # ranks: people 4.5 4.5 3 1.5 1.5, cosines 4.5 3 2 1 4.5
    expected = np.corrcoef([4.5, 4.5, 3, 1.5, 1.5], [4.5, 3, 2, 1, 4.5])[0, 1]
    assert result.correlation == pytest.approx(expected)


def test_the_length_of_a_vector_does_not_matter():
    longer = {word: np.array(vector) * (3 + i) for i, (word, vector) in enumerate(CIRCLE.items())}
    assert evaluate_similarity(longer, PEOPLE).correlation == pytest.approx(0.8)


# missing words

GAP = [*PEOPLE, ("a", "lynx", 8.0), ("lynx", "a", 2.0), ("b", "puma", 3.0)]


def test_pairs_with_a_missing_word_are_skipped_by_default():
    result = evaluate_similarity(CIRCLE, GAP)
    assert result.correlation == pytest.approx(0.8)
    assert (result.n_pairs, result.n_covered) == (7, 4)
    assert result.missing == "skip"
    assert result.pairs["model"].isna().tolist() == [False] * 4 + [True] * 3


def test_coverage_counts_pairs_and_not_words():
    result = evaluate_similarity(CIRCLE, GAP)
    assert result.coverage == pytest.approx(4 / 7)
    assert result.missing_words == ("lynx", "puma")


def test_zero_gives_a_missing_pair_the_cosine_zero():
    result = evaluate_similarity(CIRCLE, GAP, missing="zero")
    # "e" stands at a right angle to "a": its cosine is tied with the three zeros
    expected = spearmanr([9, 6, 7, 1, 8, 2, 3], [*np.cos(np.radians([10, 30, 60])), 0, 0, 0, 0]).statistic
    assert result.correlation == pytest.approx(expected)
    assert result.pairs["model"].tolist()[4:] == [0, 0, 0]
    assert result.n_covered == 4


def test_mean_gives_a_missing_word_the_mean_of_all_vectors():
    mean = np.mean(list(CIRCLE.values()), axis=0)
    mean_cosine = {word: float(mean @ CIRCLE[word] / np.linalg.norm(mean)) for word in CIRCLE}
    for embeddings in (CIRCLE, as_keyed_vectors(CIRCLE)):
        result = evaluate_similarity(embeddings, GAP, missing="mean")
        assert result.pairs["model"].tolist()[4:] == pytest.approx(
            [mean_cosine["a"], mean_cosine["a"], mean_cosine["b"]], abs=1e-6
        )
        assert result.n_covered == 4


def test_error_refuses_missing_words_and_names_them():
    with pytest.raises(ValueError, match='lack 2 of the 7 words: "lynx", "puma"'):
        evaluate_similarity(CIRCLE, GAP, missing="error")
    assert evaluate_similarity(CIRCLE, PEOPLE, missing="error").correlation == pytest.approx(0.8)


def test_the_mean_of_an_object_without_a_vocabulary_cannot_be_had():
    with pytest.raises(ValueError, match='choose "skip" or "zero"'):
        evaluate_similarity(Encoder(CIRCLE), GAP, missing="mean")


# what it takes


@pytest.mark.parametrize("unknown", ["raise", "none"])
def test_it_takes_what_the_articles_function_takes(unknown):
    result = evaluate_similarity(Encoder(CIRCLE, unknown), GAP)
    assert result.correlation == pytest.approx(0.8)
    assert result.n_covered == 4


def test_a_table_and_a_list_of_triples_give_the_same():
    table = pd.DataFrame(GAP, columns=["word1", "word2", "score"], index=range(50, 57))
    a, b = evaluate_similarity(CIRCLE, table), evaluate_similarity(as_keyed_vectors(CIRCLE), GAP)
    assert a.correlation == pytest.approx(b.correlation)
    assert (a.low, a.high) == (b.low, b.high)
    assert table.columns.tolist() == ["word1", "word2", "score"]  # the caller's table is left alone


def test_words_with_capitals_are_looked_up_as_the_result_says():
    people = [("A", "b", 9.0), ("a", "C", 6.0), ("a", "d", 7.0), ("a", "e", 1.0)]
    assert evaluate_similarity(CIRCLE, people).n_covered == 4
    assert evaluate_similarity(CIRCLE, people, case="lower").n_covered == 4
    exact = evaluate_similarity(CIRCLE, people, case="exact", n_bootstrap=0, missing="zero")
    assert exact.n_covered == 2 and exact.case == "exact"
    assert "as written" in exact._repr_html_()


def test_a_word_that_is_there_as_written_is_not_lowered():
    both = {**CIRCLE, "B": CIRCLE["e"]}
    people = [("a", "B", 1.0), ("a", "c", 6.0), ("a", "d", 4.0)]
    assert evaluate_similarity(both, people).pairs["model"][0] == pytest.approx(0, abs=1e-12)
    assert evaluate_similarity(both, people, case="lower").pairs["model"][0] > 0.9


# the result


def test_the_result_reads_as_a_sentence_with_rounded_numbers():
    data = pd.DataFrame(GAP, columns=["word1", "word2", "score"])
    data.attrs["name"] = "Quarter circle"
    result = evaluate_similarity(CIRCLE, data)
    text = f"Spearman 0.800 [{result.low:.3f}, {result.high:.3f}], 4 of 7 pairs covered"
    assert text in repr(result) and repr(result).startswith("Quarter circle: ")
    html = result._repr_html_()
    assert "0.800" in html and "4 of 7 (57.1%)" in html and "0x" not in repr(result) + html
    row = result.to_frame().iloc[0]
    assert (row["n_pairs"], row["n_covered"], row["missing"]) == (7, 4, "skip")
    with pytest.raises(FrozenInstanceError):
        result.correlation = 1.0


def test_the_interval_can_be_left_out():
    result = evaluate_similarity(CIRCLE, PEOPLE, n_bootstrap=0)
    assert np.isnan(result.low) and np.isnan(result.high)
    assert "[" not in repr(result) and "not computed" in result._repr_html_()


def test_the_interval_is_the_same_for_the_same_seed_and_holds_the_correlation():
    rng = np.random.default_rng(0)
    words = {f"w{i}": rng.normal(size=5) for i in range(60)}
    people = [(f"w{i}", f"w{i + 1}", float(rng.normal())) for i in range(59)]
    a, b, c = (evaluate_similarity(words, people, seed=seed) for seed in (0, 0, 1))
    assert (a.low, a.high) == (b.low, b.high) != (c.low, c.high)
    assert a.low < a.correlation < a.high
    narrow = evaluate_similarity(words, people, confidence=0.5)
    assert a.low < narrow.low < narrow.high < a.high


# agreement with those who do it for a living


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7), st.integers(0, 4)), min_size=3, max_size=40),
    st.integers(0, 1000),
)
def test_the_correlation_is_scipys_ties_and_all(triples, seed):
    vectors = np.random.default_rng(seed).integers(-2, 3, size=(8, 2)) + 0.5
    words = {f"w{i}": row for i, row in enumerate(vectors)}
    people = [(f"w{a}", f"w{b}", float(score)) for a, b, score in triples]
    unit = vectors / np.linalg.norm(vectors, axis=1)[:, None]
    cosine = [round(float(np.clip(unit[a] @ unit[b], -1, 1)), 12) for a, b, _ in triples]
    scores = [score for _, _, score in people]
    if len(set(cosine)) < 2 or len(set(scores)) < 2:
        return
    ours = evaluate_similarity(words, people, n_bootstrap=0)
    assert ours.pairs["model"].to_numpy() == pytest.approx(cosine, abs=1e-12)
    assert ours.correlation == pytest.approx(spearmanr(scores, ours.pairs["model"]).statistic, abs=1e-12)


@needs_glove
@pytest.mark.parametrize("zero", [False, True])
@pytest.mark.parametrize("name", ["wordsim353", "simlex999"])
def test_real_figures_agree_with_gensim(glove, name, zero):
    file = assets.path(name, assets.entry(name).files[0].name)
    _, theirs, missing_percent = glove.evaluate_word_pairs(str(file), restrict_vocab=400_000, dummy4unknown=zero)
    ours = evaluate_similarity(glove, getattr(datasets, name)(), missing="zero" if zero else "skip", n_bootstrap=0)
    assert ours.correlation == pytest.approx(theirs.statistic, abs=1e-6)
    assert 1 - ours.coverage == pytest.approx(missing_percent / 100)


@needs_glove
def test_gensims_conventions_for_missing_words_are_ours_too(glove, tmp_path):
    # the 20,000 most frequent words only, so that many pairs are missing
    few = gensim.models.KeyedVectors(50)
    few.add_vectors(glove.index_to_key[:20_000], glove.vectors[:20_000])
    file = assets.path("simlex999", "simlex999.txt")
    data = datasets.simlex999()
    for missing, zero in (("skip", False), ("zero", True)):
        theirs = few.evaluate_word_pairs(str(file), restrict_vocab=20_000, dummy4unknown=zero)[1]
        ours = evaluate_similarity(few, data, missing=missing, n_bootstrap=0)
        assert 0 < ours.n_covered < 999
        assert ours.correlation == pytest.approx(theirs.statistic, abs=1e-6)


@needs_glove
def test_the_real_models_figure_on_wordsim(glove):
    result = evaluate_similarity(glove, datasets.wordsim353())
    assert round(result.correlation, 3) == 0.503
    assert result.coverage == 1
    assert result.name == "WordSim-353"
    assert 0.35 < result.low < result.correlation < result.high < 0.65


# bad input


@pytest.mark.parametrize(
    ("data", "error", "says"),
    [
        (
            pd.DataFrame({"word1": ["a"], "w2": ["b"], "score": [1]}),
            ValueError,
            "lack the column word2; there are",
        ),
        (
            pd.DataFrame({"x": ["a"]}),
            ValueError,
            "lack the columns word1, word2, score; there are x",
        ),
        (pd.DataFrame(columns=["word1", "word2", "score"]), ValueError, "There are no pairs"),
        ([], ValueError, "There are no pairs"),
        ([("a", "b")], ValueError, r"Row 0 of the pairs is \('a', 'b'\); it has to hold word1, word2, score"),
        (["abc"], ValueError, "Row 0 of the pairs is 'abc'; it has to"),
        ("pairs.tsv", TypeError, "a DataFrame with the columns word1, .* or a list of such rows"),
        (Path("pairs.tsv"), TypeError, "or a list of such rows; this is a PosixPath"),
        (None, TypeError, "this is None"),
        (
            [("a", "b", "high"), *PEOPLE],
            ValueError,
            r"'a' and 'b' \(row 0\) is 'high'; a number is needed. 1 of the 5",
        ),
        ([("a", "b", None), *PEOPLE], ValueError, "a number is needed"),
        ([("a", "b", float("nan")), *PEOPLE], ValueError, "is nan; a number is needed"),
        ([("a", "b", float("inf")), *PEOPLE], ValueError, "is inf; a number is needed"),
        ([("a", "b", "7,5"), *PEOPLE], ValueError, "is '7,5'; a number is needed"),
        ([("", "b", 1.0), *PEOPLE], ValueError, "Row 0 of the pairs has '' for word1; a word is needed"),
        ([("a", 7, 1.0), *PEOPLE], ValueError, "Row 0 of the pairs has 7 for word2; a word is needed"),
        (
            [("lynx", "puma", 1.0), ("puma", "a", 2.0)],
            ValueError,
            'None of the 2 pairs .* lack "lynx", "puma"',
        ),
        (PEOPLE[:2], ValueError, "needs at least 3 pairs; similarity data has 2"),
        ([("a", word, 4.0) for word in "bcde"], ValueError, "All 4 scores of similarity data are 4"),
        ([("a", "a", 1.0), ("b", "b", 2.0), ("c", "c", 3.0)], ValueError, "All 3 cosines are 1.000"),
    ],
)
def test_bad_data_are_met_with_a_sentence(data, error, says):
    with pytest.raises(error, match=says):
        evaluate_similarity(CIRCLE, data)


@pytest.mark.parametrize(
    ("embeddings", "error", "says"),
    [
        (None, TypeError, "KeyedVectors, a dictionary .* this is None"),
        ("glove-6b-50d", TypeError, "this is a str"),
        ({**CIRCLE, "b": [np.nan, 1]}, ValueError, 'vector of "b" holds NaN or infinity'),
        ({**CIRCLE, "b": [0, 0]}, ValueError, 'vector of "b" is all zeros'),
        ({**CIRCLE, "b": [1, 2, 3]}, ValueError, "differ in length: 2, 3"),
        ({**CIRCLE, "b": [[1, 2]]}, ValueError, 'vector of "b" has shape'),
    ],
)
def test_bad_embeddings_are_met_with_a_sentence(embeddings, error, says):
    with pytest.raises(error, match=says):
        evaluate_similarity(embeddings, PEOPLE)


def test_a_vector_that_is_none_is_named_in_keyed_vectors_too_and_where_the_mean_is_asked_for():
    keyed = as_keyed_vectors({**CIRCLE, "far": [1.0, 2.0]})
    keyed.vectors[keyed.key_to_index["far"], 0] = np.nan
    assert evaluate_similarity(keyed, PEOPLE, n_bootstrap=0).correlation == pytest.approx(0.8)
    with pytest.raises(ValueError, match='vector of "far" holds NaN or infinity, and so does the mean of all'):
        evaluate_similarity(keyed, [("a", "lynx", 2.0), *PEOPLE], missing="mean", n_bootstrap=0)
    keyed.vectors[keyed.key_to_index["b"], 1] = np.inf
    with pytest.raises(ValueError, match='vector of "b" holds NaN or infinity; no cosine'):
        evaluate_similarity(keyed, PEOPLE)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"n_bootstrap": 1e3}, "n_bootstrap is a whole number, and 1000.0 is not"),
        ({"confidence": "95%"}, "confidence is a share between 0 and 1, such as 0.95; it is '95%'"),
        ({"seed": "x"}, "seed is a whole number, and 'x' is not"),
    ],
)
def test_an_option_of_the_wrong_kind_is_met_with_a_sentence(options, says):
    data = pd.DataFrame(PEOPLE, columns=["word1", "word2", "score"])
    for call in (
        lambda: evaluate_similarity(CIRCLE, data, **options),
        lambda: compare_models({"circle": CIRCLE}, [data], **options),
        lambda: difference(CIRCLE, CIRCLE, data, **options),
    ):
        with pytest.raises(TypeError, match=says):
            call()


def test_a_column_that_stands_twice_is_refused():
    data = pd.DataFrame(PEOPLE, columns=["word1", "word2", "score"])
    with pytest.raises(ValueError, match="more than one column word1"):
        evaluate_similarity(CIRCLE, pd.concat([data, data[["word1"]]], axis=1))


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"missing": "drop"}, "missing is 'drop'; it can be 'skip', 'zero', 'mean', 'error'"),
        ({"case": "upper"}, "case is 'upper'; it can be 'either', 'lower', 'exact'"),
        ({"n_bootstrap": -1}, "n_bootstrap is -1; it has to be at least 0"),
        ({"confidence": 95}, "confidence is a share between 0 and 1, such as 0.95; it is 95"),
    ],
)
def test_bad_options_are_met_with_a_sentence(options, says):
    with pytest.raises(ValueError, match=says):
        evaluate_similarity(CIRCLE, PEOPLE, **options)


# many models, many benchmarks


def random_model(seed, n=60, d=5):
    return {f"w{i}": row for i, row in enumerate(np.random.default_rng(seed).normal(size=(n, d)))}


def random_pairs(seed, name, n=80, n_words=60):
    rng = np.random.default_rng(seed)
    rows = [(f"w{a}", f"w{b}", float(rng.integers(0, 11))) for a, b in rng.integers(0, n_words, (n, 2))]
    table = pd.DataFrame(rows, columns=["word1", "word2", "score"])
    table.attrs["name"] = name
    return table


MODELS = {
    "dictionary": random_model(0),
    "keyed": as_keyed_vectors(random_model(1, n=40)),
    "object": Encoder(random_model(2, n=50)),
    "sparse": sparse_vectors(
        [f"w{i}" for i in range(60)],
        np.random.default_rng(3).normal(size=(60, 9))
        * (np.random.default_rng(4).random((60, 9)) < 0.4)
        * (np.arange(60) % 10 > 0)[:, None],
        name="sparse",
    ),
}
BENCHMARKS = [random_pairs(0, "first"), random_pairs(1, "second", n=120)]


@pytest.mark.parametrize("missing", ["skip", "zero"])
def test_every_cell_of_the_table_is_what_evaluate_similarity_says(missing):
    table = compare_models(MODELS, BENCHMARKS, missing=missing, seed=3)
    columns = ["model", "benchmark", "correlation", "low", "high", "n_covered", "n_pairs", "coverage"]
    assert table.columns.tolist() == columns
    assert list(zip(table["model"], table["benchmark"], strict=True)) == [
        (model, benchmark.attrs["name"]) for model in MODELS for benchmark in BENCHMARKS
    ]
    for row in table.itertuples():
        data = next(benchmark for benchmark in BENCHMARKS if benchmark.attrs["name"] == row.benchmark)
        one = evaluate_similarity(MODELS[row.model], data, missing=missing, seed=3)
        assert (row.correlation, row.low, row.high) == pytest.approx((one.correlation, one.low, one.high), abs=1e-12)
        assert (row.n_covered, row.n_pairs, row.coverage) == (one.n_covered, one.n_pairs, one.coverage)
    assert table["n_covered"].nunique() > 4 and table.attrs["missing"] == missing


def test_a_sparse_matrix_scores_as_it_would_written_out():
    kept = MODELS["sparse"]
    full = {word: row for word, row in zip(kept.words, kept.matrix.toarray(), strict=True) if row.any()}
    a, b = (evaluate_similarity(vectors, BENCHMARKS[1]) for vectors in (kept, full))
    assert a.pairs["model"].to_numpy() == pytest.approx(b.pairs["model"].to_numpy(), abs=1e-12, nan_ok=True)
    assert a.n_covered == b.n_covered < a.n_pairs
    assert a.missing_words == b.missing_words != ()


def test_common_pairs_are_those_that_all_models_cover():
    table = compare_models(MODELS, BENCHMARKS, common_pairs=True)
    assert table.attrs["common_pairs"] is True
    for data in BENCHMARKS:
        judged = [evaluate_similarity(model, data).pairs["covered"] for model in MODELS.values()]
        shared = np.logical_and.reduce(judged)
        rows = table[table["benchmark"] == data.attrs["name"]].set_index("model")
        assert rows["n_covered"].tolist() == [shared.sum()] * len(MODELS)
        assert shared.sum() < min(covered.sum() for covered in judged)
        assert rows["n_pairs"].tolist() == [len(data)] * len(MODELS)
        for name, model in MODELS.items():
            one = evaluate_similarity(model, data[shared])
            assert rows.loc[name, "correlation"] == pytest.approx(one.correlation, abs=1e-12)
            assert rows.loc[name, "low"] == pytest.approx(one.low, abs=1e-12)


def test_an_empty_cell_is_nan_and_the_rest_of_the_table_stands():
    flat = {word: [1, 0] for word in "abcde"}
    models = {"circle": CIRCLE, "elsewhere": {"chat": [1, 2], "chien": [2, 1]}, "flat": flat}
    table = compare_models(models, {"people": PEOPLE}).set_index("model")
    assert table.loc["circle", "correlation"] == pytest.approx(0.8)
    assert table.loc["elsewhere", ["n_covered", "coverage"]].tolist() == [0, 0]
    assert table.loc[["elsewhere", "flat"], ["correlation", "low", "high"]].isna().all(axis=None)
    assert table.loc["flat", "n_covered"] == 4
    two = compare_models({"circle": CIRCLE}, {"two": PEOPLE[:2]})
    assert two["n_covered"].tolist() == [2] and two["correlation"].isna().all()


def test_the_interval_of_the_table_can_be_left_out():
    table = compare_models(MODELS, BENCHMARKS, n_bootstrap=0)
    assert table["correlation"].notna().all() and table[["low", "high"]].isna().all(axis=None)


def test_a_mapping_gives_the_benchmarks_their_names():
    table = compare_models({"circle": CIRCLE}, {"mine": PEOPLE, "yours": BENCHMARKS[0]}, n_bootstrap=0)
    assert table["benchmark"].tolist() == ["mine", "yours"]


def test_models_are_asked_one_after_the_other():
    class OneByOne(dict):
        def __getitem__(self, name):
            opened.append(name)
            return super().__getitem__(name)

    opened = []
    table = compare_models(OneByOne(MODELS), BENCHMARKS, n_bootstrap=0)
    assert opened == list(MODELS) and len(table) == 8


# the difference of two models


def test_the_difference_is_judged_on_the_pairs_that_both_cover_and_drawn_together():
    data = BENCHMARKS[1]
    found = difference(MODELS["keyed"], MODELS["object"], data, seed=5, n_bootstrap=300)
    both = evaluate_similarity(MODELS["keyed"], data).pairs["covered"]  # the smaller vocabulary
    one, other = (evaluate_similarity(MODELS[name], data[both]).pairs for name in ("keyed", "object"))
    assert (found.n_common, found.n_pairs) == (both.sum(), 120) and both.sum() < 120
    x, y, z = one["score"].to_numpy(), one["model"].to_numpy(), other["model"].to_numpy()
    assert found.first == pytest.approx(spearmanr(x, y).statistic)
    assert found.difference == pytest.approx(spearmanr(x, y).statistic - spearmanr(x, z).statistic)
    rng, drawn = np.random.default_rng(5), []
    for size in (250, 50):
        for draw in rng.integers(0, len(x), (size, len(x))):
            drawn.append(spearmanr(x[draw], y[draw]).statistic - spearmanr(x[draw], z[draw]).statistic)
    assert (found.low, found.high) == pytest.approx(tuple(np.quantile(drawn, [0.025, 0.975])), abs=1e-12)


def test_a_model_does_not_differ_from_itself():
    found = difference(CIRCLE, as_keyed_vectors(CIRCLE), PEOPLE)
    assert (found.difference, found.low, found.high) == (0, 0, 0)
    bare = difference(CIRCLE, CIRCLE, PEOPLE, n_bootstrap=0)
    assert np.isnan(bare.low) and np.isnan(bare.high)


def test_nearly_equal_models_have_a_narrow_difference_though_their_intervals_are_wide():
    rng = np.random.default_rng(0)
    model = random_model(0)
    nearly = {word: row + rng.normal(scale=0.02, size=5) for word, row in model.items()}
    one = evaluate_similarity(model, BENCHMARKS[1])
    found = difference(model, nearly, BENCHMARKS[1])
    assert found.high - found.low < (one.high - one.low) / 3


def test_the_table_of_differences_has_the_difference_in_each_cell():
    table = differences(MODELS, BENCHMARKS, reference="keyed", seed=2)
    assert table["model"].unique().tolist() == ["dictionary", "object", "sparse"]
    assert table.attrs["reference"] == "keyed"
    for row in table.itertuples():
        data = next(benchmark for benchmark in BENCHMARKS if benchmark.attrs["name"] == row.benchmark)
        one = difference(MODELS[row.model], MODELS["keyed"], data, seed=2)
        expected = (one.difference, one.low, one.high)
        assert (row.difference, row.low, row.high) == pytest.approx(expected, abs=1e-12)
        assert (row.n_common, row.n_pairs) == (one.n_common, one.n_pairs)
    empty = differences({**MODELS, "elsewhere": {"chat": [1, 2]}}, BENCHMARKS, reference="elsewhere")
    assert empty["difference"].isna().all() and (empty["n_common"] == 0).all()


@needs_glove
def test_a_model_cut_to_fewer_words_differs_by_its_vocabulary_alone(glove):
    few = gensim.models.KeyedVectors(50)
    few.add_vectors(glove.index_to_key[:5000], glove.vectors[:5000])
    data = [datasets.wordsim353(), datasets.simlex999()]
    apart = compare_models({"all": glove, "few": few}, data, n_bootstrap=0)
    together = compare_models({"all": glove, "few": few}, data, n_bootstrap=0, common_pairs=True)
    assert (apart.groupby("benchmark")["correlation"].agg(np.ptp) > 0.005).all()
    assert (together.groupby("benchmark")["correlation"].agg(np.ptp) < 1e-12).all()


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: compare_models({}, BENCHMARKS), ValueError, "There is no model"),
        (lambda: compare_models(MODELS, []), ValueError, "There is no benchmark"),
        (lambda: compare_models(MODELS["keyed"], BENCHMARKS), TypeError, "Models are a dictionary of name"),
        (lambda: compare_models(CIRCLE, BENCHMARKS), TypeError, '"a" has one vector: .* vectors of one model'),
        (lambda: compare_models({"glove": "glove"}, BENCHMARKS), TypeError, "glove: Embeddings are .* this is a str"),
        (lambda: compare_models(MODELS, "wordsim"), TypeError, "Benchmarks are a list of tables"),
        (lambda: compare_models(MODELS, [PEOPLE]), TypeError, "Benchmark 0 is a list.*Triples have no name"),
        (lambda: compare_models(MODELS, {"empty": []}), ValueError, "empty: There are no pairs"),
        (lambda: compare_models(MODELS, BENCHMARKS[:1] * 2), ValueError, 'Two benchmarks are called "first"'),
        (lambda: compare_models({"bad": {**CIRCLE, "b": [0, 0]}}, {"p": PEOPLE}), ValueError, 'bad: .* of "b" is all'),
        (
            lambda: compare_models({"bad": as_keyed_vectors({**CIRCLE, "b": [np.nan, 0]})}, {"p": PEOPLE}),
            ValueError,
            'bad: The vector of "b" holds NaN',
        ),
        (lambda: compare_models(MODELS, BENCHMARKS, missing="error"), ValueError, "keyed: The embeddings lack 20"),
        (lambda: compare_models(MODELS, BENCHMARKS, missing="mean"), ValueError, "object: .* choose .skip. or .zero."),
        (
            lambda: compare_models(MODELS, BENCHMARKS, missing="zero", common_pairs=True),
            ValueError,
            "choose one of the two",
        ),
        (lambda: compare_models(MODELS, BENCHMARKS, confidence=95), ValueError, "it is 95"),
        (lambda: difference(CIRCLE, {"a": [1, 0]}, PEOPLE), ValueError, "of the 4 of similarity data .* have 0"),
        (lambda: difference(CIRCLE, 3, PEOPLE), TypeError, "the second model: Embeddings are"),
        (lambda: differences(MODELS, BENCHMARKS, reference="base"), ValueError, "'base' is none of the models"),
    ],
)
def test_bad_comparisons_are_met_with_a_sentence(call, error, says):
    with pytest.raises(error, match=says):
        call()
