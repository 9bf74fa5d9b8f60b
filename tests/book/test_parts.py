"""What the tags of notebook cells become on the site, tried on a small book of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import build_site
import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

TABLE = (
    '<table border="1" class="dataframe"><thead><tr style="text-align: right;"><th></th><th>word</th>'
    "<th>cosine</th></tr></thead><tbody><tr><th>0</th><td>dog</td><td>0.922</td></tr>"
    "<tr><th>1</th><td>fish</td><td>−0.05</td></tr></tbody></table>"
)
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg=="


def markdown(text: str, **metadata: Any) -> Any:
    return new_markdown_cell(text, metadata=metadata)


def code(source: str, data: dict[str, str] | None = None, **metadata: Any) -> Any:
    outputs = [new_output("display_data", data)] if data else []
    return new_code_cell(source, execution_count=1, outputs=outputs, metadata=metadata)


def text(value: str) -> dict[str, str]:
    return {"text/plain": value}


def drawn_and_folded() -> Any:
    """A figure with its numbers folded beneath it, as ``plots.scores`` shows them."""
    cell = code(
        "scores()",
        {"image/png": PIXEL, "text/plain": "<Figure>"},
        mystnb={"image": {"alt": "Two."}, "figure": {"caption": "Two dots.", "name": "fig-two"}},
    )
    cell.outputs.append(new_output("display_data", {"text/html": "<details>0.5</details>", "text/plain": "0.5"}))
    return cell


GOOD = [
    markdown(
        "# A chapter\n\nSee [the term](../book/words.md#a-term) and [Cat, 2014](../book/words.md#cat2014)."
        "\n\n$$u \\cdot v$$ (dot)"
    ),
    code("1 + 1", text("2"), tags=["predict"]),
    code("only_drawn = 1", text("shown"), tags=["hide-input"]),
    code("frame", {"text/html": TABLE, "text/plain": "frame"}),
    code(
        "draw()",
        {"image/png": PIXEL, "text/plain": "<Figure>"},
        mystnb={"image": {"alt": "A dot."}, "figure": {"caption": "A dot.", "name": "fig-dot"}},
    ),
    drawn_and_folded(),
    code('show("neighbors")', text("island"), tags=["island:neighbors"], island={"word": "dog"}),
    code("answer = ...", tags=["exercise:ch01.most_alike"]),
    markdown("## Going deeper: far down\n\nText below, and {numref}`fig-dot`.", tags=["going-deeper"]),
    code("deep = 1", text("deep output")),
    markdown("### Inside\n\nStill below."),
    markdown("## After\n\nAbove again."),
]


@pytest.fixture(scope="module")
def make_book(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., tuple[Path, Any]]:
    def make(*cells: Any) -> tuple[Path, Any]:
        folder = tmp_path_factory.mktemp("small")
        shutil.copytree(build_site.ROOT / "book" / "_ext", folder / "book" / "_ext")
        shutil.copytree(build_site.ROOT / "book" / "_web", folder / "book" / "_web")
        shutil.copy(build_site.ROOT / "_config.yml", folder)
        (folder / "_toc.yml").write_text("format: jb-book\nroot: book/words\nchapters:\n  - file: notebooks/part\n")
        (folder / "book" / "words.md").write_text(
            "# Words\n\n## A term\n\nText.\n\n(cat2014)=\nCat, A. (2014). On dogs.\n"
        )
        notebook = new_notebook(cells=list(cells))
        notebook.metadata = {
            "kernelspec": {"name": "python3", "display_name": "Python 3"},
            "language_info": {"name": "python"},
        }
        (folder / "notebooks").mkdir()
        nbformat.write(notebook, folder / "notebooks" / "part.ipynb")
        return folder / "_build" / "html", build_site.build(folder)

    return make


@pytest.fixture(scope="module")
def good(make_book: Callable[..., tuple[Path, Any]]) -> tuple[Path, BeautifulSoup]:
    site, done = make_book(*GOOD)
    assert done.returncode == 0, done.stderr
    return site, BeautifulSoup((site / "notebooks" / "part.html").read_text(encoding="utf-8"), "html.parser")


def fold_around(page: BeautifulSoup, text: str) -> Any:
    found = page.find(string=lambda value: value is not None and text in value)
    assert found is not None, text
    return found.find_parent("details")


def test_an_answer_to_be_guessed_is_folded_and_its_code_is_not(good: tuple[Path, BeautifulSoup]) -> None:
    page = good[1]
    fold = page.find("details", class_="fold-predict")
    assert fold.find(class_="cell_output").get_text(strip=True) == "2"
    assert fold.find(class_="cell_input") is None and not fold.has_attr("open")


def test_code_that_only_draws_is_folded_and_its_output_is_not(good: tuple[Path, BeautifulSoup]) -> None:
    page = good[1]
    assert "fold-code" in fold_around(page, "only_drawn")["class"]
    assert fold_around(page, "shown") is None


def test_a_deeper_section_is_folded_whole_with_its_code(good: tuple[Path, BeautifulSoup]) -> None:
    page = good[1]
    fold = page.find("details", class_="going-deeper")
    assert fold.find("summary").find("h2").get_text().startswith("Going deeper: far down")
    for inside in ("Text below", "deep output", "Still below"):
        assert fold_around(page, inside) is fold
    assert fold_around(page, "Above again") is None
    assert "going-deeper" not in page.find("article").get_text()


def test_a_figure_with_its_numbers_has_one_caption(good: tuple[Path, BeautifulSoup]) -> None:
    captions = [caption.get_text() for caption in good[1].find_all("figcaption")]
    assert sum("Two dots." in caption for caption in captions) == 1


def test_an_island_takes_the_place_of_the_output(good: tuple[Path, BeautifulSoup]) -> None:
    site, page = good
    place = page.find(class_="island")
    assert place["data-island"] == "neighbors" and '"word": "dog"' in place["data-options"]
    assert page.find(string="island") is None
    script = page.find("script", src=lambda value: value and "islands/loader.js" in value)
    assert (site / "notebooks" / script["src"].split("?")[0]).resolve().is_file()
    assert (site / "_static" / "islands" / "neighbors.js").is_file()


def test_an_exercise_unfolds_hint_by_hint_to_its_solution(good: tuple[Path, BeautifulSoup]) -> None:
    page = good[1]
    exercise = page.find(class_="exercise")
    hints = exercise.find_all("details", class_="exercise-hint")
    solution = exercise.find("details", class_="exercise-solution")
    assert len(hints) >= 2 and hints[1] in hints[0].find_all("details")
    assert solution in hints[-1].find_all("details")
    assert solution.find("div", class_="highlight").find("span", class_="k") is not None
    assert not any(part.has_attr("open") for part in exercise.find_all("details"))


def test_tables_have_headers_and_aligned_numbers(good: tuple[Path, BeautifulSoup]) -> None:
    table = good[1].find("table", class_="dataframe")
    assert table.parent["class"] == ["table-scroll"] and "border" not in table.attrs
    assert all(header.get_text(strip=True) and header["scope"] for header in table.find_all("th"))
    assert table.find("td", string="0.922")["class"] == ["number"]
    assert table.find("th", string="cosine")["class"] == ["number"]
    assert "class" not in table.find("td", string="dog").attrs


def test_a_figure_has_words_a_number_and_a_caption(good: tuple[Path, BeautifulSoup]) -> None:
    page = good[1]
    image = page.find("img", alt="A dot.")
    assert image["loading"] == "lazy"
    assert "A dot." in image.find_parent("figure").find("figcaption").get_text()
    assert page.find("a", href="#fig-dot") is not None


def test_links_reach_headings_and_explicit_targets_of_other_pages(good: tuple[Path, BeautifulSoup]) -> None:
    page = good[1]
    assert page.find("a", href="../book/words.html#a-term") is not None
    assert page.find("a", href="../book/words.html#cat2014") is not None


def test_a_formula_is_mathml_with_its_number(good: tuple[Path, BeautifulSoup]) -> None:
    block = good[1].find(class_="math-block")
    assert block.find("math") is not None and block.find(class_="eqno").get_text().startswith("(")


BAD = [
    (code("x", text("y"), tags=["island:nowhere"]), 'There is no island "nowhere"'),
    (code("x", text("y"), tags=["island:neighbors"], island={"wort": "cat"}), "has no option wort"),
    (code("x", tags=["exercise:ch01.nothing"]), "no exercise 'ch01.nothing'"),
    (code("x", tags=["exercise:ch99.nothing"]), "no exercise 'ch99.nothing'"),
    (markdown("No heading.", tags=["going-deeper"]), "must begin with a heading"),
    (markdown("[gone](../book/words.md#gone2014)"), "gone2014"),
    (markdown("[gone](../book/wards.md)"), "wards"),
]


def test_what_cannot_be_shown_stops_the_build_and_the_next_one(make_book: Callable[..., tuple[Path, Any]]) -> None:
    site, done = make_book(markdown("# A chapter"), *(cell for cell, _ in BAD))
    for built in (done, build_site.build(site.parents[1])):
        assert built.returncode != 0
        said = " ".join(built.stderr.split())
        assert [complaint for _, complaint in BAD if complaint not in said] == []


def test_pages_that_another_embedlib_made_are_made_anew(
    good: tuple[Path, BeautifulSoup], monkeypatch: pytest.MonkeyPatch
) -> None:
    site, page = good[0], good[0] / "notebooks" / "part.html"
    whole = page.read_text(encoding="utf-8")
    page.write_text("no exercises, no islands", encoding="utf-8")
    monkeypatch.setattr(build_site, "made_of", lambda: "another")
    build_site.build(site.parents[1])
    assert page.read_text(encoding="utf-8") == whole


def test_a_formula_that_cannot_be_read_stops_the_build(make_book: Callable[..., tuple[Path, Any]]) -> None:
    _, done = make_book(markdown("# A chapter\n\n$$\\frac{1}{$$"))
    assert done.returncode != 0 and "\\frac{1}{" in done.stdout + done.stderr
