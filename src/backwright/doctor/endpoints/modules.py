"""Modules that are included in the place of the routers in them."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.doctor.edits import rewritten, segment
from backwright.doctor.evidence import Evidence
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import called, keyword, last_name
from backwright.report.doctor_types import Cause

_INCLUDED = (
    r"AttributeError: module '(?P<module>[\w.]+)' has no attribute "
    r"'(?:_contains_router|routes|prefix|tags|on_startup|on_shutdown|lifespan_context|default_response_class)'"
)


@diagnosis
def module_included(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a module that is given where its router is meant."""
    for ground, raised, match in evidence.raised(_INCLUDED):
        call = evidence.sources.call_at(ground.place, "include_router")
        given = (call.args[0] if call.args else keyword(call, "router")) if call else None
        router = _router(evidence, match["module"])
        written = ast.unparse(given) if given is not None else match["module"]
        repairs = (
            rewritten(evidence, ground.place.file,
                      [(given, f"{segment(evidence, ground.place.file, given)}.{router}")])
            if given is not None and router and ground.place else ()
        )  # fmt: skip
        yield Cause(
            "endpoints", "module-included",
            f"{written} is a module ({match['module']}): the router in it is meant",
            (raised.text,), ground.place,
            f"include_router({written}.{router or 'router'}), or import the router by its name",
            "start the application again", repairs=repairs,
            failure=ground.number, count=ground.count,
        )  # fmt: skip


def _router(evidence: Evidence, module: str) -> str:
    """Return the name of the only router that a module makes; nothing where it is not sure."""
    path = module.replace(".", "/")
    found = [
        last_name(target)
        for file in evidence.sources.own if f"/{file}".endswith((f"/{path}.py", f"/{path}/__init__.py"))
        for node in evidence.sources.nodes(file)
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        and called(node.value) == "APIRouter"
        for target in node.targets
    ]  # fmt: skip
    return found[0] if len(found) == 1 else ""
