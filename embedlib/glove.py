"""Another name of :mod:`embedlib.words.glove`."""

import sys

from embedlib.words import glove

sys.modules[__name__] = glove
