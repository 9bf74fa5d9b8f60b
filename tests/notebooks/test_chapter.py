"""`make chapter` starts a chapter that passes every check, and refuses in a sentence what it cannot start."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import chapter
import pytest
from kernel_env import ROOT

TOC = """format: jb-book
root: book/index
parts:
  - caption: Start
    chapters:
      - file: book/how_to_use
  - caption: Words
    numbered: 1
    chapters:
      - file: notebooks/01_what_is_an_embedding
      - file: notebooks/04_pretrained
  - caption: Look up
    chapters:
      - file: book/glossary
"""


def test_a_chapter_is_entered_in_its_place() -> None:
    lines = chapter.insert_in_toc(TOC, "02_counting_contexts").splitlines()
    place = lines.index("      - file: notebooks/02_counting_contexts")
    assert [lines[place - 1][-12:], lines[place + 1][-13:]] == ["an_embedding", "04_pretrained"]


def test_a_part_that_is_missing_is_made_after_the_chapters_before_it() -> None:
    lines = chapter.insert_in_toc(TOC, "05_bert").splitlines()
    place = lines.index("  - caption: Words in context")
    assert lines[place : place + 4][-1] == "      - file: notebooks/05_bert"
    assert lines[place - 1].endswith("04_pretrained") and lines[place + 4] == "  - caption: Look up"
    again = chapter.insert_in_toc("\n".join(lines), "06_bank").splitlines()
    assert again[place + 4] == "      - file: notebooks/06_bank"


@pytest.mark.parametrize(
    ("number", "title", "phrase"),
    [
        ("", "Counting", "Say which chapter"),
        ("0", "Counting", "from 1 to 99"),
        ("two", "Counting", "from 1 to 99"),
        ("123", "Counting", "from 1 to 99"),
        ("98", "", "Say what it is called"),
        ("98", "x" * 61, "61 characters"),
        ("98", "Counting `contexts`", "plain words"),
        ("98", "数える", "letters from a to z"),
        ("01", "Counting", "is there already"),
    ],
)
def test_what_cannot_be_started_is_refused_with_a_sentence(
    number: str, title: str, phrase: str, tmp_path: Path
) -> None:
    (tmp_path / "notebooks").mkdir()
    (tmp_path / "notebooks" / "01_what.ipynb").write_text("{}", encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(chapter.CannotStart, match=phrase):
        chapter.start(number, title, tmp_path)
    assert sorted(tmp_path.rglob("*")) == before


def test_a_start_that_fails_leaves_everything_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in ("notebooks", "embedlib/exercises", "tests/exercises"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "_toc.yml").write_text(TOC, encoding="utf-8")
    before = sorted(tmp_path.rglob("*"))

    def fail(number: str) -> list[object]:
        raise RuntimeError("no")

    monkeypatch.setattr(chapter, "exercise_cells", fail)
    with pytest.raises(RuntimeError):
        chapter.start("98", "Counting contexts", tmp_path)
    assert sorted(tmp_path.rglob("*")) == before
    assert (tmp_path / "_toc.yml").read_text(encoding="utf-8") == TOC


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the course in which a chapter has been started."""
    copy = tmp_path_factory.mktemp("course")
    for folder in ("book", "embedlib", "notebooks", "tests", "tools"):
        shutil.copytree(ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__", ".*"))
    for file in ("_toc.yml", "conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / file, copy / file)
    number = next(f"{n:02d}" for n in range(2, 99) if not list((copy / "notebooks").glob(f"{n:02d}_*")))
    (copy / "number").write_text(number, encoding="utf-8")
    done = run(copy, "tools/chapter.py", number, "A new chapter")
    assert done.returncode == 0, done.stdout + done.stderr
    return copy


def run(course: Path, *command: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(course)}
    return subprocess.run([sys.executable, *command], cwd=course, env=env, capture_output=True, text=True, timeout=600)


def test_a_new_chapter_passes_every_check(course: Path) -> None:
    """Hygiene, figures in the prose, exercises, quiz and nbval, in one run."""
    number = (course / "number").read_text(encoding="utf-8")
    tests = [f"tests/notebooks/{name}.py" for name in ("test_hygiene", "test_prose_numbers")]
    tests += [f"tests/exercises/{name}.py" for name in ("test_every_exercise", "test_every_quiz")]
    (path,) = course.glob("notebooks/*_a_new_chapter.ipynb")
    done = run(course, "-m", "pytest", "--nbval", *tests, str(path.relative_to(course)), "--chapter", number)
    assert done.returncode == 0 and re.search(r"\d{2,} passed", done.stdout), done.stdout


def test_a_new_chapters_code_is_linted(course: Path) -> None:
    number = (course / "number").read_text(encoding="utf-8")
    modules = [f"embedlib/exercises/ch{number}.py"]
    modules += [str(path.relative_to(course)) for path in course.glob("notebooks/*_a_new_chapter.ipynb")]
    for command in (["-m", "ruff", "check", *modules], ["-m", "ruff", "format", "--check", *modules]):
        done = run(course, *command)
        assert done.returncode == 0, done.stdout
