"""Repairs of imports that go in a circle."""

from __future__ import annotations

import ast

from backwright.doctor.edits import finished
from backwright.doctor.evidence import Evidence
from backwright.doctor.sources import FunctionNode
from backwright.report.doctor_types import Repair
from backwright.source.imports import add_typing_imports
from backwright.source.syntax import nodes
from backwright.values import Place


def opened(evidence: Evidence, place: Place | None) -> tuple[Repair, ...]:
    """Return the repair that takes an import out of a circle, by what its names are used for.

    Nothing: it is left out. Types alone: it moves under `if TYPE_CHECKING:`, where annotations are not
    evaluated. Functions' bodies alone: it moves into them.
    """
    tree = evidence.sources.syntax(place.file) if place else None
    statement = next((one for one in (tree.body if tree else ()) if isinstance(one, ast.ImportFrom)
                      and place and one.lineno <= place.line <= (one.end_lineno or 0)), None)  # fmt: skip
    if place is None or tree is None or statement is None:
        return ()
    names = {one.asname or one.name for one in statement.names}
    text = evidence.sources.text(place.file)
    lines = text.splitlines(keepends=True)
    without = [*lines[: statement.lineno - 1], *lines[statement.end_lineno or statement.lineno :]]
    uses = [one for one in nodes(tree) if isinstance(one, ast.Name) and one.id in names]
    if not uses:
        return finished(place.file, text, "".join(without))
    lazily = "from __future__ import annotations" in text
    typed = {id(inner) for one in _annotations(tree) for inner in ast.walk(one)}
    if lazily and all(id(one) in typed for one in uses):
        wanted = {f"{'.' * statement.level}{statement.module or ''}": names}
        return finished(place.file, text, add_typing_imports("".join(without), wanted))
    functions = [one for one in nodes(tree) if isinstance(one, FunctionNode)]
    inside = {id(n): f for f in functions for n in nodes(*f.body)}
    if any(id(one) not in inside for one in uses):
        return ()
    written = " ".join(ast.unparse(statement).split())
    made = list(lines)
    for function in sorted({inside[id(one)] for one in uses}, key=lambda one: -one.lineno):
        first = function.body[0]
        is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
        at = (first.end_lineno or first.lineno) if is_docstring else first.lineno - 1
        made.insert(at, f"{' ' * first.col_offset}{written}\n")
    del made[statement.lineno - 1 : statement.end_lineno or statement.lineno]
    return finished(place.file, text, "".join(made))


def _annotations(tree: ast.Module) -> list[ast.expr]:
    found: list[ast.expr] = []
    for one in nodes(tree):
        if isinstance(one, ast.arg | ast.AnnAssign) and one.annotation is not None:
            found.append(one.annotation)
        elif isinstance(one, FunctionNode) and one.returns is not None:
            found.append(one.returns)
    return found
