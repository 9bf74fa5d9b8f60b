"""Another name of :mod:`embedlib.show.tables`."""

import sys

from embedlib.show import tables

sys.modules[__name__] = tables
