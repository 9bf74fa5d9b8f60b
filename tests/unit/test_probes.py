"""Rows of words and texts, taggers on them, and the dictionary that they have to beat."""

from __future__ import annotations

import numpy as np
import pytest

from embedlib.evaluation.probes import (
    beside,
    capital_signs,
    fit_classifier,
    fit_tagger,
    remembered_names,
    tag_remembered,
    text_rows,
    word_rows,
)
from embedlib.evaluation.sequence_labeling import spans
from embedlib.words import as_keyed_vectors

TOY = as_keyed_vectors({"ada": [1.0, 0.0], "met": [0.0, 1.0], "hot": [2.0, 0.0], "dogs": [0.0, 4.0]})


def test_a_word_is_found_in_lower_case_and_in_parts_and_else_is_zeros() -> None:
    rows = word_rows(TOY, ["Ada", "hot-dogs", "qwzx"])
    assert rows.tolist() == [[1, 0], [1, 2], [0, 0]]


def test_a_texts_row_is_the_mean_of_its_known_words() -> None:
    assert text_rows(TOY, ["Ada met qwzx", "qwzx"]).tolist() == [[0.5, 0.5], [0, 0]]


def test_neighbours_stand_beside_a_word_and_zeros_beyond_the_ends() -> None:
    rows = np.arange(1.0, 5.0)[:, None]
    assert beside(rows, 0) is not rows and (beside(rows, 0) == rows).all()
    assert beside(rows, 2)[0].tolist() == [0, 0, 1, 2, 3]
    with pytest.raises(ValueError, match="at least 0"):
        beside(rows, -1)


def test_a_tagger_learns_that_capitals_are_names() -> None:
    sentences = [["Ada", "met", "Bob"], ["we", "saw", "Ada"], ["a", "dog", "ran"]] * 10
    labels = [["B-PER" if w[0].isupper() else "O" for w in words] for words in sentences]
    rows = [capital_signs(words) for words in sentences]
    tagger = fit_tagger(rows, labels, rows[:3], labels[:3])
    assert tagger.dev == 1 and tagger.tag(rows[:3]) == labels[:3]


def test_remembered_names_are_marked_longest_first_with_their_usual_kind() -> None:
    sentences = [["New", "York"], ["York"], ["York"], ["York"]]
    labels = [["B-LOC", "I-LOC"], ["B-ORG"], ["B-LOC"], ["B-LOC"]]
    names = remembered_names(sentences, labels)
    assert names == {("New", "York"): "LOC", ("York",): "LOC"}
    marked = tag_remembered(["in", "New", "York", "and", "York"], names)
    assert [span[1:] for span in spans(marked)] == [(1, 3), (4, 5)]
    assert tag_remembered(["in"], {}) == ["O"]


def test_one_class_only_and_rows_that_do_not_fit_are_told() -> None:
    rows = [np.ones((2, 3))]
    with pytest.raises(ValueError, match="nothing to tell apart"):
        fit_tagger(rows, [["O", "O"]], rows, [["O", "O"]])
    with pytest.raises(ValueError, match="2 rows and 1 labels"):
        fit_tagger(rows, [["O"]], rows, [["O", "O"]])
    with pytest.raises(ValueError, match="nothing to tell apart"):
        fit_classifier(np.ones((2, 3)), [1, 1], np.ones((2, 3)), [1, 1])
    with pytest.raises(ValueError, match="no examples"):
        fit_classifier(np.ones((0, 3)), [], np.ones((2, 3)), [1, 1])


def test_a_tie_on_a_small_dev_part_does_not_choose_the_probe_that_says_one_class() -> None:
    rng = np.random.default_rng(0)
    labels = np.repeat([1, 0], [60, 40])
    rows = rng.normal(size=(100, 4)) + 2 * labels[:, None]
    dev_rows, dev_labels = np.full((3, 4), 2.0), [1, 1, 1]  # any strength has them right
    probe = fit_classifier(rows, labels, dev_rows, dev_labels, strengths=(1e-9, 1.0))
    assert set(probe.predict(rows)) == {0, 1}


def test_a_class_that_only_the_dev_part_holds_counts_as_wrong_and_not_as_an_error() -> None:
    rows = np.array([[0.0], [1.0], [0.1], [0.9]])
    assert fit_classifier(rows, [0, 1, 0, 1], rows, [0, 1, 2, 1]).predict(rows).tolist() == [0, 1, 0, 1]
