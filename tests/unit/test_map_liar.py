"""What the maps of the island hold is what was measured: neighbours, the share that is kept, and trustworthiness."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.distance import cdist

from embedlib.islands import base, map_liar
from embedlib.islands.map_liar import DATA, DEFAULTS, NEIGHBOURS, SEEDS, SETTINGS, SIDE, collection, shares
from embedlib.vectors import projection, unit_rows

RESULTS = Path(__file__).parents[2] / "training" / "results"
SOME = ("words PCA", "words t-SNE 30 0", "words UMAP 2 1", "noise t-SNE 2 2", "noise UMAP 15 0")


@pytest.fixture(scope="module")
def vectors() -> Mapping[str, Any]:
    from embedlib.words import load_word_vectors

    rows = unit_rows(load_word_vectors("glove-6b-50d")[collection()["words"]])
    return {"words": rows, "noise": projection.noise_like(rows)}


def points(name: str) -> Any:
    return np.array(collection()["maps"][name]).reshape(-1, 2)


def stored(name: str) -> str:
    """The name of the map in the training's results."""
    data, method, *run = name.split()
    starts = {"t-SNE": "random", "UMAP": "spectral"}
    return "/".join((data, method, run[0], starts[method], run[1]) if run else (data, method, "0", "none", "0"))


def test_there_is_a_map_for_every_choice() -> None:
    held, n = collection(), len(collection()["words"])
    assert len(set(held["words"])) == n == len(held["kind"]) and set(held["kind"]) == set(range(len(held["kinds"])))
    names = {
        map_liar.map_name(
            {**DEFAULTS, "data": data, "method": method, **({setting: stop} if setting else {}), "seed": s}
        )
        for data in DATA
        for method, (setting, stops) in SETTINGS.items()
        for stop in stops or (0,)
        for s in range(SEEDS)
    }
    assert set(held["maps"]) == names and len(names) == 62
    for name in names:
        assert points(name).shape == (n, 2) and points(name).min() == 0 and points(name).max() == SIDE


def test_true_neighbours_are_those_of_all_fifty_numbers(vectors: Mapping[str, Any]) -> None:
    for data, near in collection()["near"].items():
        away = cdist(vectors[data], vectors[data])
        np.fill_diagonal(away, np.inf)
        np.testing.assert_array_equal(near, np.argsort(away, axis=1)[:, :NEIGHBOURS])
    cosines = vectors["words"] @ vectors["words"].T
    chef = collection()["words"].index("chef")
    assert np.argsort(-cosines[chef])[1 : NEIGHBOURS + 1].tolist() == collection()["near"]["words"][chef]


@pytest.mark.parametrize("name", SOME)
def test_what_a_map_keeps_agrees_with_embedlib_and_scikit_learn(name: str, vectors: Mapping[str, Any]) -> None:
    from sklearn.manifold import trustworthiness

    rows, drawn = vectors[name.split()[0]], points(name)
    away = cdist(drawn, drawn)
    np.fill_diagonal(away, np.inf)
    tenth = np.sort(away, axis=1)[:, NEIGHBOURS - 1 : NEIGHBOURS + 1]
    ties = int((tenth[:, 0] == tenth[:, 1]).sum())  # the tenth and the eleventh in the same step: either is right
    most = ties / (len(rows) * NEIGHBOURS) + 1e-12
    assert shares()[name] == pytest.approx(projection.neighbour_recall(rows, drawn, NEIGHBOURS), abs=most)
    assert most < 0.01
    assert collection()["trust"][name] == pytest.approx(trustworthiness(rows, drawn, n_neighbors=NEIGHBOURS), abs=0.001)


def test_steps_change_almost_nothing_of_what_the_training_measured() -> None:
    table = pd.read_csv(RESULTS / "maps.csv")
    keys = table[["collection", "method", "setting", "start", "seed"]].astype(str).agg("/".join, axis=1)
    measured = table.set_index(keys)
    for name, share in shares().items():
        row = measured.loc[stored(name)]
        assert share == pytest.approx(row["recall"], abs=0.003), name
        assert collection()["trust"][name] == pytest.approx(row["trustworthiness"], abs=0.0001), name


def test_the_stored_maps_are_those_of_the_training() -> None:
    from embedlib.islands.map_liar.measure import measure

    made, held = measure(), collection()
    assert {key: made[key] for key in ("words", "kinds", "kind", "near")} == {
        key: held[key] for key in ("words", "kinds", "kind", "near")
    }
    assert list(made["maps"]) == list(held["maps"])
    for name, steps in made["maps"].items():
        np.testing.assert_allclose(steps, held["maps"][name], atol=1)  # a half may round either way


def test_maps_are_only_turned() -> None:
    maps = np.load(RESULTS / "maps.npz")
    for name in SOME:
        one, other = (cdist(each, each) for each in (maps[stored(name)].astype(float), points(name).astype(float)))
        np.testing.assert_allclose(one / one.max(), other / other.max(), atol=2 / SIDE)


def test_chance_is_what_random_places_score() -> None:
    rng = np.random.default_rng(0)
    n = len(collection()["words"])
    rows = rng.normal(size=(n, 50))
    runs = [(rng.normal(size=(n, 2))) for _ in range(20)]
    found = [(projection.neighbour_recall(rows, r, 10), projection.trustworthiness(rows, r, 10)) for r in runs]
    chance = map_liar.by_chance()
    assert np.mean(found, axis=0) == pytest.approx([chance["share"], chance["trust"]], abs=0.005)
    assert min(shares().values()) > 5 * chance["share"]


def test_the_nearest_of_two_as_near_is_the_first() -> None:
    assert map_liar.nearest([0, 0, 0, 2, 2, 0, 0, 0, 9, 9], k=3).tolist()[0] == [3, 1, 2]


def test_data_is_small_and_the_first_answer_is_part_of_it() -> None:
    assert len(map_liar.data()) < 200_000
    first = base.island("map_liar").first({**DEFAULTS, "word": "lion", "method": "PCA", "data": "noise"})
    lion = collection()["words"].index("lion")
    assert first["maps"] == {"noise PCA": collection()["maps"]["noise PCA"]}
    assert first["near"] == {"noise": {lion: collection()["near"]["noise"][lion]}}
    assert first["best"] == {data: max((n for n in shares() if n.startswith(data)), key=shares().get) for data in DATA}


def test_the_table_says_what_the_map_keeps() -> None:
    said = map_liar.fallback_html(DEFAULTS)
    i, name = collection()["words"].index("chef"), "words t-SNE 30 0"
    kept = {*collection()["near"]["words"][i]} & {*map_liar.nearest(points(name))[i].tolist()}
    assert said.count("✓</td>") == 2 * len(kept) > 0
    assert f"keeps {100 * shares()[name]:.0f} %, a random layout 2 %" in said
