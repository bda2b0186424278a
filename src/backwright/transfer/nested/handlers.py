"""The handlers that nested endpoints are put together of: what they are given, what they do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from backwright.project.types import Endpoint
from backwright.transfer.grow.sources import FunctionNode, names_of_statement
from backwright.transfer.guarding.edits import Edits
from backwright.transfer.guarding.program import METHODS, Function, Program

_INJECTED = re.compile(r"\b(Depends|Security)\(")
_OF_FASTAPI = ("Request", "Response", "BackgroundTasks", "WebSocket")


class UnsaidError(Exception):
    """Something that a nested endpoint needs is not said by the handlers that there are."""

    def __init__(self, why: str) -> None:
        """Keep the reason, for people."""
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, eq=False)
class Param:
    """One parameter of a handler, as it is written.

    Attributes:
        name: How the handler calls it.
        rest: What stands behind the name: annotation and default.
        injected: Whether FastAPI makes it, so that its name is the handler's own affair.
        required: Whether it has no default.
    """

    name: str
    rest: str
    injected: bool
    required: bool

    @property
    def text(self) -> str:
        """The parameter as code."""
        return f"{self.name}{self.rest}"


@dataclass(frozen=True, eq=False)
class Handler:
    """A function that answers one path.

    Attributes:
        endpoint: What it answers.
        function: The function.
        decorator: The call that registers it.
        path: The path as the decorator says it.
    """

    endpoint: Endpoint
    function: Function
    decorator: ast.Call
    path: str

    @property
    def file(self) -> str:
        """Where it stands."""
        return self.function.path

    @property
    def node(self) -> FunctionNode:
        """Its definition."""
        return self.function.node

    @property
    def is_async(self) -> bool:
        """Whether it may await."""
        return isinstance(self.node, ast.AsyncFunctionDef)

    @property
    def keys(self) -> list[str]:
        """The parameters of its whole path, in order."""
        return re.findall(r"\{(\w+)(?::\w+)?\}", self.endpoint.path)

    @property
    def body(self) -> list[ast.stmt]:
        """Its statements, without its docstring."""
        body = self.node.body
        return body[1:] if ast.get_docstring(self.node) is not None else body


def handler_of(program: Program, endpoint: Endpoint) -> Handler:
    """Return the handler of an endpoint.

    Raises:
        UnsaidError: it is no function with a decorator that says its path.
    """
    for function in program.functions:
        if function.path != endpoint.file or function.node.lineno != endpoint.line:
            continue
        for decorator in function.node.decorator_list:
            path = _path(decorator)
            fits = path is not None and endpoint.path.rstrip("/").endswith(path.rstrip("/"))
            if fits and path is not None and isinstance(decorator, ast.Call):
                return Handler(endpoint, function, decorator, path)
    raise UnsaidError(f"{endpoint.method} {endpoint.path} is answered by no decorated function")


def _path(decorator: ast.expr) -> str | None:
    if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute):
        return None
    if decorator.func.attr not in METHODS:
        return None
    named = [k.value for k in decorator.keywords if k.arg == "path"]
    first = next(iter([*decorator.args[:1], *named]), None)
    is_text = isinstance(first, ast.Constant) and isinstance(first.value, str)
    return str(first.value) if is_text and isinstance(first, ast.Constant) else None


def params_of(program: Program, handler: Handler, code: str) -> list[Param]:
    """Return the parameters of a handler."""
    args = handler.node.args
    edits = Edits(code)
    positional = [*args.posonlyargs, *args.args]
    blanks: list[ast.expr | None] = [None] * (len(positional) - len(args.defaults))
    pairs: list[tuple[ast.arg, ast.expr | None]] = [
        *zip(positional, [*blanks, *args.defaults], strict=True),
        *zip(args.kwonlyargs, args.kw_defaults, strict=True),
    ]
    if args.vararg or args.kwarg:
        raise UnsaidError(f"{handler.function.name} takes whatever it is given")
    found = []
    for argument, default in pairs:
        start = edits.start(argument) + len(argument.arg.encode())
        rest = edits.text(start, edits.end(default) if default else edits.end(argument))
        said = _spelled_out(program, handler.file, argument, rest)
        is_made = bool(_INJECTED.search(said)) or _is_of_fastapi(argument)
        found.append(Param(argument.arg, rest, is_made or argument.arg == "self", default is None))
    return found


def _is_of_fastapi(argument: ast.arg) -> bool:
    said = ast.unparse(argument.annotation) if argument.annotation else ""
    return said.rpartition(".")[2] in _OF_FASTAPI


def _spelled_out(program: Program, path: str, argument: ast.arg, rest: str) -> str:
    """Return a parameter's annotation and default, with what an alias stands for."""
    node = argument.annotation
    if not isinstance(node, ast.Name | ast.Attribute):
        return rest
    module, name = program.sources.resolve(path, node)
    file = program.sources.file(module)
    for statement in program.sources.trees[file].body if file in program.sources.trees else ():
        if name in names_of_statement(statement) and isinstance(statement, ast.Assign):
            return f"{rest} {ast.unparse(statement.value)}"
        if name in names_of_statement(statement) and isinstance(statement, ast.AnnAssign):
            return f"{rest} {ast.unparse(statement.value) if statement.value else ''}"
    return rest


def option(handler: Handler, name: str) -> ast.expr | None:
    """Return a keyword's value of a handler's decorator."""
    return next((k.value for k in handler.decorator.keywords if k.arg == name), None)


def returns_in(node: ast.AST) -> Iterator[ast.Return]:
    """Yield the returns of a function, without those of functions in it."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Return):
            yield child
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield from returns_in(child)


def bound_in(nodes: Sequence[ast.AST]) -> set[str]:
    """Return the names that some statements assign."""
    return {
        one.id
        for node in nodes
        for one in ast.walk(node)
        if isinstance(one, ast.Name) and isinstance(one.ctx, ast.Store)
    }
