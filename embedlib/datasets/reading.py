"""Passages to read, and questions about them whose answers a rule can check.

Three kinds of question: which president gave the address of a year ("who"), to which family a living thing belongs
("family"), and a figure that stands in an address ("figure"). The texts are those of the assets sotu (public domain)
and gcide (GPL-3); the questions about figures are the course's own.
"""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from embedlib import _check, assets
from embedlib.text.corpus import clean_address, clean_definition

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["address_facts", "address_text", "addresses", "families", "reading_questions"]

FAMILY = re.compile(r"\b([A-Z][a-z]+(?:idae|aceae))\b")
_OPENING = 30  # words of an address after its heading
_LONGEST = 45  # words of a dictionary's entry
_N = {"who": 60, "family": 40}


@cache
def address_text(file: str) -> str:
    """An address as one line of text, by its name in the asset sotu, such as "1861-Lincoln-1"."""
    raw = assets.path("sotu", f"speeches/{file}.txt").read_text(encoding="utf-8")
    return " ".join(clean_address(raw).split())


def surname(name: str) -> str:
    """The last of a person's names, without what may follow it.

    >>> surname("Joseph R. Biden, Jr.")
    'Biden'
    """
    names = re.sub(r",? Jr\.$", "", name).split()
    if not names:
        raise ValueError("The name is empty.")
    return names[-1]


def addresses(words: int = _OPENING) -> pd.DataFrame:
    """One State of the Union address a year: a heading with year and president, and how it begins.

    The two years in which two presidents gave one, 1953 and 1961, are left out.

    Parameters
    ----------
    words
        How many words of the address stand after the heading.

    Returns
    -------
    DataFrame
        Columns file, year, president, surname and passage; 227 rows.
    """
    import pandas as pd

    _check.whole("words", words)
    known = pd.read_csv(assets.path("sotu", "metadata.csv"))
    several = known.groupby("year")["president_full"].transform("nunique") > 1
    known = known[~several].drop_duplicates("year").reset_index(drop=True)
    passages = []
    for file, year, name in zip(known["fileid"], known["year"], known["president_full"], strict=True):
        opening = " ".join(address_text(file).split()[:words])
        passages.append(f"State of the Union address of {year}, by President {name}. {opening}")
    table = pd.DataFrame(
        {
            "file": known["fileid"],
            "year": known["year"],
            "president": known["president_full"],
            "surname": [surname(name) for name in known["president_full"]],
            "passage": passages,
        }
    )
    table.attrs = {"name": "Addresses", "asset": "sotu", "licence": "public domain", "n": len(table)}
    return table


def families() -> pd.DataFrame:
    """Entries of the dictionary that name one family of living things, such as Mustelidae.

    Returns
    -------
    DataFrame
        Columns entry, family and passage (the entry's definitions, at most 45 words).
    """
    import pandas as pd

    rows = []
    for file in sorted(file.name for file in assets.entry("gcide").files):
        for record in json.loads(assets.path("gcide", file).read_text(encoding="utf-8")).values():
            texts = [text["text"] for sense in record["pos"] for text in sense["definitions"]]
            text = " ".join(" ".join(clean_definition(text) for text in texts).split())
            named = FAMILY.findall(text)
            if len(set(named)) == 1 and len(text.split()) <= _LONGEST:
                rows.append((record["entry"], named[0], f"{record['entry']}: {text}"))
    table = pd.DataFrame(rows, columns=["entry", "family", "passage"]).drop_duplicates("entry", ignore_index=True)
    table.attrs = {"name": "Families", "asset": "gcide", "licence": "GPL-3", "n": len(table)}
    return table


def address_facts() -> pd.DataFrame:
    """Forty questions about figures in thirteen addresses, written for the course.

    Returns
    -------
    DataFrame
        Columns file, question, answer, other (a figure to put in its place), start and end (where the sentence with
        the answer stands in :func:`address_text`).
    """
    import pandas as pd

    table: Any = pd.read_csv(Path(__file__).with_name("address_facts.csv"), dtype=str)
    spans = [_sentence_with(address_text(row.file), row.answer) for row in table.itertuples()]
    table[["start", "end"]] = spans
    found: pd.DataFrame = table
    return found


def reading_questions() -> pd.DataFrame:
    """140 questions of three kinds with the passage that answers each.

    Returns
    -------
    DataFrame
        Columns kind ("who", "family", "figure"), about (the year, the entry or the address), question, answer, other
        (a wrong answer of the same kind), passage, and swapped: the passage with the other answer in its place.
    """
    import pandas as pd

    rng = np.random.default_rng(0)
    rows: list[tuple[str, ...]] = []
    speeches: Any = addresses()
    for place in sorted(rng.permutation(len(speeches))[: _N["who"]]):
        row = speeches.iloc[place]
        others = speeches[speeches["surname"] != row["surname"]]["president"].unique()
        other = str(rng.choice(others))
        passage, question = row["passage"], f"Which president gave the address of {row['year']}?"
        swapped = passage.replace(row["president"], other)
        rows.append(("who", str(row["year"]), question, row["surname"], surname(other), passage, swapped))
    known: Any = families()
    fit = [
        bool(re.match(rf"{re.escape(row.entry)}: (?:any|an?|the|one)\b", row.passage, re.IGNORECASE))
        and row.entry[:3].lower() != row.family[:3].lower()
        and not row.entry.endswith(("idae", "aceae"))
        and row.passage.count(row.family) == 1
        for row in known.itertuples()
    ]
    asked = known[fit]
    asked = asked.iloc[sorted(rng.permutation(len(asked))[: _N["family"]])]
    for row in asked.itertuples():
        other = str(rng.choice(known[known["family"] != row.family]["family"]))
        question = f"To which family does the {row.entry} belong?"
        swapped = row.passage.replace(row.family, other)
        rows.append(("family", row.entry, question, row.family, other, row.passage, swapped))
    facts: Any = address_facts()
    for row in facts.itertuples():
        text = address_text(row.file)
        passage = f"Address of {row.file[:4]}. {text[row.start : row.end]}"
        swapped = passage.replace(row.answer, row.other)
        rows.append(("figure", row.file, row.question, row.answer, row.other, passage, swapped))
    columns = ["kind", "about", "question", "answer", "other", "passage", "swapped"]
    return pd.DataFrame(rows, columns=columns)


def _sentence_with(text: str, figure: str) -> tuple[int, int]:
    """Where the sentence that holds a figure begins and ends."""
    found = re.search(rf"(?<![\d,.]){re.escape(figure)}(?!\d|,\d|\.\d)", text)
    if found is None:
        raise ValueError(f"{figure} does not stand in the address.")
    starts = [match.end() for match in re.finditer(r"[.!?]\s+(?=[\"“A-Z-])", text[: found.start()])]
    end = re.search(r"[.!?](?=\s+[\"“A-Z-]|$)", text[found.end() :])
    return (starts[-1] if starts else 0), found.end() + (end.end() if end else len(text) - found.end())
