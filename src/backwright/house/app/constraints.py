"""What it means to a client that a constraint of the database was broken."""

import re
from functools import lru_cache

from sqlalchemy import Constraint, Executable, ForeignKeyConstraint, Table
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import ColumnCollectionConstraint
from sqlalchemy.sql.dml import Delete
from sqlmodel import SQLModel

from app.exceptions import (
    AppError,
    ConflictError,
    NotFoundError,
    UnauthorizedError,
    ValidationError,
)

WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[a-z]+[0-9]*|[A-Z]+[0-9]*|[0-9]+")
OWNER = "owner_id"
PREPARER = postgresql.dialect().identifier_preparer  # type: ignore[no-untyped-call]


@lru_cache
def _constraints() -> dict[str, Constraint]:
    """Return all constraints by their names."""
    return {
        name: constraint
        for table in SQLModel.metadata.tables.values()
        for constraint in table.constraints
        for name in names_of(constraint)
    }


def names_of(constraint: Constraint) -> tuple[str, str]:
    """Return the name of a constraint, and what PostgreSQL makes of one with over 63 bytes."""
    return str(constraint.name), str(PREPARER.format_constraint(constraint))


def _in_words(name: str) -> str:
    """Return the name of a table or a column as a client would say it."""
    return name.removesuffix("_id").replace("_", " ")


@lru_cache
def _nouns() -> dict[str, str]:
    """Return what a row of each table is called: one of `APIKey` is an "API key"."""
    return {
        mapper.local_table.name: " ".join(
            word if word[1:2].isupper() else word.lower()
            for word in WORDS.findall(mapper.class_.__name__)
        )
        for mapper in SQLModel._sa_registry.mappers
        if isinstance(mapper.local_table, Table)
    }


def _noun(table: str) -> str:
    """Return what a row of a table is called."""
    return _nouns().get(table) or _in_words(table)


def _title(table: str) -> str:
    """Return what a row of a table is called, at the beginning of a sentence."""
    noun = _noun(table)
    return noun[:1].upper() + noun[1:]


def _columns(constraint: ColumnCollectionConstraint) -> str:
    """Return what a constraint is about, as a client would say it."""
    columns = [_in_words(column.name) for column in constraint.columns if column.name != OWNER]
    return " and ".join(columns)


def duplicate(constraint_name: str | None) -> AppError:
    """Return the error for a row that is there already."""
    constraint = _constraints().get(constraint_name or "")
    if not isinstance(constraint, ColumnCollectionConstraint):
        return ConflictError("Already exists")
    return ConflictError(
        f"{_title(constraint.table.name)} with this {_columns(constraint)} already exists"
    )


def broken_reference(constraint_name: str | None, statement: Executable | None) -> AppError:
    """Return the error for a reference to nothing, or to a row that cannot go because of it."""
    constraint = _constraints().get(constraint_name or "")
    if not isinstance(constraint, ForeignKeyConstraint):
        return ConflictError("Refers to something that does not exist, or is referred to")
    target = _title(constraint.referred_table.name)
    if not isinstance(statement, Delete):
        if constraint.column_keys == [OWNER]:
            return UnauthorizedError()  # the account was deleted a moment ago
        return NotFoundError(f"{_field(constraint)}: {target} not found")
    if constraint.referred_table is constraint.table:
        return ConflictError(f"{target} is still the {_columns(constraint)} of another")
    return ConflictError(f"{target} is still in use ({_noun(constraint.table.name)})")


def _field(constraint: ForeignKeyConstraint) -> str:
    """Return the field that a client refers by; what a link table refers to comes in a list."""
    name = list(constraint.columns)[-1].name
    is_link = all(column.primary_key for column in constraint.table.columns)
    return f"{name}s" if is_link else name


def missing_value(column_name: str | None) -> AppError:
    """Return the error for a null where there must be a value."""
    return ValidationError(f"{_in_words(column_name or 'a value').capitalize()} must not be null")


def unacceptable_value() -> AppError:
    """Return the error for a value that the database cannot hold."""
    return ValidationError("A value is out of range or contains characters that cannot be stored")
