"""A browser for the tests, and the site from a server and from its folder."""

from __future__ import annotations

import functools
import http.server
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import build_site
import pytest
from watching import Watch, find_chromium


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Chromium; skipped with a sentence where there is none, except in CI, where that is a failure."""
    program = find_chromium()
    if program is None:
        reason = (
            "There is no Chromium on this machine, so the browser tests cannot run. On Debian: apt install chromium"
        )
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        )
        yield started
        started.close()


# What a careful host would send: nothing from anywhere else; inline scripts and styles are the theme's.
POLICY = "default-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:"


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        pass


class QuietServer(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a page that is left while it loads breaks its connections."""


@pytest.fixture(scope="session")
def site() -> Path:
    return build_site.site()


@pytest.fixture(scope="session")
def server(site: Path) -> Iterator[str]:
    """The address of the site, served on this machine, with a final slash."""
    served = QuietServer(("127.0.0.1", 0), functools.partial(QuietHandler, directory=str(site)))
    threading.Thread(target=served.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{served.server_port}/"
    served.shutdown()


@pytest.fixture(scope="session")
def folder(site: Path) -> str:
    """The address of the site as a folder on the disk, with a final slash."""
    return site.as_uri() + "/"


@pytest.fixture
def watch(browser: Any) -> Iterator[Any]:
    """Open watched pages: `watch(base, color_scheme="dark", width=390)`."""
    opened: list[Watch] = []

    def make(base: str, *, width: int = 1280, height: int = 900, **options: Any) -> Watch:
        opened.append(Watch(browser, base, viewport={"width": width, "height": height}, **options))
        return opened[-1]

    yield make
    for one in opened:
        one.close()


@pytest.fixture(scope="session")
def page_names(site: Path) -> list[str]:
    return [page.relative_to(site).as_posix() for page in build_site.pages(site)]
