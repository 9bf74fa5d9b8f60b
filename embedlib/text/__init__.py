"""Running text: tokens, sentences, the course's corpus and the reader's own. Stands on assets and ``_check``."""

from embedlib.text.corpus import Corpus, course_corpus, read_folder, sentences, tokenize
from embedlib.text.encode import Encoded, encode

__all__ = ["Corpus", "Encoded", "course_corpus", "encode", "read_folder", "sentences", "tokenize"]
