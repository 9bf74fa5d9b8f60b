"""Tables of measured speeds: `{speed-table} NAME` shows `benchmarks/results/NAME.csv`.

A file that is not there yet gives a sentence and no table.
"""

from __future__ import annotations

import csv
import html
from pathlib import Path
from typing import Any

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective
from tables import is_number


def shown(value: Any) -> str:
    """Return a value as HTML text: a list as a range, nothing as a dash.

    >>> shown(["0.4", "0.6"]), shown(None), shown(-0.503), shown("353 of 353")
    ('0.4 to 0.6', '–', '−0.503', '353 of 353')
    """
    if value is None or value == "":
        return "–"
    if isinstance(value, list):
        return " to ".join(shown(part) for part in value)
    text = str(value)
    return text.replace("-", "−") if is_number(text) else html.escape(text)


def header(*names: str) -> str:
    cells = "".join(f'<th scope="col">{name}</th>' for name in names)
    return f"<thead><tr>{cells}</tr></thead>"


def csv_html(text: str) -> str:
    """Return a table of measurements from CSV with a header line.

    >>> csv_html("method,ms_per_word\\nours,1.2\\n")[-83:]
    '<tr><th scope="row">ours</th><td class="number">1.2</td></tr></tbody></table></div>'
    """
    head, *lines = list(csv.reader(text.splitlines()))
    rows = []
    for first, *rest in lines:
        cells = "".join(
            f'<td class="number">{shown(value)}</td>' if is_number(value) else f"<td>{shown(value)}</td>"
            for value in rest
        )
        rows.append(f'<tr><th scope="row">{html.escape(first)}</th>{cells}</tr>')
    columns = header(*(html.escape(name.replace("_", " ")) for name in head))
    return f'<div class="table-scroll"><table class="file-table">{columns}<tbody>{"".join(rows)}</tbody></table></div>'


def raw(text: str) -> nodes.raw:
    return nodes.raw("", text, format="html")


class SpeedTable(SphinxDirective):
    """The table NAME.csv in `benchmarks/results`, and below it NAME.txt, which says what it was measured on."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        file = Path(self.env.srcdir) / "benchmarks" / "results" / f"{self.arguments[0]}.csv"
        if not file.exists():
            return [nodes.paragraph("", "No speed has been measured yet.")]
        machine = file.with_suffix(".txt")
        for part in (file, machine):
            self.env.note_dependency(str(part))
        measured = f"Measured on {machine.read_text(encoding='utf-8').strip()}."
        return [
            raw(csv_html(file.read_text(encoding="utf-8"))),
            nodes.paragraph(measured, measured, classes=["measured-on"]),
        ]


def read_speeds_anew(app: Sphinx, env: Any, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """Read the page of speeds at every build: a table that is new is no change of what the page was made of."""
    return [name for name in ("book/speed",) if name in env.found_docs]


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("speed-table", SpeedTable)
    app.connect("env-get-outdated", read_speeds_anew)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
