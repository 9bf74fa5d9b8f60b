"""The originals are opened by the code that opens everything else: here with small weights, in their own files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embedlib import assets
from embedlib.contextual import ContextualEncoder

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

SENTENCES = ["The bank is by the river.", "Rain fell on the old bank for days."]
SMALL: dict[str, dict[str, Any]] = {
    "bert-base-uncased": {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32},
    "gpt2": {"n_embd": 16, "n_layer": 2, "n_head": 2, "n_positions": 64, "bos_token_id": 0, "eos_token_id": 0},
    "roberta-base": {
        "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32,
        "max_position_embeddings": 66, "type_vocab_size": 1,
    },
    "t5-small": {"d_model": 16, "d_kv": 8, "d_ff": 32, "num_layers": 2, "num_heads": 2, "decoder_start_token_id": 0},
    "xlnet-base-cased": {"d_model": 16, "n_layer": 2, "n_head": 2, "d_inner": 32},
}  # fmt: skip
CLASSES = {
    "bert-base-uncased": "BertForPreTraining",
    "gpt2": "GPT2LMHeadModel",
    "roberta-base": "RobertaForMaskedLM",
    "t5-small": "T5ForConditionalGeneration",
    "xlnet-base-cased": "XLNetLMHeadModel",
}


def small_tokenizer(name: str) -> Any:
    """A tokeniser of the original's kind, trained on two sentences; with the kinds of pieces around a text it has."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

    special = {
        "bert-base-uncased": ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"],
        "gpt2": ["<|endoftext|>"],
        "roberta-base": ["<s>", "<pad>", "</s>", "<unk>", "<mask>"],
        "t5-small": ["<pad>", "</s>", "<unk>"],
        "xlnet-base-cased": ["<unk>", "<s>", "</s>", "<cls>", "<sep>", "<pad>", "<mask>"],
    }[name]
    if name == "bert-base-uncased":
        made = Tokenizer(models.WordPiece(unk_token="[UNK]"))
        made.normalizer, made.pre_tokenizer = normalizers.BertNormalizer(), pre_tokenizers.BertPreTokenizer()
        trainer: Any = trainers.WordPieceTrainer(vocab_size=60, special_tokens=special, show_progress=False)
        around = "[CLS] $A [SEP]"
    elif name in ("gpt2", "roberta-base"):
        made = Tokenizer(models.BPE())
        made.pre_tokenizer, made.decoder = pre_tokenizers.ByteLevel(add_prefix_space=False), decoders.ByteLevel()
        alphabet = pre_tokenizers.ByteLevel.alphabet()
        trainer = trainers.BpeTrainer(
            vocab_size=300, special_tokens=special, initial_alphabet=alphabet, show_progress=False
        )
        around = "" if name == "gpt2" else "<s> $A </s>"
    else:
        made = Tokenizer(models.Unigram())
        made.pre_tokenizer = pre_tokenizers.Metaspace()
        trainer = trainers.UnigramTrainer(vocab_size=60, special_tokens=special, unk_token="<unk>", show_progress=False)
        around = "$A </s>" if name == "t5-small" else "$A <sep> <cls>"
    made.train_from_iterator(SENTENCES * 5, trainer)
    if around:
        ids = [(piece, made.token_to_id(piece)) for piece in special if piece in around]
        made.post_processor = processors.TemplateProcessing(single=around, special_tokens=ids)
    return made


@pytest.fixture(scope="module", params=SMALL)
def stored(request: Any, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path, Any]:
    """Name, folder and network of a small original; the folder holds files of the catalog's names and no others."""
    name, folder = request.param, tmp_path_factory.mktemp(request.param)
    tokenizer = small_tokenizer(name)
    kind = getattr(transformers, CLASSES[name])
    torch.manual_seed(0)
    pad = max(tokenizer.token_to_id(piece) or 0 for piece in ("[PAD]", "<pad>"))
    config = kind.config_class(vocab_size=tokenizer.get_vocab_size(), pad_token_id=pad, **SMALL[name])
    network = kind(config).eval()
    with torch.no_grad():
        for table in network.parameters():
            table.normal_(0, 0.3)
    network.save_pretrained(folder)
    names = [file.name for file in assets.catalog()[name].files]
    keep_weights(name, network, folder)
    tokenizer.save(str(folder / "tokenizer.json"))
    if "tokenizer_config.json" in names:
        (folder / "tokenizer_config.json").write_text(json.dumps({"model_max_length": 64}))
    for file in folder.iterdir():
        if file.name not in names:
            file.unlink()
    return name, folder, network


def keep_weights(name: str, network: Any, folder: Path) -> None:
    """As the original's file has them: BERT's layer norms gamma and beta, GPT-2's without prefix, XLNet's a pickle."""
    from safetensors.torch import save_file

    weights = {key: table.clone() for key, table in network.state_dict().items()}
    if name == "bert-base-uncased":
        for new, old in (("LayerNorm.weight", "LayerNorm.gamma"), ("LayerNorm.bias", "LayerNorm.beta")):
            weights = {key.replace(new, old): table for key, table in weights.items()}
    if name == "gpt2":
        weights = {key.removeprefix("transformer."): table for key, table in weights.items() if "lm_head" not in key}
    if name == "xlnet-base-cased":
        (folder / "model.safetensors").unlink()
        torch.save(weights, folder / "pytorch_model.bin")
    else:
        save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})


def test_an_original_gives_its_own_hidden_states(stored: Any) -> None:
    name, folder, network = stored
    encoder = ContextualEncoder(folder)
    ids = torch.tensor(encoder.tokenizer([SENTENCES[0]])["input_ids"])
    whole = network.get_encoder() if name == "t5-small" else network
    with torch.no_grad():
        wanted = whole(ids, output_hidden_states=True).hidden_states
    found = encoder.hidden_states(SENTENCES[0])
    assert found.shape == (3, ids.shape[1], 16) == (encoder.n_layers + 1, ids.shape[1], encoder.width)
    assert np.abs(found - np.stack([layer[0] for layer in wanted])).max() < 1e-5
    assert found.std(axis=(1, 2)).min() > 0.05


def test_an_original_reads_a_batch_and_gives_words_their_vectors(stored: Any) -> None:
    name, folder, _ = stored
    encoder = ContextualEncoder(folder)
    assert np.abs(encoder.encode(SENTENCES)[0] - encoder.encode(SENTENCES[0])).max() < 1e-5
    read = encoder.word_vectors(SENTENCES[0])
    assert [word.lower() for word in read.words][:4] == ["the", "bank", "is", "by"]
    other = encoder.word_vectors(SENTENCES[0].replace("river", "old"))
    assert np.allclose(read.vectors[:5], other.vectors[:5], atol=1e-5) is (name == "gpt2")


@pytest.fixture(scope="module")
def elmo(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """A small ELMo in files of the original's names and layout."""
    h5py = pytest.importorskip("h5py")
    from embedlib.contextual.original_elmo import OriginalELMo

    folder, rng = tmp_path_factory.mktemp("elmo"), np.random.default_rng(0)
    names = [file.name for file in assets.catalog()["elmo-original"].files]
    filters, seen, cells, width = [[1, 4], [3, 6]], 5, 12, 8
    found = sum(count for _, count in filters)
    shapes = {f"CNN/W_cnn_{n}": (1, size, seen, count) for n, (size, count) in enumerate(filters)}
    shapes |= {f"CNN/b_cnn_{n}": (count,) for n, (_, count) in enumerate(filters)}
    for n in range(2):
        shapes |= {f"CNN_high_{n}/W_{part}": (found, found) for part in ("carry", "transform")}
        shapes |= {f"CNN_high_{n}/b_{part}": (found,) for part in ("carry", "transform")}
    shapes |= {"char_embed": (261, seen), "CNN_proj/W_proj": (found, width), "CNN_proj/b_proj": (width,)}
    for way in range(2):
        for layer in range(2):
            cell = f"RNN_{way}/RNN/MultiRNNCell/Cell{layer}/LSTMCell/"
            shapes |= {f"{cell}W_0": (2 * width, 4 * cells), f"{cell}B": (4 * cells,), f"{cell}W_P_0": (cells, width)}
    with h5py.File(folder / next(name for name in names if name.endswith(".hdf5")), "w") as file:
        for name, shape in shapes.items():
            file[name] = rng.normal(0, 0.5, shape).astype(np.float32)
    lstm = {"cell_clip": 3, "proj_clip": 3, "n_layers": 2, "dim": cells, "projection_dim": width}
    signs = {"activation": "relu", "filters": filters, "n_highway": 2, "embedding": {"dim": seen}}
    options = next(name for name in names if name.endswith(".json"))
    (folder / options).write_text(json.dumps({"lstm": lstm, "char_cnn": signs}))
    return OriginalELMo(folder)


def test_the_original_elmo_reads_signs_and_lstms_as_pytorch_does(elmo: Any, monkeypatch: Any) -> None:
    for clip in ("cell_clip", "proj_clip"):  # which PyTorch does not know
        monkeypatch.setitem(elmo.options["lstm"], clip, 100)
    words = ["The", "bank", "é"]
    tables = {name: torch.tensor(table) for name, table in elmo.tables.items()}
    rows = [[256], *[list(word.encode()) for word in words], [257]]
    ids = torch.tensor([[258, *row, 259, *[260] * (48 - len(row))] for row in rows])
    seen = tables["char_embed"][ids].transpose(1, 2)
    heard = []
    for n in range(2):
        table = tables[f"CNN/W_cnn_{n}"][0].permute(2, 1, 0)
        heard.append(torch.conv1d(seen, table, tables[f"CNN/b_cnn_{n}"]).amax(2).relu())
    vectors = torch.cat(heard, 1)
    for n in range(2):
        part = {key: tables[f"CNN_high_{n}/{key}"] for key in ("W_carry", "b_carry", "W_transform", "b_transform")}
        stays = torch.sigmoid(-(vectors @ part["W_carry"] + part["b_carry"]))
        vectors = stays * vectors + (1 - stays) * (vectors @ part["W_transform"] + part["b_transform"]).relu()
    vectors = vectors @ tables["CNN_proj/W_proj"] + tables["CNN_proj/b_proj"]
    found = elmo.hidden_states(words)
    assert found.shape == (3, 3, 16)
    assert np.allclose(found[0], torch.cat([vectors, vectors], 1)[1:-1], atol=1e-5)
    halves = []
    for way in range(2):
        given = vectors.flip(0) if way else vectors
        for layer in range(2):
            said = lstm_of(tables, f"RNN_{way}/RNN/MultiRNNCell/Cell{layer}/LSTMCell/")(given[None])[0][0].detach()
            given = given + said if layer else said
        halves.append((given.flip(0) if way else given)[1:-1])
    assert np.allclose(found[2], torch.cat(halves, 1), atol=1e-5)


def lstm_of(tables: Any, name: str) -> Any:
    """PyTorch's LSTM with a projection, whose gates stand in another order: take, keep, new, show."""
    weights, bias, out = (tables[name + key] for key in ("W_0", "B", "W_P_0"))
    lstm = torch.nn.LSTM(8, 12, proj_size=8, batch_first=True)

    def turned(table: Any) -> Any:
        take, new, keep, show = table.split(12, -1)
        return torch.cat([take, keep, new, show], -1)

    with torch.no_grad():
        lstm.weight_ih_l0.copy_(turned(weights[:8]).T)
        lstm.weight_hh_l0.copy_(turned(weights[8:]).T)
        lstm.bias_ih_l0.copy_(turned(bias))
        lstm.bias_hh_l0.zero_()[12:24] = 1  # TensorFlow adds one to what is kept
        lstm.weight_hr_l0.copy_(out.T)
    return lstm


def test_a_half_of_the_original_elmo_knows_what_comes_and_the_other_what_was(elmo: Any, monkeypatch: Any) -> None:
    one, other = (elmo.word_vectors(f"Rain fell on the {end}!").vectors for end in ("bank", "river"))
    assert np.allclose(one[:4, :8], other[:4, :8], atol=1e-6) and not np.allclose(one[:4, 8:], other[:4, 8:], atol=1e-3)
    assert np.allclose(one[5:, 8:], other[5:, 8:], atol=1e-6) and not np.allclose(one[5:, :8], other[5:, :8], atol=1e-3)
    monkeypatch.setitem(elmo.options["lstm"], "proj_clip", 0.1)
    assert np.abs(elmo.hidden_states(["rain"])[1]).max() == pytest.approx(0.1)
    with pytest.raises(ValueError, match="no word"):
        elmo.word_vectors(" ")
    with pytest.raises(ValueError, match="layers 0 to 2"):
        elmo.word_vectors("rain", layer=3)
