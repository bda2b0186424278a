"""Database tables.

A table that belongs to a user is led by its owner: `owner_id` comes first in its primary key
and in its indexes, and a reference between two such tables includes it. So the database itself
refuses a link to somebody else's row, and the tables can be distributed by owner.

Relationships are there to read and to join by. They never load by themselves: a statement says
what it needs. The application itself uses those that lists filter by (`app/links.py`); the others say
how the tables hang together. Where a row refers to its own table by a field such as `parent_id`, the
other side is `parent_of`, whatever the field is called.
"""

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Optional
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Text,
    UniqueConstraint,
    false,
    func,
    true,
)
from sqlmodel import Field, Relationship, SQLModel

from app.columns import READ_ONLY, JSONDocument, enum_type

SQLModel.metadata.naming_convention = {
    "pk": "pk_%(table_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
}

# Services set `updated_at` as well: a change of links alone has no other column to write.
NOW = {"server_default": func.now()}
NOW_ON_UPDATE = {"server_default": func.now(), "onupdate": func.now()}


class SharedTable(SQLModel):
    """The columns of every table whose rows belong to nobody."""

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    created_at: datetime = Field(sa_column_kwargs=NOW)
    updated_at: datetime = Field(sa_column_kwargs=NOW_ON_UPDATE)


class OwnedTable(SQLModel):
    """The columns of every table whose rows belong to a user."""

    owner_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", primary_key=True)
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    created_at: datetime = Field(sa_column_kwargs=NOW)
    updated_at: datetime = Field(sa_column_kwargs=NOW_ON_UPDATE)


class User(SharedTable, table=True):
    """A person with an account."""

    __tablename__ = "user"
    # Addresses have one form only (`auth_schemas.AccountEmail`), or uniqueness would mean little.
    __table_args__ = (CheckConstraint("email = lower(email)", name="email_is_lower_case"),)

    email: str = Field(max_length=254, unique=True)
    full_name: str | None = Field(default=None, max_length=200)
    password_hash: str = Field(sa_type=Text)
    is_active: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    email_verified_at: datetime | None = Field(default=None)
    last_login_at: datetime | None = Field(default=None)


class LoginSession(SQLModel, table=True):
    """A user signed in on a device; deleting the row signs them out there at once."""

    __tablename__ = "login_session"

    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", primary_key=True)
    id: UUID = Field(default_factory=uuid4, primary_key=True)
    created_at: datetime = Field(sa_column_kwargs=NOW)
    last_used_at: datetime = Field(sa_column_kwargs=NOW)
    expires_at: datetime
    user_agent: str | None = Field(default=None, max_length=200)
    # The `jti` of the one refresh token that is good, and of the one that it was exchanged for.
    refresh_token_id: UUID
    previous_refresh_token_id: UUID | None = Field(default=None)


class TokenPurpose(StrEnum):
    """What a one-time token is good for."""

    RESET_PASSWORD = "reset_password"  # noqa: S105
    CONFIRM_EMAIL = "confirm_email"


class OneTimeToken(SQLModel, table=True):
    """The newest link that was mailed to a user for a purpose; using it deletes the row."""

    __tablename__ = "one_time_token"

    user_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", primary_key=True)
    purpose: TokenPurpose = Field(
        primary_key=True, sa_type=enum_type(TokenPurpose, "token_purpose")
    )
    token_hash: str = Field(max_length=64)
    email: str = Field(max_length=254)
    expires_at: datetime


class CategoryLabel(SQLModel, table=True):
    """A label that a category has."""

    __tablename__ = "category_label"
    __table_args__ = (
        ForeignKeyConstraint(["category_id"], ["category.id"], ondelete="CASCADE"),
        ForeignKeyConstraint(["label_id"], ["label.id"], ondelete="CASCADE"),
        Index(None, "label_id"),
    )

    category_id: UUID = Field(primary_key=True)
    label_id: UUID = Field(primary_key=True)


class Category(SharedTable, table=True):
    """A heading to sort things under, the same for everybody."""

    __tablename__ = "category"
    __table_args__ = (
        ForeignKeyConstraint(["parent_id"], ["category.id"]),
        UniqueConstraint("name"),
        CheckConstraint("position >= 0", name="position_in_range"),
        CheckConstraint("parent_id <> id", name="parent_id_is_of_another"),
        Index(None, "created_at", "id"),
        Index(None, "parent_id", "created_at", "id"),
    )

    name: str = Field(max_length=80)
    position: int = Field(default=0, sa_type=BigInteger, sa_column_kwargs={"server_default": "0"})
    parent_id: UUID | None = Field(default=None)

    parent: Optional["Category"] = Relationship(
        back_populates="parent_of",
        sa_relationship_kwargs={
            **READ_ONLY,
            "foreign_keys": "Category.parent_id",
            "remote_side": "Category.id",
        },
    )
    parent_of: list["Category"] = Relationship(
        back_populates="parent",
        sa_relationship_kwargs={**READ_ONLY, "foreign_keys": "Category.parent_id"},
    )
    projects: list["Project"] = Relationship(
        back_populates="category",
        sa_relationship_kwargs={**READ_ONLY, "foreign_keys": "Project.category_id"},
    )
    labels: list["Label"] = Relationship(
        back_populates="categories", link_model=CategoryLabel, sa_relationship_kwargs=READ_ONLY
    )


class Label(SharedTable, table=True):
    """A word that describes categories, the same for everybody."""

    __tablename__ = "label"
    __table_args__ = (
        UniqueConstraint("name"),
        Index(None, "created_at", "id"),
    )

    name: str = Field(max_length=30)

    categories: list[Category] = Relationship(
        back_populates="labels", link_model=CategoryLabel, sa_relationship_kwargs=READ_ONLY
    )


class Project(OwnedTable, table=True):
    """A goal with the work that leads to it."""

    __tablename__ = "project"
    __table_args__ = (
        ForeignKeyConstraint(["category_id"], ["category.id"]),
        UniqueConstraint("owner_id", "inbox"),
        Index(None, "owner_id", "created_at", "id"),
        Index(None, "owner_id", "category_id", "created_at", "id"),
    )

    name: str = Field(max_length=120)
    inbox: str = Field(max_length=254)
    site: str | None = Field(default=None, max_length=2083)
    budget: Decimal = Field(
        default=Decimal(0),
        max_digits=12,
        decimal_places=2,
        sa_column_kwargs={"server_default": "0"},
    )
    category_id: UUID | None = Field(default=None)

    category: Category | None = Relationship(
        back_populates="projects",
        sa_relationship_kwargs={**READ_ONLY, "foreign_keys": "Project.category_id"},
    )
    tasks: list["Task"] = Relationship(
        back_populates="project",
        sa_relationship_kwargs={**READ_ONLY, "foreign_keys": "[Task.owner_id, Task.project_id]"},
    )


class TaskStatus(StrEnum):
    """Where a task stands."""

    OPEN = "open"
    CLOSED = "closed"


class TaskTag(SQLModel, table=True):
    """A tag that a task has."""

    __tablename__ = "task_tag"
    __table_args__ = (
        ForeignKeyConstraint(
            ["owner_id", "task_id"], ["task.owner_id", "task.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(
            ["owner_id", "tag_id"], ["tag.owner_id", "tag.id"], ondelete="CASCADE"
        ),
        Index(None, "owner_id", "tag_id"),
    )

    owner_id: UUID = Field(foreign_key="user.id", ondelete="CASCADE", primary_key=True)
    task_id: UUID = Field(primary_key=True)
    tag_id: UUID = Field(primary_key=True)


class Task(OwnedTable, table=True):
    """A piece of work in a project."""

    __tablename__ = "task"
    __table_args__ = (
        ForeignKeyConstraint(
            ["owner_id", "project_id"], ["project.owner_id", "project.id"], ondelete="CASCADE"
        ),
        CheckConstraint("priority BETWEEN 1 AND 5", name="priority_in_range"),
        Index(None, "owner_id", "created_at", "id"),
        Index(None, "owner_id", "priority", "id"),
        Index(None, "owner_id", "project_id", "created_at", "id"),
    )

    title: str = Field(max_length=200)
    notes: str | None = Field(default=None, sa_type=Text)
    done: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    priority: int = Field(default=3, sa_column_kwargs={"server_default": "3"})
    status: TaskStatus = Field(
        default=TaskStatus.OPEN,
        sa_type=enum_type(TaskStatus, "task_status"),
        sa_column_kwargs={"server_default": TaskStatus.OPEN.value},
    )
    due: date | None = Field(default=None)
    score: float | None = Field(default=None)
    project_id: UUID

    project: Project = Relationship(
        back_populates="tasks",
        sa_relationship_kwargs={**READ_ONLY, "foreign_keys": "[Task.owner_id, Task.project_id]"},
    )
    comments: list["Comment"] = Relationship(
        back_populates="task",
        sa_relationship_kwargs={**READ_ONLY, "foreign_keys": "[Comment.owner_id, Comment.task_id]"},
    )
    tags: list["Tag"] = Relationship(
        back_populates="tasks",
        link_model=TaskTag,
        sa_relationship_kwargs=READ_ONLY,
    )


class Tag(OwnedTable, table=True):
    """A word to find things by."""

    __tablename__ = "tag"
    __table_args__ = (
        UniqueConstraint("owner_id", "name"),
        UniqueConstraint("owner_id", "key"),
        Index(None, "owner_id", "created_at", "id"),
    )

    name: str = Field(max_length=50)
    key: UUID | None = Field(default=None)

    comments: list["Comment"] = Relationship(
        back_populates="tag",
        sa_relationship_kwargs={**READ_ONLY, "foreign_keys": "[Comment.owner_id, Comment.tag_id]"},
    )
    tasks: list[Task] = Relationship(
        back_populates="tags",
        link_model=TaskTag,
        sa_relationship_kwargs=READ_ONLY,
    )


class Comment(OwnedTable, table=True):
    """What somebody has to say about a task."""

    __tablename__ = "comment"
    __table_args__ = (
        ForeignKeyConstraint(
            ["owner_id", "task_id"], ["task.owner_id", "task.id"], ondelete="CASCADE"
        ),
        ForeignKeyConstraint(["owner_id", "tag_id"], ["tag.owner_id", "tag.id"]),
        ForeignKeyConstraint(
            ["owner_id", "parent_id"], ["comment.owner_id", "comment.id"], ondelete="CASCADE"
        ),
        CheckConstraint("parent_id <> id", name="parent_id_is_of_another"),
        Index(None, "owner_id", "created_at", "id"),
        Index(None, "owner_id", "task_id", "created_at", "id"),
        Index(None, "owner_id", "tag_id", "created_at", "id"),
        Index(None, "owner_id", "parent_id", "created_at", "id"),
    )

    body: str = Field(sa_type=Text)
    said_at: datetime
    meta: dict[str, Any] = Field(sa_type=JSONDocument)
    task_id: UUID
    tag_id: UUID | None = Field(default=None)
    parent_id: UUID | None = Field(default=None)

    task: Task = Relationship(
        back_populates="comments",
        sa_relationship_kwargs={**READ_ONLY, "foreign_keys": "[Comment.owner_id, Comment.task_id]"},
    )
    tag: Tag | None = Relationship(
        back_populates="comments",
        sa_relationship_kwargs={**READ_ONLY, "foreign_keys": "[Comment.owner_id, Comment.tag_id]"},
    )
    parent: Optional["Comment"] = Relationship(
        back_populates="parent_of",
        sa_relationship_kwargs={
            **READ_ONLY,
            "foreign_keys": "[Comment.owner_id, Comment.parent_id]",
            "remote_side": "[Comment.owner_id, Comment.id]",
        },
    )
    parent_of: list["Comment"] = Relationship(
        back_populates="parent",
        sa_relationship_kwargs={
            **READ_ONLY,
            "foreign_keys": "[Comment.owner_id, Comment.parent_id]",
        },
    )
