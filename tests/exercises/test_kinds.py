"""What the kinds of exercise promise, on toys: when an answer is ahead, when it is too good, what a page must hold."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from embedlib.exercises import load, page
from embedlib.exercises.kinds import ahead_by_spearman, beats, number
from embedlib.exercises.page import Mistake, Text, fill, read

RATINGS = np.arange(200.0)
RNG = np.random.default_rng(0)
RIVAL, BETTER, LUCKY = (RATINGS + scale * RNG.normal(size=200) for scale in (200, 60, 198))
TOY = Text(
    "ch00.toy",
    "Toy",
    "Guess.",
    "def guess(n):\n    ...",
    ["Think."],
    "def guess(n):\n    return n",
    "",
    "Right: {ahead.yours:.2f}.",
    [],
    [],
    [
        Mistake("by-heart", [], "answer(7) == 7.5", "You know it by heart."),
        Mistake("rival", ["lambda n: float(RIVAL[int(n)])"], None, "That is the rival."),
        Mistake("otherwise", [], None, "{measured}"),
    ],
)


def scores(function: Any) -> Any:
    return np.array([float(function(n)) for n in RATINGS])


def toy(rival: Any = RIVAL) -> Any:
    exercise = beats(TOY, "guess(n)", scores, lambda: rival, ahead_by_spearman(RATINGS), lambda: {"RIVAL": RIVAL})
    return lambda values: exercise.check(lambda n: values[int(n)])


def test_ahead_by_more_than_chance_is_right_and_ahead_by_luck_is_not() -> None:
    check = toy()
    assert check(BETTER).right
    lucky = ahead_by_spearman(RATINGS)(LUCKY, RIVAL)
    assert lucky.low < 0
    message = check(LUCKY)
    assert message.misconception == "otherwise" and f"{lucky.yours:.3f}" in message.text and lucky.text in message.text


def test_what_nothing_honest_reaches_and_what_says_nothing_are_refused() -> None:
    check = toy()
    assert check(RATINGS).misconception == "looked-up"
    assert check(np.ones(200)).misconception == "constant"


def test_a_mistake_with_a_condition_is_looked_for_before_the_answer_is_accepted() -> None:
    assert toy()(np.where(RATINGS == 7, 7.5, BETTER)).misconception == "by-heart"


def test_a_mistake_is_known_by_what_it_gives_whatever_its_scale() -> None:
    assert toy(RIVAL + 1)(3 * RIVAL).misconception == "rival"


def test_the_difference_is_written_with_its_interval() -> None:
    assert ahead_by_spearman(RATINGS)(RIVAL, BETTER).text.startswith("−0.")


def test_a_pattern_stands_for_any_number_of_a_list_and_a_number_is_right_within_its_bounds() -> None:
    text = replace(
        TOY,
        stub="x = ...",
        solution="x = 3",
        right="Right.",
        mistakes=[Mistake("two", ["2"], None, "Two."), Mistake("otherwise", [], None, "{answer}")],
    )
    exercise = number(text, "It", near=0.1)
    kinds = [exercise.check(given).misconception for given in (3.05, 2.05, 2.5)]
    assert kinds == [None, "two", "otherwise"]


PAGE = """# a: A
What?
```python
x = ...
```
## hints
- One.
## solution
```python
x = 1
```
## right
Right.
## mistakes
- otherwise `2` `3`
  No.

# quiz
## one
Which?
+ This
  Because.
- That
  No.
"""


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("## hints\n- One.\n", "", "no section hints"),
        ("```python\nx = ...\n```\n", "", "a stub and a solution"),
        ("- otherwise `2` `3`\n  No.", "- two words `2`\n  No.", "cannot be read"),
        ("- otherwise `2` `3`\n  No.", "- otherwise `2`", "cannot be read"),
        ("+ This", "- This", "it has 0"),
        ("- That", "+ That", "it has 2"),
    ],
)
def test_a_page_that_cannot_be_read_is_named(
    old: str, new: str, message: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page.resources, "files", lambda package: tmp_path)
    for name, text in (("good", PAGE), ("bad", PAGE.replace(old, new))):
        (tmp_path / f"{name}.md").write_text(text, encoding="utf-8")
    exercises, quiz = read.__wrapped__("good")
    assert exercises["a"].mistakes[0].examples == ["2", "3"] and quiz[0][3] == 0
    with pytest.raises(ValueError, match=message):
        read.__wrapped__("bad")


def test_an_expression_in_a_sentence_may_be_any() -> None:
    assert fill("{sorted(x)[0]:.1f} of {len(x)}", {"x": [2, 1]}) == "1.0 of 2"


@pytest.mark.parametrize("kind", ["float16", "gradient"])
@pytest.mark.parametrize("name", ["ch09.padded", "ch09.repair", "ch10.join"])
def test_a_solution_in_half_precision_or_with_its_gradient_is_right(name: str, kind: str) -> None:
    torch = pytest.importorskip("torch")
    chapter, _, place = name.partition(".")
    exercise = getattr(load(chapter), place)
    solution = exercise.right()

    def answer(*given: Any) -> Any:
        found = torch.tensor(np.array(solution(*given)), dtype=torch.float16 if kind == "float16" else torch.float32)
        return found.requires_grad_() if kind == "gradient" else found.numpy()

    assert exercise.check(answer).right


def test_several_numbers_with_their_gradient_are_told_in_a_sentence() -> None:
    torch = pytest.importorskip("torch")
    two, one = torch.tensor([1.0, 2.0], requires_grad=True), torch.tensor([15.0], requires_grad=True)
    message = load("ch09").one_number.check(two)
    assert message.misconception == "wrong-shape" and "Error" not in message.text
    assert load("ch09").one_number.check(one).right
