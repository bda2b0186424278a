"""Adding names to a module's imports, in the module's own order and layout."""

from __future__ import annotations

import ast

from backwright.source.outline import Statement, outline
from backwright.source.text import Splice, splice


def add_imports(code: str, wanted: dict[str, set[str]], *, width: int = 88) -> str:
    """Return the code with `from MODULE import NAME` for every wanted name that it lacks.

    Args:
        code: the module.
        wanted: module → names; an empty name set means `import MODULE`.
        width: the longest line, in characters.
    """
    for module in sorted(wanted):
        code = _add_from(code, module, wanted[module], width)
    return code


def _add_from(code: str, module: str, names: set[str], width: int) -> str:
    statements = outline(code)
    imports = [s for s in statements if isinstance(s.node, ast.Import | ast.ImportFrom)]
    for statement in imports:
        node = statement.node
        if not isinstance(node, ast.ImportFrom) or _module(node) != module:
            continue
        have = {a.name for a in node.names if a.asname is None}
        if names <= have or "*" in have:
            return code
        if all(a.asname is None for a in node.names):
            text = _render(module, have | names, width)
            return splice(code, [Splice(node.lineno, _after(node), text)])
    text = _render(module, names, width) if names else f"import {module}\n"
    line = _place(module, statements, imports)
    return splice(code, [Splice(line, line, text)])


def _after(node: ast.stmt) -> int:
    return (node.end_lineno or node.lineno) + 1


def _module(node: ast.ImportFrom) -> str:
    return "." * node.level + (node.module or "")


def _place(module: str, statements: tuple[Statement, ...], imports: list[Statement]) -> int:
    """Return the line before which a new import stands: by the alphabet among its neighbors."""
    package = module.partition(".")[0]
    kin = [s for s in imports if _package(s.node) == package]
    for statement in kin:
        node = statement.node
        if isinstance(node, ast.ImportFrom) and _module(node) > module:
            return node.lineno
    if kin:
        return kin[-1].end + 1
    if imports:
        return imports[-1].end + 1
    first = statements[0] if statements else None
    is_docstring = first and isinstance(first.node, ast.Expr)
    return (first.end + 1 if is_docstring else first.start) if first else 1


def _package(node: ast.stmt) -> str:
    if isinstance(node, ast.ImportFrom):
        return _module(node).partition(".")[0]
    return node.names[0].name.partition(".")[0] if isinstance(node, ast.Import) else ""


def _render(module: str, names: set[str], width: int) -> str:
    ordered = sorted(names, key=_order)
    line = f"from {module} import {', '.join(ordered)}\n"
    if len(line) - 1 <= width:
        return line
    inner = "".join(f"    {name},\n" for name in ordered)
    return f"from {module} import (\n{inner})\n"


def _order(name: str) -> tuple[int, str]:
    """Order names as isort does by type: CONSTANTS, then Classes, then functions."""
    if name.isupper() and len(name) > 1:
        return 0, name
    return (1, name) if name[:1].isupper() else (2, name)
