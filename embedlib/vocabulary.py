"""Another name of :mod:`embedlib.words.vocabulary`."""

import sys

from embedlib.words import vocabulary

sys.modules[__name__] = vocabulary
