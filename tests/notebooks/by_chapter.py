"""What concerns one chapter, and how long it takes. A pytest plugin.

`--chapter 05` keeps the tests of chapter 5: those that name it (`05_title`, `ch05`), its notebook, and the unit
tests of what its cells call. With `--nbval`, the seconds of each chapter are told at the end, beside its budget.
"""

from __future__ import annotations

import ast
import importlib
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"(?<![0-9A-Za-z])(?:ch(\d\d)(?!\d)|(\d\d)_[a-z])")
# Long files first, so that no worker is left alone with one at the end.
FIRST = ("notebooks/", "tests/browser/", "tests/exercises/", "tests/notebooks/", "tests/book/")


def chapter_of(nodeid: str) -> str | None:
    """The chapter that a test names.

    >>> chapter_of("tests/exercises/test_every_quiz.py::test_keys[ch05]"), chapter_of("notebooks/05_bert.ipynb::Cell 0")
    ('05', '05')
    """
    found = NAMED.search(nodeid)
    return (found[1] or found[2]) if found else None


def called(path: Path) -> Iterator[str]:
    """The modules of embedlib that define what a notebook's cells import, and what they take from those by name."""
    cells = nbformat.read(path, as_version=4).cells
    lines = [line for cell in cells if cell.cell_type == "code" for line in cell.source.splitlines()]
    tree = ast.parse("\n".join("pass" if line.lstrip()[:1] in "%!?" and line.strip() else line for line in lines))
    imported = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("embedlib"):
            for alias in node.names:
                imported[alias.asname or alias.name] = getattr(importlib.import_module(node.module), alias.name, None)
    yield from (getattr(value, "__module__", None) or getattr(value, "__name__", "") for value in imported.values())
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in imported:
            yield getattr(getattr(imported[node.value.id], node.attr, None), "__module__", None) or ""


def unit_tests(path: Path) -> set[str]:
    """The unit tests of a notebook's modules: those of embedlib.words.glove are in test_glove.py."""
    leaves = {module.rpartition(".")[2] for module in called(path) if module.startswith("embedlib.")}
    names = {file.name for file in (ROOT / "tests" / "unit").glob("test_*.py")}
    return names & {name for leaf in leaves for name in (f"test_{leaf}.py", f"test_drawings_{leaf}.py")}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--chapter", help="only what concerns the chapter of this number, such as 05")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if number := config.option.chapter:
        notebooks = sorted((ROOT / "notebooks").glob(f"{number.zfill(2)}_*.ipynb"))
        if not notebooks:
            raise pytest.UsageError(f"no chapter's file begins with {number.zfill(2)}_.")
        units = unit_tests(notebooks[0])
        kept = [item for item in items if chapter_of(item.nodeid) == number.zfill(2) or item.path.name in units]
        config.hook.pytest_deselected(items=[item for item in items if item not in kept])
        items[:] = kept
    if hasattr(config, "workerinput"):
        ranks = {name: rank for rank, name in enumerate(FIRST)}
        items.sort(key=lambda item: next((ranks[name] for name in FIRST if item.nodeid.startswith(name)), len(FIRST)))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if not config.option.nbval:
        return
    from checks import budget_of

    seconds: Counter[str | None] = Counter()
    for report in (report for kind in terminalreporter.stats.values() for report in kind):
        if isinstance(report, pytest.TestReport):
            seconds[chapter_of(report.nodeid)] += report.duration
    for number in sorted(filter(None, seconds)):
        budget = budget_of(number)["seconds"]
        more = "" if seconds[number] <= budget else ": over its budget"
        terminalreporter.write_line(f"chapter {number}: {seconds[number]:.0f} s of {budget}{more}")
    terminalreporter.write_line(f"everything else: {seconds[None]:.0f} s, in all workers together")
