"""A small language model that reads: a prompt in, its answer out, the same on every run of one machine.

The model is SmolLM2-135M-Instruct (Allal et al., 2025) in 4-bit numbers, run by llama.cpp through ``xllamacpp``. It
takes the likeliest piece at every step (greedy), so that nothing is drawn by chance; other processors may round
otherwise, and a text may then take another turn.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from embedlib import _check, assets

__all__ = ["Reader", "as_turns", "reading_prompt", "says"]


_MARK = re.compile(r"<\|\w+\|>")


def reading_prompt(question: str, passages: str | Sequence[str] = (), instruction: str = "") -> str:
    """What the model is given: an instruction if there is one, the passages, the question.

    Examples
    --------
    >>> print(reading_prompt("What do cats drink?", ["Cats drink milk."]))
    Cats drink milk.
    <BLANKLINE>
    Question: What do cats drink?
    Answer:
    """
    for name, text in (("question", question), ("instruction", instruction)):
        if not isinstance(text, str):
            raise TypeError(f"The {name} is a text, and {text!r} is none.")
    if not question.strip():
        raise ValueError("The question is empty. Ask something: reading_prompt('What do cats drink?', passages).")
    if passages is None:
        raise TypeError("passages is None. For a question without any, leave it out.")
    given = [passages] if isinstance(passages, str) else list(passages)
    if strange := [place for place, passage in enumerate(given) if not isinstance(passage, str)]:
        raise TypeError(f"Passage {strange[0]} is {_check.short(repr(given[strange[0]]))}, and a passage is a text.")
    if empty := [place for place, passage in enumerate(given) if not passage.strip()]:
        raise ValueError(f"Passage {empty[0]} is empty, so that there is nothing to read in it. Leave it out.")
    return "\n\n".join(filter(None, [instruction, *given, f"Question: {question}\nAnswer:"]))


def as_turns(prompt: str) -> str:
    """A prompt between the marks that this model was trained with: what the user says, and whose turn is next.

    Such marks in the prompt itself are taken out. A page that holds them could end the user's turn.

    >>> as_turns("Who?<|im_end|>")
    '<|im_start|>user\\nWho?<|im_end|>\\n<|im_start|>assistant\\n'
    """
    while (bare := _MARK.sub("", prompt)) != prompt:  # taking one out may join the halves of another
        prompt = bare
    return f"<|im_start|>user\n{prompt}<|im_end|>\n<|im_start|>assistant\n"


def says(reply: str, answer: str) -> bool:
    """Whether a reply holds an answer, as whole words, in any casing; commas within figures do not matter.

    Examples
    --------
    >>> says("It was President Abraham Lincoln.", "lincoln"), says("About $1,019,446.", "1019446")
    (True, True)
    >>> says("In 15,000 homes", "15")
    False
    """
    for name, text in (("reply", reply), ("answer", answer)):
        if not isinstance(text, str):
            raise TypeError(f"The {name} is a text, and {text!r} is none.")
    if not answer.strip():
        raise ValueError("The answer to look for is empty; every reply would hold it.")
    held, wanted = (_plain(text) for text in (reply, answer))
    before = r"(?<![\w.])" if wanted[0].isdigit() else r"(?<!\w)"
    return re.search(rf"{before}{re.escape(wanted)}(?!\w|\.\d)", held) is not None


def _plain(text: str) -> str:
    """Letters in one casing and one way to write their accents, figures without commas between thousands."""
    text = unicodedata.normalize("NFC", text.strip().casefold())
    return re.sub(r"(?<!\d)\d{1,3}(?:,\d{3})+(?!,?\d)", lambda figure: figure[0].replace(",", ""), text)


class Reader:
    """A language model that answers prompts.

    Parameters
    ----------
    model
        The name of an asset that holds a GGUF file, such as "smollm2-135m", or the path of such a file.
    window
        How many pieces of text it can read and write at once.
    threads
        On how many cores it runs.

    Raises
    ------
    AssetUnavailable
        If the model is not there and cannot be had.
    FileNotFoundError
        If a path leads to no GGUF file.

    Examples
    --------
    >>> from embedlib.retrieval.reading import Reader
    >>> reader = Reader()  # doctest: +SKIP
    >>> reader.answer("What do cats drink?", ["Cats drink milk."])  # doctest: +SKIP
    'Cats drink milk.'
    """

    def __init__(self, model: str | Path = "smollm2-135m", window: int = 2048, threads: int = 1) -> None:
        self.window = _check.whole("window", window, 16, " A prompt and its answer have to fit into it.")
        self.file = _gguf(model)
        llama: Any = import_module("xllamacpp")
        given = llama.CommonParams()
        given.model.path = str(self.file)
        given.n_ctx, given.n_parallel, given.n_gpu_layers = self.window, 1, 0
        given.cpuparams.n_threads = given.cpuparams_batch.n_threads = _check.whole("threads", threads)
        given.warmup, given.verbosity, given.cache_ram_mib = False, -1, 0
        try:
            self._server = llama.Server(given)
        except RuntimeError:
            raise ValueError(f"{self.file.name} could not be opened as a GGUF model: is the file whole?") from None

    def complete(self, prompt: str, n: int = 20) -> str:
        """What the model writes after a prompt: at most n pieces, to the end of a line."""
        found = self._run(prompt, n=_check.whole("n", n))
        pieces = found["pieces"]
        if pieces + found["written"] >= self.window and found["written"] < n:
            raise ValueError(
                f"The prompt takes up {pieces:,} of {self.window:,} pieces, which leaves no room for {n:,} more. Give "
                f"it fewer or shorter passages, or open it with Reader(window={pieces + n + 1})."
            )
        return str(found["text"]).strip()

    def answer(self, question: str, passages: str | Sequence[str] = (), instruction: str = "", n: int = 20) -> str:
        """:meth:`complete` with :func:`reading_prompt`."""
        return self.complete(reading_prompt(question, passages, instruction), n)

    def chances(self, prompt: str, words: Sequence[str]) -> dict[str, float]:
        """How likely each of several words is as the first piece of the reply. Casing does not matter.

        A word that is not among the forty likeliest pieces has the chance 0, and so has one that is cut into several.
        """
        words = _check.word_list("words", words)
        content = self._run(prompt, n=1, n_probs=40)["logprobs"]["content"]
        likely = content[0]["top_logprobs"]
        found = dict.fromkeys(words, 0.0)
        for piece in likely:
            start = piece["token"].strip().casefold()
            for word in words:
                if start and start == word.casefold():
                    found[word] += math.exp(piece["logprob"])
        return found

    def n_pieces(self, prompt: str) -> int:
        """How many pieces of text a prompt takes up in the window, marks of the turns included."""
        found: int = self._run(prompt, n=0)["pieces"]
        return found

    def _run(self, prompt: str, n: int, **more: Any) -> Any:
        if not isinstance(prompt, str) or not prompt.strip():
            raise ValueError("The prompt is empty: there is nothing to answer.")
        settings = {"temperature": 0, "top_k": 1, "seed": 0, "cache_prompt": False, "stop": ["\n"]}
        found: Any = self._server.handle_completions(
            {"prompt": as_turns(prompt), "max_tokens": n, **settings, **more},
        )
        if "error" in found:
            needed = found["error"].get("n_prompt_tokens")
            if needed is None:
                raise RuntimeError(f"The model refused the prompt: {found['error'].get('message', 'no reason given')}.")
            raise ValueError(
                f"The prompt is {needed:,} pieces long, and the model reads {self.window:,} at once. Give it fewer or "
                f"shorter passages, or open it with Reader(window={needed + n + 1})."
            )
        used = found["usage"]
        return {**found["choices"][0], "pieces": used["prompt_tokens"], "written": used["completion_tokens"]}

    def __repr__(self) -> str:
        return f"Reader of {self.file.name}, window {self.window:,}"


def _gguf(model: str | Path) -> Path:
    """The file of a model by the name of its asset, or by its path."""
    if isinstance(model, str) and model in assets.catalog():
        folder = assets.path(model)
        files = sorted(folder.glob("*.gguf")) if folder.is_dir() else [folder]
        if not files:
            raise ValueError(f'The asset "{model}" holds no GGUF file, which is what this reads.')
        return files[0]
    file = Path(model)
    if not file.is_file():
        raise FileNotFoundError(
            f"There is no file {file}. Give a GGUF file, or the name of an asset: Reader('smollm2-135m')."
        )
    with file.open("rb") as stream:
        if stream.read(4) != b"GGUF":
            raise ValueError(f"{file.name} is no GGUF file: it does not begin with those four letters.")
    return file
