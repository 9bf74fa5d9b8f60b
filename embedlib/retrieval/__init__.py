"""Search: lexical and dense, fused, in indexes and engines (chapters 15 and 16).

``indexes`` has NumPy, faiss, LanceDB and Qdrant behind one protocol.
"""

from embedlib.retrieval.indexes import (
    ExactIndex,
    FaissIndex,
    Hits,
    LanceIndex,
    QdrantIndex,
    VectorIndex,
    open_index,
    save_index,
)

__all__ = [
    "ExactIndex",
    "FaissIndex",
    "Hits",
    "LanceIndex",
    "QdrantIndex",
    "VectorIndex",
    "open_index",
    "save_index",
]
