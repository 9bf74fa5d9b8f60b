"""Another name of :mod:`embedlib.words.load`."""

import sys

from embedlib.words import load

sys.modules[__name__] = load
