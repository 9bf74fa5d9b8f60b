"""Start a chapter that already passes every check.

It makes a notebook, its exercises (how they are judged, and what they say), and a line in _toc.yml.

    python tools/chapter.py 02 "Counting contexts"

Every part of a chapter is there with a small true content, on real vectors, to be replaced part by part.
"""

import argparse
import re
import sys
from collections.abc import Callable
from pathlib import Path

import execute
from kernel_env import ROOT
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

TEMPLATES = Path(__file__).resolve().parent / "new_chapter"
PARTS = {
    (1, 4): "Words",
    (5, 8): "Words in context",
    (9, 10): "Images",
    (11, 14): "Evaluation",
    (15, 18): "Applications",
    (19, 24): "Challenges",
    (25, 99): "Your own",
}
LONGEST_TITLE = 60


class CannotStart(Exception):
    """Why no chapter was made; nothing has been written."""


def check_number(number: str) -> str:
    """The two digits of a chapter's number."""
    if not number:
        raise CannotStart('Say which chapter: make chapter N=02 TITLE="Counting contexts"')
    if not re.fullmatch(r"\d{1,2}", number) or int(number) == 0:
        raise CannotStart(f"N is a chapter's number from 1 to 99, such as 02; it is {number!r}.")
    return number.zfill(2)


def check_title(title: str) -> str:
    title = " ".join(title.split())
    if not title:
        raise CannotStart('Say what it is called: make chapter N=02 TITLE="Counting contexts"')
    if len(title) > LONGEST_TITLE:
        raise CannotStart(f"TITLE has {len(title)} characters, and {LONGEST_TITLE} fit into the table of contents.")
    if re.search(r"[\"\\`$<>\[\]{}#|*]", title):
        raise CannotStart(f"TITLE is plain words, without quotation marks, brackets or markup; it is {title!r}.")
    if not re.search(r"[a-z]", title.lower()):
        raise CannotStart(f"TITLE has to have letters from a to z, which its file is named by; it is {title!r}.")
    return title


def file_stem(number: str, title: str) -> str:
    """`02_counting_contexts`."""
    return f"{number}_" + re.sub(r"[^a-z0-9]+", "_", title.lower()).strip("_")


def part_of(number: str) -> str:
    return next(name for (first, last), name in PARTS.items() if first <= int(number) <= last)


def insert_in_toc(toc: str, stem: str) -> str:
    """The table of contents with the chapter in it: in its part, which is made where it is missing."""
    number, part = stem[:2], part_of(stem[:2])
    entry = f"      - file: notebooks/{stem}"
    lines = toc.splitlines()
    starts = [i for i, line in enumerate(lines) if line.startswith("  - caption:")]
    blocks = [
        (lines[a].partition(":")[2].strip(), a, b) for a, b in zip(starts, [*starts[1:], len(lines)], strict=True)
    ]
    if not blocks:
        raise CannotStart("_toc.yml has no parts (  - caption: ...), so there is no place for a chapter.")

    def chapters(first: int, last: int) -> list[tuple[str, int]]:
        found = [(re.match(r"\s*- file: notebooks/(\d\d)_", lines[i]), i) for i in range(first, last)]
        return [(match[1], i) for match, i in found if match]

    for caption, first, last in blocks:
        if caption == part:
            smaller = [i for other, i in chapters(first, last) if other < number]
            before = [i for i in range(first, last) if lines[i].strip() == "chapters:"]
            lines.insert((smaller or before)[-1] + 1, entry)
            break
    else:
        earlier = [last for _, first, last in blocks if any(other < number for other, _ in chapters(first, last))]
        place = earlier[-1] if earlier else blocks[0][2]
        lines[place:place] = [f"  - caption: {part}", "    numbered: 1", "    chapters:", entry]
    return "\n".join(lines) + "\n"


def cells(number: str, title: str) -> list[NotebookNode]:
    """The cells of a chapter that has just been started."""
    exercises = f"ch{number}"

    def text(name: str, source: str, **metadata: object) -> NotebookNode:
        return new_markdown_cell(source.strip(), id=name, metadata=metadata)

    def code(name: str, source: str, *tags: str, **metadata: object) -> NotebookNode:
        given = {**({"tags": list(tags)} if tags else {}), **metadata}
        return new_code_cell(source.strip(), id=name, metadata=given)

    picture = {
        "image": {"alt": "Two arrows from one point, one to 3 across and 4 up, the other to 4 across and 3 up."},
        "figure": {"caption": "Two vectors as arrows, with the angle between them."},
    }
    agreement = {
        "image": {"alt": "One dot with its interval: the correlation with people's ratings of WordSim-353."},
        "figure": {"caption": "How well the order of the cosines agrees with people's, with its 95 % interval."},
    }
    figure = {
        "image": {
            "alt": (
                "Two rows of two coloured cells: left holds 3 and 4, right holds 4 and 3, so the colours change places."
            )
        },
        "figure": {"caption": "The two vectors as strips: the same two numbers in another order."},
    }
    return [
        text("title", f"""
# {title}

This chapter has just been started. Each of its parts holds something small and true, to be replaced.

**The question.** How alike are two words, and is that a lot?

**You will be able to**

- compute a cosine by hand;
- find where one word stands among all the others, seen from another;
- say how well a model's order of pairs agrees with people's.

**Before you start.** [Chapter 1](01_what_is_an_embedding.ipynb). It takes five minutes and runs on a CPU.

:::{{admonition}} Predict first
:class: tip
Sort all words by how alike they are to *river*. Where does *bank* land? Write a rank down before you go on.
:::
"""),
        code("imports", f"""
import numpy as np
import pandas as pd

from embedlib import datasets, draw, plots
from embedlib.evaluation.similarity import evaluate_similarity
from embedlib.exercises import {exercises}
from embedlib.tables import table
from embedlib.words import (
    get_word_vector,
    load_word_vectors,
    most_similar,
    ranks,
    stranger_cosines,
)

plots.use_style()
""", "hide-input"),
        text("smallest", """
## The smallest thing that works

Take the vectors [3, 4] and [4, 3]. Their dot product is 3 · 4 + 4 · 3 = 24, and each is 5 long, so their
[cosine similarity](../book/glossary.md#cosine-similarity) is 24 / 25 = 0.96.
"""),
        code("picture", """
left, right = np.array([3, 4]), np.array([4, 3])

draw.on_a_plane({"you": left, "other": right}, axes=("across", "up"))
""", mystnb=picture),
        code("by-hand", """
cosine = left @ right / (np.linalg.norm(left) * np.linalg.norm(right))

print(f"dot product {left @ right}, length {np.linalg.norm(left):.0f}")
print(f"cosine {cosine:.2f}")
"""),
        code("strips", 'plots.show_vector({"left": left, "right": right})', mystnb=figure),
        text("real", """
## Real data

The same, on the 400,000 words of GloVe ([Pennington et al., 2014](../book/bibliography.md#pennington2014)).
"""),
        code("ranks", """
vectors = load_word_vectors("glove-6b-50d")

print(f"{len(vectors):,} words")
table(ranks(vectors, "river", ["lake", "boat", "bank"]))
""", "predict"),
        text("ranks-read", """
*Lake* is 8th, with a cosine of 0.788. *Bank* comes 1746th: mostly it is written about for its money.
"""),
        text("good", "## How good is it?"),
        code("agreement", """
agreement = evaluate_similarity(vectors, datasets.wordsim353())
plots.scores(agreement.to_frame(), by="name", also=["n_covered", "n_pairs"])
""", mystnb=agreement),
        text("good-read", """
People's order of 353 pairs and the model's correlate at 0.503; drawing the pairs anew gives 0.411 to 0.591.
"""),
        text("pitfall", """
## Pitfall: a capital letter

Every word of this model is written small. Asked for *River*, it has no answer.
"""),
        code("capital", 'get_word_vector(vectors, "River")', "raises-exception"),
        code("small", 'print(f"{len(get_word_vector(vectors, \'River\'.lower()))} numbers")'),
        text("small-read", "Written small, the word is there, with its 50 numbers."),
        text("try", "## Try it\n\nPut a word of your own in the place of *river*."),
        code("neighbours", 'table(most_similar(vectors, "river", k=5))'),
        text("deeper", """
## Going deeper: two words at random

What do two words score that have nothing to do with each other?
""", **{"tags": ["going-deeper"], "jp-MarkdownHeadingCollapsed": True}),
        code("strangers", """
cosines = stranger_cosines(vectors, restrict_vocab=10_000)
rows = [{"two words of the": "10,000 most frequent", "mean cosine": cosines.mean()}]
table(pd.DataFrame(rows), digits=2)
"""),
        text("exercises", "## Exercises\n\nA check answers in a sentence, as often as you ask."),
        text("quiz", "## Quiz"),
        code("quiz-questions", f"{exercises}.quiz.show()", f"quiz:{exercises}"),
        text("learned", """
## What you learned

A [cosine](../book/glossary.md#cosine-similarity) says how alike two vectors are, a rank says whether that is
a lot, and a [Spearman correlation](../book/glossary.md#spearman-correlation) says whether people agree.
Where to read on:
[Pennington et al., 2014](../book/bibliography.md#pennington2014).
"""),
    ]  # fmt: skip


def exercise_cells(number: str) -> list[NotebookNode]:
    """Heading, task and stub of each exercise, from its module."""
    from embedlib.exercises import load

    exercises = load(f"ch{number}").EXERCISES
    found = []
    for place, exercise in enumerate(exercises, start=1):
        heading = f"### Exercise {place} of {len(exercises)}: {exercise.title}"
        found.append(new_markdown_cell(f"{heading}\n\n{exercise.prompt}", id=f"exercise-{place}-text"))
        separator = "\n\n\n" if "def " in exercise.stub else "\n\n"
        source = f"{exercise.stub.strip()}{separator}{exercise.id}.check({exercise.answer_name})"
        tags = [f"exercise:{exercise.id}"]
        found.append(new_code_cell(source, id=f"exercise-{place}", metadata={"tags": tags}))
    return found


def start(number: str, title: str, root: Path = ROOT, say: Callable[[str], None] = print) -> list[Path]:
    """Make a chapter under `root`; CannotStart, or whatever goes wrong, leaves everything as it was."""
    number, title = check_number(number), check_title(title)
    stem = file_stem(number, title)
    notebook = root / "notebooks" / f"{stem}.ipynb"
    modules = {
        root / "embedlib" / "exercises" / f"ch{number}.py": TEMPLATES / "exercises.py",
        root / "embedlib" / "exercises" / f"ch{number}.md": TEMPLATES / "exercises.md",
    }
    taken = [
        *sorted((root / "notebooks").glob(f"{number}_*.ipynb")),
        *(path for path in modules if path.exists()),
    ]
    if taken:
        raise CannotStart(f"Chapter {number} is there already: {', '.join(str(p.relative_to(root)) for p in taken)}.")
    toc = root / "_toc.yml"
    before = toc.read_text(encoding="utf-8")
    after = insert_in_toc(before, stem)
    made = [notebook, *modules]
    try:
        for path, template in modules.items():
            text = template.read_text(encoding="utf-8")
            text = text.replace("ch00", f"ch{number}").replace("hapter 0", f"hapter {int(number)}")
            path.write_text(text.replace("CHAPTER_TITLE", title), encoding="utf-8")
        content = cells(number, title)
        place = next(i for i, cell in enumerate(content) if cell.id == "exercises") + 1
        content[place:place] = exercise_cells(number)
        execute.write(new_notebook(cells=content), notebook)
        say(f"Running {notebook.name} for the first time ...")
        execute.execute(notebook, say)
        toc.write_text(after, encoding="utf-8")
    except BaseException:
        for path in made:
            path.unlink(missing_ok=True)
        toc.write_text(before, encoding="utf-8")
        raise
    return [*made, toc]


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Start a chapter that already passes every check.")
    parser.add_argument("number", help="its number, such as 02")
    parser.add_argument("title", help='its title, such as "Counting contexts"')
    options = parser.parse_args(arguments)
    try:
        made = start(options.number, options.title)
    except (CannotStart, execute.ChapterError) as problem:
        print(f"{problem}\nNothing was made.", file=sys.stderr)
        return 1
    print("Made, to be replaced part by part:")
    for path in made:
        print(f"  {path.relative_to(ROOT)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
