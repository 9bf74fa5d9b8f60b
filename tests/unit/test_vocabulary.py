"""The ladder of spellings: what is tried, in which order, and shares that keep their denominator."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from embedlib.words.vocabulary import STEPS, coverage_ladder, look_up, spellings

KNOWN = {"the", "cat", "it", "'s", "n't", "do", "well", "known", "well-known", "1000", "###", "ca"}


def test_as_written_comes_first_and_case_before_punctuation() -> None:
    assert spellings("Cat!") == [("Cat!",), ("cat!",), ("Cat",), ("cat",)]
    assert look_up("Cat", {"Cat", "cat"}) == ("Cat",)
    assert look_up("CAT", KNOWN) == ("cat",)


@pytest.mark.parametrize(
    ("word", "steps", "found"),
    [
        ("1,000", ["digits"], ("1000",)),
        ("123", ["digits"], ("###",)),
        ("123", ["case", "punctuation"], None),
        ("“Cat”", ["punctuation"], None),
        ("“Cat”", ["case", "punctuation"], ("cat",)),
        ("it’s", ["punctuation"], ("it", "'s")),
        ("don't", ["punctuation"], ("do", "n't")),
        ("can't", ["punctuation"], ("ca", "n't")),
        ("well-known", ["punctuation"], ("well-known",)),
        ("well-known!", ["punctuation"], ("well-known",)),
        ("well--known", ["punctuation"], ("well", "known")),
        ("cat/dog", ["punctuation"], None),
        ("_cat_", ["punctuation"], ("cat",)),
        ("...", ["punctuation"], None),
        ("the", [], ("the",)),
        ("The", [], None),
    ],
)
def test_known_cases(word: str, steps: list[str], found: tuple[str, ...] | None) -> None:
    assert look_up(word, KNOWN, steps) == found


@pytest.mark.parametrize(
    ("word", "steps", "found"),
    [
        ("2,010", ["digits"], ("0000",)),
        ("DON'T", ["punctuation"], ("DO", "N'T")),
        ("I'm", ["punctuation"], ("I", "'m")),
        ("it‘s", ["punctuation"], ("it", "'s")),
        ("it`s", ["punctuation"], ("it", "'s")),
        ("Straße", ["case"], ("straße",)),
        ("10,cats", ["digits"], None),
    ],
)
def test_less_usual_cases(word: str, steps: list[str], found: tuple[str, ...] | None) -> None:
    known = {"0000", "DO", "N'T", "I", "'m", "it", "'s", "straße", "strasse", "10cats"}
    assert look_up(word, known, steps) == found


def test_thousands_lose_their_comma_before_each_digit_becomes_a_sign() -> None:
    assert spellings("1,234", ["digits"]) == [("1,234",), ("1234",), ("####",), ("0000",)]


def test_a_word_in_pieces_is_known_only_if_all_of_them_are() -> None:
    assert look_up("well-known", {"well", "known"}) == ("well", "known")
    assert look_up("well-known", {"well"}) is None


def test_steps_add_spellings_and_take_none_away() -> None:
    # The year is known with its digits; a step that writes # for them must not lose it to the next step.
    assert look_up("1993.", {"1993"}, ["case", "digits", "punctuation"]) == ("1993",)
    assert look_up("1993.", {"####"}, ["case", "digits", "punctuation"]) == ("####",)


@settings(deadline=None)
@given(st.text(min_size=1).filter(str.strip), st.permutations(list(STEPS)))
def test_spellings_begin_as_written_have_no_twins_and_no_empty_pieces(word: str, steps: list[str]) -> None:
    found = spellings(word, steps)
    assert found[0] == (word,)
    assert len(set(found)) == len(found)
    assert all(pieces and all(pieces) for pieces in found)


words = st.text("aB1,.'", min_size=1, max_size=5)


@settings(deadline=None)
@given(st.lists(words, min_size=1), st.sets(words), st.permutations(list(STEPS)))
def test_the_ladder_only_climbs_over_one_denominator(tokens: list[str], known: set[str], steps: list[str]) -> None:
    ladder = coverage_ladder(tokens, known, steps)
    assert ladder["types"].is_monotonic_increasing
    assert ladder["tokens"].is_monotonic_increasing
    assert (ladder["type_share"] == ladder["types"] / len(set(tokens))).all()
    assert (ladder["token_share"] == ladder["tokens"] / len(tokens)).all()
    last = ladder.iloc[-1]
    missing = ladder.attrs["missing"]
    assert last["types"] + len(missing) == len(set(tokens))
    assert last["tokens"] + sum(missing.values()) == len(tokens)
    assert {word for word in set(tokens) if look_up(word, known, steps) is None} == set(missing)


def test_ladder_by_hand() -> None:
    ladder = coverage_ladder(["The", "cat,", "the", "Cat", "and", "the", "1,000", "qwzx"], KNOWN | {"and"})
    assert ladder["step"].tolist() == ["as written", "case", "digits", "punctuation"]
    assert ladder["types"].tolist() == [2, 4, 5, 6]
    assert ladder["tokens"].tolist() == [3, 5, 6, 7]
    assert ladder["example"].tolist()[0] == "the"
    assert ladder["example"].tolist()[3] == "cat,"
    assert ladder.attrs["missing"] == {"qwzx": 1}
    assert (ladder.attrs["n_types"], ladder.attrs["n_tokens"]) == (7, 8)


def test_steps_are_climbed_in_the_order_asked_for() -> None:
    asked = ["punctuation", "case"]
    ladder = coverage_ladder(["cat!", "Cat", "the"], KNOWN, asked)
    assert ladder["step"].tolist() == ["as written", *asked]
    assert ladder["types"].tolist() == [1, 2, 3]


def test_the_example_is_the_most_frequent_word_and_then_the_first() -> None:
    ladder = coverage_ladder(["cat", "it", "do", "it", "do", "Well", "The", "The"], KNOWN, ["case"])
    assert ladder["example"].tolist() == ["it", "The"]


def test_counts_and_tokens_give_the_same() -> None:
    tokens = ["the", "the", "cat", "qwzx"]
    assert coverage_ladder(tokens, KNOWN).equals(coverage_ladder(Counter(tokens), KNOWN))


def test_missing_words_come_most_frequent_first() -> None:
    assert list(coverage_ladder(["a", "b", "b", "c", "c", "c"], {"x"}).attrs["missing"].items()) == [
        ("c", 3),
        ("b", 2),
        ("a", 1),
    ]


def test_subwords_are_a_last_step_that_asks_only_for_what_is_left() -> None:
    asked: list[str] = []

    def can(word: str) -> bool:
        asked.append(word)
        return word != "q"

    ladder = coverage_ladder(["the", "fooXYZ", "q"], KNOWN, ["case"], subwords=can)
    assert ladder["step"].tolist() == ["as written", "case", "subwords"]
    assert ladder["types"].tolist() == [1, 1, 2]
    assert sorted(asked) == ["fooXYZ", "q"]
    assert ladder["example"].tolist()[2] == "fooXYZ"


class Fasttext:
    vectors_ngrams = ()

    def __contains__(self, word: object) -> bool:
        return True


def test_what_does_not_fit_is_said() -> None:
    with pytest.raises(TypeError, match=r"text\.split"):
        coverage_ladder("one text", KNOWN)
    with pytest.raises(ValueError, match="no words"):
        coverage_ladder([], KNOWN)
    with pytest.raises(ValueError, match="stem"):
        coverage_ladder(["a"], KNOWN, ["stem"])
    with pytest.raises(ValueError, match="at least once"):
        coverage_ladder({"a": 0}, KNOWN)
    with pytest.raises(ValueError, match="empty string"):
        coverage_ladder(["a", ""], KNOWN)
    with pytest.raises(TypeError, match="7"):
        look_up(7, KNOWN)  # type: ignore[arg-type]
    with pytest.raises(TypeError, match="make it a set"):
        look_up("cat", "the cat")
    with pytest.raises(TypeError, match="key_to_index"):
        look_up("cat", Fasttext())
    with pytest.raises(TypeError, match="of type int"):
        look_up("cat", 3)  # type: ignore[arg-type]
