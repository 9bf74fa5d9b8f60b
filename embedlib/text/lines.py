"""Lines of plain text, whoever wrote it: UTF-8 with a byte order mark or without, any line ends, gzip or not."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator
from pathlib import Path


def open_plain(file: Path) -> io.BufferedReader | gzip.GzipFile:
    """Open a file's bytes, unpacked if they are compressed with gzip, which is seen from the bytes."""
    stream = file.open("rb")
    if stream.peek(2)[:2] != b"\x1f\x8b":
        return stream
    stream.close()
    return gzip.GzipFile(file)


def refuse_utf16(file: Path, start: bytes) -> None:
    """Raise if a file's first bytes are UTF-16: they have its mark, or every second one of them is zero."""
    zeros = max(start[::2].count(0), start[1::2].count(0))
    if start[:2] in (b"\xff\xfe", b"\xfe\xff") or (zeros > len(start) / 4 and start.count(0) < 1.2 * zeros):
        raise ValueError(f"{file} is in UTF-16; save it as UTF-8 (in most editors: Save as, Encoding).")


def text_lines(file: Path) -> Iterator[str]:
    """Yield a text file's lines, each with its line end.

    Raises
    ------
    ValueError
        If the file is binary, or in UTF-16 or another encoding than UTF-8: the sentence names the file and the line.
    """
    with open_plain(file) as stream:
        start = stream.peek(4096)[:4096]
        refuse_utf16(file, start)
        lines: io.BufferedIOBase = stream
        if b"\r" in start[:-1] and b"\n" not in start:  # as on a Macintosh before 2001
            lines = io.BytesIO(stream.read().replace(b"\r", b"\n"))
        for number, line in enumerate(lines, 1):
            try:
                text = line.decode("utf-8")
            except UnicodeDecodeError as error:
                kind = "binary" if b"\0" in start else "not in UTF-8"
                raise ValueError(
                    f"{file} is {kind}: line {number} holds the byte 0x{line[error.start]:02x}, which is no UTF-8 text "
                    f"there. Save it as plain text in UTF-8; if its encoding is Latin-1, iconv -f latin1 -t utf-8 does."
                ) from None
            if "\0" in text:
                raise ValueError(
                    f"{file} is binary: line {number} holds a zero byte. Only plain text can be read; save a document "
                    f"as .txt first."
                )
            yield text.removeprefix("\ufeff") if number == 1 else text
