"""The playground island in a browser: from a server and from a folder, and the same answers as Python's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from island_fixtures import addresses, live, page, until

from embedlib import islands
from embedlib.islands import base, playground, words

PLACES = ("server", "folder")
DEFAULTS = dict(base.island("playground").defaults)
TABS = playground.TABS
READY = playground.ready()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("islands")
    islands.export_site(made, ["playground", "neighbors"])
    place = islands.placeholder_html("playground", ".")
    for theme in ("light", "dark"):
        (made / f"{theme}.html").write_text(page(place, theme), encoding="utf-8")
    beside = islands.placeholder_html("neighbors", ".")
    (made / "both.html").write_text(page(beside + place + place), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def places(folder: Path) -> Iterator[dict[str, str]]:
    yield from addresses(folder)


class Playground:
    """The island as a reader sees it."""

    def __init__(self, watched: Any, name: str = "light.html", nth: int = 0) -> None:
        self.watched = watched
        self.page = live(watched.open(name))
        self.root = self.page.locator(".island-playground").nth(nth)

    def role(self, name: str) -> Any:
        return self.root.locator(f'[data-role="{name}"]')

    def field(self, key: str) -> Any:
        return self.root.locator(f'[data-field="{key}"]')

    def tab(self, name: str) -> None:
        self.root.locator(f'[data-tab="{name}"]').click()

    def said(self, name: str) -> str:
        return str(self.role(name).inner_text())

    def options(self, key: str) -> list[str]:
        return list(self.root.locator(f'[data-options="{key}"] li').all_inner_texts())

    def wait_for(self, name: str, text: str) -> None:
        """Wait until a part says this, among other things."""
        self.page.wait_for_function(
            "([el, text]) => el.textContent.includes(text)", arg=[self.role(name).element_handle(), text]
        )

    def ready(self, tab: str, nth: int) -> None:
        self.role(f"{tab}-examples").locator("button").nth(nth).click()

    def text(self, tab: str) -> list[str]:
        """All that a part says once its controls are left out."""
        read = """el => [...el.querySelectorAll('tr, .pg-said p, caption, .line-flag, .line-ends, .line-ticks')]
            .filter((part) => !part.closest('[hidden]')).map((part) => part.innerText.trim()).filter(Boolean)"""
        return list(self.root.locator(f'[data-panel="{tab}"]').evaluate(read))


@pytest.fixture(params=PLACES)
def island(request: pytest.FixtureRequest, places: dict[str, str], watch: Callable[..., Any]) -> Iterator[Playground]:
    """The island on a bare page; at the end nothing has gone wrong and nobody else was asked."""
    made = Playground(watch(places[request.param]))
    yield made
    assert made.watched.errors == []
    assert made.watched.foreign == []


@pytest.fixture
def served_island(places: dict[str, str], watch: Callable[..., Any]) -> Iterator[Playground]:
    made = Playground(watch(places["server"]))
    yield made
    assert made.watched.errors == []


@pytest.fixture
def python_says(folder: Path, browser: Any) -> Iterator[Callable[[str, dict[str, Any]], list[str]]]:
    """What a page says in a part before its data has come: there, the numbers are Python's."""
    context = browser.new_context()
    shown = context.new_page()

    def read(tab: str, options: dict[str, Any]) -> list[str]:
        place = islands.placeholder_html("playground", ".", **{"tab": tab, **options})
        (folder / "python.html").write_text(page(place), encoding="utf-8")
        shown.goto((folder / "python.html").as_uri())
        made = Playground.__new__(Playground)
        made.root = live(shown).locator(".island-playground")
        return made.text(tab)

    yield read
    context.close()


# ------------------------------------------------------------------ the same answers as Python's


def test_every_ready_question_is_answered_as_python_answers_it(served_island: Playground, python_says: Any) -> None:
    island = served_island
    pool = words.load()
    for tab, ready in READY.items():
        island.tab(tab)
        for nth in (*range(1, len(ready)), 0):
            island.ready(tab, nth)
            until(island.page, marked(tab, nth))
            expected = python_says(tab, ready[nth]["state"])
            until_equal(island, tab, expected)
            if tab == "odd":
                means = playground.odd_means(pool, ready[nth]["state"]["odd"])
                shown = island.role("odd-rows").locator(".pg-mean").all_inner_texts()
                assert shown == [words.signed(float(mean)) for mean in means]


def marked(tab: str, nth: int) -> str:
    return f"document.querySelectorAll('[data-role={tab}-examples] button')[{nth}].ariaPressed === 'true'"


def until_equal(island: Playground, tab: str, expected: list[str]) -> None:
    for _ in range(60):
        if island.text(tab) == expected:
            return
        island.page.wait_for_timeout(15)
    assert island.text(tab) == expected


def test_own_words_are_answered_as_python_answers_them(island: Playground, python_says: Any) -> None:
    pool = words.load()
    for asked in (["france", "wine", "germany"], ["cat", "cat", "dog"], ["cat", "dog", "cat"], ["cat", "dog", "dog"]):
        for i, word in enumerate(asked):
            island.field(f"analogy-{i}").fill(word)
        for leave_out in (False, True):
            island.role("leave-out").set_checked(leave_out)
            island.wait_for("hidden", "Left out" if leave_out else "Nothing is left out")
            until_equal(island, "analogy", python_says("analogy", {"analogy": asked, "leave_out": leave_out}))
            shown = island.root.locator(".pg-table tbody tr").evaluate_all("rows => rows.map((r) => r.dataset.cosine)")
            expected = [score for _, score in playground.analogy(pool, asked, leave_out)["found"]]
            np.testing.assert_allclose([float(cosine) for cosine in shown], expected, atol=2e-6)


def test_switching_off_shows_king_before_queen(island: Playground) -> None:
    rows = island.root.locator(".pg-table tbody tr")
    assert island.role("leave-out").is_checked()
    island.role("leave-out").uncheck()
    island.wait_for("hidden", "Nothing is left out")
    assert rows.locator("th i").all_inner_texts()[:2] == ["king", "queen"]
    assert rows.nth(0).locator(".pg-tag").is_visible() and not rows.nth(1).locator(".pg-tag").is_visible()
    island.role("leave-out").check()
    island.wait_for("hidden", "Left out: king would be number 1")
    assert rows.nth(0).locator("th i").inner_text() == "queen" and not island.root.locator(".pg-tag:visible").count()


def test_the_strips_add_up(served_island: Playground) -> None:
    island, pool = served_island, words.load()
    island.ready("analogy", 1)
    island.wait_for("formula", "france − paris + rome")
    until(island.page, "document.querySelectorAll('[data-role=strips] canvas').length === 5")
    drawn = (
        island.role("strips")
        .locator("canvas")
        .evaluate_all("all => all.map((el) => [...el.getContext('2d').getImageData(0, 0, 50, 1).data])")
    )
    a, b, c = (words.vector(pool, word) for word in ("paris", "france", "rome"))
    total = (b - a + c) / np.linalg.norm(b - a + c)
    palette = [[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in pool.header["palette"]]
    for pixels, values in zip(drawn, (b, -a, c, total, words.vector(pool, "italy")), strict=True):
        at = np.floor((np.clip(values / 0.4, -1, 1) + 1) / 2 * 100 + 0.5).astype(int)
        assert np.reshape(pixels, (50, 4))[:, :3].tolist() == [palette[i] for i in at]


# ------------------------------------------------------------------ tabs, keyboard, lists


def test_the_island_works_by_keyboard_alone(island: Playground) -> None:
    press, active = island.page.keyboard.press, "document.activeElement"
    press("Tab")
    assert island.page.evaluate(f"{active}.dataset.tab") == "analogy"
    press("ArrowRight")
    assert island.page.evaluate(f"{active}.dataset.tab") == "odd"
    assert island.root.locator("[role=tabpanel]:visible").get_attribute("data-panel") == "odd"
    press("End")
    assert island.page.evaluate(f"[{active}.dataset.tab, {active}.ariaSelected]") == ["axis", "true"]
    press("ArrowRight")
    press("Tab")
    press("Control+a")
    island.page.keyboard.type("quee")
    until(island.page, "document.querySelectorAll('[role=option]').length > 0")
    press("ArrowDown")
    press("Enter")
    island.wait_for("formula", "king − queen + woman")
    assert island.field("analogy-0").input_value() == "queen"
    assert island.options("analogy-0") == []
    press("Tab")
    press("Tab")
    press("Tab")
    press("Space")
    island.wait_for("hidden", "Nothing is left out")
    press("Tab")
    press("Enter")
    island.wait_for("formula", "king − man + woman")
    # The odd one out: take a word out, put another in.
    island.root.locator('[data-tab="analogy"]').focus()
    press("ArrowRight")
    press("Tab")
    assert island.page.evaluate(f"{active}.ariaLabel") == "Take out breakfast"
    press("Enter")
    island.page.wait_for_function("document.activeElement.ariaLabel === 'Take out cereal'")
    for _ in range(3):
        press("Tab")
    island.page.keyboard.type("supper")
    press("Enter")
    until(island.page, "document.querySelectorAll('[data-role=odd-rows] tr').length === 4")
    assert island.field("odd").input_value() == ""
    assert island.role("odd-rows").locator("th").all_inner_texts() == ["cereal", "dinner", "lunch", "supper"]


def test_several_words_can_be_added_at_once_and_a_suggestion_pressed(served_island: Playground) -> None:
    island = served_island
    island.tab("odd")
    field = island.field("odd")
    field.fill("supper, suppre")
    field.press("Enter")
    island.wait_for("odd-status", "suppre is not among")
    assert field.input_value() == "suppre" and field.get_attribute("aria-invalid") == "true"
    island.root.locator("[role=option]", has_text=re.compile("^supper$|^suppress$")).first.wait_for()
    field.fill("brun")
    island.root.locator("[role=option]", has_text=re.compile("^brunch$")).click()
    until(island.page, "document.querySelectorAll('[data-role=odd-rows] tr').length === 6")
    assert field.input_value() == "" and field.get_attribute("aria-invalid") == "false"
    field.fill("Tea")
    island.wait_for("odd-status", "In lower case: Enter adds tea.")
    island.root.locator('[data-panel="odd"] [data-role="add"]').click()
    island.wait_for("odd-status", "Six words at most")


REFUSED = (
    ("analogy-0", "", r"Type a word", {"cat"}),
    ("analogy-1", "kittne", r"kittne is not among the 40,000 words\. Did you mean", {"kitten"}),
    ("analogy-2", "new york", r"single word; there is none for the phrase new york", {"new", "york"}),
    ("analogy-0", "<img src=x>", r"none for the phrase <img src=x>", set()),
    ("odd", "gutiar", r"gutiar is not among the 40,000 words\. Did you mean", {"guitar"}),
    ("odd", "Cereal", r"cereal is in the list already", set()),
    ("odd", "", r"Type a word to add it", set()),
    ("axis-0", "Peace", r"An axis needs two different words; peace is one", set()),
    ("axis-1", "猫", r"猫 is not among the 40,000 words", set()),
    ("placed", "zzzzqqqqxx", r"none of them is spelled like it", set()),
)


def test_what_cannot_be_answered_gets_a_sentence_and_the_last_answer_stays(served_island: Playground) -> None:
    island = served_island
    for key, typed, sentence, options in REFUSED:
        tab = {"placed": "axis"}.get(key, key.split("-")[0])
        island.tab(tab)
        before = island.text(tab)
        field = island.field(key)
        field.fill(typed or "x")
        if not typed:
            field.fill("")
        field.press("Enter")
        for _ in range(200):
            if re.search(sentence, island.said(f"{tab}-status")) and options <= set(island.options(key)):
                break
            island.page.wait_for_timeout(25)
        assert re.search(sentence, island.said(f"{tab}-status")), island.said(f"{tab}-status")
        assert options <= set(island.options(key)), typed
        if typed:
            assert island.text(tab) == before, typed


def test_too_few_words_keep_the_last_answer_and_say_so(served_island: Playground) -> None:
    island = served_island
    island.tab("odd")
    words = island.role("odd-words").locator("button")
    words.nth(3).click()
    island.wait_for("odd-answer", "dinner, the next lowest")
    until(island.page, "document.querySelectorAll('[data-role=odd-rows] tr').length === 3")
    before = island.text("odd")
    words.nth(0).click()
    island.wait_for("odd-status", "Three words are needed. Until then, the last answer stands below.")
    assert island.text("odd") == before
    island.ready("odd", 1)
    island.wait_for("odd-answer", "singer is the odd one out")
    assert island.role("odd-words").locator("li span:first-child").all_inner_texts() == READY["odd"][1]["state"]["odd"]


def test_answers_are_announced_once_the_reader_pauses(served_island: Playground) -> None:
    island = served_island
    island.ready("analogy", 1)
    island.wait_for("announce", "Nearest to france − paris + rome: italy 0.86")
    island.tab("axis")
    island.ready("axis", 2)
    island.wait_for("announce", "From cold to hot: winter −0.09, autumn −0.09")
    assert island.role("announce").get_attribute("aria-live") == "polite"


# ------------------------------------------------------------------ how it looks


@pytest.mark.parametrize("width", [1280, 360])
def test_no_label_of_the_line_covers_another(places: dict[str, str], watch: Callable[..., Any], width: int) -> None:
    island = Playground(watch(places["server"], width=width))
    island.tab("axis")
    field = island.field("placed")
    island.ready("axis", 1)
    island.wait_for("axis-0", "football")
    for nth in range(len(READY["axis"])):
        island.ready("axis", nth)
        until(island.page, marked("axis", nth))
        if nth == 0:
            field.fill("communism commonwealth mammals memorandum")
            field.press("Enter")
            island.wait_for("places", "memorandum")
        island.page.wait_for_timeout(60)
        boxes = island.root.locator(".line-flag i").evaluate_all(
            """all => all.map((el) => { const range = document.createRange(); range.selectNodeContents(el);
            const { left, right, top, bottom } = range.getBoundingClientRect(); return [left, right, top, bottom]; })"""
        )
        assert len(boxes) >= 6
        for i, (left, right, top, bottom) in enumerate(boxes):
            assert left >= 0 and right <= width, f"label {i} of question {nth} stands outside the page"
            for other_left, other_right, other_top, other_bottom in boxes[i + 1 :]:
                aside = right <= other_left or other_right <= left
                assert aside or bottom <= other_top + 4 or other_bottom <= top + 4, (nth, i)


def test_words_stand_where_their_place_says(served_island: Playground) -> None:
    island = served_island
    island.tab("axis")
    found = playground.axis(words.load(), DEFAULTS["axis"], DEFAULTS["placed"])
    island.ready("axis", 1)
    island.wait_for("axis-0", "football")
    island.ready("axis", 0)
    island.wait_for("axis-0", "from war to peace")
    plot = island.root.locator(".line-plot").bounding_box()
    wide = (int(max(found["half"], *map(abs, found["band"]), *map(abs, found["places"])) * 10) + 1) / 10

    def at(place: float) -> float:
        return float(plot["x"] + (place + wide) / (2 * wide) * plot["width"])

    flags = {flag.inner_text(): flag.bounding_box()["x"] for flag in island.root.locator(".line-flag").all()}
    for word, place in zip(DEFAULTS["placed"], found["places"], strict=True):
        assert flags[word] == pytest.approx(at(place), abs=1.5)
    band = island.root.locator(".line-band").bounding_box()
    assert [band["x"], band["x"] + band["width"]] == pytest.approx([at(edge) for edge in found["band"]], abs=1.5)
    ends = [end.bounding_box() for end in island.root.locator(".line-end").all()]
    centres = [end["x"] + end["width"] / 2 for end in ends]
    assert centres == pytest.approx([at(-found["half"]), at(found["half"])], abs=1.5)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_phone_shows_it_without_scrolling_sideways(
    places: dict[str, str], watch: Callable[..., Any], theme: str
) -> None:
    island = Playground(watch(places["server"], width=360, height=740), f"{theme}.html")
    controls = "controls => controls.filter((c) => c.getBoundingClientRect().height < 24).map((c) => c.outerHTML)"
    for tab in TABS:
        island.tab(tab)
        if tab == "odd":
            island.field("odd").fill("counterterrorism telecommunications")
            island.field("odd").press("Enter")
            island.wait_for("odd-rows", "telecommunications")
            wide = "cells => cells.filter((cell) => cell.scrollWidth > cell.clientWidth + 1).map((c) => c.innerText)"
            assert island.root.locator(".pg-matrix td").evaluate_all(wide) == []
        if tab == "analogy":
            island.field("analogy-1").fill("counterterrorism")
            island.wait_for("formula", "counterterrorism")
        assert island.page.evaluate("document.documentElement.scrollWidth") <= 360, tab
        small = island.root.locator(
            "button:visible, input[type=text]:visible, li:visible, label:has([type=checkbox]):visible"
        )
        assert small.evaluate_all(controls) == [], "everything that is pressed is at least 24 pixels high"


@pytest.mark.parametrize("width", [1280, 360])
def test_nothing_moves_while_the_reader_types(places: dict[str, str], watch: Callable[..., Any], width: int) -> None:
    island = Playground(watch(places["server"], width=width))
    parts = island.root.locator('[data-panel="analogy"] table, [data-role="analogy-said"]')
    where = "parts => parts.map((part) => part.getBoundingClientRect().top + scrollY)"
    start = parts.evaluate_all(where)
    for text in ("boy", "government", "kittne", "new york", "", "Paris", "a"):
        island.field("analogy-0").fill(text)
        island.page.wait_for_timeout(60)
        until(island.page, "!document.querySelector('[aria-busy]')")
        assert parts.evaluate_all(where) == pytest.approx(start, abs=1), text


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing(places: dict[str, str], watch: Callable[..., Any], theme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    island = Playground(watch(places["folder"]), f"{theme}.html")
    for tab, key in (("analogy", "analogy-1"), ("odd", "odd"), ("axis", "placed")):
        island.tab(tab)
        island.field(key).fill("gutiar")
        until(island.page, f"document.querySelectorAll('[data-options=\"{key}\"] li').length > 0")
        if tab == "analogy":
            island.role("leave-out").uncheck()
            island.wait_for("hidden", "Nothing")
        found = Axe().run(island.page).response["violations"]
        assert found == [], [(each["id"], each["nodes"][0]["html"]) for each in found]


# ------------------------------------------------------------------ on the site


@pytest.mark.parametrize("where", PLACES)
def test_islands_on_one_page_are_independent_and_share_their_words(
    places: dict[str, str], watch: Callable[..., Any], where: str
) -> None:
    watched = watch(places[where])
    asked: list[str] = []
    watched.page.on("request", lambda request: asked.append(request.url))
    first = Playground(watched, "both.html")
    second = Playground.__new__(Playground)
    second.page, second.root = first.page, first.page.locator(".island-playground").nth(1)
    first.page.locator(".island-neighbors input").first.fill("guitar")
    until(first.page, "document.querySelector('[data-role=query]').textContent === 'guitar'")
    first.ready("analogy", 2)
    first.wait_for("formula", "went − go + eat")
    second.tab("odd")
    second.ready("odd", 1)
    second.wait_for("odd-answer", "singer")
    assert first.said("formula") == "went − go + eat" and second.role("formula").text_content() == "king − man + woman"
    assert sum("neighbors.data.js" in url for url in asked) == 1
    ids = first.page.evaluate("[...document.querySelectorAll('[id]')].map((el) => el.id)")
    assert len(ids) == len(set(ids))
    assert watched.errors == []


def test_an_answer_comes_soon_and_the_page_never_waits(
    served_island: Playground, record_property: Callable[..., None]
) -> None:
    """Reports the time of an answer, and of the longest pause of the page; what is asserted is loose."""
    island = served_island
    island.ready("analogy", 1)
    island.wait_for("formula", "france")
    measure = """async (words) => {
      const input = document.querySelector("input"), formula = document.querySelector("[data-role=formula]");
      const times = [];
      let longest = 0, last = performance.now(), going = true;
      const beat = () => {
        const now = performance.now(); longest = Math.max(longest, now - last); last = now; if (going) setTimeout(beat);
      };
      beat();
      for (const word of words) {
        const start = performance.now();
        input.value = word;
        input.dispatchEvent(new Event("input"));
        while (!formula.textContent.includes(`− ${word} +`)) await new Promise((next) => setTimeout(next));
        times.push(performance.now() - start);
      }
      going = false;
      return [times.sort((a, b) => a - b)[times.length >> 1], longest];
    }"""
    words = ["house", "tree", "walk", "river", "piano", "red", "seven", "doctor", "summer", "king"] * 2
    middle, longest = island.page.evaluate(measure, words)
    record_property("milliseconds per analogy (median)", round(middle, 1))
    print(f"\nAn analogy takes {middle:.1f} ms; the page's longest pause is {longest:.1f} ms.")
    assert middle < 150
