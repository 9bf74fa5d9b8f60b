"""The five word models of the chapters on evaluation."""

import numpy as np

from embedlib.datasets import men
from embedlib.evaluation.similarity import evaluate_similarity
from embedlib.words.models import counted_vectors, word_models


def test_the_models_have_the_sizes_that_are_told() -> None:
    models = word_models()
    assert {name: each.vector_size for name, each in models.items()} == {
        "GloVe 6B": 50,
        "Google News": 300,
        "skip-gram": 100,
        "fastText": 100,
        "counted": 100,
    }
    assert len(models["GloVe 6B"]) == 400_000
    assert len(models["Google News"]) == 26_423
    assert not any("qwzxqwzx" in each for each in models.values())


def test_counted_words_have_a_direction_and_know_what_is_alike() -> None:
    counted = counted_vectors()
    assert np.linalg.norm(counted.vectors, axis=1).min() > 0
    assert counted.key_to_index["the"] == 0
    assert evaluate_similarity(counted, men(), n_bootstrap=0).correlation > 0.6
