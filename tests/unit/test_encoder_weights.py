"""The encoder island's weights: read, rounded and packed without harm, and the same forward pass as transformers'."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tiny_encoder import VOCABULARY, random_miniature

from embedlib import assets
from embedlib.islands import base, site
from embedlib.islands.encoder import STRANGERS, forward, strangers, weights

SENTENCE = "The café's bank raised its rates, said the cautious man; [MASK] laughed."


@pytest.fixture(scope="module")
def minilm() -> weights.Model:
    if not assets.available("minilm-l6"):
        pytest.skip("needs the asset minilm-l6")
    return weights.unpack(weights.minilm())


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
    one = base.island("encoder")
    assert "minilm-l6" in one.static_html(dict(one.defaults)) and "<button" not in one.static_html(dict(one.defaults))


def test_the_strangers_are_those_of_the_course_corpus(minilm: weights.Model) -> None:
    if not all(assets.available(name) for name in ("sotu", "gcide", "newsgroups20", "wikipedia-206")):
        pytest.skip("needs the course corpus")
    kept = json.loads(STRANGERS.read_text())["minilm"]
    few = strangers.measure(minilm, sentences=60)
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
        opened = weights.unpack(packed)
        assert opened.header == {"vocabulary": ["é", "[MASK]"], "layers": 1}
        for name, tensor in given.items():
            np.testing.assert_allclose(opened.tensors[name], tensor, atol=error)


def test_safetensors_are_read_as_their_own_library_reads_them(tmp_path: Path) -> None:
    library = pytest.importorskip("safetensors.numpy")
    given = {"a": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.ones(3, dtype=np.float16)}
    library.save_file(given, tmp_path / "x.safetensors", metadata={"format": "pt"})
    read = weights.read_safetensors(tmp_path / "x.safetensors")
    assert read.keys() == given.keys()
    for name, tensor in given.items():
        np.testing.assert_array_equal(read[name], tensor)


def test_eight_bits_keep_minilms_layers(minilm: weights.Model) -> None:
    transformers = pytest.importorskip("transformers")
    folder = str(assets.path("minilm-l6"))
    inputs = transformers.AutoTokenizer.from_pretrained(folder)([SENTENCE], return_tensors="pt")
    expected = transformers.AutoModel.from_pretrained(folder)(**inputs, output_hidden_states=True).hidden_states
    run = forward.run(minilm, SENTENCE)
    for layer, states in enumerate(expected):
        assert cosines(run.hidden[layer], states[0].detach().numpy()).min() >= 0.999, layer


def test_the_pre_norm_architecture_is_transformers_own(tmp_path: Path) -> None:
    torch = pytest.importorskip("torch")
    model = random_miniature(tmp_path)
    run = forward.run(weights.unpack(weights.miniature(tmp_path)), SENTENCE)
    assert " ".join(run.tokens) == "[CLS] the cafe s bank raised its rates said the [UNK] man [MASK] laughed [SEP]"
    known = {piece: i for i, piece in enumerate(VOCABULARY)}
    ids = torch.tensor([[known[piece] for piece in run.tokens]])
    with torch.no_grad():
        out = model(input_ids=ids, output_hidden_states=True, output_attentions=True)
    np.testing.assert_allclose(run.hidden, torch.stack(out.hidden_states)[:, 0].numpy(), atol=1e-4)
    np.testing.assert_allclose(run.looked, torch.stack(out.attentions)[:, 0].numpy(), atol=1e-4)
    place = run.tokens.index("[MASK]")
    best = out.logits[0, place].softmax(0).topk(5)
    guesses = forward.guess(weights.unpack(weights.miniature(tmp_path)), run.hidden[-1][place])
    assert [piece for piece, _ in guesses] == [VOCABULARY[i] for i in best.indices.tolist()]
    np.testing.assert_allclose([chance for _, chance in guesses], best.values.numpy(), atol=1e-4)
