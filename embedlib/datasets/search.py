"""Collections to search: queries, documents, and which documents are right for which query.

A document's grade says how much it is worth to a query: 0 nothing, and more is better. What no one judged counts 0.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from embedlib import _check, assets

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SearchCollection", "cranfield", "film_search", "read_cranfield"]

Ints = npt.NDArray[np.int64]
_BETWEEN = r"['’\-.,:!\s]*"  # what may stand between the letters of a film's name: Spider-Man, Hart's War


@dataclass(frozen=True)
class SearchCollection:
    """What a search is measured on.

    Attributes
    ----------
    name
        What it is called.
    queries, documents
        Tables with a column text, and what more is known; a row's number is its name in ``judged``.
    judged
        Columns query, document (row numbers) and grade, 1 or more: a row for every right document.
    asset, citation, licence
        Where it comes from.
    """

    name: str
    queries: pd.DataFrame
    documents: pd.DataFrame
    judged: pd.DataFrame
    asset: str
    citation: str
    licence: str

    def __repr__(self) -> str:
        return (
            f"{self.name}: {len(self.queries):,} queries, {len(self.documents):,} documents, "
            f"{len(self.judged):,} right pairs"
        )

    def grades(self, found: Any) -> Ints:
        """The grade of each document found: row numbers (n queries, k) in, grades of that shape out; −1 is none.

        The rows are those of ``queries``, all of them and in their order.
        """
        rows = np.asarray(found)
        if rows.ndim != 2 or len(rows) != len(self.queries) or rows.dtype.kind not in "iu":
            raise ValueError(
                f"found has a row of document numbers for each of {len(self.queries):,} queries; "
                f"this has the shape {rows.shape}."
            )
        if rows.size and not (rows.min() >= -1 and rows.max() < len(self.documents)):
            raise ValueError(f"Documents are numbered from 0 to {len(self.documents) - 1:,}; −1 stands for none.")
        n = len(self.documents)
        keys = (self.judged["query"].to_numpy() * n + self.judged["document"].to_numpy()).astype(np.int64)
        order = np.argsort(keys)
        asked = np.arange(len(rows))[:, None] * n + rows
        place = np.searchsorted(keys[order], asked)
        place = np.minimum(place, len(keys) - 1)
        grade = self.judged["grade"].to_numpy()[order][place]
        found_grades: Ints = np.where((keys[order][place] == asked) & (rows >= 0), grade, 0).astype(np.int64)
        return found_grades

    def best(self) -> Ints:
        """For each query the grades of all that is right, the best first, zeros behind: shape (n queries, most)."""
        query, grade = (self.judged[column].to_numpy() for column in ("query", "grade"))
        order = np.lexsort((-grade, query))
        sizes = np.bincount(query, minlength=len(self.queries))
        place = np.arange(len(order)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        table = np.zeros((len(self.queries), int(sizes.max())), np.int64)
        table[query[order], place] = grade[order]
        return table


def film_search(queries: str = "reviews") -> SearchCollection:
    """Plots of films and critics' sentences on them: which plot does a sentence speak of, or which sentences a plot?

    A document is right if it was filed under the query's film, which no model has decided. The film's name is taken
    out of its own plot and its own reviews, so that it cannot be looked up. Many sentences say nothing of the plot:
    no search can find them all. Rotten Tomatoes by way of Pang and Lee (2005); for research, rows may not be
    published.

    Parameters
    ----------
    queries
        "reviews": 4,863 sentences ask for one of 1,083 plots. "plots": 156 plots ask for their sentences among 4,863.

    Returns
    -------
    SearchCollection
        ``queries`` and ``documents`` have the columns text and film; queries also split, "dev" or "test", by film.
    """
    import pandas as pd

    _check.choice("queries", queries, ("reviews", "plots"))
    lines = pd.read_csv(assets.path("rotten-tomatoes", "rotten_tomatoes_corpus_full.csv.bz2"), encoding="utf-8")
    lines = lines.dropna(subset=["text"]).drop_duplicates("text")
    lines = lines.assign(
        text=[_without_name(text, film) for text, film in zip(lines["text"], lines["movie_name"], strict=True)]
    ).rename(columns={"movie_name": "film"})
    lines = lines[lines["text"].str.contains(r"\w")]
    plots = lines[lines["category"] == "plot"][["text", "film"]].reset_index(drop=True)
    reviews = lines[lines["category"] != "plot"][["text", "film"]]
    reviews = reviews[reviews["film"].isin(set(plots["film"]))].reset_index(drop=True)
    if queries == "reviews":
        asking, answering = reviews, plots
    else:
        asking = plots[plots["film"].isin(set(reviews["film"]))].reset_index(drop=True)
        answering = reviews
    films = sorted(set(reviews["film"]))
    test = set(films[1::2])  # every second film of the alphabet
    asking = asking.assign(split=["test" if film in test else "dev" for film in asking["film"]])
    pairs = asking.reset_index(names="query").merge(answering.reset_index(names="document"), on="film")
    return SearchCollection(
        f"Films, {queries} ask",
        asking,
        answering,
        pairs[["query", "document"]].assign(grade=1),
        **_origin("rotten-tomatoes"),
    )


def _without_name(text: str, film: str) -> str:
    """A text without the name of its film, however that is written; runs of spaces become one.

    >>> _without_name("Spider-Man is a spider.  See SPIDER MAN!", "spiderman")
    'is a spider. See !'
    """
    letters = [re.escape(letter) for letter in film.replace("_", "")]
    name = rf"(?<!\w){_BETWEEN.join(letters)}(?!\w)"
    return " ".join(re.sub(name, " ", text, flags=re.IGNORECASE).split())


def cranfield() -> SearchCollection:
    """Cranfield: 1,400 abstracts on aerodynamics, and 225 questions of people who worked in it (Cleverdon, 1967).

    The file's codes run from 1, a complete answer, to 4, of minimum interest; 225 pairs have −1, which its read-me
    does not explain and others call "of no interest". Here the grades are 4 to 1 for the codes 1 to 4, and pairs with
    −1 are left out. A judgement's first column is the place of the query in its file, not the number that the file
    gives it. Two abstracts are empty.

    Returns
    -------
    SearchCollection
        ``documents`` with the columns text and title, ``queries`` with text.
    """
    folder = assets.path("cranfield", "cran.all.1400").parent
    return read_cranfield(folder)


def read_cranfield(folder: Path) -> SearchCollection:
    """The collection in a folder with ``cran.all.1400``, ``cran.qry`` and ``cranqrel``."""
    import pandas as pd

    documents = pd.DataFrame(
        [{"text": fields.get("W", ""), "title": fields.get("T", "")} for fields in _records(folder / "cran.all.1400")]
    )
    queries = pd.DataFrame([{"text": fields.get("W", "")} for fields in _records(folder / "cran.qry")])
    rows = []
    for number, line in enumerate((folder / "cranqrel").read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip():
            continue
        query, document, code = (int(field) for field in line.split())
        if not (1 <= query <= len(queries) and 1 <= document <= len(documents) and code in (-1, 1, 2, 3, 4)):
            raise ValueError(
                f"Line {number} of {folder / 'cranqrel'} says {line!r}: a query's place from 1 to {len(queries):,}, "
                f"a document from 1 to {len(documents):,} and a code, −1 or 1 to 4, belong there."
            )
        if code > 0:
            rows.append((query - 1, document - 1, 5 - code))
    judged = pd.DataFrame(rows, columns=["query", "document", "grade"])
    judged = judged.sort_values("grade", ascending=False).drop_duplicates(["query", "document"])
    judged = judged.sort_values(["query", "document"]).reset_index(drop=True)
    return SearchCollection("Cranfield", queries, documents, judged, **_origin("cranfield"))


def _records(file: Path) -> Iterator[dict[str, str]]:
    """Records of SMART's format: ``.I`` and a number, then fields, each a line with a dot and a letter above it."""
    for record in re.split(r"^\.I .*\n", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]:
        parts = re.split(r"^\.([A-Z])\s*\n", record, flags=re.MULTILINE)
        yield {name: " ".join(text.split()) for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def _origin(asset: str) -> dict[str, Any]:
    record = assets.entry(asset)
    return {"asset": asset, "citation": record.citation, "licence": record.licence}
