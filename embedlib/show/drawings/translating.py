"""Where a translator looks: a sentence, its translation, and a weight for every two of their words (chapter 18)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from embedlib.show.board import Board, shade, width_of

__all__ = ["looked_at"]

_SIZE = 14.0  # of the letters


def looked_at(source: Sequence[str], target: Sequence[str], weights: Any) -> Board:
    """A table of squares: a row a word that is written, a column a word that was read, dark where the weight is large.

    Parameters
    ----------
    source
        n words that were read, at most sixteen.
    target
        m words that were written, at most twenty.
    weights
        Shape (m, n), from 0 to 1.

    Examples
    --------
    >>> looked_at(["a", "dog"], ["un", "chien"], [[0.9, 0.1], [0.2, 0.8]])
    Board: a · dog · un · chien
    """
    shares = np.asarray(weights, dtype=float)
    if shares.shape != (len(target), len(source)):
        raise ValueError(
            f"A weight for each of {len(target)} written and {len(source)} read words is needed; "
            f"the shape is {shares.shape}."
        )
    if not (np.isfinite(shares).all() and shares.min() >= 0 and shares.max() <= 1 + 1e-6):
        raise ValueError("The weights go from 0 to 1; one of these does not.")
    if not (1 <= len(source) <= 16 and 1 <= len(target) <= 20):
        raise ValueError(f"Up to sixteen words read and twenty written; these are {len(source)} and {len(target)}.")
    left = max(width_of(word, _SIZE) for word in target) + 14
    top = max(width_of(word, _SIZE) for word in source) + 14
    step = min(30.0, (476 - left) / len(source))
    board = Board(480, top + step * len(target) + 6)
    for j, word in enumerate(source):
        board.text(left + step * (j + 0.5), top - 8, word, size=_SIZE, anchor="start", turn=-90)
    for i, word in enumerate(target):
        board.text(left - 8, top + step * (i + 0.5), word, size=_SIZE, anchor="end")
        for j in range(len(source)):
            tint = shade(float(np.clip(shares[i, j], 0, 1)))
            board.box(left + step * j, top + step * i, step - 2, step - 2, tint=tint, colour="rule")
    return board
