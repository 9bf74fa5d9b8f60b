"""Another name of :mod:`embedlib.show`."""

import sys

from embedlib import show

sys.modules[__name__] = show
