import uuid
from typing import Any, Generic, TypeVar

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.db import Base

Row = TypeVar('Row', bound=Base)


class Repository(Generic[Row]):
    """Rows of one table, each its owner's."""

    model: type[Row]

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def list(self, owner_id: uuid.UUID) -> list[Row]:
        statement = select(self.model).where(self.model.owner_id == owner_id)
        return list(await self.session.scalars(statement))

    async def get(self, key: uuid.UUID, owner_id: uuid.UUID) -> Row | None:
        statement = select(self.model).where(self.model.id == key, self.model.owner_id == owner_id)
        return await self.session.scalar(statement)

    async def add(self, **values: Any) -> Row:
        row = self.model(**values)
        self.session.add(row)
        await self.session.commit()
        await self.session.refresh(row)
        return row

    async def update(self, row: Row, **values: Any) -> Row:
        for name, value in values.items():
            setattr(row, name, value)
        await self.session.commit()
        await self.session.refresh(row)
        return row

    async def delete(self, row: Row) -> None:
        await self.session.delete(row)
        await self.session.commit()
