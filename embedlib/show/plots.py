"""The course's figures: one style, one palette, and its picture of a vector, a strip of coloured cells.

In a notebook figures are shown as SVG whose text stays text, and which comes out the same on every run: no
date, no random identifiers, coordinates rounded to a thousandth of a point.
"""

from __future__ import annotations

import functools
import hashlib
import io
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar

import numpy as np

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = [
    "ACCENT",
    "DIVERGING",
    "INK",
    "PALETTE",
    "PAPER",
    "SEQUENTIAL",
    "show_arrows",
    "show_distributions",
    "show_vector",
    "to_svg",
    "use_style",
]

_Array = np.ndarray[Any, np.dtype[Any]]
_Given = ParamSpec("_Given")
_Made = TypeVar("_Made")

PALETTE = {
    "blue": "#0072B2",
    "vermilion": "#D55E00",
    "green": "#009E73",
    "purple": "#CC79A7",
    "orange": "#E69F00",
    "sky": "#56B4E9",
}
"""Okabe and Ito's colours, told apart by colour-blind readers; in the order in which figures use them."""

ACCENT = "#0B5FA5"
INK = "#1B1F24"
PAPER = "#FFFFFF"
DIVERGING = "PuOr"  # signed numbers: negative orange, zero white, positive purple
SEQUENTIAL = "cividis"  # similarities

WIDTH = 4.8  # inches of a figure, as in course.mplstyle: its letters can still be read on a phone
_STYLE = Path(__file__).with_name("course.mplstyle")
_MOST_PRINTED = 8  # numbers a vector may have for them to be printed in its cells
_MOST_STRIPS = 60


def _in_course_style(draw: Callable[_Given, _Made]) -> Callable[_Given, _Made]:
    """Draw in the course's style whatever style is set, and leave that as it was."""

    @functools.wraps(draw)
    def styled(*args: _Given.args, **kwargs: _Given.kwargs) -> _Made:
        import matplotlib.style

        _show_as_svg()
        with matplotlib.style.context(_STYLE):
            return draw(*args, **kwargs)

    return styled


def use_style() -> None:
    """Set matplotlib to the course's style, and have a notebook show figures as reproducible SVG."""
    import matplotlib.pyplot as plt

    plt.style.use(_STYLE)
    _show_as_svg()


@_in_course_style
def show_vector(
    vectors: Any,
    words: str | Sequence[str] | None = None,
    limit: float | None = None,
    title: str | None = None,
) -> Figure:
    """Draw vectors as strips of coloured cells, one cell a number, all on one scale from negative to
    positive.

    Numbers are printed in the cells of short vectors (up to 8 numbers).

    Parameters
    ----------
    vectors
        One vector (d,), several (n, d), a dictionary of name to vector, or ``KeyedVectors``.
    words
        Names of the strips; for ``KeyedVectors`` and dictionaries the words to draw, in this order.
    limit
        Ends of the colour scale, ±limit; the largest absolute number drawn if not given. Give the same limit
        to figures that are to be compared.
    title
        Above the strips.

    Returns
    -------
    Figure
        Shown by the notebook when it is the last thing in a cell.

    Raises
    ------
    UnknownWordError, TypeError, ValueError
        If a word is unknown, the vectors differ in length, or one holds NaN.

    Examples
    --------
    >>> figure = show_vector({"cat": [0.2, 0.5, -0.1], "dog": [0.1, 0.4, -0.2]})
    >>> [label.get_text() for label in figure.axes[0].get_yticklabels()]
    ['cat', 'dog']
    """
    names, rows = _named_rows(vectors, words)
    if len(rows) > _MOST_STRIPS:
        raise ValueError(f"{len(rows):,} strips are too many to look at; choose {_MOST_STRIPS} at most.")
    if limit is None:
        limit = float(np.abs(rows).max()) or 1.0
    elif not limit > 0:
        raise ValueError(f"limit is the end of the colour scale; it is {limit} and must be above 0.")

    n, width = rows.shape
    printed = width <= _MOST_PRINTED
    strip, gap = 0.34, 0.22
    height = n * strip + 0.75 + (0.3 if title else 0)
    figure = _figure(width=min(WIDTH, 1.6 + 0.75 * width) if printed else WIDTH, height=height)
    axes = figure.subplots()
    ink = _readable_on(limit)
    mesh = None
    for i, row in enumerate(rows):
        mesh = axes.pcolormesh(
            np.arange(width + 1) - 0.5,
            [i - 0.5 + gap / 2, i + 0.5 - gap / 2],
            row[None, :],
            cmap=DIVERGING,
            vmin=-limit,
            vmax=limit,
            edgecolors="#C9CDD3" if width <= 100 else "face",
            linewidth=0.3,
        )
        if printed:
            for j, value in enumerate(row):
                text = f"{value:.2f}".rstrip("0").rstrip(".").replace("-", "\N{MINUS SIGN}")
                axes.text(j, i, text, ha="center", va="center", fontsize=10, color=ink(value))
    axes.set_ylim(n - 0.5, -0.5)
    axes.set_yticks(range(n), names)
    axes.tick_params(axis="y", length=0)
    step = 1 if printed else next((s for s in (5, 10, 20, 50, 100, 200) if width / s <= 10.5), 500)
    axes.set_xticks(range(0, width, step))
    axes.set_xlabel("dimension")
    axes.spines[["left", "bottom"]].set_visible(False)
    if title:
        axes.set_title(title)
    assert mesh is not None
    bar = figure.colorbar(mesh, ax=axes, shrink=1.0, aspect=max(4, 7 * n * strip), pad=0.02, ticks=[-limit, 0, limit])
    bar.ax.set_yticklabels([f"\N{MINUS SIGN}{limit:.3g}", "0", f"{limit:.3g}"])
    bar.ax.tick_params(length=0)
    bar.outline.set_visible(False)
    return figure


@_in_course_style
def show_arrows(
    vectors: Mapping[str, Any],
    title: str | None = None,
    elevation: float = 18,
    turn: float = -58,
    axes_names: Sequence[str] | None = None,
) -> Figure:
    """Draw named vectors of two or three numbers as arrows from the origin.

    Parameters
    ----------
    vectors
        A dictionary of name to vector, at most six.
    title
        Above the arrows.
    elevation, turn
        From where three dimensions are seen, in degrees.
    axes_names
        What the numbers are; "dimension 0" and so on if not given.

    Returns
    -------
    Figure
    """
    names, rows = _named_rows(vectors, None)
    if rows.shape[1] not in (2, 3):
        raise ValueError(f"Arrows can be drawn in 2 or 3 dimensions, and these vectors have {rows.shape[1]}.")
    if len(rows) > len(PALETTE):
        raise ValueError(f"{len(rows)} arrows are too many to tell apart; choose {len(PALETTE)} at most.")
    heads = axes_names or [f"dimension {place}" for place in range(rows.shape[1])]
    if len(heads) != rows.shape[1]:
        raise ValueError(f"There are {len(heads)} names for {rows.shape[1]} axes; each needs one.")
    reach = 1.15 * float(np.abs(rows).max()) or 1.0
    if rows.shape[1] == 2:
        return _arrows_in_a_plane(names, rows, reach, title, heads)
    figure = _figure(width=WIDTH, height=3.9)
    axes: Any = figure.add_subplot(projection="3d")
    low, high = np.minimum(rows.min(axis=0), 0), np.maximum(rows.max(axis=0), 0)
    side = 1.15 * float((high - low).max()) or 1.0  # one scale on all three axes, or angles would lie
    floor, centre = (low + high - side) / 2, (low + high) / 2
    for row, colour in zip(rows, PALETTE.values(), strict=False):
        axes.quiver(0, 0, 0, *row, color=colour, linewidth=2.2, arrow_length_ratio=0.12)
        axes.plot([row[0]] * 2, [row[1]] * 2, [floor[2], row[2]], color=colour, linewidth=0.8, linestyle=":")
        axes.scatter([row[0]], [row[1]], [floor[2]], color=colour, s=10, depthshade=False)
    for place, axis in enumerate("xyz"):
        getattr(axes, f"set_{axis}lim")(centre[place] - side / 2, centre[place] + side / 2)
        getattr(axes, f"set_{axis}label")(heads[place])
    axes.set_box_aspect((1, 1, 1), zoom=0.9)
    axes.locator_params(nbins=3)
    axes.view_init(elev=elevation, azim=turn)
    _name_arrows(axes, names, rows)
    if title:
        axes.set_title(title)
    return figure


@_in_course_style
def show_distributions(
    groups: Mapping[str, Any],
    label: str = "cosine",
    bins: int = 30,
    title: str | None = None,
    marked: Mapping[str, float] | None = None,
) -> Figure:
    """Draw one histogram for each group of numbers, under one another on one scale, with its median marked.

    Parameters
    ----------
    groups
        Name to numbers, at most six groups.
    label
        What the numbers are, below the lowest histogram.
    bins
        Number of bars between the least and the largest number of all.
    title
        Above the histograms.
    marked
        Name to number, each an upright line through all the histograms.

    Returns
    -------
    Figure
    """
    if not groups:
        raise ValueError("There are no groups to draw; give a dictionary of name to numbers.")
    if len(groups) > len(PALETTE):
        raise ValueError(f"{len(groups)} groups are too many to tell apart; choose {len(PALETTE)} at most.")
    values = {name: _numbers(name, group) for name, group in groups.items()}
    everything = np.concatenate(list(values.values()))
    edges = np.histogram_bin_edges(everything, bins=bins)
    figure = _figure(width=WIDTH, height=0.7 + 0.85 * len(values) + (0.3 if title else 0))
    panels = figure.subplots(len(values), 1, sharex=True, squeeze=False)[:, 0]
    for panel, (name, group), colour in zip(panels, values.items(), PALETTE.values(), strict=False):
        panel.hist(group, bins=edges, weights=np.full(len(group), 1 / len(group)), color=colour, alpha=0.75)
        median = float(np.median(group))
        panel.axvline(median, ymax=0.86, color=INK, linewidth=1.2)
        panel.annotate(
            f"{median:.2f}".replace("-", "\N{MINUS SIGN}"),
            (median, 0.88),
            xycoords=("data", "axes fraction"),
            ha="center",
            fontsize=10,
        )
        for value in (marked or {}).values():
            panel.axvline(value, color="#A64600", linewidth=1.3, linestyle=(0, (4, 3)))
        panel.margins(y=0.25)
        panel.set_yticks([])
        panel.spines["left"].set_visible(False)
        panel.set_ylabel(f"{name}\n(n = {len(group):,})", rotation=0, ha="right", va="center")
    for name, value in (marked or {}).items():
        place = (value, 0.96)
        panels[0].annotate(
            name, place, xycoords=("data", "axes fraction"), xytext=(5, 0), textcoords="offset points",
            va="top", color="#A64600", fontweight="bold",
        )  # fmt: skip
    panels[-1].set_xlabel(f"{label} (line: median)")
    if title:
        panels[0].set_title(title)
    return figure


def to_svg(figure: Figure) -> str:
    """The figure as SVG text: the same on every run, its lettering real text in the page's own sans."""
    import matplotlib

    buffer = io.StringIO()
    nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with matplotlib.rc_context({"svg.fonttype": "none", "svg.hashsalt": "embedlib"}):
        _settle(figure)
        figure.savefig(buffer, format="svg", metadata=nothing)
    svg = re.sub(r"\d+\.\d{4,}(?![\d.]*%)", lambda number: f"{float(number[0]):.3f}", buffer.getvalue())
    svg = svg.replace("'DejaVu Sans'", "'Source Sans 3', 'Source Sans Pro', 'DejaVu Sans', sans-serif")
    return _rename_identifiers(re.sub(r"[ \t]+$", "", svg, flags=re.MULTILINE))


def _settle(figure: Figure, most: int = 8) -> None:
    """Repeat the layout until nothing moves; one pass leaves it a fraction of a point off."""
    before: list[tuple[float, ...]] = []
    for _ in range(most):
        figure.draw_without_rendering()
        now = [axes.get_position().bounds for axes in figure.axes]
        if len(now) == len(before) and np.allclose(now, before, rtol=0, atol=1e-6):
            return
        before = now


def _rename_identifiers(svg: str) -> str:
    """Number the identifiers, behind a digest of the figure.

    matplotlib makes them from coordinates to their last bit, which differ from machine to machine; and they
    must not be those of another figure on the same page.
    """
    mark = "\ue000"  # a character that no figure's text uses
    names = dict.fromkeys(re.findall(r' id="([^"]*[0-9a-f]{10})"', svg))
    for number, name in enumerate(names):
        svg = svg.replace(f'"{name}"', f'"{mark}{number}"').replace(f"#{name}", f"#{mark}{number}")
    return svg.replace(mark, f"f{hashlib.sha256(svg.encode()).hexdigest()[:8]}-")


def _show_as_svg() -> None:
    """Have the running notebook, if there is one, draw figures with ``to_svg``."""
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell is None or not hasattr(shell, "kernel"):
        return
    from matplotlib.figure import Figure
    from matplotlib_inline.backend_inline import set_matplotlib_formats

    choose: Any = set_matplotlib_formats
    choose("svg")
    shell.display_formatter.formatters["image/svg+xml"].for_type(Figure, to_svg)


def _figure(width: float, height: float) -> Figure:
    """A figure that pyplot does not know of, so that a notebook shows it once."""
    from matplotlib.figure import Figure

    return Figure(figsize=(width, height))


def _arrows_in_a_plane(names: list[str], rows: _Array, reach: float, title: str | None, heads: Sequence[str]) -> Figure:
    figure = _figure(width=4.4, height=4.2)
    axes = figure.subplots()
    axes.axhline(0, color="#C9CDD3", linewidth=0.8)
    axes.axvline(0, color="#C9CDD3", linewidth=0.8)
    for (name, row), colour in zip(zip(names, rows, strict=True), PALETTE.values(), strict=False):
        axes.quiver(0, 0, *row, color=colour, angles="xy", scale_units="xy", scale=1, width=0.012)
        axes.annotate(name, row, xytext=(5, 5), textcoords="offset points", color=colour, fontweight="bold")
    axes.set(xlim=(-reach, reach), ylim=(-reach, reach), xlabel=heads[0], ylabel=heads[1], aspect="equal")
    axes.locator_params(nbins=5)
    if title:
        axes.set_title(title)
    return figure


def _readable_on(limit: float) -> Callable[[float], str]:
    """White or ink, whichever is read more easily on the colour of a number."""
    import matplotlib

    colours = matplotlib.colormaps[DIVERGING]

    def choose(value: float) -> str:
        red, green, blue, _ = colours(0.5 + 0.5 * np.clip(value / limit, -1, 1))
        return "white" if 0.299 * red + 0.587 * green + 0.114 * blue < 0.55 else INK

    return choose


def _name_arrows(axes: Any, names: list[str], rows: _Array) -> None:
    """Put each name beyond the tip of its arrow as seen, above it or, where another tip is close above, below."""
    projected = axes.get_proj() @ np.column_stack([rows, np.ones(len(rows))]).T
    seen = (projected[:2] / projected[3]).T
    close = 0.04  # of a picture about 0.2 wide
    for i, (name, colour) in enumerate(zip(names, PALETTE.values(), strict=False)):
        apart = np.delete(seen, i, axis=0) - seen[i]
        below = bool(((np.abs(apart) < close).all(axis=1) & (apart[:, 1] > 0)).any())
        axes.annotate(
            name,
            seen[i],
            xytext=(2, -4 if below else 4),
            textcoords="offset points",
            va="top" if below else "bottom",
            color=colour,
            fontweight="bold",
        )


def _numbers(name: str, group: Any) -> _Array:
    try:
        values = np.asarray(group, dtype=np.float64).ravel()
    except (TypeError, ValueError):
        raise ValueError(f'The group "{name}" holds something other than numbers.') from None
    if not len(values):
        raise ValueError(f'The group "{name}" is empty; each group needs numbers.')
    if not np.isfinite(values).all():
        raise ValueError(f'The group "{name}" holds NaN or infinity; leave those out.')
    return values


def _named_rows(vectors: Any, words: str | Sequence[str] | None) -> tuple[list[str], _Array]:
    """Names and numbers (n, d) of whatever ``show_vector`` takes."""
    from embedlib.words.load import as_keyed_vectors, get_word_vector

    asked = [words] if isinstance(words, str) else None if words is None else list(words)
    if isinstance(vectors, Mapping) or hasattr(vectors, "key_to_index"):
        keyed = as_keyed_vectors(vectors)
        if asked is None and not isinstance(vectors, Mapping):
            raise ValueError(f"Say which of the {len(keyed):,} words to draw: show_vector(vectors, ['cat', 'dog']).")
        names = list(vectors) if asked is None else asked
        rows = np.array([get_word_vector(keyed, name) for name in names])
    else:
        try:
            rows = np.atleast_2d(np.asarray(vectors, dtype=np.float64))
        except (TypeError, ValueError):
            raise ValueError("A vector is a flat list of numbers; several vectors need equally many each.") from None
        names = asked or ([""] if len(rows) == 1 else [str(i) for i in range(len(rows))])
    rows = np.asarray(rows, dtype=np.float64)
    if rows.ndim != 2 or rows.size == 0:
        raise ValueError(f"There is no vector to draw in an array of shape {rows.shape}; give (d,) or (n, d).")
    if len(names) != len(rows):
        raise ValueError(f"There are {len(rows)} vectors and {len(names)} names; each vector needs one.")
    for name, row in zip(names, rows, strict=True):
        if not np.isfinite(row).all():
            raise ValueError(f'The vector of "{name}" holds NaN or infinity, which has no colour.')
    return names, rows
