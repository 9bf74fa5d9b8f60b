"""A text as numbers: which word each token is, and the sentence in which it stands."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from embedlib import _check

__all__ = ["Encoded", "encode"]

_Array = np.ndarray[Any, np.dtype[Any]]


class Encoded(NamedTuple):
    """A text of n tokens, read once.

    Attributes
    ----------
    words
        The V words of the vocabulary, most frequent first; equally frequent ones in the order of the text.
    frequencies
        How often each stands in the text: shape (V,), int64.
    tokens
        The word of each token, -1 where it is outside the vocabulary: shape (n,).
    sentences
        The number of each token's sentence, ascending: shape (n,).
    """

    words: list[str]
    frequencies: _Array
    tokens: _Array
    sentences: _Array


def encode(sentences: Iterable[Sequence[str]], min_count: int = 1, max_vocab: int | None = None) -> Encoded:
    """Read a text once, sentence by sentence.

    Parameters
    ----------
    sentences
        Lists of words; a generator will do. Each token is kept as a number of four bytes.
    min_count
        Words that are rarer than this stay outside the vocabulary.
    max_vocab
        Only so many of the most frequent words are in the vocabulary; None takes all.

    Raises
    ------
    TypeError, ValueError
        If the text is empty, is a string, holds strings in place of sentences, or has fewer than two words of that
        frequency.

    Examples
    --------
    >>> text = encode([["a", "cat", "sat"], ["a", "dog", "sat"]], min_count=2)
    >>> text.words, text.tokens.tolist(), text.sentences.tolist()
    (['a', 'sat'], [0, -1, 1, 0, -1, 1], [0, 0, 0, 1, 1, 1])
    """
    _check_text(sentences)
    _check.whole("min_count", min_count)
    if max_vocab is not None:
        _check.whole("max_vocab", max_vocab, 2, " Words that stand near each other are at least two.")
    numbers: defaultdict[str, int] = defaultdict()
    numbers.default_factory = numbers.__len__  # a new word gets the next number
    tokens, lengths = array("i"), array("q")
    for place, sentence in enumerate(sentences, 1):
        if not isinstance(sentence, (list, tuple)):
            raise TypeError(_not_a_sentence(place, sentence))
        tokens.extend(map(numbers.__getitem__, sentence))
        lengths.append(len(sentence))
    if not numbers:
        raise ValueError("The text is empty: there is no sentence with a word in it.")
    odd = [word for word in numbers if not isinstance(word, str)]
    if odd:
        raise TypeError(f"A word is a string; among the words there is {odd[0]!r}, which is not.")

    text = np.frombuffer(tokens, dtype=np.intc)
    frequencies = np.bincount(text)
    order = np.argsort(-frequencies, kind="stable")[:max_vocab]
    order = order[frequencies[order] >= min_count]
    different = list(numbers)
    words = [different[i] for i in order]
    if len(words) < 2:
        left = f'only "{words[0]}" remains' if words else "none remains"
        raise ValueError(
            f"The text has {len(numbers):,} different {'words' if len(numbers) > 1 else 'word'}, and {left} with "
            f"min_count={min_count} (the most frequent stands there {frequencies.max():,} times); two are needed."
        )
    places = np.full(len(numbers), -1, dtype=np.intc)
    places[order] = np.arange(len(words))
    of_sentence = np.repeat(np.arange(len(lengths), dtype=np.intc), lengths)
    return Encoded(words, frequencies[order], places[text], of_sentence)


def _check_text(sentences: object) -> None:
    if isinstance(sentences, (str, bytes)):
        raise TypeError(
            f"The sentences are a list of lists of words, and this is one string: its characters would be counted. "
            f'Split it first: [line.split() for line in text.split("\\n")] turns "{_check.short(str(sentences))}" '
            f"into lists."
        )
    if isinstance(sentences, Mapping) or not isinstance(sentences, Iterable):
        raise TypeError(f"The sentences are a list of lists of words, and this is {_check.kind(sentences)}.")


def _not_a_sentence(number: int, sentence: object) -> str:
    if isinstance(sentence, (str, bytes)):
        return (
            f'A sentence is a list of words, and sentence {number} is the string "{_check.short(str(sentence))}": its '
            f"characters would be counted as words. Split it first, with .split() for instance; one sentence alone "
            f'goes into a list of its own, [["a", "cat"]].'
        )
    return f"A sentence is a list of words, and sentence {number} is {_check.kind(sentence)}."
