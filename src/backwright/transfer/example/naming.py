"""The renaming from an exemplar to a new resource: paths, words, and what keeps its name."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath

from backwright.source.outline import outline
from backwright.spec.names import Names
from backwright.transfer.example.chain import Chain, Part
from backwright.transfer.example.modules import dotted
from backwright.transfer.example.ownership import Ownership
from backwright.transfer.exemplar import bound_names
from backwright.transfer.rename import Renaming

# indexes, those of unique constraints among them, have a name of their own in a schema
_SHARED = re.compile(
    r"\b(?:Index\(\s*|UniqueConstraint\((?:[^()]|\([^()]*\))*?\bname\s*=\s*)[\"'](\w+)[\"']"
)
_ERROR = re.compile(r"(?:Error|Exception|Exists|Conflict)$")


@dataclass(frozen=True, eq=False)
class Naming:
    """How everything of the exemplar's is called for the new resource.

    `keys` are fields that rows are found by, and the new ones that take their place:
    `get_book_by_isbn` finds a book by its `isbn`. `links` are link tables, and those of the new
    resource to the same models, as code speaks of them.
    """

    owners: Ownership
    chain: Chain
    new: Names
    keys: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)

    def renaming(self, code: str) -> Renaming:
        """Return the renaming for a piece of code; a variable never hides another name in it."""
        old, new = self.chain.names, self.new
        hides = new.variable in _bound(code) and old.snake != new.variable
        exact = {old.snake: f"{new.snake}_"} if hides else {}
        bound = _bound(code) | _defined(code)
        exact |= {name: made for name, made in self.derived.items() if name in bound}
        exact |= self.links
        exact |= {name: self._of_table(name) for name in _SHARED.findall(code) if self._stays(name)}
        if self.plain.path(self.chain.model.table) == self.chain.model.table:
            exact[self.chain.model.table] = self.table
        return Renaming(
            ((old, new),),
            protected=self.protected,
            exact=exact,
            methods=self.lookups,
            modules=self.modules,
        )

    def _stays(self, name: str) -> bool:
        """Tell whether a name is the same for every resource."""
        return self.new != self.chain.names and self.plain.path(name) == name

    def _of_table(self, name: str) -> str:
        """Return the name of an index, which a schema holds once, for the new table."""
        first, _, rest = name.partition("_")
        is_kind = bool(rest) and first.lower() in ("ix", "idx", "uq", "uix", "ux", "uc", "unique")
        return f"{first}_{self.table}_{rest}" if is_kind else f"{self.table}_{name}"

    @cached_property
    def derived(self) -> dict[str, str]:
        """New names of what is the exemplar's in shared modules under a name without its noun."""
        found = {}
        for part in self.chain.parts:
            if part.whole or part.inside:
                continue
            for statement in part.statements:
                for name in statement.names:
                    if self.plain.identifier(name) == name:
                        found[name] = self._derived(name, statement.node)
        return found

    def _derived(self, name: str, node: ast.stmt) -> str:
        if name[:1].isupper():
            return f"{self.new.constant}_{name}" if name.isupper() else f"{self.new.pascal}{name}"
        if name.startswith("test_"):
            return f"test_{self.new.snake}_{name.removeprefix('test_')}"
        is_function = isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        return f"{name}_{self.new.snake}" if is_function else f"{self.new.snake}_{name}"

    @cached_property
    def plain(self) -> Renaming:
        """The renaming for identifiers, whatever stands around them."""
        return Renaming(
            ((self.chain.names, self.new),), protected=self.protected, methods=self.lookups
        )

    @cached_property
    def lookups(self) -> Mapping[str, str]:
        """New names of the exemplar's functions that find a row by a field of its own."""
        plain = Renaming(((self.chain.names, self.new),), protected=self.protected)
        found: dict[str, str] = {}
        for part in self.chain.parts:
            for statement in part.statements:
                for node in (statement.node, *getattr(statement.node, "body", ())):
                    if isinstance(node, ast.ClassDef) and _ERROR.search(node.name):
                        found.update(self._of_error(node.name, plain))
                    if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                        continue
                    for old, new in self.keys.items():
                        told = re.sub(rf"(?<![^_]){old}(?![^_])", new, node.name)
                        if told != node.name:
                            found[node.name] = plain.identifier(told)
        return found

    def _of_error(self, name: str, plain: Renaming) -> Iterator[tuple[str, str]]:
        """Yield a new name for an error that is called after a key: `DuplicateEmailError`."""
        for old, new in self.keys.items():
            told = re.sub(rf"{_pascal(old)}(?![a-z])", _pascal(new), name)
            if told != name:
                yield name, plain.identifier(told)

    @cached_property
    def modules(self) -> Mapping[str, str]:
        """By what each module of the project is imported, and by what the new resource's is.

        Any end of a dotted name may stand in a relative import; where a module of the
        exemplar's alone and another end alike, the former is meant.
        """
        found: dict[str, str] = {}
        paths = self.owners.modules.paths
        ours = [p for p in paths if p in self.chain.own_modules]
        for path in (*ours, *(p for p in paths if p not in self.chain.own_modules)):
            old = dotted(path).split(".")
            new = dotted(self.path(path)).split(".") if path in self.chain.own_modules else old
            for end in range(len(old), 0, -1):
                for start in range(end):
                    found.setdefault(".".join(old[start:end]), ".".join(new[start:end]))
        return found

    def path(self, path: str) -> str:
        """Return where a module of the exemplar's alone is to stand for the new resource."""
        pure = PurePosixPath(path)
        parts = [*pure.parts[:-1], self.plain.path(pure.name)]
        for i in range(len(pure.parts) - 1):
            folder = "/".join(pure.parts[: i + 1])
            if self.owners.folder_owner(folder) == self.chain.model.name:
                parts[i] = self.plain.path(parts[i])
        return "/".join(parts)

    def path_of(self, part: Part) -> str:
        """Return where a part's code is to stand: in a new module, or in the shared one."""
        return self.path(part.path) if part.whole else part.path

    @cached_property
    def table(self) -> str:
        """The new table's name."""
        old = self.chain.model.table
        if self.new == self.chain.names:  # a resource that gets more fields
            return old
        renamed = self.plain.path(old)
        return renamed if renamed != old else self.new.plural_snake

    @cached_property
    def protected(self) -> frozenset[str]:
        """Names that hold the exemplar's noun but are not its own: they keep it."""
        old = self.chain.names
        words = {w for p in self.chain.parts for w in _words(self.owners.modules.text(p.path))}
        found = {
            name
            for name, home in _foreign(self.owners, self.chain)
            if self._speaks(name) and (name != old.plural_snake or home in words)
        }
        free = {old.snake, old.pascal, old.plural_pascal, *self._keys_of_paths()}
        return frozenset(found - self.chain.defined - free)

    def _keys_of_paths(self) -> set[str]:
        """Return the parameters of the chain's paths that nothing of others is called with."""
        named = {n for e in self.chain.endpoints for n in re.findall(r"\{(\w+)\}", e.path)}
        texts = [self.owners.modules.text(p.path) for p in self.chain.parts]
        return {n for n in named if not any(re.search(rf"\b{n}=(?!=)", text) for text in texts)}

    def _speaks(self, name: str) -> bool:
        return self.chain.model.name in self.owners.nouns.mentioned(name)


def _pascal(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("_"))


def _bound(code: str) -> frozenset[str]:
    try:
        return bound_names(code)
    except SyntaxError:
        return frozenset()


def _defined(code: str) -> set[str]:
    try:
        return {name for statement in outline(code) for name in statement.names}
    except SyntaxError:
        return set()


def _words(code: str) -> set[str]:
    return set(re.findall(r"\w+", code))


def _foreign(owners: Ownership, chain: Chain) -> Iterator[tuple[str, str]]:
    """Yield what others define and the exemplar's code may use, and the definition it stands in.

    These are imports, fields, parameters.
    """
    modules = owners.modules
    for part in chain.parts:
        ours = {a.asname or a.name for _, a, _ in modules.imports(part.path)}
        for node in ast.walk(modules.tree(part.path)):
            if isinstance(node, ast.ImportFrom):
                yield from ((n, n) for n in {a.asname or a.name for a in node.names} - ours)
    for path in modules.paths:
        if path in chain.own_modules:
            continue
        mine = {s for part in chain.parts_of(path) for s in part.statements}
        for statement in modules.outline(path):
            if statement in mine:
                continue
            if owners.of_module(path) or owners.of_statement(path, statement):
                continue
            home = statement.names[0] if statement.names else ""
            yield from ((name, home) for name in _members(statement.node, chain))


def _members(node: ast.stmt, chain: Chain) -> Iterator[str]:
    """Yield the attributes of a class and the parameters of functions that are nobody's."""
    if isinstance(node, ast.ClassDef):
        for member in node.body:
            if isinstance(member, ast.AnnAssign) and isinstance(member.target, ast.Name):
                words = set(ast.unparse(member.annotation).replace('"', " ").split("["))
                if not any(d in w for d in chain.defined for w in words):
                    yield member.target.id
            yield from _members(member, chain)
    elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        arguments = node.args
        yield from (a.arg for a in [*arguments.args, *arguments.kwonlyargs])
