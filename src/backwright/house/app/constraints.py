"""What it means to a client that a constraint of the database was broken."""

from functools import lru_cache

from sqlalchemy import Constraint, Executable, ForeignKeyConstraint
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import ColumnCollectionConstraint
from sqlalchemy.sql.dml import Delete
from sqlmodel import SQLModel

from app.exceptions import AppError, ConflictError, NotFoundError, ValidationError

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


def _title(name: str) -> str:
    """Return the name of a table as the first word of a sentence."""
    return _in_words(name).capitalize()


def duplicate(constraint_name: str | None) -> AppError:
    """Return the error for a row that is there already."""
    constraint = _constraints().get(constraint_name or "")
    if not isinstance(constraint, ColumnCollectionConstraint):
        return ConflictError("Already exists")
    columns = [_in_words(column.name) for column in constraint.columns if column.name != OWNER]
    return ConflictError(
        f"{_title(constraint.table.name)} with this {' and '.join(columns)} already exists"
    )


def broken_reference(constraint_name: str | None, statement: Executable | None) -> AppError:
    """Return the error for a reference to nothing, or to a row that cannot go because of it."""
    constraint = _constraints().get(constraint_name or "")
    if not isinstance(constraint, ForeignKeyConstraint):
        return ConflictError("Refers to something that does not exist, or is referred to")
    if isinstance(statement, Delete):
        return ConflictError(
            f"{_title(constraint.referred_table.name)} is still in use"
            f" ({_in_words(constraint.table.name)})"
        )
    return NotFoundError(f"{_title(constraint.referred_table.name)} not found")


def missing_value(column_name: str | None) -> AppError:
    """Return the error for a null where there must be a value."""
    return ValidationError(f"{_title(column_name or 'a value')} must not be null")


def unacceptable_value() -> AppError:
    """Return the error for a value that the database cannot hold."""
    return ValidationError("A value is out of range or contains characters that cannot be stored")
