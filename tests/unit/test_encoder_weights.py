"""The encoder island's weights: read, rounded and packed without harm, and the same forward pass as transformers'."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_encoder import random_miniature, unpack

from embedlib import assets
from embedlib.islands import base, encoder, reading, site
from embedlib.islands.encoder import DEFAULTS, MEASURED
from embedlib.islands.reading import weights

SENTENCE = "The café's bank raised its rates, said the cautious man; [MASK] laughed."


@pytest.fixture
def measure() -> Any:
    """The module that asks transformers."""
    for library in ("torch", "transformers"):
        pytest.importorskip(library)
    if not assets.available("minilm-l6"):
        pytest.skip("needs the asset minilm-l6")
    from embedlib.islands.encoder import measure

    return measure


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ({"sentence": " "}, "sentence is empty"),
        ({"show": ["heads"]}, "shows masked, sum"),
        ({"show": []}, "nothing"),
    ],
)
def test_options_that_cannot_be_shown_are_refused_with_a_sentence(option: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        base.options_of(base.island("encoder"), option)


def test_without_the_asset_the_site_is_built_without_the_weights(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "asset_here", lambda _: False)
    monkeypatch.setattr(assets, "available", lambda _: False)
    files = site.island_files(base.island("encoder"))
    assert sorted(files) == ["encoder.css", "encoder.js", "encoder.worker.js"]
    assert encoder.first(dict(DEFAULTS))["models"] == [] and site._loads.__wrapped__("encoder") == ""


def test_of_sentences_that_were_not_measured_the_table_says_only_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "here", lambda: [])
    table = encoder.fallback_html({**DEFAULTS, "sentence": "A <bank>."}, " Run this.")
    assert "A &lt;bank&gt;." in table and " Run this." in table and "<td>" not in table
    assert encoder.fallback_html(dict(DEFAULTS)).count("<tr><td>") == 7


def test_what_is_kept_is_what_transformers_computes(measure: Any) -> None:
    kept = json.loads(MEASURED.read_text())["default"]
    assert encoder.layers(dict(DEFAULTS)) == kept
    texts = [str(DEFAULTS[key]) for key in ("sentence", "other", "word")]
    np.testing.assert_allclose(measure.word_cosines(*texts), kept, atol=2e-4)
    same = encoder.layers({**DEFAULTS, "other": DEFAULTS["sentence"]})
    np.testing.assert_allclose(same, np.ones(7), atol=1e-4)
    assert encoder.layers({**DEFAULTS, "other": "No such word."}) == []


@pytest.mark.parametrize("name", ["minilm", "miniature"])
def test_the_strangers_are_those_of_the_course_corpus(measure: Any, name: str) -> None:
    if not all(assets.available(name) for name in ("sotu", "gcide", "newsgroups20", "wikipedia-206", "miniature-bert")):
        pytest.skip("needs the course corpus and the miniature")
    kept = json.loads(MEASURED.read_text())["strangers"][name]
    few = measure.strangers(measure.load(reading.ASSETS[name]), sentences=60)
    assert kept["of"] > 300
    np.testing.assert_allclose(few["words"], kept["words"], atol=0.15)
    np.testing.assert_allclose(few["sentences"], kept["sentences"], atol=0.1)


def cosines(one: Any, other: Any) -> Any:
    """The cosine of each row with the same row of another array."""
    return (one * other).sum(-1) / np.linalg.norm(one, axis=-1) / np.linalg.norm(other, axis=-1)


def test_rounding_there_and_back_is_off_by_at_most_half_a_step() -> None:
    matrix = np.random.default_rng(0).normal(size=(40, 30)) * np.linspace(0.01, 3, 30)
    matrix[3] = 0
    integers, rows, columns = weights.quantise(matrix)
    steps = rows[:, None] * columns
    assert integers.dtype == np.int8 and np.abs(integers).max() == 127
    assert (np.abs(integers * steps - matrix) <= steps * 0.501).all()
    assert not integers[3].any() and (rows > 0).all()


def test_what_is_packed_is_what_is_unpacked() -> None:
    rng = np.random.default_rng(0)
    tensors = {"m": rng.normal(size=(5, 3)).astype(np.float32), "b": rng.normal(size=5).astype(np.float32)}
    halves = {name: tensor.astype(np.float16) for name, tensor in tensors.items()}
    for given, rounded, error in ((tensors, True, 0.02), (tensors, False, 0), (halves, False, 0)):
        packed = weights.pack(given, rounded=rounded, vocabulary=["é", "[MASK]"], layers=1)
        assert packed == weights.pack(given, rounded=rounded, vocabulary=["é", "[MASK]"], layers=1)
        header, opened = unpack(packed)
        assert header == {"vocabulary": ["é", "[MASK]"], "layers": 1}
        for name, tensor in given.items():
            np.testing.assert_allclose(opened[name], tensor, atol=error)


def test_safetensors_are_read_as_their_own_library_reads_them(tmp_path: Path) -> None:
    library = pytest.importorskip("safetensors.numpy")
    given = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.ones(3, dtype=np.float16)}
    library.save_file(given, tmp_path / "x.safetensors", metadata={"format": "pt"})
    read = weights.read_safetensors(tmp_path / "x.safetensors")
    assert read.keys() == given.keys()
    for name, tensor in given.items():
        np.testing.assert_array_equal(read[name], tensor)


def test_eight_bits_keep_minilms_layers(measure: Any) -> None:
    torch = pytest.importorskip("torch")
    whole = measure.ContextualEncoder("minilm-l6")
    expected = whole.hidden_states(SENTENCE)
    header, rounded = unpack(weights.minilm())
    assert header["vocabulary"] == whole.tokenizer.convert_ids_to_tokens(range(len(header["vocabulary"])))
    with torch.no_grad():
        for name, table in whole.model.named_parameters():
            if name in rounded:
                table[: len(rounded[name])] = torch.tensor(rounded[name])
    found = whole.hidden_states(SENTENCE)
    assert np.abs(found - expected).max() > 0, "the weights were rounded"
    assert cosines(found, expected).min() >= 0.999


def test_the_miniature_is_packed_under_berts_names(tmp_path: Path) -> None:
    model = random_miniature(tmp_path)
    header, packed = unpack(weights.miniature(tmp_path))
    assert header["prenorm"] and header["masked"] and header["signs"] == "dropped"
    assert packed.keys() >= {
        "encoder.LayerNorm.weight",
        "cls.predictions.bias",
        "encoder.layer.0.output.LayerNorm.bias",
    }
    places = model.roberta_prelayernorm.embeddings.position_embeddings.weight.detach().numpy()
    np.testing.assert_array_equal(packed["embeddings.position_embeddings.weight"], places[1 : weights.LONGEST + 1])
