import uuid

from pydantic import BaseModel, ConfigDict, Field


class EntryCreate(BaseModel):
    text: str = Field(min_length=1, max_length=2000)
    notebook_id: uuid.UUID


class EntryUpdate(BaseModel):
    text: str | None = Field(default=None, min_length=1, max_length=2000)
    notebook_id: uuid.UUID | None = None


class EntryOut(EntryCreate):
    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
