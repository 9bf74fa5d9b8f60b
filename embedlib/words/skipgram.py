"""Skip-gram with negative sampling (SGNS) from scratch: word vectors by predicting which words stand near which.

The way from a text to vectors is a loop over four small functions: :func:`window_pairs` finds who stands near
whom, :func:`noise_distribution` says how the strangers are drawn that the neighbours have to be told from,
:func:`sgns_gradients` says which way each vector should move, :func:`add_rows` moves them.
:func:`train_skipgram` is that loop. Its settings have gensim's names and meanings, so that one dictionary of
settings serves both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import scipy.sparse
import scipy.special

from embedlib import _check
from embedlib.text.encode import encode
from embedlib.words.load import as_keyed_vectors

if TYPE_CHECKING:
    from gensim.models.keyedvectors import KeyedVectors

__all__ = [
    "Gradients",
    "add_rows",
    "count_pairs",
    "keep_probabilities",
    "least_loss",
    "noise_distribution",
    "sgns_gradients",
    "sgns_step",
    "sigmoid",
    "subsample",
    "train_skipgram",
    "window_pairs",
]

sparse: Any = scipy.sparse  # SciPy has no type hints
special: Any = scipy.special

_Array = np.ndarray[Any, np.dtype[Any]]
AddRows = Callable[[_Array, _Array, _Array], None]
Noise = Callable[[_Array, float], _Array]

_TOKENS_AT_ONCE = 20_000  # tokens of which the pairs are made, and shuffled, at a time
_LOSSES = 20  # means of the loss that a training keeps


class Gradients(NamedTuple):
    """The loss of a batch of n pairs, and its slopes; k negatives a pair, vectors of d numbers.

    Attributes
    ----------
    loss
        The sum over the batch.
    words
        Slopes for the word vector of each pair: shape (n, d).
    targets
        Slopes for the context vectors, the true one first: shape (n, 1 + k, d).
    """

    loss: float
    words: _Array
    targets: _Array


def sigmoid(x: Any) -> _Array:
    """The logistic function 1 / (1 + exp(-x)): turns any number into one between 0 and 1.

    Examples
    --------
    >>> sigmoid(np.array([-1000.0, 0.0, 2.0])).round(3)
    array([0.   , 0.5  , 0.881])
    """
    result: _Array = 0.5 * (1 + np.tanh(0.5 * np.asarray(x)))  # the same number, and it cannot overflow
    return result


def sgns_gradients(word_vectors: Any, target_vectors: Any) -> Gradients:
    """The loss of skip-gram with negative sampling on a batch of pairs, and its slopes.

    With u the vector of a word, c that of a true context and c_1 … c_k those of the negatives, a pair costs

        loss = -log σ(u · c) - Σ_i log σ(-u · c_i)

    and its slopes are (σ(u · c) - 1) c + Σ_i σ(u · c_i) c_i for u, (σ(u · c) - 1) u for c and σ(u · c_i) u
    for each c_i.

    Parameters
    ----------
    word_vectors
        u of each pair: shape (n, d).
    target_vectors
        c and then c_1 … c_k of each pair: shape (n, 1 + k, d), k at least 1.

    Returns
    -------
    Gradients
        ``loss``, ``words`` of shape (n, d) and ``targets`` of shape (n, 1 + k, d). A word that stands in the
        batch several times has several slopes, to be added up: see :func:`add_rows`.

    Raises
    ------
    ValueError
        If the shapes do not fit together.

    Notes
    -----
    Mikolov, T., Sutskever, I., Chen, K., Corrado, G. and Dean, J. (2013), "Distributed representations of words
    and phrases and their compositionality", equation 4; it is maximised there, so its sign is the other one.

    Examples
    --------
    >>> found = sgns_gradients([[1.0, 0.0]], [[[0.0, 1.0], [2.0, 0.0]]])
    >>> round(found.loss, 3)
    2.82
    >>> found.words.round(3)
    array([[ 1.762, -0.5  ]])
    """
    u, c = np.asarray(word_vectors), np.asarray(target_vectors)
    if u.ndim != 2 or c.ndim != 3 or c.shape[1] < 2 or c.shape[::2] != u.shape:
        raise ValueError(
            f"Word vectors of shape (n, d) and target vectors of shape (n, 1 + k, d) are needed, with k at least 1; "
            f"these have the shapes {u.shape} and {c.shape}."
        )
    scores = np.einsum("nd,nkd->nk", u, c)
    error = sigmoid(scores)
    error[:, 0] -= 1
    scores[:, 0] *= -1
    # log(1 + exp(x)) is -log σ(-x)
    loss = float(np.logaddexp(0, scores).sum(dtype=np.float64))
    return Gradients(loss, np.einsum("nk,nkd->nd", error, c), error[:, :, None] * u[:, None, :])


def count_pairs(pairs: _Array) -> tuple[_Array, _Array, _Array]:
    """The different pairs among (n, 2) row numbers, in order, as their firsts and seconds, and how often each stands.

    >>> count_pairs(np.array([[1, 0], [0, 2], [1, 0]]))
    (array([0, 1]), array([2, 0]), array([1, 2]))
    """
    width = int(pairs.max()) + 1
    both, n = np.unique(pairs @ [width, 1], return_counts=True)  # one number a pair is many times as fast as axis=0
    first, second = np.divmod(both, width)
    return first, second, n


def least_loss(pairs: _Array, noise: _Array, negatives: int) -> float:
    """The average loss of n pairs, shape (n, 2), below which no vectors can go, with the words' noise, shape (V,).

    It is reached where u·v = PMI(w, c) - log k, with the noise in the place of P(c) (Levy & Goldberg 2014);
    pairs that never occur would need minus infinity, and vectors of a few numbers cannot have it all.
    """
    centres, contexts, times = count_pairs(pairs)
    seen = times / len(pairs)
    drawn = negatives * np.bincount(pairs[:, 0])[centres] / len(pairs) * noise[contexts]
    return float(-(special.xlogy(seen, seen / (seen + drawn)) + special.xlogy(drawn, drawn / (seen + drawn))).sum())


def add_rows(matrix: _Array, rows: _Array, values: _Array) -> None:
    """Add values to rows of a matrix in place; a row that is named several times gets all of its values.

    Does what ``np.add.at(matrix, rows, values)`` does, several times as fast. ``matrix[rows] += values`` does *not*:
    of several values for one row it keeps the last.

    Parameters
    ----------
    matrix
        Shape (V, d), changed in place.
    rows
        n row numbers.
    values
        Shape (n, d).

    Examples
    --------
    >>> matrix = np.zeros((3, 1))
    >>> add_rows(matrix, np.array([2, 0, 2]), np.array([[1.0], [1.0], [1.0]]))
    >>> matrix.ravel()
    array([1., 0., 2.])
    """
    # A sparse matrix with a 1 where value i belongs to row j: its product with the values sums them up row by row.
    named, place = np.unique(rows, return_inverse=True)
    ones = np.ones(len(rows), dtype=values.dtype)
    belongs = sparse.csr_array((ones, place, np.arange(len(rows) + 1)), shape=(len(rows), len(named)))
    matrix[named] += belongs.T @ values


def sgns_step(
    word_vectors: _Array,
    context_vectors: _Array,
    words: _Array,
    targets: _Array,
    learning_rate: float,
    add_rows: AddRows = add_rows,
) -> float:
    """One step downhill: move the vectors of a batch against their slopes, in place.

    Parameters
    ----------
    word_vectors, context_vectors
        The two matrices, each of shape (V, d).
    words
        The word of each pair: shape (n,).
    targets
        Its true context and then its k negatives: shape (n, 1 + k).
    learning_rate
        How far to move.
    add_rows
        How values are added to rows of which some are named several times.

    Returns
    -------
    float
        The batch's loss before the step, summed over its pairs.

    Examples
    --------
    >>> words, contexts = np.array([[1.0, 0.0]]), np.array([[0.0, 1.0], [2.0, 0.0]])
    >>> round(sgns_step(words, contexts, np.array([0]), np.array([[0, 1]]), 0.1), 3)
    2.82
    >>> words.round(3)
    array([[0.824, 0.05 ]])
    >>> contexts.round(3)
    array([[0.05 , 1.   ],
           [1.912, 0.   ]])
    """
    slopes = sgns_gradients(word_vectors[words], context_vectors[targets])
    add_rows(word_vectors, words, -learning_rate * slopes.words)
    add_rows(context_vectors, targets.ravel(), -learning_rate * slopes.targets.reshape(-1, word_vectors.shape[1]))
    return slopes.loss


def noise_distribution(frequencies: Any, power: float = 0.75) -> _Array:
    """How often each word is drawn as a negative: in proportion to its frequency to a power.

    Parameters
    ----------
    frequencies
        How often each of V words stands in the text, shape (V,).
    power
        1 draws words as the text does, 0 all alike. Mikolov et al. found 0.75 best.

    Returns
    -------
    ndarray of shape (V,), float64
        Probabilities; they add up to 1.

    Examples
    --------
    >>> noise_distribution([900, 90, 10]).round(3)
    array([0.825, 0.147, 0.028])
    """
    weights = _check.frequencies(frequencies) ** _check.number("power", power)
    result: _Array = weights / weights.sum()
    return result


def keep_probabilities(frequencies: Any, sample: float = 1e-3) -> _Array:
    """How often an occurrence of each word is kept when the text is read: subsampling of frequent words.

    A word with the share f of all tokens is kept with the probability √(t/f) + t/f, or always where that is
    more than 1; t is ``sample``.

    Parameters
    ----------
    frequencies
        How often each of V words stands in the text, shape (V,).
    sample
        The threshold t; 0 keeps every occurrence.

    Returns
    -------
    ndarray of shape (V,), float64

    Notes
    -----
    The paper (Mikolov et al., 2013) prints √(t/f) only; this is the formula of the authors' program, and
    gensim's.

    Examples
    --------
    >>> keep_probabilities([900, 99, 1], sample=1e-2).round(3)
    array([0.117, 0.419, 1.   ])
    """
    counts = _check.frequencies(frequencies)
    if _check.number("sample", sample, least=0) == 0:
        return np.ones(len(counts))
    relative = sample / (counts / counts.sum())
    result: _Array = np.minimum(1, np.sqrt(relative) + relative)
    return result


def subsample(
    sentences: Iterable[Sequence[str]], words: Sequence[str], frequencies: Any, sample: float = 1e-3, seed: int = 0
) -> list[list[str]]:
    """A text as one reading of the training sees it: frequent words dropped at random, words without a vector out.

    Counting this text, and not the whole one, gives the counts that a training has seen
    (``count_cooccurrences(..., weighting="linear")`` for windows of random width).

    Parameters
    ----------
    sentences
        Lists of words.
    words, frequencies
        The V words of the vocabulary, and how often each stands in the text.
    sample
        The threshold, as in :func:`keep_probabilities`.
    seed
        Of the draw.

    Returns
    -------
    list of lists of words
        Without the sentences of which nothing is left.

    Examples
    --------
    >>> subsample([["the", "cat", "and", "the", "dog"]], ["the", "cat"], [1_000_000, 1], sample=1e-6)
    [['cat']]
    """
    keep = dict(zip(words, keep_probabilities(frequencies, sample).tolist(), strict=True))
    rng = np.random.default_rng(seed)
    lists = (_check.word_list("A sentence", sentence) for sentence in sentences)
    draws = ((sentence, rng.random(len(sentence)).tolist()) for sentence in lists)
    left = ([word for word, draw in zip(*both, strict=True) if draw < keep.get(word, 0)] for both in draws)
    return [sentence for sentence in left if sentence]


def window_pairs(text: _Array, sentence: _Array, reach: _Array) -> tuple[_Array, _Array]:
    """Every pair of a word and a word in its window.

    Parameters
    ----------
    text
        The tokens as numbers of words: shape (n,).
    sentence
        The sentence in which each token stands: shape (n,), ascending. No pair reaches across its end.
    reach
        How many words to the left and to the right belong to each token's window: shape (n,).

    Returns
    -------
    (words, contexts)
        Two arrays of equal length: the word in the middle of a window, and a word in it.

    Examples
    --------
    >>> words, contexts = window_pairs(np.array([7, 8, 9]), np.array([0, 0, 0]), np.array([1, 2, 1]))
    >>> sorted(zip(words.tolist(), contexts.tolist()))
    [(7, 8), (8, 7), (8, 9), (9, 8)]
    """
    words, contexts = [text[:0]], [text[:0]]
    for distance in range(1, min(int(reach.max(initial=0)), len(text) - 1) + 1):
        left, right = slice(None, -distance), slice(distance, None)
        together = sentence[left] == sentence[right]
        if not together.any():
            break
        for middle, other in ((left, right), (right, left)):
            within = together & (reach[middle] >= distance)
            words.append(text[middle][within])
            contexts.append(text[other][within])
    return np.concatenate(words), np.concatenate(contexts)


def train_skipgram(
    sentences: Iterable[Sequence[str]],
    vector_size: int = 100,
    window: int = 5,
    min_count: int = 5,
    negative: int = 5,
    ns_exponent: float = 0.75,
    sample: float = 1e-3,
    epochs: int = 5,
    alpha: float = 0.025,
    min_alpha: float = 1e-4,
    seed: int = 1,
    dynamic_window: bool = True,
    batch_size: int = 1024,
    one_matrix: bool = False,
    noise: Noise = noise_distribution,
    add_rows: AddRows = add_rows,
) -> KeyedVectors:
    """Train word vectors by skip-gram with negative sampling.

    The parameters up to ``seed`` have gensim's names and mean what they mean there; its own defaults are these,
    too, except that ``sg=1`` is what is done here.

    Parameters
    ----------
    sentences
        Lists of words, read once.
    vector_size
        d, how many numbers each vector gets.
    window
        How many words to the left and to the right may be a word's context.
    min_count
        Words that are rarer than this are taken out of the text before the windows are laid.
    negative
        k, how many negatives are drawn for each pair. One that is the true context by chance stays, as in the
        formula (gensim leaves it out).
    ns_exponent
        The power of the frequencies in the noise distribution.
    sample
        The threshold of subsampling; 0 keeps every token.
    epochs
        How often the text is read.
    alpha, min_alpha
        The learning rate, which falls in a straight line from the first to the second.
    seed
        Of everything that is drawn: the words' vectors at the start (uniform between -1/2d and 1/2d; contexts
        start at 0), the order of the pairs, the negatives. One seed gives the same vectors each time on one machine.
    dynamic_window
        True draws the width of each window anew, from 1 to ``window``; False takes ``window`` always.
    batch_size
        Pairs in a step: their slopes are taken at the same vectors and added up. In a vocabulary that is small
        beside the batch, steps become too long; so the batch is never larger than the vocabulary.
    one_matrix
        True takes one matrix for both roles, as people do who have not seen why there are two.
    noise, add_rows
        What to use in place of :func:`noise_distribution` and :func:`add_rows`.

    Returns
    -------
    KeyedVectors
        Words by falling frequency. Besides ``.vectors``, float32 of shape (V, d), it has ``.contexts``, the
        other matrix, of the same shape; ``.frequencies``, shape (V,), int64; and ``.losses``, shape (20,): the
        mean loss of a pair over each twentieth of the training.

    Raises
    ------
    TypeError, ValueError
        If the text is empty, is a string, or holds strings in place of sentences; fewer than two words are
        frequent enough, or no two of them stand near each other; or a number does not fit.

    Notes
    -----
    Mikolov et al. (2013), "Distributed representations of words and phrases and their compositionality".
    gensim takes one pair at a time and reads the text from its beginning to its end; here many pairs are taken at
    once, which is faster in NumPy and changes little, and the text is read in shuffled pieces.

    Examples
    --------
    >>> text = [["a", "cat", "sat"], ["a", "dog", "sat"], ["rain", "fell", "down"], ["snow", "fell", "down"]] * 200
    >>> vectors = train_skipgram(text, vector_size=8, window=2, sample=0, alpha=0.1)
    >>> vectors.most_similar("cat", topn=1)[0][0]
    'dog'
    >>> vectors.contexts.shape
    (8, 8)
    """
    _check_settings(vector_size, window, negative, epochs, batch_size, alpha, min_alpha)
    words, frequencies, text, sentence = encode(sentences, min_count)
    text, sentence = text[text >= 0], sentence[text >= 0]  # rare words go before the windows are laid
    rng = np.random.default_rng(seed)
    shape = (len(words), vector_size)
    vectors = ((rng.random(shape) - 0.5) / vector_size).astype(np.float32)
    contexts = vectors if one_matrix else np.zeros(shape, dtype=np.float32)
    to_draw = np.cumsum(noise(frequencies, ns_exponent))
    keep = keep_probabilities(frequencies, sample)
    batch_size = min(batch_size, len(words))

    totals = np.zeros((_LOSSES, 2))  # the loss and the pairs of each twentieth
    done, to_do = 0, epochs * len(text)
    pieces = list(_pieces(sentence))
    for _ in range(epochs):
        for where in rng.permutation(len(pieces)):
            piece = pieces[where]
            kept = rng.random(piece.stop - piece.start) < keep[text[piece]]
            tokens, numbers = text[piece][kept], sentence[piece][kept]
            reach = rng.integers(1, window + 1, len(tokens)) if dynamic_window else np.full(len(tokens), window)
            middle, near = window_pairs(tokens, numbers, reach)
            order = rng.permutation(len(middle))
            for start in range(0, len(order), batch_size):
                batch = order[start : start + batch_size]
                targets = np.empty((len(batch), 1 + negative), dtype=np.int64)
                targets[:, 0] = near[batch]
                draws = rng.random((len(batch), negative)) * to_draw[-1]
                targets[:, 1:] = np.searchsorted(to_draw, draws, side="right")
                progress = (done + (piece.stop - piece.start) * start / len(order)) / to_do
                rate = alpha + (min_alpha - alpha) * progress
                with np.errstate(over="ignore", invalid="ignore"):  # what runs away is told at the end
                    loss = sgns_step(vectors, contexts, middle[batch], targets, rate, add_rows)
                totals[int(_LOSSES * progress)] += loss, len(batch)
            done += piece.stop - piece.start
    if totals[:, 1].sum() == 0:
        raise ValueError(
            f"No two of the {len(words):,} words stand within {window} words of each other in one sentence: the "
            f"sentences are too short, or min_count is too high, or sample is so low that hardly a word is left."
        )
    return _as_keyed(words, vectors, contexts, frequencies, totals)


def _check_settings(
    vector_size: Any, window: Any, negative: Any, epochs: Any, batch_size: Any, alpha: Any, min_alpha: Any
) -> None:
    _check.whole("vector_size", vector_size)
    _check.whole("window", window, why=" With a window of 0 no word has a context.")
    _check.whole(
        "negative", negative, why=" Without negatives nothing holds the vectors back: all grow the same way for ever."
    )
    _check.whole("epochs", epochs)
    _check.whole("batch_size", batch_size)
    _check.number("alpha", alpha, least=0)
    _check.number("min_alpha", min_alpha, least=0)


def _as_keyed(words: list[str], vectors: _Array, contexts: _Array, frequencies: _Array, totals: _Array) -> KeyedVectors:
    if not np.isfinite(vectors).all():
        raise ValueError(
            "The training has run away: vectors have grown beyond every number. A lower alpha or a smaller "
            "batch_size keeps the steps short."
        )
    keyed = as_keyed_vectors(dict(zip(words, vectors, strict=True)), "skip-gram vectors")
    with np.errstate(invalid="ignore"):
        losses = totals[:, 0] / totals[:, 1]
    vars(keyed).update(contexts=contexts, frequencies=frequencies, losses=losses)
    return keyed


def _pieces(sentence: _Array) -> Iterator[slice]:
    """The text in pieces of about as many tokens, cut between sentences."""
    start = 0
    while start < len(sentence):
        stop = min(start + _TOKENS_AT_ONCE, len(sentence))
        if stop < len(sentence):
            stop = int(np.searchsorted(sentence, sentence[stop - 1], side="right"))
        yield slice(start, stop)
        start = stop
