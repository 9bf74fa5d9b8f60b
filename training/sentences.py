"""Which vector of a sentence finds its paraphrase, and which agrees with people? (chapter 8)

For each way to a vector: of the 180 sentences of ``datasets.paraphrases()`` the share whose own paraphrase is the most
alike among all 180, and the share whose paraphrase is more alike than the sentence that was changed; Spearman's
correlation with the ratings of STS-B and SICK, where their assets can be had; and what is left of finding when a
sentence stands among strangers, and when only some of its numbers are kept.
Writes ``training/results/sentences.csv``, ``sentences_joined.csv`` and ``sentences_kept.csv``;
about ten minutes on one core.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from sklearn.feature_extraction.text import TfidfVectorizer

from embedlib import assets, datasets
from embedlib.contextual import ContextualEncoder
from embedlib.evaluation.intervals import bootstrap_spearman, percentile_interval, wilson_interval
from embedlib.text import course_corpus, tokenize
from embedlib.words import load_word_vectors

RESULTS = Path(__file__).parent / "results"
Floats = npt.NDArray[np.float64]
Encode = Callable[[Sequence[str]], Floats]


def unit(rows: Any) -> Floats:
    rows = np.asarray(rows, dtype=np.float64)
    return np.asarray(rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12))


def zipf(vectors: Any) -> Any:
    """How often a word stands in a text, as a share: by Zipf's law from its rank in the file."""
    total = np.sum(1 / np.arange(1, len(vectors.key_to_index) + 1))
    return lambda word: 1 / (vectors.key_to_index[word] + 1) / total


def averaged(vectors: Any, frequency: Any = None, a: float = 1e-3) -> Encode:
    """The mean of the known words' vectors; with frequencies, common words weigh less (Arora, Liang and Ma, 2017)."""

    def encode(texts: Sequence[str]) -> Floats:
        rows = []
        for text in texts:
            words = [word for word in tokenize(text) if word in vectors]
            weights = [a / (a + frequency(word)) if frequency else 1.0 for word in words]
            rows.append(np.average([vectors[word] for word in words], axis=0, weights=weights) if words else None)
        width = next(len(row) for row in rows if row is not None)
        return np.array([np.zeros(width) if row is None else row for row in rows])

    return encode


def word_by_word(encoder: ContextualEncoder, known: Any, weighted: bool = False) -> Encode:
    """The network taken away: each word known to GloVe is read alone; a text is the mean of its words' vectors."""

    def encode(texts: Sequence[str]) -> Floats:
        words = sorted({word for text in texts for word in tokenize(text) if word in known})
        alone = dict(zip(words, encoder.encode(words), strict=True))
        return averaged(alone, zipf(known) if weighted else None)(texts)

    return encode


class RandomVectors:
    """Random numbers for every word that GloVe knows: fifty, as GloVe has, or as many as are asked for."""

    def __init__(self, known: Any, width: int = 50) -> None:
        self.known, self.width = known, width

    def __contains__(self, word: str) -> bool:
        return word in self.known

    def __getitem__(self, word: str) -> Floats:
        return np.random.default_rng(zlib.crc32(word.encode())).normal(size=self.width)


def words_alone(texts: Sequence[str]) -> Floats:
    made = TfidfVectorizer(tokenizer=tokenize, token_pattern=None, lowercase=False).fit_transform(texts)
    return np.asarray(made.toarray())


def without_common(encode: Encode) -> Encode:
    """Without the one direction in which all texts point: their first singular vector."""

    def encode_without(texts: Sequence[str]) -> Floats:
        found = encode(texts)
        first = np.linalg.svd(found, full_matrices=False)[2][:1]
        return found - found @ first.T @ first

    return encode_without


def in_random_order(encode: Encode) -> Encode:
    """Each text with its words in an order drawn by chance."""

    def encode_drawn(texts: Sequence[str]) -> Floats:
        rng = np.random.default_rng(0)
        return encode([" ".join(rng.permutation(tokenize(text))) for text in texts])

    return encode_drawn


def pooled(encoder: ContextualEncoder, pooling: str = "mean", layer: int = -1) -> Encode:
    return lambda texts: np.asarray(encoder.encode(list(texts), layer=layer, pooling=pooling), dtype=np.float64)


def ways() -> dict[str, Encode]:
    glove, skipgram = load_word_vectors("glove-6b-50d"), load_word_vectors("course-sgns-100d")
    word2vec = load_word_vectors("word2vec-googlenews-26k")
    news = {word: word2vec[word] for word in word2vec.key_to_index if word in glove}  # 300 numbers each
    random = RandomVectors(glove.key_to_index)
    minilm, miniature = ContextualEncoder("minilm-l6"), ContextualEncoder("miniature-bert")
    return {
        "MiniLM, mean": pooled(minilm),
        "MiniLM, [CLS]": pooled(minilm, "first"),
        "MiniLM, max": pooled(minilm, "max"),
        "MiniLM, words in random order": in_random_order(pooled(minilm)),
        "MiniLM, layer 0": pooled(minilm, layer=0),
        "MiniLM, word by word, first component off": without_common(word_by_word(minilm, glove, weighted=True)),
        "MiniLM, word by word, weighted": word_by_word(minilm, glove, weighted=True),
        "MiniLM, word by word, mean": word_by_word(minilm, glove),
        "GloVe, weighted, first component off": without_common(averaged(glove, zipf(glove))),
        "GloVe, weighted": averaged(glove, zipf(glove)),
        "GloVe, mean": averaged(glove),
        "word2vec, weighted": averaged(news, zipf(glove)),
        "word2vec, mean": averaged(news),
        "skip-gram, weighted": averaged(skipgram, zipf(skipgram)),
        "skip-gram, mean": averaged(skipgram),
        "miniature BERT, mean": pooled(miniature),
        "miniature BERT, first component off": without_common(pooled(miniature)),
        "miniature BERT, [CLS]": pooled(miniature, "first"),
        "miniature BERT, max": pooled(miniature, "max"),
        "miniature BERT, layer 0": pooled(miniature, layer=0),
        "words alone (TF-IDF)": words_alone,
        "random word vectors, weighted": averaged(random, zipf(glove)),
        "random word vectors, mean": averaged(random),
        "384 random numbers a word, weighted": averaged(RandomVectors(glove.key_to_index, 384), zipf(glove)),
        "MiniLM, weights shuffled": pooled(minilm.with_random_weights(0)),
        "MiniLM, word by word, weights shuffled": word_by_word(minilm.with_random_weights(0), glove, weighted=True),
        "miniature, weights shuffled": pooled(miniature.with_random_weights(0)),
    }


def rated() -> dict[str, pd.DataFrame]:
    """The test parts of STS-B and SICK; what cannot be had is left out."""
    read = {"stsb": ("STS-B", datasets.stsb), "sick": ("SICK", datasets.sick)}
    return {name: load() for asset, (name, load) in read.items() if assets.available(asset)}


def store(rows: list[dict[str, Any]], name: str) -> None:
    pd.DataFrame(rows).round(4).to_csv(RESULTS / f"{name}.csv", index=False)


def main() -> None:
    torch.set_num_threads(1)
    table = datasets.paraphrases()
    texts = [*table["sentence"], *table["paraphrase"], *table["changed"]]
    n, kinds = len(table), table["kind"].to_numpy()
    rows: list[dict[str, Any]] = []
    encoders = ways()

    def share(name: str, measure: str, right: Any) -> None:
        low, high = wilson_interval(int(np.sum(right)), len(right))
        rows.append({"vector": name, "measure": measure, "found": np.mean(right), "low": low, "high": high})

    for name, encode in encoders.items():
        ones, same, changed = np.split(unit(encode(texts)), 3)
        share(name, "paraphrase found", (ones @ same.T).argmax(axis=1) == np.arange(n))
        nearer = (ones * same).sum(axis=1) > (ones * changed).sum(axis=1)
        share(name, "paraphrase nearer", nearer)
        for kind in dict.fromkeys(kinds):
            share(name, f"paraphrase nearer: {kind}", nearer[kinds == kind])
        print(name, [round(row["found"], 3) for row in rows if row["vector"] == name], flush=True)
    store(rows, "sentences")

    joined = []
    for name in ("MiniLM, mean", "GloVe, weighted", "GloVe, mean", "miniature BERT, mean"):
        same = unit(encoders[name](list(table["paraphrase"])))
        for k in range(0, 6):
            longer = [" ".join(table["sentence"].iloc[(i + 37 * j) % n] for j in range(k + 1)) for i in range(n)]
            likeness = unit(encoders[name](longer)) @ same.T
            before = (likeness > np.diag(likeness)[:, None]).sum(axis=1)  # how many are more alike than its own
            right = before <= k
            joined.append({"vector": name, "strangers": k, "found": right.mean()})
    store(joined, "sentences_joined")

    kept = []
    full = encoders["MiniLM, mean"](texts)
    other = encoders["MiniLM, mean"]([" ".join(words) for words in course_corpus("sotu", limit=40_000)])
    directions = np.linalg.svd(other - other.mean(axis=0), full_matrices=False)[2]
    for d in (4, 8, 16, 32, 64, 128, 256, 384):
        shorter = {"the first": [full[:, :d]], "PCA": [full @ directions[:d].T]}
        shorter["drawn by chance"] = [full[:, np.random.default_rng(seed).permutation(384)[:d]] for seed in range(10)]
        for how, choices in shorter.items():
            shares = []
            for numbers in choices:
                ones, same, _ = np.split(unit(numbers), 3)
                shares.append(((ones @ same.T).argmax(axis=1) == np.arange(n)).mean())
            kept.append({"kept": how, "numbers": d, "found": np.mean(shares)})
    store(kept, "sentences_kept")

    for benchmark, pairs in rated().items():
        different, places = np.unique([*pairs["sentence1"], *pairs["sentence2"]], return_inverse=True)
        for name, encode in encoders.items():
            if any(part in name for part in ("max", "layer 0", "order")) or (
                benchmark == "SICK" and ("[CLS]" in name or "shuffled" in name)
            ):
                continue
            one, other = np.split(unit(encode([str(text) for text in different]))[places], 2)
            cosines = (one * other).sum(axis=1)
            low, high = percentile_interval(bootstrap_spearman(cosines, pairs["score"]))
            value = pd.Series(cosines).corr(pairs["score"], method="spearman")
            rows.append({"vector": name, "measure": benchmark, "found": value, "low": low, "high": high})
            print(benchmark, name, round(value, 3), flush=True)
    store(rows, "sentences")


if __name__ == "__main__":
    main()
