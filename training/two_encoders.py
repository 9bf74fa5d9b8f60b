"""Two encoders on each other's ground: the course's miniature BERT and the carried MiniLM, layer by layer.

Two questions, on sentences that the miniature was never trained on:

- *the word under a mask*: one of the 1,000 commonest words, from the vector at its place, where ``[MASK]`` stands;
- *the sentence that comes next*: among twenty, the one whose mean vector is nearest.

For the first a linear head (ridge regression onto the 1,000 words) is fitted over the frozen vectors of each layer, on
other sentences; the second needs no head. Beside both encoders stand the same networks with shuffled weights,
and answers that need no network. Writes ``training/results/two_encoders.csv``; about half an hour on one core.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from embedlib import datasets
from embedlib.contextual import ContextualEncoder
from embedlib.evaluation.intervals import percentile_interval
from embedlib.words import load_word_vectors

sys.path.insert(0, str(Path(__file__).parent / "miniatures"))
from pieces import split

RESULTS = Path(__file__).parent / "results"
SOURCES = ("wikipedia-206", "sotu", "newsgroups20", "gcide")
LONGEST = 60  # words of a sentence, so that the miniature can read it whole
N_WORDS, N_TRAIN, N_TEST, N_QUESTIONS, N_CHOICES, SEED = 1_000, 5_000, 2_000, 2_000, 20, 5
PENALTIES = (1e-4, 1e-3, 1e-2, 0.1, 1)
MASKED, NEXT = "the word under a mask", "the sentence that comes next"
Floats = npt.NDArray[np.float32]
Whole = npt.NDArray[np.int64]


def sentences(sources: tuple[str, ...] = SOURCES) -> dict[bool, list[list[list[str]]]]:
    """Passages, lists of neighbouring sentences as words; True: set apart from the miniature's training."""
    found: dict[bool, list[list[list[str]]]] = {False: [], True: []}
    for source in sources:
        before = None
        for apart, text in split(datasets.course_corpus(source)):
            if apart is not before:
                found[apart].append([])
                before = apart
            found[apart][-1].append(text.split())
    return found


class Asked(NamedTuple):
    """Sentences, which of them each question is about, the place it asks for, and the number of the word there."""

    texts: list[list[str]]
    of: Whole
    places: Whole
    answers: Whole


def asked(passages: list[list[list[str]]], known: list[str], n: int) -> Asked:
    """``n`` sentences of 8 to 60 words, and 15 in 100 places of each, at least one, that hold a word of ``known``."""
    rng = np.random.default_rng(SEED)
    number = {word: place for place, word in enumerate(known)}
    some = [words for passage in passages for words in passage if 8 <= len(words) <= LONGEST]
    chosen: list[list[str]] = []
    found: list[tuple[int, int, int]] = []
    for i in rng.permutation(len(some))[:n]:
        if here := [place for place, word in enumerate(some[i]) if word in number]:
            several = rng.choice(here, min(len(here), max(1, round(0.15 * len(some[i])))), replace=False)
            found += [(len(chosen), int(place), number[some[i][place]]) for place in sorted(several)]
            chosen.append(some[i])
    return Asked(chosen, *np.array(found).T)


def states(encoder: ContextualEncoder, texts: list[list[str]], batch: int = 64) -> Iterator[tuple[int, Any, Floats]]:
    """Each sentence's number, the word each of its pieces belongs to, and its vectors (layers, pieces, d)."""
    order = np.argsort([len(words) for words in texts], kind="stable")
    for start in range(0, len(order), batch):
        some = order[start : start + batch]
        read = encoder.tokenizer(
            [texts[i] for i in some], is_split_into_words=True, padding=True, truncation=True,
            max_length=encoder.max_pieces, return_tensors="pt", return_token_type_ids=False,
        )  # fmt: skip
        with torch.inference_mode():
            layers = torch.stack(encoder.model(**read, output_hidden_states=True).hidden_states)
        for line, i in enumerate(some):
            length = int(read["attention_mask"][line].sum())
            yield int(i), read.word_ids(line)[:length], layers[:, line, :length].numpy()


def at_places(encoder: ContextualEncoder, given: Asked) -> Floats:
    """The vectors at the places asked for, with masks in them: shape (layers, n, d)."""
    texts = [list(words) for words in given.texts]
    for i, place in zip(given.of, given.places, strict=True):
        texts[i][place] = encoder.tokenizer.mask_token
    found = np.zeros((encoder.n_layers + 1, len(given.of), encoder.width), np.float32)
    for i, words, vectors in states(encoder, texts):
        for n in np.flatnonzero(given.of == i):
            found[:, n] = vectors[:, words.index(given.places[n])]
    return found


def means(encoder: ContextualEncoder, texts: list[list[str]]) -> Floats:
    """The mean of each sentence's vectors, at every layer: shape (layers, n, d)."""
    found = np.zeros((encoder.n_layers + 1, len(texts), encoder.width), np.float32)
    for i, _, vectors in states(encoder, texts):
        found[:, i] = vectors.mean(axis=1)
    return found


def named(train: Floats, answers: Whole, test: Floats, truth: Whole) -> npt.NDArray[np.bool_]:
    """Which held-out words a linear head names; its penalty is the best on a fifth of the training part."""
    cut = 4 * len(train) // 5
    scores = {p: (_head(train[:cut], answers[:cut], train[cut:], p) == answers[cut:]).mean() for p in PENALTIES}
    return np.asarray(_head(train, answers, test, max(scores, key=lambda p: scores[p])) == truth)


def _head(train: Floats, answers: Whole, test: Floats, penalty: float) -> Whole:
    mean, spread = train.mean(axis=0), train.std(axis=0).mean()
    x = (train - mean) / spread
    sums = np.zeros((N_WORDS, x.shape[1]), np.float32)
    np.add.at(sums, answers, x)
    weights = np.linalg.solve(x.T @ x + penalty * len(x) * np.eye(x.shape[1], dtype=np.float32), sums.T)
    share = np.bincount(answers, minlength=N_WORDS) / len(answers)
    return np.asarray((((test - mean) / spread) @ weights + share).argmax(axis=1))


def questions(passages: list[list[list[str]]]) -> tuple[list[list[str]], Whole, Whole]:
    """Sentences, the numbers of those asked for, and of each one's choices (n, 20), the true one first."""
    rng = np.random.default_rng(SEED)
    texts: list[list[str]] = []
    follows, passage_of = [], []
    for number, passage in enumerate(passages):
        for place, words in enumerate(passage):
            if 8 <= len(words) <= LONGEST:
                after = place + 1 < len(passage) and 8 <= len(passage[place + 1]) <= LONGEST
                follows.append(after)
                passage_of.append(number)
                texts.append(words)
    of = np.array(passage_of)
    first = rng.choice(np.flatnonzero(follows), min(N_QUESTIONS, sum(follows)), replace=False)
    choices = np.zeros((len(first), N_CHOICES), np.int64)
    for line, i in enumerate(first):
        others = rng.choice(np.flatnonzero(of != of[i]), N_CHOICES - 1, replace=False)
        choices[line] = [i + 1, *others]
    return texts, first, choices


def found_next(rows: Floats, first: Whole, choices: Whole) -> npt.NDArray[np.bool_]:
    """Whether the true next sentence has the highest cosine of the twenty, the mean of all sentences taken off."""
    unit = rows - rows.mean(axis=0)
    unit /= np.maximum(np.linalg.norm(unit, axis=1, keepdims=True), 1e-9)
    cosines = np.einsum("nd,ncd->nc", unit[first], unit[choices])
    return np.asarray(cosines.argmax(axis=1) == 0)


class Notes:
    """The rows of the result, written as they come."""

    def __init__(self) -> None:
        self.rows: list[dict[str, Any]] = []

    def add(
        self, encoder: str, weights: str, task: str, layer: int, right: npt.NDArray[np.bool_], of: Whole | None = None
    ) -> None:
        """A share of right answers, with the interval from drawing the sentences anew; ``of`` says which each is of."""
        sentence = np.arange(len(right)) if of is None else of
        n = np.bincount(sentence)
        drawn = np.random.default_rng(0).integers(0, len(n), (1_000, len(n)))
        shares = np.bincount(sentence, right)[drawn].sum(axis=1) / n[drawn].sum(axis=1)
        low, high = percentile_interval(shares)
        line = {"learned": encoder, "shuffled": f"{encoder}, shuffled"}.get(weights, weights)
        row = {"encoder": encoder, "weights": weights, "line": line, "task": task, "layer": layer}
        row["right"] = right.mean()
        self.rows.append(row | {"low": low, "high": high, "n": len(right)})
        print(row, flush=True)
        pd.DataFrame(self.rows).round(4).to_csv(RESULTS / "two_encoders.csv", index=False)


def main() -> None:
    torch.set_num_threads(1)
    passages = sentences()
    encoders = {"MiniLM": ContextualEncoder("minilm-l6"), "miniature": ContextualEncoder("miniature-bert")}
    counts = Counter(word for passage in passages[False] for words in passage for word in words if word.isalpha())
    vocabularies = [encoder.tokenizer.get_vocab() for encoder in encoders.values()]
    known = [word for word, _ in counts.most_common() if all(word in v for v in vocabularies)][:N_WORDS]
    train, test = asked(passages[False], known, N_TRAIN), asked(passages[True], known, N_TEST)
    texts, first, choices = questions(sentences(SOURCES[:3])[True])  # the dictionary's entries follow no thread
    notes = Notes()
    commonest = np.bincount(train.answers).argmax()
    print({"train": len(train.of), "test": len(test.of), "passages": len(texts)}, known[commonest], flush=True)
    notes.add("no network", "the commonest word", MASKED, 0, test.answers == commonest, test.of)

    glove = load_word_vectors("glove-6b-50d")
    zero = np.zeros(50, np.float32)

    def vector(words: list[str], place: int) -> Floats:
        return np.asarray(glove[words[place]]) if 0 <= place < len(words) and words[place] in glove else zero

    def beside(given: Asked) -> Floats:
        pairs = zip(given.of, given.places, strict=True)
        return np.array([np.hstack([vector(given.texts[i], p - 1), vector(given.texts[i], p + 1)]) for i, p in pairs])

    neighbours = named(beside(train), train.answers, beside(test), test.answers)
    notes.add("no network", "GloVe of the two neighbours", MASKED, 0, neighbours, test.of)
    averaged = np.array([np.mean([vector(words, i) for i in range(len(words))], axis=0) for words in texts])
    notes.add("no network", "mean of GloVe", NEXT, 0, found_next(averaged, first, choices))
    from sklearn.feature_extraction.text import TfidfVectorizer

    words_alone = TfidfVectorizer(sublinear_tf=True).fit_transform(" ".join(words) for words in texts)
    cosines = np.array(
        [(words_alone[c] @ words_alone[i].T).toarray()[:, 0] for i, c in zip(first, choices, strict=True)]
    )
    notes.add("no network", "words in common", NEXT, 0, (cosines.argmax(axis=1) == 0) & (cosines.max(axis=1) > 0))

    for name, learned in encoders.items():
        for weights, encoder in {"learned": learned, "shuffled": learned.with_random_weights(SEED)}.items():
            heads, judged = at_places(encoder, train), at_places(encoder, test)
            for layer in range(len(heads)):
                right = named(heads[layer], train.answers, judged[layer], test.answers)
                notes.add(name, weights, MASKED, layer, right, test.of)
            for layer, rows in enumerate(means(encoder, texts)):
                notes.add(name, weights, NEXT, layer, found_next(rows, first, choices))


if __name__ == "__main__":
    main()
