"""What the course changes in the theme's pages: fewer buttons, fewer files, a description, an entrance, a 404 page."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import imagesize
from docutils import nodes
from sphinx.application import Sphinx

DESCRIPTION = (
    "A course in executable notebooks about embeddings: what the numbers are, where they come from, "
    "what they can and cannot say, measured on real models."
)
UNUSED = ("vendor", "locales", "sbt-webpack-macros.html", "webpack-macros.html")
ENTRANCE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<meta name="description" content="{description}">
<meta http-equiv="refresh" content="0; url={target}">
<link rel="icon" href="_static/favicon.svg">
</head>
<body><main><h1>{title}</h1><p><a href="{target}">Open the course</a></p></main></body>
</html>
"""


def code_of_the_site() -> str:
    """Return a checksum of these extensions and their templates: when it changes, every page is made again."""
    files = sorted(file for file in Path(__file__).parent.rglob("*.*") if file.suffix in (".py", ".html"))
    return hashlib.sha256(b"\0".join(file.read_bytes() for file in files)).hexdigest()


def first_paragraph(doctree: nodes.document) -> str:
    """Return the page's first paragraph in at most 200 characters, cut at a word."""
    for paragraph in doctree.findall(nodes.paragraph):
        text = " ".join(paragraph.astext().split())
        if len(text) > 40:
            return text if len(text) <= 200 else text[:200].rsplit(" ", 1)[0] + " …"
    return DESCRIPTION


def reserve_room(body: str, sizes: dict[str, tuple[int, int]]) -> str:
    """Return a page's HTML with each picture's width and height, so that nothing moves when pictures arrive.

    >>> reserve_room('<img alt="A." src="../_images/a.png" />', {"a.png": (400, 300)})
    '<img width="400" height="300" alt="A." src="../_images/a.png" />'
    """

    def sized(found: re.Match[str]) -> str:
        width, height = sizes.get(found["name"], (0, 0))
        return f'<img width="{width}" height="{height}"{found["rest"]}' if width > 0 < height else found[0]

    return re.sub(r'<img(?P<rest>(?! width)[^>]*src="[^">]*_images/(?P<name>[^"/>]+)")', sized, body)


def picture_sizes(app: Sphinx) -> dict[str, tuple[int, int]]:
    """Return the size of each picture of the site, in CSS pixels, by its name there."""
    sizes = {}
    for source, name in app.builder.images.items():
        path = Path(app.srcdir) / source
        if path.suffix in (".png", ".jpg", ".jpeg", ".gif", ".svg") and path.is_file():
            width, height = imagesize.get(str(path))
            sizes[name] = (round(width), round(height))
    return sizes


def shape_page(app: Sphinx, pagename: str, template: str, context: dict[str, Any], doctree: Any) -> None:
    """Give a page its description, and a chapter the button that downloads its notebook."""
    is_landing = pagename == app.config.root_doc
    context["course_description"] = first_paragraph(doctree) if doctree and not is_landing else DESCRIPTION
    if "<img" in context.get("body", ""):
        context["body"] = reserve_room(context["body"], picture_sizes(app))
    if context.get("page_source_suffix") == ".ipynb":
        context["header_buttons"] = [
            {
                "type": "link",
                "url": f"{context['pathto']('_sources', 1)}/{context['sourcename']}",
                "tooltip": "Download this chapter as a notebook",
                "icon": "fas fa-download",
                "label": "download-notebook-button",
            }
        ]
    scripts = context.get("script_files", [])
    context["script_files"] = [script for script in scripts if "thebe" not in str(getattr(script, "filename", script))]


def extra_pages(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    yield "404", {"base": app.config.html_baseurl or "/", "course_description": DESCRIPTION}, "not_found.html"


def finish(app: Sphinx, error: Exception | None) -> None:
    """Write the entrance and leave out what no page loads."""
    if error or app.builder.format != "html":
        return
    out = Path(app.outdir)
    target = app.builder.get_target_uri(app.config.root_doc)
    text = ENTRANCE.format(title=app.config.html_title, description=DESCRIPTION, target=target)
    (out / "index.html").write_text(text, encoding="utf-8")
    static = out / "_static"
    for name in UNUSED:
        path = static / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    for file in [*static.rglob("*.map"), *static.glob("logo_*"), *static.glob("images/logo_*")]:
        file.unlink()


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_config_value("comments_config", {}, "")  # Jupyter Book sets it for an extension that is not loaded here
    app.add_config_value("course_site_code", code_of_the_site(), "env")
    app.connect("html-page-context", shape_page, priority=900)
    app.connect("html-collect-pages", extra_pages)
    app.connect("build-finished", finish, priority=100)  # before the table of contents writes an entrance of its own
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
