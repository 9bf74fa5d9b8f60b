"""Turn the tags of notebook cells into parts of the site.

| tag | on the site |
|---|---|
| `island:<name>` | the island in the place of the cell's output |
| `exercise:<chNN>.<name>` | hints and solution, unfolding one by one, after the cell |
| `going-deeper` (markdown, begins with a heading) | the whole section, code and all, folded |
| `predict` | the output, and the paragraph that discusses it, folded until the reader opens it |
| `hide-input`, `hide-output`, `hide-cell` | folded code, output or both |

Pages that are not notebooks place an island with the directive `{island} name`.
"""

from __future__ import annotations

import html
import importlib
import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from myst_nb import sphinx_
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer
from sphinx.application import Sphinx
from sphinx.environment.collectors import EnvironmentCollector
from sphinx.errors import SphinxError
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

LOGGER = logging.getLogger(__name__)
MARK = "going-deeper"
CELL_ID = "course-cell-id"
PREDICT = "Guess first, then look"


def tag_value(tags: list[str], kind: str) -> str | None:
    """Return what follows `kind:` in the first tag of that kind.

    >>> tag_value(["hide-input", "island:neighbours"], "island")
    'neighbours'
    """
    return next((tag.split(":", 1)[1] for tag in tags if tag.startswith(f"{kind}:")), None)


def mark_cells(app: Sphinx, docname: str, source: list[str]) -> None:
    """Leave a mark in tagged sections and its name in each code cell: MyST-NB passes neither on.

    The names become anchors, `#cell-similarity`, by which the ledger leads to the cells that compute its figures.
    """
    if not str(app.env.doc2path(docname)).endswith(".ipynb"):
        return
    try:
        notebook = json.loads(source[0])
    except json.JSONDecodeError as error:
        raise SphinxError(f"{docname}.ipynb is no valid notebook: {error}. Was it being written?") from error
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code" and "id" in cell:
            cell.setdefault("metadata", {})[CELL_ID] = cell["id"]
        if cell["cell_type"] == "markdown" and MARK in cell.get("metadata", {}).get("tags", []):
            heading, _, rest = "".join(cell["source"]).lstrip().partition("\n")
            if not heading.startswith("#"):
                LOGGER.warning("a cell tagged going-deeper must begin with a heading: %r", heading, location=docname)
            cell["source"] = f"{heading}\n\n% {MARK}\n{rest}"
    source[0] = json.dumps(notebook, ensure_ascii=False)


def caption_once(figure: Callable[..., AbstractContextManager[None]]) -> Callable[..., AbstractContextManager[None]]:
    """Have only the first output of a cell be its figure: MyST-NB writes the caption under each output again.

    What is shown after a figure, such as its numbers, stands below it without a caption.
    """

    def first_only(renderer: Any, options: Any, line: int) -> AbstractContextManager[None]:
        if isinstance(options, dict):
            told = vars(renderer.document).setdefault("course_captions", set())
            options = None if line in told else options
            told.add(line)
        return figure(renderer, options, line)

    return first_only


def code_cells(document: nodes.document) -> Iterator[nodes.container]:
    for node in list(document.findall(nodes.container)):
        if node.get("nb_element") == "cell_code":
            yield node


def raw(text: str) -> nodes.raw:
    return nodes.raw("", text, format="html")


def static_root(docname: str) -> str:
    """Return the way from a page to the site's static files.

    >>> static_root("book/index"), static_root("index")
    ('../_static', '_static')
    """
    return "../" * docname.count("/") + "_static"


def island_place(env: Any, name: str, options: dict[str, Any], location: Any) -> nodes.container | None:
    """Return the island's place on the page being read: complete without scripts, made live by the loader.

    What stands in the way (no such island, no such option, a model that cannot be had) is a warning of the build.
    """
    try:
        islands = importlib.import_module("embedlib.islands")
        place = raw(islands.placeholder_html(name, static_root(env.docname), **options))
    except (AttributeError, ImportError, KeyError, RuntimeError, ValueError) as error:
        LOGGER.warning("no island %r for the site: %s", name, error, location=location)
        return None
    note_island(env, name)
    return nodes.container("", place, nb_element="cell_code_output", classes=["cell_output", "island-place"])


def highlight_python(code: str) -> str:
    return str(highlight(code.strip("\n") + "\n", PythonLexer(), HtmlFormatter(cssclass="highlight", wrapcode=True)))


def exercise_html(exercise: Any) -> str:
    """Return an exercise's answers, hints and solution, which unfold one by one, with its code coloured."""
    return re.sub(
        r'<pre><code class="language-python">(.*?)</code></pre>',
        lambda found: highlight_python(html.unescape(found[1])),
        exercise.to_site_html(),
        flags=re.DOTALL,
    )


def find_exercise(reference: str) -> tuple[Any, str]:
    """Return the exercise that `ch01.cosine` names, and the file it is written in."""
    chapter, _, name = reference.partition(".")
    module = importlib.import_module("embedlib.exercises").load(chapter)
    return getattr(module, name), str(module.__file__)


class NotebookParts(SphinxTransform):
    """Put islands and exercises' help where the tags say."""

    default_priority = 400

    def apply(self, **kwargs: Any) -> None:
        for comment in list(self.document.findall(nodes.comment)):
            if comment.astext().strip() == MARK:
                section = comment.parent
                section.remove(comment)
                if isinstance(section, nodes.section):
                    section["classes"].append(MARK)
        for cell in code_cells(self.document):
            if name := cell["cell_metadata"].get(CELL_ID):
                cell["ids"].append(f"cell-{name}")
            tags = cell["cell_metadata"].get("tags", [])
            if name := tag_value(tags, "island"):
                self.place_island(cell, name)
            if reference := tag_value(tags, "exercise"):
                self.place_exercise(cell, reference)
        for image in self.document.findall(nodes.image):
            image["loading"] = "lazy"

    def place_island(self, cell: nodes.container, name: str) -> None:
        options = dict(cell["cell_metadata"].get("island", {}))
        if place := island_place(self.env, name, options, cell):
            for output in [child for child in cell.children if child.get("nb_element") == "cell_code_output"]:
                cell.remove(output)
            cell += place

    def place_exercise(self, cell: nodes.container, reference: str) -> None:
        try:
            exercise, file = find_exercise(reference)
            text = exercise_html(exercise)
        except (AttributeError, ImportError, KeyError, ValueError) as error:
            LOGGER.warning("no exercise %r in embedlib.exercises (%s)", reference, error, location=cell)
            return
        for part in sorted(Path(file).parent.glob("*.py")):
            self.env.note_dependency(str(part))
        cell["classes"].append("exercise-cell")
        cell.parent.insert(cell.parent.index(cell) + 1, raw(text))


class FoldParts(SphinxPostTransform):
    """Fold what the tags say: cells, outputs and whole sections."""

    default_priority = 190  # before MyST-NB's own folding, which looks like an admonition
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        for cell in code_cells(self.document):
            mode = cell.attributes.pop("hide_mode", None)
            tags = cell["cell_metadata"].get("tags", [])
            if mode == "all":
                self.fold(cell.children[:], "Show code and output", "fold-cell")
            elif mode in ("input", "input+output"):
                self.fold(self.part(cell, "cell_code_source"), "Show the code", "fold-code")
            if "predict" in tags:
                answer = self.part(cell, "cell_code_output")
                if answer and isinstance(talk := cell.next_node(descend=False, siblings=True), nodes.paragraph):
                    talk.parent.remove(talk)
                    cell += talk
                    answer.append(talk)
                self.fold(answer, PREDICT, "fold-predict")
            elif mode in ("output", "input+output"):
                self.fold(self.part(cell, "cell_code_output"), "Show the output", "fold-output")
        for section in list(self.document.findall(nodes.section)):
            if MARK in section["classes"]:
                title = section[0]
                section.insert(1, raw("</summary>\n"))
                section.insert(0, raw(f'<details class="{MARK}">\n<summary>'))
                section += raw("</details>\n")
                section["classes"].append("folded")
                assert isinstance(title, nodes.title)

    @staticmethod
    def part(cell: nodes.container, element: str) -> list[nodes.Node]:
        return [child for child in cell.children if child.get("nb_element") == element]

    @staticmethod
    def fold(children: list[nodes.Node], summary: str, kind: str) -> None:
        if children:
            parent = children[0].parent
            start, end = parent.index(children[0]), parent.index(children[-1]) + 1
            parent.insert(end, raw("</details>\n"))
            parent.insert(start, raw(f'<details class="fold {kind}"><summary>{summary}</summary>\n'))


class Island(SphinxDirective):
    """`{island} name` on a page that is not a notebook; its content are options, as YAML."""

    required_arguments = 1
    has_content = True

    def run(self) -> list[nodes.Node]:
        options = yaml.safe_load("\n".join(self.content)) or {}
        place = island_place(self.env, self.arguments[0], options, self.get_location())
        return [place] if place else []


def note_island(env: Any, name: str) -> None:
    """Remember that the page being read shows the island, and that a change of its source is one of the page."""
    IslandCollector.of(env).setdefault(env.docname, set()).add(name)
    folder = Path(importlib.import_module("embedlib.islands").__file__ or "").parent
    for file in sorted([*folder.glob("*.*"), *folder.joinpath(name).glob("*.*")]):
        env.note_dependency(str(file))


class IslandCollector(EnvironmentCollector):
    """Keep which pages show which islands."""

    @staticmethod
    def of(env: Any) -> dict[str, set[str]]:
        if not hasattr(env, "course_islands"):
            env.course_islands = {}
        return env.course_islands  # type: ignore[no-any-return]

    def clear_doc(self, app: Sphinx, env: Any, docname: str) -> None:
        self.of(env).pop(docname, None)

    def merge_other(self, app: Sphinx, env: Any, docnames: set[str], other: Any) -> None:
        self.of(env).update({name: value for name, value in self.of(other).items() if name in docnames})

    def process_doc(self, app: Sphinx, doctree: nodes.document) -> None:
        """Nothing: pages are noted while they are read."""


def export_islands(app: Sphinx, env: Any) -> None:
    """Write the scripts, styles and data of the islands that pages show into the site's static files."""
    names = sorted(set().union(*IslandCollector.of(env).values())) if IslandCollector.of(env) else []
    if names and app.builder.format == "html":
        importlib.import_module("embedlib.islands").export_site(Path(app.outdir) / "_static", names)


def setup(app: Sphinx) -> dict[str, Any]:
    sphinx_.create_figure_context = caption_once(sphinx_.create_figure_context)
    app.connect("source-read", mark_cells)
    app.add_transform(NotebookParts)
    app.add_post_transform(FoldParts)
    app.add_directive("island", Island)
    app.add_env_collector(IslandCollector)
    app.connect("env-updated", export_islands)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
