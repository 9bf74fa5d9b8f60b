"""Chapter 5, BERT embeddings: how its exercises are judged. What they say stands in ``ch05.md``."""

from __future__ import annotations

import csv
from functools import cache
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from embedlib import assets, datasets
from embedlib.exercises.answers import as_array, call
from embedlib.exercises.kinds import beats, mean_ahead, number, same
from embedlib.exercises.messages import Wrong, code, shown, type_name
from embedlib.exercises.page import read
from embedlib.exercises.quiz import Quiz, nearest, only_true

if TYPE_CHECKING:
    from embedlib.contextual import ContextualEncoder

__all__ = ["EXERCISES", "QUIZ", "attend", "combine", "gaps", "padded_mean", "quiz"]

Floats = npt.NDArray[np.floating[Any]]
TEXTS = read("ch05")[0]

padded_mean = number(TEXTS["padded_mean"], "The first number of the mean", near=0.005)

# --- Exercise 2: attention with a mask


def masked_attention(
    queries: Floats, keys: Floats, values: Floats, mask: Any, mistake: str = ""
) -> tuple[Floats, Floats]:
    """Weights (n, n) and mixed values (n, d), with a mistake of that name."""
    under_root = {"no-root": 1, "root-of-pieces": len(keys)}.get(mistake) or keys.shape[1]
    fits = queries @ keys.T / np.sqrt(under_root)
    seen = np.asarray(mask) == 1
    if mistake == "zeros":
        fits = np.where(seen, fits, 0)
    elif mistake == "swapped":
        fits = np.where(seen, -50, fits)
    elif mistake not in ("no-mask", "cut-after"):
        fits = np.where(seen, fits, -np.inf)
    axis = 0 if mistake == "columns" else -1
    weights = np.exp(fits - fits.max(axis=-1, keepdims=True))
    weights = weights / np.maximum(weights.sum(axis=axis, keepdims=True), 1e-300)
    if mistake == "cut-after":
        weights = weights * seen
    return weights, weights @ values


def wrongly(mistake: str) -> Any:
    return lambda queries, keys, values, mask: masked_attention(queries, keys, values, mask, mistake)


def _case(n: int, d: int, seen: int) -> tuple[Floats, Floats, Floats, npt.NDArray[np.int64]]:
    rng = np.random.default_rng(n)
    return rng.normal(size=(n, d)), rng.normal(size=(n, d)), rng.normal(size=(n, d)), (np.arange(n) < seen).astype(int)


def _weights_and_mixed(value: Any, queries: Floats, *rest: object) -> tuple[Floats, Floats]:
    if type(value) not in (tuple, list) or len(value) != 2:
        raise Wrong(
            f"Two arrays should come back, `return weights, mixed`; you return {shown(value)}, of type "
            f"{code(type_name(value))}.",
            "not-two",
        )
    n, d = queries.shape
    needed = f"for {n} pieces, weights of shape {(n, n)} and mixed values of shape {(n, d)}"
    return as_array(value[0], needed, (n, n)), as_array(value[1], needed, (n, d))


attend = same(
    TEXTS["attend"],
    "attend(queries, keys, values, mask)",
    [_case(4, 3, 3), _case(5, 2, 2), _case(3, 4, 3)],
    _weights_and_mixed,
    lambda one, other, *case: all(np.allclose(a, b, rtol=0, atol=1e-5) for a, b in zip(one, other, strict=True)),
    reads="matrices",
)

# --- Exercise 3: two guessers

N_GAPS, N_TRIES, N_READ = 400, 50, 40_000


class Gap(NamedTuple):
    """A hidden piece: the model's shares, what followed the left neighbour, what stood before the right one."""

    shares: Floats
    after_left: Floats
    before_right: Floats
    answer: int


@cache
def gaps() -> tuple[list[str], list[Gap], list[Gap]]:
    """The pieces by number; gaps to try on, and gaps to be judged on, in speeches that the miniature has not read."""
    import scipy.sparse
    import torch
    from transformers import AutoModelForMaskedLM, AutoTokenizer

    folder = assets.path("miniature-bert")
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model: Any = AutoModelForMaskedLM.from_pretrained(folder).eval()
    size, end = len(tokenizer), tokenizer.sep_token_id
    parts: dict[bool, list[str]] = {False: [], True: []}
    for place, words in enumerate(islice(datasets.course_corpus("sotu"), N_READ)):
        apart = place // 50 % 50 == 25  # as the miniature's training has set sentences apart
        if apart or place % 2:  # half of the others are enough to count
            parts[apart].append(" ".join(words))
    counted, held_out = (
        tokenizer(parts[apart], add_special_tokens=False, verbose=False)["input_ids"] for apart in (False, True)
    )
    read_ = np.array([piece for row in counted for piece in [*row, end]])
    ones = np.ones(len(read_) - 1, np.float32)
    sparse: Any = scipy.sparse  # SciPy has no type hints
    follows = sparse.csr_array((ones, (read_[:-1], read_[1:])), (size, size))
    precedes = sparse.csr_array(follows.T)
    held_out = [row for row in held_out if 8 <= len(row) <= 40]
    rng = np.random.default_rng(0)
    found = []
    for i in rng.permutation(len(held_out))[: N_GAPS + N_TRIES]:
        row = [tokenizer.cls_token_id, *held_out[i], end]
        gap = int(rng.integers(1, len(row) - 1))
        hidden = torch.tensor([[*row[:gap], tokenizer.mask_token_id, *row[gap + 1 :]]])
        with torch.inference_mode():
            states = model.base_model(hidden).last_hidden_state[:, gap]
            shares = model.lm_head(states)[0].softmax(-1).numpy()
        counts = follows[[row[gap - 1]], :].toarray()[0], precedes[[row[gap + 1]], :].toarray()[0]
        found.append(Gap(shares, *counts, row[gap]))
    return [str(tokenizer.convert_ids_to_tokens(i)) for i in range(size)], found[:N_TRIES], found[N_TRIES:]


def _named(function: Any) -> Floats:
    """1 for every gap whose piece gets the highest score, 0 for the others."""
    right, says_something = [], False
    for gap in gaps()[2]:
        scores = as_array(call(function, *gap[:3]), "a score for each of the 8,192 pieces", gap.shares.shape)
        says_something |= bool(scores.any())
        right.append(scores.argmax() == gap.answer)
    if not says_something:
        raise Wrong("All your scores are 0, for every gap: they name no piece.", "zeros")
    return np.array(right, dtype=np.float64)


def _shared() -> dict[str, object]:
    pieces, tries, _ = gaps()
    return {"pieces": pieces, "tries": tries}


combine = beats(
    TEXTS["combine"],
    "combine(shares, after_left, before_right)",
    _named,
    lambda: _named(lambda shares, after_left, before_right: shares),
    mean_ahead,
    _shared,
    reads="vector",
)

EXERCISES = [padded_mean, attend, combine]

# --- Quiz

RESULTS = Path(__file__).parents[2] / "training" / "results"
SENTENCE = "The bank is by the river."


@cache
def _encoder() -> ContextualEncoder:
    from embedlib.contextual import ContextualEncoder

    return ContextualEncoder("minilm-l6")


def _cosine(u: Any, v: Any) -> float:
    return float(u @ v / (np.linalg.norm(u) * np.linalg.norm(v)))


def _key_vectors() -> int:
    return [2, 3, 6, 8].index(_encoder().hidden_states("Embeddings help.").shape[1])


def _key_two_the() -> int:
    pieces, states = _encoder().pieces(SENTENCE), _encoder().hidden_states(SENTENCE)
    tables = _encoder().model.embeddings
    places = [place for place, piece in enumerate(pieces) if piece == "the"]
    alone = tables.LayerNorm(
        tables.word_embeddings.weight[_encoder().tokenizer.convert_tokens_to_ids("the")]
        + tables.position_embeddings.weight[places]
        + tables.token_type_embeddings.weight[0]
    )
    same_as_alone = np.allclose(alone.detach().numpy(), states[0, places], atol=1e-5)
    equal = np.allclose(states[0, places[0]], states[0, places[1]], atol=1e-5)
    return only_true(equal, same_as_alone and not equal, not same_as_alone, equal and not same_as_alone)


def _key_adds_up() -> int:
    table = _encoder().attention(SENTENCE)[0, 2]
    rows, columns = (np.allclose(table.sum(axis=axis), 1, atol=1e-5) for axis in (1, 0))
    return only_true(rows and not columns, columns and not rows, rows and columns, not rows and not columns)


def _key_padding() -> int:
    import torch

    encoder = _encoder()
    length = len(encoder.pieces(SENTENCE)) + 100
    read_ = encoder.tokenizer(SENTENCE, padding="max_length", max_length=length, return_tensors="pt")
    with torch.inference_mode():
        states = encoder.model(**read_).last_hidden_state[0].numpy()
    return nearest(_cosine(states.mean(axis=0), encoder.encode(SENTENCE)), 1.0, 0.97, 0.55, 0.0)


def _key_moving() -> int:
    def stays(encoder: ContextualEncoder) -> float:
        states = encoder.hidden_states("The ship took on water and sank.")
        return _cosine(states[0, 5], states[-1, 5])

    learned, shuffled = stays(_encoder()), stays(_encoder().with_random_weights(0))
    return only_true(learned > 0.9, abs(shuffled - 1) < 0.1, shuffled < learned < 0.9, learned < shuffled)


def _rows(file: str) -> list[dict[str, str]]:
    with (RESULTS / file).open(encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def _key_guesses() -> int:
    row = next(row for row in _rows("miniature_bert_words.csv") if row["rank"] == "all")
    found = [float(row[name]) for name in ("trigrams", "the miniature", "the commonest piece", "random weights")]
    return found.index(max(found))


def _key_objective() -> int:
    rows = [row for row in _rows("two_encoders.csv") if row["weights"] == "learned" and row["layer"] in ("4", "6")]
    best = {(row["encoder"], row["task"]): float(row["right"]) for row in rows}  # the last layer of each

    def wins(encoder: str, other: str, task: str) -> bool:
        return best[encoder, task] > best[other, task]

    sentence, hidden = "the sentence that comes next", "the word under a mask"
    large, small = "MiniLM", "miniature"
    return only_true(
        wins(large, small, sentence) and wins(large, small, hidden),
        wins(large, small, sentence) and wins(small, large, hidden),
        wins(small, large, sentence) and wins(large, small, hidden),
        wins(small, large, sentence) and wins(small, large, hidden),
    )


quiz = QUIZ = Quiz.of("ch05", globals())
