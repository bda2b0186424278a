"""One module of the project as rules look at it: syntax, parents, functions, imports."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TypeVar, cast

from backwright.project.conventions.evidence import (
    FunctionNode,
    keyword,
    last_name,
    parameters,
)
from backwright.source.syntax import children

__all__ = [
    "FunctionNode",
    "Imported",
    "Source",
    "argument",
    "assigned",
    "bound_by",
    "keyword",
    "last_name",
    "own_nodes",
    "parameters",
]
Node = TypeVar("Node", bound=ast.AST)


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import binds: `from ..module import name`, or a whole module (`name` is `None`)."""

    module: str
    name: str | None
    level: int


@dataclass(frozen=True, eq=False)
class Source:
    """A module: its file (relative to the root), its text, its syntax tree."""

    file: str
    text: str
    tree: ast.Module
    is_test: bool = False

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the text, without their ends."""
        return self.text.splitlines()

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """The node around each node."""
        found: dict[ast.AST, ast.AST] = {}
        waiting: list[ast.AST] = [self.tree]
        while waiting:
            node = waiting.pop()
            for child in children(node):
                found[child] = node
                waiting.append(child)
        return found

    @cached_property
    def _by_kind(self) -> dict[type[ast.AST], list[ast.AST]]:
        found: dict[type[ast.AST], list[ast.AST]] = {}
        for node in (self.tree, *self.parents):
            found.setdefault(type(node), []).append(node)
        for nodes in found.values():
            nodes.sort(key=lambda one: (getattr(one, "lineno", 0), getattr(one, "col_offset", 0)))
        return found

    def nodes(self, kind: type[Node]) -> list[Node]:
        """Return the nodes of one kind, by place."""
        return cast("list[Node]", self._by_kind.get(kind, []))

    @cached_property
    def functions(self) -> list[FunctionNode]:
        """All functions and methods, nested ones too, by place."""
        found: list[FunctionNode] = [
            *self.nodes(ast.FunctionDef),
            *self.nodes(ast.AsyncFunctionDef),
        ]
        return sorted(found, key=lambda one: one.lineno)

    def above(self, node: ast.AST) -> Iterator[ast.AST]:
        """Yield the nodes around a node, inner ones first."""
        while (parent := self.parents.get(node)) is not None:
            yield parent
            node = parent

    def function_around(self, node: ast.AST) -> FunctionNode | None:
        """Return the innermost function that a node stands in."""
        return next((one for one in self.above(node) if isinstance(one, FunctionNode)), None)

    def class_around(self, node: ast.AST) -> ast.ClassDef | None:
        """Return the class whose body a function (or what is in it) belongs to."""
        return next((one for one in self.above(node) if isinstance(one, ast.ClassDef)), None)

    @cached_property
    def imports(self) -> dict[str, Imported]:
        """What names the imports of the module bind, wherever they stand."""
        found: dict[str, Imported] = {}
        for one in self.nodes(ast.Import):
            for alias in one.names:
                whole = alias.name if alias.asname else alias.name.partition(".")[0]
                found[alias.asname or whole] = Imported(whole, None, 0)
        for named in self.nodes(ast.ImportFrom):
            for alias in named.names:
                bound = Imported(named.module or "", alias.name, named.level)
                found[alias.asname or alias.name] = bound
        return found

    @cached_property
    def stars(self) -> list[Imported]:
        """The modules that everything is imported from."""
        return [
            Imported(one.module or "", None, one.level)
            for one in self.nodes(ast.ImportFrom)
            if any(alias.name == "*" for alias in one.names)
        ]

    @cached_property
    def bindings(self) -> dict[str, ast.AST]:
        """What the module itself binds: functions, classes, and assigned expressions."""
        return bound_by(self.tree.body)


def bound_by(body: list[ast.stmt]) -> dict[str, ast.AST]:
    """Return what statements bind, the last one of each name; under `if` and `try` too."""
    found: dict[str, ast.AST] = {}
    for one in body:
        if isinstance(one, FunctionNode | ast.ClassDef):
            found[one.name] = one
        elif isinstance(one, ast.Assign):
            for target in one.targets:
                if isinstance(target, ast.Name):
                    found[target.id] = one.value
        elif isinstance(one, ast.AnnAssign) and isinstance(one.target, ast.Name):
            found[one.target.id] = one.value or one.annotation
        elif isinstance(one, ast.If | ast.Try | ast.With):
            for inner in ("body", "orelse", "handlers", "finalbody"):
                held = getattr(one, inner, [])
                stmts = [
                    s for h in held for s in (h.body if isinstance(h, ast.ExceptHandler) else [h])
                ]
                for name, value in bound_by(stmts).items():
                    found.setdefault(name, value)
    return found


def argument(call: ast.Call, index: int, *names: str) -> ast.expr | None:
    """Return the argument of one of the names, or that at `index`; a negative one means no index."""
    given = next((one for name in names if (one := keyword(call, name)) is not None), None)
    if given is None and 0 <= index < len(call.args):
        return call.args[index]
    return given


def own_nodes(function: FunctionNode) -> Iterator[ast.AST]:
    """Yield everything in a function's body, without what is in functions nested in it."""
    return iter(_own_nodes(function))


@lru_cache(maxsize=4096)
def _own_nodes(function: FunctionNode) -> tuple[ast.AST, ...]:
    """Return what `own_nodes` yields; many rules ask, and the body is walked once."""
    found: list[ast.AST] = []
    waiting: list[ast.AST] = list(reversed(function.body))
    while waiting:
        node = waiting.pop()
        found.append(node)
        if not isinstance(node, FunctionNode | ast.Lambda | ast.ClassDef):
            waiting += reversed(children(node))
    return tuple(found)


def assigned(function: FunctionNode, name: str) -> Sequence[ast.expr | None] | None:
    """Return what a function assigns to a name (`None` for what is no plain assignment)."""
    return _assignments(function).get(name)


@lru_cache(maxsize=4096)
def _assignments(function: FunctionNode) -> dict[str, list[ast.expr | None]]:
    """Return what a function assigns to each name; its body is walked once."""
    found: dict[str, list[ast.expr | None]] = {}
    for one in own_nodes(function):
        for target, value in _bindings(one):
            for name in ast.walk(target):
                if isinstance(name, ast.Name):
                    known = value if name is target or isinstance(one, ast.withitem) else None
                    found.setdefault(name.id, []).append(known)
    return found


def _bindings(one: ast.AST) -> Iterator[tuple[ast.expr, ast.expr | None]]:
    """Yield the targets that a node binds names in, and what to, where that is told."""
    if isinstance(one, ast.Assign):
        for target in one.targets:
            if isinstance(target, ast.Name | ast.Tuple | ast.List):
                yield target, one.value
    elif isinstance(one, ast.AnnAssign | ast.NamedExpr) and isinstance(one.target, ast.Name):
        yield one.target, one.value
    elif isinstance(one, ast.For | ast.AsyncFor):
        yield one.target, None
    elif isinstance(one, ast.withitem) and one.optional_vars is not None:
        yield one.optional_vars, one.context_expr
