import uuid
from datetime import UTC, datetime

from sqlmodel import Field, Relationship, SQLModel


def now() -> datetime:
    return datetime.now(UTC)


# Users


class User(SQLModel, table=True):
    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    email: str = Field(unique=True, max_length=255)
    hashed_password: str

    tickets: list["Ticket"] = Relationship(back_populates="owner", cascade_delete=True)


class UserCreate(SQLModel):
    email: str = Field(max_length=255)
    password: str = Field(min_length=8, max_length=100)


# Labels, which everybody shares


class Label(SQLModel, table=True):
    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    name: str = Field(max_length=40, unique=True)


# Tickets


class TicketBase(SQLModel):
    subject: str = Field(min_length=1, max_length=150)
    details: str | None = Field(default=None, max_length=2000)


class Ticket(TicketBase, table=True):
    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    created_at: datetime = Field(default_factory=now)
    owner_id: uuid.UUID = Field(foreign_key="user.id", ondelete="CASCADE", index=True)

    owner: User | None = Relationship(back_populates="tickets")


class TicketCreate(TicketBase):
    pass


class TicketUpdate(SQLModel):
    subject: str | None = Field(default=None, min_length=1, max_length=150)
    details: str | None = Field(default=None, max_length=2000)


class TicketPublic(TicketBase):
    id: uuid.UUID
    owner_id: uuid.UUID
    created_at: datetime


class TicketsPublic(SQLModel):
    data: list[TicketPublic]
    count: int
