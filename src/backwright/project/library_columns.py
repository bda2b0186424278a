"""Columns that the base classes of well-known libraries bring with them."""

from __future__ import annotations

from backwright.project.interpret import lookup
from backwright.project.interpret.values import Class, External
from backwright.project.types import Column


def library_columns(cls: Class, own: tuple[Column, ...]) -> tuple[Column, ...]:
    """Return the columns that known bases of libraries bring (fastapi-users, Advanced Alchemy)."""
    known = {one.name for one in own}
    found: dict[str, Column] = {}
    for base in lookup.ancestors(cls):
        if isinstance(base, External):
            for name, kind, nullable in _brought(base):
                if name not in known:
                    key = name == "id"
                    file, line = cls.module.file, cls.node.lineno
                    unique = name == "email"
                    found[name] = Column(
                        name, kind, nullable, key, None, unique, unique, file, line
                    )
    return tuple(found.values())


def _brought(base: External) -> list[tuple[str, str, bool]]:
    if base.last.startswith(("SQLAlchemyBaseUserTable", "SQLModelBaseUserDB")):
        text = [("email", "String(320)", False), ("hashed_password", "String(1024)", False)]
        flags = [(name, "Boolean", False) for name in ("is_active", "is_superuser", "is_verified")]
        key = [("id", "GUID", False)] if base.last.endswith(("UUID", "BaseUserDB")) else []
        return [*key, *text, *flags]
    if base.last.startswith("SQLAlchemyBaseOAuthAccountTable"):
        names = ("oauth_name", "access_token", "account_id", "account_email")
        more = [("expires_at", "Integer", True), ("refresh_token", "String(1024)", True)]
        key = [("id", "GUID", False), ("user_id", "GUID", False)] if "UUID" in base.last else []
        return [*key, *((name, "String", False) for name in names), *more]
    if base.root == "advanced_alchemy":
        stamps = [("created_at", "DateTimeUTC", False), ("updated_at", "DateTimeUTC", False)]
        kind = "BigInteger" if base.last.startswith(("BigInt", "Identity")) else "GUID"
        key = [("id", kind, False)] if not base.last.startswith("Default") else []
        return [*key, *(stamps if "Audit" in base.last else [])]
    return []
