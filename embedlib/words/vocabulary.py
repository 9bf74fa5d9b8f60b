"""Which words of a text does a table of vectors know, and what can be done about the others?

A ladder: look a word up as it is written; if it is not there, in lower case; with its digits written otherwise;
without the punctuation around it, or cut at it. Each step only *adds* spellings to try, so a word once found stays
found, and every share is one of the same text: its types and tokens as they were handed in.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["STEPS", "coverage_ladder", "look_up", "spellings"]

Pieces = tuple[str, ...]

_APOSTROPHES = str.maketrans("‘’`", "'''")
_CONTRACTION = re.compile(r"(?<=[A-Za-z])(n't|'(?:s|re|ve|ll|d|m))$", re.IGNORECASE)
_DIGIT = re.compile(r"\d")
_OUTER = re.compile(r"^[\W_]+|[\W_]+$")
_OUTER_BUT_HASHES = re.compile(r"^[^\w#]+|[^\w#]+$")
_INNER = re.compile(r"[^\w']+|_+")


def _case(piece: str) -> list[Pieces]:
    return [(piece.lower(),)]


def _digits(piece: str) -> list[Pieces]:
    """Without the comma of thousands; with # for each digit, as Google News has it; with 0 for each digit."""
    if not _DIGIT.search(piece):
        return [(piece,)]
    plain = re.sub(r"(?<=\d),(?=\d)", "", piece)
    return [(plain,), (_DIGIT.sub("#", plain),), (_DIGIT.sub("0", plain),)]


def _punctuation(piece: str) -> list[Pieces]:
    """What stands inside the punctuation, whole; then cut at a contraction's end and at what is no letter or digit."""
    if piece.isalnum():
        return [(piece,)]
    straight = piece.translate(_APOSTROPHES)
    inner, with_hashes = _OUTER.sub("", straight), _OUTER_BUT_HASHES.sub("", straight)
    parts: list[str] = []
    for part in _INNER.split(inner):
        ending = _CONTRACTION.search(part)
        stem = part[: ending.start()] if ending else part
        parts += [p for p in (stem, ending.group() if ending else "") if p]
    # A # may be punctuation, or a digit that the step before has written so.
    return [way for way in ((inner,), (with_hashes,), tuple(parts)) if way and way[0]]


STEPS: Mapping[str, Callable[[str], list[Pieces]]] = {"case": _case, "digits": _digits, "punctuation": _punctuation}


def spellings(word: str, steps: Sequence[str] = tuple(STEPS)) -> list[Pieces]:
    """All ways of looking a word up, in the order in which they are tried; a spelling is one piece or several.

    Parameters
    ----------
    word
        As it stands in the text.
    steps
        Names of ``STEPS``, in the order in which the ladder is climbed.

    Examples
    --------
    >>> spellings("Don't", ["case"])
    [("Don't",), ("don't",)]
    >>> spellings("Wow!", ["case", "punctuation"])
    [('Wow!',), ('wow!',), ('Wow',), ('wow',)]
    >>> spellings("it's", ["punctuation"])
    [("it's",), ('it', "'s")]
    """
    _check_word(word)
    found: list[Pieces] = [(word,)]
    for step in steps:
        _add(found, step)
    return found


def look_up(word: str, known: Container[str], steps: Sequence[str] = tuple(STEPS)) -> Pieces | None:
    """The first spelling of a word all pieces of which are known, or None.

    Parameters
    ----------
    word, steps
        As for :func:`spellings`.
    known
        Anything that says ``piece in known``: a set, or ``vectors.key_to_index``. (``in`` on fastText's own vectors
        says True to everything; take ``key_to_index``.)

    Examples
    --------
    >>> look_up("Cats'", {"cats", "dogs"})
    ('cats',)
    >>> look_up("hot-dogs", {"hot", "dogs"})
    ('hot', 'dogs')
    >>> look_up("qwzx", {"cats"}) is None
    True
    """
    _check_word(word)
    _check_known(known)
    found: list[Pieces] = [(word,)]
    tried = 0
    for step in [None, *steps]:
        if step is not None:
            _add(found, step)
        for pieces in found[tried:]:
            if all(piece in known for piece in pieces):
                return pieces
        tried = len(found)
    return None


def coverage_ladder(
    tokens: Iterable[str] | Mapping[str, int],
    known: Container[str],
    steps: Sequence[str] = tuple(STEPS),
    subwords: Callable[[str], bool] | None = None,
) -> pd.DataFrame:
    """How much of a text is found on each step, always out of the same types and tokens.

    Parameters
    ----------
    tokens
        The text's words as written, for instance ``text.split()``, or a mapping from each to its count.
    known
        As for :func:`look_up`.
    steps
        Names of ``STEPS``, in order.
    subwords
        If given, one more step: may this word be put together from pieces? For fastText
        ``lambda word: bool(vectors[word].any())``.

    Returns
    -------
    DataFrame
        One row a step, the first called "as written": step, types and tokens found so far, their shares
        type_share and token_share of the whole text, and example, the most frequent word found on this step
        (the first of those equally frequent; missing if there is none). ``.attrs`` holds n_types, n_tokens and
        missing, the words not found with their counts, most frequent first.

    Raises
    ------
    TypeError, ValueError
        If the text is one string, empty, or holds what is no word; if a step is unknown.

    Examples
    --------
    >>> ladder = coverage_ladder("The cat, the Cat and the qwzx".split(), {"the", "cat", "and"})
    >>> ladder[["step", "types", "tokens", "example"]]
              step  types  tokens example
    0   as written      2       3     the
    1         case      4       5     The
    2       digits      4       5     NaN
    3  punctuation      5       6    cat,
    """
    import pandas as pd

    _check_known(known)
    counts = _counted(tokens)
    n_types, n_tokens = len(counts), sum(counts.values())
    left: dict[str, list[Pieces]] = {word: [(word,)] for word in counts}
    rows: list[dict[str, Any]] = []
    types = n_found = 0
    rungs: list[str] = ["as written", *steps, *(["subwords"] if subwords is not None else [])]
    for rung in rungs:
        new: list[str] = []
        for word, found in left.items():
            if rung == "subwords" and subwords is not None:
                there = bool(subwords(word))
            else:
                start = 0 if rung == "as written" else len(found)
                if rung != "as written":
                    _add(found, rung)
                there = any(all(piece in known for piece in pieces) for pieces in found[start:])
            if there:
                new.append(word)
        for word in new:
            del left[word]
        types += len(new)
        n_found += sum(counts[word] for word in new)
        rows.append(
            {
                "step": rung,
                "types": types,
                "type_share": types / n_types,
                "tokens": n_found,
                "token_share": n_found / n_tokens,
                "example": max(new, key=lambda word: counts[word]) if new else None,
            }
        )
    table = pd.DataFrame(rows)
    missing = {word: counts[word] for word in sorted(left, key=lambda word: -counts[word])}
    table.attrs = {"n_types": n_types, "n_tokens": n_tokens, "missing": missing}
    return table


def _add(found: list[Pieces], step: str) -> None:
    """Add to the spellings what a step makes of each of them, new ones only."""
    if step not in STEPS:
        raise ValueError(f"{step!r} is no step of the ladder; there are {', '.join(STEPS)}.")
    for pieces in list(found):
        # Each piece gives one or more ways; the first ways of all pieces go together, then the second.
        ways = [STEPS[step](piece) for piece in pieces]
        joined = ways[0]
        if len(ways) > 1:
            each = range(max(map(len, ways)))
            joined = [tuple(part for way in ways for part in (way[min(i, len(way) - 1)] if way else ())) for i in each]
        for new in joined:
            if new and new not in found:
                found.append(new)


def _counted(tokens: Iterable[str] | Mapping[str, int]) -> Counter[str]:
    if isinstance(tokens, (str, bytes)):
        raise TypeError("The text is one string: hand in its words, for instance text.split().")
    counts = Counter(tokens)
    if not counts:
        raise ValueError("The text has no words, so no share of it can be known.")
    for word, times in counts.items():
        _check_word(word)
        if times < 1:
            raise ValueError(f'"{word}" is counted {times} times; a word of the text stands in it at least once.')
    return counts


def _check_word(word: object) -> None:
    if not isinstance(word, str):
        raise TypeError(f"A word is a string; {word!r} is of type {type(word).__name__}.")
    if not word.strip():
        raise ValueError("An empty string is no word.")


def _check_known(known: object) -> None:
    if isinstance(known, str):
        raise TypeError("The known words are one string, in which every part of a word would be found; make it a set.")
    if getattr(known, "vectors_ngrams", None) is not None:
        raise TypeError("fastText's vectors say that they know every word; hand in their key_to_index.")
    if not hasattr(known, "__contains__"):
        raise TypeError(f"The known words are a set or vectors.key_to_index; this is of type {type(known).__name__}.")
