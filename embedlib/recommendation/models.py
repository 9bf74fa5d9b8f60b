"""Recommenders that are one table of items by items, and item2vec.

A table W of items by items turns what a person has liked, a row x of zeros and ones, into a score for every item:
``x @ W``. So a new person costs nothing to add. Factorisations come from ``implicit``, whose own calls are as short.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from embedlib import _check
from embedlib.recommendation.histories import _columns, _lists

__all__ = ["ItemVectors", "als_rows", "ease", "item2vec", "item_knn", "window_counts"]

Floats = npt.NDArray[np.float64]


class ItemVectors(NamedTuple):
    """Two vectors an item: as the word in the middle, and as its neighbour."""

    inside: Floats
    outside: Floats


def item_knn(seen: Any, k: int | None = None, shrink: float = 0.0) -> Floats:
    """Likeness of items: the cosine of their columns; of each column's likenesses the k largest are kept.

    Parameters
    ----------
    seen
        What n people liked of m items, shape (n, m): 1 or 0.
    k
        How many neighbours of an item may speak for it; all if None.
    shrink
        Added below the fraction, so that two items shared by one person only are not alike (Bell and Koren, 2007).

    Returns
    -------
    array (m, m)
        Its diagonal is 0: nothing recommends itself.

    Examples
    --------
    >>> item_knn([[1, 1, 0], [1, 1, 1], [0, 0, 1]]).round(2)
    array([[0. , 1. , 0.5],
           [1. , 0. , 0.5],
           [0.5, 0.5, 0. ]])
    """
    table = _columns(seen)
    _check.number("shrink", shrink, least=0)
    together = table.T @ table
    lengths = np.sqrt(np.diag(together))
    below = np.outer(lengths, lengths) + shrink
    likeness: Floats = np.divide(together, below, out=np.zeros_like(together), where=together > 0)
    np.fill_diagonal(likeness, 0)
    if k is not None and _check.whole("k", k) < len(likeness):
        least = np.partition(likeness, -k, axis=0)[-k]
        likeness = np.where(likeness >= least, likeness, 0)
    return likeness


def ease(seen: Any, penalty: float = 100.0) -> Floats:
    """EASE: the table of items by items that best gives the likes back, each item from the others only.

    It minimises ``||X − XB||² + penalty ||B||²`` with a diagonal of 0 (Steck, 2019, "Embarrassingly shallow
    autoencoders for sparse data", equation 8).

    Parameters
    ----------
    seen
        What n people liked of m items, shape (n, m).
    penalty
        Above 0; the larger, the smaller the numbers of B.

    Returns
    -------
    array (m, m)

    Examples
    --------
    >>> ease([[1, 1, 0], [1, 1, 1], [0, 0, 1]], penalty=2).round(2)
    array([[0.  , 0.47, 0.17],
           [0.47, 0.  , 0.17],
           [0.13, 0.13, 0.  ]])
    """
    table = _columns(seen)
    _check.number("penalty", penalty, above=0)
    inverse = np.linalg.inv(table.T @ table + penalty * np.eye(table.shape[1]))
    weights: Floats = -inverse / np.diag(inverse)
    np.fill_diagonal(weights, 0)
    return weights


def window_counts(lists: Sequence[Any], n_items: int, window: int) -> Floats:
    """How often two items stand at most ``window`` places apart in a list: shape (m, m), the same both ways.

    Examples
    --------
    >>> window_counts([[0, 1, 2]], n_items=3, window=1)
    array([[0., 1., 0.],
           [1., 0., 1.],
           [0., 1., 0.]])
    """
    _check.whole("window", window)
    given = _lists(lists, n_items)
    counts = np.zeros((n_items, n_items))
    for items in given:
        for apart in range(1, min(window, len(items) - 1) + 1):
            np.add.at(counts, (items[:-apart], items[apart:]), 1)
    return counts + counts.T


def item2vec(
    lists: Sequence[Any],
    n_items: int,
    *,
    window: int = 5,
    exponent: float = 0.75,
    epochs: int = 10,
    width: int = 64,
    seed: int = 0,
) -> ItemVectors:
    """Skip-gram with negative sampling, by gensim, with items as words and lists as sentences.

    Barkan and Koenigstein (2016), "Item2vec". Lists are read whole and in order, nothing is left out for being
    frequent, and the window is as wide as it says.

    Parameters
    ----------
    lists
        Lists of item numbers.
    exponent
        Negatives are drawn by (how often an item is liked) to this power: 0.75 as in word2vec, 0 all alike.
    width
        Numbers a vector.

    Returns
    -------
    ItemVectors
        ``inside`` and ``outside``, each (n_items, width); items of no list have zeros.
    """
    from gensim.models import word2vec

    for name, value in {"window": window, "epochs": epochs, "width": width}.items():
        _check.whole(name, value)
    _check.number("exponent", exponent)
    _check.whole("seed", seed, least=0)
    sentences = [[str(item) for item in one] for one in _lists(lists, n_items) if len(one) > 1]
    if not sentences:
        raise ValueError("No list has two items, so that nothing stands beside anything.")
    make: Any = word2vec.Word2Vec  # gensim has no type hints
    model = make(
        sentences,
        vector_size=width,
        window=window,
        shrink_windows=False,
        min_count=1,
        sg=1,
        negative=10,
        ns_exponent=exponent,
        sample=0,
        epochs=epochs,
        seed=seed,
        workers=1,
    )
    inside, outside = np.zeros((2, n_items, width))
    rows = np.array([int(name) for name in model.wv.index_to_key])
    inside[rows], outside[rows] = model.wv.vectors, model.syn1neg
    return ItemVectors(inside, outside)


def als_rows(seen: Any, items: Any, alpha: float, penalty: float) -> Floats:
    """A vector for each person by half a step of implicit ALS, the items' vectors held: shape (n, width).

    Hu, Koren and Volinsky (2008), "Collaborative filtering for implicit feedback datasets", equation 4. What is liked
    has the confidence ``alpha`` as in ``implicit`` (a weight other than 1 multiplies it), all else 1; with the two
    tables exchanged it gives a new item a vector out of the people who like it.

    Examples
    --------
    >>> als_rows([[1, 0]], [[1, 0], [0, 1]], alpha=3, penalty=1)
    array([[0.75, 0.  ]])
    """
    table, vectors = _columns(seen), np.asarray(items, dtype=np.float64)
    if vectors.ndim != 2 or len(vectors) != table.shape[1]:
        raise ValueError(f"items has a vector for each of {table.shape[1]:,} columns; its shape is {vectors.shape}.")
    if not np.isfinite(vectors).all():
        raise ValueError("A number of items is NaN or infinite. Was a vector divided by its length of 0?")
    _check.number("alpha", alpha, above=0)
    _check.number("penalty", penalty, above=0)
    whole = vectors.T @ vectors + penalty * np.eye(vectors.shape[1])
    found = np.zeros((len(table), vectors.shape[1]))
    for row, person in zip(found, table, strict=True):
        own, sure = vectors[person > 0], alpha * person[person > 0]
        row[:] = np.linalg.solve(whole + (own.T * (sure - 1)) @ own, sure @ own)
    return found
