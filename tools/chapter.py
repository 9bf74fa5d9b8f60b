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

    def figure(name: str, source: str, alt: str, caption: str, *tags: str) -> NotebookNode:
        return code(name, source, *tags, mystnb={"image": {"alt": alt}, "figure": {"caption": caption, "name": name}})

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
from embedlib.exercises import {exercises}  # the exercises at the end
from embedlib.vectors import pca_2d
from embedlib.words import get_word_vector, load_word_vectors, ranks, stranger_cosines
"""),
        text("smallest", """
## The smallest thing that works

Two arrows: how far apart do they point?
"""),
        figure("plane", """
pair = {"left": np.array([0.3, 0.4]), "right": np.array([0.4, 0.3])}
draw.on_a_plane(pair, axes=("first number", "second number"))
""", "Two arrows of equal length from one origin, left steeper than right, with the narrow angle between them.",
            "Two vectors as arrows: the same two numbers in another order."),
        text("shadow", "Let the one throw its shadow on the line of the other: nearly its whole length."),
        figure("shadow-drawn", "draw.shadows(pair)",
            "The arrow right throws a shadow on the line of left that is nearly as long as the arrow itself.",
            "The shadow's length, as a share of the arrow's, is the cosine."),
        text("formula", """
The dot product of [0.3, 0.4] and [0.4, 0.3] is 0.3 · 0.4 + 0.4 · 0.3 = 0.24, and each is 0.5 long, so their
[cosine similarity](../book/glossary.md#cosine-similarity) is 0.96.
"""),
        code("by-hand", """
left, right = pair["left"], pair["right"]
lengths = np.linalg.norm(left), np.linalg.norm(right)
print(f"dot product {left @ right:.2f}, lengths {lengths[0]:.1f} and {lengths[1]:.1f}")
print(f"cosine {left @ right / (lengths[0] * lengths[1]):.2f}")
"""),
        text("real", """
## Real data

The same, on the 400,000 words of GloVe ([Pennington et al., 2014](../book/bibliography.md#pennington2014)).
"""),
        figure("strips", """
vectors = load_word_vectors("glove-6b-50d")
print(f"{len(vectors):,} words")
draw.strips(vectors, words=["river", "lake", "boat", "bank"], like="river")
""", "Four strips of fifty coloured cells, river at the top; lake resembles it in more cells than bank does.",
            "Four words as strips of numbers, compared with *river*."),
        figure("ranks", """
found = ranks(vectors, "river", ["lake", "boat", "bank"])
print(found.to_string(index=False))
draw.rank_line(found)
""", "A line of ranks from river: lake stands among the first ten, boat further on, and bank beyond the thousandth.",
            "Where three words stand among all 400,000, seen from *river*.", "predict"),
        text("ranks-read", """
*Lake* is 8th, with a cosine of 0.788. *Bank* comes 1746th: mostly it is written about for its money.
"""),
        text("good", "## How good is it?\n\nPeople have rated pairs of words. Does the model sort them as they do?"),
        figure("agreement", """
wordsim = evaluate_similarity(vectors, datasets.wordsim353())
simlex = evaluate_similarity(vectors, datasets.simlex999())
results = pd.concat([wordsim.to_frame(), simlex.to_frame()])
plots.scores(results, by="name", also=["n_covered", "n_pairs"], label="correlation")
""", "Two dots with their intervals: the correlation on WordSim-353 is the higher one, and the intervals do not meet.",
            "How well the model's order agrees with people's, with 95 % intervals."),
        text("good-read", "On WordSim-353 the correlation is 0.503; drawing the pairs anew gives 0.411 to 0.591."),
        figure("misses", """
rated = wordsim.pairs
rated["pair"] = rated["word1"] + ", " + rated["word2"]
labels = {"x_label": "people", "label": "cosine"}
plots.scatter(rated, "score", "model", names="pair", outliers=4, **labels)
""", "A cloud of word pairs, people's scores to the right, cosines upwards; it rises, and four far off are named.",
            "Each pair, by what people and the model say; the farthest off are named."),
        text("pitfall", """
## Pitfall: a capital letter

Every word of this model is written small. Asked for *River*, it has no answer.
"""),
        code("capital", 'get_word_vector(vectors, "River")', "raises-exception"),
        code("small", 'print(f"{len(get_word_vector(vectors, \'River\'.lower()))} numbers")'),
        text("small-read", "Written small, the word is there, with its 50 numbers."),
        text("try", "## Try it\n\nPut words of your own on the map."),
        figure("own-map", """
words = ["river", "lake", "sea", "boat", "ship", "bank", "money", "loan", "credit"]
unit = [vectors.get_vector(word, norm=True) for word in words]
plots.word_map(pca_2d(unit).points, words)
""", "Ten words on a map: those of water on one side, those of money on the other, with bank among the money.",
            "The words of your choice, on the two directions in which they differ most."),
        text("deeper", """
## Going deeper: two words at random

What do two words score that have nothing to do with each other?
""", **{"tags": ["going-deeper"], "jp-MarkdownHeadingCollapsed": True}),
        code("strangers", """
cosines = stranger_cosines(vectors, restrict_vocab=10_000)
print(f"two of the 10,000 most frequent words: mean cosine {cosines.mean():.2f}")
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
