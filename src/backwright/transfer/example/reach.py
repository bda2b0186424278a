"""How far an exemplar's names reach: by which names each module knows what is the exemplar's."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from backwright.transfer.example.chain import Chain
from backwright.transfer.example.modules import Modules, dotted


@dataclass(frozen=True)
class Known:
    """What one module calls the exemplar's: names, and modules of which some names are its."""

    names: frozenset[str] = frozenset()
    modules: Mapping[str, frozenset[str]] = field(default_factory=dict)
    strings: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        """Tell whether the module knows the exemplar at all."""
        return bool(self.names or self.modules)

    def mentions(self, node: ast.AST) -> bool:
        """Tell whether a tree refers to anything that is the exemplar's."""
        return any(self._is(child) for child in ast.walk(node))

    def _is(self, node: ast.AST) -> bool:
        if isinstance(node, ast.Name):
            return node.id in self.names
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            return node.attr in self.modules.get(node.value.id, ())
        return isinstance(node, ast.Constant) and node.value in self.strings


class Reach:
    """The exemplar's names as every module of the project knows them, also by re-exports."""

    def __init__(self, modules: Modules, chain: Chain) -> None:
        """Follow the exports of the exemplar's parts through the project's packages."""
        self.modules = modules
        self.chain = chain
        self._exports: dict[str, set[str]] = {}
        for part in chain.parts:
            defined = part.defined if not part.inside else frozenset[str]()
            self._exports.setdefault(part.path, set()).update(defined)
        self._follow()
        self._dotted = frozenset(end for p in chain.own_modules for end in _ends(dotted(p)))

    def known(self, path: str) -> Known:
        """Return what a module calls the exemplar's."""
        names, modules = set(self._exports.get(path, ())), {}
        for node, alias, file in self.modules.imports(path):
            local = alias.asname or alias.name
            if isinstance(node, ast.Import):
                if file in self.chain.own_modules and alias.asname:
                    names.add(local)
            elif alias.name == "*":
                names |= self._exports.get(file, set())
            elif self.is_ours(alias, file):
                names.add(local)
            elif file in self._exports and _is_module(alias, file):
                modules[local] = frozenset(self._exports[file])
        return Known(frozenset(names), modules, self._dotted)

    def is_ours(self, alias: ast.alias, file: str) -> bool:
        """Tell whether an imported name is the exemplar's: its module, or what it defines."""
        if file in self.chain.own_modules:
            return True
        return not _is_module(alias, file) and alias.name in self._exports.get(file, ())

    def _follow(self) -> None:
        packages = [p for p in self.modules.paths if p.endswith("__init__.py")]
        changed = True
        while changed:
            changed = False
            for path in packages:
                found = set(self._exports.get(path, ()))
                before = len(found)
                for node, alias, file in self.modules.imports(path):
                    if alias.name == "*" and file in self._exports:
                        found |= self._exports[file]
                    elif isinstance(node, ast.ImportFrom) and self.is_ours(alias, file):
                        found.add(alias.asname or alias.name)
                if len(found) > before:
                    self._exports[path] = found
                    changed = True


def _ends(module: str) -> Iterator[str]:
    """Yield a dotted name from any folder that may be on the path; one word says too little."""
    parts = module.split(".")
    for start in range(len(parts) - 1):
        yield ".".join(parts[start:])


def _is_module(alias: ast.alias, file: str) -> bool:
    """Tell whether an import gives the module in `file` itself, not something out of it."""
    pure = PurePosixPath(file)
    name = pure.parent.name if pure.name == "__init__.py" else pure.stem
    return alias.name.rpartition(".")[2] == name
