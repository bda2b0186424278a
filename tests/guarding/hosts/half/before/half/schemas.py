from pydantic import BaseModel, ConfigDict


class Credentials(BaseModel):
    email: str
    password: str


class TaskIn(BaseModel):
    title: str


class Task(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    title: str


class RemarkIn(BaseModel):
    text: str


class Remark(RemarkIn):
    model_config = ConfigDict(from_attributes=True)

    id: int


class Post(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    title: str


class Label(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    name: str
