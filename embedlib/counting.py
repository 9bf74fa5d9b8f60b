"""Another name of :mod:`embedlib.words.counting`."""

import sys

from embedlib.words import counting

sys.modules[__name__] = counting
