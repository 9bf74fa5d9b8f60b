"""The words that the neighbours island searches: a pool of a real model, rounded to eight bits and packed.

A pool is one gzip file: a line of JSON (the header), the words, then the rounded numbers, column by column.
Each number of a unit vector is stored as the nearest of 255 evenly spaced values, counted from the middle of
its column; one step for all columns keeps every number's error alike and none is cut off.
"""

from __future__ import annotations

import gzip
import json
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

FORMAT = 1
MODEL = "glove-6b-50d"
SIZE = 40_000
NEIGHBOURS = 10
STRIP_LIMIT = 0.4
PRODUCT_LIMIT = 0.1
PAIRS = 2_000_000
BINS = 400


@dataclass(frozen=True, eq=False)
class Pool:
    """What a pool file holds, decoded.

    Attributes
    ----------
    words : the pool's words, most frequent first.
    vectors : shape (words, dimensions), float32, each row of length one.
    header : everything else, see `pack`.
    """

    words: list[str]
    vectors: Floats
    header: dict[str, Any]

    @cached_property
    def index(self) -> dict[str, int]:
        """The place of each word."""
        return {word: i for i, word in enumerate(self.words)}


def unit_rows(matrix: NDArray[Any]) -> Floats:
    """Each row divided by its length, as float32.

    >>> unit_rows(np.array([[3.0, 4.0]])).tolist()
    [[0.6000000238418579, 0.800000011920929]]
    """
    rows = np.asarray(matrix, dtype=np.float64)
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    if not np.isfinite(lengths).all() or (lengths == 0).any():
        raise ValueError("A vector of the pool is zero or not finite, so it has no direction to compare.")
    unit: Floats = (rows / lengths).astype(np.float32)
    return unit


def quantise(unit: Floats) -> tuple[NDArray[np.int8], float, list[float]]:
    """Round unit vectors, shape (n, d), to int8: number = offset of its column + step * integer.

    Returns the integers (n, d), the step and the offsets (d).
    """
    low, high = unit.min(axis=0).astype(np.float64), unit.max(axis=0).astype(np.float64)
    offsets = [round(float(middle), 6) for middle in (low + high) / 2]
    step = float(np.abs(unit - np.array(offsets)).max()) / 127
    integers = np.rint((unit - np.array(offsets)) / step).clip(-127, 127).astype(np.int8)
    return integers, step, offsets


def restore(integers: NDArray[np.int8], step: float, offsets: list[float]) -> Floats:
    """Unit vectors (n, d) from what `quantise` returned."""
    return unit_rows(integers.astype(np.float64) * step + np.array(offsets))


def rounding_report(unit: Floats, rounded: Floats, queries: int = 2_000, seed: int = 0) -> dict[str, float]:
    """How much the rounding changes, over random query words of the pool.

    Parameters
    ----------
    unit : exact unit vectors, shape (n, d).
    rounded : the same after rounding, shape (n, d).

    Returns
    -------
    dict
        `queries`; `kept`, of the ten exact neighbours how many are among the ten rounded ones, on average;
        `error`, the largest difference between an exact and a rounded cosine among the ten;
        `error_any`, among all pairs looked at.
    """
    rng = np.random.default_rng(seed)
    queries = min(queries, len(unit))
    k = min(NEIGHBOURS, len(unit) - 1)
    chosen = rng.choice(len(unit), size=queries, replace=False)
    kept, error, error_any = 0, 0.0, 0.0
    for start in range(0, queries, 200):
        block = chosen[start : start + 200]
        exact, approximate = unit[block] @ unit.T, rounded[block] @ rounded.T
        difference = np.abs(exact - approximate)
        for scores in (exact, approximate):
            scores[np.arange(len(block)), block] = -np.inf
        best = [np.argpartition(-scores, k - 1, axis=1)[:, :k] for scores in (exact, approximate)]
        kept += sum(len(set(a) & set(b)) for a, b in zip(*(b.tolist() for b in best), strict=True))
        error = max(error, float(np.take_along_axis(difference, best[1], axis=1).max()))
        error_any = max(error_any, float(difference.max()))
    errors = {"error": round(error, 4), "error_any": round(error_any, 4)}
    return {"queries": queries, "kept": kept / queries, **errors}


def strangers(unit: Floats, pairs: int = PAIRS, bins: int = BINS, seed: int = 0) -> dict[str, Any]:
    """The cosines of random pairs of different words: counts in equal bins from -1 to 1, and their mean."""
    rng = np.random.default_rng(seed)
    counts, total = np.zeros(bins, dtype=np.int64), 0.0
    for start in range(0, pairs, 200_000):
        n = min(200_000, pairs - start)
        first = rng.integers(len(unit), size=n)
        second = (first + rng.integers(1, len(unit), size=n)) % len(unit)
        cosines = np.einsum("nd,nd->n", unit[first], unit[second]).clip(-1, 1)
        counts += np.histogram(cosines, bins=bins, range=(-1, 1))[0]
        total += float(cosines.sum(dtype=np.float64))
    return {"pairs": pairs, "counts": counts.tolist(), "mean": round(total / pairs, 4)}


def palette(n: int = 101) -> list[str]:
    """matplotlib's PuOr as n hex colours: orange is negative, purple positive."""
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    return [to_hex(colormaps["PuOr"](i / (n - 1))) for i in range(n)]


def pack(words: list[str], matrix: NDArray[Any], total: int, model: str = MODEL) -> bytes:
    """Pack a pool into the bytes that the island reads; the same input always gives the same bytes.

    Parameters
    ----------
    words : the pool's words, most frequent first.
    matrix : their vectors, shape (words, dimensions).
    total : how many words the whole model has.
    model : its name, shown beside the answer.
    """
    if len(words) != len(matrix):
        raise ValueError(f"{len(words)} words, but {len(matrix)} vectors: a pool needs one vector a word.")
    if any("\n" in word for word in words):
        raise ValueError("A word holds a line break, which a pool uses to separate its words.")
    unit = unit_rows(matrix)
    integers, step, offsets = quantise(unit)
    text = "\n".join(words).encode()
    header = {
        "format": FORMAT,
        "model": model,
        "words": len(words),
        "of": total,
        "dimensions": int(unit.shape[1]),
        "text_bytes": len(text),
        "step": step,
        "offsets": offsets,
        "rounding": rounding_report(unit, restore(integers, step, offsets)),
        "strangers": strangers(unit),
        "palette": palette(),
        "strip_limit": STRIP_LIMIT,
        "product_limit": PRODUCT_LIMIT,
    }
    head = json.dumps(header, separators=(",", ":")).encode() + b"\n"
    return gzip.compress(head + text + integers.T.tobytes(), 9, mtime=0)


def unpack(packed: bytes) -> Pool:
    """Decode what `pack` made; a damaged file raises ValueError."""
    try:
        raw = gzip.decompress(packed)
        head, body = raw.split(b"\n", 1)
        header = json.loads(head)
        words = body[: header["text_bytes"]].decode().split("\n")
        integers = np.frombuffer(body, dtype=np.int8, offset=header["text_bytes"])
        columns = integers.reshape(header["dimensions"], header["words"])
    except (OSError, EOFError, ValueError, KeyError) as reason:
        raise ValueError(f"These bytes are not a pool of word vectors ({reason}).") from reason
    if header["format"] != FORMAT or len(words) != header["words"]:
        raise ValueError("This pool was written by another version of embedlib: export the site again.")
    return Pool(words, restore(columns.T, header["step"], header["offsets"]), header)


def build() -> bytes:
    """The pool of the course: the most frequent words of GloVe, in the order of its own file."""
    from embedlib.words.load import load_word_vectors

    vectors = load_word_vectors(MODEL)
    words = [str(word) for word in vectors.index_to_key[:SIZE]]
    return pack(words, np.asarray(vectors.vectors[:SIZE]), total=len(vectors.index_to_key))
