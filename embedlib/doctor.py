"""What works on this machine, what is missing, and the command that mends it."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

import embedlib
from embedlib import assets
from embedlib.assets import human_size, sources
from embedlib.assets.store import is_stored

OLDEST, NEWEST = (3, 11, 5), (3, 13)
ROOM = 1_000_000_000
# Each tier of pyproject.toml's dependencies: what it is for, and whether every chapter needs it.
TIERS = {
    "": ("words and the website's data", True),
    "book": ("building the website", False),
    "lab": ("working in JupyterLab", False),
    "text": ("language models, search, maps", False),
    "images": ("images", False),
    "keras": ("image models in Keras", False),
    "test": ("make test", False),
}
# The course's command for each: make lab installs the packages of words, torch or all.
MAKE = {"text": "lab TIER=torch", "images": "lab TIER=torch", "keras": "lab TIER=all", "test": "setup"}
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")


@dataclass(frozen=True)
class Check:
    """One thing looked at, `needed` by every chapter or only by some; `mend` is the command to bring it."""

    name: str
    ok: bool
    seen: str
    mend: str = ""
    needed: bool = True


def examine() -> Iterator[Check]:
    """Look at this machine, one check after another; nothing is fetched or changed."""
    yield _python()
    yield _environment()
    yield from _link()
    yield _pip()
    yield _disk()
    for tier in TIERS:
        yield _tier(tier)
    yield _torch()
    yield from _chapters()
    yield from _torchvision()
    yield _default_assets()
    yield _mirror()
    yield _jupyterlab()
    yield _chromium()


def _python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    fits = sys.version_info[:3] >= OLDEST and sys.version_info[:2] < NEWEST
    return Check("Python", fits, version, "install Python 3.11 or 3.12, then: make PYTHON=python3.11 book")


def _environment() -> Check:
    inside = sys.prefix != sys.base_prefix or "CONDA_PREFIX" in os.environ
    seen = "this is one" if inside else "this Python is not in one"
    return Check("virtual environment", inside, seen, _make("book", "python3 -m venv .venv"), needed=False)


def _link() -> Iterator[Check]:
    """Whether the link by which kernels find embedlib still leads to this folder, where embedlib is linked at all."""
    try:
        url = json.loads(importlib.metadata.distribution("embedlib").read_text("direct_url.json") or "{}")
    except importlib.metadata.PackageNotFoundError:
        return
    if url.get("dir_info", {}).get("editable"):
        linked = Path(url2pathname(urlsplit(url["url"]).path))
        here = Path(embedlib.__file__).resolve().parent.parent
        seen = str(linked) if linked.resolve() == here else f"to {linked}, and this is {here}: was the folder moved?"
        gone = not (linked / "embedlib").is_dir()
        yield Check("link to embedlib", linked.resolve() == here, seen, _make("lab", "pip install -e ."), needed=gone)


def _chapters() -> Iterator[Check]:
    """The tier of each chapter that says at its head that it needs more than the first: `make lab TIER=torch`."""
    for path in sorted((Path(embedlib.__file__).resolve().parent.parent / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        if tier := tier_of(path):
            here = all(_version(package) for package in ("torch", "keras")[: 2 if tier == "all" else 1])
            seen = f"{'has' if here else 'needs'} the packages of TIER={tier}"
            yield Check(f"chapter {path.name[:2]}", here, seen, _make(f"lab TIER={tier}", f"TIER={tier}"), needed=False)


def tier_of(notebook: Path) -> str | None:
    """Return what a chapter says at its head that it needs, `torch` or `all`; None where the first tier is enough."""
    head = json.loads(notebook.read_text(encoding="utf-8"))["cells"][:1]
    found = re.search(r"make lab TIER=(torch|all)", "".join("".join(cell["source"]) for cell in head))
    return found[1] if found else None


def _pip() -> Check:
    version = _version("pip")
    seen = version or "not in this Python; models and data come through it"
    return Check("pip", version is not None, seen, f"{sys.executable} -m ensurepip")


def _disk() -> Check:
    store = assets.store_dir()
    existing = next(folder for folder in (store, *store.parents) if folder.exists())
    try:
        free = shutil.disk_usage(existing).free
        with tempfile.TemporaryFile(dir=existing):
            pass
    except OSError as error:
        return Check("store", False, f"{store} cannot be written ({error.strerror})", "export EMBEDLIB_HOME=~/embedlib")
    seen = f"{human_size(free)} free at {store}"
    return Check("disk", free >= ROOM, seen, "free some, or: export EMBEDLIB_HOME=/a/larger/disk/embedlib")


def _tier(tier: str) -> Check:
    from packaging.requirements import Requirement

    purpose, needed = TIERS[tier]
    name = f"packages for {tier}" if tier else "packages for every chapter"
    try:
        declared = importlib.metadata.requires("embedlib") or []
    except importlib.metadata.PackageNotFoundError:
        return Check(name, False, "embedlib itself is not installed", _make("book", "python -m pip install ."), needed)
    present, absent = [], []
    for requirement in map(Requirement, declared):
        asks = requirement.marker is not None and "extra" in str(requirement.marker)
        if asks != bool(tier) or (requirement.marker and not requirement.marker.evaluate({"extra": tier})):
            continue
        version = _version(requirement.name)
        if version is None:
            absent.append(requirement.name)
        elif not requirement.specifier.contains(version, prereleases=True):
            absent.append(f"{requirement.name} {version} (needs {requirement.specifier})")
        else:
            present.append(f"{requirement.name} {version}")
    seen = ", ".join(present) if not absent else f"{purpose}; not here: {', '.join(absent)}"
    if not absent:
        seen = f"{len(present)} present: {seen}"
    install = f'python -m pip install "embedlib[{tier}]"' if tier else "python -m pip install embedlib"
    return Check(name, not absent, seen, _make(MAKE.get(tier, "lab"), install), needed)


def _torch() -> Check:
    version = _version("torch")
    seen = version or "language and image models"
    return Check(
        "torch", version is not None, seen, _make("lab TIER=torch", "python -m pip install torch"), needed=False
    )


def _torchvision() -> Iterator[Check]:
    for name in ("torchvision", "timm"):
        if version := _version(name):
            seen = f"{version} is installed; it can keep transformers from being imported at all"
            yield Check(name, False, seen, f"python -m pip uninstall {name}", needed=False)


def _default_assets() -> Check:
    wanted = [asset for asset in assets.catalog().values() if asset.default]
    missing = [asset for asset in wanted if not is_stored(asset)]
    seen = f"all {len(wanted)} of the chapters are here"
    if missing:
        size = human_size(sum(asset.size for asset in missing))
        seen = f"{len(missing)} of {len(wanted)} are not here ({size}): {', '.join(a.name for a in missing)}"
    return Check("models and data", not missing, seen, "python -m embedlib assets fetch")


def _mirror() -> Check:
    named = sources.mirrors()
    lost = [str(folder) for folder in named if not folder.is_dir()]
    if lost:
        return Check(
            "mirror",
            False,
            f"EMBEDLIB_MIRROR names {', '.join(lost)}, which is no folder",
            "unset EMBEDLIB_MIRROR",
        )
    if not named:
        return Check("mirror", True, "none set, and none needed (EMBEDLIB_MIRROR)")
    reach = [
        asset.name for asset in assets.catalog().values() if all(sources.in_mirror(asset, file) for file in asset.files)
    ]
    return Check("mirror", True, f"{', '.join(map(str, named))} holds {len(reach)} assets")


def _jupyterlab() -> Check:
    version = _version("jupyterlab")
    seen = version or "not installed"
    mend = _make("lab", 'python -m pip install "embedlib[lab]"')
    return Check("JupyterLab", version is not None, seen, mend, needed=False)


def _chromium() -> Check:
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    seen = found or "not found; only make test's browser tests need it"
    mend = "apt install chromium" if shutil.which("apt") else "python -m playwright install chromium"
    return Check("Chromium", found is not None, seen, mend, needed=False)


def _version(package: str) -> str | None:
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def _make(target: str, otherwise: str) -> str:
    """Name the course's own command where its Makefile is at hand, else one that needs none."""
    return f"make {target}" if (Path(embedlib.__file__).parent.parent / "Makefile").is_file() else otherwise
