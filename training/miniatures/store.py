"""Score a miniature on what was set apart, and store it in half precision with its recipe.

``store.py bert`` writes ``training/models/miniature-bert/`` (weights, configuration, tokenizer, recipe) and
``training/results/miniature_bert_words.csv``: how many held-out pieces are guessed right at first place, by how
frequent the piece is, beside three that know less.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import platform
from collections import Counter, defaultdict
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from objectives import OBJECTIVES, described
from pieces import MASK, RUNS, Stream, course_text
from torch import nn
from train import RESULTS, Plan, Training

MODELS = Path(__file__).parents[1] / "models"
BANDS = {"1–100": (0, 100), "101–1,000": (100, 1_000), "1,001–8,179": (1_000, 10**9)}
PROBE = "The president of the united [MASK] spoke to congress."


class Trigrams:
    """The piece seen most often at its distance from two others; else from the nearer one; else the commonest of all.

    ``near`` and ``far`` say where the two stand: −1 and 1 are the neighbours, −1 and −2 the two before.
    """

    def __init__(self, stream: Stream, near: int, far: int) -> None:
        pieces = stream.pieces.astype(np.int64)
        self.commonest = int(np.bincount(pieces).argmax())
        self.base = int(pieces.max()) + 1
        self.near, self.far = near, far
        one, two = self.beside(pieces)
        low, high = -min(far, near, 0), max(far, near, 0)
        inner = slice(low, len(pieces) - high)
        self.one = _likeliest(zip(one[inner].tolist(), pieces[inner].tolist(), strict=True))
        self.two = _likeliest(zip(two[inner].tolist(), pieces[inner].tolist(), strict=True))

    def beside(self, pieces: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The nearer piece, and both as one number."""
        near, far = (np.roll(pieces, -by, axis=-1) for by in (self.near, self.far))
        return near, near * self.base + far

    def answers(self, batch: dict[str, torch.Tensor]) -> np.ndarray:
        """The likeliest piece at every place asked for; a hidden neighbour and a row's edge are not known."""
        ids, wanted = batch["row"].numpy(), batch["wanted"].numpy()
        if self.near * self.far < 0:  # who looks to both sides must not look at what is asked for
            ids = np.where(wanted, MASK, ids)
        one, two = (beside[wanted].tolist() for beside in self.beside(ids))
        return np.array([self.two.get(b, self.one.get(a, self.commonest)) for a, b in zip(one, two, strict=True)])


def _likeliest(pairs: Any) -> dict[int, int]:
    """For each context the piece most often seen in it (the lower number where two are as frequent)."""
    best: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    for (context, piece), count in Counter(pairs).items():
        best[context] = max(best[context], (count, -piece))
    return {context: -piece for context, (_, piece) in best.items()}


def bands(counts: np.ndarray, wanted: np.ndarray) -> pd.Series:
    """The band of rank, by frequency in training, of every piece in ``wanted``."""
    rank = np.empty(len(counts), np.int64)
    rank[np.argsort(-counts, kind="stable")] = np.arange(len(counts))
    edges = [low for low, _ in BANDS.values()] + [10**9]
    return pd.Series(pd.cut(rank[wanted], edges, right=False, labels=list(BANDS)))


def score(training: Training, rows: int = 2_500, length: int = 64) -> pd.DataFrame:
    """Right at first place by band of frequency, and in all: a row a band, a column a guesser (shares, 0 to 1)."""
    text, objective = training.text, training.objective
    batch = objective.asked(text.held_out, rows, length)
    wanted = batch["answers"].numpy()
    torch.manual_seed(0)
    random = objective.network(text.tokenizer.get_vocab_size(), training.plan.shape).eval()
    trigrams = [Trigrams(text.train, *side).answers(batch) for side in objective.sides]
    right = {
        "the miniature": objective.answers(training.model.eval(), batch) == wanted,
        "trigrams": np.stack(trigrams, axis=1).ravel() == wanted,
        "the commonest piece": text.counts.argmax() == wanted,
        "random weights": objective.answers(random, batch) == wanted,
    }
    frame = pd.DataFrame(right).assign(rank=bands(text.counts, wanted))
    by_band = frame.groupby("rank", observed=False).mean()
    by_band.insert(0, "pieces", frame["rank"].value_counts().reindex(by_band.index))
    everything = frame.drop(columns="rank").mean().to_frame("all").T.assign(pieces=len(frame))
    return pd.concat([by_band, everything[by_band.columns]]).rename_axis("rank").reset_index()


def store(training: Training, scores: pd.DataFrame, folder: Path) -> None:
    """Write the weights in half precision, and with them all that reads them needs."""
    from safetensors.torch import save_file
    from transformers import PreTrainedTokenizerFast

    folder.mkdir(parents=True, exist_ok=True)
    text, model = training.text, training.model
    network: Any = training.objective.kept(model)
    # Of a table that has several names the first one is kept.
    tables = {tensor.data_ptr(): name for name, tensor in reversed(network.state_dict().items())}
    weights = {name: half(network.state_dict()[name]) for name in tables.values()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    if isinstance(getattr(model, "next_sentence", None), nn.Module):
        save_file(
            {k: half(v) for k, v in model.next_sentence.state_dict().items()}, folder / "next_sentence.safetensors"
        )
    config = network.config.to_dict() | {"architectures": [type(network).__name__], "dtype": "float32"}
    if config["model_type"] == "t5":
        config["tie_word_embeddings"] = False  # so transformers knows an output that is not scaled; tied it is
    write_json(folder / "config.json", {name: config[name] for name in sorted(config) if not name.startswith("_")})
    PreTrainedTokenizerFast(
        tokenizer_object=text.tokenizer,
        unk_token="[UNK]",
        pad_token="[PAD]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        model_max_length=training.plan.shape.longest,
    ).save_pretrained(folder)
    plan = training.plan
    write_json(
        folder / "recipe.json",
        {
            "objective": training.objective.name,
            "steps": training.step,
            "steps planned": plan.steps,
            "tokens read": training.step * plan.tokens,
            "corpus": {"train": len(text.train.pieces), "held out": len(text.held_out.pieces)},
            "tokens a step": plan.tokens,
            "rate": plan.rate,
            "warm-up": plan.warm,
            "decay": plan.decay,
            "shape": described(plan.shape),
            "seed": plan.seed,
            "seconds": round(training.seconds),
            "held out top 1": dict(zip(scores["rank"], scores["the miniature"].round(4), strict=True)),
            "answers": {PROBE: probe(training)},
            "versions": {name: version(name) for name in ("torch", "transformers", "tokenizers", "gensim", "numpy")}
            | {"python": platform.python_version()},
            "sha256": {
                file.name: hashlib.sha256(file.read_bytes()).hexdigest()
                for file in sorted(folder.iterdir())
                if file.name != "recipe.json"
            },
        },
    )


def probe(training: Training) -> list[str]:
    """The five likeliest pieces for the word hidden in ``PROBE`` (five a stack of ELMo's), by the stored weights."""
    objective, text = training.objective, training.text
    ids = np.array([text.tokenizer.encode(PROBE).ids])
    batch = objective.posed(ids, ids == MASK, np.random.default_rng(0))
    model = training.model.eval()
    kept = {name: tensor.clone() for name, tensor in model.state_dict().items()}
    model.load_state_dict({name: half(tensor).float() for name, tensor in kept.items()})
    with torch.no_grad():
        best = objective.logits(model, batch).topk(5).indices.flatten()
    model.load_state_dict(kept)
    return [text.tokenizer.id_to_token(int(piece)) for piece in best]


def half(tensor: torch.Tensor) -> torch.Tensor:
    """As it is stored."""
    return tensor.detach().to(torch.float16).contiguous()


def curves() -> pd.DataFrame:
    """What every training so far guessed right on its way, in one table."""
    found = []
    for name, objective in OBJECTIVES.items():
        file = RESULTS / f"miniature_{name}.csv"
        if file.exists():
            found.append(pd.read_csv(file).assign(family=objective.family, asks=objective.asks))
    return pd.concat(found)[["family", "asks", "tokens", "held out top 1"]]


def write_json(file: Path, value: Any) -> None:
    """Write a value, readable and the same everywhere."""
    file.write_text(json.dumps(value, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def main() -> None:
    """Store what has been trained."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name", choices=OBJECTIVES)
    parser.add_argument("--folder", type=Path, default=None)
    given = parser.parse_args()
    torch.set_num_threads(2)
    file = RUNS / given.name / "checkpoint.pt"
    plan = Plan(torch.load(file, weights_only=True)["planned"], rate=OBJECTIVES[given.name].rate)
    training = Training(given.name, course_text(), plan)
    training.load(file)
    scores = score(training)
    scores.round(4).to_csv(RESULTS / f"miniature_{given.name}_words.csv", index=False)
    store(training, scores, given.folder or MODELS / f"miniature-{given.name}")
    curves().to_csv(RESULTS / "miniatures.csv", index=False)
    print(scores.round(3).to_string())


if __name__ == "__main__":
    main()
