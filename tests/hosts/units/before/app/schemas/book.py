import uuid
from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from ..db.models.book import Binding


class BookCreate(BaseModel):
    title: str = Field(max_length=200)
    isbn: str = Field(min_length=13, max_length=13)
    summary: str | None = None
    pages: int = Field(gt=0)
    binding: Binding = Binding.SOFT
    author_id: uuid.UUID


class BookUpdate(BaseModel):
    title: str | None = Field(default=None, max_length=200)
    isbn: str | None = Field(default=None, min_length=13, max_length=13)
    summary: str | None = None
    pages: int | None = Field(default=None, gt=0)
    binding: Binding | None = None
    author_id: uuid.UUID | None = None


class BookOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    title: str
    isbn: str
    summary: str | None
    pages: int
    binding: Binding
    author_id: uuid.UUID
    created_at: datetime
