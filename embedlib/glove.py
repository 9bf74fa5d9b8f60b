"""Another name of :mod:`embedlib.words.glove`."""

from embedlib.words.glove import *  # noqa: F403
