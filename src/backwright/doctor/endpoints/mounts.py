"""Applications that are mounted at / before the routes, and take all their requests."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.doctor.edits import finished
from backwright.doctor.evidence import Evidence
from backwright.doctor.registry import diagnosis
from backwright.doctor.sources import called, last_name, literal
from backwright.report.doctor_types import Cause, Repair
from backwright.source.syntax import nodes
from backwright.values import Place

_ROUTES = frozenset(
    {"get", "post", "put", "patch", "delete", "api_route", "include_router", "mount"}
)


@diagnosis
def mounted_first(evidence: Evidence) -> Iterator[Cause]:
    """Tell of a mount at / with routes behind it: routes are tried in order, and it matches all."""
    for file, mount in evidence.sources.calls("mount"):
        path = literal(mount.args[0]) if mount.args else None
        owner = last_name(mount.func.value) if isinstance(mount.func, ast.Attribute) else ""
        if path not in ("/", "") or not owner:
            continue
        behind = _behind(evidence, file, owner, mount)
        if not behind:
            continue
        asked = [
            one for one in evidence.requests
            if one.status in (404, 405) and _is_endpoint(evidence, one.method, one.path)
        ]  # fmt: skip
        yield Cause(
            "endpoints", "mount-first",
            f"what is mounted at / takes all requests before the routes that come behind it ({len(behind)} in "
            f"{file}): a file that is not there is 404, another method than GET 405",
            tuple(f"{one} → {one.status}" for one in asked[:3]), Place(file, mount.lineno),
            f"mount it last, behind line {max(one.end_lineno or 0 for one in behind)}",
            f"curl -i http://127.0.0.1:8000{asked[0].path if asked else '/…'}",
            "happened" if asked else "source", _last(evidence, file, mount, behind),
            count=max(1, len(asked)),
        )  # fmt: skip


def _behind(evidence: Evidence, file: str, owner: str, mount: ast.Call) -> list[ast.stmt]:
    """Return the statements of the same block behind a mount that give the application routes."""
    block = _block(evidence, file, mount)
    return [
        one for one in block
        if one.lineno > mount.lineno and any(
            isinstance(call, ast.Call) and called(call) in _ROUTES
            and isinstance(call.func, ast.Attribute) and last_name(call.func.value) == owner
            for call in nodes(one)
        )
    ]  # fmt: skip


def _block(evidence: Evidence, file: str, call: ast.Call) -> list[ast.stmt]:
    """Return the statements among which a call stands by itself: a module's or a function's."""
    tree = evidence.sources.syntax(file)
    bodies = [tree.body] if tree else []
    function = evidence.sources.function_at(Place(file, call.lineno))
    if function is not None:
        bodies.insert(0, function.body)
    for body in bodies:
        if any(isinstance(one, ast.Expr) and one.value is call for one in body):
            return body
    return []


def _is_endpoint(evidence: Evidence, method: str, path: str) -> bool:
    plain = path.partition("?")[0]
    return any(one.method == method and one.path == plain for one in evidence.project.endpoints)


def _last(
    evidence: Evidence, file: str, mount: ast.Call, behind: list[ast.stmt]
) -> tuple[Repair, ...]:
    text = evidence.sources.text(file)
    lines = text.splitlines(keepends=True)
    start, end = mount.lineno - 1, mount.end_lineno or mount.lineno
    block = lines[start:end]
    at = max(one.end_lineno or one.lineno for one in behind)
    if lines[at - 1] and not lines[at - 1].endswith("\n"):
        lines[at - 1] += "\n"
    gap = ["\n", "\n"] if isinstance(behind[-1], ast.FunctionDef | ast.AsyncFunctionDef) else []
    made = [*lines[:start], *lines[end:at], *gap, *block, *lines[at:]]
    return finished(file, text, "".join(made))
