"""The functions that measure the ledger's figures anew.

A row names one as `ledger_measures:similarity(model, data)`.
"""

from functools import cache
from typing import Any

import numpy as np
from scipy.stats import spearmanr
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS

from embedlib import datasets
from embedlib.contextual import ContextualEncoder
from embedlib.evaluation.intervals import bootstrap_spearman, percentile_interval
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
    words, where others are left. ``of`` pieces: the mean of an encoder's vectors of its pieces.
    """
    pairs = getattr(datasets, data)()
    texts = [*pairs["sentence1"], *pairs["sentence2"]]
    if of == "pieces":
        vectors = ContextualEncoder(model).encode(texts)
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
