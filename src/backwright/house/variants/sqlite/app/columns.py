"""Column types, expressions and options that SQLModel does not have by itself."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from enum import Enum as PythonEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    ColumnElement,
    Dialect,
    Enum,
    Numeric,
    Text,
    TypeDecorator,
    func,
    select,
    text,
    true,
)
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement, now

FOUND = true().label("_found")
JSONDocument = JSON(none_as_null=True)
# Of relationships, which are there to read and to join by, and never load by themselves.
READ_ONLY = {"lazy": "raise", "viewonly": True}
# The default of rows that the application does not write itself, in the form of all timestamps.
CURRENT_TIME = text("(strftime('%Y-%m-%d %H:%M:%f000', 'now'))")


def utc_now() -> datetime:
    """Return the current time, to the microsecond: SQLite knows seconds or milliseconds only."""
    return datetime.now(UTC)


def created_now(context: DefaultExecutionContext) -> datetime:
    """Return when a new row was created, which is when it was last updated as well."""
    values = context.get_current_parameters()  # type: ignore[no-untyped-call]
    created_at: datetime | None = values.get("created_at")
    return created_at or utc_now()


@compiles(now, "sqlite")
def _now(_element: now, _compiler: SQLCompiler, **_options: Any) -> str:
    """Write `func.now()` as the function that every connection gets (see `app.sqlite`)."""
    return "utc_now()"


def enum_type(members: type[PythonEnum], name: str) -> Enum:
    """Return the database type `name` that stores the values of the members, not their names."""
    return Enum(members, name=name, values_callable=lambda kind: [item.value for item in kind])


class ExactNumeric(Numeric[Decimal]):
    """Decimals without a detour over binary fractions; exact to 15 digits in SQLite."""

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:  # noqa: ARG002
        """Return what makes a value ready for the driver."""
        return lambda value: None if value is None else str(value)

    def result_processor(
        self,
        dialect: Dialect,  # noqa: ARG002
        coltype: object,  # noqa: ARG002
    ) -> Callable[[Any], Any]:
        """Return what makes a decimal with the places of its column out of what was stored."""
        places = Decimal(1).scaleb(-(self.scale or 0))
        return lambda value: None if value is None else Decimal(str(value)).quantize(places)


class _Ids(TypeDecorator[list[UUID]]):
    """Ids in a JSON array."""

    impl = Text
    cache_ok = True

    def process_result_value(
        self,
        value: str | None,
        dialect: Dialect,  # noqa: ARG002
    ) -> list[UUID]:
        """Return the ids in order."""
        return sorted(UUID(row_id) for row_id in json.loads(value or "[]"))


class linked_ids(FunctionElement[list[UUID]]):  # noqa: N801 - it is used as a function
    """The ids that a link table has for a row: a list in one column, in the same statement."""

    name = "linked_ids"
    inherit_cache = True
    type = _Ids()

    def __init__(self, column: Any, *conditions: ColumnElement[bool]) -> None:
        """Take the column of the ids, and what connects it with the row."""
        ids = func.json_group_array(column)
        super().__init__(select(ids).where(*conditions).scalar_subquery())


@compiles(linked_ids, "sqlite")
def _array_of_ids(element: linked_ids, compiler: SQLCompiler, **options: Any) -> str:
    """Write the subquery."""
    return compiler.process(element.clauses, **options)
