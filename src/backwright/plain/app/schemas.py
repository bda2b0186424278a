"""What clients send, and what they get to see."""

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, field_validator


class RequestModel(BaseModel):
    """What a client sends: PostgreSQL stores no NUL, so no text has one."""

    @field_validator("*")
    @classmethod
    def refuse_nul(cls, value: object) -> object:
        """Refuse a text with a NUL, also inside of a list or an object."""
        if _has_nul(value):
            raise ValueError("a text must not contain NUL")
        return value


def _has_nul(value: object) -> bool:
    if isinstance(value, dict):
        return any(_has_nul(part) for pair in value.items() for part in pair)
    if isinstance(value, list):
        return any(_has_nul(part) for part in value)
    return isinstance(value, str) and "\0" in value


class NoteCreate(RequestModel):
    """What a client sends to create a note."""

    title: str = Field(min_length=1, max_length=200)
    done: bool = False
    topic_id: UUID | None = None
    tag_ids: list[UUID] = Field(default=[], max_length=100)


class NoteUpdate(RequestModel):
    """What a client sends to change a note; the rest stays as it is."""

    title: str | None = Field(default=None, min_length=1, max_length=200)
    done: bool | None = None
    topic_id: UUID | None = None
    tag_ids: list[UUID] | None = Field(default=None, max_length=100)

    @field_validator("title", "done", "tag_ids")
    @classmethod
    def refuse_null(cls, value: object) -> object:
        """Refuse null where a note must have a value."""
        if value is None:
            raise ValueError("must not be null")
        return value


class NotePublic(BaseModel):
    """What a client gets to see of a note."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    title: str
    done: bool
    topic_id: UUID | None
    tag_ids: list[UUID]
    created_at: datetime
