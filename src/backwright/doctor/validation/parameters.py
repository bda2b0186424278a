"""Requests that are refused because the function asks elsewhere than the client sends."""

from __future__ import annotations

import ast
import re

from backwright.doctor.edits import rewritten, segment
from backwright.doctor.evidence import Evidence, Refusal
from backwright.doctor.sources import FunctionNode, called, last_name, literal
from backwright.project.types import Endpoint
from backwright.report.doctor_types import Cause, Repair
from backwright.values import Place

_LISTS = frozenset({"list", "List", "set", "Set", "tuple", "Tuple", "Sequence", "frozenset"})
_UNSET = frozenset({"undefined", "null", "nan", "[object object]", "none"})
_BODILESS = frozenset({"GET", "HEAD", "DELETE"})
_METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "api_route"})


def asked_elsewhere(
    evidence: Evidence, one: Refusal, endpoint: Endpoint | None, function: FunctionNode | None
) -> Cause | None:
    """Return the cause where a parameter is not looked for where the request has it."""
    if one.where[:1] in (("path",), ("query",)) and _is_unset(one.given):
        return _unset(one, endpoint)
    if endpoint is None or function is None or "missing" not in one.kind:
        return None
    if one.where[:1] == ("query",) and len(one.where) == 2:
        return _other_name(evidence, one, endpoint, function)
    if one.where[:1] == ("body",) and endpoint.method in _BODILESS:
        return _not_of_query(evidence, one, endpoint, function)
    return None


def _is_unset(given: object) -> bool:
    return isinstance(given, str) and given.lower() in _UNSET


def _unset(one: Refusal, endpoint: Endpoint | None) -> Cause:
    name = ".".join(map(str, one.where[1:]))
    return Cause(
        "validation", "client-undefined",
        f"the client sends the word {one.given} as {name}: a variable of its own was not set when it made the URL",
        (f"{'.'.join(map(str, one.where))}: {one.message}",),
        Place(endpoint.file, endpoint.line) if endpoint else None,
        "ask in the client before the request: if (id === undefined) return;", "repeat the request",
    )  # fmt: skip


def _other_name(
    evidence: Evidence, one: Refusal, endpoint: Endpoint, function: FunctionNode
) -> Cause | None:
    """Return the cause of a path that calls a parameter otherwise than its function does."""
    names = [arg.arg for arg in (*function.args.args, *function.args.kwonlyargs)]
    name = str(one.where[1])
    for mark in function.decorator_list:
        path = literal(mark.args[0]) if isinstance(mark, ast.Call) and mark.args else None
        if (
            not isinstance(path, str)
            or not isinstance(mark, ast.Call)
            or called(mark) not in _METHODS
        ):
            continue
        untaken = [p for p in re.findall(r"\{(\w+)(?::\w+)?\}", path) if p not in names]
        if len(untaken) != 1 or name not in names:
            continue
        written = re.sub(
            rf"\{{{untaken[0]}(?=[:}}])",
            f"{{{name}",
            segment(evidence, endpoint.file, mark.args[0]),
        )
        return Cause(
            "validation", "path-name",
            f"the path has {{{untaken[0]}}}, and the function asks for {name}, which is then looked for in the query",
            (f"query.{name}: {one.message}",), Place(endpoint.file, mark.args[0].lineno),
            f"call both the same: {written}", f"curl -i -X {endpoint.method} http://127.0.0.1:8000{endpoint.path}",
            repairs=rewritten(evidence, endpoint.file, [(mark.args[0], written)]),
        )  # fmt: skip
    return None


def _not_of_query(
    evidence: Evidence, one: Refusal, endpoint: Endpoint, function: FunctionNode
) -> Cause | None:
    """Return the cause of a list or a model that a request without a body is asked for."""
    for arg in _of_body(evidence, function, one):
        is_list = _head(arg.annotation) in _LISTS
        written = segment(evidence, endpoint.file, arg.annotation) if arg.annotation else ""
        how = "Query()" if is_list else "Depends()"
        return Cause(
            "validation", "list-not-of-query" if is_list else "model-not-of-query",
            f"{arg.arg} is a {'list' if is_list else 'model'}, which FastAPI takes from the body, and "
            f"{endpoint.method} {endpoint.path} is asked by its query",
            (f"{'.'.join(map(str, one.where))}: {one.message}",), Place(endpoint.file, arg.lineno),
            f"{arg.arg}: Annotated[{written}, {how}]",
            f"curl -i 'http://127.0.0.1:8000{endpoint.path}?{arg.arg}=1&{arg.arg}=2'" if is_list
            else f"curl -i 'http://127.0.0.1:8000{endpoint.path}'",
            repairs=_annotated(evidence, endpoint.file, arg, written, how),
        )  # fmt: skip
    return None


def _of_body(evidence: Evidence, function: FunctionNode, one: Refusal) -> list[ast.arg]:
    """Return the parameters that nothing says the place of, and that are no plain values."""
    all_ = [*function.args.args, *function.args.kwonlyargs]
    defaults = function.args.defaults
    filled = {arg.arg for arg in function.args.args[len(function.args.args) - len(defaults) :]}
    plain = [
        arg for arg in all_ if arg.annotation is not None and arg.arg not in filled
        and (_head(arg.annotation) in _LISTS or any(evidence.sources.classes(last_name(arg.annotation))))
        and not any(f"{kind}(" in ast.unparse(arg.annotation) for kind in ("Depends", "Query", "Body", "Path"))
    ]  # fmt: skip
    named = [arg for arg in plain if len(one.where) > 1 and arg.arg == one.where[1]]
    return named or (plain if len(plain) == 1 else [])


def _head(annotation: ast.expr | None) -> str:
    return (
        last_name(annotation.value)
        if isinstance(annotation, ast.Subscript)
        else last_name(annotation)
    )


def _annotated(
    evidence: Evidence, file: str, arg: ast.arg, written: str, how: str
) -> tuple[Repair, ...]:
    if arg.annotation is None:
        return ()
    imports = {"typing": {"Annotated"}, "fastapi": {how.removesuffix("()")}}
    return rewritten(evidence, file, [(arg.annotation, f"Annotated[{written}, {how}]")], imports)
