"""Read what a reader hands in: call a function, take a number or a list of words, or say kindly why not."""

from __future__ import annotations

import copy
import inspect
import linecache
import math
from collections.abc import Callable, Container, Iterable, Sequence
from itertools import islice
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from embedlib.exercises.guard import is_a, unchanged
from embedlib.exercises.messages import NotAttempted, Wrong, code, shown, type_name

__all__ = [
    "STUB",
    "as_array",
    "as_cells",
    "as_known_words",
    "as_number",
    "as_texts",
    "call",
    "describe_error",
    "is_stub",
    "need_function",
    "pencil_number",
]

Floats = np.ndarray[Any, np.dtype[np.float64]]


STUB = "Nothing to check yet: replace `...` with your own lines."


def is_stub(answer: object) -> bool:
    """Whether an answer is what the untouched stub leaves behind.

    Examples
    --------
    >>> is_stub(...), is_stub(None), is_stub(0)
    (True, True, False)
    """
    return answer is None or answer is Ellipsis or answer is NotImplemented


def need_function(answer: object, call_as: str) -> Callable[..., Any]:
    """Return the answer if it can be called.

    Parameters
    ----------
    call_as
        How it is called, such as ``"most_alike(word, n)"``.

    Raises
    ------
    Wrong
        If it is not a function, or does not take that many arguments.
    """
    name = call_as.partition("(")[0]
    wanted = call_as.count(",") + 1
    if is_a(answer, type) or not callable(answer):
        raise Wrong(
            f"You hand in {shown(answer)}, of type {code(type_name(answer))}; what is checked is the "
            f"function itself. Write its name without brackets: {code(f'.check({name})')}.",
            "not-a-function",
        )
    try:
        inspect.signature(answer).bind(*range(wanted))
    except TypeError:
        raise Wrong(
            f"Your function cannot be called as {code(call_as)}. Which arguments does its first line name?",
            "wrong-arguments",
        ) from None
    except ValueError:
        pass  # some functions written in C do not tell
    return answer


def call(function: Callable[..., Any], *arguments: object) -> Any:
    """Call a reader's function on copies of the arguments.

    Returns
    -------
    Any
        What it returns; ``None`` and ``...`` never.

    Raises
    ------
    NotAttempted
        If the function is still a stub.
    Wrong
        If it raises (told with the line where it stopped), returns nothing, or changes its arguments.
    """
    given = copy.deepcopy(arguments)

    def asked() -> str:  # only where it is told: writing out large arrays takes longer than most answers
        return f"{_name(function)}({', '.join(shown(argument).strip('`') for argument in arguments)})"

    with unchanged({f"argument {position}": value for position, value in enumerate(given, start=1)}) as changed:
        try:
            result = function(*given)
        except NotImplementedError:
            raise NotAttempted(STUB) from None
        except (Exception, SystemExit) as error:
            raise Wrong(_stopped(function, asked(), error), "raises") from None
    if changed:
        raise Wrong("Your function changes the array that it is given. Work on a copy of it.", "changes-argument")
    if result is Ellipsis or (result is None and _is_empty(function)):
        raise NotAttempted(STUB)
    if result is None:
        raise Wrong(f"{code(asked())} returns nothing. Does your function end in `return`?", "no-return")
    if inspect.iscoroutine(result):
        result.close()
        raise Wrong("Your function is an `async def`; a plain `def` will do.", "async")
    return result


def pencil_number(value: Any, what: str) -> float:
    """Return a value that is worked out by hand as a float; as :func:`as_number`, with a word for a function.

    Raises
    ------
    Wrong
        As :func:`as_number`; and if it is a function.
    """
    if callable(value):
        raise Wrong("You hand in a function; a number will do, worked out with a pencil.", "a-function")
    return as_number(value, what)


def as_number(value: Any, what: str) -> float:
    """Return a value as a float.

    Parameters
    ----------
    what
        What the number is, to begin a sentence with, such as ``"The length"``.

    Raises
    ------
    Wrong
        If it is text, a truth value, complex, several numbers, none, NaN or infinite.
    """
    if is_a(value, str):
        raise Wrong(f"{what} should be a number; {shown(value)} is text. Leave the quotation marks out.", "text")
    if is_a(value, bool) or is_a(value, np.bool_):
        raise Wrong(f"{what} should be a number; you give {shown(value)}.", "wrong-type")
    value = _without_gradient(value)
    if is_a(value, list) or is_a(value, tuple) or is_a(value, np.ndarray) or hasattr(type(value), "to_numpy"):
        array = np.asarray(value)
        if array.size != 1:
            raise Wrong(f"{what} should be one number; you give {array.size} of them.", "wrong-shape")
        if array.reshape(-1)[0] is not value:  # pandas.NaT is an array of itself
            return as_number(array.reshape(-1)[0], what)
    if is_a(value, complex) or is_a(value, np.complexfloating) or not hasattr(type(value), "__float__"):
        raise Wrong(
            f"{what} should be a number; you give {shown(value)}, of type {code(type_name(value))}.",
            "wrong-type",
        )
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if math.isnan(number):
        raise Wrong(
            f"{what} comes out as `nan`, which is no number. Is there a division of 0 by 0, or a missing value?",
            "nan",
        )
    if math.isinf(number):
        raise Wrong(f"{what} comes out as infinite. Is there a division by 0?", "infinite")
    return number


def as_cells(value: Any, what: Sequence[str]) -> Floats:
    """Return a list of numbers as an array; each may be infinite or NaN, as the logarithm of 0 is.

    Parameters
    ----------
    what
        What each number is, to begin a sentence with.

    Raises
    ------
    Wrong
        If it is not a list of that many numbers.
    """
    if callable(value):
        raise Wrong(f"You hand in a function; a list of {len(what)} numbers will do.", "a-function")
    if is_a(value, np.ndarray) or hasattr(type(value), "to_numpy"):
        value = list(np.asarray(value).reshape(-1))
    if not (is_a(value, list) or is_a(value, tuple)):
        raise Wrong(
            f"{len(what)} numbers are asked for, in a list such as `{[0.5] * len(what)}`; you give {shown(value)}, of "
            f"type {code(type_name(value))}.",
            "not-a-list",
        )
    items = list(value)
    if len(items) != len(what):
        raise Wrong(f"{len(what)} numbers are asked for; your list holds {len(items)}.", "wrong-length")
    cells = []
    for item, name in zip(items, what, strict=True):
        try:
            cells.append(as_number(item, name))
        except Wrong as wrong:
            if wrong.misconception not in ("nan", "infinite"):
                raise
            cells.append(float(np.asarray(item, dtype=np.float64).reshape(-1)[0]))
    return np.array(cells)


def as_texts(value: Any, what: str, limit: int = 10_000, ordered: bool = True) -> list[object]:
    """Return what can be read as a list, at most ``limit`` items of it; text in it becomes plain ``str``.

    Parameters
    ----------
    what
        What its items are, such as ``"words"``.
    ordered
        Whether a set, which has no order, is refused.

    Raises
    ------
    Wrong
        If it is a single text, a number, a table, a set, holds too many items, or nothing that holds items.
    """
    if is_a(value, str):
        raise Wrong(f"You return one text, {shown(value)}; what is asked for is a list of {what}.", "one-text")
    if hasattr(type(value), "columns"):
        raise Wrong(f"You return a whole table. The {what} alone will do: which column are they in?", "table")
    if ordered and (is_a(value, set) or is_a(value, frozenset)):
        raise Wrong("You return a set, and a set has no order. Return a list, the first first.", "no-order")
    if is_a(value, np.ndarray) and value.ndim != 1:
        raise Wrong(f"You return an array of shape {code(value.shape)}; one row of {what} will do.", "wrong-shape")
    if not hasattr(type(value), "__iter__"):
        raise Wrong(
            f"You return {shown(value)}, of type {code(type_name(value))}; a list of {what} is needed.", "wrong-type"
        )
    items: Iterable[object] = value
    found = [str.__str__(item) if is_a(item, str) else item for item in islice(items, limit + 1)]
    if len(found) > limit:
        raise Wrong(f"You return more than {limit:,} {what}.", "too-many")
    for item in found:
        if is_a(item, tuple) or is_a(item, list):
            raise Wrong(f"Each of your {what} is a pair or a list, such as {shown(item)}: one text will do.", "pairs")
    return found


def as_known_words(value: Any, known: Container[str], where: str) -> list[str]:
    """Return an ordered list of words, each known, none twice.

    Parameters
    ----------
    known
        The words there are.
    where
        Where a reader finds the word of a position, such as ``"`counts.words`"``.

    Raises
    ------
    Wrong
        As :func:`as_texts`; and for an empty list, positions, numbers, other things, unknown words and repeats.
    """
    items = as_texts(value, "words")
    if not items:
        raise Wrong("Your list is empty.", "empty")
    for item in items:
        if is_a(item, int) or issubclass(type(item), np.integer):
            raise Wrong(f"You return positions, such as {shown(item)}. Which words are they? See {where}.", "positions")
        if is_a(item, float) or is_a(item, np.floating):
            raise Wrong(
                f"You return the numbers themselves; which words do they belong to? `np.argsort` gives positions, and "
                f"{where} the word of each.",
                "numbers",
            )
        if not is_a(item, str):
            raise Wrong(
                f"Your list should hold words; it holds {shown(item)}, of type {code(type_name(item))}.", "not-words"
            )
        if item not in known:
            raise Wrong(f"{code(item)} is in your list and is not one of the words.", "unknown-word")
    words = [str(item) for item in items]
    if len(set(words)) < len(words):
        twice = next(text for text in words if words.count(text) > 1)
        raise Wrong(f"Your list has {code(twice)} more than once.", "repeats")
    return words


def as_array(value: Any, needed: str, shape: Sequence[int | tuple[int, int]], directions: bool = False) -> Floats:
    """Return a value as an array of finite numbers of a given shape.

    Parameters
    ----------
    needed
        What is asked for, such as ``"a vector of 50 numbers"``.
    shape
        For each axis its length, or the least and the greatest that it may have.
    directions
        Whether each row has its cosine taken, so that none may be all zeros.

    Raises
    ------
    Wrong
        If it is none of numbers, of another shape, holds NaN or infinity, or a row of zeros.
    """
    if hasattr(type(value), "toarray"):  # a sparse matrix
        value = value.toarray()
    try:
        array = np.asarray(_without_gradient(value))
        numbers = np.array(array, dtype=np.float64) if array.dtype.kind in "fiub" else None
    except (TypeError, ValueError, OverflowError, RuntimeError):
        numbers = None
    if numbers is None:
        raise Wrong(
            f"You return {shown(value)}, of type {code(type_name(value))}; what is needed is {needed}.", "not-numbers"
        )
    ranges = [(size, size) if isinstance(size, int) else size for size in shape]
    fits = [low <= size <= high for size, (low, high) in zip(numbers.shape, ranges, strict=False)]
    if len(numbers.shape) != len(ranges) or not all(fits):
        turned = numbers.ndim == len(ranges) == 2 and all(
            low <= size <= high for size, (low, high) in zip(numbers.T.shape, ranges, strict=False)
        )
        raise Wrong(
            f"What you return has the shape {code(numbers.shape)}; what is needed is {needed}."
            + (" Rows and columns have changed places: turn it round, with `.T`." if turned else ""),
            "turned-round" if turned else "wrong-shape",
        )
    if not np.isfinite(numbers).all():
        raise Wrong(
            "What you return holds `nan` or infinite numbers. Is it a mean of nothing, or a logarithm of 0?",
            "nan",
        )
    if directions and not np.atleast_2d(numbers).any(axis=1).all():
        raise Wrong("A vector that you return is all zeros: it has no direction, and no cosine.", "zeros")
    return numbers


def _without_gradient(value: Any) -> Any:
    """A tensor of PyTorch as an array, whether it keeps its gradient or has half precision; others as they are."""
    if type(value).__module__.partition(".")[0] != "torch" or not hasattr(type(value), "detach"):
        return value
    return value.detach().cpu().double().numpy()


def describe_error(error: BaseException) -> str:
    """Return an error as a short piece of Markdown: its type and the first line of its message.

    Examples
    --------
    >>> describe_error(ZeroDivisionError("division by zero"))
    '`ZeroDivisionError: division by zero`'
    """
    try:
        lines = str(error).strip().splitlines()
        text = f"{type_name(error)}: {lines[0]}" if lines else type_name(error)
    except (Exception, SystemExit):
        text = type_name(error)
    return code(text if len(text) <= 200 else text[:199] + "…")


def _stopped(function: Callable[..., Any], asked: str, error: BaseException) -> str:
    if "read-only" in describe_error(error):
        return (
            "Your function writes into an array that later cells use, so it is kept read-only while it is "
            f"checked ({describe_error(error)}). Put the result into a new array instead."
        )
    return f"{code(asked)} stops{_place(function, error)} with {describe_error(error)}."


def _place(function: Callable[..., Any], error: BaseException) -> str:
    """Say at which of the reader's own lines an error arose, if that can be found out."""
    if not is_a(function, FunctionType):
        return ""
    own: CodeType = function.__code__
    line = 0
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == own.co_filename:
            line = trace.tb_lineno
        trace = trace.tb_next
    source = linecache.getline(own.co_filename, line).strip() if line else ""
    if not source:
        return ""
    return f" at {code(source if len(source) <= 100 else source[:99] + '…')}"


def _name(function: Callable[..., Any]) -> str:
    name = function.__name__ if is_a(function, FunctionType) else ""
    return name if name.isidentifier() else "f"


def _is_empty(function: Callable[..., Any]) -> bool:
    """Whether a function's body is only ``...`` or ``pass``, with or without a docstring."""
    if not is_a(function, FunctionType):
        return False
    body: CodeType = function.__code__
    variadic = bool(body.co_flags & inspect.CO_VARARGS) + bool(body.co_flags & inspect.CO_VARKEYWORDS)
    no_locals = body.co_nlocals == body.co_argcount + body.co_kwonlyargcount + variadic
    return no_locals and not body.co_names and all(c is None or c is Ellipsis or is_a(c, str) for c in body.co_consts)
