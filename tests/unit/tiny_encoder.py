"""A model of the miniature BERT's architecture with random weights."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

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
