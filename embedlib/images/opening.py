"""Any picture as an upright picture in red, green and blue, opened by Pillow; what is none says why."""

from __future__ import annotations

import io
import warnings
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from embedlib import _check

__all__ = ["NotAPicture", "open_image"]

MOST_PIXELS = 89_478_485  # from here on Pillow warns of a decompression bomb
LARGE = 16_000_000  # pixels; a JPEG with more is decoded at a half, a quarter or an eighth of its size
DRAWN = 512  # pixels that a drawing (SVG) is wide


class NotAPicture(ValueError):
    """A file that cannot be opened as a picture."""


def open_image(picture: Any) -> Image.Image:
    """Open a picture as RGB, as a person sees it.

    It is turned as its EXIF entry says; what is transparent becomes white; grey, CMYK and 16-bit pictures get the
    usual three channels of 8 bits; of an animation or of several pages it is the first; a drawing (SVG) is drawn on
    white, 512 pixels wide.

    Parameters
    ----------
    picture
        A file's path, a Pillow image, or an array of whole numbers of shape (h, w), (h, w, 3) or (h, w, 4).

    Raises
    ------
    NotAPicture
        With a sentence: the file is damaged, of another kind, or too large to be decoded safely.
    FileNotFoundError
        If there is no such file.

    Examples
    --------
    >>> open_image(np.zeros((4, 6), np.uint8)).mode
    'RGB'
    """
    if isinstance(picture, Image.Image):
        return _rgb(picture)
    if isinstance(picture, np.ndarray):
        return _rgb(_from_array(picture))
    if not isinstance(picture, (str, Path)):
        raise TypeError(f"A picture is a path, a Pillow image or an array; this is {_check.kind(picture)}.")
    path = Path(picture).expanduser()
    if not path.is_file():
        raise FileNotFoundError(f"There is no file {path}.")
    try:
        with warnings.catch_warnings(action="ignore"), _opened(path) as image:
            if image.width * image.height > LARGE:
                image.draft("RGB", (2_048, 2_048))  # JPEG alone can be decoded smaller than it is
            if image.width * image.height > MOST_PIXELS:
                raise Image.DecompressionBombError
            return _rgb(image)
    except NotAPicture:
        raise
    except Image.DecompressionBombError:
        raise NotAPicture(f"{path.name} has too many pixels to be decoded safely: save it smaller.") from None
    except UnidentifiedImageError:
        raise NotAPicture(_unknown(path)) from None
    except Exception as error:  # a damaged file makes the readers of its many formats stumble in as many ways
        raise NotAPicture(f"{path.name} is damaged, or of a kind that Pillow cannot read ({error}).") from error


def _opened(path: Path) -> Image.Image:
    if path.suffix.lower() != ".svg":
        return Image.open(path)
    import resvg_py  # 6 ms a drawing

    return Image.open(io.BytesIO(resvg_py.svg_to_bytes(svg_path=str(path), width=DRAWN, skip_system_fonts=True)))


def _rgb(image: Image.Image) -> Image.Image:
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith(("I", "F")):
        image = _eight_bits(image)
    if image.has_transparency_data:
        clear = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", clear.size, "white"), clear)
    return image.convert("RGB")


def _eight_bits(image: Image.Image) -> Image.Image:
    """Pillow's own conversion would cut 16-bit numbers off at 255: nearly all would be white."""
    numbers = np.asarray(image)
    if image.mode == "F" or numbers.min() < 0 or numbers.max() > 65_535:
        raise NotAPicture("Its numbers are no brightness from 0 to 65,535: bring them to 0 to 255 first.")
    return Image.fromarray((numbers // 257).astype(np.uint8))


def _from_array(array: np.ndarray[Any, Any]) -> Image.Image:
    if not array.size or not (array.ndim == 2 or (array.ndim == 3 and array.shape[2] in (3, 4))):
        raise ValueError(f"An array is a picture of shape (h, w), (h, w, 3) or (h, w, 4); this has {array.shape}.")
    if array.dtype not in (np.uint8, np.uint16):
        raise TypeError(
            f"A picture's numbers are whole, from 0 to 255 (uint8); these are {array.dtype}. "
            "If they are prepared for a network already, features() takes them."
        )
    return Image.fromarray(array if array.dtype == np.uint8 else (array // 257).astype(np.uint8))


def _unknown(path: Path) -> str:
    with path.open("rb") as stream:
        head = stream.read(12)
    if path.suffix.lower() in (".heic", ".heif") or head[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1"):
        return (
            f"{path.name} is a HEIC picture, as iPhones make them, which Pillow cannot read by itself. Save it as "
            "JPEG, or install pillow-heif and call pillow_heif.register_heif_opener() first."
        )
    return f"{path.name} is empty." if not head else f"{path.name} is no picture that Pillow knows."
