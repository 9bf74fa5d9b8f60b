"""Reading files of word vectors, in the formats that people pass on: word2vec's, GloVe's and fastText's.

gensim does the reading. What it takes in silence (a count in the first line that is too small, words that stand
twice, NaN), trips over (words that hold a space) or refuses without saying where, is found here beforehand and
said in a sentence with its line.
"""

from __future__ import annotations

import gzip
import struct
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NamedTuple, cast

import numpy as np

if TYPE_CHECKING:
    from gensim.models.keyedvectors import KeyedVectors

__all__ = ["read_vectors"]

_FASTTEXT = (793712314).to_bytes(4, "little")  # the first four bytes of every .bin of fastText
_CUT_SHORT = "The file may be cut short: compare its size with the one where it came from, and fetch it again."
_TABS = "Line {} of {} is parted by tabs; put single spaces in their place."


def read_vectors(path: str | Path, name: str | None = None, limit: int | None = None) -> KeyedVectors:
    """Read a file of word vectors, whatever its format; what is wrong with it is said with its line.

    Parameters
    ----------
    path
        Text with a word and its numbers a line, with a first line "words dimensions" (word2vec, fastText's
        ``.vec``) or without (GloVe); word2vec's binary format; or a ``.bin`` of fastText, whose vectors also
        spell out words that they have not seen. All but the last may be compressed, as ``.gz``. What it is, is
        seen from the content and not from the name.
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
    if file.is_dir():
        raise ValueError(f"{file.name} is a folder; the file of vectors within it is needed.")
    if limit is not None and limit < 1:
        raise ValueError(f"limit is a number of words; it is {limit} and must be at least 1.")
    with file.open("rb") as stream:
        begins = stream.read(4)
    if not begins:
        raise ValueError(f"{file.name} is empty. {_CUT_SHORT}")
    if begins[:2] == b"PK":
        raise ValueError(f"{file.name} is a zip archive: unpack it, and give the file of vectors within it.")
    if begins[:2] == b"\x1f\x8b" and file.suffix != ".gz":
        raise ValueError(f"{file.name} is compressed with gzip; rename it to {file.name}.gz.")
    if file.suffix == ".gz" and begins[:2] != b"\x1f\x8b":
        raise ValueError(f"{file.name} is called .gz and is not compressed; rename it to {file.stem}.")
    try:
        if begins == _FASTTEXT:
            vectors = _read_fasttext(file, limit)
        else:
            with _open(file) as stream:
                start = stream.read(65_536)
            vectors = _read_binary(file, start, limit) if _is_binary(start) else _read_text(file, limit)
    except (EOFError, gzip.BadGzipFile):
        raise ValueError(f"{file.name} ends in the middle. {_CUT_SHORT}") from None
    _refuse_nan(file, vectors)
    vars(vectors)["name"] = name or file.name
    return vectors


class _Text(NamedTuple):
    """What a look through a text file found."""

    header: bool
    n_words: int
    width: int
    n_spaces: int  # words that hold a space
    first_space: str
    clean: bool  # gensim can read it


def _open(file: Path) -> IO[bytes]:
    return cast("IO[bytes]", gzip.open(file) if file.suffix == ".gz" else file.open("rb"))


def _is_binary(start: bytes) -> bool:
    """Text holds no control characters but tab and line ends; the bytes of floats hold them at once."""
    return any(byte < 9 or 14 <= byte < 32 for byte in start)


def _header(line: bytes) -> tuple[int, int] | None:
    """Words and dimensions, if the line holds these and nothing else."""
    parts = line.split()
    if len(parts) == 2 and all(part.isdigit() for part in parts):
        return int(parts[0]), int(parts[1])
    return None


def _read_text(file: Path, limit: int | None) -> KeyedVectors:
    from gensim.models.keyedvectors import KeyedVectors

    seen = _look_through(file, limit)
    if seen.clean:
        load: Any = KeyedVectors.load_word2vec_format
        try:
            vectors: KeyedVectors = load(str(file), binary=False, no_header=not seen.header, limit=limit)
        except ValueError:
            raise ValueError(_not_a_number(file, seen)) from None
    else:
        vectors = _read_from_the_right(file, seen, limit)
    if seen.n_spaces:
        warnings.warn(
            f"{seen.n_spaces:,} {'words hold' if seen.n_spaces > 1 else 'word holds'} a space, the first is "
            f"{seen.first_space!r}: of each line the last {seen.width} parts were taken for its numbers.",
            stacklevel=3,
        )
    if n_repeats := seen.n_words - _cut_to_words(vectors):
        _warn_of_repeats(n_repeats, _first_repeat(file, seen))
    return vectors


def _lines(file: Path) -> Iterator[tuple[int, bytes]]:
    with _open(file) as stream:
        yield from enumerate(stream, 1)


def _look_through(file: Path, limit: int | None) -> _Text:
    """Count words, numbers and spaces; raise at the first line that does not fit."""
    promised: tuple[int, int] | None = None
    width = n_words = n_spaces = blank = 0
    first_space = ""
    counted_in = 1  # the line from which the number of dimensions is known
    for number, line in _lines(file):
        if number == 1:
            if line.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
                raise ValueError(f"{file.name} begins with a byte order mark; save it as UTF-8 without one.")
            promised = _header(line)
            if promised is not None:
                width = promised[1]
                if not all(promised):
                    raise ValueError(f"Line 1 of {file.name} promises {promised[0]} words of {width} numbers: nothing.")
                continue
        if limit is not None and n_words == limit:
            break
        text = line.rstrip()
        if not text:
            blank = blank or number
            continue
        if blank:
            raise ValueError(f"Line {blank} of {file.name} is blank, and more follow; take it out.")
        try:
            parts = text.decode("utf-8").split(" ")
        except UnicodeDecodeError:
            raise ValueError(
                f"Line {number} of {file.name} is not UTF-8. If you know its encoding, turn the file into UTF-8, with "
                f"iconv -f latin1 -t utf-8 for instance. If not, it may be damaged; fetch it again."
            ) from None
        if not width:
            width, counted_in = _n_numbers(parts), number
            if not width and "\t" in parts[0]:
                raise ValueError(_TABS.format(number, file.name))
            if not width:
                raise ValueError(f"Line {number} of {file.name} holds no numbers after its word: {_short(text)}.")
        if not parts[0]:
            raise ValueError(
                f"Line {number} of {file.name} begins with a space: it has no word. Give it one, or take it out."
            )
        if len(parts) != width + 1:
            last = not line.endswith(b"\n")
            _check_width(file, number, parts, width, counted_in, promised is not None, last)
            n_spaces += 1
            first_space = first_space or " ".join(parts[:-width])
        n_words += 1
    if not n_words:
        raise ValueError(f"{file.name} holds no words. {_CUT_SHORT}")
    if promised is not None and promised[0] != n_words and not (limit is not None and n_words == limit):
        more = n_words > promised[0]
        raise ValueError(
            f"Line 1 of {file.name} promises {promised[0]:,} words, and {n_words:,} follow. "
            + (f'Write "{n_words} {width}" into line 1 if they all belong there.' if more else _CUT_SHORT)
        )
    clean = not (n_spaces or (blank and promised is None))
    return _Text(promised is not None, n_words, width, n_spaces, first_space, clean)


def _check_width(
    file: Path, number: int, parts: list[str], width: int, counted_in: int, header: bool, last: bool
) -> None:
    """Let a line pass whose word holds a space; raise if it holds too few or too many numbers."""
    numbers = _n_numbers(parts)
    if numbers == width and len(parts) > width + 1 and parts[-width - 1]:
        return
    where = "line 1 promises" if header else f"line {counted_in} has"
    if len(parts) == 1 and "\t" in parts[0]:
        raise ValueError(_TABS.format(number, file.name))
    wrong = next((part for part in parts[1:] if not _is_number(part)), None)
    if "" in parts[1:]:
        raise ValueError(f"Line {number} of {file.name} has two spaces in a row; put single spaces in their place.")
    if wrong is not None and len(parts) <= width + 1:
        what = f"holds {wrong!r} where a number is needed"
    else:
        what = f"holds {numbers} numbers, and {where} {width}"
    ends = f" It is the last line. {_CUT_SHORT}" if last and numbers < width else " Mend it, or take it out."
    raise ValueError(f"Line {number} of {file.name} {what}.{ends}")


def _n_numbers(parts: list[str]) -> int:
    """How many of the last parts are numbers; the first is a word in any case."""
    n = 0
    for part in reversed(parts[1:]):
        if not _is_number(part):
            break
        n += 1
    return n


def _is_number(part: str) -> bool:
    try:
        float(part)
    except ValueError:
        return False
    return True


def _not_a_number(file: Path, seen: _Text) -> str:
    """The sentence for the first part that is no number."""
    for number, line in _lines(file):
        if number == 1 and seen.header:
            continue
        wrong = next((part for part in line.decode("utf-8").rstrip().split(" ")[1:] if not _is_number(part)), None)
        if wrong is not None:
            comma = " Write a point for the comma." if wrong.count(",") == 1 else ""
            return f"Line {number} of {file.name} holds {wrong!r} where a number is needed.{comma or ' Mend it.'}"
    return f"{file.name} could not be read."


def _read_from_the_right(file: Path, seen: _Text, limit: int | None) -> KeyedVectors:
    """Read text with words that hold a space: the last parts of a line are its numbers, the rest is its word."""
    from gensim.models.keyedvectors import KeyedVectors

    words: dict[str, int] = {}
    rows = np.empty((seen.n_words, seen.width), dtype=np.float32)
    for number, line in _lines(file):
        text = line.rstrip().decode("utf-8")
        if (number == 1 and seen.header) or not text:
            continue
        word, *numbers = text.rsplit(" ", seen.width)
        if limit is not None and number - seen.header > limit:
            break
        if word in words:
            continue
        try:
            rows[len(words)] = numbers
        except ValueError:
            raise ValueError(_not_a_number_from_the_right(file, number, numbers)) from None
        words[word] = len(words)
    make: Any = KeyedVectors
    vectors = make(seen.width, count=0)
    vectors.add_vectors(list(words), rows[: len(words)])
    filled: KeyedVectors = vectors
    return filled


def _not_a_number_from_the_right(file: Path, number: int, numbers: list[str]) -> str:
    wrong = next((part for part in numbers if not _is_number(part)), "?")
    return f"Line {number} of {file.name} holds {wrong!r} where a number is needed. Mend it, or take it out."


def _first_repeat(file: Path, seen: _Text) -> str:
    """Where a word stands that stood before."""
    known: set[str] = set()
    for number, line in _lines(file):
        text = line.rstrip().decode("utf-8")
        if (number == 1 and seen.header) or not text:
            continue
        word = text.rsplit(" ", seen.width)[0]
        if word in known:
            return f" the first is {word!r} in line {number}:"
        known.add(word)
    return ""


def _cut_to_words(vectors: Any) -> int:
    """How many words there are; gensim leaves a place without a word for each that it had read before."""
    n = len(vectors.key_to_index)
    if n < len(vectors.index_to_key):
        vectors.index_to_key = vectors.index_to_key[:n]
        vectors.vectors = np.ascontiguousarray(vectors.vectors[:n])
        vectors.expandos = {name: values[:n] for name, values in vectors.expandos.items()}
    return n


def _warn_of_repeats(n: int, first: str) -> None:
    times = "words stand" if n > 1 else "word stands"
    warnings.warn(f"{n:,} {times} in the file more than once;{first} the first vector of each was kept.", stacklevel=4)


def _read_binary(file: Path, start: bytes, limit: int | None) -> KeyedVectors:
    from gensim.models.keyedvectors import KeyedVectors

    first = start.split(b"\n", 1)[0]
    promised = _header(first)
    if promised is None or not all(promised):
        raise ValueError(
            f"{file.name} holds bytes that are no text, and does not begin as word2vec's binary format does, with "
            f'"words dimensions", nor as a .bin of fastText. What wrote it?'
        )
    n_words, width = promised
    plain = file.suffix != ".gz"
    size = file.stat().st_size - len(first) - 1
    damaged = (
        f"{file.name} promises {n_words:,} words of {width} numbers and does not hold them. {_CUT_SHORT} If the size "
        f"is right, its first line is wrong."
    )
    if plain and limit is None and size < n_words * (4 * width + 2):
        raise ValueError(damaged)
    load: Any = KeyedVectors.load_word2vec_format
    try:
        vectors: KeyedVectors = load(str(file), binary=True, limit=limit)
    except (EOFError, UnicodeDecodeError, MemoryError):
        raise ValueError(damaged) from None
    n_repeats = (n_words if limit is None else min(limit, n_words)) - _cut_to_words(vectors)
    if plain and limit is None and not n_repeats:
        words: Any = vectors.index_to_key
        used = sum(len(word.encode("utf-8")) + 1 for word in words) + n_words * 4 * width
        if size - used not in (0, n_words, n_words - 1):  # with a line end after each vector, or without
            raise ValueError(
                f"The first line of {file.name} promises {n_words:,} words of {width} numbers, and {size - used:,} "
                f"bytes follow these: the count is too small, or the file is damaged. Fetch it again."
            )
    if n_repeats:
        _warn_of_repeats(n_repeats, "")
    return vectors


def _read_fasttext(file: Path, limit: int | None) -> KeyedVectors:
    from gensim.models import fasttext

    if limit is not None:
        raise ValueError(f"{file.name} is a .bin of fastText, which is read as a whole; leave limit out.")
    load: Any = fasttext.load_facebook_vectors
    try:
        vectors: KeyedVectors = load(str(file))
    except (EOFError, ValueError, AssertionError, struct.error, UnicodeDecodeError, MemoryError, KeyError):
        raise ValueError(
            f"{file.name} begins as a .bin of fastText does, and goes on otherwise. {_CUT_SHORT}"
        ) from None
    return vectors


def _refuse_nan(file: Path, vectors: KeyedVectors) -> None:
    for start in range(0, len(vectors), 100_000):
        wrong = np.flatnonzero(~np.isfinite(vectors.vectors[start : start + 100_000]).all(axis=1))
        if len(wrong):
            row = start + int(wrong[0])
            raise ValueError(
                f'The vector of "{vectors.index_to_key[row]}", word {row + 1:,} of {file.name}, holds NaN or infinity. '
                f"Take the word out, or ask whoever trained the vectors: such training has failed."
            )


def _short(text: bytes) -> str:
    return repr(text.decode("utf-8", "replace")[:40])
