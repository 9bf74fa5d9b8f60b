"""Analogies: a is to b as c is to which word? Answered by adding and subtracting vectors, and judged by sections.

:func:`solve` answers one question, :func:`answer_analogies` many, :func:`evaluate_analogies` says how many of the
answers are right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, get_args

import numpy as np

from embedlib.evaluation.intervals import percentile_interval, wilson_interval
from embedlib.words.load import as_keyed_vectors, name_of, word_index
from embedlib.words.neighbors import nearest, rows_and_lengths

if TYPE_CHECKING:
    import pandas as pd
    from gensim.models.keyedvectors import KeyedVectors

__all__ = ["answer_analogies", "evaluate_analogies", "solve"]

_Array = np.ndarray[Any, np.dtype[Any]]
Missing = Literal["skip", "wrong"]
Case = Literal["ignore", "exact"]
Method = Literal["3CosAdd"]

_WORDS = ("a", "b", "c", "expected")
_MOST_WORDS = 4000  # rows of the table of scores: with _CHUNK columns 64 MiB
_CHUNK = 4096  # words of the vocabulary scored at a time
_BLOCK = 512  # words of which one maximum is kept
_NOTHING = 1e-6  # a sum of three vectors shorter than this is made of the rounding errors of single precision
_DECIMALS = 12  # cosines that agree this far are tied: the more frequent word comes first


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
    rows = np.array([[word_index(keyed, word) for word in (a, b, c)]])
    sums, lengths = _sums(_unit_vectors(keyed, rows.ravel()), np.array([[0, 1, 2]]))
    if not lengths[0]:
        raise ValueError(
            f'"{b}" less "{a}" plus "{c}" comes to zero: it has no direction, and so no word is nearest to it.'
        )
    found = nearest(keyed, sums, k, exclude=[[a, b, c]] if exclude_inputs else False)
    return pd.DataFrame({"rank": np.arange(1, k + 1), "word": found.words[0], "cosine": found.cosines[0]})


def answer_analogies(
    vectors: KeyedVectors | Mapping[str, Any],
    questions: Any,
    *,
    exclude_inputs: bool = True,
    restrict_vocab: int | None = None,
    method: Method = "3CosAdd",
    case: Case = "ignore",
) -> pd.DataFrame:
    """Answer analogy questions, one row each; parameters and errors are those of :func:`evaluate_analogies`.

    Returns
    -------
    DataFrame
        The questions with the columns covered (all four words are known), answer (missing if not covered), cosine
        (of the answer; NaN if not covered) and correct.

    Examples
    --------
    >>> toy = {"man": [1, 0, 0], "woman": [1, 1, 0], "king": [1, 0, 2], "queen": [1, 1, 2], "cat": [-1, 0, 0.5]}
    >>> answered = answer_analogies(toy, [("Man", "king", "woman", "queen"), ("man", "king", "cat", "tomcat")])
    >>> answered[["c", "expected", "covered", "answer", "correct"]]
           c expected  covered answer  correct
    0  woman    queen     True  queen     True
    1    cat   tomcat    False    NaN    False
    """
    _check_choice("case", case, get_args(Case))
    _check_choice("method", method, get_args(Method))
    asked = _as_questions(questions)
    keyed = as_keyed_vectors(vectors)
    if restrict_vocab is not None and restrict_vocab < 1:
        raise ValueError(f"restrict_vocab is a number of words; it is {restrict_vocab} and must be at least 1.")
    first, variants = _vocabulary(keyed, restrict_vocab, case)
    written = asked[list(_WORDS)].to_numpy(dtype=object)
    if case == "ignore":
        written = np.array([word.upper() for word in written.ravel()], dtype=object).reshape(written.shape)
    rows = np.array([first.get(word, -1) for word in written.ravel()], dtype=np.int64).reshape(written.shape)
    covered = np.asarray((rows >= 0).all(axis=1))
    answer = np.full(len(asked), None, dtype=object)
    cosine = np.full(len(asked), np.nan)
    correct = np.zeros(len(asked), dtype=bool)
    if covered.any():
        some = np.flatnonzero(covered)
        left_out: list[tuple[int, ...]] = [()] * len(some)
        if exclude_inputs:
            left_out = [
                tuple(spelling for row in three for spelling in variants.get(row, [row]))
                for three in rows[some, :3].tolist()
            ]
        found, cosine[some] = _answer(keyed, rows[some, :3], left_out, restrict_vocab)
        words = np.array([keyed.index_to_key[row] if row >= 0 else None for row in found], dtype=object)
        answer[some] = words
        given = [word.upper() if case == "ignore" and word is not None else word for word in words]
        correct[some] = [word == expected for word, expected in zip(given, written[some, 3], strict=True)]
    answered = asked.assign(covered=covered, answer=answer, cosine=cosine, correct=correct)
    answered.attrs = {
        **asked.attrs,
        "model": name_of(keyed),
        "exclude_inputs": exclude_inputs,
        "restrict_vocab": restrict_vocab,
        "method": method,
        "case": case,
    }
    return answered


def evaluate_analogies(
    vectors: KeyedVectors | Mapping[str, Any],
    questions: Any,
    *,
    exclude_inputs: bool = True,
    missing: Missing = "skip",
    restrict_vocab: int | None = None,
    method: Method = "3CosAdd",
    case: Case = "ignore",
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
    method
        ``"3CosAdd"``: the word with the largest cosine to b - a + c, each vector at length 1.
    case
        ``"ignore"``, as gensim does: *Athens* is the first word of the vocabulary that is spelt so in any case
        (*athens* in a lower-case one), an answer that differs from the expected one in case only is right, and
        with the inputs their other spellings are left out. ``"exact"`` takes words as written; a lower-case
        vocabulary then knows no names.
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
    space".

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

    _check_choice("missing", missing, get_args(Missing))
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is a share between 0 and 1, such as 0.95; it is {confidence}.")
    if n_bootstrap < 0:
        raise ValueError(f"n_bootstrap is a number of resamples; it is {n_bootstrap} and must be 0 or more.")
    if isinstance(questions, pd.DataFrame) and {"covered", "correct", "answer"} <= set(questions.columns):
        answered = questions.reset_index(drop=True)
        answered.attrs = dict(questions.attrs)
    else:
        answered = answer_analogies(
            vectors,
            questions,
            exclude_inputs=exclude_inputs,
            restrict_vocab=restrict_vocab,
            method=method,
            case=case,
        )
    if by not in answered.columns:
        raise ValueError(f"There is no column {by!r} to put questions together by; there are {_listed(answered)}.")
    counted = answered["covered"].to_numpy(dtype=bool) | (missing == "wrong")
    correct = answered["correct"].to_numpy(dtype=bool)
    groups = [(str(name), np.asarray(rows)) for name, rows in answered.groupby(by, sort=False).indices.items()]
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


def _sums(unit: _Array, three: _Array) -> tuple[_Array, _Array]:
    """b - a + c for each question, and its length (0 where the three cancel out).

    Parameters
    ----------
    unit
        Vectors at length 1, shape (m, d).
    three
        Rows of a, b and c, shape (n, 3).

    Returns
    -------
    sums of shape (n, d), lengths of shape (n,)
    """
    a, b, c = (unit[three[:, i]] for i in range(3))
    sums = b - a + c
    lengths = np.sqrt(np.einsum("nd,nd->n", sums, sums))
    lengths[lengths < _NOTHING] = 0
    return sums, lengths


def _answer(
    keyed: KeyedVectors, three: _Array, left_out: Sequence[Sequence[int]], restrict_vocab: int | None
) -> tuple[_Array, _Array]:
    """The row of the best answer to each question (-1 if there is none) and its cosine.

    The questions are many and their words few: Google's 19,544 ask with some 900. So the product with the
    vocabulary is taken once a word, in pieces that stay in the cache, and the scores of a question are the sum of
    three rows of that table. Only the largest of each block is kept, and the blocks that can hold the best are
    looked at again in double precision.

    Parameters
    ----------
    three
        Rows of a, b and c, shape (n, 3).
    left_out
        For each question the rows that are no answer.
    """
    distinct, spread = np.unique(three, return_inverse=True)
    if len(distinct) > _MOST_WORDS and len(three) > 1:  # the table of so many words would be large
        half = len(three) // 2
        parts = [
            _answer(keyed, three[part], left_out[part], restrict_vocab) for part in (slice(half), slice(half, None))
        ]
        answers, cosines = (np.concatenate(both) for both in zip(*parts, strict=True))
        return answers, cosines
    vectors, norms = rows_and_lengths(keyed, restrict_vocab)
    unit = _unit_vectors(keyed, distinct)
    questions = spread.reshape(-1, 3)
    sums, lengths = _sums(unit, questions)

    order = np.lexsort((questions[:, 2], questions[:, 1], questions[:, 0]))  # questions that share a and b together
    a, b, c = questions[order].T
    starts = np.flatnonzero(np.append(True, (np.diff(a) != 0) | (np.diff(b) != 0)))
    groups = list(zip(starts, np.append(starts[1:], len(order)), strict=True))
    no_asker = np.repeat(np.arange(len(order)), [len(left_out[i]) for i in order])
    no_row = np.array([row for i in order for row in left_out[i]], dtype=np.int64)
    empty = np.flatnonzero(norms == 0)
    scale = np.divide(1, norms, out=np.zeros_like(norms), where=norms > 0)[:, None]

    n_blocks = -(-len(vectors) // _BLOCK)
    largest = np.full((len(order), n_blocks), -np.inf, dtype=np.float32)
    single = unit.astype(np.float32)
    room = np.empty(max(last - first for first, last in groups) * (_CHUNK + _BLOCK), dtype=np.float32)
    for start in range(0, len(vectors), _CHUNK):
        piece = slice(start, min(start + _CHUNK, len(vectors)))
        n = piece.stop - start
        filled = -(-n // _BLOCK) * _BLOCK
        table = np.zeros((len(distinct), filled), dtype=np.float32)
        np.matmul(single, (vectors[piece] * scale[piece]).T, out=table[:, :n])
        nothing = np.append(empty[(empty >= start) & (empty < piece.stop)] - start, np.arange(n, filled))
        here = (no_row >= start) & (no_row < piece.stop)
        askers, no = no_asker[here], no_row[here] - start
        ends = np.searchsorted(askers, np.append(starts, len(order)))
        blocks = slice(start // _BLOCK, start // _BLOCK + filled // _BLOCK)
        for i, (first, last) in enumerate(groups):
            scores = room[: (last - first) * filled].reshape(last - first, filled)
            np.take(table, c[first:last], axis=0, out=scores, mode="clip")
            scores += table[b[first]] - table[a[first]]
            scores[askers[ends[i] : ends[i + 1]] - first, no[ends[i] : ends[i + 1]]] = -np.inf
            if len(nothing):
                scores[:, nothing] = -np.inf
            scores.reshape(last - first, -1, _BLOCK).max(axis=2, out=largest[first:last, blocks])

    best, cosine = np.full(len(order), -1), np.full(len(order), np.nan)
    askers, rows, scores64 = _finalists(vectors, norms, sums[order], largest)
    if len(no_row):
        lost = np.isin(askers * len(vectors) + rows, no_asker * len(vectors) + no_row)
        askers, rows, scores64 = askers[~lost], rows[~lost], scores64[~lost]
    with np.errstate(divide="ignore", invalid="ignore"):
        scores64 = np.clip(scores64 / lengths[order][askers], -1, 1)
    ranked = np.lexsort((rows, -scores64.round(_DECIMALS), askers))
    first_of = ranked[np.flatnonzero(np.append(True, np.diff(askers[ranked]) != 0))] if len(ranked) else ranked
    first_of = first_of[lengths[order][askers[first_of]] > 0]
    where = order[askers[first_of]]
    best[where], cosine[where] = rows[first_of], scores64[first_of]
    return best, cosine


def _finalists(vectors: _Array, norms: _Array, sums: _Array, largest: _Array) -> tuple[_Array, _Array, _Array]:
    """The few words that can be the best answers: number of the question, row, and score in double precision."""
    # A score is wrong by at most the rounding errors of three products of unit vectors in single precision.
    slack = 4 * (vectors.shape[1] + 8) * float(np.finfo(np.float32).eps)
    enough = largest.max(axis=1).astype(np.float64) - 2 * slack
    questions, blocks = np.nonzero((largest >= enough[:, None]) & np.isfinite(enough)[:, None])
    order = np.argsort(blocks, kind="stable")
    questions, blocks = questions[order], blocks[order]
    parts: list[tuple[_Array, _Array]] = []
    for block in np.unique(blocks):
        asked = questions[np.searchsorted(blocks, block) : np.searchsorted(blocks, block, side="right")]
        start = block * _BLOCK
        piece = vectors[start : start + _BLOCK].astype(np.float64)
        with np.errstate(divide="ignore", invalid="ignore"):
            scores = (sums[asked] @ piece.T) / norms[start : start + _BLOCK]
        number, row = np.nonzero(scores >= enough[asked, None])
        parts.append((asked[number], row + start))
    if not parts:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0)
    asked, rows = (np.concatenate(arrays) for arrays in zip(*parts, strict=True))
    # Summed one by one, so that equal vectors have equal scores: a matrix product does not promise it.
    double = vectors[rows].astype(np.float64)
    exact = (double * sums[asked]).sum(axis=1) / np.sqrt((double * double).sum(axis=1))
    return asked, rows, exact


def _unit_vectors(keyed: KeyedVectors, rows: _Array) -> _Array:
    numbers = np.asarray(keyed.vectors)[rows].astype(np.float64)
    lengths = np.sqrt(np.einsum("nd,nd->n", numbers, numbers))
    wrong = np.flatnonzero(~np.isfinite(lengths) | (lengths == 0))
    if len(wrong):
        word = keyed.index_to_key[int(rows[wrong[0]])]
        holds = "is all zeros: it has no direction" if lengths[wrong[0]] == 0 else "holds NaN or infinity"
        raise ValueError(f'The vector of "{word}" {holds}; no analogy can be asked with it.')
    result: _Array = numbers / lengths[:, None]
    return result


def _vocabulary(keyed: KeyedVectors, n: int | None, case: str) -> tuple[dict[str, int], dict[int, list[int]]]:
    """The row of each word that is known, and for a row those of all spellings of its word, if there are several."""
    words: Any = keyed.index_to_key[:n]
    if case == "exact":
        return {word: i for i, word in enumerate(words)}, {}
    first: dict[str, int] = {}
    variants: dict[int, list[int]] = {}
    for i, word in enumerate(words):
        row = first.setdefault(word.upper(), i)
        if row != i:
            variants.setdefault(row, [row]).append(i)
    return first, variants


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
    """The questions as a DataFrame with section, a, b, c and expected; else a sentence says what is off."""
    import pandas as pd

    if isinstance(questions, pd.DataFrame):
        lacking = [column for column in _WORDS if column not in questions.columns]
        if lacking:
            raise ValueError(
                f"The questions lack the column{'s' * (len(lacking) > 1)} {', '.join(lacking)}; there are "
                f"{_listed(questions)}. Needed are a, b, c and expected: a is to b as c is to expected."
            )
        table = questions.reset_index(drop=True)
    else:
        if isinstance(questions, (str, bytes, Mapping)) or not isinstance(questions, Sequence):
            raise TypeError(
                f"Questions are a DataFrame with the columns a, b, c and expected, or a list of four words each; this "
                f"is of type {type(questions).__name__}."
            )
        for i, row in enumerate(questions):
            if isinstance(row, str) or not isinstance(row, Sequence) or len(row) != 4:
                raise ValueError(f"Question {i} is {row!r}; four words are needed, a, b, c and the answer expected.")
        table = pd.DataFrame([tuple(row) for row in questions], columns=list(_WORDS))
    if table.empty:
        raise ValueError("There are no questions.")
    for column in _WORDS:
        for i, word in enumerate(table[column]):
            if not isinstance(word, str) or not word:
                raise ValueError(f"Question {i} has {word!r} for {column}; a word is needed.")
    if "section" not in table.columns:
        table.insert(0, "section", "all")
    table.attrs = dict(questions.attrs) if isinstance(questions, pd.DataFrame) else {}
    return table


def _check_choice(name: str, given: str, choices: tuple[str, ...]) -> None:
    if given not in choices:
        raise ValueError(f"{name} is {given!r}; it can be {', '.join(repr(choice) for choice in choices)}.")


def _listed(table: Iterable[Any]) -> str:
    return ", ".join(str(column) for column in table)
