import uuid
from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from ..models import Base

Row = TypeVar("Row", bound=Base)


class Repository(Generic[Row]):
    model: type[Row]

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def get(self, row_id: uuid.UUID) -> Row | None:
        return await self.session.get(self.model, row_id)

    async def page(self, offset: int, limit: int) -> tuple[Sequence[Row], int]:
        query = select(self.model).order_by(self.model.created_at)
        rows = (await self.session.scalars(query.offset(offset).limit(limit))).all()
        return rows, await self.session.scalar(select(func.count()).select_from(self.model)) or 0

    def add(self, row: Row) -> None:
        self.session.add(row)

    async def change(self, row: Row, values: dict[str, Any]) -> None:
        for name, value in values.items():
            setattr(row, name, value)
        await self.session.flush()

    async def remove(self, row: Row) -> None:
        await self.session.delete(row)
