"""Word similarity: do the cosines of a model put pairs of words in the order in which people put them?

One model on one benchmark: :func:`evaluate_similarity`. Many on many, as one table: :func:`compare_models`. Is
one model better than another, or were the pairs kind to it: :func:`difference` and :func:`differences`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, get_args

import numpy as np

from embedlib import _check
from embedlib.evaluation._given import as_table, check_resampling
from embedlib.evaluation.intervals import bootstrap_spearman, bootstrap_spearmans, percentile_interval
from embedlib.vectors.rows import unit_rows
from embedlib.words.load import as_spelt, unit_vectors

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Difference",
    "SimilarityResult",
    "compare_models",
    "difference",
    "differences",
    "evaluate_similarity",
]

_Array = np.ndarray[Any, np.dtype[Any]]
Missing = Literal["skip", "zero", "mean", "error"]
Case = Literal["either", "lower", "exact"]

_AT_ONCE = 4_000_000  # numbers multiplied at a time: 32 MB
_FEWEST = 3  # pairs that have an order worth speaking of
_NONE = (float("nan"),) * 5
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
        ``KeyedVectors``, the sparse vectors of ``embedlib.words.counting``, a dictionary of word to vector, or any
        object with ``get_word_vector(word)`` that raises ``KeyError`` (or returns None) for a word it does not
        know. Of fastText's vectors only the words they were trained on count as known, as for gensim;
        ``word_vectors.with_unseen_words`` lets them spell out the others.
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
    _check_options(missing, case, confidence, n_bootstrap, seed)
    pairs = _as_pairs(similarity_data)
    name = str(pairs.attrs.get("name", "similarity data"))
    found = _look_up_words(embeddings, _words([pairs]), case)
    absent = tuple(word for word, row in found.row_of.items() if row is None)
    model, covered = _cosines(found, pairs, missing)
    n_covered = int(covered.sum())
    if missing == "error":
        _refuse_absent(found)
    if n_covered == 0:
        raise ValueError(
            f"None of the {len(pairs):,} pairs of {name} is covered: the embeddings lack {_check.some(absent)}. "
            f"Are these vectors of the same language, and is their vocabulary {_CASE_SAYS[case]}?"
        )
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


class Difference(NamedTuple):
    """How much better one model agrees with people than another, on the pairs that both cover.

    Attributes
    ----------
    first, second
        Spearman's correlations of the two models on those pairs.
    difference
        ``first - second``.
    low, high
        Ends of its bootstrap interval over pairs, the same pairs drawn for both; NaN if none was asked for.
        An interval that holds 0 leaves open which model is better.
    n_common, n_pairs
        Pairs that both cover, and pairs in the data.
    """

    first: float
    second: float
    difference: float
    low: float
    high: float
    n_common: int
    n_pairs: int


def compare_models(
    models: Mapping[str, Any],
    benchmarks: Iterable[Any] | Mapping[str, Any],
    *,
    common_pairs: bool = False,
    missing: Missing = "skip",
    case: Case = "either",
    confidence: float = 0.95,
    n_bootstrap: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Word similarity of many models on many benchmarks, as one tidy table.

    Parameters
    ----------
    models
        Name of each model and its embeddings, of any kind that :func:`evaluate_similarity` takes. They are
        asked one after the other, so that a mapping that loads a model when it is asked needs room for one.
    benchmarks
        DataFrames with the columns word1, word2 and score, whose ``.attrs["name"]`` names them (every function
        of ``embedlib.datasets`` returns one); or a mapping from names to such tables or lists of triples.
    common_pairs
        False judges each model on the pairs that it covers, so that a small vocabulary may be spared the hard
        ones. True judges every model on the pairs that all of the models cover: what then differs is the
        vectors, not the vocabularies.
    missing, case, confidence, n_bootstrap, seed
        As in :func:`evaluate_similarity`. Models that cover the same pairs are judged on the same resamples.
        ``common_pairs=True`` leaves nothing missing, and wants ``missing="skip"``.

    Returns
    -------
    DataFrame
        A row for each model on each benchmark, with the columns model, benchmark, correlation, low, high,
        n_covered (pairs both words of which the model has; with ``common_pairs``, which all models have),
        n_pairs and coverage (n_covered / n_pairs). Where fewer than three pairs are covered, or the model
        gives all pairs one cosine, correlation, low and high are NaN: the rest of the table stands.
        ``.attrs`` holds common_pairs, missing, case, confidence, n_bootstrap and seed.

    Raises
    ------
    TypeError, ValueError
        As :func:`evaluate_similarity`, with the model or benchmark named; and if two benchmarks share a name.

    Examples
    --------
    >>> toy = {"cat": [0.2, 0.5, -0.1], "dog": [0.1, 0.4, -0.2], "fish": [-0.3, 0.1, 0.7], "lynx": [0.1, 0.1, 0.4]}
    >>> small = {word: toy[word] for word in ("cat", "dog", "fish")}
    >>> people = [("cat", "dog", 8.0), ("cat", "fish", 4.0), ("dog", "fish", 3.5), ("cat", "lynx", 9.0)]
    >>> table = compare_models({"large": toy, "small": small}, {"pets": people}, n_bootstrap=0)
    >>> table[["model", "benchmark", "correlation", "n_covered", "n_pairs", "coverage"]]
       model benchmark  correlation  n_covered  n_pairs  coverage
    0  large      pets          0.8          4        4      1.00
    1  small      pets          1.0          3        4      0.75
    >>> compare_models({"large": toy, "small": small}, {"pets": people}, common_pairs=True)["correlation"].tolist()
    [1.0, 1.0]
    """
    import pandas as pd

    if common_pairs and missing != "skip":
        raise ValueError(
            f'common_pairs=True leaves out the pairs that any model lacks, and missing="{missing}" would keep '
            f"them; choose one of the two."
        )
    _check_options(missing, case, confidence, n_bootstrap, seed)
    named = _by_name(benchmarks)
    scored = _score_all(models, named, missing, case)
    lines = {}
    for place, (benchmark, pairs) in enumerate(named.items()):
        judged = {name: scores[benchmark] for name, scores in scored.items()}
        if common_pairs:
            shared = np.logical_and.reduce([covered for _, covered in judged.values()])
            judged = {name: (np.where(shared, model, np.nan), shared) for name, (model, _) in judged.items()}
        figures = _figures(pairs, {name: model for name, (model, _) in judged.items()}, confidence, n_bootstrap, seed)
        for number, (name, (_, covered)) in enumerate(judged.items()):
            n_covered = int(covered.sum())
            lines[number, place] = {
                "model": name,
                "benchmark": benchmark,
                **figures[name],
                "n_covered": n_covered,
                "n_pairs": len(pairs),
                "coverage": n_covered / len(pairs),
            }
    table = pd.DataFrame([lines[key] for key in sorted(lines)])
    table.attrs = {
        "common_pairs": common_pairs,
        "missing": missing,
        "case": case,
        "confidence": confidence,
        "n_bootstrap": n_bootstrap,
        "seed": seed,
    }
    return table


def difference(
    first: Any,
    second: Any,
    similarity_data: Any,
    *,
    case: Case = "either",
    confidence: float = 0.95,
    n_bootstrap: int = 1000,
    seed: int = 0,
) -> Difference:
    """How much better the first model agrees with people than the second, with a paired bootstrap interval.

    Two intervals that overlap do not show that two models are alike: both were drawn with the same pairs, easy
    and hard. Here each resample judges both models, and the interval is that of the difference.

    Parameters
    ----------
    first, second
        Embeddings, of any kind that :func:`evaluate_similarity` takes. Both are judged on the pairs that both
        cover, so that vocabularies do not decide.
    similarity_data, case, confidence, n_bootstrap, seed
        As in :func:`evaluate_similarity`.

    Returns
    -------
    Difference

    Raises
    ------
    TypeError, ValueError
        As :func:`evaluate_similarity`; and if the models have fewer than three pairs in common.

    Notes
    -----
    Efron, B. and Tibshirani, R. J. (1993), "An introduction to the bootstrap".

    Examples
    --------
    >>> toy = {"cat": [0.2, 0.5, -0.1], "dog": [0.1, 0.4, -0.2], "fish": [-0.3, 0.1, 0.7]}
    >>> turned = {"cat": [0.2, 0.5, -0.1], "dog": [-0.3, 0.1, 0.7], "fish": [0.1, 0.4, -0.2]}
    >>> people = [("cat", "dog", 8.0), ("cat", "fish", 4.0), ("dog", "fish", 3.5)]
    >>> found = difference(toy, turned, people)
    >>> found.first, found.second, found.difference, found.n_common
    (1.0, 0.5, 0.5, 3)
    """
    _check_options("skip", case, confidence, n_bootstrap, seed)
    pairs = _as_pairs(similarity_data)
    name = str(pairs.attrs.get("name", "similarity data"))
    scored = _score_all({"the first model": first, "the second model": second}, {name: pairs}, "skip", case)
    one, other = (scores[name][0] for scores in scored.values())
    n_common = int((~np.isnan(one + other)).sum())
    if n_common < _FEWEST:
        raise ValueError(
            f"A rank correlation needs at least {_FEWEST} pairs; of the {len(pairs):,} of {name} the two models have "
            f"{n_common} in common."
        )
    return _difference(pairs, one, other, name, confidence, n_bootstrap, seed)


def _difference(
    pairs: pd.DataFrame, one: _Array, other: _Array, name: str, confidence: float, n_bootstrap: int, seed: int
) -> Difference:
    """The difference of two models, given the cosine of each pair, NaN where a model has none."""
    used = ~np.isnan(one + other)
    human, both = pairs["score"].to_numpy(dtype=np.float64)[used], [one[used], other[used]]
    left, right = (_spearman(human, cosine, name) for cosine in both)
    low = high = float("nan")
    if n_bootstrap:
        drawn = bootstrap_spearmans(human, both, n_bootstrap, seed)
        low, high = percentile_interval(drawn[0] - drawn[1], confidence)
    return Difference(left, right, left - right, low, high, len(human), len(pairs))


def differences(
    models: Mapping[str, Any],
    benchmarks: Iterable[Any] | Mapping[str, Any],
    reference: str,
    *,
    case: Case = "either",
    confidence: float = 0.95,
    n_bootstrap: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """The :func:`difference` of each model from one of them, on each benchmark, as one tidy table.

    Parameters
    ----------
    models, benchmarks
        As in :func:`compare_models`.
    reference
        The name of the model with which the others are compared; it gets no rows of its own.
    case, confidence, n_bootstrap, seed
        As in :func:`difference`.

    Returns
    -------
    DataFrame
        Columns model, benchmark, difference (model less reference; above 0 the model is better), low, high,
        n_common (pairs that both cover) and n_pairs; NaN where that leaves nothing to compare.
        ``.attrs["reference"]`` is the reference's name.

    Examples
    --------
    >>> toy = {"cat": [0.2, 0.5, -0.1], "dog": [0.1, 0.4, -0.2], "fish": [-0.3, 0.1, 0.7]}
    >>> turned = {"cat": [0.2, 0.5, -0.1], "dog": [-0.3, 0.1, 0.7], "fish": [0.1, 0.4, -0.2]}
    >>> people = [("cat", "dog", 8.0), ("cat", "fish", 4.0), ("dog", "fish", 3.5)]
    >>> differences({"good": toy, "turned": turned}, {"pets": people}, reference="good", n_bootstrap=0)
        model benchmark  difference  low  high  n_common  n_pairs
    0  turned      pets        -0.5  NaN   NaN         3        3
    """
    import pandas as pd

    _check_options("skip", case, confidence, n_bootstrap, seed)
    if isinstance(models, Mapping) and reference not in models:
        raise ValueError(
            f"The reference {reference!r} is none of the models, which are {_check.some(list(models), 20)}."
        )
    named = _by_name(benchmarks)
    scored = _score_all(models, named, "skip", case)
    lines = {}
    for place, (benchmark, pairs) in enumerate(named.items()):
        base = scored[reference][benchmark][0]
        human = pairs["score"].to_numpy(dtype=np.float64)
        for number, (name, scores) in enumerate(scored.items()):
            if name == reference:
                continue
            model = scores[benchmark][0]
            used = ~np.isnan(model + base)
            found = Difference(*_NONE, n_common=int(used.sum()), n_pairs=len(pairs))
            if all(_has_order(numbers[used]) for numbers in (human, model, base)):
                found = _difference(pairs, model, base, benchmark, confidence, n_bootstrap, seed)
            lines[number, place] = {"model": name, "benchmark": benchmark, **found._asdict()}
    columns = ["model", "benchmark", "difference", "low", "high", "n_common", "n_pairs"]
    table = pd.DataFrame([lines[key] for key in sorted(lines)], columns=columns)
    table.attrs = {
        "reference": reference,
        "case": case,
        "confidence": confidence,
        "n_bootstrap": n_bootstrap,
        "seed": seed,
    }
    return table


def _by_name(benchmarks: Any) -> dict[str, pd.DataFrame]:
    """Benchmarks by name, each checked."""
    import pandas as pd

    if isinstance(benchmarks, Mapping):
        given = [(str(name), data) for name, data in benchmarks.items()]
    else:
        if isinstance(benchmarks, (str, bytes)) or not isinstance(benchmarks, Iterable):
            raise TypeError(
                f"Benchmarks are a list of tables, as the functions of embedlib.datasets return them, or a "
                f"dictionary of name and table; this is {_check.kind(benchmarks)}."
            )
        tables = [benchmarks] if isinstance(benchmarks, pd.DataFrame) else list(benchmarks)
        bare = next((i for i, data in enumerate(tables) if not isinstance(data, pd.DataFrame)), None)
        if bare is not None:
            raise TypeError(
                f"Benchmark {bare} is {_check.kind(tables[bare])}, and a DataFrame is needed. Triples have no name in "
                f'the table; give them one: {{"my pairs": triples}}.'
            )
        given = [(str(data.attrs.get("name", "similarity data")), data) for data in tables]
    if not given:
        raise ValueError("There is no benchmark; give at least one table of pairs.")
    by_name: dict[str, pd.DataFrame] = {}
    for name, data in given:
        if name in by_name:
            raise ValueError(f'Two benchmarks are called "{name}"; give each a name: {{"first": …, "second": …}}.')
        with _naming(name):
            by_name[name] = _as_pairs(data)
    return by_name


@contextmanager
def _naming(name: object) -> Iterator[None]:
    """Put a name before what an error says."""
    try:
        yield
    except (TypeError, ValueError) as error:
        raise type(error)(f"{name}: {error}") from None


def _score_all(
    models: Any, named: Mapping[str, pd.DataFrame], missing: str, case: str
) -> dict[str, dict[str, tuple[_Array, _Array]]]:
    """For each model and benchmark the cosines (NaN where the pair is left out), and which pairs are covered."""
    if not isinstance(models, Mapping):
        raise TypeError(
            f'Models are a dictionary of name and embeddings, such as {{"GloVe": vectors}}; this is '
            f"{_check.kind(models)}."
        )
    if not models:
        raise ValueError("There is no model; give at least one with its name.")
    if len({str(name) for name in models}) < len(models):
        raise ValueError("Two models have names that are written alike; give each its own.")
    words = _words(named.values())
    scored = {}
    for name in models:
        embeddings = models[name]
        if isinstance(embeddings, (list, tuple, np.ndarray)):
            raise TypeError(
                f'Models are a dictionary of name and embeddings, and "{name}" has one vector: this looks like the '
                f'vectors of one model. Give it a name: {{"my model": vectors}}.'
            )
        with _naming(name):
            found = _look_up_words(embeddings, words, case)
            if missing == "error":
                _refuse_absent(found)
            scored[str(name)] = {benchmark: _cosines(found, pairs, missing) for benchmark, pairs in named.items()}
    return scored


def _refuse_absent(found: _UnitRows) -> None:
    absent = [word for word, row in found.row_of.items() if row is None]
    if absent:
        raise ValueError(
            f"The embeddings lack {len(absent):,} of the {len(found.row_of):,} words: {_check.some(absent)}. "
            f'Choose missing="skip", "zero" or "mean".'
        )


def _figures(
    pairs: pd.DataFrame, cosines: Mapping[str, _Array], confidence: float, n_bootstrap: int, seed: int
) -> dict[str, dict[str, float]]:
    """Correlation and interval of each model; those judged on the same pairs share the resamples."""
    human = pairs["score"].to_numpy(dtype=np.float64)
    figures = {name: dict.fromkeys(("correlation", "low", "high"), float("nan")) for name in cosines}
    alike: dict[bytes, list[str]] = {}
    for name, cosine in cosines.items():
        used = ~np.isnan(cosine)
        if _has_order(human[used]) and _has_order(cosine[used]):
            figures[name]["correlation"] = _spearman(human[used], cosine[used], name)
            alike.setdefault(used.tobytes(), []).append(name)
    for names in alike.values() if n_bootstrap else ():
        used = ~np.isnan(cosines[names[0]])
        drawn = bootstrap_spearmans(human[used], [cosines[name][used] for name in names], n_bootstrap, seed)
        for name, values in zip(names, drawn, strict=True):
            figures[name]["low"], figures[name]["high"] = percentile_interval(values, confidence)
    return figures


def _has_order(numbers: _Array) -> bool:
    return len(numbers) >= _FEWEST and bool((numbers != numbers[0]).any())


class _UnitRows(NamedTuple):
    """The vectors of some words at length 1: rows, dense or sparse, and the row of each word, None if it has none.

    ``mean`` gives the mean of all vectors, not at length 1.
    """

    rows: Any
    row_of: dict[str, int | None]
    mean: Callable[[], Any]


def _look_up_words(embeddings: Any, words: Iterable[str], case: str) -> _UnitRows:
    """Look every word up, and bring what is there to length 1 in double precision."""
    if hasattr(embeddings, "key_to_index"):
        row_of, where = _rows_in(embeddings.key_to_index, words, case)
        return _UnitRows(unit_vectors(embeddings, where), row_of, lambda: _mean_of(embeddings))
    if hasattr(embeddings, "key_index") and hasattr(embeddings, "matrix"):  # SparseVectors
        filled = np.diff(embeddings.matrix.indptr) > 0
        row_of, where = _rows_in({w: i for w, i in embeddings.key_index.items() if filled[i]}, words, case)
        chosen = embeddings.matrix[where, :]
        lengths = np.sqrt(chosen.multiply(chosen).sum(axis=1))
        return _UnitRows(chosen.multiply(1 / lengths[:, None]).tocsr(), row_of, _refuse_mean)
    lookup, mean = _word_by_word(embeddings)
    unit = {word: _unit(word, as_spelt(lookup, word, case)) for word in words}
    there = [word for word, vector in unit.items() if vector is not None]
    vectors = [vector for vector in unit.values() if vector is not None]
    widths = sorted({len(vector) for vector in vectors})
    if len(widths) > 1:
        raise ValueError(f"The vectors differ in length: {', '.join(str(width) for width in widths)}.")
    place: dict[str, int] = {word: i for i, word in enumerate(there)}
    stacked = np.stack(vectors) if vectors else np.empty((0, 1))
    return _UnitRows(stacked, {word: place.get(word) for word in unit}, mean)


def _mean_of(embeddings: Any) -> _Array:
    """The mean of all vectors; one that is no vector would spoil it for every word, so it is named."""
    mean: _Array = embeddings.vectors.mean(axis=0, dtype=np.float64)
    if not np.isfinite(mean).all():
        row = int(np.flatnonzero(~np.isfinite(embeddings.vectors).all(axis=1))[0])
        raise ValueError(
            f'The vector of "{_check.short(embeddings.index_to_key[row])}" holds NaN or infinity, and so does the mean '
            f'of all vectors. Choose missing="skip" or "zero", or mend the vector.'
        )
    return mean


def _rows_in(index: Mapping[str, int], words: Iterable[str], case: str) -> tuple[dict[str, int | None], list[int]]:
    """For each word a row among those found (or None), and their places in the vocabulary."""
    row_of: dict[str, int | None] = {}
    where: list[int] = []
    for word in words:
        place = as_spelt(index.get, word, case)
        row_of[word] = None if place is None else len(where)
        if place is not None:
            where.append(place)
    return row_of, where


def _cosines(found: _UnitRows, pairs: pd.DataFrame, missing: str) -> tuple[_Array, _Array]:
    """The cosine of each pair (NaN where it is left out), and whether both of its words are there."""
    rows, absent = found.rows, -1
    if missing == "mean" and any(row is None for row in found.row_of.values()):
        average = _unit("the mean of all words", found.mean())
        absent = len(rows)
        rows = np.concatenate([rows.reshape(absent, -1), [average]]) if absent else np.array([average])
    first, second = (
        np.array([row if (row := found.row_of[word]) is not None else -1 for word in pairs[column]], dtype=np.intp)
        for column in ("word1", "word2")
    )
    covered: _Array = (first >= 0) & (second >= 0)
    first[first < 0], second[second < 0] = absent, absent
    scored = np.flatnonzero((first >= 0) & (second >= 0))
    model = np.full(len(pairs), 0.0 if missing == "zero" else np.nan)
    step = max(1, _AT_ONCE // max(1, rows.shape[1]))
    for start in range(0, len(scored), step):
        some = scored[start : start + step]
        left, right = rows[first[some]], rows[second[some]]
        dots = np.einsum("nd,nd->n", left, right) if isinstance(rows, np.ndarray) else left.multiply(right).sum(axis=1)
        model[some] = np.clip(dots, -1, 1).round(_DECIMALS)
    return model, covered


def _words(tables: Iterable[pd.DataFrame]) -> list[str]:
    """Every word once, in the order of the data."""
    return list(dict.fromkeys(word for pairs in tables for word in pairs[["word1", "word2"]].to_numpy().ravel()))


def _as_pairs(data: Any) -> pd.DataFrame:
    """The data as a DataFrame with word1, word2 (str) and score (float)."""
    import pandas as pd

    pairs = as_table(data, ("word1", "word2", "score"), ("word1", "word2"), "pairs")
    scores = pd.to_numeric(pairs["score"], errors="coerce").astype(np.float64)
    wrong = np.flatnonzero(~np.isfinite(scores))
    if len(wrong):
        row = pairs.iloc[wrong[0]]
        score = repr(row["score"]) if isinstance(row["score"], str) else str(row["score"])
        raise ValueError(
            f"The score of {row['word1']!r} and {row['word2']!r} (row {wrong[0]}) is {score}; "
            f"a number is needed. {len(wrong):,} of the {len(pairs):,} scores are not numbers."
        )
    return pairs.assign(score=scores)


def _word_by_word(embeddings: Any) -> tuple[Callable[[str], Any], Callable[[], Any]]:
    """Two functions for embeddings that are asked word by word: word to vector (or None), and the mean of all."""
    if isinstance(embeddings, Mapping):
        return embeddings.get, lambda: np.mean([np.asarray(v, dtype=np.float64) for v in embeddings.values()], axis=0)
    if callable(getattr(embeddings, "get_word_vector", None)):

        def ask(word: str) -> Any:
            try:
                return embeddings.get_word_vector(word)
            except KeyError:
                return None

        return ask, _refuse_mean
    raise TypeError(
        f"Embeddings are KeyedVectors, a dictionary of word to vector, or an object with "
        f"get_word_vector(word); this is {_check.kind(embeddings)}."
    )


def _refuse_mean() -> Any:
    raise ValueError(
        'missing="mean" needs the mean of all vectors, which an object with get_word_vector does not give; '
        'choose "skip" or "zero".'
    )


def _unit(word: str, vector: Any) -> _Array | None:
    """The vector at length 1 in double precision; None stays None."""
    if vector is None:
        return None
    array = np.asarray(vector, dtype=np.float64)
    if array.ndim != 1:
        raise ValueError(f'The vector of "{word}" has shape {array.shape}; a flat vector is needed.')
    unit: _Array = unit_rows(array[None], lambda _: f'The vector of "{word}"')[0]
    return unit


def _spearman(human: _Array, cosine: _Array, name: str) -> float:
    from scipy.stats import spearmanr

    if len(human) < _FEWEST:
        raise ValueError(f"A rank correlation needs at least {_FEWEST} pairs; {name} has {len(human)} to offer.")
    if (human == human[0]).all():
        raise ValueError(
            f"All {len(human):,} scores of {name} are {human[0]:g}: equal scores have no order to compare."
        )
    if (cosine == cosine[0]).all():
        raise ValueError(f"All {len(cosine):,} cosines are {cosine[0]:.3f}: the model puts the pairs in no order.")
    return float(spearmanr(human, cosine).statistic)


def _check_options(missing: str, case: str, confidence: float, n_bootstrap: int, seed: int) -> None:
    _check.choice("missing", missing, get_args(Missing))
    _check.choice("case", case, get_args(Case))
    check_resampling(confidence, n_bootstrap, seed)
