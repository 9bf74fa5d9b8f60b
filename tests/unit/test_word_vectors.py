"""Word vectors load as gensim's own type, and a word that is not there is met with a sentence that helps."""

from __future__ import annotations

import gzip
import io
import json
import time

import gensim
import numpy as np
import pytest
from asset_workshop import workshop as workshop  # a fixture

from embedlib import assets
from embedlib.evaluation.similarity import compare_models, evaluate_similarity
from embedlib.words.load import (
    _LOADERS,
    UnknownWordError,
    as_keyed_vectors,
    get_word_vector,
    load_context_vectors,
    load_word_vectors,
    with_unseen_words,
)

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
    with pytest.raises(ValueError, match=r'"glove" is not a set.*"glove-6b-50d", .* and "fasttext-wiki-news-300d"\.'):
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


# the course's own vectors, and large originals in small


def npy(array):
    stream = io.BytesIO()
    np.save(stream, array)
    return stream.getvalue()


WORDS = ["the", "cat", "caf\N{LATIN SMALL LETTER E WITH ACUTE}", "dog's"]
NUMBERS = np.random.default_rng(0).normal(size=(4, 6)).astype(np.float16)


@pytest.fixture
def put(workshop):
    """Put an asset of these files into a catalog and a store of one's own."""

    def put(name, files):
        workshop.asset(name, files, workshop.repository(f"training/vectors/{name}", files))

    return put


@pytest.mark.parametrize("name", ["course-sgns-100d"])
def test_the_courses_vectors_are_stored_in_half_and_served_in_single_precision(put, name):
    put(name, {"vectors.npy": npy(NUMBERS), "words.txt": "\n".join([*WORDS, ""]).encode()})
    vectors = load_word_vectors(name)
    assert isinstance(vectors, gensim.models.KeyedVectors)
    assert vectors.index_to_key == WORDS and vectors.name == name
    assert vectors.vectors.dtype == np.float32
    assert (vectors.vectors == NUMBERS.astype(np.float32)).all()
    assert vectors.most_similar("cat", topn=3)


def test_the_contexts_are_those_of_the_most_frequent_words(put):
    files = {"vectors.npy": npy(NUMBERS), "contexts.npy": npy(NUMBERS[:2] * 2), "words.txt": "\n".join(WORDS).encode()}
    put("course-sgns-100d", files)
    contexts = load_context_vectors("course-sgns-100d")
    assert contexts.index_to_key == WORDS[:2] and contexts.vectors.dtype == np.float32
    assert (contexts["cat"] == 2 * load_word_vectors("course-sgns-100d")["cat"]).all()
    assert "contexts" in contexts.name
    with pytest.raises(
        ValueError, match='no context vectors of "course-fasttext-100d"; there are those of "course-sgns'
    ):
        load_context_vectors("course-fasttext-100d")


def test_words_and_vectors_that_do_not_fit_are_refused(put):
    few = {"vectors.npy": npy(NUMBERS), "contexts.npy": npy(NUMBERS), "words.txt": b"the\ncat\n"}
    put("course-sgns-100d", few)
    with pytest.raises(ValueError, match=r"each of its 2 words; its vectors.npy holds \(4, 6\)\. Fetch it again"):
        load_word_vectors("course-sgns-100d")
    with pytest.raises(ValueError, match="no more context vectors than words, which are 2"):
        load_context_vectors()


@pytest.fixture(scope="module")
def trained():
    rng = np.random.default_rng(0)
    words = [
        f"{a}{b}"
        for a in ("north", "south", "west", "caf\N{LATIN SMALL LETTER E WITH ACUTE}")
        for b in ("", "ern", "ward")
    ]
    sentences = [[words[i] for i in rng.integers(0, 12, 8)] for _ in range(300)]
    return gensim.models.FastText(
        sentences, vector_size=20, bucket=500, min_n=3, max_n=5, min_count=1, epochs=2, seed=1
    )


def fasttext_files(model, note="about.json", wrap=lambda settings: settings):
    settings = wrap({"min_n": 3, "max_n": 5, "bucket": 500})
    return {
        "vectors_vocab.npy": npy(model.wv.vectors_vocab.astype(np.float16)),
        "ngrams.npy": npy(model.wv.vectors_ngrams.astype(np.float16)),
        "words.txt": ("\n".join(model.wv.index_to_key) + "\n").encode(),
        note: json.dumps(settings).encode(),
    }


@pytest.mark.parametrize(
    ("note", "wrap"),
    [("about.json", lambda settings: settings), ("recipe.json", lambda settings: {"recipe": settings})],
)
def test_the_courses_fasttext_equals_the_trained_model_for_words_seen_and_unseen(put, trained, note, wrap):
    put("course-fasttext-100d", fasttext_files(trained, note, wrap))
    vectors = load_word_vectors("course-fasttext-100d")
    assert isinstance(vectors, gensim.models.fasttext.FastTextKeyedVectors)
    assert vectors.name == "course-fasttext-100d" and vectors.vectors.dtype == np.float32
    assert vectors.index_to_key == trained.wv.index_to_key
    largest = float(max(np.abs(trained.wv.vectors_vocab).max(), np.abs(trained.wv.vectors_ngrams).max()))
    for word in [
        *vectors.index_to_key,
        "northwest",
        "southernward",
        "caf\N{LATIN SMALL LETTER E WITH ACUTE}s",
        "xyzzy",
    ]:
        assert vectors[word] == pytest.approx(trained.wv[word], abs=largest * 2**-11), word
    assert vectors.most_similar("north", topn=3)


def test_a_fasttext_asset_that_does_not_fit_is_refused(put, trained):
    put("course-fasttext-100d", fasttext_files(trained, wrap=lambda settings: {**settings, "bucket": 400}))
    with pytest.raises(
        ValueError, match=r"should hold 400 vectors of pieces of 20 numbers; its file holds \(500, 20\)"
    ):
        load_word_vectors("course-fasttext-100d")


def test_a_fasttext_asset_without_its_settings_is_refused(put, trained):
    put("course-fasttext-100d", fasttext_files(trained, wrap=lambda settings: {"min_n": 3}))
    with pytest.raises(ValueError, match="lacks its settings min_n, max_n and bucket"):
        load_word_vectors("course-fasttext-100d")


def test_an_unseen_word_gets_a_vector_only_when_asked_for(trained):
    with pytest.raises(UnknownWordError, match=r"northwest.* with_unseen_words\(vectors\)"):
        get_word_vector(trained.wv, "northwest")
    spelt = with_unseen_words(trained.wv)
    assert (spelt.get_word_vector("northwest") == trained.wv.get_vector("northwest")).all()
    assert (spelt.get_word_vector("north") == trained.wv["north"]).all()
    with pytest.raises(UnknownWordError, match="An empty string"):
        spelt.get_word_vector(" ")
    with pytest.raises(TypeError, match="A word is a string"):
        spelt.get_word_vector(3)
    with pytest.raises(TypeError, match=r"pieces of words.*whole words only"):
        with_unseen_words(as_keyed_vectors(TOY))


def test_unseen_words_count_as_missing_unless_they_are_spelt_out(trained):
    pairs = [("north", "south", 5.0), ("north", "west", 4.0), ("southern", "western", 6.0), ("northwest", "west", 7.0)]
    table = compare_models(
        {"whole": trained.wv, "spelt": with_unseen_words(trained.wv)}, {"pairs": pairs}, n_bootstrap=0
    )
    assert table["n_covered"].tolist() == [3, 4]
    assert evaluate_similarity(trained.wv, pairs, n_bootstrap=0).missing_words == ("northwest",)


@pytest.mark.parametrize(
    ("name", "file", "write"),
    [
        ("glove-6b-300d", "glove.6B.300d.txt", "text without a first line"),
        ("fasttext-wiki-news-300d", "wiki-news-300d-1M.vec", "text"),
        ("word2vec-googlenews-300d", "word2vec-google-news-300.gz", "compressed"),
        ("word2vec-googlenews-26k", "GoogleNews-vectors-negative300-bolukbasi.bin", "binary"),
    ],
)
def test_the_large_originals_are_read_in_their_own_formats(workshop, tmp_path, name, file, write):
    keyed = as_keyed_vectors({word: row.astype(np.float32) for word, row in zip(WORDS, NUMBERS, strict=True)})
    raw = tmp_path / "raw"
    keyed.save_word2vec_format(
        str(raw), binary=write in ("binary", "compressed"), write_header=not write.endswith("line")
    )
    data = gzip.compress(raw.read_bytes()) if write == "compressed" else raw.read_bytes()
    workshop.asset(name, {file: data}, workshop.repository("anywhere", {file: data}))
    vectors = load_word_vectors(name)
    assert vectors.index_to_key == WORDS and vectors.name == name
    assert vectors.vectors == pytest.approx(keyed.vectors, abs=1e-6)


def test_every_vector_asset_of_the_catalog_has_a_loader():
    """Those of the catalog's first part; the course's own get their entries once they are trained."""
    text = assets.entries.CATALOG_FILE.read_text(encoding="utf-8")
    part = text.split("# ---- Word vectors")[1].split("\n# ---- ")[0]
    names = [line[1:-1] for line in part.splitlines() if line.startswith("[") and line.endswith("]") and line[1] != "["]
    assert len(names) >= 5 and set(names) <= set(_LOADERS)


def _seconds(function):
    """Of the processor, so that a machine at work on something else fails nothing."""
    start = time.process_time()
    function()
    return time.process_time() - start


@pytest.mark.parametrize(("held", "asked"), [("k\u00e4se", "ka\u0308se"), ("ka\u0308se", "k\u00e4se")])
def test_a_word_that_only_looks_the_same_is_told_how_it_is_written(held, asked):
    vectors = gensim.models.KeyedVectors(2)
    vectors.add_vectors([held], np.ones((1, 2), dtype=np.float32))
    form = "NFC" if len(held) < len(asked) else "NFD"
    with pytest.raises(UnknownWordError, match=rf'try unicodedata\.normalize\("{form}"'):
        get_word_vector(vectors, asked)
