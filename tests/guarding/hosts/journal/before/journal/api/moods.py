from typing import Annotated

from fastapi import APIRouter, Depends
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from journal.core.database import get_db
from journal.models import Mood
from journal.schemas.mood import MoodOut

router = APIRouter()
Db = Annotated[AsyncSession, Depends(get_db)]


@router.get("/", response_model=list[MoodOut])
async def list_moods(db: Db):
    return (await db.scalars(select(Mood).order_by(Mood.word))).all()
