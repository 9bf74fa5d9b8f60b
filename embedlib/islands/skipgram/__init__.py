"""Skip-gram with negative sampling, trained in the page: every number of a step, both matrices, loss and map."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedlib.islands.base import Island, plain_table, within
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
ENDS = re.compile(r"[.!?;:\n\r…。！？]+")


@cache
def texts() -> dict[str, str]:
    """The island's own texts by name: one made up, whose answer is known, and a real one.

    >>> {name: len(text.split(".")) - 1 for name, text in texts().items()}
    {'made-up': 86, 'rhyme': 11}
    """
    return tomllib.loads((FOLDER / "texts.toml").read_text(encoding="utf-8"))


def tokens(text: str) -> list[list[str]]:
    """Sentences of words in lower case; letters, marks, digits and inner apostrophes or hyphens make a word.

    >>> tokens("The cat's milk! 2 cups…")
    [['the', "cat's", 'milk'], ['2', 'cups']]
    """
    found = []
    for part in ENDS.split(text.lower().replace("’", "'")):
        plain = "".join(c if c in "'-" or unicodedata.category(c)[0] in "LMN" else " " for c in part)
        found.append([word for piece in plain.split() if (word := piece.strip("'-"))])
    return [words for words in found if words]


@lru_cache(maxsize=8)
def read(text: str) -> Encoded:
    """A text as numbers, with its most frequent words; ValueError for one that teaches nothing."""
    if len(text) > MOST_CHARACTERS:
        raise ValueError(f"The text has {len(text):,} characters; this island takes {MOST_CHARACTERS:,} at most.")
    found = encode(tokens(text), max_vocab=MOST_WORDS)
    if np.bincount(found.sentences[found.tokens >= 0]).max() < 2:
        raise ValueError(f"No two of the {len(found.words)} most frequent words of this text share a sentence.")
    return found


def check(options: dict[str, Any]) -> dict[str, Any]:
    """The options made valid; ValueError says what an option may be."""
    corpora = {**texts(), "own": options["text"]}
    if options["corpus"] not in corpora:
        raise ValueError(f'There is no text "{options["corpus"]}"; there are: {", ".join(corpora)}.')
    for name, (least, most) in RANGES.items():
        within(name, options[name], least, most)
    rate, words, word = (
        options["learning_rate"],
        read(corpora[options["corpus"]]).words,
        options["word"].strip().lower(),
    )
    if isinstance(rate, bool) or not isinstance(rate, (int, float)) or not 0 < rate <= 1:
        raise ValueError(f"learning_rate is a number above 0 and at most 1, not {rate!r}.")
    if word and word not in words:
        raise ValueError(
            f'"{options["word"]}" is not among the words of this text; with word="" the island chooses one. '
            f"They are: {', '.join(words)}."
        )
    return {**options, "learning_rate": float(rate), "word": word}


@lru_cache(maxsize=8)
def _ahead(**options: Any) -> tuple[list[tuple[str, str, str]], str, float]:
    """The table's rows, its word and the least loss: the chapter's own training, one pair a step."""
    from embedlib.words.skipgram import least_loss, noise_distribution, train_skipgram, window_pairs

    def losing(matrix: NDArray[Any], rows: NDArray[Any], values: NDArray[Any]) -> None:
        matrix[rows] += values

    told = read({**texts(), "own": options["text"]}[options["corpus"]])
    kept = told.tokens >= 0
    numbers, sentences = told.tokens[kept], told.sentences[kept]
    pairs = np.stack(window_pairs(numbers, sentences, np.full(len(numbers), options["window"])), axis=1)
    word = next(each for each in (options["word"], *FAVOURITES, told.words[len(told.words) // 2]) if each in told.words)
    lists = [[told.words[i] for i in numbers[sentences == at]] for at in np.unique(sentences)]
    settings = {key: options[key] for key in ("window", "seed", "one_matrix")}
    settings |= {"vector_size": options["dimensions"], "negative": options["negatives"], "dynamic_window": False}
    settings |= {
        "min_count": 1,
        "sample": 0,
        "batch_size": 1,
        "add_rows": losing if options["lose_repeats"] else np.add.at,
    }
    rows = []
    # At a learning rate of 0 nothing moves: that is the start.
    for epochs, alpha in ((1, 0.0), (-(-AHEAD // len(pairs)), options["learning_rate"])):
        steps = f"{epochs * len(pairs) if alpha else 0:,}"
        try:
            made: Any = train_skipgram(lists, **settings, epochs=epochs, alpha=alpha, min_alpha=alpha)
        except ValueError as reason:
            rows.append((steps, "–", str(reason)))
            continue
        near = ", ".join(f"{each} {signed(cosine)}" for each, cosine in made.most_similar(word, topn=NEIGHBOURS))
        rows.append((steps, f"{made.losses[-1]:.2f}", near))
    return rows, word, least_loss(pairs, noise_distribution(told.frequencies), options["negatives"])


def fallback_html(options: dict[str, Any], invitation: str = "") -> str:
    """Loss and neighbours before the first step and after some 10,000, as a plain table."""
    rows, word, least = _ahead(**options)
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
