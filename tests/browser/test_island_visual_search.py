"""Visual search in a browser: what is shown is what Python found, by mouse and by keyboard, and nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from island_fixtures import addresses, live, page, until

from embedlib import islands
from embedlib.islands.visual_search import SHOWN, WAYS, collection, shares

NAMES, KIND, KINDS, NEAR = (collection()[key] for key in ("names", "kind", "kinds", "near"))


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    made = tmp_path_factory.mktemp("islands")
    islands.export_site(made, ["visual_search"])
    for theme in ("light", "dark"):
        place = islands.placeholder_html("visual_search", ".")
        (made / f"{theme}.html").write_text(page(place, theme), encoding="utf-8")
    yield from addresses(made)


def role(shown: Any, name: str) -> Any:
    return shown.locator(f'[data-role="{name}"]')


def visible(shown: Any) -> list[str]:
    """The drawings that are shown among all."""
    found = shown.locator(".vs-all button:not([hidden])")
    return list(found.evaluate_all("all => all.map((b) => b.getAttribute('aria-label'))"))


def load(shown: Any) -> None:
    shown.get_by_role("button", name="Show all 853 drawings").click()
    until(shown, "document.querySelectorAll('.vs-all canvas').length === 853")


def shows(shown: Any, name: str) -> None:
    """The rows are those that Python found for this drawing, and the right ones carry their mark."""
    until(shown, f"document.querySelector('[data-role=query]').textContent === {name!r}")
    i = NAMES.index(name)
    lists = shown.locator(".vs-found")
    for nth, way in enumerate(WAYS):
        cells = (
            lists.nth(nth)
            .locator("button")
            .evaluate_all(
                """all => all.map((b) =>
                  [b.dataset.name, b.children[2].textContent, b.className, b.getAttribute("aria-label")])"""
            )
        )
        found, cosines = NEAR[way]["found"][i], NEAR[way]["cosines"][i]
        right = [KIND[j] == KIND[i] for j in found]
        assert [cell[0] for cell in cells] == [NAMES[j] for j in found]
        ticks = ["✓ " if hit else "" for hit in right]
        assert [cell[1] for cell in cells] == [f"{t}{c / 1000:.3f}" for t, c in zip(ticks, cosines, strict=True)]
        assert [cell[2] == "vs-right" for cell in cells] == right
        assert [cell[3].endswith(", right") for cell in cells] == right
        assert shown.locator(f'[data-right="{way}"]').inner_text() == f"{sum(right)} of {SHOWN} right"


def focused(shown: Any) -> str:
    return str(
        shown.evaluate("document.activeElement.dataset.name || document.activeElement.getAttribute('aria-label')")
    )


PIXELS = "el => el.toDataURL()"


def test_the_first_answer_stands_before_any_data_and_is_the_same_after(places: dict[str, str], watch: Any) -> None:
    watched = watch(places["server"])
    shown = live(watched.open("light.html"))
    shows(shown, "banana")
    said = shown.locator(".vs-all-over").all_inner_texts()
    assert [int(re.findall(r"\d+", text)[0]) for text in said] == [round(100 * shares()[way]) for way in WAYS]
    canvases = [role(shown, "picture"), *shown.locator(".vs-found canvas").all()]
    before = [canvas.evaluate(PIXELS) for canvas in canvases]
    load(shown)
    role(shown, "surprise").click()
    role(shown, "back").click()
    shows(shown, "banana")
    assert [canvas.evaluate(PIXELS) for canvas in canvases] == before, (
        "cut out of the page's sheet and of the whole one"
    )
    first = NEAR["network"]["found"][NAMES.index("banana")][0]
    assert shown.locator(".vs-all canvas").nth(first).evaluate(PIXELS) == before[1], "each name has its own drawing"
    assert watched.errors == [] and watched.foreign == []


def test_one_walks_from_drawing_to_drawing_and_back(places: dict[str, str], watch: Any) -> None:
    watched = watch(places["folder"])
    shown = live(watched.open("light.html"))
    path = ["banana"]
    for nth, rank in ((0, 0), (1, 3), (2, 7), (3, 5)):  # each way once; the first click loads the data
        button = shown.locator(".vs-found").nth(nth).locator("button").nth(rank)
        path.append(button.get_attribute("data-name"))
        button.click()
        shows(shown, path[-1])
        assert button.evaluate("el => el === document.activeElement"), "the focus stays in its place"
        current = shown.locator('[aria-current="true"]')
        assert current.count() == 1 and current.get_attribute("aria-label") == path[-1]
        assert current.evaluate(
            "el => { const [a, b] = [el, el.parentElement].map((e) => e.getBoundingClientRect());"
            " return a.top >= b.top && a.bottom <= b.bottom; }"
        ), "it is rolled to"
    while len(path) > 1:
        path.pop()
        role(shown, "back").click()
        shows(shown, path[-1])
    assert not role(shown, "back").is_visible() and focused(shown)
    assert watched.errors == []


def test_names_and_subcategories_narrow_down_and_a_name_that_is_not_there_gets_a_sentence(
    places: dict[str, str], watch: Any
) -> None:
    watched = watch(places["folder"])
    shown = live(watched.open("light.html"))
    field, kind = role(shown, "name"), role(shown, "kind")
    status = "document.querySelector('[data-role=status]').textContent"
    field.fill("Cat ")
    until(shown, f"{status} === '3 drawings with \"cat\" in the name.'")
    assert visible(shown) == ["cat face", "cat", "black cat"], "no identification card"
    field.fill("berr")
    until(shown, f"{status}.includes('berr')")
    assert visible(shown) == [name for name in NAMES if "berr" in name] and visible(shown)
    field.fill("qwzx <b>")
    until(shown, f"{status} === 'No drawing has \"qwzx <b>\" in its name. Try another word.'")
    assert visible(shown) == [] and shown.locator(".island b b").count() == 0
    shows(shown, "banana")
    field.press("Enter")
    field.fill("")
    until(shown, f"{status} === 'All 853 drawings.'")
    assert visible(shown) == NAMES
    kind.select_option("drink")
    assert visible(shown) == [name for name, k in zip(NAMES, KIND, strict=True) if KINDS[k] == "drink"]
    field.fill("cat")
    until(shown, f"{status}.startsWith('No drawing in drink has \"cat\" in its name.')")
    field.fill("wine")
    until(shown, f"{status}.includes('drawing in drink with \"wine\"')")
    field.press("Enter")
    shows(shown, visible(shown)[0])
    options = kind.locator("option").all_inner_texts()
    assert options == ["all", *(f"{name} ({KIND.count(k)})" for k, name in enumerate(KINDS))]
    assert watched.errors == []


def test_the_keyboard_alone_is_enough(places: dict[str, str], watch: Any) -> None:
    watched = watch(places["folder"])
    shown = live(watched.open("light.html"))
    press = shown.keyboard.press
    for _ in range(4):  # name, subcategory, surprise, all drawings
        press("Tab")
    press("Enter")
    until(shown, "document.querySelectorAll('.vs-all canvas').length === 853")
    until(shown, "document.activeElement.getAttribute('aria-label') === 'banana'")
    wide = shown.evaluate("getComputedStyle(document.querySelector('.vs-all')).gridTemplateColumns.split(' ').length")
    at = NAMES.index("banana")
    for key, step in (
        ("ArrowRight", 1),
        ("ArrowDown", wide),
        ("ArrowLeft", -1),
        ("ArrowUp", -wide),
        ("ArrowUp", -wide),
    ):
        press(key)
        at += step
        assert focused(shown) == NAMES[at]
    press("Enter")
    shows(shown, NAMES[at])
    press("Home")
    press("ArrowLeft")
    assert focused(shown) == NAMES[0], "there is nothing before the first"
    press("End")
    assert focused(shown) == NAMES[-1]
    press("Tab")
    assert role(shown, "back").evaluate("el => el === document.activeElement")
    press("Tab")  # all rows are one stop
    found = [NEAR[way]["found"][at] for way in WAYS]
    assert focused(shown) == NAMES[found[0][0]]
    for key, row, rank in (("ArrowRight", 0, 1), ("ArrowDown", 1, 1), ("End", 3, 7), ("ArrowUp", 2, 7)):
        press(key)
        assert focused(shown) == NAMES[found[row][rank]]
    press("Enter")
    shows(shown, NAMES[found[2][7]])
    announced = "document.querySelector('[data-role=announce]').textContent"
    until(shown, f"{announced}.startsWith('{NAMES[found[2][7]]}: nearest by the network is ')")
    press("Tab")
    assert shown.locator(".vs-all [tabindex='0']").count() == shown.locator(".vs-found [tabindex='0']").count() == 1
    assert watched.errors == []


def test_surprises_come_by_the_rule_that_is_stated(places: dict[str, str], watch: Any) -> None:
    near, cosines = ([row[0] for row in NEAR["network"][key]] for key in ("found", "cosines"))
    wrong = sorted((-cosines[i], i) for i in range(len(NAMES)) if KIND[near[i]] != KIND[i])
    pairs: list[int] = []
    for _, i in wrong:
        if not (near[near[i]] == i and near[i] in pairs):
            pairs.append(i)
    shown = live(watch(places["server"]).open("light.html"))
    for nth in range(30):
        role(shown, "surprise").click()
        shows(shown, NAMES[pairs[nth]])
        beginning = f"Surprise {nth + 1} of {len(pairs)}: the network's nearest to {NAMES[pairs[nth]]} is "
        assert role(shown, "status").inner_text().startswith(beginning + NAMES[near[pairs[nth]]])
    assert "banana" in [NAMES[i] for i in pairs[:30]]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_drawings_stand_on_white_in_both_themes(theme: str, places: dict[str, str], watch: Any) -> None:
    shown = live(watch(places["server"], width=360, height=740).open(f"{theme}.html"))
    load(shown)
    for canvas in (
        role(shown, "picture"),
        shown.locator(".vs-all canvas").first,
        shown.locator(".vs-found canvas").first,
    ):
        assert canvas.evaluate("el => getComputedStyle(el).backgroundColor") == "rgb(255, 255, 255)"
        corner = "el => [...el.getContext('2d').getImageData(0, 0, 1, 1).data]"
        assert canvas.evaluate(corner) == [255, 255, 255, 255]
    widths = shown.locator(".vs-all button").evaluate_all("all => all.map((b) => b.getBoundingClientRect())")
    assert min(min(box["width"], box["height"]) for box in widths) >= 40
    assert shown.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_drawing_that_is_not_there_is_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match=r'"banan" is none of the 853 drawings\. Did you mean banana'):
        islands.show("visual_search", drawing="banan")
    assert islands.show("visual_search", drawing=" Banana").drawing == "banana"
