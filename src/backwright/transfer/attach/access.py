"""The ways to a host's settings: the object of a class of them, or the function that gives it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from backwright.transfer.grow.sources import FunctionNode, Sources, last_name, names_of_statement


@dataclass(frozen=True, slots=True)
class Access:
    """What is imported to read settings, and how it is said: `settings`, `get_settings()`.

    `is_settings` tells whether the class reads the environment by itself.
    """

    file: str
    name: str
    said: str
    owner: str
    is_settings: bool

    def line(self, sources: Sources) -> list[str]:
        """Return the class and those that it inherits from, by name."""
        return _line(_classes(sources), self.owner)

    def home(self, sources: Sources) -> tuple[str, ast.ClassDef] | None:
        """Return the file and the class that one more setting is declared in."""
        known = _classes(sources)
        for name in _line(known, self.owner):
            file, node = known[name]
            if any(isinstance(one, ast.AnnAssign | ast.Assign) for one in _fields(node)):
                return file, node
        return None


def accesses(sources: Sources) -> Iterator[Access]:
    """Yield the ways to each class of settings."""
    known = _classes(sources)
    kinds = {name: _reads(sources, known, name) for name in known}
    owners = {name: kind for name, kind in kinds.items() if kind is not None}
    for path, tree in sources.trees.items():
        getters = dict(_getters(tree, owners))
        for node in tree.body:
            value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
            owner = _given_by(value.func, owners, getters) if isinstance(value, ast.Call) else None
            if owner and names_of_statement(node):
                said = names_of_statement(node)[0]
                yield Access(path, said, said, owner, owners[owner])
        for name, owner in getters.items():
            yield Access(path, name, f"{name}()", owner, owners[owner])
    for name, is_settings in owners.items():
        if not is_settings:
            yield Access(known[name][0], name, name, name, is_settings)


def _given_by(callee: ast.expr, owners: dict[str, bool], getters: dict[str, str]) -> str | None:
    """Return the class of settings that a call gives: `Settings()`, `Settings.model_validate({})`."""
    names = [last_name(callee)]
    if isinstance(callee, ast.Attribute):
        names.append(last_name(callee.value))
    return next((one if one in owners else getters[one] for one in names
                 if one in owners or one in getters), None)  # fmt: skip


def local_name(sources: Sources, path: str, access: Access, line: int = 0) -> str | None:
    """Return how a module can say an access already: by an import, or by a name of its own.

    Names of functions count where the function has the line, and above it.
    """
    tree = sources.trees.get(path)
    if tree is None:
        return None
    for node in _reachable(tree, line):
        if isinstance(node, ast.Assign | ast.AnnAssign) and names_of_statement(node):
            value = node.value
            callee = value.func if isinstance(value, ast.Call) else None
            is_getter = access.said.endswith("()") and bool(line)
            if is_getter and callee is not None and _is(sources, path, callee, access):
                return names_of_statement(node)[0]
        if path == access.file and access.name in names_of_statement(node):
            return access.said
        if isinstance(node, ast.ImportFrom):
            for alias in node.names:
                said = alias.asname or alias.name
                if sources.resolve(path, said) == (sources.module(access.file), access.name):
                    return f"{said}()" if access.said.endswith("()") else said
    return None


def _is(sources: Sources, path: str, callee: ast.expr, access: Access) -> bool:
    if not isinstance(callee, ast.Name | ast.Attribute):
        return False
    return sources.resolve(path, callee) == (sources.module(access.file), access.name)


def _reachable(tree: ast.Module, line: int) -> Iterator[ast.stmt]:
    """Yield the statements whose names a line knows: of its function, and of the module."""
    for node in ast.walk(tree):
        inside = isinstance(node, FunctionNode) and node.lineno <= line <= (node.end_lineno or 0)
        if inside and isinstance(node, FunctionNode):
            yield from (one for one in node.body if one.lineno < line)
    yield from (one for one in tree.body if not line or one.lineno < line)


def _classes(sources: Sources) -> dict[str, tuple[str, ast.ClassDef]]:
    return {node.name: (path, node) for path, node in sources.classes()}


def _line(known: dict[str, tuple[str, ast.ClassDef]], name: str) -> list[str]:
    """Return a class and its ancestors among the host's classes, the nearest first."""
    found: list[str] = []
    waiting = [name]
    while waiting:
        one = waiting.pop(0)
        if one in known and one not in found:
            found.append(one)
            waiting += [last_name(base) for base in known[one][1].bases]
    return found


def _reads(sources: Sources, known: dict[str, tuple[str, ast.ClassDef]], name: str) -> bool | None:
    """Tell how a class has settings: by itself, or by plain reads; None where it has none."""
    line = _line(known, name)
    bases = {last_name(base) for one in line for base in known[one][1].bases}
    if "BaseSettings" in bases:
        return True
    file, node = known[name]
    lines = {one.line for one in sources.project.settings if one.file == file}
    return False if any(one.lineno in lines for one in _fields(node)) else None


def _fields(node: ast.ClassDef) -> list[ast.stmt]:
    return [one for one in node.body if names_of_statement(one) not in ((), ("model_config",))]


def _getters(tree: ast.Module, owners: dict[str, bool]) -> Iterator[tuple[str, str]]:
    """Yield the functions without arguments that give settings, and their class."""
    for node in tree.body:
        if not isinstance(node, ast.FunctionDef) or node.args.args:
            continue
        told = last_name(node.returns) if node.returns is not None else ""
        returned = [n.value for n in ast.walk(node) if isinstance(n, ast.Return)]
        made = [last_name(one.func) for one in returned if isinstance(one, ast.Call)]
        owner = next((one for one in (told, *made) if one in owners), None)
        if owner is not None:
            yield node.name, owner
