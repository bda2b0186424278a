from collections.abc import Sequence
from uuid import UUID

from fastapi import HTTPException
from sqlalchemy.ext.asyncio import AsyncSession

from journal.models import Entry
from journal.repositories.entry import EntryRepository
from journal.schemas.entry import EntryCreate, EntryUpdate


async def list_entries(db: AsyncSession, notebook_id: UUID | None = None) -> Sequence[Entry]:
    return await EntryRepository(db).list(notebook_id)


async def get_entry(db: AsyncSession, entry_id: UUID) -> Entry:
    entry = await EntryRepository(db).get(entry_id)
    if entry is None:
        raise HTTPException(status_code=404, detail="Entry not found")
    return entry


async def create_entry(db: AsyncSession, data: EntryCreate) -> Entry:
    return await EntryRepository(db).add(data.text, data.notebook_id)


async def update_entry(db: AsyncSession, entry_id: UUID, data: EntryUpdate) -> Entry:
    entry = await get_entry(db, entry_id)
    changes = data.model_dump(exclude_unset=True)
    if changes:
        await EntryRepository(db).change(entry_id, **changes)
        await db.refresh(entry)
    return entry


async def delete_entry(db: AsyncSession, entry_id: UUID) -> None:
    if not await EntryRepository(db).delete(entry_id):
        raise HTTPException(status_code=404, detail="Entry not found")
