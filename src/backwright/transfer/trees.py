"""Rows that refer to rows of their own table: what changes one refuses to close a circle."""

from __future__ import annotations

import ast
import textwrap

from backwright.source.imports import add_imports
from backwright.source.outline import outline
from backwright.source.text import Splice, lines_between, splice
from backwright.spec.types import FieldSpec, ResourceSpec

_GUARD = "refuse_circle"
_RAISES = "ValidationError: "
WIDTH = 100


def is_above(spec: ResourceSpec, field: FieldSpec) -> bool:
    """Tell whether a field refers to rows of the resource itself."""
    return field.kind == "ref" and field.target == spec.names.pascal


def is_guarded(code: str, model: str, column: str) -> bool:
    """Tell whether a service refuses to close a circle of references by a column of a model."""
    calls = (n for f in _functions(code) for n in ast.walk(f) if isinstance(n, ast.Call))
    guards = (call for call in calls if ast.unparse(call.func) == _GUARD)
    named = {ast.unparse(n) for guard in guards for n in ast.walk(guard)}
    return f"{model}.{column}" in named


def without_trees(code: str) -> str:
    """Return a service without what keeps its rows from standing below themselves."""
    splices = []
    for function in _functions(code):
        blocks = [n for n in function.body if isinstance(n, ast.AsyncWith)]
        guarded = [block for block in blocks if any(map(_is_guard, block.body))]
        splices += [one for block in guarded for one in _unguarded(code, block)]
        splices += [Splice(line, line + 1, "") for line in _promises(code, function) if guarded]
    imports = [s for s in outline(code) if s.node.__class__ is ast.ImportFrom]
    splices += [
        Splice(s.start, s.end + 1, "")
        for s in imports
        if [a.name for a in getattr(s.node, "names", [])] == [_GUARD]
    ]
    return splice(code, splices)


def _unguarded(code: str, block: ast.AsyncWith) -> list[Splice]:
    """Take the guards out of a transaction; one statement alone needs none."""
    splices = [_replaced(n, "") for n in block.body if _is_guard(n)]
    rest = [n for n in block.body if not _is_guard(n)]
    if len(rest) == 1:
        lines = lines_between(code, rest[0].lineno, rest[0].end_lineno or rest[0].lineno)
        splices.append(Splice(block.lineno, block.lineno + 1, ""))
        splices.append(_replaced(rest[0], textwrap.indent(textwrap.dedent(lines), "    ")))
    return splices


def _replaced(node: ast.stmt, text: str) -> Splice:
    return Splice(node.lineno, (node.end_lineno or node.lineno) + 1, text)


def with_trees(code: str, spec: ResourceSpec) -> str:
    """Return a service whose update keeps rows from standing below themselves."""
    fields = [f for f in spec.fields if is_above(spec, f)]
    name = f"update_{spec.names.snake}"
    function = next((f for f in _functions(code) if f.name == name), None)
    if not fields or function is None:
        return code
    *known, row_id, _ = [argument.arg for argument in function.args.args]
    guards = "".join(
        f"        if data.{f.column} is not None:\n"
        f"            await {_GUARD}(\n"
        f"                {', '.join(known)}, col({spec.names.pascal}.{f.column}), {row_id}, data.{f.column}\n"
        "            )\n"
        for f in fields
    )
    blocks = [n for n in function.body if isinstance(n, ast.AsyncWith)]
    docstring = function.body[0].end_lineno or function.body[0].lineno
    promise = f"        {_RAISES}If the {spec.names.human} would stand below itself.\n"
    splices = [Splice(docstring, docstring, promise), _guarded(code, function, blocks, guards)]
    return add_imports(splice(code, splices), {"app.trees": {_GUARD}}, width=WIDTH)


def _guarded(
    code: str, function: ast.AsyncFunctionDef, blocks: list[ast.AsyncWith], guards: str
) -> Splice:
    """Put the guards before the statement that changes the row, in one transaction with it."""
    if blocks:
        line = blocks[0].body[0].lineno
        return Splice(line, line, guards)
    change = next(n for n in function.body if "await session." in ast.unparse(n) and _assigns(n))
    lines = lines_between(code, change.lineno, change.end_lineno or change.lineno)
    inner = textwrap.indent(lines, "    ")
    return _replaced(change, f"    async with session.transaction():\n{guards}{inner}")


def _assigns(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign)


def _functions(code: str) -> list[ast.AsyncFunctionDef]:
    return [s.node for s in outline(code) if isinstance(s.node, ast.AsyncFunctionDef)]


def _is_guard(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and f"await {_GUARD}(" in ast.unparse(node)


def _promises(code: str, function: ast.AsyncFunctionDef) -> list[int]:
    """Return the lines of a docstring that promise the error of a circle."""
    first, last = function.lineno, function.body[0].end_lineno or function.lineno
    lines = code.splitlines()
    return [n for n in range(first, last + 1) if lines[n - 1].strip().startswith(_RAISES)]
