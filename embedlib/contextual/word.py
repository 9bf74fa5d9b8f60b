"""One word's vector in one sentence: the article's ``get_word_embedding``, which takes the word it is asked for."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from embedlib import _check
from embedlib.contextual.encoder import POOLINGS, ContextualEncoder, _texts

__all__ = ["get_word_embedding"]


def get_word_embedding(
    sentence: str | Iterable[str],
    word: str | Iterable[str],
    occurrence: int | None = None,
    layer: int = -1,
    pooling: str = "mean",
    encoder: ContextualEncoder | str = "minilm-l6",
) -> npt.NDArray[np.float32]:
    """The vector of a word as it stands in a sentence.

    Parameters
    ----------
    sentence
        A text that holds the word, or n such texts, which are read together.
    word
        The word, in any casing; it may be of several words or hold marks, such as "ice cream" or "don't". For n texts
        one word for all of them, or n.
    occurrence
        Which one, from 0, if the word stands in the sentence more than once; −1 is the last.
    layer
        From 0 (what goes in) to the encoder's ``n_layers``, or from −1 backwards.
    pooling
        What is made of the word's pieces: their "mean", the "first", or the largest number in each place, "max".
    encoder
        An encoder, or the name of its asset, which is then loaded once.

    Returns
    -------
    array
        Shape (d,), or (n, d) for n texts.

    Raises
    ------
    KeyError
        If the word does not stand in the sentence, or more often than once and ``occurrence`` does not say which.
    ValueError
        If the encoder cannot read as far as the word.

    Examples
    --------
    >>> get_word_embedding("The bank is by the river.", "Bank").shape  # doctest: +SKIP
    (384,)
    >>> get_word_embedding("The bank is by the river.", "the")  # doctest: +SKIP
    Traceback (most recent call last):
        ...
    KeyError: '"the" stands in the sentence 2 times: say which by occurrence, from 0 to 1.'
    """
    _check.choice("pooling", pooling, POOLINGS)
    reader = _loaded(encoder) if isinstance(encoder, str) else encoder
    layer = reader._layer(layer)
    several = _several(sentence)
    texts: list[Any] = _texts(sentence) if several else [sentence]
    words: list[Any] = list(word) if _several(word) else [word] * len(texts)
    if len(words) != len(texts):
        raise ValueError(f"Each text has its word, and there are {len(texts)} texts and {len(words)} words.")
    spans = [_place(*one, occurrence) for one in zip(texts, words, strict=True)]
    read = reader._read(texts, offsets=True)
    found = np.zeros((len(texts), reader.width), np.float32)
    for i, states in reader._layer_of(read["input_ids"], layer):
        start, end = spans[i]
        inside = states[[start < last and first < end for first, last in read["offset_mapping"][i]]]
        if not len(inside):
            raise ValueError(
                f'"{_check.short(words[i])}" stands behind the {reader.max_pieces} pieces that {reader.name} reads; '
                f"give a shorter text around it."
            )
        found[i] = {"mean": inside.mean(axis=0), "first": inside[0], "max": inside.max(axis=0)}[pooling]
    return found if several else found[0]


def _several(given: object) -> bool:
    return isinstance(given, Iterable) and not isinstance(given, str)


def _place(sentence: str, word: str, occurrence: int | None) -> tuple[int, int]:
    """Where the word begins and ends in the sentence; parts of longer words do not count."""
    for name, text in (("sentence", sentence), ("word", word)):
        if not isinstance(text, str):
            raise TypeError(f"The {name} is a string, and this is {_check.kind(text)}.")
        if not text.strip():
            raise ValueError(f"The {name} is empty.")
    written = "|".join(re.escape(unicodedata.normalize(form, word.strip())) for form in ("NFC", "NFD"))
    whole = rf"(?<!\w)(?:{written})(?![\w\u0300-\u036f])"  # behind it no letter, and no accent of its last one
    spans = [found.span() for found in re.finditer(whole, sentence, re.IGNORECASE)]
    if not spans:
        there = _check.some(list(dict.fromkeys(re.findall(r"\w+", sentence))), 12)
        raise KeyError(f'"{_check.short(word)}" does not stand in the sentence; its words are {there}.')
    if occurrence is None and len(spans) > 1:
        raise KeyError(
            f'"{_check.short(word)}" stands in the sentence {len(spans)} times: '
            f"say which by occurrence, from 0 to {len(spans) - 1}."
        )
    which = 0 if occurrence is None else _check.whole("occurrence", occurrence, -len(spans))
    if which >= len(spans):
        raise KeyError(
            f'"{_check.short(word)}" stands in the sentence {len(spans)} times, counted from 0; there is no {which}.'
        )
    return spans[which]


@lru_cache(maxsize=2)
def _loaded(name: str) -> ContextualEncoder:
    return ContextualEncoder(name)
