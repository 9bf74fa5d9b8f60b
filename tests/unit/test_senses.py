"""The sentences with words of several senses: what they promise to whoever measures with them."""

from __future__ import annotations

import re
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from sklearn.feature_extraction.text import TfidfVectorizer

from embedlib import datasets


def words_of(sentence: str) -> list[str]:
    return re.findall(r"[A-Za-z0-9]+(?:['-][A-Za-z]+)*", sentence)


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return datasets.senses()


def test_the_table_says_what_it_is(table):
    assert table.columns.tolist() == ["word", "relation", "split", "sense", "gloss", "form", "sentence"]
    assert table.attrs == dict(name="Senses", asset=None, citation=None, licence="CC BY 4.0", n=len(table))
    assert (table.map(str.strip) == table).all(axis=None) and (table != "").all(axis=None)


def test_every_word_has_two_or_three_senses_of_ten_sentences(table):
    assert set(table.groupby("word").sense.nunique()) == {2, 3}
    assert set(table.groupby(["word", "sense"]).size()) == {10}
    assert set(table.groupby(["word", "sense"]).gloss.nunique()) == {1}
    assert set(table.groupby("word").relation.nunique()) == {1}


def test_the_words_are_shared_out_and_each_share_has_far_and_near_senses(table):
    assert set(table.groupby("word").split.nunique()) == {1}
    words = table.drop_duplicates("word").groupby(["split", "relation"]).size()
    assert words.to_dict() == {
        ("train", "far"): 4,
        ("train", "near"): 2,
        ("dev", "far"): 4,
        ("dev", "near"): 2,
        ("test", "far"): 8,
        ("test", "near"): 4,
    }


def test_every_sentence_holds_its_word_once_in_one_form(table):
    irregular = {"mouse": "mice", "country": "countries"}
    for row in table.itertuples():
        plural = irregular.get(row.word, row.word + ("es" if row.word.endswith(("s", "ch")) else "s"))
        assert row.form.lower() in {row.word, plural}, row.sentence
        stems = [word.lower().split("'")[0] for word in words_of(row.sentence.replace("-", " "))]
        assert [stem for stem in stems if stem in {row.word, plural}] == [row.form.lower()], row.sentence
        assert len(re.findall(rf"\b{row.form}\b", row.sentence)) == 1, row.sentence


def test_no_sentence_comes_twice_nor_begins_or_ends_raggedly(table):
    assert not table.sentence.str.lower().duplicated().any()
    assert table.sentence.str.fullmatch(r"[A-Z][ -~]*[.?]").all()
    assert not table.sentence.str.contains("  ", regex=False).any()


def test_no_cue_gives_a_sense_away(table):
    """No word of four letters or more, but such as stand everywhere, is in more than two of a sense's ten sentences."""
    rests = [set(words_of(row.sentence.lower())) - {row.form.lower()} for row in table.itertuples()]
    spread = Counter(
        word for _, rows in table.groupby("word").groups.items() for word in set().union(*(rests[i] for i in rows))
    )
    for sense, rows in table.groupby(["word", "sense"]).groups.items():
        cues = Counter(word for i in rows for word in rests[i] if len(word) > 3 and spread[word] < 12)
        assert max(cues.values()) <= 2, (sense, cues.most_common(3))


def test_lengths_and_places_do_not_tell_the_senses_apart(table):
    lengths = table.sentence.map(lambda sentence: len(words_of(sentence)))
    assert lengths.min() >= 6 and lengths.max() <= 20
    assert (lengths >= 14).mean() > 0.1 and (lengths <= 8).mean() > 0.1
    means = lengths.groupby([table.word, table.sense]).mean()
    assert (means.groupby("word").max() - means.groupby("word").min()).max() < 2
    places = pd.Series(
        [row.sentence.index(row.form) / len(row.sentence) for row in table.itertuples()], index=table.index
    )
    assert (places < 0.15).mean() > 0.15 and (places > 0.75).mean() > 0.15


def test_shared_words_tell_no_sense(table):
    """The sentence with the most words in common, rare ones weighing more, has the same sense little above chance."""
    rests = [row.sentence.replace(row.form, " ") for row in table.itertuples()]
    weights = TfidfVectorizer().fit_transform(rests).toarray()
    right, chance = [], []
    for _, rows in table.groupby("word").groups.items():
        likeness = weights[rows] @ weights[rows].T
        np.fill_diagonal(likeness, -1)
        same = np.equal.outer(table.sense[rows].to_numpy(), table.sense[rows].to_numpy())
        right += [same[i][likeness[i] == likeness[i].max()].mean() for i in range(len(rows))]
        chance += [9 / (len(rows) - 1)] * len(rows)
    assert np.mean(right) < np.mean(chance) + 0.05


def test_twins_differ_in_the_sense_and_hardly_in_their_words(table):
    twins = datasets.sense_twins()
    assert twins.attrs == dict(name="Twins", asset=None, citation=None, licence="CC BY 4.0", n=len(twins))
    known = set(zip(table.word, table.sense, strict=True))
    shares = []
    for number, pair in twins.groupby("pair"):
        assert len(pair) == 2 and pair.word.nunique() == 1 and pair.sense.nunique() == 2, number
        assert set(zip(pair.word, pair.sense, strict=True)) <= known
        neighbours, contents = [], []
        for row in pair.itertuples():
            before, *after = re.split(rf"\b{row.form}\b", row.sentence)
            assert len(after) == 1 and row.form == row.word, row.sentence
            neighbours.append(words_of(before.lower())[-1])
            contents.append(
                {re.sub("(ed|ing|s|e)$", "", word) for word in words_of(row.sentence.lower()) if len(word) > 3}
            )
        assert neighbours[0] == neighbours[1], number
        shares.append(len(contents[0] & contents[1]) / min(map(len, contents)))
    assert min(shares) > 0.4 and np.mean(shares) > 0.8
    assert not set(twins.sentence) & set(table.sentence)
