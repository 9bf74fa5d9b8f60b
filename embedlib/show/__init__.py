"""What a reader sees: figures of vectors, results as figures, tables, board drawings. Stands on words.

``from embedlib import plots`` is this package, ``draw`` its drawings, ``tables`` its tables.
"""

from embedlib.show.board import Board
from embedlib.show.maps import WordMap, maps, visualize_embeddings
from embedlib.show.plots import (
    ACCENT,
    DIVERGING,
    INK,
    PALETTE,
    PAPER,
    SEQUENTIAL,
    show_arrows,
    show_distributions,
    show_vector,
    to_svg,
    use_style,
)
from embedlib.show.projector import export_projector
from embedlib.show.scores import Shown, curves, lines, scatter, scores, word_map
from embedlib.show.tables import Table, table

__all__ = [
    "ACCENT",
    "DIVERGING",
    "INK",
    "PALETTE",
    "PAPER",
    "SEQUENTIAL",
    "Board",
    "Shown",
    "Table",
    "WordMap",
    "curves",
    "export_projector",
    "lines",
    "maps",
    "scatter",
    "scores",
    "show_arrows",
    "show_distributions",
    "show_vector",
    "table",
    "to_svg",
    "use_style",
    "visualize_embeddings",
    "word_map",
]
