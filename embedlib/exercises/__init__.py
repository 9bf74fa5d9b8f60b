"""Exercises and quizzes, one module a chapter.

In a notebook, ``from embedlib.exercises import ch01`` and then ``ch01.most_alike.check(my_function)``,
``.hint()``, ``.solution()``, or ``ch01.quiz.show()``. The website takes its hints, solutions and quizzes
from the same modules, through ``load``.
"""

from __future__ import annotations

import importlib
import pkgutil
import re
from types import ModuleType

__all__ = ["chapters", "load"]


def chapters() -> list[str]:
    """Return the chapters that have exercises, in order.

    Examples
    --------
    >>> chapters()[0]
    'ch01'
    """
    return sorted(name for _, name, _ in pkgutil.iter_modules(__path__) if re.fullmatch(r"ch\d\d", name))


def load(chapter: str) -> ModuleType:
    """Load a chapter's exercises.

    Parameters
    ----------
    chapter
        The chapter's short name, such as ``"ch01"``.

    Returns
    -------
    ModuleType
        A module that holds ``EXERCISES`` (a list of ``Exercise``), ``QUIZ`` (a ``Quiz``) and each
        exercise under its own name.

    Raises
    ------
    ValueError
        If the chapter has no exercises; the message names those that have.

    Examples
    --------
    >>> [exercise.name for exercise in load("ch01").EXERCISES]
    ['lost_length', 'most_alike', 'opposites']
    """
    if chapter not in chapters():
        raise ValueError(f"There are no exercises for {chapter!r}; there are for {', '.join(chapters())}.")
    return importlib.import_module(f"{__name__}.{chapter}")


def __getattr__(name: str) -> ModuleType:
    if re.fullmatch(r"ch\d\d", name) and name in chapters():
        return load(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
