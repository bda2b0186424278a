from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class CreateBookRequest(BaseModel):
    title: str = Field(..., min_length=1, max_length=200)
    summary: str | None = None
    pages: int = Field(..., gt=0)


class UpdateBookRequest(BaseModel):
    title: str | None = Field(None, min_length=1, max_length=200)
    summary: str | None = None
    pages: int | None = Field(None, gt=0)


class BookResponse(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    title: str
    summary: str | None
    pages: int
    created_at: datetime
