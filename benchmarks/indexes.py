"""How many queries a second an index answers with at least 95 in 100 of the ten nearest found, among 400,000 words.

    python benchmarks/indexes.py [--rounds 3]

Queries are words held out of the index, moved a little (training/indexes.py). Each index is given the least effort
that finds 0.95 on one half of them and is measured on the other, one query a call and all in one call. One thread on
one core, and processor time in place of the clock's, so that a busy machine disturbs little; the quickest of several
rounds counts. hnswlib and usearch are measured if they are installed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from machine import describe

sys.path.insert(0, str(Path(__file__).parents[1] / "training"))
import indexes

from embedlib.vectors import nearest

RESULTS = Path(__file__).parent / "results"
ENOUGH, K = 0.95, indexes.K
Search = Callable[[np.ndarray], np.ndarray]
LEVELS = (16, 32, 48, 64, 96, 128, 192, 256, 384, 512, 768)


def contenders(rows: np.ndarray) -> dict[str, tuple[Callable[[int], Search], tuple[int, ...], str]]:
    """By name: a search for a level of effort, the levels, and what the effort is called."""
    import faiss

    width = rows.shape[1]
    lengths = np.ones(len(rows), np.float32)

    def of_faiss(kind: str, knobs: str, build: int = 0) -> Callable[[int], Search]:
        index: Any = faiss.index_factory(width, kind, faiss.METRIC_INNER_PRODUCT)
        if build:
            index.hnsw.efConstruction = build
        index.train(rows)
        index.add(rows)

        def level(effort: int) -> Search:
            if knobs:
                faiss.ParameterSpace().set_index_parameters(index, knobs.format(effort))
            return lambda queries: index.search(queries, K)[1]

        return level

    cells = (8, 16, 24, 32, 48, 64, 96, 128)
    found: dict[str, tuple[Callable[[int], Search], tuple[int, ...], str]] = {
        "embedlib.vectors.nearest": (
            lambda _: lambda queries: nearest(rows, queries, K, lengths=lengths).indices,
            (0,),
            "exact",
        ),
        "faiss Flat": (of_faiss("Flat", ""), (0,), "exact"),
        "faiss HNSW16": (of_faiss("HNSW16", "efSearch={}", 100), LEVELS, "efSearch={}"),
        "faiss IVF632": (of_faiss("IVF632,Flat", "nprobe={}"), cells, "nprobe={}"),
        "faiss IVF632, PQ25, refined": (
            of_faiss("IVF632,PQ25np,RFlat", "nprobe={},k_factor_rf=5"),
            cells,
            "nprobe={}, k_factor=5",
        ),
    }
    if find_spec("hnswlib"):
        import hnswlib

        graph = hnswlib.Index("ip", width)
        graph.init_index(len(rows), M=16, ef_construction=100)
        graph.set_num_threads(1)
        graph.add_items(rows)

        def of_hnswlib(effort: int) -> Search:
            graph.set_ef(effort)
            return lambda queries: graph.knn_query(queries, K)[0].astype(np.int64)

        found["hnswlib"] = (of_hnswlib, LEVELS, "ef={}")
    if find_spec("usearch"):
        from usearch.index import Index

        links = Index(ndim=width, metric="ip", connectivity=16, expansion_add=100)
        links.add(np.arange(len(rows)), rows, threads=1)

        def of_usearch(effort: int) -> Search:
            def search(queries: np.ndarray) -> np.ndarray:
                links.expansion_search = effort
                return np.atleast_2d(links.search(queries, K, threads=1).keys).astype(np.int64)

            return search

        found["usearch"] = (of_usearch, LEVELS, "expansion={}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="Queries a second at a recall of 0.95.")
    parser.add_argument("--rounds", type=int, default=3, help="rounds, of which the quickest counts (3)")
    options = parser.parse_args()
    with indexes.one_core():
        some = indexes.glove()
        queries, wanted = some.queries[indexes.HELD_OUT], some.nearest[indexes.HELD_OUT]
        half = len(queries) // 2
        lines = []
        for name, (level, efforts, called) in contenders(some.rows).items():
            for effort in efforts:  # the last one, if none is enough
                search = level(effort)
                if indexes.recalls(search(queries[:half]), wanted[:half]).mean() >= ENOUGH:
                    break
            asked = queries[half:]
            one, together = np.inf, np.inf
            for _ in range(options.rounds):
                start = time.process_time()
                singly = np.vstack([search(asked[i : i + 1]) for i in range(len(asked))])
                one = min(one, time.process_time() - start)
                start = time.process_time()
                search(asked)
                together = min(together, time.process_time() - start)
            recall = float(indexes.recalls(singly, wanted[half:]).mean())
            line = {"what": name, "setting": called.format(effort), "recall": round(recall, 3)}
            lines.append(line | {"one_at_a_time": round(half / one), "all_at_once": round(half / together)})
            print(lines[-1], flush=True)
    table = pd.DataFrame(lines)
    flat = table.set_index("what").loc["faiss Flat", "one_at_a_time"]
    table["ratio_to_flat"] = (table["one_at_a_time"] / flat).round(1)
    RESULTS.mkdir(exist_ok=True)
    table.to_csv(RESULTS / "indexes.csv", index=False)
    extra = [name for name in ("hnswlib", "usearch") if find_spec(name)]
    machine = describe("numpy", "faiss-cpu", *extra)
    note = f"{machine}; one thread on one core, processor time, quickest of {options.rounds}\n"
    (RESULTS / "indexes.txt").write_text(note, encoding="utf-8")
    print(table.to_string(index=False))


if __name__ == "__main__":
    main()
