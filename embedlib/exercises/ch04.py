"""Chapter 4, Pretrained word vectors: how its exercises are judged. What they say stands in ``ch04.md``."""

from __future__ import annotations

import csv
import math
from collections.abc import Collection, Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from embedlib import datasets
from embedlib.exercises.answers import as_array, as_texts, call
from embedlib.exercises.kinds import ahead_by_spearman, beats, number, same
from embedlib.exercises.messages import Wrong, code, shown, type_name
from embedlib.exercises.page import read
from embedlib.exercises.quiz import Quiz, nearest, only_true

if TYPE_CHECKING:
    import pandas as pd
    from gensim.models.keyedvectors import KeyedVectors

__all__ = ["EXERCISES", "QUIZ", "hidden_words", "pieces_of", "quiz", "two_papers", "unseen"]

Floats = npt.NDArray[np.floating[Any]]
TEXTS = read("ch04")[0]


@cache
def _glove() -> KeyedVectors:
    from embedlib.words.load import load_word_vectors

    return load_word_vectors("glove-6b-50d")


# --- Exercises

two_papers = number(TEXTS["two_papers"], "The number of questions", near=0.5)


def cut(word: str, lengths: Iterable[int], marks: str = "<>") -> list[str]:
    marked = marks[:1] + word + marks[1:]
    return [marked[i : i + n] for n in lengths for i in range(len(marked) - n + 1)]


def few(pieces: Collection[str]) -> str:
    return code(min(pieces, key=len)) if pieces else "nothing"


def _pieces(value: Any, *case: object) -> set[str]:
    items = as_texts(value, "pieces", ordered=False)
    for item in items:
        if not issubclass(type(item), str):
            raise Wrong(f"A piece is text; you return {shown(item)}, of type {code(type_name(item))}.", "not-pieces")
    return {str(item) for item in items}


pieces_of = same(
    TEXTS["pieces_of"],
    "pieces(word, shortest, longest)",
    [("where", 3, 6), ("cat", 3, 6), ("a", 3, 6), ("banana", 3, 3), ("ox", 2, 4)],
    _pieces,
    reads="pieces",
)

_POOL = 50_000


@cache
def hidden_words() -> tuple[KeyedVectors, pd.DataFrame]:
    """What exercise 3 gives: 50,000 words of GloVe less some rare ones, and rated pairs of these to learn from.

    Returns
    -------
    known
        ``KeyedVectors`` without any word that is to be guessed.
    rare_pairs
        Columns rare (a word that ``known`` lacks), word (one that it has) and score. The check uses others.
    """
    from embedlib.words.load import as_keyed_vectors

    known, pairs = _hidden()
    keyed = as_keyed_vectors(known, "GloVe without the hidden words")
    return keyed, pairs[pairs["part"] == "train"].drop(columns="part").reset_index(drop=True)


@cache
def _hidden() -> tuple[dict[str, Any], pd.DataFrame]:
    glove, pairs = _glove(), datasets.rw()
    pairs = pairs.rename(columns={"word1": "rare", "word2": "word"})
    hidden = set(pairs["rare"])
    known = {word: glove[word] for word in cast("list[str]", glove.index_to_key)[:_POOL] if word not in hidden}
    # pandas' isin would copy the 400,000 words for either column, in five seconds.
    both = [
        rare in glove.key_to_index and word in known for rare, word in zip(pairs["rare"], pairs["word"], strict=True)
    ]
    pairs = pairs[both]
    words = sorted(set(pairs["rare"]))
    held_out = set(words[::2])
    pairs = pairs.assign(part=["held-out" if word in held_out else "train" for word in pairs["rare"]])
    return known, pairs.reset_index(drop=True)


@cache
def held_out() -> pd.DataFrame:
    pairs = _hidden()[1]
    return pairs[pairs["part"] == "held-out"].reset_index(drop=True)


def _shared() -> dict[str, object]:
    known, pairs = hidden_words()
    return {"known": known, "rare_pairs": pairs, "glove": _glove()}


def _cosine(u: Any, v: Any) -> float:
    return float(u @ v / (np.linalg.norm(u) * np.linalg.norm(v)))


@cache
def _beginnings() -> dict[str, list[str]]:
    """For each beginning of three or more letters the known words that begin so, frequent ones first."""
    found: dict[str, list[str]] = {}
    for word in _hidden()[0]:
        for length in range(3, len(word) + 1):
            found.setdefault(word[:length], []).append(word)
    return found


@cache
def _mean() -> Floats:
    mean: Floats = np.mean(list(_hidden()[0].values()), axis=0)
    return mean


def longest_beginning(word: str) -> Floats:
    """The vector of the longest known word with which a word begins."""
    known = _hidden()[0]
    return next((known[word[:n]] for n in range(len(word), 2, -1) if word[:n] in known), _mean())


def by_first_letters(word: str, n: int) -> Floats:
    known = _hidden()[0]
    mean: Floats = np.mean([known[other] for other in _beginnings().get(word[:n], ["the"])], axis=0)
    return mean


@cache
def _of_pieces() -> dict[str, Floats]:
    """For each piece of 3 to 6 characters the mean of the known words that have it."""
    sums: dict[str, Any] = {}
    for word, vector in _hidden()[0].items():
        for piece in set(cut(word, range(3, 7))):
            total, count = sums.get(piece, (0.0, 0))
            sums[piece] = (total + vector, count + 1)
    return {piece: total / count for piece, (total, count) in sums.items()}


def mean_of_pieces(word: str) -> Floats:
    """The chapter's own idea: the mean of its pieces, each the mean of the words that have it."""
    found = [_of_pieces()[piece] for piece in cut(word, range(3, 7)) if piece in _of_pieces()]
    return np.mean(found, axis=0) if found else _mean()


def _guessed(function: Any) -> dict[str, Floats]:
    rare = dict.fromkeys(held_out()["rare"])
    return {word: as_array(call(function, word), "a vector of 50 numbers", (50,), directions=True) for word in rare}


def _cosines(function: Any) -> Floats:
    known, guessed = _hidden()[0], _guessed(function)
    pairs = zip(held_out()["rare"], held_out()["word"], strict=True)
    return np.array([_cosine(guessed[rare], known[word]) for rare, word in pairs])


def is_glove(function: Any) -> bool:
    """Whether a function gives the vectors that GloVe has for the hidden words."""
    return bool(np.mean([_cosine(vector, _glove()[word]) > 0.999 for word, vector in _guessed(function).items()]) > 0.5)


@cache
def of_glove() -> float:
    from scipy.stats import spearmanr

    return float(spearmanr(_cosines(lambda word: _glove()[word]), held_out()["score"]).statistic)


unseen = beats(
    TEXTS["unseen"],
    "guess(word)",
    _cosines,
    lambda: _cosines(longest_beginning),
    ahead_by_spearman(lambda: held_out()["score"].to_numpy()),
    _shared,
    reads="vector",
)

EXERCISES = [two_papers, pieces_of, unseen]

# --- Quiz


def _exam(restrict_vocab: int) -> Any:
    from embedlib.evaluation.analogy import evaluate_analogies

    return evaluate_analogies(_glove(), datasets.google_analogies(), restrict_vocab=restrict_vocab, n_bootstrap=0).iloc[
        -1
    ]


def _key_cut() -> int:
    large, small = _exam(40_000), _exam(10_000)
    return only_true(
        bool(small["accuracy"] < large["accuracy"]),
        bool(small["n_correct"] >= large["n_correct"]),
        bool(small["accuracy"] > large["accuracy"] and small["n_correct"] < large["n_correct"]),
        bool(abs(small["accuracy"] - large["accuracy"]) < 0.01),
    )


def _key_weight() -> int:
    from embedlib.words.glove import glove_weights

    once, often = glove_weights([1, 100], x_max=100)
    return nearest(once / often, 1 / 100, 1 / 32, 1.0, 0.0)


def _key_king() -> int:
    from embedlib.evaluation.analogy import solve

    first = solve(_glove(), "man", "king", "woman", k=1, exclude_inputs=False)["word"].item()
    return ["queen", "king", "woman", "throne"].index(first)


@cache
def _fasttext() -> Any:
    from embedlib.words.load import load_word_vectors

    return load_word_vectors("course-fasttext-100d")


def _key_foo() -> int:
    vectors = _fasttext()
    known = "fooXYZ" in vectors.key_to_index
    says_yes = "fooXYZ" in vectors
    has_one = bool(np.any(vectors["fooXYZ"]))
    return only_true(known, says_yes and has_one and not known, not has_one, not says_yes)


def _key_goverment() -> int:
    vectors = _fasttext()
    seen = "goverment" in vectors.key_to_index
    rank_seen = [word for word, _ in vectors.most_similar("goverment", topn=10)].index("government") + 1
    rank_unseen = [word for word, _ in vectors.most_similar("enviroment", topn=10)].index("environment") + 1
    return only_true(
        not seen,
        "enviroment" in vectors.key_to_index,
        seen and rank_unseen < rank_seen,
        rank_seen < rank_unseen,
    )


def _key_weat() -> int:
    from embedlib.evaluation.association import association_test

    lists = datasets.weat().query("test == 6 and not removed").groupby("role")["word"].agg(list)
    found = association_test(_glove(), *lists[["X", "Y", "A", "B"]])
    smallest = math.isclose(found.p * found.n_permutations, 1)
    return only_true(
        found.p > 0.05,
        found.effect < 0.5,
        found.exact and smallest,
        not found.exact,
    )


TRANSFER = Path(__file__).parents[2] / "training" / "results" / "transfer.csv"


@cache
def _accuracies() -> dict[tuple[str, str, int], float]:
    """Mean accuracy over the draws, by vectors, mode and number of labelled texts."""
    groups: dict[tuple[str, str, int], list[float]] = {}
    with TRANSFER.open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            groups.setdefault((row["vectors"], row["mode"], int(row["n_texts"])), []).append(float(row["accuracy"]))
    return {key: float(np.mean(values)) for key, values in groups.items()}


def _key_coverage() -> int:
    found, google = _accuracies(), "word2vec-googlenews-26k"
    glove, wide, narrow = (found[name, "frozen", 10_000] for name in ("glove-6b-50d", google, f"{google}, 50 numbers"))
    return only_true(wide < glove, narrow > glove + 0.005, narrow < glove < wide, abs(wide - glove) < 0.005)


def _key_transfer() -> int:
    found = _accuracies()

    def lead(n_texts: int) -> float:
        return found["glove-6b-50d", "tuned", n_texts] - found["random-50d", "tuned", n_texts]

    return only_true(lead(100) < 0, lead(10_000) > lead(1_000), 0 <= lead(10_000) < lead(1_000) / 2, lead(1_000) < 0)


quiz = QUIZ = Quiz.of("ch04", globals())
