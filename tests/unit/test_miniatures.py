"""The miniatures: their training goes on exactly where it stopped, and what is stored of it is what was measured."""

from __future__ import annotations

import hashlib
import importlib
import json
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

torch = pytest.importorskip("torch")

ROOT = Path(__file__).parents[2]
CODE = ROOT / "training" / "miniatures"
STORED = sorted((ROOT / "training" / "models").glob("miniature-*"))
NAMES = ("bert", "roberta")
SENTENCES = [
    f"{who} {does} the {size} {what} and it 's {size} in the {where}".split()
    for who in ("mary", "john", "he", "she")
    for does in ("sees", "finds", "loses", "does n't want")
    for size in ("big", "small", "old")
    for what in ("house", "garden", "horse", "book")
    for where in ("town", "river", "wood")
]


@pytest.fixture(scope="module")
def code() -> Iterator[Any]:
    """The scripts of `training/miniatures/`, importable by name."""
    sys.path.insert(0, str(CODE))
    try:
        yield SimpleNamespace(
            **{name: importlib.import_module(name) for name in ("pieces", "objectives", "train", "store")}
        )
    finally:
        sys.path.remove(str(CODE))


@pytest.fixture(scope="module")
def text(code: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    """Six copies of a tiny corpus, in pieces."""
    return code.pieces.prepare([SENTENCES * 6], tmp_path_factory.mktemp("text"), vocabulary=120, width=16)


def plan(code: Any, steps: int) -> Any:
    shape = code.objectives.Shape(width=16, layers=2, heads=2, inner=32, longest=32)
    return code.train.Plan(steps, tokens=512, warm=5, rate=1e-2, shape=shape)


def test_what_is_set_apart_is_whole_blocks_and_never_trained_on(code: Any) -> None:
    apart = [apart for apart, _ in code.pieces.split([["a"]] * 5_000)]
    assert sum(apart) == 100 and apart[1_250:1_300] == [True] * 50
    assert code.pieces.written(["it", "'s", "mary", "'s", "does", "n't"]) == "it's mary's doesn't"


def test_the_tokenizer_drops_signs_and_accents_and_knows_its_special_pieces(text: Any) -> None:
    cut = text.tokenizer.encode("The HOUSE, in the gárden: [MASK]!", "It's big.")
    assert cut.tokens == ["[CLS]", "the", "house", "in", "the", "garden", "[MASK]", "[SEP]", "it", "s", "big", "[SEP]"]
    assert cut.type_ids == [0] * 8 + [1] * 4
    assert text.tokenizer.token_to_id("[MASK]") == 4
    assert text.counts.sum() == len(text.train.pieces)


def test_eighty_ten_ten(code: Any) -> None:
    rng, ids = np.random.default_rng(0), np.full((400, 50), 20)
    wanted = code.objectives.choose(ids.shape, np.ones(ids.shape, bool), rng)
    hidden = code.objectives.hide(ids, wanted, rng, 8_000)
    assert (wanted.sum(axis=1) == 8).all()
    assert (hidden[~wanted] == 20).all()
    assert np.mean(hidden[wanted] == 4) == pytest.approx(0.8, abs=0.03)
    assert np.mean(hidden[wanted] == 20) == pytest.approx(0.1, abs=0.03)


def test_a_pair_is_two_stretches_and_says_whether_they_followed(code: Any, text: Any) -> None:
    bert = code.objectives.OBJECTIVES["bert"]
    ids, segments, follows = bert.pairs(text.train, np.random.default_rng(0), 200, 24)
    assert ids.shape == (200, 24) and (ids[:, 0] == 2).all() and (ids[:, -1] == 3).all()
    place = int(segments[0].argmax())
    assert (ids[:, place - 1] == 3).all() and 0.4 < follows.mean() < 0.6
    everything = " ".join(map(str, text.train.pieces))
    joined = [" ".join(map(str, [*row[1 : place - 1], *row[place:-1]])) for row in ids]
    assert all(row in everything for row, true in zip(joined, follows, strict=True) if true)


@pytest.mark.parametrize("name", NAMES)
def test_training_learns_and_goes_on_to_the_same_bytes(code: Any, text: Any, name: str, tmp_path: Path) -> None:
    straight = code.train.Training(name, text, plan(code, 60))
    losses = list(straight.advance(60))
    assert np.mean(losses[-10:]) < np.mean(losses[:10]) - 0.1
    assert 0.1 < straight.held_out() <= 1
    first = code.train.Training(name, text, plan(code, 60))
    list(first.advance(25))
    first.save(tmp_path / "half.pt")
    second = code.train.Training(name, text, plan(code, 60))
    second.load(tmp_path / "half.pt")
    assert second.step == 25
    list(second.advance(60))
    assert second.step == 60
    for (key, one), (_, other) in zip(
        straight.model.state_dict().items(), second.model.state_dict().items(), strict=True
    ):
        assert torch.equal(one, other), key


@pytest.mark.parametrize("name", NAMES)
def test_what_is_stored_loads_and_gives_the_recorded_answers(code: Any, text: Any, name: str, tmp_path: Path) -> None:
    training = code.train.Training(name, text, plan(code, 5))
    list(training.advance(5))
    code.store.store(training, code.store.score(training, rows=8, length=16), tmp_path)
    assert (tmp_path / "next_sentence.safetensors").exists() is (name == "bert")
    assert_answers(tmp_path)


def assert_answers(folder: Path) -> None:
    """Load a stored miniature as anyone would, and ask it what its recipe says it answered."""
    from transformers import AutoModelForMaskedLM, AutoTokenizer

    recipe = json.loads((folder / "recipe.json").read_text(encoding="utf-8"))
    for file, digest in recipe["sha256"].items():
        assert hashlib.sha256((folder / file).read_bytes()).hexdigest() == digest, file
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForMaskedLM.from_pretrained(folder).eval()
    assert model.dtype == torch.float32
    for sentence, answers in recipe["answers"].items():
        given = tokenizer(sentence, return_tensors="pt")
        with torch.no_grad():
            logits = model(**given).logits[given["input_ids"] == tokenizer.mask_token_id]
        assert tokenizer.convert_ids_to_tokens(logits[0].topk(5).indices.tolist()) == answers


@pytest.mark.parametrize("folder", STORED, ids=lambda folder: folder.name)
def test_a_stored_miniature_is_what_recipe_curve_and_catalog_say(folder: Path) -> None:
    assert_answers(folder)
    recipe = json.loads((folder / "recipe.json").read_text(encoding="utf-8"))
    results, name = ROOT / "training" / "results", folder.name.removeprefix("miniature-")
    last = pd.read_csv(results / f"miniature_{name}.csv").iloc[-1]
    assert (last["step"], last["tokens"]) == (recipe["steps"], recipe["tokens read"])
    assert recipe["steps"] == recipe["steps planned"]
    scores = pd.read_csv(results / f"miniature_{name}_words.csv").set_index("rank")
    assert scores["the miniature"].to_dict() == pytest.approx(recipe["held out top 1"])
    assert scores.loc["all", "the miniature"] > scores.loc["all", "the commonest piece"]
    catalog = tomllib.loads((ROOT / "embedlib" / "assets" / "catalog.toml").read_text(encoding="utf-8"))
    assert (folder / "model.safetensors").stat().st_size < 4_000_000
    for file in catalog[folder.name]["files"]:
        stored = (folder / file["name"]).read_bytes()
        assert (len(stored), hashlib.sha256(stored).hexdigest()) == (file["size"], file["sha256"])
