"""Indexes of vectors behind one small protocol: what NumPy, faiss, LanceDB and Qdrant have in common.

All are asked for the rows with the largest cosine, by whole numbers as ids. What only one of them can do is asked of
it by its own calls: ``FaissIndex.index``, ``LanceIndex.table`` and ``QdrantIndex.client`` are the library's own.
Each library is imported when its index is made.

An id that is in the index already is refused by :class:`ExactIndex` and :class:`FaissIndex`, which would hold it
twice; LanceDB and Qdrant put the new vector in the old one's place.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from embedlib import _check
from embedlib.vectors.rows import unit_rows
from embedlib.vectors.search import nearest

__all__ = [
    "ExactIndex",
    "FaissIndex",
    "Hits",
    "LanceIndex",
    "QdrantIndex",
    "VectorIndex",
    "open_index",
    "save_index",
]

Floats = npt.NDArray[np.floating[Any]]
Ids = npt.NDArray[np.int64]
KEY = {"lance-schema:unenforced-primary-key": "true"}  # or two that add an id at one moment have it twice
LARGEST = 2**63 - 1  # what an id of 64 bits can be
_ABOUT, _BATCH = "about.json", 10_000
_FILES = {_ABOUT, "ids.npy", "index.npy"}


class Hits(NamedTuple):
    """What n queries found, best first: two arrays of shape (n, k). An id of −1 (its cosine NaN): nothing more."""

    ids: Ids
    cosines: npt.NDArray[np.float64]


class VectorIndex(Protocol):
    """What all indexes have in common."""

    width: int

    def __len__(self) -> int: ...

    def add(self, ids: Any, vectors: Any) -> None:
        """Put n vectors in, shape (n, width), each under a whole number of its own."""

    def search(self, queries: Any, k: int = 10) -> Hits:
        """The k ids with the largest cosine to each of n queries, shape (n, width) or (width,)."""


class ExactIndex:
    """Every row compared with every query: slow for millions, right always.

    Examples
    --------
    >>> index = ExactIndex(2)
    >>> index.add([7, 8, 9], [[1, 0], [0, 2], [3, 3]])
    >>> index.search([1, 0.1], k=2).ids
    array([[7, 9]])
    """

    def __init__(self, width: int) -> None:
        self.width = _check.whole("width", width)
        self.ids: Ids = np.empty(0, np.int64)
        self.rows: npt.NDArray[np.float32] = np.empty((0, self.width), np.float32)

    def __len__(self) -> int:
        return len(self.ids)

    def add(self, ids: Any, vectors: Any) -> None:
        """Put n vectors in; an id that is there already is refused."""
        new, rows = _given(ids, vectors, self.width)
        _refuse_known(new, self.ids)
        self.ids, self.rows = np.concatenate([self.ids, new]), np.concatenate([self.rows, rows])

    def search(self, queries: Any, k: int = 10) -> Hits:
        """The k ids with the largest cosine to each query."""
        asked = _asked(queries, k, self)
        found = nearest(self.rows, asked, k)
        return Hits(self.ids[found.indices], found.cosines)


class FaissIndex:
    """An index of faiss, named as faiss's factory names it.

    Parameters
    ----------
    width
        How many numbers a vector has.
    kind
        "Flat" compares all; "HNSW16" walks a graph of 16 links a row; "IVF632,Flat" looks into the nearest of 632
        cells; "IVF632,PQ10np" keeps 10 bytes a row; "IVF632,PQ10np,RFlat" looks at the best again, exactly.
    training
        What cells and codebooks are learned from, shape (n, width); what is added first, if nothing is given.

    Examples
    --------
    >>> index = FaissIndex(2, "HNSW16")
    >>> index.add([7, 8, 9], [[1, 0], [0, 2], [3, 3]])
    >>> index.knobs("efSearch=64").search([1, 0.1], k=2).ids
    array([[7, 9]])
    """

    def __init__(self, width: int, kind: str, training: Any = None) -> None:
        import faiss

        self.width, self.kind = _check.whole("width", width), kind
        self.ids: Ids = np.empty(0, np.int64)
        try:
            self.index: Any = faiss.index_factory(self.width, kind, faiss.METRIC_INNER_PRODUCT)
        except RuntimeError as error:
            raise ValueError(
                f'faiss has no index "{kind}" of width {width}; "Flat", "HNSW16" or "IVF64,Flat" are some that it has. '
                "The bytes of PQ have to divide the width."
            ) from error
        if training is not None:
            self._train(_rows(training, self.width, "Training vector {}".format))

    def __len__(self) -> int:
        return len(self.ids)

    def knobs(self, settings: str) -> FaissIndex:
        """Set what a search is told, by faiss's names: "efSearch=64", "nprobe=8", "nprobe=32,k_factor_rf=10"."""
        import faiss

        for setting in settings.split(","):
            try:
                value = float(setting.partition("=")[2])
            except ValueError:
                value = np.nan
            if not 0 < value < np.inf:
                raise ValueError(f'A knob is set as in "efSearch=64", to a number above 0; "{setting}" is not.')
        try:
            parameters: Any = faiss.ParameterSpace()
            parameters.set_index_parameters(self.index, settings)
        except RuntimeError as error:
            raise ValueError(
                f'An index "{self.kind}" has no such knob, or not with this value: "{settings}".'
            ) from error
        return self

    def add(self, ids: Any, vectors: Any) -> None:
        """Put n vectors in; an id that is there already is refused."""
        new, rows = _given(ids, vectors, self.width)
        _refuse_known(new, self.ids)
        if not self.index.is_trained:
            self._train(rows)
        self.index.add(rows)
        self.ids = np.concatenate([self.ids, new])

    def search(self, queries: Any, k: int = 10) -> Hits:
        """The k ids that faiss finds nearest to each query."""
        asked = _asked(queries, k, self)
        cosines, places = self.index.search(asked, k)
        found = places >= 0
        return Hits(np.where(found, self.ids[places], -1), np.where(found, cosines.astype(np.float64), np.nan))

    def _train(self, rows: npt.NDArray[np.float32]) -> None:
        try:
            self.index.train(rows)
        except RuntimeError as error:
            raise ValueError(
                f'{len(rows):,} vectors are too few to learn the cells and codebooks of "{self.kind}" from: a cell '
                "needs a vector, a codebook 256. Give more as `training`, or take a smaller kind."
            ) from error


def save_index(index: ExactIndex | FaissIndex, folder: str | Path) -> None:
    """Write an index into a folder of its own, whole or not at all.

    The folder is made, or is empty, or holds an index and nothing else: that one stays until the new one is complete.
    A folder or a file with anything else in it is refused, and left as it is.
    """
    if not isinstance(index, (ExactIndex, FaissIndex)):
        raise TypeError(
            f"save_index writes an ExactIndex or a FaissIndex, and this is {_check.kind(index)}. A LanceIndex and a "
            "QdrantIndex with a folder keep themselves."
        )
    folder = Path(folder).resolve()
    former, unfinished = (folder.parent / f".{folder.name}-{end}" for end in ("former", "unfinished"))
    for place in (folder, former, unfinished):
        if not _free(place, whole=place is not unfinished):
            raise ValueError(
                f"{place} holds something else than an index, which would be lost: name a folder of its own. Nothing "
                "is written."
            )
    try:
        if unfinished.exists():
            shutil.rmtree(unfinished)
        unfinished.mkdir(parents=True)
        np.save(unfinished / "ids.npy", index.ids)
        if isinstance(index, FaissIndex):
            import faiss

            np.save(unfinished / "index.npy", faiss.serialize_index(index.index))
        else:
            np.save(unfinished / "index.npy", index.rows)
        kind = index.kind if isinstance(index, FaissIndex) else "exact"
        about = {"kind": kind, "width": index.width, "vectors": len(index)}
        (unfinished / _ABOUT).write_text(json.dumps(about), encoding="utf-8")
        if folder.exists():
            if former.exists():
                shutil.rmtree(former)
            folder.rename(former)
        try:
            unfinished.rename(folder)
        except OSError:
            if former.exists() and not folder.exists():
                former.rename(folder)
            raise
        shutil.rmtree(former, ignore_errors=True)
    except OSError as error:
        if _free(unfinished, whole=False):
            shutil.rmtree(unfinished, ignore_errors=True)
        raise OSError(
            f"The index cannot be written to {folder} ({error.strerror or error}); it is still in memory, and nothing "
            "that was stored is changed. Name a folder that can be written."
        ) from error


def _free(folder: Path, whole: bool) -> bool:
    """Whether nothing is lost by writing there: no such place, an empty folder, or an index (or a part of one)."""
    if not folder.exists() and not folder.is_symlink():
        return True
    if not folder.is_dir() or folder.is_symlink():
        return False
    names = {each.name if each.is_file() else "" for each in folder.iterdir()}
    return not names or (names == _FILES if whole else names <= _FILES)


def open_index(folder: str | Path) -> ExactIndex | FaissIndex:
    """Open what :func:`save_index` wrote."""
    folder = Path(folder)
    former = folder.with_name(f".{folder.name}-former")
    if not folder.exists() and former.exists():
        folder = former  # interrupted between two renamings
    if not folder.exists():
        raise FileNotFoundError(f"There is no index at {folder}.")
    try:
        about = json.loads((folder / _ABOUT).read_text(encoding="utf-8"))
        ids, stored = np.load(folder / "ids.npy"), np.load(folder / "index.npy")
        index: ExactIndex | FaissIndex
        if about["kind"] == "exact":
            index = ExactIndex(about["width"])
            index.rows = stored
        else:
            import faiss

            opened = FaissIndex(about["width"], about["kind"])
            opened.index = faiss.deserialize_index(stored)
            index = opened
        index.ids = ids
        count = len(index.rows) if isinstance(index, ExactIndex) else int(index.index.ntotal)
        if not len(ids) == count == about["vectors"]:
            raise ValueError(f"{count:,} vectors where {about['vectors']:,} were written")
        width = index.rows.shape[1] if isinstance(index, ExactIndex) else index.index.d
        if width != about["width"]:
            raise ValueError(f"vectors of {width:,} numbers where {_ABOUT} says {about['width']:,}")
    except (OSError, ValueError, KeyError, IndexError, TypeError, EOFError, RuntimeError) as error:
        raise ValueError(
            f"The index in {folder} is not whole ({type(error).__name__}: {_check.short(str(error), 120)}). Build it "
            "again from the vectors, and save it."
        ) from error
    return index


class LanceIndex:
    """A table of LanceDB in a folder, which stays when the program ends: columns ``id`` and ``vector``.

    Parameters
    ----------
    folder
        Of the database. A table that is there is opened, and has to have this width.
    width
        How many numbers a vector has.
    name
        Of the table.
    """

    def __init__(self, folder: str | Path, width: int, name: str = "vectors") -> None:
        import lancedb
        import pyarrow

        pa: Any = pyarrow
        self.width, self.folder, self.name = _check.whole("width", width), Path(folder), name
        key = pa.field("id", pa.int64(), nullable=False, metadata=KEY)
        self._schema = pa.schema([key, ("vector", pa.list_(pa.float32(), self.width))])
        try:
            database = lancedb.connect(self.folder)
            if (self.folder / f"{name}.lance").exists():
                self.table: Any = database.open_table(name)
                self.table.count_rows()
            else:
                self.table = database.create_table(name, schema=self._schema)
        except (OSError, RuntimeError, ValueError) as error:
            raise OSError(
                f'The table "{name}" in {folder} can be neither opened nor made '
                f"({_check.short(str(error), 160)}). If the folder can be written, its files are not whole: take them "
                "from a copy, or fill another folder."
            ) from error
        there = self.table.schema.field("vector").type
        if there.list_size != self.width:
            raise ValueError(
                f'The table "{name}" in {folder} holds vectors of {there.list_size:,} numbers, and this index is of '
                f"{self.width:,}: they are another model's. Open it with its own width, or take another name."
            )

    def __len__(self) -> int:
        return int(self.table.count_rows())

    def add(self, ids: Any, vectors: Any) -> None:
        """Put n vectors in, in one step: all or none; an id that is there already gets the new vector."""
        import pyarrow

        pa: Any = pyarrow
        new, rows = _given(ids, vectors, self.width)
        flat = pa.FixedSizeListArray.from_arrays(rows.ravel(), self.width)
        merge = self.table.merge_insert("id").when_matched_update_all().when_not_matched_insert_all()
        try:
            merge.execute(pa.table([pa.array(new), flat], schema=self._schema))
        except (OSError, RuntimeError) as error:
            raise OSError(
                f"LanceDB could not write to {self.folder} ({_check.short(str(error), 160)}). What was stored before "
                "is unchanged."
            ) from error

    def search(self, queries: Any, k: int = 10) -> Hits:
        """The k ids that LanceDB finds nearest to each query."""
        asked = _asked(queries, k, self)
        ids, cosines = np.full((len(asked), k), -1, np.int64), np.full((len(asked), k), np.nan)
        for i, query in enumerate(asked):
            wanted = self.table.search(query).distance_type("cosine").select(["id", "_distance"]).limit(k)
            found = wanted.to_arrow()
            ids[i, : len(found)] = found["id"].to_numpy()
            cosines[i, : len(found)] = 1 - found["_distance"].to_numpy().astype(np.float64)
        return Hits(ids, cosines)


class QdrantIndex:
    """A collection of Qdrant: in memory, in a folder, or on a server, by the same lines.

    Parameters
    ----------
    where
        ":memory:", a folder, or a server's address such as "http://localhost:6333". In the first two, qdrant-client
        compares all vectors, in Python; only the server has an index. pip does not bring it:
        ``docker run -p 6333:6333 -v qdrant_data:/qdrant/storage qdrant/qdrant`` starts one.
    width
        How many numbers a vector has.
    name
        Of the collection; one that is there is opened, and has to have this width.
    """

    def __init__(self, where: str | Path, width: int, name: str = "vectors") -> None:
        from qdrant_client import QdrantClient, models

        self.width, self.name = _check.whole("width", width), name
        place: dict[str, Any] = {"url" if str(where).startswith(("http://", "https://")) else "path": str(where)}
        try:
            self.client: Any = QdrantClient(":memory:") if where == ":memory:" else QdrantClient(**place)
            if not self.client.collection_exists(name):
                size = models.VectorParams(size=self.width, distance=models.Distance.COSINE)
                self.client.create_collection(name, vectors_config=size)
        except RuntimeError as error:
            raise OSError(
                f"Another program, or another client of this one, has {where} open. Close that one, or start a server."
            ) from error
        except Exception as error:  # httpx's and qdrant's own, which have no common ancestor
            if "url" not in place and not isinstance(error, (OSError, ValueError, KeyError)):
                raise
            help_text = (
                "Is a server running there? `docker run -p 6333:6333 qdrant/qdrant` starts one."
                if "url" in place
                else "If the folder can be written, its files are not whole: fill another folder."
            )
            raise OSError(f"Qdrant cannot use {where} ({_check.short(str(error), 120)}). {help_text}") from error
        about: Any = self.client.get_collection(name)
        there = about.config.params.vectors.size
        if there != self.width:
            raise ValueError(
                f'The collection "{name}" in {where} holds vectors of {there:,} numbers, and this index is of '
                f"{self.width:,}: they are another model's. Open it with its own width, or take another name."
            )

    def __len__(self) -> int:
        return int(self.client.count(self.name).count)

    def add(self, ids: Any, vectors: Any) -> None:
        """Put n vectors in, 10,000 at a time; an id that is there already gets the new vector."""
        from qdrant_client import models

        new, rows = _given(ids, vectors, self.width)
        for i in range(0, len(new), _BATCH):
            points = models.Batch(ids=new[i : i + _BATCH].tolist(), vectors=rows[i : i + _BATCH].tolist())
            self.client.upsert(self.name, points)

    def search(self, queries: Any, k: int = 10) -> Hits:
        """The k ids that Qdrant finds nearest to each query."""
        asked = _asked(queries, k, self)
        ids, cosines = np.full((len(asked), k), -1, np.int64), np.full((len(asked), k), np.nan)
        for i, query in enumerate(asked):
            found = self.client.query_points(self.name, query=query.tolist(), limit=k).points
            ids[i, : len(found)] = [point.id for point in found]
            cosines[i, : len(found)] = [point.score for point in found]
        return Hits(ids, cosines)

    def close(self) -> None:
        """Let another program open the folder."""
        self.client.close()


def _given(ids: Any, vectors: Any, width: int) -> tuple[Ids, npt.NDArray[np.float32]]:
    """Ids (n,) and their vectors at length 1 (n, width), in an array of their own."""
    rows = _rows(vectors, width, "Vector {}".format)
    numbers = np.asarray(ids)
    if numbers.dtype.kind not in "iu" and numbers.size:
        raise TypeError(
            f"Ids are whole numbers, and {numbers.ravel()[0]!r} is none: number your texts, and keep the list."
        )
    if numbers.shape != (len(rows),):
        raise ValueError(f"Each vector has an id: there are {len(rows):,} vectors, and ids of shape {numbers.shape}.")
    if (numbers < 0).any():
        raise ValueError(f"Ids are 0 or more; {numbers.min()} is not.")
    if numbers.size and int(numbers.max()) > LARGEST:
        raise ValueError(f"An id is at most {LARGEST:,}; {int(numbers.max()):,} is not: number your texts from 0.")
    different, times = np.unique(numbers, return_counts=True)
    if (times > 1).any():
        raise ValueError(_known(different[times > 1], "given twice: one of the two vectors would be lost"))
    return numbers.astype(np.int64), rows


def _rows(vectors: Any, width: int, name: Any) -> npt.NDArray[np.float32]:
    """Vectors at length 1, single precision, aligned: LanceDB stops at arrays that are not, as from a network."""
    unit = unit_rows(vectors, name)
    if unit.shape[1] != width:
        raise ValueError(
            f"The index holds vectors of {width:,} numbers; these have {unit.shape[1]:,}: another model's?"
        )
    return np.array(unit, dtype=np.float32, order="C", copy=True)


def _asked(queries: Any, k: int, index: VectorIndex) -> npt.NDArray[np.float32]:
    """Queries at length 1, shape (n, width)."""
    asked = _rows(np.atleast_2d(np.asarray(queries)), index.width, "Query vector {}".format)
    if _check.whole("k", k) > len(index):
        raise ValueError(f"k is {k:,}, but the index holds {len(index):,}.")
    return asked


def _refuse_known(new: Ids, there: Ids) -> None:
    known = np.intersect1d(new, there)
    if len(known):
        raise ValueError(_known(known, "in the index already. Build it again to change a vector, or take an engine"))


def _known(ids: Sequence[Any] | Ids, what: str) -> str:
    some = ", ".join(f"{one}" for one in ids[:5]) + (f" and {len(ids) - 5:,} more" if len(ids) > 5 else "")
    return f"{'Ids' if len(ids) > 1 else 'Id'} {some} {'are' if len(ids) > 1 else 'is'} {what}."
