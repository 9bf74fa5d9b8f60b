"""What every island promises: from a server and a folder, on a phone, in the dark, on paper, without scripts."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from island_fixtures import StrictHandler, addresses, live, page, served, until

from embedlib import islands
from embedlib.islands import base, site

NAMES = islands.available()
LOADING = [name for name in NAMES if name not in ("senses", "skipgram")]
DATA = {
    "convention_lab": ["convention_lab.data.js"],
    **{name: ["neighbors.data.js"] for name in ("neighbors", "playground")},
    "encoder": ["encoder.worker.js", *(f"encoder.minilm-{nth}.js" for nth in range(7))],
    "features": ["features.data.js"],
    "film_night": ["film_night.data.js"],
    "map_liar": ["map_liar.data.js"],
    "search_lab": ["search_lab.data.js"],
    "senses": [],
    "skipgram": [],
    "visual_search": ["visual_search.data.js"],
}
"""The files that come when an island is first used."""
PLACES = ("server", "folder")
THEMES = ("light", "dark")
SPOKEN = 900
"""Milliseconds after which what an island said first has reached its line for screen readers, too."""


def use(root: Any, name: str, text: str = "guitar") -> None:
    """Do with an island what a reader does first, and wait for the answer."""
    if name == "skipgram":
        root.locator('[data-role="step"]').click()
        until(root.page, "document.querySelector('[data-role=heading]').textContent.includes('taken')")
        return
    if name == "senses":
        root.locator('[data-role="map"] button').last.focus()
        until(root.page, "document.querySelector('[data-role=read]').textContent.startsWith('money: ')")
        return
    begin(root, name, text)
    if name in ("visual_search", "map_liar", "film_night"):
        status = root.locator('[data-role="status"]').element_handle()
        root.page.wait_for_function('([el, text]) => el.textContent.includes(`"${text}"`)', arg=[status, text])
        return
    if name == "features":
        shown = root.locator('[data-role="grey"]').element_handle()
        root.page.wait_for_function("el => /coffee/.test(el.ariaLabel)", arg=shown)
        return
    if name == "convention_lab":
        lane = root.locator(".cl-other").last.element_handle()
        root.page.wait_for_function("el => el.dataset.score < 0.6 && el.dataset.low", arg=lane)
        return
    role = {"neighbors": "query", "playground": "formula", "encoder": "pieces", "search_lab": "query"}[name]
    shown = root.locator(f'[data-role="{role}"]').element_handle()
    root.page.wait_for_function("([el, text]) => el.textContent.includes(text)", arg=[shown, text])


def begin(root: Any, name: str, text: str) -> None:
    """Type a word, choose a photograph, press a switch; what answers in the encoder is loaded first, by a button."""
    if name == "features":
        root.locator('[data-role="photo"]').select_option("coffee")
        return
    if name == "convention_lab":
        root.get_by_label("scored 0", exact=True).check(force=True)
        return
    field = root.locator("input[type=text]").first
    if name == "encoder" and not field.is_visible():
        root.locator("[data-model=minilm]").click()
        done = "el => /on your machine|did not arrive/.test(el.textContent)"
        root.page.wait_for_function(done, arg=root.locator(".i-status").element_handle())
    if field.is_visible():
        field.fill(text)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("islands")
    islands.export_site(made)
    for name in NAMES:
        place = islands.placeholder_html(name, ".")
        for theme in THEMES:
            (made / f"{name}-{theme}.html").write_text(page(place, theme), encoding="utf-8")
        (made / f"{name}-two.html").write_text(page(place + place), encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def places(folder: Path) -> Iterator[dict[str, str]]:
    yield from addresses(folder)


Watcher = Callable[..., Any]


def opened(watched: Any, name: str, theme: str = "light") -> Any:
    live(watched.open(f"{name}-{theme}.html"))
    return watched.page.locator(".island").first


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("where", PLACES)
def test_it_answers_and_asks_nobody_else(places: dict[str, str], watch: Watcher, where: str, name: str) -> None:
    watched = watch(places[where])
    asked: list[str] = []
    root = opened(watched, name)
    watched.page.on("request", lambda request: asked.append(request.url))
    watched.page.mouse.wheel(0, 2000)
    watched.page.keyboard.press("Tab")
    watched.page.wait_for_timeout(200)
    assert asked == [], "data comes when the island is first used, and not before"
    use(root, name)
    files = sorted(re.sub(r".*/|\?.*", "", url) for url in asked)  # a worker's file may be told of late
    assert files == sorted(DATA[name])
    assert watched.errors == [] and watched.foreign == []


@pytest.mark.parametrize("name", NAMES)
def test_its_module_is_one_that_a_notebook_can_load(places: dict[str, str], watch: Watcher, name: str) -> None:
    """On the site it is a function's body, where a name may be declared twice; in JupyterLab it is a module."""
    shown = watch(places["server"]).open("skipgram-light.html")
    text = site.module_source(base.island(name))
    blob = "URL.createObjectURL(new Blob([text], { type: 'text/javascript' }))"
    assert shown.evaluate(f"async (text) => typeof (await import({blob})).default.render", text) == "function"


@pytest.mark.parametrize("name", LOADING)
def test_it_says_what_it_will_load(places: dict[str, str], watch: Watcher, name: str) -> None:
    root = opened(watch(places["folder"]), name)
    small = dict.fromkeys(("convention_lab", "features", "film_night", "map_liar", "visual_search"), r"loads 0\.\d MB")
    said = {"encoder": r"\(21 MB\)", **small}.get(name, r"loads 1\.\d MB")
    assert re.search(said, root.inner_text())


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("width", [1280, 360])
def test_its_room_is_kept_free_until_it_is_live(places: dict[str, str], watch: Watcher, width: int, name: str) -> None:
    root = opened(watch(places["server"], width=width), name)
    height = "el => el.getBoundingClientRect().height"
    now = root.evaluate(height)
    root.evaluate("el => { el.dataset.islandState = 'loading'; el.replaceChildren(); }")
    assert root.evaluate(height) == pytest.approx(now, abs=30)


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("theme", THEMES)
def test_a_phone_shows_it_without_scrolling_sideways(
    places: dict[str, str], watch: Watcher, theme: str, name: str
) -> None:
    root = opened(watch(places["server"], width=360, height=740), name, theme)
    use(root, name, "telecommunications")
    assert root.page.evaluate("document.documentElement.scrollWidth") <= 360
    pressed = root.locator("button, input, select, textarea, li[role=option]").filter(visible=True)
    small = pressed.evaluate_all(
        """controls => controls.map((control) => (control.type === "checkbox" && control.closest("label")) || control)
        .filter((control) => control.getBoundingClientRect().height < 24).map((control) => control.outerHTML)"""
    )
    assert small == [], "everything that is pressed is at least 24 pixels high"


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_nothing(places: dict[str, str], watch: Watcher, theme: str, name: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    root = opened(watch(places["folder"]), name, theme)
    assert Axe().run(root.page).response["violations"] == []
    use(root, name)
    found = Axe().run(root.page).response["violations"]
    assert found == [], [(each["id"], each["nodes"][0]["html"]) for each in found]
    if theme == "dark":
        assert root.evaluate("el => getComputedStyle(el).color") == "rgb(230, 232, 234)"


@pytest.mark.parametrize("name", NAMES)
def test_without_scripts_the_page_shows_an_answer_and_no_control(
    places: dict[str, str], browser: Any, name: str
) -> None:
    context = browser.new_context(java_script_enabled=False)
    without = context.new_page()
    without.goto(f"{places['folder']}{name}-light.html")
    assert without.locator(".island table tbody tr").first.is_visible()
    assert without.locator("input, button, select, textarea").count() == 0
    # Chromium with scripts switched off by a debugger still reads pages as if they ran, and hides this sentence.
    assert "it shows one example" in without.locator("noscript").text_content()
    context.close()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("broken", ["throw new Error('broken');", None])
def test_an_island_whose_script_fails_leaves_its_table(
    folder: Path, tmp_path: Path, watch: Watcher, broken: str | None, name: str
) -> None:
    shutil.copytree(folder, tmp_path / "site")
    script = tmp_path / "site" / "islands" / f"{name}.js"
    # Either the script as a whole is broken, or its last step is, when the live view stands already.
    script.write_text(broken or script.read_text().replace("announcer(role(", "announcer(nothing("))
    shown = watch((tmp_path / "site").as_uri() + "/").open(f"{name}-light.html")
    shown.wait_for_selector('[data-island-state="failed"]')
    assert shown.locator(".island table tbody tr").first.is_visible()
    assert shown.locator("input, button").count() == 0


@pytest.mark.parametrize("name", NAMES)
def test_two_on_a_page_are_independent(places: dict[str, str], watch: Watcher, name: str) -> None:
    watched = watch(places["folder"])
    asked: list[str] = []
    watched.page.on("request", lambda request: asked.append(request.url))
    live(watched.open(f"{name}-two.html"))
    first, second = watched.page.locator(".island").all()
    watched.page.wait_for_timeout(SPOKEN)
    before = second.inner_text()
    use(first, name)
    assert second.inner_text() == before
    if name in LOADING:
        use(second, name, "paris")
        assert sum(DATA[name][-1] in url for url in asked) == 1
    ids = watched.page.evaluate("[...document.querySelectorAll('[id]')].map((el) => el.id)")
    assert len(ids) == len(set(ids)) and watched.errors == []


@pytest.mark.parametrize("name", LOADING)
@pytest.mark.parametrize(
    "damage",
    [
        lambda script: None,
        lambda script: script[: len(script) // 2],
        lambda script: script[: len(script) // 2] + '";\n',
        lambda script: re.sub(r'= ".*"', '= "aGVsbG8="', script),
        lambda script: script.replace("H4sI", "AAAA", 1),
    ],
    ids=["missing", "cut short", "cut short and closed", "something else", "not gzip"],
)
def test_data_that_does_not_arrive_is_said_and_can_be_tried_again(
    folder: Path, tmp_path: Path, watch: Watcher, damage: Callable[[str], str | None], name: str
) -> None:
    shutil.copytree(folder, tmp_path / "site")
    data = tmp_path / "site" / "islands" / ("encoder.minilm-0.js" if name == "encoder" else DATA[name][0])
    whole = data.read_text()
    broken = damage(whole)
    data.unlink() if broken is None else data.write_text(broken)
    root = opened(watch((tmp_path / "site").as_uri() + "/"), name)
    answer = root.locator('tbody, [data-role="rows"]').first
    before = answer.inner_text()
    begin(root, name, "dog")
    until(root.page, "document.querySelector('.i-status').textContent.includes('did not arrive')")
    assert answer.inner_text() == before
    if name == "playground":
        root.locator('[data-role="leave-out"]').click()
        until(root.page, "!document.querySelector('[aria-busy]')")
        assert root.locator('[data-role="leave-out"]').is_checked(), "what could not be done is not shown as done"
    data.write_text(whole)
    use(root, name, "berlin")
    assert "did not arrive" not in root.locator(".i-status").first.inner_text()


@pytest.mark.parametrize("name", NAMES)
def test_a_strict_security_policy_is_kept(folder: Path, watch: Watcher, name: str) -> None:
    with served(folder, StrictHandler) as address:
        watched = watch(address)
        watched.page.goto(f"{address}{name}-light.html")
        live(watched.page)
        root = watched.page.locator(".island").first
        root.locator("button, input[type=text]").filter(visible=True).last.click()
        if name == "encoder":
            until(watched.page, "document.querySelector('.i-status').textContent.includes('on your machine')")
        if name in ("convention_lab", "features"):
            use(root, name)
        elif name in LOADING:
            root.locator("input[type=text]").first.fill("guitar")
            answers = "[data-role=query], [data-role=formula], [data-role=pieces]"
            shown = "[data-role=status]" if name in ("visual_search", "map_liar", "film_night") else answers
            until(watched.page, f"document.querySelector('{shown}').textContent.includes('guitar')")
        assert watched.errors == [] and watched.foreign == []


@pytest.mark.parametrize("name", NAMES)
def test_a_printed_island_is_a_figure(places: dict[str, str], watch: Watcher, name: str) -> None:
    root = opened(watch(places["server"]), name)
    if name == "encoder":
        use(root, name)
    root.page.emulate_media(media="print")
    # The list that names the word of a printed table of neighbours stays: it is its heading.
    controls = "input, textarea, [role=tab], select:not([data-role=word])"
    assert not root.locator(controls).filter(visible=True).count()
    marks = {
        "senses": '[data-role="map"] button',
        "map_liar": '[data-role="map"] :is(button, circle)',
        "convention_lab": ".cl-dot",
        "search_lab": ".sl-board button",
        "film_night": ".fn-film",
    }
    if name in marks:
        assert root.locator(marks[name]).first.is_visible()
        return
    assert root.locator('table, [data-role="rows"]').filter(visible=True).count()
    canvas = root.locator("canvas").first
    assert canvas.evaluate("el => getComputedStyle(el).printColorAdjust") == "exact"
