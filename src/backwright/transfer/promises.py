"""What the route that creates a row promises: that what the row refers to may be missing."""

from __future__ import annotations

import ast

from backwright.source.text import Splice, lines_between, splice

NOT_FOUND = "404"


def promising(code: str, *, refers: bool) -> str:
    """Return a module of routes whose `create` says 404 among its errors just if rows refer."""
    call = _errors_of_create(code)
    if call is None:
        return code
    said = [ast.unparse(argument) for argument in call.args]
    wanted = {*said, NOT_FOUND} if refers else {*said} - {NOT_FOUND}
    if wanted == {*said}:
        return code
    first, last = call.lineno, call.end_lineno or call.lineno
    old = ast.get_source_segment(code, call) or ""
    lines = lines_between(code, first, last)
    new = f"errors({', '.join(sorted(wanted))})"
    return splice(code, [Splice(first, last + 1, lines.replace(old, new, 1))])


def _errors_of_create(code: str) -> ast.Call | None:
    """Return the call of `errors` in the decorator of the route that takes a POST."""
    for function in ast.parse(code).body:
        if not isinstance(function, ast.AsyncFunctionDef | ast.FunctionDef):
            continue
        for decorator in function.decorator_list:
            calls = [n for n in ast.walk(decorator) if isinstance(n, ast.Call)]
            names = [ast.unparse(call.func) for call in calls]
            if "router.post" in names and "errors" in names:
                return calls[names.index("errors")]
    return None
