"""A search laboratory: the reader's own query by BM25, by MiniLM and by both fused, over 3,000 short passages."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

from embedlib.islands import reading
from embedlib.islands.base import Island, Part, asset_key, plain_table, source_key, within
from embedlib.islands.search_lab import search

FOLDER = Path(__file__).parent
FIRST, LAST, LONGEST = 1790, 2026, 200
NAMES = {"bm25": "BM25", "both": "Both, fused", "minilm": "MiniLM"}
DEFAULTS = {"query": search.EXAMPLES["other words"], "since": FIRST, "until": LAST, "k": 60}


def check(options: dict[str, Any]) -> dict[str, Any]:
    """The options; ValueError for an empty or endless query, for years without an address, for a k that is none."""
    query = " ".join(options["query"].split())
    if not 0 < len(query) <= LONGEST:
        raise ValueError(f"A query has from 1 to {LONGEST} characters; this one has {len(query)}.")
    for name in ("since", "until"):
        if options[name] not in range(FIRST, LAST + 1):
            raise ValueError(f"{name} is a year from {FIRST} to {LAST}, not {options[name]!r}.")
    within("k", options["k"], 1, 100)
    return {**options, "query": query}


def first(options: dict[str, Any]) -> dict[str, Any]:
    """The first answer, the prepared queries, and what MiniLM costs to load."""
    return {
        "answer": search.search(**options),
        "examples": list(search.EXAMPLES.items()),
        "years": [FIRST, LAST],
        "count": len(search.passages()),
        "models": reading.models("minilm"),
    }


def data() -> bytes:
    """The passages and the words of one stem as a line of JSON, then the vectors."""
    forms, vectors = search.measured()
    head = {"forms": forms, "passages": search.passages(), "examples": list(search.EXAMPLES.values())}
    line = json.dumps(head, ensure_ascii=False, separators=(",", ":")).encode()
    return gzip.compress(line + b"\n" + vectors.tobytes(), 6, mtime=0)


def fallback_html(options: dict[str, Any], invitation: str = "") -> str:
    """What the three find, side by side: a plain table."""
    found, columns = search.search(**options), []
    for name in NAMES:
        hits = [found["hits"][i] for i in found["top"].get(name, [])]
        texts = [f"{hit['year']} {hit['president']}: {''.join(hit['pieces'])}" for hit in hits]
        columns.append(texts + [""] * (search.TOP - len(texts)))
    said = f", the first {search.TOP} of {found['of']:,} passages of State of the Union addresses.{invitation}"
    return plain_table(["For ", options["query"], said], tuple(NAMES.values()), zip(*columns, strict=True))


def key() -> str:
    """What the data depends on."""
    return f"{source_key(search.MEASURED, Path(search.__file__), Path(__file__))} {asset_key('sotu')}"


ISLAND = Island(
    folder=FOLDER,
    defaults=DEFAULTS,
    check=check,
    first=first,
    fallback_html=fallback_html,
    parts={"data": Part(make=data, key=key), **reading.parts_of("minilm")},
    helpers=(reading.ASKING,),
    worker=reading.WORKER,
    invitation=" Run this cell to search for your own words.",
)
