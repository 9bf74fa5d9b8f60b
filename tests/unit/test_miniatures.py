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

from embedlib.contextual import ContextualEncoder

torch = pytest.importorskip("torch")

ROOT = Path(__file__).parents[2]
CODE = ROOT / "training" / "miniatures"
TRANSLATOR = ROOT / "training" / "models" / "miniature-translator"  # no transformer: it has words, and no tokenizer
STORED = sorted(set((ROOT / "training" / "models").glob("miniature-*")) - {TRANSLATOR})
NAMES = ("bert", "roberta", "gpt", "elmo", "t5", "xlnet")
SENTENCES = [
    f"{who} {does} the {size} {what} and it 's {size} in the {where}".split()
    for who in ("mary", "john", "he", "she")
    for does in ("sees", "finds", "loses", "does n't want")
    for size in ("big", "small", "old")
    for what in ("house", "garden", "horse", "book")
    for where in ("town", "river", "wood")
]


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """Networks as small as these lose more by sharing their work than they gain."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


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


def test_what_is_taken_out_is_written_behind_its_mark(code: Any, text: Any) -> None:
    t5, span = code.objectives.OBJECTIVES["t5"], code.pieces.SPAN
    batch = t5.batch(text.train, np.random.default_rng(0), 20, 32, 120)
    assert batch["wanted"].sum(1).tolist() == [4] * 20
    assert (batch["before"][:, 1:] == batch["written"][:, :-1]).all() and (batch["before"][:, 0] == 0).all()
    for given, written, row in zip(
        batch["ids"].tolist(), batch["written"].tolist(), batch["row"].tolist(), strict=True
    ):
        taken: dict[int, list[int]] = {}
        for piece in written[:-1]:
            if span <= piece < span + 8:
                taken[piece] = []
            else:
                taken[list(taken)[-1]].append(piece)
        assert written[-1] == 3 and list(taken) == list(range(span, span + len(taken)))
        assert [whole for piece in given for whole in taken.get(piece, [piece])] == row


def test_in_a_permutation_each_sees_those_before_it_and_the_rest_sees_none(code: Any, text: Any) -> None:
    batch = code.objectives.OBJECTIVES["xlnet"].batch(text.train, np.random.default_rng(0), 8, 32, 120)
    wanted, unseen = batch["wanted"], batch["unseen"].bool()
    assert torch.equal(batch["where"].sum(1).bool(), wanted)
    for row, hidden in zip(wanted, unseen, strict=True):
        assert hidden[~row][:, row].all() and not hidden[:, ~row].any()
        assert sorted(hidden[row][:, row].sum(1).tolist()) == list(range(1, int(row.sum()) + 1))


@pytest.mark.parametrize("name", NAMES)
def test_no_answer_can_be_read_from_the_question(code: Any, text: Any, name: str) -> None:
    """Another piece at a place that is asked for: what is thought of that place stays as it was."""
    objective, shape = code.objectives.OBJECTIVES[name], plan(code, 1).shape
    torch.manual_seed(0)
    model = objective.build(text, shape).eval()
    rng = np.random.default_rng(0)
    ids = objective.singles(text.held_out, rng, 1, 32)
    wanted = objective.places(ids, rng)

    def thought(row: np.ndarray) -> Any:
        batch = objective.posed(row, wanted, np.random.default_rng(0))
        with torch.no_grad():
            found = objective.logits(model, batch)
        sides = len(objective.sides)
        assert len(found) == wanted.sum() * sides and len(batch["answers"]) == len(found)
        return found.unflatten(0, (-1, sides))

    before, moved = thought(ids), False
    for number, place in enumerate(np.argwhere(wanted)[:, 1]):
        other = ids.copy()
        other[0, place] = 20 if ids[0, place] != 20 else 21
        after = thought(other)
        assert torch.allclose(after[number], before[number], atol=1e-6)
        moved |= not torch.allclose(after, before, atol=1e-6)
    assert moved is (name not in ("bert", "roberta"))  # where answers are not hidden, later ones may look at them


@pytest.mark.parametrize("name", ["gpt", "elmo"])
def test_who_reads_forwards_does_not_know_the_end(code: Any, text: Any, name: str) -> None:
    torch.manual_seed(0)
    objective = code.objectives.OBJECTIVES[name]
    model = objective.build(text, plan(code, 1).shape).eval()
    ids = torch.from_numpy(objective.singles(text.held_out, np.random.default_rng(0), 1, 16))
    other = ids.clone()
    other[0, 9:-1] = ids[0, 9:-1].flip(0)
    with torch.no_grad():
        if name == "gpt":
            forwards = [model.transformer(row, output_hidden_states=True).hidden_states for row in (ids, other)]
        else:
            forwards = [model.stacked(row)[0] for row in (ids, other)]
            turned = [model.stacked(row)[1][-1] for row in (other.flip(1), ids.flip(1))]
            assert torch.allclose(turned[0][:, 7:], turned[1][:, 7:], atol=1e-6)
            assert not torch.allclose(turned[0][:, 6], turned[1][:, 6], atol=1e-6)
    for one, two in zip(*forwards, strict=True):
        assert torch.allclose(one[:, :9], two[:, :9], atol=1e-6) and not torch.allclose(one, two, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_training_learns_and_goes_on_to_the_same_bytes(code: Any, text: Any, name: str, tmp_path: Path) -> None:
    straight = code.train.Training(name, text, plan(code, 60))
    losses = list(straight.advance(40))
    straight.save(tmp_path / "half.pt")
    losses += straight.advance(60)
    assert np.mean(losses[-10:]) < np.mean(losses[:10]) - 0.1
    assert 0.1 < straight.held_out() <= 1
    second = code.train.Training(name, text, plan(code, 60))
    second.load(tmp_path / "half.pt")
    assert second.step == 40
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
    encoder = ContextualEncoder(tmp_path)
    assert len(encoder.hidden_states("a big horse")) == (2 if name in ("elmo", "t5") else 3)
    both = encoder.encode(["mary sees the big horse and it's big", "a horse"])  # the second one is padded
    assert both[1] == pytest.approx(encoder.encode("a horse"), abs=1e-5)


def assert_answers(folder: Path) -> None:
    """Load a stored miniature as anyone would, and ask it what its recipe says it answered."""
    from transformers import AutoTokenizer

    recipe = json.loads((folder / "recipe.json").read_text(encoding="utf-8"))
    for file, digest in recipe["sha256"].items():
        assert hashlib.sha256((folder / file).read_bytes()).hexdigest() == digest, file
    tokenizer = AutoTokenizer.from_pretrained(folder)
    for sentence, answers in recipe["answers"].items():
        ids = tokenizer(sentence, return_tensors="pt")["input_ids"]
        with torch.no_grad():
            best = scores_of_mask(folder, ids, ids[0].tolist().index(tokenizer.mask_token_id)).topk(5).indices
        assert tokenizer.convert_ids_to_tokens(best.flatten().tolist()) == answers


def scores_of_mask(folder: Path, ids: Any, place: int) -> Any:
    """What a stored model thinks of the piece at a place, asked in its own way: a row for each answer it gives."""
    import transformers

    from embedlib.contextual.elmo import ELMo

    kind = json.loads((folder / "config.json").read_text(encoding="utf-8"))["model_type"]
    kinds = {
        "elmo": ELMo,
        "gpt2": transformers.AutoModelForCausalLM,
        "t5": transformers.AutoModelForSeq2SeqLM,
        "xlnet": transformers.AutoModelForCausalLM,
        "roberta-prelayernorm": transformers.AutoModelForMaskedLM,
    }
    model = kinds[kind].from_pretrained(folder).eval()
    assert model.dtype == torch.float32
    if kind == "elmo":
        return torch.stack([model.next_pieces(ids)[0, place - 1], model.previous_pieces(ids)[0, place]])
    if kind == "gpt2":
        return model(ids[:, :place]).logits[0, -1:]
    if kind == "t5":
        ids[0, place] = 5  # [SPAN0]
        return model(input_ids=ids, decoder_input_ids=torch.tensor([[0, 5]])).logits[0, -1:]
    if kind == "xlnet":
        unseen, where = torch.zeros(1, ids.shape[1], ids.shape[1]), torch.zeros(1, 1, ids.shape[1])
        unseen[:, :, place] = where[:, :, place] = 1
        return model(ids, perm_mask=unseen, target_mapping=where).logits[0]
    return model(ids).logits[0, place : place + 1]


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
    assert_is_in_the_catalog(folder)


def assert_is_in_the_catalog(folder: Path) -> None:
    """All files of a stored miniature are named there, by the bytes that they have."""
    catalog = tomllib.loads((ROOT / "embedlib" / "assets" / "catalog.toml").read_text(encoding="utf-8"))
    assert (folder / "model.safetensors").stat().st_size < 4_000_000
    assert {file["name"] for file in catalog[folder.name]["files"]} == {file.name for file in folder.iterdir()}
    for file in catalog[folder.name]["files"]:
        stored = (folder / file["name"]).read_bytes()
        assert (len(stored), hashlib.sha256(stored).hexdigest()) == (file["size"], file["sha256"])


def test_the_stored_translator_is_what_recipe_curve_and_catalog_say_and_translates(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """From the repository alone: neither mirror nor captions are asked for."""
    from safetensors.torch import load_file

    monkeypatch.delenv("EMBEDLIB_MIRROR", raising=False)
    monkeypatch.syspath_prepend(str(ROOT / "training"))
    script = importlib.import_module("translator")
    assert_is_in_the_catalog(TRANSLATOR)
    recipe = json.loads((TRANSLATOR / "recipe.json").read_text(encoding="utf-8"))
    curve = pd.read_csv(ROOT / "training" / "results" / "translator.csv").set_index("network").loc["attention"]
    assert len(curve) == recipe["epochs"]
    told = pd.DataFrame(recipe["curve"])
    assert np.allclose(curve[["epoch", "train", "held out"]], told[["epoch", "train", "held out"]], atol=1e-4)
    words = json.loads((TRANSLATOR / "words.json").read_text(encoding="utf-8"))
    vocabularies = words["english"], words["french"]
    weights = {name: table.float() for name, table in load_file(TRANSLATOR / "model.safetensors").items()}
    written = []
    for _ in range(2):
        model = script.made("attention", vocabularies)
        model.load_state_dict(weights)
        written.append(script.translate(model.eval(), vocabularies, "A woman is reading a newspaper on a bench."))
    (read, first, looked), (_, second, again) = written
    assert first == second and np.array_equal(looked, again) and looked.shape == (len(first), len(read))
    assert {"femme", "lit", "journal", "banc"} <= set(first)
    unlearned = script.translate(script.made("attention", vocabularies).eval(), vocabularies, "A woman is reading.")
    assert not {"femme", "lit"} & set(unlearned[1])
