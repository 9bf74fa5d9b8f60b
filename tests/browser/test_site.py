"""The site in a browser: from a server and from a folder, wide and narrow, light and dark."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

CHAPTER = "notebooks/01_what_is_an_embedding.html"
KEY_PAGES = [
    "book/index.html",
    CHAPTER,
    "book/playground.html",
    "book/glossary.html",
    "book/how_to_use.html",
    "book/ledger.html",
    "search.html",
]
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
WIDE_PARTS = """() => [...document.querySelectorAll('article *')].filter((part) => {
  const box = part.getBoundingClientRect();
  const scrolls = '.table-scroll, .pst-scrollable-table-container, pre, .math-block, .nb-announce';
  return box.width > 0 && box.right > innerWidth + 1 && !part.closest(scrolls);
}).slice(0, 5).map((part) => part.tagName + '.' + part.className)"""
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
TARGET = """(selector) => { const part = document.querySelector(selector);
  return part && getComputedStyle(part).display !== 'none' && part.getBoundingClientRect().height > 0; }"""


@pytest.mark.parametrize("where", ["server", "folder"])
def test_every_page_opens_without_errors_or_foreign_requests(
    where: str, page_names: list[str], watch: Callable[..., Any], request: pytest.FixtureRequest
) -> None:
    base = request.getfixturevalue(where)
    seen = watch(base)
    for name in page_names:
        page = seen.open(name)
        page.mouse.wheel(0, 20_000)
        page.wait_for_timeout(150)
        assert seen.errors == [], f"{name}: {seen.errors}"
        assert seen.foreign == [], f"{name}: {seen.foreign}"
        assert page.evaluate("document.fonts.check('16px \"Course Serif\"')"), name


@pytest.mark.parametrize("width", [390, 360])
def test_no_page_scrolls_sideways_on_a_phone(
    width: int, page_names: list[str], server: str, watch: Callable[..., Any]
) -> None:
    seen = watch(server, width=width, height=780)
    for name in page_names:
        page = seen.open(name)
        page.evaluate("document.querySelectorAll('article details').forEach((part) => { part.open = true; })")
        assert page.evaluate(OVERFLOW) <= 1, f"{name}: {page.evaluate(WIDE_PARTS)}"


def test_a_line_of_text_holds_60_to_75_characters(server: str, watch: Callable[..., Any]) -> None:
    page = watch(server).open(CHAPTER)
    counted = page.evaluate("""() => {
      const range = document.createRange(); const lines = [];
      for (const part of document.querySelectorAll('article section > p')) {
        const text = part.textContent, height = parseFloat(getComputedStyle(part).lineHeight);
        const rows = Math.round(part.getBoundingClientRect().height / height);
        if (rows > 3) { lines.push(text.length / (rows - 0.5)); }
      }
      return lines.reduce((a, b) => a + b, 0) / lines.length;
    }""")
    assert 60 <= counted <= 76


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


def test_every_fold_opens_by_mouse_and_by_keyboard(server: str, watch: Callable[..., Any]) -> None:
    page = watch(server).open(CHAPTER)
    folds = page.locator("article details > summary")
    opened = 0
    for position in range(folds.count()):
        summary = folds.nth(position)
        if not summary.is_visible():
            continue
        before = summary.evaluate("part => part.parentElement.open")
        if position % 2:
            summary.focus()
            page.keyboard.press("Enter")
        else:
            summary.click(position={"x": 8, "y": 8})
        assert summary.evaluate("part => part.parentElement.open") is not before, summary.inner_text()
        opened += 1
    assert opened >= 5


def test_hints_show_one_at_a_time(server: str, watch: Callable[..., Any]) -> None:
    page = watch(server).open(CHAPTER)
    exercise = page.locator(".exercise", has=page.locator(".exercise-hint")).first
    shown = exercise.locator("summary:visible", has_text="Hint")
    assert shown.count() == 1
    assert not exercise.locator(".exercise-solution").first.is_visible()
    shown.first.click()
    assert (
        exercise.locator("summary:visible", has_text="Hint").count() == 2
        or exercise.locator(".exercise-solution").first.is_visible()
    )


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


def test_printing_shows_the_text_alone_and_what_is_folded(server: str, watch: Callable[..., Any]) -> None:
    page = watch(server).open(CHAPTER)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    for selector in (".bd-sidebar-primary", ".bd-header-article", ".prev-next-footer"):
        assert not page.evaluate(TARGET, selector), selector
    assert page.evaluate(
        "[...document.querySelectorAll('details.going-deeper, details.fold')].every((part) => part.open)"
    )
    assert page.evaluate("[...document.querySelectorAll('.exercise-solution')].every((part) => !part.open)")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    assert page.evaluate("[...document.querySelectorAll('details.going-deeper')].every((part) => !part.open)")


def test_wide_tables_and_code_can_be_scrolled_by_keyboard(
    server: str, watch: Callable[..., Any], page_names: list[str]
) -> None:
    seen = watch(server, width=390, height=780)
    for name in page_names:
        page = seen.open(name)
        stuck = page.evaluate("""() => [...document.querySelectorAll('article *')].filter((part) => {
          const style = getComputedStyle(part);
          return /auto|scroll/.test(style.overflowX) && part.scrollWidth > part.clientWidth + 1 && part.tabIndex < 0
            && part.getBoundingClientRect().height > 0 && !part.querySelector('a, button, input, summary');
        }).map((part) => part.tagName + '.' + part.className)""")
        assert stuck == [], f"{name}: {stuck}"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", KEY_PAGES)
def test_axe_finds_nothing(name: str, scheme: str, server: str, watch: Callable[..., Any]) -> None:
    page = watch(server, color_scheme=scheme).open(name)
    page.evaluate("document.querySelectorAll('article details').forEach((part) => { part.open = true; })")
    page.wait_for_timeout(300)
    found = Axe().run(page).response["violations"]
    told = [f"{one['id']}: {one['help']}: {[node['html'][:140] for node in one['nodes'][:4]]}" for one in found]
    assert told == []


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


def test_the_notebook_of_a_chapter_can_be_downloaded(server: str, site: Path, watch: Callable[..., Any]) -> None:
    page = watch(server).open(CHAPTER)
    address = page.get_attribute("a.btn-download-notebook-button", "href")
    assert (site / "notebooks" / address).resolve().read_bytes().lstrip().startswith(b"{")


def test_a_page_reads_without_scripts(server: str, browser: Any) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    page = context.new_page()
    page.goto(server + "book/index.html")
    assert page.locator(".island table").first.is_visible()
    assert page.locator("article h1").inner_text().startswith("The embeddings course")
    context.close()
