"""Tables a reader can compare: numbers to a fixed number of places, the row that matters marked."""

from __future__ import annotations

import numbers
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


class Table:
    """What :func:`table` returns: HTML in a notebook and on the site, plain text in a terminal."""

    def __init__(self, header: list[str], rows: list[list[str]], numeric: list[bool], marked: set[int]) -> None:
        self._header, self._rows, self._numeric, self._marked = header, rows, numeric, marked

    def _repr_html_(self) -> str:
        kinds = ["number" if numeric else "text" for numeric in self._numeric]
        head = "".join(
            f'<th scope="col" class="{kind}">{escape(name)}</th>'
            for name, kind in zip(self._header, kinds, strict=True)
        )
        body = "".join(
            ('<tr class="marked">' if i in self._marked else "<tr>")
            + "".join(f'<td class="{kind}">{escape(cell)}</td>' for cell, kind in zip(row, kinds, strict=True))
            + "</tr>"
            for i, row in enumerate(self._rows)
        )
        return f'<table class="course-table"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'

    def folded(self, summary: str = "The numbers") -> FoldedTable:
        """The table behind a line that unfolds it; in a terminal, the table."""
        return FoldedTable(self, summary)

    def __repr__(self) -> str:
        columns = list(zip(self._header, *self._rows, strict=True))
        widths = [max(map(len, column)) for column in columns]
        lines = [self._header, *self._rows]
        return "\n".join(
            "  ".join(
                cell.rjust(width) if numeric else cell.ljust(width)
                for cell, width, numeric in zip(line, widths, self._numeric, strict=True)
            ).rstrip()
            for line in lines
        )


class FoldedTable:
    """What :meth:`Table.folded` returns."""

    def __init__(self, folded: Table, summary: str) -> None:
        self._folded, self._summary = folded, summary

    def _repr_html_(self) -> str:
        summary = f"<summary>{escape(self._summary)}</summary>"
        return f'<details class="fold numbers">{summary}{self._folded._repr_html_()}</details>'

    def __repr__(self) -> str:
        return repr(self._folded)


def table(frame: pd.DataFrame, digits: int = 3, mark: str | None = None) -> Table:
    """Show a data frame as a table to read.

    Parameters
    ----------
    frame : DataFrame with ``n`` rows; a named index becomes the first column, an unnamed one is left out.
    digits : decimal places of every floating-point column.
    mark : the rows whose first column holds this value are marked.

    Examples
    --------
    >>> import pandas as pd
    >>> table(pd.DataFrame({"word": ["dog", "fish"], "cosine": [0.9218, -0.0519], "rank": [1, 12345]}))
    word  cosine    rank
    dog    0.922       1
    fish  −0.052  12,345
    """
    import pandas as pd

    shown = frame.reset_index() if frame.index.name is not None else frame
    numeric = [bool(pd.api.types.is_numeric_dtype(shown[name].dtype)) for name in shown.columns]
    rows = [[_cell(value, digits) for value in row] for row in shown.itertuples(index=False, name=None)]
    first = shown.iloc[:, 0].astype(str).tolist() if len(shown.columns) else []
    marked = {i for i, value in enumerate(first) if mark is not None and value == mark}
    return Table([str(name) for name in shown.columns], rows, numeric, marked)


def _cell(value: object, digits: int) -> str:
    if value is None or value != value:
        return "–"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, numbers.Integral):
        return f"{int(value):,}".replace("-", "−")
    if isinstance(value, numbers.Real):
        text = f"{float(value):,.{digits}f}"
        if float(text.replace(",", "")) == 0:
            text = text.lstrip("-")
        return text.replace("-", "−")
    return str(value)
