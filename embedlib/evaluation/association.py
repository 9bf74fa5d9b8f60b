"""WEAT, the word embedding association test: is one group of words nearer to this quality, another to that?

Flowers and insects, pleasant and unpleasant: the test says how far the two groups of targets differ in what they are
nearer to, as an effect size, and how often words dealt to the groups at random would differ as much.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

from embedlib import _check
from embedlib.words.load import as_keyed_vectors, as_spelt, name_of, unit_vectors, word_index

if TYPE_CHECKING:
    from gensim.models.keyedvectors import KeyedVectors

__all__ = ["Association", "association_test", "leanings"]

_Array = np.ndarray[Any, np.dtype[Any]]

_FEWEST = 2  # words a list
_DECIMALS = 12  # sums that agree this far are equal, whatever a machine makes of their last bits


@dataclass(frozen=True)
class Association:
    """What :func:`association_test` found.

    Attributes
    ----------
    effect
        d: how many standard deviations the two groups of targets lie apart, between -2 and 2. Positive if X leans
        towards A and Y towards B.
    p
        Share of all ways of dealing the targets to two groups of these sizes that differ at least as much in this
        direction.
    exact, n_permutations
        Whether all ways were tried, and how many were.
    leanings
        For each target, its mean cosine with A less that with B.
    missing
        Words that the vectors lack; they were left out.
    sizes
        Words used of X, Y, A and B.
    """

    effect: float
    p: float
    exact: bool
    n_permutations: int
    leanings: Mapping[str, float] = field(repr=False)
    missing: tuple[str, ...]
    sizes: tuple[int, int, int, int]


def association_test(
    vectors: KeyedVectors | Mapping[str, Any],
    x: Sequence[str],
    y: Sequence[str],
    a: Sequence[str],
    b: Sequence[str],
    n_permutations: int = 100_000,
    seed: int = 0,
) -> Association:
    """Do the words of x lean more towards a, and less towards b, than the words of y do?

    With s(w) = mean cosine of w with a, less its mean cosine with b,

        d = (mean of s over x - mean of s over y) / (standard deviation of s over both)

    Parameters
    ----------
    vectors
        ``KeyedVectors``, or a dictionary of word to vector. A word is looked up as written, else in lower case.
    x, y
        Targets, such as flowers and insects.
    a, b
        Attributes, such as pleasant and unpleasant words.
    n_permutations
        If the targets can be dealt to two groups in no more ways than this, all are tried and p is exact; else so
        many random ones are, and the dealing at hand is counted with them, so that p is never 0.
    seed
        Of the random dealings.

    Returns
    -------
    Association

    Raises
    ------
    TypeError, ValueError
        If a list is a string, holds fewer than two words with vectors, shares a word with its counterpart, or all
        targets lean alike.

    Notes
    -----
    Caliskan, A., Bryson, J. J. and Narayanan, A. (2017), "Semantics derived automatically from language corpora
    contain human-like biases". The standard deviation is that of a population (divided by n), which keeps d
    between -2 and 2 for groups of equal size.

    Examples
    --------
    >>> toy = {"rose": [1, 0], "lily": [0.9, 0.1], "wasp": [0, 1], "flea": [0.1, 0.9],
    ...        "love": [1, 0.1], "gift": [1, 0.2], "evil": [0.1, 1], "pain": [0.2, 1]}
    >>> found = association_test(toy, ["rose", "lily"], ["wasp", "flea"], ["love", "gift"], ["evil", "pain"])
    >>> round(found.effect, 2), round(found.p, 3), found.n_permutations
    (2.0, 0.167, 6)
    """
    _check.whole("n_permutations", n_permutations)
    _check.whole("seed", seed, least=0)
    keyed = as_keyed_vectors(vectors)
    groups, missing = [], []
    for name, words in (("x", x), ("y", y), ("a", a), ("b", b)):
        found, absent = _known(keyed, name, words)
        groups.append(found)
        missing += absent
    for first, second, names in ((0, 1, "x and y"), (2, 3, "a and b")):
        both = set(groups[first]) & set(groups[second])
        if both:
            raise ValueError(f'"{min(both)}" stands in {names}; a word can be on one side only.')
    s = _leanings(keyed, groups[0] + groups[1], groups[2], groups[3])
    n = len(groups[0])
    spread = float(s.std())
    if spread < 1e-12:
        raise ValueError("All targets lean alike: there is no difference to measure.")
    p, exact, tried = _p_value(s, n, n_permutations, seed)
    return Association(
        effect=float((s[:n].mean() - s[n:].mean()) / spread),
        p=p,
        exact=exact,
        n_permutations=tried,
        leanings=dict(zip(groups[0] + groups[1], s.tolist(), strict=True)),
        missing=tuple(missing),
        sizes=(n, len(groups[1]), len(groups[2]), len(groups[3])),
    )


def leanings(
    vectors: KeyedVectors | Mapping[str, Any], words: Sequence[str], a: Sequence[str], b: Sequence[str]
) -> _Array:
    """s(w) of each word: its mean cosine with the words of a, less that with the words of b; shape (words,).

    Words are looked up as written, else in lower case; one that is not there raises ``ValueError``.

    Examples
    --------
    >>> toy = {"rose": [1, 0], "love": [1, 0], "gift": [1, 0], "evil": [0, 1], "pain": [0, 1]}
    >>> leanings(toy, ["rose"], ["love", "gift"], ["evil", "pain"])
    array([1.])
    """
    keyed = as_keyed_vectors(vectors)
    listed = []
    for name, some in (("words", words), ("a", a), ("b", b)):
        found, absent = _known(keyed, name, some, fewest=0)
        if absent:
            raise ValueError(f'"{absent[0]}" is not among the {len(keyed):,} words of {name_of(keyed)}.')
        if not found:
            raise ValueError(f"There are no words in {name}.")
        listed.append(found)
    return _leanings(keyed, *listed)


def _leanings(keyed: KeyedVectors, words: list[str], a: list[str], b: list[str]) -> _Array:
    targets, one, other = (unit_vectors(keyed, [word_index(keyed, word) for word in some]) for some in (words, a, b))
    difference: _Array = targets @ one.mean(axis=0) - targets @ other.mean(axis=0)
    return difference


def _known(keyed: KeyedVectors, name: str, words: Sequence[str], fewest: int = _FEWEST) -> tuple[list[str], list[str]]:
    rows = {word: as_spelt(keyed.key_to_index.get, word) for word in _check.word_list(name, words)}
    found = list(dict.fromkeys(str(keyed.index_to_key[row]) for row in rows.values() if row is not None))
    absent = [word for word, row in rows.items() if row is None]
    if len(found) < fewest:
        raise ValueError(
            f"Of the {len(found) + len(absent)} words of {name}, {name_of(keyed)} has {len(found)}; at least {fewest} "
            f"are needed."
        )
    return found, absent


def _p_value(s: _Array, n: int, n_permutations: int, seed: int) -> tuple[float, bool, int]:
    """How often the first n of a random order sum to at least what they do; whether exact; how many were tried.

    Both means and the sum of all are fixed by the sum over the first group, so that alone decides.
    """
    observed = round(float(s[:n].sum()), _DECIMALS)
    ways = math.comb(len(s), n)
    if ways <= n_permutations:
        sums = np.array([s[list(chosen)].sum() for chosen in combinations(range(len(s)), n)])
        return float(np.mean(sums.round(_DECIMALS) >= observed)), True, ways
    rng = np.random.default_rng(seed)
    hits = 0
    for start in range(0, n_permutations, 10_000):
        orders = rng.permuted(np.tile(s, (min(10_000, n_permutations - start), 1)), axis=1)
        hits += int((orders[:, :n].sum(axis=1).round(_DECIMALS) >= observed).sum())
    return (hits + 1) / (n_permutations + 1), False, n_permutations
