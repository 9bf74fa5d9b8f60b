"""The playground island: its answers are gensim's on the same vectors, its notes are true, its options are checked."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import pytest
from bs4 import BeautifulSoup
from hypothesis import given
from hypothesis import strategies as st

from embedlib import islands
from embedlib.islands import base, neighbors, playground, site
from embedlib.islands import pool as pools
from embedlib.islands.pool import Pool
from embedlib.islands.words import load, vector

READY = playground.ready()
QUESTIONS = [one["state"]["analogy"] for one in READY["analogy"]]
LISTS = [one["state"]["odd"] for one in READY["odd"]]
DEFAULTS = dict(base.island("playground").defaults)


@pytest.fixture(scope="module")
def pool() -> Pool:
    return load()


@pytest.fixture(scope="module")
def gensim_vectors(pool: Pool) -> Any:
    from gensim.models import KeyedVectors

    vectors = KeyedVectors(50)
    vectors.add_vectors(pool.words, pool.vectors)
    return vectors


# ------------------------------------------------------------------ analogies


@pytest.mark.parametrize("words", QUESTIONS, ids=" ".join)
def test_an_analogy_is_gensim_s_on_the_same_vectors(pool: Pool, gensim_vectors: Any, words: list[str]) -> None:
    a, b, c = words
    ours = playground.analogy(pool, words)["found"]
    theirs = gensim_vectors.most_similar(positive=[b, c], negative=[a], topn=8)
    assert [name for name, _ in ours] == [name for name, _ in theirs]
    np.testing.assert_allclose([score for _, score in ours], [score for _, score in theirs], atol=1e-6)


def test_with_nothing_left_out_king_comes_before_queen(pool: Pool) -> None:
    words = ["man", "king", "woman"]
    assert playground.analogy(pool, words, leave_out=True)["found"][0][0] == "queen"
    assert [name for name, _ in playground.analogy(pool, words, leave_out=False)["found"][:2]] == ["king", "queen"]


@pytest.mark.parametrize("words", [*QUESTIONS, ["cat", "cat", "dog"], ["cat", "dog", "cat"], ["cat", "dog", "dog"]])
def test_ranks_of_question_words_are_those_of_a_full_sort(pool: Pool, words: list[str]) -> None:
    found = playground.analogy(pool, words, leave_out=False)
    vectors = pool.vectors.astype(np.float64)
    a, b, c = (vectors[pool.index[word]] for word in words)
    scores = vectors @ (b - a + c) / np.linalg.norm(b - a + c)
    order = [pool.words[i] for i in np.argsort(-scores)]
    assert [name for name, _ in found["found"]] == order[:8]
    assert {word: order.index(word) + 1 for word in words} == {word: rank for word, rank, _ in found["inputs"]}
    assert found["winner"] == next(word for word in order if word not in words)


def test_a_pair_that_is_one_word_twice_gives_plain_neighbours(pool: Pool) -> None:
    found = playground.analogy(pool, ["cat", "cat", "dog"])["found"]
    nearest = [name for name, _ in neighbors.neighbours(pool, "dog") if name != "cat"]
    assert [name for name, _ in found] == nearest[:8]


@pytest.mark.parametrize("leave_out", [True, False])
def test_the_expected_word_s_rank_is_its_place_in_the_list(pool: Pool, leave_out: bool) -> None:
    for one in READY["analogy"]:
        if one["expected"]:
            a, b, c = (vector(pool, word) for word in one["state"]["analogy"])
            order = [pool.words[i] for i in np.argsort(-(pool.vectors @ (b - a + c)))]
            listed = [word for word in order if not leave_out or word not in one["state"]["analogy"]]
            found = playground.analogy(pool, one["state"]["analogy"], leave_out, one["expected"])
            assert found["rank"] == listed.index(one["expected"]) + 1


# ------------------------------------------------------------------ odd one out


def odd_order(pool: Pool, words: list[str]) -> list[str]:
    return [words[i] for i in np.argsort(playground.odd_means(pool, words), kind="stable")]


@pytest.mark.parametrize("words", [*LISTS, ["cat", "dog", "car"], ["the", "of", "1984", "paris", "n't", "green"]])
def test_the_odd_one_out_is_gensim_s_on_the_same_vectors(pool: Pool, gensim_vectors: Any, words: list[str]) -> None:
    order = odd_order(pool, words)
    assert order[0] == gensim_vectors.doesnt_match(words)
    assert order == [word for _, word in gensim_vectors.rank_by_centrality(words)][::-1]


def test_a_mean_is_of_the_cosines_with_the_others(pool: Pool) -> None:
    words = ["cat", "dog", "car", "tree"]
    cosine = {(a, b): float(vector(pool, a) @ vector(pool, b)) for a in words for b in words}
    expected = [sum(cosine[a, b] for b in words if b != a) / 3 for a in words]
    np.testing.assert_allclose(playground.odd_means(pool, words), expected)


@given(st.permutations(["breakfast", "cereal", "dinner", "lunch", "supper"]))
def test_the_order_of_the_words_does_not_decide(words: list[str]) -> None:
    assert odd_order(load(), words)[0] == "cereal"


# ------------------------------------------------------------------ axis


def test_the_ends_lie_mirrored_and_swapping_them_mirrors_all(pool: Pool) -> None:
    words = ["war", "peace", "gun", "dove"]
    there, back = playground.axis(pool, ["war", "peace"], words), playground.axis(pool, ["peace", "war"], words)
    assert there["places"][:2] == pytest.approx([-there["half"], there["half"]])
    np.testing.assert_allclose(there["places"], -np.array(back["places"]), atol=1e-12)
    assert there["band"] == pytest.approx([-back["band"][1], -back["band"][0]])
    cosine = float(vector(pool, "war") @ vector(pool, "peace"))
    assert 1 - 2 * there["half"] ** 2 == pytest.approx(cosine, abs=1e-6)


def test_the_grey_band_leaves_one_word_in_twenty_on_each_side(pool: Pool) -> None:
    found = playground.axis(pool, ["he", "she"], pool.words)
    places = np.array(found["places"])
    assert (places < found["band"][0]).mean() == pytest.approx(0.05, abs=1e-4)
    assert (places > found["band"][1]).mean() == pytest.approx(0.05, abs=1e-4)
    assert (places**2).mean() == pytest.approx(found["share_all"])
    np.testing.assert_allclose(found["left"], np.argsort(np.argsort(places)) / len(pool.words), atol=1e-4)


def test_random_directions_explain_one_fiftieth(pool: Pool) -> None:
    """What the island says of a direction drawn blindly."""
    directions = np.random.default_rng(0).normal(size=(50, 400))
    directions /= np.linalg.norm(directions, axis=0)
    assert ((pool.vectors[::40] @ directions) ** 2).mean() == pytest.approx(1 / 50, abs=0.001)


# ------------------------------------------------------------------ the ready questions


def places_of(pool: Pool, label: str) -> dict[str, float]:
    state = next(one["state"] for one in READY["axis"] if one["label"] == label)
    found = playground.axis(pool, state["axis"], state["placed"])
    return dict(zip(state["placed"], found["places"], strict=True))


def test_some_ready_questions_work_and_some_fail(pool: Pool) -> None:
    ranks = {
        one["expected"]: playground.analogy(pool, one["state"]["analogy"], True, one["expected"])["rank"]
        for one in READY["analogy"]
        if one["expected"]
    }
    assert [word for word, rank in ranks.items() if rank == 1] == ["queen", "italy", "ate"]
    assert ranks["smaller"] == 3 and ranks["geese"] == 9 and ranks["shoe"] > 50
    right = [one["expected"] for one in READY["odd"] if odd_order(pool, one["state"]["odd"])[0] == one["expected"]]
    assert right == ["cereal", "singer", "monday"] and len(READY["odd"]) == 6


def test_the_notes_are_true(pool: Pool) -> None:
    doctor = next(one["state"]["analogy"] for one in READY["analogy"] if not one["expected"])
    assert playground.analogy(pool, doctor, leave_out=False)["found"][0][0] == "doctor"
    assert playground.analogy(pool, doctor)["found"][0][0] == "nurse"
    sides = places_of(pool, "war to peace")
    assert all(sides[word] < 0 for word in ("gun", "soldier", "tank", "bomb"))
    assert all(sides[word] > 0 for word in ("treaty", "dove", "agreement", "negotiation"))
    topics = places_of(pool, "football to opera")
    assert all(topics[word] < 0 for word in ("coach", "striker", "goal", "stadium"))
    assert all(topics[word] > 0 for word in ("stage", "tenor", "aria", "soprano"))
    seasons = playground.axis(pool, ["cold", "hot"], ["winter", "spring", "summer", "autumn", "january", "july"])
    low, high = seasons["band"]
    places = np.array(seasons["places"])
    assert all((low <= places) & (places <= high)) and (places**2).mean() < 0.005
    assert places.argmin() == 0 and places.argmax() == 2, "the order looks right"
    food = places_of(pool, "cold to hot: food and drink")
    assert max(food, key=food.__getitem__) == "lemonade" and min(food, key=food.__getitem__) == "fire"
    animals = places_of(pool, "small to large: animals")
    half = playground.axis(pool, ["small", "large"], ["cat"])["half"]
    assert max(animals["cat"], animals["dog"]) < -half and min(animals, key=animals.__getitem__) != "ant"
    professions = places_of(pool, "he to she: professions")
    assert min(professions, key=professions.__getitem__) == "secretary"
    near = {name for name, _ in neighbors.neighbours(pool, "secretary")}
    assert len(near & {"minister", "deputy", "undersecretary", "spokesman", "ambassador", "state"}) >= 2


def test_the_strangers_are_drawn_at_random(pool: Pool) -> None:
    one = next(one for one in READY["axis"] if "strangers" in one["label"])
    drawn = np.random.default_rng(1).choice(12_000, 8, replace=False)
    assert one["state"]["placed"] == [pool.words[i] for i in drawn]


def test_every_ready_question_is_one_that_the_island_takes() -> None:
    for one in (one for group in READY.values() for one in group):
        assert base.options_of(base.island("playground"), one["state"]) == {**DEFAULTS, **one["state"]}
        assert one["note"].count("*") % 2 == 0


# ------------------------------------------------------------------ without JavaScript


def test_words_are_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    words = ["<b>", "cat", "dog", "fish", "o'clock", "tree", "sun", "moon", "sea", "sky", "red", "blue"]
    matrix = np.random.default_rng(1).normal(size=(12, 8))
    small = pools.unpack(pools.pack(words, matrix, total=100, model="toy"))
    monkeypatch.setattr(playground, "load", lambda: small)
    options = {
        "tab": "axis", "analogy": ["<b>", "cat", "o'clock"], "leave_out": True, "odd": ["<b>", "cat", "dog"],
        "axis": ["<b>", "dog"], "placed": ["<b>", "fish"],
    }  # fmt: skip
    for tab in playground.TABS:
        shown = playground.fallback_html({**options, "tab": tab})
        assert "<b>" not in shown and "&lt;b&gt;" in shown


# ------------------------------------------------------------------ in a notebook and on the site


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"tab": "axes"}, r"tab is 'axes'; it is one of analogy, odd, axis"),
        ({"leave_out": "yes"}, r"leave_out is True or False, not 'yes'"),
        ({"analogy": ["man", "king"]}, r"analogy has 2 words; it takes three"),
        ({"analogy": "man king woman"}, r"analogy is 'man king woman'; it is a list of words"),
        ({"analogy": ["man", "kingg", "woman"]}, r'"kingg" is not among the 40,000 words.*Did you mean .*king'),
        ({"analogy": ["man", " ", "woman"]}, r'"" is not among'),
        ({"odd": ["cat", "dog"]}, r"odd has 2 words; it takes 3 to 6"),
        ({"odd": ["cat", "dog", "Cat"]}, r'odd has "cat" twice'),
        ({"axis": ["hot", "Hot"]}, r"takes two different words"),
        ({"axis": ["hot"]}, r"takes two different words"),
        ({"placed": []}, r"placed has 0 words; it takes 1 to 12"),
        ({"placed": [3]}, r"placed is \[3\]; it is a list of words"),
        ({"word": "cat"}, r"has no option word; it has tab, analogy"),
    ],
)
def test_options_are_checked_with_a_sentence(options: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        islands.show("playground", **options)


def test_python_moves_the_island_only_to_what_it_can_show() -> None:
    from traitlets import TraitError

    widget = islands.show("playground")
    widget.analogy = ["Paris", "France", "Rome"]
    assert widget.analogy == ["paris", "france", "rome"]
    with pytest.raises(TraitError, match="takes 3 to 6"):
        widget.odd = ["cat"]
    assert widget.odd == DEFAULTS["odd"]
    assert islands.show("playground").analogy == ["man", "king", "woman"], "the defaults stay as they are"


@pytest.mark.parametrize("tab", playground.TABS)
def test_a_notebook_stores_the_chosen_tab_s_answer_as_a_table(tab: str) -> None:
    widget = islands.show("playground", tab=tab)
    bundle = widget._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    table = BeautifulSoup(data["text/html"], "html.parser").table
    first = {"analogy": "queen", "odd": "cereal", "axis": "gun"}[tab]
    assert first in table.tbody.tr.text and "40,000 words" in table.caption.text
    assert "<script" not in data["text/html"] and data["text/plain"].startswith(f"Playground(tab='{tab}'")


def test_its_words_are_the_neighbours_island_s_file() -> None:
    mine, theirs = (site.island_files(base.island(name)) for name in ("playground", "neighbors"))
    assert mine["neighbors.data.js"] == theirs["neighbors.data.js"]
    assert "playground.data.js" not in mine
    address = re.search(r"neighbors\.data\.js\?v=\w+", mine["playground.js"].decode())
    assert address and address[0] in theirs["neighbors.js"].decode(), "the browser asks for it once"
