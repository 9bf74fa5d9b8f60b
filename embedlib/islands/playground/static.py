"""The playground without JavaScript: the tables, strips and lines that island.js then keeps up to date."""

from __future__ import annotations

import html
import json
from collections.abc import Sequence
from typing import Any

from embedlib.islands.neighbors.answers import Pieces, pool_sentence, signed
from embedlib.islands.neighbors.pool import Pool
from embedlib.islands.neighbors.static import colour_key, sentence, strip
from embedlib.islands.playground import answers, examples
from embedlib.islands.playground.answers import Axis, axis, formula, odd_cosines, odd_means, odd_order, percent
from embedlib.islands.playground.examples import Example

LETTER, NARROW = 0.56, 12.0
"""How wide a letter of a label is thought to be, and how wide the line is on the narrowest page, in em."""


def static_html(pool: Pool, options: dict[str, Any]) -> str:
    """The three parts with their answers for these options, one below the other."""
    return "\n".join(
        [
            """<div class="pg-tabs" aria-label="What to try" hidden>
<button type="button" data-tab="analogy">Analogy</button>
<button type="button" data-tab="odd">Odd one out</button>
<button type="button" data-tab="axis">Axis</button>
</div>""",
            panel("analogy", "Analogy", analogy_panel(pool, options), options),
            panel("odd", "Odd one out", odd_panel(pool, options), options),
            panel("axis", "Axis", axis_panel(pool, options), options),
            f'<p class="pg-note">{html.escape(pool_sentence(pool))}</p>',
            '<p class="pg-away" data-role="announce" role="status" aria-live="polite"></p>',
        ]
    )


def fallback_html(pool: Pool, options: dict[str, Any]) -> str:
    """The answer of the chosen tab as a plain table, for a notebook that is read without running it."""
    if options["tab"] == "analogy":
        words = options["analogy"]
        found = answers.analogy(pool, words, options["leave_out"])
        caption, head = f"Nearest to {sentence(formula(words))}", ("rank", "word", "cosine")
        rows = [(str(i), name, signed(score)) for i, (name, score) in enumerate(found.found, start=1)]
    elif options["tab"] == "odd":
        words, means = options["odd"], odd_means(pool, options["odd"])
        caption, head = "The odd one out comes first", ("place", "word", "mean cosine with the others")
        rows = [(str(k), words[i], signed(float(means[i]))) for k, i in enumerate(odd_order(means), start=1)]
    else:
        (start, end), words = options["axis"], options["placed"]
        line = axis(pool, options["axis"], words)
        caption = f"From {html.escape(start)} ({signed(-line.half)}) to {html.escape(end)} ({signed(line.half)})"
        head = ("word", "place", "explained")
        rows = [(words[i], signed(float(line.places[i])), percent(float(line.places[i]) ** 2)) for i in by_place(line)]
    cells = "".join(f"<tr>{''.join(f'<td>{html.escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return (
        f"<table><caption>{caption}, among {len(pool.words):,} words. Run this cell to try your own.</caption>"
        f"<thead><tr>{''.join(f'<th>{name}</th>' for name in head)}</tr></thead><tbody>{cells}</tbody></table>"
    )


# ------------------------------------------------------------------ what all three parts have


def panel(key: str, title: str, content: str, options: dict[str, Any]) -> str:
    """One part; island.js makes it a tab's panel."""
    chosen = " pg-chosen" if options["tab"] == key else ""
    return f"""<section class="pg-panel{chosen}" data-panel="{key}" aria-label="{title}">
<p class="pg-title">{title}</p>
{content}
</section>"""


def controls(key: str, fields: str, ready: Sequence[Example], options: dict[str, Any], after: str = "") -> str:
    """What the reader works with, hidden until island.js makes it work."""
    return f"""<div class="pg-controls" data-role="{key}-controls" hidden>
{fields}
{after}<div class="pg-examples" role="group" aria-label="Ready questions" data-role="{key}-examples">
{chr(10).join(example_button(one, ready, options) for one in ready)}
</div>
</div>"""


def example_button(one: Example, ready: Sequence[Example], options: dict[str, Any]) -> str:
    """A ready question; what it sets, expects and says travels in its attributes."""
    state = html.escape(json.dumps(one.state, ensure_ascii=False), quote=True)
    pressed = str(answers.example_of(options, ready) is one).lower()
    return (
        f'<button type="button" aria-pressed="{pressed}" data-state="{state}" '
        f'data-expected="{html.escape(one.expected, quote=True)}" data-note="{html.escape(one.note, quote=True)}">'
        f"{html.escape(one.label)}</button>"
    )


def field(key: str, label: str, away: str, after: str = "") -> str:
    """A text field for one word."""
    return (
        f'<span class="pg-field"><label>{label}<span class="pg-away">{away}</span> '
        f'<input type="text" maxlength="80" data-field="{key}"></label>{after}</span>'
    )


def choices(*keys: str) -> str:
    """What is said about the fields above, and their lists of words to choose from, one shown at a time."""
    lists = "".join(f'<ul data-options="{key}" aria-label="Words to choose from"></ul>' for key in keys)
    status = keys[0].split("-")[0]
    return f'<p class="pg-status" data-role="{status}-status"></p>\n<div class="pg-options">{lists}</div>'


def word_list(key: str, label: str, words: Sequence[str]) -> str:
    """Words that the reader can take out one by one, and a field to add others."""
    chips = "".join(f"<li>{html.escape(word)}</li>" for word in words)
    adding = field(key, label, "", '<button type="button" data-role="add">Add</button>')
    return f"""<ul class="pg-words" data-role="{key}-words" aria-label="Words of the question">{chips}</ul>
{adding}"""


def said(key: str, pieces: Pieces) -> str:
    """A sentence that island.js writes anew with each answer; empty, it takes no room."""
    return f'<p data-role="{key}">{sentence(pieces)}</p>'


# ------------------------------------------------------------------ analogy


def analogy_panel(pool: Pool, options: dict[str, Any]) -> str:
    """The question, its eight answers, and the arithmetic as strips."""
    words, leave_out = options["analogy"], options["leave_out"]
    found = answers.analogy(pool, words, leave_out)
    one = answers.example_of(options, examples.ANALOGIES)
    expected: Pieces = [""]
    if one and one.expected:
        rank = answers.expected_rank(pool, words, one.expected, leave_out)
        expected = answers.expected_sentence(one.expected, rank)
    fields = (
        '<div class="pg-line-of-fields">'
        + field("analogy-0", "a", ", a word of the first pair", "<span>is to</span>")
        + field("analogy-1", "b", ", the other word of the first pair", "<span>as</span>")
        + field("analogy-2", "c", ", a word of the second pair", "<span>is to ?</span>")
        + "</div>\n"
        + choices("analogy-0", "analogy-1", "analogy-2")
    )
    switch = (
        '<p class="pg-switch"><label><input type="checkbox" data-role="leave-out"> '
        "Leave the three question words out</label></p>\n"
    )
    rows = "".join(answer_row(str(i), name, score, words) for i, (name, score) in enumerate(found.found, start=1))
    return f"""{controls("analogy", fields, examples.ANALOGIES, options, switch)}
<table class="pg-table">
<caption>Nearest to <span data-role="formula">{sentence(formula(words))}</span></caption>
<thead><tr><th scope="col" class="pg-rank">rank</th><th scope="col">word</th><th scope="col">cosine</th></tr></thead>
<tbody data-role="found">{rows}</tbody>
</table>
<div class="pg-said" data-role="analogy-said">
{said("expected", expected)}
{said("hidden", answers.hidden_sentence(words, leave_out, found))}
{said("arithmetic", answers.arithmetic_sentence(words, found))}
{said("analogy-note", answers.note(one) if one else [""])}
</div>
<table class="pg-strips">
<caption>The arithmetic, number by number</caption>
<tbody data-role="strips">{strip_rows(pool, words, found)}</tbody>
</table>
{colour_key(pool).replace("nb-key", "pg-key")}"""


def answer_row(rank: str, name: str, score: float, words: Sequence[str]) -> str:
    """A word with its cosine; one of the question is marked."""
    asked = "" if name in words else " hidden"
    return (
        f'<tr data-cosine="{score:.6f}"><td class="pg-rank">{rank}</td>'
        f'<th scope="row"><i>{html.escape(name)}</i> <span class="pg-tag"{asked}>question word</span></th>'
        f'<td class="pg-cosine"><span class="pg-number">{signed(score)}</span>'
        f'<span class="pg-bar" aria-hidden="true"><span style="transform:scaleX({max(score, 0):.4f})"></span></span>'
        "</td></tr>"
    )


def strip_rows(pool: Pool, words: Sequence[str], found: answers.Analogy) -> str:
    """b, −a, c, their sum and the nearest word, as strips."""
    a, b, c = (pool.vectors[pool.index[word]] for word in words)
    first = found.found[0][0]
    rows: list[tuple[Pieces, Any]] = [
        (["", words[1]], b),
        (["− ", words[0], ", signs turned"], -a),
        (["+ ", words[2]], c),
        (["= the sum, at length 1"], found.target),
        (["nearest: ", first], pool.vectors[pool.index[first]]),
    ]
    return "".join(f'<tr><th scope="row">{sentence(name)}</th><td>{strip(pool, v)}</td></tr>' for name, v in rows)


# ------------------------------------------------------------------ odd one out


def odd_panel(pool: Pool, options: dict[str, Any]) -> str:
    """The words, which is the odd one, and the cosine of each with each."""
    words = options["odd"]
    means = odd_means(pool, words)
    one = answers.example_of(options, examples.ODD)
    expected: Pieces = [""]
    if one:
        place = [words[i] for i in odd_order(means)].index(one.expected) + 1
        expected = answers.expected_sentence(one.expected, place)
    fields = word_list("odd", "Add a word", words) + "\n" + choices("odd")
    return f"""{controls("odd", fields, examples.ODD, options)}
<div class="pg-said" data-role="odd-said">
{said("odd-answer", answers.odd_sentence(words, means))}
{said("odd-expected", expected)}
</div>
<table class="pg-matrix">
<caption>The cosine of each with each</caption>
{odd_table(pool, words)}
</table>
<p class="pg-rule-said">The rule: the lowest mean. gensim’s <code>doesnt_match</code> compares each word with the mean
of all the unit vectors, which puts the words in the same order.</p>"""


def odd_table(pool: Pool, words: Sequence[str]) -> str:
    """The small table of cosines, the odd one's row marked."""
    cosines, means = odd_cosines(pool, words), odd_means(pool, words)
    odd = odd_order(means)[0]
    head = "".join(f'<th scope="col"><span><i>{html.escape(word)}</i></span></th>' for word in words)
    rows = []
    for i, word in enumerate(words):
        cells = "".join(
            '<td class="pg-self">–</td>' if i == j else f"<td{tint(float(cosines[i, j]))}>{signed(cosines[i, j])}</td>"
            for j in range(len(words))
        )
        mark = ' class="pg-odd"' if i == odd else ""
        rows.append(
            f'<tr{mark}><th scope="row"><i>{html.escape(word)}</i></th>{cells}'
            f'<td class="pg-mean">{signed(float(means[i]))}</td></tr>'
        )
    return (
        f'<thead><tr><td></td>{head}<th scope="col" class="pg-mean"><span>mean</span></th></tr></thead>\n'
        f'<tbody data-role="odd-rows">{"".join(rows)}</tbody>'
    )


def tint(cosine: float) -> str:
    """How strongly a cell is tinted."""
    return f' style="--tint:{max(cosine, 0) * 45:.0f}%"'


# ------------------------------------------------------------------ axis


def axis_panel(pool: Pool, options: dict[str, Any]) -> str:
    """The line with its words, what it explains, and the table."""
    ends, words = options["axis"], options["placed"]
    found = axis(pool, ends, words)
    one = answers.example_of(options, examples.AXES)
    fields = (
        '<div class="pg-line-of-fields">'
        + field("axis-0", "From", " this word")
        + field("axis-1", "to", " this word")
        + "</div>\n"
        + word_list("placed", "Place a word", words)
        + "\n"
        + choices("axis-0", "axis-1", "placed")
    )
    sentences = answers.axis_sentences(pool, ends, found)
    return f"""{controls("axis", fields, examples.AXES, options)}
{line(ends, words, found)}
<div class="pg-said" data-role="axis-said">
{said("axis-note", answers.note(one) if one else [""])}
{"".join(said(f"axis-{i}", pieces) for i, pieces in enumerate(sentences))}
</div>
<table class="pg-places">
<caption>The words from left to right</caption>
<thead><tr><th scope="col">word</th><th scope="col">place</th><th scope="col">explained</th>
<th scope="col">words left of it</th></tr></thead>
<tbody data-role="places">{place_rows(words, found)}</tbody>
</table>"""


def by_place(found: Axis) -> list[int]:
    """The words' places in their list, from left to right."""
    return sorted(range(len(found.places)), key=lambda i: found.places[i])


def place_rows(words: Sequence[str], found: Axis) -> str:
    """Each word's place, the share of it that the axis explains, and how many words lie left of it."""
    out = answers.outside(found)
    return "".join(
        f'<tr{" class=pg-outside" if out[i] else ""}><th scope="row"><i>{html.escape(words[i])}</i></th>'
        f"<td>{signed(float(found.places[i]))}</td><td>{percent(float(found.places[i]) ** 2)}</td>"
        f"<td>{percent(float(found.left[i]))}</td></tr>"
        for i in by_place(found)
    )


def reach(found: Axis) -> float:
    """How far the line reaches on both sides: to a round tenth beyond all that it shows."""
    farthest = max(found.half, *(abs(edge) for edge in found.band), *(abs(float(place)) for place in found.places))
    return (int(farthest * 10 + 1e-9) + 1) / 10


def lanes(words: Sequence[str], places: Sequence[float], wide: float) -> list[int]:
    """How high above the line each label stands, so that none covers another or another's stem.

    A label begins at its stem and runs to the right; from right to left, each goes above all whose stem it would
    cover. It is worked out for the narrowest page: on a wider one, there is only more room.
    """
    order = sorted(range(len(words)), key=lambda i: places[i])
    height = [0] * len(words)
    for k in range(len(order) - 1, -1, -1):
        i = order[k]
        end = (places[i] + wide) / (2 * wide) * NARROW + len(words[i]) * LETTER + 0.8
        covered = [height[j] for j in order[k + 1 :] if (places[j] + wide) / (2 * wide) * NARROW < end]
        height[i] = max(covered, default=-1) + 1
    return height


def line(ends: Sequence[str], words: Sequence[str], found: Axis) -> str:
    """The line: a grey band for strangers, the two ends, a stem and label for each word."""
    wide, places, out = reach(found), found.places.tolist(), answers.outside(found)
    height = lanes(words, places, wide)

    def at(place: float) -> str:
        return f"{(place + wide) / (2 * wide) * 100:.2f}%"

    beyond = [
        len(word) * LETTER + 0.8 - (wide - place) / (2 * wide) * NARROW
        for word, place in zip(words, places, strict=True)
    ]
    spare = max(0.0, *beyond)
    flags = "".join(
        f'<span class="pg-flag{" pg-outside" if out[i] else ""}" style="left:{at(places[i])};--lane:{height[i]}">'
        f"<i>{html.escape(words[i])}</i></span>"
        for i in by_place(found)
    )
    low, high = found.band
    ticks = "".join(f'<span style="left:{at(tick)}">{signed(tick, 1)}</span>' for tick in (-wide, 0.0, wide))
    return f"""<div class="pg-line" aria-hidden="true" data-role="line">
<div class="pg-plot" style="--lanes:{max(height) + 1};margin-right:{spare:.2f}em">
<span class="pg-band" style="left:{at(low)};width:{(high - low) / (2 * wide) * 100:.2f}%"></span>
{flags}
<span class="pg-end" style="left:{at(-found.half)}"></span><span class="pg-end" style="left:{at(found.half)}"></span>
<div class="pg-ticks">{ticks}</div>
</div>
<p class="pg-ends"><span>← <i>{html.escape(ends[0])}</i></span><span><i>{html.escape(ends[1])}</i> →</span></p>
<p class="pg-legend"><span class="pg-swatch pg-swatch-band"></span>nine in ten of all words
<span class="pg-swatch pg-swatch-end"></span>the two words that make the axis</p>
</div>"""
