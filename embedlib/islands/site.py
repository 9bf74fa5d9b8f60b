"""Islands for the website: the same modules as in JupyterLab, made into classic scripts.

Browsers refuse modules and `fetch` on pages opened from a folder, so everything that the site ships is a
classic script: the loader, one script an island, and each part of its data as a script that assigns a string.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import html
import json
import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from embedlib.assets import available as asset_here
from embedlib.islands.base import (
    ROOT,
    Island,
    available,
    island,
    options_of,
    part_bytes,
    part_file,
    write_atomically,
)

_QUOTED = re.compile(
    r"//[^\n]*|/\*.*?\*/|'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\"|`(?:\\.|[^`\\])*`",
    re.DOTALL,
)
_KEYWORD = re.compile(r"(?<![.\w$])(import|export)(?![\w$]|\s*:)")
_DEFAULT = re.compile(r"export\s+default(?![\w$])")


def shared(suffix: str) -> str:
    """What every island's script (`js`) or style sheet (`css`) begins with."""
    return (ROOT / f"shared.{suffix}").read_text(encoding="utf-8")


def module_source(one: Island) -> str:
    """The island's ES module with the shared helpers in front: what anywidget runs."""
    return "\n".join([shared("js"), _helpers(one), (one.folder / "island.js").read_text(encoding="utf-8")])


def worker_source(one: Island) -> str:
    """The island's worker with the same in front, or nothing where it has none."""
    worker = one.worker or one.folder / "worker.js"
    if not worker.is_file():
        return ""
    return "\n".join([shared("js"), _helpers(one), worker.read_text(encoding="utf-8")])


def _helpers(one: Island) -> str:
    return "\n".join((ROOT / name).read_text(encoding="utf-8") for name in one.helpers)


def style_source(one: Island) -> str:
    """The island's style sheet with the shared one in front."""
    return shared("css") + "\n" + (one.folder / "island.css").read_text(encoding="utf-8")


def classic_script(name: str, module: str, parts: Mapping[str, str] | None = None) -> str:
    """Turn an ES module into a classic script that registers its default export as an island.

    Parameters
    ----------
    name : of the island.
    module : the source; it has exactly one `export default`, no other export and no import.
    parts : the data's file names, by part.

    Raises
    ------
    ValueError
        When the module does not keep to that, with the line where it does not.

    >>> print(classic_script("dot", "export default { render() {} };"))
    (function () {
    "use strict";
    const islandModule = { render() {} };
    const site = (window.embedlib = window.embedlib || {});
    (site.islands = site.islands || {})["dot"] = islandModule;
    (site.parts = site.parts || {})["dot"] = {};
    })();
    <BLANKLINE>
    """
    masked = _QUOTED.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), module)
    defaults = []
    for found in _KEYWORD.finditer(masked):
        line = masked.count("\n", 0, found.start()) + 1
        default = _DEFAULT.match(masked, found.start())
        if found.group() == "import":
            raise ValueError(
                f"The island {name} has an import on line {line}. A page opened from a folder cannot load "
                "modules: put the code into the island, or what several islands need into shared.js."
            )
        if not default:
            raise ValueError(f"The island {name} exports more than its default, on line {line}.")
        defaults.append(default)
    if len(defaults) != 1:
        raise ValueError(f"The island {name} needs exactly one `export default`; it has {len(defaults)}.")
    start, end = defaults[0].span()
    key = json.dumps(name)
    return (
        '(function () {\n"use strict";\n'
        + module[:start]
        + "const islandModule ="
        + module[end:].rstrip()
        + "\nconst site = (window.embedlib = window.embedlib || {});\n"
        + f"(site.islands = site.islands || {{}})[{key}] = islandModule;\n"
        + f"(site.parts = site.parts || {{}})[{key}] = {json.dumps(dict(parts or {}), sort_keys=True)};\n"
        + "})();\n"
    )


def data_script(key: str, content: bytes) -> bytes:
    """Bytes as a script: base64 is safe in every character set that a server may claim."""
    text = base64.b64encode(content).decode("ascii")
    return f'((window.embedlib = window.embedlib || {{}}).data ??= {{}})["{key}"] = "{text}";\n'.encode()


def worker_script(key: str, source: str) -> bytes:
    """A worker that a server serves by its address, and that a page opened from a folder gets as text."""
    return (
        '(function (run) {\nif (typeof document === "undefined") run();\n'
        f'else ((window.embedlib = window.embedlib || {{}}).workers ??= {{}})["{key}"] = run;\n'
        "})(function () {\n" + source + "\n});\n"
    ).encode()


def transferred(script: bytes) -> int:
    """How many bytes a server that compresses sends for this script."""
    return len(gzip.compress(script, 6, mtime=0))


def export_site(
    out_dir: Path | str, names: Iterable[str] | None = None, cache_dir: Path | str | None = None
) -> list[Path]:
    """Write the islands' files for the website into `out_dir/islands`.

    Parameters
    ----------
    out_dir : the folder of the site's static files.
    names : which islands; all by default.
    cache_dir : where data is kept between builds; by default beside the assets.

    Returns
    -------
    list of Path
        The files: the loader, then for each island its script, style sheet and data. A file that is already
        as it should be is left untouched.

    Raises
    ------
    ValueError
        For an unknown name, a module that breaks the rules, or data above the budget.
    embedlib.assets.AssetUnavailable
        When the data has to be made and its model cannot be had.
    """
    folder = Path(out_dir) / "islands"
    cache = Path(cache_dir) if cache_dir else None
    files = {"loader.js": (ROOT / "loader.js").read_bytes()}
    for name in available() if names is None else names:
        files.update(island_files(island(name), cache))
    for file, content in files.items():
        place = folder / file
        if not place.is_file() or place.read_bytes() != content:
            write_atomically(place, content)
    return [folder / file for file in files]


def island_files(one: Island, cache_dir: Path | None = None) -> dict[str, bytes]:
    """An island's files for the site, by name."""
    scripts: dict[str, bytes] = {}
    addresses: dict[str, str] = {}
    for part, about in one.parts.items():
        if about.asset and not asset_here(about.asset):
            continue
        key = part_file(one, part)
        script = data_script(key, part_bytes(one, part, cache_dir))
        size = transferred(script)
        if size > about.budget:
            raise ValueError(
                f'The data "{part}" of the island {one.name} takes {size:,} bytes; {about.budget:,} are allowed.'
            )
        scripts[f"{key}.js"] = script
        addresses[part] = f"{key}.js?v={_short(script)}"
    if worker := worker_source(one):
        key = f"{one.name}.worker"
        scripts[f"{key}.js"] = worker_script(key, worker)
        addresses["worker"] = f"{key}.js?v={_short(scripts[f'{key}.js'])}"
    return {
        f"{one.name}.js": classic_script(one.name, module_source(one), addresses).encode(),
        f"{one.name}.css": style_source(one).encode(),
        **scripts,
    }


def placeholder_html(name: str, static_root: str, **options: Any) -> str:
    """The island's place in a page: complete without JavaScript, made live by the loader.

    Parameters
    ----------
    name : of the island.
    static_root : the relative address of the folder that `export_site` was given, as seen from the page.
    options : its state at the start, for instance `word="cat"`.

    Returns
    -------
    str
        A style sheet link, one `div` and the loader's script; a page may hold several.
    """
    one = island(name)
    state = options_of(one, options)
    root = html.escape(static_root.rstrip("/") or ".", quote=True)
    version = _version(name)
    given = {**state, "loads": _loads(name), "first": one.first(state)}
    data = json.dumps(given, ensure_ascii=False, sort_keys=True)
    return (
        f'<link rel="stylesheet" href="{root}/islands/{name}.css?v={version}">\n'
        f'<div class="island island-{name}" data-island="{name}" '
        f'data-options="{html.escape(data, quote=True)}">\n'
        f"{one.fallback_html(state, '')}\n"
        "<noscript><p>This part answers your own words where JavaScript is on; "
        "without it, it shows one example.</p></noscript>\n"
        "</div>\n"
        f'<script defer src="{root}/islands/loader.js?v={version}"></script>\n'
    )


@cache
def _loads(name: str) -> str:
    """What the island says that it will load when first used: the size of its first part."""
    one = island(name)
    part = next((part for part, about in one.parts.items() if not about.asset or asset_here(about.asset)), "")
    if not part:
        return ""
    return f"{transferred(data_script(part_file(one, part), part_bytes(one, part))) / 1e6:.1f} MB"


def _short(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:8]


def _version(name: str) -> str:
    """Changes with the island's code, so that a browser never pairs new pages with old scripts."""
    one = island(name)
    loader = (ROOT / "loader.js").read_text(encoding="utf-8")
    keys = [part.key() for part in one.parts.values()]
    return _short("\0".join([loader, module_source(one), worker_source(one), style_source(one), *keys]).encode())
