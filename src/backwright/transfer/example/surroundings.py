"""What stands around the new model: enums, link tables, the other sides of relationships."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from backwright.source.imports import add_imports, add_typing_imports, leaves_unbound
from backwright.source.outline import outline
from backwright.source.text import Splice, splice
from backwright.spec.types import FieldSpec
from backwright.transfer.declaration import Declaration, Definition, Import, wanted_imports
from backwright.transfer.dialect import Bound
from backwright.transfer.draft import Draft
from backwright.transfer.example.facts import Learning
from backwright.transfer.example.imports import repeat_imports
from backwright.transfer.example.needs import seen_from
from backwright.transfer.example.placing import (
    add_members,
    add_method,
    members_of,
    place,
    repeat_members,
)
from backwright.transfer.example.reach import Reach
from backwright.transfer.rename import rename_code


@dataclass(frozen=True, eq=False)
class Surround:
    """Writes what the new model needs around it into the draft."""

    draft: Draft
    learning: Learning
    bound: Bound
    width: int

    def complete(self, *, is_new: bool = True) -> Iterator[str]:
        """Write it all; yield the files that were changed or made.

        A model that is not new has its owner's side of the relationship already.
        """
        home = self.learning.naming.path_of(self.learning.model_part)
        fields = self.learning.spec.fields
        related = [f for f in fields if f.kind in ("ref", "many")]
        for spec in fields:
            if spec.kind == "enum" and (enum := self.bound.enum_definition(spec)):
                yield self._define(self.learning.dialect.enum.home or home, enum, home)
        for spec in related:
            self._see_target(home, spec)
            if spec.kind == "many":
                yield self._define(home, self.bound.link_definition(spec), home)
                self._read_ids(home, self.bound.ids_property(spec))
        if is_new and (path := self._owner_side()):
            yield path
        for spec in related:
            if far := self.bound.relationships(spec).far:
                yield self._join(spec.target or "", far)

    def _see_target(self, home: str, spec: FieldSpec) -> None:
        """Give the new model its relationship, where the exemplar had none in its place.

        What it names is imported for type checkers.
        """
        near = self.bound.relationships(spec).near
        if near is None:
            return
        code = self.draft.text(home)
        if near.name in members_of(code, self.learning.model_class):
            near = replace(near, imports=frozenset())
        else:
            code = add_members(code, self.learning.model_class, [near.code], "relationship")
            self.draft.write(home, code)
        self._import(home, near)

    def _define(self, path: str, new: Definition, model_file: str) -> str:
        """Put a class before the new model, or into the module where such classes stand."""
        text = self.draft.text(path)
        if path == model_file:
            first = self._first_new(text)
            text = splice(text, [Splice(first, first, f"{new.code.strip()}\n\n\n")])
        elif kin := _choices(text, self._first_new(text)):
            text = place(text, new.code, kin)
        elif (first := self._first_new(text)) <= len(text.splitlines()):
            text = splice(text, [Splice(first, first, f"{new.code.strip()}\n\n\n")])
        else:
            text = place(text, new.code, ())
        self.draft.write(path, text)
        self._import(path, new)
        return path

    def _read_ids(self, home: str, made: Definition) -> None:
        """Give the new model the property by which answers read the ids of linked rows."""
        code = add_method(self.draft.text(home), self.learning.model_class, made.code)
        self.draft.write(home, code)
        self._import(home, made)

    def _owner_side(self) -> str | None:
        """Repeat on the users' model the side of the relationship that leads to the exemplar."""
        learning = self.learning
        users = next(
            (m for m in learning.project.models if m.name == learning.dialect.owner_model), None
        )
        if users is None:
            return None
        model = learning.chain.model.name
        sides = {r.name for r in users.relationships if r.target == model}
        code = self.draft.text(users.file)
        rename = learning.naming.renaming(code)
        new = repeat_members(code, users.name, sides, lambda text: rename_code(text, rename))
        if new == code:
            return None
        modules = learning.owners.modules
        reach = Reach(modules, learning.chain)
        new = repeat_imports(new, users.file, modules, reach, rename, self.width)
        self.draft.write(users.file, new)
        return users.file

    def _first_new(self, code: str) -> int:
        """Return the line before which a class must stand that the new classes speak of."""
        naming = self.learning.naming
        new = {naming.plain.identifier(n) for n in self.learning.chain.defined}
        for statement in outline(code):
            if new & set(statement.names):
                return statement.start
        return len(code.splitlines()) + 1

    def _join(self, target: str, far: Declaration) -> str:
        partner = self.learning.dialect.partner(target)
        assert partner is not None  # noqa: S101 - targets are checked before anything is written
        code = self.draft.text(partner.file)
        code = add_members(code, partner.model, [far.code], "relationship")
        self.draft.write(partner.file, code)
        self._import(partner.file, far)
        return partner.file

    def _import(self, path: str, declared: Declaration | Definition) -> None:
        code = self.draft.text(path)
        code = add_imports(code, self._seen_from(path, declared.imports), width=self.width)
        modules = self.learning.owners.modules
        like = path if path in modules.paths else self.learning.model_part.path
        if not leaves_unbound(modules.text(like), ()):
            code = add_typing_imports(code, self._seen_from(path, declared.typing_imports))
        self.draft.write(path, code)

    def _seen_from(self, path: str, imports: Iterable[Import]) -> dict[str, set[str]]:
        modules, part = self.learning.owners.modules, self.learning.model_part
        like = path if path in modules.paths else part.path
        seen = [(seen_from(self.draft, modules, path, like, m), name) for m, name in imports]
        there = _bound(self.draft.text(path))
        return wanted_imports(p for p in seen if (p[0].rpartition(".")[2], p[1]) not in there)


def _bound(code: str) -> frozenset[tuple[str, str]]:
    """Return what a module imports from others by dots, with the last words of their names."""
    nodes = (s.node for s in outline(code))
    relative = (n for n in nodes if isinstance(n, ast.ImportFrom) and n.level and n.module)
    return frozenset(
        ((node.module or "").rpartition(".")[2], alias.name)
        for node in relative
        for alias in node.names
        if alias.asname is None
    )


def _choices(code: str, before: int) -> frozenset[str]:
    """Return the names of the enums that stand above a line."""
    return frozenset(
        name
        for statement in outline(code)
        if isinstance(statement.node, ast.ClassDef) and statement.end < before
        if any("Enum" in ast.unparse(base) for base in statement.node.bases)
        for name in statement.names
    )
