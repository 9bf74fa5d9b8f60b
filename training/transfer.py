"""Which vectors for which number of labelled texts? The table that chapter 4 shows.

One small classifier, the mean of a text's word vectors and a logistic regression on it, learns to tell fresh from
rotten in the one-line film reviews of the asset rotten-tomatoes. Its vectors are borrowed (GloVe 6B, Google
News), our own (skip-gram on the course corpus) or random, and either frozen or tuned with the classifier; beside
them a bag of words without vectors. All of them learn from the same labelled texts, every one of them: what has to
be chosen (how strongly a regression is held, how long is tuned) is chosen on parts of these. No film is in both the
training and the test texts. Every row of ``training/results/transfer.csv`` is one training; what stands there is not
trained again.
"""

from __future__ import annotations

import csv
import sys
import time
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from embedlib import assets
from embedlib.words.load import as_keyed_vectors, load_word_vectors
from embedlib.words.vocabulary import look_up

HERE = Path(__file__).parent
TABLE = HERE / "results" / "transfer.csv"
MEANS = HERE / "results" / "transfer_means.csv"  # what chapter 4 draws
COLUMNS = ("vectors", "mode", "n_texts", "seed", "accuracy", "epochs", "seconds")

SIZES = (100, 1_000, 10_000)
SEEDS = tuple(range(5))
SOURCES = ("glove-6b-50d", "word2vec-googlenews-26k", "course-sgns-100d", "random-50d")
NARROW = "word2vec-googlenews-26k, 50 numbers"  # its first 50 principal components: as wide as GloVe's
NAMES = {
    "glove-6b-50d": "GloVe",
    "word2vec-googlenews-26k": "Google News",
    "course-sgns-100d": "ours",
    "random-50d": "random",
    NARROW: "Google News, 50 numbers",
}
BATCH, RATE, TUNING_RATE, MOST_EPOCHS, PATIENCE = 64, 0.01, 0.003, 60, 6
STRENGTHS = (0.01, 0.1, 1, 10, 100)


@cache
def texts() -> tuple[list[list[str]], Any, Any]:
    """The reviews as lists of words as written, their labels (1 is fresh), and the film of each."""
    import pandas as pd

    file = assets.path("rotten-tomatoes", "rotten_tomatoes_corpus_full.csv.bz2")
    lines = pd.read_csv(file, encoding="utf-8")
    lines = lines[lines["category"] != "plot"].drop_duplicates("text")
    films = lines["movie_name"].astype("category").cat.codes.to_numpy()
    return [text.split() for text in lines["text"]], (lines["category"] == "fresh").to_numpy(), films


def split(seed: int, n_texts: int) -> tuple[Any, Any]:
    """Rows to learn from and rows to be tested on: the same films for all sizes of one seed."""
    _, _, films = texts()
    rng = np.random.default_rng(seed)
    order = rng.permutation(np.unique(films))
    sizes = np.bincount(films)[order]
    test_films = order[: int(np.searchsorted(np.cumsum(sizes), len(films) - max(SIZES), side="left"))]
    test = np.isin(films, test_films)
    return rng.permutation(np.flatnonzero(~test))[:n_texts], np.flatnonzero(test)


@cache
def table(source: str) -> Any:
    """The vectors of one source; random ones have the words of GloVe."""
    if source == "random-50d":
        words = load_word_vectors("glove-6b-50d").index_to_key
        rows = np.random.default_rng(0).standard_normal((len(words), 50)).astype(np.float32)
        return as_keyed_vectors(dict(zip(words, rows, strict=True)), source)
    if source == NARROW:
        wide = load_word_vectors(SOURCES[1])
        rows = wide.vectors - wide.vectors.mean(axis=0)
        rows = rows @ np.linalg.eigh(rows.T @ rows)[1][:, -50:]
        return as_keyed_vectors(dict(zip(wide.index_to_key, rows, strict=True)), source)
    return load_word_vectors(source)


@cache
def encoded(source: str) -> tuple[list[list[int]], Any]:
    """The texts as rows of a small matrix of unit vectors, which holds only words that the texts hold."""
    vectors, (lines, _, _) = table(source), texts()
    known = vectors.key_to_index
    spelt = {word: look_up(word, known) for word in Counter(word for line in lines for word in line)}
    pieces = sorted({piece for found in spelt.values() for piece in found or ()}, key=known.__getitem__)
    place = {piece: i for i, piece in enumerate(pieces)}
    rows = np.stack([vectors[piece] for piece in pieces]).astype(np.float32)
    rows = rows - rows.mean(axis=0)
    rows *= np.sqrt(rows.shape[1]) / np.linalg.norm(rows, axis=1, keepdims=True)
    return [[place[piece] for word in line for piece in spelt[word] or ()] for line in lines], rows


def lines_of(source: str, chosen: Any) -> tuple[Any, Any]:
    """The words of some texts, one text behind the other, and where each begins: what an EmbeddingBag reads."""
    import torch

    flat = [encoded(source)[0][i] for i in chosen]
    starts = np.cumsum([0, *map(len, flat[:-1])])
    return torch.tensor([i for line in flat for i in line]), torch.tensor(starts)


def classify_frozen(source: str, train: Any, test: Any) -> float:
    """Accuracy of a logistic regression on the mean of a text's vectors, which stay as they are."""
    lines, rows = encoded(source)
    means = np.stack([rows[line].mean(axis=0) if line else np.zeros(rows.shape[1]) for line in lines])
    return logistic(means[train], means[test], train, test)


def classify_tuned(source: str, train: Any, test: Any, seed: int) -> tuple[float, int]:
    """Accuracy of the same classifier if the vectors move, too, and after how many passes it stopped.

    A fifth of the labelled texts says after how many; then all of them are learned from, for as many.
    """
    held, learn = train[: len(train) // 5], train[len(train) // 5 :]
    epochs, _ = tune(source, learn, held, seed, MOST_EPOCHS, patience=PATIENCE)
    _, accuracy = tune(source, train, test, seed, epochs)
    return accuracy, epochs


def tune(source: str, learn: Any, judge: Any, seed: int, most: int, patience: int | None = None) -> tuple[int, float]:
    """Train vectors and classifier; the pass with the least loss on ``judge``, and the accuracy of the last one."""
    import torch

    torch.manual_seed(seed)
    torch.set_num_threads(1)
    rows, labels = encoded(source)[1], torch.tensor(texts()[1], dtype=torch.float32)
    bag = torch.nn.EmbeddingBag.from_pretrained(torch.tensor(rows), freeze=False, mode="mean", sparse=True)
    last = torch.nn.Linear(rows.shape[1], 1)
    # SparseAdam moves only the vectors of words that the batch holds.
    optimisers: list[Any] = [
        torch.optim.Adam(last.parameters(), lr=RATE),
        torch.optim.SparseAdam(bag.parameters(), lr=TUNING_RATE),
    ]
    loss_of = torch.nn.BCEWithLogitsLoss()
    judged, rng = lines_of(source, judge), np.random.default_rng(seed)
    least, best, accuracy = np.inf, 0, 0.0
    for epoch in range(1, most + 1):
        order = rng.permutation(learn)
        for start in range(0, len(order), BATCH):
            some = order[start : start + BATCH]
            for optimiser in optimisers:
                optimiser.zero_grad()
            loss_of(last(bag(*lines_of(source, some)))[:, 0], labels[some]).backward()
            for optimiser in optimisers:
                optimiser.step()
        with torch.no_grad():
            scores = last(bag(*judged))[:, 0]
            loss = float(loss_of(scores, labels[judge]))
            accuracy = float(((scores > 0) == (labels[judge] > 0)).float().mean())
        if loss < least:
            least, best = loss, epoch
        if patience is not None and epoch - best >= patience:
            break
    return best, accuracy


def logistic(learn: Any, judge: Any, train: Any, test: Any) -> float:
    """Accuracy of a logistic regression on features; five folds of the labelled texts choose how much it is held."""
    from sklearn.linear_model import LogisticRegressionCV

    labels = texts()[1]
    model = LogisticRegressionCV(
        Cs=STRENGTHS, cv=5, scoring="neg_log_loss", l1_ratios=(0,), use_legacy_attributes=False, max_iter=1_000
    )
    model.fit(learn, labels[train])
    return float(np.mean(model.predict(judge) == labels[test]))


def bag_of_words(train: Any, test: Any) -> float:
    """Accuracy of a logistic regression on which words stand in a text, without any vectors."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    written = [" ".join(line) for line in texts()[0]]
    weigh = TfidfVectorizer(sublinear_tf=True)
    x = weigh.fit_transform([written[i] for i in train])
    return logistic(x, weigh.transform([written[i] for i in test]), train, test)


def main() -> None:
    """Train what is not yet in the table, a row at a time."""
    TABLE.parent.mkdir(exist_ok=True)
    done = set()
    if TABLE.exists():
        with TABLE.open(encoding="utf-8") as stream:
            done = {tuple(row[name] for name in COLUMNS[:4]) for row in csv.DictReader(stream)}
    else:
        TABLE.write_text(",".join(COLUMNS) + "\n", encoding="utf-8")
    jobs = [("majority", "none"), ("bag of words", "none")]
    jobs += [(source, mode) for source in SOURCES for mode in ("frozen", "tuned")]
    jobs.append((NARROW, "frozen"))
    for seed in SEEDS:
        for n_texts in SIZES:
            train, test = split(seed, n_texts)
            for source, mode in jobs:
                if (source, mode, str(n_texts), str(seed)) in done:
                    continue
                begin = time.perf_counter()
                epochs = 0
                labels = texts()[1]
                if source == "majority":
                    accuracy = float(np.mean(labels[test] == (labels[train].mean() > 0.5)))
                elif source == "bag of words":
                    accuracy = bag_of_words(train, test)
                elif mode == "frozen":
                    accuracy = classify_frozen(source, train, test)
                else:
                    accuracy, epochs = classify_tuned(source, train, test, seed)
                seconds = time.perf_counter() - begin
                with TABLE.open("a", encoding="utf-8") as stream:
                    row = (source, mode, n_texts, seed, f"{accuracy:.4f}", epochs, f"{seconds:.1f}")
                    csv.writer(stream, lineterminator="\n").writerow(row)
        print(f"seed {seed} done", file=sys.stderr, flush=True)
    summarise()


def summarise() -> None:
    """The mean accuracy in per cent over the draws, and their standard deviation."""
    import pandas as pd

    runs = pd.read_csv(TABLE)
    runs["vectors"] = (runs["vectors"].replace(NAMES) + ", " + runs["mode"]).str.removesuffix(", none")
    found = (100 * runs.set_index(["vectors", "n_texts"])["accuracy"]).groupby(level=[0, 1], sort=False)
    means = found.agg(["mean", "std", "count"]).reset_index()
    means.columns = pd.Index(["vectors", "labelled texts", "accuracy", "sd", "draws"])
    means.round(2).to_csv(MEANS, index=False)


if __name__ == "__main__":
    main()
