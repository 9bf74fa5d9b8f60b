"""The search lab in a browser: Python's numbers, one's own query by keyboard alone, and what cannot be answered."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from island_fixtures import addresses, live, page, until

from embedlib import islands
from embedlib.islands import base, site
from embedlib.islands.search_lab import DEFAULTS, search
from embedlib.islands.search_lab.search import EXAMPLES

OWN = "wages of working women"
STATUS = "document.querySelector('[data-role=status]').textContent"
QUERY = "document.querySelector('[data-role=query]').textContent"
OPEN = """async ([source, data]) => {
  const module = await import(URL.createObjectURL(new Blob([source], { type: "text/javascript" })));
  const buffer = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0)).buffer;
  let receive;
  const send = ({ part }) => setTimeout(() => receive({ part }, [new DataView(buffer)]));
  const model = { on: (_, each) => { receive = each; }, off() {}, send };
  const held = await module.openData(model);
  window.find = (query, options) => module.search(held, query, held.known.get(query), options);
}"""


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    made = tmp_path_factory.mktemp("islands")
    islands.export_site(made, ["search_lab"])
    for theme in ("light", "dark"):
        (made / f"{theme}.html").write_text(page(islands.placeholder_html("search_lab", "."), theme), encoding="utf-8")
    (made / "bare.html").write_text("<!doctype html><title>bare</title><link rel=icon href=data:,>", encoding="utf-8")
    yield from addresses(made)


def role(shown: Any, name: str) -> Any:
    return shown.locator(f'[data-role="{name}"]')


def cards(shown: Any, column: str) -> list[int]:
    found = shown.locator(f".sl-{column} button").evaluate_all("all => all.map((b) => Number(b.dataset.passage))")
    return list(found)


def ask(shown: Any, query: str) -> None:
    role(shown, "field").fill(query)
    until(shown, f"{QUERY} === {query!r}", patience=30)


def focused(shown: Any) -> tuple[str, int]:
    """The column and the passage of the card that has the focus."""
    here = "document.activeElement"
    column, passage = shown.evaluate(f"[{here}.closest('.sl-column').className, {here}.dataset.passage]")
    return column.split("-")[-1], int(passage)


def test_the_page_finds_what_python_finds(places: dict[str, str], watch: Any) -> None:
    shown = watch(places["server"]).open("bare.html")
    one = base.island("search_lab")
    source = site.module_source(one).replace("export default { render };", "export { openData, search };")
    shown.evaluate(OPEN, [source, base64.b64encode(base.part_bytes(one, "data")).decode()])
    own = (
        "yellow fever",
        "Treaties, treaty; TREATY of peace with Spain",
        "of the and",
        "qwzx",
        "naïve café $1.3 BILLION",
    )
    for query in (*EXAMPLES.values(), *own):
        for options in ({"since": 1790, "until": 2026, "k": 60}, {"since": 1850, "until": 1920, "k": 1}):
            ours, theirs = (
                shown.evaluate("([query, options]) => find(query, options)", [query, options]),
                search.search(query, **options),
            )
            assert {key: ours[key] for key in ours if key != "hits"} == {
                key: theirs[key] for key in theirs if key != "hits"
            }
            assert set(ours["hits"]) == {str(i) for i in theirs["hits"]}
            for i, hit in theirs["hits"].items():
                mine = ours["hits"][str(i)]
                assert mine["scores"] == pytest.approx(hit["scores"], abs=1e-9)
                assert [word for word, _ in mine["adds"]] == [word for word, _ in hit["adds"]]
                for key in ("year", "president", "pieces", "ranks"):
                    assert mine[key] == hit[key]


def test_the_first_answer_and_the_lines_are_drawn_before_any_data_comes(places: dict[str, str], watch: Any) -> None:
    shown = live(watch(places["folder"]).open("light.html"))
    answer = search.search(**DEFAULTS)
    for name, top in answer["top"].items():
        assert cards(shown, name) == top
    joined = [set(answer["top"][one]) & set(answer["top"]["both"]) for one in ("bm25", "minilm")]
    lines = [shown.locator("svg").nth(nth).locator("path").count() for nth in (0, 1)]
    assert lines == [len(both) for both in joined] and sum(lines) >= 3
    best = answer["hits"][answer["top"]["both"][0]]
    assert role(shown, "reading").locator("p").first.inner_text() == f"{best['year']}, {best['president']}"
    marks = role(shown, "reading").locator("mark").all_inner_texts()
    assert marks == best["pieces"][1::2]
    said = role(shown, "reading").locator("dd").last.inner_text()
    bm25, minilm = best["ranks"]["bm25"], best["ranks"]["minilm"]
    assert said == f"1st: 1/(60 + {bm25}) + 1/(60 + {minilm}) = {1 / (60 + bm25) + 1 / (60 + minilm):.4f}"


@pytest.mark.parametrize("place", ["server", "folder"])
def test_ones_own_query_by_keyboard_alone(place: str, places: dict[str, str], watch: Any) -> None:
    """BM25 at once; with MiniLM, loaded by its button, vectors within 0.01 of Python's and the fusion of both."""
    pytest.importorskip("transformers")
    from embedlib.contextual import ContextualEncoder

    watched = watch(places[place])
    shown = live(watched.open("light.html"))
    shown.keyboard.press("Tab")
    shown.keyboard.press("Control+a")
    shown.keyboard.type(OWN)
    until(shown, f"{QUERY} === {OWN!r}")
    assert cards(shown, "bm25") == search.search(OWN, 1790, 2026, 60)["top"]["bm25"]
    assert cards(shown, "minilm") == cards(shown, "both") == []
    assert "MiniLM has not read this query" in role(shown, "rows").inner_text()
    shown.keyboard.press("Tab")
    assert shown.evaluate("document.activeElement.textContent") == "Load MiniLM (21 MB)"
    shown.keyboard.press("Enter")
    until(shown, "document.querySelectorAll('.sl-minilm button').length === 5", patience=60)

    encoder = ContextualEncoder()
    vector = encoder.encode(OWN)
    exact = search.cosines(vector)
    found = cards(shown, "minilm")
    scores = [float(text) for text in shown.locator(".sl-minilm .sl-score").all_inner_texts()]
    np.testing.assert_allclose(scores, exact[found], atol=0.01)
    assert scores[-1] >= np.sort(exact)[-5] - 0.01
    whole = encoder.encode([search.passages()[i][2] for i in found])
    cosines = whole @ vector / np.linalg.norm(whole, axis=1) / np.linalg.norm(vector)
    np.testing.assert_allclose(scores, cosines, atol=0.015)
    text = role(shown, "reading").locator("dd").last.inner_text()
    ranks = [int(rank) for rank in re.findall(r"60 \+ (\d+)", text)]
    assert f"= {sum(1 / (60 + rank) for rank in ranks):.4f}" in text

    assert shown.evaluate("document.activeElement.dataset.role") == "field", "one goes on writing"
    shown.keyboard.press("Control+a")
    shown.keyboard.type("<b>bold</b> pirates 😀")
    until(shown, f"{QUERY}.includes('pirates') && document.querySelectorAll('.sl-minilm button').length === 5")
    assert shown.locator(".sl-said b").count() == 0
    assert watched.errors == [] and watched.foreign == []


def test_arrow_keys_follow_the_lines(places: dict[str, str], watch: Any) -> None:
    shown = live(watch(places["folder"]).open("light.html"))
    top = search.search(**DEFAULTS)["top"]
    shown.locator(".sl-both button").first.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowUp"):
        shown.keyboard.press(key)
    assert focused(shown) == ("both", top["both"][1])
    assert top["both"][1] in top["minilm"], "the second of the fusion has a line to MiniLM's"
    assert shown.locator("svg .sl-chosen").count() == 1
    shown.keyboard.press("ArrowRight")
    assert focused(shown) == ("minilm", top["both"][1])
    shown.keyboard.press("ArrowRight")
    assert focused(shown) == ("minilm", top["both"][1]), "at the edge it stays"
    pressed = shown.locator(".sl-board [aria-pressed=true]")
    assert pressed.count() == 2, "the passage is marked in each list that has it"
    assert shown.locator(".sl-board [tabindex='0']").count() == 1
    shown.locator(".sl-bm25 button").nth(3).click()
    year, president, text = search.passages()[top["bm25"][3]]
    assert role(shown, "reading").inner_text().startswith(f"{year}, {president}\n\n{text[:40]}")


def test_years_and_k_are_controls(places: dict[str, str], watch: Any) -> None:
    watched = watch(places["server"])
    shown = live(watched.open("light.html"))
    shown.get_by_role("button", name="number", exact=True).click()
    until(shown, f"{QUERY} === 'Article VII'")
    before = cards(shown, "both")
    slider = shown.locator("[data-key=k]")
    slider.focus()
    shown.keyboard.press("Home")
    until(shown, "document.querySelector('[data-role=number]').textContent === '1'")
    expected = search.search("Article VII", 1790, 2026, 1)["top"]["both"]
    until(shown, f"document.querySelectorAll('.sl-both button')[1].dataset.passage === '{expected[1]}'")
    assert cards(shown, "both") == expected != before
    since, until_ = shown.locator("[data-key=since]"), shown.locator("[data-key=until]")
    since.fill("1900")
    until(shown, "document.querySelector('[data-role=said]').textContent.includes('of 1,')")
    assert cards(shown, "bm25") == search.search("Article VII", 1900, 2026, 1)["top"]["bm25"]
    until_.fill("1850")
    until(shown, "document.querySelector('.sl-board').innerText.includes('No address was given in these years.')")
    assert not role(shown, "reading").is_visible()
    until_.fill("18")
    until(shown, f"{STATUS} === 'The addresses are of 1790 to 2026.'")
    assert until_.get_attribute("aria-invalid") == "true"
    until_.fill("2026")
    until(shown, "document.querySelectorAll('.sl-bm25 button').length > 0")
    assert until_.get_attribute("aria-invalid") == "false" and watched.errors == []


def test_what_cannot_be_answered_is_said(places: dict[str, str], watch: Any) -> None:
    watched = watch(places["folder"])
    shown = live(watched.open("light.html"))
    ask(shown, "of the and not")
    assert "BM25 leaves out all words of this query" in role(shown, "rows").inner_text()
    ask(shown, "qwzx ΟΔΥΣΣΕΥΣ 東京")
    assert "No passage holds “qwzx”, “οδυσσευς”, “東京”." in role(shown, "rows").inner_text()
    ask(shown, "qwzx yellow fever")
    assert role(shown, "said").inner_text().endswith("hold a word of it, none “qwzx”.")
    role(shown, "field").fill("   ")
    until(shown, f"{STATUS} === 'The query is empty: write a few words.'")
    assert shown.evaluate(QUERY) == "qwzx yellow fever"
    shown.get_by_role("button", name="nowhere", exact=True).click()
    until(shown, f"{QUERY} === 'Lafayette'")
    assert len(cards(shown, "minilm")) == 5 and cards(shown, "bm25") == []
    assert role(shown, "field").input_value() == "Lafayette"
    assert "No passage holds “lafayette”." in role(shown, "rows").inner_text()
    assert watched.errors == [] and watched.foreign == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_phone_shows_every_prepared_query(theme: str, places: dict[str, str], watch: Any) -> None:
    shown = live(watch(places["server"], width=360, height=740).open(f"{theme}.html"))
    for kind, query in EXAMPLES.items():
        shown.get_by_role("button", name=kind, exact=True).click()
        until(shown, f"{QUERY} === {query!r}", patience=30)
        assert shown.evaluate("document.documentElement.scrollWidth") <= 360
        inside = "all => all.every((each) => each.scrollWidth <= each.clientWidth + 1)"
        assert shown.locator(".sl-board button").evaluate_all(inside)
    assert shown.locator(".sl-minilm button").first.evaluate("el => el.getBoundingClientRect().height") >= 44
    colour = role(shown, "said").evaluate("el => getComputedStyle(el).color")
    assert colour == {"light": "rgb(27, 31, 36)", "dark": "rgb(230, 232, 234)"}[theme]


def test_python_s_data_is_the_site_s(places: dict[str, str], tmp_path: Path) -> None:
    """Made twice, the bytes are the same, and they keep to the budget of the whole island's own data."""
    from embedlib.islands.search_lab import data

    assert data() == data() == base.part_bytes(base.island("search_lab"), "data", tmp_path)
    assert site.transferred(site.data_script("search_lab.data", data())) < 2_000_000
