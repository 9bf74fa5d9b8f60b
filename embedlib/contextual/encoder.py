"""An encoder and its hidden states: sentences in, arrays of every layer out."""

from __future__ import annotations

import contextlib
import copy
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from embedlib import _check, assets

__all__ = ["ContextualEncoder", "TextTruncated", "WordVectors"]

Floats = npt.NDArray[np.float32]

POOLINGS = ("mean", "first", "max")
_WEIGHTS = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin")
_TOKENIZERS = ("tokenizer.json", "vocab.txt", "spiece.model")


class TextTruncated(UserWarning):
    """A text was longer than the encoder can read, and its end was left out."""


@dataclass(frozen=True)
class WordVectors:
    """The words of a sentence in context.

    Attributes
    ----------
    words
        n words, as they stand in the sentence; punctuation marks are words.
    vectors
        Shape (n, d): the mean of each word's pieces.
    spans
        n pairs (start, end): ``sentence[start:end]`` is the word.
    pieces
        n lists: what the tokenizer made of each word.
    """

    words: list[str]
    vectors: Floats
    spans: list[tuple[int, int]]
    pieces: list[list[str]]

    def __len__(self) -> int:
        return len(self.words)

    def places(self, word: str) -> list[int]:
        """Where a word stands, in any casing; none is an error that lists the words there are."""
        found = [place for place, other in enumerate(self.words) if other.casefold() == word.casefold()]
        if not found:
            raise KeyError(
                f'"{_check.short(word)}" does not stand in the sentence; its words are {_check.some(self.words, 12)}.'
            )
        return found

    def __getitem__(self, word: str) -> Floats:
        """The vector (d,) of a word that stands in the sentence once."""
        places = self.places(word)
        if len(places) > 1:
            raise KeyError(
                f'"{_check.short(word)}" stands in the sentence {len(places)} times; '
                f"choose a row of .vectors: {places}."
            )
        found: Floats = self.vectors[places[0]]
        return found


class ContextualEncoder:
    """An encoder such as BERT with its tokenizer, by the name of an asset or from a folder.

    Layer 0 is the sum of embeddings that goes into the network; layer ``n_layers``, also called −1, comes out of it.
    Of a network with an encoder and a decoder, such as T5, it is the encoder.

    Parameters
    ----------
    model
        The name of an asset, such as "minilm-l6", or a folder with ``config.json``, weights and a tokenizer.

    Raises
    ------
    FileNotFoundError
        If the folder, or a file that must be in it, is missing.
    ValueError
        If the weights are not this network's.

    Examples
    --------
    >>> from embedlib.contextual import ContextualEncoder
    >>> encoder = ContextualEncoder("minilm-l6")  # doctest: +SKIP
    >>> encoder.encode(["The cat drinks milk.", "Ministers met."]).shape  # doctest: +SKIP
    (2, 384)
    """

    def __init__(self, model: str | Path = "minilm-l6") -> None:
        self.name = str(model)
        self.folder = _folder(model)
        with _quietly():
            from transformers import AutoConfig, AutoModel, AutoModelForTextEncoding, AutoTokenizer

            import embedlib.contextual.elmo  # noqa: F401  transformers does not know it otherwise

            given: dict[str, Any] = {"local_files_only": True}
            if packed := sorted(self.folder.glob("*.gguf")):
                given["gguf_file"] = packed[0].name
            self.tokenizer: Any = AutoTokenizer.from_pretrained(self.folder, **given)
            two = not packed and AutoConfig.from_pretrained(self.folder, **given).is_encoder_decoder
            self.model: Any
            self.model, found = (AutoModelForTextEncoding if two else AutoModel).from_pretrained(
                self.folder, attn_implementation="eager", output_loading_info=True, **given
            )
        if lacking := sorted(name for name in found["missing_keys"] if not name.startswith("pooler.")):
            raise ValueError(
                f"The weights in {self.folder} lack {_check.some(lacking, 4)}: is it another model's file?"
            )
        self.model.eval()

    def with_random_weights(self, seed: int = 0) -> ContextualEncoder:
        """The same network, its numbers shuffled within each table: what is left has no training in it.

        Every table keeps its mean and its spread; only what was learned of the order of its numbers is gone.
        """
        import torch

        other = copy.copy(self)
        other.name = f"{self.name}, weights shuffled ({seed})"
        other.model = copy.deepcopy(self.model)
        generator = torch.Generator().manual_seed(_check.whole("seed", seed, 0))
        with torch.no_grad():
            for table in other.model.parameters():
                numbers = table.flatten()
                table.copy_(numbers[torch.randperm(len(numbers), generator=generator)].reshape(table.shape))
        return other

    @property
    def n_layers(self) -> int:
        """How many layers the network has; hidden states have one more, layer 0."""
        return int(self.model.config.num_hidden_layers)

    @property
    def width(self) -> int:
        """How many numbers a vector has."""
        return int(self.model.config.hidden_size)

    @cached_property
    def max_pieces(self) -> int:
        """How many pieces the encoder reads at once, special tokens among them."""
        limits = (self.tokenizer.model_max_length, getattr(self.model.config, "max_position_embeddings", None))
        found = [int(limit) for limit in limits if limit and limit > 0]  # XLNet says −1: it has none
        return min([*found, 2**31 - 1])

    def pieces(self, sentence: str) -> list[str]:
        """The pieces that the encoder reads, special tokens among them."""
        ids = self._read([sentence])["input_ids"][0]
        return list(self.tokenizer.convert_ids_to_tokens(ids))

    def hidden_states(self, sentence: str) -> Floats:
        """Every layer's vectors of a sentence: shape (n_layers + 1, n_pieces, d)."""
        return np.stack([layer[0] for layer in self._run(self._read([sentence])["input_ids"])["hidden_states"]])

    def attention(self, sentence: str) -> Floats:
        """Every head's weights: shape (n_layers, n_heads, n_pieces, n_pieces); each row sums to 1."""
        return np.stack([layer[0] for layer in self._run(self._read([sentence])["input_ids"])["attentions"]])

    def encode(
        self, sentences: str | Sequence[str], layer: int = -1, pooling: str = "mean", batch_size: int = 32
    ) -> Floats:
        """A vector for each sentence, out of the vectors of its pieces; padding is left out of both.

        Parameters
        ----------
        sentences
            n texts, or one. What is longer than ``max_pieces`` is cut, with a ``TextTruncated`` warning.
        layer
            From 0 (what goes in) to ``n_layers``, or from −1 backwards.
        pooling
            "mean" of all pieces (special tokens too, as sentence-transformers has it), "first" ([CLS]) or "max".
        batch_size
            How many sentences are read at once; of like length, so that there is little padding.

        Returns
        -------
        array
            Shape (n, d), or (d,) for one sentence.
        """
        layer = self._layer(layer)
        _check.choice("pooling", pooling, POOLINGS)
        size = _check.whole("batch_size", batch_size)
        texts = [sentences] if isinstance(sentences, str) else _texts(sentences)
        ids = self._read(texts)["input_ids"]
        found = np.zeros((len(texts), self.width), np.float32)
        for i, states in self._layer_of(ids, layer, size):
            found[i] = {"mean": states.mean(axis=0), "first": states[0], "max": states.max(axis=0)}[pooling]
        return found[0] if isinstance(sentences, str) else found

    def encode_pieces(self, sentences: Sequence[str], layer: int = -1, batch_size: int = 32) -> list[Floats]:
        """The vectors of each text's pieces, special tokens among them: n arrays (n_pieces, d).

        Examples
        --------
        >>> encoder = ContextualEncoder("minilm-l6")  # doctest: +SKIP
        >>> [rows.shape for rows in encoder.encode_pieces(["Ada wrote it"])]  # doctest: +SKIP
        [(5, 384)]
        """
        layer, size = self._layer(layer), _check.whole("batch_size", batch_size)
        texts = _texts(sentences)
        found: list[Floats] = [np.zeros((0, self.width), np.float32)] * len(texts)
        for i, states in self._layer_of(self._read(texts)["input_ids"], layer, size):
            found[i] = states.copy()
        return found

    def word_vectors(self, sentence: str, layer: int = -1) -> WordVectors:
        """The words of a sentence, each with the mean of its pieces' vectors.

        Raises
        ------
        ValueError
            For an empty sentence, or a layer that there is not.
        """
        layer = self._layer(layer)
        read = self._read([sentence], offsets=True)
        states = self._run(read["input_ids"])["hidden_states"][layer][0]
        tokens = self.tokenizer.convert_ids_to_tokens(read["input_ids"][0])
        of_word: dict[int, list[int]] = {}
        for place, word in enumerate(read.word_ids(0)):
            if word is not None:
                of_word.setdefault(word, []).append(place)
        ends = read["offset_mapping"][0]
        spans = [_without_spaces(sentence, ends[places[0]][0], ends[places[-1]][1]) for places in of_word.values()]
        return WordVectors(
            words=[sentence[start:end] for start, end in spans],
            vectors=np.array([states[places].mean(axis=0) for places in of_word.values()], np.float32),
            spans=spans,
            pieces=[[tokens[place] for place in places] for places in of_word.values()],
        )

    def encode_words(
        self, sentences: Sequence[Sequence[str]], layer: int = -1, pieces: str = "mean", batch_size: int = 32
    ) -> list[Floats]:
        """The vectors of sentences that are cut into words already, such as those of labelled data.

        Parameters
        ----------
        sentences
            n sentences, each a list of words.
        layer
            As in :meth:`encode`.
        pieces
            Which of a word's pieces: the "mean" of them, or the "first".
        batch_size
            How many sentences are read at once.

        Returns
        -------
        list
            For each sentence an array (n_words, d). A word that got no piece (a sign that the tokenizer drops, or the
            end of a sentence longer than ``max_pieces``) has zeros.

        Raises
        ------
        ValueError
            If there is no sentence, or one without words.

        Examples
        --------
        >>> encoder = ContextualEncoder("minilm-l6")  # doctest: +SKIP
        >>> [rows.shape for rows in encoder.encode_words([["Ada", "wrote", "it"]])]  # doctest: +SKIP
        [(3, 384)]
        """
        layer = self._layer(layer)
        _check.choice("pieces", pieces, ("mean", "first"))
        size = _check.whole("batch_size", batch_size)
        given = _texts(sentences)
        for place, words in enumerate(given):
            if isinstance(words, str):
                raise TypeError(f"Sentence {place} is a string; a list of its words is needed.")
            if not len(words):
                raise ValueError(f"Sentence {place} has no words.")
        read = self.tokenizer(
            [list(words) for words in given], is_split_into_words=True, truncation=True, max_length=self.max_pieces
        )
        found = [np.zeros((len(words), self.width), np.float32) for words in given]
        for i, states in self._layer_of(read["input_ids"], layer, size):
            counted = np.zeros(len(given[i]))
            for place, word in enumerate(read.word_ids(i)):
                if word is not None and (pieces == "mean" or not counted[word]):
                    found[i][word] += states[place]
                    counted[word] += 1
            found[i] /= np.maximum(counted, 1)[:, None].astype(np.float32)
        return found

    def _layer_of(self, ids: Sequence[Sequence[int]], layer: int, batch_size: int = 32) -> Iterator[tuple[int, Floats]]:
        """The number of each text and one layer's vectors of it, without padding; texts of like length go together."""
        order = np.argsort([len(row) for row in ids], kind="stable")
        for start in range(0, len(order), batch_size):
            batch = [int(i) for i in order[start : start + batch_size]]
            for i, states in zip(batch, self._run([ids[i] for i in batch])["hidden_states"][layer], strict=True):
                yield i, states[: len(ids[i])]

    def _layer(self, layer: int) -> int:
        if isinstance(layer, bool) or not isinstance(layer, (int, np.integer)):
            raise TypeError(f"layer is a whole number, and {layer!r} is not.")
        if not -self.n_layers - 1 <= layer <= self.n_layers:
            raise ValueError(
                f"{self.name} has layers 0 (what goes in) to {self.n_layers} (the last, also called −1); "
                f"there is no layer {layer}."
            )
        return int(layer) % (self.n_layers + 1)

    def _read(self, texts: Sequence[str], offsets: bool = False) -> Any:
        """Ids of each text, cut to what fits; a warning says how many were cut."""
        for place, text in enumerate(texts):
            if not isinstance(text, str):
                raise TypeError(f"A sentence is a string; number {place} is {_check.kind(text)}.")
            if not text.strip():
                raise ValueError(f"Sentence {place} is empty: there is no word in it to give a vector to.")
        read = self.tokenizer(list(texts), truncation=True, max_length=self.max_pieces, return_offsets_mapping=offsets)
        full = [i for i, row in enumerate(read["input_ids"]) if len(row) == self.max_pieces]
        lengths = [len(self.tokenizer(texts[i], verbose=False)["input_ids"]) for i in full]
        if cut := [n for n in lengths if n > self.max_pieces]:
            warnings.warn(
                f"{len(cut)} of {len(texts)} texts are longer than the {self.max_pieces} pieces that {self.name} "
                f"reads (the longest has {max(cut):,}); their ends were left out.",
                TextTruncated,
                stacklevel=3,
            )
        return read

    def _run(self, ids: Sequence[Sequence[int]]) -> dict[str, list[npt.NDArray[np.float32]]]:
        """Hidden states and attentions of a batch, padded at its end and masked."""
        import torch

        longest = max(len(row) for row in ids)
        rows = torch.full((len(ids), longest), self.tokenizer.pad_token_id or 0)
        seen = torch.zeros_like(rows)
        for place, row in enumerate(ids):
            rows[place, : len(row)] = torch.tensor(row)
            seen[place, : len(row)] = 1
        with torch.inference_mode():
            out = self.model(rows, attention_mask=seen, output_hidden_states=True, output_attentions=len(ids) == 1)
        return {
            "hidden_states": [layer.numpy() for layer in out.hidden_states],
            "attentions": [layer.numpy() for layer in out.attentions or ()],
        }

    def __repr__(self) -> str:
        return f"ContextualEncoder({self.name}: {self.n_layers} layers, {self.width} wide)"


def _folder(model: str | Path) -> Path:
    """The folder of a model, looked through before transformers opens it."""
    given = Path(model)
    if not isinstance(model, Path) and str(model) in assets.catalog():
        return assets.path(str(model))
    if not given.is_dir():
        raise FileNotFoundError(
            f'"{model}" is neither an asset nor a folder. `python -m embedlib assets list` names the assets.'
        )
    for needed in (("config.json",), _WEIGHTS, _TOKENIZERS):
        if not any((given / name).is_file() for name in needed):
            there = _check.some(sorted(file.name for file in given.iterdir()), 8) or "nothing"
            raise FileNotFoundError(
                f"The model folder {given} is incomplete: {' or '.join(needed)} is missing; there is {there}."
            )
    return given


def _without_spaces(sentence: str, start: int, end: int) -> tuple[int, int]:
    """A stretch of a sentence without the spaces around it, which some tokenizers take for parts of a word."""
    inside = sentence[start:end]
    return start + len(inside) - len(inside.lstrip()), start + len(inside.rstrip())


def _texts(sentences: Any) -> list[str]:
    found = list(sentences)
    if not found:
        raise ValueError("There are no sentences to encode: the list is empty.")
    return found


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    """Without transformers' loading bar and report, which a notebook would store."""
    from transformers.utils import logging

    shown, level = logging.is_progress_bar_enabled(), logging.get_verbosity()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    logging.set_verbosity_error()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        logging.set_verbosity(level)
        if shown:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]
