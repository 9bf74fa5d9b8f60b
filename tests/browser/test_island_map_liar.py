"""The island of maps in a browser: lines, rings and shares are those of Python, by mouse, by keyboard, in the game."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from island_fixtures import addresses, live, page, until

from embedlib import islands
from embedlib.islands.map_liar import DEFAULTS, NEIGHBOURS, SIDE, collection, map_name, nearest, shares

WORDS = collection()["words"]
EDGE = 12


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    made = tmp_path_factory.mktemp("islands")
    islands.export_site(made, ["map_liar"])
    for theme in ("light", "dark"):
        place = islands.placeholder_html("map_liar", ".")
        (made / f"{theme}.html").write_text(page(place, theme), encoding="utf-8")
    yield from addresses(made)


def opened(watch: Any, address: str, calm: bool = True, theme: str = "light", **size: int) -> tuple[Any, Any]:
    watched = watch(address, **size)
    watched.page.emulate_media(reduced_motion="reduce" if calm else "no-preference")
    return watched, live(watched.open(f"{theme}.html"))


def role(shown: Any, name: str) -> Any:
    return shown.locator(f'[data-role="{name}"]')


def placed(shown: Any, marks: str, x: str = "cx", y: str = "cy") -> Any:
    """Where some marks of the drawing are, in pixels, shape (n, 2)."""
    found = shown.locator(f"svg {marks}")
    return np.array(found.evaluate_all(f"all => all.map((mark) => [mark.{x}, mark.{y}].map((v) => v.baseVal.value))"))


def drawn(shown: Any) -> Any:
    """Where the dots stand, in steps of the map."""
    size = shown.evaluate("document.querySelector('.ml-map').clientWidth")
    steps = (placed(shown, "[role=option]") - EDGE) / (size - 2 * EDGE)
    return np.column_stack([steps[:, 0], 1 - steps[:, 1]]) * SIDE


def shows(shown: Any, word: str, **options: Any) -> None:
    """Everything that is seen and said is what Python says of this word on this map."""
    until(shown, f"document.querySelector('[data-role=query]').textContent === {word!r}")
    until(shown, "document.querySelector('.ml-map').dataset.still === 'true'")
    name, i = map_name({**DEFAULTS, **options}), WORDS.index(word)
    points = collection()["maps"][name]
    np.testing.assert_allclose(drawn(shown), np.array(points).reshape(-1, 2), atol=15)
    near = collection()["near"][name.split()[0]][i]
    ringed = nearest(points)[i].tolist()
    both = [j for j in near if j in ringed]
    told = [dd.locator("button").all_inner_texts() for dd in shown.locator("dd").all()]
    lists = [both, [j for j in near if j not in both], [j for j in ringed if j not in both]]
    assert told == [[WORDS[j] for j in each] for each in lists]
    assert role(shown, "kept").inner_text() == f"{len(both)} of {NEIGHBOURS} are the same."
    dots = placed(shown, "[role=option]")
    for marks, js in ((("line", "x1", "y1"), [i] * NEIGHBOURS), (("line", "x2", "y2"), near)):
        np.testing.assert_allclose(placed(shown, *marks), dots[js], atol=0.1)
    np.testing.assert_allclose(placed(shown, "[aria-hidden] > circle"), dots[[i, *ringed]], atol=0.1)
    whole = role(shown, "whole").inner_text()
    assert [float(x) for x in re.findall(r"\d+(?:\.\d+)?", whole)] == [
        NEIGHBOURS,
        round(100 * shares()[name]),
        2,
        round(collection()["trust"][name], 2),
        0.5,
    ]
    best = max(share for other, share in shares().items() if other.split()[0] == name.split()[0])
    assert f"keeps more than {100 * best:.0f}\u00a0%" in role(shown, "best").inner_text()
    selected = shown.locator('circle[aria-selected="true"]')
    assert selected.count() == 1 and selected.get_attribute("aria-label").startswith(f"{word}, ")
    assert shown.locator("svg").get_attribute("aria-activedescendant") == selected.get_attribute("id")


def press(shown: Any, key: str, text: str) -> None:
    role(shown, key).locator("button", has_text=re.compile(f"^{text}$")).click()


def test_each_choice_shows_what_python_finds(places: dict[str, str], watch: Any) -> None:
    watched, shown = opened(watch, places["folder"])
    shows(shown, "chef")
    role(shown, "word").fill("mouse")
    shows(shown, "mouse")
    press(shown, "seed", "2")
    shows(shown, "mouse", seed=2)
    role(shown, "slider").focus()
    for stop in (10, 5, 2):
        shown.keyboard.press("ArrowLeft")
        shows(shown, "mouse", seed=2, perplexity=stop)
        assert role(shown, "number").inner_text() == str(stop)
    press(shown, "method", "UMAP")
    shows(shown, "mouse", seed=2, method="UMAP")
    role(shown, "slider").focus()
    shown.keyboard.press("End")
    shows(shown, "mouse", seed=2, method="UMAP", n_neighbors=200)
    press(shown, "data", "noise")
    shows(shown, "mouse", seed=2, method="UMAP", n_neighbors=200, data="noise")
    press(shown, "method", "PCA")
    shows(shown, "mouse", method="PCA", data="noise")
    assert not role(shown, "slider").is_visible(), "PCA has no setting"
    shown.locator("dd button").first.click()
    following = role(shown, "query").inner_text()
    assert following != "mouse"
    shows(shown, following, method="PCA", data="noise")
    assert watched.errors == [] and watched.foreign == []


def test_a_word_is_typed_completed_or_refused(places: dict[str, str], watch: Any) -> None:
    watched, shown = opened(watch, places["folder"])
    field, options = role(shown, "word"), role(shown, "options").locator("li")
    status = "document.querySelector('[data-role=status]').textContent"
    field.fill("Sal")
    until(shown, f"{status}.includes('of the 480 words begin with \"sal\"')")
    assert options.all_inner_texts() == sorted(word for word in WORDS if word.startswith("sal"))[:6]
    field.press("ArrowDown")
    field.press("ArrowDown")
    chosen = options.nth(1).inner_text()
    field.press("Enter")
    shows(shown, chosen)
    assert field.input_value() == chosen and options.count() == 0 and shown.evaluate(status) == ""
    for strange in ("qwzx <b>", "  ", "42", "'"):
        field.fill(strange)
        field.press("Enter")
        if strange.strip():
            until(shown, f"{status}.startsWith('None of the 480 words begins with')")
        shows(shown, chosen)
    assert shown.locator(".island [data-role=status] b").count() == 0
    field.fill("LION")
    shows(shown, "lion")
    assert watched.errors == []


def test_the_keyboard_walks_over_the_map(places: dict[str, str], watch: Any) -> None:
    watched, shown = opened(watch, places["server"])
    shown.locator("svg[role=listbox]").focus()
    points = np.array(collection()["maps"][map_name(DEFAULTS)]).reshape(-1, 2)
    at = WORDS.index("chef")
    for key, axis, sign in (("ArrowRight", 0, 1), ("ArrowUp", 1, 1), ("ArrowLeft", 0, -1), ("ArrowDown", 1, -1)) * 2:
        before = at
        shown.keyboard.press(key)
        until(shown, f"document.querySelector('[data-role=query]').textContent !== {WORDS[before]!r}")
        at = WORDS.index(role(shown, "query").inner_text())
        assert (points[at] - points[before])[axis] * sign > 0
    shows(shown, WORDS[at])
    announced = "document.querySelector('[data-role=announce]').textContent"
    until(shown, f"{announced}.startsWith('{WORDS[at]}: ')")
    assert (
        f"Whole map, t-SNE, perplexity 30, seed 0: {100 * shares()[map_name(DEFAULTS)]:.0f}\u00a0%."
        in shown.evaluate(announced)
    )
    assert watched.errors == []


def test_a_click_takes_the_nearest_point_and_a_close_up_keeps_what_is_true(places: dict[str, str], watch: Any) -> None:
    watched, shown = opened(watch, places["folder"])
    role(shown, "word").fill("lion")
    shows(shown, "lion")
    said = role(shown, "rows").inner_text()
    role(shown, "close").check()
    assert role(shown, "rows").inner_text() == said
    names = shown.locator("svg text").all_text_contents()
    assert len(names) >= 12 and names[0] == "lion" and set(names) <= set(WORDS)
    dot = shown.locator('circle[aria-label="leopard, animal"]').bounding_box()
    shown.mouse.click(dot["x"] + dot["width"] / 2 + 3, dot["y"] + dot["height"] / 2)
    role(shown, "close").uncheck()
    shows(shown, "leopard")
    assert watched.errors == []


@pytest.mark.parametrize("guess", ["Real words", "Noise"])
def test_the_game_hides_the_names_and_tells_the_truth(guess: str, places: dict[str, str], watch: Any) -> None:
    watched, shown = opened(watch, places["folder"])
    right = 0
    for nth in range(1, 5):
        role(shown, "play").click()
        until(shown, "document.querySelector('.ml-asked')")
        assert shown.locator("line, svg text, [aria-hidden] > circle").count() == 0
        assert not role(shown, "rows").is_visible() and not role(shown, "controls").locator("input").first.is_visible()
        assert not shown.locator("svg .ml-kind").count()
        at = drawn(shown)
        name = next(n for n, p in collection()["maps"].items() if np.abs(np.array(p).reshape(-1, 2) - at).max() < 15)
        role(shown, "answers").get_by_role("button", name=guess).click()
        noise = name.startswith("noise")
        right += noise == (guess == "Noise")
        verdict = role(shown, "verdict").inner_text()
        assert verdict.startswith("Yes" if noise == (guess == "Noise") else "No")
        assert ("noise" in verdict) == noise and f"{right} of {nth} right" in verdict
        data, method, setting, seed = name.split()
        options = {"data": data, "method": method, "seed": int(seed)}
        shows(
            shown,
            "chef",
            **options,
            **{"t-SNE": {"perplexity": int(setting)}, "UMAP": {"n_neighbors": int(setting)}}[method],
        )
        assert role(shown, "play").evaluate("el => el === document.activeElement")
    assert watched.errors == []


def test_nothing_moves_unless_the_reader_moves_it(places: dict[str, str], watch: Any) -> None:
    watched, shown = opened(watch, places["folder"], calm=False)
    still = "document.querySelector('.ml-map').dataset.still"
    assert shown.evaluate(still) == "true"
    role(shown, "word").fill("mouse")
    shows(shown, "mouse")
    role(shown, "slider").focus()
    shown.keyboard.press("ArrowLeft")
    assert shown.evaluate(still) == "false", "points glide to their new places"
    shows(shown, "mouse", perplexity=10)
    shown.emulate_media(reduced_motion="reduce")
    shown.keyboard.press("ArrowLeft")
    assert shown.evaluate(still) == "true", "whoever wants no motion gets none"
    shows(shown, "mouse", perplexity=5)
    assert watched.errors == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_phone_shows_the_whole_map(theme: str, places: dict[str, str], watch: Any) -> None:
    _, shown = opened(watch, places["server"], theme=theme, width=360, height=740)
    shows(shown, "chef")
    inside = """(svg) => { const box = svg.getBoundingClientRect();
      return [...svg.querySelectorAll("circle, text")].every((mark) => { const at = mark.getBoundingClientRect();
        return at.left >= box.left && at.right <= box.right && at.top >= box.top && at.bottom <= box.bottom; }); }"""
    assert shown.locator("svg[role=listbox]").evaluate(inside)
    shown.set_viewport_size({"width": 800, "height": 740})
    until(shown, "document.querySelector('svg').viewBox.baseVal.width > 400")
    shows(shown, "chef")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"word": "chief"}, '"chief" is not among the 480 words of these maps. Did you mean chef'),
        ({"method": "tsne"}, "method is one of PCA, t-SNE, UMAP, not 'tsne'."),
        ({"perplexity": 7}, "perplexity is one of 2, 5, 10, 30, 100, not 7."),
        ({"n_neighbors": True}, "n_neighbors is one of 2, 5, 15, 50, 200, not True."),
        ({"seed": 3}, "seed is a whole number from 0 to 2, not 3."),
        ({"data": "pictures"}, "data is one of words, noise, not 'pictures'."),
    ],
)
def test_options_are_checked_with_a_sentence(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        islands.show("map_liar", **options)
    assert islands.show("map_liar", word=" Chef").word == "chef"
