"""Words in context: encoders that read a sentence and give each of its words a vector. Stands on assets and datasets.

torch and transformers are imported when an encoder is loaded.
"""

from embedlib.contextual.e5 import MultilingualE5
from embedlib.contextual.encoder import ContextualEncoder, TextTruncated, WordVectors
from embedlib.contextual.word import get_word_embedding

__all__ = ["ContextualEncoder", "MultilingualE5", "TextTruncated", "WordVectors", "get_word_embedding"]
