"""Tables that the book shows from files: the ledger and the measured speeds.

`{ledger-table}` shows `book/ledger.yml`, `{speed-table} NAME` shows `benchmarks/results/NAME.csv`. A file that is
not there yet gives a sentence and no table.
"""

from __future__ import annotations

import csv
import html
import re
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective
from tables import is_number

LOGGER = logging.getLogger(__name__)
ENTRY = re.compile(r"^\((\w+)\)=\n(.+?) \((\d{4})\)\.", re.MULTILINE)
SURNAME = re.compile(r"(?:^|, (?:& )?)([^,&]{2,}), (?=[A-Z]\.)")


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


def citations(bibliography: str) -> dict[str, str]:
    r"""Return how each dated entry of the bibliography is cited, by key.

    >>> citations("(cat2014)=\nCat, A. B., Dog, C., & Fish, E. (2014). *On dogs*.\n")
    {'cat2014': 'Cat et al., 2014'}
    >>> citations("(cat2014)=\nCat, A., & Dog, C. (2014). *On dogs*.\n")
    {'cat2014': 'Cat and Dog, 2014'}
    """
    found = {}
    for key, authors, year in ENTRY.findall(bibliography):
        names = SURNAME.findall(authors) or [authors]
        more = " et al." if len(names) > 2 or "et al." in authors else ""
        found[key] = f"{names[0]}{more or ' and '.join(['', *names[1:]])}, {year}"
    return found


def header(*names: str) -> str:
    cells = "".join(f'<th scope="col">{name}</th>' for name in names)
    return f"<thead><tr>{cells}</tr></thead>"


def ledger_html(entries: list[dict[str, Any]], cited: dict[str, str]) -> str:
    """Return the ledger's table: what others published beside what the course measured, and why they differ."""
    bodies = []
    for entry in entries:
        source = str(entry.get("source", ""))
        if source not in cited:
            LOGGER.warning("the ledger's %s cites %r, which the bibliography lacks", entry.get("id"), source)
        link = f'<a href="bibliography.html#{source}">{html.escape(cited.get(source, source))}</a>'
        bodies.append(
            f'<tbody id="{html.escape(entry["id"])}"><tr><th scope="row">{shown(entry["what"])}</th>'
            f'<td><strong>{shown(entry["published"])}</strong><br><span class="note">{link}: {shown(entry["where"])}'
            f'</span></td><td><strong>{shown(entry["ours"])}</strong><br><span class="note">'
            f"{shown(entry.get('interval'))}</span></td><td>{shown(entry.get('coverage'))}</td></tr>"
            f'<tr class="why"><td colspan="4">{shown(entry["why"])} <span class="note">Ours: '
            f"{shown(entry['measured'])}.</span></td></tr></tbody>"
        )
    columns = header("what was measured", "published", "ours, and its 95 % interval", "coverage")
    return f'<div class="table-scroll"><table class="file-table ledger">{columns}{"".join(bodies)}</table></div>'


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


class LedgerTable(SphinxDirective):
    """The ledger as a table."""

    def run(self) -> list[nodes.Node]:
        book = Path(self.env.srcdir) / "book"
        for name in ("ledger.yml", "bibliography.md"):
            self.env.note_dependency(str(book / name))
        file = book / "ledger.yml"
        loaded = yaml.safe_load(file.read_text(encoding="utf-8")) if file.exists() else None
        entries = (loaded or {}).get("entries") or []
        if not entries:
            return [nodes.paragraph("", "No figure has been entered yet.")]
        return [raw(ledger_html(entries, citations((book / "bibliography.md").read_text(encoding="utf-8"))))]


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
    app.add_directive("ledger-table", LedgerTable)
    app.add_directive("speed-table", SpeedTable)
    app.connect("env-get-outdated", read_speeds_anew)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
