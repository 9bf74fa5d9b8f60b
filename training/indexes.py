"""What an index costs and what it misses: GloVe's 400,000 words, searched by faiss and LanceDB (chapter 15).

Of the words, 500 are drawn and left out of every index; each, moved by noise of a tenth of its length, is a query. So
a query is near the others as a new text is near a collection, not as a copy is near its original. Beside them, 500
words that stay in, moved by the same noise: what most measurements of this kind ask.

Recall is the share of the ten with the largest cosine that are among the ten found, with its interval over queries.
Of two that lie equally near, within float32's rounding, either will do (``ROUNDING``): so an exact search finds all.
One thread on one core; each query is asked alone, three times, its quickest counts, and of those the median. Building
is in seconds of the processor. Megabytes are those of the index as it is stored (faiss holds as much in memory).
Times are those of one machine, which ``indexes.txt`` names; recalls are the same elsewhere but for the last digits.

Writes into ``training/results``: ``indexes.csv``; ``indexes_duplicates.csv``, the same with 40 words planted 1,000
times each; ``indexes_filters.csv``, where only a share of the words may be found, drawn at random; ``indexes.txt``.
``sizes``, ``duplicates`` or ``filters`` makes one table. About fifteen minutes on a quiet core.
"""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from embedlib.evaluation.intervals import percentile_interval
from embedlib.retrieval.indexes import ExactIndex, FaissIndex, LanceIndex
from embedlib.vectors import unit_rows
from embedlib.words import load_word_vectors

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
from machine import describe

RESULTS = Path(__file__).parent / "results"
N_ASKED, NOISE, K, SEED = 500, 0.1, 10, 0
HELD_OUT, INSIDE = "held out", "in the index"
GRAPHS = [(4, 40), (8, 40), (16, 16), (16, 40), (16, 200), (32, 40)]  # links a row, width of the walk while building
WALKS, PROBES, LISTS = (10, 16, 32, 64, 128, 256, 512), (1, 2, 4, 8, 16, 32, 64, 128), (158, 632, 2528)
CODES, AGAIN, PROBED = (10, 25), (1, 2, 5, 10, 30, 100), 64  # bytes a row, results looked at again for one given
N_COPIED, COPIES = 40, 1000
ROUNDING = 1e-6  # of a cosine in single precision, added up in another order
SHARES, AFTER = (0.01, 0.1, 0.5), (10, 100, 1000)
Floats, Ids = npt.NDArray[np.float32], npt.NDArray[np.int64]


class Questions(NamedTuple):
    """The rows of the index, and by name the queries with the ids of their ten nearest."""

    rows: Floats
    queries: dict[str, Floats]
    nearest: dict[str, Ids]


def questions(words: Floats, n_asked: int = N_ASKED, seed: int = SEED) -> Questions:
    """Queries beside the rows, and queries among them."""
    rng = np.random.default_rng(seed)
    drawn = rng.choice(len(words), 2 * n_asked, replace=False)
    rows = unit_rows(np.delete(words, drawn[:n_asked], axis=0)).astype(np.float32)
    queries = {HELD_OUT: moved(words[drawn[:n_asked]], rng), INSIDE: moved(words[drawn[n_asked:]], rng)}
    return Questions(rows, queries, {name: exact(rows, asked) for name, asked in queries.items()})


def moved(rows: Floats, rng: np.random.Generator) -> Floats:
    """Each row moved by noise of a tenth of its length."""
    noise = rng.normal(size=rows.shape)
    return unit_rows(unit_rows(rows) + NOISE * unit_rows(noise)).astype(np.float32)


def exact(rows: Floats, queries: Floats, k: int = K) -> Ids:
    index = ExactIndex(rows.shape[1])
    index.add(np.arange(len(rows)), rows)
    return index.search(queries, k).ids


@cache
def glove() -> Questions:
    return questions(load_word_vectors("glove-6b-50d").vectors)


def recalls(found: Ids, wanted: Ids, rows: Floats, queries: Floats) -> npt.NDArray[np.float64]:
    """Of each query the share of its ten nearest that are found; what lies as near as the tenth counts as found.

    Cosines are computed again in double precision: which of two that are equal but for rounding comes tenth depends on
    the order in which a library adds up, and so on its threads.
    """
    asked = queries.astype(np.float64)
    cosines, best = (np.einsum("nkd,nd->nk", rows[ids].astype(np.float64), asked) for ids in (found, wanted))
    near = cosines >= best.min(axis=1, keepdims=True) - ROUNDING
    return np.asarray((near & (found >= 0)).mean(axis=1), dtype=np.float64)


def interval(shares: npt.NDArray[np.float64]) -> dict[str, float]:
    """The mean of a number for each query, and the ends of its interval: 1,000 draws of as many queries."""
    rng = np.random.default_rng(SEED)
    low, high = percentile_interval(shares[rng.integers(0, len(shares), (1000, len(shares)))].mean(axis=1))
    return {"recall": round(float(shares.mean()), 4), "low": round(low, 4), "high": round(high, 4)}


def timed(search: Callable[[Floats], Any], queries: Floats, rounds: int = 3) -> tuple[list[Any], float]:
    """What a search of one query at a time finds, and the median over queries of the quickest time, in ms."""
    times = np.empty((rounds, len(queries)))
    for each in range(rounds):
        found = []
        for i in range(len(queries)):
            start = time.perf_counter()
            found.append(search(queries[i : i + 1]))
            times[each, i] = time.perf_counter() - start
    return found, round(1000 * float(np.median(times.min(axis=0))), 4)


def row(
    kind: str,
    asked: str,
    some: Questions,
    search: Callable[[Floats], Ids],
    rounds: int = 3,
    n: int = N_ASKED,
    **knobs: Any,
) -> dict[str, Any]:
    """One line of the table."""
    found, p50 = timed(search, some.queries[asked][:n], rounds)
    queries = some.queries[asked][:n]
    shares = interval(recalls(np.vstack(found), some.nearest[asked][:n], some.rows, queries))
    return {"kind": kind, "queries": asked, **knobs, **shares, "p50_ms": p50}


def built(kind: str, rows: Floats, prepare: Callable[[Any], None] = lambda index: None) -> tuple[Any, dict[str, float]]:
    """An index of faiss, its megabytes and the seconds of the processor that it took."""
    import faiss

    start = time.process_time()
    index = FaissIndex(rows.shape[1], kind)
    prepare(index.index)
    index.add(np.arange(len(rows)), rows)
    seconds = time.process_time() - start
    return index.index, {
        "megabytes": round(faiss.serialize_index(index.index).nbytes / 1e6, 2),
        "build_s": round(seconds, 2),
    }


def sizes(
    some: Questions,
    graphs: Any = GRAPHS,
    walks: Any = WALKS,
    lists: Any = LISTS,
    probes: Any = PROBES,
    codes: Any = CODES,
    again: Any = AGAIN,
    engine: bool = True,
    rounds: int = 3,
) -> pd.DataFrame:
    """A row a kind of index, its knobs and a set of queries."""
    import faiss

    table = []

    def measure(kind: str, index: Any, cost: dict[str, float], settings: str, **knobs: Any) -> None:
        if settings:
            faiss.ParameterSpace().set_index_parameters(index, settings)
        for asked in some.queries:
            line = row(kind, asked, some, lambda query: index.search(query, K)[1], rounds, **knobs)
            table.append(line | cost)
        print(table[-2], flush=True)

    measure("exact", *built("Flat", some.rows), "")
    for links, width in graphs:

        def prepare(index: Any, width: int = width) -> None:
            index.hnsw.efConstruction = width

        index, cost = built(f"HNSW{links}", some.rows, prepare)
        for walk in walks:
            measure("HNSW", index, cost, f"efSearch={walk}", M=links, ef_construction=width, ef_search=walk)
    for cells in lists:
        index, cost = built(f"IVF{cells},Flat", some.rows)
        for probe in probes:
            if probe < cells:
                measure("IVF", index, cost, f"nprobe={probe}", lists=cells, nprobe=probe)
    cells = lists[len(lists) // 2]  # "np": without polysemous codes, which take 13 seconds more and are not asked for
    for size in codes:
        index, cost = built(f"IVF{cells},PQ{size}np", some.rows)
        for probe in probes:
            if probe < cells:
                measure("IVF-PQ", index, cost, f"nprobe={probe}", lists=cells, nprobe=probe, code_bytes=size)
        refined = faiss.IndexRefineFlat(index, faiss.swig_ptr(some.rows))
        whole = {**cost, "megabytes": round(cost["megabytes"] + some.rows.nbytes / 1e6, 2)}
        for times in again:
            known = {"lists": cells, "nprobe": PROBED, "code_bytes": size, "refine": times}
            measure("IVF-PQ refined", refined, whole, f"nprobe={PROBED},k_factor_rf={times}", **known)
    if engine:
        table += lance(some)
    return pd.DataFrame(table)


def lance(some: Questions, cells: int = 632, size: int = 10) -> list[dict[str, Any]]:
    """LanceDB: the whole table, then its index of cells and codes, on the disk (in the system's cache when asked)."""
    from lancedb.index import IvfPq

    table = []
    with tempfile.TemporaryDirectory() as folder:
        index = LanceIndex(folder, some.rows.shape[1])
        start = time.process_time()
        index.add(np.arange(len(some.rows)), some.rows)
        cost = {"build_s": round(time.process_time() - start, 2), "megabytes": megabytes(folder)}

        def search(query: Floats, settings: Callable[[Any], Any] = lambda asked: asked) -> Ids:
            asked = index.table.search(query[0]).distance_type("cosine").select(["id", "_distance"]).limit(K)
            found = settings(asked).to_arrow()["id"].to_numpy()
            return np.pad(found, (0, K - len(found)), constant_values=-1)

        for asked in some.queries:
            table.append(row("LanceDB exact", asked, some, search, rounds=1, n=50) | cost)
        start = time.process_time()
        cut = IvfPq(distance_type="cosine", num_partitions=cells, num_sub_vectors=size)
        index.table.create_index("vector", config=cut)
        spent = time.process_time() - start
        cost = {"build_s": round(cost["build_s"] + spent, 2), "megabytes": megabytes(folder)}
        for times in (None, 1, 10, 30, 100):
            for asked in some.queries:

                def settings(query: Any, times: Any = times) -> Any:
                    query = query.nprobes(PROBED)
                    return query.refine_factor(times) if times else query

                known = {"lists": cells, "nprobe": PROBED, "code_bytes": size}
                kind = "LanceDB IVF-PQ refined" if times else "LanceDB IVF-PQ"
                known |= {"refine": times} if times else {}
                found = row(kind, asked, some, lambda query, settings=settings: search(query, settings), n=100, **known)
                table.append(found | cost)
            print(table[-2], flush=True)
    return table


def megabytes(folder: str) -> float:
    return round(sum(file.stat().st_size for file in Path(folder).rglob("*") if file.is_file()) / 1e6, 2)


def duplicates(
    some: Questions, n_copied: int = N_COPIED, copies: int = COPIES, walks: Any = (16, 64, 256)
) -> pd.DataFrame:
    """HNSW where some words stand in the index many times: what is still found, near them and elsewhere.

    Of equal cosines any will do: a result counts if its cosine is at least the tenth best. ``different`` is how many
    words the ten are.
    """
    import faiss

    rng = np.random.default_rng(SEED)
    copied = rng.choice(len(some.rows), n_copied, replace=False)
    near = moved(np.repeat(some.rows[copied], 5, axis=0), rng)
    table = []
    for times in (0, copies):
        rows = np.concatenate([some.rows, np.repeat(some.rows[copied], times, axis=0)])
        of = np.concatenate([np.arange(len(some.rows)), np.repeat(copied, times)])
        order = rng.permutation(len(rows))  # copies come among the others, as they do in life
        rows, of = rows[order], of[order]
        flat = faiss.IndexFlatIP(rows.shape[1])
        flat.add(rows)
        index, _ = built("HNSW16", rows)
        for asked, queries in (("elsewhere", some.queries[HELD_OUT]), ("near the copies", near)):
            least = flat.search(queries, K)[0][:, -1:]
            ways = {"exact": (flat, None)} | {f"HNSW, {walk}": (index, walk) for walk in walks}
            for way, (searched, walk) in ways.items():
                if walk:
                    faiss.ParameterSpace().set_index_parameters(searched, f"efSearch={walk}")
                cosines, ids = searched.search(queries, K)
                right = ((cosines >= least - ROUNDING) & (ids >= 0)).mean(axis=1)
                different = np.mean([len(set(of[some_ids[some_ids >= 0]])) for some_ids in ids])
                known = {"copies": times, "way": way, "ef_search": walk, "queries": asked}
                table.append(known | interval(right) | {"different": round(float(different), 2)})
        print(pd.DataFrame(table[-2 * len(ways) :]).to_string(), flush=True)
    return pd.DataFrame(table)


def filters(
    some: Questions, shares: Any = SHARES, after: Any = AFTER, engine: bool = True, walk: int = 128, probe: int = 32
) -> pd.DataFrame:
    """Only a share of the words may be found: those taken first, looked out for while searching, or taken after.

    "first" compares all that pass, which are laid out beforehand; "after" asks for more than ten and drops those that
    do not pass, so that it may be left with fewer.
    """
    import faiss

    rng = np.random.default_rng(SEED)
    table, queries = [], some.queries[HELD_OUT]
    unit = some.rows
    graph, cells = (
        built("HNSW16", some.rows)[0],
        built("IVF632,Flat" if len(unit) > 100_000 else "IVF16,Flat", some.rows)[0],
    )
    faiss.ParameterSpace().set_index_parameters(graph, f"efSearch={walk}")
    faiss.ParameterSpace().set_index_parameters(cells, f"nprobe={probe if len(unit) > 100_000 else 4}")
    for share in shares:
        passes = rng.random(len(unit)) < share
        kept = np.flatnonzero(passes)
        part = faiss.IndexFlatIP(unit.shape[1])
        part.add(unit[kept])
        wanted = kept[part.search(queries, K)[1]]
        bits = np.packbits(passes, bitorder="little")
        chosen = faiss.IDSelectorBitmap(bits)
        walked = faiss.SearchParametersHNSW(sel=chosen, efSearch=walk)
        probed = faiss.SearchParametersIVF(sel=chosen, nprobe=probe if len(unit) > 100_000 else 4)

        def filtered(query: Floats, n: int, passes: Any = passes) -> Ids:
            faiss.ParameterSpace().set_index_parameters(graph, f"efSearch={max(walk, n)}")
            ids = graph.search(query, n)[1][0]
            ids = ids[(ids >= 0) & passes[ids]][:K]
            return np.pad(ids, (0, K - len(ids)), constant_values=-1)[None]

        ways: dict[tuple[str, str], Callable[[Floats], Ids]] = {
            ("first", "exact"): lambda query, part=part, kept=kept: kept[part.search(query, K)[1]],
            ("while", "HNSW"): lambda query, walked=walked: graph.search(query, K, params=walked)[1],
            ("while", "IVF"): lambda query, probed=probed: cells.search(query, K, params=probed)[1],
        }
        ways |= {(f"after, of {n:,}", "HNSW"): lambda query, n=n: filtered(query, n) for n in after}
        for (way, index), search in ways.items():
            table.append({"share": share, "way": way, "index": index} | judged(*timed(search, queries), wanted, some))
        if engine:
            table += lance_filters(some, share, passes, wanted)
        print(pd.DataFrame(table[-9:]).to_string(), flush=True)
    return pd.DataFrame(table)


def judged(found: list[Any], p50: float, wanted: Ids, some: Questions) -> dict[str, Any]:
    """Recall on the words held out, how many of the ten places are filled, and the time."""
    ids = np.vstack(found)
    queries = some.queries[HELD_OUT][: len(ids)]
    filled = round(float((ids >= 0).sum(axis=1).mean()), 2)
    return interval(recalls(ids, wanted[: len(ids)], some.rows, queries)) | {"found": filled, "p50_ms": p50}


def lance_filters(some: Questions, share: float, passes: Any, wanted: Ids, n: int = 100) -> list[dict[str, Any]]:
    """LanceDB's filter, before the search and after it."""
    import lancedb
    import pyarrow as pa
    from lancedb.index import IvfPq

    table = []
    with tempfile.TemporaryDirectory() as folder:
        unit = some.rows
        vectors = pa.FixedSizeListArray.from_arrays(unit.ravel(), unit.shape[1])
        data = pa.table({"id": np.arange(len(unit)), "vector": vectors, "passes": passes})
        store = lancedb.connect(folder).create_table("words", data)
        store.create_index("vector", config=IvfPq(distance_type="cosine", num_partitions=632, num_sub_vectors=10))
        for first in (True, False):

            def search(query: Floats, first: bool = first) -> Ids:
                asked = store.search(query[0]).distance_type("cosine").where("passes", prefilter=first)
                asked = asked.nprobes(PROBED).refine_factor(10).select(["id", "_distance"]).limit(K)
                ids = asked.to_arrow()["id"].to_numpy()
                return np.pad(ids, (0, K - len(ids)), constant_values=-1)[None]

            found = judged(*timed(search, some.queries[HELD_OUT][:n]), wanted, some)
            way = "first" if first else f"after, of {K}"
            table.append({"share": share, "way": way, "index": "LanceDB IVF-PQ refined"} | found)
    return table


@contextlib.contextmanager
def one_core() -> Iterator[None]:
    """Everything on one core, so that a library's own threads take turns as well."""
    import faiss

    faiss.omp_set_num_threads(1)
    before = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
    if before:
        os.sched_setaffinity(0, {max(before)})
    try:
        yield
    finally:
        if before:
            os.sched_setaffinity(0, before)


def main(parts: list[str]) -> None:
    made: dict[str, Callable[[Questions], pd.DataFrame]]
    made = {"sizes": sizes, "duplicates": duplicates, "filters": filters}
    with one_core():
        for name in parts or made:
            table = made[name](glove())
            order = ["kind", "queries", "M", "ef_construction", "ef_search", "lists", "nprobe", "code_bytes", "refine"]
            if name == "sizes":
                table = table[[*order, "recall", "low", "high", "p50_ms", "megabytes", "build_s"]].convert_dtypes()
            if name == "duplicates":
                table = table.convert_dtypes()
            table.to_csv(RESULTS / ("indexes.csv" if name == "sizes" else f"indexes_{name}.csv"), index=False)
    note = describe("numpy", "faiss-cpu", "lancedb")
    (RESULTS / "indexes.txt").write_text(f"{note}; one thread on one core\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
