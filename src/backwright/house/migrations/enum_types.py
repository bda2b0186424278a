"""The types of enumerations, which Alembic leaves out of the migrations that it writes.

It compares tables, and PostgreSQL keeps the values of an enumeration in a type beside them. So here
a type is made before its first column, grows with its enumeration, and goes with its last column.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import cast

from alembic.autogenerate.api import AutogenContext
from alembic.operations.ops import (
    AddColumnOp,
    AlterColumnOp,
    CreateTableOp,
    ExecuteSQLOp,
    MigrateOperation,
    MigrationScript,
    ModifyTableOps,
)
from alembic.runtime.migration import MigrationContext
from alembic.util import CommandError
from sqlalchemy import Column, Enum, MetaData, inspect
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import ENUM, CreateEnumType
from sqlalchemy.dialects.postgresql.base import PGInspector

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]

Types = Mapping[str, Sequence[str]]


def render_enum(kind: Enum, context: AutogenContext) -> str:
    """Write the type of a column in such a way that making the column does not make the type."""
    context.imports.add("from sqlalchemy.dialects import postgresql")
    values = ", ".join(map(repr, kind.enums))
    return f"postgresql.ENUM({values}, name={kind.name!r}, create_type=False)"


def migrate_enum_types(context: MigrationContext, directives: list[MigrationScript]) -> None:
    """Add the statements about types to migrations that are being written.

    Raises:
        CommandError: If an enumeration lost or moved a value, which no statement does by itself.
    """
    there = _types_of_database(context)
    models = cast(MetaData, context.opts["target_metadata"])
    wanted = _types(column for table in models.tables.values() for column in table.columns)
    for script in directives:
        for up, down in zip(script.upgrade_ops_list, script.downgrade_ops_list, strict=True):
            made = _without(_types(_columns(up.ops)), there)
            gone = _without(_types(_columns(down.ops)), wanted)
            up.ops[:0] = [*_create(made), *_grow(there, wanted)]
            up.ops += _drop(gone)
            down.ops[:0] = _create(gone)
            down.ops += _drop(made)


def _types_of_database(context: MigrationContext) -> Types:
    inspector = cast(PGInspector, inspect(context.connection))
    return {kind["name"]: kind["labels"] for kind in inspector.get_enums()}


def _types(columns: Iterable[Column[object]]) -> Types:
    kinds = [column.type for column in columns if isinstance(column.type, Enum)]
    return {str(kind.name): kind.enums for kind in kinds if kind.native_enum}


def _columns(operations: Iterable[MigrateOperation]) -> Iterator[Column[object]]:
    """Yield the columns that come, or get another type."""
    for operation in operations:
        if isinstance(operation, ModifyTableOps):
            yield from _columns(operation.ops)
        elif isinstance(operation, CreateTableOp):
            yield from (item for item in operation.columns if isinstance(item, Column))
        elif isinstance(operation, AddColumnOp):
            yield operation.column
        elif isinstance(operation, AlterColumnOp) and operation.modify_type is not None:
            yield Column(operation.column_name, operation.modify_type)


def _without(types: Types, others: Types) -> Types:
    return {name: values for name, values in sorted(types.items()) if name not in others}


def _create(types: Types) -> list[MigrateOperation]:
    kinds = (ENUM(*values, name=name) for name, values in types.items())
    return [ExecuteSQLOp(str(CreateEnumType(kind).compile(dialect=DIALECT))) for kind in kinds]


def _drop(types: Types) -> list[MigrateOperation]:
    return [ExecuteSQLOp(f"DROP TYPE {_quoted(name)}") for name in types]


def _grow(there: Types, wanted: Types) -> list[MigrateOperation]:
    """Add new values where they stand. They stay on the way down: PostgreSQL cannot drop them."""
    found: list[MigrateOperation] = []
    for name in sorted(there.keys() & wanted.keys()):
        old, new = list(there[name]), list(wanted[name])
        if [value for value in new if value in old] != old:
            raise CommandError(
                f"The values of the type {name} are {', '.join(old)}, and shall be "
                f"{', '.join(new)}. PostgreSQL only adds values: write that migration by hand "
                '(docs/database.md, "Migrations").'
            )
        for place, value in enumerate(new):
            where = f"AFTER {_literal(new[place - 1])}" if place else f"BEFORE {_literal(old[0])}"
            if value not in old:
                add = (
                    f"ALTER TYPE {_quoted(name)} ADD VALUE IF NOT EXISTS {_literal(value)} {where}"
                )
                found.append(ExecuteSQLOp(add))
    return found


def _literal(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _quoted(name: str) -> str:
    return DIALECT.identifier_preparer.quote(name)
