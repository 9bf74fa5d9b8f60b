"""The original ELMo, read from its own two files with NumPy: words in, three layers of vectors out.

Sources: Peters et al. (2018), "Deep contextualized word representations", NAACL; names and layout of the file as
AllenNLP reads them. A word is its bytes, over which filters of several widths look for patterns; two highway layers
and a projection make a vector of what they found. Two stacks of LSTMs read these, one forwards and one backwards.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from embedlib import _check, assets
from embedlib.contextual.encoder import WordVectors

__all__ = ["OriginalELMo"]

Floats = npt.NDArray[np.float32]

# Behind the 256 bytes: where a sentence and a word begin and end, and what fills a word up to 50 signs.
_BEGIN, _END, _WORD, _WORD_END, _FILL, _LONGEST = 256, 257, 258, 259, 260, 50


class OriginalELMo:
    """ELMo as its authors trained it, or a smaller one in the same two files.

    Parameters
    ----------
    folder
        Where the options (``….json``) and the weights (``….hdf5``) lie; by default the asset "elmo-original".

    Examples
    --------
    >>> elmo = OriginalELMo()  # doctest: +SKIP
    >>> elmo.word_vectors("The bank is by the river.").vectors.shape  # doctest: +SKIP
    (7, 1024)
    """

    def __init__(self, folder: str | Path | None = None) -> None:
        self.folder = Path(folder) if folder is not None else assets.path("elmo-original")
        options, weights = (next(iter(sorted(self.folder.glob(f"*.{kind}"))), None) for kind in ("json", "hdf5"))
        if options is None or weights is None:
            raise FileNotFoundError(f"{self.folder} needs options (.json) and weights (.hdf5) of an ELMo.")
        try:
            import h5py
        except ModuleNotFoundError as error:
            raise ModuleNotFoundError(
                "ELMo's file is read by h5py, which is missing here: pip install h5py."
            ) from error
        self.options: dict[str, Any] = json.loads(options.read_text(encoding="utf-8"))
        self.tables: dict[str, Floats] = {}
        with h5py.File(weights, "r") as file:
            file.visititems(lambda name, item: self._keep(name, item) if hasattr(item, "shape") else None)

    def _keep(self, name: str, table: Any) -> None:
        self.tables[name] = np.asarray(table, dtype=np.float32)

    @property
    def n_layers(self) -> int:
        """How many LSTMs stand above one another; hidden states have one more, layer 0."""
        return int(self.options["lstm"]["n_layers"])

    def hidden_states(self, words: list[str]) -> Floats:
        """Every layer's vectors of n words: shape (n_layers + 1, n, d); the forward stack's half and the backward's."""
        inside = np.stack([self._of_signs(signs) for signs in ([_BEGIN], *map(_bytes, words), [_END])])
        ways = [inside, inside[::-1]]
        layers = [np.concatenate([inside, inside], axis=1)]
        for layer in range(self.n_layers):
            said = [self._lstm(f"RNN_{way}/RNN/MultiRNNCell/Cell{layer}/LSTMCell/", ways[way]) for way in (0, 1)]
            ways = said if layer == 0 else [new + old for new, old in zip(said, ways, strict=True)]
            layers.append(np.concatenate([ways[0], ways[1][::-1]], axis=1))
        return np.stack(layers)[:, 1:-1]

    def word_vectors(self, sentence: str, layer: int = -1) -> WordVectors:
        """The words of a sentence, signs among them, with a layer's vectors."""
        spans = [found.span() for found in re.finditer(r"\w+|[^\w\s]", sentence)]
        if not spans:
            raise ValueError("The sentence is empty: there is no word in it to give a vector to.")
        if not -self.n_layers - 1 <= layer <= self.n_layers:
            raise ValueError(f"ELMo has layers 0 to {self.n_layers}; there is no layer {_check.short(str(layer))}.")
        words = [sentence[start:end] for start, end in spans]
        return WordVectors(words, self.hidden_states(words)[layer], spans, [[word] for word in words])

    def _of_signs(self, signs: list[int]) -> Floats:
        """A word's vector before any other word is read."""
        row = [_WORD, *signs[: _LONGEST - 2], _WORD_END]
        seen = self.tables["char_embed"][row + [_FILL] * (_LONGEST - len(row))]
        found = []
        for number, (width, _) in enumerate(self.options["char_cnn"]["filters"]):
            windows = np.lib.stride_tricks.sliding_window_view(seen, width, axis=0).transpose(0, 2, 1)
            table = self.tables[f"CNN/W_cnn_{number}"][0]  # (width, signs' numbers, filters)
            heard = np.tensordot(windows, table, axes=([1, 2], [0, 1])) + self.tables[f"CNN/b_cnn_{number}"]
            found.append(heard.max(axis=0))
        is_relu = self.options["char_cnn"]["activation"] == "relu"
        vector = np.concatenate(found)
        vector = np.maximum(vector, 0) if is_relu else np.tanh(vector)
        for number in range(self.options["char_cnn"]["n_highway"]):
            given = {key: self.tables[f"CNN_high_{number}/{key}"] for key in _HIGHWAY}
            new = np.maximum(vector @ given["W_transform"] + given["b_transform"], 0)
            gate = _sigmoid(vector @ given["W_carry"] + given["b_carry"])
            vector = gate * new + (1 - gate) * vector
        out: Floats = vector @ self.tables["CNN_proj/W_proj"] + self.tables["CNN_proj/b_proj"]
        return out

    def _lstm(self, name: str, words: Floats) -> Floats:
        """One LSTM over n words: its memory is clipped, and what it says is projected and clipped as well."""
        weights, bias, out = (self.tables[name + key] for key in ("W_0", "B", "W_P_0"))
        sizes: Mapping[str, Any] = self.options["lstm"]
        memory, said = np.zeros(len(out), np.float32), np.zeros(out.shape[1], np.float32)
        found = []
        for word in words:
            take, new, keep, show = np.split(np.concatenate([word, said]) @ weights + bias, 4)
            memory = _sigmoid(keep + 1) * memory + _sigmoid(take) * np.tanh(new)
            memory = memory.clip(-sizes["cell_clip"], sizes["cell_clip"])
            said = ((_sigmoid(show) * np.tanh(memory)) @ out).clip(-sizes["proj_clip"], sizes["proj_clip"])
            found.append(said)
        return np.stack(found)


_HIGHWAY = ("W_transform", "b_transform", "W_carry", "b_carry")


def _bytes(word: str) -> list[int]:
    return list(word.encode("utf-8", "ignore"))


def _sigmoid(values: Floats) -> Floats:
    return np.asarray(1 / (1 + np.exp(-values)), np.float32)
