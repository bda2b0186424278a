"""Database tables."""

from uuid import UUID, uuid4

from sqlmodel import Field, SQLModel


class User(SQLModel, table=True):
    """Somebody with an account."""

    __tablename__ = "user"

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    email: str = Field(max_length=254, unique=True)
    hashed_password: str = Field(max_length=60)
    token_version: int | None = Field(default=None)
