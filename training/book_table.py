"""The one table of the book: six models on seven tasks, each with an interval (chapter 14).

The models are the five files of word vectors and MiniLM, which for the tasks with single words reads each word alone.
Words and pairs of words are asked only where all six know them, so that a rank is one of vectors and not of vocabulary:

- intrinsic: MEN and SimLex-999 (Spearman's correlation), Google's analogies (3CosAdd among the shared words);
- downstream: names in the course's own sentences (F1, with the signs of capitals; ``downstream.py names`` chose the
  rest), opinions of films (accuracy), topics of posts (accuracy; the first eighty words of each), and the paraphrase
  found among 180 sentences.

Beside them random numbers for each word, and the best that does without vectors. Writes ``results/book_table.csv``, and
``results/book_table_agreement.csv``: for each two tasks the rank correlation over the six models, with its interval.
About five minutes on one core, after ``downstream.py``, which measures names and opinions.
"""

from __future__ import annotations

import sys
from functools import cache
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from downstream import (
    CAPITALS,
    NETWORK,
    SETS,
    encoder,
    judged,
    random_vectors,
    text_ways,
)
from scipy.stats import norm, spearmanr

from embedlib import datasets
from embedlib.evaluation.analogy import evaluate_analogies
from embedlib.evaluation.classification import accuracy
from embedlib.evaluation.intervals import wilson_interval
from embedlib.evaluation.probes import text_rows
from embedlib.evaluation.similarity import evaluate_similarity
from embedlib.vectors import unit_rows
from embedlib.words.load import as_keyed_vectors
from embedlib.words.models import word_models

RESULTS = Path(__file__).parent / "results"
RANDOM, WITHOUT = "random numbers", "without vectors"
INTRINSIC = ("MEN", "SimLex-999", "analogies")
DOWNSTREAM = ("names", "opinions", "topics", "paraphrases")
N_TRAIN, N_TEST, N_WORDS = 2_500, 1_500, 80


@cache
def shared() -> dict[str, Any]:
    """The models on the words that all have, in lower case; of spellings that differ in case the most frequent."""
    places = {name: {w.lower(): w for w in reversed(kv.index_to_key)} for name, kv in word_models().items()}
    words = [w.lower() for w in word_models()["GloVe 6B"].index_to_key if all(w in some for some in places.values())]
    found = {
        name: as_keyed_vectors({w: kv[places[name][w]] for w in words}, name) for name, kv in word_models().items()
    }
    found[NETWORK] = as_keyed_vectors(dict(zip(words, encoder(NETWORK).encode(words, batch_size=256), strict=True)))
    found[RANDOM] = as_keyed_vectors({w: random_vectors()[w] for w in words}, RANDOM)
    return found


def of_words() -> list[dict[str, Any]]:
    rows = []
    known = next(iter(shared().values())).key_to_index
    for task, pairs in (("MEN", datasets.men()), ("SimLex-999", datasets.simlex999())):
        pairs = pairs[
            [a.lower() in known and b.lower() in known for a, b in zip(pairs["word1"], pairs["word2"], strict=True)]
        ]
        for name, vectors in shared().items():
            found = evaluate_similarity(vectors, pairs)
            rows.append(_row(name, task, found.correlation, found.low, found.high, len(pairs)))
    questions = datasets.google_analogies()
    four = ["a", "b", "c", "expected"]
    questions = questions[questions[four].map(lambda w: w.lower() in known).all(axis=1)]
    for name, vectors in shared().items():
        found = evaluate_analogies(vectors, questions)
        right, n = int(found["n_correct"].iloc[-1]), int(found["n_covered"].iloc[-1])
        rows.append(_row(name, "analogies", right / n, *wilson_interval(right, n), n))
    return rows


def of_names() -> list[dict[str, Any]]:
    stored = pd.read_csv(RESULTS / "downstream_names.csv").query(f"set == {SETS['entities']!r}").set_index("tagger")
    taggers = {name: f"{name} and capitals" for name in [*word_models(), NETWORK, RANDOM]} | {WITHOUT: CAPITALS}
    return [
        _row(name, "names", *stored.loc[tagger, ["f1", "low", "high"]], stored.loc[tagger, "names"])
        for name, tagger in taggers.items()
    ]


def of_texts() -> list[dict[str, Any]]:
    stored = pd.read_csv(RESULTS / "downstream_opinions.csv")
    rows = [
        _row(WITHOUT if "TF-IDF" in r.vectors else r.vectors, "opinions", r.accuracy, r.low, r.high, r[-1])
        for r in stored[stored["n"] == stored["n"].max()].itertuples(index=False)
    ]
    learned, asked = (
        datasets.newsgroups(split).sample(n, random_state=0)
        for split, n in (("train", N_TRAIN), ("test", N_TEST))
    )  # fmt: skip
    posts = pd.concat([learned, asked], ignore_index=True)
    texts = [" ".join(text.split()[:N_WORDS]) or "." for text in posts["text"]]
    places = np.split(np.arange(len(posts)), [N_TRAIN - 500, N_TRAIN])
    return rows + _classified("topics", text_ways(texts, texts[:N_TRAIN]), posts["label"], *places)


def _classified(task: str, ways: dict[str, Any], labels: Any, learn: Any, dev: Any, test: Any) -> list[dict[str, Any]]:
    truth = np.asarray(labels)
    rows = []
    for name, vectors in ways.items():
        found = accuracy(truth[test], judged(vectors, truth, learn, dev, test, "TF-IDF" in name))
        rows.append(_row(WITHOUT if "TF-IDF" in name else name, task, *found, len(test)))
        print(rows[-1], flush=True)
    return rows


def of_pairs() -> list[dict[str, Any]]:
    from sklearn.feature_extraction.text import TfidfVectorizer

    table = datasets.paraphrases()
    texts = [*table["sentence"], *table["paraphrase"]]
    ways: dict[str, Any] = {name: text_rows(v, texts) for name, v in word_models().items()}
    ways |= {NETWORK: encoder(NETWORK).encode(texts), RANDOM: text_rows(random_vectors(), texts)}
    ways[WITHOUT] = TfidfVectorizer().fit_transform(texts).toarray()
    rows = []
    for name, vectors in ways.items():
        asked, offered = np.split(unit_rows(np.asarray(vectors, np.float64)), 2)
        right = int(((asked @ offered.T).argmax(axis=1) == np.arange(len(table))).sum())
        rows.append(_row(name, "paraphrases", right / len(table), *wilson_interval(right, len(table)), len(table)))
    return rows


def agreement(table: pd.DataFrame) -> pd.DataFrame:
    """Rank correlations over the six models; intervals by Fisher's z with the variance of Bonett and Wright (2000)."""
    wide = table[~table["model"].isin([RANDOM, WITHOUT])].pivot(index="model", columns="task", values="score")
    rows = []
    for one, other in combinations([*INTRINSIC, *DOWNSTREAM], 2):
        rho = float(spearmanr(wide[one], wide[other]).statistic)
        bounded = np.clip(rho, -0.999, 0.999)
        half = norm.ppf(0.975) * np.sqrt((1 + bounded**2 / 2) / (len(wide) - 3))
        low, high = np.tanh(np.arctanh(bounded) + np.array([-half, half]))
        rows.append({"one": one, "other": other, "correlation": rho, "low": low, "high": high, "models": len(wide)})
    return pd.DataFrame(rows)


def _row(model: str, task: str, score: float, low: float, high: float, n: int) -> dict[str, Any]:
    kind = "intrinsic" if task in INTRINSIC else "downstream"
    return {"model": model, "task": task, "kind": kind, "score": score, "low": low, "high": high, "n": int(n)}


PARTS = {"words": of_words, "names": of_names, "texts": of_texts, "pairs": of_pairs}

if __name__ == "__main__":
    import torch

    torch.set_num_threads(1)
    file = RESULTS / "book_table.csv"
    rows = pd.DataFrame([row for part in sys.argv[1:] or PARTS for row in PARTS[part]()])
    if file.exists():
        before = pd.read_csv(file)
        rows = pd.concat([rows, before[~before["task"].isin(rows["task"])]])
    rows["task"] = pd.Categorical(rows["task"], [*INTRINSIC, *DOWNSTREAM])
    rows = rows.sort_values("task", kind="stable").round(4)
    rows.to_csv(file, index=False)
    if set(rows["task"]) == {*INTRINSIC, *DOWNSTREAM}:
        agreement(rows).round(4).to_csv(RESULTS / "book_table_agreement.csv", index=False)
