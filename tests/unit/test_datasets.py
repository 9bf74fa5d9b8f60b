"""Every benchmark is one tidy table, complete, that says what it is and whom to cite."""

from __future__ import annotations

import numpy as np
import pytest

from embedlib import assets, datasets

# function, asset, pairs, scale
SETS = [
    ("wordsim353", "wordsim353", 353, (0, 10)),
    ("simlex999", "simlex999", 999, (0, 10)),
    ("men", "men", 2997, (0, 50)),
    ("men_original", "men-original", 3000, (0, 50)),
    ("rw", "rw", 2034, (0, 10)),
    ("mturk771", "mturk771", 770, (1, 5)),
    ("mturk771_original", "mturk771-original", 771, (1, 5)),
    ("rg65", "rg65", 65, (0, 4)),
    ("rg65_original", "rg65-original", 65, (0, 4)),
    ("simverb3500", "simverb3500", 3500, (0, 10)),
    ("wordsim353_similarity", "wordsim353-similarity", 203, (0, 10)),
    ("wordsim353_relatedness", "wordsim353-relatedness", 252, (0, 10)),
]


def load(name, asset):
    if not assets.available(asset):
        pytest.skip(f"{asset} is not here")
    return getattr(datasets, name)()


def test_every_benchmark_is_tested_here():
    assert {name for name, *_ in SETS} | {"contrast_pairs"} == set(datasets.__all__)


@pytest.mark.parametrize(("name", "asset", "n", "scale"), SETS)
def test_a_benchmark_is_complete_and_tidy(name, asset, n, scale):
    pairs = load(name, asset)
    assert pairs.columns.tolist() == ["word1", "word2", "score"]
    assert len(pairs) == n == pairs.attrs["n"]
    assert pairs["score"].dtype == np.float64
    assert scale[0] <= pairs["score"].min() and pairs["score"].max() <= scale[1]
    assert pairs["score"].nunique() > 10
    words = [*pairs["word1"], *pairs["word2"]]
    assert all(isinstance(word, str) and word and word == word.strip() and " " not in word for word in words)


@pytest.mark.parametrize(("name", "asset", "n", "scale"), SETS)
def test_a_benchmark_says_what_it_is(name, asset, n, scale):
    attrs = load(name, asset).attrs
    assert attrs["asset"] == asset
    assert attrs["scale"] == scale
    assert attrs["citation"] == assets.entry(asset).citation
    assert attrs["licence"] == assets.entry(asset).licence
    assert attrs["name"]


def test_wordsim_holds_one_pair_twice_as_the_original_does():
    pairs = load("wordsim353", "wordsim353")
    twice = pairs[pairs.duplicated(["word1", "word2"], keep=False)]
    assert twice["word1"].tolist() == ["money", "money"]
    assert twice["word2"].tolist() == ["cash", "cash"]
    assert twice["score"].tolist() == [9.15, 9.08]


def test_wordsim_begins_as_published():
    pairs = load("wordsim353", "wordsim353")
    assert pairs.iloc[0].tolist() == ["love", "sex", 6.77]
    assert pairs.iloc[1].tolist() == ["tiger", "cat", 7.35]
    assert {"Mars", "OPEC", "Maradona"} <= {*pairs["word1"], *pairs["word2"]}


def test_the_splits_of_wordsim_are_parts_of_it():
    whole = load("wordsim353", "wordsim353")
    pairs = set(zip(whole["word1"].str.lower(), whole["word2"].str.lower(), strict=True))
    for name in ("wordsim353_similarity", "wordsim353_relatedness"):
        part = load(name, name.replace("_", "-"))
        inside = [pair in pairs for pair in zip(part["word1"].str.lower(), part["word2"].str.lower(), strict=True)]
        assert np.mean(inside) == 1


def test_the_packages_copies_differ_from_the_originals_as_said():
    ours, original = load("rg65", "rg65"), load("rg65_original", "rg65-original")

    def scores(table):
        return {frozenset(pair): score for *pair, score in table.itertuples(index=False)}

    a, b = scores(ours), scores(original)
    assert a.keys() == b.keys()
    assert sum(a[pair] != b[pair] for pair in a) == 5
    mturk, original = load("mturk771", "mturk771"), load("mturk771_original", "mturk771-original")
    assert len(scores(original).keys() - scores(mturk).keys()) == 1


def test_contrast_pairs_come_with_the_library():
    pairs = datasets.contrast_pairs()
    assert pairs.columns.tolist() == ["word1", "word2", "relation", "split"]
    assert len(pairs) == pairs.attrs["n"] > 100
    assert {"antonym", "synonym", "unrelated"} <= set(pairs["relation"])
    assert not pairs.duplicated(["word1", "word2"]).any()
    assert (pairs["word1"] != pairs["word2"]).all()


def test_a_benchmark_that_cannot_be_had_says_so(monkeypatch):
    def gone(name, file=None):
        raise assets.AssetUnavailable(assets.entry(name), "no network")

    monkeypatch.setattr(assets, "path", gone)
    with pytest.raises(assets.AssetUnavailable, match="men-original"):
        datasets.men_original()


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("love sex", "love sex"),
        ("love sex high", "love sex high"),
        ("love\tsex\t6.77\t1", "1'"),
        ("{}", "{}"),
    ],
)
def test_a_damaged_line_is_named(tmp_path, line, shown):
    file = tmp_path / "pairs.tsv"
    file.write_text(f"# a comment\ntiger\tcat\t7.35\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"Line 3 of pairs\.tsv should hold two words and a number") as raised:
        datasets.read_pairs(file)
    assert shown in str(raised.value)


def test_an_incomplete_file_is_refused(monkeypatch, tmp_path):
    file = tmp_path / "wordsim353.tsv"
    file.write_text("love\tsex\t6.77\n", encoding="utf-8")
    monkeypatch.setattr(assets, "path", lambda name, member=None: file)
    with pytest.raises(ValueError, match=r"WordSim-353 has 353 pairs, and wordsim353\.tsv holds 1"):
        datasets.wordsim353()
