"""What a request gives to a handler: its parameters, their types, how they are bounded."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from backwright.audit.names import Meaning
from backwright.audit.sources import FunctionNode, Source, keyword, last_name, parameters
from backwright.audit.subject import Handler, Subject

_MARKERS = re.compile(r"\b(Depends|Security)\b")
_FRAMEWORK = frozenset(
    {"Request", "Response", "BackgroundTasks", "WebSocket", "HTTPConnection", "SecurityScopes"}
)


@dataclass(frozen=True, slots=True)
class Input:
    """A parameter that the request fills.

    `shown` is its annotation and default as source, with the aliases in them looked up; `kind` is
    what its annotation means.
    """

    name: str
    argument: ast.arg
    source: Source
    shown: str
    kind: Meaning
    in_path: bool

    @property
    def plain(self) -> str:
        """The name of its type, without what is around it: `int` of `Annotated[int | None, …]`."""
        node = self.argument.annotation
        while isinstance(node, ast.Subscript) and last_name(node.value) in {
            "Annotated",
            "Optional",
        }:
            node = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice
        if isinstance(node, ast.BinOp):
            node = node.left
        return ast.unparse(node) if node is not None else ""


_KEPT: WeakKeyDictionary[Subject, dict[FunctionNode, tuple[Input, ...]]] = WeakKeyDictionary()


def inputs_of(subject: Subject, handler: Handler) -> Iterator[Input]:
    """Yield what the request gives to a handler itself, without its dependencies."""
    paths = {
        name for one in handler.endpoints for name in re.findall(r"{(\w+)(?::\w+)?}", one.path)
    }
    kept = _KEPT.setdefault(subject, {})
    if handler.node not in kept:
        kept[handler.node] = tuple(_of(subject, handler.source, handler.node, paths))
    yield from kept[handler.node]


def inputs_of_dependencies(subject: Subject, handler: Handler) -> Iterator[Input]:
    """Yield what the request gives to the functions that a handler directly depends on."""
    for one, default in parameters(handler.node):
        for part in (default, one.annotation):
            for call in ast.walk(part) if part is not None else ():
                if isinstance(call, ast.Call) and last_name(call.func) in {"Depends", "Security"}:
                    target = call.args[0] if call.args else keyword(call, "dependency")
                    found = subject.names.definition(handler.source, target)
                    if isinstance(found.node, FunctionNode) and found.source is not None:
                        yield from _of(subject, found.source, found.node, set())


def _of(subject: Subject, source: Source, node: FunctionNode, paths: set[str]) -> Iterator[Input]:
    for one, default in parameters(node):
        parts = [one.annotation, default]
        shown = " ".join(
            ast.unparse(part) + " " + subject.names.alias_text(source, part)
            for part in parts
            if part is not None
        )
        kind = subject.names.annotated(source, one.annotation)
        if (
            _MARKERS.search(shown)
            or kind.library.removesuffix("()").rpartition(".")[2] in _FRAMEWORK
        ):
            continue
        yield Input(one.arg, one, source, shown, kind, one.arg in paths)


def writes(handler: Handler) -> bool:
    """Tell whether a handler takes bodies."""
    return any(one.method in {"POST", "PUT", "PATCH"} for one in handler.endpoints)


def shown(handler: Handler) -> str:
    """Return a handler's first endpoint as people call it."""
    return f"{handler.endpoints[0].method} {handler.endpoints[0].path}"


def derived(node: ast.AST, names: set[str]) -> bool:
    """Tell whether an expression is one of some names, an attribute or an item of it, as it is."""
    while isinstance(node, ast.Attribute | ast.Subscript):
        node = node.value
    return isinstance(node, ast.Name) and node.id in names
