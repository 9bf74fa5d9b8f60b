"""Run chapters again, in place, and leave notebooks in which a diff shows only what changed.

    python tools/execute.py 01          the chapter whose file begins with 01_
    python tools/execute.py all         every chapter
    python tools/execute.py PATH.ipynb  any notebook

A cell tagged `needs:<asset>` keeps its stored outputs where the asset cannot be had. When a cell fails, the
file stays as it was.
"""

import argparse
import hashlib
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
from jupyter_client.manager import AsyncKernelManager
from kernel_env import NOTEBOOKS, ThisPython, kernel_env
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

CELL_TIMEOUT = 600
NOTEBOOK_METADATA: dict[str, Any] = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python", "pygments_lexer": "ipython3"},
}
KEPT_NOTEBOOK_METADATA = {"mystnb"}
KEPT_CELL_METADATA = {"tags", "mystnb", "island", "jp-MarkdownHeadingCollapsed", "slideshow", "editable", "deletable"}
WIDGET_TYPES = {"application/vnd.jupyter.widget-view+json", "application/vnd.jupyter.widget-state+json"}


class ChapterError(Exception):
    """A chapter that could not be run; its message says which cell and why."""


def is_available(asset: str) -> bool:
    from embedlib.assets import available

    return available(asset)


def find_notebook(name: str, folder: Path = NOTEBOOKS) -> list[Path]:
    """The notebooks that `name` means: a path, `all`, or the number a chapter's file begins with."""
    if name.endswith(".ipynb"):
        path = Path(name)
        if not path.is_file():
            raise ChapterError(f"there is no notebook {name}.")
        return [path]
    if name == "all":
        return sorted(folder.glob("*.ipynb"))
    found = sorted(folder.glob(f"{name.zfill(2)}_*.ipynb"))
    if not found:
        have = ", ".join(path.name[:2] for path in sorted(folder.glob("[0-9][0-9]_*.ipynb"))) or "none"
        raise ChapterError(f"no chapter's file begins with {name.zfill(2)}_; the chapters are: {have}.")
    return found


def missing_assets(cell: NotebookNode) -> list[str]:
    """The assets a cell's `needs:` tags name and this machine cannot have."""
    needed = [tag.removeprefix("needs:") for tag in cell.metadata.get("tags", []) if tag.startswith("needs:")]
    return [asset for asset in needed if not is_available(asset)]


def run(notebook: NotebookNode, folder: Path, name: str, say: Callable[[str], None] = print) -> None:
    """Execute `notebook` in place with `folder` as its working directory; ChapterError when a cell fails."""
    manager = AsyncKernelManager(kernel_name="python3", kernel_spec_manager=ThisPython(), transport_encryption="auto")
    client = NotebookClient(
        notebook,
        km=manager,
        timeout=CELL_TIMEOUT,
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        resources={"metadata": {"path": str(folder)}},
    )
    with client.setup_kernel(cleanup_kc=True, env=kernel_env()):
        for position, cell in enumerate(notebook.cells):
            if cell.cell_type != "code" or not cell.source.strip():
                continue
            where = f"{name}, cell {position + 1} (id {cell.id})"
            missing = missing_assets(cell)
            if missing:
                say(f"{where}: kept as stored, since it needs {', '.join(missing)}.")
                client.execute_cell(new_code_cell("pass"), position)  # so that the counts go on
                notebook.cells[position] = cell
                continue
            try:
                client.execute_cell(cell, position)
            except CellExecutionError as error:
                raise ChapterError(f"{where} failed: {error.ename}: {error.evalue}\n\n{cell.source}") from error
            except CellTimeoutError as error:
                raise ChapterError(f"{where} ran for longer than {CELL_TIMEOUT} seconds.") from error
            except DeadKernelError as error:
                raise ChapterError(f"{where} ended its kernel: out of memory, perhaps.") from error
            errors = [output for output in cell.outputs if output.output_type == "error"]
            if errors and any(tag.startswith("needs:") for tag in cell.metadata.get("tags", [])):
                raise ChapterError(f"{where} has its asset and failed: {errors[0].ename}: {errors[0].evalue}")


def clean(notebook: NotebookNode) -> None:
    """Take out what changes from run to run or machine to machine, and number the executed cells 1…n."""
    kept = {key: value for key, value in notebook.metadata.items() if key in KEPT_NOTEBOOK_METADATA}
    notebook.metadata = NotebookNode({**kept, **nbformat.from_dict(NOTEBOOK_METADATA)})
    notebook.nbformat_minor = max(notebook.nbformat_minor, 5)
    count = 0
    ids: set[str] = set()
    for position, cell in enumerate(notebook.cells):
        cell.metadata = NotebookNode({k: v for k, v in cell.metadata.items() if k in KEPT_CELL_METADATA})
        if cell.get("id") is None or cell.id in ids:
            cell["id"] = hashlib.sha256(f"{position}:{cell.source}".encode()).hexdigest()[:8]
        ids.add(cell.id)
        if cell.cell_type != "code":
            continue
        if not cell.source.strip():
            cell.execution_count, cell.outputs = None, []
            continue
        count += 1
        if cell.execution_count is None and missing_assets(cell):
            continue  # never run anywhere: the hygiene test will say so
        cell.execution_count = count
        cell.outputs = [_clean_output(output, count) for output in cell.outputs if _shows_something(output)]


def _shows_something(output: NotebookNode) -> bool:
    return "data" not in output or bool(output.data.keys() - WIDGET_TYPES)


def _clean_output(output: NotebookNode, count: int) -> NotebookNode:
    if "data" in output:
        output.data = NotebookNode({k: v for k, v in output.data.items() if k not in WIDGET_TYPES})
    if output.output_type == "execute_result":
        output.execution_count = count
    if output.output_type == "error":
        # Frames of installed libraries hold paths of this machine and line numbers of one version.
        output.traceback = [part for part in output.traceback if "File " not in part or "Cell In" in part]
    return output


def write(notebook: NotebookNode, path: Path) -> None:
    """Write to a name of its own in the same folder, then rename: never half a notebook."""
    nbformat.validate(notebook)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.stem}.", suffix=".tmp")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(nbformat.writes(notebook).rstrip("\n") + "\n")
        Path(temporary).chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def execute(path: Path, say: Callable[[str], None] = print) -> bool:
    """Execute one notebook in place; True when the file changed. ChapterError leaves it as it was."""
    before = path.read_bytes()
    notebook = nbformat.read(path, as_version=4)
    run(notebook, path.resolve().parent, path.name, say)
    clean(notebook)
    write(notebook, path)
    return path.read_bytes() != before


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description="Run chapters again, in place, and leave clean notebooks.")
    parser.add_argument("chapters", nargs="+", metavar="CH", help="01, all, or the path of a notebook")
    options = parser.parse_args(arguments)
    try:
        for chapter in options.chapters:
            for path in find_notebook(chapter):
                print(f"Running {path.name} ...", flush=True)
                print(f"{path.name}: {'changed' if execute(path) else 'unchanged'}.", flush=True)
    except ChapterError as error:
        print(f"{error}\n\nThe notebook is as it was.", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
