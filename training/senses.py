"""Which vector of a sentence tells in which sense a word of it is meant, layer by layer (chapter 6).

For each of the 510 sentences of ``datasets.senses()``: the vector of the word; of *thing*, of another ambiguous word
and of ``[MASK]`` in its place; of the word before it; the mean of all other words. Within a word's sentences two
measures, averaged over the 24 words, with intervals from drawing the words anew:

- *nearest neighbour*: the share of sentences whose nearest neighbour has the same sense;
- *clusters*: how well as many clusters as there are senses agree with the senses (adjusted Rand index).

The twins of ``datasets.sense_twins()`` count as right if the two come out in the right order between the senses' means.
Writes ``training/results/senses.csv``, ``senses_ahead.csv``, ``senses_by_word.csv`` and ``sense_twins.csv``; about ten
minutes on one core.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from sklearn.cluster import KMeans
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.metrics import adjusted_rand_score

from embedlib import datasets
from embedlib.contextual import ContextualEncoder
from embedlib.evaluation.intervals import percentile_interval, wilson_interval
from embedlib.vectors.rows import unit_rows
from embedlib.words import load_word_vectors

RESULTS = Path(__file__).parent / "results"
Floats = npt.NDArray[np.float32]
NEAREST, CLUSTERS = "nearest neighbour", "clusters"
WORD, THING, BEFORE, MASK, OTHERS = "the word", "thing in its place", "the word before", "[MASK]", "all other words"
OTHER = "another ambiguous word"


def span_of(sentence: str, form: str) -> tuple[int, int]:
    found = re.search(rf"\b{re.escape(form)}\b", sentence)
    assert found, (sentence, form)
    return found.span()


def read(encoder: ContextualEncoder, sentence: str) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Hidden states (layers, pieces, d), and where each piece begins and ends (pieces, 2)."""
    ends = encoder.tokenizer(sentence, return_offsets_mapping=True)["offset_mapping"]
    return encoder.hidden_states(sentence), np.array(ends)


def inside(ends: npt.NDArray[np.int64], span: tuple[int, int]) -> npt.NDArray[np.bool_]:
    return np.asarray((ends[:, 1] > ends[:, 0]) & (ends[:, 0] < span[1]) & (ends[:, 1] > span[0]))


def of_word(encoder: ContextualEncoder, sentence: str, form: str) -> dict[str, Floats]:
    """The vectors (layers, d) of the word, of the word before it (after, if it is the first), of all others."""
    states, ends = read(encoder, sentence)
    span = span_of(sentence, form)
    spans = [word.span() for word in re.finditer(r"\w+", sentence)]
    before = [other for other in spans if other[1] <= span[0]] or [next(o for o in spans if o[0] >= span[1])]
    rest = np.any([inside(ends, other) for other in spans], axis=0) & ~inside(ends, span)
    places = {WORD: inside(ends, span), BEFORE: inside(ends, before[-1]), OTHERS: rest}
    return {name: states[:, place].mean(axis=1) for name, place in places.items()}


def in_place(encoder: ContextualEncoder, sentence: str, form: str, new: str) -> Floats:
    """The vector (layers, d) at the place of a word when another stands there, with the word's capital."""
    start, end = span_of(sentence, form)
    if form[0].isupper() and not new.startswith("["):
        new = new.capitalize()
    states, ends = read(encoder, sentence[:start] + new + sentence[end:])
    return np.asarray(states[:, inside(ends, (start, start + len(new)))].mean(axis=1))


def replacements(table: pd.DataFrame) -> dict[str, Callable[[Any], str]]:
    """What stands in the place of the word, in the plural where the word does."""
    words = list(table["word"].unique())
    after = {word: words[(place + 7) % len(words)] for place, word in enumerate(words)}
    plural = table[table["form"].str.lower() != table["word"]].drop_duplicates("word").set_index("word")["form"]

    def is_plural(row: Any) -> bool:
        return bool(row.form.lower() != row.word)

    def other(row: Any) -> str:
        new = after[row.word]
        return str(plural.get(new, new)).lower() if is_plural(row) else new

    return {THING: lambda row: "things" if is_plural(row) else "thing", OTHER: other}


def vectors_of(encoder: ContextualEncoder, table: pd.DataFrame) -> dict[str, Floats]:
    """Name of a vector to an array (layers, n, d)."""
    put = replacements(datasets.senses()) | {MASK: lambda row: str(encoder.tokenizer.mask_token)}
    rows = []
    for row in table.itertuples():
        sentence, form = str(row.sentence), str(row.form)
        found = of_word(encoder, sentence, form)
        rows.append(found | {name: in_place(encoder, sentence, form, new(row)) for name, new in put.items()})
    return {name: np.array([row[name] for row in rows]).transpose(1, 0, 2) for name in rows[0]}


def glove_of_rest(table: pd.DataFrame) -> Floats:
    """The mean of the other words' GloVe vectors, weighted by how rare the word is among these sentences: (n, 50)."""
    glove = load_word_vectors("glove-6b-50d")
    rest = []
    for sentence, form in zip(table["sentence"], table["form"], strict=True):
        start, end = span_of(sentence, form)
        rest.append(f"{sentence[:start]} {sentence[end:]}".lower())
    counted = TfidfVectorizer(token_pattern="[a-z]+").fit(rest)
    weights = dict(zip(counted.get_feature_names_out(), counted.idf_, strict=True))

    def mean(text: str) -> Any:
        words = [word for word in re.findall("[a-z]+", text) if word in glove]
        return np.sum([weights[word] * glove[word] / np.linalg.norm(glove[word]) for word in words], axis=0)

    return np.array([mean(text) for text in rest], np.float32)


def nearest_right(rows: Floats, senses: npt.NDArray[Any]) -> float:
    """The share of rows whose nearest neighbour has their sense; equally near ones share the vote."""
    cosines = rows @ rows.T
    np.fill_diagonal(cosines, -9)
    best = cosines >= cosines.max(axis=1, keepdims=True) - 1e-7
    return float(np.mean([(senses[best[i]] == senses[i]).mean() for i in range(len(rows))]))


def clusters_right(rows: Floats, senses: npt.NDArray[Any]) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # rows that are all alike have fewer clusters than asked for
        found = KMeans(len(np.unique(senses)), n_init=10, random_state=0).fit_predict(rows)
    return float(adjusted_rand_score(senses, found))


def by_word(vectors: Floats, table: pd.DataFrame) -> pd.DataFrame:
    """Both measures for each word: shape (24, 2)."""
    rows = unit_rows(vectors.astype(np.float64))
    found = {}
    for word, group in table.groupby("word", sort=False):
        some, senses = rows[group.index], group["sense"].to_numpy()
        found[word] = {NEAREST: nearest_right(some, senses), CLUSTERS: clusters_right(some, senses)}
    return pd.DataFrame(found).T


def interval(values: npt.NDArray[Any]) -> tuple[float, float]:
    """Of a mean over words, when the words are drawn anew."""
    drawn = np.random.default_rng(0).integers(0, len(values), (5_000, len(values)))
    return percentile_interval(values[drawn].mean(axis=1))


def twins_right(known: Floats, twins: Floats, senses: pd.DataFrame, pairs: pd.DataFrame) -> int:
    """How many pairs come out in the right order between the means of their two senses' vectors."""
    rows, asked = unit_rows(known.astype(np.float64)), unit_rows(twins.astype(np.float64))
    right = 0
    for _, two in pairs.groupby("pair"):
        same = senses["word"] == two["word"].iloc[0]
        means = unit_rows([rows[(same & (senses["sense"] == sense)).to_numpy()].mean(axis=0) for sense in two["sense"]])
        toward = asked[two.index] @ (means[0] - means[1])
        right += toward[0] > toward[1]
    return int(right)


def main() -> None:
    torch.set_num_threads(1)
    table, pairs = datasets.senses(), datasets.sense_twins()
    encoders = {"MiniLM": ContextualEncoder("minilm-l6"), "miniature": ContextualEncoder("miniature-bert")}
    measured: dict[tuple[str, str, int], pd.DataFrame] = {}
    twins: list[dict[str, Any]] = []

    def judge(encoder: str, name: str, layer: int, known: Floats, asked: Floats | None) -> None:
        measured[encoder, name, layer] = by_word(known, table)
        if asked is not None:
            right = twins_right(known, asked, table, pairs)
            low, high = wilson_interval(right, pairs["pair"].nunique())
            row = {"encoder": encoder, "vector": name, "layer": layer, "right": right}
            twins.append(row | {"share": right / pairs["pair"].nunique(), "low": low, "high": high})

    judge("no network", "GloVe of the rest", 0, glove_of_rest(table), glove_of_rest(pairs))
    for encoder, learned in encoders.items():
        known, asked = vectors_of(learned, table), vectors_of(learned, pairs)
        for name in known:
            for layer in range(len(known[name])):
                judge(encoder, name, layer, known[name][layer], asked[name][layer])
        print(encoder, flush=True)
    shuffled = encoders["MiniLM"].with_random_weights(0)
    found = [of_word(shuffled, row.sentence, row.form)[WORD] for row in table.itertuples()]
    for layer, rows in enumerate(np.array(found).transpose(1, 0, 2)):
        judge("MiniLM", "the word, weights shuffled", layer, rows, None)

    sizes = table.groupby("word", sort=False)["sense"].nunique().to_numpy()
    chance = pd.DataFrame({NEAREST: 9 / (10 * sizes - 1), CLUSTERS: 0.0})
    measured["no network", "chance", 0] = chance
    rows, ahead, each = [], [], []
    for (encoder, name, layer), values in measured.items():
        place = {"encoder": encoder, "vector": name, "layer": layer}
        for measure in (NEAREST, CLUSTERS):
            low, high = interval(values[measure].to_numpy())
            rows.append(place | {"measure": measure, "right": values[measure].mean(), "low": low, "high": high})
            if encoder != "no network" and name != WORD and not name.endswith("shuffled"):
                apart = (measured[encoder, WORD, layer] - values)[measure].to_numpy()
                low, high = interval(apart)
                ahead.append(place | {"measure": measure, "ahead": apart.mean(), "low": low, "high": high})
        if name in (WORD, THING) and encoder == "MiniLM":
            each += [{"vector": name, "word": w, "layer": layer, "right": v} for w, v in values[NEAREST].items()]
    written = {"senses": rows, "senses_ahead": ahead, "senses_by_word": each, "sense_twins": twins}
    for file, lines in written.items():
        pd.DataFrame(lines).round(4).to_csv(RESULTS / f"{file}.csv", index=False)


if __name__ == "__main__":
    main()
