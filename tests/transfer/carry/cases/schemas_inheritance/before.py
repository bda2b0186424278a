#== app/schemas/book.py schema
from datetime import datetime

from app.schemas.category import CategoryPublic
from pydantic import BaseModel, ConfigDict, Field, field_validator


class BookBase(BaseModel):
    """What every book has."""

    title: str = Field(min_length=1, description="Title of the book")
    author: str | None = None
    year: int

    @field_validator("title")
    @classmethod
    def title_is_no_space(cls, value: str) -> str:
        if not value.strip():
            raise ValueError("title is blank")
        return value


class BookCreate(BookBase):
    category_id: int

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"title": "Dune", "author": "Herbert", "year": 1965, "category_id": 1}
        }
    )


class BookUpdate(BaseModel):
    title: str | None = None
    author: str | None = None
    year: int | None = None
    category_id: int | None = None


class BookPublic(BookBase):
    model_config = ConfigDict(from_attributes=True)

    id: int
    created_at: datetime
    category: CategoryPublic


class BookList(BaseModel):
    items: list[BookPublic]
    total: int
