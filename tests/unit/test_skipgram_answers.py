"""The skip-gram island in Python: its texts, an honest floor, kind errors, and its page without scripts."""

from __future__ import annotations

import math
import random
import re
from typing import Any

import numpy as np
import pytest
from bs4 import BeautifulSoup

from embedlib import islands
from embedlib.islands import base, skipgram, words
from embedlib.words.skipgram import least_loss, noise_distribution, window_pairs

SMALL = "The cat drinks milk. A cat and a dog drink. The dog sees the cat."


def test_no_vectors_can_go_below_the_least_loss() -> None:
    told = skipgram.read(SMALL)
    pairs = np.stack(window_pairs(told.tokens, told.sentences, np.full(len(told.tokens), 2)), axis=1)
    noise, n = noise_distribution(told.frequencies), len(pairs)
    table = np.zeros((len(told.words), len(told.words)))
    np.add.at(table, tuple(pairs.T), 1)
    drawn = 2 * np.outer(table.sum(axis=1) / n, noise)

    def loss(scores: Any) -> float:
        """The expected loss of these dot products over all pairs and all negatives."""
        return float((table / n * np.logaddexp(0, -scores) + drawn * np.logaddexp(0, scores)).sum())

    with np.errstate(divide="ignore"):
        best = np.where(table > 0, np.log(table / n) - np.log(drawn), -60)
    least = least_loss(pairs, noise, 2)
    assert loss(best) == pytest.approx(least, abs=1e-9)
    assert loss(np.zeros_like(best)) == pytest.approx(3 * math.log(2))
    rng = np.random.default_rng(0)
    assert min(loss(best + rng.normal(size=best.shape) * 0.1) for _ in range(50)) > least


# ------------------------------------------------------------------ the text


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "The text is empty"),
        (" \n… !?", "The text is empty"),
        ("🙂🙂 — ''", "The text is empty"),
        ("tea Tea TEA.", 'only "tea" remains'),
        ("一二三", 'only "一二三" remains'),
        ("tea. milk! water?", "No two of the 3 most frequent words of this text share a sentence."),
        (" ".join(f"a{i}. a{i}. a{i} b{i}." for i in range(60)), "No two of the 48 most frequent words"),
        ("a b " * 6_000, "has 24,000 characters; this island takes 20,000 at most"),
    ],
)
def test_a_text_that_teaches_nothing_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        skipgram.read(text)


def test_the_texts_are_a_few_dozen_words() -> None:
    for text in skipgram.texts().values():
        told = skipgram.read(text)
        assert 30 <= len(told.words) <= 48 and told.tokens.min() == 0
    rhyme = skipgram.texts()["rhyme"]
    assert rhyme.startswith("This is the house that Jack built. This is the malt that lay in the house")


# ------------------------------------------------------------------ options


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"corpus": "wikipedia"}, 'There is no text "wikipedia"; there are: made-up, rhyme, own.'),
        ({"corpus": "own"}, "The text is empty"),
        ({"corpus": "own", "text": "tea"}, 'only "tea" remains'),
        ({"window": 0}, "window is a whole number from 1 to 5, not 0."),
        ({"window": 2.0}, "window is a whole number from 1 to 5, not 2.0."),
        ({"negatives": -1}, "negatives is a whole number from 0 to 10, not -1."),
        ({"dimensions": 1}, "dimensions is a whole number from 2 to 10, not 1."),
        ({"dimensions": True}, "dimensions is a whole number from 2 to 10, not True."),
        ({"seed": -1}, "seed is a whole number from 0 to 4,294,967,295, not -1."),
        ({"seed": "one"}, "not 'one'"),
        ({"learning_rate": 0}, "learning_rate is a number above 0 and at most 1, not 0."),
        ({"learning_rate": math.nan}, "at most 1, not nan."),
        ({"one_matrix": 1}, "one_matrix is True or False, not 1."),
        ({"text": None}, "text is text in quotes, not None."),
        (
            {"word": "kitten"},
            '"kitten" is not among the words of this text; with word="" the island chooses one. They are: the, a,',
        ),
        ({"words": "cat"}, "has no option words; it has corpus, text, seed"),
    ],
)
def test_options_are_checked_with_a_sentence(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        islands.show("skipgram", **options)


def test_a_widget_keeps_what_was_asked_and_python_can_move_it() -> None:
    from traitlets import TraitError

    widget = islands.show("skipgram", corpus="rhyme", word="Cat", window=5, learning_rate=1)
    assert (widget.corpus, widget.word, widget.window, widget.learning_rate) == ("rhyme", "cat", 5, 1.0)
    widget.negatives = 0
    with pytest.raises(TraitError, match="negatives is a whole number"):
        widget.negatives = 11
    assert widget.negatives == 0
    widget.text = SMALL
    widget.corpus = "own"
    with widget.hold_trait_notifications():
        widget.word, widget.corpus = "queen", "made-up"
    assert repr(widget).startswith("Skipgram(corpus='made-up', text=")


# ------------------------------------------------------------------ without scripts


def table(**options: Any) -> BeautifulSoup:
    """What a page without scripts shows."""
    one = base.island("skipgram")
    return BeautifulSoup(one.fallback_html(base.options_of(one, options), ""), "html.parser")


def test_the_page_without_scripts_shows_what_comes_of_it() -> None:
    zero, later = table().select(".sg-ahead tbody tr")
    assert [zero.td.text, later.td.text] == ["0", "10,944"]
    assert float(later.find_all("td")[1].text) < float(zero.find_all("td")[1].text) == 2.77
    near = set(re.findall("[a-z]+", later.find_all("td")[2].text))
    assert len(near & {"coffee", "milk", "water", "juice"}) >= 3


def test_what_cannot_be_trained_is_said_in_the_table() -> None:
    wild = table(corpus="own", text=SMALL, negatives=10, learning_rate=1.0, dimensions=10)
    assert "The training has run away" in wild.text
    assert "Without negatives nothing holds the vectors back" in table(negatives=0).text


def test_strips_have_the_colours_of_matplotlib() -> None:
    from matplotlib import colormaps
    from matplotlib.colors import to_hex

    palette = base.island("skipgram").first({})["palette"]
    assert [palette[i] for i in (0, 50, 100)] == [to_hex(colormaps["PuOr"](share)) for share in (0.0, 0.5, 1.0)]


def test_a_readers_words_are_escaped() -> None:
    odd = "it's a&b <b>bold</b> it's. it's bold"
    page = str(table(corpus="own", text=odd))
    assert "<b>" not in page and "it&#x27;s" in page.replace("it's", "it&#x27;s")


def test_every_choice_of_settings_has_its_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(skipgram, "AHEAD", 200)
    rng = random.Random(0)
    for _ in range(12):
        text = " ".join(rng.choice(["ab", "cd,", "ef.", "gh", "ij!", "kl"]) for _ in range(rng.randint(5, 60)))
        page = table(
            corpus="own",
            text=text + " ab cd.",
            window=rng.randint(1, 5),
            negatives=rng.randint(0, 10),
            dimensions=rng.randint(2, 10),
            one_matrix=rng.random() < 0.5,
        )
        assert len(page.select("tbody tr")) == 2
        assert "nan" not in page.text


def test_the_fallback_is_a_plain_table_and_always_the_same() -> None:
    def fallback() -> str:
        bundle = islands.show("skipgram", word="queen")._repr_mimebundle_()
        return str((bundle[0] if isinstance(bundle, tuple) else bundle)["text/html"])

    assert fallback() == fallback()
    assert "<script" not in fallback() and "queen" in fallback() and "10,944" in fallback()


@pytest.mark.parametrize(("value", "text"), [(0.5, "0.500"), (-0.1234, "−0.123"), (-0.0001, "0.000"), (0.0, "0.000")])
def test_numbers_have_a_real_minus_and_no_negative_zero(value: float, text: str) -> None:
    assert words.signed(value, 3) == text
