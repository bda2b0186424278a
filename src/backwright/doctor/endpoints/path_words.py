"""Paths and prefixes that FastAPI refuses when the application is put together."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from backwright.doctor.edits import finished, rewritten
from backwright.doctor.evidence import Evidence
from backwright.doctor.known import Known, recognised
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import FunctionNode, called, keyword, last_name, literal
from backwright.report.doctor_types import Cause, Repair
from backwright.values import Place

_START = "start the application again"
_TAKERS = (
    "APIRouter",
    "include_router",
    "get",
    "post",
    "put",
    "patch",
    "delete",
    "mount",
    "api_route",
)


def slashed(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    """Return the repair that begins a path with its slash, and ends a prefix without one."""
    call = evidence.sources.call_at(place, *_TAKERS)
    if call is None:
        return ()
    given = keyword(call, "prefix") or (call.args[0] if call.args else None)
    value = literal(given)
    if given is None or not isinstance(value, str):
        return ()
    is_prefix = called(call) in ("APIRouter", "include_router")
    plain = "/" + (value.strip("/") if is_prefix else value.lstrip("/"))
    return rewritten(evidence, place.file, [(given, f'"{plain}"')])


def _without_default(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    """Return the repair that takes the default out of Path(…)."""
    text = evidence.sources.text(place.file)
    after = re.sub(
        r"\bPath\(\s*(?:default\s*=\s*)?(?:None|\.\.\.|[\"'][^\"']*[\"']|-?\d+)\s*,?\s*",
        "Path(",
        text,
    )
    return finished(place.file, text, after)


def _without_depends_default(evidence: Evidence, place: Place) -> tuple[Repair, ...]:
    """Return the repair that takes the default away where Annotated has Depends already."""
    found = []
    for node in evidence.sources.nodes(place.file):
        if isinstance(node, FunctionNode):
            args = node.args.args[len(node.args.args) - len(node.args.defaults) :]
            for arg, default in zip(args, node.args.defaults, strict=True):
                twice = arg.annotation is not None and "Depends(" in ast.unparse(arg.annotation)
                if twice and isinstance(default, ast.Call) and last_name(default.func) == "Depends":
                    found.append((arg, default))
    if len(found) != 1 or found[0][0].annotation is None:
        return ()
    arg, default = found[0]
    text = evidence.sources.text(place.file)
    written = ast.get_source_segment(text, default) or ""
    before = ast.get_source_segment(text, arg) or ""
    after = re.sub(
        rf"{re.escape(before)}\s*=\s*{re.escape(written)}", lambda _: before, text, count=1
    )
    return finished(place.file, text, after)


_KNOWN = (
    Known(
        "path-without-slash",
        r"A path prefix must start with '/'|Routed paths must start with '/'|Path prefix must start with '/'",
        "a path or prefix does not begin with a slash",
        'begin it with one: "/tasks"', _START, slashed,
    ),
    Known(
        "prefix-with-slash",
        r"A path prefix must not end with '/'",
        "a prefix ends with a slash, and each path begins with one",
        'leave the last slash out: prefix="/tasks"', _START, slashed,
    ),
    Known(
        "path-empty",
        r"Prefix and path cannot be both empty",
        "a route has an empty path, and the router that has it no prefix",
        'give the router a prefix, or the route the path "/"', _START,
    ),
    Known(
        "path-default",
        r"Path parameters cannot have a default value",
        "a parameter of the path has a default, and a path always gives it",
        "Path(ge=1), without a first value", _START, _without_default,
    ),
    Known(
        "depends-twice",
        r"Cannot specify [`\"']?(?P<what>\w+)[`\"']? (?:in|for) [`\"']?Annotated[`\"']? and (?:default value|`?\w+`? as a default value) together"
        r"|Cannot specify multiple `?Annotated`? FastAPI arguments",
        "a parameter has Depends in its Annotated and again as its default",
        "leave the default out", _START, _without_depends_default,
    ),
    Known(
        "route-name-unknown",
        r"NoMatchFound: No route exists for name \"(?P<name>[^\"]+)\"",
        "url_for asks for a route named {name}, and none is called so with these parameters",
        "name it as the handler's function is called, or give the route name=\"{name}\"", "repeat the request",
    ),
    Known(
        "body-of-a-get",
        r"(?:Param|param): (?P<name>\w+) can only be a request body, using Body\(\)",
        "{name} is of a type that only a body can have, and is declared for the query or a form",
        "{name}: Annotated[Model, Depends()] for a query of several parameters", _START,
    ),
)  # fmt: skip


@diagnosis
def path_words(evidence: Evidence) -> Iterator[Cause]:
    """Tell which path or parameter FastAPI refuses."""
    yield from recognised(evidence, "endpoints", _KNOWN)
