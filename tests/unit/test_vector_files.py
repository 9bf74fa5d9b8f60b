"""Files of word vectors are read as gensim reads them, and what is wrong with one is said with its line."""

from __future__ import annotations

import gzip
import warnings

import gensim
import numpy as np
import pytest

from embedlib.words.files import read_vectors

WORDS = ["the", "cat", "caf\N{LATIN SMALL LETTER E WITH ACUTE}", "42", ","]
NUMBERS = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32).round(4)
GLOVE = "".join(f"{word} {' '.join(str(x) for x in row)}\n" for word, row in zip(WORDS, NUMBERS, strict=True))
W2V = "5 3\n" + GLOVE


def compressed(content: bytes) -> bytes:
    """Without the time of compression in it: the workers of one run must name their tests alike."""
    return gzip.compress(content, mtime=0)


@pytest.fixture
def write(tmp_path):
    def write(text, name="vectors.txt"):
        file = tmp_path / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    return write


def binary(words=WORDS, numbers=NUMBERS, header=None, end=b""):
    first = header or f"{len(words)} {numbers.shape[1]}\n".encode()
    return first + b"".join(
        word.encode() + b" " + row.astype("<f4").tobytes() + end for word, row in zip(words, numbers, strict=True)
    )


# formats


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (GLOVE, "glove.txt"),
        (W2V, "word2vec.txt"),
        (W2V.replace("\n", " \n"), "fasttext.vec"),  # fastText ends its lines with a space
        (W2V.replace("\n", "\r\n"), "windows.txt"),
        (GLOVE + "\n\n", "blank-end.txt"),
        (W2V + "\n", "blank-end-too.txt"),
        (GLOVE.rstrip("\n"), "no-line-end.txt"),
        (compressed(W2V.encode()), "word2vec.txt.gz"),
        (compressed(GLOVE.encode()), "glove.gz"),
        (GLOVE.replace(" ", "\t"), "tabs.tsv"),
        ("".join(line.replace(" ", "\t", 1) + "\n" for line in GLOVE.splitlines()), "tab-after-the-word.txt"),
        (GLOVE.replace(" ", "  "), "two-spaces.txt"),
        (GLOVE.replace("\n", "\r"), "macintosh.txt"),
        ("\ufeff" + W2V, "marked.vec"),
        ("\ufeff" + GLOVE, "marked.txt"),
        (compressed(GLOVE.encode()), "packed-and-not-called-so.txt"),
        (W2V, "called-packed.txt.gz"),
        (binary(), "vectors.bin"),
        (binary(end=b"\n"), "vectors.bin"),  # as word2vec's own tool writes it
        (compressed(binary()), "vectors.bin.gz"),
        (W2V, "text-called.bin"),
        (binary(), "binary-called.txt"),
    ],
)
def test_every_format_gives_the_same_vectors(write, content, name):
    with warnings.catch_warnings():
        warnings.simplefilter("error", UserWarning)
        vectors = read_vectors(write(content, name))
    assert isinstance(vectors, gensim.models.KeyedVectors)
    assert vectors.index_to_key == WORDS
    assert vectors.vectors.dtype == np.float32
    assert vectors.vectors == pytest.approx(NUMBERS)
    assert (vectors.name, vectors["42"].tolist()) == (name, pytest.approx(NUMBERS[3].tolist()))


def test_a_name_can_be_given(write):
    assert read_vectors(write(GLOVE), name="my vectors").name == "my vectors"
    assert read_vectors(str(write(GLOVE))).name == "vectors.txt"


@pytest.mark.parametrize("content", [GLOVE, W2V, binary(), "5 3\na b 1 2 3\n" + GLOVE])
def test_the_first_words_alone_can_be_read(write, content):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        vectors = read_vectors(write(content), limit=2)
    assert len(vectors) == len(vectors.vectors) == 2
    assert "the" in vectors.key_to_index
    assert len(read_vectors(write(GLOVE), limit=50)) == 5


def test_a_bin_of_fasttext_has_vectors_for_unseen_words(write, tmp_path):
    model = gensim.models.FastText([["north", "south"]] * 9, vector_size=8, bucket=50, min_count=1)
    gensim.models.fasttext.save_facebook_model(model, str(tmp_path / "model.bin"))
    vectors = read_vectors(tmp_path / "model.bin")
    assert vectors.name == "model.bin" and vectors.index_to_key == model.wv.index_to_key
    assert vectors["northern"] == pytest.approx(model.wv["northern"])
    with pytest.raises(ValueError, match="read as a whole; leave limit out"):
        read_vectors(tmp_path / "model.bin", limit=1)
    data = (tmp_path / "model.bin").read_bytes()
    for size in (5, 30, 80, 95, 99, 110, 400, len(data) // 2):  # from 92 on within the words, where gensim never ends
        with pytest.raises(ValueError, match=r"begins as a \.bin of fastText does, and goes on otherwise.*cut short"):
            read_vectors(write(data[:size], "cut.bin"))
    supervised = data[:72] + (3).to_bytes(4, "little") + data[76:]
    flag = max(data.index(word, 92) for word in (b"north\0", b"south\0")) + 6 + 9
    quantised = data[:flag] + b"\1" + data[flag + 1 :]
    for changed, says in ((supervised, "is a classifier of fastText"), (quantised, r"is a \.ftz of fastText")):
        with pytest.raises(ValueError, match=says):
            read_vectors(write(changed, "other.bin"))
    with pytest.raises(ValueError, match="compressed with gzip: unpack it first"):
        read_vectors(write(compressed(data), "model.bin.gz"))


# words that hold a space, words twice


@pytest.mark.parametrize("header", ["", "6 3\n"])
def test_words_with_a_space_are_read_from_the_right_and_counted(write, header):
    text = header + "the 1 2 3\n. . . 4 5 6\nat name@domain.com 7 8 9\n" + GLOVE.split("\n", 1)[1].rsplit("\n", 2)[0]
    with pytest.warns(
        UserWarning, match=r"2 words hold a space, the first is '\. \. \.': of each line the last 3 parts"
    ):
        vectors = read_vectors(write(text))
    assert vectors.index_to_key == ["the", ". . .", "at name@domain.com", "cat", WORDS[2], "42"]
    assert vectors[". . ."].tolist() == [4, 5, 6]
    assert vectors["at name@domain.com"].tolist() == [7, 8, 9]
    assert vectors["42"] == pytest.approx(NUMBERS[3])


def test_a_first_word_with_a_space_does_not_mislead(write):
    with pytest.warns(UserWarning, match="1 word holds a space"):
        vectors = read_vectors(write("new york 1 2 3\n" + GLOVE))
    assert vectors.vector_size == 3 and "new york" in vectors


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (GLOVE + "cat 1 2 3\nthe 4 5 6\n", r"2 words stand .* more than once; the first is 'cat' in line 6: the first"),
        ("7 3\n" + GLOVE + "cat 1 2 3\nthe 4 5 6\n", "2 words stand .* 'cat' in line 7"),
        (binary([*WORDS, "cat"], np.vstack([NUMBERS, [[1, 2, 3]]])), "1 word stands in the file more than once"),
    ],
)
def test_words_that_stand_twice_keep_their_first_vector(write, content, says):
    with pytest.warns(UserWarning, match=says):
        vectors = read_vectors(write(content))
    assert vectors.index_to_key == WORDS and vectors.vectors == pytest.approx(NUMBERS)
    assert len(vectors.vectors) == 5


def test_a_word_with_a_space_that_stands_twice_is_kept_once(write):
    with pytest.warns(UserWarning) as told:
        vectors = read_vectors(write(GLOVE + "a b 1 2 3\na b 4 5 6\n"))
    assert vectors["a b"].tolist() == [1, 2, 3] and len(vectors) == 6
    assert len(told) == 2


# what is wrong, and where


def cut(text, keep):
    return text[: text.index(keep) + len(keep)]


@pytest.mark.parametrize(
    ("content", "name", "says"),
    [
        ("", "empty.txt", "empty.txt is empty. The file may be cut short"),
        ("\n\n", "blank.txt", "blank.txt holds no words"),
        ("5 3\n", "header.vec", "header.vec holds no words"),
        ("0 3\n", "none.vec", "Line 1 of none.vec promises 0 words"),
        (compressed(b""), "empty.gz", "holds no words"),
        # cut short
        ("9 3\n" + GLOVE, "v.vec", "Line 1 of v.vec promises 9 words, and 5 follow.*cut short.*fetch it again"),
        (
            W2V[:-12],
            "v.vec",
            r"Line 6 of v\.vec holds . numbers, and line 1 promises 3\. It is the last line.*cut short",
        ),
        (GLOVE + "dog 0.1", "v.txt", r"Line 6 of v\.txt holds 1 numbers, and line 1 has 3\. It is the last.*cut short"),
        (GLOVE + "dog", "v.txt", r"Line 6 of v\.txt holds 0 numbers, and line 1 has 3\. It is the last"),
        (compressed(W2V.encode())[:-20], "v.gz", r"v\.gz ends in the middle.*cut short"),
        (binary()[:-4], "v.bin", r"v\.bin promises 5 words of 3 numbers and does not hold them.*cut short"),
        (compressed(binary()[:-4]), "v.bin.gz", "promises 5 words of 3 numbers and does not hold them"),
        # counts that do not fit
        ("4 3\n" + GLOVE, "v.vec", 'promises 4 words, and 5 follow.*Write "5 3" into line 1'),
        ("5 4\n" + GLOVE, "v.vec", r"Line 2 of v\.vec holds 3 numbers, and line 1 promises 4\. Mend it"),
        ("5 2\n" + GLOVE, "v.vec", r"Line 2 of v\.vec holds 3 numbers, and line 1 promises 2"),
        (binary(header=b"4 3\n"), "v.bin", "holds .. bytes more than the 4 words of 3 numbers .*too small"),
        (binary(header=b"900000000000 3\n"), "v.bin", "does not hold them"),
        (binary(header=b"5 300\n"), "v.bin", "promises 5 words of 300 numbers and does not hold them"),
        (binary(header=b"hello\n"), "v.bin", "does not begin as word2vec's binary format does.*What wrote it"),
        (binary(header=b"5 10000000000000000000000\n"), "v.bin", "does not hold them"),
        (binary(header=b"10000000000000000000 3\n"), "v.bin", "does not hold them"),
        (compressed(binary(header=b"10000000000000000000 3\n")), "v.bin", "does not hold them"),
        ("10000000000000000000 3\n" + GLOVE, "v.vec", "promises 10,000,000,000,000,000,000 words, and 5 follow"),
        ("5 10000000000000000000000\n" + GLOVE, "v.vec", "Line 2 of v.vec holds 3 numbers, and line 1 promises 1000"),
        # a word with a space, of which the binary format knows nothing
        (binary(["new york", "dog"], NUMBERS[:2]), "v.bin", 'after "new", its word 1, .* hold a space.*write _ for it'),
        (binary(["the", "new york"], NUMBERS[:2]), "v.bin", 'after "new", its word 2, .* hold a space'),
        (binary(["a b", *WORDS], np.vstack([NUMBERS, NUMBERS[:1]])), "v.bin", 'after "a", its word 1.* hold a space'),
        # lines
        (GLOVE + "dog 1 2\n" + "eel 1 2 3\n", "v.txt", r"Line 6 of v\.txt holds 2 numbers, and line 1 has 3\. Mend it"),
        (GLOVE + "dog 1 2 3 4\n", "v.txt", r"Line 6 of v\.txt holds 4 numbers, and line 1 has 3\. Mend it"),
        (GLOVE + "dog 1 x 3\n", "v.txt", r"Line 6 of v\.txt holds 'x' where a number is needed\. Mend it"),
        (W2V.replace("5 3", "6 3") + "dog 1 0,5 3\n", "v.txt", r"Line 7 .* holds '0,5' .* Write a point for the comma"),
        ("a b 1 2 3\n" + GLOVE + "c 1 x 3\n", "v.txt", r"Line 7 of v\.txt holds 'x' where a number is needed"),
        (GLOVE + " 1 2 3\n", "v.txt", "Line 6 .* begins with a space: it has no word"),
        (GLOVE + "\n" + "dog 1 2 3\n", "v.txt", "Line 6 of v.txt is blank, and more follow"),
        ("just some words\n", "v.txt", "Line 1 of v.txt holds no numbers after its word: 'just some words'"),
        # encodings
        (
            GLOVE.encode() + "na\N{LATIN SMALL LETTER I WITH DIAERESIS}ve 1 2 3\n".encode("latin-1"),
            "v.txt",
            "is not in UTF-8: line 6 holds the byte 0xef.*iconv -f latin1",
        ),
        (binary().replace(b"the ", b"th\xff "), "v.bin", r"b'th\\xff' as its word 1, which is not UTF-8.*encoding="),
        (GLOVE.encode("utf-16"), "v.txt", "is in UTF-16; save it as UTF-8"),
        (GLOVE.encode("utf-16-le"), "v.txt", "is in UTF-16; save it as UTF-8"),
        (GLOVE.encode("utf-16-be"), "v.txt", "is in UTF-16; save it as UTF-8"),
        # numbers that are none
        (GLOVE + "dog 1 nan 3\n", "v.txt", r'v\.txt holds NaN or infinity in the vector of "dog", its word 6\.'),
        (GLOVE + "dog 1 inf 3\n", "v.txt", "holds NaN or infinity"),
        (binary(numbers=np.where(np.arange(5)[:, None] == 1, np.nan, NUMBERS)), "v.bin", '"cat", its word 2'),
        # wrappings
        (b"PK\x03\x04rest", "v.zip", "is a zip archive: unpack it"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(write, content, name, says):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(ValueError, match=says) as raised:
            read_vectors(write(content, name))
    assert str(raised.value).endswith((".", "?"))


def test_a_file_that_is_not_there_and_a_folder_are_said(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"There is no file .*nowhere\.txt"):
        read_vectors(tmp_path / "nowhere.txt")
    with pytest.raises(ValueError, match="is a folder"):
        read_vectors(tmp_path)
    with pytest.raises(ValueError, match="limit is a number of words; it is 0"):
        (tmp_path / "v.txt").write_text(GLOVE, encoding="utf-8")
        read_vectors(tmp_path / "v.txt", limit=0)


def test_the_files_of_gensims_own_making_are_read_as_gensim_reads_them(tmp_path):
    rng = np.random.default_rng(1)
    made = gensim.models.KeyedVectors(25)
    made.add_vectors([f"w{i}" for i in range(300)], rng.normal(size=(300, 25)).astype(np.float32))
    for binary_format in (True, False):
        file = tmp_path / f"made-{binary_format}"
        made.save_word2vec_format(str(file), binary=binary_format)
        theirs = gensim.models.KeyedVectors.load_word2vec_format(str(file), binary=binary_format)
        ours = read_vectors(file)
        assert ours.index_to_key == theirs.index_to_key and (ours.vectors == theirs.vectors).all()
