"""Every benchmark is one tidy table, complete, that says what it is and whom to cite."""

from __future__ import annotations

import numpy as np
import pytest

from embedlib import assets, datasets
from embedlib.datasets import bilingual as bilingual_sets
from embedlib.datasets import labelled as labelled_sets

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
    relations = {"contrast_pairs", "simverb3500_relations", "wordsim353_relations"}
    of_sentences = {
        "paraphrases",
        "sense_twins",
        "senses",
        "sick",
        "stsb",
    }  # below, test_paraphrases.py, test_senses.py
    labelled = set(labelled_sets.__all__) - {"read_brackets", "read_columns"}  # test_labelled.py
    bilingual = set(bilingual_sets.__all__)  # test_bilingual.py
    searched = {"SearchCollection", "cranfield", "film_search"}  # test_search.py
    rated = {"movielens_100k", "movielens_100k_films"}  # test_recommendation.py
    read = {"address_facts", "address_text", "addresses", "families", "reading_questions"}  # test_reading.py
    others = {"google_analogies", "msr_analogies", "weat", "openmoji"} | relations | of_sentences | labelled
    others |= bilingual | searched | rated | read
    assert {name for name, *_ in SETS} | others == set(datasets.__all__)


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


def test_marks_line_ends_and_encodings_are_read_or_said(tmp_path):
    file = tmp_path / "own.tsv"
    for encoding, end in (("utf-8-sig", "\n"), ("utf-8", "\r\n"), ("utf-8", "\r")):
        file.write_bytes(f"cat\tcaf\u00e9\t7{end}dog\tcar\t1{end}".encode(encoding))
        assert datasets.read_pairs(file).values.tolist() == [["cat", "caf\u00e9", 7], ["dog", "car", 1]]
        file.write_bytes(f": own{end}a b c caf\u00e9{end}".encode(encoding))
        assert datasets.read_questions(file).values.tolist() == [["own", "a", "b", "c", "caf\u00e9"]]
    for read in (datasets.read_pairs, datasets.read_questions):
        file.write_bytes("cat caf\u00e9 7".encode("latin-1"))
        with pytest.raises(ValueError, match=r"own\.tsv is not in UTF-8: line 1 holds the byte 0xe9"):
            read(file)
        file.write_bytes("cat car 7".encode("utf-16"))
        with pytest.raises(ValueError, match=r"own\.tsv is in UTF-16"):
            read(file)


def test_an_incomplete_file_is_refused(monkeypatch, tmp_path):
    file = tmp_path / "wordsim353.tsv"
    file.write_text("love\tsex\t6.77\n", encoding="utf-8")
    monkeypatch.setattr(assets, "path", lambda name, member=None: file)
    with pytest.raises(ValueError, match=r"WordSim-353 has 353 pairs, and wordsim353\.tsv holds 1"):
        datasets.wordsim353()


QUESTIONS = ["section", "a", "b", "c", "expected"]


def test_googles_analogies_are_19544_in_14_sections():
    questions = load("google_analogies", "google-analogies")
    assert questions.columns.tolist() == ["section", "kind", "a", "b", "c", "expected"]
    assert len(questions) == questions.attrs["n"] == 19_544
    assert questions["section"].nunique() == 14
    assert questions.iloc[0].tolist() == [
        "capital-common-countries", "semantic", "Athens", "Greece", "Baghdad", "Iraq"
    ]  # fmt: skip
    assert questions["kind"].value_counts().to_dict() == {"syntactic": 10_675, "semantic": 8_869}
    assert questions.groupby("kind", sort=False)["section"].nunique().to_dict() == {"semantic": 5, "syntactic": 9}
    assert questions["section"].value_counts()["family"] == 506


def test_microsofts_analogies_are_8000_in_one_section():
    questions = load("msr_analogies", "msr-analogies")
    assert questions.columns.tolist() == QUESTIONS
    assert len(questions) == questions.attrs["n"] == 8000
    assert questions["section"].unique().tolist() == ["all"]
    assert questions.iloc[0].tolist() == ["all", "good", "better", "rough", "rougher"]


@pytest.mark.parametrize("name", ["google_analogies", "msr_analogies", "weat"])
def test_the_other_benchmarks_say_what_they_are_too(name):
    asset = name.replace("_", "-")
    attrs = load(name, asset).attrs
    assert (attrs["asset"], attrs["citation"]) == (asset, assets.entry(asset).citation)
    assert attrs["licence"] == assets.entry(asset).licence and attrs["name"] and attrs["n"] > 0


def test_the_drawings_have_a_file_a_name_and_a_subcategory_each():
    drawings = datasets.openmoji()
    assert drawings.columns.tolist() == ["file", "name", "category", "subcategory"]
    assert len(drawings) == drawings["file"].nunique() == 853 and drawings.notna().all(axis=None)
    assert (drawings["category"].nunique(), drawings["subcategory"].nunique()) == (5, 50)
    banana = drawings[drawings["name"] == "banana"].iloc[0]
    assert (banana["file"].name, banana["subcategory"]) == ("1F34C.svg", "food-fruit")
    assert drawings.attrs["licence"] == "CC BY-SA 4.0"


def test_weat_has_four_lists_for_each_of_ten_tests():
    lists = load("weat", "weat")
    assert lists.columns.tolist() == ["test", "role", "name", "word", "removed"]
    sizes = lists.groupby(["test", "role"]).size().unstack()
    assert sizes.index.tolist() == list(range(1, 11)) and sizes.columns.tolist() == ["A", "B", "X", "Y"]
    assert (sizes["X"] == sizes["Y"]).all() and (sizes["A"] == sizes["B"]).all()
    first = lists[lists["test"] == 1].drop_duplicates("role").set_index("role")["name"].to_dict()
    assert first == {"X": "Flowers", "Y": "Insects", "A": "Pleasant", "B": "Unpleasant"}
    assert not lists.duplicated(["test", "role", "word"]).any()
    findings = lists.attrs["findings"]
    assert findings[1] == {"d": 1.35, "n": "32", "p": "1e-8"} and findings[4]["d"] is None


def test_the_names_that_weats_authors_left_out_are_marked():
    lists = load("weat", "weat")
    removed = lists[lists["removed"]]
    assert removed.groupby(["test", "role"]).size().to_dict() == {
        (3, "X"): 18, (3, "Y"): 18, (4, "X"): 2, (4, "Y"): 2, (5, "X"): 2, (5, "Y"): 2
    }  # fmt: skip
    assert "Chip" in set(removed["word"]) and "Adam" not in set(removed["word"])


def test_questions_before_the_first_section_belong_to_all(tmp_path):
    file = tmp_path / "questions.txt"
    file.write_text("a b c d\n: animals\n\ncat cats dog dogs\n", encoding="utf-8")
    assert datasets.read_questions(file).to_numpy().tolist() == [
        ["all", "a", "b", "c", "d"],
        ["animals", "cat", "cats", "dog", "dogs"],
    ]


@pytest.mark.parametrize("line", ["cat cats dog", "cat cats dog dogs mice", "cat"])
def test_a_question_without_four_words_is_named(tmp_path, line):
    file = tmp_path / "questions.txt"
    file.write_text(f": animals\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError, match=rf"Line 2 of questions\.txt should hold four words.*'{line}'"):
        datasets.read_questions(file)


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("google_analogies", "a b c d\n", "Google analogies has 19,544 questions, and .* holds 1"),
        ("msr_analogies", "a b c d\n", "MSR analogies has 8,000 questions, and .* holds 1"),
        ("weat", "[]", "lists of ten tests"),
        ("weat", "[{}]", "lists of ten tests"),
        ("weat", "not json", "lists of ten tests"),
    ],
)
def test_an_incomplete_file_of_another_benchmark_is_refused(monkeypatch, tmp_path, name, content, says):
    file = tmp_path / "file"
    file.write_text(content, encoding="utf-8")
    monkeypatch.setattr(assets, "path", lambda name, member=None: file)
    with pytest.raises(ValueError, match=says):
        getattr(datasets, name)()


def test_wordsim_pairs_have_one_relation_each():
    load("wordsim353_relatedness", "wordsim353-relatedness")
    load("wordsim353_similarity", "wordsim353-similarity")
    pairs = datasets.wordsim353_relations()
    assert pairs["relation"].value_counts().to_dict() == {"related": 149, "unrelated": 103, "similar": 100}
    assert not pairs.duplicated(["word1", "word2"]).any()


def test_simverb_has_its_relations():
    pairs = load("simverb3500_relations", "simverb3500-relations")
    assert len(pairs) == 3500
    assert {"synonyms", "antonyms", "none"} < set(pairs["relation"])


@pytest.mark.parametrize(
    ("asset", "split", "n", "scale"),
    [
        ("stsb", "train", 5749, (0, 5)),
        ("stsb", "dev", 1500, (0, 5)),
        ("stsb", "test", 1379, (0, 5)),
        ("sick", "train", 4500, (1, 5)),
        ("sick", "dev", 500, (1, 5)),
        ("sick", "test", 4927, (1, 5)),
    ],
)
def test_pairs_of_sentences_are_complete_and_tidy(asset, split, n, scale):
    if not assets.available(asset):
        pytest.skip(f"{asset} is not here")
    pairs = getattr(datasets, asset)(split)
    assert pairs.columns.tolist() == ["sentence1", "sentence2", "score"]
    assert len(pairs) == n == pairs.attrs["n"] and pairs.attrs["asset"] == asset and pairs.attrs["scale"] == scale
    assert (pairs["score"].min(), pairs["score"].max()) == scale
    assert (pairs[["sentence1", "sentence2"]].map(str.strip) != "").all(axis=None)


def test_a_split_that_is_not_there_is_told():
    with pytest.raises(ValueError, match="split is 'trial'; it can be 'train', 'dev', 'test'"):
        datasets.sick("trial")


@pytest.mark.parametrize("line", ["g\tf\ty\t1\t2.5\tOne sentence.\n", "g\tf\ty\t1\tmuch\tOne.\tTwo.\n"])
def test_a_damaged_pair_of_sentences_is_named(monkeypatch, tmp_path, line):
    file = tmp_path / "sts-test.csv"
    file.write_text("g\tf\ty\t1\t2.5\tOne.\tTwo.\tsource\n" + line, encoding="utf-8")
    monkeypatch.setattr(assets, "path", lambda name, member=None: file)
    with pytest.raises(ValueError, match=r"Line 2 of sts-test\.csv should hold two sentences and a number"):
        datasets.stsb()
