"""Tables and columns that the base classes of well-known libraries bring with them."""

from __future__ import annotations

from dataclasses import replace

from backwright.project.interpret import ancestry
from backwright.project.interpret.values import Class, External
from backwright.project.types import Column

_TABLES = (
    ("SQLAlchemyBaseUserTable", "user"),
    ("SQLAlchemyBaseOAuthAccountTable", "oauth_account"),
    ("SQLAlchemyBaseAccessTokenTable", "accesstoken"),
    ("SQLModelBaseUserDB", "user"),
    ("SQLModelBaseOAuthAccount", "oauthaccount"),
    ("SQLModelBaseAccessToken", "accesstoken"),
)
_FLAGS = "is_active Boolean, is_superuser Boolean, is_verified Boolean"
_OAUTH = (
    "oauth_name String(100) index, access_token String(1024), expires_at Integer null, "
    "refresh_token String(1024) null, account_id String(320) index, account_email String(320)"
)
_USER = f"email String(320) unique index, hashed_password String(1024), {_FLAGS}"
_ACCESS = "token String(43) key, created_at TIMESTAMPAware(timezone=True) index"
# Without a type of identifier in the class's name the project gives the key itself.
_BROUGHT = {
    "SQLAlchemyBaseUserTableUUID": f"{_USER}, id GUID key",
    "SQLAlchemyBaseUserTable": _USER,
    "SQLAlchemyBaseOAuthAccountTableUUID": f"id GUID key, {_OAUTH}, user_id GUID ->user.id",
    "SQLAlchemyBaseOAuthAccountTable": _OAUTH,
    "SQLAlchemyBaseAccessTokenTableUUID": f"{_ACCESS}, user_id GUID ->user.id",
    "SQLAlchemyBaseAccessTokenTable": _ACCESS,
    "SQLModelBaseUserDB": (
        "id UUID key, email EmailStr unique index, hashed_password str, "
        "is_active bool, is_superuser bool, is_verified bool"
    ),
    "SQLModelBaseOAuthAccount": (
        "id UUID key, user_id UUID ->user.id, oauth_name str, access_token str, "
        "expires_at int null, refresh_token str null, account_id str index, account_email str"
    ),
    "SQLModelBaseAccessToken": (
        "token String(43) key, created_at TIMESTAMPAware(timezone=True) index, "
        "user_id UUID ->user.id"
    ),
}


def library_table(cls: Class) -> str | None:
    """Return the table's name that a known base class of a library gives."""
    for base in ancestry.ancestors(cls):
        if isinstance(base, External):
            for start, table in _TABLES:
                if base.last.startswith(start):
                    return table
    return None


def library_columns(cls: Class, own: tuple[Column, ...]) -> tuple[Column, ...]:
    """Return the columns that known bases of libraries bring (fastapi-users, Advanced Alchemy)."""
    known = {one.name for one in own}
    found: dict[str, Column] = {}
    file, line = cls.module.file, cls.node.lineno
    for base in ancestry.ancestors(cls):
        if isinstance(base, External):
            for one in _columns(_brought(base)):
                if one.name not in known:
                    found.setdefault(one.name, replace(one, file=file, line=line))
    return tuple(found.values())


def _brought(base: External) -> str:
    if base.last in _BROUGHT:
        return _BROUGHT[base.last]
    if base.root != "advanced_alchemy":
        return ""
    kind = "BigInteger" if base.last.startswith(("BigInt", "Identity")) else "GUID"
    key = [f"id {kind} key"] if not base.last.startswith("Default") else []
    stamps = "created_at DateTimeUTC, updated_at DateTimeUTC" if "Audit" in base.last else ""
    return ", ".join([*key, *([stamps] if stamps else [])])


def _columns(told: str) -> list[Column]:
    """Read columns as they are written above: name, type, and what is special."""
    found: list[Column] = []
    for one in told.split(", ") if told else []:
        name, kind, *more = one.split()
        target = next((word[2:] for word in more if word.startswith("->")), None)
        is_key = "key" in more
        found.append(
            Column(name, kind, "null" in more, is_key, target, "index" in more, "unique" in more)
        )
    return found
