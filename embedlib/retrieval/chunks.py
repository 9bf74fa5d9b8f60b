"""Long texts cut into pieces that can be searched and read one by one, each with the place it came from."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from embedlib import _check

__all__ = ["Chunk", "cut", "read_folder", "words"]

_KINDS = (".txt", ".md")


class Chunk(NamedTuple):
    """A piece of a text.

    Attributes
    ----------
    text
        The piece itself.
    source
        The text's name.
    start, end
        ``text[start:end]`` of the whole is the piece.
    """

    text: str
    source: str
    start: int
    end: int


def words(text: str) -> list[tuple[int, int]]:
    """Where each word of a text begins and ends; a word is what stands between spaces.

    >>> words("Four score")
    [(0, 4), (5, 10)]
    """
    return [match.span() for match in re.finditer(r"\S+", text)]


def cut(
    text: str,
    size: int,
    overlap: int = 0,
    source: str = "",
    tokens: Callable[[str], Sequence[tuple[int, int]]] = words,
) -> list[Chunk]:
    """Cut a text into chunks of so many tokens, each beginning ``overlap`` tokens before the last one ended.

    Parameters
    ----------
    text, source
        The text and its name.
    size, overlap
        In tokens; the last chunk may be shorter.
    tokens
        Says where each token begins and ends: words, unless you give a tokeniser's own. Give it for a language that
        is written without spaces, where a whole text would be one word.

    Raises
    ------
    ValueError
        If the overlap is as large as a chunk, or the text is empty.

    Examples
    --------
    >>> [chunk.text for chunk in cut("one two three four five", size=3, overlap=1)]
    ['one two three', 'three four five']
    """
    if not isinstance(text, str):
        raise TypeError(f"The text to cut is {_check.short(repr(text))}, and has to be one string.")
    _check.whole("size", size)
    _check.whole("overlap", overlap, 0)
    if overlap >= size:
        raise ValueError(
            f"An overlap of {overlap:,} in chunks of {size:,} never moves on: each chunk would begin where the last "
            f"one began, or before. Take an overlap below {size:,}."
        )
    spans = tokens(text)
    if not len(spans):
        raise ValueError(f"{source or 'The text'} is empty: there is nothing to cut.")
    made = []
    for first in range(0, len(spans), size - overlap):
        start, end = spans[first][0], spans[min(first + size, len(spans)) - 1][1]
        made.append(Chunk(text[start:end], source, start, end))
        if first + size >= len(spans):
            break
    return made


def read_folder(path: str | os.PathLike[str], size: int = 60, overlap: int = 10) -> list[Chunk]:
    """Cut every ``.txt`` and ``.md`` file of a folder, and of the folders in it, but hidden and empty ones.

    Raises
    ------
    NotADirectoryError
        If there is no such folder, or no path is given.
    ValueError
        If it holds no text, or a file is not UTF-8.
    """
    if not os.fspath(path):
        raise NotADirectoryError("The path is empty. Give the folder that your texts lie in; '.' is where you are.")
    folder = Path(path)
    if not folder.is_dir():
        raise NotADirectoryError(f"There is no folder {folder}. Give the folder that your texts lie in.")
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in _KINDS and file.is_file())
    files = [file for file in files if not any(part.startswith(".") for part in file.relative_to(folder).parts)]
    made: list[Chunk] = []
    for file in files:
        try:
            text = file.read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise ValueError(
                f"{file.name} is not UTF-8 text. Save it as UTF-8, or take it out of the folder."
            ) from None
        if "\0" in text:
            raise ValueError(f"{file.name} is no text: it holds bytes of 0. Take it out of the folder.")
        if text.strip():
            made += cut(text, size, overlap, source=file.relative_to(folder).as_posix())
    if not made:
        raise ValueError(
            f"{folder} holds no text: {len(files)} of its files end in {_check.listed(_KINDS, 'or')}, none with words."
        )
    return made
