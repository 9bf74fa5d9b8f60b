"""Embeddings for TensorBoard's embedding projector: a folder that it opens."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from embedlib import _check

__all__ = ["export_projector"]

_MOST_IN_SPRITE = 8192  # pixels of a side that a browser's graphics card holds


def export_projector(
    folder: str | Path,
    vectors: Any,
    words: Sequence[str],
    columns: Mapping[str, Sequence[Any]] | None = None,
    *,
    name: str = "embeddings",
    pictures: Sequence[Any] | None = None,
    side: int = 48,
) -> Path:
    """Write vectors and their names so that ``tensorboard --logdir FOLDER`` shows them under *Projector*.

    Parameters
    ----------
    folder
        Made if it is not there; files of the same names in it are replaced.
    vectors
        Shape (n, d), all of them finite.
    words
        n names. Tabs and line breaks in them, which would end a field, become spaces.
    columns
        Further columns by name, n values each, such as a kind by which dots can be coloured.
    name
        Under which the projector lists them.
    pictures
        n pictures (PIL), drawn small in place of the dots.
    side
        Of a small picture, in pixels.

    Returns
    -------
    Path
        The folder. It holds ``projector_config.pbtxt``, ``tensors.tsv``, ``metadata.tsv`` and, with pictures,
        ``sprite.png``.

    Raises
    ------
    ValueError
        If numbers of rows differ, or a vector holds NaN.

    Examples
    --------
    >>> import tempfile
    >>> folder = export_projector(tempfile.mkdtemp(), [[1, 0], [0, 1]], ["cat", "dog"])
    >>> sorted(file.name for file in folder.iterdir())
    ['metadata.tsv', 'projector_config.pbtxt', 'tensors.tsv']
    """
    names = _check.word_list("words", words)
    try:
        rows = np.asarray(vectors, dtype=np.float32)
    except (TypeError, ValueError):
        raise ValueError(f"Vectors are one array of numbers, shape ({len(names)}, d), all equally long.") from None
    if rows.ndim != 2 or 0 in rows.shape or len(rows) != len(names):
        raise ValueError(
            f"There are {len(names)} words; vectors of shape ({len(names)}, d) are needed, not {rows.shape}."
        )
    if not np.isfinite(rows).all():
        bad = int(np.flatnonzero(~np.isfinite(rows).all(axis=1))[0])
        raise ValueError(f'The vector of "{names[bad]}" holds NaN or infinity, which the projector cannot place.')
    if "word" in (columns or {}):
        raise ValueError('The column "word" is the words themselves; give the further column another name.')
    lists = {"word": names, **{title: list(values) for title, values in (columns or {}).items()}}
    for title, values in lists.items():
        if len(values) != len(names):
            raise ValueError(f'The column "{title}" has {len(values)} values for {len(names)} words; each needs one.')
    if pictures is not None and len(pictures) != len(names):
        raise ValueError(f"There are {len(pictures)} pictures for {len(names)} words; each needs one.")

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder / "tensors.tsv", ["\t".join(f"{number:.7g}" for number in row) for row in rows])
    lines = ["\t".join(map(_field, line)) for line in zip(*lists.values(), strict=True)]
    # With one column there must be no head, or the head would be taken as the first word.
    _write(folder / "metadata.tsv", lines if len(lists) == 1 else ["\t".join(map(_field, lists)), *lines])
    config = [f'  tensor_name: "{_quoted(name)}"', '  tensor_path: "tensors.tsv"', '  metadata_path: "metadata.tsv"']
    if pictures is not None:
        _sprite(pictures, side).save(folder / "sprite.png")
        size = [f"    single_image_dim: {side}"] * 2
        config += ["  sprite {", '    image_path: "sprite.png"', *size, "  }"]
    _write(folder / "projector_config.pbtxt", ["embeddings {", *config, "}"])
    return folder


def _write(file: Path, lines: Sequence[str]) -> None:
    file.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="\n")


def _field(value: Any) -> str:
    return " ".join(str(value).split()) or " "


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")


def _sprite(pictures: Sequence[Any], side: int) -> Any:
    """All pictures in one square, row by row, as the projector reads them."""
    from PIL import Image

    across = math.ceil(math.sqrt(len(pictures)))
    if across * _check.whole("side", side) > _MOST_IN_SPRITE:
        raise ValueError(
            f"{len(pictures):,} of {side} pixels make too large a sheet: side={_MOST_IN_SPRITE // across} fits."
        )
    sheet = Image.new("RGB", (across * side, across * side), "white")
    for place, picture in enumerate(pictures):
        small = picture.convert("RGB").resize((side, side))
        sheet.paste(small, (side * (place % across), side * (place // across)))
    return sheet
