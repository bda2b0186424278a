"""Whether a dependency may refuse a request, as far as its code says: a session's getter does not."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from backwright.transfer.declaration import Import
from backwright.transfer.grow.sources import FunctionNode, Sources

_DEEPEST = 5


def may_refuse(sources: Sources, label: str) -> bool:
    """Tell whether the code behind a dependency raises an error of its own, or asks one that does.

    Args:
        sources: the host.
        label: the dependency, as the reader names it: `app.auth:Users.current`.
    """
    module, _, name = label.removesuffix("()").partition(":")
    return _refuses(sources, (module, name.partition(".<locals>.")[0]), 0)


def _refuses(sources: Sources, one: Import, depth: int) -> bool:
    """Tell it of what a module has under a name; what a library has is believed to refuse."""
    module, name = one
    path = sources.file(module)
    if path is None or path not in sources.trees:
        return module.partition(".")[0] != "builtins"
    node = _defined(sources.trees[path], name.split("."))
    if node is None or depth > _DEEPEST:
        return False
    if any(isinstance(inner, ast.Raise) and inner.exc is not None for inner in ast.walk(node)):
        return True
    return any(_refuses(sources, inner, depth + 1) for inner in _asked(sources, path, node))


def _defined(tree: ast.Module, names: list[str]) -> ast.stmt | None:
    """Return the function, the class or the assignment of a name, a method by its class."""
    body: list[ast.stmt] = tree.body
    found: ast.stmt | None = None
    for name in names:
        found = next((node for node in body if name in _names(node)), None)
        body = found.body if isinstance(found, ast.ClassDef) else []
    return found


def _names(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, FunctionNode | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Assign):
        yield from (target.id for target in node.targets if isinstance(target, ast.Name))
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id


def _asked(sources: Sources, path: str, node: ast.stmt) -> Iterator[Import]:
    """Yield what of the host some code calls, inherits or depends on; a scheme of FastAPI, too."""
    for inner in ast.walk(node):
        named: list[ast.expr] = []
        if isinstance(inner, ast.Call):
            given = [*inner.args, *(k.value for k in inner.keywords)]
            named = [inner.func, *(a for a in given if isinstance(a, ast.Name | ast.Attribute))]
        elif isinstance(inner, ast.ClassDef):
            named = inner.bases
        for one in named:
            module, name = sources.member(path, one)
            if sources.file(module) is not None or module in _SECURITY:
                yield module, name


_SECURITY = frozenset({"fastapi.security", "fastapi_users", "fastapi_users.FastAPIUsers"})
