"""Word vectors load as gensim's own type, and a word that is not there is met with a sentence that helps."""

from __future__ import annotations

import time

import gensim
import numpy as np
import pytest

from embedlib import assets
from embedlib.word_vectors import UnknownWordError, as_keyed_vectors, get_word_vector, load_word_vectors

TOY = {"cat": [0.2, 0.5, -0.1], "dog": [0.1, 0.4, -0.2], "fish": [-0.3, 0.1, 0.7]}

needs_glove = pytest.mark.skipif(not assets.available("glove-6b-50d"), reason="glove-6b-50d is not here")
needs_googlenews = pytest.mark.skipif(
    not assets.available("word2vec-googlenews-26k"), reason="word2vec-googlenews-26k is not here"
)


@pytest.fixture(scope="module")
def glove():
    return load_word_vectors("glove-6b-50d")


@needs_glove
def test_glove_is_stanfords_400000_words_of_50_numbers(glove):
    assert isinstance(glove, gensim.models.KeyedVectors)
    assert glove.vectors.shape == (400_000, 50)
    assert glove.vectors.dtype == np.float32
    assert glove.index_to_key[:4] == ["the", ",", ".", "of"]
    # the first numbers of the first line of Stanford's glove.6B.50d.txt
    assert glove["the"][:5] == pytest.approx([0.418, 0.24968, -0.41242, 0.1217, 0.34527])


@needs_glove
def test_every_word_leads_to_its_own_row(glove):
    assert len(glove.key_to_index) == 400_000
    assert all(glove.key_to_index[glove.index_to_key[i]] == i for i in range(0, 400_000, 997))
    assert "cat" in glove and "qwzx" not in glove


@needs_glove
def test_glove_loads_within_two_seconds(glove):
    best = min(_seconds(load_word_vectors) for _ in range(3))
    assert best < 2


@needs_glove
def test_glove_carries_its_name_and_cannot_be_overwritten_by_accident(glove):
    assert glove.name == "glove-6b-50d"
    with pytest.raises(ValueError, match="read-only"):
        glove.vectors[0, 0] = 1


@needs_glove
def test_vectors_print_as_plain_arrays(glove):
    assert type(glove["cat"]) is np.ndarray


@needs_glove
def test_gensims_own_methods_work_on_what_is_loaded(glove):
    assert glove.most_similar("cat", topn=1)[0][0] == "dog"
    assert glove.similarity("cat", "dog") == pytest.approx(0.922, abs=5e-4)


@needs_googlenews
def test_google_news_is_26423_words_of_300_numbers():
    vectors = load_word_vectors("word2vec-googlenews-26k")
    assert vectors.vectors.shape == (26_423, 300)
    assert vectors.vectors.dtype == np.float32
    assert vectors.name == "word2vec-googlenews-26k"
    assert "kitten" in vectors


def test_an_unknown_name_lists_those_there_are():
    with pytest.raises(ValueError, match=r'"glove" is not a set.*"glove-6b-50d" and "word2vec-googlenews-26k"'):
        load_word_vectors("glove")


def test_a_missing_asset_is_reported_as_such(monkeypatch):
    def gone(name, file=None):
        raise assets.AssetUnavailable(assets.entry(name), "no network")

    monkeypatch.setattr(assets, "path", gone)
    with pytest.raises(assets.AssetUnavailable):
        load_word_vectors()


def test_a_file_of_the_wrong_shape_is_refused(monkeypatch, tmp_path):
    import pandas as pd

    pd.DataFrame({"index": ["a", "b"]}).to_parquet(tmp_path / "glove_6B_index.parquet")
    np.save(tmp_path / "glove_6B_50d_emb.npy", np.zeros((3, 50), dtype=np.float32))
    monkeypatch.setattr(assets, "path", lambda name, file=None: tmp_path)
    with pytest.raises(ValueError, match=r"should hold 2 vectors of 50 numbers.*Fetch it again"):
        load_word_vectors()


def test_a_word_gives_its_vector():
    vector = get_word_vector(TOY, "dog")
    assert vector.tolist() == pytest.approx([0.1, 0.4, -0.2])
    assert vector.dtype == np.float32


def test_changing_a_vector_leaves_the_model_as_it_was():
    keyed = as_keyed_vectors(TOY)
    vector = get_word_vector(keyed, "cat")
    vector[:] = 0
    assert get_word_vector(keyed, "cat").tolist() == pytest.approx(TOY["cat"])


@needs_glove
def test_changing_a_real_vector_is_allowed_and_leaves_the_model_as_it_was(glove):
    vector = get_word_vector(glove, "cat")
    vector *= 2
    assert get_word_vector(glove, "cat") == pytest.approx(vector / 2)


@needs_glove
@pytest.mark.parametrize(
    ("word", "says"),
    [
        ("Paris", 'which are lower-case: try "paris"'),
        ("kittten", '"kitten"'),
        ("xylophonne", '"xylophone"'),
        ("qwzx", "nearest spellings:"),
        ("neighbourhoodly", '"neighbourhood"'),
        ("antidisestablishmentarianismx", "no word there is spelt nearly like it"),
        ("\N{CJK UNIFIED IDEOGRAPH-732B}", "no word there is spelt nearly like it"),
        ("new york", 'it is 2 words.*ask for "new" and "york" one by one'),
        ("New York", 'it is 2 words.*ask for "new" and "york" one by one'),
        ("ice cream", 'try it written as one, "ice-cream" or "icecream"'),
        ("qwzx qwzy", "none of them is there"),
        (" cat", 'begins or ends with a space. Try "cat"'),
        ("", "An empty string is not a word"),
        ("   ", "An empty string is not a word"),
    ],
)
def test_an_unknown_word_is_met_with_help(glove, word, says):
    with pytest.raises(KeyError, match=says) as raised:
        get_word_vector(glove, word)
    message = str(raised.value)
    assert isinstance(raised.value, UnknownWordError)
    assert message.endswith(".") and not message.startswith("'")
    assert "glove-6b-50d" in message


@needs_glove
def test_the_sentence_names_the_word_and_counts_the_vocabulary(glove):
    with pytest.raises(KeyError, match='"qwzx" is not among the 400,000 words of glove-6b-50d; nearest spellings: '):
        get_word_vector(glove, "qwzx")


@needs_glove
@pytest.mark.parametrize("word", ["qwzxqwzxqwzx", "antidisestablishmentarianismx", "12345678901"])
def test_help_comes_within_half_a_second(glove, word):
    def ask():
        with pytest.raises(KeyError):
            get_word_vector(glove, word)

    assert min(_seconds(ask) for _ in range(3)) < 0.5


@needs_glove
def test_suggestions_are_words_that_are_there(glove):
    for word in ("qwzx", "kittten", "embarassement"):
        with pytest.raises(KeyError) as raised:
            get_word_vector(glove, word)
        suggested = str(raised.value).split("spellings:")[1].split('"')[1::2]
        assert suggested and all(suggestion in glove for suggestion in suggested)


@pytest.mark.parametrize(
    ("word", "says"),
    [
        (42, 'write "42"'),
        (np.int64(0), "vectors.vectors\\[0\\]"),
        (True, "this is a bool"),
        (4.5, "this is a float"),
        (None, "this is None"),
        (["cat"], "One word is needed.*a list"),
        (np.array([0.1, 0.2]), "One word is needed.*an array"),
        (b"cat", "this is a bytes"),
    ],
)
def test_what_is_not_a_string_is_no_word(word, says):
    with pytest.raises(TypeError, match=says):
        get_word_vector(TOY, word)


def test_a_numpy_string_is_a_word():
    assert get_word_vector(TOY, np.str_("cat")).shape == (3,)


def test_a_dictionary_becomes_keyed_vectors_in_its_own_order():
    keyed = as_keyed_vectors(TOY)
    assert keyed.index_to_key == ["cat", "dog", "fish"]
    assert keyed.vectors.dtype == np.float32
    assert keyed.similarity("cat", "dog") == pytest.approx(0.24 / np.sqrt(0.30 * 0.21), abs=1e-6)
    assert as_keyed_vectors(keyed) is keyed


@pytest.mark.parametrize(
    ("vectors", "error", "says"),
    [
        ({}, ValueError, "is empty"),
        ({"cat": [1, 2], "dog": [1, 2, 3]}, ValueError, '"cat" has 2 numbers and "dog" has 3'),
        ({"cat": "miaow"}, ValueError, 'vector of "cat" is not a list of numbers'),
        ({"cat": [[1, 2]]}, ValueError, 'vector of "cat" has shape'),
        ({3: [1, 2]}, TypeError, "3 is an int"),
        ([[1, 2]], TypeError, "gensim KeyedVectors or a dictionary.*a list"),
        (None, TypeError, "this is None"),
    ],
)
def test_what_are_no_word_vectors_is_said(vectors, error, says):
    with pytest.raises(error, match=says):
        as_keyed_vectors(vectors)


def _seconds(function):
    start = time.perf_counter()
    function()
    return time.perf_counter() - start
