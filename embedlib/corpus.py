"""Another name of :mod:`embedlib.text.corpus`."""

from embedlib.text.corpus import *  # noqa: F403
