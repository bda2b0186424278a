"""Database tables."""

from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy import DateTime, false, func
from sqlmodel import Field, Relationship, SQLModel


class User(SQLModel, table=True):
    """A person who may use the application."""

    __tablename__ = "user"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    email: str = Field(max_length=254, unique=True)
    token_hash: str = Field(max_length=64, unique=True)


class Topic(SQLModel, table=True):
    """What notes are about."""

    __tablename__ = "topic"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    owner_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", index=True)
    name: str = Field(max_length=80)


class Tag(SQLModel, table=True):
    """A word to find notes by."""

    __tablename__ = "tag"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    owner_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", index=True)
    name: str = Field(max_length=50)


class NoteTag(SQLModel, table=True):
    """A tag that a note has."""

    __tablename__ = "note_tag"

    note_id: UUID = Field(foreign_key="note.id", ondelete="CASCADE", primary_key=True)
    tag_id: UUID = Field(
        foreign_key="tag.id", ondelete="CASCADE", primary_key=True, index=True
    )


class Note(SQLModel, table=True):
    """A note."""

    __tablename__ = "note"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    owner_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", index=True)
    title: str = Field(max_length=200, unique=True)
    done: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    topic_id: UUID | None = Field(
        default=None, foreign_key="topic.id", ondelete="RESTRICT", index=True
    )
    created_at: datetime = Field(
        default=None,
        sa_type=DateTime(timezone=True),
        sa_column_kwargs={"server_default": func.now()},
    )

    tags: list[Tag] = Relationship(
        link_model=NoteTag, sa_relationship_kwargs={"lazy": "selectin"}
    )

    @property
    def tag_ids(self) -> list[UUID]:
        """The ids of its tags."""
        return [tag.id for tag in self.tags]
