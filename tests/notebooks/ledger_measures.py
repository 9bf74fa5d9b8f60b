"""The functions that measure the ledger's figures anew.

A row names one as `ledger_measures:similarity(model, data)`. The ledger's page shows each function that its rows name.
"""

import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from gensim.models.keyedvectors import KeyedVectors
from scipy.sparse import csr_matrix
from scipy.stats import spearmanr
from sklearn.feature_extraction.text import ENGLISH_STOP_WORDS, CountVectorizer, TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import MultinomialNB
from sklearn.svm import LinearSVC

from embedlib import assets, datasets
from embedlib.contextual import ContextualEncoder
from embedlib.evaluation.analogy import answer_analogies, evaluate_analogies
from embedlib.evaluation.intervals import bootstrap_spearman, percentile_interval, wilson_interval
from embedlib.evaluation.recommendation import held_out_ranks, hits
from embedlib.evaluation.similarity import evaluate_similarity
from embedlib.recommendation import as_matrix, ease, histories
from embedlib.text import tokenize
from embedlib.vectors.rows import unit_rows
from embedlib.vectors.sums import Rule
from embedlib.words.counting import to_keyed_vectors
from embedlib.words.load import load_word_vectors, with_unseen_words
from embedlib.words.models import counted_vectors

Measured = dict[str, Any]


def share(right: Any, of: int, scale: float = 1.0) -> Measured:
    """A share of right answers with Wilson's interval."""
    return {
        "ours": scale * float(right) / of,
        "interval": tuple(scale * end for end in wilson_interval(round(right), of)),
    }


@cache
def vectors_of(model: str) -> KeyedVectors:
    """A model by the name of its asset; "counted" is chapter 2's; "+pieces" adds fastText's vectors of unseen words.

    "+levelled" divides each of the vectors' numbers by its length over the vocabulary, as Pennington et al. do.
    """
    name, _, more = model.partition("+")
    vectors = counted_vectors() if name == "counted" else load_word_vectors(name)
    if more == "levelled":
        return to_keyed_vectors(vectors.index_to_key, vectors.vectors / np.linalg.norm(vectors.vectors, axis=0), model)
    return with_unseen_words(vectors) if more == "pieces" else vectors


@cache
def similarity(model: str, data: str, missing: str = "skip") -> Measured:
    """Spearman's correlation of a model's cosines with a benchmark's ratings.

    ``missing`` skip: pairs with a word that the model lacks are left out. ``missing`` zero: they get the cosine 0.
    ``missing`` mean: words are looked up as they are written, capitals and all, and those that are not found get
    the mean of all vectors.
    """
    pairs, vectors = getattr(datasets, data)(), vectors_of(model)
    if missing == "mean":
        mean, known = vectors.vectors.mean(axis=0), vectors.key_to_index
        sides = [
            unit_rows(np.array([vectors[word] if word in known else mean for word in pairs[side]]))
            for side in ("word1", "word2")
        ]
        cosines = (sides[0] * sides[1]).sum(axis=1)
        found = pairs[["word1", "word2"]].isin(known.keys()).all(axis=1).sum()
        return {
            "ours": spearmanr(pairs["score"], cosines).statistic,
            "interval": percentile_interval(bootstrap_spearman(pairs["score"], cosines)),
            "coverage": f"{found} of {len(pairs)}",
        }
    result = evaluate_similarity(vectors, pairs, missing="zero" if missing == "zero" else "skip")
    return {
        "ours": result.correlation,
        "interval": (result.low, result.high),
        "coverage": f"{result.n_covered} of {result.n_pairs}",
    }


@cache
def analogies(model: str, data: str, part: str = "total", restrict: str = "", method: Rule = "3CosAdd") -> Measured:
    """The share of analogy questions answered rightly (in percent), questions with unknown words skipped.

    ``part``: one kind or section, or the total. ``restrict``: only the first so many words are known and searched.
    """
    vectors, questions = vectors_of(model), getattr(datasets, data)()
    most = int(restrict) if restrict else None
    answered = answer_analogies(vectors, questions, restrict_vocab=most, method=method)
    by = "kind" if part in ("semantic", "syntactic") or "section" not in answered else "section"
    row = evaluate_analogies(vectors, answered, by=by).set_index(by).loc[part]
    return {
        "ours": 100 * row["accuracy"],
        "interval": (100 * row["low"], 100 * row["high"]),
        "coverage": f"{int(row['n_covered'])} of {int(row['n_questions'])}",
    }


@cache
def analogies_by_product(model: str, data: str, part: str = "total") -> Measured:
    """The same by 3CosMul (Levy and Goldberg, 2014)."""
    return analogies(model, data, part, method="3CosMul")


@cache
def sentences(model: str, data: str, of: str = "words") -> Measured:
    """Spearman's correlation of the cosines of sentences' vectors with a benchmark's ratings.

    ``of`` words: the mean of the vectors of a sentence's known words. ``of`` content: without scikit-learn's stop
    words, where others are left. ``of`` pieces: the mean of an encoder's vectors of its pieces. ``of`` first: the first
    of them. ``of`` alone: no model, TF-IDF over the benchmark's own sentences.
    """
    pairs = getattr(datasets, data)()
    texts = [*pairs["sentence1"], *pairs["sentence2"]]
    if of in ("pieces", "first"):
        vectors = ContextualEncoder(model).encode(texts, pooling="mean" if of == "pieces" else "first")
    elif of == "alone":
        counts = TfidfVectorizer(tokenizer=tokenize, token_pattern=None, lowercase=False)
        vectors = counts.fit(sorted(set(texts))).transform(texts).toarray()
    else:
        words, stop = load_word_vectors(model), ENGLISH_STOP_WORDS if of == "content" else ()
        tokens = [tokenize(text) for text in texts]
        kept = [[token for token in each if token not in stop] or each for each in tokens]
        vectors = np.array([words.get_mean_vector(each, pre_normalize=False) for each in kept])
    units = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    first, second = np.split(units, 2)
    cosines = (first * second).sum(axis=1)
    draws = bootstrap_spearman(pairs["score"], cosines)
    return {
        "ours": spearmanr(pairs["score"], cosines).statistic,
        "interval": percentile_interval(draws),
        "coverage": f"{len(pairs)} of {len(pairs)}",
    }


@cache
def words_in_context(model: str) -> Measured:
    """WiC: is a word's sense the same in two sentences? Layer and threshold of the cosine are chosen on dev."""
    encoder = ContextualEncoder(model)
    cosines, same = {}, {}
    for part in ("dev", "test"):
        folder = assets.path("wic") / part
        rows = [line.split("\t") for line in (folder / f"{part}.data.txt").read_text(encoding="utf-8").splitlines()]
        same[part] = np.array((folder / f"{part}.gold.txt").read_text(encoding="utf-8").split()) == "T"
        vectors = []
        for _word, _kind, places, *texts in rows:
            for text, place in zip(texts, map(int, places.split("-")), strict=True):
                words = text.split(" ")
                start = len(" ".join([*words[:place], ""]))
                end = start + len(words[place])
                offsets = encoder.tokenizer(text, return_offsets_mapping=True)["offset_mapping"]
                of_word = [i for i, (low, high) in enumerate(offsets) if low < end and high > start]
                vectors.append(encoder.hidden_states(text)[:, of_word].mean(axis=1))
        units = np.array(vectors) / np.linalg.norm(vectors, axis=2, keepdims=True)
        cosines[part] = (units[::2] * units[1::2]).sum(axis=2).T  # a row a layer
    best = (-1.0, 0, 0.0)
    for layer, some in enumerate(cosines["dev"]):
        between = (np.sort(some)[1:] + np.sort(some)[:-1]) / 2
        right = ((some[:, None] > between) == same["dev"][:, None]).mean(axis=0)
        best = max(best, (float(right.max()), layer, float(between[right.argmax()])))
    answers = (cosines["test"][best[1]] > best[2]) == same["test"]
    return {
        "ours": answers.mean(),
        "interval": wilson_interval(int(answers.sum()), len(answers)),
        "coverage": f"{len(answers)} of {len(answers)}",
    }


@cache
def photographs(backbone: str, data: str) -> Measured:
    """The share of labelled photographs whose class has the largest score."""
    from embedlib.images import classify

    files = sorted(assets.path(data).iterdir())
    in_name = data == "foolbox-imagenet"  # the others stand in the order of their classes
    labels = np.array([int(file.stem.split("_")[2]) if in_name else place for place, file in enumerate(files)])
    hits = int((classify(files, backbone).argmax(axis=1) == labels).sum())
    return {
        "ours": hits / len(files),
        "interval": wilson_interval(hits, len(files)),
        "coverage": f"{len(files)} of {len(files)}",
    }


@cache
def pieces_known(model: str) -> Measured:
    """How many pieces an encoder's tokenizer knows."""
    known = len(ContextualEncoder(model).tokenizer.get_vocab())
    return {"ours": known, "interval": (known, known), "coverage": f"{known} of {known}"}


@cache
def stored(table: str, figure: str, *where: str) -> Measured:
    """A figure of training/results, made by the script of training/README.md: of the one row with these values.

    Where the table has no interval, that of Bonett and Wright (2000) for a rank correlation of "pairs=n" pairs.
    """
    rows = pd.read_csv(Path(__file__).parents[2] / "training" / "results" / f"{table}.csv").astype(str)
    values = dict(each.split("=") for each in where)
    pairs = int(values.pop("pairs", "0"))
    ((_place, row),) = rows[(rows[list(values)] == pd.Series(values)).all(axis=1)].iterrows()
    ours = float(row[figure])
    if pairs:
        reach = 1.96 * np.sqrt((1 + ours**2 / 2) / (pairs - 3))
        return {"ours": ours, "interval": tuple(np.tanh(np.arctanh(ours) + side * reach) for side in (-1, 1))}
    of = row["names"] if "names" in rows else row["tested on"]
    return {"ours": ours, "interval": (float(row["low"]), float(row["high"])), "coverage": f"{of} of {of}"}


# ---- names in sentences ----


Span = tuple[int, int, str]


def spans(tags: list[str]) -> set[Span]:
    """The names that a sentence's tags mark, in either of CoNLL's two ways of writing B- and I-."""
    found, start = set(), 0
    for place, (last, tag) in enumerate(zip(["O", *tags], [*tags, "O"], strict=True)):
        starts = tag != "O" and (tag[0] == "B" or last == "O" or last[2:] != tag[2:])
        if last != "O" and (tag == "O" or starts):
            found.add((start, place, last[2:]))
        if starts:
            start = place
    return found


@cache
def conll(part: str) -> list[tuple[list[str], set[Span]]]:
    """The sentences of a part of CoNLL-2003, each as its words and its names."""
    text = (assets.path("conll2003") / f"eng.{part}").read_text(encoding="utf-8")
    blocks = [[line.split() for line in block.splitlines()] for block in re.split(r"\n\s*\n", text) if block.strip()]
    kept = [block for block in blocks if block[0][0] != "-DOCSTART-"]
    return [([line[0] for line in block], spans([line[-1] for line in block])) for block in kept]


@cache
def remembered_names(part: str, rule: str = "most") -> list[tuple[set[Span], set[Span]]]:
    """For each sentence its names, and those found by looking up the names of the training part, the longest first.

    ``rule`` most: a name of two classes takes the one it has more often, and of equal ones the first in the alphabet.
    ``rule`` unique: such names are not looked up.
    """
    classes: defaultdict[tuple[str, ...], Counter[str]] = defaultdict(Counter)
    for words, names in conll("train"):
        for start, end, kind in names:
            classes[tuple(words[start:end])][kind] += 1
    kinds = {
        name: min(counts, key=lambda kind, counts=counts: (-counts[kind], kind))
        for name, counts in classes.items()
        if rule == "most" or len(counts) == 1
    }
    longest = max(map(len, kinds))
    answers = []
    for words, names in conll(part):
        found, place = set(), 0
        while place < len(words):
            for end in range(min(len(words), place + longest), place, -1):
                if kind := kinds.get(tuple(words[place:end])):
                    found.add((place, end, kind))
                    place = end
                    break
            else:
                place += 1
        answers.append((names, found))
    return answers


@cache
def names(part: str, figure: str = "F1", kind: str = "all", rule: str = "most") -> Measured:
    """CoNLL-2003 by remembered names: precision, recall or F1 of whole names, in percent; sentences drawn again."""
    counts = np.array(
        [
            [len(some & found), len(found), len(some)]
            for true, answer in remembered_names(part, rule)
            for some, found in [[{name for name in side if kind in ("all", name[2])} for side in (true, answer)]]
        ]
    )

    def figure_of(right: Any, found: Any, true: Any) -> Any:
        return 100 * right / {"precision": found, "recall": true, "F1": (found + true) / 2}[figure]

    rng = np.random.default_rng(0)
    draws = rng.multinomial(len(counts), np.full(len(counts), 1 / len(counts)), size=1000) @ counts
    right, found, true = counts.sum(axis=0)
    return {
        "ours": figure_of(right, found, true),
        "interval": percentile_interval(figure_of(*draws.T)),
        "coverage": f"{true} of {true}",
    }


# ---- classes of texts ----


@cache
def classified(data: str) -> tuple[list[str], Any]:
    """The texts of one of Pang and Lee's sets, and whether each is positive (or subjective)."""
    folder = assets.path(data)
    archive = zipfile.ZipFile(next(folder.rglob("*.zip")) if folder.is_dir() else folder)
    texts, positive = [], []
    for member in sorted(archive.namelist()):
        if member.endswith("/") or "README" in member:
            continue
        text = archive.read(member).decode("latin1")
        parts = [text] if data == "movie-reviews" else [line for line in text.split("\n") if line.strip()]
        texts += parts
        positive += [bool(re.search("/pos/|[.]pos|quote", member))] * len(parts)
    return texts, np.array(positive)


@cache
def present(data: str, length: int) -> csr_matrix:
    """Which words, and for length 2 which pairs of neighbours with a mark at either end, a text holds."""
    number: dict[str, int] = {}
    rows, starts = [], [0]
    for text in classified(data)[0]:
        words = re.split("[ \n\r\t]+", text.lower().strip(" \n\r\t"))
        pairs = zip(["<start>", *words], [*words, "<end>"], strict=True) if length == 2 else []
        held = {*words, *(f"{one} {other}" for one, other in pairs)}
        rows += [number.setdefault(each, len(number)) for each in sorted(held)]
        starts.append(len(rows))
    return csr_matrix((np.ones(len(rows)), rows, starts), shape=(len(starts) - 1, len(number)))


def tenths(labels: Any) -> Iterator[Any]:
    """Ten parts, each with a tenth of each class, drawn at random: which texts each holds."""
    part = np.empty(len(labels), dtype=int)
    for label in np.unique(labels):
        where = np.random.default_rng(0).permutation(np.flatnonzero(labels == label))
        part[where] = np.arange(len(where)) % 10
    return (part == number for number in range(10))


@cache
def baselines(data: str, method: str, length: str = "1") -> Measured:
    """Wang and Manning's baselines, in percent of texts, each judged by a model of the other nine tenths.

    ``method`` MNB: multinomial Naive Bayes over presence, counts plus one. ``method`` SVM: presence, C 0.1, squared
    hinge, no intercept. ``method`` NBSVM: each word weighed by the logarithm of its ratio of counts in the two
    classes, C 1, and the weights drawn three quarters of the way to their mean size.
    """
    held, positive = present(data, int(length)), classified(data)[1]
    right = 0
    for tested in tenths(positive):
        learnt, labels = held[~tested], positive[~tested]
        sums = np.array([np.asarray(learnt[labels == label].sum(axis=0)).ravel() for label in (True, False)])
        seen = sums.sum(axis=0) > 0
        ratio = np.zeros(held.shape[1])
        chances = sums[:, seen] + 1
        ratio[seen] = np.subtract(*np.log(chances / chances.sum(axis=1, keepdims=True)))
        if method == "MNB":
            weights, threshold = ratio, np.log((~labels).sum() / labels.sum())
        else:
            weighed = learnt.multiply(ratio).tocsr() if method == "NBSVM" else learnt
            machine = LinearSVC(C=1 if method == "NBSVM" else 0.1, fit_intercept=False, random_state=0)
            weights, threshold = machine.fit(weighed, labels).coef_.ravel(), 0
            if method == "NBSVM":
                weights = ratio * (0.75 * np.abs(weights).mean() + 0.25 * weights)
        right += int(((held[tested] @ weights > threshold) == positive[tested]).sum())
    return share(right, len(positive), 100) | {"coverage": f"{len(positive)} of {len(positive)}"}


def phrases(tree: str) -> Iterator[tuple[int, str]]:
    """The labels and texts of a tree's parts, the whole sentence last."""
    open_parts: list[tuple[int, list[str]]] = []
    for label, word, closing in re.findall(r"\((\d)|([^\s()]+)|(\))", tree):
        if label:
            open_parts.append((int(label), []))
        elif word:
            open_parts[-1][1].append(word)
        elif closing:
            done, words = open_parts.pop()
            if open_parts:
                open_parts[-1][1].extend(words)
            yield done, " ".join(words)


@cache
def treebank(part: str, classes: str = "2", of: str = "sentences") -> tuple[list[str], Any]:
    """Texts and labels of the Stanford Sentiment Treebank; of two classes, those that are neither are left out."""
    lines = (assets.path("sst5") / f"{part}.txt").read_text(encoding="utf-8").splitlines()
    parts = [list(phrases(line)) for line in lines[: 8544 if part == "train" else None]]
    all_of = [each for tree in parts for each in (tree if of == "phrases" else tree[-1:])]
    kept = [
        (text, label if classes == "5" else int(label > 2)) for label, text in all_of if classes == "5" or label != 2
    ]
    return [text for text, _label in kept], np.array([label for _text, label in kept])


@cache
def sentiment(classes: str, method: str, length: str = "1", of: str = "sentences") -> Measured:
    """The Stanford Sentiment Treebank's test sentences, in percent, from the words of its training sentences.

    ``method`` NB: multinomial Naive Bayes over counts, plus one. ``method`` SVM: counts, C 0.1. ``of`` phrases: learnt
    from every phrase that people judged, not from whole sentences only.
    """
    texts, labels = treebank("train", classes, of)
    test, answers = treebank("test", classes)
    counts = CountVectorizer(tokenizer=str.split, token_pattern=None, ngram_range=(1, int(length)))
    learnt = counts.fit_transform(texts)
    model = MultinomialNB() if method == "NB" else LinearSVC(C=0.1, random_state=0)
    right = int((model.fit(learnt, labels).predict(counts.transform(test)) == answers).sum())
    return share(right, len(answers), 100) | {"coverage": f"{len(answers)} of {len(answers)}"}


def averaged(model: str, texts: list[str]) -> Any:
    """The mean of the vectors of a text's known words; zero where none is known."""
    vectors = vectors_of(model)
    rows = [
        [vectors.key_to_index[word] for word in text.lower().split() if word in vectors.key_to_index] for text in texts
    ]
    return np.array([vectors.vectors[row].mean(axis=0) if row else np.zeros(vectors.vector_size) for row in rows])


@cache
def probe(model: str, data: str, classes: str = "2") -> Measured:
    """Logistic regression over averaged word vectors, in percent: the Treebank's own test part, or tenths in turn."""
    if data == "sst":
        (texts, labels), (test, answers) = treebank("train", classes), treebank("test", classes)
        learner = LogisticRegression(max_iter=1000).fit(averaged(model, texts), labels)
        right, of = int((learner.predict(averaged(model, test)) == answers).sum()), len(answers)
    else:
        texts, labels = classified(data)
        means, right, of = averaged(model, texts), 0, len(labels)
        for tested in tenths(labels):
            learner = LogisticRegression(max_iter=1000).fit(means[~tested], labels[~tested])
            right += int((learner.predict(means[tested]) == labels[tested]).sum())
    return share(right, of, 100) | {"coverage": f"{of} of {of}"}


@cache
def stars(method: str) -> Measured:
    """MovieLens 100k, predicted stars, each rating by a model of the other four fifths: root mean squared error.

    ``method`` baseline: the mean of all, a person's and a film's part, the sum of squares held down by 15 and 10 (ten
    turns). ``method`` normal: drawn from the normal distribution of the stars, cut off at 1 and 5. Ratings drawn again.
    """
    ratings = datasets.movielens_100k()
    who, what = (ratings[name].to_numpy() - 1 for name in ("person", "film"))
    given, rng = ratings["rating"].to_numpy(dtype=float), np.random.default_rng(0)
    part, guess = rng.permutation(len(given)) % 5, np.zeros(len(given))
    for tested in (part == k for k in range(5)):
        x, y, z = who[~tested], what[~tested], given[~tested]
        if method == "normal":
            guess[tested] = rng.normal(z.mean(), z.std(), tested.sum())
            continue
        person, film, rest = np.zeros(who.max() + 1), np.zeros(what.max() + 1), z - z.mean()
        for _ in range(10):
            film = np.bincount(y, rest - person[x], len(film)) / (10 + np.bincount(y, minlength=len(film)))
            person = np.bincount(x, rest - film[y], len(person)) / (15 + np.bincount(x, minlength=len(person)))
        guess[tested] = z.mean() + person[who[tested]] + film[what[tested]]
    squares = (np.clip(guess, 1, 5) - given) ** 2
    drawn = [np.sqrt(rng.choice(squares, len(squares)).mean()) for _ in range(500)]
    of = f"{len(given)} of {len(given)}"
    return {"ours": float(np.sqrt(squares.mean())), "interval": percentile_interval(drawn), "coverage": of}


@cache
def found_last(method: str) -> Measured:
    """MovieLens 100k, every rating a like, each person's last film held out: the share found among the first ten.

    Films that a person rated before are left out of the ranking; films of one second stay in the order of the file.
    """
    lists, films = histories(datasets.movielens_100k())
    last, seen = np.array([one[-1] for one in lists]), as_matrix([one[:-1] for one in lists], len(films))
    scores = seen @ ease(seen, 47.11431042076403) if method == "EASE" else np.tile(seen.sum(axis=0), (len(seen), 1))
    right = hits(held_out_ranks(scores, seen, last)).sum()
    return share(right, len(seen)) | {"coverage": f"{len(seen)} of {len(seen)}"}
