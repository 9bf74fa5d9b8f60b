"""GloVe: word vectors whose dot products come close to the logarithms of co-occurrence counts.

For every pair of words (i, j) seen X(i, j) > 0 times near each other, GloVe asks for

    w_i · w̃_j + b_i + b̃_j  ≈  log X(i, j)

and minimises the squared misses, each weighted by f(X(i, j)), which is small for rare pairs and 1 from ``x_max``
on (Pennington, Socher and Manning, 2014, equations 8 and 9). :func:`fit_glove` does that; the vector of a word is
then the sum w + w̃, as in the paper.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import scipy.sparse

from embedlib import _check
from embedlib.words.counting import Cooccurrences
from embedlib.words.load import as_keyed_vectors

if TYPE_CHECKING:
    from gensim.models.keyedvectors import KeyedVectors

__all__ = ["Glove", "fit_glove", "glove_gradients", "glove_loss", "glove_weights"]

sparse: Any = scipy.sparse  # SciPy has no type hints

_Array = np.ndarray[Any, np.dtype[Any]]
_Parameters = tuple[_Array, _Array, _Array, _Array]

_AT_ONCE = 8_192  # cells whose dot products are computed at a time, so that their vectors stay in the cache


@dataclass(frozen=True, eq=False)
class Glove:
    """A fitted GloVe model.

    Attributes
    ----------
    words
        The n words, in the order of the counts.
    vectors, contexts
        w and w̃, each of shape (n, d), float32.
    biases, context_biases
        b and b̃, each of shape (n,), float32.
    losses
        After each pass the mean of f · miss² / 2 over all cells, measured while the pass ran.
    """

    words: list[str] = field(repr=False)
    vectors: _Array = field(repr=False)
    contexts: _Array = field(repr=False)
    biases: _Array = field(repr=False)
    context_biases: _Array = field(repr=False)
    losses: tuple[float, ...]

    def to_keyed_vectors(self, name: str = "glove") -> KeyedVectors:
        """The word vectors w + w̃ as ``KeyedVectors``."""
        return as_keyed_vectors(dict(zip(self.words, self.vectors + self.contexts, strict=True)), name)


def glove_weights(counts: Any, x_max: float = 100.0, power: float = 0.75) -> _Array:
    """The weight f(x) = min(1, (x / x_max)^power) of a pair that was counted x times.

    Parameters
    ----------
    counts
        Numbers of 0 or more, of any shape.
    x_max
        From this count on, the weight is 1.
    power
        How steeply it rises before; the paper takes 3/4.

    Returns
    -------
    ndarray of the same shape, float64

    Raises
    ------
    ValueError
        If a count is negative or no number, ``x_max`` is not above 0 or ``power`` below 0.

    Examples
    --------
    >>> glove_weights([0, 1, 16, 100, 5000], x_max=16)
    array([0.   , 0.125, 1.   , 1.   , 1.   ])
    """
    x = np.asarray(counts, dtype=np.float64)
    _check.number("x_max", x_max, above=0)
    _check.number("power", power, least=0)
    if not (x >= 0).all():
        raise ValueError("Counts are 0 or more; here one is negative or NaN.")
    share = np.minimum(x / x_max, 1.0)
    weights: _Array = np.where(x > 0, share**power, 0.0)
    return weights


def glove_loss(counts: Any, parameters: _Parameters, x_max: float = 100.0, power: float = 0.75) -> float:
    """The objective J = ½ Σ f(x) (w·w̃ + b + b̃ - log x)² over the cells that are not empty.

    Parameters
    ----------
    counts
        A matrix of counts of shape (n, m), sparse or not, or :class:`~embedlib.words.counting.Cooccurrences`.
    parameters
        w (n, d), w̃ (m, d), b (n,), b̃ (m,).
    x_max, power
        Of :func:`glove_weights`.

    Examples
    --------
    One pair, met e times, and vectors of zeros: the miss is log e = 1, and its weight 1.

    >>> nothing = (np.zeros((1, 2)), np.zeros((1, 2)), np.zeros(1), np.zeros(1))
    >>> glove_loss([[np.e]], nothing, x_max=1)
    0.5
    """
    cells = _cells(counts)
    misses = _predictions(cells.row, cells.col, parameters) - np.log(cells.data)
    return float(0.5 * (glove_weights(cells.data, x_max, power) * misses**2).sum())


def glove_gradients(counts: Any, parameters: _Parameters, x_max: float = 100.0, power: float = 0.75) -> _Parameters:
    """The derivatives of :func:`glove_loss` with respect to w, w̃, b and b̃, in their shapes.

    With g(i, j) = f(x) · miss, that of w_i is Σ_j g(i, j) w̃_j, that of b_i is Σ_j g(i, j), and so across.

    Examples
    --------
    >>> w, c, b = np.array([[2.0]]), np.array([[3.0]]), np.zeros(1)
    >>> [float(part.item()) for part in glove_gradients([[1.0]], (w, c, b, b), x_max=1)]
    [18.0, 12.0, 6.0, 6.0]
    """
    cells = _cells(counts)
    weights = glove_weights(cells.data, x_max, power)
    misses = _predictions(cells.row, cells.col, parameters) - np.log(cells.data)
    pulls = sparse.csr_array((weights * misses, (cells.row, cells.col)), shape=cells.shape)
    return _gradients(pulls, parameters)


def fit_glove(
    counts: Any,
    dimensions: int = 50,
    epochs: int = 15,
    x_max: float = 100.0,
    power: float = 0.75,
    learning_rate: float = 0.05,
    batch_cells: int = 200_000,
    seed: int = 0,
    after_epoch: Callable[[int, float], object] | None = None,
) -> Glove:
    """Fit GloVe to co-occurrence counts with AdaGrad.

    Parameters
    ----------
    counts
        :class:`~embedlib.words.counting.Cooccurrences` of n words; the paper counts with ``weighting="harmonic"`` and
        a window of 10.
    dimensions
        d, how many numbers each vector gets.
    epochs
        Passes through all cells.
    x_max, power
        Of the weighting function, see :func:`glove_weights`. The paper's 100 was chosen for billions of words; a
        small text has few pairs that often.
    learning_rate
        Of AdaGrad: each parameter is moved by this much times its gradient, divided by the root of the sum of
        all its squared gradients so far.
    batch_cells
        Cells between two updates. Paper and C code update after every cell, which NumPy would do slowly.
    seed
        Of the start (uniform between -1/2d and 1/2d, biases 0) and of the cells' order. On one machine the same
        seed gives the same vectors.
    after_epoch
        Is called with the number of each finished pass and its loss, for a progress bar or an early look.

    Returns
    -------
    Glove

    Raises
    ------
    TypeError, ValueError
        If the counts are none, empty, or no whole vocabulary; or a number does not fit.

    Notes
    -----
    Pennington, J., Socher, R. and Manning, C. D. (2014), "GloVe: Global vectors for word representation";
    Duchi, J., Hazan, E. and Singer, Y. (2011), "Adaptive subgradient methods for online learning and stochastic
    optimization".

    Examples
    --------
    >>> from embedlib.words.counting import count_cooccurrences
    >>> text = [["ice", "is", "cold"], ["snow", "is", "cold"], ["fire", "is", "hot"]] * 20
    >>> model = fit_glove(count_cooccurrences(text, window=2), dimensions=4, epochs=200, x_max=10)
    >>> model.losses[0] > 100 * model.losses[-1]
    True
    >>> vectors = model.to_keyed_vectors()
    >>> bool(vectors.similarity("ice", "snow") > vectors.similarity("ice", "fire"))
    True
    """
    if not isinstance(counts, Cooccurrences):
        raise TypeError(
            f"GloVe is fitted to co-occurrence counts with their words, as count_cooccurrences returns them; this is "
            f"of type {type(counts).__name__}."
        )
    d = _check.whole("dimensions", dimensions)
    size = _check.whole("batch_cells", batch_cells)
    rate = _check.number("learning_rate", learning_rate, above=0)
    n = len(counts.words)
    if d >= n:
        raise ValueError(
            f"dimensions is {d}, and there are {n:,} words: with as many numbers as words every count could be learned "
            f"by heart. Take fewer."
        )
    rng = np.random.default_rng(seed)
    cells = _cells(counts)
    batches = _batches(cells, rng, size, x_max, power)
    parameters = (
        ((rng.random((n, d)) - 0.5) / d).astype(np.float32),
        ((rng.random((n, d)) - 0.5) / d).astype(np.float32),
        np.zeros(n, dtype=np.float32),
        np.zeros(n, dtype=np.float32),
    )
    squares = tuple(np.full_like(part, 1e-8) for part in parameters)
    losses = []
    for epoch in range(_check.whole("epochs", epochs)):
        loss = 0.0
        for i in rng.permutation(len(batches)):
            loss += _step(batches[i], parameters, squares, rate)
        losses.append(loss / cells.nnz)
        if not np.isfinite(losses[-1]):
            raise ValueError(f"In pass {epoch + 1} the loss overflowed; a learning_rate below {rate:g} may help.")
        if after_epoch is not None:
            after_epoch(epoch + 1, losses[-1])
    return Glove(list(counts.words), *parameters, losses=tuple(losses))


@dataclass(frozen=True, eq=False)
class _Batch:
    """Some cells in the order of a CSR matrix: rows, columns, where each row begins, log x and f(x)."""

    rows: _Array
    columns: _Array
    starts: _Array
    logs: _Array
    weights: _Array


def _batches(cells: Any, rng: Any, size: int, x_max: float, power: float) -> list[_Batch]:
    """Deal the cells out at random, once; each batch is put in order, which makes its sums quick."""
    order = rng.permutation(len(cells.data))
    n = cells.shape[0]
    batches = []
    for start in range(0, len(order), size):
        mine = np.sort(order[start : start + size])  # the cells come row by row, so this sorts them by row
        rows, x = cells.row[mine], cells.data[mine]
        starts = np.concatenate([[0], np.cumsum(np.bincount(rows, minlength=n))]).astype(np.int32)
        logs, weights = np.log(x).astype(np.float32), glove_weights(x, x_max, power).astype(np.float32)
        batches.append(_Batch(rows.astype(np.int32), cells.col[mine].astype(np.int32), starts, logs, weights))
    return batches


def _step(batch: _Batch, parameters: _Parameters, squares: tuple[_Array, ...], rate: float) -> float:
    """One AdaGrad update, in place; returns the batch's loss before it."""
    n, m = len(parameters[0]), len(parameters[1])
    misses = _predictions(batch.rows, batch.columns, parameters) - batch.logs
    pulls = batch.weights * misses
    gradients = _gradients(sparse.csr_array((pulls, batch.columns, batch.starts), shape=(n, m)), parameters)
    for part, square, gradient in zip(parameters, squares, gradients, strict=True):
        square += gradient * gradient
        part -= np.float32(rate) * gradient / np.sqrt(square)
    return float(0.5 * (pulls * misses).sum(dtype=np.float64))


def _predictions(rows: _Array, columns: _Array, parameters: _Parameters) -> _Array:
    """w·w̃ + b + b̃ of some cells, shape (cells,)."""
    w, contexts, b, context_b = parameters
    found = b[rows] + context_b[columns]
    for start in range(0, len(rows), _AT_ONCE):
        piece = slice(start, start + _AT_ONCE)
        found[piece] += np.einsum("nd,nd->n", w[rows[piece]], contexts[columns[piece]])
    return found


def _gradients(pulls: Any, parameters: _Parameters) -> _Parameters:
    """The four gradients from the matrix of f · miss, shape (n, m)."""
    w, contexts, _, _ = parameters
    across = pulls.T.tocsr()
    ones, others = np.ones(pulls.shape[1], dtype=w.dtype), np.ones(pulls.shape[0], dtype=w.dtype)
    return pulls @ contexts, across @ w, pulls @ ones, across @ others


def _cells(counts: Any) -> Any:
    """The cells that are not empty, row by row, as a COO array of float64."""
    matrix = counts.matrix if isinstance(counts, Cooccurrences) else counts
    try:
        rows = sparse.csr_array(matrix)
    except (TypeError, ValueError):
        raise TypeError("Counts are a matrix of numbers, sparse or not, or what count_cooccurrences returns.") from None
    cells = rows.tocoo()
    cells.data = cells.data.astype(np.float64)
    if not (cells.data >= 0).all():
        raise ValueError("Counts are 0 or more; here one is negative or NaN.")
    if not (cells.data > 0).any():
        raise ValueError("All counts are zero: there is no logarithm to come close to.")
    seen = cells.data > 0
    return sparse.coo_array((cells.data[seen], (cells.row[seen], cells.col[seen])), shape=cells.shape)
