"""A dialect bound to one new resource: what the steps of a transfer call."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

import backwright.transfer.dialect.model_writer as model_writer
import backwright.transfer.dialect.relation_writer as relation_writer
import backwright.transfer.dialect.sample_writer as sample_writer
import backwright.transfer.dialect.schema_writer as schema_writer
from backwright.spec.names import Names
from backwright.spec.types import FieldSpec
from backwright.transfer.declaration import Declaration, Definition, Import
from backwright.transfer.dialect.facts import Dialect, Home, Partner
from backwright.transfer.dialect.quotes import in_quotes
from backwright.transfer.dialect.read_schemas import Role
from backwright.transfer.dialect.relation_writer import Sides
from backwright.transfer.dialect.sample_writer import Sample
from backwright.transfer.model import enum_class


@dataclass(frozen=True)
class Bound:
    """The writers of a dialect for one resource that stands at `home`.

    Raises:
        LookupError: (each of them) a field refers to a model that is not there.
    """

    dialect: Dialect
    names: Names
    home: Home

    def model_column(self, field: FieldSpec) -> Declaration:
        """Return a field's column."""
        made = model_writer.model_column(self.dialect, self.names, field)
        return self._in_model(field, made)

    def shared_column(self, field: FieldSpec) -> Declaration:
        """Return a field of a SQLModel class that tables and schemas inherit from."""
        made = model_writer.shared_column(self.dialect, self.names, field)
        return self._in_model(field, made)

    def ordered(self, declarations: list[Declaration]) -> list[Declaration]:
        """Return columns in an order that the host's kind of class takes."""
        return model_writer.ordered(self.dialect, declarations)

    def schema_field(self, field: FieldSpec, role: Role) -> Declaration:
        """Return a field of a schema of some role."""
        return self._declared(
            schema_writer.schema_field(
                self.dialect, self.names, field, role, enum_module=self.enum_module
            )
        )

    def filter_field(self, field: FieldSpec) -> Declaration | None:
        """Return a filter by equality, None where none makes sense."""
        made = schema_writer.filter_field(
            self.dialect, self.names, field, enum_module=self.enum_module
        )
        return self._declared(made) if made else None

    def relationships(self, field: FieldSpec) -> Sides:
        """Return both sides of a reference."""
        sides = relation_writer.relationships(self.dialect, self.names, field, self.home)
        near = self._declared(sides.near) if sides.near else None
        return Sides(near, self._declared(sides.far) if sides.far else None)

    def owner_foreign_keys(self, column: str) -> str | None:
        """Return `foreign_keys` for the owner's relationship, where a field points there too."""
        owner = self.dialect.partners.get(self.dialect.owner_model or "")
        if owner is None or not relation_writer.is_ambiguous(self.dialect, self.home, owner):
            return None
        return self._quoted(f'"[{self.home.model}.{column}]"')

    def enum_definition(self, field: FieldSpec) -> Definition | None:
        """Return the class of a choice, None where the host needs none."""
        return self._defined(relation_writer.enum_definition(self.dialect, self.names, field))

    def link_definition(self, field: FieldSpec) -> Definition:
        """Return the link table of a `many`."""
        made = relation_writer.link_definition(self.dialect, self.names, field, self.home)
        return replace(made, code=self._quoted(made.code))

    def ids_property(self, field: FieldSpec) -> Definition:
        """Return the property by which answers read the ids of linked rows."""
        made = relation_writer.ids_property(self.dialect, self.names, field)
        return replace(made, code=self._quoted(made.code))

    def good(
        self, field: FieldSpec, which: int = 0, *, json: bool = True, linked: str | None = None
    ) -> Sample:
        """Return a valid value."""
        made = sample_writer.good(self.dialect, self.names, field, which, json=json, linked=linked)
        if not json and "." in made.code:
            made = Sample(made.code, made.imports | self.enum_import(field))
        return Sample(self._quoted(made.code), made.imports)

    def bad(self, field: FieldSpec) -> tuple[str, ...]:
        """Return values that the schemas refuse."""
        return tuple(map(self._quoted, sample_writer.bad(self.dialect, field)))

    def enum_import(self, field: FieldSpec) -> frozenset[Import]:
        """Return what brings the class of a choice into a module that has it not; else nothing."""
        if field.kind != "enum" or self.dialect.enum.form in ("plain", "Literal"):
            return frozenset()
        module = self.dialect.enum.home_module or self.home.module
        return frozenset({(module, enum_class(self.names, field))})

    @property
    def enum_module(self) -> str | None:
        """Where the schemas import an enum from; None where it stands in the same module."""
        if self.dialect.enum.home and self.dialect.enum.home == self.home.schema_file:
            return None
        if self.dialect.enum.home:
            return self.dialect.enum.home_module
        if not self.home.schema_file or self.home.schema_file == self.home.file:
            return None
        return self.home.module

    def _in_model(self, field: FieldSpec, made: Declaration) -> Declaration:
        """Import an enum that the host keeps elsewhere; import nothing from the module itself."""
        made = _told_apart(made)
        imports = {pair for pair in made.imports if pair[0] != self.home.module}
        module = self.dialect.enum.home_module if self.dialect.enum.home else None
        if module and field.kind == "enum" and self.enum_definition(field):
            imports.add((module, enum_class(self.names, field)))
        return self._declared(replace(made, imports=frozenset(imports)))

    def _declared(self, made: Declaration) -> Declaration:
        value = self._quoted(made.value) if made.value else made.value
        return replace(made, annotation=self._quoted(made.annotation), value=value)

    def _defined(self, made: Definition | None) -> Definition | None:
        return replace(made, code=self._quoted(made.code)) if made else None

    def _quoted(self, code: str) -> str:
        return in_quotes(code, self.dialect.quote)


def _told_apart(made: Declaration) -> Declaration:
    """Call Python's UUID by its module where the column's type has the same name."""
    plain = ("uuid", "UUID")
    others = {pair for pair in made.imports if pair[1] == "UUID"} - {plain}
    if plain not in made.imports or not others:
        return made
    annotation = re.sub(r"(?<![\w.])UUID\b", "uuid.UUID", made.annotation)
    imports = (made.imports - {plain}) | {("uuid", "")}
    return replace(made, annotation=annotation, imports=imports)


def bound(dialect: Dialect, names: Names, home: Home) -> Bound:
    """Bind a dialect to a new resource, which its own fields may refer to."""
    itself = Partner(
        model=home.model,
        names=names,
        table=home.table,
        key=dialect.key.key,
        key_kind=dialect.key.key_kind,
        key_type=dialect.key.key_type,
        file=home.file,
        module=home.module,
        attributes=frozenset(),
        owner=dialect.owner if home.owned else None,
    )
    return Bound(dialect.with_partner(itself), names, home)


def share_a_package(importer: str, imported: str, root: str = "") -> bool:
    """Tell whether dots can lead from one file to another: below `root` they lie in one folder."""
    here, there = (
        PurePosixPath(path.removeprefix(root)).parts[:-1] for path in (importer, imported)
    )
    return bool(here) and here[:1] == there[:1]


def relative_module(importer: str, imported: str) -> str:
    """Return how a module imports another by dots: `..models.task`."""
    here = PurePosixPath(importer).parent.parts
    there = PurePosixPath(imported.removesuffix(".py").removesuffix("/__init__")).parts
    shared = 0
    for left, right in zip(here, there[:-1], strict=False):
        if left != right:
            break
        shared += 1
    return "." * (len(here) - shared + 1) + ".".join(there[shared:])
