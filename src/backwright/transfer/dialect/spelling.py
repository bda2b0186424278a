"""How a module of the host names what it takes from libraries: `String`, `sa.String`, `SQLEnum`."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from backwright.transfer.declaration import Import

# Where the same thing can be imported from, the place that its documentation names.
_ALIASES = (
    (re.compile(r"^sqlalchemy\.(sql|types|schema|engine)(\.\w+)*\.(?=\w+$)"), "sqlalchemy."),
    (re.compile(r"^pydantic\.(types|networks|fields|main|config)\.(?=\w+$)"), "pydantic."),
    (re.compile(r"^typing_extensions\.(?=\w+$)"), "typing."),
)
# What takes a library's name from elsewhere than one of these takes it from the project itself.
LIBRARIES = frozenset(
    {"sqlalchemy", "sqlmodel", "pydantic", "typing", "typing_extensions", *sys.stdlib_module_names}
)
_SQLMODEL_OWN = frozenset({"SQLModel", "Field", "Relationship", "Session", "select"})
_ALWAYS_ALIASED = {"sqlalchemy.Enum": "SQLEnum", "sqlalchemy.UUID": "SQLUUID"}


@dataclass(frozen=True, slots=True)
class Spelling:
    """What one module imports.

    `names` maps `sqlalchemy.String` to what the module calls it and how it is imported, `modules`
    maps `sqlalchemy` likewise (`sa`); `taken` holds every name that the module binds.
    """

    names: Mapping[str, tuple[str, Import]] = field(default_factory=dict)
    modules: Mapping[str, tuple[str, Import]] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()

    def knows(self, module: str, name: str) -> bool:
        """Tell whether the module imports a name by itself."""
        return f"{module}.{name}" in self.names

    def spell(self, module: str, name: str) -> tuple[str, set[Import]]:
        """Return a library's name as this module would write it, and the import that it needs."""
        known = self.names.get(f"{module}.{name}")
        if known:
            return known[0], {known[1]}
        prefix = self.modules.get(module)
        if prefix:
            return f"{prefix[0]}.{name}", {prefix[1]}
        alias = _ALWAYS_ALIASED.get(f"{module}.{name}")
        if alias is None and name not in self.taken:
            return name, {(module, name)}
        passed_on = self.passed_on(name)
        if passed_on:
            return name, {passed_on}
        if module in sys.stdlib_module_names and module not in self.taken:
            return f"{module}.{name}", {(module, "")}
        alias = alias or f"SQL{name}"
        return alias, {(module, f"{name} as {alias}")}

    def passed_on(self, name: str) -> Import | None:
        """Return the import of a name that comes by way of another module of the project."""
        for dotted, (local, taken) in self.names.items():
            module = dotted.rpartition(".")[0]
            is_own = module.startswith(".") or module.partition(".")[0] not in LIBRARIES
            if local == name and dotted.endswith(f".{name}") and is_own:
                return taken
        return None


def spelling_of(tree: ast.Module) -> Spelling:
    """Read how a module names what it imports at its top level."""
    names: dict[str, tuple[str, Import]] = {}
    modules: dict[str, tuple[str, Import]] = {}
    taken: set[str] = set()
    for node in tree.body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                written = f"{alias.name} as {alias.asname}" if alias.asname else alias.name
                modules[alias.name] = (alias.asname or alias.name, (written, ""))
                taken.add(alias.asname or alias.name.partition(".")[0])
        elif isinstance(node, ast.ImportFrom):
            _read_from(node, names, taken)
        else:
            taken |= _bound(node)
    return Spelling(names, modules, frozenset(taken))


def _read_from(node: ast.ImportFrom, names: dict[str, tuple[str, Import]], taken: set[str]) -> None:
    module = "." * node.level + (node.module or "")
    for alias in node.names:
        written = f"{alias.name} as {alias.asname}" if alias.asname else alias.name
        local = alias.asname or alias.name
        taken.add(local)
        names.setdefault(f"{module}.{alias.name}", (local, (module, written)))
        names.setdefault(usual(module, alias.name), (local, (module, written)))


def usual(module: str, name: str) -> str:
    """Return the dotted name under which a library's documentation speaks of a thing."""
    if module == "sqlmodel" and name not in _SQLMODEL_OWN:
        return f"sqlalchemy.{name}"
    dotted = f"{module}.{name}"
    for pattern, place in _ALIASES:
        dotted = pattern.sub(place, dotted)
    return dotted


def _bound(node: ast.stmt) -> set[str]:
    if isinstance(node, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return {node.name}
    if isinstance(node, ast.Assign):
        return {n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name)}
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return {node.target.id}
    return set()


def meant(node: ast.expr, words: Spelling) -> str:
    """Return the dotted name that an expression means: `sa.String` → `sqlalchemy.String`."""
    if isinstance(node, ast.Call):
        return meant(node.func, words)
    if isinstance(node, ast.Subscript):
        return meant(node.value, words)
    if isinstance(node, ast.Name):
        found = [d for d, (local, _) in words.names.items() if local == node.id]
        return min(found, key=len) if found else node.id
    if isinstance(node, ast.Attribute):
        shown = ast.unparse(node.value)
        for module, (local, _) in words.modules.items():
            if local == shown:
                return usual(module, node.attr)
        through = meant(node.value, words) if isinstance(node.value, ast.Name) else shown
        return usual(through, node.attr)
    return ""
