"""What the vectors of six miniatures hold, layer by layer: same text, size and number of pieces read (chapter 7).

Six questions, each asked of every layer's frozen vectors by a linear probe:

- *this word*, *the word before*, *the word after*: which of the 1,000 commonest, from the vector of a word, in
  sentences that no miniature was trained on (ridge regression);
- *names*: person, place, organisation, other, or no name (CoNLL-2003; F1 over the four kinds, word by word);
- *opinion*: a review's, good or bad, from the mean of its vectors (logistic regression; 2,000 reviews learned from);
- *sense*: the share of sentences of ``datasets.senses()`` whose nearest neighbour has the same sense of the word.

The first five have three seeds, each with texts of its own; *sense* learns nothing and has none. Beside the trained
weights stand those that the training began with (``begun``: warm piece vectors, random layers). Of ELMo's vectors both
halves are asked, too: the left one comes from the stack that reads forwards. ``probes.py NAME...`` asks these
miniatures alone. Writes ``training/results/probes.csv``; ``probes_means.csv``, the means over seeds with the lowest
and the highest; and of *sense* ``probes_by_place.csv``, the share by where in its sentence the word stands. Five
minutes a miniature on one core.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch
from senses import nearest_right, of_word, span_of
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.preprocessing import StandardScaler
from transfer import split as split_reviews
from transfer import texts as reviews
from two_encoders import LONGEST, N_WORDS, means, named, sentences, states

from embedlib import assets, datasets
from embedlib.contextual import ContextualEncoder
from embedlib.vectors.rows import unit_rows

sys.path.insert(0, str(Path(__file__).parent / "miniatures"))
from objectives import OBJECTIVES, Shape
from pieces import RUNS, course_text

HERE = Path(__file__).parent
RESULTS, MODELS = HERE / "results", HERE / "models"
SEEDS = (0, 1, 2)
WORDS = {"the word before": -1, "this word": 0, "the word after": 1}
KINDS = ["PER", "LOC", "ORG", "MISC"]
OTHERS = SENSE, NAMES, OPINION = "sense", "names", "opinion"
PLACES = 4  # of a sentence, at most
Floats = npt.NDArray[np.float32]


def opened(name: str, weights: str) -> ContextualEncoder:
    """A network as its training found it, or left it; of what is not stored, from the training's checkpoint."""
    stored = MODELS / f"miniature-{name}"
    if weights == "trained" and stored.exists():
        return ContextualEncoder(stored)
    torch.manual_seed(1)
    objective = OBJECTIVES[name]
    network = objective.build(course_text(), Shape())
    if weights == "trained":
        network.load_state_dict(torch.load(RUNS / name / "checkpoint.pt", weights_only=True)["model"])
    with tempfile.TemporaryDirectory() as made:
        objective.kept(network).save_pretrained(made)
        for file in (MODELS / "miniature-bert").glob("tokenizer*"):
            shutil.copy(file, made)
        return ContextualEncoder(Path(made))


def parts(vectors: Floats, name: str) -> dict[str, Floats]:
    """The vectors as they are; of ELMo's the halves as well."""
    if name != "elmo":
        return {name: vectors}
    left, right = np.split(vectors, 2, axis=-1)
    return {name: vectors, "elmo, forwards": left, "elmo, backwards": right}


@cache
def known_words() -> dict[str, int]:
    """The commonest words of what was set apart."""
    counted = Counter(word for passage in sentences()[True] for words in passage for word in words)
    return {word: n for n, (word, _) in enumerate(counted.most_common(N_WORDS))}


@cache
def asked() -> tuple[list[list[str]], Any]:
    """Sentences, and rows (sentence, place): a known word between two known words, at most four a sentence."""
    rng, known = np.random.default_rng(0), known_words()
    texts = [words for passage in sentences()[True] for words in passage if 8 <= len(words) <= LONGEST]
    places = []
    for i, words in enumerate(texts):
        here = [p for p in range(1, len(words) - 1) if all(w in known for w in words[p - 1 : p + 2])]
        places += [(i, int(p)) for p in sorted(rng.permutation(here)[:PLACES])]
    return texts, np.array(places)


def at_words(encoder: ContextualEncoder, texts: list[list[str]], wanted: dict[int, list[int]]) -> Floats:
    """The mean of a word's pieces at each wanted place, sentence by sentence in order: (layers, n, d)."""
    found: dict[int, Floats] = {}
    for i, words, vectors in states(encoder, texts):
        of = np.array([-1 if word is None else word for word in words])
        if i in wanted:  # what has no piece (it was cut off, or is signs alone) has no numbers but zeros
            here = [of == place for place in wanted[i]]
            found[i] = np.stack([vectors[:, it].mean(axis=1) if it.any() else 0 * vectors[:, 0] for it in here])
    return np.concatenate([found[i] for i in sorted(wanted)]).transpose(1, 0, 2)


def words_around(encoder: ContextualEncoder) -> tuple[Floats, dict[str, Any], Any]:
    """Vectors (layers, n, d), the answers to three questions, and which sentence each is of."""
    texts, places = asked()
    wanted: dict[int, list[int]] = {}
    for i, place in places:
        wanted.setdefault(int(i), []).append(int(place))
    known = known_words()
    answers = {name: np.array([known[texts[i][p + by]] for i, p in places]) for name, by in WORDS.items()}
    return at_words(encoder, texts, wanted), answers, places[:, 0]


@cache
def conll(file: str) -> list[tuple[list[str], list[str]]]:
    """Sentences as words and the kind of name that each belongs to, "O" for none."""
    found = []
    for block in assets.path("conll2003", file).read_text(encoding="utf-8").split("\n\n"):
        rows = [line.split() for line in block.splitlines() if line and not line.startswith("-DOCSTART-")]
        rows = [row for row in rows if any(letter.isalnum() for letter in row[0])]
        if 3 <= len(rows) <= LONGEST:
            found.append(([row[0] for row in rows], [row[3].split("-")[-1] for row in rows]))
    return found


def names_right(encoder: ContextualEncoder, name: str) -> dict[tuple[str, int, int], float]:
    """F1 by part, layer and seed."""
    found = {}
    held, truth = _tagged(encoder, conll("eng.testb")[:2_000])
    for seed in SEEDS:
        drawn = np.random.default_rng(seed).permutation(len(conll("eng.train")))[:1_000]
        rows, tags = _tagged(encoder, [conll("eng.train")[i] for i in drawn])
        for part, learned in parts(rows, name).items():
            for layer, x in enumerate(learned):
                guessed = _logistic(x, tags, parts(held, name)[part][layer])
                found[part, layer, seed] = f1_score(truth, guessed, average="micro", labels=KINDS)
    return found


def _tagged(encoder: ContextualEncoder, given: list[tuple[list[str], list[str]]]) -> tuple[Floats, Any]:
    wanted = {i: list(range(len(words))) for i, (words, _) in enumerate(given)}
    return at_words(encoder, [words for words, _ in given], wanted), np.concatenate([tags for _, tags in given])


def _logistic(x: Floats, y: Any, asked: Floats) -> Any:
    scale = StandardScaler().fit(x)
    model = LogisticRegression(C=0.1, max_iter=200, tol=1e-3).fit(scale.transform(x), y)
    return model.predict(scale.transform(asked))


def opinions_right(encoder: ContextualEncoder, name: str) -> dict[tuple[str, int, int], float]:
    """Accuracy by part, layer and seed, on 2,000 reviews of other films; seeds draw what is learned from."""
    lines, fresh, _ = reviews()
    learn, test = split_reviews(0, 4_000)
    test = np.random.default_rng(0).permutation(test)[:2_000]
    rows = {n: parts(means(encoder, [lines[i] for i in some]), name) for n, some in enumerate((learn, test))}
    found = {}
    for part in rows[0]:
        for layer, (x, asked_for) in enumerate(zip(rows[0][part], rows[1][part], strict=True)):
            for seed in SEEDS:
                some = np.random.default_rng(seed).permutation(len(learn))[:2_000]
                guessed = _logistic(x[some], fresh[learn[some]], asked_for)
                found[part, layer, seed] = float((guessed == fresh[test]).mean())
    return found


def senses_right(encoder: ContextualEncoder, name: str) -> pd.DataFrame:
    """By part, layer and sentence: whether the nearest neighbour has its sense (ties share), and where the word is."""
    table = datasets.senses()
    vectors = np.array([of_word(encoder, r.sentence, r.form)["the word"] for r in table.itertuples()])
    starts = [span_of(r.sentence, r.form)[0] / len(r.sentence) for r in table.itertuples()]
    rows = []
    for part, learned in parts(vectors.transpose(1, 0, 2), name).items():
        for layer, x in enumerate(learned):
            unit = unit_rows(x.astype(np.float64))
            for word, group in table.groupby("word", sort=False):
                senses, some = group["sense"].to_numpy(), unit[group.index]
                cosines = some @ some.T
                np.fill_diagonal(cosines, -9)
                best = cosines >= cosines.max(axis=1, keepdims=True) - 1e-7
                for i, at in enumerate(group.index):
                    right = float((senses[best[i]] == senses[i]).mean())
                    rows.append((part, layer, word, starts[at], right))
                assert np.isclose(np.mean([r[-1] for r in rows[-len(group) :]]), nearest_right(some, senses))
    return pd.DataFrame(rows, columns=["vectors", "layer", "word", "at", "right"])


def probe(name: str, weights: str, encoder: ContextualEncoder) -> tuple[list[dict[str, Any]], pd.DataFrame]:
    """All six questions to one network."""
    rows: list[dict[str, Any]] = []

    def note(part: str, question: str, layer: int, seed: int, right: float) -> None:
        rows.append(
            {"vectors": part, "weights": weights, "question": question, "layer": layer, "seed": seed, "right": right}
        )

    vectors, answers, of = words_around(encoder)
    for part, layers in parts(vectors, name).items():
        for seed in SEEDS:
            test = np.isin(of, np.random.default_rng(seed).permutation(np.unique(of))[: len(np.unique(of)) // 5])
            for question, truth in answers.items():
                for layer, x in enumerate(layers):
                    right = named(x[~test], truth[~test], x[test], truth[test])
                    note(part, question, layer, seed, float(right.mean()))
    for (part, layer, seed), right in names_right(encoder, name).items():
        note(part, NAMES, layer, seed, right)
    for (part, layer, seed), right in opinions_right(encoder, name).items():
        note(part, OPINION, layer, seed, right)
    senses = senses_right(encoder, name)
    by_word = senses.groupby(["vectors", "layer", "word"], sort=False)["right"].mean()
    for (part, layer), right in by_word.groupby(["vectors", "layer"], sort=False).mean().items():
        note(part, SENSE, layer, 0, right)
    return rows, senses.assign(weights=weights)


def main() -> None:
    torch.set_num_threads(1)
    asked_for = sys.argv[1:] or [name for name in OBJECTIVES if (MODELS / f"miniature-{name}").exists()]
    for name in asked_for:
        for weights in ("trained", "begun"):
            rows, senses = probe(name, weights, opened(name, weights))
            fresh = pd.DataFrame(rows).round(4)
            _put(RESULTS / "probes.csv", fresh)
            third = pd.cut(
                senses["at"], [0, 0.25, 0.5, 1], right=False, labels=["first quarter", "second", "second half"]
            )
            grouped = senses.assign(place=third).groupby(["vectors", "weights", "layer", "place"], observed=True)[
                "right"
            ]
            _put(RESULTS / "probes_by_place.csv", grouped.agg(["mean", "size"]).round(4).reset_index())
            last = fresh[fresh["layer"] == fresh.groupby("vectors")["layer"].transform("max")]
            means_of(pd.read_csv(RESULTS / "probes.csv")).to_csv(RESULTS / "probes_means.csv", index=False)
            print(name, weights, json.dumps(last.groupby("question")["right"].mean().round(3).to_dict()), flush=True)


NAMED = {name: one.family for name, one in OBJECTIVES.items()} | {
    "elmo, forwards": "ELMo, forwards",
    "elmo, backwards": "ELMo, backwards",
}


def means_of(rows: pd.DataFrame) -> pd.DataFrame:
    """Means over the seeds, with the lowest and the highest, the miniatures by their names."""
    by = ["vectors", "weights", "question", "layer"]
    found = rows.groupby(by, sort=False)["right"].agg(["mean", "min", "max"]).round(4).reset_index()
    found = found.set_axis([*by, "right", "lowest", "highest"], axis=1)
    found["last"] = found["layer"] == found.groupby("vectors")["layer"].transform("max")
    found = found.replace({"vectors": NAMED, "weights": {"begun": "before training"}})
    order = {name: place for place, name in enumerate([*NAMED.values(), *WORDS, *OTHERS])}
    return found.sort_values(["vectors", "weights", "question"], key=lambda some: some.map(order), kind="stable")


def _put(file: Path, fresh: pd.DataFrame) -> None:
    """Rows in the place of those on the same vectors and weights."""
    old = pd.read_csv(file) if file.exists() else fresh.head(0)
    same = pd.MultiIndex.from_frame(old[["vectors", "weights"]]).isin(
        pd.MultiIndex.from_frame(fresh[["vectors", "weights"]])
    )
    pd.concat([old[~same], fresh]).to_csv(file, index=False)


if __name__ == "__main__":
    main()
