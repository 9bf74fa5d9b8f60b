"""The site's own Sphinx extensions, one function at a time."""

from __future__ import annotations

import doctest
import importlib

import build_site
import file_tables
import ledger_page
import pytest
from bs4 import BeautifulSoup
from sphinx.errors import SphinxError

MODULES = sorted(file.stem for file in (build_site.ROOT / "book" / "_ext").glob("*.py"))
ENTRY = {
    "id": "simlex",
    "task": "word similarity",
    "kind": "near",
    "what": "SimLex-999 <Spearman>",
    "published": "0.37",
    "source": "hill2015",
    "where": "Table 3",
    "ours": "-0.265",
    "interval": ["0.204", "0.329"],
    "coverage": "999 of 999",
    "measured": "cosine",
    "why": "Other vectors.",
    "chapter": "01",
    "cell": "similarity",
    "measure": "ledger_measures:similarity(glove, simlex999)",
}


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_extensions_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_ledger_shows_both_figures_their_source_and_why_they_differ() -> None:
    page = BeautifulSoup(ledger_page.ledger_html([ENTRY], {"hill2015": "Hill et al., 2015"}), "html.parser")
    entry = page.find(id="simlex")
    text = entry.get_text(" ")
    for part in (
        "SimLex-999 <Spearman>",
        "0.37",
        "Table 3",
        "−0.265",
        "0.204 to 0.329",
        "999 of 999",
        "Other vectors.",
    ):
        assert part in text, part
    assert entry.find("a")["href"] == "bibliography.html#hill2015"


def test_the_ledger_complains_of_a_source_that_the_bibliography_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[tuple[object, ...]] = []
    monkeypatch.setattr(ledger_page.LOGGER, "warning", lambda *words: said.append(words))
    ledger_page.ledger_html([ENTRY], {})
    assert len(said) == 1 and "hill2015" in said[0]


def test_the_ledger_leads_from_a_row_to_its_cell_and_to_the_code_that_measures_it() -> None:
    cited, chapters = {"hill2015": "Hill et al., 2015"}, {"01": "01_words"}
    row = BeautifulSoup(ledger_page.ledger_html([ENTRY], cited, chapters), "html.parser").find(id="simlex")
    links = [link["href"] for link in row.find_all("a")]
    assert links[1:] == ["../notebooks/01_words.html#cell-similarity", "#measured-by-similarity"]
    module = 'def loaded(name):\n    pass\n\ndef similarity(model, data):\n    "Order."\n    return loaded(model)\n'
    code = BeautifulSoup(ledger_page.code_html([ENTRY], module), "html.parser").find(id="measured-by-similarity")
    assert "Order." in code.summary.get_text()
    assert all(f"def {name}" in code.get_text() for name in ("similarity", "loaded"))


def test_a_figure_that_is_not_measured_here_stands_in_the_table_and_neither_in_the_picture_nor_in_the_count() -> None:
    elsewhere = {key: ENTRY[key] for key in ("task", "what", "published", "source", "where", "why")}
    entries = [ENTRY, {**elsewhere, "id": "bert", "kind": "elsewhere"}]
    page = BeautifulSoup(ledger_page.ledger_html(entries, {"hill2015": "Hill et al., 2015"}), "html.parser")
    assert [body["id"] for body in page.find_all("tbody")] == ["simlex", "bert"]
    assert "data-ours" not in page.find(id="bert").attrs
    assert len(BeautifulSoup(ledger_page.figure_svg(entries), "html.parser").find_all("a")) == 1
    assert ledger_page.counted(entries).startswith("1 published figure beside ours")


def test_what_the_ledger_writes_as_a_share_and_as_a_percentage_lies_on_one_scale() -> None:
    share, percentage = {**ENTRY, "published": "0.37"}, {**ENTRY, "published": "37.0"}
    assert ledger_page.percent(ledger_page.number("0.37"), share) == 37
    assert ledger_page.percent(ledger_page.number("37.0"), percentage) == 37


def test_a_table_of_speeds_keeps_what_its_file_says() -> None:
    page = BeautifulSoup(file_tables.csv_html("method,words,ms\nours & theirs,1000,1.25\n"), "html.parser")
    assert [cell.get_text() for cell in page.find_all("th")] == ["method", "words", "ms", "ours & theirs"]
    assert [cell.get_text() for cell in page.find_all("td", class_="number")] == ["1000", "1.25"]


def test_a_formula_that_cannot_be_read_is_named() -> None:
    mathml = importlib.import_module("mathml")
    with pytest.raises(SphinxError, match="frac"):
        mathml.to_mathml(r"\frac{1}{")
