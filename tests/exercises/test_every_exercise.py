"""What every exercise of every chapter promises; a new chapter is held to it by being there."""

from __future__ import annotations

import ast
import inspect
import re
from html.parser import HTMLParser
from types import ModuleType
from typing import Any

import pytest
from known_answers import known_answers, namespace

from embedlib.exercises import chapters, load
from embedlib.exercises.core import Exercise
from embedlib.exercises.messages import Message


def run(exercise: Exercise, code: str) -> Any:
    names = namespace(exercise)
    exec(code, names)
    return names[exercise.answer_name]


def test_a_chapter_names_its_exercises_as_its_cells_are_tagged(chapter: ModuleType) -> None:
    for exercise in chapter.EXERCISES:
        assert exercise.id == f"{chapter.__name__.rpartition('.')[2]}.{exercise.name}"
        assert getattr(chapter, exercise.name) is exercise


def test_a_chapter_has_three_exercises_and_the_first_is_answered_in_the_page(chapter: ModuleType) -> None:
    assert len(chapter.EXERCISES) == 3
    assert chapter.EXERCISES[0].page_answers


def test_the_solution_is_right(exercise: Exercise) -> None:
    message = exercise.check(run(exercise, exercise.solution_code))
    assert message.kind == "right", message
    assert message.text.startswith("Right")


def test_the_untouched_stub_is_told_kindly(exercise: Exercise) -> None:
    message = exercise.check(run(exercise, exercise.stub))
    assert message.kind == "not-attempted"
    assert repr(message) == "Nothing to check yet: replace `...` with your own lines."
    assert "..." in exercise.stub


def shared_by_all(chapter: ModuleType) -> dict[str, Any]:
    return {name: thing for exercise in chapter.EXERCISES for name, thing in exercise.shared().items()}


def test_each_wrong_answer_gets_the_sentence_for_its_mistake_and_for_no_other(chapter: ModuleType) -> None:
    exercises = {exercise.name: exercise for exercise in chapter.EXERCISES}
    mistakes: dict[tuple[str, str], str] = {}
    for known in known_answers(chapter.__name__[-4:]).wrong_answers(shared_by_all(chapter)):
        message = exercises[known.exercise].check(known.answer)
        assert (message.kind, message.misconception) == ("wrong", known.misconception), message
        assert known.words in message.text
        assert mistakes.setdefault((known.exercise, message.text), known.misconception) == known.misconception
    for exercise in exercises:
        assert len({mistake for (name, _), mistake in mistakes.items() if name == exercise}) >= 4


def test_every_mistake_that_a_checker_names_is_tried(chapter: ModuleType) -> None:
    tree = ast.parse(inspect.getsource(chapter))
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Wrong"]
    named = {call.args[1].value for call in calls if len(call.args) > 1 and isinstance(call.args[1], ast.Constant)}
    shared = shared_by_all(chapter)
    tried = {known.misconception for known in known_answers(chapter.__name__[-4:]).wrong_answers(shared)}
    assert named - tried == set()
    assert len(named) >= 4


def test_a_right_answer_in_an_odd_form_is_right(chapter: ModuleType) -> None:
    exercises = {exercise.name: exercise for exercise in chapter.EXERCISES}
    shared = shared_by_all(chapter)
    for name, answer in known_answers(chapter.__name__[-4:]).right_answers(shared):
        message = exercises[name].check(answer)
        assert message.kind == "right", message


def test_hints_come_one_at_a_time_and_do_not_give_the_solution_away(exercise: Exercise) -> None:
    assert len(exercise.hints) >= 2
    exercise._hints_given = 0
    for number, hint in enumerate(exercise.hints, start=1):
        message = exercise.hint()
        assert f"Hint {number} of {len(exercise.hints)}" in message.text and hint in message.text
        assert not any(other in message.text for other in exercise.hints if other != hint)
        assert exercise.solution_code.strip() not in message.text
    assert "last hint" in message.text
    assert "Hint 1 of" in exercise.hint().text


def test_the_solution_shows_the_code_that_the_tests_ran(exercise: Exercise) -> None:
    text = exercise.solution().text
    assert exercise.solution_code.strip() in text and exercise.solution_note in text
    assert exercise.solution()._repr_html_() is None  # a notebook's Markdown colours the code


def test_the_page_answers_hold_the_right_one_and_only_one(exercise: Exercise) -> None:
    if exercise.page_answers:
        kinds = [exercise.check(answer).kind for answer in exercise.page_answers]
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
    hints = [f"Hint {number}" for number in range(1, len(exercise.hints) + 1)]
    nested = [(depth, text) for depth, text in outline.summaries if text in [*hints, "Solution"]]
    assert nested == list(enumerate([*hints, "Solution"], start=1))
    assert [text for depth, text in outline.summaries][: len(exercise.page_answers)] == [
        str(answer) for answer in exercise.page_answers
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
