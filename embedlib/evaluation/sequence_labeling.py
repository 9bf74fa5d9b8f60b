"""Names in sentences: labels word by word, the spans that they mark, and how many spans a tagger gets right.

A name counts as found if its beginning, its end and its kind are right (Tjong Kim Sang and De Meulder, 2003). Two
readings of labels that break the rules: the usual one, of the script ``conlleval`` and of seqeval, in which a stray
I- begins a name; and the strict one, in which it is nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from embedlib import _check
from embedlib.evaluation._given import check_resampling
from embedlib.evaluation.intervals import percentile_interval, wilson_interval

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "EntityDifference",
    "EntityScores",
    "Span",
    "convert",
    "entity_difference",
    "evaluate_entities",
    "f1",
    "faults",
    "label_spans",
    "recall_by",
    "spans",
    "token_accuracy",
]

_Array = np.ndarray[Any, np.dtype[Any]]
SCHEMES: Mapping[str, str] = {"BIO": "BIO", "IOB1": "BIO", "BIOES": "BIOES"}


class Span(NamedTuple):
    """A name: its kind, its first word, and the word after its last."""

    kind: str
    start: int
    end: int


def spans(labels: Sequence[str], scheme: str = "BIO", strict: bool = False) -> list[Span]:
    """The names that a sentence's labels mark.

    Parameters
    ----------
    labels
        One for each word: "O", or a letter of the scheme, "-" and a kind, such as "B-PER".
    scheme
        "BIO" (B- begins a name, I- goes on with it), "IOB1" (B- only where a name follows one of its own kind), "BIOES"
        (E- ends a name of several words, S- is one of a single word).
    strict
        False, as conlleval and seqeval have it: I- after O, or after another kind, begins a name. True, as seqeval's
        strict mode has it: what does not begin and end as the scheme says is no name.

    Raises
    ------
    ValueError
        If a label is none of the scheme's.

    Examples
    --------
    >>> spans(["B-PER", "I-PER", "O", "I-LOC"])
    [Span(kind='PER', start=0, end=2), Span(kind='LOC', start=3, end=4)]
    >>> spans(["B-PER", "I-PER", "O", "I-LOC"], strict=True)
    [Span(kind='PER', start=0, end=2)]
    """
    marks = _marks(labels, scheme)
    found: list[Span] = []
    start: int | None = None
    before, kind_before = "O", ""
    for place, (mark, kind) in enumerate([*marks, ("O", "")]):
        begins = mark != "O" and (mark in "BS" or before in "OES" or kind != kind_before)
        if start is not None and (begins or mark == "O" or before in "ES"):
            found.append(Span(kind_before, start, place))
            start = None
        if begins:
            start = place
        before, kind_before = mark, kind
    if not strict or scheme == "IOB1":
        return found
    return [span for span in found if _well_formed([mark for mark, _ in marks[span.start : span.end]], scheme)]


def label_spans(found: Sequence[Span], n_words: int, scheme: str = "BIO") -> list[str]:
    """The labels of a sentence of ``n_words`` words in which these names stand.

    >>> label_spans([Span("PER", 0, 2), Span("LOC", 3, 4)], 5, "BIOES")
    ['B-PER', 'E-PER', 'O', 'S-LOC', 'O']
    """
    _check.choice("scheme", scheme, [*SCHEMES])
    labels = ["O"] * n_words
    last = Span("", -1, -1)
    for span in sorted(found, key=lambda each: each.start):
        if not 0 <= span.start < span.end <= n_words:
            raise ValueError(f"{span} does not lie within the sentence's {n_words} words.")
        if span.start < last.end:
            raise ValueError(f"{span} overlaps {last}; a word belongs to one name at most.")
        inside = ["B", *"I" * (span.end - span.start - 1)]
        if scheme == "IOB1" and not (span.start == last.end and span.kind == last.kind):
            inside[0] = "I"
        if scheme == "BIOES":
            inside[-1] = "E" if len(inside) > 1 else "S"
        labels[span.start : span.end] = [f"{mark}-{span.kind}" for mark in inside]
        last = span
    return labels


def convert(labels: Sequence[str], source: str, target: str) -> list[str]:
    """The same names in another scheme; labels that break the source's rules are read in the usual way.

    >>> convert(["I-PER", "I-PER", "O", "I-LOC"], "IOB1", "BIOES")
    ['B-PER', 'E-PER', 'O', 'S-LOC']
    """
    return label_spans(spans(labels, source), len(labels), target)


def faults(labels: Sequence[str], scheme: str = "BIO") -> list[tuple[int, str]]:
    """Where a sentence's labels break the rules: the word's place, and a sentence that says how.

    >>> faults(["O", "I-PER", "I-LOC"])
    [(1, 'I-PER stands after O; a name begins with B-.'), (2, 'I-LOC stands after I-PER; a name begins with B-.')]
    """
    marks = _marks(labels, scheme)
    wrong: list[tuple[int, str]] = []
    if scheme == "IOB1":
        return wrong
    for place, (mark, kind) in enumerate([*marks, ("O", "")]):
        before, kind_before = marks[place - 1] if place else ("O", "")
        inside = before in "BI" and kind == kind_before
        label = labels[place] if place < len(labels) else "the end"
        after = labels[place - 1] if place else "nothing"
        if mark in "IE" and not inside:
            wrong.append((place, f"{label} stands after {after}; a name begins with B-."))
        elif scheme == "BIOES" and before in "BI" and mark not in "IE":
            wrong.append((place, f"{label} stands after {after}; a name of several words ends with E-."))
    return wrong


@dataclass(frozen=True)
class EntityScores:
    """How many names a tagger gets right.

    Attributes
    ----------
    precision, recall, f1
        Of all names together (micro average). Without any name on a side the share is 0, as seqeval has it.
    low, high
        The ends of F1's interval, over sentences drawn again; NaN without a bootstrap.
    n_true, n_predicted, n_right
        Names in the truth, names marked, and those that are both.
    by_kind
        A DataFrame with a row a kind: precision, recall, f1, n_true, n_predicted, n_right.
    counts
        Shape (n, 3): right, marked and true names of each sentence.
    """

    precision: float
    recall: float
    f1: float
    low: float
    high: float
    n_true: int
    n_predicted: int
    n_right: int
    by_kind: pd.DataFrame
    counts: _Array

    def __repr__(self) -> str:
        interval = "" if np.isnan(self.low) else f", 95 % from {self.low:.3f} to {self.high:.3f}"
        return f"F1 {self.f1:.3f}{interval} (precision {self.precision:.3f}, recall {self.recall:.3f})"


class EntityDifference(NamedTuple):
    """F1 of two taggers on the same sentences, the difference and the ends of its interval."""

    one: float
    other: float
    difference: float
    low: float
    high: float


def evaluate_entities(
    truth: Sequence[Sequence[str]],
    predicted: Sequence[Sequence[str]],
    *,
    scheme: str = "BIO",
    strict: bool = False,
    confidence: float = 0.95,
    n_bootstrap: int = 1000,
    seed: int = 0,
) -> EntityScores:
    """Precision, recall and F1 of the names that were marked, as seqeval has them, with an interval.

    Parameters
    ----------
    truth, predicted
        For each of n sentences its labels, one a word.
    scheme, strict
        As in :func:`spans`.
    confidence, n_bootstrap, seed
        Of the interval, for which whole sentences are drawn again.

    Raises
    ------
    ValueError
        If there are no sentences, or the two do not go together: says which sentence.

    Examples
    --------
    >>> evaluate_entities([["B-PER", "I-PER", "O"]], [["B-PER", "O", "B-LOC"]], n_bootstrap=0)
    F1 0.000 (precision 0.000, recall 0.000)
    """
    import pandas as pd

    check_resampling(confidence, n_bootstrap, seed)
    pairs = _both(truth, predicted, scheme, strict)
    kinds = sorted({span.kind for pair in pairs for side in pair for span in side})
    rows = []
    for kind in kinds:
        three = _counted([[{s for s in side if s.kind == kind} for side in pair] for pair in pairs]).sum(axis=0)
        rows.append({"kind": kind, **_shares(three)})
    counts = _counted(pairs)
    shares = _shares(counts.sum(axis=0))
    low, high = percentile_interval(_resampled(counts, n_bootstrap, seed), confidence) if n_bootstrap else (np.nan,) * 2
    columns = ["kind", "precision", "recall", "f1", "n_true", "n_predicted", "n_right"]
    return EntityScores(**shares, low=low, high=high, by_kind=pd.DataFrame(rows, columns=columns), counts=counts)


def entity_difference(
    truth: Sequence[Sequence[str]],
    one: Sequence[Sequence[str]],
    other: Sequence[Sequence[str]],
    *,
    scheme: str = "BIO",
    strict: bool = False,
    confidence: float = 0.95,
    n_bootstrap: int = 1000,
    seed: int = 0,
) -> EntityDifference:
    """F1 of one tagger less that of another; both are judged on the same sentences, drawn again for the interval."""
    check_resampling(confidence, n_bootstrap, seed)
    first, second = (_counted(_both(truth, marked, scheme, strict)) for marked in (one, other))
    scores = [f1(*counts.sum(axis=0)) for counts in (first, second)]
    low = high = np.nan
    if n_bootstrap:
        drawn = [_resampled(counts, n_bootstrap, seed) for counts in (first, second)]
        low, high = percentile_interval(drawn[0] - drawn[1], confidence)
    return EntityDifference(float(scores[0]), float(scores[1]), float(scores[0] - scores[1]), low, high)


def token_accuracy(truth: Sequence[Sequence[str]], predicted: Sequence[Sequence[str]]) -> float:
    """The share of words whose label is right. Most words are no names, so that marking none scores high.

    >>> token_accuracy([["O", "O", "O", "B-PER"]], [["O", "O", "O", "O"]])
    0.75
    """
    _check_pairs(truth, predicted)
    right = [a == b for one, other in zip(truth, predicted, strict=True) for a, b in zip(one, other, strict=True)]
    return float(np.mean(right))


def recall_by(
    truth: Sequence[Sequence[str]],
    predicted: Sequence[Sequence[str]],
    group: Callable[[int, Span], str],
    scheme: str = "BIO",
) -> pd.DataFrame:
    """Which share of the names was found, by groups of names, such as seen and unseen ones.

    Parameters
    ----------
    truth, predicted, scheme
        As in :func:`evaluate_entities`.
    group
        From a sentence's number and a true name in it to the name of its group.

    Returns
    -------
    DataFrame
        Columns group, recall, low and high (Wilson's interval), n and n_right.
    """
    import pandas as pd

    asked: Counter[str] = Counter()
    right: Counter[str] = Counter()
    for i, (true, marked) in enumerate(_both(truth, predicted, scheme, False)):
        for span in true:
            name = group(i, span)
            asked[name] += 1
            right[name] += span in marked
    rows = []
    for name, n in sorted(asked.items()):
        low, high = wilson_interval(right[name], n)
        rows.append(
            {"group": name, "recall": right[name] / n, "low": low, "high": high, "n": n, "n_right": right[name]}
        )
    return pd.DataFrame(rows, columns=["group", "recall", "low", "high", "n", "n_right"])


def f1(right: Any, marked: Any, true: Any) -> Any:
    """The harmonic mean of precision, right / marked, and recall, right / true; 0 if nothing is marked or true.

    >>> float(f1(2, 4, 4))
    0.5
    """
    both = np.asarray(marked) + np.asarray(true)
    return 2 * np.asarray(right) / np.maximum(both, 1)


def _shares(three: _Array) -> dict[str, Any]:
    right, marked, true = (int(n) for n in three)
    return {
        "precision": right / max(marked, 1),
        "recall": right / max(true, 1),
        "f1": float(f1(right, marked, true)),
        "n_true": true,
        "n_predicted": marked,
        "n_right": right,
    }


def _counted(pairs: Sequence[Sequence[set[Span]]]) -> _Array:
    """Right, marked and true names of each sentence."""
    return np.array([(len(true & marked), len(marked), len(true)) for true, marked in pairs]).reshape(-1, 3)


def _resampled(counts: _Array, n_bootstrap: int, seed: int) -> _Array:
    n = len(counts)
    times = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=n_bootstrap)
    found: _Array = f1(*(times @ counts).T)
    return found


def _both(truth: Any, predicted: Any, scheme: str, strict: bool) -> list[tuple[set[Span], set[Span]]]:
    _check_pairs(truth, predicted)
    found = []
    for i, (true, marked) in enumerate(zip(truth, predicted, strict=True)):
        try:
            found.append((set(spans(true, scheme, strict)), set(spans(marked, scheme, strict))))
        except ValueError as error:
            raise ValueError(f"Sentence {i}: {error}") from None
    return found


def _check_pairs(truth: Any, predicted: Any) -> None:
    for name, side in (("truth", truth), ("predictions", predicted)):
        if isinstance(side, str) or any(isinstance(labels, str) for labels in side):
            raise TypeError(f"The {name} are a list of sentences, each a list of labels; a string stands among them.")
    if len(truth) != len(predicted):
        raise ValueError(
            f"There are {len(truth):,} sentences and predictions for {len(predicted):,}; each needs its own."
        )
    if not len(truth):
        raise ValueError("There are no sentences, so there is nothing to judge.")
    for i, (true, marked) in enumerate(zip(truth, predicted, strict=True)):
        if len(true) != len(marked):
            raise ValueError(
                f"Sentence {i} has {len(true)} words and {len(marked)} predicted labels. "
                f"Was it cut, or were pieces counted in place of words?"
            )
    if not any(len(labels) for labels in truth):
        raise ValueError("All sentences are empty, so there is nothing to judge.")


def _marks(labels: Sequence[str], scheme: str) -> list[tuple[str, str]]:
    """Letter and kind of each label; "O" has no kind."""
    _check.choice("scheme", scheme, [*SCHEMES])
    if isinstance(labels, str):
        raise TypeError(f'Labels are a list, one a word, and this is one string, "{_check.short(labels)}".')
    found = []
    for place, label in enumerate(labels):
        mark, _, kind = label.partition("-") if isinstance(label, str) else ("", "", "")
        if label == "O":
            found.append(("O", ""))
        elif kind and mark in tuple(SCHEMES[scheme].replace("O", "")):
            found.append((mark, kind))
        else:
            letters = ", ".join(f"{letter}-…" for letter in SCHEMES[scheme] if letter != "O")
            raise ValueError(f"Label {place} is {label!r}; in the scheme {scheme} it is O or {letters}.")
    return found


def _well_formed(marks: Sequence[str], scheme: str) -> bool:
    if scheme == "BIO":
        return marks[0] == "B"
    return list(marks) == ["S"] or (marks[0] == "B" and marks[-1] == "E" and len(marks) > 1)
