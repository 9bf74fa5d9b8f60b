"""Build the website into _build/html: `python tools/build_site.py`.

Sphinx keeps the pages of a build and makes only those anew whose files have changed. What a failed or interrupted
build left, and what another embedlib or other versions made, is thrown away first, so that no fault is kept.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SOURCES = ("_config.yml", "_toc.yml", "book", "notebooks", "embedlib", "benchmarks/results", "requirements/words.txt")
BUILD = "import sys; from jupyter_book.cli.main import main; sys.exit(main())"
FLAGS = ("build", ".", "--warningiserror", "--nitpick", "--keep-going", "--quiet")


def files_of(paths: list[Path]) -> list[Path]:
    """Return the files at and below some paths, without what Python compiled."""
    found = [file for path in paths for file in ([path] if path.is_file() else sorted(path.rglob("*")))]
    return [file for file in found if file.is_file() and "__pycache__" not in file.parts]


def made_of() -> str:
    """Return a checksum of all that shapes pages and that Sphinx does not watch: embedlib, the lock, this Python."""
    import embedlib

    library = Path(embedlib.__file__).parent
    digest = hashlib.sha256(f"{sys.version} {sys.prefix} {library}".encode())
    for file in files_of([library, ROOT / "requirements" / "words.txt"]):
        digest.update(file.name.encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def build(folder: Path) -> subprocess.CompletedProcess[str]:
    """Build the book in a folder and return what came of it."""
    made, now = folder / "_build" / ".made", made_of()
    if not made.exists() or made.read_text(encoding="utf-8") != now:
        for left in ("html", ".doctrees", "jupyter_execute"):
            shutil.rmtree(folder / "_build" / left, ignore_errors=True)
    made.unlink(missing_ok=True)
    command = [sys.executable, "-P", "-c", BUILD, *FLAGS]
    environment = {**os.environ, "NO_COLOR": "1"}
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment, check=False)
    if done.returncode == 0:
        made.write_text(now, encoding="utf-8")
    return done


@cache
def site() -> Path:
    """Return the folder of the course's site, built again first when something it is made of is newer."""
    index, made = ROOT / "_build" / "html" / "searchindex.js", ROOT / "_build" / ".made"
    newest = max(file.stat().st_mtime for file in files_of([ROOT / name for name in SOURCES]))
    if not (made.exists() and index.exists()) or newest > made.stat().st_mtime:
        done = build(ROOT)
        if done.returncode:
            raise RuntimeError(f"The site does not build:\n{done.stdout}\n{done.stderr}")
    return index.parent


def pages(folder: Path) -> list[Path]:
    """Return the site's pages, without the entrance that leads on at once."""
    found = [path for path in sorted(folder.rglob("*.html")) if "_static" not in path.parts]
    return [path for path in found if path != folder / "index.html"]


def main() -> int:
    done = build(ROOT)
    if done.returncode:
        print(done.stdout + done.stderr, file=sys.stderr)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
