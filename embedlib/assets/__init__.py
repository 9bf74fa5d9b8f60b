"""Models, benchmarks and corpora by name: pinned by checksum, fetched once, checked before use.

>>> from embedlib.assets import entry
>>> entry("glove-6b-50d").licence
'PDDL 1.0'
"""

from embedlib.assets.entries import Asset, File, Source, UnknownAsset, catalog, entry
from embedlib.assets.errors import AssetUnavailable, human_size
from embedlib.assets.store import Finding, available, fetch, path, store_dir, verify

__all__ = [
    "Asset",
    "AssetUnavailable",
    "File",
    "Finding",
    "Source",
    "UnknownAsset",
    "available",
    "catalog",
    "entry",
    "fetch",
    "human_size",
    "path",
    "store_dir",
    "verify",
]
