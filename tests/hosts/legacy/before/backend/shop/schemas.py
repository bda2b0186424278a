from typing import Optional

from pydantic import BaseModel


class Me(BaseModel):
    id: int
    email: str
    nickname: Optional[str] = None

    class Config:
        orm_mode = True
