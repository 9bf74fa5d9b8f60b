"""nbval catches an edited output, skips what needs an absent asset, and runs without a network.

Small notebooks, with their outputs stored as a careful author would have, are run once by pytest as the course does;
each test looks at what became of its cells.
"""

import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import nbformat
import nbval_rules
import pytest
from kernel_env import ROOT
from nbformat.v4 import new_notebook
from nbval_rules import SVG
from samples import code

PLUGIN = """
import nbval_rules
nbval_rules.is_available = lambda asset: asset == "here"
"""


ASSETS = ["needs:here", "raises-exception"]
NETWORK = code(
    "import os, socket, subprocess, sys, urllib.request\n"
    "def refused(action):\n"
    "    try:\n"
    "        action()\n"
    "    except OSError as error:\n"
    "        return type(error).__name__\n"
    "print(refused(lambda: socket.create_connection(('192.0.2.1', 80), timeout=3)))\n"
    "print(refused(lambda: socket.getaddrinfo('example.com', 80)))\n"
    "print(refused(lambda: urllib.request.urlopen('http://example.com', timeout=3)))\n"
    "child = [sys.executable, '-c', 'import socket; socket.gethostbyname(\"example.com\")']\n"
    "print(b'the chapters run without a network' in subprocess.run(child, capture_output=True).stderr)\n"
    "listener = socket.create_server(('127.0.0.1', 0))\n"
    "print(refused(lambda: socket.create_connection(listener.getsockname(), timeout=3)))\n"
    "print(os.environ['PIP_NO_INDEX'], os.environ['HF_HUB_OFFLINE'], os.environ['PYTHONHASHSEED'])",
    "ConnectionRefusedError\nConnectionRefusedError\nURLError\nTrue\nNone\n1 1 0\n",
)
WIDE = {
    "true": code("x = 1 / 3\nprint(round(x, 3))", "0.333\n"),
    "edited": code("print(round(2 * x, 3))", "0.666\n"),
    "ignored": code("print(2)", "3\n", tags=["nbval-ignore-output"]),
    "absent": code("raise RuntimeError('never run')", "0.9\n", tags=["needs:bert-base-uncased", "raises-exception"]),
    "asset": code("print(1)", "1\n", tags=ASSETS),
    "stale asset": code("print(2)", "3\n", tags=ASSETS),
    "failing asset": code("1 / 0", tags=ASSETS),
    "network": NETWORK,
    "prefix": code("import sys\nprint(sys.prefix == " + repr(sys.prefix) + ")", "True\n"),
    "figures": code("import matplotlib\nprint('inline' in matplotlib.get_backend())", "True\n"),
}


def figure(place: str, text: str = "0.726", moved: float = 0.0) -> object:
    """A cell that draws a dot and a word, and what it drew some hundredths of a pixel away."""
    source = (
        "from IPython.display import SVG\n"
        f'SVG(\'<svg><circle id="f5c115daa-0" cx="{place}" style="fill: #d55e00"/><text>{text}</text></svg>\')'
    )
    cell = code(source)
    stored = f'<svg><circle id="fbdccbc4e-0" cx="{float(place) + moved:.3f}" style="fill: #d55e00"/>'
    data = {SVG: f"{stored}<text>0.726</text></svg>", "text/plain": "<IPython.core.display.SVG object>"}
    cell.outputs = [nbformat.v4.new_output("execute_result", data, execution_count=1)]
    return cell


WIDE |= {
    "figure": figure("62.441", moved=0.001),
    "moved figure": figure("62.441", moved=0.02),
    "figure with another word": figure("62.441", text="0.727"),
}


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What pytest says of a notebook with the cells of `WIDE`, in surroundings that ask for other figures."""
    folder = tmp_path_factory.mktemp("nbval")
    for count, cell in enumerate(WIDE.values(), start=1):
        cell.execution_count = count
    nbformat.write(new_notebook(cells=list(WIDE.values())), folder / "sample.ipynb")
    (folder / "assets_for_this_test.py").write_text(PLUGIN, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
    options = ["-v", "-rs", "--color=no", "-c", "pytest.ini", "--nbval", "-p", "no:cacheprovider"]
    plugins = ["-p", "nbval_rules", "-p", "assets_for_this_test", "-p", "no:xdist"]
    paths = [str(folder), str(ROOT / "tools"), str(ROOT / "tests" / "notebooks"), os.environ.get("PYTHONPATH", "")]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths)), "MPLBACKEND": "agg"}
    command = [sys.executable, "-m", "pytest", *options, *plugins, "sample.ipynb"]
    return subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, timeout=300).stdout


@pytest.fixture
def outcome(said: str) -> Callable[[str], str]:
    def of(cell: str) -> str:
        found = re.search(rf"::Cell {list(WIDE).index(cell)} (PASSED|FAILED|SKIPPED)", said)
        assert found, said
        return found[1].lower()

    return of


def test_true_outputs_pass_and_an_edited_one_is_caught(outcome: Callable[[str], str], said: str) -> None:
    assert (outcome("true"), outcome("edited")) == ("passed", "failed")
    assert "0.666" in said and "0.667" in said


def test_a_cell_without_its_asset_is_skipped_and_says_why(outcome: Callable[[str], str], said: str) -> None:
    assert outcome("absent") == "skipped"
    assert "needs bert-base-uncased, which is not on this machine" in said
    assert "python -m embedlib assets fetch bert-base-uncased" in said


def test_a_cell_with_its_asset_runs_and_is_compared(outcome: Callable[[str], str]) -> None:
    assert [outcome(cell) for cell in ("asset", "stale asset", "failing asset")] == ["passed", "failed", "failed"]


def test_an_ignored_output_is_not_compared(outcome: Callable[[str], str]) -> None:
    assert outcome("ignored") == "passed"


def test_no_kernel_reaches_a_network(outcome: Callable[[str], str], said: str) -> None:
    assert outcome("network") == "passed", said


def test_kernels_run_in_the_python_of_the_tests_with_figures_inline(outcome: Callable[[str], str]) -> None:
    assert (outcome("prefix"), outcome("figures")) == ("passed", "passed")


def test_a_figure_may_differ_by_what_cannot_be_seen(outcome: Callable[[str], str], said: str) -> None:
    cells = ("figure", "moved figure", "figure with another word")
    assert [outcome(cell) for cell in cells] == ["passed", "failed", "failed"], said


# A chapter that passed and has not changed


@pytest.fixture
def chapter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A small course, of which every part can be changed, with one chapter."""
    for name in ("notebooks", "embedlib", "store", "requirements", "tests/notebooks"):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "part.txt").write_text("as it was", encoding="utf-8")
    monkeypatch.setattr(nbval_rules, "ROOT", tmp_path)
    monkeypatch.setattr(nbval_rules, "PASSED", tmp_path / "_build" / "passed")
    monkeypatch.setattr("embedlib.assets.store_dir", lambda: tmp_path / "store")
    monkeypatch.delenv("CI", raising=False)
    nbval_rules.grounds.cache_clear()
    path = tmp_path / "notebooks" / "07_x.ipynb"
    nbformat.write(new_notebook(cells=[code("1"), code("2")]), path)
    yield path
    nbval_rules.grounds.cache_clear()


def run(*outcomes: str, meanwhile: Callable[[], object] = lambda: None) -> None:
    record = nbval_rules.Record()
    for count, outcome in enumerate(outcomes):
        name = f"notebooks/07_x.ipynb::Cell {count}"
        record.pytest_runtest_logreport(pytest.TestReport(name, (name, 0, name), {}, outcome, None, "call"))
    meanwhile()
    record.pytest_sessionfinish()
    nbval_rules.grounds.cache_clear()


def test_a_photograph_within_a_figure_is_not_compared_but_its_place_is() -> None:
    figure = '<svg><image x="{}" href="data:image/webp;base64,{}"/><text>a</text></svg>'
    assert nbval_rules.is_same_figure(figure.format(4, "QUFB7"), figure.format(4, "QkJC"))
    assert not nbval_rules.is_same_figure(figure.format(4, "QUFB"), figure.format(5, "QUFB"))


def test_a_chapter_is_skipped_once_all_its_cells_have_passed(chapter: Path) -> None:
    for outcomes in (["passed", "failed"], ["passed"], ["passed", "skipped"]):
        run(*outcomes)
        assert not nbval_rules.passed_before(chapter)
    run("passed", "passed")
    assert nbval_rules.passed_before(chapter)


def test_ci_never_skips(chapter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("passed", "passed")
    monkeypatch.setenv("CI", "true")
    assert not nbval_rules.passed_before(chapter)


@pytest.mark.parametrize("part", ["embedlib", "store", "requirements", "tests/notebooks"])
def test_a_change_of_what_a_chapter_depends_on_runs_it_again(chapter: Path, part: str) -> None:
    run("passed", "passed")
    file = chapter.parents[1] / part / "part.txt"
    before = file.stat()
    file.write_text("as it is.", encoding="utf-8")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))
    nbval_rules.grounds.cache_clear()
    assert not nbval_rules.passed_before(chapter)
    file.write_text("as it was", encoding="utf-8")
    nbval_rules.grounds.cache_clear()
    assert nbval_rules.passed_before(chapter)


def test_a_change_of_the_chapter_or_of_a_setting_runs_it_again(chapter: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run("passed", "passed")
    monkeypatch.setenv("OPENBLAS_CORETYPE", "another")
    nbval_rules.grounds.cache_clear()
    assert not nbval_rules.passed_before(chapter)
    monkeypatch.undo()
    chapter.write_bytes(chapter.read_bytes() + b"\n")
    assert not nbval_rules.passed_before(chapter)


def test_what_changes_while_a_chapter_runs_is_not_passed_off_as_tested(chapter: Path) -> None:
    file = chapter.parents[1] / "embedlib" / "part.txt"
    run("passed", "passed", meanwhile=lambda: file.write_text("another", encoding="utf-8"))
    assert not nbval_rules.passed_before(chapter)
