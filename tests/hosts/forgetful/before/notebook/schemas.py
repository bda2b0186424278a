from pydantic import BaseModel, ConfigDict, Field


class NoteIn(BaseModel):
    title: str = Field(min_length=1, max_length=80)
    pinned: bool = False


class NoteOut(NoteIn):
    model_config = ConfigDict(from_attributes=True)

    id: int
