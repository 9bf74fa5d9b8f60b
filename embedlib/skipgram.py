"""Another name of :mod:`embedlib.words.skipgram`."""

import sys

from embedlib.words import skipgram

sys.modules[__name__] = skipgram
