"""Chapter 1, What is an embedding?: three exercises and a quiz."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np
import numpy.typing as npt

from embedlib.evaluation.intervals import Share, share_higher
from embedlib.exercises.answers import as_number, as_words, call, need_function, pencil_number
from embedlib.exercises.core import Exercise
from embedlib.exercises.guard import is_a
from embedlib.exercises.messages import Wrong, code, shown, type_name
from embedlib.exercises.quiz import Quiz, only_true, question
from embedlib.words.neighbors import stranger_cosines

if TYPE_CHECKING:
    from gensim.models.keyedvectors import KeyedVectors

__all__ = ["EXERCISES", "QUIZ", "lost_length", "most_alike", "opposites", "quiz"]

Floats = npt.NDArray[np.floating[Any]]


@cache
def _vectors() -> KeyedVectors:
    from embedlib.words.load import load_word_vectors

    return load_word_vectors("glove-6b-50d")


@cache
def _unit_vectors() -> Floats:
    """The vectors divided by their lengths, shape (words, dimensions)."""
    rows: Floats = np.asarray(_vectors().vectors)
    units: Floats = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    units.flags.writeable = False
    return units


def _shared() -> dict[str, object]:
    return {"vectors": _vectors()}


def _position(word: str) -> int:
    return int(_vectors().key_to_index[word])


def _cosine(word1: str, word2: str) -> float:
    units = _unit_vectors()
    return float(units[_position(word1)] @ units[_position(word2)])


# --- Exercise 1: a number, found with a pencil

_SHIP_LENGTH, _DOT, _COSINE, _HARBOUR_LENGTH = 3.0, 24.0, 0.8, 10.0

_LENGTH_MISTAKES: list[tuple[float, str, str]] = [
    (
        _DOT / _COSINE,
        "one-length-only",
        "30 is 24 / 0.8. That divides by the cosine only, and *ship* has a length, too: where does it "
        "stand in the formula of the cosine?",
    ),
    (
        _DOT / (_SHIP_LENGTH**2 * _COSINE),
        "no-square-root",
        "You took 9 for the length of *ship*. 1 · 1 + 2 · 2 + 2 · 2 = 9 is its square: what is missing?",
    ),
    (
        _DOT / (5 * _COSINE),
        "sum-of-numbers",
        "You took 5, the sum of its numbers, for the length of *ship*. How far from the origin is its end?",
    ),
    (
        _DOT / _SHIP_LENGTH,
        "no-cosine",
        "8 is 24 / 3. So long would *harbour* be if it pointed exactly where *ship* does, with a cosine "
        "of 1. It does not.",
    ),
    (
        _DOT * _COSINE / _SHIP_LENGTH,
        "multiplied-by-cosine",
        "6.4 is 24 · 0.8 / 3. You multiply by the cosine. The cosine is the dot product divided by both "
        "lengths: solve that for the one you lack.",
    ),
    (
        _HARBOUR_LENGTH**2,
        "squared-length",
        "100 is the square of the length. A length is the root of the sum of squares.",
    ),
    (
        math.sqrt(_SHIP_LENGTH**2 + _HARBOUR_LENGTH**2 - 2 * _DOT),
        "distance",
        "7.81 is the distance between the ends of the two vectors. What is asked for is the length of one of them.",
    ),
    (_SHIP_LENGTH, "other-length", "3 is the length of *ship*, and a good beginning. How long is *harbour*?"),
    (
        _DOT,
        "dot-product",
        "24 is the dot product. Divided by both lengths it gives the cosine: solve that for a length.",
    ),
    (
        _COSINE,
        "cosine",
        "0.8 is the cosine. It says how far the two vectors turn apart; how long is *harbour*?",
    ),
]


def _check_lost_length(answer: object) -> str:
    length = pencil_number(answer, "The length")
    if abs(length - _HARBOUR_LENGTH) < 0.01:
        return (
            "Right: 24 / (3 · 0.8) = 10. Length and direction are separate facts, and a dot product mixes "
            "them: were *harbour* ten times as long, the dot product would be 240 and the cosine still 0.8."
        )
    if length <= 0:
        raise Wrong(
            "A length is the root of a sum of squares: it is never below 0, and 0 only for a vector of zeros.",
            "sign",
        )
    for mistake, name, text in _LENGTH_MISTAKES:
        if abs(length - mistake) < 0.005 * max(1.0, mistake):
            raise Wrong(text, name)
    raise Wrong(
        f"{length:.4g} is not the length. With it, the cosine would be 24 / (3 · {length:.4g}) = "
        f"{_DOT / _SHIP_LENGTH / length:.3g}, where the page says 0.8."
    )


lost_length = Exercise(
    id="ch01.lost_length",
    title="The lost vector",
    prompt=(
        "A page has been torn. The vector of *ship* is still there: [1, 2, 2]. That of *harbour* is lost; "
        "only its dot product with *ship*, 24, and its cosine with *ship*, 0.8, can be read. **How long "
        "was the vector of *harbour*?** A pencil is enough."
    ),
    stub="harbour_length = ...",
    answer_name="harbour_length",
    hints=[
        "Write down the formula of the cosine. Four quantities stand in it: which do you know, or can you find?",
        "The length of *ship* is the root of 1 · 1 + 2 · 2 + 2 · 2.",
        "0.8 = 24 / (3 · ?)",
    ],
    solution_code="harbour_length = 24 / (np.sqrt(1 * 1 + 2 * 2 + 2 * 2) * 0.8)",
    solution_note=(
        "The cosine is the dot product divided by both lengths, so the missing length is the dot product "
        "divided by the other length and by the cosine: 24 / (3 · 0.8) = 10. Many vectors of that length "
        "have this cosine with *ship*; which one it was, the page no longer says."
    ),
    checker=_check_lost_length,
    page_answers=[3.33, 6.4, 8, 10, 30],
)


# --- Exercise 2: the nearest words

_ASKED = {"cat": 5, "snake": 10, "paris": 8}
_CLOSE = 1e-5  # cosines nearer than this are a tie; either order is right


class _Rankings(NamedTuple):
    """Positions of the words that several rules rank first for one word, the word itself among them."""

    cosine: list[int]
    dot: list[int]
    distance: list[int]
    ascending: list[int]


@cache
def _rankings(word: str, count: int) -> _Rankings:
    rows, units, place = np.asarray(_vectors().vectors), _unit_vectors(), _position(word)
    cosines = units @ units[place]
    distances = np.linalg.norm(rows - rows[place], axis=1)
    return _Rankings(*(_first(scores, count) for scores in (-cosines, -(rows @ rows[place]), distances, cosines)))


def _first(scores: Floats, count: int) -> list[int]:
    """Return the positions of the lowest scores, lowest first."""
    candidates = np.argpartition(scores, count)[:count]
    return [int(place) for place in candidates[np.argsort(scores[candidates], kind="stable")]]


def _check_most_alike(answer: object) -> str:
    function = need_function(answer, "most_alike(word, n)")
    lists = {word: _words_returned(function, word, count) for word, count in _ASKED.items()}
    for word, words in lists.items():
        if word in words:
            raise Wrong(f"`{word}` is the nearest word to `{word}`, and always will be. Leave it out.", "word-itself")
    # The pitfall shows best on "snake", whose dot products long vectors win.
    for word in ("snake", "cat", "paris"):
        _judge_ranking(word, lists[word])
    return (
        "Right, for *cat*, *snake* and *paris*. Look at what comes first for *paris*: not every row of a "
        "real model is a word."
    )


def _words_returned(function: Callable[..., Any], word: str, count: int) -> list[str]:
    """Call the reader's function and return its words, if they are that many known words."""
    items = as_words(call(function, word, count), limit=1000)
    if not items:
        raise Wrong(f"For *{word}* your list is empty.", "empty")
    first = items[0]
    if is_a(first, int) or issubclass(type(first), np.integer):
        raise Wrong(
            f"You return positions, such as {first!s}. The words are in `vectors.index_to_key`.",
            "positions",
        )
    if any(is_a(item, float) or is_a(item, np.floating) for item in items):
        raise Wrong(
            "You return the numbers themselves; which words do they belong to? `argsort` gives positions, "
            "and the words are in `vectors.index_to_key`.",
            "numbers",
        )
    if any(is_a(item, tuple) or is_a(item, list) for item in items):
        raise Wrong(
            f"Each item of your list is a pair or a list, such as {shown(first)}. The word alone will do.",
            "pairs",
        )
    for item in items:
        if not is_a(item, str):
            raise Wrong(
                f"Your list should hold words; it holds {shown(item)}, of type {code(type_name(item))}.",
                "wrong-type",
            )
    words = [str(item) for item in items]
    for text in words:
        if text not in _vectors().key_to_index:
            raise Wrong(f"{code(text)} is in your list for *{word}* and is not one of the words.", "unknown-word")
    if len(set(words)) < len(words):
        twice = next(text for text in words if words.count(text) > 1)
        raise Wrong(f"Your list for *{word}* has {code(twice)} more than once.", "repeats")
    if word not in words and len(words) == count - 1:
        raise Wrong(
            f"{count} words were asked for, and you return {len(words)}. Do you take `n` and leave "
            f"`{word}` out afterwards? Then one is missing.",
            "one-short",
        )
    if word not in words and len(words) == count + 1:
        raise Wrong(f"{count} words were asked for, and you return {len(words)}, one too many.", "one-over")
    if len(words) not in (count, count + 1):
        raise Wrong(f"{count} words were asked for, and you return {len(words)}. Is `n` used?", "wrong-length")
    return words


def _judge_ranking(word: str, words: list[str]) -> None:
    keys = cast("list[str]", _vectors().index_to_key)
    count = len(words)
    rankings = _rankings(word, count + 2)
    cosine, dot, distance, ascending = (
        [keys[place] for place in places if keys[place] != word][:count] for places in rankings
    )
    got = [_cosine(word, other) for other in words]
    best = [_cosine(word, other) for other in cosine]
    if np.allclose(got, best, rtol=0, atol=_CLOSE):
        return
    two = f"{code(words[0])} and {code(words[1])}"
    if words == dot:
        raise Wrong(
            f"Your list for *{word}* begins with {two}, whose vectors are {_longer_than(words[:2])}. Have "
            "you divided by both lengths?",
            "dot-product",
        )
    if words == distance:
        raise Wrong(
            f"Your list for *{word}* begins with {two}: these are the nearest by distance, which depends "
            "on how long the vectors are as well as on where they point. What is asked for is the cosine.",
            "distance",
        )
    if np.allclose(got, [_cosine(word, other) for other in ascending], rtol=0, atol=_CLOSE):
        raise Wrong(f"These are the *least* alike: for *{word}*, {two}. Which way does `argsort` sort?", "ascending")
    if set(words) == set(cosine):
        raise Wrong(
            f"For *{word}* the words are right and their order is not: {code(words[0])} has a cosine of "
            f"{got[0]:.3f}, {code(cosine[0])} one of {best[0]:.3f}. The nearest comes first.",
            "wrong-order",
        )
    missing = next(other for other in cosine if other not in words)
    raise Wrong(
        f"For *{word}* your list begins with {code(words[0])}, whose cosine is {got[0]:.3f}. It lacks "
        f"{code(missing)}, whose cosine is {_cosine(word, missing):.3f}."
    )


def _longer_than(words: list[str]) -> str:
    """Say how long the vectors of these words are among all."""
    lengths = np.linalg.norm(np.asarray(_vectors().vectors), axis=1)
    shorter = min(float(np.mean(lengths < lengths[_position(word)])) for word in words)
    if shorter > 0.95:
        return "among the longest around"
    return "long ones" if shorter > 0.5 else "not the ones that point the same way"


most_alike = Exercise(
    id="ch01.most_alike",
    title="The nearest words",
    prompt=(
        "Write `most_alike(word, n)`, which returns the `n` words nearest to `word` by cosine, nearest "
        "first, without `word` itself. You have `vectors.vectors` (400,000 rows of 50 numbers), "
        "`vectors.index_to_key` (the word of each row) and `vectors.key_to_index` (the row of each word)."
    ),
    stub='def most_alike(word, n):\n    """Return the n words nearest to word, nearest first."""\n    ...',
    answer_name="most_alike",
    hints=[
        "One product of a matrix and a vector gives the dot products of a word with all 400,000 at once: "
        "`vectors.vectors @ vectors[word]`.",
        "`np.linalg.norm(vectors.vectors, axis=1)` is the length of every row. Divide by both lengths.",
        "`np.argsort` sorts upwards, so sort the negated cosines. The first position is the word itself.",
    ],
    solution_code="""
def most_alike(word, n):
    lengths = np.linalg.norm(vectors.vectors, axis=1)
    cosines = vectors.vectors @ vectors[word] / (lengths * np.linalg.norm(vectors[word]))
    order = np.argsort(-cosines)
    nearest = [vectors.index_to_key[position] for position in order[: n + 1]]
    return [other for other in nearest if other != word][:n]
""",
    solution_note=(
        "One position more than asked for is looked up, so that `n` are left when the word itself is taken "
        "out. Sorting 400,000 numbers to keep ten of them is more work than is needed; "
        "`embedlib.words.neighbors` shows how to do less."
    ),
    checker=_check_most_alike,
    shared=_shared,
)


# --- Exercise 3: opposites

# On the held-out pairs the cosine reaches 0.56 (interval 0.47 to 0.65). The solution reaches 0.73 with good
# minus bad, and 0.75 with the direction in which the antonyms of the training pairs differ most. Of 1,000
# random directions in their place 4 pass this floor, of 1,000 differences of two words drawn at random 10.
FLOOR = 0.65
_TOO_GOOD = 0.95


class _Pairs(NamedTuple):
    """Pairs of one half of the list, and which of them are synonyms (the others are antonyms)."""

    pairs: list[tuple[str, str]]
    synonyms: npt.NDArray[np.bool_]


@cache
def _contrast_pairs(split: str) -> _Pairs:
    """Read antonym and synonym pairs; ``split`` is ``"train"`` or ``"held-out"``."""
    text = resources.files("embedlib").joinpath("datasets/contrast_pairs.csv").read_text(encoding="utf-8")
    rows = [row for row in csv.DictReader(text.splitlines()) if row["split"] == split]
    rows = [row for row in rows if row["relation"] != "unrelated"]
    return _Pairs(
        [(row["word1"], row["word2"]) for row in rows],
        np.array([row["relation"] == "synonym" for row in rows]),
    )


def synonyms_higher(scores: Floats, synonyms: npt.NDArray[np.bool_], n_bootstrap: int = 0) -> Share:
    """Return how often a synonym pair scores higher than an antonym pair (the AUC), with its interval if asked for."""
    return share_higher(scores[synonyms], scores[~synonyms], n_bootstrap=n_bootstrap)


def _scores(function: Callable[..., Any], pairs: list[tuple[str, str]]) -> Floats:
    return np.array([_score(function, word1, word2) for word1, word2 in pairs])


def _score(function: Callable[..., Any], word1: str, word2: str) -> float:
    try:
        return as_number(call(function, word1, word2), f"The score of *{word1}* and *{word2}*")
    except Wrong as wrong:
        if wrong.misconception == "infinite":
            return as_number(math.nan, f"The score of *{word1}* and *{word2}*")
        raise


def _check_opposites(answer: object) -> str:
    function = need_function(answer, "score(word1, word2)")
    pairs, synonyms = _contrast_pairs("held-out")
    scores = _scores(function, pairs)
    cosines = np.array([_cosine(word1, word2) for word1, word2 in pairs])
    area, by_cosine = synonyms_higher(scores, synonyms).share, synonyms_higher(cosines, synonyms).share
    measured = f"Of a synonym pair and an antonym pair, yours scores the synonyms higher {_in_100(area)} times in 100"
    if area > _TOO_GOOD:
        raise Wrong(
            f"{measured}. We know of nothing in these vectors that comes near it, so your function seems to "
            "know the held-out pairs themselves. What would it say about a pair that is not on the list?",
            "looked-up",
        )
    if area >= FLOOR:
        _, low, high = synonyms_higher(scores, synonyms, n_bootstrap=1000)
        return (
            f"Right. {measured} (95 % interval {_in_100(low)} to {_in_100(high)}); cosine does so "
            f"{_in_100(by_cosine)} times, and a coin 50. Now list the pairs that you still get wrong: which "
            "kind of opposite does your score not see?"
        )
    train_pairs, train_synonyms = _contrast_pairs("train")
    train_area = synonyms_higher(_scores(function, train_pairs), train_synonyms).share
    if train_area > 0.9:
        raise Wrong(
            f"On the training pairs it is {_in_100(train_area)} times in 100, and on the held-out pairs "
            f"{_in_100(area)}: your score has learned its pairs by heart. Can you do with fewer numbers to "
            "fit?",
            "memorised",
        )
    if np.ptp(scores) == 0:
        raise Wrong(f"Every pair gets the same score, {scores[0]:.4g}, which tells nothing apart.", "constant")
    if _same_order(scores, cosines):
        raise Wrong(
            f"{measured}: your scores put the pairs in the order that the cosine does. Opposites keep each "
            "other's company as much as synonyms do; what else can be read from two vectors?",
            "same-as-cosine",
        )
    if 1 - area >= FLOOR:
        raise Wrong(
            f"{measured}, worse than a coin. Turned round, it would be {_in_100(1 - area)}: should a "
            "higher score mean synonyms, or opposites?",
            "reversed",
        )
    raise Wrong(
        f"{measured}; cosine does so {_in_100(by_cosine)} times, a coin 50, and {_in_100(FLOOR)} are asked "
        "for. In what do *joy* and *sorrow* differ that *joy* and *delight* do not?",
        "below-floor",
    )


def _in_100(share: float) -> int:
    return round(100 * share)


def _same_order(scores: Floats, others: Floats) -> bool:
    ranks, other_ranks = (np.argsort(np.argsort(values)) for values in (scores, others))
    return abs(float(np.corrcoef(ranks, other_ranks).ravel()[1])) > 0.999


opposites = Exercise(
    id="ch01.opposites",
    title="Telling opposites from synonyms",
    prompt=(
        "To the cosine, *joy* is a little more like *sorrow* (0.781) than like *delight* (0.769). Write "
        "`score(word1, word2)`, which is higher for synonyms than for opposites, from the vectors alone. "
        '`pairs[pairs["split"] == "train"]` has pairs to learn from (`synonyms` and `antonyms` hold the others as '
        "well); the check uses the held-out ones, which share no word with them, and counts how often a synonym pair "
        "scores higher than an antonym pair. A coin reaches 50 times in 100, cosine 56. Reach 65. A difference of "
        "two vectors is a vector, too, and its dot product with a third says how far that one runs its way: which "
        "way do *joy* and *sorrow* differ, and is there a better guide than one pair?"
    ),
    stub='def score(word1, word2):\n    """Return a number: higher for synonyms."""\n    ...',
    answer_name="score",
    hints=[
        "One number for the whole of two vectors has thrown away *where* they differ. `vectors[word1] - "
        "vectors[word2]` still knows.",
        "Take some opposites apart: of *joy* and *sorrow*, *mercy* and *cruelty*, *courage* and "
        "*cowardice*, one is a thing people like. Is there a direction in the space for that?",
        '`vectors["good"] - vectors["bad"]` is such a direction. A dot product with it says how far along '
        "it a word lies. Where do two synonyms lie? Where do two opposites?",
    ],
    solution_code="""
direction = vectors["good"] - vectors["bad"]

def height(word):
    return vectors[word] @ direction / np.linalg.norm(vectors[word])

def score(word1, word2):
    return -abs(height(word1) - height(word2))
""",
    solution_note=(
        "Two synonyms lie at about the same height on the way from *bad* to *good*; of two opposites, one "
        "is often the nicer. That reaches 73 in 100 (95 % interval 64 to 81), and fails where neither is: "
        "*noon* and *midnight*, *buy* and *sell*. The training pairs can find a direction by themselves, "
        "the one along which antonyms differ most (`np.linalg.svd` of their differences); its cosine with "
        "good minus bad is 0.63, and it reaches 75."
    ),
    checker=_check_opposites,
    shared=_shared,
)

EXERCISES = [lost_length, most_alike, opposites]

# --- Quiz


def _order_of(word: str, scores: Floats) -> list[int]:
    """Return the positions of all other words, highest score first."""
    place = _position(word)
    return [int(other) for other in np.argsort(-scores, kind="stable") if other != place]


def _cosine_rank(word: str, other: str) -> int:
    units = _unit_vectors()
    return 1 + _order_of(word, units @ units[_position(word)]).index(_position(other))


def _neighbours(word: str, count: int) -> set[int]:
    return set(_rankings(word, count + 1).cosine) - {_position(word)}


@cache
def _stranger_cosines() -> Floats:
    return stranger_cosines(_vectors(), restrict_vocab=10_000)


def _toy_cosine(u: Floats, v: Floats) -> float:
    return float(u @ v / (np.linalg.norm(u) * np.linalg.norm(v)))


def _key_good_and_bad() -> int:
    units, good, bad = _unit_vectors(), _position("good"), _position("bad")
    by_cosine = _cosine_rank("good", "bad")
    by_distance = 1 + _order_of("good", -np.linalg.norm(units - units[good], axis=1)).index(bad)
    common, by_chance = (len(_neighbours("good", 50) & _neighbours(other, 50)) for other in ("bad", "parliament"))
    return only_true(
        _cosine("good", "bad") > 0.99,
        common > 10 * (by_chance + 1),
        _cosine_rank("cat", "dog") > 10,
        by_cosine != by_distance,
    )


def _key_doubled() -> int:
    cat, fish = np.array([0.2, 0.5, -0.1]), np.array([-0.3, 0.1, 0.7])
    dot = float(cat @ (2 * fish) / (cat @ fish))
    cosine = _toy_cosine(cat, 2 * fish) / _toy_cosine(cat, fish)
    measured = np.array([dot, cosine])
    return only_true(*(bool(np.allclose(measured, claim)) for claim in ([2, 2], [2, 0.5], [1, 1], [2, 1])))


def _key_one_hot() -> int:
    one_hot = np.eye(1_000)
    cosines = {_toy_cosine(one_hot[0], one_hot[other]) for other in range(1, 1_000)}
    return only_true(cosines == {0.0}, cosines == {1.0}, cosines == {1 / 1_000}, len(cosines) > 1)


def _key_expensive() -> int:
    return int(np.argmax([_cosine("expensive", other) for other in ("costly", "pricey", "cheap", "overpriced")]))


def _key_strangers() -> int:
    return int(np.argmin(np.abs(np.array([0.0, -0.2, 0.6, 0.2]) - _stranger_cosines().mean())))


def _key_is_it_much() -> int:
    below = float(np.mean(_stranger_cosines() < _cosine("cat", "fish")))
    return only_true(abs(below - 0.62) < 0.05, 0.98 < below < 0.999, below < 0.5, below == 1.0)


def _key_rotated() -> int:
    units = _unit_vectors()[:10_000].astype(np.float64)
    rotation = np.linalg.qr(np.random.default_rng(0).normal(size=(units.shape[1], units.shape[1])))[0]
    turned, cat = units @ rotation, _position("cat")
    cosines_stay = bool(np.allclose(units @ units[cat], turned @ turned[cat]))
    distances_stay = bool(
        np.allclose(np.linalg.norm(units - units[cat], axis=1), np.linalg.norm(turned - turned[cat], axis=1))
    )
    same_first = bool(np.argsort(-(units @ units[cat]))[1] == np.argsort(-(turned @ turned[cat]))[1])
    return only_true(
        not same_first,
        cosines_stay and not distances_stay,
        bool(np.allclose(units, turned)),
        cosines_stay and distances_stay and same_first,
    )


def _key_fruit_fly() -> int:
    rows = np.asarray(_vectors().vectors)
    lengths = np.linalg.norm(rows, axis=1)
    snake, fly = _position("snake"), _position("tephritid")
    dots = rows @ rows[snake]
    half = len(rows) // 2
    by_dot = _order_of("snake", dots)[:10]
    return only_true(
        _cosine_rank("snake", "tephritid") <= 10,
        fly in by_dot and bool(lengths[fly] > np.quantile(lengths, 0.99)),
        bool(np.median(lengths[half:]) > np.median(lengths[:half])),
        by_dot != _order_of("snake", dots / lengths[snake])[:10],
    )


quiz = Quiz(
    "ch01",
    [
        question(
            "*cat* has a dot product of −0.08 with *fish*, and a cosine of −0.19. Every number of *fish* "
            "is doubled. What happens?",
            _key_doubled,
            3,
            (
                "Both double.",
                "The dot product does. The cosine divides by the length of *fish*, which has doubled, too.",
            ),
            (
                "The dot product doubles and the cosine is halved.",
                "The length below the line doubles, but so does the dot product above it.",
            ),
            (
                "Neither changes: *fish* still points the same way.",
                "That is why the cosine stays. The dot product counts length as well as direction.",
            ),
            (
                "The dot product doubles, the cosine stays.",
                "Twice as long, and in the same direction: only one of the two numbers asks for the length.",
            ),
        ),
        question(
            "Give each of 400,000 words a one-hot vector. What is the cosine of *cat* and *dog*?",
            _key_one_hot,
            0,
            (
                "0",
                "Their ones stand in different places, so each product has a 0 in it. So it is for every two words.",
            ),
            (
                "1",
                "So is *cat* to itself. The ones of two words stand in different places: no product is 1.",
            ),
            (
                "1/400,000",
                "However long the list, every product in the sum is 0.",
            ),
            (
                "It depends on how far apart they stand in the vocabulary.",
                "The vocabulary's order is arbitrary, and no two places are nearer than any others.",
            ),
        ),
        question(
            "You want another word for *expensive*, and look at its neighbours in this space. Which of "
            "these comes first?",
            _key_expensive,
            2,
            ("*costly*", "The word you want, but its rank is 5. Something keeps even closer company."),
            ("*pricey*", "Its rank is 4: another good word for it, and still not the nearest."),
            (
                "*cheap*",
                "It is the nearest word of all, *inexpensive* by a hair behind: what is said to be expensive in one sentence is said to "
                "be cheap in the next.",
            ),
            (
                "*overpriced*",
                "The nearer in meaning, the nearer in the space, one would think. It is written much less "
                "often, in other company.",
            ),
        ),
        question(
            "In this space, *good* and *bad* have a cosine of 0.796. What follows?",
            _key_good_and_bad,
            1,
            (
                "The model thinks they mean the same.",
                "It has no meanings, only company: the same words stand around both.",
            ),
            (
                "They appear in similar contexts.",
                "Yes, and no more than that: of the 50 nearest words of each, 31 are the same.",
            ),
            (
                "The vectors were trained badly.",
                "Nothing went wrong: training counts company, and opposites have much of it in common.",
            ),
            (
                "Cosine is the wrong measure.",
                "Another measure meets the same company: with every vector at length 1, distance gives this order.",
            ),
        ),
        question(
            "Draw two words at random from the 10,000 most frequent. What is their cosine, on average?",
            _key_strangers,
            3,
            (
                "About 0: they have nothing to do with each other.",
                "So it would be if directions were spread evenly. Here the words share a part of theirs.",
            ),
            (
                "About −0.2: most words do not go together.",
                "Only 10 pairs in 100 fall below zero. To be unrelated is not to be opposed.",
            ),
            ("About 0.6", "So high is the cosine of *cat* and *fish*, and only 2 strangers in 100 reach it."),
            ("About 0.2", "Strangers score 0.22 here: measure from there, and not from 0."),
        ),
        question(
            "The cosine of *cat* and *fish* is 0.623. How much is that?",
            _key_is_it_much,
            1,
            (
                "They share 62 % of their meaning.",
                "A cosine is no percentage: strangers score 0.22, and do not share 22 % of anything.",
            ),
            (
                "More than about 98 in 100 pairs of the 10,000 most frequent words have.",
                "Yes. What chance gives is what makes a number large or small.",
            ),
            (
                "Little: *dog* has 0.922.",
                "*dog* is the nearest of all words. Beside the nearest, nearly everything looks far.",
            ),
            (
                "So much that it cannot be chance.",
                "Among 100 pairs drawn blindly, one or two score higher.",
            ),
        ),
        question(
            "Somebody rotates the whole space, so that each of a word's 50 numbers is another. What "
            "happens to the neighbours of *cat*?",
            _key_rotated,
            3,
            (
                "They are others, because all numbers are others.",
                "Nearness lies between vectors: turn all of them together and it stays. One number alone means little.",
            ),
            (
                "By cosine they stay; by distance they change.",
                "A rotation keeps lengths, and so it keeps distances as well as angles.",
            ),
            (
                "Nothing is changed at all, the numbers included.",
                "The numbers are all new. That the answers are not shows what they depend on.",
            ),
            (
                "They stay, by cosine and by distance.",
                "Both depend on how the vectors lie to one another, and not on the axes.",
            ),
        ),
        question(
            "Ranked by dot product, *tephritid*, a fruit fly, is the second word for *snake*. Why?",
            _key_fruit_fly,
            1,
            (
                "It keeps the company that *snake* keeps.",
                "A little: by cosine it comes 522nd of 400,000. Its length did the rest.",
            ),
            (
                "Its vector is among the longest.",
                "It is 9.3 long, more than twice as long as half of all vectors, and wins dot products "
                "with many words.",
            ),
            (
                "It is rare, and rare words have long vectors.",
                "It is rare. But in this space rare words have shorter vectors than frequent ones, most of the time.",
            ),
            (
                "The dot products were not divided by the length of *snake*.",
                "That is one and the same number for all 400,000, so dividing by it changes no order.",
            ),
        ),
    ],
)
QUIZ = quiz
