"""GloVe's ratios, words in pieces, vocabularies: the drawings of chapter 4."""

__all__: list[str] = []
