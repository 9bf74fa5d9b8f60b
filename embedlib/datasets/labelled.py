"""Texts with labels: names marked in sentences, opinions of films, topics of posts. One tidy table each.

Names are marked in the scheme BIO: B- begins a name, I- goes on with it, O is none. Tables of sentences have the
columns words and labels, lists of equal length; tables of texts have text and label. ``.attrs`` says what a table is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

from embedlib import _check, assets
from embedlib.text.lines import text_lines

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "conll2003",
    "entities",
    "entities_again",
    "newsgroups",
    "read_brackets",
    "read_columns",
    "reviews",
    "sentence_polarity",
    "sst2",
    "sst5",
    "wnut17",
]

SPLITS = ("train", "dev", "test")
Sentence = tuple[list[str], list[str]]
_BRACKET = re.compile(r"\[(PER|LOC|ORG|MISC) ([^\[\]]+)\]|(\S+)")


def entities(split: str = "test") -> pd.DataFrame:
    """Sentences of Wikipedia with the names in them marked for this course: people, places, organisations, others.

    The articles are those of the asset wikipedia-206, whose titles begin with A; they are dealt out whole, so that no
    article has sentences in two splits. The kinds are those of CoNLL-2003 (Tjong Kim Sang and De Meulder, 2003).

    Parameters
    ----------
    split
        "train", "dev" or "test".

    Returns
    -------
    DataFrame
        Columns article, words and labels (BIO, of PER, LOC, ORG and MISC).
    """
    import pandas as pd

    _check.choice("split", split, SPLITS)
    rows = []
    for line in text_lines(Path(__file__).with_name("entities.txt")):
        if line.strip() and not line.startswith("#"):
            part, article, marked = line.rstrip("\n").split("\t")
            if part == split:
                rows.append((article, *read_brackets(marked)))
    table = pd.DataFrame(rows, columns=["article", "words", "labels"])
    table.attrs = {
        "name": f"Entities, {split}",
        "asset": None,
        "citation": "wikipedia",
        "licence": "CC BY-SA 3.0",
        "n": len(table),
    }
    return table


def entities_again() -> pd.DataFrame:
    """A hundred sentences of :func:`entities` with the marks of a second reader, who had not seen the first one's.

    How far the two agree is the ceiling of what a tagger can reach.

    Returns
    -------
    DataFrame
        Columns article, words, labels (the first reader's) and again (the second's).
    """
    import pandas as pd

    first = pd.concat([entities(split) for split in SPLITS])
    labels = {" ".join(words): found for words, found in zip(first["words"], first["labels"], strict=True)}
    rows = []
    for line in text_lines(Path(__file__).with_name("entities_again.txt")):
        if line.strip() and not line.startswith("#"):
            article, marked = line.rstrip("\n").split("\t")
            words, again = read_brackets(marked)
            rows.append((article, words, labels[" ".join(words)], again))
    table = pd.DataFrame(rows, columns=["article", "words", "labels", "again"])
    table.attrs = {**first.attrs, "name": "Entities, marked twice", "licence": "CC BY-SA 3.0", "n": len(table)}
    return table


def conll2003(split: str = "test") -> pd.DataFrame:
    """CoNLL-2003: names in news of 1996 (Tjong Kim Sang and De Meulder, 2003); may not be passed on.

    The file marks names in IOB1, where B- stands only between two names of one kind; here they are in BIO.

    Parameters
    ----------
    split
        "train" (14,041 sentences), "dev" (3,250, testa) or "test" (3,453, testb).

    Returns
    -------
    DataFrame
        Columns words and labels (BIO, of PER, LOC, ORG and MISC).
    """
    parts = {"train": ("eng.train", 14_041), "dev": ("eng.testa", 3_250), "test": ("eng.testb", 3_453)}
    table = _tagged("conll2003", "CoNLL-2003", split, parts)
    table["labels"] = [_begun(labels) for labels in table["labels"]]
    return table


def _begun(labels: Sequence[str]) -> list[str]:
    """Labels in IOB1, in BIO: where a name begins stands B-, and not only between two names of one kind.

    >>> _begun(["I-PER", "I-PER", "B-PER", "I-LOC", "O", "I-LOC"])
    ['B-PER', 'I-PER', 'B-PER', 'B-LOC', 'O', 'B-LOC']
    """
    before = ["O", *labels[:-1]]
    begins = [one[:1] == "I" and one[2:] != last[2:] for last, one in zip(before, labels, strict=True)]
    return [f"B-{label[2:]}" if new else label for label, new in zip(labels, begins, strict=True)]


def wnut17(split: str = "test") -> pd.DataFrame:
    """WNUT-17: rare and new names in posts on the web, of six kinds (Derczynski et al., 2017; CC BY 4.0).

    Parameters
    ----------
    split
        "train" (3,394 posts), "dev" (1,009) or "test" (1,287). The dev and test parts come from other places than the
        training part, and hardly a name of theirs stands in it: this was the point of the task.

    Returns
    -------
    DataFrame
        Columns words and labels (BIO).
    """
    parts = {
        "train": ("wnut17train.conll", 3_394),
        "dev": ("emerging.dev.conll", 1_009),
        "test": ("emerging.test.annotated", 1_287),
    }
    return _tagged("wnut17", "WNUT-17", split, parts)


def reviews() -> pd.DataFrame:
    """Lines of film reviews, fresh or rotten, each with its film, as chapter 4 uses them (Pang and Lee, 2005).

    Returns
    -------
    DataFrame
        Columns text (in lower case, words between spaces), label (1 is fresh) and film.
    """
    import pandas as pd

    lines = pd.read_csv(assets.path("rotten-tomatoes", "rotten_tomatoes_corpus_full.csv.bz2"), encoding="utf-8")
    lines = lines[lines["category"] != "plot"].drop_duplicates("text")
    table = pd.DataFrame(
        {
            "text": lines["text"].to_numpy(),
            "label": (lines["category"] == "fresh").astype(int).to_numpy(),
            "film": lines["movie_name"].to_numpy(),
        }
    )
    table.attrs = _about("rotten-tomatoes", "Film reviews", len(table))
    return table


def newsgroups(split: str = "test") -> pd.DataFrame:
    """20 Newsgroups: posts with the group that each was sent to (Lang, 1995); "train" and "test" are split by date.

    Returns
    -------
    DataFrame
        Columns text (in lower case, without punctuation) and label (the group's name).
    """
    import pandas as pd

    _check.choice("split", split, ("train", "test"))
    file = assets.path("newsgroups20", f"20newsgroups-{split}.tab")
    lines = file.read_text(encoding="utf-8").split("\n")[3:]
    rows = [tuple(line.split("\t")[:2]) for line in lines if line]
    table = pd.DataFrame(rows, columns=["label", "text"])[["text", "label"]]
    table.attrs = _about("newsgroups20", f"20 Newsgroups, {split}", len(table))
    return table


def sentence_polarity() -> pd.DataFrame:
    """5,331 positive and as many negative sentences of film reviews (Pang and Lee, 2005; CC BY 4.0).

    Returns
    -------
    DataFrame
        Columns text (in lower case, words between spaces) and label (1 is positive).
    """
    import pandas as pd

    rows = []
    with ZipFile(assets.path("sentence-polarity", "sentence_polarity.zip")) as packed:
        for label, kind in ((1, "pos"), (0, "neg")):
            text = packed.read(f"sentence_polarity/rt-polarity.{kind}").decode("latin-1")
            rows += [(line.strip(), label) for line in text.splitlines() if line.strip()]
    table = pd.DataFrame(rows, columns=["text", "label"])
    return _complete(table, "sentence-polarity", "Sentence polarity", 10_662, "sentences")


def sst2(split: str = "test") -> pd.DataFrame:
    """The Stanford Sentiment Treebank in two classes: whole sentences of film reviews (Socher et al., 2013).

    Parameters
    ----------
    split
        "train" (6,920 sentences; papers often train on the 67,349 labelled phrases in them), "dev" (872) or "test"
        (1,821).

    Returns
    -------
    DataFrame
        Columns text and label (1 is positive).
    """
    import pandas as pd

    _check.choice("split", split, SPLITS)
    lines = [line.rstrip("\n").rsplit("\t", 1) for line in text_lines(assets.path("sst2", f"{split}.tsv"))]
    table = pd.DataFrame([(text, int(label)) for text, label in lines], columns=["text", "label"])
    return _complete(table, "sst2", f"SST-2, {split}", {"train": 6_920, "dev": 872, "test": 1_821}[split], "sentences")


def sst5(split: str = "test", phrases: bool = False) -> pd.DataFrame:
    """The Stanford Sentiment Treebank in five classes, 0 very negative to 4 very positive (Socher et al., 2013).

    Parameters
    ----------
    split
        "train" (8,544 sentences: the first of the file, whose other lines repeat the dev part), "dev" (1,101) or "test"
        (2,210).
    phrases
        Whether every labelled phrase of the trees is a row, each text once, and not the whole sentences alone.

    Returns
    -------
    DataFrame
        Columns text and label.
    """
    import pandas as pd

    _check.choice("split", split, SPLITS)
    n = {"train": 8_544, "dev": 1_101, "test": 2_210}[split]
    trees = [line for line in text_lines(assets.path("sst5", f"{split}.txt")) if line.strip()][:n]
    found = [list(_phrases(tree)) for tree in trees]
    table = pd.DataFrame([parts[0] for parts in found], columns=["text", "label"])
    table = _complete(table, "sst5", f"SST-5, {split}", n, "sentences")
    if phrases:
        about = table.attrs
        table = pd.DataFrame([row for parts in found for row in parts], columns=["text", "label"])
        table = table.drop_duplicates("text", ignore_index=True)
        table.attrs = {**about, "name": f"{about['name']}, phrases", "n": len(table)}
    return table


def read_brackets(marked: str) -> Sentence:
    """The words and labels of a sentence in which names stand in brackets, words between spaces.

    >>> read_brackets("[PER Ada Lovelace] was born in [LOC London] .")[1]
    ['B-PER', 'I-PER', 'O', 'O', 'O', 'B-LOC', 'O']
    """
    words: list[str] = []
    labels: list[str] = []
    for kind, name, word in _BRACKET.findall(marked):
        if word.startswith("["):
            raise ValueError(f"A bracket should hold PER, LOC, ORG or MISC and a name; here stands {word[:30]!r}.")
        parts = name.split() if kind else [word]
        words += parts
        labels += [f"{'I' if i else 'B'}-{kind}" if kind else "O" for i in range(len(parts))]
    return words, labels


def read_columns(file: Path, word: int = 0, label: int = -1) -> list[Sentence]:
    """Read a column file: a word a line with its label, an empty line between sentences (-DOCSTART- is left out).

    Parameters
    ----------
    file
        In UTF-8; columns are divided by tabs or spaces.
    word, label
        The columns of the word and of its label.

    Returns
    -------
    list
        For each sentence its words and its labels.

    Raises
    ------
    ValueError
        If a line has no label: says which, and what it holds.
    """
    found: list[Sentence] = []
    words: list[str] = []
    labels: list[str] = []
    for number, line in enumerate(text_lines(file), 1):
        fields = line.split()
        if not fields or fields[0] == "-DOCSTART-":
            if words:
                found.append((words, labels))
                words, labels = [], []
            continue
        if len(fields) < 2:
            raise ValueError(f"Line {number} of {file.name} should hold a word and its label, and holds {line[:40]!r}.")
        words.append(fields[word])
        labels.append(fields[label])
    return [*found, (words, labels)] if words else found


def _tagged(asset: str, name: str, split: str, parts: dict[str, tuple[str, int]]) -> pd.DataFrame:
    import pandas as pd

    _check.choice("split", split, SPLITS)
    file_name, n = parts[split]
    table = pd.DataFrame(read_columns(assets.path(asset, file_name)), columns=["words", "labels"])
    return _complete(table, asset, f"{name}, {split}", n, "sentences")


def _phrases(tree: str) -> Iterator[tuple[str, int]]:
    """Every phrase of a tree such as (3 (2 The) (4 Rock)) with its class, the whole sentence first."""
    open_at: list[tuple[int, int]] = []
    words: list[str] = []
    found: list[tuple[str, int]] = []
    for token in re.findall(r"\(\d|\)|[^\s()]+", tree):
        if token == ")":
            begin, label = open_at.pop()
            found.append((" ".join(words[begin:]), label))
        elif token.startswith("("):
            open_at.append((len(words), int(token[1])))
        else:
            words.append(token)
    yield from reversed(found)


def _complete(table: pd.DataFrame, asset: str, name: str, n: int, rows: str) -> pd.DataFrame:
    if len(table) != n:
        raise ValueError(
            f"{name} has {n:,} {rows}, and the file holds {len(table):,}. Fetch it again: "
            f"python -m embedlib assets fetch {asset}"
        )
    table.attrs = _about(asset, name, n)
    return table


def _about(asset: str, name: str, n: int) -> Any:
    record = assets.entry(asset)
    return {"name": name, "asset": asset, "citation": record.citation, "licence": record.licence, "n": n}
