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
from embedlib.islands import base, neighbors, site
from embedlib.islands.neighbors.pool import Pool
from embedlib.islands.playground import answers, examples, static

QUESTIONS = [one.state["analogy"] for one in examples.ANALOGIES]
LISTS = [one.state["odd"] for one in examples.ODD]
DEFAULTS = dict(base.island("playground").defaults)


@pytest.fixture(scope="module")
def pool() -> Pool:
    return neighbors.load()


@pytest.fixture(scope="module")
def gensim_vectors(pool: Pool) -> Any:
    from gensim.models import KeyedVectors

    vectors = KeyedVectors(50)
    vectors.add_vectors(pool.words, pool.vectors)
    return vectors


def plain(pieces: Any) -> str:
    return "".join(pieces)


# ------------------------------------------------------------------ analogies


@pytest.mark.parametrize("words", QUESTIONS, ids=" ".join)
def test_an_analogy_is_gensim_s_on_the_same_vectors(pool: Pool, gensim_vectors: Any, words: list[str]) -> None:
    a, b, c = words
    ours = answers.analogy(pool, words).found
    theirs = gensim_vectors.most_similar(positive=[b, c], negative=[a], topn=8)
    assert [name for name, _ in ours] == [name for name, _ in theirs]
    np.testing.assert_allclose([score for _, score in ours], [score for _, score in theirs], atol=1e-6)


def test_with_nothing_left_out_king_comes_before_queen(pool: Pool) -> None:
    words = ["man", "king", "woman"]
    assert answers.analogy(pool, words, leave_out=True).found[0][0] == "queen"
    assert [name for name, _ in answers.analogy(pool, words, leave_out=False).found[:2]] == ["king", "queen"]


@pytest.mark.parametrize("words", [*QUESTIONS, ["cat", "cat", "dog"], ["cat", "dog", "cat"], ["cat", "dog", "dog"]])
def test_ranks_of_question_words_are_those_of_a_full_sort(pool: Pool, words: list[str]) -> None:
    found = answers.analogy(pool, words, leave_out=False)
    vectors = pool.vectors.astype(np.float64)
    a, b, c = (vectors[pool.index[word]] for word in words)
    scores = vectors @ (b - a + c) / np.linalg.norm(b - a + c)
    order = [pool.words[i] for i in np.argsort(-scores)]
    assert [name for name, _ in found.found] == order[:8]
    assert {word: order.index(word) + 1 for word in words} == {word: rank for word, rank, _ in found.inputs}
    assert found.winner == next(word for word in order if word not in words)


def test_a_pair_that_is_one_word_twice_gives_plain_neighbours(pool: Pool) -> None:
    found = answers.analogy(pool, ["cat", "cat", "dog"])
    assert plain(answers.arithmetic_sentence(["cat", "cat", "dog"], found)) == (
        "cat is added and subtracted: these are the neighbours of dog."
    )
    nearest = [name for name, _ in neighbors.answers.nearest(pool, "dog", 9) if name != "cat"]
    assert [name for name, _ in found.found] == nearest[:8]
    for words, sentence in (
        (["cat", "dog", "cat"], "cat is added and subtracted: these are the neighbours of dog."),
        (["cat", "dog", "dog"], "dog counts twice: the sum is 2 × dog − cat."),
    ):
        assert plain(answers.arithmetic_sentence(words, answers.analogy(pool, words))) == sentence


@pytest.mark.parametrize("leave_out", [True, False])
def test_the_expected_word_s_rank_is_its_place_in_the_list(pool: Pool, leave_out: bool) -> None:
    for one in examples.ANALOGIES:
        if one.expected:
            listed = answers.analogy(pool, one.state["analogy"], leave_out, k=100).found
            rank = [name for name, _ in listed].index(one.expected) + 1
            assert answers.expected_rank(pool, one.state["analogy"], one.expected, leave_out) == rank


def test_what_the_switch_hides_is_said(pool: Pool) -> None:
    words = ["man", "king", "woman"]
    on, off = (answers.hidden_sentence(words, flag, answers.analogy(pool, words, flag)) for flag in (True, False))
    assert re.fullmatch(
        r"Left out: king would be number 1 \(0\.\d\d\); woman would be number [\d,]+ .*; man would .*\)\.", plain(on)
    )
    assert plain(off) == (
        "Nothing is left out: the nearest is king, a word of the question; the first that is none is queen."
    )


# ------------------------------------------------------------------ odd one out


@pytest.mark.parametrize("words", [*LISTS, ["cat", "dog", "car"], ["the", "of", "1984", "paris", "n't", "green"]])
def test_the_odd_one_out_is_gensim_s_on_the_same_vectors(pool: Pool, gensim_vectors: Any, words: list[str]) -> None:
    means = answers.odd_means(pool, words)
    order = [words[i] for i in answers.odd_order(means)]
    assert order[0] == gensim_vectors.doesnt_match(words)
    assert order == [word for _, word in gensim_vectors.rank_by_centrality(words)][::-1]


def test_a_mean_is_of_the_cosines_with_the_others(pool: Pool) -> None:
    words = ["cat", "dog", "car", "tree"]
    cosine = {(a, b): float(answers.vector(pool, a) @ answers.vector(pool, b)) for a in words for b in words}
    expected = [sum(cosine[a, b] for b in words if b != a) / 3 for a in words]
    np.testing.assert_allclose(answers.odd_means(pool, words), expected)


@given(st.permutations(["breakfast", "cereal", "dinner", "lunch", "supper"]))
def test_the_order_of_the_words_does_not_decide(words: list[str]) -> None:
    means = answers.odd_means(neighbors.load(), words)
    assert words[answers.odd_order(means)[0]] == "cereal"


def test_of_words_that_tie_the_first_is_named() -> None:
    assert answers.odd_order(np.array([0.5, 0.2, 0.2, 0.9])) == [1, 2, 0, 3]


def test_a_close_call_is_called_close(pool: Pool) -> None:
    def said(words: list[str]) -> str:
        return plain(answers.odd_sentence(words, answers.odd_means(pool, words)))

    assert said(["london", "paris", "berlin", "germany"]).endswith("That is close.")
    assert "close" not in said(["breakfast", "cereal", "dinner", "lunch"])


# ------------------------------------------------------------------ axis


def test_the_ends_lie_mirrored_and_swapping_them_mirrors_all(pool: Pool) -> None:
    words = ["war", "peace", "gun", "dove"]
    there, back = answers.axis(pool, ["war", "peace"], words), answers.axis(pool, ["peace", "war"], words)
    assert there.places[:2] == pytest.approx([-there.half, there.half])
    np.testing.assert_allclose(there.places, -back.places, atol=1e-12)
    assert there.band == pytest.approx((-back.band[1], -back.band[0]))
    cosine = float(answers.vector(pool, "war") @ answers.vector(pool, "peace"))
    assert 1 - 2 * there.half**2 == pytest.approx(cosine, abs=1e-6)


def test_the_grey_band_leaves_one_word_in_twenty_on_each_side(pool: Pool) -> None:
    found = answers.axis(pool, ["he", "she"], pool.words)
    assert (found.places < found.band[0]).mean() == pytest.approx(0.05, abs=1e-4)
    assert (found.places > found.band[1]).mean() == pytest.approx(0.05, abs=1e-4)
    assert (found.places**2).mean() == pytest.approx(found.share_all)
    np.testing.assert_allclose(found.left, np.argsort(np.argsort(found.places)) / len(pool.words), atol=1e-4)


def test_random_directions_explain_one_fiftieth(pool: Pool) -> None:
    """What the island says of a direction drawn blindly."""
    directions = np.random.default_rng(0).normal(size=(50, 400))
    directions /= np.linalg.norm(directions, axis=0)
    assert ((pool.vectors[::40] @ directions) ** 2).mean() == pytest.approx(1 / 50, abs=0.001)


def test_axis_sentences_count_truly(pool: Pool) -> None:
    ends, words = ["war", "peace"], DEFAULTS["placed"]
    found = answers.axis(pool, ends, words)
    first, second, third = (plain(pieces) for pieces in answers.axis_sentences(pool, ends, found))
    assert "from war to peace" in first and "used alike" not in first
    assert f"{(found.places**2).mean() * 100:.1f} % of these words" in second
    assert f"Outside it lie {sum(answers.outside(found))} of 8; of as many strangers, 0.8" in third
    alike = answers.axis(pool, ["small", "large"], ["cat"])
    assert "used alike" in plain(answers.axis_sentences(pool, ["small", "large"], alike)[0])


# ------------------------------------------------------------------ the ready questions


def places_of(pool: Pool, label: str) -> dict[str, float]:
    one = next(one for one in examples.AXES if one.label == label)
    found = answers.axis(pool, one.state["axis"], one.state["placed"])
    return dict(zip(one.state["placed"], found.places.tolist(), strict=True))


def test_some_ready_questions_work_and_some_fail(pool: Pool) -> None:
    ranks = {
        one.expected: answers.expected_rank(pool, one.state["analogy"], one.expected, True)
        for one in examples.ANALOGIES
        if one.expected
    }
    assert [word for word, rank in ranks.items() if rank == 1] == ["queen", "italy", "ate"]
    assert ranks["smaller"] == 3 and ranks["geese"] == 9 and ranks["shoe"] > 50
    right = [one.expected for one in examples.ODD if gets(pool, one)]
    assert right == ["cereal", "singer", "monday"] and len(examples.ODD) == 6


def gets(pool: Pool, one: examples.Example) -> bool:
    words = one.state["odd"]
    return words[answers.odd_order(answers.odd_means(pool, words))[0]] == one.expected


def test_the_notes_are_true(pool: Pool) -> None:
    doctor = next(one for one in examples.ANALOGIES if not one.expected).state["analogy"]
    assert answers.analogy(pool, doctor, leave_out=False).found[0][0] == "doctor"
    assert answers.analogy(pool, doctor).found[0][0] == "nurse"
    sides = places_of(pool, "war to peace")
    assert all(sides[word] < 0 for word in ("gun", "soldier", "tank", "bomb"))
    assert all(sides[word] > 0 for word in ("treaty", "dove", "agreement", "negotiation"))
    topics = places_of(pool, "football to opera")
    assert all(topics[word] < 0 for word in ("coach", "striker", "goal", "stadium"))
    assert all(topics[word] > 0 for word in ("stage", "tenor", "aria", "soprano"))
    seasons = answers.axis(pool, ["cold", "hot"], ["winter", "spring", "summer", "autumn", "january", "july"])
    assert not any(answers.outside(seasons)) and (seasons.places**2).mean() < 0.005
    assert seasons.places.argmin() == 0 and seasons.places.argmax() == 2, "the order looks right"
    food = places_of(pool, "cold to hot: food and drink")
    assert max(food, key=food.__getitem__) == "lemonade" and min(food, key=food.__getitem__) == "fire"
    animals = places_of(pool, "small to large: animals")
    half = answers.axis(pool, ["small", "large"], ["cat"]).half
    assert max(animals["cat"], animals["dog"]) < -half and min(animals, key=animals.__getitem__) != "ant"
    professions = places_of(pool, "he to she: professions")
    assert min(professions, key=professions.__getitem__) == "secretary"
    near = {name for name, _ in neighbors.answers.nearest(pool, "secretary")}
    assert len(near & {"minister", "deputy", "undersecretary", "spokesman", "ambassador", "state"}) >= 2


def test_the_strangers_are_drawn_at_random(pool: Pool) -> None:
    one = next(one for one in examples.AXES if "strangers" in one.label)
    drawn = np.random.default_rng(1).choice(12_000, 8, replace=False)
    assert one.state["placed"] == [pool.words[i] for i in drawn]


def test_every_ready_question_is_one_that_the_island_takes() -> None:
    for one in (*examples.ANALOGIES, *examples.ODD, *examples.AXES):
        assert base.options_of(base.island("playground"), one.state) == {**DEFAULTS, **one.state}
        assert one.note.count("*") % 2 == 0


# ------------------------------------------------------------------ without JavaScript


@pytest.mark.parametrize("tab", answers.TABS)
def test_the_place_on_a_page_is_complete_without_scripts(pool: Pool, tab: str) -> None:
    page = BeautifulSoup(islands.placeholder_html("playground", ".", tab=tab), "html.parser")
    place = page.find(class_="island")
    rows = place.find(class_="pg-table").tbody.find_all("tr")
    assert [row.th.i.text for row in rows] == [name for name, _ in answers.analogy(pool, DEFAULTS["analogy"]).found]
    assert len(place.find(class_="pg-matrix").tbody.find_all("tr")) == 4
    assert len(place.find(class_="pg-places").tbody.find_all("tr")) == 8
    assert place.find(class_="pg-chosen")["data-panel"] == tab
    for control in place.find_all(["input", "button", "select"]):
        assert control.find_parent(hidden=True), "a control that works only with scripts is hidden without them"
    assert place.find(string=re.compile("40,000 most frequent of the 400,000 words"))


def test_question_words_in_the_answer_are_marked() -> None:
    shown = BeautifulSoup(static.static_html(neighbors.load(), {**DEFAULTS, "leave_out": False}), "html.parser")
    marked = [
        row.th.i.text for row in shown.find(class_="pg-table").tbody.find_all("tr") if not row.span.has_attr("hidden")
    ]
    assert marked == ["king"]


def test_words_are_escaped() -> None:
    words = ["<b>", "cat", "dog", "fish", "o'clock", "tree", "sun", "moon", "sea", "sky", "red", "blue"]
    small = neighbors.pool.unpack(
        neighbors.pool.pack(words, np.random.default_rng(1).normal(size=(12, 8)), total=100, model="toy")
    )
    options = {
        "tab": "axis", "analogy": ["<b>", "cat", "o'clock"], "leave_out": True, "odd": ["<b>", "cat", "dog"],
        "axis": ["<b>", "dog"], "placed": ["<b>", "fish"],
    }  # fmt: skip
    for tab in answers.TABS:
        shown = static.static_html(small, {**options, "tab": tab}) + static.fallback_html(
            small, {**options, "tab": tab}
        )
        assert "<b>" not in shown and "&lt;b&gt;" in shown


@given(
    st.lists(
        st.tuples(st.sampled_from("abcdefghijklmnopqrst"), st.integers(1, 18), st.floats(-1, 1)),
        min_size=1,
        max_size=12,
        unique_by=lambda each: each[0],
    )
)
def test_labels_on_the_line_never_cover_each_other_or_a_stem(drawn: list[tuple[str, int, float]]) -> None:
    words, places = [letter * length for letter, length, _ in drawn], [place for *_, place in drawn]
    height = static.lanes(words, places, 1.0)
    at = [(place + 1) / 2 * static.NARROW for place in places]
    for i, word in enumerate(words):
        for j in range(len(words)):
            if i != j and at[i] <= at[j] < at[i] + len(word) * static.LETTER and (places[i], i) < (places[j], j):
                assert height[j] < height[i]


# ------------------------------------------------------------------ in a notebook and on the site


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"tab": "axes"}, r"tab is 'axes'; it is one of analogy, odd, axis"),
        ({"leave_out": "yes"}, r"leave_out is 'yes'; it is True or False"),
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


@pytest.mark.parametrize("tab", answers.TABS)
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
