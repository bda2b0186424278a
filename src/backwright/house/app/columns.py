"""Column types that SQLModel does not derive from an annotation by itself."""

from enum import Enum as PythonEnum

from sqlalchemy import JSON, Enum
from sqlalchemy.dialects.postgresql import JSONB

JSONDocument = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def enum_type(members: type[PythonEnum], name: str) -> Enum:
    """Return the database type `name` that stores the values of the members, not their names."""
    return Enum(members, name=name, values_callable=lambda kind: [item.value for item in kind])
