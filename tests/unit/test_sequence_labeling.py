"""Names are counted as seqeval counts them, and what cannot be counted is told in a sentence."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from seqeval.metrics import classification_report, f1_score, precision_score, recall_score
from seqeval.scheme import IOB2, IOBES

from embedlib.evaluation.sequence_labeling import (
    Span,
    convert,
    entity_difference,
    evaluate_entities,
    faults,
    label_spans,
    recall_by,
    spans,
    token_accuracy,
)

LETTERS = {"BIO": "BI", "BIOES": "BIES"}


def labels_of(scheme: str, least: int = 1, most: int = 7) -> st.SearchStrategy[list[str]]:
    every = ["O"] + [f"{mark}-{kind}" for mark in LETTERS[scheme] for kind in ("PER", "LOC")]
    return st.lists(st.sampled_from(every), min_size=least, max_size=most)


@settings(deadline=None, max_examples=60)
@given(st.data(), st.sampled_from(["BIO", "BIOES"]), st.booleans())
def test_f1_is_seqevals_in_both_readings_whatever_the_labels(data: st.DataObject, scheme: str, strict: bool) -> None:
    truth = data.draw(st.lists(labels_of(scheme), min_size=1, max_size=4))
    predicted = [data.draw(labels_of(scheme, len(labels), len(labels))) for labels in truth]
    how = {"mode": "strict", "scheme": {"BIO": IOB2, "BIOES": IOBES}[scheme]} if strict else {}
    found = evaluate_entities(truth, predicted, scheme=scheme, strict=strict, n_bootstrap=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        assert found.f1 == pytest.approx(f1_score(truth, predicted, **how))
        assert found.precision == pytest.approx(precision_score(truth, predicted, **how))
        assert found.recall == pytest.approx(recall_score(truth, predicted, **how))
        if found.n_true + found.n_predicted:
            report = classification_report(truth, predicted, output_dict=True, **how)
            for row in found.by_kind.to_dict("records"):
                assert row["f1"] == pytest.approx(report[row["kind"]]["f1-score"])


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["PER", "LOC"]), st.integers(0, 2), st.integers(1, 3)), max_size=5))
def test_names_come_back_from_every_scheme(parts: list[tuple[str, int, int]]) -> None:
    found, place = [], 0
    for kind, gap, length in parts:
        place += gap
        found.append(Span(kind, place, place + length))
        place += length
    for scheme in ("BIO", "IOB1", "BIOES"):
        labels = label_spans(found, place + 1, scheme)
        assert spans(labels, scheme) == found and faults(labels, scheme) == []
        assert spans(labels, scheme, strict=True) == found
        assert convert(convert(labels, scheme, "BIOES"), "BIOES", scheme) == labels


def test_in_iob1_a_name_begins_with_b_only_behind_one_of_its_kind() -> None:
    assert convert(["I-PER", "B-PER", "I-LOC", "O"], "IOB1", "BIO") == ["B-PER", "B-PER", "B-LOC", "O"]
    assert label_spans([Span("PER", 0, 1), Span("PER", 1, 2)], 2, "IOB1") == ["I-PER", "B-PER"]


def test_what_breaks_the_rules_is_named_with_its_place() -> None:
    assert [place for place, _ in faults(["O", "I-PER", "B-LOC", "I-LOC", "I-PER"])] == [1, 4]
    assert [place for place, _ in faults(["B-PER", "O", "E-LOC", "S-LOC", "B-PER"], "BIOES")] == [1, 2, 5]
    assert faults(["B-PER", "I-PER", "O"]) == []


def test_half_a_name_counts_twice_and_a_wrong_kind_too() -> None:
    truth = [["B-PER", "I-PER", "O", "B-LOC"]]
    found = evaluate_entities(truth, [["B-PER", "O", "O", "B-LOC"]], n_bootstrap=0)
    assert (found.n_right, found.n_predicted, found.n_true, found.f1) == (1, 2, 2, 0.5)
    assert evaluate_entities(truth, [["B-PER", "I-PER", "O", "B-ORG"]], n_bootstrap=0).f1 == 0.5
    assert np.isnan(found.low)


def test_the_interval_is_over_sentences_and_holds_the_score() -> None:
    rng = np.random.default_rng(0)
    truth = [["B-PER", "O", "B-LOC"] for _ in range(300)]
    said = [["B-PER" if rng.random() < 0.7 else "O", "O", "B-LOC" if rng.random() < 0.7 else "O"] for _ in truth]
    found = evaluate_entities(truth, said)
    assert found.low < found.f1 < found.high and 0.03 < found.high - found.low < 0.12
    few = evaluate_entities(truth[:30], said[:30])
    assert few.high - few.low > 2 * (found.high - found.low)


def test_a_tagger_does_not_differ_from_itself_and_differs_from_silence() -> None:
    truth = [["B-PER", "O"]] * 40
    said = [["B-PER", "O"]] * 30 + [["O", "O"]] * 10
    same = entity_difference(truth, said, said)
    assert same.difference == same.low == same.high == 0
    gap = entity_difference(truth, said, [["O", "O"]] * 40)
    assert gap.low > 0.5 and gap.difference == pytest.approx(gap.one)


def test_recall_is_split_by_groups_of_names() -> None:
    truth = [["B-PER", "O", "B-LOC"], ["B-LOC", "I-LOC", "O"]]
    found = recall_by(truth, [["B-PER", "O", "O"], ["B-LOC", "I-LOC", "O"]], lambda i, span: span.kind)
    assert found.set_index("group")["recall"].to_dict() == {"LOC": 0.5, "PER": 1.0}
    assert found["n"].sum() == 3 and (found["low"] <= found["recall"]).all()


@pytest.mark.parametrize(
    ("truth", "predicted", "says"),
    [
        ([], [], "no sentences"),
        ([[]], [[]], "All sentences are empty"),
        ([["O"]], [["O"], ["O"]], "1 sentences and predictions for 2"),
        ([["O"], ["O", "O"]], [["O"], ["O"]], "Sentence 1 has 2 words and 1 predicted"),
        ([["O"]], [["PER"]], "Sentence 0: Label 0 is 'PER'"),
        ([["O"]], [["X-PER"]], "in the scheme BIO it is O or B-…, I-…"),
        ([["E-PER"]], [["O"]], "in the scheme BIO"),
        ([["B-"]], [["O"]], "Label 0 is 'B-'"),
    ],
)
def test_what_cannot_be_judged_is_told_in_a_sentence(truth: list, predicted: list, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        evaluate_entities(truth, predicted)


def test_strings_are_no_sentences() -> None:
    with pytest.raises(TypeError, match="list of sentences"):
        evaluate_entities(["O"], ["O"])
    with pytest.raises(TypeError, match="one string"):
        spans("OOB-PER")
    with pytest.raises(TypeError, match="list of sentences"):
        token_accuracy("O", "O")


def test_spans_that_overlap_or_leave_the_sentence_are_refused() -> None:
    with pytest.raises(ValueError, match="overlaps"):
        label_spans([Span("PER", 0, 2), Span("LOC", 1, 3)], 4)
    with pytest.raises(ValueError, match="does not lie within"):
        label_spans([Span("PER", 2, 5)], 4)
    with pytest.raises(ValueError, match="scheme is 'BILOU'"):
        spans(["O"], "BILOU")
