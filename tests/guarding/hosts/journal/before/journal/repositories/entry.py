from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from journal.models import Entry


class EntryRepository:
    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    async def list(self, notebook_id: UUID | None = None) -> Sequence[Entry]:
        statement = select(Entry)
        if notebook_id is not None:
            statement = statement.where(Entry.notebook_id == notebook_id)
        return (await self.session.scalars(statement)).all()

    async def get(self, entry_id: UUID) -> Entry | None:
        result = await self.session.execute(select(Entry).where(Entry.id == entry_id))
        return result.scalar_one_or_none()

    async def add(self, text: str, notebook_id: UUID) -> Entry:
        entry = Entry(text=text, notebook_id=notebook_id)
        self.session.add(entry)
        await self.session.commit()
        return entry

    async def change(self, entry_id: UUID, **values: object) -> None:
        await self.session.execute(update(Entry).where(Entry.id == entry_id).values(**values))
        await self.session.commit()

    async def delete(self, entry_id: UUID) -> int:
        result = await self.session.execute(delete(Entry).where(Entry.id == entry_id))
        await self.session.commit()
        return result.rowcount
