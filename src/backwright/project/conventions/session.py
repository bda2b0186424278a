"""Database sessions: sync or async, and how the code that needs one comes by it."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.project.conventions.evidence import (
    Evidence,
    FunctionNode,
    Source,
    Vote,
    last_name,
    parameters,
)
from backwright.project.conventions.registry import convention

_KINDS = {
    "Session": "sync",
    "scoped_session": "sync",
    "AsyncSession": "async",
    "async_scoped_session": "async",
}
# What the drivers' own connections, and `databases` above them, are only awaited for.
_WAITED = {"fetch_one", "fetch_all", "fetch_val", "fetchrow", "fetchval"}
Kinds = dict[str, str]
_GETTER = ("session", "db", "database", "get_db", "get_session", "uow")


@convention("session")
def session(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for each parameter that is a session, and for each engine."""
    kinds = _session_names(evidence)
    for source in evidence.modules:
        for node in evidence.functions(source):
            for argument, _ in parameters(node):
                kind = _kind(argument.annotation, kinds)
                if kind:
                    yield Vote(kind, source.file, argument.lineno)
        for call in evidence.calls(source):
            name = last_name(call.func)
            if name in _WAITED:
                yield Vote("async", source.file, call.lineno)
            if name in {"create_engine", "create_async_engine"}:
                yield Vote("async" if "async" in name else "sync", source.file, call.lineno)


@convention("session_from")
def session_from(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for each function that is given a session, and each handler that opens one."""
    kinds = _session_names(evidence)
    aliases = _aliases(evidence, kinds)
    for source in evidence.modules:
        for node in evidence.functions(source):
            for argument, default in parameters(node):
                value = _origin(argument, default, kinds, aliases)
                if value:
                    yield Vote(value, source.file, argument.lineno)
        yield from _opened(evidence, source)


def _session_names(evidence: Evidence) -> Kinds:
    """Return the names of session types: the libraries', the project's own classes, aliases."""
    kinds = dict(_KINDS)
    for source in evidence.modules:
        for node in source.tree.body:
            if isinstance(node, ast.ClassDef) and node.name.endswith("Session"):
                methods = [one for one in node.body if isinstance(one, FunctionNode)]
                waits = sum(isinstance(one, ast.AsyncFunctionDef) for one in methods)
                if methods:
                    kinds[node.name] = "async" if 2 * waits >= len(methods) else "sync"
            elif isinstance(node, ast.ImportFrom):
                kinds.update(
                    {a.asname: _KINDS[a.name] for a in node.names if a.asname and a.name in _KINDS}
                )
    return {**kinds, **_aliases(evidence, kinds)}


def _aliases(evidence: Evidence, kinds: Kinds) -> Kinds:
    """Return the names given to `Annotated[Session, Depends(…)]`, with sync or async."""
    found = {}
    for source in evidence.modules:
        for node in source.tree.body:
            if not isinstance(node, ast.Assign | ast.AnnAssign):
                continue
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            kind = _kind(node.value, kinds) if last_name(node.value) == "Annotated" else ""
            if kind and isinstance(target, ast.Name):
                found[target.id] = kind
    return found


def _kind(annotation: ast.expr | None, kinds: Kinds) -> str:
    """Return sync or async for the annotation of a session, empty for anything else."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return kinds.get(annotation.value, "")
    if isinstance(annotation, ast.Subscript) and last_name(annotation) == "Annotated":
        parts = annotation.slice
        return _kind(parts.elts[0], kinds) if isinstance(parts, ast.Tuple) else ""
    return kinds.get(last_name(annotation), "")


def _origin(argument: ast.arg, default: ast.expr | None, kinds: Kinds, aliases: Kinds) -> str:
    """Tell how a parameter comes to hold a session."""
    name = last_name(argument.annotation)
    if name in aliases:
        return name
    is_session = bool(_kind(argument.annotation, kinds))
    if isinstance(default, ast.Call) and last_name(default.func) == "Depends":
        getter = last_name(default.args[0]) if default.args else ""
        if is_session or (argument.arg in _GETTER and getter):
            return f"Depends({getter})" if getter else "Depends()"
    if is_session and name == "Annotated":
        return f"Annotated with {_depends_in(argument.annotation)}"
    return ""


def _depends_in(annotation: ast.expr | None) -> str:
    for node in ast.walk(annotation) if annotation else ():
        if isinstance(node, ast.Call) and last_name(node.func) == "Depends" and node.args:
            return f"Depends({last_name(node.args[0])})"
    return "Depends"


def _opened(evidence: Evidence, source: Source) -> Iterator[Vote]:
    """Give a vote for each handler's own `with Session(…)`."""
    for one in evidence.handlers_of(source):
        for node in ast.walk(one.node):
            if not isinstance(node, ast.With | ast.AsyncWith):
                continue
            names = [last_name(item.context_expr) for item in node.items]
            if any("session" in name.lower() for name in names):
                yield Vote("opened in the handler", source.file, node.lineno)
