import uuid

from pydantic import BaseModel, ConfigDict


class MoodOut(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: uuid.UUID
    word: str
