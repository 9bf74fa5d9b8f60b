"""Another name of :mod:`embedlib.words.skipgram`."""

from embedlib.words.skipgram import *  # noqa: F403
