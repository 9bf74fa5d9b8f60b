"""Tables show what the frame holds, rounded once and read by people and by screen readers."""

from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

from embedlib.show.tables import table

FRAME = pd.DataFrame({"word": ["dog", "fish"], "cosine": [0.92183, -0.19], "rank": [1, 399999]})


def cells(shown):
    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            if tag in {"th", "td"}:
                found.append("")

        def handle_data(self, data):
            found[-1] += data

    Reader().feed(shown._repr_html_())
    return found


def test_html_and_text_hold_the_same_cells_in_the_same_order():
    shown = table(FRAME)
    assert cells(shown) == repr(shown).split()
    assert cells(shown) == ["word", "cosine", "rank", "dog", "0.922", "1", "fish", "−0.190", "399,999"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (-0.0004, "0.000"),
        (0.0005001, "0.001"),
        (np.nan, "–"),
        (12345.6789, "12,345.679"),
        (np.float32(0.5), "0.500"),
    ],
)
def test_a_number_is_rounded_and_zero_has_no_sign(value, text):
    assert cells(table(pd.DataFrame({"x": [value]})))[1] == text


def test_digits_are_kept():
    assert cells(table(FRAME, digits=1))[4] == "0.9"


def test_a_named_index_becomes_the_first_column_and_an_unnamed_one_is_left_out():
    assert cells(table(FRAME.set_index("word")))[0] == "word"
    assert cells(table(FRAME.set_index("word").rename_axis(None)))[0] == "cosine"


def test_markup_in_a_word_is_escaped():
    assert "<b>" not in table(pd.DataFrame({"<b>": ["<b>"]}))._repr_html_()


def test_the_row_that_matters_is_marked_and_no_other():
    assert table(FRAME, mark="fish")._repr_html_().count('class="marked"') == 1
    assert 'class="marked"' not in table(FRAME)._repr_html_()


def test_every_header_cell_names_its_column():
    html = table(FRAME)._repr_html_()
    assert html.count('<th scope="col"') == 3
    assert "<th></th>" not in html
