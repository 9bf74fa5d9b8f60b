"""Train the small translators of chapter 18, from English to French, and score them beside what knows less.

``translator.py train attention`` reads Multi30k's 29,000 captions (asset ``multi30k``) epoch by epoch and keeps its
state in ``_scratch/translator/``, so that it can be stopped and called again. ``train one-vector`` trains the same
network without attention: it sees one vector for the whole sentence. ``translator.py score`` writes
``results/translator.csv`` (the curves), ``translator_scores.csv`` (BLEU and chrF on the 1,000 captions of the test)
and ``translator_lengths.csv`` (BLEU by length); ``translator.py store`` writes ``models/miniature-translator/``.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import time
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from torch import nn

from embedlib import assets

RESULTS = Path(__file__).parent / "results"
MODELS = Path(__file__).parent / "models"
RUNS = Path(__file__).parents[1] / "_scratch" / "translator"
PAD, START, END, UNKNOWN = range(4)
SPECIAL = ["<pad>", "<start>", "<end>", "<unknown>"]
KINDS = ("attention", "one-vector")
WORDS = 4_000
TOKEN = re.compile(r"\w+(?:-\w+)*'?|[^\w\s]")


class Translator(nn.Module):
    """Reads a sentence in both directions, writes another word by word, and looks back at each step."""

    def __init__(self, sources: int, targets: int, width: int = 128, hidden: int = 256) -> None:
        super().__init__()
        self.source = nn.Embedding(sources, width)
        self.target = nn.Embedding(targets, width)
        self.reader = nn.GRU(width, hidden // 2, bidirectional=True, batch_first=True)
        self.writer = nn.GRU(width, hidden, batch_first=True)
        self.question = nn.Linear(hidden, hidden, bias=False)
        self.joined = nn.Linear(2 * hidden, width)

    def read(self, source: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """A vector a source word, and what the writer starts from."""
        read, last = self.reader(self.source(source))
        return read, torch.cat([last[0], last[1]], dim=-1)[None]

    def write(self, read: Any, target: Any, state: Any) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """The next word's scores after each target word, where was looked, and the writer's state."""
        wrote, state = self.writer(self.target(target), state)
        weights = (self.question(wrote) @ read.transpose(1, 2)).softmax(dim=-1)
        joined = torch.tanh(self.joined(torch.cat([weights @ read, wrote], dim=-1)))
        return joined @ self.target.weight.T, weights, state


class OneVector(Translator):
    """The same, but each step gets the mean of all that was read: one vector for the sentence."""

    def write(self, read: Any, target: Any, state: Any) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
        """As above, with every weight alike."""
        wrote, state = self.writer(self.target(target), state)
        weights = torch.full((*wrote.shape[:2], read.shape[1]), 1 / read.shape[1])
        joined = torch.tanh(self.joined(torch.cat([weights @ read, wrote], dim=-1)))
        return joined @ self.target.weight.T, weights, state


def tokens(line: str) -> list[str]:
    """Words and marks in lower case; an elided word keeps its apostrophe."""
    return TOKEN.findall(line.lower().replace("’", "'"))


def joined(words: list[str]) -> str:
    """The words as a line."""
    return re.sub(r" ([.,;:!?])", r"\1", " ".join(words)).replace("' ", "'")


def vocabulary(lines: list[str], size: int = WORDS) -> list[str]:
    """The most frequent words, after four special ones."""
    counts = Counter(word for line in lines for word in tokens(line))
    return SPECIAL + sorted(counts, key=lambda word: (-counts[word], word))[: size - len(SPECIAL)]


def captions(part: str, language: str) -> list[str]:
    """The captions of train, val or test_2016_flickr."""
    import gzip

    file = assets.path("multi30k", f"{part}.{language}.gz")
    return [line.strip() for line in gzip.decompress(file.read_bytes()).decode("utf-8").strip().split("\n")]


def numbers(words: list[str], lookup: dict[str, int]) -> list[int]:
    """A number a word."""
    return [lookup.get(word, UNKNOWN) for word in words]


class Pairs:
    """Sentence pairs as numbers, dealt in batches whose English sides are equally long."""

    def __init__(self, english: list[str], french: list[str], vocabularies: tuple[list[str], list[str]]) -> None:
        one, other = ({word: i for i, word in enumerate(v)} for v in vocabularies)
        self.source = [numbers(tokens(line), one) for line in english]
        self.target = [[START, *numbers(tokens(line), other), END] for line in french]
        self.by_length: dict[int, list[int]] = defaultdict(list)
        for i, line in enumerate(self.source):
            self.by_length[len(line)].append(i)

    def batches(self, rng: np.random.Generator, size: int = 64) -> list[np.ndarray]:
        """All pairs once, in random order."""
        found = []
        for rows in self.by_length.values():
            order = rng.permutation(rows)
            found += [order[start : start + size] for start in range(0, len(order), size)]
        return [found[i] for i in rng.permutation(len(found))]

    def tensors(self, rows: np.ndarray) -> tuple[torch.Tensor, torch.Tensor]:
        """The English sides, and the French ones filled up with <pad>."""
        longest = max(len(self.target[i]) for i in rows)
        source = torch.tensor([self.source[i] for i in rows])
        target = torch.tensor([self.target[i] + [PAD] * (longest - len(self.target[i])) for i in rows])
        return source, target


def loss_of(model: Translator, source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The mean cross-entropy of every next French word."""
    read, state = model.read(source)
    scores, _, _ = model.write(read, target[:, :-1], state)
    return nn.functional.cross_entropy(scores.flatten(0, 1), target[:, 1:].flatten(), ignore_index=PAD)


def made(kind: str, vocabularies: tuple[list[str], list[str]], seed: int = 0) -> Translator:
    """A new network of one of the two kinds."""
    torch.manual_seed(seed)
    model = (Translator if kind == "attention" else OneVector)(*map(len, vocabularies))
    for table in (model.source, model.target):
        nn.init.normal_(table.weight, std=0.1)
    return model


def train(kind: str, epochs: int, seed: int = 0) -> None:
    """Read all captions so many times, and keep the state after each."""
    english, french = captions("train", "en"), captions("train", "fr")
    vocabularies = vocabulary(english), vocabulary(french)
    pairs = Pairs(english, french, vocabularies)
    apart = Pairs(captions("val", "en"), captions("val", "fr"), vocabularies)
    model = made(kind, vocabularies, seed)
    optimiser = torch.optim.Adam(model.parameters(), lr=2e-3)
    steps = epochs * len(pairs.batches(np.random.default_rng(0)))
    folder = RUNS / kind
    folder.mkdir(parents=True, exist_ok=True)
    curve: list[dict[str, float]] = []
    if (folder / "state.pt").exists():
        kept = torch.load(folder / "state.pt", weights_only=True)
        model.load_state_dict(kept["model"])
        optimiser.load_state_dict(kept["optimiser"])
        curve = json.loads((folder / "curve.json").read_text())
    step = len(curve) * steps // epochs
    for epoch in range(len(curve), epochs):
        started, total, seen = time.time(), 0.0, 0
        model.train()
        torch.manual_seed(1_000 * seed + epoch)
        for rows in pairs.batches(np.random.default_rng([seed, epoch])):
            for group in optimiser.param_groups:
                group["lr"] = 2e-3 * min(1, (step + 1) / 200) * 0.5 * (1 + math.cos(math.pi * min(1, step / steps)))
            source, target = pairs.tensors(rows)
            loss = loss_of_training(model, source, target)
            optimiser.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            optimiser.step()
            step += 1
            total, seen = total + float(loss.detach()) * len(rows), seen + len(rows)
        curve.append({"epoch": epoch + 1, "train": total / seen, "held out": held_out(model, apart)})
        torch.save({"model": model.state_dict(), "optimiser": optimiser.state_dict()}, folder / "state.pt")
        (folder / "curve.json").write_text(json.dumps(curve))
        print(kind, curve[-1], f"{time.time() - started:.0f} s", flush=True)


def loss_of_training(model: Translator, source: torch.Tensor, target: torch.Tensor) -> torch.Tensor:
    """The loss with a third of all numbers dropped: of words in, of what was read, of what is joined."""
    drop = nn.functional.dropout
    read, last = model.reader(drop(model.source(source), 0.3))
    state = torch.cat([last[0], last[1]], dim=-1)[None]
    read = drop(read, 0.3)
    wrote, _ = model.writer(drop(model.target(target[:, :-1]), 0.3), state)
    if isinstance(model, OneVector):
        context = read.mean(dim=1, keepdim=True).expand_as(wrote)
    else:
        context = (model.question(wrote) @ read.transpose(1, 2)).softmax(dim=-1) @ read
    hidden = drop(torch.tanh(model.joined(torch.cat([context, wrote], dim=-1))), 0.3)
    scores = hidden @ model.target.weight.T
    return nn.functional.cross_entropy(scores.flatten(0, 1), target[:, 1:].flatten(), ignore_index=PAD)


@torch.no_grad()
def held_out(model: Translator, pairs: Pairs) -> float:
    """The mean loss on captions set apart."""
    model.eval()
    total, seen = 0.0, 0
    for rows in pairs.batches(np.random.default_rng(0), 128):
        total, seen = total + float(loss_of(model, *pairs.tensors(rows))) * len(rows), seen + len(rows)
    return total / seen


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("train", "score", "store"))
    parser.add_argument("kind", nargs="?", choices=KINDS, default="attention")
    parser.add_argument("--epochs", type=int, default=12)
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.what == "train":
        train(given.kind, given.epochs)
