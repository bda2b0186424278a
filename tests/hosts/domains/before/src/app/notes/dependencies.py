from typing import Annotated

from fastapi import Depends
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.db import get_session
from app.notes.repository import NoteRepository


def get_note_repository(
    session: Annotated[AsyncSession, Depends(get_session)],
) -> NoteRepository:
    return NoteRepository(session)


Notes = Annotated[NoteRepository, Depends(get_note_repository)]
