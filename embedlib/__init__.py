"""The helper library of the embeddings course.

Its parts are modules, imported when they are first used: ``from embedlib.word_vectors import
load_word_vectors``, or ``import embedlib`` and then ``embedlib.word_vectors``.
"""

from importlib import import_module
from types import ModuleType

__version__ = "0.1.0"

__all__ = [
    "assets",
    "corpus",
    "counting",
    "datasets",
    "evaluation",
    "exercises",
    "islands",
    "neighbors",
    "plots",
    "projection",
    "tables",
    "word_vectors",
]


def __getattr__(name: str) -> ModuleType:
    if name in __all__:
        return import_module(f"embedlib.{name}")
    raise AttributeError(f"module 'embedlib' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
