"""The surroundings every chapter is executed and checked in: one place, so that the two cannot differ."""

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path

from ipykernel.kernelspec import get_kernel_dict
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
OFFLINE = Path(__file__).resolve().parent / "offline"

SETTINGS = {
    # Nothing differs from run to run.
    "PYTHONHASHSEED": "0",
    "SOURCE_DATE_EPOCH": "0",
    "TZ": "UTC",
    "LC_ALL": "C.UTF-8",
    "COLUMNS": "100",
    # Nothing is asked of a network. Port 9 of this machine answers nobody; see offline/sitecustomize.py, too.
    "PIP_NO_INDEX": "1",
    "HF_HUB_OFFLINE": "1",
    "TRANSFORMERS_OFFLINE": "1",
    "http_proxy": "http://127.0.0.1:9",
    "https_proxy": "http://127.0.0.1:9",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "no_proxy": "127.0.0.1,localhost",
    "NO_PROXY": "127.0.0.1,localhost",
    # Nothing talks on stderr.
    "HF_HUB_DISABLE_PROGRESS_BARS": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "TF_CPP_MIN_LOG_LEVEL": "1",
    "PYTHONNOUSERSITE": "1",
}


@cache
def _empty_ipython_folder() -> str:
    folder = tempfile.mkdtemp(prefix="ipython-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def kernel_env() -> dict[str, str]:
    """The environment of a kernel: this process's own, with `SETTINGS`, without personal start-up files."""
    env = {name: value for name, value in os.environ.items() if name != "MPLBACKEND"}
    env.update(SETTINGS)
    env["IPYTHONDIR"] = _empty_ipython_folder()
    env["PYTHONPATH"] = os.pathsep.join([str(OFFLINE), *filter(None, [os.environ.get("PYTHONPATH")])])
    return env


class ThisPython(KernelSpecManager):
    """Whatever kernel a notebook names, run it with the Python that runs the tools."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(**get_kernel_dict(), name=kernel_name)
