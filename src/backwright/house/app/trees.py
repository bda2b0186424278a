"""Rows that stand below others of their own table."""

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Mapped

from app.auth import Caller
from app.constraints import OWNER
from app.database import Session
from app.exceptions import ValidationError


async def refuse_circle(
    session: Session, caller: Caller, column: Mapped[Any], row_id: UUID, above_id: UUID
) -> None:
    """Refuse to put a row below itself, be it directly or further down.

    Two changes at the same moment can still close a circle between them, so what walks up or down
    must come to an end by itself: `UNION`, as here, lets a recursive query do so.

    Args:
        session: The request's access to the database.
        caller: Whose rows they are.
        column: The reference by which rows stand below others.
        row_id: The row to be moved.
        above_id: The row that it should stand below.

    Raises:
        ValidationError: If that row is the row itself, or stands below it.
    """
    name, table = column.key, column.parent.local_table  # type: ignore[attr-defined]
    rows = select(table.c.id, table.c[name])
    if OWNER in table.c:
        rows = rows.where(table.c[OWNER] == caller.id)
    start = rows.where(table.c.id == above_id).cte("above", recursive=True)
    above = start.union(rows.where(table.c.id == start.c[name]))
    circle = select(above.c.id).where(above.c.id == row_id)
    if await session.scalar(circle, caller=caller) is not None:
        raise ValidationError(f"{name}: must not be the row itself, nor one below it")
