"""What every quiz promises: keys that the chapter's own code computes, and a reason for each choice."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from types import ModuleType

import pytest

from embedlib.exercises import chapters
from embedlib.exercises.quiz import Choice, Question, Quiz, only_true


def test_the_stored_keys_are_those_that_code_computes(chapter: ModuleType) -> None:
    for question in chapter.QUIZ.questions:
        assert question.key() == question.answer, question


def test_there_are_at_least_six_questions_and_their_keys_are_not_all_in_one_place(
    chapter: ModuleType,
) -> None:
    questions = chapter.QUIZ.questions
    assert len(questions) >= 6
    places = [question.answer for question in questions]
    assert max(map(places.count, places)) <= len(places) / 2
    assert len({question.text for question in questions}) == len(questions)


def test_every_choice_has_a_reason_of_its_own(chapter: ModuleType) -> None:
    reasons = [choice.reason for question in chapter.QUIZ.questions for choice in question.choices]
    assert all(len(reason.split()) >= 5 for reason in reasons)
    assert len(set(reasons)) == len(reasons)
    for question in chapter.QUIZ.questions:
        assert len(question.choices) >= 3
        assert len({choice.text for choice in question.choices}) == len(question.choices)


def test_a_quiz_shows_every_choice_closed_with_the_right_one_among_them(chapter: ModuleType) -> None:
    html = chapter.QUIZ.show()._repr_html_()
    choices = [choice for question in chapter.QUIZ.questions for choice in question.choices]
    assert html.count('<details class="quiz-choice"') == html.count("<summary") == len(choices)
    assert html.count('<div class="right"') == len(chapter.QUIZ.questions)
    assert html.count('<div class="wrong"') == len(choices) - len(chapter.QUIZ.questions)
    assert "<script" not in html and "<style" not in html and " open" not in "".join(re.findall("<details[^>]*>", html))
    assert not re.search(r"(?:color|background)\s*:", html)
    names = re.findall(r'id="([^"]*)"', html)
    assert len(set(names)) == len(names) == len(chapter.QUIZ.questions)
    assert html == chapter.QUIZ.show()._repr_html_()


def test_the_right_choice_is_marked_where_the_key_says(chapter: ModuleType) -> None:
    html = chapter.QUIZ.to_html().split('<div class="quiz-question"')[1:]
    for question, part in zip(chapter.QUIZ.questions, html, strict=True):
        assert re.findall(r'<div class="(right|wrong)"', part).index("right") == question.answer


def test_a_closed_choice_does_not_say_whether_it_is_right(chapter: ModuleType) -> None:
    html = chapter.QUIZ.to_html()
    heads = re.findall(r"(<details[^>]*><summary[^>]*>)", html)
    assert len(set(heads)) == 1


def test_plain_text_keeps_the_answers_back(chapter: ModuleType) -> None:
    text = repr(chapter.QUIZ.show())
    for question in chapter.QUIZ.questions:
        assert question.text in text
        assert not any(choice.reason in text for choice in question.choices)


@pytest.mark.parametrize("name", chapters())
def test_showing_a_quiz_needs_no_vectors(name: str, tmp_path: object) -> None:
    code = (
        f"import sys; from embedlib.exercises import load; load({name!r}).QUIZ.show()._repr_html_(); "
        "print([m for m in ('gensim', 'pandas', 'torch', 'sklearn') if m in sys.modules])"
    )
    environment = {**os.environ, "EMBEDLIB_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True)
    assert done.stdout.strip() == "[]"


def test_one_claim_must_hold_and_only_one() -> None:
    assert only_true(False, False, True) == 2
    for claims in ((False, False), (True, True, False)):
        with pytest.raises(ValueError, match="One claim should hold"):
            only_true(*claims)


def test_markup_in_a_question_is_escaped() -> None:
    quiz = Quiz("ch00", [Question("a < b & <b>?", [Choice("<i>x</i>", "`<u>`")], 0, lambda: 0)])
    assert not re.search("<[biu]>", quiz.to_html())
