"""Repairs of `except` clauses that go on as if nothing had happened."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from backwright.doctor.edits import finished
from backwright.doctor.evidence import Evidence
from backwright.doctor.sources import FunctionNode
from backwright.report.doctor_types import Repair

# What a client's data raise: the handler answers it. All else is raised again.
_OF_THE_CLIENT = re.compile(r"(?:ValueError|ValidationError|InvalidOperation|JSONDecodeError)$")


def ending(
    evidence: Evidence, file: str, function: FunctionNode, handlers: Sequence[ast.ExceptHandler]
) -> tuple[Repair, ...]:
    """Return the repair that ends what was caught: 400 for a client's values, else raised again."""
    text = evidence.sources.text(file)
    lines = text.splitlines(keepends=True)
    is_route = any(isinstance(one, ast.Call) for one in function.decorator_list)
    answers = False
    for one in sorted(handlers, key=lambda each: -each.lineno):
        last = one.body[-1]
        if isinstance(last, ast.Return):  # returns nothing on purpose
            continue
        indent = " " * last.col_offset
        kind = ast.unparse(one.type) if one.type else ""
        if is_route and one.name and _OF_THE_CLIENT.search(kind):
            answers = True
            words = f"raise HTTPException(status_code=400, detail=str({one.name})) from {one.name}"
        else:
            words = "raise"
        start = last.lineno - 1 if isinstance(last, ast.Pass) else last.end_lineno or last.lineno
        lines[start : last.end_lineno] = [f"{indent}{words}\n"]
    return finished(file, text, "".join(lines), {"fastapi": {"HTTPException"}} if answers else None)
