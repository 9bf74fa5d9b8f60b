"""Reading a notebook: cells with their places, sections, links and anchors. Shared by every check."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parent.parent.parent
NOTEBOOKS = ROOT / "notebooks"

FENCE = re.compile(r"^(?P<mark>`{3,}|~{3,}|:{3,}).*?^(?P=mark)[ \t]*$", re.MULTILINE | re.DOTALL)
CODE_FENCE = re.compile(r"^(?P<mark>`{3,}|~{3,})(?!\{).*?^(?P=mark)[ \t]*$", re.MULTILINE | re.DOTALL)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
HEADING = re.compile(r"^(#{1,6})[ \t]+(.+?)[ \t]*#*[ \t]*$", re.MULTILINE)
LINK = re.compile(
    r"(?<!!)\[(?P<text>(?:[^\[\]]|\[[^\[\]]*\])*)\]\((?P<target>[^()\s]*(?:\([^()]*\)[^()\s]*)*)(?:\s+\"[^\"]*\")?\)"
)
TARGET = re.compile(r"^\(([^()\s]+)\)=\s*$", re.MULTILINE)
ID_ATTRIBUTE = re.compile(r"""\bid=["']([^"']+)["']""")


@dataclass
class Chapter:
    """A notebook and the name its problems are told under."""

    notebook: NotebookNode
    path: Path

    @property
    def name(self) -> str:
        return self.path.name

    def where(self, cell: NotebookNode) -> str:
        """`01_name.ipynb, cell 4 (id 1f2e3d4c)`: counted from 1, as a person counts."""
        position = next(i for i, other in enumerate(self.notebook.cells, start=1) if other is cell)
        return f"{self.name}, cell {position} (id {cell.get('id', 'none')})"

    def code(self) -> Iterator[NotebookNode]:
        return (cell for cell in self.notebook.cells if cell.cell_type == "code" and cell.source.strip())

    def markdown(self) -> Iterator[NotebookNode]:
        return (cell for cell in self.notebook.cells if cell.cell_type == "markdown")


@dataclass
class Section:
    """The cells from one heading of level 1 or 2 to the next; a going-deeper part is a section of its own."""

    title: str
    deeper: bool
    cells: list[NotebookNode] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)


def read_chapter(path: Path) -> Chapter:
    return Chapter(nbformat.read(path, as_version=4), path)


def chapter_paths(folder: Path = NOTEBOOKS) -> list[Path]:
    return sorted(path for path in folder.glob("*.ipynb") if not path.name.startswith("."))


def tags(cell: NotebookNode) -> list[str]:
    found = cell.metadata.get("tags", [])
    return list(found) if isinstance(found, list) else []


def tagged(cell: NotebookNode, prefix: str) -> list[str]:
    """What follows `prefix` in the cell's tags: `tagged(cell, "needs:")` names its assets."""
    return [tag.removeprefix(prefix) for tag in tags(cell) if tag.startswith(prefix)]


def without_code(markdown: str) -> str:
    """Markdown without fenced code and comments, in which `#` and `[` mean something else."""
    return COMMENT.sub("", CODE_FENCE.sub("", markdown))


def headings(markdown: str) -> list[tuple[int, str]]:
    """(level, text) of each heading."""
    return [(len(marks), text) for marks, text in HEADING.findall(without_code(markdown))]


def slug(heading: str) -> str:
    """The anchor that Sphinx, GitHub and JupyterLab's MyST give a heading."""
    text = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    text = re.sub(r"[*`$]", "", text).strip().lower()
    return re.sub(r"[^\w\- ]", "", text).replace(" ", "-")


def is_going_deeper(cell: NotebookNode) -> bool:
    return cell.cell_type == "markdown" and "going-deeper" in tags(cell)


def sections(notebook: NotebookNode) -> list[Section]:
    """A notebook's sections, in order. What stands before the first `##` belongs to the title.

    A going-deeper part runs to the next heading of its own or a higher level; what follows it under a heading
    of level 3 or below belongs to the `##` section around it again.
    """
    found = [Section("the opening", deeper=False)]
    around = found[0]
    deeper_level = 0
    for cell in notebook.cells:
        marks = headings(cell.source) if cell.cell_type == "markdown" else []
        if marks:
            level, title = marks[0]
            if is_going_deeper(cell):
                deeper_level = level
                found.append(Section(title, deeper=True))
            elif level <= 2 and not (level == 1 and found == [around] and not around.cells):
                deeper_level = 0
                around = Section(title, deeper=False)
                found.append(around)
            elif deeper_level and level <= deeper_level:
                deeper_level = 0
        section = found[-1] if deeper_level else around
        section.cells.append(cell)
        section.anchors.update(slug(text) for _, text in marks)
        if cell.cell_type == "markdown":
            section.anchors.update(TARGET.findall(cell.source))
    return [section for section in found if section.cells]


def links(markdown: str) -> list[tuple[str, str]]:
    """(text, target) of each link."""
    return [(match["text"], match["target"]) for match in LINK.finditer(without_code(markdown))]


def anchors(markdown: str) -> set[str]:
    """Everything a link can point at: headings, `(name)=` targets, `id` attributes."""
    text = without_code(markdown)
    return (
        {slug(title) for _, title in headings(markdown)} | set(TARGET.findall(text)) | set(ID_ATTRIBUTE.findall(text))
    )


@cache
def _anchors_of_version(path: Path, changed: int) -> frozenset[str]:
    if path.suffix == ".ipynb":
        notebook = nbformat.read(path, as_version=4)
        return frozenset().union(*(anchors(c.source) for c in notebook.cells if c.cell_type == "markdown"))
    return frozenset(anchors(path.read_text(encoding="utf-8")))


def anchors_of(path: Path) -> frozenset[str]:
    return _anchors_of_version(path, path.stat().st_mtime_ns)
