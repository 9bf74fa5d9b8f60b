"""Another name of :mod:`embedlib.text.corpus`."""

import sys

from embedlib.text import corpus

sys.modules[__name__] = corpus
