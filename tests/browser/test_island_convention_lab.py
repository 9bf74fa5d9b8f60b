"""The convention lab in a browser: its numbers are Python's, its sentences are true, the keyboard alone is enough."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from island_fixtures import addresses, live, page, until

from embedlib import datasets, islands
from embedlib.evaluation.similarity import evaluate_similarity
from embedlib.islands.convention_lab import BENCHMARKS, DEFAULTS, SWITCHES, benchmarks, intervals, scores
from embedlib.words.models import word_models

STATES = (
    {"missing": "zero", "ties": "min"},
    {"missing": "mean", "case": "exact", "measure": "dot", "repeats": "once"},
    {"missing": "both", "ties": "order", "one": "counted"},
    {"benchmark": "men", "missing": "zero", "ties": "order", "other": "fastText"},
    {"benchmark": "rw", "missing": "own", "repeats": "once", "ties": "min", "one": "skip-gram"},
    {"benchmark": "rg65", "missing": "zero", "ties": "order", "measure": "dot"},
)


@pytest.fixture(scope="module")
def places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    made = tmp_path_factory.mktemp("islands")
    islands.export_site(made, ["convention_lab"])
    for name, options in {"light": {}, "simlex": {"benchmark": "simlex999"}, "men": {"benchmark": "men"}}.items():
        place = islands.placeholder_html("convention_lab", ".", **options)
        (made / f"{name}.html").write_text(page(place), encoding="utf-8")
    yield from addresses(made)


def role(shown: Any, name: str) -> Any:
    return shown.locator(f'[data-role="{name}"]')


def text(shown: Any, name: str) -> str:
    return str(role(shown, name).inner_text())


def settle(shown: Any) -> None:
    """Wait for the intervals of the last setting, which come after its scores."""
    lanes = "[...document.querySelectorAll('.cl-lane')]"
    until(shown, f"!document.querySelector('[aria-busy]') && {lanes}.every((el) => el.dataset.low)")


def choose(shown: Any, **changes: str) -> None:
    """Press what has to be pressed for these choices, one after the other."""
    for key, value in changes.items():
        if key in SWITCHES:
            shown.locator(f'input[name$="-{key}"][value="{value}"]').check()
            until(shown, f"document.querySelector('input[name$=\"-{key}\"][value={value}]').checked")
        else:
            role(shown, key).select_option(value)
        shown.wait_for_timeout(30)
        settle(shown)


def numbers(shown: Any) -> tuple[list[float], list[list[float]]]:
    """The scores, and the ends of the three intervals, with all their digits."""
    settle(shown)
    parts = [lane.evaluate("el => ({ ...el.dataset })") for lane in shown.locator(".cl-lane").all()]
    gap = role(shown, "gap").evaluate("el => ({ ...el.dataset })")
    return [float(each["score"]) for each in parts], [[float(e["low"]), float(e["high"])] for e in (*parts, gap)]


def answers(shown: Any, state: dict[str, Any]) -> None:
    """Scores and intervals are Python's on the same draws."""
    found, ends = numbers(shown)
    assert found == pytest.approx(scores(state), abs=1e-9)
    for ours, theirs in zip(ends, intervals(state), strict=True):
        assert ours == pytest.approx(theirs, abs=1e-9)


def test_the_first_answer_is_pythons_and_stays_when_the_data_has_come(places: dict[str, str], watch: Any) -> None:
    watched = watch(places["server"])
    shown = live(watched.open("light.html"))
    answers(shown, DEFAULTS)
    before = [shown.locator(".cl-plot").inner_text(), text(shown, "verdict"), text(shown, "gap"), text(shown, "goal")]
    choose(shown, ties="min", missing="zero")
    assert text(shown, "goal").startswith("Done: GloVe 6B leads.")
    role(shown, "usual").click()
    until(shown, "document.querySelector('[data-role=goal]').textContent.startsWith('Your goal: make GloVe 6B lead')")
    answers(shown, DEFAULTS)
    after = [shown.locator(".cl-plot").inner_text(), text(shown, "verdict"), text(shown, "gap"), text(shown, "goal")]
    assert [re.sub(r"\S+ → ", "", each) for each in after] == before
    assert watched.errors == [] and watched.foreign == []


@pytest.mark.parametrize("changes", STATES, ids=str)
def test_the_numbers_are_pythons(places: dict[str, str], watch: Any, changes: dict[str, str]) -> None:
    watched = watch(places["folder"])
    shown = live(watched.open("light.html"))
    models = {key: value for key, value in changes.items() if key not in SWITCHES}
    choose(shown, **models, **{key: value for key, value in changes.items() if key in SWITCHES})
    answers(shown, {**DEFAULTS, **changes})
    assert watched.errors == []


@pytest.mark.parametrize(("missing", "way"), [("own", "skip"), ("zero", "zero"), ("mean", "mean")])
def test_the_numbers_are_those_of_evaluate_similarity(
    places: dict[str, str], watch: Any, missing: str, way: str
) -> None:
    shown = live(watch(places["server"]).open("light.html"))
    choose(shown, missing=missing)
    found, ends = numbers(shown)
    for name, ours, interval in zip((DEFAULTS["one"], DEFAULTS["other"]), found, ends, strict=False):
        result = evaluate_similarity(word_models()[name], datasets.wordsim353(), way, n_bootstrap=20_000)
        assert ours == pytest.approx(result.correlation, abs=1e-6)
        assert interval == pytest.approx([result.low, result.high], abs=0.01)


def test_the_page_is_not_held_up(places: dict[str, str], watch: Any) -> None:
    """The new scores stand at once; while the intervals of 2,997 pairs are computed, other things take their turn."""
    shown = live(watch(places["server"]).open("men.html"))
    choose(shown, missing="mean")
    turns = shown.evaluate(
        """async () => {
          const { dataset } = document.querySelector('.cl-lane.cl-other');
          const before = dataset.low;
          let turns = 0;
          document.querySelector('input[value="zero"]').click();
          while (dataset.low === before || !dataset.low) {
            await new Promise((done) => setTimeout(done));
            if (!dataset.low && document.querySelector('.cl-verdict').textContent.startsWith('GloVe 6B leads')) turns++;
          }
          return turns;
        }"""
    )
    assert turns > 2


def test_it_says_what_a_switch_did_and_where_the_scores_stood(places: dict[str, str], watch: Any) -> None:
    shown = live(watch(places["server"]).open("light.html"))
    for lane in shown.locator(".cl-lane").all():
        assert lane.locator(".cl-old i").count() == 0
    choose(shown, missing="zero")
    for part in (
        "0 that GloVe 6B lacks, 35 that Google News lacks",
        "GloVe 6B stays at 0.503",
        "falls from 0.688 to 0.517",
    ):
        assert part in text(shown, "status")
    other = shown.locator(".cl-lane.cl-other")
    assert "0.688 → 0.517" in other.inner_text() and "353 of 353 pairs" in other.inner_text()
    choose(shown, case="exact")
    assert "18 pairs with a capital" in text(shown, "status") and "18 that GloVe 6B lacks" in text(shown, "status")
    assert "GloVe 6B falls from 0.503 to 0.419" in text(shown, "status")
    marks = other.locator(".cl-old i")
    assert marks.count() == 2, "a mark for each score that was"
    widths = [float(mark.get_attribute("style").removeprefix("left: ").rstrip("%;")) for mark in marks.all()]
    assert widths == pytest.approx([(0.688 + 0.1) / 1.1 * 100, (0.517 + 0.1) / 1.1 * 100], abs=0.01)
    role(shown, "usual").click()
    until(shown, "document.querySelector('[data-role=status]').textContent.startsWith('Several conventions changed')")
    choose(shown, benchmark="rg65")
    assert marks.count() == 0 and "RG-65: GloVe 6B lacks 0 pairs, Google News lacks 12 pairs" in text(shown, "status")


@pytest.mark.parametrize("name", ["light", "simlex", "men"])
def test_all_settings_are_counted_as_python_counts_them(places: dict[str, str], watch: Any, name: str) -> None:
    """The goal has few answers on the first benchmark, none on the second, and many on the third."""
    benchmark = {"light": "wordsim353", "simlex": "simlex999"}.get(name, name)
    about = benchmarks()[benchmark].about
    dead = {"case": not about["capitals"], "repeats": not about["again"]}
    ways = [list(choices)[:1] if dead.get(switch) else list(choices) for switch, choices in SWITCHES.items()]
    states = [{**DEFAULTS, "benchmark": benchmark, **dict(zip(SWITCHES, each, strict=True))} for each in product(*ways)]
    found = [scores(state) for state in states]
    wins = sum(round(one, 3) > round(other, 3) for one, other in found)
    shown = live(watch(places["folder"]).open(f"{name}.html"))
    button = role(shown, "all")
    assert button.inner_text() == f"Show all {len(states)} settings"
    button.click()
    until(shown, "document.querySelector('[data-role=status]').textContent.startsWith('The same vectors')")
    said = text(shown, "status")
    for k, model in enumerate((DEFAULTS["one"], DEFAULTS["other"])):
        assert f"{model} from {min(s[k] for s in found):.3f} to {max(s[k] for s in found):.3f}" in said
    assert (f"GloVe 6B leads in {wins} of them." if wins else "GloVe 6B leads in none") in said
    spots = shown.locator(".cl-lane.cl-one .cl-old i").count()
    assert spots == len({f"{one:.3f}" for one, _ in found})
    if benchmark == "wordsim353":
        assert wins == 2 and "a missing word: scored 0" in said and "equal numbers get: lowest rank" in said


def test_switches_that_can_change_nothing_are_not_to_be_pressed(places: dict[str, str], watch: Any) -> None:
    shown = live(watch(places["server"]).open("men.html"))
    groups = shown.locator(".cl-switch")
    said = {group.locator("b").inner_text(): group.inner_text() for group in groups.all()}
    assert "no pair has a capital" in said["Look words up"] and "there are none" in said["Pairs listed twice"]
    assert groups.locator("input:disabled").count() == 4
    choose(shown, benchmark="wordsim353")
    assert groups.locator("input:disabled").count() == 0
    choose(shown, ties="order", benchmark="rw")
    assert shown.locator('input[name$="-ties"][value="mean"]').is_checked(), "a new benchmark begins as usual"
    titles = [each.inner_text() for each in role(shown, "benchmark").locator("option").all()]
    assert titles == list(BENCHMARKS.values())
    assert role(shown, "other").locator("option:disabled").inner_text() == DEFAULTS["one"], "no model against itself"


def test_the_keyboard_alone_is_enough(places: dict[str, str], watch: Any) -> None:
    watched = watch(places["folder"])
    shown = live(watched.open("light.html"))
    press = shown.keyboard.press
    for _ in range(4):  # benchmark, two models, the first group of switches
        press("Tab")
    for _ in range(2):
        press("ArrowRight")
        shown.wait_for_timeout(400)
        settle(shown)
    assert shown.evaluate("document.activeElement.value") == "zero"
    press("Tab")
    press("Tab")
    press("ArrowRight")
    shown.wait_for_timeout(400)
    settle(shown)
    assert shown.evaluate("document.activeElement.value") == "min"
    answers(shown, {**DEFAULTS, "missing": "zero", "ties": "min"})
    announced = "document.querySelector('[data-role=announce]').textContent"
    until(shown, f"{announced}.includes('GloVe 6B leads by 0.003.')")
    assert "It holds 0" in shown.evaluate(announced)
    for _ in range(3):
        press("Tab")
    press("Enter")
    until(shown, "document.querySelector('[data-role=goal]').textContent.startsWith('Your goal')")
    named = shown.locator('[role="radiogroup"]').evaluate_all(
        "all => all.map((el) => document.getElementById(el.getAttribute('aria-labelledby')).firstChild.textContent)"
    )
    assert named == ["A missing word", "Look words up", "Equal numbers get", "Likeness", "Pairs listed twice"]
    assert watched.errors == []


def test_on_paper_the_conventions_stand_in_words(places: dict[str, str], watch: Any) -> None:
    shown = live(watch(places["server"]).open("light.html"))
    assert not role(shown, "printed").is_visible()
    choose(shown, missing="zero")
    shown.emulate_media(media="print")
    assert role(shown, "printed").is_visible()
    assert "WordSim-353" in text(shown, "printed") and "a missing word: scored 0" in text(shown, "printed")


def test_the_picture_stays_in_sight_on_a_phone(places: dict[str, str], watch: Any) -> None:
    shown = live(watch(places["server"], width=360, height=640).open("light.html"))
    shown.locator(".cl-switch").last.scroll_into_view_if_needed()
    box = shown.locator(".cl-plot").bounding_box()
    assert box["y"] >= 0 and box["y"] + box["height"] < 640
    assert shown.evaluate("document.documentElement.scrollWidth") <= 360
