"""What every exercise of every chapter promises; a new chapter is held to it by being there."""

from __future__ import annotations

import ast
import inspect
import re
from html.parser import HTMLParser
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from known_answers import odd_forms, wrong_forms

from embedlib.exercises import chapters, load
from embedlib.exercises.core import Exercise
from embedlib.exercises.messages import Message


def run(exercise: Exercise, code: str) -> Any:
    """What a reader's notebook makes of some lines."""
    names = {"np": np, **exercise.shared()}
    exec(code, names)
    return names[exercise.answer_name]


def test_a_chapter_names_its_exercises_as_its_cells_are_tagged(chapter: ModuleType) -> None:
    for exercise in chapter.EXERCISES:
        assert exercise.id == f"{chapter.__name__.rpartition('.')[2]}.{exercise.name}"
        assert getattr(chapter, exercise.name) is exercise


def test_a_chapter_has_three_exercises_and_the_first_is_answered_in_the_page(chapter: ModuleType) -> None:
    assert len(chapter.EXERCISES) == 3
    assert chapter.EXERCISES[0].text.page


def test_the_solution_is_right(exercise: Exercise) -> None:
    message = exercise.check(run(exercise, exercise.text.solution))
    assert message.kind == "right", message
    assert message.text.startswith("Right")


def test_the_untouched_stub_is_told_kindly(exercise: Exercise) -> None:
    message = exercise.check(run(exercise, exercise.stub))
    assert message.kind == "not-attempted"
    assert repr(message) == "Nothing to check yet: replace `...` with your own lines."
    assert "..." in exercise.stub


def test_another_right_answer_is_right_too(exercise: Exercise) -> None:
    assert exercise.text.also_right or exercise.reads == "numbers"
    for code in exercise.text.also_right:
        message = exercise.check(exercise.value(code))
        assert message.kind == "right", (code, message)


def test_a_right_answer_in_an_odd_form_is_right(exercise: Exercise) -> None:
    for answer in odd_forms(exercise):
        message = exercise.check(answer)
        assert message.kind == "right", message


def test_each_mistake_gets_its_own_sentence_and_subtly_wrong_answers_are_refused(exercise: Exercise) -> None:
    mistakes = exercise.text.mistakes
    told: dict[str, str] = {}
    for mistake in mistakes:
        assert mistake.examples, mistake.name
        for code in mistake.examples:
            if "..." in code:  # no answer, but a pattern of answers
                continue
            message = exercise.check(exercise.value(code))
            assert (message.kind, message.misconception) == ("wrong", mistake.name), (code, message)
            assert told.setdefault(message.text, mistake.name) == mistake.name
    assert len({mistake.name for mistake in mistakes}) >= 4 or exercise.reads in ("vector", "table", "score")
    assert [mistake.name for mistake in mistakes].index("otherwise") == len(mistakes) - 1
    assert len(mistakes[-1].examples) >= 2 and mistakes[-1].when is None


def test_a_wrong_answer_that_no_page_foresees_is_told_what_is_wrong_with_it(exercise: Exercise) -> None:
    for name, answer in wrong_forms(exercise):
        message = exercise.check(answer)
        assert (message.kind, message.misconception) == ("wrong", name), message


def test_every_mistake_that_code_names_is_tried() -> None:
    every = [exercise for name in chapters() for exercise in load(name).EXERCISES]
    tried = {name for exercise in every for name, _ in wrong_forms(exercise)}
    tried |= {"changes-argument", "changes-shared", "async", "looked-up", "constant"}  # in tests of their own
    folder = Path(inspect.getfile(load)).parent
    calls = [
        node
        for file in folder.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Wrong" and len(node.args) > 1
    ]
    named = {node.value for call in calls for node in ast.walk(call.args[1]) if isinstance(node, ast.Constant)}
    assert named - tried == set()
    assert len(named) >= 20


def test_hints_come_one_at_a_time_and_do_not_give_the_solution_away(exercise: Exercise) -> None:
    assert len(exercise.text.hints) >= 2
    exercise._hints_given = 0
    for number, hint in enumerate(exercise.text.hints, start=1):
        message = exercise.hint()
        assert f"Hint {number} of {len(exercise.text.hints)}" in message.text and hint in message.text
        assert not any(other in message.text for other in exercise.text.hints if other != hint)
        assert exercise.text.solution not in message.text
    assert "last hint" in message.text
    assert "Hint 1 of" in exercise.hint().text


def test_the_solution_shows_the_code_that_the_tests_ran(exercise: Exercise) -> None:
    text = exercise.solution().text
    assert exercise.text.solution in text and exercise.text.note in text
    assert exercise.solution()._repr_html_() is None  # a notebook's Markdown colours the code


def test_the_page_answers_hold_the_right_one_and_only_one(exercise: Exercise) -> None:
    if exercise.text.page:
        kinds = [exercise.check(answer).kind for answer in exercise.text.page]
        assert kinds.count("right") == 1 and len(kinds) >= 3
        assert set(kinds) == {"right", "wrong"}


class Outline(HTMLParser):
    """How deep each summary of a page lies, and whether every element that is opened is closed again."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: set[str] = set()
        self.summaries: list[tuple[int, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in ("br", "hr", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] == "summary":
            self.summaries.append((self.open.count("details"), data))


def test_on_the_site_each_hint_hides_the_next_and_the_last_hides_the_solution(exercise: Exercise) -> None:
    html = exercise.to_site_html()
    outline = Outline()
    outline.feed(html)
    assert outline.open == []
    hints = [f"Hint {number}" for number in range(1, len(exercise.text.hints) + 1)]
    nested = [(depth, text) for depth, text in outline.summaries if text in [*hints, "Solution"]]
    assert nested == list(enumerate([*hints, "Solution"], start=1))
    assert [text for depth, text in outline.summaries][: len(exercise.text.page)] == [
        str(answer) for answer in exercise.text.page
    ]
    assert not outline.tags & {"script", "style", "iframe", "img"}
    assert "open" not in re.findall(r"<details[^>]*>", html)[0]
    assert 'class="language-python"' in html


def test_messages_show_as_html_that_has_no_colours_of_text_or_paper(exercise: Exercise) -> None:
    message = exercise.check(object())
    html = message._repr_html_()
    assert html is not None and f'class="exercise-message {message.kind}"' in html
    styles = " ".join(re.findall(r'style="([^"]*)"', html))
    assert "background" not in styles and not re.search(r"(^|;\s*)color:", styles)
    assert " at 0x" not in repr(message)


def test_html_in_a_message_is_shown_and_not_run() -> None:
    html = Message("a <script>alert(1)</script> [x](javascript:alert(1))", "wrong")._repr_html_()
    assert html is not None and "<script>" not in html and 'href="javascript' not in html


def test_the_exercises_of_an_unknown_chapter_are_refused_with_those_that_are_there() -> None:
    with pytest.raises(ValueError, match=r"no exercises for 'ch99'; there are for .*ch01"):
        load("ch99")
    for name in ("core", "quiz", "../ch01"):
        with pytest.raises(ValueError, match="no exercises"):
            load(name)
    assert "ch01" in chapters()
