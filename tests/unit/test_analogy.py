"""Analogies are answered as gensim answers them; what is covered, right and left out is counted and said."""

from __future__ import annotations

import tracemalloc

import gensim
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from embedlib import assets, datasets
from embedlib.assets.kept import computed_anew
from embedlib.evaluation import analogy
from embedlib.evaluation.analogy import answer_analogies, evaluate_analogies, let_inputs_in, solve
from embedlib.vectors import sums
from embedlib.words.load import UnknownWordError, as_keyed_vectors, load_word_vectors

TOY = {"man": [1, 0, 0], "woman": [1, 1, 0], "king": [1, 0, 2], "queen": [1, 1, 2], "cat": [-1, 0, 0.5]}

needs_glove = pytest.mark.skipif(not assets.available("glove-6b-50d"), reason="glove-6b-50d is not here")


@pytest.fixture(scope="module")
def glove():
    return load_word_vectors("glove-6b-50d")


def random_vectors(n, d=6, seed=0):
    numbers = np.random.default_rng(seed).normal(size=(n, d)).astype(np.float32)
    return as_keyed_vectors({f"w{i}": row for i, row in enumerate(numbers)})


def random_questions(n, n_words, seed=0):
    rows = np.random.default_rng(seed).integers(0, n_words, (n, 4))
    return [tuple(f"w{i}" for i in row) for row in rows]


def by_brute_force(keyed, a, b, c, exclude=True, n=None):
    rows = keyed.vectors[:n].astype(np.float64)
    unit = rows / np.linalg.norm(rows, axis=1)[:, None]
    places = [keyed.key_to_index[word] for word in (a, b, c)]
    query = unit[places[1]] - unit[places[0]] + unit[places[2]]
    scores = unit @ query / np.linalg.norm(query)
    if exclude:
        scores[places] = -np.inf
    best = int(np.argmax(scores.round(12)))
    return keyed.index_to_key[best], scores[best]


# one question


def test_man_is_to_king_as_woman_is_to_queen_by_hand():
    table = solve(TOY, "man", "king", "woman", k=2)
    assert table.columns.tolist() == ["rank", "word", "cosine"]
    assert table["word"].tolist() == ["queen", "cat"] and table["rank"].tolist() == [1, 2]
    # b - a + c with each at length 1: (1, 0, 2) / 5^0.5 - (1, 0, 0) + (1, 1, 0) / 2^0.5
    query = np.array([1 / 5**0.5 - 1 + 1 / 2**0.5, 1 / 2**0.5, 2 / 5**0.5])
    assert table["cosine"][0] == pytest.approx(query @ [1, 1, 2] / 6**0.5 / np.linalg.norm(query))


def test_the_inputs_compete_only_when_told_to():
    words = solve(TOY, "man", "king", "woman", k=5, exclude_inputs=False)["word"].tolist()
    assert sorted(words) == sorted(TOY)
    assert not {"man", "king", "woman"} & set(solve(TOY, "man", "king", "woman", k=2)["word"])


@needs_glove
def test_the_king_comes_before_the_queen_when_the_inputs_compete(glove):
    assert solve(glove, "man", "king", "woman", k=2)["word"].tolist()[0] == "queen"
    table = solve(glove, "man", "king", "woman", k=2, exclude_inputs=False)
    assert table["word"].tolist() == ["king", "queen"] and table["cosine"].round(3).tolist() == [0.885, 0.852]
    theirs = glove.most_similar(positive=["king", "woman"], negative=["man"], topn=10)
    ours = solve(glove, "man", "king", "woman")
    assert ours["word"].tolist() == [word for word, _ in theirs]
    assert ours["cosine"].tolist() == pytest.approx([cosine for _, cosine in theirs], abs=2e-6)


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        (("man", "king", "lynx"), UnknownWordError, '"lynx" is not among'),
        (("Man", "king", "woman"), UnknownWordError, 'try "man"'),
        (("man", "king", 3), TypeError, "A word is a string"),
        (("man", "king", "woman", 3), ValueError, "only 2 to choose from"),
        (("man", "king", "woman", 0), ValueError, "k is 0"),
    ],
)
def test_a_question_that_cannot_be_asked_is_said(arguments, error, says):
    with pytest.raises(error, match=says):
        solve(TOY, *arguments)


def test_three_words_that_cancel_out_have_no_answer():
    round_table = {f"w{i}": [np.cos(x), np.sin(x)] for i, x in enumerate(np.radians([0, 60, -60, 200]))}
    with pytest.raises(ValueError, match='"w1" less "w0" plus "w2" comes to zero'):
        solve(round_table, "w0", "w1", "w2", k=1)
    answered = answer_analogies(round_table, [("w0", "w1", "w2", "w3"), ("w1", "w0", "w2", "w3")])
    assert answered["covered"].tolist() == [True, True]
    assert answered["answer"].isna().tolist() == [True, False]
    assert answered["correct"].tolist() == [False, True]


# many questions


@settings(max_examples=40, deadline=None)
@given(st.integers(5, 700), st.integers(0, 2**16), st.booleans())
def test_every_answer_is_that_of_brute_force(n, seed, exclude):
    keyed = random_vectors(n, d=4, seed=seed)
    asked = random_questions(30, n, seed)
    answered = answer_analogies(keyed, asked, exclude_inputs=exclude)
    for row, (a, b, c, expected) in zip(answered.itertuples(), asked, strict=True):
        word, cosine = by_brute_force(keyed, a, b, c, exclude)
        assert (row.answer, row.correct) == (word, word == expected)
        assert row.cosine == pytest.approx(cosine, abs=1e-12)


@pytest.mark.parametrize("n", [511, 512, 513, 4095, 4096, 4097, 4700])
def test_no_word_is_lost_at_the_edge_of_a_block(n):
    keyed = random_vectors(n, seed=n)
    last = keyed.vectors[n - 1]
    asked = [("w0", "w1", f"w{i}", f"w{n - 1}") for i in range(2, 40)]
    a, b = (keyed.vectors[i] / np.linalg.norm(keyed.vectors[i]) for i in (0, 1))
    for i in range(2, 40):  # the c that leads to the last word, or nearly
        keyed.vectors[i] = last / np.linalg.norm(last) - b + a
    keyed.fill_norms(force=True)
    answered = answer_analogies(keyed, asked)
    expected = [by_brute_force(keyed, *question[:3])[0] for question in asked]
    assert answered["answer"].tolist() == expected


def test_answers_do_not_depend_on_how_much_is_done_at_once(monkeypatch):
    keyed, asked = random_vectors(3000), random_questions(200, 3000)
    before = answer_analogies(keyed, asked)
    for name, value in (("_MOST_PRODUCTS", 20), ("_TOGETHER", 3), ("_MOST_SCORED", 999), ("_CHUNK", 512)):
        monkeypatch.setattr(sums, name, value)
        after = answer_analogies(keyed, asked)
        assert after["answer"].tolist() == before["answer"].tolist()
        assert (after["cosine"] == before["cosine"]).all()


def test_inputs_are_let_in_without_a_second_search():
    keyed, asked = random_vectors(300, d=4), random_questions(400, 130)
    first = keyed.index_to_key[0]
    asked += [(first, first.upper(), first, "w1")]
    for some in ({}, {"restrict_vocab": 100}, {"case": "exact"}):
        left_out = answer_analogies(keyed, asked, **some)
        again = answer_analogies(keyed, asked, exclude_inputs=False, **some)
        pd.testing.assert_frame_equal(let_inputs_in(keyed, left_out), again, check_exact=True)
        assert again.attrs == let_inputs_in(keyed, left_out).attrs
        assert (again["answer"].fillna("") != left_out["answer"].fillna("")).sum() > 10
    none_left = answer_analogies({"a": [1, 0], "b": [0, 1], "c": [1, 1]}, [("a", "b", "c", "a")])
    assert let_inputs_in({"a": [1, 0], "b": [0, 1], "c": [1, 1]}, none_left)["answer"].tolist() == ["b"]
    with pytest.raises(ValueError, match="exclude_inputs=True"):
        let_inputs_in(keyed, again)


def scores_by_hand(unit, a, b, c, method):
    near = (1 + unit @ unit[[a, b, c]].T) / 2
    if method == "3CosMul":
        return near[:, 1] * near[:, 2] / (near[:, 0] + 0.001)
    if method == "PairDirection":
        away = unit - unit[c]
        away = away / np.maximum(np.linalg.norm(away, axis=1), 1e-12)[:, None]
        return away @ (unit[b] - unit[a]) / np.linalg.norm(unit[b] - unit[a])
    target = {"3CosAdd": unit[b] - unit[a] + unit[c], "b + c": unit[b] + unit[c]}
    target |= {"nearest to b": unit[b], "nearest to c": unit[c]}
    return unit @ target[method] / np.linalg.norm(target[method])


@pytest.mark.parametrize("method", sums.RULES)
@pytest.mark.parametrize(("n", "d"), [(12, 2), (300, 4), (5000, 20)])
def test_every_method_answers_as_brute_force_does(method, n, d):
    keyed = random_vectors(n, d=d, seed=n)
    unit = keyed.vectors.astype(np.float64)
    unit /= np.linalg.norm(unit, axis=1)[:, None]
    asked = [q for q in random_questions(400, min(n, 200), seed=d) if len(set(q[:3])) == 3]
    asked += asked[:50]  # some are asked twice
    left_out = answer_analogies(keyed, asked, method=method)
    let_in = answer_analogies(keyed, asked, method=method, exclude_inputs=False)
    for (a, b, c, _), one, other in zip(asked, left_out.itertuples(), let_in.itertuples(), strict=True):
        places = [keyed.key_to_index[word] for word in (a, b, c)]
        scores = scores_by_hand(unit, *places, method)
        if method == "PairDirection":
            scores[places[2]] = -np.inf  # from c to c there is no direction
        assert keyed.key_to_index[other.answer] == scores.round(12).argmax()
        assert other.cosine == pytest.approx(scores.max(), abs=1e-9)
        scores[places] = -np.inf
        assert keyed.key_to_index[one.answer] == scores.round(12).argmax()
    pd.testing.assert_frame_equal(let_inputs_in(keyed, left_out), let_in, check_exact=True)


def test_multiplying_chooses_another_word_than_adding_by_hand():
    # Cosines to a, b and c: x has 0.3, 0.35, 0.75, and y has -0.2, 0.2, 0.3.
    half = np.linalg.cholesky(np.array([[1, 0.5, 0.5], [0.5, 1, 0.5], [0.5, 0.5, 1]]))
    a, b, c = np.hstack([half, np.zeros((3, 2))])

    def with_cosines(wanted, axis):
        inside = np.linalg.lstsq(np.stack([a, b, c])[:, :3], np.array(wanted), rcond=None)[0]
        rest = np.zeros(5)
        rest[:3], rest[axis] = inside, np.sqrt(1 - inside @ inside)
        return rest

    x, y = with_cosines((0.3, 0.35, 0.75), 3), with_cosines((-0.2, 0.2, 0.3), 4)
    toy = {"a": a, "b": b, "c": c, "x": x, "y": y}
    added = answer_analogies(toy, [("a", "b", "c", "x")])
    assert added["answer"].tolist() == ["x"]  # 0.35 - 0.3 + 0.75 = 0.8, and y has 0.2 + 0.2 + 0.3 = 0.7
    multiplied = answer_analogies(toy, [("a", "b", "c", "x")], method="3CosMul")
    assert multiplied["answer"].tolist() == ["y"]
    assert multiplied["cosine"][0] == pytest.approx(0.6 * 0.65 / (0.4 + 0.001))
    assert multiplied["cosine"][0] > 0.675 * 0.875 / (0.65 + 0.001)  # what x has


@needs_glove
def test_multiplying_agrees_with_gensims_quotient(glove):
    asked = datasets.google_analogies().sample(60, random_state=1)
    few = as_keyed_vectors({word: glove[word] for word in glove.index_to_key[:20_000]})  # gensim asks all it has
    ours = answer_analogies(few, asked, method="3CosMul")
    same = []
    for row in ours[ours["covered"]].itertuples():
        a, b, c = (word.lower() for word in (row.a, row.b, row.c))
        theirs = few.most_similar_cosmul(positive=[b, c], negative=[a], topn=1)
        same.append(theirs[0][0] == row.answer)
    assert len(same) > 20 and np.mean(same) > 0.97  # gensim adds 0.000001 to the divisor where the paper adds 0.001


def test_a_pair_that_points_nowhere_has_no_direction():
    toy = {"a": [1, 0], "b": [1, 0], "c": [0, 1], "d": [1, 1]}
    assert answer_analogies(toy, [("a", "b", "c", "d")], method="PairDirection")["answer"].isna().all()
    with pytest.raises(ValueError, match="method is '3cosadd'; it can be '3CosAdd', '3CosMul'"):
        answer_analogies(toy, [("a", "b", "c", "d")], method="3cosadd")


def test_from_c_to_a_row_that_all_but_is_c_there_is_no_direction():
    toy = {
        "a": [1, 0, 0],
        "b": [1, 1, 0],
        "c": [0, 0, 1],
        "d": [0, 1, 1],
        "copy": [-1e-4, 2.4e-4, 1],
        "by": [0, 5e-3, 1],
    }
    asked = [("a", "b", "c", "d")]
    assert answer_analogies(toy, asked, method="PairDirection")["answer"].tolist() == ["by"]
    del toy["by"], toy["d"]
    assert answer_analogies(toy, [("a", "b", "c", "a")], method="PairDirection")["answer"].isna().all()


def test_ties_go_to_the_word_that_comes_first():
    rows = np.tile(np.array([0.3, 0.4, 0.5], dtype=np.float32), (600, 1)) * 2.0 ** (np.arange(600) % 3)[:, None]
    keyed = as_keyed_vectors(
        {"a": [1, 0, 0], "b": [1, 1, 0], "c": [1, 0, 1]} | {f"w{i}": row for i, row in enumerate(rows)}
    )
    assert answer_analogies(keyed, [("a", "b", "c", "w0")])["answer"].tolist() == ["w0"]
    assert answer_analogies(keyed, [("a", "b", "w0", "w1")])["answer"].tolist() == ["w1"]


def test_answers_closer_than_single_precision_are_told_apart():
    angles = 1e-3 + 1e-7 * np.arange(300)[::-1]
    close = {f"w{i}": [np.cos(x), np.sin(x), 0] for i, x in enumerate(angles)}
    keyed = as_keyed_vectors({"a": [0, 0, 1], "b": [0, 0, 1], "c": [1, 0, 0]} | close)
    assert answer_analogies(keyed, [("a", "b", "c", "w299")])["answer"].tolist() == [
        by_brute_force(keyed, "a", "b", "c")[0]
    ]
    assert answer_analogies(keyed, [("a", "b", "c", "w299")])["correct"].tolist() == [True]


def test_a_word_of_zeros_is_no_answer():
    vectors = {"a": [1, 0], "b": [-1, 0.1], "c": [1, 0], "nothing": [0, 0], "away": [1, -0.1]}
    assert answer_analogies(vectors, [("a", "b", "c", "away")])["answer"].tolist() == ["away"]
    with pytest.raises(ValueError, match='"nothing" is all zeros'):
        answer_analogies(vectors, [("a", "b", "nothing", "away")])


def test_questions_of_which_all_words_are_left_out_have_no_answer():
    vectors = {"a": [1, 0], "b": [0, 1], "c": [1, 1]}
    answered = answer_analogies(vectors, [("a", "b", "c", "a")])
    assert answered["covered"].tolist() == [True] and answered["answer"].isna().all() and not answered["correct"].any()


# what is covered, and what counts

ASKED = [
    ("man", "king", "woman", "queen"),
    ("king", "man", "queen", "cat"),
    ("man", "king", "cat", "tomcat"),
    ("lynx", "king", "cat", "tomcat"),
]


def test_a_question_is_covered_when_all_four_words_are_known():
    answered = answer_analogies(TOY, ASKED)
    assert answered["covered"].tolist() == [True, True, False, False]
    assert answered["answer"].isna().tolist() == [False, False, True, True]
    assert answered["correct"].tolist() == [True, False, False, False]
    assert answered["cosine"].isna().tolist() == [False, False, True, True]


def test_missing_words_are_skipped_or_wrong():
    skip = evaluate_analogies(TOY, ASKED).iloc[-1]
    wrong = evaluate_analogies(TOY, ASKED, missing="wrong").iloc[-1]
    for total in (skip, wrong):
        assert (total["n_questions"], total["n_covered"], total["n_correct"], total["coverage"]) == (4, 2, 1, 0.5)
    assert (skip["accuracy"], wrong["accuracy"]) == (0.5, 0.25)


def test_sections_come_in_the_order_of_the_questions_and_the_total_last():
    data = pd.DataFrame(ASKED, columns=["a", "b", "c", "expected"]).assign(section=["z", "a", "z", "none"])
    table = evaluate_analogies(TOY, data)
    columns = ["section", "n_questions", "n_covered", "n_correct", "accuracy", "low", "high", "coverage"]
    assert table.columns.tolist() == columns
    assert table["section"].tolist() == ["z", "a", "none", "total"]
    assert table["n_questions"].tolist() == [2, 1, 1, 4]
    assert table["accuracy"].tolist() == pytest.approx([1, 0, np.nan, 0.5], nan_ok=True)
    assert table.attrs["missing"] == "skip" and table.attrs["exclude_inputs"] is True
    by_kind = evaluate_analogies(TOY, data.assign(kind=["x", "y", "y", "x"]), by="kind")
    assert by_kind["kind"].tolist() == ["x", "y", "total"] and by_kind["n_covered"].tolist() == [1, 1, 2]


def test_capitals_are_ignored_or_exact_as_told():
    asked = [("Man", "KING", "woman", "Queen")]
    assert answer_analogies(TOY, asked)["correct"].tolist() == [True]
    assert answer_analogies(TOY, asked, case="exact")["covered"].tolist() == [False]


def test_the_first_spelling_is_asked_and_all_spellings_are_left_out():
    spellings = {**TOY, "King": [1, 0.2, 2], "QUEEN": [1.1, 1, 2], "Woman": [1, 1.1, 0]}
    answered = answer_analogies(spellings, [("man", "King", "woman", "queen")])
    assert answered["answer"][0] in ("queen", "QUEEN") and answered["correct"][0]
    exact = answer_analogies(spellings, [("man", "King", "woman", "queen")], case="exact")
    assert exact["cosine"][0] != answered["cosine"][0]  # asked with another row
    without_queens = {word: row for word, row in spellings.items() if word.upper() != "QUEEN"} | {"queens": [0, 0, -1]}
    left = answer_analogies(without_queens, [("man", "king", "woman", "queens")])
    assert left["answer"].tolist() == ["cat"]  # neither King nor Woman


def test_only_the_first_words_are_known_and_searched_when_asked():
    keyed, asked = random_vectors(500), random_questions(300, 130)
    few = as_keyed_vectors({word: keyed[word] for word in keyed.index_to_key[:100]})
    cut, whole = answer_analogies(keyed, asked, restrict_vocab=100), answer_analogies(few, asked)
    assert cut["covered"].tolist() == whole["covered"].tolist()
    assert cut["answer"].fillna("").tolist() == whole["answer"].fillna("").tolist()
    assert 0 < cut["covered"].sum() < 300


def test_answers_can_be_judged_again_without_being_found_again():
    answered = answer_analogies(TOY, ASKED)
    assert evaluate_analogies(None, answered).equals(evaluate_analogies(TOY, ASKED))


# agreement with gensim


@needs_glove
@pytest.mark.parametrize("dummy", [False, True])
def test_every_answer_on_a_real_slice_is_gensims(glove, tmp_path, dummy):
    questions = datasets.google_analogies().groupby("section", sort=False).sample(12, random_state=0)
    questions = questions.sort_index()
    file = tmp_path / "questions.txt"
    lines = []
    for section, part in questions.groupby("section", sort=False):
        lines += [f": {section}", *(" ".join(row) for row in part[["a", "b", "c", "expected"]].to_numpy())]
    file.write_text("\n".join(lines) + "\n", encoding="utf-8")
    score, sections = glove.evaluate_word_analogies(str(file), restrict_vocab=15_000, dummy4unknown=dummy)
    ours = evaluate_analogies(glove, questions, restrict_vocab=15_000, missing="wrong" if dummy else "skip")
    assert ours["section"].tolist()[:-1] == [section["section"] for section in sections[:-1]]
    judged = "n_questions" if dummy else "n_covered"
    for row, theirs in zip(ours.to_dict("records"), sections, strict=True):
        assert (row["n_correct"], row[judged]) == (len(theirs["correct"]), len(theirs["correct"] + theirs["incorrect"]))
    assert ours["accuracy"].iloc[-1] == pytest.approx(score)
    assert 0.2 < score < 0.8 and ours["n_covered"].iloc[-1] < 168
    right = {tuple(map(str.upper, words)) for section in sections[:-1] for words in section["correct"]}
    answered = answer_analogies(glove, questions, restrict_vocab=15_000)
    mine = {tuple(map(str.upper, row)) for row in answered[answered["correct"]][["a", "b", "c", "expected"]].to_numpy()}
    assert mine == right


def test_a_vocabulary_with_capitals_is_treated_as_gensim_does(tmp_path):
    rng = np.random.default_rng(5)
    words = [spelt for i in range(60) for spelt in ([f"w{i}", f"W{i}"] if i % 3 else [f"W{i}"])]
    keyed = gensim.models.KeyedVectors(4)
    keyed.add_vectors(words, rng.normal(size=(len(words), 4)).astype(np.float32))
    asked = [tuple(rng.permutation([f"w{i}", f"W{i}"])[0] for i in rng.integers(0, 62, 4)) for _ in range(400)]
    asked = [(a, b, c, d.swapcase()) for a, b, c, d in asked]
    file = tmp_path / "questions.txt"
    file.write_text(": all\n" + "\n".join(" ".join(row) for row in asked) + "\n", encoding="utf-8")
    for ignore in (True, False):
        _, sections = keyed.evaluate_word_analogies(str(file), case_insensitive=ignore)
        ours = evaluate_analogies(keyed, asked, case="ignore" if ignore else "exact", n_bootstrap=0).iloc[-1]
        assert ours["n_covered"] == len(sections[-1]["correct"] + sections[-1]["incorrect"])
        assert ours["n_correct"] == len(sections[-1]["correct"]) > 0


@needs_glove
def test_the_real_models_figure_on_googles_questions(glove):
    # 6,485 of the 12,599 questions that the 22,000 most frequent words cover: gensim's figures, taken once
    total = evaluate_analogies(glove, datasets.google_analogies(), restrict_vocab=22_000).iloc[-1]
    assert (total["n_correct"], total["n_covered"], total["n_questions"]) == (6485, 12_599, 19_544)
    assert total["low"] < total["accuracy"] < total["high"]


# intervals


def test_the_interval_draws_pairs_and_not_questions():
    rng = np.random.default_rng(0)
    pairs = [(f"a{i}", f"b{i}") for i in range(20)]
    good = rng.random(20) < 0.5  # a pair is easy or hard, whatever it is combined with
    rows = [("s", *pairs[i], *pairs[j], True, "x", 0.5, bool(good[i])) for i in range(20) for j in range(20) if i != j]
    columns = ["section", "a", "b", "c", "expected", "covered", "answer", "cosine", "correct"]
    total = evaluate_analogies(None, pd.DataFrame(rows, columns=columns)).iloc[-1]
    share, half = good.mean(), 1.96 * np.sqrt(good.mean() * (1 - good.mean()) / 20)
    assert total["accuracy"] == pytest.approx(share)
    assert (total["high"] - total["low"]) / 2 == pytest.approx(half, rel=0.15)
    naive = stats.binomtest(int(total["n_correct"]), 380).proportion_ci(method="wilson")
    assert total["high"] - total["low"] > 3 * (naive.high - naive.low)


def test_all_right_and_all_wrong_have_wilsons_interval_over_pairs():
    columns = ["section", "a", "b", "c", "expected", "covered", "answer", "cosine", "correct"]
    rows = [("s", f"a{i}", "b", f"a{j}", "b", True, "x", 0.5, True) for i in range(6) for j in range(6) if i != j]
    right = pd.DataFrame(rows, columns=columns)
    theirs = stats.binomtest(6, 6).proportion_ci(method="wilson")
    total = evaluate_analogies(None, right).iloc[-1]
    assert (total["low"], total["high"]) == pytest.approx((theirs.low, 1))
    total = evaluate_analogies(None, right.assign(correct=False)).iloc[-1]
    assert (total["low"], total["high"]) == pytest.approx((0, 1 - theirs.low))


def test_the_interval_repeats_with_its_seed_and_can_be_left_out():
    keyed, asked = random_vectors(12, d=2), random_questions(300, 12)
    one, same, other = (evaluate_analogies(keyed, asked, seed=seed) for seed in (1, 1, 2))
    assert one.equals(same) and not one.equals(other)
    assert evaluate_analogies(keyed, asked, n_bootstrap=0)[["low", "high"]].isna().all(axis=None)


def test_memory_stays_bounded():
    keyed, asked = random_vectors(20_000, d=10), random_questions(3000, 20_000)
    answer_analogies(keyed, asked[:2])
    tracemalloc.start()
    answer_analogies(keyed, asked)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3000 * 20_000 * 4 / 3  # a third of the table of all scores


# bad input


@pytest.mark.parametrize(
    ("questions", "error", "says"),
    [
        ([], ValueError, "There are no questions"),
        (
            [("a", "b", "c")],
            ValueError,
            r"Row 0 of the questions is \('a', 'b', 'c'\); it has to hold a, b, c",
        ),
        (["abcd"], ValueError, "Row 0 of the questions is 'abcd'"),
        ([("a", "b", "c", 7)], ValueError, "Row 0 of the questions has 7 for expected; a word is needed"),
        ([("a", "b", "", "d")], ValueError, "Row 0 of the questions has '' for c"),
        ("questions-words.txt", TypeError, "a list of such rows; this is a str"),
        (None, TypeError, "this is None"),
        (pd.DataFrame({"a": ["x"], "b": ["y"]}), ValueError, "lack the columns c, expected; there are a, b"),
        (pd.DataFrame({"a": ["x"], "b": ["y"], "c": ["z"], "d": ["w"]}), ValueError, "lack the column expected"),
    ],
)
def test_bad_questions_are_met_with_a_sentence(questions, error, says):
    with pytest.raises(error, match=says):
        evaluate_analogies(TOY, questions)


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"missing": "zero"}, "missing is 'zero'; it can be 'skip', 'wrong'"),
        ({"case": "lower"}, "case is 'lower'; it can be 'ignore', 'exact'"),
        ({"restrict_vocab": 0}, "restrict_vocab is 0"),
        ({"by": "kind"}, "There is no column 'kind' .* there are section, a, b"),
        ({"confidence": 95}, "it is 95"),
        ({"n_bootstrap": -1}, "n_bootstrap is -1"),
    ],
)
def test_bad_options_are_met_with_a_sentence(options, says):
    with pytest.raises(ValueError, match=says):
        evaluate_analogies(TOY, ASKED, **options)


def test_options_of_the_wrong_kind_are_met_with_a_sentence():
    for options in ({"restrict_vocab": 3e5}, {"n_bootstrap": 1e3}, {"confidence": "95%"}, {"seed": "x"}):
        with pytest.raises(TypeError, match=next(iter(options))):
            evaluate_analogies(TOY, ASKED, **options)


def test_questions_without_a_section_are_kept_and_named():
    asked = pd.DataFrame([ASKED[0]] * 4, columns=["a", "b", "c", "expected"])
    for nothing in (None, float("nan")):
        table = evaluate_analogies(TOY, asked.assign(section=["one", nothing, "one", nothing]))
        assert table["section"].tolist() == ["one", "(no section)", "total"]
        assert table["n_questions"].tolist() == [2, 2, 4]
    by_kind = evaluate_analogies(TOY, asked.assign(kind=["x", None, None, "x"]), by="kind")
    assert by_kind["kind"].tolist() == ["x", "(no kind)", "total"]
    with pytest.raises(ValueError, match="more than one column a"):
        evaluate_analogies(TOY, pd.concat([asked, asked[["a"]]], axis=1))


@pytest.mark.parametrize(
    ("vectors", "error", "says"),
    [
        (None, TypeError, "Word vectors are needed"),
        ({}, ValueError, "is empty"),
        ({**TOY, "king": [np.nan, 0, 0]}, ValueError, '"king" holds NaN or infinity'),
        ({**TOY, "cat": [np.nan, 0, 0]}, ValueError, '"cat" holds NaN or infinity'),
    ],
)
def test_bad_vectors_are_met_with_a_sentence(vectors, error, says):
    with pytest.raises(error, match=says):
        evaluate_analogies(vectors, ASKED[:1])


def test_many_answers_are_searched_once_on_a_machine(monkeypatch, tmp_path):
    monkeypatch.setenv("EMBEDLIB_HOME", str(tmp_path))
    monkeypatch.setattr(analogy, "_MANY", 0)
    calls, search = [], analogy.nearest_to_sums
    monkeypatch.setattr(analogy, "nearest_to_sums", lambda *a: calls.append(1) or search(*a))
    rows = np.random.default_rng(0).normal(size=(30, 4))
    vectors = {f"w{i}": row for i, row in enumerate(rows)}
    asked = [(f"w{i}", f"w{i + 1}", f"w{i + 2}", f"w{i + 3}") for i in range(9)]
    first, second = (answer_analogies(vectors, asked) for _ in range(2))
    assert first.equals(second) and len(calls) == 1
    answer_analogies(vectors, asked, exclude_inputs=False)
    answer_analogies({**vectors, "w29": rows[0]}, asked)
    assert len(calls) == len(list((tmp_path / "analogies").iterdir())) == 3
    with computed_anew():  # as a benchmark asks
        assert answer_analogies(vectors, asked).equals(first)
    assert len(calls) == 4 and len(list((tmp_path / "analogies").iterdir())) == 3
