"""`make lab` lays copies without outputs, refreshes those left alone and keeps what the reader changed."""

from collections.abc import Callable
from pathlib import Path

import lab
import nbformat
import pytest
from reading import Chapter
from samples import chapter, clean_cells


@pytest.fixture
def course(tmp_path: Path) -> Chapter:
    sample = chapter(clean_cells(), tmp_path)
    nbformat.write(sample.notebook, sample.path)
    return sample


@pytest.fixture
def my(tmp_path: Path) -> Path:
    return tmp_path / "my"


def revise(course: Chapter, text: str) -> None:
    course.notebook.cells[0].source = f"# {text}"
    nbformat.write(course.notebook, course.path)


def title(path: Path) -> str:
    return nbformat.read(path, as_version=4).cells[0].source.splitlines()[0]


def lay(course: Chapter, my: Path) -> list[str]:
    return lab.lay(course.path.parent, my)


def scribble(path: Path) -> bytes:
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[1].source += "\nmine = 1"
    nbformat.write(notebook, path)
    return path.read_bytes()


def test_a_copy_has_no_outputs_and_the_chapter_keeps_them(course: Chapter, my: Path) -> None:
    before = course.path.read_bytes()
    assert lay(course, my) == []
    cells = [cell for cell in nbformat.read(my / "99_sample.ipynb", as_version=4).cells if cell.cell_type == "code"]
    assert len(cells) > 5
    assert all(cell.outputs == [] and cell.execution_count is None for cell in cells)
    assert course.path.read_bytes() == before


def test_links_of_a_copy_lead_where_those_of_the_chapter_do(course: Chapter, my: Path) -> None:
    lay(course, my)
    assert (my / ".." / "book" / "glossary.md").resolve() == (
        course.path.parent / ".." / "book" / "glossary.md"
    ).resolve()


def test_an_unchanged_copy_is_refreshed(course: Chapter, my: Path) -> None:
    lay(course, my)
    revise(course, "Better")
    assert lay(course, my) == []
    assert title(my / "99_sample.ipynb") == "# Better"
    assert not (my / "99_sample.new.ipynb").exists()


def test_a_changed_copy_is_kept_and_the_new_version_laid_beside_it(course: Chapter, my: Path) -> None:
    lay(course, my)
    theirs = scribble(my / "99_sample.ipynb")
    assert lay(course, my) == []
    assert not (my / "99_sample.new.ipynb").exists(), "nothing is new yet"
    revise(course, "Better")
    (told,) = lay(course, my)
    assert "changes of yours" in told and "99_sample.new.ipynb" in told
    assert (my / "99_sample.ipynb").read_bytes() == theirs
    assert title(my / "99_sample.new.ipynb") == "# Better"
    assert lay(course, my) == [], "told once"
    revise(course, "Best")
    lay(course, my)
    assert title(my / "99_sample.new.ipynb") == "# Best"
    assert (my / "99_sample.ipynb").read_bytes() == theirs


def test_the_version_beside_is_kept_once_it_is_changed(course: Chapter, my: Path) -> None:
    lay(course, my)
    first = scribble(my / "99_sample.ipynb")
    revise(course, "Better")
    lay(course, my)
    second = scribble(my / "99_sample.new.ipynb")
    revise(course, "Best")
    (told,) = lay(course, my)
    assert "both are kept" in told
    assert [(my / name).read_bytes() for name in ("99_sample.ipynb", "99_sample.new.ipynb")] == [
        first,
        second,
    ]


def test_a_deleted_copy_is_laid_again(course: Chapter, my: Path) -> None:
    lay(course, my)
    (my / "99_sample.ipynb").unlink()
    lay(course, my)
    assert (my / "99_sample.ipynb").exists()


@pytest.mark.parametrize("record", ["", "no json", "[]"])
def test_a_lost_record_costs_no_reader_their_work(course: Chapter, my: Path, record: str) -> None:
    lay(course, my)
    theirs = scribble(my / "99_sample.ipynb")
    (my / lab.LAID).write_text(record, encoding="utf-8")
    lay(course, my)
    assert (my / "99_sample.ipynb").read_bytes() == theirs


def test_root_is_told_how_to_start_and_what_it_adds_is_handed_on(
    my: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    started: list[list[str]] = []
    monkeypatch.setattr(lab, "lay", lambda: [])
    monkeypatch.setattr(lab.os, "geteuid", lambda: 0)
    monkeypatch.setattr(lab.os, "execve", lambda program, command, env: started.append(command))
    assert lab.main([]) == 1 and started == []
    assert 'LAB_ARGS="--allow-root' in capsys.readouterr().err
    lab.main(["--allow-root", "--port", "8890"])
    assert started[0][-3:] == ["--allow-root", "--port", "8890"]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda my: my.write_text("notes"), "is a file: rename it"),
        (lambda my: my.symlink_to("nowhere"), "is a link to a folder that is not there"),
        (lambda my: (my / "99_sample.ipynb").mkdir(parents=True), "99_sample.ipynb is a folder"),
    ],
)
def test_what_stands_in_the_way_is_said(
    course: Chapter,
    my: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    spoil: Callable[[Path], object],
    says: str,
) -> None:
    spoil(my)
    monkeypatch.setattr(lab.lay, "__defaults__", (course.path.parent, my))
    assert lab.main(["--no-start"]) == 1
    assert says in capsys.readouterr().err
