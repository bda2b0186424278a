"""A host's dialect: read from its own code, and spoken in what is written for it."""

from backwright.transfer.dialect.bound import Bound, bound
from backwright.transfer.dialect.facts import Dialect, Home, Partner
from backwright.transfer.dialect.read import python_of, read_dialect, table_name
from backwright.transfer.dialect.read_schemas import Role, schema_role
from backwright.transfer.dialect.relation_writer import Sides
from backwright.transfer.dialect.sample_writer import Sample

__all__ = [
    "Bound",
    "Dialect",
    "Home",
    "Partner",
    "Role",
    "Sample",
    "Sides",
    "bound",
    "python_of",
    "read_dialect",
    "schema_role",
    "table_name",
]
