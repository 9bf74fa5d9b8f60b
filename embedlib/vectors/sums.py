"""The best answer to "a is to b as c is to which row?", for many questions about the rows of one matrix at once.

By 3CosAdd it is the row nearest to ``b - a + c``. For one question that is
:func:`~embedlib.vectors.search.nearest` of the sum; for many the same answers come sooner:

1. The questions are many, and what they are made of is little: Google's 19,544 have some 570 different pairs (a, b)
   and 570 different c. Products with the matrix are taken once a pair and once a c, in pieces that stay in the cache;
   the score of a row is the sum of two numbers.
2. Most rows cannot win, and are not scored at all. The questions' own words are scored first, since the answer is
   mostly one of them. Then pairs that stand together in an exam, and so point alike, make a group: where even the
   largest product of the group and c's together fall short of the best so far, the row is out for all of them.
3. This is done in single precision. What comes within its rounding errors of the best is scored in double.

3CosMul multiplies the two numbers. PairDirection's score is no such pair of numbers, so all rows are scored.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, NamedTuple, get_args

import numpy as np

from embedlib.vectors.rows import unit_rows
from embedlib.vectors.search import DECIMALS

__all__ = ["EPSILON", "NOTHING", "RULES", "Rule", "nearest_to_sums", "or_one_of"]

_Array = np.ndarray[Any, np.dtype[Any]]
Rule = Literal["3CosAdd", "3CosMul", "PairDirection", "b + c", "nearest to b", "nearest to c"]
RULES: tuple[str, ...] = get_args(Rule)

NOTHING = 1e-6  # a sum of three vectors shorter than this is made of the rounding errors of single precision
EPSILON = 0.001  # what 3CosMul adds to the divisor
_TOO_NEAR = 1e-3  # to a row as near to c as this PairDirection has no direction
_CHUNK = 4096  # rows of the matrix multiplied at a time
_TOGETHER = 28  # pairs in a group
_MOST_PRODUCTS = 2048  # pairs and words c of which products are held: with _CHUNK rows 32 MiB in single precision
_MOST_SCORED = 1 << 22  # scores held at once: 16 MiB
_TIMES = {"3CosAdd": (-1, 1, 1), "b + c": (0, 1, 1), "nearest to b": (0, 1, 0), "nearest to c": (0, 0, 1)}


class _Asked(NamedTuple):
    """Questions: the rule; the distinct words at length 1; a, b and c as numbers of these; the distinct pairs and c."""

    rule: str
    unit: _Array
    words: _Array
    pairs: _Array
    c: _Array


class _Group(NamedTuple):
    """Questions of neighbouring pairs: their numbers, pairs and c, and for each question which of these are its own."""

    questions: _Array
    pairs: slice
    c: _Array
    of_pair: _Array
    of_c: _Array


def nearest_to_sums(
    vectors: _Array,
    norms: _Array,
    three: _Array,
    left_out: Sequence[Sequence[int]],
    names: Sequence[str],
    rule: Rule = "3CosAdd",
) -> tuple[_Array, _Array]:
    """The best answer to each question by one of the rules, each vector at length 1.

    Parameters
    ----------
    vectors, norms
        N vectors and their lengths, shapes (N, d) and (N,). Rows of length 0 are no answer.
    three
        The rows of a, b and c, shape (n, 3).
    left_out
        For each question the rows that are no answer; for one that is asked twice, the same.
    names
        What error messages call the rows.
    rule
        3CosAdd: the largest cosine to b - a + c. 3CosMul: the largest cos(x, b) · cos(x, c) / (cos(x, a) + 0.001),
        each cosine moved to between 0 and 1. PairDirection: the largest cosine of x - c to b - a, of the rows
        further than 0.001 from c. The others leave out a, or all but one word.

    Returns
    -------
    (rows, scores)
        Each of shape (n,); -1 and NaN where there is no answer, as where the three cancel out.

    Raises
    ------
    ValueError
        If the vector of a question's word is zero, NaN or infinite.

    Notes
    -----
    3CosAdd: Mikolov, T., Yih, W. and Zweig, G. (2013), "Linguistic regularities in continuous space word
    representations". 3CosMul and PairDirection: Levy, O. and Goldberg, Y. (2014), "Linguistic regularities in sparse
    and explicit word representations", equations 2 to 4.
    """
    asked, once, again = _ask(vectors, three, names, rule)
    if len(asked.pairs) + len(asked.c) > _MOST_PRODUCTS and len(once) > 1:
        parts = [
            nearest_to_sums(vectors, norms, three[some], [left_out[i] for i in some], names, rule)
            for some in np.array_split(once, 2)
        ]
        rows, scores = (np.concatenate(both) for both in zip(*parts, strict=True))
        return rows[again], scores[again]
    barred = [left_out[i] for i in once]
    mentioned = np.zeros(len(vectors), dtype=bool)
    for some in (three.ravel(), *barred):
        mentioned[np.asarray(some, dtype=np.int64)] = True
    own, others = (np.flatnonzero(some & (norms > 0)) for some in (mentioned, ~mentioned))
    least = np.where(_cancelled(asked), np.inf, -np.inf)  # what a row has to reach
    found = []
    groups = _groups(asked)
    for rows in filter(len, (own, *np.split(others, range(_CHUNK, len(others), _CHUNK)))):
        products = _products(asked, vectors[rows])
        for group in groups:
            if rows is own:
                reached = _score_all(asked, group, products, least, own, barred)
            elif rule == "PairDirection":
                reached = _score_all(asked, group, products, least)
            else:
                reached = _score_few(asked, group, products, least)
            found += [(questions, rows[columns], scores) for questions, columns, scores in reached]
    questions, rows, scores = (np.concatenate(some) for some in zip(*found, strict=True))
    keep = scores >= least[questions]
    questions, rows = questions[keep], rows[keep]
    best, score = _first(questions, rows, _exact(vectors, asked, questions, rows), len(once))
    return best[again], score[again]


def or_one_of(
    vectors: _Array,
    norms: _Array,
    three: _Array,
    best: _Array,
    also: Sequence[Sequence[int]],
    names: Sequence[str],
    rule: Rule = "3CosAdd",
) -> tuple[_Array, _Array]:
    """The better of an answer (-1: there is none) and some other rows, for each question; as nearest_to_sums."""
    asked, _, again = _ask(vectors, three, names, rule)
    askers = np.repeat(np.arange(len(three)), [len(rows) + 1 for rows in also])
    rows = np.array([row for first, others in zip(best, also, strict=True) for row in (first, *others)])
    there = (rows >= 0) & (norms[rows] > 0)
    askers, rows = askers[there], rows[there]
    return _first(askers, rows, _exact(vectors, asked, again[askers], rows), len(three))


def _ask(vectors: _Array, three: _Array, names: Sequence[str], rule: str) -> tuple[_Asked, _Array, _Array]:
    """The questions, each once, in their order; where each stands first; and which of them each question is."""
    _, once, again = np.unique(three, axis=0, return_index=True, return_inverse=True)
    order = np.argsort(once)
    once, again = once[order], np.argsort(order)[again.ravel()]
    distinct, spread = np.unique(three[once], return_inverse=True)
    unit = unit_rows(vectors[distinct], lambda i: f'The vector of "{names[distinct[i]]}"')
    words = spread.reshape(-1, 3)
    pairs, seen = np.unique(words[:, :2], axis=0, return_index=True)
    return _Asked(rule, unit, words, pairs[np.argsort(seen)], np.unique(words[:, 2])), once, again


def _groups(asked: _Asked) -> list[_Group]:
    number = {pair: i for i, pair in enumerate(map(tuple, asked.pairs.tolist()))}
    pair = np.array([number[a, b] for a, b, _ in asked.words.tolist()])
    c = np.searchsorted(asked.c, asked.words[:, 2])
    groups = []
    for start in range(0, len(asked.pairs), _TOGETHER):
        questions = np.flatnonzero(pair // _TOGETHER == start // _TOGETHER)
        some, of_c = np.unique(c[questions], return_inverse=True)
        groups.append(_Group(questions, slice(start, start + _TOGETHER), some, pair[questions] - start, of_c))
    return groups


def _products(asked: _Asked, x: _Array) -> tuple[_Array, _Array]:
    """What each row x has from each pair and from each c, shapes (pairs, n) and (words c, n)."""
    kind = np.float32 if asked.rule in _TIMES else np.float64
    x = x.astype(kind)
    x /= _length(x)[:, None]
    a, b, c = (asked.unit[some] for some in (*asked.pairs.T, asked.c))
    if asked.rule == "3CosMul":
        return (1 + b @ x.T) / (1 + a @ x.T + 2 * EPSILON), (1 + c @ x.T) / 2
    if asked.rule == "PairDirection":
        away = np.sqrt(np.maximum(2 - 2 * (c @ x.T), 0))
        return (b - a) @ x.T, np.where(away < _TOO_NEAR, np.nan, away)
    times = _TIMES[asked.rule]
    return (times[0] * a + times[1] * b).astype(kind) @ x.T, (times[2] * c).astype(kind) @ x.T


def _score_all(
    asked: _Asked,
    group: _Group,
    products: tuple[_Array, _Array],
    least: _Array,
    own: _Array | None = None,
    barred: Sequence[Sequence[int]] = (),
) -> list[tuple[_Array, _Array, _Array]]:
    """Score all rows of a piece. Those that can be the best so far: number of the question, column, and score."""
    of_pairs, of_c = products[0][group.pairs], products[1][group.c]
    parts = []
    n_parts = -(-len(group.questions) * of_c.shape[1] // _MOST_SCORED)
    for some in np.array_split(np.arange(len(group.questions)), n_parts):
        questions = group.questions[some]
        scores, by_c = of_pairs[group.of_pair[some]], of_c[group.of_c[some]]
        if asked.rule == "PairDirection":
            scores -= (_target(asked, questions) * asked.unit[asked.words[questions, 2]]).sum(axis=1)[:, None]
            scores /= by_c
        else:
            _combine(asked)(scores, by_c, out=scores)
        if own is not None:
            at = np.repeat(np.arange(len(some)), [len(barred[i]) for i in questions])
            rows = np.array([row for i in questions for row in barred[i]], dtype=np.int64)
            at, rows = at[np.isin(rows, own)], rows[np.isin(rows, own)]
            scores[at, np.searchsorted(own, rows)] = np.nan
        least[questions] = np.fmax(least[questions], np.fmax.reduce(scores, axis=1) - _slack(asked))
        at, column = np.nonzero(scores >= least[questions, None])
        parts.append((questions[at], column, scores[at, column]))
    return parts


def _score_few(
    asked: _Asked, group: _Group, products: tuple[_Array, _Array], least: _Array
) -> list[tuple[_Array, _Array, _Array]]:
    """As _score_all, but rows that cannot win are not scored."""
    of_pairs, of_c = products[0][group.pairs], products[1][group.c]
    combine = _combine(asked)
    asker = np.full((len(of_pairs), len(of_c)), -1)
    asker[group.of_pair, group.of_c] = group.questions
    needed = np.where(asker < 0, np.inf, least[asker]).astype(of_c.dtype)
    cells = np.flatnonzero(combine(of_c, of_pairs.max(axis=0)) >= needed.min(axis=0)[:, None])
    parts = []
    for some in np.array_split(cells, -(-len(cells) * len(of_pairs) // _MOST_SCORED) or 1):
        number, column = np.divmod(some, of_c.shape[1])
        scores = combine(np.take(of_pairs, column, axis=1), of_c[number, column])
        pair, at = np.nonzero(scores >= np.take(needed, number, axis=1))
        questions, reached = asker[pair, number[at]], scores[pair, at]
        np.maximum.at(least, questions, reached - _slack(asked))
        parts.append((questions, column[at], reached))
    return parts


def _combine(asked: _Asked) -> np.ufunc:
    return np.multiply if asked.rule == "3CosMul" else np.add


def _slack(asked: _Asked) -> float:
    """How far below the largest score the best row's can lie, by the rounding errors of both."""
    if asked.rule in _TIMES:  # sums of three products of unit vectors, in single precision
        return float(16 * (asked.unit.shape[1] + 8) * np.finfo(np.float32).eps)
    return 1e-7


def _first(askers: _Array, rows: _Array, scores: _Array, n: int) -> tuple[_Array, _Array]:
    """The row with the largest score for each of n questions, of equal ones the first; -1 and NaN if there is none."""
    best, score = np.full(n, -1), np.full(n, np.nan)
    real = np.isfinite(scores)
    askers, rows, scores = askers[real], rows[real], scores[real]
    ranked = np.lexsort((rows, -scores.round(DECIMALS), askers))
    first_of = ranked[np.flatnonzero(np.append(True, np.diff(askers[ranked]) != 0))] if len(ranked) else ranked
    best[askers[first_of]], score[askers[first_of]] = rows[first_of], scores[first_of]
    return best, score


def _exact(vectors: _Array, asked: _Asked, askers: _Array, rows: _Array) -> _Array:
    """The scores in double precision; NaN where the words of a question cancel out."""
    scores = np.empty(len(rows))
    for start in range(0, len(rows), _CHUNK):
        some = slice(start, start + _CHUNK)
        scores[some] = _exactly(vectors[rows[some]].astype(np.float64), asked, askers[some])
    return scores


def _exactly(x: _Array, asked: _Asked, askers: _Array) -> _Array:
    # Summed one by one, so that equal vectors have equal scores: a matrix product does not promise it.
    lengths = _length(x)
    with np.errstate(divide="ignore", invalid="ignore"):
        if asked.rule == "3CosMul":
            words = (asked.unit[some] for some in asked.words[askers].T)
            a, b, c = ((1 + np.clip((x * word).sum(axis=1) / lengths, -1, 1)) / 2 for word in words)
            return np.asarray(b * c / (a + EPSILON))
        target = _target(asked, askers)
        if asked.rule == "PairDirection":
            x = x / lengths[:, None] - asked.unit[asked.words[askers, 2]]
            lengths = _length(x)
            target[lengths < _TOO_NEAR] = 0
        sought = _length(target)
        sought[sought < NOTHING] = np.nan
        return np.asarray(np.clip((x * target).sum(axis=1) / (lengths * sought), -1, 1))


def _target(asked: _Asked, askers: _Array) -> _Array:
    """What each question looks for: b - a + c, or what its rule has in its place."""
    times = _TIMES.get(asked.rule, (-1, 1, 0))
    a, b, c = (asked.unit[some] for some in asked.words[askers].T)
    return np.asarray(times[0] * a + times[1] * b + times[2] * c)


def _cancelled(asked: _Asked) -> _Array:
    """Which questions look for nothing, their words having cancelled one another out."""
    if asked.rule == "3CosMul":
        return np.zeros(len(asked.words), dtype=bool)
    return np.asarray(_length(_target(asked, np.arange(len(asked.words)))) < NOTHING)


def _length(rows: _Array) -> _Array:
    return np.asarray(np.sqrt((rows * rows).sum(axis=1)))
