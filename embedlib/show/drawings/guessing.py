"""Skip-gram's pairs, pulls and pushes: the drawings of chapter 3."""

__all__: list[str] = []
