"""Recommendation: what a person would like next, from what all have liked (chapter 17)."""
