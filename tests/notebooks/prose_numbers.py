"""Every figure in a chapter's prose is one that the chapter computed.

`figures(text)` finds the figures of a piece of prose, `evidence(cells)` the numbers of a section's outputs
and code, and `problems(chapter)` tells each figure that is no rounding of its evidence. What counts as a
figure, what as evidence, and what is told apart by its form, stands in tests/README.md.
"""

import ast
import bisect
import io
import operator
import re
import tokenize
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from html import unescape
from pathlib import Path

import ledger
from checks import exercise_of
from dependence import python_of
from nbformat import NotebookNode
from reading import (
    COMMENT,
    FENCE,
    LINK,
    Chapter,
    Section,
    read_chapter,
    sections,
    tagged,
)

EXCEPTIONS = Path(__file__).with_name("prose_exceptions.toml")

MINUS = "−"
NUMBER = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
SIGN = rf"(?:(?<![\w.)\]%°])[-{MINUS}](?=\d))?"


@dataclass(frozen=True)
class Figure:
    """A number in prose. `kind` is decimal, scientific, percentage, multiple, ordinal or count.

    `sum` says what part it has in a sum done in the prose: "" (none), "given", "result" or "wrong".
    """

    kind: str
    text: str
    value: Decimal
    decimals: int
    start: int
    end: int
    sentence: str
    sum: str = ""

    def moved(self, step: int) -> str:
        """The same figure, its last digit moved by `step` (1 or −1), written the same way."""
        if "e" in self.text:
            mantissa, _, exponent = self.text.partition("e")
            return f"{Decimal(mantissa.replace(MINUS, '-')) + step * _unit(mantissa)}e{exponent}"
        value = self.value + step * Decimal(1).scaleb(-self.decimals)
        written = f"{value:,.{self.decimals}f}" if "," in self.text else f"{value:.{self.decimals}f}"
        return written.replace("-", MINUS) if MINUS in self.text else written


def _unit(number: str) -> Decimal:
    return Decimal(1).scaleb(-_decimals(number))


def _decimals(number: str) -> int:
    return len(number.partition(".")[2])


def _decimal(number: str) -> Decimal:
    return Decimal(number.replace(MINUS, "-").replace(",", ""))


# The figures of a piece of prose

NAMED = (
    r"chapters?|sections?|§+|tables?|figures?|fig\.|equations?|eq\.|exercises?|appendix|pages?|pp?\.|versions?|"
    r"python|numpy|gensim|torch|pytorch|tensorflow|keras|transformers|pandas|scipy|scikit-learn|matplotlib|"
    r"cc by(?:-\w+)*|v|licence|license"
)
MONTH = r"(?:Jan|Febr|Mar|Apr|May|Jun|Jul|Aug|Sept|Oct|Nov|Dec)[a-z]*"
VERSION = r"\d+(?:\.\d+)*"
NO_FIGURE = [
    re.compile(r"https?://\S+|\bdoi:\S+|\b10\.\d{4,}/\S+"),  # addresses
    re.compile(r"\barxiv:?\s*\d{4}\.\d{4,5}(?:v\d+)?|\b\d{4}\.\d{5}\b", re.IGNORECASE),  # arXiv ids
    re.compile(r"(?<![\d.])\d+(?:\.\d+){2,}(?![\d.]*\d)"),  # versions: 4.4.0
    # what a word before them says: section 3.2, chapters 4 and 12, Python 3.11, CC BY 4.0
    re.compile(
        rf"\b(?:{NAMED})[\s\u00a0]*\(?{VERSION}(?:(?:\s*[–-]\s*|,\s+|\s+and\s+|\s+to\s+){VERSION})*\)?",
        re.IGNORECASE,
    ),
    re.compile(rf"\b[A-Za-z]\w*-{VERSION}[A-Za-z]*\b"),  # GPT-3.5, WordSim-353, Apache-2.0
    re.compile(rf"\b(?:\d{{1,2}}\s+)?{MONTH}\s+(?:\d{{1,2}},\s+)?\d{{4}}\b"),  # dates
    re.compile(r"\b\d+(?:\.\d+)?\s*(?:%|per\s?cent)\s+(?:[\w-]+\s+){0,2}(?:intervals?|confidence|CIs?)\b"),
]
HEADING_NUMBER = re.compile(r"^(#+\s+)\d+(?:\.\d+)*\.?(?=\s)", re.MULTILINE)
LIST_NUMBER = re.compile(r"^\s*\d+[.)](?=\s)", re.MULTILINE)
CODE_SPAN = re.compile(r"(?P<ticks>`+)(?P<code>.+?)(?P=ticks)", re.DOTALL)
ONLY_NUMBERS = re.compile(rf"^[\s\[\](),;·+*/=x×%{MINUS}-]*(?:{NUMBER}[\s\[\](),;·+*/=x×%{MINUS}-]*)+$")
TEX_COMMAND = re.compile(r"\\[A-Za-z]+|[_^]\{[^{}]*\}|[_^]\w")
TEX_SIGNS = {"\\times": "×", "\\cdot": "·", "\\approx": "≈"}
DISPLAY_MATH = re.compile(r"\$\$.+?\$\$", re.DOTALL)
MATH = re.compile(r"\$\$.+?\$\$|\$[^$\n]+?\$", re.DOTALL)

WORDS_BETWEEN = r"(?:\s+(?!in\b)[\w’'-]+){0,3}"
SPACES = r"(?:\s|\u00a0|\u202f)*"
PERCENTAGE = re.compile(
    rf"(?P<number>{SIGN}{NUMBER})(?P<range>\s*(?:–|-|to|and|or)\s*{NUMBER})?{SPACES}"
    rf"(?:%|per\s?cent\b|{WORDS_BETWEEN}\s+(?:in|out of)\s+(?:100|a\s+hundred)\b)"
)
MULTIPLE = re.compile(
    rf"(?P<number>{NUMBER})(?P<range>\s*(?:–|-|to)\s*{NUMBER})?"
    rf"(?:{SPACES}×(?!\s*\d)|[\s-]fold\b|\s+times\b)|(?<![\d\s])×\s*(?P<after>{NUMBER})"
)
SCIENTIFIC = re.compile(rf"(?<![\w.])(?P<number>{SIGN}\d+(?:\.\d+)?e-?\d+)\b")
ORDINAL = re.compile(r"(?<![\w.,])(?P<number>\d{1,3}(?:,\d{3})+|\d+)(?:st|nd|rd|th)\b")
DECIMAL = re.compile(rf"(?<![\w.,/])(?P<number>{SIGN}(?:\d{{1,3}}(?:,\d{{3}})+|\d+)\.\d+)(?!\.?\d|\w)")
COUNT = re.compile(rf"(?<![\w.,])(?P<number>{SIGN}\d{{1,3}}(?:,\d{{3}})+)(?![\d.]*\d)")
SMALLEST_ORDINAL = 10
SENTENCE_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z*_\[(“\"])|\n\s*\n|\n(?=[>|*-])")


# A sum done in the prose: 0.2 · 0.1 + 0.5 · 0.4 = 0.02 + 0.20 = 0.22
TERM = rf"\(*(?:(?<![\w)])[-{MINUS}])?\(*{NUMBER}\)*"
EXPRESSION = rf"{TERM}(?:\s*[·×*/+{MINUS}-]\s*{TERM})*"
SUM = re.compile(rf"(?<![\w.,]){EXPRESSION}(?:\s*[=≈]\s*{EXPRESSION})+(?![\w%])")
OPERATIONS = {ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv}


def _value(node: ast.expr) -> Fraction:
    if isinstance(node, ast.BinOp):
        return OPERATIONS[type(node.op)](_value(node.left), _value(node.right))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_value(node.operand)
    if isinstance(node, ast.Constant):
        return Fraction(str(node.value))
    raise ValueError("not a sum")


def sums(text: str) -> Iterator[tuple[int, int, int, bool]]:
    """(start, end of the first part, end, whether it comes out) of each sum done in a text."""
    for match in SUM.finditer(text):
        parts = re.split(r"[=≈]", match[0])
        tolerances, values = [], []
        try:
            for part in parts:
                python = part.replace(MINUS, "-").replace("·", "*").replace("×", "*").replace(",", "")
                values.append(_value(ast.parse(" ".join(python.split()), mode="eval").body))
                numbers = re.findall(NUMBER, part)
                tolerances.append(Fraction(1, 2) / 10 ** max(map(_decimals, numbers)))
        except (SyntaxError, ValueError, ZeroDivisionError):
            continue
        comes_out = all(
            abs(value - values[0]) <= tolerance for value, tolerance in zip(values[1:], tolerances[1:], strict=True)
        )
        yield match.start(), match.start() + len(parts[0]), match.end(), comes_out


def _blank(pattern: re.Pattern[str], text: str) -> str:
    """Replace each match by as many spaces, so that places stay what they are."""
    return pattern.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), text)


def _blank_code(match: re.Match[str]) -> str:
    if ONLY_NUMBERS.match(match["code"]):
        return match[0].replace("`", " ")
    return re.sub(r"[^\n]", " ", match[0])


def _blank_link(match: re.Match[str]) -> str:
    """A link keeps its text and loses its address; a link to the bibliography loses both."""
    if "bibliography.md" in match["target"]:
        return re.sub(r"[^\n]", " ", match[0])
    text = f" {match['text']} "
    return text + " " * (len(match[0]) - len(text))


def _blank_math(match: re.Match[str]) -> str:
    """A formula keeps its numbers and the signs of a sum."""
    text = match[0].replace("$", " ")
    for command, sign in TEX_SIGNS.items():
        text = text.replace(command, sign.rjust(len(command)))
    return _blank(TEX_COMMAND, text)


def plain_prose(markdown: str) -> str:
    """Markdown with everything that holds no figures blanked out, of the same length."""
    text = _blank(COMMENT, markdown)
    text = _blank(FENCE, text) if not re.search(r"^:{3,}", text, re.MULTILINE) else _blank_fences(text)
    text = LINK.sub(_blank_link, text)
    text = CODE_SPAN.sub(_blank_code, text)
    text = MATH.sub(_blank_math, text)
    text = _blank(re.compile(r"<[^>\n]+>"), text)
    text = HEADING_NUMBER.sub(lambda match: match[1] + " " * (len(match[0]) - len(match[1])), text)
    text = _blank(LIST_NUMBER, text)
    for pattern in NO_FIGURE:
        text = _blank(pattern, text)
    return text


def _blank_fences(text: str) -> str:
    """Code fences go; colon fences hold prose."""
    return _blank(re.compile(r"^(?P<mark>`{3,}|~{3,}).*?^(?P=mark)[ \t]*$", re.MULTILINE | re.DOTALL), text)


def figures(markdown: str) -> list[Figure]:
    """The figures of a piece of prose, in order; of a formula on a line of its own only those of a sum."""
    text = plain_prose(markdown)
    breaks = [0, *(match.end() for match in SENTENCE_END.finditer(text)), len(text)]
    found: list[Figure] = []
    done = list(sums(text))
    formulas = [match.span() for match in DISPLAY_MATH.finditer(markdown)]

    def part_in_sum(place: int) -> str:
        for start, given, end, comes_out in done:
            if start <= place < end:
                return "wrong" if not comes_out else "given" if place < given else "result"
        return ""

    def add(kind: str, start: int, end: int) -> None:
        written = text[start:end]
        if any(figure.start < end and start < figure.end for figure in found):
            return
        if not part_in_sum(start) and any(first <= start < last for first, last in formulas):
            return  # a constant of a definition is nothing that was measured
        place = bisect.bisect_right(breaks, start)
        sentence = markdown[breaks[place - 1] : breaks[min(place, len(breaks) - 1)]]
        decimals = _decimals(written.partition("e")[0])
        found.append(Figure(kind, written, _decimal(written), decimals, start, end, sentence, part_in_sum(start)))

    for kind, pattern in (("percentage", PERCENTAGE), ("multiple", MULTIPLE)):
        for match in pattern.finditer(text):
            name = "number" if match["number"] else "after"
            add(kind, *match.span(name))
            if match["range"]:
                upper = re.search(NUMBER, match["range"])
                if upper:
                    add(kind, match.start("range") + upper.start(), match.start("range") + upper.end())
    for kind, pattern in (
        ("scientific", SCIENTIFIC),
        ("ordinal", ORDINAL),
        ("decimal", DECIMAL),
        ("count", COUNT),
    ):
        for match in pattern.finditer(text):
            if kind != "ordinal" or _decimal(match["number"]) >= SMALLEST_ORDINAL:
                add(kind, *match.span("number"))
    return sorted(found, key=lambda figure: figure.start)


# The numbers that a section computed


@dataclass(frozen=True)
class Computed:
    """A number in an output or in code."""

    value: Decimal
    decimals: int
    literal: bool
    share: bool
    ratio: bool


@dataclass
class Evidence:
    numbers: set[Computed] = field(default_factory=set)

    def update(self, *others: "Evidence") -> "Evidence":
        self.numbers = self.numbers.union(*(other.numbers for other in others))
        return self


OUTPUT_NUMBER = re.compile(
    rf"(?<![\w.])(?P<sign>[-{MINUS}])?(?P<number>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d*)?|\.\d+)"
    r"(?P<exponent>e[-+]?\d+)?"
)
SAYS_SHARE = re.compile(
    r"%|\bper\s?cent|\bin 100\b|\bshare|\bfraction|\bproportion|\bportion|\baccura|\bcover|\brate\b|"
    r"\brecall|\bprecision|quantile|percentile|probabilit",
    re.IGNORECASE,
)
SAYS_RATIO = re.compile(
    r"\btimes\b|×|\bratio|\bfactor|\bfaster|\bslower|\bfold\b|"
    r"\bas (?:fast|long|many|large|much|often|likely)",
    re.IGNORECASE,
)
HTML_NOISE = re.compile(
    r"<style\b.*?</style>|<script\b.*?</script>|<svg\b.*?</svg>|<!--.*?-->", re.DOTALL | re.IGNORECASE
)


def _output_texts(cell: NotebookNode) -> Iterator[str]:
    for output in cell.outputs:
        if output.output_type == "stream" and output.name == "stdout":
            yield output.text
        data = output.get("data", {})
        if "text/html" in data:
            yield unescape(re.sub(r"<[^>]+>", " ", HTML_NOISE.sub(" ", data["text/html"])))
        elif "text/markdown" in data:
            yield data["text/markdown"]
        elif "text/plain" in data:
            yield data["text/plain"]
        if output.output_type == "error":
            yield output.evalue


def _from_text(text: str, code: str) -> Iterator[Computed]:
    share = bool(SAYS_SHARE.search(text) or SAYS_SHARE.search(code))
    ratio = bool(SAYS_RATIO.search(text) or SAYS_RATIO.search(code))
    for match in OUTPUT_NUMBER.finditer(text):
        number = match["number"].rstrip(".")
        value = _decimal(number)
        decimals = _decimals(number)
        if match["exponent"]:
            exponent = int(match["exponent"][1:])
            value, decimals = value.scaleb(exponent), max(0, decimals - exponent)
        before = text[match.start() - 1 : match.start()] if match.start() else ""
        # A dash straight after a digit or a letter joins a range; elsewhere it is a sign.
        if match["sign"] and not (before.isalnum() or before in (")", "]")):
            value = -value
        yield Computed(value, decimals, literal=False, share=share, ratio=ratio)


def _from_code(source: str) -> Iterator[Computed]:
    share, ratio = bool(SAYS_SHARE.search(source)), bool(SAYS_RATIO.search(source))
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(python_of(source)).readline))
    except (tokenize.TokenError, SyntaxError):
        return
    before: tokenize.TokenInfo | None = None
    for token, earlier in zip(tokens, [None, None, *tokens], strict=False):
        if token.type == tokenize.NUMBER:
            text = token.string.replace("_", "").lower()
            try:
                value = Decimal(text)
            except ArithmeticError:
                value = Decimal(int(text, 0)) if not text.endswith("j") else Decimal(0)
            negative = before is not None and before.string == "-" and not _ends_a_value(earlier)
            decimals = max(0, -int(value.as_tuple().exponent))
            yield Computed(-value if negative else value, decimals, literal=True, share=share, ratio=ratio)
        before = token


def _ends_a_value(token: tokenize.TokenInfo | None) -> bool:
    return token is not None and (
        token.type in (tokenize.NUMBER, tokenize.NAME, tokenize.STRING) or token.string in (")", "]", "}")
    )


def evidence(cells: Iterable[NotebookNode]) -> Evidence:
    """The numbers in the outputs and code of these cells; a quiz shows text, which nothing computed."""
    found: set[Computed] = set()
    for cell in cells:
        if cell.cell_type != "code" or tagged(cell, "quiz:"):
            continue
        found.update(_from_code(cell.source))
        for text in _output_texts(cell):
            found.update(_from_text(text, cell.source))
    return Evidence(found)


# Does a figure follow from its evidence?


def _is_rounding(value: Decimal, decimals: int, computed: Decimal, computed_decimals: int, literal: bool) -> bool:
    if literal:
        return value == computed
    if computed_decimals < decimals:
        return False
    return abs(computed - value) <= Decimal(5).scaleb(-decimals - 1)


def follows(figure: Figure, known: Evidence, whole_chapter: Evidence) -> bool:
    """Whether the figure is a rounding of a number in `known`; a round count may be the whole chapter's."""
    value, decimals = figure.value, figure.decimals
    if figure.kind == "count":
        scope = whole_chapter if value % 100 == 0 else known
        return any(_is_count(value, number) for number in scope.numbers)
    if figure.kind == "ordinal":
        return any(number.value == value for number in known.numbers)
    if figure.kind == "percentage":
        return any(
            (number.share and _is_rounding(value, decimals, number.value, number.decimals, number.literal))
            or (
                number.share
                and abs(number.value) <= 1
                and number.decimals > 0
                and _is_rounding(value, decimals, number.value * 100, number.decimals - 2, number.literal)
            )
            for number in known.numbers
        )
    if figure.kind == "multiple":
        return any(
            number.ratio and _is_rounding(value, decimals, number.value, number.decimals, number.literal)
            for number in known.numbers
        )
    if figure.kind == "scientific":
        exponent = int(figure.text.partition("e")[2])
        return any(
            _is_rounding(value, figure.decimals - exponent, number.value, number.decimals, number.literal)
            for number in known.numbers
        )
    return any(_is_rounding(value, decimals, number.value, number.decimals, number.literal) for number in known.numbers)


def _is_count(value: Decimal, number: Computed) -> bool:
    """Equal, or the number rounded to the figure's zeros: 76,000 for 76,101, but not 80,000."""
    if number.decimals or value == number.value:
        return value == number.value
    digits = str(abs(int(value)))
    zeros = min(len(digits) - len(digits.rstrip("0")), len(digits) - 2)
    return zeros > 0 and not number.literal and abs(number.value - value) * 2 <= Decimal(10) ** zeros


# A whole chapter


@dataclass(frozen=True)
class Passage:
    """A piece of a chapter's prose: a markdown cell, or the caption or the text alternative of a figure."""

    cell: NotebookNode
    what: str
    text: str


def passages(section: Section) -> Iterator[Passage]:
    for cell in section.cells:
        if cell.cell_type == "markdown":
            yield Passage(cell, "", cell.source)
        elif cell.cell_type == "code":
            shown = cell.metadata.get("mystnb", {})
            yield Passage(cell, " in its caption", str(shown.get("figure", {}).get("caption", "")))
            yield Passage(cell, " in its text alternative", str(shown.get("image", {}).get("alt", "")))


def exercise_prompts(chapter: Chapter) -> list[str]:
    """What the chapter's exercises ask, from their own module."""
    found = [exercise_of(name) for cell in chapter.code() for name in tagged(cell, "exercise:")]
    return [exercise.prompt for exercise in found if exercise is not None]


class Facts:
    """What a chapter's sections, the ledger and the list of exceptions allow its prose to say."""

    def __init__(self, chapter: Chapter, rows: list[ledger.Row] | None = None, exceptions: Path = EXCEPTIONS) -> None:
        self.chapter = chapter
        self.sections = sections(chapter.notebook)
        self.known = {id(section): evidence(section.cells) for section in self.sections}
        self.whole = Evidence().update(*self.known.values())
        self.rows = {row.id: row for row in (ledger.read() if rows is None else rows)}
        with exceptions.open("rb") as file:
            self.exceptions: dict[str, str] = tomllib.load(file).get(chapter.name[:2], {})
        self.prompts = [" ".join(prompt.split()) for prompt in exercise_prompts(chapter)]
        self._elsewhere: dict[Path, list[tuple[Section, Evidence]]] = {}

    def of_link(self, target: str) -> list[Evidence]:
        """The evidence of the section that a link leads to, in this chapter or another."""
        file, _, anchor = target.partition("#")
        if not anchor:
            return []
        if not file:
            return [self.known[id(section)] for section in self.sections if anchor in section.anchors]
        path = (self.chapter.path.parent / file).resolve()
        if path.suffix != ".ipynb" or not path.is_file():
            return []
        if path not in self._elsewhere:
            self._elsewhere[path] = [(s, evidence(s.cells)) for s in sections(read_chapter(path).notebook)]
        return [known for section, known in self._elsewhere[path] if anchor in section.anchors]

    def of_ledger(self, cell: NotebookNode) -> Evidence:
        rows = [self.rows[name] for name in tagged(cell, "ledger:") if name in self.rows]
        return Evidence({number for row in rows for text in row.figures() for number in _from_text(text, "")})

    def allow(self, figure: Figure, passage: Passage, section: Section) -> bool:
        if figure.sum == "wrong":
            return False
        if figure.text in self.exceptions or figure.sum == "result":
            return True
        if any(" ".join(figure.sentence.split()) in prompt for prompt in self.prompts):
            return True  # a task's own numbers; its checker's tests hold them
        known = [self.known[id(section)], self.of_ledger(passage.cell)]
        for match in LINK.finditer(figure.sentence):
            known.extend(self.of_link(match["target"]))
        both = Evidence().update(*known)
        return follows(figure, both, Evidence().update(self.whole, both))


def untrue(facts: Facts, passage: Passage, section: Section) -> list[Figure]:
    """The figures of a passage that nothing in its section bears out."""
    return [figure for figure in figures(passage.text) if not facts.allow(figure, passage, section)]


WHAT_TO_DO = {
    "percentage": "print the share in this section, labelled as one (%, share, accuracy, coverage ...)",
    "multiple": "print the ratio in this section, labelled as one (times, ratio, ×)",
    "ordinal": "print the rank in this section",
    "count": "print or use the number in this chapter",
}


def problems(chapter: Chapter, facts: Facts | None = None) -> list[str]:
    """A sentence for each figure in a chapter's prose that its own section does not bear out."""
    facts = facts or Facts(chapter)
    found = []
    for section in facts.sections:
        for passage in passages(section):
            where = chapter.where(passage.cell)
            found.extend(
                f"{where} {_what_is_wrong(figure, passage, section)}" for figure in untrue(facts, passage, section)
            )
            unknown = set(tagged(passage.cell, "ledger:")) - facts.rows.keys()
            if not passage.what:
                found.extend(f"{where} is tagged ledger:{row}, and the ledger has no such row." for row in unknown)
    return found


def _what_is_wrong(figure: Figure, passage: Passage, section: Section) -> str:
    if figure.sum == "wrong":
        return f"has a sum with {figure.text} in it that does not come out; do it again."
    todo = WHAT_TO_DO.get(figure.kind, "print the number in this section, with as many digits or more")
    return (
        f"says {figure.text}{passage.what} ({figure.kind}), and nothing in {section.title!r} rounds to it; "
        f"mend the figure, {todo}, link the sentence to the section that shows it, "
        "or tag the cell ledger:<row>."
    )


@dataclass(frozen=True)
class Mutation:
    """A true figure with its last digit moved, and whether the check told."""

    where: str
    before: str
    after: str
    told: bool


def mutations(chapter: Chapter) -> Iterator[Mutation]:
    """Move the last digit of each figure that its evidence bears out, and check the passage again."""
    facts = Facts(chapter)
    for section in facts.sections:
        for passage in passages(section):
            wrong = len(untrue(facts, passage, section))
            for figure in figures(passage.text):
                if figure.text in facts.exceptions or not facts.allow(figure, passage, section):
                    continue
                for step in (1, -1):
                    moved = figure.moved(step)
                    if figure.kind in ("count", "ordinal") and len(moved) < len(figure.text):
                        continue  # 999 for 1,000 is no figure by its form
                    text = passage.text[: figure.start] + moved + passage.text[figure.end :]
                    changed = Passage(passage.cell, passage.what, text)
                    told = len(untrue(facts, changed, section)) > wrong
                    yield Mutation(chapter.where(passage.cell), figure.text, moved, told)
