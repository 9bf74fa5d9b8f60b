"""Many texts into one table, a batch at a time, on several processes; what is there already is not done again.

Each task reads a batch, makes its vectors and writes them into a table of LanceDB by itself. A worker may die between
its writing and its saying so: Dask then has the batch done again, by another worker. What keeps the table right is
how a batch is written. ``merge_insert`` puts a row in the place of the one with its id; ``add`` puts it beside. Two
workers that write one batch at the same moment (the first was thought dead) would both find its ids lacking: that
LanceDB (0.40) notices this, too, takes a column that is declared to be the key and has no index yet: index the ids
when all is written.

Dask and LanceDB are imported when they are needed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from embedlib import _check
from embedlib.retrieval.indexes import KEY, LARGEST

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Written", "batches_of", "embed_into", "missing", "rows_of", "what_it_takes", "write_batch"]

Encode = Callable[[list[str]], Any]
WRITES = ("merge", "add")


class Written(NamedTuple):
    """What a table holds after a run: its rows, the different ids among them; and the batches done in this run."""

    rows: int
    unique: int
    batches: int


def batches_of(ids: Sequence[int], texts: Sequence[str], size: int = 64) -> Iterator[tuple[list[int], list[str]]]:
    """Pieces of ``size`` ids and their texts; the last may be smaller.

    Examples
    --------
    >>> list(batches_of([0, 1, 2], ["a", "b", "c"], size=2))
    [([0, 1], ['a', 'b']), ([2], ['c'])]
    """
    if len(ids) != len(texts):
        raise ValueError(_uneven(ids, texts))
    for i in range(0, len(ids), _check.whole("size", size)):
        yield list(ids[i : i + size]), list(texts[i : i + size])


def write_batch(folder: str | Path, ids: list[int], texts: list[str], encode: Encode, write: str = "merge") -> int:
    """One task: make the vectors of a batch and write them. Safe to be done twice, unless ``write`` is "add"."""
    import pyarrow

    pa: Any = pyarrow
    _check.choice("write", write, WRITES)
    ids, texts = list(ids), _check.word_list("texts", texts)
    wrong = next((one for one in ids if isinstance(one, bool) or not isinstance(one, (int, np.integer))), None)
    if wrong is not None:
        raise TypeError(f"Ids are whole numbers, and {wrong!r} is none: number your texts, and keep the list.")
    if len(set(ids)) != len(ids) or len(ids) != len(texts):
        raise ValueError(_uneven(ids, texts))
    wide = next((one for one in ids if not -LARGEST <= one <= LARGEST), None)
    if wide is not None:
        raise ValueError(f"An id is at most {LARGEST:,}; {wide:,} is not: number your texts from 0.")
    if not ids:
        return 0
    vectors = np.array(encode(texts), dtype=np.float32, order="C", copy=True)  # aligned: LanceDB stops at others
    if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
        raise ValueError(
            f"The encoder made vectors of shape {vectors.shape} of {len(texts):,} texts; each text "
            "needs one, without NaN."
        )
    flat = pa.FixedSizeListArray.from_arrays(vectors.ravel(), vectors.shape[1])
    key = pa.field("id", pa.int64(), nullable=False, metadata=KEY)
    schema = pa.schema([key, ("vector", flat.type), ("text", pa.string())])
    batch = pa.table([pa.array(ids, pa.int64()), flat, pa.array(texts, pa.string())], schema=schema)
    table = _table(folder, schema)
    width = table.schema.field("vector").type.list_size
    if width != vectors.shape[1]:
        raise ValueError(
            f"The table in {folder} holds vectors of {width:,} numbers, and these have {vectors.shape[1]:,}: they are "
            "another model's. Write them into another folder."
        )
    if write == "add":
        table.add(batch)
    else:
        table.merge_insert("id").when_matched_update_all().when_not_matched_insert_all().execute(batch)
    return len(ids)


def embed_into(
    folder: str | Path,
    ids: Sequence[int],
    texts: Sequence[str],
    encode: Encode,
    client: Any,
    *,
    size: int = 64,
    write: str = "merge",
    again: bool = False,
    task: Callable[..., int] | None = None,
    watch: Callable[[int], None] | None = None,
) -> Written:
    """Make a vector of each text on the workers of a Dask cluster, and write them into LanceDB.

    May be killed at any time and started again: batches of which every id is in the table are left out.

    Parameters
    ----------
    folder
        Of the database; the table is called "texts" and has the columns ``id``, ``vector`` and ``text``.
    ids, texts
        A whole number for each text, each once.
    encode
        A function of a list of n texts that returns an array (n, d). Workers are other processes: they have to be able
        to import it, and load a model once each.
    client
        Of Dask: ``distributed.Client(LocalCluster(n_workers=2, threads_per_worker=1))``, or of a cluster of machines
        that share the folder.
    size
        Texts in a batch.
    write
        "merge", or "add", which writes a batch that is done twice twice.
    again
        Whether batches that are there already are done all the same.
    task
        What is done with a batch in place of :func:`write_batch`, with the same parameters.
    watch
        Is told, after each batch, how many are done.

    Returns
    -------
    Written
    """
    import distributed

    _check.choice("write", write, WRITES)
    texts = _check.word_list("texts", texts)
    if len(ids) != len(texts) or len(set(ids)) != len(ids):
        raise ValueError(_uneven(ids, texts))
    lacking = set(ids if again else missing(folder, ids))
    waiting = [batch for batch in batches_of(ids, texts, size) if lacking & set(batch[0])]

    def begin(batch: tuple[list[int], list[str]]) -> Any:
        return client.submit(task or write_batch, str(folder), *batch, encode, write, pure=False, retries=2)

    as_completed: Any = distributed.as_completed
    alone = 0 if _exists(folder) else 1  # the first one makes the table: of two makers, one would undo the other's
    done = 0
    for some in (waiting[:alone], waiting[alone:]):
        for each in as_completed([begin(batch) for batch in some]):
            each.result()
            done += 1
            if watch is not None:
                watch(done)
    return rows_of(folder)._replace(batches=done)


def rows_of(folder: str | Path) -> Written:
    """How many rows a table holds, and how many different ids."""
    ids = _ids(folder)
    return Written(len(ids), len(np.unique(ids)), 0)


def missing(folder: str | Path, ids: Sequence[int]) -> list[int]:
    """Those of some ids that the table does not hold."""
    there = set(_ids(folder).tolist())
    return [one for one in ids if one not in there]


def what_it_takes(
    passages: float,
    width: int,
    passages_a_second: float,
    link_bytes: float = 144.0,
    pq_bytes: int = 48,
    workers: Sequence[int] = (1, 10, 100, 1000),
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What so many passages need: gigabytes by form of their numbers and by index, and hours by number of workers.

    Parameters
    ----------
    passages, width
        How many vectors of how many numbers.
    passages_a_second
        That one worker embeds, as measured.
    link_bytes
        Of HNSW's graph for each vector, as measured; 16 links a row on the lowest layer, twice as many there, are
        4 bytes each.
    pq_bytes
        A product-quantised vector's.
    workers
        Columns of the second table.

    Returns
    -------
    tables
        One with a row a form: ``bytes`` of a vector, ``vectors_gb`` of all, ``ivf_gb`` with an id of 8 bytes each,
        ``hnsw_gb`` with the graph; and one with a row a number of workers: ``hours``, ``days``.

    Examples
    --------
    >>> sizes, times = what_it_takes(1e9, 384, 100)
    >>> print(sizes.set_index("form").loc["float32", "vectors_gb"], times.loc[0, "hours"].round())
    1536.0 2778.0
    """
    import pandas as pd

    forms = {"float32": 4.0 * width, "float16": 2.0 * width, "int8": 1.0 * width, "binary": width / 8, "PQ": pq_bytes}
    rate = _check.number("passages_a_second", passages_a_second, above=0)
    number = _check.number("passages", passages, above=0)
    sizes = pd.DataFrame({"form": list(forms), "bytes": list(forms.values())})
    for name, more in {"vectors_gb": 0.0, "ivf_gb": 8.0, "hnsw_gb": link_bytes}.items():
        sizes[name] = number * (sizes["bytes"] + more) / 1e9
    hours = number / rate / 3600 / np.asarray(workers, dtype=float)
    return sizes, pd.DataFrame({"workers": list(workers), "hours": hours, "days": hours / 24})


def _uneven(ids: Sequence[int], texts: Sequence[str]) -> str:
    """What is wrong, where ids and texts are not one to one."""
    return f"Each text has an id of its own: there are {len(texts):,} texts, {len(set(ids)):,} different ids."


def _table(folder: str | Path, schema: Any) -> Any:
    """The table of texts, made if it is not there. Two must not make it at one moment."""
    import lancedb

    if _exists(folder):
        return _opened(folder)
    return lancedb.connect(Path(folder)).create_table("texts", schema=schema)


def _opened(folder: str | Path) -> Any:
    import lancedb

    try:
        return lancedb.connect(Path(folder)).open_table("texts")
    except (OSError, RuntimeError, ValueError) as error:
        raise OSError(_broken(folder, _check.short(str(error), 120))) from error


def _exists(folder: str | Path) -> bool:
    """Whether there is a table. One that has lost its list of files is refused: a new one would be laid over it."""
    place = Path(folder) / "texts.lance"
    if any(place.glob("_versions/*.manifest")):
        return True
    if any(place.glob("data/*")):
        raise OSError(_broken(folder, "there are rows in data/, and nothing in _versions/ says which"))
    return False


def _broken(folder: str | Path, what: str) -> str:
    return (
        f"The table in {folder} is not whole ({what}). Nothing is written: take its files from a copy, or fill another "
        "folder."
    )


def _ids(folder: str | Path) -> npt.NDArray[np.int64]:
    if not _exists(folder):
        return np.empty(0, np.int64)
    try:
        found: npt.NDArray[np.int64] = _opened(folder).search().select(["id"]).to_arrow()["id"].to_numpy()
    except (RuntimeError, ValueError) as error:
        raise OSError(_broken(folder, _check.short(str(error), 120))) from error
    return found
