"""Another name of :mod:`embedlib.vectors.projection`."""

import sys

from embedlib.vectors import projection

sys.modules[__name__] = projection
