"""Drawings as one makes them on a board: a few lines, boxes, arrows and words, written straight into SVG.

A drawing is 480 units wide, as wide as a page's column, and its letters are 13 units high or more, so that they can
be read on a phone. It is the same on every machine: no fonts are measured but matplotlib's own.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np

__all__ = ["COLOURS", "TINTS", "Board", "number_text", "shade", "width_of"]

COLOURS = {
    "ink": "#1B1F24",
    "grey": "#6B7280",
    "rule": "#C9CDD3",
    "white": "#FFFFFF",
    "blue": "#0072B2",
    "vermilion": "#C44F00",
    "green": "#007A59",
    "purple": "#A3477F",
    "orange": "#9A6700",
    "sky": "#1F7FB8",
}
"""The course's colours, dark enough for letters on white."""

TINTS = {
    "grey": "#EEF0F2",
    "blue": "#D9EAF5",
    "vermilion": "#FBE3D3",
    "green": "#D5F0E6",
    "purple": "#F6E3EE",
    "orange": "#FBEFD2",
    "sky": "#E1F1FB",
    "white": "#FFFFFF",
    "none": "none",
}
"""The same colours, pale: what boxes are filled with."""

SANS = "'Source Sans 3','Source Sans Pro','Helvetica Neue',Arial,'DejaVu Sans',sans-serif"
MONO = "'SFMono-Regular',Menlo,Consolas,'DejaVu Sans Mono',monospace"


@functools.cache
def width_of(words: str, size: float = 15, bold: bool = False) -> float:
    """The width that a line of text needs, in the drawing's units, measured in a typeface wider than the page's own.

    >>> width_of("embedding") < width_of("embedding", bold=True)
    True
    """
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import TextPath

    if not words.strip():
        return 0.3 * size * len(words)
    font = FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")
    return float(TextPath((0, 0), words, size=size, prop=font).get_extents().width)


class Board:
    """A sheet on which a drawing is made, mark by mark; a notebook shows it when it is the last thing in a cell.

    Parameters
    ----------
    width, height
        Of the sheet, in units; x goes to the right, y goes down.

    Examples
    --------
    >>> board = Board(200, 60)
    >>> board.box(10, 10, 80, 40, "cat", tint="blue").arrow(95, 30, 150, 30).text(175, 30, "dog")
    Board: cat · dog
    """

    def __init__(self, width: float = 480, height: float = 200) -> None:
        self.width, self.height = width, height
        self._marks: list[str] = []
        self._words: list[str] = []  # what is written on it, which a terminal, and a test of figures, can read

    def text(
        self,
        x: float,
        y: float,
        words: str,
        *,
        size: float = 15,
        colour: str = "ink",
        anchor: str = "middle",
        bold: bool = False,
        italic: bool = False,
        mono: bool = False,
        turn: float = 0,
    ) -> Board:
        """Write a line whose middle height is y; ``anchor`` says which part of it is at x: start, middle or end."""
        self._words.append(words)
        style = ' font-weight="600"' * bold + ' font-style="italic"' * italic + f' font-family="{MONO}"' * mono
        turned = f' transform="rotate({_n(turn)} {_n(x)} {_n(y)})"' if turn else ""
        place = f'x="{_n(x)}" y="{_n(y + 0.35 * size)}" font-size="{_n(size)}"'
        look = f'fill="{COLOURS.get(colour, colour)}" text-anchor="{anchor}"{style}{turned}'
        return self._add(f"<text {place} {look}>{escape(words)}</text>")

    def line(
        self, x1: float, y1: float, x2: float, y2: float, *, colour: str = "ink", width: float = 1.5, dash: bool = False
    ) -> Board:
        """A straight line."""
        return self.curve([(x1, y1), (x2, y2)], colour=colour, width=width, dash=dash)

    def curve(
        self, points: Any, *, colour: str = "ink", width: float = 1.8, dash: bool = False, tint: str = "none"
    ) -> Board:
        """A line through n points, an array-like (n, 2); ``tint`` fills what it encloses."""
        way = " ".join(f"{_n(x)},{_n(y)}" for x, y in points)
        return self._add(
            f'<polyline points="{way}" fill="{TINTS.get(tint, tint)}" stroke="{COLOURS.get(colour, colour)}" '
            f'stroke-width="{_n(width)}" stroke-linejoin="round" stroke-linecap="round"'
            + ' stroke-dasharray="4 4"' * dash
            + "/>"
        )

    def arrow(
        self,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        *,
        colour: str = "ink",
        width: float = 1.8,
        dash: bool = False,
        head: float = 9,
    ) -> Board:
        """A straight line with a head at its end."""
        way = np.array([x2 - x1, y2 - y1], dtype=float)
        long = float(np.hypot(*way))
        if not long:
            return self
        along = way / long
        head = min(head, long)
        across = np.array([-along[1], along[0]])
        tip = np.array([x2, y2])
        base = tip - head * along
        corners = [tip, base + 0.42 * head * across, base - 0.42 * head * across]
        self.line(x1, y1, *(tip - 0.8 * head * along), colour=colour, width=width, dash=dash)
        points = " ".join(f"{_n(x)},{_n(y)}" for x, y in corners)
        return self._add(f'<polygon points="{points}" fill="{COLOURS.get(colour, colour)}"/>')

    def arc(
        self,
        x: float,
        y: float,
        radius: float,
        start: float,
        end: float,
        *,
        colour: str = "grey",
        width: float = 1.5,
        tint: str = "none",
    ) -> Board:
        """A part of a circle around (x, y), from one angle to another, in degrees against the clock from the right."""
        angles = np.radians(np.linspace(start, end, max(8, int(abs(end - start) / 6))))
        points = np.column_stack([x + radius * np.cos(angles), y - radius * np.sin(angles)])
        if tint != "none":
            self.curve([(x, y), *points, (x, y)], colour="none", tint=tint)
        return self.curve(points, colour=colour, width=width)

    def box(
        self,
        x: float,
        y: float,
        width: float,
        height: float,
        words: str = "",
        *,
        tint: str = "grey",
        colour: str = "none",
        size: float = 15,
        ink: str = "ink",
        bold: bool = False,
        dash: bool = False,
        mono: bool = False,
    ) -> Board:
        """A rectangle with its upper left corner at (x, y), and words in its middle; ``colour`` is its edge's."""
        self._add(
            f'<rect x="{_n(x)}" y="{_n(y)}" width="{_n(width)}" height="{_n(height)}" rx="3" '
            f'fill="{TINTS.get(tint, tint)}" stroke="{COLOURS.get(colour, colour)}" stroke-width="1.5"'
            + ' stroke-dasharray="4 3"' * dash
            + "/>"
        )
        if words:
            self.text(x + width / 2, y + height / 2, words, size=size, colour=ink, bold=bold, mono=mono)
        return self

    def dot(self, x: float, y: float, radius: float = 4, *, colour: str = "ink") -> Board:
        """A filled circle."""
        return self._add(f'<circle cx="{_n(x)}" cy="{_n(y)}" r="{_n(radius)}" fill="{COLOURS.get(colour, colour)}"/>')

    def bracket(self, x1: float, x2: float, y: float, words: str, *, colour: str = "grey", up: bool = False) -> Board:
        """A bracket under (or, with ``up``, over) what stands between x1 and x2, and what it is called."""
        step = -7 if up else 7
        self.curve([(x1, y), (x1, y + step), (x2, y + step), (x2, y)], colour=colour, width=1.4)
        return self.text((x1 + x2) / 2, y + 2.9 * step, words, size=13.5, colour=colour)

    def cells(
        self,
        x: float,
        y: float,
        values: Any,
        *,
        cell: float = 22,
        height: float | None = None,
        limit: float | None = None,
        printed: bool = False,
        digits: int = 2,
        size: float = 13,
    ) -> Board:
        """A vector (d,) as a strip of coloured cells, orange below zero and purple above, as in ``show_vector``.

        Parameters
        ----------
        cell, height
            Of a cell, in units; a cell is square if no height is given.
        limit
            Ends of the colour scale, ±limit; the largest absolute number if not given.
        printed, digits, size
            Whether the numbers stand in the cells, to how many places and in letters how high.
        """
        import matplotlib
        from matplotlib.colors import to_hex

        numbers = np.asarray(values, dtype=float).ravel()
        limit = limit or float(np.abs(numbers).max()) or 1.0
        height = height or cell
        colours = matplotlib.colormaps["PuOr"]
        if not printed:  # one path a shade, for a strip of many numbers
            levels = np.round(16 * np.clip(numbers / limit, -1, 1)) / 32 + 0.5
            return self.tiles(x, y, [[to_hex(colours(level)) for level in levels]], cell=cell, height=height)
        for place, number in enumerate(numbers):
            red, green, blue, _ = colour = colours(0.5 + 0.5 * np.clip(number / limit, -1, 1))
            self._add(
                f'<rect x="{_n(x + place * cell)}" y="{_n(y)}" width="{_n(cell)}" height="{_n(height)}" '
                f'fill="{to_hex(colour)}" stroke="#C9CDD3" stroke-width="0.6"/>'
            )
            dark = 0.299 * red + 0.587 * green + 0.114 * blue < 0.55
            middle = (x + (place + 0.5) * cell, y + height / 2)
            self.text(*middle, number_text(number, digits), size=size, colour="white" if dark else "ink")
        return self

    def tiles(
        self, x: float, y: float, colours: Sequence[Sequence[str]], *, cell: float = 22, height: float | None = None
    ) -> Board:
        """A table of coloured cells, rows of colours; every colour is one path, however many cells have it."""
        height = height or cell
        ways: dict[str, str] = {}
        for row, line in enumerate(colours):
            for column, colour in enumerate(line):
                way = f"M{_n(x + column * cell)} {_n(y + row * height)}h{_n(cell)}v{_n(height)}h{_n(-cell)}z"
                ways[colour] = ways.get(colour, "") + way
        edge = ' stroke="#C9CDD3" stroke-width="0.6"' * (cell > 6)
        for colour, way in ways.items():
            self._add(f'<path fill="{colour}"{edge} d="{way}"/>')
        return self

    def words(
        self,
        x: float,
        y: float,
        words: Sequence[str],
        *,
        tints: dict[int, str] | None = None,
        size: float = 15,
        gap: float = 6,
        pad: float = 7,
        height: float = 26,
    ) -> list[tuple[float, float]]:
        """A row of words, each in a box as wide as it needs; returns where each box begins and ends.

        ``tints`` names the boxes' tints by place; the others are grey. The row starts at x; y is its middle height.
        """
        ends = []
        for place, word in enumerate(words):
            wide = width_of(word, size) + 2 * pad
            self.box(x, y - height / 2, wide, height, word, tint=(tints or {}).get(place, "grey"), size=size)
            ends.append((x, x + wide))
            x += wide + gap
        return ends

    def svg(self) -> str:
        """The drawing as SVG text."""
        size = f'width="{_n(self.width)}" height="{_n(self.height)}" viewBox="0 0 {_n(self.width)} {_n(self.height)}"'
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="{SANS}">'
            f'<rect width="100%" height="100%" fill="#FFFFFF"/>\n' + "\n".join(self._marks) + "\n</svg>"
        )

    def _repr_svg_(self) -> str:
        return self.svg()

    def __repr__(self) -> str:
        return "Board: " + " · ".join(self._words)

    def _add(self, mark: str) -> Board:
        self._marks.append(mark)
        return self


def number_text(number: float, digits: int = 2) -> str:
    """A number as the course prints it: a true minus sign, no zeros at the end.

    >>> number_text(-0.50)
    '−0.5'
    """
    text = f"{number:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return ("0" if text in ("-0", "") else text).replace("-", "\N{MINUS SIGN}")


def shade(share: float) -> str:
    """A blue between white, for 0, and the course's own, for 1.

    >>> shade(0), shade(1)
    ('#FFFFFF', '#0072B2')
    """
    mixed = np.array([255, 255, 255]) * (1 - share) + np.array([0, 114, 178]) * share
    return "#" + "".join(f"{round(part):02X}" for part in mixed)


def _n(value: float) -> str:
    """A coordinate to a tenth of a unit."""
    text = f"{value:.1f}"
    return text.removesuffix(".0").replace("-0", "0") if text in ("-0.0", "0.0") else text.removesuffix(".0")
