"""Make tables in stored outputs readable: headers where they belong, numbers on the right, scrolling inside the page.

pandas writes an empty header cell in the corner and aligns nothing. Screen readers stumble over the first, and a
reader compares numbers by their digits' places.
"""

from __future__ import annotations

import re
from typing import Any

from bs4 import BeautifulSoup
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform

NUMBER = re.compile(r"[−–+-]?[\d,.]+(e[+-]?\d+)?\s?%?|nan|–", re.IGNORECASE)


def is_number(text: str) -> bool:
    """Say whether a cell's text reads as a number.

    >>> [is_number(text) for text in ("0.922", "−0.37", "40 %", "cat", "1,000", "")]
    [True, True, True, False, True, False]
    """
    return bool(NUMBER.fullmatch(text.strip()))


def tidy_tables(markup: str) -> str:
    """Return HTML with its tables made readable; anything else stays as it is."""
    soup = BeautifulSoup(markup, "html.parser")
    for table in soup.find_all("table"):
        table.attrs.pop("border", None)
        for row in table.find_all("tr"):
            row.attrs.pop("style", None)
        for cell in table.find_all(["th", "td"]):
            text = cell.get_text(strip=True)
            if cell.name == "th" and not text:
                cell.name = "td"
            elif cell.name == "th" and "scope" not in cell.attrs:
                in_head = cell.find_parent("thead") is not None
                cell["scope"] = "col" if in_head else "row"
            elif cell.name == "td" and is_number(text):
                cell["class"] = [*cell.get("class", []), "number"]
        mark_number_columns(table)
        if not table.find_parent(class_="table-scroll"):
            table.wrap(soup.new_tag("div", attrs={"class": "table-scroll"}))
    return str(soup)


def mark_number_columns(table: Any) -> None:
    """Give a column's header the alignment of the numbers under it."""
    head = table.find("thead")
    rows = [row.find_all(["th", "td"]) for row in table.find_all("tr") if not head or row.parent.name != "thead"]
    if not head or not rows:
        return
    for header in head.find_all("tr"):
        cells = header.find_all(["th", "td"])
        for position, cell in enumerate(cells):
            column = [row[position] for row in rows if len(row) == len(cells)]
            if column and all("number" in (below.get("class") or []) for below in column):
                cell["class"] = [*cell.get("class", []), "number"]


class TidyTables(SphinxPostTransform):
    """Apply `tidy_tables` to the stored outputs of every page, and align numbers in the tables of the text."""

    default_priority = 700
    formats = ("html",)

    def run(self, **kwargs: Any) -> None:
        for node in self.document.findall(nodes.raw):
            made_for_the_site = "island-place" in node.parent.get("classes", [])
            if node.get("format") == "html" and "<table" in node.astext() and not made_for_the_site:
                node.children = [nodes.Text(tidy_tables(node.astext()))]
        for entry in self.document.findall(nodes.entry):
            if is_number(entry.astext()):
                entry["classes"].append("number")


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_post_transform(TidyTables)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
