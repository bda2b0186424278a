"""The address of a host's database, as the code says it that makes an engine of it."""

from __future__ import annotations

import ast
import builtins
from dataclasses import dataclass

from backwright.transfer.declaration import Import
from backwright.transfer.grow.sources import FunctionNode, Sources, last_name, names_of_statement

_MAKERS = ("create_engine", "create_async_engine")


@dataclass(frozen=True, slots=True)
class Address:
    """An expression, and where the names in it are to be had."""

    code: str
    names: frozenset[Import]


def read_address(sources: Sources) -> Address | None:
    """Return what the first engine is made with, where other modules can say the same."""
    for path, call in sources.calls(*_MAKERS):
        if not sources.is_imported(path):
            continue
        named = next((k.value for k in call.keywords if k.arg == "url"), None)
        given = call.args[0] if call.args else named
        if given is None or isinstance(given, ast.Constant | ast.JoinedStr):
            continue
        given = _without_variables(sources.trees[path], call, given)
        names = _names(sources, path, given)
        if names is not None:
            return Address(ast.unparse(given), names)
    return _of_a_class(sources) or _of_a_function(sources)


def _without_variables(tree: ast.Module, call: ast.Call, given: ast.expr) -> ast.expr:
    """Return what an engine is made with, its function's own variables by what they are given.

    `settings = get_settings()`, and then `create_engine(settings.url)`.
    """
    around = [f for f in ast.walk(tree) if isinstance(f, FunctionNode) and call in ast.walk(f)]
    values = {
        target.id: node.value
        for function in around
        for node in ast.walk(function)
        if isinstance(node, ast.Assign) and call not in ast.walk(node)
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value, ast.Call) and not node.value.args
    }

    class Replacing(ast.NodeTransformer):
        def visit_Name(self, node: ast.Name) -> ast.expr:
            return values.get(node.id, node)

    copy = ast.parse(ast.unparse(given), mode="eval").body
    made = Replacing().visit(copy) if values else copy
    assert isinstance(made, ast.expr)  # noqa: S101
    return made


def _of_a_class(sources: Sources) -> Address | None:
    """Return what an object is made with that makes the engine: `Manager(settings.database_url)`."""
    for tree in sources.trees.values():
        for node in (n for n in tree.body if isinstance(n, ast.ClassDef)):
            place = _taken_by(node)
            if place is None:
                continue
            for path, call in sources.calls(node.name):
                given = next((k.value for k in call.keywords if k.arg == place[1]), None)
                if given is None and len(call.args) > place[0]:
                    given = call.args[place[0]]
                names = _names(sources, path, given) if given is not None else None
                if given is not None and names and not isinstance(given, ast.JoinedStr):
                    return Address(ast.unparse(given), names)
    return None


def _taken_by(node: ast.ClassDef) -> tuple[int, str] | None:
    """Return the place and name of the argument of a class that it makes an engine with."""
    for method in node.body:
        if not isinstance(method, ast.FunctionDef) or method.name != "__init__":
            continue
        names = [a.arg for a in method.args.args[1:]]
        for call in (n for n in ast.walk(method) if isinstance(n, ast.Call)):
            named = next((k.value for k in call.keywords if k.arg == "url"), None)
            given = call.args[0] if call.args else named
            name = given.id if isinstance(given, ast.Name) else ""
            if last_name(call.func) in _MAKERS and name in names:
                return names.index(name), name
    return None


def _of_a_function(sources: Sources) -> Address | None:
    """Return the URL of the engine that a function gives, which takes nothing and need not wait."""
    for path, tree in sources.trees.items():
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef) or node.args.args:
                continue
            given = [n.value for n in ast.walk(node) if isinstance(n, ast.Return)]
            if any(isinstance(n, ast.Call) and last_name(n.func) in _MAKERS for n in given):
                names = frozenset({(sources.module(path), node.name)})
                return Address(f"{node.name}().url", names)
    return None


def _names(sources: Sources, path: str, node: ast.expr) -> frozenset[Import] | None:
    """Return where the names of an expression come from, None where a function alone knows one."""
    found = set()
    there = {name for one in sources.trees[path].body for name in names_of_statement(one)}
    for name in {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}:
        if hasattr(builtins, name):
            continue
        module, original = sources.resolve(path, name)
        if original != name or (module == sources.module(path) and name not in there):
            return None
        found.add((module, name))
    return frozenset(found)
