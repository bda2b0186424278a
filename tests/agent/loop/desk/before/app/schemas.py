"""What clients send and get."""

from pydantic import BaseModel, ConfigDict, Field


class UserCreate(BaseModel):
    """An account to be made."""

    email: str = Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=200)
    password: str = Field(min_length=8, max_length=72)


class UserPublic(BaseModel):
    """An account as its owner sees it."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    email: str


class Token(BaseModel):
    """A token."""

    access_token: str
    token_type: str = "bearer"


class NoteCreate(BaseModel):
    """A note to be made."""

    title: str = Field(min_length=1, max_length=100)
    body: str = Field(default="", max_length=10_000)


class NoteUpdate(BaseModel):
    """What is to change of a note."""

    title: str = Field(default="", min_length=1, max_length=100)
    body: str = Field(default="", max_length=10_000)


class NotePublic(BaseModel):
    """A note as its owner sees it."""

    model_config = ConfigDict(from_attributes=True)

    id: int
    title: str
    body: str
