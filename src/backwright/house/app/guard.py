"""The caller's state and the rows, in one statement."""

from typing import Any

from sqlalchemy import (
    Executable,
    Exists,
    FromClause,
    Select,
    Uuid,
    bindparam,
    exists,
    insert,
    select,
    true,
)
from sqlalchemy.sql.dml import Delete, Insert, Update
from sqlmodel import col

from app.columns import FOUND
from app.models import LoginSession, User

SIGNED_IN = (
    select(col(LoginSession.id))
    .join(User, col(User.id) == col(LoginSession.user_id))
    .where(
        col(LoginSession.user_id) == bindparam("_caller_id", type_=Uuid()),
        col(LoginSession.id) == bindparam("_caller_session_id", type_=Uuid()),
        col(User.is_active),
    )
)


def guard(statement: Executable) -> Select[*tuple[Any, ...]]:
    """Wrap a statement so that it runs only for a caller who is signed in.

    The result has no row if they are not; otherwise it has the rows of the statement, each with
    `_found` true, or a single one of nulls if the statement has none.

    Raises:
        TypeError: If the statement is of a kind that cannot be wrapped.
    """
    caller = SIGNED_IN.cte("caller")
    signed_in = exists(caller.select())
    rows: FromClause
    if isinstance(statement, Select):
        # A nested loop keeps the order of the rows: no other join has a condition of `true`.
        rows = statement.add_columns(FOUND).subquery("rows")
    elif isinstance(statement, Insert):
        rows = _guarded_insert(statement, signed_in).returning(FOUND).cte("rows")
    elif isinstance(statement, Update | Delete):
        rows = statement.where(signed_in).returning(FOUND).cte("rows")
    else:
        raise TypeError(f"cannot check the caller of {type(statement).__name__}")
    return select(*rows.columns).select_from(caller.outerjoin(rows, true()))


def _guarded_insert(statement: Insert, signed_in: Exists) -> Insert:
    """Turn `VALUES (…)` into `SELECT … WHERE signed_in`."""
    if not statement._values:
        raise TypeError("only an insert of a single row can check its caller")
    columns = [
        statement.table.c[key if isinstance(key, str) else key.name] for key in statement._values
    ]
    values = [
        value._with_binary_element_type(column.type)
        for column, value in zip(columns, statement._values.values(), strict=True)
    ]
    guarded = insert(statement.table).from_select(columns, select(*values).where(signed_in))
    return guarded.returning(*statement._returning)
