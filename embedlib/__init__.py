"""The helper library of the embeddings course.

Its packages, from the ground up; each imports only from those above it in this list (``_check``, which words its
refusals, stands under all):

- ``assets``: models and data, fetched once, checked
- ``text``, ``datasets``, ``vectors``: running text; benchmarks; rows of numbers
- ``words``: word vectors: loading, neighbours, counting, skip-gram, GloVe
- ``contextual``: encoders: vectors of words in their sentences
- ``images``: pictures as vectors
- ``evaluation``: measures of how good embeddings are
- ``retrieval``, ``recommendation``: search, and what to offer next
- ``show``: figures, tables and drawings; ``plots``, ``tables`` and ``draw`` are its short names
- ``exercises``, ``islands``: what a reader answers and plays with
- ``cli``, ``doctor``: ``python -m embedlib``

Parts are imported when they are first used: ``from embedlib.words import load_word_vectors``, or ``import embedlib``
and then ``embedlib.words``.
"""

from importlib import import_module
from types import ModuleType

__version__ = "0.1.0"

__all__ = [
    *("assets", "cli", "contextual", "datasets", "doctor", "evaluation", "exercises", "images", "islands"),
    *("recommendation", "retrieval", "show", "text", "vectors", "words"),
]

_SHORT = {
    "draw": "show.drawings",
    "plots": "show",
    "tables": "show.tables",
    "counting": "words.counting",
    "glove": "words.glove",
    "neighbors": "words.neighbors",
    "skipgram": "words.skipgram",
    "vector_files": "words.files",
    "vocabulary": "words.vocabulary",
    "word_vectors": "words.load",
    "projection": "vectors.projection",
    "corpus": "text.corpus",
}
"""Names by which parts are known outside their packages."""


def __getattr__(name: str) -> ModuleType:
    if name in __all__ or name in _SHORT:
        return import_module(f"embedlib.{_SHORT.get(name, name)}")
    raise AttributeError(f"module 'embedlib' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__, *_SHORT])
