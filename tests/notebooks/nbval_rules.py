"""The course's settings for nbval: how its kernels start, and which cells it passes over.

A pytest plugin. With `--nbval`, every chapter runs in the Python that runs pytest, in the surroundings of
`tools/kernel_env.py`, which have no network. A cell tagged `needs:<asset>` is skipped, with that reason,
where the asset cannot be had; where it can, the cell runs and is compared like any other.

Figures are compared as drawings: the same shapes and the same lettering, each coordinate within a hundredth of a
pixel. (The last bit of a sum depends on how many threads share it, and a map of vectors shows it.)

With `--skip-unchanged`, a chapter is skipped when all of its cells passed on this machine before and nothing that
it depends on has changed since, by content. CI never skips.
"""

import hashlib
import os
import re
import sys
import sysconfig
from collections import Counter
from functools import cache, partial
from pathlib import Path
from typing import Any

import nbformat
import nbval.kernel
import pytest
from kernel_env import ROOT, kernel_env
from nbval.plugin import IPyNbCell

CELL_TIMEOUT = 600.0
NBVAL_DEFAULT_TIMEOUT = 2000.0
PASSED = ROOT / "_build" / "passed"
# What a chapter's outputs depend on beside its notebook: the library, the lock, and all that tests or runs it.
GROUNDS = ("embedlib", "requirements", "tools", "training", "tests/notebooks", "conftest.py", "pyproject.toml")
SVG = "image/svg+xml"
TAG = re.compile(r"<[^>]*>")
NUMBER = re.compile(r"(?<![\w.])-?\d+(?:\.\d+)?")
IDENTIFIER = re.compile(r"(?<=[\"#])f[0-9a-f]{8}-(?=\d)")  # of embedlib.show.plots, a digest of the figure
PHOTOGRAPH = re.compile(r"data:image/[^\"]*")  # within a drawing; like a PNG it is not compared
PIXEL_TOLERANCE = 0.01
TENTHS = 0.11  # a drawing on the board writes tenths, and rounding may go to the next one
SWITCHES = ("OMP_", "OPENBLAS_", "MKL_", "ATEN_", "EMBEDLIB_", "CUDA_")


def needed_assets(cell: Any) -> list[str]:
    """Names of the assets that a cell's `needs:` tags ask for."""
    return [tag.removeprefix("needs:") for tag in cell.metadata.get("tags", []) if tag.startswith("needs:")]


@cache
def is_available(asset: str) -> bool:
    from embedlib.assets import available

    return available(asset)


@cache
def grounds() -> str:
    """A checksum of everything that all chapters depend on: code, lock, installed versions, assets, settings."""
    from embedlib.assets import store_dir

    versions = sorted(path.name for path in Path(sysconfig.get_path("purelib")).glob("*.dist-info"))
    settings = sorted(f"{name}={value}" for name, value in os.environ.items() if name.startswith(SWITCHES))
    digest = hashlib.sha256("\n".join([sys.version, *versions, *settings]).encode())
    for folder in [*(ROOT / name for name in GROUNDS), Path(store_dir())]:
        for file in [folder] if folder.is_file() else sorted(folder.rglob("*")):
            if file.is_file() and "__pycache__" not in file.parts:
                with file.open("rb") as content:
                    digest.update(f"{file}\0{hashlib.file_digest(content, 'sha256').hexdigest()}\n".encode())
    return digest.hexdigest()


def _allowed(one: str, other: str) -> float:
    """How far two coordinates may lie apart, by how many decimals they were written with."""
    decimals = max(len(number.partition(".")[2]) for number in (one, other))
    return TENTHS if decimals <= 1 else PIXEL_TOLERANCE


def is_same_figure(stored: str, drawn: str) -> bool:
    """Whether two SVG texts show the same: all but the numbers in their tags is equal, and those nearly so."""

    def parts(svg: str) -> tuple[str, list[str]]:
        numbers: list[str] = []

        def take(number: re.Match[str]) -> str:
            numbers.append(number[0])
            return "#"

        return TAG.sub(lambda tag: NUMBER.sub(take, tag[0]), PHOTOGRAPH.sub("", IDENTIFIER.sub("", svg))), numbers

    (shapes, places), (new_shapes, new_places) = parts(stored), parts(drawn)
    near = (
        abs(float(one) - float(other)) <= _allowed(one, other) for one, other in zip(places, new_places, strict=False)
    )
    return shapes == new_shapes and all(near)


_compare_exactly = IPyNbCell.compare_outputs


def compare_outputs(cell: Any, test: list[Any], ref: list[Any], skip_compare: Any = None) -> bool:
    """As nbval compares, but for figures that differ by what cannot be seen."""
    drawn, stored = ([one["data"] for one in some if SVG in one.get("data", {})] for some in (test, ref))
    for new, old in zip(drawn, stored, strict=False):
        if is_same_figure(old[SVG], new[SVG]):
            new[SVG] = old[SVG]
    return bool(_compare_exactly(cell, test, ref, skip_compare))


def state_of(notebook: Path) -> str:
    """A checksum of a notebook and of all that it depends on."""
    return hashlib.sha256(grounds().encode() + notebook.read_bytes()).hexdigest()


def passed_before(notebook: Path) -> bool:
    """Whether all cells passed when everything was as it is now; never in CI."""
    record = PASSED / notebook.stem
    is_ci = os.environ.get("CI", "").lower() not in ("", "0", "false")
    return not is_ci and record.is_file() and record.read_text(encoding="utf-8") == state_of(notebook)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--skip-unchanged", action="store_true", help="skip chapters that passed and have not changed")


def pytest_configure(config: pytest.Config) -> None:
    if not config.option.nbval:
        return
    config.option.nbval_current_env = True
    if config.option.nbval_cell_timeout == NBVAL_DEFAULT_TIMEOUT:
        config.option.nbval_cell_timeout = CELL_TIMEOUT
    IPyNbCell.compare_outputs = compare_outputs
    if not isinstance(nbval.kernel.start_new_kernel, partial):
        nbval.kernel.start_new_kernel = partial(nbval.kernel.start_new_kernel, env=kernel_env())
    if not hasattr(config, "workerinput"):
        config.pluginmanager.register(Record())


class Record:
    """Remember the chapters whose cells have all passed, unless something changed under their feet."""

    def __init__(self) -> None:
        self.before: dict[Path, str] = {}
        self.passed: Counter[Path] = Counter()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        path = ROOT / report.nodeid.split("::")[0]
        if path.suffix == ".ipynb" and path.parent == ROOT / "notebooks":
            self.before.setdefault(path, state_of(path))
            self.passed[path] += report.when == "call" and report.passed

    def pytest_sessionfinish(self) -> None:
        if self.before:
            grounds.cache_clear()
        for path, before in self.before.items():
            cells = sum(cell.cell_type == "code" for cell in nbformat.read(path, as_version=4).cells)
            if self.passed[path] == cells and state_of(path) == before:
                PASSED.mkdir(parents=True, exist_ok=True)
                (PASSED / path.stem).write_text(before, encoding="utf-8")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    cells = [item for item in items if isinstance(item, IPyNbCell)]
    unchanged = {path for path in {item.path for item in cells} if config.option.skip_unchanged and passed_before(path)}
    for item in cells:
        assets = needed_assets(item.cell)
        missing = [asset for asset in assets if not is_available(asset)]
        if item.path in unchanged:
            item.add_marker(pytest.mark.skip(reason="passed before, and nothing has changed since"))
        elif missing:
            names = " ".join(missing)
            reason = f"needs {names}, which is not on this machine: python -m embedlib assets fetch {names}"
            item.add_marker(pytest.mark.skip(reason=reason))
        elif assets:
            # Its `raises-exception` is there for readers without the asset; here the cell has to work.
            item.options["check_exception"] = False
