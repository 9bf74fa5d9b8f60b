"""What the built site promises: it asks nobody for anything, its links lead somewhere, and it is light."""

from __future__ import annotations

import importlib.metadata
import re
import tomllib
from pathlib import Path

import build_site
import pytest
import site_checks as checks
from bs4 import BeautifulSoup

ROOT = build_site.ROOT


@pytest.fixture(scope="module")
def pages(site: Path) -> list[Path]:
    return build_site.pages(site)


def wrong_on(pages: list[Path], check: object) -> dict[str, list[str]]:
    found = {page.name: check(checks.parsed(page)) for page in pages}  # type: ignore[operator]
    return {name: wrong for name, wrong in found.items() if wrong}


def test_every_page_of_the_contents_is_built(site: Path, pages: list[Path]) -> None:
    named = re.findall(r"(?:file|root): (\S+)", (ROOT / "_toc.yml").read_text(encoding="utf-8"))
    built = {page.relative_to(site).with_suffix("").as_posix() for page in pages}
    assert set(named) <= built
    assert {"search", "404"} <= built


def test_the_entrance_leads_to_the_landing_page(site: Path) -> None:
    text = (site / "index.html").read_text(encoding="utf-8")
    target = re.search(r"url=([^\"]+)", text)
    assert target and (site / target[1]).is_file()


def test_no_page_loads_anything_from_another_host(pages: list[Path]) -> None:
    assert wrong_on(pages, checks.foreign_resources) == {}


def test_no_style_loads_anything_from_another_host(site: Path) -> None:
    found = {
        file.name: [
            address for address in checks.css_addresses(file.read_text(encoding="utf-8")) if checks.is_foreign(address)
        ]
        for file in site.rglob("*.css")
    }
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_no_script_knows_another_host(site: Path) -> None:
    scripts = [file for file in site.rglob("*.js") if ".data" not in file.name and file.name != "searchindex.js"]
    found = {file.name: checks.script_addresses(file.read_text(encoding="utf-8")) for file in scripts}
    assert scripts and {name: wrong for name, wrong in found.items() if wrong} == {}


def test_no_page_carries_what_the_site_left_out(site: Path, pages: list[Path]) -> None:
    for page in pages:
        for address in checks.loaded(checks.parsed(page)):
            assert not any(name in address.lower() for name in checks.UNWANTED), f"{page.name} loads {address}"
    files = [
        file.relative_to(site).as_posix().lower() for file in site.rglob("*") if file.suffix in (".js", ".css", ".map")
    ]
    assert [file for file in files if any(name in file for name in checks.UNWANTED) or file.endswith(".map")] == []


def test_every_link_and_anchor_leads_somewhere(site: Path, pages: list[Path]) -> None:
    found = {page.name: checks.broken_links(page, site) for page in pages if page.name != "404.html"}
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def test_every_image_says_what_it_shows(pages: list[Path]) -> None:
    assert wrong_on(pages, checks.images_without_alt) == {}


def test_headings_are_in_order(pages: list[Path]) -> None:
    assert wrong_on([page for page in pages if page.name != "search.html"], checks.heading_jumps) == {}


def test_identifiers_are_unique(pages: list[Path]) -> None:
    assert wrong_on(pages, checks.duplicate_identifiers) == {}


def test_no_table_has_an_empty_header(pages: list[Path]) -> None:
    assert wrong_on(pages, checks.empty_headers) == {}


def test_every_page_has_a_title_a_language_and_a_description(pages: list[Path]) -> None:
    descriptions = []
    for page in pages:
        soup = checks.parsed(page)
        assert soup.title and soup.title.get_text(strip=True), page.name
        assert soup.html and soup.html.get("lang") == "en", page.name
        if page.name not in ("404.html", "search.html"):
            meta = soup.find("meta", attrs={"name": "description"})
            assert meta and len(meta["content"]) > 40, page.name
            descriptions.append(meta["content"])
    assert len(set(descriptions)) == len(descriptions)


def test_a_page_is_under_one_megabyte_compressed(pages: list[Path]) -> None:
    for page in pages:
        sizes = checks.weight(page)
        heaviest = sorted(sizes.items(), key=lambda item: -item[1])[:5]
        assert sum(sizes.values()) < 1_000_000, f"{page.name}: {sum(sizes.values()):,} bytes, mostly {heaviest}"


def test_formulas_are_mathml(site: Path) -> None:
    soup = checks.parsed(site / "book" / "primer.html")
    assert len(soup.find_all("math")) > 5
    text = soup.get_text()
    assert "\\frac" not in text and "$$" not in text


def test_the_site_says_nothing_of_machines_it_was_made_on(site: Path) -> None:
    home = str(ROOT)
    for file in [*site.rglob("*.html"), *site.rglob("*.js"), *site.rglob("*.css")]:
        text = file.read_text(encoding="utf-8", errors="replace")
        assert home not in text, file.name


def entries(site: Path) -> dict[str, BeautifulSoup]:
    """Return the bibliography's entries by key: each key is the identifier of the paragraph that follows it."""
    soup = checks.parsed(site / "book" / "bibliography.html")
    source = (ROOT / "book" / "bibliography.md").read_text(encoding="utf-8")
    return {key: soup.find(id=key) for key in re.findall(r"^\((\w+)\)=$", source, flags=re.MULTILINE)}


def test_every_bibliography_entry_has_an_address(site: Path) -> None:
    source = (ROOT / "book" / "bibliography.md").read_text(encoding="utf-8")
    blocks = re.findall(r"^\((\w+)\)=\n(.+?)(?=\n\n|\Z)", source, flags=re.MULTILINE | re.DOTALL)
    assert len(blocks) > 40
    for key, text in blocks:
        assert re.search(r"\]\(https?://\S+\)$", text.strip()), f"{key} ends in no DOI or address"
    assert all(entry is not None for entry in entries(site).values())


def test_every_asset_cites_an_entry_of_the_bibliography(site: Path) -> None:
    cited = set()
    for file in (ROOT / "embedlib" / "assets").glob("*.toml"):
        cited |= set(re.findall(r'^citation\s*=\s*"(\w+)"', file.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert cited and cited <= set(entries(site))


def test_every_citation_is_in_the_bibliography(site: Path) -> None:
    text = "\n".join(
        file.read_text(encoding="utf-8") for file in [*ROOT.glob("book/*.md"), *ROOT.glob("notebooks/*.ipynb")]
    )
    cited = set(re.findall(r"bibliography\.md#([\w-]+)", text))
    assert cited and cited <= set(entries(site))


def test_the_terms_that_chapters_link_are_in_the_glossary(site: Path) -> None:
    soup = checks.parsed(site / "book" / "glossary.html")
    headings = [tag.get_text().rstrip("#¶") for tag in soup.find_all("h3")]
    terms = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}  # as links name them
    text = "\n".join(file.read_text(encoding="utf-8") for file in ROOT.glob("notebooks/*.ipynb"))
    used = set(re.findall(r"glossary\.md#([\w-]+)", text))
    assert len(terms) >= 30
    assert used <= terms


def test_a_glossary_entry_is_a_sentence_that_stands_alone(site: Path) -> None:
    soup = checks.parsed(site / "book" / "glossary.html")
    for heading in soup.find_all("h3"):
        paragraph = heading.find_next_sibling("p")
        assert paragraph and len(paragraph.get_text()) > 40, heading.get_text()


def test_the_search_knows_every_page(site: Path) -> None:
    index = (site / "searchindex.js").read_text(encoding="utf-8")
    for name in re.findall(r"(?:file|root): (\S+)", (ROOT / "_toc.yml").read_text(encoding="utf-8")):
        assert f'"{name}"' in index, name
    assert "cosin" in index


def test_the_theme_that_is_installed_and_locked_is_the_one_the_look_was_made_for() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    pin = f"sphinx-book-theme=={importlib.metadata.version('sphinx-book-theme')}"
    lock = (ROOT / "requirements" / "words.txt").read_text(encoding="utf-8")
    assert pin in extras["book"] and f"\n{pin} " in lock
