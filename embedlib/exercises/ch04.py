"""Chapter 4, Pretrained word vectors: three exercises and a quiz."""

from __future__ import annotations

import csv
import math
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import numpy.typing as npt

from embedlib import datasets
from embedlib.exercises.answers import call, need_function, pencil_number
from embedlib.exercises.core import Exercise
from embedlib.exercises.guard import is_a
from embedlib.exercises.messages import Wrong, code, shown, type_name
from embedlib.exercises.quiz import Quiz, only_true, question

if TYPE_CHECKING:
    import pandas as pd
    from gensim.models.keyedvectors import KeyedVectors

__all__ = ["EXERCISES", "QUIZ", "hidden_words", "pieces_of", "quiz", "two_papers", "unseen"]

Floats = npt.NDArray[np.floating[Any]]


@cache
def _glove() -> KeyedVectors:
    from embedlib.words.load import load_word_vectors

    return load_word_vectors("glove-6b-50d")


# --- Exercise 1: a number, found with a pencil

_QUESTIONS, _KNOWN, _FIRST_SHARE, _SECOND_SHARE = 20_000, 9_000, 0.60, 0.35
_FIRST, _SECOND = round(_KNOWN * _FIRST_SHARE), round(_QUESTIONS * _SECOND_SHARE)

_PAPER_MISTAKES: list[tuple[float, str, str]] = [
    (
        _FIRST - _SECOND,
        "sign",
        "The two counts are right, 5,400 and 7,000. You subtract the second from the first; the question is how many "
        "more the *second* answers.",
    ),
    (
        _SECOND - _QUESTIONS * _FIRST_SHARE,
        "share-of-all",
        "You take 60 % of all 20,000 questions for the first paper. It was asked 9,000 of them only: the others were "
        "left out.",
    ),
    (
        _QUESTIONS * _FIRST_SHARE - _SECOND,
        "share-of-all",
        "You take 60 % of all 20,000 questions for the first paper. It was asked 9,000 of them only: the others were "
        "left out.",
    ),
    (
        _KNOWN * _SECOND_SHARE - _FIRST,
        "share-of-known",
        "You take 35 % of 9,000 for the second paper. It was asked all 20,000 questions, and reports a share of them.",
    ),
    (
        _FIRST - _KNOWN * _SECOND_SHARE,
        "share-of-known",
        "You take 35 % of 9,000 for the second paper. It was asked all 20,000 questions, and reports a share of them.",
    ),
    (
        25,
        "percentages",
        "25 is the difference of the two percentages. They are shares of different numbers, 9,000 and 20,000: turn "
        "each into a count first.",
    ),
    (
        -25,
        "percentages",
        "25 is the difference of the two percentages. They are shares of different numbers, 9,000 and 20,000: turn "
        "each into a count first.",
    ),
    (_FIRST, "first-only", "5,400 is what the first answers rightly. How many does the second, and how many more?"),
    (_SECOND, "second-only", "7,000 is what the second answers rightly. How many does the first?"),
    (
        _QUESTIONS - _KNOWN,
        "left-out",
        "11,000 is how many questions the first paper leaves out. Of the others, how many are answered rightly?",
    ),
]


def _check_two_papers(answer: object) -> str:
    more = pencil_number(answer, "The number of questions")
    if abs(more - (_SECOND - _FIRST)) < 0.5:
        return (
            "Right: 7,000 less 5,400. The paper with the lower figure answers 1,600 questions more. On the 9,000 both "
            "were asked the first may still be the better one; the figures as printed do not say."
        )
    for mistake, name, text in _PAPER_MISTAKES:
        if abs(more - mistake) < 0.5:
            raise Wrong(text, name)
    raise Wrong(
        f"{more:,.6g} is not it. How many questions does each answer rightly? The first: 60 in 100 of the questions "
        "it was asked."
    )


two_papers = Exercise(
    id="ch04.two_papers",
    title="Two papers, one exam",
    prompt=(
        "Two papers report on the same 20,000 questions. The first says: accuracy 60 %, *questions with unknown words "
        "left out*; its model knows all the words of 9,000. The second says: accuracy 35 %, *unknown words counted "
        "wrong*. **How many more questions does the second model answer rightly than the first?** A pencil is enough."
    ),
    stub="more_right_answers = ...",
    answer_name="more_right_answers",
    hints=[
        "A percentage is a share of something. Of which number of questions is each a share?",
        "The first answers 60 % of 9,000 rightly.",
        "The second answers 35 % of 20,000 rightly. Subtract.",
    ],
    solution_code="more_right_answers = 0.35 * 20_000 - 0.60 * 9_000",
    solution_note=(
        "7,000 less 5,400. Neither figure is false, and neither can be compared with the other: each has a "
        "denominator of its own. A score without its coverage is half a number."
    ),
    checker=_check_two_papers,
    page_answers=[-5000, 25, 1600, 5400, 7000],
)


# --- Exercise 2: the pieces of a word

_WORDS = [("where", 3, 6), ("cat", 3, 6), ("a", 3, 6), ("banana", 3, 3), ("ox", 2, 4)]


def _pieces(word: str, shortest: int, longest: int, marks: str = "<>") -> set[str]:
    marked = marks[:1] + word + marks[1:]
    return {marked[i : i + n] for n in range(shortest, longest + 1) for i in range(len(marked) - n + 1)}


def _check_pieces(answer: object) -> str:
    function = need_function(answer, "pieces(word, shortest, longest)")
    for word, shortest, longest in _WORDS:
        found = _texts(call(function, word, shortest, longest), word)
        _judge_pieces(found, word, shortest, longest)
    return (
        "Right, for five words. fastText keeps no table of pieces: it hashes each of yours to one of its buckets, "
        "40,000 in this chapter's model, and takes what lies there. Two pieces may share a bucket, and nobody is told."
    )


def _texts(value: Any, word: str) -> set[str]:
    if is_a(value, str):
        raise Wrong(f"For *{word}* you return one text, {shown(value)}; a list of pieces is needed.", "one-text")
    if hasattr(type(value), "columns") or not hasattr(type(value), "__iter__"):
        raise Wrong(
            f"For *{word}* you return {shown(value)}, of type {code(type_name(value))}; a list of pieces is needed.",
            "wrong-type",
        )
    items = []
    for number, item in enumerate(value):
        if number == 10_000:
            raise Wrong(f"For *{word}* you return more than 10,000 pieces.", "too-many")
        if not is_a(item, str):
            raise Wrong(
                f"A piece is text; for *{word}* you return {shown(item)}, of type {code(type_name(item))}.",
                "wrong-type",
            )
        items.append(str.__str__(item))
    return set(items)


def _judge_pieces(found: set[str], word: str, shortest: int, longest: int) -> None:
    right = _pieces(word, shortest, longest)
    if found == right:
        return
    asked = code(f"pieces({word!r}, {shortest}, {longest})")
    if not found:
        raise Wrong(f"{asked} is empty. The marks belong to the word: *<{word}>* is long enough.", "empty")
    if found == _pieces(word, shortest, longest, ""):
        raise Wrong(
            f"{asked} cuts up *{word}* and not *<{word}>*. With the marks, *<un* at a beginning is another piece than "
            "*un* in the middle.",
            "no-marks",
        )
    if found == _pieces(word, shortest, longest - 1):
        raise Wrong(f"{asked} stops at {longest - 1} characters. Does `range` include its end?", "off-by-one")
    if found == _pieces(word, longest, longest) or found == _pieces(word, shortest, shortest):
        raise Wrong(
            f"{asked} has pieces of one length only; all from {shortest} to {longest} are asked for.", "one-length"
        )
    if found == {piece for piece in right if not piece.endswith(">")}:
        raise Wrong(f"{asked} lacks the pieces at the end, such as {code(word[-2:] + '>')}.", "no-end")
    if found == right | {word} or found == right | {f"<{word}>"}:
        raise Wrong(
            f"{asked} holds the whole word, too, which is longer than {longest} characters with its marks.", "whole"
        )
    missing, more = sorted(right - found, key=len), sorted(found - right, key=len)
    said = [f"lacks {code(missing[0])}"] if missing else []
    said += [f"holds {code(more[0])}, which is none of them"] if more else []
    raise Wrong(f"{asked} {' and '.join(said)}.")


pieces_of = Exercise(
    id="ch04.pieces_of",
    title="What fastText cuts a word into",
    prompt=(
        "Write `pieces(word, shortest, longest)`, which returns the pieces that fastText makes of a word: put `<` in "
        "front and `>` behind, and take every run of `shortest` to `longest` characters of the result. "
        '`pieces("cat", 3, 6)` has six, from *<ca* to *<cat>*. The order does not matter.'
    ),
    stub='def pieces(word, shortest, longest):\n    """Return the pieces of a word, as a list or a set."""\n    ...',
    answer_name="pieces",
    hints=[
        'Begin with `marked = f"<{word}>"`. Where can a run of 3 characters begin, and how many such places are there?',
        "In a text of 5 characters, runs of 3 begin at 0, 1 and 2: `range(len(marked) - 3 + 1)`.",
        "Do that for every length in `range(shortest, longest + 1)`.",
    ],
    solution_code="""
def pieces(word, shortest, longest):
    marked = f"<{word}>"
    return [
        marked[start : start + length]
        for length in range(shortest, longest + 1)
        for start in range(len(marked) - length + 1)
    ]
""",
    solution_note=(
        "A word shorter than a run gives none, since `range` of a negative number is empty. *<cat>* itself is among "
        "the pieces of *cat*; *<where>* has 7 characters and is not among those of *where*."
    ),
    checker=_check_pieces,
)


# --- Exercise 3: a vector for a word that is not there

FLOOR = 0.25
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
    pairs = pairs[pairs["rare"].isin(glove.key_to_index.keys()) & pairs["word"].isin(known.keys())]
    words = sorted(set(pairs["rare"]))
    held_out = set(words[::2])
    pairs = pairs.assign(part=["held-out" if word in held_out else "train" for word in pairs["rare"]])
    return known, pairs.reset_index(drop=True)


@cache
def _held_out() -> pd.DataFrame:
    pairs = _hidden()[1]
    return pairs[pairs["part"] == "held-out"].reset_index(drop=True)


def _shared() -> dict[str, object]:
    known, pairs = hidden_words()
    return {"known": known, "rare_pairs": pairs, "glove": _glove()}


def _agreement(guessed: dict[str, Floats]) -> float:
    """Spearman's correlation of the cosines of guessed and known vectors with the raters, on the held-out pairs."""
    from scipy.stats import spearmanr

    known, pairs = _hidden()[0], _held_out()
    cosines = [_cosine(guessed[rare], known[word]) for rare, word in zip(pairs["rare"], pairs["word"], strict=True)]
    return float(spearmanr(cosines, pairs["score"]).statistic)


def _cosine(u: Any, v: Any) -> float:
    return float(u @ v / (np.linalg.norm(u) * np.linalg.norm(v)))


def _check_unseen(answer: object) -> str:
    function = need_function(answer, "guess(word)")
    glove = _glove()
    guessed = {word: _vector(call(function, word), word) for word in dict.fromkeys(_held_out()["rare"])}
    looked_up = float(np.mean([_cosine(vector, glove[word]) > 0.999 for word, vector in guessed.items()]))
    if looked_up > 0.5:
        raise Wrong(
            "Your vectors are GloVe's own for the hidden words. The point is to do without them: use `known` only.",
            "looked-up",
        )
    stacked = np.stack(list(guessed.values()))
    if np.allclose(stacked, stacked[0]):
        raise Wrong(
            "Every word gets the same vector. Then the cosine only says how ordinary the *other* word is, and the "
            "order of the pairs comes from that. What in the rare word itself could tell its meaning?",
            "constant",
        )
    agreement = _agreement(guessed)
    best = _agreement({word: glove[word] for word in guessed})
    measured = f"Your vectors and the raters correlate at {agreement:.2f} on {len(_held_out()):,} held-out pairs"
    if agreement >= FLOOR:
        return (
            f"Right: {measured[0].lower()}{measured[1:]}; {FLOOR} were asked for. With the vectors that GloVe learned "
            f"for these words it is {best:.2f}: for words this rare, the spelling says nearly as much as the few "
            "sentences in which they stood."
        )
    raise Wrong(
        f"{measured}; {FLOOR} are asked for, and GloVe's own vectors of these words reach {best:.2f}. Which words of "
        "`known` is a word like *circumvents* or *dispossess* made of, or made like?",
        "below-floor",
    )


def _vector(value: Any, word: str) -> Floats:
    if is_a(value, str):
        raise Wrong(
            f"For *{word}* you return the text {shown(value)}. A vector is needed: `known[...]` gives one.", "a-word"
        )
    try:
        vector: Floats = np.asarray(value, dtype=np.float64)
    except (TypeError, ValueError):
        raise Wrong(
            f"For *{word}* you return {shown(value)}; a vector of 50 numbers is needed.", "wrong-type"
        ) from None
    if vector.shape != (50,):
        raise Wrong(
            f"For *{word}* you return an array of shape {code(vector.shape)}; a vector of 50 numbers is needed.",
            "wrong-shape",
        )
    if not np.isfinite(vector).all():
        raise Wrong(f"The vector for *{word}* holds `nan` or infinity. Is a mean taken of no vectors at all?", "nan")
    if not vector.any():
        raise Wrong(
            f"The vector for *{word}* is all zeros: it has no direction, and no cosine. If no piece of a word is "
            "known, give it some direction, such as that of the mean of all vectors.",
            "zero",
        )
    return vector


unseen = Exercise(
    id="ch04.unseen",
    title="A vector for a word that is not there",
    prompt=(
        "From GloVe's 50,000 most frequent words all those have been taken that stand first in a pair of the Rare "
        "Words benchmark; the rest is `known`. Write `guess(word)`, which makes a vector of 50 numbers for a word that "
        "is not in `known`, from its spelling and from the vectors of `known`. The check takes held-out pairs of a "
        "rare word and a known one, and correlates the cosine of your vector and the known word's with what people "
        "say (Spearman). The mean of all vectors reaches less than 0, the longest known word with which the rare one "
        "begins about 0.1. Reach 0.25. `rare_pairs` has pairs to try it on, none of them among the held-out ones."
    ),
    stub='def guess(word):\n    """Return a vector of 50 numbers for a word that known lacks."""\n    ...',
    answer_name="guess",
    hints=[
        "*Circumvents* is not there, and *circumvent* or *circumventing* may be. Which words of `known` share the "
        "longest beginning with it?",
        "Make a dictionary once, outside the function: for each beginning of three or more letters, the words of "
        "`known` that begin so. `known.index_to_key` has the frequent words first.",
        "Take the longest beginning that the dictionary has, and the mean of the vectors of its first five words. "
        "What if there is none?",
    ],
    solution_code="""
begins = {}
for other in known.index_to_key:
    for length in range(3, len(other) + 1):
        begins.setdefault(other[:length], []).append(other)

def guess(word):
    for length in range(len(word), 2, -1):
        if word[:length] in begins:
            return known.vectors[[known.key_to_index[w] for w in begins[word[:length]][:5]]].mean(axis=0)
    return known.vectors.mean(axis=0)
""",
    solution_note=(
        "The words that share the longest beginning are mostly of the same family. It is fastText's idea with one "
        "piece a word in place of all of them, and nothing learned. What it cannot know is *un-*: for *unsure* it asks "
        "*unsuccessful*."
    ),
    checker=_check_unseen,
    shared=_shared,
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
    return int(np.argmin(np.abs(np.array([1 / 100, 1 / 32, 1.0, 0.0]) - once / often)))


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


quiz = Quiz(
    "ch04",
    [
        question(
            "GloVe keeps its 10,000 most frequent words and loses the others. Questions with unknown words are left "
            "out, as gensim does by default. What happens on Google's analogies?",
            _key_cut,
            2,
            (
                "Accuracy falls: it knows less.",
                "It does know less, and is no longer asked about it. The questions that remain are the easy ones.",
            ),
            (
                "It answers more questions rightly.",
                "It answers fewer. Only the share of those it is still asked goes up.",
            ),
            (
                "Accuracy rises, and it answers fewer questions rightly.",
                "Both at once: the numerator shrinks, and the denominator shrinks faster.",
            ),
            ("Accuracy stays within one point.", "It rises by far more than that: look at the bars again."),
        ),
        question(
            "In GloVe's objective, with $x_{max}$ = 100, how much does a pair seen once weigh beside one seen 100 times?",
            _key_weight,
            1,
            ("1/100 as much", "That would be a power of 1. The paper takes 3/4, which is kinder to the rare."),
            ("about 1/32 as much", "(1/100) to the power of 3/4. Rare pairs are heard, and not shouted down."),
            ("as much", "Then 62 in 100 cells, each seen once, would decide what the vectors become."),
            ("nothing", "Only a pair never seen weighs nothing."),
        ),
        question(
            "king − man + woman: with no word left out, which is the nearest in GloVe?",
            _key_king,
            1,
            ("*queen*", "It is second. It comes first once *king* has been taken out of the race."),
            ("*king*", "The sum has moved so little that it lands nearest to where it started."),
            ("*woman*", "She is added, and still not nearest: the sum stays where *king* is."),
            ("*throne*", "It comes third, behind *king* and *queen*."),
        ),
        question(
            "Which is true of *fooXYZ* in this chapter's fastText vectors?",
            _key_foo,
            1,
            ("It was in the training text.", "It was not: `key_to_index` lacks it."),
            (
                "`in` says it is there, it has a vector, and it was never seen.",
                "Its pieces are looked up in hash buckets, and every bucket holds something. A vector is no evidence "
                "that a word is understood.",
            ),
            ("Its vector is all zeros.", "A zero would be honest. The mean of a few buckets is not zero."),
            ("`in` says that it is not there.", "For fastText's vectors, `in` says yes to anything with a piece."),
        ),
        question(
            "*enviroment* is too rare in the training text to have a vector of its own, and *goverment* has one. "
            "Which lands nearer to its proper spelling, by rank?",
            _key_goverment,
            2,
            ("*enviroment*, and *goverment* has none either.", "*goverment* is in the vocabulary: look it up."),
            ("Both have one.", "*enviroment* has none, and is made of its pieces."),
            (
                "*enviroment*: made of its pieces alone, it has *environment* first.",
                "*goverment* has *prostitution* first. One word proves no rule; it shows that *seen* is not *known well*.",
            ),
            (
                "*goverment*: a word that was seen is known better.",
                "It sounds right, and is not so here: its own vector is one of some thirty that are averaged.",
            ),
        ),
        question(
            "Google's file covers 77 % of the tokens of the film reviews, GloVe's 99.5 %. Frozen under one classifier, "
            "with 10,000 labelled lines, which does better?",
            _key_coverage,
            1,
            ("GloVe's, since it misses next to nothing.", "What the other misses is mostly *and*, *of*, *a* and *to*."),
            (
                "Google's, and still so when it is cut to GloVe's 50 numbers.",
                "Whether the missing words cost it anything the table does not say; even with 50 numbers it is ahead.",
            ),
            (
                "Google's, but only because it has 300 numbers a word.",
                "A part of its lead comes from there; with 50 a part remains.",
            ),
            ("They are the same, within half a point.", "They are more than two points apart even at 50 numbers each."),
        ),
        question(
            "The test of names, careers and families gives p = 0.00008, over 12,870 ways of dealing 16 names into two "
            "groups of 8. What does that say?",
            _key_weat,
            2,
            ("The association may well be chance.", "At 8 in 100,000 that is hard to hold."),
            ("The effect is small, but sure.", "p says nothing about size; d does, and it is large."),
            (
                "No other way of dealing them reaches this d.",
                "1 in 12,870 is the smallest p that these sixteen names can give.",
            ),
            ("The p value was estimated from random dealings.", "All 12,870 were tried: it is exact."),
        ),
        question(
            "A classifier of film reviews starts from GloVe or from random vectors, and tunes them. What do more "
            "labelled texts change?",
            _key_transfer,
            2,
            ("At 100 texts the random ones lead.", "There the borrowed ones do: the texts hold too few words."),
            ("The more texts, the greater GloVe's lead.", "The other way round: what was borrowed can be learned."),
            (
                "GloVe's lead shrinks: at 10,000 it is less than half of what it is at 1,000.",
                "Borrowed vectors stand in for labels that you do not have.",
            ),
            ("At 1,000 texts the random ones lead.", "At 1,000 the borrowed ones are still ahead."),
        ),
    ],
)
QUIZ = quiz
