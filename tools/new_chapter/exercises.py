"""Chapter 0, CHAPTER_TITLE: three exercises and a quiz."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from embedlib.exercises.answers import as_number, call, need_function
from embedlib.exercises.core import Exercise
from embedlib.exercises.guard import is_a
from embedlib.exercises.messages import Wrong, code, shown, type_name
from embedlib.exercises.quiz import Quiz, only_true, question

__all__ = ["EXERCISES", "QUIZ", "nearest_word", "odd_one_out", "product", "quiz"]


@cache
def _vectors() -> Any:  # gensim's KeyedVectors, whose methods carry no types
    from embedlib.words.load import load_word_vectors

    return load_word_vectors("glove-6b-50d")


def _shared() -> dict[str, object]:
    return {"vectors": _vectors()}


def _word(function: Callable[..., Any], argument: object) -> str:
    """Call the reader's function and return the one known word that it answers."""
    answer = call(function, argument)
    if is_a(answer, int) or issubclass(type(answer), np.integer):
        raise Wrong(f"You return a position, {shown(answer)}. The words are in `vectors.index_to_key`.", "position")
    if not is_a(answer, str):
        raise Wrong(
            f"One word is asked for; you return {shown(answer)}, of type {code(type_name(answer))}.",
            "not-one-word",
        )
    if str(answer) not in _vectors().key_to_index:
        raise Wrong(f"{code(answer)} is not among the words of these vectors.", "unknown-word")
    return str(answer)


# --- Exercise 1: a number, found with a pencil

_PRODUCT_MISTAKES: list[tuple[float, str, str]] = [
    (10, "sum-of-all", "10 is the sum of the four numbers. Which of them are multiplied with each other?"),
    (14, "crosswise", "14 is 1 · 2 + 4 · 3. Multiply first with first and second with second."),
    (25, "product-of-sums", "25 is (1 + 4) · (3 + 2). Multiply before you add."),
    (3, "first-only", "3 is the product of the first numbers. What becomes of the second ones?"),
]


def _check_product(answer: object) -> str:
    number = as_number(answer, "The dot product")
    if abs(number - 11) < 1e-6:
        return "Right: 1 · 3 + 4 · 2 = 11. Each number meets the one that stands at its own place."
    for mistake, name, text in _PRODUCT_MISTAKES:
        if abs(number - mistake) < 1e-6:
            raise Wrong(text, name)
    raise Wrong(f"{number:.4g} is not it: multiply number by number, then add up.", "other-number")


product = Exercise(
    id="ch00.product",
    title="A product with a pencil",
    prompt="What is the dot product of [1, 4] and [3, 2]? A pencil is enough.",
    stub="dot_product = ...",
    answer_name="dot_product",
    hints=["First with first, second with second.", "Two products are added: 1 · 3 is one of them."],
    solution_code="dot_product = 1 * 3 + 4 * 2",
    solution_note="It is what `np.array([1, 4]) @ np.array([3, 2])` computes.",
    checker=_check_product,
    page_answers=[10, 11, 14, 25],
)


# --- Exercise 2: the nearest word

_ASKED = ("cat", "river", "hot")


def _by_cosine(word: str) -> list[str]:
    units = _vectors().get_normed_vectors()
    order = np.argsort(-(units @ units[_vectors().key_to_index[word]]), kind="stable")
    return [_vectors().index_to_key[place] for place in order if _vectors().index_to_key[place] != word]


def _check_nearest_word(answer: object) -> str:
    function = need_function(answer, "nearest_word(word)")
    answers = {word: _word(function, word) for word in _ASKED}
    for word, found in answers.items():
        ordered = _by_cosine(word)
        if found == word:
            raise Wrong(f"`{word}` is the nearest word to `{word}`, always. Leave it out.", "word-itself")
        if found == ordered[-1]:
            raise Wrong(f"{code(found)} is the word *least* like *{word}*. Which way do you sort?", "ascending")
        if found != ordered[0]:
            raise Wrong(
                f"{code(found)} is number {ordered.index(found) + 1} from *{word}*; there is a nearer word.",
                "not-the-nearest",
            )
    return "Right, for *cat*, *river* and *hot*. Is the nearest word to *hot* one that means the same?"


nearest_word = Exercise(
    id="ch00.nearest_word",
    title="The nearest word",
    prompt=(
        "Write `nearest_word(word)`, which returns the word whose cosine with `word` is highest, "
        "`word` itself "
        "left out. `vectors` has all there is."
    ),
    stub='def nearest_word(word):\n    """Return the word nearest to word."""\n    ...',
    answer_name="nearest_word",
    hints=[
        "`vectors.get_normed_vectors()` has the vectors divided by their lengths.",
        "A product with one row gives the cosines with all words. The highest is that of the word itself.",
    ],
    solution_code="""
def nearest_word(word):
    units = vectors.get_normed_vectors()
    cosines = units @ units[vectors.key_to_index[word]]
    first, second = np.argsort(-cosines)[:2]
    return vectors.index_to_key[second]
""",
    solution_note="`most_similar(vectors, word, k=1)` of `embedlib.words.neighbors` shows the cosine as well.",
    checker=_check_nearest_word,
    shared=_shared,
)


# --- Exercise 3: real data, and a floor instead of one right answer

_LISTS = {
    "january": ["monday", "tuesday", "january", "friday"],
    "chair": ["chair", "apple", "pear", "banana"],
    "doctor": ["piano", "guitar", "violin", "doctor"],
    "seven": ["red", "seven", "green", "blue"],
    "pepper": ["london", "paris", "pepper", "rome"],
}
_FLOOR = 4


def _check_odd_one_out(answer: object) -> str:
    function = need_function(answer, "odd_one_out(words)")
    answers = {odd: _word(function, list(words)) for odd, words in _LISTS.items()}
    for odd, found in answers.items():
        if found not in _LISTS[odd]:
            raise Wrong(f"{code(found)} is not one of {', '.join(_LISTS[odd])}.", "not-in-the-list")
    right = sum(odd == found for odd, found in answers.items())
    if right >= _FLOOR:
        return f"Right: {right} of {len(_LISTS)} lists. Which list of your own does it get wrong?"
    places = {_LISTS[odd].index(found) for odd, found in answers.items()}
    if len(places) == 1:
        raise Wrong("You always return the word at the same place. Look at what the words are.", "same-place")
    raise Wrong(f"{right} of {len(_LISTS)} lists are right; {_FLOOR} are asked for.", "below-floor")


odd_one_out = Exercise(
    id="ch00.odd_one_out",
    title="The odd one out",
    prompt=(
        "Write `odd_one_out(words)`, which returns the word of a list that does not belong there, from the "
        "vectors alone. The check has five lists; reach four."
    ),
    stub='def odd_one_out(words):\n    """Return the word that does not belong."""\n    ...',
    answer_name="odd_one_out",
    hints=[
        "A word that does not belong is unlike the others. How would you put that into a number?",
        "`vectors.similarity(a, b)` is a cosine. Add up those of each word with all the others.",
    ],
    solution_code="""
def odd_one_out(words):
    def company(word):
        return sum(vectors.similarity(word, other) for other in words if other != word)

    return min(words, key=company)
""",
    solution_note="`vectors.doesnt_match(words)` compares each word with the mean of all of them instead.",
    checker=_check_odd_one_out,
    shared=_shared,
)

EXERCISES = [product, nearest_word, odd_one_out]


# --- Quiz


def _doubled() -> tuple[float, float]:
    """What doubling one vector does to the dot product and to the cosine, as factors."""
    u, v = np.array([1.0, 4.0]), np.array([3.0, 2.0])
    dot = float(u @ (2 * v) / (u @ v))
    return dot, dot / float(np.linalg.norm(2 * v) / np.linalg.norm(v))


def _key_river() -> int:
    return int(np.argmax([_vectors().similarity("river", word) for word in ("bank", "lake", "boat")]))


def _key_days() -> int:
    words = ["monday", "friday", "january"]
    return words.index(_vectors().doesnt_match(["monday", "tuesday", "friday", "january"]))


def _key_bank() -> int:
    rank = _by_cosine("river").index("bank") + 1
    return only_true(1_000 <= rank < 10_000, rank <= 10, rank >= 200_000)


quiz = Quiz(
    "ch00",
    [
        question(
            "Which of these words is nearest to *river* in these vectors?",
            _key_river,
            1,
            ("*bank*", "A bank is more often a house with money in it."),
            ("*lake*", "What is written about rivers is written about lakes, too."),
            ("*boat*", "Boats are on rivers, and they are on the sea as well."),
        ),
        question(
            "Which word do the vectors set apart from the others in *monday, tuesday, friday, january*?",
            _key_days,
            2,
            ("*monday*", "It stands in the same sentences as the other days."),
            ("*friday*", "A day among days; reports name it as they name the others."),
            ("*january*", "A month keeps somewhat other company than a day of the week."),
        ),
        question(
            "Every number of one vector is doubled. What happens to the dot product with another?",
            lambda: only_true(*(bool(np.isclose(_doubled()[0], factor)) for factor in (2, 1, 4))),
            0,
            ("It doubles.", "Each of the products that are added is twice as large."),
            ("It stays.", "That would be the cosine, which divides by the length."),
            ("It is four times as large.", "So it would be if both vectors were doubled."),
        ),
        question(
            "And what happens to the cosine?",
            lambda: only_true(*(bool(np.isclose(_doubled()[1], factor)) for factor in (2, 0.5, 1))),
            2,
            ("It doubles.", "The dot product does, and then it is divided by a doubled length."),
            ("It is halved.", "The length below the line doubles, and the product above it does, too."),
            ("It stays.", "The direction has not changed, and the cosine looks at nothing else."),
        ),
        question(
            "How many numbers has the vector of *cat* here?",
            lambda: (3, 50, 400_000).index(int(_vectors().vector_size)),
            1,
            ("3", "Three can be drawn in a room; real vectors have more of them."),
            ("50", "As many as the vector of every other word of this model."),
            ("400,000", "That is how many words there are, each with its own vector."),
        ),
        question(
            "Sort all other words by their cosine with *river*. Where does *bank* come?",
            _key_bank,
            0,
            (
                "Between the thousandth and the ten-thousandth",
                "Related, and yet behind a long row of waters.",
            ),
            ("Among the first ten", "Those are rivers, creeks and valleys; a bank is mostly about money."),
            ("In the second half", "It has a good deal more to do with rivers than most words."),
        ),
    ],
)

QUIZ = quiz
