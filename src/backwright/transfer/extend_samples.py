"""New fields in the sample data of a resource in the house style."""

from __future__ import annotations

import ast
import re

from backwright.source.brackets import appended
from backwright.source.imports import add_imports
from backwright.spec.types import ResourceSpec
from backwright.transfer.declaration import Import, wanted_imports
from backwright.transfer.samples import good, good_imports
from backwright.transfer.survey import Table

WIDTH = 100


def extend_samples(code: str, table: Table, spec: ResourceSpec) -> str:
    """Return the factories with values of the new fields."""
    snake = table.names.snake
    for prefix in ("valid", "changed"):
        values = [
            f'"{f.column}": {good(f, spec.names, changed=prefix == "changed")}' for f in spec.fields
        ]
        code = _with_values(code, f"{prefix}_{snake}", values)
    imports: set[Import] = set()
    for field in spec.fields:
        imports |= good_imports(field)
    return add_imports(code, wanted_imports(imports), width=WIDTH)


def _with_values(code: str, function: str, values: list[str]) -> str:
    """Put values into the dict that a function returns; a client that is used has no underscore."""
    node = next(
        (
            n
            for n in ast.parse(code).body
            if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef) and n.name == function
        ),
        None,
    )
    found = (
        next((r.value for r in ast.walk(node) if isinstance(r, ast.Return)), None) if node else None
    )
    if node is None or not isinstance(found, ast.Dict):
        return code
    code = appended(code, found, values)
    if not any(re.search(r"\bclient\b", value) for value in values):
        return code
    lines = code.splitlines(keepends=True)
    header = slice(node.lineno - 1, node.body[0].lineno - 1)
    lines[header] = [re.sub(r"\b_client\b", "client", line) for line in lines[header]]
    return "".join(lines)
