"""Analogies: a is to b as c is to which word? Answered by adding and subtracting vectors, and judged by sections.

:func:`solve` answers one question, :func:`answer_analogies` many, :func:`let_inputs_in` those again by the other
rule, and :func:`evaluate_analogies` says how many of the answers are right,
of several models at once :func:`compare_answers`. :func:`corners` gives the vectors of the questions' words.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from embedlib import _check
from embedlib.assets.kept import kept
from embedlib.evaluation._given import as_table, check_resampling, one_of_each
from embedlib.evaluation.intervals import percentile_interval, wilson_interval
from embedlib.vectors.rows import unit_rows
from embedlib.vectors.sums import NOTHING, RULES, Rule, nearest_to_sums, or_one_of
from embedlib.words.load import as_keyed_vectors, name_of, unit_vectors, word_index
from embedlib.words.neighbors import nearest, rows_and_lengths

if TYPE_CHECKING:
    import pandas as pd
    from gensim.models.keyedvectors import KeyedVectors

__all__ = ["answer_analogies", "compare_answers", "corners", "evaluate_analogies", "let_inputs_in", "solve"]

_Array = np.ndarray[Any, np.dtype[Any]]
Missing = Literal["skip", "wrong"]
Case = Literal["ignore", "exact"]

_WORDS = ("a", "b", "c", "expected")
_MANY = 100_000_000  # questions times words from which on a search takes seconds, and its answers are kept


def solve(
    vectors: KeyedVectors | Mapping[str, Any], a: str, b: str, c: str, k: int = 10, exclude_inputs: bool = True
) -> pd.DataFrame:
    """The k words nearest to b - a + c: a is to b as c is to which?

    Parameters
    ----------
    vectors
        ``KeyedVectors``, or a dictionary of word to vector.
    a, b, c
        The question: *man* is to *king* as *woman* is to … is ``solve(vectors, "man", "king", "woman")``.
    k
        How many answers.
    exclude_inputs
        True leaves out a, b and c, as nearly every published figure does. False lets them compete; then b or
        c itself is usually the nearest.

    Returns
    -------
    DataFrame
        Columns rank, word and cosine (to the sum of the three vectors, each brought to length 1 first).

    Raises
    ------
    UnknownWordError, TypeError, ValueError
        If a word is unknown, its vector is zero, or k does not fit.

    Notes
    -----
    3CosAdd, of Mikolov, T., Yih, W. and Zweig, G. (2013), "Linguistic regularities in continuous space word
    representations".

    Examples
    --------
    >>> toy = {"man": [1, 0, 0], "woman": [1, 1, 0], "king": [1, 0, 2], "queen": [1, 1, 2], "cat": [-1, 0, 0.5]}
    >>> solve(toy, "man", "king", "woman", k=1).round(2)
       rank   word  cosine
    0     1  queen    0.94
    >>> solve(toy, "man", "king", "woman", k=2, exclude_inputs=False)["word"].tolist()
    ['queen', 'king']
    """
    import pandas as pd

    keyed = as_keyed_vectors(vectors)
    unit_a, unit_b, unit_c = unit_vectors(keyed, [word_index(keyed, word) for word in (a, b, c)])
    target = unit_b - unit_a + unit_c
    if np.linalg.norm(target) < NOTHING:
        raise ValueError(
            f'"{b}" less "{a}" plus "{c}" comes to zero: it has no direction, and so no word is nearest to it.'
        )
    found = nearest(keyed, target, k, exclude=[[a, b, c]] if exclude_inputs else False)
    return pd.DataFrame({"rank": np.arange(1, k + 1), "word": found.words[0], "cosine": found.cosines[0]})


def answer_analogies(
    vectors: KeyedVectors | Mapping[str, Any],
    questions: Any,
    *,
    exclude_inputs: bool = True,
    restrict_vocab: int | None = None,
    case: Case = "ignore",
    method: Rule = "3CosAdd",
) -> pd.DataFrame:
    """Answer analogy questions, one row each; parameters and errors are those of :func:`evaluate_analogies`.

    Returns
    -------
    DataFrame
        The questions with the columns covered (all four words are known), answer (missing if not covered), cosine
        (of the answer, to what the method looks for; with 3CosMul its quotient; NaN if not covered) and correct.

    Examples
    --------
    >>> toy = {"man": [1, 0, 0], "woman": [1, 1, 0], "king": [1, 0, 2], "queen": [1, 1, 2], "cat": [-1, 0, 0.5]}
    >>> answered = answer_analogies(toy, [("Man", "king", "woman", "queen"), ("man", "king", "cat", "tomcat")])
    >>> answered[["c", "expected", "covered", "answer", "correct"]]
           c expected  covered answer  correct
    0  woman    queen     True  queen     True
    1    cat   tomcat    False    NaN    False
    """
    return _answer(vectors, questions, exclude_inputs, restrict_vocab, case, method, None)


def let_inputs_in(vectors: KeyedVectors | Mapping[str, Any], answered: pd.DataFrame) -> pd.DataFrame:
    """The answers with the questions' own words let in, from those with them left out: nothing is searched again.

    The best of all words is the best without the question's, or one of the question's.

    Parameters
    ----------
    vectors
        Those that gave the answers.
    answered
        What :func:`answer_analogies` returned with ``exclude_inputs=True``.

    Returns
    -------
    DataFrame
        What :func:`answer_analogies` returns with ``exclude_inputs=False``.

    Examples
    --------
    >>> toy = {"man": [1, 0, 0], "woman": [1, 1, 0], "king": [1, 0, 2], "queen": [1, 1, 2], "cat": [-1, 0, 0.5]}
    >>> let_inputs_in(toy, answer_analogies(toy, [("man", "cat", "man", "queen")]))["answer"].tolist()
    ['cat']
    """
    if getattr(answered, "attrs", {}).get("exclude_inputs") is not True:
        raise ValueError("let_inputs_in takes what answer_analogies returned with exclude_inputs=True.")
    given = answered.attrs
    return _answer(vectors, answered, False, given["restrict_vocab"], given["case"], given["method"], answered)


def corners(vectors: KeyedVectors | Mapping[str, Any], answered: pd.DataFrame) -> tuple[_Array, _Array, _Array, _Array]:
    """The vectors of a, b, c and the expected word of each covered question, each at length 1 and of shape (n, d).

    Parameters
    ----------
    vectors
        Those that gave the answers.
    answered
        What :func:`answer_analogies` returned.

    Examples
    --------
    >>> toy = {"man": [1, 0, 0], "woman": [1, 1, 0], "king": [1, 0, 2], "queen": [1, 1, 2], "cat": [-1, 0, 0.5]}
    >>> a, b, c, expected = corners(toy, answer_analogies(toy, [("man", "king", "woman", "queen")]))
    >>> c.round(2)
    array([[0.71, 0.71, 0.  ]])
    """
    if "case" not in getattr(answered, "attrs", {}):
        raise ValueError("corners takes the table that answer_analogies returned, whole or some rows of it.")
    keyed, case = as_keyed_vectors(vectors), answered.attrs["case"]
    some = answered[answered["covered"].to_numpy(dtype=bool)]
    written = [[word if case == "exact" else word.upper() for word in some[column]] for column in _WORDS]
    first, _ = _vocabulary(keyed, answered.attrs["restrict_vocab"], case, set().union(*written))
    a, b, c, expected = (unit_vectors(keyed, [first[word] for word in words]) for words in written)
    return a, b, c, expected


def _answer(
    vectors: KeyedVectors | Mapping[str, Any],
    questions: Any,
    exclude_inputs: bool,
    restrict_vocab: int | None,
    case: Case,
    method: Rule,
    without: pd.DataFrame | None,
) -> pd.DataFrame:
    """Answer the questions; ``without`` has their answers with the inputs left out, if there are any yet."""
    _check.choice("case", case, get_args(Case))
    _check.choice("method", method, RULES)
    asked = _as_questions(questions)
    keyed = as_keyed_vectors(vectors)
    numbers, lengths = rows_and_lengths(keyed, restrict_vocab)
    known: Any = keyed.index_to_key
    written = asked[list(_WORDS)].to_numpy(dtype=object)
    if case == "ignore":
        written = np.array([word.upper() for word in written.ravel()], dtype=object).reshape(written.shape)
    first, variants = _vocabulary(keyed, restrict_vocab, case, set(written.ravel()))
    rows = np.array([first.get(word, -1) for word in written.ravel()], dtype=np.int64).reshape(written.shape)
    covered = np.asarray((rows >= 0).all(axis=1))
    answer = np.full(len(asked), None, dtype=object)
    cosine = np.full(len(asked), np.nan)
    correct = np.zeros(len(asked), dtype=bool)
    if covered.any():
        some = np.flatnonzero(covered)
        left_out: list[list[int]] = [[]] * len(some)
        if exclude_inputs or without is not None:
            left_out = rows[some, :3].tolist()
            if variants:
                left_out = [[spelt for row in three for spelt in variants.get(row, [row])] for three in left_out]
        if without is None:
            found, cosine[some] = _nearest_to_sums(numbers, lengths, rows[some, :3], left_out, known, method)
        else:
            best = np.array([keyed.key_to_index.get(word, -1) for word in without["answer"].to_numpy()[some]])
            found, cosine[some] = or_one_of(numbers, lengths, rows[some, :3], best, left_out, known, method)
        words = np.array([known[row] if row >= 0 else None for row in found], dtype=object)
        answer[some] = words
        given = [word.upper() if case == "ignore" and word is not None else word for word in words]
        correct[some] = [word == expected for word, expected in zip(given, written[some, 3], strict=True)]
    answered = asked.assign(covered=covered, answer=answer, cosine=cosine, correct=correct)
    answered.attrs = {
        **asked.attrs,
        "model": name_of(keyed),
        "exclude_inputs": exclude_inputs,
        "restrict_vocab": restrict_vocab,
        "case": case,
        "method": method,
    }
    return answered


def _nearest_to_sums(
    numbers: _Array, lengths: _Array, three: _Array, left_out: list[list[int]], names: Any, method: Rule
) -> tuple[_Array, _Array]:
    """As `nearest_to_sums`; where many questions meet a large vocabulary, it is computed once on a machine."""

    def search() -> dict[str, _Array]:
        found, cosines = nearest_to_sums(numbers, lengths, three, left_out, names, method)
        return {"found": found, "cosines": cosines}

    if len(three) * len(numbers) < _MANY:
        return nearest_to_sums(numbers, lengths, three, left_out, names, method)
    held = kept("analogies", (numbers, lengths, three, left_out, method), [nearest_to_sums, unit_rows], search)
    return held["found"], held["cosines"]


def evaluate_analogies(
    vectors: KeyedVectors | Mapping[str, Any],
    questions: Any,
    *,
    exclude_inputs: bool = True,
    missing: Missing = "skip",
    restrict_vocab: int | None = None,
    case: Case = "ignore",
    method: Rule = "3CosAdd",
    by: str = "section",
    confidence: float = 0.95,
    n_bootstrap: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """How many analogy questions a model answers rightly, by section and in total.

    Parameters
    ----------
    vectors
        ``KeyedVectors``, or a dictionary of word to vector.
    questions
        A DataFrame with the columns a, b, c and expected, and if it likes section
        (``embedlib.datasets.google_analogies()`` returns one), or a list of such quadruples; or what
        :func:`answer_analogies` returned, which is then judged and not answered again.
    exclude_inputs
        True leaves the question's own three words out of the answers.
    missing
        What becomes of a question of which the vocabulary lacks a word: ``"skip"`` leaves it out of the
        accuracy, as gensim does by default, so that a model that knows few words may look good; ``"wrong"``
        counts it as a wrong answer (gensim's ``dummy4unknown=True``).
    restrict_vocab
        Know and search only the first so many words, which are the most frequent in most models. None takes
        all; gensim takes 300,000 unless told otherwise.
    case
        ``"ignore"``, as gensim does: *Athens* is the first word of the vocabulary that is spelt so in any case
        (*athens* in a lower-case one), an answer that differs from the expected one in case only is right, and
        with the inputs their other spellings are left out. ``"exact"`` takes words as written; a lower-case
        vocabulary then knows no names.
    method
        ``"3CosAdd"``: the largest cosine to b - a + c, as gensim does. ``"3CosMul"``: the largest
        cos(x, b) · cos(x, c) / (cos(x, a) + 0.001), each cosine moved to between 0 and 1 by (1 + cos) / 2.
        ``"PairDirection"``: the largest cosine of x - c to b - a. ``"b + c"`` leaves out a; ``"nearest to b"`` and
        ``"nearest to c"`` leave out two words: what these reach was no analogy.
    by
        The column by which questions are put together: section, or kind for Google's two kinds.
    confidence, n_bootstrap, seed
        Of the interval; ``n_bootstrap=0`` leaves it out.

    Returns
    -------
    DataFrame
        One row a section, in the order of the questions, and the last row, called total, for all of them.
        Columns: section (or what ``by`` names), n_questions, n_covered, n_correct, accuracy (n_correct out of
        n_covered, or with ``missing="wrong"`` out of n_questions; NaN if that is none), low, high and coverage.
        ``.attrs`` say how it was made.

    Raises
    ------
    TypeError, ValueError
        If the questions lack a column or a word, the options do not fit, or a word's vector is zero or NaN.

    Notes
    -----
    Equal cosines (to twelve decimals) go to the word that comes first in the vocabulary. A question of which the
    three vectors add up to zero has no answer and counts as wrong.

    The interval is a bootstrap over pairs of words, within sections: a few dozen pairs such as Athens and Greece
    are combined with one another into hundreds of questions, which are no hundreds of independent trials. Where all
    answers of a row are right, or none is, resampling shows no variation; then it is Wilson's, for as many trials
    as there are pairs.

    Mikolov, T., Chen, K., Corrado, G. and Dean, J. (2013), "Efficient estimation of word representations in vector
    space". 3CosMul and PairDirection: Levy, O. and Goldberg, Y. (2014), "Linguistic regularities in sparse and
    explicit word representations". The baselines: Linzen, T. (2016), "Issues in evaluating semantic spaces using
    word analogies".

    Examples
    --------
    >>> toy = {"man": [1, 0, 0], "woman": [1, 1, 0], "king": [1, 0, 2], "queen": [1, 1, 2], "cat": [-1, 0, 0.5]}
    >>> asked = [("man", "king", "woman", "queen"), ("king", "man", "queen", "cat"), ("man", "king", "cat", "tomcat")]
    >>> evaluate_analogies(toy, asked, n_bootstrap=0).round(2)
      section  n_questions  n_covered  n_correct  accuracy  low  high  coverage
    0     all            3          2          1       0.5  NaN   NaN      0.67
    1   total            3          2          1       0.5  NaN   NaN      0.67
    """
    import pandas as pd

    _check.choice("missing", missing, get_args(Missing))
    check_resampling(confidence, n_bootstrap, seed)
    if isinstance(questions, pd.DataFrame) and {"covered", "correct", "answer"} <= set(questions.columns):
        answered = questions.reset_index(drop=True)
        answered.attrs = dict(questions.attrs)
    else:
        answered = answer_analogies(
            vectors,
            questions,
            exclude_inputs=exclude_inputs,
            restrict_vocab=restrict_vocab,
            case=case,
            method=method,
        )
    if by not in answered.columns:
        there = ", ".join(map(str, answered))
        raise ValueError(f"There is no column {by!r} to put questions together by; there are {there}.")
    one_of_each(answered, [by])
    counted = answered["covered"].to_numpy(dtype=bool) | (missing == "wrong")
    correct = answered["correct"].to_numpy(dtype=bool)
    named = answered.groupby(_labels(answered[by]), sort=False)
    groups = [(str(name), np.asarray(rows)) for name, rows in named.indices.items()]
    groups.sort(key=lambda group: int(group[1][0]))
    groups.append(("total", np.arange(len(answered))))
    drawn = _draw_pairs(answered, counted, correct, n_bootstrap, seed)
    lines = []
    for name, rows in groups:
        n_covered, n_correct = int(answered["covered"].to_numpy()[rows].sum()), int(correct[rows].sum())
        n_judged = int(counted[rows].sum())
        low, high = drawn(rows, confidence)
        lines.append(
            {
                by: name,
                "n_questions": len(rows),
                "n_covered": n_covered,
                "n_correct": n_correct,
                "accuracy": n_correct / n_judged if n_judged else float("nan"),
                "low": low,
                "high": high,
                "coverage": n_covered / len(rows),
            }
        )
    table = pd.DataFrame(lines)
    table.attrs = {
        **answered.attrs,
        "missing": missing,
        "confidence": confidence,
        "n_bootstrap": n_bootstrap,
        "seed": seed,
    }
    return table


def compare_answers(
    answers: Mapping[str, Mapping[str, pd.DataFrame]], setting: str, by: str = "vectors", n_bootstrap: int = 1000
) -> pd.DataFrame:
    """The totals of several models under several settings, one row each.

    Parameters
    ----------
    answers
        Setting to model to what :func:`answer_analogies` returned.
    setting, by
        What to call the columns of the settings and of the models.
    n_bootstrap
        As for :func:`evaluate_analogies`.

    Examples
    --------
    >>> toy = {"man": [1, 0, 0], "woman": [1, 1, 0], "king": [1, 0, 2], "queen": [1, 1, 2], "cat": [-1, 0, 0.5]}
    >>> asked = answer_analogies(toy, [("man", "king", "woman", "queen")])
    >>> compare_answers({"left out": {"toy": asked}}, "inputs")[["vectors", "inputs", "n_correct"]]
      vectors    inputs  n_correct
    0     toy  left out          1
    """
    import pandas as pd

    rows = [
        {by: model, setting: name, **evaluate_analogies({}, given, n_bootstrap=n_bootstrap).iloc[-1]}
        for name, models in answers.items()
        for model, given in models.items()
    ]
    return pd.DataFrame(rows)


def _vocabulary(
    keyed: KeyedVectors, n: int | None, case: str, asked: set[str]
) -> tuple[dict[str, int], dict[int, list[int]]]:
    """The row of each known word that is asked; and for a row those of all spellings of its word, if several."""
    words: Any = keyed.index_to_key[:n]
    rows: dict[str, list[int]] = {}
    for row, word in enumerate(words if case == "exact" else map(str.upper, words)):
        if word in asked:
            rows.setdefault(word, []).append(row)
    return {word: some[0] for word, some in rows.items()}, {some[0]: some for some in rows.values() if some[1:]}


def _draw_pairs(
    answered: pd.DataFrame, counted: _Array, correct: _Array, n_bootstrap: int, seed: int
) -> Callable[[_Array, float], tuple[float, float]]:
    """A function from rows to their interval: the pairs of each section drawn again, the same for all rows asked."""
    columns = {column: answered[column].to_numpy(dtype=object) for column in _WORDS}
    section = answered["section"].to_numpy(dtype=object)
    names: dict[tuple[str, str, str], int] = {}
    ends = [
        np.array([names.setdefault(key, len(names)) for key in zip(section, columns[x], columns[y], strict=True)])
        for x, y in (("a", "b"), ("c", "expected"))
    ]
    of_section: dict[str, list[int]] = {}
    for (name, _, _), pair in names.items():
        of_section.setdefault(name, []).append(pair)
    times = np.zeros((len(names), n_bootstrap), dtype=np.float32)
    rng = np.random.default_rng(seed)
    for members in of_section.values():
        n = len(members)
        times[members] = rng.multinomial(n, np.full(n, 1 / n), size=n_bootstrap).T

    def interval(rows: _Array, confidence: float) -> tuple[float, float]:
        used = rows[counted[rows]]
        if not n_bootstrap or not len(used):
            return float("nan"), float("nan")
        pairs = [end[used] for end in ends]
        right = correct[used]
        if right.all() or not right.any():
            n = len(np.union1d(*pairs))
            return wilson_interval(n if right.all() else 0, n, confidence)
        total, won = np.zeros(n_bootstrap), np.zeros(n_bootstrap)
        for start in range(0, len(used), 2000):
            part = slice(start, start + 2000)
            weight = times[pairs[0][part]] * times[pairs[1][part]]
            total += weight.sum(axis=0, dtype=np.float64)
            won += weight[right[part]].sum(axis=0, dtype=np.float64)
        with np.errstate(invalid="ignore"):
            return percentile_interval(won / total, confidence)

    return interval


def _as_questions(questions: Any) -> pd.DataFrame:
    """The questions as a DataFrame with section, a, b, c and expected."""
    table = as_table(questions, _WORDS, _WORDS, "questions")
    if "section" not in table.columns:
        table.insert(0, "section", "all")
    one_of_each(table, ["section"])
    return table.assign(section=_labels(table["section"]))


def _labels(column: pd.Series) -> pd.Series:
    """What a column calls its rows, as words; those that it does not name are put together, too."""
    return column if column.notna().all() else column.astype(object).where(column.notna(), f"(no {column.name})")
