"""The texts that the skip-gram island can learn from: a made-up one, whose answer is known, and a real one."""

from __future__ import annotations

from functools import cache
from itertools import product

ANIMALS = ("cat", "dog", "horse", "cow")
DRINKS = ("tea", "coffee", "milk", "water", "juice")
ROYALS = ("king", "queen", "prince", "princess")

# Each frame is filled with every word of its kind: words of one kind stand in the same places, and only they do.
FRAMES = (
    (
        ANIMALS,
        (
            "the {} sleeps in the barn",
            "a {} runs in the field",
            "the {} eats the grass",
            "a {} sleeps in the field",
            "the {} runs in the grass",
            "the {} eats in the barn",
        ),
    ),
    (
        DRINKS,
        (
            "she drinks a cup of {}",
            "he pours a glass of {}",
            "he drinks cold {}",
            "a cup of hot {}",
            "she pours the hot {}",
            "a glass of cold {}",
        ),
    ),
    (
        ROYALS,
        (
            "the {} wears a crown",
            "the {} sits on the throne",
            "the {} rules in the palace",
            "the crown of the {}",
            "the {} on the throne of the palace",
        ),
    ),
    (("king", "prince"), ("the {} is a man", "he is a {}", "the man is the {}")),
    (("queen", "princess"), ("the {} is a woman", "she is a {}", "the woman is the {}")),
)

# "The House That Jack Built", traditional; each line of the rhyme is said before all the lines that it grew from.
RHYME = (
    "the malt that lay in",
    "the rat that ate",
    "the cat that killed",
    "the dog that worried",
    "the cow with the crumpled horn that tossed",
    "the maiden all forlorn that milked",
    "the man all tattered and torn that kissed",
    "the priest all shaven and shorn that married",
    "the cock that crowed in the morn that waked",
    "the farmer sowing his corn that kept",
)


def made_up() -> str:
    """Every frame with every word of its kind, the kinds taking turns."""
    kinds = [[frame.format(word) for frame, word in product(frames, words)] for words, frames in FRAMES]
    # Place each sentence at its share of its own kind, so that the kinds are spread evenly over the text.
    placed = [((i + 0.5) / len(kind), at, each) for at, kind in enumerate(kinds) for i, each in enumerate(kind)]
    return " ".join(f"{sentence.capitalize()}." for _, _, sentence in sorted(placed))


def rhyme() -> str:
    """The whole rhyme, verse after verse."""
    tail, verses = "the house that Jack built", []
    for line in ("", *RHYME):
        tail = f"{line} {tail}".strip()
        verses.append(f"This is {tail}.")
    return " ".join(verses)


@cache
def texts() -> dict[str, str]:
    """The island's own texts by name.

    >>> {name: len(text.split(".")) - 1 for name, text in texts().items()}
    {'made-up': 86, 'rhyme': 11}
    """
    return {"made-up": made_up(), "rhyme": rhyme()}
