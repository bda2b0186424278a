#== app/crud/memos.py service
from typing import Optional

from fastapi import HTTPException
from sqlalchemy import insert, update

from app.db import database
from app.models import Memo
from app.schemas import MemoCreate, MemoUpdate


async def get_memo(memo_id: int) -> Optional[Memo]:
    query = Memo.__table__.select().where(Memo.id == memo_id)
    return await database.fetch_one(query)


async def create_memo(memo: MemoCreate) -> Optional[Memo]:
    query = insert(Memo).values(title=memo.title, text=memo.text)
    memo_id = await database.execute(query)
    return await get_memo(memo_id)


async def update_memo(memo_id: int, memo: MemoUpdate) -> Optional[Memo]:
    old_memo = await get_memo(memo_id)
    if old_memo is None:
        raise HTTPException(status_code=404, detail="Memo not found")
    query = update(Memo).where(Memo.id == memo_id).values(**memo.dict())
    await database.execute(query)
    return await get_memo(memo_id)
#== app/schemas.py schema
from pydantic import BaseModel


class MemoUpdate(BaseModel):
    title: str
    text: str


class MemoCreate(MemoUpdate):
    pass
