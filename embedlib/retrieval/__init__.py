"""Search: lexical and dense, fused, in indexes and engines (chapters 15 and 16).

``indexes`` has NumPy, faiss, LanceDB and Qdrant behind one protocol; ``batches`` embeds a corpus on several processes.
"""

from embedlib.retrieval.batches import embed_into, missing, rows_of, what_it_takes
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
    "embed_into",
    "missing",
    "open_index",
    "rows_of",
    "save_index",
    "what_it_takes",
]
