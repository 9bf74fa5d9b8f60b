"""Words and sentences in two languages or three, as tidy tables that say in ``.attrs`` what they are."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedlib import _check, assets

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["multi30k", "named_pairs", "parallel_sentences", "translation_traps", "word_translations"]

_PARTS = {"train": ("train", 29_000), "dev": ("val", 1_014), "test": ("test_2016_flickr", 1_000)}
_LANGUAGES = {"english": "en", "german": "de", "french": "fr"}


def word_translations() -> pd.DataFrame:
    """English words with their French translations in one word, written for this course as a test.

    The words were drawn by chance from five stretches of GloVe's order, up to its 20,000th word. Names, abbreviations
    and words that take several in French were passed over, so it says nothing of these; inflected forms are in it.
    The authors of the course wrote the translations before any result was seen; no native speaker read them.

    Returns
    -------
    DataFrame
        Columns english, rank (in GloVe's order, from 1) and french, a list of all that count as right.
    """
    table = _own("word_translations.csv", "Word translations", ["english", "rank", "french"])
    table["rank"] = table["rank"].astype(int)
    table["french"] = table["french"].str.split("/")
    return table


def parallel_sentences() -> pd.DataFrame:
    """120 sentences in English, French and German, written for this course.

    Forty scenes (as captions of photographs have it), forty sentences of daily life, forty of facts and news. No
    native speaker of French or German has read them.

    Returns
    -------
    DataFrame
        Columns kind (scene, daily or facts), english, french and german.
    """
    return _own("parallel_sentences.csv", "Parallel sentences", ["kind", "english", "french", "german"])


def translation_traps() -> pd.DataFrame:
    """English sentences with their French, and with a French sentence that is wrong in one thing that matters.

    Written for this course; no native speaker of French has read them.

    Returns
    -------
    DataFrame
        Columns kind (number, name, negation, false friend or other word), english, french and wrong.
    """
    return _own("translation_traps.csv", "Translation traps", ["kind", "english", "french", "wrong"])


def named_pairs() -> pd.DataFrame:
    """English and French names of the same things, in one word each: a small dictionary that packages carry.

    Emoji (asset emoji-translations), and from the package babel languages, territories, scripts, currencies, months
    and days; all of them come from Unicode's CLDR.

    Returns
    -------
    DataFrame
        Columns english, french and source (emoji or babel), in lower case; each pair once.

    Raises
    ------
    embedlib.assets.AssetUnavailable
        If the names of emoji are neither here nor to be had.
    """
    import pandas as pd
    from babel import Locale

    english, french = (
        json.loads(assets.path("emoji-translations", name).read_text(encoding="utf-8"))
        for name in ("emoji.json", "emoji_fr.json")
    )
    rows = [(english[sign]["en"], name, "emoji") for sign, name in french.items() if "en" in english.get(sign, {})]
    one, other = Locale("en"), Locale("fr")
    for kind in ("languages", "territories", "scripts", "currencies"):
        names: Any = getattr(other, kind)
        rows += [(name, names[key], "babel") for key, name in getattr(one, kind).items() if key in names]
    for kind in ("months", "days"):
        names = getattr(other, kind)["stand-alone"]["wide"]
        rows += [(name, names[key], "babel") for key, name in getattr(one, kind)["stand-alone"]["wide"].items()]
    table = pd.DataFrame(rows, columns=["english", "french", "source"])
    for language in ("english", "french"):
        table[language] = table[language].str.strip(":").str.lower()
        table = table[table[language].str.replace("-", "").str.isalpha()]
    table = table.drop_duplicates(["english", "french"]).reset_index(drop=True)
    table.attrs = dict(
        name="Names in two languages", asset="emoji-translations", citation="cldr", licence="Unicode", n=len(table)
    )
    return table


def multi30k(split: str = "test") -> pd.DataFrame:
    """Multi30k: captions of photographs in English, with their German and French (Elliott et al., 2016 and 2017).

    For research and non-commercial use; do not publish its rows.

    Parameters
    ----------
    split
        "train" (29,000 captions), "dev" (1,014) or "test" (1,000, of 2016).

    Returns
    -------
    DataFrame
        Columns english, german and french.
    """
    import pandas as pd

    _check.choice("split", split, [*_PARTS])
    part, n = _PARTS[split]
    columns = {}
    for language, short in _LANGUAGES.items():
        file = assets.path("multi30k", f"{part}.{short}.gz")
        columns[language] = [line.strip() for line in gzip.decompress(file.read_bytes()).decode().strip().split("\n")]
        if len(columns[language]) != n:
            raise ValueError(
                f"Multi30k, {split}, has {n:,} captions, and {file.name} holds {len(columns[language]):,}. "
                f"Fetch it again: python -m embedlib assets fetch multi30k"
            )
    table = pd.DataFrame(columns)
    record = assets.entry("multi30k")
    table.attrs = dict(
        name=f"Multi30k, {split}", asset="multi30k", citation=record.citation, licence=record.licence, n=n
    )
    return table


def _own(file_name: str, name: str, columns: list[str]) -> pd.DataFrame:
    import pandas as pd

    file = Path(__file__).with_name(file_name)
    table = pd.read_csv(file, dtype=str, keep_default_na=False, comment="#")[columns]
    table.attrs = dict(name=name, asset=None, citation=None, licence="CC BY 4.0", n=len(table))
    return table
