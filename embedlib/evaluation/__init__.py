"""Measures of how good embeddings are, each with its coverage and an interval."""
