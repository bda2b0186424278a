"""Migrations that are safe on tables with rows in them and under load."""

from backwright.transfer.migration.harden import Fill, Hardened, harden

__all__ = ["Fill", "Hardened", "harden"]
