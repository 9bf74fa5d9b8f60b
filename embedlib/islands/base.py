"""What an island is, and where its data comes from: built once from the model, then kept in a cache."""

from __future__ import annotations

import hashlib
import html
import importlib
import os
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent


@dataclass(frozen=True)
class Part:
    """One file of an island's data, fetched by the island when it is first used.

    Attributes
    ----------
    make : computes the bytes; may be slow, because the result is cached.
    key : names everything that the bytes depend on; when it changes they are made again.
    file : name of the file that holds it, "island.part" where empty. Islands that use the same data
        name the same file: it is made, kept and sent once.
    budget : bytes that it may take on the wire; more than the usual only behind a button that states the size.
    asset : the site is built without this part where that asset is not on the machine; empty where it must be.
    """

    make: Callable[[], bytes]
    key: Callable[[], str]
    file: str = ""
    budget: int = 2_000_000
    asset: str = ""


@dataclass(frozen=True)
class Island:
    """An interactive part that is the same in JupyterLab and on the site.

    Attributes
    ----------
    folder : holds `island.js`, `island.css` and, for heavy computation, `worker.js`.
    defaults : the state that Python and JavaScript share, by name, with its value at the start.
    check : returns options made valid, or raises ValueError with a sentence that helps.
    first : what the module needs to draw its first answer for these options before any data comes, as JSON.
    fallback_html : that answer as a plain table, for pages without scripts and stored in notebooks; its second
        argument is a sentence for the caption.
    parts : its data; "data" is the usual name of the only one.
    helpers : scripts of this package that stand in front of its module and of its worker.
    worker : its `worker.js`, where that lies in another island's folder.
    invitation : the caption's last sentence in a notebook.
    """

    folder: Path
    defaults: Mapping[str, Any]
    check: Callable[[dict[str, Any]], dict[str, Any]]
    first: Callable[[dict[str, Any]], dict[str, Any]]
    fallback_html: Callable[[dict[str, Any], str], str]
    parts: Mapping[str, Part] = field(default_factory=dict)
    helpers: tuple[str, ...] = ()
    worker: Path | None = None
    invitation: str = " Run this cell to try your own."

    @property
    def name(self) -> str:
        """The folder's name, which is the island's."""
        return self.folder.name


def plain_table(caption: Sequence[str], head: Sequence[str], rows: Iterable[Sequence[str]], css_class: str = "") -> str:
    """A table in HTML; of its caption's pieces every second one is a word spoken about.

    >>> plain_table(["Near ", "cat"], ["word"], [])
    '<table><caption>Near <i>cat</i></caption><thead><tr><th>word</th></tr></thead><tbody></tbody></table>'
    """
    said = "".join(f"<i>{html.escape(p)}</i>" if i % 2 else html.escape(p) for i, p in enumerate(caption))
    titles = "".join(f"<th>{html.escape(name)}</th>" for name in head)
    cells = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    start = f'<table class="{css_class}">' if css_class else "<table>"
    return f"{start}<caption>{said}</caption><thead><tr>{titles}</tr></thead><tbody>{cells}</tbody></table>"


def available() -> list[str]:
    """The names of the islands.

    >>> "neighbors" in available()
    True
    """
    return sorted(source.parent.name for source in ROOT.glob("*/island.js"))


def island(name: str) -> Island:
    """The island of that name; ValueError lists those that there are."""
    if name not in available():
        raise ValueError(f'There is no island "{name}". There are: {", ".join(available())}.')
    found: Island = importlib.import_module(f"embedlib.islands.{name}").ISLAND
    return found


def options_of(one: Island, options: Mapping[str, Any]) -> dict[str, Any]:
    """The island's defaults with these options in their place, checked."""
    unknown = sorted(set(options) - set(one.defaults))
    if unknown:
        raise ValueError(
            f'The island "{one.name}" has no option {", ".join(unknown)}; it has {", ".join(one.defaults)}.'
        )
    state = {**one.defaults, **options}
    for name, default in one.defaults.items():
        for kind, said in ((bool, "True or False"), (str, "text in quotes")):
            if isinstance(default, kind) and not isinstance(state[name], kind):
                raise ValueError(f"{name} is {said}, not {state[name]!r}.")
    return one.check(state)


def within(name: str, value: Any, least: int, most: int) -> None:
    """ValueError unless an option is a whole number from one to another."""
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"{name} is a whole number from {least} to {most:,}, not {value!r}.")


def default_cache() -> Path:
    """Where parts are kept between builds: `islands` in the asset store's folder."""
    from embedlib.assets import store_dir

    return store_dir() / "islands"


def part_bytes(one: Island, name: str, cache_dir: Path | None = None) -> bytes:
    """One part of an island's data, from the cache or made now and kept.

    A cache that cannot be written is no error: the part is then made anew each time.
    """
    if name not in one.parts:
        known = ", ".join(one.parts) or "none"
        raise ValueError(f'The island "{one.name}" has no data called "{name}"; it has: {known}.')
    part = one.parts[name]
    return cached(cache_dir or default_cache(), part_file(one, name), part.key(), part.make)


def part_file(one: Island, name: str) -> str:
    """What the file is called that holds this part; islands may share one."""
    return one.parts[name].file or f"{one.name}.{name}"


def cached(folder: Path, stem: str, key: str, make: Callable[[], bytes]) -> bytes:
    """The bytes kept under this stem and key, or those that `make` gives, kept from now on."""
    digest = hashlib.sha256(key.encode()).hexdigest()[:16]
    place = folder / f"{stem}.{digest}"
    try:
        kept = place.read_bytes()
    except OSError:
        kept = b""
    # The file ends in its own checksum: one cut short by a full disk or a crash is made again.
    if kept[-32:] == hashlib.sha256(kept[:-32]).digest():
        return kept[:-32]
    made = make()
    try:
        write_atomically(place, made + hashlib.sha256(made).digest())
        for old in folder.glob(f"{stem}.*"):
            if old != place and not old.name.endswith(".partial"):
                old.unlink(missing_ok=True)
    except OSError:
        pass
    return made


def write_atomically(place: Path, content: bytes) -> None:
    """Write a file so that a reader sees either the old one or the whole new one."""
    place.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=place.parent, prefix=f"{place.name}.", suffix=".partial")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(place)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def source_key(*files: Path) -> str:
    """A checksum of source files, for a part's key."""
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def asset_key(name: str) -> str:
    """The checksums of an asset's files, for a part's key; nothing is fetched or read."""
    from embedlib.assets import entry

    return " ".join(file.sha256 for file in entry(name).files)
