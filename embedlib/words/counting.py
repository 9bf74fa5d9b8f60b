"""Word vectors by counting: which words stand near which, weighted, then squeezed into few dimensions.

The way from a text to vectors has four steps, and each is one function here: count
(:func:`count_cooccurrences`), weight (:func:`log_counts` or :func:`pmi`), reduce (:func:`truncated_svd`), look
up (:func:`to_keyed_vectors`). Matrices are SciPy's sparse arrays throughout: 30,000 words have 900 million
pairs, of which a text of ten million words shows one in fifty or so.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import numpy as np
import scipy.sparse

from embedlib import _check
from embedlib.assets.kept import kept
from embedlib.text.encode import encode
from embedlib.words.load import UnknownWordError, as_keyed_vectors

if TYPE_CHECKING:
    import pandas as pd
    from gensim.models.keyedvectors import KeyedVectors

__all__ = [
    "Cooccurrences",
    "Decomposition",
    "SparseVectors",
    "count_cooccurrences",
    "course_counts",
    "decompose",
    "log_counts",
    "pmi",
    "sparse_vectors",
    "to_keyed_vectors",
    "truncated_svd",
]

sparse: Any = scipy.sparse  # SciPy has no type hints

_Array = np.ndarray[Any, np.dtype[Any]]
Weighting = Literal["flat", "harmonic", "linear"]

_PAIRS_AT_ONCE = 4_000_000  # pairs of tokens sorted at a time: some 200 MB
_WIDEST_EXACT = 22  # the least common multiple of 1 to 22 leaves room in 64 bits for ten billion pairs
_SMALL = 1_000_000  # cells up to which a dense decomposition is quick
_MANY = 1_000_000  # cells with a number from which on a decomposition takes seconds, and is kept
_NO_RANK = 1e-7  # singular values this far below the largest are rounding errors of nought
_LARGEST_DENSE = 2**30  # bytes


class Cooccurrences(NamedTuple):
    """How often each word of a vocabulary stands near each other one.

    Attributes
    ----------
    words
        The V words, most frequent first; words equally frequent in the order in which the text shows them.
    frequencies
        How often each word stands in the text: shape (V,), int64.
    matrix
        ``matrix[i, j]`` says how often word j stands within the window around word i: a sparse CSR array of
        shape (V, V), symmetric; int64 for flat weighting and float64 for others.
    n_tokens
        Words of the whole text, those outside the vocabulary included.
    """

    words: list[str]
    frequencies: _Array
    matrix: Any
    n_tokens: int

    def __repr__(self) -> str:
        return (
            f"Cooccurrences of {len(self.words):,} words in a text of {self.n_tokens:,}: "
            f"{self.matrix.nnz:,} cells of {len(self.words) ** 2:,} are not empty"
        )


class Decomposition(NamedTuple):
    """A truncated singular value decomposition: the matrix is nearly ``left * singular_values @ right.T``.

    Attributes
    ----------
    left
        One row a word, shape (n, d), orthonormal columns.
    singular_values
        Shape (d,), largest first.
    right
        One row a context, shape (m, d), orthonormal columns.
    """

    left: _Array
    singular_values: _Array
    right: _Array

    def vectors(self, power: float = 0.5, dimensions: int | None = None) -> _Array:
        """The word vectors U·Σ^power, shape (n, d), float64; see :func:`truncated_svd`.

        ``dimensions`` takes the first so many components only, which are the same as those of a smaller
        decomposition: one decomposition serves a whole sweep over powers and dimensions.
        """
        _check.number("power", power, least=0)
        most = len(self.singular_values)
        d = most if dimensions is None else _check.whole("dimensions", dimensions)
        if d > most:
            raise ValueError(f"This decomposition has {most} dimensions, not {dimensions}.")
        result: _Array = self.left[:, :d] * self.singular_values[:d] ** power
        return result


@dataclass(frozen=True)
class SparseVectors:
    """Word vectors as wide as a vocabulary, which would not fit in memory if written out; they come from
    :func:`sparse_vectors`.

    ``evaluation.similarity.evaluate_similarity`` takes them as they are. A word whose row is empty has no
    direction and counts as one that is not there.
    """

    words: list[str] = field(repr=False)
    matrix: Any = field(repr=False)
    name: str
    key_index: Mapping[str, int] = field(repr=False)

    def get_word_vector(self, word: str) -> _Array:
        """The vector of one word, written out in full: shape (m,), float64; ``UnknownWordError`` if there is none."""
        row: _Array = self.matrix[[self._row(word)], :].toarray()[0]
        return row

    def most_similar(self, word: str, k: int = 10) -> pd.DataFrame:
        """The k words with the largest cosine to a word: a table with the columns rank, word and cosine.

        Words of which the cosine is equal come in the order of the vocabulary; words with an empty row never.
        """
        import pandas as pd

        query = self._row(word)
        k = _check.whole("k", k)
        lengths = self._lengths
        usable = np.flatnonzero(lengths)
        usable = usable[usable != query]
        if k > len(usable):
            raise ValueError(f"k is {k:,}, but besides the query {self.name} has {len(usable):,} words with a vector.")
        dots = self.matrix @ self.matrix[[query], :].toarray()[0]
        cosines = np.clip(dots[usable] / (lengths[usable] * lengths[query]), -1, 1)
        best = np.lexsort((usable, -cosines.round(12)))[:k]
        found = [self.words[i] for i in usable[best]]
        return pd.DataFrame({"rank": np.arange(1, k + 1), "word": found, "cosine": cosines[best]})

    @cached_property
    def _lengths(self) -> _Array:
        lengths: _Array = np.sqrt(self.matrix.multiply(self.matrix).sum(axis=1))
        return lengths

    def _row(self, word: str) -> int:
        row = self.key_index.get(word) if isinstance(word, str) else None
        if row is None:
            raise UnknownWordError(f"{word!r} is not among the {len(self.words):,} words of {self.name}.")
        if self.matrix.indptr[row] == self.matrix.indptr[row + 1]:
            raise UnknownWordError(f'"{word}" has an empty row in {self.name}: it has no direction, and no vector.')
        return row


def count_cooccurrences(
    sentences: Iterable[Sequence[str]],
    window: int = 5,
    min_count: int = 5,
    max_vocab: int | None = None,
    weighting: Weighting = "flat",
    close_gaps: bool = False,
) -> Cooccurrences:
    """Count how often each word stands within a window around each other word.

    Parameters
    ----------
    sentences
        Lists of words, read once: a generator will do. No pair reaches across the end of a sentence. Each token
        is kept as a number of four bytes.
    window
        How many words to the left and to the right are a word's context.
    min_count
        Words that are rarer than this stay out of the vocabulary.
    max_vocab
        Only so many of the most frequent words make the vocabulary; None takes all.
    weighting
        What a pair at distance d adds: ``"flat"`` 1; ``"harmonic"`` 1/d, as GloVe does; ``"linear"``
        (window + 1 - d) / window, which is what word2vec's random windows come to on average.
    close_gaps
        What becomes of words outside the vocabulary. False leaves their places empty, so that the window is
        measured in words of the text. True takes them out before the window is laid, which lets it reach
        further, as word2vec and GloVe do.

    Returns
    -------
    Cooccurrences
        Two words at one distance add to both cells, (i, j) and (j, i); two occurrences of one word add twice
        to the diagonal. The sums are exact: whole numbers are added and divided once at the end (floating
        point is added for ``"harmonic"`` windows wider than 22 only).

    Raises
    ------
    TypeError, ValueError
        If the text is empty, is a string, holds strings in place of sentences, has
        fewer than two words of that frequency or no two of them near each other; or a number does not fit.

    Notes
    -----
    The window's weights are those of Levy, O., Goldberg, Y. and Dagan, I. (2015), "Improving
    distributional similarity with lessons learned from word embeddings"; closed gaps are its "dirty"
    subsampling, open ones its "clean".

    Examples
    --------
    >>> counts = count_cooccurrences([["a", "cat", "sat"], ["a", "cat"]], window=1, min_count=1)
    >>> counts.words
    ['a', 'cat', 'sat']
    >>> counts.frequencies
    array([2, 2, 1])
    >>> counts.matrix.toarray()
    array([[0, 2, 0],
           [2, 0, 1],
           [0, 1, 0]])
    """
    window = _check.whole("window", window)
    words, frequencies, text, sentence = encode(sentences, min_count, max_vocab)
    n_tokens = len(text)
    reach = min(window, int(np.bincount(sentence).max()))  # no pair is further apart than a sentence is long
    groups, scale = _distances_by_weight(window, reach, weighting)
    if close_gaps:
        text, sentence = text[text >= 0], sentence[text >= 0]
    total: Any = None
    size = max(_PAIRS_AT_ONCE // reach, 1)
    for begin in range(0, len(text), size):
        # The last few words of the piece before are set in front, and only pairs that end in this one count.
        before = min(reach, begin)
        piece = slice(begin - before, begin + size)
        ids, of = text[piece].astype(np.int64), sentence[piece]
        for weight, distances in groups.items():
            pairs = np.concatenate([_pairs(ids, of, d, before, len(words)) for d in distances])
            part = _upper_triangle(pairs, len(words), weight)
            total = part if total is None else total + part
    matrix = total + total.T.tocsr()
    if matrix.nnz == 0:
        raise ValueError(
            f"No two of the {len(words):,} words of the vocabulary stand within {window} words of each other in one "
            f"sentence: the sentences are too short, or min_count is too high."
        )
    if scale != 1:
        matrix = sparse.csr_array((matrix.data / scale, matrix.indices, matrix.indptr), shape=matrix.shape)
    return Cooccurrences(words, frequencies, matrix, n_tokens)


@cache
def course_counts(*sources: str, window: int = 5, limit: int | None = None) -> Cooccurrences:
    """The counts on which chapters 2 to 4 rest: the course corpus, words seen at least 20 times.

    They are counted once on a machine, in half a minute, and from then on read from the asset store; they cannot
    be written to (``counts.matrix.copy()`` can).

    Parameters
    ----------
    sources
        Parts of the corpus, as :func:`~embedlib.text.corpus.course_corpus` names them; none means all.
    window
        How many words to the left and to the right are a word's context.
    limit
        At most so many words of text, drawn evenly from everywhere.

    Returns
    -------
    Cooccurrences
        Of 22,702 words, if all is counted with a window of 5; the matrix then takes 143 MB.

    Raises
    ------
    embedlib.assets.AssetUnavailable
        If they were not counted yet, and a part of the corpus is neither here nor to be had.
    """
    from embedlib.text.corpus import SOURCES, course_corpus

    def count() -> dict[str, _Array]:
        corpus = course_corpus(list(sources) or None, limit=limit)
        words, frequencies, matrix, n_tokens = count_cooccurrences(corpus, window=window, min_count=20)
        return {
            "words": np.frombuffer("\n".join(words).encode("utf-8"), dtype=np.uint8),
            "frequencies": frequencies,
            "data": matrix.data.astype(np.min_scalar_type(int(matrix.data.max()))),
            "indices": matrix.indices,
            "indptr": matrix.indptr,
            "n_tokens": np.array(n_tokens),
        }

    given = [[source.sha256 for source in SOURCES.values()], sources, window, limit]
    held = kept("course-counts", given, [count_cooccurrences, encode], count)
    words = held["words"].tobytes().decode("utf-8").split("\n")
    cells = held["data"].astype(np.int64), held["indices"], held["indptr"]
    matrix = sparse.csr_array(cells, shape=(len(words), len(words)))
    counts = Cooccurrences(words, held["frequencies"], matrix, int(held["n_tokens"]))
    for part in (counts.frequencies, counts.matrix.data, counts.matrix.indices, counts.matrix.indptr):
        part.flags.writeable = False
    return counts


def log_counts(counts: Any) -> Any:
    """The logarithm of one plus each count, which keeps an empty cell empty.

    Parameters
    ----------
    counts
        :class:`Cooccurrences`, or a matrix of counts, sparse or not, of shape (n, m).

    Returns
    -------
    sparse CSR array of shape (n, m), float64

    Examples
    --------
    >>> log_counts([[0, 1], [1, 99]]).toarray().round(3)
    array([[0.   , 0.693],
           [0.693, 4.605]])
    """
    logs = _counts(counts)
    np.log1p(logs.data, out=logs.data)
    return logs


def pmi(counts: Any, positive: bool = True, smoothing: float = 1.0, shift: float = 0.0, base: float = math.e) -> Any:
    """Pointwise mutual information: how much more often two words meet than they would by chance.

    With n(i, j) the counts, n(i, ·) and n(·, j) the sums of row i and column j, and α the smoothing,

        PMI(i, j) = log[ n(i, j) · Σ_k n(·, k)^α / (n(i, ·) · n(·, j)^α) ] - shift

    which for α = 1 is log[ P(i, j) / (P(i) · P(j)) ]. All three probabilities are shares of the same total,
    the sum of the matrix: a word's share of the *text* is another number and does not belong here.

    Parameters
    ----------
    counts
        :class:`Cooccurrences`, or a matrix of counts, sparse or not, of shape (n, m): a row a word, a column
        a context.
    positive
        True puts 0 in place of what is negative (PPMI). False keeps it; the pairs never seen, whose PMI is
        minus infinity, then stay empty cells, and read as 0.
    smoothing
        The exponent α, from 0 to 1. Below 1 it makes rare contexts more probable than they are, and so their
        PMI smaller; Levy, Goldberg and Dagan take 0.75.
    shift
        Is taken off each value before the negative ones are cut: the logarithm of k, where word2vec draws k
        negative samples. In the unit of ``base``.
    base
        Of the logarithm: *e*, or 2 for bits, as in Jurafsky and Martin's book.

    Returns
    -------
    sparse CSR array of shape (n, m), float64
        Its cells are those of the counts that are not zero, or fewer if ``positive``.

    Raises
    ------
    TypeError, ValueError
        If counts are negative, NaN or all zero, or a parameter does not fit.

    Notes
    -----
    Church, K. W. and Hanks, P. (1990), "Word association norms, mutual information, and lexicography"; smoothing
    and shift: Levy, O., Goldberg, Y. and Dagan, I. (2015), "Improving
    distributional similarity with lessons learned from word embeddings".

    Examples
    --------
    Eight meetings. "ice" and "cold" meet three times, by chance they would 4 · 4 / 8 = 2 times.

    >>> counts = [[3, 1], [1, 3]]
    >>> pmi(counts, base=2).toarray().round(3)
    array([[0.585, 0.   ],
           [0.   , 0.585]])
    >>> pmi(counts, base=2, positive=False).toarray().round(3)
    array([[ 0.585, -1.   ],
           [-1.   ,  0.585]])
    """
    _check.number("smoothing", smoothing, least=0, most=1)
    _check.number("shift", shift)
    _check.number("base", base, above=1)
    values = _counts(counts)
    if values.nnz == 0:
        raise ValueError("All counts are zero: nothing was seen, and so nothing can be said about chance.")
    of_word = np.asarray(values.sum(axis=1)).ravel()
    of_context = np.asarray(values.sum(axis=0)).ravel()
    of_context = np.where(of_context > 0, of_context**smoothing, 0)
    # One product over another, so that what is independent comes out as exactly log 1.
    by_chance = np.repeat(of_word, np.diff(values.indptr))
    by_chance *= of_context[values.indices]
    values.data *= of_context.sum()
    values.data /= by_chance
    np.log(values.data, out=values.data)
    if base != math.e:
        values.data /= math.log(base)
    values.data -= shift
    if positive:
        np.maximum(values.data, 0, out=values.data)
        values.eliminate_zeros()
    return values


def truncated_svd(matrix: Any, dimensions: int = 100, power: float = 0.5, seed: int = 0) -> _Array:
    """Word vectors from the largest singular values of a matrix: the rows of U·Σ^power.

    Parameters
    ----------
    matrix
        Sparse or not, of shape (n, m): a row a word.
    dimensions
        How many numbers each vector gets; at most the rank of the matrix.
    power
        The exponent of the singular values. 1 keeps them, as a plain SVD does: the vectors then have nearly
        the dot products of the rows. 0 gives each dimension the same weight; 0.5 lies between. Levy, Goldberg and
        Dagan find 0 and 0.5 better than 1 for word similarity.
    seed
        Of the vector with which the iteration starts; the result depends on it in its last bits only.

    Returns
    -------
    ndarray of shape (n, dimensions), float64
        The most important dimension first. A singular vector may be turned round; here the largest number of
        each column is positive (of several equally large, the first).

    Raises
    ------
    TypeError, ValueError
        If the matrix holds NaN or infinity, or its rank is below ``dimensions``.
    RuntimeError
        If the iteration stops before it has found all dimensions.

    Notes
    -----
    Eckart, C. and Young, G. (1936), "The approximation of one matrix by another of lower rank"; the power is the
    ``eig`` of Levy, O., Goldberg, Y. and Dagan, I. (2015), "Improving distributional similarity with
    lessons learned from word embeddings". :func:`decompose` gives all three factors, from which the vectors of
    other powers cost nothing.

    Examples
    --------
    >>> truncated_svd([[4, 0], [0, 9], [0, 0]], dimensions=2, power=0.5) + 0.0
    array([[0., 2.],
           [3., 0.],
           [0., 0.]])
    """
    return decompose(matrix, dimensions, seed).vectors(power)


def decompose(matrix: Any, dimensions: int = 100, seed: int = 0) -> Decomposition:
    """The truncated singular value decomposition itself; parameters and errors as in :func:`truncated_svd`.

    That of a matrix with a million cells or more is kept in the asset store: it is computed once on a machine.

    Examples
    --------
    >>> parts = decompose([[4, 0], [0, 9], [0, 0]], dimensions=1)
    >>> parts.singular_values
    array([9.])
    >>> parts.left.shape, parts.right.shape
    ((3, 1), (2, 1))
    """
    dimensions = _check.whole("dimensions", dimensions)
    rows = _matrix(matrix)
    rows.eliminate_zeros()
    n, m = rows.shape
    if dimensions > min(n, m):
        raise ValueError(
            f"A matrix of {n:,} rows and {m:,} columns has at most {min(n, m):,} dimensions; {dimensions:,} were "
            f"asked for."
        )
    if rows.nnz == 0:
        raise ValueError("The rank of this matrix is 0: every cell is zero, and there is no direction to keep.")
    if dimensions == min(n, m) and n * m * 8 > _LARGEST_DENSE:
        raise ValueError(
            f"All {dimensions:,} dimensions of so large a matrix take a dense decomposition of "
            f"{n * m * 8 / 2**30:.1f} GiB; ask for fewer, such as 100 or 300."
        )
    if n * m <= _SMALL or dimensions == min(n, m):
        left, values, right = np.linalg.svd(rows.toarray(), full_matrices=False)
    else:
        parts = (rows.data, rows.indices, rows.indptr, rows.shape, dimensions, seed)

        def iterate() -> dict[str, _Array]:
            return dict(zip(("left", "values", "right"), _iterate(rows, dimensions, seed), strict=True))

        found = iterate() if rows.nnz < _MANY else kept("decompositions", parts, [decompose], iterate)
        left, values, right = found["left"], found["values"], found["right"]
    order = np.argsort(-values, kind="stable")[:dimensions]
    left, values, right = left[:, order], values[order], right[order].T
    rank = int(np.count_nonzero(values > _NO_RANK * values[0]))
    if rank < dimensions:
        raise ValueError(
            f"The rank of this matrix is {rank:,}: it has no more than {rank:,} dimensions, and {dimensions:,} were "
            f"asked for."
        )
    left[np.diff(rows.indptr) == 0] = 0  # an empty row has no direction, not even one made of rounding errors
    sizes = np.abs(left)
    # Of numbers that agree but for rounding the first decides, so that another machine turns nothing round.
    largest = (sizes >= (1 - 1e-6) * sizes.max(axis=0)).argmax(axis=0)
    signs = np.where(left[largest, np.arange(dimensions)] < 0, -1.0, 1.0)
    return Decomposition(left * signs, values, right * signs)


def _iterate(rows: Any, dimensions: int, seed: int) -> tuple[_Array, _Array, _Array]:
    """The largest singular values of a sparse matrix, shape (n, m), and their vectors, by Lanczos' iteration."""
    from scipy.sparse.linalg import ArpackNoConvergence, eigsh, svds

    n, m = rows.shape
    start = np.random.default_rng(seed).uniform(0.5, 1, min(n, m))
    try:
        if n == m and (rows != rows.T).nnz == 0:  # the same in half the time: of each eigenvalue the size and sign
            eigenvalues, left = eigsh(rows, k=dimensions, v0=start)  # type: ignore[no-untyped-call]
            return left, np.abs(eigenvalues), (left * np.where(eigenvalues < 0, -1.0, 1.0)).T
        left, values, right = svds(rows, k=dimensions, v0=start, solver="arpack")
        return left, values, right
    except ArpackNoConvergence as stopped:
        raise RuntimeError(_not_converged(dimensions, len(stopped.eigenvalues))) from None


def to_keyed_vectors(
    words: Sequence[str], matrix: Any, name: str = "counted vectors", leave_out_empty: bool = False
) -> KeyedVectors:
    """Give the rows of a matrix their words: gensim's ``KeyedVectors``, as everything in embedlib takes them.

    Parameters
    ----------
    words
        n different words, as ``Cooccurrences.words``.
    matrix
        Their vectors, shape (n, d). A sparse matrix is written out in full, if that takes no more than 1 GiB.
    name
        What error messages and tables call these vectors.
    leave_out_empty
        True leaves out the words whose row is all zeros, as those of a word that met nobody are: they have no
        direction, and a benchmark then counts them as missing.

    Returns
    -------
    KeyedVectors
        ``.vectors`` float32 of shape (n, d), a copy; ``.name`` the name.

    Raises
    ------
    TypeError, ValueError
        If words and rows do not match, a word stands twice, or the numbers do not fit.

    Examples
    --------
    >>> keyed = to_keyed_vectors(["ice", "fire"], [[0.5, 1], [0.5, -1]], name="toy")
    >>> keyed["fire"], keyed.name
    (array([ 0.5, -1. ], dtype=float32), 'toy')
    """
    listed, rows = _labelled(words, matrix)
    if leave_out_empty:
        full = np.flatnonzero(np.diff(rows.indptr))
        listed, rows = [listed[i] for i in full], rows[full]
    n, d = rows.shape
    if sparse.issparse(matrix) and n * d * 4 > _LARGEST_DENSE:
        raise ValueError(
            f"{n:,} vectors of {d:,} numbers take {n * d * 4 / 2**30:.1f} GiB when written out in full; reduce them "
            f"first, for instance with truncated_svd(matrix, dimensions=100), or keep them sparse with sparse_vectors."
        )
    return as_keyed_vectors(dict(zip(listed, rows.astype(np.float32).toarray(), strict=True)), name)


def sparse_vectors(words: Sequence[str], matrix: Any, name: str = "counted vectors") -> SparseVectors:
    """Give the rows of a sparse matrix their words and leave it sparse; raises as :func:`to_keyed_vectors` does.

    For the rows of :func:`pmi` and :func:`log_counts`, and for the counts themselves.

    Parameters
    ----------
    words
        n different words, as ``Cooccurrences.words``.
    matrix
        Their vectors, shape (n, m), sparse or not.
    name
        What error messages call these vectors.

    Examples
    --------
    >>> counts = count_cooccurrences([["a", "cat", "sat"], ["a", "dog", "sat"]], window=1, min_count=1)
    >>> kept = sparse_vectors(counts.words, counts.matrix, name="toy")
    >>> kept.get_word_vector("cat")
    array([1., 1., 0., 0.])
    >>> kept.most_similar("cat", k=1)
       rank word  cosine
    0     1  dog     1.0
    """
    listed, rows = _labelled(words, matrix)
    return SparseVectors(listed, rows, name, {word: i for i, word in enumerate(listed)})


def _not_converged(dimensions: int, found: int) -> str:
    return (
        f"The decomposition stopped before all {dimensions:,} dimensions were found; it had {found:,}. That happens "
        f"where singular values lie too close together to be told apart: ask for fewer dimensions, or count more text."
    )


def _labelled(words: Any, matrix: Any) -> tuple[list[str], Any]:
    """Words and rows that fit each other; the rows as a new CSR array without stored zeros."""
    listed = _check.word_list("words", words)
    rows = _matrix(matrix)
    rows.eliminate_zeros()
    if len(listed) != rows.shape[0]:
        raise ValueError(f"Each word needs a row: there are {len(listed):,} words and {rows.shape[0]:,} rows.")
    twice = next((word for word, times in Counter(listed).items() if times > 1), None)
    if twice is not None:
        raise ValueError(f'"{twice}" stands more than once among the words; each word has one vector.')
    return listed, rows


def _distances_by_weight(window: int, reach: int, weighting: str) -> tuple[dict[Any, list[int]], int]:
    """The distances up to ``reach`` that share a weight, and what the weighted sum is to be divided by.

    Weights are whole numbers over a common denominator where that fits, so that sums are exact.
    """
    distances = range(1, reach + 1)
    if weighting == "flat":
        return {1: list(distances)}, 1
    if weighting == "linear":
        return {window + 1 - d: [d] for d in distances}, window
    if weighting == "harmonic":
        if reach > _WIDEST_EXACT:
            return {1 / d: [d] for d in distances}, 1
        scale = math.lcm(*distances)
        return {scale // d: [d] for d in distances}, scale
    raise ValueError(f"weighting is {weighting!r}; it can be 'flat', 'harmonic' or 'linear'.")


def _pairs(text: _Array, sentence: _Array, distance: int, begin: int, n_words: int) -> _Array:
    """Pairs of words at a distance whose second word stands at ``begin`` or later, as numbers i·V + j, i ≤ j."""
    begin = max(begin, distance)
    first, second = text[begin - distance : -distance], text[begin:]
    together = (sentence[begin - distance : -distance] == sentence[begin:]) & (first >= 0) & (second >= 0)
    first, second = first[together], second[together]
    pairs: _Array = np.minimum(first, second) * n_words + np.maximum(first, second)
    return pairs


def _upper_triangle(pairs: _Array, n_words: int, weight: float) -> Any:
    different, times = np.unique(pairs, return_counts=True)
    rows, columns = np.divmod(different, n_words)
    ends = np.searchsorted(rows, np.arange(n_words + 1)).astype(np.int32)
    return sparse.csr_array((times * weight, columns.astype(np.int32), ends), shape=(n_words, n_words))


def _counts(counts: Any) -> Any:
    """Counts as a new CSR array of float64 without stored zeros."""
    values = _matrix(counts.matrix if isinstance(counts, Cooccurrences) else counts)
    if values.nnz and values.data.min() < 0:
        raise ValueError(f"Counts are 0 or more, and there is {values.data.min():g} among these.")
    values.eliminate_zeros()
    return values


def _matrix(matrix: Any) -> Any:
    """A new CSR array of float64, checked."""
    if sparse.issparse(matrix):
        values = sparse.csr_array(matrix, dtype=np.float64, copy=True)
        values.sum_duplicates()
    else:
        try:
            dense = np.asarray(matrix, dtype=np.float64)
        except (TypeError, ValueError):
            raise TypeError(
                f"A matrix of numbers is needed, sparse or not; this is a {type(matrix).__name__} of something else."
            ) from None
        if dense.ndim != 2:
            raise ValueError(f"A matrix has rows and columns; the shape of this is {dense.shape}.")
        values = sparse.csr_array(dense)
    if 0 in values.shape:
        raise ValueError(f"The matrix is empty: its shape is {values.shape}.")
    if not np.isfinite(values.data).all():
        raise ValueError("The matrix holds NaN or infinity; every cell has to be a number.")
    return values
