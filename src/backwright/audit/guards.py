"""What guards an endpoint: the functions that it depends on, and whether they may forbid."""

from __future__ import annotations

import ast
import re

from backwright.audit.sources import FunctionNode, Source, last_name, own_nodes
from backwright.audit.subject import Subject
from backwright.project.types import Endpoint

FORBIDS = re.compile(r"(?i)(\b|_)403(\b|_)|forbidden|denied|permission|not_?allowed")
AUTHORIZES = re.compile(
    r"(?i)permission|access|authori[sz]|privilege|rbac|(\b|_)roles?(\b|_)|allowed|polic(y|ies)|guard|member"
    r"|^_?(require|ensure|enforce|assert|verify|check)_"
)
_DEEPEST = 3


def guard_of(subject: Subject, named: str) -> FunctionNode | None:
    """Return the function that a dependency is; of an object that is called, its `__call__`."""
    name = named.rpartition(":")[2].rpartition(".")[2].removesuffix("()")
    made = _bound(subject, named)
    if isinstance(made, FunctionNode):
        return made
    found = subject.functions_by_name.get(name)
    if found is not None and made is None:
        return found
    of_call = last_name(made.func) if isinstance(made, ast.Call) else ""
    classes = (name, _class_of(named), of_call)
    bodies = (subject.classes_by_name.get(one) for one in classes)
    called = (it for one in bodies if one is not None for it in one.body)
    return next(
        (it for it in called if isinstance(it, FunctionNode) and it.name == "__call__"), None
    )


def _bound(subject: Subject, named: str) -> ast.AST | None:
    """Return what a module binds to the name of a dependency: `app.access:get_store`."""
    module, _, name = named.partition(":")
    end = module.replace(".", "/")
    for one in subject.program:
        if one.file.endswith((f"{end}.py", f"{end}/__init__.py")) and name in one.bindings:
            return one.bindings[name]
    return None


def _class_of(named: str) -> str:
    """Return the class in the name of a method or of an object: `access:Role.__call__`."""
    parts = named.rpartition(":")[2].removesuffix("()").split(".")
    return parts[-2].removesuffix("()") if len(parts) > 1 else ""


def forbids(subject: Subject, endpoint: Endpoint) -> bool:
    """Tell whether something that an endpoint depends on may answer that it is forbidden."""
    guards = (guard_of(subject, one) for one in endpoint.dependencies)
    return any(may_forbid(subject, subject.homes[one], one, 0) for one in guards if one)


def may_forbid(subject: Subject, source: Source, node: FunctionNode, depth: int) -> bool:
    """Tell whether a function, or one that it calls, may answer that something is forbidden."""
    for one in own_nodes(node):
        raised = one.exc if isinstance(one, ast.Raise) else None
        if raised is not None and FORBIDS.search(ast.unparse(raised)):
            return True
    if depth >= _DEEPEST:
        return False
    calls = (one for one in own_nodes(node) if isinstance(one, ast.Call))
    called = (subject.names.definition(source, one.func) for one in calls)
    return any(
        isinstance(one.node, FunctionNode)
        and one.source is not None
        and may_forbid(subject, one.source, one.node, depth + 1)
        for one in called
    )
