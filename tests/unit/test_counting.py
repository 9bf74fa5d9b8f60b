"""Counts, PMI and SVD vectors are those of a plain loop, of a textbook's table and of NumPy's dense SVD."""

from __future__ import annotations

import dataclasses
import itertools
import math
import os
import time
import tracemalloc
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.sparse.linalg import ArpackNoConvergence

from embedlib.evaluation.similarity import evaluate_similarity
from embedlib.text.corpus import SOURCES
from embedlib.words import counting
from embedlib.words.counting import (
    Cooccurrences,
    count_cooccurrences,
    course_counts,
    decompose,
    log_counts,
    pmi,
    sparse_vectors,
    to_keyed_vectors,
    truncated_svd,
)
from embedlib.words.load import UnknownWordError
from embedlib.words.neighbors import most_similar, nearest

TEXT = [
    ["the", "cat", "sat", "on", "the", "mat"],
    ["the", "dog", "sat"],
    ["dog"],
]

# Jurafsky and Martin, Speech and Language Processing: four words by five contexts, from Wikipedia.
TEXTBOOK_WORDS = ["cherry", "strawberry", "digital", "information"]
TEXTBOOK_CONTEXTS = ["computer", "data", "result", "pie", "sugar"]
TEXTBOOK = np.array(
    [
        [2, 8, 9, 442, 25],
        [0, 0, 1, 60, 19],
        [1670, 1683, 85, 5, 4],
        [3325, 3982, 378, 5, 13],
    ]
)


def count(text=TEXT, window=2, min_count=1, **others):
    return count_cooccurrences(text, window, min_count, **others)


def cell(counts, word, context):
    return counts.matrix[counts.words.index(word), counts.words.index(context)]


def loop(text, window, min_count, weight, close_gaps):
    """The definition, word by word."""
    tally = Counter(itertools.chain.from_iterable(text))
    words = [word for word, times in tally.most_common() if times >= min_count]
    table = np.zeros((len(words), len(words)))
    for sentence in text:
        kept = [word for word in sentence if word in words] if close_gaps else sentence
        for i, word in enumerate(kept):
            for j, context in enumerate(kept):
                if i != j and abs(i - j) <= window and word in words and context in words:
                    table[words.index(word), words.index(context)] += weight(abs(i - j), window)
    return words, table


WEIGHTS = {
    "flat": lambda d, window: 1,
    "harmonic": lambda d, window: 1 / d,
    "linear": lambda d, window: (window + 1 - d) / window,
}


# counting, by hand


def test_the_toy_text_is_counted_as_by_hand():
    counts = count(window=2)
    assert counts.words == ["the", "sat", "dog", "cat", "on", "mat"]
    assert counts.frequencies.tolist() == [3, 2, 2, 1, 1, 1]
    assert counts.n_tokens == 10
    by_hand = [  # the sat dog cat on mat
        [0, 3, 1, 1, 1, 1],
        [3, 0, 1, 1, 1, 0],
        [1, 1, 0, 0, 0, 0],
        [1, 1, 0, 0, 1, 0],
        [1, 1, 0, 1, 0, 1],
        [1, 0, 0, 0, 1, 0],
    ]
    assert counts.matrix.toarray().tolist() == by_hand
    assert counts.matrix.dtype == np.int64


def test_the_window_ends_where_it_says():
    text = [["a", "b", "c", "d", "e", "f"]]
    for window in range(1, 7):
        counts = count(text, window=window)
        assert [counts.words[j] for j in np.flatnonzero(counts.matrix[[0], :].toarray())] == list("bcdef")[:window]


def test_pairs_never_cross_the_end_of_a_sentence():
    counts = count([["a", "b"], ["c", "d"], [], ["e", "a"]], window=10)
    assert cell(counts, "b", "c") == cell(counts, "d", "e") == cell(counts, "a", "c") == 0
    assert counts.matrix.sum() == 6


def test_a_word_next_to_itself_counts_once_for_each_of_the_two():
    counts = count([["a", "a", "b"]], window=1)
    assert counts.matrix.toarray().tolist() == [[2, 1], [1, 0]]
    assert counts.matrix.sum(axis=1).tolist() == [3, 1]


def test_near_words_weigh_more_when_asked():
    text = [["a", "b", "c", "d"]]
    harmonic, linear = count(text, window=3, weighting="harmonic"), count(text, window=3, weighting="linear")
    assert harmonic.matrix[[0], :].toarray()[0].tolist() == [0, 1, 1 / 2, 1 / 3]
    assert linear.matrix[[0], :].toarray()[0].tolist() == [0, 1, 2 / 3, 1 / 3]


def test_a_rare_word_keeps_its_place_unless_gaps_are_closed():
    text = [["a", "rare", "b"], ["a", "x"], ["b", "x"]]
    assert cell(count(text, window=1, min_count=2), "a", "b") == 0
    assert cell(count(text, window=1, min_count=2, close_gaps=True), "a", "b") == 1


def test_the_vocabulary_is_sorted_by_frequency_then_by_first_appearance():
    text = [["z", "m", "a", "m"], ["k", "a"]]
    assert count(text).words == ["m", "a", "z", "k"]
    assert count(text, max_vocab=3).words == ["m", "a", "z"]
    assert count(text, min_count=2).words == ["m", "a"]


def test_rare_words_stay_out_but_are_part_of_the_text():
    counts = count(min_count=2)
    assert counts.words == ["the", "sat", "dog"]
    assert counts.n_tokens == 10
    assert counts.matrix.shape == (3, 3)


def test_closed_gaps_change_the_windows_and_not_the_length_of_the_text():
    assert count(min_count=2, close_gaps=True).n_tokens == count(min_count=2).n_tokens == 10


# counting, against the loop

texts = st.lists(st.lists(st.sampled_from("abcdefg"), max_size=12), min_size=1, max_size=6)


@given(
    texts,
    st.integers(1, 7),
    st.integers(1, 3),
    st.sampled_from(list(WEIGHTS)),
    st.booleans(),
    st.sampled_from([1, 9, 1000]),
)
@settings(max_examples=150, deadline=None)
def test_the_counts_are_those_of_a_plain_loop(text, window, min_count, weighting, close_gaps, pairs_at_once):
    words, table = loop(text, window, min_count, WEIGHTS[weighting], close_gaps)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(counting, "_PAIRS_AT_ONCE", pairs_at_once)
        if len(words) < 2 or not table.any():
            with pytest.raises(ValueError, match=r"two are needed|No two of the|text is empty"):
                count(text, window, min_count, weighting=weighting, close_gaps=close_gaps)
            return
        counts = count(text, window, min_count, weighting=weighting, close_gaps=close_gaps)
    assert counts.words == words
    assert np.allclose(counts.matrix.toarray(), table, rtol=1e-14, atol=0)
    assert (counts.matrix != counts.matrix.T).nnz == 0
    assert counts.matrix.has_canonical_format
    assert counts.matrix.data.min() > 0


@pytest.mark.parametrize("weighting", list(WEIGHTS))
def test_counts_do_not_depend_on_how_the_text_is_cut_into_pieces(weighting, monkeypatch):
    rng = np.random.default_rng(1)
    text = [[f"w{i}" for i in rng.zipf(1.6, size=n) % 50] for n in rng.integers(1, 40, 200)]
    whole = count(text, window=5, weighting=weighting)
    monkeypatch.setattr(counting, "_PAIRS_AT_ONCE", 37)
    pieces = count(text, window=5, weighting=weighting)
    assert pieces.words == whole.words
    assert (pieces.matrix != whole.matrix).nnz == 0


def test_the_order_of_the_sentences_changes_no_sum():
    rng = np.random.default_rng(2)
    text = [["b", "a", "c"], *([f"w{i}" for i in rng.integers(0, 30, 20)] for _ in range(50))]
    there, back = count(text, window=7, weighting="harmonic"), count(text[::-1], window=7, weighting="harmonic")
    order = [back.words.index(word) for word in there.words]
    assert (there.matrix != back.matrix[order][:, order]).nnz == 0


@pytest.mark.parametrize("window", [15, 22, 23, 25])
def test_a_very_wide_harmonic_window_is_counted_too(window):
    text = [list("abcdefghijklmnopqrstuvwxyz"), list("zebra" * 9)]
    words, table = loop(text, window, 1, WEIGHTS["harmonic"], False)
    counts = count(text, window=window, weighting="harmonic")
    assert counts.words == words
    assert np.allclose(counts.matrix.toarray(), table, rtol=1e-12, atol=0)


def test_a_very_wide_harmonic_window_over_a_long_text_does_not_overflow():
    n, window = 4_000, 40
    counts = count([["a", "b"] * (n // 2)], window=window, weighting="harmonic")
    # At each odd distance d one stands n - d times beside the other; at each even one beside its like.
    other, like = (sum((n - d) / d for d in range(first, window + 1, 2)) for first in (1, 2))
    assert np.allclose(counts.matrix.toarray(), [[like, other], [other, like]], rtol=1e-12, atol=0)


def test_the_text_is_read_once_from_anything_that_yields_sentences():
    class Lines:
        readings = 0

        def __iter__(self):
            self.readings += 1
            return iter(TEXT)

    lines = Lines()
    for text in (lines, (sentence for sentence in TEXT), iter(TEXT), [tuple(sentence) for sentence in TEXT]):
        counts = count(text)
        assert counts.words == count().words
        assert (counts.matrix != count().matrix).nnz == 0
    assert lines.readings == 1


def test_memory_stays_far_below_the_dense_matrix():
    rng = np.random.default_rng(3)
    text = [[str(i) for i in rng.integers(0, 20_000, 20)] for _ in range(2_000)]
    tracemalloc.start()
    values = pmi(count(text, window=2))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    n = values.shape[0]
    assert n > 15_000
    assert peak < n * n / 4  # bytes; one byte a cell would be n * n


# PMI


def test_the_textbook_table_comes_out_as_by_hand():
    bits = pmi(TEXTBOOK, positive=False, base=2)
    at = {
        (word, context): bits[i, j]
        for (i, word), (j, context) in itertools.product(enumerate(TEXTBOOK_WORDS), enumerate(TEXTBOOK_CONTEXTS))
    }
    assert TEXTBOOK.sum() == 11716
    assert at["information", "data"] == pytest.approx(math.log2(3982 * 11716 / (7703 * 5673)))
    assert at["information", "data"] == pytest.approx(0.0944, abs=5e-5)
    assert at["digital", "result"] == pytest.approx(-0.71, abs=0.005)
    assert at["information", "sugar"] == pytest.approx(-1.63, abs=0.005)
    assert at["cherry", "pie"] == pytest.approx(math.log2(442 * 11716 / (486 * 512)))

    cut = pmi(TEXTBOOK, base=2)
    assert cut[TEXTBOOK_WORDS.index("digital"), TEXTBOOK_CONTEXTS.index("result")] == 0
    assert cut[TEXTBOOK_WORDS.index("information"), TEXTBOOK_CONTEXTS.index("sugar")] == 0
    printed = [  # as the book prints it, to two decimals
        [0.00, 0.00, 0.00, 4.38, 3.30],
        [0.00, 0.00, 0.00, 4.10, 5.51],
        [0.18, 0.01, 0.00, 0.00, 0.00],
        [0.02, 0.09, 0.28, 0.00, 0.00],
    ]
    assert np.abs(cut.toarray() - printed).max() < 0.0051


def test_a_pair_never_seen_is_an_empty_cell_in_both():
    row, column = TEXTBOOK_WORDS.index("strawberry"), TEXTBOOK_CONTEXTS.index("computer")
    for positive in (True, False):
        values = pmi(TEXTBOOK, positive=positive)
        assert values[row, column] == 0
        assert np.isfinite(values.data).all()
    assert pmi(TEXTBOOK, positive=False).nnz == np.count_nonzero(TEXTBOOK)


def test_probabilities_are_shares_of_all_pairs_and_not_of_the_text():
    counts = count(window=2)
    table = counts.matrix.toarray()
    sums, total = table.sum(axis=1), table.sum()
    i, j = counts.words.index("sat"), counts.words.index("the")
    right = math.log(table[i, j] * total / (sums[i] * sums[j]))
    share_of_text = counts.frequencies / counts.n_tokens
    trap = math.log(table[i, j] / total / (share_of_text[i] * share_of_text[j]))
    assert pmi(counts, positive=False)[i, j] == pytest.approx(right)
    assert abs(right - trap) > 0.1


def test_rows_and_columns_have_each_their_own_sums():
    counts = np.array([[6, 2], [1, 1], [0, 4]])
    expected = math.log(2 * 14 / (8 * 7))
    assert pmi(counts, positive=False)[0, 1] == pytest.approx(expected)
    flipped = pmi(counts.T, positive=False)
    assert np.allclose(flipped.toarray(), pmi(counts, positive=False).toarray().T)


def test_smoothing_belongs_to_the_contexts_alone():
    counts = np.array([[6, 2], [1, 1], [0, 4]])
    powers = np.array([7, 7]) ** 0.75, np.array([8, 2, 4]) ** 0.75
    expected = math.log(2 / 8 * powers[0].sum() / powers[0][1])
    wrong = math.log(2 / 7 * powers[1].sum() / powers[1][0])
    got = pmi(counts, positive=False, smoothing=0.75)[0, 1]
    assert got == pytest.approx(expected)
    assert got != pytest.approx(wrong)


def test_a_context_never_seen_has_no_share_however_much_is_smoothed():
    counts = [[3, 0, 1], [1, 0, 3]]
    for smoothing in (0, 0.75, 1):  # of two contexts seen equally often each has half
        assert pmi(counts, positive=False, smoothing=smoothing)[0, 0] == pytest.approx(math.log(3 / 4 / (1 / 2)))


def test_independent_words_have_a_pmi_of_exactly_zero():
    counts = np.outer([3, 7, 11], [2, 5, 13, 17])
    assert (pmi(counts, positive=False).toarray() == 0).all()
    assert pmi(counts).nnz == 0


tables = st.lists(st.lists(st.integers(0, 30), min_size=4, max_size=4), min_size=2, max_size=5).filter(
    lambda rows: any(map(any, rows))
)


@given(tables, st.sampled_from([1.0, 0.75, 0.0]), st.sampled_from([1 / 7, 3, 1000]))
@settings(max_examples=60, deadline=None)
def test_pmi_does_not_change_when_all_counts_are_scaled(rows, smoothing, factor):
    table = np.array(rows, dtype=float)
    one, other = (pmi(t, positive=False, smoothing=smoothing).toarray() for t in (table, table * factor))
    assert np.allclose(one, other, atol=1e-12)


@given(tables, st.sampled_from([1.0, 0.75, 0.0]), st.sampled_from([0.0, math.log(5)]))
@settings(max_examples=60, deadline=None)
def test_pmi_is_that_of_the_dense_formula(rows, smoothing, shift):
    table = np.array(rows, dtype=float)
    columns = table.sum(axis=0)
    context = np.array([c**smoothing if c else 0.0 for c in columns])
    expected = np.zeros_like(table)
    for i, j in zip(*np.nonzero(table), strict=True):
        share = table[i, j] / table.sum()
        chance = table[i].sum() / table.sum() * context[j] / context.sum()
        expected[i, j] = math.log(share / chance) - shift
    full = pmi(sparse.csr_array(table), positive=False, smoothing=smoothing, shift=shift)
    cut = pmi(table, smoothing=smoothing, shift=shift)
    assert np.allclose(full.toarray(), expected, atol=1e-12)
    assert np.allclose(cut.toarray(), np.maximum(expected, 0), atol=1e-12)
    assert cut.nnz == 0 or cut.data.min() > 0


def test_smoothing_lowers_the_rarest_context_and_lifts_the_most_frequent():
    plain, smoothed = (pmi(TEXTBOOK, positive=False, smoothing=alpha).toarray() for alpha in (1.0, 0.75))
    seen = TEXTBOOK > 0
    rarest, commonest = TEXTBOOK.sum(axis=0).argmin(), TEXTBOOK.sum(axis=0).argmax()
    assert (smoothed < plain)[seen[:, rarest], rarest].all()
    assert (smoothed > plain)[seen[:, commonest], commonest].all()


@pytest.mark.parametrize("base", [1.5, 2, 10])
def test_any_base_is_the_logarithms_and_the_shift_is_in_its_unit(base):
    natural, other = (pmi(TEXTBOOK, positive=False, base=b) for b in (math.e, base))
    assert np.allclose(other.data * math.log(base), natural.data)
    assert np.allclose(pmi(TEXTBOOK, positive=False, base=base, shift=1.5).data, other.data - 1.5)


def test_a_larger_shift_takes_off_as_much_and_leaves_fewer_cells():
    none, some = (pmi(TEXTBOOK, positive=False, shift=shift) for shift in (0, math.log(3)))
    assert np.allclose(none.data - some.data, math.log(3))
    left = [pmi(TEXTBOOK, shift=math.log(k)).nnz for k in (1, 2, 20, 1000)]
    assert left == sorted(left, reverse=True)
    assert left[0] > left[2] > left[3] == 0


def test_pmi_of_symmetric_counts_is_symmetric_without_smoothing():
    values = pmi(count(), positive=False).toarray()
    assert (values == values.T).all()


def test_weighting_leaves_the_counts_as_they_were():
    counts = count()
    before = counts.matrix.copy()
    pmi(counts, smoothing=0.75, shift=1)
    log_counts(counts)
    decompose(counts.matrix, 2)
    assert (counts.matrix != before).nnz == 0
    assert counts.matrix.dtype == before.dtype


def test_counts_that_are_no_whole_numbers_stay_as_they_were_too():
    counts = count(weighting="harmonic")
    before = counts.matrix.copy()
    pmi(counts, smoothing=0.75, shift=1)
    log_counts(counts)
    decompose(counts.matrix, 2)
    assert (counts.matrix.toarray() == before.toarray()).all()


def test_a_cell_stored_in_two_parts_counts_as_their_sum():
    parts = sparse.csr_array((np.array([1.0, 2, 1, 3]), np.array([0, 0, 1, 1]), np.array([0, 3, 4])), shape=(2, 2))
    whole = [[3, 1], [0, 3]]
    assert np.allclose(log_counts(parts).toarray(), np.log1p(whole))
    assert np.allclose(pmi(parts, positive=False).toarray(), pmi(whole, positive=False).toarray())


def test_stored_zeros_count_as_empty_cells():
    table = sparse.csr_array(np.array([[1.0, 2.0], [3.0, 4.0]]))
    table.data[0] = 0
    assert pmi(table, positive=False).nnz == 3
    assert np.isfinite(pmi(table, positive=False).data).all()


def test_the_logarithm_keeps_empty_cells_empty():
    logs = log_counts(count())
    assert logs.nnz == count().matrix.nnz
    assert np.allclose(logs.toarray(), np.log(1 + count().matrix.toarray()))


# SVD


def test_a_window_is_no_wider_than_the_longest_sentence():
    text = [["a", "b", "c"], ["b", "a"]] * 3
    wide = count_cooccurrences(text, window=10**6, min_count=1)
    assert (wide.matrix != count_cooccurrences(text, window=2, min_count=1).matrix).nnz == 0
    linear = count_cooccurrences(text, window=10**6, min_count=1, weighting="linear")
    assert linear.matrix.toarray()[0, 1] == pytest.approx(6)


def random_matrix(n=60, m=40, seed=0):
    rng = np.random.default_rng(seed)
    return np.where(rng.random((n, m)) < 0.3, rng.exponential(size=(n, m)), 0)


@pytest.fixture(params=["dense", "sparse"])
def way(request, monkeypatch):
    """Both ways of decomposing, the one for small matrices and the one for large."""
    monkeypatch.setattr(counting, "_SMALL", 10**9 if request.param == "dense" else 0)


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("power", [0, 0.5, 1])
def test_the_vectors_are_those_of_numpys_dense_svd(power):
    matrix = random_matrix()
    left, values, _ = np.linalg.svd(matrix)
    got = truncated_svd(sparse.csr_array(matrix), 7, power)
    assert got.shape == (60, 7)
    expected = left[:, :7] * values[:7] ** power
    assert np.allclose(np.abs(got), np.abs(expected), atol=1e-8)
    assert np.allclose(got @ got.T, expected @ expected.T, atol=1e-8)


@pytest.mark.usefixtures("way")
def test_the_three_factors_make_the_nearest_matrix_of_that_rank():
    matrix = random_matrix()
    left, values, right = np.linalg.svd(matrix, full_matrices=False)
    parts = decompose(matrix, 5)
    assert np.allclose(parts.singular_values, values[:5])
    assert np.allclose(
        parts.left * parts.singular_values @ parts.right.T, left[:, :5] * values[:5] @ right[:5], atol=1e-8
    )
    assert np.allclose(parts.left.T @ parts.left, np.eye(5), atol=1e-8)
    assert np.allclose(parts.right.T @ parts.right, np.eye(5), atol=1e-8)


@pytest.mark.usefixtures("way")
def test_the_signs_depend_on_nothing_but_the_matrix():
    matrix = random_matrix()
    one, other = truncated_svd(matrix, 6, seed=0), truncated_svd(matrix, 6, seed=99)
    assert np.allclose(one, other, atol=1e-7)
    assert (one[np.abs(one).argmax(axis=0), range(6)] > 0).all()


def test_the_two_ways_agree_on_the_signs(monkeypatch):
    matrix = random_matrix()
    dense = truncated_svd(matrix, 6)
    monkeypatch.setattr(counting, "_SMALL", 0)
    assert np.allclose(truncated_svd(matrix, 6), dense, atol=1e-7)


def symmetric_matrix(n=60, seed=0):
    """Eigenvalues of both signs, as a PPMI table has them."""
    half = random_matrix(n, n, seed)
    return half + half.T


@pytest.mark.parametrize("seed", range(5))
def test_a_symmetric_table_is_decomposed_by_its_eigenvalues_and_gives_what_svds_gives(monkeypatch, seed):
    from scipy.sparse.linalg import svds

    matrix = symmetric_matrix(seed=seed)
    eigenvalues = np.linalg.eigvalsh(matrix)
    assert (eigenvalues[np.argsort(-np.abs(eigenvalues))[:9]] < 0).any()
    left, values, right = svds(sparse.csr_array(matrix), k=9)
    monkeypatch.setattr(counting, "_SMALL", 0)
    monkeypatch.setattr("scipy.sparse.linalg.svds", None)  # it is not asked
    parts = decompose(matrix, 9)
    assert np.allclose(parts.singular_values, values[::-1], rtol=1e-10)
    assert np.allclose(parts.left * parts.singular_values @ parts.right.T, left * values @ right, atol=1e-9)
    turned = np.sign((parts.left * left[:, ::-1]).sum(axis=0))
    assert np.allclose(parts.left, left[:, ::-1] * turned, atol=1e-7)
    assert np.allclose(parts.right, right[::-1].T * turned, atol=1e-7)


def test_a_square_table_that_is_not_symmetric_is_left_to_svds(monkeypatch):
    monkeypatch.setattr(counting, "_SMALL", 0)
    monkeypatch.setattr("scipy.sparse.linalg.eigsh", None)
    with pytest.raises(TypeError):
        decompose(symmetric_matrix(), 9)
    matrix = random_matrix(60, 60)
    monkeypatch.undo()
    monkeypatch.setattr(counting, "_SMALL", 0)
    assert np.allclose(decompose(matrix, 9).singular_values, np.linalg.svd(matrix)[1][:9])


def test_of_equally_large_numbers_the_first_is_positive():
    assert np.allclose(truncated_svd([[-1, 1], [1, -1]], 1, power=0).ravel(), [0.5**0.5, -(0.5**0.5)])


@pytest.mark.usefixtures("way")
@pytest.mark.parametrize("n", range(3, 20))
def test_of_numbers_equal_but_for_rounding_the_first_is_positive(n):
    rng = np.random.default_rng(n)
    signs = np.where(np.arange(n) % 3 == 0, -1, 1)
    assert np.allclose(truncated_svd(np.outer(signs, rng.random(n)), 1, power=0).ravel(), -signs / n**0.5)


@pytest.mark.usefixtures("way")
def test_one_seed_gives_the_same_bits_again():
    matrix = random_matrix()
    assert (truncated_svd(matrix, 6, seed=3) == truncated_svd(matrix, 6, seed=3)).all()


def test_one_decomposition_serves_all_powers_and_dimensions():
    parts = decompose(random_matrix(), 8)
    for power, d in itertools.product([0, 0.5, 1], [3, 8]):
        assert np.allclose(parts.vectors(power, d), truncated_svd(random_matrix(), d, power), atol=1e-8)


def test_as_many_dimensions_as_the_rank_are_to_be_had(monkeypatch):
    matrix = random_matrix(9, 6)
    monkeypatch.setattr(counting, "_SMALL", 0)
    assert np.allclose(truncated_svd(matrix, 6, 1) @ decompose(matrix, 6).right.T, matrix)


@pytest.mark.usefixtures("way")
def test_a_small_singular_value_is_none_of_nought():
    assert decompose(np.diag([1, 1e-5, 1e-6]), 2).singular_values == pytest.approx([1, 1e-5])


# KeyedVectors


def test_counted_vectors_have_neighbours():
    text = [s.split() for s in ["the cat drinks milk", "the dog drinks water", "the cat sleeps", "the dog sleeps"] * 2]
    counts = count(text, window=3)
    keyed = to_keyed_vectors(counts.words, truncated_svd(pmi(counts), 3), name="toy")
    assert keyed.name == "toy"
    assert keyed.vectors.dtype == np.float32
    assert keyed.index_to_key == counts.words
    assert np.allclose(keyed["milk"], truncated_svd(pmi(counts), 3)[counts.words.index("milk")], atol=1e-6)
    assert nearest(keyed, "cat", k=2).words.shape == (1, 2)
    assert keyed.similarity("cat", "cat") == pytest.approx(1)


def test_a_sparse_matrix_becomes_keyed_vectors_as_it_is():
    counts = count()
    keyed = to_keyed_vectors(counts.words, counts.matrix)
    assert (keyed.vectors == counts.matrix.toarray()).all()


def test_keyed_vectors_are_a_copy():
    matrix = np.ones((2, 3), dtype=np.float32)
    keyed = to_keyed_vectors(["a", "b"], matrix)
    matrix[0] = 7
    assert keyed["a"].tolist() == [1, 1, 1]


@pytest.mark.usefixtures("way")
def test_a_word_that_met_nobody_gets_zeros_and_not_rounding_errors():
    matrix = random_matrix()
    matrix[17] = 0
    vectors = truncated_svd(matrix, 5, power=0)
    assert (vectors[17] == 0).all()
    words = [f"w{i}" for i in range(60)]
    assert len(to_keyed_vectors(words, vectors)) == 60
    kept = to_keyed_vectors(words, vectors, leave_out_empty=True)
    assert kept.index_to_key == [word for word in words if word != "w17"]
    assert np.allclose(kept["w18"], vectors[18], atol=1e-6)


# vectors that stay sparse


def test_sparse_vectors_have_the_neighbours_of_the_dense_ones():
    matrix = random_matrix()
    matrix[17] = 0
    words = [f"w{i}" for i in range(60)]
    kept, dense = sparse_vectors(words, sparse.csr_array(matrix)), to_keyed_vectors(words, matrix)
    for word in ("w0", "w59"):
        ours, theirs = kept.most_similar(word, k=58), most_similar(dense, word, k=58)
        assert ours["word"].tolist() == theirs["word"].tolist()
        assert ours["cosine"].tolist() == pytest.approx(theirs["cosine"].tolist(), abs=1e-6)
        assert ours["rank"].tolist() == theirs["rank"].tolist()
    assert (kept.get_word_vector("w3") == matrix[3]).all()


def test_of_equal_cosines_the_first_word_comes_first():
    kept = sparse_vectors(["q", "far", "b", "a"], [[1, 0], [0, 1], [2, 2], [1, 1]])
    assert kept.most_similar("q", k=3)["word"].tolist() == ["b", "a", "far"]


def test_sparse_vectors_can_be_evaluated_and_an_empty_row_counts_as_missing():
    kept = sparse_vectors(["cat", "dog", "fish", "gone"], [[2, 5, 0], [1, 4, 0], [0, 1, 7], [0, 0, 0]])
    people = [("cat", "dog", 8.0), ("cat", "fish", 4.0), ("dog", "fish", 3.0), ("cat", "gone", 9.0)]
    result = evaluate_similarity(kept, people, n_bootstrap=0)
    assert (result.n_covered, result.missing_words) == (3, ("gone",))


def test_a_word_without_a_sparse_vector_is_told_why():
    kept = sparse_vectors(["cat", "gone"], [[2, 5], [0, 0]], name="toy")
    with pytest.raises(UnknownWordError, match=r"^'lynx' is not among the 2 words of toy"):
        kept.get_word_vector("lynx")
    with pytest.raises(UnknownWordError, match=r'^"gone" has an empty row in toy'):
        kept.most_similar("gone")
    with pytest.raises(ValueError, match=r"k is 1, but besides the query toy has 0 words"):
        kept.most_similar("cat", k=1)


# bad input, each with its own sentence


@pytest.mark.parametrize(
    ("text", "error", "says"),
    [
        ("the cat sat", TypeError, r'one string: its characters would be counted.*"the cat sat"'),
        (["the cat sat", "the dog sat"], TypeError, r'sentence 1 is the string "the cat sat".*\.split\(\)'),
        ([["a", "b"], "a b"], TypeError, r'sentence 2 is the string "a b"'),
        ({"a": ["b"]}, TypeError, r"this is a dict"),
        (None, TypeError, r"this is None"),
        ([["a", 3]], TypeError, r"there is 3"),
        ([["a", None]], TypeError, r"there is None"),
        ([(word for word in "ab")], TypeError, r"sentence 1 is a generator"),
        ([], ValueError, r"The text is empty"),
        ([[], []], ValueError, r"The text is empty"),
        ([["a", "a", "a"]], ValueError, r'1 different word, and only "a" remains'),
        ([["a"], ["b"]], ValueError, r"No two of the 2 words.*too short"),
    ],
)
def test_a_text_that_cannot_be_counted_is_told_why(text, error, says):
    with pytest.raises(error, match=says):
        count(text)


@pytest.mark.parametrize(
    ("others", "error", "says"),
    [
        ({"window": 0}, ValueError, r"window is 0; it has to be at least 1"),
        ({"window": -2}, ValueError, r"window is -2"),
        ({"window": 2.5}, TypeError, r"window is a whole number, and 2.5 is not"),
        ({"window": 3e5}, TypeError, r"window is a whole number, and 300000.0 is not"),
        ({"window": True}, TypeError, r"window is a whole number"),
        ({"min_count": 0}, ValueError, r"min_count is 0"),
        ({"min_count": 4}, ValueError, r"none remains with min_count=4 \(the most frequent stands there 3 times\)"),
        ({"min_count": 3}, ValueError, r'only "the" remains'),
        ({"max_vocab": 1}, ValueError, r"max_vocab is 1.*at least two"),
        ({"max_vocab": 0}, ValueError, r"max_vocab is 0"),
        ({"weighting": "exponential"}, ValueError, r"'exponential'; it can be 'flat', 'harmonic' or 'linear'"),
    ],
)
def test_a_setting_that_does_not_fit_is_told_why(others, error, says):
    with pytest.raises(error, match=says):
        count(**others)


@pytest.mark.parametrize(
    ("counts", "error", "says"),
    [
        ([[1, -2], [3, 4]], ValueError, r"0 or more, and there is -2"),
        ([[1, math.nan], [3, 4]], ValueError, r"NaN or infinity"),
        ([[1, math.inf], [3, 4]], ValueError, r"NaN or infinity"),
        ([1, 2], ValueError, r"the shape of this is \(2,\)"),
        ([["a", "b"]], TypeError, r"A matrix of numbers is needed"),
        (np.empty((0, 3)), ValueError, r"empty"),
    ],
)
def test_counts_that_are_none_are_told_why(counts, error, says):
    for function in (pmi, log_counts):
        with pytest.raises(error, match=says):
            function(counts)


@pytest.mark.parametrize(
    ("others", "error", "says"),
    [
        ({"smoothing": 1.5}, ValueError, r"1.5; it has to be from 0 to 1"),
        ({"smoothing": -0.1}, ValueError, r"from 0 to 1"),
        ({"smoothing": "0.75"}, TypeError, r"'0.75' is no number"),
        ({"shift": math.nan}, ValueError, r"shift"),
        ({"base": 1}, ValueError, r"base is 1; it has to be above 1"),
    ],
)
def test_a_pmi_setting_that_does_not_fit_is_told_why(others, error, says):
    with pytest.raises(error, match=says):
        pmi(TEXTBOOK, **others)


def test_pmi_of_nothing_is_told_why():
    with pytest.raises(ValueError, match="All counts are zero"):
        pmi(np.zeros((2, 2)))


@pytest.mark.usefixtures("way")
def test_dimensions_above_the_rank_are_told_the_rank():
    rank_three = random_matrix(30, 3) @ random_matrix(3, 20, seed=1)
    assert truncated_svd(rank_three, 3).shape == (30, 3)
    with pytest.raises(ValueError, match=r"The rank of this matrix is 3:.*4 were asked for"):
        truncated_svd(rank_three, 4)
    with pytest.raises(ValueError, match=r"30 rows and 20 columns has at most 20 dimensions; 21 were"):
        truncated_svd(rank_three, 21)
    with pytest.raises(ValueError, match=r"The rank of this matrix is 0"):
        truncated_svd(np.zeros((5, 5)), 1)


def test_all_dimensions_of_a_large_matrix_are_refused_before_memory_runs_out():
    with pytest.raises(ValueError, match=r"dense decomposition of 3.0 GiB; ask for fewer"):
        truncated_svd(sparse.eye_array(20_000), 20_000)


def test_an_iteration_that_stops_early_says_so_in_a_sentence(monkeypatch):
    def stops(*arguments, **options):
        raise ArpackNoConvergence("ARPACK error -1: No convergence", np.ones(4), np.ones((40, 4)))

    monkeypatch.setattr(counting, "_SMALL", 0)
    monkeypatch.setattr("scipy.sparse.linalg.svds", stops)
    with pytest.raises(RuntimeError, match=r"before all 6 dimensions were found; it had 4\..*ask for fewer") as told:
        truncated_svd(random_matrix(), 6)
    assert told.value.__suppress_context__


@pytest.mark.parametrize(
    ("others", "error", "says"),
    [
        ({"dimensions": 0}, ValueError, r"dimensions is 0"),
        ({"dimensions": 2.0}, TypeError, r"whole number"),
        ({"power": -1}, ValueError, r"0 or more"),
        ({"power": math.nan}, ValueError, r"power"),
        ({"power": None}, TypeError, r"no number"),
    ],
)
def test_an_svd_setting_that_does_not_fit_is_told_why(others, error, says):
    with pytest.raises(error, match=says):
        truncated_svd(random_matrix(), **{"dimensions": 2, **others})


def test_a_decomposition_gives_no_more_dimensions_than_it_has():
    with pytest.raises(ValueError, match="has 2 dimensions, not 3"):
        decompose(random_matrix(), 2).vectors(dimensions=3)


def test_a_matrix_with_nan_is_not_decomposed():
    with pytest.raises(ValueError, match="NaN"):
        truncated_svd([[1, math.nan], [0, 1]], 1)


@pytest.mark.parametrize(
    ("words", "matrix", "error", "says"),
    [
        (["a"], np.ones((2, 2)), ValueError, r"1 words and 2 rows"),
        (["a", "a"], np.ones((2, 2)), ValueError, r'"a" stands more than once'),
        (["a", 1], np.ones((2, 2)), TypeError, r"1 is not"),
        ("ab", np.ones((2, 2)), TypeError, r"this is one string"),
        (["a", "b"], [[1, math.nan], [0, 1]], ValueError, r"NaN"),
        (["a", "b"], sparse.csr_array((2, 2**28)), ValueError, r"2.0 GiB.*truncated_svd"),
    ],
)
def test_vectors_that_do_not_fit_their_words_are_told_why(words, matrix, error, says):
    with pytest.raises(error, match=says):
        to_keyed_vectors(words, matrix)


def test_counts_show_themselves_in_a_line():
    assert repr(count()) == "Cooccurrences of 6 words in a text of 10: 20 cells of 36 are not empty"
    assert isinstance(count(), Cooccurrences)


# the course's counts


@pytest.fixture(scope="module")
def course():
    return course_counts()


def test_the_course_counts_are_those_that_three_chapters_quote(course):
    assert len(course.words) == 22_702
    assert course.n_tokens == 9_295_035
    assert course.matrix.nnz == 11_926_553
    assert course.matrix.sum() == 73_939_568
    assert course.frequencies.min() == 20
    assert course_counts() is course


@pytest.fixture
def small_course(monkeypatch, tmp_path):
    """A store of its own and a course corpus of a few words; returns how often it was counted."""
    calls = []

    def corpus(sources, limit):
        calls.append(1)
        return [["a", "café", "sat"] * 20, ["a", "dog"]]

    monkeypatch.setenv("EMBEDLIB_HOME", str(tmp_path))
    monkeypatch.setattr("embedlib.text.corpus.course_corpus", corpus)
    course_counts.cache_clear()
    yield calls
    course_counts.cache_clear()


def again():
    course_counts.cache_clear()
    return course_counts()


def test_the_course_counts_are_counted_once_on_a_machine(small_course, tmp_path):
    counted, read = course_counts(), again()
    assert small_course == [1]
    assert read.words == counted.words == ["a", "café", "sat"] and read.n_tokens == counted.n_tokens == 62
    assert (read.matrix != counted.matrix).nnz == 0 and read.matrix.dtype == counted.matrix.dtype == np.int64
    assert (read.frequencies == counted.frequencies).all() and read.frequencies.dtype == np.int64
    assert [file.suffix for file in (tmp_path / "course-counts").iterdir()] == [".npz"]


def test_each_choice_of_text_and_window_has_counts_of_its_own(small_course, tmp_path):
    choices = [{}, {"window": 1}, {"limit": 9}]
    first = [course_counts("sotu", **choice).matrix.nnz for choice in choices] + [course_counts().matrix.nnz]
    course_counts.cache_clear()
    second = [course_counts("sotu", **choice).matrix.nnz for choice in choices] + [course_counts().matrix.nnz]
    assert first == second and first[1] < first[0]
    assert len(small_course) == len(list((tmp_path / "course-counts").iterdir())) == 4


def test_counts_that_are_read_count_as_asked_for(small_course, tmp_path):
    course_counts()
    (file,) = (tmp_path / "course-counts").iterdir()
    os.utime(file, (time.time() - 2 * 86_400,) * 2)
    again()
    course_counts("sotu")
    assert file.exists()


def test_counts_of_other_code_or_another_corpus_are_not_taken(small_course, monkeypatch, tmp_path):
    course_counts()
    monkeypatch.setitem(SOURCES, "sotu", dataclasses.replace(SOURCES["sotu"], sha256="0" * 64))
    again()
    (tmp_path / "code.py").write_text("changed", encoding="utf-8")
    monkeypatch.setattr("inspect.getsourcefile", lambda part: str(tmp_path / "code.py"))
    again()
    assert len(small_course) == 3
    assert len(list((tmp_path / "course-counts").iterdir())) == 3


@pytest.mark.parametrize("damage", [lambda data: data[: len(data) // 2], lambda data: b"", lambda data: _flip(data)])
def test_damaged_counts_are_counted_anew(small_course, tmp_path, damage):
    course_counts()
    (file,) = (tmp_path / "course-counts").iterdir()
    whole = file.read_bytes()
    file.write_bytes(damage(whole))
    again()
    assert len(small_course) == 2 and file.read_bytes() == whole


def _flip(data):
    place = data.index("café".encode())
    return data[:place] + b"C" + data[place + 1 :]


def test_a_store_that_cannot_be_written_costs_time_only(small_course, monkeypatch, tmp_path):
    (tmp_path / "course-counts").write_text("in the way", encoding="utf-8")
    assert len(course_counts().words) == len(again().words) == 3
    assert len(small_course) == 2


def test_counts_that_nobody_asked_for_in_a_day_make_room(small_course, tmp_path):
    course_counts()
    folder = tmp_path / "course-counts"
    for name, age in (("old.npz", 2), (".old.npz-cut", 2), ("other.npz", 0)):
        (folder / name).write_bytes(b"")
        os.utime(folder / name, (time.time() - age * 86_400,) * 2)
    next(folder.glob("[0-9a-f]*.npz")).unlink()
    again()
    assert len(list(folder.iterdir())) == 2 and (folder / "other.npz").exists()


def test_a_large_decomposition_is_computed_once_on_a_machine(monkeypatch, tmp_path):
    monkeypatch.setenv("EMBEDLIB_HOME", str(tmp_path))
    monkeypatch.setattr(counting, "_MANY", 0)
    monkeypatch.setattr(counting, "_SMALL", 0)
    calls, iterate = [], counting._iterate
    monkeypatch.setattr(counting, "_iterate", lambda *given: calls.append(1) or iterate(*given))
    table = sparse.random_array((40, 30), density=0.3, rng=np.random.default_rng(0), format="csr")
    first, second = decompose(table, 3), decompose(table, 3)
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)
    assert len(calls) == 1
    decompose(table, 2)
    decompose(table * 2, 3)
    decompose(table, 3, seed=1)
    assert len(calls) == len(list((tmp_path / "decompositions").iterdir())) == 4


def test_nobody_writes_into_the_counts_that_others_use(course):
    with pytest.raises(ValueError, match="read-only"):
        course.matrix.data[0] = 1
    assert pmi(course).nnz == 9_877_590
