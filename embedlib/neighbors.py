"""Another name of :mod:`embedlib.words.neighbors`."""

import sys

from embedlib.words import neighbors

sys.modules[__name__] = neighbors
