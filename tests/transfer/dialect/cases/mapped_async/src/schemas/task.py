from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field


class TaskCreateSchema(BaseModel):
    title: str = Field(..., min_length=2, max_length=255, description='Heading')
    description: str | None = Field(None, max_length=5000, description='Text')


class TaskUpdateSchema(BaseModel):
    title: str | None = Field(None, min_length=2, max_length=255, description='Heading')
    description: str | None = Field(None, max_length=5000, description='Text')
    is_completed: bool | None = Field(None, description='Whether it is done')


class TaskResponseSchema(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int = Field(description='Key')
    title: str = Field(description='Heading')
    description: str | None = Field(None, description='Text')
    is_completed: bool = Field(description='Whether it is done')
    created_at: datetime = Field(description='When it was made')
