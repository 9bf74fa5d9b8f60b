"""Benchmarks as they are handed in: tables or lists of rows, checked once for all evaluations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from embedlib import _check

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["as_table", "check_resampling", "one_of_each", "several"]


def as_table(data: Any, columns: Sequence[str], words: Sequence[str], things: str) -> pd.DataFrame:
    """The data as a new DataFrame with these columns at least, those of ``words`` holding words, and its ``.attrs``.

    ``things`` is what error messages call the rows, such as "pairs".
    """
    import pandas as pd

    if isinstance(data, pd.DataFrame):
        lacking = [column for column in columns if column not in data.columns]
        if lacking:
            raise ValueError(
                f"The {things} lack the column{'s' * (len(lacking) > 1)} {', '.join(lacking)}; there are "
                f"{', '.join(map(str, data.columns))}. DataFrame.rename(columns=...) gives columns other names."
            )
        one_of_each(data, columns)
        table = data.reset_index(drop=True)
    else:
        if isinstance(data, (str, bytes, Mapping)) or not isinstance(data, Sequence):
            raise TypeError(
                f"{things.capitalize()} are a DataFrame with the columns {', '.join(columns)}, or a list of such rows; "
                f"this is {_check.kind(data)}."
            )
        for i, row in enumerate(data):
            if isinstance(row, str) or not isinstance(row, Sequence) or len(row) != len(columns):
                raise ValueError(f"Row {i} of the {things} is {row!r}; it has to hold {', '.join(columns)}.")
        table = pd.DataFrame([tuple(row) for row in data], columns=list(columns))
    if table.empty:
        raise ValueError(f"There are no {things}.")
    for column in words:
        for i, word in enumerate(table[column].to_numpy(dtype=object)):  # at once: one by one takes a string long
            if not isinstance(word, str) or not word:
                raise ValueError(f"Row {i} of the {things} has {word!r} for {column}; a word is needed.")
    table.attrs = dict(data.attrs) if isinstance(data, pd.DataFrame) else {}
    return table


def one_of_each(data: pd.DataFrame, columns: Sequence[str]) -> None:
    """Refuse a table in which one of these columns stands twice."""
    twice = [column for column in columns if list(data.columns).count(column) > 1]
    if twice:
        raise ValueError(f"The table has more than one column {twice[0]}; each has to stand there once.")


def check_resampling(confidence: Any, n_bootstrap: Any, seed: Any) -> None:
    """The three options of every bootstrap interval."""
    _check.confidence(confidence)
    _check.whole("n_bootstrap", n_bootstrap, least=0)
    _check.whole("seed", seed, least=0)


def several(classes: Any) -> None:
    """Refuse classes that are all one: there is nothing to learn."""
    if len(classes) == 0:
        raise ValueError("There are no examples to learn from.")
    if len(set(classes.tolist())) < 2:
        raise ValueError(
            f"All {len(classes):,} examples are of the class {classes[0]!r}: there is nothing to tell apart. "
            f"Draw more, or from each class."
        )
