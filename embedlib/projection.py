"""Another name of :mod:`embedlib.vectors.projection`."""

from embedlib.vectors.projection import *  # noqa: F403
