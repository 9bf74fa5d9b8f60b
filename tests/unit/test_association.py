"""WEAT: effect size and permutation test, by hand and against the plain definition."""

from __future__ import annotations

from itertools import combinations
from math import comb
from typing import Any

import numpy as np
import pytest

from embedlib import datasets
from embedlib.evaluation.association import association_test, leanings
from embedlib.words.load import load_word_vectors

A, B = ["good", "fine"], ["bad", "poor"]
# Attributes on the two axes: a target's leaning is its first coordinate less its second, over its length.
TOY: dict[str, Any] = {"good": [1, 0], "fine": [2, 0], "bad": [0, 1], "poor": [0, 3]}
TOY |= {"rose": [1, 0], "lily": [3, 4], "wasp": [0, 1], "flea": [4, 3]}
X, Y = ["rose", "lily"], ["wasp", "flea"]


def random_space(n: int, seed: int = 0) -> tuple[dict[str, Any], list[list[str]]]:
    rng = np.random.default_rng(seed)
    groups = [[f"{name}{i}" for i in range(n)] for name in "xyab"]
    return {word: rng.standard_normal(6) for group in groups for word in group}, groups


def test_leanings_by_hand() -> None:
    assert np.allclose(leanings(TOY, ["rose", "lily", "wasp", "flea"], A, B), [1, -0.2, -1, 0.2])


def test_effect_and_p_by_hand() -> None:
    found = association_test(TOY, X, Y, A, B)
    s = np.array([1, -0.2, -1, 0.2])
    assert found.effect == pytest.approx((0.4 - -0.4) / s.std())
    # Of the six ways of choosing two: 1.2 (rose, flea) and 0.8 (rose, lily) are at least as large.
    assert found.p == pytest.approx(2 / 6)
    assert found.exact
    assert found.n_permutations == 6
    assert found.leanings == pytest.approx({"rose": 1, "lily": -0.2, "wasp": -1, "flea": 0.2})


def test_length_of_vectors_does_not_matter() -> None:
    longer = {word: 7 * np.asarray(vector, dtype=float) for word, vector in TOY.items()}
    longer["lily"] = 100 * longer["lily"]
    assert association_test(longer, X, Y, A, B).effect == pytest.approx(association_test(TOY, X, Y, A, B).effect)


def test_swapping_targets_or_attributes_turns_the_sign() -> None:
    space, (x, y, a, b) = random_space(6)
    effect = association_test(space, x, y, a, b).effect
    assert association_test(space, y, x, a, b).effect == pytest.approx(-effect)
    assert association_test(space, x, y, b, a).effect == pytest.approx(-effect)


def test_effect_and_p_agree_with_the_plain_definition() -> None:
    space, (x, y, a, b) = random_space(4, seed=3)

    def cosine(u: Any, v: Any) -> float:
        return float(u @ v / np.linalg.norm(u) / np.linalg.norm(v))

    def s(word: str) -> float:
        return float(
            np.mean([cosine(space[word], space[w]) for w in a]) - np.mean([cosine(space[word], space[w]) for w in b])
        )

    of = {word: s(word) for word in x + y}
    effect = (np.mean([of[w] for w in x]) - np.mean([of[w] for w in y])) / np.std(list(of.values()))
    observed = sum(of[w] for w in x) - sum(of[w] for w in y)
    dealt = [set(chosen) for chosen in combinations(x + y, 4)]
    test = [sum(of[w] for w in one) - sum(of[w] for w in set(x + y) - one) for one in dealt]
    found = association_test(space, x, y, a, b)
    assert found.effect == pytest.approx(effect)
    assert found.p == pytest.approx(np.mean([value >= observed - 1e-9 for value in test]))


def leaning(**s: float) -> dict[str, Any]:
    """Words that lean as much as is said, since A and B stand on two axes and what is missing is on a third."""
    words = {word: [much, 0, (1 - much**2) ** 0.5] for word, much in s.items()}
    return words | {"good": [1, 0, 0], "fine": [1, 0, 0], "bad": [0, 1, 0], "poor": [0, 1, 0]}


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("y", [{"c": [6, 3, 2], "d": [3, 6, 2]}, {"c": [3, 2, 6], "d": [2, 3, 6]}])
def test_sums_that_are_equal_but_for_rounding_count_as_equal(y: dict[str, Any], turned: bool) -> None:
    # The leanings are -1/3 and 1/3, and 3/7 and -3/7 (or 1/7 and -1/7): each group's sum is 0, which
    # binary fractions may miss. Of the other four sums two are positive.
    x = {"a": [1, 2, 2], "b": [7, 4, 4]}
    groups = ([*y], [*x]) if turned else ([*x], [*y])
    space = leaning() | x | y
    assert association_test(space, *groups, A, B).p == pytest.approx(4 / 6)


def test_sums_that_differ_a_little_do_differ() -> None:
    space = leaning(a=0.3, b=0.2, c=0.298, d=0)
    assert association_test(space, ["a", "b"], ["c", "d"], A, B).p == pytest.approx(2 / 6)


@pytest.mark.parametrize("n_permutations", [100_000, 25_000])
def test_where_targets_lean_one_way_or_the_other_p_is_that_of_drawing_from_an_urn(n_permutations: int) -> None:
    # Seven of ten in x lean towards A, three of ten in y: seven or more of ten drawn from ten and ten.
    x, y = ([f"{name}{i}" for i in range(10)] for name in "xy")
    toward = {word: 1.0 if i < much else -1.0 for words, much in ((x, 7), (y, 3)) for i, word in enumerate(words)}
    found = association_test(leaning(**toward), x, y, A, B, n_permutations=n_permutations)
    urn = sum(comb(10, k) ** 2 for k in (7, 8, 9, 10)) / comb(20, 10)
    assert (found.exact, found.n_permutations) == (False, n_permutations)
    assert abs(found.p - urn) < 0.007


def test_all_ways_are_tried_if_they_are_as_many_as_allowed() -> None:
    assert association_test(TOY, X, Y, A, B, n_permutations=6).exact
    assert not association_test(TOY, X, Y, A, B, n_permutations=5).exact


def test_random_dealings_come_near_the_exact_p_and_are_never_0() -> None:
    space, (x, y, a, b) = random_space(7, seed=5)
    exact = association_test(space, x, y, a, b)
    drawn = association_test(space, x, y, a, b, n_permutations=3_000)
    assert exact.exact and exact.n_permutations == 3432
    assert not drawn.exact
    assert drawn.p == pytest.approx(exact.p, abs=0.04)
    clear = {f"x{i}": [1, i / 50] for i in range(9)} | {f"y{i}": [i / 50, 1] for i in range(9)}
    clear |= {"good": [1, 0], "fine": [1, 0.1], "bad": [0, 1], "poor": [0.1, 1]}
    sure = association_test(clear, list(clear)[:9], list(clear)[9:18], A, B, n_permutations=999)
    assert sure.p == pytest.approx(1 / 1000)


def test_same_seed_same_p() -> None:
    space, (x, y, a, b) = random_space(10)
    p = [association_test(space, x, y, a, b, n_permutations=500, seed=seed).p for seed in (1, 1, 2)]
    assert p[0] == p[1] != p[2]


def test_groups_of_different_size_are_dealt_in_their_sizes() -> None:
    found = association_test(TOY | {"moth": [1, 3]}, X, [*Y, "moth"], A, B)
    assert found.n_permutations == 10
    assert found.sizes == (2, 3, 2, 2)


def test_groups_of_different_size_by_hand() -> None:
    found = association_test(TOY | {"moth": [0, 2]}, X, [*Y, "moth"], A, B)
    s = np.array([1, -0.2, -1, 0.2, -1])
    assert found.effect == pytest.approx((0.4 - -0.6) / s.std())
    assert found.p == pytest.approx(2 / 10)  # rose with flea, and rose with lily


def test_a_word_is_taken_as_written_before_it_is_taken_in_lower_case() -> None:
    assert leanings(TOY | {"Rose": [0, 1]}, ["Rose", "rose", "Lily"], A, B) == pytest.approx([-1, 1, -0.2])


def test_missing_words_are_left_out_and_named_and_capitals_are_looked_up() -> None:
    found = association_test(TOY, ["Rose", "lily", "tulip"], Y, A, ["bad", "poor", "vile"])
    assert found.missing == ("tulip", "vile")
    assert found.sizes == (2, 2, 2, 2)
    assert found.effect == association_test(TOY, X, Y, A, B).effect


def test_a_word_given_twice_counts_once() -> None:
    assert association_test(TOY, ["rose", "Rose", "lily"], Y, A, B).sizes[0] == 2


def test_real_vectors_put_flowers_with_pleasant_words() -> None:
    lists = datasets.weat().query("test == 1 and not removed").groupby("role")["word"].agg(list)
    found = association_test(load_word_vectors("glove-6b-50d"), *lists[["X", "Y", "A", "B"]])
    assert found.effect > 1
    assert found.p < 0.001


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"x": ["rose"]}, "Of the 1 words of x"),
        ({"a": ["qwzx", "xyzzy"]}, "Of the 2 words of a"),
        ({"y": ["rose", "wasp"]}, '"rose" stands in x and y'),
        ({"b": ["good", "poor"]}, '"good" stands in a and b'),
        ({"n_permutations": 0}, "at least 1"),
    ],
)
def test_lists_that_do_not_fit_are_named(change: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        association_test(TOY, **({"x": X, "y": Y, "a": A, "b": B} | change))


def test_what_cannot_be_measured_is_said() -> None:
    with pytest.raises(TypeError, match="one string"):
        association_test(TOY, "rose", Y, A, B)
    with pytest.raises(TypeError, match="A word is a string; 1 is not"):
        association_test(TOY, [1, 2], Y, A, B)  # type: ignore[list-item]
    alike = TOY | {"lily": [1, 0], "wasp": [2, 0], "flea": [3, 0]}
    with pytest.raises(ValueError, match="lean alike"):
        association_test(alike, X, Y, A, B)
    with pytest.raises(ValueError, match="no direction"):
        association_test(TOY | {"rose": [0, 0]}, X, Y, A, B)
    with pytest.raises(ValueError, match='"tulip" is not among'):
        leanings(TOY, ["tulip"], A, B)
    with pytest.raises(ValueError, match="no words in a"):
        leanings(TOY, X, [], B)
