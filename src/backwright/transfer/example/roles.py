"""The role that a part of a chain plays."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Sequence
from typing import Literal

from backwright.project.types import Project
from backwright.source.outline import Statement
from backwright.transfer.example.modules import is_test

Role = Literal["model", "schema", "service", "routes", "test", "factory", "fixture", "other"]


_WEIGHT: tuple[Role, ...] = (
    "test",
    "routes",
    "model",
    "service",
    "schema",
    "fixture",
    "factory",
)


def role_of_statement(project: Project, path: str, statement: Statement) -> Role:
    """Return the role of one definition."""
    lines = range(statement.start, statement.end + 1)
    if is_test(path):
        return _role_in_tests(statement)
    if any(m.file == path and m.line in lines for m in project.models):
        return "model"
    if any(s.file == path and s.line in lines for s in project.schemas):
        return "schema"
    if any(e.file == path and e.line in lines for e in project.endpoints):
        return "routes"
    if any(s.file == path and s.line in lines for s in project.services):
        return "service"
    if any(s.file == path for s in project.services):
        return "service"
    return "other"


def role_of_module(project: Project, path: str, statements: Sequence[Statement]) -> Role:
    """Return the role of a whole module: its most weighty definition's."""
    roles = Counter(role_of_statement(project, path, s) for s in statements if s.names)
    for role in _WEIGHT:
        if roles[role]:
            return role
    return "test" if is_test(path) else "other"


def _role_in_tests(statement: Statement) -> Role:
    node = statement.node
    decorators = " ".join(ast.unparse(d) for d in getattr(node, "decorator_list", []))
    if "fixture" in decorators:
        return "fixture"
    name = statement.names[0] if statement.names else ""
    if name.startswith(("test", "Test")):
        return "test"
    return "factory"
