"""Another name of :mod:`embedlib.words.files`."""

import sys

from embedlib.words import files

sys.modules[__name__] = files
