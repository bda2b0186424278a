"""Rows that stand below others of their own table."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped

from app.auth import Caller
from app.constraints import OWNER
from app.database import Session
from app.exceptions import ValidationError


async def refuse_circle(
    session: Session, caller: Caller, column: Mapped[Any], row_id: UUID, above_id: UUID
) -> None:
    """Refuse to put a row below itself, be it directly or further down.

    It belongs into the transaction that moves the row. Until that ends, other moves in the table
    wait: two at the same moment could close a circle between them.

    Args:
        session: The request's access to the database, in a transaction.
        caller: Whose rows they are.
        column: The reference by which rows stand below others.
        row_id: The row to be moved.
        above_id: The row that it should stand below.

    Raises:
        ValidationError: If that row is the row itself, or stands below it.
    """
    name, table = column.key, column.parent.local_table  # type: ignore[attr-defined]
    lock = func.hashtextextended(f"{table.name}.{name}", 0)
    await session.scalar(select(func.pg_advisory_xact_lock(lock)))
    rows = select(table.c.id, table.c[name])
    if OWNER in table.c:
        rows = rows.where(table.c[OWNER] == caller.id)
    start = rows.where(table.c.id == above_id).cte("above", recursive=True)
    above = start.union(rows.where(table.c.id == start.c[name]))
    circle = select(above.c.id).where(above.c.id == row_id)
    if await session.scalar(circle, caller=caller) is not None:
        raise ValidationError(f"{name}: must not be the row itself, nor one below it")
