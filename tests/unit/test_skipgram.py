"""Skip-gram from scratch: slopes against finite differences, repeats counted, bad input told."""

from __future__ import annotations

import numpy as np
import pytest

from embedlib.skipgram import add_rows, noise_distribution, sgns_gradients, train_skipgram


def test_slopes_are_those_of_finite_differences_also_with_a_negative_drawn_twice() -> None:
    rng = np.random.default_rng(0)
    words, contexts = rng.normal(size=(3, 4)), rng.normal(size=(5, 4))
    centre, targets = np.array([0, 2]), np.array([[1, 3, 3], [3, 0, 4]])  # 3 is drawn twice, and is a true one, too

    def loss(u, c):
        return sgns_gradients(u[centre], c[targets]).loss

    found = sgns_gradients(words[centre], contexts[targets])
    by_word, by_context = np.zeros_like(words), np.zeros_like(contexts)
    add_rows(by_word, centre, found.words)
    add_rows(by_context, targets.ravel(), found.targets.reshape(-1, 4))
    for matrix, slopes in ((words, by_word), (contexts, by_context)):
        for cell in np.ndindex(*matrix.shape):
            value, step = matrix[cell], 1e-6
            matrix[cell] = value + step
            above = loss(words, contexts)
            matrix[cell] = value - step
            below = loss(words, contexts)
            matrix[cell] = value
            assert slopes[cell] == pytest.approx((above - below) / (2 * step), abs=1e-6)


def test_fancy_indexing_would_lose_a_repeat_and_add_rows_does_not() -> None:
    lost, kept = np.zeros((2, 1)), np.zeros((2, 1))
    lost[np.array([1, 1])] += np.ones((2, 1))
    add_rows(kept, np.array([1, 1]), np.ones((2, 1)))
    assert lost[1, 0] == 1 and kept[1, 0] == 2


def test_noise_is_the_frequencies_to_a_power_made_into_shares() -> None:
    assert noise_distribution(np.array([16, 1]), 0.75) == pytest.approx([8 / 9, 1 / 9])


@pytest.mark.parametrize("sentences", [[], [[]], [["one", "one"]]])
def test_a_text_to_learn_nothing_from_is_told_in_a_sentence(sentences: list[list[str]]) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+ .*"):
        train_skipgram(sentences)
