"""A small chapter that keeps every rule, for the tests to break."""

import copy
from pathlib import Path

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from reading import Chapter

GLOSSARY = "# Glossary\n\n### cosine similarity\n\nHow far two directions agree.\n"
BIBLIOGRAPHY = "# Bibliography\n\n(pennington2014)=\nPennington, Socher and Manning (2014). GloVe.\n"
ALT = "Two arrows from one point, the cat's and the dog's, with a narrow angle between them."


def markdown(source: str, **metadata: object) -> NotebookNode:
    return new_markdown_cell(source, metadata=metadata)


def code(source: str, output: str = "", *, tags: list[str] | None = None, **metadata: object) -> NotebookNode:
    """A code cell that printed `output`; `chapter` gives it its count."""
    outputs = [new_output("stream", name="stdout", text=output)] if output else []
    return new_code_cell(source, outputs=outputs, metadata={**({"tags": tags} if tags else {}), **metadata})


def figure(alt: str = ALT, caption: str = "The angle between cat and dog is small.") -> NotebookNode:
    cell = code("draw(cat, dog)", mystnb={"image": {"alt": alt}, "figure": {"caption": caption, "name": "angle"}})
    drawings = f'<svg role="img" aria-label="{ALT}"></svg>' * 5
    cell.outputs = [
        new_output("display_data", data={"image/png": "iVBORw0KGgo=", "text/plain": "<Figure>"}),
        new_output("display_data", data={"text/html": drawings, "text/plain": "five drawings"}),
    ]
    return cell


def chapter(cells: list[NotebookNode], folder: Path, name: str = "99_sample.ipynb") -> Chapter:
    """A chapter of these cells, executed in order, beside a glossary and a bibliography."""
    (folder / "book").mkdir(exist_ok=True)
    (folder / "notebooks").mkdir(exist_ok=True)
    (folder / "book" / "glossary.md").write_text(GLOSSARY, encoding="utf-8")
    (folder / "book" / "bibliography.md").write_text(BIBLIOGRAPHY, encoding="utf-8")
    notebook = new_notebook(cells=copy.deepcopy(cells))
    notebook.metadata = NotebookNode(
        kernelspec=NotebookNode(display_name="Python 3", language="python", name="python3"),
        language_info=NotebookNode(name="python", pygments_lexer="ipython3"),
    )
    for count, cell in enumerate((c for c in notebook.cells if c.cell_type == "code"), start=1):
        cell.execution_count = count
    for position, cell in enumerate(notebook.cells):
        cell.id = f"cell-{position:02d}"
    return Chapter(notebook, folder / "notebooks" / name)


OPENING = """# How alike are two words?

**You will be able to** compute a cosine by hand.

**Before you start**: a little Python. It takes 45 minutes and runs on a CPU.

> **Predict first.** Which two of three are alike?"""

LEARNED = """## What you learned

What [cosine similarity](../book/glossary.md#cosine-similarity) says, and where to read on:
[Pennington et al., 2014](../book/bibliography.md#pennington2014)."""


def clean_cells() -> list[NotebookNode]:
    return [
        markdown(OPENING),
        code("import numpy as np\n\ncat = np.array([0.2, 0.5, -0.1])\ndog = np.array([0.1, 0.4, -0.2])"),
        markdown("## Two words\n\nCat and dog have a cosine of 0.956, and 12 % of strangers reach it."),
        code("print(cosine)\nprint(share)", "cosine 0.956\nshare of strangers 0.118\n"),
        figure(),
        markdown(
            "### Going deeper: a proof\n\nThe bound is 0.25.",
            **{"tags": ["going-deeper"], "jp-MarkdownHeadingCollapsed": True},
        ),
        code("print(bound)", "0.25\n"),
        markdown("## Pitfall: the longer vector wins\n\nIt does."),
        markdown("## Try it\n\nMove it."),
        code("neighbours()", "40,000 words\n", tags=["island:neighbors"]),
        markdown("## Exercises"),
        markdown("### Exercise 1 of 3: a number\n\nFind a number."),
        code("answer = ...\nch07.one.check(answer)", "Nothing to check yet.\n", tags=["exercise:ch07.one"]),
        markdown("### Exercise 2 of 3: a function\n\nFind a function."),
        code("answer = ...\nch07.two.check(answer)", "Nothing to check yet.\n", tags=["exercise:ch07.two"]),
        markdown("### Exercise 3 of 3: real data\n\nFind real data."),
        code("answer = ...\nch07.three.check(answer)", "Nothing to check yet.\n", tags=["exercise:ch07.three"]),
        markdown("## Quiz"),
        code("ch07.quiz.show()", "What follows?\n", tags=["quiz:ch07"]),
        markdown(LEARNED),
    ]
