"""Checks of built pages. Each returns what is wrong, so that it can be tried on a page that breaks its rule."""

from __future__ import annotations

import gzip
import re
from functools import cache
from itertools import pairwise
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

LOADING = {
    "img": "src",
    "script": "src",
    "iframe": "src",
    "source": "src",
    "audio": "src",
    "video": "src",
    "embed": "src",
    "object": "data",
    "image": "href",
    "use": "href",
}
LINK_RELS = {"stylesheet", "preload", "icon", "modulepreload", "prefetch", "manifest", "preconnect", "dns-prefetch"}
NOT_RESOURCES = ("w3.org/", "creativecommons.org/", "mozilla.org/", "github.com/", "jsdelivr.net/npm/bootstrap/LICENSE")
UNWANTED = (
    "thebe",
    "require.js",
    "requirejs",
    "mathjax",
    "fontawesome",
    "html-manager",
    "togglebutton",
    "unpkg.com",
    "jsdelivr",
)


@cache
def parsed(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def loaded(soup: BeautifulSoup) -> list[str]:
    """Return the addresses that a browser loads with a page."""
    found = [tag[attribute] for name, attribute in LOADING.items() for tag in soup.find_all(name) if tag.get(attribute)]
    found += [tag["href"] for tag in soup.find_all("link") if tag.get("href") and LINK_RELS & set(tag.get("rel") or [])]
    return [str(address) for address in found]


def is_foreign(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.netloc) or parts.scheme not in ("", "data", "file")


def foreign_resources(soup: BeautifulSoup) -> list[str]:
    inline = [style for tag in soup.find_all("style") for style in css_addresses(tag.get_text())]
    return [address for address in [*loaded(soup), *inline] if is_foreign(address)]


def css_addresses(text: str) -> list[str]:
    """Return what a style sheet loads."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.findall(r"""(?:url\(\s*|@import\s+)["']?((?!data:)[^"')\s;]+)""", text)


def script_addresses(text: str) -> list[str]:
    """Return addresses on other hosts that a script mentions outside comments, but for those that only name a thing."""
    text = re.sub(r"""/\*.*?\*/|(?<![:"'`])//[^\n]*""", "", text, flags=re.DOTALL)
    found = re.findall(r"""["'`](https?://[^"'`\s]+|//[a-z0-9-]+\.[a-z][^"'`\s]*)""", text)
    return [address for address in found if not any(name in address for name in NOT_RESOURCES)]


def identifiers(soup: BeautifulSoup) -> set[str]:
    named = {str(tag["id"]) for tag in soup.find_all(id=True)}
    return named | {str(tag["name"]) for tag in soup.find_all("a", attrs={"name": True})}


def broken_links(page: Path, site: Path) -> list[str]:
    """Return links and resources of a page that lead to no file, or to no anchor of it."""
    wrong = []
    soup = parsed(page)
    for address in [*(str(tag["href"]) for tag in soup.find_all("a", href=True)), *loaded(soup)]:
        parts = urlsplit(address)
        if parts.scheme or parts.netloc:
            continue
        target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
        if target.is_dir():
            target /= "index.html"
        if not target.is_file() or not target.is_relative_to(site):
            wrong.append(f"{address}: no such file")
        elif parts.fragment and target.suffix == ".html" and unquote(parts.fragment) not in identifiers(parsed(target)):
            wrong.append(f"{address}: no such anchor")
    return wrong


def images_without_alt(soup: BeautifulSoup) -> list[str]:
    wrong = [str(tag)[:120] for tag in soup.find_all("img") if not str(tag.get("alt", "")).strip()]
    for tag in soup.find_all("svg"):
        named = tag.get("aria-label") or tag.get("aria-labelledby") or tag.find("title")
        hidden = tag.get("aria-hidden") == "true" or tag.find_parent(attrs={"aria-hidden": "true"})
        if not named and not hidden:
            wrong.append(str(tag)[:120])
    return wrong


def heading_jumps(soup: BeautifulSoup) -> list[str]:
    main = soup.find("article") or soup
    levels = [(int(tag.name[1]), tag.get_text(strip=True)) for tag in main.find_all(re.compile(r"^h[1-6]$"))]
    wrong = [
        f"h{level} after h{before}: {text}" for (before, _), (level, text) in pairwise(levels) if level > before + 1
    ]
    if [level for level, _ in levels].count(1) != 1:
        wrong.append(f"{[level for level, _ in levels].count(1)} headings of level 1")
    return wrong


def duplicate_identifiers(soup: BeautifulSoup) -> list[str]:
    named = [str(tag["id"]) for tag in soup.find_all(id=True)]
    # The theme puts its search form on the search page twice.
    return sorted({name for name in named if named.count(name) > 1} - {"search-input"})


def empty_headers(soup: BeautifulSoup) -> list[str]:
    return [str(tag.find_parent("table"))[:80] for tag in soup.find_all("th") if not tag.get_text(strip=True)]


def weight(page: Path) -> dict[str, int]:
    """Return the compressed bytes that a page takes, by file: itself, its styles, scripts and all their fonts.

    Images and the data of islands are left out: they have budgets of their own and come when they are needed.
    """
    sizes = {page.name: len(gzip.compress(page.read_bytes(), 6))}
    waiting = [(page.parent, address) for address in loaded(parsed(page))]
    while waiting:
        folder, address = waiting.pop()
        parts = urlsplit(address)
        path = (folder / unquote(parts.path)).resolve()
        if is_foreign(address) or address.startswith("data:") or not path.is_file():
            continue
        if path.name in sizes or path.suffix in (".png", ".jpg", ".jpeg", ".svg", ".gif", ".webp"):
            continue
        content = path.read_bytes()
        sizes[path.name] = len(content) if path.suffix == ".woff2" else len(gzip.compress(content, 6))
        if path.suffix == ".css":
            waiting += [(path.parent, found) for found in css_addresses(content.decode())]
    return sizes
