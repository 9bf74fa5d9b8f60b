"""Another name of :mod:`embedlib.words.neighbors`."""

from embedlib.words.neighbors import *  # noqa: F403
