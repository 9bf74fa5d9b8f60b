"""Tables that the book shows from files: the ledger and the measured speeds.

`{ledger-table}` shows `book/ledger.yml`, `{speed-tables}` shows `benchmarks/results/*.csv`. A file that is not there
yet gives a sentence and no table.
"""

from __future__ import annotations

import csv
import html
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

LEDGER_COLUMNS = ("what", "published", "ours", "95 % interval", "coverage", "why they differ")


def shown(value: Any) -> str:
    """Return a value as a reader expects it: lists as ranges, nothing as a dash.

    >>> shown([0.4, 0.6]), shown(None), shown(0.503), shown("353 of 353")
    ('0.4 to 0.6', '–', '0.503', '353 of 353')
    """
    if value is None or value == "":
        return "–"
    if isinstance(value, list):
        return " to ".join(shown(part) for part in value)
    return str(value).replace("-", "−") if isinstance(value, int | float) else str(value)


def html_table(head: list[str], rows: list[list[str]], *, caption: str = "") -> str:
    """Return an HTML table; the cells are HTML already, the first of each row is its header."""
    title = f"<caption>{caption}</caption>" if caption else ""
    columns = "".join(f'<th scope="col">{cell}</th>' for cell in head)
    lines = []
    for identifier, *cells in rows:
        lines.append("<tr>" + "".join(cells) + "</tr>" if identifier is None else f"<tr{identifier}>" + "".join(cells) + "</tr>")
    return f'<table class="file-table">{title}<thead><tr>{columns}</tr></thead><tbody>{"".join(lines)}</tbody></table>'


def ledger_html(entries: list[dict[str, Any]]) -> str:
    """Return the ledger's table: what others published beside what the course measured."""
    rows = []
    for entry in entries:
        cell = {key: html.escape(shown(entry.get(key))) for key in (*entry, "where", "source", "measured", "interval")}
        source = f'<br><span class="note">{cell["source"]}, {cell["where"]}</span>' if entry.get("source") else ""
        measured = f'<br><span class="note">{cell["measured"]}</span>' if entry.get("measured") else ""
        rows.append(
            [
                f' id="{cell["id"]}"',
                f'<th scope="row">{cell["what"]}</th>',
                f"<td>{html.escape(shown(entry.get('published')))}{source}</td>",
                f"<td>{html.escape(shown(entry.get('ours')))}{measured}</td>",
                f"<td>{cell['interval']}</td>",
                f"<td>{html.escape(shown(entry.get('coverage')))}</td>",
                f"<td>{html.escape(shown(entry.get('why')))}</td>",
            ]
        )
    return html_table(list(LEDGER_COLUMNS), rows)


def csv_html(path: Path) -> str:
    """Return a table of measurements from a CSV file with a header line."""
    with path.open(encoding="utf-8", newline="") as file:
        head, *lines = list(csv.reader(file))
    rows = [
        ["", f'<th scope="row">{html.escape(first)}</th>', *[f"<td>{html.escape(value)}</td>" for value in rest]]
        for first, *rest in lines
    ]
    return html_table([html.escape(name.replace("_", " ")) for name in head], rows)


def raw(text: str) -> nodes.raw:
    return nodes.raw("", text, format="html")


class LedgerTable(SphinxDirective):
    """The ledger as a table."""

    def run(self) -> list[nodes.Node]:
        path = Path(self.env.srcdir) / "book" / "ledger.yml"
        self.env.note_dependency(str(path))
        loaded = yaml.safe_load(path.read_text(encoding="utf-8")) if path.exists() else None
        entries = loaded.get("entries", []) if isinstance(loaded, dict) else loaded or []
        if not entries:
            return [nodes.paragraph("", "No figure has been entered yet.")]
        return [raw(ledger_html(entries))]


class SpeedTables(SphinxDirective):
    """Every table in `benchmarks/results`, the file's name as its heading."""

    def run(self) -> list[nodes.Node]:
        folder = Path(self.env.srcdir) / "benchmarks" / "results"
        self.env.note_dependency(str(folder))
        files = sorted(folder.glob("*.csv"))
        if not files:
            return [nodes.paragraph("", "No speed has been measured yet.")]
        parts: list[nodes.Node] = []
        for file in files:
            self.env.note_dependency(str(file))
            parts += [nodes.rubric("", file.stem.replace("_", " ").capitalize()), raw(csv_html(file))]
        return parts


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("ledger-table", LedgerTable)
    app.add_directive("speed-tables", SpeedTables)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
