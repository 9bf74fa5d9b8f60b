"""Word similarity benchmarks: pairs of words with the score that people gave them, each as one tidy table.

Every function returns a DataFrame with the columns word1, word2 and score, and says in ``.attrs`` what it is:
name, asset, citation (a key of the course's bibliography), licence, scale (the least and the most a rater
could give) and n. Several of the sets may not be republished: compute with them, quote a handful of pairs at
most.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from embedlib import assets
from embedlib.corpus import course_corpus as course_corpus  # the corpus has its own module

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "contrast_pairs",
    "men",
    "men_original",
    "mturk771",
    "mturk771_original",
    "rg65",
    "rg65_original",
    "rw",
    "simlex999",
    "simverb3500",
    "wordsim353",
    "wordsim353_relatedness",
    "wordsim353_similarity",
]


def wordsim353() -> pd.DataFrame:
    """WordSim-353: 353 pairs rated for relatedness, 0 to 10 (Finkelstein et al., 2002).

    One pair, money and cash, stands in it twice with two scores, as in the original; nothing is taken out.
    """
    return _similarity("wordsim353", "WordSim-353", (0, 10), 353)


def simlex999() -> pd.DataFrame:
    """SimLex-999: 999 pairs rated for similarity, expressly not relatedness, 0 to 10 (Hill et al., 2015)."""
    return _similarity("simlex999", "SimLex-999", (0, 10), 999)


def men() -> pd.DataFrame:
    """MEN in its natural word forms: 2,997 pairs rated for relatedness, 0 to 50 (Bruni et al., 2014).

    This is the copy that a package carries; it lacks three of the 3,000 pairs, and its scores go up to 49.
    :func:`men_original` is the authors' own, in lemma form.
    """
    return _similarity("men", "MEN", (0, 50), 2997)


def men_original() -> pd.DataFrame:
    """MEN as published: 3,000 pairs of lemmas rated for relatedness, 0 to 50 (Bruni et al., 2014)."""
    return _similarity("men-original", "MEN (original)", (0, 50), 3000)


def rw() -> pd.DataFrame:
    """Stanford Rare Words: 2,034 pairs with a rare word each, 0 to 10 (Luong et al., 2013)."""
    return _similarity("rw", "Rare Words", (0, 10), 2034)


def mturk771() -> pd.DataFrame:
    """MTurk-771 as a package carries it: 770 of the 771 pairs, relatedness, 1 to 5 (Halawi et al., 2012)."""
    return _similarity("mturk771", "MTurk-771", (1, 5), 770)


def mturk771_original() -> pd.DataFrame:
    """MTurk-771 as published: 771 pairs rated for relatedness, 1 to 5 (Halawi et al., 2012)."""
    return _similarity("mturk771-original", "MTurk-771 (original)", (1, 5), 771)


def rg65() -> pd.DataFrame:
    """RG-65 as a package carries it: 65 pairs of nouns, similarity, 0 to 4; five scores differ from the
    original.

    Rubenstein and Goodenough (1965); :func:`rg65_original` has the published scores.
    """
    return _similarity("rg65", "RG-65", (0, 4), 65)


def rg65_original() -> pd.DataFrame:
    """RG-65 as published: 65 pairs of nouns, similarity, 0 to 4 (Rubenstein and Goodenough, 1965)."""
    return _similarity("rg65-original", "RG-65 (original)", (0, 4), 65)


def simverb3500() -> pd.DataFrame:
    """SimVerb-3500: 3,500 pairs of verbs rated for similarity, 0 to 10 (Gerz et al., 2016)."""
    return _similarity("simverb3500", "SimVerb-3500", (0, 10), 3500)


def wordsim353_similarity() -> pd.DataFrame:
    """The 203 pairs of WordSim-353 that are alike, or unrelated, in the split of Agirre et al. (2009)."""
    return _similarity("wordsim353-similarity", "WordSim-353, similarity", (0, 10), 203)


def wordsim353_relatedness() -> pd.DataFrame:
    """The 252 pairs of WordSim-353 that are related but not alike, or unrelated (Agirre et al., 2009)."""
    return _similarity("wordsim353-relatedness", "WordSim-353, relatedness", (0, 10), 252)


def contrast_pairs() -> pd.DataFrame:
    """Pairs of common words by relation (such as antonym, synonym, unrelated), written for this course.

    Returns
    -------
    DataFrame
        Columns word1, word2, relation and split.
    """
    import pandas as pd

    file = Path(__file__).parent / "data" / "contrast_pairs.csv"
    pairs = pd.read_csv(file, dtype=str, keep_default_na=False, comment="#")
    needed = ["word1", "word2", "relation", "split"]
    lacking = [column for column in needed if column not in pairs.columns]
    if lacking:
        raise ValueError(
            f"{file.name} lacks the column {', '.join(lacking)}; it has {', '.join(pairs.columns)}. "
            f"Install embedlib again: the file belongs to it."
        )
    pairs = pairs[needed]
    pairs.attrs = {
        "name": "Contrast pairs",
        "asset": None,
        "citation": None,
        "licence": "CC BY 4.0",
        "n": len(pairs),
    }
    return pairs


def read_pairs(file: Path) -> pd.DataFrame:
    """Read a file of ``word word score`` lines, white space between; lines that begin with # are comments.

    Parameters
    ----------
    file
        The file, in UTF-8.

    Returns
    -------
    DataFrame
        Columns word1, word2 (str) and score (float), in the order of the file.

    Raises
    ------
    ValueError
        If a line has not two words and a number: says which, and what it holds.
    """
    import pandas as pd

    words1, words2, scores = [], [], []
    for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            word1, word2, score = line.split()
            scores.append(float(score))
        except ValueError:
            raise ValueError(
                f"Line {number} of {file.name} should hold two words and a number, and holds {line[:60]!r}. "
                f"The file may be damaged: python -m embedlib assets verify"
            ) from None
        words1.append(word1)
        words2.append(word2)
    return pd.DataFrame({"word1": words1, "word2": words2, "score": scores})


def _similarity(asset: str, name: str, scale: tuple[int, int], n: int) -> pd.DataFrame:
    record = assets.entry(asset)
    file = assets.path(asset, record.files[0].name)
    pairs = read_pairs(file)
    if len(pairs) != n:
        raise ValueError(
            f"{name} has {n:,} pairs, and {file.name} holds {len(pairs):,}. Fetch it again: "
            f"python -m embedlib assets fetch {asset}"
        )
    pairs.attrs = {
        "name": name,
        "asset": asset,
        "citation": record.citation,
        "licence": record.licence,
        "scale": scale,
        "n": n,
    }
    return pairs
