import uuid

from pydantic import BaseModel, ConfigDict, Field


class NotebookIn(BaseModel):
    title: str = Field(min_length=1, max_length=80)


class NotebookOut(NotebookIn):
    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
