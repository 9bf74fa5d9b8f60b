"""A quiz: questions whose choices each carry a reason, shown as static HTML, with keys that code computes."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from embedlib.exercises.messages import to_html
from embedlib.exercises.page import read

__all__ = ["Choice", "Question", "Quiz", "QuizView", "nearest", "only_true"]


@dataclass(frozen=True)
class Choice:
    """What somebody might answer, and why that is right or wrong; both in Markdown."""

    text: str
    reason: str


@dataclass(frozen=True)
class Question:
    """A question with one right choice.

    Parameters
    ----------
    text
        The question, in Markdown.
    choices
        At least two, each with its reason.
    answer
        The position of the right choice, counted from 0: stored, so that showing a quiz loads nothing.
    key
        Computes that position from the chapter's own material; a test holds the two equal.

    Examples
    --------
    >>> choices = [Choice("2", "That is 1 + 1."), Choice("3", "Count on from 2.")]
    >>> Question("What is 1 + 2?", choices, 1, lambda: [2, 3].index(1 + 2))
    Question: What is 1 + 2?
    """

    text: str
    choices: Sequence[Choice]
    answer: int
    key: Callable[[], int]

    def __repr__(self) -> str:
        return f"Question: {self.text}"


@dataclass(frozen=True)
class Quiz:
    """A chapter's questions, in order.

    Parameters
    ----------
    chapter
        Such as ``"ch01"``; part of the identifiers in the HTML.
    questions
        What is asked.
    """

    chapter: str
    questions: Sequence[Question]

    @classmethod
    def of(cls, chapter: str, names: Mapping[str, Any]) -> Quiz:
        """The quiz of a chapter's page; ``names`` holds the functions that compute its keys, ``_key_<key>``."""
        return cls(
            chapter,
            [
                Question(text, [Choice(*choice) for choice in choices], right, names[f"_key_{key}"])
                for key, text, choices, right in read(chapter)[1]
            ],
        )

    def __repr__(self) -> str:
        return f"Quiz of {self.chapter}, {len(self.questions)} questions. It has .show()."

    def show(self) -> QuizView:
        """Show the questions; every choice opens to its reason. Nothing is loaded and nothing runs."""
        return QuizView(self)

    def to_html(self) -> str:
        """Return static HTML: a ``details`` element a choice, no script, no colours of its own."""
        questions = "".join(self._question_html(number) for number in range(1, len(self.questions) + 1))
        return f'<section class="quiz" aria-label="Quiz">{questions}</section>'

    def to_text(self) -> str:
        """Return the questions and choices as plain text, without the answers."""
        blocks = []
        for number, question in enumerate(self.questions, start=1):
            choices = [f"   {_letter(position)}) {choice.text}" for position, choice in enumerate(question.choices)]
            blocks.append("\n".join([f"{number}. {question.text}", *choices]))
        return "\n\n".join(blocks)

    def _question_html(self, number: int) -> str:
        question = self.questions[number - 1]
        name = f"{self.chapter}-quiz-{number}"
        choices = "".join(
            _choice_html(position, choice, position == question.answer)
            for position, choice in enumerate(question.choices)
        )
        return (
            f'<div class="quiz-question" role="group" aria-labelledby="{name}" style="margin: 0 0 1.4em">'
            f'<div class="quiz-text" id="{name}"><strong>{number}.</strong> '
            f"{_inline(question.text)}</div>{choices}</div>"
        )


@dataclass(frozen=True, repr=False)
class QuizView:
    """A quiz on the screen: HTML where there is a page, plain text elsewhere."""

    quiz: Quiz

    def __repr__(self) -> str:
        return self.quiz.to_text()

    def _repr_html_(self) -> str:
        return self.quiz.to_html()


def only_true(*claims: bool) -> int:
    """Return the position of the one claim that holds.

    Raises
    ------
    ValueError
        If none holds, or more than one.

    Examples
    --------
    >>> only_true(False, True, False)
    1
    """
    holding = [position for position, claim in enumerate(claims) if claim]
    if len(holding) != 1:
        raise ValueError(f"One claim should hold, but these do (counted from 0): {holding}.")
    return holding[0]


def nearest(value: float, *choices: float) -> int:
    """Return the position of the number that is nearest.

    Examples
    --------
    >>> nearest(0.22, 0.0, -0.2, 0.6, 0.2)
    3
    """
    return min(range(len(choices)), key=lambda place: abs(choices[place] - value))


def _choice_html(position: int, choice: Choice, right: bool) -> str:
    verdict, name = ("Right.", "right") if right else ("No.", "wrong")
    return (
        '<details class="quiz-choice" style="margin: 0.25em 0 0.25em 1em">'
        f'<summary style="cursor: pointer">{_letter(position)}) {_inline(choice.text)}</summary>'
        f'<div class="{name}" style="margin: 0.2em 0 0.6em 1.4em"><strong>{verdict}</strong> '
        f"{_inline(choice.reason)}</div></details>"
    )


def _letter(position: int) -> str:
    return "abcdefgh"[position]


def _inline(markdown: str) -> str:
    """Render one paragraph without the paragraph element around it."""
    return to_html(markdown).removeprefix("<p>").removesuffix("</p>")
