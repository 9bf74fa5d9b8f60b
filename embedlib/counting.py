"""Another name of :mod:`embedlib.words.counting`."""

from embedlib.words.counting import *  # noqa: F403
