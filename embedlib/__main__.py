"""Run the command line: `python -m embedlib`."""

import sys

try:
    from embedlib.cli import main

    status = main()
except ModuleNotFoundError as missing:
    if (missing.name or "").startswith("embedlib"):
        raise
    sys.exit(
        f"embedlib needs {missing.name}, and this Python ({sys.executable}) does not have it. In the course's folder, "
        f"`make book` sets up one that does: then it is .venv/bin/python -m embedlib."
    )
sys.exit(status)
