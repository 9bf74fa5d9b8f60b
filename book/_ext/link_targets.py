"""Let `[text](page.md#name)` reach an explicit target `(name)=` of another page, as it reaches headings.

MyST checks such a link against the headings of the page only. The bibliography's entries are paragraphs with explicit
targets, so that a citation is a plain link that works in JupyterLab too; this adds those names to what MyST knows.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from sphinx.application import Sphinx


def add_explicit_targets(app: Sphinx, doctree: nodes.document) -> None:
    slugs = app.env.metadata[app.env.docname].setdefault("myst_slugs", {})  # type: ignore[arg-type]
    for name, explicit in doctree.nametypes.items():
        identifier = doctree.nameids.get(name)
        if explicit and identifier:
            slugs.setdefault(name, (None, identifier, name))  # type: ignore[attr-defined]


def setup(app: Sphinx) -> dict[str, Any]:
    app.connect("doctree-read", add_explicit_targets)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
