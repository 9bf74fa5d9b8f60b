"""`make execute` leaves a clean notebook, the same bytes each time, and the old file when a cell fails."""

from pathlib import Path

import execute
import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell, new_notebook
from samples import code

FIGURE = """%config InlineBackend.figure_formats = ["svg", "png"]
import matplotlib.pyplot as plt
plt.rcParams["svg.hashsalt"] = "course"
fig, ax = plt.subplots()
ax.scatter([1, 2, 3], [3, 1, 2])
ax.set_title("three points")"""


def notebook(path: Path, *cells: NotebookNode, **metadata: object) -> Path:
    for position, cell in enumerate(cells):
        cell.id = f"cell-{position}"
    nbformat.write(new_notebook(cells=list(cells), metadata=metadata), path)
    return path


def cells_of(path: Path) -> list[NotebookNode]:
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]


@pytest.fixture(autouse=True)
def _only_glove_is_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(execute, "is_available", lambda asset: asset == "glove-6b-50d")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "99_sample.ipynb"


def test_running_twice_gives_the_same_bytes_figures_included(path: Path) -> None:
    notebook(
        path,
        new_markdown_cell("# T"),
        code("print(hash('cat'), 1 / 3)"),
        code(FIGURE),
        code("{'b', 'a', 'c'}"),
    )
    assert execute.execute(path) is True
    first = path.read_bytes()
    assert b"svg" in first and b"image/png" in first
    assert execute.execute(path) is False
    assert path.read_bytes() == first


def test_what_belongs_to_one_machine_or_one_run_is_taken_out(path: Path) -> None:
    cell = code("1 + 1", **{"execution": {"iopub.status.busy": "now"}, "scrolled": True, "tags": ["predict"]})
    cell.execution_count = 17
    notebook(
        path,
        cell,
        code("1 / 0", tags=["raises-exception"]),
        kernelspec={"name": "mine", "display_name": "My env"},
        toc={},
    )
    execute.execute(path)
    result = nbformat.read(path, as_version=4)
    assert result.metadata == execute.NOTEBOOK_METADATA
    assert result.cells[0].metadata == {"tags": ["predict"]}
    assert [cell.execution_count for cell in result.cells] == [1, 2]
    assert result.cells[0].outputs[0].execution_count == 1
    assert "site-packages" not in path.read_text(encoding="utf-8")


def test_widgets_are_not_stored(path: Path) -> None:
    notebook(path, code("import ipywidgets\nipywidgets.IntSlider()"))
    execute.execute(path)
    text = path.read_text(encoding="utf-8")
    assert "widget-view" not in text and "widget-state" not in text


def test_a_failing_cell_leaves_the_file_as_it_was_and_is_named(path: Path) -> None:
    notebook(path, code("x = 1", "old\n"), code("x.nothing"))
    before = path.read_bytes()
    with pytest.raises(execute.ChapterError, match=r"99_sample\.ipynb, cell 2 \(id cell-1\) failed: AttributeError"):
        execute.execute(path)
    assert path.read_bytes() == before
    assert list(path.parent.iterdir()) == [path]


def test_a_cell_without_its_asset_keeps_what_was_stored(path: Path) -> None:
    absent = code("raise RuntimeError('run')", "0.9\n", tags=["needs:bert-base-uncased", "raises-exception"])
    absent.execution_count = 2
    notebook(path, code("print(1)"), absent, code("print(3)"))
    said: list[str] = []
    execute.execute(path, said.append)
    cells = cells_of(path)
    assert cells[1].outputs[0].text == "0.9\n"
    assert [cell.execution_count for cell in cells] == [1, 2, 3]
    assert "needs bert-base-uncased" in said[0]


def test_a_cell_never_run_for_want_of_its_asset_is_not_passed_off_as_run(path: Path) -> None:
    notebook(path, code("1", tags=["needs:bert-base-uncased", "raises-exception"]))
    execute.execute(path, lambda _: None)
    assert cells_of(path)[0].execution_count is None


def test_a_cell_with_its_asset_has_to_work(path: Path) -> None:
    notebook(path, code("1 / 0", tags=["needs:glove-6b-50d", "raises-exception"]))
    with pytest.raises(execute.ChapterError, match="has its asset and failed: ZeroDivisionError"):
        execute.execute(path)


def test_cells_with_no_id_or_the_same_one_are_given_their_own(path: Path) -> None:
    plain = new_notebook(cells=[code("1"), code("2")])
    for cell in plain.cells:
        cell.id = "same"
    execute.clean(plain)
    assert len({cell.id for cell in plain.cells}) == 2


def test_a_chapter_is_found_by_its_number(tmp_path: Path) -> None:
    first = notebook(tmp_path / "01_first.ipynb", code("1"))
    notebook(tmp_path / "02_second.ipynb", code("1"))
    assert execute.find_notebook("1", tmp_path) == execute.find_notebook("01", tmp_path) == [first]
    assert len(execute.find_notebook("all", tmp_path)) == 2
    with pytest.raises(execute.ChapterError, match="the chapters are: 01, 02"):
        execute.find_notebook("03", tmp_path)


def test_main_says_what_went_wrong(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    notebook(path, code("1 / 0"))
    assert execute.main([str(path)]) == 1
    assert "The notebook is as it was." in capsys.readouterr().err
