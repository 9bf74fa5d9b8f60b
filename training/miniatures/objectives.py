"""What each miniature reads and has to guess: one class an objective, all of one width and vocabulary.

Every network is a class of transformers' but ELMo's, which is embedlib's. The piece embeddings are warmed by skip-gram
and tied to the output, whose bias, where the class has one, begins at the pieces' log frequency. Layer norm stands
before attention and feed-forward (pre-norm), but in XLNet's class behind them. The parts between embedding and output
have 0.79 million parameters (BERT, RoBERTa, GPT, ELMo) or 0.85 million (T5, XLNet).
"""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import torch
from pieces import CLS, MASK, PAD, SEP, SPAN, SPECIAL, Stream, Text
from torch import Tensor, nn
from torch.nn import functional

from embedlib.contextual.elmo import ELMo, ELMoConfig

Batch = dict[str, Tensor]


@dataclass(frozen=True)
class Shape:
    """One size for all; ``layers`` counts T5's encoder and decoder together, and ELMo's two stacks of two."""

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


class Objective:
    """What all have in common: rows ``[CLS] a [SEP]`` of the corpus, never padded, and places in them asked for."""

    name: str
    # The two places, counted from the one asked for, that a table of trigrams may look at; the nearer one first.
    sides: tuple[tuple[int, int], ...] = ((-1, 1),)
    rate = 0.002  # the highest learning rate
    family: str  # as it is called
    asks = "15 of 100 asked for"

    def network(self, vocabulary: int, shape: Shape) -> Any:
        """The network, with random weights."""
        raise NotImplementedError

    def ends(self, model: Any) -> tuple[nn.Embedding, nn.Parameter | None]:
        """The piece embeddings, and the output's bias where there is one."""
        raise NotImplementedError

    def question(self, ids: np.ndarray, wanted: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """What the model is given, so that it has to guess the pieces at the places ``wanted``."""
        raise NotImplementedError

    def logits(self, model: Any, batch: Batch) -> Tensor:
        """What the model thinks of every piece asked for, row by row: ``(asked, vocabulary)``."""
        raise NotImplementedError

    def build(self, text: Text, shape: Shape) -> Any:
        """The untrained network, warm."""
        model = self.network(text.tokenizer.get_vocab_size(), shape)
        warm(*self.ends(model), text)
        return model

    def kept(self, model: Any) -> Any:
        """The part of a model that is stored: transformers' own."""
        return model

    def batch(self, stream: Stream, rng: np.random.Generator, rows: int, length: int, vocabulary: int) -> Batch:
        """Draw ``rows`` stretches to be learned from."""
        ids = self.singles(stream, rng, rows, length)
        return self.posed(ids, self.learned(ids, rng), rng)

    def asked(self, stream: Stream, rows: int, length: int) -> Batch:
        """Rows to be scored on, the same at every call: 15 % of each one's pieces are asked for."""
        rng = np.random.default_rng(0)
        ids = self.singles(stream, rng, rows, length)
        return self.posed(ids, self.places(ids, rng), rng)

    def posed(self, ids: np.ndarray, wanted: np.ndarray, rng: np.random.Generator) -> Batch:
        """A question with the rows that it is about, the places asked for, and the answers."""
        drawn = {"row": ids, "wanted": wanted} | self.question(ids, wanted, rng)
        drawn["answers"] = np.repeat(ids[wanted], len(self.sides))
        return {name: torch.from_numpy(values) for name, values in drawn.items()}

    def singles(self, stream: Stream, rng: np.random.Generator, rows: int, length: int) -> np.ndarray:
        """One stretch a row, ``(rows, length)``."""
        ids = np.full((rows, length), SEP, np.int64)
        ids[:, 0] = CLS
        ids[:, 1:-1] = stream.cut(stream.rows(rng, rows, length), length - 2)
        return ids

    def places(self, ids: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """The places asked for."""
        return choose(ids.shape, text_in(ids), rng)

    def learned(self, ids: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """The places that a training asks for."""
        return self.places(ids, rng)

    def loss(self, model: Any, batch: Batch) -> tuple[Tensor, Tensor]:
        """What is minimised, and the part of it that the words cost, in nats a word."""
        words = functional.cross_entropy(self.logits(model, batch), batch["answers"])
        return words, words

    @torch.no_grad()
    def answers(self, model: Any, batch: Batch) -> np.ndarray:
        """The likeliest piece for every one asked for."""
        found = []
        for low in range(0, len(batch["row"]), 64):
            part = {name: values[low : low + 64] for name, values in batch.items() if name != "answers"}
            found.append(self.logits(model, part).argmax(-1))
        return torch.cat(found).numpy()


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


class Bert(Objective):
    """Masked words; and in every second batch two stretches, of which the second followed the first or did not.

    BERT drew ten masks a text in advance. No text is read ten times here, so every reading has a mask of its own.
    """

    name = "bert"
    family = "BERT"
    next_sentence = True

    def network(self, vocabulary: int, shape: Shape) -> Masked:
        """The network, with random weights."""
        return Masked(vocabulary, shape, self.next_sentence)

    def ends(self, model: Masked) -> tuple[nn.Embedding, nn.Parameter | None]:
        """The piece embeddings, and the output's bias."""
        network = model.network
        return network.roberta_prelayernorm.embeddings.word_embeddings, network.lm_head.bias

    def kept(self, model: Masked) -> Any:
        """All but the next-sentence head."""
        return model.network

    def batch(self, stream: Stream, rng: np.random.Generator, rows: int, length: int, vocabulary: int) -> Batch:
        """Draw ``rows`` stretches: ``[CLS] a [SEP]`` or ``[CLS] a [SEP] b [SEP]``."""
        if self.next_sentence and rng.random() < 0.5:
            ids, segments, follows = self.pairs(stream, rng, rows, length)
        else:
            ids, segments, follows = self.singles(stream, rng, rows, length), np.zeros((rows, length), np.int64), None
        wanted = self.places(ids, rng)
        drawn = {
            "row": ids,
            "ids": hide(ids, wanted, rng, vocabulary),
            "segments": segments,
            "wanted": wanted,
            "answers": ids[wanted],
        }
        if follows is not None:
            drawn["follows"] = follows
        return {name: torch.from_numpy(values) for name, values in drawn.items()}

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

    def question(self, ids: np.ndarray, wanted: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """One stretch a row, with [MASK] at every place asked for."""
        return {"ids": np.where(wanted, MASK, ids), "segments": np.zeros_like(ids)}

    def logits(self, model: Masked, batch: Batch) -> Tensor:
        """From the vectors at the places asked for."""
        found: Tensor = model.network.lm_head(model.hidden(batch)[batch["wanted"]])
        return found

    def loss(self, model: Masked, batch: Batch) -> tuple[Tensor, Tensor]:
        """What is minimised, and the part of it that the words cost, in nats a word."""
        hidden = model.hidden(batch)
        words = functional.cross_entropy(model.network.lm_head(hidden[batch["wanted"]]), batch["answers"])
        if model.next_sentence is None or "follows" not in batch:
            return words, words
        return words + functional.cross_entropy(model.next_sentence(hidden[:, 0]), batch["follows"]), words


class Roberta(Bert):
    """Masked words alone."""

    name = "roberta"
    family = "RoBERTa"
    next_sentence = False


class Gpt(Objective):
    """Every piece from those before it: transformers' GPT2. The end of a row is not asked for; it falls anywhere."""

    name = "gpt"
    family = "GPT"
    asks = "all asked for"
    sides = ((-1, -2),)

    def network(self, vocabulary: int, shape: Shape) -> Any:
        """GPT-2, whose output has no bias."""
        from transformers import GPT2Config, GPT2LMHeadModel

        config = GPT2Config(
            vocab_size=vocabulary,
            n_positions=shape.longest,
            n_embd=shape.width,
            n_layer=shape.layers,
            n_head=shape.heads,
            n_inner=shape.inner,
            resid_pdrop=0.0,
            embd_pdrop=0.0,
            attn_pdrop=0.0,
            bos_token_id=CLS,
            eos_token_id=SEP,
            pad_token_id=PAD,
            use_cache=False,
            attn_implementation="sdpa",
        )
        return GPT2LMHeadModel(config)

    def ends(self, model: Any) -> tuple[nn.Embedding, nn.Parameter | None]:
        """The piece embeddings."""
        return model.transformer.wte, None

    def question(self, ids: np.ndarray, wanted: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """The row itself: the network never looks ahead."""
        return {"ids": ids}

    def learned(self, ids: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Every piece of the text."""
        return text_in(ids)

    def logits(self, model: Any, batch: Batch) -> Tensor:
        """From the vector one place before each place asked for."""
        hidden = model.transformer(batch["ids"]).last_hidden_state
        found: Tensor = model.lm_head(hidden[:, :-1][batch["wanted"][:, 1:]])
        return found


class GptSeldom(Gpt):
    """A control: GPT, asked for as few pieces of a row as BERT."""

    name = "gpt-seldom"
    family = "GPT, asked seldom"
    asks = Objective.asks

    def learned(self, ids: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """15 % of the pieces."""
        return self.places(ids, rng)


class Elmo(Gpt):
    """Every piece twice: from those before it, and from those after it, by two stacks that never meet.

    Two LSTMs a stack, as Peters et al. have them, each of 156 cells: together the parameters of four layers of BERT.
    """

    name = "elmo"
    family = "ELMo"
    sides = ((-1, -2), (1, 2))

    def network(self, vocabulary: int, shape: Shape) -> ELMo:
        """Of as many cells that its parameters are as many as the others'."""
        layers = max(1, shape.layers // 2)
        room = shape.layers * (4 * shape.width**2 + 2 * shape.width * shape.inner) / (2 * layers)
        # An LSTM of c cells between vectors of width w has 4c(w + c) weights, and cw bring it back to w.
        cells = (math.sqrt((5 * shape.width) ** 2 + 16 * room) - 5 * shape.width) / 8
        config = ELMoConfig(
            vocab_size=vocabulary,
            width=shape.width,
            hidden_size=2 * shape.width,
            inner=round(cells),
            num_hidden_layers=layers,
        )
        return ELMo(config)

    def ends(self, model: ELMo) -> tuple[nn.Embedding, nn.Parameter | None]:
        """The piece embeddings, and the output's bias."""
        return model.words, model.bias

    def logits(self, model: ELMo, batch: Batch) -> Tensor:
        """Of every piece, what the forward stack thinks and then what the backward stack thinks."""
        wanted = batch["wanted"]
        forwards, backwards = (layers[-1] for layers in model.stacked(batch["ids"]))
        before, after = forwards[:, :-1][wanted[:, 1:]], backwards[:, 1:][wanted[:, :-1]]
        return torch.stack([model.scores(0, before), model.scores(1, after)], 1).flatten(0, 1)


class T5(Objective):
    """Stretches of three pieces on average, taken out: a decoder writes them, each behind its mark.

    Of the four layers three are the encoder's, whose vectors are looked at, and one is the decoder's.
    """

    name = "t5"
    family = "T5"
    sides = ((-1, -2),)
    rate = 0.0005  # tried: at 0.002 it unlearns even how frequent the pieces are

    def network(self, vocabulary: int, shape: Shape) -> Any:
        """T5, whose output has no bias; not scaled, since the embeddings are not drawn as wide as T5 draws them."""
        from transformers import T5Config, T5ForConditionalGeneration

        config = T5Config(
            vocab_size=vocabulary,
            d_model=shape.width,
            d_kv=shape.width // shape.heads,
            d_ff=shape.inner,
            num_layers=shape.layers - 1,
            num_decoder_layers=1,
            num_heads=shape.heads,
            dropout_rate=0.0,
            # T5 draws its layers for embeddings twenty times as wide; beside these they would drown them.
            initializer_factor=0.25,
            pad_token_id=PAD,
            eos_token_id=SEP,
            decoder_start_token_id=PAD,
            use_cache=False,
            tie_word_embeddings=False,  # transformers ties them all the same, and leaves the output unscaled
        )
        model = T5ForConditionalGeneration(config)
        for name, weight in model.named_parameters():
            if "norm" in name:  # these, too, begin at initializer_factor
                nn.init.ones_(weight)
        return model

    def ends(self, model: Any) -> tuple[nn.Embedding, nn.Parameter | None]:
        """The piece embeddings."""
        return model.shared, None

    def places(self, ids: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """As many places in as many stretches in every row; no two stretches touch."""
        pieces = ids.shape[1] - 2
        taken = max(1, round(0.15 * pieces))
        spans = max(1, round(taken / 3))
        wanted = np.zeros(ids.shape, bool)
        for row in wanted:
            runs = np.zeros(2 * spans + 1, np.int64)
            runs[::2] = parts(pieces - taken + 2, spans + 1, rng)
            runs[[0, -1]] -= 1
            runs[1::2] = parts(taken, spans, rng)
            row[1:-1] = np.repeat(np.arange(2 * spans + 1) % 2 == 1, runs)
        return wanted

    def question(self, ids: np.ndarray, wanted: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """``a b [SPAN0] e f``, and what is to be written: ``[SPAN0] c d [SEP]``."""
        first = wanted & ~np.roll(wanted, 1, axis=1)
        marks = SPAN + np.cumsum(first, axis=1) - 1
        rows = len(ids)
        cells = np.stack([np.where(first, marks, -1), np.where(wanted, ids, -1)], axis=-1).reshape(rows, -1)
        written = cells[cells >= 0].reshape(rows, -1)
        written = np.pad(written, ((0, 0), (0, 1)), constant_values=SEP)
        return {
            "ids": np.where(first, marks, ids)[~wanted | first].reshape(rows, -1),
            "written": written,
            "before": np.pad(written[:, :-1], ((0, 0), (1, 0)), constant_values=PAD),
        }

    def every(self, model: Any, batch: Batch) -> Tensor:
        """What the decoder thinks at every place that it writes, knowing what is written before it."""
        found: Tensor = model(input_ids=batch["ids"], decoder_input_ids=batch["before"]).logits
        return found

    def logits(self, model: Any, batch: Batch) -> Tensor:
        """Of the pieces, not of the marks."""
        return self.every(model, batch)[pieces_in(batch["written"])]

    def loss(self, model: Any, batch: Batch) -> tuple[Tensor, Tensor]:
        """Pieces, marks and end; and the pieces alone."""
        each = functional.cross_entropy(self.every(model, batch).transpose(1, 2), batch["written"], reduction="none")
        return each.mean(), each[pieces_in(batch["written"])].mean()


class Xlnet(Objective):
    """15 % of the pieces, in an order drawn anew: each from the other 85 % and from those before it in that order.

    transformers' XLNet is post-norm and cannot be had otherwise.
    """

    name = "xlnet"
    family = "XLNet"

    def network(self, vocabulary: int, shape: Shape) -> Any:
        """XLNet: one stream of vectors that know their piece, and one that know only their place."""
        from transformers import XLNetConfig, XLNetLMHeadModel

        config = XLNetConfig(
            vocab_size=vocabulary,
            d_model=shape.width,
            n_layer=shape.layers,
            n_head=shape.heads,
            d_inner=shape.inner,
            dropout=0.0,
            summary_last_dropout=0.0,
            layer_norm_eps=1e-5,
            mem_len=None,
            use_mems_eval=False,
            bos_token_id=CLS,
            eos_token_id=SEP,
            pad_token_id=PAD,
        )
        return XLNetLMHeadModel(config)

    def ends(self, model: Any) -> tuple[nn.Embedding, nn.Parameter | None]:
        """The piece embeddings, and the output's bias."""
        return model.transformer.word_embedding, model.lm_loss.bias

    def question(self, ids: np.ndarray, wanted: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """The row, who may not look where, ``(rows, length, length)``, and the places, ``(rows, asked, length)``.

        Nobody sees a piece that is asked for, but those that come after it in the order.
        """
        turn = np.where(wanted, rng.random(ids.shape), -1.0)
        where = np.argwhere(wanted)[:, 1].reshape(len(ids), -1)
        return {
            "ids": ids,
            "unseen": (wanted[:, None, :] & (turn[:, :, None] <= turn[:, None, :])).astype(np.float32),
            "where": np.eye(ids.shape[1], dtype=np.float32)[where],
        }

    def logits(self, model: Any, batch: Batch) -> Tensor:
        """From the stream that does not know the piece."""
        found: Tensor = model(batch["ids"], perm_mask=batch["unseen"], target_mapping=batch["where"]).logits
        return found.flatten(0, 1)


class XlnetMasked(Xlnet):
    """A control: XLNet's network, asked nearly BERT's question. Hidden pieces are read as masks, all at once."""

    name = "xlnet-masked"
    family = "XLNet asked as BERT"

    def question(self, ids: np.ndarray, wanted: np.ndarray, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """The row with masks in it."""
        return {"ids": np.where(wanted, MASK, ids)}

    def logits(self, model: Any, batch: Batch) -> Tensor:
        """From the masks' own vectors."""
        found: Tensor = model(batch["ids"]).logits[batch["wanted"]]
        return found


def text_in(ids: np.ndarray) -> np.ndarray:
    """Where a row has pieces of the text."""
    return np.asarray((ids != CLS) & (ids != SEP))


def pieces_in(written: Tensor) -> Tensor:
    """Where T5 writes pieces, not marks and not the end."""
    return (written != SEP) & ((written < SPAN) | (written >= len(SPECIAL)))


def parts(total: int, count: int, rng: np.random.Generator) -> np.ndarray:
    """``total`` cut at random into ``count`` whole numbers of at least 1."""
    cuts = np.sort(rng.choice(total - 1, count - 1, replace=False)) + 1
    return np.diff(np.concatenate([[0], cuts, [total]]))


OBJECTIVES: dict[str, Objective] = {
    made.name: made for made in (Bert(), Roberta(), Gpt(), Elmo(), T5(), Xlnet(), GptSeldom(), XlnetMasked())
}


def described(shape: Shape) -> dict[str, int]:
    """A shape as a recipe holds it."""
    return asdict(shape)
