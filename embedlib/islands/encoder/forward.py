"""What worker.js computes, in NumPy: pieces, and what stands after each layer. For a page's first picture."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf, softmax

from embedlib.islands.encoder.weights import LONGEST, Model

Doubles = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Run:
    """A text after one pass: T pieces, d numbers each.

    Attributes
    ----------
    tokens : the pieces, [CLS] and [SEP] among them.
    owner : for each piece the number of its word, -1 for [CLS] and [SEP].
    left : how many pieces did not fit.
    sums : piece, place and segment embeddings, shape (3, T, d).
    hidden : shape (layers + 1, T, d).
    looked : shape (layers, heads, T, T), rows sum to 1.
    """

    tokens: list[str]
    owner: list[int]
    left: int
    sums: Doubles
    hidden: Doubles
    looked: Doubles


def words(text: str, signs: str) -> list[str]:
    """A text's words: lower case, no accents; signs stand alone or are dropped. For text without Chinese characters."""
    marked = "M" if signs == "dropped" else "Mn"
    decomposed = unicodedata.normalize("NFD", text)
    plain = "".join(c for c in decomposed if not unicodedata.category(c).startswith(marked)).lower()
    return re.findall(r"[^\W_]+" if signs == "dropped" else r"[^\W_]+|[^\w\s]|_", plain)


def pieces(word: str, known: dict[str, int]) -> list[str]:
    """The longest piece of the vocabulary that the word begins with, then the same for what is left."""
    found, start = [], 0
    while start < len(word):
        stem = "##" if start else ""
        ends = range(len(word), start, -1)
        end = next((end for end in ends if stem + word[start:end] in known), 0)
        if not end:
            return ["[UNK]"]
        found.append(stem + word[start:end])
        start = end
    return found


def tokenize(text: str, model: Model) -> tuple[list[str], list[int], int]:
    """Pieces between [CLS] and [SEP], the number of the word that each belongs to, and how many did not fit."""
    known = {piece: i for i, piece in enumerate(model.header["vocabulary"])}
    cut = re.split(r"(\[MASK\])", text)
    found = [word for run in cut for word in ([run] if run == "[MASK]" else words(run, model.header["signs"]))]
    spelt = [
        (piece, i) for i, word in enumerate(found) for piece in ([word] if word == "[MASK]" else pieces(word, known))
    ]
    kept = spelt[: LONGEST - 2]
    tokens = ["[CLS]", *(piece for piece, _ in kept), "[SEP]"]
    return tokens, [-1, *(i for _, i in kept), -1], len(spelt) - len(kept)


def run(model: Model, text: str) -> Run:
    """One pass over a text."""
    about, tensors = model.header, model.tensors
    tokens, owner, left = tokenize(text, model)
    known = {piece: i for i, piece in enumerate(about["vocabulary"])}
    ids = [known[piece] for piece in tokens]
    heads, prenorm = about["heads"], about["prenorm"]

    def linear(name: str, x: Doubles) -> Doubles:
        product: Doubles = x @ tensors[f"{name}.weight"].T + tensors[f"{name}.bias"]
        return product

    def norm(name: str, x: Doubles) -> Doubles:
        return layer_norm(model, name, x)

    def split(x: Doubles) -> Doubles:
        return x.reshape(len(x), heads, -1).transpose(1, 0, 2)

    table = "embeddings.{}_embeddings.weight".format
    places = np.arange(len(ids))
    sums = np.stack(
        [tensors[table("word")][ids], tensors[table("position")][places], tensors[table("token_type")][0 * places]]
    )
    x = norm("embeddings.LayerNorm", sums.sum(axis=0, dtype=np.float64))
    hidden, looked = [x], list[Doubles]()
    for layer in range(about["layers"]):
        stem = f"encoder.layer.{layer}"
        asked = norm(f"{stem}.attention.output.LayerNorm", x) if prenorm else x
        query, key, value = (
            split(linear(f"{stem}.attention.self.{part}", asked)) for part in ("query", "key", "value")
        )
        shares: Doubles = softmax(query @ key.transpose(0, 2, 1) / np.sqrt(query.shape[-1]), axis=-1)
        mixed: Doubles = (shares @ value).transpose(1, 0, 2).reshape(x.shape)
        x = x + linear(f"{stem}.attention.output.dense", mixed)
        x = x if prenorm else norm(f"{stem}.attention.output.LayerNorm", x)
        fed = norm(f"{stem}.output.LayerNorm", x) if prenorm else x
        x = x + linear(f"{stem}.output.dense", gelu(linear(f"{stem}.intermediate.dense", fed)))
        x = x if prenorm else norm(f"{stem}.output.LayerNorm", x)
        hidden.append(x)
        looked.append(shares)
    if prenorm:
        hidden[-1] = norm("encoder.LayerNorm", x)
    return Run(tokens, owner, left, sums.astype(np.float64), np.stack(hidden), np.stack(looked))


def gelu(x: Doubles) -> Doubles:
    """A number times the share of a bell curve that lies below it."""
    bent: Doubles = x * 0.5 * (1 + erf(x / np.sqrt(2)))
    return bent


def layer_norm(model: Model, name: str, x: Any) -> Doubles:
    """Each row to mean 0 and variance 1, then stretched and shifted by what was learnt."""
    centred = x - x.mean(axis=-1, keepdims=True)
    spread = np.sqrt((centred**2).mean(axis=-1, keepdims=True) + model.header["epsilon"])
    normed: Doubles = centred / spread * model.tensors[f"{name}.weight"] + model.tensors[f"{name}.bias"]
    return normed


def guess(model: Model, vector: Doubles, k: int = 5) -> list[tuple[str, float]]:
    """The likeliest pieces in the place of a vector of the last layer, likeliest first."""
    tensors, head = model.tensors, "cls.predictions"
    bent = gelu(vector @ tensors[f"{head}.transform.dense.weight"].T + tensors[f"{head}.transform.dense.bias"])
    asked = layer_norm(model, f"{head}.transform.LayerNorm", bent)
    chances = softmax(asked @ tensors["embeddings.word_embeddings.weight"].T + tensors[f"{head}.bias"])
    order = np.argsort(-chances, kind="stable")[:k]
    return [(model.header["vocabulary"][i], float(chances[i])) for i in order]
