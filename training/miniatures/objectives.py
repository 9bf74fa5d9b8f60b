"""What each miniature reads and has to guess: one class an objective, all of one width, depth and vocabulary.

Every model is a class of transformers' that puts layer norm before attention and feed-forward (pre-norm), its
piece embeddings warmed by skip-gram and tied to the output, whose bias begins at the pieces' log frequency.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from pieces import CLS, MASK, PAD, SEP, SPECIAL, Stream, Text
from torch import Tensor, nn
from torch.nn import functional

Batch = dict[str, Tensor]


@dataclass(frozen=True)
class Shape:
    """One size for all."""

    width: int = 128
    layers: int = 4
    heads: int = 4
    inner: int = 512
    longest: int = 128


def warm(words: nn.Embedding, bias: nn.Parameter | None, text: Text) -> None:
    """Put the skip-gram vectors into an embedding, and the log frequencies into the output's bias."""
    frequency = torch.tensor(np.log((text.counts + 1) / (text.counts.sum() + len(text.counts))), dtype=torch.float32)
    with torch.no_grad():
        words.weight.copy_(torch.from_numpy(text.warm))
        if bias is not None:
            bias.copy_(frequency - frequency.mean())


def hide(ids: np.ndarray, wanted: np.ndarray, rng: np.random.Generator, vocabulary: int) -> np.ndarray:
    """Of the places ``wanted``, make 80 % [MASK] and 10 % any piece, and leave 10 % as they are."""
    fate = rng.random(ids.shape)
    other = rng.integers(len(SPECIAL), vocabulary, ids.shape)
    return np.where(wanted & (fate < 0.8), MASK, np.where(wanted & (fate >= 0.9), other, ids))


def choose(shape: tuple[int, int], allowed: np.ndarray, rng: np.random.Generator, share: float = 0.15) -> np.ndarray:
    """The same number of places in every row, about ``share`` of those allowed: at least one."""
    order = np.where(allowed, rng.random(shape), 2.0).argsort(axis=1)
    taken = np.zeros(shape, bool)
    np.put_along_axis(taken, order[:, : max(1, round(share * allowed[0].sum()))], True, axis=1)
    return taken


class Masked(nn.Module):
    """The network of BERT and RoBERTa: transformers' RobertaPreLayerNorm, with BERT's next-sentence head or without."""

    def __init__(self, vocabulary: int, shape: Shape, next_sentence: bool) -> None:
        from transformers import RobertaPreLayerNormConfig, RobertaPreLayerNormForMaskedLM

        super().__init__()
        config = RobertaPreLayerNormConfig(
            vocab_size=vocabulary,
            hidden_size=shape.width,
            num_hidden_layers=shape.layers,
            num_attention_heads=shape.heads,
            intermediate_size=shape.inner,
            hidden_act="gelu",
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            # transformers counts places from one behind the padding's number: row 0 is never read.
            max_position_embeddings=shape.longest + PAD + 1,
            type_vocab_size=2,
            layer_norm_eps=1e-5,
            pad_token_id=PAD,
            bos_token_id=CLS,
            eos_token_id=SEP,
            attn_implementation="sdpa",
        )
        self.network = RobertaPreLayerNormForMaskedLM(config)
        self.next_sentence = (
            nn.Sequential(nn.Linear(shape.width, shape.width), nn.Tanh(), nn.Linear(shape.width, 2))
            if next_sentence
            else None
        )

    def hidden(self, batch: Batch) -> Tensor:
        """The last hidden states, ``(rows, length, width)``."""
        found: Tensor = self.network.roberta_prelayernorm(
            batch["ids"], token_type_ids=batch["segments"]
        ).last_hidden_state
        return found


class Bert:
    """Masked words; and in every second batch two stretches, of which the second followed the first or did not.

    BERT drew ten masks a text in advance. No text is read ten times here, so every reading has a mask of its own.
    """

    name = "bert"
    next_sentence = True

    def build(self, text: Text, shape: Shape) -> Masked:
        """The untrained network, warm."""
        model = Masked(text.tokenizer.get_vocab_size(), shape, self.next_sentence)
        head = model.network.lm_head
        warm(model.network.roberta_prelayernorm.embeddings.word_embeddings, head.bias, text)
        return model

    def batch(self, stream: Stream, rng: np.random.Generator, rows: int, length: int, vocabulary: int) -> Batch:
        """Draw ``rows`` stretches: ``[CLS] a [SEP]`` or ``[CLS] a [SEP] b [SEP]``."""
        if self.next_sentence and rng.random() < 0.5:
            ids, segments, follows = self.pairs(stream, rng, rows, length)
        else:
            ids, segments, follows = self.singles(stream, rng, rows, length), np.zeros((rows, length), np.int64), None
        wanted = choose(ids.shape, (ids != CLS) & (ids != SEP), rng)
        drawn = {
            "ids": hide(ids, wanted, rng, vocabulary),
            "segments": segments,
            "wanted": wanted,
            "answers": ids[wanted],
        }
        if follows is not None:
            drawn["follows"] = follows
        return {name: torch.from_numpy(values) for name, values in drawn.items()}

    def singles(self, stream: Stream, rng: np.random.Generator, rows: int, length: int) -> np.ndarray:
        """One stretch a row, ``(rows, length)``."""
        ids = np.full((rows, length), SEP, np.int64)
        ids[:, 0] = CLS
        ids[:, 1:-1] = stream.cut(stream.rows(rng, rows, length), length - 2)
        return ids

    def pairs(
        self, stream: Stream, rng: np.random.Generator, rows: int, length: int
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Two stretches a row, their segments, and whether the second followed the first, ``(rows,)``."""
        first = int(rng.integers(length // 4, length - 3 - length // 4))
        start = stream.rows(rng, rows, length)
        follows = rng.random(rows) < 0.5
        ids = np.full((rows, length), SEP, np.int64)
        ids[:, 0] = CLS
        ids[:, 1 : first + 1] = stream.cut(start, first)
        ids[:, first + 2 : -1] = stream.cut(
            np.where(follows, start + first, stream.rows(rng, rows, length)), length - 3 - first
        )
        segments = np.broadcast_to(np.arange(length) >= first + 2, ids.shape).astype(np.int64)
        return ids, segments, follows.astype(np.int64)

    def loss(self, model: Masked, batch: Batch) -> tuple[Tensor, Tensor]:
        """What is minimised, and the part of it that the words cost, in nats a word."""
        hidden = model.hidden(batch)
        words = functional.cross_entropy(model.network.lm_head(hidden[batch["wanted"]]), batch["answers"])
        if model.next_sentence is None or "follows" not in batch:
            return words, words
        return words + functional.cross_entropy(model.next_sentence(hidden[:, 0]), batch["follows"]), words

    def asked(self, stream: Stream, rows: int, length: int) -> Batch:
        """Rows to be scored on: 15 % of each one's pieces are [MASK], the same at every call."""
        rng = np.random.default_rng(0)
        ids = self.singles(stream, rng, rows, length)
        wanted = choose(ids.shape, (ids != CLS) & (ids != SEP), rng)
        drawn = {
            "ids": np.where(wanted, MASK, ids),
            "segments": np.zeros_like(ids),
            "wanted": wanted,
            "answers": ids[wanted],
        }
        return {name: torch.from_numpy(values) for name, values in drawn.items()}

    @torch.no_grad()
    def answers(self, model: Masked, batch: Batch) -> np.ndarray:
        """The likeliest piece at every place asked for."""
        found = []
        for low in range(0, len(batch["ids"]), 64):
            part = {name: batch[name][low : low + 64] for name in ("ids", "segments", "wanted")}
            found.append(model.network.lm_head(model.hidden(part)[part["wanted"]]).argmax(-1))
        return torch.cat(found).numpy()


class Roberta(Bert):
    """Masked words alone."""

    name = "roberta"
    next_sentence = False


OBJECTIVES: dict[str, Any] = {made.name: made for made in (Bert(), Roberta())}


def described(shape: Shape) -> dict[str, int]:
    """A shape as a recipe holds it."""
    return asdict(shape)
