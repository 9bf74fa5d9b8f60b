"""Skip-gram with negative sampling in plain Python: the island's trainer, number for number that of island.js.

Plain lists and the same order of operations as in JavaScript: a browser test holds the two to the same numbers.
The chapter's own version, in NumPy, is for reading; this one is for the picture that stands in the page
without scripts, and to check the page by.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections import Counter
from dataclasses import dataclass, field

MOST_WORDS = 48
"""Words in the vocabulary; of a longer text the most frequent ones."""

MOST_CHARACTERS = 20_000
"""Characters of a reader's own text."""

MOST_SEED = 2**32 - 1

NOISE_POWER = 0.75

TOO_LARGE = 1e6
"""A loss that says that the numbers are running away; training stops."""

Vector = list[float]


class Random:
    """Tommy Ettinger's mulberry32: a small generator that Python and JavaScript run alike.

    >>> draw = Random(1)
    >>> [round(draw(), 6) for _ in range(3)]
    [0.627074, 0.002736, 0.527447]
    """

    def __init__(self, seed: int) -> None:
        self.state = seed

    def __call__(self) -> float:
        """The next number, from 0 up to but not including 1."""
        self.state = (self.state + 0x6D2B79F5) & 0xFFFFFFFF
        t = self.state
        t = ((t ^ (t >> 15)) * (t | 1)) & 0xFFFFFFFF
        t ^= (t + ((t ^ (t >> 7)) * (t | 61))) & 0xFFFFFFFF
        return ((t ^ (t >> 14)) & 0xFFFFFFFF) / 2**32


# ---------------------------------------------------------------- from text to pairs


def tokens(text: str) -> list[list[str]]:
    """Sentences of words in lower case; letters, marks, digits and inner apostrophes or hyphens make a word.

    >>> tokens("The cat's milk! 2 cups…")
    [['the', "cat's", 'milk'], ['2', 'cups']]
    """
    plain = text.lower().replace("’", "'")
    sentences = []
    for part in re.split(r"[.!?;:\n\r…。！？]+", plain):
        kept = "".join(c if unicodedata.category(c)[0] in "LMN" or c in "'-" else " " for c in part)
        words = [word for piece in kept.split(" ") if (word := piece.strip("'-"))]
        if words:
            sentences.append(words)
    return sentences


@dataclass
class Corpus:
    """A text as numbers: word i of the vocabulary is the i-th most frequent."""

    words: list[str]
    counts: list[int]
    sentences: list[list[int]]
    dropped: int
    """How many different words were left out because the vocabulary is full."""


def read(text: str) -> Corpus:
    """The text's vocabulary, most frequent word first, and its sentences as places in it.

    Raises
    ------
    ValueError
        For a text that is too long or in which no word stands beside another, with a sentence that helps.
    """
    if len(text) > MOST_CHARACTERS:
        raise ValueError(
            f"The text has {len(text):,} characters; this island takes {MOST_CHARACTERS:,} at most: shorten it."
        )
    split = tokens(text)
    found = Counter(word for sentence in split for word in sentence)
    if not found:
        raise ValueError("There is no word in this text. Write a few sentences, the longer the better.")
    if len(found) == 1:
        raise ValueError(
            f'"{next(iter(found))}" is the only word in this text; to learn what stands beside what takes two at least.'
        )
    if all(len(sentence) == 1 for sentence in split):
        raise ValueError("Each sentence has one word only, so none has a neighbour. Write sentences of several words.")
    words = [word for word, _ in found.most_common(MOST_WORDS)]
    index = {word: i for i, word in enumerate(words)}
    sentences = [[index[word] for word in sentence if word in index] for sentence in split]
    sentences = [sentence for sentence in sentences if len(sentence) > 1]
    if not sentences:
        raise ValueError(
            f"Of {len(found):,} different words the island keeps the {MOST_WORDS} most frequent, "
            "and no two of them share a sentence. Repeat more of the words."
        )
    return Corpus(words, [found[word] for word in words], sentences, len(found) - len(words))


@dataclass
class Pair:
    """A centre word and one word of its window: their sentence, and their places in it."""

    sentence: int
    at: int
    beside: int


def pairs_of(corpus: Corpus, window: int) -> list[Pair]:
    """Every pair of centre and context, in the order of the text."""
    return [
        Pair(s, i, j)
        for s, sentence in enumerate(corpus.sentences)
        for i in range(len(sentence))
        for j in range(max(0, i - window), min(len(sentence), i + window + 1))
        if j != i
    ]


def pair_counts(corpus: Corpus, pairs: list[Pair]) -> list[list[int]]:
    """How often each context (column) stands beside each centre word (row)."""
    table = [[0] * len(corpus.words) for _ in corpus.words]
    for pair in pairs:
        sentence = corpus.sentences[pair.sentence]
        table[sentence[pair.at]][sentence[pair.beside]] += 1
    return table


def noise_of(corpus: Corpus) -> list[float]:
    """Each word's chance to be drawn as a negative: its count to the power ¾, divided by their sum."""
    weights = [float(count) ** NOISE_POWER for count in corpus.counts]
    total = math.fsum(weights)
    return [weight / total for weight in weights]


# ---------------------------------------------------------------- the model


def softplus(x: float) -> float:
    """log(1 + exp(x)), which is -log σ(-x), without overflow."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


def sigmoid(x: float) -> float:
    """1 / (1 + exp(-x)), without overflow."""
    return 1 / (1 + math.exp(-x)) if x >= 0 else math.exp(x) / (1 + math.exp(x))


def dot(u: Vector, v: Vector) -> float:
    """u·v, added up from the first number to the last."""
    total = 0.0
    for x, y in zip(u, v, strict=True):
        total += x * y
    return total


def least_loss(table: list[list[int]], noise: list[float], negatives: int) -> float:
    """The average loss below which no vectors can go, on all pairs of the text.

    It is reached where u·v = PMI(w, c) - log k, with the noise in the place of P(c) (Levy & Goldberg 2014);
    pairs that never occur would need minus infinity, and vectors of a few numbers cannot have it all.
    """
    total, least = sum(map(sum, table)), 0.0
    for row in table:
        share = sum(row) / total
        for c, count in enumerate(row):
            if count:
                seen, drawn = count / total, negatives * share * noise[c]
                # σ(x) = seen / (seen + drawn) at the best x = log(seen / drawn).
                least -= seen * math.log(seen / (seen + drawn))
                if drawn:
                    least -= drawn * math.log(drawn / (seen + drawn))
    return least


@dataclass(frozen=True)
class Settings:
    """What a training depends on besides its text; the values that the island offers."""

    seed: int = 21
    window: int = 2
    negatives: int = 3
    dimensions: int = 8
    learning_rate: float = 0.1
    one_matrix: bool = False
    """Centre and context vectors are the same rows."""
    lose_repeats: bool = False
    """Of several gradients for one row only the last counts, as in NumPy's `V[rows] -= …`."""


@dataclass
class Step:
    """One pair with its negatives, and every quantity of the formula: one entry for each word in `targets`."""

    pair: Pair
    centre: int
    targets: list[int]
    """The context, then the negatives as drawn: one may come twice, or be the context itself."""
    dots: list[float]
    sigmas: list[float]
    errors: list[float]
    """σ(u·v) - label: the slope of the loss in u·v. The label is 1 for the context, 0 for a negative."""
    losses: list[float]
    changes: dict[tuple[str, int], Vector] = field(default_factory=dict)
    """What is added to which row of U and V: minus the learning rate times the gradient."""

    @property
    def loss(self) -> float:
        """The loss of this step."""
        return sum(self.losses)


class Trainer:
    """Skip-gram with negative sampling on a small text, one step after another."""

    def __init__(self, text: str, settings: Settings = Settings()) -> None:
        self.settings = settings
        self.corpus = read(text)
        self.pairs = pairs_of(self.corpus, settings.window)
        self.noise = noise_of(self.corpus)
        self.random = Random(settings.seed)
        # As in word2vec's own code: small random centre vectors, and context vectors of zeros.
        n, d = len(self.corpus.words), settings.dimensions
        self.U = [[(self.random() - 0.5) / d for _ in range(d)] for _ in range(n)]
        self.V = self.U if settings.one_matrix else [[0.0] * d for _ in range(n)]
        self.losses: list[float] = []

    def draw(self) -> int:
        """A word at random, each with its chance in `noise`."""
        left = self.random()
        for word, chance in enumerate(self.noise):
            left -= chance
            if left < 0:
                return word
        return 0

    def plan(self) -> Step:
        """The next pair of the text with fresh negatives, and all that follows from them; nothing is changed yet."""
        pair = self.pairs[len(self.losses) % len(self.pairs)]
        sentence = self.corpus.sentences[pair.sentence]
        targets = [sentence[pair.beside], *(self.draw() for _ in range(self.settings.negatives))]
        return self.gradient(pair, targets)

    def gradient(self, pair: Pair, targets: list[int]) -> Step:
        """Loss and changes for one pair: with e = σ(u·v) - label, the slope is Σ e v in u and e u in each v."""
        centre = self.corpus.sentences[pair.sentence][pair.at]
        u, rate = self.U[centre], self.settings.learning_rate
        dots = [dot(u, self.V[target]) for target in targets]
        sigmas = [sigmoid(x) for x in dots]
        errors = [sigma - (i == 0) for i, sigma in enumerate(sigmas)]
        losses = [softplus(x if i else -x) for i, x in enumerate(dots)]
        step = Step(pair, centre, targets, dots, sigmas, errors, losses)
        change_u = [0.0] * len(u)
        step.changes["U", centre] = change_u
        for target, error in zip(targets, errors, strict=True):
            v = self.V[target]
            change_v = step.changes.get(("V", target))
            # A row that is there already adds up; the bug lets the later gradient take the earlier one's place.
            if change_v is None or self.settings.lose_repeats:
                change_v = step.changes["V", target] = [0.0] * len(u)
            for j in range(len(u)):
                change_u[j] -= rate * error * v[j]
                change_v[j] -= rate * error * u[j]
        return step

    def apply(self, step: Step) -> None:
        """Add the changes to their rows."""
        for (matrix, row), change in step.changes.items():
            vector = (self.U if matrix == "U" else self.V)[row]
            for j, value in enumerate(change):
                vector[j] += value
        self.losses.append(step.loss)

    def change(self, step: Step, matrix: str, row: int) -> Vector:
        """What a step adds to one row; where both roles share a matrix, the changes of both."""
        names = ("U", "V") if self.settings.one_matrix else (matrix,)
        found = [step.changes[name, row] for name in names if (name, row) in step.changes]
        return [sum(column) for column in zip(*found, strict=True)]

    def train(self, steps: int) -> None:
        """Take so many steps, fewer where the numbers run away."""
        for _ in range(steps):
            if self.broken:
                break
            self.apply(self.plan())

    @property
    def broken(self) -> bool:
        """The learning rate is so large that each step overshoots the one before."""
        return bool(self.losses) and not self.losses[-1] < TOO_LARGE

    def nearest(self, word: int, k: int = 6) -> list[tuple[int, float]]:
        """The k words whose centre vectors have the largest cosine to this one's, nearest first."""
        u = self.U[word]
        scores = [
            (other, dot(u, v) / math.sqrt(dot(u, u) * dot(v, v)) if any(u) and any(v) else 0.0)
            for other, v in enumerate(self.U)
            if other != word
        ]
        return sorted(scores, key=lambda each: -each[1])[:k]
