"""The skip-gram island's trainer in Python: right gradients, an honest floor, kind errors, and its page."""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from typing import Any

import numpy as np
import pytest
from bs4 import BeautifulSoup

from embedlib import islands
from embedlib.islands import base, skipgram, words
from embedlib.islands.skipgram import corpora, trainer
from embedlib.islands.skipgram.trainer import Settings, Step, Trainer

SMALL = "The cat drinks milk. A cat and a dog drink. The dog sees the cat."


def warm(settings: Settings | None = None, steps: int = 200) -> Trainer:
    """A trainer that has left its zeros behind."""
    settings = settings or Settings(dimensions=4)
    made = Trainer(SMALL, settings)
    made.train(steps)
    return made


def loss_of(made: Trainer, step: Step) -> float:
    """The loss of a step's words with the vectors as they are now."""
    u = np.array(made.U[step.centre])
    dots = np.array([made.V[target] for target in step.targets]) @ u
    signs = np.array([1] + [-1] * (len(dots) - 1))
    return float(np.log1p(np.exp(-signs * dots)).sum())


# ------------------------------------------------------------------ the step


@pytest.mark.parametrize("one_matrix", [False, True])
def test_a_step_goes_down_the_slope_also_where_a_negative_comes_twice(one_matrix: bool) -> None:
    made = warm(Settings(dimensions=4, one_matrix=one_matrix, learning_rate=0.5))
    pair = made.pairs[3]
    sentence = made.corpus.sentences[pair.sentence]
    centre, context = sentence[pair.at], sentence[pair.beside]
    other = next(i for i in range(len(made.corpus.words)) if i not in (centre, context))
    step = made.gradient(pair, [context, other, other, context, centre])
    assert step.loss == pytest.approx(loss_of(made, step), rel=1e-12)
    for name, matrix in (("U", made.U), ("V", made.V)):
        for row in range(len(made.corpus.words)):
            touched = (name, row) in step.changes or (one_matrix and ("UV"[name == "U"], row) in step.changes)
            change = made.change(step, name, row) if touched else [0.0] * 4
            for j in range(4):
                values = []
                for shift in (1e-5, -1e-5):
                    matrix[row][j] += shift
                    values.append(loss_of(made, step))
                    matrix[row][j] -= shift
                slope = (values[0] - values[1]) / 2e-5
                assert change[j] == pytest.approx(-0.5 * slope, abs=1e-9), (name, row, j)


def test_the_bug_keeps_only_the_last_gradient_of_a_row() -> None:
    right, wrong = (warm(Settings(dimensions=4, lose_repeats=lose), steps=0) for lose in (False, True))
    right.V = wrong.V = [[math.sin(i + j) for j in range(4)] for i in range(len(right.corpus.words))]
    context = right.corpus.sentences[0][1]
    targets = [context, 5, 5, context]
    good, bad = (each.gradient(each.pairs[0], targets) for each in (right, wrong))
    rate, u = right.settings.learning_rate, np.array(right.U[good.centre])
    np.testing.assert_allclose(good.changes["V", 5], -rate * 2 * good.errors[1] * u)
    np.testing.assert_allclose(bad.changes["V", 5], -rate * bad.errors[2] * u)
    np.testing.assert_allclose(bad.changes["V", context], -rate * bad.errors[3] * u)
    assert good.changes["U", good.centre] == bad.changes["U", bad.centre], "the centre's gradient is a sum either way"


def test_one_matrix_is_one() -> None:
    made = warm(Settings(one_matrix=True))
    assert made.V is made.U
    assert any(map(any, warm(Settings()).V)) and warm(Settings()).V != warm(Settings()).U


def test_the_same_seed_gives_the_same_vectors_and_another_does_not() -> None:
    assert warm(Settings(seed=7)).U == warm(Settings(seed=7)).U != warm(Settings(seed=8)).U


def test_words_are_drawn_as_negatives_in_proportion_to_their_counts_to_the_power_of_three_quarters() -> None:
    made = Trainer(SMALL)
    drawn = Counter(made.draw() for _ in range(40_000))
    weights = np.array(made.corpus.counts) ** 0.75
    for word, share in enumerate(weights / weights.sum()):
        assert made.noise[word] == pytest.approx(share, rel=1e-12)
        assert drawn[word] / 40_000 == pytest.approx(share, abs=0.01)


def test_training_finds_the_kinds_of_words_in_both_texts() -> None:
    made = Trainer(corpora.texts()["made-up"])
    made.train(12_000)
    words = made.corpus.words
    for kind in (corpora.ANIMALS, corpora.DRINKS, corpora.ROYALS):
        near = [words[i] for i, _ in made.nearest(words.index(kind[0]), 3)]
        assert len(set(near) & set(kind)) >= 2, (kind[0], near)
    real = Trainer(corpora.texts()["rhyme"])
    real.train(12_000)
    words = real.corpus.words
    near = [words[i] for i, _ in real.nearest(words.index("cat"), 3)]
    assert {"dog", "rat"} <= set(near), near


def test_no_vectors_can_go_below_the_least_loss() -> None:
    made = Trainer(SMALL, Settings(negatives=2))
    table, n = np.array(trainer.pair_counts(made.corpus, made.pairs)), len(made.pairs)
    least = trainer.least_loss(table.tolist(), made.noise, 2)
    drawn = 2 * np.outer(table.sum(axis=1) / n, made.noise)

    def loss(scores: Any) -> float:
        """The expected loss of these dot products over all pairs and all negatives."""
        return float((table / n * np.logaddexp(0, -scores) + drawn * np.logaddexp(0, scores)).sum())

    with np.errstate(divide="ignore"):
        best = np.log(table / n) - np.log(drawn)
    best = np.where(table > 0, best, -60)
    assert loss(best) == pytest.approx(least, abs=1e-9)
    assert loss(np.zeros_like(best)) == pytest.approx(3 * math.log(2))
    rng = np.random.default_rng(0)
    assert min(loss(best + rng.normal(size=best.shape) * 0.1) for _ in range(50)) > least


def test_training_stops_where_the_learning_rate_makes_the_numbers_run_away() -> None:
    made = Trainer(SMALL, Settings(negatives=10, learning_rate=1.0, dimensions=10))
    made.train(20_000)
    assert made.broken and len(made.losses) < 20_000
    assert all(math.isfinite(x) for row in (*made.U, *made.V) for x in row)
    page = table(corpus="own", text=SMALL, negatives=10, learning_rate=1.0, dimensions=10)
    assert "the numbers have run away, because the learning rate is too large" in page.text
    assert not warm().broken


# ------------------------------------------------------------------ the text


def test_words_are_counted_and_ordered_by_frequency() -> None:
    corpus = trainer.read(SMALL)
    assert corpus.words[:2] == ["the", "cat"] and corpus.counts[:2] == [3, 3]
    assert [corpus.words[i] for i in corpus.sentences[0]] == ["the", "cat", "drinks", "milk"]


def test_pairs_are_those_of_a_full_window_within_the_sentence() -> None:
    corpus = trainer.read("a b c d. e f")
    shown = [
        corpus.words[corpus.sentences[p.sentence][p.at]] + corpus.words[corpus.sentences[p.sentence][p.beside]]
        for p in trainer.pairs_of(corpus, 2)
    ]
    assert shown == ["ab", "ac", "ba", "bc", "bd", "ca", "cb", "cd", "db", "dc", "ef", "fe"]
    table = trainer.pair_counts(corpus, trainer.pairs_of(corpus, 2))
    assert sum(map(sum, table)) == 12 and table == [list(column) for column in zip(*table, strict=True)]


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "no word in this text"),
        (" \n… !?", "no word in this text"),
        ("🙂🙂 — ''", "no word in this text"),
        ("tea Tea TEA.", '"tea" is the only word'),
        ("一二三", "is the only word"),
        ("tea. milk! water?", "Each sentence has one word only"),
        (
            " ".join(f"a{i}. a{i}. a{i} b{i}." for i in range(60)),
            "Of 120 different words the island keeps the 48 most frequent, and no two of them share",
        ),
        ("a b " * 6_000, "has 24,000 characters; this island takes 20,000 at most"),
    ],
)
def test_a_text_that_teaches_nothing_is_refused_with_a_sentence(text: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=re.escape(sentence)):
        trainer.read(text)


def test_a_long_text_keeps_its_most_frequent_words() -> None:
    corpus = trainer.read(" ".join(f"w{i} " * (100 - i) for i in range(60)))
    assert len(corpus.words) == 48 and corpus.dropped == 12 and corpus.words[0] == "w0"


def test_the_texts_are_a_few_dozen_words() -> None:
    for text in corpora.texts().values():
        corpus = trainer.read(text)
        assert 30 <= len(corpus.words) <= 48 and corpus.dropped == 0
    assert corpora.rhyme().startswith("This is the house that Jack built. This is the malt that lay in the house")
    assert corpora.rhyme().count(".") == 11


# ------------------------------------------------------------------ options


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"corpus": "wikipedia"}, 'There is no text "wikipedia"; there are: made-up, rhyme, own.'),
        ({"corpus": "own"}, "There is no word in this text."),
        ({"corpus": "own", "text": "tea"}, '"tea" is the only word'),
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
    assert [zero.td.text, later.td.text] == ["0", "10,000"]
    assert float(later.find_all("td")[1].text) < float(zero.find_all("td")[1].text) == 2.77
    near = set(re.findall("[a-z]+", later.find_all("td")[2].text))
    assert len(near & {"coffee", "milk", "water", "juice"}) >= 3


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
    assert "<script" not in fallback() and "queen" in fallback() and "10,000" in fallback()


@pytest.mark.parametrize(("value", "text"), [(0.5, "0.500"), (-0.1234, "−0.123"), (-0.0001, "0.000"), (0.0, "0.000")])
def test_numbers_have_a_real_minus_and_no_negative_zero(value: float, text: str) -> None:
    assert words.signed(value, 3) == text
