"""Rows that stand below others of their own table."""

from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Mapped

from app.auth import Caller
from app.constraints import OWNER
from app.database import Session
from app.exceptions import ConflictError, ValidationError


async def refuse_circle(
    session: Session, caller: Caller, column: Mapped[Any], row_id: UUID, above_id: UUID
) -> None:
    """Refuse to put a row below itself, be it directly or further down.

    It belongs into the transaction that moves the row. Until that ends, no other of
    these rows is moved: two at the same moment could close a circle between them. Nor does one
    wait for the other, since who waits holds a connection that others need.

    Args:
        session: The request's access to the database, in a transaction.
        caller: Whose rows they are.
        column: The reference by which rows stand below others.
        row_id: The row to be moved.
        above_id: The row that it should stand below.

    Raises:
        ConflictError: If another row is being moved at this moment.
        ValidationError: If that row is the row itself, or stands below it.
    """
    name, table = column.key, column.parent.local_table  # type: ignore[attr-defined]
    rows, moved = select(table.c.id, table.c[name]), f"{table.name}.{name}"
    if OWNER in table.c:
        rows, moved = rows.where(table.c[OWNER] == caller.id), f"{moved} of {caller.id}"
    lock = func.pg_try_advisory_xact_lock(func.hashtextextended(moved, 0))
    if not await session.scalar(select(lock), caller=caller):
        raise ConflictError("Another one is being moved; try again")
    start = rows.where(table.c.id == above_id).cte("above", recursive=True)
    above = start.union(rows.where(table.c.id == start.c[name]))
    circle = select(above.c.id).where(above.c.id == row_id)
    if await session.scalar(circle, caller=caller) is not None:
        raise ValidationError(f"{name}: must not be the row itself, nor one below it")
