"""Rows of numbers: arrays (n, d) in, arrays or tables out. Knows no words; stands on ``_check``.

``rows`` brings vectors to length 1 and pairs them, ``search`` finds the nearest, ``projection`` draws a plane,
``alignment`` lays one space onto another.
"""

from embedlib.vectors.alignment import csls, procrustes
from embedlib.vectors.projection import Projection, pca_2d, pca_3d
from embedlib.vectors.rows import pair_cosines, stranger_cosines, unit_rows
from embedlib.vectors.search import NearestRows, cosines, nearest

__all__ = [
    "NearestRows",
    "Projection",
    "cosines",
    "csls",
    "nearest",
    "pair_cosines",
    "pca_2d",
    "pca_3d",
    "procrustes",
    "stranger_cosines",
    "unit_rows",
]
