"""Rows of numbers: arrays (n, d) in, arrays or tables out. Knows no words; imports nothing else of the library."""

from embedlib.vectors.projection import Projection, pca_2d, pca_3d

__all__ = ["Projection", "pca_2d", "pca_3d"]
