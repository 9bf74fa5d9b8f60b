"""What the playground answers, in Python: the same numbers and sentences as worker.js and island.js give.

The vectors are the pool's float32 unit vectors; sums are taken in float64, as JavaScript does.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedlib.islands.neighbors.answers import Pieces, known, signed
from embedlib.islands.neighbors.pool import Pool
from embedlib.islands.playground.examples import Example

Doubles = NDArray[np.float64]

TABS = ("analogy", "odd", "axis")
SHOWN = 8
FEWEST = {"odd": 3, "placed": 1}
MOST = {"odd": 6, "placed": 12}
TAIL = 0.05
"""Share of all words that lie beyond each end of an axis's grey band."""
CLOSE_CALL = 0.03
ALIKE = 0.9


def vector(pool: Pool, word: str) -> Doubles:
    """A word's unit vector, shape (d,)."""
    row: Doubles = pool.vectors[pool.index[word]].astype(np.float64)
    return row


@lru_cache(maxsize=1)
def matrix(pool: Pool) -> Doubles:
    """All unit vectors in double precision, shape (words, d)."""
    return np.asarray(pool.vectors, dtype=np.float64)


def percent(share: float) -> str:
    """A share as text.

    >>> percent(0.0312)
    '3.1 %'
    """
    return f"{share * 100:.1f} %"


# ------------------------------------------------------------------ a : b :: c : ?


@dataclass(frozen=True)
class Analogy:
    """What `a : b :: c : ?` gives.

    Attributes
    ----------
    target : b − a + c, scaled to length one, shape (d,).
    found : the words with the largest cosine to it, as many as are shown, nearest first.
    inputs : each question word once, with its rank among all words and its cosine, nearest first.
    winner : the nearest word that is none of the three.
    alone : the winner's rank among the neighbours of b alone, and among those of c alone.
    """

    target: Doubles
    found: list[tuple[str, float]]
    inputs: list[tuple[str, int, float]]
    winner: str
    alone: tuple[int, int]


def analogy(pool: Pool, words: Sequence[str], leave_out: bool = True, k: int = SHOWN) -> Analogy:
    """Solve an analogy by 3CosAdd: the words with the largest cosine to b − a + c, each of length one.

    Parameters
    ----------
    words : a, b and c.
    leave_out : whether the three are barred from being the answer.

    Notes
    -----
    gensim's `most_similar(positive=[b, c], negative=[a])` finds the same words, the three left out.
    """
    a, b, c = (vector(pool, word) for word in words)
    target = b - a + c
    target /= np.linalg.norm(target)
    scores = matrix(pool) @ target
    order = np.argsort(-scores, kind="stable")[: k + len(words)].tolist()
    others = [i for i in order if pool.words[i] not in words]
    inputs = [
        (word, int((scores > scores[pool.index[word]]).sum()) + 1, float(scores[pool.index[word]]))
        for word in dict.fromkeys(words)
    ]
    return Analogy(
        target,
        [(pool.words[i], float(scores[i])) for i in (others if leave_out else order)[:k]],
        sorted(inputs, key=lambda each: each[1]),
        pool.words[others[0]],
        (_rank_beside(pool, words[1], others[0]), _rank_beside(pool, words[2], others[0])),
    )


def _rank_beside(pool: Pool, word: str, other: int) -> int:
    """The rank of a word among the neighbours of another; the nearest has rank 1."""
    scores = matrix(pool) @ vector(pool, word)
    scores[pool.index[word]] = -np.inf
    return int((scores > scores[other]).sum()) + 1


def formula(words: Sequence[str]) -> Pieces:
    """The sum that is searched for.

    >>> "".join(formula(["man", "king", "woman"]))
    'king − man + woman'
    """
    a, b, c = words
    return ["", b, " − ", a, " + ", c, ""]


def hidden_sentence(words: Sequence[str], leave_out: bool, found: Analogy) -> Pieces:
    """Where the words of the question stand, which the switch hides."""
    if leave_out:
        pieces = ["Left out: "]
        for word, rank, cosine in found.inputs:
            pieces += [word, f" would be number {rank:,} ({signed(cosine)}); "]
        return [*pieces[:-1], pieces[-1].removesuffix("; ") + "."]
    first = found.found[0][0]
    if first not in words:
        return ["Nothing is left out, and the nearest, ", first, ", is no word of the question."]
    return [
        "Nothing is left out: the nearest is ",
        first,
        ", a word of the question; the first that is none is ",
        found.winner,
        ".",
    ]


def arithmetic_sentence(words: Sequence[str], found: Analogy) -> Pieces:
    """What the arithmetic adds to looking up the neighbours of b or c; or why there is none."""
    a, b, c = words
    if a == b:
        return ["", a, " is added and subtracted: these are the neighbours of ", c, "."]
    if a == c:
        return ["", a, " is added and subtracted: these are the neighbours of ", b, "."]
    if b == c:
        return ["", b, " counts twice: the sum is 2 × ", b, " − ", a, "."]
    return [
        "Without arithmetic: among the neighbours of ",
        b,
        " alone, ",
        found.winner,
        f" is number {found.alone[0]:,}; among those of ",
        c,
        f" alone, number {found.alone[1]:,}.",
    ]


# ------------------------------------------------------------------ odd one out


def odd_cosines(pool: Pool, words: Sequence[str]) -> Doubles:
    """The cosine of each word with each, shape (n, n)."""
    rows = np.stack([vector(pool, word) for word in words])
    return np.asarray(rows @ rows.T)


def odd_means(pool: Pool, words: Sequence[str]) -> Doubles:
    """The mean cosine of each word with the others, shape (n,); the odd one out has the lowest.

    gensim's `doesnt_match` ranks words by their cosine with the mean of their unit vectors, u. Since
    vᵢ·Σv = 1 + Σ cos(i, j) over the others j, and |u| is the same for all, that is the same order.
    """
    cosines = odd_cosines(pool, words)
    return np.asarray((cosines.sum(axis=1) - np.diag(cosines)) / (len(words) - 1))


def odd_order(means: Doubles) -> list[int]:
    """The words' places in their list, the oddest first; of two that tie, the one written first."""
    return [int(i) for i in np.argsort(means, kind="stable")]


def odd_sentence(words: Sequence[str], means: Doubles) -> Pieces:
    """Which word is the odd one out, and by how much."""
    first, second = odd_order(means)[:2]
    gap = float(means[second] - means[first])
    close = " That is close." if gap < CLOSE_CALL else ""
    return [
        "",
        words[first],
        f" is the odd one out: its mean cosine with the others is {signed(float(means[first]))}; that of ",
        words[second],
        f", the next lowest, is {signed(float(means[second]))}.{close}",
    ]


# ------------------------------------------------------------------ an axis


@dataclass(frozen=True)
class Axis:
    """Words on the line from one word to another.

    Attributes
    ----------
    half : how far each end lies from the middle: half the distance of the two unit vectors.
    places : each word's cosine with the axis, shape (n,), which is its place on the line.
    left : for each word, the share of all words of the pool that lie left of it, shape (n,).
    band : the places between which the middle nine in ten of all words lie.
    share_all : the mean squared place of all words of the pool.
    """

    half: float
    places: Doubles
    left: Doubles
    band: tuple[float, float]
    share_all: float


def axis(pool: Pool, ends: Sequence[str], words: Sequence[str]) -> Axis:
    """Place words on the axis between two others, which is the difference of their unit vectors."""
    direction = vector(pool, ends[1]) - vector(pool, ends[0])
    length = float(np.linalg.norm(direction))
    every = matrix(pool) @ (direction / length)
    places = every[[pool.index[word] for word in words]]
    ordered = np.sort(every)
    out = int(TAIL * len(every))
    return Axis(
        length / 2,
        places,
        np.array([(every < place).mean() for place in places]),
        (float(ordered[out]), float(ordered[-1 - out])),
        float((every**2).mean()),
    )


def axis_sentences(pool: Pool, ends: Sequence[str], found: Axis) -> list[Pieces]:
    """What the line shows, how much of the words it explains, and what strangers would do."""
    cosine = 1 - 2 * found.half**2
    n, total = len(found.places), f"{len(pool.words):,}"
    low, high = found.band
    outside = int(((found.places < low) | (found.places > high)).sum())
    alike = ": they are used alike, and the axis is the little that is left between them" if cosine > ALIKE else ""
    return [
        [
            "A word’s place is its cosine with the direction from ",
            ends[0],
            " to ",
            ends[1],
            f". These two lie at {signed(-found.half)} and {signed(found.half)}; "
            f"their cosine with each other is {signed(cosine)}{alike}.",
        ],
        [
            "The square of a place says how much of a word the axis explains, as a share of its squared length: "
            f"{percent(float((found.places**2).mean()))} of these words on average, {percent(found.share_all)} of all "
            f"{total}. A direction drawn blindly would explain 1 in {pool.vectors.shape[1]}, "
            f"{percent(1 / pool.vectors.shape[1])}."
        ],
        [
            f"The grey band holds the middle {percent(1 - 2 * TAIL).replace('.0', '')} of all {total} words, from "
            f"{signed(low)} to {signed(high)}. Outside it "
            f"{'lies' if outside == 1 else 'lie'} {outside} of {n}; of as many strangers, "
            f"{signed(2 * TAIL * n, 1)} on average."
        ],
    ]


def outside(found: Axis) -> list[bool]:
    """For each word, whether it lies outside the grey band."""
    return [not found.band[0] <= place <= found.band[1] for place in found.places.tolist()]


# ------------------------------------------------------------------ ready questions


def example_of(options: dict[str, Any], ready: Sequence[Example]) -> Example | None:
    """The ready question that these options are, if they are one."""
    return next((one for one in ready if all(options[key] == value for key, value in one.state.items())), None)


def expected_sentence(expected: str, rank: int) -> Pieces:
    """What somebody who knows the language would have said, and where it stands here.

    >>> "".join(expected_sentence("shoe", 12))
    'Expected: shoe, which is number 12 here.'
    """
    return ["Expected: ", expected, f", {'and it is number 1' if rank == 1 else f'which is number {rank:,} here'}."]


def note(one: Example) -> Pieces:
    """An example's note in pieces, every second one a word spoken about."""
    return one.note.split("*")


def expected_rank(pool: Pool, words: Sequence[str], expected: str, leave_out: bool) -> int:
    """The rank of the expected answer of an analogy, among all words or with the question's left out."""
    target = analogy(pool, words).target
    scores = matrix(pool) @ target
    above = scores > scores[pool.index[expected]]
    barred = sum(bool(above[pool.index[word]]) for word in set(words)) if leave_out else 0
    return int(above.sum()) - barred + 1


# ------------------------------------------------------------------ options


def check(pool: Pool, options: dict[str, Any]) -> dict[str, Any]:
    """The options made valid, their words in lower case; ValueError says what is wrong and what would be right."""
    if options["tab"] not in TABS:
        raise ValueError(f"tab is {options['tab']!r}; it is one of {', '.join(TABS)}.")
    if not isinstance(options["leave_out"], bool):
        raise ValueError(f"leave_out is {options['leave_out']!r}; it is True or False.")
    checked = {**options, "analogy": _words(pool, "analogy", options["analogy"])}
    if len(checked["analogy"]) != 3:
        raise ValueError(
            f"analogy has {len(checked['analogy'])} words; it takes three, a, b and c of a : b :: c : ?, "
            'for instance ["man", "king", "woman"].'
        )
    checked["axis"] = _words(pool, "axis", options["axis"])
    if len(checked["axis"]) != 2 or len(set(checked["axis"])) != 2:
        raise ValueError(f'axis is {options["axis"]!r}; it takes two different words, for instance ["cold", "hot"].')
    for key in ("odd", "placed"):
        words = checked[key] = _words(pool, key, options[key])
        if repeated := sorted({word for word in words if words.count(word) > 1}):
            raise ValueError(f'{key} has "{repeated[0]}" twice; each word stands in it once.')
        if not FEWEST[key] <= len(words) <= MOST[key]:
            raise ValueError(f"{key} has {len(words)} words; it takes {FEWEST[key]} to {MOST[key]}.")
    return checked


def _words(pool: Pool, key: str, given: Any) -> list[str]:
    if not isinstance(given, list | tuple) or not all(isinstance(word, str) for word in given):
        raise ValueError(f'{key} is {given!r}; it is a list of words, for instance ["cat", "dog"].')
    return [known(pool, word.strip()) for word in given]
