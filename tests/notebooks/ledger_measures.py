"""The functions that measure the ledger's figures anew.

A row names one as `ledger_measures:similarity(model, data)`.
"""

from functools import cache
from typing import Any

import numpy as np
from scipy.stats import spearmanr
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, TfidfVectorizer

from embedlib import assets, datasets
from embedlib.contextual import ContextualEncoder
from embedlib.evaluation.intervals import bootstrap_spearman, percentile_interval, wilson_interval
from embedlib.evaluation.similarity import evaluate_similarity
from embedlib.text import tokenize
from embedlib.words.load import load_word_vectors


@cache
def similarity(model: str, data: str) -> dict[str, Any]:
    """Spearman's correlation of a model's cosines with a benchmark's ratings, missing words skipped."""
    pairs = getattr(datasets, data)()
    result = evaluate_similarity(load_word_vectors(model), pairs)
    return {
        "ours": result.correlation,
        "interval": (result.low, result.high),
        "coverage": f"{result.n_covered} of {result.n_pairs}",
    }


@cache
def sentences(model: str, data: str, of: str = "words") -> dict[str, Any]:
    """Spearman's correlation of the cosines of sentences' vectors with a benchmark's ratings.

    ``of`` words: the mean of the vectors of a sentence's known words. ``of`` content: without scikit-learn's stop
    words, where others are left. ``of`` pieces: the mean of an encoder's vectors of its pieces. ``of`` first: the first
    of them. ``of`` alone: no model, TF-IDF over the benchmark's own sentences.
    """
    pairs = getattr(datasets, data)()
    texts = [*pairs["sentence1"], *pairs["sentence2"]]
    if of in ("pieces", "first"):
        vectors = ContextualEncoder(model).encode(texts, pooling="mean" if of == "pieces" else "first")
    elif of == "alone":
        counts = TfidfVectorizer(tokenizer=tokenize, token_pattern=None, lowercase=False)
        vectors = counts.fit(sorted(set(texts))).transform(texts).toarray()
    else:
        words, stop = load_word_vectors(model), ENGLISH_STOP_WORDS if of == "content" else ()
        tokens = [tokenize(text) for text in texts]
        kept = [[token for token in each if token not in stop] or each for each in tokens]
        vectors = np.array([words.get_mean_vector(each, pre_normalize=False) for each in kept])
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    first, second = np.split(units, 2)
    cosines = (first * second).sum(axis=1)
    draws = bootstrap_spearman(pairs["score"], cosines)
    return {
        "ours": spearmanr(pairs["score"], cosines).statistic,
        "interval": percentile_interval(draws),
        "coverage": f"{len(pairs)} of {len(pairs)}",
    }


@cache
def words_in_context(model: str) -> dict[str, Any]:
    """WiC: is a word's sense the same in two sentences? Layer and threshold of the cosine are chosen on dev."""
    encoder = ContextualEncoder(model)
    cosines, same = {}, {}
    for part in ("dev", "test"):
        folder = assets.path("wic") / part
        rows = [line.split("\t") for line in (folder / f"{part}.data.txt").read_text(encoding="utf-8").splitlines()]
        same[part] = np.array((folder / f"{part}.gold.txt").read_text(encoding="utf-8").split()) == "T"
        vectors = []
        for _word, _kind, places, *texts in rows:
            for text, place in zip(texts, map(int, places.split("-")), strict=True):
                words = text.split(" ")
                start = len(" ".join([*words[:place], ""]))
                end = start + len(words[place])
                offsets = encoder.tokenizer(text, return_offsets_mapping=True)["offset_mapping"]
                of_word = [i for i, (low, high) in enumerate(offsets) if low < end and high > start]
                vectors.append(encoder.hidden_states(text)[:, of_word].mean(axis=1))
        units = np.array(vectors) / np.linalg.norm(vectors, axis=2, keepdims=True)
        cosines[part] = (units[::2] * units[1::2]).sum(axis=2).T  # a row a layer
    best = (-1.0, 0, 0.0)
    for layer, some in enumerate(cosines["dev"]):
        between = (np.sort(some)[1:] + np.sort(some)[:-1]) / 2
        right = ((some[:, None] > between) == same["dev"][:, None]).mean(axis=0)
        best = max(best, (float(right.max()), layer, float(between[right.argmax()])))
    answers = (cosines["test"][best[1]] > best[2]) == same["test"]
    return {
        "ours": answers.mean(),
        "interval": wilson_interval(int(answers.sum()), len(answers)),
        "coverage": f"{len(answers)} of {len(answers)}",
    }


@cache
def photographs(backbone: str, data: str) -> dict[str, Any]:
    """The share of labelled photographs whose class has the largest score."""
    from embedlib.images import classify

    files = sorted(assets.path(data).iterdir())
    in_name = data == "foolbox-imagenet"  # the others stand in the order of their classes
    labels = np.array([int(file.stem.split("_")[2]) if in_name else place for place, file in enumerate(files)])
    hits = int((classify(files, backbone).argmax(axis=1) == labels).sum())
    return {
        "ours": hits / len(files),
        "interval": wilson_interval(hits, len(files)),
        "coverage": f"{len(files)} of {len(files)}",
    }
