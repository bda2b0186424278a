import uuid
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, ClassVar, List, Optional

from sqlalchemy import JSON, Column, DateTime, ForeignKeyConstraint, UniqueConstraint, func
from sqlmodel import Field, Relationship, SQLModel

if TYPE_CHECKING:
    from other import Hero


class Stamped(SQLModel):
    created_at: datetime = Field(
        sa_column_kwargs={"server_default": func.now()}, sa_type=DateTime(timezone=True)
    )


class TeamBase(SQLModel):
    name: str = Field(index=True, unique=True)
    budget: Decimal | None = None


class HeroTeam(SQLModel, table=True):
    hero_id: int = Field(foreign_key="hero.id", primary_key=True)
    team_id: uuid.UUID = Field(foreign_key="team.id", primary_key=True)


class Team(TeamBase, Stamped, table=True):
    __table_args__ = (UniqueConstraint("name", "budget", name="team_uq"),)
    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    meta: dict = Field(default={}, sa_column=Column("meta_data", JSON, nullable=False))
    kind: ClassVar[str] = "team"
    heroes: List["Hero"] = Relationship(back_populates="teams", link_model=HeroTeam)
    badge: Optional["Badge"] = Relationship(
        back_populates="team", sa_relationship_kwargs={"uselist": False}
    )


class TeamPublic(TeamBase):
    id: uuid.UUID


class TeamUpdate(SQLModel):
    name: str | None = None


class Badge(SQLModel, table=True):
    __tablename__ = "badges"
    __table_args__ = (ForeignKeyConstraint(["team_id"], ["team.id"]), {"schema": "art"})
    id: int | None = Field(default=None, primary_key=True)
    team_id: uuid.UUID = Field(unique=True)
    team: Team = Relationship(back_populates="badge")
