"""Figures hold what they claim to show, come out the same every time, and keep their text as text."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.collections import QuadMesh

from embedlib.show import plots
from embedlib.words.load import UnknownWordError, as_keyed_vectors

TOY = {"cat": [0.2, 0.5, -0.1], "dog": [0.1, 0.4, -0.2], "fish": [-0.3, 0.1, 0.7]}


def strips(figure):
    return [mesh for mesh in figure.axes[0].collections if isinstance(mesh, QuadMesh)]


def labels(figure):
    return [label.get_text() for label in figure.axes[0].get_yticklabels()]


def texts(svg):
    return ["".join(node.itertext()) for node in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_a_strip_holds_the_numbers_of_its_vector():
    figure = plots.show_vector(TOY)
    assert labels(figure) == ["cat", "dog", "fish"]
    assert [strip.get_array().ravel().tolist() for strip in strips(figure)] == [
        pytest.approx(vector) for vector in TOY.values()
    ]


def test_all_strips_share_one_scale_that_is_the_same_on_both_sides_of_zero():
    figure = plots.show_vector({**TOY, "fish": [-0.75, 0.1, 0.5]})
    assert {strip.get_clim() for strip in strips(figure)} == {(-0.75, 0.75)}
    figure = plots.show_vector(TOY, limit=2)
    assert {strip.get_clim() for strip in strips(figure)} == {(-2.0, 2.0)}


def test_negative_numbers_are_orange_and_positive_ones_purple():
    strip = strips(plots.show_vector([[-1.0, 0.0, 1.0]]))[0]
    (red, _, blue, _), zero, (red2, _, blue2, _) = strip.cmap(strip.norm([-1.0, 0.0, 1.0]))
    assert red > blue and blue2 > red2
    assert min(zero) > 0.9


def test_numbers_are_printed_in_short_vectors_and_not_in_long_ones():
    short = plots.show_vector(TOY)
    printed = [text.get_text() for text in short.axes[0].texts]
    assert printed == ["0.2", "0.5", "−0.1", "0.1", "0.4", "−0.2", "−0.3", "0.1", "0.7"]
    assert not plots.show_vector(np.ones(50)).axes[0].texts


def test_a_number_is_readable_on_its_cell():
    figure = plots.show_vector([[-1.0, 0.0, 1.0]])
    assert [text.get_color() for text in figure.axes[0].texts] == ["white", plots.INK, "white"]


def test_vectors_come_as_an_array_a_dictionary_or_a_model():
    keyed = as_keyed_vectors(TOY)
    assert labels(plots.show_vector(keyed, ["fish", "cat"])) == ["fish", "cat"]
    assert labels(plots.show_vector(TOY, "dog")) == ["dog"]
    assert labels(plots.show_vector(np.eye(3), ["a", "b", "c"])) == ["a", "b", "c"]
    assert labels(plots.show_vector([1.0, 2.0], "x")) == ["x"]
    assert labels(plots.show_vector(np.eye(2))) == ["0", "1"]


def test_a_vector_of_zeros_can_be_drawn():
    assert strips(plots.show_vector([0.0, 0.0]))[0].get_clim() == (-1.0, 1.0)


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        (({**TOY, "dog": [np.nan, 1, 2]},), ValueError, '"dog" holds NaN'),
        (({"a": [1, 2], "b": [1]},), ValueError, "equally many"),
        (({},), ValueError, "empty"),
        ((np.empty((0, 3)),), ValueError, "no vector to draw"),
        ((np.ones((2, 2, 2)),), ValueError, r"shape \(2, 2, 2\)"),
        (([[1, 2], [1]],), ValueError, "equally many each"),
        (("cat",), ValueError, "flat list of numbers"),
        ((np.eye(2), ["a"]), ValueError, "2 vectors and 1 names"),
        ((TOY, ["cat", "lynx"]), UnknownWordError, '"lynx" is not among'),
        ((as_keyed_vectors(TOY),), ValueError, "which of the 3 words to draw"),
        ((np.ones((61, 4)),), ValueError, "61 strips are too many"),
        ((TOY, None, 0), ValueError, "limit is the end of the colour scale; it is 0"),
    ],
)
def test_bad_input_is_met_with_a_sentence(arguments, error, says):
    with pytest.raises(error, match=says):
        plots.show_vector(*arguments)


def test_arrows_point_where_their_vectors_point():
    assert "3d" in plots.show_arrows(TOY).axes[0].name
    flat = plots.show_arrows({"a": [1.0, 2.0], "b": [-2.0, 0.5]})
    arrows = [c for c in flat.axes[0].collections if hasattr(c, "U")]
    assert [(float(a.U[0]), float(a.V[0])) for a in arrows] == [(1.0, 2.0), (-2.0, 0.5)]
    named = plots.show_arrows(TOY, axes_names=["playful", "cuddly", "in water"]).axes[0]
    assert [named.get_xlabel(), named.get_ylabel(), named.get_zlabel()] == ["playful", "cuddly", "in water"]
    with pytest.raises(ValueError, match="2 names for 3 axes"):
        plots.show_arrows(TOY, axes_names=["playful", "cuddly"])
    with pytest.raises(ValueError, match="2 or 3 dimensions, and these vectors have 4"):
        plots.show_arrows({"a": [1, 2, 3, 4]})
    with pytest.raises(ValueError, match="7 arrows are too many"):
        plots.show_arrows({str(i): [i, 1] for i in range(7)})


def test_the_names_of_neighbouring_arrows_do_not_cover_one_another():
    figure = plots.show_arrows(TOY)
    figure.draw_without_rendering()
    names = [text for text in figure.axes[0].texts if text.get_text()]
    assert [name.get_text() for name in names] == list(TOY)
    boxes = [name.get_window_extent() for name in names]
    assert not any(boxes[i].overlaps(boxes[j]) for i in range(3) for j in range(i))


def test_distributions_mark_the_median_of_each_group():
    figure = plots.show_distributions({"near": [0.4, 0.5, 0.9], "far": [-0.2, 0.0, 0.1, 0.2]})
    assert len(figure.axes) == 2
    assert [axes.lines[0].get_xdata()[0] for axes in figure.axes] == [0.5, 0.05]
    assert [axes.get_ylabel() for axes in figure.axes] == ["near\n(n = 3)", "far\n(n = 4)"]
    assert sum(bar.get_height() for bar in figure.axes[0].patches) == pytest.approx(1)


@pytest.mark.parametrize(
    ("groups", "says"),
    [
        ({}, "no groups"),
        ({"a": []}, '"a" is empty'),
        ({"a": [1, np.nan]}, "NaN"),
        ({"a": "xy"}, "other than numbers"),
    ],
)
def test_bad_groups_are_met_with_a_sentence(groups, says):
    with pytest.raises(ValueError, match=says):
        plots.show_distributions(groups)


# files


ALL = {
    "vector": lambda: plots.show_vector(TOY, title="Three words"),
    "long vector": lambda: plots.show_vector(np.sin(np.arange(50.0)), "sine"),
    "arrows": lambda: plots.show_arrows(TOY),
    "flat arrows": lambda: plots.show_arrows({"a": [1, 2], "b": [2, 0.5]}),
    "distributions": lambda: plots.show_distributions({"a": np.arange(9.0), "b": np.arange(4.0)}),
}


@pytest.mark.parametrize("draw", ALL.values(), ids=ALL.keys())
def test_a_figure_drawn_twice_is_the_same_file(draw):
    figure = draw()
    first = plots.to_svg(figure)
    assert plots.to_svg(figure) == first
    assert plots.to_svg(draw()) == first
    assert "<dc:date>" not in first and "Matplotlib" not in first


def test_a_figure_drawn_in_another_process_is_the_same_file():
    code = (
        "from embedlib import plots;"
        "print(plots.to_svg(plots.show_vector({'cat': [0.2, 0.5, -0.1]}, title='Cat')), end='')"
    )
    env = {**os.environ, "PYTHONHASHSEED": "7", "MPLBACKEND": "agg", "PYTHONIOENCODING": "utf-8"}
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, encoding="utf-8", env=env, check=True)
    assert other.stdout == plots.to_svg(plots.show_vector({"cat": [0.2, 0.5, -0.1]}, title="Cat"))
    assert other.stderr == ""


@pytest.mark.parametrize("draw", ALL.values(), ids=ALL.keys())
def test_every_reference_within_a_file_leads_somewhere(draw):
    svg = plots.to_svg(draw())
    ET.fromstring(svg)
    defined = set(re.findall(r' id="([^"]+)"', svg))
    used = set(re.findall(r'(?:href="|url\()#([^")]+)', svg))
    assert used <= defined


def test_two_figures_share_no_identifier_that_is_referred_to():
    one, two = (set(re.findall(r"#([-\w]+)[\")]", plots.to_svg(ALL[name]()))) for name in ("vector", "arrows"))
    assert one and not {name for name in one & two if not re.fullmatch(r"[0-9a-f]{6}", name)}


def test_text_stays_text_in_the_pages_own_typeface():
    svg = plots.to_svg(plots.show_vector(TOY, title="Three words"))
    assert {"cat", "dog", "fish", "dimension", "Three words", "−0.3"} <= set(texts(svg))
    assert "'Source Sans 3'" in svg and "sans-serif" in svg


def test_figures_lie_on_a_white_card():
    svg = plots.to_svg(plots.show_vector(TOY))
    assert re.search(r'id="patch_1">\s*<path d="[^"]*" style="fill: #ffffff"', svg)


# style


def test_drawing_leaves_the_readers_own_style_alone():
    with matplotlib.rc_context({"figure.facecolor": "red", "font.size": 30}):
        figure = plots.show_vector(TOY)
        assert matplotlib.rcParams["figure.facecolor"] == "red"
        assert figure.get_facecolor() == (1, 1, 1, 1)
        assert not plt.get_fignums()


def test_the_style_sets_palette_and_paper():
    with matplotlib.rc_context():
        plots.use_style()
        colours = plt.rcParams["axes.prop_cycle"].by_key()["color"]
        assert [f"#{colour.lstrip('#')}" for colour in colours] == list(plots.PALETTE.values())
        assert matplotlib.colors.to_hex(plt.rcParams["figure.facecolor"]) == plots.PAPER.lower()
        assert plt.rcParams["svg.fonttype"] == "none"


def test_a_notebook_shows_each_figure_once_as_the_same_svg():
    import nbformat
    from nbclient import NotebookClient

    cells = [
        "from embedlib import plots\nplots.use_style()",
        "plots.show_vector({'cat': [0.2, 0.5, -0.1]})",
        "import matplotlib.pyplot as plt\nplt.plot([1, 2]);",
        "plots.show_vector({'cat': [0.2, 0.5, -0.1]})",
    ]
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    NotebookClient(notebook, kernel_name="python3", timeout=120).execute()
    outputs = [cell.outputs for cell in notebook.cells]
    assert [len(cell) for cell in outputs] == [0, 1, 1, 1]
    for (output,) in outputs[1:]:
        assert set(output.data) == {"image/svg+xml", "text/plain"}
        assert re.fullmatch(r"<Figure size \d+x\d+ with \d Axes>", output.data["text/plain"])
        assert "'Source Sans 3'" in output.data["image/svg+xml"]
    assert outputs[1][0].data == outputs[3][0].data
    assert "cat" in texts(outputs[1][0].data["image/svg+xml"])
