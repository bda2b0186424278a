import uuid

from pydantic import BaseModel, ConfigDict, Field


class AuthorCreate(BaseModel):
    name: str = Field(max_length=120)


class AuthorOut(AuthorCreate):
    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
