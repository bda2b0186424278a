#== app/schemas/book.py
from datetime import datetime

from app.schemas.category import CategoryPublic
from pydantic import BaseModel, ConfigDict, Field, field_validator


class CourseBase(BaseModel):
    """What every course has."""

    code: str
    hours: int
    teacher: str | None = None


class CourseCreate(CourseBase):
    room_id: int
    tag_ids: list[int] = []

    model_config = ConfigDict(
        json_schema_extra={
            "example": {"code": "code 1", "hours": 3, "teacher": "teacher 1", "room_id": 1}
        }
    )


class CourseUpdate(BaseModel):
    code: str | None = None
    hours: int | None = None
    teacher: str | None = None
    room_id: int | None = None
    tag_ids: list[int] | None = None


class CoursePublic(CourseBase):
    model_config = ConfigDict(from_attributes=True)

    id: int
    created_at: datetime
    room_id: int
    tags: list[TagPublic] = []


class CourseList(BaseModel):
    items: list[CoursePublic]
    total: int
