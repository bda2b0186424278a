from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from sqlalchemy.ext.asyncio import AsyncSession

from journal.core.database import get_db
from journal.schemas.entry import EntryCreate, EntryOut, EntryUpdate
from journal.services import entry_service

router = APIRouter()
Db = Annotated[AsyncSession, Depends(get_db)]


@router.get("/", response_model=list[EntryOut])
async def list_entries(db: Db, notebook_id: UUID | None = None):
    return await entry_service.list_entries(db, notebook_id)


@router.post("/", response_model=EntryOut, status_code=201)
async def create_entry(data: EntryCreate, db: Db):
    return await entry_service.create_entry(db, data)


@router.get("/{entry_id}", response_model=EntryOut)
async def get_entry(entry_id: UUID, db: Db):
    return await entry_service.get_entry(db, entry_id)


@router.patch("/{entry_id}", response_model=EntryOut)
async def update_entry(entry_id: UUID, data: EntryUpdate, db: Db):
    return await entry_service.update_entry(db, entry_id, data)


@router.delete("/{entry_id}", status_code=204)
async def delete_entry(entry_id: UUID, db: Db) -> None:
    await entry_service.delete_entry(db, entry_id)
