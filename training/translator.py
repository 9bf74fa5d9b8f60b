"""Train the small translators of chapter 18, from English to French, and score them beside what knows less.

``translator.py train attention`` reads Multi30k's 29,000 captions (asset ``multi30k``) epoch by epoch and keeps its
state in ``_scratch/translator/``, so that it can be stopped and called again. ``train one-vector`` trains the same
network without attention: it sees one vector for the whole sentence. The stored ones have read the captions four
times, of the eight for which the rate was planned: five minutes each on a quiet core. ``translator.py score`` writes
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


def rate(step: int, an_epoch: int) -> float:
    """Up over 200 steps, then down along a cosine that reaches its end after eight readings."""
    return 2e-3 * min(1, (step + 1) / 200) * 0.5 * (1 + math.cos(math.pi * min(1, step / (8 * an_epoch))))


def train(kind: str, epochs: int, seed: int = 0) -> None:
    """Read all captions so many times, and keep the state after each."""
    english, french = captions("train", "en"), captions("train", "fr")
    vocabularies = vocabulary(english), vocabulary(french)
    pairs = Pairs(english, french, vocabularies)
    apart = Pairs(captions("val", "en"), captions("val", "fr"), vocabularies)
    model = made(kind, vocabularies, seed)
    optimiser = torch.optim.Adam(model.parameters(), lr=2e-3)
    an_epoch = len(pairs.batches(np.random.default_rng(0)))
    folder = RUNS / kind
    folder.mkdir(parents=True, exist_ok=True)
    curve: list[dict[str, float]] = []
    if (folder / "state.pt").exists():
        kept = torch.load(folder / "state.pt", weights_only=True)
        model.load_state_dict(kept["model"])
        optimiser.load_state_dict(kept["optimiser"])
        curve = json.loads((folder / "curve.json").read_text())
    step = len(curve) * an_epoch
    for epoch in range(len(curve), epochs):
        started, total, seen = time.time(), 0.0, 0
        model.train()
        torch.manual_seed(1_000 * seed + epoch)
        for rows in pairs.batches(np.random.default_rng([seed, epoch])):
            for group in optimiser.param_groups:
                group["lr"] = rate(step, an_epoch)
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


def trained(kind: str) -> tuple[Translator, tuple[list[str], list[str]]]:
    """The network as it was left, and its words."""
    vocabularies = vocabulary(captions("train", "en")), vocabulary(captions("train", "fr"))
    model = made(kind, vocabularies)
    model.load_state_dict(torch.load(RUNS / kind / "state.pt", weights_only=True)["model"])
    return model.eval(), vocabularies


@torch.no_grad()
def translate(
    model: Translator, vocabularies: tuple[list[str], list[str]], line: str, longest: int = 40
) -> tuple[list[str], list[str], np.ndarray]:
    """The words read, the words written, and where was looked (written, read): always the likeliest next word.

    A word that is not among the French ones is left out. (To copy it from where was looked most would do for the one
    network and not for the other.)
    """
    words = tokens(line)
    lookup = {word: i for i, word in enumerate(vocabularies[0])}
    read, state = model.read(torch.tensor([numbers(words, lookup)]))
    written, looked, last = [], [], START
    for _ in range(longest):
        scores, weights, state = model.write(read, torch.tensor([[last]]), state)
        last = int(scores.argmax())
        if last == END:
            break
        if last != UNKNOWN:
            written.append(vocabularies[1][last])
            looked.append(weights[0, 0].numpy())
    return words, written, np.array(looked)


def word_by_word(lines: list[str]) -> list[str]:
    """Each word by the nearest French one (words spelt alike join the spaces, as in the chapter); others are copied."""
    from translation import TwoLanguages

    from embedlib.vectors import csls, procrustes

    two = TwoLanguages()
    ones, others = two.places(two.alike())
    turned = two.ones @ procrustes(two.ones[ones], two.others[others])
    known = sorted({word for line in lines for word in tokens(line) if word in two.english and word[0].isalpha()})
    rows = [two.english[word] for word in known]
    found = csls(two.others, turned[rows], 1, among=np.vstack([turned[rows], turned[:2_000]])).indices[:, 0]
    french = {word: two.spelling[i] for word, i in zip(known, found, strict=True)}
    return [joined([french.get(word, word) for word in tokens(line)]) for line in lines]


def score() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """BLEU and chrF of the 1,000 captions of the test, with intervals; by length; and the curves."""
    from sacrebleu.metrics import BLEU, CHRF

    english, french = captions("test_2016_flickr", "en"), captions("test_2016_flickr", "fr")
    made_by = {}
    for kind, name in {"attention": "translator", "one-vector": "without attention"}.items():
        model, words = trained(kind)
        made_by[name] = [joined(translate(model, words, line)[1]) for line in english]
    rng = np.random.default_rng(0)
    made_by["translator, order shuffled"] = [
        joined(list(rng.permutation(tokens(line)))) if line else "" for line in made_by["translator"]
    ]
    made_by["word by word"] = word_by_word(english)
    made_by["English, copied"] = english
    rows, lengths = [], []
    read = np.array([len(tokens(line)) for line in english])
    for name, lines in made_by.items():
        for measure, metric in {"BLEU": BLEU(lowercase=True), "chrF": CHRF(lowercase=True)}.items():
            found: Any = metric.corpus_score(lines, [french], n_bootstrap=1_000)
            rows.append([name, measure, found.score, found._mean - found._ci, found._mean + found._ci])
        for low, high in ((1, 9), (10, 12), (13, 15), (16, 99)):
            some = np.flatnonzero((read >= low) & (read <= high))
            found = BLEU(lowercase=True).corpus_score([lines[i] for i in some], [[french[i] for i in some]])
            lengths.append([name, f"{low} to {high}" if high < 99 else f"{low} and more", len(some), found.score])
    curves = [pd.DataFrame(json.loads((RUNS / kind / "curve.json").read_text())).assign(network=kind) for kind in KINDS]
    return (
        pd.DataFrame(rows, columns=["made by", "measure", "score", "low", "high"]),
        pd.DataFrame(lengths, columns=["made by", "words", "captions", "BLEU"]),
        pd.concat(curves),
    )


def store(folder: Path) -> None:
    """The weights in half precision, the words, and how they were made."""
    import hashlib
    import platform
    from importlib.metadata import version

    from safetensors.torch import save_file

    model, vocabularies = trained("attention")
    folder.mkdir(parents=True, exist_ok=True)
    half = {name: table.to(torch.float16).contiguous() for name, table in model.state_dict().items()}
    save_file(half, folder / "model.safetensors", metadata={"format": "pt"})
    words = dict(zip(("english", "french"), vocabularies, strict=True))
    for name, value in {"words.json": words}.items():
        (folder / name).write_text(json.dumps(value, ensure_ascii=False) + "\n", encoding="utf-8")
    curve = json.loads((RUNS / "attention" / "curve.json").read_text())
    recipe = {
        "trained on": "Multi30k, 29,000 captions, English to French (research and non-commercial use)",
        "epochs": len(curve),
        "curve": curve,
        "batch": 64,
        "rate": "2e-3, along a cosine planned for eight epochs",
        "dropped": 0.3,
        "seed": 0,
        "versions": {name: version(name) for name in ("torch", "numpy")} | {"python": platform.python_version()},
        "sha256": {
            file.name: hashlib.sha256(file.read_bytes()).hexdigest()
            for file in sorted(folder.iterdir())
            if file.name != "recipe.json"
        },
    }
    (folder / "recipe.json").write_text(json.dumps(recipe, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("train", "score", "store"))
    parser.add_argument("kind", nargs="?", choices=KINDS, default="attention")
    parser.add_argument("--epochs", type=int, default=4)
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.what == "train":
        train(given.kind, given.epochs)
    elif given.what == "store":
        store(MODELS / "miniature-translator")
    else:
        for name, table in zip(("_scores", "_lengths", ""), score(), strict=True):
            table.round(4).to_csv(RESULTS / f"translator{name}.csv", index=False)
            print(table.round(2).to_string())


if __name__ == "__main__":
    main()
