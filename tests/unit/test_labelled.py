"""Labelled texts are complete, keep their splits apart, and what is not as it should be is told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from embedlib import assets, datasets
from embedlib.datasets.labelled import read_brackets, read_columns
from embedlib.evaluation.sequence_labeling import evaluate_entities, faults, spans


def here(asset: str) -> None:
    if not assets.available(asset):
        pytest.skip(f"{asset} is not here")


def test_the_courses_entities_are_well_formed_and_no_article_is_in_two_parts() -> None:
    parts = {split: datasets.entities(split) for split in ("train", "dev", "test")}
    articles = [set(part["article"]) for part in parts.values()]
    assert not (articles[0] & articles[1] or articles[0] & articles[2] or articles[1] & articles[2])
    assert sum(len(part) for part in parts.values()) == 783
    for part in parts.values():
        assert part.attrs["n"] == len(part) and part.attrs["licence"] == "CC BY-SA 3.0"
        kinds = [span.kind for labels in part["labels"] for span in spans(labels)]
        assert {"PER", "LOC", "ORG", "MISC"} == set(kinds)
        for words, labels in zip(part["words"], part["labels"], strict=True):
            assert len(words) == len(labels) and faults(labels) == []


def test_two_readers_agree_on_nearly_all_names_and_not_on_all() -> None:
    twice = datasets.entities_again()
    found = evaluate_entities(twice["labels"].tolist(), twice["again"].tolist())
    assert len(twice) == 100 and 0.9 < found.f1 < 1


@pytest.mark.parametrize(
    ("name", "asset", "sizes"),
    [
        ("conll2003", "conll2003", (14_041, 3_250, 3_453)),
        ("wnut17", "wnut17", (3_394, 1_009, 1_287)),
        ("sst2", "sst2", (6_920, 872, 1_821)),
        ("sst5", "sst5", (8_544, 1_101, 2_210)),
    ],
)
def test_public_sets_are_complete(name: str, asset: str, sizes: tuple[int, ...]) -> None:
    here(asset)
    for split, n in zip(("train", "dev", "test"), sizes, strict=True):
        part = getattr(datasets, name)(split)
        assert len(part) == n == part.attrs["n"] and part.attrs["asset"] == asset
        if "labels" in part:
            assert all(faults(labels) == [] for labels in part["labels"])
    with pytest.raises(ValueError, match="split is 'valid'"):
        getattr(datasets, name)("valid")


def test_conlls_test_part_has_as_many_names_of_each_kind_as_published() -> None:
    here("conll2003")
    kinds = [span.kind for labels in datasets.conll2003("test")["labels"] for span in spans(labels)]
    assert {kind: kinds.count(kind) for kind in set(kinds)} == {"LOC": 1668, "MISC": 702, "ORG": 1661, "PER": 1617}


def test_phrases_of_the_treebank_hold_the_sentences() -> None:
    here("sst5")
    whole, phrases = datasets.sst5("dev"), datasets.sst5("dev", phrases=True)
    assert set(whole["text"]) <= set(phrases["text"]) and len(phrases) > 10 * len(whole)
    assert phrases["text"].is_unique and set(phrases["label"]) == set(range(5))


def test_sentence_polarity_has_as_many_good_as_bad() -> None:
    here("sentence-polarity")
    assert datasets.sentence_polarity()["label"].value_counts().to_dict() == {0: 5331, 1: 5331}


def test_packaged_texts_carry_labels() -> None:
    reviews, posts = datasets.reviews(), datasets.newsgroups("test")
    assert set(reviews["label"]) == {0, 1} and reviews["text"].is_unique and reviews["film"].nunique() > 400
    assert posts["label"].nunique() == 20 and len(posts) == 7_528


def test_columns_and_brackets_that_are_not_as_they_should_be_are_told(tmp_path: Path) -> None:
    file = tmp_path / "some.conll"
    file.write_text("-DOCSTART- O\n\nEU\tB-ORG\nmet O\n\n\nAda B-PER\n", encoding="utf-8")
    found: Any = read_columns(file)
    assert found == [(["EU", "met"], ["B-ORG", "O"]), (["Ada"], ["B-PER"])]
    file.write_text("EU B-ORG\nmet\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"Line 2 of some\.conll should hold a word and its label"):
        read_columns(file)
    with pytest.raises(ValueError, match="PER, LOC, ORG or MISC"):
        read_brackets("[ART The Scream]")
