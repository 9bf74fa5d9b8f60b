"""Checks of what is handed in: each returns it, or raises with a sentence that says what is wrong and what would do.

Imports nothing of the library.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

__all__ = [
    "choice",
    "confidence",
    "frequencies",
    "items",
    "kind",
    "listed",
    "number",
    "short",
    "some",
    "whole",
    "word_list",
]


def whole(name: str, value: Any, least: int = 1, why: str = "") -> int:
    """A whole number of at least ``least``; ``why`` says what goes wrong below it.

    >>> whole("k", 2.0)
    Traceback (most recent call last):
        ...
    TypeError: k is a whole number, and 2.0 is not.
    """
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} is a whole number, and {value!r} is not.")
    if value < least:
        raise ValueError(f"{name} is {value}; it has to be at least {least}.{why}")
    return int(value)


def number(name: str, value: Any, least: float = -math.inf, most: float = math.inf, above: float = -math.inf) -> float:
    """A finite number from ``least`` to ``most``, or one larger than ``above``."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise TypeError(f"{name} is a number, and {value!r} is no number.")
    if not (math.isfinite(value) and least <= value <= most and value > above):
        limits = f"above {above:g}" if math.isfinite(above) else f"{least:g} or more"
        limits = f"from {least:g} to {most:g}" if math.isfinite(most) else limits
        raise ValueError(f"{name} is {value}; it has to be {limits if '-inf' not in limits else 'finite'}.")
    return float(value)


def confidence(value: Any) -> float:
    """The share of resampled figures that an interval holds."""
    if isinstance(value, bool) or not isinstance(value, (int, float, np.integer, np.floating)):
        raise TypeError(f"confidence is a share between 0 and 1, such as 0.95; it is {value!r}.")
    if not 0 < value < 1:
        raise ValueError(f"confidence is a share between 0 and 1, such as 0.95; it is {value}.")
    return float(value)


def choice(name: str, value: Any, choices: Sequence[str]) -> None:
    """One of a few words."""
    if value not in choices:
        raise ValueError(f"{name} is {value!r}; it can be {', '.join(repr(each) for each in choices)}.")


def word_list(name: str, words: Any) -> list[str]:
    """A list of strings, which one string is not."""
    if isinstance(words, (str, bytes)):
        raise TypeError(f'{name} is a list of words, and this is one string, "{short(str(words))}".')
    if isinstance(words, Mapping) or not isinstance(words, Iterable):
        raise TypeError(f"{name} is a list of words, and this is {kind(words)}.")
    listed = list(words)
    for word in listed:
        if not isinstance(word, str):
            raise TypeError(f"{name} is a list of words. A word is a string; {word!r} is not.")
    return listed


def frequencies(values: Any) -> np.ndarray[Any, np.dtype[Any]]:
    """How often each of V words stands in a text: shape (V,), 0 or more, float64."""
    counts = np.asarray(values, dtype=np.float64)
    if counts.ndim != 1 or not np.isfinite(counts).all() or (counts < 0).any() or not counts.any():
        raise ValueError("Frequencies are a flat list of counts, 0 or more, of which at least one is above 0.")
    return counts


def items(one: Any, n_items: int, what: str = "A list of items") -> np.ndarray[Any, np.dtype[np.int64]]:
    """A flat list of item numbers from 0 to ``n_items`` - 1, as an array; it may be empty.

    >>> items([0, -1], 3)
    Traceback (most recent call last):
        ...
    ValueError: Item -1 is not among 3 items, numbered from 0.
    """
    if isinstance(one, (str, bytes, Mapping)) or not hasattr(one, "__len__"):
        raise TypeError(f"{what} holds item numbers, such as [0, 2]; this is {kind(one)}.")
    numbers = np.asarray(one)
    if numbers.ndim != 1:
        raise ValueError(f"{what} is flat; this has the shape {numbers.shape}.")
    if not len(numbers):
        return np.empty(0, dtype=np.int64)
    if numbers.dtype.kind not in "iu":
        raise TypeError(f"{what} holds whole numbers, and {numbers[0].item()!r} is none.")
    if not 0 <= numbers.min() <= numbers.max() < n_items:
        wrong = numbers.min() if numbers.min() < 0 else numbers.max()
        raise ValueError(f"Item {wrong} is not among {n_items:,} items, numbered from 0.")
    return numbers.astype(np.int64)


def kind(thing: object) -> str:
    """What a thing is, for a sentence: "a list", "an array", "None"."""
    noun = "array" if isinstance(thing, np.ndarray) else type(thing).__name__
    return "None" if thing is None else f"{'an' if noun[0].lower() in 'aeiou' else 'a'} {noun}"


def short(text: str, most: int = 30) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def some(words: Sequence[str], n: int = 5) -> str:
    """The first few words in quotation marks, and how many more there are."""
    more = f" and {len(words) - n:,} more" if len(words) > n else ""
    return ", ".join(f'"{word}"' for word in words[:n]) + more


def listed(items: Iterable[str], last: str = "and") -> str:
    """All items in quotation marks: "a", "b" and "c"."""
    quoted = [f'"{item}"' for item in items]
    return quoted[0] if len(quoted) == 1 else f"{', '.join(quoted[:-1])} {last} {quoted[-1]}"
