"""Formulas as MathML, made when the site is built: pages need no script and no fonts for mathematics.

Sphinx asks a *math renderer* to turn a formula's LaTeX into HTML. This one asks latex2mathml and adds the equation's
number, if it has one. A formula that cannot be read stops the build with the formula in the message.
"""

from __future__ import annotations

from typing import Any

from docutils import nodes
from latex2mathml.converter import convert
from sphinx.application import Sphinx
from sphinx.errors import SphinxError
from sphinx.util.math import get_node_equation_number


def to_mathml(latex: str, *, display: str = "inline") -> str:
    """Return the MathML of a LaTeX formula.

    >>> to_mathml("x^2")[:6], to_mathml("x", display="block").count('display="block"')
    ('<math ', 1)
    """
    try:
        return str(convert(latex, display=display))
    except Exception as error:  # latex2mathml has no common base for its errors
        raise SphinxError(f"This formula cannot be turned into MathML ({error!r}): {latex}") from error


def visit_math(translator: Any, node: nodes.math) -> None:
    translator.body.append(f'<span class="math">{to_mathml(node.astext())}</span>')
    raise nodes.SkipNode


def visit_math_block(translator: Any, node: nodes.math_block) -> None:
    identifier = f' id="{node["ids"][0]}"' if node["ids"] else ""
    number = ""
    if node["number"]:
        number = f'<span class="eqno">({get_node_equation_number(translator, node)})</span>'
    formula = to_mathml(node.astext(), display="block")
    translator.body.append(f'<div class="math-block"{identifier}>{formula}{number}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> dict[str, Any]:
    app.add_html_math_renderer("mathml", (visit_math, None), (visit_math_block, None))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
