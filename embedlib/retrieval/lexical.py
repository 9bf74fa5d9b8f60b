"""Lexical search: BM25, by the library bm25s, which says so when a query asks for nothing."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from embedlib import _check

__all__ = ["Found", "LexicalIndex", "NothingToSearch", "top_k"]

Floats = npt.NDArray[np.float32]
Ints = npt.NDArray[np.int64]


class NothingToSearch(UserWarning):
    """A query holds no word that any document holds."""


class Found(NamedTuple):
    """What a query finds, the best first: row numbers of documents, and their scores."""

    documents: Ints
    scores: Floats


class LexicalIndex:
    """BM25 over a list of texts: words in lower case, stemmed, without stop words.

    bm25s fills its answers up with documents whose score is 0, in an order of its own; here a document without any
    word of the query is never found. Documents that are empty are never found either.

    Parameters
    ----------
    documents
        The texts; an empty one keeps its row number.
    stemmed
        Whether words are cut back to their stems (Snowball), so that *marries* finds *married*.
    k1, b
        How soon repeating a word stops to count, and how much a long text is marked down.

    Examples
    --------
    >>> index = LexicalIndex(["A boy marries a spider.", "Two spiders, two boys.", "Snow."])
    >>> index.search("Who married the spider?", k=2).documents
    array([0, 1])
    """

    def __init__(self, documents: Sequence[str], stemmed: bool = True, k1: float = 1.5, b: float = 0.75) -> None:
        import bm25s
        import Stemmer

        texts = _check.word_list("documents", documents)
        library: Any = bm25s
        self._tokenize: Any = library.tokenize
        self._stemmer = Stemmer.Stemmer("english") if stemmed else None
        words = self.words(texts) if texts else []
        self.n_empty = sum(not row for row in words)
        if self.n_empty == len(texts):
            raise ValueError("There is nothing to search: no document holds a word.")
        self._words = {word for row in words for word in row}
        self.index: Any = library.BM25(
            k1=_check.number("k1", k1, least=0), b=_check.number("b", b, least=0, most=1), method="lucene"
        )
        self.index.index(words, show_progress=False)
        self.n = len(texts)

    def __len__(self) -> int:
        return self.n

    def words(self, texts: Sequence[str]) -> list[list[str]]:
        """What is left of each text: the words that count."""
        given: dict[str, Any] = {"stopwords": "en", "stemmer": self._stemmer, "show_progress": False}
        return [list(filter(None, row)) for row in self._tokenize(list(texts), return_ids=False, **given)]

    def scores(self, queries: Sequence[str]) -> Floats:
        """The score of every document for every query: shape (n queries, n documents); 0 where no word is shared.

        Warns
        -----
        NothingToSearch
            If a query holds no word that any document holds.
        """
        texts = _check.word_list("queries", queries)
        table = np.zeros((len(texts), self.n), np.float32)
        for place, (text, words) in enumerate(zip(texts, self.words(texts) if texts else [], strict=True)):
            known = [word for word in words if word in self._words]
            if known:
                table[place] = self.index.get_scores(known)
            else:
                warnings.warn(_why_nothing(text, words), NothingToSearch, stacklevel=2)
        return table

    def search(self, query: str, k: int = 10) -> Found:
        """The k best documents, or fewer: only those that share a word with the query. Of equal ones the first wins."""
        scores = self.scores([query])
        rows = top_k(scores, min(_check.whole("k", k), self.n))[0]
        rows = rows[scores[0][rows] > 0]
        return Found(rows, scores[0][rows])


def top_k(scores: Any, k: int) -> Ints:
    """The numbers of the k largest scores of each row, the largest first; of equal scores the first wins.

    Examples
    --------
    >>> top_k([[0.2, 0.9, 0.2, 0.1]], 3)
    array([[1, 0, 2]])
    """
    table = np.asarray(scores)
    if table.ndim != 2:
        raise ValueError(f"scores has a row a query and a column a document; its shape is {table.shape}.")
    if table.dtype.kind in "biu":  # the least of them has no negative, and unsigned ones have none at all
        table = table.astype(np.float64)
    if table.dtype.kind != "f":
        raise TypeError(f"scores are numbers; these are of the type {table.dtype}.")
    if np.isnan(table).any():
        raise ValueError("A score is NaN, which is neither before nor behind anything.")
    if _check.whole("k", k) > table.shape[1]:
        raise ValueError(f"k is {k:,}, and the collection has {table.shape[1]:,} documents.")
    if k < table.shape[1] // 8:  # sort only what can be among the first k: whatever is as high as the k-th
        kth = -np.partition(-table, k - 1, axis=1)[:, k - 1]
        found = np.empty((len(table), k), np.int64)
        for row, (values, least) in enumerate(zip(table, kth, strict=True)):
            candidates = np.flatnonzero(values >= least)
            found[row] = candidates[np.argsort(-values[candidates], kind="stable")[:k]]
        return found
    order: Ints = np.argsort(-table, axis=1, kind="stable")[:, :k]
    return order


def _why_nothing(text: str, words: Sequence[str]) -> str:
    if not text.strip():
        return "The query is empty: there is nothing to search for."
    if not words:
        return f'"{_check.short(text)}" holds nothing but stop words and signs: there is no word to search for.'
    return (
        f'No document holds a word of "{_check.short(text)}"; what counts of it is {_check.some(words)}. '
        "A search by meaning may still find something."
    )
