"""get_word_embedding takes the word it is asked for, in any casing and of any number of pieces, or says why not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from embedlib.contextual import ContextualEncoder, TextTruncated, get_word_embedding

RIVER = "The bank is by the river."


@pytest.fixture(scope="module")
def encoder():
    return ContextualEncoder("minilm-l6")


@pytest.mark.parametrize("layer", [0, 3, -1])
def test_it_is_the_vector_of_the_word_and_not_of_the_first_piece(encoder, layer):
    found = get_word_embedding(RIVER, "bank", layer=layer, encoder=encoder)
    states = encoder.hidden_states(RIVER)[layer]
    assert found.shape == (384,) and found.dtype == np.float32
    assert np.allclose(found, states[2], atol=1e-6)
    assert not np.allclose(found, get_word_embedding(RIVER, "river", layer=layer, encoder=encoder), atol=0.1)


def test_casing_does_not_matter(encoder):
    wanted = get_word_embedding(RIVER, "bank", encoder=encoder)
    for word in ("Bank", "BANK", " bank "):
        assert np.array_equal(get_word_embedding(RIVER, word, encoder=encoder), wanted)


@pytest.mark.parametrize(
    ("pooling", "pooled"),
    [("mean", lambda x: x.mean(axis=0)), ("first", lambda x: x[0]), ("max", lambda x: x.max(axis=0))],
)
def test_the_pieces_of_a_word_are_pooled_as_asked(encoder, pooling, pooled):
    sentence = "All embeddings help."
    assert encoder.pieces(sentence)[2:6] == ["em", "##bed", "##ding", "##s"]
    found = get_word_embedding(sentence, "embeddings", layer=4, pooling=pooling, encoder=encoder)
    assert np.allclose(found, pooled(encoder.hidden_states(sentence)[4, 2:6]), atol=1e-6)


def test_marks_and_spaces_in_a_word_are_part_of_it(encoder):
    sentence = "She doesn't like ice cream, ice or cream."
    states = encoder.hidden_states(sentence)[-1]  # [CLS] she doesn ' t like ice cream , ice or cream . [SEP]
    for word, rows in {"doesn't": [2, 3, 4], "ice cream": [6, 7], "like": [5]}.items():
        assert np.allclose(get_word_embedding(sentence, word, encoder=encoder), states[rows].mean(axis=0), atol=1e-6)


def test_one_of_several_is_chosen_by_its_number(encoder):
    sentence = "The bank by the river bank."
    states = encoder.hidden_states(sentence)[-1]
    for occurrence, row in {0: 2, 1: 6, -1: 6, -2: 2}.items():
        found = get_word_embedding(sentence, "bank", occurrence=occurrence, encoder=encoder)
        assert np.allclose(found, states[row], atol=1e-6)
    with pytest.raises(KeyError, match="2 times: say which by occurrence, from 0 to 1"):
        get_word_embedding(sentence, "bank", encoder=encoder)
    with pytest.raises(KeyError, match="counted from 0; there is no 2"):
        get_word_embedding(sentence, "bank", occurrence=2, encoder=encoder)
    with pytest.raises(ValueError, match="at least -2"):
        get_word_embedding(sentence, "bank", occurrence=-3, encoder=encoder)


@pytest.mark.parametrize("word", ["zebra", "ban", "ank", "anks", "bank is"])
def test_a_word_that_does_not_stand_there_is_told_and_a_part_of_a_word_is_none(encoder, word):
    with pytest.raises(KeyError, match='does not stand in the sentence; its words are "Embankments", "are", "banks"'):
        get_word_embedding("Embankments are banks.", word, encoder=encoder)


def test_accents_count_however_they_are_written(encoder):
    composed, apart = "One café, no cafe.", "One cafe\N{COMBINING ACUTE ACCENT}, no cafe."
    for sentence in (composed, apart):
        accented = [
            get_word_embedding(sentence, word, encoder=encoder) for word in ("café", "cafe\N{COMBINING ACUTE ACCENT}")
        ]
        assert np.array_equal(*accented)
        assert np.allclose(accented[0], encoder.hidden_states(sentence)[-1, 2], atol=1e-6)
        assert np.allclose(
            get_word_embedding(sentence, "cafe", encoder=encoder), encoder.hidden_states(sentence)[-1, 5], atol=1e-6
        )


@pytest.mark.parametrize("word", ["😀", "שלום", "C++"])
def test_any_script_and_any_mark_is_found(encoder, word):
    assert get_word_embedding(f"They said {word} twice.", word, encoder=encoder).shape == (384,)


def test_a_word_behind_what_is_read_is_told(encoder):
    with pytest.warns(TextTruncated), pytest.raises(ValueError, match=r"behind the 512 pieces|behind the 256 pieces"):
        get_word_embedding("word " * 600 + "zebra", "zebra", encoder=encoder)


def test_bad_input_is_refused(encoder):
    for sentence, word in (("", "bank"), (RIVER, " ")):
        with pytest.raises(ValueError, match="is empty"):
            get_word_embedding(sentence, word, encoder=encoder)
    with pytest.raises(TypeError, match="The word is a string"):
        get_word_embedding(RIVER, 3, encoder=encoder)
    with pytest.raises(TypeError, match="The sentence is a string"):
        get_word_embedding(None, "bank", encoder=encoder)
    with pytest.raises(ValueError, match=r"layers 0 .* to 6"):
        get_word_embedding(RIVER, "bank", layer=7, encoder=encoder)
    with pytest.raises(ValueError, match="pooling is 'cls'"):
        get_word_embedding(RIVER, "bank", pooling="cls", encoder=encoder)


def test_several_sentences_are_read_together(encoder):
    texts, words = (
        [RIVER, "We sat down on the bank of a long and winding river.", "Her bank is shut."],
        ["river", "bank", "bank"],
    )
    found = get_word_embedding(texts, words, encoder=encoder)
    alone = [get_word_embedding(*one, encoder=encoder) for one in zip(texts, words, strict=True)]
    assert np.allclose(found, alone, atol=1e-5) and found.shape == (3, 384)
    for_all = get_word_embedding(pd.Series(texts), "bank", layer=2, encoder=encoder)
    assert np.allclose(for_all[2], get_word_embedding(texts[2], "bank", layer=2, encoder=encoder), atol=1e-5)
    with pytest.raises(ValueError, match="there are 3 texts and 2 words"):
        get_word_embedding(texts, words[:2], encoder=encoder)
    with pytest.raises(KeyError, match='"river" does not stand in the sentence; its words are "Her", "bank"'):
        get_word_embedding(texts, "river", encoder=encoder, occurrence=0)
    with pytest.raises(ValueError, match="the list is empty"):
        get_word_embedding([], "bank", encoder=encoder)


def test_other_tokenizers_do_not_shift_the_word():
    small = ContextualEncoder("miniature-bert")
    found = get_word_embedding(RIVER, "river", layer=2, encoder=small)
    row = [piece.strip("Ġ▁").lower() for piece in small.pieces(RIVER)].index("river")
    assert np.allclose(found, small.hidden_states(RIVER)[2, row], atol=1e-6)


def test_an_encoder_is_loaded_once_by_its_name(encoder):
    from embedlib.contextual.word import _loaded

    assert np.array_equal(get_word_embedding(RIVER, "bank"), get_word_embedding(RIVER, "bank", encoder=encoder))
    assert _loaded("minilm-l6") is _loaded("minilm-l6")
