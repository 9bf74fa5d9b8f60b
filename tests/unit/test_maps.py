"""A map says how it was made and what it keeps; TensorBoard opens the folder that is written for it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from itertools import combinations
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlencode
from urllib.request import urlopen

import numpy as np
import pytest
from PIL import Image

from embedlib import plots
from embedlib.show import export_projector, maps, visualize_embeddings
from embedlib.vectors import unit_rows
from embedlib.vectors.projection import measure_map, pca_2d

RNG = np.random.default_rng(0)


def clusters(n: int) -> tuple[np.ndarray, list[str], list[str]]:
    centres = np.eye(8)[:4] * 3
    kinds = [i % 4 for i in range(n)]
    rows = centres[kinds] + RNG.normal(size=(n, 8)) * 0.4
    return rows, [f"word{i}" for i in range(n)], [f"kind{kind}" for kind in kinds]


def test_few_points_are_drawn_by_pca_and_it_is_said_how_much_they_keep() -> None:
    rows, words, kinds = clusters(20)
    drawn = visualize_embeddings(rows, words, kinds)
    flat = pca_2d(unit_rows(rows))
    assert drawn.points == pytest.approx(flat.points)
    measures = measure_map(unit_rows(rows), flat.points, 9)
    assert drawn.measures == measures
    assert repr(drawn) == (
        f"PCA, for 20 points are too few for another method. The two axes hold {100 * flat.share.sum():.0f} % of the "
        f"spread. Of the 9 nearest of a word it keeps {100 * measures.recall:.0f} %; random places would keep 47 %."
    )


def test_more_points_are_drawn_by_tsne_with_a_perplexity_that_they_allow() -> None:
    rows, words, kinds = clusters(60)
    drawn = visualize_embeddings(rows, words, kinds)
    assert drawn.method == "t-SNE, perplexity 19"
    assert drawn.measures is not None
    assert drawn.measures.trustworthiness > 0.8
    assert "60 points are enough" in repr(drawn)


def test_the_names_of_a_map_do_not_cover_one_another() -> None:
    rows, words, _ = clusters(100)
    figure = visualize_embeddings(rows, words, method="PCA").figure
    figure.draw_without_rendering()
    boxes = [text.get_window_extent() for text in figure.axes[0].texts]
    assert 10 < len(boxes) < 100  # some had no room, and were left out
    covered = sum(one.shrunk(0.9, 0.7).overlaps(other.shrunk(0.9, 0.7)) for one, other in combinations(boxes, 2))
    assert covered == 0


def test_three_points_have_a_map_and_two_have_none() -> None:
    assert visualize_embeddings(np.eye(3), ["a", "b", "c"]).measures is None
    with pytest.raises(ValueError, match="at least 3 words, and there are 2"):
        visualize_embeddings(np.eye(2), ["a", "b"])


@pytest.mark.parametrize(
    ("rows", "words", "options", "says"),
    [
        (np.eye(4), ["a", "b", "c"], {}, "4 vectors and 3 names"),
        (np.eye(4), list("abcd"), {"groups": ["x"]}, "4 words and 1 groups"),
        (np.eye(4), list("abcd"), {"method": "tsne"}, "method is 'tsne'"),
        (np.eye(4), list("abcd"), {"method": "t-SNE"}, "needs at least 7 points"),
        (np.eye(4) * np.nan, list("abcd"), {}, 'vector of "a" holds NaN'),
        (np.diag([1.0, 1, 1, 0]), list("abcd"), {}, '"d"'),
        (np.eye(9), list("abcdefghi"), {"groups": list("abcdefghi")}, "9 groups are too many"),
        (np.ones((60, 4)), [str(i) for i in range(60)], {}, "point the same way"),
        (np.eye(4), list("abcd"), {"groups": "abcd"}, "groups is a list"),
        (np.eye(4), list("abcd"), {"groups": 4}, "groups is a list"),
        (np.eye(4), list("abcd"), {"seed": -1}, "seed is -1"),
    ],
)
def test_bad_input_is_met_with_a_sentence(rows: np.ndarray, words: list[str], options: dict, says: str) -> None:
    with pytest.raises((ValueError, TypeError), match=says):
        visualize_embeddings(rows, words, **options)


def test_maps_are_drawn_side_by_side_with_the_names_of_their_groups() -> None:
    points = RNG.normal(size=(12, 2))
    kinds = ["country", "food", "body"] * 4
    figure = maps({"one": points, "other": points}, kinds, named=["one"])
    panels = {axes.get_title(loc="left"): [text.get_text() for text in axes.texts] for axes in figure.axes}
    assert panels == {"one": ["country", "food", "body"], "other": []}
    assert not figure.legends
    assert maps({"one": points}, kinds).legends
    with pytest.raises(ValueError, match="needs points of shape"):
        maps({"one": points}, kinds[:3])
    with pytest.raises(ValueError, match="no maps to draw"):
        maps({})


def test_the_article_s_name_is_found_where_its_readers_look_for_it() -> None:
    assert plots.visualize_embeddings is visualize_embeddings
    assert plots.export_projector is export_projector


# --- TensorBoard


def test_the_folder_holds_vectors_names_and_pictures(tmp_path: Path) -> None:
    rows = RNG.normal(size=(5, 3)).astype(np.float32)
    words = ["cat", "dog", 'a "quoted" one', "with\ttab", "naïve"]
    red = Image.new("RGB", (9, 7), (255, 0, 0))
    folder = export_projector(tmp_path / "new", rows, words, {"n": range(5)}, pictures=[red] * 5, side=10)
    stored = np.loadtxt(folder / "tensors.tsv", delimiter="\t")
    assert stored == pytest.approx(rows, rel=1e-6)
    lines = (folder / "metadata.tsv").read_text(encoding="utf-8").splitlines()
    assert [line.split("\t") for line in lines] == [
        ["word", "n"], ["cat", "0"], ["dog", "1"], ['a "quoted" one', "2"], ["with tab", "3"], ["naïve", "4"],
    ]  # fmt: skip
    sheet = Image.open(folder / "sprite.png")
    assert sheet.size == (30, 30)
    assert sheet.getpixel((15, 15)) == (255, 0, 0)
    assert sheet.getpixel((25, 25)) == (255, 255, 255)


@pytest.mark.parametrize(
    ("rows", "words", "columns", "says"),
    [
        (np.eye(3), ["a", "b"], None, "shape \\(2, d\\) are needed, not \\(3, 3\\)"),
        (np.full((2, 2), np.inf), ["a", "b"], None, '"a" holds NaN or infinity'),
        (np.eye(2), ["a", "b"], {"kind": ["x"]}, '"kind" has 1 values for 2 words'),
    ],
)
def test_what_cannot_be_exported_is_said(
    tmp_path: Path, rows: np.ndarray, words: list[str], columns, says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        export_projector(tmp_path, rows, words, columns)
    with pytest.raises(ValueError, match="3 pictures for 2 words"):
        export_projector(tmp_path, np.eye(2), ["a", "b"], pictures=[Image.new("L", (2, 2))] * 3)


def test_tensorboard_opens_the_folder(tmp_path: Path) -> None:
    pytest.importorskip("tensorboard")
    rows = RNG.normal(size=(7, 4)).astype(np.float32)
    words = ["cat", "dog", "pear", "naïve", "blue sky", "a", "b"]
    picture = Image.new("RGB", (8, 8), (0, 0, 255))
    folder = export_projector(
        tmp_path / "log", rows, words, {"kind": list("xxyyyzz")}, name="words", pictures=[picture] * 7
    )
    log = tmp_path / "said.txt"
    command = [sys.executable, "-m", "tensorboard.main", "--logdir", str(folder), "--host", "127.0.0.1", "--port", "0"]
    with log.open("wb") as said:
        server = subprocess.Popen(command, stdout=said, stderr=said)
    try:
        address = _address(log, server)
        (run,) = json.loads(_fetch(address, "runs"))
        config = json.loads(_fetch(address, "info", run=run))
        (shown,) = config["embeddings"]
        assert shown["tensorName"] == "words"
        assert shown["tensorShape"] == [7, 4]
        assert shown["sprite"]["singleImageDim"] == [48, 48]
        sent = np.frombuffer(_fetch(address, "tensor", run=run, name="words"), dtype=np.float32).reshape(7, 4)
        assert sent == pytest.approx(rows, rel=1e-6)
        metadata = _fetch(address, "metadata", run=run, name="words").decode("utf-8").splitlines()
        assert metadata[0] == "word\tkind"
        assert [line.split("\t")[0] for line in metadata[1:]] == words
        assert _fetch(address, "sprite_image", run=run, name="words") == (folder / "sprite.png").read_bytes()
    finally:
        server.terminate()
        server.wait(timeout=20)


def _address(log: Path, server: subprocess.Popen[bytes]) -> str:
    for _ in range(600):
        found = re.search(r"http://[^\s]+", log.read_text(encoding="utf-8", errors="replace"))
        if found:
            return found[0]
        assert server.poll() is None, log.read_text(encoding="utf-8", errors="replace")
        time.sleep(0.2)
    raise AssertionError(f"TensorBoard has not said where it listens: {log.read_text(encoding='utf-8')}")


def _fetch(address: str, what: str, **asked: str) -> bytes:
    url = f"{address.rstrip('/')}/data/plugin/projector/{what}?{urlencode(asked)}"
    for wait in range(100):
        try:
            with urlopen(url, timeout=30) as answer:
                return bytes(answer.read())
        except URLError:
            if wait == 99:
                raise
            time.sleep(0.3)
    raise AssertionError
