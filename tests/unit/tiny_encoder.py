"""A model of the miniature BERT's architecture with random weights; packed models, opened."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

VOCABULARY = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "the", "cafe", "s", "bank", "raised", "its", "rates"]
VOCABULARY += ["said", "man", "laughed", "a", "b", "c", "##a", "##b", "##s"]


def random_miniature(folder: Path) -> Any:
    """A model of the miniature's architecture with random weights, written as the miniature is; returned in float32."""
    torch, transformers = pytest.importorskip("torch"), pytest.importorskip("transformers")
    torch.manual_seed(0)
    settings = transformers.RobertaPreLayerNormConfig(
        vocab_size=len(VOCABULARY),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=4,
        intermediate_size=64,
        max_position_embeddings=129,
        type_vocab_size=2,
        layer_norm_eps=1e-5,
        pad_token_id=0,
        initializer_range=0.5,
    )
    transformers.RobertaPreLayerNormForMaskedLM(settings).half().save_pretrained(folder)
    pieces = {piece: i for i, piece in enumerate(VOCABULARY)}
    (folder / "tokenizer.json").write_text(json.dumps({"model": {"vocab": pieces}}))
    return transformers.RobertaPreLayerNormForMaskedLM.from_pretrained(
        folder, dtype=torch.float32, attn_implementation="eager"
    ).eval()


def unpack(packed: bytes) -> tuple[dict[str, Any], dict[str, Any]]:
    """Open what `weights.pack` made, as worker.js does: the header, and the tensors in float32 by name."""
    raw = gzip.decompress(packed)
    begin = raw.index(b"\n") + 1
    header = json.loads(raw[:begin])
    found: dict[str, Any] = {}
    for name, about in header.pop("tensors").items():
        count = int(np.prod(about["shape"]))
        flat = np.frombuffer(raw, dtype=about["type"], count=count, offset=begin + about["at"])
        found[name] = flat.reshape(about["shape"]).astype(np.float32)
    for name in [name.removesuffix(".rows") for name in found if name.endswith(".rows")]:
        found[name] = found[name] * found.pop(f"{name}.rows")[:, None] * found.pop(f"{name}.columns")
    return header, found
