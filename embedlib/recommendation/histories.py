"""What each person has liked, in order: lists of item numbers, and the table of people and items made of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from embedlib import _check

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["as_matrix", "histories", "last_few"]

Floats = npt.NDArray[np.float64]
Numbers = npt.NDArray[np.int64]


def histories(
    table: pd.DataFrame, person: str = "person", item: str = "film", time: str | None = "time"
) -> tuple[list[Numbers], Numbers]:
    """Each person's items in order of time, numbered from 0.

    Parameters
    ----------
    table
        A row an interaction; each person and item once.
    person, item, time
        Names of its columns. Interactions of one moment stay in the order of the table, as all do without ``time``.

    Returns
    -------
    (lists, items)
        A list of item numbers for each person, in ascending order of ``person``; and what the numbers stand for, also
        in ascending order: ``items[lists[0]]`` are the first person's items.

    Examples
    --------
    >>> import pandas as pd
    >>> seen = pd.DataFrame({"person": [7, 5, 7], "film": [30, 10, 20], "time": [2, 1, 1]})
    >>> lists, items = histories(seen)
    >>> [list(map(int, items[one])) for one in lists]
    [[10], [20, 30]]
    """
    if not hasattr(table, "columns"):
        raise TypeError(f"The table is a DataFrame with a row an interaction; this is {_check.kind(table)}.")
    named = [name for name in (person, item, time) if name is not None]
    if lacking := [name for name in named if name not in table.columns]:
        has = ", ".join(map(str, table.columns))
        raise ValueError(f"The table lacks the column {', '.join(map(str, lacking))}; it has {has}.")
    if not len(table):
        raise ValueError("The table has no rows, so that there is nothing to learn from.")
    for name in named:
        if n := int(table[name].isna().sum()):
            raise ValueError(f"The column {name} is empty in {n:,} rows. Leave these out: table.dropna().")
        if len(kinds := sorted({type(one).__name__ for one in table[name].tolist()})) > 1:
            raise TypeError(f"The column {name} mixes {' and '.join(kinds)}, which have no order. Make them one.")
    if (twice := table.duplicated([person, item])).any():
        first = table.loc[twice].iloc[0]
        raise ValueError(
            f"{person} {first[person]} and {item} {first[item]} stand together twice. Keep one row: "
            f"table.drop_duplicates([{person!r}, {item!r}])."
        )
    ordered = table.sort_values(time, kind="stable") if time is not None else table
    people, who = np.unique(ordered[person].to_numpy(), return_inverse=True)
    items, what = np.unique(ordered[item].to_numpy(), return_inverse=True)
    by_person = np.argsort(who, kind="stable")
    ends = np.cumsum(np.bincount(who, minlength=len(people)))[:-1]
    return [part.astype(np.int64) for part in np.split(what[by_person], ends)], items


def as_matrix(lists: Iterable[Sequence[int] | Numbers], n_items: int) -> Floats:
    """A row a person, a column an item, 1 where the item stands in the person's list: shape (n, n_items).

    Examples
    --------
    >>> as_matrix([[0, 2], []], n_items=3)
    array([[1., 0., 1.],
           [0., 0., 0.]])
    """
    given = _lists(lists, n_items)
    seen = np.zeros((len(given), n_items))
    for row, one in zip(seen, given, strict=True):
        row[one] = 1
    return seen


def last_few(lists: Iterable[Numbers], n: int | None) -> list[Numbers]:
    """The last n of each list; all of it if n is None.

    Examples
    --------
    >>> last_few([np.array([4, 2, 7])], 2)
    [array([2, 7])]
    """
    if n is None:
        return list(lists)
    _check.whole("n", n)
    return [one[-n:] for one in lists]


def _lists(lists: Any, n_items: Any) -> list[Numbers]:
    """Lists of item numbers, checked."""
    _check.whole("n_items", n_items)
    if isinstance(lists, (str, bytes)) or not isinstance(lists, Iterable):
        raise TypeError(f"lists has a list of item numbers for each person; this is {_check.kind(lists)}.")
    return [_check.items(one, n_items, "Each person's list") for one in lists]


def _columns(seen: Any) -> Floats:
    """The table of people and items, checked."""
    try:
        table = np.asarray(seen, dtype=np.float64)
    except (TypeError, ValueError):
        raise ValueError("The table holds numbers, as many in each row: a row a person, a column an item.") from None
    if table.ndim != 2 or not table.size:
        raise ValueError(f"A row a person, a column an item: shape (n, m). This has the shape {table.shape}.")
    if not np.isfinite(table).all() or (table < 0).any():
        raise ValueError("The table says what people liked: 1 or 0, or weights of 0 or more. It holds others.")
    return table
