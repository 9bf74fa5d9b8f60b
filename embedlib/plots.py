"""Another name of :mod:`embedlib.show`."""

from embedlib.show import *  # noqa: F403
