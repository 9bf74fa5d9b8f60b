"""Islands: the site gets what JupyterLab gets, data is small and says truly how far it is rounded."""

from __future__ import annotations

import base64
import gzip
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from bs4 import BeautifulSoup

from embedlib import islands
from embedlib.islands import base, neighbors, pool, site, words

TOY = ["cat", "dog", "<b>", "fish", "paris", "o'clock"]


@pytest.fixture(scope="module")
def small() -> pool.Pool:
    return pool.unpack(pack_small())


def pack_small() -> bytes:
    return pool.pack(TOY, np.random.default_rng(1).normal(size=(len(TOY), 8)), total=100, model="toy")


@pytest.fixture(scope="module")
def real() -> pool.Pool:
    return words.load()


@pytest.fixture(scope="module")
def exact() -> Any:
    """Unit vectors of the unrounded model, as far as the pool reaches."""
    from embedlib.words.load import load_word_vectors

    vectors = load_word_vectors("glove-6b-50d")
    matrix = np.asarray(vectors.vectors[: pool.SIZE], dtype=np.float64)
    return matrix / np.linalg.norm(matrix, axis=1, keepdims=True)


def toy(folder: Path, parts: dict[str, base.Part] | None = None) -> base.Island:
    folder.mkdir(exist_ok=True)
    (folder / "island.js").write_text("export default { render() {} };\n")
    (folder / "island.css").write_text("")
    return base.Island(folder, {"n": 1}, dict, lambda _: {}, lambda *_: "", parts or {})


# ------------------------------------------------------------------ one module, two places


@pytest.mark.parametrize(
    ("module", "sentence"),
    [
        ('import x from "./x.js";\nexport default {};', "has an import on line 1"),
        ('export default {};\nconst later = () => import("./x.js");', "has an import on line 2"),
        ("const here = import.meta.url; export default {};", "has an import on line 1"),
        ("export const a = 1;\nexport default {};", "exports more than its default, on line 1"),
        ("const a = 1;\nexport default {};\nexport { a };", "exports more than its default, on line 3"),
        ("export default {};\nexport default {};", "it has 2"),
        ("const render = 1;", "it has 0"),
        ("// export default {};", "it has 0"),
        ("export defaults;", "exports more than its default"),
    ],
)
def test_a_module_that_cannot_run_from_a_folder_is_refused(module: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        site.classic_script("toy", module)


def test_words_in_strings_and_comments_are_no_imports() -> None:
    module = (
        "// import nothing\n/* export\n default */\n"
        "const text = \"import 'x'\" + 'export it' + `export default ${1}`;\n"
        "const o = { import: 1, export: 2 }; o.import; const exports = 1, important = 2;\n"
        "export default { render() { return text; } };\n"
    )
    script = site.classic_script("toy", module)
    assert "const islandModule = { render() { return text; } };" in script
    assert script.count("export default") == 1, "the one in the string stays"


def test_the_site_runs_the_same_source_as_jupyterlab() -> None:
    one = base.island("neighbors")
    module = site.module_source(one)
    assert islands.show("neighbors")._esm.strip().endswith(module.strip()[-200:])
    before, after = module.split("export default")
    script = site.island_files(one)["neighbors.js"].decode()
    assert before in script and after.strip() in script


def test_an_island_is_known_by_its_module() -> None:
    assert "neighbors" in islands.available()
    with pytest.raises(ValueError, match=r'no island "neighbours"\. There are: .*neighbors'):
        base.island("neighbours")


def test_islands_are_imported_lightly() -> None:
    heavy = "('anywidget', 'gensim', 'matplotlib', 'pandas')"
    code = f"import sys, embedlib.islands; print([name for name in {heavy} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ------------------------------------------------------------------ the site's files


def test_the_export_is_the_same_every_time(tmp_path: Path) -> None:
    first = islands.export_site(tmp_path / "one", ["neighbors"])
    second = islands.export_site(tmp_path / "two", ["neighbors"])
    assert [p.name for p in first] == ["loader.js", "neighbors.js", "neighbors.css", "neighbors.data.js"]
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


def test_an_export_leaves_alone_what_is_right_already(tmp_path: Path) -> None:
    files = islands.export_site(tmp_path, ["neighbors"])
    files[1].write_text("damaged")
    stamps = [p.stat().st_mtime_ns for p in files]
    islands.export_site(tmp_path, ["neighbors"])
    assert [p.stat().st_mtime_ns == stamp for p, stamp in zip(files, stamps, strict=True)] == [True, False, True, True]
    assert files[1].read_text() != "damaged"


def test_every_island_keeps_to_the_budget() -> None:
    for name in islands.available():
        one = base.island(name)
        for part in one.parts:
            script = site.data_script(base.part_file(one, part), base.part_bytes(one, part))
            assert len(gzip.compress(script)) <= one.parts[part].budget


def test_data_above_the_budget_is_refused(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).bytes(2_100_000)
    one = toy(tmp_path / "toy", {"data": base.Part(make=lambda: noise, key=lambda: "noise")})
    with pytest.raises(ValueError, match=r'data "data" of the island toy takes 2,1\d\d,\d\d\d bytes; 2,000,000'):
        site.island_files(one, tmp_path / "cache")


def test_a_data_script_carries_the_bytes_as_they_are() -> None:
    text = site.data_script("toy.data", bytes(range(256))).decode("ascii")
    assert base64.b64decode(text.split('"')[-2]) == bytes(range(256))


# ------------------------------------------------------------------ the cache


def count_makes(answer: bytes) -> tuple[list[int], Any]:
    made: list[int] = []

    def make() -> bytes:
        made.append(1)
        return answer

    return made, make


def test_data_is_made_once_for_each_key(tmp_path: Path) -> None:
    made, make = count_makes(b"data")
    for key in ("a", "a", "b", "b"):
        assert base.cached(tmp_path, "toy.data", key, make) == b"data"
    assert len(made) == 2
    assert len(list(tmp_path.iterdir())) == 1, "the data of the old key is gone"


@pytest.mark.parametrize("damage", [lambda b: b[:-1], lambda b: b[:10], lambda b: b"", lambda b: b"X" + b[1:]])
def test_damaged_cached_data_is_made_again(tmp_path: Path, damage: Any) -> None:
    made, make = count_makes(b"data" * 20)
    base.cached(tmp_path, "toy.data", "a", make)
    (kept,) = tmp_path.iterdir()
    kept.write_bytes(damage(kept.read_bytes()))
    assert base.cached(tmp_path, "toy.data", "a", make) == b"data" * 20
    assert len(made) == 2


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    assert base.cached(tmp_path / "file" / "islands", "toy.data", "a", lambda: b"data") == b"data"


def test_a_failed_write_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(OSError, match="No space"):
        base.write_atomically(tmp_path / "file", b"data")
    assert list(tmp_path.iterdir()) == []


def test_the_pool_is_made_again_when_its_code_or_its_model_changes(monkeypatch: pytest.MonkeyPatch) -> None:
    before = words.data_key()
    monkeypatch.setattr(words, "asset_key", lambda _: "other files")
    assert words.data_key() != before
    monkeypatch.undo()
    monkeypatch.setattr(words, "source_key", lambda *_: "other code")
    assert words.data_key() != before


# ------------------------------------------------------------------ the pool


def test_packing_is_deterministic() -> None:
    assert pack_small() == pack_small()


def test_rounding_moves_no_number_by_more_than_half_a_step() -> None:
    unit = pool.unit_rows(np.random.default_rng(2).normal(size=(500, 20)))
    integers, step, offsets = pool.quantise(unit)
    assert integers.min() >= -127 and integers.max() <= 127
    assert np.abs(integers * step + np.array(offsets) - unit).max() <= step / 2 * 1.0001


def test_the_pool_is_glove_s_first_forty_thousand_words(real: pool.Pool) -> None:
    from embedlib.words.load import load_word_vectors

    assert real.words == load_word_vectors("glove-6b-50d").index_to_key[:40_000]
    assert real.vectors.shape == (40_000, 50)
    assert real.header["of"] == 400_000
    assert {"cat", "kitten", "feline", "paris", "1984"} <= set(real.words)


def test_what_is_said_about_the_rounding_is_true(real: pool.Pool, exact: Any) -> None:
    said = real.header["rounding"]
    rng = np.random.default_rng(99)
    queries = rng.choice(len(exact), size=400, replace=False)
    kept, errors = [], []
    for start in range(0, len(queries), 100):
        block = queries[start : start + 100]
        true, rounded = (
            exact[block] @ exact.T,
            real.vectors[block].astype(np.float64) @ real.vectors.T.astype(np.float64),
        )
        for row, at in enumerate(block):
            true[row, at] = rounded[row, at] = -2
            a, b = (set(np.argsort(-scores[row])[:10].tolist()) for scores in (true, rounded))
            kept.append(len(a & b))
            errors.append(np.abs(true[row] - rounded[row])[list(b)].max())
    assert np.mean(kept) == pytest.approx(said["kept"], abs=0.1)
    assert max(errors) <= said["error"] * 1.15
    assert said["kept"] > 9.7 and said["error"] < 0.01


def test_what_is_said_about_strangers_is_true(real: pool.Pool, exact: Any) -> None:
    rng = np.random.default_rng(123)
    a, b = rng.integers(len(exact), size=(2, 400_000))
    cosines = np.einsum("nd,nd->n", exact[a[a != b]], exact[b[a != b]])
    assert real.header["strangers"]["mean"] == pytest.approx(cosines.mean(), abs=0.002)


def test_neighbours_are_those_of_gensim_on_the_same_numbers(real: pool.Pool) -> None:
    from gensim.models import KeyedVectors

    vectors = KeyedVectors(50)
    vectors.add_vectors(real.words, real.vectors)
    for word in ("cat", "paris", "the", "midwife"):
        ours, theirs = neighbors.neighbours(real, word), vectors.most_similar(word, topn=10)
        assert [name for name, _ in ours] == [name for name, _ in theirs]
        np.testing.assert_allclose([c for _, c in ours], [c for _, c in theirs], atol=1e-5)
        assert words.rank(real, words.vector(real, word), theirs[6][0], without=[word]) == 7


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"",
        lambda _: b"hello",
        lambda data: data[: len(data) // 2],
        lambda data: gzip.compress(gzip.decompress(data)[:-1]),
        lambda data: gzip.compress(b"no header"),
        lambda data: gzip.compress(b"{}\n"),
        lambda data: gzip.compress(gzip.decompress(data).replace(b'"format":1', b'"format":9')),
    ],
)
def test_a_damaged_pool_is_a_sentence(damage: Any) -> None:
    with pytest.raises(ValueError, match=r"not a pool of word vectors|written by another version"):
        pool.unpack(damage(pack_small()))


@pytest.mark.parametrize("bad", [0.0, np.nan, np.inf])
def test_a_vector_without_direction_is_refused(bad: float) -> None:
    with pytest.raises(ValueError, match="no direction"):
        pool.pack(["a", "b"], np.array([[1.0, 2.0], [bad, bad]]), total=2)


def test_words_that_do_not_fit_their_vectors_are_refused() -> None:
    with pytest.raises(ValueError, match="3 words, but 2 vectors"):
        pool.pack(["a", "b", "c"], np.eye(2), total=3)
    with pytest.raises(ValueError, match="line break"):
        pool.pack(["a\nb", "c"], np.eye(2), total=2)


# ------------------------------------------------------------------ without JavaScript


@pytest.mark.parametrize("name", islands.available())
def test_the_place_on_a_page_is_complete_without_scripts(name: str) -> None:
    page = BeautifulSoup(islands.placeholder_html(name, "../_static"), "html.parser")
    place = page.find(class_="island")
    assert place["data-island"] == name and len(place.table.tbody.find_all("tr")) >= 2
    assert place.table.caption.text.endswith(".") and "Run this cell" not in place.text
    assert "JavaScript" in place.noscript.text
    assert not place.find_all(["input", "button", "select"]), "no control that works only with scripts"
    assert page.link["href"].startswith(f"../_static/islands/{name}.css")
    assert page.script["src"].startswith("../_static/islands/loader.js")


def test_the_first_answer_travels_with_the_page(real: pool.Pool) -> None:
    first = neighbors.first({"word": "paris", "other": "berlin"})
    u, v = (words.vector(real, word) for word in ("paris", "berlin"))
    scores = real.vectors @ u
    assert first["ranks"][0] == int((scores > scores[real.index["berlin"]]).sum())
    assert first["ranks"][1] == words.rank(real, v, "paris", without=["berlin"])
    assert set(first["vectors"]) == {"paris", "berlin", *(name for name, _ in first["found"])}
    np.testing.assert_allclose(first["vectors"]["paris"], u, atol=1e-5)
    assert neighbors.first({"word": "paris", "other": ""})["ranks"] == []


def test_the_reader_is_told_what_will_be_loaded(tmp_path: Path) -> None:
    *_, data = islands.export_site(tmp_path, ["neighbors"])
    size = len(gzip.compress(data.read_bytes())) / 1e6
    assert f'"{size:.1f} MB"' in islands.placeholder_html("neighbors", ".").replace("&quot;", '"')


def test_words_are_escaped(small: pool.Pool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbors, "load", lambda: small)
    page = neighbors.fallback_html({"word": "<b>"}) + neighbors.fallback_html({"word": "cat"})
    assert "<b>" not in page and page.count("&lt;b&gt;") == 2


@pytest.mark.parametrize(("value", "text"), [(0.5, "0.50"), (-0.123, "−0.12"), (-0.001, "0.00"), (0.0, "0.00")])
def test_numbers_have_a_real_minus_and_no_negative_zero(value: float, text: str) -> None:
    assert words.signed(value) == text


# ------------------------------------------------------------------ in a notebook


def test_options_are_checked_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="has no option wort; it has word, other"):
        islands.show("neighbors", wort="cat")
    with pytest.raises(
        ValueError, match=r'"kittne" is not among the 40,000 words of this island\. Did you mean .*kitten'
    ):
        islands.show("neighbors", word="kittne")
    with pytest.raises(ValueError, match='"" is not among'):
        islands.show("neighbors", word=" ")
    assert islands.show("neighbors", word="Paris", other="").word == "paris"


def test_a_widget_has_a_stable_text_and_a_table_for_readers_without_a_kernel() -> None:
    widget = islands.show("neighbors", word="guitar")
    assert repr(widget) == "Neighbors(word='guitar', other='dog')"
    bundle = widget._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert data["text/plain"] == repr(widget)
    assert "guitar" in data["text/html"] and "<script" not in data["text/html"] and "0x" not in data["text/html"]
    other = islands.show("neighbors", word="guitar")._repr_mimebundle_()
    assert (other[0] if isinstance(other, tuple) else other)["text/html"] == data["text/html"]


def test_python_moves_the_island_only_to_words_that_it_has() -> None:
    from traitlets import TraitError

    widget = islands.show("neighbors")
    widget.word = "Berlin"
    assert widget.word == "berlin"
    with pytest.raises(TraitError, match="not among the 40,000"):
        widget.word = "qwzxq"
    assert (widget.word, widget.other) == ("berlin", "dog")


def test_python_sends_the_bytes_that_the_site_ships(tmp_path: Path) -> None:
    widget = islands.show("neighbors")
    sent: list[tuple[Any, Any]] = []
    widget.send = lambda message, buffers=None: sent.append((message, buffers))
    widget._handle_custom_msg({"part": "data"}, [])
    (message, (content,)) = sent.pop()
    assert message == {"part": "data"}
    *_, script = islands.export_site(tmp_path, ["neighbors"])
    assert base64.b64decode(script.read_text().split('"')[-2]) == content


@pytest.mark.parametrize("message", [{"part": "weights"}, {"part": "../../etc"}, {"part": "worker"}])
def test_a_part_that_is_not_there_is_answered_with_a_sentence(message: Any) -> None:
    widget = islands.show("neighbors")
    sent: list[Any] = []
    widget.send = lambda message, buffers=None: sent.append(message)
    widget._handle_custom_msg(message, [])
    assert "has no data called" in sent[0]["error"]


@pytest.mark.parametrize("message", [None, "hello", {}, {"part": 3}])
def test_messages_of_another_kind_are_left_alone(message: Any) -> None:
    widget = islands.show("neighbors")
    widget.send = lambda *_: pytest.fail("nothing was asked")
    widget._handle_custom_msg(message, [])
