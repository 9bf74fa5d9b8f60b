"""What a convolution does: a filter over a picture, padding, what a number sees, maps and their pooling (chapter 9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from PIL import Image

from embedlib import _check
from embedlib.show.board import Board, number_text
from embedlib.show.drawings.pictures import _image, picture_rows

__all__ = ["feature_maps", "pooled_maps", "same_padding", "sees", "under_a_filter"]

_SMALL = 96  # pixels that a map is at least drawn with


def under_a_filter(picture: Any, weights: Any, place: tuple[int, int], found: Any = None) -> Board:
    """A picture with a frame at one place, a filter, and the map that grows: nine products and their sum.

    Parameters
    ----------
    picture, weights
        Shapes (n, n) and (k, k), of small whole numbers.
    place
        Row and column of the frame's upper left corner.
    found
        The whole map, shape (n − k + 1, n − k + 1); without it, the number of the place alone is shown.

    Examples
    --------
    >>> under_a_filter([[1, 2], [3, 4]], [[0, 1], [0, 0]], (0, 0))
    Board: picture · 1 · 2 · 3 · 4 · filter · 0 · 1 · 0 · 0 · map · 2 · 1·0 + 2·1 + 3·0 + 4·0 = 2
    """
    image, tile = np.asarray(picture, dtype=float), np.asarray(weights, dtype=float)
    (row, column), kernel = place, len(tile)
    if not all(table.ndim == 2 and (table == table.round()).all() for table in (image, tile)) or len(image) > 8:
        raise ValueError("The drawing has room for whole numbers, at most 8 × 8 of them, and for nothing between them.")
    inside = image[row : row + kernel, column : column + kernel]
    cell, top, gap = 30.0, 26.0, 28.0
    side = len(image) - kernel + 1
    board = Board(480, top + cell * len(image) + 44)
    lefts = [4, 4 + cell * len(image) + gap, 4 + cell * (len(image) + kernel) + 2 * gap]
    look: dict[str, Any] = {"cell": cell, "printed": True, "digits": 0, "size": 14}
    board.text(lefts[0] + cell * len(image) / 2, 10, "picture", size=14, bold=True)
    for line, numbers in enumerate(image):
        board.cells(lefts[0], top + line * cell, numbers, **look, limit=float(np.abs(image).max()) or 1.0)
    x, y, wide = lefts[0] + column * cell, top + row * cell, cell * kernel
    board.curve([(x, y), (x + wide, y), (x + wide, y + wide), (x, y + wide), (x, y)], colour="vermilion", width=3.5)
    middle = top + cell * (len(image) - kernel) / 2
    board.text(lefts[1] + cell * kernel / 2, middle - 14, "filter", size=14, bold=True)
    for line, numbers in enumerate(tile):
        board.cells(lefts[1], middle + line * cell, numbers, **look, limit=float(np.abs(tile).max()) or 1.0)
    middle = top + cell * (len(image) - side) / 2
    board.text(lefts[2] + cell * side / 2, middle - 14, "map", size=14, bold=True)
    total = float((inside * tile).sum())
    if found is None:
        board.box(lefts[2], middle, cell * side, cell * side, tint="none", colour="rule")
        limit = float(np.abs(tile).sum() * np.abs(image).max()) or 1.0
        board.cells(lefts[2] + column * cell, middle + row * cell, [total], **look, limit=limit)
    else:
        for line, numbers in enumerate(np.asarray(found)):
            board.cells(lefts[2], middle + line * cell, numbers, **look, limit=float(np.abs(found).max()) or 1.0)
    x, y = lefts[2] + column * cell, middle + row * cell
    board.curve([(x, y), (x + cell, y), (x + cell, y + cell), (x, y + cell), (x, y)], colour="vermilion", width=3.5)
    pairs = [(number_text(a, 0), number_text(b, 0)) for a, b in zip(inside.ravel(), tile.ravel(), strict=True)]
    parts = [f"{a}·({b})" if b.startswith("\N{MINUS SIGN}") else f"{a}·{b}" for a, b in pairs]
    said = " + ".join(parts) + f" = {number_text(total, 0)}"
    return board.text(240, top + cell * len(image) + 26, said, size=14)


def same_padding(side: int, kernel: int, stride: int) -> Board:
    """Where the windows of a convolution lie on a row of pixels, as PyTorch pads it and as TensorFlow's SAME does.

    Examples
    --------
    >>> same_padding(4, 3, 2)
    Board: PyTorch, padding=1 · 0 · 1 · 2 · 3 · 4 · 0 · TensorFlow, SAME · 1 · 2 · 3 · 4 · 0
    """
    _check.whole("side", side, least=kernel)
    if side + 2 * (kernel // 2) > 13:
        raise ValueError(f"A row of {side} pixels and its zeros is too wide for the drawing; 10 fit.")
    windows = -(-side // stride)
    needed = max((windows - 1) * stride + kernel - side, 0)
    rows = {
        f"PyTorch, padding={kernel // 2}": (kernel // 2, kernel // 2),
        "TensorFlow, SAME": (needed // 2, needed - needed // 2),
    }
    cell, left = 34.0, 30.0 + 34 * (kernel // 2)
    board = Board(480, 2 * (66 + 13 * windows) + 4)
    for line, (name, (before, after)) in enumerate(rows.items()):
        top = 4 + line * (66 + 13 * windows)
        board.text(4, top + 8, name, anchor="start", size=14, bold=True)
        for place in range(-before, side + after):
            pixel = 0 <= place < side
            tint, edge = ("blue", "none") if pixel else ("none", "grey")
            words = str(place + 1) if pixel else "0"
            board.box(
                left + place * cell, top + 22, cell - 3, 28, words, tint=tint, colour=edge, dash=not pixel, size=14
            )
        for window in range(windows):
            x = left + (window * stride - before) * cell
            y = top + 58 + 13 * window
            board.curve(
                [(x, y), (x, y + 5), (x + kernel * cell - 3, y + 5), (x + kernel * cell - 3, y)], colour="vermilion"
            )
    return board


def sees(picture: Any, sides: Mapping[str, int]) -> Board:
    """Squares on a picture: how many of its pixels a number of each layer can depend on.

    Parameters
    ----------
    picture
        A square picture of some 224 pixels a side.
    sides
        By the layer's name, the side of the square in pixels; a square may be larger than the picture.

    Examples
    --------
    >>> sees(np.zeros((224, 224, 3), np.uint8), {"first": 3, "last": 500})
    Board: first: 3 · last: 500
    """
    pixels = np.asarray(picture)
    room, most = 300.0, max([len(pixels), *sides.values()])
    scale = room / most
    board = Board(480, room + 16)
    middle = 8 + room / 2
    half = len(pixels) * scale / 2
    _image(board, middle - half, middle - half, 2 * half, Image.fromarray(pixels))
    colours = ["vermilion", "blue", "green", "purple", "orange", "ink"]
    for place, (name, side) in enumerate(sorted(sides.items(), key=lambda each: each[1])):
        reach, colour = side * scale / 2, colours[place % len(colours)]
        corners = [(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)]
        board.curve([(middle + a * reach, middle + b * reach) for a, b in corners], colour=colour, width=2.5)
        y = 30 + place * (room - 30) / max(len(sides) - 1, 1) * 0.9
        board.line(room + 30, y, room + 48, y, colour=colour, width=3)
        board.text(room + 56, y, f"{name}: {side}", anchor="start", size=14)
    return board


def feature_maps(rows: Mapping[str, Any], marked: Mapping[str, int] | None = None) -> Board:
    """Rows of maps or of filters as pictures, each brought from its own lowest number, black, to its highest, white.

    Parameters
    ----------
    rows
        By the row's name, k maps: shape (k, h, w), or (k, h, w, 3) for filters over red, green and blue; some eight
        fit. What is a picture already, uint8, is drawn as it is.

    Examples
    --------
    >>> feature_maps({"stem": np.eye(3)[None]})
    Board: stem
    """
    return picture_rows({name: [_as_picture(one) for one in some] for name, some in rows.items()}, marked)


def _as_picture(numbers: Any) -> np.ndarray[Any, Any]:
    values = np.asarray(numbers)
    if not np.isfinite(values).all():
        raise ValueError("Some of the numbers of a map are not numbers (NaN or infinite), so it has no greys.")
    if values.dtype != np.uint8:
        low, span = float(values.min()), float(np.ptp(values))
        values = ((values - low) / (span or 1.0) * 255).round().astype(np.uint8)
    times = -(-_SMALL // max(values.shape[:2]))
    return values.repeat(times, axis=0).repeat(times, axis=1) if times > 1 else values


def pooled_maps(maps: Any, channels: Sequence[int]) -> Board:
    """Maps of one picture, and beneath them what the mean, the maximum and flattening keep of each.

    Parameters
    ----------
    maps
        Shape (h, w, c).
    channels
        Which are drawn; four fit.

    Examples
    --------
    >>> pooled_maps(np.arange(8.0).reshape(2, 2, 2), [0, 1])
    Board: channel 0 · channel 1 · mean · 3 · 4 · max · 6 · 7 · flatten · 4 numbers · 4 numbers
    """
    values = np.asarray(maps, dtype=float)
    height, width, _ = values.shape
    left, room = 74.0, (480 - 74) / len(channels)
    side = min(room - 12, 112)
    board = Board(480, side + 136)
    limit = float(np.abs(values[..., list(channels)]).max()) or 1.0
    xs = [left + place * room + (room - side) / 2 for place in range(len(channels))]
    for x, channel in zip(xs, channels, strict=True):
        board.text(x + side / 2, 9, f"channel {channel}", size=13.5)
        for line, numbers in enumerate(values[:, :, channel]):
            board.cells(x, 20 + line * side / height, numbers, cell=side / width, height=side / height, limit=limit)
        board.arrow(x + side / 2, side + 24, x + side / 2, side + 42, colour="grey")
    ways = {"mean": values.mean(axis=(0, 1)), "max": values.max(axis=(0, 1))}
    for line, (name, numbers) in enumerate(ways.items()):
        y = side + 58 + 26 * line
        board.text(left - 10, y, name, anchor="end", size=14, bold=True, colour="blue")
        for x, channel in zip(xs, channels, strict=True):
            board.text(x + side / 2, y, number_text(float(numbers[channel])), size=14)
    y = side + 114
    board.text(left - 10, y, "flatten", anchor="end", size=14, bold=True, colour="vermilion")
    for x in xs:
        board.text(x + side / 2, y, f"{height * width} numbers", size=14)
    return board
