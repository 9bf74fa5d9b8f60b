"""The families on the same texts: the pairs are what they are said to be, and the stored figures can be had again."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from embedlib import assets, datasets

TRAINING = Path(__file__).parents[2] / "training"


@pytest.fixture(scope="module")
def families() -> Iterator[Any]:
    pytest.importorskip("torch")
    sys.path.insert(0, str(TRAINING))
    try:
        yield importlib.import_module("families")
    finally:
        sys.path.remove(str(TRAINING))


def stored(name: str) -> pd.DataFrame:
    return pd.read_csv(TRAINING / "results" / f"{name}.csv")


def test_the_two_sentences_of_a_pair_differ_in_the_last_of_eight_words(families: Any) -> None:
    assert len({text for pair in families.PAIRS for text in families.texts_of(pair)}) == 32
    for pair in families.PAIRS:
        one, other = (families.WORD.findall(text) for text in families.texts_of(pair))
        assert len(one) == 8 and one[:7] == other[:7] and one[7] != other[7] == pair[1]


def test_only_who_reads_forwards_does_not_know_the_end() -> None:
    table = stored("families_moved")
    before = table[table["words before the end"] > 0].groupby("model")["largest change"].agg(["min", "max"])
    forwards = before.index.isin(["SmolLM2", "miniature GPT", "miniature ELMo forwards"])
    assert forwards.sum() >= 1 and (before.loc[forwards, "max"] <= 1e-5).all()
    assert (before.loc[~forwards, "min"] > 1e-3).all()


@pytest.mark.parametrize("name", ["MiniLM", "miniature BERT"])
def test_how_far_words_move_can_be_measured_again(families: Any, name: str) -> None:
    rows, apart = families.moved(families.readers()[name]())
    kept = stored("families_moved").query("model == @name")
    assert np.allclose(kept["strangers"], apart, atol=1e-3)
    assert np.allclose(kept["distance"], rows.groupby("place")["distance"].mean(), atol=1e-3)


@pytest.mark.parametrize(("name", "asset"), [("the course's", "miniature-bert"), ("BERT's", "minilm-l6")])
def test_how_a_tokeniser_cuts_can_be_measured_again(families: Any, name: str, asset: str) -> None:
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(assets.path(asset, "tokenizer.json")))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    ours = datasets.paraphrases()
    table = stored("families_tokenisers").query("tokeniser.str.startswith(@name)").set_index("text")
    for kind, texts in {"the course's pairs": [*ours["sentence"], *ours["paraphrase"]], **families.TEXTS}.items():
        for column, number in families.cut(tokenizer, texts).items():
            assert table.loc[kind, column] == pytest.approx(number, rel=1e-3), (kind, column)
