"""The site in a browser beyond its single pages: theme, search, controls, without scripts."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

CHAPTER = "notebooks/01_what_is_an_embedding.html"
WATCH_CHANGES = """() => {
  const boxes = () => [...document.querySelectorAll('input[type=checkbox]')].map((box) => box.checked).join();
  const before = [boxes(), document.activeElement];
  let changes = 0;
  const all = {attributes: true, childList: true, subtree: true};
  new MutationObserver((found) => { changes += found.length; }).observe(document.documentElement, all);
  const moved = () => document.activeElement !== before[1] && document.activeElement.tagName === 'INPUT';
  window.countChanges = () => changes + (boxes() !== before[0]) + moved();
}"""
CHANGES = "window.countChanges()"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_theme_follows_the_system_until_the_reader_chooses(
    scheme: str, server: str, watch: Callable[..., Any]
) -> None:
    seen = watch(server, color_scheme=scheme)
    page = seen.open("book/index.html")
    shown = "document.documentElement.dataset.theme"
    assert page.evaluate(shown) == scheme
    background = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert background == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 29)"}[scheme]
    other = {"light": "dark", "dark": "light"}[scheme]
    for _ in range(3):
        if page.evaluate(shown) == other:
            break
        page.locator(".theme-switch-button:visible").first.click()
    assert page.evaluate(shown) == other
    page.goto(server + "book/glossary.html")
    assert page.evaluate(shown) == other
    assert seen.errors == []


def test_pages_are_dark_before_they_are_painted(server: str, watch: Callable[..., Any]) -> None:
    seen = watch(server, color_scheme="dark")
    seen.page.route("**/*.js*", lambda route: route.abort())
    seen.page.goto(server + "book/index.html")
    assert seen.page.evaluate("document.documentElement.dataset.theme") == "dark"


@pytest.mark.parametrize("word", ["constructor", "__proto__", "toString"])
def test_the_search_answers_a_word_that_every_object_has(
    word: str, server: str, watch: Callable[..., Any], site: Path
) -> None:
    seen = watch(server)
    page = seen.open(f"search.html?q={word}")
    expect(page.locator("#search-results")).to_contain_text(re.compile(r"did not match any|found \d+ page"))
    assert seen.errors == []


@pytest.mark.parametrize("where", ["server", "folder"])
def test_the_search_finds_a_term(where: str, watch: Callable[..., Any], request: pytest.FixtureRequest) -> None:
    seen = watch(request.getfixturevalue(where))
    page = seen.open("search.html?q=cosine")
    page.wait_for_selector("#search-results ul.search li a")
    expect(page.locator("#search-results")).to_contain_text(re.compile(r"found \d+ page"))
    links = page.eval_on_selector_all(
        "#search-results ul.search li a", "links => links.map(link => link.getAttribute('href'))"
    )
    assert any("glossary" in link for link in links)
    page.wait_for_load_state("networkidle")
    page.click("#search-results ul.search li a")
    page.wait_for_load_state()
    assert "cosine" in page.inner_text("article").lower()
    assert seen.errors == [] and seen.foreign == []


def test_the_search_opens_from_every_page_by_keyboard(server: str, watch: Callable[..., Any]) -> None:
    page = watch(server).open("book/glossary.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("bootstrap")
    page.keyboard.press("Enter")
    page.wait_for_selector("#search-results ul.search li a")


def test_a_link_into_a_folded_part_opens_it(server: str, watch: Callable[..., Any]) -> None:
    seen = watch(server)
    page = seen.open(CHAPTER)
    name = page.evaluate("document.querySelector('section.folded')?.id")
    assert name, "the chapter has no folded section"
    page = seen.open(f"{CHAPTER}#{name}")
    assert page.evaluate(f"document.getElementById('{name}').querySelector('details').open")
    page.evaluate(f"document.getElementById('{name}').querySelector('details').open = false")
    page.evaluate(f"location.hash = ''; location.hash = '{name}'")
    expect(page.locator(f"[id='{name}'] details").first).to_have_attribute("open", "")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("name", ["book/index.html", CHAPTER, "search.html"])
def test_every_visible_control_does_something(name: str, width: int, server: str, watch: Callable[..., Any]) -> None:
    """Each press changes the page or what has the focus; islands have tests of their own."""
    seen = watch(server, width=width, height=900)
    page = seen.open(name)
    controls = page.locator("button:visible, label.sidebar-toggle:visible")
    pressed = 0
    for position in range(controls.count()):
        control = controls.nth(position)
        inside = control.evaluate(
            "part => part.closest('.island') ? 'island' : part.closest('article') ? 'text' : 'around'"
        )
        if inside == "island":
            continue
        label = control.evaluate("part => part.outerHTML.slice(0, 140)")
        page.evaluate(WATCH_CHANGES)
        control.click(timeout=5_000)
        page.wait_for_timeout(60)
        assert page.evaluate(CHANGES) > 0, f"{label} does nothing"
        pressed += 1
        if inside == "around":
            page.goto(server + name)
    assert pressed >= 2 and seen.errors == []


def test_a_page_reads_without_scripts(server: str, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(server + "book/index.html")
    assert page.locator(".island table").first.is_visible()
    assert page.locator("article h1").inner_text().startswith("The embeddings course")
    context.close()
