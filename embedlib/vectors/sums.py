"""The best answer to "a is to b as c is to which row?", for many questions about the rows of one matrix at once.

By 3CosAdd it is the row nearest to ``b - a + c``. For one question that is
:func:`~embedlib.vectors.search.nearest` of the sum; here the same answers come sooner, by three steps:

1. The questions are many, and what they are made of is little: Google's 19,544 have some 570 different pairs (a, b)
   and 570 different c. The products with the matrix are taken once a pair and once a c, in pieces that stay in the
   cache, and the score of a row is the sum of two numbers.
2. Most rows cannot win, and are not scored at all. The best among the questions' own words is found first. Pairs that
   point alike are put together, and of such a group only the largest product with a row is taken: where this and c's
   product together fall short of the best so far, the row is out for all questions of the group at once.
3. What is left is scored in single precision, and what comes within its rounding errors of the best in double.

The other rules are answered in the same way, from other products.
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
_MOST_PAIRS = 1024  # pairs, and words c, of which products are held: with _CHUNK columns 32 MiB
_CHUNK = 4096  # rows of the matrix multiplied at a time
_SEEDS = 256  # the first rows, among which, and the questions' own, the best is looked for first,
_MOST_SEEDS = 1500  # so many of them at most
_TOGETHER = 28  # pairs in a group, on average
_MOST_SCORED = 1 << 22  # scores held at once: 16 MiB
_NEAR = np.float32(0.01)  # more than PairDirection's terms are wrong by: where x is close to c, the root of a rounding
_LEAST = 0.01  # 3CosMul's factors are taken to be so large at least while rows are sorted out
_SUMS = {"3CosAdd": (-1, 1, 1), "b + c": (0, 1, 1), "nearest to b": (0, 1, 0), "nearest to c": (0, 0, 1)}


class _Asked(NamedTuple):
    """Questions: the rule, the distinct words at length 1 and their rows, and a, b and c as numbers of these."""

    rule: str
    unit: _Array
    rows: _Array
    words: _Array


class _Group(NamedTuple):
    """Questions of pairs that point alike: which pairs and which c, and for each two the question, -1 if none."""

    pairs: slice
    c: _Array
    asker: _Array
    begin: _Array | None  # of PairDirection: the product of each offset, at length 1, with c


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
        N vectors and their lengths, shapes (N, d) and (N,).
    three
        The rows of a, b and c, shape (n, 3).
    left_out
        For each question the rows that are no answer.
    names
        What error messages call the rows.
    rule
        3CosAdd: the largest cosine to b - a + c. 3CosMul: the largest cos(x, b) · cos(x, c) / (cos(x, a) + 0.001),
        each cosine moved to between 0 and 1. PairDirection: the largest cosine of x - c to b - a. The others leave
        out a, or all but one word.

    Returns
    -------
    (rows, scores)
        Each of shape (n,); -1 and NaN where there is no answer, as where the three cancel out.
    """
    asked = _ask(vectors, three, names, rule)
    no_asker = np.repeat(np.arange(len(three)), [len(some) for some in left_out])
    no_row = np.array([row for some in left_out for row in some], dtype=np.int64)
    barred = np.sort(no_asker * len(vectors) + no_row)
    best, score = np.full(len(three), -1), np.full(len(three), np.nan)
    for part in _parts(asked):
        found = _candidates(vectors, norms, asked, part, barred)
        best[part], score[part] = (some[part] for some in _first(*found, len(three)))
    return best, score


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
    askers = np.repeat(np.arange(len(three)), [len(rows) + 1 for rows in also])
    rows = np.array([row for first, others in zip(best, also, strict=True) for row in (first, *others)])
    there = (rows >= 0) & (norms[rows] > 0)
    askers, rows = askers[there], rows[there]
    return _first(askers, rows, _exact(vectors, _ask(vectors, three, names, rule), askers, rows), len(three))


def _ask(vectors: _Array, three: _Array, names: Sequence[str], rule: str) -> _Asked:
    distinct, spread = np.unique(three, return_inverse=True)
    unit = unit_rows(vectors[distinct], lambda i: f'The vector of "{names[distinct[i]]}"')
    return _Asked(rule, unit, distinct, spread.reshape(-1, 3))


def _parts(asked: _Asked) -> list[_Array]:
    """The questions in parts that hold few enough pairs and words c."""
    _, pair = np.unique(asked.words[:, :2], axis=0, return_inverse=True)
    c = asked.words[:, 2]
    parts = []
    for some in _few(np.arange(len(c)), pair.ravel()):
        parts += _few(some, np.unique(c[some], return_inverse=True)[1])
    return parts


def _few(questions: _Array, number: _Array) -> list[_Array]:
    return [questions[number // _MOST_PAIRS == i] for i in range(int(number.max()) // _MOST_PAIRS + 1)]


def _candidates(
    vectors: _Array, norms: _Array, asked: _Asked, part: _Array, barred: _Array
) -> tuple[_Array, _Array, _Array]:
    """The few rows that can be the best answers: number of the question, row, and score in double precision."""
    pairs, c, groups = _grouped(asked, part)
    scale = np.divide(1, norms, out=np.zeros_like(norms), where=norms > 0)[:, None]

    def products(rows: Any) -> tuple[_Array, _Array]:
        return _products(asked, pairs, c, (vectors[rows] * scale[rows]).astype(np.float32, copy=False))

    least = np.full(len(asked.words), -np.inf)
    seeds = np.union1d(np.flatnonzero(norms[:_SEEDS]), asked.rows)[:_MOST_SEEDS]
    no_asker, no_row = np.divmod(barred, len(vectors))
    no_seed = np.minimum(np.searchsorted(seeds, no_row), len(seeds) - 1)
    no_asker, no_seed = (some[seeds[no_seed] == no_row] for some in (no_asker, no_seed))
    place = np.empty(len(asked.words), dtype=np.int64)
    of_pairs, of_c = products(seeds)
    for group in groups:
        at, column = np.nonzero(group.asker >= 0)
        for some in np.array_split(np.arange(len(at)), -(-len(at) * len(seeds) // _MOST_SCORED)):
            askers = group.asker[at[some], column[some]]
            scores = of_pairs[group.pairs][at[some]]
            of_some = of_c[group.c[column[some]]]
            if group.begin is None:
                scores += of_some
            else:
                scores = (scores - group.begin[at[some], column[some], None]) / np.maximum(of_some, 0.1)
            place[:] = -1
            place[askers] = np.arange(len(askers))
            here = place[no_asker] >= 0
            scores[place[no_asker[here]], no_seed[here]] = -np.inf
            there = np.flatnonzero(np.isfinite(scores).any(axis=1))
            _raise(least, vectors, asked, askers[there], seeds[scores[there].argmax(axis=1)])
    if asked.rule != "3CosMul":
        least[part[_length(_target(asked, part)) < NOTHING]] = np.inf  # the words cancel out: nothing can win

    found: list[tuple[_Array, _Array, _Array]] = []
    for start in range(0, len(vectors), _CHUNK):
        of_pairs, of_c = products(slice(start, start + _CHUNK))
        for group in groups:
            for askers, columns, scores in _left(group, of_pairs[group.pairs], of_c, least):
                found.append((askers, columns + start, scores))
    askers, rows, scores = (np.concatenate(some) for some in zip(*found, strict=True))
    keep = (norms[rows] > 0) & ~_is_in(askers * len(vectors) + rows, barred)
    askers, rows, scores = askers[keep], rows[keep], scores[keep]
    ranked = np.lexsort((-scores, askers))
    leader = ranked[np.append(True, np.diff(askers[ranked]) != 0)[: len(ranked)]]
    _raise(least, vectors, asked, askers[leader], rows[leader])
    keep = scores >= least[askers]
    askers, rows = askers[keep], rows[keep]
    return askers, rows, _exact(vectors, asked, askers, rows)


def _raise(least: _Array, vectors: _Array, asked: _Asked, askers: _Array, rows: _Array) -> None:
    """Set what a row has to reach in single precision, now that these rows are known, one a question."""
    scores = _exact(vectors, asked, askers, rows)
    with np.errstate(divide="ignore"):
        if asked.rule == "3CosMul":
            scores = np.log(scores)
        elif asked.rule != "PairDirection":
            scores *= _length(_target(asked, askers))
    least[askers] = np.fmax(least[askers], scores - _slack(asked.rule, vectors.shape[1]))


def _grouped(asked: _Asked, part: _Array) -> tuple[_Array, _Array, list[_Group]]:
    """The distinct pairs, those that point alike side by side; the distinct c; and the groups of questions."""
    words = asked.words[part]
    pairs, pair = np.unique(words[:, :2], axis=0, return_inverse=True)
    c, which = np.unique(words[:, 2], return_inverse=True)
    alike = _alike(_offsets(asked, pairs), -(-len(pairs) // _TOGETHER))
    order = np.argsort(alike, kind="stable")
    pair, alike = np.argsort(order)[pair.ravel()], alike[order]
    groups = []
    waiting = np.arange(len(part))
    while len(waiting):  # a question that is asked twice waits for the next round
        now = waiting[np.unique(pair[waiting] * len(c) + which[waiting], return_index=True)[1]]
        waiting = np.setdiff1d(waiting, now)
        for label in np.unique(alike[pair[now]]):
            first, last = np.searchsorted(alike, [label, label + 1])
            members = now[(pair[now] >= first) & (pair[now] < last)]
            columns = np.unique(which[members])
            at = pair[members] - first, np.searchsorted(columns, which[members])
            asker = np.full((last - first, len(columns)), -1)
            asker[at] = part[members]
            begin = None
            if asked.rule == "PairDirection":
                offset = _offsets(asked, pairs[order][pair[members]])
                begin = np.full(asker.shape, np.inf, dtype=np.float32)
                begin[at] = (offset * asked.unit[words[members, 2]]).sum(axis=1)
            groups.append(_Group(slice(first, last), columns, asker, begin))
    return pairs[order], c, groups


def _offsets(asked: _Asked, pairs: _Array) -> _Array:
    """What the questions of each pair (a, b) add to c."""
    uses = _SUMS.get(asked.rule, (-1, 1, 1))
    offsets: _Array = uses[1] * asked.unit[pairs[:, 1]] + uses[0] * asked.unit[pairs[:, 0]]
    if asked.rule == "PairDirection":
        offsets = offsets / np.maximum(_length(offsets), NOTHING)[:, None]
    return offsets


def _alike(offsets: _Array, n_groups: int, rounds: int = 6) -> _Array:
    """Put offsets that point alike into groups: k-means by cosine; shape (n,), the number of each one's group."""
    lengths = np.sqrt(np.einsum("nd,nd->n", offsets, offsets))[:, None]
    unit = offsets / np.maximum(lengths, NOTHING)
    centres = unit[np.linspace(0, len(unit) - 1, n_groups).astype(int)]
    for _ in range(rounds):
        member = np.eye(n_groups)[(unit @ centres.T).argmax(axis=1)]
        sums = member.T @ unit
        lengths = np.sqrt(np.einsum("nd,nd->n", sums, sums))[:, None]
        centres = np.where(lengths > NOTHING, sums / np.maximum(lengths, NOTHING), centres)
    labels: _Array = (unit @ centres.T).argmax(axis=1)
    return labels


def _products(asked: _Asked, pairs: _Array, c: _Array, x: _Array) -> tuple[_Array, _Array]:
    """What each row x has from each pair and from each c, shapes (pairs, n) and (words c, n)."""
    unit = asked.unit.astype(np.float32)
    of_c = unit[c] @ x.T
    if asked.rule == "3CosMul":  # a product of three is a sum of their logarithms
        used, where = np.unique(pairs, return_inverse=True)
        a, b = where.reshape(-1, 2).T
        shifted = (1 + unit[used] @ x.T) / 2
        up, down = np.log(np.maximum(shifted, _LEAST)), np.log(np.maximum(shifted, 0) + np.float32(EPSILON))
        return up[b] - down[a], np.log(np.maximum((1 + of_c) / 2, _LEAST))
    if asked.rule == "PairDirection":  # the distance from c
        of_c = np.sqrt(np.maximum(2 - 2 * of_c, 0))
    elif asked.rule == "nearest to b":
        of_c[:] = 0
    return _offsets(asked, pairs).astype(np.float32) @ x.T, of_c


def _left(group: _Group, of_pairs: _Array, of_c: _Array, least: _Array) -> list[tuple[_Array, _Array, _Array]]:
    """The rows of a piece that can reach the least score: number of the question, column, and score."""
    needed = np.where(group.asker >= 0, least[group.asker], np.inf).astype(np.float32)
    needed = np.nextafter(needed, np.float32(-np.inf))  # rounding it to single precision may have raised it
    lowest, best_pair = needed.min(axis=0)[:, None], of_pairs.max(axis=0)
    by_c = of_c[group.c]
    if group.begin is None:
        by_c += best_pair
        reach = by_c >= lowest
    else:
        with np.errstate(invalid="ignore", over="ignore"):
            by_c *= lowest
        reach = by_c + (group.begin.min(axis=0)[:, None] - _NEAR) <= best_pair
    cells = np.flatnonzero(reach)
    parts = []
    for some in np.array_split(cells, max(1, -(-len(cells) * len(of_pairs) // _MOST_SCORED))):
        number, column = np.divmod(some, reach.shape[1])
        scores = np.take(of_pairs, column, axis=1)
        if group.begin is None:
            scores += of_c[group.c[number], column]
        else:
            scores += _NEAR - np.take(group.begin, number, axis=1)
            scores /= np.maximum(of_c[group.c[number], column], np.float32(1e-4))
        pair, at = np.divmod(np.flatnonzero(scores >= np.take(needed, number, axis=1)), max(len(some), 1))
        parts.append((group.asker[pair, number[at]], column[at], scores[pair, at]))
    return parts


def _slack(rule: str, width: int) -> float:
    """How far a score in single precision can fall short of the true one."""
    rounding = (width + 8) * float(np.finfo(np.float32).eps)  # of a product of unit vectors
    if rule == "3CosMul":
        return rounding * (1 / _LEAST + 1 / (2 * EPSILON))
    return 8 * rounding


def _is_in(codes: _Array, sorted_codes: _Array) -> _Array:
    """Which of the codes are among some that are sorted."""
    if not len(sorted_codes):
        return np.zeros(codes.shape, dtype=bool)
    place = np.minimum(np.searchsorted(sorted_codes, codes), len(sorted_codes) - 1)
    return np.asarray(sorted_codes[place] == codes)


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
        both = lengths * _length(target)
        both[(lengths < NOTHING) | (_length(target) < NOTHING)] = np.nan
        return np.asarray(np.clip((x * target).sum(axis=1) / both, -1, 1))


def _target(asked: _Asked, askers: _Array) -> _Array:
    """What each question looks for: b - a + c, or what its rule has in its place."""
    uses = _SUMS.get(asked.rule, (-1, 1, 0))
    a, b, c = (asked.unit[some] for some in asked.words[askers].T)
    return np.asarray(uses[1] * b + uses[0] * a + uses[2] * c)


def _length(rows: _Array) -> _Array:
    return np.asarray(np.sqrt((rows * rows).sum(axis=1)))
