"""The ledger is complete, cites what is there and says what is measured; each rule is broken once."""

from pathlib import Path
from typing import Any

import ledger
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

ROW: dict[str, Any] = {
    "id": "wordsim353-glove50",
    "task": "word similarity",
    "kind": "near",
    "what": "WordSim-353, Spearman, GloVe 6B 50d",
    "published": "0.601",
    "source": "pennington2014",
    "where": "table 3",
    "ours": "0.503",
    "interval": ["0.415", "0.585"],
    "coverage": "353 of 353",
    "measured": "all 400,000 words, lower case, no pair missing",
    "why": "50 dimensions where they report 300",
    "chapter": "99",
    "cell": "agree-01",
    "measure": "ledger_measures:similarity(glove-6b-50d, wordsim353)",
}


ELSEWHERE = {key: ROW[key] for key in ("id", "task", "what", "published", "source", "where", "why")} | {
    "kind": "elsewhere"
}


@pytest.fixture
def told(tmp_path: Path) -> Any:
    bibliography = tmp_path / "bibliography.md"
    bibliography.write_text("(pennington2014)=\nPennington et al.\n", encoding="utf-8")
    printed = new_output("stream", text="WordSim-353: 0.503, 353 of 353 pairs\n")
    notebook = new_notebook(cells=[new_code_cell("evaluate()", id="agree-01", outputs=[printed])])
    nbformat.write(notebook, tmp_path / "99_sample.ipynb")
    return lambda *rows: ledger.problems(list(rows), bibliography, tmp_path)


def test_a_complete_row_passes(told: Any) -> None:
    assert told(ROW) == []


def test_a_figure_that_cannot_be_measured_here_needs_none_of_ours(told: Any) -> None:
    assert told(ELSEWHERE) == []
    assert any("'ours', which is not one of" in problem for problem in told({**ELSEWHERE, "ours": "0.5"}))
    assert any("published is a number" in problem for problem in told({**ELSEWHERE, "published": "high"}))


@pytest.mark.parametrize("key", [key for key in ledger.KEYS if key not in ledger.OPTIONAL])
def test_a_row_without_one_of_its_parts_is_told(told: Any, key: str) -> None:
    assert any(f"lacks {key}" in problem for problem in told({**ROW, key: ""}))


@pytest.mark.parametrize(
    ("change", "phrase"),
    [
        ({"source": "nobody2014"}, "no (nobody2014)="),
        ({"interval": ["0.6", "0.7"]}, "outside its own interval"),
        ({"interval": "0.4 to 0.6"}, "interval is [low, high]"),
        ({"task": "chess"}, "task is one of"),
        ({"kind": "far"}, "kind is one of"),
        ({"ours": "about half"}, "are numbers"),
        ({"measure": "by hand"}, "measure is"),
        ({"chapter": "08"}, "no chapter's file"),
        ({"cell": "agree-02"}, "no cell of that id"),
        ({"cell": ""}, "no cell of that id"),
        ({"chapter": ""}, "no chapter's file"),
        ({"ours": "0.504"}, "shows no such"),
        ({"ours": "0.513"}, "shows no such"),
        ({"note": "x"}, "'note', which is not one of"),
    ],
)
def test_a_row_that_names_what_is_not_there_is_told(told: Any, change: dict[str, Any], phrase: str) -> None:
    assert any(phrase in problem for problem in told({**ROW, **change})), told({**ROW, **change})


def test_a_figure_that_no_chapter_shows_is_not_counted(told: Any) -> None:
    alone = {key: value for key, value in ROW.items() if key not in ("chapter", "cell")}
    assert told(alone) == []
    assert ledger.counted(ROW) and not ledger.counted(alone) and not ledger.counted(ELSEWHERE)


def test_an_id_is_given_once(told: Any) -> None:
    assert any("2 rows with the id" in problem for problem in told(ROW, ROW))


def test_a_figure_keeps_its_zeros(tmp_path: Path) -> None:
    path = tmp_path / "ledger.yml"
    path.write_text(
        "entries:\n- " + "\n  ".join(f"{k}: {'[0.40, 0.60]' if k == 'interval' else '0.50'}" for k in ROW),
        encoding="utf-8",
    )
    (row,) = ledger.read(path)
    assert (row.ours, row.interval) == ("0.50", ("0.40", "0.60"))


@pytest.mark.parametrize(
    ("measured", "drifts"),
    [
        ({"ours": 0.5032}, False),
        ({"ours": 0.5036}, True),
        ({"ours": 0.503, "interval": (0.415, 0.5846)}, False),
        ({"ours": 0.503, "interval": (0.415, 0.586)}, True),
        ({"ours": 0.503, "coverage": "353 of 353"}, False),
        ({"ours": 0.503, "coverage": "352 of 353"}, True),
    ],
)
def test_a_figure_that_drifts_is_told(measured: dict[str, Any], drifts: bool) -> None:
    row = ledger.Row(**{**ROW, "interval": tuple(ROW["interval"])})
    assert bool(ledger.drift(row, measured)) is drifts


def test_the_ledger_is_complete() -> None:
    problems = ledger.problems(ledger.load())
    assert not problems, "\n" + "\n".join(problems)


def test_forty_rows_count() -> None:
    assert sum(map(ledger.counted, ledger.load())) >= 40


@pytest.mark.parametrize("row", ledger.read(), ids=lambda row: row.id)
def test_the_ledger_says_what_is_measured(row: ledger.Row) -> None:
    from embedlib.assets import available

    missing = [asset for asset in row.needs.split() if not available(asset)]
    if missing:
        pytest.skip(f"needs {', '.join(missing)}, which is not on this machine")
    problems = ledger.drift(row, ledger.measure(row.measure))
    assert not problems, "\n" + "\n".join(problems)
