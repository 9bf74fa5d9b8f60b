"""The list of antonym, synonym and unrelated pairs: what it promises to whoever learns from it."""

from __future__ import annotations

import hashlib
from collections import Counter
from importlib import resources
from typing import Any

import numpy as np
import pandas as pd
import pytest

from embedlib.evaluation.intervals import share_higher
from embedlib.exercises import ch01
from embedlib.exercises.ch01 import opposites


@pytest.fixture(scope="module")
def pairs() -> pd.DataFrame:
    return pd.read_csv(resources.files("embedlib").joinpath("datasets/contrast_pairs.csv"))


def families(pairs: pd.DataFrame) -> dict[str, str]:
    """Return for each word the first in the alphabet of all words that pairs connect it to."""
    parent = {word: word for word in [*pairs.word1, *pairs.word2]}

    def first(word: str) -> str:
        while parent[word] != word:
            word = parent[word]
        return word

    for one, other in zip(pairs.word1, pairs.word2, strict=True):
        low, high = sorted([first(one), first(other)])
        parent[high] = low
    return {word: first(word) for word in parent}


def test_the_three_relations_are_equally_many_within_each_part_of_speech_and_half(
    pairs: pd.DataFrame,
) -> None:
    counts = pairs.groupby(["split", "part_of_speech", "relation"]).size().unstack()
    assert (counts.nunique(axis=1) == 1).all()
    assert counts.sum().tolist() == [172, 172, 172]
    assert set(pairs.part_of_speech) == {"adjective", "noun", "verb"}


def test_every_word_stands_in_two_pairs_of_different_relations(pairs: pd.DataFrame) -> None:
    places = pd.concat(
        [
            pairs[["word1", "relation"]].set_axis(["word", "relation"], axis=1),
            pairs[["word2", "relation"]].set_axis(["word", "relation"], axis=1),
        ]
    )
    assert set(places.groupby("word").size()) == {2}
    assert set(places.groupby("word").relation.nunique()) == {2}


def test_no_pair_comes_twice_nor_pairs_a_word_with_itself(pairs: pd.DataFrame) -> None:
    assert (pairs.word1 < pairs.word2).all()
    assert not pairs.duplicated(["word1", "word2"]).any()


def test_no_word_is_in_both_halves(pairs: pd.DataFrame) -> None:
    half = {name: {*group.word1, *group.word2} for name, group in pairs.groupby("split")}
    assert half.keys() == {"train", "held-out"}
    assert not half["train"] & half["held-out"]


def test_the_halves_are_drawn_by_hash_and_not_by_hand(pairs: pd.DataFrame) -> None:
    family = families(pairs)
    for _, group in pairs.assign(family=pairs.word1.map(family)).groupby("part_of_speech"):
        names = sorted(set(group.family), key=lambda word: hashlib.sha256(word.encode()).hexdigest())
        training = set(names[: (len(names) + 1) // 2])
        assert set(group[group.split == "train"].family) == training


def test_no_antonym_is_made_by_a_prefix(pairs: pd.DataFrame) -> None:
    for row in pairs[pairs.relation != "unrelated"].itertuples():
        short, long = sorted([row.word1, row.word2], key=len)
        assert not long.endswith(short) or long in ("woman", "overseas"), row


def test_every_word_is_among_the_words_of_the_vectors(pairs: pd.DataFrame) -> None:
    known = ch01._vectors().key_to_index
    assert all(word in known for word in [*pairs.word1, *pairs.word2])


def test_how_frequent_the_words_are_tells_nothing(pairs: pd.DataFrame) -> None:
    told = pairs[pairs.relation != "unrelated"]
    rank = ch01._vectors().key_to_index
    ranks = np.log1p([[rank[one], rank[other]] for one, other in zip(told.word1, told.word2, strict=True)])
    synonyms = (told.relation == "synonym").to_numpy()
    for shortcut in (ranks.sum(axis=1), ranks.max(axis=1), ranks.min(axis=1), abs(ranks[:, 0] - ranks[:, 1])):
        assert 0.45 < share_higher(shortcut[synonyms], shortcut[~synonyms], n_bootstrap=0).share < 0.55


def shares(guide: Any) -> ch01.Ahead:
    return ch01._synonyms_closer(ch01._closeness(guide), -np.linalg.norm(ch01.differences(ch01._pairs()[0]), axis=1))


def test_what_the_exercise_says_of_its_guides_is_so() -> None:
    found = {code: shares(opposites.value(code)) for code in opposites.text.also_right}
    good, decomposed = (ahead.yours for ahead in found.values())
    mean = shares(lambda pairs: ch01.differences(pairs).mean(axis=0))
    assert (round(good, 2), round(decomposed, 2)) == (0.71, 0.72) and mean.yours < 0.5
    solution = shares(opposites.right())
    assert round(solution.yours, 2) == 0.74 and round(solution.rival, 2) == 0.56


def test_a_guide_drawn_at_random_is_hardly_ever_ahead_of_the_distance() -> None:
    random = np.random.default_rng(0).normal(size=(100, 50))
    assert sum(shares(lambda pairs, guide=guide: guide).low > 0 for guide in random) <= 2


def test_word_pairs_are_counted_as_stated(pairs: pd.DataFrame) -> None:
    assert Counter(pairs.split) == {"train": 264, "held-out": 252}
