"""Another name of :mod:`embedlib.words.files`."""

from embedlib.words.files import *  # noqa: F403
