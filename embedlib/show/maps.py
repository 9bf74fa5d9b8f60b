"""Maps of embeddings: a method that suits the number of points, and what the map keeps said beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from embedlib import _check
from embedlib.show.board import COLOURS
from embedlib.show.plots import INK, PALETTE, WIDTH, _figure, _in_course_style
from embedlib.show.scores import _beside, _place_names

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from embedlib.vectors.projection import MapMeasures

__all__ = ["WordMap", "maps", "visualize_embeddings"]

_Array = np.ndarray[Any, np.dtype[Any]]
_FEW, _MANY = 50, 5_000  # below: PCA; above: UMAP
_NAMED = 60  # names tried on a map of many
_METHODS = ("PCA", "t-SNE", "UMAP")
_SHADES = [*PALETTE, "ink", "grey"]
_GREY = "#6B7280"
_MARKERS = "osD^vPX*"
_LARGER = {"P": 1.4, "X": 1.4, "*": 2.2}  # marks that look smaller than they are


class WordMap:
    """A map: its figure, the places of its points, how it was made and what it keeps.

    Attributes
    ----------
    figure
        Shown by a notebook, below ``sentence``.
    points
        Shape (n, 2), in the order of the words.
    method, why
        PCA, t-SNE or UMAP with its setting, and why it was chosen.
    measures
        What is kept of neighbours and distances; None for fewer than five points, where there is nothing to measure.
    """

    def __init__(self, figure: Figure, points: _Array, method: str, why: str, sentence: str, measures: Any) -> None:
        self.figure, self.points, self.method, self.why, self.sentence = figure, points, method, why, sentence
        self.measures: MapMeasures | None = measures

    def _ipython_display_(self) -> None:
        from IPython.display import display

        display({"text/markdown": self.sentence, "text/plain": self.sentence}, raw=True)  # type: ignore[no-untyped-call]
        display(self.figure)  # type: ignore[no-untyped-call]

    def __repr__(self) -> str:
        return self.sentence


def visualize_embeddings(
    embeddings: Any,
    words: Sequence[str],
    groups: Sequence[str] | None = None,
    *,
    method: str | None = None,
    seed: int = 0,
    title: str | None = None,
) -> WordMap:
    """Draw embeddings on a map, and say how it was made and how much of the truth it keeps.

    Parameters
    ----------
    embeddings
        Shape (n, d), a row a word; or ``KeyedVectors`` or a dictionary of word to vector, of which ``words`` are
        drawn. Rows are brought to length 1, so that neighbours are those by cosine.
    words
        n names, written where they cover no other; on a map of more than 150 points only 60 are tried.
    groups
        n groups, one colour each, at most eight.
    method
        "PCA", "t-SNE" or "UMAP". If not given: PCA for fewer than 50 points, where the others have too few neighbours
        to go by; t-SNE up to 5,000; UMAP beyond, where t-SNE takes minutes.
    seed
        Of UMAP's chance. t-SNE starts from PCA, where chance has no part.
    title
        Above the map.

    Returns
    -------
    WordMap
        ``.figure``, ``.points``, ``.method``, ``.why``, ``.sentence`` and ``.measures``.

    Raises
    ------
    ValueError, TypeError, UnknownWordError
        If there are fewer than three words, one is unknown, or a vector holds NaN or zeros only.

    Notes
    -----
    Kobak, D. and Linderman, G. C. (2021), "Initialization is critical for preserving global data structure in both
    t-SNE and UMAP": start from PCA, or from the graph's spectrum.

    Examples
    --------
    >>> four = visualize_embeddings([[1, 0, 0], [0.9, 0.1, 0], [0, 1, 0], [0, 0.9, 0.3]], ["a", "b", "c", "d"])
    >>> four
    PCA, for 4 points are too few for another method. The two axes hold 100 % of the spread.
    >>> four.points.shape
    (4, 2)
    """
    from embedlib.vectors import pca_2d, unit_rows
    from embedlib.vectors.projection import measure_map

    names, rows = _given(embeddings, words)
    n = len(rows)
    if n < 3:
        raise ValueError(f"A map needs at least 3 words, and there are {n}: any two points lie on one line.")
    if isinstance(groups, (str, Mapping)) or not (groups is None or hasattr(groups, "__len__")):
        raise TypeError("groups is a list with a name for each word.")
    if groups is not None and len(groups) != n:
        raise ValueError(f"There are {n} words and {len(groups)} groups; each word needs one.")
    seed = _check.whole("seed", seed, least=0)
    unit = unit_rows(rows, lambda row: f'The vector of "{names[row]}"')
    if np.allclose(unit, unit[0]):
        raise ValueError(f"All {n} vectors point the same way: a map would show one point.")
    chosen, why = _choose(n, method)
    flat = pca_2d(unit)
    held = f"The two axes hold {flat.share.sum():.0%} of the spread.".replace("%", " %")
    if chosen == "PCA":
        points, how = flat.points, "PCA"
    elif chosen == "t-SNE":
        points, how = _by_tsne(unit, held_back := min(30, (n - 1) // 3)), f"t-SNE, perplexity {held_back}"
    else:
        points, how = _by_umap(unit, near := min(15, n - 1), seed), f"UMAP, {near} neighbours"
    k = min(10, (n - 1) // 2)
    measures = measure_map(unit, points, k) if n >= 5 else None
    kept = (
        "" if measures is None else f" Of the {k} nearest of a word it keeps {measures.recall:.0%}".replace("%", " %")
    )
    kept += f"; random places would keep {k / (n - 1):.0%}.".replace("%", " %") if kept else ""
    sentence = f"{how}, {why}.{' ' + held if chosen == 'PCA' else ''}{kept}"
    return WordMap(_draw(points, names, groups, title), points, how, why, sentence, measures)


@_in_course_style
def maps(
    places: Mapping[str, Any],
    groups: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    *,
    columns: int = 2,
    named: Sequence[str] = (),
    marked: Sequence[str] = (),
    size: float = 6,
) -> Figure:
    """Draw maps as small multiples: dots alone, one colour and mark a group.

    Parameters
    ----------
    places
        Title to points, shape (n, 2).
    groups
        A group for each point of every map, or for some maps by title; without, dots are grey.
    columns
        How many maps stand side by side.
    named
        Titles of the maps in which each group's name is written: at its middle, or, where every group is one point,
        beside it.
    marked
        Groups that stand out, at most six; the others are drawn pale.
    size
        Of a dot.

    Returns
    -------
    Figure
    """
    if not places:
        raise ValueError("There are no maps to draw; give a dictionary of title to points.")
    rows = -(-len(places) // columns)
    side = WIDTH / columns
    listed = groups is not None and not named
    figure = _figure(width=WIDTH, height=rows * (side + 0.2) + ((0.3 if marked else 0.6) if listed else 0))
    grid = figure.subplots(rows, columns, squeeze=False).ravel()
    kinds: list[str] = []
    apart: list[tuple[Any, _Array, Sequence[str]]] = []
    for axes, (title, given) in zip(grid, places.items(), strict=False):
        points = np.asarray(given, dtype=float)
        mine = groups.get(title) if isinstance(groups, Mapping) else groups
        if points.ndim != 2 or points.shape[1] != 2 or (mine is not None and len(mine) != len(points)):
            raise ValueError(
                f'The map "{title}" needs points of shape (n, 2) and a group for each; see {points.shape}.'
            )
        axes.set_title(title)
        axes.set(xticks=[], yticks=[], aspect="equal")
        axes.set_adjustable("datalim")
        for spine in axes.spines.values():
            spine.set(visible=True, color="#C9CDD3", linewidth=0.8)
        if mine is None:
            axes.scatter(*points.T, s=size, color=INK, alpha=0.6, linewidth=0)
        else:
            kinds = list(dict.fromkeys(marked or mine))
            _dots_by_group(axes, points, np.asarray(mine), marked, size)
            if title in named:
                apart.append((axes, points, mine))
    for axes in grid[len(places) :]:
        axes.set_visible(False)
    if kinds and not named:
        found = dict(zip(*reversed(grid[0].get_legend_handles_labels()), strict=True))
        handles = [found[kind] for kind in kinds if kind in found]
        figure.legend(handles, kinds, loc="outside lower center", ncols=_beside(kinds), markerscale=1.8)
    for axes, points, mine in apart:
        if len(set(mine)) == len(points):
            middle, half = (points.min(axis=0) + points.max(axis=0)) / 2, np.ptp(points, axis=0).max()
            axes.set_adjustable("box")
            axes.set(xlim=(middle[0] - half, middle[0] + half), ylim=(middle[1] - half, middle[1] + half))
            _place_names(axes, points, list(mine))
            for name in axes.texts:
                name.set_in_layout(False)
        else:
            _name_groups(axes, points, np.asarray(mine), marked)
    return figure


def _choose(n: int, method: str | None) -> tuple[str, str]:
    """A method, and why."""
    if method is not None:
        _check.choice("method", method, _METHODS)
        if method != "PCA" and n < 7:
            raise ValueError(
                f"{method} needs at least 7 points to have neighbours to go by; there are {n}. PCA will do."
            )
        return method, "as asked"
    if n < _FEW:
        return "PCA", f"for {n} points are too few for another method"
    if n <= _MANY:
        return "t-SNE", f"for {n:,} points are enough to have neighbours"
    return "UMAP", f"for t-SNE would take minutes with {n:,} points"


def _by_tsne(unit: _Array, perplexity: int) -> _Array:
    from sklearn.manifold import TSNE

    method: Any = TSNE
    return np.asarray(method(perplexity=perplexity, init="pca", random_state=0).fit_transform(unit), dtype=float)


def _by_umap(unit: _Array, neighbours: int, seed: int) -> _Array:
    try:
        # It imports TensorFlow where that is installed, so as late as possible.
        import umap  # type: ignore[import-untyped]
    except ImportError:
        raise ValueError("UMAP needs the package umap-learn; method='t-SNE' does without.") from None
    method = umap.UMAP(n_neighbors=neighbours, random_state=seed, n_jobs=1)
    return np.asarray(method.fit_transform(unit.astype(np.float32)), dtype=float)


def _given(embeddings: Any, words: Sequence[str]) -> tuple[list[str], _Array]:
    from embedlib.show.plots import _named_rows

    names = _check.word_list("words", words)
    return _named_rows(embeddings, names)


@_in_course_style
def _draw(points: _Array, names: list[str], groups: Sequence[str] | None, title: str | None) -> Figure:
    figure = _figure(width=WIDTH, height=4.6)
    axes = figure.subplots()
    kinds = np.asarray(groups if groups is not None else [""] * len(names), dtype=str)
    if len(set(kinds)) > len(_SHADES):
        raise ValueError(f"{len(set(kinds))} groups are too many to tell apart; {len(_SHADES)} colours are to be had.")
    many = len(names) > 150
    _dots_by_group(axes, points, kinds, (), 6 if many else 16)
    axes.margins(0.1)
    axes.set(xticks=[], yticks=[])
    axes.spines[["left", "bottom"]].set_visible(False)
    tried = set(range(0, len(names), max(1, len(names) // _NAMED))) if many else set(range(len(names)))
    order = {kind: _SHADES[place] for place, kind in enumerate(dict.fromkeys(kinds))}
    ink = [INK if groups is None else COLOURS[order[kind]] for kind in kinds]
    _place_names(axes, points, [name if i in tried else "" for i, name in enumerate(names)], ink, covering=False)
    if groups is not None:
        handles, labels = axes.get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=_beside(labels), markerscale=1.5)
    if title:
        figure.suptitle(title, x=0.01, ha="left")
    return figure


def _dots_by_group(axes: Any, points: _Array, groups: _Array, marked: Sequence[str], size: float) -> None:
    for place, kind in enumerate(dict.fromkeys(groups)):
        inside = groups == kind
        pale = bool(marked) and kind not in marked
        place = list(marked).index(kind) if kind in marked else place % 8
        colour = "#C9CDD3" if pale else {**PALETTE, "ink": INK, "grey": _GREY}[_SHADES[place]]
        mark = "o" if pale else _MARKERS[place]
        wide = size * _LARGER.get(mark, 1)
        axes.scatter(
            *points[inside].T, s=wide, label=kind, zorder=1 if pale else 2, color=colour, marker=mark, linewidth=0
        )


def _name_groups(axes: Any, points: _Array, groups: _Array, marked: Sequence[str]) -> None:
    """Each group's name at the middle of its dots, on a pale ground."""
    for place, kind in enumerate(dict.fromkeys(groups)):
        if marked and kind not in marked:
            continue
        place = list(marked).index(kind) if marked else place
        axes.annotate(
            kind, np.median(points[groups == kind], axis=0), ha="center", va="center", fontsize=9.5,
            color=COLOURS[_SHADES[place % 8]], fontweight="bold", zorder=4,
            bbox={"boxstyle": "round,pad=0.12", "facecolor": "white", "alpha": 0.75, "linewidth": 0},
        )  # fmt: skip
