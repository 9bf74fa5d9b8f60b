"""A vector without a network: how often each colour stands in a picture. What a network's vector has to beat."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

__all__ = ["histograms"]

STEPS = 8  # each channel's 256 values fall into so many steps of 32


def histograms(pixels: Any) -> npt.NDArray[np.float32]:
    """How often each of 8 × 8 × 8 colours stands in a picture: where it stands is forgotten.

    Parameters
    ----------
    pixels
        n pictures of one size, shape (n, h, w, 3), uint8.

    Returns
    -------
    array
        Shape (n, 512), float32; each row sums to h · w. White, the lightest step of each channel, is the last column.

    Examples
    --------
    >>> white_and_black = np.array([[[[255, 255, 255], [255, 255, 255], [0, 0, 0]]]], np.uint8)
    >>> counts = histograms(white_and_black)
    >>> counts.shape, float(counts[0, 0]), float(counts[0, 511])
    ((1, 512), 1.0, 2.0)
    """
    pixels = np.asarray(pixels)
    if pixels.ndim != 4 or pixels.shape[3] != 3 or pixels.dtype != np.uint8:
        raise ValueError(
            f"These are pixels of shape (n, h, w, 3) and type uint8, one picture too: (1, ...). "
            f"This has {pixels.shape} and {pixels.dtype}."
        )
    cells = (pixels // (256 // STEPS)).reshape(len(pixels), -1, 3).astype(np.int64) @ np.array([STEPS**2, STEPS, 1])
    return np.stack([np.bincount(row, minlength=STEPS**3) for row in cells]).astype(np.float32)
