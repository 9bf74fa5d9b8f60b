"""Run the command line: `python -m embedlib`."""

import sys

from embedlib.cli import main

sys.exit(main())
