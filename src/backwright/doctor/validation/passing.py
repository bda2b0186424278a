"""A request that an endpoint's schema lets pass, as a curl line."""

from __future__ import annotations

import ast
import json
from typing import Any

from backwright.doctor.evidence import Evidence
from backwright.doctor.sources import keyword, last_name, literal
from backwright.project.types import Endpoint

_VALUES: dict[str, Any] = {
    "str": "text", "int": 1, "float": 1.5, "bool": True, "date": "2026-01-31",
    "datetime": "2026-01-31T12:00:00Z", "time": "12:00:00", "EmailStr": "ann@example.com",
    "UUID": "3fa85f64-5717-4562-b3fc-2c963f66afa6", "UUID4": "3fa85f64-5717-4562-b3fc-2c963f66afa6",
    "Decimal": "1.50", "HttpUrl": "https://example.com", "AnyUrl": "https://example.com",
    "list": [], "List": [], "set": [], "dict": {}, "Dict": {}, "SecretStr": "text",
}  # fmt: skip
_DEEPEST = 3


def passing(evidence: Evidence, endpoint: Endpoint) -> str:
    """Return a curl line for an endpoint, with a body that its schema lets pass."""
    path = endpoint.path
    words = [f"curl -i -X {endpoint.method}"]
    if endpoint.auth == "required":
        words.append("-H 'Authorization: Bearer TOKEN'")
    if endpoint.request_model:
        body = json.dumps(_object(evidence, endpoint.request_model, 0))
        words.append(f"-H 'Content-Type: application/json' -d '{body}'")
    return " ".join([*words, f"'http://127.0.0.1:8000{path}'"])


def _object(evidence: Evidence, name: str, depth: int) -> dict[str, Any]:
    """Return a value for each field of a schema that must be given."""
    found: dict[str, Any] = {}
    for _, cls in evidence.sources.classes(name):
        for base in cls.bases:
            if depth < _DEEPEST and last_name(base) not in ("BaseModel", "SQLModel", ""):
                found |= _object(evidence, last_name(base), depth + 1)
        for one in cls.body:
            if isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
                if _is_required(one):
                    found[one.target.id] = _value(evidence, one, depth)
                else:
                    found.pop(one.target.id, None)
        break
    return found


def _is_required(one: ast.AnnAssign) -> bool:
    if one.value is None:
        return True
    if isinstance(one.value, ast.Call) and last_name(one.value) == "Field":
        first = one.value.args[0] if one.value.args else None
        has_default = keyword(one.value, "default") or keyword(one.value, "default_factory")
        return has_default is None and (first is None or literal(first) is Ellipsis)
    return False


def _value(evidence: Evidence, one: ast.AnnAssign, depth: int) -> Any:  # noqa: ANN401 - any JSON
    annotation = one.annotation
    if isinstance(annotation, ast.Subscript) and last_name(annotation) in ("Annotated", "Optional"):
        inner = annotation.slice
        annotation = inner.elts[0] if isinstance(inner, ast.Tuple) else inner
    if isinstance(annotation, ast.BinOp):
        annotation = annotation.left
    name = last_name(annotation)
    if name == "Literal" and isinstance(annotation, ast.Subscript):
        inner = annotation.slice
        return literal(inner.elts[0] if isinstance(inner, ast.Tuple) else inner)
    value = _VALUES.get(name)
    if value is None and depth < _DEEPEST:
        return _member(evidence, name) or _object(evidence, name, depth + 1)
    return _bounded(value, one.value)


def _member(evidence: Evidence, name: str) -> object:
    """Return the first value of an enum; None for another class."""
    for _, cls in evidence.sources.classes(name):
        if any("Enum" in last_name(base) for base in cls.bases):
            values = [literal(one.value) for one in cls.body if isinstance(one, ast.Assign)]
            return next(iter(values), None)
    return None


def _bounded(value: Any, field: ast.expr | None) -> Any:  # noqa: ANN401 - any JSON
    """Return a value within the bounds that its field declares."""
    if not isinstance(field, ast.Call):
        return value
    least = literal(keyword(field, "min_length"))
    if isinstance(value, str) and isinstance(least, int) and len(value) < least:
        return (value * least)[:least]
    low = literal(keyword(field, "ge"))
    above = literal(keyword(field, "gt"))
    if isinstance(value, int | float) and not isinstance(value, bool):
        if isinstance(low, int | float) and value < low:
            return low
        if isinstance(above, int | float) and value <= above:
            return above + 1
    return value
