"""Whatever a reader hands in, a checker answers in a sentence, never with a traceback, never with "Right"."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from known_answers import right_number

from embedlib.exercises import chapters, load
from embedlib.exercises.core import Exercise
from embedlib.exercises.messages import shown

EXERCISES = [exercise for name in chapters() for exercise in load(name).EXERCISES]


class Mute(Exception):
    """An error that cannot even be printed."""

    def __str__(self) -> str:
        raise ValueError("no text")

    __repr__ = __str__


SPECIAL = [
    *("__repr__", "__str__", "__format__", "__dir__", "__hash__", "__bool__", "__eq__", "__ne__", "__lt__"),
    *(
        "__len__",
        "__iter__",
        "__next__",
        "__getitem__",
        "__contains__",
        "__call__",
        "__getattribute__",
        "__getattr__",
    ),
    *(
        "__float__",
        "__int__",
        "__index__",
        "__complex__",
        "__add__",
        "__sub__",
        "__neg__",
        "__abs__",
        "__matmul__",
    ),
    *("__array__", "__array_ufunc__", "__array_function__", "__reduce_ex__", "__deepcopy__", "__copy__"),
]
ERRORS: list[BaseException | type[BaseException]] = [
    ValueError("no"),
    SystemExit,
    RecursionError("deep"),
    MemoryError,
    StopIteration,
    Mute,
    KeyError("`backticks` and\nlines"),
    AttributeError("hidden"),
]


def hostile(names: list[str], error: BaseException | type[BaseException], base: type = object) -> Any:
    """Return an object that raises in the named special methods."""

    def refuse(*arguments: object, **options: object) -> Any:
        raise error

    return type("Hostile", (base,), {name: refuse for name in names})()


def liar(error: type[Exception]) -> Any:
    """Return an object that raises when it is asked for its class."""

    def refuse(self: object) -> Any:
        raise error("no class")

    return type("Liar", (), {"__class__": property(refuse)})()


def endless() -> Any:
    return itertools.count()


plain = st.one_of(
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.booleans(),
    st.text(max_size=20),
    st.binary(max_size=5),
    st.sampled_from([np.float32("nan"), np.str_("x"), np.datetime64("2020-01-01"), np.array(["a"])]),
    st.builds(np.zeros, st.sampled_from([0, 1, (0, 3), (2, 2), (1, 1, 1)])),
    st.builds(pd.DataFrame, st.just({"word": ["a", "b"], "x": [1.0, np.nan]})),
    st.builds(pd.DataFrame),
    st.builds(pd.Series, st.lists(st.floats(), max_size=3)),
    st.builds(np.array, st.lists(st.one_of(st.none(), st.text(max_size=3)), max_size=3), st.just(object)),
    st.sampled_from([int, object, print, len, dict, np, type, abs, max]),
    st.builds(endless),
    st.builds(lambda: (letter for letter in "abc")),
)
hostiles = st.one_of(
    st.builds(hostile, st.lists(st.sampled_from(SPECIAL), min_size=1, max_size=6), st.sampled_from(ERRORS)),
    st.builds(hostile, st.just(SPECIAL), st.sampled_from(ERRORS)),
    st.builds(
        hostile,
        st.lists(st.sampled_from(SPECIAL), min_size=1, max_size=4),
        st.sampled_from(ERRORS),
        st.sampled_from([str, float, list, dict, int, np.float64]),
    ),
    st.builds(liar, st.sampled_from([ValueError, RuntimeError])),
)
values = st.recursive(
    st.one_of(plain, hostiles),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.tuples(inner), st.dictionaries(st.text(max_size=2), inner)),
    max_leaves=4,
)


def returning(value: Any) -> Callable[..., Any]:
    return lambda *arguments: value


def raising(error: BaseException | type[BaseException]) -> Callable[..., Any]:
    def function(*arguments: object) -> Any:
        raise error

    return function


def holds_the_right_number(exercise: Exercise, answer: Any) -> bool:
    """By chance, a number that is drawn may solve an exercise; one in a list or a series may be taken for it."""
    right = right_number(exercise)
    if right is None:
        return False
    if type(answer) in (list, tuple, pd.Series):
        return any(holds_the_right_number(exercise, item) for item in answer)
    return type(answer) in (int, float) and abs(answer - right) < 0.1


functions = st.one_of(st.builds(returning, values), st.builds(raising, st.sampled_from(ERRORS)))


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), database=None, derandomize=True)
@given(answer=st.one_of(values, functions))
def test_an_absurd_answer_is_told_in_a_sentence(exercise: Exercise, answer: Any) -> None:
    assume(not holds_the_right_number(exercise, answer))
    message = exercise.check(answer)
    assert message.kind in ("wrong", "not-attempted"), message
    text = repr(message)
    assert 10 < len(text) < 1500 and "Traceback" not in text and " at 0x" not in text
    assert message._repr_html_() and message._repr_markdown_() == text


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: getattr(error, "__name__", type(error).__name__))
def test_an_object_that_raises_in_any_one_place_is_told_in_a_sentence(error: Any) -> None:
    for exercise in EXERCISES:
        if "def " not in exercise.stub:
            for name in SPECIAL:
                for base in (object, float, str, list):
                    assert exercise.check(hostile([name], error, base)).kind == "wrong"


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_a_number_too_long_to_print_is_told_in_a_sentence(exercise: Exercise) -> None:
    for answer in (10**5001, -(10**5001), returning(10**5001)):
        assert exercise.check(answer).kind == "wrong"


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
@pytest.mark.parametrize("stub", [None, ..., NotImplemented])
def test_an_answer_left_open_is_not_called_wrong(exercise: Exercise, stub: object) -> None:
    assert exercise.check(stub).kind == "not-attempted"
    assert exercise.check().kind == "not-attempted"


FUNCTIONS = [exercise for exercise in EXERCISES if "def " in exercise.stub]


@pytest.mark.parametrize("function_exercise", FUNCTIONS, ids=lambda exercise: exercise.id)
def test_a_function_left_open_is_not_called_wrong(function_exercise: Exercise) -> None:
    def raises(*arguments: object) -> None:
        raise NotImplementedError

    def passes(*arguments: object) -> None:
        """Say what it will do."""

    for stub in (raises, passes, lambda *arguments: ...):
        assert function_exercise.check(stub).kind == "not-attempted"


def test_the_readers_own_error_is_told_with_their_line() -> None:
    def divides(word: str, n: int) -> Any:
        share = 1 / 0
        return share

    text = load("ch01").most_alike.check(divides).text
    assert "`divides('snake', 10)` stops at `share = 1 / 0` with `ZeroDivisionError: division by zero`." in text


@pytest.mark.parametrize("exercise", EXERCISES, ids=lambda exercise: exercise.id)
def test_an_interrupt_passes_through(exercise: Exercise) -> None:
    number: Any = hostile(["__float__"], KeyboardInterrupt)
    number = [number] * 3 if exercise.reads == "numbers" else number
    function = raising(KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        exercise.check(function if "def " in exercise.stub else number)


def test_an_object_is_shown_without_its_address_and_without_running_away() -> None:
    assert " at 0x" not in shown(object()) and " at 0x" not in shown([lambda: 1])
    assert len(shown("x" * 10**6)) < 300 and len(shown(list(range(10**5)))) < 300
    assert shown(hostile(SPECIAL, Mute)) == "a `Hostile`"


def test_endless_recursion_in_a_readers_function_is_told() -> None:
    def again(word: str, n: int) -> Any:
        return again(word, n)

    message = load("ch01").most_alike.check(again)
    assert message.kind == "wrong" and "RecursionError" in message.text


def test_a_coroutine_is_told_apart_from_a_function() -> None:
    async def later(word: str, n: int) -> list[str]:
        return []

    assert "plain `def`" in load("ch01").most_alike.check(later).text
