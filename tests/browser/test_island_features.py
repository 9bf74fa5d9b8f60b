"""Filters and features in a browser: sums as numpy's, maps and cosines as stored, all of it by keyboard alone."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from island_fixtures import addresses, live, page, until
from numpy.typing import NDArray
from scipy.signal import correlate2d

from embedlib import islands
from embedlib.islands.features import LAYERS, MOVES, filters, measured, taps

Array = NDArray[Any]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    made = tmp_path_factory.mktemp("islands")
    islands.export_site(made, ["features"])
    for theme in ("light", "dark"):
        (made / f"{theme}.html").write_text(page(islands.placeholder_html("features", "."), theme), encoding="utf-8")
    for view in ("filter", "maps", "moved"):
        one = islands.placeholder_html("features", ".", show=[view], photo="rocket", layer=5, move="flipped")
        (made / f"{view}.html").write_text(page(one), encoding="utf-8")
    yield from addresses(made)


def role(shown: Any, name: str) -> Any:
    return shown.locator(f'[data-role="{name}"]')


def number(text: str) -> float:
    return float(text.replace("−", "-"))


def numbers(shown: Any, name: str) -> Array:
    return np.array([number(text) for text in role(shown, name).locator("td").all_inner_texts()])


def grey(photo: str) -> Array:
    return np.frombuffer(b64decode(measured()["photos"][photo]["grey"]), np.uint8).reshape(64, 64).astype(float)


def painted(canvas: Any) -> Array:
    """The canvas' pixels, shape (h, w, 4)."""
    pixels = canvas.evaluate(
        """el => {
          const copy = new OffscreenCanvas(el.width, el.height).getContext("2d", { willReadFrequently: true });
          copy.drawImage(el, 0, 0);
          return [...copy.getImageData(0, 0, el.width, el.height).data];
        }"""
    )
    side = canvas.evaluate("el => el.width")
    return np.array(pixels).reshape(side, side, 4)


def colours(values: Array, limit: float) -> Array:
    """Orange, white, purple in 41 steps."""
    step = np.floor((np.clip(values / limit, -1, 1) + 1) / 2 * 40 + 0.5) - 20
    ends = np.where(step[..., None] < 0, [230, 97, 1], [94, 60, 153])
    return np.rint(255 - np.abs(step[..., None]) / 20 * (255 - ends))


def slide(shown: Any, name: str, value: int) -> None:
    role(shown, name).evaluate("(el, value) => { el.value = value; el.dispatchEvent(new Event('input')); }", value)


def place(shown: Any) -> tuple[int, int]:
    found = re.search(r"row (\d+), column (\d+)", role(shown, "grey").get_attribute("aria-label"))
    assert found
    return int(found[1]) - 1, int(found[2]) - 1


def test_the_sum_under_the_frame_is_that_of_the_nine_products(places: dict[str, str], watch: Any) -> None:
    watched = watch(places["folder"])
    shown = live(watched.open("light.html"))
    picture = grey("cat")
    role(shown, "filter").focus()
    shown.keyboard.press("Tab")
    assert role(shown, "grey").evaluate("el => el === document.activeElement")
    for filter_name in filters():
        role(shown, "filter").select_option(filter_name)
        role(shown, "grey").focus()
        for key in ("ArrowDown", "ArrowRight", "Shift+ArrowRight", "ArrowUp", "ArrowLeft", "Shift+ArrowLeft"):
            before = place(shown)
            shown.keyboard.press(key)
            down, across = place(shown)
            far = 8 if "Shift" in key else 1
            assert abs(down - before[0]) + abs(across - before[1]) == far
            under = picture[down : down + 3, across : across + 3].ravel()
            products = under * taps(filter_name)
            assert numbers(shown, "pixels").tolist() == under.tolist()
            np.testing.assert_allclose(numbers(shown, "products"), products, atol=0.51)
            assert number(role(shown, "sum").inner_text()) == pytest.approx(products.sum(), abs=0.051)
    until(shown, f"document.querySelector('[data-role=announce]').textContent.startsWith('Row {down + 1}, column')")
    assert watched.errors == [] and watched.foreign == []


@pytest.mark.parametrize(
    "filter_name", ["vertical edge", "blur", "the network's own, channel 21", "1 0 0 0 0 0 0 0 -2.5"]
)
def test_the_map_filled_is_scipys_correlation(places: dict[str, str], watch: Any, filter_name: str) -> None:
    shown = live(watch(places["server"]).open("filter.html"))
    if filter_name in filters():
        role(shown, "filter").select_option(filter_name)
    else:
        fields = role(shown, "taps").locator("input")
        for i, text in enumerate(filter_name.split()):
            fields.nth(i).fill(text)
        assert role(shown, "filter").input_value() == ""
    wanted = correlate2d(grey("rocket"), np.reshape(taps(filter_name), (3, 3)), mode="valid")
    started = painted(role(shown, "map"))
    assert (started[:22, :, 3] == 255).all() and (started[23:, :, 3] == 0).all(), "filled as far as the frame has come"
    role(shown, "all").press("Enter")
    found = painted(role(shown, "map"))
    assert found.shape == (62, 62, 4) and (found[..., 3] == 255).all()
    assert np.abs(found[..., :3] - colours(wanted, np.abs(wanted).max())).max() <= 8, "a step at most, by rounding"
    assert (found[..., :3] == colours(wanted, np.abs(wanted).max())).all(axis=2).mean() > 0.99
    role(shown, "none").press("Enter")
    assert (painted(role(shown, "map"))[..., 3] > 0).sum() == 1


def test_the_map_grows_where_the_frame_is_dragged(places: dict[str, str], watch: Any) -> None:
    shown = live(watch(places["folder"], has_touch=True).open("light.html"))
    role(shown, "none").click()
    box = role(shown, "grey").bounding_box()
    pixel = box["width"] / 64
    shown.mouse.move(box["x"] + 10 * pixel, box["y"] + 50 * pixel)
    shown.mouse.down()
    shown.mouse.move(box["x"] + 30 * pixel, box["y"] + 50 * pixel)
    shown.mouse.move(box["x"] + 30 * pixel, box["y"] + 900 * pixel)
    shown.mouse.up()
    shown.mouse.move(box["x"] + 50 * pixel, box["y"] + 5 * pixel)
    row, column = place(shown)
    assert row == 61 and abs(column - 28.5) <= 0.5, "the frame stays on the photograph, and where it was let go"
    filled = painted(role(shown, "map"))[..., 3] > 0
    assert filled[48:50, 10:28].any(axis=0).all() and filled[50:, column].all() and filled[51:, :20].sum() == 0
    role(shown, "grey").tap(position={"x": 5 * pixel, "y": 5 * pixel})
    assert place(shown)[0] in (3, 4) and place(shown)[1] in (3, 4)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("abc", "“abc” is no number: write one from −99 to 99, such as 2, −0.5 or 1/9."),
        ("", "A field is empty: write one"),
        ("1/0", "“1/0” is no number"),
        ("1e3", "“1e3” is no number"),
        ("100", "“100” is no number: write one from −99 to 99"),
        ("<b>1</b>", "“<b>1</b>” is no number"),
    ],
)
def test_numbers_that_make_no_sense_get_a_sentence(
    places: dict[str, str], watch: Any, text: str, sentence: str
) -> None:
    watched = watch(places["folder"])
    shown = live(watched.open("light.html"))
    field = role(shown, "taps").locator("input").nth(4)
    before = role(shown, "sum").inner_text()
    field.fill(text)
    assert role(shown, "status").inner_text().startswith(sentence)
    assert field.get_attribute("aria-invalid") == "true" and role(shown, "sum").inner_text() == before
    assert shown.locator(".island b:not([class])").count() == 0
    for good, value in (("−2", -2.0), ("0,5", 0.5), ("1/4", 0.25), (".5", 0.5), ("+3.", 3.0)):
        field.fill(good)
        assert role(shown, "status").inner_text() == "" and field.get_attribute("aria-invalid") != "true"
        down, across = place(shown)
        under = grey("cat")[down : down + 3, across : across + 3].ravel()
        wanted = under @ np.array([-1, 0, 1, -1, value, 1, -1, 0, 1])
        assert number(role(shown, "sum").inner_text()) == pytest.approx(wanted, abs=0.051)
    assert watched.errors == []


def test_the_maps_are_those_stored_layer_by_layer(places: dict[str, str], watch: Any) -> None:
    watched = watch(places["folder"])
    shown = live(watched.open("light.html"))
    shown.locator("[data-tab=filter]").focus()
    shown.keyboard.press("ArrowRight")
    stored = measured()["photos"]["cat"]["layers"]
    for i, layer in enumerate(LAYERS):
        slide(shown, "layer", i)
        until(shown, f"document.querySelector('[data-role=layer-number]').textContent.startsWith('{layer}, ')")
        for weights in ("trained", "random"):
            about = stored[weights][i]
            figures = role(shown, weights).locator("figure")
            assert figures.all_inner_texts() == [f"channel {channel}" for channel in about["channels"]]
            maps = np.frombuffer(b64decode(about["maps"]), np.int8).reshape(8, about["side"], about["side"])
            for nth in (0, 7):
                found = painted(figures.nth(nth).locator("canvas"))
                np.testing.assert_array_equal(found[..., :3], colours(maps[nth].astype(float), 127))
            assert (
                figures.first.locator("canvas")
                .get_attribute("aria-label")
                .startswith(f"channel {about['channels'][0]}")
            )
    assert "1,280 maps of 7 × 7 numbers" in role(shown, "layer-said").inner_text()
    role(shown, "layer").focus()
    shown.keyboard.press("ArrowLeft")
    assert role(shown, "layer-number").inner_text() == "block16, 7 × 7 × 320"
    assert watched.errors == [] and watched.foreign == []


@pytest.mark.parametrize("weights", ["trained", "random"])
def test_the_cosines_are_those_stored(places: dict[str, str], watch: Any, weights: str) -> None:
    watched = watch(places["server"])
    shown = live(watched.open("moved.html"))
    assert shown.locator("[role=tab]").filter(visible=True).count() == 0, "one view needs no tabs"
    assert role(shown, "moved-said").inner_text().startswith("Flipped: ")
    if weights == "random":
        role(shown, "weights").focus()
        shown.keyboard.press("Space")
        until(shown, "document.querySelector('[data-role=moved-title]').textContent.includes('random')")
    stored, strange = measured()["photos"]["rocket"]["moved"][weights], measured()["strangers"][weights]
    for move in ("shifted 0", "shifted 1", "shifted 8", "shifted 32", "flipped", "zoomed 1.25", "zoomed 1.5"):
        i = MOVES.index(move)
        if i in (1, 8, 32):
            slide(shown, "shift", i)
        else:
            button = role(shown, "moves").locator("button").nth(max(i - 32, 0))
            button.press("Enter")
            assert button.get_attribute("aria-pressed") == "true"
        said = role(shown, "moved-said").inner_text().split(": ", 1)[1]
        wanted = [stored["mean"][i], stored["flatten"][i], strange["mean"], strange["flatten"]]
        assert [float(x) for x in re.findall(r"\d\.\d\d", said)] == pytest.approx(wanted, abs=0.0051)
        means = [number(text) for text in role(shown, "moved").locator("figcaption").all_inner_texts()]
        assert means == pytest.approx(stored["means"][i], abs=0.0051)
        maps = np.frombuffer(b64decode(stored["maps"]), np.int8).reshape(len(MOVES), 8, 7, 7)[i]
        found = painted(role(shown, "moved").locator("canvas").nth(3))
        np.testing.assert_array_equal(found[..., :3], colours(maps[3].astype(float), 127))
    lines = role(shown, "plot").locator("polyline").evaluate_all("all => all.map((el) => el.getAttribute('points'))")
    for line, name in zip(lines, ("mean", "flatten"), strict=True):
        heights = [float(point.split(",")[1]) for point in line.split()]
        np.testing.assert_allclose((150 - np.array(heights)) / 140, stored[name][:33], atol=0.001)
    assert watched.errors == [] and watched.foreign == []


def test_the_picture_moves_by_the_pixels_that_are_said(places: dict[str, str], watch: Any) -> None:
    shown = live(watch(places["folder"]).open("moved.html"))
    role(shown, "moves").locator("button").first.click()
    shown.wait_for_timeout(200)
    still = painted(role(shown, "seen-still"))[5, :, :3]
    for name, wanted in (("flipped", still[::-1]), ("shifted 20", still)):
        if name == "flipped":
            role(shown, "moves").locator("button").nth(1).click()
        else:
            slide(shown, "shift", 20)
        shown.wait_for_timeout(200)
        found = painted(role(shown, "seen-moved"))[5, :, :3]
        away = found[1:-1] - wanted[1:-1] if name == "flipped" else found[2:11] - wanted[22:31]
        assert np.abs(away).mean() < 3, name


@pytest.mark.parametrize("view", ["filter", "maps", "moved"])
@pytest.mark.parametrize("width", [1280, 360])
def test_room_is_kept_free_for_a_view_alone(places: dict[str, str], watch: Any, width: int, view: str) -> None:
    shown = live(watch(places["server"], width=width).open(f"{view}.html"))
    height = "el => el.getBoundingClientRect().height"
    island = shown.locator(".island")
    now = island.evaluate(height)
    island.evaluate("el => { el.dataset.islandState = 'loading'; el.replaceChildren(); }")
    assert island.evaluate(height) == pytest.approx(now, abs=75)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_phone_shows_each_view(theme: str, places: dict[str, str], watch: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    shown = live(watch(places["server"], width=360, height=740).open(f"{theme}.html"))
    role(shown, "filter").select_option("the network's own, channel 21")
    for view in ("filter", "maps", "moved"):
        shown.locator(f"[data-tab={view}]").click()
        assert shown.evaluate("document.documentElement.scrollWidth") <= 360
        found = Axe().run(shown).response["violations"]
        assert found == [], [(each["id"], each["nodes"][0]["html"]) for each in found]
    wide = "els => els.filter((el) => el.scrollWidth > el.clientWidth + 1).map((el) => el.textContent)"
    assert shown.locator("td, figcaption, output").evaluate_all(wide) == []


def test_each_view_prints_its_answer(places: dict[str, str], watch: Any) -> None:
    shown = live(watch(places["server"]).open("filter.html"))
    shown.emulate_media(media="print")
    printed = "el => getComputedStyle(el, '::after').content"
    assert role(shown, "taps").locator("td").first.evaluate(printed) == '"−1"'
    assert "vertical edge" in role(shown, "map-name").inner_text()
    for view, said in (("maps", "The layer head gives 1,280 maps"), ("moved", "Flipped: cosine 0.")):
        shown = live(watch(places["server"]).open(f"{view}.html"))
        shown.emulate_media(media="print")
        assert said in shown.locator(".island").inner_text()
        assert shown.locator("input, button, select").filter(visible=True).count() == 0


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"show": []}, "show is empty; it names one or more of filter, maps, moved."),
        ({"show": ["moves"]}, "show has 'moves'; there are: filter, maps, moved."),
        ({"photo": "dog"}, "photo has 'dog'; there are: cat, coffee, rocket."),
        ({"move": "shifted 33"}, "move has 'shifted 33'; there are: shifted 0, shifted 1,"),
        ({"layer": 6}, "layer is a whole number from 0 to 5, not 6."),
        ({"random": 1}, "random is True or False, not 1."),
        ({"filter": "vertical"}, "filter is 'vertical'; it is vertical edge, horizontal edge,"),
        ({"filter": "1 2 3"}, "or nine numbers from -99 to 99 in one text"),
        ({"filter": "1 2 3 4 5 6 7 8 1/0"}, "or nine numbers"),
        ({"filter": "1 2 3 4 5 6 7 8 nan"}, "or nine numbers"),
        ({"filter": "1 2 3 4 5 6 7 8 100"}, "or nine numbers"),
    ],
)
def test_options_are_checked_with_a_sentence(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        islands.show("features", **options)
