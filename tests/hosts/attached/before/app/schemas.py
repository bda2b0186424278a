from pydantic import BaseModel, ConfigDict


class LabelCreate(BaseModel):
    text: str


class LabelUpdate(BaseModel):
    text: str | None = None


class LabelRead(LabelCreate):
    model_config = ConfigDict(from_attributes=True)

    id: int
