"""A corpus embedded by several processes, one of which is killed: what is lost, what is there twice (chapter 15).

2,048 sentences of the State of the Union in 32 batches of 64, on workers of Dask, processes of one thread, each of
which writes its batches into one table of LanceDB. With one of two workers killed after the write of a batch and before
it could say so; with the driver killed after ten batches, and started again. Batches are written by their ids
(``merge``) or, as the control, behind one another (``add``). Two encoders:

- MiniLM. Its rate is in passages a second of the processor's time that the workers spent, whatever else the machine had
  to do: once without disturbance, once with a worker killed.
- One that waits half a second for each batch, as if for another machine, and then makes numbers from the letters. With
  it the clock says what the machinery adds, and how the time falls with 1, 2 and 4 workers.

``quantised.csv`` says what MiniLM's vectors are worth in fewer bytes: recall of the ten nearest of 200 of the sentences
among the others, by the short vectors alone, and with the 100 best compared again by the whole ones.

Writes into ``training/results``: ``past_one_machine.csv``, ``quantised.csv``, ``past_one_machine.txt`` (the machine).
About five minutes on two quiet cores.
"""

from __future__ import annotations

import hashlib
import importlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import lancedb
import numpy as np
import numpy.typing as npt
import pandas as pd

from embedlib.contextual import ContextualEncoder
from embedlib.retrieval.batches import embed_into, missing, rows_of, write_batch
from embedlib.text import course_corpus
from embedlib.vectors import nearest, unit_rows

sys.path.append(str(Path(__file__).parents[1] / "benchmarks"))
from machine import describe

RESULTS = Path(__file__).parent / "results"
N, SIZE, DIES_AT, DRIVER_DIES_AT, ASKED, K, AGAIN = 2048, 64, 640, 10, 200, 10, 100
MINILM, WAITS = "MiniLM", "waits"
Floats, Row = npt.NDArray[np.float32], dict[str, Any]


@cache
def sentences(n: int = N) -> list[str]:
    """Drawn evenly from the whole corpus, of six words or more."""
    corpus = [" ".join(words) for words in course_corpus("sotu") if len(words) > 5]
    return corpus[:: len(corpus) // n][:n]


@cache
def encoder() -> ContextualEncoder:
    import torch

    torch.set_num_threads(1)
    return ContextualEncoder("minilm-l6")


def encode(texts: list[str]) -> Floats:
    """MiniLM, loaded once by each worker."""
    return encoder().encode(texts)


def write_and_die(folder: str, ids: list[int], texts: list[str], encode: Any, write: str) -> int:
    """Write a batch; the first to write that of id 640 is killed before it can say that it has written."""
    done, marker = write_batch(folder, ids, texts, encode, write), Path(folder) / "died"
    if DIES_AT in ids and not marker.exists():
        marker.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return done


def cluster(workers: int, model: str) -> Any:
    """Dask's workers on this machine, each with MiniLM loaded if it is wanted."""
    import distributed

    settings: dict[str, Any] = {"threads_per_worker": 1, "dashboard_address": None, "silence_logs": 60}
    client = distributed.Client(distributed.LocalCluster(n_workers=workers, **settings))  # type: ignore[no-untyped-call]
    client.run(sys.path.insert, 0, str(Path(__file__).parent))
    if model == MINILM:
        client.run(encode_one)
    return client


def encode_one() -> None:
    encode(["A first sentence loads the model."])


def wait(texts: list[str]) -> Floats:
    """In place of an encoder: half a second, then eight numbers for each text."""
    time.sleep(0.5)
    codes = [hashlib.sha256(text.encode()).digest()[:8] for text in texts]
    return np.array([np.frombuffer(code, np.uint8) for code in codes], np.float32)


def run(
    name: str, model: str, workers: int, folder: str, write: str = "merge", deadly: bool = False, **options: Any
) -> Row:
    """One run, as a row: what it did, and what the table holds after it."""
    own = importlib.import_module("past_one_machine")  # by a name that the workers know, too
    task, function = (own.write_and_die if deadly else own.write_batch), (own.encode if model == MINILM else own.wait)
    client = cluster(workers, model)
    before, start = client.run(time.process_time), time.perf_counter()
    done = embed_into(folder, range(N), sentences(), function, client, size=SIZE, write=write, task=task, **options)
    seconds = time.perf_counter() - start
    after = client.run(time.process_time)
    spent = sum(after.values()) - sum(before.get(worker, 0) for worker in after)
    client.cluster.close()
    client.close()
    rate = round(N / spent, 1) if model == MINILM and not deadly else None
    return row(name, model, workers, write, done, done.batches, seconds, rate)


def row(
    name: str, model: str, workers: int, write: str, there: Any, batches: int, seconds: float, rate: Any = None
) -> Row:
    """``rate`` is passages a second of the processor; the clock is no measure of a processor that others use."""
    found = {"run": name, "encoder": model, "write": write, "workers": workers, "rows": there.rows}
    found |= {
        "unique": there.unique,
        "twice": there.rows - there.unique,
        "missing": N - there.unique,
        "batches": batches,
    }
    return found | {"seconds": round(seconds, 1) if model == WAITS else None, "passages_a_second": rate}


def driver(folder: str, write: str) -> Row:
    """A driver in a process of its own, killed after ten batches; what is in the table once its workers stopped."""
    start = time.perf_counter()
    command = [sys.executable, str(Path(__file__)), "driver", folder, write]
    killed = subprocess.run(command, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-2000:]
    seconds, settled = time.perf_counter() - start, -1
    while settled != (settled := rows_of(folder).rows):
        time.sleep(3)
    there = rows_of(folder)
    return row("the driver killed", WAITS, 2, write, there, there.rows // SIZE, seconds)


def runs() -> None:
    """All runs, each into a table of its own; a driver's second run into the first one's."""
    table = []

    def keep(line: Row) -> None:
        table.append(line)
        print(line, flush=True)
        pd.DataFrame(table).convert_dtypes().to_csv(RESULTS / "past_one_machine.csv", index=False)

    with tempfile.TemporaryDirectory() as place:
        for workers in (1, 2, 4):
            keep(run("undisturbed", WAITS, workers, f"{place}/{workers}"))
        for write in ("merge", "add"):
            keep(run("a worker killed", WAITS, 2, f"{place}/worker-{write}", write, deadly=True))
        for write in ("merge", "add"):
            folder = f"{place}/driver-{write}"
            keep(driver(folder, write))
            # the control starts over as one does who keeps no account of what is there
            name = "started over" if write == "add" else "resumed"
            keep(run(name, WAITS, 2, folder, write, again=write == "add"))
            assert not missing(folder, range(N))
        keep(run("undisturbed", MINILM, 1, f"{place}/minilm"))
        vectors = lancedb.connect(f"{place}/minilm").open_table("texts").to_arrow().sort_by("id")["vector"]
        quantised(np.array(vectors.to_pylist(), np.float32)).to_csv(RESULTS / "quantised.csv", index=False)
        keep(run("a worker killed", MINILM, 2, f"{place}/minilm-worker", deadly=True))


def quantised(vectors: Floats, asked: int = ASKED) -> pd.DataFrame:
    """Recall of the ten nearest by vectors in fewer bytes, alone and with the hundred best looked at again."""
    import faiss

    unit = unit_rows(vectors).astype(np.float32)
    rows, queries = unit[asked:], unit[:asked]
    width = unit.shape[1]
    wanted = nearest(rows, queries, K).indices
    scale = np.abs(rows).max() / 127
    table = []

    def codes(size: int) -> Callable[[Floats], Floats]:
        quantizer = faiss.ProductQuantizer(width, size, 6 if len(rows) < 10_000 else 8)
        quantizer.train(rows)
        return lambda some: np.asarray(quantizer.decode(quantizer.compute_codes(some)))

    forms: dict[str, tuple[float, Callable[[Floats], Floats]]] = {
        "float32": (4 * width, lambda some: some),
        "float16": (2 * width, lambda some: some.astype(np.float16).astype(np.float32)),
        "int8": (width, lambda some: np.round(some / scale) * scale),
        "binary": (width / 8, lambda some: np.where(some > 0, 1, -1).astype(np.float32)),
        "PQ": (48, codes(48)),
    }
    for form, (size, shortened) in forms.items():
        asking = shortened(queries) if form == "binary" else queries
        order = np.argsort(-(asking @ shortened(rows).T), axis=1, kind="stable")
        first = order[:, :AGAIN]
        exact = np.take_along_axis(queries @ rows.T, first, axis=1)
        again = np.take_along_axis(first, np.argsort(-exact, axis=1, kind="stable"), axis=1)
        found = {"recall": share(order[:, :K], wanted), "recall_again": share(again[:, :K], wanted)}
        table.append({"form": form, "bytes_a_vector": int(size)} | found)
    return pd.DataFrame(table)


def share(found: Any, wanted: Any) -> float:
    return round(float(np.mean([np.isin(one, other).mean() for one, other in zip(wanted, found, strict=True)])), 4)


def main(parts: list[str]) -> None:
    if parts:
        run("driver", WAITS, 2, parts[1], parts[2], watch=die_after_ten)
    note = describe("torch", "transformers", "distributed", "lancedb")
    (RESULTS / "past_one_machine.txt").write_text(f"{note}; workers of one thread\n", encoding="utf-8")
    runs()


def die_after_ten(done: int) -> None:
    if done == DRIVER_DIES_AT:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main(sys.argv[1:])
