"""The skip-gram island without JavaScript: its first step, both matrices, and what 10,000 steps make of them."""

from __future__ import annotations

import html
import math
from collections.abc import Sequence
from dataclasses import fields
from functools import cache, lru_cache
from typing import Any

from embedlib.islands.skipgram.corpora import texts
from embedlib.islands.skipgram.trainer import (
    Settings,
    Step,
    Trainer,
    Vector,
    dot,
    least_loss,
    pair_counts,
)

TITLES = {"made-up": "Made-up sentences", "rhyme": "The House That Jack Built", "own": "Your own text"}
SPEEDS = (1, 4, 50, 1_000, 10_000)
RATES = (0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0)
AHEAD = 10_000
"""Steps that the picture without scripts looks ahead."""

NEIGHBOURS = 5
BESIDE = 2
"""Words shown on either side of the window."""

FAVOURITES = ("tea", "cat")
"""The words whose neighbours are shown unless the reader chooses another, where the text has them."""


def text_of(options: dict[str, Any]) -> str:
    """The text that these options name."""
    return str(options["text"] if options["corpus"] == "own" else texts()[options["corpus"]])


def settings_of(options: dict[str, Any]) -> Settings:
    """The options that the trainer takes."""
    return Settings(**{field.name: options[field.name] for field in fields(Settings)})


@lru_cache(maxsize=8)
def trained(text: str, settings: Settings, steps: int) -> Trainer:
    """A trainer after so many steps."""
    trainer = Trainer(text, settings)
    trainer.train(steps)
    return trainer


def chosen_word(words: Sequence[str], word: str) -> str:
    """The word whose neighbours are shown: the reader's, else a favourite, else one of middling frequency."""
    wanted = (word, *FAVOURITES, words[len(words) // 2])
    return next(each for each in wanted if each in words)


# ---------------------------------------------------------------- the whole


def static_html(options: dict[str, Any]) -> str:
    """The island's controls, hidden until island.js makes them work, and its picture before the first step."""
    trainer = Trainer(text_of(options), settings_of(options))
    step = trainer.plan()
    return "\n".join(
        [
            controls(),
            part("One step", step_html(trainer, step)),
            part("What the step changes", changes_html(trainer, step)),
            part("All the vectors", matrices_html(trainer, step)),
            f'<div data-role="ahead">{part("What comes of it", ahead_html(options))}</div>',
            f'<div data-role="live" hidden>{part("What comes of it", live_html())}</div>',
            settings_html(options),
            f'<p class="sg-note">{NOTE}</p>',
            '<p class="sg-announce" data-role="announce" role="status" aria-live="polite"></p>',
        ]
    )


NOTE = (
    "Centre vectors begin as small random numbers and context vectors as zeros, as in word2vec’s own code. "
    "Unlike there, the window is always full, frequent words are not thinned out, the learning rate stays as it "
    "is set, and a negative may be the context word itself, as the formula has it. "
    "Negatives are drawn in proportion to count<sup>0.75</sup>."
)


def fallback_html(options: dict[str, Any], invitation: str = "") -> str:
    """What 10,000 steps make of a few words, as a plain table."""
    return ahead_table(options, invitation)


def part(label: str, content: str) -> str:
    """One of the parts."""
    return f'<div class="sg-part" role="group" aria-label="{label}">\n{content}\n</div>'


def controls() -> str:
    """The buttons, and the count of steps."""
    speeds = "".join(f'<option value="{s}"{" selected" if s == 4 else ""}>{s:,} a second</option>' for s in SPEEDS)
    return f"""<div class="sg-controls" data-role="controls" role="group" aria-label="Training" hidden>
<button type="button" data-role="step">Step</button>
<button type="button" data-role="play">Play</button>
<button type="button" data-role="thousand" aria-label="1,000 steps at once">+1,000</button>
<button type="button" data-role="restart" aria-label="Start again from step 0">Restart</button>
<label>Speed <select data-role="speed">{speeds}</select></label>
<p class="sg-count" data-role="count"></p>
</div>"""


# ---------------------------------------------------------------- one step


def step_html(trainer: Trainer, step: Step) -> str:
    """The pair in its sentence, and a table with every quantity of the formula."""
    rows = "".join(formula_row(trainer, step, i) for i in range(len(step.targets)))
    many = " sg-many" if trainer.settings.negatives > 4 else ""
    wide = " sg-wide" if trainer.settings.window > 3 else ""
    return f"""<p class="sg-title" data-role="heading">Step 1, not taken yet</p>
<p class="sg-sentence{wide}" data-role="sentence">{sentence(trainer, step)}</p>
<p data-role="pair">{pair_sentence(trainer, step)}</p>
<table class="sg-formula">
<caption>loss = −log σ(u·v) − Σ log σ(−u·v<sub>negative</sub>)</caption>
<thead><tr><th scope="col">v of (label)</th><th scope="col">u·v</th><th scope="col">σ(u·v)</th>
<th scope="col">σ − label</th><th scope="col">loss</th><th scope="col">u·v after</th></tr></thead>
<tbody data-role="formula">{rows}</tbody>
<tfoot><tr><th scope="row">sum</th><td></td><td></td><td></td>
<td data-role="loss">{signed(step.loss)}</td><td></td></tr></tfoot>
</table>
<p class="sg-remark{many}" data-role="remark">{pieces(remark(trainer, step))}</p>"""


def sentence(trainer: Trainer, step: Step) -> str:
    """The words around the centre, the window shaded, the pair marked."""
    ids, pair, window = trainer.corpus.sentences[step.pair.sentence], step.pair, trainer.settings.window
    first, last = max(0, pair.at - window - BESIDE), min(len(ids), pair.at + window + BESIDE + 1)
    spans = []
    for i in range(first, last):
        kind = "centre" if i == pair.at else "context" if i == pair.beside else ""
        if not kind and abs(i - pair.at) <= window:
            kind = "window"
        spans.append(f'<span class="sg-{kind or "outside"}">{html.escape(trainer.corpus.words[ids[i]])}</span>')
    return ("… " if first else "") + " ".join(spans) + (" …" if last < len(ids) else "")


def pair_sentence(trainer: Trainer, step: Step) -> str:
    """Which pair of the text it is."""
    words = trainer.corpus.words
    place = trainer.pairs.index(step.pair) + 1
    return pieces(
        [
            f"Pair {place:,} of {len(trainer.pairs):,}: u is the centre vector of ",
            words[step.centre],
            ", v the context vector of ",
            words[step.targets[0]],
            ".",
        ]
    )


def formula_row(trainer: Trainer, step: Step, i: int) -> str:
    """One word of the step: its place in the formula, its numbers."""
    after = [
        [x + y for x, y in zip(matrix[row], trainer.change(step, name, row), strict=True)]
        for name, matrix, row in (("U", trainer.U, step.centre), ("V", trainer.V, step.targets[i]))
    ]
    kind = "context" if i == 0 else "negative"
    values = (step.dots[i], step.sigmas[i], step.errors[i], step.losses[i], dot(*after))
    word = html.escape(trainer.corpus.words[step.targets[i]])
    return (
        f'<tr class="sg-{kind}"><th scope="row"><span class="sg-name">{word}</span>'
        f'<span class="sg-kind">{kind} ({1 if i == 0 else 0})</span></th>'
        + "".join(f"<td>{signed(value)}</td>" for value in values)
        + "</tr>"
    )


def remark(trainer: Trainer, step: Step) -> list[str]:
    """What is odd about the negatives of this step: every second piece is a word spoken about."""
    context, negatives = step.targets[0], step.targets[1:]
    if not negatives:
        return ["Nothing is pushed away: all vectors may grow alike, and the loss goes to 0."]
    beside, distinct = count_pairs(trainer)[step.centre], list(dict.fromkeys(negatives))
    times = {word: negatives.count(word) for word in distinct}
    fate = "only the last gradient counts." if trainer.settings.lose_repeats else "the gradients add up."
    said = [""]

    def say(before: str, found: dict[int, int], after: str) -> None:
        for i, (word, count) in enumerate(found.items()):
            said[-1] += ", " if i else before
            said.extend([trainer.corpus.words[word], f" ({count}×)"])
        if found:
            said[-1] += after

    say(
        "True neighbours of this centre word, drawn all the same: ",
        {word: beside[word] for word in distinct if word != context and beside[word]},
        ". ",
    )
    say("Drawn more than once: ", {word: n for word, n in times.items() if n > 1}, f"; {fate} ")
    say("Context and negative at once: ", {word: n for word, n in times.items() if word == context}, f"; {fate}")
    return said if said[0] else ["Each negative is another word, and none stands beside this centre word in the text."]


@lru_cache(maxsize=4)
def count_pairs(trainer: Trainer) -> list[list[int]]:
    """How often each word stands beside each."""
    return pair_counts(trainer.corpus, trainer.pairs)


# ---------------------------------------------------------------- vectors as strips


def changes_html(trainer: Trainer, step: Step) -> str:
    """Each vector of the step before, its change, and after."""
    rows = [("u", "U", step.centre), *(("v", "V", target) for target in step.targets)]
    entries = []
    for letter, matrix, row in rows:
        before = (trainer.U if matrix == "U" else trainer.V)[row]
        entries.append((letter, row, before, trainer.change(step, matrix, row)))
    limit = nice_limit(max(map(abs, (x for _, _, before, _ in entries for x in before))))
    change_limit = nice_limit(max(map(abs, (x for *_, change in entries for x in change))))
    body = "".join(
        f'<tr><th scope="row">{letter} <i>{html.escape(trainer.corpus.words[row])}</i></th>'
        + "".join(
            f"<td>{strip(vector, top)}{numbers(vector)}</td>"
            for vector, top in (
                (before, limit),
                (change, change_limit),
                ([x + y for x, y in zip(before, change, strict=True)], limit),
            )
        )
        + "</tr>"
        for letter, row, before, change in entries
    )
    rate = trainer.settings.learning_rate
    return f"""<p class="sg-title">What it changes</p>
<p>Each v becomes v − η · (σ − label) · u, and u becomes u − η · Σ (σ − label) · v over all rows above,
with the learning rate η = <span data-role="rate">{rate:g}</span>.
<label class="sg-tick" data-role="digits-field" hidden>
<input type="checkbox" data-role="digits"> show numbers</label></p>
<table class="sg-changes" data-role="changes-table">
<thead><tr><th scope="col">vector</th><th scope="col">before</th>
<th scope="col">change <span data-role="change-limit">to ±{change_limit:g}</span></th>
<th scope="col">after</th></tr></thead>
<tbody data-role="changes">{body}</tbody>
</table>"""


def matrices_html(trainer: Trainer, step: Step) -> str:
    """Every word with its two vectors, the rows of the step marked."""
    limit = nice_limit(max(abs(x) for row in (*trainer.U, *trainer.V) for x in row))
    rows = []
    for i, word in enumerate(trainer.corpus.words):
        kind = kind_of(step, i)
        rows.append(
            f'<li class="sg-row{f" sg-{kind}" if kind else ""}"><span class="sg-word">{html.escape(word)}</span>'
            f"{strip(trainer.U[i], limit)}{strip(trainer.V[i], limit)}</li>"
        )
    scale = [i / 10 for i in range(-10, 11)]
    return f"""<p class="sg-title">All the vectors</p>
<p>Beside each word its row of U, as a centre word, then its row of V, as a context.
<span data-role="shared-rows"{"" if trainer.settings.one_matrix else " hidden"}>They are the same rows now.</span>
The rows of this step are marked: <span class="sg-mark sg-centre">centre</span>,
<span class="sg-mark sg-context">context</span>, <span class="sg-mark sg-negative">negative</span>.</p>
<ul class="sg-matrices" data-role="matrices"
data-palette="{" ".join(colours())}">{"".join(rows)}</ul>
<p class="sg-key"><span data-role="low">−{limit:g}</span>{strip(scale, 1.0)}<span data-role="high">{limit:g}</span>
<span>Orange is negative, purple positive.</span></p>"""


def kind_of(step: Step, word: int) -> str:
    """The part that a word plays in a step, the most telling one where it plays several."""
    if word == step.centre:
        return "centre"
    if word == step.targets[0]:
        return "context"
    return "negative" if word in step.targets else ""


def strip(vector: Sequence[float], limit: float) -> str:
    """A strip of coloured cells, one for each number, as the background of one element."""
    last = len(colours()) - 1
    at = [math.floor((min(max(x / limit, -1), 1) + 1) / 2 * last + 0.5) for x in vector]
    width = 100 / len(at)
    stops = [f"{colours()[c]} {'0 ' if i else ''}{(i + 1) * width:g}%" for i, c in enumerate(at)]
    return (
        f'<span class="sg-strip" aria-hidden="true" style="background:linear-gradient(90deg,{",".join(stops)})"></span>'
    )


@cache
def colours() -> list[str]:
    """The colours of the course's strips, from the lowest number to the highest."""
    from embedlib.islands.pool import palette

    return palette()


def numbers(vector: Vector) -> str:
    """The numbers of a strip, for those who do not see it and those who want them."""
    return f'<span class="sg-digits">{" ".join(signed(x, 4) for x in vector)}</span>'


def nice_limit(most: float) -> float:
    """The smallest of …, 0.5, 0.7, 1, 1.5, 2, 3, 5, 7, 10, … that is not below this number: the scale of the strips.

    >>> [nice_limit(x) for x in (0.0, 0.06, 0.5, 0.51, 3.0)]
    [0.001, 0.07, 0.5, 0.7, 3.0]
    """
    for exponent in range(-3, 300):
        for digit in (1, 1.5, 2, 3, 5, 7):
            if most <= (limit := float(f"{digit}e{exponent}")):
                return limit
    return 1e300


# ---------------------------------------------------------------- what comes of it


def ahead_html(options: dict[str, Any]) -> str:
    """The neighbours before and after 10,000 steps, for readers without scripts."""
    return f'<p class="sg-title">What {AHEAD:,} steps make of it</p>\n{ahead_table(options)}'


def ahead_table(options: dict[str, Any], ending: str = "") -> str:
    """Loss and neighbours before the first step and after 10,000."""
    text, settings = text_of(options), settings_of(options)
    trainers = [trained(text, settings, steps) for steps in (0, AHEAD)]
    words = trainers[0].corpus.words
    at = words.index(chosen_word(words, options["word"]))
    rows = []
    for trainer, steps in zip(trainers, ("0", f"{AHEAD:,}"), strict=True):
        found = ", ".join(f"{html.escape(words[i])} {signed(c, 2)}" for i, c in trainer.nearest(at, NEIGHBOURS))
        if trainer.broken:
            found = "None: the numbers have run away, because the learning rate is too large."
        recent = trainer.losses[-1000:] or [(settings.negatives + 1) * math.log(2)]
        loss = sum(recent) / len(recent)
        rows.append(f"<tr><td>{steps}</td><td>{'–' if trainer.broken else f'{loss:.2f}'}</td><td>{found}</td></tr>")
    least = least_loss(count_pairs(trainers[0]), trainers[0].noise, settings.negatives)
    return (
        f'<table class="sg-ahead"><caption>Nearest to <i>{html.escape(words[at])}</i> by the cosine of centre vectors. '
        f"The loss is the average of the last 1,000 steps; no vectors can bring it below {least:.2f}.{ending}</caption>"
        "<thead><tr><th>steps</th><th>loss</th><th>nearest words</th></tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def live_html() -> str:
    """Map, loss and neighbours, all drawn by island.js."""
    return """<div class="sg-columns">
<div>
<p class="sg-title">Map of the centre vectors</p>
<div class="sg-map" data-role="map" role="img" aria-label="Map of the words"></div>
<p class="sg-small" data-role="map-note"></p>
</div>
<div>
<p class="sg-title">Loss</p>
<svg class="sg-chart" viewBox="0 0 300 110" preserveAspectRatio="none" aria-hidden="true">
<path data-role="start-line" class="sg-line-start"/><path data-role="least-line" class="sg-line-least"/>
<path data-role="curve" class="sg-line-curve"/></svg>
<p class="sg-small" data-role="loss-note"></p>
<p class="sg-title"><label>Nearest to <select data-role="word"></select></label></p>
<table class="sg-nearest"><thead><tr><th scope="col">word</th><th scope="col">cosine of the two u</th></tr></thead>
<tbody data-role="nearest"></tbody></table>
</div>
</div>"""


# ---------------------------------------------------------------- settings


def settings_html(options: dict[str, Any]) -> str:
    """The settings, and the text to learn from; the texts themselves travel with their names."""

    def select(key: str, label: str, values: Sequence[Any]) -> str:
        entries = "".join(f"<option>{value:g}</option>" for value in values)
        return f'<label>{label} <select data-option="{key}">{entries}</select></label>'

    def tick(key: str, label: str) -> str:
        return f'<label class="sg-tick"><input type="checkbox" data-option="{key}"> {label}</label>'

    corpora = "".join(
        f'<option value="{name}" data-text="{html.escape(texts().get(name, ""))}">{title}</option>'
        for name, title in TITLES.items()
    )
    return f"""<div class="sg-part sg-settings" data-role="settings" role="group" aria-label="Settings" hidden>
<p class="sg-title">Settings</p>
<p class="sg-small">A change starts again from step 0; the learning rate alone can change on the way.</p>
<div class="sg-fields">
{select("negatives", "Negatives k", range(11))}
{select("window", "Window", range(1, 6))}
{select("dimensions", "Dimensions d", range(2, 11))}
{select("learning_rate", "Learning rate η", RATES)}
<label>Seed <input type="text" inputmode="numeric" data-role="seed" maxlength="12"></label>
<label>Text <select data-option="corpus">{corpora}</select></label>
</div>
<div class="sg-ticks">
{tick("one_matrix", "one matrix for both roles")}
{tick("lose_repeats", "lose repeats: of several gradients for a row, keep the last")}
</div>
<label class="sg-text">The text: change it, or put your own in its place
<textarea data-role="text" rows="4" spellcheck="false"></textarea></label>
<p class="sg-status" data-role="status"></p>
</div>"""


# ---------------------------------------------------------------- numbers and words


def signed(value: float, digits: int = 3) -> str:
    """A number with a real minus sign and no negative zero.

    >>> signed(-0.1234), signed(-0.0001)
    ('−0.123', '0.000')
    """
    text = f"{value:.{digits}f}"
    return text.replace("-", "−") if float(text) else text.lstrip("-")


def pieces(parts: Sequence[str]) -> str:
    """A sentence in pieces as HTML; every second piece is a word spoken about."""
    return "".join(f"<i>{html.escape(p)}</i>" if i % 2 else html.escape(p) for i, p in enumerate(parts))
