"""Results as figures: dots with intervals, lines with a band, scatters, maps of words; the numbers folded beneath.

Each function takes a tidy table, a row a result, and the names of its columns.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import TYPE_CHECKING, Any

import numpy as np

from embedlib.show.board import COLOURS, width_of
from embedlib.show.plots import INK, PALETTE, WIDTH, _figure, _in_course_style
from embedlib.show.tables import Table, table

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure

__all__ = ["Shown", "curves", "lines", "scatter", "scores", "word_map"]

_MARKERS = "osD^vP"
_GREY = "#6B7280"
_ENDS = {"low": "95 % from", "high": "to"}  # of columns named so; others keep their names, such as "lowest"
_FEW_POINTS, _MOST_POINTS = 150, 3000


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
    value: str | Mapping[str, str] = "correlation",
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
    columns: int | None = None,
    mark: str | None = None,
) -> Shown:
    """Draw each result as a dot with its interval, a line a result, small multiples side by side.

    Parameters
    ----------
    frame
        A row a result.
    value, low, high
        The columns of the result and the ends of its interval; ``low=None`` if there is none. Several columns, each
        with the title of its panel, if a row holds several results.
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
    columns
        How many panels stand side by side; two if their names leave room for it.
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
    if isinstance(value, Mapping):
        _has_columns(frame, [by, *value])
        frame = frame.melt([by, *filter(None, [series, *also])], [*value], var_name="measure", value_name="found")
        frame["measure"] = frame["measure"].map(dict(value))
        value, panel, low, high = "found", "measure", None, None
    needed = [by, value, *filter(None, [series, panel, published, *also])]
    interval = low is not None and high is not None
    _has_columns(frame, [*needed, *([low, high] if interval else [])])
    names, kinds, panels = (_in_order(frame, column) for column in (by, series, panel))
    columns = columns or _panels_beside(names)
    rows = max(1, -(-len(panels) // columns))
    wide = min(columns, len(panels))
    room = (72 * WIDTH - max(width_of(str(name), 10) for name in names) - 30) / wide
    titles = {one: fill(str(one), max(8, int(room / 6.5))) for one in panels}
    lines_of_title = max(text.count("\n") for text in titles.values())
    tall = 0.75 + 0.17 * lines_of_title + 0.3 * len(names) * max(1.0, 0.55 * len(kinds))
    figure = _figure(width=WIDTH, height=rows * tall + 0.35)
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
        axes.locator_params(axis="x", nbins={1: 5, 2: 3}.get(wide, 2))
        if wide == 1 and _touch(axes.xaxis, room):
            axes.locator_params(axis="x", nbins=3)
        if one is not None:
            axes.set_title(titles[one])
    for axes in grid[len(panels) :]:
        axes.set_visible(False)
    for tick in grid[0].get_yticklabels():
        if tick.get_text() == mark:
            tick.set_fontweight("bold")
    for axes in grid[max(0, len(panels) - wide) : len(panels)]:
        axes.tick_params(labelbottom=True)
        axes.set_xlabel(label or value)
    _finish(figure, grid[0], title, legend=kinds != [None] or published is not None)
    listed = list(
        dict.fromkeys(filter(None, [panel, by, series, value, *([low, high] if interval else []), published, *also]))
    )
    return Shown(figure, table(frame[listed].rename(columns=_ENDS), digits=digits, mark=mark))


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
    figure = _figure(width=WIDTH, height=rows * (3.0 if wide == 1 else 2.3) + 0.3)
    grid = figure.subplots(rows, wide, sharex=True, sharey=True, squeeze=False).ravel()
    for axes, one in zip(grid, panels, strict=False):
        inside = frame if one is None else frame[frame[panel] == one]
        levels = reference if isinstance(reference, Mapping) else {} if reference is None else {"": reference}
        for name, level in levels.items():
            axes.axhline(level, color=_GREY, linewidth=1, linestyle=(0, (4, 3)))
            place: Any = (0.99, level)
            axes.annotate(
                name, place, xycoords=("axes fraction", "data"), xytext=(0, 3), textcoords="offset points",
                ha="right", fontsize=10, color=_GREY,
            )  # fmt: skip
        for place, kind in enumerate(kinds):
            drawn = (inside if kind is None else inside[inside[series] == kind]).sort_values(x)
            colour = list(PALETTE.values())[place % len(PALETTE)]
            look: dict[str, Any] = {} if place < 6 else {"linestyle": (0, (3, 2)), "markerfacecolor": "white"}
            axes.plot(drawn[x], drawn[y], color=colour, marker=_MARKERS[place % 6], label=kind, **look)
            if low is not None and high is not None:
                axes.fill_between(drawn[x], drawn[low], drawn[high], color=colour, alpha=0.18, linewidth=0)
        if log:
            _plain_log_axis(axes, _round_ticks(sorted(set(frame[x]))), wide)
        elif (frame[x] == frame[x].round()).all():
            axes.xaxis.get_major_locator().set_params(integer=True)
            if frame[x].max() >= 1e6:
                from matplotlib.ticker import EngFormatter

                axes.xaxis.set_major_formatter(EngFormatter(sep=""))
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
    return Shown(figure, table(frame[listed].rename(columns=_ENDS), digits=digits))


def curves(
    values: Mapping[str, Mapping[str, Any]] | Sequence[float], *, every: int, x: str = "step", y: str, unit: float = 1
) -> Shown:
    """Draw numbers taken at each step of a training, each dot the mean of ``every`` of them.

    Parameters
    ----------
    values
        The numbers of one line; or panel to line to its numbers.
    x, y
        What the steps and the numbers are.
    unit
        What one step counts for on the axis.

    Returns
    -------
    Shown

    Examples
    --------
    >>> curves([4.0, 2.0, 1.0, 1.0], every=2, y="loss")
     step   loss
    1.000  3.000
    3.000  1.000
    """
    import pandas as pd

    named = isinstance(values, Mapping)
    rows = [
        {"panel": panel, "line": line, x: unit * (i + len(some) / 2), y: float(np.mean(some))}
        for panel, inside in (values.items() if isinstance(values, Mapping) else [("", {"": values})])
        for line, numbers in inside.items()
        for i in range(0, len(numbers), every)
        for some in [numbers[i : i + every]]
    ]
    return lines(pd.DataFrame(rows), x, y, series="line" if named else None, panel="panel" if named else None)


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
    most: int | None = None,
    label: str | None = None,
    x_label: str | None = None,
    title: str | None = None,
    columns: int = 2,
) -> Figure:
    """Draw a dot a row; ``names`` is a column of words to write beside the dots.

    Parameters
    ----------
    frame
        At most 3,000 rows, or ``most``.
    outliers
        Write only so many names: of the dots whose ranks by x and by y differ most.
    series, panel
        Columns: one colour a series, one panel a value of ``panel``.
    fit
        Whether to draw the straight line of least squares, and write R² beside each panel's title.

    most
        Draw at most so many dots of a panel, chosen by chance; line and R² are those of all its rows.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If there are more rows than can be told apart.
    """
    _has_columns(frame, [x, y, *filter(None, [names, series, panel])])
    if most is None and len(frame) > _MOST_POINTS:
        raise ValueError(f"{len(frame):,} dots cannot be told apart; draw a part of them, most=1_000.")
    kinds, panels = (_in_order(frame, column) for column in (series, panel))
    rows = max(1, -(-len(panels) // columns))
    wide = min(columns, len(panels))
    figure = _figure(width=WIDTH, height=rows * (3.9 if wide == 1 else 2.5) + 0.3)
    grid = figure.subplots(rows, wide, sharex=True, sharey=True, squeeze=False).ravel()
    for axes, one in zip(grid, panels, strict=False):
        everything = frame if one is None else frame[frame[panel] == one]
        inside = (
            everything.sample(min(most or len(everything), len(everything)), random_state=0) if most else everything
        )
        for place, kind in enumerate(kinds):
            drawn = inside if kind is None else inside[inside[series] == kind]
            colour = list(PALETTE.values())[place % len(PALETTE)]
            small = len(inside) > _FEW_POINTS
            axes.scatter(
                drawn[x], drawn[y], s=5 if small else 24, alpha=0.45 if small else 0.9, color=colour,
                linewidth=0, label=kind,
            )  # fmt: skip
        heading = [] if one is None else [str(one)]
        if fit:
            slope, start, r2 = line_of_best_fit(everything[x], everything[y])
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
    if len(places) > _FEW_POINTS:
        raise ValueError(f"{len(places)} names cannot be read on one map; choose 150 at most.")
    figure = _figure(width=WIDTH, height=height)
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
    if column is None:
        return [None]
    found = list(dict.fromkeys(frame[column]))
    return [name for name in frame[column].cat.categories if name in found] if hasattr(frame[column], "cat") else found


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
        place: Any = "outside upper right" if not title else "outside lower center"
        figure.legend(handles, labels, loc=place, ncols=_beside(labels))
    if title:
        figure.suptitle(title, x=0.01, ha="left")


def _touch(axis: Any, room: float) -> bool:
    """Whether the numbers at an axis of so many points are so wide that they touch."""
    low, high = sorted(axis.get_view_interval())
    ticks = [tick for tick in axis.get_major_locator()() if low <= tick <= high]
    widest = max((width_of(name, 10) for name in axis.get_major_formatter().format_ticks(ticks)), default=0)
    return bool(len(ticks) > 1 and widest + 4 > room * (ticks[1] - ticks[0]) / (high - low))


def _beside(labels: Sequence[str]) -> int:
    """How many entries of a legend stand side by side in a figure's width."""
    entry = max(width_of(str(label), 10) for label in labels) + 40  # its mark and the gap to the next
    return max(1, min(len(labels), int(72 * WIDTH / entry)))


def _panels_beside(names: Sequence[Any]) -> int:
    """Two panels side by side, but one where names as long as these would leave them less than 90 points each."""
    return 2 if (72 * WIDTH - max(width_of(str(name), 10) for name in names) - 30) / 2 >= 90 else 1


def _round_ticks(values: Sequence[float]) -> list[float]:
    """The values themselves, or 1, 2, 5, 10, … between them where they are many and measured."""
    if len(values) <= 12 or all(value == round(value) for value in values):
        return list(values)
    powers = range(int(np.floor(np.log10(values[0]))), int(np.ceil(np.log10(values[-1]))) + 1)
    ticks = [float(f"{digit}e{power}") for power in powers for digit in (1, 2, 5)]
    return [tick for tick in ticks if values[0] <= tick <= values[-1]] or list(values)


def _plain_log_axis(axes: Any, ticks: Sequence[float], wide: int) -> None:
    """Ticks where the points are, as plain numbers; a number that would touch the one before is left out."""
    from matplotlib.ticker import NullFormatter

    names = [f"{tick:,.10g}" for tick in ticks]
    points = (72 * WIDTH - 60) / wide / (1.1 * np.log(max(ticks) / min(ticks)) or 1)
    kept = [0]
    for i in range(1, len(ticks)):
        room = np.log(ticks[i] / ticks[kept[-1]]) * points
        if room > (width_of(names[i], 10) + width_of(names[kept[-1]], 10)) / 2 + 3:
            kept.append(i)
    axes.set_xscale("log")
    axes.set_xticks(ticks, [name if i in kept else "" for i, name in enumerate(names)])
    axes.xaxis.set_minor_formatter(NullFormatter())
    axes.minorticks_off()


def _place_names(
    axes: Any, places: Any, words: Sequence[str], colours: Sequence[str] | None = None, covering: bool = True
) -> None:
    """Write each name beside its dot, at the first of eight places around it where it covers no other name or dot.

    Where there is none, it covers as little as can be; with ``covering=False`` a name that would cover another is left
    out.
    """
    figure = axes.figure
    figure.draw_without_rendering()
    seen = axes.transData.transform(places) * 72 / figure.dpi
    size, away = 10.0, 4.0
    dot = 3 if len(seen) <= _FEW_POINTS else 1
    taken: list[tuple[float, float, float, float]] = [(x - dot, y - dot, x + dot, y + dot) for x, y in seen]
    edge = axes.bbox.x0 * 72 / figure.dpi  # left of it stand the axis and its numbers
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
            covered += 8 * max(0.0, edge - left) * tall if axes.get_yticks().size else 0.0
            if covered < least:
                best, least, kept = (right, up), covered, mine
        if not covering and any(_shared(kept, other) > 0 for other in taken[len(seen) :]):
            continue
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
