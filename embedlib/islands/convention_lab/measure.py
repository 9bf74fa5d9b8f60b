"""The benchmarks as ranks without words, in a file: `python -m embedlib.islands.convention_lab.measure` makes it."""

from __future__ import annotations

import gzip
import json
from itertools import product
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from embedlib import datasets
from embedlib.islands.convention_lab import BENCHMARKS, MISSING, MODELS, SWITCHES, VALUES
from embedlib.words.load import as_spelt
from embedlib.words.models import word_models

DECIMALS = 12  # likenesses that agree this far are equal, as in evaluate_similarity


def likenesses(vectors: Any, pairs: pd.DataFrame, measure: str, case: str) -> tuple[NDArray[Any], NDArray[Any]]:
    """A number a pair, the mean of all vectors in the place of a missing word, and whether none is missing."""
    words = pairs[["word1", "word2"]].to_numpy().ravel()
    places = [as_spelt(vectors.key_to_index.get, word, case) for word in words]
    mean = vectors.vectors.mean(axis=0, dtype=np.float64)
    rows = np.array([mean if at is None else vectors.vectors[at] for at in places], dtype=np.float64)
    if measure == "cosine":
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    known: NDArray[Any] = np.array([at is not None for at in places]).reshape(-1, 2).min(axis=1)
    return np.einsum("nd,nd->n", rows[::2], rows[1::2]).round(DECIMALS), known


def ranked(numbers: NDArray[Any]) -> NDArray[Any]:
    """Whole numbers in the same order, 0 for the lowest; equal ones stay equal."""
    return np.unique(numbers, return_inverse=True)[1]


def measure_pairs(name: str, pairs: pd.DataFrame) -> tuple[dict[str, Any], list[NDArray[Any]]]:
    """What is said of a benchmark, and its rows of whole numbers."""
    words = pairs[["word1", "word2"]]
    alike = pd.Series([frozenset(pair) for pair in words.map(str.lower).to_numpy()])
    about = {
        "name": name,
        "title": BENCHMARKS[name],
        "n": len(pairs),
        "capitals": int((words != words.map(str.lower)).any(axis=1).sum()),
        "again": np.flatnonzero(alike.duplicated()).tolist(),
    }
    rows = [ranked(pairs["score"].to_numpy())]
    for model, kind, case in product(MODELS, SWITCHES["measure"], SWITCHES["case"]):
        numbers, known = likenesses(word_models()[model], pairs, kind, case)
        with_zero = ranked(np.concatenate([[0.0], numbers]))
        with_zero[1:][~known] += MISSING
        rows.append(with_zero)
    return about, rows


def measure() -> bytes:
    """All benchmarks: a line of JSON, then two bytes a number."""
    measured = [measure_pairs(name, getattr(datasets, name)()) for name in BENCHMARKS]
    head = json.dumps([about for about, _ in measured], separators=(",", ":")).encode()
    body = np.concatenate([row for _, rows in measured for row in rows]).astype("<u2").tobytes()
    return gzip.compress(head + b"\n" + body, 9, mtime=0)


if __name__ == "__main__":
    VALUES.write_bytes(measure())
