"""The sentences with their paraphrases and changed ones: what they promise to whoever measures with them."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import CountVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_score

from embedlib import datasets

KINDS = {"negation", "roles", "number", "word", "detail"}
TEXTS = ["sentence", "paraphrase", "changed"]
NEGATORS = {"no", "not", "never", "nobody", "nothing", "cannot", "without"}


def words_of(sentence: str) -> list[str]:
    return re.findall(r"[a-z0-9]+(?:[.,'-][a-z0-9]+)*", sentence.lower())


def overlap(one: str, other: str) -> float:
    a, b = set(words_of(one)), set(words_of(other))
    return len(a & b) / len(a | b)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return datasets.paraphrases()


def test_the_table_says_what_it_is(table):
    assert table.columns.tolist() == ["kind", "split", *TEXTS]
    assert table.attrs == dict(name="Paraphrases", asset=None, citation=None, licence="CC BY 4.0", n=180)
    assert set(table.kind) == KINDS
    assert set(table.groupby(["kind", "split"]).size()) == {12} and set(table.split) == {"train", "dev", "test"}


def test_no_sentence_comes_twice_nor_begins_or_ends_raggedly(table):
    sentences = pd.concat([table[column] for column in TEXTS], ignore_index=True)
    assert len(sentences) == 540 and not sentences.str.lower().duplicated().any()
    assert sentences.str.fullmatch(r"[A-Z][ -~]*[.]").all()
    assert not sentences.str.contains("  ", regex=False).any()
    assert sentences.map(lambda sentence: len(words_of(sentence))).between(6, 20).all()


def test_words_always_point_to_the_sentence_that_says_something_else(table):
    same = np.array([overlap(row.sentence, row.paraphrase) for row in table.itertuples()])
    other = np.array([overlap(row.sentence, row.changed) for row in table.itertuples()])
    assert np.round([np.median(same), np.median(other)], 2).tolist() == [0.17, 0.81]  # as the docstring says
    assert same.max() < 0.4 and (same < 0.35).mean() > 0.95 and (other > 0.6).mean() > 0.9 and (same < other).all()


def test_lengths_do_not_tell_the_two_apart(table):
    length = table[TEXTS].map(lambda sentence: len(words_of(sentence))).mean()
    letters = table[TEXTS].map(len).mean()
    for mean in (length, letters):
        assert (
            abs(mean["paraphrase"] / mean["changed"] - 1) < 0.1 and abs(mean["paraphrase"] / mean["sentence"] - 1) < 0.1
        )
    assert round(letters["paraphrase"] / letters["changed"], 2) == 1.05  # as the docstring says


def test_the_words_of_a_sentence_alone_hardly_tell_a_paraphrase_from_a_changed_one(table):
    words = CountVectorizer(ngram_range=(1, 2)).fit_transform([*table.paraphrase, *table.changed])
    labels, triples = np.repeat([1, 0], len(table)), np.tile(np.arange(len(table)), 2)
    right = cross_val_score(LogisticRegression(max_iter=1000), words, labels, groups=triples, cv=GroupKFold(10))
    assert right.mean() < 0.7


def test_the_kind_says_what_was_changed(table):
    for row in table.itertuples():
        before, after = words_of(row.sentence), words_of(row.changed)
        if row.kind == "roles":  # the same words in another order; a genitive may wander
            bare = [sorted(re.sub("'s$", "", word) for word in words) for words in (before, after)]
            assert bare[0] == bare[1], row.sentence
        if row.kind == "negation":
            assert sum(word in NEGATORS for word in before) != sum(word in NEGATORS for word in after), row.sentence
        if row.kind == "word":
            assert sum(a != b for a, b in zip(before, after, strict=True)) == 1, row.sentence
    negation = table[table.kind == "negation"]
    longer = negation.changed.str.len() > negation.sentence.str.len()
    assert 0.4 < longer.mean() < 0.7  # negation goes in about as often as out
