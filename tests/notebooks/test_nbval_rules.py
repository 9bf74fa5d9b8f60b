"""nbval catches an edited output, skips what needs an absent asset, and runs without a network.

Each test writes a small notebook with its outputs stored as a careful author would have, and runs pytest
over it as the course does.
"""

import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from kernel_env import ROOT
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from samples import code

PLUGIN = """
import nbval_rules
nbval_rules.is_available = lambda asset: asset == "here"
"""


class Result:
    def __init__(self, text: str) -> None:
        self.text = text

    def count(self, outcome: str) -> int:
        """How many cells had this outcome, by pytest's last line."""
        words = self.text.strip().splitlines()[-1].replace(",", "").split()
        return int(words[words.index(outcome) - 1]) if outcome in words else 0


@pytest.fixture
def run(tmp_path: Path):
    def run_nbval(*cells: NotebookNode, **environment: str) -> Result:
        for count, cell in enumerate(cells, start=1):
            cell.execution_count = count
            for output in cell.outputs:
                if output.output_type == "execute_result":
                    output.execution_count = count
        nbformat.write(new_notebook(cells=list(cells)), tmp_path / "sample.ipynb")
        (tmp_path / "assets_for_this_test.py").write_text(PLUGIN, encoding="utf-8")
        paths = [str(tmp_path), str(ROOT / "tools"), str(ROOT / "tests" / "notebooks")]
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-rs",
            "--color=no",
            "-c",
            str(tmp_path / "pytest.ini"),
            "--nbval",
        ]
        (tmp_path / "pytest.ini").write_text("[pytest]\n", encoding="utf-8")
        command += [
            "-p",
            "nbval_rules",
            "-p",
            "assets_for_this_test",
            "-p",
            "no:cacheprovider",
            "sample.ipynb",
        ]
        env = {**os.environ, "PYTHONPATH": os.pathsep.join(paths), **environment}
        done = subprocess.run(command, cwd=tmp_path, env=env, capture_output=True, text=True, timeout=300)
        return Result(done.stdout)

    return run_nbval


def test_true_outputs_pass_and_an_edited_one_is_caught(run) -> None:
    true = code("x = 1 / 3\nprint(round(x, 3))", "0.333\n")
    edited = code("print(round(2 * x, 3))", "0.666\n")
    result = run(true, edited)
    assert (result.count("passed"), result.count("failed")) == (1, 1), result.text
    assert "0.666" in result.text and "0.667" in result.text


def test_a_cell_without_its_asset_is_skipped_and_says_why(run) -> None:
    absent = code("raise RuntimeError('never run')", "0.9\n", tags=["needs:bert-base-uncased", "raises-exception"])
    result = run(code("print(1)", "1\n"), absent)
    assert (result.count("passed"), result.count("skipped"), result.count("failed")) == (1, 1, 0), result.text
    assert "needs bert-base-uncased, which is not on this machine" in result.text
    assert "python -m embedlib assets fetch bert-base-uncased" in result.text


def test_a_cell_with_its_asset_runs_and_is_compared(run) -> None:
    right = code("print(1)", "1\n", tags=["needs:here", "raises-exception"])
    stale = code("print(2)", "3\n", tags=["needs:here", "raises-exception"])
    failing = code("1 / 0", tags=["needs:here", "raises-exception"])
    result = run(right, stale, failing)
    assert (result.count("passed"), result.count("failed")) == (1, 2), result.text


def test_an_ignored_output_is_not_compared(run) -> None:
    result = run(code("print(2)", "3\n", tags=["nbval-ignore-output"]))
    assert (result.count("passed"), result.count("failed")) == (1, 0), result.text


def test_no_kernel_reaches_a_network(run) -> None:
    cell = code(
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
    result = run(cell)
    assert result.count("passed") == 1, result.text


def test_kernels_run_in_the_python_of_the_tests_whatever_the_notebook_names(run) -> None:
    cell = code("import sys\nprint(sys.prefix == " + repr(sys.prefix) + ")", "True\n")
    result = run(cell, MPLBACKEND="agg")
    assert result.count("passed") == 1, result.text


def test_figures_are_inline_whatever_the_surroundings_ask(run) -> None:
    cell = code("import matplotlib\nprint('inline' in matplotlib.get_backend())", "True\n")
    result = run(cell, MPLBACKEND="agg")
    assert result.count("passed") == 1, result.text
