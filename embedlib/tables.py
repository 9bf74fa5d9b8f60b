"""Another name of :mod:`embedlib.show.tables`."""

from embedlib.show.tables import *  # noqa: F403
