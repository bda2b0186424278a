"""Which constraint a statement has broken: SQLite says little, so the rest is looked up."""

import re
import sqlite3
from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Executable,
    ForeignKeyConstraint,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    and_,
    exists,
    select,
    true,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.dml import Delete, Insert, Update
from sqlmodel import SQLModel

from app.constraints import broken_reference, duplicate, missing_value, unacceptable_value
from app.exceptions import AppError

_COLUMN = re.compile(r"(\w+)\.(\w+)")
_DIALECT = sqlite.dialect()


async def constraint_error(
    connection: AsyncConnection, error: sqlite3.IntegrityError, statement: Executable
) -> AppError:
    """Return the error in words for the client, who caused it by a statement."""
    code = error.sqlite_errorcode
    columns = _COLUMN.findall(str(error))
    if code in (sqlite3.SQLITE_CONSTRAINT_UNIQUE, sqlite3.SQLITE_CONSTRAINT_PRIMARYKEY):
        return duplicate(_unique_constraint(columns))
    if code == sqlite3.SQLITE_CONSTRAINT_FOREIGNKEY:
        return broken_reference(await _broken_key(connection, statement), statement)
    if code == sqlite3.SQLITE_CONSTRAINT_NOTNULL:
        return missing_value(columns[0][1])
    return unacceptable_value()


def _unique_constraint(columns: list[tuple[str, str]]) -> str | None:
    """Return the name of the constraint over just these columns of a table."""
    table = SQLModel.metadata.tables[columns[0][0]]
    names = {name for _, name in columns}
    for constraint in table.constraints:
        if not isinstance(constraint, UniqueConstraint | PrimaryKeyConstraint):
            continue
        if {column.name for column in constraint.columns} == names:
            return str(constraint.name)
    return None


async def _broken_key(connection: AsyncConnection, statement: Executable) -> str | None:
    """Return the name of the reference that a statement would have broken."""
    if isinstance(statement, Delete):
        return await _referring_key(connection, statement)
    if isinstance(statement, Insert | Update):
        return await _dangling_key(connection, statement)
    return None


async def _referring_key(connection: AsyncConnection, statement: Delete) -> str | None:
    """Return the key by which a row refers to one that should be deleted."""
    target = _table_of(statement)
    for table in SQLModel.metadata.tables.values():
        for key in table.foreign_key_constraints:
            if key.referred_table is not target or key.ondelete is not None:
                continue
            referring = table.alias()  # a row may refer to another of its own table
            pairs = [
                referring.c[element.parent.name] == element.column for element in key.elements
            ]
            joined = select(exists().where(and_(*pairs), _condition(statement)))
            if await connection.scalar(joined):
                return str(key.name)
    return None


def _table_of(statement: Delete | Insert | Update) -> Table:
    """Return the table that a statement is about."""
    return SQLModel.metadata.tables[str(statement.table)]


def _condition(statement: Delete | Update) -> ColumnElement[bool]:
    """Return what rows must fulfil for a statement to change them."""
    return true() if statement.whereclause is None else statement.whereclause


async def _dangling_key(connection: AsyncConnection, statement: Insert | Update) -> str | None:
    """Return the key by which a new or changed row would refer to nothing."""
    table = _table_of(statement)
    rows = list(_new_values(statement, table))
    if isinstance(statement, Update):
        query = select(*table.columns).where(_condition(statement))
        old = [dict(row) for row in (await connection.execute(query)).mappings()]
        rows = [row | rows[0] for row in old]
    for key in table.foreign_key_constraints:
        for row in rows:
            if not await _refers_to_something(connection, key, row):
                return str(key.name)
    return None


def _new_values(statement: Insert | Update, table: Table) -> Iterator[dict[str, Any]]:
    """Yield the values of each row that a statement writes, by column."""
    parameters = statement.compile(dialect=_DIALECT).params
    rows: dict[str, dict[str, Any]] = {}
    for name, value in parameters.items():
        # In a statement of several rows SQLAlchemy names a value `column_m0`, `column_m1`, …
        column, _, number = name.rpartition("_m")
        if name in table.columns:
            rows.setdefault("0", {})[name] = value
        elif column in table.columns and number.isdigit():
            rows.setdefault(number, {})[column] = value
    yield from rows.values() or [{}]


async def _refers_to_something(
    connection: AsyncConnection, key: ForeignKeyConstraint, row: dict[str, Any]
) -> bool:
    """Return whether the row that a key refers to is there; a key with a null refers to none."""
    pairs = [(element.column, row.get(element.parent.name)) for element in key.elements]
    if any(value is None for _, value in pairs):
        return True
    found = exists().where(*(column == value for column, value in pairs))
    return bool(await connection.scalar(select(found)))
