from typing import List, Optional

from pydantic import BaseModel


class HeroCreate(BaseModel):
    name: str
    biography: Optional[str] = None
    age: Optional[int] = None
    team_id: Optional[int] = None


class HeroUpdate(BaseModel):
    name: Optional[str] = None
    biography: Optional[str] = None
    age: Optional[int] = None
    team_id: Optional[int] = None


class HeroRead(HeroCreate):
    id: int


class Heroes(BaseModel):
    items: List[HeroRead]
