"""What the search lab carries is what was measured, and its three searches are those of the libraries."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest

from embedlib import islands
from embedlib.islands.search_lab import DEFAULTS, FIRST, LAST, search
from embedlib.islands.search_lab.search import EXAMPLES, STOP, content, measured, passages, stem

QUERIES = (
    *EXAMPLES.values(),
    "Treaties, treaty; TREATY of peace with Spain in 1898",
    "railroads to the Pacific Ocean",
    "naïve café 1819 $1.3 billion",
)


def found(example: str, **options: Any) -> dict[str, list[dict[str, Any]]]:
    answer = search.search(**{**DEFAULTS, "query": EXAMPLES[example], **options})
    return {name: [answer["hits"][i] for i in top] for name, top in answer["top"].items()}


def text(hit: dict[str, Any]) -> str:
    return "".join(hit["pieces"])


@pytest.fixture(scope="module")
def library() -> tuple[Any, Any]:
    """bm25s over the passages, with the same tokens: its own stop words, Snowball's stems."""
    bm25s, stemmer = pytest.importorskip("bm25s"), pytest.importorskip("Stemmer").Stemmer("english")

    def tokens(texts: list[str]) -> Any:
        return bm25s.tokenize(texts, stopwords="en", stemmer=stemmer, return_ids=False, show_progress=False)

    index = bm25s.BM25(k1=search.K1, b=search.B, method="lucene", dtype="float64")
    index.index(tokens([text for _, _, text in passages()]), show_progress=False)
    return index, tokens


@pytest.mark.parametrize("query", QUERIES)
def test_bm25_is_that_of_the_library(library: tuple[Any, Any], query: str) -> None:
    index, tokens = library
    wanted = [token for token in tokens([query])[0] if token in index.vocab_dict]
    theirs = index.get_scores(wanted) if wanted else np.zeros(len(passages()))
    ours = np.zeros(len(passages()))
    for i, adds in search.bm25(query).items():
        ours[i] = sum(adds.values())
    np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_the_stop_words_are_the_library_s() -> None:
    from bm25s.stopwords import STOPWORDS_EN

    assert set(STOPWORDS_EN) == STOP


def test_the_kept_stems_are_those_of_snowball() -> None:
    pytest.importorskip("Stemmer")
    from embedlib.islands.search_lab.measure import forms

    assert forms() == measured()[0].split("\n")
    assert stem("Letters") == stem("letter") and stem("war") != stem("peace") and stem("qwzx") == "qwzx"


def test_the_passages_keep_to_the_rule() -> None:
    held = passages()
    assert 3_000 <= len(held) <= 3_200 and held == sorted(held, key=lambda passage: passage[0])
    assert {min(held)[0], max(held)[0]} == {FIRST, LAST}
    assert all(20 <= len(text.split()) <= 60 for _, _, text in held)
    assert not re.search(r"\[Applause\]|Audience member", " ".join(text for _, _, text in held))
    assert len(measured()[1]) == len(held) + len(EXAMPLES)


def test_kept_vectors_have_the_cosines_of_whole_ones() -> None:
    pytest.importorskip("transformers")
    from embedlib.contextual import ContextualEncoder

    encoder, some = ContextualEncoder(), list(range(7, len(passages()), 300))
    exact = encoder.encode([passages()[i][2] for i in some])
    exact /= np.linalg.norm(exact, axis=1, keepdims=True)
    for nth, query in enumerate(EXAMPLES.values()):
        vector = encoder.encode(query)
        kept = search.cosines(measured()[1][len(passages()) + nth])[some]
        np.testing.assert_allclose(kept, exact @ vector / np.linalg.norm(vector), atol=0.01)


def test_fusion_worked_by_hand() -> None:
    assert search.fuse([[7, 8], [8, 9]], k=1) == pytest.approx({7: 1 / 2, 8: 1 / 3 + 1 / 2, 9: 1 / 3})
    answer = search.search(**DEFAULTS)
    for hit in answer["hits"].values():
        shares = [1 / (60 + hit["ranks"][name]) for name in ("bm25", "minilm") if hit["ranks"][name]]
        assert hit["scores"]["both"] == pytest.approx(sum(shares))


def test_years_are_filtered_before_the_ranking() -> None:
    narrow = search.search(**{**DEFAULTS, "since": 1880, "until": 1919})
    years = [year for year, _, _ in passages()]
    assert narrow["of"] == sum(1880 <= year <= 1919 for year in years)
    assert all(len(top) == 5 for top in narrow["top"].values())
    assert all(1880 <= hit["year"] <= 1919 for hit in narrow["hits"].values())
    wide = search.search(**DEFAULTS)
    common = set(narrow["hits"]) & set(wide["hits"])
    assert common and all(narrow["hits"][i]["scores"]["bm25"] == wide["hits"][i]["scores"]["bm25"] for i in common)
    assert search.search(**{**DEFAULTS, "since": 1900, "until": 1800})["top"] == {"bm25": [], "minilm": [], "both": []}


# ------------------------------------------------------------------ what the prepared queries show


def test_other_words_are_found_by_vectors_and_hardly_by_words() -> None:
    hits = found("other words")
    of_the_mail = {name: sum(bool(re.search(r"\bmail|post|letters in", text(h))) for h in hits[name]) for name in hits}
    assert of_the_mail["minilm"] == 5 and of_the_mail["bm25"] <= 1
    assert sum(not hit["adds"] for hit in hits["minilm"]) >= 3, "most hold no word of the query"


def test_names_and_numbers_are_found_by_words_and_missed_by_vectors() -> None:
    names, number = found("names"), found("number")
    assert "Bering" in text(names["bm25"][0]) and not any("Bering" in text(hit) for hit in names["minilm"])
    assert "Article VII" in text(number["bm25"][0]) and number["bm25"][0]["ranks"]["minilm"] == 0
    assert not any("VII" in text(hit) for hit in number["both"]), "and the fusion loses it"


def test_a_year_that_no_passage_names_is_near_in_vectors() -> None:
    hits = found("year")
    assert stem("1812") not in search.index()[0]
    assert sum(1812 <= hit["year"] <= 1815 for hit in hits["minilm"]) == 4
    assert not any(1812 <= hit["year"] <= 1815 for hit in hits["bm25"])


def test_a_negation_is_read_by_neither() -> None:
    hits = found("negation")
    assert "not" not in content(EXAMPLES["negation"])
    assert "war was chosen" in text(hits["minilm"][0])


def test_a_rare_word_is_found_by_both_and_a_word_that_is_nowhere_by_vectors_all_the_same() -> None:
    rare, nowhere = found("rare word"), found("nowhere")
    assert all("coyotes" in text(rare[name][0]) for name in rare)
    assert nowhere["bm25"] == [] and len(nowhere["minilm"]) == 5


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"query": "  "}, "A query has from 1 to 200 characters; this one has 0."),
        ({"query": "a " * 101}, "this one has 201."),
        ({"query": 3}, "query is text in quotes, not 3."),
        ({"since": 1700}, "since is a year from 1790 to 2026, not 1700."),
        ({"until": "2000"}, "not '2000'."),
        ({"k": 0}, "k is a whole number from 1 to 100, not 0."),
    ],
)
def test_options_are_checked_with_a_sentence(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        islands.show("search_lab", **options)


def test_a_query_without_a_kept_vector_is_answered_by_words() -> None:
    shown = islands.show("search_lab", query="  yellow   fever ")
    assert shown.query == "yellow fever" and list(shown.first["answer"]["top"]) == ["bm25"]
    table = shown._repr_mimebundle_()
    assert "1878 Rutherford B. Hayes" in (table[0] if isinstance(table, tuple) else table)["text/html"]
