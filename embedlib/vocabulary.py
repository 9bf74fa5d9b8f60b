"""Another name of :mod:`embedlib.words.vocabulary`."""

from embedlib.words.vocabulary import *  # noqa: F403
