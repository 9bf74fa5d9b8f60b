"""Pictures in, rows of numbers out."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from embedlib import _check
from embedlib.assets import store_dir
from embedlib.assets.writing import replacing
from embedlib.images.backbones import Backbone, load_backbone
from embedlib.images.opening import NotAPicture

__all__ = ["POOLINGS", "Folder", "classify", "embed", "embed_folder", "pool"]

Floats = npt.NDArray[np.float32]
POOLINGS = ("mean", "max", "flatten")


class Folder(NamedTuple):
    """n files in the order of the alphabet, their vectors (n, d), and what was skipped, each file with the reason."""

    files: list[Path]
    vectors: Floats
    skipped: dict[Path, str]


def pool(maps: Any, pooling: str = "mean") -> Floats:
    """One vector a picture out of its maps: (n, h, w, c) to (n, c), or to (n, h · w · c) by "flatten".

    Mean and max forget where in the picture a feature was found; flatten keeps a number for each place.

    Examples
    --------
    >>> maps = np.arange(8, dtype=np.float32).reshape(1, 2, 2, 2)
    >>> pool(maps), pool(maps, "max"), pool(maps, "flatten").shape
    (array([[3., 4.]], dtype=float32), array([[6., 7.]], dtype=float32), (1, 8))
    """
    _check.choice("pooling", pooling, POOLINGS)
    maps = np.asarray(maps, np.float32)
    if pooling == "flatten" or maps.ndim == 2:  # classes have no places to pool over
        flat: Floats = maps.reshape(len(maps), -1)
        return flat
    found: Floats = maps.mean(axis=(1, 2)) if pooling == "mean" else maps.max(axis=(1, 2))
    return found


def embed(
    pictures: Any,
    backbone: str | Backbone = "efficientnet-lite0",
    layer: str | None = None,
    pooling: str = "mean",
    batch_size: int = 2,
) -> Floats:
    """A vector for each picture.

    Parameters
    ----------
    pictures
        n paths, Pillow images or arrays of pixels (h, w, 3); or one.
    backbone
        A network's name, or the network; its own preprocessing goes with it.
    layer
        Which layer's maps are pooled; the backbone's ``layers`` names them. Without it, the last before the classes.
    pooling
        "mean" over all places, "max", or "flatten" for all numbers of the maps in a row.
    batch_size
        How many pictures are held at once; on a CPU small batches are fastest (``benchmarks/pictures.py``).

    Returns
    -------
    array
        Shape (n, d), float32; one picture is one row.

    Examples
    --------
    >>> embed(["cat.jpg", "dog.jpg"]).shape  # doctest: +SKIP
    (2, 1280)
    """
    network = load_backbone(backbone) if isinstance(backbone, str) else backbone
    one = isinstance(pictures, (str, Path, Image.Image)) or getattr(pictures, "ndim", 4) < 4
    if getattr(pictures, "ndim", 4) == 1:  # paths in a Series or an array
        one = False
    listed = [pictures] if one else list(pictures)
    if not listed:
        raise ValueError("There are no pictures to embed: the list is empty.")
    size = _check.whole("batch_size", batch_size)
    batches = (listed[start : start + size] for start in range(0, len(listed), size))
    return np.concatenate([_embed(batch, network, layer, pooling) for batch in batches])


def _embed(batch: Iterable[Any], network: Backbone, layer: str | None, pooling: str) -> Floats:
    return pool(network.features(np.stack([network.preprocess(picture) for picture in batch]), layer), pooling)


def classify(pictures: Any, backbone: str | Backbone = "efficientnet-lite0") -> Floats:
    """How probable each class is: shape (n, 1000), each row sums to 1; ``class_names`` names the columns."""
    from scipy.special import softmax

    found: Floats = softmax(embed(pictures, backbone, layer="classes"), axis=1)
    return found


def embed_folder(
    folder: str | Path,
    backbone: str = "efficientnet-lite0",
    layer: str | None = None,
    pooling: str = "mean",
    progress: bool = True,
) -> Folder:
    """A vector for each picture in a folder and its subfolders; hidden files are left out.

    What has been embedded is kept in the asset store by its content: a second call only reads, and after a picture
    was added, renamed or moved only what is new is embedded.

    Examples
    --------
    >>> found = embed_folder("~/Pictures")  # doctest: +SKIP
    >>> nearest(found.vectors, embed("cat.jpg"), k=5).rows  # doctest: +SKIP
    """
    from tqdm.auto import tqdm

    root = Path(folder).expanduser()
    if not root.is_dir():
        raise NotADirectoryError(f"There is no folder {root}.")
    files = [file for file in sorted(root.rglob("*")) if file.is_file() or file.is_symlink()]
    files = [file for file in files if not any(part.startswith(".") for part in file.relative_to(root).parts)]
    network = load_backbone(backbone)
    setting = f"{root.resolve()} {backbone} {network.recipe} {layer or network.embeds} {pooling}"
    kept_in = store_dir() / "pictures" / f"{hashlib.sha256(setting.encode()).hexdigest()[:16]}.npz"
    known, skipped, found = _read(kept_in), {}, {}
    try:
        for file in tqdm(files, desc="pictures", disable=not progress, leave=False):
            try:
                key = hashlib.sha256(file.suffix.lower().encode() + file.read_bytes()).hexdigest()
                if key not in known:
                    known[key] = _embed([file], network, layer, pooling)[0]
                found[file] = known[key]
            except (NotAPicture, OSError) as error:
                skipped[file] = str(error)
    finally:  # what was done before an interruption stays, where it can be kept
        with suppress(OSError):
            _write(kept_in, known)
    if not found:
        raise NotAPicture(f"Of the {len(files)} files in {root} none is a picture.")
    return Folder(list(found), np.stack(list(found.values())), skipped)


def _read(file: Path) -> dict[str, Floats]:
    try:
        with np.load(file) as held:
            return dict(zip(held["keys"].tolist(), held["vectors"], strict=True))
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return {}


def _write(file: Path, known: dict[str, Floats]) -> None:
    if not known:
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    with replacing(file) as temporary, temporary.open("wb") as stream:
        np.savez(stream, keys=np.array(list(known)), vectors=np.stack(list(known.values())))
