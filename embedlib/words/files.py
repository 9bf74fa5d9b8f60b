"""Reading files of word vectors, in the formats that people pass on: word2vec's, GloVe's and fastText's.

A file says by its first bytes what it is; one pass reads it, and stops with a sentence at the first place that does
not fit. gensim makes the vectors of a ``.bin`` of fastText.
"""

from __future__ import annotations

import gzip
import mmap
import re
import struct
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from embedlib.text.lines import open_plain, refuse_utf16, text_lines

if TYPE_CHECKING:
    from gensim.models.keyedvectors import KeyedVectors

__all__ = ["read_vectors"]

_Array = np.ndarray[Any, np.dtype[Any]]

_FASTTEXT = (793712314).to_bytes(4, "little")  # the first four bytes of every .bin of fastText
_CUT_SHORT = "The file may be cut short: compare its size with the one where it came from, and fetch it again."
_HUGE = 1e15  # letters read as numbers come to 1e20 and more
_GZIP_AT_MOST = 1032  # times that gzip makes a file smaller


def read_vectors(path: str | Path, name: str | None = None, limit: int | None = None) -> KeyedVectors:
    """Read a file of word vectors, whatever its format; what is wrong with it is said with its line.

    Parameters
    ----------
    path
        Text with a word and its numbers a line, parted by spaces or tabs, with a first line "words dimensions"
        (word2vec, fastText's ``.vec``) or without (GloVe); word2vec's binary format; or a ``.bin`` of fastText, whose
        vectors also spell out words that they have not seen. All but the last may be compressed with gzip. What it
        is, is seen from the content and not from the name.
    name
        What error messages and tables call the vectors; the file's name if None.
    limit
        Read only the first so many words, which are the most frequent in most files. Not for fastText's ``.bin``.

    Returns
    -------
    KeyedVectors
        float32, in the order of the file. Of a fastText ``.bin`` gensim's ``FastTextKeyedVectors``.

    Raises
    ------
    FileNotFoundError, ValueError
        If there is no file, or it is empty, cut short, not UTF-8, holds NaN, or a line or the first line's counts do
        not fit: the sentence says which line, and what to do.

    Warns
    -----
    UserWarning
        If words stand more than once (the first is kept), or words hold a space, as some of GloVe's 840B do
        (their numbers are then counted from the right).

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = Path(folder, "toy.txt")
    ...     _ = file.write_text("cat 0.2 0.5 -0.1\\ndog 0.1 0.4 -0.2\\n")
    ...     toy = read_vectors(file)
    >>> toy.index_to_key, toy.vectors.shape, toy.name
    (['cat', 'dog'], (2, 3), 'toy.txt')
    """
    file = Path(path)
    if not file.exists():
        raise FileNotFoundError(f"There is no file {file}. Is the path right, seen from {Path.cwd().name}/?")
    if limit is not None and limit < 1:
        raise ValueError(f"limit is a number of words; it is {limit} and must be at least 1.")
    notes: list[str] = []
    try:
        vectors = _reader(file)(file, limit, notes)
        _refuse_nan(vectors)
    except _Wrong as wrong:
        where = f"Line {wrong.line} of {file.name}" if wrong.line else file.name
        raise ValueError(f"{where} {wrong}") from None
    except (EOFError, gzip.BadGzipFile):
        raise ValueError(f"{file.name} ends in the middle. {_CUT_SHORT}") from None
    for note in notes:
        warnings.warn(note, stacklevel=2)
    vars(vectors)["name"] = name or file.name
    return vectors


class _Wrong(Exception):
    """What is wrong with a file, without its name; ``line`` is 0 for the whole of it."""

    def __init__(self, what: str, line: int = 0) -> None:
        super().__init__(what)
        self.line = line


def _reader(file: Path) -> Callable[[Path, int | None, list[str]], KeyedVectors]:
    """Say from a file's first bytes how it is read."""
    if file.is_dir():
        raise _Wrong("is a folder; the file of vectors within it is needed.")
    if not file.stat().st_size:
        raise _Wrong(f"is empty. {_CUT_SHORT}")
    with open_plain(file) as stream:
        start = stream.peek(65_536)[:65_536]
        packed = isinstance(stream, gzip.GzipFile)
    if start[:2] == b"PK":
        raise _Wrong("is a zip archive: unpack it, and give the file of vectors within it.")
    if start[:4] == _FASTTEXT and packed:
        raise _Wrong("is a .bin of fastText, compressed with gzip: unpack it first.")
    if start[:4] == _FASTTEXT:
        return _read_fasttext
    refuse_utf16(file, start)
    # Text holds no control characters but tab and line ends; the bytes of floats hold them at once.
    return _read_binary if re.search(rb"[\x00-\x08\x0e-\x1f]", start) else _read_text


def _header(line: str) -> tuple[int, int] | None:
    """Words and dimensions, if the line holds these and nothing else."""
    found = re.fullmatch(r"\s*(\d{1,999})\s+(\d{1,999})\s*", line, re.ASCII)
    if found is None:
        return None
    n_words, width = int(found[1]), int(found[2])
    if not n_words or not width:
        raise _Wrong(f"promises {n_words} words of {width} numbers: nothing.", 1)
    return n_words, width


def _made(words: dict[str, int], rows: _Array) -> KeyedVectors:
    from gensim.models.keyedvectors import KeyedVectors

    make: Any = KeyedVectors
    vectors = make(rows.shape[1], count=0)
    vectors.index_to_key, vectors.key_to_index, vectors.vectors = list(words), words, rows
    filled: KeyedVectors = vectors
    return filled


# ---- Text ------------------------------------------------------------------------------------------------


def _read_text(file: Path, limit: int | None, notes: list[str]) -> KeyedVectors:
    promised: tuple[int, int] | None = None
    width = n_read = blank = 0
    where = "line 1 promises"  # the number of dimensions
    words: dict[str, int] = {}
    numbers = bytearray()
    repeats: list[tuple[str, int]] = []
    with_space: list[str] = []
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)  # what NumPy says of text that is no number
        for line, text in enumerate(text_lines(file), 1):
            if line == 1 and (promised := _header(text)) is not None:
                width = promised[1]
                continue
            if n_read == limit:
                break
            plain = text.rstrip(" \t\r\n").replace("\t", " ")
            if not plain:
                blank = blank or line
                continue
            if blank:
                raise _Wrong("is blank, and more follow; take it out.", blank)
            if plain[0] == " ":
                raise _Wrong("begins with a space: it has no word. Give it one, or take it out.", line)
            if not width:
                width, where = _n_numbers(_parts(plain)), f"line {line} has"
                if not width:
                    raise _Wrong(f"holds no numbers after its word: {plain[:40]!r}.", line)
            word, row = _quickly(plain, width) or _from_the_right(plain, width, where, line, text.endswith("\n"))
            n_read += 1
            if " " in word:
                with_space.append(word)
            if word in words:
                repeats.append((word, line))
            else:
                words[word] = len(words)
                numbers += row.tobytes()
    if not n_read:
        raise _Wrong(f"holds no words. {_CUT_SHORT}")
    if promised is not None and promised[0] != n_read and n_read != limit:
        more = f'Write "{n_read} {width}" into line 1 if they all belong there.'
        mend = more if n_read > promised[0] else _CUT_SHORT
        raise _Wrong(f"promises {promised[0]:,} words, and {n_read:,} follow. {mend}", 1)
    if with_space:
        notes.append(
            f"{len(with_space):,} {'words hold' if len(with_space) > 1 else 'word holds'} a space, the first is "
            f"{with_space[0]!r}: of each line the last {width} parts were taken for its numbers."
        )
    if repeats:
        word, line = repeats[0]
        notes.append(_repeated(len(repeats), f" the first is {word!r} in line {line}:"))
    return _made(words, np.frombuffer(numbers, dtype=np.float32).reshape(-1, width))


def _quickly(text: str, width: int) -> tuple[str, _Array] | None:
    """A word without a space, and its numbers with one space between them; None if that is not what there is."""
    word, _, rest = text.partition(" ")
    if rest.count(" ") != width - 1:
        return None
    try:
        row = np.fromstring(rest, dtype=np.float32, sep=" ")
    except (ValueError, DeprecationWarning):
        return None
    return (word, row) if len(row) == width else None


def _from_the_right(text: str, width: int, where: str, line: int, ended: bool) -> tuple[str, _Array]:
    """A word that may hold spaces, and the numbers after it; raises if there are too few or too many."""
    parts = _parts(text)
    n_numbers = _n_numbers(parts)
    if n_numbers == width:
        return " ".join(parts[:-width]), np.array([float(part) for part in parts[-width:]], dtype=np.float32)
    wrong = next((part for part in parts[1:] if not _is_number(part)), None)
    if wrong is not None and len(parts) <= width + 1:
        comma = " Write a point for the comma." if wrong.count(",") == 1 else " Mend it, or take it out."
        raise _Wrong(f"holds {wrong!r} where a number is needed.{comma}", line)
    ends = f" It is the last line. {_CUT_SHORT}" if not ended and n_numbers < width else " Mend it, or take it out."
    raise _Wrong(f"holds {n_numbers} numbers, and {where} {width}.{ends}", line)


def _parts(text: str) -> list[str]:
    return [part for part in text.split(" ") if part]  # a word may hold other white space


def _n_numbers(parts: list[str]) -> int:
    """How many of the last parts are numbers; the first is a word in any case."""
    return next((n for n, part in enumerate(reversed(parts[1:])) if not _is_number(part)), len(parts) - 1)


def _is_number(part: str) -> bool:
    try:
        float(part)
    except ValueError:
        return False
    return True


def _repeated(n: int, first: str = "") -> str:
    times = "words stand" if n > 1 else "word stands"
    return f"{n:,} {times} in the file more than once;{first} the first vector of each was kept."


# ---- Binary ----------------------------------------------------------------------------------------------


def _read_binary(file: Path, limit: int | None, notes: list[str]) -> KeyedVectors:
    with open_plain(file) as stream:
        first = stream.readline(2100)
        promised = _header(first.decode("latin-1"))
        if promised is None:
            raise _Wrong(
                "holds bytes that are no text, and does not begin as word2vec's binary format does, with "
                '"words dimensions", nor as a .bin of fastText. What wrote it?'
            )
        n, width = min(promised[0], limit or promised[0]), promised[1]
        short = (
            f"promises {promised[0]:,} words of {width} numbers and does not hold them. {_CUT_SHORT} If the size is "
            f"right, its first line is wrong."
        )
        packed = isinstance(stream, gzip.GzipFile)
        if file.stat().st_size * (_GZIP_AT_MOST if packed else 1) < n * (4 * width + 2):
            raise _Wrong(short)
        if packed:
            data: Any = first + stream.read(-1 if limit is None else n * (4 * width + 1000))
        else:
            data = mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ)
        return _from_bytes(data, len(first), n, width, short, limit is None, notes)


def _from_bytes(data: Any, at: int, n: int, width: int, short: str, whole: bool, notes: list[str]) -> KeyedVectors:
    words: dict[str, int] = {}
    rows = np.empty((n, width), dtype=np.float32)
    for i in range(n):
        end = data.find(b" ", at)
        raw = bytes(data[at : min(end, at + 10_000)]).lstrip(b"\n")
        if end < 0 or end + 1 + 4 * width > len(data):
            _refuse_letters(words, rows)
            raise _Wrong(short)
        try:
            word = raw.decode("utf-8")
        except UnicodeDecodeError:
            word = ""
        if not word or re.search(r"[\0-\x1f]", word):
            _refuse_letters(words, rows, sure=not raw or min(raw) < 32)
            raise _Wrong(
                f"holds {raw[:40]!r} as its word {i + 1:,}, which is not UTF-8: its words are in another encoding, or "
                f"cut within a letter. gensim reads it: KeyedVectors.load_word2vec_format(path, binary=True, "
                f'encoding="latin-1"), or unicode_errors="replace".'
            )
        if word not in words:
            rows[len(words)] = np.frombuffer(data, dtype="<f4", count=width, offset=end + 1)
            words[word] = len(words)
        at = end + 1 + 4 * width
    _refuse_letters(words, rows)
    rest = len(data) - at
    if whole and rest > 1:  # a line end may stand after each vector
        raise _Wrong(
            f"holds {rest:,} bytes more than the {n:,} words of {width} numbers that its first line promises: the "
            f"count is too small, or the file is damaged. Fetch it again."
        )
    if len(words) < n:
        notes.append(_repeated(n - len(words)))
    return _made(words, rows[: len(words)])


def _refuse_letters(words: dict[str, int], rows: _Array, sure: bool = False) -> None:
    """Raise if letters were taken for numbers, as after a word that holds a space."""
    held = rows[: len(words)]
    sizes = np.maximum(held.max(axis=1), -held.min(axis=1))
    wrong = np.flatnonzero(np.isfinite(sizes) & (sizes > _HUGE))
    if len(wrong) or (sure and words):
        i = int(wrong[0]) if len(wrong) else len(words) - 1
        raise _Wrong(
            f'goes on after "{list(words)[i]}", its word {i + 1:,}, as words and numbers do not. A word there may '
            f"hold a space, which this format cannot tell: write _ for it, or the vectors as text."
        )
    if sure:
        raise _Wrong(f"begins as word2vec's binary format does, and no word follows. {_CUT_SHORT}")


def _read_fasttext(file: Path, limit: int | None, notes: list[str]) -> KeyedVectors:
    from gensim.models import fasttext

    if limit is not None:
        raise _Wrong("is a .bin of fastText, which is read as a whole; leave limit out.")
    otherwise = f"begins as a .bin of fastText does, and goes on otherwise. {_CUT_SHORT}"
    load: Any = fasttext.load_facebook_vectors
    try:
        with file.open("rb") as stream:
            _walk_fasttext(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
        vectors: KeyedVectors = load(str(file))
    except (EOFError, ValueError, AssertionError, struct.error, MemoryError, KeyError):
        raise _Wrong(otherwise) from None
    return vectors


def _walk_fasttext(data: Any) -> None:
    """Go from part to part of a fastText model, since gensim reads on for ever where one ends within its words."""
    n_words, _, n_labels, _, n_pruned = struct.unpack_from("<3i2q", data, 64)
    if n_labels > 0:
        raise _Wrong("is a classifier of fastText, and no word vectors: train with skipgram or cbow.")
    at = 64 + 28
    for _ in range(n_words):
        at = data.find(b"\0", at) + 1 + 9  # a word, how often it was seen, and its kind
        if at < 92 + 10:
            raise EOFError
    at += 8 * max(n_pruned, 0)
    quantised, n_rows, width = struct.unpack_from("<?2q", data, at)
    if quantised:
        raise _Wrong("is a .ftz of fastText, made small, which cannot be read here: take the .bin or the .vec.")
    if min(n_rows, width) < 1 or at + 17 + 4 * n_rows * width > len(data):
        raise EOFError


def _refuse_nan(vectors: KeyedVectors) -> None:
    for start in range(0, len(vectors), 100_000):
        wrong = np.flatnonzero(~np.isfinite(vectors.vectors[start : start + 100_000]).all(axis=1))
        if len(wrong):
            row = start + int(wrong[0])
            raise _Wrong(
                f'holds NaN or infinity in the vector of "{vectors.index_to_key[row]}", its word {row + 1:,}. Take the '
                f"word out, or ask whoever trained the vectors: such training has failed."
            )
