"""Endpoints below another resource's: its rows that refer to one, and its links with others."""

from backwright.transfer.nested.ground import Ground, Nested, Relation
from backwright.transfer.nested.writing import write_nested

__all__ = ["Ground", "Nested", "Relation", "write_nested"]
