"""What chapter 14 shows of tasks: names in sentences, opinions of films, and how large a test set must be.

Each part by itself, ``python training/downstream.py names``, or all; about twenty minutes on one core. Parts whose data
are not here are left out, and their rows in the stored tables stay as they are.

- ``downstream_names.csv``: taggers of names on three sets (the course's own, WNUT-17, CoNLL-2003), a row a tagger. Each
  is a linear probe; what is chosen (strength, layer, pieces) is chosen on the dev part.
- ``downstream_names_kinds.csv``: F1 by kind; ``downstream_names_seen.csv``: recall of names that stand in the training
  part, and of others; ``downstream_names_layers.csv``: F1 by layer of MiniLM, on dev; ``downstream_control.csv``:
  labels dealt out to words by chance
  (Hewitt and Liang, 2019).
- ``downstream_power.csv``: how often a test set of n sentences tells two taggers apart.
- ``downstream_opinions.csv``: accuracy on film reviews by labelled texts, five draws;
  ``downstream_treebank.csv``: sentence polarity, SST-2 and SST-5; ``downstream_pictures.csv``: ImageNet's labels.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Sequence
from functools import cache, partial
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from two_encoders import states

from embedlib import assets, datasets
from embedlib.contextual import ContextualEncoder
from embedlib.evaluation.classification import accuracy, chance_to_tell, mcnemar, top_k
from embedlib.evaluation.probes import (
    Tagger,
    beside,
    capital_signs,
    fit_classifier,
    fit_tagger,
    remembered_names,
    tag_remembered,
    text_rows,
    word_rows,
)
from embedlib.evaluation.sequence_labeling import (
    Span,
    evaluate_entities,
    f1,
    recall_by,
    token_accuracy,
)
from embedlib.images import classify
from embedlib.words.load import as_keyed_vectors
from embedlib.words.models import word_models

RESULTS = Path(__file__).parent / "results"
Rows = list[npt.NDArray[np.float32]]
SETS = {"entities": "course's own", "wnut17": "WNUT-17", "conll2003": "CoNLL-2003"}
MOST = {"train": 2_000, "dev": 600}  # sentences, so that all taggers fit into minutes; the test part is whole
SIZES = (100, 300, 1_000, 3_000, 10_000)
SEEDS = (0, 1, 2, 3, 4)
TEXT_STRENGTHS = (0.0003, 0.003, 0.03, 0.3, 3.0)
SPARSE_STRENGTHS = (0.1, 1.0, 10.0, 100.0)
CAPITALS, NETWORK, GLOVE = "capitals alone", "MiniLM", "GloVe 6B"


# ---- Vectors ------------------------------------------------------------------------------------------------------


@cache
def random_vectors(width: int = 50) -> Any:
    """Random numbers for every word that GloVe knows: what can be done by remembering words alone."""
    known = word_models()[GLOVE].index_to_key
    rows = np.random.default_rng(0).standard_normal((len(known), width)).astype(np.float32)
    return as_keyed_vectors(dict(zip(known, rows, strict=True)), "random")


@cache
def encoder(name: str) -> ContextualEncoder:
    if name.endswith(", shuffled"):
        return encoder(name.removesuffix(", shuffled")).with_random_weights(0)
    return ContextualEncoder({"MiniLM": "minilm-l6", "miniature BERT": "miniature-bert"}[name])


# ---- Names --------------------------------------------------------------------------------------------------------


class Names:
    """A set of sentences in three parts, and the rows of their words."""

    def __init__(self, name: str, n_train: int = MOST["train"]) -> None:
        self.name = name
        most = {**MOST, "train": n_train}
        self.parts = {split: self._part(split, most.get(split)) for split in ("train", "dev", "test")}
        self.labels = {split: part["labels"].tolist() for split, part in self.parts.items()}
        self.words = {split: part["words"].tolist() for split, part in self.parts.items()}
        self.signs = self.of_words(lambda words: beside(capital_signs(words), 1))

    def _part(self, split: str, most: int | None) -> pd.DataFrame:
        part = getattr(datasets, self.name)(split)
        return part.sample(most, random_state=0) if most is not None and len(part) > most else part

    def of_words(self, make: Callable[[list[str]], Any]) -> dict[str, Rows]:
        return {split: [make(words) for words in some] for split, some in self.words.items()}

    @cache  # noqa: B019  the few sets live as long as the run
    def every_layer(self, name: str, pieces: str = "mean") -> dict[int, dict[str, Rows]]:
        """Each layer's vectors of the words, of all layers in one reading; a word without pieces has zeros."""
        net = encoder(name)
        found = {
            at: {s: [np.zeros((len(w), net.width), np.float32) for w in some] for s, some in self.words.items()}
            for at in range(net.n_layers + 1)
        }
        for split, some in self.words.items():
            for i, of, read in states(net, some):
                for word in range(len(some[i])):
                    places = [place for place, other in enumerate(of) if other == word]
                    if places:
                        chosen = read[:, places].mean(axis=1) if pieces == "mean" else read[:, places[0]]
                        for at in found:
                            found[at][split][i][word] = chosen[at]
        return found

    def with_signs(self, rows: dict[str, Rows]) -> dict[str, Rows]:
        return {s: [np.hstack(two) for two in zip(part, self.signs[s], strict=True)] for s, part in rows.items()}

    def fit(self, rows: dict[str, Rows], strengths: Sequence[float] = (0.01, 0.1, 1.0)) -> Tagger:
        return fit_tagger(rows["train"], self.labels["train"], rows["dev"], self.labels["dev"], strengths, 300)

    def best(
        self, candidates: Iterable[tuple[str, dict[str, Rows]]], **options: Any
    ) -> tuple[str, Tagger, dict[str, Rows]]:
        """The candidate of the highest F1 on dev."""
        chosen: tuple[str, Tagger, dict[str, Rows]] | None = None
        for what, rows in candidates:
            tagger = self.fit(rows, **options)
            if chosen is None or tagger.dev > chosen[1].dev:
                chosen = (what, tagger, rows)
        assert chosen is not None
        return chosen

    def remembered(self, split: str) -> list[list[str]]:
        names = remembered_names(self.words["train"], self.labels["train"])
        return [tag_remembered(words, names) for words in self.words[split]]

    @property
    def seen(self) -> set[tuple[str, ...]]:
        return set(remembered_names(self.words["train"], self.labels["train"]))


def taggers(data: Names) -> Iterable[tuple[str, str, float, list[list[str]]]]:
    """Name, what was chosen, F1 on dev, and the labels of the test part.

    On the course's own sentences all models; elsewhere, where there are more sentences, GloVe and MiniLM.
    """
    yield "no name at all", "", 0.0, [["O"] * len(words) for words in data.words["test"]]
    dev = evaluate_entities(data.labels["dev"], data.remembered("dev"), n_bootstrap=0).f1
    yield "remembered names", "", dev, data.remembered("test")

    def tagged(name: str, candidates: Iterable[tuple[str, dict[str, Rows]]]) -> tuple[str, str, float, Any]:
        what, tagger, rows = data.best(candidates)
        return name, f"{what}, C={tagger.strength:g}".lstrip(", "), tagger.dev, tagger.tag(rows["test"])

    def two_ways(name: str, ways: dict[str, dict[str, Rows]]) -> Iterable[tuple[str, str, float, Any]]:
        yield tagged(name, ways.items())
        yield tagged(f"{name} and capitals", [(what, data.with_signs(rows)) for what, rows in ways.items()])

    own = data.name == "entities"
    yield tagged(CAPITALS, [("", data.signs)])
    for name, vectors in {**word_models(), "random numbers": random_vectors()}.items():
        if own or name in (GLOVE, "random numbers"):
            alone = data.of_words(partial(word_rows, vectors))
            if name == GLOVE and own:
                yield tagged("GloVe 6B, word alone", [("", alone)])
            yield from two_ways(name, {"one neighbour": widened(alone, 1)})
    for name in (NETWORK, "MiniLM, shuffled", "miniature BERT") if own else (NETWORK,):
        layers = data.every_layer(name)
        at = int(data.best(((str(at), rows) for at, rows in layers.items()), strengths=[0.1])[0])
        ways = {f"layer {at}": layers[at]}
        if own:
            ways[f"layer {at}, first piece"] = data.every_layer(name, "first")[at]
            ways[f"layer {at} and one neighbour"] = widened(layers[at], 1)
        yield from two_ways(name, ways)
        if name == NETWORK:
            yield tagged("MiniLM, last layer", [("", layers[encoder(name).n_layers])])


def widened(rows: dict[str, Rows], reach: int) -> dict[str, Rows]:
    return {split: [beside(part, reach) for part in some] for split, some in rows.items()}


def whether_seen(words: list[list[str]], seen: set[tuple[str, ...]], i: int, span: Span) -> str:
    return "seen" if tuple(words[i][span.start : span.end]) in seen else "unseen"


def names(which: Iterable[str] = SETS) -> None:
    """All taggers on all sets, with what they find by kind and of seen and unseen names."""
    found: dict[str, list[dict[str, Any]]] = {"names": [], "names_kinds": [], "names_seen": []}
    for name in which:
        if name != "entities" and not assets.available(name):
            continue
        data = Names(name)
        truth = data.labels["test"]
        for tagger, chosen, dev, guessed in taggers(data):
            scores = evaluate_entities(truth, guessed)
            row = {"set": SETS[name], "tagger": tagger}
            found["names"].append(
                {
                    **row,
                    "chosen": chosen,
                    "dev": dev,
                    "f1": scores.f1,
                    "low": scores.low,
                    "high": scores.high,
                    "precision": scores.precision,
                    "recall": scores.recall,
                    "strict": evaluate_entities(truth, guessed, strict=True, n_bootstrap=0).f1,
                    "words right": token_accuracy(truth, guessed),
                    "sentences": len(truth),
                    "learned from": len(data.labels["train"]),
                    "names": scores.n_true,
                }
            )
            found["names_kinds"] += [{**row, **kind} for kind in scores.by_kind.to_dict("records")]
            by = recall_by(truth, guessed, partial(whether_seen, data.words["test"], data.seen))
            found["names_seen"] += [{**row, **group} for group in by.to_dict("records")]
            print(f"{SETS[name]}: {tagger} ({chosen}): {scores}", flush=True)
        for table, rows in found.items():
            store(table, pd.DataFrame(rows), "set")


def layers() -> None:
    """F1 on dev by layer of MiniLM, trained and shuffled."""
    data = Names("entities")
    rows = [
        {"vectors": network, "layer": layer, "f1": data.fit(some, [0.1]).dev}
        for network in (NETWORK, "MiniLM, shuffled")
        for layer, some in data.every_layer(network).items()
    ]
    store("names_layers", pd.DataFrame(rows))


def control() -> None:
    """Accuracy, word by word, of the true labels and of labels dealt out to words by chance."""
    data = Names("entities")
    rng = np.random.default_rng(0)
    truth = np.concatenate([np.array(labels) for labels in data.labels["train"]])
    every = sorted({w.lower() for some in data.words.values() for words in some for w in words})
    dealt = dict(zip(every, rng.choice(truth, len(every)), strict=True))
    random = {s: [[dealt[w.lower()] for w in words] for words in some] for s, some in data.words.items()}
    ways = {"random numbers": data.of_words(partial(word_rows, random_vectors()))}
    ways |= {n: data.of_words(partial(word_rows, v)) for n, v in word_models().items()}
    ways |= {f"MiniLM, layer {at}": data.every_layer(NETWORK)[at] for at in (0, 3, 6)}
    rows = []
    for name, some in ways.items():
        line: dict[str, Any] = {"vectors": name}
        for what, labels in (("names", data.labels), ("dealt out", random)):
            line[what] = max(
                token_accuracy(labels["test"], fit_tagger(
                    some["train"], labels["train"], some["dev"], labels["dev"], [c]).tag(some["test"]))
                for c in (0.01, 1.0)
            )  # fmt: skip
        line["selectivity"] = line["names"] - line["dealt out"]
        rows.append(line)
    store("control", pd.DataFrame(rows))


def power() -> None:
    """How often n sentences tell two taggers apart, drawn from the course's own test part."""
    data = Names("entities")
    glove = widened(data.of_words(lambda words: word_rows(word_models()[GLOVE], words)), 1)
    context = widened(data.every_layer(NETWORK)[3], 1)
    ways = {"GloVe": glove, "GloVe and capitals": data.with_signs(glove)}
    ways |= {"MiniLM": context, "MiniLM and capitals": data.with_signs(context)}
    counts = {
        what: evaluate_entities(data.labels["test"], data.fit(some).tag(some["test"]), n_bootstrap=0).counts
        for what, some in ways.items()
    }
    rows = []
    for one, other in combinations(ways, 2):
        gap = float(f1(*counts[one].sum(axis=0)) - f1(*counts[other].sum(axis=0)))
        told = chance_to_tell(counts[one], counts[other], (25, 50, 100, 200, 400, 800, 1_600, 3_200), f1)
        rows += [{"one": one, "other": other, "difference": gap, **row} for row in told.to_dict("records")]
    store("power", pd.DataFrame(rows))


# ---- Opinions -----------------------------------------------------------------------------------------------------


def text_ways(texts: list[str], learned: list[str], models: Sequence[str] = (), network: bool = True) -> dict[str, Any]:
    """Rows of the texts by every way; words are weighted by what the texts learned from hold."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    found: dict[str, Any] = {name: text_rows(word_models()[name], texts) for name in models or word_models()}
    if network:
        found["random numbers"] = text_rows(random_vectors(), texts)
        found[NETWORK] = encoder(NETWORK).encode(texts)
    weigh = TfidfVectorizer(sublinear_tf=True, ngram_range=(1, 2), token_pattern=r"\S+").fit(learned)
    found["words (TF-IDF)"] = weigh.transform(texts)
    return found


def judged(rows: Any, labels: Any, learn: Any, dev: Any, test: Any, sparse: bool) -> Any:
    """The classes guessed of the test texts."""
    strengths = SPARSE_STRENGTHS if sparse else TEXT_STRENGTHS
    model = fit_classifier(rows[learn], labels[learn], rows[dev], labels[dev], strengths, scale=not sparse)
    return model.predict(rows[test])


def films(seed: int = 0) -> tuple[Any, Any, Any]:
    """Rows of the reviews to learn from, to choose by and to be judged by: no film stands in two of them."""
    table = datasets.reviews()
    codes, names_of = pd.factorize(table["film"], sort=True)
    order = np.random.default_rng(seed).permutation(len(names_of))
    place = np.argsort(order)[codes] / len(order)
    return np.flatnonzero(place >= 0.2), np.flatnonzero(place < 0.05), np.flatnonzero((place >= 0.05) & (place < 0.2))


def opinions() -> None:
    """Accuracy by how many labelled reviews were learned from, five draws; and each pair by McNemar's test."""
    table = datasets.reviews()
    texts, labels = table["text"].tolist(), table["label"].to_numpy()
    pool, dev, test = films()
    dev = np.random.default_rng(0).permutation(dev)
    ways = text_ways(texts, [texts[i] for i in pool])
    rows, guesses = [], {}
    for seed in SEEDS:
        order = np.random.default_rng(seed).permutation(pool)
        for n in (*SIZES[:-1], len(pool)):
            if n == len(pool) and seed:
                continue  # all of them are the same whatever the draw
            some = order[:n]
            held = dev if n > 2 * len(dev) else dev[: max(n // 4, 25)]  # no more labels to choose by than to learn from
            for name, vectors in ways.items():
                guessed = judged(vectors, labels, some, held, test, "TF-IDF" in name)
                found = accuracy(labels[test], guessed)
                rows.append(
                    {"vectors": name, "n": n, "seed": seed, "accuracy": found.share, "low": found.low}
                    | {"high": found.high, "tested on": len(test)}
                )
                if n == len(pool):
                    guesses[name] = guessed
        print(pd.DataFrame(rows).groupby(["n", "vectors"])["accuracy"].mean().unstack(0).round(3), flush=True)
    store("opinions", pd.DataFrame(rows))
    pairs = [
        {"one": a, "other": b, **mcnemar(labels[test], guesses[a], guesses[b])._asdict(), "tested on": len(test)}
        for a, b in combinations(guesses, 2)
    ]
    store("opinions_pairs", pd.DataFrame(pairs))


def treebank() -> None:
    """Sentence polarity, SST-2 and SST-5: learned from whole sentences, and SST-2 from phrases as well."""
    rows = []

    def add(data: str, learned: pd.DataFrame, dev: pd.DataFrame, test: pd.DataFrame, what: str = "sentences") -> None:
        models = ("Google News",) if what == "phrases" else tuple(word_models())  # ten times as many
        whole = pd.concat([learned, dev, test], ignore_index=True)
        texts = whole["text"].str.lower().tolist()
        labels = whole["label"].to_numpy()
        learn, held, asked = np.split(np.arange(len(whole)), [len(learned), len(learned) + len(dev)])
        for name, vectors in text_ways(texts, texts[: len(learned)], models, what != "phrases").items():
            found = accuracy(labels[asked], judged(vectors, labels, learn, held, asked, "TF-IDF" in name))
            rows.append(
                {"set": data, "vectors": name, "learned from": what, "n": len(learned), "accuracy": found.share}
                | {"low": found.low, "high": found.high, "tested on": len(test)}
            )
            print(rows[-1], flush=True)

    if assets.available("sst2"):
        add("SST-2", datasets.sst2("train"), datasets.sst2("dev"), datasets.sst2("test"))
    if assets.available("sst2") and assets.available("sst5"):
        phrases = datasets.sst5("train", phrases=True)
        phrases = phrases[phrases["label"] != 2]
        add("SST-2", phrases.assign(label=(phrases["label"] > 2).astype(int)), datasets.sst2("dev"),
            datasets.sst2("test"), "phrases")  # fmt: skip
    if assets.available("sst5"):
        add("SST-5", datasets.sst5("train"), datasets.sst5("dev"), datasets.sst5("test"))
    if assets.available("sentence-polarity"):
        table = datasets.sentence_polarity().sample(frac=1, random_state=0)
        add("sentence polarity", table[2132:], table[:1066], table[1066:2132])
    store("treebank", pd.DataFrame(rows), "set")


def pictures() -> None:
    """Top-1 and top-5 against ImageNet's own labels; the thousand photographs are of the network's training set."""
    rows = []
    files = sorted(assets.path("foolbox-imagenet").glob("*.jpg"))
    sets = {"20 photographs": (files, [int(file.stem.split("_")[2]) for file in files])}
    if assets.available("imagenet-sample-1000"):
        files = sorted(assets.path("imagenet-sample-1000").glob("*.JPEG"))
        sets["1,000 of its training set"] = (files, [*range(len(files))])
    for name, (some, classes) in sets.items():
        shares = classify(some)
        for k in (1, 5):
            found = top_k(classes, shares, k)
            rows.append(
                {"pictures": name, "k": k, "share": found.share, "low": found.low, "high": found.high, "n": len(some)}
            )
    store("pictures", pd.DataFrame(rows), "pictures")


def store(name: str, table: pd.DataFrame, by: str | None = None) -> None:
    """Write a table; of sets that were not measured now, the rows stored before stay."""
    file = RESULTS / f"downstream_{name}.csv"
    if by is not None and file.exists():
        before = pd.read_csv(file)
        table = pd.concat([table, before[~before[by].isin(set(table[by]) if len(table) else set())]])
    table.round(4).to_csv(file, index=False)


PARTS = {
    "names": names,
    "layers": layers,
    "control": control,
    "power": power,
    "opinions": opinions,
    "treebank": treebank,
    "pictures": pictures,
}

if __name__ == "__main__":
    import torch

    torch.set_num_threads(1)
    for part in sys.argv[1:] or PARTS:
        PARTS[part]()
