"""The kinds of exercise: a number, the same as a reference on several inputs, ahead of a rival on held-out data.

Each takes an exercise's :class:`~embedlib.exercises.page.Text` and what judging it needs, and returns an ``Exercise``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple, NoReturn

import numpy as np

from embedlib.evaluation.intervals import bootstrap_spearmans, percentile_interval
from embedlib.exercises.answers import as_cells, call, need_function, pencil_number
from embedlib.exercises.core import Exercise
from embedlib.exercises.messages import Wrong, shown
from embedlib.exercises.page import Mistake, Text, evaluate, fill

__all__ = ["Ahead", "ahead_by_spearman", "beats", "mean_ahead", "number", "numbers", "same"]

Shared = Callable[[], Mapping[str, object]]
Function = Callable[..., Any]


class Ahead(NamedTuple):
    """How far a reader's answer is ahead of its rival on data that neither has seen."""

    yours: float
    rival: float
    low: float
    high: float

    @property
    def text(self) -> str:
        """The difference and its interval."""
        return f"{self.yours - self.rival:+.3f} (95 % interval {self.low:+.3f} to {self.high:+.3f})".replace("-", "−")


def mean_ahead(yours: Any, rival: Any) -> Ahead:
    """The means of two answers' scores, (n,) each and item by item; the interval is a bootstrap over items."""
    yours, rival = np.asarray(yours, dtype=float), np.asarray(rival, dtype=float)
    drawn = np.random.default_rng(0).integers(0, len(yours), (1_000, len(yours)))
    low, high = percentile_interval((yours - rival)[drawn].mean(axis=1))
    return Ahead(float(yours.mean()), float(rival.mean()), low, high)


def number(text: Text, what: str, near: float) -> Exercise:
    """One number, worked out with a pencil, right within ``near``; ``what`` begins a sentence about it."""
    exercise = Exercise(text, lambda answer: _pencil(exercise, pencil_number(answer, what), near), reads="number")
    return exercise


def numbers(text: Text, what: Sequence[str], near: float) -> Exercise:
    """Several numbers in a list; in the answer of a mistake, ``...`` stands for any number."""
    exercise = Exercise(text, lambda answer: _pencil(exercise, as_cells(answer, what), near), reads="numbers")
    return exercise


def _pencil(exercise: Exercise, answer: Any, near: float) -> str:
    def close(other: Any) -> bool:
        wanted = np.array([np.nan if cell is ... else cell for cell in np.atleast_1d(np.array(other, dtype=object))])
        return bool((np.isnan(wanted.astype(float)) | (np.abs(answer - wanted.astype(float)) <= near)).all())

    names = exercise.names(answer=answer)
    if close(exercise.right()):
        return fill(exercise.text.right, names)
    _tell(exercise, names, lambda example: close(exercise.value(example)))


def same(
    text: Text,
    call_as: str,
    cases: Sequence[tuple[Any, ...]],
    read: Callable[..., Any],
    agree: Callable[..., bool] = lambda one, other, *case: bool(one == other),
    shared: Shared | None = None,
    reads: str = "",
) -> Exercise:
    """A function that returns the same as the solution for each case.

    Parameters
    ----------
    call_as
        How it is called, such as ``"most_alike(word, n)"``.
    cases
        What it is called with.
    read
        Takes what it returned, and the case; returns it in a form that can be compared, or raises ``Wrong``.
    agree
        Takes two such forms, and the case.
    """
    names = [name.strip() for name in call_as.partition("(")[2].rstrip(")").split(",")]

    @cache
    def wanted(code: str) -> list[Any]:
        function = exercise.right() if code == text.solution else exercise.value(code)
        return [read(call(function, *case), *case) for case in cases]

    def as_wanted(given: list[Any], code: str) -> list[bool]:
        try:
            return [agree(one, other, *case) for one, other, case in zip(given, wanted(code), cases, strict=True)]
        except Wrong:
            return [False]

    def check(answer: object) -> str:
        function = need_function(answer, call_as)
        given = [read(call(function, *case), *case) for case in cases]
        agreed = as_wanted(given, text.solution)
        if all(agreed):
            return fill(text.right, exercise.names(given=given))
        place = agreed.index(False)
        here = dict(zip(names, cases[place], strict=True)) | {"given": given[place]}
        here |= {"wanted": wanted(text.solution)[place], "all_given": given, "agreed": agreed}
        _tell(exercise, exercise.names(**here), lambda example: all(as_wanted(given, example)))

    exercise = Exercise(text, check, shared, reads=reads, call_as=call_as, cases=cases)
    return exercise


def beats(
    text: Text,
    call_as: str,
    scores: Callable[[Function], Any],
    rival: Callable[[], Any],
    compare: Callable[[Any, Any], Ahead],
    shared: Shared | None = None,
    reads: str = "",
    too_good: float = 0.9,
) -> Exercise:
    """A function whose scores on held-out data are ahead of a rival's by more than chance.

    Parameters
    ----------
    scores
        Calls a function and returns one score for each of the held-out pairs, or raises ``Wrong``.
    rival
        Returns the scores of what everybody would try first.
    compare
        Takes the reader's scores and the rival's, and says how far they are ahead.
    too_good
        What nothing honest comes near to.

    Notes
    -----
    Mistakes with ``when`` are looked for before the answer is accepted. Others are known by the order in which they put
    the pairs. What is told may use ``{measured}``, a sentence without its full stop, ``{ahead}``, ``{given}`` (the
    scores) and ``{answer}``.
    """

    @cache
    def of_example(code: str) -> Any:
        return scores(exercise.value(code))

    def check(answer: object) -> str:
        function = need_function(answer, call_as)
        given = np.asarray(scores(function), dtype=np.float64)
        if np.ptp(given) < 1e-9:
            raise Wrong(
                f"Every pair gets the same score, {given[0]:.4g}, which tells nothing apart. Does your result "
                "depend on what it is given?",
                "constant",
            )
        ahead = compare(given, rival())
        measured = f"yours reaches {ahead.yours:.3f} and the rival {ahead.rival:.3f}, a difference of {ahead.text}"
        if ahead.yours > too_good:
            raise Wrong(
                f"On the held-out pairs {measured}. We know of nothing that comes near it, so your function seems to "
                "know their answers. What would it make of other pairs?",
                "looked-up",
            )
        names = exercise.names(answer=function, given=given, ahead=ahead, measured=measured)
        for mistake in text.mistakes:
            if mistake.when and evaluate(mistake.when, names):
                _say(mistake, names)
        if ahead.low > 0:
            return fill(text.right, names)
        _tell(exercise, names, lambda example: _same_order(given, of_example(example)))

    exercise = Exercise(text, check, shared, reads=reads, call_as=call_as)
    return exercise


def ahead_by_spearman(people: Any) -> Callable[[Any, Any], Ahead]:
    """Compare two lists of cosines by how well they agree with people (Spearman), in the same resamples."""

    def compare(yours: Any, rival: Any) -> Ahead:
        from scipy.stats import spearmanr

        ratings = people() if callable(people) else people
        one, other = bootstrap_spearmans(ratings, [yours, rival])
        reached = [float(spearmanr(ratings, cosines).statistic) for cosines in (yours, rival)]
        return Ahead(reached[0], reached[1], *percentile_interval(one - other))

    return compare


def _same_order(one: Any, other: Any) -> bool:
    from scipy.stats import spearmanr

    return bool(spearmanr(one, other).statistic > 0.999)


def _tell(exercise: Exercise, names: Mapping[str, Any], matches: Callable[[str], bool]) -> NoReturn:
    """Raise the sentence of the first mistake that the answer shows."""
    for mistake in exercise.text.mistakes:
        if mistake.when is not None:
            known = evaluate(mistake.when, names)
        else:
            known = mistake.name == "otherwise" or any(map(matches, mistake.examples))
        if known:
            _say(mistake, names)
    raise AssertionError(f"{exercise.id} has no sentence for an answer without a name, {shown(names)}.")


def _say(mistake: Mistake, names: Mapping[str, Any]) -> NoReturn:
    raise Wrong(fill(mistake.says, names), mistake.name)
