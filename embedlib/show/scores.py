"""Results as figures: dots with intervals, lines with a band, scatters, maps of words; the numbers folded beneath.

Each function takes a tidy table, a row a result, and the names of its columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from embedlib.show.board import COLOURS, width_of
from embedlib.show.plots import INK, PALETTE, _figure, _in_course_style
from embedlib.show.tables import Table, table

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["Shown", "lines", "scatter", "scores", "word_map"]

_MARKERS = "osD^vP"
_GREY = "#6B7280"
_MOST_POINTS = 3000


class Shown:
    """A figure and its numbers: a notebook shows the figure and, folded beneath, the numbers as a table."""

    def __init__(self, figure: Figure, numbers: Table, summary: str = "The numbers") -> None:
        self.figure, self.numbers, self.summary = figure, numbers, summary

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display(self.figure)  # type: ignore[no-untyped-call]
        display(self.numbers.folded(self.summary))  # type: ignore[no-untyped-call]

    def __repr__(self) -> str:
        return repr(self.numbers)


@_in_course_style
def scores(
    frame: pd.DataFrame,
    value: str = "correlation",
    *,
    by: str,
    series: str | None = None,
    panel: str | None = None,
    low: str | None = "low",
    high: str | None = "high",
    published: str | None = None,
    reference: float | None = None,
    also: Sequence[str] = (),
    label: str | None = None,
    title: str | None = None,
    digits: int = 3,
    columns: int = 2,
    mark: str | None = None,
) -> Shown:
    """Draw each result as a dot with its interval, a line a result, small multiples side by side.

    Parameters
    ----------
    frame
        A row a result.
    value, low, high
        The columns of the result and the ends of its interval; ``low=None`` if there is none.
    by
        The column whose values are the lines of the figure, from top to bottom in their order of appearance.
    series, panel
        Columns: one colour and mark a series; one panel a value of ``panel``, all on one scale.
    published
        A column of published values, drawn as hollow diamonds where there are any.
    reference
        A number to mark by an upright line, such as 0 for differences or what chance gives.
    also
        Further columns for the table, such as how many pairs were covered.
    mark
        The line of this name is printed bold.

    Returns
    -------
    Shown
        ``.figure`` and ``.numbers``.

    Examples
    --------
    >>> import pandas as pd
    >>> two = pd.DataFrame({"model": ["a", "b"], "correlation": [0.5, 0.61], "low": [0.4, 0.5], "high": [0.6, 0.7]})
    >>> scores(two, by="model")
    model  correlation  95 % from     to
    a            0.500      0.400  0.600
    b            0.610      0.500  0.700
    """
    needed = [by, value, *filter(None, [series, panel, published, *also])]
    interval = low is not None and high is not None
    _has_columns(frame, [*needed, *([low, high] if interval else [])])
    names, kinds, panels = (_in_order(frame, column) for column in (by, series, panel))
    rows = max(1, -(-len(panels) // columns))
    wide = min(columns, len(panels))
    figure = _figure(width=6.4, height=rows * (0.75 + 0.3 * len(names) * max(1.0, 0.55 * len(kinds))) + 0.35)
    grid = figure.subplots(rows, wide, sharex=True, sharey=True, squeeze=False).ravel()
    for axes, one in zip(grid, panels, strict=False):
        inside = frame if one is None else frame[frame[panel] == one]
        for place in range(0, len(names), 2) if len(kinds) > 1 else ():
            axes.axhspan(place - 0.5, place + 0.5, color="#F4F5F7", linewidth=0)
        if reference is not None:
            axes.axvline(reference, color=_GREY, linewidth=1, linestyle=(0, (4, 3)))
        for place, kind in enumerate(kinds):
            drawn = inside if kind is None else inside[inside[series] == kind]
            height = np.array([names.index(name) for name in drawn[by]]) + _aside(place, len(kinds))
            colour = list(PALETTE.values())[place % len(PALETTE)]
            numbers = drawn[value].to_numpy(dtype=float)
            if interval:
                axes.hlines(height, drawn[low], drawn[high], color=colour, linewidth=1.6)
            look: dict[str, Any] = {"color": colour, "marker": _MARKERS[place % 6], "s": 30, "zorder": 3}
            axes.scatter(numbers, height, label=kind, **look)
            if published is not None:
                look = {"facecolor": "white", "edgecolor": INK, "linewidth": 1.4, "marker": "D", "s": 30, "zorder": 4}
                axes.scatter(drawn[published], height, **look, label="published" if place == 0 else None)
        axes.set_ylim(len(names) - 0.5, -0.5)
        axes.set_yticks(range(len(names)), [str(name) for name in names])
        axes.tick_params(axis="y", length=0)
        axes.grid(axis="x")
        axes.spines["left"].set_visible(False)
        axes.locator_params(axis="x", nbins=5)
        if one is not None:
            axes.set_title(str(one))
    for axes in grid[len(panels) :]:
        axes.set_visible(False)
    for tick in grid[0].get_yticklabels():
        if tick.get_text() == mark:
            tick.set_fontweight("bold")
    for axes in grid[max(0, len(panels) - wide) : len(panels)]:
        axes.tick_params(labelbottom=True)
        axes.set_xlabel(label or value)
    _finish(figure, grid[0], title, legend=kinds != [None] or published is not None)
    renamed = {low: "95 % from", high: "to"} if interval else {}
    listed = list(
        dict.fromkeys(filter(None, [panel, by, series, value, *([low, high] if interval else []), published, *also]))
    )
    return Shown(figure, table(frame[listed].rename(columns=renamed), digits=digits, mark=mark))


@_in_course_style
def lines(
    frame: pd.DataFrame,
    x: str,
    y: str,
    *,
    series: str | None = None,
    panel: str | None = None,
    low: str | None = None,
    high: str | None = None,
    reference: float | Mapping[str, float] | None = None,
    log: bool = False,
    also: Sequence[str] = (),
    label: str | None = None,
    x_label: str | None = None,
    title: str | None = None,
    digits: int = 3,
    columns: int = 2,
) -> Shown:
    """Draw y over x as lines with dots, and a band from ``low`` to ``high`` where these columns are named.

    Parameters
    ----------
    frame
        A row a point; lines go through their points in order of x.
    series, panel
        Columns: one line a series, one panel a value of ``panel``.
    reference
        A level, or several by name, drawn across as broken lines.
    log
        Whether x is drawn on a logarithmic scale.
    also
        Further columns for the table.

    Returns
    -------
    Shown
    """
    _has_columns(frame, [x, y, *filter(None, [series, panel, low, high, *also])])
    kinds, panels = (_in_order(frame, column) for column in (series, panel))
    rows = max(1, -(-len(panels) // columns))
    wide = min(columns, len(panels))
    figure = _figure(width=6.4, height=rows * (3.2 if wide == 1 else 2.6) + 0.3)
    grid = figure.subplots(rows, wide, sharex=True, sharey=True, squeeze=False).ravel()
    for axes, one in zip(grid, panels, strict=False):
        inside = frame if one is None else frame[frame[panel] == one]
        levels = reference if isinstance(reference, Mapping) else {} if reference is None else {"": reference}
        for name, level in levels.items():
            axes.axhline(level, color=_GREY, linewidth=1, linestyle=(0, (4, 3)))
            place: Any = (0.99, level)
            axes.annotate(
                name, place, xycoords=("axes fraction", "data"), xytext=(0, 3), textcoords="offset points",
                ha="right", fontsize=9, color=_GREY,
            )  # fmt: skip
        for place, kind in enumerate(kinds):
            drawn = (inside if kind is None else inside[inside[series] == kind]).sort_values(x)
            colour = list(PALETTE.values())[place % len(PALETTE)]
            axes.plot(drawn[x], drawn[y], color=colour, marker=_MARKERS[place % 6], label=kind)
            if low is not None and high is not None:
                axes.fill_between(drawn[x], drawn[low], drawn[high], color=colour, alpha=0.18, linewidth=0)
        if log:
            _plain_log_axis(axes, sorted(set(frame[x])))
        axes.grid(axis="y")
        axes.set_xlabel(x_label or x)
        if one is not None:
            axes.set_title(str(one))
    for axes in grid[len(panels) :]:
        axes.set_visible(False)
    for axes in grid[::wide]:
        axes.set_ylabel(label or y)
    _finish(figure, grid[0], title, legend=kinds != [None])
    listed = list(dict.fromkeys(filter(None, [panel, series, x, y, low, high, *also])))
    renamed = {low: "95 % from", high: "to"} if low is not None else {}
    return Shown(figure, table(frame[listed].rename(columns=renamed), digits=digits))


@_in_course_style
def scatter(
    frame: pd.DataFrame,
    x: str,
    y: str,
    *,
    names: str | None = None,
    outliers: int | None = None,
    series: str | None = None,
    panel: str | None = None,
    fit: bool = False,
    label: str | None = None,
    x_label: str | None = None,
    title: str | None = None,
    columns: int = 2,
) -> Figure:
    """Draw a dot a row; ``names`` is a column of words to write beside the dots.

    Parameters
    ----------
    frame
        At most 3,000 rows: draw a sample of more, and say so in the caption.
    outliers
        Write only so many names: of the dots whose ranks by x and by y differ most.
    series, panel
        Columns: one colour a series, one panel a value of ``panel``.
    fit
        Whether to draw the straight line of least squares, and write R² beside each panel's title.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If there are more rows than can be told apart.
    """
    _has_columns(frame, [x, y, *filter(None, [names, series, panel])])
    if len(frame) > _MOST_POINTS:
        raise ValueError(f"{len(frame):,} dots cannot be told apart; draw frame.sample(2_000, random_state=0).")
    kinds, panels = (_in_order(frame, column) for column in (series, panel))
    rows = max(1, -(-len(panels) // columns))
    wide = min(columns, len(panels))
    figure = _figure(width=6.4, height=rows * (4.2 if wide == 1 else 2.9) + 0.3)
    grid = figure.subplots(rows, wide, sharex=True, sharey=True, squeeze=False).ravel()
    for axes, one in zip(grid, panels, strict=False):
        inside = frame if one is None else frame[frame[panel] == one]
        for place, kind in enumerate(kinds):
            drawn = inside if kind is None else inside[inside[series] == kind]
            colour = list(PALETTE.values())[place % len(PALETTE)]
            small = len(inside) > 150
            axes.scatter(
                drawn[x], drawn[y], s=5 if small else 24, alpha=0.45 if small else 0.9, color=colour,
                linewidth=0, label=kind,
            )  # fmt: skip
        heading = [] if one is None else [str(one)]
        if fit:
            slope, start, r2 = line_of_best_fit(inside[x], inside[y])
            ends = np.array([inside[x].min(), inside[x].max()])
            axes.plot(ends, start + slope * ends, color=INK, linewidth=1.2)
            heading.append(f"R² = {r2:.2f}")
        if heading:
            axes.set_title(", ".join(heading))
        if names is not None:
            apart = (inside[x].rank() - inside[y].rank()).abs().rank(ascending=False, method="first")
            shown = inside[names].where(apart <= (outliers or len(inside)), "")
            _place_names(axes, inside[[x, y]].to_numpy(dtype=float), list(shown))
        axes.set_xlabel(x_label or x)
    for axes in grid[len(panels) :]:
        axes.set_visible(False)
    for axes in grid[::wide]:
        axes.set_ylabel(label or y)
    _finish(figure, grid[0], title, legend=kinds != [None])
    return figure


@_in_course_style
def word_map(
    points: Any,
    words: Sequence[str],
    groups: Sequence[str] | None = None,
    *,
    title: str | None = None,
    axes_names: tuple[str, str] | None = None,
    height: float = 4.6,
) -> Figure:
    """Draw words at their places on a map, each name where it covers no other if there is such a place.

    Parameters
    ----------
    points
        Shape (n, 2), n at most 150; such as ``pca_2d(rows).points``.
    words
        n names.
    groups
        n groups, one colour each, at most six.

    Returns
    -------
    Figure
    """
    places = np.asarray(points, dtype=float)
    if places.ndim != 2 or places.shape[1] != 2 or len(places) != len(words):
        raise ValueError(f"A map needs a place (x, y) for each of the {len(words)} words; points has {places.shape}.")
    if len(places) > 150:
        raise ValueError(f"{len(places)} names cannot be read on one map; choose 150 at most.")
    figure = _figure(width=6.4, height=height)
    axes = figure.subplots()
    kinds = list(dict.fromkeys(groups)) if groups is not None else [None]
    colours = dict(zip(kinds, PALETTE.values(), strict=False))
    letters = dict(zip(kinds, PALETTE, strict=False))
    shades = [COLOURS[letters[kind]] for kind in groups] if groups is not None else [INK] * len(words)
    for kind in kinds:
        inside = [i for i in range(len(words)) if groups is None or groups[i] == kind]
        axes.scatter(places[inside, 0], places[inside, 1], s=16, color=colours[kind], label=kind, linewidth=0)
    axes.margins(0.1)
    _place_names(axes, places, list(words), shades)
    if axes_names is None:
        axes.set_xticks([])
        axes.set_yticks([])
        axes.spines[["left", "bottom"]].set_visible(False)
    else:
        axes.set(xlabel=axes_names[0], ylabel=axes_names[1])
    _finish(figure, axes, title, legend=groups is not None)
    return figure


def line_of_best_fit(x: Any, y: Any) -> tuple[float, float, float]:
    """Slope, intercept and R² of the straight line of least squares through n points.

    >>> slope, start, r2 = line_of_best_fit([0, 1, 2], [1, 3, 5])
    >>> round(slope, 6), round(start, 6), round(r2, 6)
    (2.0, 1.0, 1.0)
    """
    from scipy.stats import linregress

    fitted = linregress(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
    return float(fitted.slope), float(fitted.intercept), float(fitted.rvalue**2)


def _in_order(frame: pd.DataFrame, column: str | None) -> list[Any]:
    return [None] if column is None else list(dict.fromkeys(frame[column]))


def _has_columns(frame: pd.DataFrame, columns: Sequence[str | None]) -> None:
    missing = [name for name in columns if name not in frame.columns]
    if missing:
        raise ValueError(
            f"The table has no column {missing[0]!r}; its columns are {', '.join(map(str, frame.columns))}."
        )
    if not len(frame):
        raise ValueError("The table has no rows, so there is nothing to draw.")


def _aside(place: int, n: int) -> float:
    """How far below its line a series is drawn, so that several do not cover one another."""
    return 0.0 if n == 1 else 0.42 * (place / (n - 1) - 0.5)


def _finish(figure: Figure, axes: Any, title: str | None, legend: bool) -> None:
    if legend:
        handles, labels = axes.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper right" if not title else "outside lower center", ncols=4)
    if title:
        figure.suptitle(title, x=0.01, ha="left")


def _plain_log_axis(axes: Any, ticks: Sequence[float]) -> None:
    from matplotlib.ticker import NullFormatter

    axes.set_xscale("log")
    axes.set_xticks(ticks, [f"{tick:,.10g}" for tick in ticks])
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.minorticks_off()


def _place_names(axes: Any, places: Any, words: Sequence[str], colours: Sequence[str] | None = None) -> None:
    """Write each name beside its dot, at the first of eight places around it where it covers no other name or dot."""
    figure = axes.figure
    figure.draw_without_rendering()
    seen = axes.transData.transform(places) * 72 / figure.dpi
    size, away = 9.0, 4.0
    taken: list[tuple[float, float, float, float]] = [(x - 3, y - 3, x + 3, y + 3) for x, y in seen]
    around = [(1, 0), (-1, 0), (0, 1), (0, -1), (1, 1), (-1, 1), (1, -1), (-1, -1)]
    for i, (word, (x, y)) in enumerate(zip(words, seen, strict=True)):
        if not word:
            continue
        wide, tall = width_of(str(word), size), size
        best, least = around[0], float("inf")
        for right, up in around:
            left = x + away if right > 0 else x - away - wide if right < 0 else x - wide / 2
            low = y - tall / 2 + up * (tall / 2 + away)
            mine = (left, low, left + wide, low + tall)
            covered = sum(_shared(mine, other) for j, other in enumerate(taken) if j != i)
            if covered < least:
                best, least, kept = (right, up), covered, mine
        taken.append(kept)
        right, up = best
        axes.annotate(
            str(word), places[i], xytext=(right * away, up * away), textcoords="offset points", fontsize=size,
            ha={1: "left", -1: "right", 0: "center"}[right], va={1: "bottom", -1: "top", 0: "center"}[up],
            color=INK if colours is None else colours[i],
        )  # fmt: skip


def _shared(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> float:
    """The area that two rectangles (left, low, right, high) have in common."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    tall = min(one[3], other[3]) - max(one[1], other[1])
    return max(0.0, wide) * max(0.0, tall)
