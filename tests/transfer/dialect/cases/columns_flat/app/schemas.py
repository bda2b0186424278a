from datetime import datetime
from typing import List, Optional

from pydantic import BaseModel, EmailStr


class UserOut(BaseModel):
    id: int
    email: EmailStr
    nickname: Optional[str] = None
    roles: List[str] = []

    class Config:
        orm_mode = True


class PostCreate(BaseModel):
    title: str
    published: bool = True


class PostOut(PostCreate):
    id: int
    created_at: datetime
    owner_id: int

    class Config:
        orm_mode = True
