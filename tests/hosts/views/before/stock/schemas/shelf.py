from pydantic import BaseModel, ConfigDict


class ShelfCreate(BaseModel):
    label: str


class ShelfRead(ShelfCreate):
    model_config = ConfigDict(from_attributes=True)

    id: int
