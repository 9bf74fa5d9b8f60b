"""Chapter 1, What is an embedding?: how its exercises are judged. What they say stands in ``ch01.md``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from embedlib.evaluation.intervals import percentile_interval, share_higher
from embedlib.exercises.answers import as_array, as_known_words, call
from embedlib.exercises.kinds import Ahead, beats, number, same
from embedlib.exercises.page import read
from embedlib.exercises.quiz import Quiz, nearest, only_true
from embedlib.words.neighbors import stranger_cosines

if TYPE_CHECKING:
    from gensim.models.keyedvectors import KeyedVectors

__all__ = ["EXERCISES", "QUIZ", "lost_length", "most_alike", "opposites", "quiz"]

Floats = npt.NDArray[np.floating[Any]]
Pairs = Sequence[tuple[str, str]]
TEXTS = read("ch01")[0]


@cache
def _vectors() -> KeyedVectors:
    from embedlib.words.load import load_word_vectors

    return load_word_vectors("glove-6b-50d")


def _shared() -> dict[str, object]:
    return {"vectors": _vectors()}


@cache
def rows() -> Floats:
    return np.asarray(_vectors().vectors)


@cache
def _units() -> Floats:
    """The vectors divided by their lengths, shape (words, dimensions)."""
    units: Floats = rows() / np.linalg.norm(rows(), axis=1, keepdims=True)
    return units


def _place(word: str) -> int:
    return int(_vectors().key_to_index[word])


def cosines(word: str) -> Floats:
    found: Floats = _units() @ _units()[_place(word)]
    return found


def cosine(word1: str, word2: str) -> float:
    return float(cosines(word1)[_place(word2)])


def ranked(word: str, n: int, scores: Floats) -> list[str]:
    """The n other words with the highest scores, highest first."""
    return [other for place in np.argsort(-scores)[: n + 1] if (other := _vectors().index_to_key[place]) != word][:n]


def length(word: str) -> float:
    return float(np.linalg.norm(_vectors()[word]))


def median_length() -> float:
    return float(np.median(np.linalg.norm(rows(), axis=1)))


def lacks(given: Sequence[str], wanted: Sequence[str]) -> str:
    return next(word for word in wanted if word not in given)


# --- Exercises

lost_length = number(TEXTS["lost_length"], "The length", near=0.01)


def _as_near(given: list[str], wanted: list[str], word: str, n: int) -> bool:
    """Whether the cosines are those of the nearest words: where two tie, either order is right."""
    near = cosines(word)
    got, best = ([near[_place(other)] for other in words] for words in (given, wanted))
    return len(given) == n and word not in given and bool(np.allclose(got, best, rtol=0, atol=1e-5))


# One case asks for more than a handful, and among the nearest words of one is a row near the end of the table.
most_alike = same(
    TEXTS["most_alike"],
    "most_alike(word, n)",
    [("snake", 10), ("cat", 5), ("paris", 25), ("gobbling", 3)],
    lambda value, word, n: as_known_words(value, _vectors().key_to_index, "`vectors.index_to_key`"),
    _as_near,
    _shared,
    reads="words",
)


@cache
def _pairs() -> tuple[Pairs, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """Pairs of opposites and of synonyms, which of them are synonyms, and which are in the first half."""
    from embedlib.datasets import contrast_pairs

    table = contrast_pairs().query("relation != 'unrelated'")
    pairs = list(zip(table["word1"], table["word2"], strict=True))
    return pairs, (table["relation"] == "synonym").to_numpy(), (table["split"] == "train").to_numpy()


def differences(pairs: Pairs) -> Floats:
    """For each pair the difference of the two words' vectors, at length 1: shape (pairs, 50)."""
    return np.array([_units()[_place(one)] - _units()[_place(other)] for one, other in pairs])


def _closeness(guide: Callable[[Pairs], Any]) -> Floats:
    """How close each pair lies along the guide that the other half of the list gives."""
    pairs, synonyms, first = _pairs()
    scores = np.empty(len(pairs))
    for half in (first, ~first):
        opposites = [pair for pair, used in zip(pairs, half & ~synonyms, strict=True) if used]
        found = as_array(call(guide, opposites), "a guide of 50 numbers", (50,), directions=True)
        scores[~half] = -np.abs(differences(pairs)[~half] @ (found / np.linalg.norm(found)))
    return scores


def _synonyms_closer(yours: Any, rival: Any) -> Ahead:
    """How often a pair of synonyms lies closer than one of opposites, both kinds drawn anew for the interval."""
    synonyms = _pairs()[1]
    shares = [share_higher(scores[synonyms], scores[~synonyms], n_bootstrap=0).share for scores in (yours, rival)]
    wins = [
        (s[synonyms][:, None] > s[~synonyms]) + 0.5 * (s[synonyms][:, None] == s[~synonyms]) for s in (yours, rival)
    ]
    rng, (n, m) = np.random.default_rng(0), wins[0].shape
    ones, others = (rng.multinomial(k, np.full(k, 1 / k), size=1000) for k in (n, m))
    drawn = np.einsum("bn,bn->b", ones, others @ (wins[0] - wins[1]).T) / (n * m)
    return Ahead(shares[0], shares[1], *percentile_interval(drawn))


opposites = beats(
    TEXTS["opposites"],
    "guide(opposites)",
    _closeness,
    lambda: -np.linalg.norm(differences(_pairs()[0]), axis=1),
    _synonyms_closer,
    _shared,
    reads="vector",
)

EXERCISES = [lost_length, most_alike, opposites]


# --- Quiz


def _rank(word: str, other: str, scores: Floats) -> int:
    """Where another word comes by score, itself left out."""
    scores = scores.copy()
    scores[_place(word)] = -np.inf
    return 1 + int((scores > scores[_place(other)]).sum())


def _neighbours(word: str, n: int) -> set[str]:
    return set(ranked(word, n, cosines(word)))


@cache
def _strangers() -> Floats:
    return stranger_cosines(_vectors(), restrict_vocab=10_000)


def _key_good_and_bad() -> int:
    by_distance = -np.linalg.norm(_units() - _units()[_place("good")], axis=1)
    common, by_chance = (len(_neighbours("good", 50) & _neighbours(other, 50)) for other in ("bad", "parliament"))
    return only_true(
        cosine("good", "bad") > 0.99,
        common > 10 * (by_chance + 1),
        _rank("cat", "dog", cosines("cat")) > 10,
        _rank("good", "bad", cosines("good")) != _rank("good", "bad", by_distance),
    )


def _toy_cosine(u: Floats, v: Floats) -> float:
    return float(u @ v / (np.linalg.norm(u) * np.linalg.norm(v)))


def _key_doubled() -> int:
    cat, fish = np.array([0.2, 0.5, -0.1]), np.array([-0.3, 0.1, 0.7])
    measured = [cat @ (2 * fish) / (cat @ fish), _toy_cosine(cat, 2 * fish) / _toy_cosine(cat, fish)]
    return only_true(*(bool(np.allclose(measured, claim)) for claim in ([2, 2], [2, 0.5], [1, 1], [2, 1])))


def _key_one_hot() -> int:
    found = {_toy_cosine(np.eye(1_000)[0], other) for other in np.eye(1_000)[1:]}
    return only_true(found == {0.0}, found == {1.0}, found == {1 / 1_000}, len(found) > 1)


def _key_expensive() -> int:
    return int(np.argmax([cosine("expensive", other) for other in ("costly", "pricey", "cheap", "overpriced")]))


def _key_strangers() -> int:
    return nearest(_strangers().mean(), 0.0, -0.2, 0.6, 0.2)


def _key_is_it_much() -> int:
    below = float(np.mean(_strangers() < cosine("cat", "fish")))
    return only_true(abs(below - 0.62) < 0.05, 0.98 < below < 0.999, below < 0.5, below == 1.0)


def _key_rotated() -> int:
    units, cat = _units()[:10_000].astype(np.float64), _place("cat")
    turned = units @ np.linalg.qr(np.random.default_rng(0).normal(size=(50, 50)))[0]
    cosines_stay = bool(np.allclose(units @ units[cat], turned @ turned[cat]))
    before, after = (np.linalg.norm(rows - rows[cat], axis=1) for rows in (units, turned))
    same_first = np.argsort(before)[1] == np.argsort(after)[1]
    stay = bool(np.allclose(before, after))
    return only_true(not same_first, cosines_stay and not stay, np.allclose(units, turned), cosines_stay and stay)


def _key_fruit_fly() -> int:
    lengths, dots, half = np.linalg.norm(rows(), axis=1), rows() @ _vectors()["snake"], len(rows()) // 2
    return only_true(
        _rank("snake", "tephritid", cosines("snake")) <= 10,
        "tephritid" in ranked("snake", 10, dots) and length("tephritid") > np.quantile(lengths, 0.99),
        np.median(lengths[half:]) > np.median(lengths[:half]),
        ranked("snake", 10, dots) != ranked("snake", 10, dots / length("snake")),
    )


quiz = QUIZ = Quiz.of("ch01", globals())
