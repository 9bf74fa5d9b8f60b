"""Recommendation: what a person would like next, from what all have liked (chapter 17)."""

from embedlib.recommendation.histories import as_matrix, histories, last_few
from embedlib.recommendation.models import ease, item2vec, item_knn, window_counts

__all__ = ["as_matrix", "ease", "histories", "item2vec", "item_knn", "last_few", "window_counts"]
