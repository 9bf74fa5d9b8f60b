"""The neighbours island without JavaScript: the tables and figure that island.js then keeps up to date."""

from __future__ import annotations

import html
from collections.abc import Sequence

import numpy as np

from embedlib.islands.neighbors.answers import (
    Pieces,
    nearest,
    pair_sentences,
    pool_sentence,
    signed,
    strangers_sentence,
)
from embedlib.islands.neighbors.pool import Floats, Pool

BAR_WIDTH = 0.05
HISTOGRAM_FROM = -0.5
NO_SECOND_WORD = "With a second word, its numbers stand here beside those of the first."


def static_html(pool: Pool, word: str, other: str) -> str:
    """Everything that the island shows for these two words; `other` may be empty."""
    found = nearest(pool, word)
    return "\n".join(
        [
            field("word", "Word", "Words to choose from", '<button type="button" data-role="back">Back</button>'),
            neighbours_table(pool, word, found),
            colour_key(pool),
            part(
                "What strangers score",
                "Is that a lot? What strangers score",
                strangers(pool, word, other, found),
            ),
            part("Two words side by side", "Two words side by side", side_by_side(pool, word, other)),
            f'<p class="nb-note">{html.escape(pool_sentence(pool))}</p>',
            '<p class="nb-announce" data-role="announce" role="status" aria-live="polite"></p>',
        ]
    )


def fallback_html(pool: Pool, word: str) -> str:
    """The ten neighbours as a plain table, for a notebook that is read without running it."""
    rows = "".join(
        f"<tr><td>{i}</td><td>{html.escape(name)}</td><td>{signed(score)}</td></tr>"
        for i, (name, score) in enumerate(nearest(pool, word), start=1)
    )
    return (
        f"<table><caption>The ten nearest words to <i>{html.escape(word)}</i> among the {len(pool.words):,} "
        "most frequent. Run this cell to try your own.</caption>"
        f"<thead><tr><th>rank</th><th>word</th><th>cosine</th></tr></thead><tbody>{rows}</tbody></table>"
    )


def field(key: str, label: str, options_label: str, button: str = "") -> str:
    """A text field with its list of options; hidden until island.js makes it work."""
    return f"""<div class="nb-field" data-role="{key}-field" hidden>
<div class="nb-line">
<label>{label} <input type="text" maxlength="80"></label>
<p class="nb-status" data-role="{key}-status"></p>
{button}
</div>
<ul class="nb-options" aria-label="{options_label}"></ul>
</div>"""


def part(label: str, title: str, content: str) -> str:
    """One of the parts below the table."""
    return f'''<div class="nb-part" role="group" aria-label="{label}">
<p class="nb-title">{title}</p>
{content}
</div>'''


def neighbours_table(pool: Pool, word: str, found: Sequence[tuple[str, float]]) -> str:
    """The word and its neighbours: rank, word, cosine as number and bar, the vector as a strip."""

    def row(place: str, name: str, attributes: str, number: str, bar: float) -> str:
        return (
            f'<tr {attributes}><td class="nb-rank">{place}</td>'
            f'<th scope="row" class="nb-word">{html.escape(name)}</th>'
            f'<td class="nb-cosine"><span class="nb-number">{number}</span>'
            '<span class="nb-bar" aria-hidden="true">'
            f'<span style="transform:scaleX({bar:.4f})"></span></span></td>'
            f'<td class="nb-numbers">{strip(pool, pool.vectors[pool.index[name]])}</td></tr>'
        )

    rows = [row("", word, 'class="nb-query"', "", 0)]
    for i, (name, score) in enumerate(found, start=1):
        attributes = f'class="nb-neighbour" data-cosine="{score:.6f}"'
        rows.append(row(str(i), name, attributes, signed(score), max(score, 0)))
    return f"""<table class="nb-table">
<caption>Nearest to <i data-role="query">{html.escape(word)}</i></caption>
<thead><tr><th scope="col" class="nb-rank">rank</th><th scope="col">word</th><th scope="col">cosine</th>
<th scope="col">its {pool.vectors.shape[1]} numbers</th></tr></thead>
<tbody data-role="rows">
{chr(10).join(rows)}
</tbody>
</table>"""


def colour_key(pool: Pool) -> str:
    """What the colours of the strips mean."""
    limit = pool.header["strip_limit"]
    scale = strip(pool, np.linspace(-limit, limit, 21, dtype=np.float32))
    return (
        f'<p class="nb-key"><span>{signed(-limit, 1)}</span>{scale}<span>{signed(limit, 1)}</span> '
        "<span>Orange is negative, purple positive; each vector is drawn at length 1.</span></p>"
    )


def strangers(pool: Pool, word: str, other: str, found: Sequence[tuple[str, float]]) -> str:
    """The histogram of random pairs with the neighbours marked in it, and what it says."""
    hidden = "" if other else " hidden"
    beside = float(pool.vectors[pool.index[word]] @ pool.vectors[pool.index[other]]) if other else 0.0
    marks = "".join(f'<span style="{mark_style(score)}"></span>' for _, score in found)
    marks += f'<span class="nb-mark-pair"{hidden} style="{mark_style(beside)}"></span>'
    ticks = "".join(
        f'<span style="left:{histogram_at(value):.2f}%">{signed(value, 1)}</span>' for value in (-0.5, 0.0, 0.5, 1.0)
    )
    return f"""<div class="nb-histogram" aria-hidden="true">
<svg viewBox="0 0 150 40" preserveAspectRatio="none"><path d="{histogram_path(pool)}"/></svg>
<div class="nb-marks" data-role="marks">{marks}</div>
<div class="nb-ticks">{ticks}</div>
</div>
<p class="nb-legend"><span class="nb-swatch nb-swatch-strangers"></span>random pairs
<span class="nb-swatch nb-swatch-found"></span>the ten neighbours
<span data-role="pair-legend"{hidden}>
<span class="nb-swatch nb-swatch-pair"></span>the two words below</span></p>
<p data-role="strangers">{sentence(strangers_sentence(pool, found))}</p>"""


def side_by_side(pool: Pool, word: str, other: str) -> str:
    """Two vectors as strips with the strip of their products, and what they say."""
    ranks, products = pair_sentences(pool, word, other) if other else ([NO_SECOND_WORD], [""])
    rows = ""
    if other:
        u, v = pool.vectors[pool.index[word]], pool.vectors[pool.index[other]]
        rows = "".join(
            f'<tr><th scope="row">{name}</th><td>{picture}</td></tr>'
            for name, picture in (
                (f"<i>{html.escape(word)}</i>", strip(pool, u)),
                (f"<i>{html.escape(other)}</i>", strip(pool, v)),
                ("product", strip(pool, u * v, pool.header["product_limit"])),
            )
        )
    return f"""{field("other", "Second word", "Second words to choose from")}
<table class="nb-pair"{"" if other else " hidden"}>
<tbody data-role="pair">{rows}</tbody>
</table>
<p data-role="ranks">{sentence(ranks)}</p>
<p data-role="products">{sentence(products)}</p>"""


def sentence(pieces: Pieces) -> str:
    """A sentence in pieces as HTML."""
    return "".join(f"<i>{html.escape(p)}</i>" if i % 2 else html.escape(p) for i, p in enumerate(pieces))


def strip(pool: Pool, values: Floats, limit: float | None = None) -> str:
    """A strip of coloured cells, one for each number, as the background of one element."""
    colours, top = pool.header["palette"], limit or pool.header["strip_limit"]
    last = len(colours) - 1
    at = np.floor((np.clip(values.astype(np.float64) / top, -1, 1) + 1) / 2 * last + 0.5).astype(int)
    width = 100 / len(values)
    stops = [f"{colours[c]} {'0 ' if i else ''}{(i + 1) * width:g}%" for i, c in enumerate(at.tolist())]
    return (
        f'<span class="nb-strip" aria-hidden="true" style="background:linear-gradient(90deg,{",".join(stops)})"></span>'
    )


def histogram_path(pool: Pool) -> str:
    """The outline of the random pairs' histogram, in a box 150 wide (cosine -0.5 to 1) and 40 high."""
    counts = np.array(pool.header["strangers"]["counts"])
    wide = counts.reshape(-1, round(BAR_WIDTH / 2 * len(counts))).sum(axis=1)
    bars = wide[round((HISTOGRAM_FROM + 1) / BAR_WIDTH) :] / wide.max() * 40
    steps = "".join(f"V{40 - height:.1f}h{BAR_WIDTH * 100:g}" for height in bars)
    return f"M0 40{steps}V40Z"


def histogram_at(cosine: float) -> float:
    """Where a cosine stands in the histogram, in percent of its width."""
    return min(max((cosine - HISTOGRAM_FROM) / (1 - HISTOGRAM_FROM), 0.0), 1.0) * 100


def mark_style(cosine: float) -> str:
    """The place of a mark in the histogram."""
    return f"transform:translateX({histogram_at(cosine):.2f}%)"
