"""Every page in a browser. A page is loaded once a width and once from the disk; all that is asserted looks at that.

A test leaves the page as it found it: the next one looks at the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import build_site
import pytest
from axe_playwright_python.sync_playwright import Axe
from watching import Watch

CONTENTS = (build_site.ROOT / "_toc.yml").read_text(encoding="utf-8")
PAGES = [f"{name}.html" for name in [*re.findall(r"(?:file|root): (\S+)", CONTENTS), "search", "404"]]
OPEN_ALL = "document.querySelectorAll('article details').forEach((part) => { part.open = true; })"
CLOSE_ALL = "document.querySelectorAll('article details').forEach((part) => { part.open = false; })"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
WIDE_PARTS = """() => [...document.querySelectorAll('article *')].filter((part) => {
  const box = part.getBoundingClientRect();
  const scrolls = '.table-scroll, .pst-scrollable-table-container, pre, .math-block, .nb-announce';
  return box.width > 0 && box.right > innerWidth + 1 && !part.closest(scrolls);
}).slice(0, 5).map((part) => part.tagName + '.' + part.className)"""
STUCK = """() => [...document.querySelectorAll('article *')].filter((part) => {
  const style = getComputedStyle(part);
  return /auto|scroll/.test(style.overflowX) && part.scrollWidth > part.clientWidth + 1 && part.tabIndex < 0
    && part.getBoundingClientRect().height > 0 && !part.querySelector('a, button, input, summary');
}).map((part) => part.tagName + '.' + part.className)"""
CHARACTERS = """() => {
  const lines = [];
  for (const part of document.querySelectorAll('article section > p')) {
    const height = parseFloat(getComputedStyle(part).lineHeight);
    const rows = Math.round(part.getBoundingClientRect().height / height);
    if (rows > 3) { lines.push(part.textContent.length / (rows - 0.5)); }
  }
  return lines.length ? lines.reduce((a, b) => a + b, 0) / lines.length : null;
}"""
# What the two themes differ in is colours; everything else is looked at once.
RULES = {
    "light": {"resultTypes": ["violations"]},
    "dark": {"resultTypes": ["violations"], "runOnly": ["color-contrast", "link-in-text-block"]},
}
# Colours that are on their way to others are no fault.
SETTLED = """() => Promise.allSettled(
  document.getAnimations().filter((part) => part instanceof CSSTransition).map((part) => part.finished))"""
TARGET = """(selector) => { const part = document.querySelector(selector);
  return part && getComputedStyle(part).display !== 'none' && part.getBoundingClientRect().height > 0; }"""
PLACE = """(part) => { part.scrollIntoView({block: 'center', behavior: 'instant'});
  const box = part.getBoundingClientRect();
  return box.height && getComputedStyle(part).visibility !== 'hidden' ? [box.x + 8, box.y + 8] : null; }"""


def is_chapter(name: str) -> bool:
    return name.startswith("notebooks/")


def opened(browser: Any, base: str, name: str, width: int) -> Iterator[Watch]:
    seen = Watch(browser, base, viewport={"width": width, "height": 900}, color_scheme="light")
    seen.name = name
    seen.open(name)
    yield seen
    seen.close()
    assert seen.errors == [] and seen.foreign == [], f"{name}, in the end"


@pytest.fixture(scope="module", params=PAGES)
def wide(request: pytest.FixtureRequest, browser: Any, server: str) -> Iterator[Watch]:
    yield from opened(browser, server, request.param, 1280)


@pytest.fixture(scope="module", params=[page for page in PAGES if is_chapter(page)])
def chapter(request: pytest.FixtureRequest, browser: Any, server: str) -> Iterator[Watch]:
    yield from opened(browser, server, request.param, 1280)


@pytest.fixture(scope="module", params=PAGES)
def narrow(request: pytest.FixtureRequest, browser: Any, server: str) -> Iterator[Watch]:
    yield from opened(browser, server, request.param, 390)


def opens_well(seen: Watch) -> None:
    seen.page.mouse.wheel(0, 20_000)
    seen.page.wait_for_timeout(150)
    assert seen.errors == [] and seen.foreign == []
    assert seen.page.evaluate("document.fonts.check('16px \"Course Serif\"')")


def test_a_page_opens_without_errors_or_foreign_requests(wide: Watch) -> None:
    opens_well(wide)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_from_a_folder_without_errors(name: str, browser: Any, folder: str) -> None:
    for seen in opened(browser, folder, name, 1280):
        opens_well(seen)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(wide: Watch, scheme: str) -> None:
    page = wide.page
    page.emulate_media(color_scheme=scheme)
    page.evaluate("scheme => { document.documentElement.dataset.theme = scheme; }", scheme)
    before = page.evaluate("[...document.querySelectorAll('article details')].map((part) => part.open)")
    page.evaluate(OPEN_ALL)
    page.evaluate(SETTLED)
    noted = len(wide.errors), len(wide.foreign)
    found = Axe().run(page, options=RULES[scheme]).response["violations"]
    del wide.errors[noted[0] :], wide.foreign[noted[1] :]  # axe itself looks for style sheets in the wrong places
    page.evaluate(
        """before => { [...document.querySelectorAll('article details')].forEach((part, place) => {
      part.open = before[place]; }); document.documentElement.dataset.theme = 'light'; }""",
        before,
    )
    page.emulate_media(color_scheme="light")
    assert [f"{one['id']}: {one['help']}: {[node['html'][:140] for node in one['nodes'][:4]]}" for one in found] == []


def test_a_line_of_text_holds_60_to_75_characters(chapter: Watch) -> None:
    assert 60 <= chapter.page.evaluate(CHARACTERS) <= 76


def test_hints_show_one_at_a_time(chapter: Watch) -> None:
    exercises = chapter.page.locator(".exercise", has=chapter.page.locator(".exercise-hint"))
    assert exercises.count() >= 1
    for place in range(exercises.count()):
        exercise = exercises.nth(place)
        shown = exercise.locator("summary:visible", has_text="Hint")
        assert shown.count() == 1
        assert not exercise.locator(".exercise-solution").first.is_visible()
        shown.first.click()
        assert shown.count() == 2 or exercise.locator(".exercise-solution").first.is_visible()
        shown.first.click()


def test_every_fold_opens_by_mouse_and_by_keyboard(chapter: Watch) -> None:
    page = chapter.page
    page.evaluate(CLOSE_ALL)
    folds = page.query_selector_all("article details > summary")
    tried = 0
    for position, summary in enumerate(folds):
        place = summary.evaluate(PLACE)
        if place is None:  # within a fold that stands closed again
            continue
        before = summary.evaluate("part => part.parentElement.open")
        if position % 2:
            summary.focus()
            page.keyboard.press("Enter")
        else:
            page.mouse.click(*place)
        assert summary.evaluate("part => part.parentElement.open") is not before, summary.inner_text()
        tried += 1
    page.evaluate(CLOSE_ALL)
    assert tried >= len(folds) * 0.9 >= 5, f"{tried} of {len(folds)} folds can be reached"


def test_printing_shows_the_text_alone_and_what_is_folded(chapter: Watch) -> None:
    page = chapter.page
    page.evaluate(CLOSE_ALL)
    page.evaluate("window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print")
    for selector in (".bd-sidebar-primary", ".bd-header-article", ".prev-next-footer"):
        assert not page.evaluate(TARGET, selector), selector
    folds = "[...document.querySelectorAll('details.going-deeper, details.fold')]"
    assert page.evaluate(f"{folds}.every((part) => part.open)")
    assert page.evaluate("[...document.querySelectorAll('.exercise-solution')].every((part) => !part.open)")
    page.evaluate("window.dispatchEvent(new Event('afterprint'))")
    page.emulate_media(media="screen")
    assert page.evaluate("[...document.querySelectorAll('details.going-deeper')].every((part) => !part.open)")


def test_a_link_into_any_folded_part_opens_it(chapter: Watch) -> None:
    page = chapter.page
    for name in page.evaluate("[...document.querySelectorAll('section.folded')].map((part) => part.id)"):
        page.evaluate("document.querySelectorAll('details.going-deeper').forEach((part) => { part.open = false; })")
        page.evaluate(f"location.hash = '{name}'")
        page.wait_for_function(f"document.getElementById('{name}').querySelector('details').open")
    page.evaluate(CLOSE_ALL)


def test_the_notebook_of_a_chapter_can_be_downloaded(chapter: Watch, site: Path) -> None:
    address = chapter.page.get_attribute("a.btn-download-notebook-button", "href")
    assert (site / "notebooks" / address).resolve().read_bytes().lstrip().startswith(b"{")


def test_wide_tables_and_code_can_be_scrolled_by_keyboard(narrow: Watch) -> None:
    assert narrow.page.evaluate(STUCK) == []


@pytest.mark.parametrize("width", [390, 360])
def test_no_page_scrolls_sideways_on_a_phone(narrow: Watch, width: int) -> None:
    narrow.page.set_viewport_size({"width": width, "height": 780})
    narrow.page.evaluate(OPEN_ALL)
    narrow.page.wait_for_timeout(50)
    assert narrow.page.evaluate(OVERFLOW) <= 1, narrow.page.evaluate(WIDE_PARTS)
