"""Chapter 11, Seeing embeddings: how its exercises are judged. What they say stands in ``ch11.md``."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from embedlib.exercises.answers import as_array, call
from embedlib.exercises.kinds import beats, mean_ahead, number, same
from embedlib.exercises.messages import Wrong
from embedlib.exercises.page import read
from embedlib.exercises.quiz import Quiz, nearest, only_true
from embedlib.vectors import pca_2d, unit_rows
from embedlib.words import load_word_vectors

__all__ = ["EXERCISES", "QUIZ", "flatten", "kept_words", "quiz", "stranger", "tries"]

Floats = npt.NDArray[np.floating[Any]]
TEXTS = read("ch11")[0]
RESULTS = Path(__file__).parents[2] / "training" / "results"

stranger = number(TEXTS["stranger"], "The trustworthiness", near=0.003)

# --- Exercise 2: how many neighbours of each word are kept


def _case(seed: int, n: int, k: int) -> tuple[Floats, Floats, int]:
    """Vectors of different lengths, and a map that keeps some of their neighbours."""
    rng = np.random.default_rng(seed)
    vectors = rng.normal(size=(n, 5)) * rng.uniform(0.2, 5, (n, 1)) + 0.3
    return vectors, 3 + unit_rows(vectors)[:, :2] + 0.2 * rng.normal(size=(n, 2)), k


def _counts(value: Any, vectors: Floats, points: Floats, k: int) -> Floats:
    return as_array(value, f"one number for each of {len(vectors)} words", (len(vectors),))


def counted(
    vectors: Floats,
    points: Floats,
    k: int,
    own: bool = False,
    raw: bool = False,
    turned: bool = False,
    far: bool = False,
) -> npt.NDArray[np.int64]:
    """How many of k neighbours each word keeps, with the usual mistakes."""
    from scipy.spatial.distance import cdist

    def near(rows: Floats, sign: int = 1) -> npt.NDArray[np.int64]:
        away = sign * cdist(rows, rows)
        np.fill_diagonal(away, -np.inf if own else np.inf)
        return np.argsort(away, axis=1)[:, :k]

    true = near(vectors if raw else unit_rows(vectors), -1 if far else 1)
    drawn = near(unit_rows(points) if turned else points)
    return np.array([np.isin(one, other).sum() for one, other in zip(true, drawn, strict=True)])


kept_words = same(
    TEXTS["kept_words"],
    "kept_words(vectors, points, k)",
    [_case(0, 12, 3), _case(1, 30, 5), _case(2, 25, 8)],
    _counts,
    lambda one, other, *case: bool(np.allclose(one, other)),
    reads="array",
)

# --- Exercise 3: a map that keeps distances


@cache
def _vectors() -> Floats:
    """The 480 words of the chapter, rows of length 1."""
    with (RESULTS / "maps_words.csv").open(encoding="utf-8") as stream:
        words = [row["word"] for row in csv.DictReader(stream) if row["collection"] == "words"]
    return np.asarray(unit_rows(load_word_vectors("glove-6b-50d")[words]), dtype=np.float64)


def tries() -> Floats:
    """Vectors to try on: every second of the 480 words; the others are held out."""
    return _vectors()[::2].copy()


def plain(vectors: Floats) -> Floats:
    """The rival: principal components."""
    return pca_2d(vectors).points


def _orders(function: Any) -> Floats:
    """For each held-out word, Spearman's correlation of its distances to all others with those on the map."""
    from scipy.spatial.distance import cdist
    from scipy.stats import rankdata

    vectors = _vectors()[1::2]
    points = as_array(
        call(function, vectors.copy()), f"a place (x, y) for each of {len(vectors)} words", (len(vectors), 2)
    )
    if not points.any():
        raise Wrong("All your points are zeros, in one place. Does your function return what it made?", "zeros")
    if np.ptp(points, axis=0).max() < 1e-9:
        raise Wrong("All your points lie in one place, so that no word is nearer than another.", "constant")
    n = len(vectors)
    others = ~np.eye(n, dtype=bool)
    one, other = (rankdata(cdist(rows, rows)[others].reshape(n, n - 1), axis=1) for rows in (vectors, points))
    one, other = (ranks - ranks.mean(axis=1, keepdims=True) for ranks in (one, other))
    spread = np.sqrt((one**2).sum(axis=1) * (other**2).sum(axis=1))
    return np.asarray((one * other).sum(axis=1) / np.maximum(spread, 1e-12))


@cache
def _plain() -> Floats:
    return _orders(plain)


flatten = beats(
    TEXTS["flatten"],
    "flatten(vectors)",
    _orders,
    _plain,
    mean_ahead,
    lambda: {"tries": tries()},
    reads="table",
)

EXERCISES = [stranger, kept_words, flatten]

# --- Quiz


@cache
def _row(name: str) -> dict[str, float]:
    """What a stored map keeps, by its name."""
    with (RESULTS / "maps.csv").open(encoding="utf-8") as stream:
        for row in csv.DictReader(stream):
            if "/".join(row[part] for part in ("collection", "method", "setting", "start", "seed")) == name:
                return {measure: float(row[measure]) for measure in ("trustworthiness", "recall", "distances")}
    raise KeyError(name)


@cache
def _maps() -> dict[str, Floats]:
    with np.load(RESULTS / "maps.npz") as stored:
        return {name: np.asarray(stored[name], dtype=np.float64) for name in stored.files}


def _place_of_pair(rows: Floats) -> int:
    """Which of the 28 pairs of kinds, nearest first, are clothing and illness? By the middles of 60 words each."""
    from scipy.spatial.distance import pdist

    away = pdist(rows.reshape(8, 60, -1).mean(axis=1))
    return int((away <= away[-1]).sum())  # the last two of the eight kinds are the last pair


def _key_kept() -> int:
    return nearest(_row("words/t-SNE/30/pca/0")["recall"], 0.95, 0.6, 0.2)


def _key_side_by_side() -> int:
    """In truth the last of 28 pairs; on every one of seven maps among the nearest third."""
    drawn = [f"words/t-SNE/30/random/{seed}" for seed in range(3)] + [
        f"words/UMAP/15/{start}/{seed}" for start in ("spectral", "random") for seed in range(2)
    ]
    together = all(_place_of_pair(_maps()[name]) <= 9 for name in drawn)
    return only_true(False, False, together and _place_of_pair(_vectors()) == 28)


def _key_distances() -> int:
    found = [_row(f"words/{name}")["distances"] for name in ("UMAP/15/spectral/0", "t-SNE/30/pca/0", "PCA/0/none/0")]
    return int(np.argmax(found))


def _key_refused() -> int:
    """A perplexity of 30 is refused for 30 points and not for 31."""
    from sklearn.manifold import TSNE

    def refused(n: int) -> bool:
        make: Any = TSNE
        try:
            make(perplexity=30, max_iter=250, init="random").fit_transform(
                np.random.default_rng(0).normal(size=(n, 3)).astype(np.float32)
            )
        except ValueError:
            return True
        return False

    return only_true(refused(30) and not refused(31), not refused(30), refused(31), False)


def _key_clumps() -> int:
    from sklearn.cluster import HDBSCAN

    method: Any = HDBSCAN
    words, noise = (
        method(min_cluster_size=5, copy=True).fit_predict(_maps()[f"{name}/t-SNE/2/random/0"]).max() + 1
        for name in ("words", "noise")
    )
    return only_true(noise < words / 2, abs(noise - words) < 10 < min(words, noise), noise > 2 * words)


def _key_both() -> int:
    row = _row("words/t-SNE/30/pca/0")
    return only_true(False, row["trustworthiness"] > 0.97 and row["recall"] < 0.65, row["recall"] > 0.9, False)


quiz = QUIZ = Quiz.of("ch11", globals())
