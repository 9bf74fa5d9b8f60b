"""An exercise: a task, hints, a solution, and a checker that answers in a sentence that helps."""

from __future__ import annotations

import html
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from embedlib.exercises.answers import STUB, describe_error, is_stub
from embedlib.exercises.guard import names_in_reach, unchanged
from embedlib.exercises.messages import Feedback, Message, code, shown, to_html, type_name

__all__ = ["Exercise", "ExerciseHtml"]


@dataclass(frozen=True)
class ExerciseHtml:
    """The parts of an exercise that the website unfolds, each a piece of safe HTML."""

    hints: list[str]
    answers: list[tuple[str, str]]
    solution: str


def _nothing_shared() -> Mapping[str, object]:
    return {}


@dataclass(eq=False, repr=False)
class Exercise:
    """A task that a reader answers with a value or a function.

    Parameters
    ----------
    id
        The chapter and the exercise's name in it, such as ``"ch01.most_alike"``.
    title
        A few words.
    prompt
        The task, in Markdown.
    stub
        The code that a reader starts from; it defines ``answer_name`` and leaves ``...`` to be replaced.
    answer_name
        What the stub and the solution define, and ``check`` is given.
    hints
        Each says a little more than the one before, in Markdown.
    solution_code
        Code that answers the exercise; it may use the names that ``shared`` gives and ``np``.
    solution_note
        One or two sentences on why it is so, in Markdown.
    checker
        Takes an answer and returns what to say when it is right; otherwise raises ``Wrong`` or
        ``NotAttempted``.
    shared
        Loads what the checker and the reader's code use, by name. What it raises (an asset that cannot be
        had) passes through; what it returns is kept unchanged while the checker runs.
    page_answers
        Answers that a reader without Python may have come to, the right one among them, in the order in which
        the website lists them; the checker answers each.

    Examples
    --------
    >>> def checker(answer: object) -> str:
    ...     return "Right: that is the sum." if answer == 3 else "Wrong"
    >>> exercise = Exercise(
    ...     "ch00.sum", "A sum", "What is 1 + 2?", "total = ...", "total",
    ...     ["Count."], "total = 3", "Adding is counting on.", checker,
    ... )
    >>> exercise.check(3)
    Right: that is the sum.
    >>> exercise.check(...)
    Nothing to check yet: replace `...` with your own lines.
    """

    id: str
    title: str
    prompt: str
    stub: str
    answer_name: str
    hints: Sequence[str]
    solution_code: str
    solution_note: str
    checker: Callable[[Any], str]
    shared: Callable[[], Mapping[str, object]] = _nothing_shared
    page_answers: Sequence[object] = ()
    _hints_given: int = field(default=0, init=False)

    @property
    def name(self) -> str:
        """The exercise's name within its chapter."""
        return self.id.partition(".")[2]

    def __repr__(self) -> str:
        return f"Exercise {self.id}: {self.title}. It has .check({self.answer_name}), .hint() and .solution()."

    def check(self, answer: object = ...) -> Message:
        """Look at an answer and say what is right or wrong about it.

        Parameters
        ----------
        answer
            Anything at all. It is not changed, and neither is what it can reach: arrays are read-only while
            it is looked at.

        Returns
        -------
        Message
            Its ``kind`` is ``"right"``, ``"wrong"`` or ``"not-attempted"``.
        """
        return _judge(self, answer)

    def hint(self) -> Message:
        """Give the next hint; after the last one, say so and begin again."""
        if not self.hints:
            return Message("This exercise has no hints; `.solution()` shows how it can be done.", "hint")
        number = self._hints_given % len(self.hints) + 1
        self._hints_given += 1
        text = f"**Hint {number} of {len(self.hints)}.** {self.hints[number - 1]}"
        if number == len(self.hints):
            text += "\n\nThat was the last hint; `.solution()` shows how it can be done."
        return Message(text, "hint")

    def solution(self) -> Message:
        """Show one way to do it."""
        return Message(self._solution_text(), "solution")

    def to_html_parts(self) -> ExerciseHtml:
        """Return hints, answers and solution as HTML; code is ``<code class="language-python">``."""
        return ExerciseHtml(
            hints=[to_html(hint) for hint in self.hints],
            answers=[(html.escape(str(answer)), to_html(_ask(self, answer).text)) for answer in self.page_answers],
            solution=to_html(self._solution_text()),
        )

    def to_site_html(self) -> str:
        """Return one element for the website: answers to open, then hints that unfold one by one.

        Each hint holds the next, and the last one holds the solution, so that nobody sees more than they
        asked for.
        """
        parts = self.to_html_parts()
        inner = _details("Solution", parts.solution, "exercise-solution")
        for number, hint in reversed(list(enumerate(parts.hints, start=1))):
            inner = _details(f"Hint {number}", hint + inner, "exercise-hint")
        answers = ""
        if parts.answers:
            choices = "".join(_details(label, text, "exercise-answer") for label, text in parts.answers)
            answers = f'<p class="exercise-answers-title">Open the answer you found:</p>{choices}'
        return f'<div class="exercise" data-exercise="{html.escape(self.id)}">{answers}{inner}</div>'

    def _solution_text(self) -> str:
        return f"```python\n{self.solution_code.strip()}\n```\n\n{self.solution_note}".strip()


def _details(summary: str, body: str, name: str) -> str:
    return f'<details class="{name}"><summary>{summary}</summary><div>{body}</div></details>'


def _judge(exercise: Exercise, answer: object) -> Message:
    """Check what a reader hands in. Every attempt at every exercise passes through here and nowhere else."""
    if is_stub(answer):
        return Message(STUB, "not-attempted")
    shared = exercise.shared()
    in_reach = {exercise.answer_name: answer, **names_in_reach(answer), **shared}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        with unchanged(in_reach) as changed:
            message = _ask(exercise, answer)
    if changed:
        names = ", ".join(code(name) for name in changed)
        return Message(
            f"Your lines change {names}, which later cells use (it has been put back). Work on a copy: "
            f"{code(changed[0] + '.copy()')}, or a new name for the result.",
            "wrong",
            "changes-shared",
        )
    return message


def _ask(exercise: Exercise, answer: object) -> Message:
    try:
        return Message(str(exercise.checker(answer)), "right")
    except Feedback as feedback:
        return Message(feedback.text, feedback.kind, feedback.misconception)
    except (Exception, SystemExit) as error:
        return Message(
            f"What you handed in, {shown(answer)} (of type {code(type_name(answer))}) could not be looked "
            f"at: reading it stopped with {describe_error(error)}.",
            "wrong",
            "unreadable",
        )
