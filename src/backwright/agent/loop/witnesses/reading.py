"""What reading a changed project tells: that nothing is lost, and all that is new is wired."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from backwright.project.types import Endpoint, Project
from backwright.values import Check, Note

_METHODS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "api_route"})


@dataclass(frozen=True, slots=True)
class _Handler:
    """A function with a route in its decorator."""

    file: str
    name: str
    line: int
    route: str


def added(before: Project, after: Project) -> tuple[Endpoint, ...]:
    """Return the endpoints that are new."""
    known = {(one.method, one.path) for one in before.endpoints}
    return tuple(one for one in after.endpoints if (one.method, one.path) not in known)


def lost(before: Project, after: Project) -> Check:
    """Tell whether endpoints and tables that were there are there."""
    kept = {(one.method, one.path) for one in after.endpoints}
    gone = [f"{e.method} {e.path}" for e in before.endpoints if (e.method, e.path) not in kept]
    gone += sorted({m.table for m in before.models} - {m.table for m in after.models})
    if gone:
        return Check("nothing-lost", "fail", 0.0, f"no longer there: {', '.join(gone)}")
    counted = f"{len(before.endpoints)} endpoints, {len(before.models)} tables are there"
    return Check("nothing-lost", "pass", 0.0, counted)


def guarded(before: Project, after: Project) -> Check:
    """Tell whether each endpoint that asked who calls still does."""
    now = {(one.method, one.path): one for one in after.endpoints}
    bare = [
        f"{one.method} {one.path} ({now[one.method, one.path].file}:{now[one.method, one.path].line})"
        for one in before.endpoints
        if one.auth == "required" and (one.method, one.path) in now
        and now[one.method, one.path].auth != "required"
    ]  # fmt: skip
    if bare:
        return Check("guards-kept", "fail", 0.0, f"no longer asks who calls: {', '.join(bare)}")
    counted = sum(one.auth == "required" for one in before.endpoints)
    return Check("guards-kept", "pass", 0.0, f"{counted} endpoints that need a caller still do")


def wired(before: Project, after: Project, files: tuple[str, ...]) -> Check:
    """Tell whether every handler in the files of a change is registered in an application.

    One that was not registered before the change either is not the change's.
    """
    known = {(one.file, one.name) for one in _unwired(before, files)}
    loose = [one for one in _unwired(after, files) if (one.file, one.name) not in known]
    if loose:
        named = ", ".join(f"{one.route} ({one.file}:{one.line})" for one in loose)
        return Check("wired", "fail", 0.0, f"no application registers {named}")
    return Check("wired", "pass", 0.0, f"{len(after.endpoints)} endpoints are registered")


def places(before: Project, after: Project) -> tuple[Note, ...]:
    """Return where the new endpoints are, and who may call them."""
    return tuple(
        Note(one.file, one.line, f"new: {one.method} {one.path}, authentication {one.auth}")
        for one in added(before, after)
    )


def _unwired(project: Project, files: tuple[str, ...]) -> Iterator[_Handler]:
    registered = {(one.file, one.handler.rpartition(":")[2]) for one in project.endpoints}
    for file in files:
        for handler in _handlers(project.root, file):
            if not any(
                f == file and name.rpartition(".")[2] == handler.name for f, name in registered
            ):
                yield handler


def _handlers(root: Path, file: str) -> Iterator[_Handler]:
    """Give the functions of a file that a decorator makes a route of; tests have none."""
    if not file.endswith(".py") or is_test(file):
        return
    try:
        tree = ast.parse((root / file).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            for decorator in node.decorator_list:
                if route := _route(decorator):
                    yield _Handler(file, node.name, node.lineno, route)


def _route(decorator: ast.expr) -> str:
    if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
        return ""
    method, words = decorator.func.attr, decorator.args
    if method not in _METHODS:
        return ""
    path = next((one.value for one in decorator.keywords if one.arg == "path"), None)
    first = words[0] if words else path
    if not isinstance(first, ast.Constant) or not isinstance(first.value, str):
        return ""
    is_path = first.value == "" or first.value.startswith("/")
    return f"{method.upper()} {first.value}" if is_path else ""


def is_test(path: str) -> bool:
    """Tell whether a file is one of tests."""
    pure = PurePosixPath(path)
    in_folder = any(part in ("tests", "test", "testing") for part in pure.parts[:-1])
    named = pure.name.startswith("test_") or pure.stem.endswith("_test")
    return in_folder or named or pure.name == "conftest.py"
