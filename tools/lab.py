"""Open the course in JupyterLab, on copies of the chapters that are the reader's own.

    python tools/lab.py               lay the copies in my/ and start JupyterLab
    python tools/lab.py --no-start    lay the copies only
    python tools/lab.py --port 8890   anything else is handed to JupyterLab

A copy has no outputs, so that nothing answers before the reader has thought. A copy that the reader has
changed is never touched: when its chapter changes, the new version is laid beside it.
"""

import argparse
import hashlib
import json
import os
import sys
from pathlib import Path

import nbformat
from kernel_env import NOTEBOOKS, ROOT

MY = ROOT / "my"
LAID = ".laid.json"
AS_ROOT = """JupyterLab does not start for root unless it is told to. In a container:
  make lab LAB_ARGS="--allow-root --ip=0.0.0.0 --no-browser"
Anything in LAB_ARGS is handed to JupyterLab."""


def copy_without_outputs(path: Path) -> bytes:
    """The bytes of a chapter's copy: no outputs, no counts."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return (nbformat.writes(notebook).rstrip("\n") + "\n").encode("utf-8")


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.tmp")
    temporary.write_bytes(content)
    temporary.replace(path)


def _read_laid(folder: Path) -> dict[str, str]:
    try:
        laid = json.loads((folder / LAID).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return laid if isinstance(laid, dict) else {}


class NotAFolder(Exception):
    """Something else stands where a folder, or a chapter's copy, should be laid."""


def lay(chapters: Path = NOTEBOOKS, folder: Path = MY) -> list[str]:
    """Lay copies of all chapters in `folder`; returns a sentence for each that is more than a plain refresh.

    `.laid.json` keeps the checksum of each file laid: a file that still has it is unchanged and is
    refreshed; any other is the reader's, and a newer version goes to `NN_name.new.ipynb` beside it.
    """
    if folder.is_symlink() and not folder.exists():
        raise NotAFolder(f"{folder.name} is a link to a folder that is not there: make it again, or remove {folder}.")
    if folder.exists() and not folder.is_dir():
        raise NotAFolder(f"{folder.name}/ is for your copies of the chapters, and {folder} is a file: rename it.")
    folder.mkdir(exist_ok=True)
    laid = _read_laid(folder)
    told = []
    for chapter in sorted(chapters.glob("[!.]*.ipynb")):
        content = copy_without_outputs(chapter)
        fresh = digest(content)
        target = folder / chapter.name
        if _is_theirs(target, laid):
            if laid.get(target.name) == fresh:
                continue  # changed by the reader, and the chapter is the one they started from
            beside = folder / f"{chapter.stem}.new.ipynb"
            if _is_theirs(beside, laid):
                told.append(f"my/{target.name} and my/{beside.name} hold changes of yours; both are kept. "
                            f"Rename one to get the newest {chapter.name}.")  # fmt: skip
                continue
            if laid.get(beside.name) != fresh or not beside.exists():
                told.append(
                    f"my/{target.name} holds changes of yours and is kept; its new version is my/{beside.name}."
                )
            target = beside
        if not target.exists() or digest(target.read_bytes()) != fresh:
            _write(target, content)
        laid[target.name] = fresh
    _write(folder / LAID, (json.dumps(laid, indent=1, sort_keys=True) + "\n").encode("utf-8"))
    return told


def _is_theirs(path: Path, laid: dict[str, str]) -> bool:
    """Whether a file holds what was never laid there."""
    if path.is_dir():
        raise NotAFolder(f"my/{path.name} is a folder, and a chapter's copy is laid there: rename it.")
    return path.exists() and digest(path.read_bytes()) != laid.get(path.name)


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Open the course in JupyterLab, on your own copies of its chapters.")
    parser.add_argument("--no-start", action="store_true", help="lay the copies and stop")
    options, jupyter = parser.parse_known_args(arguments)
    if not options.no_start and getattr(os, "geteuid", lambda: 1)() == 0 and "--allow-root" not in jupyter:
        print(AS_ROOT, file=sys.stderr)
        return 1
    try:
        for sentence in lay():
            print(sentence)
    except NotAFolder as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Your copies cannot be laid in my/: {error.filename}: {error.strerror}.", file=sys.stderr)
        return 1
    copies = sorted(MY.glob("[0-9][0-9]_*.ipynb"))
    print(
        f"Your copies of the chapters are in my/: {len(copies)} of them. What you change there stays yours.",
        flush=True,
    )
    if options.no_start:
        return 0
    first = f"/lab/tree/my/{copies[0].name}" if copies else "/lab"
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        f"--ServerApp.root_dir={ROOT}",
        f"--LabApp.default_url={first}",
        *jupyter,
    ]
    env = {**os.environ, "TF_ENABLE_ONEDNN_OPTS": "0", "TF_CPP_MIN_LOG_LEVEL": "1"}
    if os.name == "nt":
        import subprocess

        return subprocess.call(command, env=env)
    os.execve(command[0], command, env)


if __name__ == "__main__":
    sys.exit(main())
