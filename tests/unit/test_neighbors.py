"""Neighbours are exact, ordered, without the query, and the same as gensim's."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from embedlib import assets
from embedlib.vectors import search
from embedlib.words.load import UnknownWordError, as_keyed_vectors, load_word_vectors
from embedlib.words.neighbors import cosines, most_similar, nearest, pair_cosines, ranks, stranger_cosines

TOY = {"cat": [0.2, 0.5, -0.1], "dog": [0.1, 0.4, -0.2], "fish": [-0.3, 0.1, 0.7]}

needs_glove = pytest.mark.skipif(not assets.available("glove-6b-50d"), reason="glove-6b-50d is not here")


@pytest.fixture(scope="module")
def glove():
    return load_word_vectors("glove-6b-50d")


def random_vectors(n, d=8, seed=0):
    numbers = np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)
    return as_keyed_vectors({f"w{i}": row for i, row in enumerate(numbers)})


def brute_force(keyed, unit_query, leave_out=()):
    rows = keyed.vectors.astype(np.float64)
    scores = rows @ unit_query / np.linalg.norm(rows, axis=1)
    order = np.argsort(-scores, kind="stable")
    return [i for i in order if i not in leave_out], scores


# by hand


def test_the_toy_words_are_ordered_as_by_hand():
    found = nearest(TOY, ["cat", "dog", "fish"], k=2)
    assert found.words.tolist() == [["dog", "fish"], ["cat", "fish"], ["cat", "dog"]]
    assert found.indices.tolist() == [[1, 2], [0, 2], [0, 1]]
    cat_dog = (0.2 * 0.1 + 0.5 * 0.4 + 0.1 * 0.2) / np.sqrt(0.30 * 0.21)
    cat_fish = (-0.2 * 0.3 + 0.5 * 0.1 - 0.1 * 0.7) / np.sqrt(0.30 * 0.59)
    assert found.cosines[0] == pytest.approx([cat_dog, cat_fish], abs=1e-7)


def test_neighbours_exclude_the_query_word():
    assert "cat" not in nearest(TOY, "cat", k=2).words
    assert nearest(TOY, "cat", k=3, exclude=False).words.tolist() == [["cat", "dog", "fish"]]


def test_an_array_excludes_nothing():
    found = nearest(TOY, np.array(TOY["cat"]), k=1)
    assert found.words.tolist() == [["cat"]]
    assert found.cosines[0, 0] == pytest.approx(1)


def test_words_to_leave_out_can_be_named_for_each_query():
    found = nearest(TOY, ["cat", "fish"], k=1, exclude=[["cat", "dog"], ["fish", "fish"]])
    assert found.words.tolist() == [["fish"], ["cat"]]


def test_the_length_of_a_vector_does_not_matter():
    vectors = {"east": [1.0, 0.0], "long": [70.0, 71.0], "near": [0.02, 0.001]}
    assert nearest(vectors, "east", k=2).words.tolist() == [["near", "long"]]


def test_ties_go_to_the_word_that_comes_first():
    vectors = {"q": [1.0, 0.0], "b": [2.0, 2.0], "a": [1.0, 1.0], "c": [3.0, -3.0]}
    assert nearest(vectors, "q", k=3).words.tolist() == [["b", "a", "c"]]
    assert ranks(vectors, "q", ["c", "a", "b"])["rank"].tolist() == [3, 2, 1]


def test_a_word_of_zeros_is_nobodys_neighbour():
    vectors = {"q": [1.0, 0.0], "nothing": [0.0, 0.0], "away": [-1.0, 0.1]}
    assert nearest(vectors, "q", k=1).words.tolist() == [["away"]]
    assert np.isnan(cosines(vectors, "q")[1])
    with pytest.raises(ValueError, match=r'"nothing" is all zeros.*no cosine'):
        ranks(vectors, "q", ["nothing"])


def test_many_words_of_zeros_hide_nobody():
    rows = np.zeros((500, 3), dtype=np.float32)
    rows[0] = [1, 0, 0]
    rows[[250, 499]] = [-1, 0.1, 0]
    keyed = as_keyed_vectors({f"w{i}": row for i, row in enumerate(rows)})
    assert nearest(keyed, "w0", k=2).words.tolist() == [["w250", "w499"]]


def test_the_table_counts_ranks_from_one():
    table = most_similar(TOY, "cat", k=2)
    assert table.columns.tolist() == ["rank", "word", "cosine"]
    assert table["rank"].tolist() == [1, 2]
    assert table["word"].tolist() == ["dog", "fish"]
    assert ranks(TOY, "cat", "dog")["rank"].tolist() == [1]


def test_ranks_come_in_the_order_asked_for():
    table = ranks(TOY, "cat", ["fish", "dog"])
    assert table.columns.tolist() == ["word", "cosine", "rank"]
    assert table["word"].tolist() == ["fish", "dog"]
    assert table["rank"].tolist() == [2, 1]


def test_only_the_first_words_are_searched_when_asked():
    keyed = random_vectors(300)
    found = nearest(keyed, ["w0", "w250"], k=5, restrict_vocab=100)
    assert found.indices.max() < 100
    rows = keyed.vectors[250].astype(float)
    expected, _ = brute_force(
        as_keyed_vectors({f"w{i}": keyed.vectors[i] for i in range(100)}), rows / np.linalg.norm(rows)
    )
    assert found.indices[1].tolist() == expected[:5]


# against brute force, at every edge of the blocks


@pytest.mark.parametrize("n", [2, 63, 64, 65, 129, 4095, 4096, 4097, 8200])
@pytest.mark.parametrize("k", [1, 10])
def test_neighbours_are_those_of_brute_force(n, k):
    k = min(k, n - 1)
    keyed = random_vectors(n, seed=n)
    words = [f"w{i}" for i in np.random.default_rng(n).integers(0, n, 12)]
    found = nearest(keyed, words, k=k)
    for i, word in enumerate(words):
        row = keyed.key_to_index[word]
        query = keyed.vectors[row].astype(float)
        expected, scores = brute_force(keyed, query / np.linalg.norm(query), [row])
        assert found.indices[i].tolist() == expected[:k]
        assert found.cosines[i] == pytest.approx(scores[expected[:k]], abs=1e-12)


def test_k_may_be_all_the_other_words():
    keyed = random_vectors(200)
    found = nearest(keyed, "w7", k=199)
    assert sorted(found.indices[0].tolist()) == [i for i in range(200) if i != 7]
    assert (np.diff(found.cosines[0]) <= 0).all()


def test_many_equal_vectors_are_listed_in_vocabulary_order():
    rows = np.tile(np.array([[0.3, 0.4, 0.5]], dtype=np.float32), (1000, 1))
    keyed = as_keyed_vectors({f"w{i}": row for i, row in enumerate(rows)})
    assert nearest(keyed, "w3", k=5).indices.tolist() == [[0, 1, 2, 4, 5]]


def test_differences_below_single_precision_are_told_apart():
    close = {"q": [1.0, 0.0, 0.0]}
    angles = 1e-3 + 1e-7 * np.arange(300)[::-1]  # cosines differ by about 1e-10
    close |= {f"w{i}": np.array([np.cos(a), np.sin(a), 0], dtype=np.float32) for i, a in enumerate(angles)}
    keyed = as_keyed_vectors(close)
    expected, _ = brute_force(keyed, np.array([1.0, 0, 0]), [0])
    assert nearest(keyed, "q", k=20).indices[0].tolist() == expected[:20]


@pytest.mark.parametrize("n", [2, 63, 64, 65, 4097])
def test_one_word_alone_has_the_neighbours_that_it_has_among_many(n):
    """Alone it takes another way: with words of zeros, ties and lengths of all sizes the answers are the same."""
    rng = np.random.default_rng(n)
    rows = rng.integers(-2, 3, (n, 3)) * 10.0 ** rng.integers(-6, 6, (n, 1))
    rows[: n // 2 : 5] = 0
    keyed = as_keyed_vectors({f"w{i}": row for i, row in enumerate([[1, 2, 2], *rows, [2, -1, 0]])})
    usable = np.flatnonzero(np.linalg.norm(keyed.vectors, axis=1))
    words = [f"w{i}" for i in usable[:: max(1, len(usable) // 9)]]
    k = min(20, len(usable) - 1)
    together = nearest(keyed, words, k=k)
    for i, word in enumerate(words):
        alone = nearest(keyed, word, k=k)
        assert alone.indices[0].tolist() == together.indices[i].tolist()
        assert alone.cosines[0].tolist() == together.cosines[i].tolist()


@pytest.mark.parametrize("batch", [1, 7, 512])
def test_answers_do_not_depend_on_how_many_are_asked_at_once(batch):
    keyed = random_vectors(5000, d=16)
    words = [f"w{i}" for i in range(0, 5000, 250)]
    together, apart = nearest(keyed, words, batch=512), nearest(keyed, words, batch=batch)
    assert (together.indices == apart.indices).all()
    assert (together.cosines == apart.cosines).all()


finite = st.floats(-100, 100, width=32).map(lambda x: x if abs(x) > 1e-3 else 0.0)


@settings(max_examples=60, deadline=None)
@given(
    arrays(np.float32, st.tuples(st.integers(3, 40), st.integers(2, 5)), elements=finite),
    st.integers(1, 1000),
)
def test_scaling_every_vector_changes_nothing(rows, factor):
    rows = rows[np.abs(rows).sum(axis=1) > 0]
    if len(rows) < 3:
        return
    words = [f"w{i}" for i in range(len(rows))]
    sizes = 2.0 ** (np.arange(len(rows)) % 7 - 3) * factor  # exact in binary up to the factor
    before = cosines(dict(zip(words, rows, strict=True)), "w0")
    after = cosines(dict(zip(words, rows * sizes[:, None], strict=True)), "w0")
    assert after == pytest.approx(before, abs=1e-6)


@settings(max_examples=60, deadline=None)
@given(arrays(np.float32, st.tuples(st.integers(2, 30), st.integers(2, 5)), elements=finite))
def test_the_cosine_is_symmetric_and_one_with_itself(rows):
    rows = rows[np.abs(rows).sum(axis=1) > 0]
    if len(rows) < 2:
        return
    keyed = as_keyed_vectors({f"w{i}": row for i, row in enumerate(rows)})
    table = np.array([cosines(keyed, word) for word in keyed.index_to_key])
    assert table == pytest.approx(table.T, abs=1e-12)
    assert np.diag(table) == pytest.approx(np.ones(len(rows)), abs=1e-12)
    assert np.abs(table).max() <= 1


@settings(max_examples=40, deadline=None)
@given(st.integers(2, 400), st.integers(0, 2**16))
def test_the_rank_of_a_word_is_its_place_among_the_neighbours(n, seed):
    keyed = random_vectors(n, d=3, seed=seed)
    order = nearest(keyed, "w0", k=n - 1).words[0].tolist()
    assert ranks(keyed, "w0", order)["rank"].tolist() == list(range(1, n))


def test_lengths_kept_from_other_vectors_are_not_trusted():
    keyed = random_vectors(600)
    nearest(keyed, "w0")
    keyed.vectors = keyed.vectors * np.linspace(0.1, 50, 600, dtype=np.float32)[:, None] + 1
    expected, _ = brute_force(keyed, keyed.vectors[0].astype(float) / np.linalg.norm(keyed.vectors[0]), [0])
    assert nearest(keyed, "w0", k=5).indices[0].tolist() == expected[:5]


def test_memory_stays_bounded_with_many_queries():
    keyed = random_vectors(20_000, d=16)
    queries = np.random.default_rng(1).normal(size=(3000, 16))
    nearest(keyed, queries[:2], k=3)
    tracemalloc.start()
    nearest(keyed, queries, k=3, batch=100)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3000 * 20_000 * 4 / 10  # a tenth of the table of all scores


# bad input


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        ({"queries": "lynx"}, UnknownWordError, '"lynx" is not among the 3 words'),
        ({"queries": ["cat", "Cat"]}, UnknownWordError, 'lower-case: try "cat"'),
        ({"queries": ["cat", ""]}, UnknownWordError, "An empty string"),
        ({"queries": [0]}, TypeError, "Queries are words"),
        ({"queries": ["cat", 1]}, TypeError, "A word is a string, and 1 is a number"),
        ({"queries": []}, ValueError, "There is no query"),
        ({"queries": np.empty((0, 3))}, ValueError, "There is no query"),
        ({"queries": [[0.1, 0.2, 0.3]]}, TypeError, "np.stack"),
        ({"queries": np.zeros(3)}, ValueError, "Query vector 0 is all zeros: it has no direction"),
        (
            {"queries": np.array([[1, 2, 3], [1, np.nan, 3]])},
            ValueError,
            "Query vector 1 holds NaN or infinity",
        ),
        ({"queries": np.ones(4)}, ValueError, r"shape \(1, 4\); vectors of 3 numbers are needed"),
        ({"queries": np.ones((1, 1, 3))}, ValueError, "vectors of 3 numbers are needed"),
        ({"queries": "cat", "k": 3}, ValueError, "k is 3, but there are only 2 to choose from"),
        ({"queries": "cat", "k": 0}, ValueError, "k is 0; it has to be at least 1"),
        ({"queries": "cat", "k": -1}, ValueError, "k is -1; it has to be at least 1"),
        ({"queries": "cat", "k": 2.5}, TypeError, "k is a whole number, and 2.5 is not"),
        ({"queries": "cat", "k": True}, TypeError, "k is a whole number, and True is not"),
        ({"queries": "cat", "k": 1, "batch": 0}, ValueError, "batch is 0; it has to be at least 1"),
        ({"queries": "cat", "k": 1, "restrict_vocab": 0}, ValueError, "restrict_vocab is 0"),
        ({"queries": "cat", "k": 1, "restrict_vocab": 3e5}, TypeError, "restrict_vocab is a whole number"),
        ({"queries": ["cat", "dog"], "k": 1, "exclude": [["cat"]]}, ValueError, "for each of the 2 queries"),
        ({"queries": ["cat"], "k": 1, "exclude": ["cat"]}, ValueError, "one list of words for each"),
    ],
)
def test_bad_input_is_met_with_a_sentence(arguments, error, says):
    with pytest.raises(error, match=says):
        nearest(TOY, **{"k": 1, **arguments})


def test_a_model_with_nan_names_the_word():
    with pytest.raises(ValueError, match='The vector of "dog" holds NaN or infinity'):
        nearest({**TOY, "dog": [np.nan, 0, 0]}, "cat", k=1)


def test_a_query_word_of_zeros_is_named():
    with pytest.raises(ValueError, match='The vector of "cat" is all zeros'):
        most_similar({**TOY, "cat": [0, 0, 0]}, "cat", k=1)


def test_a_word_has_no_rank_among_its_own_neighbours():
    with pytest.raises(ValueError, match='"cat" cannot be ranked among its own neighbours'):
        ranks(TOY, "cat", ["dog", "cat"])


def test_cosines_take_one_query():
    with pytest.raises(ValueError, match="these are 2; nearest takes many"):
        cosines(TOY, np.ones((2, 3)))


# the real model


@needs_glove
def test_the_neighbours_of_hundreds_of_real_words_are_gensims(glove):
    rows = np.random.default_rng(0).choice(len(glove), 300, replace=False)
    words = [glove.index_to_key[i] for i in rows]
    found = nearest(glove, words, k=10)
    for i, word in enumerate(words):
        theirs = glove.most_similar(word, topn=10)
        assert found.words[i].tolist() == [neighbour for neighbour, _ in theirs], word
        assert found.cosines[i] == pytest.approx([cosine for _, cosine in theirs], abs=2e-6)


@needs_glove
def test_the_neighbours_of_a_real_vector_are_gensims(glove):
    query = glove["king"] - glove["man"] + glove["woman"]
    theirs = glove.similar_by_vector(query, topn=10)
    assert nearest(glove, query).words[0].tolist() == [word for word, _ in theirs]


@needs_glove
def test_the_cat_keeps_the_company_that_the_course_says(glove):
    table = ranks(glove, "cat", ["dog", "snake", "mouse", "animal", "kitten", "fish", "feline"])
    assert table["rank"].tolist() == [1, 6, 9, 40, 69, 90, 262]
    assert table["cosine"].round(3).tolist() == [0.922, 0.780, 0.773, 0.684, 0.639, 0.623, 0.555]
    assert [glove.rank("cat", word) for word in ("dog", "kitten", "feline")] == [1, 69, 262]


@needs_glove
def test_small_chunks_and_blocks_give_the_same_real_answers(glove, monkeypatch):
    words = ["cat", "the", "paris", "europe/africa"]
    before = nearest(glove, words, k=25)
    alone = [nearest(glove, word, k=25).indices[0].tolist() for word in words]
    assert alone == before.indices.tolist()
    monkeypatch.setattr(search, "_CHUNK", 1000)
    monkeypatch.setattr(search, "_BLOCK", 10)
    after = nearest(glove, words, k=25)
    assert (before.words == after.words).all()
    assert (before.cosines == after.cosines).all()


def test_pair_cosines_are_those_of_gensim_and_independent_of_length(glove):
    pairs = [("cat", "dog"), ("cat", "fish"), ("hot", "cold"), ("snake", "tephritid")]
    found = pair_cosines(glove, *zip(*pairs, strict=True))
    assert found == pytest.approx([glove.similarity(*pair) for pair in pairs], abs=1e-6)


def test_pair_cosines_want_a_partner_for_each_word():
    with pytest.raises(ValueError, match="needs a partner"):
        pair_cosines(TOY, ["cat"], [])
    with pytest.raises(UnknownWordError):
        pair_cosines(TOY, ["cat"], ["qwzx"])


def test_strangers_are_never_a_word_with_itself_and_every_pair_comes_up():
    vectors = {"a": [1.0, 0.0], "b": [0.0, 1.0], "c": [1.0, 1.0]}
    assert set(stranger_cosines(vectors, 500).round(3)) == {0.0, 0.707}


def test_strangers_are_drawn_from_the_most_frequent_words_only_and_the_same_each_time():
    vectors = {"a": [1.0, 0.0], "b": [0.0, 1.0], "c": [1.0, 1.0]}
    assert set(stranger_cosines(vectors, 100, restrict_vocab=2)) == {0.0}
    assert (stranger_cosines(vectors, 100) == stranger_cosines(vectors, 100)).all()
    assert (stranger_cosines(vectors, 100) != stranger_cosines(vectors, 100, seed=1)).any()


def test_one_word_has_no_strangers():
    with pytest.raises(ValueError, match="two different vectors"):
        stranger_cosines({"a": [1.0, 0.0]}, 10)
