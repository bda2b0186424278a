"""Database tables."""

from uuid import uuid4

from sqlalchemy import (
    Boolean,
    Column,
    DateTime,
    ForeignKey,
    String,
    Table,
    false,
    func,
)
from sqlalchemy.dialects.postgresql import UUID
from sqlalchemy.orm import declarative_base, relationship

Base = declarative_base()


class User(Base):
    """A person who may use the application."""

    __tablename__ = "user"

    id = Column(UUID(as_uuid=True), primary_key=True, default=uuid4)
    email = Column(String(254), unique=True, nullable=False)
    token_hash = Column(String(64), unique=True, nullable=False)


class Topic(Base):
    """What notes are about."""

    __tablename__ = "topic"

    id = Column(UUID(as_uuid=True), primary_key=True, default=uuid4)
    owner_id = Column(
        UUID(as_uuid=True),
        ForeignKey("user.id", ondelete="CASCADE"),
        index=True,
        nullable=False,
    )
    name = Column(String(80), nullable=False)


class Tag(Base):
    """A word to find notes by."""

    __tablename__ = "tag"

    id = Column(UUID(as_uuid=True), primary_key=True, default=uuid4)
    owner_id = Column(
        UUID(as_uuid=True),
        ForeignKey("user.id", ondelete="CASCADE"),
        index=True,
        nullable=False,
    )
    name = Column(String(50), nullable=False)


note_tag = Table(
    "note_tag",
    Base.metadata,
    Column("note_id", ForeignKey("note.id", ondelete="CASCADE"), primary_key=True),
    Column(
        "tag_id",
        ForeignKey("tag.id", ondelete="CASCADE"),
        primary_key=True,
        index=True,
    ),
)


class Note(Base):
    """A note."""

    __tablename__ = "note"

    id = Column(UUID(as_uuid=True), primary_key=True, default=uuid4)
    owner_id = Column(
        UUID(as_uuid=True),
        ForeignKey("user.id", ondelete="CASCADE"),
        index=True,
        nullable=False,
    )
    title = Column(String(200), unique=True, nullable=False)
    done = Column(Boolean, default=False, server_default=false(), nullable=False)
    topic_id = Column(
        UUID(as_uuid=True), ForeignKey("topic.id", ondelete="RESTRICT"), index=True
    )
    created_at = Column(
        DateTime(timezone=True), server_default=func.now(), nullable=False
    )

    tags = relationship(Tag, secondary=note_tag, lazy="selectin")

    @property
    def tag_ids(self):
        """The ids of its tags."""
        return [tag.id for tag in self.tags]
