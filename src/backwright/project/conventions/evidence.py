"""What conventions are read from: the project's modules, and the facts known of it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeVar, cast

from backwright.project.files import decoded, read_bytes
from backwright.project.types import Endpoint, Project
from backwright.source.syntax import children

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
Node = TypeVar("Node", bound=ast.AST)


SAMPLE = 100


@dataclass(frozen=True)
class Source:
    """A module of the project in `root`: its file, its syntax tree; `is_test` for tests."""

    root: Path
    file: str
    tree: ast.Module
    is_test: bool = False

    @cached_property
    def text(self) -> str:
        """The source itself, empty should it have gone."""
        return decoded(read_bytes(self.root, self.file) or b"")


@dataclass(frozen=True, slots=True)
class Vote:
    """One place that shows a habit: the value that it speaks for, and where it stands."""

    value: str
    file: str
    line: int


@dataclass(frozen=True, slots=True)
class Handler:
    """A function that answers requests, and one endpoint that it answers."""

    source: Source
    node: FunctionNode
    endpoint: Endpoint


@dataclass(frozen=True)
class Evidence:
    """The modules and facts of one project, with the views that several conventions share."""

    sources: tuple[Source, ...]
    project: Project
    _nodes: dict[str, dict[type[ast.AST], list[ast.AST]]] = field(default_factory=dict)

    @cached_property
    def modules(self) -> tuple[Source, ...]:
        """The modules of the program itself, without tests and migrations.

        Of very many an even part: of those that hold endpoints, models and services, and of
        the others.
        """
        own = [
            one for one in self.sources if not one.is_test and "/versions/" not in f"/{one.file}"
        ]
        if len(own) <= 2 * SAMPLE:
            return tuple(own)
        known = self.project
        told = {one.file for one in known.endpoints} | {one.file for one in known.models}
        told |= {one.file for one in known.services}
        speaking = _even([one for one in own if one.file in told])
        return (*speaking, *_even([one for one in own if one.file not in told]))

    @cached_property
    def sample(self) -> tuple[Source, ...]:
        """An even part of the modules, for habits that every file shows."""
        return _even(self.modules)

    @cached_property
    def tests(self) -> tuple[Source, ...]:
        """The modules of tests."""
        return tuple(one for one in self.sources if one.is_test)

    def nodes(self, source: Source, kind: type[Node]) -> list[Node]:
        """Return the nodes of one kind in a module; it is walked once."""
        if source.file not in self._nodes:
            self._nodes[source.file] = _by_kind(source.tree)
        return cast("list[Node]", self._nodes[source.file].get(kind, []))

    def functions(self, source: Source) -> Iterator[FunctionNode]:
        """Yield the functions and methods of a module."""
        yield from self.nodes(source, ast.FunctionDef)
        yield from self.nodes(source, ast.AsyncFunctionDef)

    def calls(self, source: Source) -> list[ast.Call]:
        """Return the calls in a module."""
        return self.nodes(source, ast.Call)

    @cached_property
    def handlers(self) -> tuple[Handler, ...]:
        """The functions that answer requests, each once."""
        endpoints: dict[tuple[str, int], Endpoint] = {}
        for one in self.project.endpoints:
            endpoints.setdefault((one.file, one.line), one)
        files = {file for file, _ in endpoints}
        return tuple(
            Handler(source, node, endpoints[source.file, node.lineno])
            for source in self.modules
            if source.file in files
            for node in self.functions(source)
            if (source.file, node.lineno) in endpoints
        )

    def handlers_of(self, source: Source) -> tuple[Handler, ...]:
        """Return the handlers in one module."""
        if source.file not in self.route_files:
            return ()
        return tuple(one for one in self.handlers if one.source is source)

    @cached_property
    def route_files(self) -> frozenset[str]:
        """The files that hold handlers."""
        return frozenset(one.source.file for one in self.handlers)


def _even(sources: Sequence[Source]) -> tuple[Source, ...]:
    return tuple(sources[:: max(1, -(-len(sources) // SAMPLE))])


def _by_kind(tree: ast.Module) -> dict[type[ast.AST], list[ast.AST]]:
    """Return all nodes of a tree by their type."""
    found: dict[type[ast.AST], list[ast.AST]] = {}
    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        kind = type(node)
        if kind in found:
            found[kind].append(node)
        else:
            found[kind] = [node]
        waiting += children(node)
    return found


def last_name(node: ast.AST | None) -> str:
    """Return the last part of a dotted name, of what is called or subscripted; else empty."""
    while isinstance(node, ast.Call | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def parameters(node: FunctionNode) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    """Yield the parameters of a function with their defaults."""
    positional = [*node.args.posonlyargs, *node.args.args]
    missing: list[ast.expr | None] = [None] * (len(positional) - len(node.args.defaults))
    yield from zip(positional, [*missing, *node.args.defaults], strict=True)
    yield from zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True)


def keyword(call: ast.Call, name: str) -> ast.expr | None:
    """Return a keyword argument of a call."""
    return next((one.value for one in call.keywords if one.arg == name), None)
