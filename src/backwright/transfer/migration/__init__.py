"""Migrations that are safe on tables with rows in them and under load."""

from backwright.transfer.migration.able import Able, able_of
from backwright.transfer.migration.fills import fill_of
from backwright.transfer.migration.harden import Hardened, harden
from backwright.transfer.migration.operations import made_types
from backwright.transfer.migration.sqlite import harden_sqlite
from backwright.transfer.migration.work import Fill, Row

__all__ = [
    "Able",
    "Fill",
    "Hardened",
    "Row",
    "able_of",
    "fill_of",
    "harden",
    "harden_sqlite",
    "made_types",
]
