"""The functions that measure the ledger's figures anew.

A row names one as `ledger_measures:similarity(model, data)`.
"""

from functools import cache
from typing import Any

from embedlib import datasets
from embedlib.evaluation.similarity import evaluate_similarity
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
