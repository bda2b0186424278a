"""Column types, expressions and options that SQLModel does not have by itself."""

from enum import Enum as PythonEnum
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Enum, Uuid, select, true
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeEngine

FOUND = true().label("_found")
JSONDocument = JSONB(none_as_null=True)
# Of relationships, which are there to read and to join by, and never load by themselves.
READ_ONLY = {"lazy": "raise", "viewonly": True}


def enum_type(members: type[PythonEnum], name: str) -> Enum:
    """Return the database type `name` that stores the values of the members, not their names."""
    return Enum(members, name=name, values_callable=lambda kind: [item.value for item in kind])


class linked_ids(FunctionElement[list[UUID]]):  # noqa: N801 - it is used as a function
    """The ids that a link table has for a row: a list in one column, in the same statement."""

    name = "linked_ids"
    inherit_cache = True
    type = cast("TypeEngine[list[UUID]]", ARRAY(Uuid()))

    def __init__(self, column: Any, *conditions: ColumnElement[bool]) -> None:
        """Take the column of the ids, and what connects it with the row."""
        super().__init__(select(column).where(*conditions).order_by(column).scalar_subquery())


@compiles(linked_ids, "postgresql")
def _array_of_ids(element: linked_ids, compiler: SQLCompiler, **options: Any) -> str:
    """Write `ARRAY(SELECT …)`."""
    return f"ARRAY{compiler.process(element.clauses, **options)}"
