from datetime import date

from pydantic import BaseModel, ConfigDict, EmailStr, Field


class UserCreate(BaseModel):
    email: EmailStr
    password: str = Field(min_length=8, max_length=72)


class UserPublic(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    email: EmailStr
    bio: str | None = None


class TaskCreate(BaseModel):
    title: str = Field(min_length=1, max_length=200)
    status: str = "open"
    due: date | None = None


class TaskPublic(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    title: str
    status: str


class Token(BaseModel):
    access_token: str
    token_type: str = "bearer"
