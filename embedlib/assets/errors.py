"""What can go wrong with an asset, each as a sentence that helps."""

from __future__ import annotations

from embedlib.assets.entries import Asset


class SourceFailed(Exception):
    """One source did not give the right bytes; the next one is tried."""


class StoreTrouble(Exception):
    """The store itself cannot take the file (read-only, full): no other source would help."""


class AssetUnavailable(RuntimeError):
    """An asset cannot be had here and now.

    The message holds what is missing, how big it is, its licence, two ways to get it, and what was tried.
    """

    def _render_traceback_(self) -> list[str]:
        """Let IPython show the message without the call stack: it is addressed to a reader."""
        return [f"{type(self).__name__}: {self}"]


def human_size(count: int) -> str:
    """Write a number of bytes as people read it.

    >>> [human_size(n) for n in (0, 999, 7186, 83_673_675, 1_743_563_840)]
    ['0 B', '999 B', '7.2 kB', '84 MB', '1.7 GB']
    """
    size = float(count)
    for unit in ("B", "kB", "MB", "GB"):
        if size < 999.5 or unit == "GB":
            return f"{size:.0f} {unit}" if unit == "B" or size >= 9.95 else f"{size:.1f} {unit}"
        size /= 1000
    raise AssertionError


def unavailable(asset: Asset, store: str, tried: list[str]) -> AssetUnavailable:
    """Build the error for an asset that no source could give, from what was tried."""
    size = human_size(asset.size) if asset.size else "size unknown"
    first = asset.files[0].name
    ways = []
    if asset.sources:
        ways.append(f"with a network, run: python -m embedlib assets fetch {asset.name}")
    elif asset.homepage:
        ways.append(f"get it from {asset.homepage} under its terms and put {_names(asset)} into {store}/{asset.name}")
    stick = "from a USB stick or another machine" if asset.redistributable else "from a copy that you have"
    held = f"{asset.name}/{first}" if len(asset.files) == 1 else f"{asset.name}/ with {_names(asset)}"
    ways.append(f"{stick}: set EMBEDLIB_MIRROR to a folder that holds {held}")
    if len(ways) == 1:
        ways.append(f"by hand: put {_names(asset)} into {store}/{asset.name}")
    lines = [
        f"{asset.name} is not on this machine: {asset.summary}.",
        f"  Size: {size}. Licence: {asset.licence}.",
        f"  To get it, (1) {ways[0]};",
        f"  or (2) {ways[1]}.",
    ]
    lines += [f"  Tried: {reason}." for reason in tried]
    return AssetUnavailable("\n".join(lines))


def _names(asset: Asset) -> str:
    names = [f.name for f in asset.files]
    return ", ".join(names) if len(names) <= 3 else f"{names[0]} and its other {len(names) - 1} files"
