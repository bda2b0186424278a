"""Rows that tests need to be there: the users, and what a new resource refers to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import cast

from backwright.project.types import Model
from backwright.spec.names import names_of
from backwright.spec.types import FieldSpec, Kind
from backwright.transfer.declaration import Import
from backwright.transfer.dialect import Dialect
from backwright.transfer.dialect.columns import ColumnCode, Sources, columns_of
from backwright.transfer.dialect.sample_writer import good
from backwright.transfer.draft import Draft
from backwright.transfer.grow.choices import member_of
from backwright.transfer.grow.sources import last_name
from backwright.transfer.grow.tables import class_of

_KINDS = {"str", "text", "int", "float", "decimal", "bool", "date", "datetime", "uuid", "json"}
_DEFAULTS = ("default", "default_factory", "server_default", "sa_column_kwargs", "insert_default")


# Columns that bases of libraries bring, which nobody can read in the host.
_OF_BASES = {
    "SQLAlchemyBaseUserTable": (
        FieldSpec("email", "email", "email:email", unique=True),
        FieldSpec("hashed_password", "str", "hashed_password:str"),
    )
}


@dataclass
class Row:
    """The arguments of a model's constructor; `lacking` names columns that no value is known for."""

    arguments: list[str] = field(default_factory=list)
    imports: set[Import] = field(default_factory=set)
    lacking: list[str] = field(default_factory=list)

    @property
    def code(self) -> str:
        """The arguments as code."""
        return ", ".join(self.arguments)


def row_of(
    draft: Draft, dialect: Dialect, model: Model, which: int, references: Mapping[str, str]
) -> Row:
    """Return what makes a valid row of a model of the host.

    Args:
        draft: the host's files.
        dialect: the host's dialect.
        model: whose row.
        which: different numbers give different values.
        references: an expression for the key of a row, by table.
    """
    row = Row()
    columns = columns_of(Sources(draft), model)
    known = {column.fact.name for column in columns}
    for brought in (s for s in _of_bases(draft, model) if s.name not in known):
        sample = good(dialect, names_of(model.name), brought, which, json=False)
        row.arguments.append(f"{brought.name}={sample.code}")
        row.imports |= sample.imports
    for column in columns:
        fact = column.fact
        if fact.primary_key or (fact.nullable and not fact.foreign_key) or _has_default(column):
            continue
        if fact.foreign_key:
            table = fact.foreign_key.rpartition(".")[0].rpartition(".")[2]
            if table in references:
                row.arguments.append(f"{column.attribute}={references[table]}")
            elif not fact.nullable:
                row.lacking.append(fact.name)
            continue
        spec = _spec(column)
        if spec is None:
            home = dialect.partners[model.name].module if model.name in dialect.partners else ""
            member = member_of(draft, model.file, home, column.node, which) if home else None
            if member is None:
                row.lacking.append(fact.name)
                continue
            row.arguments.append(f"{column.attribute}={member[0]}")
            row.imports.add(member[1])
            continue
        sample = good(dialect, names_of(model.name), spec, which, json=False)
        row.arguments.append(f"{column.attribute}={sample.code}")
        row.imports |= sample.imports
    return row


@dataclass(frozen=True, slots=True)
class Ancestor:
    """A row that must be there before another: its variable, its constructor."""

    variable: str
    call: str
    imports: frozenset[Import]


def ancestors(
    draft: Draft,
    dialect: Dialect,
    models: Mapping[str, Model],
    model: Model,
    references: Mapping[str, str],
    module: Callable[[str], str],
) -> tuple[list[Ancestor], dict[str, str]]:
    """Return the rows that a model's row must refer to, the first first, and all references then.

    Args:
        draft: the host's files.
        dialect: the host's dialect.
        models: the host's models, by table.
        model: whose row is to be made.
        references: expressions for the keys of rows that are there, by table.
        module: gives the module that a file is imported as.
    """
    known = {**references, model.table: ""}  # a row that needs one of its own kind cannot be made
    found: list[Ancestor] = []
    for column in columns_of(Sources(draft), model):
        fact = column.fact
        table = fact.foreign_key.rpartition(".")[0].rpartition(".")[2] if fact.foreign_key else ""
        parent = models.get(table)
        if fact.nullable or table in known or parent is None or _has_default(column):
            continue
        before, known = ancestors(draft, dialect, models, parent, known, module)
        row = row_of(draft, dialect, parent, 0, known)
        partner = dialect.partners[parent.name]
        call = f"{parent.name}({row.code})"
        needed = row.imports | {(module(parent.file), parent.name)}
        found += [*before, Ancestor(partner.names.variable, call, frozenset(needed))]
        known[table] = f"{partner.names.variable}.{partner.key}"
    if model.table in references:
        return found, known
    return found, {t: k for t, k in known.items() if t != model.table}


def _of_bases(draft: Draft, model: Model) -> list[FieldSpec]:
    node = class_of(draft, model)
    bases = [last_name(base) for base in node.bases] if node else []
    return [
        s for base in bases for name in _OF_BASES if base.startswith(name) for s in _OF_BASES[name]
    ]


def _has_default(column: ColumnCode) -> bool:
    if column.call is not None:
        given = any(column.option(name) is not None for name in _DEFAULTS)
        positional = column.call.args and getattr(column.call.func, "id", "") == "Field"
        return given or bool(positional)
    return column.node.value is not None


def _spec(column: ColumnCode) -> FieldSpec | None:
    """Return the field word that a column would be, None where there is none such."""
    kind = "email" if "email" in column.attribute.lower() else column.kind
    if kind != "email" and kind not in _KINDS:
        return None
    known = cast("Kind", kind)
    return FieldSpec(
        column.attribute, known, f"{column.attribute}:{kind}", unique=column.fact.unique
    )
