"""Families of models on the same texts: who knows how a sentence ends, and how their tokenisers cut (chapter 7).

- *moved*: of sixteen pairs of sentences that differ in the last word only, how far each word's vector in the last layer
  is from its vector in the other sentence (cosine distance, and the largest change of a number), beside how far apart
  two strangers are there: other words of other sentences.
- *tokenisers*: into how many pieces they cut words, which words shatter, what is unknown, what comes back.

Writes ``training/results/families_moved.csv``, ``families_moved_pairs.csv``, ``families_tokenisers.csv`` and
``families_words.csv``; a few minutes on one core. Miniatures that are not stored are left out.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Sequence
from functools import cache, partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import torch

from embedlib import assets, datasets
from embedlib.contextual import ContextualEncoder
from embedlib.evaluation.intervals import percentile_interval

RESULTS = Path(__file__).parent / "results"
Floats = npt.NDArray[np.float64]
Reader = Callable[[str], tuple[Floats, Sequence[tuple[int, int]]]]
"""A text to its last layer's vectors, (pieces, d), and where in the text each piece begins and ends."""

# Eight words each; the last one says how an ambiguous word before it is meant.
PAIRS = (
    ("They built a small bank beside the river.", "market"),
    ("He walked to the bank to get water.", "cash"),
    ("The bat in the old barn was asleep.", "broken"),
    ("The match ended before we saw the goal.", "flame"),
    ("This spring was so weak that nothing grew.", "bounced"),
    ("The crane in the harbour raised its wings.", "load"),
    ("The seal was so old that it cracked.", "slept"),
    ("He showed us a bass he had caught.", "tuned"),
    ("The note she was holding was quite loud.", "crumpled"),
    ("The palm that he drew had five fingers.", "coconuts"),
    ("The mouse on my desk needs some batteries.", "cheese"),
    ("The plant by the river needs more workers.", "sunlight"),
    ("The band around him was much too loud.", "tight"),
    ("The grey trunk was lifted by the elephant.", "porter"),
    ("The star that we watched was so distant.", "talented"),
    ("In the pen there was still some ink.", "hay"),
)
# The same five sentences in five languages; then signs that are no language.
TEXTS = {
    "English": (
        "The children are playing in the garden behind the house.",
        "Yesterday it rained all day, and the river rose.",
        "She reads the newspaper every morning before work.",
        "How much does a ticket to the city cost?",
        "We bought bread, milk and apples at the market.",
    ),
    "German": (
        "Die Kinder spielen im Garten hinter dem Haus.",
        "Gestern hat es den ganzen Tag geregnet, und der Fluss ist gestiegen.",  # codespell:ignore ist
        "Sie liest jeden Morgen vor der Arbeit die Zeitung.",  # codespell:ignore sie,vor
        "Wie viel kostet eine Fahrkarte in die Stadt?",
        "Wir haben auf dem Markt Brot, Milch und Äpfel gekauft.",
    ),
    "Finnish": (
        "Lapset leikkivät puutarhassa talon takana.",
        "Eilen satoi koko päivän, ja joki nousi.",
        "Hän lukee sanomalehden joka aamu ennen töitä.",
        "Paljonko lippu kaupunkiin maksaa?",
        "Ostimme torilta leipää, maitoa ja omenoita.",
    ),
    "Arabic": (
        "يلعب الأطفال في الحديقة خلف البيت.",
        "أمطرت أمس طوال اليوم وارتفع النهر.",
        "تقرأ الجريدة كل صباح قبل العمل.",
        "كم ثمن تذكرة إلى المدينة؟",
        "اشترينا الخبز والحليب والتفاح من السوق.",
    ),
    "Chinese": (
        "孩子们在房子后面的花园里玩。",
        "昨天下了一整天的雨，河水涨了。",
        "她每天早上上班前看报纸。",
        "去城里的票多少钱？",
        "我们在市场买了面包、牛奶和苹果。",
    ),
    "code": (
        "for i in range(10): print(i ** 2)",
        "def add(a, b=0): return a + b",
        "if x != y and not done: break",
        "df['price'] = df['price'].fillna(0.0)",
        "with open('data.csv') as file: rows = file.readlines()",
    ),
    "emoji": (
        "Good morning 😀",
        "Happy birthday 🎂🎉",
        "I ❤️ this song 🎶",
        "See you at the beach 🏖️ tomorrow 👋🏽",
        "The team won 🏆🔥🔥",
    ),
}
# A letter that is a word by itself, a run of letters and digits, a picture.
WORD = re.compile(r"[\u4e00-\u9fff]|[^\W_\u4e00-\u9fff]+|[\u2600-\u27bf\U0001f000-\U0001faff]")
SHOWN = ("Zürich embeddings 😀", "bank", "riverbank", "unbelievable", "enviroment", "Donaudampfschiff", "银行", "x+=1")
REVIEWS = 2_000


@cache
def flan_t5_tokenizer() -> Any:
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(assets.path("flan-t5-small-titles", "tokenizer.json")))


def flan_t5() -> Reader:
    """The encoder of flan-t5-small, tuned for titles, in 8-bit numbers: its last layer is all that it gives."""
    import onnxruntime

    session = onnxruntime.InferenceSession(str(assets.path("flan-t5-small-titles", "encoder.onnx")))

    def read(text: str) -> tuple[Floats, Sequence[tuple[int, int]]]:
        cut = flan_t5_tokenizer().encode(text)
        given = {"input_ids": np.array([cut.ids]), "attention_mask": np.array([cut.attention_mask])}
        return session.run(None, given)[0][0].astype(np.float64), cut.offsets

    return read


def reader(encoder: ContextualEncoder) -> Reader:
    def read(text: str) -> tuple[Floats, Sequence[tuple[int, int]]]:
        ends = encoder.tokenizer(text, return_offsets_mapping=True)["offset_mapping"]
        return encoder.hidden_states(text)[-1].astype(np.float64), ends

    return read


def opened(name: str) -> Reader:
    return reader(ContextualEncoder(name))


def readers() -> dict[str, Callable[[], Reader]]:
    """Every model that is here, by its name; opened when it is called."""
    named = {"MiniLM": "minilm-l6", "SmolLM2": "smollm2-135m"}
    for family, name in (("BERT", "bert"), ("RoBERTa", "roberta"), ("XLNet", "xlnet"), ("T5", "t5"), ("GPT", "gpt")):
        named[f"miniature {family}"] = f"miniature-{name}"
    named["miniature ELMo"] = "miniature-elmo"
    here = {label: name for label, name in named.items() if name in assets.catalog() and assets.available(name)}
    made: dict[str, Callable[[], Reader]] = {label: partial(opened, name) for label, name in here.items()}
    made["MiniLM, shuffled"] = lambda: reader(ContextualEncoder("minilm-l6").with_random_weights())
    made["flan-T5 encoder"] = flan_t5
    if "miniature ELMo" in here:
        made["miniature ELMo forwards"] = lambda: half_of(opened("miniature-elmo"), slice(None, 128))
        made["miniature ELMo backwards"] = lambda: half_of(opened("miniature-elmo"), slice(128, None))
    return made


def half_of(read: Reader, half: slice) -> Reader:
    def cut(text: str) -> tuple[Floats, Sequence[tuple[int, int]]]:
        states, ends = read(text)
        return states[:, half], ends

    return cut


def of_words(read: Reader, text: str) -> Floats:
    """The mean of each word's pieces, (words, d)."""
    states, ends = read(text)
    spans = [found.span() for found in WORD.finditer(text)]
    owns = [[i for i, (low, high) in enumerate(ends) if low < end and high > start] for start, end in spans]
    return np.array([states[own].mean(axis=0) for own in owns])


def distance(one: Floats, other: Floats) -> Floats:
    """The cosine distance of each row to the same row of the other."""
    cosine = (one * other).sum(-1) / np.linalg.norm(one, axis=-1) / np.linalg.norm(other, axis=-1)
    return np.asarray(np.maximum(1 - cosine, 0).round(12))


def texts_of(pair: tuple[str, str]) -> tuple[str, str]:
    """Both sentences of a pair."""
    text, last = pair
    return text, re.sub(r"\w+\.$", f"{last}.", text)


def strangers(words: Sequence[Sequence[str]], vectors: Sequence[Floats], first: int = 1, n: int = 2_000) -> float:
    """The mean distance of two other words of two other sentences; a sentence's first word is left out."""
    rng = np.random.default_rng(0)
    places = [(i, j) for i, some in enumerate(words) for j in range(first, len(some))]
    found = []
    while len(found) < n:
        (a, i), (b, j) = (places[k] for k in rng.integers(0, len(places), 2))
        if a != b and words[a][i].lower() != words[b][j].lower():
            found.append(float(distance(vectors[a][i], vectors[b][j])))
    return float(np.mean(found))


def moved(read: Reader) -> tuple[pd.DataFrame, float]:
    """A row a pair and word: how far the word's vector moves when the last word is changed; and strangers' distance."""
    rows, words, vectors = [], [], []
    for number, pair in enumerate(PAIRS, 1):
        texts = texts_of(pair)
        cut = [WORD.findall(text) for text in texts]
        assert len(cut[0]) == len(cut[1]) == 8 and cut[0][:-1] == cut[1][:-1], texts
        one, other = (of_words(read, text) for text in texts)
        words.append(cut[0])
        vectors.append(one)
        gone, largest = distance(one, other), np.abs(one - other).max(axis=1)
        for place in range(8):
            row = {"pair": number, "place": place, "word": cut[0][place], "other": cut[1][place]}
            rows.append(row | {"distance": gone[place], "largest change": largest[place]})
    return pd.DataFrame(rows), strangers(words, vectors)


def interval(values: Floats) -> tuple[float, float]:
    """Of a mean over pairs, when the pairs are drawn anew."""
    drawn = np.random.default_rng(0).integers(0, len(values), (5_000, len(values)))
    return percentile_interval(values[drawn].mean(axis=1))


def by_place(pairs: pd.DataFrame, apart: dict[str, float]) -> pd.DataFrame:
    """A row a model and place: the mean over the pairs, with its interval, also as a share of strangers' distance."""
    rows = []
    for (name, place), some in pairs.groupby(["model", "place"], sort=False):
        gone = some["distance"].to_numpy()
        low, high = interval(gone)
        far = {"share": gone.mean() / apart[name], "low": low / apart[name], "high": high / apart[name]}
        row = {"model": name, "words before the end": 7 - place, "distance": gone.mean(), "strangers": apart[name]}
        rows.append(row | far | {"largest change": some["largest change"].max()})
    return pd.DataFrame(rows)


def measure_moved(names: Sequence[str] = ()) -> None:
    """Of the models named, or of all; what is stored of the others stays."""
    here = readers()
    every: list[pd.DataFrame] = []
    apart: dict[str, float] = {}
    if names:
        kept = pd.read_csv(RESULTS / "families_moved_pairs.csv")
        every.append(kept[~kept["model"].isin(names)])
        apart = pd.read_csv(RESULTS / "families_moved.csv").groupby("model")["strangers"].first().to_dict()
    for name in names or here:
        rows, apart[name] = moved(here[name]())
        every.append(rows.assign(model=name))
        before = rows[rows["place"] < 7]
        print(name, f"{before['distance'].mean():.4f} of {apart[name]:.3f}", flush=True)
    columns = ["model", "pair", "place", "word", "other", "distance", "largest change"]
    pairs = pd.concat(every)[columns]
    pairs.to_csv(RESULTS / "families_moved_pairs.csv", index=False, float_format="%.4g")
    by_place(pairs, apart).to_csv(RESULTS / "families_moved.csv", index=False, float_format="%.4g")


def tokenizers() -> dict[str, Any]:
    """The four tokenisers as the library `tokenizers` has them, which fill nothing up and cut nothing off."""
    from transformers import AutoTokenizer

    carried = assets.path("smollm2-135m")
    file = next(path.name for path in carried.glob("*.gguf"))
    made = {
        "the course's": AutoTokenizer.from_pretrained(assets.path("miniature-bert")).backend_tokenizer,
        "BERT's": AutoTokenizer.from_pretrained(assets.path("minilm-l6")).backend_tokenizer,
        "T5's": flan_t5_tokenizer(),
        "SmolLM2's": AutoTokenizer.from_pretrained(carried, gguf_file=file).backend_tokenizer,
    }
    for tokenizer in made.values():
        tokenizer.no_padding()
        tokenizer.no_truncation()
    return made


def letters(text: str) -> str:
    """A text without its spaces and capitals."""
    return re.sub(r"\s", "", text).lower()


def pieces_at(found: Any, start: int, end: int) -> list[int]:
    """The numbers of the pieces of a word; a space before it that is a piece by itself is one of them."""
    places = enumerate(zip(found.offsets, found.tokens, strict=True))
    return [i for i, ((low, high), piece) in places if (low < end and high > start) or (piece == "▁" and high == start)]


def cut(tokenizer: Any, texts: Sequence[str]) -> dict[str, float]:
    """How a tokeniser cuts texts. A word of which a piece is unknown, or of which there is no piece, is lost."""
    pieces, exact, kept, of_word, lost = 0, 0, 0, [], []
    no_piece = {tokenizer.token_to_id(name) for name in ("[UNK]", "<unk>")}
    for text in texts:
        found = tokenizer.encode(text, add_special_tokens=False)
        pieces += len(found.ids)
        back = tokenizer.decode(found.ids, skip_special_tokens=False)
        exact += back == text
        kept += letters(back) == letters(text)
        for word in WORD.finditer(text):
            own = pieces_at(found, *word.span())
            of_word.append(len(own))
            lost.append(not own or any(found.ids[i] in no_piece for i in own))
    return {
        "texts": len(texts),
        "words": len(of_word),
        "pieces": pieces,
        "pieces a word": float(np.mean(of_word)),
        "shattered": float(np.mean(np.array(of_word) >= 3)),
        "lost": float(np.mean(lost)),
        "comes back": exact / len(texts),
        "letters come back": kept / len(texts),
    }


def pieces_of(tokenizer: Any, word: str) -> list[str]:
    """The pieces of a word behind another, legibly: a space as ▁, bytes that are no letter as numbers."""
    from transformers.convert_slow_tokenizer import bytes_to_unicode

    found = tokenizer.encode(f"a {word}", add_special_tokens=False)
    no_piece = tokenizer.token_to_id("<unk>")
    own = [found.tokens[i] if found.ids[i] != no_piece else "<unk>" for i in pieces_at(found, 2, 2 + len(word))]
    if "Ġa" not in tokenizer.get_vocab():
        return own
    number = {letter: byte for byte, letter in bytes_to_unicode().items()}
    legible = []
    for piece in own:
        some = bytes(number[letter] for letter in piece)
        try:
            legible.append(some.decode().replace(" ", "▁"))
        except UnicodeDecodeError:
            legible.append("▁" * some.startswith(b" ") + f"<{some.removeprefix(b' ').hex().upper()}>")
    return legible


def reviews(n: int = REVIEWS) -> list[str]:
    """Lines of film reviews, drawn evenly from the file."""
    table = pd.read_csv(assets.path("rotten-tomatoes", "rotten_tomatoes_corpus_full.csv.bz2"))
    lines = table.loc[table["category"] != "plot", "text"].tolist()
    return [str(lines[i]) for i in np.linspace(0, len(lines) - 1, n).astype(int)]


def measure_tokenizers() -> None:
    ours = datasets.paraphrases()
    texts = {"film reviews": reviews(), "the course's pairs": [*ours["sentence"], *ours["paraphrase"]], **TEXTS}
    rows, words = [], []
    for name, tokenizer in tokenizers().items():
        found = {kind: cut(tokenizer, some) for kind, some in texts.items()}
        for kind, numbers in found.items():
            told = kind in list(TEXTS)[:5] and not numbers["lost"] > 0.5  # what is lost costs few pieces
            times = numbers["pieces"] / found["English"]["pieces"] if told else np.nan
            row = {"tokeniser": name, "known pieces": tokenizer.get_vocab_size(), "text": kind}
            rows.append(row | numbers | {"times English": times})
        for word in SHOWN:
            words.append({"tokeniser": name, "word": word, "pieces": " ".join(pieces_of(tokenizer, word))})
    table = pd.DataFrame(rows)
    print(table.to_string())
    table.to_csv(RESULTS / "families_tokenisers.csv", index=False, float_format="%.4g")
    pd.DataFrame(words).to_csv(RESULTS / "families_words.csv", index=False)


def main() -> None:
    torch.set_num_threads(1)
    what, *names = sys.argv[1:] or ["all"]
    if what in ("tokenisers", "all"):
        measure_tokenizers()
    if what in ("moved", "all"):
        measure_moved(names)


if __name__ == "__main__":
    main()
