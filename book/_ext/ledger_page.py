"""The ledger's page: `{ledger-figure}`, `{ledger-table}` and `{ledger-code}` show `book/ledger.yml`.

The figure sets ours against what was published. The table says for each figure where it stands, how ours was
measured, why the two differ, and which cell computes ours; it can be sorted and narrowed where scripts run, and is a
plain table where they don't. The code is that of the functions that measure ours anew.
"""

from __future__ import annotations

import ast
import html
import re
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from file_tables import header, raw, shown
from notebook_parts import highlight_python
from sphinx.application import Sphinx
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective

LOGGER = logging.getLogger(__name__)
ENTRY = re.compile(r"^\((\w+)\)=\n(.+?) \((\d{4})\)\.", re.MULTILINE)
SURNAME = re.compile(r"(?:^|, (?:& )?)([^,&]{2,}), (?=[A-Z]\.)")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
FILES = ("book/ledger.yml", "book/bibliography.md", "tests/notebooks/ledger_measures.py")
KINDS = {
    "same": "same data, same method",
    "part": "same model, part of the data",
    "near": "same data, another model",
    "people": "agreement of people",
    "elsewhere": "not measured here",
}
COLUMNS = ("what was measured", "published", "ours", "difference", "coverage")

Entry = dict[str, Any]


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


def number(text: str) -> Decimal:
    """Return the number in a figure as it is written.

    >>> number("0.580"), number("59.61")
    (Decimal('0.580'), Decimal('59.61'))
    """
    found = NUMBER.search(text.replace(",", ""))
    if found is None:
        raise ValueError(f"there is no number in {text!r}")
    return Decimal(found[0])


def difference(entry: Entry) -> Decimal:
    """Return ours less the published figure, with the digits of the one that has fewer.

    >>> difference({"published": "0.8203", "ours": "0.82"}), difference({"published": "59.61", "ours": "59.61"})
    (Decimal('0.00'), Decimal('0.00'))
    """
    published, ours = number(entry["published"]), number(entry["ours"])
    digits = max(int(published.as_tuple().exponent), int(ours.as_tuple().exponent))
    found = (ours - published).quantize(Decimal(1).scaleb(digits))
    return abs(found) if found == 0 else found


def percent(figure: Decimal, entry: Entry) -> float:
    """Return a figure of an entry in hundredths: correlations and shares are written from 0 to 1, percentages to 100.

    >>> percent(Decimal("0.5"), {"published": "0.58"}), percent(Decimal("50"), {"published": "58.0"})
    (50.0, 50.0)
    """
    return float(figure) * (100 if abs(number(entry["published"])) <= 1 else 1)


def within(entry: Entry) -> bool:
    """Say whether the published figure lies within the interval of ours."""
    low, high = map(number, entry["interval"])
    return low <= number(entry["published"]) <= high


def measured(entries: list[Entry]) -> list[Entry]:
    return [entry for entry in entries if entry["kind"] != "elsewhere"]


def counted(entries: list[Entry]) -> str:
    """Return the sentence that says how many figures the ledger holds, and how many of them count.

    >>> row = {"kind": "same", "published": "1", "interval": ["0.9", "1.1"]}
    >>> counted([row | {"cell": "scores"}, row, {"kind": "elsewhere"}]).split(". ")[1:]
    ['Listed and not counted: 1 that no chapter shows, and 1 that cannot be measured here.']
    """
    ours = measured(entries)
    shown_there = [entry for entry in ours if entry.get("cell")]
    same = sum(entry["kind"] == "same" for entry in shown_there)
    text = (
        f"{len(shown_there)} published figure{'s' * (len(shown_there) != 1)} beside ours, {same} of them with the same "
        f"data and method; in {sum(map(within, shown_there))} the published figure lies within our 95 % interval."
    )
    more = {"no chapter shows": len(ours) - len(shown_there), "cannot be measured here": len(entries) - len(ours)}
    parts = [f"{number} that {what}" for what, number in more.items() if number]
    return text + (f" Listed and not counted: {', and '.join(parts)}." if parts else "")


def figure_svg(entries: list[Entry]) -> str:
    """Return the picture of all figures: what was published to the right, ours upwards, each with its interval."""
    size, left, bottom = 360, 44, 38

    def across(value: float) -> float:
        return round(left + value / 100 * size, 1)

    def up(value: float) -> float:
        return round(8 + size - value / 100 * size, 1)

    parts = []
    for tick in range(0, 101, 25):
        parts.append(f'<path class="grid" d="M{across(0)} {up(tick)}H{across(100)}M{across(tick)} {up(0)}V{up(100)}"/>')
        label = "0" if tick == 0 else "1 or 100 %" if tick == 100 else f"{tick} %"
        parts.append(f'<text x="{across(tick)}" y="{up(0) + 17}" text-anchor="middle">{label}</text>')
        if tick:
            parts.append(f'<text x="{left - 6}" y="{up(tick) + 4}" text-anchor="end">{tick} %</text>')
    parts.append(f'<path class="equal" d="M{across(0)} {up(0)}L{across(100)} {up(100)}"/>')
    parts.append(f'<text x="{across(50)}" y="{up(0) + 34}" text-anchor="middle">published</text>')
    parts.append(f'<text transform="translate(11 {up(50)}) rotate(-90)" text-anchor="middle">ours</text>')
    drawn = [entry for entry in measured(entries) if percent(number(entry["published"]), entry) <= 100]  # no counts
    for entry in sorted(drawn, key=lambda entry: entry["kind"] == "same"):
        x = across(percent(number(entry["published"]), entry))
        y = up(percent(number(entry["ours"]), entry))
        low, high = (up(percent(number(end), entry)) for end in entry["interval"])
        title = html.escape(f"{entry['what']}: published {entry['published']}, ours {entry['ours']}")
        mark = f'<circle cx="{x}" cy="{y}" r="3.6"/>'
        if entry["kind"] in ("near", "people"):
            mark = f'<path class="mark" d="M{x} {y - 4.6}l4.6 4.6l-4.6 4.6l-4.6 -4.6z"/>'
        parts.append(
            f'<a class="{entry["kind"]}" href="#{entry["id"]}" tabindex="-1"><title>{title}</title>'
            f'<path class="interval" d="M{x} {low}V{high}"/>{mark}</a>'
        )
    return (
        f'<svg class="ledger-figure" viewBox="0 0 {left + size + 34} {8 + size + bottom}" aria-hidden="true">'
        f"{''.join(parts)}</svg>"
    )


def cell_link(entry: Entry, chapters: dict[str, str]) -> str:
    """Return the link to the cell whose output shows ours, or nothing where no chapter does."""
    name = chapters.get(entry.get("chapter", ""))
    if not entry.get("cell"):
        return ""
    text = f"chapter {int(entry['chapter'])}, cell <code>{html.escape(entry['cell'])}</code>"
    return f'<a href="../notebooks/{name}.html#cell-{entry["cell"]}">{text}</a>' if name else text


def measure_link(entry: Entry) -> str:
    """Return the link to the function that measures ours anew."""
    call = entry["measure"].partition(":")[2]
    return f'<a href="#measured-by-{call.partition("(")[0]}"><code>{html.escape(call)}</code></a>'


def entry_html(entry: Entry, cited: dict[str, str], chapters: dict[str, str], place: int) -> str:
    """Return the rows of one figure: the figures, and below them where, how and why."""
    source, here = str(entry["source"]), entry["kind"] != "elsewhere"
    if source not in cited:
        LOGGER.warning("the ledger's %s cites %r, which the bibliography lacks", entry.get("id"), source)
    link = f'<a href="bibliography.html#{source}">{html.escape(cited.get(source, source))}</a>'
    keys: dict[str, Any] = {
        "task": entry["task"],
        "kind": entry["kind"],
        "place": place,
        "published": percent(number(entry["published"]), entry),
    }
    labels = f'<span class="note">{html.escape(entry["task"])} · {KINDS[entry["kind"]]}</span>'
    cells = [
        f'<th scope="row">{shown(entry["what"])}<br>{labels}</th>',
        figure_cell("published", shown(entry["published"])),
    ]
    if here:
        gap, inside = difference(entry), within(entry)
        done, total = (int(part.replace(",", "")) for part in entry["coverage"].split(" of "))
        keys |= {
            "ours": percent(number(entry["ours"]), entry),
            "difference": abs(percent(gap, entry)),
            "coverage": done / total,
        }
        sign = "+" if gap > 0 else ""
        cells += [
            figure_cell("ours", shown(entry["ours"]), shown(entry["interval"])),
            figure_cell("difference", f"{sign}{shown(gap)}", "within" if inside else "outside", inside),
            figure_cell("coverage", shown(entry["coverage"])),
        ]
        cell, function = cell_link(entry, chapters), measure_link(entry)
        found = f"Shown in {cell}; measured anew by" if cell else "No chapter shows it; measured by"
        how = f" Ours: {shown(entry['measured'])}. {found} {function}."
    else:
        cells += [figure_cell(name, "–") for name in COLUMNS[2:]]
        how = ""
    data = " ".join(f'data-{key}="{html.escape(str(value))}"' for key, value in keys.items())
    return (
        f'<tbody id="{html.escape(entry["id"])}" {data}><tr>{"".join(cells)}</tr><tr class="why"><td colspan="5">'
        f'{shown(entry["why"])} <span class="note">Published: {link}, {shown(entry["where"])}.{how}</span></td></tr>'
        "</tbody>"
    )


def figure_cell(name: str, text: str, note: str = "", marked: bool = False) -> str:
    """Return a cell with a figure and perhaps a note below it; its name is shown where the columns have no heads."""
    below = f'<br><span class="note">{note}</span>' if note else ""
    kind = ' class="within"' if marked else ""
    return f'<td data-name="{name}"{kind}><span class="figure">{text}</span>{below}</td>'


def choices(name: str, label: str, values: dict[str, str], entries: list[Entry]) -> str:
    """Return a list to choose from, each choice with how many rows it leaves."""
    held = Counter(entry[name] for entry in entries)
    options = "".join(
        f'<option value="{html.escape(value)}">{html.escape(shown_as)} ({held[value]})</option>'
        for value, shown_as in values.items()
        if held[value]
    )
    return f'<label>{label} <select data-narrow="{name}"><option value="">all</option>{options}</select></label>'


def ledger_html(entries: list[Entry], cited: dict[str, str], chapters: dict[str, str] | None = None) -> str:
    """Return the ledger's table: what others published beside what the course measured, and why they differ."""
    bodies = "".join(entry_html(entry, cited, chapters or {}, place) for place, entry in enumerate(entries))
    tasks = {task: task for task in dict.fromkeys(entry["task"] for entry in entries)}
    controls = (
        '<div class="ledger-controls" hidden>'
        f"{choices('task', 'task', tasks, entries)}{choices('kind', 'how near', KINDS, entries)}"
        '<label>holding the word <input type="search" autocomplete="off" spellcheck="false"></label>'
        '<p class="ledger-told" role="status"></p></div>'
    )
    return (
        f'<div class="ledger-box">{controls}<div class="table-scroll"><table class="file-table ledger">'
        f"{header(*COLUMNS)}{bodies}</table></div></div>"
        '<script src="../_static/ledger.js" defer></script>'
    )


def functions(module: str) -> dict[str, tuple[str, str, set[str]]]:
    """Return each function of a module: its source, the first line of its docstring, and the functions it calls.

    >>> functions('def one():\\n    "First."\\n    return two()\\n\\ndef two(): pass\\n')["one"]
    ('def one():\\n    "First."\\n    return two()', 'First.', {'two'})
    """
    defined = {node.name: node for node in ast.parse(module).body if isinstance(node, ast.FunctionDef)}
    lines = module.splitlines()
    return {
        name: (
            "\n".join(lines[min([node.lineno, *(each.lineno for each in node.decorator_list)]) - 1 : node.end_lineno]),
            (ast.get_docstring(node) or "").partition("\n")[0],
            {each.id for each in ast.walk(node) if isinstance(each, ast.Name)} & (defined.keys() - {name}),
        )
        for name, node in defined.items()
    }


def code_html(entries: list[Entry], module: str, colour: Callable[[str], str] = highlight_python) -> str:
    """Return the functions that measure ours, folded, each with those of the same file that it calls."""
    known, parts = functions(module), []
    for name in dict.fromkeys(entry["measure"].partition(":")[2].partition("(")[0] for entry in measured(entries)):
        needed, open_names = [name], [name]
        while open_names:
            called = sorted(known[open_names.pop()][2] - set(needed), key=list(known).index)
            needed += called
            open_names += called
        rows = sum(entry["measure"].partition(":")[2].partition("(")[0] == name for entry in measured(entries))
        code = "\n\n\n".join(known[each][0] for each in needed)
        parts.append(
            f'<details class="ledger-code" id="measured-by-{name}"><summary><code>{name}</code>, for {rows} '
            f"row{'s' * (rows != 1)}: {html.escape(known[name][1])}</summary>{colour(code)}</details>"
        )
    return "".join(parts)


class Ledger(SphinxDirective):
    """A part of the ledger's page."""

    def run(self) -> list[nodes.Node]:
        root = Path(self.env.srcdir)
        for name in FILES:
            self.env.note_dependency(str(root / name))
        file = root / "book" / "ledger.yml"
        loaded = yaml.load(file.read_text(encoding="utf-8"), Loader=yaml.BaseLoader) if file.exists() else None
        entries = (loaded or {}).get("entries") or []
        return [raw(self.show(entries, root))] if entries else self.without()

    def without(self) -> list[nodes.Node]:
        return []

    def show(self, entries: list[Entry], root: Path) -> str:
        raise NotImplementedError


class LedgerFigure(Ledger):
    """All figures as a picture."""

    def show(self, entries: list[Entry], root: Path) -> str:
        caption = (
            "Every share and correlation that is measured here, with the 95 % interval of ours. On the line the "
            "two are equal. Dots: the same data and method, or the same model; diamonds: another model, or people."
        )
        return (
            f'<figure class="ledger-overview">{figure_svg(entries)}<figcaption>{caption} The table below holds the '
            f"same figures.</figcaption></figure><p>{counted(entries)}</p>"
        )


class LedgerTable(Ledger):
    """The ledger as a table."""

    def without(self) -> list[nodes.Node]:
        return [nodes.paragraph("", "No figure has been entered yet.")]

    def show(self, entries: list[Entry], root: Path) -> str:
        chapters = {file.name[:2]: file.stem for file in (root / "notebooks").glob("[0-9][0-9]_*.ipynb")}
        return ledger_html(
            entries, citations((root / "book" / "bibliography.md").read_text(encoding="utf-8")), chapters
        )


class LedgerCode(Ledger):
    """The functions that measure ours."""

    def show(self, entries: list[Entry], root: Path) -> str:
        return code_html(entries, (root / FILES[2]).read_text(encoding="utf-8"))


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_directive("ledger-figure", LedgerFigure)
    app.add_directive("ledger-table", LedgerTable)
    app.add_directive("ledger-code", LedgerCode)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
