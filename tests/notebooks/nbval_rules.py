"""The course's settings for nbval: how its kernels start, and which cells it passes over.

A pytest plugin. With `--nbval`, every chapter runs in the Python that runs pytest, in the surroundings of
`tools/kernel_env.py`, which have no network. A cell tagged `needs:<asset>` is skipped, with that reason,
where the asset cannot be had; where it can, the cell runs and is compared like any other.
"""

from functools import cache, partial
from typing import Any

import nbval.kernel
import pytest
from kernel_env import kernel_env
from nbval.plugin import IPyNbCell

CELL_TIMEOUT = 300.0
NBVAL_DEFAULT_TIMEOUT = 2000.0


def needed_assets(cell: Any) -> list[str]:
    """Names of the assets that a cell's `needs:` tags ask for."""
    return [tag.removeprefix("needs:") for tag in cell.metadata.get("tags", []) if tag.startswith("needs:")]


@cache
def is_available(asset: str) -> bool:
    from embedlib.assets import available

    return available(asset)


def pytest_configure(config: pytest.Config) -> None:
    if not config.option.nbval:
        return
    config.option.nbval_current_env = True
    if config.option.nbval_cell_timeout == NBVAL_DEFAULT_TIMEOUT:
        config.option.nbval_cell_timeout = CELL_TIMEOUT
    if not isinstance(nbval.kernel.start_new_kernel, partial):
        nbval.kernel.start_new_kernel = partial(nbval.kernel.start_new_kernel, env=kernel_env())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if not isinstance(item, IPyNbCell):
            continue
        assets = needed_assets(item.cell)
        missing = [asset for asset in assets if not is_available(asset)]
        if missing:
            names = " ".join(missing)
            reason = f"needs {names}, which is not on this machine: python -m embedlib assets fetch {names}"
            item.add_marker(pytest.mark.skip(reason=reason))
        elif assets:
            # Its `raises-exception` is there for readers without the asset; here the cell has to work.
            item.options["check_exception"] = False
