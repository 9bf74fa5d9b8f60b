"""The stored ranks are those of the benchmarks and models, and say what evaluate_similarity says; no word is stored."""

from __future__ import annotations

from functools import cache
from itertools import combinations, islice, product
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import spearmanr

from embedlib import datasets
from embedlib.evaluation.similarity import difference, evaluate_similarity
from embedlib.islands import base, convention_lab
from embedlib.islands.convention_lab import (
    BENCHMARKS,
    DEFAULTS,
    DRAWS,
    MODELS,
    SEED,
    SWITCHES,
    USUAL,
    benchmarks,
    draws,
    intervals,
    scores,
)
from embedlib.words.models import word_models

PAIRS = list(combinations(MODELS, 2))


@cache
def table(name: str) -> pd.DataFrame:
    found: pd.DataFrame = getattr(datasets, name)()
    return found


def state(**changes: str) -> dict[str, Any]:
    return {**DEFAULTS, **changes}


def near(model: str) -> float:
    """The counted vectors are computed on each machine: two of their cosines may change places."""
    return 1e-4 if model == "counted" else 1e-6


@pytest.mark.parametrize("name", BENCHMARKS)
def test_scores_are_those_of_evaluate_similarity(name: str) -> None:
    data = table(name)
    for (one, other), missing, case in product(
        [*PAIRS[:1], *PAIRS[-2:], PAIRS[6]], SWITCHES["missing"], ("lower", "exact")
    ):
        found = scores(state(benchmark=name, one=one, other=other, missing=missing, case=case))
        models = {each: word_models()[each] for each in (one, other)}
        if missing == "both":
            wanted = list(difference(models[one], models[other], data, case=case, n_bootstrap=0)[:2])
        else:
            way = "skip" if missing == "own" else missing
            wanted = [evaluate_similarity(each, data, way, case, n_bootstrap=0).correlation for each in models.values()]
        for model, ours, theirs in zip(models, found, wanted, strict=True):
            assert ours == pytest.approx(theirs, abs=near(model)), (model, missing, case)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_lower_case_is_what_the_usual_look_up_comes_to(name: str) -> None:
    """No model knows a word of a benchmark with a capital, so `case="either"`, the default, needs no third choice."""
    data = table(name)
    for model, vectors in word_models().items():
        lower, either = (evaluate_similarity(vectors, data, case=case, n_bootstrap=0) for case in ("lower", "either"))
        assert (lower.correlation, lower.n_covered) == (either.correlation, either.n_covered), model


def test_intervals_are_those_of_evaluate_similarity() -> None:
    """Of 20,000 other draws: the ends agree to a hundredth."""
    data = table("wordsim353")
    one, other = (word_models()[DEFAULTS[key]] for key in ("one", "other"))
    for missing, way in (("own", "skip"), ("mean", "mean"), ("zero", "zero")):
        found = intervals(state(missing=missing))
        for vectors, ends in zip((one, other), found[:2], strict=True):
            result = evaluate_similarity(vectors, data, way, "lower", n_bootstrap=20_000)
            assert ends == pytest.approx([result.low, result.high], abs=0.01)
    gap = difference(one, other, data, case="lower", n_bootstrap=20_000)
    assert intervals(state(missing="both"))[2] == pytest.approx([gap.low, gap.high], abs=0.01)


def test_dot_products_and_pairs_listed_twice_are_what_they_are_called() -> None:
    data, vectors = table("wordsim353"), word_models()["GloVe 6B"]
    lower = data.assign(**{column: data[column].str.lower() for column in ("word1", "word2")})
    rows = [vectors.vectors[[vectors.key_to_index[word] for word in lower[column]]] for column in ("word1", "word2")]
    dots = np.einsum("nd,nd->n", *(each.astype(float) for each in rows))
    assert scores(state(measure="dot"))[0] == pytest.approx(spearmanr(data["score"], dots).statistic, abs=1e-6)
    kept, seen = [], set()
    for i, pair in enumerate(lower[["word1", "word2"]].to_numpy()):
        if frozenset(pair) not in seen:
            kept.append(i)
        seen.add(frozenset(pair))
    assert len(kept) == 351
    wanted = evaluate_similarity(vectors, data.iloc[kept], n_bootstrap=0).correlation
    assert scores(state(repeats="once"))[0] == pytest.approx(wanted, abs=1e-6)


def test_ties_are_ranked_as_they_are_called() -> None:
    from embedlib.islands.convention_lab import spearman

    human, numbers = np.array([3, 1, 3, 2]), np.array([5, 5, 5, 9])
    for ties, ranks in {
        "mean": ([3.5, 1, 3.5, 2], [2, 2, 2, 4]),
        "min": ([3, 1, 3, 2], [1, 1, 1, 4]),
        "order": ([3, 1, 4, 2], [1, 2, 3, 4]),
    }.items():
        assert spearman(human, numbers, ties) == pytest.approx(np.corrcoef(*ranks)[0, 1])


def test_draws_are_those_of_the_generator_that_the_page_uses() -> None:
    n, state_now, wanted = 7, SEED, []
    for _ in range(2 * n):
        state_now = (state_now + 0x6D2B79F5) % 2**32
        mixed = (state_now ^ state_now >> 15) * (state_now | 1) % 2**32
        mixed ^= (mixed + (mixed ^ mixed >> 7) * (mixed | 61)) % 2**32
        wanted.append(int(((mixed ^ mixed >> 14) % 2**32) / 2**32 * n))
    assert [row.tolist() for row in islice(draws(n), 2)] == [sorted(wanted[:n]), sorted(wanted[n:])]
    counts = np.bincount(np.concatenate(list(draws(50))), minlength=50)
    assert len(counts) == 50 and np.abs(counts / DRAWS - 1).max() < 0.15


def test_no_word_is_stored_and_little_is_sent() -> None:
    for name, held in benchmarks().items():
        assert set(held.about) == {"name", "title", "n", "capitals", "again"}
        assert (held.about["name"], held.about["title"]) == (name, BENCHMARKS[name])
        assert all(isinstance(number, int) for number in (held.about["capitals"], *held.about["again"]))
        assert held.about["n"] == len(table(name)) == len(held.human)
        assert held.human.max() == len(set(held.human)) - 1, "ranks, not scores"
    assert convention_lab.VALUES.stat().st_size < 200_000


def test_the_file_is_what_measuring_makes() -> None:
    from embedlib.islands.convention_lab.measure import measure_pairs

    about, rows = measure_pairs("rg65", table("rg65"))
    held = benchmarks()["rg65"]
    assert about == held.about and (rows[0] == held.human).all()
    for key, row in zip(held.values, rows[1:], strict=True):
        if key[0] != "counted":
            assert row[0] == held.values[key][0] and (row[1:] == held.values[key][1]).all(), key


def test_who_leads_hangs_on_conventions_on_some_benchmarks_and_on_none_on_others() -> None:
    """What the chapter and the goal count on: a puzzle with two answers, an easy one, and one without."""

    def settings(name: str) -> list[dict[str, Any]]:
        changes = product(*SWITCHES.values())
        return [state(benchmark=name, **dict(zip(SWITCHES, each, strict=True))) for each in changes]

    def glove_leads(each: dict[str, Any]) -> bool:
        one, other = scores(each)
        return one > other

    wins = [each for each in settings("wordsim353") if glove_leads(each)]
    assert [{key: each[key] for key in USUAL if each[key] != USUAL[key]} for each in wins] == [
        {"missing": "zero", "ties": "min"},
        {"missing": "zero", "ties": "min", "repeats": "once"},
    ]
    assert not any(map(glove_leads, settings("simlex999")))
    for name in ("men", "rw", "rg65"):
        assert not glove_leads(state(benchmark=name)) and glove_leads(state(benchmark=name, missing="zero"))


def test_what_cannot_be_is_refused_with_a_sentence() -> None:
    lab = base.island("convention_lab")
    with pytest.raises(ValueError, match='ties is "max"; there are: mean, min, order'):
        base.options_of(lab, {"ties": "max"})
    with pytest.raises(ValueError, match='Both models are "fastText"; choose two'):
        base.options_of(lab, {"one": "fastText", "other": "fastText"})


def test_the_table_for_pages_without_scripts_changes_one_convention_a_row() -> None:
    text = convention_lab.fallback_html(state(benchmark="men", missing="zero"))
    rows = [row.split("<td>")[1:] for row in text.split("<tr>")[2:]]
    assert len(rows) == 1 + sum(len(choices) - 1 for choices in SWITCHES.values())
    as_usual = next(row for row in rows if row[0].startswith("a missing word: left out<"))
    assert [float(cell.split("<")[0]) for cell in as_usual[1:]] == pytest.approx(
        scores(state(benchmark="men")), abs=5e-4
    )
