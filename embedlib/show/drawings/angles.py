"""Vectors as arrows, angles, one-hot lookups: the drawings of chapter 1."""

__all__: list[str] = []
