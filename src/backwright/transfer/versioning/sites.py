"""Where an API's version is said: prefixes of included routers, of routers, and paths of handlers."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass

from backwright.transfer.grow.sources import Sources, last_name, names_of_statement
from backwright.transfer.guarding.program import METHODS

_ASIDE = re.compile(
    r"(?i)health|metric|monitor|ping|ready|alive|live_?check|status_router|static|docs|prometheus"
)
_DEEPEST = 5


@dataclass(frozen=True, slots=True, eq=False)
class Include:
    """One `parent.include_router(router, …)`: the statement, the call, and its prefix as text."""

    path: str
    statement: ast.Expr
    call: ast.Call
    prefix: str

    @property
    def router(self) -> ast.expr | None:
        """What is included."""
        named = next((one.value for one in self.call.keywords if one.arg == "router"), None)
        return self.call.args[0] if self.call.args else named

    @property
    def prefix_node(self) -> ast.expr | None:
        """The expression of the prefix."""
        return next((one.value for one in self.call.keywords if one.arg == "prefix"), None)

    @property
    def parent(self) -> str:
        """What includes it."""
        return (
            ast.unparse(self.call.func.value) if isinstance(self.call.func, ast.Attribute) else ""
        )

    @property
    def is_aside(self) -> bool:
        """Whether it serves machines that look whether the service is alive, in every version."""
        return bool(
            _ASIDE.search(f"{ast.unparse(self.router) if self.router else ''} {self.prefix}")
        )


@dataclass(frozen=True, slots=True, eq=False)
class Router:
    """One `name = APIRouter(prefix=…)`."""

    path: str
    statement: ast.Assign | ast.AnnAssign
    call: ast.Call
    name: str
    prefix: str

    @property
    def prefix_node(self) -> ast.expr | None:
        """The expression of the prefix."""
        return next((one.value for one in self.call.keywords if one.arg == "prefix"), None)


@dataclass(frozen=True, slots=True, eq=False)
class Handled:
    """One `@app.get("/path")` above a handler."""

    path: str
    decorator: ast.Call
    text: str

    @property
    def is_aside(self) -> bool:
        """Whether it is the front door, or for machines that look whether the service is alive."""
        return self.text in ("", "/") or bool(_ASIDE.search(self.text))


def has_version(text: str, version: str) -> bool:
    """Tell whether a path has a version as one of its parts."""
    return version in text.split("/")


def in_version(text: str, old: str, new: str) -> str:
    """Return a path with another version in it."""
    return "/".join(new if part == old else part for part in text.split("/"))


def includes(sources: Sources) -> Iterator[Include]:
    """Yield every inclusion of a router."""
    for path, tree in sources.trees.items():
        for node in ast.walk(tree):
            call = node.value if isinstance(node, ast.Expr) else None
            if not isinstance(node, ast.Expr) or not isinstance(call, ast.Call):
                continue
            if isinstance(call.func, ast.Attribute) and call.func.attr == "include_router":
                prefix = next((k.value for k in call.keywords if k.arg == "prefix"), None)
                text = text_of(sources, path, prefix) if prefix is not None else ""
                yield Include(path, node, call, text or "")


def routers(sources: Sources) -> Iterator[Router]:
    """Yield every router that is made and given a name."""
    for path, tree in sources.trees.items():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Assign | ast.AnnAssign) or not isinstance(
                node.value, ast.Call
            ):
                continue
            if not last_name(node.value.func).endswith("Router"):
                continue
            for name in names_of_statement(node):
                prefix = next((k.value for k in node.value.keywords if k.arg == "prefix"), None)
                text = text_of(sources, path, prefix) if prefix is not None else ""
                yield Router(path, node, node.value, name, text or "")


def cut_off(sources: Sources, path: str) -> tuple[str, int]:
    """Return the root_path that a module's application has, and where: what a proxy cuts off; else nothing."""
    for file, call in sources.calls("FastAPI"):
        node = next((one.value for one in call.keywords if one.arg == "root_path"), None)
        if file == path and node is not None:
            return text_of(sources, path, node) or "", call.lineno
    return "", 0


def handled(sources: Sources, path: str, name: str) -> Iterator[Handled]:
    """Yield the paths that a module answers on an application or router of a name."""
    tree = sources.trees.get(path)
    for node in ast.walk(tree) if tree is not None else ():
        for one in getattr(node, "decorator_list", ()):
            if not isinstance(one, ast.Call) or not isinstance(one.func, ast.Attribute):
                continue
            if one.func.attr in METHODS and ast.unparse(one.func.value) == name and one.args:
                yield Handled(path, one, text_of(sources, path, one.args[0]) or "")


def text_of(sources: Sources, path: str, node: ast.expr | None, depth: int = 0) -> str | None:
    """Return the text that an expression is, through names, f-strings and settings' defaults."""
    if node is None or depth > _DEEPEST:
        return None
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        parts = [
            text_of(sources, path, p.value if isinstance(p, ast.FormattedValue) else p, depth + 1)
            for p in node.values
        ]
        return None if any(one is None for one in parts) else "".join(map(str, parts))
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = (text_of(sources, path, n, depth + 1) for n in (node.left, node.right))
        return None if left is None or right is None else left + right
    if isinstance(node, ast.Name | ast.Attribute):
        return _named(sources, path, node, depth)
    return None


def _named(sources: Sources, path: str, node: ast.Name | ast.Attribute, depth: int) -> str | None:
    module, name = sources.resolve(path, node)
    file = sources.file(module)
    if isinstance(node, ast.Name) or file is not None:
        for statement in sources.trees[file].body if file in sources.trees else ():
            if file is not None and name in names_of_statement(statement):
                value = getattr(statement, "value", None)
                found = text_of(sources, file, value, depth + 1)
                if found is not None:
                    return found
    if isinstance(node, ast.Attribute):
        told = [s for s in sources.project.settings if s.name == node.attr]
        return told[0].default if told else None
    return None
