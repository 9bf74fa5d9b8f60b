"""The encoder: layers, offsets, padding and truncation are what they are said to be, and bad input is told kindly."""

from __future__ import annotations

import shutil

import numpy as np
import pytest

from embedlib import assets

pytest.importorskip("torch")
pytest.importorskip("transformers")

from embedlib.contextual import ContextualEncoder, TextTruncated

SENTENCES = ["The cat drinks milk.", "Ministers met in Paris to talk about the price of wheat.", "Rain fell."]


@pytest.fixture(scope="module")
def encoder():
    return ContextualEncoder("minilm-l6")


def test_padding_changes_nothing(encoder):
    together = encoder.encode(SENTENCES)
    assert together.shape == (3, 384) and together.dtype == np.float32
    assert np.abs(together - [encoder.encode(one) for one in SENTENCES]).max() < 2e-6


def test_one_thread_and_two_agree_to_what_is_printed(encoder):
    import torch

    before = torch.get_num_threads()
    found = []
    for n in (1, 2):
        torch.set_num_threads(n)
        found.append(encoder.encode(SENTENCES))
    torch.set_num_threads(before)
    assert np.abs(found[0] - found[1]).max() < 1e-5


def test_layer_0_is_the_sum_of_three_tables_after_layer_norm(encoder):
    tables = encoder.model.embeddings
    ids = encoder.tokenizer(SENTENCES[0])["input_ids"]
    total = (
        tables.word_embeddings.weight[ids]
        + tables.position_embeddings.weight[: len(ids)]
        + tables.token_type_embeddings.weight[0]
    )
    assert np.abs(tables.LayerNorm(total).detach().numpy() - encoder.hidden_states(SENTENCES[0])[0]).max() < 1e-5


@pytest.mark.parametrize("pooling", ["mean", "first", "max"])
@pytest.mark.parametrize("layer", [0, 3, -1])
def test_pooling_is_over_the_pieces_of_the_layer_asked_for(encoder, layer, pooling):
    states = encoder.hidden_states(SENTENCES[0])[layer]
    wanted = {"mean": states.mean(axis=0), "first": states[0], "max": states.max(axis=0)}[pooling]
    assert np.allclose(encoder.encode(SENTENCES, layer=layer, pooling=pooling)[0], wanted, atol=1e-5)


def test_offsets_are_exact_under_unicode(encoder):
    sentence = "The café's naïve 😀 cat sat; שלום! e\N{COMBINING ACUTE ACCENT}clair"
    read = encoder.word_vectors(sentence)
    assert read.words == [sentence[start:end] for start, end in read.spans]
    assert read.words[1] == "café" and read.words[-1] == "e\N{COMBINING ACUTE ACCENT}clair"
    assert {"😀", "naïve", "שלום"} <= set(read.words)
    assert read.pieces[read.words.index("😀")] == ["[UNK]"]


def test_a_word_of_several_pieces_is_their_mean(encoder):
    read = encoder.word_vectors("Embeddings help.", layer=2)
    assert read.pieces[0] == ["em", "##bed", "##ding", "##s"]
    assert np.allclose(read["embeddings"], encoder.hidden_states("Embeddings help.")[2, 1:5].mean(axis=0), atol=1e-6)


def test_absent_and_repeated_words_are_told(encoder):
    read = encoder.word_vectors("The bank by the river.")
    with pytest.raises(KeyError, match="does not stand in the sentence; its words are"):
        _ = read["money"]
    with pytest.raises(KeyError, match="2 times"):
        _ = read["the"]


def test_what_is_cut_off_is_told(encoder):
    with pytest.warns(TextTruncated, match=r"1 of 2 texts .*the longest has 10,002"):
        assert encoder.encode(["word " * 10_000, "short"]).shape == (2, 384)


@pytest.mark.parametrize("text", ["", "   ", "\n"])
def test_an_empty_sentence_is_refused_by_its_place(encoder, text):
    with pytest.raises(ValueError, match="Sentence 1 is empty"):
        encoder.encode(["words", text])


@pytest.mark.parametrize("layer", [7, -8])
def test_a_layer_that_there_is_not_is_refused(encoder, layer):
    with pytest.raises(ValueError, match=r"layers 0 .* to 6"):
        encoder.encode(SENTENCES, layer=layer)


def test_random_weights_keep_the_spread_and_lose_the_order(encoder):
    other = encoder.with_random_weights(1)
    one, two = (e.model.encoder.layer[0].output.dense.weight.detach().numpy() for e in (encoder, other))
    assert np.allclose(np.sort(one.ravel()), np.sort(two.ravel())) and not np.allclose(one, two)
    assert np.array_equal(other.encode("A cat."), encoder.with_random_weights(1).encode("A cat."))


@pytest.mark.parametrize("missing", ["config.json", "model.safetensors", "tokenizer"])
def test_a_missing_file_is_named(tmp_path, missing):
    for file in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(assets.path("minilm-l6", file), tmp_path)
    (tmp_path / "model.safetensors").write_bytes(b"")
    for file in [*tmp_path.glob(f"{missing}*")]:
        file.unlink()
    with pytest.raises(FileNotFoundError, match=f"incomplete: .*{missing}"):
        ContextualEncoder(tmp_path)


def test_weights_of_another_network_are_refused(tmp_path):
    from safetensors.numpy import save_file

    for file in ("config.json", "tokenizer.json", "tokenizer_config.json"):
        shutil.copy(assets.path("minilm-l6", file), tmp_path)
    save_file({"embeddings.LayerNorm.weight": np.ones(384, np.float32)}, tmp_path / "model.safetensors")
    with pytest.raises(ValueError, match=r"lack .*and 96 more: is it another"):
        ContextualEncoder(tmp_path)


def test_an_unknown_model_is_told():
    with pytest.raises(FileNotFoundError, match="neither an asset nor a folder"):
        ContextualEncoder("bert-enormous")


def test_words_that_are_cut_already_get_their_pieces_mean_or_the_first(encoder):
    words = ["The", "riverbank", "was", "wet", "."]
    for layer in (0, -1):
        mean, first = (encoder.encode_words([words], layer, pieces)[0] for pieces in ("mean", "first"))
        whole = encoder.word_vectors(" ".join(words), layer)
        assert mean.shape == (5, 384)
        assert np.abs(mean - whole.vectors).max() < 1e-5
        many = [len(pieces) > 1 for pieces in whole.pieces]
        assert many[1] and ((np.abs(mean - first).max(axis=1) > 1e-3) == many).all()


def test_sentences_of_words_come_back_in_their_order_whatever_their_length(encoder):
    some = [["Rain", "fell"], ["Ministers", "met", "in", "Paris", "to", "talk", "."], ["Yes"]]
    together = encoder.encode_words(some, batch_size=2)
    assert [len(rows) for rows in together] == [2, 7, 1]
    for words, rows in zip(some, together, strict=True):
        assert np.abs(rows - encoder.encode_words([words])[0]).max() < 1e-5


def test_sentences_that_are_not_cut_or_empty_are_told(encoder):
    with pytest.raises(TypeError, match="list of its words"):
        encoder.encode_words(["Rain fell"])
    with pytest.raises(ValueError, match="Sentence 1 has no words"):
        encoder.encode_words([["Rain"], []])
    with pytest.raises(ValueError, match="no sentences"):
        encoder.encode_words([])


def test_pieces_of_many_texts_are_those_of_each_alone(encoder):
    some = ["Rain fell.", "A cat, a dog and a very long sentence about both of them.", "Snow"]
    together = encoder.encode_pieces(some, batch_size=2)
    for text, rows in zip(some, together, strict=True):
        assert np.abs(rows - encoder.hidden_states(text)[-1]).max() < 1e-5
        assert len(rows) == len(encoder.pieces(text))
