"""Four indexes behind one protocol answer alike; engines are really started; nothing that was stored is lost."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from embedlib.retrieval.indexes import (
    ExactIndex,
    FaissIndex,
    LanceIndex,
    QdrantIndex,
    VectorIndex,
    open_index,
    save_index,
)
from embedlib.vectors import nearest

pytest.importorskip("faiss")
WIDTH = 8
ROWS = np.random.default_rng(0).normal(size=(400, WIDTH)).astype(np.float32)
IDS = np.arange(1000, 1400)
QUERIES = np.random.default_rng(1).normal(size=(20, WIDTH))
Make = Callable[[Path], VectorIndex]


def lance(folder: Path) -> LanceIndex:
    pytest.importorskip("lancedb")
    return LanceIndex(folder / "lance", WIDTH)


def qdrant(folder: Path) -> QdrantIndex:
    pytest.importorskip("qdrant_client")
    return QdrantIndex(folder / "qdrant", WIDTH)


MAKERS: dict[str, Make] = {
    "exact": lambda _: ExactIndex(WIDTH),
    "faiss flat": lambda _: FaissIndex(WIDTH, "Flat"),
    "faiss HNSW": lambda _: FaissIndex(WIDTH, "HNSW16").knobs("efSearch=400"),
    "faiss IVF": lambda _: FaissIndex(WIDTH, "IVF8,Flat").knobs("nprobe=8"),
    "LanceDB": lance,
    "Qdrant": qdrant,
}


@pytest.fixture(params=MAKERS)
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    index = MAKERS[request.param](tmp_path)
    yield index
    if isinstance(index, QdrantIndex):
        index.close()


@pytest.fixture
def index(empty: VectorIndex) -> VectorIndex:
    empty.add(IDS, ROWS)
    return empty


def test_all_find_what_comparing_every_row_finds(index: VectorIndex) -> None:
    wanted = nearest(ROWS, QUERIES, 10)
    found = index.search(QUERIES, 10)
    assert (found.ids == IDS[wanted.indices]).mean() > 0.99  # a graph may miss one in a thousand
    assert np.abs(found.cosines - wanted.cosines).max() < 1e-3
    assert len(index) == 400 and index.width == WIDTH


def test_one_query_is_a_row_of_answers_and_its_length_says_nothing(index: VectorIndex) -> None:
    one = index.search(QUERIES[0], 3)
    assert one.ids.shape == one.cosines.shape == (1, 3)
    assert one.ids.tolist() == index.search(1000 * QUERIES[:1], 3).ids.tolist()


@pytest.mark.parametrize(
    ("ids", "rows", "error", "sentence"),
    [
        ([1], [[1.0] * 7], ValueError, "holds vectors of 8 numbers; these have 7"),
        ([1, 2], [[1.0] * 8, [np.nan] * 8], ValueError, "Vector 1 holds NaN"),
        ([1], [[0.0] * 8], ValueError, "Vector 0 is all zeros"),
        ([5, 6, 5], np.ones((3, 8)), ValueError, "Id 5 is given twice"),
        ([5], np.ones((2, 8)), ValueError, "there are 2 vectors, and ids of shape"),
        ([-1], np.ones((1, 8)), ValueError, "Ids are 0 or more"),
        (["a"], np.ones((1, 8)), TypeError, "Ids are whole numbers"),
    ],
)
def test_what_cannot_be_added_is_told_and_what_is_there_stays(
    index: VectorIndex, ids: Any, rows: Any, error: type[Exception], sentence: str
) -> None:
    before = index.search(QUERIES, 5).ids
    with pytest.raises(error, match=sentence):
        index.add(ids, rows)
    assert len(index) == 400 and (index.search(QUERIES, 5).ids == before).all()


@pytest.mark.parametrize(
    ("query", "k", "sentence"),
    [
        (np.ones(7), 3, "holds vectors of 8 numbers; these have 7"),
        (np.full(8, np.nan), 3, "Query vector 0 holds NaN"),
        (np.ones(8), 401, "k is 401, but the index holds 400"),
        (np.ones(8), 0, "k is 0"),
    ],
)
def test_a_query_that_cannot_be_answered_is_told(index: VectorIndex, query: Any, k: int, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        index.search(query, k)


def test_an_id_that_is_there_is_refused_or_gets_the_new_vector_but_is_never_there_twice(index: VectorIndex) -> None:
    far = -ROWS[:2]
    if isinstance(index, (ExactIndex, FaissIndex)):
        with pytest.raises(ValueError, match="Ids 1000, 1001 are in the index already"):
            index.add(IDS[:2], far)
    else:
        index.add(IDS[:2], far)
        assert index.search(far, 1).ids.ravel().tolist() == [1000, 1001]
    assert len(index) == 400


def test_arrays_that_are_not_aligned_as_from_a_network_are_stored_all_the_same(empty: VectorIndex) -> None:
    loose = np.frombuffer(b"x" + ROWS.tobytes(), np.float32, offset=1).reshape(ROWS.shape)
    assert not loose.flags.aligned
    empty.add(IDS, loose)
    assert empty.search(ROWS[7], 1).ids.item() == 1007


@pytest.mark.parametrize("kind", ["exact", "Flat", "HNSW16", "IVF8,Flat", "IVF8,PQ4np", "IVF8,PQ4np,RFlat"])
def test_an_index_that_is_saved_and_opened_answers_as_before(kind: str, tmp_path: Path) -> None:
    index = ExactIndex(WIDTH) if kind == "exact" else FaissIndex(WIDTH, kind)
    index.add(IDS, ROWS)
    save_index(index, tmp_path / "index")
    opened = open_index(tmp_path / "index")
    assert (opened.search(QUERIES, 5).ids == index.search(QUERIES, 5).ids).all()
    opened.add([7], QUERIES[:1])
    assert opened.search(QUERIES[0], 1).ids.item() == 7
    save_index(opened, tmp_path / "index")
    assert len(open_index(tmp_path / "index")) == 401
    assert [file.name for file in tmp_path.iterdir()] == ["index"]


@pytest.mark.parametrize("kind", ["exact", "HNSW16"])
@pytest.mark.parametrize("name", ["about.json", "ids.npy", "index.npy"])
@pytest.mark.parametrize("how", ["half", "missing"])
def test_a_store_that_is_half_written_is_told(kind: str, name: str, how: str, tmp_path: Path) -> None:
    index = ExactIndex(WIDTH) if kind == "exact" else FaissIndex(WIDTH, kind)
    index.add(IDS, ROWS)
    save_index(index, tmp_path / "index")
    file = tmp_path / "index" / name
    whole = file.read_bytes()
    file.unlink()
    if how == "half":
        file.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(ValueError, match=r"is not whole .* Build it again from the vectors"):
        open_index(tmp_path / "index")


def test_a_writing_that_stops_midway_leaves_the_former_index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    index = ExactIndex(WIDTH)
    index.add(IDS, ROWS)
    save_index(index, tmp_path / "index")
    index.add([1], ROWS[:1])
    written = []

    def stops(file: Any, array: Any) -> None:
        written.append(file)
        if len(written) == 2:
            raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(OSError, match=r"No space left on device.*still in memory"):
        patch.setattr(np, "save", stops)
        save_index(index, tmp_path / "index")
    assert len(open_index(tmp_path / "index")) == 400
    save_index(index, tmp_path / "index")
    assert len(open_index(tmp_path / "index")) == 401


def test_one_that_was_stopped_between_two_renamings_is_found(tmp_path: Path) -> None:
    index = ExactIndex(WIDTH)
    index.add(IDS, ROWS)
    save_index(index, tmp_path / "index")
    (tmp_path / "index").rename(tmp_path / ".index-former")
    assert len(open_index(tmp_path / "index")) == 400
    with pytest.raises(FileNotFoundError, match="There is no index at"):
        open_index(tmp_path / "other")


def everything(folder: Path) -> dict[str, str]:
    return {str(file.relative_to(folder)): file.read_text() for file in folder.rglob("*") if file.is_file()}


@pytest.mark.parametrize(
    ("held", "place"),
    [
        (held, place)
        for held in ("a thesis", "an index and a thesis", "an index and a folder", "part of an index")
        for place in ("own", ".own-former", ".own-unfinished")
        if (held, place) != ("part of an index", ".own-unfinished")  # which is what an interrupted writing leaves
    ],
)
def test_a_folder_that_holds_something_else_is_refused_and_left_as_it_is(held: str, place: str, tmp_path: Path) -> None:
    folder = tmp_path / place
    folder.mkdir()
    for name in ["about.json", "ids.npy", "index.npy"][: {"a thesis": 0, "part of an index": 2}.get(held, 3)]:
        (folder / name).write_text(f"mine: {name}")
    if held.endswith("thesis"):
        (folder / "thesis.txt").write_text("five years")
    elif held.endswith("folder"):
        (folder / "sub").mkdir()
        (folder / "sub" / "x").write_text("x")
    before = everything(tmp_path)
    index = ExactIndex(WIDTH)
    index.add(IDS, ROWS)
    with pytest.raises(ValueError, match="holds something else than an index, which would be lost: name a folder of"):
        save_index(index, tmp_path / "own")
    assert everything(tmp_path) == before
    assert [each.name for each in tmp_path.iterdir()] == [place]


def test_a_file_the_current_folder_and_a_link_are_not_written_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = ExactIndex(WIDTH)
    index.add(IDS, ROWS)
    work = tmp_path / "work"
    work.mkdir()
    (work / "notes.txt").write_text("mine")
    monkeypatch.chdir(work)
    for place in (work / "notes.txt", ".", "..", "/"):
        with pytest.raises(ValueError, match="holds something else than an index"):
            save_index(index, place)
    assert everything(tmp_path) == {"work/notes.txt": "mine"}
    (tmp_path / "elsewhere").mkdir()
    (work / "link").symlink_to(tmp_path / "elsewhere")
    save_index(index, work / "link")
    assert (work / "link").is_symlink() and len(open_index(tmp_path / "elsewhere")) == 400


def test_the_former_index_comes_back_when_the_new_one_cannot_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = ExactIndex(WIDTH)
    index.add(IDS, ROWS)
    save_index(index, tmp_path / "index")
    index.add([1], ROWS[:1])
    rename = Path.rename

    def stops(self: Path, target: Path) -> Path:
        if self.name.endswith("-unfinished"):
            raise OSError(5, "Input/output error")
        return rename(self, target)

    with monkeypatch.context() as patch, pytest.raises(OSError, match="nothing that was stored is changed"):
        patch.setattr(Path, "rename", stops)
        save_index(index, tmp_path / "index")
    assert [each.name for each in tmp_path.iterdir()] == ["index"]
    assert len(open_index(tmp_path / "index")) == 400


def test_what_is_no_index_of_these_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    for thing in ("x", lance(tmp_path)):
        with pytest.raises(TypeError, match="save_index writes an ExactIndex or a FaissIndex, and this is"):
            save_index(thing, tmp_path / "z")
    assert not [each for each in tmp_path.iterdir() if each.name != "lance"]


def where_nothing_can_be_written(folder: Path, how: str) -> Path:
    if how == "read-only":
        if os.geteuid() == 0:
            pytest.skip("nothing is read-only to root")
        folder.chmod(0o500)
        return folder / "index"
    (folder / "file").write_text("a file, where a folder should be")
    return folder / "file" / "index"


@pytest.mark.parametrize("how", ["read-only", "a file"])
def test_where_nothing_can_be_written_is_told(how: str, tmp_path: Path) -> None:
    place = where_nothing_can_be_written(tmp_path, how)
    index = ExactIndex(WIDTH)
    index.add(IDS, ROWS)
    with pytest.raises(OSError, match=r"cannot be written to .*Name a folder that can be written"):
        save_index(index, place)
    pytest.importorskip("lancedb")
    with pytest.raises(OSError, match="can be neither opened nor made"):
        LanceIndex(place, WIDTH)
    pytest.importorskip("qdrant_client")
    with pytest.raises(OSError, match="Qdrant cannot use"):
        QdrantIndex(place, WIDTH)
    tmp_path.chmod(0o700)


def test_faiss_says_which_kinds_and_knobs_it_does_not_have_and_when_there_is_too_little_to_learn_from() -> None:
    with pytest.raises(ValueError, match='faiss has no index "HNSV"'):
        FaissIndex(WIDTH, "HNSV")
    with pytest.raises(ValueError, match="has no such knob"):
        FaissIndex(WIDTH, "HNSW16").knobs("nprob=3")
    with pytest.raises(ValueError, match="20 vectors are too few"):
        FaissIndex(WIDTH, "IVF64,Flat").add(range(20), ROWS[:20])


# LanceDB, started


def python(code: str, *given: Any) -> str:
    command = [sys.executable, "-c", code, *map(str, given)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def test_a_table_of_lancedb_is_there_in_another_process(tmp_path: Path) -> None:
    lance(tmp_path).add(IDS, ROWS)
    code = (
        "import sys, numpy as np; from embedlib.retrieval.indexes import LanceIndex;"
        "index = LanceIndex(sys.argv[1], 8);"
        "index.add([1], -np.ones((1, 8)));"
        "print(len(index), index.search(-np.ones(8), 1).ids.item())"
    )
    assert python(code, tmp_path / "lance") == "401 1"
    assert len(lance(tmp_path)) == 401


def test_lancedb_filters_by_metadata_updates_by_id_and_deletes(tmp_path: Path) -> None:
    lancedb, pa = pytest.importorskip("lancedb"), pytest.importorskip("pyarrow")
    vectors = pa.FixedSizeListArray.from_arrays(ROWS.ravel(), WIDTH)
    years = 1600 + np.arange(400)
    table = lancedb.connect(tmp_path).create_table("texts", pa.table({"id": IDS, "vector": vectors, "year": years}))

    def asked(prefilter: bool) -> list[int]:
        search = table.search(ROWS[0]).distance_type("cosine").where("year >= 1990", prefilter=prefilter)
        return list(search.limit(10).to_arrow()["id"].to_pylist())

    first, after = asked(True), asked(False)
    assert len(first) == 10 and set(first) <= set(range(1390, 1400))
    assert len(after) < 10  # ten were found, and then those of the wrong years thrown away

    changed = [{"id": 1000, "vector": -ROWS[0], "year": 1600}, {"id": 5, "vector": ROWS[0], "year": 2000}]
    merge = table.merge_insert("id").when_matched_update_all().when_not_matched_insert_all()
    result = merge.execute(changed)
    assert (result.num_updated_rows, result.num_inserted_rows) == (1, 1) and table.count_rows() == 401
    assert table.search(ROWS[0]).distance_type("cosine").limit(1).to_arrow()["id"].to_pylist() == [5]

    table.delete("year < 1700")
    assert table.count_rows() == 301
    assert lancedb.connect(tmp_path).open_table("texts").count_rows() == 301
    table.checkout(1)  # what was deleted is in the version before
    assert table.count_rows() == 400


def test_a_half_written_file_is_no_part_of_a_table_of_lancedb(tmp_path: Path) -> None:
    lance(tmp_path).add(IDS, ROWS)
    data = tmp_path / "lance" / "vectors.lance" / "data"
    (file,) = data.iterdir()
    (data / "interrupted.lance").write_bytes(file.read_bytes()[:500])
    assert len(lance(tmp_path)) == 400


def test_a_table_of_lancedb_that_is_damaged_or_of_other_width_is_told(tmp_path: Path) -> None:
    index = lance(tmp_path)
    index.add(IDS, ROWS)
    with pytest.raises(ValueError, match="holds vectors of 8 numbers, and this index is of 9"):
        LanceIndex(tmp_path / "lance", 9)
    for manifest in (tmp_path / "lance" / "vectors.lance" / "_versions").glob("*.manifest"):
        manifest.write_bytes(b"half")
    with pytest.raises(OSError, match=r"can be neither opened nor made .* take them from a copy"):
        lance(tmp_path)


# Qdrant, in the local mode (a server is not to be had by pip)


def test_a_collection_of_qdrant_is_there_when_it_is_opened_again(tmp_path: Path) -> None:
    index = qdrant(tmp_path)
    index.add(IDS, ROWS)
    with pytest.raises(OSError, match="Close that one, or start a server"):
        qdrant(tmp_path)
    index.close()
    again = qdrant(tmp_path)
    assert len(again) == 400 and again.search(ROWS[3], 1).ids.item() == 1003
    again.close()
    with pytest.raises(ValueError, match="holds vectors of 8 numbers, and this index is of 9"):
        QdrantIndex(tmp_path / "qdrant", 9)


def test_qdrant_filters_by_metadata_and_deletes(tmp_path: Path) -> None:
    models = pytest.importorskip("qdrant_client").models
    index = QdrantIndex(":memory:", WIDTH)
    index.add(IDS, ROWS)
    index.client.set_payload("vectors", {"kind": "new"}, points=list(range(1390, 1400)))
    new = models.Filter(must=[models.FieldCondition(key="kind", match=models.MatchValue(value="new"))])
    found = index.client.query_points("vectors", query=ROWS[0].tolist(), query_filter=new, limit=10).points
    assert {point.id for point in found} == set(range(1390, 1400))
    index.client.delete("vectors", points_selector=new)
    assert len(index) == 390


@pytest.mark.filterwarnings("ignore:Failed to obtain server version")
def test_no_server_is_told_with_how_to_start_one() -> None:
    pytest.importorskip("qdrant_client")
    with pytest.raises(OSError, match="docker run -p 6333:6333 qdrant/qdrant"):
        QdrantIndex("http://127.0.0.1:9", WIDTH)


def test_an_id_that_64_bits_do_not_hold_is_refused() -> None:
    for large in (2**63, 2**64 - 1):
        with pytest.raises(ValueError, match="An id is at most"):
            ExactIndex(2).add(np.array([large], dtype=np.uint64), [[1, 0]])
    index = ExactIndex(2)
    index.add([2**63 - 1], [[1, 0]])
    assert index.search([1, 0], 1).ids.tolist() == [[2**63 - 1]]


@pytest.mark.parametrize("about", ["[]", "3", '{"kind": "exact", "width": 3, "vectors": 1}', '{"kind": 4}', "{"])
def test_an_index_whose_description_is_spoiled_is_told(about: str, tmp_path: Path) -> None:
    index = ExactIndex(2)
    index.add([0], [[1, 0]])
    save_index(index, tmp_path / "stored")
    (tmp_path / "stored" / "about.json").write_text(about, encoding="utf-8")
    with pytest.raises(ValueError, match="is not whole"):
        open_index(tmp_path / "stored")


def test_a_knob_is_a_number_above_nought() -> None:
    pytest.importorskip("faiss")
    index = FaissIndex(2, "HNSW16")
    for settings in ("efSearch=-3", "efSearch=0", "efSearch=nan", "efSearch", "efSearch=many"):
        with pytest.raises(ValueError, match="efSearch=64"):
            index.knobs(settings)
