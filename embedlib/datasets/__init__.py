"""Benchmarks for vectors of words and sentences, each as one tidy table that says in ``.attrs`` what it is.

Similarity: pairs of words with the score that people gave them, in the columns word1, word2 and score, or of
sentences, in sentence1, sentence2 and score. Analogies: questions a : b :: c : expected. WEAT: lists of words for
tests of association. ``.attrs`` holds name, asset, citation (a key of the course's bibliography), licence and n; for
similarity also scale, the least and the most a rater could give. Several of the sets may not be republished: compute
with them, quote a handful of pairs at most.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from embedlib import _check, assets
from embedlib.datasets.bilingual import (
    multi30k,
    named_pairs,
    parallel_sentences,
    translation_traps,
    word_translations,
)
from embedlib.datasets.labelled import (
    conll2003,
    entities,
    entities_again,
    newsgroups,
    reviews,
    sentence_polarity,
    sst2,
    sst5,
    wnut17,
)
from embedlib.datasets.ratings import movielens_100k, movielens_100k_films
from embedlib.datasets.reading import address_facts, address_text, addresses, families, reading_questions
from embedlib.datasets.search import SearchCollection, cranfield, film_search
from embedlib.text.corpus import course_corpus as course_corpus  # the corpus has its own module
from embedlib.text.lines import text_lines

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "SearchCollection",
    "address_facts",
    "address_text",
    "addresses",
    "conll2003",
    "contrast_pairs",
    "cranfield",
    "entities",
    "entities_again",
    "families",
    "film_search",
    "google_analogies",
    "men",
    "men_original",
    "movielens_100k",
    "movielens_100k_films",
    "msr_analogies",
    "mturk771",
    "mturk771_original",
    "multi30k",
    "named_pairs",
    "newsgroups",
    "openmoji",
    "parallel_sentences",
    "paraphrases",
    "reading_questions",
    "reviews",
    "rg65",
    "rg65_original",
    "rw",
    "sense_twins",
    "senses",
    "sentence_polarity",
    "sick",
    "simlex999",
    "simverb3500",
    "simverb3500_relations",
    "sst2",
    "sst5",
    "stsb",
    "translation_traps",
    "weat",
    "wnut17",
    "word_translations",
    "wordsim353",
    "wordsim353_relatedness",
    "wordsim353_relations",
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


def simverb3500_relations() -> pd.DataFrame:
    """SimVerb-3500 with what its pairs are to each other: synonyms, antonyms, cohyponyms, hyper/hyponyms, none.

    Returns
    -------
    DataFrame
        Columns word1, word2, score and relation (Gerz et al., 2016).
    """
    import pandas as pd

    record = assets.entry("simverb3500-relations")
    pairs = pd.read_csv(assets.path(record.name, record.files[0].name), index_col=0)
    pairs = pairs.rename(columns={"similarity": "score"})[["word1", "word2", "score", "relation"]]
    pairs.attrs = {
        "name": "SimVerb-3500, relations",
        "asset": record.name,
        "citation": record.citation,
        "licence": record.licence,
        "n": len(pairs),
    }
    return pairs


def wordsim353_relations() -> pd.DataFrame:
    """The pairs of WordSim-353 by kind: similar, related, or unrelated (Agirre et al., 2009).

    The pairs that both halves hold are the unrelated ones.

    Returns
    -------
    DataFrame
        Columns word1, word2, score and relation.
    """
    import pandas as pd

    halves = {"similar": wordsim353_similarity(), "related": wordsim353_relatedness()}
    pairs = pd.concat(half.assign(relation=name) for name, half in halves.items())
    pairs.loc[pairs.duplicated(["word1", "word2"], keep=False), "relation"] = "unrelated"
    pairs = pairs.drop_duplicates(["word1", "word2"], ignore_index=True)
    pairs.attrs = {**halves["similar"].attrs, "name": "WordSim-353, relations", "n": len(pairs)}
    return pairs


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
    return _of_the_course("contrast_pairs.csv", "Contrast pairs", ["word1", "word2", "relation", "split"])


def senses() -> pd.DataFrame:
    """Words of several senses, each sense in ten sentences, written for this course.

    The senses of a word are far apart (a bat in a cave, a bat in a cricketer's hand) or near, one following from the
    other by a habit of the language (an oak and its wood, a school and its people). All sentences of a word use it
    as the same part of speech.

    Returns
    -------
    DataFrame
        One row a sentence, with the columns word, relation (far or near), split (the words are shared out to train,
        dev and test), sense (its name), gloss (what it means), form (the word as the sentence has it, with its
        capital and its ending) and sentence, in which the form stands once.
    """
    columns = ["word", "relation", "split", "sense", "gloss", "form", "sentence"]
    return _of_the_course("senses.csv", "Senses", columns)


def sense_twins() -> pd.DataFrame:
    """Pairs of sentences of nearly the same words, in which one word has two senses, written for this course.

    What a sentence is about does not tell the twins apart: the clerk of the flooded bank, the clerk on the bank of
    the flood. Word and senses are those of :func:`senses`; within a pair the word before is the same as well.

    Returns
    -------
    DataFrame
        Two rows a pair, with the columns pair (from 1), word, sense, form and sentence.
    """
    return _of_the_course("sense_twins.csv", "Twins", ["pair", "word", "sense", "form", "sentence"]).astype(
        {"pair": int}
    )


def paraphrases() -> pd.DataFrame:
    """Sentences, each with one of the same meaning and one of nearly the same words, written for this course.

    The paraphrase makes the same claim with few of the sentence's words; the changed sentence keeps nearly all of
    them and makes another claim. As sets of words in lower case, a sentence and its paraphrase share 0.17 of what
    they hold together, a sentence and its changed one 0.81 (medians). So likeness of words always answers wrongly
    which of the two says the same. That is the purpose of the table, and not how pairs are in the wild.

    What is the same and what is other holds by construction: the authors of the course wrote the sentences and read
    them again; nobody rated them. Paraphrases are a little longer than changed sentences (5 % in characters) and turn
    the sentence round more often.

    Returns
    -------
    DataFrame
        One row a triple, 180 in all, with the columns kind, split (12 of each kind in each of train, dev and test),
        sentence, paraphrase and changed. ``kind`` says what was changed: negation (put in or taken out), roles (who
        does what to whom), number, word (one exchanged) or detail (a phrase exchanged).
    """
    return _of_the_course("paraphrases.csv", "Paraphrases", ["kind", "split", "sentence", "paraphrase", "changed"])


def stsb(split: str = "test") -> pd.DataFrame:
    """STS Benchmark: pairs of sentences rated for how far they mean the same, 0 to 5 (Cer et al., 2017).

    Parameters
    ----------
    split
        "train" (5,749 pairs), "dev" (1,500) or "test" (1,379), of captions, headlines and posts in forums.

    Returns
    -------
    DataFrame
        Columns sentence1, sentence2 and score.
    """
    parts = {"train": ("sts-train.csv", 5749), "dev": ("sts-dev.csv", 1500), "test": ("sts-test.csv", 1379)}
    return _sentences("stsb", "STS Benchmark", (0, 5), split, parts, (5, 6, 4))


def sick(split: str = "test") -> pd.DataFrame:
    """SICK: pairs of sentences rated for relatedness, 1 to 5 (Marelli et al., 2014).

    Many pairs differ in a negation, in who does what, or in a single word.

    Parameters
    ----------
    split
        "train" (4,500 pairs), "dev" (500, which its authors call trial) or "test" (4,927).

    Returns
    -------
    DataFrame
        Columns sentence1, sentence2 and score.
    """
    parts = {
        "train": ("SICK_train.txt", 4500),
        "dev": ("SICK_trial.txt", 500),
        "test": ("SICK_test_annotated.txt", 4927),
    }
    return _sentences("sick", "SICK", (1, 5), split, parts, (1, 2, 3), head=1)


def google_analogies() -> pd.DataFrame:
    """Google's analogy questions: 19,544 in 14 sections, such as Athens : Greece :: Baghdad : Iraq.

    Returns
    -------
    DataFrame
        Columns section, kind, a, b, c and expected, in the order of the file. ``kind`` is semantic for the first
        five sections and syntactic for the others, whose names begin with gram (Mikolov et al., 2013). Words are
        written as in the file, names with a capital letter.
    """
    questions = _questions("google-analogies", "Google analogies", 19_544)
    kind = ["syntactic" if section.startswith("gram") else "semantic" for section in questions["section"]]
    questions.insert(1, "kind", kind)
    return questions


def msr_analogies() -> pd.DataFrame:
    """Microsoft's analogy questions: 8,000 on word forms, such as good : better :: rough : rougher.

    The questions of Mikolov, Yih and Zweig (2013), as a package carries them: without the kinds of form
    that the authors tell apart. Some words end in an apostrophe and s, which most vocabularies lack.

    Returns
    -------
    DataFrame
        Columns section (all), a, b, c and expected.
    """
    return _questions("msr-analogies", "MSR analogies", 8000)


def openmoji() -> pd.DataFrame:
    """OpenMoji: 853 drawings of animals, food, places, things to do and objects, which may be shown (CC BY-SA 4.0).

    Returns
    -------
    DataFrame
        Columns file (the path of an SVG), name, category (5) and subcategory (50), as Unicode sorts them.
    """
    import pandas as pd

    emoji = pd.read_json(assets.path("emoji-names", "emoji.json")).sort_values("sort_order")
    folder = assets.path("openmoji")
    drawn = {file.stem.replace("-FE0F", ""): file for file in folder.glob("*.svg")}
    emoji["file"] = emoji["unified"].str.replace("-FE0F", "").map(drawn)
    emoji["name"] = emoji["name"].str.lower()
    found = emoji.loc[emoji["file"].notna(), ["file", "name", "category", "subcategory"]].reset_index(drop=True)
    found.attrs = _about("openmoji", "OpenMoji", len(found))
    return found


def weat() -> pd.DataFrame:
    """The word lists of WEAT's ten tests for association: two targets and two attributes each (Caliskan et al., 2017).

    Returns
    -------
    DataFrame
        One row a word, with the columns test (1 to 10), role (X and Y are the targets, A and B the attributes),
        name (what the list is called, such as Flowers), word (as written, names with a capital letter) and
        removed (True for the names that the authors left out because few texts hold them). ``.attrs["findings"]``
        says for each test what its authors quote from people: d, the effect size, n, how many took part, and p, as
        the file has them; None where it has none.
    """
    import pandas as pd

    record = assets.entry("weat")
    file = assets.path("weat", record.files[0].name)
    roles = {"X": "first_target", "Y": "second_target", "A": "first_attribute", "B": "second_attribute"}
    rows: list[tuple[int, str, str, str, bool]] = []
    findings: dict[int, dict[str, Any]] = {}
    try:
        tests = json.loads(file.read_text(encoding="utf-8"))
        for number, test in enumerate(tests, 1):
            for role, key in roles.items():
                left_out = set(test[key].get("remove", []))
                rows += [(number, role, test[key]["name"], word, word in left_out) for word in test[key]["words"]]
            found = test["original_finding"]
            findings[number] = {
                "d": float(found["d"]) if found["d"] else None,
                "n": found["N"] or None,
                "p": found["p"] or None,
            }
    except (ValueError, KeyError, TypeError, AttributeError):
        tests = []
    if len(tests) != 10:
        raise ValueError(
            f"{file.name} should hold the lists of ten tests, and does not. Fetch it again: "
            f"python -m embedlib assets fetch weat"
        )
    lists = pd.DataFrame(rows, columns=["test", "role", "name", "word", "removed"])
    lists.attrs = _about("weat", "WEAT", len(lists), findings=findings)
    return lists


def read_questions(file: Path) -> pd.DataFrame:
    """Read a file of analogy questions, four words a line; a line ``: name`` begins a section.

    Parameters
    ----------
    file
        The file, in UTF-8.

    Returns
    -------
    DataFrame
        Columns section, a, b, c and expected, in the order of the file; questions before the first section's
        name belong to the section "all".

    Raises
    ------
    ValueError
        If a line has not four words: says which, and what it holds.
    """
    import pandas as pd

    rows: list[tuple[str, ...]] = []
    section = "all"
    for number, line in enumerate(text_lines(file), 1):
        if line.startswith(":"):
            section = line[1:].strip()
        elif line.strip():
            words = line.split()
            if len(words) != 4:
                raise ValueError(
                    f"Line {number} of {file.name} should hold four words, a question and its answer, and holds "
                    f"{line[:60].rstrip()!r}."
                )
            rows.append((section, *words))
    return pd.DataFrame(rows, columns=["section", "a", "b", "c", "expected"])


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
    for number, line in enumerate(text_lines(file), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            word1, word2, score = line.split()
            scores.append(float(score))
        except ValueError:
            raise ValueError(
                f"Line {number} of {file.name} should hold two words and a number, and holds {line[:60].rstrip()!r}. "
                f"The file may be damaged: python -m embedlib assets verify"
            ) from None
        words1.append(word1)
        words2.append(word2)
    return pd.DataFrame({"word1": words1, "word2": words2, "score": scores})


def _read_sentences(file: Path, columns: tuple[int, int, int], head: int = 0) -> pd.DataFrame:
    """Two sentences and a score out of each line's fields, a tab between them; ``head`` lines are left out."""
    import pandas as pd

    rows: list[tuple[str, str, float]] = []
    for number, line in enumerate(text_lines(file), 1):
        if number > head:
            fields = line.rstrip("\r\n").split("\t")
            try:
                sentence1, sentence2, score = (fields[column] for column in columns)
                rows.append((sentence1, sentence2, float(score)))
            except (IndexError, ValueError):
                raise ValueError(
                    f"Line {number} of {file.name} should hold two sentences and a number, and holds {line[:60]!r}. "
                    f"The file may be damaged: python -m embedlib assets verify"
                ) from None
    return pd.DataFrame(rows, columns=["sentence1", "sentence2", "score"])


def _of_the_course(file_name: str, name: str, columns: list[str]) -> pd.DataFrame:
    """A table that comes with the library."""
    import pandas as pd

    table = pd.read_csv(Path(__file__).with_name(file_name), dtype=str, keep_default_na=False, comment="#")
    if lacking := [column for column in columns if column not in table.columns]:
        raise ValueError(
            f"{file_name} lacks the column {', '.join(lacking)}; it has {', '.join(table.columns)}. "
            f"Install embedlib again: the file belongs to it."
        )
    table = table[columns]
    table.attrs = dict(name=name, asset=None, citation=None, licence="CC BY 4.0", n=len(table))
    return table


def _questions(asset: str, name: str, n: int) -> pd.DataFrame:
    return _benchmark(asset, name, n, "questions", read_questions)


def _similarity(asset: str, name: str, scale: tuple[int, int], n: int) -> pd.DataFrame:
    return _benchmark(asset, name, n, "pairs", read_pairs, scale=scale)


def _sentences(
    asset: str,
    name: str,
    scale: tuple[int, int],
    split: str,
    parts: dict[str, tuple[str, int]],
    columns: tuple[int, int, int],
    head: int = 0,
) -> pd.DataFrame:
    _check.choice("split", split, [*parts])
    file_name, n = parts[split]
    read = partial(_read_sentences, columns=columns, head=head)
    return _benchmark(asset, f"{name}, {split}", n, "pairs", read, file_name, scale=scale)


def _benchmark(
    asset: str,
    name: str,
    n: int,
    rows: str,
    read: Callable[[Path], pd.DataFrame],
    file_name: str | None = None,
    **more: Any,
) -> pd.DataFrame:
    file = assets.path(asset, file_name or assets.entry(asset).files[0].name)
    table = read(file)
    if len(table) != n:
        raise ValueError(
            f"{name} has {n:,} {rows}, and {file.name} holds {len(table):,}. Fetch it again: "
            f"python -m embedlib assets fetch {asset}"
        )
    table.attrs = _about(asset, name, n, **more)
    return table


def _about(asset: str, name: str, n: int, **more: Any) -> Any:  # pandas wants a mapping of Hashable
    """What a table says about itself in ``.attrs``."""
    record = assets.entry(asset)
    return {"name": name, "asset": asset, "citation": record.citation, "licence": record.licence, "n": n, **more}
