"""What a chapter's exercises and quiz say, in Markdown: ``chNN.md`` beside the module that judges them.

The first heading of an exercise is ``# name: Title``. Below it stand the task, the stub in a fence, and the sections

- ``## hints``: a list; each says a little more than the one before;
- ``## solution``: code in a fence, then a note on it;
- ``## right``: what a right answer is told, then a list of other right answers, as code (or in fences);
- ``## page``: answers that a reader without Python may have found, a Python list (pencil exercises only);
- ``## mistakes``: a list. An item begins with the mistake's name and answers that show it, ``- sum: `36` `41` ``, and
  goes on with what it is told. With ``when `condition` `` it is known by the condition instead of by its answers. The
  last item, ``- otherwise``, is for all others; its answers are subtly wrong ones that have no name.

The quiz comes last, under ``# quiz``: ``## key`` and a question, then the choices, each with its reason below; the
right one begins with ``+``, the others with ``-``. The module's function ``_key_<key>`` computes which is right.

What is told may hold ``{expressions}``, which are evaluated where the answer is judged. All code here is the course's
own and is run by the tests; a reader's text is never evaluated.
"""

from __future__ import annotations

import re
import string
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

__all__ = ["Mistake", "Text", "evaluate", "fill", "read"]

_ITEM = re.compile(r"^[-+] ", re.MULTILINE)
_CODE = re.compile(r"`([^`]+)`")
_FENCE = re.compile(r"^```python\n(.*?)\n```$", re.MULTILINE | re.DOTALL)
_HEAD = re.compile(r"(?P<name>[\w-]+)(?P<examples>(?: `[^`]+`)*)(?: when `(?P<when>[^`]+)`)?\s*")


@dataclass(frozen=True)
class Mistake:
    """A wrong idea: its name, answers that show it, how it is known (``None``: by what they give), its sentence."""

    name: str
    examples: Sequence[str]
    when: str | None
    says: str


@dataclass(frozen=True)
class Text:
    """All that an exercise says."""

    id: str
    title: str
    prompt: str
    stub: str
    hints: Sequence[str]
    solution: str
    note: str
    right: str
    also_right: Sequence[str]
    page: Sequence[object]
    mistakes: Sequence[Mistake]


@cache
def read(chapter: str) -> tuple[dict[str, Text], list[tuple[str, str, list[tuple[str, str]], int]]]:
    """Read a chapter's exercises, by name, and its quiz: key, question, choices with reasons, place of the right one.

    Raises
    ------
    ValueError
        If a part is missing or cannot be read; the message names it.

    Examples
    --------
    >>> exercises, quiz = read("ch01")
    >>> exercises["lost_length"].title
    'The lost vector'
    """
    source = resources.files(__package__).joinpath(f"{chapter}.md").read_text(encoding="utf-8")
    exercises, questions = {}, []
    for head, body in _sections(source, "#"):
        if head == "quiz":
            questions = [_question(key, text) for key, text in _sections(body, "##")]
        else:
            name, _, title = head.partition(": ")
            exercises[name] = _exercise(f"{chapter}.{name}", title, body)
    return exercises, questions


def fill(says: str, names: Mapping[str, Any]) -> str:
    """Put the values of its expressions into a sentence.

    Examples
    --------
    >>> fill("{n + 1} is more than {n:.1f}", {"n": 2})
    '3 is more than 2.0'
    """
    return _Filler().vformat(says, (), names)


def evaluate(code: str, names: Mapping[str, Any]) -> Any:
    """Evaluate an expression of a chapter's own page, with these names."""
    return eval(code, dict(names))


class _Filler(string.Formatter):
    def get_field(self, field_name: str, args: Any, kwargs: Any) -> tuple[Any, str]:
        return evaluate(field_name, kwargs), field_name


def _sections(text: str, mark: str) -> list[tuple[str, str]]:
    """Headings of one depth and what stands below them; what stands above the first is left out, as is code."""
    hidden = _FENCE.sub(lambda found: found[0].replace("\n#", "\n\0"), text)
    parts = re.split(rf"^{mark} (.+)$", hidden, flags=re.MULTILINE)
    return [
        (head.strip(), body.replace("\0", "#").strip()) for head, body in zip(parts[1::2], parts[2::2], strict=True)
    ]


def _items(text: str) -> list[str]:
    """The items of a list, their lines joined."""
    return [re.sub(r"\s*\n\s*", " ", item).strip() for item in _ITEM.split(text)[1:]]


def _exercise(name: str, title: str, body: str) -> Text:
    parts = dict(_sections(body, "##"))
    task = re.split(r"^## ", body, maxsplit=1, flags=re.MULTILINE)[0]
    if missing := {"hints", "solution", "right", "mistakes"} - parts.keys():
        raise ValueError(f"{name} has no section {', '.join(sorted(missing))}.")
    stub, solution = _FENCE.search(task), _FENCE.search(parts["solution"])
    if not (title and stub and solution):
        raise ValueError(f"{name} needs a title, a stub and a solution, the code of both in ```python.")
    told, *also = _ITEM.split(_FENCE.sub("", parts["right"]))
    return Text(
        name,
        title,
        _joined(_FENCE.sub("", task)),
        stub[1],
        _items(parts["hints"]),
        solution[1],
        _joined(_FENCE.sub("", parts["solution"])),
        _joined(told),
        [code for item in also for code in _CODE.findall(item)] + _FENCE.findall(parts["right"]),
        eval(parts.get("page", "[]"), {"inf": float("inf")}),
        [_mistake(name, item) for item in _ITEM.split(parts["mistakes"])[1:]],
    )


def _mistake(exercise: str, item: str) -> Mistake:
    first, _, says = item.partition("\n")
    head = _HEAD.fullmatch(first)
    if not head or not says.strip():
        raise ValueError(f"A mistake of {exercise} cannot be read: {first!r}.")
    return Mistake(head["name"], _CODE.findall(head["examples"]), head["when"], _joined(says))


def _question(key: str, text: str) -> tuple[str, str, list[tuple[str, str]], int]:
    question, *items = re.split(r"^(?=[-+] )", text, flags=re.MULTILINE)
    choices = [item[2:].partition("\n") for item in items]
    right = [place for place, item in enumerate(items) if item.startswith("+")]
    if len(right) != 1:
        raise ValueError(f"The question {key!r} should have one right choice, marked with +; it has {len(right)}.")
    return key, _joined(question), [(choice, _joined(reason)) for choice, _, reason in choices], right[0]


def _joined(text: str) -> str:
    """Lines of a paragraph joined, paragraphs kept apart."""
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", text.strip()))
