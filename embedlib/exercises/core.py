"""An exercise: a task, hints, a solution, and a checker that answers in a sentence that helps."""

from __future__ import annotations

import html
import math
import sys
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from embedlib.exercises.answers import STUB, describe_error, is_stub
from embedlib.exercises.guard import names_in_reach, unchanged
from embedlib.exercises.messages import Feedback, Message, code, shown, to_html, type_name
from embedlib.exercises.page import Text, evaluate

__all__ = ["Exercise", "ExerciseHtml"]


@dataclass(frozen=True)
class ExerciseHtml:
    """The parts of an exercise that the website unfolds, each a piece of safe HTML."""

    hints: list[str]
    answers: list[tuple[str, str]]
    solution: str


class Exercise:
    """A task that a reader answers with a value or a function.

    Parameters
    ----------
    text
        All that it says.
    checker
        Takes an answer and returns what to say when it is right; otherwise raises ``Wrong`` or ``NotAttempted``.
    shared
        Loads what the checker and the reader's code use, by name. What it raises (an asset that cannot be had) passes
        through; what it returns is kept unchanged while the checker runs.
    reads, call_as, cases
        What the checker reads, how it calls a function and with what: from these the tests make the answers that
        every exercise of the kind must accept or refuse.

    Examples
    --------
    >>> from embedlib.exercises import ch01
    >>> ch01.lost_length.check(24)
    24 is the dot product. Divided by both lengths it gives the cosine: solve that for a length.
    >>> ch01.lost_length.check(...)
    Nothing to check yet: replace `...` with your own lines.
    """

    def __init__(
        self,
        text: Text,
        checker: Callable[[Any], str],
        shared: Callable[[], Mapping[str, object]] | None = None,
        *,
        reads: str = "",
        call_as: str = "",
        cases: Sequence[tuple[Any, ...]] = (),
    ) -> None:
        self.text, self.checker, self.shared = text, checker, shared or dict
        self.reads, self.call_as, self.cases = reads, call_as, cases
        self.id, self.title, self.prompt, self.stub = text.id, text.title, text.prompt, text.stub
        self.name = text.id.partition(".")[2]
        self.answer_name = text.stub.removeprefix("def ").replace("(", " ").split()[0]
        self._hints_given = 0
        self._right: Any = None

    def __repr__(self) -> str:
        return f"Exercise {self.id}: {self.title}. It has .check({self.answer_name}), .hint() and .solution()."

    def names(self, **more: Any) -> dict[str, Any]:
        """Return the names that the code of its page may use: the chapter's module's, the notebook's, ``right``."""
        module = sys.modules.get(f"{__package__}.{self.id.partition('.')[0]}")
        return {**vars(module or math), "np": np, **self.shared(), "right": self.right(), **more}

    def right(self) -> Any:
        """Return what the solution's code makes, run as in a reader's notebook."""
        if self._right is None:
            self._right = self._run(self.text.solution, {"np": np, **self.shared()})
        return self._right

    def value(self, code: str) -> Any:
        """Return the answer that a piece of its page's code stands for: an expression, or lines as a reader's."""
        return self._run(code, self.names()) if "\n" in code else evaluate(code, self.names())

    def _run(self, code: str, names: dict[str, Any]) -> Any:
        exec(code, names)
        return names[self.answer_name]

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
        if not self.text.hints:
            return Message("This exercise has no hints; `.solution()` shows how it can be done.", "hint")
        number = self._hints_given % len(self.text.hints) + 1
        self._hints_given += 1
        text = f"**Hint {number} of {len(self.text.hints)}.** {self.text.hints[number - 1]}"
        if number == len(self.text.hints):
            text += "\n\nThat was the last hint; `.solution()` shows how it can be done."
        return Message(text, "hint")

    def solution(self) -> Message:
        """Show one way to do it."""
        return Message(self._solution_text(), "solution")

    def to_html_parts(self) -> ExerciseHtml:
        """Return hints, answers and solution as HTML; code is ``<code class="language-python">``."""
        return ExerciseHtml(
            hints=[to_html(hint) for hint in self.text.hints],
            answers=[(html.escape(str(answer)), to_html(_ask(self, answer).text)) for answer in self.text.page],
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
        return f"```python\n{self.text.solution}\n```\n\n{self.text.note}".strip()


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
