"""The checks of the built site find what they are there to find."""

from __future__ import annotations

from pathlib import Path

import pytest
import site_checks as checks
from bs4 import BeautifulSoup

PAGE = """<html lang="en"><head><title>A page</title></head><body><article>
<h1 id="top">A page</h1><h2 id="part">A part</h2><p><a href="#part">here</a> <a href="other.html#there">there</a></p>
<img src="picture.png" alt="A cat."></article></body></html>"""


def soup(markup: str) -> BeautifulSoup:
    return BeautifulSoup(markup, "html.parser")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    checks.parsed.cache_clear()
    (tmp_path / "page.html").write_text(PAGE)
    (tmp_path / "other.html").write_text('<html lang="en"><body><h1 id="there">Other</h1></body></html>')
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    return tmp_path


def test_a_good_page_passes(folder: Path) -> None:
    page = checks.parsed(folder / "page.html")
    assert checks.broken_links(folder / "page.html", folder) == []
    assert checks.foreign_resources(page) == checks.images_without_alt(page) == checks.heading_jumps(page) == []


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('#part">here', '#parts">here', "no such anchor"),
        ("other.html#there", "other.html#nowhere", "no such anchor"),
        ("other.html#there", "others.html", "no such file"),
        ("picture.png", "pictures.png", "no such file"),
        ("other.html#there", "../outside.html", "no such file"),
    ],
)
def test_a_link_that_leads_nowhere_is_found(folder: Path, old: str, new: str, complaint: str) -> None:
    (folder / "page.html").write_text(PAGE.replace(old, new))
    wrong = checks.broken_links(folder / "page.html", folder)
    assert len(wrong) == 1 and complaint in wrong[0]


@pytest.mark.parametrize(
    "markup",
    [
        '<script src="https://example.org/a.js"></script>',
        '<script src="//example.org/a.js"></script>',
        '<link rel="stylesheet" href="http://example.org/a.css">',
        '<link rel="preload" as="font" href="https://example.org/a.woff2">',
        '<img src="https://example.org/a.png" alt="A">',
        '<style>@import "https://example.org/a.css";</style>',
        "<style>body { background: url(https://example.org/a.png) }</style>",
    ],
)
def test_a_resource_of_another_host_is_found(markup: str) -> None:
    assert len(checks.foreign_resources(soup(markup))) == 1


def test_a_plain_link_to_another_host_is_allowed() -> None:
    assert (
        checks.foreign_resources(soup('<a href="https://example.org">x</a><img src="data:image/png;base64,x" alt="">'))
        == []
    )


@pytest.mark.parametrize("code", ['fetch("https://example.org/x")', "load('//cdn.example.org/x.js')"])
def test_a_script_that_asks_another_host_is_found(code: str) -> None:
    assert len(checks.script_addresses(code)) == 1
    assert (
        checks.script_addresses(
            "// see https://example.org/x\n/* https://example.org */ let a = 'http://www.w3.org/2000/svg';"
        )
        == []
    )


def test_a_picture_without_words_is_found() -> None:
    assert len(checks.images_without_alt(soup('<img src="a.png"><img src="b.png" alt=" "><svg></svg>'))) == 3
    assert checks.images_without_alt(soup('<svg aria-label="A line"></svg><p aria-hidden="true"><svg></svg></p>')) == []


def test_a_skipped_heading_and_a_second_title_are_found() -> None:
    assert checks.heading_jumps(soup("<h1>a</h1><h3>b</h3>")) == ["h3 after h1: b"]
    assert checks.heading_jumps(soup("<h1>a</h1><h1>b</h1>")) == ["2 headings of level 1"]


def test_repeated_identifiers_and_empty_headers_are_found() -> None:
    assert checks.duplicate_identifiers(soup('<p id="a"></p><p id="a"></p>')) == ["a"]
    assert len(checks.empty_headers(soup("<table><tr><th></th><th>b</th></tr></table>"))) == 1


def test_the_weight_of_a_page_counts_what_its_styles_load(tmp_path: Path) -> None:
    checks.parsed.cache_clear()
    (tmp_path / "font.woff2").write_bytes(bytes(range(256)) * 4)
    (tmp_path / "a.css").write_text("@font-face { src: url('font.woff2') } /* url(none.woff2) */")
    (tmp_path / "a.js").write_text("x" * 100_000)
    (tmp_path / "big.png").write_bytes(b"x" * 10_000)
    page = tmp_path / "page.html"
    page.write_text('<link rel="stylesheet" href="a.css"><script src="a.js"></script><img src="big.png" alt="x">')
    sizes = checks.weight(page)
    assert set(sizes) == {"page.html", "a.css", "a.js", "font.woff2"}
    assert sizes["font.woff2"] == 1024 and sizes["a.js"] < 1000
