"""Carrying an exemplar's code over to new fields, in projects of any style."""

from backwright.transfer.carry.check import leftovers
from backwright.transfer.carry.engine import carry, extend
from backwright.transfer.carry.likeness import keys_of
from backwright.transfer.carry.types import (
    Carried,
    Facts,
    OldField,
    Parent,
    Part,
    Piece,
    Writer,
)

__all__ = [
    "Carried",
    "Facts",
    "OldField",
    "Parent",
    "Part",
    "Piece",
    "Writer",
    "carry",
    "extend",
    "keys_of",
    "leftovers",
]
