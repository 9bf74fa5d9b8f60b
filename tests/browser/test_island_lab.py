"""The neighbours island in JupyterLab: the page and Python move each other."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from typing import Any

import nbformat
import pytest
from island_fixtures import until

from embedlib.islands import words
from embedlib.islands.neighbors import neighbours

CELLS = (
    'from embedlib import islands\nw = islands.show("neighbors", word="cat", other="dog")\nw',
    'print("Python sees", w.word, "and", w.other)',
    'w.word = "Berlin"\nw.other = "paris"',
    'w.word = "qwzxq"',
    'p = islands.show("playground", tab="odd")\np',
    'print("Python sees", p.analogy, p.odd)',
    'p.tab = "axis"\np.axis = ["Small", "large"]',
    'e = islands.show("encoder", show=["same"])\ne',
    'print("Python sees", e.sentence)\ne.other = "No bank lends it."',
    's = islands.show("senses", word="spring")\ns',
    'print("Python sees", s.word)\ns.layer = 5',
    'd = islands.show("visual_search", drawing="cat")\nd',
    'print("Python sees", d.drawing)\nd.drawing = "Banana"',
    'f = islands.show("features", photo="rocket")\nf',
    'print("Python sees", f.photo, f.filter, f.move)\nf.move = "flipped"',
    'm = islands.show("map_liar", word="tailor", method="PCA")\nm',
    'print("Python sees", m.word, m.method, m.n_neighbors)\nm.data = "noise"',
    'c = islands.show("convention_lab", benchmark="rg65")\nc',
    'print("Python sees", c.missing, c.ties)\nc.benchmark = "men"',
    'q = islands.show("search_lab", query="yellow fever")\nq',
    'print("Python sees", q.query, q.since, q.k)\nq.query = "Article VII"\nq.k = 60',
    'n = islands.show("film_night", films=["Alien"])\nn',
    'print("Python sees", n.films)\nn.films = ["fargo"]',
)


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab that has nothing but the notebook, with a final slash."""
    words.load()
    folder = tmp_path_factory.mktemp("lab")
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = nbformat.v4.new_notebook(metadata={"kernelspec": kernel})
    notebook.cells = [nbformat.v4.new_code_cell(source) for source in CELLS]
    nbformat.write(notebook, folder / "island.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        name: str(folder / "jupyter") for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTERLAB_SETTINGS_DIR")
    }
    command = [
        sys.executable,
        "-m",
        "jupyterlab",
        "--no-browser",
        "--allow-root",
        f"--port={port}",
        "--ServerApp.token=",
    ]
    command += ["--ip=127.0.0.1", "--ServerApp.port_retries=0", f"--notebook-dir={folder}", "--LabApp.news_url=None"]
    command += [
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        "--LabApp.extension_manager=readonly",
    ]
    with (folder / "log.txt").open("w") as log:
        server = subprocess.Popen(command, cwd=folder, stdout=log, stderr=log, env={**os.environ, **settings})
    address = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(300):
            try:
                json.load(urllib.request.urlopen(address + "api/status", timeout=2))
                break
            except OSError:
                assert server.poll() is None, (folder / "log.txt").read_text()
                time.sleep(0.2)
        yield address
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()


def run_cell(page: Any, nth: int) -> str:
    """Run one cell with the keyboard, and return what it wrote."""
    cell = page.locator(".jp-CodeCell").nth(nth)
    prompt = f"document.querySelectorAll('.jp-CodeCell')[{nth}].querySelector('.jp-InputPrompt').innerText"
    # A page that is still being put together may swallow the keys: they are pressed again until the prompt says [*].
    dialog = page.locator("dialog.jp-Dialog .jp-mod-accept")
    for _ in range(8):
        if dialog.count():  # a server that was slow to answer: JupyterLab says so, and goes on
            dialog.first.click()
        cell.locator(".cm-content").click()
        page.keyboard.press("Control+Enter")
        try:
            until(page, f"/\\[[*\\d]+\\]/.test({prompt})", patience=5)
            break
        except AssertionError:
            continue
    until(page, f"/\\[\\d+\\]/.test({prompt})", patience=40)
    return str(cell.locator(".jp-OutputArea").inner_text())


def test_the_island_lives_in_jupyterlab(lab: str, watch: Any) -> None:
    watched = watch(lab, height=1500)
    page = watched.page
    page.goto(lab + "lab/tree/island.ipynb?reset")
    page.wait_for_selector(".jp-CodeCell .cm-content", timeout=40_000)
    page.wait_for_selector('.jp-Notebook-ExecutionIndicator[data-status="idle"]', timeout=40_000)
    run_cell(page, 0)
    island = page.locator(".island-neighbors").first
    word = island.locator("input").nth(0)
    word.wait_for(timeout=20_000)
    assert island.locator(".nb-neighbour th").first.inner_text() == "dog"

    word.fill("guitar")
    shown = "document.querySelector('.island-neighbors [data-role=query]').textContent"
    until(page, f"{shown} === 'guitar'", patience=20)
    rows = island.locator(".nb-neighbour").evaluate_all("rows => rows.map((row) => row.cells[1].textContent)")
    assert rows == [name for name, _ in neighbours(words.load(), "guitar")]
    assert island.locator(".nb-query canvas").count() == 1, "the strips are drawn"

    island.locator("input").nth(1).fill("violin")
    assert "Python sees guitar and violin" in run_cell(page, 1)

    run_cell(page, 2)
    until(page, f"{shown} === 'berlin'")
    until(page, "document.querySelector('.island-neighbors [data-role=ranks]').textContent.includes('paris')")
    assert word.input_value() == "berlin"
    assert '"qwzxq" is not among the 40,000 words' in run_cell(page, 3)

    run_cell(page, 4)
    playground = page.locator(".island-playground").first
    playground.locator('[data-field="odd"]').fill("supper")
    playground.locator('[data-field="odd"]').press("Enter")
    rows = "document.querySelector('.island-playground [data-role=odd-rows]').textContent"
    until(page, f"{rows}.includes('supper')", patience=20)
    playground.locator('[data-tab="analogy"]').click()
    playground.locator('[data-field="analogy-0"]').fill("boy")
    until(page, "document.querySelector('[data-role=formula]').textContent === 'king − boy + woman'")
    seen = "Python sees ['boy', 'king', 'woman'] ['breakfast', 'cereal', 'dinner', 'lunch', 'supper']"
    assert seen in run_cell(page, 5)
    run_cell(page, 6)
    until(page, "document.querySelector('.island-playground [data-role=axis-0]').textContent.includes('used alike')")
    assert playground.locator('[data-field="axis-0"]').input_value() == "small"

    run_cell(page, 7)
    encoder = page.locator(".island-encoder").first
    encoder.locator("[data-model=minilm]").click()
    status = "document.querySelector('.island-encoder [data-role=status]').textContent"
    until(page, f"{status}.includes('on your machine')", patience=60)
    encoder.locator("input").nth(0).fill("The bank is closed.")
    until(page, f"{status}.includes('This sentence of 7 pieces')", patience=20)
    assert "Python sees The bank is closed." in run_cell(page, 8)
    until(page, "document.querySelectorAll('.island-encoder input')[1].value === 'No bank lends it.'")

    run_cell(page, 9)
    senses = page.locator(".island-senses").first
    senses.locator("select").select_option("match")
    until(page, "document.querySelectorAll('.island-senses [data-role=map] button').length === 20")
    assert "Python sees match" in run_cell(page, 10)
    until(page, "document.querySelector('.island-senses [data-role=number]').textContent === '5 of 6'")

    run_cell(page, 11)
    drawings = page.locator(".island-visual_search").first
    drawings.locator("input").fill("wolf")
    until(page, "document.querySelectorAll('.vs-all button:not([hidden]) canvas').length === 1", patience=20)
    drawings.locator(".vs-all button:not([hidden])").click()
    assert "Python sees wolf face" in run_cell(page, 12)
    until(page, "document.querySelector('.island-visual_search [data-role=query]').textContent === 'banana'")

    run_cell(page, 13)
    features = page.locator(".island-features").first
    features.locator('[data-role="photo"]').select_option("coffee")
    grey = "document.querySelector('.island-features [data-role=grey]').ariaLabel"
    until(page, f"{grey}.includes('coffee')", patience=20)
    features.locator('[data-role="taps"] input').first.fill("1/2")
    features.locator('[data-tab="moved"]').click()
    features.locator('[data-role="shift"]').focus()
    page.keyboard.press("ArrowRight")
    assert "Python sees coffee 1/2 0 1 -1 0 1 -1 0 1 shifted 1" in run_cell(page, 14)
    said = "document.querySelector('.island-features [data-role=moved-said]').textContent"
    until(page, f"{said}.startsWith('Flipped: ')")

    run_cell(page, 15)
    liar = page.locator(".island-map_liar").first
    liar.locator('[data-role="method"] button').nth(2).click()
    title = "document.querySelector('.island-map_liar [data-role=title]').textContent"
    until(page, f"{title}.includes('UMAP, n_neighbors 15')", patience=20)
    liar.locator('[data-role="slider"]').focus()
    page.keyboard.press("ArrowLeft")
    liar.locator('[data-role="word"]').fill("chef")
    until(page, "document.querySelector('.island-map_liar [data-role=query]').textContent === 'chef'")
    assert "Python sees chef UMAP 5" in run_cell(page, 16)
    until(page, "document.querySelector('.island-map_liar [data-role=best]').textContent.includes('the noise')")

    run_cell(page, 17)
    conventions = page.locator(".island-convention_lab").first
    conventions.get_by_label("scored 0", exact=True).check(force=True)
    until(page, "document.querySelector('.island-convention_lab .cl-other.cl-lane').dataset.score < 0.6", patience=20)
    conventions.get_by_label("lowest rank", exact=True).check(force=True)
    assert "Python sees zero min" in run_cell(page, 18)
    said = "document.querySelector('.island-convention_lab [data-role=printed]').textContent"
    until(page, f"{said}.includes('on MEN.') && {said}.includes('lowest rank')")

    run_cell(page, 19)
    search = page.locator(".island-search_lab").first
    cards = "document.querySelectorAll('.island-search_lab .sl-minilm button').length"
    search.locator("[data-model=minilm]").click()
    until(page, f"{cards} === 5", patience=60)
    search.locator("[data-role=field]").fill("steam ships")
    until(page, "document.querySelector('.island-search_lab [data-role=query]').textContent === 'steam ships'")
    search.locator("[data-key=since]").fill("1800")
    search.locator("[data-key=k]").focus()
    page.keyboard.press("Home")
    assert "Python sees steam ships 1800 1" in run_cell(page, 20)
    until(page, "document.querySelector('.island-search_lab [data-role=query]').textContent === 'Article VII'")
    until(page, "document.querySelector('.island-search_lab [data-role=number]').textContent === '60'")
    run_cell(page, 21)
    night = page.locator(".island-film_night").first
    night.locator("input[type=text]").fill("casablanca")
    night.locator("input[type=text]").press("Enter")
    until(page, "document.querySelectorAll('.island-film_night [data-role=chosen] li').length === 2", patience=20)
    assert "Python sees ['Alien', 'Casablanca']" in run_cell(page, 22)
    until(page, "document.querySelector('.island-film_night [data-role=chosen]').textContent.startsWith('Fargo')")
    # What JupyterLab says of its own plugins on a slow machine is not about islands.
    errors = [error for error in watched.errors if not error.startswith("Plugin @jupyterlab")]
    assert [error for error in errors if re.search("island|anywidget|widget", error, re.IGNORECASE)] == []
    assert watched.foreign == []
