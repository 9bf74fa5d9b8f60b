"""Which cells depend on which: names assigned in one cell and read in another, by the names alone.

Used for cells tagged `needs:<asset>`. Where such a cell is skipped, what it would have assigned is missing
or stale, so that each cell which reads it must carry the tag, too.
"""

import ast
import symtable

from IPython.core.inputtransformer2 import TransformerManager
from nbformat import NotebookNode
from reading import tagged

MUTATING_METHODS = {"add", "append", "extend", "insert", "pop", "remove", "update", "setdefault"}


def python_of(source: str) -> str:
    """A cell's source as plain Python: magics and shell lines become calls."""
    return TransformerManager().transform_cell(source)


def _free_names(table: symtable.SymbolTable) -> set[str]:
    names = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced() and symbol.is_global()}
    return names.union(*(_free_names(child) for child in table.get_children()))


def _names(statement: ast.stmt) -> tuple[set[str], set[str], set[str]]:
    """(read, assigned, changed in place) by one top-level statement."""
    table = symtable.symtable(ast.unparse(statement), "cell", "exec")
    read = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_referenced()}
    read = read.union(*(_free_names(child) for child in table.get_children()))
    assigned = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_assigned() or symbol.is_imported()}
    changed = set()
    for node in ast.walk(statement):
        target: ast.expr | None = None
        if isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del):
            target = node.value
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            target = node.func.value if node.func.attr in MUTATING_METHODS else None
        while isinstance(target, ast.Subscript | ast.Attribute):
            target = target.value
        if isinstance(target, ast.Name):
            changed.add(target.id)
    return read, assigned, changed


def undeclared_needs(cells: list[NotebookNode]) -> list[tuple[NotebookNode, str, set[str]]]:
    """(cell, name, assets) for each cell that reads a name which only a machine with those assets has."""
    wanting: dict[str, set[str]] = {}
    found: list[tuple[NotebookNode, str, set[str]]] = []
    for cell in cells:
        own = set(tagged(cell, "needs:"))
        try:
            statements = ast.parse(python_of(cell.source)).body
        except SyntaxError:
            continue  # another check tells
        for statement in statements:
            read, assigned, changed = _names(statement)
            for name in sorted(read):
                lacking = wanting.get(name, set()) - own
                if lacking:
                    found.append((cell, name, lacking))
            for name in assigned:
                if own:
                    wanting[name] = set(own)
                else:
                    wanting.pop(name, None)
            for name in changed:
                if own:
                    wanting[name] = wanting.get(name, set()) | own
    return found
