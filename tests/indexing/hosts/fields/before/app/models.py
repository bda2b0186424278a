import uuid
from datetime import datetime

from sqlmodel import Field, Relationship, SQLModel


class User(SQLModel, table=True):
    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    email: str = Field(unique=True)
    nickname: str
    score: int = 0
    notes: list["Note"] = Relationship(back_populates="owner")


class NoteBase(SQLModel):
    title: str = Field(max_length=200)
    slug: str


class Note(NoteBase, table=True):
    id: uuid.UUID = Field(default_factory=uuid.uuid4, primary_key=True)
    created_at: datetime
    owner_id: uuid.UUID = Field(foreign_key="user.id", nullable=False)
    parent_id: uuid.UUID | None = Field(
        default=None,
        foreign_key="note.id",
    )
    owner: User | None = Relationship(back_populates="notes")
