"""Each rule of `checks.py` is broken once and told in a sentence that names it; a clean chapter passes."""

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import checks
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_output
from reading import Chapter, sections, slug
from samples import ALT, chapter, clean_cells, code, markdown

EXERCISES = {
    f"ch07.{name}": SimpleNamespace(title=title, prompt=f"Find {title}.", stub="answer = ...")
    for name, title in (("one", "a number"), ("two", "a function"), ("three", "real data"))
}

Break = Callable[[Chapter], object]


@pytest.fixture(autouse=True)
def _course_with_one_of_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "asset_names", lambda: {"glove-6b-50d", "bert-base-uncased"})
    monkeypatch.setattr(checks, "exercise_of", EXERCISES.get)
    monkeypatch.setattr(checks, "quiz_exists", lambda name: name == "ch07")
    monkeypatch.setattr(checks, "island_exists", lambda name: name == "neighbors")


@pytest.fixture
def clean(tmp_path: Path) -> Chapter:
    return chapter(clean_cells(), tmp_path)


def cell_with(nb: Chapter, text: str) -> NotebookNode:
    return next(cell for cell in nb.notebook.cells if text in cell.source)


def add(nb: Chapter, *cells: NotebookNode, after: str = "print(bound)") -> None:
    """Put cells into a chapter, and count its code cells anew."""
    place = nb.notebook.cells.index(cell_with(nb, after)) + 1
    for position, cell in enumerate(cells):
        cell.id = f"added-{position}"
    nb.notebook.cells[place:place] = cells
    for count, cell in enumerate((c for c in nb.notebook.cells if c.cell_type == "code"), start=1):
        cell.execution_count = count


def set_tags(nb: Chapter, text: str, *tags: str) -> None:
    cell_with(nb, text).metadata["tags"] = list(tags)


def show(nb: Chapter, **data: str) -> None:
    kinds = {
        "html": "text/html",
        "png": "image/png",
        "svg": "image/svg+xml",
        "view": "application/vnd.jupyter.widget-view+json",
    }
    cell = code("show()")
    cell.outputs = [new_output("display_data", data={kinds[kind]: value for kind, value in data.items()})]
    add(nb, cell)


def fail_with(nb: Chapter, name: str, *tags: str) -> None:
    cell = code("vectors['qwzx']", tags=list(tags))
    cell.outputs = [new_output("error", ename=name, evalue="qwzx", traceback=[])]
    add(nb, cell)


def edit(nb: Chapter, old: str, new: str) -> None:
    cell = cell_with(nb, old)
    cell.source = cell.source.replace(old, new)


def drop(nb: Chapter, text: str) -> None:
    nb.notebook.cells.remove(cell_with(nb, text))


BREAKS: list[tuple[str, Break, str]] = [
    ("is_valid_notebook", lambda nb: nb.notebook.update(nbformat_minor=4), "format 4.4"),
    (
        "is_valid_notebook",
        lambda nb: nb.notebook.cells[1].update(id="cell-00"),
        "2 cells with the id cell-00",
    ),
    (
        "is_valid_notebook",
        lambda nb: nb.notebook.cells[1].update(outputs=[{"output_type": "odd"}]),
        "no valid notebook",
    ),
    (
        "was_executed_in_order",
        lambda nb: nb.notebook.cells[3].update(execution_count=None),
        "cell 4 (id cell-03) was never executed",
    ),
    (
        "was_executed_in_order",
        lambda nb: nb.notebook.cells[3].update(execution_count=7),
        "carries the count 7 and is code cell 2",
    ),
    ("was_executed_in_order", lambda nb: cell_with(nb, "print(bound)").update(source=" "), "is empty"),
    ("shows_no_errors", lambda nb: fail_with(nb, "KeyError"), "ends in KeyError"),
    (
        "shows_no_errors",
        lambda nb: fail_with(nb, "AssetUnavailable", "raises-exception"),
        "stores AssetUnavailable",
    ),
    (
        "shows_no_errors",
        lambda nb: fail_with(nb, "KeyError", "raises-exception", "needs:bert-base-uncased"),
        "stores KeyError",
    ),
    (
        "is_quiet_on_stderr",
        lambda nb: cell_with(nb, "print(bound)").outputs.append(
            new_output("stream", name="stderr", text="UserWarning: no")
        ),
        "UserWarning",
    ),
    ("stores_no_widgets", lambda nb: nb.notebook.metadata.update(widgets={}), "widget state"),
    ("stores_no_widgets", lambda nb: show(nb, view="{}"), "widget's view"),
    ("has_stable_metadata", lambda nb: nb.notebook.metadata.kernelspec.update(name="my-env"), "kernel"),
    ("has_stable_metadata", lambda nb: nb.notebook.metadata.language_info.update(version="3.11.7"), "kernel"),
    ("has_stable_metadata", lambda nb: nb.notebook.metadata.update(toc={}), "'toc'"),
    ("has_stable_metadata", lambda nb: nb.notebook.cells[1].metadata.update(execution={}), "'execution'"),
    ("names_no_machine", lambda nb: add(nb, code("print(p)", "/home/ada/course\n")), "/home/ada"),
    (
        "names_no_machine",
        lambda nb: add(nb, code("print(f)", "<function f at 0x7efc0b794bd0>\n")),
        "memory address",
    ),
    ("names_no_machine", lambda nb: add(nb, code("p = 'C:\\\\Users\\\\ada'")), "a path of one machine"),
    (
        "names_no_machine",
        lambda nb: add(nb, code("print(m)", "lib/site-packages/numpy\n")),
        "a path of one installation",
    ),
    (
        "ignores_little",
        lambda nb: [add(nb, code("fit()", tags=["nbval-ignore-output"]), code("assert True")) for _ in range(3)],
        "its budget is 2",
    ),
    (
        "ignores_little",
        lambda nb: add(nb, code("fit()", tags=["nbval-skip"]), after="ch07.quiz"),
        "compared by nothing",
    ),
    ("ignores_little", lambda nb: add(nb, code("# NBVAL_SKIP\nfit()")), "by a comment"),
    ("behaves_alike_under_nbval", lambda nb: add(nb, code("plt.plot(x);")), "semicolon"),
    ("behaves_alike_under_nbval", lambda nb: add(nb, code("def f(:")), "is not Python"),
    (
        "pictures_have_alternatives",
        lambda nb: cell_with(nb, "draw(").metadata.pop("mystnb"),
        "no text alternative",
    ),
    (
        "pictures_have_alternatives",
        lambda nb: cell_with(nb, "draw(").metadata.mystnb.image.update(
            alt="Plot of the angle between two vectors, cat and dog."
        ),
        "what kind of thing",
    ),
    (
        "pictures_have_alternatives",
        lambda nb: cell_with(nb, "draw(").metadata.mystnb.image.update(alt="A small angle."),
        "14 characters",
    ),
    (
        "pictures_have_alternatives",
        lambda nb: add(nb, markdown("![](../book/cat.png)")),
        "no text alternative",
    ),
    (
        "pictures_have_alternatives",
        lambda nb: add(nb, markdown('<img src="../book/cat.png">')),
        "no text alternative",
    ),
    (
        "pictures_have_alternatives",
        lambda nb: show(nb, html="<svg><path d='M0 0'/></svg>"),
        "HTML with <svg>",
    ),
    ("pictures_have_alternatives", lambda nb: show(nb, html="<p><img src='data:x'></p>"), "HTML with <img>"),
    (
        "figures_have_captions",
        lambda nb: cell_with(nb, "draw(").metadata.mystnb.pop("figure"),
        "without a caption",
    ),
    (
        "figures_have_captions",
        lambda nb: cell_with(nb, "draw(").outputs.extend(cell_with(nb, "draw(").outputs),
        "draws 2 figures",
    ),
    ("figures_have_captions", lambda nb: add(nb, cell_with(nb, "draw(").copy()), "2 figures named angle"),
    (
        "tags_are_known",
        lambda nb: set_tags(nb, "print(bound)", "nbval_ignore_output"),
        "'nbval_ignore_output'",
    ),
    (
        "assets_are_declared",
        lambda nb: add(nb, code("x = 1", tags=["needs:bert-huge", "raises-exception"])),
        "'bert-huge', which is not in the catalog",
    ),
    (
        "assets_are_declared",
        lambda nb: add(nb, code("x = 1", tags=["needs:bert-base-uncased"])),
        "tag it raises-exception",
    ),
    (
        "assets_are_declared",
        lambda nb: add(
            nb,
            code("x = load()", tags=["needs:bert-base-uncased", "raises-exception"]),
            code("print(x)", "1\n"),
        ),
        "reads 'x'",
    ),
    (
        "assets_are_declared",
        lambda nb: add(
            nb,
            code("d = {}"),
            code("d['bert'] = load()", tags=["needs:bert-base-uncased", "raises-exception"]),
            code("def f():\n    return d"),
        ),
        "reads 'd'",
    ),
    (
        "going_deeper_folds",
        lambda nb: cell_with(nb, "### Going deeper").metadata.update({"jp-MarkdownHeadingCollapsed": False}),
        "stand open",
    ),
    ("going_deeper_folds", lambda nb: set_tags(nb, "### Going deeper"), "lacks the tag"),
    (
        "going_deeper_folds",
        lambda nb: edit(nb, "### Going deeper: a proof", "A proof"),
        "does not begin with a heading",
    ),
    (
        "tags_name_what_exists",
        lambda nb: set_tags(nb, "ch07.one", "exercise:ch07.nine"),
        "exercise:ch07.nine",
    ),
    ("tags_name_what_exists", lambda nb: set_tags(nb, "ch07.quiz", "quiz:ch08"), "quiz:ch08"),
    ("tags_name_what_exists", lambda nb: set_tags(nb, "neighbours()", "island:nowhere"), "island:nowhere"),
    (
        "exercises_ask_what_their_checkers_check",
        lambda nb: edit(nb, "Find a number.", "Find a letter."),
        "not the task of ch07.one",
    ),
    (
        "exercises_ask_what_their_checkers_check",
        lambda nb: [edit(nb, "1 of 3: a number", "1 of 3"), edit(nb, "Find a number.", "Find")],
        "by its title",
    ),
    (
        "exercises_ask_what_their_checkers_check",
        lambda nb: edit(nb, "answer = ...\nch07.two", "ch07.two"),
        "the stub of ch07.two",
    ),
    (
        "code_cells_are_short",
        lambda nb: add(nb, code("\n".join(f"x{i} = {i}" for i in range(21)))),
        "21 lines",
    ),
    ("headings_are_in_order", lambda nb: add(nb, markdown("# Another title")), "2 titles"),
    ("headings_are_in_order", lambda nb: add(nb, markdown("#### Too deep"), after="## Pitfall"), "skip none"),
    ("headings_are_in_order", lambda nb: add(nb, markdown("Words.\n\n## A section")), "not at its top"),
    ("markdown_reads_everywhere", lambda nb: add(nb, markdown("As {cite}`pennington2014` say.")), "{cite}"),
    ("markdown_reads_everywhere", lambda nb: add(nb, markdown("It is {glue}`x`.")), "{glue}"),
    (
        "links_resolve",
        lambda nb: edit(nb, "#cosine-similarity", "#cosine-similarly"),
        "did you mean #cosine-similarity?",
    ),
    (
        "links_resolve",
        lambda nb: edit(nb, "#pennington2014", "#pennington2041"),
        "bibliography.md has no such anchor",
    ),
    ("links_resolve", lambda nb: add(nb, markdown("[there](../book/nowhere.md)")), "does not exist"),
    ("links_resolve", lambda nb: add(nb, markdown("[there](#nowhere)")), "links to #nowhere"),
    (
        "links_resolve",
        lambda nb: add(nb, markdown(f"![{ALT}](../book/nowhere.png)")),
        "nowhere.png, which does not exist",
    ),
    (
        "has_the_shape_of_a_chapter",
        lambda nb: [edit(nb, "two words?", "two words"), edit(nb, "are alike?", "are alike.")],
        "the question",
    ),
    ("has_the_shape_of_a_chapter", lambda nb: edit(nb, "You will be able to", "You can"), "objectives"),
    ("has_the_shape_of_a_chapter", lambda nb: edit(nb, "45 minutes", "a while"), "minutes"),
    ("has_the_shape_of_a_chapter", lambda nb: edit(nb, "Predict first", "Guess"), "a prediction"),
    ("has_the_shape_of_a_chapter", lambda nb: drop(nb, "## Pitfall"), "Pitfall"),
    ("has_the_shape_of_a_chapter", lambda nb: drop(nb, "## Try it"), "Try it"),
    ("has_the_shape_of_a_chapter", lambda nb: drop(nb, "### Exercise 2"), "2 headings Exercise N"),
    ("has_the_shape_of_a_chapter", lambda nb: drop(nb, "ch07.two"), "2 exercises tagged"),
    ("has_the_shape_of_a_chapter", lambda nb: drop(nb, "ch07.quiz"), "no cell tagged quiz"),
    ("has_the_shape_of_a_chapter", lambda nb: drop(nb, "## What you learned"), "What you learned"),
    (
        "has_the_shape_of_a_chapter",
        lambda nb: edit(nb, "../book/glossary.md#", "#"),
        "linked to the glossary",
    ),
    (
        "has_the_shape_of_a_chapter",
        lambda nb: nb.notebook.cells.insert(
            1, nb.notebook.cells.pop(nb.notebook.cells.index(cell_with(nb, "## Quiz")))
        ),
        "comes too early",
    ),
    (
        "keeps_to_its_length",
        lambda nb: add(nb, markdown("word " * 3001), after="## Pitfall"),
        "its budget is 3000",
    ),
    (
        "keeps_to_its_length",
        lambda nb: add(nb, *[code(f"x = {i}") for i in range(31)], after="## Pitfall"),
        "its budget is 30",
    ),
    ("keeps_to_its_length", lambda nb: show(nb, png="A" * 1_600_000), "its budget is 1500"),
    ("has_no_loose_ends", lambda nb: add(nb, markdown("TODO: say why.")), "says TODO"),
    (
        "shows_before_it_measures",
        lambda nb: cell_with(nb, "draw(cat").outputs.pop(),
        "shows 2 pictures and islands",
    ),
    *(
        (
            "shows_before_it_measures",
            lambda nb, table=table: add(nb, *[html(table)] * 3, after="## Pitfall"),
            "has 3 tables",
        )
        for table in (
            "<table><tr><th>95 % interval</th></tr></table>",
            "<table><tr><th>model</th></tr><tr><td>0.41 to 0.59</td></tr></table>",
            "<table><tr><td>0.50 [−0.41, 0.59]</td></tr></table>",
        )
    ),
    ("needs_what_it_says", lambda nb: add(nb, code("from transformers import AutoModel")), "say `make lab TIER=torch`"),
    ("needs_what_it_says", lambda nb: add(nb, code("import torch, keras\nimport keras")), "say `make lab TIER=all`"),
]


def html(text: str) -> NotebookNode:
    cell = code("table(results)")
    cell.outputs = [new_output("display_data", data={"text/html": text, "text/plain": "a table"})]
    return cell


def test_folded_tables_with_intervals_are_not_counted(clean: Chapter) -> None:
    folded = "<details><summary>The numbers</summary><table><th>95 % interval</th></table></details>"
    add(clean, *[html(folded)] * 3, html("<table><td>0.59</td></table>"), after="## Pitfall")
    assert checks.shows_before_it_measures(clean) == []


def test_a_chapter_may_import_what_its_head_asks_for(clean: Chapter) -> None:
    add(clean, code("import torch"))
    clean.notebook.cells[0].source += "\n\nIt needs more packages: `make lab TIER=torch`."
    assert checks.needs_what_it_says(clean) == []


@pytest.mark.parametrize("check", checks.CHECKS, ids=lambda check: check.__name__)
def test_a_clean_chapter_passes(clean: Chapter, check: checks.Check) -> None:
    assert check(clean) == []


@pytest.mark.parametrize(
    ("name", "break_it", "phrase"), BREAKS, ids=[f"{name}-{i}" for i, (name, _, _) in enumerate(BREAKS)]
)
def test_a_broken_rule_is_told(clean: Chapter, name: str, break_it: Break, phrase: str) -> None:
    break_it(clean)
    told = getattr(checks, name)(clean)
    assert any(phrase in problem for problem in told), told
    assert all(clean.name in problem and problem.endswith((".", "?", "NAME.")) for problem in told)


def test_every_check_is_broken_once() -> None:
    assert {check.__name__ for check in checks.CHECKS} == {name for name, _, _ in BREAKS}


def test_going_deeper_is_no_part_of_the_main_path(clean: Chapter) -> None:
    add(clean, markdown("word " * 3001), *[code(f"x = {i}") for i in range(31)])
    assert checks.keeps_to_its_length(clean) == []


def test_a_needs_cell_may_be_followed_by_one_that_assigns_the_name_anew(clean: Chapter) -> None:
    needing = code("x = load()", tags=["needs:bert-base-uncased", "raises-exception"])
    add(clean, needing, code("x = 2\nprint(x)", "2\n"), code("print([x for x in range(3)])", "[0, 1, 2]\n"))
    assert checks.assets_are_declared(clean) == []


def test_an_error_made_on_purpose_is_allowed(clean: Chapter) -> None:
    fail_with(clean, "KeyError", "raises-exception")
    assert checks.shows_no_errors(clean) == []


def test_a_decoration_needs_no_alternative(clean: Chapter) -> None:
    show(clean, html="<svg aria-hidden='true'><path d='M0 0'/></svg>")
    assert checks.pictures_have_alternatives(clean) == []


def test_an_svg_may_be_told_by_its_title(clean: Chapter) -> None:
    show(clean, html=f"<svg role='img'><title>{ALT}</title><path d='M0 0'/></svg>")
    assert checks.pictures_have_alternatives(clean) == []


def test_a_budget_of_its_own_overrides_the_default(tmp_path: Path) -> None:
    budget = tmp_path / "budget.toml"
    budget.write_text("[default]\nwords = 3000\npictures = 7\n[01]\nwords = 2500\n", encoding="utf-8")
    assert checks.budget_of("01_what_is_an_embedding.ipynb", budget) == {"words": 2500, "pictures": 7}
    assert checks.budget_of("02_counting_contexts.ipynb", budget) == {"words": 3000, "pictures": 7}


def test_sections_split_where_a_reader_sees_them_split(clean: Chapter) -> None:
    titles = [(section.title, section.deeper) for section in sections(clean.notebook)][:4]
    assert titles == [
        ("the opening", False),
        ("Two words", False),
        ("Going deeper: a proof", True),
        ("Pitfall: the longer vector wins", False),
    ]


@pytest.mark.parametrize(
    ("heading", "anchor"),
    [
        ("Is 0.623 a lot?", "is-0623-a-lot"),
        ("Going deeper: hubs", "going-deeper-hubs"),
        ("`word2vec`", "word2vec"),
    ],
)
def test_anchors_are_those_of_the_site(heading: str, anchor: str) -> None:
    assert slug(heading) == anchor
