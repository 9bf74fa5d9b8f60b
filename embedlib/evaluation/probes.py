"""Linear probes of words and texts: what a straight line finds in vectors that stay as they are.

Rows for words (:func:`word_rows`, :func:`capital_signs`, :func:`beside`) and texts (:func:`text_rows`); a tagger of
names on them (:func:`fit_tagger`), a classifier (:func:`fit_classifier`), the strength of both chosen on a dev part;
and their rival without vectors, the dictionary of names seen before (:func:`remembered_names`,
:func:`tag_remembered`).
"""

from __future__ import annotations

import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from embedlib import _check
from embedlib.evaluation._given import several
from embedlib.evaluation.sequence_labeling import Span, evaluate_entities, label_spans, spans
from embedlib.words.vocabulary import look_up

__all__ = [
    "Tagger",
    "beside",
    "capital_signs",
    "fit_classifier",
    "fit_tagger",
    "remembered_names",
    "tag_remembered",
    "text_rows",
    "word_rows",
]

Floats = npt.NDArray[np.float32]
STRENGTHS = (0.001, 0.01, 0.1, 1.0)


def word_rows(vectors: Any, words: Sequence[str]) -> Floats:
    """The vector of each word of a sentence, zeros for one that is unknown: shape (n, d).

    A word is looked up as written, in lower case, without its punctuation, or cut at it (``vocabulary.look_up``).
    """
    keyed = vectors.key_to_index
    found = np.zeros((len(words), vectors.vector_size), np.float32)
    for place, word in enumerate(words):
        if pieces := look_up(word, keyed):
            found[place] = np.mean([vectors[piece] for piece in pieces], axis=0)
    return found


def text_rows(vectors: Any, texts: Sequence[str]) -> Floats:
    """The mean of each text's word vectors, zeros for a text without a known word: shape (n, d)."""
    parts = {word: word_rows(vectors, [word])[0] for word in {word for text in texts for word in text.split()}}
    known = {word: row for word, row in parts.items() if row.any()}
    nothing = np.zeros((1, vectors.vector_size), np.float32)
    return np.stack([np.mean([known[w] for w in text.split() if w in known] or nothing, axis=0) for text in texts])


def capital_signs(words: Sequence[str]) -> Floats:
    """Five yes-or-no signs of each word: begins with a capital, all capitals, a digit, letters only, first of all.

    >>> capital_signs(["The", "US", "in", "1901"]).astype(int).tolist()
    [[1, 0, 0, 1, 1], [1, 1, 0, 1, 0], [0, 0, 0, 1, 0], [0, 0, 1, 0, 0]]
    """
    return np.array(
        [
            (word[:1].isupper(), word.isupper(), any(c.isdigit() for c in word), word.isalpha(), not place)
            for place, word in enumerate(words)
        ],
        np.float32,
    ).reshape(-1, 5)


def beside(rows: Floats, reach: int = 1) -> Floats:
    """Each row with those of its neighbours, ``reach`` to each side; zeros beyond the ends.

    >>> beside(np.array([[1.0], [2.0], [3.0]]), 1).tolist()
    [[0.0, 1.0, 2.0], [1.0, 2.0, 3.0], [2.0, 3.0, 0.0]]
    """
    _check.whole("reach", reach, 0)
    ends = np.zeros((reach, rows.shape[1]), rows.dtype)
    padded = np.vstack([ends, rows, ends])
    return np.hstack([padded[shift : shift + len(rows)] for shift in range(2 * reach + 1)])


@dataclass(frozen=True)
class Tagger:
    """A fitted probe: ``strength`` (scikit-learn's C) and the F1 that it reached on the dev part."""

    model: Any
    mean: Floats
    spread: Floats
    strength: float
    dev: float

    def tag(self, rows: Sequence[Floats]) -> list[list[str]]:
        """The labels of each sentence, given the rows of its words."""
        ends = np.cumsum([len(part) for part in rows])[:-1]
        guessed = self.model.predict((np.vstack(rows) - self.mean) / self.spread)
        return [part.tolist() for part in np.split(guessed, ends)]


def fit_tagger(
    rows: Sequence[Floats],
    labels: Sequence[Sequence[str]],
    dev_rows: Sequence[Floats],
    dev_labels: Sequence[Sequence[str]],
    strengths: Sequence[float] = STRENGTHS,
    max_iter: int = 200,
) -> Tagger:
    """Logistic regression from a word's row to its label, each word by itself; the strength is the best by dev F1.

    Parameters
    ----------
    rows, labels
        For each sentence the rows (n_words, d) and the labels of its words.
    dev_rows, dev_labels
        The same of the dev part.
    strengths
        Values of C to choose from.

    Raises
    ------
    ValueError
        If there is only one label, or rows and labels do not go together.
    """
    from sklearn.linear_model import LogisticRegression

    for what, parts, given in (("training", rows, labels), ("dev", dev_rows, dev_labels)):
        if len(parts) != len(given) or not len(parts):
            raise ValueError(f"The {what} part has {len(parts)} sentences' rows and {len(given)} sentences' labels.")
        for i, (part, some) in enumerate(zip(parts, given, strict=True)):
            if len(part) != len(some):
                raise ValueError(
                    f"Sentence {i} of the {what} part has {len(part)} rows and {len(some)} labels; a word needs both."
                )
            if not np.isfinite(part).all():
                raise ValueError(f"Sentence {i} of the {what} part has a word whose row holds NaN or infinity.")
    if not len(strengths):
        raise ValueError("strengths is empty; give at least one value of C.")
    Line: Any = LogisticRegression
    truth = np.array([label for some in labels for label in some])
    several(truth)
    table = np.vstack(rows)
    mean, spread = table.mean(axis=0), table.std(axis=0) + 1e-6
    table = (table - mean) / spread
    best: Tagger | None = None
    for strength in strengths:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that it stopped at max_iter: the dev part judges it
            model = Line(C=strength, max_iter=max_iter).fit(table, truth)
        tagger = Tagger(model, mean, spread, strength, 0.0)
        found = evaluate_entities(dev_labels, tagger.tag(dev_rows), n_bootstrap=0).f1
        if best is None or found > best.dev:
            best = Tagger(model, mean, spread, strength, found)
    assert best is not None
    return best


def fit_classifier(
    rows: Any, labels: Any, dev_rows: Any, dev_labels: Any, strengths: Sequence[float] = STRENGTHS, scale: bool = True
) -> Any:
    """Logistic regression from a text's row to its class; the strength is the best by log loss on the dev part.

    Log loss and not accuracy, for on a small dev part many strengths get equally many right, and the strongest hold
    then says the larger class of every text. ``scale=False`` leaves the columns as they are, for tables that are mostly
    zeros, such as TF-IDF.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    Line: Any = LogisticRegression
    Scaler: Any = StandardScaler
    joined: Any = make_pipeline
    classes, held = np.asarray(labels), np.asarray(dev_labels)
    several(classes)
    best, least = None, np.inf
    for strength in strengths:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            line = Line(C=strength, max_iter=300)
            model = (joined(Scaler(), line) if scale else line).fit(rows, classes)
        chances = (model.predict_proba(dev_rows) * (held[:, None] == model.classes_)).sum(axis=1)
        loss = -float(np.log(np.maximum(chances, 1e-12)).mean())
        if loss < least:
            best, least = model, loss
    return best


def remembered_names(sentences: Sequence[Sequence[str]], labels: Sequence[Sequence[str]]) -> dict[tuple[str, ...], str]:
    """Every name that stands in the training part, with the kind it most often has there.

    >>> remembered_names([["Ada", "met", "Ada"]], [["B-PER", "O", "B-PER"]])
    {('Ada',): 'PER'}
    """
    if list(map(len, sentences)) != list(map(len, labels)):
        raise ValueError("Each word of each sentence needs one label; the numbers of words and of labels differ.")
    counted: dict[tuple[str, ...], Counter[str]] = {}
    for words, some in zip(sentences, labels, strict=True):
        for kind, start, end in spans(some):
            counted.setdefault(tuple(words[start:end]), Counter())[kind] += 1
    return {name: kinds.most_common(1)[0][0] for name, kinds in counted.items()}


def tag_remembered(words: Sequence[str], names: Mapping[tuple[str, ...], str]) -> list[str]:
    """Mark the remembered names of a sentence, from left to right, the longest first.

    >>> tag_remembered(["Ada", "Lovelace", "met", "Ada"], {("Ada",): "PER", ("Ada", "Lovelace"): "PER"})
    ['B-PER', 'I-PER', 'O', 'B-PER']
    """
    longest = max(map(len, names), default=0)
    found: list[Span] = []
    start = 0
    while start < len(words):
        ends = range(min(len(words), start + longest), start, -1)
        end = next((end for end in ends if tuple(words[start:end]) in names), None)
        if end is not None:
            found.append(Span(names[tuple(words[start:end])], start, end))
        start = end or start + 1
    return label_spans(found, len(words))
