"""A worker that dies, a driver that dies, two that write at once: nothing is lost, and nothing is there twice."""

from __future__ import annotations

import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embedlib.retrieval import batches
from embedlib.retrieval.batches import Written, batches_of, embed_into, missing, rows_of, what_it_takes, write_batch

distributed, lancedb = pytest.importorskip("distributed"), pytest.importorskip("lancedb")
N, SIZE = 192, 16
IDS = list(range(N))
TEXTS = [f"passage {i}" for i in IDS]


def hashed(texts: list[str]) -> Any:
    """A stand-in for an encoder: eight numbers that a text's letters decide."""
    return np.array([np.frombuffer(hashlib.sha256(text.encode()).digest(), np.uint8)[:8] for text in texts], np.float32)


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    """Two workers, each a process of its own."""
    import cloudpickle

    cloudpickle.register_pickle_by_value(sys.modules[__name__])  # workers need not find this file
    settings: dict[str, Any] = {"dashboard_address": None, "silence_logs": 60}
    with (
        distributed.LocalCluster(n_workers=2, threads_per_worker=1, **settings) as cluster,
        distributed.Client(cluster) as client,
    ):
        yield client


def deadly(marker: Path) -> Any:
    """What a worker does: it writes, and the first one to write the batch of id 32 dies before it can say so."""
    place = str(marker)

    def task(folder: str, ids: list[int], texts: list[str], encode: Any, write: str) -> int:
        done = write_batch(folder, ids, texts, encode, write)
        if 32 in ids and not Path(place).exists():
            Path(place).write_text("died here")
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    return task


def stored(folder: Path) -> Any:
    return lancedb.connect(folder).open_table("texts").to_arrow()


def test_a_worker_that_is_killed_after_writing_loses_nothing_and_leaves_nothing_twice(
    client: Any, tmp_path: Path
) -> None:
    task = deadly(tmp_path / "marker")
    written = embed_into(tmp_path / "merged", IDS, TEXTS, hashed, client, size=SIZE, task=task)
    assert (tmp_path / "marker").exists()
    assert written == Written(rows=N, unique=N, batches=N // SIZE)
    rows = stored(tmp_path / "merged").sort_by("id")
    assert rows["text"].to_pylist() == TEXTS
    assert (np.array(rows["vector"].to_pylist()) == hashed(TEXTS)).all()


def test_plain_adding_leaves_the_batch_twice_that_was_written_by_the_killed_worker(client: Any, tmp_path: Path) -> None:
    task = deadly(tmp_path / "marker")
    written = embed_into(tmp_path / "added", IDS, TEXTS, hashed, client, size=SIZE, write="add", task=task)
    assert written.unique == N and written.rows >= N + SIZE
    ids = stored(tmp_path / "added")["id"].to_numpy()
    assert (np.bincount(ids)[32 : 32 + SIZE] == 2).all()


def test_a_driver_that_is_killed_goes_on_with_what_is_missing(client: Any, tmp_path: Path) -> None:
    code = (
        "import sys, os, signal; from distributed import Client;"
        f"sys.path.insert(0, {str(Path(__file__).parent)!r}); import test_batches as own;"
        "from embedlib.retrieval.batches import embed_into;"
        "die = lambda done: done == 4 and os.kill(os.getpid(), signal.SIGKILL);"
        "embed_into(sys.argv[2], own.IDS, own.TEXTS, own.slow, Client(sys.argv[1]), size=own.SIZE, watch=die)"
    )
    folder = tmp_path / "texts"
    path = os.pathsep.join([str(Path(batches.__file__).parents[2]), os.environ.get("PYTHONPATH", "")])
    command = [sys.executable, "-c", code, client.scheduler.address, str(folder)]
    client.run(sys.path.insert, 0, str(Path(__file__).parent))
    killed = subprocess.run(command, env={**os.environ, "PYTHONPATH": path}, capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr[-2000:]
    settled = -1
    while settled != (settled := rows_of(folder).rows):  # what the workers had begun, they may still write
        time.sleep(0.5)
    left = missing(folder, IDS)
    assert 0 < len(left) <= N - 4 * SIZE and len(left) % SIZE == 0
    written = embed_into(folder, IDS, TEXTS, hashed, client, size=SIZE)
    assert written == Written(rows=N, unique=N, batches=len(left) // SIZE)
    assert embed_into(folder, IDS, TEXTS, hashed, client, size=SIZE) == Written(N, N, 0)


def slow(texts: list[str]) -> Any:
    time.sleep(0.1)
    return hashed(texts)


def test_two_that_write_the_same_batch_at_one_moment_leave_it_once(tmp_path: Path) -> None:
    barrier = threading.Barrier(2)

    def at_once(folder: Path) -> int:
        barrier.wait()
        return write_batch(folder, IDS[:32], TEXTS[:32], hashed)

    with ThreadPoolExecutor(2) as both:
        for trial in range(8):
            write_batch(tmp_path / str(trial), IDS[64:], TEXTS[64:], hashed)
            assert list(both.map(at_once, [tmp_path / str(trial)] * 2)) == [32, 32]
            assert rows_of(tmp_path / str(trial)) == Written(N - 32, N - 32, 0)


def test_what_cannot_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="there are 2 texts, 1 different ids"):
        embed_into(tmp_path, [1, 1], ["a", "b"], hashed, None)
    with pytest.raises(TypeError, match="texts is a list of words, and this is one string"):
        embed_into(tmp_path, [1], "a", hashed, None)
    with pytest.raises(ValueError, match=r"vectors of shape \(1, 8\) of 2 texts"):
        write_batch(tmp_path, [1, 2], ["a", "b"], lambda texts: np.ones((1, 8)))
    with pytest.raises(ValueError, match="each text needs one, without NaN"):
        write_batch(tmp_path, [1], ["a"], lambda texts: np.full((1, 8), np.nan))
    with pytest.raises(ValueError, match="write is 'append'; it can be 'merge', 'add'"):
        embed_into(tmp_path, [1], ["a"], hashed, None, write="append")
    for ids in ([7, 7], [7], [7, 8, 9]):
        with pytest.raises(ValueError, match="Each text has an id of its own: there are 2 texts, "):
            write_batch(tmp_path, ids, ["a", "b"], hashed)
        with pytest.raises(ValueError, match="Each text has an id of its own: there are 2 texts, "):
            write_batch(tmp_path, ids, ["a", "b"], hashed, write="add")
    with pytest.raises(ValueError, match="write is 'ad'; it can be 'merge', 'add'"):
        write_batch(tmp_path, [1], ["a"], hashed, write="ad")
    with pytest.raises(TypeError, match="Ids are whole numbers, and 'one' is none"):
        write_batch(tmp_path, ["one"], ["a"], hashed)
    with pytest.raises(TypeError, match="texts is a list of words, and this is one string"):
        write_batch(tmp_path, [1], "a", hashed)
    assert write_batch(tmp_path, [], [], hashed) == 0
    assert rows_of(tmp_path) == Written(0, 0, 0)
    assert write_batch(tmp_path, list(np.arange(2)), ["a", "b"], hashed) == 2
    assert rows_of(tmp_path) == Written(2, 2, 0)
    with pytest.raises(ValueError, match="size is 0"):
        list(batches_of([1], ["a"], size=0))
    with pytest.raises(ValueError, match="there are 1 texts, 3 different ids"):
        list(batches_of([1, 2, 3], ["a"], size=2))


@pytest.mark.parametrize("how", ["gone", "half"])
def test_a_table_that_is_not_whole_is_told_and_nothing_is_laid_over_it(how: str, tmp_path: Path) -> None:
    write_batch(tmp_path, IDS[:16], TEXTS[:16], hashed)
    for file in (tmp_path / "texts.lance" / "_versions").iterdir():
        if how == "gone":
            file.unlink()
        else:
            file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    before = sorted(file for file in tmp_path.rglob("*"))
    for ask in (
        partial(rows_of, tmp_path),
        partial(missing, tmp_path, IDS),
        partial(write_batch, tmp_path, IDS[16:32], TEXTS[16:32], hashed),
        partial(embed_into, tmp_path, IDS, TEXTS, hashed, None),
    ):
        with pytest.raises(OSError, match=r"is not whole .*take its files from a copy, or fill another folder"):
            ask()
    assert sorted(file for file in tmp_path.rglob("*")) == before


def test_an_id_that_64_bits_do_not_hold_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="An id is at most"):
        write_batch(tmp_path, [2**63], ["one"], lambda texts: np.ones((len(texts), 2)))
    assert not list(tmp_path.iterdir())


def test_another_models_vectors_are_not_written_into_a_table(tmp_path: Path) -> None:
    write_batch(tmp_path, IDS[:16], TEXTS[:16], hashed)
    with pytest.raises(ValueError, match="holds vectors of 8 numbers, and these have 9"):
        write_batch(tmp_path, IDS[16:32], TEXTS[16:32], lambda texts: np.ones((len(texts), 9)))
    assert rows_of(tmp_path) == Written(16, 16, 0)


def test_a_billion_passages_need_what_their_bytes_and_the_measured_rate_say() -> None:
    sizes, times = what_it_takes(1e9, 384, passages_a_second=100, link_bytes=144, pq_bytes=48)
    by_form = sizes.set_index("form")
    assert by_form["bytes"].tolist() == [1536, 768, 384, 48, 48]
    assert by_form.loc["float32"].tolist() == [1536, 1536, 1544, 1680]
    assert times["hours"].round(2).tolist() == [2777.78, 277.78, 27.78, 2.78]
    with pytest.raises(ValueError, match="passages_a_second is 0"):
        what_it_takes(1e9, 384, 0)
