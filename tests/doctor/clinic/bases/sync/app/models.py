from datetime import UTC, datetime
from enum import StrEnum

from sqlmodel import Field, Relationship, SQLModel


class Status(StrEnum):
    open = "open"
    closed = "closed"


class User(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(unique=True, index=True)
    password_hash: str
    bio: str | None = None
    tasks: list["Task"] = Relationship(back_populates="owner")


class Task(SQLModel, table=True):
    id: int | None = Field(default=None, primary_key=True)
    title: str = Field(max_length=200)
    status: Status = Status.open
    created_at: datetime = Field(default_factory=lambda: datetime.now(UTC))
    owner_id: int = Field(foreign_key="user.id", index=True)
    owner: User | None = Relationship(back_populates="tasks")
