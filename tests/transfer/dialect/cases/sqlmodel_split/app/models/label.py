from typing import Optional

from sqlmodel import Field, SQLModel


class Label(SQLModel, table=True):
    __tablename__ = "labels"

    id: Optional[int] = Field(default=None, primary_key=True)
    name: str = Field(index=True)
