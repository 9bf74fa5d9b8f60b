"""Skip-gram with negative sampling, trained in the page: every number of a step, both matrices, loss and map."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from itertools import accumulate, product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedlib.islands.base import Island, plain_table
from embedlib.islands.pool import palette
from embedlib.islands.words import signed
from embedlib.text.encode import Encoded, encode

FOLDER = Path(__file__).parent
AHEAD = 10_000
"""Steps, at least, that the table without scripts looks ahead."""
NEIGHBOURS = 5
FAVOURITES = ("tea", "cat")
"""The words whose neighbours are shown unless the reader chooses another, where the text has them."""
MOST_WORDS = 48
MOST_CHARACTERS = 20_000
RANGES = {"window": (1, 5), "negatives": (0, 10), "dimensions": (2, 10), "seed": (0, 2**32 - 1)}
DEFAULTS = {
    "corpus": "made-up",
    "text": "",
    "seed": 21,
    "window": 2,
    "negatives": 3,
    "dimensions": 8,
    "learning_rate": 0.1,
    "one_matrix": False,
    "lose_repeats": False,
    "word": "",
}


@cache
def texts() -> dict[str, str]:
    """The island's own texts by name: one made up, whose answer is known, and a real one.

    >>> {name: len(text.split(".")) - 1 for name, text in texts().items()}
    {'made-up': 86, 'rhyme': 11}
    """
    kept = tomllib.loads((FOLDER / "texts.toml").read_text(encoding="utf-8"))
    placed: list[tuple[float, int, str]] = []
    for kind in kept["kinds"]:
        made = [frame.format(word) for frame, word in product(kind["frames"], kind["words"])]
        # Place each sentence at its share of its own kind, so that the kinds take turns over the whole text.
        placed += [((i + 0.5) / len(made), len(placed) + i, each) for i, each in enumerate(made)]
    verses = accumulate(kept["rhyme"]["lines"], lambda tail, line: f"{line} {tail}", initial=kept["rhyme"]["end"])
    return {
        "made-up": " ".join(f"{sentence.capitalize()}." for *_, sentence in sorted(placed)),
        "rhyme": " ".join(f"This is {verse}." for verse in verses),
    }


def tokens(text: str) -> list[list[str]]:
    """Sentences of words in lower case; letters, marks, digits and inner apostrophes or hyphens make a word.

    >>> tokens("The cat's milk! 2 cups…")
    [['the', "cat's", 'milk'], ['2', 'cups']]
    """
    plain = "".join(
        c if unicodedata.category(c)[0] in "LMN" or c in "'-.!?;:\n\r…。！？" else " "
        for c in text.lower().replace("’", "'")
    )
    split = ([piece.strip("'-") for piece in part.split()] for part in re.split(r"[.!?;:\n\r…。！？]+", plain))
    return [words for pieces in split if (words := [word for word in pieces if word])]


@lru_cache(maxsize=8)
def read(text: str) -> Encoded:
    """A text as numbers, with its most frequent words; ValueError for one that teaches nothing."""
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"The text has {len(text):,} characters; this island takes {MOST_CHARACTERS:,} at most.")
    found = encode(tokens(text), max_vocab=MOST_WORDS)
    if np.bincount(found.sentences[found.tokens >= 0]).max() < 2:
        raise ValueError(f"No two of the {len(found.words)} most frequent words of this text share a sentence.")
    return found


def text_of(options: dict[str, Any]) -> str:
    """The text that these options learn from."""
    return str(options["text"] if options["corpus"] == "own" else texts()[options["corpus"]])


def check(options: dict[str, Any]) -> dict[str, Any]:
    """The options made valid; ValueError says what an option may be."""
    corpora = [*texts(), "own"]
    if options["corpus"] not in corpora:
        raise ValueError(f'There is no text "{options["corpus"]}"; there are: {", ".join(corpora)}.')
    for name, (least, most) in RANGES.items():
        value = options[name]
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
            raise ValueError(f"{name} is a whole number from {least} to {most:,}, not {value!r}.")
    rate = options["learning_rate"]
    if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not 0 < rate <= 1:
        raise ValueError(f"learning_rate is a number above 0 and at most 1, not {rate!r}.")
    for name in ("one_matrix", "lose_repeats"):
        if not isinstance(options[name], bool):
            raise ValueError(f"{name} is True or False, not {options[name]!r}.")
    for name in ("text", "word"):
        if not isinstance(options[name], str):
            raise ValueError(f"{name} is text in quotes, not {options[name]!r}.")
    words, word = read(text_of(options)).words, options["word"].strip().lower()
    if word and word not in words:
        raise ValueError(
            f'"{options["word"]}" is not among the words of this text; with word="" the island chooses one. '
            f"They are: {', '.join(words)}."
        )
    return {**options, "learning_rate": float(rate), "word": word}


def least_loss(pairs: NDArray[Any], noise: NDArray[Any], negatives: int) -> float:
    """The average loss of n pairs, shape (n, 2), below which no vectors can go, with the words' noise, shape (V,).

    It is reached where u·v = PMI(w, c) - log k, with the noise in the place of P(c) (Levy & Goldberg 2014);
    pairs that never occur would need minus infinity, and vectors of a few numbers cannot have it all.
    """
    from scipy.special import xlogy

    from embedlib.words.skipgram import count_pairs

    centres, contexts, times = count_pairs(pairs)
    seen = times / len(pairs)
    drawn = negatives * np.bincount(pairs[:, 0])[centres] / len(pairs) * noise[contexts]
    return float(-(xlogy(seen, seen / (seen + drawn)) + xlogy(drawn, drawn / (seen + drawn))).sum())


@lru_cache(maxsize=8)
def _rows(text: str, word: str, k: int, seed: int, window: int, size: int, rate: float, one: bool, lose: bool) -> Any:
    """The table's rows, its word and the least loss: the chapter's own training, one pair a step."""
    from embedlib.words.skipgram import noise_distribution, train_skipgram, window_pairs

    def losing(matrix: NDArray[Any], rows: NDArray[Any], values: NDArray[Any]) -> None:
        matrix[rows] += values

    told = read(text)
    kept = told.tokens >= 0
    numbers, sentences = told.tokens[kept], told.sentences[kept]
    pairs = np.stack(window_pairs(numbers, sentences, np.full(len(numbers), window)), axis=1)
    chosen = next(each for each in (word, *FAVOURITES, told.words[len(told.words) // 2]) if each in told.words)
    lists = [[told.words[i] for i in numbers[sentences == at]] for at in np.unique(sentences)]
    settings: dict[str, Any] = {
        **{"vector_size": size, "window": window, "negative": k, "seed": seed, "one_matrix": one},
        **{"min_count": 1, "sample": 0, "dynamic_window": False, "batch_size": 1},
        "add_rows": losing if lose else np.add.at,
    }
    rows = []
    # At a learning rate of 0 nothing moves: that is the start.
    for epochs, alpha in ((1, 0.0), (-(-AHEAD // len(pairs)), rate)):
        steps = f"{epochs * len(pairs) if alpha else 0:,}"
        try:
            made: Any = train_skipgram(lists, **settings, epochs=epochs, alpha=alpha, min_alpha=alpha)
        except ValueError as reason:
            rows.append((steps, "–", str(reason)))
            continue
        found = made.most_similar(chosen, topn=NEIGHBOURS)
        near = ", ".join(f"{each} {signed(cosine)}" for each, cosine in found)
        rows.append((steps, f"{made.losses[-1]:.2f}", near))
    return rows, chosen, least_loss(pairs, noise_distribution(told.frequencies), k)


def fallback_html(options: dict[str, Any], invitation: str = "") -> str:
    """Loss and neighbours before the first step and after some 10,000, as a plain table."""
    keys = ("negatives", "seed", "window", "dimensions", "learning_rate", "one_matrix", "lose_repeats")
    rows, word, least = _rows(text_of(options), options["word"], *(options[key] for key in keys))
    ending = (
        " by the cosine of centre vectors. The loss is the average of the last steps; "
        f"no vectors can bring it below {signed(least)}.{invitation}"
    )
    return plain_table(["Nearest to ", word, ending], ("steps", "loss", "nearest words"), rows, "sg-ahead")


ISLAND = Island(
    folder=FOLDER,
    defaults=DEFAULTS,
    check=check,
    first=lambda _: {"texts": texts(), "palette": palette()},
    fallback_html=fallback_html,
    helpers=("skipgram/method.js", "map.js"),
    invitation=" Run this cell to train it step by step.",
)
