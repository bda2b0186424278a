from datetime import datetime
from typing import List, Optional

from pydantic import BaseModel, ConfigDict, Field


class PartCreate(BaseModel):
    """What is sent to make a part."""

    name: str = Field(..., max_length=100)
    description: Optional[str] = None
    quantity: int = 0
    shelf_id: int


class PartUpdate(BaseModel):
    """What may be changed of a part."""

    name: Optional[str] = Field(None, max_length=100)
    description: Optional[str] = None
    quantity: Optional[int] = None
    shelf_id: Optional[int] = None


class PartRead(BaseModel):
    """A part as it is answered."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
    description: Optional[str] = None
    quantity: int
    shelf_id: int
    created_at: datetime


class PartPage(BaseModel):
    """Some parts, and how many there are."""

    items: List[PartRead]
    total: int
