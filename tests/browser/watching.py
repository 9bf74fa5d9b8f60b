"""A page of the site that notes what goes wrong on it."""

from __future__ import annotations

import os
import shutil
from typing import Any


def find_chromium() -> str | None:
    named = os.environ.get("CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Watch:
    """A page that notes errors and requests to other hosts."""

    def __init__(self, browser: Any, base: str, **options: Any) -> None:
        self.base, self.name = base, ""
        self.errors: list[str] = []
        self.foreign: list[str] = []
        self.context = browser.new_context(**options)
        self.page = self.context.new_page()
        self.page.set_default_timeout(60_000)
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on(
            "response", lambda answer: answer.status >= 400 and self.errors.append(f"{answer.status} {answer.url}")
        )
        self.page.on("requestfailed", self._note_failure)
        self.page.route("**/*", self._gate)

    def _note(self, message: Any) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(message.text)

    def _note_failure(self, request: Any) -> None:
        if request.failure != "net::ERR_ABORTED":  # a page that is left gives up what it was loading
            self.errors.append(f"failed: {request.url}: {request.failure}")

    def _gate(self, route: Any) -> None:
        if route.request.url.startswith((self.base, "data:", "blob:")):
            route.continue_()
        else:
            self.foreign.append(route.request.url)
            route.abort()

    def open(self, name: str) -> Any:
        self.page.goto(self.base + name)
        self.page.evaluate("document.fonts.ready.then(() => true)")
        return self.page

    def close(self) -> None:
        self.context.close()
