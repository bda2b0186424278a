from datetime import datetime
from typing import TYPE_CHECKING, Optional

from sqlalchemy import Column, Text
from sqlmodel import Field, Relationship, SQLModel

if TYPE_CHECKING:
    from app.models.team import Team


class Hero(SQLModel, table=True):
    __tablename__ = "heroes"

    id: Optional[int] = Field(default=None, primary_key=True)
    name: str = Field(index=True)
    biography: Optional[str] = Field(default=None, sa_column=Column(Text))
    age: Optional[int] = None
    created_at: datetime = Field(default_factory=datetime.now)
    team_id: Optional[int] = Field(default=None, foreign_key="teams.id")

    team: Optional["Team"] = Relationship(back_populates="heroes")
