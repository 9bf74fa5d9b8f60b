"""Do two spaces fit together, and can they be made to? Pairs of spaces, joined on part of their words (chapter 7).

All pairs have the same 5,000 words: the most frequent of the course corpus, of letters only, that GloVe and Google News
have, too. Drawn at random, 1,000 are kept to be asked for; the others are the dictionary, of which a part is used. A
word is found if its own vector in the other space is the nearest of all 5,000 (or among the ten nearest). Means,
lowest and highest of three such draws. Beside the rotation stand any linear map, and what should find nothing: the
spaces as they are, a rotation drawn at random, a dictionary that is shuffled, and one that is shuffled only among words
about as frequent.

Writes ``alignment.csv``, ``alignment_kept.csv`` and ``alignment_starts.csv`` into ``training/results``.
About eight minutes on a quiet core; the vectors of words in sentences are kept in ``training/runs/alignment``.
"""

from __future__ import annotations

import sys
import warnings
from collections import Counter
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import ortho_group, spearmanr

from embedlib import datasets
from embedlib.contextual import ContextualEncoder
from embedlib.vectors import nearest, procrustes, unit_rows
from embedlib.vectors.alignment import RotationNotFixed
from embedlib.words import load_word_vectors

sys.path.insert(0, str(Path(__file__).parent / "miniatures"))
from pieces import SPECIAL
from recipes import BASE, MIN_COUNT, Recipe
from two_encoders import states
from word2vec import Sentences

HERE = Path(__file__).parent
RESULTS, RUNS = HERE / "results", HERE / "runs" / "alignment"
N_WORDS, N_ASKED, SPLITS, BAND = 5_000, 1_000, (0, 1, 2), 50
SIZES, NEAR = (20, 50, 100, 300, 1_000, 4_000), 10
WITHOUT = ("as they are", "random rotation")  # a dictionary
METHODS, SHUFFLED = ("rotation", "any linear map"), ("shuffled dictionary", "shuffled among equals")
TIMES, SHORTEST, LONGEST = 3, 6, 25  # how often each word is wanted in sentences, and how many words these have
Floats = npt.NDArray[np.floating[Any]]

SEEDS = "skip-gram, two seeds"
PAIRS = {
    SEEDS: ("skip-gram, seed 1", "skip-gram, seed 2"),
    "GloVe to Google News": ("GloVe", "Google News"),
    "GloVe to MiniLM, word alone": ("GloVe", "MiniLM, word alone"),
    "skip-gram to miniature BERT": ("skip-gram", "miniature BERT, last layer"),
    "miniatures, pieces' vectors": ("miniature RoBERTa, layer 0", "miniature BERT, layer 0"),
    "miniatures, last layer": ("miniature RoBERTa, last layer", "miniature BERT, last layer"),
}
CURVES = (SEEDS, "GloVe to Google News")  # with dictionaries of all sizes; the others with the two largest
STATIC = {
    "GloVe": "glove-6b-50d",
    "Google News": "word2vec-googlenews-26k",
    "skip-gram": "course-sgns-100d",
}


@cache
def words() -> list[str]:
    """The words of all pairs, most frequent first."""
    known = [load_word_vectors(name).key_to_index for name in STATIC.values()]
    some = load_word_vectors("course-sgns-100d").index_to_key
    return [word for word in some if word.isalpha() and all(word in other for other in known)][:N_WORDS]


def two_seeds() -> dict[str, Any]:
    """The words, and their vectors in two trainings of skip-gram that differ in their seed, in half precision."""
    file = RESULTS / "two_seeds.npz"
    if not file.exists():
        found: dict[str, Any] = {"words": np.array(words())}
        for seed in (1, 2):
            run = HERE / "runs" / "word2vec" / Recipe(seed, {"alpha": 0.1}).name  # word2vec.py trains them
            place = {word: i for i, word in enumerate((run / "words.txt").read_text(encoding="utf-8").split())}
            found[f"seed {seed}"] = np.load(run / "vectors.npy")[[place[word] for word in words()]]
        np.savez_compressed(file, **found)
    return dict(np.load(file))


@cache
def sentences() -> list[list[str]]:
    """Sentences drawn from the whole corpus, each for a word that had not been met three times yet."""
    wanted, chosen = Counter(dict.fromkeys(words(), TIMES)), []
    some = [sentence for sentence in datasets.course_corpus() if SHORTEST <= len(sentence) <= LONGEST]
    for i in np.random.default_rng(0).permutation(len(some)):
        if any(wanted[word] > 0 for word in some[i]):
            wanted.subtract(set(some[i]) & wanted.keys())
            chosen.append(some[i])
    return chosen


def in_sentences(model: str) -> dict[str, Floats]:
    """The mean of each word's vectors in its sentences, at layer 0 and at the last: two arrays (words, d)."""
    file = RUNS / f"{model}.npz"
    if not file.exists():
        encoder, number = ContextualEncoder(model), {word: i for i, word in enumerate(words())}
        sums, times = np.zeros((2, len(number), encoder.width)), np.zeros(len(number))
        for i, of_word, vectors in states(encoder, sentences()):
            of = np.array([-1 if place is None else number.get(sentences()[i][place], -1) for place in of_word])
            places = np.array([-1 if place is None else place for place in of_word])
            for place in np.unique(places[of >= 0]):
                piece = places == place
                sums[:, of[piece][0]] += vectors[[0, -1]][:, piece].mean(axis=1)
                times[of[piece][0]] += 1
        print(model, len(sentences()), "sentences; of a word", times.min(), "or more")
        RUNS.mkdir(parents=True, exist_ok=True)
        np.savez(file, **{"layer 0": sums[0] / times[:, None], "last layer": sums[1] / times[:, None]})
    return dict(np.load(file))


@cache
def space(name: str) -> Floats:
    """The vectors of all words in one space, centred, at length 1: shape (words, d)."""
    kind, _, how = name.partition(", ")
    if how.startswith("seed"):
        rows = two_seeds()[how].astype(np.float32)
    elif name in STATIC:
        vectors = load_word_vectors(STATIC[name])
        rows = vectors.vectors[[vectors.key_to_index[word] for word in words()]]
    elif how == "word alone":
        rows = ContextualEncoder("minilm-l6").encode(words())
    else:
        model = "minilm-l6" if kind == "MiniLM" else f"miniature-{kind.split()[1].lower()}"
        rows = in_sentences(model)["layer 0" if how == "layer 0" else "last layer"]
    unit = unit_rows(rows)
    return unit_rows(unit - unit.mean(axis=0))


def filled_up(source: Floats, target: Floats) -> Floats:
    """A rotation in every direction, also in those that the pairs leave open: there it is whatever LAPACK hands out."""
    u, _, vt = np.linalg.svd(source.T @ target, full_matrices=False)
    return np.asarray(u @ vt)


def any_linear_map(source: Floats, target: Floats) -> Floats:
    """The matrix (d, e) with the least squared error; of several, the smallest."""
    return np.asarray(np.linalg.lstsq(source, target, rcond=None)[0])


def padded(source: Floats, target: Floats) -> Floats:
    """No map at all: what the narrower space lacks is zero."""
    return np.eye(source.shape[1], target.shape[1])


def at_random(source: Floats, target: Floats, seed: int = 0) -> Floats:
    """A rotation drawn blindly, with the same zeros."""
    wide = max(source.shape[1], target.shape[1])
    return np.asarray(ortho_group.rvs(wide, random_state=seed)[: source.shape[1], : target.shape[1]])


def fitted(method: str, source: Floats, target: Floats, dictionary: npt.NDArray[np.int64], seed: int) -> Floats:
    """The map (d, e) that a method makes of the dictionary's rows."""
    rng, others = np.random.default_rng(seed), dictionary
    if method == "shuffled dictionary":
        others = rng.permutation(dictionary)
    elif method == "shuffled among equals":  # each word with another of those about as frequent
        order = np.sort(dictionary)
        bands = [rng.permutation(order[start : start + BAND]) for start in range(0, len(order), BAND)]
        dictionary, others = order, np.concatenate(bands)
    fit = {
        "rotation, filled up": filled_up,
        "as they are": padded,
        "random rotation": partial(at_random, seed=seed),
        "any linear map": any_linear_map,
    }
    return fit.get(method, procrustes)(source[dictionary], target[others])


def found(source: Floats, target: Floats, asked: npt.NDArray[np.int64], retrieval: str) -> tuple[float, float]:
    """The shares of the words asked for that are found first, and among ten; the source has been mapped.

    What is found is what ``embedlib.vectors.nearest`` and ``csls`` find, in single precision.
    """
    one, other = unit_rows(source).astype(np.float32), unit_rows(target).astype(np.float32)
    scores = other @ one[asked].T
    if retrieval == "CSLS":
        scores = 2 * scores - np.partition(other @ one.T, -NEAR, axis=1)[:, -NEAR:].mean(axis=1)[:, None]
    better = (scores > scores[asked, np.arange(len(asked))]).sum(axis=0)
    return float((better == 0).mean()), float((better < NEAR).mean())


def curve(pair: str) -> list[dict[str, Any]]:
    """A row a method, way of searching and size of the dictionary."""
    source, target = (space(name) for name in PAIRS[pair])
    jobs = [(method, "nearest", 0) for method in WITHOUT]
    for size in SIZES if pair in CURVES else SIZES[-2:]:
        jobs += [(method, by, size) for method in METHODS for by in ("nearest", "CSLS")]
        jobs += [(method, "nearest", size) for method in SHUFFLED]
        jobs += [("rotation, filled up", "nearest", size)] * (size <= max(source.shape[1], target.shape[1]))
    rows = []
    for method, by, size in jobs:
        shares = []
        for seed in SPLITS:
            order = np.random.default_rng(seed).permutation(len(source))
            asked, dictionary = order[:N_ASKED], order[N_ASKED : N_ASKED + size]
            shares.append(found(source @ fitted(method, source, target, dictionary, seed), target, asked, by))
        first, ten = np.array(shares).T
        way = method if by == "nearest" else f"{method}, {by}"
        row = {"pair": pair, "method": method, "retrieval": by, "way": way, "dictionary": size, "P@1": first.mean()}
        row |= {"lowest": first.min(), "highest": first.max(), "P@10": ten.mean(), "asked": N_ASKED}
        rows.append(row)
        print(*row.values(), flush=True)
    return rows


def kept(pair: str) -> list[dict[str, Any]]:
    """What is left of likeness: the ratings of people, and neighbours, with one word of a pair in each space.

    The map is fitted on words of none of the rated pairs; neighbours are those of 1,000 words outside the dictionary.
    """
    source, target = (space(name) for name in PAIRS[pair])
    number = {word: i for i, word in enumerate(words())}
    rated = {}
    for name, table in {"MEN": datasets.men(), "SimLex": datasets.simlex999()}.items():
        known = table[table["word1"].isin(number) & table["word2"].isin(number)]
        rated[name] = known["word1"].map(number), known["word2"].map(number), known["score"]
    held = {i for left, right, _ in rated.values() for i in [*left, *right]}
    order = np.random.default_rng(0).permutation([i for i in range(len(source)) if i not in held])
    asked, dictionary = order[:N_ASKED], order[N_ASKED:]
    itself = [[int(i)] for i in asked]
    spaces = {"within the first": (source, source, source), "within the second": (target, target, target)}
    for method in ("as they are", "rotation", "any linear map", "shuffled dictionary"):
        mapped = source @ fitted(method, source, target, dictionary, 0)
        spaces[f"across, {method}"] = (mapped, target, target)
    truth = nearest(target, target[asked], 10, left_out=itself).indices
    found = []
    for name, (one, other, sought) in spaces.items():
        row: dict[str, Any] = {"pair": pair, "cosines": name}
        a, b = unit_rows(one), unit_rows(other)
        for benchmark, (left, right, score) in rated.items():
            both = ((a[left] * b[right]).sum(axis=1) + (a[right] * b[left]).sum(axis=1)) / 2
            row |= {benchmark: spearmanr(both, score)[0], f"{benchmark} pairs": len(score)}
        near = nearest(sought, one[asked], 10, left_out=itself).indices
        common = [len(np.intersect1d(*lines)) for lines in zip(near, truth, strict=True)]
        found.append(row | {"neighbours in common, of ten": np.mean(common)})
    return found


def starts() -> list[dict[str, Any]]:
    """Does a common start make a common space?

    Skip-gram on an eighth of the sentences, each time in another order, from the same random numbers and others; and
    the pieces' vectors of the miniatures beside the trained ones that all of them began with.
    """
    from gensim.models import Word2Vec

    text, rng, trained = list(Sentences(8)), np.random.default_rng(5), {}
    settings = {name: BASE[name] for name in ("sg", "vector_size", "window", "negative", "sample", "workers")}
    for name, seed in {"one": 1, "same random start": 1, "other random start": 2}.items():
        model = Word2Vec(seed=seed, alpha=0.1, min_count=MIN_COUNT, **settings)
        model.build_vocab(text)  # and with it the start
        model.train([text[i] for i in rng.permutation(len(text))], total_examples=len(text), epochs=4)
        trained[name] = model.wv.vectors[:3_000]
    one = trained.pop("one")
    rows = [fits(f"skip-gram, {name}", one, other) for name, other in trained.items()]
    with np.load(HERE / "runs" / "miniatures" / "text" / "text.npz") as stored:  # pieces.py makes it
        begun = stored["warm"][len(SPECIAL) :][:N_WORDS]
    for name in ("BERT", "RoBERTa", "GPT"):
        model = ContextualEncoder(f"miniature-{name.lower()}").model
        ended = model.get_input_embeddings().weight.detach().numpy()[len(SPECIAL) :][:N_WORDS]
        rows.append(fits(f"pieces of {name} and their start", begun, ended))
    return rows


def fits(name: str, one: Floats, other: Floats) -> dict[str, Any]:
    """The shares of 1,000 rows that find their own in the other space, as they are and turned; both are centred."""
    one, other = (unit_rows(unit - unit.mean(axis=0)) for unit in (unit_rows(one), unit_rows(other)))
    order = np.random.default_rng(0).permutation(len(one))
    asked, dictionary = order[:N_ASKED], order[N_ASKED:]
    row: dict[str, Any] = {"two spaces": name}
    for method in ("as they are", "rotation"):
        row[method] = found(one @ fitted(method, one, other, dictionary, 0), other, asked, "nearest")[0]
    return row


def main() -> None:
    """Measure every pair, and store."""
    warnings.simplefilter("ignore", RotationNotFixed)
    for pair in sys.argv[1:] or PAIRS:
        for file, rows in {"alignment": curve(pair), "alignment_kept": kept(pair)}.items():
            path, table = RESULTS / f"{file}.csv", pd.DataFrame(rows).round(4)
            if path.exists():
                before = pd.read_csv(path)
                table = pd.concat([before[before["pair"] != pair], table])
            table.to_csv(path, index=False)
    pd.DataFrame(starts()).round(4).to_csv(RESULTS / "alignment_starts.csv", index=False)


if __name__ == "__main__":
    main()
