"""Run every check on all cores, each file on one: `python tools/run_tests.py`, or `... 05` for one chapter alone."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
MOST_WORKERS = 4  # each holds its own vectors, kernel and browser


def command(chapter: str = "") -> list[str]:
    """What is run: chapters with nbval, the examples in embedlib, and all that is in tests/."""
    workers = str(min(MOST_WORKERS, os.cpu_count() or 1))
    pytest = [sys.executable, "-m", "pytest", "-n", workers, "--dist", "loadfile", "--no-loadscope-reorder"]
    chosen = ["--chapter", chapter] if chapter else ["--doctest-modules", "embedlib"]
    return [*pytest, "--nbval", "--skip-unchanged", *chosen, "notebooks", "tests"]


def surroundings() -> dict[str, str]:
    """One thread a worker, unless the caller says otherwise: workers that each take every core wait for each other."""
    return {"OMP_NUM_THREADS": "1", **os.environ}


if __name__ == "__main__":
    sys.exit(subprocess.call(command(*sys.argv[1:2]), cwd=ROOT, env=surroundings()))
