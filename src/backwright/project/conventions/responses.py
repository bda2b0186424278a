"""How answers are typed, and how they are made from rows."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.project.conventions.evidence import (
    Evidence,
    FunctionNode,
    Vote,
    keyword,
    last_name,
)
from backwright.project.conventions.registry import convention


@convention("response_type")
def response_type(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for each handler: `response_model`, a return annotation, or neither."""
    for one in evidence.handlers:
        yield Vote(_typed_by(one.node), one.source.file, one.node.lineno)


def _typed_by(node: FunctionNode) -> str:
    for decorator in node.decorator_list:
        if isinstance(decorator, ast.Call) and keyword(decorator, "response_model") is not None:
            return "response_model="
    if node.returns is not None:
        return "the return annotation"
    return "not typed"


@convention("response_made")
def response_made(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for each `return` of a handler that gives an answer."""
    classes = {one.name for one in evidence.project.schemas}
    for one in evidence.handlers:
        for node in ast.walk(one.node):
            if isinstance(node, ast.Return) and node.value is not None:
                value = _made(node.value, classes)
                if value:
                    yield Vote(value, one.source.file, node.lineno)


def _made(value: ast.expr, classes: set[str]) -> str:
    """Tell how a returned expression is made."""
    value = value.value if isinstance(value, ast.Await) else value
    if isinstance(value, ast.ListComp):
        return _made(value.elt, classes)
    if isinstance(value, ast.Dict):
        return "dictionaries"
    if isinstance(value, ast.Name | ast.Attribute | ast.List):
        return "rows as they are"
    if not isinstance(value, ast.Call):
        return ""
    name = last_name(value.func)
    if name in {"model_validate", "from_orm", "parse_obj"}:
        return f"Schema.{name}(row)"
    if name in classes:
        dumped = any(
            one.arg is None and last_name(one.value) in {"model_dump", "dict", "__dict__"}
            for one in value.keywords
        )
        return "Schema(**row.model_dump())" if dumped else "Schema(field=…)"
    if name.endswith("Response"):
        return "response objects"
    return "what the service gives" if isinstance(value.func, ast.Attribute | ast.Name) else ""
