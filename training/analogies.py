"""What answers the analogies of Google and Microsoft: the arrow, the rule, or the neighbours of c (chapter 13).

Three tables, each by itself, ``python training/analogies.py answers``, or all: some minutes on one quiet core.

- ``analogies.csv``: a row a model, an exam, a section and a way to answer, with the question's words left out and let
  in: how many questions are covered and right, and which of the question's words is the answer where they are let in.
  Two ways ask the question wrongly: with the arrow of another section, and with the right a and another pair's b.
- ``analogies_arrows.csv``: a row a model and section: how alike the arrows of its pairs are, beside arrows of other
  sections, and how much of the way from c to the expected word an arrow goes.
- ``analogies_numbers.csv``: the same models with fewer numbers, by principal components.
"""

from __future__ import annotations

import sys
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from embedlib import datasets
from embedlib.evaluation.analogy import answer_analogies, corners, evaluate_analogies, let_inputs_in
from embedlib.vectors.sums import RULES
from embedlib.words.models import word_models
from embedlib.words.neighbors import nearest

RESULTS = Path(__file__).parent / "results"
Floats = npt.NDArray[np.floating[Any]]
ANOTHER, WRONG, FREQUENT = "another section's arrow", "another pair's b", "most frequent of c's ten nearest"
DIMENSIONS = (10, 25, 50, 100, 300)


@cache
def exams() -> dict[str, pd.DataFrame]:
    return {"Google": datasets.google_analogies(), "MSR": datasets.msr_analogies()}


def asked_with_another_arrow(questions: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Each question with a and b of a question of another section."""
    rng, section = np.random.default_rng(seed), pd.factorize(questions["section"])[0]
    other = rng.integers(0, len(questions), len(questions))
    while (same := section[other] == section).any():
        other[same] = rng.integers(0, len(questions), same.sum())
    given = questions.iloc[other]
    return questions.assign(a=given["a"].to_numpy(), b=given["b"].to_numpy())


def asked_with_another_b(questions: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Each question with the b of another pair of its section, which is none of the question's own words."""
    rng = np.random.default_rng(seed)
    wrong = []
    for _, part in questions.groupby("section", sort=False):
        choice = np.unique(np.concatenate([part["b"], part["expected"]]).astype(str))
        words = part[["a", "b", "c", "expected"]].to_numpy()
        given = rng.choice(choice, len(part))
        while (taken := (words == given[:, None]).any(axis=1)).any():
            given[taken] = rng.choice(choice, taken.sum())
        wrong.append(pd.Series(given, index=part.index))
    return questions.assign(b=pd.concat(wrong).astype(object))


def ways(vectors: Any, questions: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """What each way to answer gives for the questions that the model covers; each leaves the question's words out."""
    first = answer_analogies(vectors, questions)
    covered = questions[first["covered"].to_numpy()].reset_index(drop=True)
    found = {rule: answer_analogies(vectors, covered, method=rule) for rule in RULES}
    if covered["section"].nunique() > 1:
        found[ANOTHER] = answer_analogies(vectors, asked_with_another_arrow(covered))
        found[WRONG] = answer_analogies(vectors, asked_with_another_b(covered))
        found[FREQUENT] = most_frequent(vectors, found["nearest to c"])
    return found


def most_frequent(vectors: Any, answered: pd.DataFrame) -> pd.DataFrame:
    """Of the ten words nearest to c the most frequent one, a and b left out."""
    spelt: dict[str, str] = {}
    for word in vectors.index_to_key:
        spelt.setdefault(word.upper(), word)
    words = [spelt[word.upper()] for word in answered["c"]]
    distinct = sorted(set(words))
    near = dict(zip(distinct, nearest(vectors, distinct, k=12).indices, strict=True))
    answers = []
    for a, b, word in zip(answered["a"], answered["b"], words, strict=True):
        left = [i for i in near[word] if vectors.index_to_key[i].upper() not in (a.upper(), b.upper())]
        answers.append(vectors.index_to_key[min(left[:10])])
    correct = [one.upper() == other.upper() for one, other in zip(answers, answered["expected"], strict=True)]
    return answered.assign(answer=answers, correct=correct)


def winners(answered: pd.DataFrame) -> pd.DataFrame:
    """Whether a, b or c is the answer, by row."""
    given = answered["answer"].str.upper()
    return pd.DataFrame({word: given == answered[word].str.upper() for word in ("a", "b", "c")})


def answers() -> pd.DataFrame:
    rows = []
    for model, vectors in word_models().items():
        for exam, questions in exams().items():
            for way, left_out in ways(vectors, questions).items():
                both = {"left out": left_out} | ({"let in": let_inputs_in(vectors, left_out)} if way in RULES else {})
                for inputs, given in both.items():
                    for table in judged(questions, given):
                        rows.append(table.assign(model=model, exam=exam, way=way, inputs=inputs))
            print(model, exam, flush=True)
    return pd.concat(rows, ignore_index=True)


def judged(questions: pd.DataFrame, given: pd.DataFrame) -> list[pd.DataFrame]:
    """By section and by kind: questions, covered, right, interval, and how often a, b or c is the answer."""
    tables = []
    for by in ("section", "kind"):
        if by in given:
            table = evaluate_analogies({}, given, by=by).set_index(by)
            asked = questions.groupby(by).size()
            table["n_questions"] = [asked.get(name, len(questions)) for name in table.index]
            who = winners(given)
            for word in who:
                shares = who[word].groupby(given[by].to_numpy()).mean()
                table[f"answer is {word}"] = [shares.get(name, who[word].mean()) for name in table.index]
            tables.append(table.drop(columns="coverage").rename_axis("section").reset_index())
    return [tables[0], *(table[table["section"] != "total"] for table in tables[1:])]


def arrows() -> pd.DataFrame:
    rows = []
    for model, vectors in word_models().items():
        answered = answer_analogies(vectors, exams()["Google"])
        covered = answered[answered["covered"]].reset_index(drop=True)
        covered.attrs = answered.attrs
        a, b, c, d = corners(vectors, covered)
        other_a, other_b, _, _ = corners(vectors, asked_with_another_arrow(covered))
        given, wanted, other = b - a, d - c, other_b - other_a
        lengths = [np.linalg.norm(some, axis=1) for some in (given, wanted, other)]
        table = pd.DataFrame(
            {
                "section": covered["section"],
                "length": lengths[0],
                "cosine": (given * wanted).sum(axis=1) / lengths[0] / lengths[1],
                "cosine, other section": (other * wanted).sum(axis=1) / lengths[2] / lengths[1],
                "way": (given * wanted).sum(axis=1) / lengths[1] ** 2,
            }
        )
        table["more than half"] = table["way"] > 0.5
        means = table.groupby("section", sort=False).mean()
        means.loc["total"] = table.drop(columns="section").mean()
        rows.append(means.assign(model=model, n=[*table.groupby("section", sort=False).size(), len(table)]))
    return pd.concat(rows).reset_index()


def numbers() -> pd.DataFrame:
    """Fewer numbers a word: the first principal components of the 22,000 most frequent words."""
    rows = []
    for model, vectors in word_models().items():
        words = vectors.index_to_key[:22_000]
        matrix = np.asarray(vectors.vectors[:22_000], dtype=np.float64)
        matrix = matrix - matrix.mean(axis=0)
        components = np.linalg.svd(matrix, full_matrices=False)[2]
        for d in DIMENSIONS:
            if d > matrix.shape[1]:
                continue
            shorter = type(vectors)(d)
            shorter.add_vectors(words, (matrix @ components[:d].T).astype(np.float32))
            left_out = answer_analogies(shorter, exams()["Google"])
            a, b, c, x = corners(shorter, left_out)
            way = ((b - a) * (x - c)).sum(axis=1) / ((x - c) ** 2).sum(axis=1)
            let_in = let_inputs_in(shorter, left_out)
            rows.append(
                {
                    "model": model,
                    "numbers": d,
                    "left out": left_out["correct"][left_out["covered"]].mean(),
                    "let in": let_in["correct"][let_in["covered"]].mean(),
                    "way": way.mean(),
                }
            )
    return pd.DataFrame(rows)


TABLES = {
    "answers": (answers, "analogies"),
    "arrows": (arrows, "analogies_arrows"),
    "numbers": (numbers, "analogies_numbers"),
}


def main(wanted: list[str]) -> None:
    for name in wanted or TABLES:
        make, file = TABLES[name]
        make().to_csv(RESULTS / f"{file}.csv", index=False, float_format="%.4f", lineterminator="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
