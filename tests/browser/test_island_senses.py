"""The bank of senses in a browser: points read by mouse and keyboard, and a sentence of one's own in its place."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from island_fixtures import addresses, live, page, until

from embedlib import islands
from embedlib.islands.senses import words
from embedlib.vectors import pca_2d

OWN = "The bank of the canal was covered in nettles."


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    made = tmp_path_factory.mktemp("islands")
    islands.export_site(made, ["senses"])
    for theme in ("light", "dark"):
        (made / f"{theme}.html").write_text(page(islands.placeholder_html("senses", "."), theme), encoding="utf-8")
    yield from addresses(made)


def role(shown: Any, name: str) -> Any:
    return shown.locator(f'[data-role="{name}"]')


def points(shown: Any) -> np.ndarray[Any, Any]:
    found = role(shown, "map").locator("button").evaluate_all("all => all.map((b) => [b.dataset.x, b.dataset.y])")
    return np.array(found, dtype=float)


def test_points_are_read_by_mouse_and_by_keyboard(places: dict[str, str], watch: Any) -> None:
    watched = watch(places["folder"])
    shown = live(watched.open("light.html"))
    bank = words()["bank"]
    buttons = role(shown, "map").locator("button")
    assert buttons.count() == 20
    np.testing.assert_allclose(points(shown), np.array(bank["maps"][3]) / 1000, atol=1e-4)
    for i in (4, 15):
        buttons.nth(i).dispatch_event("pointerover")
        kind = bank["kinds"][bank["senses"][i]]
        assert role(shown, "read").inner_text() == f"{kind}: {bank['sentences'][i]}"
    role(shown, "layer").focus()
    shown.keyboard.press("Tab")
    order = np.argsort(points(shown)[:, 0], kind="stable").tolist()
    at = order.index(15)
    for key, step in (("ArrowRight", 1), ("ArrowRight", 1), ("ArrowLeft", -1), ("ArrowLeft", -1), ("ArrowLeft", -1)):
        shown.keyboard.press(key)
        at = (at + step) % 20
        assert buttons.nth(order[at]).evaluate("el => el === document.activeElement")
        assert bank["sentences"][order[at]] in role(shown, "read").inner_text()
    role(shown, "layer").focus()
    shown.keyboard.press("ArrowRight")
    assert role(shown, "number").inner_text() == "4 of 6"
    np.testing.assert_allclose(points(shown), np.array(bank["maps"][4]) / 1000, atol=1e-4)
    assert role(shown, "right").inner_text().startswith(f"Layer 4: {bank['right'][4]} of the 20 sentences")
    role(shown, "word").select_option("spring")
    assert buttons.count() == 30 and role(shown, "legend").locator("span").count() == 3
    assert watched.errors == [] and watched.foreign == []


def test_ones_own_sentence_lands_where_python_says(places: dict[str, str], watch: Any) -> None:
    pytest.importorskip("transformers")
    from embedlib.contextual import get_word_embedding

    watched = watch(places["folder"])
    shown = live(watched.open("light.html"))
    shown.locator("[data-model=minilm]").focus()
    shown.keyboard.press("Enter")
    status = "document.querySelector('[data-role=status]').textContent"
    until(shown, f"{status}.includes('it becomes a point')", patience=400)
    shown.keyboard.type(OWN)
    until(shown, f"{status}.includes('At layer 3 yours is nearest to')", patience=60)

    bank = words()["bank"]
    vectors = get_word_embedding(bank["sentences"], bank["forms"], layer=3)
    mine = get_word_embedding(OWN, "bank", layer=3)
    flat = pca_2d(vectors).points
    axes = np.linalg.lstsq(vectors - vectors.mean(axis=0), flat, rcond=None)[0]
    both = np.vstack([flat, (mine - vectors.mean(axis=0)) @ axes])
    kept = np.array(bank["maps"][3])
    left, _, right = np.linalg.svd(flat.T @ kept)
    both = both @ left @ right
    both /= np.abs(both[:20]).max()
    np.testing.assert_allclose(points(shown), both, atol=0.03)
    senses = np.array(bank["senses"])
    means = np.stack([vectors[senses == k].mean(axis=0) for k in (0, 1)])
    cosines = (means @ mine / np.linalg.norm(means, axis=1) / np.linalg.norm(mine)).tolist()
    said = shown.evaluate(status)
    assert f"nearest to {bank['kinds'][int(np.argmax(cosines))]}:" in said
    assert [float(x) for x in re.findall(r"\d\.\d\d", said)] == pytest.approx(cosines, abs=0.011)
    assert role(shown, "read").inner_text() == f"yours: {OWN}"

    role(shown, "own").fill("No such word is here.")
    until(shown, f"{status}.includes('has no bank in it')")
    assert role(shown, "map").locator("button").count() == 20
    role(shown, "own").fill("<b>Banks</b> are closed.")
    until(shown, f"{status}.includes('yours is nearest')")
    assert shown.locator(".island b").count() == 0
    assert watched.errors == [] and watched.foreign == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_phone_shows_it_all(theme: str, places: dict[str, str], watch: Any) -> None:
    shown = live(watch(places["server"], width=360, height=740).open(f"{theme}.html"))
    assert shown.evaluate("document.documentElement.scrollWidth") <= 360
    inside = """(map) => { const box = map.getBoundingClientRect();
      return [...map.children].every((b) => { const at = b.getBoundingClientRect();
        return at.width >= 24 && at.left >= box.left && at.right <= box.right && at.top >= box.top; }); }"""
    for layer in range(7):
        role(shown, "layer").evaluate(f"el => {{ el.value = {layer}; el.dispatchEvent(new Event('input')); }}")
        assert role(shown, "map").evaluate(inside)
    colour = role(shown, "map").locator("button").first.evaluate("el => getComputedStyle(el).color")
    assert colour == {"light": "rgb(0, 114, 178)", "dark": "rgb(86, 180, 233)"}[theme]


def test_the_maps_are_those_of_python(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("transformers")
    from embedlib.islands.senses import MAPS, measure

    monkeypatch.setattr(measure, "WORDS", ("bank",))
    found, kept = measure.measure()["bank"], json.loads(Path(MAPS).read_text())["bank"]
    assert found["right"] == kept["right"]
    np.testing.assert_allclose(found["maps"], kept["maps"], atol=3)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"word": "zebra"}, '"zebra" has no map here; there are: bank, bat,'),
        ({"layer": 7}, "layer is a whole number from 0 to 6, not 7."),
        ({"layer": True}, "not True."),
    ],
)
def test_options_are_checked_with_a_sentence(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        islands.show("senses", **options)
