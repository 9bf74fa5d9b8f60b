"""Running text: tokens, sentences, the course's corpus and the reader's own. Stands on assets."""

from embedlib.text.corpus import Corpus, course_corpus, read_folder, sentences, tokenize

__all__ = ["Corpus", "course_corpus", "read_folder", "sentences", "tokenize"]
