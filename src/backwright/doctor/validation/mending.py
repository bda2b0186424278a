"""Repairs of endpoints and schemas that refuse what clients send."""

from __future__ import annotations

import ast
from dataclasses import replace

from backwright.doctor.edits import rewritten, segment, with_argument
from backwright.doctor.evidence import Evidence, Refusal
from backwright.doctor.sources import FunctionNode, called, keyword, last_name
from backwright.doctor.validation.configuring import (
    field_of,
    may_be_none,
    reachable,
    without_default,
)
from backwright.project.conventions.evidence import parameters
from backwright.project.types import Endpoint
from backwright.report.doctor_types import Cause, Repair
from backwright.values import Place

_CURL = "curl -i -X POST -H 'Content-Type: application/json' -d"
_PLAIN = frozenset(
    {"str", "int", "float", "bool", "date", "datetime", "UUID", "Decimal", "EmailStr"}
)


def mended(
    evidence: Evidence, cause: Cause, one: Refusal, endpoint: Endpoint | None,
    function: FunctionNode | None,
) -> Cause:  # fmt: skip
    """Return a cause with its repair, where the project is what is wrong."""
    if endpoint is None or function is None:
        return cause
    url = f"'http://127.0.0.1:8000{endpoint.path}'"
    if cause.name == "form-wanted":
        form = "-d 'username=ann@example.com' -d 'password=…'"
        return replace(cause, proof=f"curl -i -X {endpoint.method} {form} {url}")
    if cause.name == "query-not-body":
        repairs = _in_the_body(evidence, endpoint, function)
        return replace(cause, repairs=repairs, proof=f"{_CURL} '{{\"{one.where[-1]}\": …}}' {url}")
    if cause.name == "model-beside-form":
        return replace(cause, repairs=_of_text(evidence, endpoint, function, one))
    if cause.name == "body-not-embedded":
        return replace(cause, repairs=_embedded(evidence, endpoint, function))
    if one.given is None and one.kind.endswith("_type"):
        return _nullable(evidence, cause, one, endpoint)
    if cause.name == "field-missing":
        return _optional(evidence, cause, one, endpoint)
    return cause


def _of_text(
    evidence: Evidence, endpoint: Endpoint, function: FunctionNode, one: Refusal
) -> tuple[Repair, ...]:
    """Return the repair that reads a model from the text of a form's field."""
    for arg, default in parameters(function):
        plain = isinstance(arg.annotation, ast.Name | ast.Attribute)
        if arg.arg != str(one.where[-1]) or not plain or default is not None or not arg.annotation:
            continue
        written = segment(evidence, endpoint.file, arg.annotation)
        imports = {"typing": {"Annotated"}, "fastapi": {"Form"}, "pydantic": {"Json"}}
        told = f"Annotated[Json[{written}], Form()]"
        return rewritten(evidence, endpoint.file, [(arg.annotation, told)], imports)
    return ()


def _in_the_body(
    evidence: Evidence, endpoint: Endpoint, function: FunctionNode
) -> tuple[Repair, ...]:
    """Return the repair that takes every parameter that the query lacks from the body."""
    lacking = {str(one.where[1]) for one in evidence.refusals
               if len(one.where) == 2 and one.where[0] == "query"}  # fmt: skip
    found = [arg for arg, default in parameters(function)
             if arg.arg in lacking and default is None and last_name(arg.annotation) in _PLAIN]  # fmt: skip
    body = "Body()" if len(found) > 1 else "Body(embed=True)"
    changes: list[tuple[ast.expr, str]] = [
        (arg.annotation, f"Annotated[{segment(evidence, endpoint.file, arg.annotation)}, {body}]")
        for arg in found if arg.annotation is not None
    ]  # fmt: skip
    imports = {"fastapi": {"Body"}, "typing": {"Annotated"}}
    return rewritten(evidence, endpoint.file, changes, imports)


def _embedded(evidence: Evidence, endpoint: Endpoint, function: FunctionNode) -> tuple[Repair, ...]:
    """Return the repair that looks for a single value under its name."""
    for arg, default in parameters(function):
        for node in (default, *getattr(getattr(arg.annotation, "slice", None), "elts", ())):
            is_body = isinstance(node, ast.Call) and called(node) == "Body"
            if is_body and isinstance(node, ast.Call) and keyword(node, "embed") is None:
                return with_argument(evidence, endpoint.file, node, "embed=True")
    return ()


def _nullable(evidence: Evidence, cause: Cause, one: Refusal, endpoint: Endpoint) -> Cause:
    """Return the cause where a field may be left out, and refuses the null that stands for that."""
    name = str(one.where[-1])
    for file, cls in reachable(evidence, endpoint.request_model):
        field = field_of(cls, name)
        value = getattr(field, "value", None)
        if field is None or may_be_none(field.annotation):
            continue
        given = keyword(value, "default") if isinstance(value, ast.Call) else value
        is_none = isinstance(given, ast.Constant) and given.value is None
        if not is_none:
            continue
        written = segment(evidence, file, field.annotation)
        return replace(
            cause, name="field-null-refused", place=Place(file, field.lineno),
            text=f"{name} may be left out (its default is None), and null is refused: its type, {written}, has no None",
            remedy=f"{name}: {written} | None = None",
            repairs=rewritten(evidence, file, [(field.annotation, f"{written} | None")]),
        )  # fmt: skip
    return cause


def _optional(evidence: Evidence, cause: Cause, one: Refusal, endpoint: Endpoint) -> Cause:
    """Return the cause where the field may be null, and has no default: absent, it is missing."""
    name = str(one.where[-1])
    for schema in reachable(evidence, endpoint.request_model):
        field = field_of(schema[1], name)
        if field is None:
            continue
        repairs = without_default(evidence, schema, name)
        if not may_be_none(field.annotation) or not repairs:
            return cause
        return replace(
            cause, name="field-optional-required",
            text=f"{name} may be null, and must be sent all the same: "
            + ("the three dots of its Field make it required" if "Field(..." in ast.unparse(field) else
               "since Pydantic 2 a type with None is required unless it has a default"),
            place=Place(schema[0], field.lineno), remedy=f"{name}: … | None = None", repairs=repairs,
        )  # fmt: skip
    return cause
