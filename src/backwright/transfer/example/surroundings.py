"""What stands around the new model: enums, link tables, the other sides of relationships."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from backwright.source.imports import add_imports, add_typing_imports
from backwright.source.outline import outline
from backwright.source.text import Splice, splice
from backwright.transfer.declaration import Declaration, Definition, wanted_imports
from backwright.transfer.dialect import Bound
from backwright.transfer.draft import Draft
from backwright.transfer.example.facts import Learning
from backwright.transfer.example.placing import add_members, place


@dataclass(frozen=True, eq=False)
class Surround:
    """Writes what the new model needs around it into the draft."""

    draft: Draft
    learning: Learning
    bound: Bound
    width: int

    def complete(self) -> Iterator[str]:
        """Write it all; yield the files that were changed or made."""
        home = self.learning.naming.path_of(self.learning.model_part)
        for spec in self.learning.spec.fields:
            if spec.kind == "enum" and (enum := self.bound.enum_definition(spec)):
                yield self._define(self.learning.dialect.enum.home or home, enum, home)
        for spec in self.learning.spec.fields:
            if spec.kind == "many":
                yield self._define(home, self.bound.link_definition(spec), home)
        for spec in self.learning.spec.fields:
            if spec.kind in ("ref", "many") and (far := self.bound.relationships(spec).far):
                yield self._join(spec.target or "", far)

    def _define(self, path: str, new: Definition, model_file: str) -> str:
        """Put a class before the new model, or into the module where such classes stand."""
        text = self.draft.text(path)
        if path == model_file:
            first = self._first_new(text)
            text = splice(text, [Splice(first, first, f"{new.code.strip()}\n\n\n")])
        else:
            text = place(text, new.code, ())
        self.draft.write(path, text)
        self._import(path, new)
        return path

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
        code = add_imports(code, wanted_imports(declared.imports), width=self.width)
        code = add_typing_imports(code, wanted_imports(declared.typing_imports))
        self.draft.write(path, code)
