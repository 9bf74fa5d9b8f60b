"""Bare pages with islands, served on this machine and as a folder."""

from __future__ import annotations

import functools
import http.server
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PAGE = """<!doctype html>
<html lang="en" data-theme="{theme}"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Islands</title><link rel="icon" href="data:,">
<style>body {{ margin: 1rem; background: {paper}; color: {ink}; }}</style></head>
<body><main><h1>Islands</h1>{content}</main></body></html>
"""
PAPER = {"light": "#FFFFFF", "dark": "#14181D"}
INK = {"light": "#1B1F24", "dark": "#E6E8EA"}


def page(content: str, theme: str = "light") -> str:
    return PAGE.format(content=content, theme=theme, paper=PAPER[theme], ink=INK[theme])


INLINE = "'self' 'unsafe-inline'"
POLICY = f"default-src 'self'; img-src 'self' data:; font-src 'self' data:; script-src {INLINE}; style-src {INLINE}"


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder."""

    def log_message(self, *_: object) -> None:
        pass


class StrictHandler(Handler):
    """Serves a folder under the security policy that the site keeps to."""

    def end_headers(self) -> None:
        self.send_header("Content-Security-Policy", POLICY)
        super().end_headers()


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: a page that is left while it loads breaks its connections."""


@contextmanager
def served(folder: Path, handler: type[Handler] = Handler) -> Iterator[str]:
    """The address of a folder, with a final slash."""
    server = Server(("127.0.0.1", 0), functools.partial(handler, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


def addresses(folder: Path) -> Iterator[dict[str, str]]:
    """The folder's two addresses: from a server, from the disk."""
    with served(folder) as server:
        yield {"server": server, "folder": folder.as_uri() + "/"}


def until(page: Any, expression: str, patience: float = 15.0) -> None:
    """Wait for an expression to hold; unlike Playwright's own way, it works under a security policy."""
    end = time.monotonic() + patience
    while not page.evaluate(expression):
        assert time.monotonic() < end, f"never came true: {expression}"
        page.wait_for_timeout(25)


def live(page: Any) -> Any:
    """Wait until every island of a page is live."""
    until(page, "[...document.querySelectorAll('[data-island]')].every((el) => el.dataset.islandState === 'live')")
    return page
