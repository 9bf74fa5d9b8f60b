"""Skip-gram with negative sampling: the gradient, the step, what is drawn, and the training as a whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedlib.words.counting import count_cooccurrences
from embedlib.words.skipgram import (
    add_rows,
    keep_probabilities,
    noise_distribution,
    sgns_gradients,
    sgns_step,
    sigmoid,
    subsample,
    train_skipgram,
    window_pairs,
)

SETTINGS: dict[str, Any] = {"vector_size": 8, "window": 2, "min_count": 1, "sample": 0, "alpha": 0.1, "epochs": 5}


def topics(times: int = 100) -> list[list[str]]:
    """Two groups of words that never meet; in each, two words take each other's place."""
    text = ["the cat drinks milk", "the dog drinks milk", "rain fell all day", "snow fell all day"]
    return [line.split() for line in text] * times


def loss_of(words: Any, contexts: Any, centre: Any, targets: Any) -> float:
    """The loss written as the paper writes it, pair by pair."""
    total = 0.0
    for word, (true, *negatives) in zip(centre, targets, strict=True):
        total -= np.log(1 / (1 + np.exp(-words[word] @ contexts[true])))
        for negative in negatives:
            total -= np.log(1 / (1 + np.exp(words[word] @ contexts[negative])))
    return float(total)


@pytest.fixture
def batch() -> tuple[Any, Any, Any, Any]:
    """Three pairs: the word 1 stands in two of them, the negative 4 three times, once as a true context, too."""
    rng = np.random.default_rng(0)
    words, contexts = rng.normal(size=(3, 4)), rng.normal(size=(6, 4))
    return words, contexts, np.array([1, 0, 1]), np.array([[2, 4, 4], [3, 4, 5], [4, 0, 2]])


def slopes_by_nudging(batch: tuple[Any, Any, Any, Any], which: int, h: float = 1e-6) -> Any:
    """Finite differences: nudge each number of a matrix up and down, and see what the loss does."""
    found = np.zeros_like(batch[which])
    for place in np.ndindex(found.shape):
        ends = []
        for nudge in (h, -h):
            nudged = [part.copy() for part in batch]
            nudged[which][place] += nudge
            ends.append(loss_of(*nudged))
        found[place] = (ends[0] - ends[1]) / (2 * h)
    return found


# --- the gradient


def test_the_loss_is_the_papers(batch: Any) -> None:
    words, contexts, centre, targets = batch
    assert np.isclose(sgns_gradients(words[centre], contexts[targets]).loss, loss_of(*batch), rtol=1e-12)


def test_the_gradient_agrees_with_finite_differences_where_a_negative_stands_twice(batch: Any) -> None:
    words, contexts, centre, targets = batch
    slopes = sgns_gradients(words[centre], contexts[targets])
    for which, rows, values in ((0, centre, slopes.words), (1, targets.ravel(), slopes.targets.reshape(-1, 4))):
        summed = np.zeros_like(batch[which])
        add_rows(summed, rows, values)
        nudged = slopes_by_nudging(batch, which)
        assert np.allclose(summed, nudged, atol=1e-7)
        lost = np.zeros_like(summed)
        lost[rows] += values  # what add_rows is there to avoid
        assert not np.allclose(lost, nudged, atol=1e-2)


def test_one_step_is_what_the_formula_says() -> None:
    words, contexts = np.array([[1.0, 2.0]]), np.array([[0.5, 0.0], [0.0, -1.0], [3.0, 3.0]])
    u, c, n = words[0].copy(), contexts[0].copy(), contexts[1].copy()
    s, t = 1 / (1 + np.exp(-u @ c)), 1 / (1 + np.exp(-u @ n))
    sgns_step(words, contexts, np.array([0]), np.array([[0, 1]]), learning_rate=0.3)
    assert np.allclose(words[0], u - 0.3 * ((s - 1) * c + t * n))
    assert np.allclose(contexts, [c - 0.3 * (s - 1) * u, n - 0.3 * t * u, [3.0, 3.0]])


def test_a_step_goes_downhill(batch: Any) -> None:
    before = loss_of(*batch)
    assert np.isclose(sgns_step(*batch, learning_rate=0.01), before)  # told as it was before the step
    assert loss_of(*batch) < before


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_adding_rows_is_what_numpy_adds_at(seed: int) -> None:
    rng = np.random.default_rng(seed)
    rows, values = rng.integers(0, 5, 12), rng.normal(size=(12, 3))
    ours, numpys = np.ones((7, 3)), np.ones((7, 3))
    add_rows(ours, rows, values)
    np.add.at(numpys, rows, values)
    assert np.allclose(ours, numpys)


def test_sigmoid_neither_overflows_nor_leaves_nought_and_one() -> None:
    with np.errstate(all="raise"):
        assert sigmoid(np.array([-800.0, 0.0, 800.0])).tolist() == [0.0, 0.5, 1.0]
    x = np.linspace(-20, 20, 81)
    assert np.allclose(sigmoid(x), 1 / (1 + np.exp(-x)), rtol=1e-9)


def test_huge_dot_products_give_a_finite_loss() -> None:
    found = sgns_gradients(np.full((1, 2), 1e3), np.array([[[-1e3, 0], [1e3, 0]]]))
    assert found.loss == 2e6 and np.isfinite(found.words).all()


def test_shapes_that_do_not_fit_are_told() -> None:
    with pytest.raises(ValueError, match=r"k at least 1; these have the shapes \(2, 3\) and \(2, 1, 3\)"):
        sgns_gradients(np.ones((2, 3)), np.ones((2, 1, 3)))
    for targets in (np.ones((2, 3)), np.ones((2, 2, 4)), np.ones((3, 2, 3))):
        with pytest.raises(ValueError, match="shape"):
            sgns_gradients(np.ones((2, 3)), targets)


# --- what is drawn


def test_the_noise_is_the_frequency_to_a_power() -> None:
    assert np.allclose(noise_distribution([16, 1, 81]), np.array([8, 1, 27]) / 36)
    assert np.allclose(noise_distribution([16, 1, 81], 0), 1 / 3)
    assert np.allclose(noise_distribution([16, 1, 3], 1), [0.8, 0.05, 0.15])


@pytest.mark.parametrize("counts", [[0, 0], [1, float("nan")], [1, -1], [[1, 2]], []])
def test_frequencies_that_give_no_shares_are_refused(counts):
    for ask in (noise_distribution, keep_probabilities):
        with pytest.raises(ValueError, match="Frequencies are a flat list of counts"):
            ask(counts)


def test_a_text_to_be_thinned_holds_words_only():
    for text, says in (([["cat", None]], "None is not"), (["the cat"], "this is one string")):
        with pytest.raises(TypeError, match=says):
            subsample(text, ["cat"], [1])


def test_a_threshold_or_power_that_is_no_number_is_refused():
    with pytest.raises(ValueError, match="sample is nan; it has to be 0 or more"):
        keep_probabilities([1, 2], sample=float("nan"))
    with pytest.raises(TypeError, match="power is a number"):
        noise_distribution([1, 2], power="0.75")


class Steps:
    """Stands in for the step: writes down with what it is called, and moves nothing."""

    def __init__(self) -> None:
        self.rates: list[float] = []
        self.words: list[Any] = []
        self.targets: list[Any] = []

    def __call__(self, vectors: Any, contexts: Any, words: Any, targets: Any, rate: float, add_rows: Any) -> float:
        self.words.append(words)
        self.targets.append(targets)
        self.rates.append(rate)
        return 0.0


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    watching = Steps()
    monkeypatch.setattr("embedlib.words.skipgram.sgns_step", watching)
    return watching


def test_negatives_are_drawn_from_the_noise(steps: Steps) -> None:
    train_skipgram([["a"] * 8 + ["b"], ["c", "a"]] * 300, **SETTINGS)
    negatives = np.concatenate(steps.targets)[:, 1:]
    assert negatives.shape[1] == 5
    shares = np.bincount(negatives.ravel()) / negatives.size
    assert np.allclose(shares, noise_distribution([2700, 300, 300]), atol=0.01)


def test_pairs_of_the_training_are_those_of_the_text(steps: Steps) -> None:
    text = topics(30)
    train_skipgram(text, dynamic_window=False, **SETTINGS | {"epochs": 2})
    counts = count_cooccurrences(text, window=2, min_count=1)
    seen = np.zeros(counts.matrix.shape, dtype=int)
    np.add.at(seen, (np.concatenate(steps.words), np.concatenate(steps.targets)[:, 0]), 1)
    assert (seen == 2 * counts.matrix.toarray()).all()


def test_pairs_do_not_depend_on_how_the_text_is_cut_into_pieces(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("embedlib.words.skipgram._TOKENS_AT_ONCE", 7)
    text = [*topics(10), list("abcdefghij")]
    train_skipgram(text, dynamic_window=False, **SETTINGS | {"epochs": 1})
    counts = count_cooccurrences(text, window=2, min_count=1)
    seen = np.zeros(counts.matrix.shape, dtype=int)
    np.add.at(seen, (np.concatenate(steps.words), np.concatenate(steps.targets)[:, 0]), 1)
    assert (seen == counts.matrix.toarray()).all()


def test_pairs_come_shuffled_and_each_has_negatives_of_its_own(steps: Steps) -> None:
    train_skipgram([[f"a{i}", f"b{i}"] for i in range(500)], **SETTINGS | {"epochs": 1})
    words, targets = np.concatenate(steps.words), np.concatenate(steps.targets)
    assert sorted(words) == list(range(1_000))  # numbered as the text shows them
    assert abs((np.diff(words) > 0).mean() - 0.5) < 0.1
    assert len({tuple(negatives) for negatives in targets[:, 1:].tolist()}) == 1_000


def test_random_windows_see_near_words_oftener(steps: Steps) -> None:
    train_skipgram([list("abcde")] * 3_000, **SETTINGS | {"window": 4, "epochs": 1})
    ids = {word: i for i, word in enumerate("abcde")}
    words, contexts = np.concatenate(steps.words), np.concatenate(steps.targets)[:, 0]
    from_a = np.bincount(contexts[words == ids["a"]], minlength=5) / 3_000
    assert np.allclose(from_a, [0, 1, 0.75, 0.5, 0.25], atol=0.04)


def test_the_learning_rate_falls_in_a_straight_line(steps: Steps) -> None:
    train_skipgram(topics(3_000), **SETTINGS | {"epochs": 2, "alpha": 0.2, "min_alpha": 0.1})
    assert np.allclose(steps.rates, np.linspace(0.2, 0.1, len(steps.rates)), atol=1e-3)
    assert len({len(words) for words in steps.words}) > 1  # batches of the vocabulary's size, and what is left over
    assert max(len(words) for words in steps.words) == 10


def test_frequent_words_are_dropped_in_training_as_they_should(steps: Steps) -> None:
    train_skipgram([["a", "b"]] * 20_000, **SETTINGS | {"sample": 0.05, "epochs": 1})
    kept = keep_probabilities([20_000, 20_000], 0.05)[0]
    assert abs(len(np.concatenate(steps.words)) / 40_000 - kept**2) < 0.01


def test_each_reading_drops_other_tokens(steps: Steps) -> None:
    text = [[f"a{i}", f"b{i}"] for i in range(2_000)]
    sample = 0.134 / 4_000
    assert np.allclose(keep_probabilities(np.ones(4_000), sample), 0.5, atol=1e-3)
    train_skipgram(text, **SETTINGS | {"sample": sample, "epochs": 2})
    readings = np.bincount(np.concatenate(steps.words), minlength=4_000)
    assert np.allclose(np.bincount(readings) / 4_000, [9 / 16, 6 / 16, 1 / 16], atol=0.05)


def test_windows_are_laid_when_frequent_words_have_been_dropped(steps: Steps) -> None:
    text = [[f"a{i}", "the", f"b{i}"] for i in range(5_000)]
    train_skipgram(text, **SETTINGS | {"window": 1, "sample": 2e-5, "epochs": 1})
    the, rare, *_ = keep_probabilities([5_000] + [1] * 10_000, 2e-5)
    words, contexts = np.concatenate(steps.words), np.concatenate(steps.targets)[:, 0]
    across = ((words != 0) & (contexts != 0)).sum()
    assert abs(across / 10_000 - (1 - the) * rare**2) < 0.03


def test_frequent_words_are_kept_as_gensim_keeps_them() -> None:
    from gensim.models import Word2Vec

    text = [["the"] * 60 + ["cat"] * 8 + ["sat"] * 2]
    model = Word2Vec(text, min_count=1, sample=1e-2, epochs=1, vector_size=4)
    gensims = [model.wv.get_vecattr(word, "sample_int") / (2**32 - 1) for word in ("the", "cat", "sat")]
    assert np.allclose(keep_probabilities([60, 8, 2], 1e-2), gensims, atol=1e-6)
    assert keep_probabilities([60, 8, 2], 0).tolist() == [1, 1, 1]


def test_a_thinned_text_keeps_the_share_that_it_should_and_the_order() -> None:
    text = [["a", "b"] * 5_000, ["rare", "unknown"]]
    thin = subsample(text, ["a", "b", "rare"], [5_000, 5_000, 1], sample=0.1)
    kept = keep_probabilities([5_000, 5_000, 1], 0.1)
    assert abs(len(thin[0]) / 10_000 - kept[0]) < 0.02
    assert thin[1] == ["rare"]
    assert thin == subsample(text, ["a", "b", "rare"], [5_000, 5_000, 1], sample=0.1)
    assert subsample([["unknown"], ["a"]], ["a"], [1], sample=0) == [["a"]]


def test_pairs_are_those_that_counting_counts() -> None:
    text = [list("abcab"), list("ba"), list("c"), list("aabbcc")]
    counts = count_cooccurrences(text, window=3, min_count=1)
    ids = {word: i for i, word in enumerate(counts.words)}
    tokens = np.array([ids[word] for sentence in text for word in sentence])
    sentence = np.repeat(np.arange(len(text)), [len(s) for s in text])
    words, contexts = window_pairs(tokens, sentence, np.full(len(tokens), 3))
    seen = np.zeros((3, 3), dtype=int)
    np.add.at(seen, (words, contexts), 1)
    assert (seen == counts.matrix.toarray()).all()


def test_each_window_has_its_own_width() -> None:
    words, contexts = window_pairs(np.arange(4), np.zeros(4, dtype=int), np.array([3, 1, 1, 2]))
    expected = [(0, 1), (0, 2), (0, 3), (1, 0), (1, 2), (2, 1), (2, 3), (3, 1), (3, 2)]
    assert sorted(zip(words.tolist(), contexts.tolist(), strict=True)) == expected


# --- the training


def test_words_that_take_each_others_place_become_neighbours() -> None:
    vectors = train_skipgram(topics(), **SETTINGS)
    for word, other in (("cat", "dog"), ("rain", "snow")):
        assert vectors.most_similar(word, topn=1)[0][0] == other
    assert np.allclose(vectors["cat"] @ vectors.contexts.T, vectors["dog"] @ vectors.contexts.T, atol=1)


def test_words_come_by_frequency_with_both_matrices_and_the_losses() -> None:
    vectors = train_skipgram(topics(), **SETTINGS)
    assert vectors.index_to_key[:3] == ["the", "drinks", "milk"]
    assert vectors.frequencies.tolist() == sorted(vectors.frequencies.tolist(), reverse=True)
    assert vectors.vectors.shape == vectors.contexts.shape == (len(vectors), 8)
    assert vectors.vectors.dtype == vectors.contexts.dtype == np.float32
    assert vectors.losses.shape == (20,) and vectors.losses[-1] < vectors.losses[0]
    assert not np.allclose(vectors.vectors, vectors.contexts)


def test_the_first_loss_is_that_of_a_model_that_knows_nothing() -> None:
    vectors = train_skipgram(topics(), **SETTINGS | {"alpha": 1e-6, "min_alpha": 0, "negative": 3})
    assert np.allclose(vectors.losses, 4 * np.log(2), atol=1e-3)


def test_one_seed_gives_one_result_and_another_gives_another() -> None:
    one, same, other = (train_skipgram(topics(20), seed=seed, **SETTINGS).vectors for seed in (3, 3, 4))
    assert (one == same).all() and not (one == other).all()


def test_rare_words_leave_before_windows_are_laid() -> None:
    text = [["a", "rare", "b"]] + [["a", "b"]] * 10
    vectors = train_skipgram(text, **SETTINGS | {"window": 1, "min_count": 2})
    assert vectors.index_to_key == ["a", "b"]


def test_windows_reach_across_the_place_of_a_rare_word(steps: Steps) -> None:
    text = [["a", f"rare{i}", "b"] for i in range(10)]
    train_skipgram(text, **SETTINGS | {"window": 1, "min_count": 2, "epochs": 1})
    assert sorted(np.concatenate(steps.words).tolist()) == [0] * 10 + [1] * 10


def test_the_start_is_word2vecs() -> None:
    start = train_skipgram(topics(), **SETTINGS | {"alpha": 0, "min_alpha": 0})
    assert -1 / 16 <= start.vectors.min() < -0.05 < 0.05 < start.vectors.max() <= 1 / 16
    assert (start.contexts == 0).all()


def test_dot_products_come_to_the_shifted_pmi() -> None:
    """Levy and Goldberg's optimum, which few words and enough numbers can reach."""
    rng = np.random.default_rng(0)
    words = np.array(list("abcdefgh"))
    chance = rng.dirichlet(np.ones(8), 8)
    text = [[str(words[i]), str(rng.choice(words, p=chance[i]))] for i in rng.integers(0, 8, 3_000)]
    k = 2
    settings = SETTINGS | {"negative": k, "epochs": 8, "alpha": 0.3, "window": 1}
    vectors = train_skipgram(text, dynamic_window=False, **settings)
    counts = count_cooccurrences(text, window=1, min_count=1)
    assert counts.words == vectors.index_to_key
    n = counts.matrix.toarray()
    often = n > 30
    shifted = np.log(n[often] / (k * n.sum(axis=1, keepdims=True) * noise_distribution(vectors.frequencies))[often])
    dots = (vectors.vectors @ vectors.contexts.T)[often]
    assert often.sum() > 30
    assert np.corrcoef(shifted, dots)[0, 1] > 0.98
    assert np.abs(shifted - dots).mean() < 0.15


def test_what_is_put_in_place_of_a_part_is_used() -> None:
    one = train_skipgram(topics(), one_matrix=True, **SETTINGS)
    assert np.array_equal(one.vectors, one.contexts)

    def lose_repeats(matrix: Any, rows: Any, values: Any) -> None:
        matrix[rows] += values

    right = train_skipgram(topics(), **SETTINGS).vectors
    assert not np.allclose(train_skipgram(topics(), add_rows=lose_repeats, **SETTINGS).vectors, right)
    even = train_skipgram(topics(), noise=lambda f, p: np.full(len(f), 1 / len(f)), **SETTINGS).vectors
    flat = train_skipgram(topics(), **SETTINGS | {"ns_exponent": 0}).vectors
    assert np.allclose(even, flat, atol=1e-4) and not np.allclose(even, right)


def test_a_small_text_gives_what_gensim_gives() -> None:
    from gensim.models import Word2Vec

    text, settings = topics(200), SETTINGS | {"epochs": 20}
    ours = train_skipgram(text, **settings)
    model = Word2Vec(text, sg=1, workers=1, **settings)
    for word in ("cat", "dog", "rain", "snow"):
        assert ours.most_similar(word, topn=1)[0][0] == model.wv.most_similar(word, topn=1)[0][0]
    order = [model.wv.key_to_index[word] for word in ours.index_to_key]
    dots = ours.vectors @ ours.contexts.T, model.wv.vectors[order] @ model.syn1neg[order].T
    assert np.corrcoef(dots[0].ravel(), dots[1].ravel())[0, 1] > 0.97


# --- bad input


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"window": 0}, "window is 0; it has to be at least 1. With a window of 0 no word has a context"),
        ({"negative": 0}, "negative is 0; it has to be at least 1. Without negatives"),
        ({"vector_size": 0}, "vector_size is 0"),
        ({"epochs": -1}, "epochs is -1"),
        ({"alpha": float("nan")}, "alpha is nan; it has to be 0 or more"),
        ({"sample": -0.1}, "sample is -0.1"),
        ({"min_count": 1_000}, "8 different words, and none remains with min_count=1000"),
        ({"alpha": 1e12}, "run away"),
    ],
)
def test_a_number_that_does_not_fit_is_told(change: dict[str, Any], words: str) -> None:
    text = [["a", "b", "c", "d"], ["e", "f", "g", "h"]] * 20
    with pytest.raises(ValueError, match=words):
        train_skipgram(text, **SETTINGS | change)


@pytest.mark.parametrize(
    ("sentences", "words"),
    [
        ([], "The text is empty"),
        ([[], []], "The text is empty"),
        ([["cat", "cat"]], '1 different word, and only "cat" remains with min_count=1'),
        ([["cat"], ["dog"]], "No two of the 2 words stand within 2 words of each other"),
    ],
)
def test_a_text_with_nothing_to_learn_is_told(sentences: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        train_skipgram(sentences, **SETTINGS)


@pytest.mark.parametrize(
    ("sentences", "words"),
    [
        ("the cat sat", "this is one string"),
        (["the cat sat"], 'sentence 1 is the string "the cat sat".*Split it first'),
        ([["a", "b"], 7], "sentence 2 is an int"),
        ({"a": 1}, "this is a dict"),
        (7, "this is an int"),
        ([["a", 3]], "among the words there is 3"),
    ],
)
def test_what_is_no_text_is_told(sentences: Any, words: str) -> None:
    with pytest.raises(TypeError, match=words):
        train_skipgram(sentences, **SETTINGS)


def test_what_is_no_number_is_told() -> None:
    with pytest.raises(TypeError, match=r"window is a whole number, and 2\.5 is not"):
        train_skipgram(topics(1), **SETTINGS | {"window": 2.5})
    with pytest.raises(TypeError, match="alpha is a number"):
        train_skipgram(topics(1), **SETTINGS | {"alpha": "fast"})


def test_a_word_never_seen_is_told_with_its_nearest_spelling() -> None:
    from embedlib.words.load import UnknownWordError, get_word_vector

    with pytest.raises(
        UnknownWordError, match='not among the 10 words of skip-gram vectors; nearest spellings: "milk"'
    ):
        get_word_vector(train_skipgram(topics(), **SETTINGS), "silk")
