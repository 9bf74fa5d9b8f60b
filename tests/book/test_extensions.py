"""The site's own Sphinx extensions, one function at a time."""

from __future__ import annotations

import doctest
import importlib

import build_site
import file_tables
import pytest
from bs4 import BeautifulSoup
from sphinx.errors import SphinxError

MODULES = sorted(file.stem for file in (build_site.ROOT / "book" / "_ext").glob("*.py"))
ENTRY = {
    "id": "simlex",
    "what": "SimLex-999 <Spearman>",
    "published": "0.37",
    "source": "hill2015",
    "where": "Table 3",
    "ours": "-0.265",
    "interval": ["0.204", "0.329"],
    "coverage": "999 of 999",
    "measured": "cosine",
    "why": "Other vectors.",
}


@pytest.mark.parametrize("name", MODULES)
def test_the_examples_in_the_extensions_hold(name: str) -> None:
    assert doctest.testmod(importlib.import_module(name)).failed == 0


def test_the_ledger_shows_both_figures_their_source_and_why_they_differ() -> None:
    page = BeautifulSoup(file_tables.ledger_html([ENTRY], {"hill2015": "Hill et al., 2015"}), "html.parser")
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
    monkeypatch.setattr(file_tables.LOGGER, "warning", lambda *words: said.append(words))
    file_tables.ledger_html([ENTRY], {})
    assert len(said) == 1 and "hill2015" in said[0]


def test_a_table_of_speeds_keeps_what_its_file_says() -> None:
    page = BeautifulSoup(file_tables.csv_html("method,words,ms\nours & theirs,1000,1.25\n"), "html.parser")
    assert [cell.get_text() for cell in page.find_all("th")] == ["method", "words", "ms", "ours & theirs"]
    assert [cell.get_text() for cell in page.find_all("td", class_="number")] == ["1000", "1.25"]


def test_a_formula_that_cannot_be_read_is_named() -> None:
    mathml = importlib.import_module("mathml")
    with pytest.raises(SphinxError, match="frac"):
        mathml.to_mathml(r"\frac{1}{")
