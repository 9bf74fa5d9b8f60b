"""Tunes encoders for whole sentences: which training raises what, and is it the network or the training? (chapter 8)

Starts: the miniature BERT (mean of its pieces' last vectors), the same with shuffled weights, and two tables of word
vectors whose mean is the sentence's: GloVe, and the course's skip-gram, which has read the miniature's corpus. All are
tuned with the same loss on the same pairs, in the same order.

Pairs: *definitions* (a headword of gcide and what it means), *neighbours* (two sentences of the State of the Union
that follow one another), *words left out* (a sentence twice, each time without a third of its words) and *dropout*
(a sentence twice, a tenth of the numbers set to zero: Gao et al., 2021).

Judged on ``datasets.paraphrases()``: the share of sentences whose own paraphrase is the most alike among all 180.
Pairs and rates are chosen on the splits train and dev (120 sentences), and judged on test (60).

``lengths`` tunes the miniature on definitions, once with the loss of whole vectors, and once with the sum of the losses
of their first 8, 16, 32, 64 and 128 numbers (Matryoshka: Kusupati et al., 2022), and asks what a few numbers find: of
180 sentences the paraphrases, and of 1,000 headwords that no tuning has seen the definitions.

``triples`` tunes MiniLM on the 60 triples of train, with the changed sentences as further wrong answers, and asks on
test, kind by kind, whether the paraphrase is now nearer than the changed sentence.
Writes ``training/results/sentence_tuning.csv``, ``sentence_tuned.csv``, ``sentence_lengths.csv`` and
``sentence_triples.csv``; about half an hour on one core. What stands in the first is not run again.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from scipy.stats import spearmanr
from torch import Tensor, nn
from torch.nn import functional

from embedlib import assets, datasets
from embedlib.contextual import ContextualEncoder
from embedlib.text import course_corpus, tokenize
from embedlib.text.corpus import clean_definition
from embedlib.vectors import pair_cosines, unit_rows
from embedlib.words import load_word_vectors

RESULTS = Path(__file__).parent / "results"
Pairs = list[tuple[str, str]]
Floats = npt.NDArray[np.float32]
KINDS = ("definitions", "neighbours", "words left out", "dropout")
MOST, STEPS = 24, 100  # tokens of a text that are read; steps of a tuning


def definitions() -> Pairs:
    """A headword, and the first definition of each of its parts of speech."""
    found = []
    folder = assets.path("gcide")
    for file in sorted(file.name for file in assets.entry("gcide").files):
        for record in json.loads((folder / file).read_text(encoding="utf-8")).values():
            for sense in record["pos"]:
                for definition in sense["definitions"][:1]:
                    words = tokenize(clean_definition(definition["text"]))[:MOST]
                    if len(words) > 3:
                        found.append((" ".join(tokenize(record["entry"])), " ".join(words)))
    return [pair for pair in found if pair[0]]


def neighbours() -> Pairs:
    texts = [" ".join(sentence[:MOST]) if len(sentence) > 5 else "" for sentence in course_corpus("sotu")]
    return [(one, other) for one, other in pairwise(texts) if one and other]


class MeanOfPieces(nn.Module):
    """An encoder, and the mean of its last layer."""

    def __init__(self, name: str, shuffled: bool = False) -> None:
        super().__init__()
        encoder = ContextualEncoder(name)
        self.encoder = encoder.with_random_weights(0) if shuffled else encoder
        self.model = self.encoder.model

    def forward(self, texts: list[str]) -> Tensor:
        read = self.encoder.tokenizer(texts, padding=True, truncation=True, max_length=64, return_tensors="pt")
        states = self.model(read["input_ids"], attention_mask=read["attention_mask"]).last_hidden_state
        seen = read["attention_mask"].unsqueeze(-1)
        return (states * seen).sum(dim=1) / seen.sum(dim=1)

    def drop(self, share: float) -> None:
        for part in self.model.modules():
            if isinstance(part, nn.Dropout):
                part.p = share


class MeanOfWords(nn.Module):
    """A table of word vectors, and the mean of a text's words; unknown words are left out."""

    def __init__(self, name: str, vocabulary: list[str]) -> None:
        super().__init__()
        vectors = load_word_vectors(name)
        known = [word for word in vocabulary if word in vectors.key_to_index]
        self.rows = {word: row for row, word in enumerate(known)}
        table = torch.from_numpy(np.array([vectors[word] for word in known], np.float32))
        self.table = nn.EmbeddingBag.from_pretrained(table, freeze=False, mode="mean", sparse=True)
        self.dropout = nn.Dropout(0.0)

    def forward(self, texts: list[str]) -> Tensor:
        rows = [[self.rows[word] for word in tokenize(text) if word in self.rows] for text in texts]
        starts = np.cumsum([0, *(len(row) for row in rows[:-1])])
        flat = torch.tensor([number for row in rows for number in row])
        return self.dropout(self.table(flat, torch.from_numpy(starts)))

    def drop(self, share: float) -> None:
        self.dropout.p = share


def in_batch_loss(ones: Tensor, others: Tensor, temperature: float) -> Tensor:
    """Cross-entropy of each row of likenesses, whose right answer is on the diagonal; further columns are all wrong."""
    likeness = functional.normalize(ones, dim=1) @ functional.normalize(others, dim=1).T
    return functional.cross_entropy(likeness / temperature, torch.arange(len(ones)))


def without_words(text: str, rng: np.random.Generator, share: float = 1 / 3) -> str:
    words = np.array(text.split())
    kept = rng.random(len(words)) >= share
    return " ".join(words[kept]) if kept.any() else text


def batches(pairs: Pairs, kind: str, size: int, steps: int, seed: int) -> Iterator[tuple[list[str], list[str]]]:
    rng = np.random.default_rng(seed)
    for _ in range(steps):
        drawn = [pairs[i] for i in rng.choice(len(pairs), size, replace=False)]
        ones, others = [one for one, _ in drawn], [other for _, other in drawn]
        if kind == "words left out":
            ones, others = ([without_words(text, rng) for text in ones] for _ in range(2))
        yield ones, ones if kind == "dropout" else others


def found(ones: Floats, same: Floats) -> npt.NDArray[np.bool_]:
    """Of n sentences: is the own paraphrase the most alike of all n?"""
    return np.asarray((unit_rows(ones) @ unit_rows(same).T).argmax(axis=1) == np.arange(len(ones)))


def encode(encoder: nn.Module, texts: list[str], at_once: int = 64) -> Floats:
    encoder.eval()
    with torch.inference_mode():
        rows = [encoder(texts[start : start + at_once]) for start in range(0, len(texts), at_once)]
    return torch.cat(rows).numpy()


def learn(encoder: Any, loss_of: Callable[[int], Tensor], steps: int, rate: float, look: Callable[[int], None]) -> None:
    """Adam; the rate rises over the first tenth of the steps and falls over the last third."""
    sparse = isinstance(encoder, MeanOfWords)  # only the rows of a batch are moved
    optimizer = (torch.optim.SparseAdam if sparse else torch.optim.Adam)(encoder.parameters(), lr=rate)
    look(0)
    for step in range(1, steps + 1):
        encoder.train()
        for group in optimizer.param_groups:
            group["lr"] = rate * min(1.0, step / (0.1 * steps), (steps - step + 1) / (0.3 * steps))
        optimizer.zero_grad()
        loss_of(step).backward()
        optimizer.step()
        if step % (steps // 2) == 0:
            look(step)


def over_seeds(rows: list[dict[str, Any]], by: list[str], value: str) -> pd.DataFrame:
    """The mean over seeds, the worst and the best."""
    groups = pd.DataFrame(rows).groupby(by, sort=False)[value]
    return groups.agg(**{value: "mean", "low": "min", "high": "max"}).reset_index().round(4)


def main() -> None:
    torch.set_num_threads(1)
    table = datasets.paraphrases()
    of_test = (table["split"] == "test").to_numpy()
    pairs = {"definitions": definitions()}
    pairs |= dict.fromkeys(KINDS[1:], neighbours())
    both = pairs["definitions"] + pairs["neighbours"]
    known = {word for two in both for text in two for word in text.split()}
    vocabulary = sorted(known | {w for text in [*table["sentence"], *table["paraphrase"]] for w in tokenize(text)})
    starts: dict[str, tuple[Callable[[], Any], tuple[float, ...]]] = {
        "GloVe": (lambda: MeanOfWords("glove-6b-50d", vocabulary), (1e-3, 3e-4, 3e-3, 1e-2, 3e-2)),
        "skip-gram": (lambda: MeanOfWords("course-sgns-100d", vocabulary), (1e-3, 3e-4, 3e-3, 1e-2, 3e-2)),
        "miniature BERT": (lambda: MeanOfPieces("miniature-bert"), (3e-4, 1e-4, 1e-3, 3e-3)),
        "miniature, shuffled": (lambda: MeanOfPieces("miniature-bert", shuffled=True), (3e-4, 1e-4, 1e-3)),
    }
    path = RESULTS / "sentence_tuning.csv"
    rows: list[dict[str, Any]] = pd.read_csv(path).to_dict("records") if path.exists() else []  # run only what is new
    best: dict[str, float] = {}

    def run(start: str, kind: str, rate: float, seed: int = 0, size: int = 64, temperature: float = 0.05) -> float:
        settings = {"start": start, "pairs": kind, "rate": rate, "seed": seed, "size": size, "temperature": temperature}
        if stored := [row for row in rows if settings.items() <= row.items()]:
            return float(stored[-1]["chosen on"])
        torch.manual_seed(seed)
        encoder = starts[start][0]()
        encoder.drop(0.1 if kind == "dropout" else 0.0)
        drawn = batches(pairs[kind], kind, size, STEPS, seed)

        def loss_of(step: int) -> Tensor:
            ones, others = next(drawn)
            return in_batch_loss(encoder(ones), encoder(others), temperature)

        def look(step: int) -> None:
            right = found(encode(encoder, list(table["sentence"])), encode(encoder, list(table["paraphrase"])))
            shares = {"chosen on": right[~of_test].mean(), "found": right[of_test].mean()}
            rows.append(settings | {"step": step} | shares)

        learn(encoder, loss_of, STEPS, rate, look)
        pd.DataFrame(rows).round(4).to_csv(path, index=False)
        print(rows[-1], flush=True)
        return float(rows[-1]["chosen on"])

    for start, (_, rates) in starts.items():
        best[start] = max(rates, key=lambda rate, start=start: run(start, "definitions", rate))  # type: ignore[misc]
        for seed in (1, 2):
            run(start, "definitions", best[start], seed)
        usual = {"pairs": "definitions", "size": 64, "temperature": 0.05}
        kept = [row for row in rows if usual.items() <= row.items() and row["rate"] == best.get(row["start"])]
        over_seeds(kept, ["start", "step"], "found").to_csv(RESULTS / "sentence_tuned.csv", index=False)
    name, rate = "miniature BERT", best["miniature BERT"]
    for kind in KINDS[1:]:
        run(name, kind, rate)
    for size in (8, 256):
        run(name, "definitions", rate, size=size)
    for temperature in (0.02, 0.2):
        run(name, "definitions", rate, temperature=temperature)


def triples(steps: int = 24) -> None:
    torch.set_num_threads(1)
    table = datasets.paraphrases()
    table = table[table["split"] != "dev"].reset_index(drop=True)
    of_test, kinds = (table["split"] == "test").to_numpy(), table["kind"].to_numpy()
    rated = datasets.stsb("dev").iloc[::15]
    train = table[~of_test]
    columns = [list(table[name]) for name in ("sentence", "paraphrase", "changed")]
    rows: list[dict[str, Any]] = []
    start: list[dict[str, Any]] = []
    for seed in range(3):
        for answers in ("with the changed", "other paraphrases"):
            rng = np.random.default_rng(seed)
            encoder = MeanOfPieces("minilm-l6")

            def loss_of(step: int, encoder: Any = encoder, answers: str = answers, rng: Any = rng) -> Tensor:
                drawn = train.iloc[rng.choice(len(train), 20, replace=False)]
                others = [*drawn["paraphrase"], *(drawn["changed"] if answers == "with the changed" else [])]
                return in_batch_loss(encoder(list(drawn["sentence"])), encoder(others), 0.05)

            def look(step: int, encoder: Any = encoder, answers: str = answers, seed: int = seed) -> None:
                if step == 0 and start:  # MiniLM as it came is the same each time
                    rows.extend(row | {"wrong answers": answers, "seed": seed} for row in start)
                    return
                ones, same, changed = (encode(encoder, some) for some in columns)
                nearer = pair_cosines(ones, same) > pair_cosines(ones, changed)
                shares = {"paraphrase nearer": nearer[of_test].mean(), "found": found(ones, same)[of_test].mean()}
                shares |= {kind: nearer[of_test & (kinds == kind)].mean() for kind in dict.fromkeys(kinds)}
                cosines = pair_cosines(*(encode(encoder, list(rated[name])) for name in ("sentence1", "sentence2")))
                shares["STS-B, 100 pairs"] = spearmanr(cosines, rated["score"]).statistic
                given = {"wrong answers": answers, "seed": seed, "step": step}
                rows.extend(given | {"asked": name, "share": share} for name, share in shares.items())
                if step == 0:
                    start.extend(rows)
                print(given, shares, flush=True)

            learn(encoder, loss_of, steps, 1e-4, look)
            by = ["asked", "wrong answers", "step"]
            over_seeds(rows, by, "share").to_csv(RESULTS / "sentence_triples.csv", index=False)


def lengths(steps: int = 2 * STEPS, unseen: int = 1000) -> None:
    torch.set_num_threads(1)
    table = datasets.paraphrases()
    pairs = definitions()
    places = np.random.default_rng(0).permutation(len(pairs))
    kept_back, pairs = [pairs[i] for i in places[:unseen]], [pairs[i] for i in places[unseen:]]
    asked = {
        "paraphrase of 180": (list(table["sentence"]), list(table["paraphrase"])),
        "definition of 1,000": ([one for one, _ in kept_back], [other for _, other in kept_back]),
    }
    rows: list[dict[str, Any]] = []
    for tuned, summed in {"": (128,), ", tuned for it": (8, 16, 32, 64, 128)}.items():
        torch.manual_seed(0)
        encoder = MeanOfPieces("miniature-bert")
        drawn = batches(pairs, "definitions", 64, steps, 0)

        def loss_of(step: int, encoder: Any = encoder, drawn: Any = drawn, summed: Any = summed) -> Tensor:
            ones, others = (encoder(texts) for texts in next(drawn))
            return torch.stack([in_batch_loss(ones[:, :d], others[:, :d], 0.05) for d in summed]).sum()

        learn(encoder, loss_of, steps, 1e-3, lambda step: None)
        other = encode(encoder, [text for pair in pairs[:1000] for text in pair])
        directions = np.linalg.svd(other - other.mean(axis=0), full_matrices=False)[2]
        by_chance = np.random.default_rng(0).permutation(128)
        for name, texts in asked.items():
            ones, others = (encode(encoder, some) for some in texts)
            for d in (4, 8, 16, 32, 64, 128):
                shorter = {f"the first{tuned}": (ones[:, :d], others[:, :d])}
                if not tuned:
                    shorter["PCA"] = (ones @ directions[:d].T, others @ directions[:d].T)
                    shorter["drawn by chance"] = (ones[:, by_chance[:d]], others[:, by_chance[:d]])
                rows += [
                    {"asked": name, "kept": kept, "numbers": d, "found": found(*two).mean()}
                    for kept, two in shorter.items()
                ]
        pd.DataFrame(rows).round(4).to_csv(RESULTS / "sentence_lengths.csv", index=False)


if __name__ == "__main__":
    {"triples": triples, "lengths": lengths}.get("".join(sys.argv[1:]), main)()
