"""Models of sentences, and controls, on the benchmarks of word similarity (chapter 12).

``python training/word_similarity.py``: two minutes on one quiet core. A word is a sentence of one word to MiniLM and
the miniature BERT; *input* is the mean of the word's pieces as they go into the network, before its first layer.
Controls: MiniLM with its weights shuffled, counts of a word's letters (two to four in a row), random numbers.

- ``word_similarity.csv``: Spearman's correlation with its interval, and the pairs covered.
- ``word_similarity_ahead.csv``: how far each is ahead of Google's vectors, on the pairs that both cover.

Rows for SimVerb-3500 are made where the data can be had.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from gensim.models.keyedvectors import KeyedVectors
from sklearn.feature_extraction.text import CountVectorizer

from embedlib import assets, datasets
from embedlib.contextual import ContextualEncoder
from embedlib.evaluation.similarity import compare_models, differences
from embedlib.words.load import as_keyed_vectors, load_word_vectors

RESULTS = Path(__file__).parent / "results"
SETS = ("wordsim353", "simlex999", "men", "rw", "mturk771", "rg65", "simverb3500")
REFERENCE = "Google News"
Floats = npt.NDArray[np.floating[Any]]


def benchmarks() -> list[pd.DataFrame]:
    return [getattr(datasets, name)() for name in SETS if assets.available(name)]


def words_of(tables: list[pd.DataFrame]) -> list[str]:
    return sorted({word for pairs in tables for column in ("word1", "word2") for word in pairs[column]})


def alone(encoder: ContextualEncoder, words: list[str]) -> Floats:
    """Each word as a sentence of its own: the mean over its pieces and the marks around them."""
    return encoder.encode(words)


def going_in(encoder: ContextualEncoder, words: list[str]) -> Floats:
    """Each word as the mean of its pieces' rows in the table of embeddings."""
    table = encoder.model.get_input_embeddings().weight.detach().numpy()
    pieces = encoder.tokenizer(words, add_special_tokens=False)["input_ids"]
    return np.array([table[row].mean(axis=0) for row in pieces])


def letters(words: list[str]) -> Floats:
    counted = CountVectorizer(analyzer="char_wb", ngram_range=(2, 4), lowercase=False).fit_transform(words)
    return counted.toarray().astype(np.float64)


def made(words: list[str]) -> dict[str, KeyedVectors]:
    """Vectors by the names under which they are stored."""
    minilm, miniature = ContextualEncoder("minilm-l6"), ContextualEncoder("miniature-bert")
    tables = {
        "MiniLM, word alone": alone(minilm, words),
        "MiniLM, input": going_in(minilm, words),
        "miniature BERT, word alone": alone(miniature, words),
        "miniature BERT, input": going_in(miniature, words),
        "MiniLM, shuffled": alone(minilm.with_random_weights(), words),
        "letters": letters(words),
        "random numbers": np.random.default_rng(0).normal(size=(len(words), 50)),
    }
    return {name: as_keyed_vectors(dict(zip(words, rows, strict=True)), name) for name, rows in tables.items()}


def main() -> None:
    tables = benchmarks()
    models = made(words_of(tables))
    compare_models(models, tables).round(4).to_csv(RESULTS / "word_similarity.csv", index=False)
    beside = {**models, REFERENCE: load_word_vectors("word2vec-googlenews-26k")}
    ahead = differences(beside, tables, reference=REFERENCE)
    ahead.round(4).to_csv(RESULTS / "word_similarity_ahead.csv", index=False)


if __name__ == "__main__":
    main()
