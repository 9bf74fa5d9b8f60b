"""The built site for the tests: the one in `_build/html`, built again first when something it is made of is newer."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = (
    "_config.yml",
    "_toc.yml",
    "book",
    "notebooks",
    "embedlib/islands",
    "embedlib/exercises",
    "benchmarks/results",
)


def newest(paths: list[Path]) -> float:
    files = [file for path in paths for file in ([path] if path.is_file() else path.rglob("*")) if file.is_file()]
    return max((file.stat().st_mtime for file in files if "__pycache__" not in file.parts), default=0.0)


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    """Build the book in a folder as `make book` does, and return what came of it."""
    program = str(Path(sys.executable).with_name("jupyter-book"))
    command = [program, "build", ".", "--warningiserror", "--nitpick", "--keep-going", "--quiet"]
    environment = {**os.environ, "NO_COLOR": "1"}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment, check=False)


@cache
def site() -> Path:
    """Return the folder of the built site."""
    made = ROOT / "_build" / "html" / "searchindex.js"
    if not made.exists() or newest([ROOT / name for name in SOURCES]) > made.stat().st_mtime:
        done = build(ROOT)
        if done.returncode:
            raise RuntimeError(f"The site does not build:\n{done.stdout}\n{done.stderr}")
        made.touch()
    return made.parent


def pages(folder: Path) -> list[Path]:
    """Return the site's pages, without the entrance that leads on at once."""
    found = [path for path in sorted(folder.rglob("*.html")) if "_static" not in path.parts]
    return [path for path in found if path != folder / "index.html"]
