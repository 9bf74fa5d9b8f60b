"""The skip-gram island in a browser: the steps of embedlib.words.skipgram, every control, from server and folder."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from island_fixtures import addresses, live, page, until

from embedlib import islands
from embedlib.islands import base, site
from embedlib.islands.skipgram import DEFAULTS, read, texts
from embedlib.islands.words import signed
from embedlib.words.skipgram import add_rows, least_loss, noise_distribution, sgns_step, window_pairs

PLACES = ("server", "folder")
OWN = "Red wine and white wine. Red bread? White bread and butter. A cat’s milk, a cat’s bread."


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("islands")
    islands.export_site(made, ["skipgram"])
    place = islands.placeholder_html("skipgram", ".")
    for theme in ("light", "dark"):
        (made / f"{theme}.html").write_text(page(place, theme), encoding="utf-8")
    (made / "two.html").write_text(page(place + islands.placeholder_html("skipgram", ".", corpus="rhyme")))
    return made


@pytest.fixture(scope="module")
def places(folder: Path) -> Iterator[dict[str, str]]:
    yield from addresses(folder)


RUN = """(({ text, settings, steps }) => {
  const rows = (matrix) => matrix.map((row) => [...row]);
  const trainer = createTrainer(text, settings);
  const start = [rows(trainer.U), rows(trainer.V)];
  const made = [];
  for (let i = 0; i < steps; i++) {
    const step = planStep(trainer, trainer.next, drawNegatives(trainer), settings.learning_rate);
    takeStep(trainer, step);
    const after = step.targets.map((target) => dot(trainer.U[step.centre], trainer.V[target]));
    const all = [step.dots, step.sigmas, step.errors, step.losses, after];
    const { centre, targets, loss } = step;
    made.push({ centre, targets, loss, numbers: targets.map((_, i) => all.map((each) => each[i])) });
  }
  const { corpus: { words, sentences }, pairs, noise } = trainer;
  const seen = pairs.map(({ sentence, at, beside }) => [at, beside].map((each) => sentences[sentence][each]));
  return { start, made, words, noise, pairs: seen, U: rows(trainer.U), V: rows(trainer.V), least: leastLoss(trainer),
    nearest: (at) => nearestTo(trainer.U, at, 6).map(({ at: near }) => words[near]) };
})"""


def settings_of(**settings: Any) -> dict[str, Any]:
    return {**DEFAULTS, **settings}


def run(method: Any, steps: int, text: str = texts()["made-up"], **settings: Any) -> dict[str, Any]:
    """What the island's own functions come to in so many steps; a test below holds them to embedlib's."""
    given = json.dumps({"text": text, "settings": settings_of(**settings), "steps": steps})
    found: dict[str, Any] = method(f"(({{ nearest, ...found }}) => found)({RUN}({given}))")
    return found


def row_of(found: dict[str, Any], step: dict[str, Any], i: int) -> list[str]:
    """What the table says of one word of a step."""
    return [found["words"][step["targets"][i]], *(signed(value, 3) for value in step["numbers"][i])]


class Training:
    """The island as a reader sees it."""

    def __init__(self, watched: Any, name: str = "light.html", nth: int = 0) -> None:
        self.watched = watched
        self.page = live(watched.open(name))
        self.root = self.page.locator(".island-skipgram").nth(nth)

    def role(self, name: str) -> Any:
        return self.root.locator(f'[data-role="{name}"]')

    def option(self, key: str) -> Any:
        return self.root.locator(f'[data-option="{key}"]')

    def text(self, name: str) -> str:
        return str(self.role(name).inner_text())

    def press(self, name: str, times: int = 1) -> None:
        for _ in range(times):
            self.role(name).click()

    def formula(self) -> list[list[str]]:
        """Word and numbers, row by row."""
        rows = """rows => rows.map(({ cells }) =>
            [cells[0].firstElementChild, ...[...cells].slice(1)].map((part) => part.textContent))"""
        return list(self.role("formula").locator("tr").evaluate_all(rows))

    def steps(self) -> int:
        found = re.match(r"[\d,]+", self.text("count"))
        return int(found.group().replace(",", "")) if found else 0

    def says(self, name: str, piece: str) -> None:
        until(self.page, f"document.querySelector('[data-role={name}]').textContent.includes({json.dumps(piece)})")


@pytest.fixture(params=PLACES)
def island(request: pytest.FixtureRequest, places: dict[str, str], watch: Callable[..., Any]) -> Iterator[Training]:
    """The island on a bare page; at the end nothing has gone wrong and nobody else was asked."""
    made = Training(watch(places[request.param]))
    yield made
    assert made.watched.errors == []
    assert made.watched.foreign == []


@pytest.fixture
def served_island(places: dict[str, str], watch: Callable[..., Any]) -> Iterator[Training]:
    made = Training(watch(places["server"]))
    yield made
    assert made.watched.errors == []


@pytest.fixture(scope="module")
def method(browser: Any) -> Iterator[Any]:
    """A page that holds the module's own functions: `method("createTrainer(…)")`."""
    opened = browser.new_page()
    source = site.module_source(base.island("skipgram")).replace("export default { render };", "")
    opened.evaluate(f"() => {{ window.run = (() => {{ {source}\nreturn (code) => eval(code); }})(); }}")
    yield lambda code: opened.evaluate("(code) => window.run(code)", code)
    opened.close()


# ------------------------------------------------------------------ the same numbers as in Python


@pytest.mark.parametrize(
    ("text", "settings"),
    [
        (texts()["made-up"], {}),
        (texts()["rhyme"], {"seed": 4_294_967_295, "window": 5, "negatives": 10, "dimensions": 10}),
        (OWN, {"seed": 3, "window": 1, "negatives": 4, "dimensions": 2, "one_matrix": True}),
        (OWN, {"seed": 3, "negatives": 6, "lose_repeats": True}),
    ],
)
def test_a_thousand_steps_are_those_of_embedlib(method: Any, text: str, settings: dict[str, Any]) -> None:
    found, all_of = run(method, 1000, text, **settings), settings_of(**settings)

    def losing(matrix: Any, rows: Any, values: Any) -> None:
        matrix[rows] += values

    told = read(text)
    assert found["words"] == told.words
    reach = np.full(len(told.tokens), all_of["window"])
    ours = np.stack(window_pairs(told.tokens, told.sentences, reach), axis=1)
    assert sorted(found["pairs"]) == sorted(ours.tolist())
    np.testing.assert_allclose(found["noise"], noise_distribution(told.frequencies), rtol=1e-12)
    assert found["least"] == pytest.approx(least_loss(ours, np.array(found["noise"]), all_of["negatives"]), abs=1e-9)

    words, contexts = (np.array(matrix, dtype=float) for matrix in found["start"])
    assert np.abs(words).max() <= 0.5 / all_of["dimensions"]
    contexts = words if all_of["one_matrix"] else contexts
    for pair, step in zip(found["pairs"] * 1000, found["made"], strict=False):
        assert pair == [step["centre"], step["targets"][0]] and len(step["targets"]) == 1 + all_of["negatives"]
        one = np.array([step["centre"]]), np.array([step["targets"]])
        adding = losing if all_of["lose_repeats"] else add_rows
        assert step["loss"] == pytest.approx(sgns_step(words, contexts, *one, 0.1, adding), abs=1e-9)
    np.testing.assert_allclose(found["U"], words, rtol=0, atol=1e-9)
    np.testing.assert_allclose(found["V"], contexts, rtol=0, atol=1e-9)


def test_without_negatives_only_the_pair_is_pulled(method: Any) -> None:
    found = run(method, 2000, OWN, negatives=0, dimensions=3)
    assert found["made"][0]["loss"] == pytest.approx(np.log(2))
    assert found["made"][-1]["loss"] < 0.1 and found["least"] == 0
    assert [len(step["targets"]) for step in found["made"][:3]] == [1, 1, 1]


def test_negatives_are_drawn_as_the_noise_has_them_and_a_seed_repeats_itself(method: Any) -> None:
    """The first numbers of mulberry32 are those of its author's program."""
    assert method("((random) => [random(), random(), random()].map((x) => x.toFixed(6)))(createRandom(1))") == [
        "0.627074",
        "0.002736",
        "0.527447",
    ]
    found = run(method, 4000, OWN, negatives=10, seed=7)
    drawn = np.bincount([each for step in found["made"] for each in step["targets"][1:]]) / 40_000
    np.testing.assert_allclose(drawn, found["noise"], atol=0.01)
    assert run(method, 9, OWN, seed=7)["U"] == run(method, 9, OWN, seed=7)["U"] != run(method, 9, OWN, seed=8)["U"]


@pytest.mark.parametrize(
    ("corpus", "word", "kin"),
    [
        ("made-up", "cat", {"dog", "horse", "cow"}),
        ("made-up", "tea", {"coffee", "milk", "water", "juice"}),
        ("made-up", "king", {"queen", "prince", "princess"}),
        ("rhyme", "cat", {"dog", "rat"}),
    ],
)
def test_training_finds_the_kinds_of_words(method: Any, corpus: str, word: str, kin: set[str]) -> None:
    given = json.dumps({"text": texts()[corpus], "settings": DEFAULTS, "steps": 12_000})
    near = method(
        f"(() => {{ const {{ words, nearest }} = {RUN}({given}); return nearest(words.indexOf('{word}')); }})()"
    )
    assert len(set(near[:3]) & kin) >= 2, near


def test_absurd_texts_are_read_as_python_reads_them(method: Any) -> None:
    rng = random.Random(1)
    letters = ["a", "b", "É", "ß", "İ", "猫", "犬", "नि", "1", "²", "'", "’", "-", " ", " ", " ", ".", "?", "…", "。"]
    letters += ["\n", "\r", "\t", "_", "<", "&", "🙂", "\u00a0", "\u0301", '"']
    samples = ["", " ", "tea", "tea. tea.", "a. b. c.", OWN, "constructor __proto__ toString. constructor a"]
    samples += ["".join(rng.choices(letters, k=rng.randint(1, 40))) for _ in range(400)]
    samples += [" ".join(f"a{i}. a{i}. a{i} b{i}." for i in range(60)), "a b " * 6_000]
    samples.append(" ".join(f"w{i} " * (100 - i) for i in range(60)))
    found = method(
        f"""{json.dumps(samples)}.map((text) => {{
        try {{
          const {{ words, counts, sentences }} = readText(text);
          return [words, counts, sentences];
        }} catch (reason) {{ return null; }} }})"""
    )
    for text, theirs in zip(samples, found, strict=True):
        try:
            told = read(text)
        except ValueError:
            assert theirs is None, repr(text)
            continue
        kept = told.tokens >= 0
        numbers = [told.tokens[kept & (told.sentences == at)].tolist() for at in range(told.sentences.max() + 1)]
        ours = [told.words, told.frequencies.tolist(), [each for each in numbers if len(each) > 1]]
        assert theirs == ours, repr(text)


def test_the_map_is_that_of_numpy_and_does_not_flip(method: Any) -> None:
    rows = np.random.default_rng(0).normal(size=(30, 8)) * np.arange(1, 9)
    found = method(f"principalPlane({rows.tolist()})")
    centred = rows - rows.mean(axis=0)
    _, lengths, axes = np.linalg.svd(centred, full_matrices=False)
    ours, theirs = centred @ axes[:2].T, np.array(found["points"])
    np.testing.assert_allclose(np.abs(theirs), np.abs(ours), atol=1e-9)
    assert found["share"] == pytest.approx((lengths[:2] ** 2).sum() / (lengths**2).sum(), abs=1e-12)
    for turn in ([[0.6, -0.8], [0.8, 0.6]], [[0.6, 0.8], [0.8, -0.6]], [[-1, 0], [0, -1]]):
        back = method(f"turnedLike({(theirs @ np.array(turn)).tolist()}, {theirs.tolist()})")
        np.testing.assert_allclose(back, theirs, atol=1e-9)
    jump = method(
        f"""(() => {{
        const trainer = createTrainer({json.dumps(texts()["made-up"])}, {json.dumps(DEFAULTS)});
        let before = null, most = 0;
        for (let frame = 0; frame < 400; frame++) {{
          for (let i = 0; i < 10; i++) takeStep(trainer, planStep(trainer, trainer.next, drawNegatives(trainer), 0.1));
          const points = turnedLike(principalPlane(trainer.U.map((u) => [...u])).points, before);
          const size = Math.max(...points.flat().map(Math.abs));
          const now = points.map(([x, y]) => [x / size, y / size]);
          const moves = now.map(([x, y], i) => (before ? Math.hypot(x - before[i][0], y - before[i][1]) : 0));
          most = Math.max(most, moves.sort((a, b) => a - b)[moves.length >> 1]);
          before = now;
        }}
        return most; }})()"""
    )
    assert jump < 0.25, "half of the words move less than an eighth of the map from frame to frame"


def test_equal_vectors_have_a_map(method: Any) -> None:
    found = method("principalPlane([[1, 2], [1, 2], [1, 2]])")
    assert found == {"points": [[0, 0]] * 3, "share": 1}


def test_what_is_odd_about_the_negatives_is_said(method: Any) -> None:
    text = "The cat drinks milk. A cat and a dog drink. The dog sees the cat."
    found = run(method, 1, text, negatives=5)
    step, words = found["made"][0], found["words"]
    centre, context = step["centre"], step["targets"][0]
    beside = [found["pairs"].count([centre, other]) for other in range(len(words))]
    true = next(i for i, count in enumerate(beside) if count and i != context)
    never = next(i for i, count in enumerate(beside) if not count)

    def said(*negatives: int, lose: bool = False) -> str:
        settings = json.dumps(settings_of(negatives=5, lose_repeats=lose))
        given = f"{{ centre: {centre}, targets: {[context, *negatives]} }}"
        return "".join(method(f"remark(createTrainer({json.dumps(text)}, {settings}), {given})"))

    assert said() == "Nothing is pushed away: all vectors may grow alike, and the loss goes to 0."
    assert said(never).startswith("Each negative is another word")
    assert said(true) == f"True neighbours of this centre word, drawn all the same: {words[true]} ({beside[true]}×). "
    assert said(never, never) == f"Drawn more than once: {words[never]} (2×); the gradients add up. "
    assert said(never, never, lose=True).endswith("(2×); only the last gradient counts. ")
    assert said(context).startswith(f"Context and negative at once: {words[context]} (1×)")


def test_the_scale_of_strips_is_a_round_number(method: Any) -> None:
    assert method("[0, 0.06, 0.5, 0.51, 3].map(niceLimit)") == [0.001, 0.07, 0.5, 0.7, 3]


def test_ten_thousand_steps_take_less_than_a_second(method: Any, record_property: Callable[..., None]) -> None:
    text = " ".join(f"w{i % 30} w{i * 7 % 30} w{i * 11 % 30}." for i in range(200))
    speed = method(
        f"""(() => {{
        const trainer = createTrainer({json.dumps(text)}, {json.dumps(settings_of(dimensions=10, negatives=5))});
        const one = () => takeStep(trainer, planStep(trainer, trainer.next, drawNegatives(trainer), 0.1));
        const run = (n) => {{ for (let i = 0; i < n; i++) one(); }};
        run(2000);
        const times = [];
        for (let i = 0; i < 20; i++) {{ // the best of many short runs: other work on the machine counts in least
          const start = performance.now();
          run(500);
          times.push(performance.now() - start);
        }}
        return 500 / Math.min(...times) * 1000; }})()"""
    )
    record_property("steps a second", round(speed))
    print(f"\n{speed:,.0f} steps a second, 30 words of 10 numbers, 5 negatives.")
    assert speed > 10_000


# ------------------------------------------------------------------ stepping


def test_the_first_step_is_shown_before_it_is_taken(served_island: Training) -> None:
    island = served_island
    assert island.text("heading") == "Step 1, not taken yet"
    assert island.formula()[0][0] == "drinks" and island.text("loss") == f"{4 * np.log(2):.3f}"
    assert island.root.locator(".sg-matrices li").count() == 41
    assert island.role("key").inner_text().split()[0].startswith("−0.")


def test_each_step_shows_the_numbers_of_the_formula(island: Training, method: Any) -> None:
    found = run(method, 1005)
    assert island.text("heading") == "Step 1, not taken yet"
    for number, step in enumerate(found["made"][:5], 1):
        island.press("step")
        assert island.text("heading") == f"Step {number}, taken"
        assert island.formula() == [row_of(found, step, i) for i in range(4)]
        assert island.text("loss") == signed(step["loss"], 3)
    assert island.steps() == 5
    island.says("announce", "5 steps, loss ")
    island.press("thousand")
    assert island.steps() == 1005
    assert f"loss {np.mean([step['loss'] for step in found['made'][-1000:]]):.2f}" in island.text("count")
    rows = island.role("nearest").locator("tr").evaluate_all("rows => rows.map((row) => row.cells[0].textContent)")
    unit = np.array(found["U"]) / np.linalg.norm(found["U"], axis=1, keepdims=True)
    order = np.argsort(-unit @ unit[found["words"].index("tea")])
    assert rows == [found["words"][i] for i in order[1:7]]


def test_the_rows_of_the_step_are_marked_and_its_changes_shown(served_island: Training) -> None:
    island = served_island
    island.press("step", 3)
    centre = island.role("sentence").locator(".sg-centre").inner_text()
    context = island.role("sentence").locator(".sg-context").inner_text()
    assert island.root.locator(".sg-matrices .sg-centre .sg-word").inner_text() == centre
    assert island.root.locator(".sg-matrices .sg-context .sg-word").inner_text() == context == island.formula()[0][0]
    island.role("digits").check()
    rows = island.role("changes").locator("tr")
    assert rows.count() == 5 and rows.first.locator("th").inner_text() == f"u {centre}"
    for row in rows.all():
        before, change, after = (
            np.array(cell.inner_text().replace("−", "-").split(), dtype=float) for cell in row.locator("td").all()
        )
        np.testing.assert_allclose(before + change, after, atol=2e-4)


def test_a_pair_can_be_chosen_in_the_sentence(served_island: Training) -> None:
    island = served_island
    negatives = [row[0] for row in island.formula()[1:]]
    island.role("sentence").locator(".sg-window").first.click()
    assert island.text("heading") == "Step 1, chosen by you, not taken yet"
    assert island.formula()[0][0] == "a" and [row[0] for row in island.formula()[1:]] == negatives
    island.role("sentence").locator(".sg-outside").first.click()
    assert island.role("sentence").locator(".sg-centre").inner_text() == "cup"
    island.press("step")
    assert island.text("heading") == "Step 1, taken" and island.steps() == 1
    island.press("restart")
    assert island.steps() == 0 and island.text("heading") == "Step 1, not taken yet"


def test_play_goes_on_until_paused_and_is_silent_meanwhile(served_island: Training) -> None:
    island = served_island
    island.role("speed").select_option("1000")
    island.page.wait_for_timeout(900)
    silent = island.role("announce").text_content()
    island.press("play")
    assert island.text("play") == "Pause"
    until(
        island.page,
        "parseInt(document.querySelector('[data-role=count]').textContent.replace(',', '')) > 300",
    )
    island.page.wait_for_timeout(900)
    assert island.role("announce").text_content() == silent
    island.press("play")
    steps = island.steps()
    assert island.text("play") == "Play" and steps > 300
    island.says("announce", f"{steps:,} steps, loss")
    assert island.steps() == steps, "nothing moves any more"


def test_play_stops_when_the_island_is_out_of_sight(served_island: Training) -> None:
    island = served_island
    island.page.evaluate(
        "document.body.append(Object.assign(document.createElement('div'), { style: 'height: 3000px' }))"
    )
    island.press("play")
    island.page.evaluate("scrollTo(0, document.body.scrollHeight)")
    until(island.page, "document.querySelector('[data-role=play]').textContent === 'Play'")


def test_readers_who_want_no_movement_get_a_picture_a_second(places: dict[str, str], watch: Callable[..., Any]) -> None:
    island = Training(watch(places["server"], reduced_motion="reduce"))
    island.role("speed").select_option("50")
    island.page.evaluate(
        """() => {
        window.pictures = 0;
        const watched = { characterData: true, childList: true, subtree: true };
        const heading = document.querySelector("[data-role=heading]");
        new MutationObserver(() => { window.pictures++; }).observe(heading, watched); }"""
    )
    island.press("play")
    island.page.wait_for_timeout(1500)
    assert island.page.evaluate("window.pictures") <= 2
    assert island.root.evaluate("el => ![...el.querySelectorAll('*')].some((part) => part.getAnimations().length)")


# ------------------------------------------------------------------ settings


def test_every_setting_starts_again_with_its_own_numbers(served_island: Training, method: Any) -> None:
    island = served_island
    settings: dict[str, Any] = {}
    for key, value in (
        ("negatives", 10),
        ("window", 5),
        ("dimensions", 2),
        ("one_matrix", True),
        ("lose_repeats", True),
    ):
        island.press("thousand")
        settings[key] = value
        island.option(key).check() if value is True else island.option(key).select_option(str(value))
        until(island.page, "document.querySelector('[data-role=heading]').textContent === 'Step 1, not taken yet'")
        found = run(method, 1, **settings)
        step = found["made"][0]
        assert [row[0] for row in island.formula()] == [found["words"][i] for i in step["targets"]], key
        assert island.text("loss") == signed(step["loss"], 3), key
        assert "Started again: 41 different words" in island.text("status")
    assert "They are the same rows now." in island.root.inner_text()
    island.option("corpus").select_option("rhyme")
    island.says("status", "43 different words")
    assert island.role("text").input_value().startswith("This is the house that Jack built.")


def test_the_learning_rate_changes_on_the_way(served_island: Training, method: Any) -> None:
    island = served_island
    island.press("step", 4)
    island.option("learning_rate").select_option("0.5")
    assert island.steps() == 4 and island.text("rate") == "0.5"
    found = run(method, 4)
    words, contexts = (np.array(found[key], dtype=float) for key in "UV")
    island.press("step")
    first = island.formula()
    places = [found["words"].index(row[0]) for row in first]
    centre = found["pairs"][4][0]
    loss = sgns_step(words, contexts, np.array([centre]), np.array([places]), 0.5)
    assert island.text("loss") == signed(loss, 3)
    assert [row[5] for row in first] == [signed(words[centre] @ contexts[place], 3) for place in places]


def test_numbers_that_run_away_are_said_and_a_restart_mends_it(served_island: Training) -> None:
    island = served_island
    island.option("negatives").select_option("10")
    island.option("learning_rate").select_option("1")
    island.press("thousand", 12)
    assert re.match(r"The numbers have run away at step [\d,]+: choose a smaller learning rate", island.text("count"))
    assert "NaN" not in island.root.inner_text() and "Infinity" not in island.root.inner_text()
    island.press("play")
    assert island.text("play") == "Play"
    island.option("learning_rate").select_option("0.1")
    island.press("restart")
    island.press("thousand")
    assert island.steps() == 1000


def test_a_seed_that_is_none_is_refused_with_a_sentence(served_island: Training) -> None:
    island = served_island
    for seed in ("", "-1", "1e3", "abc", "4294967296", "999999999999", "<b>"):
        island.role("status").evaluate("el => { el.textContent = ''; }")
        island.role("seed").fill(seed)
        island.role("seed").press("Enter")
        if not seed:
            island.role("seed").blur()
        island.says("status", "A seed is a whole number from 0 to 4,294,967,295; the island keeps 21.")
        assert island.role("seed").input_value() == "21"


def test_another_seed_draws_other_numbers_and_the_same_the_same(served_island: Training) -> None:
    island = served_island
    first = island.formula()
    for seed, same in (("2", False), ("21", True)):
        island.role("seed").fill(seed)
        island.role("seed").press("Enter")
        until(island.page, f"document.querySelector('[data-role=seed]').value === '{seed}'")
        assert (island.formula() == first) == same


def test_the_reader_s_own_text_is_learned_from(served_island: Training) -> None:
    island = served_island
    island.option("corpus").select_option("own")
    island.says("status", "There is no word in this text.")
    field = island.role("text")
    assert field.evaluate("el => el === document.activeElement") and field.input_value() == ""
    before = island.formula()
    for typed, sentence in (
        ("🙂 … !", "no word in this text"),
        ("tea tea", '"tea" is the only word'),
        ("tea. milk.", "Each sentence has one word only"),
        ("x y " * 6000, "has 24,000 characters; this island takes 20,000 at most"),
    ):
        field.fill(typed)
        island.says("status", sentence)
        assert "goes on with the text before" in island.text("status") and island.formula() == before
    island.option("window").focus()
    island.option("window").select_option("1")
    assert field.input_value().startswith("x y "), "what is being written is not lost"
    field.fill(OWN)
    island.says("status", "Started again: 9 different words")
    assert island.root.locator(".sg-matrices li").count() == 9
    assert field.input_value() == OWN
    field.fill("<b>bold</b> a&amp;b " + " ".join(f"word{i}" for i in range(60)))
    island.says("status", "rarer words are left out: the island has room for 48.")
    island.option("corpus").select_option("made-up")
    island.says("status", "41 different words")
    assert field.input_value().startswith("She drinks a cup of tea.")
    assert island.root.locator("b").count() == 0


def test_two_words_are_enough(served_island: Training) -> None:
    island = served_island
    island.role("text").fill("yes no")
    island.says("status", "2 different words")
    island.press("thousand")
    assert island.role("nearest").locator("tr").filter(visible=True).count() == 1
    assert "NaN" not in island.root.inner_text()


def test_the_neighbours_are_those_of_the_chosen_word(served_island: Training) -> None:
    island = served_island
    island.press("thousand", 10)
    island.role("word").select_option("king")
    first = island.role("nearest").locator("th").first
    assert first.inner_text() in {"queen", "prince", "princess"}
    island.says("announce", "Nearest to king: ")
    island.role("map").locator("span", has_text=re.compile("^cat$")).click(force=True)
    assert island.role("word").input_value() in {"cat", "dog", "cow", "horse"}, "what lies on top is pressed"
    island.root.locator(".sg-matrices li", has_text=re.compile("^milk")).click()
    assert island.role("word").input_value() == "milk"
    assert island.root.locator(".i-map .sg-chosen").inner_text() == "milk"


# ------------------------------------------------------------------ for everybody


def test_the_island_works_by_keyboard_alone(island: Training) -> None:
    press = island.page.keyboard.press

    def focused() -> str:
        script = "(({ dataset, value }) => dataset.role || dataset.option || value)(document.activeElement)"
        return str(island.page.evaluate(script))

    press("Tab")
    assert focused() == "step"
    assert island.role("step").evaluate("el => el.matches(':focus-visible')")
    press("Enter")
    press("Space")
    assert island.steps() == 2 and focused() == "step"
    for name in ("play", "thousand", "restart", "speed"):
        press("Tab")
        assert focused() == name
    press("Tab")
    assert re.match(r"\d+ \d+", focused()), "the words of the sentence"
    press("Tab")
    press("Enter")
    assert "chosen by you" in island.text("heading")
    seen = set()
    for _ in range(40):
        press("Tab")
        seen.add(focused())
    assert {"digits", "word", "negatives", "window", "dimensions", "learning_rate", "seed", "corpus"} <= seen
    assert {"one_matrix", "lose_repeats", "text"} <= seen


@pytest.mark.parametrize(("width", "negatives"), [(1280, 3), (1280, 10), (360, 3), (360, 10)])
def test_nothing_else_moves_when_a_step_is_taken(
    places: dict[str, str], watch: Callable[..., Any], width: int, negatives: int
) -> None:
    island = Training(watch(places["server"], width=width))
    island.option("negatives").select_option(str(negatives))
    until(island.page, f"document.querySelectorAll('[data-role=formula] tr').length === {negatives + 1}")
    moved = island.root.evaluate(
        """(el) => {
        const parts = [...el.querySelectorAll(".i-part, table, .i-map")];
        const tops = () => parts.map((part) => part.getBoundingClientRect().top + scrollY);
        const [start, moved] = [tops(), []];
        for (const name of [...Array(25).fill("step"), ...Array(12).fill("thousand")]) {
          el.querySelector(`[data-role=${name}]`).click();
          tops().forEach((top, i) => { if (Math.abs(top - start[i]) > 1) moved.push([name, parts[i].className]); });
        }
        return moved; }"""
    )
    assert moved == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_phone_shows_it_without_scrolling_sideways(
    places: dict[str, str], watch: Callable[..., Any], theme: str
) -> None:
    island = Training(watch(places["server"], width=360, height=740), f"{theme}.html")
    wide = "document.documentElement.scrollWidth"
    assert island.page.evaluate(wide) <= 360
    island.role("text").fill("counterrevolutionaries internationalisation " * 3 + "a" * 400 + " b")
    island.says("status", "4 different words")
    island.option("negatives").select_option("10")
    island.option("window").select_option("5")
    island.role("digits").check()
    island.press("thousand")
    assert island.page.evaluate(wide) <= 360
    small = (
        island.root.locator("button, input, select, textarea")
        .filter(visible=True)
        .evaluate_all(
            """controls => controls.map((control) => control.closest(".i-tick") || control)
            .filter((control) => control.getBoundingClientRect().height < 24).map((control) => control.outerHTML)"""
        )
    )
    assert small == [], "everything that is pressed is at least 24 pixels high"


def test_dark_pages_get_dark_islands(places: dict[str, str], watch: Callable[..., Any]) -> None:
    island = Training(watch(places["server"]), "dark.html")
    assert island.root.evaluate("el => getComputedStyle(el).color") == "rgb(230, 232, 234)"
    assert island.option("window").evaluate("el => getComputedStyle(el).backgroundColor") == "rgb(20, 24, 29)"


def test_two_islands_on_a_page_are_independent(places: dict[str, str], watch: Callable[..., Any]) -> None:
    first = Training(watch(places["folder"]), "two.html")
    second = Training.__new__(Training)
    second.page, second.root = first.page, first.page.locator(".island-skipgram").nth(1)
    first.press("step", 3)
    second.press("thousand")
    assert first.steps() == 3 and second.steps() == 1000
    assert second.root.locator(".sg-matrices li").count() == 43
    ids = first.page.evaluate("[...document.querySelectorAll('[id]')].map((el) => el.id)")
    assert len(ids) == len(set(ids)) and first.watched.errors == []


def test_the_module_runs_where_python_sends_its_picture(browser: Any) -> None:
    """What JupyterLab does: an empty element, state that Python may set, and an end."""
    opened = browser.new_page()
    errors: list[str] = []
    opened.on("pageerror", lambda error: errors.append(str(error)))
    options = base.options_of(base.island("skipgram"), {"corpus": "rhyme"})
    state = {**options, "first": base.island("skipgram").first(options)}
    source = site.module_source(base.island("skipgram")).replace("export default { render };", "")
    opened.set_content(
        f"<style>{site.style_source(base.island('skipgram'))}</style><div class='island island-skipgram'></div>"
    )
    opened.evaluate(
        f"""(state) => {{ {source}
        const listeners = new Map();
        window.model = {{ get: (key) => state[key], save_changes() {{}},
          set(key, value) {{ state[key] = value; for (const each of listeners.get("change:" + key) || []) each(); }},
          on: (event, each) => listeners.set(event, [...(listeners.get(event) || []), each]),
          off: (event, each) => listeners.set(event, listeners.get(event).filter((other) => other !== each)) }};
        window.left = () => [...listeners.values()].flat().length;
        window.end = render({{ model, el: document.querySelector(".island") }}); }}""",
        state,
    )
    assert opened.locator(".sg-matrices li").count() == 43
    opened.evaluate("model.set('negatives', 7); model.set('word', 'dog'); model.set('window', 1);")
    until(opened, "document.querySelectorAll('[data-role=formula] tr').length === 8")
    assert opened.locator('[data-option="negatives"]').input_value() == "7"
    assert opened.locator('[data-role="word"]').input_value() == "dog"
    opened.locator('[data-option="dimensions"]').select_option("3")
    assert opened.evaluate("model.get('dimensions')") == 3
    opened.locator('[data-option="corpus"]').select_option("made-up")
    until(opened, "document.querySelectorAll('.sg-matrices li').length === 41")
    assert opened.evaluate("[model.get('corpus'), model.get('word')]") == ["made-up", "dog"]
    opened.locator('[data-role="text"]').fill(OWN)
    until(opened, "document.querySelectorAll('.sg-matrices li').length === 9")
    assert opened.evaluate("[model.get('corpus'), model.get('word')]") == ["own", ""], "dog is not in this text"
    rng = random.Random(0)
    for _ in range(12):
        text = " ".join(rng.choice(["ab", "cd,", "ef.", "gh", "ij!", "kl"]) for _ in range(rng.randint(5, 60)))
        ranges = {"window": (1, 5), "negatives": (0, 10), "dimensions": (2, 10), "one_matrix": (0, 1)}
        some = {"text": f"{text} ab cd.", **{key: rng.randint(*ends) for key, ends in ranges.items()}}
        opened.evaluate("some => { for (const [key, value] of Object.entries(some)) model.set(key, value); }", some)
        rows = f"document.querySelectorAll('[data-role=formula] tr').length === {some['negatives'] + 1}"
        until(opened, rows)
        opened.locator('[data-role="thousand"]').click()
        assert "NaN" not in opened.inner_text(".island")
    opened.locator('[data-role="play"]').click()
    opened.evaluate("end()")
    assert opened.evaluate("left()") == 0 and errors == []
    opened.close()
