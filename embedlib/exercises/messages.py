"""What a reader is told: short texts in Markdown, shown as HTML in a page and as plain text elsewhere."""

from __future__ import annotations

import re
import reprlib
from dataclasses import dataclass
from typing import Literal

__all__ = ["Feedback", "Kind", "Message", "NotAttempted", "Wrong", "code", "shown", "to_html", "type_name"]

Kind = Literal["right", "wrong", "not-attempted", "hint", "solution"]

# Readable on white and on near-black paper alike; what a message is, its first words say too.
_EDGE = {
    "right": "#009E73",
    "wrong": "#D55E00",
    "not-attempted": "#56B4E9",
    "hint": "#56B4E9",
    "solution": "#56B4E9",
}
_LIMIT = 160
_ADDRESS = re.compile(r"\s*\bat 0x[0-9a-fA-F]+")


@dataclass(frozen=True, repr=False)
class Message:
    """What a check, a hint or a solution says.

    Parameters
    ----------
    text
        Markdown.
    kind
        ``"right"``, ``"wrong"``, ``"not-attempted"``, ``"hint"`` or ``"solution"``.
    misconception
        The name of the mistake that was recognised, if one was.
    """

    text: str
    kind: Kind
    misconception: str | None = None

    @property
    def right(self) -> bool:
        """Whether this says that an answer is right."""
        return self.kind == "right"

    def __repr__(self) -> str:
        return self.text

    def _repr_markdown_(self) -> str:
        return self.text

    def _repr_html_(self) -> str | None:
        # A solution is code: a notebook's own Markdown gives it its colours.
        if self.kind == "solution":
            return None
        return (
            f'<div class="exercise-message {self.kind}" '
            f'style="border-left: 4px solid {_EDGE[self.kind]}; padding: 0.1em 0.9em; margin: 0.4em 0">'
            f"{to_html(self.text)}</div>"
        )


class Feedback(Exception):
    """Raised by a checker that has something to say other than "right"."""

    kind: Kind = "wrong"

    def __init__(self, text: str, misconception: str | None = None) -> None:
        super().__init__(text)
        self.text = text
        self.misconception = misconception


class Wrong(Feedback):
    """The answer is not right yet; ``misconception`` names the mistake, where it is a known one."""


class NotAttempted(Feedback):
    """There is nothing to check yet."""

    kind: Kind = "not-attempted"


def to_html(markdown: str) -> str:
    """Turn Markdown into HTML; any HTML within it is shown as text.

    Examples
    --------
    >>> to_html("`cat` <b>")
    '<p><code>cat</code> &lt;b&gt;</p>'
    """
    from markdown_it import MarkdownIt

    return str(MarkdownIt("commonmark", {"html": False}).render(markdown)).strip()


def code(text: object) -> str:
    """Quote a text as code in Markdown, whatever it holds.

    Examples
    --------
    >>> code("cat"), code("a`b")
    ('`cat`', '``a`b``')
    """
    line = " ".join(str(text).split())
    fence = "`" * (max((len(run) for run in re.findall("`+", line)), default=0) + 1)
    space = " " if line.startswith("`") or line.endswith("`") or not line else ""
    return f"{fence}{space}{line}{space}{fence}"


def shown(value: object) -> str:
    """Quote a value handed in by a reader: shortened, without memory addresses, and never raising.

    Examples
    --------
    >>> shown([1, 2]), shown("cat"), shown(object())
    ('`[1, 2]`', "`'cat'`", '`<object object>`')
    """
    short = reprlib.Repr()
    short.maxstring = short.maxother = _LIMIT
    try:
        text = _ADDRESS.sub("", short.repr(value))
        return code(text if len(text) <= _LIMIT else text[: _LIMIT - 1] + "…")
    except (Exception, SystemExit):
        return f"a {code(type_name(value))}"


def type_name(value: object) -> str:
    """Return the name of a value's type; never raises.

    Examples
    --------
    >>> type_name(1.5)
    'float'
    """
    try:
        return str(type(value).__name__)
    except (Exception, SystemExit):
        return "value"
