"""The miniatures' text: the course corpus split, cut into pieces and laid out as one long row of numbers.

Blocks of fifty sentences are set apart first, one in fifty of every source. Tokenizer, warm start and models are
trained on the rest; what is set apart is only ever scored.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

RUNS = Path(__file__).parents[1] / "runs" / "miniatures"
VOCABULARY = 8_192
# Eight marks for the stretches that T5 takes out; the other models never see them.
SPECIAL = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *(f"[SPAN{n}]" for n in range(8)))
PAD, UNK, CLS, SEP, MASK, SPAN = range(6)
BLOCK, EVERY = 50, 50
READINGS, SEED = 5, 1  # of skip-gram


@dataclass(frozen=True)
class Stream:
    """Text as piece numbers, ``(n,)``, with where the sentence of every piece begins, ``(n,)``."""

    pieces: np.ndarray
    begins: np.ndarray

    @classmethod
    def of(cls, sentences: Iterable[list[int]]) -> Stream:
        """Lay sentences of piece numbers end to end."""
        kept = [sentence for sentence in sentences if sentence]
        lengths = np.array([len(sentence) for sentence in kept])
        starts = np.concatenate([[0], np.cumsum(lengths)[:-1]])
        return cls(
            np.concatenate([np.array(row, np.uint16) for row in kept]), np.repeat(starts, lengths).astype(np.int32)
        )

    def rows(self, rng: np.random.Generator, rows: int, length: int) -> np.ndarray:
        """Where ``rows`` stretches of ``length`` pieces begin: half of them where a sentence begins."""
        start = rng.integers(0, len(self.pieces) - length, rows)
        return np.where(rng.random(rows) < 0.5, self.begins[start], start)

    def cut(self, start: np.ndarray, length: int) -> np.ndarray:
        """The stretches themselves, ``(rows, length)``."""
        return self.pieces[start[:, None] + np.arange(length)].astype(np.int64)


def written(sentence: list[str]) -> str:
    """A tokenised sentence as it was written: ``do n't`` and ``it 's`` are one word again."""
    return " ".join(sentence).replace(" n't", "n't").replace(" '", "'")


def split(source: Iterable[list[str]]) -> Iterator[tuple[bool, str]]:
    """Every sentence of a source, with whether it is set apart."""
    for number, sentence in enumerate(source):
        yield number // BLOCK % EVERY == EVERY // 2, written(sentence)


def make_tokenizer(texts: Iterable[str], vocabulary: int = VOCABULARY) -> Any:
    """WordPiece on runs of letters and digits, lower-case and without accents: the corpus has no other signs."""
    from tokenizers import Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

    made = Tokenizer(models.WordPiece(unk_token="[UNK]", max_input_chars_per_word=100))
    made.normalizer = normalizers.Sequence([normalizers.NFD(), normalizers.StripAccents(), normalizers.Lowercase()])
    made.pre_tokenizer = pre_tokenizers.Split(Regex(r"[^\p{L}\p{N}]+"), "removed")
    made.decoder = decoders.WordPiece()
    made.train_from_iterator(
        texts,
        trainers.WordPieceTrainer(
            vocab_size=vocabulary, special_tokens=list(SPECIAL), limit_alphabet=60, show_progress=False
        ),
    )
    made.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", CLS), ("[SEP]", SEP)]
    )
    return made


def warm_start(stream: Stream, vocabulary: int, width: int, readings: int = READINGS) -> np.ndarray:
    """Skip-gram on the pieces with chapter 3's settings, ``(vocabulary, width)``: centred, 0.05 its spread.

    Pieces that never occur get nothing but noise of that spread.
    """
    from gensim.models import Word2Vec

    starts = np.flatnonzero(np.r_[True, np.diff(stream.begins) > 0])
    sentences = [list(map(str, row)) for row in np.split(stream.pieces, starts[1:])]
    model = Word2Vec(
        sentences,
        sg=1,
        vector_size=width,
        window=5,
        negative=5,
        sample=1e-4,
        min_count=1,
        epochs=readings,
        workers=1,
        seed=SEED,
    )
    vectors = np.random.default_rng(SEED).normal(size=(vocabulary, width))
    known = [int(piece) for piece in model.wv.index_to_key]
    found = model.wv.vectors - model.wv.vectors.mean(axis=0)
    vectors[known] = found / found.std()
    return (0.05 * vectors).astype(np.float32)


@dataclass(frozen=True)
class Text:
    """All that a training needs of the corpus."""

    tokenizer: Any
    train: Stream
    held_out: Stream
    warm: np.ndarray

    @property
    def counts(self) -> np.ndarray:
        """How often each piece occurs in the training part, ``(vocabulary,)``."""
        return np.bincount(self.train.pieces, minlength=self.tokenizer.get_vocab_size())


def prepare(
    sources: Iterable[Iterable[list[str]]], folder: Path, vocabulary: int = VOCABULARY, width: int = 128
) -> Text:
    """Split, cut and warm, once: what lies in ``folder`` is read, not made again."""
    from tokenizers import Tokenizer

    if not (folder / "text.npz").exists():
        folder.mkdir(parents=True, exist_ok=True)
        sentences = [pair for source in sources for pair in split(source)]
        tokenizer = make_tokenizer((text for apart, text in sentences if not apart), vocabulary)
        tokenizer.save(str(folder / "tokenizer.json"))
        cut = {
            name: Stream.of(
                row.ids
                for row in tokenizer.encode_batch(
                    [text for apart, text in sentences if apart is wanted], add_special_tokens=False
                )
            )
            for name, wanted in (("train", False), ("held_out", True))
        }
        np.savez(
            folder / "text.tmp.npz",
            warm=warm_start(cut["train"], tokenizer.get_vocab_size(), width),
            **{
                f"{name}_{part}": getattr(stream, part) for name, stream in cut.items() for part in ("pieces", "begins")
            },
        )
        (folder / "text.tmp.npz").replace(folder / "text.npz")
    stored = np.load(folder / "text.npz")
    streams = [Stream(stored[f"{name}_pieces"], stored[f"{name}_begins"]) for name in ("train", "held_out")]
    return Text(Tokenizer.from_file(str(folder / "tokenizer.json")), *streams, stored["warm"])


def course_text() -> Text:
    """The course corpus, source by source, so that what follows a sentence is what followed it."""
    from embedlib.datasets import course_corpus
    from embedlib.text.corpus import SOURCES

    return prepare((course_corpus(name) for name in SOURCES), RUNS / "text")


if __name__ == "__main__":
    text = course_text()
    print(json.dumps({name: len(getattr(text, name).pieces) for name in ("train", "held_out")}))
