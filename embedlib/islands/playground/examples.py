"""Ready questions for the playground: some that the vectors answer as one would hope, some that they do not.

A test computes each answer anew and holds the notes to it. In a note, words spoken about stand between asterisks.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Example:
    """A ready question.

    Attributes
    ----------
    label : on its button.
    state : the options of the island that it sets.
    expected : the word that somebody who knows the language would answer, if there is one.
    note : a sentence or two, shown while the question stands.
    """

    label: str
    state: dict[str, list[str]]
    expected: str = ""
    note: str = ""


def _analogy(words: str, expected: str = "", note: str = "") -> Example:
    a, b, c = words.split()
    return Example(f"{a} : {b} :: {c} : ?", {"analogy": [a, b, c]}, expected, note)


def _odd(words: str, expected: str) -> Example:
    return Example(", ".join(words.split()), {"odd": words.split()}, expected)


def _axis(label: str, ends: str, words: str, note: str) -> Example:
    return Example(label, {"axis": ends.split(), "placed": words.split()}, "", note)


ANALOGIES = (
    _analogy("man king woman", "queen"),
    _analogy("paris france rome", "italy"),
    _analogy("go went eat", "ate"),
    _analogy("big bigger small", "smaller"),
    _analogy("mouse mice goose", "geese"),
    _analogy("hand glove foot", "shoe"),
    _analogy(
        "man doctor woman",
        note="Leave nothing out, and the answer is *doctor*, as it should be. What the switch brings to the top in its "
        "place is what the texts write about women; chapter 19 looks into it.",
    ),
)

ODD = (
    _odd("breakfast cereal dinner lunch", "cereal"),
    _odd("piano violin guitar singer", "singer"),
    _odd("march april may june monday", "monday"),
    _odd("whale salmon tuna shark", "whale"),
    _odd("rose tulip daisy oak", "oak"),
    _odd("london paris berlin germany", "germany"),
)

AXES = (
    _axis(
        "war to peace",
        "war peace",
        "gun soldier tank bomb treaty dove agreement negotiation",
        "An axis that works: each of the eight lies on the side where one would put it.",
    ),
    _axis(
        "football to opera",
        "football opera",
        "coach striker goal stadium stage tenor aria soprano",
        "Two topics far apart make a good axis: the words of each lie on its side.",
    ),
    _axis(
        "cold to hot: seasons",
        "cold hot",
        "winter spring summer autumn january july",
        "The order looks right. But all six lie within the grey band, and the axis explains next to nothing of them.",
    ),
    _axis(
        "cold to hot: food and drink",
        "cold hot",
        "ice snow fire soup stew coffee tea lemonade yogurt chili",
        "*lemonade* is the hottest and *fire* the coldest: this axis is about what *cold* and *hot* are written with, "
        "which is not temperature alone.",
    ),
    _axis(
        "small to large: animals",
        "small large",
        "ant mouse rabbit cat dog sheep horse elephant whale",
        "What lies between these two words is not size: *cat* and *dog* lie beyond *small* itself, and *ant* does not "
        "lead.",
    ),
    _axis(
        "he to she: professions",
        "he she",
        "nurse secretary engineer doctor lawyer pilot hairdresser dancer carpenter librarian plumber",
        "This is what the texts hold, not what is so or should be; chapter 19 looks into it. And *secretary* lies "
        "towards *he*: its neighbours are ministers and officials.",
    ),
    _axis(
        "cold to hot: eight strangers",
        "cold hot",
        "lauren endorsed 11 acclaim dose influence oven nationally",
        "Eight words drawn at random. They, too, line up, and a story for each would not be hard to find.",
    ),
)
