"""The convention lab: two models, one benchmark, and what each convention of the measurement does to their scores."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from embedlib.islands.base import Island, Part, plain_table, source_key
from embedlib.islands.words import signed

FOLDER = Path(__file__).parent
VALUES = FOLDER / "values.gz"
MODELS = ("GloVe 6B", "Google News", "skip-gram", "fastText", "counted")
BENCHMARKS = {
    "wordsim353": "WordSim-353",
    "simlex999": "SimLex-999",
    "men": "MEN",
    "rw": "Rare Words",
    "mturk771": "MTurk-771",
    "rg65": "RG-65",
}
SWITCHES = {
    "missing": {"own": "left out", "both": "left out for both", "zero": "scored 0", "mean": "the mean vector"},
    "case": {"lower": "in lower case", "exact": "as written"},
    "ties": {"mean": "mean rank", "min": "lowest rank", "order": "order in the file"},
    "measure": {"cosine": "cosine", "dot": "dot product"},
    "repeats": {"twice": "count twice", "once": "count once"},
}
"""What can be switched, and how each choice is called; the first is the usual one."""
TITLES = {
    "missing": "A missing word",
    "case": "Look words up",
    "ties": "Equal numbers get",
    "measure": "Likeness",
    "repeats": "Pairs listed twice",
}
USUAL = {switch: next(iter(choices)) for switch, choices in SWITCHES.items()}
DEFAULTS = {"benchmark": "wordsim353", "one": "GloVe 6B", "other": "Google News", **USUAL}
DRAWS, SEED = 1000, 0
MISSING = 1 << 15  # set in a value where the model lacks a word of the pair

Ranks = NDArray[Any]
Values = dict[tuple[str, str, str], tuple[int, Ranks]]


@dataclass(frozen=True)
class Benchmark:
    """People's scores of n pairs, and the models' likenesses, all as whole numbers in the same order.

    `about` says how many pairs have a capital, and which repeat an earlier one. `values` holds, by model, measure and
    case, the number for zero, and a number a pair: with the mean vector, and plus `MISSING`, where a word is missing.
    """

    about: dict[str, Any]
    human: Ranks
    values: Values


@cache
def benchmarks() -> dict[str, Benchmark]:
    """All that `measure.py` has measured."""
    head, _, body = gzip.decompress(VALUES.read_bytes()).partition(b"\n")
    numbers = np.frombuffer(body, "<u2").astype(int)
    found, at = {}, 0
    for about in json.loads(head):
        n = about["n"]
        human, values = numbers[at : at + n], {}
        at += n
        for key in product(MODELS, SWITCHES["measure"], SWITCHES["case"]):
            values[key] = (int(numbers[at]), numbers[at + 1 : at + n + 1])
            at += n + 1
        found[about["name"]] = Benchmark(about, human, values)
    return found


def draws(n: int) -> Iterator[Ranks]:
    """The resamples of n pairs, those of the page: each the positions that it draws, in the order of the file."""
    state = (SEED + 0x6D2B79F5 * np.arange(1, DRAWS * n + 1, dtype=np.uint64)) & 0xFFFFFFFF
    mixed = ((state ^ state >> 15) * (state | 1)) & 0xFFFFFFFF  # mulberry32, all steps at once
    mixed ^= (mixed + (((mixed ^ mixed >> 7) * (mixed | 61)) & 0xFFFFFFFF)) & 0xFFFFFFFF
    chosen: Ranks = ((mixed ^ mixed >> 14) / 2**32 * n).astype(int).reshape(DRAWS, n)
    chosen.sort(axis=1)
    yield from chosen


def sides(state: dict[str, Any]) -> tuple[Ranks, list[tuple[Ranks, Ranks]]]:
    """People's numbers, and for each model its numbers and which pairs count, under the conventions of the state."""
    held = benchmarks()[state["benchmark"]]
    counted = np.ones(held.about["n"], dtype=bool)
    if state["repeats"] == "once":
        counted[held.about["again"]] = False
    both = [held.values[model, state["measure"], state["case"]] for model in (state["one"], state["other"])]
    known = [numbers < MISSING for _, numbers in both]
    found = []
    for (zero, numbers), own in zip(both, known, strict=True):
        filled = np.where(own, numbers, zero) if state["missing"] == "zero" else numbers % MISSING
        left = {"own": own, "both": known[0] & known[1]}.get(state["missing"], np.True_)
        found.append((filled, counted & left))
    return held.human, found


def spearman(human: Ranks, numbers: Ranks, ties: str) -> float:
    """The correlation of two rows' ranks."""
    from scipy.stats import rankdata

    method = {"mean": "average", "order": "ordinal"}.get(ties, ties)
    return float(np.corrcoef(rankdata(human, method), rankdata(numbers, method))[0, 1])


def scores(state: dict[str, Any]) -> list[float]:
    """The correlation of each model."""
    human, both = sides(state)
    return [spearman(human[used], numbers[used], state["ties"]) for numbers, used in both]


def intervals(state: dict[str, Any]) -> list[list[float]]:
    """The ends of the 95 % intervals: of the first model, of the second, of the first less the second."""
    human, both = sides(state)
    n = len(human)
    drawn = np.empty((DRAWS, 3))
    for line, chosen in zip(drawn, draws(n), strict=True):
        for k, (numbers, used) in enumerate(both):
            some = chosen[used[chosen]]
            line[k] = spearman(human[some], numbers[some], state["ties"])
    drawn[:, 2] = drawn[:, 0] - drawn[:, 1]
    ends: list[list[float]] = np.quantile(drawn, (0.025, 0.975), axis=0).T.tolist()
    return ends


def check(options: dict[str, Any]) -> dict[str, Any]:
    """The options; ValueError for one that there is not, and for a model against itself."""
    among = {"benchmark": BENCHMARKS, "one": MODELS, "other": MODELS, **SWITCHES}
    for name, value in options.items():
        if value not in among[name]:
            raise ValueError(f'{name} is "{value}"; there are: {", ".join(among[name])}.')
    if options["one"] == options["other"]:
        raise ValueError(f'Both models are "{options["one"]}"; choose two.')
    return options


@cache
def _answer(*values: str) -> dict[str, Any]:
    state = dict(zip(DEFAULTS, values, strict=True))
    return {
        "scores": scores(state),
        "ends": intervals(state),
        "pairs": [int(used.sum()) for _, used in sides(state)[1]],
    }


def first(options: dict[str, Any]) -> dict[str, Any]:
    """What can be chosen, in its order, and the answer for these options."""
    return {
        "benchmarks": [held.about for held in benchmarks().values()],
        "models": MODELS,
        "switches": [[switch, TITLES[switch], list(choices.items())] for switch, choices in SWITCHES.items()],
        "draws": DRAWS,
        "seed": SEED,
        "usual": scores({**options, **USUAL}),
        "answer": _answer(*(options[key] for key in DEFAULTS)),
    }


def fallback_html(options: dict[str, Any], invitation: str = "") -> str:
    """The two scores as they are set, and after each switch by itself, as a table."""
    names = options["one"], options["other"]
    states = [("as set", options)]
    for switch, choices in SWITCHES.items():
        others = (choice for choice in choices if choice != options[switch])
        states += [(f"{TITLES[switch].lower()}: {choices[c]}", {**options, switch: c}) for c in others]
    said = [
        "Spearman's correlation with people on ",
        BENCHMARKS[options["benchmark"]],
        ", one convention changed a row.",
    ]
    rows = [(label, *(signed(score, 3) for score in scores(state))) for label, state in states]
    return plain_table([*said[:-1], said[-1] + invitation], ("convention", *names), rows)


ISLAND = Island(
    folder=FOLDER,
    defaults=DEFAULTS,
    check=check,
    first=first,
    fallback_html=fallback_html,
    parts={"data": Part(make=VALUES.read_bytes, key=lambda: source_key(VALUES))},
    helpers=("ranks.js",),
    invitation=" Run this cell to switch conventions.",
)
