"""Word similarity: do the cosines of a model put pairs of words in the order in which people put them?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from embedlib.evaluation.intervals import bootstrap_spearman, percentile_interval

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SimilarityResult", "evaluate_similarity"]

_Array = np.ndarray[Any, np.dtype[Any]]
Missing = Literal["skip", "zero", "mean", "error"]
Case = Literal["either", "lower", "exact"]

_DECIMALS = 12  # cosines that agree this far are tied, whatever a machine makes of their last bits
_MISSING_SAYS = {
    "skip": "pairs with a missing word left out",
    "zero": "pairs with a missing word score 0",
    "mean": "missing words get the mean vector",
    "error": "no word may be missing",
}
_CASE_SAYS = {
    "either": "as written, else lower-case",
    "lower": "lower-case",
    "exact": "as written",
}


@dataclass(frozen=True)
class SimilarityResult:
    """Agreement of a model with human raters, and everything one must know to compare it with a published
    figure.

    Attributes
    ----------
    correlation
        Spearman's rank correlation of the model's cosines with the raters' scores.
    low, high
        Ends of its bootstrap interval over pairs; NaN if none was asked for.
    n_pairs, n_covered
        Pairs in the data, and those both words of which the model has.
    missing, case
        How missing words and capital letters were treated.
    missing_words
        Words that were looked for and not found, in the order of the data.
    pairs
        The data with the columns covered and model (the cosine; NaN where the pair was left out).
    """

    correlation: float
    low: float
    high: float
    confidence: float
    n_pairs: int
    n_covered: int
    missing: str
    case: str
    name: str
    missing_words: tuple[str, ...] = field(repr=False)
    pairs: pd.DataFrame = field(repr=False, compare=False)

    @property
    def coverage(self) -> float:
        """Share of the pairs both words of which the model has."""
        return self.n_covered / self.n_pairs

    def to_frame(self) -> pd.DataFrame:
        """One row: name, correlation, low, high, n_pairs, n_covered, coverage, missing."""
        import pandas as pd

        columns = ("name", "correlation", "low", "high", "n_pairs", "n_covered", "coverage", "missing")
        return pd.DataFrame([{column: getattr(self, column) for column in columns}])

    def __repr__(self) -> str:
        return (
            f"{self.name}: Spearman {self.correlation:.3f}{self._interval()}, "
            f"{self.n_covered:,} of {self.n_pairs:,} pairs covered ({_MISSING_SAYS[self.missing]})"
        )

    def _repr_html_(self) -> str:
        interval = f"{self.low:.3f} to {self.high:.3f}" if np.isfinite(self.low) else "not computed"
        rows = {
            "Spearman correlation": f"{self.correlation:.3f}",
            f"{self.confidence:.0%} interval": interval,
            "pairs covered": f"{self.n_covered:,} of {self.n_pairs:,} ({self.coverage:.1%})",
            "missing words": _MISSING_SAYS[self.missing],
            "words looked up": _CASE_SAYS[self.case],
        }
        body = "".join(
            f'<tr><th scope="row">{escape(key)}</th><td>{escape(value)}</td></tr>' for key, value in rows.items()
        )
        return f'<table class="similarity"><caption>{escape(self.name)}</caption><tbody>{body}</tbody></table>'

    def _interval(self) -> str:
        return f" [{self.low:.3f}, {self.high:.3f}]" if np.isfinite(self.low) else ""


def evaluate_similarity(
    embeddings: Any,
    similarity_data: Any,
    missing: Missing = "skip",
    case: Case = "either",
    confidence: float = 0.95,
    n_bootstrap: int = 1000,
    seed: int = 0,
) -> SimilarityResult:
    """Correlate a model's cosines with human scores of word pairs.

    Parameters
    ----------
    embeddings
        ``KeyedVectors``, a dictionary of word to vector, or any object with ``get_word_vector(word)`` that
        raises ``KeyError`` (or returns None) for a word it does not know.
    similarity_data
        A DataFrame with the columns word1, word2 and score (every function of ``embedlib.datasets`` returns
        one), or a list of triples (word1, word2, score).
    missing
        What becomes of a pair with a word that the model lacks; the conventions in use differ, and so do the
        figures: ``"skip"`` leaves it out (Faruqui's evaluation, gensim's default); ``"zero"`` gives it the
        cosine 0 (gensim's ``dummy4unknown=True``); ``"mean"`` gives the word the mean of all vectors (the
        word-embeddings-benchmarks package); ``"error"`` refuses.
    case
        How a word such as *Mars* is looked up: ``"either"`` as written, and if that is missing in lower case;
        ``"lower"`` always in lower case, as Faruqui's evaluation does; ``"exact"`` only as written. For
        vectors with a lower-case vocabulary, such as GloVe's, the first two agree.
    confidence, n_bootstrap, seed
        Of the percentile bootstrap interval over pairs; ``n_bootstrap=0`` leaves it out.

    Returns
    -------
    SimilarityResult

    Raises
    ------
    TypeError, ValueError
        If the data lack a column, hold scores that are no numbers, fewer than three pairs are covered, all
        scores or all cosines are equal, or a vector is zero or holds NaN.

    Notes
    -----
    Spearman, C. (1904), "The proof and measurement of association between two things". Ties share the mean of
    their ranks.

    Examples
    --------
    >>> toy = {"cat": [0.2, 0.5, -0.1], "dog": [0.1, 0.4, -0.2], "fish": [-0.3, 0.1, 0.7]}
    >>> people = [("cat", "dog", 8.0), ("cat", "fish", 4.0), ("dog", "fish", 3.5), ("cat", "lynx", 9.0)]
    >>> evaluate_similarity(toy, people, n_bootstrap=0)
    similarity data: Spearman 1.000, 3 of 4 pairs covered (pairs with a missing word left out)
    """
    _check_choice("missing", missing, get_args(Missing))
    _check_choice("case", case, get_args(Case))
    if n_bootstrap < 0:
        raise ValueError(f"n_bootstrap is a number of resamples; it is {n_bootstrap} and must be 0 or more.")
    pairs = _as_pairs(similarity_data)
    name = str(pairs.attrs.get("name", "similarity data"))
    lookup, mean_vector = _lookup(embeddings)

    words = dict.fromkeys(word for both in zip(pairs["word1"], pairs["word2"], strict=True) for word in both)
    unit: dict[str, _Array | None] = {word: _unit(word, _find(lookup, word, case)) for word in words}
    absent = tuple(word for word, vector in unit.items() if vector is None)
    covered = np.array([unit[a] is not None and unit[b] is not None for a, b in _both(pairs)])
    n_covered = int(covered.sum())
    if missing == "error" and absent:
        raise ValueError(
            f"The embeddings lack {len(absent):,} of the {len(words):,} words of {name}: {_some(absent)}. "
            f'Choose missing="skip", "zero" or "mean".'
        )
    if n_covered == 0:
        raise ValueError(
            f"None of the {len(pairs):,} pairs of {name} is covered: the embeddings lack {_some(absent)}. "
            f"Are these vectors of the same language, and is their vocabulary {_CASE_SAYS[case]}?"
        )
    if missing == "mean" and absent:
        average = _unit("the mean of all vectors", mean_vector())
        unit.update(dict.fromkeys(absent, average))

    model = np.full(len(pairs), np.nan)
    widths = {vector.shape for vector in unit.values() if vector is not None}
    if len(widths) > 1:
        raise ValueError(f"The vectors differ in length: {', '.join(str(width[0]) for width in sorted(widths))}.")
    for i, (a, b) in enumerate(_both(pairs)):
        left, right = unit[a], unit[b]
        if left is not None and right is not None:
            model[i] = np.clip(left @ right, -1, 1).round(_DECIMALS)
        elif missing == "zero":
            model[i] = 0.0

    used = ~np.isnan(model)
    human, cosine = pairs["score"].to_numpy(dtype=np.float64)[used], model[used]
    correlation = _spearman(human, cosine, name)
    low = high = float("nan")
    if n_bootstrap:
        low, high = percentile_interval(bootstrap_spearman(human, cosine, n_bootstrap, seed), confidence)
    table = pairs.assign(covered=covered, model=model)
    table.attrs = dict(pairs.attrs)
    return SimilarityResult(
        correlation, low, high, confidence, len(pairs), n_covered, missing, case, name, absent, table
    )


def _as_pairs(data: Any) -> pd.DataFrame:
    """The data as a DataFrame with word1, word2 (str) and score (float); else a sentence says what is off."""
    import pandas as pd

    needed = ["word1", "word2", "score"]
    if isinstance(data, pd.DataFrame):
        lacking = [column for column in needed if column not in data.columns]
        if lacking:
            raise ValueError(
                f"The table lacks {_columns(lacking)}; it has {_columns(list(data.columns))}. "
                f"Needed are word1, word2 and score: DataFrame.rename(columns=...) gives columns other names."
            )
        pairs = data.reset_index(drop=True)
    else:
        if isinstance(data, (str, bytes, Mapping)) or not isinstance(data, Sequence):
            raise TypeError(
                f"Similarity data are a DataFrame with the columns word1, word2 and score, or a list of "
                f"triples (word1, word2, score); this is of type {type(data).__name__}."
            )
        for i, row in enumerate(data):
            if isinstance(row, str) or not isinstance(row, Sequence) or len(row) != 3:
                raise ValueError(f"Item {i} is {row!r}; a triple (word1, word2, score) is needed.")
        pairs = pd.DataFrame([tuple(row) for row in data], columns=needed)
    if pairs.empty:
        raise ValueError("There are no pairs in the data.")
    for column in ("word1", "word2"):
        for i, word in enumerate(pairs[column]):
            if not isinstance(word, str):
                raise ValueError(f"Row {i} has {word!r} in the column {column}; a word is needed.")
    scores = pd.to_numeric(pairs["score"], errors="coerce")
    wrong = np.flatnonzero(~np.isfinite(scores.to_numpy(dtype=np.float64)))
    if len(wrong):
        row = pairs.iloc[wrong[0]]
        score = repr(row["score"]) if isinstance(row["score"], str) else str(row["score"])
        raise ValueError(
            f"The score of {row['word1']!r} and {row['word2']!r} (row {wrong[0]}) is {score}; "
            f"a number is needed. {len(wrong):,} of the {len(pairs):,} scores are not numbers."
        )
    attrs = dict(data.attrs) if isinstance(data, pd.DataFrame) else {}
    pairs = pairs.assign(score=scores.astype(np.float64))
    pairs.attrs = attrs
    return pairs


def _lookup(embeddings: Any) -> tuple[Callable[[str], Any], Callable[[], Any]]:
    """Two functions for each kind of embeddings: word to vector (or None), and the mean of all vectors."""
    if hasattr(embeddings, "key_to_index"):
        index, rows = embeddings.key_to_index, embeddings.vectors

        def from_rows(word: str) -> Any:
            where = index.get(word)
            return None if where is None else rows[where]

        return from_rows, lambda: rows.mean(axis=0, dtype=np.float64)
    if isinstance(embeddings, Mapping):
        return embeddings.get, lambda: np.mean([np.asarray(v, dtype=np.float64) for v in embeddings.values()], axis=0)
    if callable(getattr(embeddings, "get_word_vector", None)):

        def ask(word: str) -> Any:
            try:
                return embeddings.get_word_vector(word)
            except KeyError:
                return None

        return ask, _no_mean
    raise TypeError(
        f"Embeddings are KeyedVectors, a dictionary of word to vector, or an object with "
        f"get_word_vector(word); this is of type {type(embeddings).__name__}."
    )


def _no_mean() -> Any:
    raise ValueError(
        'missing="mean" needs the mean of all vectors, which an object with get_word_vector does not give; '
        'choose "skip" or "zero".'
    )


def _find(lookup: Callable[[str], Any], word: str, case: str) -> Any:
    if case == "lower":
        return lookup(word.lower())
    vector = lookup(word)
    if vector is None and case == "either" and word != word.lower():
        vector = lookup(word.lower())
    return vector


def _unit(word: str, vector: Any) -> _Array | None:
    """The vector at length 1 in double precision; None stays None."""
    if vector is None:
        return None
    array = np.asarray(vector, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError(f'The vector of "{word}" has shape {array.shape}; a flat vector is needed.')
    length = float(np.sqrt(array @ array))
    if not np.isfinite(length):
        raise ValueError(f'The vector of "{word}" holds NaN or infinity; no cosine can be computed with it.')
    if length == 0:
        raise ValueError(
            f'The vector of "{word}" is all zeros: it has no direction, and so no cosine. Take it out of the '
            f"embeddings, and the word counts as missing."
        )
    unit: _Array = array / length
    return unit


def _spearman(human: _Array, cosine: _Array, name: str) -> float:
    from scipy.stats import spearmanr

    if len(human) < 3:
        raise ValueError(f"A rank correlation needs at least 3 pairs; {name} has {len(human)} to offer.")
    if (human == human[0]).all():
        raise ValueError(
            f"All {len(human):,} scores of {name} are {human[0]:g}: equal scores have no order to compare."
        )
    if (cosine == cosine[0]).all():
        raise ValueError(f"All {len(cosine):,} cosines are {cosine[0]:.3f}: the model puts the pairs in no order.")
    return float(spearmanr(human, cosine).statistic)


def _both(pairs: pd.DataFrame) -> list[tuple[str, str]]:
    return list(zip(pairs["word1"], pairs["word2"], strict=True))


def _check_choice(name: str, given: str, choices: tuple[str, ...]) -> None:
    if given not in choices:
        raise ValueError(f"{name} is {given!r}; it can be {', '.join(repr(choice) for choice in choices)}.")


def _columns(names: list[Any]) -> str:
    return "no columns" if not names else f"the column{'s' * (len(names) > 1)} {', '.join(str(n) for n in names)}"


def _some(words: Sequence[str], n: int = 5) -> str:
    more = f" and {len(words) - n:,} more" if len(words) > n else ""
    return ", ".join(f'"{word}"' for word in words[:n]) + more
