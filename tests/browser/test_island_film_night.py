"""Film night in a browser: each way says what Python says, by mouse and by keyboard; nonsense gets a sentence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from island_fixtures import addresses, live, page, until

from embedlib import islands
from embedlib.islands import film_night
from embedlib.islands.film_night import WAYS, answers, held

TITLES, DEFAULT = held()["titles"], ["Casablanca", "Vertigo", "Babe"]


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    made = tmp_path_factory.mktemp("islands")
    islands.export_site(made, ["film_night"])
    (made / "light.html").write_text(page(islands.placeholder_html("film_night", "."), "light"), encoding="utf-8")
    yield from addresses(made)


def shows(shown: Any, films: list[str]) -> None:
    """The lists are Python's, and those films are marked that no other way names."""
    names = "[...document.querySelectorAll('[data-role=chosen] button')].map((b) => b.dataset.film)"
    until(shown, f"JSON.stringify({names}) === {json.dumps(json.dumps(films, separators=(',', ':')))}")
    wanted = answers(films)
    first = TITLES[wanted["ease"][0]]
    until(shown, f"[...document.querySelectorAll('ol')].at(-1).querySelector('.fn-film').textContent === {first!r}")
    flat = [film for row in wanted.values() for film in row]
    for nth, way in enumerate(WAYS):
        rows = shown.locator("ol").nth(nth).locator("li")
        assert rows.locator(".fn-film").all_inner_texts() == [TITLES[film] for film in wanted[way]], way
        alone = rows.evaluate_all("all => all.map((row) => row.className === 'fn-alone')")
        assert alone == [flat.count(film) == 1 for film in wanted[way]]


def add(shown: Any, text: str, *keys: str) -> None:
    field = shown.locator("input[type=text]")
    field.fill(text)
    for key in (*keys, "Enter"):
        field.press(key)


def says(shown: Any, text: str) -> None:
    until(shown, f"document.querySelector('[data-role=status]').textContent === {text!r}")


@pytest.mark.parametrize("place", ["server", "folder"])
def test_every_way_says_what_python_says(place: str, places: dict[str, str], watch: Any) -> None:
    watched = watch(places[place])
    shown = live(watched.open("light.html"))
    shows(shown, DEFAULT)
    films = list(DEFAULT)
    for i in np.random.default_rng(0).choice(len(TITLES), 12, replace=False):
        if TITLES[i] in films:
            continue
        add(shown, TITLES[i])
        films = [*films[1:], TITLES[i]]
        shows(shown, films)
    assert watched.errors == [] and watched.foreign == []


def test_films_are_taken_out_and_one_stays(places: dict[str, str], watch: Any) -> None:
    watched = watch(places["folder"])
    shown = live(watched.open("light.html"))
    for film, left in (("Vertigo", ["Casablanca", "Babe"]), ("Casablanca", ["Babe"])):
        shown.locator(f"[data-film={film}]").click()
        shows(shown, left)
    shown.locator("[data-role=chosen] button").click()
    says(shown, "One film has to stay. Add another first.")
    shows(shown, ["Babe"])
    add(shown, "fargo")
    says(shown, "Fargo is added.")
    shows(shown, ["Babe", "Fargo"])
    assert watched.errors == []


def test_the_keyboard_alone_is_enough(places: dict[str, str], watch: Any) -> None:
    watched = watch(places["folder"])
    shown = live(watched.open("light.html"))
    shown.keyboard.press("Tab")
    shown.keyboard.type("star")
    begins = [title for title in TITLES if " star" in f" {title.lower()}"]
    until(shown, f"document.querySelector('[role=option]')?.textContent === {begins[0]!r}")
    shown.keyboard.press("ArrowDown")
    shown.keyboard.press("ArrowDown")
    shown.keyboard.press("Enter")
    shows(shown, ["Vertigo", "Babe", begins[1]])
    shown.keyboard.press("Tab")
    shown.keyboard.press("Enter")
    shows(shown, ["Babe", begins[1]])
    assert shown.evaluate("document.activeElement.dataset.film") == "Babe", "the focus stays among the films"
    until(shown, "document.querySelector('[data-role=announce]').textContent.startsWith('After Babe, ')")
    assert watched.errors == []


def test_nonsense_gets_a_sentence_and_changes_nothing(places: dict[str, str], watch: Any) -> None:
    watched = watch(places["folder"])
    shown = live(watched.open("light.html"))
    add(shown, "qwzx <b>")
    says(shown, 'None of the 300 films has "qwzx <b>" in its title. Try another.')
    add(shown, "VERTIGO ")
    says(shown, "Vertigo is chosen already.")
    add(shown, "  ")
    says(shown, "Type a part of a title.")
    shows(shown, DEFAULT)
    assert shown.locator(".island b b").count() == 0 and watched.errors == []


@pytest.mark.parametrize(
    ("films", "message"),
    [
        ([], "one to 3 titles"),
        (["Alien"] * 4, "one to 3 titles"),
        ("Alien", "one to 3 titles"),
        (["Alein"], '"Alein" is none of the 300 films. Did you mean Alien'),
        (["Alien", " alien"], "one film twice"),
        ([3], '"3" is none of the 300 films'),
    ],
)
def test_films_that_there_are_not_are_refused(films: Any, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        islands.show("film_night", films=films)
    assert islands.show("film_night", films=["alien "]).films == ["Alien"]


def test_the_tables_are_those_of_the_chapter_and_hold_no_rating() -> None:
    from embedlib.islands.film_night.measure import FILMS, tables

    about, found = tables()
    stored = held()
    assert stored["titles"] == about["titles"] and len(set(TITLES)) == FILMS
    assert set(stored["shapes"]) == set(found) and set(stored) == {*about, "units", "shapes", *found}
    for name, table in found.items():
        unit = stored["units"][name]
        np.testing.assert_allclose(stored[name] * unit, table, atol=0.51 * unit + 1e-9)
    assert film_night.TABLES.stat().st_size < 400_000
