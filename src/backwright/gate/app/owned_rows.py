"""Whose the rows of each table are, for code that reaches rows of any table."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import and_, false, inspect, true
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from app.models import User

# What rows must meet to be an account's; a table that is not here is everybody's.
CONDITIONS: dict[type[Any], Callable[[User], Any]] = {}
# The column that says whose a row is, of the tables that have one.
OWNER_COLUMNS: dict[type[Any], str] = {}


def visible(model: type[Any], user: User | None) -> Any:  # noqa: ANN401
    """Return the condition by which a query finds an account's own rows only."""
    condition = CONDITIONS.get(model)
    if condition is None:
        return true()
    return false() if user is None else condition(user)


def made_by(model: type[Any], user: User | None) -> dict[str, Any]:
    """Return what says of a new row that an account has made it."""
    column = OWNER_COLUMNS.get(model)
    return {} if column is None or user is None else {column: user.id}


async def owned_row(
    session: AsyncSession, model: type[Any], key: object, user: User | None
) -> Any:  # noqa: ANN401
    """Return the row of a key; None if there is none, or it is not the account's."""
    columns = inspect(model).primary_key
    keys = key if isinstance(key, tuple) else (key,)
    is_it = and_(*(column == value for column, value in zip(columns, keys)))  # noqa: B905
    statement = select(model).where(is_it, visible(model, user))
    found = (await session.scalars(statement)).unique()
    return found.first()
