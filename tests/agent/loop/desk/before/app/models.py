"""The tables."""

from sqlmodel import Field, SQLModel


class User(SQLModel, table=True):
    """Somebody who signs in."""

    id: int | None = Field(default=None, primary_key=True)
    email: str = Field(index=True, unique=True, max_length=200)
    password_hash: str


class Note(SQLModel, table=True):
    """A note, which belongs to its owner."""

    id: int | None = Field(default=None, primary_key=True)
    title: str = Field(max_length=100)
    body: str = ""
    owner_id: int = Field(foreign_key="user.id", index=True)
