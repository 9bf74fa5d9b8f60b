"""Analogies, the odd one out, and an axis between two words, over the pool of the neighbours island."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from embedlib.islands.base import Island, plain_table
from embedlib.islands.pool import Pool
from embedlib.islands.words import PART, Doubles, first_of, known, load, nearest, rank, signed, vector

TABS = ("analogy", "odd", "axis")
SHOWN = 8
FEWEST = {"odd": 3, "placed": 1}
MOST = {"odd": 6, "placed": 12}
TAIL = 0.05
"""Share of all words that lie beyond each end of an axis's grey band."""


# ------------------------------------------------------------------ the numbers


def target(pool: Pool, words: Sequence[str]) -> Doubles:
    """b − a + c of the unit vectors, scaled to length one, shape (d,)."""
    a, b, c = (vector(pool, word) for word in words)
    total = b - a + c
    return np.asarray(total / np.linalg.norm(total))


def analogy(pool: Pool, words: Sequence[str], leave_out: bool = True, expected: str = "") -> dict[str, Any]:
    """Solve a : b :: c : ? by 3CosAdd: the words with the largest cosine to b − a + c.

    Returns
    -------
    dict
        `found`, the words as many as are shown with their cosines; `inputs`, each question word once with its rank
        among all words and its cosine; `winner`, the nearest that is none of them; `alone`, its rank among the
        neighbours of b alone and of c alone; `rank`, that of the expected word, 0 where there is none.
    """
    sought = target(pool, words)
    others = nearest(pool, sought, SHOWN, without=words)
    winner = others[0][0]
    inputs = [[word, rank(pool, sought, word), float(vector(pool, word) @ sought)] for word in dict.fromkeys(words)]
    return {
        "found": others if leave_out else nearest(pool, sought, SHOWN),
        "inputs": sorted(inputs, key=lambda each: each[1]),
        "winner": winner,
        "alone": [rank(pool, vector(pool, word), winner, without=[word]) for word in words[1:]],
        "rank": rank(pool, sought, expected, without=words if leave_out else ()) if expected else 0,
    }


def odd_means(pool: Pool, words: Sequence[str]) -> Doubles:
    """The mean cosine of each word with the others, shape (n,); the odd one out has the lowest.

    gensim's `doesnt_match` ranks words by their cosine with the mean of their unit vectors, u. Since
    vᵢ·Σv = 1 + Σ cos(i, j) over the others j, and |u| is the same for all, that is the same order.
    """
    rows = np.stack([vector(pool, word) for word in words])
    return np.asarray((rows @ rows.sum(axis=0) - (rows**2).sum(axis=1)) / (len(words) - 1))


def axis(pool: Pool, ends: Sequence[str], words: Sequence[str]) -> dict[str, Any]:
    """Place words on the axis between two others, which is the difference of their unit vectors.

    Returns
    -------
    dict
        `half`, how far each end lies from the middle; `places`, each word's cosine with the axis; `left`, the share
        of all words of the pool left of each; `band`, between which the middle nine in ten of all words lie;
        `share_all`, the mean squared place of all words.
    """
    direction = vector(pool, ends[1]) - vector(pool, ends[0])
    length = float(np.linalg.norm(direction))
    every = pool.vectors.astype(np.float64) @ (direction / length)
    places = every[[pool.index[word] for word in words]]
    ordered, out = np.sort(every), int(TAIL * len(every))
    return {
        "half": length / 2,
        "places": places.tolist(),
        "left": [float((every < place).mean()) for place in places],
        "band": [float(ordered[out]), float(ordered[-1 - out])],
        "share_all": float((every**2).mean()),
    }


# ------------------------------------------------------------------ what the island is given


@cache
def ready() -> dict[str, list[dict[str, Any]]]:
    """The ready questions of each tab: label, the options that one sets, what is expected, a note."""
    made: dict[str, list[dict[str, Any]]] = {}
    for tab, group in tomllib.loads((Path(__file__).parent / "examples.toml").read_text(encoding="utf-8")).items():
        for one in group:
            words = one["words"].split()
            spelled = " : ".join(words[:2]) + f" :: {words[2]} : ?" if tab == "analogy" else ", ".join(words)
            label = one.get("label", spelled)
            ends = label.split(":")[0].split(" to ")
            state = {"axis": ends, "placed": words} if tab == "axis" else {tab: words}
            texts = {key: one.get(key, "") for key in ("expected", "note")}
            made.setdefault(tab, []).append({"label": label, "state": state, **texts})
    return made


def first(options: dict[str, Any]) -> dict[str, Any]:
    """The answers of all three parts, the vectors that are drawn, and the ready questions."""
    pool, words = load(), options["analogy"]
    expected = next((one["expected"] for one in ready()["analogy"] if one["state"]["analogy"] == words), "")
    found = analogy(pool, words, options["leave_out"], expected)
    return {
        "state": {key: options[key] for key in options if key != "tab"},
        "analogy": found,
        "axis": axis(pool, options["axis"], options["placed"]),
        "ready": ready(),
        **first_of(pool, dict.fromkeys([*words, found["found"][0][0], *options["odd"]])),
    }


def fallback_html(options: dict[str, Any], invitation: str = "") -> str:
    """The answer of the chosen tab as a plain table."""
    pool = load()
    ending = f", among {len(pool.words):,} words.{invitation}"
    if options["tab"] == "analogy":
        a, b, c = options["analogy"]
        found = analogy(pool, [a, b, c], options["leave_out"])["found"]
        rows = [(str(i), name, signed(score)) for i, (name, score) in enumerate(found, start=1)]
        return plain_table(["Nearest to ", b, " − ", a, " + ", c, ending], ("rank", "word", "cosine"), rows)
    if options["tab"] == "odd":
        words, means = options["odd"], odd_means(pool, options["odd"])
        order = np.argsort(means, kind="stable").tolist()
        rows = [(str(k), words[i], signed(float(means[i]))) for k, i in enumerate(order, start=1)]
        head = ("place", "word", "mean cosine with the others")
        return plain_table([f"The odd one out comes first{ending}"], head, rows)
    (start, end), words = options["axis"], options["placed"]
    line = axis(pool, options["axis"], words)
    placed = sorted(zip(line["places"], words, strict=True))
    rows = [(word, signed(place), f"{place**2 * 100:.1f} %") for place, word in placed]
    caption = f"From {start} ({signed(-line['half'])}) to {end} ({signed(line['half'])}){ending}"
    return plain_table([caption], ("word", "place", "explained"), rows)


def check(options: dict[str, Any]) -> dict[str, Any]:
    """The options made valid, their words as the pool has them; ValueError says what would be right."""
    if options["tab"] not in TABS:
        raise ValueError(f"tab is {options['tab']!r}; it is one of {', '.join(TABS)}.")
    checked = {**options, **{key: _words(key, options[key]) for key in ("analogy", "axis", "odd", "placed")}}
    if len(checked["analogy"]) != 3:
        raise ValueError(
            f"analogy has {len(checked['analogy'])} words; it takes three, a, b and c of a : b :: c : ?, "
            'for instance ["man", "king", "woman"].'
        )
    if len(checked["axis"]) != 2 or len(set(checked["axis"])) != 2:
        raise ValueError(f'axis is {options["axis"]!r}; it takes two different words, for instance ["cold", "hot"].')
    for key in ("odd", "placed"):
        words = checked[key]
        if repeated := sorted({word for word in words if words.count(word) > 1}):
            raise ValueError(f'{key} has "{repeated[0]}" twice; each word stands in it once.')
        if not FEWEST[key] <= len(words) <= MOST[key]:
            raise ValueError(f"{key} has {len(words)} words; it takes {FEWEST[key]} to {MOST[key]}.")
    return checked


def _words(key: str, given: Any) -> list[str]:
    if not isinstance(given, list | tuple) or not all(isinstance(word, str) for word in given):
        raise ValueError(f'{key} is {given!r}; it is a list of words, for instance ["cat", "dog"].')
    return [known(load(), word) for word in given]


ISLAND = Island(
    folder=Path(__file__).parent,
    defaults={
        "tab": "analogy",
        "analogy": ["man", "king", "woman"],
        "leave_out": True,
        "odd": ["breakfast", "cereal", "dinner", "lunch"],
        "axis": ["war", "peace"],
        "placed": ["gun", "soldier", "tank", "bomb", "treaty", "dove", "agreement", "negotiation"],
    },
    check=check,
    first=first,
    fallback_html=fallback_html,
    parts={"data": PART},
    helpers=("pool.js", "drawings.js"),
)
