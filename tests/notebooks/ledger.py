"""The ledger: published figures beside ours, read from book/ledger.yml and held true.

Each row names the function that measures our figure. Everything is read as text, so that `0.50` keeps the
zero that says how exactly it is meant.
"""

import importlib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Any

import nbformat
import yaml
from reading import NOTEBOOKS, ROOT, TARGET

LEDGER = ROOT / "book" / "ledger.yml"
BIBLIOGRAPHY = ROOT / "book" / "bibliography.md"
OPTIONAL = {"chapter", "cell", "needs"}
TASKS = {
    "word similarity",
    "analogies",
    "sentence similarity",
    "words in context",
    "names in text",
    "sentiment",
    "pictures",
    "search",
    "tokenisers",
    "recommendation",
    "translation",
}
KINDS = {
    "same": "the same data, method and, where there is one, model: a reproduction",
    "part": "the same model, judged on the part of the data that can be had here",
    "near": "the same data; another model or method, so that the figures need not agree",
    "people": "how far people agree with one another: what a model could reach",
    "elsewhere": "cannot be measured here; such a row has no figure of ours and is not counted",
}
ELSEWHERE = {"id", "task", "kind", "what", "published", "source", "where", "why"}
CALL = re.compile(r"(?P<module>\w+):(?P<function>\w+)(?:\((?P<arguments>[^()]*)\))?")
NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Row:
    """A published figure and ours.

    id         names the row: its anchor on the page, and the tag `ledger:<id>` of cells whose prose quotes it
    task       one of TASKS
    kind       one of KINDS: how near ours is to what was published
    what       what is measured, on what
    published  the figure as published
    source     its bibliography entry
    where      the table or page
    ours       our figure, as many digits as hold everywhere
    interval   [low, high] of the 95 % interval
    coverage   how much of the data ours covers, such as "353 of 353"
    measured   how: vocabulary, what becomes of missing words
    why        why the two differ
    measure    "module:function" or "module:function(argument, ...)", which measures ours anew
    chapter    the two digits its file begins with, and
    cell       the id of the cell whose output shows ours; a figure that no chapter shows has neither, and isn't counted
    needs      assets without which ours cannot be measured, separated by spaces (may be left out)
    """

    id: str
    task: str
    kind: str
    what: str
    published: str
    source: str
    where: str
    ours: str
    interval: tuple[str, str]
    coverage: str
    measured: str
    why: str
    measure: str
    chapter: str = ""
    cell: str = ""
    needs: str = ""

    def figures(self) -> list[str]:
        """The texts whose numbers a cell tagged with this row may quote."""
        return [self.published, self.ours, *self.interval, self.coverage]


KEYS = [field.name for field in fields(Row)]


def measured_here(entry: Mapping[str, Any]) -> bool:
    """Whether a row has a figure of ours."""
    return entry.get("kind") != "elsewhere"


def counted(entry: Mapping[str, Any]) -> bool:
    """Whether a row has a figure of ours that a chapter shows."""
    return measured_here(entry) and bool(entry.get("cell"))


def load(path: Path = LEDGER) -> list[dict[str, Any]]:
    """The entries as they are written, all text; an absent file has none."""
    if not path.exists():
        return []
    loaded = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.BaseLoader)
    entries = loaded.get("entries", []) if isinstance(loaded, dict) else loaded
    return list(entries or [])


def read(path: Path = LEDGER) -> list[Row]:
    """The complete rows; `problems` tells of the others."""
    return [
        Row(**{**entry, "interval": tuple(entry["interval"])})
        for entry in load(path)
        if not (set(KEYS) - OPTIONAL - entry.keys()) and not (entry.keys() - set(KEYS))
    ]


@cache
def _outputs(path: Path) -> dict[str, str]:
    """What each cell of a chapter shows in words and numbers, by its id."""
    shown = {}
    for cell in nbformat.read(path, as_version=4).cells:
        texts = []
        for output in cell.get("outputs", []):
            held = {"text/plain": output.get("text", ""), **output.get("data", {})}
            texts += [str(held.get(kind, "")) for kind in ("text/plain", "text/html", "text/markdown")]
        shown[cell.get("id", "")] = "\n".join(texts)
    return shown


def shows(text: str, ours: str, published: str = "1") -> bool:
    """Whether a cell's output holds a figure, as it is written or rounded to two decimals at least.

    A percentage may stand there as a share, and a share as "18 of 20".

    >>> shows("GloVe  0.462  0.433", "46.2", "71.7"), shows("18 of 20", "0.900"), shows("30,522 pieces", "30522")
    (True, True, True)
    >>> shows("GloVe  0.463  0.433", "46.2", "71.7"), shows("0.9", "0.900")
    (False, False)
    """
    text, value = text.replace(",", ""), Decimal(ours)
    found = [(Decimal(number), len(number.partition(".")[2])) for number in re.findall(r"\d+\.\d\d+", text)]
    found += [(Decimal(right) / Decimal(of), 4) for right, of in re.findall(r"(\d+) of ([1-9]\d*)", text)]
    scales = (0, 2) if Decimal(NUMBER.findall(published)[0]) > 1 else (0,)
    for scale in scales:
        target, decimals = value.scaleb(-scale), len(ours.partition(".")[2]) + scale
        if any(abs(number - target) <= Decimal(5).scaleb(-min(digits, decimals) - 1) for number, digits in found):
            return True
    return ours.isdigit() and ours in re.findall(r"\d+", text)


def _is_number(text: str) -> bool:
    try:
        return Decimal(text.replace("%", "").strip()).is_finite()
    except InvalidOperation:
        return False


def problems(
    entries: list[dict[str, Any]], bibliography: Path = BIBLIOGRAPHY, notebooks: Path = NOTEBOOKS
) -> list[str]:
    """A sentence for each row that is incomplete or names what is not there."""
    found = []
    known = set(TARGET.findall(bibliography.read_text(encoding="utf-8"))) if bibliography.exists() else set()
    for name, count in Counter(entry.get("id", "") for entry in entries).items():
        if count > 1:
            found.append(f"The ledger has {count} rows with the id {name!r}; give each its own.")
    for number, entry in enumerate(entries, start=1):
        row = f"The ledger's row {entry.get('id') or number}"
        keys = KEYS if measured_here(entry) else [key for key in KEYS if key in ELSEWHERE]
        lacking = [key for key in keys if key not in OPTIONAL and not entry.get(key)]
        if lacking:
            found.append(f"{row} lacks {', '.join(lacking)}.")
        for key in sorted(entry.keys() - set(keys)):
            found.append(f"{row} has {key!r}, which is not one of {', '.join(keys)}.")
        if lacking:
            continue
        for key, allowed in (("task", TASKS), ("kind", KINDS)):
            if entry[key] not in allowed:
                found.append(f"{row}: {key} is one of {', '.join(sorted(allowed))}, not {entry[key]!r}.")
        if entry["source"] not in known:
            found.append(f"{row} cites {entry['source']!r}, and book/bibliography.md has no ({entry['source']})=.")
        if not measured_here(entry):
            if not NUMBER.search(entry["published"]):
                found.append(f"{row}: published is a number; it is {entry['published']!r}.")
            continue
        interval = entry["interval"]
        if not _is_number(entry["ours"]) or not NUMBER.search(entry["published"]):
            found.append(
                f"{row}: published and ours are numbers; they are {entry['published']!r} and {entry['ours']!r}."
            )
        elif not (isinstance(interval, list) and len(interval) == 2 and all(map(_is_number, interval))):
            found.append(f"{row}: interval is [low, high], and it is {interval!r}.")
        elif not Decimal(interval[0]) <= Decimal(entry["ours"]) <= Decimal(interval[1]):
            found.append(f"{row}: ours, {entry['ours']}, lies outside its own interval {interval[0]} to {interval[1]}.")
        if not CALL.fullmatch(entry["measure"]):
            found.append(
                f'{row}: measure is "module:function" or "module:function(argument)", not {entry["measure"]!r}.'
            )
        chapter, cell = entry.get("chapter"), entry.get("cell")
        if not chapter and not cell:
            continue
        chapters = sorted(notebooks.glob(f"{chapter or '?'}_*.ipynb"))
        if not chapters:
            found.append(f"{row} names chapter {chapter!r}, and no chapter's file begins so.")
        elif cell not in _outputs(chapters[0]):
            found.append(f"{row} names the cell {cell!r}, and {chapters[0].name} has no cell of that id.")
        elif _is_number(entry["ours"]) and not shows(_outputs(chapters[0])[cell], entry["ours"], entry["published"]):
            found.append(
                f"{row} says ours is {entry['ours']}, and the cell {cell!r} of {chapters[0].name} shows no such."
            )
    return found


def measure(call: str) -> Mapping[str, Any]:
    """Run a row's measure: a number, or a mapping with `ours` and perhaps `interval` and `coverage`."""
    match = CALL.fullmatch(call)
    if match is None:
        raise ValueError(f'a measure is written "module:function(argument, ...)", not {call!r}')
    function = getattr(importlib.import_module(match["module"]), match["function"])
    arguments = [argument.strip() for argument in (match["arguments"] or "").split(",") if argument.strip()]
    result = function(*arguments)
    return result if isinstance(result, Mapping) else {"ours": result}


def _holds(written: str, measured: float) -> bool:
    """Whether `measured`, rounded to the digits of `written`, is `written`."""
    text = written.replace("%", "").strip()
    value = Decimal(repr(float(measured))) * (100 if "%" in written else 1)
    return abs(value - Decimal(text)) <= Decimal(5).scaleb(-len(text.partition(".")[2]) - 1)


def drift(row: Row, measured: Mapping[str, Any]) -> list[str]:
    """A sentence for each figure of ours that is no longer what is measured."""
    found = []
    if not _holds(row.ours, measured["ours"]):
        found.append(
            f"The ledger's row {row.id} says ours is {row.ours}, and {row.measure} measures {measured['ours']}."
        )
    if "interval" in measured and not all(map(_holds, row.interval, measured["interval"])):
        low, high = measured["interval"]
        found.append(
            f"The ledger's row {row.id} gives the interval {' to '.join(row.interval)}, and "
            f"{row.measure} measures {low} to {high}."
        )
    if "coverage" in measured and str(measured["coverage"]) != row.coverage:
        found.append(
            f"The ledger's row {row.id} says it covers {row.coverage}, and {row.measure} covers {measured['coverage']}."
        )
    return found
