from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from shop.enums import Color


class CatBase(BaseModel):
    name: Annotated[str, Field(min_length=2, max_length=50)]
    color: Color = Color.red


class CatCreate(CatBase):
    pass


class CatRead(CatBase):
    model_config = ConfigDict(from_attributes=True)

    id: str
