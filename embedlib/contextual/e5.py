"""Multilingual e5 (small), from a packed file of 4-bit numbers: sentences of a hundred languages in one space.

The file (asset ``e5-small-q4``) holds, one after the other, the network's shape, the pieces of its tokenizer with
their log-probabilities, a table of contents, and the tables. A large table is cut into blocks of 32 numbers; a block is
18 bytes: a scale in half precision, and 32 whole numbers from −8 to 7 in 4 bits each (the form is called Q4_0).
"""

from __future__ import annotations

import struct
import warnings
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from embedlib import _check, assets
from embedlib.contextual.encoder import ContextualEncoder, _quietly

__all__ = ["MultilingualE5", "NotPrefixed", "unpack_q4"]

Floats = npt.NDArray[np.float32]


class NotPrefixed(UserWarning):
    """A text came without the word that e5 was trained to have before it."""


MAGIC = b"E5S1"
BLOCK, BYTES = 32, 18
_HEAD = struct.Struct("<I7ifi5iQ")
_LAYER = {
    "attention.self.query": "q",
    "attention.self.key": "k",
    "attention.self.value": "v",
    "attention.output.dense": "ao",
    "attention.output.LayerNorm": "aln",
    "intermediate.dense": "fi",
    "output.dense": "fo",
    "output.LayerNorm": "oln",
}


def unpack_q4(packed: npt.ArrayLike) -> Floats:
    """Numbers from blocks of 4 bits: the scale times a whole number from −8 to 7.

    Parameters
    ----------
    packed
        Bytes, shape (..., 18 · n), dtype uint8. A block is two bytes of scale (half precision), then sixteen bytes;
        byte j holds number j in its lower half and number j + 16 in its upper one, both raised by 8.

    Returns
    -------
    ndarray of shape (..., 32 · n), float32

    Raises
    ------
    ValueError
        If the bytes are not whole blocks.
    TypeError
        If they are not given as an array of uint8.

    Examples
    --------
    >>> one = np.float16(0.5).tobytes() + bytes([0x98]) + bytes([0x88]) * 15
    >>> numbers = unpack_q4(np.frombuffer(one, np.uint8))
    >>> float(numbers[0]), float(numbers[16]), len(numbers)
    (0.0, 0.5, 32)
    """
    if not isinstance(packed, np.ndarray) or packed.dtype != np.uint8:
        kind = f"{packed.dtype} numbers" if isinstance(packed, np.ndarray) else _check.kind(packed)
        raise TypeError(f"Packed blocks are an array of uint8, such as np.frombuffer(bytes, np.uint8); this is {kind}.")
    given = np.ascontiguousarray(packed)
    if given.ndim == 0 or given.shape[-1] % BYTES:
        raise ValueError(f"A block of Q4_0 is {BYTES} bytes; an array of shape {given.shape} is not whole blocks.")
    blocks = given.reshape(-1, BYTES)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    halves = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1)
    numbers: Floats = (halves.astype(np.float32) - 8) * scale
    return numbers.reshape(*given.shape[:-1], -1)


class MultilingualE5(ContextualEncoder):
    """multilingual-e5-small from its packed file, with all that a :class:`ContextualEncoder` can do.

    It was trained with a word before each text: write "query: " before what is compared with its like, and before
    what searches; "passage: " before what is searched. The table of pieces stays packed in memory.

    Parameters
    ----------
    file
        The packed file; that of the asset e5-small-q4, if not given.

    Raises
    ------
    ValueError
        If the file is not of this kind, or ends too early.

    Examples
    --------
    >>> from embedlib.contextual import MultilingualE5
    >>> e5 = MultilingualE5()  # doctest: +SKIP
    >>> e5.encode(["query: The cat sleeps.", "query: Le chat dort."]).shape  # doctest: +SKIP
    (2, 384)
    """

    def __init__(self, file: str | Path | None = None) -> None:
        found = assets.path("e5-small-q4", "e5-small-q4.bin") if file is None else Path(file)
        self.name, self.folder = "multilingual-e5-small, 4 bits", found.parent
        packed = _Packed(found)
        with _quietly():
            self.tokenizer = packed.tokenizer()
            self.model = packed.network()
        self.model.eval()

    @cached_property
    def max_pieces(self) -> int:
        """How many pieces the encoder reads at once, special tokens among them."""
        return int(self.model.config.max_position_embeddings)

    def encode(
        self, sentences: str | Sequence[str], layer: int = -1, pooling: str = "mean", batch_size: int = 32
    ) -> Floats:
        """As every encoder does; warns (``NotPrefixed``) if a text begins with neither "query: " nor "passage: "."""
        texts = [sentences] if isinstance(sentences, str) else sentences
        bare = [text for text in texts if isinstance(text, str) and not text.startswith(("query: ", "passage: "))]
        if bare:
            message = f'e5 wants "query: " or "passage: " before each text; "{_check.short(bare[0])}" has neither.'
            warnings.warn(message, NotPrefixed, stacklevel=2)
        return super().encode(sentences, layer, pooling, batch_size)

    def with_random_weights(self, seed: int = 0) -> ContextualEncoder:
        """Not to be had: the packed table of pieces cannot be shuffled number by number."""
        raise NotImplementedError(f"{self.name} keeps its table of pieces packed; shuffle another encoder's weights.")


class _Packed:
    """The packed file, read once."""

    def __init__(self, file: Path) -> None:
        if not file.is_file():
            raise FileNotFoundError(
                f"There is no file {file}. `python -m embedlib assets fetch e5-small-q4` brings it."
            )
        self.file = file
        self.bytes = np.fromfile(file, np.uint8)
        if bytes(self.bytes[:4]) != MAGIC:
            raise ValueError(
                f"{file.name} is not a packed e5 model: it begins with {bytes(self.bytes[:4])!r}, not with {MAGIC!r}."
            )
        try:
            self._read()
        except (struct.error, ValueError, IndexError):
            raise ValueError(self._short("its table of contents")) from None
        ends = [offset + size for _, offset, size in self.tables.values()]
        if not ends or max(ends) > len(self.bytes):
            raise ValueError(self._short(f"its last table, at byte {max(ends, default=0):,}"))

    def _short(self, before: str) -> str:
        return (
            f"{self.file.name} is cut off or damaged: it has {len(self.bytes):,} bytes and ends before {before}. "
            f"Fetch it again: python -m embedlib assets fetch e5-small-q4"
        )

    def _read(self) -> None:
        at, given = 4, self.bytes.data
        (
            _,
            self.width,
            self.layers,
            self.heads,
            self.inner,
            self.rows,
            self.longest,
            self.types,
            self.epsilon,
            block,
        ) = _HEAD.unpack_from(given, at)[:10]
        n, self.first, self.last, self.pad, self.unknown, size = _HEAD.unpack_from(given, at)[10:]
        at += _HEAD.size
        if block != BLOCK or not 0 < n <= self.rows:
            raise ValueError
        ends = self._array(at, "<u4", n + 1)
        scores = self._array(at + ends.nbytes, "<f4", n)
        at += ends.nbytes + scores.nbytes
        text = bytes(self.bytes[at : at + size])
        if len(text) < size:
            raise ValueError
        words = [text[ends[i] : ends[i + 1]].decode("utf-8", "replace") for i in range(n)]
        self.pieces = list(zip(words, scores.tolist(), strict=True))
        at += size
        _, folded = struct.unpack_from("<iI", given, at)  # which signs are read as which: NFKC, done by the library
        at += 8 + folded
        (count,) = struct.unpack_from("<i", given, at)
        at += 4
        self.tables: dict[str, tuple[int, int, int]] = {}
        for _ in range(count):
            (length,) = struct.unpack_from("<H", given, at)
            name = bytes(self.bytes[at + 2 : at + 2 + length]).decode("ascii")
            kind, _, offset, size = struct.unpack_from("<BIQQ", given, at + 2 + length)
            self.tables[name] = kind, offset, size
            at += 2 + length + 21

    def _array(self, at: int, kind: str, count: int) -> npt.NDArray[Any]:
        return np.frombuffer(self.bytes[at : at + 4 * count].tobytes(), kind, count)

    def table(self, name: str, width: int | None = None) -> npt.NDArray[Any]:
        """A table's numbers; with the width of its rows, if it has several."""
        if name not in self.tables:
            raise ValueError(f"{self.file.name} has no table {name}; it has {_check.some(sorted(self.tables), 4)}.")
        kind, offset, size = self.tables[name]
        raw = self.bytes[offset : offset + size]
        numbers = unpack_q4(raw) if kind else np.frombuffer(raw.tobytes(), "<f4")
        return numbers if width is None else numbers.reshape(-1, width)

    def tokenizer(self) -> Any:
        """SentencePiece's unigram: of all ways to cut a text, the one of the likeliest pieces."""
        from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors
        from transformers import PreTrainedTokenizerFast

        made = Tokenizer(models.Unigram(self.pieces, unk_id=self.unknown, byte_fallback=False))
        made.normalizer = normalizers.Sequence(
            [normalizers.Nmt(), normalizers.NFKC(), normalizers.Replace(Regex(" {2,}"), " ")]
        )
        made.pre_tokenizer = pre_tokenizers.Metaspace(replacement="▁", prepend_scheme="always")
        made.decoder = decoders.Metaspace(replacement="▁", prepend_scheme="always")
        start, end, pad, unknown = (self.pieces[i][0] for i in (self.first, self.last, self.pad, self.unknown))
        made.post_processor = processors.TemplateProcessing(
            single=f"{start} $A {end}", special_tokens=[(start, self.first), (end, self.last)]
        )
        fast: Any = PreTrainedTokenizerFast
        return fast(
            tokenizer_object=made,
            cls_token=start,
            sep_token=end,
            pad_token=pad,
            unk_token=unknown,
            model_max_length=self.longest,
        )

    def network(self) -> Any:
        """The network, as transformers has it; its table of pieces decodes the rows that are asked for."""
        import torch
        from transformers import BertConfig, BertModel

        make: Any = BertConfig
        config = make(
            vocab_size=1,  # replaced below
            hidden_size=self.width,
            num_hidden_layers=self.layers,
            num_attention_heads=self.heads,
            intermediate_size=self.inner,
            max_position_embeddings=self.longest,
            type_vocab_size=self.types,
            layer_norm_eps=self.epsilon,
            pad_token_id=0,
            attn_implementation="eager",
        )
        model: Any = BertModel(config, add_pooling_layer=False)
        named = {
            "embeddings.position_embeddings.weight": self.table("emb.pos", self.width),
            "embeddings.token_type_embeddings.weight": self.table("emb.type", self.width),
            "embeddings.LayerNorm.weight": self.table("emb.ln.w"),
            "embeddings.LayerNorm.bias": self.table("emb.ln.b"),
        }
        for layer in range(self.layers):
            for name, short in _LAYER.items():
                wide = None if short.endswith("ln") else self.inner if short == "fo" else self.width
                place = f"encoder.layer.{layer}.{name}"
                named[f"{place}.weight"] = self.table(f"l{layer}.{short}.w", wide)
                named[f"{place}.bias"] = self.table(f"l{layer}.{short}.b")
        weights = {name: torch.from_numpy(np.array(table)) for name, table in named.items()}
        found = model.load_state_dict(weights, strict=False)
        if lacking := [name for name in found.missing_keys if "word_embeddings" not in name]:
            raise ValueError(f"{self.file.name} lacks {_check.some(lacking, 4)}.")
        _, offset, size = self.tables["emb.word"]
        rows = self.bytes[offset : offset + size].reshape(self.rows, -1)
        model.embeddings.word_embeddings = _packed_rows(rows, self.width)
        model.config.vocab_size = self.rows
        return model


def _packed_rows(rows: npt.NDArray[np.uint8], width: int) -> Any:
    import torch

    class PackedRows(torch.nn.Module):
        """An embedding whose rows are unpacked when they are asked for."""

        def forward(self, ids: Any) -> Any:
            return torch.from_numpy(unpack_q4(rows[ids.numpy()]).reshape(*ids.shape, width))

    return PackedRows()
