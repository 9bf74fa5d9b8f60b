"""Weights of encoders in the page: read from safetensors, in eight bits where that is said, packed for worker.js.

A packed model is one gzip file: a line of JSON (the header: sizes, vocabulary, where each tensor begins), then
the tensors. Both models carry the names of transformers' BertModel, so that one forward pass serves both.
"""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedlib import assets

Floats = NDArray[np.float32]
KINDS = {"F32": np.float32, "F16": np.float16, "I64": np.int64}
LONGEST = 64
"""Pieces that the island reads of a text; positions beyond are not packed."""

RENAMED = (
    (r"^roberta_prelayernorm\.", ""),
    (r"^LayerNorm", "encoder.LayerNorm"),
    (r"attention\.LayerNorm", "attention.output.LayerNorm"),
    (r"intermediate\.LayerNorm", "output.LayerNorm"),
    (r"^lm_head\.dense", "cls.predictions.transform.dense"),
    (r"^lm_head\.layer_norm", "cls.predictions.transform.LayerNorm"),
    (r"^lm_head\.bias", "cls.predictions.bias"),
)
"""What the pre-norm miniature calls its tensors, and what BERT calls those that do the same."""


def read_safetensors(file: Path) -> dict[str, NDArray[Any]]:
    """The tensors of a safetensors file, mapped from the disk: eight bytes of length, JSON, then the numbers."""
    with file.open("rb") as opened:
        length = int.from_bytes(opened.read(8), "little")
        header = json.loads(opened.read(length))
    header.pop("__metadata__", None)
    numbers = np.memmap(file, dtype=np.uint8, mode="r", offset=8 + length)
    found = {}
    for name, about in header.items():
        begin, end = about["data_offsets"]
        found[name] = numbers[begin:end].view(KINDS[about["dtype"]]).reshape(about["shape"])
    return found


def quantise(matrix: NDArray[Any]) -> tuple[NDArray[np.int8], Floats, Floats]:
    """Round a matrix, shape (n, d), to 255 even steps a row: weight = scale of its row * scale of its column * integer.

    A few columns hold much larger numbers than the rest and would make the steps of every row coarse; the scales of
    the columns take half of that away.

    Returns the integers (n, d), the scales of the rows (n) and those of the columns (d).
    """
    peaks = np.sqrt(np.abs(matrix).max(axis=0).astype(np.float32))
    columns: Floats = np.where(peaks > 0, peaks, 1)
    even = matrix / columns
    largest = np.abs(even).max(axis=1)
    rows: Floats = np.where(largest > 0, largest / 127, 1).astype(np.float32)
    return np.rint(even / rows[:, None]).astype(np.int8), rows, columns


def pack(tensors: Mapping[str, NDArray[Any]], rounded: bool, **header: Any) -> bytes:
    """Pack a model; the same input always gives the same bytes.

    Parameters
    ----------
    tensors : by BERT's names; matrices have shape (out, in), tables of embeddings (n, d).
    rounded : whether matrices become eight-bit integers with scales; else all stay as they are.
    header : what worker.js needs to know: layers, heads, width, epsilon, prenorm, masked, signs, vocabulary.
    """
    flat: dict[str, NDArray[Any]] = {}
    for name, tensor in tensors.items():
        if rounded and tensor.ndim == 2:
            flat[name], flat[f"{name}.rows"], flat[f"{name}.columns"] = quantise(tensor)
        else:
            flat[name] = tensor
    # The widest numbers first, so that each tensor begins where its kind may begin.
    order = sorted(flat, key=lambda name: -flat[name].itemsize)
    places, at = {}, 0
    for name in order:
        places[name] = {"type": flat[name].dtype.name, "shape": flat[name].shape, "at": at}
        at += flat[name].nbytes
    head = json.dumps({**header, "tensors": places}, separators=(",", ":")).encode()
    head += b" " * (-(len(head) + 1) % 8) + b"\n"
    return gzip.compress(head + b"".join(flat[name].tobytes() for name in order), 6, mtime=0)


def minilm() -> bytes:
    """MiniLM, the course's sentence encoder, with its matrices in eight bits."""
    file = assets.path("minilm-l6", "model.safetensors", progress=False)
    vocabulary = assets.path("minilm-l6", "vocab.txt", progress=False).read_text(encoding="utf-8").split("\n")
    if not vocabulary[-1]:
        vocabulary.pop()
    wanted = {
        name: tensor[:LONGEST] if "position_embeddings" in name else tensor
        for name, tensor in read_safetensors(file).items()
        if not name.startswith(("pooler", "embeddings.position_ids"))
    }
    return pack(
        wanted,
        rounded=True,
        name="MiniLM",
        **{"layers": 6, "heads": 12, "width": 384, "epsilon": 1e-12, "prenorm": False, "masked": False},
        signs="kept",
        vocabulary=vocabulary,
    )


def miniature(folder: Path) -> bytes:
    """The miniature BERT with its masked-word head, in the sixteen bits that it is kept in."""
    settings = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    pieces = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))["model"]["vocab"]
    tensors = {}
    for name, tensor in read_safetensors(folder / "model.safetensors").items():
        for theirs, ours in RENAMED:
            name = re.sub(theirs, ours, name)
        # In this family place 0 reads row 1 of the table: its first row belongs to padding.
        tensors[name] = tensor[1 : LONGEST + 1] if "position_embeddings" in name else tensor
    return pack(
        tensors,
        rounded=False,
        name="the miniature BERT",
        layers=settings["num_hidden_layers"],
        heads=settings["num_attention_heads"],
        width=settings["hidden_size"],
        epsilon=settings["layer_norm_eps"],
        **{"prenorm": True, "masked": True, "signs": "dropped"},
        vocabulary=sorted(pieces, key=pieces.__getitem__),
    )
