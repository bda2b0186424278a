"""Functions that call themselves, since they have the name of what they mean to call."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.doctor.edits import finished, rewritten
from backwright.doctor.evidence import Evidence
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import FunctionNode
from backwright.report.doctor_types import Cause, Repair
from backwright.source.syntax import nodes
from backwright.values import Place


@diagnosis
def own_name(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a function that hides the import which it calls."""
    for ground in evidence.grounds:
        place = ground.place
        function = evidence.sources.function_at(place) if place else None
        if place is None or function is None or function.col_offset:
            continue
        imported = _imported(evidence, place.file, function)
        call = next((
            one for one in nodes(function)
            if isinstance(one, ast.Call) and isinstance(one.func, ast.Name) and one.func.id == function.name
        ), None)  # fmt: skip
        if imported is None or call is None:
            continue
        yield Cause(
            "logs", "function-hides-import",
            f"{function.name} calls itself: it has the name of what line {imported.lineno} imports from "
            f"{imported.module}, and hides it", (ground.failure.last.text[:200],), Place(place.file, call.lineno),
            f"import it by another name, or call the handler otherwise: from {imported.module} import "
            f"{function.name} as …", "repeat the request", repairs=_renamed(evidence, place.file, imported, function, call),
            failure=ground.number, count=ground.count,
        )  # fmt: skip


def _imported(evidence: Evidence, file: str, function: FunctionNode) -> ast.ImportFrom | None:
    tree = evidence.sources.syntax(file)
    return next((
        one for one in (tree.body if tree else ())
        if isinstance(one, ast.ImportFrom) and one.lineno < function.lineno
        and any((name.asname or name.name) == function.name for name in one.names)
    ), None)  # fmt: skip


def _renamed(
    evidence: Evidence, file: str, imported: ast.ImportFrom, function: FunctionNode, call: ast.Call
) -> tuple[Repair, ...]:
    """Return the repair that imports it by a name with its module's before it."""
    module = (imported.module or "").rpartition(".")[2]
    new = f"{module}_{function.name}"
    alias = next(one for one in imported.names if (one.asname or one.name) == function.name)
    text = evidence.sources.text(file)
    made = rewritten(evidence, file, [(call.func, new)])
    lines = (made[0].after if made else text).splitlines(keepends=True)
    number = alias.lineno - 1
    line = lines[number].encode()
    start, end = alias.col_offset, alias.end_col_offset or alias.col_offset
    lines[number] = (line[:start] + f"{alias.name} as {new}".encode() + line[end:]).decode()
    return finished(file, text, "".join(lines))
