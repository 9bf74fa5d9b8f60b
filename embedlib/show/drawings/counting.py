"""Windows, tables of counts, what chance expects, fewer columns: the drawings of chapter 2."""

__all__: list[str] = []
