"""Another name of :mod:`embedlib.words.load`."""

from embedlib.words.load import *  # noqa: F403
