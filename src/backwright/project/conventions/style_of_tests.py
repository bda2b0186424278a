"""How the project tests: the client, functions or classes, the fixtures that tests ask for."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator

from backwright.project.conventions.evidence import (
    Evidence,
    FunctionNode,
    Vote,
    last_name,
    parameters,
)
from backwright.project.conventions.registry import convention

_CLIENTS = ("TestClient", "AsyncClient", "AsyncTestClient", "AsgiTestClient")


@convention("test_client")
def clients(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for each test client that is made or asked for by its type."""
    for source in evidence.tests:
        for call in evidence.calls(source):
            if last_name(call) in _CLIENTS:
                yield Vote(last_name(call), source.file, call.lineno)
        for one in evidence.nodes(source, ast.arg):
            if last_name(one.annotation) in _CLIENTS:
                yield Vote(last_name(one.annotation), source.file, one.lineno)


@convention("test_form")
def form(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for each test: a function of its own, or a method of a class."""
    for source in evidence.tests:
        for node in source.tree.body:
            if isinstance(node, FunctionNode) and node.name.startswith("test"):
                kind = "async functions" if isinstance(node, ast.AsyncFunctionDef) else "functions"
                yield Vote(kind, source.file, node.lineno)
            elif isinstance(node, ast.ClassDef):
                for one in node.body:
                    if isinstance(one, FunctionNode) and one.name.startswith("test"):
                        yield Vote("classes", source.file, one.lineno)


@convention("test_fixtures")
def fixtures(evidence: Evidence) -> Iterator[Vote]:
    """Give a vote for each test: whether it asks for the fixtures that most tests ask for."""
    known = {
        node.name
        for source in evidence.tests
        for node in evidence.functions(source)
        if any(last_name(one) == "fixture" for one in node.decorator_list)
    }
    tests = [
        (source, node, {argument.arg for argument, _ in parameters(node)} & known)
        for source in evidence.tests
        for node in evidence.functions(source)
        if node.name.startswith("test")
    ]
    counts = Counter(name for _, _, asked in tests for name in asked)
    enough = max((count for _, count in counts.most_common(1)), default=0) / 2
    usual = {name for name, count in counts.items() if count >= enough}
    value = ", ".join(sorted(usual))
    for source, node, asked in tests if usual else ():
        yield Vote(value if asked & usual else "others", source.file, node.lineno)
