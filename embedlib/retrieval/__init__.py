"""Search: lexical and dense, fused, in indexes and engines (chapters 15 and 16)."""
