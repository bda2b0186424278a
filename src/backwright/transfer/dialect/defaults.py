"""The default of a field in a host's words: in Python, and in the database."""

from __future__ import annotations

import json
from decimal import Decimal

from backwright.spec.names import Names
from backwright.spec.types import FieldSpec
from backwright.transfer.declaration import Import
from backwright.transfer.dialect.facts import Dialect
from backwright.transfer.dialect.spelling import Spelling
from backwright.transfer.model import enum_class, enum_member

Spelled = tuple[str, set[Import]]


def member(dialect: Dialect, value: str) -> str:
    """Return an enum member in the host's case."""
    name = enum_member(value)
    return name if dialect.enum.upper else _safe(name.lower())


def _safe(name: str) -> str:
    """A member may not hide what an enum needs itself."""
    return f"{name}_" if name in ("name", "value", "mro", "None", "True", "False") else name


def constant(dialect: Dialect, words: Spelling, names: Names, field: FieldSpec) -> Spelled | None:
    """Return a default as an expression; None for one that is made anew each time."""
    default = field.default
    if default is None or default in ("now", "today") or field.kind == "json":
        return None
    if field.kind == "enum":
        if dialect.enum.form in ("plain", "Literal"):
            return quoted(str(default)), set()
        return f"{enum_class(names, field)}.{member(dialect, str(default))}", set()
    if field.kind == "decimal":
        decimal, imports = words.spell("decimal", "Decimal")
        return f'{decimal}("{default}")', imports
    if field.kind == "uuid":
        uuid, imports = words.spell("uuid", "UUID")
        return f'{uuid}("{default}")', imports
    if field.kind in ("date", "datetime"):
        kind, imports = words.spell("datetime", field.kind)
        return f'{kind}.fromisoformat("{default}")', imports
    return (quoted(default) if isinstance(default, str) else repr(default)), set()


def factory(dialect: Dialect, words: Spelling, field: FieldSpec) -> Spelled | None:
    """Return what makes a default anew each time: `date.today`, `lambda: datetime.now(…)`."""
    if field.kind == "json" and field.default is not None:
        value = repr(json.loads(str(field.default)))
        return ("dict", set()) if value == "{}" else (f"lambda: {value}", set())
    if field.default == "today":
        date, imports = words.spell("datetime", "date")
        return f"{date}.today", imports
    if field.default == "now":
        return _now(dialect, words)
    return None


def _now(dialect: Dialect, words: Spelling) -> Spelled:
    clock, imports = words.spell("datetime", "datetime")
    if not dialect.zoned:
        return f"{clock}.now", imports
    modern = dialect.python >= (3, 11) and not words.knows("datetime", "timezone")
    if words.knows("datetime", "UTC") or modern:
        utc, more = words.spell("datetime", "UTC")
        return f"lambda: {clock}.now({utc})", imports | more
    zone, more = words.spell("datetime", "timezone")
    return f"lambda: {clock}.now({zone}.utc)", imports | more


def server(dialect: Dialect, words: Spelling, field: FieldSpec) -> Spelled | None:
    """Return a default as the database keeps it: an expression for `server_default`."""
    default = field.default
    if default is None:
        return None
    if field.kind == "json":
        return quoted(str(default)), set()
    if isinstance(default, bool):
        name, imports = words.spell("sqlalchemy", "true" if default else "false")
        return f"{name}()", imports
    if default in ("now", "today"):
        func, imports = words.spell("sqlalchemy", "func")
        return (f"{func}.now()" if default == "now" else f"{func}.current_date()"), imports
    if field.kind == "enum":
        return quoted(stored_value(dialect, str(default))), set()
    if isinstance(default, Decimal):
        return quoted(f"{default:f}"), set()
    return quoted(str(default)), set()


def stored_value(dialect: Dialect, value: str) -> str:
    """Return what the database keeps for a choice: SQLAlchemy keeps names, unless told."""
    habit = dialect.enum
    by_name = habit.form not in ("plain", "Literal") and not habit.by_value
    return member(dialect, value) if by_name and not _keeps_text(dialect) else value


def _keeps_text(dialect: Dialect) -> bool:
    """Tell whether a choice is kept as its text: the first versions of SQLModel see `str` first."""
    is_old = dialect.orm == "sqlmodel" and not dialect.at_least("sqlmodel", 0, 0, 9)
    return is_old and dialect.enum.column is None and dialect.enum.form in ("StrEnum", "str, Enum")


def quoted(text: str) -> str:
    """Return text as a Python literal."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'
