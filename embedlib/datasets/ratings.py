"""People's ratings of films: who gave which film how many stars, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from embedlib import assets

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["movielens_100k", "movielens_100k_films"]

ASSET = "movielens-100k"


def movielens_100k() -> pd.DataFrame:
    """MovieLens 100k: 100,000 ratings of 1,682 films by 943 people, 1997 to 1998 (Harper and Konstan, 2015).

    Each person rated at least 20 films. The ratings may be computed with, and not be published. Their order in the
    file is a random one; ``time`` has seconds, and most ratings share theirs with others of the same person.

    Returns
    -------
    DataFrame
        Columns person and film (numbers from 1), rating (1 to 5 stars) and time (seconds since 1970), in the order of
        the file.
    """
    names = ["person", "film", "rating", "time"]
    table = _table("ml-100k.inter", "ratings", 100_000, names)
    return table.astype({name: "int64" for name in names})


def movielens_100k_films() -> pd.DataFrame:
    """The 1,682 films of :func:`movielens_100k`: title, year and genres. Show titles sparingly.

    Returns
    -------
    DataFrame
        Columns film (the number in the ratings), title, year (text; "unkonwn" for the one film of which nothing is
        known) and genres (a list of names, of 19). Twenty-three titles stand in it twice, some for the same film.
    """
    table = _table("ml-100k.item", "films", 1_682, ["film", "title", "year", "genres"])
    table["genres"] = [genres.split() for genres in table["genres"]]
    return table.astype({"film": "int64"})


def _table(file_name: str, rows: str, n: int, names: list[str]) -> pd.DataFrame:
    import pandas as pd

    file = assets.path(ASSET, file_name)
    read: dict[str, Any] = {"sep": "\t", "dtype": str, "keep_default_na": False, "quoting": 3}
    table: pd.DataFrame = pd.read_csv(file, **read)
    if table.shape != (n, len(names)):
        raise ValueError(
            f"MovieLens 100k has {n:,} {rows} of {len(names)} fields, and {file.name} holds {len(table):,} of "
            f"{table.shape[1]}. Fetch it again: python -m embedlib assets fetch {ASSET}"
        )
    table.columns = pd.Index(names)
    record = assets.entry(ASSET)
    table.attrs = dict(name="MovieLens 100k", asset=ASSET, citation=record.citation, licence=record.licence, n=n)
    return table
